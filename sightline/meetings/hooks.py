"""What rooms above tell this one when they load: what they add to a meeting, and that they wish to be told of it.

hooks.held.append(enquiries.actions.meeting_held)
hooks.concluded.append(plans.actions.conference_concluded)
hooks.sections.append(lambda request, shown: hooks.Section("Enquiry", "enquiries:enquiry", [enquiry_id], "..."))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest

from .terms import Purpose

if TYPE_CHECKING:
    from .queries import MeetingView


@dataclass(frozen=True)
class Happened:
    """A meeting was held or concluded: told within the same transaction, looking as whoever did it.

    `folder_ids` are the children whom it was about to its end; `process_id` is what the caller gave.
    """

    meeting_id: UUID
    purpose: Purpose
    folder_ids: tuple[UUID, ...]
    process_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class Section:
    """Something that a room above shows on a meeting's page: a heading, a sentence, a link to its own page."""

    heading: str
    text: str
    href: str = ""
    link: str = ""
    lines: Sequence[str] = ()


#: Told when a meeting was held, when it was concluded, and when it was cancelled. Each may raise Refused.
held: list[Callable[[Happened], Any]] = []
concluded: list[Callable[[Happened], Any]] = []
cancelled: list[Callable[[Happened], Any]] = []

#: Asked for what they add to a meeting's page.
sections: list[Callable[[HttpRequest, MeetingView], Section | None]] = []
