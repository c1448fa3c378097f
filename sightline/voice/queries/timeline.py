"""What this room says to the one timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment, Paged, of_these, office

from ..models import Advocacy, Done, Explanation, RightsTold, ToldBefore, View
from ..terms import AdvocacyAct, Answer, Explained, Heard, RightsForm, TookPart

_PUTS_RIGHT, _LATER = "Puts right an earlier writing", "Put right later"
SEEN, SAID, EXPLAINED = "Seen of the child", "The child said", "Explained to the child"
DONE, RIGHTS, TOLD = "Done about what the child said", "Rights explained", "Told beforehand"


@prepared
def _heard(folder_ids: Sequence[UUID], ids: Sequence[UUID]) -> Wanted:
    which = of_these(folder_ids, ids)
    rows: list[Any] = [
        View.objects,
        Explanation.objects,
        Done.objects,
        RightsTold.objects,
        ToldBefore.objects,
    ]
    return tuple(
        each.filter(which)
        .select_related("author")
        .annotate(put_right_at=F("corrected_by__written_at"), back_at=F("taken_back__written_at"))
        for each in rows
    )


def _keys(table: str, column: str, at: str, kind: str) -> str:
    """The rows of one table, without what was taken back by the day that is asked about."""
    return f"""
    SELECT r.id, r.folder_id, {at} AS at, r.written_at AS known, {kind} AS kind,
           {office("r.author_post")}::text AS agency, p.name::text AS author, false AS marked
    FROM voice_{table} r JOIN agencies_practitioner p ON p.id = r.author_id
    LEFT JOIN voice_takenback b ON b.{column}_id = r.id
    WHERE r.folder_id = ANY(%(folders)s) AND (b.id IS NULL OR b.written_at >= %(known_before)s::timestamptz)
"""  # noqa: S608 - its own words


_OF_VIEW = f"CASE WHEN r.heard = '{Heard.OBSERVATION.value}' THEN '{SEEN}' ELSE '{SAID}' END"
_KEYS = " UNION ALL ".join(
    (
        _keys("view", "view", "r.heard_at", _OF_VIEW),
        _keys("explanation", "explanation", "r.explained_at", f"'{EXPLAINED}'"),
        _keys("done", "done", "r.done_on::timestamp AT TIME ZONE 'Europe/London'", f"'{DONE}'"),
        _keys("rightstold", "rights", "r.told_at", f"'{RIGHTS}'"),
        _keys("toldbefore", "telling", "coalesce(r.told_at, r.written_at)", f"'{TOLD}'"),
    )
)


def _moment(row: Any, at: datetime, kind: str, text: str, page: str, *tags: str) -> Moment:
    """What each of these rows says; taken back, it stands no more from then on."""
    return Moment(
        id=row.id,
        folder_id=row.folder_id,
        happened_at=at,
        known_at=row.written_at,
        kind=kind,
        text=text,
        agency=_agency(row.author_post),
        author=row.author.name,
        href=f"/child/{row.folder_id}/voice/{page}",
        tags=tuple(words for words in (*tags, _PUTS_RIGHT if row.corrects_id else "") if words),
        later=((row.put_right_at, _LATER),) if row.put_right_at else (),
        turns=((row.back_at, {"gone": True}),) if row.back_at else (),
    )


def heard(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Moment]]:
    """What was said, what was done about it, and what the child was told: of it, of their rights, beforehand."""
    views, explanations, acts, rights, tellings = asked = _heard(folder_ids, ids)
    yield asked
    found = []
    for row in views:
        way = Heard(row.heard)
        kind = SEEN if way is Heard.OBSERVATION else SAID
        tags = (
            way.label,
            "Alone" if row.alone else "Not alone",
            "Asked that somebody is not told" if row.keep_from else "",
        )
        found.append(_moment(row, row.heard_at, kind, _in_full(row, way), f"#voice-{row.id}", *tags))
    for told in explanations:
        text = told.words + (f" The reason given: {told.why_no}" if told.why_no else "")
        answer = Answer(told.answer).label if told.answer in ("yes", "partly", "no") else ""
        found.append(_moment(told, told.explained_at, EXPLAINED, text, "", answer))
    for act in acts:
        at = datetime.combine(act.done_on, datetime.min.time(), LONDON)
        found.append(_moment(act, at, DONE, act.words, f"#voice-{act.view_id}"))
    for right in rights:
        said = f" “{right.child_said}”" if right.child_said else ""
        text = f"{RightsForm(right.form).label}. {Explained(right.how).label}. By {right.told_by}.{said}"
        found.append(_moment(right, right.told_at, RIGHTS, text, "rights/"))
    for telling in tellings:
        text = f"{telling.about}, {date_only(telling.happens_on)}: "
        text += telling.told or f"not told, because: {telling.why_not_told}"
        if telling.part_words:
            text += f"\n\n{TookPart(telling.took_part).label}. {telling.part_words}"
        not_told = "" if telling.told else "Not told"
        found.append(_moment(telling, telling.told_at or telling.written_at, TOLD, text, "told/", not_told))
    return found


def _in_full(row: View, way: Heard) -> str:
    """All that the child said and wants, so that it is found by any of its words; of a child without words, what was
    seen."""
    said = row.said if way is Heard.OBSERVATION or not row.said else f"“{row.said}”"
    parts = (
        ("House of worries", row.worries),
        ("House of good things", row.good),
        ("House of dreams", row.dreams),
    )
    wants = f"What they want: {row.wants}" if row.wants else ""
    return "\n\n".join(
        words
        for words in (
            said,
            *(f"{part}: “{words}”" for part, words in parts if words),
            wants,
            row.keep_from and f"Asked that somebody is not told: {row.keep_from}",
            _how(row, way),
            row.was_wrong and f"What was wrong in the earlier writing: {row.was_wrong}",
        )
        if words
    )


def _how(row: View, way: Heard) -> str:
    """With whom and where, and why not alone: two writings of the same words may differ in nothing else (CHD-03)."""
    by = "Seen" if way is Heard.OBSERVATION else "Heard"
    alone = "alone" if row.alone else f"with {row.others} there, because: {row.why_not_alone}"
    language = f" {row.language}." if row.language else ""
    return f"{by} by {row.heard_by}, {row.place}, {alone.rstrip('.')}.{language}"


paged = Paged(_KEYS, heard)


@prepared
def _advocacy(folder_ids: Sequence[UUID]) -> Wanted:
    steps = Advocacy.objects.filter(folder_id__in=folder_ids).select_related("author")
    return (steps.annotate(put_right_at=F("corrected_by__written_at"), back_at=F("taken_back__written_at")),)


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds besides: an advocate offered, accepted, declined."""
    (steps,) = asked = _advocacy(folder_ids)
    yield asked
    found = []
    for step in steps:
        at = datetime.combine(step.on, datetime.min.time(), LONDON)
        text = ". ".join(w for w in (AdvocacyAct(step.act).label, step.name, step.words) if w)
        found.append(_moment(step, at, "Advocate", text, "advocate/"))
    return found


def _agency(post: str) -> str:
    """The agency of 'Social worker, Northmoor Council'."""
    return post.rpartition(", ")[2]
