"""What the rooms below say to the timeline: decisions, statuses, moves, workers and managers, duties missed,
files and body maps.

Rooms above the record have a source of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import OuterRef, Q, Subquery

from sightline.access.models import Responsibility
from sightline.agencies.models import Posting
from sightline.agencies.queries import agency_on
from sightline.children.models import Involvement, Residence, Status
from sightline.children.terms import AbuseCategory, LivesAt, StatusKind
from sightline.documents.queries import happened
from sightline.govuk.addresses import address
from sightline.kernel.time import today
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.procedures.models import DutyEvent
from sightline.procedures.terms import DutyAct
from sightline.records.chronology import Moment, Paged, of_these, office
from sightline.records.models import Decision, DecisionWording

from .rules import DECISION, start_of


def _office(post: str) -> str:
    """The agency at the end of 'post title, agency'."""
    return post.rpartition(", ")[2]


@prepared
def _decisions(folder_ids: Sequence[UUID], ids: Sequence[UUID]) -> Wanted:
    rows = Decision.objects.filter(of_these(folder_ids, ids)).select_related("maker", "ruling__maker")
    replacing = (
        Decision.objects.filter(of_these(folder_ids, ids, "replaces"), replaces__isnull=False)
        .order_by("made_at")
        .values_list("replaces_id", "made_at")
    )
    reworded = DecisionWording.objects.filter(of_these(folder_ids, ids, "decision")).order_by("at", "id")
    return rows, replacing, reworded


_DECISION_KEYS = f"""
    SELECT d.id, d.folder_id, d.made_at AS at, d.made_at AS known, '{DECISION}'::text AS kind,
           {office("d.maker_post")}::text AS agency, coalesce(nullif(d.maker_name, ''), p.name)::text AS author,
           true AS marked
    FROM records_decision d JOIN agencies_practitioner p ON p.id = d.maker_id
    WHERE d.folder_id = ANY(%(folders)s)
