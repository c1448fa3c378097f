"""What somebody may open ends with the post that they were let in for, whatever other post they hold."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from sightline.access import actions, queries
from sightline.access.models import Folder, Grant, Responsibility, SealName
from sightline.agencies.actions import appoint, end_posting
from sightline.agencies.models import Agency, Notice, Posting, Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_agency, make_practitioner, setting_up
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, looking_as

from .factories import let_in, open_folder_for, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-18")]


def posted(who: Practitioner, agency: Agency | None = None, role: str = "practitioner") -> Posting:
    """A further post, from today."""
    agency = agency or make_agency()
    with as_practitioner(make_practitioner("administrator")):
        assert who.user is not None
        appoint(
            name=who.name, email=who.user.email, agency=agency.pk, role=role, post_title="Teaching assistant",
            line_manager=make_practitioner("team-manager").pk,
        )  # fmt: skip
    return who.postings.get(agency=agency)


def leaves(posting: Posting) -> None:
    with as_practitioner(make_practitioner("administrator")):
        end_posting(posting.pk, today())


def every_way_in(who: Practitioner, folder_id: UUID) -> set[bool]:
    """Each question that the database answers about one record; they must all say the same."""
    with as_practitioner(who), connection.cursor() as cursor:
        asked = [
            "SELECT access_opens(%s, false)",
            "SELECT access_opens(%s, true)",
            "SELECT access_may_read(%s)",
            "SELECT access_may_write(%s)",
            "SELECT %s IN (SELECT access_my_folders())",
        ]
        found = set()
        for sql in asked:
            cursor.execute(sql, [folder_id])
            found.add(cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM access_which_open(ARRAY[%s]::uuid[])", [folder_id])
        found.add(cursor.fetchone()[0] == 1)
        found.add(Folder.objects.filter(pk=folder_id).exists())
        found.add(Responsibility.objects.filter(folder_id=folder_id).exists())
        found.add(Responsibility.objects.filter(folder_id=folder_id).update(held_until=None) == 1)
    return found


def test_whoever_changes_job_opens_nothing_of_what_they_were_let_into() -> None:
    manager, worker = make_practitioner("team-manager"), make_practitioner("social-worker")
    folder_id = open_folder_for(manager, manager=manager)
    with as_practitioner(manager):
        actions.let_worker_in(folder_id, worker.pk, why="Assesses the child")
    assert every_way_in(worker, folder_id) == {True}
    before = worker.postings.get()
    posted(worker)
    assert every_way_in(worker, folder_id) == {True}
    leaves(before)
    assert every_way_in(worker, folder_id) == {False}
    with as_practitioner(worker):
        assert not Grant.objects.filter(folder_id=folder_id).exclude(practitioner=worker).exists()
    # In the new post they are let in anew.
    with as_practitioner(manager):
        assert worker.pk not in {grant.practitioner_id for grant in queries.grants_on(folder_id)}
        actions.let_worker_in(folder_id, worker.pk, why="Helps him at school")
    assert every_way_in(worker, folder_id) == {True}


def test_what_was_opened_in_another_post_stays_open() -> None:
    worker = make_practitioner("social-worker")
    council, school = worker.postings.get(), posted(worker)
    of_council = open_folder_for(worker, manager=make_practitioner("team-manager", agency=council.agency))
    of_school = open_folder_for(worker, manager=make_practitioner("team-manager", agency=school.agency))
    with as_practitioner(worker):
        bound = dict(Grant.objects.filter(practitioner=worker).values_list("folder_id", "posting_id"))
    assert bound == {of_council: council.pk, of_school: school.pk}
    leaves(council)
    assert (every_way_in(worker, of_council), every_way_in(worker, of_school)) == ({False}, {True})


def test_it_closes_on_the_day_and_not_before() -> None:
    worker = make_practitioner("social-worker")
    folder_id = open_folder_for(worker)
    with as_practitioner(make_practitioner("administrator")):
        end_posting(worker.postings.get().pk, today() + timedelta(days=1))
    assert every_way_in(worker, folder_id) == {True}
    with setting_up():
        worker.postings.update(held_until=today())
    posted(worker)
    assert every_way_in(worker, folder_id) == {False}


def test_a_name_on_a_seal_ends_with_the_post_too_and_nothing_tells_that_there_is_a_record() -> None:
    stays, goes = make_practitioner("team-manager"), make_practitioner("team-manager")
    folder_id = open_folder_for(stays, goes, manager=stays)
    sealed(folder_id, stays, goes)
    assert every_way_in(goes, folder_id) == {True}
    before = goes.postings.get()
    posted(goes, role="team-manager")
    leaves(before)
    assert every_way_in(goes, folder_id) == {False}
    with as_practitioner(goes):
        assert queries.is_sealed_to_viewer(folder_id)
        with pytest.raises(NotFound):
            actions.lift_seal(folder_id, "I was named once")
    with as_practitioner(stays):
        seal = queries.seal_on(folder_id)
        assert seal is not None
        assert [name.practitioner_id for name in seal.names.all()] == [stays.pk]
        actions.name_on_seal(folder_id, goes.pk)
    assert every_way_in(goes, folder_id) == {True}


def test_an_emergency_opening_ends_with_the_post() -> None:
    worker = make_practitioner("social-worker")
    folder_id = open_folder_for()
    with as_practitioner(worker):
        actions.open_in_emergency(folder_id, "The child is on the roof of the school and alone", minutes=60)
        assert queries.opened_of([folder_id]) == {folder_id}
    before = worker.postings.get()
    posted(worker, role="social-worker")
    leaves(before)
    with as_practitioner(worker):
        assert queries.opened_of([folder_id]) == set()


def test_nobody_binds_a_grant_to_another_post_or_person() -> None:
    worker, other = make_practitioner("team-manager"), make_practitioner()
    folder_id = open_folder_for(worker)
    let_in(folder_id, other)
    elsewhere = posted(worker)
    with as_practitioner(worker):
        for change in ({"posting": elsewhere}, {"practitioner": worker}, {"posting": None}):
            with (
                pytest.raises((InternalError, ProgrammingError), match="is not changed"),
                transaction.atomic(),
            ):
                Grant.objects.filter(folder_id=folder_id, practitioner=other).update(**change)
        # What is said of the post is not heeded: the database says which it is.
        Grant(
            folder_id=folder_id, practitioner=worker, posting=other.postings.get(), level="read", origin="given",
            why="Planted", given_at=now(),
        ).save(force_insert=True)  # fmt: skip
        assert Grant.objects.get(why="Planted").posting_id in {p.pk for p in worker.postings.all()}


def test_whoever_holds_no_post_is_let_into_nothing() -> None:
    gone = make_practitioner(held_until=today())
    folder_id = open_folder_for(gone)
    posted(gone)
    assert every_way_in(gone, folder_id) == {False}


def test_the_manager_is_told_and_sees_the_numbers_of_what_closes_but_nothing_sealed() -> None:
    manager, stranger = make_practitioner("team-manager"), make_practitioner("team-manager")
    worker = make_practitioner("social-worker", line_manager=manager)
    closes, hidden = open_folder_for(worker), open_folder_for(worker)
    sealed(hidden, worker)
    posting = worker.postings.get()
    leaves(posting)
    with as_practitioner(manager):
        assert [line.folder_id for line in queries.closing_with(posting.pk)] == [closes]
        assert Notice.objects.get().path == f"/people/posting/{posting.pk}/leaves/"
    with as_practitioner(stranger):
        assert queries.closing_with(posting.pk) == []
    with as_practitioner(worker):
        assert queries.closing_with(posting.pk) == []
    with as_practitioner(manager):
        assert queries.closing_with(uuid4()) == []


def test_a_record_keeps_somebody_who_may_write_in_it_when_the_others_have_left() -> None:
    manager, worker = make_practitioner("team-manager"), make_practitioner("social-worker")
    folder_id = open_folder_for(manager, worker, manager=manager)
    leaves(worker.postings.get())
    with as_practitioner(manager):
        mine = queries.grants_on(folder_id).get()
        assert mine.practitioner_id == manager.pk
        with pytest.raises(Refused):
            actions.end_access(mine.pk)


def test_names_on_seals_are_bound_as_well() -> None:
    named = make_practitioner("team-manager")
    folder_id = open_folder_for(named)
    sealed(folder_id, named)
    with as_practitioner(named):
        assert SealName.objects.get(folder_id=folder_id).posting_id == named.postings.get().pk
    with looking_as(Viewer.for_job("matching")), transaction.atomic():
        assert SealName.objects.filter(folder_id=folder_id).exists()
