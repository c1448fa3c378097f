"""The whole audit trail, for whoever answers for it in the partnership."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import folder_numbered
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.queries import Wanted
from sightline.audit.terms import Verb
from sightline.govuk.forms import Day, PageForm, Select, Text
from sightline.kernel.time import LONDON

from .. import queries

FIELDS = ("words", "record", "verb", "since-day", "until-day")


class TrailForm(PageForm):
    """What to show; nothing narrows that is left empty."""

    words = Text("Who", required=False, hint="Part of a name or a post", width="20")
    record = Text(
        "Record", required=False, hint="The number of one child’s record that is open to you", width="10"
    )
    verb = Select(
        "What they did", [(v.value, v.value.capitalize()) for v in Verb], empty="Anything", required=False
    )
    since = Day("From", required=False, tense="past")
    until = Day("To", required=False, tense="past")

    def clean_record(self) -> list[UUID] | None:
        number = self.cleaned_data["record"].strip()
        if not number:
            return None
        folder_id = folder_numbered(number)
        if folder_id is None:
            raise ValidationError("No record that is open to you has this number.")
        return queries.child_folders(folder_id)[1]


@page(permission=Permission.READ_AUDIT, methods=("GET",))
def trail(request: HttpRequest) -> HttpResponse:
    """Who did or read what in the partnership, the latest first, but for what is sealed to the viewer."""
    form = TrailForm(request.GET if any(name in request.GET for name in FIELDS) else None)
    wanted = Wanted()
    if form.is_bound and form.is_valid():
        got = form.cleaned_data
        wanted = Wanted(
            people=queries.people_named(got["words"]) if got["words"] else None,
            folders=got["record"],
            verbs=[Verb(got["verb"])] if got["verb"] else (),
            since=datetime.combine(got["since"], time(), LONDON) if got["since"] else None,
            until=datetime.combine(got["until"] + timedelta(days=1), time(), LONDON)
            if got["until"]
            else None,
        )
    key = queries.older_than(request.GET.get("older", ""))
    acts, older = queries.acts(wanted, key)
    record(Verb.READ, "web.trail")
    return render(
        request,
        "web/trail.html",
        {
            "form": form, "acts": acts, "older": older, "first": key is None, "narrowed": form.is_bound,
            "back_href": reverse("web:home"), "back_text": "My work",
        },
    )  # fmt: skip
