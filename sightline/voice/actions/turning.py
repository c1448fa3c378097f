"""What becomes owed to a child at a turning point of the work with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sightline.access.queries import joined_set, lead_of
from sightline.kernel.time import LONDON, today
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening
from sightline.procedures.pack import Pack
from sightline.procedures.queries import on_folders

from .. import queries
from .writing import _page

#: Where each is done, on the Voice tab.
_DONE_ON = {"explain_rights": "rights/", "offer_advocate": "advocate/"}


def plan_made(
    folder_id: UUID,
    plan_id: UUID,
    *,
    on: date,
    at: datetime,
    owner_id: UUID,
    team_id: UUID | None,
    pack: Pack,
) -> None:
    """A child protection plan is made on that day: by the pack, the child's rights are explained to them and they are
    offered an advocate (CHD-11). The clocks run from `at`. A step of the action that makes the plan, which has asked
    its own permission.

    What is owed already goes on with the clock that it has; who has an advocate, or waits for one, is not offered
    another; rights explained since the plan began are not owed again.
    """
    met = _met(joined_set(lead_of(folder_id)), on)
    duties.open_duties(
        [
            Opening(
                folder_id, kind, at, plan_id, f"{_page(folder_id)}{_DONE_ON.get(kind, '')}", owner_id, team_id
            )
            for kind in pack.event("plan_made", today()).opens
            if kind not in met
        ],
        pack=pack,
    )  # fmt: skip


def _met(folders: Collection[UUID], on: date) -> set[str]:
    """The kinds of duty that a turning point on that day does not open."""
    found = {duty.kind for duty in on_folders(folders) if duty.to_do}
    if "find_advocate" in found or queries.advocate_now(folders) is not None:
        found.add("offer_advocate")
    if any(told.told_at.astimezone(LONDON).date() >= on for told in queries.rights_told(folders)):
        found.add("explain_rights")
    return found
