"""From the front door to a team and on to a worker: who is let in, who owes what, who is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client
from django.utils.html import strip_tags

from sightline.access.queries import allocated_to, opened_of, responsible_manager
from sightline.agencies.models import Practitioner, Team
from sightline.agencies.queries import notices_waiting
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team
from sightline.audit.models import AuditEvent
from sightline.children.queries import lead_worker
from sightline.concerns import actions, queries
from sightline.concerns.models import ConcernPart
from sightline.concerns.rules import goes_with_the_child
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.queries import on_folders

from .factories import FrontDoor, a_decision, make_front_door, raised_by

pytestmark = pytest.mark.django_db
WHY = "Knows the school and speaks Portuguese"


@dataclass
class Place:
    """A front door, a team that takes children on, its manager and two of its workers; and two siblings."""

    door: FrontDoor
    team: Team
    manager: Practitioner
    worker: Practitioner
    second: Practitioner
    folders: tuple[UUID, UUID]


@pytest.fixture
def place() -> Place:
    door = make_front_door()
    team = make_team()
    manager = make_practitioner("team-manager", team=team, name="Rosa Lind")
    worker = make_practitioner("social-worker", team=team, name="Dana Oke", line_manager=manager)
    second = make_practitioner("social-worker", team=team, name="Ivo Brandt", line_manager=manager)
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        parts = ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list")
        actions.screen(
            raised.concern_id,
            [a_decision(p.id, outcome="section_17_assessment") for p in parts],
            knows_family=False,
            version=None,
        )
    one, two = raised.folder_ids
    return Place(door, team, manager, worker, second, (one, two))


def passed(place: Place) -> None:
    with as_practitioner(place.door.decider):
        for folder in place.folders:
            actions.pass_to_team(folder, place.team.pk, "Its area")


@pytest.mark.parametrize(
    ("role", "path", "goes"),
    [
        ("social_worker", "/child/1/", True),
        ("early_help_lead", "/child/1/", True),
        ("team_manager", "/child/1/", True),
        ("team_manager", "/front-door/1/ruling/2/", False),
        ("decision_manager", "/child/1/", False),
        ("front_door_worker", "/child/1/", False),
        ("duty_manager", "", False),
    ],
)
def test_what_goes_with_the_child_and_what_stays_with_the_front_door(
    role: str, path: str, goes: bool
) -> None:
    assert goes_with_the_child(role, path) is goes


def _waiting(place: Place) -> list[queries.Unallocated]:
    waiting = queries.unallocated([place.team.pk])
    return waiting.rows(list(waiting.duties))


def test_a_list_that_was_not_looked_through_to_its_end_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    passed(place)
    client.force_login(place.manager.user)
    whole = client.get("/team/unallocated/").content.decode()
    assert "Your teams owe more than is shown here" not in whole
    assert "Maya Ferreira-Lund" in whole
    assert "Theo Ferreira-Lund" in whole
    monkeypatch.setattr(queries.allocating, "LOOKED_THROUGH", 1)
    cut = client.get("/team/unallocated/").content.decode()
    assert "from the one duty that is due soonest" in strip_tags(cut)
    assert ("Maya Ferreira-Lund" in cut) != ("Theo Ferreira-Lund" in cut)


@pytest.mark.obligation("REC-20")
def test_a_team_takes_a_child_on_and_its_manager_answers_for_the_record(place: Place) -> None:
    maya, _theo = place.folders
    with as_practitioner(place.manager):
        assert opened_of([maya]) == set()
    passed(place)
    with as_practitioner(place.manager):
        assert opened_of([maya]) == {maya}
        assert responsible_manager(maya) == place.manager.pk
        owed = {d.kind: d.team_id for d in on_folders([maya])}
        assert owed["assessment"] == place.team.pk
        assert owed["answer_to_referrer"] == place.door.team.pk
        assert [row.child.name for row in _waiting(place)] == [
            "Maya Ferreira-Lund",
            "Theo Ferreira-Lund",
        ]
        assert any("passed to your team" in n.text for n in notices_waiting(place.manager.pk))


@pytest.mark.obligation("PAR-04")
def test_a_worker_is_let_in_told_and_handed_what_is_owed(place: Place) -> None:
    passed(place)
    maya, _theo = place.folders
    with as_practitioner(place.manager):
        handed = actions.allocate(maya, place.worker.pk, role="", why=WHY)
        lead = lead_worker(maya)
        assert lead is not None
        assert (lead.practitioner_id, lead.role) == (place.worker.pk, "Social worker")
        assert [row.folder_id for row in _waiting(place)] == [place.folders[1]]
    assert handed == 1
    with as_practitioner(place.worker):
        assert allocated_to(maya) == [place.worker.pk]
        assert {d.kind for d in on_folders([maya]) if d.owner_id == place.worker.pk} == {"assessment"}
        assert any("allocated to you" in n.text for n in notices_waiting(place.worker.pk))
    with as_practitioner(place.manager):
        assert AuditEvent.objects.filter(what="concerns.allocate", folder_id=maya).count() == 1


def test_a_new_lead_takes_on_what_the_lead_before_owed(place: Place) -> None:
    passed(place)
    maya, _theo = place.folders
    with as_practitioner(place.manager):
        actions.allocate(maya, place.worker.pk, role="", why=WHY)
        actions.allocate(maya, place.second.pk, role="Social worker", why="Dana is leaving")
        assert {d.owner_id for d in on_folders([maya]) if d.kind == "assessment"} == {place.second.pk}
        assert set(allocated_to(maya)) == {place.worker.pk, place.second.pk}
        with pytest.raises(Refused, match="lead professional already"):
            actions.allocate(maya, place.second.pk, role="", why=WHY)


def test_somebody_beside_the_lead_takes_nothing_from_them(place: Place) -> None:
    passed(place)
    maya, _theo = place.folders
    with as_practitioner(place.manager):
        actions.allocate(maya, place.worker.pk, role="", why=WHY)
        assert (
            actions.allocate(maya, place.second.pk, role="Family worker", why="Sees him weekly", lead=False)
            == 0
        )
        lead = lead_worker(maya)
        assert lead is not None
        assert lead.practitioner_id == place.worker.pk


def test_nobody_allocates_to_another_team_without_permission_or_a_child_they_may_not_open(
    place: Place,
) -> None:
    maya, _theo = place.folders
    with as_practitioner(place.door.decider), pytest.raises(Refused, match="your own team"):
        actions.allocate(maya, place.worker.pk, role="", why=WHY)
    with as_practitioner(place.manager), pytest.raises(NotFound):
        actions.allocate(maya, place.worker.pk, role="", why=WHY)
    passed(place)
    with as_practitioner(place.worker), pytest.raises(NotPermitted):
        actions.allocate(maya, place.worker.pk, role="", why=WHY)
    with as_practitioner(place.manager), pytest.raises(Refused, match="Say why"):
        actions.allocate(maya, place.worker.pk, role="", why="  ")


def signed_in(who: Practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    assert who.user is not None
    client.force_login(who.user)
    return client


def text(response: object) -> str:
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))  # type: ignore[attr-defined]


def test_the_pages_lead_from_the_teams_work_to_both_children_allocated(place: Place) -> None:
    maya, theo = place.folders
    front = signed_in(place.door.decider)
    sent = {"act": "pass", "p-team": str(place.team.pk), "p-also": [str(theo)], "p-why": "Their area"}
    assert front.post(f"/child/{maya}/allocate/", sent).status_code == 302
    manager = signed_in(place.manager)
    assert "Children to be allocated" in text(manager.get("/team/"))
    waiting = text(manager.get("/team/unallocated/"))
    assert "2 children" in waiting
    assert "Maya Ferreira-Lund" in waiting
    empty = text(manager.post(f"/child/{maya}/allocate/", {"act": "allocate", "a-why": WHY}))
    assert "Choose a practitioner of your team" in empty
    assert WHY in empty
    sent = {
        "act": "allocate", "a-practitioner": str(place.worker.pk), "a-lead": "yes", "a-also": [str(theo)],
        "a-why": WHY,
    }  # fmt: skip
    done = manager.post(f"/child/{maya}/allocate/", sent, follow=True)
    assert "Maya and Theo Ferreira-Lund: allocated" in text(done)
    assert "Everybody is allocated" in text(manager.get("/team/unallocated/"))
    mine = text(signed_in(place.worker).get("/?by=family"))
    assert "Maya Ferreira-Lund" in mine
    assert "Theo Ferreira-Lund" in mine


def test_allocated_or_passed_on_by_somebody_else_first_it_says_who_and_when(place: Place) -> None:
    passed(place)
    maya = place.folders[0]
    done = r"did it at \d\d:\d\d on \d{1,2} [A-Z][a-z]+\."
    repeat = {"act": "pass", "p-team": str(place.team.pk), "p-why": "Their area, in my words"}
    again = signed_in(place.door.second).post(f"/child/{maya}/allocate/", repeat)
    assert again.status_code == 409
    assert re.search(f"has taken this child on already. {place.door.decider.name} {done}", text(again))
    assert "Their area, in my words" in text(again)
    with as_practitioner(place.manager):
        assert len([n for n in notices_waiting(place.manager.pk) if "passed to your team" in n.text]) == 2
        actions.allocate(maya, place.worker.pk, role="", why=WHY)
    repeat = {
        "act": "allocate",
        "a-practitioner": str(place.worker.pk),
        "a-lead": "yes",
        "a-why": "In my words",
    }
    again = signed_in(place.manager).post(f"/child/{maya}/allocate/", repeat)
    assert again.status_code == 409
    assert re.search(f"lead professional already. You {done}", text(again))
    assert "In my words" in text(again)


def test_who_may_open_the_record_stands_under_the_childs_own_masthead(place: Place) -> None:
    maya, _theo = place.folders
    page = signed_in(place.door.decider).get(f"/access/{maya}/").content.decode()
    assert "Maya Ferreira-Lund" in page
    assert 'aria-current="page" href="/access/' in page.replace(f"{maya}", "")
