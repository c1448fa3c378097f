"""The life of a plan through its actions, on the real database as the program's role."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from sightline.access.queries import grants_on
from sightline.agencies.models import Agency
from sightline.agencies.queries import front_door_team
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import correct_particulars, died
from sightline.children.models import Status
from sightline.children.rules import Birth
from sightline.enquiries.actions.changes import ask_step_up, decide_step_up
from sightline.enquiries.actions.contact import decide_on_non_contact
from sightline.kernel.time import now, today
from sightline.kernel.together import answer
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.plans import actions, queries
from sightline.plans.actions import BeginIn, NeedIn, OfferIn, ScaleIn, StatementIn, WishesIn
from sightline.plans.models import Action, Plan, PlannedOutcome, PlanVersion, Visit
from sightline.plans.terms import (
    Agrees,
    Cause,
    DidChange,
    IncidentKind,
    OfferState,
    PlanKind,
    PlanState,
    ReviewResult,
    StatementKind,
    Whose,
)
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Entry
from sightline.records.queries import last_seen
from sightline.voice.actions import Mattering, Said, matters
from sightline.voice.actions import hear as hear_child
from sightline.voice.queries import last_said, regards
from sightline.voice.terms import Heard, Near

from .factories import (
    AT_NO_MEETING,
    WISHED,
    a_step,
    a_visit,
    an_action,
    an_end,
    an_outcome,
    begun,
    closed_review,
    conference_decision,
    hear,
    make_family,
    reviewed,
    signed,
    written,
)
from .test_incidents import an_incident

pytestmark = pytest.mark.django_db


def _owed(*subjects, **also):
    return set(
        Duty.objects.filter(subject_id__in=subjects, closed_at__isnull=True, **also).values_list(
            "kind", flat=True
        )
    )


@pytest.mark.obligation("HLP-04")
def test_a_protection_plan_begins_from_a_conference_and_the_child_is_in_need_all_along():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        held = set(
            Status.objects.filter(folder_id=family.maya, held_until__isnull=True).values_list(
                "kind", "category"
            )
        )
        assert held == {("protection_plan", "NEG"), ("child_in_need", "")}
        assert _owed(plan) == {
            "plan_signed",
            "child_protection_visit",
            "first_core_group",
            "first_review_conference",
            "explain_rights",
            "offer_advocate",
        }
        assert set(Duty.objects.filter(subject_id=plan).values_list("owner_id", flat=True)) == {
            family.worker.pk
        }


def test_a_protection_plan_needs_its_conference_and_somebody_who_may_decide():
    family = make_family()
    sent = BeginIn(PlanKind.CHILD_PROTECTION, today(), "She is hungry and afraid.", "NEG", wishes=WISHED)
    with as_practitioner(family.worker), pytest.raises(Refused, match="whoever chairs"):
        actions.begin_plan(family.maya, sent, knows_family=False)
    with as_practitioner(family.chair), pytest.raises(Refused, match="made by a conference"):
        actions.begin_plan(family.maya, sent, knows_family=False)


@pytest.mark.obligation("CHD-13")
def test_no_plan_begins_without_the_childs_wishes_weighed_or_why_not():
    family = make_family()
    decision = conference_decision(family, family.maya)
    sent = {"kind": PlanKind.CHILD_PROTECTION, "began_on": today(), "reasons": "She is hungry and afraid.",
            "category": "NEG", "decision_id": decision, "lead_id": family.worker.pk}  # fmt: skip
    with as_practitioner(family.chair):
        heard = hear_child(
            family.maya, Said(Heard.TALKING, now(), "At school", True, said="I want to stay with Mum.")
        ).id  # fmt: skip
    for wishes, field in ((WishesIn(), "wishes_why_not"), (WishesIn((heard,)), "weight")):
        with as_practitioner(family.chair), pytest.raises(Refused) as refused:
            actions.begin_plan(family.maya, BeginIn(**sent, wishes=wishes), knows_family=False)
        assert refused.value.verdict.field == field
    with as_practitioner(family.chair):
        plan = actions.begin_plan(
            family.maya,
            BeginIn(**sent, wishes=WishesIn((heard,), "It weighs most: the plan keeps her at home.")),
            knows_family=False,
        )
        [regard] = regards([family.maya])
        assert regard.decision_id == Plan.objects.get(id=plan).decision_id


@pytest.mark.obligation("FAM-14")
@pytest.mark.obligation("PLN-05")
@pytest.mark.obligation("PLN-07")
@pytest.mark.obligation("HLP-03")
@pytest.mark.obligation("CHD-14")
def test_a_plan_is_signed_when_it_holds_what_it_must_and_the_version_stays():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        assert {m.part for m in queries.plan_shown(plan).lacks} == {
            "outcome", "action", "stands_on", "view", "family_plan", "contingency", "danger", "tie",
        }  # fmt: skip
        with pytest.raises(Refused, match="still lacks"):
            actions.sign_plan(plan)
    item = written(family, plan)
    with as_practitioner(family.worker):
        assert actions.sign_plan(plan) == 1
        assert queries.plan_shown(plan).state is PlanState.SIGNED
        assert "plan_signed" not in _owed(plan)
        with pytest.raises(Refused, match="Nothing has changed"):
            actions.sign_plan(plan)
        actions.write_outcome([plan], an_outcome(words="Maya eats breakfast every day."), item=item)
        assert queries.plan_shown(plan).state is PlanState.CHANGED
        first = PlanVersion.objects.get(plan_id=plan, number=1)
        assert first.content["outcomes"][0]["words"] == "Maya eats breakfast at home every school day."
        assert first.pack_version
        assert [o.words for o in queries.plan_shown(plan).outcomes] == ["Maya eats breakfast every day."]
        assert PlannedOutcome.objects.filter(item=item).count() == 2


@pytest.mark.obligation("PLN-05")
def test_acting_without_a_parents_agreement_states_the_harm_avoided():
    family = make_family()
    plan = begun(family)
    written(family, plan)
    with as_practitioner(family.worker):
        hear(family, plan, mother=Agrees.NO)
        assert [m.part for m in queries.plan_shown(plan).lacks] == ["harm_avoided"]
        with pytest.raises(Refused):
            actions.sign_plan(plan)
        actions.write_statement([plan], StatementIn(StatementKind.HARM_AVOIDED, "Another winter hungry."))
        actions.sign_plan(plan)
        assert [v.name for v in queries.plan_shown(plan).disputed] == ["Ana Ferreira"]


@pytest.mark.obligation("FAM-14")
def test_signed_before_an_account_only_with_the_reason():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        actions.write_outcome([plan], an_outcome())
        actions.give_action([plan], an_action(family.worker))
        for kind, answer, words in (
            (StatementKind.STANDS_ON, "agreement", "Ana agreed today."),
            (StatementKind.FAMILY_PLAN, "accepted", "Nan helps."),
            (StatementKind.CONTINGENCY, "", "Ring Nan."),
            (StatementKind.DANGER, "", "Hunger."),
        ):
            actions.write_statement([plan], StatementIn(kind, words, answer))
        actions.write_statement([plan], StatementIn(StatementKind.TIE, "At home.", "kept", "Ana Ferreira"))
        with pytest.raises(Refused) as refused:
            actions.sign_plan(plan)
        assert refused.value.verdict.field == "without"
        actions.sign_plan(plan, without="Ana is in hospital; Maya is heard on Tuesday.")


@pytest.mark.obligation("CHD-14")
def test_whom_the_child_calls_by_the_familys_word_is_asked_of_once():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        for name in ("Mum", "Pingo"):
            matters(family.maya, Mattering(name, Near.NEAREST))
        assert queries.plan_shown(plan).ties == ("Ana Ferreira", "Pingo")


@pytest.mark.obligation("PLN-02")
@pytest.mark.obligation("PLN-01")
def test_siblings_share_what_is_written_once_and_keep_their_own():
    family = make_family()
    maya = begun(family)
    theo = begun(family, family.theo, with_plan=maya)
    with as_practitioner(family.worker):
        actions.write_outcome([maya, theo], an_outcome(words="Nobody shouts in the evenings."))
        actions.write_outcome([theo], an_outcome(words="Theo talks in sentences."))
        actions.give_action([maya, theo], an_action(family.worker, words="Visit on Tuesdays."))
        shared = PlannedOutcome.objects.filter(words="Nobody shouts in the evenings.")
        assert shared.count() == 2
        assert len({row.written_together for row in shared}) == 1
        assert {row.folder_id for row in shared} == {family.maya, family.theo}
        assert [o.words for o in queries.plan_shown(maya).outcomes] == ["Nobody shouts in the evenings."]
        assert len(queries.plan_shown(theo).outcomes) == 2
        assert [name for _p, _f, name, _k in queries.siblings_of(queries.plan_shown(maya))] == ["Theo"]
        found = queries.actions_of_agencies([family.worker.postings.get().agency_id])
        assert found.total == 2
        assert [len(r.children) for r in found.rows] == [2]
    with as_practitioner(family.stranger):
        found = queries.actions_of_agencies([family.worker.postings.get().agency_id])
        assert (found.rows, found.total) == ([], 0)


def test_a_child_moves_out_of_a_sibling_group_half_way_and_into_it_again():
    family = make_family()
    maya = begun(family)
    theo = begun(family, family.theo, with_plan=maya)
    with as_practitioner(family.worker):
        actions.write_outcome([maya, theo], an_outcome(words="Nobody shouts in the evenings."))
        with pytest.raises(Refused):
            actions.leave_siblings(theo, " ")
        actions.leave_siblings(theo, "Theo lives with his grandmother now.")
        assert queries.siblings_of(queries.plan_shown(maya)) == []
        assert len(queries.plan_shown(theo).outcomes) == 1
        actions.join_siblings(theo, maya, "He is home again.")
        assert len(queries.siblings_of(queries.plan_shown(theo))) == 1


@pytest.mark.obligation("PAR-05")
@pytest.mark.obligation("CHD-07")
def test_an_action_goes_to_a_named_person_who_finds_it_and_opens_the_record():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        with pytest.raises(Refused) as refused:
            actions.give_action([plan], an_action(family.nurse, timing=" "))
        assert refused.value.verdict.field == "timing"
        [action] = actions.give_action([plan], an_action(family.nurse))
        assert family.nurse.pk in {g.practitioner_id for g in grants_on(family.maya)}
    with as_practitioner(family.nurse):
        rows = queries.actions_of_agencies([family.nurse.postings.get().agency_id]).rows
        assert [(r.words, [n for _f, n in r.children]) for r in rows] == [
            ("Go with Maya to the hearing clinic.", ["Maya Ferreira-Lund"])
        ]
        duty = Duty.objects.get(subject_id=action)
        assert duty.owner_id == family.nurse.pk
        assert duty.due_at.date() <= today() + timedelta(days=15)
        actions.close_action(action, done=True, words="We went; new aids on Monday.")
        assert _owed(action) == set()
    with as_practitioner(family.worker), pytest.raises(Refused):
        actions.close_action(action, done=True, words="Twice.")


def test_the_action_of_somebody_who_left_is_handed_over(owning):
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        [action] = actions.give_action([plan], an_action(family.nurse))
    with owning():
        family.nurse.postings.update(held_until=today())
    with as_practitioner(family.worker):
        shown = queries.plan_shown(plan)
        assert shown.actions[0].left
        assert Cause.ACTION_LEFT in {a.cause for a in queries.answers(shown)}
        with pytest.raises(Refused, match="holds a post"):
            actions.give_action([plan], an_action(family.nurse))
        actions.hand_over_action(action, family.manager.pk, "Ines has left.")
        assert Duty.objects.get(subject_id=action, closed_at__isnull=True).owner_id == family.manager.pk
        assert not queries.plan_shown(plan).actions[0].left


@pytest.mark.obligation("PAR-05")
def test_an_agencys_actions_stand_on_pages_with_the_counts_of_all_of_them(owning, monkeypatch):
    family = make_family()
    plan = begun(family)
    agency = family.worker.postings.get().agency
    leaver = make_practitioner(agency=agency)
    with as_practitioner(family.worker):
        for words, whom, days in (
            ("Later", family.worker, 9),
            ("Soon", family.worker, 2),
            ("Was due", leaver, 1),
        ):
            actions.give_action([plan], an_action(whom, words=words, due_on=today() + timedelta(days=days)))
        [gone] = actions.give_action(
            [plan], an_action(leaver, words="Nobody's", due_on=today() + timedelta(days=5))
        )
    with owning():
        leaver.postings.update(held_until=today())
        Action.objects.filter(words="Was due").update(due_on=today() - timedelta(days=1))
    monkeypatch.setattr(queries.lists, "ACTIONS", 2)
    with as_practitioner(family.worker):
        first, second, beyond = (queries.actions_of_agencies([agency.pk], page) for page in (1, 2, 9))
    assert [r.words for r in first.rows] == ["Was due", "Nobody's"]
    assert [(r.late, r.left) for r in first.rows] == [(True, True), (False, True)]
    assert [r.words for r in second.rows] == ["Soon", "Later"]
    assert (beyond.page, [r.words for r in beyond.rows]) == (2, ["Soon", "Later"])
    assert {(p.late, p.gone, p.coming, p.total, p.pages) for p in (first, second, beyond)} == {
        (1, 1, 2, 4, 2)
    }
    monkeypatch.setattr(queries.lists, "ACTIONS", 3)
    with as_practitioner(family.worker):
        first, second = (queries.actions_of_agencies([agency.pk], page) for page in (1, 2))
    assert [r.words for r in first.rows + second.rows] == ["Was due", "Nobody's", "Soon", "Later"]
    assert gone == first.rows[1].id


@pytest.mark.obligation("CHD-02")
@pytest.mark.obligation("CHD-01")
def test_only_a_visit_at_which_the_child_was_seen_answers_the_duty():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        before = Duty.objects.get(subject_id=plan, kind="child_protection_visit")
        with pytest.raises(Refused) as refused:
            actions.record_visit(plan, a_visit(seen=False, alone=None))
        assert refused.value.verdict.field == "why_not"
        actions.record_visit(
            plan, a_visit(seen=False, alone=None, why_not="Nobody opened.", like="", said="")
        )
        assert Duty.objects.get(subject_id=plan, kind="child_protection_visit").id == before.id
        actions.record_visit(plan, a_visit())
        [after] = Duty.objects.filter(subject_id=plan, kind="child_protection_visit", closed_at__isnull=True)
        assert after.id != before.id
        visit = Visit.objects.get(seen=True)
        assert "“I want Mum to pick me up herself.”" in Entry.objects.get(id=visit.entry_id).text
        assert last_said([family.maya]).words == "I want Mum to pick me up herself."
        seen = last_seen([family.maya])
        assert seen is not None
        assert seen.alone
        assert queries.next_visit([family.maya]) == after.due_at


@pytest.mark.obligation("PLN-01")
@pytest.mark.obligation("PLN-03")
def test_a_review_cannot_be_closed_with_an_outcome_or_a_service_unanswered():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker), pytest.raises(Refused, match="not been signed"):
        actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
    item = signed(family, plan)
    with as_practitioner(family.worker):
        offer = actions.offer_service(
            family.maya,
            OfferIn("Mornings without hurry", name="Breakfast club", state=OfferState.RECEIVING),
            plan_id=plan,
        )
        with pytest.raises(Refused, match="before it"):
            actions.start_review(plan, today() - timedelta(days=1), without_quorum_why=AT_NO_MEETING)
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        with pytest.raises(Refused, match="open already"):
            actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
    with as_practitioner(family.chair):
        for answer in (
            lambda: actions.answer_outcome(review, item, reviewed()),
            lambda: actions.answer_offer(review, offer, DidChange.YES, "She eats there every day."),
            lambda: hear(family, plan, review_id=review),
        ):
            with pytest.raises(Refused):
                actions.close_review(
                    review,
                    ReviewResult.CONTINUES,
                    "It works, and is not done yet.",
                    WISHED,
                    knows_family=False,
                )
            answer()
        actions.close_review(
            review, ReviewResult.CONTINUES, "It works, and is not done yet.", WISHED, knows_family=False
        )
        shown = queries.review_shown(review)
        assert [(o.outcome.words, o.answer.actual) for o in shown.outcomes] == [
            ("Maya eats breakfast at home every school day.", "Breakfast on four days of five.")
        ]
        assert "later_review_conference" in _owed(plan)
        assert "first_review_conference" not in _owed(plan)
        with pytest.raises(Refused, match="closed"):
            actions.answer_outcome(review, item, reviewed())


@pytest.mark.obligation("TIM-01")
def test_the_next_review_is_sooner_where_the_child_needs_it():
    family = make_family()
    plan = begun(family)
    item = signed(family, plan)
    with as_practitioner(family.chair):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        sooner = today() + timedelta(days=30)
        actions.close_review(
            review, ReviewResult.CONTINUES, "It works, and is not done yet.", WISHED, knows_family=False,
            next_by=sooner, sooner_why="Mother's partner comes out of prison in five weeks.",
        )  # fmt: skip
        duty = Duty.objects.get(subject_id=plan, kind="later_review_conference", closed_at__isnull=True)
        assert duty.due_at.date() == sooner
        assert duty.sooner_why


@pytest.mark.obligation("TIM-01")
@pytest.mark.obligation("FAM-15")
def test_repeated_visits_under_the_plan_without_the_child_ask_a_manager_to_decide():
    family = make_family()
    plan = begun(family)

    def not_seen() -> int:
        actions.record_visit(
            plan,
            a_visit(visited_at=now(), seen=False, alone=None, why_not="Nobody opened.", like="", said=""),
        )
        return Duty.objects.filter(kind="decision_on_non_contact", closed_at=None).count()

    with as_practitioner(family.worker):
        assert [not_seen(), not_seen()] == [0, 0]
        actions.record_visit(plan, a_visit(visited_at=now()))
        assert [not_seen(), not_seen(), not_seen(), not_seen()] == [0, 0, 1, 1]
    with as_practitioner(family.manager):
        decide_on_non_contact(
            family.maya, what="welfare_check", safe_words="Her school sees her every day.",
            reasons="She was not seen three times.", knows_family=False,
        )  # fmt: skip
        assert not Duty.objects.filter(kind="decision_on_non_contact", closed_at=None).exists()


def test_the_first_visit_core_group_and_review_are_sooner_where_the_child_needs_it():
    family = make_family()
    why = "Mother's partner comes out of prison this week."
    soon = today() + timedelta(days=2)
    asked = {
        "visit_by": soon,
        "core_group_by": soon + timedelta(days=1),
        "review_by": soon + timedelta(days=5),
    }
    with pytest.raises(Refused, match="Say why this child needs it sooner"):
        begun(family, **asked)
    for field in asked:
        with pytest.raises(Refused, match="ends no later than that by itself") as refused:
            begun(family, **{field: today() + timedelta(days=200)}, sooner_why=why)
        assert refused.value.verdict.field == field
    with pytest.raises(Refused, match="No clock for this starts with this plan"):
        begun(family, kind=PlanKind.CHILD_IN_NEED, core_group_by=soon, sooner_why=why)
    plan = begun(family, **asked, sooner_why=why)
    with as_practitioner(family.worker):
        due = {d.kind: d for d in Duty.objects.filter(subject_id=plan) if d.sooner_why}
    assert {kind: duty.due_at.date() for kind, duty in due.items()} == {
        "child_protection_visit": soon,
        "first_core_group": soon + timedelta(days=1),
        "first_review_conference": soon + timedelta(days=5),
    }
    assert {duty.sooner_why for duty in due.values()} == {why}


def _close_review(family, plan, item, result):
    with as_practitioner(family.chair):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        actions.close_review(
            review, result, "The evenings are calm and she eats.", WISHED, knows_family=False
        )
    return review


@pytest.mark.obligation("HLP-04")
@pytest.mark.obligation("HLP-01")
def test_stepping_down_carries_the_record_along_and_the_child_stays_in_need():
    family = make_family()
    plan = begun(family)
    item = signed(family, plan)
    with as_practitioner(family.manager), pytest.raises(Refused, match="review must first"):
        actions.step_plan(plan, a_step(family, PlanKind.CHILD_IN_NEED))
    _close_review(family, plan, item, ReviewResult.STEP_DOWN)
    with as_practitioner(family.worker), pytest.raises(Refused, match="ended by a manager"):
        actions.step_plan(plan, a_step(family, PlanKind.CHILD_IN_NEED))
    with as_practitioner(family.manager):
        new = actions.step_plan(plan, a_step(family, PlanKind.CHILD_IN_NEED))
        held = set(
            Status.objects.filter(folder_id=family.maya, held_until__isnull=True).values_list(
                "kind", flat=True
            )
        )
        assert held == {"child_in_need"}
        shown = queries.plan_shown(new)
        assert [o.words for o in shown.outcomes] == ["Maya eats breakfast at home every school day."]
        assert [a.words for a in shown.actions] == ["Go with Maya to the hearing clinic."]
        assert {s.kind for s in shown.statements} >= {StatementKind.CONTINGENCY, StatementKind.TIE}
        assert _owed(plan) == set()
        assert _owed(new) == {"plan_signed", "child_in_need_visit", "child_in_need_review"}
        [line] = [x for x in queries.progress_of([plan, new]) if x.outcome == item]
        assert [p.value for p in line.points] == [3, 6]


@pytest.mark.obligation("HLP-01")
def test_early_help_steps_up_only_once_the_front_door_has_taken_the_child_on():
    family = make_family()
    decider = make_practitioner("front-door-decision-manager", team=front_door_team(), name="Mark Ede")
    plan = begun(family, kind=PlanKind.EARLY_HELP)
    written(family, plan)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="The front door decides"):
            actions.step_plan(plan, a_step(family, PlanKind.CHILD_IN_NEED))
        asked = ask_step_up(
            family.maya,
            reasons="The evenings have become dangerous.",
            family_view="Their mother asks for it.",
        )
    with as_practitioner(decider):
        sent = {
            "accepted": True,
            "reasons": "The child may be in need, and help has not held.",
            "knows_family": False,
        }
        with pytest.raises(Refused, match="the child"):
            decide_step_up(asked.id, **sent)
        decide_step_up(asked.id, **sent, wishes=WishesIn(why_not="She would not speak to anybody new."))
    with as_practitioner(family.worker):
        new = actions.step_plan(plan, a_step(family, PlanKind.CHILD_IN_NEED))
        assert queries.plan_shown(new).kind is PlanKind.CHILD_IN_NEED
        assert queries.plan_shown(new).outcomes
        with pytest.raises(Refused, match="whoever chairs"):
            actions.step_plan(new, a_step(family, PlanKind.CHILD_PROTECTION, category="NEG"))


@pytest.mark.obligation("FAM-15")
@pytest.mark.obligation("REC-02")
def test_closing_needs_reason_summary_helper_feedback_and_a_keeper_and_never_no_contact_alone():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    with as_practitioner(family.worker), pytest.raises(Refused, match="ended by a manager"):
        actions.close_plan(plan, an_end(family))
    with as_practitioner(family.manager):
        for changes, field in (
            ({"reason": ""}, "reason"),
            ({"summary": ""}, "summary"),
            ({"summary": "The family does not engage."}, "summary"),
            ({"helps_now": ""}, "helps_now"),
            ({"feedback_asked": ""}, "feedback_asked"),
            ({"record_in_order_by": None}, "record_in_order_by"),
            ({"reason": "RC2"}, "reason"),
            ({"reason": "RC8"}, "reason"),
            ({"reason": "RC9"}, "reason"),
        ):
            with pytest.raises(Refused) as refused:
                actions.close_plan(plan, an_end(family, **changes))
            assert refused.value.verdict.field == field, changes
        actions.close_plan(plan, an_end(family))
        told = [
            each for each in answer(queries.moments([family.maya])) if each.kind.startswith("Child in need")
        ]
        assert [each.kind.rsplit(" ", 1)[1] for each in told] == ["begun", "ended"]
        assert len({each.id for each in told}) == 2
        assert Plan.objects.get(id=plan).state == PlanState.CLOSED.value
        assert not Status.objects.filter(folder_id=family.maya, held_until__isnull=True).exists()
        assert not Action.objects.filter(plan_id=plan, state="open").exists()
        assert not Duty.objects.filter(folder_id=family.maya, closed_at__isnull=True).exists()
        with pytest.raises(Refused, match="closed"):
            actions.write_outcome([plan], an_outcome())
        actions.reopen_plan(plan, "Closed on the wrong child's page.", knows_family=False)
        assert queries.plan_shown(plan).open


def test_a_protection_plan_closes_only_after_a_review_unless_the_child_died():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match="review must first"):
            actions.close_plan(plan, an_end(family))
        died(family.maya, today())
        assert [a.cause for a in queries.answers(queries.plan_shown(plan))] == [Cause.DIED]
        with pytest.raises(Refused, match="has died"):
            actions.close_plan(plan, an_end(family))
        actions.close_plan(plan, an_end(family, reason="RC2", wishes=WishesIn()))


def test_a_wrong_date_of_birth_asks_for_the_plan_to_be_looked_at():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.worker):
        assert queries.answers(queries.plan_shown(plan)) == []
        correct_particulars(
            family.maya,
            Birth(born_on=today() - timedelta(days=365 * 17 + 200)),
            "Read wrongly from the form.",
        )
        found = {a.cause: a.text for a in queries.answers(queries.plan_shown(plan))}
        assert set(found) == {Cause.ADULT, Cause.BIRTH_PUT_RIGHT}
        limit = pack_in_force().limit("help_as_an_adult", today())
        assert f"{limit.span} before. {limit.caveat}" in found[Cause.ADULT], "the procedures set it"
        longer = limit.model_copy(update={"amount": 3})
        with patch.object(Pack, "limit", lambda *_, **__: longer):
            assert {a.cause for a in queries.answers(queries.plan_shown(plan))} == {Cause.BIRTH_PUT_RIGHT}


@pytest.mark.obligation("PAR-12")
def test_a_plan_asked_of_another_authority_stays_ours_until_its_conference_accepts():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match="Write a transfer summary"):
            actions.ask_transfer(plan, "Northmoor Council", " ")
        actions.ask_transfer(plan, "Northmoor Council", "The whole plan was sent; Dana visits until then.")
        [asked] = queries.transfers_of([family.maya])
        actions.record_visit(plan, a_visit())
        assert _owed(plan)
        with pytest.raises(Refused, match="asked already"):
            actions.ask_transfer(plan, "Northmoor Council", "Again.")
        answer = {"answered_by": "Chair of Northmoor", "words": "They accept the plan."}
        with pytest.raises(Refused, match="day of the receiving conference"):
            actions.answer_transfer(asked.id, actions.TransferAnswer(True, **answer))
        with pytest.raises(Refused, match="still to come"):
            actions.answer_transfer(
                asked.id, actions.TransferAnswer(True, conference_on=today() + timedelta(days=3), **answer)
            )
        end = an_end(family, reason="RC5")
        actions.answer_transfer(
            asked.id, actions.TransferAnswer(True, conference_on=today(), end=end, **answer)
        )
        assert not queries.plan_shown(plan).open
        assert queries.plan_shown(plan).id


@pytest.mark.obligation("PAR-12")
def test_a_child_who_moves_here_has_a_conference_and_only_then_our_plan():
    family = make_family()
    with as_practitioner(family.worker):
        asked = actions.receive_transfer(
            family.maya, "Northmoor Council", "Their plan and reports; their worker visits until then.", category="EMO",
            earlier_plans=2,
        )  # fmt: skip
        assert _owed(asked) == {"transfer_in_conference"}
        begin = BeginIn(
            PlanKind.CHILD_PROTECTION, today(), "The risk came along with the family.", "EMO", wishes=WISHED,
            earlier_plans=2, from_authority="Northmoor Council", lead_id=family.worker.pk,
        )  # fmt: skip
        answer = actions.TransferAnswer(
            True, "Helen Abara, chair", "We take the plan.", today(), begin=begin, knows_family=False
        )
        with pytest.raises(NotPermitted):
            actions.answer_transfer(asked, answer)
    with as_practitioner(family.chair):
        plan = actions.answer_transfer(asked, answer)
        assert _owed(asked) == set()
        shown = queries.plan_shown(plan)
        assert (shown.earlier_plans, shown.from_authority, shown.category_first) == (
            2,
            "Northmoor Council",
            "EMO",
        )


@pytest.mark.obligation("CHD-09")
@pytest.mark.obligation("HLP-09")
@pytest.mark.obligation("HLP-05")
def test_adults_needs_stand_apart_and_every_need_has_a_service_or_a_reason():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        with pytest.raises(Refused) as refused:
            actions.write_need([plan], NeedIn("Help with drinking", adult_id=family.mother))
        assert refused.value.verdict.field == "for_child"
        actions.write_need(
            [plan], NeedIn("Help with drinking", family.mother, "Evenings are frightening.", "")
        )
        [need] = actions.write_need([plan], NeedIn("Somebody to talk to after what she saw"))
        shown = queries.plan_shown(plan)
        assert [n.words for n in shown.child_needs] == ["Somebody to talk to after what she saw"]
        assert [n.adult for n in shown.adult_needs] == ["Ana Ferreira"]
        assert len([m for m in shown.lacks if m.part == "need"]) == 2
        offer = actions.offer_service(
            family.maya, OfferIn("She sleeps again", name="Time to talk", need=need), plan_id=plan
        )
        with pytest.raises(Refused) as refused:
            actions.move_offer(offer, OfferState.WAITING, "")
        assert refused.value.verdict.field == "words"
        actions.move_offer(offer, OfferState.WAITING, "Eleven weeks.")
        assert [(u.waiting, u.why) for u in queries.unmet().rows] == [("Time to talk", "Eleven weeks.")]
        actions.write_need(
            [plan], NeedIn("Help with drinking", family.mother, "Evenings are frightening.", "No place before May."),
            item=shown.adult_needs[0].item,
        )  # fmt: skip
        assert [m for m in queries.plan_shown(plan).lacks if m.part == "need"] == []
        assert "No place before May." in {u.why for u in queries.unmet().rows}
    with as_practitioner(family.stranger):
        assert queries.unmet().rows == []


def test_the_category_at_the_start_stays_beside_the_latest():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.chair):
        actions.change_category(
            plan, actions.CategoryIn("EMO", "What Maya says of the evenings."), knows_family=False
        )
        shown = queries.plan_shown(plan)
        assert (shown.category_first, shown.category_latest) == ("NEG", "EMO")
        assert (
            Status.objects.get(
                folder_id=family.maya, kind="protection_plan", held_until__isnull=True
            ).category
            == "EMO"
        )


def test_somebody_else_leads_and_owes_what_was_owed():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        actions.name_lead(plan, family.nurse.pk, "Dana goes on leave.")
    with as_practitioner(family.nurse):
        assert set(
            Duty.objects.filter(subject_id=plan, closed_at__isnull=True).values_list("owner_id", flat=True)
        ) == {family.nurse.pk}
        assert queries.plan_shown(plan).lead == "Ines Farrow"


def test_each_persons_scale_is_their_own():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        actions.place_on_scale(plan, ScaleIn(Whose.CHILD, "Maya", 4, "He came back."))
        actions.place_on_scale(plan, ScaleIn(Whose.PARENT, "Ana", 8))
        with pytest.raises(Refused):
            actions.place_on_scale(plan, ScaleIn(Whose.PARENT, "Ana", 11))
        [line] = queries.progress_of([plan])
        assert [(p.name, p.value) for p in line.points] == [("Maya", 4), ("Ana", 8)]


def test_a_stale_form_is_told_who_was_faster():
    family = make_family()
    plan = begun(family)
    written(family, plan)
    with as_practitioner(family.worker), pytest.raises(Refused, match="Dana Okafor changed this plan"):
        actions.sign_plan(plan, seen=1)


@pytest.mark.obligation("REC-18")
def test_the_right_role_on_the_wrong_child_reads_and_writes_nothing():
    family = make_family()
    plan = begun(family)
    item = signed(family, plan)
    with as_practitioner(family.stranger):
        assert Plan.objects.count() == 0
        assert PlannedOutcome.objects.count() == 0
        assert Visit.objects.count() == 0
        for act in (
            lambda: queries.plan_shown(plan),
            lambda: actions.sign_plan(plan),
            lambda: actions.close_plan(plan, an_end(family)),
            lambda: actions.write_outcome([plan], an_outcome()),
            lambda: actions.record_visit(plan, a_visit()),
            lambda: actions.drop(plan, "outcome", item, "Why not"),
            lambda: actions.begin_plan(
                family.maya,
                BeginIn(PlanKind.EARLY_HELP, today(), "They need some help now.", wishes=WISHED),
                knows_family=False,
            ),
        ):
            with pytest.raises(NotFound):
                act()


def test_the_mornings_look_opens_what_a_plan_must_answer(owning):
    from sightline.plans.jobs import look

    family = make_family()
    plan = begun(family)
    assert look(0) == 0
    with owning():
        family.worker.postings.update(held_until=today())
    assert look(0) == 1
    assert look(0) == 0
    with as_practitioner(family.manager):
        assert "plan_answers" in _owed(plan)
        actions.name_lead(plan, family.manager.pk, "Dana has left.")
        assert "plan_answers" not in _owed(plan)


def test_core_group_met_starts_the_next_clock():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        council, health = (who.postings.get().agency_id for who in (family.worker, family.nurse))
        with pytest.raises(Refused, match=r"quorum is not met.*1 of at least 2 agencies") as refused:
            actions.core_group_met(plan, now(), agency_ids=[council])
        assert refused.value.verdict.field == "without_quorum_why"
        with pytest.raises(Refused, match="which agencies took part"):
            actions.core_group_met(plan, now(), without_quorum_why="Nobody could come in the end.")
        assert "first_core_group" in _owed(plan)
        actions.core_group_met(plan, now(), agency_ids=[council, health], family_came=1)
        [held] = [c for c in queries.history_of(plan) if c.act == "core group held"]
        assert "1 of the family" in held.words
        assert Agency.objects.get(id=health).name in held.words
        assert _owed(plan) >= {"later_core_group"}
        assert "first_core_group" not in _owed(plan)
        member = actions.name_core_member(plan, "Nan", person_id=family.mother)
        actions.name_core_member(plan, "Health visitor", practitioner_id=family.nurse.pk, brings="Hearing")
        assert [m.name for m in queries.plan_shown(plan).core_now] == ["Ana Ferreira", "Ines Farrow"]
        actions.end_core_member(plan, member, "She moved.")
        assert [m.name for m in queries.plan_shown(plan).core_now] == ["Ines Farrow"]


def test_nobody_begins_a_plan_or_decides_on_incidents_for_a_family_that_they_know():
    family = make_family()
    with as_practitioner(family.manager):
        actions.record_incident([family.maya], an_incident(0))
        with pytest.raises(Refused, match="No decision on these is owed"):
            actions.decide_on_incidents(
                family.maya, IncidentKind.MISSING, "Nothing more", "She came back.", knows_family=False
            )
        for known, told in ((None, "Say whether you know"), (True, "You know this family")):
            with pytest.raises(Refused, match=told):
                actions.begin_plan(
                    family.maya,
                    BeginIn(PlanKind.EARLY_HELP, today(), "They need some help now.", wishes=WISHED),
                    knows_family=known,
                )
            with pytest.raises(Refused, match=told):
                actions.decide_on_incidents(
                    family.maya, IncidentKind.MISSING, "Nothing more", "She came back.", knows_family=known
                )
        assert not Plan.objects.exists()
