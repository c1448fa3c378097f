"""What stands around every page of this room.

Rooms above own the masthead's sentences, the other tabs and the procedure pack; they tell it when they load:

    frame.around.append(lambda request, view, tab: {"mast": {...}, "tabs": [...]})
    frame.agency_roles.append(lambda kind: AgencyRole(title, role, contributes, source))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.terms import AgencyKind, Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound

from ..queries import ChildView, child_page


@dataclass(frozen=True)
class AgencyRole:
    """What a kind of agency does in protecting children, as the procedures in force say, and where."""

    title: str
    role: str
    contributes: tuple[str, ...]
    source: str


#: The masthead (`mast`, as `ui.child_masthead` takes it) and the tabs (`tabs`) of a child's page, given the
#: request, the child and the name of the tab that is open. The first answer is taken.
around: list[Callable[[HttpRequest, ChildView, str], dict[str, Any]]] = []

#: Explains a kind of agency; None where the procedures say nothing of it. The first answer is taken.
agency_roles: list[Callable[[AgencyKind], AgencyRole | None]] = []


def open_child(request: HttpRequest, folder_id: UUID, what: str) -> tuple[ChildView, dict[str, Any]]:
    """The child of a folder and of those joined to it, the reading audited, and what every page of them
    shows.

    Raises NotFound alike for what is sealed, foreign or invented.
    """
    lead = lead_of(folder_id)
    folder_ids = joined_set(lead)
    if not folder_ids:
        # The record that this one was joined into may be closed to somebody who may open this one.
        lead, folder_ids = folder_id, joined_set(folder_id)
    if not folder_ids:
        raise NotFound
    record(Verb.READ, what, folder_id=lead)
    view = child_page(folder_ids)
    acting = request.practitioner  # type: ignore[attr-defined]
    return view, {
        "view": view,
        "child": view.child,
        "folder_id": view.folder_ids[0],
        "may_write": view.may_write and acting.may(Permission.WRITE_FOLDER),
        **next((frame(request, view, "people") for frame in around), _plainly(view)),
    }


def _plainly(view: ChildView) -> dict[str, Any]:
    """Name, age and this room's own tab, where no room above says more."""
    href = reverse("children:people", args=[view.folder_ids[0]])
    return {
        "mast": {"child": {"name": view.child.name, "lines": [view.child.age], "marks": []}, "seen": None},
        "tabs": [{"text": "People", "href": href, "current": True}],
    }


def role_of(kind: AgencyKind) -> AgencyRole | None:
    """What a kind of agency is there for, where the procedures in force say so."""
    return next((role for explain in agency_roles if (role := explain(kind)) is not None), None)
