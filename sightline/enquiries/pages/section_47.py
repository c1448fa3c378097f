"""Section 47 enquiries and the conference that follows: carried out, ended, no plan made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from sightline.access.pages.keeping import left
from sightline.agencies.gate import page
from sightline.agencies.queries import acting_as, holders
from sightline.agencies.terms import Permission
from sightline.children.queries import names_of_folders
from sightline.kernel.verdicts import NotPermitted
from sightline.meetings import hooks
from sightline.meetings.queries import MeetingView
from sightline.meetings.queries import meeting as find_meeting
from sightline.meetings.terms import Purpose

from ..actions import conference as conferences
from ..actions import protection as protect
from ..actions.handing import hand_over_enquiry
from ..queries import heard
from ..queries import protection as queries
from ..queries.assessment import father_recorded
from ..queries.clocks import counted
from ..queries.episode import taken_back
from ..queries.shown import POWER, before_conference, conference_clock, decided_of
from . import forms_of_protection as forms
from .around import address, form_page, keep_url, opened, people_in, posted, sent, version_of
from .child import acting_of
from .forms_of_decisions import HandOverForm


@page(permission=Permission.READ_FOLDER)
def enquiry(request: HttpRequest, folder_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """A section 47 enquiry: what it has found so far, who was spoken to, what is still missing."""
    child, shown = opened(request, folder_id, "enquiry")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    acting = acting_of(request)
    may_write = shown["may_write"] and acting.may(Permission.STATUTORY) and view.row.ended_at is None
    text = view.text
    accounts = heard.accounts(child, view.spoken_to)
    initial = {name: getattr(text, name) for name in forms.EnquiryForm.base_fields} if text else {}
    beside = _beside(view) if may_write else []
    form = forms.EnquiryForm(posted(request), initial=initial, beside=beside)

    def send() -> None:
        got = dict(form.cleaned_data)
        also = [UUID(value) for value in got.pop("also", None) or ()]
        protect.write_enquiry(view.row.id, protect.EnquiryIn(**got), version=version_of(request), also=also)

    if request.method == "POST" and not acting.may(Permission.STATUTORY):
        raise NotPermitted("A section 47 enquiry is the local authority's.")
    answer, status = sent(request, form, send, done="Saved.", back=request.path)
    if answer is not None:
        return answer
    return render(
        request,
        "enquiries/enquiry.html",
        shown
        | {
            "it": view,
            "backs": taken_back(e.decision_id for e in view.ends),
            "power": POWER,
            "clock": conference_clock(view.row),
            "counted": counted([view.row]).get(view.row.id),
            "left": acting_as(view.row.worker_id) is None,
            "decided": decided_of([view.row.strategy_id]).get(view.row.strategy_id),
            "agencies": find_meeting(view.row.strategy.meeting_id, parts=()).agencies,
            "form": form,
            "keep_url": keep_url(request, shown, "Section 47 enquiry"),
            # What was left half written was begun on the text that stood there then.
            "version": (left(request) or {}).get("version", [view.row.version])[0]
            if request.method == "GET"
            else view.row.version,
            "open_now": may_write,
            "may_end": acting.may(Permission.SIGN_OFF) and view.row.ended_at is None,
            "lacks": protect.lacks_of(text, child, view.spoken_to) if view.row.ended_at is None else [],
            "accounts": accounts,
            "others": heard.others(accounts, view.spoken_to),
            "how_heard": heard.how_heard,
            "father_missing": not father_recorded(child),
            "findings": dict(forms.pairs(forms.Finding)),
            "places": [o.label for o in forms.PLACES if text and o.value in text.harm_where],
            "back_href": address("child", child),
        },
        status=status,
    )


def _beside(view: queries.EnquiryView) -> list[tuple[UUID, str]]:
    """The brothers and sisters in whose enquiries the same may be written once."""
    rows = queries.enquiries_beside(view.row)
    names = names_of_folders(r.folder_id for r in rows)
    return [(r.id, names[r.folder_id].called) for r in rows if r.folder_id in names]


@page(permission=Permission.STATUTORY)
def spoken(request: HttpRequest, folder_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """Somebody who was spoken to in an enquiry, or who was not heard, and why."""
    child, shown = opened(request, folder_id, "spoken")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    form = forms.SpokenForm(posted(request), beside=_beside(view), known=heard.may_be_heard(child))

    def send() -> None:
        protect.spoke_to(view.row.id, **form.account())

    return form_page(
        request,
        shown,
        form,
        send,
        title="Who was heard",
        done="Recorded.",
        back=address("enquiry", child, view.row.id),
    )


@page(permission=Permission.SIGN_OFF)
def hand_over(request: HttpRequest, folder_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """Somebody else carries out the enquiry from now on."""
    child, shown = opened(request, folder_id, "hand_enquiry")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    people = people_in(holders(Permission.STATUTORY, agencies=acting_of(request).agency_ids))
    form = HandOverForm(posted(request), people=[p for p in people if p[0] != view.row.worker_id])
    return form_page(
        request,
        shown,
        form,
        lambda: hand_over_enquiry(
            view.row.id, UUID(form.cleaned_data["to"]), form.cleaned_data["why"], version=version_of(request)
        ),
        title="Somebody else carries it out",
        lines=[f"{view.row.worker.name} carries it out now. What was written stays under its writer’s name."],
        version=view.row.version,
        button="Hand it over",
        done="Handed over. They have been told, and what is owed on it is theirs.",
        back=address("enquiry", child, view.row.id),
    )


@page(permission=Permission.SIGN_OFF)
def end(request: HttpRequest, folder_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """A manager decides on the finding, and on a conference or the reason for none."""
    child, shown = opened(request, folder_id, "end")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    form = forms.EndForm(posted(request), queried=protect.culture_in(view.text))
    form.offer_heard(child.folder_ids)

    def send() -> None:
        got = form.cleaned_data
        protect.end_enquiry(
            view.row.id,
            protect.EndingIn(
                finding=got["finding"],
                conference=got["conference"],
                reasons=got["reasons"],
                knows_family=got["knows_family"],
                conflict=got["conflict"] or "" if got["has_conflict"] else "",
                conflict_resolved=got["conflict_resolved"] or "",
                for_the_child=got["for_the_child"],
                wishes=form.weighed(),
                culture_answer=got.get("culture_answer") or "",
            ),
            version=version_of(request),
        )

    text = view.text
    return form_page(
        request,
        shown,
        form,
        send,
        title="Decide on the enquiry",
        lines=[
            f"{view.row.worker.name} finds: {forms.Finding(text.finding).label}"
            if text and text.finding
            else "",
            text.analysis if text else "",
        ],
        version=view.row.version,
        button="Decide",
        done="Decided. What follows stands in My work.",
        back=address("enquiry", child, view.row.id),
    )


@page(permission=Permission.DECIDE_PLAN)
def conference(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """A conference made no protection plan for this child: the assessment goes on."""
    child, shown = opened(request, folder_id, "conference")
    made = queries.conference_decisions(child.folder_ids)
    form = forms.NoPlanForm(posted(request))
    fields: dict[str, Any] = form.fields
    fields["decision"].set_options(
        [(str(d.id), f"{d.outcome}: {d.maker.name}, {d.made_at.day} {d.made_at:%B %Y}") for d in made]
    )
    return form_page(
        request,
        shown,
        form,
        lambda: conferences.no_plan_made(
            child.folder_ids[0],
            decision_id=UUID(form.cleaned_data["decision"]),
            reasons=form.cleaned_data["reasons"],
            knows_family=form.cleaned_data["knows_family"],
            conflict=form.conflict_in(),
        ),
        title="The conference made no protection plan",
        lines=["The assessment goes on. Help as a child in need begins with a plan of its own."]
        if made
        else [
            "No conference has decided on this child yet. Its chair records the decision on the meeting’s page."
        ],
        button="Record it",
        done="Recorded. The child stands at the assessment again.",
        back=address("child", child),
    )


def meeting_section(request: HttpRequest, shown: MeetingView) -> hooks.Section | None:
    """What this room adds to a meeting's page: what a discussion or conference is to decide for each child."""
    if shown.purpose is Purpose.STRATEGY_DISCUSSION:
        parts = queries.parts_of(shown.row.id)
        links = {p.folder_id: reverse("enquiries:strategy", args=[p.folder_id, p.id]) for p in parts}
        words = "What was decided for each child, with the reasons, is recorded here by its chair."
    elif shown.purpose is Purpose.INITIAL_CONFERENCE and shown.row.began_at is not None:
        links = {
            c.folder_id: reverse("enquiries:conference", args=[c.folder_id])
            for c in queries.conferences_due([c.folder_id for c in shown.children])
        }
        words = "Where the conference made no protection plan for a child:"
    else:
        return None
    names = names_of_folders(links)
    lines = [
        format_html('<a class="govuk-link" href="{}" dir="auto">{}</a>', href, names[folder_id].name)
        for folder_id, href in links.items()
        if folder_id in names
    ]
    return hooks.Section("What follows", words, lines=lines) if lines else None


def enquiries_section(request: HttpRequest, shown: MeetingView) -> hooks.Section | None:
    """What an initial conference rests on: for each child the enquiry's threshold, power, finding and clock."""
    if shown.purpose is not Purpose.INITIAL_CONFERENCE:
        return None
    found = before_conference([c.folder_id for c in shown.present_children])
    names = names_of_folders(each.folder_id for each in found)
    links = [
        hooks.Link(
            f"{names[each.folder_id].called}: section 47 enquiry",
            reverse("enquiries:enquiry", args=[each.folder_id, each.enquiry_id]),
            each.lines,
        )
        for each in found
        if each.folder_id in names
    ]
    return hooks.Section("What the conference rests on", links=links) if links else None
