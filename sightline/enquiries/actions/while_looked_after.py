"""What a looked-after child is owed again and again: reviews of their case, visits where they live. Each runs from the
one before, by the pack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q, QuerySet

from sightline.access.queries import joined_set, lead_of
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Residence
from sightline.children.queries import child_page
from sightline.children.terms import LivesAt
from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON, day_of, today
from sightline.meetings import hooks
from sightline.meetings.models import Meeting, MeetingChild
from sightline.meetings.terms import MeetingState, Purpose
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty, DutyEvent
from sightline.procedures.queries import pack_in_force, withdrawn_since
from sightline.procedures.terms import DutyAct, DutyState
from sightline.records.queries import visits_told

from ..models import Attempt, LookedAfter
from ..terms import ContactWay, Reached
from . import episode as way

_VISITED, _MOVED = "placement_visited", "placement_changed"
_FIRST, _LATER = "first_looked_after_review_held", "looked_after_review_held"


def visited(folder_id: UUID, at: datetime) -> None:
    """A looked-after child was seen at a visit: the one that was owed is made, and the next is owed from it."""
    for row in _looked_after_on([folder_id], day_of(at)):
        if _runs_from(row, _opens(_VISITED), at):
            continue
        if (
            row.ended_on is not None
            or _owed(row).filter(kind__in=_opens(_VISITED) | _opens(_MOVED), started_at__gt=at).exists()
        ):
            _visits_anew(row, "A visit was written down after a later one.")
        else:
            _happened(_VISITED, row, at)
        record(Verb.WROTE, "enquiries.placement_visited", folder_id=row.folder_id, subject=row)


def visits_in_truth(folder_id: UUID) -> None:
    """A visit was corrected: those that were owed are met, and owed, as the child was in truth seen."""
    for row in LookedAfter.objects.filter(folder_id=folder_id, taken_back__isnull=True):
        _visits_anew(row, "A visit was corrected: the child was not seen then, or at another time.")


def _visits_anew(row: LookedAfter, reason: str) -> None:
    event = pack_in_force().event(_VISITED, today())
    done = _seen(row)
    recorded = done | _begun(row, event.opens)
    chain = Duty.objects.filter(subject_id=row.id, kind__in={*event.discharges, *event.opens})
    if not recorded:
        duties.met_anew(chain, done=(), reason=reason, ended=row.ended_at)
        return
    [kind] = event.opens
    duties.run_anew(
        chain,
        lambda at: _opening(row, kind, at),
        done=done,
        recorded=recorded,
        reason=reason,
        ended=row.ended_at,
    )


def moved(folder_id: UUID, person_id: UUID, day: date, lives_at: LivesAt) -> None:
    """A looked-after child lives in another placement since a day: a first visit there is owed from it, and a first
    visit to the placement before can no more be made. Days in hospital are no placement."""
    if lives_at is LivesAt.HOSPITAL:
        return
    # The first day's placement is visited from becoming looked after.
    began = LookedAfter.objects.filter(folder_id=lead_of(folder_id), child_id=person_id, began_on__lt=day)
    for row in began.filter(ended_on__isnull=True):
        at = datetime.combine(day, time(0), LONDON)
        firsts = _first_visits(row)
        if at in _begun(row, _opens(_MOVED)):
            continue
        last = _of_the_same(row)
        way.happened(
            _MOVED, row.folder_id, row.id, at=at, path=last.path if last else "",
            owner_id=last.owner_id if last else None, team_id=last.team_id if last else None,
        )  # fmt: skip
        duties.withdraw_these(
            firsts.filter(started_at__lt=at), f"The child moved to another placement on {date_only(day)}."
        )
        duties.met_anew(
            firsts.filter(started_at=at),
            done={seen for seen in _seen(row) if seen >= at},
            reason="The child was seen there before the move was written down.",
        )
        record(Verb.WROTE, "enquiries.placement_changed", folder_id=row.folder_id, subject=row)


def never_lived_there(folder_id: UUID, person_id: UUID, day: date) -> None:
    """A placement was recorded wrongly: no first visit to it was ever owed, unless the child moved on that day to
    another one. As far as that cannot be known, since an address is hidden, it stays owed."""
    homes = Residence.objects.filter(person_id=person_id, wrong_at__isnull=True)
    if homes.filter(held_from=day).exclude(lives_at=LivesAt.HOSPITAL.value).exists():
        return
    if not homes.filter(held_until__isnull=True).exists() and _home_is_hidden(folder_id):
        return
    reason = "The placement was recorded wrongly: the child never lived there."
    began = LookedAfter.objects.filter(folder_id=lead_of(folder_id), child_id=person_id, began_on__lt=day)
    for row in began.filter(ended_on__isnull=True):
        firsts = _first_visits(row)
        wrong = list(firsts.filter(started_at=datetime.combine(day, time(0), LONDON)))
        if duties.never_were(firsts.filter(id__in=[duty.id for duty in wrong]), reason):
            since = min(duty.opened_at for duty in wrong)
            before = withdrawn_since(firsts.exclude(id__in=[duty.id for duty in wrong]), since)
            duties.owe_again(before, reason)
            _visits_anew(row, reason)
            record(Verb.WROTE, "enquiries.placement_never_was", folder_id=row.folder_id, subject=row)


def _home_is_hidden(folder_id: UUID) -> bool:
    return child_page(joined_set(folder_id)).child.address_confidential


def _first_visits(row: LookedAfter) -> QuerySet[Duty]:
    return Duty.objects.filter(subject_id=row.id, kind__in=_opens(_MOVED))


#: Every visit of a period: more than a child is ever visited in one.
_ALL = 10_000


def _seen(row: LookedAfter) -> set[datetime]:
    """When the child was seen at a visit in a period, as the record and the attempts to see them tell."""
    seen = {visit.at for visit in visits_told(joined_set(row.folder_id), limit=_ALL) if visit.seen}
    by_attempt = Attempt.objects.filter(
        folder_id=row.folder_id, way=ContactWay.VISIT.value, reached=Reached.SEEN.value
    )
    seen |= set(by_attempt.values_list("happened_at", flat=True))
    until = row.ended_on or today()
    return {at for at in seen if row.began_on <= day_of(at) <= until}


def review_concluded(happened: hooks.Happened) -> None:
    """A looked-after review was held: the one that was owed is met for the children whom it was about, and the next is
    owed from it."""
    if happened.purpose is not Purpose.LOOKED_AFTER_REVIEW:
        return
    for row in _looked_after_on(happened.folder_ids, day_of(happened.at)):
        kinds = _opens(_FIRST) | _opens(_LATER)
        if _runs_from(row, kinds, happened.at):
            continue
        if row.ended_on is not None or _owed(row).filter(kind__in=kinds, started_at__gt=happened.at).exists():
            _reviews_in_truth(row, "A review was written down after a later one.", also=happened.at)
        else:
            first = pack_in_force().event(_FIRST, today()).discharges
            waits = Duty.objects.filter(TO_DO, subject_id=row.id, kind__in=first).exists()
            _happened(_FIRST if waits else _LATER, row, happened.at)
        record(Verb.WROTE, "enquiries.meeting_concluded", folder_id=row.folder_id, subject=row)


def review_not_held(happened: hooks.Happened) -> None:
    """It was taken back that a looked-after review was held: what it had met is owed, and none is owed from it."""
    if happened.purpose is not Purpose.LOOKED_AFTER_REVIEW:
        return
    for row in _looked_after_on(happened.folder_ids, day_of(happened.at)):
        _reviews_in_truth(row, "The review was not held after all.", but=happened.meeting_id)
        record(Verb.WROTE, "enquiries.review_not_held", folder_id=row.folder_id, subject=row)


def _reviews_in_truth(
    row: LookedAfter, reason: str, *, but: UUID | None = None, also: datetime | None = None
) -> None:
    pack = pack_in_force()
    [second], [later] = pack.event(_FIRST, today()).opens, pack.event(_LATER, today()).opens
    kinds = {second, later}
    there = MeetingChild.objects.filter(folder_id__in=joined_set(row.folder_id), left_at__isnull=True)
    held = Meeting.objects.filter(
        id__in=there.values("meeting_id"), purpose=Purpose.LOOKED_AFTER_REVIEW.value,
        state=MeetingState.CONCLUDED.value, began_at__gte=datetime.combine(row.began_on, time(0), LONDON),
    ).exclude(id__in=[but] if but is not None else [])  # fmt: skip
    done = {at for at in held.values_list("began_at", flat=True) if at is not None}
    done |= {also} if also is not None else set()
    recorded = done | _begun(row, kinds)
    chain = Duty.objects.filter(
        subject_id=row.id, kind__in={*pack.event(_FIRST, today()).discharges, *kinds}
    )  # fmt: skip
    if not recorded:
        duties.met_anew(chain, done=(), reason=reason, ended=row.ended_at)
        return
    duties.run_anew(
        chain,
        lambda at: _opening(row, second if at == min(done) else later, at),
        done=done, recorded=recorded, reason=reason, ended=row.ended_at, kinds=kinds,
    )  # fmt: skip


def _looked_after_on(folder_ids: Iterable[UUID], day: date) -> list[LookedAfter]:
    """The periods of these children in which a day lies."""
    leads = {lead_of(folder_id) for folder_id in folder_ids}
    rows = LookedAfter.objects.filter(folder_id__in=leads, began_on__lte=day, taken_back__isnull=True)
    return list(rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day)))


def _opens(event: str) -> set[str]:
    return set(pack_in_force().event(event, today()).opens)


def _owed(row: LookedAfter) -> QuerySet[Duty]:
    """What is or was owed in a period, but for what never was."""
    return Duty.objects.filter(subject_id=row.id).exclude(state=DutyState.WITHDRAWN.value)


def _begun(row: LookedAfter, kinds: Iterable[str]) -> set[datetime]:
    """From when the duties of these kinds run: when each was done that they follow on."""
    found = Duty.objects.filter(subject_id=row.id, kind__in=set(kinds))
    never = DutyEvent.objects.filter(duty__in=found, act=DutyAct.NEVER_OWE.value).values("duty_id")
    none = found.filter(state=DutyState.WITHDRAWN.value, id__in=never)
    return set(found.exclude(id__in=none.values("id")).values_list("started_at", flat=True))


def _runs_from(row: LookedAfter, kinds: Iterable[str], at: datetime) -> bool:
    """Whether it is written down already that it was done then."""
    return at in _begun(row, kinds)


def _of_the_same(row: LookedAfter) -> Duty | None:
    """The latest that was owed in a period: whoever owes it owes what follows."""
    return Duty.objects.filter(subject_id=row.id).order_by("opened_at", "id").last()


def _happened(event: str, row: LookedAfter, at: datetime) -> None:
    last = _of_the_same(row)
    way.happened(
        event, row.folder_id, row.id, at=at, done=at, path=last.path if last else "",
        owner_id=last.owner_id if last else None, team_id=last.team_id if last else None,
    )  # fmt: skip


def _opening(row: LookedAfter, kind: str, at: datetime) -> duties.Opening:
    last = _of_the_same(row)
    return duties.Opening(
        folder_id=row.folder_id, kind=kind, started_at=at, subject_id=row.id, path=last.path if last else "",
        owner_id=last.owner_id if last else None, team_id=last.team_id if last else None,
    )  # fmt: skip
