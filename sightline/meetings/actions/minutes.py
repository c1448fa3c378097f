"""What was said by whom, decided and not agreed with, given to somebody to do; concluded and corrected by adding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records

from .. import hooks, queries, rules
from ..models import (
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
    definition_id: str = "safeguarding"
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
