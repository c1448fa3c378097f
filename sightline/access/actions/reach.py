"""Whether the viewer may read a record, write in it, or reach it by a permission: asked at the head of an action."""

from __future__ import annotations

from uuid import UUID

from sightline.agencies.terms import Permission
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import queries


def require_opened(folder_id: UUID) -> None:
    """NotFound unless the viewer may read the folder."""
    if not queries.opened_of([folder_id]):
        raise NotFound


def require_written(folder_id: UUID) -> None:
    """NotFound unless the viewer may read the folder, Refused unless they may write in it."""
    require_opened(folder_id)
    if not queries.may_write(folder_id):
        raise Refused("You may read this record, but not change it. Ask the manager who answers for it")


def require_reached(permission: Permission, folder_id: UUID) -> None:
    """NotPermitted where the permission is held but does not reach this record."""
    verdict = queries.reaches(permission, folder_id)
    if not verdict:
        raise NotPermitted(verdict)
