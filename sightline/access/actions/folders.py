"""Folders opened, one or many, and who answers for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Posting
from sightline.agencies.queries import duty_manager, partnership
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import current

from .. import rules
from ..models import Folder, Grant, Responsibility
from ..terms import GrantLevel, GrantOrigin
from .grants import grant_to, new_grant
from .reach import require_reached, require_written


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
        new_grant(
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
    grant_to(folder_id, GrantOrigin.CONCERN, why, team_id=team_id, level=GrantLevel.WRITE)
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
        require_written(folder_id)
        require_reached(Permission.GIVE_ACCESS, folder_id)
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
