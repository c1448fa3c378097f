"""The only writer of meetings: called, prepared, held, minuted, concluded, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from sightline.access import actions as access
from sightline.access.queries import may_write, opened_of, responsible_manager
from sightline.access.terms import GrantLevel
from sightline.agencies.actions import notify, permit
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Person
from sightline.children.queries import lead_worker, name_and_age, works_with
from sightline.children.terms import PersonKind
from sightline.kernel.ids import uuid7
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures import clocks
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import MeetingRule
from sightline.records import actions as records
from sightline.records.terms import DecisionKind

from . import hooks, queries, rules
from .models import (
    ActionDone,
    AgreedAction,
    Attendance,
    ChildTold,
    Dissent,
    Given,
    Interpreter,
    Invitation,
    KeepApart,
    Meeting,
    MeetingChange,
    MeetingChild,
    MeetingDecision,
    MinutesDraft,
    Report,
    Said,
    Supporter,
)
from .terms import (
    Agreement,
    Came,
    ChildStage,
    Format,
    GivenKind,
    How,
    InviteeKind,
    MeetingAct,
    MeetingState,
    Purpose,
    SupporterAnswer,
    Topic,
)

# -- calling ----------------------------------------------------------------------------------------


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
) -> UUID:
    """Call a meeting about one child or several; returns its id.

    `agenda` is what it is to do for each child, `agendas` what is different by folder. Without `chair_id` the
    caller chairs. Chair and minute taker are invited and may open the records until some days after it.
    `process_id` is what it is part of (an enquiry, a plan): duties of that process are discharged with the meeting's
    own. Raises NotFound for a record that is not open to the caller, and Refused.
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
    _open_to_write(folders)
    chair = _in_post(chair_id or acting.practitioner_id, "chair")
    _may_chair(rule, chair, folders)
    taker = _in_post(minute_taker_id, "minute_taker") if minute_taker_id else None
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
        called_post=_post(acting),
        pack=pack.name,
        pack_version=pack.version,
        changed_at=at,
        changed_by_id=acting.practitioner_id,
        changed_what="called it",
    )
    meeting.save(force_insert=True)
    for place_in_list, folder_id in enumerate(folders):
        words = (agendas or {}).get(folder_id, "").strip()
        _child_row(
            meeting, folder_id, place_in_list, "\n\n".join(part for part in (agenda.strip(), words) if part)
        )
    for who, role in ((chair, "Chair"), (taker, "Minute taker")):
        if who is not None and not (role == "Minute taker" and who.practitioner_id == chair.practitioner_id):
            _invite_row(
                meeting, Invitee.practitioner(who.practitioner_id, role=role, opens=True), folders, acting
            )
    if rule.family:
        _open_invitation_duty(meeting, rule, pack, folders, acting)
    for folder_id in folders:
        record(Verb.WROTE, "meetings.call", folder_id=folder_id, subject=meeting)
    return meeting.id


def _me() -> UUID:
    """Who is looking: every action here is somebody's, and was permitted."""
    who = current().practitioner_id
    assert who is not None, "only a practitioner acts on a meeting"
    return who


def _open_to_write(folder_ids: Iterable[UUID]) -> None:
    wanted = list(folder_ids)
    if opened_of(wanted) != set(wanted):
        raise NotFound
    for folder_id in wanted:
        if not may_write(folder_id):
            raise Refused(
                "You may read one of these records, but not write in it. Ask the manager who answers for it"
            )


def _in_post(practitioner_id: UUID, what: str) -> Acting:
    """Who holds a post today; somebody who has left cannot be asked to come."""
    found = acting_as(practitioner_id)
    if found is None:
        raise Refused("They hold no post in the partnership any more. Choose who has taken their place", what)
    return found


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


def _child_row(meeting: Meeting, folder_id: UUID, place: int, agenda: str) -> MeetingChild:
    child = Person.objects.filter(folder_id=folder_id).values_list("id", flat=True).first()
    if child is None:
        raise NotFound
    row = MeetingChild(
        folder_id=folder_id,
        meeting=meeting,
        child_id=child,
        place_in_list=place,
        agenda=agenda,
        added_at=now(),
        added_by_id=_me(),
    )
    row.save(force_insert=True)
    return row


def _open_invitation_duty(
    meeting: Meeting, rule: MeetingRule, pack: Pack, folder_ids: Sequence[UUID], acting: Acting
) -> None:
    papers_by = queries.papers_by(rule, pack, meeting.starts_at)
    at = now()
    duties.open_duties(
        [
            duties.Opening(
                folder_id=folder_id,
                kind="invitation_to_family",
                started_at=at,
                subject_id=meeting.id,
                path=f"/meetings/{meeting.id}/",
                owner_id=acting.practitioner_id,
                sooner_at=max(papers_by, at) if papers_by else None,
                sooner_why=f"The meeting is on {_when(meeting.starts_at)}.",
            )
            for folder_id in folder_ids
        ],
        pack=pack,
    )


def _post(acting: Acting) -> str:
    return f"{acting.post_title}, {acting.agency_name}"


def _when(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


# -- changing ---------------------------------------------------------------------------------------


def _locked(meeting_id: UUID, *, version: int | None = None) -> Meeting:
    """The meeting, locked. NotFound, or Refused where the viewer only reads it or somebody acted since `version`."""
    if not queries.may_work(meeting_id):
        if Meeting.objects.filter(id=meeting_id).exists():
            raise Refused("You are invited to this meeting, but do not arrange it. Ask whoever chairs it.")
        raise NotFound
    meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("chair", "changed_by")
        .filter(id=meeting_id)
        .first()
    )
    if meeting is None:
        raise NotFound
    if version is not None and meeting.version != version:
        raise Refused(stale_words(meeting))
    return meeting


def stale_words(meeting: Meeting) -> str:
    """Who did what since a form was opened, and when."""
    who = meeting.changed_by.name if meeting.changed_by else "Somebody"
    when = meeting.changed_at.astimezone(LONDON)
    return (
        f"{who} {meeting.changed_what} at {when:%H:%M} on {when.day} {when:%B}, after you opened this page. "
        "What you typed is kept below. Read what they wrote before you go on."
    )


