"""Taking back what was written by mistake, as on the wrong child or of what was never said: by adding, with why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyState

from .. import rules
from ..models import Advocacy, Done, ExplainedView, Explanation, RightsTold, TakenBack, ToldBefore, View
from ..terms import AdvocacyAct, Heard
from .writing import EVENTS

#: What can be taken back, as pages name it in their addresses: the rows, and the column that names one.
KINDS: dict[str, tuple[Any, str]] = {
    "said": (View, "view"),
    "done": (Done, "done"),
    "explained": (Explanation, "explanation"),
    "advocate": (Advocacy, "advocacy"),
    "rights": (RightsTold, "rights"),
    "told": (ToldBefore, "telling"),
}


@transaction.atomic
def take_back(became: str, row_id: UUID, why: str) -> TakenBack:
    """Say that something was written by mistake: it stays readable, marked so, and counts in nothing. What was owed
    because of it never was; what it had met is owed again.

    Raises NotFound, NotPermitted, or Refused without a reason, for what is no longer the latest writing, and for what
    was taken back already.
    """
    acting = permit(Permission.WRITE_FOLDER)
    if (found := KINDS.get(became)) is None:
        raise NotFound
    rows, column = found
    row = rows.objects.filter(id=row_id).first()
    if row is None:
        raise NotFound
    rules.may_take_back(why).or_refuse()
    if (earlier := TakenBack.objects.filter(**{column: row}).select_related("author").first()) is not None:
        raise Refused(f"{earlier.author.name} has taken this back already")
    if not rows.objects.standing().filter(id=row.id).exists():
        raise Refused("This was put right since. Take back what stands in its place")
    back = TakenBack.objects.create(**authored(acting, row.folder_id), **{column: row}, why=why.strip())
    _undo(row, back.why)
    record(Verb.WROTE, "voice.take_back", folder_id=row.folder_id, subject=back)
    return back


def never_heard(first: UUID, why: str) -> None:
    """What a child said was written where it is taken back now, as at a conversation on the wrong child: what stands of
    it is taken back too. A part of another action."""
    for row in View.objects.standing().filter(first=first):
        take_back("said", row.id, why)


def _undo(row: View | Done | Explanation | Advocacy | RightsTold | ToldBefore, why: str) -> None:
    if isinstance(row, View):
        _never_said(row, why)
    elif isinstance(row, Explanation):
        _never_explained(row, why)
    elif isinstance(row, Advocacy):
        duties.never_were(Duty.objects.filter(subject_id=row.id, folder_id=row.folder_id), why)
        _owe_again(row, why)
    elif isinstance(row, RightsTold):
        _owe_again(row, why)


def _never_said(row: View, why: str) -> None:
    """No answer was ever owed, and hearing the child is owed again. Where the child has said nothing else, no decision
    was to be explained either."""
    duties.never_were(Duty.objects.filter(subject_id=row.first, folder_id=row.folder_id), why)
    _owe_again(row, why)
    _nothing_to_explain(row.folder_id, why)


def _nothing_to_explain(folder_id: UUID, why: str) -> None:
    """Where nothing stands that the child said, no decision was to be explained to them."""
    said = View.objects.standing().filter(folder_id=folder_id).exclude(heard=Heard.OBSERVATION.value)
    if not said.exists():
        opened = pack_in_force().event("decision_touches_view", today()).opens
        owed = Duty.objects.filter(folder_id=folder_id, kind__in=opened)
        duties.withdraw_these(owed, why, never_owed=True)


def _never_explained(row: Explanation, why: str) -> None:
    """What it had answered and explained is owed again, unless another telling stands."""
    pack, others = pack_in_force(), Explanation.objects.standing()
    met = []
    for first in {
        each.view.first for each in ExplainedView.objects.filter(explanation=row).select_related("view")
    }:
        if not others.filter(answered__view__first=first).exists() and _stands(first):
            met.append((first, pack.event("child_answered", today()).discharges))
    if row.decision_id is not None and not others.filter(decision_id=row.decision_id).exists():
        met.append((row.decision_id, pack.event("decision_explained", today()).discharges))
    for subject_id, kinds in met:
        duties.owe_again(Duty.objects.filter(subject_id=subject_id, kind__in=kinds), why)


def _stands(first: UUID) -> bool:
    return View.objects.standing().filter(first=first).exists()


#: In which states a duty is met: what was missed and met late may still wait for somebody to answer for it.
_MET = (DutyState.DISCHARGED.value, DutyState.DONE_LATE.value)


def _owe_again(row: View | Advocacy | RightsTold, why: str) -> None:
    """What this row had met, or another of its kind that stands no more, whatever it hung on, is owed again, unless one
    that stands was written since it was owed and would have met it."""
    folders = joined_set(lead_of(row.folder_id))
    rows: Any = type(row).objects.filter(folder_id__in=folders)
    standing = list(rows.standing())
    gone = rows.exclude(id__in=[each.id for each in standing])
    met = DutyEvent.objects.filter(
        met_by__in=list(gone.values_list("id", flat=True)), duty__state__in=_MET
    ).select_related("duty")
    duties.owe_again([each.duty for each in met if not _met_all_the_same(each.duty, standing)], why)


def _met_all_the_same(duty: Duty, standing: Iterable[View | Advocacy | RightsTold]) -> bool:
    return any(_since(row, duty) and duty.kind in _meets(row) for row in standing)


def _since(row: View | Advocacy | RightsTold, duty: Duty) -> bool:
    if isinstance(row, View):
        return rules.heard_since(row.heard_at, duty.started_at)
    return row.written_at >= duty.opened_at


def _meets(row: View | Advocacy | RightsTold) -> Collection[str]:
    """The kinds of duties that such a row meets, by the pack."""
    if isinstance(row, Advocacy):
        event = EVENTS[AdvocacyAct(row.act)]
    else:
        event = "child_heard" if isinstance(row, View) else "rights_explained"
    return pack_in_force().event(event, today()).discharges
