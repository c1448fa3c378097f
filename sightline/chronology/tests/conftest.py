"""A child with a record, invented: entries of two agencies over a year, and those who may read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_partnership,
    make_practitioner,
    setting_up,
)
from sightline.children.actions import record_child
from sightline.children.rules import Birth, Names, NewChild
from sightline.kernel.time import LONDON
from sightline.kernel.viewer import Viewer, looking_as
from sightline.records.actions import PastEntry, record_entries_bulk

AT = datetime(2026, 3, 2, 10, 30, tzinfo=LONDON)


@pytest.fixture
def worker(db: None) -> Practitioner:
    make_partnership()
    return make_practitioner("social-worker", name="Dana Okafor")


@pytest.fixture
def visitor(worker: Practitioner) -> Practitioner:
    return make_practitioner("health-visitor", name="Ines Farrow")


@pytest.fixture
def stranger(worker: Practitioner) -> Practitioner:
    return make_practitioner("social-worker", name="Nobody Here")


@pytest.fixture
def new_child(worker: Practitioner, visitor: Practitioner) -> Callable[[str], UUID]:
    def make(name: str) -> UUID:
        folder_id = open_folder_for(worker, visitor)
        with as_practitioner(worker):
            record_child(NewChild(folder_id, Names(name, "Quill"), Birth(born_on=date(2017, 3, 14))))
        return folder_id

    return make


@pytest.fixture
def folder(new_child: Callable[[str], UUID]) -> UUID:
    return new_child("Robin")


@pytest.fixture
def wrote(folder: UUID) -> Callable[..., None]:
    """An entry of the past, as it was signed then."""

    def write(
        who: Practitioner, text: str, *, happened: datetime = AT, after: timedelta = timedelta(hours=1),
        kind: str = "visit", into: UUID | None = None,
    ) -> None:  # fmt: skip
        posting = who.postings.get()
        with setting_up(), looking_as(Viewer.for_job("demo")):
            record_entries_bulk(
                [
                    PastEntry(
                        {into or folder: text}, kind, happened, happened + after, who.pk,
                        f"{posting.post_title}, {posting.agency.name}", agency_id=posting.agency_id,
                    )
                ]
            )  # fmt: skip

    return write


@pytest.fixture
def signed_in() -> Callable[[Practitioner], Client]:
    def client(who: Practitioner) -> Client:
        found = Client(headers={"user-agent": "Tests"})
        found.force_login(who.user)
        return found

    return client
