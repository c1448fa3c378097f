"""The demonstration's children: that the families are there, and that loading again adds only what is missing."""

from __future__ import annotations

import pytest
from django.db import transaction

from sightline.children.models import Person
from sightline.concerns.models import Concern
from sightline.concerns.terms import ConcernState
from sightline.config.demo import load
from sightline.kernel.viewer import Viewer, looking_as

pytestmark = pytest.mark.django_db


def _nothing(_done: int, _of: int) -> None: ...


def _children() -> int:
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        return Person.objects.filter(kind="child").count()


def test_as_many_children_as_asked_for_and_no_more_when_asked_again() -> None:
    told: list[tuple[int, int]] = []
    load(40, lambda done, of: told.append((done, of)))
    assert _children() == 40
    assert told[-1] == (40, 40)
    load(40, _nothing)
    assert _children() == 40
    load(45, _nothing)
    assert _children() == 45
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        states = set(Concern.objects.values_list("state", flat=True))
    assert states == {state.value for state in ConcernState} - {ConcernState.TAKEN_BACK.value}
