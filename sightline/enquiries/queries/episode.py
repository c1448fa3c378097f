"""Where a child stands on their way through, and how they came there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import DutyView, on_folders

from ..models import Assessment, Episode, Step
from ..rules import stages
from ..terms import Act, AssessmentState, Stage

#: The duties that this room begins work from, or that are done on its pages.
OURS = frozenset(
    {
        "assessment", "early_help_contact", "early_help_assessment", "strategy_discussion", "immediate_protection",
        "review_of_open_assessment", "sign_off", "agency_contribution", "sharing_assessment",
        "decision_on_non_contact", "decision_on_step_up", "decision_on_conflict", "initial_conference",
    }
)  # fmt: skip


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
    form: str
    state: AssessmentState
    started_at: datetime
    ended_at: datetime | None
    author: str
    manager: str
    updates_id: UUID | None


def episodes(folder_ids: Iterable[UUID]) -> list[EpisodeView]:
    """The ways through of a child, the latest first. Two queries."""
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
    return [_view(row, steps.get(row.id, [])) for row in rows]


def _view(row: Episode, steps: Sequence[Step]) -> EpisodeView:
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
                    )
                    for n, s in enumerate(steps)
                ]
            )
        ),
    )


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
    rows = (
        Assessment.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author", "manager")
        .order_by("-started_at", "-id")
    )
    return [
        AssessmentLine(
            id=row.id,
            episode_id=row.episode_id,
            form=row.form,
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
