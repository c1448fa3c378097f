"""The decision on each child of a concern, and what it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.access.queries import allocated_team, joined_set, lead_of, responsible_manager
from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as, managers_of, order_of_asking_now
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.queries import lead_worker, works_with
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import acknowledged_within, pack_in_force
from sightline.procedures.terms import DutyState
from sightline.records import actions as records
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import rules
from ..models import Concern, ConcernPart, Draft, Screening, Transfer
from ..rules import ChildDecision, OutcomeRule
from ..terms import AdditionKind, ConcernAct, ConcernState, Referral
from .answering import _reopen
from .steps import _add, _advance, _locked, _standing, at_words, named


def outcome_rule(pack: Pack, outcome_id: str, on: date) -> OutcomeRule | None:
    """The pack's outcome as the rules need it; None for an id that it does not have."""
    try:
        found = pack.screening_outcome(outcome_id, on)
    except LookupError:
        return None
    starts = bool(pack.duties_opened_by(outcome_id, on))
    return OutcomeRule(found.id, Referral(found.referral), found.compulsory, starts)


class Incomplete(Refused):
    """Decisions that still lack something: `faults` maps (part id, field) to a message."""

    def __init__(self, faults: Mapping[tuple[UUID, str], str]) -> None:
        self.faults = faults
        super().__init__("Some questions are not answered yet.")


@transaction.atomic
def screen(
    concern_id: UUID,
    decisions: Sequence[ChildDecision],
    *,
    knows_family: bool | None,
    version: int | None = None,
    draft_id: UUID | None = None,
) -> list[Screening]:
    """Decide on every child of a concern in one sitting; each child's decision is its own.

    Raises NotPermitted, NotFound, Refused (the maker raised it or knows the family, a stale form) or
    Incomplete. What the outcomes open is opened together, unless a conflict of interests awaits a manager.
    """
    acting = permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id, version=version)
    pack, at = pack_in_force(), now()
    day = at.astimezone(LONDON).date()
    parts = {p.id: p for p in ConcernPart.objects.filter(concern_id=concern_id).select_related("child")}
    working_with = works_with(acting.practitioner_id, _wide(parts.values()))
    rules.may_screen(
        raised_by=concern.raised_by_id,
        maker=acting.practitioner_id,
        knows_family=knows_family,
        already_working_with=working_with,
    ).or_refuse()
    if {d.part_id for d in decisions} != set(parts):
        raise Refused("Decide on every child of this concern.")
    levels = pack.levels(day)
    faults: dict[tuple[UUID, str], str] = {}
    for decision in decisions:
        level = next((x for x in levels.level if x.id == decision.level_id), None)
        ids = [d.id for d in level.descriptor] if level else []
        for name, message in rules.faults(
            decision, outcome_rule(pack, decision.outcome_id, day), level_descriptors=ids
        ).items():
            faults[(decision.part_id, name)] = message
        if decision.outcome_id == ALREADY_OPEN and _working(parts[decision.part_id].folder_id) is None:
            faults[(decision.part_id, "outcome_id")] = rules.NOBODY_WORKS_WITH
        if decision.sooner and decision.sooner_by is not None:
            limits = _limits(pack, decision.outcome_id, day, concern.raised_at, at)
            sooner = rules.makes_sooner(decision.sooner_by, at, limits)
            if not sooner:
                faults[(decision.part_id, sooner.field)] = sooner.reason
    if faults:
        raise Incomplete(faults)
    _advance(concern, ConcernAct.DECIDE)
    concern.decided_at = at
    if concern.taken_by_id is None:
        concern.taken_by_id, concern.taken_at = acting.practitioner_id, at
    concern.save()
    standing = _standing(concern_id)
    made = records.decide(
        [
            _carrying(
                _deciding(d, parts[d.part_id].folder_id, concern.id, pack, day),
                standing.get(d.part_id),
                acting.practitioner_id,
            )
            for d in decisions
        ]
    )
    screenings = []
    for decision, row in zip(decisions, made, strict=True):
        screening = _screening(concern, decision, row, pack, day)
        screenings.append(screening)
    Screening.objects.bulk_create(screenings)
    for screening in screenings:
        replaced = standing.get(screening.part_id)
        if replaced is not None and replaced.awaits_ruling:
            # All that is owed on it is the ruling: one that was replaced is not ruled on.
            duties.withdraw_all(
                replaced.decision_id, _replaced_words(screening), folder_ids=[replaced.folder_id]
            )
    _decided(
        concern,
        [s for s in screenings if not s.decision.awaits_ruling],
        at=at,
        owner_id=acting.practitioner_id,
        pack=pack,
    )
    _ask_for_rulings(concern, [s for s in screenings if s.decision.awaits_ruling], pack, at)
    for screening in screenings:
        record(Verb.WROTE, "concerns.screen", folder_id=screening.folder_id, subject=screening)
        if screening.decision.awaits_ruling:
            duties.happened(
                "conflict_unresolved",
                [screening.folder_id], subject_id=screening.decision_id, at=at,
                path=_ruling_path(screening), team_id=concern.team_id, pack=pack,
            )  # fmt: skip
        else:
            _take_effect(concern, screening, pack, at)
    if draft_id is not None:
        Draft.objects.filter(id=draft_id).delete()
    return screenings


