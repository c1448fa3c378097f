"""What another authority answered about a child passed to it: received, then accepted."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries
from . import decision_forms
from .front_door import opened


@page(permission=Permission.SCREEN_CONCERN)
def received(request: HttpRequest, concern_id: UUID, screening_id: UUID) -> HttpResponse:
    """The other authority has confirmed that it has what was sent: the child stays ours."""
    shown, part = _passed_on(concern_id, screening_id, "received_page")
    form = decision_forms.ReceivedForm(request.POST or None)

    def write() -> str:
        actions.transfer_received(
            screening_id, form.cleaned_data["received_by"], form.cleaned_data["received_at"]
        )
        return "Recorded: they have it. The child stays ours until they accept."

    transfer = part.screening.transfer  # type: ignore[union-attr]
    mine = transfer.receipt_recorded_by_id == request.practitioner.practitioner_id  # type: ignore[attr-defined]
    return _of_transfer(request, shown, part, form, write, transfer.received_by if mine else "")


@page(permission=Permission.SCREEN_CONCERN)
def accepted(request: HttpRequest, concern_id: UUID, screening_id: UUID) -> HttpResponse:
    """The other authority has accepted the child."""
    shown, part = _passed_on(concern_id, screening_id, "accepted_page")
    transfer = part.screening.transfer  # type: ignore[union-attr]
    form = decision_forms.AcceptedForm(request.POST or None, with_summary=bool(transfer.summary))

    def write() -> str:
        got = form.cleaned_data
        actions.transfer_accepted(screening_id, got["accepted_by"], got.get("summary") or "")
        return "Recorded: the child is theirs now."

    mine = transfer.recorded_by_id == request.practitioner.practitioner_id  # type: ignore[attr-defined]
    return _of_transfer(request, shown, part, form, write, transfer.accepted_by if mine else "")


def _passed_on(
    concern_id: UUID, screening_id: UUID, event: str
) -> tuple[queries.ConcernView, queries.PartView]:
    """A child of a concern that was passed on. Raises NotFound where nothing was, so nothing can be answered."""
    shown = opened(concern_id, event)
    part = next((p for p in shown.parts if p.screening and p.screening.id == screening_id), None)
    if part is None or getattr(part.screening, "transfer", None) is None:
        raise NotFound
    return shown, part


def _of_transfer(
    request: HttpRequest,
    shown: queries.ConcernView,
    part: queries.PartView,
    form: decision_forms.ReceivedForm | decision_forms.AcceptedForm,
    write: Callable[[], str],
    said: str,
) -> HttpResponse:
    """A form on what the other authority said. `said`: whom the viewer has named in it before, "" where nobody."""
    status, back = 200, reverse("concerns:concern", args=[shown.concern.id])
    if request.method == "POST" and form.is_valid():
        try:
            done = write()
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            named = form.cleaned_data.get("accepted_by") or form.cleaned_data.get("received_by")
            if said and said == named:
                return HttpResponseRedirect(back)  # the same form again
            form.refuse(refused.verdict)
            status = 409
        else:
            messages.success(request, done)
            return HttpResponseRedirect(back)
    accepts = isinstance(form, decision_forms.AcceptedForm)
    return render(
        request,
        "concerns/accepted.html" if accepts else "concerns/received.html",
        {"shown": shown, "part": part, "form": form, "back_href": back},
        status=status,
    )
