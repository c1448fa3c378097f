"""Entries and what hangs on them, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ..terms import Confirming, StatementKind, StatementSource

#: The first day for which packs say when an entry is late; what happened before counts by that.
EARLIEST = date(1989, 11, 16)


@dataclass(frozen=True)
class RestsOn:
    """An entry that a statement rests on."""

    entry_id: UUID
    number: int


def told_of(name: str, post: str, said: Confirming) -> str:
    """How it stands with somebody who was asked to confirm: 'Not yet confirmed by Ines Farrow, Health visitor.'"""
    whom = f"{name}, {post}" if post else name
    if said is Confirming.WAITING:
        return f"Not yet confirmed by {whom}."
    if said is Confirming.CONFIRMED:
        return f"Confirmed by {whom}."
    if said is Confirming.REPLACED:
        return f"Corrected before it was confirmed by {whom}."
    if said is Confirming.DISPUTED:
        return f"{whom}, does not confirm it as it is written."
    return f"Cannot be confirmed by {whom}."


@dataclass(frozen=True)
class RequestView:
    """Somebody was asked to confirm an entry, or one paragraph of it, and what became of that."""

    id: UUID
    entry_id: UUID
    statement_id: UUID | None
    name: str
    post: str
    practitioner_id: UUID | None
    asked_at: datetime
    said: Confirming
    words: str = ""
    answered_by: str = ""
    answered_post: str = ""
    answered_at: datetime | None = None

    @property
    def told(self) -> str:
        """'Not yet confirmed by Ines Farrow, Health visitor, Eastmere Health Trust.'"""
        return told_of(self.name, self.post, self.said)


@dataclass(frozen=True)
class StatementView:
    """One paragraph: what it is, and where it comes from."""

    id: UUID
    kind: StatementKind
    source: StatementSource
    told_by: str
    only: bool
    text: str
    rests: tuple[RestsOn, ...] = ()

    @property
    def by(self) -> str:
        """'I saw or heard it', 'Maya said', 'Told by Sam Reyes, teacher', 'mine'."""
        if self.source is StatementSource.CHILD:
            return f"{self.told_by} said"
        if self.source is StatementSource.TOLD:
            return f"Told by {self.told_by}"
        return "Seen or heard by the author" if self.kind is StatementKind.FACT else "The author’s own"


@dataclass(frozen=True)
class AnswerView:
    question_id: str
    question: str
    value: str
    words: str


@dataclass(frozen=True)
class EntryView:
    """An entry as it was signed, and what has been added to it since."""

    id: UUID
    folder_id: UUID
    number: int
    kind: str
    happened_at: datetime
    written_at: datetime
    author: str
    author_post: str
    text: str
    late_why: str
    corrects_number: int | None
    was_wrong: str
    corrected_by: tuple[int, ...]
    title: str = ""
    author_id: UUID | None = None
    agency_id: UUID | None = None
    present: str = ""
    late: bool = False
    significant: bool = False
    impact: str = ""
    third_party: bool = False
    corrects_id: UUID | None = None
    follows_id: UUID | None = None
    follows_number: int | None = None
    followed_by: tuple[tuple[UUID, int, str], ...] = ()
    """Entries that stand on this one: its reviews and what others add to it, as (id, number, title)."""
    theirs: str = ""
    theirs_name: str = ""
    theirs_relation: str = ""
    subject_id: UUID | None = None
    written_together: UUID | None = None
    form_from: date | None = None
    pack: str = ""
    pack_version: str = ""
    statements: tuple[StatementView, ...] = ()
    answers: tuple[AnswerView, ...] = ()
    requests: tuple[RequestView, ...] = field(default=())

    @property
    def confirming(self) -> Confirming | None:
        """How the entry stands that was written for somebody else; None where it was not."""
        whole = [r.said for r in self.requests if r.statement_id is None]
        return whole[0] if whole else None

    @property
    def confirmed(self) -> bool:
        """Nobody is still to confirm it, or some of it, as far as it still stands."""
        return all(r.said.settled for r in self.requests)
