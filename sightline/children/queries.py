"""Reads of the children room, always for whoever is looking: row security decides what is there to be read.

A child may stand in several folders once a person has decided that they are about one child (room
`access`): the first of the `folder_ids` that a query takes is the one that the others are joined into.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject

from sightline.access.models import Joining, Responsibility
from sightline.agencies.terms import AgencyKind
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound

from . import rules
from .models import (
    Authority,
    Involvement,
    Particulars,
    Person,
    PersonName,
    Pointer,
    PointerAgency,
    Provider,
    Status,
    Tie,
)
from .rules import Birth, Held, Lack
from .terms import (
    AbuseCategory,
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    NameUse,
    ProviderKind,
    Scheme,
    Sex,
    StatusKind,
)

# -- what a page is given --------------------------------------------------------------------------


@dataclass(frozen=True)
class Dated:
    """A row that holds from a day until, but not on, another; who recorded it and when."""

    id: UUID
    folder_id: UUID | None  # None for a row about an adult
    held_from: date
    held_until: date | None
    recorded_at: datetime
    recorded_by: str

    def holds(self, day: date) -> bool:
        return self.held_from <= day and (self.held_until is None or self.held_until > day)

    def ended(self, day: date) -> bool:
        """Whether it holds no longer; what was replaced on the day it began is there as well, to be read."""
        return self.held_until is not None and self.held_until <= day

    @property
    def never_held(self) -> bool:
        """It ended on the day on which it began: it was put right, or replaced before the day was over."""
        return self.held_from == self.held_until

    @property
    def span(self) -> str:
        """'4 May 2025 to 9 May 2026', 'since 4 May 2025', 'replaced on the day it began, 9 May 2026'."""
        began = rules.full_day(self.held_from)
        if self.held_until is None:
            return f"since {began}"
        if self.never_held:
            return f"replaced on the day it began, {began}"
        return f"{began} to {rules.full_day(self.held_until)}"


@dataclass(frozen=True)
class NameView(Dated):
    use: NameUse
    given: str
    family: str

    @property
    def words(self) -> str:
        return rules.whole_name(self.given, self.family)


@dataclass(frozen=True)
class AnswerView:
    """The answer that holds now to one question of identity; `ids` are its rows."""

    question: IdentityQuestion
    answered: Answered
    codes: tuple[str, ...]
    words: str
    self_described: bool
    ids: tuple[UUID, ...]
    since: date
    recorded_by: str

    @property
    def said(self) -> str:
        """The person's own words first; the list's word where they gave none."""
        if self.answered is not Answered.GIVEN:
            return self.answered.label
        labels = ", ".join(rules.code_label(self.question, code) for code in self.codes)
        return self.words or labels


@dataclass(frozen=True)
class NumberView:
    id: UUID
    scheme: Scheme
    value: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_why: str

    @property
    def shown(self) -> str:
        return rules.shown_number(self.scheme, self.value)


@dataclass(frozen=True)
class ResidenceView(Dated):
    lives_at: LivesAt
    lines: str
    postcode: str
    area: str
    with_whom: str
    confidential: bool

    @property
    def one_line(self) -> str:
        parts = [*self.lines.splitlines(), self.area, self.postcode]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class StatusView(Dated):
    kind: StatusKind
    category: str

    @property
    def words(self) -> str:
        """'Child protection plan: neglect'."""
        if not self.category:
            return self.kind.label
        return f"{self.kind.label}: {AbuseCategory(self.category).label}"


@dataclass(frozen=True)
class ProviderView(Dated):
    kind: ProviderKind
    name: str
    telephone: str


@dataclass(frozen=True)
class AuthorityView(Dated):
    responsible: str
    present: str


@dataclass(frozen=True)
class InvolvementView(Dated):
    agency_id: UUID
    agency: str
    agency_kind: AgencyKind
    agency_telephone: str
    sensitive: bool
    practitioner_id: UUID | None
    practitioner: str
    telephone: str
    role: str
    contribution: str
    lead: bool


@dataclass(frozen=True)
class PersonView:
    """Somebody as far as the viewer may see them."""

    id: UUID
    names: tuple[NameView, ...] = ()
    birth: Birth = rules.NOTHING_KNOWN
    particulars_id: UUID | None = None
    answers: Mapping[IdentityQuestion, AnswerView] = field(default_factory=dict)
    past_answers: tuple[AnswerView, ...] = ()
    numbers: tuple[NumberView, ...] = ()
    residences: tuple[ResidenceView, ...] = ()
    address_confidential: bool = False
    today: date = date.min

    def _name(self, use: NameUse) -> NameView | None:
        return next((n for n in self.names if n.use is use and n.holds(self.today)), None)

    @property
    def given(self) -> str:
        name = self._name(NameUse.FULL)
        return name.given if name else ""

    @property
    def family(self) -> str:
        name = self._name(NameUse.FULL)
        return name.family if name else ""

    @property
    def name(self) -> str:
        return rules.display_name(self.given, self.family, unborn=self.birth.unborn)

    @property
    def known_as(self) -> str:
        name = self._name(NameUse.KNOWN_AS)
        return name.words if name else ""

    @property
    def called(self) -> str:
        return rules.called(self.given, self.family, self.known_as, unborn=self.birth.unborn)

    @property
    def other_names(self) -> tuple[NameView, ...]:
        """Names besides the one in full and the one in use: others that are used, and those of former
        days."""
        return tuple(
            n
            for n in self.names
            if n.ended(self.today) or (n.use in (NameUse.ALSO, NameUse.FORMER) and n.holds(self.today))
        )

    @property
    def name_ids(self) -> tuple[UUID, ...]:
        return tuple(n.id for n in self.names if n.held_until is None)

    @property
    def age(self) -> str:
        b = self.birth
        return rules.age_words(
            self.today, born=b.born_on, expected=b.expected_on, died=b.died_on, estimated=b.estimated
        )

    @property
    def lives(self) -> ResidenceView | None:
        """Where they live now, as far as the viewer may see."""
        return next((r for r in self.residences if r.holds(self.today)), None)

    @property
    def lived(self) -> tuple[ResidenceView, ...]:
        """Where they lived before, latest first."""
        return tuple(r for r in self.residences if r.ended(self.today))


@dataclass(frozen=True)
class TieView(Dated):
    """Somebody in the child's life. `person` is empty but for the name where the other is a child whose own
    folder the viewer may not open; `their_folder` leads to the other child's page or pointer."""

    kinship: Kinship
    parental_responsibility: Known
    lives_with_child: Known
    words: str
    person: PersonView
    is_child: bool
    their_folder: UUID | None
    name: str
    age: str

    @property
    def said(self) -> str:
        """'mother', or the family's own word for it."""
        return self.words or self.kinship.label.lower()

    @property
    def said_as(self) -> str:
        """'Mum (mother), lives with the child, holds parental responsibility'."""
        words = [f"{self.words} ({self.kinship.label.lower()})" if self.words else self.kinship.label.lower()]
        if self.age and self.is_child:
            words.append(self.age)
        if self.lives_with_child is Known.YES:
            words.append("lives with the child")
        if self.parental_responsibility is Known.YES:
            words.append("holds parental responsibility")
        return ", ".join(words)


