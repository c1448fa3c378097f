"""The Voice tab: what the child said, what was done and explained, and what a child needs. Thin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView, as_viewer_may_read
from sightline.documents.queries import attached
from sightline.govuk.forms import PageForm, typed
from sightline.govuk.numbers import whole_number
from sightline.govuk.once import read_key
from sightline.govuk.paging import page_number
from sightline.govuk.words import clock, moment
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.queries import on_folders, pack_in_force
from sightline.procedures.terms import GuidedField

from .. import actions, queries, rules
from ..actions import OpenedOn
from ..terms import Near, RightsForm
from . import forms, wording

PAGE = 25


def _opened(request: HttpRequest, folder_id: UUID, what: str, way: str) -> tuple[ChildView, dict[str, Any]]:
    view, shown = open_child(request, folder_id, f"voice.{what}", tab="voice")
    lead = shown["folder_id"]
    ways = [
        ("child", "What was said"),
        ("needs", "The eight needs"),
        ("told", "Told beforehand"),
        ("matters", "Who matters"),
        ("advocate", "Advocate"),
        ("rights", "Rights"),
        ("yours", "For the child to read"),
    ]
    return view, shown | {
        "called": view.child.called,
        "ways": [
            {"text": text, "href": reverse(f"voice:{name}", args=[lead]), "current": name == way}
            for name, text in ways
        ],
    }


def _home(view: ChildView) -> str:
    return reverse("voice:child", args=[view.folder_ids[0]])


def _send(
    request: HttpRequest,
    form: PageForm,
    act: Callable[[], object],
    done: str,
    back: str,
    template: str,
    shown: dict[str, Any],
) -> HttpResponse:
    """Sends a form, or shows it again with all that was typed and what is wrong with it."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            status = 409
        else:
            messages.success(request, done)
            return HttpResponseRedirect(back)
    return render(request, template, {"back_href": back} | shown | {"form": form}, status=status)


