"""Strategy discussions, enquiries, emergency measures, medicals and looked-after periods of a child."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.meetings.models import DecisionTakenBack, MeetingDecision
from sightline.meetings.queries import taken_back_decisions
from sightline.meetings.terms import Purpose
from sightline.procedures.models import TO_DO, Duty
from sightline.records.models import Decision, Entry
from sightline.records.queries import LastSeen
from sightline.records.standing import Column, Line

from ..models import (
    Assessment,
    Attempt,
    Emergency,
    Enquiry,
    EnquiryEnd,
    EnquiryText,
    Episode,
    LookedAfter,
    Medical,
    Need,
    SignOff,
    SpokenTo,
    Step,
    StepUp,
    Strategy,
    StrategyDecision,
    Waiting,
)
from ..rules import stages
from ..terms import (
    Act,
    AssessmentState,
    EmergencyKind,
    Finding,
    LedBy,
    Reached,
    Stage,
    StrategyOutcome,
    Waits,
)

#: Of rows with a decision, those whose decision takes effect: it needed no ruling, or a manager upheld it.
IN_EFFECT = Q(decision__awaits_ruling=False) | Q(decision__ruling__upholds=True)


def decided_in_effect() -> QuerySet[StrategyDecision]:
    """What discussions decided that holds: it waits for no ruling, and the discussion was held."""
    gone = DecisionTakenBack.objects.filter(decision__decision_id=OuterRef("decision_id"))
    return StrategyDecision.objects.filter(IN_EFFECT, ~Exists(gone))


@dataclass(frozen=True)
class StrategyView:
    """One child's part of a strategy discussion, with what it decided, latest first. `taken_back`: the decisions of
    those that stand no more, since the discussion was not held after all."""

    row: Strategy
    decisions: tuple[StrategyDecision, ...]
    taken_back: Collection[UUID] = frozenset()

    @property
    def standing(self) -> list[StrategyDecision]:
        return [d for d in self.decisions if d.decision_id not in self.taken_back]

    @property
    def decided(self) -> StrategyDecision | None:
        return next(iter(self.standing), None)

    @property
    def outcome(self) -> str:
        if self.decided is None:
            return "Not decided yet"
        said, ruling = StrategyOutcome(self.decided.outcome).label, self.ruling(self.decided)
        return f"{said}. {ruling}" if ruling else said

    @staticmethod
    def ruling(decided: StrategyDecision) -> str:
        """Of a decision over a conflict of interests, what a manager has said to it; empty where none was needed."""
        if not decided.decision.awaits_ruling:
            return ""
        ruling: Decision | None = getattr(decided.decision, "ruling", None)
        if ruling is None:
            return "Waits for a manager’s ruling"
        return "Upheld by a manager" if ruling.upholds else "Not upheld by a manager, so without effect"

    @property
    def waits(self) -> bool:
        """Whether nothing may be decided anew until a manager has ruled."""
        return any(
            d.decision.awaits_ruling and getattr(d.decision, "ruling", None) is None for d in self.standing
        )


@dataclass(frozen=True)
class EnquiryView:
    """A section 47 enquiry of one child, with what it has found."""

    row: Enquiry
    texts: tuple[EnquiryText, ...]
    spoken_to: tuple[SpokenTo, ...]
    ends: tuple[EnquiryEnd, ...]

    @property
    def text(self) -> EnquiryText | None:
        return self.texts[0] if self.texts else None

    @property
    def end(self) -> EnquiryEnd | None:
        """The ending that stands."""
        return self.ends[0] if self.ends and self.row.ended_at is not None else None

    @property
    def taken_back(self) -> tuple[EnquiryEnd, ...]:
        """Endings that were decided and taken back, or that a manager's ruling did not uphold."""
        return self.ends[1:] if self.end else self.ends

    @property
    def led_by(self) -> str:
        return LedBy(self.row.led_by).label

    @property
    def finding(self) -> str:
        if self.end is not None:
            return Finding(self.end.finding).label
        return "Not ended yet" if self.row.ended_at is None else "Its beginning was taken back"


@dataclass(frozen=True)
class Protection:
    """All that protects a child, for the tab, and what was decided but waits for a manager's ruling. Eight queries."""

    strategies: list[StrategyView]
    enquiries: list[EnquiryView]
    emergencies: list[Emergency]
    medicals: list[Medical]
    looked_after: list[LookedAfter]
    step_ups: list[StepUp]
    waiting: list[Waiting]


