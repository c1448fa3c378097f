"""What is typed and not sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound
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
