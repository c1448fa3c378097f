"""What is being written and not yet sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction

from sightline.agencies.actions import notify
from sightline.agencies.queries import holders
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from .. import rules
from ..models import Draft


@transaction.atomic
def start_draft(
    kind: str,
    *,
    concern_id: UUID | None = None,
    content: dict[str, object] | None = None,
    once: UUID | None = None,
) -> Draft:
    """A new draft of who is looking; for the public the viewer carries reference and secret digest.

    `once`: the key of the form that asked for it, which makes one draft however often it is sent.
    """
    viewer, at = current(), now()
    draft, _new = Draft.objects.get_or_create(
        id=once or uuid7(),
        defaults={
            "kind": kind,
            "practitioner_id": viewer.practitioner_id,
            "reference": viewer.reference,
            "secret_digest": viewer.secret_digest,
            "concern_id": concern_id,
            "content": content or {},
            "started_at": at,
            "saved_at": at,
        },
    )
    return draft


@transaction.atomic
def save_draft(draft_id: UUID, step: str, fields: Mapping[str, object]) -> Draft:
    """Keep one step of a draft as it was typed, valid or not. Raises NotFound for somebody else's, Refused where the
    draft would become longer than one may be."""
    draft = Draft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise NotFound
    draft.content = {**draft.content, step: dict(fields)}
    rules.may_keep(json.dumps(draft.content)).or_refuse()
    draft.saved_at = now()
    draft.save(update_fields=["content", "saved_at"])
    return draft


@transaction.atomic
def drop_draft(draft_id: UUID) -> None:
    """Throw a draft away."""
    Draft.objects.filter(id=draft_id).delete()


def hand_over_drafts(posting_id: UUID, practitioner_id: UUID) -> None:
    """The concerns that somebody who leaves for good had begun go to somebody of their agency, who sends them: part of
    ending the post. Raises Refused where they cannot go."""
    if practitioner_id not in {line.practitioner_id for line in holders(Permission.RAISE_CONCERN)}:
        raise Refused("They may not raise a concern. Choose somebody else of the same agency")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM concerns_hand_over_drafts(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    if not found or not all(went for _, went in found):
        raise Refused("What was begun here goes to somebody of the same agency. Choose somebody else")
    record_many(
        event(Verb.WROTE, "concerns.hand_over_draft", subject=("concerns_draft", draft), to=practitioner_id)
        for draft, _ in found
    )
    for draft, _ in found:
        notify(
            practitioner_id,
            text="You have been given a concern that somebody who left had begun and not sent",
            path=f"/concerns/raise/{draft}/resume/",
        )
