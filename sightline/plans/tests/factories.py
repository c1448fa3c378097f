"""Children with plans, their workers and their families."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.children.actions import involve, record_adult, record_child, tie
from sightline.children.models import Person
from sightline.children.rules import Birth, Names, NewAdult, NewChild, NewInvolvement, NewTie
from sightline.children.terms import Kinship, Known
from sightline.enquiries.actions import episode as way
from sightline.enquiries.terms import Act, Stage
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings.models import Meeting, MeetingChild, MeetingDecision
from sightline.meetings.terms import Agreement, Format, MeetingState, Purpose
from sightline.plans import actions, queries
from sightline.plans.actions import (
    ActionIn,
    BeginIn,
    EndIn,
    IncidentIn,
    OfferIn,
    OutcomeIn,
    ReviewedIn,
    StatementIn,
    StepIn,
    ViewIn,
    VisitIn,
    WishesIn,
)
from sightline.plans.terms import (
    Achieved,
    Agrees,
    IncidentKind,
    Next,
    OfferState,
    PlanKind,
    ReviewResult,
    ServiceNeed,
    StatementKind,
    When,
    Whose,
)
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import Deciding, decide
from sightline.records.terms import DecisionKind, Interpreting

#: Why a review that was held at no recorded meeting counts without its quorum.
AT_NO_MEETING = "It was held by telephone, with everybody in turn."
WISHED = WishesIn(why_not="She was asked twice, and went on drawing.")


@dataclass
class Family:
    """Maya and Theo, their mother, and who works with them. The worker and chair may write; the stranger may not."""

    worker: Practitioner
    manager: Practitioner
    chair: Practitioner
    nurse: Practitioner
    stranger: Practitioner
    maya: UUID
    theo: UUID
    mother: UUID
    children: dict[UUID, UUID] = field(default_factory=dict)


def make_family(
    pack: str = "nottinghamshire", *, born: date = date(2017, 3, 14), expected: date | None = None
) -> Family:
    make_partnership(pack=pack)
    manager = make_practitioner("team-manager", name="Priya Nair")
    worker = make_practitioner("social-worker", name="Dana Okafor", line_manager=manager)
    chair = make_practitioner("independent-conference-chair", name="Helen Abara")
    nurse = make_practitioner("health-visitor", name="Ines Farrow")
    stranger = make_practitioner("team-manager", name="Nobody Here")
    folders, children = [], {}
    for given, birth in (("Maya", born), ("Theo", date(2021, 6, 1))):
        folder_id = open_folder_for(worker, chair, manager, manager=manager)
        with looking_as(Viewer.for_job("demo")):
            there = Birth(expected_on=expected) if expected and given == "Maya" else Birth(born_on=birth)
            child = record_child(NewChild(folder_id, Names(given, "Ferreira-Lund"), there))
        folders.append(folder_id)
        children[folder_id] = child
    with as_practitioner(worker):
        mother = record_adult(folders[0], NewAdult(Names("Ana", "Ferreira"), Birth()))
        for folder_id in folders:
            tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
            posting = worker.postings.get()
            involve(folder_id, NewInvolvement(posting.agency_id, "Social worker", worker.pk, lead=True))
    return Family(worker, manager, chair, nurse, stranger, folders[0], folders[1], mother, children)


def before_its_conference(family: Family, folder_id: UUID) -> None:
    """The child's way as far as the conference that an enquiry has called."""
    because = "Neglect has gone on although help was given."
    with as_practitioner(family.worker):
        episode = way.begin(folder_id, Stage.STRATEGY, reasons=because)
        for act in (Act.START_ENQUIRY, Act.CALL_CONFERENCE):
            way.move(way.locked(episode.id), act, reasons=because)


def conference_decision(family: Family, folder_id: UUID) -> UUID:
    """What the conference that an enquiry called decided, held just now."""
    before_its_conference(family, folder_id)
    return decided_at(family.chair, folder_id, Purpose.INITIAL_CONFERENCE)


def decided_at(chair: Practitioner, folder_id: UUID, purpose: Purpose) -> UUID:
    """What a conference that was held and concluded decided, without the invitations and minutes of a real one."""
    pack, at, post = pack_in_force(), now(), "Independent conference chair"
    with as_practitioner(chair):
        meeting = Meeting.objects.create(
            purpose=purpose.value, format=Format.IN_PERSON.value, place="Room 2", starts_at=at, chair=chair,
            state=MeetingState.CONCLUDED.value, called_at=at, called_by=chair, called_post=post, began_at=at,
            held_written_at=at, quorate=True, concluded_at=at, concluded_by=chair, pack=pack.name,
            pack_version=pack.version, changed_at=at, changed_by=chair, changed_what="concluded it",
        )  # fmt: skip
        child = Person.objects.get(folder_id=folder_id)
        MeetingChild.objects.create(
            folder_id=folder_id, meeting=meeting, child=child, place_in_list=1, added_at=at, added_by=chair
        )
        [made] = decide(
            [
                Deciding(
                    folder_id, DecisionKind.MEETING, "The child needs a child protection plan",
                    "Neglect has gone on although help was given.", pack.name, pack.version,
                )
            ]
        )  # fmt: skip
        MeetingDecision.objects.create(
            folder_id=folder_id, meeting=meeting, decision=made, agreement=Agreement.ALL.value
        )
    return made.id


