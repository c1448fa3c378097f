"""What a return told of and that goes on here: a conference that is held and a review that is done meet what was owed
by the return, and nothing is owed twice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sightline.access.models import Folder
from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import died, record_adult, tie
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known
from sightline.enquiries.actions import episode as way
from sightline.enquiries.actions import handing, protection
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Enquiry, Strategy
from sightline.enquiries.terms import Stage
from sightline.enquiries.tests.factories import Case, an_ending, close_case, discussed
from sightline.enquiries.tests.test_back import WRONG, written
from sightline.enquiries.tests.test_goes_wrong import conference_concluded
from sightline.enquiries.tests.test_pages import browser
from sightline.enquiries.tests.test_protection import deciding
from sightline.govuk.words import moment
from sightline.kernel.time import today
from sightline.meetings.terms import Purpose
from sightline.plans import actions as plans
from sightline.plans.actions import BeginIn
from sightline.plans.terms import PlanKind, ReviewResult
from sightline.plans.tests.factories import WISHED, Family, an_end, begun, decided_at, hear, reviewed, signed
from sightline.procedures.models import Duty

from .test_import import Partners, looking, make_partners, put, whole

pytestmark = pytest.mark.django_db(transaction=True)

BECAUSE = "Neglect has gone on although help was given."
ENQUIRY = (
    "<Section47><S47ActualStartDate>{0}</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47>"
)
PLAN = (
    "<ChildProtectionPlans><CPPstartDate>{0}</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
    "<LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse></ChildProtectionPlans>"
)


@pytest.fixture
def partners(fresh_database: Any) -> Partners:
    return make_partners(pack="nottinghamshire")


def returned(tmp_path: Path, work: str, days_ago: int) -> Path:
    """One child of a return, referred long ago, with that work begun so many days ago and not ended."""
    began = today() - timedelta(days=days_ago)
    path = tmp_path / "return.xml"
    path.write_text(
        "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>"
        f"<ReferenceDate>{today().isoformat()}</ReferenceDate></CollectionDetails><Source><LEA>999</LEA></Source>"
        "</Header><Children><Child><ChildIdentifiers><LAchildID>A1</LAchildID>"
        "<PersonBirthDate>2018-05-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers><CINdetails>"
        f"<CINreferralDate>{(began - timedelta(days=9)).isoformat()}</CINreferralDate>"
        "<ReferralSource>2A</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>"
        f"{work.format(began.isoformat())}<ReferralNFA>0</ReferralNFA></CINdetails></Child></Children></Message>",
        encoding="utf-8",
    )
    whole(path)
    return path


def people(partners: Partners) -> Case:
    """The imported child as Maya of the enquiries' own tests, with a worker and managers who may write."""
    with looking():
        maya = Folder.objects.get().id
    manager = make_practitioner("team-manager", team=partners.team, name="Priya Manager")
    other = make_practitioner("team-manager", team=partners.team, name="Ruth Head")
    worker = make_practitioner("social-worker", team=partners.team, name="Dana Worker", line_manager=manager)
    let_in(maya, manager, other, worker)
    return Case(None, worker, manager, other, maya, maya, maya)  # type: ignore[arg-type]


def clocks(who: Practitioner, *kinds: str) -> list[Duty]:
    """What was ever owed of these kinds, by when it fell due."""
    with as_practitioner(who):
        return list(Duty.objects.filter(kind__in=kinds).order_by("due_at", "opened_at"))


def enquiry(case: Case) -> Enquiry:
    """A strategy discussion here decides that the enquiry is led by the local authority and the police together."""
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        protection.decide_strategy(
            meeting_id, [deciding(part, "section_47_joint")], knows_family=False, worker_id=case.worker.pk
        )
        return Enquiry.objects.get()


