"""The concerns on a child: for the overview, for what stands, for the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from sightline.agencies.queries import acting_now, agency_on
from sightline.agencies.terms import Permission
from sightline.govuk.addresses import address
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment
from sightline.records.standing import Column, Line

from ..models import Addition, ConcernPart, Given, PossibleConcern, Screening, Transfer
from ..terms import ConcernState
from .pointed import given_on

LATEST = 20


def on_child(folder_ids: Iterable[UUID], limit: int = LATEST) -> list[ConcernPart]:
    """The concerns raised about a child, latest first, with what was decided."""
    if limit == LATEST:
        (latest,) = _latest_on_child(list(folder_ids))
        return list(latest)
    return list(_on_child(list(folder_ids))[:limit])


@prepared
def _latest_on_child(folder_ids: Sequence[UUID]) -> Wanted:
    return (_on_child(folder_ids)[:LATEST],)


def _on_child(folder_ids: Sequence[UUID]) -> QuerySet[ConcernPart]:
    return (
        ConcernPart.objects.filter(folder_id__in=folder_ids)
        .select_related("concern__raised_by")
        .prefetch_related(Prefetch("screenings", Screening.objects.select_related("decision__maker")))
        .order_by("-written_at")
    )


#: Decisions after which what is under way already goes on.
_LEADS_NOWHERE = frozenset({"already_open", "no_further_action"})


def standing(parts: Sequence[ConcernPart], moved_at: datetime | None = None) -> list[Line]:
    """What the concerns of a child (as `on_child` reads them) say stands: the worries of those not decided yet
    and of the latest decision, what it found to be working well, and what it says happens next.

    `moved_at`: the last step on the child's way, where there was one. What a decision before it said happens next has
    happened by then, and stands no longer.
    """
    lines = []
    for part in parts:
        if part.concern.state in (ConcernState.WAITING.value, ConcernState.BEING_SCREENED.value):
            story = reverse("chronology:child", args=[part.folder_id])
            lines.append(
                Line(Column.WORRY, _shortened(part.what_happened), part.written_at, f"{story}#m-{part.id}")
            )
    latest = max(
        (s for p in parts for s in p.screenings.all()), key=lambda s: s.decision.made_at, default=None
    )
    if latest is None:
        return lines
    at = latest.decision.made_at
    overtaken = moved_at is not None and (moved_at >= at or latest.outcome_id in _LEADS_NOWHERE)
    stands = reverse("web:decisions", args=[latest.folder_id])
    href = f"{stands}?decision={latest.decision_id}#decision-{latest.decision_id}"
    for column, text in (
        (Column.WORRY, latest.descriptors_words),
        (Column.WELL, latest.working_well),
        (Column.NEED, "" if overtaken else latest.decision.outcome),
    ):
        lines += [Line(column, words.strip(), at, href) for words in text.splitlines() if words.strip()]
    return lines


def _shortened(text: str, longest: int = 220) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]}…"


#: Who raised a concern without an account.
_PUBLIC = "A member of the public"


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    parts = ConcernPart.objects.filter(folder_id__in=folder_ids).select_related("concern__raised_by")
    added = Addition.objects.filter(folder_id__in=folder_ids).select_related("concern", "added_by")
    possible = PossibleConcern.objects.filter(folder_id__in=folder_ids)
    passed_on = Transfer.objects.filter(folder_id__in=folder_ids)
    return (
        parts,
        added.annotate(agency_then=agency_on("added_by", "added_at")),
        possible,
        passed_on.select_related("screening", "recorded_by", "receipt_recorded_by"),
        given_on(folder_ids),
    )


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """Concerns, what was added to them and what another authority answered, for the timeline of a child.

    Who raised one without an account is not named here.
    """
    acting = acting_now()
    opens = acting is not None and acting.may(Permission.SEE_BOARD)
    parts, added, possible, passed_on, given = asked = _moments(folder_ids)
    yield asked
    found = [
        Moment(
            id=part.id,
            folder_id=part.folder_id,
            happened_at=part.concern.raised_at,
            known_at=max(part.written_at, part.concern.raised_at),
            kind="Concern raised",
            text="\n\n".join(words for words in (part.what_happened, part.about_child) if words),
            author=part.concern.raised_by.name if part.concern.raised_by else _PUBLIC,
            agency=part.concern.raised_post.rpartition(", ")[2],
            href=address("concerns:concern", part.concern_id) if opens else "",
            significant=True,
            tags=("Danger now",) if part.concern.immediate_danger else (),
        )
        for part in parts
    ]
    return (
        found
        + [
            Moment(
                id=addition.id,
                folder_id=addition.folder_id,
                happened_at=addition.added_at,
                known_at=addition.added_at,
                kind="Added to a concern",
                text=addition.words,
                author=addition.added_by.name if addition.added_by else _PUBLIC,
                agency=addition.agency_then or "",
                href=address("concerns:concern", addition.concern_id) if opens else "",
            )
            for addition in added
        ]
        + [_behind_seal(each) for each in possible]
        + [_passed_on(each, opens) for each in passed_on]
        + [_given(each, opens) for each in given]
    )


def _passed_on(transfer: Transfer, opens: bool) -> Moment:
    """That a child was passed to another authority, or what that answered last: that it has the concern, or that the
    child is theirs; with the summary that went along."""
    if transfer.accepted_at is not None:
        kind, by = "Accepted by another authority", transfer.recorded_by
        said = f"{transfer.accepted_by} of {transfer.authority} accepted."
    elif transfer.received_at is not None:
        kind, by = "Received, not yet accepted", transfer.receipt_recorded_by
        has_it = f"{transfer.received_by} of {transfer.authority} confirmed that they have it."
        said = f"{has_it} The child stays ours until they accept."
    else:
        kind, by = "Passed to another authority", transfer.recorded_by
        said = f"Passed to {transfer.authority}. The child stays ours until they accept."
    at = transfer.accepted_at or transfer.received_at or transfer.sent_at
    return Moment(
        id=transfer.id,
        folder_id=transfer.folder_id,
        happened_at=at,
        known_at=at,
        kind=kind,
        text=f"{said}\n\n{transfer.summary}".strip(),
        author=by.name if by else "",
        agency="",
        href=address("concerns:concern", transfer.screening.concern_id) if opens else "",
    )


def _given(given: Given, opens: bool) -> Moment:
    return Moment(
        id=given.id,
        folder_id=given.folder_id,
        happened_at=given.given_at,
        known_at=given.written_at,
        kind="Given to the family",
        text=f"{given.what}\n\n{given.how}, by {given.by_whom}. They said: {given.said}",
        author=given.written_by.name,
        agency=given.written_post.rpartition(", ")[2],
        href=address("concerns:concern", given.screening.concern_id) if opens else "",
    )


def _behind_seal(possible: PossibleConcern) -> Moment:
    said = [
        f"{possible.child_given}: concern {possible.reference}. The front door does not know of this record. If it is "
        "this child, tell the duty manager there what they need to know to keep the child safe.",
        possible.what_happened,
        possible.about_child,
        f"The child said: {possible.child_said}" if possible.child_said else "",
    ]
    return Moment(
        id=possible.id,
        folder_id=possible.folder_id,
        happened_at=possible.raised_at,
        known_at=possible.written_at,
        kind="A concern that may be about this child",
        text="\n\n".join(words for words in said if words),
        author=possible.raised_by,
        agency=possible.raised_post.rpartition(", ")[2],
        significant=True,
        tags=("Danger now",) if possible.immediate_danger else (),
    )
