"""What the forms of the front door ask, and what stands beside the questions."""

from __future__ import annotations

import pytest

from sightline.concerns.actions import outcome_rule
from sightline.concerns.pages.decision_forms import QUESTIONS, ChildDecisionForm
from sightline.concerns.pages.forms import HappenedForm
from sightline.concerns.rules import questions
from sightline.kernel.time import today
from sightline.procedures.loader import load_pack, pack_names
from sightline.procedures.terms import GuidedField


@pytest.mark.obligation("NTC-06")
@pytest.mark.obligation("STR-04")
@pytest.mark.parametrize("name", pack_names())
def test_guidance_stands_beside_the_field_that_it_concerns(name: str) -> None:
    pack = load_pack(name)
    beside = str(HappenedForm(pack=pack, day=today()).fields["what_happened"].beside)  # type: ignore[attr-defined]
    for text in pack.guidance(GuidedField.WHAT_HAPPENED, today()):
        assert text.title in beside
        assert text.citation in beside


@pytest.mark.obligation("NTC-01")
def test_indicators_are_offered_by_category_and_never_required() -> None:
    pack = load_pack("rotherham")
    form = HappenedForm(
        {"what_happened": "She came without a coat again.", "harm_where": ["home"]}, pack=pack, day=today()
    )
    assert form.is_valid(), form.errors
    assert len(form.categories) == len(pack.indicators(today()))


@pytest.mark.obligation("HLP-02")
@pytest.mark.parametrize("name", pack_names())
def test_a_decision_offers_the_packs_own_levels_and_nothing_is_chosen(name: str) -> None:
    pack = load_pack(name)
    form = ChildDecisionForm(pack=pack, day=today())
    offered = [o.value for o in form.fields["level_id"].options]  # type: ignore[attr-defined]
    assert offered == [level.id for level in pack.levels(today()).level]
    assert not any(field.initial for field in form.fields.values())


@pytest.mark.obligation("HLP-03")
@pytest.mark.parametrize("name", pack_names())
def test_each_outcome_asks_what_the_rules_want_of_it_and_no_other_does(name: str) -> None:
    pack = load_pack(name)
    form = ChildDecisionForm(pack=pack, day=today())
    for option in form.fields["outcome_id"].options:  # type: ignore[attr-defined]
        rule = outcome_rule(pack, option.value, today())
        assert rule is not None
        assert {name.removesuffix(f"_{option.value}") for name in option.reveals} == questions(rule)
    assert not any(name.startswith(QUESTIONS) for name in form.shown)


def test_what_was_typed_under_another_outcome_is_not_sent_with_this_one() -> None:
    pack = load_pack("rotherham")
    level = pack.levels(today()).level[0]
    form = ChildDecisionForm(
        {
            "level_id": level.id,
            f"descriptors_{level.id}": [level.descriptor[0].id],
            "outcome_id": "no_further_action",
            "advice_no_further_action": "Ring us if it happens again.",
            "records_referral_no_further_action": "no",
            "advice_signposting": "Words for another outcome.",
            "sooner_early_help": "yes",
            "reasons": "She is safe and the school helps.",
            "stands_on": "Her mother agreed.",
            "child_told": "By her teacher.",
            "parents_told": "By telephone.",
            "has_conflict": "no",
        },
        pack=pack,
        day=today(),
    )
    assert form.is_valid(), form.errors
    assert form.answered("advice") == "Ring us if it happens again."
    assert form.answered("sooner") is None
    assert form.cleaned_data["advice_signposting"] == ""


def test_a_draft_of_a_decision_comes_back_with_what_the_level_and_the_outcome_asked() -> None:
    pack = load_pack("rotherham")
    level = pack.levels(today()).level[1]
    kept = {
        "c0-level_id": [level.id],
        f"c0-descriptors_{level.id}": [level.descriptor[0].id],
        "c0-outcome_id": ["early_help"],
        "c0-sooner_early_help": ["no"],
    }
    form = ChildDecisionForm(draft=kept, prefix="c0", pack=pack, day=today())
    assert form[f"descriptors_{level.id}"].value() == [level.descriptor[0].id]
    assert form["sooner_early_help"].value() == "no"
