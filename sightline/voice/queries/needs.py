"""The eight things that children say they need, answered from the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sightline.children.queries import ChildView
from sightline.children.terms import Answered, IdentityQuestion
from sightline.kernel.time import LONDON, now, today
from sightline.procedures.clocks import BeyondCalendar, due
from sightline.procedures.queries import pack_in_force
from sightline.records import chronology
from sightline.records.chronology import Moment
from sightline.records.queries import last_seen

from .. import rules
from ..terms import NeedName, TookPart
from .around import advocacy, rights_told, told_of, who_matters
from .said import _day, to_explain, voices


def needs(view: ChildView) -> list[rules.Need]:
    """The eight things that children say they need, answered for this child from the record (CHD-05)."""
    folders = view.folder_ids
    said = voices(folders, limit=500)
    steps = advocacy(folders)
    timeline = chronology.told(folders)
    told = told_of(view, timeline)
    rights = rights_told(folders)
    seen_at, seen = _last_seen(view)
    late, within = _late("child_seen", seen_at)
    heard_late, heard_within = _late("child_heard", said[0].heard_at if said else None)
    since = view.today - timedelta(days=365)
    homes = [r for r in view.child.residences if not r.never_held]
    began = Counter(r.held_from >= since for r in sorted(homes, key=lambda r: r.held_from)[1:])
    called = view.child.called
    latest = steps[0] if steps else None
    found = rules.needs(
        rules.Known(
            called=called,
            seen=seen,
            seen_late=late,
            seen_within=within,
            worries_noticed=_noticed(timeline),
            heard=len(said),
            heard_alone=sum(v.alone for v in said),
            last_heard=rules.Line(
                f"Last heard: {said[0].heard.label.lower()}, by {said[0].heard_by}.",
                f"/child/{folders[0]}/voice/",
                said[0].heard_at.astimezone(LONDON).date(),
            )
            if said
            else None,
            heard_late=heard_late,
            heard_within=heard_within,
            acted_on=sum(bool(v.done) for v in said),
            not_acted_on=sum(bool(v.wants) and not v.done for v in said),
            worker=view.lead.practitioner if view.lead else "",
            worker_since=view.lead.held_from if view.lead else None,
            changes_of_worker=view.changes_of_worker,
            moves=began[True],
            own_words=_own_words(view),
            told_before=sum(h.was_told for h in told),
            not_told=tuple(f"{h.about}, {_day(h.on)}" for h in told if not h.was_told and h.on <= view.today),
            took_part=sum(
                h.told is not None and h.told.took_part in (TookPart.THERE, TookPart.WORDS_SENT) for h in told
            ),
            explained=len({e.id for v in said for e in v.explained}),
            unanswered=sum(v.owed for v in said),
            decisions_unexplained=len(to_explain(folders)),
            supports=tuple(
                rules.Line(
                    f"{i.practitioner or 'Somebody not yet named'}, {i.role}, {i.agency}.", on=i.held_from
                )
                for i in view.involvements
            ),
            matters=tuple(m.name for m in who_matters(folders)),
            advocacy=latest.act if latest else None,
            advocate=latest.name if latest else "",
            advocacy_on=latest.on if latest else None,
            rights_on=rights[0].told_at.astimezone(LONDON).date() if rights else None,
        )
    )
    return [
        replace(each, lines=tuple(_led(line, each.name, folders[0]) for line in each.lines)) for each in found
    ]


#: Where what stands in a line can be read, where the line names no page of its own.
_READ_IN = {
    NeedName.STABILITY: "people",
    NeedName.RESPECT: "voice",
    NeedName.INFORMATION: "voice/told",
    NeedName.SUPPORT: "people",
    NeedName.ADVOCACY: "voice/advocate",
}


def _led(line: rules.Line, need: NeedName, folder_id: UUID) -> rules.Line:
    return line if line.href else replace(line, href=f"/child/{folder_id}/{_READ_IN.get(need, 'voice')}/")


def _late(limit_id: str, last: datetime | None) -> tuple[bool, str]:
    """Whether it is longer ago than the pack says, and the pack's span in words."""
    pack = pack_in_force()
    limit = pack.limit(limit_id, today())
    if last is None:
        return False, limit.span
    try:
        return due(last, limit, pack.calendar(today())) < now(), limit.span
    except BeyondCalendar:
        return False, limit.span


def _last_seen(view: ChildView) -> tuple[datetime | None, rules.Line | None]:
    """When the child was last seen, as every page says it, and the line that says so."""
    seen = last_seen(view.folder_ids)
    if seen is None:
        return None, None
    who = ", ".join(part for part in (seen.by, seen.by_post) if part)
    words = f"Last seen: {seen.how}, by {who}." if seen.how else f"Last seen by {who}."
    return seen.at, rules.Line(words, seen.href, seen.at.astimezone(LONDON).date())


def _noticed(timeline: Sequence[Moment]) -> tuple[rules.Line, ...]:
    worries = [moment for moment in timeline if moment.kind.lower().startswith("concern")]
    if not worries:
        return ()
    latest = max(worries, key=lambda m: m.happened_at)
    told = rules.times(len(worries), "time")
    return (
        rules.Line(
            f"Somebody noticed and said so {told}, the last time on this day.",
            latest.href,
            latest.happened_at.astimezone(LONDON).date(),
        ),
    )


def _own_words(view: ChildView) -> tuple[str, ...]:
    """What the record holds in the child's own terms: their name and pronouns, and how they describe themselves."""
    child = view.child
    found = []
    if child.known_as:
        found.append(f"Is called {child.known_as}, as they wish.")
    if child.birth.pronouns:
        found.append(f"Their pronouns: {child.birth.pronouns}.")
    for question in IdentityQuestion:
        answer = child.answers.get(question)
        if answer is not None and answer.answered is Answered.GIVEN and answer.self_described:
            found.append(f"In their own words, {question.label.lower()}: {answer.said}.")
    return tuple(found)
