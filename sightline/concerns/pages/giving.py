"""A family that was pointed to a service: what they were given, and what they said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record_list
from sightline.govuk.forms import Choices, Moment, Option, Text, Words
from sightline.govuk.once import OnceForm
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries


class GivenForm(OnceForm):
    what = Words(
        "What was the family given?", rows=3, max_length=2000, count=False, ask="Say what the family was given",
        hint="For example, a first appointment that somebody made for them, or a number that they rang with you",
    )  # fmt: skip
    how = Text(
        "How was it given to them?", ask="Say how it was given", hint="For example, at a visit, by letter"
    )
    by_whom = Text(
        "Who gave it to them, and what is their post?", ask="Name who gave it to them, and their post"
    )
    given_at = Moment("When?", tense="past", ask="Enter when it was given")
    said = Words(
        "What did they say?", rows=3, max_length=2000, count=False, ask="Write down what the family said",
        hint="In their words. Say so where they were not reached, or did not want it.",
    )  # fmt: skip
    also = Choices("Was it given for their brothers and sisters as well?", required=False, small=True)

    def __init__(self, *args: Any, siblings: tuple[queries.Pointed, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if siblings:
            self.fields["also"].set_options(  # type: ignore[attr-defined]
                [Option(str(each.screening.decision_id), each.name) for each in siblings]
            )
        else:
            del self.fields["also"]


@page(permission=Permission.WRITE_FOLDER)
def given(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """What a family was given that was pointed to a service: how, by whom, and what they said."""
    shown = queries.pointed_on(decision_id)
    record_list("concerns.given_page", [one.screening.folder_id for one in (shown, *shown.siblings)])
    form = GivenForm(request.POST or None, siblings=shown.siblings)
    status, back = 200, reverse("web:child", args=[shown.screening.folder_id])
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.give_service(
                decision_id,
                actions.GivenIn(got["what"], got["how"], got["by_whom"], got["given_at"], got["said"]),
                also=[UUID(each) for each in got.get("also", ())],
                once=got["once_key"],
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            status = 409
        else:
            messages.success(request, "Recorded. Whoever answers the referrer sees it there.")
            return HttpResponseRedirect(back)
    return render(
        request,
        "concerns/given.html",
        {"shown": shown, "form": form, "back_href": back, "back_text": "The child’s page"},
        status=status,
    )