def _changed(meeting: Meeting, what: str, act: MeetingAct | None = None) -> None:
    """Save it as changed by the viewer; the state follows where an act of the table was done."""
    if act is not None:
        meeting.state = rules.after(MeetingState(meeting.state), act).value
    meeting.version += 1
    meeting.changed_at, meeting.changed_by_id, meeting.changed_what = now(), _me(), what
    meeting.save()


def _folders(meeting_id: UUID, *, all_of_them: bool = False) -> list[UUID]:
    """The children it is about and whose records the viewer may open."""
    rows = MeetingChild.objects.filter(meeting_id=meeting_id)
    if not all_of_them:
        rows = rows.filter(left_at__isnull=True)
    return list(rows.order_by("place_in_list").values_list("folder_id", flat=True))


def _tell_trail(meeting: Meeting, what: str) -> None:
    folders = _folders(meeting.id, all_of_them=True)
    for folder_id in folders:
        record(Verb.WROTE, what, folder_id=folder_id, subject=meeting)
    if not folders:
        record(Verb.WROTE, what, subject=meeting)


def _note_change(meeting: Meeting, what: str, why: str) -> None:
    MeetingChange(meeting=meeting, what=what[:300], why=why.strip(), at=now(), by_id=_me()).save(
        force_insert=True
    )


def _rule_of(meeting: Meeting) -> tuple[MeetingRule, Pack]:
    pack = pack_in_force()
    return pack.meeting(meeting.purpose, meeting.called_at.astimezone(LONDON).date()), pack


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
    meeting = _locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the meeting is moved.", "why")
    rule, pack = _rule_of(meeting)
    place = meeting.place if place is None else place
    link = meeting.link if link is None else link
    by_link = Format(meeting.format) in (Format.VIDEO, Format.TELEPHONE, Format.BOTH)
    rules.may_call(
        children=1, when=when, now=now(), family=rule.family, place=place, link=link, by_link=by_link
    ).or_refuse()
    before = f"{_when(meeting.starts_at)}{f', {meeting.place}' if meeting.place else ''}"
    meeting.starts_at, meeting.place, meeting.link = when, place.strip(), link.strip()
    _changed(meeting, "moved it", MeetingAct.MOVE)
    _note_change(meeting, f"Moved from {before} to {_when(when)}", why)
    folders = _folders(meeting.id)
    if rule.family:
        duties.withdraw_all(meeting.id, f"The meeting was moved: {why.strip()}", folder_ids=folders)
        _open_invitation_duty(meeting, rule, pack, folders, acting)
    _notify_invited(meeting, "A meeting that you are invited to was moved")
    _tell_trail(meeting, "meetings.move")


@transaction.atomic
def change_chair(meeting_id: UUID, chair_id: UUID, why: str, *, version: int | None = None) -> None:
    """Somebody else chairs, before it or in it."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the chair changes.", "why")
    rule, _ = _rule_of(meeting)
    chair = _in_post(chair_id, "chair")
    folders = _folders(meeting.id)
    _may_chair(rule, chair, folders)
    before = meeting.chair.name
    meeting.chair_id = chair.practitioner_id
    _changed(meeting, "changed the chair")
    _note_change(meeting, f"{chair.name} chairs instead of {before}", why)
    if not Invitation.objects.filter(
        meeting=meeting, practitioner_id=chair_id, withdrawn_at__isnull=True
    ).exists():
        _invite_row(meeting, Invitee.practitioner(chair_id, role="Chair", opens=True), folders, acting)
    _tell_trail(meeting, "meetings.change_chair")


@transaction.atomic
def cancel(meeting_id: UUID, why: str, *, version: int | None = None) -> None:
    """It will not be held. What was prepared stays, and a duty to meet (of a process above) goes on running."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the meeting is cancelled.", "why")
    _changed(meeting, "cancelled it", MeetingAct.CANCEL)
    _note_change(meeting, "Cancelled", why)
    folders = _folders(meeting.id)
    duties.withdraw_all(meeting.id, f"The meeting was cancelled: {why.strip()}", folder_ids=folders)
    _notify_invited(meeting, "A meeting that you were invited to is cancelled")
    _tell_trail(meeting, "meetings.cancel")
    _tell_rooms(hooks.cancelled, meeting, folders)


@transaction.atomic
def reopen(meeting_id: UUID, why: str, *, version: int | None = None) -> None:
    """A cancelled meeting is on again, or concluded minutes are open again; what was recorded stays."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    if not why.strip():
        raise Refused("Say why the meeting is reopened.", "why")
    was_cancelled = meeting.state == MeetingState.CANCELLED.value
    _changed(meeting, "reopened it", MeetingAct.REOPEN)
    _note_change(meeting, "On again" if was_cancelled else "Minutes reopened", why)
    rule, pack = _rule_of(meeting)
    if was_cancelled and rule.family:
        _open_invitation_duty(meeting, rule, pack, _folders(meeting.id), acting)
    _tell_trail(meeting, "meetings.reopen")


@transaction.atomic
def add_child(meeting_id: UUID, folder_id: UUID, agenda: str = "", *, version: int | None = None) -> None:
    """The meeting is about this child as well."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _still_open(meeting)
    _open_to_write([folder_id])
    row = MeetingChild.objects.filter(meeting=meeting, folder_id=folder_id).first()
    if row is not None and row.left_at is None:
        raise Refused("The meeting is about this child already.", "folder")
    if row is not None:
        row.left_at, row.left_by, row.left_why = None, None, ""
        row.save()
    else:
        place = MeetingChild.objects.filter(meeting=meeting).aggregate(last=Max("place_in_list"))["last"]
        _child_row(meeting, folder_id, 0 if place is None else place + 1, agenda.strip())
    _changed(meeting, "added a child")
    record(Verb.WROTE, "meetings.add_child", folder_id=folder_id, subject=meeting)


