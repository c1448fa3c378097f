"""Asking whoever saw or heard it to read what was written for them, and asking anew once it was corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.agencies import queries as agencies
from sightline.agencies.actions import notify, permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, event, record_many
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening

from ..models import (
    Confirmation,
    ConfirmationRequest,
    Entry,
    EntryAnswer,
    Statement,
)
from ..terms import Confirming, StatementSource
from .numbers import one_at_a_time
from .writing import EntryIn, _may_write_in


def _ask_to_confirm(entry: EntryIn, entries: Mapping[UUID, Entry], acting: Acting) -> None:
    """Asks whoever saw or heard it to read it; they are told, and owe it by the limit of the procedures (REC-04)."""
    name, post = entry.written_for_name.strip(), entry.written_for_post.strip()
    if entry.written_for is not None:
        lines = agencies.practitioners(practitioner=entry.written_for)
        if not lines:
            raise Refused(
                "Choose somebody who works here today, or write their name and post.", "written_for"
            )
        if entry.written_for == acting.practitioner_id:
            raise Refused("You are writing this yourself. Choose whoever saw or heard it.", "written_for")
        name, post = lines[0].name, f"{lines[0].post_title}, {lines[0].agency_name}"
    elif not post:
        raise Refused("Write the post title of the person for whom you are writing.", "written_for_post")
    _request([(row, None, row.text) for row in entries.values()], entry.written_for, name, post, acting)


def _request(
    rows: Sequence[tuple[Entry, Statement | None, str]],
    practitioner_id: UUID | None,
    name: str,
    post: str,
    acting: Acting,
) -> list[ConfirmationRequest]:
    names = names_of_folders([row.folder_id for row, _, _ in rows])
    shown = _shown([row for row, statement, _ in rows if statement is None])
    at = now()
    together = uuid7() if len(rows) > 1 else None
    requests = [
        ConfirmationRequest(
            folder_id=row.folder_id,
            entry=row,
            statement=statement,
            practitioner_id=practitioner_id,
            name=name,
            post=post,
            about=names[row.folder_id].name if row.folder_id in names else "",
            happened_at=row.happened_at,
            text=text,
            shown=shown[row.id] if statement is None else _told(row, statement),
            asked_by_id=acting.practitioner_id,
            asked_at=at,
            written_together=together,
        )
        for row, statement, text in rows
    ]
    ConfirmationRequest.objects.bulk_create(requests)
    duties.open_duties(
        [
            Opening(
                folder_id=request.folder_id,
                kind="confirm_entry",
                started_at=at,
                subject_id=request.id,
                path=f"/confirm/{request.id}/",
                owner_id=practitioner_id or acting.practitioner_id,
                team_id=None if practitioner_id else acting.team_id,
            )
            for request in requests
        ]
    )
    if practitioner_id is not None:
        notify(
            practitioner_id,
            text="A colleague wrote down what you saw or heard. Read it, and say whether it is right.",
            path=f"/confirm/{requests[0].id}/",
        )
    record_many(
        event(Verb.WROTE, "records.ask_to_confirm", folder_id=r.folder_id, subject=r) for r in requests
    )
    return requests


def _shown(entries: Sequence[Entry]) -> dict[UUID, dict[str, Any]]:
    """All that whoever is asked puts their name to: what each paragraph is, the answers on the form, who was there and
    what the event means for the child (REC-04). A correction that leaves the answers alone has those that stood."""
    roots = {row.id: row.corrects_id or row.id for row in entries}
    said: dict[UUID, list[dict[str, str]]] = {row.id: [] for row in entries}
    for each in Statement.objects.filter(entry_id__in=roots).order_by("entry_id", "place"):
        said[each.entry_id].append(_paragraph(each))
    answered: dict[UUID, dict[UUID, list[list[str]]]] = {root: {} for root in roots.values()}
    of = Q(entry_id__in=answered) | Q(entry__corrects_id__in=answered)
    for entry_id, corrects_id, question, words in (
        EntryAnswer.objects.filter(of)
        .order_by("entry__number", "place")
        .values_list("entry_id", "entry__corrects_id", "question", "words")
    ):
        answered[corrects_id or entry_id].setdefault(entry_id, []).append([question, words])
    return {
        row.id: {
            "title": row.title,
            "present": row.present,
            "impact": row.impact,
            "answers": next(reversed(answered[roots[row.id]].values()), []),
            "paragraphs": said[row.id],
        }
        for row in entries
    }


def _told(entry: Entry, statement: Statement) -> dict[str, Any]:
    """Of somebody who told one paragraph no more than that is asked."""
    return {
        "title": entry.title,
        "present": "",
        "impact": "",
        "answers": [],
        "paragraphs": [_paragraph(statement)],
    }


def _paragraph(row: Statement) -> dict[str, str]:
    return {"kind": row.kind, "source": row.source, "told_by": row.told_by, "text": row.text}


def ask_to_confirm(statement_id: UUID, practitioner_id: UUID) -> ConfirmationRequest:
    """Ask a colleague to confirm one paragraph that says what they told. Raises Refused where they were asked."""
    with attempt("records.ask_to_confirm"):
        acting = permit(Permission.WRITE_FOLDER)
        statement = Statement.objects.select_related("entry").filter(id=statement_id).first()
        if statement is None:
            raise NotFound
        _may_write_in([statement.folder_id])
        if statement.source != StatementSource.TOLD.value:
            raise Refused("Only what somebody told can be confirmed by them.")
        if ConfirmationRequest.objects.filter(statement=statement).exists():
            raise Refused("They have been asked to confirm this already.")
        lines = agencies.practitioners(practitioner=practitioner_id)
        if not lines:
            raise Refused("Choose somebody who works here today.", "practitioner")
        who = lines[0]
        return _request(
            [(statement.entry, statement, statement.text)],
            practitioner_id,
            who.name,
            f"{who.post_title}, {who.agency_name}",
            acting,
        )[0]


# -- what was corrected ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Who was asked to confirm an entry as a whole, the last time that somebody was; None where nobody was."""

    request: ConfirmationRequest | None
    said: Confirming | None
    by_them: bool

    @classmethod
    def about(cls, entry: Entry, acting: Acting) -> Asked:
        """Of an entry that `acting` is about to correct."""
        request = (
            ConfirmationRequest.objects.filter(
                Q(entry=entry) | Q(entry__corrects=entry), statement__isnull=True
            )
            .order_by("-asked_at", "-id")
            .first()
        )
        if request is None:
            return cls(None, None, False)
        # Whoever is answering it at this instant comes first.
        one_at_a_time(request.written_together or request.id)
        answer = Confirmation.objects.filter(request=request).first()
        by_them = request.practitioner_id is not None and request.practitioner_id == acting.practitioner_id
        return cls(request, Confirming(answer.said) if answer else Confirming.WAITING, by_them)

    @property
    def cannot(self) -> bool:
        """They cannot confirm it any more: what it decides becomes nobody's."""
        return self.said is Confirming.CANNOT and not self.by_them

    @property
    def anew(self) -> bool:
        """They are to be asked about the right words: what they confirmed, or were asked about, were others."""
        return self.request is not None and not self.by_them and not self.cannot

    def mine(self, entry: Entry, acting: Acting) -> bool:
        """Whether a decision that the correction brings in has a maker who says so: its author, or who confirms it."""
        return self.request is not None or entry.author_id == acting.practitioner_id


