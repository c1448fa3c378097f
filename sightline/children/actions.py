"""The only writer of the children room.

Each action asks who may, then whether it can be, then writes rows, brings the pointer up to date and tells
the audit trail, all in one transaction. Nothing is overwritten: what changes ends on a day and begins anew,
what was wrong stands beside what puts it right.

A form passes `seen`, the ids of the rows that it showed (`ChildView` gives them): where somebody else has
changed the same thing since, the action refuses and says who and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Max, Model, Q, QuerySet, Value
from django.db.models.functions import Greatest

from sightline.access.models import Folder
from sightline.agencies.models import Agency, Posting
from sightline.agencies.queries import acting_now
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, event, record, record_many
from sightline.audit.terms import Verb
from sightline.govuk.words import moment
from sightline.kernel.ids import uuid7
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current

from . import rules
from .models import (
    Authority,
    Identifier,
    Identity,
    Involvement,
    Particulars,
    Person,
    PersonName,
    Provider,
    Residence,
    Status,
    Tie,
)
from .queries import works_with as works_with
from .rules import (
    Address,
    Answer,
    Birth,
    Names,
    NewAdult,
    NewAuthority,
    NewChild,
    NewInvolvement,
    NewProvider,
    NewStatus,
    NewTie,
    Number,
)
from .terms import Kinship, Known, NameUse, PersonKind, ProviderKind, Sex

#: Called with the folders whose pointer, names, addresses or numbers may have changed, in the same
#: transaction. Rooms above add to it when they load (the search keys of room `matching`).
pointer_changed: list[Callable[[Sequence[UUID]], None]] = []

#: How many rows one INSERT carries.
_AT_ONCE = 1000


# -- the gate --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """A folder entered to write in it: its child (None before one is recorded), and whose rows are to be
    written.

    `rows_in` is the folder that the person's rows carry: the child's own, none for an adult.
    """

    child_id: UUID | None
    person_id: UUID | None
    rows_in: UUID | None


def _enter(folder_id: UUID, person_id: UUID | None = None) -> _Entry:
    """Lets a writer in, or raises NotFound or NotPermitted. `person_id` None means the folder's child.

    One writer a folder at a time until the end of the transaction, so that two who change the same thing meet
    the check for a stale form and no constraint.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"children {folder_id}"])
        cursor.execute("SELECT * FROM children_standing(%s, %s)", [folder_id, person_id])
        is_new, may_read, may_write, child_id, is_adult = cursor.fetchone()
    viewer = current()
    if viewer.kind is ViewerKind.JOB:
        pass  # the doors say which jobs may write
    elif is_new:
        # Whoever opens a folder (a concern, also one raised without an account) fills it in the same
        # transaction.
        if viewer.kind is ViewerKind.PRACTITIONER:
            _permit(Permission.RAISE_CONCERN, Permission.WRITE_FOLDER)
    elif not may_read:
        raise NotFound
    else:
        _permit(Permission.WRITE_FOLDER)
        if not may_write:
            raise NotPermitted(
                "You may read this record but not write in it. Ask the worker or manager who holds it."
            )
    if person_id is None or person_id == child_id:
        return _Entry(child_id, child_id, folder_id)
    if not is_adult:
        raise NotFound
    return _Entry(child_id, person_id, None)


def _enter_to_change(folder_id: UUID, person_id: UUID | None = None) -> tuple[UUID, UUID | None]:
    """`_enter`, and whose rows are to be written: the person and the folder that their rows carry.

    Raises NotFound where the folder's child is meant and none is recorded yet.
    """
    entry = _enter(folder_id, person_id)
    if entry.person_id is None:
        raise NotFound
    return entry.person_id, entry.rows_in


def _enter_for_child(folder_id: UUID) -> UUID:
    return _enter_to_change(folder_id)[0]


def _permit(*any_of: Permission) -> None:
    acting = acting_now()
    verdicts = [permitted(acting, permission) for permission in any_of]
    if not any(verdicts):
        raise NotPermitted(verdicts[0])


def _stamp() -> dict[str, object]:
    return {"recorded_at": now(), "recorded_by_id": current().practitioner_id}


