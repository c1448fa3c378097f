"""A duty's own page: it explains itself, and what may be done to its date is done there, by one person at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.utils.html import strip_tags

from sightline.access.terms import GrantOrigin
from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner, make_agency, make_practitioner
from sightline.children.actions import involve
from sightline.children.rules import NewInvolvement
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotPermitted
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.loader import load_pack
from sightline.procedures.queries import kept_limits, pack_in_force, withdrawn_since
from sightline.records.queries import decisions

from .test_work import decided, lines, signed_in, text, works_with

pytestmark = pytest.mark.django_db
Duty = apps.get_model("procedures", "Duty")
DutyEvent = apps.get_model("procedures", "DutyEvent")
Posting = apps.get_model("agencies", "Posting")
Owning = Callable[[], AbstractContextManager[None]]
WHY = "His father comes out of prison on that day."
WHEN = r"at \d\d:\d\d on \d{1,2} [A-Z][a-z]+"


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def a_duty(door: FrontDoor, kind: str, folder_id: UUID | None = None) -> Any:
    with as_practitioner(door.manager):
        found = Duty.objects.filter(kind=kind)
        return (found.filter(folder_id=folder_id) if folder_id else found).first()


def again(door: FrontDoor, duty: Any) -> Any:
    with as_practitioner(door.manager):
        return Duty.objects.get(pk=duty.pk)


def hidden(page: str, act: str) -> dict[str, str]:
    """What the form for an act carries besides what is typed into it."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'name="act" value="{act}"' in f)
    return dict(re.findall(r'type="hidden"[^>]* name="(seen|act|\w-once_key)" value="([^"]*)"', form))


def on(prefix: str, day: date) -> dict[str, str]:
    return {f"{prefix}-day": str(day.day), f"{prefix}-month": str(day.month), f"{prefix}-year": str(day.year)}


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), LONDON)


@pytest.mark.obligation("TIM-01")
def test_it_is_brought_forward_with_a_reason_and_says_by_whom(door: FrontDoor) -> None:
    decided(door, "early_help")
    duty = a_duty(door, "early_help_contact")
    client, address, day = signed_in(door.manager), f"/duty/{duty.pk}/", today() + timedelta(days=1)
    sent = hidden(client.get(address).content.decode(), "shorten") | on("s-due", day)
    refused = client.post(address, sent | {"s-reason": ""})
    assert "Say why this child needs it sooner" in text(refused)
    for _ in range(2):  # pressed twice, it is brought forward once
        assert client.post(address, sent | {"s-reason": WHY}).status_code == 302
    assert again(door, duty).due_at == end_of(day)
    page = text(client.get(address))
    assert page.count("Brought forward") == 1
    assert "by Priya Nair" in page
    assert WHY in page


@pytest.mark.obligation("TIM-01")
def test_what_is_measured_in_hours_is_brought_forward_to_a_time_of_day(door: FrontDoor) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 9, 5, tzinfo=LONDON)):
        raised_by(door.teacher)
        duty = a_duty(door, "decision_on_concern")
        assert duty.due_at > now() + timedelta(hours=6)
        client, address = signed_in(door.manager), f"/duty/{duty.pk}/"
        sent = (
            hidden(client.get(address).content.decode(), "shorten") | on("s-due", today()) | {"s-reason": WHY}
        )
        over = client.post(address, sent | {"s-due-time": "9am"})
        assert "The new date has passed already" in text(over)
        assert client.post(address, sent | {"s-due-time": "half past"}).status_code == 200
        assert client.post(address, sent | {"s-due-time": "1:30pm"}).status_code == 302
        assert again(door, duty).due_at == datetime(2026, 11, 24, 13, 30, tzinfo=LONDON)
        assert "to Tuesday 24 November 2026 at 13:30" in text(client.get(address))


