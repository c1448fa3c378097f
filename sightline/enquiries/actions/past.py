"""Ways through of the past, for the named jobs that load data: dated back, as the actions would have left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import Refused

from ..models import Episode, Step
from ..queries.episode import open_episode
from ..rules import stages
from ..terms import Act, Stage
from . import episode as way


@dataclass(frozen=True)
class PastStep:
    """A step of the past: what, when, by whom, why."""

    act: Act
    at: datetime
    by_id: UUID
    by_post: str
    reasons: str


@transaction.atomic
def record_past_way(
    folder_id: UUID, began_with: Stage, opened_at: datetime, opened_by_id: UUID, steps: Sequence[PastStep]
) -> UUID:
    """A child's way through with every step that led to where the child stands; for the named jobs alone.

    Each step must be one that the transition table has. Returns the id of the episode.
    """
    if open_episode([folder_id]) is not None:
        raise Refused("This child's way is recorded already.")
    stage, closed_at = began_with, None
    reached: list[tuple[PastStep, Stage, Stage]] = []
    for each in steps:
        after = stages.after(stage, each.act)
        reached.append((each, stage, after))
        stage = after
        closed_at = each.at if after is Stage.CLOSED else None
    episode = Episode(
        folder_id=folder_id,
        child=way.child_of(folder_id),
        stage=stage.value,
        began_with=began_with.value,
        opened_at=opened_at,
        opened_by_id=opened_by_id,
        closed_at=closed_at,
        version=1 + len(reached),
    )
    episode.save(force_insert=True)
    Step.objects.bulk_create(
        Step(
            folder_id=folder_id,
            episode=episode,
            act=each.act.value,
            before=before.value,
            after=after.value,
            at=each.at,
            by_id=each.by_id,
            by_post=each.by_post,
            reasons=each.reasons,
        )
        for each, before, after in reached
    )
    record(Verb.WROTE, "enquiries.record_past_way", folder_id=folder_id, subject=episode)
    return episode.id
