"""Who interpreted on a visit under a plan."""

from __future__ import annotations

import pytest

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.verdicts import Refused
from sightline.plans import actions
from sightline.plans.queries.plan import visits_of
from sightline.records.terms import Interpreting

from .factories import a_visit, begun, make_family

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("FAM-04")
def test_a_relative_who_interprets_on_a_visit_is_challenged_and_the_reason_stands_beside_it():
    family = make_family()
    with as_practitioner(family.worker):
        plan_id = begun(family)
        with pytest.raises(Refused, match="Say who interpreted"):
            actions.record_visit(plan_id, a_visit(interpreting=None))
        with pytest.raises(Refused, match="A relative should not interpret") as refused:
            actions.record_visit(plan_id, a_visit(interpreting=Interpreting.RELATIVE, interpreter="Her aunt"))
        assert refused.value.verdict.field == "relative_why"
        actions.record_visit(
            plan_id,
            a_visit(
                interpreting=Interpreting.RELATIVE,
                interpreter="Her aunt, Polish",
                relative_why="Nobody came at night.",
            ),
        )
        [visit] = visits_of([family.maya])
        assert (visit.interpreting, visit.interpreter, visit.relative_why) == (
            "relative", "Her aunt, Polish", "Nobody came at night.",
        )  # fmt: skip
