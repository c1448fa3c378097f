"""Entries of a record, read whole or the latest few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from sightline.documents.subjects import Named
from sightline.kernel.together import Wanted, prepared
from sightline.kernel.verdicts import NotFound

from ..models import (
    Confirmation,
    ConfirmationRequest,
    Entry,
    EntryAnswer,
    Statement,
    StatementRest,
)
from ..terms import Confirming, StatementKind, StatementSource
from .shown import AnswerView, EntryView, RequestView, RestsOn, StatementView


def entries(
    folder_ids: Iterable[UUID],
    *,
    limit: int = 50,
    offset: int = 0,
    where: Q | None = None,
) -> list[EntryView]:
    """The latest entries first, narrowed by `where` over columns of the entry. Three queries."""
    found = Entry.objects.filter(folder_id__in=list(folder_ids))
    if where is not None:
        found = found.filter(where)
    return views(_with_people(found).order_by("-happened_at", "-number")[offset : offset + limit])


#: Who was asked to confirm an entry, or some of it, and what became of that.
_ASKED = ArraySubquery(
    ConfirmationRequest.objects.filter(entry=OuterRef("pk"))
    .order_by("asked_at", "id")
    .values(
        json=JSONObject(
            id="id", statement="statement_id", name="name", post="post", practitioner="practitioner_id",
            asked_at="asked_at", said="answer__said", words="answer__words",
            by="answer__practitioner__name", by_post="answer__post", at="answer__at",
        )
    )
)  # fmt: skip

#: So many of each the child's page takes from the record.
LATEST = 20


@prepared
def _latest_entries(folder_ids: Sequence[UUID]) -> Wanted:
    corrections = Entry.objects.filter(corrects=OuterRef("pk")).order_by("number")
    found = _with_people(Entry.objects.filter(folder_id__in=folder_ids), whole=False)
    found = found.annotate(corrected_by=ArraySubquery(corrections.values("number")), asked=_ASKED)
    return (found.order_by("-happened_at", "-number")[:LATEST],)


def latest_entries(folder_ids: Sequence[UUID]) -> list[EntryView]:
    """The latest entries, as many as the child's page shows, without their paragraphs and answers. One
    query."""
    (rows,) = _latest_entries(folder_ids)
    return [_entry_view(row, row.corrected_by, requests=_asked(row)) for row in rows]


def entry(entry_id: UUID, folder_ids: Iterable[UUID]) -> EntryView:
    """One entry of these folders. Raises NotFound."""
    found = views(_with_people(Entry.objects.filter(id=entry_id, folder_id__in=list(folder_ids))))
    if not found:
        raise NotFound
    return found[0]


def entries_named(entry_ids: Iterable[UUID], folder_ids: Iterable[UUID]) -> list[EntryView]:
    """These entries, of these folders, the latest first, without their parts. Two queries."""
    found = Entry.objects.filter(id__in=list(entry_ids), folder_id__in=list(folder_ids))
    return views(_with_people(found, whole=False).order_by("-happened_at", "-number"), whole=False)


def entries_to_attach_to(folder_ids: Sequence[UUID], entry_ids: Sequence[UUID]) -> dict[UUID, Named]:
    """How documents name the entries that they hang on: 'Entry 12, visit'."""
    return {
        ident: Named(folder, f"Entry {number}, {title.lower()}", f"/child/{folder}/record/{ident}/")
        for ident, folder, number, title in Entry.objects.filter(
            id__in=list(entry_ids), folder_id__in=list(folder_ids)
        ).values_list("id", "folder_id", "number", "title")
    }


def _with_people(found: QuerySet[Entry], *, whole: bool = True) -> QuerySet[Entry]:
    """Entries with their authors and (`whole`) with their answers and what became of confirmations, in one query."""
    found = found.select_related("author", "corrects", "follows").defer("words")
    if not whole:
        return found
    answers = EntryAnswer.objects.filter(entry=OuterRef("pk")).order_by("place")
    return found.annotate(
        answered=ArraySubquery(
            answers.values(
                json=JSONObject(question_id="question_id", question="question", value="value", words="words")
            )
        ),
        asked=_ASKED,
    )


def views(
    found: Iterable[Entry], *, whole: bool = True, linked: Iterable[Entry] | None = None
) -> list[EntryView]:
    """Rows of entries as pages show them, in their order; `linked` are those that stand on them, where known."""
    rows = list(found)
    ids = [row.id for row in rows]
    corrections: dict[UUID, list[int]] = defaultdict(list)
    following: dict[UUID, list[tuple[UUID, int, str]]] = defaultdict(list)
    after = (
        ((e.id, e.corrects_id, e.follows_id, e.number, e.title) for e in linked)
        if linked is not None
        else Entry.objects.filter(Q(corrects_id__in=ids) | Q(follows_id__in=ids))
        .order_by("number")
        .values_list("id", "corrects_id", "follows_id", "number", "title")
    )
    for ident, corrected, followed, number, title in after:
        if corrected is not None:
            corrections[corrected].append(number)
        elif followed is not None:
            following[followed].append((ident, number, title))
    if not whole:
        return [_entry_view(row, corrections[row.id]) for row in rows]
    statements = _statements(ids)
    return [
        _entry_view(
            row, corrections[row.id], statements[row.id], _answered(row), _asked(row), following[row.id]
        )
        for row in rows
    ]


def _statements(entry_ids: Sequence[UUID]) -> dict[UUID, list[StatementView]]:
    rests = StatementRest.objects.filter(statement=OuterRef("pk")).order_by("entry__number")
    found: dict[UUID, list[StatementView]] = defaultdict(list)
    for row in (
        Statement.objects.filter(entry_id__in=entry_ids)
        .annotate(rest=ArraySubquery(rests.values(json=JSONObject(id="entry_id", number="entry__number"))))
        .order_by("entry_id", "place")
    ):
        found[row.entry_id].append(
            StatementView(
                id=row.id,
                kind=StatementKind(row.kind),
                source=StatementSource(row.source),
                told_by=row.told_by,
                only=row.only,
                text=row.text,
                rests=tuple(RestsOn(UUID(r["id"]), r["number"]) for r in row.rest),
            )
        )
    return found


def _answered(row: Any) -> tuple[AnswerView, ...]:
    return tuple(AnswerView(a["question_id"], a["question"], a["value"], a["words"]) for a in row.answered)


def _asked(row: Any) -> tuple[RequestView, ...]:
    return tuple(
        RequestView(
            id=UUID(r["id"]),
            entry_id=row.id,
            statement_id=UUID(r["statement"]) if r["statement"] else None,
            name=r["name"],
            post=r["post"],
            practitioner_id=UUID(r["practitioner"]) if r["practitioner"] else None,
            asked_at=datetime.fromisoformat(r["asked_at"]),
            said=Confirming(r["said"] or Confirming.WAITING),
            words=r["words"] or "",
            answered_by=r["by"] or "",
            answered_post=r["by_post"] or "",
            answered_at=datetime.fromisoformat(r["at"]) if r["at"] else None,
        )
        for r in row.asked
    )


def _request_view(row: ConfirmationRequest) -> RequestView:
    answer: Confirmation | None = getattr(row, "answer", None)
    return RequestView(
        id=row.id,
        entry_id=row.entry_id,
        statement_id=row.statement_id,
        name=row.name,
        post=row.post,
        practitioner_id=row.practitioner_id,
        asked_at=row.asked_at,
        said=Confirming(answer.said) if answer else Confirming.WAITING,
        words=answer.words if answer else "",
        answered_by=answer.practitioner.name if answer else "",
        answered_post=answer.post if answer else "",
        answered_at=answer.at if answer else None,
    )


def _entry_view(
    row: Entry,
    corrected_by: Sequence[int],
    statements: Sequence[StatementView] = (),
    answers: Sequence[AnswerView] = (),
    requests: Sequence[RequestView] = (),
    followed_by: Sequence[tuple[UUID, int, str]] = (),
) -> EntryView:
    return EntryView(
        id=row.id,
        folder_id=row.folder_id,
        number=row.number,
        kind=row.kind,
        title=row.title or row.kind.replace("_", " ").capitalize(),
        happened_at=row.happened_at,
        written_at=row.written_at,
        author=row.author.name,
        author_id=row.author_id,
        author_post=row.author_post,
        agency_id=row.agency_id,
        text=row.text,
        present=row.present,
        late=row.late,
        late_why=row.late_why,
        significant=row.significant,
        impact=row.impact,
        third_party=row.third_party,
        corrects_id=row.corrects_id,
        corrects_number=row.corrects.number if row.corrects else None,
        was_wrong=row.was_wrong,
        corrected_by=tuple(corrected_by),
        follows_id=row.follows_id,
        follows_number=row.follows.number if row.follows else None,
        followed_by=tuple(followed_by),
        theirs=row.theirs,
        theirs_name=row.theirs_name,
        theirs_relation=row.theirs_relation,
        subject_id=row.subject_id,
        written_together=row.written_together,
        form_from=row.form_from,
        pack=row.pack,
        pack_version=row.pack_version,
        statements=tuple(statements),
        answers=tuple(answers),
        requests=tuple(requests),
    )
