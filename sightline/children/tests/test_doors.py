"""The doors of this room's tables, asked of the database itself as the program's role."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from sightline.children import actions, queries
from sightline.children.models import (
    Authority,
    Identifier,
    Identity,
    Involvement,
    Particulars,
    Person,
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
    StatusKind,
)
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted
from sightline.kernel.viewer import NOBODY, Viewer

from .conftest import days_ago

TABLES = sorted(apps.get_app_config("children").get_models(), key=lambda m: m.__name__)
#: What a viewer who may search sees of every child that is not sealed.
POINTERS = (Pointer, PointerAgency)
#: Written once, or by the database alone.
NO_UPDATE = (Person, Particulars, *POINTERS)


@pytest.fixture
def full(world, worker, folder_id, child_id):
    """A row in every table of this room, of the child and of her mother."""
    with world.looking(worker):
        mother = actions.record_adult(
            folder_id, NewAdult(Names("Ana", "Ferreira", "Nita"), Birth(born_on=date(1990, 5, 5)))
        )
        actions.tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES))
        for person in (None, mother):
            actions.move_to(folder_id, Address(lines="4 Quay Row", area="Eastmere"), person_id=person)
            actions.give_identifier(folder_id, Number(Scheme.NHS, "9990000018"), person_id=person)
            actions.answer_identity(
                folder_id, Answer(IdentityQuestion.RELIGION, Answered.NOT_KNOWN), person_id=person
            )
        actions.set_status(folder_id, NewStatus(StatusKind.CHILD_IN_NEED, days_ago(9)))
        actions.set_provider(folder_id, NewProvider(ProviderKind.SCHOOL, "Quayside Primary"))
        actions.set_authority(folder_id, NewAuthority("Northmoor"))
        actions.involve(folder_id, NewInvolvement(world.council.pk, "social worker", worker.pk, lead=True))
    world.age_person(mother)
    return mother


def may(statement: str, *values: object) -> int:
    """How many rows a statement of the program's role reaches; 0 where the database refuses it outright."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount
    except DatabaseError:
        return 0


def may_at_once(statement: str) -> int:
    """The same with foreign keys checked at once and not at the end of the transaction."""
    return may(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


def copied(world, model, **changes) -> str:
    """An INSERT of a new row just like one that there is."""
    with world.owning():
        row = model.objects.order_by("pk").values().first()
    row |= {"id": uuid7()} | changes
    columns = ", ".join(f'"{name}"' for name in row)
    with connection.cursor() as cursor:
        values = ", ".join(cursor.mogrify("%s", [value]) for value in row.values())
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({values})"


def test_the_fixture_fills_every_table(world, full):
    with world.owning():
        assert [m.__name__ for m in TABLES if not m.objects.exists()] == []


@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
def test_the_right_role_on_the_wrong_child_reads_and_writes_nothing(world, stranger, full, model):
    table = model._meta.db_table
    with world.looking(stranger):
        assert model.objects.exists() is (model in POINTERS)
        assert may(f"SELECT 1 FROM {table} FOR SHARE") == 0
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(f"DELETE FROM {table}") == 0
        assert may(copied(world, model)) == 0


@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    "viewer", [NOBODY, Viewer.public(), Viewer.for_job("duties")], ids=["nobody", "public", "job"]
)
def test_nobody_the_public_and_other_jobs_read_and_write_nothing(world, full, model, viewer):
    table = model._meta.db_table
    with world.looking(viewer):
        # Duties are reckoned for whoever works with a child, end when the child is 18 and follow a child who moves to
        # another authority: that job reads these three.
        known = (Involvement, Particulars, Authority)
        assert model.objects.exists() is (model in known and viewer.job == "duties")
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(f"DELETE FROM {table}") == 0
        # A person without a folder is nobody yet: anybody who raises a concern may name one.
        if model is not Person:
            assert may(copied(world, model)) == 0


@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
def test_a_reader_reads_and_writes_nothing(world, visitor, folder_id, full, model):
    world.grant(folder_id, visitor, "read")
    table = model._meta.db_table
    with world.looking(visitor):
        assert model.objects.exists()
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(f"DELETE FROM {table}") == 0
        if model is not Person:
            assert may(copied(world, model)) == 0


@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
def test_a_writer_writes_and_removes_nothing(world, worker, full, model):
    table = model._meta.db_table
    with world.looking(worker):
        assert (may(f"UPDATE {table} SET id = id") > 0) is (model not in NO_UPDATE)
        assert may(f"DELETE FROM {table}") == 0
        assert may(f"TRUNCATE {table}") == 0


@pytest.mark.obligation("REC-12")
def test_particulars_are_not_changed_even_by_the_owner_of_the_table(world, full):
    with world.owning(), pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        Particulars.objects.update(why="tampered")


