"""What a decision opens once it is in effect, and whom it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.access.queries import allocated_team, lead_of, responsible_manager
from sightline.agencies import actions as agencies
from sightline.agencies.queries import acting_as, managers_of
from sightline.children.queries import lead_worker
from sightline.kernel.time import LONDON
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import acknowledged_within

from .. import links
from ..models import Concern, Screening, Transfer
from .steps import at_words


def _decided(
    concern: Concern, screenings: Sequence[Screening], *, at: datetime, owner_id: UUID | None, pack: Pack
) -> None:
    """These decisions are in effect: the clock of the decision ends, that of the answer to the referrer begins.

    One that awaits a ruling has no effect, so the clock of the decision runs on until it has.
    """
    if screenings:
        duties.happened(
            "decision_made",
            [s.folder_id for s in screenings], subject_id=concern.id, at=at, path=f"/front-door/{concern.id}/answer/",
            team_id=concern.team_id, owner_id=owner_id, pack=pack, unless_owed=True,
        )  # fmt: skip


def _replaced_words(by: Screening) -> str:
    """'Replaced by the decision of Gwen Ashby at 10:40 on 3 May: Early help'"""
    decision = by.decision
    return f"Replaced by the decision of {decision.maker.name} at {at_words(decision.made_at)}: {decision.outcome}"


def outcome_is_protection(pack: Pack, outcome_id: str, day: date) -> bool:
    """Whether an outcome is, or brings along, a strategy discussion: then child protection is what is defined."""
    return "strategy_discussion" in pack.outcome_with_included(outcome_id, day)


def _runs_from(kind_id: str, referred_at: datetime, decided_at: datetime) -> datetime:
    """The assessment's clock runs from the referral itself, the others from the decision."""
    return referred_at if kind_id == "assessment" else decided_at


def _limits(pack: Pack, outcome_id: str, day: date, referred_at: datetime, at: datetime) -> list[datetime]:
    """When what an outcome opens falls due by itself."""
    try:
        kinds = pack.duties_opened_by(outcome_id, day)
    except LookupError:
        return []
    return [duties.clock_of(pack, k.id, _runs_from(k.id, referred_at, at)).due_at for k in kinds]


#: The outcome for a child whose record is open: whoever works with the child is told.
ALREADY_OPEN = "already_open"


@dataclass(frozen=True)
class _Working:
    """Who works with a child today: the lead worker, or the manager of the team that has not named one yet."""

    owner_id: UUID
    team_id: UUID | None
    allocated: bool
    told: tuple[UUID, ...]


def _working(folder_id: UUID) -> _Working | None:
    """Whose work the child of a folder is, and who is told of a new concern; None where it is nobody's.

    A lead worker who has left the post counts as none; the front door, which only decides, does too.
    """
    lead = lead_of(folder_id)
    worker, manager = lead_worker(lead), responsible_manager(lead)
    acting = acting_as(worker.practitioner_id) if worker is not None else None
    if worker is not None and acting is not None:
        if manager is None and acting.team_id is not None:
            manager = next(iter(managers_of(acting.team_id)), None)
        told = dict.fromkeys(one for one in (worker.practitioner_id, manager) if one is not None)
        return _Working(worker.practitioner_id, acting.team_id, True, tuple(told))
    team_id = allocated_team(lead)
    if team_id is None:
        return None
    managers = managers_of(team_id)
    manager = manager if manager in managers else next(iter(managers), None)
    return None if manager is None else _Working(manager, team_id, False, (manager,))


#: What a decision opens, and is begun or done under the child's enquiries.
_UNDER_ENQUIRIES = ("assessment", "early_help_contact", "strategy_discussion", "immediate_protection")


def _where_done(kind: str, folder_id: UUID, decision_id: UUID, concern_id: UUID) -> str:
    """The page on which a duty that a decision opened is done."""
    if kind == "review_of_open_assessment":
        return f"/child/{folder_id}/enquiries/look-again/{decision_id}/"
    if kind == "signposting":
        return f"/front-door/given/{decision_id}/"
    if kind == "transfer_receipt":
        return f"/front-door/{concern_id}/"
    return f"/child/{folder_id}/enquiries/" if kind in _UNDER_ENQUIRIES else f"/child/{folder_id}/"


