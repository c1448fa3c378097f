"""The only writer of workers' own chronologies and of prints."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.queries import partnership
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.print.pdf import About, make
from sightline.procedures.queries import pack_in_force
from sightline.records.chronology import Moment
from sightline.records.queries import hidden_numbers

from . import paper, queries
from .models import OwnMoment, Print, PrintVolume
from .rules import PRINT_KEPT, VOLUME, Asked, may_note, volumes
from .terms import PrintState

# -- a worker's own chronology ------------------------------------------------------------------------


@transaction.atomic
def note_own(
    folder_id: UUID,
    *,
    what: str,
    analysis: str,
    moment: Moment | None = None,
    happened_at: datetime | None = None,
) -> OwnMoment:
    """Put a line into one's own chronology, about a moment of the record or of one's own.

    Raises NotPermitted, or Refused without what happened, without analysis, or with a time that lies ahead.
    """
    acting = permit(Permission.WRITE_FOLDER)
    may_note(what, analysis).or_refuse()
    at = moment.happened_at if moment is not None else happened_at
    if at is None or at > now():
        raise Refused("Give a time that is past.", "happened_at")
    row = OwnMoment.objects.create(
        folder_id=moment.folder_id if moment is not None else folder_id,
        line=uuid7(),
        version=1,
        practitioner_id=acting.practitioner_id,
        post=acting.post,
        moment_id=moment.id if moment is not None else None,
        moment_kind=moment.kind if moment is not None else "",
        happened_at=at,
        what=what.strip(),
        analysis=analysis.strip(),
        written_at=now(),
    )
    record(Verb.WROTE, "chronology.note_own", folder_id=row.folder_id, subject=row)
    return row


@transaction.atomic
def revise_own(line: UUID, version: int, *, what: str, analysis: str) -> OwnMoment:
    """Say it anew: another version of a line of one's own, the earlier ones stay.

    `version` is the one that the writer had before them. Raises Refused where there is a newer one by now.
    """
    permit(Permission.WRITE_FOLDER)
    may_note(what, analysis).or_refuse()
    return _next_version(line, version, what=what.strip(), analysis=analysis.strip(), taken_out=False)


@transaction.atomic
def take_out_own(line: UUID, version: int) -> OwnMoment:
    """Take a line out of one's own chronology; what stood there stays readable in its history."""
    permit(Permission.WRITE_FOLDER)
    return _next_version(line, version, taken_out=True)


def _next_version(
    line: UUID, version: int, *, what: str = "", analysis: str = "", taken_out: bool
) -> OwnMoment:
    acting = permit(Permission.WRITE_FOLDER)
    latest = OwnMoment.objects.filter(line=line).order_by("-version").first()
    if latest is None:
        raise NotFound
    if latest.practitioner_id != acting.practitioner_id:
        raise Refused("This line is somebody else's. Put one of your own beside it.")
    stale = "You changed this line in another place meanwhile. Open it again to see how it stands."
    if latest.version != version or latest.taken_out:
        raise Refused(stale)
    try:
        with transaction.atomic():
            row = OwnMoment.objects.create(
                folder_id=latest.folder_id,
                line=line,
                version=version + 1,
                practitioner_id=acting.practitioner_id,
                post=acting.post,
                moment_id=latest.moment_id,
                moment_kind=latest.moment_kind,
                happened_at=latest.happened_at,
                what=what or latest.what,
                analysis=analysis or latest.analysis,
                taken_out=taken_out,
                written_at=now(),
            )
    except IntegrityError as error:
        raise Refused(stale) from error
    record(Verb.WROTE, "chronology.revise_own", folder_id=row.folder_id, subject=row)
    return row


# -- prints ---------------------------------------------------------------------------------------


@transaction.atomic
def ask_print(folder_id: UUID, asked: Asked) -> Print:
    """Ask for a print of the chronology; a job makes it, and only the asker can fetch it. Raises NotFound."""
    acting = permit(Permission.READ_FOLDER)
    lead = lead_of(folder_id)
    if not joined_set(lead):
        raise NotFound
    at = now()
    row = Print.objects.create(
        folder_id=lead,
        practitioner_id=acting.practitioner_id,
        asked=asked.as_data(),
        asked_at=at,
        state=PrintState.WAITING.value,
        moved_at=at,
    )
    record(Verb.WROTE, "chronology.ask_print", folder_id=lead, subject=row)
    app.configure_task("chronology.print").defer(
        print_id=str(row.id), practitioner_id=str(acting.practitioner_id)
    )
    return row


