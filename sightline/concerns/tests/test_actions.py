"""The life of a concern through its actions, on the real database as the program's role."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction

from sightline.access.gathering import gathering
from sightline.access.models import Folder, Grant
from sightline.access.queries import opened_of
from sightline.access.tests.factories import let_in, open_folder_for, sealed
from sightline.agencies.actions import settle_and_pass_on
from sightline.agencies.models import Notice
from sightline.agencies.queries import acting_now
from sightline.agencies.terms import AgencyKind
from sightline.agencies.tests.factories import (
    as_practitioner,
    as_public,
    make_agency,
    make_practitioner,
    make_team,
)
from sightline.children.actions import involve, record_child_of_concern
from sightline.children.rules import NewInvolvement
from sightline.concerns import actions, queries
from sightline.concerns.actions import Incomplete
from sightline.concerns.jobs import match_behind_seals
from sightline.concerns.models import Concern, ConcernPart, PossibleConcern, Screening
from sightline.concerns.terms import AdditionKind, ConcernState
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures.models import Duty
from sightline.procedures.queries import acknowledged_within, agencies_working_with
from sightline.records.models import Decision

from .factories import a_concern, a_decision, make_front_door, raised_by

pytestmark = pytest.mark.django_db


def _decide(door, raised, **changes):
    with as_practitioner(door.decider):
        parts = queries.concern(raised.concern_id).parts
        return actions.screen(
            raised.concern_id, [a_decision(p.id, **changes) for p in parts], knows_family=False
        )


@pytest.mark.obligation("PAR-02")
@pytest.mark.obligation("TIM-03")
def test_a_teacher_raises_it_and_the_front_door_has_it_with_its_clocks():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        shown = queries.concern(raised.concern_id)
        assert [p.name for p in shown.parts] == ["Maya Ferreira-Lund", "Theo Ferreira-Lund"]
        assert {d.kind for d in shown.duties} == {"decision_on_concern", "acknowledgement_to_referrer"}
        assert all(d.citation for d in shown.duties)
        with gathering() as read:
            board = queries.board([door.team.pk])
        assert [row.reference for row in board.rows] == [raised.reference]
        # What is kept out of pages is looked for around the children whom the board is about.
        assert read.folders == {p.folder_id for p in shown.parts}


@pytest.mark.obligation("HLP-06")
def test_immediate_danger_goes_to_the_top_and_tells_the_duty_manager():
    door = make_front_door()
    raised_by(door.teacher)
    urgent = raised_by(
        door.teacher, immediate_danger=True, danger_words="He said he would come back tonight."
    )
    with as_practitioner(door.decider):
        board = queries.board([door.team.pk])
        assert board.rows[0].reference == urgent.reference
        assert board.rows[0].due.kind == "immediate_danger_response"
        assert board.danger == 1
    with as_practitioner(door.manager):
        notice = Notice.objects.get()
        assert notice.urgent
        assert notice.acknowledge_by is not None
        assert "Maya" not in notice.text
    with as_practitioner(door.decider):
        actions.danger_acted_on(urgent.concern_id, "Police sent at 14:05 by Gwen Ashby")
        assert queries.board([door.team.pk]).danger == 0


@pytest.mark.obligation("HLP-06")
def test_danger_stays_at_the_top_until_somebody_has_acted_on_it_whatever_else_was_done():
    door = make_front_door()
    urgent = raised_by(door.teacher, immediate_danger=True, danger_words="He said he would come back.")
    _decide(door, urgent)
    with as_practitioner(door.decider):
        actions.answer(urgent.concern_id, "Early help will ring the family this week.")
        board = queries.board([door.team.pk])
        assert ([row.reference for row in board.rows], board.danger) == ([urgent.reference], 1)
        actions.danger_acted_on(urgent.concern_id, "Police sent at 14:05 by Gwen Ashby")
        assert queries.board([door.team.pk]).rows == []


@pytest.mark.obligation("HLP-06")
def test_a_concern_taken_back_is_closed_by_nobody_who_raised_it_and_over_no_danger():
    door = make_front_door()
    raised = raised_by(door.decider, immediate_danger=True, danger_words="He said he would come back.")
    with as_practitioner(door.decider):
        actions.take_back(raised.concern_id, "It was a misunderstanding.")
        with pytest.raises(Refused, match="raised this concern yourself"):
            actions.close_taken_back(raised.concern_id, "Nothing to it.", knows_family=False)
    with as_practitioner(door.second):
        with pytest.raises(Refused, match="what was done about that"):
            actions.close_taken_back(raised.concern_id, "Nothing to it.", knows_family=False)
        actions.danger_acted_on(raised.concern_id, "Police sent at 14:05 by Ola Brandt")
        actions.close_taken_back(raised.concern_id, "Nothing to it.", knows_family=False)
        assert queries.board([door.team.pk]).rows == []


@pytest.mark.obligation("PAR-02")
def test_the_referrer_follows_it_and_sees_no_more_than_they_may():
    door = make_front_door()
    raised = raised_by(door.teacher)
    _decide(door, raised)
    with as_practitioner(door.decider):
        actions.answer(raised.concern_id, "Early help will ring the family this week.")
    with as_practitioner(door.teacher):
        own = queries.own_concern(raised.concern_id)
        assert own.state is ConcernState.ANSWERED
        assert [a.words for a in own.answers] == ["Early help will ring the family this week."]
        assert own.names == ["Maya Ferreira-Lund", "Theo Ferreira-Lund"]
        assert Screening.objects.count() == 0
        assert Decision.objects.count() == 0
        assert Folder.objects.count() == 0
        with pytest.raises(NotFound):
            queries.concern(raised.concern_id)


@pytest.mark.obligation("REC-18")
def test_right_role_wrong_team_sees_and_does_nothing():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.stranger):
        assert Concern.objects.count() == 0
        assert ConcernPart.objects.count() == 0
        with pytest.raises(NotFound):
            queries.concern(raised.concern_id)
        with pytest.raises(NotFound):
            actions.take_up(raised.concern_id)
        with pytest.raises(NotFound):
            actions.screen(raised.concern_id, [], knows_family=False)


@pytest.mark.obligation("REC-08")
@pytest.mark.obligation("HLP-02")
@pytest.mark.obligation("HLP-03")
def test_a_decision_needs_level_descriptors_agreement_and_reasons():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        parts = queries.concern(raised.concern_id).parts
        bad = [a_decision(p.id, reasons="", descriptors=(), stands_on="", child_told="") for p in parts]
        with pytest.raises(Incomplete) as refused:
            actions.screen(raised.concern_id, bad, knows_family=False)
        fields = {name for part, name in refused.value.faults if part == parts[0].id}
        assert fields == {"reasons", "descriptors", "stands_on", "child_told"}
    with as_practitioner(door.decider):
        assert Decision.objects.count() == 0


def test_nobody_decides_on_their_own_concern_or_for_a_family_that_they_know():
    door = make_front_door()
    own = raised_by(door.decider)
    with as_practitioner(door.decider), pytest.raises(Refused, match="raised this concern yourself"):
        parts = queries.concern(own.concern_id).parts
        actions.screen(own.concern_id, [a_decision(p.id) for p in parts], knows_family=False)
    other = raised_by(door.teacher)
    with as_practitioner(door.decider), pytest.raises(Refused, match="know this family"):
        parts = queries.concern(other.concern_id).parts
        actions.screen(other.concern_id, [a_decision(p.id) for p in parts], knows_family=True)


@pytest.mark.obligation("STR-05")
def test_outcomes_open_their_duties_together():
    door = make_front_door()
    raised = raised_by(door.teacher)
    screenings = _decide(door, raised, outcome="immediate_protection")
    with as_practitioner(door.decider):
        opened = {d.kind for d in Duty.objects.filter(subject_id=screenings[0].decision_id)}
        assert {"immediate_protection", "strategy_discussion", "assessment"} <= opened
        decision = Decision.objects.get(id=screenings[0].decision_id)
        assert decision.definition_id == "child_protection"
        assert decision.pack_version
        assert not Duty.objects.filter(kind="decision_on_concern", closed_at__isnull=True).exists()
        assessment = Duty.objects.filter(kind="assessment").first()
        assert assessment.started_at == Concern.objects.get().raised_at


@pytest.mark.obligation("CHD-06")
def test_a_conflict_not_resolved_for_the_child_waits_for_a_manager():
    door = make_front_door()
    raised = raised_by(door.teacher)
    screenings = _decide(
        door, raised, outcome="section_17_assessment", conflict="The head teacher wants no police at school",
        for_the_child=False,
    )  # fmt: skip
    first = screenings[0]
    with as_practitioner(door.decider):
        assert not Duty.objects.filter(subject_id=first.decision_id, kind="assessment").exists()
        with pytest.raises(Refused, match="made this decision yourself"):
            actions.rule_on(
                first.decision_id,
                knows_family=False,
                upholds=True,
                reasons="It is right for her all the same.",
            )
    with as_practitioner(door.manager):
        with pytest.raises(Refused, match="know this family"):
            actions.rule_on(
                first.decision_id, knows_family=True, upholds=True, reasons="It is right for her."
            )
        actions.rule_on(
            first.decision_id, knows_family=False, upholds=True, reasons="It is right for her all the same."
        )
        assert Duty.objects.filter(subject_id=first.decision_id, kind="assessment").exists()


@pytest.mark.obligation("CHD-06")
def test_a_manager_may_uphold_none_of_two_decisions_and_the_concern_is_open_again():
    door = make_front_door()
    raised = raised_by(door.teacher)
    screenings = _decide(
        door, raised, outcome="section_17_assessment", conflict="The head teacher wants no police at school",
        for_the_child=False,
    )  # fmt: skip
    assert len(screenings) == 2
    with as_practitioner(door.manager):
        for screening in screenings:
            actions.rule_on(
                screening.decision_id,
                knows_family=False,
                upholds=False,
                reasons="Both need to be talked with first.",
            )
        shown = queries.concern(raised.concern_id)
        assert shown.concern.state == ConcernState.WAITING.value
        assert len([a for a in shown.additions if a.kind == "reopened"]) == 2
        assert not Duty.objects.filter(kind="assessment").exists()
        assert not Duty.objects.filter(kind="decision_on_conflict", closed_at__isnull=True).exists()
    again = _decide(door, raised, outcome="section_17_assessment")
    with as_practitioner(door.decider):
        assert Duty.objects.filter(subject_id=again[0].decision_id, kind="assessment").exists()


def test_whoever_works_with_a_known_child_is_heard_also_where_a_concern_opened_the_duty():
    door = make_front_door()
    first, second = raised_by(door.teacher), raised_by(door.teacher)
    clinic = make_agency(name="Eastmarch Clinic")
    with as_practitioner(door.decider):
        known = queries.concern(first.concern_id).parts[0]
        part = queries.concern(second.concern_id).parts[0]
        involve(known.folder_id, NewInvolvement(clinic.pk, role="Paediatrician"))
        assert "Eastmarch Clinic" not in agencies_working_with(part.folder_id)
        actions.decide_match(part.id, known.folder_id, "Same name, same birthday, same school.")
        assert "Eastmarch Clinic" in agencies_working_with(part.folder_id)


def test_stale_form_says_who_decided_and_when():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.second):
        version = queries.concern(raised.concern_id).concern.version
    _decide(door, raised)
    with as_practitioner(door.second), pytest.raises(Refused, match=r"Gwen Ashby decided on this concern at"):
        parts = queries.concern(raised.concern_id).parts
        actions.screen(
            raised.concern_id, [a_decision(p.id) for p in parts], knows_family=False, version=version
        )


def test_a_child_of_another_authority_is_ours_until_accepted():
    door = make_front_door()
    raised = raised_by(door.teacher)
    screenings = _decide(door, raised, outcome="other_authority", authority="Westmarch Council")
    first = screenings[0]
    with as_practitioner(door.decider):
        assert Duty.objects.filter(kind="transfer_receipt", closed_at__isnull=True).count() == 2
        actions.transfer_accepted(first.id, "Jo Penn, duty manager")
        assert Duty.objects.filter(kind="transfer_receipt", closed_at__isnull=True).count() == 1
        assert not Duty.objects.filter(kind="transfer_acceptance").exists()
        with pytest.raises(Refused, match="accepted already"):
            actions.transfer_accepted(first.id, "Jo Penn, duty manager")


@pytest.mark.obligation("HLP-06")
def test_what_the_duty_manager_is_told_goes_on_to_the_next_of_the_rota_within_the_packs_minutes():
    door = make_front_door()
    taken, decided = raised_by(door.teacher), raised_by(door.teacher)
    _decide(door, decided)
    with as_practitioner(door.teacher):
        actions.take_back(taken.concern_id, "It was a misunderstanding.")
        actions.add_more(decided.concern_id, AdditionKind.MORE, "He came back this morning.")
    with as_practitioner(door.manager):
        minutes = acknowledged_within()
        told = list(Notice.objects.order_by("created_at"))
    assert [n.path for n in told] == [f"/front-door/{each.concern_id}/" for each in (taken, decided)]
    for notice in told:
        assert notice.team_id == door.team.pk
        assert notice.acknowledge_by == notice.created_at + timedelta(minutes=minutes)
    with looking_as(Viewer.for_job("notices")):
        assert settle_and_pass_on(now() + timedelta(minutes=minutes, seconds=1)) == 2
    with as_practitioner(door.second):
        assert Notice.objects.filter(path__startswith="/front-door/").count() == 2


def test_taking_back_correcting_and_reopening_add_to_the_record():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.teacher):
        actions.add_more(raised.concern_id, AdditionKind.CORRECTION, "It was Tuesday, not Monday.")
        actions.take_back(raised.concern_id, "It was a misunderstanding.")
    with as_practitioner(door.decider):
        shown = queries.concern(raised.concern_id)
        assert [a.kind for a in shown.additions] == ["correction", "taken_back"]
        assert shown.duties, "the clocks run on until the front door has looked"
        [row] = queries.board([door.team.pk]).rows
        assert (row.state, row.due.due_at) == ("taken_back", shown.duties[0].due_at)
        actions.reopen(raised.concern_id, "The child says otherwise.")
        assert queries.concern(raised.concern_id).concern.state == "waiting"
    with as_practitioner(door.stranger), pytest.raises(NotFound):
        actions.take_back(raised.concern_id, "Not mine")


@pytest.mark.obligation("PAR-01")
def test_anyone_can_raise_a_concern_and_come_back_with_reference_and_secret():
    from sightline.concerns.rules import secret_digest
    from sightline.kernel.viewer import Viewer, looking_as

    door = make_front_door()
    with as_public():
        raised = actions.raise_concern(a_concern(anonymous=True, source_code="9"))
    assert raised.secret
    with as_public():
        assert Concern.objects.count() == 0
    digest = secret_digest(raised.reference, raised.secret)
    with as_public(), looking_as(Viewer.public(raised.reference, digest)):
        assert queries.own_concern().reference == raised.reference
        assert Screening.objects.count() == 0
    with as_public(), looking_as(Viewer.public(raised.reference, secret_digest(raised.reference, "wrong"))):
        assert Concern.objects.count() == 0
    with as_practitioner(door.decider):
        assert queries.concern(raised.concern_id).referrer == "Somebody who did not give their name"


def test_a_practitioner_without_the_permission_is_refused():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.teacher), pytest.raises(NotPermitted):
        actions.screen(raised.concern_id, [], knows_family=False)


def test_a_match_joins_two_histories_and_can_be_undone():
    door = make_front_door()
    first = raised_by(door.teacher)
    second = raised_by(door.teacher)
    with as_practitioner(door.decider):
        known = queries.concern(first.concern_id).parts[0]
        part = queries.concern(second.concern_id).parts[0]
        actions.decide_match(part.id, known.folder_id, "Same name, same birthday, same school.")
        again = queries.concern(second.concern_id).parts[0]
        assert again.matched
        assert again.lead_folder_id == known.folder_id
        actions.undo_match(part.id, "They are cousins who share a name.")
        assert not queries.concern(second.concern_id).parts[0].matched
        assert [d.kind for d in Decision.objects.filter(folder_id=part.folder_id)] == ["match", "match"]


@pytest.mark.obligation("ASM-03")
def test_a_match_undone_after_the_decision_gives_back_what_it_gave_to_the_wrong_child():
    door = make_front_door()
    team = make_team(name="Safeguarding Team East")
    manager = make_practitioner("team-manager", team=team, name="Rosa Lind")
    worker = make_practitioner("social-worker", team=team, name="Dana Oke", line_manager=manager)
    wrong = open_folder_for(worker, team, manager=manager)
    with as_practitioner(worker):
        record_child_of_concern(wrong, given="Maya", family="Ferreira-Lund", born_on=date(2017, 3, 14))
        agency = acting_now().agency_id
        involve(wrong, NewInvolvement(agency, "Social worker", practitioner_id=worker.pk, lead=True))
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        first, second = queries.concern(raised.concern_id).parts
        actions.decide_match(first.id, wrong, "Same name, same birthday.")
        actions.screen(
            raised.concern_id,
            [a_decision(first.id, outcome="section_17_assessment"), a_decision(second.id)],
            knows_family=False,
        )
        given = Grant.objects.get(folder_id=wrong, team=door.team)
        before = {d.kind: d for d in Duty.objects.filter(folder_id=first.folder_id)}
        assert before["assessment"].owner_id == worker.pk
        assert before["assessment"].path == f"/child/{wrong}/enquiries/"
        assert given.ends_at is None
    with as_practitioner(door.second):
        actions.undo_match(first.id, "They are cousins who share a name.")
    with as_practitioner(worker):
        assert Grant.objects.get(pk=given.pk).ends_at is not None
        assert Grant.objects.filter(folder_id=wrong, ends_at__isnull=True).count() == 2
        told = [n.text for n in Notice.objects.all()]
        assert "A concern that you had work from is not about a child of yours after all" in told
        assert not opened_of([first.folder_id])
    with as_practitioner(door.decider):
        after = {d.kind: d for d in Duty.objects.filter(folder_id=first.folder_id)}
        assessment = after["assessment"]
        assert (assessment.owner_id, assessment.team_id) == (None, door.team.pk)
        assert assessment.path == f"/child/{first.folder_id}/enquiries/"
        assert after["answer_to_referrer"].owner_id == before["answer_to_referrer"].owner_id
        assert f"A match was undone after the decision on {raised.reference}: look at the decision again" in [
            n.text for n in Notice.objects.all()
        ]
        kinds = [d.outcome for d in Decision.objects.filter(folder_id=first.folder_id, kind="match")]
        assert len(kinds) == 2
    with as_practitioner(door.second):
        actions.undo_match(first.id, "They are cousins who share a name.")  # the same form again
    with as_practitioner(door.decider), pytest.raises(Refused, match="Ola Brandt undid this match at"):
        actions.undo_match(first.id, "Not the same.")


def test_what_another_match_still_needs_does_not_end_with_the_one_undone():
    door = make_front_door()
    known = open_folder_for(door.worker)
    concerns = [raised_by(door.teacher), raised_by(door.teacher)]
    with as_practitioner(door.decider):
        parts = [queries.concern(each.concern_id).parts[0] for each in concerns]
        for part in parts:
            actions.decide_match(part.id, known, "Same name, same birthday.")
        given = Grant.objects.get(folder_id=known, team=door.team)
        actions.undo_match(parts[0].id, "They are cousins who share a name.")
        assert Grant.objects.get(pk=given.pk).ends_at is None
        actions.undo_match(parts[1].id, "They are cousins as well, her aunt says.")
    with as_practitioner(door.worker):
        assert Grant.objects.get(pk=given.pk).ends_at is not None


@pytest.mark.obligation("PAR-02")
def test_a_concern_about_an_open_child_reaches_worker_and_manager_that_day():
    door = make_front_door()
    raised = raised_by(door.teacher)
    folder_id = raised.folder_ids[0]
    let_in(folder_id, door.worker)
    with as_practitioner(door.worker):
        agency = acting_now().agency_id
        involve(folder_id, NewInvolvement(agency, "Social worker", practitioner_id=door.worker.pk, lead=True))
    with as_practitioner(door.decider):
        first, second = queries.concern(raised.concern_id).parts
        decided = [a_decision(first.id, outcome="already_open"), a_decision(second.id)]
        actions.screen(raised.concern_id, decided, knows_family=False)
    with as_practitioner(door.worker):
        assert "A new concern about a child whom you work with" in [n.text for n in Notice.objects.all()]
        kinds = {d.kind: d for d in Duty.objects.filter(folder_id=folder_id)}
    assert kinds["review_of_open_assessment"].owner_id == door.worker.pk
    assert kinds["tell_allocated_worker"].state == "discharged"


@pytest.mark.obligation("PAR-02")
def test_nobody_is_called_already_open_with_whom_nobody_works():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with pytest.raises(Incomplete) as refused:
        _decide(door, raised, outcome="already_open")
    assert {name for _part, name in refused.value.faults} == {"outcome_id"}
    assert all("Nobody works with this child" in words for words in refused.value.faults.values())
    with as_practitioner(door.decider):
        assert not Screening.objects.exists()


@pytest.mark.obligation("PAR-02")
def test_where_a_team_has_named_no_worker_yet_its_manager_is_told_and_owns_the_look_again():
    door = make_front_door()
    team = make_team()
    manager = make_practitioner("team-manager", team=team, name="Rosa Lind")
    raised = raised_by(door.teacher)
    with as_practitioner(door.manager):
        for folder_id in raised.folder_ids:
            actions.pass_to_team(folder_id, team.pk, "The family lives in the east.")
    _decide(door, raised, outcome="already_open")
    with as_practitioner(manager):
        told = Notice.objects.filter(text="A new concern about a child whom you work with")
        assert {n.path for n in told} == {f"/child/{f}/" for f in raised.folder_ids}
        assert all(n.acknowledge_by for n in told)
        owed = Duty.objects.filter(folder_id__in=raised.folder_ids)
        reviews = [(d.owner_id, d.team_id) for d in owed if d.kind == "review_of_open_assessment"]
        assert reviews == [(manager.pk, team.pk)] * 2
        assert {d.state for d in owed if d.kind == "tell_allocated_worker"} == {"discharged"}


@pytest.mark.obligation("REC-18")
def test_behind_a_seal_the_named_are_told_and_the_front_door_sees_nothing():
    door = make_front_door()
    folder_id = raised_by(door.teacher).folder_ids[0]
    let_in(folder_id, door.worker)
    sealed(folder_id, door.worker)
    again = raised_by(door.teacher)
    assert match_behind_seals(str(again.concern_id)) == 1
    assert match_behind_seals(str(again.concern_id)) == 0
    with as_practitioner(door.worker):
        (notice,) = Notice.objects.filter(path=f"/child/{folder_id}/chronology/")
    assert notice.urgent
    assert "Maya" not in notice.text
    with as_practitioner(door.decider):
        assert not Folder.objects.filter(id=folder_id).exists()
        parts = queries.concern(again.concern_id).parts
        assert [p.matched for p in parts] == [False, False]
        assert not Notice.objects.filter(path__contains=str(folder_id)).exists()
        assert not PossibleConcern.objects.exists()


@pytest.mark.obligation("REC-18")
def test_whoever_is_named_on_a_seal_reads_the_concern_in_the_sealed_record_without_the_front_door(client):
    door = make_front_door()
    folder_id = raised_by(door.teacher).folder_ids[0]
    elsewhere = make_practitioner("social-worker", team=make_team(make_agency(AgencyKind.SCHOOL)))
    sealed(folder_id, elsewhere)
    again = raised_by(door.teacher, what_happened="He came in with a burn on his wrist.")
    assert match_behind_seals(str(again.concern_id)) == 1
    client.force_login(elsewhere.user)
    with as_practitioner(elsewhere):
        (notice,) = Notice.objects.filter(path=f"/child/{folder_id}/chronology/")
        assert not ConcernPart.objects.filter(concern_id=again.concern_id).exists()
    page = client.get(notice.path, follow=True).content.decode()
    assert "He came in with a burn on his wrist." in page
    assert again.reference in page
    client.force_login(door.decider.user)
    assert client.get(notice.path).status_code == 404
    with as_practitioner(door.decider):
        part_id = ConcernPart.objects.filter(concern_id=again.concern_id).values_list("pk", flat=True)[0]
    for who in (door.decider, door.teacher, door.stranger):
        with as_practitioner(who):
            assert not PossibleConcern.objects.exists()
            with pytest.raises(ProgrammingError), transaction.atomic():
                PossibleConcern.objects.create(
                    folder_id=folder_id,
                    part_id=part_id,
                    reference="x",
                    immediate_danger=False,
                    raised_at=now(),
                    raised_by="x",
                    child_given="x",
                    what_happened="x",
                    written_at=now(),
                )
