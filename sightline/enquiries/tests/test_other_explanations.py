"""No assessment is signed before its author has said what else it could be (every pack, every form)."""

from __future__ import annotations

import pytest

from sightline.enquiries.queries.assessment import form_rules
from sightline.enquiries.rules import assessment
from sightline.kernel.time import today
from sightline.procedures.loader import load_pack, pack_names

SECTION = "other_explanations"
FORMS = ("section_17", "early_help")


def lacking(pack: str, form: str, texts: dict[str, str]) -> list[str]:
    """What is still missing of that section, where it holds these texts."""
    chosen = load_pack(pack).assessment_form(form, today())
    held = assessment.Held(
        sections=form_rules(chosen), texts={SECTION: texts}, evidence={}, members=(), father_recorded=True,
        progress=1, unborn=False, contributions_open=(), factors=(), needs_unanswered=(),
    )  # fmt: skip
    return [lack.words for lack in assessment.lacks(held) if lack.section == SECTION]


@pytest.mark.obligation("ASM-07")
@pytest.mark.parametrize("pack", pack_names())
@pytest.mark.parametrize("form", FORMS)
def test_other_explanations_and_what_would_change_ones_mind_are_asked_before_signing(
    pack: str, form: str
) -> None:
    nothing = lacking(pack, form, {})
    assert any("change your mind" in words for words in nothing)
    full = dict.fromkeys(("considered", "change_mind", "assumptions"), "An illness; the clinic ruled it out.")
    assert lacking(pack, form, full) == []
    for left_out in ("considered", "change_mind"):
        assert len(lacking(pack, form, full | {left_out: "  "})) == 1