@dataclass(frozen=True)
class ChildView:
    """The child of a folder and everybody and everything around them, as the viewer may see it today."""

    folder_ids: tuple[UUID, ...]
    number: str
    agency: str
    responsible_manager: str
    may_write: bool
    today: date
    child: PersonView
    every_tie: tuple[TieView, ...]
    every_status: tuple[StatusView, ...]
    every_provider: tuple[ProviderView, ...]
    every_authority: tuple[AuthorityView, ...]
    every_involvement: tuple[InvolvementView, ...]
    joined_names: tuple[str, ...] = ()

    def _now(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.holds(self.today)]

    def _past(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.ended(self.today)]

    @cached_property
    def ties(self) -> list[TieView]:
        """Who is in the child's life now: those with parental responsibility first, then those they live
        with."""
        order = list(Kinship)
        return sorted(
            self._now(self.every_tie),
            key=lambda t: (
                t.parental_responsibility is not Known.YES,
                t.lives_with_child is not Known.YES,
                order.index(t.kinship),
            ),
        )

    @cached_property
    def ties_once(self) -> list[TieView]:
        """The same, where two joined records each name the same person in the same way: once."""
        return _once(self.ties)

    @cached_property
    def past_ties(self) -> list[TieView]:
        """Who was in the child's life, and is not in it now in any way."""
        still = {t.person.id for t in self.ties}
        return [t for t in self._past(self.every_tie) if t.person.id not in still]

    @cached_property
    def siblings(self) -> list[TieView]:
        return [t for t in self.ties if t.kinship is Kinship.SIBLING]

    @cached_property
    def responsible_parents(self) -> list[TieView]:
        """Who holds parental responsibility."""
        return [t for t in self.ties if t.parental_responsibility is Known.YES]

    @cached_property
    def lives_with(self) -> list[TieView]:
        return [t for t in self.ties if t.lives_with_child is Known.YES]

    @cached_property
    def statuses(self) -> list[StatusView]:
        return self._now(self.every_status)

    @cached_property
    def past_statuses(self) -> list[StatusView]:
        return self._past(self.every_status)

    @cached_property
    def providers(self) -> list[ProviderView]:
        return self._now(self.every_provider)

    @cached_property
    def past_providers(self) -> list[ProviderView]:
        return self._past(self.every_provider)

    @cached_property
    def authority(self) -> AuthorityView | None:
        return next(iter(self._now(self.every_authority)), None)

    @cached_property
    def past_authorities(self) -> list[AuthorityView]:
        return self._past(self.every_authority)

    @cached_property
    def involvements(self) -> list[InvolvementView]:
        """Who works with the child now, the lead professional first."""
        return sorted(self._now(self.every_involvement), key=lambda i: (not i.lead, i.agency, i.held_from))

    @cached_property
    def past_involvements(self) -> list[InvolvementView]:
        """Who worked with the child, and does not now."""
        still = {(i.agency_id, i.practitioner_id) for i in self.involvements}
        return [
            i for i in self._past(self.every_involvement) if (i.agency_id, i.practitioner_id) not in still
        ]

    @cached_property
    def lead(self) -> InvolvementView | None:
        return next((i for i in self.involvements if i.lead), None)

    @cached_property
    def changes_of_worker(self) -> int:
        """How often the lead professional became another person in the last 12 months."""
        return rules.changes_of_worker(
            [(i.held_from, i.practitioner_id) for i in self.every_involvement if i.lead and not i.never_held],
            self.today,
        )

    @cached_property
    def masthead(self) -> dict[str, Any]:
        """What stands at the top of every page of the child; see `queries.masthead`."""
        child = self.child
        home = child.lives
        interpreter = child.answers.get(IdentityQuestion.INTERPRETER)
        communication = child.answers.get(IdentityQuestion.COMMUNICATION)
        language = child.answers.get(IdentityQuestion.LANGUAGE)
        return {
            "name": child.name,
            "called": child.called,
            "known_as": child.known_as,
            "pronouns": child.birth.pronouns,
            "age": child.age,
            "born_on": child.birth.born_on,
            "born_estimated": child.birth.estimated,
            "expected_on": child.birth.expected_on,
            "died_on": child.birth.died_on,
            "languages": _given(language),
            "interpreter": _given(interpreter),
            "communication": _given(communication),
            "lives_with": _lives_with(self),
            "lives_at": home.lives_at.label if home else "",
            "lives_since": home.held_from if home else None,
            "address": home.one_line if home else "",
            "area": home.area if home and not home.confidential else "",
            "address_confidential": child.address_confidential,
            "markers": [{"text": s.words, "kind": s.kind.value, "since": s.held_from} for s in self.statuses],
            "parental_responsibility": [t.name for t in _once(self.responsible_parents)],
            "responsible_manager": self.responsible_manager,
            "agency": self.agency,
            "number": self.number,
        }


