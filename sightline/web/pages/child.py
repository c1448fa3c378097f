"""The child's page: it opens with the child, and is enough for a stranger on night duty."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from markupsafe import Markup

from sightline.access.queries import reaches
from sightline.agencies.gate import page
from sightline.agencies.rules import Acting
from sightline.agencies.terms import AgencyKind, Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import genogram
from sightline.children.pages.frame import AgencyRole, tabs_for
from sightline.children.queries import ChildView, as_viewer_may_read, child_page
from sightline.concerns.queries import advised
from sightline.govuk.paging import page_number
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted
from sightline.procedures.beside import folded
from sightline.procedures.queries import on_folders, pack_in_force
from sightline.procedures.terms import GuidedField
from sightline.records.queries import decisions_page, decisions_since
from sightline.voice.queries import RegardView, regards

from .. import queries

#: So many duties stand open on the overview; the rest are a press away.
FEW = 6
#: So many decisions stand on one page.
DECISIONS = 25
#: The colour of a status beside the name; its words say what it is.
MARKS = {
    "protection_plan": "red",
    "police_protection": "red",
    "emergency_protection": "red",
    "looked_after": "purple",
    "child_in_need": "blue",
    "early_help": "teal",
}


def _opened(request: HttpRequest, folder_id: UUID, tab: str) -> tuple[UUID, list[UUID], dict[str, Any]]:
    """The folder set, the reading audited, and what every tab shows. Raises NotFound."""
    lead, folders = queries.child_folders(folder_id)
    view = child_page(folders)
    record(Verb.READ, f"web.{tab}", folder_id=lead, beside=view.children_beside)
    return lead, folders, {"view": view, "folder_id": lead, **around(request, view, tab)}


def around(request: HttpRequest, view: ChildView, tab: str) -> dict[str, Any]:
    """Masthead and tabs, of this room's pages and of those of rooms below that show one child."""
    acting, lead = request.practitioner, view.folder_ids[0]  # type: ignore[attr-defined]
    return {"mast": _masthead(view, lead, acting), "tabs": tabs_for(request, lead, tab)}


def of_folder(request: HttpRequest, folder_id: UUID, tab: str) -> dict[str, Any]:
    """The same for a room that knows folders and not whose they are; nothing where no child is recorded yet."""
    try:
        _lead, folders = queries.child_folders(folder_id)
        return around(request, child_page(folders), tab)
    except NotFound:
        return {}


def _masthead(view: ChildView, lead: UUID, acting: Acting) -> dict[str, Any]:
    """What stands at the top of every tab, in sentences."""
    facts = view.masthead
    born = facts["born_on"]
    full_name = f"Full name {facts['full_name']}" if facts["full_name"] else ""
    line = [full_name, facts["pronouns"], facts["age"]]
    if born is not None and not facts["born_estimated"]:
        # A guessed age says "about 9 years old" already; a day of birth made from it would be read as known.
        line.append(f"born {born.day} {born:%B %Y}")
    line.append(facts["languages"])
    where = (
        f"Lives with {facts['lives_with']}" if facts["lives_with"] else "With whom they live is not recorded"
    )
    if facts["address_confidential"]:
        where += "; the address is confidential"
    elif facts["address"] or facts["area"]:
        where += f", {facts['address'] or facts['area']}"
    if facts["lives_since"]:
        since = facts["lives_since"]
        where += f", since {since.day} {since:%B %Y}"
    holders = facts["parental_responsibility"]
    held = (
        f"Parental responsibility: {', '.join(holders)}."
        if holders
        else "Parental responsibility: not recorded."
    )
    lines = [" · ".join(part for part in line if part)]
    lines += [facts["communication"]] if facts["communication"] else []
    lines += [f"Interpreter: {facts['interpreter']}"] if facts["interpreter"] else []
    lines += [f"{where}.", held]
    actions = []
    if view.may_write and acting.may(Permission.WRITE_FOLDER):
        actions.append({"text": "Write an entry", "href": reverse("records:choose", args=[lead])})
    if acting.may(Permission.RAISE_CONCERN):
        actions.append({"text": "Raise a concern", "href": reverse("concerns:raise")})
    if acting.may(Permission.ALLOCATE):
        actions.append({"text": "Allocate", "href": reverse("concerns:allocate", args=[lead])})
    authority = view.authority
    seen_lines = [f"Record {facts['number']}."]
    seen_lines.append(
        f"Responsible: {facts['responsible_manager']}."
        if facts["responsible_manager"]
        else "No manager named."
    )
    if authority is not None:
        seen_lines.append(
            f"Responsible authority: {authority.responsible}. Child is in: {authority.present}."
        )
    if view.lead is not None:
        seen_lines.append(f"Lead professional: {view.lead.practitioner}, {view.lead.agency}.")
    return {
        "child": {
            "name": facts["name"],
            "called": facts["called"],
            "short": " · ".join(part for part in (full_name, facts["age"]) if part),
            "lines": lines,
            "marks": [{"text": m["text"], "colour": MARKS.get(m["kind"], "grey")} for m in facts["markers"]],
            "actions": actions,
        },
        "seen": {"title": facts["agency"], "lines": seen_lines},
    }


