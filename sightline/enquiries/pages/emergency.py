"""Emergency measures, and becoming looked after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.queries import ChildView
from sightline.children.terms import LivesAt
from sightline.govuk.words import date_only, listed, moment
from sightline.kernel.time import today
from sightline.meetings.queries import for_folders
from sightline.meetings.terms import MeetingState, Purpose
from sightline.procedures.beside import beneath
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField

from ..actions import emergency as act
from ..actions import emergency_back as taking_back
from ..actions import legal_basis, safe
from ..actions import looked_after as placing
from ..actions import no_longer_looked_after as leaving
from ..actions.safe_back import take_made_safe_back
from ..queries import protection as queries
from ..queries.episode import has_died
from ..terms import EmergencyKind, EmergencyPart, LegalBasis, MadeSafeBy
from . import forms_of_protection as forms
from .around import address, form_page, opened, posted, sent
from .forms_of_decisions import DecideWhyForm, WhyForm


def _what_was_wrong(request: HttpRequest) -> WhyForm:
    """Why something is taken back that was recorded by mistake."""
    return WhyForm(
        posted(request), label="What was wrong?", ask="Say what was wrong", hint="It stays on the record"
    )


@page(permission=Permission.WRITE_FOLDER)
def made_safe_back(request: HttpRequest, folder_id: UUID, made_safe_id: UUID) -> HttpResponse:
    """That the child was made safe was recorded by mistake."""
    child, shown = opened(request, folder_id, "made_safe_back")
    row = queries.made_safe(made_safe_id, child.folder_ids)
    form = _what_was_wrong(request)
    return form_page(
        request,
        shown,
        form,
        lambda: take_made_safe_back(row.id, form.cleaned_data["words"]),
        title="That the child was made safe was recorded by mistake",
        lines=[
            f"{MadeSafeBy(row.way).label}, {moment(row.done_at)}: {row.what} {row.under} By {row.done_by}",
            "Where protecting the child was owed, it is owed again, unless something else made the child safe.",
        ],
        button="Take it back",
        done="Taken back. It stays on the record, with your reason.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def begin_emergency(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Record police protection, or an emergency protection order."""
    child, shown = opened(request, folder_id, "begin_emergency")
    form = forms.EmergencyForm(posted(request))
    form.longest(pack_in_force().limit(EmergencyKind.ORDER.value, today()).span)

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
def make_safe(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Record what was done to make a child safe who is in danger, by whatever power or agreement."""
    child, shown = opened(request, folder_id, "make_safe")
    form = forms.MadeSafeForm(posted(request))

    def send() -> None:
        got = dict(form.cleaned_data)
        safe.make_safe(child.folder_ids[0], safe.MadeSafeIn(way=MadeSafeBy(got.pop("way")), **got))

    return form_page(
        request,
        shown,
        form,
        send,
        title="Record how the child was made safe",
        done="Recorded. What else was decided stays due.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def emergency(request: HttpRequest, folder_id: UUID, measure_id: UUID) -> HttpResponse:
    """An emergency measure with its hours: ended, extended by the court, or any of that taken back."""
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
            "parts": [part for part in EmergencyPart if taking_back.recorded(row, part)],
            "part_of": {part.value: part.label for part in EmergencyPart},
            "form": form,
            "back_href": address("child", child),
        },
        status=status,
    )


@page(permission=Permission.WRITE_FOLDER)
def take_emergency_back(
    request: HttpRequest, folder_id: UUID, measure_id: UUID, part: EmergencyPart
) -> HttpResponse:
    """An emergency measure, its extension or its end was recorded by mistake."""
    child, shown = opened(request, folder_id, "take_emergency_back")
    row = queries.emergency(measure_id, child.folder_ids)
    form = _what_was_wrong(request)
    return form_page(
        request,
        shown,
        form,
        lambda: taking_back.take_emergency_back(row.id, part, form.cleaned_data["words"]),
        title=f"{part.label} was recorded by mistake",
        lines=[
            f"{EmergencyKind(row.kind).label}, since {moment(row.began_at)}: {row.authority}",
            _WITHOUT[part],
        ],
        button="Take it back",
        done="Taken back. It stays on the record, with your reason.",
        back=address("emergency", child, row.id),
    )


#: What is as it was, once part of a measure is taken back.
_WITHOUT = {
    EmergencyPart.MEASURE: "It then counts nowhere: what it had opened is not owed, and what it had met is owed again "
    "unless something else keeps the child safe.",
    EmergencyPart.EXTENSION: "What was due by the order’s first end is due by it again.",
    EmergencyPart.END: "The measure then goes on, with the hours that it had.",
}


def _family_groups(folder_ids: Sequence[UUID]) -> str:
    """Which family group meetings there were before a child lives elsewhere (HLP-07)."""
    held = [
        date_only(m.starts_at)
        for m in for_folders(folder_ids)
        if m.purpose is Purpose.FAMILY_GROUP and m.state in (MeetingState.HELD, MeetingState.CONCLUDED)
    ]
    if held:
        return f"A family group meeting was held on {listed(held)}."
    return (
        "No family group meeting is recorded. Say below whether one was offered and what came of it, or why there was "
        "no time."
    )


@page(permission=Permission.SIGN_OFF)
def become_looked_after(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """A manager decides that the child becomes looked after."""
    child, shown = opened(request, folder_id, "become_looked_after")
    form = forms.LookedAfterForm(posted(request))
    beneath(form, "review_by", pack_in_force(), today(), GuidedField.SOONER)
    form.offer_heard(child.folder_ids)

    def send() -> None:
        got = {
            name: form.cleaned_data[name]
            for name in placing.LookedAfterIn.__dataclass_fields__
            if name not in ("wishes", "conflict")
        }
        placing.become_looked_after(
            child.folder_ids[0],
            placing.LookedAfterIn(
                **got
                | {
                    "basis": LegalBasis(got["basis"]),
                    "lives_at": LivesAt(got["lives_at"]),
                    "wishes": form.weighed(),
                    "conflict": form.conflict_in(),
                }
            ),
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title="The child becomes looked after",
        lines=[_family_groups(child.folder_ids)],
        button="Decide",
        done="Recorded. What follows stands in My work.",
        back=address("child", child),
    )


@page(permission=Permission.SIGN_OFF)
def looked_after(request: HttpRequest, folder_id: UUID, looked_after_id: UUID) -> HttpResponse:
    """A period of being looked after, and its end."""
    child, shown = opened(request, folder_id, "looked_after")
    row = queries.looked_after(looked_after_id, child.folder_ids)
    form = forms.EndDayForm(posted(request))
    if has_died(row.child_id):
        form.died()
    else:
        form.offer_heard(child.folder_ids)

    def send() -> None:
        got = form.cleaned_data
        leaving.end_looked_after(
            row.id,
            got["ended_on"],
            got["words"],
            home=form.home(),
            knows_family=got["knows_family"],
            wishes=form.weighed(),
            conflict=form.conflict_in(),
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title="No longer looked after",
        lines=[
            f"Since {row.began_on:%d %B %Y}: {LegalBasis(row.basis).label}. {row.basis_words}",
            f"Why nothing less would do: {row.nothing_less}" if row.nothing_less else "",
            f"The family network: {row.network}",
            f"Decided by {row.decision.maker.name}: {row.decision.reasons}",
            f"Ended {row.ended_on:%d %B %Y}: {row.ended_words}" if row.ended_on else "",
            *(
                f"That it ended on {back.ended_on:%d %B %Y} was taken back by {back.written_by.name}, "
                f"{back.written_post}: {back.decision.reasons} What had been recorded: {back.ended_words}"
                for back in row.ends_back.all()
            ),
            "" if row.ended_on else _to_another_basis(row.id, child),
            "" if row.was_taken_back else _way_back(row.id, child, ended=row.ended_on is not None),
        ],
        done="Recorded. Statuses and the child’s home stand as you said.",
        back=address("child", child),
    )


def _to_another_basis(looked_after_id: UUID, child: ChildView) -> str:
    return format_html(
        '<a class="govuk-link" href="{}">What it stands on has changed</a>',
        address("change_basis", child, looked_after_id),
    )


@page(permission=Permission.SIGN_OFF)
def change_basis(request: HttpRequest, folder_id: UUID, looked_after_id: UUID) -> HttpResponse:
    """What it stands on changes that a child is looked after, as from section 20 to an interim care order."""
    child, shown = opened(request, folder_id, "change_basis")
    row = queries.looked_after(looked_after_id, child.folder_ids)
    form = forms.LegalBasisForm(posted(request))
    form.offer_heard(child.folder_ids)

    def send() -> None:
        got = {name: form.cleaned_data[name] for name in ("since", "basis_words", "nothing_less", "reasons")}
        legal_basis.change_basis(
            row.id,
            legal_basis.BasisIn(
                **got,
                basis=LegalBasis(form.cleaned_data["basis"]),
                knows_family=form.cleaned_data["knows_family"],
                wishes=form.weighed(),
                conflict=form.conflict_in(),
            ),
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title="What it stands on has changed",
        lines=[
            f"Looked after since {row.began_on:%d %B %Y}: {LegalBasis(row.basis).label}. {row.basis_words}",
            "Reviews and visits go on with their clocks. Was it recorded by mistake? Then record again what it stands "
            "on, and say so.",
        ],
        button="Decide",
        done="Recorded. The child’s legal status follows it.",
        back=address("child", child),
    )


def _way_back(looked_after_id: UUID, child: ChildView, *, ended: bool) -> str:
    """Where the period, or its end, is taken back."""
    return format_html(
        '<a class="govuk-link" href="{}">{}</a>',
        address("take_end_back" if ended else "take_looked_after_back", child, looked_after_id),
        "That it ended was recorded by mistake: take the end back"
        if ended
        else "It was recorded by mistake: take it back",
    )


@page(permission=Permission.SIGN_OFF)
def take_end_back(request: HttpRequest, folder_id: UUID, looked_after_id: UUID) -> HttpResponse:
    """It was recorded by mistake that the child is no longer looked after."""
    return _take_back(
        request, folder_id, looked_after_id, "take_end_back", leaving.take_end_back,
        what="the end", title="The child is still looked after",
        lines=lambda row: [
            f"Recorded as ended {row.ended_on:%d %B %Y}: {row.ended_words}" if row.ended_on else "",
            "Status and what was owed go on as they were before it.",
        ],
    )  # fmt: skip


@page(permission=Permission.SIGN_OFF)
def take_looked_after_back(request: HttpRequest, folder_id: UUID, looked_after_id: UUID) -> HttpResponse:
    """It was recorded by mistake that the child became looked after."""
    return _take_back(
        request, folder_id, looked_after_id, "take_looked_after_back", leaving.take_looked_after_back,
        what="it", title="The child was not looked after",
        lines=lambda row: [
            f"Since {row.began_on:%d %B %Y}: {LegalBasis(row.basis).label}. {row.basis_words}",
            "Status, address and what is owed will be as they were before it.",
        ],
    )  # fmt: skip


def _take_back(
    request: HttpRequest,
    folder_id: UUID,
    looked_after_id: UUID,
    route: str,
    act: Callable[..., None],
    *,
    what: str,
    title: str,
    lines: Callable[[Any], list[str]],
) -> HttpResponse:
    """Taking a period of being looked after back, or its end. `what`: which of them, as the question says it."""
    child, shown = opened(request, folder_id, route)
    row = queries.looked_after(looked_after_id, child.folder_ids)
    form = DecideWhyForm(
        posted(request),
        label=f"Why is {what} taken back?",
        ask=f"Say why {what} is taken back",
        hint="It stays on the record",
    )
    return form_page(
        request,
        shown,
        form,
        lambda: act(row.id, **form.why()),
        title=title,
        lines=lines(row),
        button="Take it back",
        done="Taken back. Look on the People tab whether the child’s address is right.",
        back=address("child", child),
    )
