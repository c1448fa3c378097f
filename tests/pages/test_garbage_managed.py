"""Forms sent anything at all: no error, and what is refused leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .garbage import found_wrong
from .world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_garbage_is_refused_plainly_and_writes_nothing(
    world: World, owning: Callable[[], Any], role: str
) -> None:
    assert found_wrong(world, owning, role) == []
