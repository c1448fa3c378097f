"""The only writer of folders, grants, seals, joinings and emergency access."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Agency, Posting, Practitioner, Team
from sightline.agencies.queries import duty_manager, partnership
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import current

from . import queries, rules
from .models import EmergencyAccess, Folder, FormDraft, Grant, Joining, Responsibility, Seal, SealName
from .terms import GrantLevel, GrantOrigin

# -- folders --------------------------------------------------------------------------------------------


def open_folder(
    agency_id: UUID,
    manager_id: UUID,
    *,
    opened_at: datetime | None = None,
    number: str = "",
    id: UUID | None = None,
) -> UUID:
    """Open a folder for one child; the manager answers for the record from today (REC-20). Returns its id.

    Part of another action, which asks the permission; whoever opens it may fill it in the same transaction.
    """
    with attempt("access.open_folder"):
        by = current().practitioner_id
        folder = _folder(id or uuid7(), agency_id, opened_at or now(), by, number, _letters())
        _insert_folder(folder, given=bool(number))
        _responsibility(folder, manager_id, today()).save(force_insert=True)
        record(Verb.WROTE, "access.open_folder", folder_id=folder.id, subject=folder)
        return folder.id


def _folder(
    id: UUID, agency_id: UUID, opened_at: datetime, opened_by_id: UUID | None, number: str, letters: str
) -> Folder:
    return Folder(
        id=id,
        number=number or rules.new_number(letters),
        opened_at=opened_at,
        opened_by_id=opened_by_id,
        agency_id=agency_id,
    )


def _responsibility(folder: Folder, manager_id: UUID, held_from: date) -> Responsibility:
    return Responsibility(folder=folder, manager_id=manager_id, held_from=held_from)


#: A random number that somebody has already is drawn again; so many times in a row says that something is
#: wrong.
_DRAWS = 8


def _insert_folder(folder: Folder, *, given: bool) -> None:
    """Numbers are random and may meet one that the viewer cannot see: then another is drawn."""
    for draw in range(_DRAWS):
        try:
            with transaction.atomic():
                folder.save(force_insert=True)
            return
        except IntegrityError:
            if given or draw == _DRAWS - 1:
                raise
            folder.number = rules.new_number(_letters())


def _letters() -> str:
    found = partnership()
    return found.letters if found is not None else "SL"


@dataclass(frozen=True)
class NewGrant:
    """A grant for a folder that is opened in bulk: to a practitioner, a team or an agency, exactly one."""

    origin: GrantOrigin
    why: str
    practitioner_id: UUID | None = None
    team_id: UUID | None = None
    agency_id: UUID | None = None
    level: GrantLevel = GrantLevel.READ
    given_by_id: UUID | None = None
    given_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class FolderOpening:
    """A folder to be opened in bulk, as of `opened_at`, with those who are let in. `id` may be chosen."""

    agency_id: UUID
    manager_id: UUID
    opened_at: datetime
    opened_by_id: UUID | None = None
    grants: Sequence[NewGrant] = ()
    number: str = ""
    id: UUID = field(default_factory=uuid7)


def open_folders_bulk(openings: Sequence[FolderOpening]) -> list[UUID]:
    """What `open_folder` and the granting of access write, for many in few statements; ids in the same order.

    For the named jobs that import or load data, which may date them back: the manager answers for the record
    from the day on which it was opened.
    """
    letters = _letters()
    folders = [_folder(o.id, o.agency_id, o.opened_at, o.opened_by_id, o.number, letters) for o in openings]
    _insert_folders(folders, {o.id for o in openings if o.number}, letters)
    Responsibility.objects.bulk_create(
        _responsibility(folder, o.manager_id, o.opened_at.astimezone(LONDON).date())
        for folder, o in zip(folders, openings, strict=True)
    )
    grants = [
        _new_grant(
            o.id,
            g.origin,
            g.why,
            practitioner_id=g.practitioner_id,
            team_id=g.team_id,
            agency_id=g.agency_id,
            level=g.level,
            ends_at=g.ends_at,
            given_by_id=g.given_by_id,
            given_at=g.given_at or o.opened_at,
        )
        for o in openings
        for g in o.grants
    ]  # fmt: skip
    Grant.objects.bulk_create(grants)
    record_many(event(Verb.WROTE, "access.open_folder", folder_id=f.id, subject=f) for f in folders)
    # The front door is let in by the opening itself, everybody else by an act of its own.
    record_many(
        event(Verb.WROTE, "access.give_access", folder_id=grant.folder_id, subject=grant)
        for grant in grants
        if grant.origin != GrantOrigin.CONCERN.value
    )
    return [folder.id for folder in folders]


def _insert_folders(folders: Iterable[Folder], given: Collection[UUID], letters: str) -> None:
    left = list(folders)
    for _draw in range(_DRAWS):
        Folder.objects.bulk_create(left, ignore_conflicts=True)
        written = set(Folder.objects.filter(id__in=[f.id for f in left]).values_list("id", flat=True))
        left = [folder for folder in left if folder.id not in written]
        if not left:
            return
        for folder in left:
            if folder.id not in given:
                folder.number = rules.new_number(letters)
    Folder.objects.bulk_create(left)


def open_folder_for_concern(*, agency_id: UUID, team_id: UUID, why: str) -> UUID:
    """A folder for a child of a concern: the front door may write in it, its duty manager answers for it.

    Raises Refused where the front door has no manager at all, since no record may be without one.
    """
    manager = duty_manager(team_id, now())
    if manager is None:
        raise Refused(
            "The front door has no duty manager and no team manager, so nobody would answer for this record. "
            "Ring the front door, and ask whoever looks after Sightline to put its rota right."
        )
    folder_id = open_folder(agency_id, manager.pk)
    _grant(folder_id, GrantOrigin.CONCERN, why, team_id=team_id, level=GrantLevel.WRITE)
    return folder_id


def open_folders_for_import(count: int, *, agency_id: UUID, team_id: UUID, why: str) -> list[UUID]:
    """What `open_folder` and a writing grant to the team write, for many children in few statements.

    For the named job that imports. Returns the folders' ids. Raises Refused where nobody would answer for
    them.
    """
    manager = duty_manager(team_id, now())
    if manager is None:
        raise Refused(
            "The team has no duty manager and no manager, so nobody would answer for these records. "
            "Put its rota right first."
        )
    by = current().practitioner_id
    let_in = NewGrant(
        GrantOrigin.IMPORT, why, team_id=team_id, level=GrantLevel.WRITE, given_by_id=by, given_at=now()
    )
    return open_folders_bulk(
        [FolderOpening(agency_id, manager.pk, now(), by, grants=(let_in,)) for _ in range(count)]
    )


def hand_over(folder_id: UUID, manager_id: UUID) -> None:
    """From today another manager answers for the record; who answered before stays on it (REC-20)."""
    with attempt("access.hand_over", folder_id=folder_id):
        permit(Permission.GIVE_ACCESS)
        _written(folder_id)
        _reached(Permission.GIVE_ACCESS, folder_id)
        if not Posting.objects.held_today().filter(practitioner_id=manager_id).exists():
            raise Refused("Choose a manager who holds a post today", "manager")
        before = Responsibility.objects.filter(held_on(today()), folder_id=folder_id).first()
        if before is not None and before.manager_id == manager_id:
            raise Refused("They answer for this record already", "manager")
        if before is not None:
            before.held_until = today()
            before.save(update_fields=["held_until"])
        row = Responsibility(folder_id=folder_id, manager_id=manager_id, held_from=today())
        row.save(force_insert=True)
        notify(
            manager_id,
            text="You answer for a record from today",
            path=f"/child/{folder_id}/",
        )
        record(Verb.WROTE, "access.hand_over", folder_id=folder_id, subject=row, manager=manager_id)


def hand_over_all(posting_id: UUID, manager_id: UUID) -> None:
    """What the holder of a post answers for goes to another manager from today: part of ending the post, which asks the
    permission. What is sealed stays: whoever is named there hands it over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_hand_over_all(%s, %s)", [posting_id, manager_id])
        folders = [row[0] for row in cursor.fetchall()]
    if not folders:
        raise Refused("Choose a manager who holds a post today", "manager")
    record_many(
        event(Verb.WROTE, "access.hand_over", folder_id=folder_id, manager=manager_id)
        for folder_id in folders
    )
    notify(manager_id, text="You answer for the records of somebody who leaves, from today", path="/")


