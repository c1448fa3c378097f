"""Where a child stands on their way through, and how they came there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT

from sightline.children.models import Particulars
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.kept import Then
from sightline.procedures.queries import DutyView, on_folders, pack_in_force
from sightline.procedures.schema import AssessmentForm

from ..models import Assessment, Closing, Episode, SignOff, Step
from ..rules import stages
from ..terms import Act, AssessmentAct, AssessmentState, Closure, Stage

#: The duties that this room begins work from, or that are done on its pages.
OURS = frozenset(
    {
        "assessment", "early_help_contact", "early_help_assessment", "strategy_discussion", "immediate_protection",
        "review_of_open_assessment", "sign_off", "agency_contribution", "sharing_assessment",
        "decision_on_non_contact", "decision_on_step_up", "decision_on_conflict", "initial_conference",
    }
)  # fmt: skip


@dataclass(frozen=True)
class TakenBack:
    """That a step was taken back: by whom, when, why."""

    by: str
    by_post: str
    at: datetime
    reasons: str

    @property
    def words(self) -> str:
        who = f"{self.by}, {self.by_post}" if self.by_post else self.by
        return f"Taken back by {who}: {self.reasons}"


@dataclass(frozen=True)
class ClosingView:
    """What was said when a case closed."""

    reason: Closure
    summary: str
    helps_now: str
    feedback_asked: str
    record_in_order_by: str


@dataclass(frozen=True)
class StepView:
    """A step on the way. `stands` is False for one taken back, and for a step back itself."""

    id: UUID
    act: Act
    before: Stage
    after: Stage
    at: datetime
    by: str
    by_post: str
    reasons: str
    stands: bool
    taken_back: TakenBack | None
    closing: ClosingView | None


@dataclass(frozen=True)
class EpisodeView:
    """One child's way through, its steps the latest first."""

    id: UUID
    folder_id: UUID
    stage: Stage
    began_with: Stage
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    version: int
    steps: tuple[StepView, ...]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True)
class AssessmentLine:
    """An assessment as a list shows it."""

    id: UUID
    episode_id: UUID
    title: str
    """What its form was called when it was signed, or what it is called today."""
    state: AssessmentState
    started_at: datetime
    ended_at: datetime | None
    author: str
    manager: str
    updates_id: UUID | None


def episodes(folder_ids: Iterable[UUID]) -> list[EpisodeView]:
    """The ways through of a child, the latest first. Three queries."""
    rows = list(
        Episode.objects.filter(folder_id__in=list(folder_ids))
        .select_related("opened_by")
        .order_by("-opened_at")
    )
    steps: dict[UUID, list[Step]] = {}
    for each in (
        Step.objects.filter(episode_id__in=[row.id for row in rows]).select_related("by").order_by("id")
    ):
        steps.setdefault(each.episode_id, []).append(each)
    closings = {
        c.decision_id: ClosingView(
            Closure(c.reason), c.summary, c.helps_now, c.feedback_asked, c.record_in_order_by.name
        )
        for c in Closing.objects.filter(episode__in=rows).select_related("record_in_order_by")
    }
    return [_view(row, steps.get(row.id, []), closings) for row in rows]


def step_back(step: Step) -> TakenBack:
    """What a step back says of the one that it took back; its writer read along."""
    return TakenBack(step.by.name if step.by else "", step.by_post, step.at, step.reasons)


def taken_back(decision_ids: Iterable[UUID]) -> dict[UUID, TakenBack]:
    """Of these decisions, those whose step was taken back. One query."""
    rows = Step.objects.filter(takes_back__decision_id__in=list(decision_ids)).select_related(
        "by", "takes_back"
    )
    return {s.takes_back.decision_id: step_back(s) for s in rows if s.takes_back and s.takes_back.decision_id}


def _view(row: Episode, steps: Sequence[Step], closings: Mapping[UUID, ClosingView]) -> EpisodeView:
    backs = {s.takes_back_id: step_back(s) for s in steps if s.takes_back_id}
    kept = set(stages.standing([(Act(s.act), Stage(s.before), Stage(s.after)) for s in steps]))
    return EpisodeView(
        id=row.id,
        folder_id=row.folder_id,
        stage=Stage(row.stage),
        began_with=Stage(row.began_with),
        opened_at=row.opened_at,
        opened_by=row.opened_by.name if row.opened_by else "",
        closed_at=row.closed_at,
        version=row.version,
        steps=tuple(
            reversed(
                [
                    StepView(
                        id=s.id,
                        act=Act(s.act),
                        before=Stage(s.before),
                        after=Stage(s.after),
                        at=s.at,
                        by=s.by.name if s.by else "",
                        by_post=s.by_post,
                        reasons=s.reasons,
                        stands=n in kept,
                        taken_back=backs.get(s.id),
                        closing=closings.get(s.decision_id)
                        if s.decision_id and s.act == Act.CLOSE.value
                        else None,
                    )
                    for n, s in enumerate(steps)
                ]
            )
        ),
    )


def particulars(person_id: UUID) -> Particulars | None:
    """What is known today of somebody's birth and death."""
    return Particulars.objects.filter(person_id=person_id).order_by("-recorded_at", "-id").first()


def standing_steps(episode_id: UUID) -> list[Step]:
    """The steps that have not been taken back, the earliest first."""
    steps = list(Step.objects.filter(episode_id=episode_id).order_by("id"))
    kept = stages.standing([(Act(s.act), Stage(s.before), Stage(s.after)) for s in steps])
    return [steps[place] for place in kept]


def has_died(person_id: UUID) -> bool:
    """Whether a date of death is recorded of the child."""
    row = particulars(person_id)
    return row is not None and row.died_on is not None


def open_episode(folder_ids: Iterable[UUID]) -> Episode | None:
    """The row of the child's open way through, if there is one."""
    return Episode.objects.filter(folder_id__in=list(folder_ids), closed_at__isnull=True).first()


def episode(episode_id: UUID, folder_ids: Iterable[UUID]) -> EpisodeView:
    """One way through of these folders. Raises NotFound."""
    found = next((e for e in episodes(folder_ids) if e.id == episode_id), None)
    if found is None:
        raise NotFound
    return found


def assessment_lines(folder_ids: Iterable[UUID]) -> list[AssessmentLine]:
    """The assessments of a child, the latest first. One query."""
    signed = SignOff.objects.filter(assessment_id=OuterRef("pk"), act=AssessmentAct.SIGN.value).order_by(
        "-at"
    )
    rows = (
        Assessment.objects.filter(folder_id__in=list(folder_ids))
        .annotate(signed_as=Subquery(signed.values_list(KT("form__title"))[:1]))
        .select_related("author", "manager")
        .order_by("-started_at", "-id")
    )
    now_called = Then(pack_in_force(), kept=True)
    return [
        AssessmentLine(
            id=row.id,
            episode_id=row.episode_id,
            title=row.signed_as or now_called.title(AssessmentForm, row.form, today()),
            state=AssessmentState(row.state),
            started_at=row.started_at,
            ended_at=row.ended_at,
            author=row.author.name,
            manager=row.manager.name if row.manager else "",
            updates_id=row.updates_id,
        )
        for row in rows
    ]


def duties_here(folder_ids: Iterable[UUID]) -> list[DutyView]:
    """What is due on a child and is begun or done on this room's pages, soonest first."""
    return [duty for duty in on_folders(folder_ids) if duty.kind in OURS]
