"""A child's way through: begun, moved on, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.access import actions as access
from sightline.access.queries import allocated_to, joined_set, lead_of, may_write, opened_of
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.models import Person, Status
from sightline.children.queries import lead_worker
from sightline.children.rules import NewInvolvement, NewStatus
from sightline.children.terms import StatusKind
from sightline.kernel.models import held_on
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from ..models import RUNS, Assessment, Closing, Emergency, Enquiry, Episode, LookedAfter, Step
from ..queries import clocks
from ..queries.contact import MISSED_MEETINGS, NON_CONTACT, may_close
from ..queries.episode import has_died, open_episode, particulars, standing_steps
from ..rules import child, stages
from ..terms import Act, AssessmentState, Stage
from . import back


@dataclass(frozen=True)
class Moved:
    """What the rooms above are told when a child has moved on: from where, to where, by which decision."""

    folder_id: UUID
    episode_id: UUID
    act: Act
    before: Stage
    after: Stage
    decision_id: UUID | None
    #: The pack's word for what was decided, such as an assessment's outcome; empty where a person just moved on.
    outcome_id: str
    reasons: str
    #: Of a step taken back: what it was, and when it had been taken; None where a beginning was taken back.
    undid: Act | None = None
    undid_at: datetime | None = None


#: Called in the same transaction after every step, also one taken back. Rooms above add to it when they load.
moved: list[Callable[[Moved], None]] = []


def me() -> UUID:
    """Who is looking. Raises Refused for a job, which has no name to write under."""
    practitioner_id = current().practitioner_id
    if practitioner_id is None:
        raise Refused("Only somebody by name can write this.")
    return practitioner_id


def writable_lead(folder_id: UUID) -> UUID:
    """The folder in which a child's rows are written. Raises NotFound, or NotPermitted where it is only read."""
    lead = lead_of(folder_id)
    if not opened_of([lead]):
        lead = folder_id
        if not opened_of([lead]):
            raise NotFound
    if not may_write(lead):
        raise NotPermitted(
            "You may read this record but not write in it. Ask the worker or manager who holds it."
        )
    return lead


def child_of(folder_id: UUID) -> Person:
    """The child of a folder. Raises NotFound."""
    child = Person.objects.filter(folder_id=folder_id).first()
    if child is None:
        raise NotFound
    return child


def may_begin_work(folder_id: UUID, day: date, *, before_birth: bool = True) -> None:
    """Raises Refused where nothing may begin for the child of a folder on that day: they died, are 18, are not born."""
    row = particulars(child_of(folder_id).id)
    if row is None:
        return
    child.may_begin_work(
        born=row.born_on,
        died=row.died_on,
        unborn=row.born_on is None and row.expected_on is not None,
        day=day,
        before_birth=before_birth,
    ).or_refuse()


