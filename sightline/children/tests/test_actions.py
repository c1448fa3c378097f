"""Actions: what they write, what they refuse, and that nothing is overwritten."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sightline.agencies.actions import change_agency
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.audit.models import AuditEvent
from sightline.children import actions, queries
from sightline.children.models import (
    Identifier,
    Identity,
    Involvement,
    Particulars,
    PersonName,
    Pointer,
    PointerAgency,
    Provider,
    Residence,
    Status,
    Tie,
)
from sightline.children.rules import (
    Address,
    Answer,
    Birth,
    Names,
    NewAdult,
    NewAuthority,
    NewChild,
    NewInvolvement,
    NewProvider,
    NewStatus,
    NewTie,
    Number,
)
from sightline.children.terms import (
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    ProviderKind,
    Scheme,
    Sex,
    StatusKind,
)
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer

from .conftest import days_ago

RELIGION = IdentityQuestion.RELIGION


@pytest.fixture
def at_work(world, worker, folder_id, child_id):
    """Looking as Maya's worker for the whole test."""
    with world.looking(worker):
        yield


def page(folder_id):
    return queries.child_page([folder_id])


@pytest.mark.obligation("ASM-08")
def test_the_page_says_where_with_whom_since_when_and_who_is_responsible(world, worker, folder_id, at_work):
    mother = actions.record_adult(folder_id, NewAdult(Names("Ana", "Ferreira")))
    actions.tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
    actions.move_to(folder_id, Address(lines="1 Old Street", held_from=days_ago(400)))
    actions.move_to(folder_id, Address(lines="4 Quay Row", area="Northmoor", held_from=days_ago(30)))
    view = page(folder_id)
    assert view.child.lives.lines == "4 Quay Row"
    assert view.child.lives.held_from == days_ago(30)
    assert [(r.lines, r.held_until) for r in view.child.lived] == [("1 Old Street", days_ago(30))]
    assert [t.name for t in view.responsible_parents] == ["Ana Ferreira"]
    mast = view.masthead
    assert mast["lives_with"] == "Mum (Ana)"
    assert (mast["area"], mast["lives_since"]) == ("Northmoor", days_ago(30))
    assert mast["parental_responsibility"] == ["Ana Ferreira"]


def test_any_past_day_is_shown_as_it_was_known_then(folder_id, at_work):
    actions.move_to(folder_id, Address(lines="1 Old Street", held_from=days_ago(400)))
    actions.move_to(folder_id, Address(lines="4 Quay Row", held_from=days_ago(30)))
    then = queries.child_page([folder_id], on=days_ago(100))
    assert then.child.lives.lines == "1 Old Street"
    assert then.child.lived == ()


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-16")
def test_the_name_in_use_is_the_one_that_pages_and_pointer_show(folder_id, child_id, at_work):
    actions.rename(folder_id, Names("Maya", "Ferreira-Lund", "May", also=("Maia",)))
    actions.correct_particulars(folder_id, Birth(born_on=days_ago(3400), sex=Sex.FEMALE, pronouns="she"))
    view = page(folder_id)
    assert view.child.called == "May"
    assert (view.masthead["known_as"], view.masthead["pronouns"]) == ("May", "she")
    assert [n.words for n in view.child.other_names] == ["Maia"]
    assert queries.pointer(folder_id).known_as == "May"
    assert queries.name_and_age([child_id])[child_id].called == "May"


@pytest.mark.obligation("REC-12")
def test_an_earlier_name_stays_on_the_record(folder_id, at_work):
    actions.rename(folder_id, Names("Maya", "Lund"))
    names = list(PersonName.objects.order_by("recorded_at", "id").values_list("family", "held_until"))
    assert names == [("Ferreira-Lund", today()), ("Lund", None)]
    assert page(folder_id).child.name == "Maya Lund"


def test_a_name_no_longer_used_ends(folder_id, at_work):
    actions.rename(folder_id, Names("Maya", "Ferreira-Lund", "May"))
    actions.rename(folder_id, Names("Maya", "Ferreira-Lund", ""))
    assert page(folder_id).child.known_as == ""
    assert PersonName.objects.filter(use="known_as", held_until__isnull=False).count() == 1


def test_saying_the_same_again_writes_nothing(folder_id, at_work):
    actions.rename(folder_id, Names("Maya", "Ferreira-Lund"))
    answer = Answer(RELIGION, Answered.NOT_KNOWN)
    actions.answer_identity(folder_id, answer)
    actions.answer_identity(folder_id, answer)
    birth = Birth(sex=Sex.FEMALE)
    actions.correct_particulars(folder_id, birth)
    actions.correct_particulars(folder_id, birth)
    assert PersonName.objects.count() == 1
    assert Identity.objects.count() == 1
    assert Particulars.objects.count() == 2


