"""What became of what the children said and of visits that came late: answered, as a team that keeps up would have."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.children.queries import names_of_folders
from sightline.kernel.time import as_on, now
from sightline.plans.models import Plan
from sightline.procedures.actions import answer_for
from sightline.procedures.queries import DutyView, on_folders
from sightline.voice.actions import Explaining, explain
from sightline.voice.models import View
from sightline.voice.terms import Answer, Explained

from .making import _as, _setting_up
from .people import DANA, Cast, cast

#: What was owed before this is settled; what is newer may still wait.
SETTLED = timedelta(days=1)
#: The child was told so long before it fell due; a visit is answered for whenever that is asked.
BEFORE = timedelta(days=1)
_HEARD = "I have told everybody who has to know what you said, and it is written in your plan as you said it."
_DECIDED = "We told you what was decided and why, and what you can do if you think that it is wrong."
_NOT_ALL = "Some of what you asked for has to wait until we know that it is safe."
_LATE = "Seen four days later: the worker was ill and nobody stood in. The team now plans who stands in for visits."
_IN_TIME = "Told in time, and written down later."
#: Duties that are settled here, by kind.
SAID, DECIDED = "answer_to_child", "explain_decision"
VISITS = ("child_protection_visit", "child_in_need_visit")
#: What waits for longer than it may, so that the demonstration shows how that looks: whose, which kind, late for how
#: long at the least; a month ago all was settled.
WAITS = {("Idris", SAID): timedelta(days=15), ("Kofi", DECIDED): timedelta(days=4)}


def _settle(duty: DutyView, then: datetime) -> None:
    """One old duty: what was owed to the child done in its time, a visit that came late answered for."""
    with as_on(then):
        if duty.kind == SAID and duty.subject_id is not None:
            with _setting_up():
                views = list(View.objects.filter(first=duty.subject_id, corrected_by__isnull=True))
            if views:
                seen = [view.id for view in views]
                explain(
                    duty.folder_id,
                    Explaining(_HEARD, then, Explained.TALKING, seen, answer=Answer.YES),
                )
        elif duty.kind == DECIDED:
            explain(
                duty.folder_id,
                Explaining(
                    _DECIDED, then, Explained.TALKING, decision_id=duty.subject_id, answer=Answer.PARTLY,
                    why_no=_NOT_ALL,
                ),
            )  # fmt: skip
    if duty.kind in VISITS:
        answer_for(duty.id, _LATE)


def _of_plans() -> list[UUID]:
    with transaction.atomic(), _setting_up():
        return list(Plan.objects.order_by("folder_id").values_list("folder_id", flat=True).distinct())


def _of_dana(people: Cast, folder_id: UUID) -> list[DutyView]:
    """What was due on this child some time ago and is hers to answer for, except what is to be seen waiting."""
    found = names_of_folders([folder_id]).get(folder_id)
    called = found.name.split(" ")[0] if found else ""

    def stays(duty: DutyView) -> bool:
        least = WAITS.get((called, duty.kind))
        return least is not None and least < now() - duty.due_at < timedelta(days=30)

    return [
        d
        for d in on_folders([folder_id])
        if d.needs_answer and d.due_at < now() - SETTLED and d.owner_id == people[DANA]
        if d.kind in (SAID, DECIDED, *VISITS) and not stays(d)
    ]


def load() -> None:
    """Each old duty that waits on a child with a plan, where Dana answers for it; again is nothing new."""
    people: Cast = cast()
    for folder_id in _of_plans():
        with transaction.atomic(), _as(people, DANA):
            for duty in _of_dana(people, folder_id):
                _settle(duty, duty.due_at - BEFORE)
            # The sweep may have come first, and marked as missed what was told in time.
            for duty in _of_dana(people, folder_id):
                if duty.kind in (SAID, DECIDED):
                    answer_for(duty.id, _IN_TIME)
