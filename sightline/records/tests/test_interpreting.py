"""Who interpreted when somebody was spoken to, and a relative is challenged."""

from __future__ import annotations

import pytest

from sightline.records import rules
from sightline.records.terms import Interpreting


@pytest.mark.obligation("FAM-04")
@pytest.mark.parametrize(
    ("interpreting", "who", "why", "field"),
    [
        (None, "", "", "interpreting"),
        (Interpreting.NONE_NEEDED, "", "", ""),
        (Interpreting.BOOKED, " ", "", "interpreter"),
        (Interpreting.BOOKED, "British Sign Language, Hands, booking 12", "", ""),
        (Interpreting.RELATIVE, "Her aunt, Polish", " ", "relative_why"),
        (Interpreting.RELATIVE, "", "Nobody could be reached at night.", ""),
    ],
)
def test_a_relative_interprets_only_with_a_reason_and_an_interpreter_is_named(interpreting, who, why, field):
    verdict = rules.may_interpret(interpreting, who, why)
    assert (bool(verdict), verdict.field or "") == (not field, field)
