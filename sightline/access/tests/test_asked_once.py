"""The door is asked once about a folder in one statement, and anew in the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F

from sightline.access import queries
from sightline.access.models import Folder, Grant, Joining, Responsibility, Seal
from sightline.agencies.models import Posting
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team, setting_up
from sightline.kernel.time import now, today
from sightline.kernel.viewer import NOBODY, Viewer, looking_as

from .factories import joined, let_in, open_folder_for, sealed

pytestmark = pytest.mark.django_db


def remembered() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('sightline.opened', true), '')")
        found: str = cursor.fetchone()[0]
    return found


def opens(folder_id: UUID) -> tuple[bool, bool]:
    """Whether a row of the folder is read, and whether one can be changed: by the policies of a table."""
    rows = Responsibility.objects.filter(folder_id=folder_id)
    return rows.exists(), rows.update(held_from=F("held_from")) > 0


def test_many_rows_of_two_folders_are_two_questions() -> None:
    worker = make_practitioner()
    one, other, closed = open_folder_for(worker), open_folder_for(worker), open_folder_for()
    for folder_id in (one, other, closed):
        let_in(folder_id, *(make_practitioner() for _ in range(5)))
    with as_practitioner(worker):
        assert Grant.objects.filter(folder_id__in=[one, other, closed]).count() == 12
        known = remembered()
        assert (known.count(str(one)), known.count(str(other)), known.count(str(closed))) == (1, 1, 0)


def test_what_an_earlier_statement_remembered_is_forgotten_with_the_next() -> None:
    worker = make_practitioner()
    one, other = open_folder_for(worker), open_folder_for(worker)
    with as_practitioner(worker):
        assert queries.opened_of([one]) == {one}
        assert queries.opened_of([other]) == {other}
        assert str(one) not in remembered()


def test_so_many_folders_as_are_not_worth_remembering_are_all_found() -> None:
    team = make_team()
    worker = make_practitioner(team=team)
    folders = {open_folder_for(team) for _ in range(60)}
    with as_practitioner(worker):
        assert queries.opened_of(folders) == folders
        assert len(remembered()) < 6000


def end_grant(folder_id: UUID) -> None:
    Grant.objects.filter(folder_id=folder_id).update(
        ends_at=now() - timedelta(days=1), given_at=now() - timedelta(days=2)
    )


def end_posting(folder_id: UUID) -> None:
    Posting.objects.all().update(held_until=today())


def only_to_read(folder_id: UUID) -> None:
    Grant.objects.filter(folder_id=folder_id).update(level="read")


@pytest.mark.obligation("REC-18")
@pytest.mark.parametrize(
    ("change", "then"),
    [
        (end_grant, (False, False)),
        (end_posting, (False, False)),
        (lambda folder_id: sealed(folder_id, make_practitioner()), (False, False)),
        (only_to_read, (True, False)),
    ],
    ids=["the grant ends", "the posting ends", "it is sealed", "only to read"],
)
def test_what_closes_a_record_closes_it_to_the_next_statement_of_the_same_transaction(
    change: Callable[[UUID], object], then: tuple[bool, bool]
) -> None:
    team = make_team()
    worker = make_practitioner(team=team)
    folder_id = open_folder_for(team)
    with as_practitioner(worker):
        assert opens(folder_id) == (True, True)
        with setting_up(), looking_as(Viewer.for_job("demo")):
            change(folder_id)
        assert opens(folder_id) == then


@pytest.mark.obligation("REC-18")
def test_undoing_a_joining_closes_to_the_next_statement() -> None:
    knows = make_practitioner()
    known, new = open_folder_for(knows), open_folder_for()
    joining = joined(new, known)
    with as_practitioner(knows):
        assert queries.opened_of([new]) == {new}
        with setting_up(), looking_as(Viewer.for_job("demo")):
            Joining.objects.filter(pk=joining.pk).update(undone_at=now())
        assert queries.opened_of([new]) == set()


@pytest.mark.obligation("REC-18")
def test_what_was_remembered_for_one_viewer_opens_nothing_to_another() -> None:
    worker, stranger = make_practitioner(), make_practitioner()
    folder_id = open_folder_for(worker)
    with as_practitioner(worker):
        assert opens(folder_id) == (True, True)
        for viewer in (Viewer.practitioner(stranger.pk), Viewer.public(), Viewer.for_job("other"), NOBODY):
            with looking_as(viewer):
                assert opens(folder_id) == (False, False)
                assert not Folder.objects.filter(pk=folder_id).exists()
        assert opens(folder_id) == (True, True)


@pytest.mark.obligation("REC-18")
def test_a_memory_of_an_earlier_instant_opens_nothing() -> None:
    stranger = make_practitioner()
    folder_id = open_folder_for()
    with as_practitioner(stranger), connection.cursor() as cursor:
        for writing in (False, True):
            cursor.execute(
                "SELECT set_config('sightline.opened', access_asked_as(%s, %s), true)", [folder_id, writing]
            )
        assert opens(folder_id) == (False, False)


def test_a_seal_that_names_the_viewer_is_remembered_as_any_grant() -> None:
    named = make_practitioner()
    folder_id = open_folder_for()
    seal = sealed(folder_id, named)
    with as_practitioner(named):
        assert opens(folder_id) == (True, True)
        with setting_up(), looking_as(Viewer.for_job("demo")):
            Seal.objects.filter(pk=seal.pk).update(lifted_at=now(), lifted_by=named)
        assert opens(folder_id) == (False, False)
