"""What left the record as a copy, and who was told that there is a record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.access import leaving as files
from sightline.access.queries import may_write
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored, sent_before
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening

from ..models import (
    CopyBack,
    CopyOut,
    ToldOfRecord,
)
from ..terms import (
    LeftAs,
)
from .rows import _need, _not_ahead


@dataclass(frozen=True)
class Leaving:
    """Something of a record that leaves: what, as what, for which purpose, to whom, when."""

    what: str
    left_as: LeftAs
    purpose: str
    to_whom: str
    left_at: datetime
    stays: bool = False


@transaction.atomic
def copy_left(folder_id: UUID, leaving: Leaving, *, once: UUID | None = None) -> CopyOut:
    """Something of a record left on paper or a device; its return or destruction becomes due (FIL-06). Whoever may
    only read the record may print of it as well, and says so."""
    return _left(permit(Permission.READ_FOLDER), folder_id, leaving, once)


@transaction.atomic
def file_left(folder_id: UUID, leaving: files.Leaving) -> CopyOut:
    """A file that the program made or kept was taken, also by somebody who may only read the record (FIL-06)."""
    acting = permit(Permission.READ_FOLDER)
    taken = Leaving(
        leaving.what,
        LeftAs.PRINT if leaving.on_paper else LeftAs.DOWNLOAD,
        leaving.purpose,
        leaving.to_whom.strip() or acting.name,
        now(),
        leaving.stays,
    )
    return _left(acting, folder_id, taken, leaving.key)


@contextmanager
def _owed(folder_id: UUID) -> Iterator[None]:
    """What is owed follows from an act, also where whoever acts may only read the record."""
    if may_write(folder_id):
        yield
        return
    with looking_as(Viewer.for_job("duties")):
        yield


def _left(acting: Acting, folder_id: UUID, leaving: Leaving, once: UUID | None) -> CopyOut:
    if (sent := sent_before(CopyOut.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    _not_ahead(leaving.left_at, "left_at")
    copy = CopyOut.objects.create(
        **authored(acting, folder_id, once),
        what=_need(leaving.what, "Say what left.", "what"),
        left_as=leaving.left_as.value,
        purpose=_need(leaving.purpose, "Say what it is needed for.", "purpose"),
        to_whom=_need(leaving.to_whom, "Say who has it.", "to_whom"),
        left_at=leaving.left_at,
        stays=leaving.stays,
    )
    if not leaving.stays:
        path = f"/child/{folder_id}/copies/"
        with _owed(folder_id):
            duties.open_duties(
                [Opening(folder_id, "confirm_copy", copy.left_at, copy.id, path, acting.practitioner_id)]
            )
    record(Verb.EXPORTED, "archive.copy_left", folder_id=folder_id, subject=copy, purpose=leaving.purpose)
    return copy


@transaction.atomic
def copy_back(copy_id: UUID, words: str, on: date) -> CopyBack:
    """A copy came back, or was destroyed: how it is known. Whoever took it may say so; else who may write here."""
    acting = permit(Permission.READ_FOLDER)
    copy = CopyOut.objects.filter(id=copy_id).first()
    if copy is None:
        raise NotFound
    if copy.author_id != acting.practitioner_id:
        permit(Permission.WRITE_FOLDER)
        if not may_write(copy.folder_id):
            raise NotFound
    _not_ahead(on, "on")
    earlier = CopyBack.objects.filter(copy=copy).select_related("author").first()
    if earlier is not None:
        raise Refused(f"{earlier.author.name} has confirmed this already.")
    back = CopyBack.objects.create(
        **authored(acting, copy.folder_id),
        copy=copy,
        words=_need(words, "Say how it came back or was destroyed, and who saw it.", "words"),
        on=on,
    )
    with _owed(copy.folder_id):
        duties.discharge("confirm_copy", copy.id, folder_ids=[copy.folder_id], done=on)
    record(Verb.WROTE, "archive.copy_back", folder_id=copy.folder_id, subject=back)
    return back


@dataclass(frozen=True)
class TellingOf:
    name: str
    told_at: datetime
    how: str
    person_id: UUID | None = None
    told_by: str = ""
    said: str = ""


@transaction.atomic
def tell_of_record(folder_id: UUID, telling: TellingOf, *, once: UUID | None = None) -> ToldOfRecord:
    """A person was told that a record is kept, why, who sees it, and how to see it themselves (REC-13)."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := sent_before(ToldOfRecord.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    _not_ahead(telling.told_at, "told_at")
    row = ToldOfRecord.objects.create(
        **authored(acting, folder_id, once),
        person_id=telling.person_id,
        name=_need(telling.name, "Say who was told.", "name"),
        told_at=telling.told_at,
        told_by=telling.told_by.strip() or acting.said_as,
        how=_need(telling.how, "Say how they were told, and in which form.", "how"),
        said=telling.said.strip(),
    )
    record(Verb.WROTE, "archive.tell_of_record", folder_id=folder_id, subject=row)
    return row
