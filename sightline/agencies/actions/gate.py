"""`permit`, the one gate that every action asks, and what this room’s own actions ask beside it."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from sightline.kernel.verdicts import NotPermitted
from sightline.kernel.viewer import ViewerKind, current

from .. import queries
from ..models import SET_UP
from ..rules import Acting, permitted, reaches
from ..terms import Permission


def _one_at_a_time(about: str) -> None:
    """Waits until nobody else is writing about the same: what two people see before they write is then true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"agencies {about}"])


def permit(permission: Permission, *, acting: Acting | None = None) -> Acting:
    """The gate that every action asks first: who is acting, or NotPermitted with a plain reason.

    Without `acting` it is whoever is looking now. Only a practitioner is ever permitted: what the public
    may do (raise a concern) and what a named job may do is decided by the doors of the tables.
    """
    found = acting if acting is not None else queries.acting_now()
    verdict = permitted(found, permission)
    if not verdict or found is None:
        raise NotPermitted(verdict)
    return found


def _permit_for(
    permission: Permission, *, agency_id: UUID | None = None, team_id: UUID | None = None
) -> None:
    """The gate, and whether the permission reaches this agency or team. The jobs that set up pass."""
    viewer = current()
    if viewer.kind is ViewerKind.JOB and viewer.job in SET_UP:
        return
    acting = permit(permission)
    verdict = reaches(acting, permission, agency_id=agency_id, team_id=team_id)
    if not verdict:
        raise NotPermitted(verdict)
