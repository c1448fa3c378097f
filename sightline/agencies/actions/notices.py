"""Telling somebody that something waits for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from procrastinate.contrib.django import app

from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound
from sightline.kernel.viewer import current

from .. import queries
from ..models import Notice
from ..rules import next_to_ask


def notify(
    to: UUID,
    *,
    text: str,
    path: str,
    urgent: bool = False,
    acknowledge_within_minutes: int | None = None,
    team: UUID | None = None,
    only_to: Sequence[UUID] = (),
) -> Notice:
    """Tell one practitioner that something waits for them.

    `text` says what kind of thing, without anything about a child; `path` leads to it. With
    `acknowledge_within_minutes` (the pack's) it goes to the next person when nobody has acknowledged it by
    then: the next on the rota of `team`, without one the practitioner's manager; with `only_to` never to anybody but
    these, since others could do nothing about it. An e-mail without content
    follows. Part of another action, which asks the permission and tells the audit trail what happened.
    """
    at = now()
    notice = Notice(
        practitioner_id=to,
        team_id=team,
        text=text,
        path=path,
        urgent=urgent,
        created_at=at,
        acknowledge_by=at + timedelta(minutes=acknowledge_within_minutes)
        if acknowledge_within_minutes
        else None,
        only_to=list(only_to),
    )
    notice.thread = notice.pk
    _send(notice)
    return notice


def tell_of_ending_posts() -> int:
    """For the job `notices`, each morning: whoever manages somebody whose post ends soon or has ended, and whoever
    ends posts, is told. Who has not acknowledged the last such notice is not told again. Returns how many were."""
    path = "/people/ending/"
    waits = set(
        Notice.objects.filter(path=path, acknowledged_at__isnull=True).values_list(
            "practitioner_id", flat=True
        )
    )
    told = queries.told_of_endings() - waits
    for practitioner in sorted(told):
        notify(practitioner, text="Posts end soon or have ended: see what is to be handed over", path=path)
    return len(told)


def notify_duty_manager(
    team: UUID,
    *,
    text: str,
    path: str,
    urgent: bool = False,
    acknowledge_within_minutes: int | None = None,
) -> Notice | None:
    """`notify` whoever is duty manager of a team at this moment; None, and nothing told, where it has
    nobody.
    """
    order = queries.order_of_asking_now(team, now())
    if not order:
        return None
    return notify(
        order[0],
        text=text,
        path=path,
        urgent=urgent,
        acknowledge_within_minutes=acknowledge_within_minutes,
        team=team,
    )


def _send(notice: Notice) -> None:
    notice.save(force_insert=True)
    # By its name: jobs stand above actions. The job is written in this transaction and stands if it stands.
    app.configure_task("agencies.email_notice").defer(notice_id=str(notice.pk))
    record(Verb.WROTE, "agencies.notify", subject=notice, to=notice.practitioner_id, thread=notice.thread)


def acknowledge(notice: UUID) -> Notice:
    """Say "I have it": stops the notice from going on to the next person. Only its own practitioner can."""
    with attempt("agencies.acknowledge"):
        me = current().practitioner_id
        row = Notice.objects.filter(pk=notice, practitioner_id=me).first() if me else None
        if row is None:
            raise NotFound
        if row.acknowledged_at is None:
            row.acknowledged_at = now()
            row.save(update_fields=["acknowledged_at"])
            record(Verb.WROTE, "agencies.acknowledge", subject=row, thread=row.thread)
        return row


def settle_and_pass_on(at: datetime | None = None) -> int:
    """The work of the job `notices`, each minute: returns how many notices went to the next person.

    First settles what somebody in the same chain has acknowledged, then passes on what nobody acknowledged
    in time: to the next on the team's rota, or, for a notice to a person, to their manager (`next_to_ask`). It never
    ends by the hour: an urgent one goes round until somebody has it, and any goes to whoever comes on duty.
    """
    at = at or now()
    acknowledged = Notice.objects.filter(thread=OuterRef("thread"), acknowledged_at__isnull=False)
    open_ones = Notice.objects.filter(acknowledged_at__isnull=True, settled_at__isnull=True)
    open_ones.filter(Exists(acknowledged)).update(settled_at=at)
    overdue = (
        open_ones.filter(acknowledge_by__lte=at, passed_on_at__isnull=True)
        .order_by("acknowledge_by", "id")
        .select_for_update(skip_locked=True)
    )
    waiting = list(overdue)
    chains: dict[UUID, list[UUID]] = {notice.thread: [] for notice in waiting}
    links = Notice.objects.filter(thread__in=chains).order_by("created_at", "id")
    for thread, practitioner_id in links.values_list("thread", "practitioner_id"):
        chains[thread].append(practitioner_id)
    passed = 0
    for notice in waiting:
        following = next_to_ask(queries.order_after(notice, at), chains[notice.thread], urgent=notice.urgent)
        if following is None:
            continue
        notice.passed_on_at = at
        notice.save(update_fields=["passed_on_at"])
        assert notice.acknowledge_by is not None
        _send(
            Notice(
                practitioner_id=following,
                team_id=notice.team_id,
                text=notice.text,
                path=notice.path,
                urgent=notice.urgent,
                created_at=at,
                acknowledge_by=at + (notice.acknowledge_by - notice.created_at),
                passed_on_from=notice,
                thread=notice.thread,
                only_to=notice.only_to,
            )
        )
        passed += 1
    return passed


def notice_emailed(notice: UUID) -> Mapping[str, str] | None:
    """Marks that the e-mail about a notice is being sent; what it needs, or None when it need not be sent.

    It is not sent twice, nor after the notice was acknowledged or settled, nor to somebody who cannot sign
    in.
    """
    row = (
        Notice.objects.select_for_update(of=("self",))
        .filter(pk=notice)
        .select_related("practitioner__user")
        .first()
    )
    if row is None or row.emailed_at or row.acknowledged_at or row.settled_at:
        return None
    user = row.practitioner.user
    if user is None or not user.is_active:
        return None
    row.emailed_at = now()
    row.save(update_fields=["emailed_at"])
    return {"to": user.email, "urgent": "yes" if row.urgent else ""}
