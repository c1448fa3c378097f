"""Who is invited, as what, with which needs; who is not to come after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.access import actions as access
from sightline.access.terms import GrantLevel
from sightline.agencies.actions import notify, permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.children.models import Person
from sightline.children.queries import name_and_age, speaks
from sightline.children.terms import PersonKind
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import clocks
from sightline.procedures.queries import pack_in_force

from .. import queries, rules
from ..models import (
    Invitation,
    Meeting,
)
from ..terms import (
    InviteeKind,
)
from .base import (
    changed,
    children_of,
    in_post,
    invitation,
    locked,
    me,
    rule_of,
    said_when,
    still_open,
    tell_trail,
)


@dataclass(frozen=True)
class Invitee:
    """Somebody to be invited. Use one of the four makers. `opens`: the meeting opens the children's records to a
    practitioner until some days after it; the chair and the minute taker may write in them, and with `writes`
    whoever is to send what their agency knows."""

    kind: InviteeKind
    role: str
    practitioner_id: UUID | None = None
    person_id: UUID | None = None
    name: str = ""
    agency_name: str = ""
    agency_id: UUID | None = None
    comes_for_id: UUID | None = None
    professional: bool = False
    opens: bool = False
    writes: bool = False
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
        """Somebody who has no account: a relative's friend or a solicitor (`comes_for_id`: the relative, whose papers
        theirs are), another authority's worker (`professional`). Of whom neither is said, papers hold no child's
        part."""
        return cls(InviteeKind.OUTSIDER, role, name=name, agency_name=agency_name, **more)


@transaction.atomic
def invite(meeting_id: UUID, invitee: Invitee, *, version: int | None = None) -> UUID:
    """Invite somebody; returns the invitation's id. Raises Refused where they are invited already, hold no post any
    more, or must not be in one room with somebody invited and it is not said how they are kept apart."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    still_open(meeting)
    rule, _ = rule_of(meeting)
    if invitee.kind in (InviteeKind.FAMILY, InviteeKind.CHILD) and not rule.family:
        raise Refused(
            "This is a discussion between agencies: the family is told of it, not invited.", "person"
        )
    row = invite_row(meeting, invitee, children_of(meeting.id), acting)
    changed(meeting, "invited somebody")
    tell_trail(meeting, "meetings.invite")
    return row.id


def invite_row(meeting: Meeting, invitee: Invitee, folder_ids: Sequence[UUID], acting: Acting) -> Invitation:
    """The invitation of one person, who is told of it; raises Refused where they are invited already."""
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
        _whose_they_are(row, invitee)
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


def _whose_they_are(row: Invitation, invitee: Invitee) -> None:
    if invitee.comes_for_id is not None:
        if invitee.professional:
            raise Refused("Say either for whom they come, or that they come for an agency.", "comes_for")
        if not Person.objects.filter(id=invitee.comes_for_id).exists():
            raise NotFound
        row.comes_for_id = invitee.comes_for_id
    row.professional = invitee.professional


def _fill_practitioner(
    row: Invitation, invitee: Invitee, meeting: Meeting, folder_ids: Sequence[UUID]
) -> None:
    assert invitee.practitioner_id is not None
    who = in_post(invitee.practitioner_id, "practitioner")
    row.practitioner_id, row.name = who.practitioner_id, who.name
    row.agency_id, row.agency_name = who.agency_id, who.agency_name
    row.role = row.role or who.post_title
    if not invitee.opens:
        return
    ends_at = opens_until(meeting)
    leads = invitee.practitioner_id in (meeting.chair_id, meeting.minute_taker_id)
    for folder_id in folder_ids:
        if access.let_in_for_meeting(
            folder_id,
            who.practitioner_id,
            level=GrantLevel.WRITE if leads or invitee.writes else GrantLevel.READ,
            ends_at=ends_at,
            why=f"Invited to a meeting on {said_when(meeting.starts_at)}",
        ):
            row.opens_until = ends_at


