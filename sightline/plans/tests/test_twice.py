"""A form sent twice is done once; two people at once are told of each other; nothing that was typed is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import correct_particulars, set_authority
from sightline.children.rules import Birth, NewAuthority, eighteenth
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.plans import actions, queries
from sightline.plans.actions import StatementIn
from sightline.plans.jobs import look
from sightline.plans.models import Action, Incident, Offer, Plan, SentForm
from sightline.plans.terms import Cause, PlanKind, StatementKind
from sightline.procedures.models import Duty

from .factories import a_visit, an_end, an_outcome, begun, filled, make_family, signed
from .reading import Page
from .test_pages import _client, _day

pytestmark = pytest.mark.django_db


def hidden(client, address):
    """What the page carries besides what somebody types."""
    return Page(client.get(address)).hidden


def world():
    family = make_family()
    return family, filled(family.maya, family.worker)


def test_an_action_pressed_twice_is_given_once_and_another_from_the_same_page_is_given_too():
    family, ids = world()
    client = _client(family.worker)
    address = reverse("plans:write", args=[family.maya, ids["plan_id"], "action"])
    sent = {
        **hidden(client, address), "words": "Ring the clinic.", "practitioner": str(family.worker.pk),
        "timing": "She starts school soon.", "needed": "now", **_day("due_on", today() + timedelta(days=5)),
    }  # fmt: skip
    for _press in range(2):
        page = client.post(address, sent, follow=True)
        assert "The action is given." in page.content.decode()
    with as_practitioner(family.worker):
        assert Action.objects.filter(words="Ring the clinic.").count() == 1
    client.post(address, {**sent, "words": "Ring the school."})
    with as_practitioner(family.worker):
        assert Action.objects.filter(words="Ring the school.").count() == 1


def test_an_offer_an_incident_and_a_visit_sent_twice_stand_once():
    family, ids = world()
    client = _client(family.worker)
    with as_practitioner(family.worker):
        before = Offer.objects.count(), Incident.objects.count(), len(queries.visits_of([family.maya]))
    then = now().astimezone(LONDON)
    at = {"day": str(then.day), "month": str(then.month), "year": str(then.year), "time": f"{then:%H:%M}"}
    for address, sent in (
        (
            reverse("plans:new_offer", args=[family.maya]),
            {"name": "Friday club", "meant_to_change": "She eats.", "state": "offered"},
        ),
        (
            reverse("plans:new_incident", args=[family.maya]),
            {
                "kind": "missing", "words": "Not at school.", "told_by": "Sam",
                **{f"began_at-{k}": v for k, v in at.items()},
            },
        ),
        (
            reverse("plans:write", args=[family.maya, ids["plan_id"], "visit"]),
            {
                "seen": "yes", "alone": "yes", "where": "At school", "like": "Calm.", "text": "She drew.",
                "interpreting": "none_needed",
                **{f"visited_at-{k}": v for k, v in at.items()},
            },
        ),
    ):  # fmt: skip
        sent |= hidden(client, address)
        answers = [client.post(address, sent).status_code for _press in range(2)]
        assert answers == [302, 302], address
    with as_practitioner(family.worker):
        after = Offer.objects.count(), Incident.objects.count(), len(queries.visits_of([family.maya]))
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]


def test_a_refused_form_is_sent_again_from_the_same_page():
    family, ids = world()
    client = _client(family.worker)
    address = reverse("plans:action", args=[family.maya, ids["plan_action_id"]])
    sent = {
        **hidden(client, address),
        "act": "hand_over",
        "practitioner": str(family.worker.pk),
        "words": "Leave.",
    }
    refused = client.post(address, sent)
    assert refused.status_code == 409
    assert "They have this action already" in refused.content.decode()
    again = client.post(address, {**sent, "practitioner": str(family.nurse.pk)})
    assert again.status_code == 302


def test_two_change_the_same_outcome_and_the_second_reads_who_was_first_with_their_own_words_kept():
    family, ids = world()
    client = _client(family.worker)
    address = reverse("plans:change", args=[family.maya, ids["plan_id"], "outcome", ids["text_id"]])
    opened = hidden(client, address)
    with as_practitioner(family.worker):
        own = queries.plan_shown(ids["plan_id"]).outcomes[0].of_framework
        actions.record_visit(ids["plan_id"], a_visit(visited_at=now()))
    with as_practitioner(family.manager):
        actions.write_outcome(
            [ids["plan_id"]], an_outcome(words="Priya's words.", of_framework=own), item=ids["text_id"]
        )
    sent = {
        **opened, "words": "Dana's own words.", "measure": "She says so.", "baseline": "Not yet.", "whose": "child",
        "needed": "now", "of_framework": own, **_day("by", today() + timedelta(days=50)),
    }  # fmt: skip
    page = client.post(address, sent)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Priya Nair changed this at" in text
    assert "Dana&#39;s own words." in text
    drop = reverse("plans:drop", args=[family.maya, ids["plan_id"], "outcome", ids["text_id"]])
    assert client.post(drop, {"as_of": "1", "why": "It is reached."}).status_code == 409
    assert client.post(drop, {**hidden(client, drop), "why": "It is reached."}).status_code == 302


def test_another_change_of_the_plan_stands_in_nobodys_way():
    family, ids = world()
    client = _client(family.worker)
    address = reverse("plans:write", args=[family.maya, ids["plan_id"], "strength"])
    opened = hidden(client, address)
    with as_practitioner(family.manager):
        actions.record_visit(ids["plan_id"], a_visit(visited_at=now()))
    assert client.post(address, {**opened, "words": "Nan lives near."}).status_code == 302


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (
            "close",
            {"reason": "RC7", "reasons": "She is safe and well now.", "summary": "It was dark. It is light."},
        ),
        (
            "step",
            {
                "to": "early_help",
                "reasons": "She is safe and well now.",
                "summary": "It was dark. It is light.",
            },
        ),
        ("sign", {"without": "She was asked."}),
    ],
)
def test_a_plan_that_somebody_changed_meanwhile_is_not_ended_or_signed_over_it(name, sent):
    family, ids = world()
    client = _client(family.manager)
    address = reverse(f"plans:{name}", args=[family.maya, ids["plan_id"]])
    opened = hidden(client, address)
    with as_practitioner(family.worker):
        own = queries.plan_shown(ids["plan_id"]).outcomes[0].of_framework
        actions.write_outcome([ids["plan_id"]], an_outcome(words="Another one.", of_framework=own))
    more = {
        "knows_family": "no", "helps_now": "Nan.", "feedback_asked": "On the visit.",
        "record_in_order_by": str(family.manager.pk), "wishes_why_not": "She was asleep.",
        "has_conflict": "no",
    }  # fmt: skip
    page = client.post(address, {**opened, **more, **sent})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Dana Okafor changed this plan at" in text
    for typed in (v for k, v in sent.items() if k in ("summary", "reasons")):
        assert typed in text
    with as_practitioner(family.manager):
        assert Plan.objects.get(id=ids["plan_id"]).state != "closed"


def test_whoever_closes_an_action_second_is_told_who_was_first():
    family, ids = world()
    with as_practitioner(family.manager):
        actions.close_action(ids["plan_action_id"], done=True, words="They went.")
    client = _client(family.worker)
    address = reverse("plans:action", args=[family.maya, ids["plan_action_id"]])
    page = client.post(address, {"act": "done", "words": "I was there."})
    assert page.status_code in (200, 409)
    with (
        as_practitioner(family.worker),
        pytest.raises(Exception, match="Priya Nair recorded this action as done"),
    ):
        actions.close_action(ids["plan_action_id"], done=False, words="I was there.")


def test_what_was_sent_is_forgotten_after_a_month_and_is_each_ones_own():
    family, ids = world()
    client = _client(family.worker)
    address = reverse("plans:write", args=[family.maya, ids["plan_id"], "strength"])
    client.post(address, {**hidden(client, address), "words": "Nan lives near."})
    with as_practitioner(family.manager):
        assert not SentForm.objects.exists()
    with as_practitioner(family.worker):
        assert SentForm.objects.exists()
    look(0)
    with as_practitioner(family.worker):
        assert SentForm.objects.exists()
    with time_machine.travel(now() + timedelta(days=31)):
        look(0)
    with looking_as(Viewer.practitioner(family.worker.pk)):
        assert not SentForm.objects.exists()


# -- children whose life turns under a plan ------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(PlanKind))
def test_a_review_before_its_plan_was_signed_or_had_begun_is_refused_and_says_what_to_do(kind):
    family = make_family()
    plan = begun(family, kind=kind)
    client = _client(family.worker)
    address = reverse("plans:write", args=[family.maya, plan, "review"])
    page = client.post(address, {**_day("held_on", today()), "who_came": "Ana came."})
    assert page.status_code == 409
    assert "has not been signed yet, so there is nothing to review. Sign it first" in page.content.decode()
    assert "Ana came." in page.content.decode()


def test_a_young_person_who_turns_eighteen_closes_the_plan_and_says_who_helps_as_an_adult(owning):
    born = today().replace(year=today().year - 18, day=min(today().day, 28)) + timedelta(days=100)
    family = make_family(born=born)
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        [soon] = queries.answers(queries.plan_shown(plan))
        assert "Plan who helps them then." in soon.text
    with time_machine.travel(now() + timedelta(days=110)):
        with as_practitioner(family.worker):
            [due] = queries.answers(queries.plan_shown(plan))
            assert (due.part, "turned 18" in due.text) == ("close", True)
        with as_practitioner(family.manager):
            actions.close_plan(plan, an_end(family, reason="RC6"))
            assert not queries.plan_shown(plan).open


@pytest.mark.parametrize("turn", ["eighteen", "birth put right", "moved", "member left"])
def test_what_a_plan_must_answer_is_owed_by_whoever_leads_until_it_is_answered(turn, owning):
    family = make_family(
        born=today().replace(year=today().year - 17, day=min(today().day, 28)) - timedelta(days=300)
    )
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    signed(family, plan)
    assert look(0) == 0
    later = now()
    with as_practitioner(family.manager):
        member = actions.name_core_member(plan, "Health visitor", practitioner_id=family.nurse.pk)
        if turn == "eighteen":
            later += timedelta(days=70)
        elif turn == "birth put right":
            correct_particulars(family.maya, Birth(born_on=date(2015, 2, 28)), "Read wrongly from the form.")
        elif turn == "moved":
            set_authority(family.maya, NewAuthority("Eastmarch Council", "Northmoor Council"))
    if turn == "member left":
        with owning():
            family.nurse.postings.update(held_until=today())
            Action.objects.filter(plan_id=plan).update(state="done", closed_on=today())
    with time_machine.travel(later, tick=False):
        assert look(0) == 1
        assert look(0) == 0, "once"
        owed = Duty.objects.filter(kind="plan_answers", subject_id=plan, closed_at__isnull=True)
        with as_practitioner(family.manager):
            assert owed.get().owner_id == family.worker.pk
            if turn == "eighteen":
                actions.close_plan(plan, an_end(family, reason="RC6"))
            elif turn == "birth put right":
                actions.write_statement(
                    [plan], StatementIn(StatementKind.STRENGTH, "Each day suits her real age.")
                )
                actions.sign_plan(plan)
            elif turn == "moved":
                assert Cause.MOVED in {a.cause for a in queries.answers(queries.plan_shown(plan))}
                actions.ask_transfer(plan, "Northmoor Council", "The whole plan was sent.")
                left = {a.cause for a in queries.answers(queries.plan_shown(plan))}
                assert Cause.MOVED not in left, "it has been asked"
            else:
                actions.end_core_member(plan, member, "She works elsewhere now.")
            assert not owed.exists()
        assert look(0) == 0


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2028, 2, 29), date(2026, 3, 1), date(2026, 2, 28)])
def test_eighteen_is_counted_to_the_day(day):
    for days in range(-3, 4):
        born = queries.born_by(day) + timedelta(days=days)
        assert (born <= queries.born_by(day)) == (eighteenth(born) <= day), born
