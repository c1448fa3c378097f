"""Paper volumes, copies that left, who was told, and requests to see a record. Thin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.pages.printing import prints_once
from sightline.children.queries import ChildView
from sightline.documents.pages.views import send_copy
from sightline.documents.queries import content
from sightline.govuk.forms import PageForm
from sightline.govuk.numbers import whole_number
from sightline.govuk.paging import page_number
from sightline.govuk.words import plural
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.queries import pack_in_force

from .. import actions, queries, rules
from ..actions import RemovalMove
from ..queries.court_volumes import copy_volumes
from ..queries.scans import SHOWN, scans
from ..terms import (
    Asker,
    LeftAs,
    PaperPoint,
    PauseWhy,
    RemovalAct,
    RemovalState,
    ReplyKind,
    RequestAct,
    RequestState,
)
from . import forms

PAGE = 25


def _opened(request: HttpRequest, folder_id: UUID, what: str, way: str) -> tuple[ChildView, dict[str, Any]]:
    view, shown = open_child(request, folder_id, f"archive.{what}", tab="files")
    lead = shown["folder_id"]
    acting = request.practitioner  # type: ignore[attr-defined]
    ways = [("paper", "Paper file"), ("copies", "Copies that left"), ("told", "Told of the record")]
    if acting.may(Permission.SUBJECT_ACCESS):
        ways.append(("access", "Requests to see it"))
    if acting.may(Permission.PROPOSE_DISPOSAL):
        ways.append(("keeping", "How long it is kept"))
    return view, shown | {
        "called": view.child.called,
        "may": acting.may,
        "ways": [
            {"text": text, "href": reverse(f"archive:{name}", args=[lead]), "current": name == way}
            for name, text in ways
        ],
    }


def _send(
    request: HttpRequest, form: PageForm, act: Callable[[], object], done: str, back: str, template: str,
    shown: dict[str, Any],
) -> HttpResponse:  # fmt: skip
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


# -- paper --------------------------------------------------------------------------------------------


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def paper(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The paper volumes: which dates each covers, where it is, whether it is out and when it is due back."""
    view, shown = _opened(request, folder_id, "paper", "paper")
    number = page_number(request)
    found, total = scans(view.folder_ids, number)
    if number > 1 and not found:
        return HttpResponseRedirect(reverse("archive:paper", args=[folder_id]))
    return render(
        request, "archive/paper.html",
        shown | {
            "volumes": queries.volumes(view.folder_ids), "manager": view.responsible_manager,
            "scans": found, "scans_in_all": total, "page": Paginator(range(total), SHOWN).get_page(number),
        },
    )  # fmt: skip


