from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from .world import World, make_world


@pytest.fixture(scope="session")
def _world(standing: Callable[..., Any]) -> World:
    """Made once for each worker, since it takes five seconds."""
    world: World = standing(make_world)
    return world


@pytest.fixture
def world(_world: World, db: None) -> World:
    """The small world, as it was made: what a test does in it is rolled back."""
    return deepcopy(_world)