def opens_until(meeting: Meeting) -> datetime:
    """Until when a meeting opens the records to those invited: the pack's time after it."""
    pack = pack_in_force()
    day = meeting.starts_at.astimezone(LONDON).date()
    limit = pack.limit("meeting_access", day)
    return clocks.after(max(meeting.starts_at, now()), limit, pack.calendar(day).forgiven())


def open_as_long(meeting: Meeting, folder_ids: Sequence[UUID]) -> None:
    """The meeting was moved or is on again: what its invitations opened stays open until as long after its day."""
    _open_until(meeting, folder_ids, opens_until(meeting))


def open_no_longer(meeting: Meeting, folder_ids: Sequence[UUID]) -> None:
    """The meeting was cancelled: what its invitations opened is closed with it, for whoever acts from the next page."""
    _open_until(meeting, folder_ids, now(), only_shorter=True)


def _open_until(
    meeting: Meeting, folder_ids: Sequence[UUID], ends_at: datetime, *, only_shorter: bool = False
) -> None:
    for row in Invitation.objects.filter(
        meeting=meeting, withdrawn_at__isnull=True, opens_until__isnull=False
    ):
        if only_shorter and row.opens_until is not None and row.opens_until <= ends_at:
            continue
        _opened_until(row, folder_ids, ends_at)
        row.opens_until = ends_at
        row.save(update_fields=["opens_until"])


def _opened_until(row: Invitation, folder_ids: Sequence[UUID], ends_at: datetime) -> None:
    if row.practitioner_id is None or row.opens_until is None:
        return
    for folder_id in folder_ids:
        access.change_for_meeting(folder_id, row.practitioner_id, was=row.opens_until, ends_at=ends_at)


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
    _speaks_as_recorded(row)
    apart = queries.apart_from(meeting.id, person.pk, folder_ids)
    rules.may_invite_beside(apart, invitee.kept_apart).or_refuse()
    row.kept_apart = invitee.kept_apart.strip()


def _speaks_as_recorded(row: Invitation) -> None:
    """What the invitation does not say of language and needs is taken from the person's record: a family is not asked
    twice, and an interpreter whom the record asks for is not forgotten (FAM-04)."""
    assert row.person_id is not None
    said = speaks(row.person_id)
    if row.needs_interpreter is None and said.interpreter:
        row.needs_interpreter = True
        row.language = row.language or said.interpreter[:200]
    row.language = row.language or said.languages[:200]
    row.needs = row.needs or said.communication


@transaction.atomic
def withdraw_invitation(invitation_id: UUID, why: str) -> None:
    """Somebody is not to come after all: they left the agency, or it is not safe. What was recorded stays; what the
    invitation had opened to them is closed."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = invitation(invitation_id)
    still_open(meeting)
    if not why.strip():
        raise Refused("Say why the invitation is taken back.", "why")
    if row.practitioner_id == meeting.chair_id:
        raise Refused("They chair this meeting. Change the chair first.", "why")
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_why = now(), me(), why.strip()
    _opened_until(row, children_of(meeting.id, all_of_them=True), now())
    row.save()
    changed(meeting, "took an invitation back")
    tell_trail(meeting, "meetings.withdraw_invitation")


@transaction.atomic
def change_needs(
    invitation_id: UUID, *, needs: str, needs_interpreter: bool | None, language: str, kept_apart: str
) -> None:
    """What somebody needs to take part, and how they are kept from whom they must not meet."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = invitation(invitation_id)
    still_open(meeting)
    if row.person_id is not None:
        apart = queries.apart_from(meeting.id, row.person_id, children_of(meeting.id))
        rules.may_invite_beside(apart, kept_apart).or_refuse()
    row.needs, row.needs_interpreter = needs.strip(), needs_interpreter
    row.language, row.kept_apart = language.strip()[:200], kept_apart.strip()
    row.save()
    changed(meeting, "changed what somebody needs")
    tell_trail(meeting, "meetings.change_needs")
