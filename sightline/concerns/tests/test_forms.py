"""What the forms of the front door ask, and what stands beside the questions."""

from __future__ import annotations

import pytest

from sightline.concerns.pages.forms import ChildDecisionForm, HappenedForm
from sightline.kernel.time import today
from sightline.procedures.loader import load_pack, pack_names


@pytest.mark.obligation("NTC-06")
@pytest.mark.obligation("STR-04")
@pytest.mark.parametrize("name", pack_names())
def test_guidance_stands_beside_the_field_that_it_concerns(name: str) -> None:
    pack = load_pack(name)
    beside = str(HappenedForm(pack=pack, day=today()).fields["what_happened"].beside)  # type: ignore[attr-defined]
    for text in pack.guidance("concern.what_happened", today()):
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
