"""A question that is put together once asks the same at any time and of anybody (see `kernel.together`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.urls import get_resolver

from sightline.kernel.ids import uuid7
from sightline.kernel.together import PREPARED, _Put
from sightline.kernel.viewer import Viewer, looking_as

pytestmark = pytest.mark.django_db

GIVEN: dict[str, Any] = {
    "Sequence[UUID]": [uuid4(), uuid4()],
    "UUID": uuid4(),
    "date": date(2026, 5, 4),
    "datetime": datetime(2026, 5, 4, tzinfo=UTC),
}


def asked(build: Callable[..., Any]) -> list[tuple[str, list[Any]]]:
    wanted = [GIVEN[parameter.annotation] for parameter in inspect.signature(build).parameters.values()]
    puts = [_Put(queryset) for queryset in build(*wanted)]
    return [(put.sql, list(put.params)) for put in puts]


def test_it_knows_neither_the_clock_nor_who_is_looking(db: None) -> None:
    assert get_resolver().url_patterns  # every room is loaded
    assert PREPARED
    for build in PREPARED:
        with (
            time_machine.travel(datetime(2024, 2, 29, 12, tzinfo=UTC), tick=False),
            looking_as(Viewer.public()),
        ):
            before = asked(build)
        someone: UUID = uuid7()
        with (
            time_machine.travel(datetime(2031, 7, 1, 23, tzinfo=UTC), tick=False),
            looking_as(Viewer.practitioner(someone)),
        ):
            assert asked(build) == before, build.__qualname__
