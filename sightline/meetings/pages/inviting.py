"""Who is invited, what they need, what reached them, and the family's letter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.queries import name_and_age
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, papers, queries
from ..queries import InvitedView, MeetingView
from ..terms import GivenKind, How, InviteeKind, SupporterAnswer, Topic
from . import forms, forms_of_inviting
from .meeting import around, arranging, done, opened, people_in_post, taken_up, version_of


@page(permission=Permission.WRITE_FOLDER)
@arranging
def invite(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Invite a practitioner, somebody of the family, a child, or a named person from outside."""
    shown = opened(meeting_id, "meetings.invite", work=True)
    already = {i.row.practitioner_id for i in shown.invited} | {i.row.person_id for i in shown.invited}
    around_children: dict[UUID, str] = {}
    if shown.rule.family:
        around_children = {c.row.child_id: c.name for c in shown.present_children}
        around_children |= queries.others_around(shown.folder_ids, leave_out=around_children)
    form = forms_of_inviting.InviteForm(
        request.POST or None,
        practitioners=[(key, name) for key, name in people_in_post() if key not in already],
        people=[(key, name) for key, name in around_children.items() if key not in already],
        around=list(around_children.items()),
        family=shown.rule.family,
    )
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite(shown.id, _invitee(form.cleaned_data), version=version_of(request))
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(request, "Invited.", reverse("meetings:meeting", args=[shown.id]))
    return render(
        request,
        "meetings/invite.html",
        around(
            shown,
            kept=request,
            title="Invite somebody",
            form=form,
            apart=queries.kept_apart(shown.folder_ids, around_children),
        ),
    )


def _invitee(got: dict[str, Any]) -> actions.Invitee:
    more = {
        "essential": got["essential"],
        "needs": got["needs"],
        "needs_interpreter": got["needs_interpreter"],
        "language": got["language"],
    }
    match InviteeKind(got["kind"]):
        case InviteeKind.PRACTITIONER:
            return actions.Invitee.practitioner(
                UUID(got["practitioner"]), got["role"], opens=bool(got["opens"]), **more
            )
        case InviteeKind.FAMILY:
            return actions.Invitee.family(
                UUID(got["person"]), got["role"], kept_apart=got["kept_apart"] or "", **more
            )
        case _:
            professional = got["comes_for"] == forms_of_inviting.PROFESSIONAL
            return actions.Invitee.outsider(
                got["name"],
                got["role"],
                got["agency_name"] or "",
                professional=professional,
                comes_for_id=None if professional else UUID(got["comes_for"]),
                **more,
            )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def invited(request: HttpRequest, meeting_id: UUID, invitation_id: UUID) -> HttpResponse:
    """One of the invited: what they need, what reached them and how, who comes with them, who interprets."""
    shown = opened(meeting_id, "meetings.invited")
    return render(request, "meetings/invited.html", around(shown, **_of_one(shown, invitation_id)))


def _of_one(shown: MeetingView, invitation_id: UUID) -> dict[str, Any]:
    one = shown.person(invitation_id)
    return {
        "one": one,
        "letters": papers.forms_of(shown) if one.of_family else [],
        "comes_for": name_and_age([whose])[whose].name if (whose := one.row.comes_for_id) else "",
        "topics": {t.value: t.label for t in Topic},
    }


RECORDS = {
    "given": ("What reached {name}", "Record it"),
    "supporter": ("May {name} bring somebody?", "Record it"),
    "interpreter": ("An interpreter for {name}", "Book the interpreter"),
    "needs": ("What {name} needs", "Save"),
    "withdraw": ("Take back the invitation of {name}", "Take it back"),
}


@page(permission=Permission.WRITE_FOLDER)
@arranging
def record_(request: HttpRequest, meeting_id: UUID, invitation_id: UUID, record_kind: str) -> HttpResponse:
    """Record what reached somebody, their supporter, their interpreter, their needs; or take the invitation back."""
    act = record_kind
    if act not in RECORDS:
        raise NotFound
    shown = opened(meeting_id, "meetings.record", work=True)
    one = shown.person(invitation_id)
    form = _form(request, shown, one, act)
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            _do(one, act, form.cleaned_data)
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            where = reverse("meetings:meeting", args=[shown.id])
            if act != "withdraw":
                where = reverse("meetings:invited", args=[shown.id, one.id])
            return done(request, "Recorded.", where)
    title, button = RECORDS[act]
    return render(
        request,
        "meetings/form.html",
        around(
            shown, kept=request, form=form, title=title.format(name=one.name), button=button, warn=one.apart
        )
        | {"back_href": reverse("meetings:invited", args=[shown.id, one.id]), "back_text": one.name},
    )


def _form(request: HttpRequest, shown: MeetingView, one: InvitedView, act: str) -> Any:
    data = request.POST or None
    match act:
        case "given":
            return forms_of_inviting.GivenForm(
                data, forms=[(letter.id, letter.title) for letter in papers.forms_of(shown)]
            )
        case "supporter":
            return forms_of_inviting.SupporterForm(data)
        case "interpreter":
            return forms_of_inviting.InterpreterForm(data, initial={"language": one.row.language})
        case "needs":
            row = one.row
            now_so = {
                "needs_interpreter": row.needs_interpreter,
                "language": row.language,
                "needs": row.needs,
                "kept_apart": row.kept_apart,
            }
            return forms_of_inviting.NeedsForm(data, initial=now_so)
        case _:
            return forms.WhyForm(data, label="Why?", ask="Say why the invitation is taken back")


def _do(one: InvitedView, act: str, got: dict[str, Any]) -> None:
    match act:
        case "given":
            actions.give(
                one.id,
                GivenKind(got["kind"]),
                how=How(got["how"]),
                at=got["at"],
                by_whom=got["by_whom"] or "",
                form=got["form"] or "",
                covers=[Topic(topic) for topic in got["covers"]],
                understood=got["understood"] or "",
                reply=got["reply"] or "",
                late_why=got["late_why"] or "",
            )
        case "supporter":
            actions.offer_supporter(
                one.id,
                offered=got["offered"],
                why_not=got["why_not"] or "",
                answer=SupporterAnswer(got["answer"]) if got["answer"] else None,
                name=got["name"] or "",
                relation=got["relation"] or "",
            )
        case "interpreter":
            actions.book_interpreter(
                one.id,
                language=got["language"],
                name=got["name"] or "",
                booked_with=got["booked_with"] or "",
                relative=got["relative"],
                relative_why=got["relative_why"] or "",
            )
        case "needs":
            actions.change_needs(
                one.id,
                needs=got["needs"],
                needs_interpreter=got["needs_interpreter"],
                language=got["language"],
                kept_apart=got["kept_apart"],
            )
        case "withdraw":
            actions.withdraw_invitation(one.id, got["why"])