def protection(folder_ids: Iterable[UUID]) -> Protection:
    """All that protects a child, each the latest first."""
    folders = list(folder_ids)
    decisions: dict[UUID, list[StrategyDecision]] = {}
    strategies = list(
        Strategy.objects.filter(folder_id__in=folders)
        .select_related("meeting", "written_by", "referred_by")
        .prefetch_related(Prefetch("decisions", StrategyDecision.objects.select_related("decision__ruling")))
        .order_by("-written_at")
    )
    for row in strategies:
        decisions[row.id] = sorted(row.decisions.all(), key=lambda d: d.written_at, reverse=True)
    gone = taken_back_decisions([d.decision_id for found in decisions.values() for d in found])
    rows = list(
        Enquiry.objects.filter(folder_id__in=folders)
        .select_related("worker")
        .prefetch_related("ends__decision")
        .order_by("-began_at")
    )
    return Protection(
        strategies=[StrategyView(row, tuple(decisions[row.id]), gone) for row in strategies],
        enquiries=[
            EnquiryView(row, (), (), tuple(sorted(row.ends.all(), key=lambda e: e.written_at, reverse=True)))
            for row in rows
        ],
        emergencies=list(Emergency.objects.filter(folder_id__in=folders).order_by("-began_at")),
        medicals=list(Medical.objects.filter(folder_id__in=folders).order_by("-written_at")),
        looked_after=list(
            LookedAfter.objects.filter(folder_id__in=folders)
            .select_related("taken_back")
            .order_by("-began_on", "-written_at")
        ),
        step_ups=list(
            StepUp.objects.filter(folder_id__in=folders).select_related("written_by").order_by("-written_at")
        ),
        waiting=list(
            Waiting.objects.filter(folder_id__in=folders, decision__ruling__isnull=True)
            .exclude(what=Waits.STRATEGY.value)
            .select_related("decision__maker")
            .order_by("-decision__made_at")
        ),
    )


def strategy(strategy_id: UUID, folder_ids: Iterable[UUID]) -> StrategyView:
    """One child's part of a discussion. Raises NotFound."""
    row = (
        Strategy.objects.filter(id=strategy_id, folder_id__in=list(folder_ids))
        .select_related("meeting", "written_by", "referred_by", "episode")
        .first()
    )
    if row is None:
        raise NotFound
    found = tuple(row.decisions.select_related("decision__maker", "decision__ruling").order_by("-written_at"))
    return StrategyView(row, found, taken_back_decisions([d.decision_id for d in found]))


def parts_of(meeting_id: UUID) -> list[Strategy]:
    """Every child's part of a discussion, as far as the viewer may open their records."""
    return list(Strategy.objects.filter(meeting_id=meeting_id).order_by("written_at", "id"))


def process_of(folder_ids: Collection[UUID]) -> UUID | None:
    """The process that further discussions about these children on their open way are part of."""
    rows = Strategy.objects.filter(folder_id__in=list(folder_ids), episode__closed_at__isnull=True)
    return rows.order_by("-written_at").values_list("meeting__process_id", flat=True).first()


def nothing_leads_to(episode_ids: Collection[UUID]) -> dict[UUID, Act]:
    """For each way through: what follows where its discussion decides on nothing further. Three queries."""
    wanted = list(episode_ids)
    steps: dict[UUID, list[tuple[Act, Stage, Stage]]] = {each: [] for each in wanted}
    for s in Step.objects.filter(episode_id__in=wanted).order_by("id"):
        steps[s.episode_id].append((Act(s.act), Stage(s.before), Stage(s.after)))
    folders = dict(Episode.objects.filter(id__in=wanted).values_list("folder_id", "id"))
    open_ones = [AssessmentState.WRITING.value, AssessmentState.SENT.value]
    assessing = {
        folders[a.folder_id]
        for a in Assessment.objects.filter(episode_id__in=wanted, state__in=open_ones)
        if a.folder_id in folders
    }
    return {
        each: stages.after_no_action(stages.before_protection(steps[each]), assessing=each in assessing)
        for each in wanted
    }


def enquiry_going_on(episode_id: UUID) -> Enquiry | None:
    """The section 47 enquiry that is under way on a child's way."""
    return Enquiry.objects.filter(episode_id=episode_id, ended_at__isnull=True).order_by("-began_at").first()


