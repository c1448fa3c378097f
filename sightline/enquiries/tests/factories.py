"""Two siblings on whom the front door has decided, with a family, a social worker and managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sightline.access.queries import joined_set
from sightline.access.tests.factories import let_in, long_ago
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team
from sightline.children.actions import answer_identity, record_adult, tie
from sightline.children.queries import child_page
from sightline.children.rules import Answer, Birth, Names, NewAdult, NewTie
from sightline.children.terms import Answered, Kinship, Known, Sex
from sightline.concerns import queries as concerns
from sightline.concerns.actions import screen
from sightline.concerns.tests.factories import FrontDoor, a_decision, make_front_door, raised_by
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import protection
from sightline.enquiries.actions.assessment import Beginning, PartTaken
from sightline.enquiries.actions.changes import close
from sightline.enquiries.actions.contact import AttemptIn, record_attempt
from sightline.enquiries.actions.protection import Calling, EndingIn, call_strategy
from sightline.enquiries.models import Assessment
from sightline.enquiries.queries import assessment as queries
from sightline.enquiries.queries.heard import accounts
from sightline.enquiries.rules.assessment import DIFFICULTY, STRENGTH
from sightline.enquiries.rules.closing import Closing
from sightline.enquiries.terms import ActsForChild, AgainstAge, ContactWay, Development, Reached, TookPart
from sightline.kernel.time import now, today
from sightline.kernel.viewer import current
from sightline.meetings.actions import AttendanceIn, hold
from sightline.meetings.models import Invitation
from sightline.meetings.terms import Came
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import Deciding, decide, sign_entry
from sightline.records.terms import DecisionKind, EntryKind, Interpreting
from sightline.voice.actions import WishesIn

WORDS = "Her mother agreed at home on Tuesday to an assessment of both children."


@dataclass
class Case:
    """Maya and Theo, and who works with them."""

    door: FrontDoor
    worker: Practitioner
    manager: Practitioner
    other_manager: Practitioner
    maya: UUID
    theo: UUID
    concern_id: UUID


def make_case(outcome: str = "section_17_assessment", **changes: Any) -> Case:
    """A concern about two siblings decided on at the front door; nobody is allocated yet."""
    door = make_front_door()
    team = make_team(door.team.agency, name="Safeguarding East")
    manager = make_practitioner("team-manager", team=team, name="Priya Manager")
    other = make_practitioner("team-manager", team=team, name="Ruth Head")
    worker = make_practitioner("social-worker", team=team, name="Dana Worker", line_manager=manager)
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        parts = concerns.concern(raised.concern_id).parts
        screen(raised.concern_id, [a_decision(p.id, outcome, **changes) for p in parts], knows_family=False)
        maya, theo = (p.folder_id for p in parts)
    for folder_id in (maya, theo):
        let_in(folder_id, manager, other)
        long_ago(folder_id)
    return Case(door, worker, manager, other, maya, theo, raised.concern_id)


def a_beginning(case: Case, *folders: UUID, **changes: Any) -> Beginning:
    fields: dict[str, Any] = {
        "folder_ids": folders or (case.maya, case.theo),
        "form": "section_17",
        "author_id": case.worker.pk,
        "stands_on": "agreement",
        "stands_on_words": WORDS,
    }
    return Beginning(**{**fields, **changes})


def begun(case: Case, *folders: UUID, **changes: Any) -> list[Assessment]:
    """An assessment of both children, begun by the manager for the worker."""
    with as_practitioner(case.manager):
        return act.begin(a_beginning(case, *folders, **changes))


def a_family(folder_id: UUID) -> tuple[UUID, UUID]:
    """A father beside the mother whom the concern named; their person ids."""
    child = child_page(joined_set(folder_id))
    mother = next(t.person.id for t in child.ties if t.kinship is Kinship.MOTHER)
    father = record_adult(folder_id, NewAdult(Names("Lars", "Lund"), Birth(sex=Sex.MALE)))
    tie(folder_id, NewTie(father, Kinship.FATHER, Known.YES, Known.NO))
    return mother, father


def answer_everything(folder_id: UUID) -> None:
    for question in queries.ASKED_OF_ALL:
        answer_identity(folder_id, Answer(question, Answered.DECLINED))


def complete(case: Case, row: Assessment, *, seen: bool = True) -> None:
    """Everything that a manager needs to sign it, written by the worker; `seen`: and that the child was seen."""
    form = pack_in_force().assessment_form(row.form, today())
    with as_practitioner(case.worker):
        child = child_page(joined_set(row.folder_id))
        if not any(t.kinship is Kinship.FATHER for t in child.ties):
            a_family(row.folder_id)
        answer_everything(row.folder_id)
        entry = sign_entry(
            {row.folder_id: "Maya was seen alone at school and said that mornings are better."},
            kind=EntryKind.VISIT, happened_at=now(),
        )[row.folder_id]  # fmt: skip
        for section in form.section:
            if section.kind == "words":
                act.write(
                    row.id,
                    section.id,
                    {p.id: f"{p.title} It was talked about at length." for p in section.prompt},
                )
            elif section.kind == "side":
                act.write(
                    row.id,
                    section.id,
                    {
                        f"{p.id}.{kind}": f"{kind}: what was seen of {p.title}"
                        for p in section.prompt
                        for kind in (STRENGTH, DIFFICULTY)
                    },
                )
            elif section.kind == "factors":
                act.write(row.id, section.id, {"factors": ["3B", "16A"]})
        for section in form.section:
            if section.evidence:
                act.link(row.id, section.id, [entry.id])
        for member in child_page(joined_set(row.folder_id)).ties:
            act.take_part(
                row.id,
                member.person.id,
                PartTaken(
                    TookPart.YES,
                    how="At home, twice.",
                    acts_for_child=ActsForChild.YES,
                    acts_evidence="She rang.",
                ),
            )
        act.record_progress(
            row.folder_id,
            act.Seen(
                Development.TALKING,
                today() - timedelta(days=3),
                AgainstAge.A_LITTLE_BEHIND,
                "Three words.",
                "School",
            ),
        )
        if not seen:
            return
        record_attempt(
            row.folder_id,
            AttemptIn(
                now(), ContactWay.VISIT, "Maya", Reached.SEEN, "At school, alone, drawing.", seen_alone=True
            ),
        )


def sent(case: Case, row: Assessment, outcome: str = "child_in_need_plan") -> None:
    complete(case, row)
    with as_practitioner(case.worker):
        act.send(row.id, case.manager.pk, outcome_id=outcome, words="The help is agreed with both parents.")


def a_closing(**changes: Any) -> Closing:
    """All that the closing of a case needs, with the front door's own decision maker answering for the record."""
    fields: dict[str, Any] = {
        "reason": "RC8",
        "summary": "A bruise that nobody explained; it was seen and explained, and she is well at home.",
        "helps_now": "Her school's pastoral lead, every Tuesday, and the health visitor by telephone.",
        "feedback_asked": "Her mother was asked at home and wrote half a page.",
        "record_in_order_by": current().practitioner_id,
    }
    return Closing(**{**fields, **changes})