def _insert(rows: Iterable[Model]) -> None:
    """Writes rows, those of one table together, in an order in which foreign keys hold."""
    by_table: dict[type[Model], list[Model]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    for model in sorted(by_table, key=lambda m: m is not Person):
        model._default_manager.bulk_create(by_table[model], batch_size=_AT_ONCE)


def _not_stale(rows: Iterable[Any], seen: Sequence[UUID] | None) -> None:
    """Refuses where the rows that hold now are not those that the form showed. None: no form was shown."""
    if seen is None:
        return
    news = [row for row in rows if row.pk not in set(seen)]
    if not news:
        return
    last = max(news, key=lambda row: row.recorded_at)
    by = last.recorded_by
    raise Refused(
        f"{by.name if by else 'Somebody'} changed this on {moment(last.recorded_at)}, "
        "after you opened this page. Look at what is there now, then send yours again if it is still right."
    )


def _current(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.filter(held_until__isnull=True).select_related("recorded_by"))


def _close(rows: QuerySet[Any], day: date, what: str) -> None:
    """Ends what holds now, on `day`; what began on that day or later never held. Refuses where something else
    is recorded for days after it, which the change would overlap."""
    later = (
        rows.filter(held_until__gt=day).exclude(held_until=F("held_from")).aggregate(last=Max("held_until"))
    )
    if later["last"]:
        raise _overlaps(what, later["last"])
    rows.filter(held_until__isnull=True).update(held_until=Greatest(Value(day), F("held_from")))


def _overlaps(what: str, until: date | None = None) -> Refused:
    till = f" until {rules.day_words(until, today())}" if until else ""
    return Refused(f"{what} is already recorded{till}. Give a day that is not before that.", "held_from")


def london_day(at: datetime) -> date:
    """The day of an instant, in London."""
    return at.astimezone(LONDON).date()


def _begin_on(day: date | None, what: str) -> date:
    day = day or today()
    rules.may_begin(day, today(), what).or_refuse()
    return day


# -- the pointer -----------------------------------------------------------------------------------
# -----------------------------------------------------------------------------------------------


def refresh_pointers(folder_ids: Sequence[UUID]) -> None:
    """Brings what a search shows of these children up to date, and tells the rooms that keep keys of it."""
    if not folder_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT children_refresh_pointers(%s::uuid[], %s)", [list(folder_ids), today()])
    for tell in pointer_changed:
        tell(folder_ids)


def refresh_pointer(folder_id: UUID) -> None:
    """`refresh_pointers` for one folder."""
    refresh_pointers([folder_id])


def _wrote(what: str, folder_id: UUID, subject: Model | tuple[str, object], **ids: UUID | int) -> None:
    refresh_pointer(folder_id)
    record(Verb.WROTE, what, folder_id=folder_id, subject=subject, **ids)  # type: ignore[arg-type]


# -- rows from what is known -----------------------------------------------------------------------
# ---------------------------------------------------------------------------------------


def _particulars(folder_id: UUID | None, person_id: UUID, birth: Birth, why: str = "") -> Particulars:
    return Particulars(
        folder_id=folder_id,
        person_id=person_id,
        born_on=birth.born_on,
        born_estimated=birth.estimated,
        expected_on=birth.expected_on,
        died_on=birth.died_on,
        sex=birth.sex.value,
        pronouns=rules.tidy_name(birth.pronouns),
        telephone=rules.tidy_name(birth.telephone),
        why=why.strip(),
        **_stamp(),
    )


def _names(folder_id: UUID | None, person_id: UUID, names: Names, held_from: date) -> list[PersonName]:
    wanted = [(NameUse.FULL, names.given, names.family)]
    if rules.tidy_name(names.known_as):
        wanted.append((NameUse.KNOWN_AS, names.known_as, ""))
    wanted += [(NameUse.ALSO, other, "") for other in names.also if rules.tidy_name(other)]
    wanted += [(NameUse.FORMER, other, "") for other in names.former if rules.tidy_name(other)]
    return [
        PersonName(
            folder_id=folder_id,
            person_id=person_id,
            use=use.value,
            given=rules.tidy_name(given),
            family=rules.tidy_name(family),
            held_from=held_from,
            **_stamp(),
        )
        for use, given, family in wanted
    ]


def _answer(folder_id: UUID | None, person_id: UUID, answer: Answer, held_from: date) -> list[Identity]:
    # The words stand once, beside the first code.
    codes = answer.codes or ("",)
    return [
        Identity(
            folder_id=folder_id,
            person_id=person_id,
            question=answer.question.value,
            answered=answer.answered.value,
            code=code,
            words=answer.words.strip() if place == 0 else "",
            self_described=answer.self_described,
            held_from=held_from,
            **_stamp(),
        )
        for place, code in enumerate(codes)
    ]


def _number(folder_id: UUID | None, person_id: UUID, number: Number) -> Identifier:
    return Identifier(
        folder_id=folder_id,
        person_id=person_id,
        scheme=number.scheme.value,
        value=rules.tidy_number(number.scheme, number.value),
        **_stamp(),
    )


def _residence(folder_id: UUID | None, person_id: UUID, address: Address, held_from: date) -> Residence:
    return Residence(
        folder_id=folder_id,
        person_id=person_id,
        lives_at=address.lives_at.value,
        lines="\n".join(line.strip() for line in address.lines.splitlines() if line.strip()),
        postcode=address.postcode.strip().upper(),
        area=rules.tidy_name(address.area),
        with_whom=rules.tidy_name(address.with_whom),
        confidential=address.confidential,
        held_from=held_from,
        **_stamp(),
    )


def _status(folder_id: UUID, child_id: UUID, status: NewStatus) -> Status:
    return Status(
        folder_id=folder_id,
        child_id=child_id,
        kind=status.kind.value,
        category=status.category,
        held_from=status.held_from,
        held_until=status.held_until,
        **_stamp(),
    )


def _provider(folder_id: UUID, child_id: UUID, provider: NewProvider, held_from: date) -> Provider:
    return Provider(
        folder_id=folder_id,
        child_id=child_id,
        kind=provider.kind.value,
        name=rules.tidy_name(provider.name),
        telephone=rules.tidy_name(provider.telephone),
        held_from=held_from,
        **_stamp(),
    )


def _authority(folder_id: UUID, child_id: UUID, authority: NewAuthority, held_from: date) -> Authority:
    return Authority(
        folder_id=folder_id,
        child_id=child_id,
        responsible=rules.tidy_name(authority.responsible),
        present=rules.tidy_name(authority.present) or rules.tidy_name(authority.responsible),
        held_from=held_from,
        **_stamp(),
    )


def _involvement(folder_id: UUID, child_id: UUID, new: NewInvolvement, held_from: date) -> Involvement:
    return Involvement(
        folder_id=folder_id,
        child_id=child_id,
        agency_id=new.agency_id,
        practitioner_id=new.practitioner_id,
        role=rules.tidy_name(new.role),
        contribution=rules.tidy_name(new.contribution),
        lead_professional=new.lead,
        held_from=held_from,
        held_until=new.held_until,
        **_stamp(),
    )


def _tie(folder_id: UUID, child_id: UUID, new: NewTie, held_from: date) -> Tie:
    return Tie(
        folder_id=folder_id,
        child_id=child_id,
        other_id=new.other_id,
        kinship=new.kinship.value,
        parental_responsibility=new.parental_responsibility.value,
        lives_with_child=new.lives_with_child.value,
        words=rules.tidy_name(new.words),
        held_from=held_from,
        **_stamp(),
    )


def _child_rows(new: NewChild) -> tuple[UUID, list[Model]]:
    child_id, folder_id = new.id or uuid7(), new.folder_id
    named_from = new.birth.born_on or today()
    rows: list[Model] = [
        Person(id=child_id, folder_id=folder_id, kind=PersonKind.CHILD.value),
        _particulars(folder_id, child_id, new.birth),
        *_names(folder_id, child_id, new.names, named_from),
    ]
    for answer in new.answers:
        rows += _answer(folder_id, child_id, answer, today())
    rows += [_number(folder_id, child_id, number) for number in new.numbers]
    if new.address is not None:
        rows.append(_residence(folder_id, child_id, new.address, new.address.held_from or today()))
    rows += [_status(folder_id, child_id, status) for status in new.statuses]
    rows += [_provider(folder_id, child_id, p, p.held_from or today()) for p in new.providers]
    if new.authority is not None:
        rows.append(_authority(folder_id, child_id, new.authority, new.authority.held_from or today()))
    rows += [_involvement(folder_id, child_id, i, i.held_from or today()) for i in new.involvements]
    return child_id, rows


def _adult_rows(new: NewAdult) -> tuple[UUID, list[Model]]:
    adult_id = new.id or uuid7()
    rows: list[Model] = [
        Person(id=adult_id, kind=PersonKind.ADULT.value),
        _particulars(None, adult_id, new.birth),
        *_names(None, adult_id, new.names, new.birth.born_on or today()),
    ]
    for answer in new.answers:
        rows += _answer(None, adult_id, answer, today())
    rows += [_number(None, adult_id, number) for number in new.numbers]
    if new.address is not None:
        rows.append(_residence(None, adult_id, new.address, new.address.held_from or today()))
    return adult_id, rows


def _check_new(new: NewChild | NewAdult) -> None:
    kind = PersonKind.CHILD if isinstance(new, NewChild) else PersonKind.ADULT
    rules.check_birth(kind, new.birth, today()).or_refuse()
    rules.check_names(new.names).or_refuse()
    for answer in new.answers:
        rules.check_answer(answer).or_refuse()
    for number in new.numbers:
        rules.check_number(number.scheme, number.value).or_refuse()
    if new.address is not None:
        rules.check_address(new.address).or_refuse()
        rules.may_begin(new.address.held_from or today(), today(), "This address").or_refuse()
    if isinstance(new, NewChild):
        for status in new.statuses:
            rules.check_status(status.kind, status.category).or_refuse()


# -- recording people ------------------------------------------------------------------------------
# --------------------------------------------------------------------------------------------


def record_child(new: NewChild) -> UUID:
    """Record a child in the folder opened for them, with whatever is known; returns the person's id.

    For whoever opens the folder (a concern), in the same transaction, or may write in it. Raises Refused
    where a date or number cannot be, NotFound, NotPermitted.
    """
    with attempt("children.record_child", folder_id=new.folder_id):
        if _enter(new.folder_id).child_id is not None:
            raise Refused("This record already has its child.")
        _check_new(new)
        return _record_children([new])[0]


#: By folder (for an adult: by person): when and by whom what is loaded in bulk was recorded then.
RecordedThen = Mapping[UUID, tuple[datetime, UUID | None]]


def record_children_bulk(children: Sequence[NewChild], *, recorded: RecordedThen | None = None) -> list[UUID]:
    """What `record_child` writes, for many children in few statements; returns their ids in the same order.

    For the named jobs that import or load data: they report what cannot be and refuse nothing (imported
    history stays as it was), so the rules are theirs to ask beforehand. `recorded` dates rows back.
    """
    return _record_children(children, recorded or {})


def _date_back(rows: Iterable[Model], recorded: RecordedThen) -> None:
    for row in rows:
        if isinstance(row, Person):
            continue  # the database alone says when somebody was first recorded
        stamped: Any = row
        then = recorded.get(stamped.folder_id or stamped.person_id)
        if then is not None:
            stamped.recorded_at, stamped.recorded_by_id = then
            if isinstance(row, Identity):
                row.held_from = london_day(row.recorded_at)


def _record_children(children: Sequence[NewChild], recorded: RecordedThen | None = None) -> list[UUID]:
    ids: list[UUID] = []
    rows: list[Model] = []
    for new in children:
        child_id, of_child = _child_rows(new)
        ids.append(child_id)
        rows += of_child
    _date_back(rows, recorded or {})
    _insert(rows)
    refresh_pointers([new.folder_id for new in children])
    record_many(
        event(
            Verb.WROTE,
            "children.record_child",
            folder_id=new.folder_id,
            subject=("children_person", child_id),
        )
        for new, child_id in zip(children, ids, strict=True)
    )
    return ids


def record_adult(folder_id: UUID, new: NewAdult) -> UUID:
    """Record an adult in the life of a folder's child; returns the person's id.

    They are seen through ties alone, so `tie` follows in the same transaction, in each child's folder.
    """
    with attempt("children.record_adult", folder_id=folder_id):
        _enter(folder_id)
        _check_new(new)
        adult_id, rows = _adult_rows(new)
        _insert(rows)
        _wrote("children.record_adult", folder_id, ("children_person", adult_id))
        return adult_id


def record_family_bulk(
    adults: Sequence[NewAdult],
    ties: Sequence[tuple[UUID, UUID, NewTie]],
    *,
    recorded: RecordedThen | None = None,
) -> list[UUID]:
    """What `record_adult` and `tie` write, for many at once: adults (in the order given back), then ties as
    (folder, child, tie). A tie between children is given from both sides. For the named jobs alone.
    `recorded` dates rows back."""
    ids: list[UUID] = []
    rows: list[Model] = []
    for new in adults:
        adult_id, of_adult = _adult_rows(new)
        ids.append(adult_id)
        rows += of_adult
    rows += [_tie(folder_id, child_id, new, new.held_from or today()) for folder_id, child_id, new in ties]
    _date_back(rows, recorded or {})
    _insert(rows)
    refresh_pointers(list(dict.fromkeys(folder_id for folder_id, _child, _new in ties)))
    first_folder = {new.other_id: folder_id for folder_id, _child, new in reversed(ties)}
    record_many(
        event(
            Verb.WROTE,
            "children.record_adult",
            folder_id=first_folder.get(adult_id),
            subject=("children_person", adult_id),
        )
        for adult_id in ids
    )
    record_many(
        event(Verb.WROTE, "children.tie", folder_id=row.folder_id, subject=row)
        for row in rows
        if isinstance(row, Tie)
    )
    return ids


# -- for a concern ---------------------------------------------------------------------------------
# -------------------------------------------------------------------------------------------------


def record_child_of_concern(
    folder_id: UUID,
    *,
    given: str = "",
    family: str = "",
    known_as: str = "",
    born_on: date | None = None,
    age_years: int | None = None,
    expected_on: date | None = None,
    sex: str = "U",
    lines: str = "",
    postcode: str = "",
    area: str = "",
    school: str = "",
) -> UUID:
    """`record_child` with what somebody who raises a concern knows; an age in years becomes an estimated
    birth.

    For the public too, who reads nothing back: in the transaction that opens the folder.
    """
    estimated = born_on is None and expected_on is None and age_years is not None
    birth = Birth(
        born_on=rules.born_about(age_years, today()) if estimated and age_years is not None else born_on,
        estimated=estimated,
        expected_on=expected_on,
        sex=Sex.NOT_KNOWN if expected_on is not None else Sex(sex),
    )
    somewhere = Address(lines=lines, postcode=postcode, area=area)
    return record_child(
        NewChild(
            folder_id=folder_id,
            names=Names(given, family, known_as),
            birth=birth,
            address=somewhere if rules.check_address(somewhere) else None,
            providers=(NewProvider(ProviderKind.SCHOOL, school),) if school.strip() else (),
        )
    )


def tie_family_of_concern(
    children: Sequence[tuple[UUID, UUID]],
    people: Sequence[tuple[str, str, Kinship, Known, str]],
) -> list[UUID]:
    """The family in a concern: its children (folder, person) as brothers and sisters, and the people around
    them (given and family name, kinship, whether they live with the children, telephone number), each
    recorded once and tied to every child. Returns the people's ids."""
    for place, (folder_id, _child_id) in enumerate(children):
        for _folder_id, sibling_id in children[place + 1 :]:
            tie(folder_id, NewTie(sibling_id, Kinship.SIBLING))
    ids: list[UUID] = []
    for given, family, kinship, lives_with, telephone in people:
        adult = NewAdult(Names(given, family), Birth(telephone=telephone))
        ids.append(record_adult(children[0][0], adult))
        for folder_id, _child_id in children:
            tie(folder_id, NewTie(ids[-1], kinship, lives_with_child=lives_with))
    return ids


def authority_changed(folder_id: UUID, *, responsible: str) -> None:
    """Another authority has accepted the child: it is responsible from today."""
    set_authority(folder_id, NewAuthority(responsible))


# -- what people are called, when they were born ---------------------------------------------------
# --------------------------------------------------------------


def rename(
    folder_id: UUID,
    names: Names,
    *,
    from_day: date | None = None,
    person_id: UUID | None = None,
    seen: Sequence[UUID] | None = None,
) -> None:
    """From a day on somebody is called so. Full name and the name they use are each replaced where they
    differ (an empty `known_as` ends it); `also` and `former` are added to those there are."""
    with attempt("children.rename", folder_id=folder_id):
        who, rows_in = _enter_to_change(folder_id, person_id)
        rules.check_names(names).or_refuse()
        day = _begin_on(from_day, "This name")
        held = PersonName.objects.filter(person_id=who)
        current_names = _current(held)
        _not_stale(current_names, seen)
        now_held = {(row.use, row.given, row.family) for row in current_names}
        uses = {row.use for row in current_names}
        fresh = [
            row
            for row in _names(rows_in, who, names, day)
            if (row.use, row.given, row.family) not in now_held
        ]
        ending = {row.use for row in fresh} & {NameUse.FULL.value, NameUse.KNOWN_AS.value}
        if NameUse.KNOWN_AS.value in uses and not rules.tidy_name(names.known_as):
            ending.add(NameUse.KNOWN_AS.value)
        for use in sorted(ending):
            _close(held.filter(use=use), day, "A later name")
        _insert(fresh)
        if fresh or ending:
            _wrote("children.rename", folder_id, ("children_person", who), names=len(fresh))


def birth_of(person_id: UUID) -> tuple[Birth, Particulars | None]:
    """What is known of somebody's birth now, and the row that says so."""
    row = (
        Particulars.objects.filter(person_id=person_id)
        .select_related("recorded_by")
        .order_by("-recorded_at", "-id")
        .first()
    )
    return (row.as_birth() if row else Birth()), row


def correct_particulars(
    folder_id: UUID,
    birth: Birth,
    why: str = "",
    *,
    person_id: UUID | None = None,
    seen: Sequence[UUID] | None = None,
) -> None:
    """Put down what is now known of somebody's birth, death, sex, pronouns and telephone number.

    The earlier row stays; where it was wrong `why` says what was (obligation REC-12).
    """
    _put_particulars("children.correct_particulars", folder_id, birth, why, person_id, seen)


def _put_particulars(
    what: str,
    folder_id: UUID,
    birth: Birth,
    why: str,
    person_id: UUID | None,
    seen: Sequence[UUID] | None,
) -> None:
    with attempt(what, folder_id=folder_id):
        who, rows_in = _enter_to_change(folder_id, person_id)
        before, row = birth_of(who)
        _not_stale([row] if row else [], seen)
        opened = None
        if rows_in is not None:
            folder = Folder.objects.filter(pk=rows_in).first()
            opened = london_day(folder.opened_at) if folder else None
        kind = PersonKind.CHILD if rows_in is not None else PersonKind.ADULT
        rules.check_birth(kind, birth, today(), opened=opened).or_refuse()
        rules.check_correction(before, birth, why).or_refuse()
        fresh = _particulars(rows_in, who, birth, why)
        if row is not None and fresh.as_birth() == before:
            return
        _insert([fresh])
        _wrote(what, folder_id, fresh)


def born(folder_id: UUID, born_on: date, *, sex: Sex = Sex.NOT_KNOWN, names: Names | None = None) -> None:
    """A child who was expected has been born; `names` where they have been given."""
    with attempt("children.born", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        before, _row = birth_of(child_id)
        if not before.unborn:
            raise Refused(
                "This child is already recorded as born. Correct the date of birth instead.", "born_on"
            )
        _put_particulars(
            "children.born",
            folder_id,
            replace(before, born_on=born_on, expected_on=None, sex=sex),
            "",
            None,
            None,
        )
        if names is not None:
            rename(folder_id, names, from_day=born_on)


def died(folder_id: UUID, died_on: date, *, person_id: UUID | None = None) -> None:
    """Somebody has died."""
    with attempt("children.died", folder_id=folder_id):
        who, _rows_in = _enter_to_change(folder_id, person_id)
        before, _row = birth_of(who)
        if before.died_on is not None:
            raise Refused("A date of death is already recorded. Correct it instead.", "died_on")
        _put_particulars(
            "children.died",
            folder_id,
            replace(before, died_on=died_on, expected_on=None),
            "",
            person_id,
            None,
        )


# -- who they are ----------------------------------------------------------------------------------
# ------------------------------------------------------------------------------------------------


def answer_identity(
    folder_id: UUID,
    answer: Answer,
    *,
    person_id: UUID | None = None,
    seen: Sequence[UUID] | None = None,
) -> None:
    """Record the answer to one question of identity from today; the one before ends today and stays
    readable."""
    with attempt("children.answer_identity", folder_id=folder_id):
        who, rows_in = _enter_to_change(folder_id, person_id)
        rules.check_answer(answer).or_refuse()
        held = Identity.objects.filter(person_id=who, question=answer.question.value)
        before = _current(held)
        _not_stale(before, seen)
        fresh = _answer(rows_in, who, answer, today())
        if {_said(row) for row in before} == {_said(row) for row in fresh}:
            return
        _close(held, today(), "A later answer")
        _insert(fresh)
        _wrote("children.answer_identity", folder_id, fresh[0])


def _said(row: Identity) -> tuple[str, str, str, bool]:
    return (row.answered, row.code, row.words, row.self_described)


def give_identifier(folder_id: UUID, number: Number, *, person_id: UUID | None = None) -> UUID:
    """Record a number that somebody else knows the person by; returns the row's id."""
    with attempt("children.give_identifier", folder_id=folder_id):
        who, rows_in = _enter_to_change(folder_id, person_id)
        rules.check_number(number.scheme, number.value).or_refuse()
        row = _number(rows_in, who, number)
        held = Identifier.objects.filter(person_id=who, scheme=row.scheme, withdrawn_at__isnull=True)
        if held.filter(value=row.value).exists():
            raise Refused("This number is already recorded.", "value")
        if number.scheme in rules.ONE_EACH and held.exists():
            raise Refused(
                f"Another {number.scheme.label} is recorded. Withdraw it first, saying why.", "value"
            )
        _insert([row])
        _wrote("children.give_identifier", folder_id, row)
        return row.pk


def withdraw_identifier(folder_id: UUID, identifier_id: UUID, why: str) -> None:
    """A number was not this person's, or is no longer in use: it stays readable, with why."""
    with attempt("children.withdraw_identifier", folder_id=folder_id):
        row = Identifier.objects.select_related("recorded_by").filter(pk=identifier_id).first()
        if row is None:
            _enter(folder_id)
            raise NotFound
        _enter_to_change(folder_id, row.person_id)
        if not why.strip():
            raise Refused("Say why the number is withdrawn.", "why")
        if row.withdrawn_at is not None:
            raise Refused(f"This number was already withdrawn on {moment(row.withdrawn_at)}.")
        row.withdrawn_at, row.withdrawn_why = now(), why.strip()
        row.save(update_fields=["withdrawn_at", "withdrawn_why"])
        _wrote("children.withdraw_identifier", folder_id, row)


# -- where they live -------------------------------------------------------------------------------
# -----------------------------------------------------------------------------------------------


def move_to(
    folder_id: UUID,
    address: Address,
    *,
    person_id: UUID | None = None,
    seen: Sequence[UUID] | None = None,
) -> UUID:
    """Somebody lives here from `address.held_from` (None: today); where they lived before ends that day,
    also an address hidden from the writer. Returns the row's id."""
    with attempt("children.move_to", folder_id=folder_id):
        who, rows_in = _enter_to_change(folder_id, person_id)
        rules.check_address(address).or_refuse()
        day = _begin_on(address.held_from, "This address")
        _not_stale(_current(Residence.objects.filter(person_id=who)), seen)
        _end_residence(who, day)
        row = _residence(rows_in, who, address, day)
        _insert([row])
        _wrote("children.move_to", folder_id, row)
        return row.pk


def leave_address(folder_id: UUID, day: date, *, person_id: UUID | None = None) -> None:
    """Somebody no longer lives where they did, and it is not known where they live now."""
    with attempt("children.leave_address", folder_id=folder_id):
        who, _rows_in = _enter_to_change(folder_id, person_id)
        rules.may_begin(day, today(), "The time away").or_refuse()
        _end_residence(who, day)
        _wrote("children.leave_address", folder_id, ("children_person", who))


def _end_residence(person_id: UUID, day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT children_end_residence(%s, %s)", [person_id, day])
        if not cursor.fetchone()[0]:
            raise _overlaps("A later address")


# -- who is in the child's life --------------------------------------------------------------------
# -----------------------------------------------------------------------------------


def tie(folder_id: UUID, new: NewTie, *, seen: Sequence[UUID] | None = None) -> UUID:
    """Name somebody in the life of a folder's child; returns the row's id. An earlier tie to the same
    person ends.

    A brother or sister who is a child has a folder of their own: their side is written too where the viewer
    may add to that folder. Raises NotFound for a person whom the viewer may not see.
    """
    with attempt("children.tie", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind, folder FROM children_other_side(%s)", [new.other_id])
            found = cursor.fetchone()
        if found is None or found[0] is None:
            raise NotFound
        kind, their_folder = PersonKind(found[0]), found[1]
        rules.check_tie(child_id, new, kind).or_refuse()
        row = _put_tie(folder_id, child_id, new, seen)
        if kind is PersonKind.CHILD and their_folder is not None and new.kinship is Kinship.SIBLING:
            other_side = replace(new, other_id=child_id, words="")
            _put_tie(their_folder, new.other_id, other_side, None)
        return row.pk


def _put_tie(folder_id: UUID, child_id: UUID, new: NewTie, seen: Sequence[UUID] | None) -> Tie:
    day = _begin_on(new.held_from, "This relationship")
    held = Tie.objects.filter(child_id=child_id, other_id=new.other_id)
    _not_stale(_current(held), seen)
    _close(held, day, "A later relationship")
    row = _tie(folder_id, child_id, new, day)
    _insert([row])
    _wrote("children.tie", folder_id, row, other=new.other_id)
    return row


def end_tie(folder_id: UUID, tie_id: UUID, day: date | None = None) -> None:
    """Somebody is no longer in the child's life in this way; that they were stays on the record."""
    with attempt("children.end_tie", folder_id=folder_id):
        _enter_for_child(folder_id)
        _end(Tie.objects.filter(folder_id=folder_id, pk=tie_id), day, "This relationship")
        _wrote("children.end_tie", folder_id, ("children_tie", tie_id))


def _end(rows: QuerySet[Any], day: date | None, what: str) -> Any:
    """Ends one dated row that holds now. Raises NotFound where there is none, Refused where it has ended."""
    row = rows.select_related("recorded_by").first()
    if row is None:
        raise NotFound
    if row.held_until is not None:
        raise Refused(f"{what} has already ended, on {rules.day_words(row.held_until, today())}.")
    day = day or today()
    rules.may_end(day, row.held_from, today(), what).or_refuse()
    row.held_until = day
    row.save(update_fields=["held_until"])
    return row


# -- what the child stands under, school and doctor, authorities -----------------------------------
# -----------------------------------------------------


def set_status(folder_id: UUID, new: NewStatus, *, seen: Sequence[UUID] | None = None) -> UUID:
    """The child comes under a legal status or plan; returns the row's id. A plan whose category changes
    ends and begins anew the same day."""
    with attempt("children.set_status", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        rules.check_status(new.kind, new.category).or_refuse()
        rules.may_begin(new.held_from, today(), new.kind.label).or_refuse()
        if new.held_until is not None:
            rules.may_end(new.held_until, new.held_from, today(), new.kind.label).or_refuse()
        held = Status.objects.filter(child_id=child_id, kind=new.kind.value)
        before = _current(held)
        _not_stale(before, seen)
        if any(row.category == new.category for row in before):
            raise Refused(f"{new.kind.label} is already recorded.", "kind")
        _close(held, new.held_from, new.kind.label)
        row = _status(folder_id, child_id, new)
        _insert([row])
        _wrote("children.set_status", folder_id, row)
        return row.pk


def end_status(folder_id: UUID, status_id: UUID, day: date | None = None) -> None:
    """A status or plan has ended."""
    with attempt("children.end_status", folder_id=folder_id):
        _enter_for_child(folder_id)
        row = _end(Status.objects.filter(folder_id=folder_id, pk=status_id), day, "This status")
        _wrote("children.end_status", folder_id, row)


def set_provider(folder_id: UUID, new: NewProvider, *, seen: Sequence[UUID] | None = None) -> UUID:
    """The child's school, nursery or GP from a day; the one before of that kind ends. Returns the row's
    id."""
    with attempt("children.set_provider", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        if not new.name.strip():
            raise Refused(f"Enter the name of the {_small(new.kind)}.", "name")
        day = _begin_on(new.held_from, f"This {_small(new.kind)}")
        held = Provider.objects.filter(child_id=child_id, kind=new.kind.value)
        _not_stale(_current(held), seen)
        _close(held, day, f"A later {_small(new.kind)}")
        row = _provider(folder_id, child_id, new, day)
        _insert([row])
        _wrote("children.set_provider", folder_id, row)
        return row.pk


def end_provider(folder_id: UUID, provider_id: UUID, day: date | None = None) -> None:
    """The child has left a school or nursery, or a GP's list, and has no other yet."""
    with attempt("children.end_provider", folder_id=folder_id):
        _enter_for_child(folder_id)
        row = _end(Provider.objects.filter(folder_id=folder_id, pk=provider_id), day, "This place")
        _wrote("children.end_provider", folder_id, row)


def _small(kind: ProviderKind) -> str:
    return kind.label if kind is ProviderKind.GP else kind.label.lower()


def set_authority(folder_id: UUID, new: NewAuthority, *, seen: Sequence[UUID] | None = None) -> UUID:
    """Which authority is responsible for the child, and in whose area the child is, from a day."""
    with attempt("children.set_authority", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        if not new.responsible.strip():
            raise Refused("Enter the authority that is responsible for the child.", "responsible")
        day = _begin_on(new.held_from, "This authority")
        held = Authority.objects.filter(child_id=child_id)
        _not_stale(_current(held), seen)
        _close(held, day, "A later authority")
        row = _authority(folder_id, child_id, new, day)
        _insert([row])
        _wrote("children.set_authority", folder_id, row)
        return row.pk


# -- who works with the child ----------------------------------------------------------------------
# ---------------------------------------------------------------------------------------


def involve(folder_id: UUID, new: NewInvolvement, *, seen: Sequence[UUID] | None = None) -> UUID:
    """An agency begins to work with the child; returns the row's id.

    `lead` makes its worker lead professional: whoever was goes on working with the child without the lead.
    `seen` is then the row of the lead that the form showed.
    """
    with attempt("children.involve", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        rules.check_involvement(new).or_refuse()
        day = _begin_on(new.held_from, "This work")
        _check_people(new)
        held = Involvement.objects.filter(child_id=child_id)
        nobody = Q(practitioner__isnull=True)
        person = Q(practitioner_id=new.practitioner_id) if new.practitioner_id else nobody
        same = held.filter(person, agency_id=new.agency_id, held_until__isnull=True)
        earlier = list(same)
        if any(
            row.role == rules.tidy_name(new.role) and row.lead_professional == new.lead for row in earlier
        ):
            raise Refused("This is already recorded.", "role")
        if new.lead:
            _hand_over(held, day, seen, new)
        row = _involvement(folder_id, child_id, new, day)
        if new.lead:
            # Somebody who already works with the child takes the lead: one row ends, another begins.
            _close(same.filter(role=row.role), day, "Later work")
        _insert([row])
        _wrote("children.involve", folder_id, row, agency=new.agency_id)
        return row.pk


def _check_people(new: NewInvolvement) -> None:
    if not Agency.objects.filter(pk=new.agency_id).exists():
        raise Refused("Choose an agency of the partnership.", "agency")
    if (
        new.practitioner_id is not None
        and not Posting.objects.filter(
            held_on(today()), practitioner_id=new.practitioner_id, agency_id=new.agency_id
        ).exists()
    ):
        raise Refused("Choose somebody who works in that agency today.", "practitioner")


def _hand_over(
    held: QuerySet[Involvement], day: date, seen: Sequence[UUID] | None, new: NewInvolvement
) -> None:
    """The lead before ends on `day` and goes on from it without the lead."""
    leads = held.filter(lead_professional=True)
    before = list(leads.filter(held_until__isnull=True).select_related("recorded_by"))
    _not_stale(before, seen)
    _close(leads, day, "A later lead professional")
    _insert(
        Involvement(
            folder_id=lead.folder_id,
            child_id=lead.child_id,
            agency_id=lead.agency_id,
            practitioner_id=lead.practitioner_id,
            role=lead.role,
            contribution=lead.contribution,
            held_from=day,
            **_stamp(),
        )
        for lead in before
        if (lead.agency_id, lead.practitioner_id) != (new.agency_id, new.practitioner_id)
    )


def end_involvement(folder_id: UUID, involvement_id: UUID, day: date | None = None) -> None:
    """An agency or worker no longer works with the child; that they did stays on the record."""
    with attempt("children.end_involvement", folder_id=folder_id):
        _enter_for_child(folder_id)
        row = _end(Involvement.objects.filter(folder_id=folder_id, pk=involvement_id), day, "This work")
        _wrote("children.end_involvement", folder_id, row)