def enquiries_going_on(episode_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The ways through on which a section 47 enquiry is under way, and the discussion that began it. One query."""
    rows = Enquiry.objects.filter(episode_id__in=list(episode_ids), ended_at__isnull=True)
    return dict(rows.values_list("episode_id", "strategy_id"))


def conference_called(episode_id: UUID) -> EnquiryEnd | None:
    """The end of the enquiry whose conference was still to be held when it was discussed again."""
    steps = [
        (Act(s.act), Stage(s.before), Stage(s.after))
        for s in Step.objects.filter(episode_id=episode_id).order_by("id")
    ]
    if stages.discussed_from(steps) is not Stage.CONFERENCE:
        return None
    ends = EnquiryEnd.objects.filter(enquiry__episode_id=episode_id, conference=True)
    return ends.select_related("enquiry").order_by("-written_at").first()


def enquiry(enquiry_id: UUID, folder_ids: Iterable[UUID]) -> EnquiryView:
    """One enquiry with everything found. Raises NotFound."""
    row = (
        Enquiry.objects.filter(id=enquiry_id, folder_id__in=list(folder_ids))
        .select_related("worker", "strategy__meeting", "episode")
        .first()
    )
    if row is None:
        raise NotFound
    return EnquiryView(
        row,
        tuple(row.texts.select_related("written_by").order_by("-written_at", "-id")),
        tuple(row.spoken_to.select_related("written_by").order_by("spoken_on")),
        tuple(row.ends.select_related("decision__maker", "written_by").order_by("-written_at")),
    )


def enquiries_beside(row: Enquiry) -> list[Enquiry]:
    """Enquiries about brothers and sisters from the same discussion that still go on, as far as they may be opened."""
    return list(
        Enquiry.objects.filter(strategy__meeting_id=row.strategy.meeting_id, ended_at__isnull=True)
        .exclude(id=row.id)
        .order_by("began_at", "id")
    )


def emergency(emergency_id: UUID, folder_ids: Iterable[UUID]) -> Emergency:
    """One emergency measure. Raises NotFound."""
    row = Emergency.objects.filter(id=emergency_id, folder_id__in=list(folder_ids)).first()
    if row is None:
        raise NotFound
    return row


def medical(medical_id: UUID, folder_ids: Iterable[UUID]) -> Medical:
    """One medical. Raises NotFound."""
    row = (
        Medical.objects.filter(id=medical_id, folder_id__in=list(folder_ids))
        .select_related("document")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def looked_after(looked_after_id: UUID, folder_ids: Iterable[UUID]) -> LookedAfter:
    """One period of being looked after. Raises NotFound."""
    row = (
        LookedAfter.objects.filter(id=looked_after_id, folder_id__in=list(folder_ids))
        .select_related("decision__maker")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def step_up(step_up_id: UUID, folder_ids: Iterable[UUID]) -> StepUp:
    """One step up asked for. Raises NotFound."""
    row = (
        StepUp.objects.filter(id=step_up_id, folder_id__in=list(folder_ids))
        .select_related("written_by", "decision")
        .first()
    )
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class ToLookAt:
    """New information on a child with an open assessment, as far as its kind is known here."""

    subject_id: UUID
    words: str
    at: datetime | None
    due_at: datetime


def to_look_at(subject_id: UUID, folder_ids: Iterable[UUID]) -> ToLookAt:
    """What a duty to look again is about. Raises NotFound."""
    folders = list(folder_ids)
    duty = Duty.objects.filter(
        TO_DO, kind="review_of_open_assessment", subject_id=subject_id, folder_id__in=folders
    ).first()
    if duty is None:
        raise NotFound
    entry = Entry.objects.filter(id=subject_id, folder_id__in=folders).first()
    if entry is not None:
        return ToLookAt(subject_id, f"Entry {entry.number}: {entry.text}", entry.happened_at, duty.due_at)
    measure = Emergency.objects.filter(id=subject_id, folder_id__in=folders).first()
    if measure is not None:
        words = f"{EmergencyKind(measure.kind).label}: {measure.reasons}"
        return ToLookAt(subject_id, words, measure.began_at, duty.due_at)
    decided = Decision.objects.filter(id=subject_id, folder_id__in=folders).exists()
    words = (
        "A new concern about this child was decided on."
        if decided
        else "Something new about this child is recorded. It stands in the chronology."
    )
    return ToLookAt(subject_id, words, duty.opened_at, duty.due_at)


@dataclass(frozen=True)
class ConferenceDue:
    """An enquiry that ended with a conference still to be held: for the room of plans."""

    folder_id: UUID
    enquiry_id: UUID
    worker_id: UUID
    ended_at: datetime


def conferences_due(folder_ids: Iterable[UUID]) -> list[ConferenceDue]:
    """Enquiries whose manager decided on a conference and whose child still stands before it."""
    rows = Enquiry.objects.filter(
        folder_id__in=list(folder_ids),
        ended_at__isnull=False,
        episode__stage="conference",
        ends__conference=True,
    ).distinct()
    return [ConferenceDue(r.folder_id, r.id, r.worker_id, r.ended_at) for r in rows if r.ended_at]


def conference_decisions(folder_ids: Iterable[UUID]) -> list[Decision]:
    """What initial conferences decided on this child on their open way through, the latest first; not what waits for a
    manager's ruling."""
    folders = list(folder_ids)
    since = Episode.objects.filter(folder_id__in=folders, closed_at__isnull=True).values("opened_at")[:1]
    rows = (
        MeetingDecision.objects.filter(
            IN_EFFECT,
            taken_back__isnull=True,
            folder_id__in=folders,
            meeting__purpose=Purpose.INITIAL_CONFERENCE.value,
            decision__made_at__gte=Subquery(since),
        )
        .select_related("decision__maker")
        .order_by("-decision__made_at")
    )
    return [row.decision for row in rows]


def authority_took_on(folder_ids: Iterable[UUID], since: datetime) -> bool:
    """Whether the front door took a child in early help on since then: a step up accepted, or an assessment of a child
    in need that followed a decision of its own."""
    folders = list(folder_ids)
    return (
        StepUp.objects.filter(folder_id__in=folders, accepted=True, decided_at__gte=since).exists()
        or Step.objects.filter(
            folder_id__in=folders, act=Act.STEP_UP.value, at__gte=since, decision__isnull=False
        ).exists()
        or Assessment.objects.filter(
            folder_id__in=folders, form="section_17", started_at__gte=since, episode__decision__isnull=False
        ).exists()
    )


def step_up_waiting(folder_ids: Iterable[UUID]) -> StepUp | None:
    """A step up that the front door has not decided on yet."""
    return (
        StepUp.objects.filter(folder_id__in=list(folder_ids), decided_at__isnull=True)
        .select_related("written_by")
        .first()
    )


# -- when the child was seen --------------------------------------------------------------------------


@prepared
def _seen(folder_ids: Sequence[UUID]) -> Wanted:
    texts = EnquiryText.objects.filter(folder_id__in=folder_ids).select_related("written_by")
    attempts = Attempt.objects.filter(folder_id__in=folder_ids, reached=Reached.SEEN.value)
    return (
        texts.order_by("-id")[:40],
        attempts.select_related("recorded_by").order_by("-happened_at")[:1],
    )


def seen_last(folder_ids: Sequence[UUID]) -> Asking[LastSeen | None]:
    """When an enquiry, or somebody who tried to reach the family, last saw the child: for the child's page."""
    texts, attempts = asked = _seen(folder_ids)
    yield asked
    hold = {text.enquiry_id: text for text in reversed(list(texts))}
    found = [
        LastSeen(
            datetime.combine(text.child_seen_on, time(12), LONDON), text.written_by.name, text.written_post,
            text.seen_alone, None,
        )
        for text in hold.values()
        if text.child_seen_on is not None
    ]  # fmt: skip
    found += [
        LastSeen(one.happened_at, one.recorded_by.name, one.recorded_post, one.seen_alone, None)
        for one in attempts
    ]
    return max(found, key=lambda seen: seen.at, default=None)


#: What is owed while a child stands at a stage of their way, in the words of the pack's duties.
_OWED = {
    Stage.EARLY_HELP: ("early_help_contact", "early_help_assessment", "decision_on_step_up"),
    Stage.ASSESSMENT: ("assessment", "sign_off"),
    Stage.STRATEGY: ("strategy_discussion",),
    Stage.ENQUIRY: ("initial_conference",),
    Stage.CONFERENCE: ("initial_conference",),
    Stage.HELP: ("plan_begun", "plan_signed"),
}

#: Owed at every stage, once there is something new.
_LOOK_AGAIN = "review_of_open_assessment"


@prepared
def _standing(folder_ids: Sequence[UUID]) -> Wanted:
    signed = SignOff.objects.filter(folder_id__in=folder_ids, act="sign", content__isnull=False)
    ways = Episode.objects.filter(folder_id__in=folder_ids)
    steps = Step.objects.filter(folder_id__in=folder_ids)
    owed = Duty.objects.filter(
        TO_DO,
        folder_id__in=folder_ids,
        kind__in=sorted({_LOOK_AGAIN, *(kind for kinds in _OWED.values() for kind in kinds)}),
    )
    return (
        signed.order_by("-at")[:1],
        ways.order_by("-opened_at")[:1],
        steps.order_by("-at", "-id")[:1],
        owed.order_by("due_at"),
    )


def standing(folder_ids: Sequence[UUID]) -> Asking[list[Line]]:
    """Where the child is on their way, with what is owed there by when; and what the latest signed assessment says of
    worries, strengths and what needs to happen, the last only until the way is closed. For the child's page."""
    latest, ways, steps, owed = asked = _standing(folder_ids)
    yield asked
    way: Episode | None = next(iter(ways), None)
    step: Step | None = next(iter(steps), None)
    lines = [] if way is None else _stage_now(way, step, list(owed))
    signed: SignOff | None = next(iter(latest), None)
    if signed is None or not signed.content:
        return lines
    analysis = signed.content.get("texts", {}).get("analysis", {})
    href = f"/child/{signed.folder_id}/enquiries/assessments/{signed.assessment_id}/read/"
    return lines + [
        Line(column, analysis[key], signed.at, href)
        for key, column in (("worried", Column.WORRY), ("working", Column.WELL), ("change", Column.NEED))
        if analysis.get(key)
        and not (column is Column.NEED and way is not None and way.closed_at and way.closed_at > signed.at)
    ]


def _stage_now(way: Episode, step: Step | None, owed: Sequence[Duty]) -> list[Line]:
    stage = Stage(way.stage)
    if stage is Stage.CLOSED:
        return []
    since = step.at if step is not None and step.at > way.opened_at else way.opened_at
    due = next((_by(duty) for duty in owed if duty.kind in _OWED[stage]), "")
    if due and stage is not Stage.ENQUIRY:
        said = [due]
    elif stage is Stage.HELP:  # the plan itself says what needs to happen
        said = []
    else:  # what is owed at an enquiry is the conference after it
        said = [f"{stage.label} under way. {due}" if due else f"{stage.label} under way since {_day(since)}"]
    said += [_by(duty) for duty in owed if duty.kind == _LOOK_AGAIN][:1]
    href = f"/child/{way.folder_id}/enquiries/"
    return [Line(Column.NEED, words, since, href, first=True) for words in said]


def _by(duty: Duty) -> str:
    return f"{duty.title} by {_day(duty.due_at)}"


def _day(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


@prepared
def _moved(folder_ids: Sequence[UUID]) -> Wanted:
    steps = Step.objects.filter(folder_id__in=folder_ids)
    return (
        Episode.objects.filter(folder_id__in=folder_ids).order_by("-opened_at")[:1],
        steps.order_by("-at", "-id")[:1],
    )


def moved_last(folder_ids: Sequence[UUID]) -> Asking[datetime | None]:
    """When the child's way last went on: its beginning, or its latest step or closing."""
    ways, steps = asked = _moved(folder_ids)
    yield asked
    found = [step.at for step in steps]
    for way in ways:
        found += [way.opened_at, *([way.closed_at] if way.closed_at else [])]
    return max(found, default=None)


@dataclass(frozen=True)
class UnmetNeed:
    folder_id: UUID
    words: str
    area: str
    agency: str
    service: str
    waiting_since: object
    unmet_why: str


def unmet_needs(limit: int = 200) -> list[UnmetNeed]:
    """Needs that nothing meets, and waits for a service, in the records that the viewer may open, by area (HLP-09)."""
    rows = (
        Need.objects.filter(replaced_by__isnull=True, withdrawn_why="")
        .exclude(unmet_why="", waiting_since__isnull=True)
        .select_related("agency")
        .order_by("area", "written_at")[:limit]
    )
    return [
        UnmetNeed(
            n.folder_id, n.words, n.area or "Area not known", n.agency.name if n.agency else "", n.service,
            n.waiting_since, n.unmet_why,
        )
        for n in rows
    ]  # fmt: skip
