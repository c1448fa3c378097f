"""What stands around every page of this room.

Rooms above own the masthead's sentences, the other tabs and the procedure pack; they tell it when they load:

    frame.tabs.append(frame.Tab("voice", "Voice", "voice:child", 30))
    frame.around.append(lambda request, view, tab: {"mast": {...}, "tabs": [...]})
    frame.agency_roles.append(lambda kind: AgencyRole(title, role, contributes, source))
    frame.of_identity.append(lambda: Markup("..."))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from markupsafe import Markup

from sightline.access.queries import joined_set, reaches, read_together
from sightline.agencies.terms import AgencyKind, Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound

from ..queries import ChildView, child_page


@dataclass(frozen=True)
class Tab:
    """A tab of the child's page: the route takes the folder's id; shown in `order`, to who holds `permission`.

    With `reaching` only where the permission reaches this record, which is asked of the database.
    """

    name: str
    text: str
    route: str
    order: int
    permission: Permission | None = None
    reaching: bool = False


#: The tabs of every child's page; each room adds its own.
tabs: list[Tab] = [Tab("people", "People", "children:people", 60)]


@dataclass(frozen=True)
class AgencyRole:
    """What a kind of agency does in protecting children, as the procedures in force say, and where."""

    title: str
    role: str
    contributes: tuple[str, ...]
    source: str


#: The masthead (`mast`, as `ui.child_masthead` takes it) and the tabs (`tabs`, see `tabs_for`) of a child's page,
#: given the request, the child and the name of the tab that is open. The first answer is taken.
around: list[Callable[[HttpRequest, ChildView, str], dict[str, Any]]] = []

#: Explains a kind of agency; None where the procedures say nothing of it. The first answer is taken.
agency_roles: list[Callable[[AgencyKind], AgencyRole | None]] = []

#: Guidance of the procedures in force on asking who somebody is; None where they say nothing. The first answer is
#: taken.
of_identity: list[Callable[[], Markup | None]] = []


def tabs_for(request: HttpRequest, folder_id: UUID, current: str) -> list[dict[str, Any]]:
    """The tabs as `ui.sub_navigation` takes them, those of the viewer's permissions only."""
    acting = request.practitioner  # type: ignore[attr-defined]
    return [
        {"text": tab.text, "href": reverse(tab.route, args=[folder_id]), "current": tab.name == current}
        for tab in sorted(tabs, key=lambda tab: tab.order)
        if tab.permission is None
        or (acting.may(tab.permission) and (not tab.reaching or reaches(tab.permission, folder_id)))
    ]


def open_child(
    request: HttpRequest, folder_id: UUID, what: str, *, tab: str = "people"
) -> tuple[ChildView, dict[str, Any]]:
    """The child of a folder and of those joined to it, the reading audited as `what`, and what every page of
    them shows, with the tab of that name open. Pages extend `children/frame.html`.

    Raises NotFound alike for what is sealed, foreign or invented.
    """
    lead, folder_ids = read_together(folder_id)
    if not folder_ids:
        # The record that this one was joined into may be closed to somebody who may open this one.
        lead, folder_ids = folder_id, joined_set(folder_id)
    if not folder_ids:
        raise NotFound
    view = child_page(folder_ids)
    record(Verb.READ, what, folder_id=lead, beside=view.children_beside)
    acting = request.practitioner  # type: ignore[attr-defined]
    return view, {
        "view": view,
        "child": view.child,
        "folder_id": view.folder_ids[0],
        "may_write": view.may_write and acting.may(Permission.WRITE_FOLDER),
        **next((frame(request, view, tab) for frame in around), _plainly(request, view, tab)),
    }


def _plainly(request: HttpRequest, view: ChildView, tab: str) -> dict[str, Any]:
    """Name, age and the tabs, where no room above says more."""
    return {
        "mast": {
            "child": {
                "name": view.child.name,
                "called": view.child.called,
                "short": view.child.age,
                "lines": [
                    *([f"Full name {view.child.full_name}"] if view.child.full_name else []),
                    view.child.age,
                ],
                "marks": [],
            },
            "seen": None,
        },  # fmt: skip
        "tabs": tabs_for(request, view.folder_ids[0], tab),
    }


def role_of(kind: AgencyKind) -> AgencyRole | None:
    """What a kind of agency is there for, where the procedures in force say so."""
    return next((role for explain in agency_roles if (role := explain(kind)) is not None), None)


def said_of_identity() -> Markup | None:
    """What the procedures in force say of asking who somebody is; None where they say nothing."""
    return next((text for say in of_identity if (text := say()) is not None), None)
