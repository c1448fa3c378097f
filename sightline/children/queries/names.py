"""Names, ages and workers, for lists and for rooms above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sightline.kernel.models import held_on
from sightline.kernel.time import today

from .. import rules
from ..models import Involvement, Person, PersonName, Tie
from ..rules import Birth
from ..terms import CARERS, PARENTS, Kinship, Known, Scheme
from .reading import _BIRTH, _read


@dataclass(frozen=True)
class NameAndAge:
    """How a list names somebody. `name` is the one they use, with the family name; `called` as running text does,
    `age` in words; `full_name` where it is another than the name they use.

    `record` and `born`, where they are known, tell apart those whose name nobody has recorded.
    """

    name: str = rules.NAME_NOT_KNOWN
    called: str = rules.NAME_NOT_KNOWN
    age: str = "age not known"
    born_on: date | None = None
    record: str = ""
    unborn: bool = False
    died_on: date | None = None
    full_name: str = ""

    @property
    def nameless(self) -> bool:
        return self.name == rules.NAME_NOT_KNOWN

    @property
    def told_apart(self) -> str:
        """Empty where there is a name; else what tells this child from another without one."""
        if not self.nameless:
            return ""
        born = f"born {self.born_on.day} {self.born_on:%B %Y}" if self.born_on else ""
        return ", ".join(words for words in (born, f"record {self.record}" if self.record else "") if words)


# The names that hold today and the latest of birth: every list of work asks it.
_NAMES = f"""
    SELECT p.id, p.folder_id, f.number,
        (SELECT json_object_agg(r.use, json_build_array(r.given, r.family)) FROM children_personname r
         WHERE r.person_id = p.id AND r.use IN ('full', 'known_as') AND r.held_from <= %(day)s
           AND (r.held_until IS NULL OR r.held_until > %(day)s)),
        {_BIRTH}
    FROM children_person p LEFT JOIN access_folder f ON f.id = p.folder_id
"""  # noqa: S608


def name_and_age(person_ids: Iterable[UUID]) -> dict[UUID, NameAndAge]:
    """Names and ages of people, for those whom the viewer may see; the others are there as not known. One
    query."""
    ids = list(dict.fromkeys(person_ids))
    with connection.cursor() as cursor:
        cursor.execute(f"{_NAMES} WHERE p.id = ANY(%(ids)s)", {"ids": ids, "day": today()})
        found = {row[0]: _named(row[3], row[4]) for row in cursor.fetchall()}
    return {i: found.get(i, NameAndAge()) for i in ids}


def names_of_folders(folder_ids: Iterable[UUID]) -> dict[UUID, NameAndAge]:
    """The same by folder, for lists of work: the child of each folder that the viewer may open. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_NAMES} WHERE p.folder_id = ANY(%(ids)s)", {"ids": list(folder_ids), "day": today()}
        )
        return {row[1]: replace(_named(row[3], row[4]), record=row[2]) for row in cursor.fetchall()}


def _named(names: dict[str, Any] | None, births: dict[str, Any] | None) -> NameAndAge:
    held = names or {}
    birth_row = _read(births) if births else {}
    birth = Birth(
        **{k: v for k, v in birth_row.items() if k in ("born_on", "estimated", "expected_on", "died_on")}
    )
    given, family = held.get("full", ("", ""))
    known_as = rules.whole_name(*held["known_as"]) if "known_as" in held else ""
    return NameAndAge(
        name=rules.used_name(given, family, known_as, unborn=birth.unborn),
        full_name=rules.full_beside(given, family, known_as),
        called=rules.called(given, family, known_as, unborn=birth.unborn),
        age=rules.age_words(
            today(),
            born=birth.born_on,
            expected=birth.expected_on,
            died=birth.died_on,
            estimated=birth.estimated,
        ),
        born_on=None if birth.estimated else birth.born_on,
        unborn=birth.unborn and birth.died_on is None,
        died_on=birth.died_on,
    )


