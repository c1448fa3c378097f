"""The pages of plans: each opens, asks the database little, refuses beside its field, and says what was done."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import involve
from sightline.children.rules import NewInvolvement
from sightline.enquiries.actions.assessment import Seen, record_progress
from sightline.enquiries.terms import AgainstAge, Development
from sightline.kernel.time import now, today
from sightline.meetings import actions as meetings
from sightline.meetings import queries as queries_of_meetings
from sightline.meetings.actions import AttendanceIn, Invitee
from sightline.meetings.terms import Came, Purpose
from sightline.plans import actions, queries
from sightline.plans.actions import StatementIn, ViewIn
from sightline.plans.pages.urls import urlpatterns
from sightline.plans.pages.write import PARTS
from sightline.plans.terms import Agrees, DidChange, PlanKind, ReviewResult, StatementKind
from sightline.procedures.models import Duty

from .factories import WISHED, a_service, an_end, an_outcome, begun, filled, make_family, reviewed, signed

pytestmark = pytest.mark.django_db

#: A page asks the database no more often than this.
QUERIES = 25
#: Where a transaction and who is looking begin and end.
BOUNDARIES = ("SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config('sightline.viewer'")


def _client(who):
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(who.user)
    client.get("/")
    return client


def _world():
    family = make_family()
    ids = filled(family.maya, family.worker)
    places = {"folder_id": family.maya, **ids, "part": "outcome", "number": 1}
    return family, places


def test_every_page_opens_and_asks_little():
    from sightline.agencies.tests.factories import make_practitioner

    family, places = _world()
    places["local_id"] = a_service(make_practitioner("quality-lead"))
    worker, manager = _client(family.worker), _client(family.manager)
    assert worker.get(reverse("plans:decide_incidents", args=[family.maya])).status_code == 403
    dear = {}
    for route in urlpatterns:
        wanted = route.pattern.converters
        address = reverse(f"plans:{route.name}", kwargs={key: places[key] for key in wanted})
        client = manager if route.name == "decide_incidents" else worker
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        if route.name == "keep":
            assert response.status_code == 405
            continue
        if route.name in ("new_local", "local"):
            assert response.status_code == 403
            continue
        assert response.status_code == 200, (route.name, response.status_code)
        asked = sum(not one["sql"].startswith(BOUNDARIES) for one in captured.captured_queries)
        if asked > QUERIES:
            dear[route.name] = asked
    assert dear == {}


def test_every_part_has_a_form_that_opens():
    family, places = _world()
    client = _client(family.worker)
    for part in PARTS:
        address = reverse("plans:write", args=[family.maya, places["plan_id"], part])
        response = client.get(address)
        assert response.status_code == 200, part
        assert "<form" in response.content.decode()
        assert client.post(address, {}).status_code in (200, 409), part


def _day(name, day):
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_an_outcome_is_written_through_its_form_and_a_mistake_keeps_what_was_typed():
    family, places = _world()
    client = _client(family.worker)
    address = reverse("plans:write", args=[family.maya, places["plan_id"], "outcome"])
    sent = {
        "words": "Maya reads with Nan on Sundays.", "measure": "Both say so.", "baseline": "", "whose": "child",
        "needed": "later", "of_framework": "enjoy_and_achieve", **_day("by", today() + timedelta(days=50)),
    }  # fmt: skip
    page = client.post(address, sent)
    assert page.status_code == 200
    assert "Say how it is now" in page.content.decode()
    assert "Maya reads with Nan on Sundays." in page.content.decode()
    page = client.post(address, {**sent, "baseline": "They have no books."}, follow=True)
    assert "The outcome stands in the plan." in page.content.decode()
    assert "Maya reads with Nan on Sundays." in page.content.decode()


@pytest.mark.obligation("PLN-06")
def test_the_plan_shows_what_is_needed_now_apart_from_what_is_for_later():
    family, _places = _world()
    page = _client(family.worker).get(reverse("plans:child", args=[family.maya])).content.decode()
    now_at, later_at = page.index('id="now"'), page.index('id="later"')
    assert now_at < page.index("Go with Maya to the hearing clinic.", now_at) < later_at


@pytest.mark.obligation("PLN-04")
def test_a_review_says_who_came_and_what_is_still_to_be_answered():
    family, places = _world()
    client = _client(family.worker)
    address = reverse("plans:review", args=[family.maya, places["review_id"]])
    page = client.get(address).content.decode()
    assert "still to be answered" in page
    close = reverse("plans:review_close", args=[family.maya, places["review_id"]])
    answer = client.post(
        close,
        {
            "knows_family": "no",
            "result": "continues",
            "reasons": "It goes well and on.",
            "wishes_why_not": "Asleep.",
            "has_conflict": "no",
        },
    )
    assert answer.status_code == 409
    assert "Say what actually came of each planned outcome first" in answer.content.decode()


@pytest.mark.obligation("CHD-07")
def test_a_review_shows_the_child_s_development_against_age_over_time():
    family, places = _world()
    with as_practitioner(family.worker):
        for days, how, words in (
            (200, AgainstAge.BEHIND, "Two words at a time."),
            (3, AgainstAge.AS_EXPECTED, "Whole sentences, and questions."),
        ):
            record_progress(
                family.maya, Seen(Development.TALKING, today() - timedelta(days=days), how, words, "School")
            )
    page = _client(family.worker).get(reverse("plans:review", args=[family.maya, places["review_id"]])).text
    before, after = page.index("Two words at a time."), page.index("Whole sentences, and questions.")
    assert page.index('id="development"') < before < after


def test_nothing_is_preselected_on_a_decision():
    family, places = _world()
    client = _client(family.manager)
    for name in ("close", "step"):
        page = client.get(reverse(f"plans:{name}", args=[family.maya, places["plan_id"]])).content.decode()
        assert "checked" not in page


@pytest.mark.obligation("HLP-05")
def test_the_directory_is_searched_by_need_age_and_place():
    from sightline.agencies.tests.factories import make_practitioner

    lead = make_practitioner("quality-lead")
    a_service(lead)
    client = _client(lead)
    found = client.get(reverse("plans:directory"), {"need": "recovery", "age": "9"}).content.decode()
    assert "Time to talk" in found
    for asked in ({"need": "money_housing"}, {"age": "3"}):
        assert "Time to talk" not in client.get(reverse("plans:directory"), asked).content.decode()
    with as_practitioner(lead):
        assert queries.local_matching(place="Anywhere at all")


@pytest.mark.obligation("REC-18")
def test_the_right_role_on_the_wrong_child_is_led_to_the_pointer():
    family, places = _world()
    client = _client(family.stranger)
    for address in (
        reverse("plans:child", args=[family.maya]),
        reverse("plans:plan", args=[family.maya, places["plan_id"]]),
        reverse("plans:close", args=[family.maya, places["plan_id"]]),
        reverse("plans:review", args=[family.maya, places["review_id"]]),
        reverse("plans:plan", args=[family.theo, places["plan_id"]]),
    ):
        assert client.get(address).headers["Location"].endswith("/pointer/"), address


def test_no_question_stands_inside_two_answers():
    """Sent twice under one name, the empty one would count: what was typed inside the chosen answer would be lost."""
    from sightline.enquiries.pages import forms as enquiry_forms
    from sightline.enquiries.pages import forms_of_protection
    from sightline.plans.pages import forms as plan_forms

    for module in (plan_forms, enquiry_forms, forms_of_protection):
        for form in vars(module).values():
            for field in getattr(form, "base_fields", {}).values():
                inside = [name for option in getattr(field, "options", ()) for name in option.reveals]
                assert len(inside) == len(set(inside)), f"{form.__name__}: {field.label}"


def test_brothers_and_sisters_known_by_their_mother_alone_can_be_planned_for_together_again():
    family = make_family()
    maya = begun(family)
    theo = begun(family, family.theo, with_plan=maya)
    client = _client(family.worker)
    client.post(reverse("plans:write", args=[family.theo, theo, "leave"]), {"why": "He lives with Nan now."})
    with as_practitioner(family.worker):
        assert queries.siblings_of(queries.plan_shown(theo)) == []
    address = reverse("plans:write", args=[family.theo, theo, "join"])
    assert "Maya Ferreira-Lund" in client.get(address).content.decode()
    client.post(address, {"with_plan": str(maya), "why": "He is home again."})
    with as_practitioner(family.worker):
        assert len(queries.siblings_of(queries.plan_shown(theo))) == 1


def test_a_plan_a_review_and_an_action_are_taken_back_on_their_pages_which_say_so():
    family, places = _world()
    client = _client(family.manager)
    ids = [family.maya, places["plan_id"]]
    plan_page, history = reverse("plans:plan", args=ids), reverse("plans:history", args=ids)
    action = reverse("plans:action", args=[family.maya, places["plan_action_id"]])
    assert client.post(action, {"act": "done", "words": "They went."}).status_code == 302
    assert "Open it again" in client.get(plan_page).text
    refused = client.post(action, {"why": ""})
    assert "Say why" in refused.text
    done = client.post(action, {"why": "It was another child who went."}, follow=True)
    assert "It is to be done after all." in done.text
    assert "It was another child who went." in client.get(history).text
    with as_practitioner(family.manager):
        actions.answer_outcome(places["review_id"], places["text_id"], reviewed())
        for offer in queries.review_shown(places["review_id"]).offers:
            actions.answer_offer(places["review_id"], offer.offer.id, DidChange.YES, "She eats there.")
        for account in queries.review_shown(places["review_id"]).accounts:
            actions.record_view(
                places["plan_id"],
                ViewIn(account.whose, account.name, Agrees.YES, "It is good.", person_id=account.person_id),
                review_id=places["review_id"],
            )
        actions.close_review(
            places["review_id"], ReviewResult.CLOSE, "She eats and is calm.", WISHED, knows_family=False
        )
    review = reverse("plans:review", args=[family.maya, places["review_id"]])
    assert "Take the closing back" in client.get(review).text
    back = reverse("plans:review_back", args=[family.maya, places["review_id"]])
    kept = client.post(back, {"why": "It was about her brother."})
    assert "It was about her brother." in kept.text
    assert (
        client.post(
            back, {"why": "It was about her brother.", "knows_family": "no", "has_conflict": "no"}
        ).status_code
        == 302
    )
    shown = client.get(review).text
    assert "Closed before. It had decided: The child needs no plan any more." in shown
    assert "It was about her brother." in shown
    with as_practitioner(family.manager):
        actions.close_review(
            places["review_id"], ReviewResult.CLOSE, "She eats and is calm.", WISHED, knows_family=False
        )
        actions.close_plan(places["plan_id"], an_end(family))
    assert "Reopen this plan" in client.get(plan_page).text
    back = reverse("plans:take_back", args=ids)
    page = client.post(
        back, {"why": "Closed on the wrong child.", "knows_family": "no", "has_conflict": "no"}, follow=True
    )
    assert "Taken back. The plan is open again" in page.text
    assert "Closed on the wrong child." in client.get(history).text
    told = client.get(reverse("chronology:child", args=[family.maya])).text
    assert "goes on again" in told
    assert "Taken back by Priya Nair on" in told


def test_a_plan_and_a_review_begun_by_mistake_are_taken_back_on_their_pages_and_another_is_begun():
    family, places = _world()
    client = _client(family.worker)
    plan_page = reverse("plans:plan", args=[family.maya, places["plan_id"]])
    review = reverse("plans:review", args=[family.maya, places["review_id"]])
    assert "Begun by mistake?" not in client.get(plan_page).text, "its review comes first"
    assert "Opened by mistake?" in client.get(review).text
    back = reverse("plans:review_withdraw", args=[family.maya, places["review_id"]])
    assert "Say why" in client.post(back, {"why": ""}).text
    shown = client.post(back, {"why": "It was her brother who was looked at."}, follow=True).text
    assert "The opening of this review was taken back." in shown
    assert "It was her brother who was looked at." in shown
    assert "Begun by mistake?" in client.get(plan_page).text
    back = reverse("plans:withdraw", args=[family.maya, places["plan_id"]])
    kept = client.post(back, {"why": "It was meant for her brother."})
    assert "It was meant for her brother." in kept.text
    page = client.post(
        back,
        {"why": "It was meant for her brother.", "knows_family": "no", "has_conflict": "no"},
        follow=True,
    ).text
    assert "It was meant for her brother." in page
    assert "Reopen this plan" not in page
    begin = reverse("plans:begin", args=[family.maya])
    assert f'href="{begin}"' in page, "another plan can be begun"
    sent = {
        "knows_family": "no", "kind": "early_help", "reasons": "Help by agreement will do.",
        **_day("began_on", today()),
        "wishes_why_not": "She was asked twice, and went on drawing.", "has_conflict": "no",
    }  # fmt: skip
    assert "The plan has begun" in client.post(begin, sent, follow=True).text


def test_a_child_whose_plan_was_closed_can_have_another():
    family, places = _world()
    with as_practitioner(family.manager):
        actions.withdraw_review(places["review_id"], "It was her brother who was looked at.")
        actions.drop(places["plan_id"], "outcome", places["text_id"], "It was planned for her brother.")
        actions.close_plan(places["plan_id"], an_end(family))
    page = _client(family.worker).get(reverse("plans:child", args=[family.maya])).text
    assert f'href="{reverse("plans:begin", args=[family.maya])}"' in page
    assert f'href="{reverse("plans:receive", args=[family.maya])}"' in page
    assert "Record our conference’s decision" in page, "a request that waits stands on the page"


@pytest.mark.obligation("PLN-02")
def test_what_was_written_once_for_brothers_and_sisters_is_changed_once_or_for_one_alone():
    family = make_family()
    maya = begun(family, kind=PlanKind.CHILD_IN_NEED)
    theo = begun(family, family.theo, kind=PlanKind.CHILD_IN_NEED, with_plan=maya)
    with as_practitioner(family.worker):
        worry = StatementIn(StatementKind.DANGER, "That they go hungry.")
        mayas, theos = actions.write_statement([maya, theo], worry)
        [outcome, _theirs] = actions.write_outcome([maya, theo], an_outcome())

    def said(plan):
        with as_practitioner(family.worker):
            return [(s.words, s.together) for s in queries.plan_shown(plan).said(StatementKind.DANGER)]

    client = _client(family.worker)
    of_maya = reverse("plans:change", args=[family.maya, maya, "danger", mayas])
    of_theo = reverse("plans:change", args=[family.theo, theo, "danger", theos])
    asked = client.get(of_maya).text
    assert "Change it in the same way in the plan of" in asked
    assert str(theo) in asked
    assert (
        client.post(of_maya, {"words": "That they go hungry and unheard.", "alike": [str(theo)]}).status_code
        == 302
    )
    assert said(maya) == said(theo) == [("That they go hungry and unheard.", True)]
    assert client.post(of_theo, {"words": "That he goes unheard at nursery."}).status_code == 302
    assert said(maya) == [("That they go hungry and unheard.", True)]
    assert said(theo) == [("That he goes unheard at nursery.", False)]
    for address in (of_maya, of_theo):
        assert "in the same way" not in client.get(address).text, "they say different things now"
    assert (
        "in the same way"
        in client.get(reverse("plans:change", args=[family.maya, maya, "outcome", outcome])).text
    )


@pytest.mark.obligation("PLN-04")
def test_a_review_lists_who_was_invited_by_agency_and_its_quorum():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    signed(family, plan)
    client = _client(family.worker)
    with as_practitioner(family.worker):
        meeting = meetings.call(
            Purpose.CHILD_IN_NEED_REVIEW, [family.maya], now() + timedelta(minutes=1), chair_id=family.manager.pk,
            place="School",
        )  # fmt: skip
        meetings.invite(meeting, Invitee.practitioner(family.nurse.pk, opens=True))
        meetings.invite(meeting, Invitee.family(family.mother, "Mother"))
        later = now() + timedelta(minutes=10)
    with time_machine.travel(later), as_practitioner(family.manager):
        people = [
            AttendanceIn(
                one.id,
                Came.APOLOGISED if one.name == "Ines Farrow" else Came.CAME,
                report=one.name == "Ines Farrow",
            )
            for one in queries_of_meetings.meeting(meeting).invited
        ]
        meetings.hold(
            meeting,
            began_at=now(),
            people=people,
            without_quorum_why="It cannot wait.",
            unready_why="Ana asked for it.",
        )
        review = queries.open_review(plan)
    with time_machine.travel(later):
        page = client.get(reverse("plans:review", args=[family.maya, review])).text
        agency = family.nurse.postings.get().agency.name
        assert agency in page
        assert "Ines Farrow" in page
        assert "Apologised; sent a report" in page
        assert "Ana Ferreira, Mother" in page
        assert "It cannot wait." in page
        assert f'href="/meetings/{meeting}/"' in page
        assert str(family.nurse.postings.get().agency_id) not in page
        with as_practitioner(family.manager):
            actions.withdraw_review(review, "It was opened on the wrong day.")
        opening = reverse("plans:write", args=[family.maya, plan, "review"])
        assert "Say who was invited and who came" in client.post(opening, _day("held_on", today())).text
        # At no recorded meeting the quorum is asked for all the same: who took part, or why it counts without them.
        council, health = (str(who.postings.get().agency_id) for who in (family.worker, family.nurse))
        apart = {**_day("held_on", today()), "who_came": "Ana and Dana, by telephone."}
        refused = client.post(opening, apart)
        assert refused.status_code == 409
        assert "The quorum is not met: nobody from children's social care; 0 of at least 2" in unescape(
            refused.text
        )
        assert "Ana and Dana, by telephone." in refused.text
        alone = {**apart, "agencies": council, "without_quorum_why": "The nurse sent her report."}
        told = client.post(opening, alone, follow=True).text
        assert "Not met (1 of at least 2 agencies). The nurse sent her report." in told
        with as_practitioner(family.manager):
            actions.withdraw_review(queries.open_review(plan), "The nurse had come.")
        posting = family.nurse.postings.get()
        with as_practitioner(family.worker):
            involve(family.maya, NewInvolvement(posting.agency_id, "Health visitor", family.nurse.pk))
        both = client.post(opening, {**apart, "agencies": [council, health]}, follow=True).text
        assert 'Quorum:</strong> <span dir="auto">Met.' in both
        with as_practitioner(family.manager):
            actions.withdraw_review(queries.open_review(plan), "It was the meeting after all.")
        sent = {**_day("held_on", today()), "meeting": str(meeting)}
        assert "Apologised; sent a report" in client.post(opening, sent, follow=True).text


@pytest.mark.obligation("CHD-06")
def test_a_conflict_that_was_resolved_for_the_child_stands_with_the_decision_on_a_plan():
    family = make_family()
    client, begin = _client(family.worker), reverse("plans:begin", args=[family.maya])
    sent = {
        "knows_family": "no", "kind": "early_help", "reasons": "Help by agreement will do.",
        **_day("began_on", today()),
        "wishes_why_not": "She was asked twice, and went on drawing.",
    }  # fmt: skip
    assert "Say whether there is a conflict" in client.post(begin, sent).text
    sent |= {
        "has_conflict": "yes", "conflict": "Her father wants to be left alone.", "for_the_child": "yes",
        "conflict_resolved": "He agreed to be out on Tuesdays.",
    }  # fmt: skip
    # Neither is what this child needs sooner dropped without a word where nothing of the kind is owed.
    soon = today() + timedelta(days=3)
    refused = client.post(
        begin, {**sent, **_day("core_group_by", soon), "sooner_why": "He is out on Friday."}
    )
    assert "No clock for this starts with this plan" in refused.text
    assert "Her father wants to be left alone." in refused.text
    sent |= {**_day("review_by", soon), "sooner_why": "He is out on Friday."}
    assert "The plan has begun" in client.post(begin, sent, follow=True).text
    with as_practitioner(family.worker):
        assert Duty.objects.get(kind="early_help_review").due_at.date() == soon
    told = client.get(reverse("web:decisions", args=[family.maya])).text
    assert "Resolved for the child: He agreed to be out on Tuesdays." in told