@pytest.mark.parametrize(
    "model", [Particulars, PersonName, Identity, Identifier, Residence], ids=lambda m: m.__name__
)
def test_a_row_about_a_person_lies_in_that_persons_folder(world, worker, folder_id, full, model):
    other = world.child(world.folder())
    with world.looking(worker):
        assert may_at_once(copied(world, model, person_id=other, folder_id=folder_id)) == 0


@pytest.mark.parametrize("model", [Tie, Status, Provider, Authority, Involvement], ids=lambda m: m.__name__)
def test_a_row_about_a_child_lies_in_that_childs_folder(world, worker, folder_id, full, model):
    other = world.child(world.folder())
    with world.looking(worker):
        assert may_at_once(copied(world, model, child_id=other, folder_id=folder_id)) == 0


# -- confidential addresses --------------------------------------------------------------------------


@pytest.fixture
def hidden(world, worker, visitor, folder_id, child_id):
    world.grant(folder_id, visitor)
    with world.looking(worker):
        actions.move_to(folder_id, Address(lines="1 Old Street", area="Eastmere", held_from=days_ago(50)))
        actions.move_to(
            folder_id,
            Address(lines="Secret House", area="Westmere", confidential=True, held_from=days_ago(5)),
        )


@pytest.mark.obligation("ASM-08")
def test_a_confidential_address_is_hidden_by_the_database(
    world, worker, visitor, stranger, folder_id, hidden
):
    with world.looking(worker):
        assert Residence.objects.filter(confidential=True).count() == 1
        assert queries.child_page([folder_id]).child.lives.lines == "Secret House"
    with world.looking(visitor):
        assert Residence.objects.filter(confidential=True).count() == 0
        child = queries.child_page([folder_id]).child
        assert child.lives is None
        assert child.address_confidential
        assert [r.lines for r in child.lived] == ["1 Old Street"]
    with world.looking(stranger):
        assert queries.pointer(folder_id).area == ""


def test_whoever_may_not_see_an_address_may_still_end_it(world, worker, visitor, folder_id, hidden):
    with world.looking(visitor):
        actions.move_to(folder_id, Address(lines="2 New Road", area="Southmere"))
        child = queries.child_page([folder_id]).child
        assert child.lives.lines == "2 New Road"
        assert not child.address_confidential
    with world.looking(worker):
        ended = Residence.objects.get(confidential=True)
        assert ended.held_until is not None
        assert queries.pointer(folder_id).area == "Southmere"


