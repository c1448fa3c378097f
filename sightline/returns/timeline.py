"""What returns told of a child's past, for the one timeline: referrals, the work after each, and how each ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet, Subquery

from sightline.agencies.models import Team
from sightline.govuk.addresses import address
from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON, today
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment

from .models import PastReferral, PastStep
from .terms import AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource, StepKind, label_of

TAG = "From an earlier return"
_NOTHING_MORE = "The census tells no more of it than the day."

#: What is held on a day, and neither begins nor ends.
_HELD = frozenset({StepKind.CONFERENCE, StepKind.REVIEW})
#: What a child's safety turned on.
_SIGNIFICANT = frozenset(
    {StepKind.SECTION_47, StepKind.CONFERENCE, StepKind.PROTECTION_PLAN, StepKind.PRE_PROCEEDINGS}
)


def _of_authority(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the name of the authority, whose return it is: that of the front door."""
    door = Team.objects.filter(front_door=True).order_by("id").values("agency__name")
    return rows.annotate(authority=Subquery(door[:1]))


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    return (
        _of_authority(PastReferral.objects.filter(folder_id__in=folder_ids)),
        _of_authority(PastStep.objects.filter(folder_id__in=folder_ids).select_related("referral")),
    )


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds to a child's timeline, known from the day of the import. What a later return put another in
    the place of stood until then. What has no day in the return is left to the page of earlier returns."""
    referrals, steps = asked = _moments(folder_ids)
    yield asked
    found = [moment for row in referrals for moment in _of_referral(row)]
    return found + [moment for step in steps for moment in _of_step(step)]


def _moment(
    row: Any, referral: PastReferral, on: date | None, which: str, kind: str, text: str, *, significant: bool
) -> Iterator[Moment]:
    """One fact of a row on its day; none where the return gives no day, or one that is still to come."""
    if on is None or on > today():
        return
    happened = datetime.combine(on, time.min, LONDON)
    yield Moment(
        id=uuid5(row.id, which),
        folder_id=row.folder_id,
        happened_at=happened,
        known_at=max(happened, referral.recorded_at),
        kind=kind,
        text=text or _NOTHING_MORE,
        agency=row.authority or "",
        author=f"Census return{f' to {date_only(referral.as_of)}' if referral.as_of else ''}",
        href=address("returns:past", row.folder_id),
        significant=significant,
        tags=(TAG,),
        turns=((referral.replaced_at, {"gone": True}),) if referral.replaced_at else (),
    )


def _of_referral(row: Any) -> Iterator[Moment]:
    said = [
        f"Who referred: {label_of(ReferralSource, row.source_code) or 'not told'}.",
        f"Primary need: {label_of(PrimaryNeed, row.need_code) or 'not told'}.",
        "No further action." if row.no_further_action else "",
    ]
    yield from _moment(
        row, row, row.referred_on, "referred", "Referral", " ".join(filter(None, said)), significant=True
    )
    closure = label_of(ClosureReason, row.closure_code)
    yield from _moment(
        row, row, row.closed_on, "closed", "Case closed", f"{closure}." if closure else "", significant=True
    )


def _of_step(step: Any) -> Iterator[Moment]:
    kind, referral = StepKind(step.kind), step.referral
    significant = kind in _SIGNIFICANT
    codes = AbuseCategory if kind is StepKind.PROTECTION_PLAN else Factor
    found = "; ".join(label_of(codes, code) for code in step.codes.split())
    told = " ".join(filter(None, (f"{found}." if found else "", step.words)))
    if kind in _HELD:
        yield from _moment(step, referral, step.began_on, "held", kind.label, told, significant=significant)
        return
    # Factors are what an assessment found; a category is what a plan began with.
    assessed = kind is StepKind.ASSESSMENT
    at_beginning, at_end = ("", told) if assessed else (told, "")
    ended = f"{kind.label} {'signed' if assessed else 'ended'}"
    yield from _moment(
        step, referral, step.began_on, "begun", f"{kind.label} begun", at_beginning, significant=significant
    )
    yield from _moment(
        step, referral, step.ended_on, "ended", ended, at_end, significant=significant or assessed
    )
