"""The pages of people, rotas and notices, as the people that they are for."""

import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from sightline.agencies import actions, queries
from sightline.agencies.models import Agency, AgencyChange, Posting, RotaShift, User
from sightline.agencies.rules import Shift, repeated_weekly
from sightline.agencies.terms import AgencyKind
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotPermitted

from .factories import as_practitioner, make_agency, make_partnership, make_practitioner, make_team

pytestmark = pytest.mark.django_db


def signed_in(practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(practitioner.user)
    return client


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_anybody_with_a_post_finds_people_and_their_managers() -> None:
    manager = make_practitioner("team-manager", name="Rosa Lind")
    worker = make_practitioner(name="Ana Field", line_manager=manager)
    make_practitioner(name="Tom Birch")
    client = signed_in(worker)
    page = text(client.get("/people/", {"words": "ana"}))
    assert "Ana Field" in page
    assert "Tom Birch" not in page
    assert "Appoint somebody" not in page
    assert "Rosa Lind" in text(client.get(f"/people/{worker.pk}/"))
    assert client.get("/people/00000000-0000-7000-8000-000000000000/").status_code == 404
    assert client.get("/people/appoint/").status_code == 403
    assert client.get("/people/roles/").status_code == 200
    assert "Nobody found" in text(client.get("/people/", {"words": "x'\"<script>\x00"}))


def test_the_list_of_people_runs_the_same_queries_however_many_there_are(
    django_assert_max_num_queries,
) -> None:
    worker = make_practitioner()
    client = signed_in(worker)
    team = make_team()
    for _ in range(12):
        make_practitioner(team=team)
    with django_assert_max_num_queries(18):
        client.get("/people/")


def test_an_administrator_appoints_somebody_and_ends_the_post() -> None:
    administrator, manager = make_practitioner("administrator"), make_practitioner("team-manager")
    team = make_team()
    client = signed_in(administrator)
    empty = client.post("/people/appoint/", {})
    for ask in (
        "Enter the person&#39;s name",
        "Choose an agency",
        "Choose a role",
        "Enter the title of the post",
    ):
        assert ask in text(empty)
    asked = {
        "name": "Ana Field", "email": "ana@example.org", "agency": str(team.agency_id), "team": str(team.pk),
        "role": "social-worker", "post_title": "Social worker",
    }  # fmt: skip
    without = client.post("/people/appoint/", asked)
    assert "Choose the person&#39;s manager: every practitioner has one" in text(without)
    assert 'value="Ana Field"' in text(without)
    assert not User.objects.filter(email="ana@example.org").exists()
    done = client.post("/people/appoint/", {**asked, "line_manager": str(manager.pk)}, follow=True)
    assert "Ana Field has been appointed" in text(done)
    posting = Posting.objects.get(practitioner__name="Ana Field")
    last = today() + timedelta(days=9)
    parts = {"last_day-day": last.day, "last_day-month": last.month, "last_day-year": last.year}
    client.post(f"/people/posting/{posting.pk}/end/", parts)
    posting.refresh_from_db()
    assert posting.held_until == last + timedelta(days=1)


def test_agencies_and_teams_are_added() -> None:
    client = signed_in(make_practitioner("administrator"))
    refused = client.post(
        "/people/agencies/",
        {"add": "agency", "agency-name": "Harbour", "agency-kind": "voluntary", "agency-sensitive": "yes"},
    )
    assert "Say whom others ask about a child" in text(refused)
    done = client.post(
        "/people/agencies/",
        {"add": "agency", "agency-name": "Harbour", "agency-kind": "voluntary"},
        follow=True,
    )
    assert "Harbour has been added" in text(done)
    harbour = next(a for a in queries.agencies() if a.name == "Harbour")
    client.post("/people/agencies/", {"add": "team", "team-agency": str(harbour.pk), "team-name": "Outreach"})
    assert [t.name for t in queries.teams(harbour.pk)] == ["Outreach"]


def moment(name: str, at) -> dict[str, str]:
    local = at.astimezone(LONDON)
    return {
        f"{name}-day": str(local.day),
        f"{name}-month": str(local.month),
        f"{name}-year": str(local.year),
        f"{name}-time": f"{local:%H:%M}",
    }


def test_a_manager_keeps_the_rota_and_everybody_sees_who_is_on_duty() -> None:
    agency = make_agency(AgencyKind.LOCAL_AUTHORITY)
    team = make_team(agency, front_door=True)
    manager = make_practitioner("team-manager", team=team, name="Rosa Lind")
    worker = make_practitioner(team=team, name="Ana Field")
    client = signed_in(manager)
    start = now().replace(second=0, microsecond=0) - timedelta(hours=1)
    asked = {
        "practitioner": str(worker.pk), "place": "1", "weeks": "3", **moment("starts_at", start),
        **moment("ends_at", start + timedelta(hours=12)),
    }  # fmt: skip
    assert "Nobody is on the rota" in text(client.get(f"/people/rota/{team.pk}/"))
    assert client.post(f"/people/rota/{team.pk}/", asked).status_code == 302
    assert RotaShift.objects.filter(team=team).count() == 3
    again = client.post(f"/people/rota/{team.pk}/", asked)
    assert "Two people are in place 1" in text(again)
    other = signed_in(worker)
    page = text(other.get(f"/people/rota/{team.pk}/"))
    assert "Duty manager now: <strong>Ana Field" in page
    assert "Add a shift" not in page
    assert other.post(f"/people/rota/{team.pk}/", asked).status_code == 403
    assert "Ana Field" in text(other.get("/people/rota/"))
    shift = RotaShift.objects.filter(team=team).order_by("starts_at").first()
    assert other.post(f"/people/rota/shift/{shift.pk}/remove/").status_code == 403
    assert client.post(f"/people/rota/shift/{shift.pk}/remove/").status_code == 302
    assert RotaShift.objects.filter(team=team).count() == 2


def test_a_weekly_shift_keeps_its_hour_when_the_clocks_change() -> None:
    from datetime import datetime

    start = datetime(2026, 10, 22, 17, tzinfo=LONDON)
    shifts = repeated_weekly(Shift(make_practitioner().pk, start, start + timedelta(hours=16)), 2)
    assert [s.starts_at.astimezone(LONDON).hour for s in shifts] == [17, 17]
    assert shifts[1].starts_at.utcoffset() != shifts[0].starts_at.utcoffset()


def test_a_notice_stands_on_every_page_until_it_is_acknowledged() -> None:
    make_partnership()
    worker, other = make_practitioner(), make_practitioner()
    with as_practitioner(other):
        notice = actions.notify(
            worker.pk,
            text="Something urgent waits",
            path="/people/",
            urgent=True,
            acknowledge_within_minutes=15,
        )
    client = signed_in(worker)
    assert f"/notices/{notice.pk}/" in text(client.get("/people/"))
    assert "Urgent" in text(client.get("/notices/"))
    assert signed_in(other).get(f"/notices/{notice.pk}/").status_code == 404
    assert signed_in(other).post(f"/notices/{notice.pk}/").status_code == 404
    assert "I have it" in text(client.get(f"/notices/{notice.pk}/"))
    answer = client.post(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/people/")
    assert client.post(f"/notices/{notice.pk}/").status_code == 302
    assert "Something urgent waits" not in text(client.get("/people/"))
    assert "You said that you have it" in text(client.get(f"/notices/{notice.pk}/"))


def test_somebody_whose_post_has_ended_is_told_so() -> None:
    gone = make_practitioner(held_until=today())
    answer = signed_in(gone).get("/notices/")
    assert answer.status_code == 403
    assert "hold no post in the partnership today" in text(answer)


def test_an_agency_is_changed_by_one_person_at_a_time_and_what_it_was_is_kept() -> None:
    agency = make_agency(name="Quay House")
    first, second = make_practitioner("administrator", name="Rosa Lind"), make_practitioner("administrator")
    address = f"/people/agencies/{agency.pk}/"
    assert signed_in(make_practitioner("team-manager")).get(address).status_code == 403
    page = text(signed_in(first).get(address))
    assert 'value="Quay House"' in page
    said = {"name": "Quay House", "telephone": "01632 960123", "sensitive": "yes", "ask": "", "seen": "0"}
    assert "Say whom others ask" in text(signed_in(first).post(address, said))
    said["ask"] = "The front door, 01632 960000"
    assert signed_in(first).post(address, said).status_code == 302
    stale = signed_in(second).post(address, said | {"name": "Quay Refuge"})
    assert stale.status_code == 409
    assert "Rosa Lind changed this agency at" in text(stale)
    assert 'value="Quay Refuge"' in text(stale)
    page = text(signed_in(second).get(address))
    assert "Quay House, 01632 960123. Changed by Rosa Lind" in page
    assert signed_in(second).post(address, said | {"seen": "1"}).status_code == 409
    assert "already an agency called" in text(
        signed_in(second).post(address, said | {"seen": "1", "name": make_agency(name="Another House").name})
    )
    changed = Agency.objects.get(pk=agency.pk)
    assert (changed.name, changed.sensitive, changed.ask) == (
        "Quay House",
        True,
        "The front door, 01632 960000",
    )


def test_what_an_agency_was_is_read_and_written_by_nobody_else_and_changed_by_nobody() -> None:
    agency, keeper, other = (
        make_agency(),
        make_practitioner("administrator"),
        make_practitioner("team-manager"),
    )
    with as_practitioner(keeper):
        actions.change_agency(
            agency.pk, name="Elm Lodge", telephone="", sensitive=True, ask="The front door", seen=0
        )
        assert AgencyChange.objects.get().name == agency.name
        with pytest.raises(ProgrammingError), transaction.atomic():
            AgencyChange.objects.update(name="x")
    with as_practitioner(other):
        assert not AgencyChange.objects.exists()
        with pytest.raises(NotPermitted):
            actions.change_agency(agency.pk, name="x", telephone="", sensitive=False, ask="", seen=1)
        assert Agency.objects.filter(pk=agency.pk).update(sensitive=False) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            AgencyChange.objects.create(agency=agency, at=now(), by=other, name="x", sensitive=False)
