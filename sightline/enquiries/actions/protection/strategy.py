"""Strategy discussions: called, decided for each child, ruled on, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.access.queries import joined_set
from sightline.agencies.actions import notify, permit
from sightline.agencies.queries import acting_as, worked_for
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.terms import StatusKind
from sightline.concerns.models import Concern, ConcernPart
from sightline.kernel.ids import uuid7
from sightline.kernel.time import day_of, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import actions as meetings
from sightline.meetings import hooks
from sightline.meetings.actions import DecisionIn, Invitee
from sightline.meetings.models import Meeting, MeetingDecision
from sightline.meetings.terms import Format, MeetingState, Purpose
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.voice.actions import WishesIn

from ...models import (
    Enquiry,
    Episode,
    Step,
    Strategy,
    StrategyDecision,
    Waiting,
)
from ...queries import clocks
from ...queries import protection as queries
from ...rules import protection as rules
from ...rules.closing import Closing
from ...terms import Act, LedBy, Stage, StrategyOutcome, Waits
from .. import back
from .. import episode as way
from ..closing import write_closing
from ..conference_clock import CONFERENCE, clock_agrees, conference_starts
from ..waiting import keep_waiting
from .base import stamp


@dataclass(frozen=True)
class Calling:
    """A strategy discussion to call: about which children, when and where, who chairs and who else is asked.

    `opens`: those of `asked` may open the children's records until the minutes are read, and write what they know.
    """

    folder_ids: Sequence[UUID]
    when: datetime
    cause: str
    safety_now: str
    chair_id: UUID
    place: str = ""
    link: str = ""
    format: Format = Format.VIDEO
    asked: Sequence[UUID] = ()
    opens: bool = False


@transaction.atomic
def call_strategy(new: Calling) -> UUID:
    """Call a strategy discussion about one child or several; returns the meeting's id.

    Each child's way moves to it; whoever raised the concern is asked. Their agency takes part by the pack's quorum,
    whoever comes for it (`queries.referrers`). Raises NotPermitted or Refused.
    """
    permit(Permission.STATUTORY)
    rules.may_call(cause=new.cause, safety_now=new.safety_now).or_refuse()
    folders = [way.writable_lead(folder_id) for folder_id in dict.fromkeys(new.folder_ids)]
    together = uuid7() if len(folders) > 1 else None
    meeting_id = meetings.call(
        Purpose.STRATEGY_DISCUSSION,
        folders,
        new.when,
        chair_id=new.chair_id,
        format=new.format,
        place=new.place,
        link=new.link,
        agenda=f"Is there reasonable cause to suspect significant harm, and what is done? {new.cause.strip()}",
        process_id=queries.process_of(folders) or uuid7(),
    )
    referrers: dict[UUID, None] = {}
    for folder_id in folders:
        row = _part_of(
            folder_id, meeting_id, new.chair_id, cause=new.cause, safety_now=new.safety_now, together=together
        )
        raised = _raised(row.folder_id)
        if raised is not None and raised.raised_by_id is not None:
            referrers[raised.raised_by_id] = None
        record(Verb.WROTE, "enquiries.call_strategy", folder_id=folder_id, subject=row)
    for practitioner_id in dict.fromkeys((*referrers, *new.asked)):
        if practitioner_id != new.chair_id and acting_as(practitioner_id) is not None:
            meetings.invite(
                meeting_id,
                Invitee.practitioner(
                    practitioner_id,
                    opens=new.opens and practitioner_id in new.asked,
                    writes=True,
                ),
            )
    return meeting_id


def _part_of(
    folder_id: UUID,
    meeting_id: UUID,
    chair_id: UUID,
    *,
    cause: str,
    safety_now: str,
    together: UUID | None,
) -> Strategy:
    """One child's part of a discussion: the child's way moves to it, and its chair owes what a concern had opened."""
    waiting = (
        Duty.objects.filter(TO_DO, folder_id__in=joined_set(folder_id), kind="strategy_discussion")
        .order_by("due_at")
        .first()
    )
    raised = _raised(folder_id)
    episode = way.begin(folder_id, Stage.STRATEGY, reasons=cause, written_together=together)
    row = Strategy(
        folder_id=folder_id,
        episode=episode,
        meeting_id=meeting_id,
        cause=cause.strip(),
        safety_now=safety_now.strip(),
        referred_by_id=_agency_of(raised) if raised else None,
        **stamp(together),
    )
    row.duty_subject = waiting.subject_id if waiting and waiting.subject_id else row.id
    row.save(force_insert=True)
    if waiting is not None:
        chair = acting_as(chair_id)
        duties.hand_to(
            [waiting.id],
            chair_id,
            team_id=chair.team_id if chair else None,
            path=f"/child/{folder_id}/enquiries/strategy/{row.id}/",
        )
    return row


def child_added(happened: hooks.Happened) -> None:
    """A brother or sister was added to a discussion: what it was called for is looked at for that child as well."""
    if happened.purpose is not Purpose.STRATEGY_DISCUSSION:
        return
    parts = list(Strategy.objects.filter(meeting_id=happened.meeting_id).order_by("written_at", "id"))
    if not parts:
        return
    chair_id = Meeting.objects.values_list("chair_id", flat=True).get(id=happened.meeting_id)
    for given in happened.folder_ids:
        folder_id = way.writable_lead(given)
        part = next((each for each in parts if each.folder_id == folder_id), None)
        if part is None:
            part = _part_of(
                folder_id,
                happened.meeting_id,
                chair_id,
                cause=parts[0].cause,
                safety_now=parts[0].safety_now,
                together=parts[0].written_together,
            )
        elif Stage(part.episode.stage) is not Stage.STRATEGY:
            way.begin(folder_id, Stage.STRATEGY, reasons=part.cause)
        record(Verb.WROTE, "enquiries.child_added", folder_id=folder_id, subject=part)


def _agency_of(raised: Concern) -> UUID | None:
    """The agency for which a concern was raised, also where whoever raised it has left since. Nobody's for one that
    the public raised."""
    who = raised.raised_by_id
    return (worked_for(who, day_of(raised.raised_at)) or worked_for(who, today())) if who else None


def _raised(folder_id: UUID) -> Concern | None:
    part = (
        ConcernPart.objects.filter(folder_id__in=joined_set(folder_id))
        .select_related("concern")
        .order_by("-written_at")
        .first()
    )
    return part.concern if part else None


@dataclass(frozen=True)
class StrategyIn:
    """What a discussion decided for one child."""

    strategy_id: UUID
    outcome: str
    threshold: str
    safety: str
    reasons: str
    wishes: WishesIn = field(default_factory=WishesIn)
    closing: Closing = field(default_factory=Closing)
    """Where nothing further closes the child's case: `queries.nothing_leads_to`."""
    dissents: Mapping[UUID, str] = field(default_factory=dict)
    conference_by: date | None = None
    """Where an enquiry begins and this child needs the conference before its limit, and why (TIM-01)."""
    sooner_why: str = ""
    conflict: ConflictIn = NO_CONFLICT


