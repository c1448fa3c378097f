"""What is typed and not sent yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sightline.agencies.actions import notify
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from ..models import FormDraft
from .reach import require_opened


@transaction.atomic
def keep_form(about: UUID, path: str, title: str, content: Mapping[str, list[str]]) -> datetime:
    """Keep what the viewer has typed into the form of a page about a record; returns when. Raises NotFound."""
    require_opened(about)
    at, me = now(), current().practitioner_id
    if me is None:
        raise NotFound
    draft = FormDraft.objects.select_for_update().filter(practitioner_id=me, path=path).first()
    draft = draft or FormDraft(practitioner_id=me, about_id=about, path=path)
    draft.title, draft.content, draft.saved_at = title[:200], dict(content), at
    draft.save()
    return at


def drop_form(path: str) -> None:
    """The form of that page was sent, or is not wanted any more: what was typed is no longer kept."""
    FormDraft.objects.filter(path=path).delete()


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
