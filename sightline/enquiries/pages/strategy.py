"""Strategy discussions: called, and what each decided for a child."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.pages.keeping import form_sent, left
from sightline.agencies.gate import page
from sightline.agencies.queries import agencies, holders, practitioners
from sightline.agencies.terms import AgencyKind, Permission
from sightline.children.queries import names_of_folders
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings.queries import MeetingView, for_process
from sightline.meetings.queries import meeting as find_meeting
from sightline.procedures.beside import beneath
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField
from sightline.voice.queries import said_lately

from ..actions import protection as protect
from ..queries import protection as queries
from ..queries.assessment import siblings_to_begin_with
from ..queries.clocks import counted_on_way
from ..queries.episode import taken_back
from ..queries.shown import POWER, clock_of
from . import forms_of_protection as forms
from .around import address, keep_url, opened, people_in, posted, sent
from .child import acting_of

#: Without whom no discussion makes a quorum, and the question that asks for each.
_NEEDED = {AgencyKind.POLICE: "police", AgencyKind.HEALTH: "health"}


@page(permission=Permission.STATUTORY)
def call(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Call a strategy discussion about the child, and brothers and sisters."""
    child, shown = opened(request, folder_id, "call")
    acting = acting_of(request)
    form = forms.CallForm(posted(request))
    fields: dict[str, Any] = form.fields
    lead = child.folder_ids[0]
    fields["children"].set_options(
        [(str(lead), child.child.name), *((str(f), name) for f, name in siblings_to_begin_with(lead, child))]
    )
    fields["chair"].set_options(
        [
            (str(id), words)
            for id, words in people_in(holders(Permission.SIGN_OFF, agencies=acting.agency_ids))
        ]
    )
    fields["asked"].set_options(
        [
            (str(i.practitioner_id), f"{i.practitioner}, {i.role}, {i.agency}")
            for i in child.involvements
            if i.practitioner_id and i.practitioner_id != acting.practitioner_id
        ]
    )
    kinds = {agency.id: AgencyKind(agency.kind) for agency in agencies()}
    everybody = practitioners()
    for kind, name in _NEEDED.items():
        fields[name].set_options(
            [(str(p.practitioner_id), p.said_as) for p in everybody if kinds.get(p.agency_id) is kind]
        )
    made: list[UUID] = []

    def send() -> None:
        got = form.cleaned_data
        made.append(
            protect.call_strategy(
                protect.Calling(
                    folder_ids=[UUID(value) for value in got["children"]],
                    when=got["when"],
                    cause=got["cause"],
                    safety_now=got["safety_now"],
                    chair_id=UUID(got["chair"]),
                    link=got["link"],
                    asked=[UUID(value) for value in (*got["asked"], got["police"], got["health"]) if value],
                    opens=bool(got["opens"]),
                )
            )
        )

    answer, status = sent(
        request,
        form,
        send,
        done="Called. Ask the other agencies, and record on its page who took part.",
        back="",
    )
    if answer is not None:
        return HttpResponseRedirect(f"/meetings/{made[0]}/")
    return render(
        request,
        "enquiries/form.html",
        shown
        | {
            "form": form,
            "title": "Call a strategy discussion",
            "button": "Call it",
            "lines": [
                "If the child is in danger now, ring 999 first. A discussion held already is written down here too."
            ],
            "keep_url": keep_url(request, shown, "Call a strategy discussion"),
            "back_href": address("child", child),
        },
        status=status,
    )


