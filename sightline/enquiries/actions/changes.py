"""Step up from early help, new information on an open assessment, and what becomes of help under a plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.db import transaction

from sightline.access import actions as access
from sightline.access.queries import joined_set, lead_of, opened_of
from sightline.agencies.actions import notify, notify_duty_manager, permit
from sightline.agencies.queries import front_door_team
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.terms import StatusKind
from sightline.govuk.words import moment
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import acknowledged_within, pack_in_force
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision, Entry
from sightline.records.terms import DecisionKind
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ..models import Assessment, Episode, Relook, Step, StepUp, Waiting
from ..queries.episode import has_died, standing_steps
from ..rules import stages
from ..rules.closing import Closing, may_close_case, nothing_under_way
from ..rules.protection import knows_nobody
from ..terms import Act, AssessmentState, Stage, Waits
from . import episode as way
from .closing import write_closing
from .conference import conference_decided
from .protection import stamp
from .waiting import keep_waiting, none_waits, ruling_owed

_NO_WISHES = WishesIn()
_OPEN = (AssessmentState.WRITING.value, AssessmentState.SENT.value)


# -- step up -----------------------------------------------------------------------------------------


@transaction.atomic
def ask_step_up(folder_id: UUID, *, reasons: str, family_view: str) -> StepUp:
    """The lead professional of early help asks the local authority to assess; the record goes along.

    The front door is let into the record and decides within the pack's time. Raises Refused outside early help.
    """
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    episode = way.open_episode([lead])
    if episode is None:
        raise Refused("No early help is under way with this child. Raise a concern instead.")
    here = Stage(episode.stage)
    stages.step(here, Act.STEP_UP).or_refuse()
    if here is Stage.HELP and not way.stands_under(lead, StatusKind.EARLY_HELP):
        raise Refused(
            "This child is with the local authority already. Change the plan, or call a discussion."
        )
    if not stages.has_words(reasons):
        raise Refused("Say why early help is not enough.", "reasons")
    if not stages.has_words(family_view):
        raise Refused(
            "Say what the family was told and what they say to it, or why they were not told.", "family_view"
        )
    if StepUp.objects.filter(episode=episode, decided_at__isnull=True).exists():
        raise Refused("A step up has been asked for already and waits for a decision.")
    team = front_door_team()
    if team is None:
        raise Refused(
            "This partnership has named no front door, so nobody would decide. Ring children's social care."
        )
    row = StepUp(
        folder_id=lead, episode=episode, reasons=reasons.strip(), family_view=family_view.strip(), **stamp()
    )
    row.save(force_insert=True)
    access.let_team_in(lead, team.id, why="A step up from early help is being decided")
    path = f"/child/{lead}/enquiries/step-up/{row.id}/"
    way.happened("step_up_asked", lead, row.id, path=path, team_id=team.id)
    notify_duty_manager(
        team.id, text="A step up from early help waits for a decision", path=path,
        acknowledge_within_minutes=acknowledged_within(),
    )  # fmt: skip
    record(Verb.WROTE, "enquiries.ask_step_up", folder_id=lead, subject=row)
    return row


@transaction.atomic
def decide_step_up(
    step_up_id: UUID,
    *,
    accepted: bool,
    reasons: str,
    knows_family: bool | None,
    wishes: WishesIn = _NO_WISHES,
    conflict: ConflictIn = NO_CONFLICT,
) -> StepUp:
    """The front door decides: the local authority assesses, or why not and what help there is instead, with what the
    child wishes (CHD-13). With a conflict of interests not resolved for the child the clock of the decision runs on
    until a manager has ruled."""
    acting = permit(Permission.SCREEN_CONCERN)
    row = (
        StepUp.objects.select_for_update(of=("self",))
        .select_related("episode", "decision__maker")
        .filter(id=step_up_id)
        .first()
    )
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if row.decision is not None:
        maker = row.decision.maker.name
        raise Refused(f"{maker} decided on this on {moment(row.decision.made_at)}: {row.decision.outcome}.")
    if row.written_by_id == acting.practitioner_id:
        raise Refused("You asked for this step up yourself. Another decision maker must decide on it.")
    none_waits(Waits.STEP_UP, row.id)
    if knows_family is None:
        raise Refused("Say whether you know anybody in this family outside your work.", "knows_family")
    if knows_family:
        raise Refused("You know this family, so another decision maker must decide.", "knows_family")
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.STEP,
                outcome="Step up: the local authority assesses"
                if accepted
                else "No step up: early help goes on",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=row.id,
                **asdict(conflict),
            )
        ]
    )
    weigh(decision, Power.SECTION_17, wishes)
    if decision.awaits_ruling:
        sent = {"accepted": accepted, "team_id": str(acting.team_id) if acting.team_id else None}
        keep_waiting(decision, Waits.STEP_UP, row.id, sent)
        ruling_owed(decision, pack)
    else:
        _step_up_decided(row, decision, accepted=accepted, team_id=acting.team_id)
    record(Verb.WROTE, "enquiries.decide_step_up", folder_id=row.folder_id, subject=row)
    return row


def step_up_upheld(waiting: Waiting) -> None:
    """A manager upheld the decision on a step up: only now is it decided. A step of the ruling."""
    row = StepUp.objects.select_for_update(of=("self",)).get(id=waiting.subject_id)
    team_id = waiting.sent["team_id"]
    _step_up_decided(
        row,
        waiting.decision,
        accepted=waiting.sent["accepted"],
        team_id=UUID(team_id) if team_id else None,
    )


def _step_up_decided(row: StepUp, decision: Decision, *, accepted: bool, team_id: UUID | None) -> None:
    reasons = decision.reasons
    row.accepted, row.decided_at, row.decision = accepted, now(), decision
    row.save(update_fields=["accepted", "decided_at", "decision"])
    way.happened("step_up_decided", row.folder_id, row.id)
    if accepted:
        episode = way.locked(row.episode_id)
        way.move(
            episode,
            Act.STEP_UP,
            reasons=reasons,
            decision_id=decision.id,
            outcome_id="step_up",
            ends=(StatusKind.EARLY_HELP,),
            begins=(StatusKind.CHILD_IN_NEED,),
        )
        # The assessment's clock runs from here; whoever is allocated begins it from this duty.
        duties.open_duties(
            [
                duties.Opening(
                    folder_id=row.folder_id,
                    kind="assessment",
                    started_at=row.written_at,
                    subject_id=decision.id,
                    path=f"/child/{row.folder_id}/enquiries/",
                    team_id=team_id,
                )
            ],
            pack=pack_in_force(),
        )
    notify(
        row.written_by_id,
        text="The step up that you asked for has been decided",
        path=f"/child/{row.folder_id}/enquiries/",
    )


# -- new information ---------------------------------------------------------------------------------


def decisions_made(decisions: Sequence[Decision]) -> None:
    """A new concern was decided on a child with an open assessment: it must be looked at again (ASM-04).

    The outcome `already_open` opens the same duty by itself.
    """
    told = [d for d in decisions if d.kind == DecisionKind.SCREENING.value]
    if not told:
        return
    by_itself = pack_in_force().screening_outcome("already_open", today()).title
    for decision in told:
        if decision.outcome != by_itself:
            _look_again(decision.folder_id, decision.id)


def significant_entries(entries: Sequence[Entry]) -> None:
    """A significant event was written in the record of a child with an open assessment by somebody else (ASM-04)."""
    for entry in entries:
        _look_again(entry.folder_id, entry.id, written_by=entry.author_id)


def learnt(folder_id: UUID, subject_id: UUID) -> None:
    """Something grave was recorded by whoever acts of a child with an open assessment, an incident or an emergency
    measure: its author looks at the assessment again (ASM-04). A step of the act that records it."""
    _look_again(folder_id, subject_id, written_by=current().practitioner_id)


def _look_again(folder_id: UUID, subject_id: UUID, *, written_by: UUID | None = None) -> None:
    if current().practitioner_id is None:
        return
    lead = lead_of(folder_id)
    if not opened_of([lead]):
        return
    row = Assessment.objects.filter(folder_id=lead, state__in=_OPEN).order_by("-started_at").first()
    if row is None or row.author_id == written_by:
        return
    path = f"/child/{lead}/enquiries/look-again/{subject_id}/"
    duties.happened(
        "new_information", [lead], subject_id=subject_id, at=now(), path=path, owner_id=row.author_id
    )
    notify(row.author_id, text="There is new information on a child whom you assess", path=path)


@transaction.atomic
def looked_again(folder_id: UUID, subject_id: UUID, *, changes: bool, words: str) -> Relook:
    """What new information changes in the open assessment, or why it changes nothing."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    episode = way.open_episode([lead])
    owed = Duty.objects.filter(
        TO_DO, kind="review_of_open_assessment", subject_id=subject_id, folder_id__in=joined_set(lead)
    )
    if not owed.exists():
        raise NotFound
    if episode is None:
        raise Refused("No assessment is open any more. Begin one, or ask a manager to withdraw this.")
    if not stages.has_words(words):
        raise Refused("Say what it changes, or why it changes nothing.", "words")
    row = Relook(
        folder_id=lead,
        episode=episode,
        subject_id=subject_id,
        changes=changes,
        words=words.strip(),
        **stamp(),
    )
    row.save(force_insert=True)
    way.happened("new_information_looked_at", lead, subject_id)
    record(Verb.WROTE, "enquiries.looked_again", folder_id=lead, subject=row)
    return row


