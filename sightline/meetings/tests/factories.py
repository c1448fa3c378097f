"""A family with two children, the people who work with them, and meetings about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_partnership,
    make_practitioner,
)
from sightline.children.actions import involve, record_adult, record_child, tie
from sightline.children.rules import Address, Birth, Names, NewAdult, NewChild, NewInvolvement, NewTie
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import now
from sightline.meetings import actions, papers, queries
from sightline.meetings.actions import AttendanceIn, Invitee, RulingIn
from sightline.meetings.models import Invitation
from sightline.meetings.terms import Came, ChildStage, GivenKind, How, Purpose, SupporterAnswer

#: What a decision says of the child's wishes, as the room that weighs them takes it (`hooks.weighing`).
NOT_LEARNT = SimpleNamespace(
    view_ids=(), weight="", why_not="Asked twice; each drew and did not want to say."
)

HIDDEN = "17 Lantern Row"
HIDDEN_POSTCODE = "ZZ99 4HD"


@dataclass
class Family:
    """Maya and Theo, their mother at a confidential address with them, and their father elsewhere."""

    worker: Practitioner
    chair: Practitioner
    officer: Practitioner
    visitor: Practitioner
    stranger: Practitioner
    manager: Practitioner
    maya: UUID
    theo: UUID
    maya_id: UUID
    theo_id: UUID
    mother: UUID
    father: UUID


def make_family() -> Family:
    make_partnership(pack="rotherham")
    manager = make_practitioner("team-manager", name="Priya Nair")
    worker = make_practitioner("social-worker", name="Dana Okafor", line_manager=manager)
    chair = make_practitioner("independent-conference-chair", name="Ruth Lindqvist")
    officer = make_practitioner("police-front-door-officer", name="Owen Blake")
    visitor = make_practitioner("health-visitor", name="Ngozi Adeyemi")
    stranger = make_practitioner("social-worker", name="Nobody Here")
    folders = [open_folder_for(worker, manager=manager) for _ in range(2)]
    hidden = Address(lines=HIDDEN, postcode=HIDDEN_POSTCODE, area="Saltwick", confidential=True)
    with as_practitioner(worker):
        children = [
            record_child(NewChild(folder, Names(given, "Ferreira"), Birth(born_on=born), address=hidden))
            for folder, given, born in zip(
                folders, ("Maya", "Theo"), (date(2017, 3, 14), date(2021, 6, 2)), strict=True
            )
        ]
        mother = record_adult(folders[0], NewAdult(Names("Ana", "Ferreira"), Birth(), address=hidden))
        father = record_adult(
            folders[0],
            NewAdult(
                Names("Jon", "Lund"), Birth(), address=Address(lines="4 Tern Street", postcode="ZZ99 1AA")
            ),
        )
        tie(folders[0], NewTie(children[1], Kinship.SIBLING, Known.NO, Known.YES))
        for folder in folders:
            tie(folder, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES))
            tie(folder, NewTie(father, Kinship.FATHER, Known.YES, Known.NO))
            involve(
                folder,
                NewInvolvement(
                    worker.postings.get().agency_id, "social worker", worker.pk, "Assesses", lead=True
                ),
            )
    return Family(worker, chair, officer, visitor, stranger, manager, *folders, *children, mother, father)


def in_days(days: int) -> datetime:
    return (now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


def call(family: Family, purpose: Purpose = Purpose.INITIAL_CONFERENCE, **changes: Any) -> UUID:
    """A meeting in ten days about both children, called by the worker."""
    fields: dict[str, Any] = {
        "chair_id": family.chair.pk,
        "place": "Civic Centre, room 2",
        "agenda": "Is a child protection plan needed?",
        "earlier_why": "Discussed on the telephone on Monday by Owen Blake, the nurse and Dana Okafor.",
    }
    folders = changes.pop("folders", [family.maya, family.theo])
    when = changes.pop("when", in_days(10))
    with as_practitioner(family.worker):
        return actions.call(purpose, folders, when, **{**fields, **changes})


def send_report(meeting_id: UUID, texts: dict[UUID, str], **changes: Any) -> None:
    """A report on each child, without anything from the family unless `family_said` says otherwise."""
    fields = {"for_family": True, "no_family_why": dict.fromkeys(texts, "Not asked yet: she is away.")}
    actions.send_report(meeting_id, texts, **{**fields, **changes})


def invite_all(family: Family, meeting_id: UUID) -> dict[str, UUID]:
    """Worker, police, health and both parents: the invitation of each by name."""
    with as_practitioner(family.worker):
        for who in (family.worker, family.officer, family.visitor):
            actions.invite(meeting_id, Invitee.practitioner(who.pk, opens=who is not family.worker))
        actions.invite(meeting_id, Invitee.family(family.mother, "Mother"))
        actions.invite(meeting_id, Invitee.family(family.father, "Father"))
        return invited(meeting_id)


def invited(meeting_id: UUID) -> dict[str, UUID]:
    rows = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
    return {row.name.split(" ")[0]: row.id for row in rows}


def prepare(family: Family, meeting_id: UUID) -> None:
    """Invitation and papers with both parents in time, a supporter offered, each child told."""
    with as_practitioner(family.worker):
        ids = invited(meeting_id)
        for name in ("Ana", "Jon"):
            actions.give(ids[name], GivenKind.INVITATION, how=How.BY_HAND, form="invitation")
            actions.give(ids[name], GivenKind.PAPERS, how=How.BY_HAND)
            actions.offer_supporter(ids[name], offered=True, answer=SupporterAnswer.DECLINES)
        for folder in (family.maya, family.theo):
            actions.tell_child(
                meeting_id, folder, ChildStage.BEFORE, done=True, words="Told at home, with pictures."
            )


def read_through(family: Family, meeting_id: UUID, invitation_id: UUID, *, let: bool = True) -> int:
    """The chair reads everything that was held back for one reader, and lets it through or leaves it out."""
    with as_practitioner(family.chair):
        shown = queries.meeting(meeting_id)
        held = papers.held_for(shown, shown.person(invitation_id))
        actions.rule_on_copy(
            meeting_id, invitation_id, [RulingIn(one.digest, let, "Read from end to end.") for one in held]
        )
        return len(held)


def everybody_came(meeting_id: UUID, **other: Came) -> list[AttendanceIn]:
    """Attendance of all who are invited, as somebody who sees the meeting; by first name where it is different."""
    return [
        AttendanceIn(
            invitation,
            other.get(name, Came.CAME),
            words="Rang twice and offered a lift." if other.get(name) is Came.NOT_THERE else "",
        )
        for name, invitation in invited(meeting_id).items()
    ]
