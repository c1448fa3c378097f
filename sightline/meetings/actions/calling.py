"""Called, moved, led by somebody else, cancelled, taken up again; which children it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from sightline.access.queries import responsible_manager
from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import lead_worker, works_with
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import MeetingRule

from .. import hooks, queries, rules
from ..models import (
    Invitation,
    Meeting,
    MeetingChild,
)
from ..terms import (
    CALLED_OFF,
    Format,
    MeetingAct,
    MeetingState,
    Purpose,
)
from .base import (
    changed,
    child_row,
    children_of,
    fitting,
    in_post,
    locked,
    me,
    note_change,
    notify_invited,
    open_invitation_duty,
    open_to_write,
    rule_of,
    said_when,
    still_open,
    tell_rooms,
    tell_trail,
)
from .inviting import Invitee, invite_row, open_as_long, open_no_longer


@transaction.atomic
def call(
    purpose: Purpose,
    folder_ids: Sequence[UUID],
    when: datetime,
    *,
    chair_id: UUID | None = None,
    minute_taker_id: UUID | None = None,
    format: Format = Format.IN_PERSON,
    place: str = "",
    link: str = "",
    minutes_long: int = 60,
    agenda: str = "",
    agendas: Mapping[UUID, str] | None = None,
    arrangements: str = "",
    runs: str = "",
    process_id: UUID | None = None,
    earlier_why: str = "",
) -> UUID:
    """Call a meeting about one child or several; returns its id.

    `agenda` is what it is to do for each child, `agendas` what is different by folder. Without `chair_id` the
    caller chairs. Chair and minute taker are invited and may open the records until some days after it.
    `process_id` is what it is part of (an enquiry, a plan): duties of that process are discharged with the meeting's
    own. `earlier_why`: where that stands on which the meeting rests, if it is not recorded here. Raises NotFound for
    a record that is not open to the caller, and Refused.
    """
    acting = permit(Permission.WRITE_FOLDER)
    folders = list(dict.fromkeys(folder_ids))
    pack, at = pack_in_force(), now()
    rule = pack.meeting(purpose.value, at.astimezone(LONDON).date())
    rules.may_call(
        children=len(folders),
        when=when,
        now=at,
        family=rule.family,
        place=place,
        link=link,
        by_link=format in (Format.VIDEO, Format.TELEPHONE, Format.BOTH),
    ).or_refuse()
    open_to_write(folders)
    missing = fitting(purpose, folders, when, earlier_why)
    chair = in_post(chair_id or acting.practitioner_id, "chair")
    _may_chair(rule, chair, folders)
    taker = in_post(minute_taker_id, "minute_taker") if minute_taker_id else None
    meeting = Meeting(
        purpose=purpose.value,
        format=format.value,
        place=place.strip(),
        link=link.strip(),
        starts_at=when,
        minutes_long=minutes_long,
        chair_id=chair.practitioner_id,
        minute_taker_id=taker.practitioner_id if taker else None,
        arrangements=arrangements.strip(),
        runs=runs.strip(),
        process_id=process_id,
        state=MeetingState.CALLED.value,
        called_at=at,
        called_by_id=acting.practitioner_id,
        called_post=acting.post,
        pack=pack.name,
        pack_version=pack.version,
        changed_at=at,
        changed_by_id=acting.practitioner_id,
        changed_what="called it",
    )
    meeting.save(force_insert=True)
    for place_in_list, folder_id in enumerate(folders):
        words = (agendas or {}).get(folder_id, "").strip()
        child_row(
            meeting, folder_id, place_in_list, "\n\n".join(part for part in (agenda.strip(), words) if part)
        )
    for who, role in ((chair, "Chair"), (taker, "Minute taker")):
        if who is not None and not (role == "Minute taker" and who.practitioner_id == chair.practitioner_id):
            invite_row(
                meeting, Invitee.practitioner(who.practitioner_id, role=role, opens=True), folders, acting
            )
    if rule.family:
        open_invitation_duty(meeting, rule, pack, folders, acting)
    if missing:
        note_change(meeting, "Called before what should come first", earlier_why)
    for folder_id in folders:
        record(Verb.WROTE, "meetings.call", folder_id=folder_id, subject=meeting)
    return meeting.id


def _may_chair(rule: MeetingRule, chair: Acting, folder_ids: Sequence[UUID]) -> None:
    workers = [worker for folder in folder_ids if (worker := lead_worker(folder)) is not None]
    managed = {found.line_manager_id for worker in workers if (found := acting_as(worker.practitioner_id))}
    rules.may_chair(
        independent=rule.independent_chair,
        # Whose post is to chair stands beside a child as its chair, and works with nobody in it.
        works_with_child="independent-conference-chair" not in chair.role_slugs
        and works_with(chair.practitioner_id, folder_ids),
        answers_for_record=any(responsible_manager(folder) == chair.practitioner_id for folder in folder_ids),
        manages_worker=chair.practitioner_id in managed,
        name=chair.name,
    ).or_refuse()


@transaction.atomic
def move(
    meeting_id: UUID,
    *,
    when: datetime,
    why: str,
    place: str | None = None,
    link: str | None = None,
    version: int | None = None,
) -> None:
    """Another day or place. Everybody of the family is owed a new invitation; what they had before stays recorded."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the meeting is moved.", "why")
    rule, pack = rule_of(meeting)
    place = meeting.place if place is None else place
    link = meeting.link if link is None else link
    by_link = Format(meeting.format) in (Format.VIDEO, Format.TELEPHONE, Format.BOTH)
    rules.may_call(
        children=1, when=when, now=now(), family=rule.family, place=place, link=link, by_link=by_link
    ).or_refuse()
    rules.may_be_about(
        Purpose(meeting.purpose), queries.about(children_of(meeting.id)), when.astimezone(LONDON).date()
    ).or_refuse()
    before = f"{said_when(meeting.starts_at)}{f', {meeting.place}' if meeting.place else ''}"
    meeting.starts_at, meeting.place, meeting.link, meeting.anew_at = when, place.strip(), link.strip(), now()
    changed(meeting, "moved it", MeetingAct.MOVE)
    note_change(meeting, f"Moved from {before} to {said_when(when)}", why)
    folders = children_of(meeting.id)
    open_as_long(meeting, children_of(meeting.id, all_of_them=True))
    if rule.family:
        duties.withdraw_all(meeting.id, f"The meeting was moved: {why.strip()}", folder_ids=folders)
        open_invitation_duty(meeting, rule, pack, folders, acting)
    notify_invited(meeting, "A meeting that you are invited to was moved")
    tell_trail(meeting, "meetings.move")


