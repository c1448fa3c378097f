"""My work: what is due by child, family and kind; drafts; news on the children whom one works with."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from sightline.access.actions import give_access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import involve
from sightline.children.rules import NewInvolvement
from sightline.concerns.actions import screen
from sightline.concerns.tests.factories import FrontDoor, a_decision, make_front_door, raised_by
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.queries import owed
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

pytestmark = pytest.mark.django_db
# This room imports no models, its tests neither.
Posting = apps.get_model("agencies", "Posting")
Duty = apps.get_model("procedures", "Duty")
DutyEvent = apps.get_model("procedures", "DutyEvent")
Seal = apps.get_model("access", "Seal")
ConcernPart = apps.get_model("concerns", "ConcernPart")
Owning = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def signed_in(who: Any) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    assert who.user is not None
    client.force_login(who.user)
    return client


def text(response: object) -> str:
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))  # type: ignore[attr-defined]


def decided(door: FrontDoor, outcome: str = "section_17_assessment") -> list[UUID]:
    """Two siblings, decided on together; their folders."""
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        parts = list(ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list"))
        screen(
            raised.concern_id,
            [a_decision(p.id, outcome=outcome) for p in parts],
            knows_family=False,
            version=None,
        )
    return list(raised.folder_ids)


def works_with(door: FrontDoor, folder_id: UUID, worker: Any) -> None:
    with as_practitioner(door.manager):
        give_access(
            folder_id, why="Works with the child", practitioner_id=worker.pk, level=GrantLevel.WRITE,
            origin=GrantOrigin.ALLOCATION,
        )  # fmt: skip
        posting = Posting.objects.get(practitioner=worker)
        involve(folder_id, NewInvolvement(posting.agency_id, "Social worker", worker.pk))


def lines(page: str) -> list[str]:
    return [
        re.sub(r"\s+", " ", strip_tags(row))
        for row in re.findall(r"<tr role=\"row\".*?</tr>", page, re.DOTALL)
    ]


def test_after_a_decision_brothers_and_sisters_stand_together_and_apart_by_child(door: FrontDoor) -> None:
    decided(door)
    team = signed_in(door.manager)
    together = [r for r in lines(team.get("/team/?by=family").content.decode()) if "Assess" in r]
    assert len(together) == 1
    assert "Maya Ferreira-Lund" in together[0]
    assert "Theo Ferreira-Lund" in together[0]
    apart = [r for r in lines(team.get("/team/?by=child").content.decode()) if "Assess" in r]
    assert len(apart) == 2
    by_kind = text(team.get("/team/?by=kind"))
    assert "Assess" in by_kind


def test_a_family_is_one_group_whatever_each_of_its_children_owes(door: FrontDoor) -> None:
    decided(door)
    page = signed_in(door.manager).get("/team/?by=family").content.decode()
    titles = [strip_tags(t) for t in re.findall(r"<h2 class=\"sl-group__title\".*?</h2>", page)]
    assert len(titles) == 1
    assert "Maya Ferreira-Lund" in titles[0]
    assert "Theo Ferreira-Lund" in titles[0]


@pytest.mark.obligation("REC-18")
def test_lists_past_the_doors_hold_what_the_doors_show_and_nothing_else(
    door: FrontDoor, owning: Owning
) -> None:
    maya, theo = decided(door)
    open_duties = Duty.objects.filter(closed_at__isnull=True)

    def listed(**whose: Any) -> set[UUID]:
        found = owed(**whose)
        assert sum(found.counts.values()) == len(found.outlines)
        return {outline.id for outline in found.outlines}

    with as_practitioner(door.decider):
        assert listed() == set(open_duties.values_list("id", flat=True)) != set()
        assert listed(team_ids=[door.team.pk]) == set(
            open_duties.filter(team_id=door.team.pk).values_list("id", flat=True)
        )
        first = owed(most=1)
        assert first.cut
        assert [o.id for o in first.outlines] == [open_duties.order_by("due_at", "id").first().id]
        assert first.counts == owed().counts
    with as_practitioner(door.stranger):
        assert listed() == listed(team_ids=[door.team.pk]) == set()
    with owning():
        Seal.objects.create(folder_id=maya, why="One of us", sealed_at=now(), sealed_by=door.second)
    with as_practitioner(door.decider):
        assert {o.folder_id for o in owed().outlines} == {theo}


@pytest.mark.obligation("TIM-03")
def test_nothing_due_falls_off_a_page_and_each_group_says_how_many(door: FrontDoor, owning: Owning) -> None:
    folders = [raised_by(door.teacher).folder_ids for _ in range(20)]
    with as_practitioner(door.decider):
        owed = list(Duty.objects.filter(folder_id__in=[f for pair in folders for f in pair]))
        duties.hand_to([d.id for d in owed], door.decider.pk)
    client = signed_in(door.decider)
    first = client.get("/").content.decode()
    assert "Next page" in first
    seen = 0
    for number in range(1, 10):
        page = client.get(f"/?page={number}").content.decode()
        seen += len([r for r in lines(page) if "Why?" in r])
        if "Next page" not in page:
            break
    assert seen == len(owed) / 2


def test_a_worker_hears_what_others_recorded_until_they_open_the_childs_page(door: FrontDoor) -> None:
    maya, theo = decided(door)
    works_with(door, maya, door.worker)
    with as_practitioner(door.decider):
        sign_entry(
            {maya: "Her grandmother rang.", theo: "Not for Dana."}, kind=EntryKind.CONTACT, happened_at=now()
        )
    with as_practitioner(door.worker):
        sign_entry({maya: "I saw her at school."}, kind=EntryKind.VISIT, happened_at=now())
    client = signed_in(door.worker)
    page = text(client.get("/"))
    assert "New entry" in page
    assert "Concern raised" in page
    assert "Decision" in page
    assert page.count("New entry") == 1, "what one did oneself is no news"
    assert "Theo" not in page, "nor is a child whom one does not work with"
    assert "Her grandmother rang" not in page, "what it says stands on the child's page alone"
    client.get(f"/child/{maya}/")
    assert "Nothing new" in text(client.get("/"))


@pytest.mark.obligation("TIM-03")
def test_what_was_missed_is_news_to_whoever_works_with_the_child(door: FrontDoor, owning: Owning) -> None:
    maya, _theo = decided(door)
    works_with(door, maya, door.worker)
    client = signed_in(door.worker)
    client.get(f"/child/{maya}/")
    with owning():
        duty = Duty.objects.filter(folder_id=maya, closed_at__isnull=True).first()
        assert duty is not None
        late = now() - timedelta(days=2)
        Duty.objects.filter(id=duty.id).update(soon_at=late, due_at=late, critical_at=late)
    with looking_as(Viewer.for_job("duties")):
        assert duties.mark_missed() == 1
        assert duties.mark_missed() == 0
        [event] = DutyEvent.objects.filter(act="miss")
        assert (event.duty_id, event.folder_id, event.due_before) == (duty.id, maya, late)
        assert list(Duty.objects.filter(state="missed")) == [duty]
    assert f"Missed: {duty.title}" in text(client.get("/news/"))


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("missed", "Missed: "),
        ("done late", "Done late: "),
        ("missed and no longer owed", "Missed, and no longer owed: "),
        ("missed and answered for", ""),
        ("discharged", ""),
        ("withdrawn", ""),
        ("missed and never done", ""),
    ],
)
def test_news_of_what_was_missed_says_how_it_stands_now(
    door: FrontDoor, owning: Owning, state: str, said: str
) -> None:
    maya, _theo = decided(door)
    works_with(door, maya, door.worker)
    client = signed_in(door.worker)
    client.get(f"/child/{maya}/")
    with owning():
        duty = Duty.objects.filter(folder_id=maya, closed_at__isnull=True).first()
        assert duty is not None
        Duty.objects.filter(id=duty.id).update(due_at=now() - timedelta(days=2))
    with looking_as(Viewer.for_job("duties")):
        assert duties.mark_missed() == 1
    with owning():
        Duty.objects.filter(id=duty.id).update(state=state)
    page = text(client.get("/news/"))
    assert (f"{said}{duty.title}" in page) if said else (duty.title not in page)


def test_news_is_taken_off_the_list_by_whoever_has_seen_it(door: FrontDoor) -> None:
    maya, _theo = decided(door)
    works_with(door, maya, door.worker)
    client = signed_in(door.worker)
    assert "Concern raised" in text(client.get("/news/"))
    client.post("/news/")
    assert "Nothing new" in text(client.get("/news/"))


def test_the_work_list_asks_the_same_whatever_its_length_and_order(door: FrontDoor) -> None:
    client = signed_in(door.manager)
    decided(door)
    client.get("/team/")

    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(path)
        return len(found)

    paths = [f"/team/?by={by}" for by in ("due", "child", "family", "kind", "owner")]
    few = [asked(path) for path in paths]
    for _ in range(12):
        decided(door)
    assert [asked(path) for path in paths] == few
    assert max(few) <= 25


def test_the_latest_drafts_stand_on_my_work_and_all_of_them_on_a_page_of_their_own(door: FrontDoor) -> None:
    client = signed_in(door.teacher)
    for _ in range(7):
        client.post("/concerns/raise/", {})
    home = text(client.get("/"))
    assert "Drafts (7)" in home
    assert "All 7 drafts" in home
    assert home.count("You were writing a concern") == 6  # five in the list, the latest above it as well
    every = text(client.get("/drafts/"))
    assert "7 drafts" in every
    assert every.count("You were writing a concern") == 7
