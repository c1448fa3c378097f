from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .world import World, make_world


@pytest.fixture
def world(db: None, owning: Callable[[], Any]) -> World:
    return make_world(owning)