@pytest.mark.obligation("TIM-02")
def test_in_rotherham_a_local_limit_is_extended_by_its_manager_after_the_other_agencies_were_asked(
    door: FrontDoor,
) -> None:
    maya, _theo = decided(door, "early_help")
    clinic = make_agency(name="Eastmarch Clinic")
    with as_practitioner(door.manager):
        involve(maya, NewInvolvement(clinic.pk, role="Paediatrician"))
    duty = a_duty(door, "early_help_contact", maya)
    address, day = f"/duty/{duty.pk}/", today() + timedelta(days=20)
    # Whom the procedures do not name is not offered it.
    assert "Authorise the extension" not in text(signed_in(door.worker).get(address))
    client = signed_in(door.manager)
    page = client.get(address).content.decode()
    n = next(i for i in range(9) if f"e-manager_{i}" in page and "Eastmarch Clinic" in page)
    sent = (
        hidden(page, "extend")
        | on("e-due", day)
        | {"e-reason": "The family is away until the middle of next month."}
    )
    unheard = client.post(address, sent)
    assert "Record the view of the manager of Eastmarch Clinic first" in text(unheard)
    assert again(door, duty).due_at == duty.due_at
    heard = {
        f"e-manager_{n}": "Al Moss, named doctor",
        f"e-view_{n}": "The clinic sees her on Monday and is content.",
        f"e-agrees_{n}": "yes",
    }
    assert client.post(address, sent | heard).status_code == 302
    assert again(door, duty).due_at == end_of(day)
    page = text(client.get(address))
    assert "Extended" in page
    assert (
        "Eastmarch Clinic, Al Moss, named doctor: Agrees: The clinic sees her on Monday and is content."
        in page
    )


