"""Decisions of any kind: never without their maker and reasons, never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import notify, permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused

from .. import rules
from ..models import (
    Decision,
)
from ..terms import DecisionKind


@dataclass(frozen=True)
class ConflictIn:
    """With whose interests the child's welfare was in conflict in a decision, and how that was resolved (CHD-06). In
    fields of the names that `Deciding` has: nothing said is no conflict."""

    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None


NO_CONFLICT = ConflictIn()


@dataclass(frozen=True)
class Deciding:
    """A decision to be made on one child. `outcome` is what was decided, in words; `definition_id` is the definition
    that it was made under, to which the page of decisions leads as it held that day (STR-05).

    `awaits_ruling`: it takes the place of one that a manager has yet to rule on, and waits for that too.
    """

    folder_id: UUID
    kind: DecisionKind
    outcome: str
    reasons: str
    pack: str
    pack_version: str
    definition_id: str = "safeguarding"
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None
    subject_id: UUID | None = None
    replaces_id: UUID | None = None
    awaits_ruling: bool = False


#: Rooms above that owe something once decisions were made are told of them here, in the same transaction.
told_of_decisions: list[Callable[[Sequence[Decision]], None]] = []


@transaction.atomic
def decide(decisions: Sequence[Deciding]) -> list[Decision]:
    """Record decisions made in one sitting. The maker is who is looking; the caller asked its permission.

    Raises Refused without reasons, or with a conflict of interests whose resolution is not said.
    """
    acting = permit(Permission.WRITE_FOLDER)
    together = uuid7() if len(decisions) > 1 else None
    at = now()
    rows = []
    for deciding in decisions:
        rules.has_reasons(deciding.reasons).or_refuse()
        rules.conflict_is_answered(
            deciding.conflict, deciding.conflict_resolved, deciding.for_the_child
        ).or_refuse()
        rows.append(_decision(deciding, acting.practitioner_id, acting.post, at, together))
    Decision.objects.bulk_create(rows)
    for row in rows:
        record(Verb.WROTE, "records.decide", folder_id=row.folder_id, subject=row)
    tell_of_decisions(rows)
    return rows


def tell_of_decisions(rows: Sequence[Decision]) -> None:
    """Tells the rooms above of decisions that were just made."""
    for tell in told_of_decisions if rows else ():
        tell(rows)


def _decision(
    deciding: Deciding, maker_id: UUID, maker_post: str, made_at: datetime, together: UUID | None
) -> Decision:
    return Decision(
        folder_id=deciding.folder_id,
        kind=deciding.kind.value,
        outcome=deciding.outcome,
        reasons=deciding.reasons.strip(),
        maker_id=maker_id,
        maker_post=maker_post,
        made_at=made_at,
        pack=deciding.pack,
        pack_version=deciding.pack_version,
        definition_id=deciding.definition_id,
        conflict=deciding.conflict.strip(),
        conflict_resolved=deciding.conflict_resolved.strip(),
        for_the_child=deciding.for_the_child if deciding.conflict.strip() else None,
        awaits_ruling=deciding.awaits_ruling
        or rules.awaits_ruling(deciding.conflict, deciding.for_the_child),
        written_together=together,
        subject_id=deciding.subject_id,
        replaces_id=deciding.replaces_id,
    )


@dataclass(frozen=True)
class PastSitting:
    """Decisions made in one sitting of the past: by whom, in which post, when."""

    decisions: Sequence[Deciding]
    maker_id: UUID
    maker_post: str
    made_at: datetime


def record_decisions_bulk(sittings: Sequence[PastSitting]) -> list[list[Decision]]:
    """What `decide` writes, for many sittings of the past in few statements. For the named jobs alone."""
    made = []
    for sitting in sittings:
        together = uuid7() if len(sitting.decisions) > 1 else None
        made.append(
            [
                _decision(deciding, sitting.maker_id, sitting.maker_post, sitting.made_at, together)
                for deciding in sitting.decisions
            ]
        )
    rows = [row for of_sitting in made for row in of_sitting]
    Decision.objects.bulk_create(rows)
    record_many(event(Verb.WROTE, "records.decide", folder_id=row.folder_id, subject=row) for row in rows)
    return made


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str, once: UUID | None = None) -> Decision:
    """A manager decides whether a decision made with an unresolved conflict of interests takes effect."""
    acting = permit(Permission.APPROVE_CONFLICT)
    rules.has_reasons(reasons).or_refuse()
    decision = Decision.objects.filter(id=decision_id).first()
    if decision is None:
        raise NotFound
    rules.may_rule(decision.maker_id, acting.practitioner_id).or_refuse()
    if not decision.awaits_ruling:
        raise Refused("This decision is in effect already: nobody's ruling is needed.")
    earlier = Decision.objects.filter(rules_on=decision).select_related("maker").first()
    if earlier is not None:
        raise Refused(f"{earlier.maker.name} has ruled on this decision already.")
    ruling = Decision.objects.create(
        id=once or uuid7(),
        folder_id=decision.folder_id,
        kind=DecisionKind.RULING.value,
        outcome="The decision takes effect" if upholds else "The decision does not take effect",
        reasons=reasons.strip(),
        maker_id=acting.practitioner_id,
        maker_post=acting.post,
        made_at=now(),
        pack=decision.pack,
        pack_version=decision.pack_version,
        rules_on=decision,
        upholds=upholds,
        subject_id=decision.subject_id,
    )
    record(Verb.WROTE, "records.rule_on", folder_id=ruling.folder_id, subject=ruling)
    return ruling


def tell_maker(ruling: Decision, path: str) -> None:
    """Whoever made a decision is told that a manager has ruled on it. A step of the ruling."""
    assert ruling.rules_on is not None
    notify(ruling.rules_on.maker_id, text="A manager has ruled on a decision of yours", path=path)
