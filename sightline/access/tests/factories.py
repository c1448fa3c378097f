"""Folders for the tests of every room, opened long ago and let to whom the test says."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from sightline.access.actions import open_folder
from sightline.access.models import Grant, Joining, Seal, SealName
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.models import Agency, Practitioner, Team
from sightline.agencies.tests.factories import make_practitioner, setting_up
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as


def open_folder_for(
    *to: Practitioner | Team | Agency,
    level: GrantLevel = GrantLevel.WRITE,
    origin: GrantOrigin = GrantOrigin.ALLOCATION,
    manager: Practitioner | None = None,
) -> UUID:
    """A folder that `to` may open, with a manager who answers for it (a new one unless given)."""
    manager = manager or make_practitioner("team-manager")
    with setting_up(), looking_as(Viewer.for_job("demo")):
        folder_id = open_folder(manager.postings.get().agency_id, manager.pk)
        let_in(folder_id, *to, level=level, origin=origin)
    long_ago(folder_id)
    return folder_id


def let_in(
    folder_id: UUID,
    *to: Practitioner | Team | Agency,
    level: GrantLevel = GrantLevel.WRITE,
    origin: GrantOrigin = GrantOrigin.ALLOCATION,
    **fields: object,
) -> list[Grant]:
    """Grants as rows, past the actions."""
    made = []
    with setting_up(), looking_as(Viewer.for_job("demo")):
        for one in to:
            key = {Practitioner: "practitioner", Team: "team", Agency: "agency"}[type(one)]
            grant = Grant(
                folder_id=folder_id,
                level=level.value,
                origin=origin.value,
                why="Works with the child",
                **{key: one, "given_at": now(), **fields},
            )
            grant.save(force_insert=True)
            made.append(grant)
    return made


def sealed(folder_id: UUID, *named: Practitioner) -> Seal:
    """A seal as rows."""
    with setting_up(), looking_as(Viewer.for_job("demo")):
        by = named[0] if named else make_practitioner("team-manager")
        seal = Seal(folder_id=folder_id, why="A colleague's child", sealed_at=now(), sealed_by=by)
        seal.save(force_insert=True)
        for who in named:
            SealName(folder_id=folder_id, seal=seal, practitioner=who, named_by=by, named_at=now()).save(
                force_insert=True
            )
    return seal


def joined(folder_id: UUID, into_id: UUID) -> Joining:
    """A joining as a row."""
    with setting_up(), looking_as(Viewer.for_job("demo")):
        by = make_practitioner("front-door-decision-manager")
        row = Joining(
            folder_id=folder_id, into_id=into_id, reasons="Same child", decided_by=by, decided_at=now()
        )
        row.save(force_insert=True)
    return row


def long_ago(folder_id: UUID) -> None:
    """Within a rolled-back test every folder would be of this very transaction, and its opener could fill
    it.
    """
    if "assume_role" in connection.settings_dict.get("OPTIONS", {}):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE sightline_owner")
            cursor.execute(
                "UPDATE access_folder SET written_at = now() - interval '1 day' WHERE id = %s", [folder_id]
            )
            cursor.execute("SET LOCAL ROLE sightline_app")
