"""The decision on each child of a concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import Concern, ConcernPart, Draft, Screening
from ..rules import ChildDecision, OutcomeRule
from ..terms import ConcernAct, Referral
from .effect import (
    ALREADY_OPEN,
    _decided,
    _limits,
    _replaced_words,
    _take_effect,
    _working,
    outcome_is_protection,
)
from .front_door import _say_not_known
from .ruling import _ask_for_rulings, _ruling_path
from .steps import _advance, _locked, _standing, _stands_apart


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

    A child for whom known children are suggested is one of them or none: said before, or with the decision. Raises
    NotPermitted, NotFound, Refused (the maker raised it or knows the family, a stale form) or Incomplete. What the
    outcomes open is opened together, unless a conflict of interests awaits a manager.
    """
    acting = permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id, version=version)
    pack, at = pack_in_force(), now()
    day = at.astimezone(LONDON).date()
    parts = {p.id: p for p in ConcernPart.objects.filter(concern_id=concern_id).select_related("child")}
    _stands_apart(concern, acting.practitioner_id, knows_family)
    if {d.part_id for d in decisions} != set(parts):
        raise Refused("Decide on every child of this concern.")
    levels = pack.levels(day)
    unanswered = queries.unanswered(parts.values())
    faults: dict[tuple[UUID, str], str] = {}
    for decision in decisions:
        level = next((x for x in levels.level if x.id == decision.level_id), None)
        ids = [d.id for d in level.descriptor] if level else []
        for name, message in rules.faults(
            decision, outcome_rule(pack, decision.outcome_id, day), level_descriptors=ids
        ).items():
            faults[(decision.part_id, name)] = message
        if decision.part_id in unanswered:
            known = rules.may_be_known(
                said_none=decision.none_of_these, may_say=acting.may(Permission.DECIDE_MATCH)
            )
            if not known:
                faults[(decision.part_id, known.field)] = known.reason
        if decision.outcome_id == ALREADY_OPEN and _working(parts[decision.part_id].folder_id) is None:
            faults[(decision.part_id, "outcome_id")] = rules.NOBODY_WORKS_WITH
        if decision.sooner and decision.sooner_by is not None:
            limits = _limits(pack, decision.outcome_id, day, concern.raised_at, at)
            sooner = rules.makes_sooner(decision.sooner_by, at, limits)
            if not sooner:
                faults[(decision.part_id, sooner.field)] = sooner.reason
    if faults:
        raise Incomplete(faults)
    for part_id in unanswered:
        _say_not_known(parts[part_id])
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
        summary=decision.summary.strip(),
    )