# -- births --------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-12")
def test_a_correction_adds_and_says_what_was_wrong(folder_id, child_id, at_work):
    actions.correct_particulars(folder_id, Birth(born_on=date(2017, 3, 14)))
    with pytest.raises(Refused, match="Say what was wrong"):
        actions.correct_particulars(folder_id, Birth(born_on=date(2017, 4, 13)))
    actions.correct_particulars(folder_id, Birth(born_on=date(2017, 4, 13)), "Day and month were swapped")
    history = queries.particulars_history(child_id)
    assert [h.words for h in history] == ["born 13 April 2017", "born 14 March 2017", "nothing known"]
    assert history[0].why == "Day and month were swapped"
    assert history[0].recorded_by == "Dana Okafor"


def test_an_unborn_child_is_expected_then_born(world, worker):
    folder_id = world.folder(worker)
    world.child(folder_id, names=Names("", "Lund"), birth=Birth(expected_on=days_ago(-40)))
    with world.looking(worker):
        assert page(folder_id).child.age.startswith("expected ")
        assert queries.pointer(folder_id).age.startswith("expected ")
        actions.born(folder_id, days_ago(2), sex=Sex.MALE, names=Names("Theo", "Lund"))
        child = page(folder_id).child
        assert (child.name, child.age, child.birth.sex) == ("Theo Lund", "2 days old", Sex.MALE)
        with pytest.raises(Refused, match="already recorded as born"):
            actions.born(folder_id, days_ago(1))


def test_somebody_has_died(folder_id, at_work):
    actions.correct_particulars(folder_id, Birth(born_on=date(2017, 3, 14), sex=Sex.FEMALE))
    actions.died(folder_id, days_ago(1))
    view = page(folder_id)
    assert view.child.age.startswith("died on ")
    assert view.child.birth.sex is Sex.FEMALE
    assert view.masthead["died_on"] == days_ago(1)
    with pytest.raises(Refused, match="already recorded"):
        actions.died(folder_id, days_ago(1))


# -- identity and numbers ------------------------------------------------------------------------------


@pytest.mark.obligation("ASM-03")
def test_an_answer_of_identity_stands_until_the_next(folder_id, at_work):
    asked = IdentityQuestion.DISABILITY
    actions.answer_identity(folder_id, Answer(asked, Answered.DECLINED))
    actions.answer_identity(
        folder_id, Answer(asked, Answered.GIVEN, ("HEAR", "COMM"), "Wears hearing aids", self_described=True)
    )
    child = page(folder_id).child
    assert child.answers[asked].codes == ("HEAR", "COMM")
    assert child.answers[asked].said == "Wears hearing aids"
    assert [a.said for a in child.past_answers] == ["Preferred not to say"]


def test_how_a_child_communicates_stands_at_the_top(folder_id, at_work):
    for question, words in (
        (IdentityQuestion.LANGUAGE, "English and Portuguese"),
        (IdentityQuestion.COMMUNICATION, "Wears hearing aids: face her when you speak"),
        (IdentityQuestion.INTERPRETER, "Portuguese"),
    ):
        actions.answer_identity(folder_id, Answer(question, Answered.GIVEN, words=words))
    mast = queries.masthead([folder_id])
    assert mast["languages"] == "English and Portuguese"
    assert mast["communication"] == "Wears hearing aids: face her when you speak"
    assert mast["interpreter"] == "Portuguese"


def test_a_number_is_checked_given_and_withdrawn(folder_id, at_work):
    with pytest.raises(Refused, match="last digit"):
        actions.give_identifier(folder_id, Number(Scheme.NHS, "9990000019"))
    number = actions.give_identifier(folder_id, Number(Scheme.NHS, "999 000 0018"))
    with pytest.raises(Refused, match="already recorded"):
        actions.give_identifier(folder_id, Number(Scheme.NHS, "9990000018"))
    with pytest.raises(Refused, match="Withdraw it first"):
        actions.give_identifier(folder_id, Number(Scheme.NHS, "9990000026"))
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_identifier(folder_id, number, " ")
    actions.withdraw_identifier(folder_id, number, "Belongs to her cousin")
    actions.give_identifier(folder_id, Number(Scheme.NHS, "9990000026"))
    shown = page(folder_id).child.numbers
    assert [(n.shown, n.withdrawn_why) for n in shown] == [
        ("999 000 0018", "Belongs to her cousin"),
        ("999 000 0026", ""),
    ]