def _once(ties: Iterable[TieView]) -> list[TieView]:
    """People of the same name and kinship once: two joined records may each have told of them."""
    found: dict[tuple[str, Kinship], TieView] = {}
    for tie in ties:
        found.setdefault((tie.name.casefold(), tie.kinship), tie)
    return list(found.values())


def _given(answer: AnswerView | None) -> str:
    return answer.said if answer is not None and answer.answered is Answered.GIVEN else ""


def _lives_with(view: ChildView) -> str:
    """'mother (Ana) and brother or sister (Theo)', or as it was written with the address."""
    people = [f"{t.said} ({t.person.called if t.person.names else t.name})" for t in _once(view.lives_with)]
    if not people:
        return view.child.lives.with_whom if view.child.lives else ""
    return rules.listed(people)


# -- reading ---------------------------------------------------------------------------------------

_MANAGER = Responsibility.objects.filter(folder_id=OuterRef("folder_id"))


def child_page(folder_ids: Sequence[UUID], *, on: date | None = None) -> ChildView:
    """The whole child of a folder (and of those joined to it), in six queries or fewer whatever there is.

    `on`: as of a day, today where not given. Raises NotFound where the viewer may open none of the folders,
    or there is no child in them yet.
    """
    day = on or today()
    folder_ids = tuple(folder_ids)
    children = {
        person.folder_id: person
        for person in Person.objects.filter(folder_id__in=folder_ids)
        .select_related("folder__agency")
        .annotate(
            manager=Subquery(_MANAGER.filter(held_on(day)).values("manager__name")[:1]),
            may_write=Func(F("folder_id"), function="access_may_write", output_field=BooleanField()),
            joined=Exists(Joining.objects.filter(folder_id=OuterRef("folder_id"), undone_at__isnull=True)),
        )
    }
    # The record that the others are joined into stands first; a joined one alone is read by itself.
    known = sorted((f for f in folder_ids if f in children), key=lambda f: children[f].joined)
    if not known:
        raise NotFound
    main = children[known[0]]
    assert main.folder is not None, "a child has a folder"
    ties = list(
        Tie.objects.filter(folder_id__in=folder_ids)
        .select_related("recorded_by")
        .annotate(
            their_folder=Func(F("other_id"), function="children_folder_shown", output_field=UUIDField())
        )
        .order_by("held_from", "id")
    )
    own_ids = [children[f].id for f in known]
    people = _people({*own_ids, *(t.other_id for t in ties)}, day)
    child = _merged(people, own_ids)
    pointers = _pointers_of([t.their_folder for t in ties if t.other_id not in people and t.their_folder])
    facts = _facts(folder_ids)
    return ChildView(
        folder_ids=tuple(known),
        number=main.folder.number,
        agency=main.folder.agency.name,
        responsible_manager=main.manager or "",
        may_write=main.may_write,
        today=day,
        child=child,
        every_tie=tuple(_tie_views(ties, people, pointers, set(own_ids), day)),
        every_status=tuple(facts["status"]),
        every_provider=tuple(facts["provider"]),
        every_authority=tuple(facts["authority"]),
        every_involvement=tuple(_involvements(folder_ids)),
        joined_names=tuple(people[i].name for i in own_ids[1:] if people[i].name != child.name),
    )


