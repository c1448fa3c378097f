"""From the front door to a team, and to a worker."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from sightline.access import actions as access
from sightline.access.queries import (
    allocated_to,
    grants_on,
    joined_set,
    lead_of,
    responsible_manager,
    team_may_write,
)
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import managers_of, practitioners
from sightline.agencies.queries import team as team_of
from sightline.agencies.rules import reaches
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.queries import lead_worker
from sightline.children.rules import NewInvolvement
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import DutyView, on_folders, pack_in_force

from .. import rules
from .steps import at_words, named


@transaction.atomic
def pass_to_team(folder_id: UUID, team_id: UUID, why: str) -> int:
    """A team takes a child on: it may write in the record, its manager answers for it, and what is owed to the
    child and nobody owes yet becomes the team's. Returns how many duties.

    Raises NotPermitted, NotFound, Refused (no reason, no such team, a team without a manager, a team that has taken
    the child on already).
    """
    permit(Permission.ALLOCATE)
    lead, folders = _read_together(folder_id)
    team = team_of(team_id)
    if team is None:
        raise Refused("Choose the team that takes the child on.", "team")
    manager = next(iter(managers_of(team_id)), None)
    if manager is None:
        raise Refused(f"{team.name} has no manager today, so nobody would answer for this record.", "team")
    if not why.strip():
        raise Refused("Say why this team takes the child on.", "why")
    owed = [d for d in _taken_on(folders) if d.owner_id is None]
    let_in, answering = team_may_write(lead, team_id), responsible_manager(lead)
    if let_in and answering == manager and all(d.team_id == team_id for d in owed):
        raise Refused(
            f"{team.name} has taken this child on already.{_since(lead, team_id=team_id)}",
            "team",
        )
    if not let_in:
        access.give_access(
            lead, why=why, team_id=team_id, level=GrantLevel.WRITE, origin=GrantOrigin.ALLOCATION
        )
    if answering != manager:
        access.hand_over(lead, manager)
    duties.hand_to([d.id for d in owed], None, team_id=team_id)
    agencies.notify(
        manager, text="A child has been passed to your team: allocate the child", path="/team/unallocated/"
    )
    record(Verb.WROTE, "concerns.pass_to_team", folder_id=lead, to=team_id, duties=len(owed))
    return len(owed)


@transaction.atomic
def allocate(folder_id: UUID, practitioner_id: UUID, *, role: str, why: str, lead: bool = True) -> int:
    """A manager allocates a child to a practitioner of their team: let in, recorded as working with the child
    (as lead professional, or beside them), told, and handed what nobody owes yet or the lead before owed.

    Returns how many duties were handed over. Raises NotPermitted, NotFound, Refused.
    """
    acting = permit(Permission.ALLOCATE)
    lead_folder, folders = _read_together(folder_id)
    post = next(
        (
            post
            for post in practitioners(practitioner=practitioner_id)
            if post.team_id
            and reaches(acting, Permission.ALLOCATE, agency_id=post.agency_id, team_id=post.team_id)
        ),
        None,
    )
    if post is None:
        raise Refused("Choose a practitioner of your own team.", "practitioner")
    if not why.strip():
        raise Refused("Say why this child is allocated to them.", "why")
    before = lead_worker(lead_folder)
    allocated = practitioner_id in allocated_to(lead_folder)
    rules.may_be_allocated(
        name=post.name,
        is_lead=before is not None and before.practitioner_id == practitioner_id,
        lead=lead,
        is_allocated=allocated,
        since=_since(lead_folder, practitioner_id=practitioner_id),
    ).or_refuse()
    if not allocated:
        access.give_access(
            lead_folder,
            why=why,
            practitioner_id=practitioner_id,
            level=GrantLevel.WRITE,
            origin=GrantOrigin.ALLOCATION,
        )
    children.involve(
        lead_folder,
        NewInvolvement(post.agency_id, role or post.post_title, practitioner_id, lead=lead),
        seen=None,
    )
    leaving = before.practitioner_id if before is not None and lead else None
    owed = [d.id for d in _taken_on(folders) if d.owner_id is None or d.owner_id == leaving]
    duties.hand_to(owed, practitioner_id, team_id=post.team_id)
    agencies.notify(practitioner_id, text="A child has been allocated to you", path=f"/child/{lead_folder}/")
    record(Verb.WROTE, "concerns.allocate", folder_id=lead_folder, to=practitioner_id, duties=len(owed))
    return len(owed)


def _since(folder_id: UUID, **to: UUID) -> str:
    """Who let them in by allocating or passing on, and when; the latest, in a sentence of its own."""
    grant = grants_on(folder_id).filter(origin=GrantOrigin.ALLOCATION.value, **to).last()
    if grant is None:
        return ""
    return f" {named(grant.given_by)} did it at {at_words(grant.given_at)}."


def _read_together(folder_id: UUID) -> tuple[UUID, list[UUID]]:
    """The child's record and what is read as part of it. Raises NotFound where the viewer may not open it."""
    lead = lead_of(folder_id)
    folders = joined_set(lead)
    if not folders:
        raise NotFound
    return lead, folders


def _taken_on(folder_ids: Sequence[UUID]) -> list[DutyView]:
    """What is owed on a child that goes along with the child."""
    pack, day = pack_in_force(), now().astimezone(LONDON).date()
    return [
        duty
        for duty in on_folders(folder_ids)
        if rules.goes_with_the_child(pack.duty_kind(duty.kind, day, or_earliest=True).owner_role, duty.path)
    ]
