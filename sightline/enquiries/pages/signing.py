"""Sending an assessment to a manager, signing or returning it, updating and sharing it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.agencies.gate import page
from sightline.agencies.queries import holders, practitioners
from sightline.agencies.terms import Permission
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.records.queries import decisions

from ..actions import assessment as act
from ..actions.handing import hand_over_assessment
from ..actions.ruling import rule_on
from ..queries import assessment as queries
from . import forms
from . import forms_of_decisions as deciding
from .around import (
    address,
    form_page,
    keep_url,
    opened,
    opened_assessment,
    people_in,
    posted,
    sent,
    version_of,
)
from .assessing import reading
from .child import acting_of


@page(permission=Permission.WRITE_FOLDER)
def send(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Send a complete assessment to a manager; what is missing is listed with where to put it right."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "send")
    acting = acting_of(request)
    managers = [
        pair
        for pair in people_in(holders(Permission.SIGN_OFF, agencies=acting.agency_ids))
        if pair[0] not in (acting.practitioner_id, view.row.author_id)
    ]
    managers.sort(key=lambda pair: pair[0] != acting.line_manager_id)
    form = forms.SendForm(
        posted(request), outcomes=view.pack.assessment_outcomes(view.row.form, today()), managers=managers
    )

    def go() -> None:
        got = form.cleaned_data
        act.send(
            view.id,
            UUID(got["manager"]),
            outcome_id=got["outcome_id"],
            words=got["words"],
            version=version_of(request),
        )

    return form_page(
        request,
        shown,
        form,
        go,
        title="Send it to a manager",
        template="enquiries/send.html",
        version=view.row.version,
        done="Sent. It stands in the manager's work with its own clock.",
        back=address("assessment", child, view.id),
    )


@page(permission=Permission.SIGN_OFF)
def sign(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """A manager reads, decides the outcome and signs. Nothing is chosen beforehand."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "sign")
    outcomes = view.pack.assessment_outcomes(view.row.form, today())
    form = forms.SignForm(posted(request), outcomes=outcomes, died=child.child.birth.died_on is not None)
    form.offer_people(people_in(practitioners()))
    if view.form.statutory:
        form.offer_heard(child.folder_ids)
    else:
        form.do_not_ask()

    def go() -> None:
        got = form.cleaned_data
        act.sign(
            view.id,
            act.Signing(
                outcome_id=got["outcome_id"],
                reasons=got["reasons"],
                knows_family=got["knows_family"],
                safe_words=form.safe_words,
                closing=form.closing,
                family_view=got.get("family_view") or "",
                conflict=got["conflict"] or "" if got["has_conflict"] else "",
                conflict_resolved=got["conflict_resolved"] or "",
                for_the_child=got["for_the_child"],
                wishes=form.weighed(),
            ),
            version=version_of(request),
        )

    answer, status = sent(
        request,
        form,
        go,
        done="Signed. Its content is fixed, and what follows stands in My work.",
        back=address("assessment", child, view.id),
    )
    if answer is not None:
        return answer
    return render(
        request,
        "enquiries/sign.html",
        shown
        | {
            "form": form,
            "sent": next((s for s in view.sign_offs if s.act.value == "send to the manager"), None),
            "keep_url": keep_url(request, shown, f"Sign: {view.title}"),
            **reading(view),
        },
        status=status,
    )


