"""One duty: what, why, the paragraph, from when to when; and what may be done to its date."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import SIGNED_IN, page
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.enquiries.queries.clocks import counted_by
from sightline.govuk.forms import Choice, Moment, Text, Words
from sightline.govuk.numbers import whole_number
from sightline.govuk.once import OnceForm
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions, queries, rules
from sightline.procedures.beside import beside
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyAct, DutyState, GuidedField

_HOURS = "For example, 27 3 2027. Add a time, such as 3pm, where it is a matter of hours."


class ShortenForm(OnceForm):
    due = Moment("By when?", whole_days=True, ask="Say by when this child needs it", hint=_HOURS)
    reason = Text("Why does this child need it sooner?", ask="Say why this child needs it sooner")


class AnswerForm(OnceForm):
    answer = Words(
        "What went wrong, and what was done about it?", ask="Say what went wrong and what was done about it"
    )


class WithdrawForm(OnceForm):
    reason = Text("Why is it no longer owed?", ask="Say why it is no longer owed")


class ExtendForm(OnceForm):
    """An extension with the view of each other agency's manager."""

    due = Moment("Until when?", whole_days=True, ask="Say until when it is extended", hint=_HOURS)
    reason = Words(
        "Why is more time needed, and why is the child safe meanwhile?", ask="Say why more time is needed"
    )

    def __init__(self, *args: Any, agencies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies
        for n, name in enumerate(agencies):
            self.fields[f"manager_{n}"] = Text(
                f"Which manager of {name} was asked?",
                required=False,
                max_length=180,
                hint="Name and post title",
            )
            self.fields[f"view_{n}"] = Text("What did they say?", required=False)
            self.fields[f"agrees_{n}"] = Choice(
                "Do they agree?", [("yes", "Yes"), ("no", "No")], inline=True, required=False
            )

    def views(self) -> list[rules.ManagerView]:
        got = self.cleaned_data
        return [
            rules.ManagerView(
                agency=name,
                manager=got[f"manager_{n}"].partition(",")[0].strip(),
                post_title=got[f"manager_{n}"].partition(",")[2].strip(),
                view=got[f"view_{n}"],
                agrees=got[f"agrees_{n}"] == "yes",
            )
            for n, name in enumerate(self.agencies)
            if got[f"manager_{n}"] and got[f"view_{n}"] and got[f"agrees_{n}"]
        ]


def _seen(request: HttpRequest) -> int | None:
    return whole_number(request.POST.get("seen", ""))


def _reached(acting: Acting, permission: Permission, duty: queries.DutyView) -> bool:
    """Whether the viewer holds the permission and it reaches this duty."""
    return acting.may(permission) and bool(
        queries.reach_of(acting, permission, team_id=duty.team_id, folder_id=duty.folder_id)
    )


@page(permission=SIGNED_IN)
def duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Explains a duty, and offers what may be done to its date."""
    shown = queries.explained(duty_id)
    record(Verb.READ, "web.duty", folder_id=shown.duty.folder_id)
    acting = request.practitioner  # type: ignore[attr-defined]
    act, status = request.POST.get("act", ""), 200
    data = request.POST if request.method == "POST" else None
    others = [a for a in queries.agencies_working_with(shown.duty.folder_id) if a != acting.agency_name]
    forms: dict[str, Any] = {
        "shorten": ShortenForm(data if act == "shorten" else None, prefix="s"),
        "answer": AnswerForm(data if act == "answer" else None, prefix="a"),
        "withdraw": WithdrawForm(data if act == "withdraw" else None, prefix="w"),
    }
    if shown.extendable and _reached(acting, Permission.EXTEND_DUTY, shown.duty):
        forms["extend"] = ExtendForm(data if act == "extend" else None, prefix="e", agencies=others)
    pack, day = pack_in_force(), today()
    beside(forms["shorten"], "due", pack, day, GuidedField.SOONER)
    if "extend" in forms:
        beside(forms["extend"], "due", pack, day, GuidedField.EXTENSION)
    form = forms.get(act)
    if request.method == "POST" and form is None:
        raise NotFound
    if form is not None and form.is_valid():
        got = form.cleaned_data
        sent = actions.Sent(_seen(request), form.once())
        try:
            match act:
                case "shorten":
                    actions.shorten(duty_id, got["due"], got["reason"], sent=sent)
                case "answer":
                    actions.answer_for(duty_id, got["answer"], sent=sent)
                case "withdraw":
                    actions.withdraw(duty_id, got["reason"], sent=sent)
                case "extend":
                    actions.extend(duty_id, got["due"], got["reason"], form.views(), sent=sent)
        except (NotFound, NotPermitted):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            shown, status = queries.explained(duty_id), 409
        else:
            messages.success(request, "Recorded, with your name and the time.")
            return HttpResponseRedirect(reverse("web:duty", args=[duty_id]))
    return render(
        request,
        "web/duty.html",
        {
            "shown": shown,
            "duty": shown.duty,
            "forms": [form] if form is not None else [],
            "by_name": forms,
            "act": act,
            "counted": counted_by(duty_id),
            "seen": sum(event.act != DutyAct.MISS.value for event in shown.history),
            "running": shown.duty.state in (DutyState.OPEN, DutyState.SHORTENED, DutyState.EXTENDED),
            "may_change": _reached(acting, Permission.CHANGE_DUTY, shown.duty),
            "may_answer": shown.duty.owner_id == acting.practitioner_id
            or _reached(acting, Permission.ANSWER_DUTY, shown.duty),
            "back_href": reverse("web:child", args=[shown.duty.folder_id]),
            "back_text": "To the child",
        },
        status=status,
    )
