"""What is typed and not sent yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from sightline.agencies.actions import notify
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from ..models import FormDraft
from .reach import require_opened


@dataclass(frozen=True)
class Page:
    """A page that somebody opened (a tab): its key, and the draft that its form was filled with, at which version."""

    key: UUID
    draft_id: UUID | None = None
    version: int = 0


@dataclass(frozen=True)
class Kept:
    """When a form was kept. `elsewhere`: when the latest of the writer's other drafts of it was, each of which another
    page holds; None where there is none."""

    at: datetime
    elsewhere: datetime | None = None


@transaction.atomic
def keep_form(
    about: UUID, path: str, title: str, content: Mapping[str, list[str]], page: Page | None = None
) -> Kept:
    """Keep what the viewer has typed into the form of a page about a record. Raises NotFound.

    A page goes on with its own draft, or takes over the one that it was opened on while no other page has saved it
    since; else what it holds is a draft beside the others.
    """
    require_opened(about)
    at, me = now(), current().practitioner_id
    if me is None:
        raise NotFound
    mine = FormDraft.objects.filter(practitioner_id=me, path=path)
    draft = _of_page(mine, page) or FormDraft(practitioner_id=me, about_id=about, path=path, version=0)
    draft.title, draft.content, draft.saved_at = title[:200], dict(content), at
    draft.page, draft.version = page.key if page else None, draft.version + 1
    draft.save()
    others = mine.exclude(id=draft.id).order_by("-saved_at")
    return Kept(at, others.values_list("saved_at", flat=True).first())


def _of_page(mine: QuerySet[FormDraft], page: Page | None) -> FormDraft | None:
    """The draft that a page may write over."""
    locked = mine.select_for_update()
    if page is None:
        return locked.filter(page=None).first()
    if (own := locked.filter(page=page.key).first()) is not None:
        return own
    return locked.filter(id=page.draft_id, version=page.version).first() if page.draft_id else None


def drop_form(path: str, page: Page | None = None) -> None:
    """The form of that page was sent, or is not wanted any more: what it held is no longer kept. What another page has
    typed since stays."""
    held = Q(page=page.key if page else None)
    if page is not None and page.draft_id is not None:
        held |= Q(id=page.draft_id, version=page.version)
    FormDraft.objects.filter(held, path=path).delete()


def drop_forms_before(at: datetime) -> int:
    """Remove what nobody has touched since then; for the nightly job. Returns how many."""
    removed, _ = FormDraft.objects.filter(saved_at__lt=at).delete()
    return removed


def hand_over_forms(posting_id: UUID, practitioner_id: UUID) -> None:
    """The unsent forms of somebody who leaves go to somebody who may write in their records: part of ending the post.
    Raises Refused where one cannot go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_hand_over_forms(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    drafts_went(found, practitioner_id, what="access.hand_over_form", subject="access_formdraft")


def drafts_went(
    found: Sequence[tuple[UUID, UUID, bool]],
    practitioner_id: UUID,
    *,
    what: str,
    subject: str,
    path: str = "/",
) -> None:
    """Tells the trail of drafts (id, folder, whether it went) that somebody who leaves had begun, and the successor,
    who goes on with them at `path`, which may name the folder. Raises Refused where one did not go."""
    left = len({draft for draft, _, went in found if not went})
    if left or not found:
        raise Refused(
            f"{left or 'Some'} of these are about children in whose records this person may not write, or has begun to "
            "write the same. Choose somebody else, or ask the manager who answers for the records to let them in first"
        )
    record_many(
        event(Verb.WROTE, what, folder_id=folder, subject=(subject, draft), to=practitioner_id)
        for draft, folder, _ in found
    )
    for to in dict.fromkeys(path.format(folder=folder) for _, folder, _ in found):
        notify(practitioner_id, text="You have been given what somebody who left had begun to write", path=to)
