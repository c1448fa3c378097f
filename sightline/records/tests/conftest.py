from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sightline.access.tests.factories import let_in, open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.children.actions import record_child_of_concern, tie
from sightline.children.rules import NewTie
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import now


@dataclass
class Family:
    """Three siblings whose records a social worker writes in, and who else there is."""

    worker: Practitioner
    manager: Practitioner
    visitor: Practitioner
    stranger: Practitioner
    maya: UUID
    theo: UUID
    bea: UUID
    persons: dict[UUID, UUID]

    @property
    def folders(self) -> tuple[UUID, UUID, UUID]:
        return (self.maya, self.theo, self.bea)


@pytest.fixture
def make_family(db: None) -> Callable[[], Family]:
    return _family


@pytest.fixture
def family(db: None) -> Family:
    return _family()


def _family() -> Family:
    make_partnership()
    manager = make_practitioner("team-manager", name="Priya Nair")
    team = manager.postings.get().team
    worker = make_practitioner("social-worker", name="Dana Okafor", team=team, line_manager=manager)
    visitor = make_practitioner("health-visitor", name="Ines Farrow", post_title="Health visitor")
    stranger = make_practitioner("social-worker", name="Nobody Here")
    folders, persons = [], {}
    for given in ("Maya", "Theo", "Bea"):
        folder = open_folder_for(worker, manager=manager)
        let_in(folder, manager)
        with as_practitioner(worker):
            persons[folder] = record_child_of_concern(
                folder, given=given, family="Ferreira-Lund", age_years=7
            )
        folders.append(folder)
    with as_practitioner(worker):
        for one in folders:
            for other in folders:
                if one != other:
                    tie(one, NewTie(persons[other], Kinship.SIBLING, Known.NOT_KNOWN, Known.YES))
    return Family(worker, manager, visitor, stranger, folders[0], folders[1], folders[2], persons)


def an_hour_ago() -> datetime:
    return now() - timedelta(hours=1)