@pytest.mark.obligation("TIM-02")
def test_a_statutory_limit_stays_and_the_agreed_date_stands_beside_it(door: FrontDoor) -> None:
    maya, _theo = decided(door)
    clinic = make_agency(name="Eastmarch Clinic")
    with as_practitioner(door.manager):
        involve(maya, NewInvolvement(clinic.pk, role="Paediatrician"))
    duty = a_duty(door, "assessment", maya)
    client, address, day = signed_in(door.manager), f"/duty/{duty.pk}/", today() + timedelta(days=120)
    page = client.get(address).content.decode()
    sent = hidden(page, "extend") | on("e-due", day) | {
        "e-reason": "The hospital's report comes only in spring.",
        "e-manager_0": "Al Moss, named doctor",
        "e-view_0": "The report cannot come sooner than that.",
        "e-agrees_0": "no",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    moved = again(door, duty)
    assert (moved.due_at, moved.agreed_at) == (duty.due_at, end_of(day))
    page = text(client.get(address))
    assert "Agreed date beside it" in page
    assert "Does not agree: The report cannot come sooner than that." in page


def test_a_manager_without_a_post_is_named_without_a_comma(door: FrontDoor) -> None:
    maya, _theo = decided(door)
    clinic = make_agency(name="Eastmarch Clinic")
    with as_practitioner(door.manager):
        involve(maya, NewInvolvement(clinic.pk, role="Paediatrician"))
    duty = a_duty(door, "assessment", maya)
    client, address = signed_in(door.manager), f"/duty/{duty.pk}/"
    sent = hidden(client.get(address).content.decode(), "extend") | on("e-due", today() + timedelta(days=120)) | {
        "e-reason": "The hospital's report comes only in spring.",
        "e-manager_0": "Ann",
        "e-view_0": "The clinic is content with that.",
        "e-agrees_0": "yes",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert "Eastmarch Clinic, Ann: Agrees: The clinic" in text(client.get(address))


@pytest.mark.obligation("TIM-02")
def test_elsewhere_no_limit_is_extended_and_the_page_says_so() -> None:
    door = make_front_door("nottinghamshire")
    decided(door, "early_help")
    duty = a_duty(door, "early_help_contact")
    client, address = signed_in(door.manager), f"/duty/{duty.pk}/"
    page = client.get(address)
    assert "do not allow this limit to be extended" in text(page)
    assert "Authorise the extension" not in text(page)
    sent = {
        "act": "extend",
        **on("e-due", today() + timedelta(days=20)),
        "e-reason": "More time is needed here.",
    }
    assert client.post(address, sent).status_code == 404


def test_it_is_withdrawn_with_a_reason_and_leaves_the_work(door: FrontDoor) -> None:
    decided(door, "early_help")
    duty = a_duty(door, "early_help_contact")
    client, address = signed_in(door.manager), f"/duty/{duty.pk}/"
    before = len([row for row in lines(client.get("/team/?by=child").content.decode()) if duty.title in row])
    sent = hidden(client.get(address).content.decode(), "withdraw")
    assert "Say why it is no longer owed" in text(client.post(address, sent | {"w-reason": ""}))
    for _ in range(2):
        assert client.post(address, sent | {"w-reason": "They moved abroad yesterday."}).status_code == 302
    page = text(client.get(address))
    assert page.count("Withdrawn") == 1
    assert "They moved abroad yesterday." in page
    after = len([row for row in lines(client.get("/team/?by=child").content.decode()) if duty.title in row])
    assert (before, after) == (2, 1)  # the brother's stands


def late_with_the_worker(door: FrontDoor, owning: Owning) -> tuple[UUID, Any]:
    """A child, and a duty on them that the worker owes and that was due two days ago."""
    maya, _theo = decided(door, "early_help")
    works_with(door, maya, door.worker)
    duty = a_duty(door, "early_help_contact", maya)
    with as_practitioner(door.manager):
        duties.hand_to([duty.pk], door.worker.pk)
    late = now() - timedelta(days=2)
    with owning():
        Duty.objects.filter(pk=duty.pk).update(soon_at=late, due_at=late, critical_at=late)
    return maya, duty


@pytest.mark.obligation("TIM-03")
def test_what_was_missed_stays_on_my_work_and_the_teams_until_somebody_answers_for_it(
    door: FrontDoor, owning: Owning
) -> None:
    maya, duty = late_with_the_worker(door, owning)
    with looking_as(Viewer.for_job("duties")):
        assert duties.mark_missed() == 1
    mine, team, address = signed_in(door.worker), signed_in(door.manager), f"/duty/{duty.pk}/"

    def stands() -> tuple[bool, bool]:
        at = f"/duty/{duty.pk}/"
        return at in mine.get("/").content.decode(), at in team.get("/team/?by=child").content.decode()

    assert stands() == (True, True)
    # Done late, it stays all the same: nobody has said yet what went wrong.
    with as_practitioner(door.worker):
        duties.discharge("early_help_contact", duty.subject_id, folder_ids=[maya])
    assert again(door, duty).state == "done late"
    assert stands() == (True, True)
    page = mine.get(address).content.decode()
    assert "It stays in sight until somebody says what went wrong." in page
    sent = hidden(page, "answer")
    assert "Say what went wrong" in text(mine.post(address, sent | {"a-answer": ""}))
    assert stands() == (True, True)
    for _ in range(2):
        told = mine.post(
            address, sent | {"a-answer": "The letter went to the old address; I rang on Friday."}
        )
        assert told.status_code == 302
    assert stands() == (False, False)
    assert text(mine.get(address)).count("Answered for") == 1


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize("marked", [True, False], ids=["marked by the clock", "not marked yet"])
def test_what_was_missed_and_then_withdrawn_stays_until_somebody_answers_for_it_and_counts_as_late(
    door: FrontDoor, owning: Owning, marked: bool
) -> None:
    _maya, duty = late_with_the_worker(door, owning)
    if marked:
        with looking_as(Viewer.for_job("duties")):
            assert duties.mark_missed() == 1
    mine, team, address = signed_in(door.worker), signed_in(door.manager), f"/duty/{duty.pk}/"

    def counted() -> tuple[int, int]:
        with as_practitioner(door.manager):
            (line,) = kept_limits(now() - timedelta(days=3), now() - timedelta(days=1))
        return line.owed, line.late

    withdrawn = hidden(team.get(address).content.decode(), "withdraw")
    for _ in range(2):  # pressed twice
        assert team.post(address, withdrawn | {"w-reason": "They moved abroad yesterday."}).status_code == 302
    assert again(door, duty).state == "missed and no longer owed"
    for client, page in ((mine, "/"), (team, "/team/?by=child")):
        (row,) = [
            row for row in lines(client.get(page).content.decode()) if duty.title in row and "Answer" in row
        ]
        assert "Missed, no longer owed, and not answered for" in row
    assert counted() == (1, 1)
    page = mine.get(address).content.decode()
    assert (
        "It was missed, and is no longer owed. It stays in sight until somebody says what went wrong." in page
    )
    assert "Go and do it" not in page
    assert 'name="act" value="withdraw"' not in page
    sent = hidden(page, "answer")
    assert "Say what went wrong" in text(mine.post(address, sent | {"a-answer": ""}))
    assert (
        mine.post(address, sent | {"a-answer": "I was ill and nobody took over my visits."}).status_code
        == 302
    )
    assert again(door, duty).state == "missed and never done"
    assert address not in mine.get("/").content.decode()
    assert address not in team.get("/team/?by=child").content.decode()
    assert counted() == (1, 1)
    page = text(mine.get(address))
    assert [page.count(word) for word in ("Answered for", "Withdrawn", "I was ill")] == [1, 1, 1]


@pytest.mark.obligation("TIM-03")
def test_what_was_missed_is_owed_again_as_the_one_duty_that_it_is(door: FrontDoor, owning: Owning) -> None:
    maya, _theo = decided(door, "early_help")
    duty = a_duty(door, "early_help_contact", maya)
    late, before = now() - timedelta(days=2), now()
    with owning():
        Duty.objects.filter(pk=duty.pk).update(soon_at=late, due_at=late, critical_at=late)

    def taken_back() -> str:
        with as_practitioner(door.manager):
            duties.withdraw_all(duty.subject_id, "Decided anew on this child", folder_ids=[maya])
            (gone,) = withdrawn_since(Duty.objects.filter(kind=duty.kind, folder_id=maya), before)
            (same,) = duties.owe_again([gone], "That was taken back")
        assert same.pk == duty.pk
        return str(again(door, duty).state)

    assert taken_back() == "missed"
    with as_practitioner(door.manager):
        duties.answer_for(duty.pk, "The letter went to the old address.")
    assert taken_back() == "missed and answered for"
    assert again(door, duty).closed_at is None
    with as_practitioner(door.manager):
        assert Duty.objects.filter(kind=duty.kind, folder_id=maya).count() == 1


@pytest.mark.parametrize("act", ["shorten", "withdraw", "extend"])
def test_somebody_else_was_there_first_the_page_says_who_and_when_and_keeps_what_was_typed(
    door: FrontDoor, act: str
) -> None:
    maya, _theo = decided(door, "early_help")
    clinic = make_agency(name="Eastmarch Clinic")
    with as_practitioner(door.manager):
        involve(maya, NewInvolvement(clinic.pk, role="Paediatrician"))
    duty = a_duty(door, "early_help_contact", maya)
    other = make_practitioner("team-manager", team=door.team, name="Ines Kerr")
    first, second, address = signed_in(door.manager), signed_in(other), f"/duty/{duty.pk}/"
    sent = hidden(second.get(address).content.decode(), act) | {
        **on("s-due", today() + timedelta(days=1)), **on("e-due", today() + timedelta(days=20)),
        "s-reason": WHY, "w-reason": WHY, "e-reason": WHY,
        "e-manager_0": "Al Moss, named doctor", "e-view_0": "The clinic is content with that.", "e-agrees_0": "yes",
    }  # fmt: skip
    withdrawn = hidden(first.get(address).content.decode(), "withdraw") | {"w-reason": "They moved abroad."}
    assert first.post(address, withdrawn).status_code == 302
    answer = second.post(address, sent)
    assert answer.status_code == 409
    page = text(answer)
    assert re.search("Priya Nair withdrew it " + WHEN, page), page
    assert WHY in page
    assert again(door, duty).state == "withdrawn"


def test_answered_for_by_somebody_else_first(door: FrontDoor, owning: Owning) -> None:
    decided(door, "early_help")
    duty = a_duty(door, "early_help_contact")
    late = now() - timedelta(days=2)
    with owning():
        Duty.objects.filter(pk=duty.pk).update(soon_at=late, due_at=late, critical_at=late)
    other = make_practitioner("team-manager", team=door.team, name="Ines Kerr")
    first, second, address = signed_in(door.manager), signed_in(other), f"/duty/{duty.pk}/"
    opened = hidden(second.get(address).content.decode(), "answer")
    # The clock marks it as missed in between: that is nobody's act, and nobody's form is stale for it.
    with looking_as(Viewer.for_job("duties")):
        assert duties.mark_missed() == 1
    mine = hidden(first.get(address).content.decode(), "answer")
    assert first.post(address, mine | {"a-answer": "We rang the wrong number."}).status_code == 302
    answer = second.post(address, opened | {"a-answer": "The letter went to the old address."})
    assert answer.status_code == 409
    assert re.search("Priya Nair answered for it " + WHEN, text(answer))
    assert "The letter went to the old address." in answer.content.decode()


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize(
    ("outcome", "kind", "words"),
    [
        ("section_17_assessment", "assessment", "Not confirmed against the text of the document."),
        ("early_help", "early_help_contact", "Sightline baseline: no manual sets this."),
    ],
)
def test_a_figure_that_could_not_be_confirmed_says_so_on_the_dutys_page(
    door: FrontDoor, outcome: str, kind: str, words: str
) -> None:
    decided(door, outcome)
    duty = a_duty(door, kind)
    page = signed_in(door.manager).get(f"/duty/{duty.pk}/").content.decode()
    source = page.split("Where the rule comes from", 1)[1].split("</div>", 1)[0]
    assert f"<strong>{words}" in source
    assert duty.citation in text_of(source)


def text_of(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", strip_tags(html)))


@pytest.mark.obligation("STR-04")
def test_a_figure_or_definition_that_could_not_be_confirmed_says_so_on_the_page_that_says_why(
    door: FrontDoor, client: Client
) -> None:
    with as_practitioner(door.manager):
        pack = pack_in_force()
        limits, definitions = pack.limits(today()), pack.definitions(today())
    page = client.get("/procedures/?part=limits").content.decode()
    rows = [text_of(row) for row in lines(page)]
    for limit in limits:
        mine = [row for row in rows if limit.title in row and str(limit.span) in row]
        assert any(limit.caveat in row for row in mine), limit.id
    unsure = [limit for limit in limits if limit.caveat]
    assert unsure
    for definition in definitions:
        shown = client.get(f"/procedures/definition/{definition.id}/").content.decode()
        assert (f"<strong>{definition.caveat}</strong>" in shown) is bool(definition.caveat), definition.id
    assert {bool(d.caveat) for d in definitions} == {True, False}


@pytest.mark.obligation("STR-04")
@pytest.mark.obligation("STR-05")
def test_a_decision_leads_to_the_procedures_that_it_was_made_under_whatever_is_in_force_now(
    door: FrontDoor, client: Client, owning: Owning
) -> None:
    maya, _theo = decided(door)
    with as_practitioner(door.manager):
        made = next(d for d in decisions([maya]) if d.definition_id)
    then = load_pack(made.pack)
    with owning():
        partnership = apps.get_model("agencies", "Partnership").objects.get()
        assert partnership.pack == made.pack == "rotherham"
        partnership.pack = "milton-keynes"
        partnership.save()
    page = signed_in(door.manager).get(f"/child/{maya}/decisions/").content.decode()
    (link,) = set(re.findall(r'href="(/procedures/definition/[^"]*)"', page))
    shown = client.get(unescape(link)).content.decode()
    assert then.title in shown
    assert "the procedures that it was done under" in text_of(shown)
    assert made.pack_version in shown
    assert "Their text has changed since" not in shown
    held = next(d for d in then.definitions(made.made_on) if d.id == made.definition_id)
    assert held.text in text_of(shown)
    assert load_pack("milton-keynes").title in client.get("/procedures/").content.decode()
    # A text of the same pack that has been added to since says so; what names no pack is no page.
    address, query = f"/procedures/definition/{made.definition_id}/", f"&on={made.made_on}"
    older = client.get(f"{address}?under=rotherham@00ff{query}").content.decode()
    assert "Their text has changed since" in older
    assert client.get(f"{address}?under=elsewhere@00ff{query}").status_code == 404
    assert client.get(f"{address}?under=../rotherham{query}").status_code == 404
    whole = client.get(f"/procedures/?under={made.pack_version}{query}").content.decode()
    principle = re.findall(r'href="(/procedures/principle/[^"]*)"', whole)[0]
    assert then.title in client.get(unescape(principle)).content.decode()


@pytest.mark.obligation("STR-04")
def test_every_value_says_on_the_page_where_it_comes_from_and_what_is_to_be_known_of_it(
    door: FrontDoor, client: Client
) -> None:
    with as_practitioner(door.manager):
        pack = pack_in_force()
        agencies, glossary = pack.agency_types(today()), pack.glossary(today())
        noted = [d for d in pack.definitions(today()) if d.note]
    for part, values in (("agencies", agencies), ("glossary", glossary)):
        shown = text_of(client.get(f"/procedures/?part={part}").content.decode())
        assert values
        for value in values:
            assert f"{value.citation}. {value.caveat}".strip() in shown, value.id
    for definition in noted:
        assert definition.note in text_of(
            client.get(f"/procedures/definition/{definition.id}/").content.decode()
        )


@pytest.mark.obligation("TIM-02")
def test_a_manager_whose_work_it_is_not_does_nothing_to_a_duty(door: FrontDoor) -> None:
    decided(door, "early_help")
    duty = a_duty(door, "early_help_contact")
    stranger = make_practitioner("team-manager")
    let_in(duty.folder_id, stranger, origin=GrantOrigin.MEETING)
    sooner = duty.due_at - timedelta(hours=1)
    with as_practitioner(stranger):
        assert Duty.objects.filter(pk=duty.pk).exists()
        for act in (
            lambda: duties.shorten(duty.pk, sooner, WHY),
            lambda: duties.extend(duty.pk, duty.due_at + timedelta(days=1), WHY, []),
            lambda: duties.withdraw(duty.pk, "No longer owed"),
            lambda: duties.answer_for(duty.pk, "It was forgotten, and done the next day"),
        ):
            with pytest.raises(NotPermitted, match="as far as your role reaches"):
                act()
    page = text(signed_in(stranger).get(f"/duty/{duty.pk}/"))
    assert "It is no longer owed" not in page
    with as_practitioner(door.manager):
        duties.withdraw(duty.pk, "No longer owed")