@transaction.atomic
def make_volume(print_id: UUID) -> bool:
    """Make the next volume of a print, as whoever asked for it; whether more are to come.

    Done twice it makes nothing twice. What they may open is asked anew for each volume. Raises NotFound where that
    is nothing any more.
    """
    acting = permit(Permission.READ_FOLDER)
    row = Print.objects.select_for_update().filter(id=print_id).first()
    if row is None:
        raise NotFound
    if row.state in (PrintState.DONE.value, PrintState.FAILED.value):
        return False
    folders = joined_set(row.folder_id)
    asked = Asked.from_data(row.asked)
    ids = queries.all_ids(folders, asked, before=row.asked_at)
    of, number = volumes(len(ids)), PrintVolume.objects.filter(of=row).count() + 1
    part = ids[(number - 1) * VOLUME : number * VOLUME]
    shown = queries.shown_of(folders, part, asked)
    child = names_of_folders([row.folder_id])[row.folder_id]
    ours = partnership()
    about = About(
        title=f"Chronology, volume {number} of {of}" if of > 1 else "Chronology",
        reader=acting.said_as,
        subject=child.name,
        partnership=ours.name if ours else "",
        at=row.asked_at,
    )
    # What was not numbered yet on an earlier day is not hidden from anybody.
    hidden = {} if asked.as_of else hidden_numbers(folders)
    data = paper.volume(
        child.name, asked, shown, number, of, len(ids),
        hidden=paper.not_open(hidden), glossary=pack_in_force().glossary(today()),
        own=queries.own_in_print(folders, asked, row.asked_at) if number >= of else [],
    )  # fmt: skip
    content = make("chronology/chronology", data, about=about, large=True)
    made = PrintVolume.objects.create(
        folder_id=row.folder_id,
        of=row,
        practitioner_id=acting.practitioner_id,
        number=number,
        moments=len(part),
        size=len(content),
        content=content,
    )
    row.total, row.done, row.moved_at = len(ids), row.done + len(part), now()
    last = number >= of
    row.state = (PrintState.DONE if last else PrintState.RUNNING).value
    if last:
        row.expires_at = now() + PRINT_KEPT
    row.save()
    record(Verb.WROTE, "chronology.make_volume", folder_id=row.folder_id, subject=made, moments=len(part))
    return not last


@transaction.atomic
def fail_print(print_id: UUID) -> None:
    """Note that a print could not be made, so that its asker sees it and asks again."""
    row = Print.objects.select_for_update().filter(id=print_id).first()
    if row is None or row.state == PrintState.DONE.value:
        return
    row.state, row.expires_at, row.moved_at = PrintState.FAILED.value, now() + PRINT_KEPT, now()
    row.save()
    record(Verb.WROTE, "chronology.fail_print", folder_id=row.folder_id, subject=row)


@transaction.atomic
def fetch_volume(volume_id: UUID) -> tuple[str, bytes]:
    """The name and content of a volume for its asker; the print is audited. Raises NotFound when it has expired."""
    permit(Permission.READ_FOLDER)
    of, volume, content = queries.volume(volume_id)
    record(
        Verb.PRINTED,
        "chronology.fetch_volume",
        folder_id=of.folder_id,
        subject=("chronology_printvolume", volume.id),
        moments=volume.moments,
    )
    return f"chronology-{of.asked_at:%Y-%m-%d}-volume-{volume.number}.pdf", content


def clear_prints() -> int:
    """Remove the prints that have expired; for the job `prints` alone."""
    gone, _ = Print.objects.filter(expires_at__lt=now()).delete()
    stale, _ = Print.objects.filter(asked_at__lt=now() - 2 * PRINT_KEPT).delete()
    if gone + stale:
        record(Verb.WROTE, "chronology.clear_prints", count=gone + stale)
    return gone + stale
