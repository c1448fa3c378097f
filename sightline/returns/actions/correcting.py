"""What is known of a child brought to what a later or corrected return says, and what people said left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from datetime import date
from functools import partial

from django.db import DatabaseError, transaction

from sightline.children import actions as children
from sightline.children.models import Identifier, Status
from sightline.children.rules import (
    Number,
    tidy_number,
)
from sightline.children.terms import IdentityQuestion, Scheme
from sightline.children.terms import Sex as PersonSex
from sightline.kernel.verdicts import Refused

from .. import intake
from ..by_people import FIELDS, by_people, otherwise
from ..queries import Planned
from ..shapes import Finding
from ..terms import Fate, Grade
from .told import Place, answers_of, birth_of, new_status, numbers_of, plainly


def leave_what_people_said(batch: Sequence[Planned], place: Place) -> None:
    """Find out where a return says otherwise than a person did: that is reported, and not written."""
    corrected = {
        planned.person_id: planned
        for planned in batch
        if planned.fate is Fate.CHANGED and planned.is_latest and planned.person_id is not None
    }
    for person_id, held in by_people(corrected).items():
        planned = corrected[person_id]
        child = planned.child
        for left in otherwise(held, answers_of(child), birth_of(child, place.today)[0], numbers_of(child)):
            line = child.lines.get(left.element, child.line)
            planned.left.add(left.element)
            planned.findings.append(
                Finding(child.la_child_id, line, left.element, left.message, left.value, Grade.DOUBTFUL)
            )


class Correction:
    """Brings what is known of a child to what a later or corrected return says, by the actions of `children`.

    What they refuse becomes a finding; the rest is written all the same. `retold` are the kinds and first
    days of statuses that an earlier import told of and this return tells of anew.
    """

    def __init__(self, planned: Planned, place: Place, retold: Set[tuple[str, date]]) -> None:
        assert planned.folder_id is not None
        assert planned.person_id is not None
        self.planned = planned
        self.child = planned.child
        self.place = place
        self.retold = retold
        self.folder_id = planned.folder_id
        self.person_id = planned.person_id

    def write(self) -> None:
        self._write_birth()
        for answer in answers_of(self.child):
            element = "Ethnicity" if answer.question is IdentityQuestion.ETHNICITY else "Disability"
            if element not in self.planned.left:
                self._try(element, partial(children.answer_identity, self.folder_id, answer))
        self._write_numbers()
        self._write_statuses()

    def _try(self, element: str, act: Callable[[], object], value: str = "") -> None:
        try:
            with transaction.atomic():
                act()
        except (Refused, DatabaseError) as error:
            why = error.verdict.reason if isinstance(error, Refused) else plainly(error)
            line = self.child.lines.get(element, self.child.line)
            self.planned.findings.append(
                Finding(
                    self.child.la_child_id, line, element, f"the correction was not taken in: {why}", value
                )
            )

    def _write_birth(self) -> None:
        said, doubts = birth_of(self.child, self.place.today)
        self.planned.findings.extend(doubts)
        before, _ = children.birth_of(self.person_id)
        for name, element in FIELDS.items():
            if element in self.planned.left:
                said = replace(said, **{name: getattr(before, name)})
        wanted = before
        if said.born_on is not None:
            wanted = replace(wanted, born_on=said.born_on, expected_on=None, estimated=False)
        elif said.expected_on is not None and before.born_on is None:
            wanted = replace(wanted, expected_on=said.expected_on)
        if said.died_on is not None:
            wanted = replace(wanted, died_on=said.died_on)
        if said.sex is not PersonSex.NOT_KNOWN:
            wanted = replace(wanted, sex=said.sex)
        if wanted != before:
            self._try(
                "PersonBirthDate",
                lambda: children.correct_particulars(
                    self.folder_id, wanted, f"{self.place.said_by} says otherwise."
                ),
            )

    def _write_numbers(self) -> None:
        held = list(Identifier.objects.filter(person_id=self.person_id, withdrawn_at__isnull=True))
        values = {(row.scheme, row.value) for row in held}
        for number in numbers_of(self.child):
            value = tidy_number(number.scheme, number.value)
            if (number.scheme.value, value) in values:
                continue
            if number.scheme is Scheme.UPN and "UPN" in self.planned.left:
                continue

            def give(number: Number = number, value: str = value) -> None:
                for row in held:
                    if row.scheme == number.scheme.value == Scheme.UPN.value and row.value != value:
                        children.withdraw_identifier(
                            self.folder_id, row.id, f"{self.place.said_by} gives another."
                        )
                children.give_identifier(self.folder_id, number)

            element = "FormerUPN" if number.scheme is Scheme.FORMER_UPN else "UPN"
            self._try(element if number.scheme is not Scheme.LA_CHILD else "LAchildID", give, value)

    def _write_statuses(self) -> None:
        periods, left = intake.periods(self.child, self.place.today)
        self.planned.findings.extend(left)
        mine = Status.objects.filter(
            child_id=self.person_id, kind__in=list(intake.STANDINGS), recorded_by__isnull=True
        ).order_by("held_from")
        wanted = {(period.kind.value, period.held_from): period for period in periods}
        for row in mine:
            if row.held_until is not None and row.held_until <= row.held_from:
                continue
            period = wanted.pop((row.kind, row.held_from), None)
            if period is not None and row.category == period.category:
                if row.held_until != period.held_until and period.held_until is not None:
                    self._try_end(row, period.held_until)
            elif period is not None or (row.kind, row.held_from) in self.retold:
                # The start or the category was corrected: as it was recorded it never held.
                self._try_end(row, row.held_from)
                if period is not None:
                    wanted[row.kind, row.held_from] = period
        for period in sorted(wanted.values(), key=lambda p: p.held_from):
            self._try(
                "ChildProtectionPlans" if period.category else "CINdetails",
                partial(children.set_status, self.folder_id, new_status(period)),
                str(period.held_from),
            )

    def _try_end(self, row: Status, day: date) -> None:
        self._try("CINdetails", lambda: children.end_status(self.folder_id, row.id, day), str(day))