def test_the_helpers_of_the_database_ask_who_is_calling(world, stranger, folder_id, child_id, hidden):
    with world.looking(stranger):
        for statement in (
            "SELECT children_end_residence(%s, current_date)",
            "SELECT children_refresh_pointers(ARRAY[%s]::uuid[], current_date)",
        ):
            key = folder_id if "pointers" in statement else child_id
            with (
                pytest.raises(DatabaseError, match="not open to you"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement, [key])
        with connection.cursor() as cursor:
            cursor.execute("SELECT children_address_is_confidential(%s, current_date)", [child_id])
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT * FROM children_standing(%s, %s)", [folder_id, child_id])
            assert cursor.fetchone() == (False, False, False, None, False)


# -- adults ------------------------------------------------------------------------------------------


def test_an_adult_is_seen_through_a_tie_and_no_other_way(world, worker, visitor, full):
    own_folder = world.folder(visitor)
    world.child(own_folder, names=Names("Theo", "Lund"))
    with world.looking(worker):
        assert Person.objects.filter(pk=full).exists()
    with world.looking(visitor):
        assert not Person.objects.filter(pk=full).exists()
        assert not PersonName.objects.filter(person_id=full).exists()
        with pytest.raises(NotFound):
            actions.move_to(own_folder, Address(lines="X"), person_id=full)
        # Nor does one come to see somebody by tying them to one's own child.
        with pytest.raises(NotFound):
            actions.tie(own_folder, NewTie(full, Kinship.MOTHER))
        with world.owning():
            child = Person.objects.get(folder_id=own_folder).pk
        with pytest.raises(DatabaseError), transaction.atomic():
            Tie.objects.bulk_create(
                [
                    Tie(
                        folder_id=own_folder,
                        child_id=child,
                        other_id=full,
                        kinship="mother",
                        held_from=date(2020, 1, 1),
                        recorded_at=now(),
                    )
                ]
            )


def test_an_adult_is_changed_only_by_who_may_write_in_a_folder_of_theirs(world, visitor, folder_id, full):
    world.grant(folder_id, visitor, "read")
    with world.looking(visitor):
        assert PersonName.objects.filter(person_id=full).exists()
        assert may("UPDATE children_personname SET given = 'X' WHERE person_id = %s", full) == 0
        with pytest.raises(NotPermitted):
            actions.rename(folder_id, Names("X"), person_id=full)


def test_an_ended_tie_still_shows_who_somebody_was(world, worker, folder_id, full):
    with world.looking(worker):
        tie = queries.child_page([folder_id]).ties[0]
        actions.end_tie(folder_id, tie.id)
        view = queries.child_page([folder_id])
    assert view.ties == []
    # Begun and ended on the same day: it never held, but the row is there.
    assert [t.name for t in view.every_tie] == ["Nita Ferreira"]


# -- seals -------------------------------------------------------------------------------------------


@pytest.fixture
def siblings(world, worker, folder_id, child_id):
    """Maya, and Theo in a folder that the same worker may write in."""
    theirs = world.folder(worker)
    theo = world.child(theirs, names=Names("Theo", "Lund"), birth=Birth(born_on=days_ago(1500)))
    with world.looking(worker):
        actions.tie(folder_id, NewTie(theo, Kinship.SIBLING, lives_with_child=Known.YES))
    return theirs, theo


def test_siblings_stand_on_both_records(world, worker, folder_id, siblings):
    theirs, _theo = siblings
    with world.looking(worker):
        assert [t.name for t in queries.child_page([folder_id]).siblings] == ["Theo Lund"]
        assert [t.name for t in queries.child_page([theirs]).siblings] == ["Maya Ferreira-Lund"]


def test_a_sibling_whose_folder_is_closed_shows_as_the_pointer_does(world, visitor, folder_id, siblings):
    theirs, _theo = siblings
    world.grant(folder_id, visitor)
    with world.looking(visitor):
        sibling = queries.child_page([folder_id]).siblings[0]
    assert (sibling.name, sibling.age, sibling.their_folder) == ("Theo Lund", "4 years old", theirs)
    assert sibling.person.names == ()


def test_whoever_may_not_search_sees_only_that_there_is_another_child(world, folder_id, siblings):
    teacher = world.practitioner("Sam Reyes", "teacher", world.school)
    world.grant(folder_id, teacher, "read")
    with world.looking(teacher):
        sibling = queries.child_page([folder_id]).siblings[0]
    assert (sibling.name, sibling.their_folder, sibling.is_child) == ("Another child", None, True)


def test_a_tie_to_a_sealed_child_is_itself_sealed(world, worker, stranger, visitor, folder_id, siblings):
    theirs, theo = siblings
    world.grant(folder_id, visitor)
    world.seal(theirs, stranger)
    with world.looking(visitor):
        assert queries.child_page([folder_id]).every_tie == ()
        assert not Tie.objects.filter(other_id=theo).exists()
        with pytest.raises(NotFound):
            queries.pointer(theirs)
        with pytest.raises(NotFound):
            actions.tie(folder_id, NewTie(theo, Kinship.SIBLING))
    with world.looking(worker):
        assert queries.child_page([folder_id]).every_tie == ()
        with pytest.raises(NotFound):
            queries.child_page([theirs])


def test_an_adult_shows_through_no_sealed_folder(world, worker, stranger, folder_id, full):
    world.seal(folder_id, stranger)
    with world.looking(worker):
        assert not Person.objects.filter(pk=full).exists()
        assert not Tie.objects.exists()
        assert not Pointer.objects.exists()
    with world.looking(stranger):
        assert PersonName.objects.filter(person_id=full).exists()


# -- whoever raises a concern ------------------------------------------------------------------------


def test_a_new_folder_is_filled_by_whoever_opens_it_and_by_nobody_else(world, db):
    from sightline.access.models import Folder

    teacher = world.practitioner("Sam Reyes", "teacher", world.school)
    for viewer, by in ((teacher, teacher), (Viewer.public(), None)):
        with world.looking(viewer):
            folder = Folder(
                number=f"NM-9{teacher.pk.hex[:5] if by else 'pub'}",
                opened_at=now(),
                opened_by=by,
                agency=world.council,
            )
            Folder.objects.bulk_create([folder])
            child = actions.record_child_of_concern(
                folder.pk, given="Ana", family="Lund", age_years=9, lines="4 Quay Row", school="Quayside"
            )
            adults = actions.tie_family_of_concern(
                [(folder.pk, child)], [("Jon", "Lund", Kinship.FATHER, Known.YES, "01632 960777")]
            )
            assert not Person.objects.filter(pk__in=[child, *adults]).exists()
        with world.owning():
            assert Pointer.objects.get(folder_id=folder.pk).name == "Ana Lund"
            assert Tie.objects.get(folder_id=folder.pk).other_id == adults[0]
            assert Particulars.objects.get(person_id=child).born_estimated
        world.age(folder.pk)
        for adult in adults:
            world.age_person(adult)
        with world.looking(viewer):
            with pytest.raises(NotFound):
                actions.rename(folder.pk, Names("X"))
            with pytest.raises(NotFound):
                actions.tie(folder.pk, NewTie(adults[0], Kinship.FATHER))