def masthead(folder_ids: Sequence[UUID], *, on: date | None = None) -> dict[str, Any]:
    """What stands at the top of every page of a child: name, called, known_as, pronouns, age (in words),
    born_on, born_estimated, expected_on, died_on; languages, communication and interpreter (the person's
    words, empty where not given); lives_with (in words), lives_at, lives_since, address, area,
    address_confidential; markers [{text, kind, since}]; parental_responsibility [names];
    responsible_manager, agency, number.

    A page that has a `ChildView` takes its `masthead` instead.
    """
    return child_page(folder_ids, on=on).masthead


def _dated(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "folder_id": row.folder_id,
        "held_from": row.held_from,
        "held_until": row.held_until,
        "recorded_at": row.recorded_at,
        "recorded_by": row.recorded_by.name if row.recorded_by else "",
    }


_BY = Coalesce(F("recorded_by__name"), Value(""))


def _rows_of(table: str, *columns: str, order: str, dated: bool = True) -> str:
    """The rows of one table about person `p`, as a list of objects: one journey for all the tables together."""
    wanted = ("id", "folder_id", "recorded_at", *columns, *(("held_from", "held_until") if dated else ()))
    pairs = ", ".join(f"'{column}', r.{column}" for column in wanted)
    return (
        f"(SELECT json_agg(json_build_object({pairs}, 'recorded_by', coalesce(by.name, '')) ORDER BY {order}) "  # noqa: S608
        f"FROM {table} r LEFT JOIN agencies_practitioner by ON by.id = r.recorded_by_id "
        "WHERE r.person_id = p.id)"
    )


