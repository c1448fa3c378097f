"""The meetings of a child, my meetings, calling one, and the page of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import IO, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.pages.keeping import Keeping, form_sent, keep_url, kept, left
from sightline.access.queries import may_write, opened_of
from sightline.agencies.gate import page
from sightline.agencies.queries import practitioners
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record_list, record_many
from sightline.audit.terms import Verb
from sightline.children.pages import frame
from sightline.documents import rules as of_documents
from sightline.documents import scanner
from sightline.documents.actions import Incoming
from sightline.documents.queries import attached, most_megabytes
from sightline.documents.receiving import takes_files
from sightline.govuk.forms import PageForm
from sightline.govuk.numbers import whole_number
from sightline.govuk.paging import page_number
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.queries import pack_in_force

from .. import actions, hooks, queries
from ..queries import MeetingView
from ..terms import ChildStage, Format, MeetingState, Purpose
from . import forms, forms_of_preparing


class OnlyInvited(Exception):
    """Whoever asks for a page that arranges a meeting sees the meeting, and arranges nothing."""


def arranging(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for those who arrange a meeting; the others are led back to it and told whom to ask."""

    @wraps(view)
    def led_back(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OnlyInvited as found:
            messages.info(request, "You see this meeting, but do not arrange it. Ask whoever chairs it.")
            return HttpResponseRedirect(reverse("meetings:meeting", args=[found.args[0]]))

    return led_back


def opened(meeting_id: UUID, what: str, *parts: str, work: bool = False) -> MeetingView:
    """The meeting with the `parts` of each child that the page shows, the reading audited in each child's record.

    Raises NotFound for those who neither may read a record of it nor are invited.
    `work`: for pages that arrange it, marked `arranging`: somebody who only sees the meeting is led back to it.
    """
    shown = queries.meeting(meeting_id, parts)
    if work and not shown.may_work:
        raise OnlyInvited(meeting_id)
    subject = ("meetings_meeting", shown.id)
    found = [event(Verb.READ, what, folder_id=c.folder_id, subject=subject) for c in shown.children]
    record_many(found or [event(Verb.READ, what, subject=subject)])
    return shown


def around(shown: MeetingView, *, kept: HttpRequest | None = None, **more: Any) -> dict[str, Any]:
    """What every page of a meeting shows. `kept`: the request of a page whose form is kept as it is typed."""
    if kept is not None:
        more |= keeping(kept, shown.folder_ids, f"{more['title']} ({shown.title.lower()})")
    return {
        "shown": shown,
        "meeting": shown.row,
        "back_href": reverse("meetings:meeting", args=[shown.id]),
        "back_text": "The meeting",
        **more,
    }


def taken_up(request: HttpRequest, *found: PageForm) -> None:
    """Fills forms that are only looked at as they were left, where they were begun before."""
    if request.method != "POST" and (begun := left(request)):
        for form in found:
            form.refill(begun)


def keeping(request: HttpRequest, folder_ids: Sequence[UUID], title: str) -> dict[str, Keeping]:
    """Where the page sends what is typed, so that it is there again after a lost session; nowhere without a record."""
    if not folder_ids:
        return {}
    return {"keep_url": keep_url(request, "meetings:keep_form", folder_ids[0], title)}


def done(request: HttpRequest, words: str, where: str) -> HttpResponse:
    """The form was sent: what was kept of it is dropped, and the next page says what was done."""
    form_sent(request)
    messages.success(request, words)
    return HttpResponseRedirect(where)


#: The addresses of this room's forms.
_A_FORM = re.compile(
    r"/(meetings/[0-9a-f-]{36}|meetings/action|child/[0-9a-f-]{36}/(meetings|apart))/[a-z0-9/_-]{0,200}"
)


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep_form_(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Keeps a form of this room as it is typed, asked for by the page itself."""
    return kept(request, folder_id, _A_FORM)


def people_in_post() -> list[tuple[UUID, str]]:
    """Everybody who holds a post today, once."""
    return list({line.practitioner_id: line.said_as for line in practitioners()}.items())


def version_of(request: HttpRequest) -> int | None:
    """The count of acts on the meeting when its form was opened."""
    return whole_number(request.POST.get("version", ""))


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def child(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The meetings about a child, those ahead first, and who around the child is kept apart."""
    view, shown = frame.open_child(request, folder_id, "meetings.child", tab="meetings")
    lines = queries.for_folders(view.folder_ids)
    ahead = [m for m in lines if m.state in (MeetingState.CALLED, MeetingState.HELD)]
    return render(
        request,
        "meetings/child.html",
        {
            **shown,
            "ahead": sorted(ahead, key=lambda m: m.starts_at),
            "past": [m for m in lines if m not in ahead],
            "apart": queries.kept_apart(
                view.folder_ids,
                {view.child.id: view.child.name} | {t.person.id: t.name for t in view.every_tie},
            ),
            "now": now(),
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def mine(request: HttpRequest) -> HttpResponse:
    """The meetings that I am invited to, and what my agency has agreed to do."""
    acting = request.practitioner  # type: ignore[attr-defined]
    past = request.GET.get("show") == "past"
    lines = queries.mine(past=past)
    agreed = queries.actions_of_agency(acting.agency_ids, page_number(request, "actions"))
    record_list(
        "meetings.mine",
        [*(each for line in lines for each in line.folder_ids), *(a.folder_id for a in agreed.rows)],
    )
    return render(
        request,
        "meetings/mine.html",
        {
            "lines": lines,
            "past": past,
            "agreed": agreed,
            "agency": acting.agency_name,
            "drafts": queries.drafts(),
            "now": now(),
            "back_href": "/",
            "back_text": "My work",
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def call(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Call a meeting about this child, and the brothers and sisters whose records are open."""
    view, around_child = frame.open_child(request, folder_id, "meetings.call", tab="meetings")
    offered = forms.siblings_of(view)
    may_open = opened_of([folder for folder, _ in offered])
    pack = pack_in_force()
    form = forms.CallForm(
        request.POST or None,
        rules=[rule for rule in pack.meetings(today()) if Purpose(rule.id) not in hooks.called_on],
        children=[(folder, name) for folder, name in offered if folder in may_open],
        people=people_in_post(),
    )
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            meeting_id = actions.call(
                Purpose(got["purpose"]),
                [UUID(child) for child in got["children"]],
                got["when"],
                chair_id=UUID(got["chair"]),
                minute_taker_id=forms.uuid_or_none(got["minute_taker"]),
                format=Format(got["format"]),
                place=got["place"],
                link=form.given_link,
                minutes_long=got["minutes_long"],
                agenda=got["agenda"],
                arrangements=got["arrangements"],
                runs=got["runs"],
                earlier_why=got["earlier_why"],
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(
                request,
                "The meeting is called. Invite who is to come.",
                reverse("meetings:meeting", args=[meeting_id]),
            )
    form.ask_earlier_only_where_missing()
    back = reverse("meetings:child", args=[view.folder_ids[0]])
    return render(
        request,
        "meetings/call.html",
        {
            **around_child,
            **keeping(request, view.folder_ids, "Call a meeting"),
            "form": form,
            "elsewhere": [
                (words, reverse(route, args=[view.folder_ids[0]]))
                for words, route in hooks.called_on.values()
            ],
            "back_href": back,
            "back_text": "Meetings",
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """One meeting: when, who, what is still to be done before it, each child's part as far as it is open."""
    shown = opened(meeting_id, "meetings.meeting", "told", "decisions", "reports")
    acting = request.practitioner  # type: ignore[attr-defined]
    own = next((i for i in shown.invited if i.row.practitioner_id == acting.practitioner_id), None)
    back = (
        {"back_href": reverse("meetings:child", args=[shown.children[0].folder_id]), "back_text": "Meetings"}
        if shown.children
        else {"back_href": reverse("meetings:mine"), "back_text": "My meetings"}
    )
    may_report = (
        own is not None
        and shown.state in (MeetingState.CALLED, MeetingState.HELD)
        and acting.may(Permission.WRITE_FOLDER)
        and any(may_write(folder_id) for folder_id in shown.folder_ids)
    )
    reports = [r for c in shown.children for r in c.reports]
    files = attached({c.folder_id for c in shown.children}, [r.id for r in reports])
    sections = [found for ask in hooks.sections if (found := ask(request, shown)) is not None]
    return render(
        request,
        "meetings/meeting.html",
        around(
            shown, may_report=may_report, files=files, sections=sections, now=now(), stages=list(ChildStage)
        )
        | back,
    )


CHANGES = {
    "move": ("Move this meeting", "Move it"),
    "chair": ("Somebody else chairs", "Change the chair"),
    "cancel": ("Cancel this meeting", "Cancel the meeting"),
    "reopen": ("Reopen this meeting", "Reopen it"),
    "not-held": ("This meeting was not held after all", "Take it back"),
    "add": ("Another child is looked at too", "Add the child"),
    "take-out": ("A child leaves this meeting", "Take the child out"),
}


@page(permission=Permission.WRITE_FOLDER)
@arranging
def change(request: HttpRequest, meeting_id: UUID, change_kind: str) -> HttpResponse:
    """Move it, change the chair, cancel it, reopen it, or take a child out, always with the reason."""
    act = change_kind
    if act not in CHANGES:
        raise NotFound
    shown = opened(meeting_id, "meetings.change", work=True)
    form = _change_form(request, shown, act)
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            _change(shown, act, form.cleaned_data, version_of(request))
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(
                request,
                "Done. What was so before stays on the record, with your reason.",
                reverse("meetings:meeting", args=[shown.id]),
            )
    if isinstance(form, forms.Earlier):
        form.ask_earlier_only_where_missing()
    title, button = CHANGES[act]
    return render(
        request,
        "meetings/form.html",
        around(
            shown,
            kept=request,
            form=form,
            title=title,
            button=button,
            kind="warning" if act == "cancel" else "primary",
        ),
    )


def _change_form(request: HttpRequest, shown: MeetingView, act: str) -> Any:
    data = request.POST or None
    if act == "move":
        row = shown.row
        return forms.MoveForm(data, initial={"when": row.starts_at, "place": row.place, "link": row.link})
    if act == "chair":
        return forms.ChairForm(data, people=people_in_post())
    if act == "take-out":
        return forms.TakeOutForm(data, children=shown.present_children)
    if act == "add":
        present = {c.folder_id for c in shown.present_children}
        return forms.AddForm(
            data, children=[(f, n) for f, n in queries.may_join(present) if f not in present]
        )
    if act == "cancel":
        return forms.WhyForm(data, label="Why is it cancelled?", ask="Say why it is cancelled")
    if act == "not-held":
        return forms.NotHeldForm(
            data,
            label="Why is it taken back that it was held?",
            ask="Say why it was not held after all",
            decided=bool(queries.decided_at(shown.id)),
        )
    return forms.WhyForm(data, label="Why is it reopened?", ask="Say why it is reopened")


def _change(shown: MeetingView, act: str, got: dict[str, Any], version: int | None) -> None:
    match act:
        case "move":
            actions.move(
                shown.id,
                when=got["when"],
                place=got["place"],
                link=got["link"],
                why=got["why"],
                version=version,
            )
        case "chair":
            actions.change_chair(shown.id, UUID(got["chair"]), got["why"], version=version)
        case "cancel":
            actions.cancel(shown.id, got["why"], version=version)
        case "not-held":
            actions.not_held(shown.id, got["why"], knows_family=got.get("knows_family"), version=version)
        case "reopen":
            actions.reopen(shown.id, got["why"], version=version)
        case "add":
            actions.add_child(
                shown.id, UUID(got["child"]), got["agenda"], earlier_why=got["earlier_why"], version=version
            )
        case "take-out":
            actions.take_out_child(shown.id, UUID(got["child"]), got["why"], version=version)


@page(permission=Permission.WRITE_FOLDER)
@arranging
def told(request: HttpRequest, meeting_id: UUID, part_folder_id: UUID) -> HttpResponse:
    """What a child was told of the meeting, and how they took part."""
    shown = opened(meeting_id, "meetings.told", work=True)
    part = next((c for c in shown.present_children if c.folder_id == part_folder_id), None)
    if part is None:
        raise NotFound
    form = forms_of_preparing.ToldForm(request.POST or None)
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.tell_child(
                shown.id,
                part.folder_id,
                ChildStage(got["stage"]),
                done=got["done"],
                words=got["words"],
                at=got["at"],
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(request, f"Recorded for {part.called}.", reverse("meetings:meeting", args=[shown.id]))
    return render(
        request,
        "meetings/form.html",
        around(
            shown,
            kept=request,
            form=form,
            title=f"{part.called} and this meeting",
            hint="Children are told before a meeting about them, and asked how they want to take part: in the "
            "room, by a letter or drawing, through somebody whom they trust, or not at all.",
            button="Record it",
        ),
    )


@takes_files
@page(permission=Permission.WRITE_FOLDER)
def report(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """My agency's report for the meeting, on each child apart."""
    shown = opened(meeting_id, "meetings.report")
    form = forms_of_preparing.ReportForm(
        request.POST or None,
        children=shown.present_children,
        attached={name for name, sent in request.FILES.items() if sent},
    )
    taken_up(request, form)
    refused = list(getattr(request, "files_refused", []))
    files = {
        folder_id: Incoming(sent.name or "", cast(IO[bytes], sent.file))
        for name, folder_id in form.files_of.items()
        if (sent := request.FILES.get(name))
    }
    if request.method == "POST" and form.is_valid() and not refused:
        got = form.cleaned_data
        try:
            actions.send_report(
                shown.id,
                form.by_folder("text"),
                files=files,
                family_said=form.by_folder("family_said"),
                no_family_why=form.by_folder("no_family_why"),
                for_family=got["for_family"],
                not_for_family_why=got["not_for_family_why"],
                words_for_family=got["words_for_family"],
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as why:
            if why.verdict.field == "files":
                refused.append(why.verdict.reason)
            else:
                form.refuse(why.verdict)
        else:
            return done(
                request, "Your report is with the meeting.", reverse("meetings:meeting", args=[shown.id])
            )
    return render(
        request,
        "meetings/report.html",
        around(
            shown,
            kept=request,
            form=form,
            title="Report for this meeting",
            children=shown.present_children,
            refused=refused,
            again=form.attached if form.errors else (),
            megabytes=most_megabytes(),
            taken=of_documents.TAKEN,
            scanned=scanner.configured(),
        ),
    )
