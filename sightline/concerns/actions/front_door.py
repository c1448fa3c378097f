"""At the board: who deals with a concern, what was done about a danger, whom it is about."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.access import actions as access
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.terms import DecisionKind

from ..models import ConcernPart
from ..terms import AdditionKind, ConcernAct
from .steps import _add, _advance, _audit, _folders, _locked


@transaction.atomic
def take_up(concern_id: UUID) -> None:
    """Say that you are dealing with it; the board shows it."""
    acting = permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    _advance(concern, ConcernAct.TAKE_UP)
    concern.taken_by_id, concern.taken_at = acting.practitioner_id, now()
    concern.save()
    _audit(concern, "concerns.take_up")


@transaction.atomic
def hand_back(concern_id: UUID) -> None:
    """Nobody deals with it any more; it waits on the board again."""
    permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    _advance(concern, ConcernAct.HAND_BACK)
    concern.taken_by, concern.taken_at = None, None
    concern.save()
    _audit(concern, "concerns.hand_back")


@transaction.atomic
def danger_acted_on(concern_id: UUID, words: str) -> None:
    """Who was sent or told about the immediate danger: discharges the shortest clock."""
    permit(Permission.SEE_BOARD)
    if not words.strip():
        raise Refused("Say who was sent or told, by whom and when.", "words")
    concern = _locked(concern_id)
    folders = _folders(concern.id)
    duties.happened("immediate_danger_acted_on", folders, subject_id=concern.id, at=now())
    _add(concern, AdditionKind.MORE, f"Acted on the immediate danger: {words.strip()}")
    concern.version += 1
    concern.save(update_fields=["version"])
    _audit(concern, "concerns.danger_acted_on")


@transaction.atomic
def decide_match(part_id: UUID, known_folder_id: UUID, reasons: str) -> None:
    """A person decides that a child of the concern is one already known: their histories are read together."""
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).select_related("concern").first()
    if part is None:
        raise NotFound
    access.join(part.folder_id, known_folder_id, reasons)
    access.let_team_in(
        known_folder_id,
        part.concern.team_id,
        why=f"A concern about this child, {part.concern.reference}, is being decided",
    )
    pack = pack_in_force()
    records.decide(
        [
            records.Deciding(
                folder_id=part.folder_id,
                kind=DecisionKind.MATCH,
                outcome="This is a child whom the partnership knows already",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=part.concern_id,
            )
        ]
    )
    record(Verb.WROTE, "concerns.decide_match", folder_id=part.folder_id, subject=part)


@transaction.atomic
def undo_match(part_id: UUID, reasons: str) -> None:
    """The match was wrong: the two are read apart again, and both histories stay."""
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).first()
    if part is None:
        raise NotFound
    access.undo_join(part.folder_id, reasons)
    pack = pack_in_force()
    records.decide(
        [
            records.Deciding(
                folder_id=part.folder_id,
                kind=DecisionKind.MATCH,
                outcome="This is not the known child: the match was undone",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=part.concern_id,
            )
        ]
    )
    record(Verb.WROTE, "concerns.undo_match", folder_id=part.folder_id, subject=part)
