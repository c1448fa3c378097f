"""An agency's actions over all children, the directory of local services, unmet needs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import SIGNED_IN, page
from sightline.agencies.queries import agencies
from sightline.agencies.terms import Permission
from sightline.audit.actions import record_list
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.children.rules import years_old
from sightline.govuk.paging import page_number
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.meetings.queries import actions_of_agency

from .. import actions, queries
from ..terms import OfferState, ServiceNeed
from . import forms, forms_of_work
from .common import bound, form_page
from .forms_of_local import DirectoryForm, LocalForm


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def agency_actions(request: HttpRequest) -> HttpResponse:
    """My agency's outstanding actions, of plans and meetings, over all records that I may open (PAR-05)."""
    acting = request.practitioner  # type: ignore[attr-defined]
    found = queries.actions_of_agencies(acting.agency_ids, page_number(request))
    rows = found.rows
    agreed = actions_of_agency(acting.agency_ids, page_number(request, "agreed"))
    record_list(
        "plans.actions",
        [
            *(folder_id for row in rows for folder_id, _name in row.children),
            *(a.folder_id for a in agreed.rows),
        ],
    )
    return render(
        request,
        "plans/actions.html",
        {
            "late": [r for r in rows if r.late],
            "left": [r for r in rows if r.left and not r.late],
            "coming": [r for r in rows if not r.late and not r.left],
            "found": found,
            "agreed": agreed,
            "agency": acting.agency_name,
        },
    )


@page(permission=SIGNED_IN, methods=("GET",))
def directory(request: HttpRequest) -> HttpResponse:
    """Local services by need, age and place."""
    form = DirectoryForm(request.GET or None)
    form.fields["place"].set_options([(p, p) for p in queries.places()])  # type: ignore[attr-defined]
    got = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.local_matching(
        need=ServiceNeed(got["need"]) if got.get("need") else None, age=got.get("age"),
        place=got.get("place") or "", words=got.get("words") or "",
    )  # fmt: skip
    acting = request.practitioner  # type: ignore[attr-defined]
    return render(
        request,
        "plans/directory.html",
        {
            "form": form,
            "found": found,
            "asked": bool(got),
            "may_keep": acting.may(Permission.KEEP_SERVICES),
            "may_read": acting.may(Permission.READ_FOLDER),
            "whom": _offering(request) if acting.may(Permission.WRITE_FOLDER) else None,
        },
    )


@dataclass(frozen=True)
class Offering:
    """For whom somebody looks in the directory: the page that offers a service, and what the search carries along."""

    address: str
    carried: dict[str, str]


def _offering(request: HttpRequest) -> Offering | None:
    """A child (`?for=`), from their plan (`?plan=`) or a concern (`?concern=`): may the viewer is asked there."""
    folder_id, plan_id, concern_id = (_uuid(request.GET.get(name, "")) for name in ("for", "plan", "concern"))
    if folder_id is None:
        return None
    carried = {"for": str(folder_id)}
    if plan_id is not None:
        address = f"{reverse('plans:write', args=[folder_id, plan_id, 'offer'])}?"
        return Offering(address, carried | {"plan": str(plan_id)})
    address = f"{reverse('plans:new_offer', args=[folder_id])}?"
    if concern_id is not None:
        return Offering(f"{address}concern={concern_id}&", carried | {"concern": str(concern_id)})
    return Offering(address, carried)


@page(permission=Permission.KEEP_SERVICES)
def new_local(request: HttpRequest) -> HttpResponse:
    form = bound(request, LocalForm)
    form.fields["agency"].set_options([(str(a.id), a.name) for a in agencies()])
    return form_page(
        request, {"plain": True}, form, lambda: actions.keep_local(form.sent()), title="Add a local service",
        done="The service is in the directory.", back=reverse("plans:directory"),
    )  # fmt: skip


