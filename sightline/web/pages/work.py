"""My work, my team's and the partnership's: what is due, why, and where the rule comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.drafts import all_drafts
from sightline.agencies.gate import PUBLIC, SIGNED_IN, page
from sightline.agencies.queries import name_of
from sightline.agencies.rules import ALLOWS
from sightline.agencies.sign_in import lacks_second_factor
from sightline.agencies.terms import Permission
from sightline.audit.actions import record, record_list
from sightline.audit.terms import Verb
from sightline.concerns.queries import own_concerns
from sightline.govuk.paging import page_number
from sightline.kernel.time import now, today
from sightline.procedures.queries import pack_in_force, standing
from sightline.records.queries import count_asked_of

from .. import queries
from ..queries.news import REACH

#: Where else work stands, for those who may see it.
PLACES = (
    ("My meetings", "meetings:mine", Permission.READ_FOLDER),
    ("My agency’s actions", "plans:actions", Permission.READ_FOLDER),
    ("Local services", "plans:directory", Permission.READ_FOLDER),
    ("My team’s work", "web:team", Permission.TEAM_WORK),
    ("Supervision", "web:supervision", Permission.TEAM_WORK),
    ("The partnership’s work", "web:partnership", Permission.PARTNERSHIP_WORK),
    ("Figures", "web:figures", Permission.READ_FOLDER),
    ("Children to be allocated", "concerns:unallocated", Permission.ALLOCATE),
    ("People and agencies", "agencies:people", Permission.MANAGE_PEOPLE),
    ("Duty rotas", "agencies:rotas", Permission.MANAGE_ROTA),
    ("Who did what", "web:trail", Permission.READ_AUDIT),
    ("Opened in an emergency", "access:emergencies", Permission.REVIEW_EMERGENCY),
    ("Sealed records that nobody can unseal", "access:left", Permission.TAKE_OVER_SEAL),
)

#: So much of the news, and so many drafts, stand on My work; the rest on pages of their own.
FEW = 5
#: Of more drafts than these, the page of all of them lists the latest and says so.
MOST = 500


@page(permission=PUBLIC, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """My work for whoever is signed in with a post; for everybody else the way in."""
    acting = getattr(request, "practitioner", None)
    if acting is None:
        return render(request, "web/welcome.html")
    if lacks_second_factor(request):
        # The gate asks on every page but those for everybody, which for others this one is.
        return HttpResponseRedirect(reverse("mfa_index"))
    unowned_in = acting.team_ids if acting.may(Permission.TEAM_WORK) else ()
    found = _context(request, practitioner_id=acting.practitioner_id, unowned_in=unowned_in)
    lines = queries.news_on_my_children()
    news = queries.with_names(lines[:FEW])
    own = own_concerns(3) if acting.may(Permission.RAISE_CONCERN) else []
    _told("web.home", found, news, [each for line in own for each in line.folder_ids])
    found |= {
        "title": "My work",
        "mine": True,
        "ways": [way for way in queries.WAYS if way[0] != "owner"],
        "drafts": all_drafts(FEW),
        "to_confirm": count_asked_of(acting.practitioner_id),
        "news": news,
        "news_total": len(lines),
        "own": own,
        "empty": "Nothing is due from you. A duty given to you stands here with its date and its reason.",
    }
    return render(request, "web/work.html", found)


@page(permission=Permission.TEAM_WORK, methods=("GET",))
def team(request: HttpRequest) -> HttpResponse:
    """The duties of my teams, whoever owns them."""
    found = _context(request, team_ids=request.practitioner.team_ids)  # type: ignore[attr-defined]
    _told("web.team", found)
    found |= {"title": "My team’s work", "empty": "Nothing is due from your team."}
    return render(request, "web/work.html", found)


@page(permission=Permission.TEAM_WORK, methods=("GET",))
def supervision(request: HttpRequest) -> HttpResponse:
    """Whose work with which child was talked about in supervision, and where that is overdue."""
    found = queries.supervision(request.practitioner.team_ids)  # type: ignore[attr-defined]
    record_list("web.supervision", [child.folder_id for worker in found for child in worker.children])
    return render(
        request,
        "web/supervision.html",
        {
            "workers": found,
            "longest": pack_in_force().limit(queries.NEXT_SUPERVISION, today()).span,
            "back_href": reverse("web:home"),
            "back_text": "My work",
        },
    )


@page(permission=Permission.PARTNERSHIP_WORK, methods=("GET",))
def partnership(request: HttpRequest) -> HttpResponse:
    """All duties in the records that I may open."""
    found = _context(request)
    _told("web.partnership", found)
    found |= {
        "title": "The partnership’s work",
        "empty": "Nothing is due in the records that you may open.",
        "standing": standing(),
        "reach": "This counts the records that you may open. The numbers by team count all that are not sealed.",
    }
    return render(request, "web/work.html", found)


@page(permission=Permission.READ_FOLDER)
def news(request: HttpRequest) -> HttpResponse:
    """What others did, and what was missed, on the children whom I work with, since I last opened their page."""
    lines = queries.news_on_my_children()
    if request.method == "POST":
        for folder_id in dict.fromkeys(line.folder_id for line in lines):
            record(Verb.READ, "web.news", folder_id=folder_id)
        messages.success(request, "Taken off the list. All of it stands in the children’s records.")
        return HttpResponseRedirect(reverse("web:news"))
    turned = Paginator(lines, queries.SIZE).get_page(request.GET.get("page"))
    shown = queries.with_names(list(turned.object_list))
    record_list("web.news", [line.folder_id for line in shown])
    return render(
        request,
        "web/news.html",
        {
            "page": turned,
            "lines": shown,
            "days": REACH.days,
            "back_href": reverse("web:home"),
            "back_text": "My work",
        },
    )


@page(permission=SIGNED_IN, methods=("GET",))
def drafts(request: HttpRequest) -> HttpResponse:
    """All that I have begun to write and not sent."""
    found = all_drafts(MOST)
    return render(
        request,
        "web/drafts.html",
        {
            "page": Paginator(found.lines, queries.SIZE).get_page(request.GET.get("page")),
            "total": found.total,
            "most": MOST,
            "back_href": reverse("web:home"),
            "back_text": "My work",
        },
    )


@page(permission=SIGNED_IN, methods=("GET",))
def you(request: HttpRequest) -> HttpResponse:
    """Who I am here: post, manager, roles and what they allow."""

    acting = request.practitioner  # type: ignore[attr-defined]
    return render(
        request,
        "web/you.html",
        {
            "manager": name_of(acting.line_manager_id) if acting.line_manager_id else "",
            "allows": [(ALLOWS[p], scope.value) for p, scope in acting.permissions.items()],
        },
    )


def _told(
    what: str, found: dict[str, Any], news: Sequence[queries.NewsLine] = (), more: Sequence[UUID] = ()
) -> None:
    """Tell the trail who stood on this list."""
    record_list(what, [*sorted(found["work"].shown), *(line.folder_id for line in news), *more])


def _context(request: HttpRequest, **whose: Any) -> dict[str, Any]:
    by = request.GET.get("by", "due")
    by = by if by in dict(queries.WAYS) else "due"
    acting = request.practitioner  # type: ignore[attr-defined]
    return {
        "work": queries.work(**whose, by=by, page=page_number(request)),
        "by": by,
        "ways": queries.WAYS,
        "now": now(),
        "places": [
            (text, reverse(route))
            for text, route, permission in PLACES
            if acting.may(permission) and reverse(route) != request.path
        ],
    }