def test_the_number_of_a_sealed_child_gives_nothing_away(world, worker, stranger):
    other = world.folder()
    world.child(other, numbers=(Number(Scheme.NHS, "9990000018"),))
    world.seal(other, stranger)
    folder_id = world.folder(worker)
    world.child(folder_id)
    with world.looking(worker):
        actions.give_identifier(folder_id, Number(Scheme.NHS, "9990000018"))
        assert Identifier.objects.count() == 1


# -- dated rows ----------------------------------------------------------------------------------------


def test_two_moves_in_one_day_leave_the_second(folder_id, at_work):
    actions.move_to(folder_id, Address(lines="1 Old Street"))
    actions.move_to(folder_id, Address(lines="2 Old Street"))
    child = page(folder_id).child
    assert child.lives.lines == "2 Old Street"
    assert [(r.lines, r.never_held) for r in child.lived] == [("1 Old Street", True)]
    assert child.lived[0].span.startswith("replaced on the day it began")
    assert Residence.objects.count() == 2


def test_a_move_before_the_last_one_began_replaces_it(folder_id, at_work):
    actions.move_to(folder_id, Address(lines="4 Quay Row", held_from=days_ago(10)))
    actions.move_to(folder_id, Address(lines="5 Quay Row", held_from=days_ago(20)))
    child = page(folder_id).child
    assert (child.lives.lines, child.lives.held_from) == ("5 Quay Row", days_ago(20))
    assert [r.never_held for r in child.lived] == [True]


def test_a_move_into_days_already_told_is_refused(folder_id, at_work):
    actions.move_to(folder_id, Address(lines="1 Old Street", held_from=days_ago(100)))
    actions.move_to(folder_id, Address(lines="4 Quay Row", held_from=days_ago(10)))
    with pytest.raises(Refused, match="A later address is already recorded"):
        actions.move_to(folder_id, Address(lines="9 Past Lane", held_from=days_ago(50)))


def test_nothing_begins_or_ends_on_a_day_to_come(world, worker, folder_id, at_work):
    with pytest.raises(Refused, match="still to come"):
        actions.move_to(folder_id, Address(lines="X", held_from=days_ago(-1)))
    with pytest.raises(Refused, match="still to come"):
        actions.set_status(folder_id, NewStatus(StatusKind.CHILD_IN_NEED, days_ago(-1)))
    status = actions.set_status(folder_id, NewStatus(StatusKind.CHILD_IN_NEED, days_ago(5)))
    with pytest.raises(Refused, match="cannot be before"):
        actions.end_status(folder_id, status, days_ago(6))
    with pytest.raises(Refused, match="still to come"):
        actions.end_status(folder_id, status, days_ago(-1))
    actions.end_status(folder_id, status, days_ago(1))
    with pytest.raises(Refused, match="already ended"):
        actions.end_status(folder_id, status)


def test_leaving_an_address_leaves_it_not_known(folder_id, at_work):
    actions.move_to(folder_id, Address(lines="4 Quay Row", area="Eastmere", held_from=days_ago(10)))
    actions.leave_address(folder_id, days_ago(1))
    assert page(folder_id).child.lives is None
    assert queries.pointer(folder_id).area == ""


def test_a_plan_whose_category_changes_begins_anew(folder_id, at_work):
    actions.set_status(folder_id, NewStatus(StatusKind.PROTECTION_PLAN, days_ago(90), category="NEG"))
    with pytest.raises(Refused, match="already recorded"):
        actions.set_status(folder_id, NewStatus(StatusKind.PROTECTION_PLAN, days_ago(5), category="NEG"))
    actions.set_status(folder_id, NewStatus(StatusKind.PROTECTION_PLAN, days_ago(5), category="PHY"))
    view = page(folder_id)
    assert [s.words for s in view.statuses] == ["Child protection plan: physical abuse"]
    assert [s.words for s in view.past_statuses] == ["Child protection plan: neglect"]
    assert view.masthead["markers"][0]["kind"] == "protection_plan"
    assert Status.objects.count() == 2


