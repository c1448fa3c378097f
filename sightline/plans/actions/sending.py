"""A form is done once, however often it is sent; what was changed since it was opened is not written over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from json import dumps
from uuid import UUID, uuid5

from django.db import connection, transaction

from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from .. import queries
from ..models import Plan, SentForm

#: So long a form may be sent again: longer than a page stays open.
KEPT = timedelta(days=30)


def sent_once(key: UUID, typed: Mapping[str, list[str]], send: Callable[[], object]) -> None:
    """Do what a form asks unless it was done already: a second press, or the same page sent again. Two at once wait for
    each other. The same page with something else typed into it is another form."""
    told = {name: values for name, values in typed.items() if name not in ("once_key", "as_of")}
    sent = uuid5(key, dumps(told, sort_keys=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO plans_sentform (id, practitioner_id, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [sent, current().practitioner_id, now()],
        )
        if cursor.rowcount:
            send()


def forget_sent() -> None:
    """Part of the morning's look at every plan: forms that nobody sends again."""
    SentForm.objects.filter(at__lt=now() - KEPT).delete()


def not_written_since(plan_id: UUID, kind: str, item: UUID, revision: int | None) -> None:
    """Hold the plan, and raise Refused where something in it was written again since `revision` was read: by whom and
    when. What was typed stays with the page."""
    if Plan.objects.select_for_update(of=("self",)).filter(id=plan_id).first() is None:
        raise NotFound
    last = queries.last_written(plan_id, kind, item)
    if revision is None or last is None or last.revision == revision:
        return
    at, who = last.written_at.astimezone(LONDON), last.written_by.name if last.written_by else "Somebody"
    did = "took this out of the plan" if last.dropped_why else "changed this"
    raise Refused(
        f"{who} {did} at {at:%H:%M} on {at.day} {at:%B}, after you opened this page. Yours was not recorded; what you "
        "typed is kept below. Read the change before you go on"
    )
