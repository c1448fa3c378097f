"""Every component on one page, for whoever builds pages and for the tests; mounted while developing only."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from sightline.kernel.time import now

from .. import words
from ..forms import (
    Born,
    Choice,
    Choices,
    Confirm,
    Email,
    Expected,
    Moment,
    Option,
    PageForm,
    PartialDay,
    Password,
    Postcode,
    Select,
    Telephone,
    Text,
    Whole,
    Words,
    YesNo,
)


class EveryField(PageForm):
    """One of each field."""

    name = Text(
        "Child’s name", ask="Enter the child’s name", hint="As the family uses it", width="two-thirds"
    )
    known_as = Text("Known as", required=False, width="20")
    born = Born(ask="Enter the child’s date of birth")
    expected = Expected(required=False)
    since = PartialDay("Lived there since", tense="past", required=False)
    happened = Moment("When it happened", tense="past", ask="Enter when it happened")
    story = Words(
        "What happened?",
        ask="Write what happened, in your own words",
        hint="Say what you saw and heard, and who told you the rest",
        max_length=500,
        beside=Markup(
            "<p><strong>Signs of neglect</strong></p><p>Often hungry, tired or in yesterday’s clothes.</p>"
        ),
    )
    where = Choices(
        "Where is the harm?",
        [
            Option("home", "At home"),
            Option("outside", "Outside the home", hint="At school, in the street, in a club or group"),
            Option("online", "Online"),
            Option("unsure", "I do not know", exclusive=True, divider="or"),
        ],
        ask="Select where the harm is, or that you do not know",
    )
    told = Choice(
        "Does the family know that you are raising this?",
        [
            Option("agreed", "Yes, and they agree"),
            Option("against", "Yes, and they do not agree", reveals=("their_words",)),
            Option(
                "no",
                "No",
                hint="You do not need to ask where that could put a child at risk",
                reveals=("why_not",),
            ),
        ],
        ask="Select whether the family knows",
    )
    their_words = Words("What did they say?", ask="Write what they said", rows=3, count=False)
    why_not = Text("Why not?", ask="Enter why they were not told")
    danger = YesNo("Is a child in danger now?", ask="Select yes if a child is in danger now")
    language = Select(
        "Language", [("en", "English"), ("ur", "Urdu"), ("pt", "Portuguese")], required=False, width="20"
    )
    siblings = Whole("How many brothers and sisters?", most=20, required=False)
    postcode = Postcode(required=False)
    email = Email(required=False)
    telephone = Telephone(required=False)
    password = Password(required=False)
    sure = Confirm("I have read this through", ask="Tick the box to say that you have read it through")


@require_http_methods(["GET", "POST"])
def gallery(request: HttpRequest) -> HttpResponse:
    """All components, and the form with its mistakes when it was sent."""
    form = EveryField(request.POST if request.method == "POST" else None)
    then = now()
    context = {
        "form": form,
        "nav": [
            {"text": "My work", "href": "#work", "current": True},
            {"text": "Front door", "href": "#door"},
            {"text": "Find a child", "href": "#find"},
            {"text": "Raise a concern", "href": "#raise"},
        ],
        "who": {"name": "Dana Okafor", "post": "social worker", "agency": "Eastmere Council"},
        "partnership_name": "Eastmere safeguarding partnership",
        "notices": [
            {"text": "You are on duty until 17:00: a concern is waiting", "href": "#notice", "urgent": True}
        ],
        "notices_href": reverse("gallery-notices"),
        "at": then,
        "earlier": then - timedelta(days=23),
    }
    if form.is_bound:
        form.is_valid()
    return render(request, "govuk/gallery.html", context)


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Answers an autosave as a page of ours does."""
    return JsonResponse({"saved": words.clock(now())})


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """A part of the page as a fragment."""
    return render(request, "govuk/gallery_board.html", {"at": now()})


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What the signed-in person must be told, as a fragment: nothing any more."""
    return HttpResponse("")


urlpatterns = [
    path("gallery/notices/", notices, name="gallery-notices"),
    path("gallery/", gallery, name="gallery"),
    path("gallery/draft/", draft, name="gallery-draft"),
    path("gallery/board/", board, name="gallery-board"),
]