def test_schools_doctors_and_authorities_follow_one_another(folder_id, at_work):
    actions.set_provider(folder_id, NewProvider(ProviderKind.SCHOOL, "Old School", held_from=days_ago(500)))
    actions.set_provider(folder_id, NewProvider(ProviderKind.GP, "Dr Lindqvist"))
    school = actions.set_provider(
        folder_id, NewProvider(ProviderKind.SCHOOL, "Quayside", held_from=days_ago(5))
    )
    actions.set_authority(folder_id, NewAuthority("Northmoor", held_from=days_ago(100)))
    actions.authority_changed(folder_id, responsible="Southmere")
    view = page(folder_id)
    assert {p.name for p in view.providers} == {"Quayside", "Dr Lindqvist"}
    assert [p.name for p in view.past_providers] == ["Old School"]
    assert (view.authority.responsible, view.authority.present) == ("Southmere", "Southmere")
    assert [a.responsible for a in view.past_authorities] == ["Northmoor"]
    actions.end_provider(folder_id, school, days_ago(1))
    assert Provider.objects.filter(held_until__isnull=True).count() == 1


# -- ties ------------------------------------------------------------------------------------------------


def test_a_changed_tie_keeps_how_it_was(folder_id, at_work):
    jon = actions.record_adult(folder_id, NewAdult(Names("Jon", "Lund")))
    actions.tie(folder_id, NewTie(jon, Kinship.PARENTS_PARTNER, held_from=days_ago(300)))
    actions.tie(folder_id, NewTie(jon, Kinship.STEP_PARENT, Known.YES, held_from=days_ago(10)))
    view = page(folder_id)
    assert [t.kinship for t in view.ties] == [Kinship.STEP_PARENT]
    assert len(view.every_tie) == 2
    assert view.past_ties == []  # he is still in her life
    actions.end_tie(folder_id, view.ties[0].id, days_ago(1))
    assert {t.kinship for t in page(folder_id).past_ties} == {Kinship.PARENTS_PARTNER, Kinship.STEP_PARENT}


def test_people_named_are_found_in_a_childs_life(folder_id, at_work):
    jon = actions.record_adult(folder_id, NewAdult(Names("Jon", "Lund")))
    actions.tie(folder_id, NewTie(jon, Kinship.FATHER))
    assert queries.people_named(folder_id, "lun") == [(jon, "Jon Lund")]
    assert queries.people_named(folder_id, "x%") == []


# -- who works with the child --------------------------------------------------------------------------------


@pytest.mark.obligation("PAR-04")
def test_the_lead_changes_hands_and_the_one_before_goes_on_working(
    world, worker, visitor, stranger, folder_id, at_work
):
    council, health = world.council.pk, world.health.pk
    actions.involve(
        folder_id,
        NewInvolvement(council, "social worker", worker.pk, "Visits", lead=True, held_from=days_ago(500)),
    )
    actions.involve(folder_id, NewInvolvement(health, "health visitor", visitor.pk, held_from=days_ago(400)))
    actions.involve(
        folder_id,
        NewInvolvement(health, "health visitor", visitor.pk, "Weighs", lead=True, held_from=days_ago(20)),
    )
    view = page(folder_id)
    assert view.lead.practitioner == "Ines Farrow"
    assert [(i.practitioner, i.lead, i.contribution) for i in view.involvements] == [
        ("Ines Farrow", True, "Weighs"),
        ("Dana Okafor", False, "Visits"),
    ]
    assert view.changes_of_worker == 1
    assert queries.lead_worker(folder_id).practitioner_id == visitor.pk
    assert queries.works_with(worker.pk, [folder_id])
    assert not queries.works_with(stranger.pk, [folder_id])
    for involvement in view.involvements:
        actions.end_involvement(folder_id, involvement.id)
    view = page(folder_id)
    assert view.involvements == []
    assert queries.lead_worker(folder_id) is None
    assert {i.practitioner for i in view.past_involvements} == {"Dana Okafor", "Ines Farrow"}


def test_only_somebody_of_the_agency_works_for_it(world, worker, visitor, folder_id, at_work):
    with pytest.raises(Refused, match="works in that agency"):
        actions.involve(folder_id, NewInvolvement(world.council.pk, "nurse", visitor.pk))
    with pytest.raises(Refused, match="agency of the partnership"):
        actions.involve(folder_id, NewInvolvement(folder_id, "nurse"))
    actions.involve(folder_id, NewInvolvement(world.school.pk, "teacher"))
    with pytest.raises(Refused, match="already recorded"):
        actions.involve(folder_id, NewInvolvement(world.school.pk, "teacher"))
    assert Involvement.objects.count() == 1


