"""A conference makes no protection plan for a child: decided by whoever does not know the family, over no conflict."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import conference
from sightline.enquiries.actions.ruling import rule_on
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Step, Waiting
from sightline.enquiries.queries import protection as queries
from sightline.enquiries.terms import Act, Stage
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.meetings import actions as meetings
from sightline.meetings.models import Meeting

from .factories import make_case
from .test_goes_wrong import WRONG, conference_concluded, to_conference
from .test_pages import browser
from .test_protection import BECAUSE, owed, stage_of
from .test_rulings import UNRESOLVED

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-06")]

SAFE = "She is safe with her aunt, and all agree on it."


@pytest.fixture
def decided():
    """Maya on the evening of a conference that has decided, its decision, and how its having been held is taken
    back."""
    case = make_case("strategy_discussion")
    to_conference(case)
    meeting_id = conference_concluded(case)
    with time_machine.travel(now() + timedelta(hours=4)):
        with as_practitioner(case.manager):
            [made] = queries.conference_decisions([case.maya])
            chair = Meeting.objects.get(id=meeting_id).chair
        yield case, made.id, lambda: not_held(chair, meeting_id)


def not_held(chair, meeting_id):
    """The chair takes back that the conference was held."""
    with as_practitioner(chair):
        meetings.reopen(meeting_id, WRONG)
        meetings.not_held(meeting_id, WRONG, knows_family=False)


def _sent(decision_id, **more):
    return {"knows_family": "no", "decision": str(decision_id), "reasons": SAFE, **more}


@pytest.mark.parametrize("upholds", [True, False])
def test_no_plan_over_a_conflict_leaves_the_child_at_the_conference_until_a_manager_upholds_it(
    decided, upholds
):
    case, decision_id, _not_held = decided
    client, path = browser(case.manager), reverse("enquiries:conference", args=[case.maya])
    asked = client.post(path, _sent(decision_id)).content.decode()
    assert "Say whether there is a conflict" in asked
    assert SAFE in asked
    over = _sent(decision_id, has_conflict="yes", conflict=UNRESOLVED.conflict, for_the_child="no")
    told = client.post(path, over, follow=True).content.decode()
    assert "Nothing of it takes effect until another manager has ruled" in told
    again = client.post(path, {**over, "has_conflict": "no"})
    assert again.status_code == 409
    assert "has still to rule on" in again.content.decode()
    with as_practitioner(case.manager):
        assert stage_of(case.maya) is Stage.CONFERENCE
        assert owed(case.maya, "decision_on_conflict") is not None
        waiting = Waiting.objects.get(folder_id=case.maya)
    tab = browser(case.other_manager).get(reverse("enquiries:child", args=[case.maya])).content.decode()
    assert reverse("enquiries:ruling", args=[case.maya, waiting.decision_id]) in tab
    with as_practitioner(case.other_manager):
        rule_on(waiting.decision_id, upholds=upholds, reasons=BECAUSE)
        assert stage_of(case.maya) is (Stage.ASSESSMENT if upholds else Stage.CONFERENCE)
    if not upholds:
        assert client.post(path, _sent(decision_id, has_conflict="no")).status_code == 302
    with as_practitioner(case.manager):
        assert stage_of(case.maya) is Stage.ASSESSMENT
        step = Step.objects.get(folder_id=case.maya, act=Act.CONTINUE_ASSESSMENT.value)
        assert (step.reasons, step.decision.maker_id) == (SAFE, case.manager.pk)
        assert step.decision.subject_id == decision_id, "it follows what the conference decided"


def test_a_ruling_moves_no_child_whose_conference_was_not_held_after_all(decided):
    case, decision_id, take_conference_back = decided
    with as_practitioner(case.manager):
        sent = {"decision_id": decision_id, "reasons": SAFE, "knows_family": False}
        assert conference.no_plan_made(case.maya, **sent, conflict=UNRESOLVED) is None
        waiting = Waiting.objects.get(folder_id=case.maya)
    take_conference_back()
    with as_practitioner(case.other_manager):
        with pytest.raises(Refused, match="stands no more"):
            rule_on(waiting.decision_id, upholds=True, reasons=BECAUSE)
        rule_on(waiting.decision_id, upholds=False, reasons=BECAUSE)
        assert stage_of(case.maya) is Stage.CONFERENCE


@pytest.mark.obligation("REC-05")
def test_a_conference_counts_as_held_until_the_step_that_followed_it_is_taken_back(decided):
    case, decision_id, take_conference_back = decided
    with as_practitioner(case.manager):
        episode = conference.no_plan_made(
            case.maya, decision_id=decision_id, reasons=SAFE, knows_family=False
        )
    with pytest.raises(Refused, match="has moved a child on: go on with the assessment"):
        take_conference_back()
    with as_practitioner(case.manager):
        take_back(episode.id, WRONG, knows_family=False)
        assert stage_of(case.maya) is Stage.CONFERENCE
