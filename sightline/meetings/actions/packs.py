"""Packs of papers: asked for, made step by step, fetched, gone when they expire."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.agencies.actions import permit
from sightline.agencies.queries import partnership
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.chronology.rules import PRINT_KEPT, VOLUME
from sightline.chronology.terms import PrintState
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.print.pdf import About, make

from .. import packs, queries
from ..models import MeetingPack
from ..papers import Paper


@transaction.atomic
def ask_pack(meeting_id: UUID, invitation_id: UUID) -> MeetingPack:
    """Ask for the papers of a meeting as one of the invited may have them; a job makes the pack, and only the asker can
    fetch it. Raises NotFound, or Refused for somebody who only sees the meeting."""
    acting = permit(Permission.READ_FOLDER)
    shown = queries.meeting(meeting_id, packs.READ)
    if not shown.may_work:
        raise Refused("You see this meeting, but do not arrange it. Ask whoever chairs it")
    reader = shown.person(invitation_id)
    if reader.row.withdrawn_at is not None:
        raise Refused("Their invitation was taken back, so there is nobody to give the papers to")
    found, at = packs.contents(shown, reader), now()
    row = MeetingPack(
        meeting_id=meeting_id,
        invitation_id=invitation_id,
        folder_ids=[c.folder_id for c in found.children],
        practitioner_id=acting.practitioner_id,
        asked_at=at,
        state=PrintState.WAITING.value,
        total=len(found.children) + 2,
        moved_at=at,
        left_out=list(found.left_out),
    )
    row.save(force_insert=True)
    subject = ("meetings_meetingpack", row.id)
    record_many(
        [event(Verb.WROTE, "meetings.ask_pack", folder_id=f, subject=subject) for f in row.folder_ids]
        or [event(Verb.WROTE, "meetings.ask_pack", subject=subject)]
    )
    app.configure_task("meetings.pack").defer(
        pack_id=str(row.id), practitioner_id=str(acting.practitioner_id)
    )
    return row


@transaction.atomic
def make_pack(pack_id: UUID) -> bool:
    """The next step of a pack, as whoever asked for it: its head, a child, the PDF at last; whether more are to come.

    Done twice it makes nothing twice. What its reader may have is asked anew at each step. Raises NotFound where it is
    not open to the asker any more.
    """
    acting = permit(Permission.READ_FOLDER)
    row = MeetingPack.objects.select_for_update(of=("self",)).filter(id=pack_id).first()
    if row is None:
        raise NotFound
    if row.state in (PrintState.DONE.value, PrintState.FAILED.value):
        return False
    shown = queries.meeting(row.meeting_id, packs.READ)
    reader = shown.person(row.invitation_id)
    step, last = row.done, row.done == row.total - 1
    if last:
        _typeset(row, shown.title, reader.said_as, acting.said_as)
    elif step == 0:
        _keep(row, packs.head(shown, reader))
    else:
        folder_id = row.folder_ids[step - 1]
        child = next((c for c in packs.contents(shown, reader).children if c.folder_id == folder_id), None)
        if child is None:
            row.left_out = [*row.left_out, "a child's part that is not open to them any more"]
        else:
            _keep(row, packs.of_child(shown, reader, child, known_by=row.asked_at))
            record(Verb.READ, "meetings.make_pack", folder_id=folder_id, subject=row)
    row.done, row.moved_at = step + 1, now()
    row.state = (PrintState.DONE if last else PrintState.RUNNING).value
    row.save()
    if last:
        record(Verb.WROTE, "meetings.make_pack", subject=row, size=row.size)
    return not last


def _keep(row: MeetingPack, paper: Paper) -> None:
    row.parts = [*row.parts, *paper.as_data["parts"]]
    row.withheld = row.withheld or paper.withheld


def _typeset(row: MeetingPack, title: str, reader: str, asker: str) -> None:
    ours = partnership()
    about = About(
        title=f"{title}: papers",
        reader=reader,
        subject=f"asked for by {asker}",
        partnership=ours.name if ours else "",
        at=row.asked_at,
    )
    # A process of its own gives its memory back, and takes half a second more: for what is as long as a volume.
    large = len(row.parts) > VOLUME
    content = make("print/letter", {"parts": row.parts, "contents": True}, about=about, large=large)
    row.content, row.size, row.parts, row.expires_at = content, len(content), [], now() + PRINT_KEPT


@transaction.atomic
def fail_pack(pack_id: UUID) -> None:
    """Note that a pack could not be made, so that its asker sees it and asks again."""
    row = MeetingPack.objects.select_for_update(of=("self",)).filter(id=pack_id).first()
    if row is None or row.state == PrintState.DONE.value:
        return
    row.state, row.expires_at, row.moved_at = PrintState.FAILED.value, now() + PRINT_KEPT, now()
    row.parts = []
    row.save()
    record(Verb.WROTE, "meetings.fail_pack", subject=row)


@transaction.atomic
def fetch_pack(pack_id: UUID) -> tuple[str, bytes]:
    """The name and content of a pack for its asker; the print is audited in each child's record. Raises NotFound."""
    permit(Permission.READ_FOLDER)
    row = MeetingPack.objects.filter(id=pack_id, state=PrintState.DONE.value, expires_at__gt=now()).first()
    if row is None or row.content is None:
        raise NotFound
    subject = ("meetings_meetingpack", row.id)
    record_many(
        [event(Verb.PRINTED, "meetings.fetch_pack", folder_id=f, subject=subject) for f in row.folder_ids]
        or [event(Verb.PRINTED, "meetings.fetch_pack", subject=subject)]
    )
    return f"papers-{row.asked_at:%Y-%m-%d}.pdf", bytes(row.content)


def clear_packs() -> int:
    """Remove the packs that have expired; for the job `prints` alone."""
    gone, _ = MeetingPack.objects.filter(expires_at__lt=now()).delete()
    stale, _ = MeetingPack.objects.filter(asked_at__lt=now() - 2 * PRINT_KEPT).delete()
    if gone + stale:
        record(Verb.WROTE, "meetings.clear_packs", count=gone + stale)
    return gone + stale