# -- what the room of plans tells of help ------------------------------------------------------------


def under_enquiry(folder_id: UUID) -> bool:
    """Whether a discussion, an enquiry or its conference is under way: then that conference makes a protection plan."""
    episode = way.open_episode(joined_set(way.writable_lead(folder_id)))
    return episode is not None and Stage(episode.stage) in stages.PROTECTING


@transaction.atomic
def plan_began(
    folder_id: UUID, *, protection: bool, made_before: bool, reasons: str, decision_id: UUID
) -> Episode:
    """Help under a plan has begun. A protection plan moves the child on from the conference that made it; any other,
    and one that was made elsewhere or before this program was in use, begins the child's way where there is none yet.

    Raises Refused for a protection plan before an enquiry has called its conference.
    """
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    if protection and not made_before:
        episode = conference_decided(lead, plan_made=True, reasons=reasons, decision_id=decision_id)
    else:
        found = way.open_episode([lead])
        episode = found or way.begin(lead, Stage.HELP, reasons=reasons, decision_id=decision_id)
        assessed = not Assessment.objects.filter(episode=episode, state__in=_OPEN).exists()
        if assessed and Stage(episode.stage) in (Stage.ASSESSMENT, Stage.EARLY_HELP):
            # The assessment was signed while protection was under way, or there was none to wait for.
            episode = way.locked(episode.id)
            way.move(episode, Act.AGREE_HELP, reasons=reasons, decision_id=decision_id)
    duties.discharge("plan_begun", episode.id)
    record(Verb.WROTE, "enquiries.plan_began", folder_id=lead, subject=episode)
    return episode


