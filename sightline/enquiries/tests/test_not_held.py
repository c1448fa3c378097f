"""A meeting that was recorded as held by mistake is called as before, also where it has decided."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.chronology.rules import as_known
from sightline.enquiries.actions import protection
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Strategy
from sightline.enquiries.queries import protection as protecting
from sightline.enquiries.queries.shown import decided_of
from sightline.enquiries.terms import Stage
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.meetings import actions as meetings
from sightline.meetings import queries as met
from sightline.meetings.terms import Purpose
from sightline.meetings.tests import factories as meeting_of
from sightline.procedures.models import Duty
from sightline.records import chronology
from sightline.records.actions import ConflictIn

from .factories import discussed, make_case
from .test_back import WRONG
from .test_pages import browser, words_of
from .test_protection import deciding, owed, stage_of

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-05")]


def test_what_a_conference_decided_that_was_not_held_stands_no_more_and_stays_readable():
    family = meeting_of.make_family()
    meeting_id = meeting_of.call(
        family, Purpose.INITIAL_CONFERENCE, when=now() + timedelta(hours=1), folders=[family.maya]
    )
    meeting_of.invite_all(family, meeting_id)
    with time_machine.travel(now() + timedelta(hours=2)):
        with as_practitioner(family.chair):
            meetings.hold(
                meeting_id, people=meeting_of.everybody_came(meeting_id), without_quorum_why="It cannot wait.",
                unready_why="The court sits tomorrow.",
            )  # fmt: skip
            [decision_id] = meetings.decide(
                meeting_id,
                [
                    meetings.DecisionIn(
                        family.maya, "A protection plan", "Recorded on the wrong meeting.",
                        conflict="Her uncle's", for_the_child=False, wishes=meeting_of.NOT_LEARNT,
                    )
                ],
                knows_family=False,
            ).values()  # fmt: skip
        back = f"/meetings/{meeting_id}/change/not-held/"
        with as_practitioner(family.worker), pytest.raises(Refused, match="Ruth Lindqvist chairs this"):
            meetings.not_held(meeting_id, WRONG, knows_family=False)
        chair = browser(family.chair)
        assert "Say whether you know anybody in this family" in words_of(chair.post(back, {"why": WRONG}))
        answer = chair.post(back, {"why": WRONG, "knows_family": "no"})
        assert answer.status_code == 302, words_of(answer)
        with as_practitioner(family.chair):
            [child] = met.meeting(meeting_id, ("decisions",)).children
            assert not child.decisions
            [was] = child.taken_back
            assert (was.outcome, was.ruling_due) == ("A protection plan", False)
            assert not Duty.objects.filter(kind="decision_on_conflict", closed_at=None).exists()
            [told] = [m for m in chronology.told([family.maya]) if decision_id in (m.id, m.decision_id)]
            assert "Taken back" in as_known(told, SimpleNamespace(known_before=None)).tags
        let_in(family.maya, family.manager)
        with as_practitioner(family.manager), pytest.raises(Refused, match="not held after all"):
            meetings.rule_on(decision_id, upholds=True, reasons="She needs it.")
        minutes = words_of(chair.get(f"/meetings/{meeting_id}/minutes/"))
        assert "Taken back: A protection plan" in minutes
        assert WRONG in minutes


def test_a_discussion_counts_as_held_until_the_step_that_it_decided_on_is_taken_back():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        how = {"knows_family": False, "worker_id": case.worker.pk}
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_joint")], **how)
        with pytest.raises(Refused, match="has moved a child on: start an enquiry"):
            meetings.not_held(meeting_id, WRONG, knows_family=False)
        take_back(part.episode_id, WRONG, knows_family=False)
        meetings.not_held(meeting_id, WRONG, knows_family=False)
        assert stage_of(case.maya) is Stage.STRATEGY
        assert owed(case.maya, "strategy_discussion") is not None
        with pytest.raises(Refused, match="who took part first"):
            protection.decide_strategy(meeting_id, [deciding(part, "assessment")], **how)
        meetings.hold(meeting_id, people=meeting_of.everybody_came(meeting_id))
        protection.decide_strategy(meeting_id, [deciding(part, "assessment")], **how)
        assert stage_of(case.maya) is Stage.ASSESSMENT


def test_a_discussion_not_held_that_decided_over_a_conflict_decides_as_if_it_had_not_once_it_is_held():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    how = {"knows_family": False, "worker_id": case.worker.pk}
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        unresolved = ConflictIn("Her uncle wants it settled quietly.", "", False)
        protection.decide_strategy(
            meeting_id, [deciding(part, "section_47_joint", conflict=unresolved)], **how
        )
        meetings.not_held(meeting_id, WRONG, knows_family=False)
        [shown] = protecting.protection([case.maya]).strategies
        assert (shown.outcome, shown.waits) == ("Not decided yet", False)
        meetings.hold(meeting_id, people=meeting_of.everybody_came(meeting_id))
    client = browser(case.manager)
    here = f"/child/{case.maya}/enquiries/strategy/{part.id}/"
    page = client.get(here).content.decode()
    assert 'name="c0-outcome"' in page
    assert "A manager has still to rule" not in page
    assert "Waits for a manager" not in page
    assert "Two injuries without an explanation." in page, "what it had decided stays readable"
    assert "The discussion was not held after all, so this stands no more" in page
    assert WRONG in words_of(client.get(f"/meetings/{meeting_id}/"))
    tab = words_of(client.get(f"/child/{case.maya}/enquiries/"))
    assert "Not decided yet" in tab
    with as_practitioner(case.manager):
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_single")], **how)
        assert stage_of(case.maya) is Stage.ENQUIRY
        assert decided_of([part.id])[part.id].outcome == "section_47_single"


def test_a_discussion_that_was_not_held_after_all_shows_no_threshold_and_no_outcome():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        how = {"knows_family": False, "worker_id": case.worker.pk}
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_joint")], **how)
        assert part.id in decided_of([part.id])
        take_back(part.episode_id, WRONG, knows_family=False)
        meetings.not_held(meeting_id, WRONG, knows_family=False)
        assert not decided_of([part.id])
        assert protecting.strategy(part.id, [case.maya]).outcome == "Not decided yet"
