"""What somebody does to a duty on its own page: its date, its end, an answer for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotPermitted
from sightline.kernel.viewer import current

from .. import rules
from ..models import Duty, ManagerView
from ..queries import agencies_working_with, pack_now, reach_of
from ..terms import DutyAct, DutyState
from .steps import Sent, locked, move, sent_before, step
from .taking_back import withdrawn


def _permit(permission: Permission, duty: Duty) -> None:
    """The gate, and whether the permission reaches the duty."""
    verdict = reach_of(permit(permission), permission, team_id=duty.team_id, folder_id=duty.folder_id)
    if not verdict:
        raise NotPermitted(verdict)


@transaction.atomic
def shorten(duty_id: UUID, due_at: datetime, reason: str, *, sent: Sent | None = None) -> Duty:
    """This child needs it sooner."""
    duty = locked(duty_id)
    if duty.owner_id != current().practitioner_id:
        _permit(Permission.CHANGE_DUTY, duty)
    if sent_before(duty, sent):
        return duty
    rules.may_shorten(reason, duty.due_at, due_at, now()).or_refuse()
    move(duty, DutyAct.SHORTEN, due_at, reason, sent)
    record(Verb.WROTE, "procedures.shorten", folder_id=duty.folder_id, subject=duty)
    return duty


@transaction.atomic
def extend(
    duty_id: UUID,
    due_at: datetime,
    reason: str,
    views: Sequence[rules.ManagerView],
    *,
    sent: Sent | None = None,
) -> Duty:
    """Extend a limit, where the pack allows it, by the role that it names, after consulting (TIM-02)."""
    acting = permit(Permission.EXTEND_DUTY)
    duty = locked(duty_id)
    _permit(Permission.EXTEND_DUTY, duty)
    if sent_before(duty, sent):
        return duty
    pack = pack_now(duty.pack)
    day = now().astimezone(LONDON).date()
    extension = pack.extension(duty.limit_id, day)
    agencies = agencies_working_with(duty.folder_id)
    role = next((slug for slug in acting.role_slugs if slug.replace("-", "_") in extension.by_roles), "")
    rules.may_extend(
        extension,
        role.replace("-", "_"),
        reason,
        views,
        own_agency=acting.agency_name,
        other_agencies=agencies.keys(),
        present_due=duty.agreed_at or duty.due_at,
        new_due=due_at,
        now=now(),
    ).or_refuse()
    moved = rules.extended_due(pack.limit(duty.limit_id, day, or_earliest=True), duty.due_at, due_at)
    duty.agreed_at = moved.agreed
    event = move(duty, DutyAct.EXTEND, moved.due, reason, sent)
    ManagerView.objects.bulk_create(
        ManagerView(
            folder_id=duty.folder_id,
            event=event,
            agency_id=agencies[view.agency],
            manager=", ".join(part for part in (view.manager, view.post_title) if part),
            view=f"{'Agrees' if view.agrees else 'Does not agree'}: {view.view}",
        )
        for view in views
        if view.agency in agencies
    )
    record(Verb.WROTE, "procedures.extend", folder_id=duty.folder_id, subject=duty)
    return duty


@transaction.atomic
def withdraw(duty_id: UUID, reason: str, *, sent: Sent | None = None) -> Duty:
    """It is no longer owed. One that is late by then stays in sight until somebody answers for it."""
    permit(Permission.CHANGE_DUTY)
    duty = locked(duty_id)
    _permit(Permission.CHANGE_DUTY, duty)
    if sent_before(duty, sent):
        return duty
    rules.may_withdraw(reason).or_refuse()
    rules.step(DutyState(duty.state), DutyAct.WITHDRAW).or_refuse()
    withdrawn(duty, reason, sent)
    record(Verb.WROTE, "procedures.withdraw", folder_id=duty.folder_id, subject=duty)
    return duty


@transaction.atomic
def answer_for(duty_id: UUID, answer: str, *, sent: Sent | None = None) -> Duty:
    """Somebody says what went wrong and what was done about it; a missed duty stays visible until then."""
    duty = locked(duty_id)
    if duty.owner_id != current().practitioner_id:
        _permit(Permission.ANSWER_DUTY, duty)
    if sent_before(duty, sent):
        return duty
    # The sweep runs every minute; who answers in between does not have to wait for it.
    if duty.state in {s.value for s in rules.RUNNING} and duty.due_at < now():
        step(duty, DutyAct.MISS)
    rules.may_answer(answer).or_refuse()
    step(duty, DutyAct.ANSWER, reason=answer, sent=sent)
    record(Verb.WROTE, "procedures.answer_for", folder_id=duty.folder_id, subject=duty)
    return duty
