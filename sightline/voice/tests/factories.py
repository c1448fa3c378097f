"""A child with a record, a worker who may write in it, and things that the child said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import record_child_of_concern
from sightline.kernel.time import now, today
from sightline.voice.actions import Said, hear
from sightline.voice.models import View
from sightline.voice.terms import Heard


def make_child(folder_id: UUID, worker: Practitioner, *, years: int = 9, known_as: str = "Maya") -> UUID:
    """A child in a folder, so many years old."""
    with as_practitioner(worker):
        born = today().replace(year=today().year - years, month=1, day=4)
        return record_child_of_concern(
            folder_id, given="Maya", family="Ferreira-Lund", known_as=known_as, born_on=born, age_years=None,
            expected_on=None, sex="F", lines="", postcode="", school="",
        )  # fmt: skip


def some_words(**changes: Any) -> Said:
    """What a child said; change what a test is about."""
    fields: dict[str, Any] = {
        "heard": Heard.TALKING,
        "heard_at": now() - timedelta(hours=2),
        "place": "The music room at school",
        "alone": True,
        "said": "I want mum to pick me up herself.",
        "wants": "That mum collects me.",
    }
    return Said(**{**fields, **changes})


def heard(folder_id: UUID, worker: Practitioner, **changes: Any) -> View:
    with as_practitioner(worker):
        return hear(folder_id, some_words(**changes))
