"""Rows that may not overlap are found by whose they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators


def constraints() -> Iterator[ExclusionConstraint]:
    for model in apps.get_models():
        if model.__module__.startswith("sightline."):
            yield from (c for c in model._meta.constraints if isinstance(c, ExclusionConstraint))


@pytest.mark.parametrize("constraint", list(constraints()), ids=lambda constraint: constraint.name)
def test_whose_a_row_is_comes_before_its_days(constraint):
    # Sorted by days first, the index is read whole for every row written: most rows hold until today.
    operators = [operator for _expression, operator in constraint.expressions]
    assert operators[0] == RangeOperators.EQUAL
    assert operators[-1] == RangeOperators.OVERLAPS
