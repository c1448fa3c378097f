"""From which of several strategy discussions the clock of a conference runs: the one that the pack names."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON
from sightline.meetings import hooks
from sightline.meetings.models import MeetingChild
from sightline.meetings.terms import Purpose
from sightline.procedures import actions as duties
from sightline.procedures.clocks import start_of
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import WhichStart

from ..models import Enquiry, Strategy, StrategyDecision
from ..queries import clocks
from ..queries.episode import standing_steps
from ..terms import Act

CONFERENCE = clocks.CONFERENCE[0]


def conference_starts(
    strategy: Strategy, began_at: datetime, pack: Pack, *, without: UUID | None = None
) -> datetime:
    """The instant that the clock of a conference runs from, of an enquiry which that discussion began then: as the pack
    says which of several discussions of one process counts. `without`: a meeting that was not held after all.

    A process is all discussions since the child came to them from elsewhere; the latest of them is the last that
    decided on an enquiry.
    """
    which = pack.limit(CONFERENCE, began_at.astimezone(LONDON).date()).of_several
    if which is None or which is WhichStart.BEGAN:
        return began_at
    steps = standing_steps(strategy.episode_id)
    came = [s.at for s in steps if s.act == Act.CALL_STRATEGY.value and s.at <= strategy.written_at]
    there = MeetingChild.objects.filter(
        meeting_id=OuterRef("meeting_id"), folder_id=OuterRef("folder_id"), left_at__isnull=True
    )
    held = Strategy.objects.filter(
        Exists(there), episode_id=strategy.episode_id, meeting__began_at__isnull=False
    )
    if without is not None:
        held = held.exclude(meeting_id=without)
    if came:
        held = held.filter(written_at__gte=came[-1])
    if which is WhichStart.LATEST:
        enquired = [s.decision_id for s in steps if s.act == Act.START_ENQUIRY.value and s.decision_id]
        decided = StrategyDecision.objects.filter(decision_id__in=enquired)
        held = held.filter(id__in=decided.values("strategy_id"))
    return start_of(which, began_at, [at for at in held.values_list("meeting__began_at", flat=True) if at])


def clock_agrees(row: Enquiry, reason: str, *, never_owed: bool = False, without: UUID | None = None) -> None:
    """The clock of an enquiry's conference runs from the discussion that the pack names as the discussions stand now:
    one that runs from another ends for that reason, and the named one's runs. What the child needs sooner stays so.

    `never_owed`: the discussion that it ran from never was, or its step was taken back. A step of another action.
    """
    pack = pack_in_force()
    start = conference_starts(row.strategy, row.began_at, pack, without=without)
    own = Duty.objects.filter(kind=CONFERENCE, subject_id=row.id)
    running = clocks.running(own).exclude(started_at=start).order_by("opened_at").last()
    if running is None:
        return
    duties.withdraw_these(own.filter(id=running.id), reason, never_owed=never_owed)
    before = own.filter(started_at=start).order_by("opened_at").last()
    if before is not None:
        duties.owe_again([before], reason)
    else:
        sooner = running.sooner_why and running.due_at < duties.clock_of(pack, CONFERENCE, start).due_at
        duties.open_duties(
            [
                duties.Opening(
                    folder_id=running.folder_id,
                    kind=CONFERENCE,
                    started_at=start,
                    subject_id=row.id,
                    path=running.path,
                    owner_id=running.owner_id,
                    team_id=running.team_id,
                    sooner_at=running.due_at if sooner else None,
                    sooner_why=running.sooner_why if sooner else "",
                )
            ],
            pack=pack,
        )
    record(Verb.WROTE, "enquiries.conference_clock", folder_id=row.folder_id, subject=row)


def discussion_held(happened: hooks.Happened) -> None:
    """A discussion was recorded as held: where the pack counts from it, the conference's clock does from now on."""
    if happened.purpose is Purpose.STRATEGY_DISCUSSION:
        for row in _going_on(happened):
            clock_agrees(row, "The conference is counted from another discussion.")


def discussion_not_held(happened: hooks.Happened) -> None:
    """It was taken back that a discussion was held: no clock runs from it any more."""
    if happened.purpose is Purpose.STRATEGY_DISCUSSION:
        for row in _going_on(happened):
            reason = "The discussion that it was counted from was not held after all."
            clock_agrees(row, reason, never_owed=True, without=happened.meeting_id)


def _going_on(happened: hooks.Happened) -> list[Enquiry]:
    """The enquiries on the ways through on which a meeting discussed children."""
    episodes = Strategy.objects.filter(meeting_id=happened.meeting_id).values("episode_id")
    return list(
        Enquiry.objects.filter(episode_id__in=episodes, episode__closed_at__isnull=True).select_related(
            "strategy"
        )
    )