# -- the pointer
# -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agency", "shown"),
    [
        ("council", ("Northmoor Council", "01632 960001")),
        ("school", ("Quayside Primary", "no telephone number recorded")),
        ("refuge", ("another service", "Ask the front door")),
    ],
)
def test_the_pointer_names_agencies_save_sensitive_ones(world, worker, stranger, agency, shown):
    folder_id = world.folder(worker, agency=world.health)
    world.child(folder_id)
    with world.looking(worker):
        row = actions.involve(folder_id, NewInvolvement(getattr(world, agency).pk, "worker"))
    with world.looking(stranger):
        assert set(queries.pointer(folder_id).agencies) == {shown, ("Northmoor Health", "01632 960002")}
    with world.looking(worker):
        actions.end_involvement(folder_id, row)
    with world.looking(stranger):
        assert queries.pointer(folder_id).agencies == (("Northmoor Health", "01632 960002"),)


def test_a_sensitive_agency_without_anybody_to_ask_leads_to_the_front_door(world, worker):
    with world.owning():
        world.refuge.ask = ""
        world.refuge.save()
    folder_id = world.folder(worker, agency=world.refuge)
    world.child(folder_id)
    with world.looking(worker):
        ((name, reach),) = queries.pointer(folder_id).agencies
    assert name == "another service"
    assert reach.startswith("Ask ")
    assert "Harbour" not in name + reach


@pytest.mark.obligation("REC-16")
def test_an_agency_that_becomes_sensitive_is_named_on_no_pointer_from_that_moment(world, worker, stranger):
    folder_id = world.folder(worker, agency=world.health)
    world.child(folder_id)
    with world.looking(worker):
        actions.involve(folder_id, NewInvolvement(world.school.pk, "worker"))
    keeper = make_practitioner("administrator")
    health = ("Northmoor Health", "01632 960002")
    steps = [
        ({"telephone": "01632 960777"}, ("Quayside Primary", "01632 960777")),
        ({"name": "Quayside House"}, ("Quayside House", "01632 960777")),
        ({"sensitive": True, "ask": "Ask the front door"}, ("another service", "Ask the front door")),
        ({"sensitive": False, "ask": ""}, ("Quayside House", "01632 960777")),
    ]
    said = {"name": "Quayside Primary", "telephone": "", "sensitive": False, "ask": ""}
    for seen, (change, shown) in enumerate(steps):
        said |= change
        with as_practitioner(keeper):
            change_agency(world.school.pk, **said, seen=seen)
        with world.looking(stranger):
            assert set(queries.pointer(folder_id).agencies) == {shown, health}
            assert {row.shown_as for row in PointerAgency.objects.filter(folder_id=folder_id)} == {
                shown[0],
                health[0],
            }


