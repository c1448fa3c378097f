"""Who is on duty when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound, Refused

from ..models import Posting, RotaShift, Team
from ..rules import Shift, rota_verdict
from ..terms import Permission
from .gate import _one_at_a_time, _permit_for


def set_rota(team: UUID, shifts: Iterable[Shift], *, since: datetime, until: datetime) -> int:
    """Replace the shifts of a team that start from `since` up to `until`; returns how many there are now.

    Shifts that start outside are left alone, and count when two people would be in one place at one time.
    """
    with attempt("agencies.set_rota"):
        _permit_for(Permission.MANAGE_ROTA, team_id=team, agency_id=_agency_of(team))
        new = list(shifts)
        if any(not since <= shift.starts_at < until for shift in new):
            raise Refused("Every shift must start within the days that you are planning", "starts_at")
        planned = Q(starts_at__gte=since, starts_at__lt=until)
        _may_stand(team, new, beside=~planned)
        RotaShift.objects.filter(planned, team_id=team).delete()
        _write_shifts(team, new)
        return len(new)


def add_shifts(team: UUID, shifts: Iterable[Shift]) -> int:
    """Put further shifts on the rota of a team; returns how many."""
    with attempt("agencies.add_shifts"):
        _permit_for(Permission.MANAGE_ROTA, team_id=team, agency_id=_agency_of(team))
        new = list(shifts)
        _may_stand(team, new, beside=Q())
        _write_shifts(team, new)
        return len(new)


def remove_shift(shift: UUID) -> UUID:
    """Take one shift off its rota; returns the team."""
    with attempt("agencies.remove_shift"):
        row = RotaShift.objects.filter(pk=shift).first()
        if row is None:
            raise NotFound
        _permit_for(Permission.MANAGE_ROTA, team_id=row.team_id, agency_id=_agency_of(row.team_id))
        record(Verb.WROTE, "agencies.remove_shift", subject=row, practitioner=row.practitioner_id)
        row.delete()
        return row.team_id


def _may_stand(team: UUID, new: list[Shift], beside: Q) -> None:
    """Refuses shifts that cannot stand together, and beside those of the team that match `beside`."""
    if not new:
        return
    _one_at_a_time(f"rota {team}")
    touching = RotaShift.objects.filter(
        beside,
        team_id=team,
        starts_at__lt=max(shift.ends_at for shift in new),
        ends_at__gt=min(shift.starts_at for shift in new),
    )
    kept = [Shift(s.practitioner_id, s.starts_at, s.ends_at, s.place) for s in touching]
    rota_verdict([*kept, *new]).or_refuse()
    named = {shift.practitioner_id for shift in new}
    posted = Posting.objects.held_today().filter(practitioner_id__in=named)
    if named - set(posted.values_list("practitioner_id", flat=True)):
        raise Refused("Choose somebody who holds a post in the partnership", "practitioner")


def _write_shifts(team: UUID, new: list[Shift]) -> None:
    RotaShift.objects.bulk_create(
        RotaShift(
            team_id=team,
            practitioner_id=shift.practitioner_id,
            place=shift.place,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
        )
        for shift in new
    )
    record(Verb.WROTE, "agencies.set_rota", subject=("agencies_team", team), shifts=len(new))


def _agency_of(team: UUID) -> UUID:
    found = Team.objects.filter(pk=team).values_list("agency_id", flat=True).first()
    if found is None:
        raise NotFound
    return found
