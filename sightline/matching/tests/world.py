"""A small invented partnership for the tests of matching, made past the doors."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.test import Client

from sightline.access.models import Folder, Grant, Joining, Seal, SealName
from sightline.agencies.models import Agency, Posting, Practitioner, Role, RolePermission, User
from sightline.agencies.terms import AgencyKind, Permission, Scope
from sightline.children.models import (
    Identifier,
    Particulars,
    Person,
    PersonName,
    Pointer,
    PointerAgency,
    Residence,
    Tie,
)
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer
from sightline.matching import actions

_numbers = itertools.count(1)
Owning = Callable[[], AbstractContextManager[None]]


@dataclass
class World:
    """Makes agencies, practitioners and children as the owner of the tables."""

    owning: Owning
    agency: Agency

    @classmethod
    def made(cls, owning: Owning) -> World:
        with owning():
            agency = Agency.objects.create(
                name=f"Northmoor Council {next(_numbers)}", kind=AgencyKind.LOCAL_AUTHORITY.value
            )
        return cls(owning, agency)

    def practitioner(self, *permissions: Permission) -> Viewer:
        number = next(_numbers)
        with self.owning():
            person = Practitioner.objects.create(name=f"Practitioner {number}")
            role = Role.objects.create(slug=f"role-{number}", title=f"Role {number}", explained="For a test.")
            for permission in permissions:
                RolePermission.objects.create(
                    role=role, permission=permission.value, scope=Scope.AGENCY.value
                )
            Posting.objects.create(
                practitioner=person, agency=self.agency, role=role, post_title="Social worker",
                held_from=today() - timedelta(days=9),
            )  # fmt: skip
        return Viewer.practitioner(person.id)

    def signed_in(self, viewer: Viewer) -> Client:
        """A browser in which this practitioner is signed in."""
        with self.owning():
            user = User.objects.create_user(email=f"p{next(_numbers)}@example.org", password="not used here")
            Practitioner.objects.filter(id=viewer.practitioner_id).update(user=user)
        client = Client()
        client.force_login(user)
        return client

    def child(
        self,
        given: str,
        family: str,
        born: date | None = None,
        *,
        known_as: str = "",
        former: tuple[str, str] | None = None,
        lines: str = "",
        postcode: str = "",
        area: str = "",
        confidential: bool = False,
        nhs: str = "",
        upn: str = "",
        agencies: tuple[tuple[str, str], ...] = (),
    ) -> UUID:
        with self.owning():
            folder = Folder.objects.create(
                number=f"T-{next(_numbers):05d}", opened_at=now(), agency=self.agency
            )
            person = Person.objects.create(folder=folder, kind="child")
            common = {"person": person, "folder": folder, "recorded_at": now()}
            since = born or date(2010, 1, 1)
            PersonName.objects.create(**common, use="full", given=given, family=family, held_from=since)
            if known_as:
                PersonName.objects.create(**common, use="known_as", given=known_as, held_from=since)
            if former:
                PersonName.objects.create(
                    **common, use="former", given=former[0], family=former[1], held_from=since
                )
            Particulars.objects.create(**common, born_on=born)
            if lines or postcode:
                Residence.objects.create(
                    **common,
                    lines=lines,
                    postcode=postcode,
                    area=area,
                    confidential=confidential,
                    held_from=since,
                )
            for scheme, value in (("nhs", nhs), ("upn", upn)):
                if value:
                    Identifier.objects.create(**common, scheme=scheme, value=value)
            Pointer.objects.create(
                folder=folder, name=f"{given} {family}", known_as=known_as, born_on=born,
                area="" if confidential else area, refreshed_at=now(),
            )  # fmt: skip
            for shown_as, reach in agencies:
                PointerAgency.objects.create(folder=folder, shown_as=shown_as, reach=reach)
            actions.refresh_keys([folder.id])
        return folder.id

    def adult(self, given: str, family: str, *children: UUID, kinship: str = "mother") -> UUID:
        with self.owning():
            person = Person.objects.create(kind="adult")
            PersonName.objects.create(
                person=person, recorded_at=now(), use="full", given=given, family=family, held_from=today()
            )
            for folder in children:
                Tie.objects.create(
                    folder_id=folder, child=Person.objects.get(folder_id=folder), other=person,
                    kinship=kinship, held_from=today(), recorded_at=now(),
                )  # fmt: skip
            actions.refresh_keys(children)
        return person.id

    def seal(self, folder: UUID, *named: Viewer) -> None:
        with self.owning():
            by = named[0].practitioner_id if named else Practitioner.objects.create(name="Somebody").id
            seal = Seal.objects.create(folder_id=folder, why="A test", sealed_at=now(), sealed_by_id=by)
            for viewer in named:
                SealName.objects.create(
                    folder_id=folder, seal=seal, practitioner_id=viewer.practitioner_id, named_at=now()
                )

    def join(self, folder: UUID, into: UUID, by: Viewer) -> None:
        with self.owning():
            Joining.objects.create(
                folder_id=folder,
                into_id=into,
                reasons="One child",
                decided_by_id=by.practitioner_id,
                decided_at=now(),
            )

    def grant(self, folder: UUID, to: Viewer) -> None:
        with self.owning():
            Grant.objects.create(
                folder_id=folder, practitioner_id=to.practitioner_id, level="read", origin="given",
                why="A test", given_at=now(),
            )  # fmt: skip