def _carrying(deciding: records.Deciding, standing: Screening | None, maker_id: UUID) -> records.Deciding:
    """A decision that takes the place of another; where that awaits a ruling, so does this: its conflict goes over."""
    if standing is None:
        return deciding
    before = standing.decision
    deciding = replace(deciding, replaces_id=before.id)
    if not standing.awaits_ruling or not rules.conflict_stands(
        same_maker=before.maker_id == maker_id,
        conflict=deciding.conflict,
        for_the_child=deciding.for_the_child,
    ):
        return deciding
    if not deciding.conflict.strip():
        deciding = replace(
            deciding,
            conflict=before.conflict,
            conflict_resolved=before.conflict_resolved,
            for_the_child=before.for_the_child,
        )
    return replace(deciding, awaits_ruling=True)


def _replaced_words(by: Screening) -> str:
    """'Replaced by the decision of Gwen Ashby at 10:40 on 3 May: Early help'"""
    decision = by.decision
    return f"Replaced by the decision of {decision.maker.name} at {at_words(decision.made_at)}: {decision.outcome}"


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


def _ruling_path(screening: Screening) -> str:
    return f"/front-door/{screening.concern_id}/ruling/{screening.decision_id}/"


def _ask_for_rulings(concern: Concern, waiting: Sequence[Screening], pack: Pack, at: datetime) -> None:
    """Tells whoever is on duty, other than the maker, that decisions have no effect until a manager rules.

    Urgent where a child is said to be in danger or to need protection.
    """
    if not waiting:
        return
    day = at.astimezone(LONDON).date()
    makers = set(
        Screening.objects.filter(
            concern_id=concern.id, decision__awaits_ruling=True, decision__ruling__isnull=True
        ).values_list("decision__maker_id", flat=True)
    )
    urgent = concern.immediate_danger or any(outcome_is_protection(pack, s.outcome_id, day) for s in waiting)
    asked = next((one for one in order_of_asking_now(concern.team_id, at) if one not in makers), None)
    if asked is None:
        return
    agencies.notify(
        asked,
        text="A decision with a conflict of interests has no effect until you rule on it",
        path=_ruling_path(waiting[0]) if len(waiting) == 1 else f"/front-door/{concern.id}/",
        urgent=urgent,
        acknowledge_within_minutes=acknowledged_within(),
        team=concern.team_id,
    )


def _deciding(
    decision: ChildDecision,
    folder_id: UUID,
    concern_id: UUID,
    pack: Pack,
    day: date,
) -> records.Deciding:
    """A decision on a child's part as the record keeps it."""
    protection = outcome_is_protection(pack, decision.outcome_id, day)
    return records.Deciding(
        folder_id=folder_id,
        kind=DecisionKind.SCREENING,
        outcome=pack.screening_outcome(decision.outcome_id, day).title,
        reasons=decision.reasons,
        pack=pack.name,
        pack_version=pack.version,
        definition_id="child_protection" if protection else "safeguarding",
        conflict=decision.conflict,
        conflict_resolved=decision.conflict_resolved,
        for_the_child=decision.for_the_child,
        subject_id=concern_id,
    )


