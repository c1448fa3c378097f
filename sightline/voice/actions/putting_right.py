"""Putting right what was written of what became of a child's words, by adding: the first writing stays readable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.authors import authored
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force

from .. import rules
from ..models import Advocacy, Done, ExplainedView, Explanation, PutRight, RightsTold, ToldBefore, View
from ..terms import Heard
from .taking_back import _nothing_to_explain, _owe_again
from .writing import (
    AdvocacyStep,
    Explaining,
    RightsExplained,
    Said,
    Telling,
    _advocate_moved,
    _discharge_here,
    _done,
    _explained,
    _one,
    _owe_answer,
    _owner,
    _rights,
    _step,
    _telling,
    _view,
)

Kept = TypeVar("Kept", bound=PutRight)


@dataclass(frozen=True)
class Wrong:
    """Which row is wrong, and what was wrong in it."""

    row_id: UUID
    what: str


def _put_right(
    rows: type[Kept], wrong: Wrong, what: str, fields: Callable[[Acting, Kept], dict[str, Any]]
) -> tuple[Kept, Kept]:
    """The wrong row and the right one that stands in its place from now on, for the same child.

    Raises NotFound, NotPermitted, or Refused where it is not said what was wrong or somebody has put it right already.
    """
    acting = permit(Permission.WRITE_FOLDER)
    of_kind: Any = rows._default_manager
    row: Kept | None = of_kind.filter(id=wrong.row_id).first()
    if row is None:
        raise NotFound
    if not wrong.what.strip():
        raise Refused("Say what was wrong.", "was_wrong")
    earlier = of_kind.filter(corrects=row).select_related("author").first()
    if earlier is not None:
        raise Refused(
            f"{earlier.author.name} has put this right already. Read that first, and correct that one if it is wrong."
        )
    if hasattr(row, "taken_back"):
        raise Refused("This was taken back: it was written by mistake")
    right: Kept = of_kind.create(
        **authored(acting, row.folder_id), **fields(acting, row), corrects=row, was_wrong=wrong.what.strip()
    )
    record(Verb.WROTE, what, folder_id=row.folder_id, subject=right)
    return row, right


@transaction.atomic
def correct(view_id: UUID, said: Said, was_wrong: str) -> View:
    """Put right what was written down wrongly, by adding: the first writing stays readable.

    What is owed to the child runs on as it did, and is done when either is answered; unless an answer is owed only by
    the one of the two, or the child spoke at another time: then it is owed as if the right one had been written first.
    """
    acting = permit(Permission.WRITE_FOLDER)
    wrong = _one(view_id)
    if not was_wrong.strip():
        raise Refused("Say what was wrong.", "was_wrong")
    earlier = View.objects.filter(corrects=wrong).select_related("author").first()
    if earlier is not None:
        raise Refused(
            f"{earlier.author.name} has put this right already. Read that first, and correct that one if it is wrong."
        )
    view = _view(acting, wrong.folder_id, said)
    view.first, view.corrects, view.was_wrong = wrong.first, wrong, was_wrong.strip()
    view.save(force_insert=True)
    if _at_another_time(wrong, view):
        _owe_again(wrong, view.was_wrong)
        _discharge_here("child_heard", view.folder_id, view.id, view.heard_at)
    _answer_owed_anew(wrong, view, acting)
    record(Verb.WROTE, "voice.correct", folder_id=view.folder_id, subject=view)
    return view


def _answer_owed_anew(wrong: View, right: View, acting: Acting) -> None:
    was, is_owed = _awaits(wrong), _awaits(right)
    if was == is_owed and (not is_owed or not _at_another_time(wrong, right)):
        return
    on = Duty.objects.filter(
        subject_id=right.first,
        folder_id=right.folder_id,
        kind__in=pack_in_force().event("child_awaits_answer", today()).opens,
    )
    owed = on.filter(TO_DO).first()
    duties.never_were(on, right.was_wrong)
    if not is_owed:
        _nothing_to_explain(right.folder_id, right.was_wrong)
        return
    # Whoever took it over still has it.
    owner = owed.owner_id if owed is not None else None
    _owe_answer(right, owner or _owner(right.folder_id) or acting.practitioner_id)
    answers = Explanation.objects.standing().filter(answered__view__first=right.first)
    if (first := answers.order_by("explained_at").first()) is not None:
        duties.happened(
            "child_answered", [right.folder_id], subject_id=right.first, at=now(), done=first.explained_at
        )


def _at_another_time(wrong: View, right: View) -> bool:
    # A form gives no seconds.
    return abs(right.heard_at - wrong.heard_at) >= timedelta(minutes=1)


def _awaits(view: View) -> bool:
    return rules.awaits_answer(Heard(view.heard), view.wants)


@transaction.atomic
def correct_done(wrong: Wrong, words: str, done_on: date) -> Done:
    """What was done about a child's words, put right."""
    _, right = _put_right(
        Done,
        wrong,
        "voice.correct_done",
        lambda acting, row: {**_done(words, done_on), "view_id": row.view_id},
    )
    return right


@transaction.atomic
def correct_explanation(wrong: Wrong, told: Explaining) -> Explanation:
    """What a child was told, put right. What it answers and which decision it explains stay as they are."""

    def fields(acting: Acting, row: Explanation) -> dict[str, Any]:
        answers = tuple(ExplainedView.objects.filter(explanation=row).values_list("view_id", flat=True))
        same = replace(told, view_ids=answers, decision_id=row.decision_id)
        return {**_explained(acting, same), "decision_id": row.decision_id}

    row, right = _put_right(Explanation, wrong, "voice.correct_explanation", fields)
    ExplainedView.objects.bulk_create(
        ExplainedView(folder_id=folder_id, explanation=right, view_id=view_id)
        for folder_id, view_id in ExplainedView.objects.filter(explanation=row).values_list(
            "folder_id", "view_id"
        )
    )
    return right


@transaction.atomic
def correct_advocacy(wrong: Wrong, step: AdvocacyStep) -> Advocacy:
    """A step of the offer of an advocate, put right. Where the last step was another than was written, what the wrong
    one had opened was never owed, and the right one opens and discharges what it does."""

    def fields(_: Acting, row: Advocacy) -> dict[str, Any]:
        others = Advocacy.objects.standing().filter(folder_id=row.folder_id)
        return _step(step, others.exclude(id=row.id))

    row, right = _put_right(Advocacy, wrong, "voice.correct_advocacy", fields)
    latest = Advocacy.objects.standing().filter(folder_id=row.folder_id).order_by("-on", "-id")
    if right.act != row.act and latest.first() == right:
        duties.withdraw_all(
            row.id,
            "What was written of the advocate was put right.",
            folder_ids=[row.folder_id],
            never_owed=True,
        )
        _advocate_moved(right)
    return right


@transaction.atomic
def correct_rights(wrong: Wrong, told: RightsExplained) -> RightsTold:
    """How a child's rights were explained, put right. The form's words stay those of the version then in force."""
    _, right = _put_right(
        RightsTold, wrong, "voice.correct_rights",
        lambda acting, row: {**_rights(acting, told), "pack": row.pack, "pack_version": row.pack_version},
    )  # fmt: skip
    return right


@transaction.atomic
def correct_telling(wrong: Wrong, telling: Telling) -> ToldBefore:
    """What a child was told beforehand, put right; what it was about stays the same meeting or move."""
    _, right = _put_right(
        ToldBefore, wrong, "voice.correct_telling",
        lambda acting, row: {**_telling(acting, telling), "subject_id": row.subject_id},
    )  # fmt: skip
    return right
