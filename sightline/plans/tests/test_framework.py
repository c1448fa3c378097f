"""Outcomes are planned under the framework of the partnership's own manual, and stay under it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner, make_partnership
from sightline.kernel.verdicts import Refused
from sightline.plans import actions
from sightline.plans.picture import WIDTH, chart
from sightline.plans.queries.review import Line, Point
from sightline.plans.terms import Whose
from sightline.plans.tests.factories import an_outcome, begun, make_family

from .test_pages import _client

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("CHD-08")
@pytest.mark.parametrize(
    ("pack", "of_framework", "allowed"),
    [
        ("nottinghamshire", "be_healthy", True),
        ("nottinghamshire", "best_outcomes", False),
        ("nottinghamshire", "", False),
        ("rotherham", "best_outcomes", True),
        ("rotherham", "be_healthy", False),
        ("milton-keynes", "", True),
    ],
)
def test_an_outcome_belongs_to_the_manuals_own_framework(pack: str, of_framework: str, allowed: bool) -> None:
    family = make_family(pack)
    plan = begun(family)
    with as_practitioner(family.worker):
        if allowed:
            assert len(actions.write_outcome([plan], an_outcome(of_framework=of_framework))) == 1
        else:
            with pytest.raises(Refused, match="this partnership plans for"):
                actions.write_outcome([plan], an_outcome(of_framework=of_framework))


@pytest.mark.obligation("CHD-08")
def test_another_framework_moves_nothing_that_was_planned() -> None:
    family = make_family("nottinghamshire")
    plan = begun(family)
    with as_practitioner(family.worker):
        actions.write_outcome([plan], an_outcome(of_framework="be_healthy"))
    make_partnership(pack="rotherham")
    with as_practitioner(family.worker):
        actions.write_outcome([plan], an_outcome(of_framework="best_outcomes", words="Maya swims."))
    page = _client(family.worker).get(reverse("plans:outcomes", args=[family.maya])).content.decode()
    assert "Planned under: Five outcomes." in page
    assert "Be healthy" in page
    assert "The best outcomes" in page


@pytest.mark.obligation("CHD-08")
def test_the_words_of_the_picture_are_readable_on_a_telephone() -> None:
    points = [
        Point(date(2026, 9, 1), 3, Whose.PROFESSIONAL, "At the start", ""),
        Point(date(2026, 11, 1), 6, Whose.PROFESSIONAL, "Review 1", ""),
    ]
    drawn = chart(Line("She eats.", "", None, 8, tuple(points), ()))
    assert drawn is not None
    shown_at = 290 / WIDTH  # 320 pixels less the margins
    sizes = [int(size) * shown_at for size in re.findall(r'font-size="(\d+)"', drawn)]
    assert len(sizes) >= 6
    assert min(sizes) >= 12
