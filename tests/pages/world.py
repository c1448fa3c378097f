"""A small world for walking every page: people in every role, concerns, a sealed child, a foreign child."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

import sightline.agencies
from sightline.access.actions import open_in_emergency, seal
from sightline.access.models import Grant
from sightline.agencies.actions import notify
from sightline.agencies.models import Posting, Practitioner, RotaShift
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team, setting_up
from sightline.archive import actions as archive
from sightline.archive.queries import bundle
from sightline.archive.terms import Asker, Choice, GivenAs, LeftAs, ReplyKind
from sightline.children.actions import involve, record_adult, tie
from sightline.children.models import Identifier, Involvement
from sightline.children.queries import child_page
from sightline.children.rules import Birth, Names, NewAdult, NewInvolvement, NewTie
from sightline.children.terms import Kinship, Known
from sightline.concerns.actions import screen, start_draft, take_up
from sightline.concerns.models import ConcernPart, Screening
from sightline.concerns.rules import secret_digest
from sightline.concerns.tests.factories import FrontDoor, a_decision, make_front_door, raised_by
from sightline.documents.actions import Incoming, NewBodyMap, attach, draw_body_map
from sightline.documents.tests.files import photograph
from sightline.enquiries.actions.assessment import Beginning, begin
from sightline.enquiries.actions.contribution import ask
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.plans.tests.factories import a_service, filled
from sightline.procedures.models import Duty
from sightline.records.actions import EntryIn, sign
from sightline.records.queries import entry as entry_view
from sightline.records.terms import EntryKind
from sightline.voice.actions import Mattering, Said, acted, hear, matters
from sightline.voice.terms import Heard, Near

from .world_meetings import PLACES, a_meeting

ROLES = tuple(
    tomllib.loads((Path(sightline.agencies.__file__).parent / "roles.toml").read_text(encoding="utf-8"))
)


#: What rests on a strategy discussion is walked by the tests of the room enquiries; here it is nobody's.
IN_THEIR_ROOM = {
    f"{name}_id": uuid4()
    for name in (
        "strategy",
        "enquiry",
        "measure",
        "made_safe",
        "medical",
        "looked_after",
        "step_up",
        "subject",
    )
}


@dataclass(frozen=True)
class Route:
    """A page's view, and the names of what its address holds."""

    view: Any
    wanted: frozenset[str]


def routes(
    patterns: list[Any] | None = None, space: str = "", held: frozenset[str] = frozenset()
) -> dict[str, Route]:
    """Every named route by its full name; what has no name is reached by no page. The first of a name counts."""
    found: dict[str, Route] = {}
    for each in get_resolver().url_patterns if patterns is None else patterns:
        wanted = held | set(each.pattern.converters)
        if isinstance(each.pattern, RegexPattern):
            wanted |= set(each.pattern.regex.groupindex)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            found = {**routes(each.url_patterns, inner, wanted), **found}
        elif each.name:
            found.setdefault(f"{space}{each.name}", Route(each.callback, wanted))
    return found


@dataclass
class Records:
    """The ids with which pages ask for one concern and what hangs on it."""

    concern_id: UUID
    part_id: UUID
    folder_id: UUID
    person_id: UUID
    draft_id: UUID
    decision_id: UUID
    screening_id: UUID
    duty_id: UUID
    entry_id: UUID
    statement_id: UUID
    asked_id: UUID
    tie_id: UUID
    number_id: UUID
    row_id: UUID
    notice_id: UUID
    grant_id: UUID
    emergency_id: UUID
    document_id: UUID
    map_id: UUID
    view_id: UUID
    matter_id: UUID
    became_id: UUID
    assessment_id: UUID
    episode_id: UUID
    contribution_id: UUID
    paper_id: UUID
    copy_id: UUID
    access_id: UUID
    item_id: UUID
    shared_id: UUID
    reply_id: UUID
    meeting_id: UUID
    invitation_id: UUID
    part_folder_id: UUID
    said_id: UUID
    outcome_id: UUID
    action_id: UUID
    apart_id: UUID
    pack_id: UUID
    plan_id: UUID
    text_id: UUID
    plan_action_id: UUID
    offer_id: UUID
    member_id: UUID
    review_id: UUID
    transfer_id: UUID
    incident_id: UUID
    talk_id: UUID

    @classmethod
    def invented(cls) -> Records:
        return cls(**{name: uuid4() for name in cls.__dataclass_fields__})


