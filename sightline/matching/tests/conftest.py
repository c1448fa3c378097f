from __future__ import annotations

import pytest

from sightline.agencies.terms import Permission
from sightline.kernel.viewer import Viewer

from .world import World


@pytest.fixture
def world(owning) -> World:
    return World.made(owning)


@pytest.fixture
def searcher(world: World) -> Viewer:
    """Somebody whose role may search, and nothing else."""
    return world.practitioner(Permission.SEARCH)