@transaction.atomic
def take_out_child(meeting_id: UUID, folder_id: UUID, why: str, *, version: int | None = None) -> None:
    """The meeting goes on without this child, who may be in another one; the part so far stays, with the reason."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _still_open(meeting)
    row = MeetingChild.objects.filter(meeting=meeting, folder_id=folder_id, left_at__isnull=True).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise Refused("Say why this child leaves the meeting, and where they are looked at instead.", "why")
    if len(_folders(meeting.id)) == 1:
        raise Refused("It is the only child in the meeting. Cancel the meeting instead.", "why")
    row.left_at, row.left_by_id, row.left_why = now(), _me(), why.strip()
    row.save()
    duties.withdraw_all(
        meeting.id, f"The child is no longer part of this meeting: {why.strip()}", folder_ids=[folder_id]
    )
    _changed(meeting, "took a child out")
    record(Verb.WROTE, "meetings.take_out_child", folder_id=folder_id, subject=meeting)


def _still_open(meeting: Meeting) -> None:
    if meeting.state not in (MeetingState.CALLED.value, MeetingState.HELD.value):
        raise Refused("This meeting is closed. Reopen it, with the reason, before you change it.")


def _notify_invited(meeting: Meeting, text: str) -> None:
    for practitioner_id in Invitation.objects.filter(
        meeting=meeting, practitioner__isnull=False, withdrawn_at__isnull=True
    ).values_list("practitioner_id", flat=True):
        if practitioner_id != _me():
            notify(practitioner_id, text=text, path=f"/meetings/{meeting.id}/")


def _tell_rooms(listeners: Sequence[Any], meeting: Meeting, folder_ids: Sequence[UUID]) -> None:
    happened = hooks.Happened(
        meeting.id, Purpose(meeting.purpose), tuple(folder_ids), meeting.process_id, now()
    )
    for listener in listeners:
        listener(happened)


def _happened(event: str, meeting: Meeting, folder_ids: Sequence[UUID], pack: Pack, at: datetime) -> None:
    """Discharge and open duties on the meeting, and discharge those that the process above has of the same kinds."""
    duties.happened(
        event,
        folder_ids,
        subject_id=meeting.id,
        at=at,
        path=f"/meetings/{meeting.id}/minutes/",
        owner_id=meeting.minute_taker_id or meeting.chair_id,
        pack=pack,
    )
    if meeting.process_id is not None:
        for kind in pack.event(event, at.astimezone(LONDON).date()).discharges:
            duties.discharge(kind, meeting.process_id, folder_ids=folder_ids)


# -- inviting ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Invitee:
    """Somebody to be invited. Use one of the four makers. `opens`: the meeting opens the children's records to a
    practitioner until some days after it; the chair and the minute taker may write in them."""

    kind: InviteeKind
    role: str
    practitioner_id: UUID | None = None
    person_id: UUID | None = None
    name: str = ""
    agency_name: str = ""
    agency_id: UUID | None = None
    opens: bool = False
    essential: bool = False
    needs: str = ""
    needs_interpreter: bool | None = None
    language: str = ""
    kept_apart: str = ""

    @classmethod
    def practitioner(cls, practitioner_id: UUID, role: str = "", **more: Any) -> Invitee:
        return cls(InviteeKind.PRACTITIONER, role, practitioner_id=practitioner_id, **more)

    @classmethod
    def family(cls, person_id: UUID, role: str = "", **more: Any) -> Invitee:
        """An adult or a child of the family: which one they are is looked up."""
        return cls(InviteeKind.FAMILY, role, person_id=person_id, **more)

    @classmethod
    def outsider(cls, name: str, role: str, agency_name: str = "", **more: Any) -> Invitee:
        """Somebody who has no account: a relative's friend, a solicitor, another authority's worker."""
        return cls(InviteeKind.OUTSIDER, role, name=name, agency_name=agency_name, **more)


@transaction.atomic
def invite(meeting_id: UUID, invitee: Invitee, *, version: int | None = None) -> UUID:
    """Invite somebody; returns the invitation's id. Raises Refused where they are invited already, hold no post any
    more, or must not be in one room with somebody invited and it is not said how they are kept apart."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _still_open(meeting)
    rule, _ = _rule_of(meeting)
    if invitee.kind in (InviteeKind.FAMILY, InviteeKind.CHILD) and not rule.family:
        raise Refused(
            "This is a discussion between agencies: the family is told of it, not invited.", "person"
        )
    row = _invite_row(meeting, invitee, _folders(meeting.id), acting)
    _changed(meeting, "invited somebody")
    _tell_trail(meeting, "meetings.invite")
    return row.id


def _invite_row(meeting: Meeting, invitee: Invitee, folder_ids: Sequence[UUID], acting: Acting) -> Invitation:
    row = Invitation(
        meeting=meeting,
        kind=invitee.kind.value,
        role=invitee.role.strip()[:120],
        essential=invitee.essential,
        needs=invitee.needs.strip(),
        needs_interpreter=invitee.needs_interpreter,
        language=invitee.language.strip()[:200],
        invited_at=now(),
        invited_by_id=acting.practitioner_id,
    )
    if invitee.kind is InviteeKind.PRACTITIONER:
        assert invitee.practitioner_id is not None
        _fill_practitioner(row, invitee, meeting, folder_ids)
    elif invitee.kind is InviteeKind.OUTSIDER:
        if not invitee.name.strip():
            raise Refused("Give the name of whoever is invited.", "name")
        row.name, row.agency_name = invitee.name.strip(), invitee.agency_name.strip()
        row.agency_id = invitee.agency_id
    else:
        _fill_person(row, invitee, meeting, folder_ids)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("They are invited already.", "who") from error
    if row.practitioner_id and row.practitioner_id != acting.practitioner_id:
        notify(row.practitioner_id, text="You are invited to a meeting", path=f"/meetings/{meeting.id}/")
    return row


def _fill_practitioner(
    row: Invitation, invitee: Invitee, meeting: Meeting, folder_ids: Sequence[UUID]
) -> None:
    assert invitee.practitioner_id is not None
    who = _in_post(invitee.practitioner_id, "practitioner")
    row.practitioner_id, row.name = who.practitioner_id, who.name
    row.agency_id, row.agency_name = who.agency_id, who.agency_name
    row.role = row.role or who.post_title
    if not invitee.opens:
        return
    pack = pack_in_force()
    day = meeting.starts_at.astimezone(LONDON).date()
    limit = pack.limit("meeting_access", day)
    ends_at = clocks.after(max(meeting.starts_at, now()), limit, pack.calendar(day).forgiven())
    leads = invitee.practitioner_id in (meeting.chair_id, meeting.minute_taker_id)
    for folder_id in folder_ids:
        if access.let_in_for_meeting(
            folder_id,
            who.practitioner_id,
            level=GrantLevel.WRITE if leads else GrantLevel.READ,
            ends_at=ends_at,
            why=f"Invited to a meeting on {_when(meeting.starts_at)}",
        ):
            row.opens_until = ends_at