def ask_anew(corrected: Sequence[tuple[Asked, Entry]], acting: Acting) -> None:
    """Whoever was asked about entries is asked about their corrections, and no more about the old words (REC-04)."""
    close: list[tuple[ConfirmationRequest, str]] = []
    again: dict[tuple[UUID | None, str, str], list[tuple[Entry, Statement | None, str]]] = {}
    for asked, entry in corrected:
        if asked.request is not None and asked.said is Confirming.WAITING:
            close.append((asked.request, f"Corrected by entry {entry.number}."))
        if asked.request is not None and asked.anew:
            who = (asked.request.practitioner_id, asked.request.name, asked.request.post)
            again.setdefault(who, []).append((entry, None, entry.text))
        for request, statement in _told_again(entry):
            close.append((request, f"Corrected by entry {entry.number}."))
            if statement is not None:
                who = (request.practitioner_id, request.name, request.post)
                again.setdefault(who, []).append((entry, statement, statement.text))
    _close(close, acting)
    for (practitioner_id, name, post), rows in again.items():
        for part in ([r for r in rows if r[1] is None], [r for r in rows if r[1] is not None]):
            if part:
                _request(part, practitioner_id, name, post, acting)


def _told_again(entry: Entry) -> list[tuple[ConfirmationRequest, Statement | None]]:
    """Requests about paragraphs that a correction words differently, each with the paragraph that has its place now;
    None where what they told is left out."""
    of = Q(entry_id=entry.corrects_id) | Q(entry__corrects_id=entry.corrects_id)
    waiting = ConfirmationRequest.objects.filter(of, statement__isnull=False, answer__isnull=True)
    for ident in waiting.order_by("id").values_list("id", flat=True):
        one_at_a_time(ident)
    found: list[tuple[ConfirmationRequest, Statement | None]] = []
    left = list(Statement.objects.filter(entry=entry, source=StatementSource.TOLD.value).order_by("place"))
    for request in waiting.select_related("statement").order_by("asked_at", "id"):
        old = request.statement
        assert old is not None
        same = next((s for s in left if (s.told_by, s.text) == (old.told_by, old.text)), None)
        now_ = same or next((s for s in left if s.told_by == old.told_by), None)
        if now_ is not None:
            left.remove(now_)
        if same is None:
            found.append((request, now_))
    return found


def _close(requests: Sequence[tuple[ConfirmationRequest, str]], acting: Acting) -> None:
    """Nobody answers them any more, since the words that they ask about were corrected."""
    at = now()
    Confirmation.objects.bulk_create(
        Confirmation(
            folder_id=request.folder_id,
            request=request,
            practitioner_id=acting.practitioner_id,
            post=acting.post,
            at=at,
            said=Confirming.REPLACED.value,
            words=why,
        )
        for request, why in requests
    )
    for request, _ in requests:
        duties.discharge("confirm_entry", request.id)
