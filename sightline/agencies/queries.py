"""Reads of the agencies room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.viewer import ViewerKind, current

from .models import Posting
from .rules import Acting, wider
from .terms import AgencyKind, Permission, Scope

_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def acting_for(user: AbstractBaseUser | AnonymousUser) -> Acting | None:
    """Who a signed-in user is and may do today; None without a posting today. One query."""
    return _load(practitioner__user_id=user.pk) if user.is_authenticated else None


def acting_as(practitioner_id: UUID) -> Acting | None:
    """The same of a practitioner, signed in or not. One query."""
    return _load(practitioner_id=practitioner_id)


def acting_now() -> Acting | None:
    """Who is looking now, as a practitioner; None for nobody, the public and jobs.

    The request has loaded it already; elsewhere (a test, a job on behalf of somebody) one query does.
    """
    viewer = current()
    if viewer.kind is not ViewerKind.PRACTITIONER or viewer.practitioner_id is None:
        return None
    loaded = _acting.get()
    if loaded is not None and loaded.practitioner_id == viewer.practitioner_id:
        return loaded
    return acting_as(viewer.practitioner_id)


@contextmanager
def remembering(acting: Acting | None) -> Iterator[None]:
    """For the length of the block `acting_now` needs no query."""
    token = _acting.set(acting)
    try:
        yield
    finally:
        _acting.reset(token)


def _load(**who: Any) -> Acting | None:
    # One row per posting and permission: a few dozen short rows, in one journey to the database.
    rows = list(
        Posting.objects.filter(held_on(today()), **who)
        .order_by("held_from", "id")
        .values(
            "practitioner_id",
            "post_title",
            "agency_id",
            "team_id",
            "line_manager_id",
            name=F("practitioner__name"),
            agency_name=F("agency__name"),
            agency_kind=F("agency__kind"),
            team_name=F("team__name"),
            role_title=F("role__title"),
            role_slug=F("role__slug"),
            permission=F("role__permissions__permission"),
            scope=F("role__permissions__scope"),
        )
    )
    if not rows:
        return None
    first = rows[0]
    permissions: dict[Permission, Scope] = {}
    for row in rows:
        if row["permission"]:
            permission = Permission(row["permission"])
            permissions[permission] = wider(permissions.get(permission), Scope(row["scope"]))
    return Acting(
        practitioner_id=first["practitioner_id"],
        name=first["name"],
        post_title=first["post_title"],
        agency_id=first["agency_id"],
        agency_name=first["agency_name"],
        agency_kind=AgencyKind(first["agency_kind"]),
        team_id=first["team_id"],
        team_name=first["team_name"] or "",
        line_manager_id=first["line_manager_id"],
        role_titles=tuple(dict.fromkeys(row["role_title"] for row in rows)),
        role_slugs=tuple(dict.fromkeys(row["role_slug"] for row in rows)),
        team_ids=tuple(dict.fromkeys(row["team_id"] for row in rows if row["team_id"])),
        agency_ids=tuple(dict.fromkeys(row["agency_id"] for row in rows)),
        permissions=permissions,
    )
