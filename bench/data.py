"""Invented children for measuring, put straight into the tables with COPY; `bench.loading` does the rest.

Names come from Faker's lists in the mixture of an English city; NHS numbers are 999..., postcodes ZZ...; the same
seed writes the same children.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from sightline.agencies.terms import AgencyKind, Permission, Scope
from sightline.kernel.ids import uuid7

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()

#: Share of the children, and the name lists they draw from.
PEOPLES: tuple[tuple[int, str], ...] = (
    (58, "en_GB"),
    (9, "en_PK"),
    (8, "en_IN"),
    (6, "pl_PL"),
    (5, "fr_DZ"),
    (4, "en_IE"),
    (3, "yo_NG"),
    (2, "tw_GH"),
    (2, "ro_RO"),
    (2, "tr_TR"),
    (1, "vi_VN"),
)
MOHAMMED = ("Mohammed", "Muhammad", "Mohammad", "Mohamed", "Muhammed")
STREETS = ("Road", "Street", "Lane", "Close", "Avenue", "Drive", "Court", "Gardens", "Grove", "Terrace")
AREAS = (
    "Northmoor",
    "Easterby",
    "Saltwick",
    "Hollin Bank",
    "Upper Carr",
    "Millbeck",
    "Thornley Dale",
    "Quayside",
)


@dataclass(frozen=True)
class Names:
    girls: Sequence[str]
    boys: Sequence[str]
    families: Sequence[str]


@dataclass(frozen=True)
class Loaded:
    """The ids of what was loaded: folders in order, the agencies, the front door and its practitioners."""

    folders: list[UUID]
    persons: list[UUID]
    authority: UUID
    agencies: list[UUID]
    front_door: UUID
    practitioners: list[UUID]


def name_lists(locale: str) -> Names:
    provider: Any = import_module(f"faker.providers.person.{locale}").Provider
    families = list(getattr(provider, "unisex_last_names", ())) or list(provider.last_names)
    if locale == "pl_PL":
        families += list(provider.male_last_names)
    everybody = list(getattr(provider, "first_names", ()))
    girls = list(getattr(provider, "first_names_female", ())) or everybody
    boys = list(getattr(provider, "first_names_male", ())) or everybody
    return Names(*(sorted({n.strip() for n in names if n.strip()}) for names in (girls, boys, families)))


def skewed(names: Sequence[str], chance: random.Random) -> tuple[list[str], list[float]]:
    """The names in a random order and how often each comes: a few are very common, most are rare."""
    order = list(names)
    chance.shuffle(order)
    return order, list(itertools.accumulate(1 / (rank + 8) for rank in range(len(order))))


@dataclass(frozen=True)
class Household:
    """What brothers and sisters share. `adults` are (person, kinship, given name)."""

    family: str
    lines: str
    postcode: str
    area: str
    confidential: bool
    adults: list[tuple[UUID, str, str]]


class People:
    """Draws names."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lists = {
            locale: {
                "girls": skewed(names.girls, chance),
                "boys": skewed(names.boys, chance),
                "families": skewed(names.families, chance),
            }
            for locale in (locale for _share, locale in PEOPLES)
            for names in [name_lists(locale)]
        }
        self.shares = list(itertools.accumulate(share for share, _ in PEOPLES))

    def draw(self, locale: str, which: str) -> str:
        names, weights = self.lists[locale][which]
        return self.chance.choices(names, cum_weights=weights)[0]

    def adult(self, which: str) -> str:
        """A given name."""
        return self.draw(self.chance.choices(PEOPLES, cum_weights=self.shares)[0][1], which)

    def child(self) -> tuple[str, str, str, str]:
        """(given, family, known as or "", sex)."""
        chance = self.chance
        locale = chance.choices(PEOPLES, cum_weights=self.shares)[0][1]
        sex = chance.choice("FM")
        which = "girls" if sex == "F" else "boys"
        given, family = self.draw(locale, which), self.draw(locale, "families")
        if sex == "M" and locale in ("en_PK", "fr_DZ") and chance.random() < 0.18:
            given = f"{chance.choice(MOHAMMED)} {given}" if chance.random() < 0.6 else chance.choice(MOHAMMED)
        if chance.random() < 0.25:
            given = f"{given} {self.draw(locale, which)}"
        if chance.random() < 0.08:
            family = f"{family}-{self.draw(chance.choice(PEOPLES)[1], 'families')}"
        known_as = given.split()[-1] if " " in given and chance.random() < 0.3 else ""
        return given, family, known_as, sex


def nhs_number(serial: int) -> str | None:
    """The serial-th number of the range kept for tests (999...), or None where no check digit fits."""
    body = f"999{serial:06d}"
    check = (11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11) % 11
    return None if check == 10 else f"{body}{check}"