@page(permission=Permission.READ_FOLDER)
def strategy(request: HttpRequest, folder_id: UUID, strategy_id: UUID) -> HttpResponse:
    """A strategy discussion as it concerns this child; its chair records here what was decided for each child."""
    child, shown = opened(request, folder_id, "strategy")
    view = queries.strategy(strategy_id, child.folder_ids)
    meeting = find_meeting(view.row.meeting_id, parts=())
    parts = queries.parts_of(view.row.meeting_id)
    there = {each.folder_id for each in meeting.present_children}
    names = {
        folder_id: named
        for folder_id, named in names_of_folders(p.folder_id for p in parts).items()
        if folder_id in there
    }
    acting = acting_of(request)
    chairs = meeting.row.chair_id == acting.practitioner_id and acting.may(Permission.STATUTORY)
    # One sitting for brothers and sisters, whichever child's page it was begun on: it is kept at one address.
    here = reverse("enquiries:strategy", args=[parts[0].folder_id, parts[0].id])
    kept = left(request, here) if chairs else None
    several = sum(p.folder_id in names for p in parts) > 1
    leads_to = queries.nothing_leads_to([p.episode_id for p in parts])
    going_on = queries.enquiries_going_on([p.episode_id for p in parts])
    called = queries.conferences_called([p.episode_id for p in parts])
    sitting = forms.StrategySittingForm(posted(request), draft=kept, several=several)
    fields: dict[str, Any] = sitting.fields
    fields["worker"].set_options(
        [(str(id), words) for id, words in people_in(holders(Permission.STATUTORY, teams=acting.team_ids))]
    )
    children = [
        (
            p,
            names[p.folder_id].name,
            forms.StrategyForm(
                posted(request),
                prefix=f"c{n}",
                draft=kept,
                several=several,
                nothing_leads_to=leads_to[p.episode_id],
                enquiry_goes_on=going_on.get(p.episode_id, p.id) != p.id,
                conference_called=p.episode_id in called,
            ),
        )
        for n, p in enumerate(parts)
        if p.folder_id in names
    ]
    if chairs:
        pack = pack_in_force()
        for _p, _name, form in children:
            if "conference_by" in form.fields:
                beneath(form, "conference_by", pack, today(), GuidedField.SOONER)
        closing = any("record_in_order_by" in form.fields for _p, _name, form in children)
        answering = [(str(p.practitioner_id), p.said_as) for p in practitioners()] if closing else []
        said = said_lately([p.folder_id for p, _name, _form in children])
        for p, _name, form in children:
            form.offer_people(answering)
            form.offer_said(said.get(p.folder_id, ()))
    status = 200
    if request.method == "POST":
        if not chairs:
            raise NotPermitted("Whoever chairs the discussion records what it decided.")
        valid = sitting.is_valid() & all([form.is_valid() for _p, _n, form in children])
        if valid and all([form.takes(sitting) for _p, _n, form in children]):
            try:
                protect.decide_strategy(
                    view.row.meeting_id,
                    [
                        protect.StrategyIn(
                            p.id,
                            form.cleaned_data["outcome"],
                            form.cleaned_data["threshold"],
                            form.cleaned_data["safety"],
                            form.cleaned_data["reasons"],
                            wishes=form.weighed(),
                            closing=form.closing,
                            conference_by=form.cleaned_data.get("conference_by"),
                            sooner_why=form.cleaned_data.get("sooner_why", ""),
                            conflict=form.conflict_in(),
                        )
                        for p, _name, form in children
                    ],
                    knows_family=sitting.cleaned_data["knows_family"],
                    worker_id=UUID(sitting.cleaned_data["worker"]),
                )
            except (NotPermitted, NotFound):
                raise
            except Refused as refused:
                sitting.refuse(refused.verdict)
                status = 409
            else:
                form_sent(request, here)
                messages.success(request, "Decided. What each decision opens stands in My work.")
                return HttpResponseRedirect(address("child", child))
    return render(
        request,
        "enquiries/strategy.html",
        shown
        | {
            "it": view,
            "backs": taken_back(d.decision_id for d in view.decisions),
            "meeting": meeting,
            "power": POWER,
            "clock": clock_of("strategy_discussion", view.row.duty_subject),
            "counted": counted_on_way(view.row.episode_id),
            "others": [m for m in for_process(meeting.row.process_id) if m.id != view.row.meeting_id]
            if meeting.row.process_id
            else [],
            "sitting": sitting,
            "children": children,
            "forms": [sitting, *[form for _p, _n, form in children]],
            "keep_url": keep_url(request, shown, "What the strategy discussion decided", here),
            "chairs": chairs,
            "held": meeting.state.value in ("held", "concluded"),
            "back_href": address("child", child),
        },
        status=status,
    )


def decided_on(shown: MeetingView) -> str | None:
    """Where a discussion's decisions are recorded: on the page of a child whose way it is part of, if there is one."""
    part = next(iter(queries.parts_of(shown.row.id)), None)
    return reverse("enquiries:strategy", args=[part.folder_id, part.id]) if part is not None else None
