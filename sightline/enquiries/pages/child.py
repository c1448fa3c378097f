"""The Enquiries tab: where the child stands, what waits to be begun, what there is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.queries import holders, practitioners
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.children.queries import ChildView
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.beside import beneath
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import AssessmentForm
from sightline.procedures.terms import GuidedField

from ..actions import assessment as act
from ..actions import changes as change
from ..actions import taking_back
from ..queries.assessment import siblings_to_begin_with
from ..queries.contact import attempts
from ..queries.episode import assessment_lines, duties_here, episodes
from ..queries.protection import protection
from ..terms import EmergencyKind, LegalBasis, MadeSafeBy
from . import forms
from . import forms_of_decisions as deciding
from .around import address, form_page, opened, people_in, posted, sent, version_of


def acting_of(request: HttpRequest) -> Acting:
    """Who is signed in, as they act today."""
    return request.practitioner  # type: ignore[attr-defined]


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def child(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Where the child stands on their way through, how they came there, and what waits."""
    view, shown = opened(request, folder_id, "child")
    found = episodes(view.folder_ids)
    return render(
        request,
        "enquiries/child.html",
        shown
        | {
            "current": next((e for e in found if e.is_open), None),
            "past": [e for e in found if not e.is_open],
            "assessments": assessment_lines(view.folder_ids),
            "duties": duties_here(view.folder_ids),
            "attempts": attempts(view.folder_ids, limit=3),
            "safe": protection(view.folder_ids),
            "safe_by": {k.value: k.label for k in MadeSafeBy},
            "emergency_kinds": {k.value: k.label for k in EmergencyKind},
            "bases": {b.value: b.label for b in LegalBasis},
            "statutory": acting_of(request).may(Permission.STATUTORY),
            "may_decide_plan": acting_of(request).may(Permission.DECIDE_PLAN),
            "may_sign": acting_of(request).may(Permission.SIGN_OFF),
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def begin(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Begin an assessment of one child or of brothers and sisters together."""
    view, shown = opened(request, folder_id, "begin")
    acting = acting_of(request)
    pack = pack_in_force()
    kinds = [
        f for f in pack.all(AssessmentForm, today()) if not f.statutory or acting.may(Permission.STATUTORY)
    ]
    form = forms.BeginForm(
        posted(request),
        kinds=kinds,
        family=[(view.folder_ids[0], view.child.name), *siblings_to_begin_with(view.folder_ids[0], view)],
        authors=_authors(acting, view),
    )
    beneath(form, "sooner", pack, today(), GuidedField.SOONER)
    begun: list[Any] = []

    def send() -> None:
        got = form.cleaned_data
        by_power = got["stands_on"] == "power"
        begun.extend(
            act.begin(
                act.Beginning(
                    folder_ids=[UUID(value) for value in got["children"]],
                    form=got["form"],
                    author_id=UUID(got["author"]),
                    stands_on=got["stands_on"],
                    stands_on_words=got["power"] if by_power else got["agreed"],
                    why_nothing_less=got["why_nothing_less"] or "",
                    sooner_on=got["sooner_on"] if got["sooner"] else None,
                    sooner_why=got["sooner_why"] or "",
                )
            )
        )

    answer, status = sent(
        request,
        form,
        send,
        done="Begun. The clock and who writes it stand in My work.",
        back=address("child", view),
    )
    if answer is not None:
        own = next((row for row in begun if row.folder_id == view.folder_ids[0]), begun[0])
        return HttpResponseRedirect(reverse("enquiries:assessment", args=[own.folder_id, own.id]))
    return render(
        request,
        "enquiries/form.html",
        shown
        | {
            "form": form,
            "title": "Begin an assessment",
            "button": "Begin",
            "back_href": address("child", view),
        },
        status=status,
    )


def _authors(acting: Acting, view: ChildView) -> list[tuple[UUID, str]]:
    """Oneself, one's own team, and whoever works with the child already."""
    found = dict(
        people_in(holders(Permission.WRITE_FOLDER, teams=acting.team_ids)) if acting.team_ids else []
    )
    for i in view.involvements:
        if i.practitioner_id is not None:
            found.setdefault(i.practitioner_id, f"{i.practitioner}, {i.role}, {i.agency}")
    found[acting.practitioner_id] = f"{acting.said_as} (me)"
    return sorted(found.items(), key=lambda pair: (pair[0] != acting.practitioner_id, pair[1].casefold()))


@page(permission=Permission.WRITE_FOLDER)
def take_back(request: HttpRequest, folder_id: UUID, episode_id: UUID) -> HttpResponse:
    """Take the latest step back, with a reason."""
    view, shown = opened(request, folder_id, "take_back")
    episode = next((e for e in episodes(view.folder_ids) if e.id == episode_id), None)
    step = next((s for s in episode.steps if s.stands), None) if episode else None
    if episode is None or (step is None and not episode.is_open):
        raise NotFound
    form = deciding.DecideWhyForm(
        posted(request),
        label="Why is it taken back?",
        ask="Say why it is taken back",
        hint="It stays on the record",
    )
    lines = (
        [
            f"{step.by}, {step.by_post}: {step.reasons}",
            f"The child would stand at: {step.before.label}",
        ]
        if step
        else [
            f"Begun with {episode.began_with.label[0].lower()}{episode.began_with.label[1:]}"
            + (f" by {episode.opened_by}" if episode.opened_by else ""),
            "For work that should not have been begun, such as on the wrong child. It counts as no case that closed, "
            "and what a concern asked for is owed as before.",
        ]
    )
    return form_page(
        request,
        shown,
        form,
        lambda: taking_back.take_back(
            episode.id,
            form.cleaned_data["words"],
            knows_family=form.cleaned_data["knows_family"],
            conflict=form.conflict_in(),
            version=version_of(request),
        ),
        title=f"Take back: {step.act.value}" if step else "Take the beginning back",
        lines=lines,
        button="Take it back",
        version=episode.version,
        done="Taken back. What was done and your reason stay on the record.",
        back=address("child", view),
    )


@page(permission=Permission.SIGN_OFF)
def close(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Close the case of a child where neither an assessment nor a plan ends it."""
    view, shown = opened(request, folder_id, "close")
    episode = next((e for e in episodes(view.folder_ids) if e.is_open), None)
    if episode is None:
        raise NotFound
    died = view.child.birth.died_on is not None
    form = deciding.CloseCaseForm(posted(request), died=died)
    form.offer_people([(str(p.practitioner_id), p.said_as) for p in practitioners()])
    if not died:
        form.offer_heard(view.folder_ids)
    return form_page(
        request,
        shown,
        form,
        lambda: change.close_case(view.folder_ids[0], form.sent(), version=version_of(request)),
        title="Close the case",
        lines=[
            "An assessment ends with its own decision, and a plan on the Plan tab. This is for a child who has died or "
            "moved away, and for work that is not needed any more.",
            "That a family could not be reached is no reason by itself.",
        ],
        button="Close the case",
        version=episode.version,
        done="Closed. What you wrote stands with the steps below.",
        back=address("child", view),
    )
