"""What a meeting agreed that somebody does: given, answered, handed over, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.access.actions import let_worker_in
from sightline.access.queries import may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON, day_of, now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force

from .. import queries
from ..models import (
    ActionDone,
    ActionHandover,
    ActionTakenBack,
    AgreedAction,
)
from .base import (
    changed,
    children_of,
    in_post,
    locked,
    me,
)
from .minutes import _held


@dataclass(frozen=True)
class ActionIn:
    """Something to be done for a child, by whom, by when, and why that day suits the child's age and stage."""

    folder_id: UUID
    words: str
    due_on: date
    timing_why: str
    practitioner_id: UUID | None = None
    by_whom: str = ""
    outcome_id: str = ""


@transaction.atomic
def agree_actions(meeting_id: UUID, agreed: Sequence[ActionIn], *, version: int | None = None) -> list[UUID]:
    """Give actions to a named person, of an agency where they work in one, each with a day (PAR-05, CHD-07).

    Whoever works in an agency is told, comes to open the child's record, invited or not, and owes it in My work.
    """
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    _held(meeting)
    folders = set(children_of(meeting.id))
    pack = pack_in_force()
    ids: list[UUID] = []
    for one in agreed:
        if one.folder_id not in folders:
            raise NotFound
        if not one.words.strip():
            raise Refused("Say what is to be done.", "action")
        if one.practitioner_id is None and not one.by_whom.strip():
            raise Refused("Say who will do it.", "by_whom")
        if not one.timing_why.strip():
            raise Refused("Say why this day suits the child's age and stage.", "timing_why")
        who = in_post(one.practitioner_id, "practitioner") if one.practitioner_id else None
        latest = day_of(duties.clock_of(pack, "meeting_action", now()).due_at)
        if who and one.due_on > latest:
            raise Refused(
                f"Choose a day by {latest.day} {latest:%B %Y}, when it is looked at again.", "due_on"
            )
        row = AgreedAction(
            folder_id=one.folder_id,
            meeting=meeting,
            words=one.words.strip(),
            agency_id=who.agency_id if who else None,
            practitioner_id=who.practitioner_id if who else None,
            by_whom=f"{who.name}, {who.agency_name}" if who else one.by_whom.strip(),
            due_on=one.due_on,
            timing_why=one.timing_why.strip(),
            outcome_id=one.outcome_id,
            pack=pack.name,
            pack_version=pack.version,
            agreed_at=now(),
            agreed_by_id=me(),
        )
        row.save(force_insert=True)
        ids.append(row.id)
        if row.practitioner_id:
            _owed(row, row.practitioner_id, pack)
        record(Verb.WROTE, "meetings.agree_actions", folder_id=one.folder_id, subject=meeting)
    changed(meeting, "agreed an action")
    return ids


def _owed(row: AgreedAction, practitioner_id: UUID, pack: Pack) -> None:
    """Whoever is named may open the record, owes the action by its day, and is told."""
    path = f"/meetings/action/{row.id}/"
    if practitioner_id != me():
        let_worker_in(row.folder_id, practitioner_id, why="Has an action agreed at a meeting about the child")
        notify(practitioner_id, text="A meeting gave you an action", path=path)
    duties.open_duties(
        [
            duties.Opening(
                folder_id=row.folder_id,
                kind="meeting_action",
                started_at=row.agreed_at,
                subject_id=row.id,
                path=path,
                owner_id=practitioner_id,
                sooner_at=max(datetime.combine(row.due_on, time(23, 59, 59), LONDON), row.agreed_at),
                sooner_why=f"The meeting sets this day: {row.timing_why}",
            )
        ],
        pack=pack,
    )


def _agreed(action_id: UUID) -> AgreedAction:
    """An agreed action. Raises NotFound."""
    row = AgreedAction.objects.filter(id=action_id).first()
    if row is None:
        raise NotFound
    return row


def _answer_of(row: AgreedAction) -> ActionDone | None:
    return ActionDone.objects.filter(action=row, taken_back__isnull=True).select_related("by").first()


