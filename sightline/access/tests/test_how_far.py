"""How far each permission reaches: own work, the team's, the agency's, the partnership's."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import pytest
from django.db import ProgrammingError, transaction

from sightline.access import actions, queries
from sightline.access.models import EmergencyAccess, Seal, SealName
from sightline.access.terms import GrantOrigin
from sightline.agencies.models import Practitioner, Role, RolePermission
from sightline.agencies.terms import Permission, Scope
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_agency,
    make_practitioner,
    make_team,
    setting_up,
)
from sightline.audit.models import AuditEvent
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted

from .factories import let_in, open_folder_for, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-18")]

REASON = "The child is alone in the house tonight and her mother does not answer"
ASKED = (
    Permission.GIVE_ACCESS,
    Permission.SEAL,
    Permission.REVIEW_EMERGENCY,
    Permission.WHO_LOOKED,
    Permission.CHANGE_DUTY,
    Permission.EXTEND_DUTY,
    Permission.ANSWER_DUTY,
)


class Standing(NamedTuple):
    """A record of one agency, and somebody in the same role at each distance from it."""

    folder_id: UUID
    own: Practitioner
    team: Practitioner
    agency: Practitioner
    other: Practitioner


def standing(role: str = "team-manager") -> Standing:
    agency = make_agency()
    team = make_team(agency)
    own, beside = make_practitioner(role, team=team), make_practitioner(role, team=team)
    along, other = make_practitioner(role, team=make_team(agency)), make_practitioner(role)
    answers = make_practitioner("team-manager", team=make_team(agency))
    folder_id = open_folder_for(own, manager=answers)
    # All of them may open it and write: how far the permission reaches is another matter.
    let_in(folder_id, beside, along, other, origin=GrantOrigin.MEETING)
    return Standing(folder_id, own, beside, along, other)


def role_with(permission: Permission, scope: Scope) -> str:
    with setting_up():
        role = Role.objects.create(slug=f"r-{scope.value}", title="Somebody", explained="For one test")
        RolePermission.objects.create(role=role, permission=permission.value, scope=scope.value)
    return role.slug


#: own, same team, same agency, other agency
TABLE = {
    Scope.OWN: (True, False, False, False),
    Scope.TEAM: (True, True, False, False),
    Scope.AGENCY: (True, True, True, False),
    Scope.PARTNERSHIP: (True, True, True, True),
}


@pytest.mark.parametrize("permission", ASKED)
@pytest.mark.parametrize("scope", list(Scope))
def test_each_permission_reaches_as_far_as_its_scope(permission: Permission, scope: Scope) -> None:
    at = standing(role_with(permission, scope))
    reached = []
    for who in at[1:]:
        with as_practitioner(who):
            reached.append(bool(queries.reaches(permission, at.folder_id)))
    assert tuple(reached) == TABLE[scope]
    unheld = next(p for p in ASKED if p is not permission)
    with as_practitioner(at.own):
        assert not queries.reaches(unheld, at.folder_id)


def opened_in_emergency(folder_id: UUID) -> EmergencyAccess:
    with as_practitioner(make_practitioner("social-worker")):
        return actions.open_in_emergency(folder_id, REASON, minutes=60)


def test_an_emergency_is_listed_and_reviewed_in_the_agency_whose_record_it_is() -> None:
    agency = make_agency()
    there, elsewhere = make_practitioner("team-manager", agency=agency), make_practitioner("team-manager")
    quality = make_practitioner("quality-lead")
    folder_id = open_folder_for(manager=make_practitioner("team-manager", agency=agency))
    row = opened_in_emergency(folder_id)
    with as_practitioner(elsewhere):
        assert not queries.emergencies_to_review().exists()
        assert EmergencyAccess.objects.filter(pk=row.pk).update(justified=True) == 0
        with pytest.raises(NotFound):
            actions.review_emergency(row.pk, justified=True, words="All was well")
    for who in (there, quality):
        with as_practitioner(who):
            assert [e.pk for e in queries.emergencies_to_review()] == [row.pk]
    with as_practitioner(there):
        actions.review_emergency(row.pk, justified=True, words="She was indeed alone")


def test_whoever_is_let_in_by_another_agency_reads_of_an_emergency_but_does_not_review_it() -> None:
    elsewhere = make_practitioner("team-manager")
    folder_id = open_folder_for()
    row = opened_in_emergency(folder_id)
    let_in(folder_id, elsewhere, origin=GrantOrigin.GIVEN)
    with as_practitioner(elsewhere):
        assert [e.pk for e in queries.emergencies_to_review()] == [row.pk]
        with pytest.raises(NotPermitted):
            actions.review_emergency(row.pk, justified=True, words="All was well")
        assert EmergencyAccess.objects.filter(pk=row.pk).update(justified=True) == 0


def test_the_openers_manager_reads_of_it_wherever_the_record_is() -> None:
    manager = make_practitioner("team-manager")
    worker = make_practitioner("social-worker", line_manager=manager)
    folder_id = open_folder_for()
    with as_practitioner(worker):
        row = actions.open_in_emergency(folder_id, REASON, minutes=60)
    with as_practitioner(manager):
        assert [e.pk for e in queries.emergencies_to_review()] == [row.pk]
        assert EmergencyAccess.objects.filter(pk=row.pk).update(justified=True) == 0
    sealed(folder_id, make_practitioner("team-manager"))
    with as_practitioner(manager):
        assert not queries.emergencies_to_review().exists()


def test_access_is_given_ended_and_handed_over_by_those_whose_work_it_is() -> None:
    at, newcomer = standing(), make_practitioner()
    for who in (at.agency, at.other):
        with as_practitioner(who):
            grant = queries.grants_on(at.folder_id).first()
            assert grant is not None
            for act in (
                lambda: actions.give_access(at.folder_id, why="Helps", practitioner_id=newcomer.pk),
                lambda grant=grant: actions.end_access(grant.pk),
                lambda who=who: actions.hand_over(at.folder_id, who.pk),
            ):
                with pytest.raises(NotPermitted, match="as far as your role reaches"):
                    act()
    for who in (at.own, at.team):
        with as_practitioner(who):
            actions.give_access(at.folder_id, why="Helps", practitioner_id=newcomer.pk)


def test_a_seal_is_put_on_named_on_and_lifted_by_those_whose_work_it_is_not_even_past_the_actions() -> None:
    at = standing()
    with as_practitioner(at.other):
        with pytest.raises(NotPermitted):
            actions.seal(at.folder_id, "A colleague's child", [at.other.pk])
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Seal.objects.create(folder_id=at.folder_id, why="x", sealed_at=now(), sealed_by=at.other)
    with as_practitioner(at.own):
        actions.seal(at.folder_id, "A colleague's child", [at.own.pk, at.other.pk])
    with as_practitioner(at.other):
        with pytest.raises(NotPermitted):
            actions.lift_seal(at.folder_id, "No longer needed")
        with pytest.raises(NotPermitted):
            actions.name_on_seal(at.folder_id, at.agency.pk)
        assert Seal.objects.filter(folder_id=at.folder_id).update(lifted_at=now()) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            SealName.objects.create(
                folder_id=at.folder_id, seal=Seal.objects.get(folder_id=at.folder_id),
                practitioner=at.agency, named_at=now(),
            )  # fmt: skip
    with as_practitioner(at.own):
        actions.lift_seal(at.folder_id, "No longer needed")


def test_who_looked_is_seen_by_those_whose_work_it_is() -> None:
    at = standing()
    with as_practitioner(at.own):
        actions.give_access(at.folder_id, why="Helps", practitioner_id=make_practitioner().pk)
    seen = {}
    for name in ("own", "team", "agency", "other"):
        with as_practitioner(getattr(at, name)):
            seen[name] = AuditEvent.objects.filter(folder_id=at.folder_id, what="access.give_access").exists()
    assert seen == {"own": True, "team": True, "agency": False, "other": False}