@transaction.atomic
def decide_strategy(
    meeting_id: UUID,
    decisions: Sequence[StrategyIn],
    *,
    knows_family: bool | None,
    worker_id: UUID | None = None,
) -> list[StrategyDecision]:
    """What the discussion decided, each child by its own decision; only after it was held, by whoever chaired it.

    Where it is a section 47 enquiry, the enquiry begins, and the conference's clock from the discussion that the pack
    names. A discussion may decide anew: what it decided before stays. With a conflict of interests not resolved for
    the child nothing follows until a manager has ruled on it.
    """
    permit(Permission.STATUTORY)
    meeting = Meeting.objects.filter(id=meeting_id).first()
    if meeting is None:
        raise NotFound
    held = meeting.state in (MeetingState.HELD.value, MeetingState.CONCLUDED.value)
    rows = {s.id: s for s in Strategy.objects.filter(meeting_id=meeting_id).select_related("episode")}
    if {d.strategy_id for d in decisions} - set(rows) or not decisions:
        raise NotFound
    _nobody_is_to_rule(rows.values())
    for one in decisions:
        rules.may_decide(
            held=held,
            outcome=one.outcome,
            threshold=one.threshold,
            safety=one.safety,
            knows_family=knows_family,
        ).or_refuse()
    together = uuid7() if len(decisions) > 1 else None
    found = meetings.decide(
        meeting_id,
        [
            DecisionIn(
                rows[one.strategy_id].folder_id,
                StrategyOutcome(one.outcome).label,
                one.reasons,
                dissents=one.dissents,
                definition_id="child_protection",
                wishes=one.wishes,
                **asdict(one.conflict),
            )
            for one in decisions
        ],
        knows_family=knows_family,
    )
    assert meeting.began_at is not None
    made = []
    for one in decisions:
        strategy = rows[one.strategy_id]
        outcome = StrategyOutcome(one.outcome)
        decision_id = found[strategy.folder_id]
        row = StrategyDecision(
            folder_id=strategy.folder_id,
            strategy=strategy,
            outcome=outcome.value,
            threshold=one.threshold.strip(),
            safety=one.safety.strip(),
            decision_id=decision_id,
            **stamp(together),
        )
        row.save(force_insert=True)
        if row.decision.awaits_ruling:
            if _closes(strategy, outcome):
                write_closing(strategy.episode, decision_id, one.closing, together=together)
            keep_waiting(
                row.decision,
                Waits.STRATEGY,
                row.id,
                {
                    "worker_id": str(worker_id or way.me()),
                    "conference_by": one.conference_by.isoformat() if one.conference_by else "",
                    "sooner_why": one.sooner_why,
                },
            )
        else:
            follows = _Follows(worker_id or way.me(), one.conference_by, one.sooner_why, one.closing)
            _strategy_takes_effect(row, meeting.began_at, follows)
        record(Verb.WROTE, "enquiries.decide_strategy", folder_id=strategy.folder_id, subject=row)
        made.append(row)
    return made


