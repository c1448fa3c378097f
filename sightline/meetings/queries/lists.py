"""Meetings and agreed actions in lists, and on the timeline of a child."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from sightline.access.queries import folders_of_viewer
from sightline.agencies.queries import agency_on
from sightline.children.models import Person
from sightline.children.queries import name_and_age
from sightline.documents.subjects import Named
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.procedures.models import TO_DO, Duty
from sightline.records.chronology import Moment, Undone
from sightline.records.standing import Column, Line

from ..models import (
    ActionHandover,
    AgreedAction,
    DecisionTakenBack,
    Invitation,
    Meeting,
    MeetingChange,
    MeetingChild,
    MeetingDecision,
    Report,
    Said,
)
from ..terms import CALLED_OFF, Format, MeetingState, Purpose
from .one import action_views, answered, meeting
from .standing import viewer
from .titles import titles_of
from .views import ActionView, SaidView


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in a list. `children` are those whom the viewer may open."""

    id: UUID
    title: str
    purpose: Purpose
    state: MeetingState
    starts_at: datetime
    place: str
    chair: str
    children: tuple[str, ...]
    folder_ids: tuple[UUID, ...]
    role: str = ""
    outcome: str = ""


def _lines(rows: Sequence[Any], roles: dict[UUID, str] | None = None) -> list[MeetingLine]:
    titles = titles_of(rows)
    names = name_and_age({child for r in rows for child in r.about})
    return [
        MeetingLine(
            id=r.id,
            title=titles[r.id],
            purpose=Purpose(r.purpose),
            state=MeetingState(r.state),
            starts_at=r.starts_at,
            place=r.place or Format(r.format).label,
            chair=r.chair.name,
            children=tuple(names[child].name for child in r.about),
            folder_ids=tuple(r.folders),
            role=(roles or {}).get(r.id, ""),
            outcome="; ".join(dict.fromkeys(r.outcomes)),
        )
        for r in rows
    ]


def _listed() -> QuerySet[Any]:
    """Meetings with the children that they are about and what was decided, as far as the viewer may open them."""
    about = MeetingChild.objects.filter(meeting_id=OuterRef("pk"), left_at__isnull=True)
    outcomes = MeetingDecision.objects.filter(meeting_id=OuterRef("pk"), taken_back__isnull=True)
    return Meeting.objects.select_related("chair").annotate(
        about=ArraySubquery(about.order_by("place_in_list").values("child_id")),
        folders=ArraySubquery(about.order_by("place_in_list").values("folder_id")),
        outcomes=ArraySubquery(outcomes.order_by("decision__made_at").values("decision__outcome")),
    )


def for_folders(folder_ids: Iterable[UUID], *, limit: int = 100) -> list[MeetingLine]:
    """The meetings about these children, the latest first."""
    ids = MeetingChild.objects.filter(folder_id__in=list(folder_ids)).values("meeting_id")
    return _lines(list(_listed().filter(id__in=ids).order_by("-starts_at")[:limit]))


def for_process(process_id: UUID) -> list[MeetingLine]:
    """The meetings of one process (an enquiry, a plan), the earliest first."""
    return _lines(list(_listed().filter(process_id=process_id).order_by("starts_at")))


def mine(*, past: bool = False, limit: int = 50) -> list[MeetingLine]:
    """The meetings that the viewer is invited to and that lie ahead, the next first; or those of the past.

    One that was not yet recorded as held stays ahead until it is.
    """
    me = viewer()
    own = Invitation.objects.filter(practitioner_id=me, withdrawn_at__isnull=True)
    roles = dict(own.values_list("meeting_id", "role"))
    found = _listed().filter(id__in=own.values("meeting_id"))
    ahead = Q(state=MeetingState.CALLED.value) | Q(state=MeetingState.HELD.value)
    rows = found.exclude(ahead).order_by("-starts_at") if past else found.filter(ahead).order_by("starts_at")
    return _lines(list(rows[:limit]), roles)


#: So many agreed actions stand on a page.
ACTIONS = 50


@dataclass(frozen=True)
class AgreedPage:
    """One page of what an agency has still to do, of how many there are, and how many of them are late."""

    rows: list[ActionView]
    page: int
    total: int
    late: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ACTIONS))


