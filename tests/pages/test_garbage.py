"""Forms sent anything at all: no error, and what is refused leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .garbage import GARBAGE, found_wrong, payloads
from .world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["decider", "nobody"])
def test_garbage_is_refused_plainly_and_writes_nothing(
    world: World, owning: Callable[[], Any], role: str
) -> None:
    assert found_wrong(world, owning, role) == []


def test_every_form_gets_every_kind() -> None:
    for count in (1, 2, 3, 4, 5, 7, 16):
        sent = [data for _, data in payloads({f"f{n}": None for n in range(count)})]
        met = {repr(value) for data in sent for value in data.values()}
        assert met == {repr(value) for value in GARBAGE.values()}, count
