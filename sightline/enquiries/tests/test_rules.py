"""Truth tables of the way through, of what an assessment lacks, and of protection."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.enquiries.rules import assessment, contact, protection, stages
from sightline.enquiries.rules.assessment import Ending, Member
from sightline.enquiries.terms import (
    Act,
    ActsForChild,
    AssessmentAct,
    AssessmentState,
    EmergencyKind,
    Stage,
    TookPart,
)
from sightline.kernel.verdicts import Refused

ACTS = [act for act in Act if act is not Act.TAKE_BACK]


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("act", ACTS)
def test_what_the_table_does_not_have_is_refused_with_what_to_do(stage, act):
    verdict = stages.step(stage, act)
    assert bool(verdict) is ((stage, act) in stages.TRANSITIONS)
    assert verdict or verdict.reason.endswith(".")


def test_nothing_follows_closing_and_everything_can_be_reached():
    assert not [act for (stage, act) in stages.TRANSITIONS if stage is Stage.CLOSED]
    reached = {*stages.BEGIN, *stages.TRANSITIONS.values()}
    assert reached == set(Stage)


@given(st.lists(st.sampled_from(list(Act)), max_size=30))
def test_steps_back_undo_the_latest_that_stood(acts):
    kept = stages.standing([(act, Stage.ASSESSMENT, Stage.HELP) for act in acts])
    onwards = sum(act is not Act.TAKE_BACK for act in acts)
    assert len(kept) <= onwards
    assert kept == sorted(kept)
    assert all(acts[place] is not Act.TAKE_BACK for place in kept)


def test_the_diagrams_name_every_state():
    assert all(stage.label in stages.diagram() for stage in Stage)
    assert all(state.label in assessment.diagram() for state in AssessmentState)


@pytest.mark.parametrize("state", list(AssessmentState))
@pytest.mark.parametrize("act", list(AssessmentAct))
def test_the_life_of_an_assessment(state, act):
    if (state, act) in assessment.TRANSITIONS:
        assert assessment.after(state, act) is assessment.TRANSITIONS[(state, act)]
    else:
        with pytest.raises(Refused):
            assessment.after(state, act)


def member(**changes):
    fields = {
        "person_id": uuid4(), "name": "Ana", "said": "mother", "carer": True, "took_part": TookPart.YES, "how": "Met.",
        "acts_for_child": ActsForChild.YES, "acts_evidence": "She rang herself.",
    }  # fmt: skip
    return Member(**{**fields, **changes})


@pytest.mark.obligation("ASM-07")
@pytest.mark.obligation("ASM-09")
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ""),
        ({"took_part": None}, "Say whether Ana"),
        ({"how": ""}, "Say how Ana"),
        ({"took_part": TookPart.NO}, "did not take part"),
        ({"took_part": TookPart.NO, "why_not": "In prison; he was written to."}, ""),
        ({"acts_for_child": None}, "acts in the child's interest"),
        ({"acts_evidence": ""}, "what shows"),
        ({"acts_for_child": None, "carer": False}, ""),
    ],
)
def test_every_member_of_the_family_is_answered_for(changes, missing):
    found = assessment.family_lacks([member(**changes)], True, "")
    assert (missing in " ".join(found)) if missing else found == []


@pytest.mark.obligation("ASM-06")
def test_a_barrier_needs_its_adjustment():
    found = assessment.family_lacks([member(barrier="Speaks Romanian.")], True, "")
    assert "what was done about what stood in the way" in found[0]
    assert (
        assessment.family_lacks([member(barrier="Speaks Romanian.", adjustment="An interpreter.")], True, "")
        == []
    )


@pytest.mark.obligation("ASM-09")
def test_a_father_is_never_left_out_silently():
    assert "No father is recorded" in assessment.family_lacks([member()], False, "")[0]
    assert assessment.family_lacks([member()], False, "Ana does not want to name him; asked twice.") == []


@pytest.mark.obligation("EQU-01")
@pytest.mark.parametrize(
    ("text", "queried"),
    [
        ("In their culture it is normal to smack a child.", True),
        ("He was hit because that is how discipline works back home.", True),
        ("Their faith is part of how they get through the week.", False),
        ("The family celebrates its traditions together.", False),
        ("He hit her. The family is religious.", False),
    ],
)
def test_culture_given_as_an_explanation_of_harm_is_queried(text, queried):
    assert bool(assessment.culture_as_explanation(text)) is queried


def held(texts):
    sections = (
        assessment.Section(
            "parenting", "Parents", "side", False, (assessment.Asked("safety", "Safety", True),)
        ),
    )
    return assessment.Held(
        sections=sections, texts={"parenting": texts}, evidence={}, members=(), father_recorded=True, progress=1,
        unborn=False, contributions_open=(), factors=(), needs_unanswered=(),
    )  # fmt: skip


@pytest.mark.obligation("ASM-02")
def test_an_assessment_with_one_side_alone_says_why():
    one = assessment.lacks(held({"safety.difficulties": "Left alone at night."}))
    assert "Not one strength" in one[0].words
    why = {"safety.difficulties": "Left alone at night.", "why_one_sided": "Nobody let us in to see any."}
    assert assessment.lacks(held(why)) == []
    both = {"safety.difficulties": "Left alone at night.", "safety.strengths": "Her aunt comes at once."}
    assert assessment.lacks(held(both)) == []


@pytest.mark.obligation("ASM-01")
@pytest.mark.parametrize("section", ["voice", "needs_of_child", "parenting", "surroundings", "analysis"])
@pytest.mark.parametrize(
    ("marked", "linked", "why", "enough"),
    [
        (True, 0, "", False),
        (True, 0, "None.", False),
        (True, 0, "He moved here on Monday and nothing is written yet.", True),
        (True, 1, "", True),
        (False, 0, "", True),
    ],
)
def test_each_section_that_the_pack_marks_stands_on_entries_or_says_why_on_none(
    section, marked, linked, why, enough
):
    part = assessment.Section(section, section, "words", marked)
    found = assessment.lacks(
        assessment.Held(
            sections=(part,),
            texts={section: {"why_nothing_linked": why}},
            evidence={section: linked},
            members=(),
            father_recorded=True,
            progress=1,
            unborn=False,
            contributions_open=(),
            factors=(),
            needs_unanswered=(),
        )  # fmt: skip
    )
    assert ([lack.words for lack in found] == []) is enough
    assert enough or found[0].words == assessment.LINK_OR_SAY_WHY


@pytest.mark.parametrize(
    ("factors", "right"),
    [((), False), (("21",), True), (("21", "3B"), False), (("3B", "16A"), True), (("99",), False)],
)
def test_census_factors(factors, right):
    assert bool(assessment.factors_are_right(factors)) is right


def ending(**changes):
    fields = {
        "closes": True, "step": "close", "protecting": False, "child_seen": True, "non_contact_open": False,
        "safe_words": "She was seen at school and at home.",
    }  # fmt: skip
    return assessment.may_end(Ending(**{**fields, **changes}))


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"non_contact_open": True}, False),
        ({"safe_words": ""}, False),
        ({"child_seen": False}, False),
        ({"child_seen": False, "unborn": True}, True),
        ({"protecting": True}, False),
        ({"protecting": True, "step": "", "closes": False}, True),
        ({"step": "", "closes": False}, False),
        ({"closes": False, "step": "agree help", "child_seen": False, "safe_words": ""}, True),
    ],
)
def test_not_reaching_a_family_is_never_alone_a_reason_to_close(changes, allowed):
    assert bool(ending(**changes)) is allowed


@pytest.mark.obligation("HLP-03")
@pytest.mark.parametrize(
    ("stands_on", "statutory", "why", "allowed"),
    [
        ("agreement", True, "", True),
        ("agreement", False, "", True),
        ("power", True, "", False),
        ("power", True, "Lesser help was tried and failed.", True),
        ("power", False, "Lesser help was tried and failed.", False),
        ("", True, "", False),
    ],
)
def test_an_assessment_stands_on_agreement_or_says_why_nothing_less(stands_on, statutory, why, allowed):
    verdict = assessment.may_begin(
        statutory=statutory, stands_on=stands_on, words="Her mother agreed on Tuesday.", why_nothing_less=why,
        may_do_statutory=True,
    )  # fmt: skip
    assert bool(verdict) is allowed


@pytest.mark.obligation("HLP-03")
@pytest.mark.parametrize(
    ("agreed", "nothing_less", "network", "field"),
    [
        (True, "", "Both grandmothers were asked.", ""),
        (False, "", "Both grandmothers were asked.", "nothing_less"),
        (False, "   ", "Both grandmothers were asked.", "nothing_less"),
        (False, "A kinship placement was weighed.", "Both grandmothers were asked.", ""),
        (False, "A kinship placement was weighed.", "", "network"),
        (True, "", "", "network"),
    ],
)
def test_a_child_is_looked_after_by_agreement_or_says_why_nothing_less(agreed, nothing_less, network, field):
    day = date(2026, 11, 20)
    verdict = protection.may_be_looked_after(
        began_on=day, today=day, agreed=agreed, basis_words="The family court on Friday.",
        nothing_less=nothing_less, network=network, reasons="Nobody at home can care for her.",
    )  # fmt: skip
    assert (bool(verdict), verdict.field) == (not field, field)


@given(st.lists(st.booleans(), max_size=12))
def test_failed_attempts_are_counted_back_to_the_last_that_reached_somebody(latest_first):
    count = contact.in_a_row(latest_first)
    assert all(latest_first[:count])
    assert count == len(latest_first) or not latest_first[count]


ENDS = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "days", "extended", "allowed"),
    [
        (EmergencyKind.ORDER, 7, False, True),
        (EmergencyKind.ORDER, 8, False, False),
        (EmergencyKind.ORDER, 0, False, False),
        (EmergencyKind.ORDER, 3, True, False),
        (EmergencyKind.POLICE, 1, False, False),
    ],
)
def test_an_order_is_extended_once_and_no_longer_than_the_procedures_say(kind, days, extended, allowed):
    verdict = protection.may_extend_emergency(
        kind, ENDS, ENDS + timedelta(days=days), extended, "The family court on Friday, for the hearing.",
        latest=ENDS + timedelta(days=7),
    )  # fmt: skip
    assert bool(verdict) is allowed


WHOLE_ENQUIRY = {
    "harm_where": ["home"], "child_seen_on": datetime(2026, 11, 20, tzinfo=UTC).date(), "seen_alone": True,
    "not_seen_why": "", "powers_told": "Both parents were told at home.", "spoken_to": 1, "unanswered": [],
    "father_recorded": True, "not_heard_why": "", "finding": "not_substantiated",
    "analysis": "The marks are old and explained.", "conference": False,
    "conference_why": "Nobody is worried any more.",
}  # fmt: skip


NO_FATHER = "No father is recorded: record him, or say what is known of him and why he was not heard"


@pytest.mark.obligation("FAM-14")
@pytest.mark.parametrize(
    ("unanswered", "father", "why", "lacks"),
    [
        ([], True, "", []),
        (["Jon Lund, father"], True, "", ["Record how Jon Lund, father was heard, or why not"]),
        (["Jon Lund, father"], True, "He is abroad.", ["Record how Jon Lund, father was heard, or why not"]),
        ([], False, "", [NO_FATHER]),
        ([], False, "Abroad.", [NO_FATHER]),
        ([], False, "Her mother does not say who he is.", []),
    ],
)
def test_an_enquiry_is_decided_with_each_account_or_the_reason_why_it_is_missing(
    unanswered, father, why, lacks
):
    found = protection.enquiry_lacks(
        **WHOLE_ENQUIRY | {"unanswered": unanswered, "father_recorded": father, "not_heard_why": why}
    )
    assert found == lacks
