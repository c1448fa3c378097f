"""At the board: who deals with a concern, what was done about a danger, whom it is about."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sightline.access import actions as access
from sightline.access.models import Joining
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.terms import DecisionKind

from ..models import ConcernPart
from ..terms import AdditionKind, ConcernAct, ConcernState
from .steps import _add, _added_before, _advance, _audit, _folders, _locked, _not_stale, at_words, named


@transaction.atomic
def take_up(concern_id: UUID, *, version: int | None = None) -> None:
    """Say that you are dealing with it; the board shows it. Whoever does already, does."""
    acting = permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    if concern.state == ConcernState.BEING_SCREENED.value and concern.taken_by_id == acting.practitioner_id:
        return
    _not_stale(concern, version)
    _advance(concern, ConcernAct.TAKE_UP)
    concern.taken_by_id, concern.taken_at = acting.practitioner_id, now()
    concern.save()
    _audit(concern, "concerns.take_up")


@transaction.atomic
def hand_back(concern_id: UUID, *, version: int | None = None) -> None:
    """Nobody deals with it any more; it waits on the board again. Where it does already, nothing is done."""
    permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    if version is not None and concern.state == ConcernState.WAITING.value:
        return
    _not_stale(concern, version)
    _advance(concern, ConcernAct.HAND_BACK)
    concern.taken_by, concern.taken_at = None, None
    concern.save()
    _audit(concern, "concerns.hand_back")


@transaction.atomic
def danger_acted_on(
    concern_id: UUID, words: str, *, version: int | None = None, once: UUID | None = None
) -> None:
    """Who was sent or told about the immediate danger: discharges the shortest clock."""
    permit(Permission.SEE_BOARD)
    if not words.strip():
        raise Refused("Say who was sent or told, by whom and when.", "words")
    concern = _locked(concern_id)
    if _added_before(concern, once):
        return
    _not_stale(concern, version)
    folders = _folders(concern.id)
    duties.happened("immediate_danger_acted_on", folders, subject_id=concern.id, at=now())
    _add(concern, AdditionKind.MORE, f"Acted on the immediate danger: {words.strip()}", once=once)
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
    _locked(part.concern_id)
    joined = _joinings(part).filter(undone_at__isnull=True).first()
    if joined is not None:
        mine = joined.decided_by_id == current().practitioner_id
        if mine and joined.reasons == reasons.strip():
            return  # the same form again
        raise Refused(
            f"{named(joined.decided_by)} said at {at_words(joined.decided_at)} that this is a known child. Yours was "
            "not recorded; what you typed is kept below. If the match is wrong, undo it first."
        )
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


def _joinings(part: ConcernPart) -> QuerySet[Joining]:
    return Joining.objects.filter(folder_id=part.folder_id).select_related("decided_by", "undone_by")


@transaction.atomic
def undo_match(part_id: UUID, reasons: str) -> None:
    """The match was wrong: the two are read apart again, and both histories stay."""
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).first()
    if part is None:
        raise NotFound
    _locked(part.concern_id)
    undone = _joinings(part).order_by("-decided_at").first()
    if undone is not None and undone.undone_at is not None:
        mine = undone.undone_by_id == current().practitioner_id
        if mine and undone.undone_why == reasons.strip():
            return  # the same form again
        raise Refused(
            f"{named(undone.undone_by)} undid this match at {at_words(undone.undone_at)}. Yours was not recorded; what "
            "you typed is kept below."
        )
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