def _fill_person(row: Invitation, invitee: Invitee, meeting: Meeting, folder_ids: Sequence[UUID]) -> None:
    assert invitee.person_id is not None
    person = Person.objects.filter(id=invitee.person_id).first()
    if person is None:
        raise NotFound
    row.person_id = person.pk
    if person.kind == PersonKind.CHILD.value:
        row.kind, row.folder_id = InviteeKind.CHILD.value, person.folder_id
        row.role = row.role or "Child"
    else:
        row.kind, row.name = InviteeKind.FAMILY.value, name_and_age([person.pk])[person.pk].name
        row.role = row.role or "Family"
    apart = queries.apart_from(meeting.id, person.pk, folder_ids)
    rules.may_invite_beside(apart, invitee.kept_apart).or_refuse()
    row.kept_apart = invitee.kept_apart.strip()


@transaction.atomic
def withdraw_invitation(invitation_id: UUID, why: str) -> None:
    """Somebody is not to come after all: they left the agency, or it is not safe. What was recorded stays."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = _invitation(invitation_id)
    _still_open(meeting)
    if not why.strip():
        raise Refused("Say why the invitation is taken back.", "why")
    if row.practitioner_id == meeting.chair_id:
        raise Refused("They chair this meeting. Change the chair first.", "why")
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_why = now(), _me(), why.strip()
    row.save()
    _changed(meeting, "took an invitation back")
    _tell_trail(meeting, "meetings.withdraw_invitation")


@transaction.atomic
def change_needs(
    invitation_id: UUID, *, needs: str, needs_interpreter: bool | None, language: str, kept_apart: str
) -> None:
    """What somebody needs to take part, and how they are kept from whom they must not meet."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = _invitation(invitation_id)
    _still_open(meeting)
    if row.person_id is not None:
        apart = queries.apart_from(meeting.id, row.person_id, _folders(meeting.id))
        rules.may_invite_beside(apart, kept_apart).or_refuse()
    row.needs, row.needs_interpreter = needs.strip(), needs_interpreter
    row.language, row.kept_apart = language.strip()[:200], kept_apart.strip()
    row.save()
    _changed(meeting, "changed what somebody needs")
    _tell_trail(meeting, "meetings.change_needs")


def _invitation(invitation_id: UUID) -> tuple[Invitation, Meeting]:
    row = Invitation.objects.filter(id=invitation_id, withdrawn_at__isnull=True).first()
    if row is None:
        raise NotFound
    return row, _locked(row.meeting_id)


def _stamp(row: Invitation) -> dict[str, Any]:
    return {
        "meeting_id": row.meeting_id,
        "folder_id": row.folder_id,
        "invitation": row,
        "recorded_at": now(),
        "recorded_by_id": _me(),
    }


@transaction.atomic
def give(
    invitation_id: UUID,
    kind: GivenKind,
    *,
    how: How,
    at: datetime | None = None,
    form: str = "",
    covers: Sequence[Topic] = (),
    understood: str = "",
    reply: str = "",
    late_why: str = "",
) -> UUID:
    """Record that the invitation, the papers, an explanation or the minutes reached somebody: when, how, in which form.

    Papers that come later than the pack asks say why. Raises Refused for a time that lies ahead.
    """
    permit(Permission.WRITE_FOLDER)
    row, meeting = _invitation(invitation_id)
    moment = at or now()
    if moment > now():
        raise Refused("Give the time at which it reached them. It cannot be still to come.", "at")
    rule, pack = _rule_of(meeting)
    of_family = row.kind in (InviteeKind.FAMILY.value, InviteeKind.CHILD.value)
    papers_by = queries.papers_by(rule, pack, meeting.starts_at)
    if kind is GivenKind.PAPERS and of_family and papers_by and moment > papers_by and not late_why.strip():
        raise Refused(
            f"The family should have had the papers by {_when(papers_by)}. Say why they came later",
            "late_why",
        )
    if kind is GivenKind.INVITATION and moment >= meeting.starts_at:
        raise Refused("The meeting had begun by then. Record the time at which they really had it.", "at")
    if kind is GivenKind.EXPLAINED and not covers:
        raise Refused("Choose what was explained.", "covers")
    if kind is GivenKind.EXPLAINED and not understood.strip():
        raise Refused("Say what they understood of it, or that they would not say.", "understood")
    given = Given(
        **_stamp(row),
        kind=kind.value,
        at=moment,
        how=how.value,
        form=form[:20],
        covers=[topic.value for topic in covers],
        understood=understood.strip(),
        reply=reply.strip(),
        late_why=late_why.strip(),
    )
    given.save(force_insert=True)
    if kind in (GivenKind.INVITATION, GivenKind.PAPERS) and meeting.state == MeetingState.CALLED.value:
        _discharge_when_prepared(meeting, pack)
    _tell_trail(meeting, "meetings.give")
    return given.id


def _discharge_when_prepared(meeting: Meeting, pack: Pack) -> None:
    """Once each of the family has invitation and papers, nothing more is owed before the meeting."""
    people = queries.preparation(meeting.id)
    if people and all(one.invited_at and one.papers_at for one in people):
        duties.happened("family_prepared", _folders(meeting.id), subject_id=meeting.id, at=now(), pack=pack)


