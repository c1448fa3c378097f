"""Strategy discussions, enquiries, emergency measures, medicals and looked-after periods of a child."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from sightline.kernel.verdicts import NotFound
from sightline.meetings.models import DecisionTakenBack, MeetingChild, MeetingDecision
from sightline.meetings.queries import taken_back_decisions
from sightline.meetings.rules import Needed
from sightline.meetings.terms import Purpose
from sightline.procedures.models import TO_DO, Duty
from sightline.records.models import Decision, Entry

from ..models import (
    Assessment,
    Emergency,
    EmergencyBack,
    Enquiry,
    EnquiryEnd,
    EnquiryText,
    Episode,
    LookedAfter,
    LookedAfterEndBack,
    MadeSafe,
    MadeSafeBack,
    Medical,
    MedicalNote,
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
    made_safe: list[MadeSafe]
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
        made_safe=list(
            MadeSafe.objects.filter(folder_id__in=folders).select_related("back").order_by("-done_at")
        ),
        medicals=list(Medical.objects.filter(folder_id__in=folders).order_by("-written_at")),
        looked_after=list(
            LookedAfter.objects.filter(folder_id__in=folders)
            .select_related("taken_back")
            .order_by("-began_on", "-written_at")
        ),
        step_ups=list(
            StepUp.objects.filter(folder_id__in=folders).select_related("written_by").order_by("-written_at")
        ),
        waiting=list(waiting_for_ruling(folders)),
    )


def waiting_for_ruling(folder_ids: Iterable[UUID]) -> QuerySet[Waiting]:
    """What was decided and waits for a manager's ruling on this room's page, the latest first."""
    return (
        Waiting.objects.filter(folder_id__in=list(folder_ids), decision__ruling__isnull=True)
        .exclude(what=Waits.STRATEGY.value)
        .select_related("decision__maker")
        .order_by("-decision__made_at")
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


def referrers(meeting_id: UUID) -> list[Needed]:
    """The agencies that referred the children of a discussion: it is not quorate without somebody from each. One
    query."""
    still = MeetingChild.objects.filter(
        meeting_id=OuterRef("meeting_id"), folder_id=OuterRef("folder_id"), left_at__isnull=True
    )
    rows = Strategy.objects.filter(Exists(still), meeting_id=meeting_id, referred_by__isnull=False)
    agencies = dict(rows.order_by("written_at", "id").values_list("referred_by_id", "referred_by__name"))
    return [Needed(name, "which referred", str(agency)) for agency, name in agencies.items()]


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
    return conferences_called([episode_id]).get(episode_id)


def conferences_called(episode_ids: Collection[UUID]) -> dict[UUID, EnquiryEnd]:
    """The same by way through, for each that has one. Two queries, however many children were discussed."""
    steps: dict[UUID, list[tuple[Act, Stage, Stage]]] = {each: [] for each in episode_ids}
    for s in Step.objects.filter(episode_id__in=list(steps)).order_by("id"):
        steps[s.episode_id].append((Act(s.act), Stage(s.before), Stage(s.after)))
    again = [each for each, those in steps.items() if stages.discussed_from(those) is Stage.CONFERENCE]
    if not again:
        return {}
    ends = EnquiryEnd.objects.filter(enquiry__episode_id__in=again, conference=True)
    return {e.enquiry.episode_id: e for e in ends.select_related("enquiry").order_by("written_at")}


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
    """One emergency measure, with what was taken back of it. Raises NotFound."""
    row = (
        Emergency.objects.filter(id=emergency_id, folder_id__in=list(folder_ids))
        .select_related("extended_by", "ended_by")
        .prefetch_related(
            Prefetch("backs", EmergencyBack.objects.select_related("written_by").order_by("written_at"))
        )
        .first()
    )
    if row is None:
        raise NotFound
    return row


def made_safe(made_safe_id: UUID, folder_ids: Iterable[UUID]) -> MadeSafe:
    """How a child was made safe, once. Raises NotFound."""
    row = MadeSafe.objects.filter(id=made_safe_id, folder_id__in=list(folder_ids)).first()
    if row is None:
        raise NotFound
    return row


def medical(medical_id: UUID, folder_ids: Iterable[UUID]) -> Medical:
    """One medical, with what was written to it. Raises NotFound."""
    row = (
        Medical.objects.filter(id=medical_id, folder_id__in=list(folder_ids))
        .select_related("document")
        .prefetch_related(
            Prefetch(
                "notes", MedicalNote.objects.select_related("written_by", "document").order_by("written_at")
            )
        )
        .first()
    )
    if row is None:
        raise NotFound
    return row


def looked_after(looked_after_id: UUID, folder_ids: Iterable[UUID]) -> LookedAfter:
    """One period of being looked after. Raises NotFound."""
    row = (
        LookedAfter.objects.filter(id=looked_after_id, folder_id__in=list(folder_ids))
        .select_related("decision__maker", "taken_back")
        .prefetch_related(
            Prefetch("ends_back", LookedAfterEndBack.objects.select_related("written_by", "decision"))
        )
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
    back = (
        EmergencyBack.objects.filter(id=subject_id, folder_id__in=folders).select_related("emergency").first()
    )
    if back is not None:
        words = f"{EmergencyKind(back.emergency.kind).label} was recorded by mistake: {back.why}"
        return ToLookAt(subject_id, words, back.written_at, duty.due_at)
    unsafe = MadeSafeBack.objects.filter(id=subject_id, folder_id__in=folders).first()
    if unsafe is not None:
        words = f"That the child was made safe was recorded by mistake: {unsafe.why}"
        return ToLookAt(subject_id, words, unsafe.written_at, duty.due_at)
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
    rows = _decided_at(Purpose.INITIAL_CONFERENCE, folders).filter(decision__made_at__gte=Subquery(since))
    return [row.decision for row in rows]


def review_decisions(folder_ids: Iterable[UUID]) -> list[Decision]:
    """The same of review conferences: a plan that another program kept goes on here from a decision of one."""
    return [row.decision for row in _decided_at(Purpose.REVIEW_CONFERENCE, list(folder_ids))]


def _decided_at(purpose: Purpose, folders: list[UUID]) -> QuerySet[MeetingDecision]:
    """What meetings of a kind that were held decided on these children and that takes effect, the latest first."""
    return (
        MeetingDecision.objects.filter(
            IN_EFFECT, taken_back__isnull=True, folder_id__in=folders, meeting__purpose=purpose.value
        )
        .select_related("decision__maker")
        .order_by("-decision__made_at")
    )


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