def close_case(folder_id: UUID, **changes: Any) -> None:
    """The case of a child closes, by a decision of whoever acts."""
    pack = pack_in_force()
    (decision,) = decide(
        [
            Deciding(
                folder_id=folder_id, kind=DecisionKind.ASSESSMENT, outcome="Nothing further", reasons=WORDS,
                pack=pack.name, pack_version=pack.version,
            )
        ]
    )  # fmt: skip
    close(folder_id, reasons=WORDS, closing=a_closing(**changes), decision_id=decision.id)


def a_signing(outcome: str = "child_in_need_plan", **changes: Any) -> act.Signing:
    fields: dict[str, Any] = {
        "outcome_id": outcome,
        "reasons": "The assessment shows what help is needed, and both parents want it.",
        "knows_family": False,
        "wishes": WishesIn(why_not="She was asked twice and did not want to say."),
        "closing": a_closing(),
    }
    return act.Signing(**{**fields, **changes})


def discussed(case: Case, *folders: UUID, held: bool = True) -> UUID:
    """A strategy discussion on both children with police, health, social care and the referrer; the manager chairs."""
    officer = make_practitioner("police-front-door-officer", name="Rhona Officer")
    nurse = make_practitioner("health-visitor", name="Ines Nurse")
    with as_practitioner(case.manager):
        meeting_id = call_strategy(
            Calling(
                folders or (case.maya, case.theo),
                now() - timedelta(hours=1),
                cause="Two bruises without an explanation.",
                safety_now="Both sleep at their grandmother's.",
                chair_id=case.manager.pk,
                link="01632 960100",
                asked=(officer.pk, nurse.pk),
            )
        )
        if held:
            hold(
                meeting_id,
                began_at=now() - timedelta(minutes=50),
                people=[
                    AttendanceIn(row.id, Came.CAME)
                    for row in Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
                ],
            )
    return meeting_id


def everybody_heard(row: Any, also: Sequence[UUID] = ()) -> None:
    """Each parent and carer of the child was spoken to today, by whoever acts; where none is recorded, a neighbour."""
    told: dict[str, Any] = {
        "spoken_on": today(), "told": "Section 47 and what may follow.", "also": also,
        "interpreting": Interpreting.NONE_NEEDED,
    }  # fmt: skip
    awaited = [one for one in accounts(child_page(joined_set(row.folder_id)), ()) if one.awaited]
    for one in awaited:
        protection.spoke_to(row.id, person_id=one.person_id, alone=True, **told)
    if not awaited:
        protection.spoke_to(row.id, whom="Her neighbour", **told)


def an_ending(finding: str = "continuing_risk", conference: bool | None = True, **changes: Any) -> EndingIn:
    fields: dict[str, Any] = {
        "reasons": "What the agencies brought together shows it beyond doubt.",
        "knows_family": False,
        "wishes": WishesIn(why_not="She was asked twice and did not want to say."),
    }
    return EndingIn(finding, conference, **{**fields, **changes})