def begun(
    family: Family, folder_id: UUID | None = None, kind: PlanKind = PlanKind.CHILD_PROTECTION, **changes: Any
) -> UUID:
    """A plan that has begun, led by Dana."""
    folder_id = folder_id or family.maya
    protecting = kind is PlanKind.CHILD_PROTECTION
    with_plan = changes.pop("with_plan", None)
    fields: dict[str, Any] = {
        "kind": kind,
        "began_on": today(),
        "reasons": "She is hungry at school and afraid at home.",
        "category": "NEG" if protecting else "",
        "decision_id": conference_decision(family, folder_id) if protecting else None,
        "lead_id": family.worker.pk,
        "wishes": WISHED,
    }
    with as_practitioner(family.chair if protecting else family.worker):
        return actions.begin_plan(
            folder_id, BeginIn(**{**fields, **changes}), with_plan=with_plan, knows_family=False
        )


def an_outcome(**changes: Any) -> OutcomeIn:
    fields: dict[str, Any] = {
        "words": "Maya eats breakfast at home every school day.",
        "measure": "Maya says so, and her weight rises again.",
        "baseline": "She is hungry on four days of five.",
        "by": today() + timedelta(days=60),
        "whose": Whose.CHILD,
        "needed": When.NOW,
        "of_framework": "be_healthy",
        "baseline_scale": 3,
        "hoped_scale": 8,
    }
    return OutcomeIn(**{**fields, **changes})


def an_action(practitioner: Practitioner, **changes: Any) -> ActionIn:
    fields: dict[str, Any] = {
        "words": "Go with Maya to the hearing clinic.",
        "practitioner_id": practitioner.pk,
        "due_on": today() + timedelta(days=14),
        "timing": "At nine she loses words at school every week that she cannot hear.",
        "needed": When.NOW,
    }
    return ActionIn(**{**fields, **changes})


def a_visit(**changes: Any) -> VisitIn:
    fields: dict[str, Any] = {
        "visited_at": now(),
        "seen": True,
        "alone": True,
        "where": "At school, in the library",
        "like": "Calm; she drew for twenty minutes.",
        "said": "I want Mum to pick me up herself.",
        "text": "Maya drew her family and spoke of the evenings.",
        "interpreting": Interpreting.NONE_NEEDED,
    }
    return VisitIn(**{**fields, **changes})


def written(family: Family, plan_id: UUID) -> UUID:
    """Everything that a plan needs before it is signed; returns the outcome's item."""
    with as_practitioner(family.worker):
        [item] = actions.write_outcome([plan_id], an_outcome())
        actions.give_action([plan_id], an_action(family.nurse))
        for kind, answer, words, why, about in (
            (
                StatementKind.STANDS_ON,
                "section_47",
                "The conference of today.",
                "Agreement was tried twice.",
                "",
            ),
            (StatementKind.FAMILY_PLAN, "accepted", "Nan has them every weekend.", "", ""),
            (StatementKind.CONTINGENCY, "", "Nan is rung first, then the duty team.", "", ""),
            (StatementKind.DANGER, "", "That Maya goes hungry and unheard.", "", ""),
            (StatementKind.TIE, "kept", "She lives with her.", "", "Ana Ferreira"),
        ):
            actions.write_statement([plan_id], StatementIn(kind, words, answer, about, why))
        hear(family, plan_id)
    return item


def hear(
    family: Family, plan_id: UUID, *, review_id: UUID | None = None, mother: Agrees = Agrees.YES
) -> None:
    """The child's view and the mother's."""
    actions.record_view(
        plan_id, ViewIn(Whose.CHILD, "Maya", Agrees.YES, "I like the breakfast bit."), review_id=review_id
    )
    actions.record_view(
        plan_id,
        ViewIn(Whose.PARENT, "Ana Ferreira", mother, "I asked for help myself.", person_id=family.mother),
        review_id=review_id,
    )


def signed(family: Family, plan_id: UUID) -> UUID:
    item = written(family, plan_id)
    with as_practitioner(family.worker):
        actions.sign_plan(plan_id)
    return item


