"""The meetings about a child: when and where, who was there and how they took part, and who said what of the child."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.children.queries import name_and_age
from sightline.meetings.models import (
    Attendance,
    Given,
    Interpreter,
    Invitation,
    MeetingChild,
    Said,
    Supporter,
)
from sightline.meetings.queries.titles import titles_of
from sightline.meetings.terms import Came, Format, GivenKind, How, InviteeKind, MeetingState, SupporterAnswer

from .piece import Piece, paragraphs

#: Who is invited, and what hangs on it, stands in the record of every child whom the meeting is about, but for what is
#: of one child alone: that stands in that child's.
_HANGS = (Attendance, Given, Supporter, Interpreter)


def gathered(folder_ids: Sequence[UUID]) -> list[Piece]:
    """Every meeting about these children, piece by piece. Ten queries at most."""
    parts = list(
        MeetingChild.objects.filter(folder_id__in=list(folder_ids))
        .select_related("meeting__chair")
        .order_by("pk")
    )
    meetings = {part.meeting_id for part in parts}
    ours = Q(folder_id__isnull=True) | Q(folder_id__in=list(folder_ids))
    invited = list(Invitation.objects.filter(ours, meeting_id__in=meetings).order_by("invited_at", "pk"))
    said = list(
        Said.objects.filter(folder_id__in=list(folder_ids))
        .select_related("corrects", "written_by")
        .order_by("number")
    )
    people = name_and_age({row.person_id for row in invited if row.person_id})
    names = {
        row.id: row.name or (people[row.person_id].name if row.person_id in people else "") for row in invited
    }
    kinds = {row.id: row.kind for row in invited}
    titles = titles_of(part.meeting for part in parts)
    found: list[Piece] = []
    when: dict[UUID, Any] = {}
    for part in parts:
        meeting = part.meeting
        when[meeting.id] = meeting.began_at or meeting.starts_at
        lines = [
            f"{Format(meeting.format).label}. {meeting.place}".strip(". ") + ".",
            f"Led by {meeting.chair.name}.",
            *_led(
                ("What it was to do for the child", part.agenda),
                ("How it was arranged", meeting.arrangements),
                ("How it ran", meeting.runs),
                ("What the quorum lacked", meeting.lacked),
                ("Why it was held all the same", meeting.without_quorum_why),
                ("What the family had not been given in time", meeting.unready),
                ("Why it was held all the same", meeting.unready_why),
                ("Why the child's part ended half way", part.left_why),
            ),
        ]
        if meeting.state == MeetingState.CANCELLED:
            lines.insert(0, "Cancelled.")
        found += [
            Piece("meeting", part.id, n, titles[meeting.id], when[meeting.id], meeting.chair.name, line)
            for n, line in enumerate(lines)
        ]
    hangs: dict[Any, list[Any]] = {
        model: list(model._default_manager.filter(ours, meeting_id__in=meetings).order_by("pk"))
        for model in _HANGS
    }
    on: dict[UUID, list[str]] = {}
    for model, rows in hangs.items():
        for row in rows:
            on.setdefault(row.invitation_id, []).extend(_words(model, row))
    for one in invited:
        who = ", ".join(words for words in (names[one.id], one.role, one.agency_name) if words)
        lines = [f"Invited: {who}.", *_led(
            ("What they need to take part", one.needs),
            ("Language", one.language),
            ("How they are kept apart", one.kept_apart),
            ("Why the invitation was withdrawn", one.withdrawn_why),
        ), *on.get(one.id, [])]  # fmt: skip
        told_by = "" if one.kind in (InviteeKind.PRACTITIONER, InviteeKind.CHILD) else names[one.id]
        found += [
            Piece("meeting", one.id, n, f"{titles[one.meeting_id]}: who was there", when[one.meeting_id], "",
                  line if n == 0 else f"{names[one.id]}: {line}", told_by)
            for n, line in enumerate(lines)
        ]  # fmt: skip
    for words in said:
        if words.meeting_id not in titles:
            continue
        who = names.get(words.invitation_id, "") if words.invitation_id else ""
        kind = kinds.get(words.invitation_id) if words.invitation_id else None
        told_by = "" if kind in (None, InviteeKind.PRACTITIONER, InviteeKind.CHILD) else who
        lines = paragraphs(words.words)
        if words.corrects is not None:
            lines.append(f"What was wrong in point {words.corrects.number}: {words.was_wrong}")
        found += [
            Piece("meeting", words.id, n, f"{titles[words.meeting_id]}: what was said", when[words.meeting_id],
                  f"Written by {words.written_by.name}", f"{who}: {line}" if who and n == 0 else line, told_by,
                  kind == InviteeKind.CHILD, family_left_out=words.not_for_family_why)
            for n, line in enumerate(lines)
        ]  # fmt: skip
    return found


def _led(*said: tuple[str, str]) -> Iterable[str]:
    return [f"{lead}: {words}" for lead, words in said if words.strip()]


def _words(model: type[Any], row: Any) -> list[str]:
    """What hangs on an invitation, in words."""
    if model is Attendance:
        report = " They sent a report." if row.report else ""
        return [f"{Came(row.came).label}. {row.words}".strip() + report,
                *_led(("Why nobody interpreted", row.no_interpreter_why))]  # fmt: skip
    if model is Given:
        return [f"{_label(GivenKind, row.kind)}, {_label(How, row.how).lower()}.",
                *_led(("What they understood", row.understood), ("What they answered", row.reply),
                      ("Why it came late", row.late_why))]  # fmt: skip
    if model is Supporter:
        if not row.offered:
            return [f"No supporter was offered: {row.why_not}"]
        answer = _label(SupporterAnswer, row.answer) if row.answer else "Offered"
        who = ", ".join(words for words in (row.name, row.relation) if words)
        return [f"A supporter was offered: {answer}. {who}".strip()]
    who = ", ".join(words for words in (row.name, row.booked_with) if words)
    return [f"Interpreter for {row.language}: {who}".strip(": "), *_led(("Why a relative", row.relative_why))]


def _label(terms: type[Any], value: str) -> str:
    return str(getattr(terms(value), "label", "") or value.replace("_", " ").capitalize())