@dataclass
class World:
    """`known` is open to the front door, `sealed` to its manager and decider alone."""

    door: FrontDoor
    people: dict[str, Practitioner]
    known: Records
    sealed: Records
    places: dict[str, Any] = field(default_factory=dict)

    def client(self, who: Practitioner | None) -> Client:
        client = Client(headers={"user-agent": "Tests"})
        client.raise_request_exception = False
        if who is not None:
            client.force_login(who.user)
        return client

    def arguments(self, records: Records) -> dict[str, Any]:
        return {**IN_THEIR_ROOM, **vars(records), **self.places}


def _records(door: FrontDoor, visitor: Practitioner, owning: Callable[[], Any]) -> Records:
    """One concern taken up and decided, with an entry, an adult, somebody who works with the child, an emergency."""
    raised = raised_by(door.teacher)
    with owning():
        parts = list(ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("id"))
        folder_id = parts[0].folder_id
    with as_practitioner(door.decider):
        take_up(raised.concern_id)
        screen(
            raised.concern_id,
            [a_decision(p.id, outcome="early_help") for p in parts],
            knows_family=False,
            version=None,
        )
        written = EntryIn(
            (folder_id,), EntryKind.NOTE, now(), "He came to the gate.\n\n@Sam Reyes: He was hungry.",
            written_for=visitor.pk,
        )  # fmt: skip
        entry = sign(written)[folder_id]
        view = entry_view(entry.id, [folder_id])
        mother = record_adult(folder_id, NewAdult(Names("Ana", "Ferreira"), Birth()))
        tied = tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
        involve(folder_id, NewInvolvement(door.team.agency_id, "decision manager", door.decider.pk, "Calls"))
        heard = hear(
            folder_id,
            Said(
                Heard.THREE_HOUSES, now(), "The music room", False, said="I want mum to pick me up.",
                worries="The shouting.", others="Her teacher", why_not_alone="She asked for him to stay.",
                wants="Mum at the gate.", keep_from="Not her uncle.",
            ),
        )  # fmt: skip
        mattering = matters(folder_id, Mattering("Nan", Near.NEAREST))
        became = acted(heard.id, "Mum was asked.", today())
        child = child_page([folder_id]).child
        document = attach(
            [Incoming("drawing.jpg", io.BytesIO(photograph()))], {folder_id: None}, own=True
        ).documents[folder_id][0]
        seen = draw_body_map(
            folder_id, NewBodyMap(now(), "Both hands.", [], none_seen=True, said="It’s only ink.")
        )
        begun = begin(
            Beginning(
                [folder_id], "early_help", door.decider.pk, "agreement", "Her mother agreed on the telephone."
            )
        )[0]
        asked = ask(begun.id, door.teacher.postings.get().agency_id, "How is he at school?")
        met = a_meeting(folder_id, child.id, mother)
        notice = notify(door.decider.pk, text="Something waits for you.", path="/")
    files = _files(door, folder_id, owning)
    planned = filled(folder_id, door.decider)
    with as_practitioner(visitor):
        opened = open_in_emergency(
            folder_id, "His mother has rung: he has not come home from school.", minutes=60
        )
    with as_practitioner(door.teacher):
        draft = start_draft("concern")
    with owning():
        screening = Screening.objects.get(part=parts[0])
        duty = Duty.objects.filter(folder_id=folder_id).first()
        assert duty is not None
        number = Identifier.objects.filter(person_id=child.id).first()
        grant = Grant.objects.filter(folder_id=folder_id).first()
        assert grant is not None
        involvement = Involvement.objects.filter(folder_id=folder_id).first()
        assert involvement is not None
    return Records(
        concern_id=raised.concern_id,
        part_id=parts[0].id,
        folder_id=folder_id,
        person_id=child.id,
        draft_id=draft.id,
        decision_id=screening.decision_id,
        screening_id=screening.id,
        duty_id=duty.id,
        entry_id=entry.id,
        statement_id=view.statements[1].id,
        asked_id=view.requests[0].id,
        tie_id=tied if isinstance(tied, UUID) else tied.id,
        number_id=number.id if number else uuid4(),
        row_id=involvement.id,
        notice_id=notice.id,
        grant_id=grant.id,
        emergency_id=opened.id,
        document_id=document.id,
        map_id=seen.id,
        view_id=heard.id,
        matter_id=mattering.id,
        became_id=became.id,
        assessment_id=begun.id,
        episode_id=begun.episode_id,
        contribution_id=asked.id,
        **files,
        **met,
        **planned,
    )