@pytest.mark.obligation("ENQ-01")
@pytest.mark.obligation("TIM-03")
def test_a_conference_held_here_meets_the_clock_of_the_enquiry_that_a_return_told_of(
    partners: Partners,
    tmp_path: Path,
) -> None:
    path = returned(tmp_path, ENQUIRY, 5)
    case = people(partners)
    [told] = clocks(case.manager, "initial_conference")
    assert told.owner_id is None
    row = enquiry(case)
    page = f"/child/{case.maya}/enquiries/section-47/{row.id}/"
    [duty] = clocks(case.manager, "initial_conference")
    assert (duty.id, duty.due_at, duty.owner_id, duty.path) == (told.id, told.due_at, case.worker.pk, page)
    assert moment(told.due_at) in browser(case.worker).get(page).content.decode()
    assert f"/duty/{told.id}/" in browser(case.worker).get("/").content.decode()
    with as_practitioner(case.manager):
        handing.hand_over_enquiry(row.id, case.other_manager.pk, "Dana is away from today.")
        assert Duty.objects.get(id=told.id).owner_id == case.other_manager.pk
        handing.hand_over_enquiry(row.id, case.worker.pk, "Dana is back from today.")
    written(case, row)
    with as_practitioner(case.other_manager):
        protection.end_enquiry(row.id, an_ending())
    conference_concluded(case)
    [duty] = clocks(case.manager, "initial_conference")
    assert duty.state == "discharged"
    assert f"/duty/{told.id}/" not in browser(case.worker).get("/").content.decode()
    # A later return that has not heard of the conference yet.
    year = date(today().year + 1, 3, 31).isoformat()
    whole(put(path, (f"<ReferenceDate>{today().isoformat()}", f"<ReferenceDate>{year}"), (">N1<", ">N2<")))
    assert [d.id for d in clocks(case.manager, "initial_conference")] == [told.id]


@pytest.mark.obligation("TIM-03")
def test_one_that_was_missed_is_met_late_beside_the_clock_of_the_discussion_held_here(
    partners: Partners,
    tmp_path: Path,
) -> None:
    returned(tmp_path, ENQUIRY, 60)
    case = people(partners)
    row = enquiry(case)
    told, own = clocks(case.manager, "initial_conference")
    assert (own.subject_id, told.owner_id) == (row.id, case.worker.pk)
    written(case, row)
    with as_practitioner(case.manager):
        protection.end_enquiry(row.id, an_ending())
    conference_concluded(case)
    told, own = clocks(case.manager, "initial_conference")
    assert (told.state, own.state) == ("done late", "discharged")


@pytest.mark.obligation("ENQ-01")
def test_where_no_conference_is_needed_it_is_owed_no_more_and_taken_back_it_is_owed_again(
    partners: Partners,
    tmp_path: Path,
) -> None:
    returned(tmp_path, ENQUIRY, 5)
    case = people(partners)
    [told] = clocks(case.manager, "initial_conference")
    row = enquiry(case)
    written(case, row)
    with as_practitioner(case.manager):
        protection.end_enquiry(row.id, an_ending(conference=False))
    assert [d.state for d in clocks(case.manager, "initial_conference")] == ["withdrawn"]
    with as_practitioner(case.manager):
        take_back(row.episode_id, WRONG, knows_family=False)
    again = [d for d in clocks(case.manager, "initial_conference") if d.closed_at is None]
    assert [(d.due_at, d.owner_id) for d in again] == [(told.due_at, case.worker.pk)]


@pytest.mark.obligation("TIM-03")
def test_a_case_that_closes_here_leaves_no_conference_owed_by_the_return(
    partners: Partners, tmp_path: Path
) -> None:
    path = returned(tmp_path, ENQUIRY, 5)
    case = people(partners)
    [told] = clocks(case.manager, "initial_conference")
    with as_practitioner(case.manager):
        episode = way.begin(case.maya, Stage.HELP, reasons=BECAUSE)
        close_case(case.maya, reason="RC1")
    assert [d.state for d in clocks(case.manager, "initial_conference")] == ["withdrawn"]
    # A later return that has not heard of the closing yet; and the closing taken back.
    year = date(today().year + 1, 3, 31).isoformat()
    whole(put(path, (f"<ReferenceDate>{today().isoformat()}", f"<ReferenceDate>{year}"), (">N1<", ">N2<")))
    assert [d.id for d in clocks(case.manager, "initial_conference")] == [told.id]
    with as_practitioner(case.manager):
        take_back(episode.id, WRONG, knows_family=False)
    again = [d for d in clocks(case.manager, "initial_conference") if d.closed_at is None]
    assert [d.due_at for d in again] == [told.due_at]


# -- plans -----------------------------------------------------------------------------------------------


REVIEWS = ("first_review_conference", "later_review_conference")


