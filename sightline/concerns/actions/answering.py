"""With the referrer: acknowledged, answered; added to, taken back, opened again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import addresses_in
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import acknowledged_within, pack_in_force

from .. import rules
from ..models import Addition, Answer, Concern, PartName
from ..terms import AdditionKind, AnswerKind, ConcernAct, ConcernState
from .steps import (
    _add,
    _added_before,
    _advance,
    _audit,
    _awaiting_ruling,
    _folders,
    _locked,
    _not_stale,
    _stands_apart,
    at_words,
    latest_words,
    named,
)


@transaction.atomic
def acknowledge(concern_id: UUID, words: str, *, once: UUID | None = None) -> None:
    """Tell the referrer that it arrived, once: where somebody has, says who and when. `once`: the key of the form."""
    permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    told = (
        Answer.objects.filter(concern=concern, kind=AnswerKind.ACKNOWLEDGED.value)
        .select_related("sent_by")
        .order_by("-sent_at")
        .first()
    )
    if told is not None and told.id == once:
        return
    if told is not None:
        raise Refused(
            f"{named(told.sent_by)} told the referrer that it arrived at {at_words(told.sent_at)}. What you typed "
            "was not sent.",
            "words",
        )
    _answer(concern, AnswerKind.ACKNOWLEDGED, words, "referrer_acknowledged", once)


@transaction.atomic
def answer(concern_id: UUID, words: str, *, version: int | None = None, once: UUID | None = None) -> None:
    """Tell the referrer what became of it, no more than they may know.

    `version`: what the form was opened on; `once`: its key.
    """
    permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id)
    if once is not None and Answer.objects.filter(concern=concern, id=once).exists():
        return
    _not_stale(concern, version)
    if waiting := _awaiting_ruling(concern_id):
        decision = waiting[0].decision
        raise Refused(
            f"The decision of {at_words(decision.made_at)} by {decision.maker.name} is not in effect: a manager must "
            "rule on its conflict of interests first. The referrer is told after that; what you typed was not sent.",
            "words",
        )
    _advance(concern, ConcernAct.ANSWER)
    _answer(concern, AnswerKind.ANSWERED, words, "referrer_answered", once)


def _answer(concern: Concern, kind: AnswerKind, words: str, event: str, once: UUID | None) -> None:
    if not words.strip():
        raise Refused("Write what the referrer is told.", "words")
    _gives_no_address_away(concern, words)
    if kind is AnswerKind.ACKNOWLEDGED:
        concern.version += 1
    concern.save()
    Answer.objects.create(
        id=once or uuid7(),
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
def add_more(
    concern_id: UUID, kind: AdditionKind, words: str, *, version: int | None = None, once: UUID | None = None
) -> str:
    """The referrer, or the front door, adds or puts right. The team is told where it was decided already.

    Nobody's adding stands in the way of another's, so it is never refused as stale: gives in a sentence what was done
    about the concern since the form was opened on `version`, empty where nothing was. `once`: the form's key.
    """
    concern = _locked(concern_id)
    theirs = _is_theirs(concern)
    if not theirs:
        permit(Permission.SEE_BOARD)
    if not words.strip():
        raise Refused("Write what you want to add.", "words")
    if _added_before(concern, once):
        return ""
    meanwhile = ""
    if version is not None and version != concern.version:
        meanwhile = _told_to_referrer(concern) if theirs else latest_words(concern)
    _add(concern, kind, words, once=once)
    concern.version += 1
    concern.save(update_fields=["version"])
    if concern.state in (ConcernState.DECIDED.value, ConcernState.ANSWERED.value):
        agencies.notify_duty_manager(
            concern.team_id, text=f"Something was added to concern {concern.reference}",
            path=f"/front-door/{concern.id}/", acknowledge_within_minutes=acknowledged_within(),
        )  # fmt: skip
    for folder_id in PartName.objects.filter(concern=concern).values_list("folder_id", flat=True):
        record(Verb.WROTE, "concerns.add_more", folder_id=folder_id, subject=concern)
    return meanwhile


def _told_to_referrer(concern: Concern) -> str:
    """What the front door did about it, and when, as far as whoever raised it may know."""
    if concern.decided_at is None or concern.state not in (
        ConcernState.DECIDED.value,
        ConcernState.ANSWERED.value,
    ):
        return ""
    return f"The front door decided on it at {at_words(concern.decided_at)}."


@transaction.atomic
def take_back(concern_id: UUID, why: str, *, once: UUID | None = None) -> None:
    """The referrer takes it back. The front door still reads it, and may decide on it all the same."""
    concern = _locked(concern_id)
    if not _is_theirs(concern):
        raise NotPermitted("Only whoever raised a concern can take it back.")
    if not why.strip():
        raise Refused("Say why you take it back.", "words")
    if _added_before(concern, once):
        return
    if told := _told_to_referrer(concern):
        raise Refused(
            f"{told} So it cannot be taken back. Add what you now know instead: it is kept below.", "words"
        )
    taken_back = Addition.objects.filter(concern=concern, kind=AdditionKind.TAKEN_BACK.value).order_by(
        "-added_at"
    )
    if concern.state == ConcernState.TAKEN_BACK.value and (last := taken_back.first()) is not None:
        raise Refused(
            f"You took it back at {at_words(last.added_at)}. Add what you now know instead: it is kept below.",
            "words",
        )
    _advance(concern, ConcernAct.TAKE_BACK)
    concern.save()
    _add(concern, AdditionKind.TAKEN_BACK, why, once=once)
    # The clocks run on: taking back ends nothing until the front door has looked (it may have been made to).
    agencies.notify_duty_manager(
        concern.team_id, text=f"Concern {concern.reference} was taken back: look at why",
        path=f"/front-door/{concern.id}/", acknowledge_within_minutes=acknowledged_within(),
    )  # fmt: skip
    for folder_id in PartName.objects.filter(concern=concern).values_list("folder_id", flat=True):
        record(Verb.WROTE, "concerns.take_back", folder_id=folder_id, subject=concern)


@transaction.atomic
def close_taken_back(
    concern_id: UUID,
    reasons: str,
    *,
    knows_family: bool | None,
    version: int | None = None,
    once: UUID | None = None,
) -> None:
    """The front door agrees that nothing more is owed on a concern that was taken back. Raises Refused where whoever
    agrees raised it or knows the family, and while nobody has acted on a danger that it told of."""
    acting = permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id)
    if _added_before(concern, once):
        return
    _not_stale(concern, version)
    if concern.state != ConcernState.TAKEN_BACK.value:
        raise Refused("This concern has not been taken back.")
    _stands_apart(concern, acting.practitioner_id, knows_family)
    if Duty.objects.filter(TO_DO, subject_id=concern.id, kind="immediate_danger_response").exists():
        raise Refused(
            "It said that a child is in immediate danger. Record first what was done about that: it may have been "
            "taken back under pressure."
        )
    duties.withdraw_all(concern.id, reasons)
    _add(concern, AdditionKind.MORE, f"Nothing more is done on it: {reasons}", once=once)
    concern.version += 1
    concern.save(update_fields=["version"])
    _audit(concern, "concerns.close_taken_back")


@transaction.atomic
def reopen(
    concern_id: UUID,
    why: str,
    *,
    sooner_by: datetime | None = None,
    sooner_why: str = "",
    version: int | None = None,
    once: UUID | None = None,
) -> None:
    """Something has changed: it waits for a decision again, with a new clock unless the first runs on.

    `sooner_by`, `sooner_why`: a child of it needs the decision by then, before the limit (TIM-01); a clock that runs on
    is brought forward to it. What was decided stays. Raises Refused where that brings nothing forward.
    """
    permit(Permission.SCREEN_CONCERN)
    if not why.strip():
        raise Refused("Say why it is reopened.", "words")
    concern = _locked(concern_id)
    if _added_before(concern, once):
        return
    _not_stale(concern, version)
    pack = pack_in_force()
    sooner = duties.sooner_by(rules.DECISION, now(), sooner_by, sooner_why, pack=pack, field="sooner_by")
    for until, words in sooner.values():
        running = Duty.objects.filter(TO_DO, subject_id=concern.id, kind=rules.DECISION, due_at__gt=until)
        for duty_id in running.values_list("id", flat=True):
            duties.shorten(duty_id, until, words)
    _reopen(concern, why, pack, once, sooner)


def _reopen(
    concern: Concern,
    why: str,
    pack: Pack,
    once: UUID | None = None,
    sooner: Mapping[str, tuple[datetime, str]] | None = None,
) -> None:
    _advance(concern, ConcernAct.REOPEN)
    concern.taken_by, concern.taken_at = None, None
    concern.save()
    _add(concern, AdditionKind.REOPENED, why, once=once)
    duties.happened(
        "concern_reopened",
        _folders(concern.id), subject_id=concern.id, at=now(), path=f"/front-door/{concern.id}/",
        team_id=concern.team_id, pack=pack, sooner=sooner, unless_owed=True,
    )  # fmt: skip
    _audit(concern, "concerns.reopen")
