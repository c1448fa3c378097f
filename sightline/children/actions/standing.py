"""Where a child lives, what the child stands under, school and doctor, authorities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import connection

from sightline.audit.actions import attempt
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused

from .. import rules
from ..models import Authority, Provider, Residence, Status
from ..rules import Address, NewAuthority, NewProvider, NewStatus
from ..terms import LivesAt, ProviderKind
from .gate import (
    _begin_on,
    _close,
    _current,
    _end,
    _enter_for_child,
    _enter_to_change,
    _insert,
    _not_stale,
    _overlaps,
    _wrote,
)
from .rows import _authority, _provider, _residence, _status

#: Rooms above are told that somebody moved, in the same transaction: the folder written in, whom, since when, and what
#: kind of home it is.
moved: list[Callable[[UUID, UUID, date, LivesAt], None]] = []


def authority_changed(folder_id: UUID, *, responsible: str) -> None:
    """Another authority has accepted the child: it is responsible from today."""
    set_authority(folder_id, NewAuthority(responsible))


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
        for told in moved:
            told(folder_id, who, day, address.lives_at)
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


def record_authority(folder_id: UUID, new: NewAuthority, *, seen: Sequence[UUID] | None = None) -> UUID:
    """Somebody who works with the child says which authority is responsible, or in whose area the child is. No child is
    passed on by it: another authority than the one recorded only where that was recorded wrongly, with the reason.
    Returns the row's id."""
    with attempt("children.record_authority", folder_id=folder_id):
        child_id = _enter_for_child(folder_id)
        held = _current(Authority.objects.filter(child_id=child_id))
        _not_stale(held, seen)
        recorded = held[0].responsible if held else ""
        rules.may_record_authority(recorded, new).or_refuse()
        if rules.tidy_name(new.responsible).casefold() == recorded.casefold():
            new = replace(new, put_right_why="")  # nothing was wrong with it
        return set_authority(folder_id, new)


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
