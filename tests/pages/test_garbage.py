"""Forms sent anything at all: no error, and what is refused leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .garbage import GARBAGE, found_wrong, payloads
from .test_every_page import ROUTES, own_routes
from .world import World

pytestmark = pytest.mark.django_db

#: In parts, so that several processes can take them.
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_garbage_is_refused_plainly_and_writes_nothing(
    world: World, owning: Callable[[], Any], part: int
) -> None:
    walked = [*own_routes(), *(name for name in ROUTES if name.startswith("account_"))]
    assert found_wrong(world, owning, list(dict.fromkeys(walked))[part::PARTS]) == []


def test_every_field_gets_every_kind() -> None:
    for typed, chosen in ((1, 0), (0, 1), (2, 3), (5, 0), (7, 20), (60, 80)):
        names = {f"t{n}": None for n in range(typed)} | {f"c{n}": "yes" for n in range(chosen)}
        met = {(name, repr(value)) for _, data in payloads(names) for name, value in data.items()}
        for name in names:
            for kind in GARBAGE.values():
                assert any((name, repr(one)) in met for one in either(kind))
        if len(names) > 1:
            assert {repr(one) for kind in GARBAGE.values() for one in either(kind)} <= {one for _, one in met}


def either(kind: Any) -> tuple[Any, ...]:
    return kind if isinstance(kind, tuple) else (kind,)
