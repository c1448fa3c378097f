"""Asks what a file is needed for before it leaves the program, and puts it on the list of copies."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.access.leaving import Leaving, leaves
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.forms import Text
from sightline.govuk.once import OnceForm


class PurposeForm(OnceForm):
    purpose = Text(
        "What is it needed for?",
        hint="For example, the core group on Tuesday",
        max_length=1000,
        ask="Say what it is needed for",
    )
    to_whom = Text(
        "Who will have it?",
        hint="Leave empty where it is you",
        required=False,
        max_length=300,
        width="two-thirds",
    )


def asked(
    request: HttpRequest, folder_ids: Iterable[UUID], what: str, back: str, *, on_paper: bool = False
) -> HttpResponse | None:
    """The page that asks what a file is needed for; None once that is said and the file may go.

    `what` names the file without saying anything of the child; `back` is where it is taken from.
    """
    folders = list(folder_ids)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        got = form.cleaned_data
        leaves(folders, Leaving(what, got["purpose"], got["to_whom"], form.once(), on_paper=on_paper))
        return None
    for folder_id in folders:
        record(Verb.READ, "children.leaving", folder_id=folder_id)
    return render(
        request,
        "children/leaving.html",
        {"form": form, "what": what, "back_href": back, "doing": "Print" if on_paper else "Download"},
    )