# -- grants ---------------------------------------------------------------------------------------------


def _grant(
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
    grant = _new_grant(
        folder_id, origin, why, practitioner_id=practitioner_id, team_id=team_id, agency_id=agency_id,
        level=level, ends_at=ends_at, given_by_id=current().practitioner_id, given_at=now(),
    )  # fmt: skip
    grant.save(force_insert=True)
    return grant


def _new_grant(
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
        _written(folder_id)
        _reached(Permission.GIVE_ACCESS, folder_id)
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
        grant = _grant(
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
        _written(grant.folder_id)
        _reached(Permission.GIVE_ACCESS, grant.folder_id)
        if grant.ends_at is not None and grant.ends_at <= now():
            raise Refused("This access has ended already")
        writing = queries.grants_on(grant.folder_id).filter(level=GrantLevel.WRITE.value)
        rules.may_end(grant.pk, grant.level, list(writing.values_list("pk", flat=True))).or_refuse()
        # The clock of the database may stand a moment before ours, when the grant is of the same moment.
        grant.ends_at = max(now(), grant.given_at)
        grant.save(update_fields=["ends_at"])
        record(Verb.WROTE, "access.end_access", folder_id=grant.folder_id, subject=grant)
        return grant.folder_id


def let_team_in(folder_id: UUID, team_id: UUID, *, why: str) -> None:
    """Let the front door read and write in a known child's folder while it decides on a concern.

    Part of another action, which asks the permission. Raises NotFound alike for a sealed and an invented
    folder.
    """
    with attempt("access.let_team_in", folder_id=folder_id):
        if queries.is_sealed_to_viewer(folder_id):
            raise NotFound
        standing = Grant.objects.filter(
            folder_id=folder_id, team_id=team_id, level=GrantLevel.WRITE.value, ends_at__isnull=True
        )
        if not standing.exists():
            grant = _grant(folder_id, GrantOrigin.CONCERN, why, team_id=team_id, level=GrantLevel.WRITE)
            # Only now may the viewer see whether there is such a folder at all.
            _opened(folder_id)
            record(Verb.WROTE, "access.let_team_in", folder_id=folder_id, subject=grant, team=team_id)


def let_in_for_meeting(
    folder_id: UUID, practitioner_id: UUID, *, level: GrantLevel, ends_at: datetime, why: str
) -> bool:
    """Let somebody invited to a meeting open a record until some days after it; False where they may already.

    Part of another action, which asks the permission. Raises NotFound or Refused where the viewer may not write in
    the folder themselves, and Refused where it is sealed to the invited: nobody passes a seal by an invitation.
    """
    with attempt("access.let_in_for_meeting", folder_id=folder_id):
        _written(folder_id)
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
        grant = _grant(
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


def let_worker_in(
    folder_id: UUID, practitioner_id: UUID, *, why: str, level: GrantLevel = GrantLevel.WRITE
) -> None:
    """Somebody is given a part in the work with a child, and so opens the record; nothing where they may already.

    Part of another action, which asks the permission. Raises NotFound, or NotPermitted where the viewer may only
    read.
    """
    with attempt("access.let_worker_in", folder_id=folder_id):
        _written(folder_id)
        standing = queries.grants_on(folder_id).filter(practitioner_id=practitioner_id, ends_at__isnull=True)
        if level is GrantLevel.WRITE:
            standing = standing.filter(level=level.value)
        if standing.exists():
            return
        grant = _grant(folder_id, GrantOrigin.INVOLVEMENT, why, practitioner_id=practitioner_id, level=level)
        record(Verb.WROTE, "access.let_worker_in", folder_id=folder_id, subject=grant, to=practitioner_id)


def _opened(folder_id: UUID) -> None:
    """NotFound unless the viewer may read the folder."""
    if not queries.opened_of([folder_id]):
        raise NotFound


def _written(folder_id: UUID) -> None:
    """NotFound unless the viewer may read the folder, Refused unless they may write in it."""
    _opened(folder_id)
    if not queries.may_write(folder_id):
        raise Refused("You may read this record, but not change it. Ask the manager who answers for it")


def _reached(permission: Permission, folder_id: UUID) -> None:
    """NotPermitted where the permission is held but does not reach this record."""
    verdict = queries.reaches(permission, folder_id)
    if not verdict:
        raise NotPermitted(verdict)


# -- joining ----------------------------------------------------------------------------------------------


def join(folder_id: UUID, into_id: UUID, reasons: str) -> UUID:
    """Two folders are about one child: `folder_id` is read as part of `into_id` from now on. Returns the
    joining.

    Where `into_id` is itself part of another record, that one is meant. The decider's team is let into the
    known child's folder, if it is not yet. Raises NotPermitted, NotFound (alike for a sealed and an
    invented folder), or Refused for a folder that is joined already or that others are joined to.
    """
    with attempt("access.join", folder_id=folder_id):
        acting = permit(Permission.DECIDE_MATCH)
        _written(folder_id)
        lead = queries.lead_for_decider(into_id)
        if lead is None:
            raise NotFound
        if lead == folder_id:
            raise Refused("This is the same record.")
        if not reasons.strip():
            raise Refused("Say what makes you sure that this is the same child", "words")
        if not queries.opened_of([lead]):
            if acting.team_id is None:
                raise NotFound
            let_team_in(lead, acting.team_id, why=reasons.strip())
        if Joining.objects.filter(folder_id=folder_id, undone_at__isnull=True).exists():
            raise Refused("This record is joined to a known child's already. Undo that first.")
        if Joining.objects.filter(into_id=folder_id, undone_at__isnull=True).exists():
            raise Refused("Other records are joined to this one. Undo that first.")
        joining = Joining(
            folder_id=folder_id,
            into_id=lead,
            reasons=reasons.strip(),
            decided_by_id=acting.practitioner_id,
            decided_at=now(),
        )
        try:
            with transaction.atomic():
                joining.save(force_insert=True)
        except IntegrityError as error:
            raise Refused("Somebody else joined this record a moment ago. Look at it again.") from error
        record(Verb.WROTE, "access.join", folder_id=folder_id, subject=joining, into=lead)
        return joining.id


def undo_join(folder_id: UUID, why: str) -> None:
    """The joining was wrong: the folder is read by itself again. When, by whom and why is added."""
    with attempt("access.undo_join", folder_id=folder_id):
        permit(Permission.DECIDE_MATCH)
        _opened(folder_id)
        joining = Joining.objects.filter(folder_id=folder_id, undone_at__isnull=True).first()
        if joining is None:
            raise Refused("This record is not joined to another.")
        if not why.strip():
            raise Refused("Say why the match was wrong", "words")
        joining.undone_at, joining.undone_by_id = now(), current().practitioner_id
        joining.undone_why = why.strip()
        joining.save(update_fields=["undone_at", "undone_by_id", "undone_why"])
        record(Verb.WROTE, "access.undo_join", folder_id=folder_id, subject=joining)


# -- seals ------------------------------------------------------------------------------------------------


def seal(folder_id: UUID, why: str, named: Collection[UUID]) -> UUID:
    """Close a folder to all but the named; everybody else no longer sees that it exists."""
    with attempt("access.seal", folder_id=folder_id):
        acting = permit(Permission.SEAL)
        _written(folder_id)
        _reached(Permission.SEAL, folder_id)
        if not why.strip():
            raise Refused("Say why this record is sealed", "why")
        if queries.seal_on(folder_id) is not None:
            raise Refused("This record is sealed already. Name further people on the seal instead")
        able = (
            Posting.objects.held_today()
            .filter(practitioner_id__in=named, role__permissions__permission=Permission.SEAL.value)
            .values_list("practitioner_id", flat=True)
        )
        rules.may_seal(named, list(able)).or_refuse()
        at = now()
        row = Seal(folder_id=folder_id, why=why.strip(), sealed_at=at, sealed_by_id=acting.practitioner_id)
        # The names first: their key to the seal is checked at the end of the transaction, and once the seal
        # stands only the named may write.
        SealName.objects.bulk_create(
            SealName(
                folder_id=folder_id,
                seal=row,
                practitioner_id=one,
                named_by_id=acting.practitioner_id,
                named_at=at,
            )
            for one in dict.fromkeys(named)
        )
        row.save(force_insert=True)
        record(Verb.WROTE, "access.seal", folder_id=folder_id, subject=row, named=list(named))
        return row.id


def name_on_seal(folder_id: UUID, practitioner_id: UUID) -> None:
    """Let one more person open a sealed folder."""
    with attempt("access.name_on_seal", folder_id=folder_id):
        acting = permit(Permission.SEAL)
        found = queries.seal_on(folder_id)
        if found is None:
            raise NotFound
        _reached(Permission.SEAL, folder_id)
        if any(name.practitioner_id == practitioner_id for name in found.names.all()):
            raise Refused("They are named on the seal already", "named")
        if not Practitioner.objects.filter(pk=practitioner_id).exists():
            raise Refused("Choose a person", "named")
        row = SealName(
            folder_id=folder_id,
            seal=found,
            practitioner_id=practitioner_id,
            named_by_id=acting.practitioner_id,
            named_at=now(),
        )
        row.save(force_insert=True)
        record(Verb.WROTE, "access.name_on_seal", folder_id=folder_id, subject=row, named=practitioner_id)


def lift_seal(folder_id: UUID, why: str) -> None:
    """The folder opens again to those who have been let in."""
    with attempt("access.lift_seal", folder_id=folder_id):
        acting = permit(Permission.SEAL)
        found = queries.seal_on(folder_id)
        if found is None:
            raise NotFound
        _reached(Permission.SEAL, folder_id)
        if not why.strip():
            raise Refused("Say why the seal is lifted", "why")
        found.lifted_at, found.lifted_by_id = now(), acting.practitioner_id
        found.lifted_why = why.strip()
        found.save(update_fields=["lifted_at", "lifted_by_id", "lifted_why"])
        record(Verb.WROTE, "access.lift_seal", folder_id=folder_id, subject=found)


def take_over_seal(seal_id: UUID, practitioner_id: UUID, why: str) -> None:
    """Name a manager on a seal that nobody can lift any more: they answer for the record from today, and are told.

    Whoever does it opens nothing themselves. Raises NotPermitted, Refused, and NotFound alike for a seal that somebody
    can lift and one that never was.
    """
    with attempt("access.take_over_seal", subject=("access_seal", seal_id)):
        permit(Permission.TAKE_OVER_SEAL)
        if not why.strip():
            raise Refused("Say why they take it over", "why")
        if all(line.id != seal_id for line in queries.left_seals()):
            raise NotFound
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT access_take_over_seal(%s, %s, %s)", [seal_id, practitioner_id, why.strip()]
            )
            folder_id = cursor.fetchone()[0]
        if folder_id is None:
            raise Refused("Choose somebody else who may seal records today", "practitioner")
        notify(
            practitioner_id, text="You answer for a record that others have left", path=f"/child/{folder_id}/"
        )
        record(
            Verb.WROTE, "access.take_over_seal", folder_id=folder_id, subject=("access_seal", seal_id),
            purpose=why.strip(), named=practitioner_id,
        )  # fmt: skip


# -- emergency --------------------------------------------------------------------------------------------


def open_in_emergency(
    folder_id: UUID, reason: str, *, minutes: int, tell: Collection[UUID] = ()
) -> EmergencyAccess:
    """Open a folder in an emergency for so many minutes (the pack's), and tell whoever answers for it at
    once.

    Told are the manager who answers for the record, the practitioners that it is allocated to, whoever `tell`
    adds, and the opener's own manager. Raises NotPermitted, Refused for a reason of no real words, NotFound
    for a sealed or invented folder, both alike.
    """
    with attempt("access.open_in_emergency", folder_id=folder_id):
        acting = permit(Permission.EMERGENCY)
        rules.reason_is_real(reason).or_refuse()
        at = now()
        answering = _answer_for(folder_id)
        if answering is None:
            raise NotFound
        if queries.opened_of([folder_id]):
            raise Refused("You may open this record already")
        until = at + timedelta(minutes=minutes)
        grant = _grant(
            folder_id,
            GrantOrigin.EMERGENCY,
            reason.strip(),
            practitioner_id=acting.practitioner_id,
            ends_at=until,
        )
        row = EmergencyAccess(
            folder_id=folder_id,
            practitioner_id=acting.practitioner_id,
            grant=grant,
            folder_number=queries.number_of(folder_id),
            reason=reason.strip(),
            opened_at=at,
            ends_at=until,
        )
        row.save(force_insert=True)
        above = [acting.line_manager_id] if acting.line_manager_id else []
        for one in dict.fromkeys([*answering, *tell, *above]):
            if one != acting.practitioner_id:
                notify(
                    one,
                    text="A record that concerns you was opened in an emergency",
                    path=f"/access/emergencies/{row.pk}/",
                    urgent=True,
                )
        record(
            Verb.EMERGENCY,
            "access.open_in_emergency",
            folder_id=folder_id,
            subject=row,
            purpose=reason.strip(),
        )
        return row


def _answer_for(folder_id: UUID) -> list[UUID] | None:
    """Who is told, asked past the policies; None for a sealed or invented folder."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_answers_for(%s)", [folder_id])
        found = cursor.fetchone()[0]
    return None if found is None else list(found)


def review_emergency(emergency_id: UUID, *, justified: bool, words: str) -> None:
    """Somebody other than who opened it says whether opening it was justified.

    Where it was not, the opener's manager is told.
    """
    with attempt("access.review_emergency", subject=("access_emergencyaccess", emergency_id)):
        acting = permit(Permission.REVIEW_EMERGENCY)
        row = EmergencyAccess.objects.filter(id=emergency_id).first()
        if row is None:
            raise NotFound
        rules.may_review(row.practitioner_id, acting.practitioner_id).or_refuse()
        _reached(Permission.REVIEW_EMERGENCY, row.folder_id)
        if row.reviewed_at is not None:
            raise Refused("This has been reviewed already")
        if not words.strip():
            raise Refused("Say what you found", "words")
        row.reviewed_at, row.reviewed_by_id = now(), acting.practitioner_id
        row.justified, row.review_words = justified, words.strip()
        row.save(update_fields=["reviewed_at", "reviewed_by_id", "justified", "review_words"])
        if not justified:
            above = (
                Posting.objects.held_today()
                .filter(practitioner_id=row.practitioner_id, line_manager__isnull=False)
                .values_list("line_manager_id", flat=True)
            )
            for manager in set(above) - {acting.practitioner_id}:
                notify(
                    manager,
                    text="An emergency access by somebody you manage was found not to be justified",
                    path=f"/access/emergencies/{row.pk}/",
                )
        record(Verb.WROTE, "access.review_emergency", folder_id=row.folder_id, subject=row)


# -- forms that are not sent yet ----------------------------------------------------------------------------


@transaction.atomic
def keep_form(about: UUID, path: str, title: str, content: Mapping[str, list[str]]) -> datetime:
    """Keep what the viewer has typed into the form of a page about a record; returns when. Raises NotFound."""
    _opened(about)
    at, me = now(), current().practitioner_id
    if me is None:
        raise NotFound
    draft = FormDraft.objects.select_for_update().filter(practitioner_id=me, path=path).first()
    draft = draft or FormDraft(practitioner_id=me, about_id=about, path=path)
    draft.title, draft.content, draft.saved_at = title[:200], dict(content), at
    draft.save()
    return at


def drop_form(path: str) -> None:
    """The form of that page was sent, or is not wanted any more: what was typed is no longer kept."""
    FormDraft.objects.filter(path=path).delete()


def drop_forms_before(at: datetime) -> int:
    """Remove what nobody has touched since then; for the nightly job. Returns how many."""
    removed, _ = FormDraft.objects.filter(saved_at__lt=at).delete()
    return removed
