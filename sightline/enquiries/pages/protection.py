"""Strategy discussions, section 47 enquiries, emergencies, medicals, looked after, step up, new information."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from sightline.access.actions import drop_form
from sightline.access.queries import form_draft
from sightline.agencies.gate import page
from sightline.agencies.queries import agencies, holders, practitioners
from sightline.agencies.terms import AgencyKind, Permission
from sightline.children.queries import names_of_folders
from sightline.children.terms import LivesAt
from sightline.documents.queries import documents
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings import hooks
from sightline.meetings.queries import MeetingView
from sightline.meetings.queries import meeting as find_meeting
from sightline.meetings.terms import Purpose
from sightline.voice.queries import said_lately

from ..actions import changes as change
from ..actions import emergency as act
from ..actions import protection as protect
from ..queries import protection as queries
from ..queries.assessment import siblings_to_begin_with
from ..queries.episode import taken_back
from ..terms import EmergencyKind, LegalBasis
from . import forms
from .around import address, form_page, keep_url, opened, people_in, posted, sent, version_of
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
    names = names_of_folders(p.folder_id for p in parts)
    acting = acting_of(request)
    chairs = meeting.row.chair_id == acting.practitioner_id and acting.may(Permission.STATUTORY)
    # One sitting for brothers and sisters, whichever child's page it was begun on: it is kept at one address.
    here = reverse("enquiries:strategy", args=[parts[0].folder_id, parts[0].id])
    kept = form_draft(here) if chairs else None
    several = sum(p.folder_id in names for p in parts) > 1
    leads_to = queries.nothing_leads_to([p.episode_id for p in parts])
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
            ),
        )
        for n, p in enumerate(parts)
        if p.folder_id in names
    ]
    if chairs:
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
                drop_form(here)
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


@page(permission=Permission.READ_FOLDER)
def enquiry(request: HttpRequest, folder_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """A section 47 enquiry: what it has found so far, who was spoken to, what is still missing."""
    child, shown = opened(request, folder_id, "enquiry")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    acting = acting_of(request)
    may_write = shown["may_write"] and acting.may(Permission.STATUTORY) and view.row.ended_at is None
    text = view.text
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
            "form": form,
            "keep_url": keep_url(request, shown, "Section 47 enquiry"),
            # What was left half written was begun on the text that stood there then.
            "version": (form_draft(request.path) or {}).get("version", [view.row.version])[0]
            if request.method == "GET"
            else view.row.version,
            "open_now": may_write,
            "may_end": acting.may(Permission.SIGN_OFF) and view.row.ended_at is None,
            "lacks": protect.lacks_of(
                view.row, text, spoken_to=len(view.spoken_to), unborn=child.child.birth.unborn
            )
            if view.row.ended_at is None
            else [],
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
    """Somebody who was spoken to in an enquiry."""
    child, shown = opened(request, folder_id, "spoken")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    form = forms.SpokenForm(posted(request), beside=_beside(view))

    def send() -> None:
        got = dict(form.cleaned_data)
        also = [UUID(value) for value in got.pop("also", None) or ()]
        protect.spoke_to(view.row.id, **got, also=also)

    return form_page(
        request,
        shown,
        form,
        send,
        title="Who was spoken to?",
        done="Recorded.",
        back=address("enquiry", child, view.row.id),
    )


@page(permission=Permission.SIGN_OFF)
def end(request: HttpRequest, folder_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """A manager decides on the finding, and on a conference or the reason for none."""
    child, shown = opened(request, folder_id, "end")
    view = queries.enquiry(enquiry_id, child.folder_ids)
    form = forms.EndForm(posted(request))
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
        lambda: protect.no_plan_made(
            child.folder_ids[0],
            decision_id=UUID(form.cleaned_data["decision"]),
            reasons=form.cleaned_data["reasons"],
            knows_family=form.cleaned_data["knows_family"],
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


@page(permission=Permission.WRITE_FOLDER)
def begin_emergency(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Record police protection, or an emergency protection order."""
    child, shown = opened(request, folder_id, "begin_emergency")
    form = forms.EmergencyForm(posted(request))

    def send() -> None:
        got = dict(form.cleaned_data)
        act.begin_emergency(child.folder_ids[0], act.EmergencyIn(kind=EmergencyKind(got.pop("kind")), **got))

    return form_page(
        request,
        shown,
        form,
        send,
        title="Record an emergency measure",
        done="Recorded. Its hours run, and what follows is due before they end.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def emergency(request: HttpRequest, folder_id: UUID, measure_id: UUID) -> HttpResponse:
    """An emergency measure with its hours: ended, or extended by the court."""
    child, shown = opened(request, folder_id, "emergency")
    row = queries.emergency(measure_id, child.folder_ids)
    form = forms.EndEmergencyForm(posted(request))

    def send() -> None:
        got = form.cleaned_data
        if got["what"] == "extended":
            act.extend_emergency(row.id, got["until"], got["words"])
        else:
            act.end_emergency(row.id, got["ended_at"], got["words"])

    answer, status = sent(request, form, send, done="Recorded.", back=request.path)
    if answer is not None:
        return answer
    return render(
        request,
        "enquiries/emergency.html",
        shown
        | {
            "it": row,
            "kind": EmergencyKind(row.kind).label,
            "form": form,
            "back_href": address("child", child),
        },
        status=status,
    )


@page(permission=Permission.STATUTORY)
def ask_medical(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Ask for a child protection medical."""
    child, shown = opened(request, folder_id, "ask_medical")
    form = forms.AskMedicalForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: act.ask_for_medical(child.folder_ids[0], **form.cleaned_data),
        title="Ask for a child protection medical",
        done="Recorded. It stands in My work until its result has been told.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def medical(request: HttpRequest, folder_id: UUID, medical_id: UUID) -> HttpResponse:
    """A medical: consent, done, result, who was told. Nothing said is taken away."""
    child, shown = opened(request, folder_id, "medical")
    row = queries.medical(medical_id, child.folder_ids)
    form = forms.MedicalForm(posted(request))
    fields: dict[str, Any] = form.fields
    fields["document"].set_options([(str(d.id), d.name) for d in documents(child.folder_ids)[0]])

    def send() -> None:
        got = dict(form.cleaned_data)
        document = got.pop("document")
        act.write_medical(
            row.id,
            act.MedicalIn(document_id=UUID(document) if document else None, **got),
            version=version_of(request),
        )

    said = (
        ("Asked of", row.asked_of), ("To find out", row.reasons), ("Consent", row.consent), ("Refused", row.refused),
        ("Done by", row.done_by), ("Result", row.result), ("Told", row.told), ("Not done", row.closed_why),
    )  # fmt: skip
    return form_page(
        request,
        shown,
        form,
        send,
        title="Child protection medical",
        lines=[f"{label}: {words}" for label, words in said if words],
        version=row.version,
        done="Recorded.",
        back=address("child", child),
    )


@page(permission=Permission.SIGN_OFF)
def become_looked_after(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """A manager decides that the child becomes looked after."""
    child, shown = opened(request, folder_id, "become_looked_after")
    form = forms.LookedAfterForm(posted(request))

    def send() -> None:
        got = dict(form.cleaned_data)
        act.become_looked_after(
            child.folder_ids[0],
            act.LookedAfterIn(
                basis=LegalBasis(got.pop("basis")), lives_at=LivesAt(got.pop("lives_at")), **got
            ),
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title="The child becomes looked after",
        button="Decide",
        done="Recorded. The first review and the first visit stand in My work.",
        back=address("child", child),
    )


@page(permission=Permission.SIGN_OFF)
def looked_after(request: HttpRequest, folder_id: UUID, looked_after_id: UUID) -> HttpResponse:
    """A period of being looked after, and its end."""
    child, shown = opened(request, folder_id, "looked_after")
    row = queries.looked_after(looked_after_id, child.folder_ids)
    form = forms.EndDayForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: act.end_looked_after(row.id, form.cleaned_data["ended_on"], form.cleaned_data["words"]),
        title="No longer looked after",
        lines=[
            f"Since {row.began_on:%d %B %Y}: {LegalBasis(row.basis).label}. {row.basis_words}",
            f"The family network: {row.network}",
            f"Decided by {row.decision.maker.name}: {row.decision.reasons}",
            f"Ended {row.ended_on:%d %B %Y}: {row.ended_words}" if row.ended_on else "",
        ],
        done="Recorded.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def ask_step_up(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The lead professional asks for a step up from early help."""
    child, shown = opened(request, folder_id, "ask_step_up")
    form = forms.StepUpForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: change.ask_step_up(child.folder_ids[0], **form.cleaned_data),
        title="Ask for a step up",
        lines=["If the child is in danger now, ring 999 first and raise a concern."],
        button="Ask for it",
        done="Asked. The front door decides within its time, and you will be told.",
        back=address("child", child),
    )


@page(permission=Permission.SCREEN_CONCERN)
def step_up(request: HttpRequest, folder_id: UUID, step_up_id: UUID) -> HttpResponse:
    """The front door decides on a step up."""
    child, shown = opened(request, folder_id, "step_up")
    row = queries.step_up(step_up_id, child.folder_ids)
    form = forms.DecideStepUpForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: change.decide_step_up(
            row.id,
            accepted=form.cleaned_data["accepted"] == "yes",
            reasons=form.cleaned_data["reasons"],
            knows_family=form.cleaned_data["knows_family"],
        ),
        title="Decide on a step up",
        lines=[f"{row.written_by.name}, {row.written_post}: {row.reasons}", f"The family: {row.family_view}"],
        button="Decide",
        done="Decided. Whoever asked for it has been told.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def look_again(request: HttpRequest, folder_id: UUID, subject_id: UUID) -> HttpResponse:
    """What new information changes in the open assessment, or why it changes nothing."""
    child, shown = opened(request, folder_id, "look_again")
    it = queries.to_look_at(subject_id, child.folder_ids)
    form = forms.LookAgainForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: change.looked_again(
            child.folder_ids[0],
            subject_id,
            changes=form.cleaned_data["changes"] == "yes",
            words=form.cleaned_data["words"],
        ),
        title="Look again at the open assessment",
        lines=[it.words],
        done="Recorded. Where it changes the assessment, write that there too.",
        back=address("child", child),
    )


@page(permission=Permission.TEAM_WORK, methods=("GET",))
def unmet(request: HttpRequest) -> HttpResponse:
    """Needs that nothing meets, and waits for a service, by area, in the records that the viewer may open."""
    return render(
        request, "enquiries/unmet.html", {"needs": queries.unmet_needs(), "back_href": reverse("web:team")}
    )