@transaction.atomic
def change_chair(meeting_id: UUID, chair_id: UUID, why: str, *, version: int | None = None) -> None:
    """Somebody else chairs, before it or in it."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the chair changes.", "why")
    rule, _ = rule_of(meeting)
    chair = in_post(chair_id, "chair")
    folders = children_of(meeting.id)
    _may_chair(rule, chair, folders)
    before = meeting.chair.name
    meeting.chair_id = chair.practitioner_id
    changed(meeting, "changed the chair")
    note_change(meeting, f"{chair.name} chairs instead of {before}", why)
    if not Invitation.objects.filter(
        meeting=meeting, practitioner_id=chair_id, withdrawn_at__isnull=True
    ).exists():
        invite_row(meeting, Invitee.practitioner(chair_id, role="Chair", opens=True), folders, acting)
    tell_trail(meeting, "meetings.change_chair")


@transaction.atomic
def cancel(meeting_id: UUID, why: str, *, version: int | None = None) -> None:
    """It will not be held. What was prepared stays, and a duty to meet (of a process above) goes on running; what the
    meeting had opened to those invited is closed."""
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the meeting is cancelled.", "why")
    changed(meeting, "cancelled it", MeetingAct.CANCEL)
    note_change(meeting, CALLED_OFF, why)
    folders = children_of(meeting.id)
    duties.withdraw_all(meeting.id, f"The meeting was cancelled: {why.strip()}", folder_ids=folders)
    notify_invited(meeting, "A meeting that you were invited to is cancelled")
    open_no_longer(meeting, children_of(meeting.id, all_of_them=True))
    tell_trail(meeting, "meetings.cancel")
    tell_rooms(hooks.cancelled, meeting, folders)


@transaction.atomic
def reopen(meeting_id: UUID, why: str, *, version: int | None = None) -> None:
    """A cancelled meeting is on again, and opens again what it had opened; or concluded minutes are open again. What
    was recorded stays. Raises Refused for whom the meeting alone had let into the records."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the meeting is reopened.", "why")
    was_cancelled = meeting.state == MeetingState.CANCELLED.value
    if was_cancelled:
        if not children_of(meeting.id):
            raise Refused(
                "The meeting alone had opened the children’s records to you, until it was cancelled. Ask somebody "
                "who works with the child to reopen it.",
                "why",
            )
        meeting.anew_at = now()
    changed(meeting, "reopened it", MeetingAct.REOPEN)
    note_change(meeting, "On again" if was_cancelled else "Minutes reopened", why)
    rule, pack = rule_of(meeting)
    if was_cancelled:
        open_as_long(meeting, children_of(meeting.id, all_of_them=True))
    if was_cancelled and rule.family:
        open_invitation_duty(meeting, rule, pack, children_of(meeting.id), acting)
    tell_trail(meeting, "meetings.reopen")