def family(case: Case) -> Family:
    """The same people as the plans' own tests know them, with the child's mother."""
    chair = make_practitioner("independent-conference-chair", name="Helen Abara")
    nurse = make_practitioner("health-visitor", name="Ines Farrow")
    let_in(case.maya, chair)
    with as_practitioner(case.worker):
        mother = record_adult(case.maya, NewAdult(Names("Ana", "Ferreira"), Birth()))
        tie(case.maya, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
    return Family(case.worker, case.manager, chair, nurse, nurse, case.maya, case.maya, mother)


def taken_on(of: Family) -> UUID:
    """The plan that the return told of goes on here, from a decision of its review conference."""
    made = decided_at(of.chair, of.maya, Purpose.REVIEW_CONFERENCE)
    with as_practitioner(of.chair):
        return plans.begin_plan(
            of.maya,
            BeginIn(
                PlanKind.CHILD_PROTECTION,
                today(),
                BECAUSE,
                "NEG",
                made,
                lead_id=of.worker.pk,
                wishes=WISHED,
            ),
            knows_family=False,
        )


def closed_review(of: Family, plan: UUID, item: UUID) -> UUID:
    with as_practitioner(of.worker):
        review = plans.start_review(
            plan,
            today(),
            who_came="Ana, her mother, and the school nurse",
            without_quorum_why="The police were held up at court.",
        )
        plans.answer_outcome(review, item, reviewed())
        hear(of, plan, review_id=review)
    with as_practitioner(of.chair):
        plans.close_review(
            review, ReviewResult.CONTINUES, "It has begun to help her.", WISHED, knows_family=False
        )
    return review


@pytest.mark.obligation("TIM-03")
def test_the_first_review_of_a_plan_that_a_return_told_of_meets_its_clock(
    partners: Partners,
    tmp_path: Path,
) -> None:
    returned(tmp_path, PLAN, 30)
    of = family(people(partners))
    [told] = clocks(of.manager, *REVIEWS)
    plan = taken_on(of)
    [duty] = clocks(of.manager, *REVIEWS)
    assert (duty.id, duty.owner_id, duty.path) == (told.id, of.worker.pk, f"/child/{of.maya}/plan/")
    item = signed(of, plan)
    review = closed_review(of, plan, item)
    told, later = clocks(of.manager, *REVIEWS)
    assert (told.state, later.kind, later.subject_id) == ("discharged", "later_review_conference", plan)
    with as_practitioner(of.chair):
        plans.reopen_review(review, "Closed on the wrong child's page.", knows_family=False)
    owed = [d for d in clocks(of.manager, *REVIEWS) if d.closed_at is None]
    assert [(d.kind, d.due_at) for d in owed] == [(told.kind, told.due_at)]


@pytest.mark.obligation("TIM-03")
def test_a_review_that_was_missed_is_met_late_beside_the_clock_of_the_plan_made_here(
    partners: Partners,
    tmp_path: Path,
) -> None:
    returned(tmp_path, PLAN, 200)
    of = family(people(partners))
    plan = taken_on(of)
    told, own = clocks(of.manager, *REVIEWS)
    assert own.subject_id == plan
    closed_review(of, plan, signed(of, plan))
    told, own, later = clocks(of.manager, *REVIEWS)
    assert (told.state, own.state, later.state) == ("done late", "discharged", "open")


@pytest.mark.obligation("TIM-03")
def test_a_plan_that_ends_leaves_no_review_owed_by_the_return(
    partners: Partners,
    tmp_path: Path,
) -> None:
    returned(tmp_path, PLAN, 30)
    of = family(people(partners))
    plan = taken_on(of)
    with as_practitioner(of.manager):
        died(of.maya, today())
        plans.close_plan(plan, an_end(of, reason="RC2"))
    assert [d.state for d in clocks(of.manager, *REVIEWS)] == ["withdrawn"]


@pytest.mark.obligation("TIM-03")
def test_a_review_conference_held_before_the_plan_is_taken_on_meets_its_clock_and_starts_the_next(
    partners: Partners,
    tmp_path: Path,
) -> None:
    returned(tmp_path, PLAN, 30)
    case = people(partners)
    conference_concluded(case, Purpose.REVIEW_CONFERENCE, "first_review_conference")
    told, later = clocks(case.manager, *REVIEWS)
    assert (told.state, later.kind, later.state) == ("discharged", "later_review_conference", "open")
    assert later.owner_id is None
    taken_on(family(case))
    told, later = clocks(case.manager, *REVIEWS)
    assert later.owner_id == case.worker.pk


@pytest.mark.obligation("TIM-03")
def test_a_later_return_that_shows_a_plan_made_here_starts_no_second_clock(
    partners: Partners, tmp_path: Path
) -> None:
    path = returned(tmp_path, "", 30)
    of = family(people(partners))
    begun(of)
    [own] = clocks(of.manager, *REVIEWS)
    year = date(today().year + 1, 3, 31).isoformat()
    shown = PLAN.format(today().isoformat())
    whole(
        put(
            path,
            (f"<ReferenceDate>{today().isoformat()}", f"<ReferenceDate>{year}"),
            ("<ReferralNFA>", f"{shown}<ReferralNFA>"),
        )
    )
    assert [d.id for d in clocks(of.manager, *REVIEWS)] == [own.id]
