"""A child read whole in a few questions, as of any day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from sightline.access.models import Joining, Responsibility
from sightline.agencies.models import Posting
from sightline.agencies.terms import AgencyKind
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.together import Wanted, prepared, preparing_cursor, together
from sightline.kernel.verdicts import NotFound

from .. import rules
from ..models import Authority, Correctable, Involvement, Particulars, Person, Pointer, Provider, Status, Tie
from ..rules import Birth
from ..terms import (
    PARENTS,
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
from .views import (
    AnswerView,
    AuthorityView,
    ChildView,
    InvolvementView,
    NameView,
    NumberView,
    PersonView,
    ProviderView,
    ResidenceView,
    StatusView,
    TieView,
    Wrong,
)


def _managing(day: date) -> QuerySet[Any]:
    """Who answered for a folder on a day, as `said`: by name, and that they had left where they held no post then."""
    posts = Posting.objects.filter(practitioner_id=OuterRef("manager_id"))
    return Responsibility.objects.filter(held_on(day), folder_id=OuterRef("folder_id")).annotate(
        said=Case(
            When(
                Exists(posts.filter(held_until__lte=day)) & ~Exists(posts.filter(held_on(day))),
                then=Concat(F("manager__name"), Value(", no longer in post")),
            ),
            default=F("manager__name"),
        )
    )


@prepared
def _whole(folder_ids: Sequence[UUID], day: date) -> Wanted:
    persons = (
        Person.objects.filter(folder_id__in=folder_ids)
        .select_related("folder__agency")
        .annotate(
            manager=Subquery(_managing(day).values("said")[:1]),
            may_write=Func(F("folder_id"), function="access_may_write", output_field=BooleanField()),
            joined=Exists(Joining.objects.filter(folder_id=OuterRef("folder_id"), undone_at__isnull=True)),
        )
    )
    ties = (
        Tie.objects.filter(folder_id__in=folder_ids)
        .select_related("recorded_by", "wrong_by")
        .annotate(
            their_folder=Func(F("other_id"), function="children_folder_shown", output_field=UUIDField())
        )
        .order_by("held_from", "id")
    )
    beside = Tie.objects.filter(folder_id__in=folder_ids, kinship=Kinship.SIBLING.value)
    theirs = Tie.objects.filter(
        held_on(day), child_id__in=beside.values("other_id"), kinship__in=[k.value for k in PARENTS]
    ).order_by("held_from", "id")
    statuses, providers, authorities = (_of(model, folder_ids) for model in (Status, Provider, Authority))
    involvements = (
        Involvement.objects.filter(folder_id__in=folder_ids)
        .select_related("agency", "practitioner", "recorded_by", "wrong_by")
        .order_by("-held_from", "-id")
    )
    return persons, ties, theirs, statuses, providers, authorities, involvements


def child_page(folder_ids: Sequence[UUID], *, on: date | None = None) -> ChildView:
    """The whole child of a folder (and of those joined to it), in three queries or fewer whatever there is.

    `on`: as of a day, today where not given. Raises NotFound where the viewer may open none of the folders,
    or there is no child in them yet.
    """
    day = on or today()
    folder_ids = tuple(folder_ids)
    persons, ties, theirs, statuses, providers, authorities, involvements = whole = _whole(folder_ids, day)
    together(*whole)
    children = {person.folder_id: person for person in persons}
    # The record that the others are joined into stands first; a joined one alone is read by itself.
    known = sorted((f for f in folder_ids if f in children), key=lambda f: children[f].joined)
    if not known:
        raise NotFound
    main = children[known[0]]
    assert main.folder is not None, "a child has a folder"
    own_ids = [children[f].id for f in known]
    people = _people({*own_ids, *(t.other_id for t in ties)}, day)
    child = _merged(people, own_ids)
    pointers = _pointers_of([t.their_folder for t in ties if t.other_id not in people and t.their_folder])
    return ChildView(
        folder_ids=tuple(known),
        number=main.folder.number,
        agency=main.folder.agency.name,
        responsible_manager=main.manager or "",
        may_write=main.may_write,
        today=day,
        child=child,
        every_tie=tuple(_tie_views(ties, people, pointers, set(own_ids), day, _parents(theirs))),
        every_status=tuple(
            StatusView(**_dated(row), kind=StatusKind(row.kind), category=row.category) for row in statuses
        ),
        every_provider=tuple(
            ProviderView(**_dated(row), kind=ProviderKind(row.kind), name=row.name, telephone=row.telephone)
            for row in providers
        ),
        every_authority=tuple(
            AuthorityView(
                **_dated(row),
                responsible=row.responsible,
                present=row.present,
                put_right_why=row.put_right_why,
            )
            for row in authorities
        ),
        every_involvement=tuple(_involvement(row) for row in involvements),
        joined_names=tuple(people[i].name for i in own_ids[1:] if people[i].name != child.name),
    )


def _of(model: type[Status] | type[Provider] | type[Authority], folder_ids: Sequence[UUID]) -> QuerySet[Any]:
    return (
        model.objects.filter(folder_id__in=folder_ids)
        .select_related("recorded_by", *(["wrong_by"] if issubclass(model, Correctable) else []))
        .order_by("-held_from", "-recorded_at")
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
        "wrong": _wrong(row) if getattr(row, "wrong_at", None) else None,
    }


def _wrong(row: Any) -> Wrong:
    return Wrong(row.wrong_why, row.wrong_by.name if row.wrong_by else "", row.wrong_at, row.wrong_until)


_BY = Coalesce(F("recorded_by__name"), Value(""))
_WRONG = (
    "CASE WHEN r.wrong_at IS NOT NULL THEN json_build_object('why', r.wrong_why, 'at', r.wrong_at, "
    "'until', r.wrong_until, 'by', (SELECT w.name FROM agencies_practitioner w WHERE w.id = r.wrong_by_id)) END"
)


def _rows_of(table: str, *columns: str, order: str, dated: bool = True) -> str:
    """The rows of one table about person `p`, as a list of objects: one journey for all the tables together."""
    wanted = ("id", "folder_id", "recorded_at", *columns, *(("held_from", "held_until") if dated else ()))
    pairs = ", ".join(f"'{column}', r.{column}" for column in wanted)
    if dated:
        pairs += f", 'wrong', {_WRONG}"
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
    with preparing_cursor() as cursor:
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
        past_answers=_answers_past([row for row in answers if not row["wrong"]], day),
        wrong_answers=_answers_past([row for row in answers if row["wrong"]], day),
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
        elif name == "wrong":
            until = date.fromisoformat(value["until"]) if value["until"] else None
            out[name] = Wrong(value["why"], value["by"] or "", datetime.fromisoformat(value["at"]), until)
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
        **{
            name: first[name]
            for name in ("id", "folder_id", "held_from", "held_until", "recorded_at", "recorded_by", "wrong")
        },
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


def _parents(ties: Iterable[Any]) -> dict[UUID, tuple[UUID, ...]]:
    """Who the parents of each of these children are."""
    found: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for tie in ties:
        found[tie.child_id][tie.other_id] = None
    return {child_id: tuple(parents) for child_id, parents in found.items()}


def _tie_views(
    ties: Iterable[Any],  # Tie, with `their_folder`
    people: Mapping[UUID, PersonView],
    pointers: Mapping[UUID, Pointer],
    own_ids: set[UUID],
    day: date,
    parents: Mapping[UUID, tuple[UUID, ...]],
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
            parents=parents.get(t.other_id, ()) if t.kinship == Kinship.SIBLING.value else (),
        )


def _pointers_of(folder_ids: Sequence[UUID]) -> dict[UUID, Pointer]:
    if not folder_ids:
        return {}
    return {p.folder_id: p for p in Pointer.objects.filter(folder_id__in=folder_ids)}


def _involvement(row: Involvement) -> InvolvementView:
    return InvolvementView(
        **_dated(row),
        agency_id=row.agency_id,
        agency=row.agency.name,
        agency_kind=AgencyKind(row.agency.kind),
        agency_telephone=row.agency.telephone,
        sensitive=row.agency.sensitive,
        practitioner_id=row.practitioner_id,
        practitioner=row.practitioner.name if row.practitioner else "",
        telephone=row.practitioner.telephone if row.practitioner else "",
        role=row.role,
        contribution=row.contribution,
        lead=row.lead_professional,
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
