"""At the board: who deals with a concern, what was done about a danger, whom it is about."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sightline.access import actions as access
from sightline.access.models import Joining
from sightline.agencies.actions import notify, permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import on_folders, pack_in_force
from sightline.records import actions as records
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import ConcernPart, Screening
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
    joining_id = access.join(part.folder_id, known_folder_id, reasons)
    access.let_team_in(
        known_folder_id,
        part.concern.team_id,
        why=f"A concern about this child, {part.concern.reference}, is being decided",
        joining_id=joining_id,
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
def say_not_known(part_id: UUID, reasons: str = "") -> None:
    """A person has looked at the known children whom it might be, and it is none of them: kept with who and when."""
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).first()
    if part is None:
        raise NotFound
    _locked(part.concern_id)
    joined = _joinings(part).filter(undone_at__isnull=True).first()
    if joined is not None:
        raise Refused(
            f"{named(joined.decided_by)} said at {at_words(joined.decided_at)} that this is a known child. Yours was "
            "not recorded; what you typed is kept below. If the match is wrong, undo it first."
        )
    _say_not_known(part, reasons)


def _say_not_known(part: ConcernPart, reasons: str = "") -> None:
    words = reasons.strip() or "They were looked at, and none of them was recognised as this child."
    last = queries.last_said([part.folder_id]).get(part.folder_id)
    if last is not None and (last.outcome, last.reasons, last.maker_id) == (
        rules.NOT_KNOWN,
        words,
        current().practitioner_id,
    ):
        return  # the same form again
    pack = pack_in_force()
    records.decide(
        [
            records.Deciding(
                folder_id=part.folder_id,
                kind=DecisionKind.MATCH,
                outcome=rules.NOT_KNOWN,
                reasons=words,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=part.concern_id,
            )
        ]
    )
    record(Verb.WROTE, "concerns.say_not_known", folder_id=part.folder_id, subject=part)


def _joinings(part: ConcernPart) -> QuerySet[Joining]:
    return Joining.objects.filter(folder_id=part.folder_id).select_related("decided_by", "undone_by")


@transaction.atomic
def undo_match(part_id: UUID, reasons: str) -> None:
    """The match was wrong: the two are read apart again, and both histories stay.

    What is owed because of this concern comes back to the front door, under the right child; who decided is told, and
    so is who had been given it. The front door's way into the other child's record ends.
    """
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).select_related("concern").first()
    if part is None:
        raise NotFound
    _locked(part.concern_id)
    # Read from the child's own record: the other one may be closed to the front door once it is undone.
    undone = (
        Decision.objects.filter(folder_id=part.folder_id, kind=DecisionKind.MATCH.value)
        .select_related("maker")
        .order_by("-made_at")
        .first()
    )
    if undone is not None and undone.outcome == _UNDONE:
        if undone.maker_id == current().practitioner_id and undone.reasons == reasons.strip():
            return  # the same form again
        raise Refused(
            f"{named(undone.maker)} undid this match at {at_words(undone.made_at)}. Yours was not recorded; what "
            "you typed is kept below."
        )
    joined = _joinings(part).filter(undone_at__isnull=True).first()
    if joined is not None and reasons.strip():
        _give_back(part, joined.into_id, reasons)
    access.undo_join(part.folder_id, reasons)
    pack = pack_in_force()
    records.decide(
        [
            records.Deciding(
                folder_id=part.folder_id,
                kind=DecisionKind.MATCH,
                outcome=_UNDONE,
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=part.concern_id,
            )
        ]
    )
    record(Verb.WROTE, "concerns.undo_match", folder_id=part.folder_id, subject=part)


_UNDONE = "This is not the known child: the match was undone"


def _give_back(part: ConcernPart, known_id: UUID, reasons: str) -> None:
    """What this concern's decisions opened, while the child was taken for the known one, is the front door's again."""
    decided = list(
        Screening.objects.filter(part=part).select_related("decision").order_by("-decision__made_at")
    )
    owners = set()
    for duty in on_folders([part.folder_id]):
        if not duty.path.startswith("/child/"):
            continue  # what is owed to the referrer has stayed where it was
        if duty.owner_id is not None:
            owners.add(duty.owner_id)
        path = duty.path.replace(f"/child/{known_id}/", f"/child/{part.folder_id}/")
        duties.hand_to([duty.id], None, team_id=part.concern.team_id, path=path)
    for screening in decided:
        duties.never_were(
            Duty.objects.filter(subject_id=screening.decision_id, folder_id=known_id),
            f"The match was undone: {reasons}",
        )
    me = current().practitioner_id
    for practitioner_id in owners - {me}:
        notify(
            practitioner_id,
            text="A concern that you had work from is not about a child of yours after all",
            path=f"/child/{known_id}/",
        )
    if decided:
        notify(
            decided[0].decision.maker_id,
            text=f"A match was undone after the decision on {part.concern.reference}: look at the decision again",
            path=f"/front-door/{part.concern_id}/",
        )
