"""What waits at the front door, and what is asked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery

from sightline.access.gathering import note_folders
from sightline.access.queries import leads_of
from sightline.agencies.rounds import rounds
from sightline.children.queries import names_of_folders
from sightline.govuk.words import listed
from sightline.kernel.time import LONDON, now
from sightline.procedures.models import TO_DO, Duty, DutyEvent
from sightline.procedures.queries import (
    DutyView,
    pack_in_force,
    view_of,
    views_of,
)
from sightline.procedures.terms import DutyStatus

from .. import links
from ..terms import ConcernState
from .reading import referrer_in_words


@dataclass(frozen=True)
class BoardRow:
    """A concern on the front-door board. `due` is the most pressing duty on it."""

    id: UUID
    reference: str
    raised_at: datetime
    raised_by: str
    immediate_danger: bool
    danger_waiting: bool
    state: ConcernState
    taken_by: str
    children: tuple[str, ...]
    due: DutyView | None
    folder_ids: tuple[UUID, ...] = ()
    awaits_ruling: bool = False
    received_by: tuple[str, ...] = ()
    """The authorities that have received a child of it and not yet accepted."""
    passed_to: tuple[str, ...] = ()
    """Those that have not even confirmed that they have it."""
    unheard: str = ""
    """How far a notice of it has gone that nobody has acknowledged in time."""

    @property
    def marks(self) -> list[dict[str, str]]:
        """What is said of it first, whatever its state; as tags."""
        told = (
            ("Danger now", "red", self.immediate_danger),
            ("Nobody has acknowledged", "red", bool(self.unheard)),
            ("Waits for a ruling", "orange", self.awaits_ruling),
            ("Received, not yet accepted", "orange", bool(self.received_by)),
            ("Passed on, not yet received", "orange", bool(self.passed_to)),
        )
        return [{"text": text, "colour": colour} for text, colour, so in told if so]

    @property
    def still_ours(self) -> str:
        """'; still ours until Westmarch Council accept', where a child of it is passed on; else nothing."""
        theirs = dict.fromkeys((*self.received_by, *self.passed_to))
        return f"; still ours until accepted by {listed(theirs)}" if theirs else ""

    @property
    def status(self) -> DutyStatus:
        return self.due.status if self.due else DutyStatus.NOT_DUE


@dataclass(frozen=True)
class AskedRow:
    """A child on whom the front door is asked to decide without a concern: what it is, and who asked when."""

    name: str
    what: str
    asked_by: str
    asked_at: datetime
    due: DutyView
    folder_id: UUID

    @property
    def status(self) -> DutyStatus:
        return self.due.status


@dataclass(frozen=True)
class Board:
    """The board: rows in order of urgency, what else is asked of these teams, and how many there are in each state."""

    rows: list[BoardRow]
    asked: list[AskedRow]
    counts: dict[ConcernState, int]
    danger: int
    late: int
    total: int
    page_size: int

    @property
    def shown(self) -> list[UUID]:
        """The records of the children on the board."""
        return [
            *(folder for row in self.rows for folder in row.folder_ids),
            *(row.folder_id for row in self.asked),
        ]


def board(
    team_ids: Sequence[UUID], *, state: ConcernState | None = None, page: int = 1, size: int = 50
) -> Board:
    """The concerns of these teams that still need something, most urgent first.

    A fixed number of queries, whatever the number of rows: immediate danger that nobody has acted on, then by
    the instant at which the most pressing duty becomes late. What was taken back stands here until somebody at the
    front door has agreed that nothing more is owed. The database puts the list together (`concerns_board`), and asks
    whether the records open once for all of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, danger_waiting, duty, due_at FROM concerns_board(%s)", [list(team_ids)]
        )
        waiting = [_Waits(*row) for row in cursor.fetchall()]
    at = now()
    far = datetime.max.replace(tzinfo=LONDON)
    ordered = sorted(
        (one for one in waiting if state is None or one.state == state.value),
        key=lambda one: (not one.danger, one.due_at or far),
    )
    shown = ordered[(page - 1) * size : page * size]
    asked = _asked_of(team_ids) if state is None else []
    return Board(
        rows=_board_rows(shown),
        asked=asked if page == 1 else [],
        counts=dict(Counter(ConcernState(one.state) for one in waiting)),
        danger=sum(one.danger for one in waiting),
        late=sum(one.due_at < at for one in waiting if one.due_at) + sum(row.due.late for row in asked),
        total=len(ordered),
        page_size=size,
    )


class _Waits(NamedTuple):
    """A concern on the board before it is read: its state, whether danger waits, its most pressing duty."""

    id: UUID
    state: str
    danger: bool
    duty: UUID | None
    due_at: datetime | None