def agency_role(kind: AgencyKind) -> AgencyRole | None:
    """What a kind of agency is there for, as the pack in force says; None where it says nothing (PAR-04)."""
    found = next((a for a in pack_in_force().agency_types(today()) if a.id == kind.value), None)
    if found is None:
        return None
    source = " ".join(part for part in (found.citation, found.caveat) if part)
    return AgencyRole(found.title, found.role, found.contributes, source)


def of_identity() -> Markup | None:
    """What the pack in force says beside the questions of who somebody is (NTC-06); None where it says nothing."""
    return folded(pack_in_force(), today(), GuidedField.IDENTITY)


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def child(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The overview."""
    lead, folders, shown = _opened(request, folder_id, "child")
    if lead != folder_id:
        return HttpResponseRedirect(reverse("web:child", args=[lead]))
    return render(
        request,
        "web/child.html",
        shown
        | {
            "overview": queries.child_overview(lead, folders),
            "genogram": genogram.picture(shown["view"]),
            "duties": on_folders(folders),
            "few": FEW,
            "pack": pack_in_force(),
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def record_(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The entries stand in the chronology: an address that somebody kept still leads there. Raises NotFound."""
    lead, _folders = queries.child_folders(folder_id)
    return HttpResponseRedirect(f"{reverse('chronology:child', args=[lead])}?entries=yes&order=known")


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def decisions_(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """All decisions on the child, a page at a time: who made them, why, and under which definition in force that day.
    An address that names one (`decision`) leads to the page on which it stands."""
    _lead, folders, shown = _opened(request, folder_id, "decisions")
    number = (
        page_number(request) if "page" in request.GET else _page_of(request.GET.get("decision", ""), folders)
    )
    made, total = decisions_page(folders, limit=DECISIONS, offset=(number - 1) * DECISIONS)
    if number > 1 and not made:
        return HttpResponseRedirect(reverse("web:decisions", args=[folder_id]))
    return render(
        request,
        "web/decisions.html",
        shown
        | {
            "decisions": as_viewer_may_read(folders, made),
            "advised": as_viewer_may_read(folders, advised([decision.id for decision in made])),
            "wishes": as_viewer_may_read(folders, _wishes(folders, [decision.id for decision in made])),
            "total": total,
            "page": Paginator(range(total), DECISIONS).get_page(number),
        },
    )


def _wishes(folders: list[UUID], decisions: list[UUID]) -> dict[UUID | None, list[RegardView]]:
    """The regard had to the child's wishes, by the decision that it was had for."""
    found: dict[UUID | None, list[RegardView]] = {}
    for each in regards(folders, of=decisions):
        found.setdefault(each.decision_id, []).append(each)
    return found


def _page_of(decision: str, folders: list[UUID]) -> int:
    try:
        before = decisions_since(UUID(decision), folders)
    except ValueError:
        return 1
    return (before or 0) // DECISIONS + 1


@page(permission=Permission.WHO_LOOKED, methods=("GET",))
def looked(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Who has looked at this record, when and why."""
    lead, folders, shown = _opened(request, folder_id, "looked")
    reached = reaches(Permission.WHO_LOOKED, lead)
    if not reached:
        raise NotPermitted(reached)
    key = queries.older_than(request.GET.get("older", ""))
    found, older = queries.looks(folders, key)
    whole = request.practitioner.may(Permission.READ_AUDIT)  # type: ignore[attr-defined]
    number = shown["view"].masthead["number"]
    return render(
        request,
        "web/looked.html",
        shown | {"looks": found, "older": older, "first": key is None, "in_trail": number if whole else ""},
    )