def _end_replaced(screening: Screening, owed: set[str]) -> set[str]:
    """Withdraws what only the decisions that this one replaced owe; what was missed of it stays to be answered for.
    Gives the kinds that go on under their clock.

    Work that was begun goes on until whoever began it ends it. One that this child now needs sooner than its clock
    says gives way to that.
    """
    earlier = Screening.objects.filter(part_id=screening.part_id).exclude(id=screening.id)
    goes_on: set[str] = set()
    for duty in Duty.objects.filter(
        TO_DO, subject_id__in=earlier.values("decision_id"), folder_id=screening.folder_id
    ):
        assert duty.subject_id is not None
        to_begin = _where_done(duty.kind, screening.folder_id, duty.subject_id, screening.concern_id).split(
            "/"
        )[3:]
        begun = duty.path.split("/")[3:] != to_begin
        in_time = screening.sooner_by is None or duty.due_at <= screening.sooner_by
        if begun or (duty.kind in owed and in_time):
            goes_on.add(duty.kind)
        else:
            duties.withdraw_all(
                duty.subject_id,
                _replaced_words(screening),
                folder_ids=[screening.folder_id],
                kind=duty.kind,
            )
    return goes_on


def _take_effect(concern: Concern, screening: Screening, pack: Pack, at: datetime) -> None:
    """Open together what the outcome opens, tell the allocated worker, pass a child of another authority on.

    Where it takes the place of another decision, what both owe goes on with its clock, the rest of that is withdrawn.
    What this child needs sooner was said with the decision: it holds also where a manager's ruling comes between.
    """
    day = at.astimezone(LONDON).date()
    lead = lead_of(screening.folder_id)
    # What whoever works with the child owes stands in their own team's work, the rest in the front door's.
    working = _working(screening.folder_id)
    already_open = screening.outcome_id == ALREADY_OPEN
    # What a team has yet to allocate is nobody's, but for the look at what is open already.
    takes_on = working if working is not None and (working.allocated or already_open) else None
    kinds = pack.duties_opened_by(screening.outcome_id, day)
    goes_on = _end_replaced(screening, {kind.id for kind in kinds})
    openings = []
    for kind in kinds:
        if kind.id in goes_on:
            continue
        started_at = _runs_from(kind.id, concern.raised_at, at)
        sooner_at = screening.sooner_by
        if sooner_at is not None and sooner_at >= duties.clock_of(pack, kind.id, started_at).due_at:
            sooner_at = None  # this one ends before that anyway
        for_worker = None if kind.owner_role == "decision_manager" else takes_on
        openings.append(
            duties.Opening(
                folder_id=screening.folder_id,
                kind=kind.id,
                started_at=started_at,
                subject_id=screening.decision_id,
                path=_where_done(kind.id, lead, screening.decision_id, concern.id),
                owner_id=for_worker.owner_id if for_worker else None,
                team_id=(for_worker.team_id if for_worker else None) or concern.team_id,
                sooner_at=sooner_at,
                sooner_why=screening.sooner_why if sooner_at is not None else "",
            )
        )
    duties.open_duties(openings, pack=pack)
    for follows in links.in_effect:
        follows(screening.folder_id, screening.decision_id, at)
    if already_open and working is not None:
        for practitioner_id in working.told:
            agencies.notify(
                practitioner_id,
                text="A new concern about a child whom you work with",
                path=f"/child/{lead}/",
                acknowledge_within_minutes=acknowledged_within(),
            )
        duties.happened(
            "allocated_worker_told",
            [screening.folder_id],
            subject_id=screening.decision_id,
            at=at,
            pack=pack,
        )
    if screening.authority:
        Transfer.objects.create(
            folder_id=screening.folder_id,
            screening=screening,
            authority=screening.authority,
            summary=screening.summary,
            sent_at=at,
            recorded_by_id=current().practitioner_id,
        )