def test_whoever_does_not_keep_the_agencies_changes_no_pointer_past_the_doors(world, stranger):
    with (
        world.looking(stranger),
        pytest.raises(ProgrammingError, match="do not keep"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT children_refresh_agency(%s)", [world.school.pk])


def test_the_pointer_follows_what_it_shows(world, worker, folder_id, at_work):
    told: list = []
    actions.pointer_changed.append(lambda folders: told.append(list(folders)))
    try:
        actions.rename(folder_id, Names("Maia", "Lund"))
        actions.move_to(folder_id, Address(area="Eastmere"))
        actions.correct_particulars(folder_id, Birth(born_on=days_ago(800)))
    finally:
        actions.pointer_changed.pop()
    shown = queries.pointer(folder_id)
    assert (shown.name, shown.area, shown.age) == ("Maia Lund", "Eastmere", "2 years old")
    assert told == [[folder_id]] * 3


# -- who may, and what is told
# ---------------------------------------------------------------------------------


def test_a_reader_is_told_whom_to_ask(world, visitor, folder_id, child_id):
    world.grant(folder_id, visitor, "read")
    with world.looking(visitor), pytest.raises(NotPermitted, match="not write in it"):
        actions.rename(folder_id, Names("X"))


def test_a_role_that_does_not_write_is_refused(world, folder_id, child_id):
    finder = world.practitioner("Sam Reyes", "finder", world.school)
    world.grant(folder_id, finder)
    with world.looking(finder), pytest.raises(NotPermitted):
        actions.rename(folder_id, Names("X"))


def test_another_childs_worker_finds_nothing(world, stranger, folder_id, child_id):
    with world.looking(stranger):
        for act in (
            lambda: actions.rename(folder_id, Names("X")),
            lambda: actions.move_to(folder_id, Address(lines="X")),
            lambda: actions.record_child(NewChild(folder_id)),
            lambda: actions.record_adult(folder_id, NewAdult()),
            lambda: queries.child_page([folder_id]),
            lambda: actions.withdraw_identifier(folder_id, child_id, "x"),
        ):
            with pytest.raises(NotFound):
                act()


def test_the_public_changes_nothing_that_is_recorded(world, folder_id, child_id):
    with world.looking(Viewer.public()), pytest.raises(NotFound):
        actions.rename(folder_id, Names("X"))


def test_a_record_has_one_child(folder_id, at_work):
    with pytest.raises(Refused, match="already has its child"):
        actions.record_child(NewChild(folder_id))


def test_every_action_is_told_to_the_trail(world, worker, folder_id, at_work):
    adult = actions.record_adult(folder_id, NewAdult(Names("Jon", "Lund")))
    tie = actions.tie(folder_id, NewTie(adult, Kinship.FATHER))
    actions.end_tie(folder_id, tie)
    actions.rename(folder_id, Names("Maia"))
    actions.correct_particulars(folder_id, Birth(pronouns="she"))
    actions.answer_identity(folder_id, Answer(RELIGION, Answered.DECLINED))
    number = actions.give_identifier(folder_id, Number(Scheme.OTHER, "7"))
    actions.withdraw_identifier(folder_id, number, "Wrong")
    actions.move_to(folder_id, Address(area="Eastmere"))
    actions.leave_address(folder_id, today())
    actions.end_status(folder_id, actions.set_status(folder_id, NewStatus(StatusKind.EARLY_HELP, today())))
    actions.end_provider(folder_id, actions.set_provider(folder_id, NewProvider(ProviderKind.GP, "Dr L")))
    actions.set_authority(folder_id, NewAuthority("Northmoor"))
    actions.end_involvement(
        folder_id, actions.involve(folder_id, NewInvolvement(world.council.pk, "social worker"))
    )
    actions.died(folder_id, today())
    with world.owning():
        told = set(
            AuditEvent.objects.filter(folder_id=folder_id, practitioner_id=worker.pk).values_list(
                "what", flat=True
            )
        )
    names = (
        "record_adult tie end_tie rename correct_particulars answer_identity give_identifier "
        "withdraw_identifier move_to leave_address set_status end_status set_provider end_provider "
        "set_authority involve end_involvement died"
    )
    assert {f"children.{name}" for name in names.split()} <= told


def test_a_refusal_is_told_and_leaves_nothing(world, worker, folder_id, at_work):
    with pytest.raises(Refused):
        actions.move_to(folder_id, Address())
    with world.owning():
        assert AuditEvent.objects.filter(
            folder_id=folder_id, what="children.move_to", verb="refused"
        ).exists()
    assert not Residence.objects.exists()


# -- a stale form
# ----------------------------------------------------------------------------------------------


def test_a_stale_form_says_who_and_when(world, worker, visitor, folder_id, child_id):
    world.grant(folder_id, visitor)
    with world.looking(worker):
        seen = page(folder_id).child.name_ids
        actions.rename(folder_id, Names("Maia"), seen=seen)
    with world.looking(visitor):
        with pytest.raises(Refused, match="Dana Okafor changed this on"):
            actions.rename(folder_id, Names("Mayo"), seen=seen)
        actions.rename(folder_id, Names("Mayo"), seen=page(folder_id).child.name_ids)


# -- many at once
# ------------------------------------------------------------------------------------------------


def _rows(folder_id):
    """Everything in a folder but keys and instants."""
    from sightline.children.models import Authority, Identity, Pointer, PointerAgency, Tie

    found = {}
    for model in (
        Particulars, PersonName, Identity, Identifier, Residence, Status, Provider, Authority, Involvement,
        Tie, Pointer, PointerAgency,
    ):  # fmt: skip
        skip = {"id", "folder_id", "person_id", "child_id", "recorded_at", "recorded_by_id", "refreshed_at"}
        rows = [
            {k: v for k, v in row.items() if k not in skip}
            for row in model.objects.filter(folder_id=folder_id).values()
        ]
        found[model.__name__] = sorted(rows, key=str)
    return found


def test_many_at_once_equal_what_single_actions_write(world, worker):
    names, birth = (
        Names("Maya", "Lund", "May", also=("Maia",), former=("Mary",)),
        Birth(born_on=days_ago(900)),
    )
    answers = (
        Answer(RELIGION, Answered.NOT_KNOWN),
        Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, ("HEAR", "VIS"), "Glasses"),
    )
    number = Number(Scheme.NHS, "999 000 0018")
    address = Address(
        lines=" 4 Quay Row \n\n Northmoor", postcode="zz99 3vz", area="Eastmere", held_from=days_ago(9)
    )
    status = NewStatus(StatusKind.PROTECTION_PLAN, days_ago(8), category="NEG")
    school = NewProvider(ProviderKind.SCHOOL, "Quayside", held_from=days_ago(7))
    authority = NewAuthority("Northmoor", held_from=days_ago(6))
    work = NewInvolvement(
        world.council.pk, "social worker", worker.pk, "Visits", lead=True, held_from=days_ago(5)
    )
    mother = NewAdult(Names("Ana", "Lund"))

    singly, together = world.folder(), world.folder()
    with world.looking("demo"):
        actions.record_child(NewChild(singly, names, birth))
        for answer in answers:
            actions.answer_identity(singly, answer)
        actions.give_identifier(singly, number)
        actions.move_to(singly, address)
        actions.set_status(singly, status)
        actions.set_provider(singly, school)
        actions.set_authority(singly, authority)
        actions.involve(singly, work)
        adult = actions.record_adult(singly, mother)
        actions.tie(singly, NewTie(adult, Kinship.MOTHER, Known.YES))

        told: list = []
        actions.pointer_changed.append(told.append)
        try:
            (child,) = actions.record_children_bulk(
                [
                    NewChild(
                        together,
                        names,
                        birth,
                        answers,
                        (number,),
                        address,
                        (status,),
                        (school,),
                        authority,
                        (work,),
                    )
                ]
            )
            from sightline.kernel.ids import uuid7

            ana = uuid7()
            ids = actions.record_family_bulk(
                [NewAdult(Names("Ana", "Lund"), id=ana)],
                [(together, child, NewTie(ana, Kinship.MOTHER, Known.YES))],
            )
        finally:
            actions.pointer_changed.pop()
        assert ids == [ana]
        assert told == [[together], [together]]
    with world.owning():
        one, many = _rows(singly), _rows(together)
        one["Tie"][0].pop("other_id")
        many["Tie"][0].pop("other_id")
        assert many == one
        assert all(many.values())
        adults = [
            {
                k: v
                for k, v in PersonName.objects.filter(person_id=i).values().get().items()
                if k not in ("id", "person_id", "recorded_at")
            }
            for i in (adult, ana)
        ]
        assert adults[0] == adults[1]


def test_bulk_costs_few_queries_whatever_the_number(world, django_assert_max_num_queries):
    folders = [world.folder() for _ in range(30)]
    with world.looking("import"), django_assert_max_num_queries(12):
        actions.record_children_bulk(
            [
                NewChild(f, Names(f"Child {n}"), numbers=(Number(Scheme.LA_CHILD, str(n)),))
                for n, f in enumerate(folders)
            ]
        )


# -- a family at once ---------------------------------------------------------------------------------


def _tied(world, one_by_one: bool) -> tuple[list, list, list]:
    """A family of three children and two adults; its ties, the trail of them, and what a search shows."""
    folders = [world.folder() for _ in range(3)]
    children = [world.child(f, names=Names(f"Child {n}")) for n, f in enumerate(folders)]
    with world.looking("demo"):
        adults = [actions.record_adult(folders[0], NewAdult(Names(name))) for name in ("Jon", "Ana")]
        wanted = [
            (folders[0], NewTie(children[1], Kinship.SIBLING, words="our big one")),
            (folders[0], NewTie(children[2], Kinship.SIBLING)),
            (folders[1], NewTie(children[2], Kinship.SIBLING, held_from=days_ago(3))),
            *((f, NewTie(adults[0], Kinship.FATHER, lives_with_child=Known.YES)) for f in folders),
            (folders[2], NewTie(adults[1], Kinship.MOTHER, parental_responsibility=Known.YES)),
        ]
        # An earlier tie to the same person ends.
        actions.tie(folders[1], NewTie(adults[0], Kinship.OTHER, held_from=days_ago(9)))
    names = {one: f"{n}" for n, one in enumerate([*folders, *children, *adults])}
    with world.owning():
        before = set(AuditEvent.objects.values_list("pk", flat=True))
    with world.looking("demo"):
        if one_by_one:
            ids = [actions.tie(folder, new) for folder, new in wanted]
        else:
            ids = actions.tie_many(wanted)
    with world.owning():
        ties = {each.pk: each for each in Tie.objects.filter(folder_id__in=folders)}
        assert [ties[i].other_id for i in ids] == [new.other_id for _, new in wanted]
        rows = sorted(
            (
                names[t.folder_id], names[t.child_id], names[t.other_id], t.kinship, t.words, t.held_from,
                t.parental_responsibility, t.lives_with_child, str(t.held_until), t.recorded_by_id,
            )
            for t in ties.values()
        )  # fmt: skip
        trail = sorted(
            (
                e.verb, e.what, names[e.folder_id], e.subject_table, names[ties[UUID(e.subject_id)].other_id],
                names[UUID(e.detail["other"])], str(sorted(e.detail)), e.actor_kind, e.job,
            )
            for e in AuditEvent.objects.exclude(pk__in=before)
        )  # fmt: skip
        pointers = [Pointer.objects.get(folder_id=f).name for f in folders]
    return rows, trail, pointers


def test_ties_written_at_once_are_those_written_one_by_one(world):
    one_by_one, at_once = _tied(world, True), _tied(world, False)
    assert at_once == one_by_one
    assert len(at_once[1]) == 10


def test_ties_written_at_once_ask_what_single_ties_ask(world, worker, stranger, visitor, folder_id, child_id):
    elsewhere = world.folder()
    foreign = world.child(elsewhere, names=Names("Theo"))
    world.seal(elsewhere, stranger)
    with world.looking(worker):
        adult = actions.record_adult(folder_id, NewAdult(Names("Jon")))
        good = (folder_id, NewTie(adult, Kinship.FATHER))
        for wrong, refusal in (
            ((elsewhere, NewTie(adult, Kinship.FATHER)), NotFound),
            ((folder_id, NewTie(foreign, Kinship.SIBLING)), NotFound),
            ((folder_id, NewTie(child_id, Kinship.SIBLING)), Refused),
            ((folder_id, NewTie(adult, Kinship.FATHER, held_from=days_ago(-1))), Refused),
        ):
            with pytest.raises(refusal):
                actions.tie(*wrong)
            with pytest.raises(refusal):
                actions.tie_many([good, wrong])
        with pytest.raises(ValueError, match="one child to one person"):
            actions.tie_many([good, good])
        assert not Tie.objects.exists()
    with world.looking(visitor), pytest.raises(NotFound):
        actions.tie_many([good])


@pytest.mark.parametrize("people", [0, 1])
def test_a_family_of_a_concern_costs_queries_by_its_members_and_not_by_its_pairs(world, people):
    def cost(count: int) -> int:
        folders = [world.folder() for _ in range(count)]
        family = [(f, world.child(f, names=Names(f"Child {n}"))) for n, f in enumerate(folders)]
        around = [("Jon", "Lund", Kinship.OTHER, Known.NOT_KNOWN, "")] * people
        with world.looking("demo"), CaptureQueriesContext(connection) as asked:
            actions.tie_family_of_concern(family, around)
        return len(asked)

    two, six, ten = cost(2), cost(6), cost(10)
    assert ten - six == six - two
    assert ten - six <= 4 * 4


# -- records joined
# ----------------------------------------------------------------------------------------------


def test_joined_records_are_read_as_one_child(world, worker, folder_id, child_id):
    from sightline.access.models import Joining
    from sightline.kernel.time import now

    concern = world.folder(worker)
    world.child(concern, names=Names("Maja", "Lund"), birth=Birth(born_on=days_ago(3400), sex=Sex.FEMALE))
    with world.owning():
        Joining.objects.create(
            folder_id=concern, into_id=folder_id, reasons="Same child", decided_by=worker, decided_at=now()
        )
    with world.looking(worker):
        actions.give_identifier(concern, Number(Scheme.NHS, "9990000018"))
        view = queries.child_page([concern, folder_id])
    assert view.folder_ids == (folder_id, concern)
    assert view.child.id == child_id
    assert view.child.name == "Maya Ferreira-Lund"
    assert view.joined_names == ("Maja Lund",)
    assert [n.value for n in view.child.numbers] == ["9990000018"]


@pytest.mark.obligation("REC-02")
def test_what_nobody_asked_is_lacking_and_a_refusal_to_answer_is_an_answer(folder_id, at_work):
    def lacking():
        return {lack.requirement.value for lack in queries.completeness(page(folder_id))}

    nothing_known = {
        "address",
        "date_of_birth",
        "ethnicity",
        "religion",
        "reference_number",
        "risk_assessment",
    }
    assert lacking() == nothing_known
    actions.answer_identity(folder_id, Answer(RELIGION, Answered.DECLINED))
    actions.move_to(folder_id, Address(area="Eastmere", confidential=True))
    assert lacking() == nothing_known - {"address", "religion"}