@transaction.atomic
def close(folder_id: UUID, *, reasons: str, closing: Closing, decision_id: UUID, died: bool = False) -> None:
    """Help has ended and the child's way closes, with all that a closing needs. A child without one has none to close.

    `died`: an enquiry that is under way goes on to its end, and a manager closes the case then. Raises Refused while
    an assessment, discussion, enquiry or conference is open.
    """
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    episode = way.open_episode([lead])
    if episode is None or (died and Stage(episode.stage) in stages.PROTECTING):
        return
    write_closing(episode, decision_id, closing)
    way.move(
        way.locked(episode.id),
        Act.CLOSE,
        reasons=reasons,
        decision_id=decision_id,
        outcome_id="close",
        ends=(StatusKind.CHILD_IN_NEED, StatusKind.EARLY_HELP),
    )
    record(Verb.WROTE, "enquiries.close", folder_id=lead, subject=episode)


@dataclass(frozen=True)
class CaseEnd:
    """A manager's decision to close a case that no assessment and no plan ends."""

    reasons: str
    closing: Closing
    knows_family: bool | None
    safe_words: str = ""
    wishes: WishesIn = field(default_factory=WishesIn)
    conflict: ConflictIn = NO_CONFLICT


@transaction.atomic
def close_case(folder_id: UUID, end: CaseEnd, *, version: int | None = None) -> None:
    """A manager closes a child's case where neither an assessment nor a plan ends it: the child has died or moved away,
    what was begun is not needed. With a conflict of interests not resolved for the child it closes when another manager
    upholds that. Raises Refused while anything is open, or where a plan must be closed first."""
    permit(Permission.SIGN_OFF)
    lead = way.writable_lead(folder_id)
    found = way.open_episode([lead])
    if found is None:
        raise Refused("No work is open with this child, so there is none to close.")
    episode = way.locked(found.id, version=version)
    died = has_died(episode.child_id)
    none_waits(Waits.CLOSE_CASE, episode.id)
    knows_nobody(end.knows_family).or_refuse()
    may_close_case(
        under_way=Stage(episode.stage) in stages.PROTECTING,
        died=died,
        safe_words=end.safe_words,
        reasons=end.reasons,
    ).or_refuse()
    reasons = end.reasons.strip()
    if not died:
        reasons = f"{reasons}\nHow the child is known to be safe: {end.safe_words.strip()}"
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=lead,
                kind=DecisionKind.STEP,
                outcome="The case closes",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=episode.id,
                **asdict(end.conflict),
            )
        ]
    )
    if way.stands_under(lead, StatusKind.CHILD_IN_NEED):
        weigh(decision, Power.SECTION_17, WishesIn(why_not="The child has died.") if died else end.wishes)
    write_closing(episode, decision.id, end.closing)
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.CLOSE_CASE, episode.id)
        ruling_owed(decision, pack)
    else:
        _case_closes(episode, decision)
    record(Verb.WROTE, "enquiries.close_case", folder_id=lead, subject=decision)


