"""A case closes in one way, whatever it closes from; and what was taken back is marked wherever it is read."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import died
from sightline.children.queries import HeldElsewhere
from sightline.chronology.rules import as_known
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import episode as way
from sightline.enquiries.actions import protection
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Closing, Episode, Strategy
from sightline.enquiries.queries import protection as queries
from sightline.enquiries.queries.episode import episodes, taken_back
from sightline.enquiries.queries.held import held
from sightline.enquiries.queries.timeline import moments
from sightline.enquiries.rules import closing as rules
from sightline.enquiries.rules import stages
from sightline.enquiries.terms import Act, Stage
from sightline.kernel.time import now, today
from sightline.kernel.together import answer
from sightline.kernel.verdicts import Refused
from sightline.records import chronology
from sightline.voice.actions import WishesIn

from .factories import a_closing, a_signing, an_ending, begun, discussed, make_case, sent
from .test_back import written
from .test_pages import browser
from .test_protection import deciding, discussed_again, enquired, stage_of

pytestmark = pytest.mark.django_db

WHO = uuid4()
WHOLE = {
    "reason": "RC8", "summary": "It was seen and explained, and she is well at home with both of them.",
    "helps_now": "School.", "feedback_asked": "Asked at home.", "record_in_order_by": WHO,
}  # fmt: skip


@pytest.mark.obligation("FAM-10")
@pytest.mark.parametrize(
    ("changes", "died", "field"),
    [
        ({}, False, None),
        ({"reason": ""}, False, "reason"),
        ({"reason": "RC0"}, False, "reason"),
        ({"reason": "RC2"}, False, "reason"),
        ({}, True, "reason"),
        ({"reason": "RC2"}, True, None),
        ({"summary": " "}, False, "summary"),
        ({"summary": "No contact with the family."}, False, "summary"),
        ({"helps_now": ""}, False, "helps_now"),
        ({"feedback_asked": ""}, False, "feedback_asked"),
        ({"record_in_order_by": None}, False, "record_in_order_by"),
    ],
)
def test_what_a_case_needs_before_it_closes(changes, died, field):
    verdict = rules.may_close(rules.Closing(**{**WHOLE, **changes}), died=died)
    assert (verdict.field if not verdict else None) == field


@pytest.mark.parametrize(
    ("before", "assessing", "leads_to"),
    [
        (None, False, Act.CLOSE),
        (None, True, Act.CONTINUE_ASSESSMENT),
        (Stage.ASSESSMENT, True, Act.CONTINUE_ASSESSMENT),
        (Stage.ASSESSMENT, False, Act.CLOSE),
        (Stage.HELP, False, Act.HELP_GOES_ON),
        (Stage.HELP, True, Act.HELP_GOES_ON),
        (Stage.EARLY_HELP, True, Act.EARLY_HELP_GOES_ON),
    ],
)
def test_what_follows_where_a_discussion_decides_on_nothing_further(before, assessing, leads_to):
    assert stages.after_no_action(before, assessing=assessing) is leads_to


@pytest.mark.obligation("FAM-10")
@pytest.mark.obligation("REC-02")
@pytest.mark.parametrize(
    "lacking", ["reason", "summary", "helps_now", "feedback_asked", "record_in_order_by"]
)
def test_a_discussion_that_ends_the_case_asks_what_every_closing_asks(lacking):
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        maya = Strategy.objects.get(folder_id=case.maya)
        short = a_closing(**{lacking: None if lacking == "record_in_order_by" else ""})
        with pytest.raises(Refused) as refused:
            protection.decide_strategy(
                meeting_id, [deciding(maya, "no_further_action", closing=short)], knows_family=False
            )
        assert refused.value.verdict.field == lacking
        assert stage_of(case.maya) is Stage.STRATEGY
        protection.decide_strategy(meeting_id, [deciding(maya, "no_further_action")], knows_family=False)
        row = Closing.objects.get(folder_id=case.maya)
        episode = Episode.objects.get(folder_id=case.maya)
        assert (episode.stage, episode.closure, row.reason) == ("closed", "RC8", "RC8")
        [shown] = episodes([case.maya])
        assert shown.steps[0].closing.helps_now == row.helps_now
        assert "Case closed" in {m.kind for m in answer(moments([case.maya]))}


@pytest.mark.obligation("FAM-10")
@pytest.mark.obligation("REC-02")
def test_an_assessment_that_ends_the_case_asks_what_every_closing_asks():
    case = make_case()
    [row] = begun(case, case.maya)
    sent(case, row, outcome="no_further_action")
    with as_practitioner(case.manager):
        said = {"safe_words": "She was seen at home and told us herself."}
        with pytest.raises(Refused, match="closing summary"):
            act.sign(row.id, a_signing("no_further_action", closing=a_closing(summary=""), **said))
        with pytest.raises(Refused, match="Closed after assessment, no further action") as refused:
            act.sign(row.id, a_signing("no_further_action", closing=a_closing(reason="RC9"), **said))
        assert refused.value.verdict.field == "reason"
        act.sign(row.id, a_signing("no_further_action", closing=a_closing(reason="RC7"), **said))
        assert Episode.objects.get(folder_id=case.maya).closure == "RC7"


def test_nobody_closes_a_case_past_that():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        row = Episode.objects.get(folder_id=case.maya)
        row.assessments.update(state="set_aside", ended_at=now())
        with pytest.raises(Refused, match="A case closes with a reason"):
            way.move(way.locked(row.id), Act.CLOSE, reasons="Nothing more is needed here.")


@pytest.mark.obligation("CHD-12")
def test_the_case_of_a_child_who_died_closes_with_that_reason_and_no_other():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        died(case.maya, today())
        maya = Strategy.objects.get(folder_id=case.maya)
        with pytest.raises(Refused, match="The child has died"):
            protection.decide_strategy(meeting_id, [deciding(maya, "no_further_action")], knows_family=False)
        protection.decide_strategy(
            meeting_id,
            [deciding(maya, "no_further_action", closing=a_closing(reason="RC2"))],
            knows_family=False,
        )
        assert Episode.objects.get(folder_id=case.maya).closure == "RC2"


def test_the_help_of_a_child_under_a_plan_goes_on_after_a_discussion_that_decides_on_nothing_further():
    case = make_case()
    [row] = begun(case, case.maya)
    sent(case, row)
    with as_practitioner(case.manager):
        act.sign(row.id, a_signing())
        assert stage_of(case.maya) is Stage.HELP
    make_practitioner("police-front-door-officer", name="Rhona Officer")
    make_practitioner("health-visitor", name="Ines Nurse")
    meeting_id, part = discussed_again(case, 20)
    with as_practitioner(case.manager):
        assert queries.nothing_leads_to([part.episode_id]) == {part.episode_id: Act.HELP_GOES_ON}
        protection.decide_strategy(
            meeting_id, [deciding(part, "no_further_action", closing=rules.Closing())], knows_family=False
        )
        assert stage_of(case.maya) is Stage.HELP


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize("first", ["assessment", "no_further_action", "section_47_single"])
def test_a_discussion_that_decides_anew_takes_back_what_it_had_led_to(first):
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    how = {"knows_family": False, "worker_id": case.worker.pk}
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        [earlier] = protection.decide_strategy(meeting_id, [deciding(part, first)], **how)
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_joint")], **how)
        assert stage_of(case.maya) is Stage.ENQUIRY
        [enquiry] = queries.protection([case.maya]).enquiries
        assert (enquiry.row.led_by, enquiry.row.ended_at) == ("joint", None)
        assert earlier.decision_id in taken_back([earlier.decision_id])


def test_a_discussion_cannot_decide_anew_once_the_child_has_moved_on():
    case = make_case("strategy_discussion")
    enquired(case)
    with as_practitioner(case.manager):
        meeting_id = Strategy.objects.get(folder_id=case.maya).meeting_id
    _again, second = discussed_again(case, 10)
    with as_practitioner(case.manager):
        protection.decide_strategy(
            second.meeting_id, [deciding(second, "section_47_joint")], knows_family=False
        )
        part = Strategy.objects.get(folder_id=case.maya, meeting_id=meeting_id)
        with pytest.raises(Refused, match="moved on since"):
            protection.decide_strategy(meeting_id, [deciding(part, "assessment")], knows_family=False)


@pytest.mark.obligation("CHD-13")
@pytest.mark.parametrize("outcome", ["section_47_joint", "assessment", "no_further_action"])
def test_a_discussion_weighs_what_the_child_wishes_or_says_why_not(outcome):
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        how = {"knows_family": False, "worker_id": case.worker.pk}
        with pytest.raises(Refused) as refused:
            protection.decide_strategy(meeting_id, [deciding(part, outcome, wishes=WishesIn())], **how)
        assert refused.value.verdict.field == "wishes_why_not"
        protection.decide_strategy(meeting_id, [deciding(part, outcome)], **how)


@pytest.mark.obligation("REC-05")
def test_an_ending_that_was_taken_back_says_so_on_the_timeline_and_not_before():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        protection.decide_strategy(meeting_id, [deciding(part, "no_further_action")], knows_family=False)
        before = now()
        take_back(part.episode_id, "It was recorded on the wrong child.", knows_family=False)
        decision_id = Closing.objects.get(folder_id=case.maya).decision_id
        told = [m for m in chronology.told([case.maya]) if decision_id in (m.id, m.decision_id)]
        assert {m.kind for m in told} == {"Case closed", "Strategy discussion", "Decision"}
        for moment in told:
            on_the_day = as_known(moment, SimpleNamespace(known_before=before))
            assert "Taken back" not in (*on_the_day.tags, on_the_day.text)
            today_s = as_known(moment, SimpleNamespace(known_before=None))
            assert "Taken back" in today_s.tags
            assert "\nTaken back by Priya Manager, " in today_s.text
            assert today_s.text.endswith("It was recorded on the wrong child.")
        [shown] = episodes([case.maya])
        closing = next(s for s in shown.steps if s.act is Act.CLOSE)
        assert closing.taken_back.by == "Priya Manager"
        assert not closing.stands
        assert closing.taken_back.at - before < timedelta(minutes=5)


# -- what the record lacks --------------------------------------------------------------------------------


def page_of_gaps(case, folder_id):
    return browser(case.manager).get(reverse("children:complete", args=[folder_id])).content.decode()


@pytest.mark.obligation("REC-02")
def test_a_record_lacks_its_assessment_of_risk_until_one_is_signed_and_closes_only_with_its_summary():
    case = make_case()
    [row] = begun(case, case.maya)
    sent(case, row, outcome="no_further_action")
    assert "Risk assessment" in page_of_gaps(case, case.maya), "written and sent, and nobody has signed it"
    said = {"safe_words": "She was seen at home and told us herself."}
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="closing summary") as refused:
            act.sign(row.id, a_signing("no_further_action", closing=a_closing(summary=""), **said))
        assert refused.value.verdict.field == "summary"
        assert answer(held([case.maya])) == HeldElsewhere()
        act.sign(row.id, a_signing("no_further_action", **said))
        assert answer(held([case.maya])) == HeldElsewhere(risk_assessed=True, ended=True, summary=True)
    gaps = page_of_gaps(case, case.maya)
    assert "Risk assessment" not in gaps
    assert "Closing or transfer summary" not in gaps
    assert "Risk assessment" in page_of_gaps(case, case.theo), "each child's record is its own"
    with as_practitioner(case.manager):
        take_back(
            Episode.objects.get(folder_id=case.maya).id,
            "Signed on the wrong child's page.",
            knows_family=False,
        )
        assert answer(held([case.maya])) == HeldElsewhere(risk_assessed=True), (
            "work is open again, so nothing has ended"
        )


@pytest.mark.obligation("REC-02")
def test_an_enquiry_that_ended_with_its_finding_assessed_the_risk():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    written(case, maya)
    assert "Risk assessment" in page_of_gaps(case, case.maya)
    with as_practitioner(case.manager):
        protection.end_enquiry(maya.id, an_ending())
    assert "Risk assessment" not in page_of_gaps(case, case.maya)


@pytest.mark.obligation("REC-02")
def test_work_that_should_not_have_been_begun_ends_no_record():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.manager):
        act.set_aside(row.id, "Begun on the wrong child's page.", knows_family=False)
        take_back(
            Episode.objects.get(folder_id=case.maya).id,
            "Begun on the wrong child's page.",
            knows_family=False,
        )
        assert answer(held([case.maya])) == HeldElsewhere()