@transaction.atomic
def offer_supporter(
    invitation_id: UUID,
    *,
    offered: bool,
    why_not: str = "",
    answer: SupporterAnswer | None = None,
    name: str = "",
    relation: str = "",
) -> None:
    """They may bring somebody: the offer and the answer, or why it was not offered (FAM-02)."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = _invitation(invitation_id)
    if not offered and not why_not.strip():
        raise Refused("Say why no supporter was offered.", "why_not")
    if offered and answer is None:
        raise Refused("Say what they answered.", "answer")
    if offered and answer is SupporterAnswer.BRINGS and not name.strip():
        raise Refused("Give the name of whoever they bring.", "name")
    Supporter(
        **_stamp(row),
        offered=offered,
        why_not=why_not.strip(),
        answer=answer.value if answer and offered else "",
        name=name.strip(),
        relation=relation.strip(),
    ).save(force_insert=True)
    _tell_trail(meeting, "meetings.offer_supporter")


@transaction.atomic
def book_interpreter(
    invitation_id: UUID,
    *,
    language: str,
    name: str = "",
    booked_with: str = "",
    relative: bool = False,
    relative_why: str = "",
) -> None:
    """Who interprets for somebody, sign language included. A relative is challenged and needs a reason (FAM-04)."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = _invitation(invitation_id)
    if not language.strip():
        raise Refused("Say for which language, or which way of signing.", "language")
    if not relative and not (name.strip() or booked_with.strip()):
        raise Refused("Give the interpreter's name, or the service and its booking number.", "booked_with")
    rules.may_use_relative(relative, relative_why).or_refuse()
    Interpreter(
        **_stamp(row),
        language=language.strip(),
        name=name.strip(),
        booked_with=booked_with.strip(),
        relative=relative,
        relative_why=relative_why.strip(),
    ).save(force_insert=True)
    if not row.needs_interpreter:
        row.needs_interpreter = True
        row.save(update_fields=["needs_interpreter"])
    _tell_trail(meeting, "meetings.book_interpreter")


@transaction.atomic
def tell_child(
    meeting_id: UUID,
    folder_id: UUID,
    stage: ChildStage,
    *,
    done: bool,
    words: str,
    at: datetime | None = None,
) -> None:
    """What a child was told before or after, and how they took part; or why not (CHD-12)."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id)
    if folder_id not in _folders(meeting.id):
        raise NotFound
    if not words.strip():
        raise Refused("Say what the child was told and how they took part, or why not.", "words")
    moment = at or now()
    if moment > now():
        raise Refused("Give a time that is past.", "at")
    if stage is ChildStage.BEFORE and done and moment >= meeting.starts_at:
        raise Refused(
            "The meeting had begun by then. Say that the child was not told before it, and why.", "at"
        )
    ChildTold(
        folder_id=folder_id,
        meeting=meeting,
        stage=stage.value,
        done=done,
        words=words.strip(),
        at=moment,
        recorded_at=now(),
        recorded_by_id=_me(),
    ).save(force_insert=True)
    record(Verb.WROTE, "meetings.tell_child", folder_id=folder_id, subject=meeting)


@transaction.atomic
def send_report(
    meeting_id: UUID,
    texts: Mapping[UUID, str],
    *,
    for_family: bool,
    not_for_family_why: str = "",
    invitation_id: UUID | None = None,
    document_ids: Mapping[UUID, UUID] | None = None,
) -> None:
    """An agency's report for a meeting, one text by folder, in the name of whoever is invited from it.

    Without `invitation_id` it is the viewer's own. What the family may not read says why.
    """
    permit(Permission.WRITE_FOLDER)
    meeting = Meeting.objects.filter(id=meeting_id).first()
    if meeting is None:
        raise NotFound
    own: dict[str, Any] = {"id": invitation_id} if invitation_id else {"practitioner_id": _me()}
    row = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True, **own).first()
    if row is None:
        raise Refused(
            "Only somebody who is invited sends a report. Ask whoever called the meeting to invite you."
        )
    documents = document_ids or {}
    wanted = [f for f in dict.fromkeys([*texts, *documents]) if texts.get(f, "").strip() or f in documents]
    if not wanted:
        raise Refused("Write the report, or attach it.", "text")
    if not for_family and not not_for_family_why.strip():
        raise Refused("Say why the family may not read this report.", "not_for_family_why")
    if set(wanted) - set(_folders(meeting.id)):
        raise NotFound
    _open_to_write(wanted)
    for folder_id in wanted:
        Report(
            folder_id=folder_id,
            meeting=meeting,
            invitation=row,
            text=texts.get(folder_id, "").strip(),
            document_id=documents.get(folder_id),
            for_family=for_family,
            not_for_family_why=not_for_family_why.strip(),
            recorded_at=now(),
            recorded_by_id=_me(),
        ).save(force_insert=True)
        record(Verb.WROTE, "meetings.send_report", folder_id=folder_id, subject=meeting)


# -- holding ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AttendanceIn:
    """How one invited person took part. `words`: who came instead, or what was tried so that they could come."""

    invitation_id: UUID
    came: Came
    words: str = ""
    report: bool = False
    supporter_came: bool | None = None
    interpreter_used: bool | None = None
    no_interpreter_why: str = ""


@transaction.atomic
def record_attendance(
    meeting_id: UUID, people: Sequence[AttendanceIn], *, version: int | None = None
) -> None:
    """Who came, apologised, sent a report; the latest that is recorded of somebody holds."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _still_open(meeting)
    _attendance_rows(meeting, people)
    _changed(meeting, "recorded who came")
    _tell_trail(meeting, "meetings.record_attendance")


def _attendance_rows(meeting: Meeting, people: Sequence[AttendanceIn]) -> None:
    invited = {row.id: row for row in Invitation.objects.filter(meeting=meeting, withdrawn_at__isnull=True)}
    for one in people:
        row = invited.get(one.invitation_id)
        if row is None:
            raise NotFound
        of_family = row.kind in (InviteeKind.FAMILY.value, InviteeKind.CHILD.value)
        name = row.name or "the child"
        if one.came is Came.SENT_SOMEBODY and not one.words.strip():
            raise Refused(f"Say who came in place of {name}.", f"words_{row.id}")
        if of_family and one.came is Came.NOT_THERE and not one.words.strip():
            raise Refused(f"Say what was tried so that {name} could take part.", f"words_{row.id}")
        if (
            row.needs_interpreter
            and one.came.took_part
            and one.interpreter_used is not True
            and not one.no_interpreter_why.strip()
        ):
            raise Refused(
                f"{name} needs an interpreter. Say whether one was there, or why not.",
                f"interpreter_{row.id}",
            )
        Attendance(
            **_stamp(row),
            came=one.came.value,
            words=one.words.strip(),
            report=one.report,
            supporter_came=one.supporter_came,
            interpreter_used=one.interpreter_used,
            no_interpreter_why=one.no_interpreter_why.strip(),
        ).save(force_insert=True)