def _nobody_is_to_rule(rows: Iterable[Strategy]) -> None:
    """Raises Refused while a manager has to rule on what a discussion decided: a conflict is not decided away."""
    decided = StrategyDecision.objects.filter(strategy__in=list(rows)).values("decision_id")
    waiting = MeetingDecision.objects.filter(
        decision__in=decided,
        decision__awaits_ruling=True,
        decision__ruling__isnull=True,
        taken_back__isnull=True,
    ).exists()
    if waiting:
        raise Refused(
            "This discussion decided with a conflict of interests that was not resolved for the child. A manager has "
            "still to rule on that; after it the discussion may decide anew."
        )


def _closes(strategy: Strategy, outcome: StrategyOutcome) -> bool:
    """Whether a discussion's decision closes the child's case, as it stands."""
    nothing = outcome is StrategyOutcome.NOTHING
    return nothing and queries.nothing_leads_to([strategy.episode_id])[strategy.episode_id] is Act.CLOSE


def strategy_ruled_on(happened: hooks.Ruled) -> None:
    """A manager ruled on what a discussion had decided for a child: only now does it take effect, or never does. Then
    the discussion owes a decision as before."""
    waiting = Waiting.objects.filter(decision_id=happened.decision_id, what=Waits.STRATEGY.value).first()
    if waiting is None or not happened.upholds:
        return
    decided = StrategyDecision.objects.select_related("strategy__meeting", "decision").get(
        id=waiting.subject_id
    )
    held_at = decided.strategy.meeting.began_at
    assert held_at is not None, "a decision is ruled on only while its discussion counts as held"
    sent, by = waiting.sent, waiting.sent["conference_by"]
    sooner = None
    if by:
        asked = date.fromisoformat(by)
        pack = pack_in_force()
        start = conference_starts(decided.strategy, held_at, pack)
        sooner = duties.still_sooner(CONFERENCE, start, asked, pack=pack)
    _strategy_takes_effect(decided, held_at, _Follows(UUID(sent["worker_id"]), sooner, sent["sooner_why"]))
    record(Verb.WROTE, "enquiries.strategy_ruled_on", folder_id=decided.folder_id, subject=decided)