def locked(episode_id: UUID, *, version: int | None = None) -> Episode:
    """The row, locked. Raises NotFound, or Refused where somebody else moved the child on since `version`."""
    row = Episode.objects.select_for_update().filter(id=episode_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        last = Step.objects.filter(episode_id=row.id).select_related("by").order_by("-id").first()
        who = f"{last.by.name} did this meanwhile: {last.act}. " if last and last.by else ""
        raise Refused(f"{who}Look at where the child stands now. What you typed is kept below.")
    return row


def begin(
    folder_id: UUID,
    stage: Stage,
    *,
    reasons: str,
    decision_id: UUID | None = None,
    written_together: UUID | None = None,
) -> Episode:
    """The child's open way through, begun at that stage where there is none. A step of another action.

    One that is open already moves on where the table lets it: assessed again once help is under way, stepped up.
    """
    lead = writable_lead(folder_id)
    found = open_episode([lead])
    if found is None:
        episode = Episode.objects.create(
            folder_id=lead,
            child=child_of(lead),
            stage=stage.value,
            began_with=stage.value,
            opened_at=now(),
            opened_by_id=current().practitioner_id,
            decision_id=decision_id,
            written_together=written_together,
        )
        record(Verb.WROTE, "enquiries.begin", folder_id=lead, subject=episode)
        return episode
    episode = locked(found.id)
    here = Stage(episode.stage)
    if stage is Stage.ASSESSMENT and here is Stage.HELP:
        move(episode, Act.ASSESS_AGAIN, reasons=reasons, decision_id=decision_id)
    elif stage is Stage.ASSESSMENT and here is Stage.EARLY_HELP:
        if decision_id is None:
            raise Refused(
                "This child is in early help. Ask for a step up first, or raise a concern: the front door decides."
            )
        move(episode, Act.STEP_UP, reasons=reasons, decision_id=decision_id)
    elif stage is Stage.STRATEGY:
        again = here in (Stage.ENQUIRY, Stage.CONFERENCE, Stage.STRATEGY)
        move(
            episode,
            Act.DISCUSS_AGAIN if again else Act.CALL_STRATEGY,
            reasons=reasons,
            decision_id=decision_id,
        )
    elif stage is Stage.EARLY_HELP and here is Stage.HELP and stands_under(lead, StatusKind.EARLY_HELP):
        # Early help is assessed again while its plan goes on.
        move(episode, Act.EARLY_HELP_GOES_ON, reasons=reasons, decision_id=decision_id)
    elif stage is Stage.EARLY_HELP and here is not Stage.EARLY_HELP:
        raise Refused(
            f"This child is already further on: {here.label.lower()}. Early help begins again by stepping down."
        )
    return episode


def move(
    episode: Episode,
    act: Act,
    *,
    reasons: str,
    decision_id: UUID | None = None,
    outcome_id: str = "",
    ends: Iterable[StatusKind] = (),
    begins: Iterable[StatusKind] = (),
) -> Step:
    """One step on, by the transition table. A step of another action, which asks the permission.

    A case closes only by a decision of which `actions.closing` keeps what a closing needs.
    `ends`, `begins`: the statuses that the step brings along; taking it back puts them right.
    """
    if not stages.has_words(reasons):
        raise Refused("Give your reasons in a sentence or two.", "reasons")
    acting = acting_as(me())
    before = Stage(episode.stage)
    after = stages.after(before, act)
    closure = ""
    if act is Act.CLOSE:
        _nothing_open(episode)
        closure = _closure_of(decision_id)
    ended = no_longer_under(episode.folder_id, ends)
    begun = [put_under(episode.folder_id, kind) for kind in begins]
    step = Step.objects.create(
        folder_id=episode.folder_id,
        episode=episode,
        act=act.value,
        before=before.value,
        after=after.value,
        at=now(),
        by_id=me(),
        by_post=acting.post if acting else "",
        reasons=reasons.strip(),
        decision_id=decision_id,
        ended_statuses=ended,
        began_statuses=[status_id for status_id in begun if status_id is not None],
    )
    stand_at(episode, after, closure)
    if act is Act.CLOSE:
        # One that an earlier return told of hangs on no enquiry that was ended here.
        duties.withdraw_these(
            clocks.conferences(episode.folder_id), f"The case was closed: {reasons.strip()}"
        )
    record(Verb.WROTE, "enquiries.move", folder_id=episode.folder_id, subject=step)
    tell(Moved(episode.folder_id, episode.id, act, before, after, decision_id, outcome_id, reasons))
    return step


def tell(what: Moved) -> None:
    """Tell the rooms above."""
    for listener in moved:
        listener(what)


def _nothing_open(episode: Episode) -> None:
    if Enquiry.objects.filter(episode=episode, ended_at__isnull=True).exists():
        raise Refused("A section 47 enquiry is under way. A manager ends it on its own page first.")
    if Emergency.objects.filter(RUNS, folder_id=episode.folder_id).exists():
        raise Refused("An emergency measure has not ended. Record how it ended, on the Enquiries tab, first.")
    if LookedAfter.objects.filter(folder_id=episode.folder_id, ended_on__isnull=True).exists():
        raise Refused("This child is looked after. Record on the Enquiries tab how that ended first.")
    open_ones = Assessment.objects.filter(
        episode=episode, state__in=[AssessmentState.WRITING.value, AssessmentState.SENT.value]
    )
    if open_ones.exists():
        raise Refused(
            "An assessment of this child is still open. Have it signed, or set it aside with a reason, first."
        )
    if has_died(episode.child_id):
        duties.withdraw_all(episode.id, "The child has died.", kind=NON_CONTACT)
        missed = Duty.objects.filter(folder_id__in=joined_set(episode.folder_id), kind=MISSED_MEETINGS)
        duties.withdraw_these(missed, "The child has died.")
        return
    may_close(episode.id, joined_set(episode.folder_id)).or_refuse()


def _closure_of(decision_id: UUID | None) -> str:
    """The census's reason for which a decision closes a case. Raises Refused where it says nothing of a closing."""
    closing = Closing.objects.filter(decision_id=decision_id).first() if decision_id is not None else None
    if closing is None:
        raise Refused(
            "A case closes with a reason, a closing summary, who helps the family now, how the family was asked, and "
            "who answers for the record. Give them first."
        )
    return closing.reason


def stand_at(episode: Episode, stage: Stage, closure: str = "") -> None:
    """Where the child's way stands from now on. A step of an action."""
    episode.stage = stage.value
    episode.closed_at = now() if stage is Stage.CLOSED else None
    episode.closure = closure if stage is Stage.CLOSED else ""
    episode.version += 1
    episode.save(update_fields=["stage", "closed_at", "closure", "version"])


def last_standing(episode_id: UUID) -> Step | None:
    """The latest step that has not been taken back."""
    return next(reversed(standing_steps(episode_id)), None)


def undo(episode: Episode, reasons: str) -> Step:
    """The latest step is taken back as part of another action, which asks the permission."""
    acting = acting_as(me())
    last = last_standing(episode.id)
    stages.may_take_back(Act(last.act) if last else None, reasons).or_refuse()
    assert last is not None
    assert acting is not None
    return step_back(episode, last, acting, reasons)


def step_back(episode: Episode, last: Step, acting: Acting, reasons: str) -> Step:
    """The child stands where they stood before a step, and what it had changed is put right. A step of an action."""
    other = open_episode(joined_set(episode.folder_id))
    if other is not None and other.id != episode.id:
        raise Refused("New work has begun with this child since. Take that back, or go on with it.")
    before, after = Stage(episode.stage), Stage(last.before)
    step = Step.objects.create(
        folder_id=episode.folder_id,
        episode=episode,
        act=Act.TAKE_BACK.value,
        before=before.value,
        after=after.value,
        at=now(),
        by_id=acting.practitioner_id,
        by_post=acting.post,
        reasons=reasons.strip(),
        takes_back=last,
    )
    stand_at(episode, after)
    back.put_right(episode, last, step)
    record(Verb.WROTE, "enquiries.take_back", folder_id=episode.folder_id, subject=step)
    tell(
        Moved(
            episode.folder_id, episode.id, Act.TAKE_BACK, before, after, None, "", reasons, Act(last.act), last.at
        )
    )  # fmt: skip
    return step


# -- what a step brings along ------------------------------------------------------------------------


def happened(
    event: str,
    folder_id: UUID,
    subject_id: UUID,
    *,
    at: datetime | None = None,
    done: datetime | date | None = None,
    **rest: object,
) -> None:
    """Something of the pack's events happened to a child: what it discharges is closed in whichever of the child's
    folders it stands (a concern's stands in the concern's own), what it opens is opened in this one. `done`: when that
    was, or on which day, where it is written down later."""
    at = at or now()
    pack = pack_in_force()
    for kind in pack.event(event, today()).discharges:
        duties.discharge(kind, subject_id, done=done or at)
    duties.happened(event, [folder_id], subject_id=subject_id, at=at, pack=pack, **rest)  # type: ignore[arg-type]


def stands_under(folder_id: UUID, kind: StatusKind) -> bool:
    """Whether the child stands under that status today."""
    return Status.objects.filter(held_on(today()), folder_id=folder_id, kind=kind.value).exists()


def put_under(folder_id: UUID, kind: StatusKind) -> UUID | None:
    """The child comes under a status today, unless they stand under it already. The id of what was begun."""
    if stands_under(folder_id, kind):
        return None
    return children.set_status(folder_id, NewStatus(kind, today()))


def no_longer_under(folder_id: UUID, kinds: Iterable[StatusKind]) -> list[UUID]:
    """The statuses that end today, by id."""
    wanted = [kind.value for kind in kinds]
    found = list(
        Status.objects.filter(held_on(today()), folder_id=folder_id, kind__in=wanted).values_list(
            "id", flat=True
        )
    )
    for status_id in found:
        children.end_status(folder_id, status_id)
    return found


def allocate(folder_id: UUID, practitioner_id: UUID, *, why: str) -> Acting:
    """Somebody takes the child on: let into the record where they are not yet, and lead professional from today.

    Raises Refused where nobody may let them in. A step of another action.
    """
    acting = acting_as(practitioner_id)
    if acting is None:
        raise Refused("Choose somebody who holds a post today.", "author")
    if practitioner_id != current().practitioner_id and practitioner_id not in allocated_to(folder_id):
        try:
            access.give_access(
                folder_id,
                why=why,
                practitioner_id=practitioner_id,
                level=GrantLevel.WRITE,
                origin=GrantOrigin.ALLOCATION,
            )
        except NotPermitted:
            raise Refused(
                f"{acting.name} cannot open this record yet, and your role does not let you give access. "
                "Ask a manager to allocate it.",
                "author",
            ) from None
    lead = lead_worker(folder_id)
    if lead is None or lead.practitioner_id != practitioner_id:
        children.involve(
            folder_id, NewInvolvement(acting.agency_id, acting.post_title, practitioner_id, "", lead=True)
        )
    return acting
