"""A small partnership, invented: who works where as what, and one folder with its child."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from uuid import UUID

import pytest
from django.db import connection

from sightline.access.models import Folder, Grant, Responsibility, Seal, SealName
from sightline.agencies.models import Agency, Posting, Practitioner, Role, RolePermission, Team
from sightline.agencies.terms import Permission
from sightline.children import actions
from sightline.children.rules import Names, NewChild
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as

EARLIER = date(2020, 1, 1)

#: What each role of the little partnership may do.
ROLES: dict[str, tuple[Permission, ...]] = {
    "social-worker": (
        Permission.SEARCH,
        Permission.READ_FOLDER,
        Permission.WRITE_FOLDER,
        Permission.RAISE_CONCERN,
        Permission.SEE_CONFIDENTIAL_ADDRESS,
    ),
    "health-visitor": (
        Permission.SEARCH,
        Permission.READ_FOLDER,
        Permission.WRITE_FOLDER,
        Permission.RAISE_CONCERN,
    ),
    "teacher": (Permission.RAISE_CONCERN,),
    "finder": (Permission.SEARCH,),
}


@dataclass
class World:
    """Set-up past the doors (as the owner of the tables); acting and looking through them."""

    owning: Callable[[], AbstractContextManager[None]]
    council: Agency = None  # type: ignore[assignment]
    health: Agency = None  # type: ignore[assignment]
    school: Agency = None  # type: ignore[assignment]
    refuge: Agency = None  # type: ignore[assignment]
    front_door: Team = None  # type: ignore[assignment]
    roles: dict[str, Role] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def practitioner(self, name: str, role: str, agency: Agency, telephone: str = "") -> Practitioner:
        with self.owning():
            who = Practitioner.objects.create(name=name, telephone=telephone)
            Posting.objects.create(
                practitioner=who,
                agency=agency,
                role=self.roles[role],
                post_title=role.replace("-", " "),
                held_from=EARLIER,
            )
        return who

    def folder(self, *to: Practitioner, level: str = "write", agency: Agency | None = None) -> UUID:
        """A folder opened long ago, that `to` may open."""
        with self.owning():
            folder = Folder.objects.create(
                number=f"NM-{next(self._numbers):06}", opened_at=now(), agency=agency or self.council
            )
        self.age(folder.pk)
        for who in to:
            self.grant(folder.pk, who, level)
        return folder.pk

    def age(self, folder_id: UUID) -> None:
        """The folder and the people in it were not written in this transaction."""
        with self.owning(), connection.cursor() as cursor:
            for table, key in (("access_folder", "id"), ("children_person", "folder_id")):
                cursor.execute(
                    f"UPDATE {table} SET written_at = written_at - interval '1 day' WHERE {key} = %s",
                    [folder_id],
                )

    def age_person(self, person_id: UUID) -> None:
        with self.owning(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE children_person SET written_at = written_at - interval '1 day' WHERE id = %s",
                [person_id],
            )

    def grant(self, folder_id: UUID, who: Practitioner, level: str = "write") -> Grant:
        with self.owning():
            return Grant.objects.create(
                folder_id=folder_id,
                practitioner=who,
                level=level,
                origin="given",
                why="Works with the child",
                given_at=now() - timedelta(days=1),
            )

    def seal(self, folder_id: UUID, *named: Practitioner) -> None:
        with self.owning():
            by = named[0]
            seal = Seal.objects.create(folder_id=folder_id, why="Staff family", sealed_at=now(), sealed_by=by)
            for who in named:
                SealName.objects.create(
                    folder_id=folder_id, seal=seal, practitioner=who, named_by=by, named_at=now()
                )

    def managed_by(self, folder_id: UUID, who: Practitioner) -> None:
        with self.owning():
            Responsibility.objects.create(folder_id=folder_id, manager=who, held_from=EARLIER)

    @contextmanager
    def looking(self, who: Practitioner | Viewer | str) -> Iterator[None]:
        """As a practitioner, a viewer, or a named job."""
        viewer = (
            who
            if isinstance(who, Viewer)
            else Viewer.for_job(who)
            if isinstance(who, str)
            else Viewer.practitioner(who.pk)
        )
        with looking_as(viewer):
            yield

    def child(self, folder_id: UUID, by: Practitioner | str = "demo", **known: object) -> UUID:
        known.setdefault("names", Names("Maya", "Ferreira-Lund"))
        with self.looking(by):
            child_id = actions.record_child(NewChild(folder_id, **known))  # type: ignore[arg-type]
        self.age_person(child_id)
        return child_id


@pytest.fixture
def world(owning: Callable[[], AbstractContextManager[None]]) -> World:
    world = World(owning)
    with owning():
        world.council = Agency.objects.create(
            name="Northmoor Council", kind="local_authority", telephone="01632 960001"
        )
        world.health = Agency.objects.create(name="Northmoor Health", kind="health", telephone="01632 960002")
        world.school = Agency.objects.create(name="Quayside Primary", kind="school")
        world.refuge = Agency.objects.create(
            name="Harbour House",
            kind="voluntary",
            telephone="01632 960009",
            sensitive=True,
            ask="Ask the front door",
        )
        world.front_door = Team.objects.create(agency=world.council, name="Front door", front_door=True)
        for slug, permissions in ROLES.items():
            role = Role.objects.create(slug=f"test-{slug}", title=slug.replace("-", " "), explained="")
            world.roles[slug] = role
            for permission in permissions:
                RolePermission.objects.create(role=role, permission=permission.value, scope="partnership")
    return world


@pytest.fixture
def worker(world: World) -> Practitioner:
    """A social worker who may see confidential addresses."""
    return world.practitioner("Dana Okafor", "social-worker", world.council, "01632 960011")


@pytest.fixture
def stranger(world: World) -> Practitioner:
    """The same role, another child's worker."""
    return world.practitioner("Priya Nair", "social-worker", world.council)


@pytest.fixture
def visitor(world: World) -> Practitioner:
    """A health visitor, who may not see confidential addresses."""
    return world.practitioner("Ines Farrow", "health-visitor", world.health)


@pytest.fixture
def folder_id(world: World, worker: Practitioner) -> UUID:
    return world.folder(worker)


@pytest.fixture
def child_id(world: World, folder_id: UUID) -> UUID:
    """Maya, whose folder the worker may write in."""
    return world.child(folder_id)


def days_ago(number: int) -> date:
    return today() - timedelta(days=number)
