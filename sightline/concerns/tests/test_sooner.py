"""This child needs it sooner: said with the decision, kept with it, and kept to when it takes effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import actions, queries
from sightline.concerns.actions import Incomplete
from sightline.concerns.models import Screening
from sightline.kernel.time import LONDON, now, today
from sightline.procedures.models import Duty

from .factories import FrontDoor, a_decision, make_front_door, raised_by
from .test_pages import signed_in, typed

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("TIM-01")]
WHY = "His father comes out of prison that day."


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def decide(door: FrontDoor, concern_id: UUID, outcome: str, by: datetime, **changes: Any) -> list[Screening]:
    with as_practitioner(door.decider):
        return actions.screen(
            concern_id,
            [
                a_decision(p.id, outcome, sooner=True, sooner_by=by, sooner_why=WHY, **changes)
                for p in queries.concern(concern_id).parts
            ],
            knows_family=False,
        )


def due(door: FrontDoor, screenings: Sequence[Screening]) -> dict[str, Duty]:
    with as_practitioner(door.decider):
        return {d.kind: d for d in Duty.objects.filter(subject_id=screenings[0].decision_id)}


def end_of(days: int) -> datetime:
    return datetime.combine(today() + timedelta(days=days), time(23, 59, 59), LONDON)


def test_a_clock_of_working_days_ends_sooner_and_says_why(door: FrontDoor) -> None:
    made = decide(door, raised_by(door.teacher).concern_id, "section_17_assessment", end_of(2))
    assessment = due(door, made)["assessment"]
    assert assessment.due_at == end_of(2)
    assert assessment.sooner_why == WHY


def test_a_clock_of_hours_ends_sooner_by_the_minute(door: FrontDoor) -> None:
    by = now() + timedelta(minutes=50)
    made = decide(door, raised_by(door.teacher).concern_id, "immediate_protection", by)
    owed = due(door, made)
    # All three of immediate protection: in hours, in hours of a discussion, in working days.
    assert {owed[kind].due_at for kind in ("immediate_protection", "strategy_discussion", "assessment")} == {
        by
    }
    assert all(owed[kind].sooner_why == WHY for kind in ("immediate_protection", "strategy_discussion"))


def test_what_ends_before_that_anyway_keeps_its_limit_and_says_nothing_of_sooner(door: FrontDoor) -> None:
    by = end_of(10)
    owed = due(door, decide(door, raised_by(door.teacher).concern_id, "immediate_protection", by))
    assert owed["assessment"].due_at == by
    assert owed["immediate_protection"].due_at < by
    assert owed["immediate_protection"].sooner_why == ""


def test_a_time_that_brings_nothing_forward_or_has_passed_is_refused(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    for by, words in ((end_of(300), "ends before that already"), (now() - timedelta(hours=1), "has passed")):
        with pytest.raises(Incomplete) as refused:
            decide(door, raised.concern_id, "immediate_protection", by)
        assert all(words in message for message in refused.value.faults.values())
        assert {name for _, name in refused.value.faults} == {"sooner_by"}
    with as_practitioner(door.decider):
        assert not Screening.objects.exists()


def test_it_is_kept_while_a_manager_has_to_rule_and_holds_when_the_ruling_upholds(door: FrontDoor) -> None:
    made = decide(
        door, raised_by(door.teacher).concern_id, "section_17_assessment", end_of(2),
        conflict="The school wants no police.", for_the_child=False,
    )  # fmt: skip
    assert "assessment" not in due(door, made)
    with as_practitioner(door.manager):
        actions.rule_on(
            made[0].decision_id, knows_family=False, upholds=True, reasons="It is right for her all the same."
        )
    assessment = due(door, made)["assessment"]
    assert assessment.due_at == end_of(2)
    assert assessment.sooner_why == WHY


def test_a_ruling_that_comes_after_that_time_opens_what_is_late_already(
    door: FrontDoor, time_machine: Any
) -> None:
    made = decide(
        door, raised_by(door.teacher).concern_id, "section_17_assessment", now() + timedelta(hours=2),
        conflict="The school wants no police.", for_the_child=False,
    )  # fmt: skip
    time_machine.move_to(now() + timedelta(hours=3))
    with as_practitioner(door.manager):
        actions.rule_on(
            made[0].decision_id, knows_family=False, upholds=True, reasons="It is right for her all the same."
        )
    assessment = due(door, made)["assessment"]
    assert assessment.due_at == made[0].sooner_by
    assert assessment.due_at < now()


def answers(outcome: str, by: datetime, at: str = "") -> dict[str, str]:
    day = by.astimezone(LONDON)
    return {
        f"sooner_{outcome}": "yes",
        f"sooner_by_{outcome}-day": str(day.day),
        f"sooner_by_{outcome}-month": str(day.month),
        f"sooner_by_{outcome}-year": str(day.year),
        f"sooner_by_{outcome}-time": at,
        f"sooner_why_{outcome}": WHY,
    }


def sends(client: Client, door: FrontDoor, concern_id: UUID, outcome: str, **more: str) -> Any:
    return signed_in(client, door.decider).post(
        reverse("concerns:decide", args=[concern_id]),
        {"knows_family": "no", **typed(door, 0, outcome, **more), **typed(door, 1, outcome, **more)},
    )


def test_the_page_takes_a_day_and_shows_it_on_the_concern_and_on_the_duty(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    sent = sends(client, door, raised.concern_id, "early_help", **answers("early_help", end_of(1)))
    assert sent.status_code == 302, sent.content.decode()
    with as_practitioner(door.decider):
        first = Screening.objects.all()[0]
        duty = Duty.objects.get(subject_id=first.decision_id, kind="early_help_contact")
    assert duty.due_at == end_of(1)
    shown = client.get(f"/front-door/{raised.concern_id}/").content.decode()
    assert "Needed sooner" in shown
    assert WHY in shown
    assert WHY in client.get(f"/duty/{duty.pk}/").content.decode()


def test_the_page_takes_a_time_where_hours_count(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    by = (now() + timedelta(minutes=90)).astimezone(LONDON)
    more = answers("immediate_protection", by, f"{by:%H:%M}") | {
        "why_nothing_less_immediate_protection": "He is outside the door now.",
        "need_code_immediate_protection": "N1",
    }
    sent = sends(client, door, raised.concern_id, "immediate_protection", **more)
    assert sent.status_code == 302, sent.content.decode()
    with as_practitioner(door.decider):
        owed = {
            d.kind: d.due_at for d in Duty.objects.filter(subject_id=Screening.objects.all()[0].decision_id)
        }
    assert owed["immediate_protection"] == by.replace(second=0, microsecond=0)


def test_the_page_says_so_where_it_brings_nothing_forward_and_keeps_what_was_typed(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    sent = sends(client, door, raised.concern_id, "early_help", **answers("early_help", end_of(200)))
    page = sent.content.decode()
    assert "ends before that already. Give an earlier day, or a time of day." in page
    assert page.count(WHY) == 2
    empty = answers("early_help", end_of(1)) | {"sooner_by_early_help-day": ""}
    assert (
        "There is a problem" in sends(client, door, raised.concern_id, "early_help", **empty).content.decode()
    )


def test_through_the_pages_it_waits_for_the_ruling_and_then_holds(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    more = answers("early_help", end_of(1)) | {
        "has_conflict": "yes", "conflict": "The school wants no police.", "for_the_child": "no",
    }  # fmt: skip
    sent = sends(client, door, raised.concern_id, "early_help", **more)
    assert sent.status_code == 302, sent.content.decode()
    with as_practitioner(door.decider):
        first = Screening.objects.all()[0]
        assert not Duty.objects.filter(kind="early_help_contact").exists()
    ruling = reverse("concerns:ruling", args=[raised.concern_id, first.decision_id])
    signed_in(client, door.manager)
    assert WHY in client.get(ruling).content.decode()
    done = client.post(
        ruling, {"knows_family": "no", "upholds": "yes", "reasons": "It is right for her all the same."}
    )
    assert done.status_code == 302, done.content.decode()
    with as_practitioner(door.decider):
        assert Duty.objects.get(subject_id=first.decision_id, kind="early_help_contact").due_at == end_of(1)


def owed_decision(door: FrontDoor, concern_id: UUID) -> Duty:
    """The decision that is owed on the first child of a concern."""
    with as_practitioner(door.decider):
        duty = Duty.objects.filter(subject_id=concern_id, kind="decision_on_concern", closed_at=None).first()
        assert duty is not None
        return duty


def test_raising_asks_whether_the_decision_is_needed_sooner(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    limit = owed_decision(door, raised.concern_id).due_at
    by = now() + timedelta(minutes=90)
    soon = raised_by(door.teacher, sooner_by=by, sooner_why=WHY)
    owed = owed_decision(door, soon.concern_id)
    assert (owed.due_at, owed.sooner_why) == (by, WHY)
    signed_in(client, door.teacher)
    danger = client.post(reverse("concerns:raise"))["Location"]
    assert "Must somebody decide sooner than the time limit?" in client.get(danger).content.decode()
    late = limit.astimezone(LONDON) + timedelta(days=9)
    day = {f"sooner_by-{part}": str(getattr(late, part)) for part in ("day", "month", "year")}
    for sent, message in (
        (day | {"sooner_why": WHY}, "The time limit ends no later than that by itself"),
        ({"sooner_why": WHY}, "Say by when somebody must decide"),
    ):
        page = client.post(danger, {"danger": "no", **sent}).content.decode()
        assert message in page
        assert WHY in page
    at = by.astimezone(LONDON)
    day = {f"sooner_by-{part}": str(getattr(at, part)) for part in ("day", "month", "year")}
    early = {"danger": "no", **day, "sooner_by-time": f"{at:%H:%M}"}
    assert "Say why this child needs it sooner" in client.post(danger, early).content.decode()
    assert client.post(danger, early | {"sooner_why": WHY}).status_code == 302
    check = client.get(danger.replace("/danger/", "/check/")).content.decode()
    assert "Needed sooner" in check
    assert WHY in check


def reopened(client: Client, door: FrontDoor, concern_id: UUID, **sent: str) -> Any:
    with as_practitioner(door.decider):
        version = queries.concern(concern_id).concern.version
    return signed_in(client, door.decider).post(
        reverse("concerns:act", args=[concern_id]),
        {"act": "reopen", "words": "The child says otherwise.", "version": version, **sent},
    )


@pytest.mark.parametrize("runs_on", [False, True])
def test_reopening_asks_whether_the_new_decision_is_needed_sooner(
    client: Client, door: FrontDoor, runs_on: bool
) -> None:
    concern_id = raised_by(door.teacher).concern_id
    if runs_on:
        with as_practitioner(door.teacher):
            actions.take_back(concern_id, "It was a misunderstanding.")
    else:
        decide(door, concern_id, "section_17_assessment", end_of(2))
    silent = reopened(client, door, concern_id)
    assert silent.status_code == 409
    page = silent.content.decode()
    assert "Say whether any child needs the new decision sooner than the time limit" in page
    assert "The child says otherwise." in page
    at = (now() + timedelta(minutes=90)).astimezone(LONDON).replace(second=0, microsecond=0)
    day = {f"sooner_by-{part}": str(getattr(at, part)) for part in ("day", "month", "year")}
    wanted = {"sooner": "yes", **day, "sooner_by-time": f"{at:%H:%M}", "sooner_why": WHY}
    assert reopened(client, door, concern_id, **wanted).status_code == 302
    owed = owed_decision(door, concern_id)
    assert (owed.due_at, owed.sooner_why) == (at, WHY)


def test_reopening_with_the_usual_limit_starts_the_usual_clock(client: Client, door: FrontDoor) -> None:
    concern_id = raised_by(door.teacher).concern_id
    decide(door, concern_id, "section_17_assessment", end_of(2))
    assert reopened(client, door, concern_id, sooner="no").status_code == 302
    owed = owed_decision(door, concern_id)
    assert owed.due_at > now()
    assert owed.sooner_why == ""


def test_taking_up_starts_no_clock(door: FrontDoor) -> None:
    concern_id = raised_by(door.teacher).concern_id
    with as_practitioner(door.decider):
        before = Duty.objects.count()
        actions.take_up(concern_id)
        assert Duty.objects.count() == before