_Found = list[dict[str, Any]] | None

# Written as SQL, once: putting it together from models took the program longer than the database took to answer it,
# and every page of a child asks it.
_BIRTH = """
    (SELECT json_build_object('id', r.id, 'born_on', r.born_on, 'estimated', r.born_estimated,
            'expected_on', r.expected_on, 'died_on', r.died_on, 'sex', r.sex, 'pronouns', r.pronouns,
            'telephone', r.telephone)
     FROM children_particulars r WHERE r.person_id = p.id ORDER BY r.recorded_at DESC, r.id DESC LIMIT 1)
"""
_PEOPLE = f"""
    SELECT p.id,
        {_rows_of("children_personname", "use", "given", "family", order="r.held_from, r.id")},
        {_BIRTH},
        {
    _rows_of(
        "children_identity",
        "question",
        "answered",
        "code",
        "words",
        "self_described",
        order="r.held_from DESC, r.id",
    )
},
        {
    _rows_of(
        "children_identifier",
        "scheme",
        "value",
        "withdrawn_at",
        "withdrawn_why",
        order="r.scheme, r.recorded_at, r.id",
        dated=False,
    )
},
        {
    _rows_of(
        "children_residence",
        "lives_at",
        "lines",
        "postcode",
        "area",
        "with_whom",
        "confidential",
        order="r.held_from DESC, r.id DESC",
    )
},
        children_address_is_confidential(p.id, %(day)s)
    FROM children_person p WHERE p.id = ANY(%(ids)s)
"""  # noqa: S608


def _people(ids: Iterable[UUID], day: date) -> dict[UUID, PersonView]:
    """People with their names, birth, identity, numbers and addresses, in one query; those alone whom the
    viewer may see."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"ids": list(ids), "day": day})
        return {row[0]: _person_view(*row, day=day) for row in cursor.fetchall()}


def _person_view(
    person_id: UUID,
    names: _Found,
    births: dict[str, Any] | None,
    answers_given: _Found,
    numbers: _Found,
    homes: _Found,
    hidden_address: bool,
    *,
    day: date,
) -> PersonView:
    birth = _read(births) if births else {}
    particulars_id = birth.pop("id", None)
    answers = _rows(answers_given)
    return PersonView(
        id=person_id,
        names=tuple(NameView(**{**row, "use": NameUse(row["use"])}) for row in _rows(names)),
        birth=Birth(**{**birth, "sex": Sex(birth["sex"])}) if birth else Birth(),
        particulars_id=particulars_id,
        answers=_answers_now(answers, day),
        past_answers=_answers_past(answers, day),
        numbers=tuple(
            NumberView(
                row["id"],
                Scheme(row["scheme"]),
                row["value"],
                row["recorded_at"],
                row["withdrawn_at"],
                row["withdrawn_why"],
            )
            for row in _rows(numbers)
        ),
        residences=tuple(
            ResidenceView(**{**row, "lives_at": LivesAt(row["lives_at"])}) for row in _rows(homes)
        ),
        address_confidential=hidden_address,
        today=day,
    )


def _rows(found: _Found) -> list[dict[str, Any]]:
    """Rows that came as one JSON list, or None where there are none."""
    return [_read(row) for row in found] if found else []


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that came as JSON, with its ids, days and instants as such."""
    out: dict[str, Any] = dict(row)
    for name, value in row.items():
        if value is None:
            continue
        if name in ("id", "folder_id"):
            out[name] = UUID(value)
        elif name.endswith("_at") and name != "lives_at":
            out[name] = datetime.fromisoformat(value)
        elif name.endswith(("_on", "_from", "_until")):
            out[name] = date.fromisoformat(value)
    return out


