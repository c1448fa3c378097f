"""Entries of the past, as an import or the demonstration writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.procedures.queries import pack_in_force

from ..marks import paragraphs, whole
from ..models import (
    Entry,
    EntryAnswer,
    Statement,
)
from ..queries import lateness
from ..terms import StatementSource
from .numbers import _next_numbers, _written_last
from .writing import Answered, _title, beside


@dataclass(frozen=True)
class PastEntry:
    """One entry of the past, in each of several folders: `texts` is the text by folder, marks and all."""

    texts: Mapping[UUID, str]
    kind: str
    happened_at: datetime
    written_at: datetime
    author_id: UUID
    author_post: str
    subject_id: UUID | None = None
    late_why: str = ""
    answers: tuple[Answered, ...] = ()
    agency_id: UUID | None = None
    agency_kind: str = "any"


def record_entries_bulk(entries: Sequence[PastEntry]) -> int:
    """What `sign_entry` writes, for many entries of the past; numbered in the order in which they were written.

    For the named jobs alone. Returns how many rows were written. What was late is marked, also where nobody says why.
    """
    pack = pack_in_force()
    ordered = sorted(entries, key=lambda entry: entry.written_at)
    folders = [folder_id for entry in ordered for folder_id in entry.texts]
    last = _next_numbers(folders)
    many = Counter(folders)
    _written_last({folder_id: entry.written_at for entry in ordered for folder_id in entry.texts})
    given = {folder_id: number - many[folder_id] for folder_id, number in last.items()}
    rows, statements, answers = [], [], []
    for entry in ordered:
        together = uuid7() if len(entry.texts) > 1 else None
        late, _ = lateness(pack, entry.agency_kind, entry.happened_at, entry.written_at)
        for folder_id, text in entry.texts.items():
            given[folder_id] += 1
            found = paragraphs(text)
            row = Entry(
                folder_id=folder_id,
                number=given[folder_id],
                kind=str(entry.kind),
                title=_title(pack, str(entry.kind)),
                happened_at=entry.happened_at,
                written_at=entry.written_at,
                author_id=entry.author_id,
                author_post=entry.author_post,
                agency_id=entry.agency_id,
                text=whole(found),
                late=late,
                late_why=entry.late_why if late else "",
                third_party=any(p.source is StatementSource.TOLD for p in found),
                beside=beside(found, entry.answers),
                pack=pack.name,
                pack_version=pack.version,
                written_together=together,
                subject_id=entry.subject_id,
            )
            rows.append(row)
            statements += [
                Statement(
                    folder_id=folder_id, entry=row, place=n, kind=p.kind.value, source=p.source.value,
                    told_by=p.told_by, text=p.text,
                )
                for n, p in enumerate(found)
            ]  # fmt: skip
            answers += [
                EntryAnswer(
                    folder_id=folder_id, entry=row, place=n, question_id=a.question_id, question=a.question,
                    value=a.value, words=a.words,
                )
                for n, a in enumerate(entry.answers)
            ]  # fmt: skip
    Entry.objects.bulk_create(rows, batch_size=1000)
    Statement.objects.bulk_create(statements, batch_size=1000)
    EntryAnswer.objects.bulk_create(answers, batch_size=1000)
    record_many(event(Verb.WROTE, "records.sign_entry", folder_id=row.folder_id, subject=row) for row in rows)
    return len(rows)