def reviewed(**changes: Any) -> ReviewedIn:
    fields: dict[str, Any] = {
        "actual": "Breakfast on four days of five.",
        "evidence": "Maya, and the school's list.",
        "achieved": Achieved.PARTLY,
        "next": Next.GOES_ON,
        "scale": 6,
    }
    return ReviewedIn(**{**fields, **changes})


def closed_review(
    family: Family,
    plan_id: UUID,
    item: UUID,
    result: ReviewResult = ReviewResult.CONTINUES,
    by: Practitioner | None = None,
) -> UUID:
    """A review with everything answered, closed by the manager where nobody else is named."""
    with as_practitioner(by or family.manager):
        review = actions.start_review(plan_id, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan_id, review_id=review)
        actions.close_review(
            review, result, "The evenings are calm and she eats.", WISHED, knows_family=False
        )
    return review


def an_end(family: Family, **changes: Any) -> EndIn:
    fields: dict[str, Any] = {
        "reason": "RC7",
        "reasons": "The child is safe and has been for half a year.",
        "summary": "Maya was hungry and afraid. Mornings are calm now, her mother works days, Nan has her at weekends. "
        "Look out for the evenings.",
        "helps_now": "The school's breakfast club, and Nan.",
        "feedback_asked": "Dana asked Ana and Maya on the last visit.",
        "record_in_order_by": family.manager.pk,
        "wishes": WISHED,
        "knows_family": False,
    }
    return EndIn(**{**fields, **changes})


def a_step(family: Family, to: PlanKind, **changes: Any) -> StepIn:
    fields: dict[str, Any] = {
        "to": to,
        "reasons": "She has been safe for half a year.",
        "summary": "Hunger and fear have ended; the evenings hold.",
        "helps_now": "Dana and the school.",
        "feedback_asked": "Asked on the last visit.",
        "record_in_order_by": family.manager.pk,
        "wishes": WISHED,
        "knows_family": False,
    }
    return StepIn(**{**fields, **changes})


def filled(folder_id: UUID, by: Practitioner) -> dict[str, UUID]:
    """A child in need plan with one of everything, as somebody who may write in the record makes it."""
    with as_practitioner(by):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(PlanKind.CHILD_IN_NEED, today(), "Help from several services is needed.", wishes=WISHED),
            knows_family=False,
        )
        pack = pack_in_force()
        framework = [o.id for o in pack.outcomes(today()).item]
        [item] = actions.write_outcome([plan], an_outcome(of_framework=framework[0] if framework else ""))
        [action] = actions.give_action([plan], an_action(by))
        for kind, answer in (
            (StatementKind.STANDS_ON, "section_17"),
            (StatementKind.FAMILY_PLAN, "accepted"),
            (StatementKind.CONTINGENCY, ""),
        ):
            actions.write_statement([plan], StatementIn(kind, "Agreed at the kitchen table.", answer))
        for name in queries.plan_shown(plan).ties:
            actions.write_statement(
                [plan], StatementIn(StatementKind.TIE, "They see each other.", "kept", name)
            )
        for account in queries.plan_shown(plan).accounts:
            actions.record_view(
                plan,
                ViewIn(account.whose, account.name, Agrees.YES, "It is good.", person_id=account.person_id),
            )
        offer = actions.offer_service(
            folder_id,
            OfferIn("Calm mornings", name="Breakfast club", state=OfferState.RECEIVING),
            plan_id=plan,
        )
        member = actions.name_core_member(plan, "Worker", practitioner_id=by.pk)
        actions.record_visit(plan, a_visit(visited_at=now()))
        actions.sign_plan(plan)
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        transfer = actions.receive_transfer(folder_id, "Northmoor Council", "Their reports.", category="NEG")
        [incident] = actions.record_incident(
            [folder_id],
            IncidentIn(
                IncidentKind.MISSING, now() - timedelta(hours=5), "Not home from school.", "His mother",
                ended_at=now() - timedelta(hours=1),
            ),
        )  # fmt: skip
        actions.talk_after_return(incident, held_at=None, declined="“I don't want to.”")
        [talk] = queries.incidents_of([folder_id])[0].talks
    return {
        "plan_id": plan, "text_id": item, "plan_action_id": action, "offer_id": offer, "member_id": member,
        "review_id": review, "transfer_id": transfer, "incident_id": incident,
        "talk_id": talk.id,
    }  # fmt: skip


def a_service(by: Practitioner) -> UUID:
    """A service of the directory."""
    with as_practitioner(by):
        return actions.keep_local(
            actions.LocalIn(
                "Time to talk", "Somebody to talk to.", [ServiceNeed.RECOVERY], "01632 960500", 5, 18
            )
        )