def _answers_now(rows: Sequence[Mapping[str, Any]], day: date) -> dict[IdentityQuestion, AnswerView]:
    held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["held_from"] <= day and (row["held_until"] is None or row["held_until"] > day):
            held[row["question"]].append(row)
    return {
        question: _answer_view(question, held[question.value])
        for question in IdentityQuestion
        if held.get(question.value)
    }


def _answers_past(rows: Sequence[Mapping[str, Any]], day: date) -> tuple[AnswerView, ...]:
    """Earlier answers, latest first; one that was changed on the day it was given stays readable too."""
    ended: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["held_until"] is not None and row["held_until"] <= day:
            ended[(row["question"], row["held_from"], row["recorded_at"])].append(row)
    return tuple(_answer_view(IdentityQuestion(key[0]), group) for key, group in ended.items())


def _answer_view(question: IdentityQuestion, rows: Sequence[Mapping[str, Any]]) -> AnswerView:
    first = rows[0]
    return AnswerView(
        question=question,
        answered=Answered(first["answered"]),
        codes=tuple(row["code"] for row in rows if row["code"]),
        words=next((row["words"] for row in rows if row["words"]), ""),
        self_described=first["self_described"],
        ids=tuple(row["id"] for row in rows),
        since=first["held_from"],
        recorded_by=first["recorded_by"],
    )


def _merged(people: Mapping[UUID, PersonView], ids: Sequence[UUID]) -> PersonView:
    """One child out of the folders that are about them: the first's own, what only another knows added to
    it."""
    main, *others = [people[i] for i in ids]
    if not others:
        return main
    answers = dict(main.answers)
    birth = main.birth
    for other in others:
        for question, answer in other.answers.items():
            answers.setdefault(question, answer)
        if birth == Birth():
            birth = other.birth
    return replace(
        main,
        birth=birth,
        answers=answers,
        numbers=(*main.numbers, *(n for other in others for n in other.numbers)),
        residences=main.residences or tuple(r for other in others for r in other.residences),
    )


def _tie_views(
    ties: Sequence[Any],  # Tie, with `their_folder`
    people: Mapping[UUID, PersonView],
    pointers: Mapping[UUID, Pointer],
    own_ids: set[UUID],
    day: date,
) -> Iterable[TieView]:
    for t in ties:
        if t.other_id in own_ids:
            continue  # two records of one child, each naming the other
        person = people.get(t.other_id)
        pointer = pointers.get(t.their_folder) if t.their_folder else None
        if person is not None:
            name, age = person.name, person.age
        elif pointer is not None:
            name = pointer.name
            age = rules.age_words(day, born=pointer.born_on, expected=pointer.expected_on)
        else:
            # Their folder may not be opened and the viewer's role does not search: that there is somebody
            # stays.
            name, age = "Another child", ""
        yield TieView(
            **_dated(t),
            kinship=Kinship(t.kinship),
            parental_responsibility=Known(t.parental_responsibility),
            lives_with_child=Known(t.lives_with_child),
            words=t.words,
            person=person or PersonView(t.other_id, today=day),
            # An adult in the life of a child whom the viewer may see is always seen.
            is_child=person is None or t.their_folder is not None,
            their_folder=t.their_folder,
            name=name,
            age=age,
        )