@transaction.atomic
def add_child(
    meeting_id: UUID, folder_id: UUID, agenda: str = "", *, earlier_why: str = "", version: int | None = None
) -> None:
    """The meeting is about this child as well: one who was left out, or comes from another meeting half way.

    Raises Refused where the meeting is closed, is about the child already, or cannot be about them.
    """
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    still_open(meeting)
    open_to_write([folder_id])
    row = MeetingChild.objects.filter(meeting=meeting, folder_id=folder_id).first()
    if row is not None and row.left_at is None:
        raise Refused("The meeting is about this child already.", "child")
    # Whoever was part of it before comes back as they left.
    why = earlier_why or (row.left_why if row is not None else "")
    missing = fitting(Purpose(meeting.purpose), [folder_id], meeting.starts_at, why)
    if row is not None:
        row.left_at, row.left_by, row.left_why = None, None, ""
        row.save()
    else:
        place = MeetingChild.objects.filter(meeting=meeting).aggregate(last=Max("place_in_list"))["last"]
        child_row(meeting, folder_id, 0 if place is None else place + 1, agenda.strip())
    if missing and row is None:
        note_change(meeting, "A child added before what should come first", earlier_why)
    rule, pack = rule_of(meeting)
    if rule.family and meeting.state == MeetingState.CALLED.value:
        open_invitation_duty(meeting, rule, pack, [folder_id], acting)
    changed(meeting, "added a child")
    record(Verb.WROTE, "meetings.add_child", folder_id=folder_id, subject=meeting)
    tell_rooms(hooks.added, meeting, [folder_id])


@transaction.atomic
def take_out_child(meeting_id: UUID, folder_id: UUID, why: str, *, version: int | None = None) -> None:
    """The meeting goes on without this child, who may be in another one; the part so far stays, with the reason."""
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    still_open(meeting)
    row = MeetingChild.objects.filter(meeting=meeting, folder_id=folder_id, left_at__isnull=True).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise Refused("Say why this child leaves the meeting, and where they are looked at instead.", "why")
    if len(children_of(meeting.id)) == 1:
        raise Refused("It is the only child in the meeting. Cancel the meeting instead.", "why")
    row.left_at, row.left_by_id, row.left_why = now(), me(), why.strip()
    row.save()
    duties.withdraw_all(
        meeting.id, f"The child is no longer part of this meeting: {why.strip()}", folder_ids=[folder_id]
    )
    changed(meeting, "took a child out")
    record(Verb.WROTE, "meetings.take_out_child", folder_id=folder_id, subject=meeting)