@transaction.atomic
def hold(
    meeting_id: UUID,
    *,
    began_at: datetime | None = None,
    people: Sequence[AttendanceIn] = (),
    without_quorum_why: str = "",
    unready_why: str = "",
    version: int | None = None,
) -> None:
    """The meeting took place: who took part, whether the quorum was met, what the family had before it.

    Duties follow as the pack says, and rooms above are told. Raises Refused where somebody's attendance is not
    said, or the quorum or the family's preparation lacks something and no reason is given.
    """
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    rules.after(MeetingState(meeting.state), MeetingAct.HOLD)
    began = began_at or now()
    if began > now():
        raise Refused(
            "The meeting cannot have begun in the future. Give the time at which it began.", "began_at"
        )
    _attendance_rows(meeting, people)
    rule, pack = _rule_of(meeting)
    people_there = queries.present(meeting.id)
    lacks = queries.quorum_lacks(rule, pack, people_there)
    unready = queries.unready(meeting.id, rule, pack, began)
    rules.may_hold(
        unanswered=[one.name for one in people_there if one.came is None],
        lacks=lacks,
        without_quorum_why=without_quorum_why,
        unready=unready,
        unready_why=unready_why,
    ).or_refuse()
    meeting.began_at, meeting.quorate, meeting.lacked = began, not lacks, "; ".join(lacks)
    meeting.without_quorum_why = without_quorum_why.strip() if lacks else ""
    meeting.unready, meeting.unready_why = "; ".join(unready), unready_why.strip() if unready else ""
    _changed(meeting, "recorded who came", MeetingAct.HOLD)
    folders = _folders(meeting.id)
    for event in rule.on_held:
        _happened(event, meeting, folders, pack, began)
    _ask_about_absent(meeting, rule, pack, folders)
    _tell_trail(meeting, "meetings.hold")
    _tell_rooms(hooks.held, meeting, folders)


def _ask_about_absent(meeting: Meeting, rule: MeetingRule, pack: Pack, folder_ids: Sequence[UUID]) -> None:
    """Somebody of the family who stays away again and again: a decision on the child's safety is due (FAM-15)."""
    if any(
        rules.stayed_away(latest_first, rule.missed_in_a_row)
        for latest_first in queries.attendance_of_family(meeting.id, folder_ids).values()
    ):
        manager = {folder: responsible_manager(folder) for folder in folder_ids}
        for folder_id in folder_ids:
            duties.happened(
                "family_stayed_away",
                [folder_id],
                subject_id=meeting.id,
                at=now(),
                path=f"/meetings/{meeting.id}/stayed-away/",
                owner_id=manager[folder_id],
                pack=pack,
            )


@transaction.atomic
def decide_on_missed(meeting_id: UUID, decided: Mapping[UUID, tuple[str, str]]) -> None:
    """What it means for each child's safety that somebody stays away, and what is tried next: outcome and reasons by
    folder (FAM-15)."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id)
    if not decided or set(decided) - set(_folders(meeting.id)):
        raise NotFound
    if not all(outcome.strip() for outcome, _ in decided.values()):
        raise Refused("Say what you decide for the child's safety.", "outcome")
    pack = pack_in_force()
    records.decide(
        [_deciding(meeting, pack, folder, outcome, reasons) for folder, (outcome, reasons) in decided.items()]
    )
    duties.happened("missed_meetings_decided", list(decided), subject_id=meeting.id, at=now(), pack=pack)
    for folder_id in decided:
        record(Verb.WROTE, "meetings.decide_on_missed", folder_id=folder_id, subject=meeting)


# -- minutes ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SaidIn:
    """What somebody said. `words` for each child of the meeting alike, or `words_by_folder` for some of them.

    `no_account`: instead of an account, why it is not there. `about_adult`: an adult's own needs, kept apart.
    `not_for_family_why`: said without the family; their copies leave it out for this reason.
    """

    invitation_id: UUID | None
    words: str = ""
    words_by_folder: Mapping[UUID, str] = field(default_factory=dict)
    about_adult: bool = False
    no_account: bool = False
    not_for_family_why: str = ""


@transaction.atomic
def write_minutes(meeting_id: UUID, passages: Sequence[SaidIn], *, version: int | None = None) -> int:
    """Add to the minutes what was said by whom; returns how many rows. What siblings share becomes a row of each."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _held(meeting)
    folders = _folders(meeting.id)
    invited = set(Invitation.objects.filter(meeting=meeting).values_list("id", flat=True))
    number = Said.objects.filter(meeting=meeting).aggregate(last=Max("number"))["last"] or 0
    rows: list[Said] = []
    for passage in passages:
        if passage.invitation_id is not None and passage.invitation_id not in invited:
            raise NotFound
        words = {folder: passage.words_by_folder.get(folder, "") or passage.words for folder in folders}
        words = {folder: text.strip() for folder, text in words.items() if text.strip()}
        if not words:
            raise Refused("Write what was said.", "words")
        number += 1
        together = uuid7() if len(words) > 1 else None
        rows += [
            Said(
                folder_id=folder,
                meeting=meeting,
                number=number,
                invitation_id=passage.invitation_id,
                words=text,
                about_adult=passage.about_adult,
                no_account_why=passage.no_account,
                not_for_family_why=passage.not_for_family_why.strip(),
                written_at=now(),
                written_by_id=_me(),
                written_together=together,
            )
            for folder, text in words.items()
        ]
    if not rows:
        raise Refused("Write what was said.", "words")
    Said.objects.bulk_create(rows)
    _changed(meeting, "wrote in the minutes")
    _tell_trail(meeting, "meetings.write_minutes")
    return len(rows)