"""  # noqa: S608 - its own words


def decisions(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Moment]]:
    """Every decision, with what became of it: ruled on, decided again."""
    rows, replacing, reworded = asked = _decisions(folder_ids, ids)
    yield asked
    replaced_at: dict[UUID | None, list[datetime]] = {}
    for replaced, made_at in replacing:
        replaced_at.setdefault(replaced, []).append(made_at)
    wordings: dict[UUID, list[DecisionWording]] = {}
    for wording in reworded:
        wordings.setdefault(wording.decision_id, []).append(wording)
    return [
        Moment(
            id=row.id,
            folder_id=row.folder_id,
            happened_at=row.made_at,
            known_at=row.made_at,
            kind=DECISION,
            text=_decision_text(row),
            agency=_office(row.maker_post),
            author=row.maker_name or row.maker.name,
            href=f"{address('web:decisions', row.folder_id)}?decision={row.id}#decision-{row.id}",
            significant=True,
            tags=("Awaits a manager's ruling",) if row.awaits_ruling else (),
            turns=tuple(_turns(row, wordings.get(row.id, ()))),
            later=tuple(_afterwards(row, replaced_at.get(row.id, ()), wordings.get(row.id, ()))),
        )
        for row in rows
    ]


def _decision_text(row: Decision | DecisionWording) -> str:
    return f"{row.outcome.rstrip('.')}.\n{row.reasons}"


def _turns(row: Decision, wordings: Sequence[DecisionWording]) -> Iterator[tuple[datetime, dict[str, Any]]]:
    ruling: Decision | None = getattr(row, "ruling", None)
    if ruling is not None:
        yield ruling.made_at, {"tags": ()}
    for wording in wordings:
        yield wording.at, {"text": _decision_text(wording)}


def _afterwards(
    row: Decision, replaced_at: Sequence[datetime], wordings: Sequence[DecisionWording]
) -> Iterator[tuple[datetime, str]]:
    ruling: Decision | None = getattr(row, "ruling", None)
    if ruling is not None:
        yield (
            ruling.made_at,
            "In effect since the ruling" if ruling.upholds else "Not in effect: ruled against",
        )
    for wording in wordings:
        yield wording.at, "Its wording was corrected"
    for at in replaced_at:
        yield at, "Withdrawn or decided again later"


def _dated(
    row: Any,
    kind: str,
    *,
    begun: str,
    ended: str = "",
    href: str,
    significant: bool = False,
) -> Iterator[Moment]:
    """The moments at which a dated row began to hold and ceased to, each known from when it was written. One that
    never held stood until that was written, where the row keeps when, and says nothing now."""
    never = row.held_until is not None and row.held_until <= row.held_from
    put_right = getattr(row, "wrong_at", None) or getattr(row, "ended_at", None)
    if never and put_right is None:
        return
    author, agency = row.recorded_by.name if row.recorded_by else "", row.agency_then or ""
    happened, known = start_of(row.held_from), row.recorded_at
    if row.held_from <= today():
        yield Moment(
            id=uuid5(row.id, "begun"),
            folder_id=row.folder_id,
            happened_at=happened,
            known_at=max(happened, known),
            kind=kind,
            text=begun,
            agency=agency,
            author=author,
            href=href,
            significant=significant,
            turns=((put_right, {"gone": True}),) if never and put_right else (),
        )
    if ended and not never and row.held_until is not None and row.held_until <= today():
        at = start_of(row.held_until)
        if row.ended_by:
            author, agency = row.ended_by.name, row.agency_at_end or ""
        yield Moment(
            id=uuid5(row.id, "ended"),
            folder_id=row.folder_id,
            happened_at=at,
            # Written with its beginning, or later.
            known_at=max(at, row.ended_at or known),
            kind=kind,
            text=ended,
            agency=agency,
            author=author,
            href=href,
            significant=significant,
        )


#: Who wrote a row down worked in this agency then; and who wrote its end.
_AGENCIES = {"agency_then": agency_on("recorded_by", "recorded_at")}
_AT_END = {"agency_at_end": agency_on("ended_by", "ended_at")}


def _people(folder_id: UUID) -> str:
    return address("children:people", folder_id)


@prepared
def _statuses(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Status.objects.filter(folder_id__in=folder_ids).select_related("recorded_by", "ended_by")
    return (rows.annotate(**_AGENCIES, **_AT_END),)


def statuses(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """Legal statuses and plans, as they began and ended."""
    (rows,) = asked = _statuses(folder_ids)
    yield asked
    found: list[Moment] = []
    for row in rows:
        words = StatusKind(row.kind).label
        if row.category:
            words += f", {AbuseCategory(row.category).label}"
        found += _dated(
            row,
            "Legal status or plan",
            begun=f"{words}: began.",
            ended=f"{words}: ended.",
            href=_people(row.folder_id),
            significant=True,
        )
    return found


@prepared
def _moves(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Residence.objects.filter(folder_id__in=folder_ids).select_related("recorded_by")
    return (rows.annotate(**_AGENCIES).order_by("held_from"),)


def moves(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """Where the child has lived. An address that the viewer may not see is not among them."""
    (rows,) = asked = _moves(folder_ids)
    yield asked
    found: list[Moment] = []
    first: set[UUID] = set()
    for row in rows:
        assert row.folder_id is not None
        place = LivesAt(row.lives_at).label
        where = ", ".join(part for part in (row.lines.replace("\n", ", "), row.postcode) if part) or row.area
        words = place + (f", {where}" if where else "") + (f", with {row.with_whom}" if row.with_whom else "")
        moved = row.folder_id in first
        if row.held_until != row.held_from:
            first.add(row.folder_id)
        found += _dated(
            row,
            "Move of address",
            begun=f"{'Moved to' if moved else 'Lives at'}: {words}.",
            href=_people(row.folder_id),
            significant=moved,
        )
    return found


@prepared
def _workers(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Involvement.objects.filter(folder_id__in=folder_ids).select_related(
        "recorded_by", "ended_by", "practitioner", "agency"
    )
    return (rows.annotate(**_AGENCIES, **_AT_END),)


def workers(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """Who began and ceased to work with the child."""
    (rows,) = asked = _workers(folder_ids)
    yield asked
    found: list[Moment] = []
    for row in rows:
        who = row.practitioner.name if row.practitioner else "Somebody not yet named"
        words = f"{who}, {row.role}, {row.agency.name}" + (
            " (lead professional)" if row.lead_professional else ""
        )
        found += _dated(
            row,
            "Change of worker",
            begun=f"Began to work with the child: {words}.",
            ended=f"Ceased to work with the child: {words}.",
            href=_people(row.folder_id),
        )
    return found


@prepared
def _managers(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Responsibility.objects.filter(folder_id__in=folder_ids).select_related("manager")
    then = Posting.objects.filter(
        Q(held_until__isnull=True) | Q(held_until__gt=OuterRef("held_from")),
        practitioner_id=OuterRef("manager_id"),
        held_from__lte=OuterRef("held_from"),
    )
    return (rows.annotate(agency_then=Subquery(then.order_by("held_from", "id").values("agency__name")[:1])),)


def managers(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """The managers who have answered for the record."""
    (rows,) = asked = _managers(folder_ids)
    yield asked
    return [
        Moment(
            id=uuid5(row.id, "answers"),
            folder_id=row.folder_id,
            happened_at=start_of(row.held_from),
            known_at=start_of(row.held_from),
            kind="Change of responsible manager",
            text=f"{row.manager.name} answers for the record.",
            agency=row.agency_then or "",
            author=row.manager.name,
            href=_people(row.folder_id),
        )
        for row in rows
        if row.held_from <= today() and (row.held_until is None or row.held_until > row.held_from)
    ]


_DOCUMENT_KEYS = f"""
    SELECT f.id, f.folder_id,
           CASE WHEN f.dated < (f.added_at AT TIME ZONE 'Europe/London')::date
                THEN (f.dated + time '12:00') AT TIME ZONE 'Europe/London' ELSE f.added_at END AS at,
           f.added_at AS known, 'Document added'::text AS kind,
           {office("f.added_by_post")}::text AS agency, coalesce(p.name, 'Sightline')::text AS author, false AS marked
    FROM documents_document f LEFT JOIN agencies_practitioner p ON p.id = f.added_by_id
    WHERE f.folder_id = ANY(%(folders)s) AND f.subject_id IS NULL
    UNION ALL
    SELECT b.id, b.folder_id, b.seen_at, b.written_at, 'Body map', {office("b.author_post")}, p.name, false
    FROM documents_bodymap b JOIN agencies_practitioner p ON p.id = b.author_id
    WHERE b.folder_id = ANY(%(folders)s)