def _screening(concern: Concern, decision: ChildDecision, row: Decision, pack: Pack, day: date) -> Screening:
    """What was decided on a child's part, and the words that it stood on that day."""
    level = next(x for x in pack.levels(day).level if x.id == decision.level_id)
    chosen = [d for d in level.descriptor if d.id in decision.descriptors]
    return Screening(
        folder_id=row.folder_id,
        concern=concern,
        part_id=decision.part_id,
        decision=row,
        outcome_id=decision.outcome_id,
        level_id=level.id,
        level_name=f"{level.number}: {level.name}",
        descriptors=[d.id for d in chosen],
        descriptors_words="\n".join(d.text for d in chosen),
        stands_on=decision.stands_on.strip(),
        why_nothing_less=decision.why_nothing_less.strip(),
        child_told=decision.child_told.strip(),
        parents_told=decision.parents_told.strip(),
        working_well=decision.working_well.strip(),
        sooner_by=decision.sooner_by if decision.sooner else None,
        sooner_why=decision.sooner_why.strip() if decision.sooner else "",
        advice=decision.advice.strip(),
        is_referral=rules.is_referral(
            outcome_rule(pack, decision.outcome_id, day), decision.records_referral
        ),
        source_code=concern.source_code,
        need_code=decision.need_code,
        authority=decision.authority.strip(),
    )


def outcome_is_protection(pack: Pack, outcome_id: str, day: date) -> bool:
    """Whether an outcome is, or brings along, a strategy discussion: then child protection is what is defined."""
    return "strategy_discussion" in pack.outcome_with_included(outcome_id, day)


def _wide(parts: object) -> list[UUID]:
    """The folders of the parts and of the known children that they were matched to."""
    found: list[UUID] = []
    for part in parts:  # type: ignore[attr-defined]
        found += joined_set(lead_of(part.folder_id))
    return found


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


def _where_done(kind: str, folder_id: UUID, decision_id: UUID) -> str:
    """The page on which a duty that a decision opened is done."""
    if kind == "review_of_open_assessment":
        return f"/child/{folder_id}/enquiries/look-again/{decision_id}/"
    return f"/child/{folder_id}/enquiries/" if kind in _UNDER_ENQUIRIES else f"/child/{folder_id}/"