def _held(meeting: Meeting) -> None:
    if meeting.state == MeetingState.CALLED.value:
        raise Refused("Record who came before you write the minutes.")
    if meeting.state != MeetingState.HELD.value:
        raise Refused(
            "These minutes are closed. Correct them by adding, or reopen the meeting with the reason."
        )


@transaction.atomic
def correct_minutes(said_id: UUID, was_wrong: str, words: str, *, for_all: bool = False) -> None:
    """Put minutes right by adding: what was wrong and what is right. The first text stays; also after the meeting.

    `for_all`: the same in the part of every child for whom it was written together.
    """
    permit(Permission.WRITE_FOLDER)
    wrong = Said.objects.filter(id=said_id).first()
    if wrong is None:
        raise NotFound
    if not was_wrong.strip():
        raise Refused("Say what was wrong.", "was_wrong")
    if not words.strip():
        raise Refused("Write what is right.", "words")
    meeting = _locked(wrong.meeting_id)
    together = wrong.written_together if for_all else None
    targets = list(Said.objects.filter(written_together=together)) if together else [wrong]
    number = (Said.objects.filter(meeting=meeting).aggregate(last=Max("number"))["last"] or 0) + 1
    again = uuid7() if len(targets) > 1 else None
    for target in targets:
        Said(
            folder_id=target.folder_id,
            meeting=meeting,
            number=number,
            invitation_id=target.invitation_id,
            words=words.strip(),
            about_adult=target.about_adult,
            no_account_why=target.no_account_why,
            not_for_family_why=target.not_for_family_why,
            corrects=target,
            was_wrong=was_wrong.strip(),
            written_at=now(),
            written_by_id=_me(),
            written_together=again,
        ).save(force_insert=True)
        record(Verb.WROTE, "meetings.correct_minutes", folder_id=target.folder_id, subject=meeting)
    _changed(meeting, "corrected the minutes")


@dataclass(frozen=True)
class DecisionIn:
    """What a meeting decides for one child. `dissents`: by invitation, who does not agree and why, in their words."""

    folder_id: UUID
    outcome: str
    reasons: str
    dissents: Mapping[UUID, str] = field(default_factory=dict)
    definition_id: str = ""
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None


@transaction.atomic
def decide(
    meeting_id: UUID, decisions: Sequence[DecisionIn], *, version: int | None = None
) -> dict[UUID, UUID]:
    """Record the meeting's decisions, each on one child, and who dissents; returns the decision's id by folder.

    The chair records them, as their maker. Raises Refused where the meeting was not held or is concluded.
    """
    acting = permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _held(meeting)
    rules.leads(
        chair=meeting.chair_id, viewer=acting.practitioner_id, chair_name=meeting.chair.name
    ).or_refuse()
    folders = set(_folders(meeting.id))
    if not decisions or {one.folder_id for one in decisions} - folders:
        raise NotFound
    pack = pack_in_force()
    invited = set(Invitation.objects.filter(meeting=meeting).values_list("id", flat=True))
    for one in decisions:
        if not one.outcome.strip():
            raise Refused("Say what was decided.", "outcome")
        if set(one.dissents) - invited:
            raise NotFound
    made = records.decide(
        [
            _deciding(
                meeting,
                pack,
                one.folder_id,
                one.outcome,
                one.reasons,
                definition_id=one.definition_id,
                conflict=one.conflict,
                conflict_resolved=one.conflict_resolved,
                for_the_child=one.for_the_child,
            )
            for one in decisions
        ]
    )
    found: dict[UUID, UUID] = {}
    for one, decision in zip(decisions, made, strict=True):
        dissents = {who: words.strip() for who, words in one.dissents.items() if words.strip()}
        row = MeetingDecision(
            folder_id=one.folder_id,
            meeting=meeting,
            decision=decision,
            agreement=(Agreement.SOME if dissents else Agreement.ALL).value,
        )
        row.save(force_insert=True)
        for who, words in dissents.items():
            _dissent_row(row, who, words)
        found[one.folder_id] = decision.id
        record(Verb.WROTE, "meetings.decide", folder_id=one.folder_id, subject=meeting)
    _changed(meeting, "recorded a decision")
    return found


def _deciding(
    meeting: Meeting, pack: Pack, folder_id: UUID, outcome: str, reasons: str, **more: Any
) -> records.Deciding:
    return records.Deciding(
        folder_id=folder_id,
        kind=DecisionKind.MEETING,
        outcome=outcome.strip()[:200],
        reasons=reasons,
        pack=pack.name,
        pack_version=pack.version,
        subject_id=meeting.id,
        **more,
    )


def _dissent_row(decision: MeetingDecision, invitation_id: UUID, words: str) -> None:
    Dissent(
        folder_id=decision.folder_id,
        meeting_id=decision.meeting_id,
        decision=decision,
        invitation_id=invitation_id,
        words=words,
        recorded_at=now(),
        recorded_by_id=_me(),
    ).save(force_insert=True)


@transaction.atomic
def dissent(decision_id: UUID, invitation_id: UUID, words: str) -> None:
    """Somebody does not agree with a decision, said in the meeting or after it; it stands beside the decision."""
    permit(Permission.WRITE_FOLDER)
    row = MeetingDecision.objects.filter(decision_id=decision_id).first()
    if row is None:
        raise NotFound
    meeting = _locked(row.meeting_id)
    if not Invitation.objects.filter(id=invitation_id, meeting=meeting).exists():
        raise NotFound
    if not words.strip():
        raise Refused("Write why they do not agree, in their words.", "words")
    _dissent_row(row, invitation_id, words.strip())
    _changed(meeting, "recorded that somebody does not agree")
    record(Verb.WROTE, "meetings.dissent", folder_id=row.folder_id, subject=meeting)


@dataclass(frozen=True)
class ActionIn:
    """Something to be done for a child, by whom, by when, and why that day suits the child's age and stage."""

    folder_id: UUID
    words: str
    due_on: date
    timing_why: str
    practitioner_id: UUID | None = None
    by_whom: str = ""
    outcome_id: str = ""