def _files(door: FrontDoor, folder_id: UUID, owning: Callable[[], Any]) -> dict[str, UUID]:
    """A paper volume, a copy that left, and a record that was given to be read and answered."""
    officer = make_practitioner("records-officer", team=door.team)
    with as_practitioner(officer):
        volume = archive.add_volume(folder_id, "1", archive.Keeping("Cabinet 4", now().date()))
        copy = archive.copy_left(
            folder_id, archive.Leaving("The plan", LeftAs.PRINT, "A meeting", "Gwen Ashby", now())
        )
        asked = archive.receive(
            folder_id, archive.Asking(Asker.SELF, "Maya", "At school", now(), "Told her teacher", "All of it")
        )
        archive.check_identity(
            asked.id, archive.Identity("Known to her teacher.", "", "She knows what it is.")
        )
        archive.gather(asked.id)
        for item in bundle(asked.id):
            archive.decide_item(item.id, archive.Deciding(Choice.GIVE, reasons="It is hers."))
    with as_practitioner(door.manager):
        archive.approve(asked.id, "Every item.")
    with as_practitioner(officer):
        given = archive.give(asked.id, archive.Giving(GivenAs.ONLINE, "Maya", now()))
        item_id = bundle(asked.id)[0].id
    holder = Viewer.public(given.reference, secret_digest(given.reference, given.secret))
    with transaction.atomic(), looking_as(holder):
        reply = archive.reply(ReplyKind.ADD, "I like art.")
    return {
        "paper_id": volume.id, "copy_id": copy.id, "access_id": asked.id, "item_id": item_id,
        "shared_id": reply.shared_id, "reply_id": reply.id,
    }  # fmt: skip


def make_world(owning: Callable[[], Any]) -> World:
    door = make_front_door()
    people = {role: make_practitioner(role, team=make_team()) for role in ROLES}
    people["front-door-decision-manager"] = door.decider
    people["team-manager"] = door.manager
    people["designated-safeguarding-lead"] = door.teacher
    visitor = people["health-visitor"]
    known, sealed = _records(door, visitor, owning), _records(door, visitor, owning)
    with owning():
        folders = list(
            ConcernPart.objects.filter(concern_id=sealed.concern_id).values_list("folder_id", flat=True)
        )
    with as_practitioner(door.manager):
        for folder_id in folders:
            seal(folder_id, "Somebody who works here is family.", [door.manager.pk])
    with setting_up():
        posting = Posting.objects.filter(practitioner=door.worker).first()
        shift = RotaShift.objects.filter(team=door.team).first()
        assert posting is not None
        assert shift is not None
    places = {
        "practitioner_id": door.worker.pk,
        "team_id": door.team.pk,
        "posting_id": posting.pk,
        "agency_id": posting.agency_id,
        "shift_id": shift.pk,
        "principle_id": "none",
        "definition_id": "safeguarding",
        "step": "children",
        "n": 0,
        "kind": "gp",
        "form_id": "visit",
        "what": "involvement",
        "became": "done",
        "act": "approve",
        "question": "religion",
        "section": "family",
        "digits": "12343b",
        "key": "abc",
        "uidb36": "1",
        "pk": 1,
        "provider_id": "none",
        **PLACES,
        "line_id": uuid4(),
        "print_id": uuid4(),
        "volume_id": uuid4(),
        "local_id": a_service(people["quality-lead"]),
        "part": "outcome",
        "number": 1,
    }
    return World(door, people, known, sealed, places)