def actions_of_agency(agency_ids: Iterable[UUID], page: int = 1) -> AgreedPage:
    """What an agency has still to do over all the children whose records the viewer may open, late ones first.
    Of a page beyond the last, the last. Five queries, whatever there is."""
    mine = (
        AgreedAction.objects.filter(~answered(), folder_id__in=folders_of_viewer())
        .annotate(
            theirs=Coalesce(
                Subquery(
                    ActionHandover.objects.filter(action=OuterRef("pk"))
                    .order_by("-at", "-id")
                    .values("agency_id")[:1]
                ),
                F("agency_id"),
                output_field=UUIDField(),
            )
        )
        .filter(theirs__in=list(agency_ids))
    )
    counted = mine.aggregate(total=Count("id"), late=Count("id", filter=Q(due_on__lt=today())))
    page = min(max(page, 1), max(1, -(-counted["total"] // ACTIONS)))
    rows = action_views(mine, limit=ACTIONS, offset=(page - 1) * ACTIONS)
    return AgreedPage(_with_names(rows), page, counted["total"], counted["late"])


def _with_names(found: Sequence[ActionView]) -> list[ActionView]:
    owners = dict(
        Person.objects.filter(folder_id__in={a.folder_id for a in found}).values_list("folder_id", "id")
    )
    names = name_and_age(owners.values())
    return [replace(a, child=names[owners[a.folder_id]].name if a.folder_id in owners else "") for a in found]


def action(action_id: UUID) -> ActionView:
    """One agreed action. Raises NotFound."""
    found = action_views(AgreedAction.objects.filter(id=action_id))
    if not found:
        raise NotFound
    return found[0]


def owed_on(action_id: UUID) -> list[UUID]:
    """The open duties of an agreed action."""
    owed = Duty.objects.filter(TO_DO, subject_id=action_id, kind="meeting_action")
    return list(owed.values_list("id", flat=True))


def said(said_id: UUID) -> tuple[UUID, SaidView]:
    """One passage of the minutes, with its meeting's id. Raises NotFound."""
    row = Said.objects.select_related("written_by", "corrects", "invitation").filter(id=said_id).first()
    if row is None:
        raise NotFound
    shown = meeting(row.meeting_id)
    found = next((s for c in shown.children for s in c.said if s.id == said_id), None)
    if found is None:
        raise NotFound
    return row.meeting_id, found


def reports_named(folder_ids: Sequence[UUID], report_ids: Sequence[UUID]) -> dict[UUID, Named]:
    """How documents name the reports that they hang on: 'Report of Eastmarch Health for a meeting'."""
    rows = Report.objects.filter(id__in=list(report_ids), folder_id__in=list(folder_ids)).select_related(
        "invitation"
    )
    return {
        r.id: Named(
            r.folder_id,
            f"Report of {r.invitation.agency_name or r.invitation.name} for a meeting",
            f"/meetings/{r.meeting_id}/",
        )
        for r in rows
    }


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    parts = MeetingChild.objects.filter(folder_id__in=folder_ids).select_related("meeting__chair")
    outcomes_of = (
        MeetingDecision.objects.filter(folder_id__in=folder_ids, taken_back__isnull=True)
        .order_by("decision__made_at")
        .values_list("meeting_id", "folder_id", "decision__outcome", "decision__made_at")
    )
    called_off = (
        MeetingChange.objects.filter(what=CALLED_OFF, meeting__children__folder_id__in=folder_ids)
        .select_related("by")
        .annotate(agency_then=agency_on("by", "at"))
        .distinct()
    )
    return (
        parts.annotate(agency_then=agency_on("meeting__chair", "meeting__starts_at")),
        outcomes_of,
        called_off,
    )


def decided_at(meeting_id: UUID) -> list[UUID]:
    """The decisions of a meeting that stand, by id."""
    rows = MeetingDecision.objects.filter(meeting_id=meeting_id, taken_back__isnull=True)
    return list(rows.values_list("decision_id", flat=True))


def taken_back_decisions(decision_ids: Iterable[UUID]) -> set[UUID]:
    """Of these decisions, those of a meeting that was not held after all."""
    rows = DecisionTakenBack.objects.filter(decision__decision_id__in=list(decision_ids))
    return set(rows.values_list("decision__decision_id", flat=True))


@prepared
def _undone(folder_ids: Sequence[UUID]) -> Wanted:
    return (DecisionTakenBack.objects.filter(folder_id__in=folder_ids).select_related("by", "decision"),)


def undone(folder_ids: Sequence[UUID]) -> Asking[dict[UUID, Undone]]:
    """The decisions of meetings that were not held after all, each with by whom and why."""
    (rows,) = asked = _undone(folder_ids)
    yield asked
    return {
        row.decision.decision_id: Undone(row.at, f"Taken back by {row.by.name}: {row.words}") for row in rows
    }


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """The meetings of these children on their timeline: held, waited for in vain, called off. That one was held is
    known from when somebody wrote who came; what it decided from when it was decided."""
    parts, outcomes_of, called_off = asked = _moments(folder_ids)
    yield asked
    decided: dict[tuple[UUID, UUID], list[tuple[datetime, str]]] = defaultdict(list)
    for meeting_id, folder_id, outcome, made_at in outcomes_of:
        decided[(meeting_id, folder_id)].append((made_at, outcome))
    off: dict[UUID, list[MeetingChange]] = defaultdict(list)
    for change in called_off:
        off[change.meeting_id].append(change)
    titles, at = titles_of(part.meeting for part in parts), now()
    found = []
    for part in parts:
        m = part.meeting
        title, href = titles[m.id], f"/meetings/{m.id}/"
        found += [
            Moment(
                id=uuid5(part.id, str(change.id)),
                folder_id=part.folder_id,
                happened_at=change.at,
                known_at=max(change.at, part.added_at),
                kind=title,
                text=f"Cancelled. It was called for {_day_of(m.starts_at)}.",
                agency=getattr(change, "agency_then", None) or "",
                author=change.by.name,
                href=href,
            )
            for change in off[m.id]
        ]
        state = MeetingState(m.state)
        if state is MeetingState.CANCELLED or (state is MeetingState.CALLED and m.starts_at > at):
            continue  # it did not happen, or not yet
        held = m.began_at is not None and state is not MeetingState.CALLED
        happened = m.began_at if held else m.starts_at
        outcomes = decided.get((m.id, part.folder_id), [])
        found.append(
            Moment(
                id=part.id,
                folder_id=part.folder_id,
                happened_at=happened,
                known_at=max(part.added_at, (m.held_written_at if held else None) or happened),
                kind=title,
                text="Held." if held else "Was to be held; who came is not recorded yet.",
                agency=part.agency_then or "",
                author=m.chair.name,
                href=href,
                tags=("Without quorum",) if m.quorate is False else (),
                later=((part.left_at, "Left half way"),) if part.left_at else (),
                turns=tuple(
                    (made_at, {
                        "text": f"Decided: {'; '.join(words for _, words in outcomes[: n + 1])}.",
                        "significant": True,
                    })
                    for n, (made_at, _) in enumerate(outcomes)
                ),
            )
        )  # fmt: skip
    return found


def _day_of(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


@prepared
def _called(folder_ids: Sequence[UUID]) -> Wanted:
    parts = MeetingChild.objects.filter(
        folder_id__in=folder_ids, left_at__isnull=True, meeting__state=MeetingState.CALLED.value
    )
    return (parts.select_related("meeting").order_by("-meeting__starts_at")[:20],)


def next_meetings(folder_ids: Sequence[UUID]) -> Asking[list[Line]]:
    """The meetings about a child that are called and to come, each with its day and hour, for the child's page."""
    (parts,) = asked = _called(folder_ids)
    yield asked
    titles, at = titles_of(p.meeting for p in parts), now()
    return [
        Line(
            Column.NEED,
            f"{titles[p.meeting_id]} on {_moment(p.meeting.starts_at)}",
            p.meeting.called_at,
            f"/meetings/{p.meeting_id}/",
            first=True,
        )
        for p in parts
        if p.meeting.starts_at > at
    ]


def _moment(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


def to_come(folder_ids: Sequence[UUID]) -> list[tuple[UUID, str, date]]:
    """The meetings about these children that are called and not held yet: the child's part, what it is, its day."""
    parts = MeetingChild.objects.filter(
        folder_id__in=list(folder_ids),
        left_at__isnull=True,
        meeting__state=MeetingState.CALLED.value,
        meeting__starts_at__gt=now(),
    ).select_related("meeting")
    titles = titles_of(p.meeting for p in parts)
    return [
        (p.id, titles[p.meeting_id], p.meeting.starts_at.astimezone(LONDON).date())
        for p in parts.order_by("meeting__starts_at")
    ]
