"""What a meeting's own page shows of the children's plans."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from sightline.agencies.terms import Permission
from sightline.enquiries.queries.protection import conferences_due
from sightline.govuk.words import date_only, plural
from sightline.meetings.hooks import Link, PackPart, Section
from sightline.meetings.queries import MeetingView
from sightline.meetings.terms import Purpose

from ..queries import OutcomeAt, PlanAt, plans_at
from ..terms import PlanState

#: The meetings at which a plan is made, carried or looked at again.
ON_PLANS = frozenset(
    {
        Purpose.INITIAL_CONFERENCE, Purpose.REVIEW_CONFERENCE, Purpose.RECEIVING_IN_CONFERENCE, Purpose.CORE_GROUP,
        Purpose.CHILD_IN_NEED_REVIEW, Purpose.EARLY_HELP_REVIEW, Purpose.FAMILY_GROUP,
    }
)  # fmt: skip
#: How many outcomes a meeting's page names; the plan has them all.
MOST = 6


def plans_section(request: HttpRequest, shown: MeetingView) -> Section | None:
    """Each child's plan with its outcomes, what this meeting's review said of them, or where the plan is begun."""
    children = shown.present_children
    if shown.purpose not in ON_PLANS or not children:
        return None
    names = {child.folder_id: child.called for child in children}
    found = plans_at(shown.id, list(names))
    links = [_link(at, names[at.folder_id]) for at in found]
    acting = request.practitioner  # type: ignore[attr-defined]
    may_begin = set()
    if (
        shown.purpose is Purpose.INITIAL_CONFERENCE
        and shown.row.began_at
        and acting.may(Permission.DECIDE_PLAN)
    ):
        may_begin = {due.folder_id for due in conferences_due(names)}
    for folder_id in [f for f in names if f not in {at.folder_id for at in found}]:
        if folder_id in may_begin:
            begin = reverse("plans:begin", args=[folder_id])
            links.append(Link(f"{names[folder_id]}: begin the plan", begin, ["If the conference made one."]))
        elif acting.may(Permission.READ_FOLDER):
            links.append(Link(f"{names[folder_id]}: no plan yet", reverse("plans:child", args=[folder_id])))
    return Section("The plan" if len(children) == 1 else "The plans", links=links)


def _link(at: PlanAt, name: str) -> Link:
    if at.review_id is not None:
        said = f"review {at.review_number}" + (
            f": {at.result.label.lower()}" if at.result else ", still open"
        )
        href = reverse("plans:review", args=[at.folder_id, at.review_id])
    else:
        ended = ", closed" if at.state is PlanState.CLOSED else ""
        said = f"{at.kind.label.lower()} since {date_only(at.began_on)}{ended}"
        href = reverse("plans:plan", args=[at.folder_id, at.plan_id])
    lines = [_outcome(one) for one in at.outcomes[:MOST]]
    if len(at.outcomes) > MOST:
        lines.append(f"and {plural(len(at.outcomes) - MOST, 'more outcome')}")
    return Link(f"{name}: {said}", href, lines)


def _outcome(one: OutcomeAt) -> str:
    """'She eats breakfast every day. Part of the way; it goes on.'"""
    words = one.words if one.words.endswith((".", "!", "?")) else f"{one.words}."
    if one.achieved is None:
        return words
    return (
        f"{words} {one.achieved.label}; {one.next.label[0].lower()}{one.next.label[1:]}."
        if one.next
        else words
    )


def in_pack(folder_id: UUID, meeting_id: UUID) -> list[PackPart]:
    """A child's plan in a pack of papers: each planned outcome, and how far it was reached."""
    return [
        PackPart(
            f"{at.kind.label} since {date_only(at.began_on)}", tuple(_outcome(one) for one in at.outcomes)
        )
        for at in plans_at(meeting_id, [folder_id])
        if at.outcomes
    ]