@page(permission=Permission.WRITE_FOLDER)
def send_back(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """The manager returns it with what is still needed, or the author takes it back."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "send_back")
    mine = view.row.author_id == acting_of(request).practitioner_id
    form = deciding.WhyForm(
        posted(request),
        label="Why do you take it back?" if mine else "What is still needed?",
        ask="Say why you take it back" if mine else "Say what is still needed",
    )
    return form_page(
        request,
        shown,
        form,
        lambda: act.send_back(view.id, form.cleaned_data["words"], version=version_of(request)),
        title="Take it back" if mine else "Return it to its author",
        version=view.row.version,
        button="Take it back" if mine else "Return it",
        done="It is with its author again. Nothing in it was lost.",
        back=address("assessment", child, view.id),
    )


@page(permission=Permission.SIGN_OFF)
def set_aside(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """A manager sets an assessment aside that should not have been begun."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "set_aside")
    form = deciding.DecideWhyForm(
        posted(request), label="Why is it set aside?", ask="Say why it is set aside"
    )
    return form_page(
        request,
        shown,
        form,
        lambda: act.set_aside(view.id, **form.why()),
        title="Set this assessment aside",
        lines=[
            "Nothing in it is lost, and it can be taken up again. What a concern asked for is owed as before."
        ],
        button="Set it aside",
        done="Set aside. It stays readable, with your reason.",
        back=address("assessment", child, view.id),
    )


@page(permission=Permission.SIGN_OFF)
def take_up_again(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """A manager lets an assessment that was set aside go on."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "take_up_again")
    form = deciding.DecideWhyForm(
        posted(request), label="Why is it taken up again?", ask="Say why it is taken up again"
    )
    return form_page(
        request,
        shown,
        form,
        lambda: act.take_up_again(view.id, **form.why()),
        title="Take this assessment up again",
        lines=["It goes on where it was, with its author."],
        button="Take it up again",
        done="Taken up again. It is with its author.",
        back=address("assessment", child, view.id),
    )


@page(permission=Permission.SIGN_OFF)
def hand_over(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Somebody else writes the assessment from now on."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "hand_over")
    wanted = Permission.STATUTORY if view.form.statutory else Permission.WRITE_FOLDER
    people = people_in(holders(wanted, agencies=acting_of(request).agency_ids))
    form = deciding.HandOverForm(posted(request), people=[p for p in people if p[0] != view.row.author_id])
    return form_page(
        request,
        shown,
        form,
        lambda: hand_over_assessment(
            view.id, UUID(form.cleaned_data["to"]), form.cleaned_data["why"], version=version_of(request)
        ),
        title="Somebody else writes it",
        lines=[f"{view.row.author.name} writes it now. What was written stays under its writer’s name."],
        version=view.row.version,
        button="Hand it over",
        done="Handed over. They have been told, and what is owed on it is theirs.",
        back=address("assessment", child, view.id),
    )


@page(permission=Permission.WRITE_FOLDER)
def update(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Begin an update of a signed assessment."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "update")
    form = deciding.WhyForm(posted(request), label="What has changed?", ask="Say what has changed")
    return form_page(
        request,
        shown,
        form,
        lambda: act.update(view.id, form.cleaned_data["words"]),
        title="Update this assessment",
        lines=["What stands in it comes along, to be written on. The signed one stays as it is."],
        button="Begin the update",
        done="Begun. The texts of the signed one stand in it.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def share(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Who of the child and the family was given the assessment, when and how, and what they said."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "share")
    people = [(child.child.id, child.child.name), *((t.person.id, f"{t.name}, {t.said}") for t in child.ties)]
    names = dict(people)
    form = forms.ShareForm(posted(request), people=people)

    def go() -> None:
        got = form.cleaned_data
        yes = got["was_shared"] == "yes"
        act.share(
            view.id,
            act.Sharing(
                person_id=UUID(got["person"]),
                was_shared=yes,
                how=got["how"] if yes else got["why_not"],
                shared_on=got["shared_on"] if yes else None,
                said=got["said"] or "",
            ),
        )

    return form_page(
        request,
        shown,
        form,
        go,
        title="Share it with the child and the family",
        template="enquiries/shared.html",
        names=names,
        left=list(queries.to_be_told(child, {each.person_id for each in view.shared}).values()),
        done="Recorded.",
        back=address("assessment", child, view.id),
    )


@page(permission=Permission.APPROVE_CONFLICT)
def ruling(request: HttpRequest, folder_id: UUID, decision_id: UUID) -> HttpResponse:
    """A manager rules on an outcome signed with an unresolved conflict of interests."""
    child, shown = opened(request, folder_id, "ruling")
    found = decisions(child.folder_ids, only=[decision_id])
    if not found:
        raise NotFound
    (decision,) = found
    form = deciding.RulingForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: rule_on(
            decision_id, upholds=form.cleaned_data["upholds"] == "yes", reasons=form.cleaned_data["reasons"]
        ),
        title="Rule on a conflict of interests",
        lines=[
            f"{decision.outcome}: {decision.maker}, {decision.maker_post}",
            f"The conflict: {decision.conflict}" if decision.conflict else "",
            decision.reasons,
        ],
        button="Rule",
        done="Your ruling is recorded.",
        back=address("child", child),
    )