@page(permission=Permission.KEEP_SERVICES)
def local(request: HttpRequest, local_id: UUID) -> HttpResponse:
    """Bring an entry of the directory up to date, or end it."""
    found = queries.local(local_id)
    if found is None:
        raise NotFound
    if request.method == "POST" and request.POST.get("act") == "end":
        return form_page(
            request, {"plain": True}, forms.PageForm(request.POST), lambda: actions.end_local(found.id),
            title=found.name, done="The service is in the directory no more.", back=reverse("plans:directory"),
        )  # fmt: skip
    form = bound(
        request, LocalForm, name=found.name, gist=found.gist, needs=[n.value for n in found.needs],
        from_age=found.from_age, to_age=found.to_age, for_adults=found.for_adults, places="\n".join(found.places),
        reach=found.reach, waits=found.waits, agency=str(found.agency_id or ""),
    )  # fmt: skip
    form.fields["agency"].set_options([(str(a.id), a.name) for a in agencies()])
    return form_page(
        request, {"plain": True, "may_end": True}, form, lambda: actions.keep_local(form.sent(), local_id=found.id),
        title=found.name, done="The entry is up to date, and counts as checked today.", back=reverse("plans:directory"),
    )  # fmt: skip


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def unmet(request: HttpRequest) -> HttpResponse:
    """Needs that no service meets, and waits, of plans and assessments, by place and agency (HLP-09)."""
    found = queries.unmet(page_number(request))
    record_list("plans.unmet", [row.folder_id for row in found.rows])
    return render(request, "plans/unmet.html", {"found": found, "back_href": reverse("plans:directory")})


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def transfers(request: HttpRequest) -> HttpResponse:
    """Requests to and from other authorities, by authority, with what came of them and how long it took (PAR-12)."""
    found = queries.transfers_by_authority()
    record_list("plans.transfers", [row.folder_id for each in found for row in each.rows])
    return render(request, "plans/transfers.html", {"found": found, "back_href": reverse("plans:actions")})


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def offers(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Everything that was offered to a child's family, and what came of it."""
    view, shown = open_child(request, folder_id, "plans.offers", tab="plan")
    return render(
        request,
        "plans/offers.html",
        shown
        | {
            "offers": queries.offers_of_child(view.folder_ids),
            "look_href": directory_for(view.folder_ids[0], view),
            "back_href": _tab(view),
        },
    )


def _tab(view: ChildView) -> str:
    return reverse("plans:child", args=[view.folder_ids[0]])


@page(permission=Permission.WRITE_FOLDER)
def new_offer(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Offer a service to a family without a plan, as from a concern (`?concern=`)."""
    view, shown = open_child(request, folder_id, "plans.new_offer", tab="plan")
    concern = request.GET.get("concern", "")
    form = bound(request, forms_of_work.OfferForm, local=request.GET.get("service", ""))
    form.offer_services(queries.local_matching())
    for name in ("need", "outcome"):
        del form.fields[name]
    form.choose("adult", [(str(t.person.id), f"{t.name}, {t.said}") for t in view.ties if not t.is_child])

    def send() -> None:
        got = form.cleaned_data
        sent = actions.OfferIn(
            got["meant_to_change"], local_id=form.uuid("local"), name=got["name"],
            adult_id=form.uuid("adult") if "adult" in form.fields else None, state=OfferState(got["state"]),
            words=got["words"],
        )  # fmt: skip
        actions.offer_service(view.folder_ids[0], sent, concern_id=_uuid(concern))

    return form_page(
        request, shown, form, send, title="Offer a service", done="The offer is recorded.",
        back=reverse("plans:offers", args=[view.folder_ids[0]]),
        beside={"look_href": directory_for(view.folder_ids[0], view, concern=concern)},
    )  # fmt: skip


def directory_for(folder_id: UUID, view: ChildView, **carried: str) -> str:
    """The directory as somebody looks in it for a child: with their age, and the way back to the offer."""
    born = view.child.birth.born_on
    asked = {"for": str(folder_id), "age": str(years_old(born, today())) if born else "", **carried}
    return f"{reverse('plans:directory')}?{urlencode({k: v for k, v in asked.items() if v})}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