def _end_replaced(screening: Screening, owed: set[str]) -> set[str]:
    """Withdraws what only the decisions that this one replaced owe. Gives the kinds that go on under their clock.

    Work that was begun goes on until whoever began it ends it. One that this child now needs sooner than its clock
    says gives way to that.
    """
    earlier = Screening.objects.filter(part_id=screening.part_id).exclude(id=screening.id)
    goes_on: set[str] = set()
    for duty in Duty.objects.filter(
        subject_id__in=earlier.values("decision_id"), folder_id=screening.folder_id, closed_at__isnull=True
    ).exclude(state=DutyState.DONE_LATE.value):
        assert duty.subject_id is not None
        to_begin = _where_done(duty.kind, screening.folder_id, duty.subject_id).split("/")[3:]
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
                path=_where_done(kind.id, lead, screening.decision_id),
                owner_id=for_worker.owner_id if for_worker else None,
                team_id=(for_worker.team_id if for_worker else None) or concern.team_id,
                sooner_at=sooner_at,
                sooner_why=screening.sooner_why if sooner_at is not None else "",
            )
        )
    duties.open_duties(openings, pack=pack)
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
            sent_at=at,
            recorded_by_id=current().practitioner_id,
        )


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str, once: UUID | None = None) -> None:
    """A manager decides on a decision made with an unresolved conflict; only now does it take effect, or not.

    Where somebody has, says who and when. `once`: the key of the form.
    """
    permit(Permission.APPROVE_CONFLICT)
    screening = Screening.objects.select_related("decision").filter(decision_id=decision_id).first()
    if screening is None:
        raise NotFound
    # One at a time: the concern is what two managers would both change.
    concern = _locked(screening.concern_id)
    earlier = Decision.objects.filter(rules_on_id=decision_id).select_related("maker").first()
    if earlier is not None and earlier.id == once:
        return
    if earlier is not None:
        raise Refused(
            f"{named(earlier.maker)} ruled on this decision at {at_words(earlier.made_at)}: "
            f"{'it takes effect' if earlier.upholds else 'it does not take effect'}. Yours was not recorded; what you "
            "typed is kept below.",
        )
    replacing = (
        Screening.objects.filter(decision__replaces_id=decision_id).select_related("decision__maker").first()
    )
    if replacing is not None:
        raise Refused(
            f"{named(replacing.decision.maker)} decided anew on this child at "
            f"{at_words(replacing.decision.made_at)}, so this decision stands no longer and nobody rules on it. Yours "
            "was not recorded; what you typed is kept below.",
        )
    made_before = Screening.objects.filter(
        part_id=screening.part_id, decision__awaits_ruling=True, decision__ruling__isnull=True,
        decision__maker_id=current().practitioner_id,
    )  # fmt: skip
    if made_before.exclude(id=screening.id).exists():
        raise Refused(
            "You made the decision yourself that this one replaced with its conflict. Another manager must rule on it."
        )
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons, once=once)
    pack = pack_in_force()
    duties.happened(
        "conflict_decided", [screening.folder_id], subject_id=decision_id, at=ruling.made_at, pack=pack
    )
    if upholds:
        if concern.state == ConcernState.DECIDED.value:
            # Reopened meanwhile, it waits for another decision, whose clock runs on.
            maker_id = screening.decision.maker_id
            _decided(concern, [screening], at=ruling.made_at, owner_id=maker_id, pack=pack)
        _take_effect(concern, screening, pack, ruling.made_at)
        concern.version += 1
        concern.save(update_fields=["version"])
    else:
        _not_upheld(concern, f"The decision was not upheld: {reasons}", pack)
    record(Verb.WROTE, "concerns.rule_on", folder_id=screening.folder_id, subject=screening)


def _not_upheld(concern: Concern, why: str, pack: Pack) -> None:
    """The concern is open again. Where the ruling on a sibling has opened it already, the reasons are added."""
    if rules.can_reopen(ConcernState(concern.state)):
        _reopen(concern, why, pack)
    else:
        _add(concern, AdditionKind.REOPENED, why)


@transaction.atomic
def transfer_accepted(screening_id: UUID, accepted_by: str) -> None:
    """The other authority has confirmed that it accepts the child: until now the child was ours."""
    permit(Permission.SCREEN_CONCERN)
    if not accepted_by.strip():
        raise Refused("Name who accepted, and their post.", "accepted_by")
    transfer = (
        Transfer.objects.select_for_update(of=("self",))
        .select_related("recorded_by")
        .filter(screening_id=screening_id)
        .first()
    )
    if transfer is None:
        raise NotFound
    if transfer.accepted_at is not None:
        raise Refused(
            f"{named(transfer.recorded_by)} recorded at {at_words(transfer.accepted_at)} that {transfer.accepted_by} "
            "has accepted already. Yours was not recorded; what you typed is kept below.",
            "accepted_by",
        )
    transfer.accepted_at, transfer.accepted_by = now(), accepted_by.strip()
    transfer.recorded_by_id = current().practitioner_id
    transfer.save()
    screening = Screening.objects.get(id=screening_id)
    children.authority_changed(screening.folder_id, responsible=transfer.authority)
    # Of a decision that was replaced by another of the same outcome, the first one's clock runs on.
    for passed_on in Screening.objects.filter(part_id=screening.part_id):
        duties.happened(
            "transfer_accepted",
            [transfer.folder_id],
            subject_id=passed_on.decision_id,
            at=transfer.accepted_at,
        )
    record(Verb.WROTE, "concerns.transfer_accepted", folder_id=transfer.folder_id, subject=transfer)
