"""What the child's page and record say of this room: when last seen, what stands and is owed, what moved last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from django.urls import reverse

from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.procedures.models import TO_DO, Duty
from sightline.records.queries import LastSeen
from sightline.records.standing import Column, Line

from ..models import (
    Attempt,
    EnquiryText,
    Episode,
    SignOff,
    Step,
)
from ..terms import (
    Reached,
    Stage,
)
from .assessment import LOOK_AGAIN


@prepared
def _seen(folder_ids: Sequence[UUID]) -> Wanted:
    texts = EnquiryText.objects.filter(folder_id__in=folder_ids).select_related("written_by")
    attempts = Attempt.objects.filter(folder_id__in=folder_ids, reached=Reached.SEEN.value)
    return (
        texts.order_by("-id")[:40],
        attempts.select_related("recorded_by").order_by("-happened_at")[:1],
    )


def seen_by_enquiries(folder_ids: Sequence[UUID]) -> Asking[LastSeen | None]:
    """When an enquiry, or somebody who tried to reach the family, last saw the child: for
    `records.queries.also_seen`."""
    texts, attempts = asked = _seen(folder_ids)
    yield asked
    hold = {text.enquiry_id: text for text in reversed(list(texts))}
    found = [
        LastSeen(
            datetime.combine(text.child_seen_on, time(12), LONDON), text.written_by.name, text.written_post,
            text.seen_alone, None, reverse("enquiries:child", args=[folder_ids[0]]),
        )
        for text in hold.values()
        if text.child_seen_on is not None
    ]  # fmt: skip
    found += [
        LastSeen(
            one.happened_at,
            one.recorded_by.name,
            one.recorded_post,
            one.seen_alone,
            None,
            reverse("enquiries:child", args=[folder_ids[0]]),
        )  # fmt: skip
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


@prepared
def _standing(folder_ids: Sequence[UUID]) -> Wanted:
    signed = SignOff.objects.filter(folder_id__in=folder_ids, act="sign", content__isnull=False)
    ways = Episode.objects.filter(folder_id__in=folder_ids)
    steps = Step.objects.filter(folder_id__in=folder_ids)
    owed = Duty.objects.filter(
        TO_DO,
        folder_id__in=folder_ids,
        kind__in=sorted({LOOK_AGAIN, *(kind for kinds in _OWED.values() for kind in kinds)}),
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
    said += [_by(duty) for duty in owed if duty.kind == LOOK_AGAIN][:1]
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
