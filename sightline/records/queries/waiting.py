"""What waits for somebody: confirmations, drafts, supervision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from sightline.access.drafts import latest
from sightline.agencies.leaving import Part
from sightline.kernel.verdicts import NotFound
from sightline.kernel.viewer import current

from ..models import (
    ConfirmationRequest,
    Entry,
    EntryAnswer,
    EntryDraft,
)
from ..terms import Confirming, EntryKind, StatementKind, StatementSource
from .reading import _request_view, _with_people, views
from .shown import AnswerView, EntryView, RequestView


@dataclass(frozen=True)
class AskedParagraph:
    """One paragraph as whoever is to confirm it reads it: what they saw or heard themselves is said to be theirs."""

    kind: StatementKind
    source: StatementSource
    told_by: str
    text: str
    name: str

    @property
    def by(self) -> str:
        """'Seen or heard by Ines Farrow', 'Ines Farrow’s own', 'Maya said', 'Told by Sam Reyes, teacher'."""
        if self.source is StatementSource.CHILD:
            return f"{self.told_by} said"
        if self.source is StatementSource.TOLD:
            return f"Told by {self.told_by}"
        return f"Seen or heard by {self.name}" if self.kind is StatementKind.FACT else f"{self.name}’s own"


@dataclass(frozen=True)
class AskedView:
    """What somebody is asked to confirm: as much of it as they may read, also where the record is closed to them."""

    id: UUID
    folder_id: UUID
    entry_id: UUID
    about: str
    happened_at: datetime
    text: str
    asked_by: str
    asked_at: datetime
    request: RequestView
    whole: bool
    title: str = ""
    present: str = ""
    impact: str = ""
    answers: tuple[AnswerView, ...] = ()
    paragraphs: tuple[AskedParagraph, ...] = ()
    """None of these where it was asked before they were kept with what is asked: `text` alone is shown then."""


def asked(request_id: UUID) -> list[AskedView]:
    """A request and those that go with it. Raises NotFound."""
    first = ConfirmationRequest.objects.filter(id=request_id).first()
    if first is None:
        raise NotFound
    if first.written_together is None:
        return _asked_views(Q(id=first.id))
    # Those that a correction closed are asked about by themselves.
    stands = Q(answer__isnull=True) | ~Q(answer__said=Confirming.REPLACED.value) | Q(id=first.id)
    found = _asked_views(Q(written_together=first.written_together) & stands)
    return sorted(found, key=lambda row: row.id != first.id)


def asked_of(practitioner_id: UUID) -> list[AskedView]:
    """What waits for somebody's confirmation, the oldest first."""
    return _asked_views(Q(practitioner_id=practitioner_id, answer__isnull=True))


def count_asked_of(practitioner_id: UUID) -> int:
    """How much waits for somebody's confirmation, what was written together counted once."""
    found = ConfirmationRequest.objects.filter(practitioner_id=practitioner_id, answer__isnull=True)
    return len({together or ident for ident, together in found.values_list("id", "written_together")})


def _asked_views(which: Q) -> list[AskedView]:
    rows = (
        ConfirmationRequest.objects.filter(which)
        .select_related("asked_by", "answer__practitioner")
        .order_by("asked_at", "about", "id")
    )
    return [
        AskedView(
            id=row.id,
            folder_id=row.folder_id,
            entry_id=row.entry_id,
            about=row.about,
            happened_at=row.happened_at,
            text=row.text,
            asked_by=row.asked_by.name,
            asked_at=row.asked_at,
            request=_request_view(row),
            whole=row.statement_id is None,
            **_all_of_it(row),
        )
        for row in rows
    ]


def _all_of_it(row: ConfirmationRequest) -> dict[str, Any]:
    """What was kept with a request besides its text."""
    if row.shown is None:
        return {}
    return {
        "title": row.shown["title"],
        "present": row.shown["present"],
        "impact": row.shown["impact"],
        "answers": tuple(AnswerView("", question, "", words) for question, words in row.shown["answers"]),
        "paragraphs": tuple(
            AskedParagraph(
                StatementKind(p["kind"]), StatementSource(p["source"]), p["told_by"], p["text"], row.name
            )
            for p in row.shown["paragraphs"]
        ),
    }


def drafts() -> list[EntryDraft]:
    """The viewer's own drafts of entries, the latest first."""
    return list(EntryDraft.objects.order_by("-saved_at"))


def latest_drafts(most: int) -> tuple[list[EntryDraft], int]:
    """So many of the latest of them, and how many there are in all."""
    return latest(EntryDraft.objects.all(), most)


def draft(draft_id: UUID) -> EntryDraft | None:
    """One draft of the viewer's own; None where there is none."""
    return EntryDraft.objects.filter(id=draft_id).first()


def signed_from(draft_id: UUID) -> list[EntryView]:
    """The entries that the viewer signed from a draft."""
    mine = Entry.objects.filter(written_from=draft_id, author_id=current().practitioner_id)
    return views(_with_people(mine, whole=False), whole=False)


@dataclass(frozen=True)
class Supervised:
    """The latest supervision on a child and one worker's work with them."""

    entry_id: UUID
    folder_id: UUID
    at: datetime


def last_supervisions(folder_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Supervised]:
    """When each worker's work with each child was last talked about, by record and worker, as the last correction of
    each supervision has it (QUA-06). One query."""
    of_it = Q(entry=OuterRef("pk")) | Q(entry__corrects=OuterRef("pk"))
    answers = EntryAnswer.objects.filter(of_it, question_id="worker").order_by("-entry__number")
    corrections = Entry.objects.filter(corrects=OuterRef("pk")).order_by("-number")
    rows = (
        Entry.objects.filter(kind=EntryKind.SUPERVISION.value, folder_id__in=list(folder_ids))
        .annotate(
            worker=Subquery(answers.values("value")[:1]),
            stands_at=Coalesce(Subquery(corrections.values("happened_at")[:1]), F("happened_at")),
        )
        .exclude(worker=None)
        .order_by("stands_at", "id")
        .values_list("folder_id", "worker", "id", "stands_at")
    )
    found = {}
    for folder_id, worker, entry_id, at in rows:
        found[folder_id, UUID(worker)] = Supervised(entry_id, folder_id, at)
    return found


@dataclass(frozen=True)
class LeftDraft:
    """What somebody who leaves, or has left, has begun: never what stands in it."""

    id: UUID
    folder_id: UUID
    kind: str
    saved_at: datetime


def left_drafts(posting_id: UUID) -> list[LeftDraft]:
    """The drafts of the holder of a post, for whoever ends posts and for their manager; the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_left_drafts(%s)", [posting_id])
        return [LeftDraft(*row) for row in cursor.fetchall()]


def left_part(posting_id: UUID) -> Part | None:
    """The same by kind, as the page that ends the post lists it."""
    found = left_drafts(posting_id)
    if not found:
        return None
    kinds = Counter(row.kind.replace("_", " ").capitalize() for row in found)
    return Part(
        "They have 1 draft that is not signed"
        if len(found) == 1
        else f"They have {len(found)} drafts not signed",
        tuple(kind if times == 1 else f"{kind}, {times} times" for kind, times in sorted(kinds.items())),
        ask="Who goes on with these drafts from today?",
    )
