"""Access given and ended: to a person or a team, for a concern, a meeting or work with the child."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies.actions import permit
from sightline.agencies.models import Agency, Practitioner, Team
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from .. import queries, rules
from ..models import Grant, Joining
from ..terms import GrantLevel, GrantOrigin
from .reach import require_opened, require_reached, require_written


def grant_to(
    folder_id: UUID,
    origin: GrantOrigin,
    why: str,
    *,
    practitioner_id: UUID | None = None,
    team_id: UUID | None = None,
    agency_id: UUID | None = None,
    level: GrantLevel = GrantLevel.READ,
    ends_at: datetime | None = None,
) -> Grant:
    """A grant from now on, given by the viewer: to one of a person, a team or an agency."""
    grant = new_grant(
        folder_id, origin, why, practitioner_id=practitioner_id, team_id=team_id, agency_id=agency_id,
        level=level, ends_at=ends_at, given_by_id=current().practitioner_id, given_at=now(),
    )  # fmt: skip
    grant.save(force_insert=True)
    return grant


def new_grant(
    folder_id: UUID,
    origin: GrantOrigin,
    why: str,
    *,
    practitioner_id: UUID | None,
    team_id: UUID | None,
    agency_id: UUID | None,
    level: GrantLevel,
    ends_at: datetime | None,
    given_by_id: UUID | None,
    given_at: datetime,
) -> Grant:
    """A grant as a row that is not saved yet: many are saved together."""
    return Grant(
        folder_id=folder_id,
        practitioner_id=practitioner_id,
        team_id=team_id,
        agency_id=agency_id,
        level=level.value,
        origin=origin.value,
        why=why,
        given_by_id=given_by_id,
        given_at=given_at,
        ends_at=ends_at,
    )


def give_access(
    folder_id: UUID,
    *,
    why: str,
    practitioner_id: UUID | None = None,
    team_id: UUID | None = None,
    agency_id: UUID | None = None,
    level: GrantLevel = GrantLevel.READ,
    origin: GrantOrigin = GrantOrigin.GIVEN,
    ends_at: datetime | None = None,
) -> UUID:
    """Let one practitioner, team or agency open a folder. Raises NotPermitted, NotFound, Refused."""
    with attempt("access.give_access", folder_id=folder_id):
        permit(Permission.GIVE_ACCESS)
        require_written(folder_id)
        require_reached(Permission.GIVE_ACCESS, folder_id)
        chosen = [
            (model, found)
            for model, found in ((Practitioner, practitioner_id), (Team, team_id), (Agency, agency_id))
            if found is not None
        ]
        if len(chosen) != 1 or not chosen[0][0].objects.filter(pk=chosen[0][1]).exists():
            raise Refused("Choose one person, one team or one agency", "to")
        if not why.strip():
            raise Refused("Say why they need to open this record", "why")
        if ends_at is not None and ends_at <= now():
            raise Refused("The day on which access ends has passed. Choose a later one", "ends")
        grant = grant_to(
            folder_id,
            origin,
            why.strip(),
            practitioner_id=practitioner_id,
            team_id=team_id,
            agency_id=agency_id,
            level=level,
            ends_at=ends_at,
        )
        record(Verb.WROTE, "access.give_access", folder_id=folder_id, subject=grant)
        return grant.id


def end_access(grant_id: UUID) -> UUID:
    """End a grant now; that it was given stays on the record. Returns the folder."""
    with attempt("access.end_access", subject=("access_grant", grant_id)):
        permit(Permission.GIVE_ACCESS)
        grant = Grant.objects.filter(id=grant_id).first()
        if grant is None:
            raise NotFound
        require_written(grant.folder_id)
        require_reached(Permission.GIVE_ACCESS, grant.folder_id)
        if grant.ends_at is not None and grant.ends_at <= now():
            raise Refused("This access has ended already")
        writing = queries.grants_on(grant.folder_id).filter(level=GrantLevel.WRITE.value)
        rules.may_end(grant.pk, grant.level, list(writing.values_list("pk", flat=True))).or_refuse()
        # The clock of the database may stand a moment before ours, when the grant is of the same moment.
        grant.ends_at = max(now(), grant.given_at)
        grant.save(update_fields=["ends_at"])
        record(Verb.WROTE, "access.end_access", folder_id=grant.folder_id, subject=grant)
        return grant.folder_id


def let_team_in(folder_id: UUID, team_id: UUID, *, why: str, joining_id: UUID | None = None) -> Grant | None:
    """Let the front door read and write in a known child's folder while it decides on a concern.

    Part of another action, which asks the permission. What is given for a match ends with it (`joining_id`); what the
    team may do already is not given again, and stays when it is asked for without one. Returns what was given. Raises
    NotFound alike for a sealed and an invented folder.
    """
    with attempt("access.let_team_in", folder_id=folder_id):
        if queries.is_sealed_to_viewer(folder_id):
            raise NotFound
        standing = Grant.objects.filter(
            folder_id=folder_id, team_id=team_id, level=GrantLevel.WRITE.value, ends_at__isnull=True
        )
        if standing.exists():
            if joining_id is None:
                standing.filter(for_joining__isnull=False).update(for_joining=None)
            return None
        grant = grant_to(folder_id, GrantOrigin.CONCERN, why, team_id=team_id, level=GrantLevel.WRITE)
        # Only now may the viewer see whether there is such a folder at all.
        require_opened(folder_id)
        record(Verb.WROTE, "access.let_team_in", folder_id=folder_id, subject=grant, team=team_id)
        if joining_id is not None:
            given_for(grant, joining_id)
        return grant


def given_for(grant: Grant, joining_id: UUID) -> None:
    """What was given is for a match, and ends with it."""
    grant.for_joining_id = joining_id
    grant.save(update_fields=["for_joining"])


def end_given_for(joining: Joining) -> None:
    """A match was undone: what was given for it ends, unless another match with the same child needs it, or nobody
    else could write in the record. Part of undoing, which asks the permission."""
    other = (
        Joining.objects.filter(into_id=joining.into_id, undone_at__isnull=True).exclude(pk=joining.pk).first()
    )
    for grant in Grant.objects.filter(for_joining=joining, ends_at__isnull=True):
        if other is not None:
            given_for(grant, other.pk)
            continue
        writing = queries.grants_on(grant.folder_id).filter(level=GrantLevel.WRITE.value)
        if not rules.may_end(grant.pk, grant.level, list(writing.values_list("pk", flat=True))):
            continue
        record(Verb.WROTE, "access.end_access", folder_id=grant.folder_id, subject=grant)
        grant.ends_at = max(now(), grant.given_at)
        grant.save(update_fields=["ends_at"])


def let_in_for_meeting(
    folder_id: UUID, practitioner_id: UUID, *, level: GrantLevel, ends_at: datetime, why: str
) -> bool:
    """Let somebody invited to a meeting open a record until some days after it; False where they may already.

    Part of another action, which asks the permission. Raises NotFound or Refused where the viewer may not write in
    the folder themselves, and Refused where it is sealed to the invited: nobody passes a seal by an invitation.
    """
    with attempt("access.let_in_for_meeting", folder_id=folder_id):
        require_written(folder_id)
        seal = queries.seal_on(folder_id)
        if seal is not None:
            if all(name.practitioner_id != practitioner_id for name in seal.names.all()):
                raise Refused("A record in this meeting is sealed to them. Name them on the seal first")
            return False
        levels = [GrantLevel.WRITE.value] if level is GrantLevel.WRITE else [x.value for x in GrantLevel]
        if (
            queries.grants_on(folder_id)
            .filter(practitioner_id=practitioner_id, level__in=levels)
            .filter(Q(ends_at__isnull=True) | Q(ends_at__gte=ends_at))
            .exists()
        ):
            return False
        grant = grant_to(
            folder_id,
            GrantOrigin.MEETING,
            why,
            practitioner_id=practitioner_id,
            level=level,
            ends_at=ends_at,
        )
        record(
            Verb.WROTE, "access.let_in_for_meeting", folder_id=folder_id, subject=grant, to=practitioner_id
        )
        return True


def change_for_meeting(folder_id: UUID, practitioner_id: UUID, *, was: datetime, ends_at: datetime) -> bool:
    """What an invitation opened until `was` ends at another moment: the meeting was moved, or the invitation is taken
    back. False where nothing of it stands. Part of another action, which asks the permission."""
    given = Grant.objects.filter(
        folder_id=folder_id, practitioner_id=practitioner_id, origin=GrantOrigin.MEETING.value, ends_at=was
    )
    changed = False
    for grant in given:
        # The clock of the database may stand a moment before ours, when the grant is of the same moment.
        changed = bool(given.filter(pk=grant.pk).update(ends_at=max(ends_at, grant.given_at))) or changed
        record(
            Verb.WROTE, "access.change_for_meeting", folder_id=folder_id, subject=grant, to=practitioner_id
        )
    return changed


def let_worker_in(
    folder_id: UUID, practitioner_id: UUID, *, why: str, level: GrantLevel = GrantLevel.WRITE
) -> None:
    """Somebody is given a part in the work with a child, and so opens the record; nothing where they may already.

    Part of another action, which asks the permission. Raises NotFound, or NotPermitted where the viewer may only
    read.
    """
    with attempt("access.let_worker_in", folder_id=folder_id):
        require_written(folder_id)
        standing = queries.grants_on(folder_id).filter(practitioner_id=practitioner_id, ends_at__isnull=True)
        if level is GrantLevel.WRITE:
            standing = standing.filter(level=level.value)
        if standing.exists():
            return
        grant = grant_to(
            folder_id, GrantOrigin.INVOLVEMENT, why, practitioner_id=practitioner_id, level=level
        )
        record(Verb.WROTE, "access.let_worker_in", folder_id=folder_id, subject=grant, to=practitioner_id)
