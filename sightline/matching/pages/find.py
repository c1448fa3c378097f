"""The search page: one box, and what was found."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import numbers_of
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.rules import NAME_NOT_KNOWN
from sightline.govuk.forms import PageForm, Text
from sightline.govuk.paging import page_number

from .. import actions
from ..rules import LONGEST, PAGE
from ..terms import Sort

#: Where in the session what was typed is kept, and how many of the latest.
KEPT = "searches"
KEEP = 10

SORTS = (
    (Sort.CLOSEST, "closeness"),
    (Sort.NAME, "name"),
    (Sort.YOUNGEST, "youngest first"),
    (Sort.OLDEST, "oldest first"),
)


class FindForm(PageForm):
    q = Text(
        "Whom are you looking for?",
        ask="Type a name, date of birth, address or number",
        hint="Name however spelt, age or date of birth, address or postcode, NHS number, pupil number or "
        "reference. "
        "Several together find more surely, such as: Zofia Nowak 3 May 2017",
        max_length=LONGEST,
        spellcheck=False,
        legend="m",
    )


@page(permission=Permission.SEARCH)
def find(request: HttpRequest) -> HttpResponse:
    """Takes what was typed, keeps it in the session, and shows what it finds under an address without names.

    The address of a page ends in histories and logs; what somebody typed is a child's name.
    """
    if request.method == "POST":
        form = FindForm(request.POST)
        if not form.is_valid():
            return render(request, "matching/find.html", {"form": form})
        token = secrets.token_urlsafe(6)
        kept = [pair for pair in request.session.get(KEPT, []) if pair[1] != form.cleaned_data["q"]]
        request.session[KEPT] = [*kept[-KEEP + 1 :], [token, form.cleaned_data["q"]]]
        return HttpResponseRedirect(f"{reverse('matching:find')}?s={token}")
    token = request.GET.get("s", "")
    if not token:
        return render(request, "matching/find.html", {"form": FindForm()})
    text = dict(request.session.get(KEPT, [])).get(token)
    if text is None:
        return render(request, "matching/find.html", {"form": FindForm(), "gone": True})
    sort, loosely, number = _how(request)
    search = actions.search(text, sort=sort, loosely=loosely, page=number)
    results = search.results
    nameless = [child.folder_id for child in results.found if child.opens and child.name == NAME_NOT_KNOWN]
    return render(
        request,
        "matching/find.html",
        {
            "form": FindForm(initial={"q": text}),
            "search": search,
            "results": results,
            "numbers": numbers_of(nameless) if nameless else {},
            "loosely": loosely,
            "sorts": [(value.value, words, value is sort) for value, words in SORTS],
            "first": (search.page - 1) * PAGE + 1,
            "last": (search.page - 1) * PAGE + len(results.found),
            "more": search.page * PAGE < results.count,
        },
    )


def latest(request: HttpRequest) -> str:
    """The address of what was found last, for going back to it; the empty page where nothing was searched."""
    kept = request.session.get(KEPT, [])
    return reverse("matching:find") + (f"?s={kept[-1][0]}" if kept else "")


def _how(request: HttpRequest) -> tuple[Sort, bool, int]:
    """Order, looseness and page of the address; whatever else stands there counts as not said."""
    try:
        sort = Sort(request.GET.get("sort", ""))
    except ValueError:
        sort = Sort.CLOSEST
    return sort, request.GET.get("loosely") == "yes", page_number(request)
