"""Every step can be taken back with a reason, and taken again; what it had changed besides the stage is put right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.models import Status
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import changes, protection
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Enquiry, Strategy
from sightline.enquiries.queries import protection as queries
from sightline.enquiries.terms import Stage
from sightline.kernel.models import held_on
from sightline.kernel.time import now, today
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty

from .factories import a_signing, an_ending, begun, close_case, discussed, everybody_heard, make_case, sent
from .test_protection import deciding, enquired, found, owed, stage_of

pytestmark = pytest.mark.django_db

WRONG = "It was recorded on the wrong child of the two."


def statuses(folder_id):
    return set(Status.objects.filter(held_on(today()), folder_id=folder_id).values_list("kind", flat=True))


def running(folder_id, kind):
    return Duty.objects.filter(folder_id=folder_id, kind=kind, closed_at__isnull=True)


def written(case, row, **how):
    with as_practitioner(case.worker):
        protection.write_enquiry(row.id, found(**how))
        everybody_heard(row)


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize("first", [True, False], ids=["conference", "no conference"])
@pytest.mark.parametrize("second", [True, False], ids=["then conference", "then none"])
def test_the_end_of_an_enquiry_is_taken_back_and_it_is_ended_again(first, second):
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    written(case, maya)
    with as_practitioner(case.manager):
        before = owed(case.maya, "initial_conference")
        protection.end_enquiry(maya.id, an_ending("continuing_risk", first))
        assert running(case.maya, "initial_conference").exists() is first
        take_back(maya.episode_id, WRONG, knows_family=False)
        assert stage_of(case.maya) is Stage.ENQUIRY
        view = queries.enquiry(maya.id, [case.maya])
        assert view.row.ended_at is None
        assert view.end is None
        assert [e.conference for e in view.taken_back] == [first]
        duty = running(case.maya, "initial_conference").get()
        assert (duty.started_at, duty.due_at) == (before.started_at, before.due_at)
        assert duty.path.endswith(f"/enquiries/section-47/{maya.id}/")
        assert "child_in_need" in statuses(case.maya)
    written(case, maya)
    with as_practitioner(case.manager):
        protection.end_enquiry(maya.id, an_ending("not_substantiated", second))
        assert stage_of(case.maya) is (Stage.CONFERENCE if second else Stage.ASSESSMENT)
        view = queries.enquiry(maya.id, [case.maya])
        assert view.end.conference is second
        assert [e.conference for e in view.taken_back] == [first]
        assert running(case.maya, "initial_conference").count() == int(second)


@pytest.mark.obligation("ENQ-01")
def test_an_enquiry_whose_beginning_was_taken_back_goes_on_when_it_is_begun_again():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        how = {"knows_family": False, "worker_id": case.worker.pk}
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_joint")], **how)
        row = Enquiry.objects.get(folder_id=case.maya)
        clock = owed(case.maya, "initial_conference").due_at
        had = statuses(case.maya)
        # Something that it asked for was done late, and nobody has answered for that.
        [done] = duties.open_duties(
            [duties.Opening(case.maya, "initial_conference", now() - timedelta(days=60), subject_id=row.id)]
        )
        duties.discharge_these(Duty.objects.filter(id=done.id), done=now())
        assert Duty.objects.get(id=done.id).state == "done late"
        take_back(row.episode_id, WRONG, knows_family=False)
        assert Duty.objects.get(id=done.id).state == "withdrawn", "the enquiry never was"
        assert stage_of(case.maya) is Stage.STRATEGY
        assert not running(case.maya, "initial_conference").exists()
        assert running(case.maya, "strategy_discussion").count() == 1
        assert "child_in_need" not in statuses(case.maya)
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_single")], **how)
        again = Enquiry.objects.get(folder_id=case.maya)
        assert (again.id, again.led_by, again.ended_at) == (row.id, "single", None)
        assert running(case.maya, "initial_conference").get().due_at == clock
        assert not running(case.maya, "strategy_discussion").exists()
        assert statuses(case.maya) == had


@pytest.mark.parametrize("outcome", ["no_further_action", "step_down"])
def test_what_an_assessment_ended_is_taken_back_and_decided_again(outcome):
    case = make_case()
    row, _theo = begun(case)
    had = None
    for _turn in range(2):
        sent(case, row, outcome=outcome)
        with as_practitioner(case.manager):
            had = had or statuses(case.maya)
            act.sign(row.id, a_signing(outcome, safe_words="She was seen at home and told us herself."))
            assert "child_in_need" not in statuses(case.maya)
            assert ("early_help" in statuses(case.maya)) is (outcome == "step_down")
            assert not running(case.maya, "assessment").exists()
            take_back(row.episode_id, WRONG, knows_family=False)
            assert stage_of(case.maya) is Stage.ASSESSMENT
            assert statuses(case.maya) == had == {"child_in_need"}
            assert running(case.maya, "assessment").get().owner_id == case.worker.pk
        with as_practitioner(case.worker):
            row = act.update(row.id, "What follows was decided wrongly, so it is decided again.")
            assert running(case.maya, "assessment").get().path.endswith(f"/assessments/{row.id}/")


def test_a_way_that_was_closed_is_reopened_with_its_statuses():
    case = make_case()
    [row] = begun(case, case.maya)
    sent(case, row)
    with as_practitioner(case.manager):
        act.sign(row.id, a_signing())
        for _turn in range(2):
            close_case(case.maya, reason="RC1")
            assert (stage_of(case.maya), statuses(case.maya)) == (Stage.CLOSED, set())
            changes.reopen(case.maya, reasons=WRONG)
            assert (stage_of(case.maya), statuses(case.maya)) == (Stage.HELP, {"child_in_need"})
