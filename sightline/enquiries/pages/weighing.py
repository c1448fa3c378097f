"""What a meeting asks with each decision on a child: what the child wishes, and what weight it was given (CHD-13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sightline.govuk.forms import PageForm
from sightline.meetings.hooks import Weighing
from sightline.meetings.terms import Purpose
from sightline.voice.pages.wishes import WishesForm
from sightline.voice.queries import said_lately

from ..actions.weighing import POWERS, keep


def _forms(data: Any, purpose: Purpose, folder_ids: Sequence[UUID]) -> list[PageForm]:
    if purpose not in POWERS:
        return []
    said = said_lately(folder_ids)
    found: list[PageForm] = []
    for n, folder_id in enumerate(folder_ids):
        form = WishesForm(data, prefix=f"c{n}")
        form.offer_said(said.get(folder_id, ()))
        found.append(form)
    return found


weighing = Weighing(_forms, lambda form: form.weighed(), keep)
