"""Giving, ending, sealing, joining, opening in an emergency: permission, rule, rows, audit."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.access import actions, queries
from sightline.access.models import EmergencyAccess, Folder, Grant, Joining, Responsibility
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.models import Notice
from sightline.agencies.queries import front_door_team, notices_waiting
from sightline.agencies.tests.factories import (
    as_practitioner,
    as_public,
    make_partnership,
    make_practitioner,
    make_team,
)
from sightline.audit.models import AuditEvent
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .factories import joined, let_in, open_folder_for, sealed

pytestmark = pytest.mark.django_db

REASON = "Mother rang in distress and the child is alone tonight"


@pytest.fixture
def manager():
    return make_practitioner("team-manager")


# -- opening ---------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-20")
def test_a_concern_of_anybody_opens_a_folder_that_the_front_door_answers_for(owning) -> None:
    make_partnership()
    team = front_door_team()
    with as_public(), pytest.raises(Refused, match="nobody would answer for this record"):
        actions.open_folder_for_concern(agency_id=team.agency_id, team_id=team.pk, why="A concern")
    decider = make_practitioner("front-door-decision-manager", team=team)
    with as_public():
        folder_id = actions.open_folder_for_concern(
            agency_id=team.agency_id, team_id=team.pk, why="A concern"
        )
    with as_practitioner(decider):
        folder = Folder.objects.get(pk=folder_id)
        assert re.fullmatch(r"EA-\d{8}-\d", folder.number)
        assert queries.responsible_manager(folder_id) == decider.pk
        assert [g.team_id for g in queries.grants_on(folder_id)] == [team.pk]
    with owning():
        assert AuditEvent.objects.filter(what="access.open_folder", folder_id=folder_id).count() == 1


def test_a_number_that_is_taken_is_drawn_again_and_tells_nothing(monkeypatch) -> None:
    manager = make_practitioner("team-manager")
    agency_id = manager.postings.get().agency_id
    numbers = iter(["EA-00000001-7", "EA-00000001-7", "EA-00000002-4"])
    monkeypatch.setattr("sightline.access.rules.new_number", lambda letters: next(numbers))
    with as_practitioner(manager):
        first = actions.open_folder(agency_id, manager.pk)
        second = actions.open_folder(agency_id, manager.pk)
    with as_practitioner(manager):
        actions_seen = set(Folder.objects.values_list("pk", flat=True))
        assert {first, second}.isdisjoint(actions_seen)


@pytest.mark.obligation("REC-20")
def test_handing_over_keeps_who_answered_before(manager) -> None:
    other, worker = make_practitioner("team-manager"), make_practitioner()
    folder_id = open_folder_for(manager, worker, manager=manager)
    with as_practitioner(worker), pytest.raises(NotPermitted):
        actions.hand_over(folder_id, other.pk)
    with as_practitioner(manager):
        with pytest.raises(Refused, match="already"):
            actions.hand_over(folder_id, manager.pk)
        with pytest.raises(Refused, match="holds a post"):
            actions.hand_over(folder_id, uuid4())
        actions.hand_over(folder_id, other.pk)
        assert queries.responsible_manager(folder_id) == other.pk
        rows = Responsibility.objects.filter(folder_id=folder_id).order_by("held_until")
        assert [(r.manager_id, r.held_until) for r in rows] == [(manager.pk, today()), (other.pk, None)]
    with as_practitioner(other):
        assert notices_waiting(other.pk).count() == 1


# -- grants ------------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_giving_and_ending_access(manager, owning) -> None:
    teacher = make_practitioner("designated-safeguarding-lead")
    folder_id = open_folder_for(manager)
    with as_practitioner(manager):
        grant_id = actions.give_access(
            folder_id,
            practitioner_id=teacher.pk,
            why=" Works with the child ",
            ends_at=now() + timedelta(days=30),
        )
    with as_practitioner(teacher):
        assert queries.opened_of([folder_id]) == {folder_id}
        with pytest.raises(NotPermitted):
            actions.end_access(grant_id)
    with as_practitioner(manager):
        actions.end_access(grant_id)
        with pytest.raises(Refused, match="ended already"):
            actions.end_access(grant_id)
        assert Grant.objects.get(pk=grant_id).why == "Works with the child"
    with owning():
        # The database's clock stands still within a transaction, and a test is one.
        past = now() - timedelta(hours=1)
        Grant.objects.filter(pk=grant_id).update(given_at=past - timedelta(days=1), ends_at=past)
    with as_practitioner(teacher):
        assert queries.opened_of([folder_id]) == set()
    with owning():
        told = AuditEvent.objects.filter(subject_id=str(grant_id), practitioner_id=manager.pk)
        whats = list(told.order_by("at").values_list("what", "verb"))
    assert whats == [
        ("access.give_access", "wrote"),
        ("access.end_access", "wrote"),
        ("access.end_access", "refused"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"why": "  "}, "why"),
        ({"practitioner_id": None}, "to"),
        ({"team_id": "team"}, "to"),
        ({"practitioner_id": "invented"}, "to"),
        ({"ends_at": "past"}, "ends"),
    ],
)
def test_what_is_wrong_with_a_grant_is_said_at_its_field(manager, changes, field) -> None:
    folder_id = open_folder_for(manager)
    values = {"team": make_team().pk, "invented": uuid4(), "past": now() - timedelta(minutes=1)}
    asked = {"why": "x", "practitioner_id": make_practitioner().pk} | {
        key: values.get(value, value) for key, value in changes.items()
    }
    with as_practitioner(manager), pytest.raises(Refused) as refused:
        actions.give_access(folder_id, **asked)
    assert refused.value.verdict.field == field


@pytest.mark.obligation("REC-18")
def test_the_right_role_gives_nothing_on_the_wrong_child(manager) -> None:
    reader = make_practitioner("team-manager")
    folder_id = open_folder_for(make_practitioner())
    let_in(folder_id, reader, level=GrantLevel.READ)
    grant = let_in(folder_id, make_practitioner())[0]
    for act in (
        lambda: actions.give_access(folder_id, practitioner_id=manager.pk, why="x"),
        lambda: actions.end_access(grant.pk),
        lambda: actions.seal(folder_id, "x", [manager.pk]),
        lambda: actions.lift_seal(folder_id, "x"),
        lambda: actions.name_on_seal(folder_id, manager.pk),
        lambda: actions.hand_over(folder_id, manager.pk),
    ):
        with as_practitioner(manager), pytest.raises(NotFound):
            act()
    with as_practitioner(reader), pytest.raises(Refused, match="may read this record, but not change it"):
        actions.give_access(folder_id, practitioner_id=manager.pk, why="x")


def test_the_last_who_may_write_is_not_shut_out(manager) -> None:
    folder_id = open_folder_for(manager)
    with as_practitioner(manager):
        (only,) = queries.grants_on(folder_id)
        with pytest.raises(Refused, match="Nobody else may write"):
            actions.end_access(only.pk)


# -- seals ---------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_sealing_naming_and_lifting(manager, owning) -> None:
    worker, colleague = make_practitioner(), make_practitioner()
    folder_id = open_folder_for(manager, worker)
    with as_practitioner(manager):
        with pytest.raises(Refused, match="lift the seal"):
            actions.seal(folder_id, "A colleague's child", [worker.pk])
        with pytest.raises(Refused, match="Say why"):
            actions.seal(folder_id, " ", [manager.pk])
        actions.seal(folder_id, "A colleague's child", [manager.pk])
        with pytest.raises(Refused, match="sealed already"):
            actions.seal(folder_id, "again", [manager.pk])
    with as_practitioner(worker):
        assert queries.opened_of([folder_id]) == set()
    with as_practitioner(manager):
        actions.name_on_seal(folder_id, colleague.pk)
        with pytest.raises(Refused, match="named on the seal already"):
            actions.name_on_seal(folder_id, colleague.pk)
    with as_practitioner(colleague):
        assert queries.opened_of([folder_id]) == {folder_id}
        with pytest.raises(NotPermitted):
            actions.lift_seal(folder_id, "x")
    with as_practitioner(manager):
        with pytest.raises(Refused, match="Say why"):
            actions.lift_seal(folder_id, "")
        actions.lift_seal(folder_id, "The colleague has left")
    with as_practitioner(worker):
        assert queries.opened_of([folder_id]) == {folder_id}
    with as_practitioner(colleague):
        assert queries.opened_of([folder_id]) == set()
    with owning():
        assert (
            AuditEvent.objects.filter(what__in=["access.seal", "access.lift_seal"], verb="wrote").count() == 2
        )


# -- joining -------------------------------------------------------------------------------------------


@pytest.fixture
def decider():
    make_partnership()
    return make_practitioner("front-door-decision-manager", team=front_door_team())


def test_joining_lets_the_deciding_team_in_and_can_be_undone(decider) -> None:
    worker = make_practitioner()
    known, new = open_folder_for(worker), open_folder_for(front_door_team())
    with as_practitioner(decider):
        actions.join(new, known, "Same name, birthday and school")
        assert queries.lead_of(new) == known
        assert set(queries.joined_set(known)) == {known, new}
        assert queries.grants_on(known).filter(team=front_door_team(), origin="concern").count() == 1
        actions.let_team_in(known, front_door_team().pk, why="Being decided")
        assert queries.grants_on(known).filter(team=front_door_team()).count() == 1
        with pytest.raises(Refused, match="joined to a known child's already"):
            actions.join(new, known, "again")
    with as_practitioner(worker):
        assert queries.opened_of([new]) == {new}
        with pytest.raises(NotPermitted):
            actions.undo_join(new, "x")
    with as_practitioner(decider):
        with pytest.raises(Refused, match="Say why"):
            actions.undo_join(new, " ")
        actions.undo_join(new, "Twins with like names")
        with pytest.raises(Refused, match="not joined"):
            actions.undo_join(new, "x")
        row = Joining.objects.get(folder_id=new)
        assert (row.reasons, row.undone_why) == ("Same name, birthday and school", "Twins with like names")
        assert row.undone_by_id == decider.pk
    with as_practitioner(worker):
        assert queries.opened_of([new]) == set()


@pytest.mark.obligation("REC-18")
def test_joining_answers_alike_for_a_sealed_and_an_invented_record(decider) -> None:
    closed, new = open_folder_for(), open_folder_for(front_door_team())
    sealed(closed, make_practitioner())
    for wanted in (closed, uuid4()):
        with as_practitioner(decider), pytest.raises(NotFound):
            actions.join(new, wanted, "Same child")
        with as_practitioner(decider), pytest.raises(NotFound):
            actions.let_team_in(wanted, front_door_team().pk, why="x")
    with as_practitioner(decider):
        assert not Grant.objects.filter(folder_id=closed).exists()
        assert not Joining.objects.exists()


def test_joining_to_a_part_means_the_whole(decider) -> None:
    lead, part, new = open_folder_for(), open_folder_for(), open_folder_for(front_door_team())
    joined(part, lead)
    with as_practitioner(decider):
        actions.join(new, part, "Same child")
        assert queries.lead_of(new) == lead
        assert set(queries.joined_set(lead)) == {lead, part, new}
        with pytest.raises(Refused, match="same record"):
            actions.join(lead, part, "Same child")
        other = open_folder_for(front_door_team())
        with pytest.raises(Refused, match="Other records are joined"):
            actions.join(lead, other, "Same child")


# -- emergency ---------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_an_emergency_opens_for_the_minutes_tells_those_who_answer_and_is_listed(manager, owning) -> None:
    worker = make_practitioner()
    boss = make_practitioner("team-manager")
    helper = make_practitioner("social-worker", line_manager=boss)
    folder_id = open_folder_for(worker, manager=manager)
    with as_practitioner(helper):
        row = actions.open_in_emergency(folder_id, REASON, minutes=240, acknowledge_within_minutes=15)
        assert queries.opened_of([folder_id]) == {folder_id}
        assert not queries.may_write(folder_id)
        assert row.ends_at - row.opened_at == timedelta(minutes=240)
        with pytest.raises(Refused, match="may open this record already"):
            actions.open_in_emergency(folder_id, REASON, minutes=240)
    for told in (manager, worker, boss):
        with as_practitioner(told):
            (notice,) = notices_waiting(told.pk)
            assert notice.urgent
            assert notice.acknowledge_by is not None
            assert notice.path == f"/access/emergencies/{row.pk}/"
            assert "Mother" not in notice.text
    with owning():
        assert Notice.objects.count() == 3
        event = AuditEvent.objects.get(what="access.open_in_emergency", subject_id=str(row.pk))
        assert (event.verb, event.purpose, event.folder_id) == ("opened in an emergency", REASON, folder_id)
        Grant.objects.filter(origin=GrantOrigin.EMERGENCY.value).update(
            given_at=now() - timedelta(hours=5), ends_at=now() - timedelta(hours=1)
        )
    with as_practitioner(helper):
        assert queries.opened_of([folder_id]) == set()
        assert [e.pk for e in queries.emergencies_to_review()] == [row.pk]


@pytest.mark.obligation("REC-18")
def test_an_emergency_needs_a_role_a_reason_and_a_record_that_is_not_sealed(manager) -> None:
    helper, teacher = make_practitioner("social-worker"), make_practitioner("practitioner")
    folder_id, closed = open_folder_for(), open_folder_for()
    sealed(closed, manager)
    with as_practitioner(teacher), pytest.raises(NotPermitted):
        actions.open_in_emergency(folder_id, REASON, minutes=240)
    with as_practitioner(helper):
        with pytest.raises(Refused, match="Say in a sentence"):
            actions.open_in_emergency(folder_id, "asdf", minutes=240)
        for wanted in (closed, uuid4()):
            with pytest.raises(NotFound):
                actions.open_in_emergency(wanted, REASON, minutes=240)
        assert not EmergencyAccess.objects.exists()
        assert not Grant.objects.exists()


@pytest.mark.obligation("REC-18")
def test_somebody_else_reviews_an_emergency(manager) -> None:
    boss = make_practitioner("team-manager")
    helper = make_practitioner("team-manager", line_manager=boss)
    folder_id = open_folder_for(manager=manager)
    with as_practitioner(helper):
        row = actions.open_in_emergency(folder_id, REASON, minutes=60)
        with pytest.raises(Refused, match="yourself"):
            actions.review_emergency(row.pk, justified=True, words="fine")
    with as_practitioner(make_practitioner("social-worker")), pytest.raises(NotPermitted):
        actions.review_emergency(row.pk, justified=True, words="fine")
    quality = make_practitioner("quality-lead")
    with as_practitioner(quality):
        (listed,) = queries.emergencies_to_review()
        assert listed.folder_number == row.folder_number
        assert not queries.opened_of([folder_id])
        with pytest.raises(Refused, match="what you found"):
            actions.review_emergency(row.pk, justified=False, words=" ")
        actions.review_emergency(row.pk, justified=False, words="There was no emergency")
        with pytest.raises(Refused, match="already"):
            actions.review_emergency(row.pk, justified=True, words="x")
        assert not queries.emergencies_to_review().exists()
        with pytest.raises(NotFound):
            actions.review_emergency(uuid4(), justified=True, words="x")
    with as_practitioner(boss):
        texts = [n.text for n in notices_waiting(boss.pk)]
    assert "An emergency access by somebody you manage was found not to be justified" in texts
    sealed(folder_id, manager)
    with as_practitioner(quality):
        assert queries.emergencies_reviewed() == []


# -- who reads the trail -----------------------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_who_reads_the_audit_trail() -> None:
    worker, manager, quality = (
        make_practitioner(),
        make_practitioner("team-manager"),
        make_practitioner("quality-lead"),
    )
    other = make_practitioner("team-manager")
    folder_id = open_folder_for(worker, manager)
    with as_practitioner(manager):
        actions.give_access(folder_id, practitioner_id=make_practitioner().pk, why="x")

    def reads(who) -> bool:
        with as_practitioner(who):
            return AuditEvent.objects.filter(what="access.give_access", folder_id=folder_id).exists()

    assert {name: reads(who) for name, who in
            {"own": manager, "opens it": worker, "all": quality, "wrong child": other}.items()} == {
        "own": True, "opens it": True, "all": True, "wrong child": False,
    }  # fmt: skip
    sealed(folder_id, worker)
    assert (reads(worker), reads(quality), reads(manager)) == (True, False, True)


def test_a_refusal_stands_on_the_trail_when_its_rows_do_not(manager, owning) -> None:
    from sightline.audit.actions import outer_transaction
    from sightline.kernel.viewer import Viewer

    folder_id = open_folder_for()
    with pytest.raises(NotFound), outer_transaction(Viewer.practitioner(manager.pk), "test"):
        actions.give_access(folder_id, practitioner_id=manager.pk, why="x")
    with owning():
        event = AuditEvent.objects.get(verb="refused")
    assert (event.what, event.folder_id, event.practitioner_id) == (
        "access.give_access",
        folder_id,
        manager.pk,
    )


def test_a_pack_may_give_a_whole_day() -> None:
    helper = make_practitioner("social-worker")
    folder_id = open_folder_for()
    with as_practitioner(helper):
        row = actions.open_in_emergency(folder_id, REASON, minutes=24 * 60)
        assert row.grant.ends_at == row.ends_at
        assert queries.opened_of([folder_id])
