"""What is worth a second look in what an adult writes of what a child was told. Nothing of it blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from sightline.govuk.forms import PageForm, typed
from sightline.records.queries import second_look
from sightline.records.wording import answered


def sent(request: HttpRequest) -> dict[str, Any]:
    """What a form is made of: what was sent, or what was typed where only its wording is looked at."""
    if request.method != "POST":
        return {}
    return {"draft": typed(request.POST)} if request.POST.get("act") == "check" else {"data": request.POST}


def aids(form: PageForm, folder_ids: Sequence[UUID]) -> dict[str, Any]:
    """For a page: the hints on a form's words, and not on those that are the child's own (REC-10, FAM-13). `written`:
    whether there are any words yet."""
    names = [name for name in getattr(form, "adults_words", ()) if name in form.fields]
    said = [(str(form[name].label), str(form[name].value() or "")) for name in names]
    looked_at = [answered(label, words) for label, words in said]
    return {"aids": second_look(folder_ids, looked_at), "written": any(words.strip() for _, words in said)}
