"""The rows of a person, from what is known of them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Model

from sightline.kernel.ids import uuid7
from sightline.kernel.time import today

from .. import rules
from ..models import (
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
from ..rules import (
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
from ..terms import NameUse, PersonKind
from .gate import _stamp


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
        put_right_why=authority.put_right_why.strip(),
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