@dataclass(frozen=True)
class _Follows:
    """What else was answered with a discussion's decision. `closing`: what the closing of the case needs, where the
    decision has not kept it already."""

    worker_id: UUID
    conference_by: date | None = None
    sooner_why: str = ""
    closing: Closing | None = None


def _strategy_takes_effect(decided: StrategyDecision, held_at: datetime, said: _Follows) -> None:
    worker_id, closing = said.worker_id, said.closing
    strategy, outcome = decided.strategy, StrategyOutcome(decided.outcome)
    episode = way.locked(strategy.episode_id)
    folder_id, reasons = strategy.folder_id, decided.decision.reasons
    pack = pack_in_force()
    _decided_anew(episode, strategy, decided)
    going_on = queries.enquiry_going_on(episode.id)
    rules.may_take_effect(Stage(episode.stage), outcome, enquiry_goes_on=going_on is not None).or_refuse()
    duties.discharge("strategy_discussion", strategy.duty_subject, done=held_at)
    called = None if going_on is not None else queries.conference_called(episode.id)
    if said.conference_by is not None and (
        not outcome.enquires or going_on is not None or called is not None
    ):
        raise _conference_runs()
    if outcome.enquires:
        if Stage(episode.stage) is Stage.STRATEGY:
            way.move(
                episode,
                Act.START_ENQUIRY,
                reasons=reasons,
                decision_id=decided.decision_id,
                outcome_id=outcome.value,
                begins=(StatusKind.CHILD_IN_NEED,),
            )
        if called is not None:
            # Discussed again before its conference: the enquiry goes on, and with it the clock that it had.
            back.goes_on_again(called)
            going_on = Enquiry.objects.get(id=called.enquiry_id)
        led_by = (LedBy.JOINT if outcome is StrategyOutcome.JOINT else LedBy.SINGLE).value
        if going_on is not None:
            # Another discussion of the same enquiry: the clock runs from the one that the pack names.
            if going_on.led_by != led_by:
                going_on.led_by, going_on.version = led_by, going_on.version + 1
                going_on.save(update_fields=["led_by", "version"])
            clock_agrees(going_on, "The conference is counted from another discussion.")
            return
        worker = way.allocate(folder_id, worker_id, why="Section 47 enquiry")
        # One whose beginning was taken back goes on with all that was found.
        enquiry = Enquiry.objects.filter(episode=episode, strategy=strategy, ends__isnull=True).first()
        if enquiry is None:
            enquiry = Enquiry(
                folder_id=folder_id,
                episode=episode,
                strategy=strategy,
                led_by=led_by,
                began_at=held_at,
                worker_id=worker_id,
                **stamp(),
            )
            enquiry.save(force_insert=True)
        else:
            enquiry.ended_at, enquiry.led_by, enquiry.worker_id = None, led_by, worker_id
            enquiry.version += 1
            enquiry.save(update_fields=["ended_at", "led_by", "worker", "version"])
        path = f"/child/{folder_id}/enquiries/section-47/{enquiry.id}/"
        # An enquiry that an earlier return told of goes on here, with the clock that it has; one whose conference was
        # missed is answered for, and this discussion's own clock runs.
        told_of = clocks.running(clocks.told_of_before(joined_set(folder_id)))
        without = clocks.CONFERENCE if told_of.filter(due_at__gte=held_at).exists() else ()
        if without and said.conference_by is not None:
            raise _conference_runs()
        start = conference_starts(strategy, held_at, pack)
        duties.happened(
            "enquiry_started",
            [folder_id],
            subject_id=enquiry.id,
            at=held_at,
            path=path,
            owner_id=worker_id,
            team_id=worker.team_id,
            pack=pack,
            without=without,
            starts={CONFERENCE: start},
            sooner=duties.sooner_by(
                CONFERENCE,
                start,
                said.conference_by,
                said.sooner_why,
                pack=pack,
                field="conference_by",
            ),
        )
        duties.hand_to(told_of.values_list("id", flat=True), worker_id, team_id=worker.team_id, path=path)
        way.put_under(folder_id, StatusKind.CHILD_IN_NEED)
        return
    onwards = Act.CONTINUE_ASSESSMENT
    if outcome is StrategyOutcome.NOTHING:
        onwards = queries.nothing_leads_to([episode.id])[episode.id]
    if onwards is Act.CLOSE and closing is not None:
        write_closing(episode, decided.decision_id, closing, together=decided.written_together)
    way.move(episode, onwards, reasons=reasons, decision_id=decided.decision_id, outcome_id=outcome.value)
    if called is not None:
        duties.withdraw_these(
            clocks.to_conference(called.enquiry), f"Another discussion decided otherwise: {reasons}"
        )


