"""The chronology of a child, siblings side by side, workers' own chronologies, and prints."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from sightline.access.pages.keeping import form_sent, held, keep_url, kept, left
from sightline.access.queries import joined_set, lead_of
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.pages import frame, leaving
from sightline.children.queries import ChildView
from sightline.govuk.numbers import whole_number
from sightline.govuk.paging import page_number
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.records.queries import hidden_numbers, second_look
from sightline.records.terms import StatementKind
from sightline.records.wording import answered

from .. import actions, paper, queries
from ..picture import picture
from ..terms import Order, PrintState
from .forms import AskForm, FreeOwnForm, OwnForm, asked_of


def _opened(request: HttpRequest, folder_id: UUID, what: str) -> tuple[ChildView, dict[str, Any]]:
    view, shown = frame.open_child(request, folder_id, f"chronology.{what}", tab="chronology")
    return view, shown | {"when": paper.when}


def _ways(request: HttpRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    """The orders in which the same moments can be read."""
    known, oldest = request.GET.get("order") == Order.KNOWN.value, request.GET.get("first") == "oldest"

    def way(text: str, current: bool, **changes: Any) -> dict[str, Any]:
        query = request.GET.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return {"text": text, "href": f"{request.path}?{query.urlencode()}", "current": current}

    return [
        (
            "In order of",
            [
                way("when it happened", not known, order=None),
                way("when it came to be known", known, order=Order.KNOWN.value),
            ],
        ),
        (
            "Start with",
            [way("the latest", not oldest, first=None), way("the earliest", oldest, first="oldest")],
        ),
    ]


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def child(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The timeline of one child: filtered, as of a day, by when it happened or came to be known."""
    view, shown = _opened(request, folder_id, "child")
    form = AskForm(request.GET)
    asked = asked_of(form, request.GET)
    found = queries.timeline(view.folder_ids, asked, page=page_number(request))
    form.offer(found.choices)
    form.full_clean()
    beside: dict[UUID, list[queries.OwnView]] = {}
    own = queries.own(view.folder_ids, asked)
    for line in own:
        if line.moment_id:
            beside.setdefault(line.moment_id, []).append(line)
    kept = {name: values for name, values in request.GET.lists() if name != "page"}
    query = QueryDict(mutable=True)
    for name, values in kept.items():
        query.setlist(name, values)
    return render(
        request,
        "chronology/child.html",
        shown
        | {
            "form": form,
            "asked": asked,
            "asked_words": paper.asked_words(asked),
            "timeline": found,
            "groups": paper.by_month(found.shown, asked),
            "picture": picture(found.choices),
            "beside": beside,
            "own_count": len(own),
            "siblings": [t for t in view.every_tie if t.is_child and t.their_folder and not t.wrong],
            "ways": _ways(request),
            # What was not numbered yet on an earlier day is not hidden from anybody.
            "hidden": paper.not_open(
                {} if asked.as_of else hidden_numbers(view.folder_ids, seen=found.choices.entries)
            ),
            "explain": paper.explaining(),
            "query": query.urlencode(),
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def family(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The children of a family side by side, as far as each record is open to the viewer."""
    view, shown = _opened(request, folder_id, "family")
    others = [t.their_folder for t in view.every_tie if t.is_child and t.their_folder and not t.wrong]
    children, no_place = queries.side_by_side(view.folder_ids[0], view.folder_ids, others)
    opened = {folder for each in (*children, *no_place) for folder in each.folder_ids}
    form = AskForm(request.GET)
    asked = asked_of(form, request.GET)
    every = [folder for each in children for folder in each.folder_ids]
    for each in children[1:]:
        record(Verb.READ, "chronology.family", folder_id=each.folder_id)
    found = queries.timeline(every, asked, page=page_number(request))
    form.offer(found.choices)
    form.full_clean()
    return render(
        request,
        "chronology/family.html",
        shown
        | {
            "form": form,
            "asked": asked,
            "asked_words": paper.asked_words(asked),
            "timeline": found,
            "children": children,
            "rows": paper.side_by_side(found.shown, children, asked),
            "closed": len(set(others) - opened),
            "no_place": no_place,
            "hidden": paper.not_open(
                {} if asked.as_of else hidden_numbers(every, seen=found.choices.entries),
                {folder: each.name for each in children for folder in each.folder_ids},
            ),
            "explain": paper.explaining(),
            "ways": _ways(request),
            "back_href": reverse("chronology:child", args=[folder_id]),
            "back_text": "Chronology",
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def own(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What workers chose from the story, each with their analysis."""
    view, shown = _opened(request, folder_id, "own")
    lines = queries.own(view.folder_ids)
    return render(
        request,
        "chronology/own.html",
        shown
        | {
            "workers": paper.by_worker(lines),
            "me": request.practitioner.practitioner_id,  # type: ignore[attr-defined]
            "back_href": reverse("chronology:child", args=[folder_id]),
            "back_text": "Chronology",
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def add_own(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Put a line into one's own chronology: about a moment of the record (?moment=), or about something else."""
    view, shown = _opened(request, folder_id, "add_own")
    about = None
    if wanted := request.GET.get("moment", ""):
        try:
            about = queries.moment_of(view.folder_ids, UUID(wanted))
        except ValueError as error:
            raise NotFound from error
    kind = FreeOwnForm if about is None else OwnForm
    address = request.path + (f"?moment={about.id}" if about else "")
    sending = _sends(request)
    form: OwnForm = kind(request.POST) if sending else kind(None, draft=_left(request, address))
    if sending and form.is_valid():
        got = form.cleaned_data
        try:
            actions.note_own(
                view.folder_ids[0],
                what=got["what"],
                analysis=got["analysis"],
                moment=about,
                happened_at=got.get("happened_at"),
            )
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            form_sent(request, address)
            messages.success(request, "It stands in your own chronology.")
            return HttpResponseRedirect(reverse("chronology:own", args=[folder_id]))
    return _own_form(request, view, shown, folder_id, form, "Add to your own chronology", address, about)


@page(permission=Permission.WRITE_FOLDER)
def change_own(request: HttpRequest, folder_id: UUID, line_id: UUID) -> HttpResponse:
    """Say a line of one's own anew, or take it out; what stood there stays in its history."""
    view, shown = _opened(request, folder_id, "change_own")
    line = queries.own_line(line_id, view.folder_ids)
    taking_out = request.POST.get("act") == "take_out"
    sent = whole_number(request.POST.get("version", ""))
    version = line.version if sent is None else sent
    sending = _sends(request) and not taking_out
    form = OwnForm(
        request.POST if sending else None,
        initial={"what": line.what, "analysis": line.analysis},
        draft=None if sending else _left(request, request.path),
    )
    if taking_out:
        actions.take_out_own(line_id, version)
        form_sent(request)
        messages.success(request, "It is taken out of your own chronology. Its history stays.")
        return HttpResponseRedirect(reverse("chronology:own", args=[folder_id]))
    if sending and form.is_valid():
        try:
            actions.revise_own(line_id, version, **form.cleaned_data)
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            form_sent(request)
            messages.success(request, "It is changed. What stood there before stays in its history.")
            return HttpResponseRedirect(reverse("chronology:own", args=[folder_id]))
    return _own_form(
        request, view, shown, folder_id, form, "Change your own chronology", request.path, None, line, version
    )


def _sends(request: HttpRequest) -> bool:
    """Whether the form is sent, and not only its wording looked at."""
    return request.method == "POST" and request.POST.get("act") != "check"


def _left(request: HttpRequest, address: str) -> dict[str, list[str]] | None:
    """What the form is filled with: what was sent to look at its wording, else what was left in it."""
    return held(request) if request.method == "POST" else left(request, address)


def _second_look(folder_ids: tuple[UUID, ...], what: str, analysis: str) -> list[Any]:
    return second_look(
        folder_ids,
        [
            answered(str(OwnForm.base_fields["what"].label), what),
            answered(str(OwnForm.base_fields["analysis"].label), analysis, StatementKind.ASSESSMENT),
        ],
    )


#: The addresses of this room's forms.
_A_FORM = re.compile(r"/child/[0-9a-f-]{36}/chronology/own/(add/(\?moment=[0-9a-f-]{36})?|[0-9a-f-]{36}/)")


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep_own(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Keeps a form of this room as it is typed, asked for by the page itself."""
    folders = tuple(joined_set(lead_of(folder_id)))
    aids = _second_look(folders, request.POST.get("what", ""), request.POST.get("analysis", ""))
    return kept(
        request, folder_id, _A_FORM, {"aids": render_to_string("records/_aids.html", {"aids": aids}, request)}
    )


def _own_form(
    request: HttpRequest, view: ChildView, shown: dict[str, Any], folder_id: UUID, form: OwnForm, title: str,
    address: str, about: Any, line: queries.OwnView | None = None, version: int = 0,
) -> HttpResponse:  # fmt: skip
    return render(
        request,
        "chronology/own_form.html",
        shown
        | {
            "form": form,
            "title": title,
            "about": about,
            "line": line,
            "version": version,
            "aids": _second_look(
                view.folder_ids, str(form["what"].value() or ""), str(form["analysis"].value() or "")
            ),
            "keep_url": keep_url(request, "chronology:keep_own", folder_id, title, address),
            "back_href": reverse("chronology:own" if line else "chronology:child", args=[folder_id]),
            "back_text": "Own chronologies" if line else "Chronology",
        },
    )


@page(permission=Permission.READ_FOLDER)
def ask_print(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What a print would hold, and asking for it."""
    view, shown = _opened(request, folder_id, "ask_print")
    form = AskForm(request.GET)
    asked = asked_of(form, request.GET)
    if request.method == "POST":
        made = actions.ask_print(view.folder_ids[0], asked)
        return HttpResponseRedirect(reverse("chronology:print", args=[folder_id, made.id]))
    return render(
        request,
        "chronology/ask_print.html",
        shown
        | {
            "asked_words": paper.asked_words(asked),
            "found": queries.count_entries(view.folder_ids, asked),
            "prints": queries.prints(view.folder_ids),
            "back_href": reverse("chronology:child", args=[folder_id]),
            "back_text": "Chronology",
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def print_(request: HttpRequest, folder_id: UUID, print_id: UUID) -> HttpResponse:
    """How far a print has got, and its volumes; only for whoever asked for it."""
    if request.headers.get("X-Fragment"):
        shown: dict[str, Any] = {"folder_id": folder_id}
        view_folders: tuple[UUID, ...] | None = None
    else:
        view, shown = _opened(request, folder_id, "print")
        view_folders = view.folder_ids
    found = queries.print_(print_id)
    if found.folder_id not in (view_folders or (folder_id,)):
        raise NotFound
    template = "chronology/print_part.html" if view_folders is None else "chronology/print.html"
    return render(
        request,
        template,
        shown
        | {
            "print": found,
            "asked_words": paper.asked_words(found.asked),
            "moving": found.state in (PrintState.WAITING, PrintState.RUNNING) and not found.stalled,
            "failed": found.state is PrintState.FAILED or found.stalled,
            "back_href": reverse("chronology:child", args=[folder_id]),
            "back_text": "Chronology",
        },
    )


@page(permission=Permission.READ_FOLDER)
def volume(request: HttpRequest, folder_id: UUID, volume_id: UUID) -> HttpResponse:
    """A volume of one's own print, as a file, once it is said what for; audited."""
    of, found = queries.volume(volume_id)[:2]
    back = reverse("chronology:print", args=[folder_id, of.id])
    what = f"the chronology, volume {found.number}"
    if (ask := leaving.asked(request, [of.folder_id], what, back)) is not None:
        return ask
    name, content = actions.fetch_volume(volume_id)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