def close_case_upheld(waiting: Waiting) -> None:
    """A manager upheld the decision to close a case: only now it closes. A step of the ruling.

    Raises Refused where a discussion was called, or anything else was begun, since it was decided.
    """
    episode = way.locked(waiting.subject_id)
    nothing_under_way(Stage(episode.stage) in stages.PROTECTING).or_refuse()
    _case_closes(episode, waiting.decision)


def _case_closes(episode: Episode, decision: Decision) -> None:
    way.move(
        episode,
        Act.CLOSE,
        reasons=decision.reasons,
        decision_id=decision.id,
        outcome_id="close",
        ends=(StatusKind.CHILD_IN_NEED, StatusKind.EARLY_HELP),
    )


@transaction.atomic
def reopen(folder_id: UUID, *, reasons: str) -> None:
    """A plan that was closed is taken up again: the closing of the child's way is taken back with it."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    if way.open_episode([lead]) is not None:
        return
    episode = Episode.objects.filter(folder_id=lead).order_by("-closed_at").first()
    if episode is None:
        return
    way.undo(way.locked(episode.id), reasons)
    record(Verb.WROTE, "enquiries.reopen", folder_id=lead, subject=episode)


@transaction.atomic
def undo_decided(folder_id: UUID, decisions: Collection[UUID], *, reasons: str) -> None:
    """What decisions on a plan moved on the child's way is taken back with them, the latest first.

    Raises Refused where the child's way has moved on since by another step: that one is taken back first.
    """
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    moved = Step.objects.filter(folder_id=lead, decision_id__in=decisions)
    for episode in Episode.objects.select_for_update().filter(id__in=moved.values("episode_id")):
        steps = standing_steps(episode.id)
        earliest = next((n for n, step in enumerate(steps) if step.decision_id in decisions), len(steps))
        for step in reversed(steps[earliest:]):
            if step.decision_id not in decisions:
                raise Refused(
                    f"The child has moved on since: {step.act}. Take that step back first, on the Enquiries tab."
                )
            way.undo(episode, reasons)
            record(Verb.WROTE, "enquiries.undo_decided", folder_id=lead, subject=episode)


@transaction.atomic
def step_down(folder_id: UUID, *, reasons: str, decision_id: UUID | None = None) -> None:
    """Help goes on as early help; the record goes along. A child who is there already stays there."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    episode = way.open_episode([lead])
    if episode is None or Stage(episode.stage) is Stage.EARLY_HELP:
        return
    way.move(
        way.locked(episode.id),
        Act.STEP_DOWN,
        reasons=reasons,
        decision_id=decision_id,
        outcome_id="step_down",
        ends=(StatusKind.CHILD_IN_NEED,),
        begins=(StatusKind.EARLY_HELP,),
    )
    record(Verb.WROTE, "enquiries.step_down", folder_id=lead, subject=episode)