def _conference_runs() -> Refused:
    return Refused(
        "No clock of a conference starts with this decision. Leave it empty; one that runs is brought forward on "
        "its own page",
        "conference_by",
    )


def _decided_anew(episode: Episode, strategy: Strategy, decided: StrategyDecision) -> None:
    """What the discussion decided before is taken back with what it led to. Raises Refused where the child has moved on
    since: then it takes another discussion."""
    earlier = (
        queries.decided_in_effect()
        .filter(strategy=strategy)
        .exclude(id=decided.id)
        .order_by("-written_at")
        .first()
    )
    if earlier is None or Stage(episode.stage) is Stage.STRATEGY:
        return
    last = way.last_standing(episode.id)
    if last is None or last.decision_id != earlier.decision_id:
        raise Refused(
            "The child has moved on since this discussion decided. Call another discussion, or take the later steps "
            "back first."
        )
    way.undo(episode, f"The discussion decided anew. {decided.decision.reasons}")


def meeting_cancelled(happened: hooks.Happened) -> None:
    """A discussion was cancelled: what it was to answer is owed as before, and the child's way stays for another."""
    if happened.purpose is not Purpose.STRATEGY_DISCUSSION:
        return
    for row in Strategy.objects.filter(meeting_id=happened.meeting_id):
        record(Verb.WROTE, "enquiries.meeting_cancelled", folder_id=row.folder_id, subject=row)
        notify(
            row.written_by_id,
            text="A strategy discussion that you called was cancelled: call another",
            path=f"/child/{row.folder_id}/enquiries/",
        )


def meeting_not_held(happened: hooks.Happened) -> None:
    """Whatever moved a child on by a decision of this meeting rests on its having been held: that comes back first."""
    decided = MeetingDecision.objects.filter(meeting_id=happened.meeting_id, taken_back__isnull=True).values(
        "decision_id"
    )
    # That a conference made no plan is a decision of its own on what the conference decided.
    no_plan = Q(act=Act.CONTINUE_ASSESSMENT.value, decision__subject_id__in=decided)
    moved = Step.objects.filter(Q(decision_id__in=decided) | no_plan, taken_back__isnull=True)
    step = moved.exclude(act=Act.TAKE_BACK.value).order_by("-at").first()
    if step is not None:
        raise Refused(
            f"What this meeting decided has moved a child on: {step.act}. Take that step back first, on the child’s "
            "Enquiries tab."
        )