_ROWS = """
    WITH passed_on AS MATERIALIZED (
        SELECT s.concern_id, t.authority, t.received_at IS NOT NULL AS received
        FROM concerns_screening s JOIN concerns_transfer t ON t.screening_id = s.id
        WHERE s.concern_id = ANY (%(wanted)s) AND t.accepted_at IS NULL AND NOT EXISTS (
            SELECT FROM records_decision n WHERE n.replaces_id = s.decision_id
            AND (NOT n.awaits_ruling OR EXISTS (SELECT FROM records_decision r WHERE r.rules_on_id = n.id)))
    )
    SELECT c.id, c.reference, c.raised_at, c.immediate_danger, c.state, p.name, c.raised_post, c.anonymous,
           c.referrer_name, c.referrer_relation, t.name,
           ARRAY(SELECT n.name FROM concerns_partname n WHERE n.concern_id = c.id ORDER BY n.place_in_list),
           ARRAY(SELECT n.folder_id FROM concerns_partname n WHERE n.concern_id = c.id ORDER BY n.place_in_list),
           EXISTS (
               SELECT FROM concerns_screening s JOIN records_decision d ON d.id = s.decision_id
               WHERE s.concern_id = c.id AND d.awaits_ruling
                 AND NOT EXISTS (SELECT FROM records_decision r WHERE r.rules_on_id = d.id)
                 AND NOT EXISTS (SELECT FROM records_decision n WHERE n.replaces_id = d.id)
           ),
           ARRAY(SELECT DISTINCT o.authority FROM passed_on o WHERE o.concern_id = c.id AND o.received),
           ARRAY(SELECT DISTINCT o.authority FROM passed_on o WHERE o.concern_id = c.id AND NOT o.received)
    FROM concerns_concern c
    LEFT JOIN agencies_practitioner p ON p.id = c.raised_by_id
    LEFT JOIN agencies_practitioner t ON t.id = c.taken_by_id
    WHERE c.id = ANY (%(wanted)s)
"""


def _board_rows(waiting: Sequence[_Waits]) -> list[BoardRow]:
    """Their rows in their order. Five queries."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"wanted": [one.id for one in waiting]})
        found = {row[0]: row for row in cursor.fetchall()}
    duties = views_of(one.duty for one in waiting if one.duty)
    leads = leads_of(folder for row in found.values() for folder in row[12])
    names = names_of_folders(set(leads.values()))
    nobody = unheard(one.id for one in waiting)
    rows = []
    for one in waiting:
        if one.id not in found:
            continue
        _id, reference, raised_at, danger, state, raiser, *referrer = found[one.id][:-6]
        taken_by, children, folders, ruling, received, passed = found[one.id][-6:]
        note_folders(folders)
        rows.append(
            BoardRow(
                id=one.id,
                reference=reference,
                raised_at=raised_at,
                raised_by=referrer_in_words(raiser, *referrer),
                immediate_danger=danger,
                danger_waiting=one.danger,
                state=ConcernState(state),
                taken_by=taken_by or "",
                children=tuple(
                    # The referrer's word for the child, unless the record says what name they use.
                    names[lead].name if (lead := leads[folder]) in names and names[lead].full_name else said
                    for folder, said in zip(folders, children, strict=True)
                ),
                due=duties.get(one.duty) if one.duty else None,
                folder_ids=tuple(folders),
                awaits_ruling=ruling,
                received_by=tuple(received),
                passed_to=tuple(passed),
                unheard=nobody.get(one.id, ""),
            )
        )
    return rows


def unheard(concern_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of which of these concerns nobody has acknowledged a notice in time, and how far it has gone. One query."""
    at = now()
    pages = {f"/front-door/{concern_id}/": concern_id for concern_id in concern_ids}
    found = rounds(pages) if pages else []
    # Of several the one that has waited longest, which comes first.
    return {pages[one.path]: one.words(at) for one in reversed(found) if one.unheard(at)}


def _asked_of(team_ids: Sequence[UUID]) -> list[AskedRow]:
    """What these teams are to decide without a concern, soonest first. Two queries."""
    rows = list(
        Duty.objects.filter(TO_DO, kind__in=links.on_board, team_id__in=list(team_ids))
        .annotate(
            asked_by=Subquery(
                DutyEvent.objects.filter(duty=OuterRef("pk"), act="open").values("by__name")[:1]
            )
        )
        .select_related("owner", "team")
        .order_by("due_at", "id")[:200]
    )
    names = names_of_folders(d.folder_id for d in rows)
    at, pack = now(), pack_in_force()
    return [
        AskedRow(
            names[d.folder_id].name,
            links.on_board[d.kind],
            d.asked_by or "",
            d.opened_at,
            view_of(d, at, pack),
            d.folder_id,
        )
        for d in rows
        if d.folder_id in names
    ]
