"""A decision made with a conflict of interests that was not resolved for the child: nothing follows before a ruling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sightline.agencies.actions import set_rota, settle_and_pass_on
from sightline.agencies.models import Notice, Posting, Practitioner
from sightline.agencies.rules import Shift
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team, setting_up
from sightline.concerns import actions, queries
from sightline.concerns.actions import Raised
from sightline.concerns.models import Answer, Screening
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures.models import Duty
from sightline.procedures.queries import acknowledged_within, on_folders

from .factories import FrontDoor, a_decision, make_front_door, raised_by

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-06")]

CONFLICT = {
    "conflict": "The grandfather asks that nothing be done before the journey.",
    "for_the_child": False,
}
WHY = "It is right for her all the same."


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def decide(
    door: FrontDoor, raised: Raised, outcome: str, *, maker: Practitioner | None = None, **changes: Any
) -> list[Screening]:
    with as_practitioner(maker or door.decider):
        parts = queries.concern(raised.concern_id).parts
        decisions = [a_decision(p.id, outcome, **changes) for p in parts]
        return actions.screen(raised.concern_id, decisions, knows_family=False)


def reopen(door: FrontDoor, raised: Raised) -> None:
    with as_practitioner(door.decider):
        actions.reopen(raised.concern_id, "The child says otherwise.")


def owed(door: FrontDoor, folder_id: object) -> list[str]:
    with as_practitioner(door.manager):
        open_ones = Duty.objects.filter(folder_id=folder_id, closed_at__isnull=True)
        return sorted(open_ones.exclude(kind="acknowledgement_to_referrer").values_list("kind", flat=True))


def client_of(who: Practitioner) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


def test_the_referrer_is_not_told_and_the_concern_stays_on_the_board_until_a_manager_has_ruled(
    door: FrontDoor,
) -> None:
    raised = raised_by(door.teacher)
    first, second = decide(door, raised, "immediate_protection", **CONFLICT)
    assert owed(door, first.folder_id) == ["decision_on_concern", "decision_on_conflict"]
    with as_practitioner(door.decider):
        with pytest.raises(Refused, match="by Gwen Ashby is not in effect: a manager must rule"):
            actions.answer(raised.concern_id, "It was decided.")
        assert not Answer.objects.exists()
        [row] = queries.board([door.team.pk]).rows
        assert row.awaits_ruling
        assert row.due is not None
        assert row.due.kind in ("decision_on_concern", "acknowledgement_to_referrer")
    with as_practitioner(door.manager):
        actions.rule_on(first.decision_id, knows_family=False, upholds=True, reasons=WHY)
    assert owed(door, first.folder_id) == [
        "answer_to_referrer", "assessment", "immediate_protection", "strategy_discussion",
    ]  # fmt: skip
    with as_practitioner(door.decider), pytest.raises(Refused, match="is not in effect"):
        actions.answer(raised.concern_id, "It was decided.")  # her brother's waits still
    with as_practitioner(door.manager):
        actions.rule_on(second.decision_id, knows_family=False, upholds=True, reasons=WHY)
    with as_practitioner(door.decider):
        [row] = queries.board([door.team.pk]).rows
        assert not row.awaits_ruling
        actions.answer(raised.concern_id, "Somebody is with them.")
        assert queries.board([door.team.pk]).rows == []


def test_one_that_is_not_upheld_waits_for_a_decision_under_the_clock_that_ran_all_the_while(
    door: FrontDoor,
) -> None:
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        before = set(Duty.objects.filter(kind="decision_on_concern").values_list("id", flat=True))
    for screening in decide(door, raised, "early_help", **CONFLICT):
        with as_practitioner(door.manager):
            actions.rule_on(screening.decision_id, knows_family=False, upholds=False, reasons=WHY)
        assert owed(door, screening.folder_id) == ["decision_on_concern"]
    with as_practitioner(door.decider):
        after = Duty.objects.filter(kind="decision_on_concern", closed_at__isnull=True)
        assert set(after.values_list("id", flat=True)) == before


@pytest.mark.parametrize(("outcome", "urgent"), [("immediate_protection", True), ("early_help", False)])
def test_whoever_is_on_duty_is_told_urgently_where_the_child_needs_protection(
    door: FrontDoor, outcome: str, urgent: bool
) -> None:
    raised = raised_by(door.teacher)
    decide(door, raised, outcome, **CONFLICT)
    with as_practitioner(door.manager):
        notice = Notice.objects.get(text__contains="conflict of interests")
        assert notice.urgent is urgent
        assert notice.acknowledge_by is not None
        assert "Maya" not in notice.text
        assert notice.path == f"/front-door/{raised.concern_id}/"


def test_whoever_decided_is_not_the_one_who_is_asked_to_rule(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    start, until = now() - timedelta(hours=3), now() + timedelta(days=9)
    end = start + timedelta(days=1)
    shifts = [Shift(who.pk, start, end, place) for place, who in enumerate((door.decider, door.second), 1)]
    with setting_up():
        set_rota(door.team.pk, shifts, since=start, until=until)
    decide(door, raised, "early_help", **CONFLICT)
    with as_practitioner(door.second):
        assert Notice.objects.filter(text__contains="conflict of interests").count() == 1


def told(who: Practitioner) -> int:
    with as_practitioner(who):
        return Notice.objects.filter(
            text__contains="conflict of interests", practitioner=who, settled_at__isnull=True
        ).count()


def test_what_waits_for_a_ruling_goes_round_those_alone_who_may_rule(door: FrontDoor) -> None:
    police = make_practitioner("police-front-door-officer", team=door.team, name="Piet Abara")
    start = now() - timedelta(hours=3)
    end = start + timedelta(days=1)
    # The rota names one who may not rule, and the maker: neither can do anything about it.
    with setting_up():
        set_rota(
            door.team.pk,
            [Shift(police.pk, start, end, 1), Shift(door.decider.pk, start, end, 2)],
            since=start - timedelta(hours=1),
            until=start + timedelta(days=9),
        )
    decide(door, raised_by(door.teacher), "early_help", **CONFLICT)
    able = [door.manager, door.second]
    assert sorted(told(one) for one in able) == [0, 1]
    minutes = acknowledged_within() + 1
    for nth in range(1, 4):
        with time_machine.travel(now() + timedelta(minutes=nth * minutes), tick=False):
            with looking_as(Viewer.for_job("notices")):
                # Once both were asked it rests with them.
                assert settle_and_pass_on() == int(nth == 1)
            assert all(told(one) for one in able)
            assert not told(police)
            assert not told(door.decider)


def test_where_the_maker_alone_is_at_the_front_door_their_manager_is_told_and_let_in(
    door: FrontDoor,
) -> None:
    east = make_team(name="Safeguarding Team East")
    above = make_practitioner("team-manager", team=east, name="Rosa Lind")
    with setting_up():
        set_rota(door.team.pk, [], since=now() - timedelta(days=1), until=now() + timedelta(days=9))
        for posting in Posting.objects.filter(team=door.team):
            if posting.practitioner_id == door.decider.pk:
                posting.line_manager = above
            else:
                posting.held_until = today()
            posting.save()
    raised = raised_by(door.teacher)
    [screening, _] = decide(door, raised, "early_help", **CONFLICT)
    assert told(above) == 1
    with as_practitioner(above):
        actions.rule_on(screening.decision_id, knows_family=False, upholds=True, reasons=WHY)


def test_the_pages_offer_no_answer_and_say_what_it_waits_for(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    decide(door, raised, "immediate_protection", **CONFLICT)
    client = client_of(door.decider)
    page = client.get(reverse("concerns:concern", args=[raised.concern_id])).content.decode()
    assert "Tell the referrer</a>" not in page
    assert "It waits for a manager" in page
    assert "The grandfather asks that nothing be done" in page
    assert "Waits for a ruling" in client.get(reverse("concerns:board")).content.decode()
    sent = client.post(reverse("concerns:answer", args=[raised.concern_id]), {"words": "It was decided."})
    assert sent.status_code == 409
    assert "a manager must rule" in sent.content.decode()
    assert "It was decided." in sent.content.decode()


@pytest.mark.parametrize(
    "named_again",
    [{}, {"conflict": "The grandfather.", "for_the_child": True, "conflict_resolved": "We act now."}],
)
def test_whoever_decides_again_without_the_conflict_waits_for_the_ruling_all_the_same(
    door: FrontDoor, named_again: dict[str, Any]
) -> None:
    raised = raised_by(door.teacher)
    first = decide(door, raised, "early_help", **CONFLICT)
    reopen(door, raised)
    again = decide(door, raised, "section_17_assessment", **named_again)
    assert owed(door, again[0].folder_id) == ["decision_on_concern", "decision_on_conflict"]
    assert all(s.decision.awaits_ruling and s.decision.conflict for s in again)
    assert [s.decision.replaces_id for s in again] == [s.decision_id for s in first]
    with as_practitioner(door.decider), pytest.raises(Refused, match="is not in effect"):
        actions.answer(raised.concern_id, "It was decided.")
    with as_practitioner(door.manager):
        actions.rule_on(again[0].decision_id, knows_family=False, upholds=True, reasons=WHY)
    assert owed(door, again[0].folder_id) == ["answer_to_referrer", "assessment"]


def test_another_maker_ends_the_conflict_only_by_resolving_it_for_the_child(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    decide(door, raised, "early_help", **CONFLICT)
    again = decide(door, raised, "early_help", maker=door.second)
    assert again[0].decision.conflict == CONFLICT["conflict"]
    # Whoever made the first one does not rule on what took its place.
    with as_practitioner(door.decider), pytest.raises(Refused, match="Another manager must rule"):
        actions.rule_on(again[0].decision_id, knows_family=False, upholds=True, reasons=WHY)
    page = client_of(door.decider).get(reverse("concerns:concern", args=[raised.concern_id]))
    assert str(CONFLICT["conflict"]) in page.content.decode()
    third = make_practitioner("front-door-decision-manager", team=door.team, name="Ines Kerr")
    resolved = {
        "conflict": "The grandfather.",
        "for_the_child": True,
        "conflict_resolved": "He is not waited for.",
    }
    [ended, _] = decide(door, raised, "early_help", maker=third, **resolved)
    assert not ended.decision.awaits_ruling


def test_a_decision_that_was_replaced_is_not_ruled_on(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    [first, _] = decide(door, raised, "early_help", **CONFLICT)
    reopen(door, raised)
    [again, _] = decide(door, raised, "section_17_assessment")
    with as_practitioner(door.manager):
        [withdrawn] = Duty.objects.filter(subject_id=first.decision_id)
        assert withdrawn.state == "withdrawn"
        assert "Replaced by the decision of Gwen Ashby" in withdrawn.events.get(act="withdraw").reason
        for upholds in (True, False):
            with pytest.raises(Refused, match="Gwen Ashby decided anew on this child at"):
                actions.rule_on(first.decision_id, knows_family=False, upholds=upholds, reasons=WHY)
        assert queries.concern(raised.concern_id).concern.state == "decided"
    assert owed(door, first.folder_id) == ["decision_on_concern", "decision_on_conflict"]
    page = client_of(door.manager).get(
        reverse("concerns:ruling", args=[raised.concern_id, first.decision_id])
    )
    assert "decided anew on" in page.content.decode()
    assert "Record your ruling" not in page.content.decode()
    assert again.decision.awaits_ruling


@pytest.mark.obligation("TIM-03")
def test_what_a_replaced_decision_owed_and_was_missed_stays_to_be_answered_for(
    door: FrontDoor, owning: Any
) -> None:
    raised = raised_by(door.teacher)
    [first, _] = decide(door, raised, "early_help")
    with owning():
        missed = Duty.objects.get(kind="early_help_contact", folder_id=first.folder_id)
        Duty.objects.filter(pk=missed.pk).update(due_at=now() - timedelta(days=1))
    reopen(door, raised)
    decide(door, raised, "section_17_assessment")
    with as_practitioner(door.manager):
        missed.refresh_from_db()
        assert missed.state == "missed and no longer owed"
        assert missed.closed_at is None
        assert missed.id in {duty.id for duty in on_folders([first.folder_id]) if duty.needs_answer}


def test_what_only_a_replaced_decision_owed_is_withdrawn_and_what_both_owe_keeps_its_clock(
    door: FrontDoor,
) -> None:
    raised = raised_by(door.teacher)
    [first, _] = decide(door, raised, "other_authority", authority="Westmarch Council")
    with as_practitioner(door.manager):
        answer = Duty.objects.get(kind="answer_to_referrer", folder_id=first.folder_id)
    reopen(door, raised)
    decide(door, raised, "section_17_assessment")
    assert owed(door, first.folder_id) == ["answer_to_referrer", "assessment"]
    with as_practitioner(door.manager):
        assessment = Duty.objects.get(kind="assessment", folder_id=first.folder_id)
    reopen(door, raised)
    decide(door, raised, "strategy_discussion")
    assert owed(door, first.folder_id) == ["answer_to_referrer", "assessment", "strategy_discussion"]
    with as_practitioner(door.manager):
        assert Duty.objects.get(kind="assessment", folder_id=first.folder_id).id == assessment.id
    reopen(door, raised)
    decide(door, raised, "no_further_action")
    assert owed(door, first.folder_id) == ["answer_to_referrer"]
    with as_practitioner(door.manager):
        assert Duty.objects.get(kind="answer_to_referrer", folder_id=first.folder_id).id == answer.id
        withdrawn = Duty.objects.get(kind="transfer_receipt", folder_id=first.folder_id)
        assert "Replaced by the decision of Gwen Ashby" in withdrawn.events.get(act="withdraw").reason
