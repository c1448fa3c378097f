"""How long a record is kept: holds, the proposal to dispose of it, and what a manager decides on that."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.authors import authored
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused

from .. import queries, rules
from ..models import Disposal, Hold, HoldEnd, Tombstone
from ..terms import DisposalState, HoldWhy
from .rows import _need, _nobody_disposes

logger = logging.getLogger(__name__)


def _folders(folder_id: UUID) -> list[UUID]:
    return joined_set(lead_of(folder_id)) or [folder_id]


@transaction.atomic
def hold(folder_id: UUID, why: HoldWhy, words: str) -> Hold:
    """Keep a record longer than its time: an inquiry, a court, a complaint. It holds until somebody ends it."""
    acting = permit(Permission.PROPOSE_DISPOSAL)
    _nobody_disposes(folder_id)
    if not may_write(folder_id):
        raise NotFound
    row = Hold.objects.create(
        **authored(acting, folder_id),
        why=why.value,
        words=_need(words, "Say which inquiry, case or complaint it is.", "words"),
    )
    record(Verb.WROTE, "archive.hold", folder_id=folder_id, subject=row)
    return row


@transaction.atomic
def end_hold(folder_id: UUID, words: str) -> int:
    """End what holds a record, with the reason; returns how many holds that were."""
    acting = permit(Permission.PROPOSE_DISPOSAL)
    why = _need(words, "Say why the record need not be held any longer.", "words")
    live = queries.live_holds(_folders(folder_id))
    if not live:
        raise Refused("Nothing holds this record.")
    for row in live:
        ended = HoldEnd.objects.create(**authored(acting, row.folder_id), hold=row, words=why)
        record(Verb.WROTE, "archive.end_hold", folder_id=row.folder_id, subject=ended)
    return len(live)


def _may_go(folder_id: UUID) -> rules.KeptUntil:
    """Refuses where the record may not be disposed of today. Its time is worked out anew each time."""
    shown = queries.keeping(child_page(_folders(folder_id)))
    rules.may_be_disposed_of(
        shown.until,
        shown.life,
        today(),
        holds=[HoldWhy(row.why).label.lower() for row in shown.holds],
        requests=shown.requests_open,
    ).or_refuse()
    return shown.until


@transaction.atomic
def propose_disposal(folder_id: UUID, reasons: str) -> Disposal:
    """Propose that a record whose time is over is disposed of (FIL-03). A manager decides."""
    acting = permit(Permission.PROPOSE_DISPOSAL)
    if not may_write(folder_id):
        raise NotFound
    until = _may_go(folder_id)
    assert until.day is not None
    assert until.period is not None
    if Disposal.objects.filter(folder_id=folder_id, state=DisposalState.PROPOSED).exists():
        raise Refused("It is proposed already. A manager decides.")
    row = Disposal.objects.create(
        **authored(acting, folder_id),
        reasons=_need(reasons, "Say why the record may go.", "words"),
        rule=until.period.title,
        citation=until.period.citation,
        certainty=until.period.certainty,
        counted=until.counted,
        due_on=until.day,
        state=DisposalState.PROPOSED.value,
    )
    record(Verb.WROTE, "archive.propose_disposal", folder_id=folder_id, subject=row)
    return row


def _proposed(folder_id: UUID) -> Disposal:
    row = (
        Disposal.objects.select_for_update(of=("self",))
        .filter(folder_id__in=_folders(folder_id), state=DisposalState.PROPOSED)
        .first()
    )
    if row is None or not may_write(row.folder_id):
        raise NotFound
    return row


@transaction.atomic
def keep_after_all(folder_id: UUID, words: str, *, refused: bool) -> Disposal:
    """Refuse a proposal, as a manager, or take it back, as whoever made it: the record is kept, with the reason."""
    acting = permit(Permission.DISPOSE if refused else Permission.PROPOSE_DISPOSAL)
    row = _proposed(folder_id)
    if not refused and row.author_id != acting.practitioner_id:
        raise Refused("Only whoever proposed it takes it back. A manager may refuse it.")
    row.state = (DisposalState.REFUSED if refused else DisposalState.TAKEN_BACK).value
    row.decided_at, row.decided_by_id = now(), acting.practitioner_id
    row.decided_words = _need(words, "Say why the record is kept.", "words")
    row.save()
    if refused:
        notify(
            row.author_id,
            text="A record that you proposed for disposal is kept",
            path=f"/child/{row.folder_id}/keeping/",
        )
    record(Verb.WROTE, "archive.keep_after_all", folder_id=row.folder_id, subject=row)
    return row


def dispose(folder_id: UUID, words: str) -> Tombstone:
    """Approve a proposal: what the record holds is removed for good, under the database's role for that alone, and a
    tombstone is left. The trail of who did and read what stays whole.

    Raises NotPermitted, NotFound, or Refused where it was proposed by whoever approves, or the record is held, asked
    for, or not past its time today.
    """
    with attempt("archive.dispose", folder_id=folder_id):
        acting = permit(Permission.DISPOSE)
        _nobody_disposes(folder_id)
        row = _proposed(folder_id)
        rules.may_approve_disposal(
            proposer=row.author_id, approver=acting.practitioner_id, reasons=words
        ).or_refuse()
        _may_go(row.folder_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT archive_dispose(%s, %s, %s)", [row.pk, acting.post, words.strip()])
            [stone] = cursor.fetchone()
        if row.author_id != acting.practitioner_id:
            notify(
                row.author_id,
                text="A record that you proposed for disposal is disposed of",
                path="/disposals/",
            )
        record(Verb.WROTE, "archive.dispose", folder_id=row.folder_id, subject=("archive_tombstone", stone))
        left = Tombstone.objects.select_related("proposed_by", "approved_by").get(id=stone)
        line = _line(left)
        transaction.on_commit(lambda: _listed(line))
        return left


# -- on a database that is put back ---------------------------------------------------------------------


def list_of_disposals() -> Path:
    """Where every disposal is written down outside the database, beside the anchor of the audit trail: a backup of
    before knows nothing of it, and it is to be repeated there."""
    return Path(settings.AUDIT_ANCHOR).with_name("disposals.jsonl")


def _line(stone: Tombstone) -> str:
    """A tombstone as it is repeated. It names no child."""
    said = {field.attname: getattr(stone, field.attname) for field in stone._meta.concrete_fields}
    said |= {"proposed_name": stone.proposed_by.name, "approved_name": stone.approved_by.name}
    return json.dumps(said, default=str, ensure_ascii=False)


def _listed(line: str) -> None:
    path = list_of_disposals()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(handle, "a", encoding="utf-8") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        # The record is gone and its tombstone stands: `disposals list` writes the list anew from those.
        logger.exception("A disposal could not be added to the list of disposals")


def disposals_so_far() -> list[str]:
    """The whole list anew, from the tombstones, the first first. For the job `disposals` alone."""
    rows = Tombstone.objects.select_related("proposed_by", "approved_by").order_by("disposed_at", "id")
    return [_line(row) for row in rows]


def told_of_repeated(record_ids: Sequence[UUID]) -> None:
    """Writes into the trail that disposals were repeated after a backup was put back. For the job `disposals` alone."""
    for row in Tombstone.objects.filter(record_id__in=list(record_ids)):
        record(Verb.WROTE, "archive.repeat_disposal", folder_id=row.record_id, subject=row)