#: What is owed to a child beside an answer, and is done on this tab.
OWED = ("hear_the_child", "explain_rights", "offer_advocate", "find_advocate")


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def child(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What the child said, the latest first, with what waits for an answer at the top."""
    view, shown = _opened(request, folder_id, "child", "child")
    folders = view.folder_ids
    at = page_number(request)
    found = queries.voices(folders, limit=PAGE + 1, offset=(at - 1) * PAGE)
    begun = queries.drafts(shown["folder_id"])
    due = on_folders(folders)
    texts = {
        "voices": found[:PAGE],
        "unanswered": queries.unanswered(folders),
        "to_explain": queries.to_explain(folders, due),
        "regards": queries.regards(folders),
        "backs": queries.taken_back(folders, "said", "done", "explained"),
    }
    return render(
        request,
        "voice/child.html",
        shown
        | {
            **as_viewer_may_read(folders, texts),
            "attached": attached(folders, [v.first for v in found[:PAGE]]) if found else {},
            "due": {
                d.subject_id: d for d in due if d.to_do and d.kind in ("answer_to_child", "explain_decision")
            },
            "owed": [d for d in due if d.to_do and d.kind in OWED],
            "begun": begun,
            "page_number": at,
            "more": len(found) > PAGE,
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def hear(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Writing down what a child said."""
    view, shown = _opened(request, folder_id, "hear", "child")
    begun, wanted = queries.drafts(shown["folder_id"]), _id(request, "draft")
    kept = next((each for each in begun if wanted in (None, each.id)), None)
    if request.method == "POST":
        opened_on = _opened_on(request)
    else:
        opened_on = OpenedOn(kept.id, kept.version) if kept else None
    form = forms.HearForm(request.POST or None, draft=kept.content if kept else None)
    return _send(
        request, form,
        lambda: actions.hear(shown["folder_id"], form.what(), once=form.once(), opened_on=opened_on),
        f"Kept, in {view.child.called}'s own words.",
        _home(view), "voice/hear.html",
        shown | {
            "title": f"What did {view.child.called} say?",
            "keep_url": reverse("voice:keep", args=[shown["folder_id"]]),
            "saved_at": kept.saved_at if kept else None,
            "opened_on": opened_on,
            "others": [each for each in begun if kept is None or each.id != kept.id],
        },
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Saves what was typed so far, asked for by the page itself every few seconds."""
    view, _ = open_child(request, folder_id, "voice.keep", tab="voice")
    sent = {
        name: values
        for name, values in typed(request.POST).items()
        if name in forms.HearForm.base_fields or "-" in name
    }
    saved = actions.save_draft(
        view.folder_ids[0],
        {n: v for n, v in sent.items() if n != "once_key"},
        page=read_key(request.POST.get("once_key")),
        opened_on=_opened_on(request),
    )
    other = f"Another page holds other words of yours, saved {moment(saved.elsewhere)}: both are kept."
    return JsonResponse({"saved": clock(saved.at), "note": other if saved.elsewhere else ""})


def _opened_on(request: HttpRequest) -> OpenedOn | None:
    """The draft that a page says it was opened on."""
    try:
        ident = UUID(request.POST.get("draft", ""))
    except ValueError:
        return None
    return OpenedOn(ident, whole_number(request.POST.get("version", "")) or 0)


@page(permission=Permission.WRITE_FOLDER)
def correct(request: HttpRequest, folder_id: UUID, view_id: UUID) -> HttpResponse:
    """Putting right what was written down wrongly; the first writing stays."""
    view, shown = _opened(request, folder_id, "correct", "child")
    wrong = queries.voice(view_id, view.folder_ids)
    now_said = {
        name: getattr(wrong, name)
        for name in ("said", "worries", "good", "dreams", "language", "heard_at", "place", "heard_by", "others",
                     "why_not_alone", "wants", "keep_from")
    }  # fmt: skip
    form = forms.CorrectForm(request.POST or None, initial=now_said)
    return _send(
        request, form,
        lambda: actions.correct(view_id, form.what(), form.cleaned_data["was_wrong"]),
        "Put right. The first writing stays readable.",
        _home(view), "voice/hear.html",
        shown | {"title": "Put right what was written down", "wrong": wrong},
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def done(request: HttpRequest, folder_id: UUID, view_id: UUID) -> HttpResponse:
    """What was done about something that the child said."""
    view, shown = _opened(request, folder_id, "done", "child")
    said = queries.voice(view_id, view.folder_ids)
    form = forms.DoneForm(**wording.sent(request))
    return _send(
        request, form,
        lambda: actions.acted(
            said.id, form.cleaned_data["words"], form.cleaned_data["done_on"], once=form.once()
        ),
        f"Recorded. Tell {view.child.called} about it.",
        _home(view), "voice/about.html",
        shown | wording.aids(form, view.folder_ids) | {"title": "What was done about it?", "voice": said},
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def explain(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What was explained back to the child, and the reason where the answer was no."""
    view, shown = _opened(request, folder_id, "explain", "child")
    open_views = queries.unanswered(view.folder_ids)
    if (chosen := _id(request, "view")) and chosen not in {v.id for v in open_views}:
        said = queries.voice(chosen, view.folder_ids)
        open_views.insert(0, queries.Waiting(said.id, said.first, said.words, said.heard_at))
    open_decisions = queries.to_explain(view.folder_ids)
    form = forms.ExplainForm(
        **wording.sent(request),
        views=open_views,
        decisions=open_decisions,
        initial={"views": [str(chosen)] if chosen else []},
    )
    return _send(
        request, form,
        lambda: actions.explain(shown["folder_id"], form.what(), once=form.once()),
        f"Recorded as explained to {view.child.called}.",
        _home(view), "voice/explain.html",
        shown | wording.aids(form, view.folder_ids) | {
            "title": f"What was explained to {view.child.called}?",
            "nothing": not open_views and not open_decisions,
        },
    )  # fmt: skip


def _id(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def needs(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The eight things that children say they need, answered from the record, with the gaps named."""
    view, shown = _opened(request, folder_id, "needs", "needs")
    workers = sorted(
        (i for i in view.every_involvement if i.lead and not i.never_held),
        key=lambda i: i.held_from,
        reverse=True,
    )
    return render(request, "voice/needs.html", shown | {"needs": queries.needs(view), "workers": workers})


@page(permission=Permission.WRITE_FOLDER)
def tell(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What the child was told before a meeting, a move or a change of plan."""
    view, shown = _opened(request, folder_id, "tell", "told")
    subject = _id(request, "subject")
    about = next((h for h in queries.told_of(view) if h.id == subject), None)
    if subject is not None and about is None:
        raise NotFound
    initial = {"subject": about.id, "about": about.about, "happens_on": about.on} if about else {}
    form = forms.TellingForm(**wording.sent(request), initial=initial)
    return _send(
        request, form,
        lambda: actions.tell_before(shown["folder_id"], form.what(), once=form.once()),
        "Recorded.",
        reverse("voice:told", args=[shown["folder_id"]]), "voice/form.html",
        shown | wording.aids(form, view.folder_ids) | {"title": f"What was {view.child.called} told beforehand?"},
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def told(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Each meeting, move and change of plan, with what the child was told before it."""
    view, shown = _opened(request, folder_id, "told", "told")
    found = queries.told_of(view)
    return render(
        request,
        "voice/told.html",
        shown
        | {
            "not_told": [h for h in found if not h.was_told],
            "was_told": [h for h in found if h.was_told],
            "backs": queries.taken_back(view.folder_ids, "told"),
        },
    )


#: How far each ring of the map stands from the child, and how many stand on it before it grows crowded.
RINGS = {Near.NEAREST: 62, Near.NEAR: 118, Near.FURTHER: 174}


@page(permission=Permission.READ_FOLDER)
def matters(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The child's own map of who matters to them, as a picture and as a list; and putting somebody on it."""
    view, shown = _opened(request, folder_id, "matters", "matters")
    found = queries.who_matters(view.folder_ids)
    form = forms.MattersForm(request.POST or None)
    here = reverse("voice:matters", args=[shown["folder_id"]])
    return _send(
        request, form,
        lambda: actions.matters(shown["folder_id"], form.what()),
        "On the map.", here, "voice/matters.html",
        shown | {
            "map": found, "before": queries.mattered(view.folder_ids), "rings": list(RINGS.values()),
            "dots": rules.placed([(m.name, RINGS[m.near]) for m in found]), "back_href": None,
        },
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def matters_end(request: HttpRequest, folder_id: UUID, matter_id: UUID) -> HttpResponse:
    """Somebody is taken off the map."""
    view, shown = _opened(request, folder_id, "matters_end", "matters")
    who = next((m for m in queries.who_matters(view.folder_ids) if m.id == matter_id), None)
    if who is None:
        raise NotFound
    form = forms.EndForm(request.POST or None)
    return _send(
        request, form,
        lambda: actions.matters_no_more(matter_id, form.cleaned_data["words"]),
        "Taken off the map. That they stood there stays on the record.",
        reverse("voice:matters", args=[shown["folder_id"]]), "voice/form.html",
        shown | {"title": f"{who.name} is no longer on the map"},
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER)
def advocate(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The offer of an advocate, step by step."""
    view, shown = _opened(request, folder_id, "advocate", "advocate")
    form = forms.AdvocacyForm(request.POST or None)
    here = reverse("voice:advocate", args=[shown["folder_id"]])
    return _send(
        request, form,
        lambda: actions.advocacy(shown["folder_id"], form.what(), once=form.once()),
        "Recorded.", here, "voice/advocate.html",
        shown | {
            "steps": queries.advocacy(view.folder_ids), "advocate": queries.advocate_now(view.folder_ids),
            "backs": queries.taken_back(view.folder_ids, "advocate"),
            "back_href": None,
        },
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER)
def rights(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The child's rights in the form for their age, and recording that they were explained."""
    view, shown = _opened(request, folder_id, "rights", "rights")
    pack = pack_in_force()
    texts = [(form, pack.guidance(GuidedField(f"rights.{form.value}"), today())) for form in RightsForm]
    born = view.child.birth.born_on
    form = forms.RightsExplainedForm(request.POST or None)
    here = reverse("voice:rights", args=[shown["folder_id"]])
    return _send(
        request, form,
        lambda: actions.tell_rights(shown["folder_id"], form.what(), once=form.once()),
        "Recorded.", here, "voice/rights.html",
        shown | {
            "texts": texts, "fitting": rules.rights_form(rules.years_old(born, today())),
            "told": queries.rights_told(view.folder_ids), "back_href": None,
            "owed": [d for d in on_folders(view.folder_ids) if d.to_do and d.kind == "explain_rights"],
            "backs": queries.taken_back(view.folder_ids, "rights"),
        },
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def yours(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What the child told us and what we did, in words that the child can read; to look at together, or to print."""
    view, shown = _opened(request, folder_id, "yours", "yours")
    return render(request, "voice/yours.html", shown | {"yours": queries.yours(view)})