def _not_answered(row: AgreedAction) -> None:
    """Raises Refused for an action that was answered: by whom first, how and when."""
    answer = _answer_of(row)
    if answer is None:
        return
    at = answer.at.astimezone(LONDON)
    raise Refused(
        f"{answer.by.name} answered this already, at {at:%H:%M} on {at.day} {at:%B %Y}: it "
        f"{'was done' if answer.done else 'will not be done'}. What you typed is kept below."
    )


@transaction.atomic
def reopen_action(action_id: UUID, words: str) -> None:
    """An action that was answered is to be done after all, by the same day and by whoever had it: the answer stays with
    why it was taken back."""
    permit(Permission.WRITE_FOLDER)
    row = _agreed(action_id)
    answer = _answer_of(row)
    if answer is None:
        raise Refused("It has not been answered yet, so there is nothing to take back.")
    if not words.strip():
        raise Refused("Say why it is to be done after all.", "words")
    ActionTakenBack(folder_id=row.folder_id, answer=answer, words=words.strip(), at=now(), by_id=me()).save(
        force_insert=True
    )
    duties.owe_again(Duty.objects.filter(subject_id=row.id, kind="meeting_action"), words.strip())
    record(Verb.WROTE, "meetings.reopen_action", folder_id=row.folder_id, subject=row)


@transaction.atomic
def action_done(action_id: UUID, *, done: bool, words: str) -> None:
    """An agreed action was done, or will not be: what came of it, or why not."""
    permit(Permission.WRITE_FOLDER)
    row = _agreed(action_id)
    if not words.strip():
        raise Refused("Say what came of it, or why it will not be done.", "words")
    _not_answered(row)
    made = ActionDone(
        folder_id=row.folder_id,
        action=row,
        turn=ActionDone.objects.filter(action=row).count() + 1,
        done=done,
        words=words.strip(),
        at=now(),
        by_id=me(),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        _not_answered(row)
        raise
    duties.happened("meeting_action_answered", [row.folder_id], subject_id=row.id, at=now())
    record(Verb.WROTE, "meetings.action_done", folder_id=row.folder_id, subject=row)


@transaction.atomic
def hand_over_action(action_id: UUID, practitioner_id: UUID, words: str) -> None:
    """Somebody else does it, as when the one who had it has left: they may open the record, owe it by the same day and
    are told. Who had it before, and why not any more, stays. Raises NotPermitted, NotFound or Refused."""
    permit(Permission.WRITE_FOLDER)
    row = _agreed(action_id)
    _not_answered(row)
    if not may_write(row.folder_id):
        raise NotPermitted(
            "You may read this record but not write in it. Ask the worker or manager who holds it."
        )
    who = in_post(practitioner_id, "practitioner")
    if queries.action(row.id).practitioner_id == practitioner_id:
        raise Refused("They have this action already.", "practitioner")
    if not words.strip():
        raise Refused("Say why somebody else does it.", "words")
    made = ActionHandover(
        folder_id=row.folder_id,
        action=row,
        practitioner_id=practitioner_id,
        agency_id=who.agency_id,
        by_whom=f"{who.name}, {who.agency_name}",
        words=words.strip(),
        at=now(),
        by_id=me(),
    )
    made.save(force_insert=True)
    owed = queries.owed_on(row.id)
    if owed:
        if practitioner_id != me():
            let_worker_in(
                row.folder_id, practitioner_id, why="Has an action agreed at a meeting about the child"
            )
            notify(
                practitioner_id,
                text="An action of a meeting was handed over to you",
                path=f"/meetings/action/{row.id}/",
            )
        duties.hand_to(owed, practitioner_id, team_id=who.team_id)
    else:
        # It was a relative's until now, so nobody here owed it.
        _owed(row, practitioner_id, pack_in_force())
    record(Verb.WROTE, "meetings.hand_over_action", folder_id=row.folder_id, subject=made, to=practitioner_id)
