"""What people are called, when they were born and died, who they are and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sightline.access.models import Folder
from sightline.audit.actions import attempt
from sightline.govuk.words import moment
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused

from .. import rules
from ..models import Identifier, Identity, Particulars, PersonName
from ..rules import Answer, Birth, Names, Number
from ..terms import NameUse, PersonKind, Sex
from .gate import (
    _begin_on,
    _close,
    _current,
    _enter,
    _enter_for_child,
    _enter_to_change,
    _insert,
    _not_stale,
    _wrote,
    london_day,
)
from .rows import _answer, _names, _number, _particulars


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
