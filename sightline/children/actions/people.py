"""Who is in the child's life, and who works with the child."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from sightline.agencies.models import Agency, Posting
from sightline.audit.actions import REFUSALS, attempt, event, note_exception, record_many
from sightline.audit.terms import Verb
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused

from .. import rules
from ..models import Involvement, Tie
from ..rules import NewInvolvement, NewTie
from ..terms import Kinship, PersonKind
from .gate import (
    _begin_on,
    _close,
    _current,
    _end,
    _enter_for_child,
    _insert,
    _not_stale,
    _stamp,
    _wrote,
    refresh_pointers,
)
from .rows import _involvement, _tie


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


@transaction.atomic
def tie_many(ties: Sequence[tuple[UUID, NewTie]]) -> list[UUID]:
    """What `tie` writes for each of these (folder, tie), with the same checks, in statements whose number hangs on the
    folders and not on the ties; returns the rows' ids in the same order. No pair stands among them twice."""
    children: dict[UUID, UUID] = {}
    others = _other_sides([new.other_id for _folder, new in ties])
    rows: list[Tie] = []
    asked: list[Tie] = []
    for folder_id in dict.fromkeys(folder_id for folder_id, _new in ties):
        with attempt("children.tie", folder_id=folder_id):
            children[folder_id] = _enter_for_child(folder_id)
    for folder_id, new in ties:
        child_id = children[folder_id]
        with _telling("children.tie", folder_id):
            kind, their_folder = others.get(new.other_id, (None, None))
            if kind is None:
                raise NotFound
            rules.check_tie(child_id, new, kind).or_refuse()
            day = _begin_on(new.held_from, "This relationship")
        asked.append(_tie(folder_id, child_id, new, day))
        rows.append(asked[-1])
        if kind is PersonKind.CHILD and their_folder is not None and new.kinship is Kinship.SIBLING:
            rows.append(_tie(their_folder, new.other_id, replace(new, other_id=child_id, words=""), day))
    if len({(row.child_id, row.other_id) for row in rows}) < len(rows):
        raise ValueError("Two ties of one child to one person")
    with attempt("children.tie"):
        _close_earlier(rows)
        _insert(rows)
    refresh_pointers(list(dict.fromkeys(row.folder_id for row in rows)))
    record_many(
        event(Verb.WROTE, "children.tie", folder_id=row.folder_id, subject=row, other=row.other_id)
        for row in rows
    )
    return [row.pk for row in asked]


def _other_sides(people: Sequence[UUID]) -> dict[UUID, tuple[PersonKind, UUID | None]]:
    """Of those of them whom the viewer may tie somebody to: child or adult, and a child's folder where the viewer may
    add to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted, found.kind, found.folder FROM unnest(%s::uuid[]) AS wanted "
            "CROSS JOIN LATERAL children_other_side(wanted) AS found WHERE found.kind IS NOT NULL",
            [list(dict.fromkeys(people))],
        )
        return {person: (PersonKind(kind), folder) for person, kind, folder in cursor.fetchall()}


def _close_earlier(rows: Sequence[Tie]) -> None:
    """Ends what holds now between the same two people, on the day on which the new row begins."""
    days = {(row.child_id, row.other_id): row.held_from for row in rows}
    held = Tie.objects.filter(child_id__in={c for c, _ in days}, other_id__in={o for _, o in days})
    for child_id, other_id in set(held.values_list("child_id", "other_id")) & days.keys():
        both = Tie.objects.filter(child_id=child_id, other_id=other_id)
        _close(both, days[child_id, other_id], "A later relationship")


@contextmanager
def _telling(what: str, folder_id: UUID) -> Iterator[None]:
    """Where nothing is written in the block, a refusal is told of its folder, as `attempt` tells it."""
    try:
        yield
    except REFUSALS as refusal:
        note_exception(refusal, what, folder_id=folder_id)
        raise


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
