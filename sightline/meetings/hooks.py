"""What rooms above tell this one when they load: what they add to a meeting, and that they wish to be told of it.

hooks.earlier.append(enquiries.queries.before_meeting)
hooks.held.append(plans.actions.meeting_held)
hooks.concluded.append(enquiries.actions.conference.conference_held)
hooks.sections.append(lambda request, shown: hooks.Section("The plan", links=[hooks.Link("Maya", href, ["..."])]))
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
    from sightline.govuk.forms import PageForm
    from sightline.records.models import Decision

    from .queries import MeetingView


@dataclass(frozen=True)
class Happened:
    """A meeting was held or concluded: told within the same transaction, looking as whoever did it.

    `folder_ids` are the children whom it was about to its end; `process_id` is what the caller gave; `at` is when it
    began, or when it was cancelled.
    """

    meeting_id: UUID
    purpose: Purpose
    folder_ids: tuple[UUID, ...]
    process_id: UUID | None
    at: datetime
    why: str = ""
    """Why it was taken back that it was held."""


@dataclass(frozen=True)
class Ruled:
    """A manager ruled on a decision of a meeting, made with a conflict of interests that was not resolved for the
    child: told within the same transaction, looking as whoever ruled."""

    meeting_id: UUID
    folder_id: UUID
    decision_id: UUID
    upholds: bool


@dataclass(frozen=True)
class Weighing:
    """How a room above asks, with a meeting's decision on a child, what the child wishes, and keeps the answer.

    `forms`, of what was sent, the purpose and the children's folders, gives a form for each child in the same order
    (its fields named `c0-...` for the first), or none where such a meeting decides nothing for which they are weighed.
    `taken` gives a form's answers as `DecisionIn.wishes`; `keep` keeps them with the decision, or raises Refused.
    """

    forms: Callable[[Any, Purpose, Sequence[UUID]], list[PageForm]]
    taken: Callable[[Any], Any]
    keep: Callable[[Purpose, Decision, Any], None]


@dataclass(frozen=True)
class PackPart:
    """What a room above adds to a child's part of a pack: under a heading, in a line each."""

    heading: str
    bullets: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A page of the room above, and what stands there, in a line each."""

    text: str
    href: str
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """Something that a room above shows on a meeting's page: a heading, a sentence, and its own pages by child."""

    heading: str
    text: str = ""
    href: str = ""
    link: str = ""
    lines: Sequence[str] = ()
    links: Sequence[Link] = ()


#: Asked, before a meeting of a kind about these children is called, what should have come first and has not: each in
#: words that say what to do, such as "There is no strategy discussion about Maya. Hold it first, under Enquiries".
earlier: list[Callable[[Purpose, Sequence[UUID]], Sequence[str]]] = []

#: Asked for what they add to a child's part of a pack of papers, given the child's record and the meeting.
in_pack: list[Callable[[UUID, UUID], Sequence[PackPart]]] = []

#: Told when a child was added to a meeting (`folder_ids` names that child alone). Each may raise Refused.
added: list[Callable[[Happened], Any]] = []

#: Told when a meeting was held, when it was concluded, and when it was cancelled. Each may raise Refused.
held: list[Callable[[Happened], Any]] = []
concluded: list[Callable[[Happened], Any]] = []
cancelled: list[Callable[[Happened], Any]] = []
#: Told when it is taken back that a meeting was held; a room in which more rests on it raises Refused.
not_held: list[Callable[[Happened], Any]] = []

#: Told when a manager ruled on a decision of a meeting that had waited for it. Each may raise Refused.
ruled: list[Callable[[Ruled], Any]] = []

#: How the child's wishes are asked for and kept with each decision (CHD-13); set when the room that does it loads.
weighing: Weighing | None = None

#: Kinds of meeting that a room above calls on a page of its own: the words of the link, and the name of the route,
#: which takes the child's record.
called_on: dict[Purpose, tuple[str, str]] = {}

#: Kinds of meeting of which a room above records the decisions: the address, or None where it knows nothing of the one.
decided_on: dict[Purpose, Callable[[MeetingView], str | None]] = {}

#: Asked for what they add to a meeting's page.
sections: list[Callable[[HttpRequest, MeetingView], Section | None]] = []