@page(permission=Permission.KEEP_VOLUMES)
def add(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    _, shown = _opened(request, folder_id, "add", "paper")
    form = forms.VolumeForm(request.POST or None)
    return _send(
        request, form,
        lambda: actions.add_volume(shown["folder_id"], form.cleaned_data["number"], form.what(), once=form.once()),
        "The volume stands on the record.",
        reverse("archive:paper", args=[shown["folder_id"]]), "archive/form.html",
        shown | {"title": "Add a paper volume"},
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def volume(request: HttpRequest, folder_id: UUID, paper_id: UUID) -> HttpResponse:
    """One volume with everything that happened to it, and what may be done next."""
    view, shown = _opened(request, folder_id, "volume", "paper")
    found = queries.volume(paper_id, view.folder_ids)
    removal = found.now_removed
    return render(
        request, "archive/volume.html",
        shown | {
            "volume": found, "points": list(PaperPoint), "states": RemovalState, "acts": RemovalAct,
            "next": rules.acts_on_removal(RemovalState(removal.state)) if removal else [],
            "back_href": reverse("archive:paper", args=[shown["folder_id"]]),
        },
    )  # fmt: skip


def _of_volume(
    request: HttpRequest, folder_id: UUID, paper_id: UUID, what: str
) -> tuple[dict[str, Any], queries.VolumeView, str]:
    view, shown = _opened(request, folder_id, what, "paper")
    found = queries.volume(paper_id, view.folder_ids)
    return shown, found, reverse("archive:volume", args=[shown["folder_id"], found.id])


@page(permission=Permission.KEEP_VOLUMES)
def place(request: HttpRequest, folder_id: UUID, paper_id: UUID) -> HttpResponse:
    shown, found, back = _of_volume(request, folder_id, paper_id, "place")
    now = {"place": found.place, "covers_from": found.covers_from, "covers_until": found.covers_until}
    form = forms.PlaceForm(request.POST or None, initial=now)
    return _send(
        request, form, lambda: actions.place_volume(found.id, form.what()),
        "Recorded. Where it was stays readable.", back, "archive/form.html",
        shown | {"title": f"Volume {found.number}: another place, or other dates"},
    )  # fmt: skip


@page(permission=Permission.KEEP_VOLUMES)
def check(request: HttpRequest, folder_id: UUID, paper_id: UUID) -> HttpResponse:
    shown, found, back = _of_volume(request, folder_id, paper_id, "check")
    form = forms.CheckForm(request.POST or None)
    return _send(
        request, form, lambda: actions.check_volume(found.id, form.what(), once=form.once()),
        "The check is recorded.", back, "archive/form.html",
        shown | {"title": f"Check volume {found.number}"},
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def ask(request: HttpRequest, folder_id: UUID, paper_id: UUID) -> HttpResponse:
    shown, found, back = _of_volume(request, folder_id, paper_id, "ask")
    form = forms.AskForm(request.POST or None)
    return _send(
        request, form,
        lambda: actions.ask_removal(found.id, form.cleaned_data["purpose"], form.cleaned_data["going_to"]),
        "Asked for. A manager decides.", back, "archive/form.html",
        shown | {"title": f"Ask for volume {found.number}"},
    )  # fmt: skip


#: What each step of a removal asks, and says once it is done.
REMOVAL_STEPS = {
    RemovalAct.APPROVE: ("Let it out until a day", "Approved. Whoever asked is told."),
    RemovalAct.REFUSE: ("Refuse: why?", "Refused. Whoever asked is told."),
    RemovalAct.TAKE: ("It is taken out: by whom?", "It is out. Its return is due on the day approved."),
    RemovalAct.CHASE: ("Whom did you ask, and what did they say?", "Recorded. Whoever has it is told."),
    RemovalAct.RETURN: ("Who brought it back, and is it complete?", "It is back in its place."),
    RemovalAct.TAKE_BACK: ("Why is it no longer needed?", "No longer asked for."),
}


@page(permission=Permission.WRITE_FOLDER)
def removal(request: HttpRequest, folder_id: UUID, paper_id: UUID, act: str) -> HttpResponse:
    """One step of a removal."""
    shown, found, back = _of_volume(request, folder_id, paper_id, "removal")
    if act not in set(RemovalAct) or RemovalAct(act) is RemovalAct.ASK or found.now_removed is None:
        raise NotFound
    step, live = RemovalAct(act), found.now_removed
    title, done = REMOVAL_STEPS[step]
    approving = step is RemovalAct.APPROVE
    form: forms.ApproveForm | forms.WordsForm = (
        forms.ApproveForm(
            request.POST or None,
            may_need=[(one.key, one.name) for one in queries.who_may_need(shown["folder_id"])],
        )
        if approving
        else forms.WordsForm(
            request.POST or None, label=title, required=step not in (RemovalAct.TAKE, RemovalAct.TAKE_BACK)
        )
    )
    return _send(
        request, form,
        lambda: actions.move_removal(
            live.id,
            form.what() if isinstance(form, forms.ApproveForm) else RemovalMove(step, form.cleaned_data["words"]),
        ),
        done, back, "archive/form.html",
        shown | {
            "title": f"Volume {found.number}: {step.label.lower()}",
            "intro": f"{live.asked_by.name}, {live.asked_post}, asked: {live.purpose} It goes to {live.going_to}.",
        },
    )  # fmt: skip


# -- copies, and who was told -----------------------------------------------------------------------------


@page(permission=Permission.READ_FOLDER)
def copies(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What of the record left on paper or a device, and whether it is back."""
    view, shown = _opened(request, folder_id, "copies", "copies")
    form = forms.LeftForm(request.POST or None)
    check = forms.FingerprintForm(request.GET if "fingerprint" in request.GET else None)
    given = queries.copies_given(view.folder_ids)
    typed = check.cleaned_data["fingerprint"] if check.is_valid() else ""
    return _send(
        request, form,
        lambda: actions.copy_left(shown["folder_id"], form.what(), once=form.once()),
        "Recorded. Its return or destruction is due.",
        reverse("archive:copies", args=[shown["folder_id"]]), "archive/copies.html",
        shown | {
            "copies": queries.copies_out(view.folder_ids), "left_as": LeftAs, "back_href": None,
            "given": given, "check": check, "forms": [form, check], "typed": typed,
            "same": [each for each in given if typed and typed in each.fingerprints],
            "me": request.practitioner.practitioner_id,  # type: ignore[attr-defined]
        },
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER)
def copy_back(request: HttpRequest, folder_id: UUID, copy_id: UUID) -> HttpResponse:
    view, shown = _opened(request, folder_id, "copy_back", "copies")
    found = queries.copy_out(copy_id, view.folder_ids)
    form = forms.BackForm(request.POST or None)
    return _send(
        request, form,
        lambda: actions.copy_back(copy_id, form.cleaned_data["words"], form.cleaned_data["on"]),
        "Confirmed.", reverse("archive:copies", args=[shown["folder_id"]]), "archive/form.html",
        shown | {"title": "It is back, or destroyed", "intro": f"{found.row.what}, with {found.row.to_whom}."},
    )  # fmt: skip


def _people(view: ChildView) -> list[tuple[UUID, str]]:
    return [
        (view.child.id, view.child.name),
        *((t.person.id, f"{t.name}, {t.said}") for t in view.ties if t.person.names),
    ]


@page(permission=Permission.READ_FOLDER)
def told(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Who was told that a record is kept, and who was not yet."""
    view, shown = _opened(request, folder_id, "told", "told")
    form = forms.ToldForm(
        request.POST or None,
        people=[
            (view.child.id, view.child.name),
            *((t.person.id, t.name) for t in view.ties if t.person.names),
        ],
    )
    return _send(
        request, form,
        lambda: actions.tell_of_record(shown["folder_id"], form.what(), once=form.once()),
        "Recorded.", reverse("archive:told", args=[shown["folder_id"]]), "archive/told.html",
        shown | {
            "told": queries.told_of_record(view.folder_ids), "not_told": queries.not_told_of_record(view),
            "back_href": None,
        },
    )  # fmt: skip


# -- requests to see a record --------------------------------------------------------------------------------


@page(permission=Permission.SUBJECT_ACCESS, methods=("GET",))
def access(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The requests to see this record, and what people said to their own."""
    view, shown = _opened(request, folder_id, "access", "access")
    return render(
        request, "archive/access.html",
        shown | {"requests": queries.requests(view.folder_ids), "replies": queries.replies(view.folder_ids),
                 "reply_kinds": ReplyKind},
    )  # fmt: skip


@page(permission=Permission.SUBJECT_ACCESS)
def receive(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    view, shown = _opened(request, folder_id, "receive", "access")
    form = forms.AskingForm(
        request.POST or None,
        people=[
            (view.child.id, view.child.name),
            *((t.person.id, t.name) for t in view.ties if t.person.names),
        ],
    )
    return _send(
        request, form,
        lambda: actions.receive(shown["folder_id"], form.what(), once=form.once()),
        "Logged. The legal time runs.",
        reverse("archive:access", args=[shown["folder_id"]]), "archive/form.html",
        shown | {"title": "Somebody asks to see this record"},
    )  # fmt: skip


def _of_request(
    request: HttpRequest, folder_id: UUID, access_id: UUID, what: str
) -> tuple[ChildView, dict[str, Any], queries.RequestView, str]:
    view, shown = _opened(request, folder_id, what, "access")
    found = queries.request(access_id, view.folder_ids)
    return (
        view,
        shown | {"request_view": found},
        found,
        reverse("archive:request", args=[shown["folder_id"], found.id]),
    )


@page(permission=Permission.SUBJECT_ACCESS, methods=("GET",))
def request_(request: HttpRequest, folder_id: UUID, access_id: UUID) -> HttpResponse:
    """One request: where it stands, its clock, what was done, and what may be done next."""
    _, shown, found, _ = _of_request(request, folder_id, access_id, "request")
    return render(
        request, "archive/request.html",
        shown | {
            "beside": queries.files_beside(found), "volumes": copy_volumes(found),
            "next": rules.acts_on_request(found.state), "acts": RequestAct, "pauses": PauseWhy,
            "back_href": reverse("archive:access", args=[shown["folder_id"]]),
        },
    )  # fmt: skip


#: What each step of a request asks, and says once it is done.
REQUEST_STEPS = {
    RequestAct.CHECK: ("Who asks, and that they may", "Checked. The record can be gathered."),
    RequestAct.PAUSE: ("Stop the clock", "The clock stands. Asking again is due."),
    RequestAct.RESUME: ("What came, and when?", "The clock runs again."),
    RequestAct.EXTEND: ("Two further months", "Extended, as the law allows once."),
    RequestAct.NAME_DAY: ("Another day for the copy", "Recorded. The copy is owed by that day."),
    RequestAct.APPROVE: ("What did you look at?", "Approved to be given."),
    RequestAct.REOPEN: ("Why is it opened again?", "Open for deciding again."),
    RequestAct.REFUSE: ("Why is it refused, and what were they told?", "Refused, with its reasons."),
    RequestAct.TAKE_BACK: ("What did they say?", "Taken back."),
}


@page(permission=Permission.SUBJECT_ACCESS)
def step(request: HttpRequest, folder_id: UUID, access_id: UUID, act: str) -> HttpResponse:
    """One step of a request."""
    view, shown, found, back = _of_request(request, folder_id, access_id, "step")
    if act not in set(RequestAct) or RequestAct(act) not in REQUEST_STEPS:
        raise NotFound
    which = RequestAct(act)
    title, done = REQUEST_STEPS[which]
    form = _step_form(request, which, title, found)
    return _send(
        request, form, lambda: _step(found.id, which, form),
        done, back, "archive/form.html",
        shown | {
            "title": title if which in _OWN_FORMS else which.label,
            "intro": queries.standing_of(found.row, view) if which is RequestAct.CHECK else "",
        },
    )  # fmt: skip


_OWN_FORMS: dict[RequestAct, type[forms.Stale]] = {
    RequestAct.CHECK: forms.IdentityForm,
    RequestAct.PAUSE: forms.PauseForm,
    RequestAct.RESUME: forms.ResumeForm,
    RequestAct.EXTEND: forms.ExtendForm,
    RequestAct.NAME_DAY: forms.NameDayForm,
}


def _step_form(
    request: HttpRequest, which: RequestAct, title: str, found: queries.RequestView
) -> forms.Stale:
    initial = {"version": found.row.version}
    if which in _OWN_FORMS:
        return _OWN_FORMS[which](request.POST or None, initial=initial)
    court_again = (
        which is RequestAct.REOPEN and found.asker is Asker.COURT and found.state is RequestState.ANSWERED
    )
    return (forms.AgainForCourtForm if court_again else forms.StepForm)(
        request.POST or None, initial=initial, label=title
    )


def _step(access_id: UUID, which: RequestAct, form: forms.Stale) -> None:
    got = form.cleaned_data
    version = got["version"]
    if isinstance(form, forms.IdentityForm):
        actions.check_identity(access_id, form.what(), version=version)
    elif which is RequestAct.PAUSE:
        actions.pause(access_id, PauseWhy(got["why"]), got["words"], version=version)
    elif which is RequestAct.RESUME:
        actions.resume(access_id, got["words"], got["came_at"], version=version)
    elif which is RequestAct.EXTEND:
        actions.extend(access_id, got["words"], got["told"], version=version)
    elif which is RequestAct.NAME_DAY:
        actions.name_day(access_id, got["due_on"], got["words"], version=version)
    elif which is RequestAct.APPROVE:
        actions.approve(access_id, got["words"], version=version)
    else:
        actions.close(access_id, which, got["words"], due_on=got.get("due_on"), version=version)


@page(permission=Permission.SUBJECT_ACCESS)
def items(request: HttpRequest, folder_id: UUID, access_id: UUID) -> HttpResponse:
    """The bundle, item by item: gather it, and give what holds nothing to hold back."""
    view, shown, found, back = _of_request(request, folder_id, access_id, "items")
    here = reverse("archive:items", args=[shown["folder_id"], found.id])
    if request.method == "POST":
        if request.POST.get("act") == "gather":
            came = actions.gather(found.id)
            messages.success(request, f"{came} items came from the record.")
        else:
            sent = set(request.POST.getlist("read"))
            read = {i.id for i in queries.bundle(found.id) if str(i.id) in sent}
            given = actions.give_the_rest(found.id, read)
            messages.success(request, f"Given by your name: {plural(given, 'item')}.")
        return HttpResponseRedirect(here)
    every = queries.bundle(found.id)
    which = request.GET.get("show", "open")
    chosen = {
        "open": [i for i in every if i.decision is None],
        "held": [i for i in every if i.decision is not None and i.decision.choice != "give"],
        "all": every,
    }.get(which, every)
    at = page_number(request)
    on_page = chosen[(at - 1) * PAGE : at * PAGE]
    return render(
        request, "archive/items.html",
        shown | {
            "items": on_page, "every": len(every), "which": which,
            "rest": [i.id for i in on_page if i.decision is None and not i.row.grounds],
            "elsewhere": rules.shown_elsewhere(queries.decided(every), queries.spared(found.row, view)),
            "page_number": at,
            "more": at * PAGE < len(chosen), "counts": {
                "open": sum(i.decision is None for i in every),
                "held": sum(i.decision is not None and i.decision.choice != "give" for i in every),
                "all": len(every),
            },
            "back_href": back,
        },
    )  # fmt: skip


@page(permission=Permission.SUBJECT_ACCESS)
def item(request: HttpRequest, folder_id: UUID, access_id: UUID, item_id: UUID) -> HttpResponse:
    """Deciding on one item."""
    view, shown, found, _ = _of_request(request, folder_id, access_id, "item")
    one = queries.item(item_id, found.id)
    form = forms.ItemForm(
        request.POST or None, initial={"words": "\n".join(queries.words_to_decide(one, view))}
    )
    grounds = pack_in_force().disclosure_grounds(today())
    return _send(
        request, form, lambda: actions.decide_item(one.id, form.what()),
        "Decided.", reverse("archive:items", args=[shown["folder_id"], found.id]), "archive/item.html",
        shown | {"item": one, "grounds": grounds},
    )  # fmt: skip


@page(permission=Permission.SUBJECT_ACCESS, methods=("POST",))
def copy_pdf(request: HttpRequest, folder_id: UUID, access_id: UUID) -> HttpResponse:
    """The approved copy as a PDF, or one volume of it."""
    _, _, found, _ = _of_request(request, folder_id, access_id, "copy_pdf")
    volume = whole_number(request.POST.get("volume", "1")) or 0
    pdf = actions.copy_as_pdf(found.id, volume)
    name = f"record-{volume}" if found.volumes > 1 else "record"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


@page(permission=Permission.SUBJECT_ACCESS, methods=("POST",))
def file_beside(request: HttpRequest, folder_id: UUID, access_id: UUID, number: int) -> HttpResponse:
    """A file that is given beside the copy, without metadata, called by its number: its own name may tell."""
    view, _, found, _ = _of_request(request, folder_id, access_id, "file_beside")
    given = actions.take_file_beside(found.id, number)
    return send_copy(request, content(given.document.id, view.folder_ids), given.name, or_as_it_is=True)


@page(permission=Permission.SUBJECT_ACCESS)
def give(request: HttpRequest, folder_id: UUID, access_id: UUID) -> HttpResponse:
    """Giving the copy; where it is read here, reference and secret are shown once."""
    _, shown, found, back = _of_request(request, folder_id, access_id, "give")
    form = forms.GiveForm(
        request.POST or None, initial={"version": found.row.version, "to_whom": found.row.name}
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = actions.give(found.id, form.what(), version=form.cleaned_data["version"])
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            if given.secret:
                codes = {"reference": given.reference, "secret": given.secret}
                return render(
                    request, "archive/given.html",
                    shown | {"given": given, "form": forms.CodesForm(initial=codes), "back_href": back},
                )  # fmt: skip
            messages.success(request, "Given. The request is answered.")
            return HttpResponseRedirect(back)
    return render(
        request, "archive/form.html", shown | {"form": form, "title": "Give the copy", "back_href": back}
    )


@page(permission=Permission.SUBJECT_ACCESS, methods=("POST",))
def print_codes(request: HttpRequest, folder_id: UUID, access_id: UUID) -> HttpResponse:
    """Reference and secret code go on paper, once it is said what for. They are sent by the page that shows them."""
    _, shown, found, back = _of_request(request, folder_id, access_id, "codes")
    form = forms.CodesForm(request.POST)
    reference, secret = request.POST.get("reference", ""), request.POST.get("secret", "")
    given = actions.Given(queries.opened_by(found, reference, secret), reference, secret)
    shown |= {"given": given, "form": form, "back_href": back}
    if form.is_valid():
        actions.codes_printed(found.id, given.copy, form.cleaned_data["purpose"])
        prints_once(request, request.get_full_path())
    return render(request, "archive/given.html", shown)


@page(permission=Permission.SUBJECT_ACCESS)
def end_sharing(request: HttpRequest, folder_id: UUID, access_id: UUID, shared_id: UUID) -> HttpResponse:
    _, shown, found, back = _of_request(request, folder_id, access_id, "end_sharing")
    if shared_id not in {c.shared.id for c in found.copies if hasattr(c, "shared")}:
        raise NotFound
    form = forms.WordsForm(request.POST or None, label="Why does it end?")
    return _send(
        request, form, lambda: actions.end_sharing(shared_id, form.cleaned_data["words"]),
        "It can be read no longer.", back, "archive/form.html", shown | {"title": "End reading here"},
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def answer(request: HttpRequest, folder_id: UUID, reply_id: UUID) -> HttpResponse:
    """What was done about what a person says to their record."""
    view, shown = _opened(request, folder_id, "answer", "access")
    said = next((r for r in queries.replies(view.folder_ids) if r.id == reply_id), None)
    if said is None:
        raise NotFound
    form = forms.WordsForm(request.POST or None, label="What was done about it?")
    # Whoever works with the child answers; the requests to see the record are for those who keep it.
    keeps = request.practitioner.may(Permission.SUBJECT_ACCESS)  # type: ignore[attr-defined]
    back = reverse("archive:access" if keeps else "web:child", args=[shown["folder_id"]])
    return _send(
        request, form, lambda: actions.answer_reply(reply_id, form.cleaned_data["words"]),
        "Recorded.", back, "archive/form.html",
        shown | {"title": "Answer what they say", "intro": f"“{said.words}”"},
    )  # fmt: skip