#: What a column holds that must hold something and that nothing is said about here.
_NOTHING = {"boolean": False, "smallint": 0, "integer": 0, "ARRAY": [], "jsonb": "{}"}


def copy(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY as the superuser: PostgreSQL refuses anybody else's into a table whose row security is forced.

    A column that is not named and may not be null is empty text, false, 0 or an empty list.
    """
    others = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL "
        "AND NOT column_name = ANY (%s)",
        [table, list(columns)],
    ).fetchall()
    rest = tuple(_NOTHING.get(kind, "") for _name, kind in others)
    names = sql.SQL(", ").join(map(sql.Identifier, [*columns, *(name for name, _kind in others)]))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with connection.cursor() as cursor, cursor.copy(statement) as out:
        for row in rows:
            out.write_row((*row, *rest))


def load_partnership(connection: psycopg.Connection[Any]) -> Loaded:
    """One partnership, its agencies, a front door of twelve, and roles that may search and decide."""
    partnership = uuid7()
    copy(
        connection, "agencies_partnership", ("id", "name", "authority_code", "pack", "colour"),
        [(partnership, "Northmoor Safeguarding Children Partnership", "999", "rotherham", "#12343b")],
    )  # fmt: skip
    kinds = [
        ("Northmoor Council", AgencyKind.LOCAL_AUTHORITY, False),
        ("Northmoor Police", AgencyKind.POLICE, False),
        ("Northmoor Community Health", AgencyKind.HEALTH, False),
        ("Haven House", AgencyKind.VOLUNTARY, True),
        *((f"School number {n}", AgencyKind.SCHOOL, False) for n in range(1, 61)),
    ]
    agencies = [uuid7() for _ in kinds]
    copy(
        connection, "agencies_agency", ("id", "name", "kind", "telephone", "sensitive", "ask"),
        [
            (key, name, kind.value, f"01632 960{n:03d}", sensitive, "the front door" if sensitive else "")
            for n, (key, (name, kind, sensitive)) in enumerate(zip(agencies, kinds, strict=True))
        ],
    )  # fmt: skip
    front_door, role = uuid7(), uuid7()
    copy(
        connection,
        "agencies_team",
        ("id", "agency_id", "name", "front_door"),
        [(front_door, agencies[0], "Front door", True)],
    )
    copy(
        connection, "agencies_role", ("id", "slug", "title", "explained"),
        [(role, "measured", "Front-door practitioner", "Does whatever is measured.")],
    )  # fmt: skip
    narrow = {Permission.SEE_CONFIDENTIAL_ADDRESS, Permission.READ_AUDIT}
    copy(
        connection, "agencies_rolepermission", ("id", "role_id", "permission", "scope"),
        [(uuid7(), role, p.value, Scope.PARTNERSHIP.value) for p in Permission if p not in narrow],
    )  # fmt: skip
    practitioners = [uuid7() for _ in range(12)]
    users = [uuid7() for _ in practitioners]
    copy(
        connection, "agencies_user", ("id", "email", "password", "is_active"),
        # No password fits this: whoever measures is signed in by a session made for it.
        [(user, f"practitioner{n}@example.org", "!", True) for n, user in enumerate(users, 1)],
    )  # fmt: skip
    copy(
        connection, "agencies_practitioner", ("id", "user_id", "name", "telephone"),
        [
            (key, user, f"Practitioner {n}", "01632 960999")
            for n, (key, user) in enumerate(zip(practitioners, users, strict=True), 1)
        ],
    )  # fmt: skip
    copy(
        connection, "agencies_posting",
        ("id", "practitioner_id", "agency_id", "team_id", "role_id", "post_title", "held_from"),
        [
            (uuid7(), key, agencies[0], front_door, role, "Social worker", date(2020, 1, 1))
            for key in practitioners
        ],
    )  # fmt: skip
    return Loaded([], [], agencies[0], agencies, front_door, practitioners)


def load_children(
    connection: psycopg.Connection[Any], loaded: Loaded, children: int, *, granted: int, seed: int = 7
) -> None:
    """Children with their folders, homes and parents; the first `granted` are open to the front door."""
    chance = random.Random(seed)  # noqa: S311
    people = People(chance)
    streets = [
        f"{name} {kind}"
        for name in sorted({people.draw("en_GB", "families") for _ in range(900)})
        for kind in chance.sample(STREETS, 2)
    ]
    numbers = (number for number in map(nhs_number, itertools.count()) if number)
    folders, persons = [uuid7() for _ in range(children)], [uuid7() for _ in range(children)]
    loaded.folders.extend(folders)
    loaded.persons.extend(persons)
    rows: dict[str, list[tuple[Any, ...]]] = {
        name: [] for name in ("name", "particulars", "home", "number", "pointer", "agency", "adult", "tie")
    }
    by = loaded.practitioners[0]
    schools = loaded.agencies[4:]
    household: Household | None = None
    for at, (folder, person) in enumerate(zip(folders, persons, strict=True)):
        given, family, known_as, sex = people.child()
        born = TODAY - timedelta(days=chance.randrange(0, 18 * 365))
        # Four in ten are brothers or sisters of the child before.
        if household is None or chance.random() >= 0.4:
            household = Household(
                family=family,
                lines=f"{chance.randrange(1, 180)} {chance.choice(streets)}",
                postcode=f"ZZ{chance.randrange(1, 100)} {chance.randrange(1, 10)}"
                f"{chance.choice('ABDE')}{chance.choice('ABDEFGHJ')}",
                area=chance.choice(AREAS),
                confidential=chance.random() < 0.01,
                adults=[(uuid7(), "mother", people.adult("girls"))],
            )
            if chance.random() < 0.6:
                household.adults.append((uuid7(), "father", people.adult("boys")))
            for key, _kin, first in household.adults:
                rows["adult"].append((key, None, "adult"))
                rows["name"].append(
                    (uuid7(), None, NOW, by, key, "full", first, household.family, date(1990, 1, 1), None)
                )
        family, confidential = household.family, household.confidential
        area = "" if confidential else household.area
        head = (folder, NOW, by)
        rows["name"].append((uuid7(), *head, person, "full", given, family, born, None))
        if known_as:
            rows["name"].append((uuid7(), *head, person, "known_as", known_as, "", born, None))
        if chance.random() < 0.04:
            former = people.draw("en_GB", "families")
            rows["name"].append(
                (uuid7(), *head, person, "former", given, former, born - timedelta(days=1), born)
            )
        rows["particulars"].append((uuid7(), *head, person, born, False, sex, "", "", ""))
        rows["home"].append(
            (uuid7(), *head, person, born, None, "home", household.lines, household.postcode, household.area,
             "", confidential)
        )  # fmt: skip
        for key, kin, _first in household.adults:
            rows["tie"].append((uuid7(), folder, person, key, kin, born, NOW, by, "yes", "yes", ""))
        rows["number"].append((uuid7(), *head, person, "nhs", next(numbers), ""))
        rows["number"].append((uuid7(), *head, person, "la_child", f"LA{at:07d}", ""))
        rows["pointer"].append((uuid7(), folder, f"{given} {family}", known_as, born, area, NOW))
        rows["agency"].append((uuid7(), folder, loaded.authority, "Northmoor Council", "01632 960000"))
        if born < TODAY - timedelta(days=4 * 365):
            school = chance.randrange(len(schools))
            rows["agency"].append(
                (uuid7(), folder, schools[school], f"School number {school + 1}", "01632 960001")
            )
    copy(
        connection, "access_folder", ("id", "number", "opened_at", "opened_by_id", "agency_id"),
        ((folder, f"NM-{at:06d}", NOW, by, loaded.authority) for at, folder in enumerate(folders, 1)),
    )  # fmt: skip
    copy(
        connection,
        "children_person",
        ("id", "folder_id", "kind"),
        [*((p, f, "child") for p, f in zip(persons, folders, strict=True)), *rows["adult"]],
    )
    common = ("id", "folder_id", "recorded_at", "recorded_by_id", "person_id")
    copy(
        connection,
        "children_personname",
        (*common, "use", "given", "family", "held_from", "held_until"),
        rows["name"],
    )
    copy(
        connection, "children_particulars",
        (*common, "born_on", "born_estimated", "sex", "pronouns", "telephone", "why"), rows["particulars"],
    )  # fmt: skip
    copy(
        connection, "children_residence",
        (*common, "held_from", "held_until", "lives_at", "lines", "postcode", "area", "with_whom",
         "confidential"),
        rows["home"],
    )  # fmt: skip
    copy(connection, "children_identifier", (*common, "scheme", "value", "withdrawn_why"), rows["number"])
    copy(
        connection, "children_pointer",
        ("id", "folder_id", "name", "known_as", "born_on", "area", "refreshed_at"), rows["pointer"],
    )  # fmt: skip
    copy(
        connection, "children_tie",
        ("id", "folder_id", "child_id", "other_id", "kinship", "held_from", "recorded_at", "recorded_by_id",
         "parental_responsibility", "lives_with_child", "words"),
        rows["tie"],
    )  # fmt: skip
    copy(
        connection,
        "children_pointeragency",
        ("id", "folder_id", "agency_id", "shown_as", "reach"),
        rows["agency"],
    )
    copy(
        connection, "access_grant",
        ("id", "folder_id", "team_id", "level", "origin", "why", "given_by_id", "given_at"),
        (
            (uuid7(), folder, loaded.front_door, "write", "import", "Loaded to be measured", by, NOW)
            for folder in folders[:granted]
        ),
    )  # fmt: skip