def _pointers_of(folder_ids: Sequence[UUID]) -> dict[UUID, Pointer]:
    if not folder_ids:
        return {}
    return {p.folder_id: p for p in Pointer.objects.filter(folder_id__in=folder_ids)}


def _facts(folder_ids: Sequence[UUID]) -> dict[str, list[Any]]:
    """Statuses, providers and authorities in one journey, latest first."""
    common = ("id", "folder_id", "held_from", "held_until", "recorded_at", "recorded_by__name")
    empty = Value("", output_field=CharField())

    def part(model: Any, table: str, one: str, two: str | None, three: str | None) -> Any:
        return (
            model.objects.filter(folder_id__in=folder_ids)
            .annotate(
                of=Value(table, output_field=CharField()),
                one=F(one),
                two=F(two) if two else empty,
                three=F(three) if three else empty,
            )
            .order_by()
            .values_list("of", *common, "one", "two", "three")
        )

    rows = part(Status, "status", "kind", "category", None).union(
        part(Provider, "provider", "kind", "name", "telephone"),
        part(Authority, "authority", "responsible", "present", None),
        all=True,
    )
    found: dict[str, list[Any]] = {"status": [], "provider": [], "authority": []}
    for of, key, folder_id, held_from, held_until, recorded_at, by, one, two, three in rows:
        dated = {
            "id": key,
            "folder_id": folder_id,
            "held_from": held_from,
            "held_until": held_until,
            "recorded_at": recorded_at,
            "recorded_by": by or "",
        }
        match of:
            case "status":
                found[of].append(StatusView(**dated, kind=StatusKind(one), category=two))
            case "provider":
                found[of].append(ProviderView(**dated, kind=ProviderKind(one), name=two, telephone=three))
            case "authority":
                found[of].append(AuthorityView(**dated, responsible=one, present=two))
    for views in found.values():
        views.sort(key=lambda v: (v.held_from, v.recorded_at), reverse=True)
    return found


def _involvements(folder_ids: Sequence[UUID]) -> Iterable[InvolvementView]:
    rows = (
        Involvement.objects.filter(folder_id__in=folder_ids)
        .select_related("agency", "practitioner", "recorded_by")
        .order_by("-held_from", "-id")
    )
    for i in rows:
        yield InvolvementView(
            **_dated(i),
            agency_id=i.agency_id,
            agency=i.agency.name,
            agency_kind=AgencyKind(i.agency.kind),
            agency_telephone=i.agency.telephone,
            sensitive=i.agency.sensitive,
            practitioner_id=i.practitioner_id,
            practitioner=i.practitioner.name if i.practitioner else "",
            telephone=i.practitioner.telephone if i.practitioner else "",
            role=i.role,
            contribution=i.contribution,
            lead=i.lead_professional,
        )


@dataclass(frozen=True)
class ParticularsThen:
    """What was recorded of somebody's birth, sex and pronouns at one time, and why it was put right."""

    recorded_at: datetime
    recorded_by: str
    words: str
    why: str


def particulars_history(person_id: UUID) -> list[ParticularsThen]:
    """Everything that was ever recorded of somebody's birth, sex and pronouns, the latest first."""
    rows = (
        Particulars.objects.filter(person_id=person_id)
        .select_related("recorded_by")
        .order_by("-recorded_at", "-id")
    )
    return [
        ParticularsThen(
            row.recorded_at, row.recorded_by.name if row.recorded_by else "", row.as_birth().words, row.why
        )
        for row in rows
    ]


# -- pointers --------------------------------------------------------------------------------------
# ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PointerView:
    """What every practitioner who may search sees of a child."""

    folder_id: UUID
    name: str
    known_as: str
    age: str
    area: str
    agencies: tuple[tuple[str, str], ...]  # as shown, and how to reach them or whom to ask


