"""An assessment that should not have been begun is set aside, and taken up again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.words import date_only
from sightline.kernel.time import day_of, today
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyAct
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from ...models import Assessment, SignOff, Waiting
from ...rules import assessment as rules
from ...rules import stages
from ...rules.protection import knows_nobody
from ...terms import AssessmentAct, AssessmentState, Waits
from .. import episode as way
from ..waiting import keep_waiting, none_waits, ruling_owed
from .beginning import open_of
from .signing import _signing
from .writing import _locked


@transaction.atomic
def set_aside(
    assessment_id: UUID, words: str, *, knows_family: bool | None, conflict: ConflictIn = NO_CONFLICT
) -> SignOff | None:
    """An assessment that should not have been begun: it stays readable, and a concern's duty is owed as before. A
    manager's decision. With a conflict of interests not resolved for the child it goes on until another manager upholds
    that: then None."""
    if not stages.has_words(words):
        raise Refused("Say why it is set aside.", "words")
    return _decided(assessment_id, AssessmentAct.SET_ASIDE, words, knows_family, conflict)


@transaction.atomic
def take_up_again(
    assessment_id: UUID, words: str, *, knows_family: bool | None, conflict: ConflictIn = NO_CONFLICT
) -> SignOff | None:
    """An assessment that was set aside goes on where it was. A manager's decision, which waits for another manager over
    a conflict of interests not resolved for the child: then None."""
    if not stages.has_words(words):
        raise Refused("Say why it is taken up again.", "words")
    return _decided(assessment_id, AssessmentAct.TAKE_UP_AGAIN, words, knows_family, conflict)


_OUTCOME = {
    AssessmentAct.SET_ASIDE: "The assessment is set aside",
    AssessmentAct.TAKE_UP_AGAIN: "The assessment is taken up again",
}


def _decided(
    assessment_id: UUID, act: AssessmentAct, words: str, knows_family: bool | None, conflict: ConflictIn
) -> SignOff | None:
    permit(Permission.SIGN_OFF)
    row = _locked(assessment_id)
    knows_nobody(knows_family).or_refuse()
    _may(row, act)
    none_waits(Waits.ASSESSMENT, row.id)
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.STEP,
                outcome=_OUTCOME[act],
                reasons=words,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=row.id,
                **asdict(conflict),
            )
        ]
    )
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.ASSESSMENT, row.id, {"act": act.value})
        ruling_owed(decision, pack)
        record(Verb.WROTE, f"enquiries.{act.name.lower()}", folder_id=row.folder_id, subject=decision)
        return None
    return _done(row, act, decision)


def aside_upheld(waiting: Waiting) -> None:
    """A manager upheld that an assessment is set aside, or taken up again: only now it is. A step of the ruling.

    Raises Refused where it was sent, signed or closed since.
    """
    row, act = _locked(waiting.subject_id), AssessmentAct(waiting.sent["act"])
    _may(row, act)
    _done(row, act, waiting.decision)


def _may(row: Assessment, act: AssessmentAct) -> None:
    rules.after(AssessmentState(row.state), act)
    if act is not AssessmentAct.TAKE_UP_AGAIN:
        return
    # Another is begun under the same lock.
    if way.locked(row.episode_id).closed_at is not None:
        raise Refused(
            "The work with this child was closed since. Take the closing back first, or begin anew."
        )
    other = open_of(row.episode_id, row.form)
    if other is not None:
        raise Refused(
            f"{other.author.name} began another assessment on {date_only(day_of(other.started_at))}, and it is open. "
            "Go on with that one, or set it aside first: a child has one of a kind at a time."
        )


def _done(row: Assessment, act: AssessmentAct, decision: Decision) -> SignOff:
    if act is AssessmentAct.SET_ASIDE:
        made = _signing(row, act, decision.reasons, decision=decision)
        _asked_for_nothing(row, decision.reasons)
    else:
        aside = SignOff.objects.filter(assessment=row, act=AssessmentAct.SET_ASIDE.value).latest("at", "id")
        made = _signing(row, act, decision.reasons, decision=decision)
        _asks_again(row, aside.at, decision.reasons)
    record(Verb.WROTE, f"enquiries.{act.name.lower()}", folder_id=row.folder_id, subject=made)
    return made


#: What is met as an assessment is begun is met by its beginning.
_AT_ONCE = timedelta(minutes=1)
#: What the beginning of an assessment is told to the ledger as, where no concern had asked for the assessment itself.
_BEGUN = ("assessment_begun", "early_help_begun")


def _asked_for_nothing(row: Assessment, words: str) -> None:
    """The assessment should never have been begun: what was owed for it counts in nothing, be it to do, done in time or
    done late, and what its beginning had met is owed as before."""
    met = list(_met_by_beginning(row))
    duties.never_were(_of_its_own(row), words)
    duties.owe_again(met, words)


def _asks_again(row: Assessment, aside_at: datetime, words: str) -> None:
    """The assessment goes on: what was owed for it stands as it stood, with the clock that it had, and what its
    beginning had met is met."""
    for kind in _kinds("discharges"):
        duties.discharge(kind, row.duty_subject, done=row.started_at)
    duties.after_all(_of_its_own(row), aside_at, words)


def _of_its_own(row: Assessment) -> QuerySet[Duty]:
    """What was owed because this assessment was begun: its signature; and itself, unless a concern had asked for it."""
    kinds = set(pack_in_force().event("assessment_sent", today()).opens) | _kinds("opens")
    since = Duty.objects.filter(subject_id=row.duty_subject, started_at__gte=row.started_at)
    return since.filter(kind__in=kinds)


def _met_by_beginning(row: Assessment) -> QuerySet[Duty]:
    """What a concern had asked for and the beginning of the assessment met: that a family was offered early help."""
    met = DutyEvent.objects.filter(
        act__in=(DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value), at__gte=row.started_at,
        at__lt=row.started_at + _AT_ONCE,
    )  # fmt: skip
    return Duty.objects.filter(
        subject_id=row.duty_subject, kind__in=_kinds("discharges"), id__in=met.values("duty_id")
    )


def _kinds(which: str) -> set[str]:
    pack = pack_in_force()
    return {kind for event in _BEGUN for kind in getattr(pack.event(event, today()), which)}