@transaction.atomic
def agree_actions(meeting_id: UUID, agreed: Sequence[ActionIn], *, version: int | None = None) -> list[UUID]:
    """Give actions to a named person, of an agency where they work in one, each with a day (PAR-05, CHD-07)."""
    permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    _held(meeting)
    folders = set(_folders(meeting.id))
    pack = pack_in_force()
    ids: list[UUID] = []
    for one in agreed:
        if one.folder_id not in folders:
            raise NotFound
        if not one.words.strip():
            raise Refused("Say what is to be done.", "action")
        if one.practitioner_id is None and not one.by_whom.strip():
            raise Refused("Say who will do it.", "by_whom")
        if not one.timing_why.strip():
            raise Refused("Say why this day suits the child's age and stage.", "timing_why")
        who = _in_post(one.practitioner_id, "practitioner") if one.practitioner_id else None
        row = AgreedAction(
            folder_id=one.folder_id,
            meeting=meeting,
            words=one.words.strip(),
            agency_id=who.agency_id if who else None,
            practitioner_id=who.practitioner_id if who else None,
            by_whom=f"{who.name}, {who.agency_name}" if who else one.by_whom.strip(),
            due_on=one.due_on,
            timing_why=one.timing_why.strip(),
            outcome_id=one.outcome_id,
            pack=pack.name,
            pack_version=pack.version,
            agreed_at=now(),
            agreed_by_id=_me(),
        )
        row.save(force_insert=True)
        ids.append(row.id)
        record(Verb.WROTE, "meetings.agree_actions", folder_id=one.folder_id, subject=meeting)
    _changed(meeting, "agreed an action")
    return ids


@transaction.atomic
def action_done(action_id: UUID, *, done: bool, words: str) -> None:
    """An agreed action was done, or will not be: what came of it, or why not."""
    permit(Permission.WRITE_FOLDER)
    row = AgreedAction.objects.filter(id=action_id).first()
    if row is None:
        raise NotFound
    if not words.strip():
        raise Refused("Say what came of it, or why it will not be done.", "words")
    if ActionDone.objects.filter(action=row).exists():
        raise Refused("It has been answered already.")
    ActionDone(
        folder_id=row.folder_id,
        action=row,
        done=done,
        words=words.strip(),
        at=now(),
        by_id=_me(),
    ).save(force_insert=True)
    record(Verb.WROTE, "meetings.action_done", folder_id=row.folder_id, subject=row)


@transaction.atomic
def conclude(meeting_id: UUID, *, version: int | None = None) -> None:
    """The minutes are finished: each child's decision, each account or why not, what each child was told.

    Duties follow as the pack says, rooms above are told, and copies can go round.
    """
    acting = permit(Permission.WRITE_FOLDER)
    meeting = _locked(meeting_id, version=version)
    rules.after(MeetingState(meeting.state), MeetingAct.CONCLUDE)
    rules.leads(
        chair=meeting.chair_id, viewer=acting.practitioner_id, chair_name=meeting.chair.name
    ).or_refuse()
    rule, pack = _rule_of(meeting)
    lacks = queries.before_concluding(queries.meeting(meeting.id, ("told", "decisions", "said")))
    rules.may_conclude(
        without_decision=lacks.without_decision,
        not_heard=lacks.not_heard,
        children_not_told=lacks.children_not_told,
    ).or_refuse()
    at = now()
    meeting.concluded_at, meeting.concluded_by_id = at, acting.practitioner_id
    _changed(meeting, "concluded it", MeetingAct.CONCLUDE)
    folders = _folders(meeting.id)
    for event in rule.on_concluded:
        _happened(event, meeting, folders, pack, at)
    MinutesDraft.objects.filter(meeting=meeting).delete()
    _tell_trail(meeting, "meetings.conclude")
    _tell_rooms(hooks.concluded, meeting, folders)


# -- who is kept apart ------------------------------------------------------------------------------


@transaction.atomic
def keep_apart(
    folder_id: UUID, one_id: UUID, other_id: UUID, *, in_room: bool, address: bool, why: str
) -> UUID:
    """Two people in a child's life must not be in one room, or learn each other's address (FAM-08)."""
    permit(Permission.WRITE_FOLDER)
    _open_to_write([folder_id])
    if one_id == other_id:
        raise Refused("Choose two different people.", "other")
    if not (in_room or address):
        raise Refused("Choose what they are to be kept from.", "what")
    if not why.strip():
        raise Refused("Say why, and who says so.", "why")
    around = queries.people_around(folder_id)
    if one_id not in around or other_id not in around:
        raise NotFound
    row = KeepApart(
        folder_id=folder_id,
        one_id=one_id,
        other_id=other_id,
        in_room=in_room,
        address=address,
        why=why.strip(),
        held_from=today(),
        recorded_at=now(),
        recorded_by_id=_me(),
    )
    row.save(force_insert=True)
    record(Verb.WROTE, "meetings.keep_apart", folder_id=folder_id, subject=row)
    return row.id


@transaction.atomic
def end_keep_apart(keep_apart_id: UUID, why: str) -> UUID:
    """They need be kept apart no longer; that they were stays on the record. Returns the folder."""
    permit(Permission.WRITE_FOLDER)
    row = KeepApart.objects.filter(held_on(today()), id=keep_apart_id).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise Refused("Say why it is safe now, and who decided.", "why")
    row.held_until, row.ended_why = today(), why.strip()
    row.save()
    record(Verb.WROTE, "meetings.end_keep_apart", folder_id=row.folder_id, subject=row)
    return row.folder_id


# -- drafts -----------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(meeting_id: UUID, content: Mapping[str, Any]) -> MinutesDraft:
    """Keep what the viewer has typed so far in the minutes of a meeting."""
    if not Meeting.objects.filter(id=meeting_id).exists():
        raise NotFound
    who = _me()
    row = MinutesDraft.objects.filter(meeting_id=meeting_id, practitioner_id=who).first()
    row = row or MinutesDraft(meeting_id=meeting_id, practitioner_id=who)
    row.content, row.saved_at = dict(content), now()
    row.save()
    return row


@transaction.atomic
def drop_draft(meeting_id: UUID) -> None:
    """Forget what the viewer has typed in the minutes of a meeting."""
    MinutesDraft.objects.filter(meeting_id=meeting_id, practitioner_id=_me()).delete()
