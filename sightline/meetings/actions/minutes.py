"""What was said by whom, decided and not agreed with, given to somebody to do; concluded and corrected by adding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from sightline.access.actions import let_worker_in
from sightline.access.queries import may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, day_of, now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records

from .. import hooks, queries, rules
from ..models import (
    ActionDone,
    ActionHandover,
    ActionTakenBack,
    AgreedAction,
    Dissent,
    Invitation,
    Meeting,
    MeetingDecision,
    MinutesDraft,
    Said,
)
from ..terms import (
    Agreement,
    MeetingAct,
    MeetingState,
    Purpose,
)
from .base import (
    changed,
    children_of,
    deciding,
    happened,
    in_post,
    locked,
    me,
    rule_of,
    ruling_owed,
    tell_rooms,
    tell_trail,
)


@dataclass(frozen=True)
class SaidIn:
    """What somebody said. `words` for each child of the meeting alike, or `words_by_folder` for some of them.

    `no_account`: instead of an account, why it is not there. `about_adult`: an adult's own needs, kept apart.
    `not_for_family_why`: said without the family; their copies leave it out for this reason.
    """

    invitation_id: UUID | None
    words: str = ""
    words_by_folder: Mapping[UUID, str] = field(default_factory=dict)
    about_adult: bool = False
    no_account: bool = False
    not_for_family_why: str = ""


@transaction.atomic
def write_minutes(meeting_id: UUID, passages: Sequence[SaidIn], *, version: int | None = None) -> int:
    """Add to the minutes what was said by whom; returns how many rows. What siblings share becomes a row of each."""
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    _held(meeting)
    folders = children_of(meeting.id)
    invited = set(Invitation.objects.filter(meeting=meeting).values_list("id", flat=True))
    number = Said.objects.filter(meeting=meeting).aggregate(last=Max("number"))["last"] or 0
    rows: list[Said] = []
    for passage in passages:
        if passage.invitation_id is not None and passage.invitation_id not in invited:
            raise NotFound
        words = {folder: passage.words_by_folder.get(folder, "") or passage.words for folder in folders}
        words = {folder: text.strip() for folder, text in words.items() if text.strip()}
        if not words:
            raise Refused("Write what was said.", "words")
        number += 1
        together = uuid7() if len(words) > 1 else None
        rows += [
            Said(
                folder_id=folder,
                meeting=meeting,
                number=number,
                invitation_id=passage.invitation_id,
                words=text,
                about_adult=passage.about_adult,
                no_account_why=passage.no_account,
                not_for_family_why=passage.not_for_family_why.strip(),
                written_at=now(),
                written_by_id=me(),
                written_together=together,
            )
            for folder, text in words.items()
        ]
    if not rows:
        raise Refused("Write what was said.", "words")
    Said.objects.bulk_create(rows)
    changed(meeting, "wrote in the minutes")
    tell_trail(meeting, "meetings.write_minutes")
    return len(rows)


def _held(meeting: Meeting) -> None:
    if meeting.state == MeetingState.CALLED.value:
        raise Refused("Record who came before you write the minutes.")
    if meeting.state != MeetingState.HELD.value:
        raise Refused(
            "These minutes are closed. Correct them by adding, or reopen the meeting with the reason."
        )


@transaction.atomic
def correct_minutes(said_id: UUID, was_wrong: str, words: str, *, for_all: bool = False) -> None:
    """Put minutes right by adding: what was wrong and what is right. The first text stays; also after the meeting.

    `for_all`: the same in the part of every child for whom it was written together.
    """
    permit(Permission.WRITE_FOLDER)
    wrong = Said.objects.filter(id=said_id).first()
    if wrong is None:
        raise NotFound
    if not was_wrong.strip():
        raise Refused("Say what was wrong.", "was_wrong")
    if not words.strip():
        raise Refused("Write what is right.", "words")
    meeting = locked(wrong.meeting_id)
    together = wrong.written_together if for_all else None
    targets = list(Said.objects.filter(written_together=together)) if together else [wrong]
    number = (Said.objects.filter(meeting=meeting).aggregate(last=Max("number"))["last"] or 0) + 1
    again = uuid7() if len(targets) > 1 else None
    for target in targets:
        Said(
            folder_id=target.folder_id,
            meeting=meeting,
            number=number,
            invitation_id=target.invitation_id,
            words=words.strip(),
            about_adult=target.about_adult,
            no_account_why=target.no_account_why,
            not_for_family_why=target.not_for_family_why,
            corrects=target,
            was_wrong=was_wrong.strip(),
            written_at=now(),
            written_by_id=me(),
            written_together=again,
        ).save(force_insert=True)
        record(Verb.WROTE, "meetings.correct_minutes", folder_id=target.folder_id, subject=meeting)
    changed(meeting, "corrected the minutes")


@dataclass(frozen=True)
class DecisionIn:
    """What a meeting decides for one child. `dissents`: by invitation, who does not agree and why, in their words."""

    folder_id: UUID
    outcome: str
    reasons: str
    dissents: Mapping[UUID, str] = field(default_factory=dict)
    definition_id: str = ""
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None
    wishes: Any = None
    """What the child wishes and its weight, or why it was not learnt: as `hooks.weighing` takes it."""


@transaction.atomic
def decide(
    meeting_id: UUID,
    decisions: Sequence[DecisionIn],
    *,
    knows_family: bool | None = None,
    version: int | None = None,
) -> dict[UUID, UUID]:
    """Record the meeting's decisions, each on one child, and who dissents; returns the decision's id by folder.

    The chair records them, as their maker, and says whether they know the family. One made with a conflict of interests
    that was not resolved for the child has no effect until a manager has ruled on it (CHD-06). Raises Refused where
    they do, the meeting was not held or is concluded, or nothing is said of the child's wishes (CHD-13).
    """
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    _held(meeting)
    rules.leads(
        chair=meeting.chair_id, viewer=acting.practitioner_id, chair_name=meeting.chair.name
    ).or_refuse()
    rules.knows_nobody(knows_family).or_refuse()
    folders = set(children_of(meeting.id))
    if not decisions or {one.folder_id for one in decisions} - folders:
        raise NotFound
    pack = pack_in_force()
    invited = set(Invitation.objects.filter(meeting=meeting).values_list("id", flat=True))
    for one in decisions:
        if not one.outcome.strip():
            raise Refused("Say what was decided.", "outcome")
        if set(one.dissents) - invited:
            raise NotFound
    made = records.decide(
        [
            deciding(
                meeting,
                pack,
                one.folder_id,
                one.outcome,
                one.reasons,
                definition_id=one.definition_id,
                conflict=one.conflict,
                conflict_resolved=one.conflict_resolved,
                for_the_child=one.for_the_child,
            )
            for one in decisions
        ]
    )
    found: dict[UUID, UUID] = {}
    for one, decision in zip(decisions, made, strict=True):
        dissents = {who: words.strip() for who, words in one.dissents.items() if words.strip()}
        row = MeetingDecision(
            folder_id=one.folder_id,
            meeting=meeting,
            decision=decision,
            agreement=(Agreement.SOME if dissents else Agreement.ALL).value,
        )
        row.save(force_insert=True)
        if hooks.weighing is not None:
            hooks.weighing.keep(Purpose(meeting.purpose), decision, one.wishes)
        for who, words in dissents.items():
            _dissent_row(row, who, words)
        found[one.folder_id] = decision.id
        if decision.awaits_ruling:
            ruling_owed(meeting.id, decision, pack)
        record(Verb.WROTE, "meetings.decide", folder_id=one.folder_id, subject=meeting)
    changed(meeting, "recorded a decision")
    return found


def _dissent_row(decision: MeetingDecision, invitation_id: UUID, words: str) -> None:
    Dissent(
        folder_id=decision.folder_id,
        meeting_id=decision.meeting_id,
        decision=decision,
        invitation_id=invitation_id,
        words=words,
        recorded_at=now(),
        recorded_by_id=me(),
    ).save(force_insert=True)


@transaction.atomic
def dissent(decision_id: UUID, invitation_id: UUID, words: str) -> None:
    """Somebody does not agree with a decision, said in the meeting or after it; it stands beside the decision."""
    permit(Permission.WRITE_FOLDER)
    row = MeetingDecision.objects.filter(decision_id=decision_id).first()
    if row is None:
        raise NotFound
    meeting = locked(row.meeting_id)
    if not Invitation.objects.filter(id=invitation_id, meeting=meeting).exists():
        raise NotFound
    if not words.strip():
        raise Refused("Write why they do not agree, in their words.", "words")
    _dissent_row(row, invitation_id, words.strip())
    changed(meeting, "recorded that somebody does not agree")
    record(Verb.WROTE, "meetings.dissent", folder_id=row.folder_id, subject=meeting)


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


@transaction.atomic
def conclude(meeting_id: UUID, *, version: int | None = None) -> None:
    """The minutes are finished: each child's decision, each account or why not, what each child was told.

    Duties follow as the pack says, rooms above are told, and copies can go round.
    """
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    rules.after(MeetingState(meeting.state), MeetingAct.CONCLUDE)
    rules.leads(
        chair=meeting.chair_id, viewer=acting.practitioner_id, chair_name=meeting.chair.name
    ).or_refuse()
    rule, pack = rule_of(meeting)
    lacks = queries.before_concluding(queries.meeting(meeting.id, ("told", "decisions", "said")))
    rules.may_conclude(
        without_decision=lacks.without_decision,
        not_heard=lacks.not_heard,
        children_not_told=lacks.children_not_told,
    ).or_refuse()
    at = now()
    meeting.concluded_at, meeting.concluded_by_id = at, acting.practitioner_id
    changed(meeting, "concluded it", MeetingAct.CONCLUDE)
    folders = children_of(meeting.id)
    for event in rule.on_concluded:
        happened(event, meeting, folders, pack, at)
    MinutesDraft.objects.filter(meeting=meeting).delete()
    tell_trail(meeting, "meetings.conclude")
    tell_rooms(hooks.concluded, meeting, folders)
