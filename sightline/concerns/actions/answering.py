"""With the referrer: acknowledged, answered; added to, taken back, opened again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import addresses_in
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force

from ..models import Answer, Concern, PartName
from ..terms import AdditionKind, AnswerKind, ConcernAct, ConcernState
from .steps import _add, _advance, _audit, _folders, _locked


@transaction.atomic
def acknowledge(concern_id: UUID, words: str) -> None:
    """Tell the referrer that it arrived."""
    permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    _answer(concern, AnswerKind.ACKNOWLEDGED, words, "referrer_acknowledged")


@transaction.atomic
def answer(concern_id: UUID, words: str) -> None:
    """Tell the referrer what became of it, no more than they may know."""
    permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id)
    _advance(concern, ConcernAct.ANSWER)
    concern.save()
    _answer(concern, AnswerKind.ANSWERED, words, "referrer_answered")


def _answer(concern: Concern, kind: AnswerKind, words: str, event: str) -> None:
    if not words.strip():
        raise Refused("Write what the referrer is told.", "words")
    _gives_no_address_away(concern, words)
    Answer.objects.create(
        concern=concern,
        kind=kind.value,
        words=words.strip(),
        sent_at=now(),
        sent_by_id=current().practitioner_id,
    )
    duties.happened(event, _folders(concern.id), subject_id=concern.id, at=now())
    if concern.raised_by_id is not None:
        agencies.notify(
            concern.raised_by_id,
            text=f"There is news on the concern that you raised, {concern.reference}",
            path=f"/concerns/{concern.id}/",
        )
    _audit(concern, f"concerns.{kind.value}")


def _gives_no_address_away(concern: Concern, words: str) -> None:
    """What leaves for a referrer names no confidential address, unless it is one whose post shows them such."""
    referrer = acting_as(concern.raised_by_id) if concern.raised_by_id else None
    if referrer is not None and referrer.may(Permission.SEE_CONFIDENTIAL_ADDRESS):
        return
    [found] = addresses_in(_folders(concern.id), [words])
    if found:
        raise Refused(
            f"“{found[0]}” belongs to an address that is confidential. Take it out: the referrer must not learn it "
            "from us.",
            "words",
        )


def _is_theirs(concern: Concern) -> bool:
    viewer = current()
    if viewer.kind is ViewerKind.PUBLIC:
        return bool(concern.secret_digest) and concern.secret_digest == viewer.secret_digest
    return concern.raised_by_id is not None and concern.raised_by_id == viewer.practitioner_id


@transaction.atomic
def add_more(concern_id: UUID, kind: AdditionKind, words: str) -> None:
    """The referrer, or the front door, adds or puts right. The team is told where it was decided already."""
    concern = _locked(concern_id)
    if not _is_theirs(concern):
        permit(Permission.SEE_BOARD)
    if not words.strip():
        raise Refused("Write what you want to add.", "words")
    _add(concern, kind, words)
    concern.version += 1
    concern.save(update_fields=["version"])
    if concern.state in (ConcernState.DECIDED.value, ConcernState.ANSWERED.value):
        agencies.notify_duty_manager(
            concern.team_id, text=f"Something was added to concern {concern.reference}",
            path=f"/front-door/{concern.id}/",
        )  # fmt: skip
    for folder_id in PartName.objects.filter(concern=concern).values_list("folder_id", flat=True):
        record(Verb.WROTE, "concerns.add_more", folder_id=folder_id, subject=concern)


@transaction.atomic
def take_back(concern_id: UUID, why: str) -> None:
    """The referrer takes it back. The front door still reads it, and may decide on it all the same."""
    concern = _locked(concern_id)
    if not _is_theirs(concern):
        raise NotPermitted("Only whoever raised a concern can take it back.")
    if not why.strip():
        raise Refused("Say why you take it back.", "words")
    _advance(concern, ConcernAct.TAKE_BACK)
    concern.save()
    _add(concern, AdditionKind.TAKEN_BACK, why)
    # The clocks run on: taking back ends nothing until the front door has looked (it may have been made to).
    agencies.notify_duty_manager(
        concern.team_id, text=f"Concern {concern.reference} was taken back: look at why",
        path=f"/front-door/{concern.id}/",
    )  # fmt: skip
    for folder_id in PartName.objects.filter(concern=concern).values_list("folder_id", flat=True):
        record(Verb.WROTE, "concerns.take_back", folder_id=folder_id, subject=concern)


@transaction.atomic
def close_taken_back(concern_id: UUID, reasons: str) -> None:
    """The front door agrees that nothing more is owed on a concern that was taken back."""
    permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id)
    if concern.state != ConcernState.TAKEN_BACK.value:
        raise Refused("This concern has not been taken back.")
    duties.withdraw_all(concern.id, reasons)
    _add(concern, AdditionKind.MORE, f"Nothing more is done on it: {reasons}")
    _audit(concern, "concerns.close_taken_back")


@transaction.atomic
def reopen(concern_id: UUID, why: str) -> None:
    """Something has changed: it waits for a decision again, with a new clock; what was decided stays."""
    permit(Permission.SCREEN_CONCERN)
    if not why.strip():
        raise Refused("Say why it is reopened.", "words")
    _reopen(_locked(concern_id), why, pack_in_force())


def _reopen(concern: Concern, why: str, pack: Pack) -> None:
    _advance(concern, ConcernAct.REOPEN)
    concern.taken_by, concern.taken_at = None, None
    concern.save()
    _add(concern, AdditionKind.REOPENED, why)
    duties.happened(
        "concern_reopened",
        _folders(concern.id), subject_id=concern.id, at=now(), path=f"/front-door/{concern.id}/",
        team_id=concern.team_id, pack=pack,
    )  # fmt: skip
    _audit(concern, "concerns.reopen")
