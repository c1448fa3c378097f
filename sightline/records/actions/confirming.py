"""What was written for somebody else waits until they have said whether it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

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
from sightline.kernel.viewer import Viewer, current, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening

from .. import rules
from ..models import (
    Confirmation,
    ConfirmationRequest,
    Entry,
    Statement,
)
from ..terms import Confirming, StatementSource
from .numbers import _post
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


def confirm(request_id: UUID, said: Confirming, words: str = "") -> list[Confirmation]:
    """Whoever saw or heard it has read what was written for them: it is right, or what is not (REC-04).

    Answers all that was written together in one go. Where they have no sign-in, whoever holds their signature records
    it, and says how in `words`; where they have left, anybody who may write says that it cannot be confirmed.
    """
    with attempt("records.confirm"):
        first = ConfirmationRequest.objects.filter(id=request_id).first()
        if first is None:
            raise NotFound
        me = current().practitioner_id
        asked = list(
            ConfirmationRequest.objects.filter(written_together=first.written_together)
            if first.written_together
            else [first]
        )
        answered = (
            Confirmation.objects.filter(request_id__in=[r.id for r in asked])
            .select_related("practitioner")
            .first()
        )
        for_others = first.practitioner_id is None or said is Confirming.CANNOT
        rules.may_confirm(
            None if for_others else first.practitioner_id,
            me,
            answered_by=answered.practitioner.name if answered else "",
        ).or_refuse()
        acting = permit(Permission.WRITE_FOLDER if for_others else Permission.READ_FOLDER)
        if for_others:
            _may_write_in([r.folder_id for r in asked])
        rules.answers_confirmation(said, words).or_refuse()
        if first.practitioner_id is None and said is Confirming.CONFIRMED and not words.strip():
            raise Refused("Say how they confirmed it, such as: read and signed on paper.", "words")
        at = now()
        rows = [
            Confirmation(
                folder_id=r.folder_id,
                request=r,
                practitioner_id=acting.practitioner_id,
                post=_post(acting),
                at=at,
                said=said.value,
                words=words.strip(),
            )
            for r in asked
        ]
        Confirmation.objects.bulk_create(rows)
        # Whoever was asked may not open the record, and so not close its duties: the ledger's own job does.
        with looking_as(Viewer.for_job("duties")):
            for r in asked:
                duties.discharge("confirm_entry", r.id)
        record_many(event(Verb.WROTE, "records.confirm", folder_id=r.folder_id, subject=r) for r in rows)
        if said is Confirming.DISPUTED:
            notify(
                first.asked_by_id,
                text="Somebody says that what you wrote for them is not as they told it.",
                path=f"/child/{first.folder_id}/record/{first.entry_id}/",
            )
        return rows