def pointer(folder_id: UUID) -> PointerView:
    """The pointer of one child. Raises NotFound alike for a sealed, a foreign and an invented id."""
    found = pointers([folder_id])
    if folder_id not in found:
        raise NotFound
    return found[folder_id]


def pointers(folder_ids: Sequence[UUID]) -> dict[UUID, PointerView]:
    """The pointers that the viewer may see, by folder, in one query."""
    agencies = (
        PointerAgency.objects.filter(folder_id=OuterRef("folder_id"))
        .order_by("shown_as", "reach")
        .values(pair=JSONObject(shown_as="shown_as", reach="reach"))
    )
    day = today()
    return {
        p.folder_id: PointerView(
            folder_id=p.folder_id,
            name=p.name,
            known_as=p.known_as,
            age=rules.age_words(day, born=p.born_on, expected=p.expected_on),
            area=p.area,
            agencies=tuple((pair["shown_as"], pair["reach"]) for pair in p.agencies),
        )
        for p in Pointer.objects.filter(folder_id__in=folder_ids).annotate(agencies=ArraySubquery(agencies))
    }


# -- names and workers, for rooms above ------------------------------------------------------------
# --------------------------------------------------------------------------


@dataclass(frozen=True)
class NameAndAge:
    """How a list names somebody. `name` in full, `called` as running text does, `age` in words.

    `record` and `born`, where they are known, tell apart those whose name nobody has recorded.
    """

    name: str = rules.NAME_NOT_KNOWN
    called: str = rules.NAME_NOT_KNOWN
    age: str = "age not known"
    born_on: date | None = None
    record: str = ""

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
        name=rules.display_name(given, family, unborn=birth.unborn),
        called=rules.called(given, family, known_as, unborn=birth.unborn),
        age=rules.age_words(
            today(),
            born=birth.born_on,
            expected=birth.expected_on,
            died=birth.died_on,
            estimated=birth.estimated,
        ),
        born_on=None if birth.estimated else birth.born_on,
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
        Q(given__icontains=words) | Q(family__icontains=words), person_id__in=ids
    )
    found = {row.person_id for row in rows}
    names = name_and_age(found)
    return sorted(((i, n.name) for i, n in names.items()), key=lambda pair: pair[1].casefold())


# -- what a record lacks ---------------------------------------------------------------------------
# -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldElsewhere:
    """What rooms above hold of the things that every record must have (REC-02)."""

    risk_assessed: bool = False
    ended: bool = False
    summary: bool = False
    on_paper: bool = False
    volumes: tuple[str, ...] = ()


#: Asked with the folders of one child; rooms above add to it when they load.
held_elsewhere: list[Callable[[Sequence[UUID]], HeldElsewhere]] = []


def held(view: ChildView) -> Held:
    """What the record holds, for the check against REC-02."""
    more = [ask(view.folder_ids) for ask in held_elsewhere]
    child = view.child
    ethnicity = child.answers.get(IdentityQuestion.ETHNICITY)
    religion = child.answers.get(IdentityQuestion.RELIGION)
    return Held(
        name=rules.whole_name(child.given, child.family),
        address=child.lives is not None or child.address_confidential,
        born_on=child.birth.born_on,
        expected_on=child.birth.expected_on,
        ethnicity=ethnicity.answered if ethnicity else None,
        religion=religion.answered if religion else None,
        numbers=sum(1 for n in child.numbers if n.withdrawn_at is None),
        risk_assessed=any(m.risk_assessed for m in more),
        ended=any(m.ended for m in more),
        summary=any(m.summary for m in more),
        on_paper=any(m.on_paper for m in more),
        volumes=tuple(v for m in more for v in m.volumes),
    )


def completeness(view: ChildView) -> list[Lack]:
    """What the record lacks of the things that every record must hold (obligation REC-02)."""
    return rules.lacks(held(view))