"""  # noqa: S608 - its own words


def documents(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Moment]]:
    """Files that belong to nothing else in the record, and body maps; what is attached stands with its entry."""
    found = yield from happened(folder_ids, ids)
    return [
        Moment(
            id=each.id,
            folder_id=each.folder_id,
            happened_at=each.happened_at,
            known_at=each.known_at,
            kind=each.kind,
            text=each.text,
            agency=_office(each.post),
            author=each.author,
            href=address(
                "documents:body_map" if each.is_body_map else "documents:document", each.folder_id, each.id
            ),
            later=each.later,
            tags=("Added later",) if each.added_later else (),
        )
        for each in found
    ]


_AFTERWARDS = {
    DutyAct.DISCHARGE.value: "Done late",
    DutyAct.ANSWER.value: "Answered for",
    DutyAct.WITHDRAW.value: "Withdrawn",
    DutyAct.OWE_AGAIN.value: "Owed again",
    DutyAct.NEVER_OWE.value: "Was never owed",
    DutyAct.WRITE_UP.value: "Was done in time, and is written down only now",
}


@prepared
def _missed_duties(folder_ids: Sequence[UUID], ids: Sequence[UUID]) -> Wanted:
    missed = (
        DutyEvent.objects.filter(of_these(folder_ids, ids), act=DutyAct.MISS.value)
        .select_related("duty__owner", "duty__team__agency")
        .annotate(agency_then=agency_on("duty__owner", "at"))
        .order_by("at")
    )
    afterwards = (
        DutyEvent.objects.filter(of_these(folder_ids, ids, "duty__events"), act__in=list(_AFTERWARDS))
        .order_by("at")
        .values_list("duty_id", "at", "act")
        .distinct()
    )
    return missed, afterwards


_MISSED_KEYS = """
    SELECT e.id, e.folder_id, d.due_at AS at, greatest(e.at, d.due_at) AS known, 'Duty missed'::text AS kind,
           coalesce(a.name, (SELECT w.name FROM agencies_posting g JOIN agencies_agency w ON w.id = g.agency_id
                             WHERE g.practitioner_id = d.owner_id AND t.id IS NULL
                               AND g.held_from <= (e.at AT TIME ZONE 'Europe/London')::date
                               AND (g.held_until IS NULL OR g.held_until > (e.at AT TIME ZONE 'Europe/London')::date)
                             ORDER BY g.held_from, g.id LIMIT 1), '')::text AS agency,
           coalesce(o.name, 'Sightline')::text AS author, false AS marked
    FROM procedures_dutyevent e JOIN procedures_duty d ON d.id = e.duty_id
    LEFT JOIN agencies_practitioner o ON o.id = d.owner_id
    LEFT JOIN agencies_team t ON t.id = d.team_id LEFT JOIN agencies_agency a ON a.id = t.agency_id
    WHERE e.folder_id = ANY(%(folders)s) AND e.act = 'miss'
"""


def missed_duties(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Moment]]:
    """What was not done by when it was due, with what became of it."""
    missed, afterwards = asked = _missed_duties(folder_ids, ids)
    yield asked
    after: dict[UUID, list[tuple[datetime, str]]] = {}
    for duty_id, at, act in afterwards:
        after.setdefault(duty_id, []).append((at, _AFTERWARDS[act]))
    return [
        Moment(
            id=event.id,
            folder_id=event.folder_id,
            happened_at=event.duty.due_at,
            known_at=max(event.at, event.duty.due_at),
            kind="Duty missed",
            text=f"{event.duty.title}: not done within {event.duty.limit_words}.",
            agency=event.duty.team.agency.name if event.duty.team else event.agency_then or "",
            author=event.duty.owner.name if event.duty.owner else "Sightline",
            href=address("web:duty", event.duty_id),
            tags=("Missed",),
            later=tuple(note for note in after.get(event.duty_id, ()) if note[0] >= event.at),
        )
        for event in missed
    ]


paged = [
    Paged(_DECISION_KEYS, decisions),
    Paged(_DOCUMENT_KEYS, documents),
    Paged(_MISSED_KEYS, missed_duties),
]
