"""What this room says to the one timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment, Paged, of_these, office

from ..models import (
    Advocacy,
    Explanation,
    View,
)
from ..terms import AdvocacyAct, Answer, Heard

_PUTS_RIGHT, _LATER = "Puts right an earlier writing", "Put right later"
SEEN, SAID, EXPLAINED = "Seen of the child", "The child said", "Explained to the child"


@prepared
def _heard(folder_ids: Sequence[UUID], ids: Sequence[UUID]) -> Wanted:
    which = of_these(folder_ids, ids)
    views = View.objects.filter(which).select_related("author")
    views = views.annotate(put_right_at=F("corrected_by__written_at"))
    told = Explanation.objects.filter(which).select_related("author")
    return views, told.annotate(put_right_at=F("corrected_by__written_at"))


_KEYS = f"""
    SELECT v.id, v.folder_id, v.heard_at AS at, v.written_at AS known,
           CASE WHEN v.heard = '{Heard.OBSERVATION.value}' THEN '{SEEN}' ELSE '{SAID}' END AS kind,
           {office("v.author_post")}::text AS agency, p.name::text AS author, false AS marked
    FROM voice_view v JOIN agencies_practitioner p ON p.id = v.author_id WHERE v.folder_id = ANY(%(folders)s)
    UNION ALL
    SELECT x.id, x.folder_id, x.explained_at, x.written_at, '{EXPLAINED}', {office("x.author_post")}, p.name, false
    FROM voice_explanation x JOIN agencies_practitioner p ON p.id = x.author_id
    WHERE x.folder_id = ANY(%(folders)s)
"""  # noqa: S608 - its own words


def heard(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Moment]]:
    """What was said, and what the child was told."""
    views, explanations = asked = _heard(folder_ids, ids)
    yield asked
    found = []
    for row in views:
        way = Heard(row.heard)
        found.append(
            Moment(
                id=row.id,
                folder_id=row.folder_id,
                happened_at=row.heard_at,
                known_at=row.written_at,
                kind=SEEN if way is Heard.OBSERVATION else SAID,
                text=_in_full(row, way),
                agency=_agency(row.author_post),
                author=row.author.name,
                href=f"/child/{row.folder_id}/voice/#voice-{row.id}",
                tags=tuple(
                    words
                    for words in (
                        way.label,
                        "Alone" if row.alone else "Not alone",
                        _PUTS_RIGHT if row.corrects_id else "",
                    )
                    if words
                ),
                later=((row.put_right_at, _LATER),) if row.put_right_at else (),
            )
        )
    for told in explanations:
        found.append(
            Moment(
                id=told.id,
                folder_id=told.folder_id,
                happened_at=told.explained_at,
                known_at=told.written_at,
                kind=EXPLAINED,
                text=told.words + (f" The reason given: {told.why_no}" if told.why_no else ""),
                agency=_agency(told.author_post),
                author=told.author.name,
                href=f"/child/{told.folder_id}/voice/",
                tags=tuple(
                    words
                    for words in (
                        Answer(told.answer).label if told.answer in ("yes", "partly", "no") else "",
                        _PUTS_RIGHT if told.corrects_id else "",
                    )
                    if words
                ),
                later=((told.put_right_at, _LATER),) if told.put_right_at else (),
            )
        )
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
    return (steps.annotate(put_right_at=F("corrected_by__written_at")),)


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds besides: an advocate offered, accepted, declined."""
    (steps,) = asked = _advocacy(folder_ids)
    yield asked
    found = []
    for step in steps:
        at = datetime.combine(step.on, datetime.min.time(), LONDON)
        found.append(
            Moment(
                id=step.id,
                folder_id=step.folder_id,
                happened_at=at,
                known_at=step.written_at,
                kind="Advocate",
                text=". ".join(w for w in (AdvocacyAct(step.act).label, step.name, step.words) if w),
                agency=_agency(step.author_post),
                author=step.author.name,
                href=f"/child/{step.folder_id}/voice/advocate/",
                tags=(_PUTS_RIGHT,) if step.corrects_id else (),
                later=((step.put_right_at, _LATER),) if step.put_right_at else (),
            )
        )
    return found


def _agency(post: str) -> str:
    """The agency of 'Social worker, Northmoor Council'."""
    return post.rpartition(", ")[2]