def brothers_and_sisters(folder_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """Which folders' children are tied as brothers or sisters today, as pairs of folders, for those whom the
    viewer may see. One query."""
    rows = Tie.objects.filter(
        held_on(today()),
        folder_id__in=list(folder_ids),
        kinship=Kinship.SIBLING.value,
        other__folder__isnull=False,
    )
    return list(rows.values_list("folder_id", "other__folder_id"))


@dataclass(frozen=True)
class LeadWorker:
    practitioner_id: UUID
    name: str
    agency: str
    role: str


def lead_worker(folder_id: UUID) -> LeadWorker | None:
    """Who is lead professional for a child today, as far as the viewer may see; None where there is
    nobody."""
    row = (
        Involvement.objects.filter(
            held_on(today()), folder_id=folder_id, lead_professional=True, practitioner__isnull=False
        )
        .select_related("agency", "practitioner")
        .first()
    )
    if row is None or row.practitioner is None:
        return None
    return LeadWorker(row.practitioner.id, row.practitioner.name, row.agency.name, row.role)


def led_by(practitioner_ids: Iterable[UUID]) -> Counter[UUID]:
    """Of how many children each is lead professional today, of those whose records the viewer may open. One
    query."""
    return Counter(
        Involvement.objects.filter(
            held_on(today()), practitioner_id__in=list(practitioner_ids), lead_professional=True
        ).values_list("practitioner_id", flat=True)
    )


@dataclass(frozen=True)
class Led:
    """A child whose lead professional somebody is today."""

    folder_id: UUID
    practitioner_id: UUID
    name: str
    since: date


def led_children(practitioner_ids: Iterable[UUID]) -> list[Led]:
    """The children of whom each is lead professional today, of those whose records the viewer may open. One query."""
    rows = Involvement.objects.filter(
        held_on(today()), practitioner_id__in=list(practitioner_ids), lead_professional=True
    ).values_list("folder_id", "practitioner_id", "practitioner__name", "held_from")
    return [Led(*row) for row in rows.order_by("practitioner__name", "held_from", "id")]


def works_with(practitioner_id: UUID, folder_ids: Iterable[UUID]) -> bool:
    """Whether somebody works today with a child of these folders, as far as the viewer may see."""
    return Involvement.objects.filter(
        held_on(today()), folder_id__in=list(folder_ids), practitioner_id=practitioner_id
    ).exists()


def child_of_record(number: str) -> UUID | None:
    """The child (their person id) of the record with this number; None where the viewer may not open it."""
    number = number.strip().upper()
    return Person.objects.filter(folder__number=number).values_list("id", flat=True).first()


def people_named(folder_id: UUID, text: str) -> list[tuple[UUID, str]]:
    """Adults and children in the life of a folder's child whose name holds `text`: (person, name), by
    name."""
    words = rules.tidy_name(text)
    ids = Tie.objects.filter(held_on(today()), folder_id=folder_id).values("other_id")
    rows = PersonName.objects.filter(
        Q(given__icontains=words) | Q(family__icontains=words), person_id__in=ids, wrong_at=None
    )
    found = {row.person_id for row in rows}
    names = name_and_age(found)
    return sorted(((i, n.name) for i, n in names.items()), key=lambda pair: pair[1].casefold())


#: Whose record beside these folders holds a number, in words; told to the trail. Rooms above that can find by number
#: add to it when they load.
number_holders: list[Callable[[Scheme, str, Sequence[UUID]], list[str]]] = []


def others_with_number(scheme: Scheme, value: str, folder_ids: Sequence[UUID]) -> list[str]:
    """The other children whose record holds a number, as their pointers name them, as far as the viewer may know of
    them: one number for two children means that it is wrong on one of them, or that they are one child."""
    return [line for ask in number_holders for line in ask(scheme, value, folder_ids)]


@dataclass(frozen=True)
class Carer:
    """An adult who answers for a child: whose child (`folder_id`), the name, and who they are to the child."""

    person_id: UUID
    folder_id: UUID
    name: str
    said: str


def carers(folder_ids: Iterable[UUID]) -> list[Carer]:
    """Who brings up the children of these folders today, as far as the viewer may see them: parents, carers, whoever
    else holds parental responsibility, and a step-parent or a parent's partner only who lives with the child, since a
    former one may be whom the family fled. Nobody who has died, and each once by child. Two queries, one where there
    is nobody."""
    day = today()
    rows = list(
        Tie.objects.filter(
            Q(kinship__in=[k.value for k in (*PARENTS, Kinship.CARER)])
            | Q(kinship__in=[k.value for k in CARERS], lives_with_child=Known.YES.value)
            | Q(parental_responsibility=Known.YES.value),
            held_on(day),
            folder_id__in=list(folder_ids),
            wrong_at__isnull=True,
            other__folder__isnull=True,
        ).order_by("held_from", "id")
    )
    names = name_and_age(row.other_id for row in rows) if rows else {}
    found = {
        (row.other_id, row.folder_id): Carer(
            row.other_id,
            row.folder_id,
            names[row.other_id].name,
            row.words or Kinship(row.kinship).label.lower(),
        )
        for row in rows
        if names[row.other_id].died_on is None
    }
    return list(found.values())
