"""What a meeting's own page says of the plans of its children."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from sightline.agencies.terms import Permission
from sightline.children.queries import names_of_folders
from sightline.enquiries.queries.protection import conferences_due
from sightline.meetings.hooks import Section
from sightline.meetings.queries import MeetingView
from sightline.meetings.terms import Purpose

from .. import queries

#: The meetings at which a plan is reviewed.
_REVIEWS = (Purpose.REVIEW_CONFERENCE, Purpose.CHILD_IN_NEED_REVIEW, Purpose.EARLY_HELP_REVIEW)


def section(request: HttpRequest, shown: MeetingView) -> Section | None:
    """After a conference: where its plans are begun. After a review: where each child's part of it is answered."""
    if shown.row.began_at is None:
        return None
    folders = [c.folder_id for c in shown.children]
    links: dict[UUID, str] = {}
    if shown.purpose is Purpose.INITIAL_CONFERENCE:
        if not request.practitioner.may(Permission.DECIDE_PLAN):  # type: ignore[attr-defined]
            return None
        links = {c.folder_id: reverse("plans:begin", args=[c.folder_id]) for c in conferences_due(folders)}
        heading, words = "Child protection plan", "Where the conference made a plan, begin it for:"
    elif shown.purpose in _REVIEWS:
        links = {
            folder_id: reverse("plans:review", args=[folder_id, review_id])
            for folder_id, review_id in queries.reviews_at(shown.row.id)
        }
        heading, words = "Review of the plan", "What became of each planned outcome is answered here for:"
    if not links:
        return None
    names = names_of_folders(links)
    lines = [
        format_html('<a class="govuk-link" href="{}" dir="auto">{}</a>', href, names[folder_id].name)
        for folder_id, href in links.items()
        if folder_id in names
    ]
    return Section(heading, words, lines=lines) if lines else None
