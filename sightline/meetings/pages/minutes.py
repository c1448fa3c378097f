"""Who came, what was said by whom, what was decided for each child and who dissents, and the copies that go round."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.forms import typed
from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, hooks, queries
from ..actions import AttendanceIn, DecisionIn, SaidIn
from ..queries import MeetingView
from ..terms import Came, MeetingState
from . import forms, forms_of_minutes
from .meeting import around, arranging, done, opened, people_in_post, taken_up, version_of


def _minutes(shown: MeetingView) -> str:
    return reverse("meetings:minutes", args=[shown.id])


def _of_minutes(shown: MeetingView, **more: Any) -> dict[str, Any]:
    return around(shown, **more) | {
        "back_href": _minutes(shown),
        "back_text": "The minutes",
    }


@page(permission=Permission.WRITE_FOLDER)
@arranging
def hold(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Who took part, whether the quorum is met, what the family had before it."""
    shown = opened(meeting_id, "meetings.hold", work=True)
    form = forms_of_minutes.HoldForm(request.POST or None, shown=shown, initial={"began_at": shown.starts_at})
    taken_up(request, form)
    status = 200
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.hold(
                shown.id,
                began_at=got["began_at"],
                people=[
                    AttendanceIn(
                        one.id,
                        Came(got[key]),
                        words=got[f"{key}_words"],
                        report=bool(got.get(f"{key}_report")),
                        supporter_came=got.get(f"{key}_supporter"),
                        interpreter_used=got.get(f"{key}_interpreter"),
                        no_interpreter_why=got.get(f"{key}_no_interpreter") or "",
                    )
                    for key, one in form.people
                ],
                without_quorum_why=got["without_quorum_why"],
                unready_why=got["unready_why"],
                version=version_of(request),
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            status = 409
        else:
            return done(request, "Recorded. Now write what was said and what was decided.", _minutes(shown))
    return render(
        request,
        "meetings/hold.html",
        around(shown, kept=request, title="Who came", form=form, kinds=queries.KINDS),
        status=status,
    )


@page(permission=Permission.READ_FOLDER)
@arranging
def minutes(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The minutes, and writing in them while they are open."""
    shown = opened(meeting_id, "meetings.minutes", "told", "decisions", "said", "actions")
    kept = queries.draft(shown.id) if shown.may_work else None
    open_ = shown.may_work and shown.state is MeetingState.HELD
    form = forms_of_minutes.SaidForm(
        request.POST if request.method == "POST" else None, shown=shown, draft=kept.content if kept else None
    )
    status = 200
    if request.method == "POST":
        if not shown.may_work:
            raise NotPermitted(
                "You are invited to this meeting, but do not arrange it. Ask whoever chairs it."
            )
        actions.save_draft(shown.id, typed(request.POST))
        if form.is_valid():
            got = form.cleaned_data
            try:
                actions.write_minutes(
                    shown.id,
                    [
                        SaidIn(
                            forms.uuid_or_none(got["who"]),
                            got["words"],
                            form.by_folder(),
                            about_adult="adult" in got["what"],
                            no_account="no_account" in got["what"],
                            not_for_family_why=(got["not_for_family_why"] or "Said without the family")
                            if "not_family" in got["what"]
                            else "",
                        )
                    ],
                    version=version_of(request),
                )
            except (NotPermitted, NotFound):
                raise
            except Refused as refused:
                form.refuse(refused.verdict)
                status = 409
            else:
                actions.drop_draft(shown.id)
                return done(request, "Written in the minutes.", _minutes(shown))
    lacks = queries.before_concluding(shown) if open_ else None
    return render(
        request,
        "meetings/minutes.html",
        around(
            shown,
            form=form if open_ else None,
            forms=[] if open_ else [form],
            lacks=lacks,
            saved_at=kept.saved_at if kept else None,
            definition=shown.pack.definition("child_protection", today()),
        ),
        status=status,
    )


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Keeps what is typed in the minutes, asked for by the page itself."""
    saved = actions.save_draft(meeting_id, typed(request.POST))
    return JsonResponse({"saved": f"{saved.saved_at.astimezone(LONDON):%H:%M}"})


@page(permission=Permission.WRITE_FOLDER)
@arranging
def decide(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """What is decided, one form for each child; nothing is chosen beforehand."""
    shown = opened(meeting_id, "meetings.decide", work=True)
    elsewhere = hooks.decided_on.get(shown.purpose)
    if elsewhere is not None and (href := elsewhere(shown)) is not None:
        return HttpResponseRedirect(href)
    data = request.POST if request.method == "POST" else None
    children = [
        (child, forms_of_minutes.DecisionForm(data, prefix=f"c{n}", shown=shown, first=n == 0))
        for n, child in enumerate(shown.present_children)
    ]
    weighing = hooks.weighing
    wishes = weighing.forms(data, shown.purpose, [c.folder_id for c, _ in children]) if weighing else []
    every = [form for _, form in children] + wishes
    taken_up(request, *every)
    refusal, status = "", 200
    if request.method == "POST" and all([form.is_valid() for form in every]):
        try:
            actions.decide(
                shown.id,
                [
                    DecisionIn(
                        child.folder_id,
                        form.cleaned_data["outcome"],
                        form.cleaned_data["reasons"],
                        dissents=form.against() if form.cleaned_data["agreed"] == "no" else {},
                        **form.conflict_said(),
                        wishes=weighing.taken(wishes[n]) if weighing and wishes else None,
                    )
                    for n, (child, form) in enumerate(children)
                ],
                knows_family=children[0][1].cleaned_data["knows_family"],
                version=version_of(request),
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            if refused.verdict.field and len(children) == 1 and wishes:
                wishes[0].refuse(refused.verdict)
            else:
                refusal = refused.verdict.reason
            status = 409
        else:
            return done(request, "Decided. Each decision stands in that child's own record.", _minutes(shown))
    return render(
        request,
        "meetings/decide.html",
        _of_minutes(
            shown,
            kept=request,
            title="What is decided",
            children=children,
            wishes=wishes,
            forms=every,
            refusal=refusal,
            definition=shown.pack.definition("child_protection", today()),
        ),
        status=status,
    )


@page(permission=Permission.WRITE_FOLDER)
@arranging
def action(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Somebody will do something for a child by a day."""
    shown = opened(meeting_id, "meetings.action", work=True)
    form = forms_of_minutes.ActionForm(
        request.POST or None,
        shown=shown,
        people=people_in_post(),
        outcomes=[(o.id, o.title) for o in shown.pack.outcomes(today()).item],
    )
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.agree_actions(
                shown.id,
                [
                    actions.ActionIn(
                        UUID(got["child"]),
                        got["words"],
                        got["due_on"],
                        got["timing_why"],
                        practitioner_id=forms.uuid_or_none(got["practitioner"]),
                        by_whom=got["by_whom"],
                        outcome_id=got.get("outcome") or "",
                    )
                ],
                version=version_of(request),
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(
                request,
                "Agreed. It stands in the list of whoever does it until it is answered.",
                _minutes(shown),
            )
    return render(
        request,
        "meetings/form.html",
        _of_minutes(shown, kept=request, form=form, title="Who does what by when?", button="Agree it"),
    )


def _answer(found: queries.ActionView) -> list[str]:
    done = found.done
    return [f"{'Done' if done.done else 'Will not be done'}: {done.words}"] if done is not None else []


@page(permission=Permission.WRITE_FOLDER)
def action_done(request: HttpRequest, action_id: UUID) -> HttpResponse:
    """An agreed action was done, will not be, or is somebody else's from now on."""
    found = queries.action(action_id)
    shown = opened(found.meeting_id, "meetings.action_done")
    form: Any = forms_of_minutes.DoneForm(request.POST or None, people=people_in_post())
    # Somebody else may have answered since the page was opened: then it says who and when, and keeps what was typed.
    answering = found.done is None or "done" in request.POST
    if not answering:
        form = forms.WhyForm(
            request.POST or None,
            label="Why is it to be done after all?",
            ask="Say why it is to be done after all",
        )
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            got = form.cleaned_data
            if not answering:
                actions.reopen_action(action_id, got["why"])
            elif got["done"] == "hand_over":
                actions.hand_over_action(action_id, UUID(got["practitioner"]), got["words"])
            else:
                actions.action_done(action_id, done=got["done"] == "yes", words=got["words"])
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(request, "Recorded.", reverse("meetings:mine"))
    return render(
        request,
        "meetings/form.html",
        around(
            shown,
            kept=request,
            form=form,
            title=found.words,
            hint=f"{found.by_whom}{' (has left)' if found.left else ''}, by {date_only(found.due_on)}. "
            f"{found.timing_why}",
            quoted="\n\n".join((*found.handed, *found.answered_before, *_answer(found))),
            button="Record it" if answering else "Open it again",
        )
        | {"back_href": reverse("meetings:mine"), "back_text": "My meetings"},
    )


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
@arranging
def conclude(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The minutes are finished and can go round."""
    shown = opened(meeting_id, "meetings.conclude", work=True)
    try:
        actions.conclude(shown.id, version=version_of(request))
    except (NotPermitted, NotFound):
        raise
    except Refused as refused:
        messages.error(request, refused.verdict.reason)
        return HttpResponseRedirect(_minutes(shown))
    return done(request, "Concluded. Send everybody their copy.", reverse("meetings:copies", args=[shown.id]))


@page(permission=Permission.WRITE_FOLDER)
@arranging
def correct(request: HttpRequest, meeting_id: UUID, said_id: UUID) -> HttpResponse:
    """Put a passage right by adding; the first one stays."""
    shown = opened(meeting_id, "meetings.correct", "said", work=True)
    wrong = next((s for c in shown.children for s in c.said if s.id == said_id), None)
    if wrong is None:
        raise NotFound
    form = forms_of_minutes.CorrectForm(request.POST or None)
    if wrong.together is None:
        del form.fields["for_all"]
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.correct_minutes(said_id, got["was_wrong"], got["words"], for_all=bool(got.get("for_all")))
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(request, "The correction is added. The first text stays as it was.", _minutes(shown))
    return render(
        request,
        "meetings/form.html",
        _of_minutes(
            shown,
            kept=request,
            form=form,
            title=f"Correct passage {wrong.number}",
            quoted=wrong.words,
            button="Add the correction",
        ),
    )


@page(permission=Permission.WRITE_FOLDER)
@arranging
def dissent(request: HttpRequest, meeting_id: UUID, outcome_id: UUID) -> HttpResponse:
    """Somebody does not agree with a decision, said afterwards."""
    shown = opened(meeting_id, "meetings.dissent", "decisions", work=True)
    found = next((d for c in shown.children for d in c.decisions if d.decision_id == outcome_id), None)
    if found is None:
        raise NotFound
    form = forms_of_minutes.DissentForm(request.POST or None, shown=shown)
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.dissent(outcome_id, UUID(form.cleaned_data["who"]), form.cleaned_data["words"])
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(request, "Recorded beside the decision.", _minutes(shown))
    return render(
        request,
        "meetings/form.html",
        _of_minutes(
            shown,
            kept=request,
            form=form,
            title="Somebody does not agree",
            quoted=found.outcome,
            button="Record it",
        ),
    )
