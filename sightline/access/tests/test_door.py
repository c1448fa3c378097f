"""Who opens a folder: decided by the database, whatever a page asks for."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model

from sightline.access import queries
from sightline.access.models import (
    EmergencyAccess,
    Folder,
    FolderRow,
    Grant,
    Joining,
    Responsibility,
    Seal,
    SealName,
)
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.models import Posting
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_agency,
    make_practitioner,
    make_team,
    setting_up,
)
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.viewer import NOBODY, Viewer, looking_as

from .factories import joined, let_in, open_folder_for, sealed

pytestmark = pytest.mark.django_db

READ, WRITE = GrantLevel.READ, GrantLevel.WRITE


def may(practitioner, folder_id: UUID) -> str:
    """What the database says: "", "r" or "rw", the row and the function asked alike."""
    with as_practitioner(practitioner):
        reads = bool(queries.opened_of([folder_id]))
        writes = queries.may_write(folder_id)
        assert reads is (folder_id in set(Folder.objects.values_list("id", flat=True)))
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s IN (SELECT access_my_folders())", [folder_id])
            assert cursor.fetchone()[0] is reads
            cursor.execute("SELECT access_which_open(%s)", [[folder_id, uuid7()]])
            assert cursor.fetchall() == ([(folder_id,)] if reads else [])
    return ("r" if reads else "") + ("w" if writes else "")


# -- the truth table of grants -----------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_a_grant_opens_to_its_person_its_team_or_its_agency_and_nobody_else() -> None:
    team = make_team()
    member, colleague = make_practitioner(team=team), make_practitioner(agency=team.agency)
    stranger = make_practitioner()
    to_person, to_team, to_agency = (
        open_folder_for(member),
        open_folder_for(team),
        open_folder_for(team.agency),
    )
    nobody = open_folder_for()
    table = {
        "to a person": (to_person, "rw", "", ""),
        "to a team": (to_team, "rw", "", ""),
        "to an agency": (to_agency, "rw", "rw", ""),
        "to nobody": (nobody, "", "", ""),
        "invented": (uuid4(), "", "", ""),
    }
    for name, (folder_id, *expected) in table.items():
        assert [may(who, folder_id) for who in (member, colleague, stranger)] == expected, name


def test_a_reading_grant_does_not_let_write() -> None:
    reader = make_practitioner()
    folder_id = open_folder_for(reader, level=READ)
    assert may(reader, folder_id) == "r"
    let_in(folder_id, reader, level=WRITE)
    assert may(reader, folder_id) == "rw"


def test_a_grant_that_has_ended_opens_nothing() -> None:
    worker = make_practitioner()
    folder_id = open_folder_for()
    let_in(folder_id, worker, given_at=now() - timedelta(days=2), ends_at=now() - timedelta(seconds=1))
    assert may(worker, folder_id) == ""
    let_in(folder_id, worker, level=READ, given_at=now(), ends_at=now() + timedelta(hours=1))
    assert may(worker, folder_id) == "r"


@pytest.mark.parametrize(
    ("began", "ended", "opens"), [(-5, None, "rw"), (1, None, ""), (-5, 0, ""), (-5, 1, "rw")]
)
def test_a_team_opens_to_those_posted_in_it_today(began: int, ended: int | None, opens: str) -> None:
    team = make_team()
    member = make_practitioner(
        team=team,
        held_from=today() + timedelta(days=began),
        held_until=None if ended is None else today() + timedelta(days=ended),
    )
    assert may(member, open_folder_for(team)) == opens


@pytest.mark.obligation("REC-18")
def test_nobody_the_public_and_other_jobs_see_nothing() -> None:
    open_folder_for(make_practitioner())
    for viewer in (NOBODY, Viewer.public(), Viewer.for_job("something-else")):
        with looking_as(viewer):
            assert not Folder.objects.exists()
            assert not Grant.objects.exists()


# -- seals ---------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_a_seal_closes_to_all_but_the_named_and_hides_that_it_is_there() -> None:
    named, worker, manager = make_practitioner(), make_practitioner(), make_practitioner("team-manager")
    folder_id = open_folder_for(worker, manager)
    assert may(named, folder_id) == ""
    seal = sealed(folder_id, named)
    assert may(named, folder_id) == "rw"
    for who in (worker, manager):
        assert may(who, folder_id) == ""
        with as_practitioner(who):
            for model in (Folder, Grant, Seal, SealName, Responsibility, Joining):
                rows = model.objects.filter(
                    **({"id": folder_id} if model is Folder else {"folder_id": folder_id})
                )
                if model is Grant:
                    # A person's own grant is their own knowledge; it says nothing of a seal.
                    rows = rows.exclude(practitioner=who)
                assert not rows.exists(), model
            assert queries.seal_on(folder_id) is None
    with setting_up(), looking_as(Viewer.for_job("demo")):
        Seal.objects.filter(pk=seal.pk).update(lifted_at=now(), lifted_by=named)
    assert (may(named, folder_id), may(worker, folder_id)) == ("", "rw")


# -- joinings ----------------------------------------------------------------------------------------


def test_a_grant_on_the_known_record_opens_what_is_joined_to_it_and_never_the_other_way() -> None:
    knows_child, raised = make_practitioner(), make_practitioner()
    known, new = open_folder_for(knows_child), open_folder_for(raised)
    joining = joined(new, known)
    assert (may(knows_child, known), may(knows_child, new)) == ("rw", "rw")
    assert (may(raised, known), may(raised, new)) == ("", "rw")
    with as_practitioner(raised):
        assert not Joining.objects.exists()
        assert queries.lead_of(new) == new
        assert queries.joined_set(known) == []
    with as_practitioner(knows_child):
        assert queries.lead_of(new) == known
        assert set(queries.joined_set(known)) == {known, new}
        assert queries.leads_of([new, known]) == {new: known, known: known}
    with setting_up(), looking_as(Viewer.for_job("demo")):
        Joining.objects.filter(pk=joining.pk).update(undone_at=now())
    assert (may(knows_child, new), may(raised, new)) == ("", "rw")


def test_a_seal_on_the_known_record_closes_what_is_joined_to_it() -> None:
    named, raised = make_practitioner(), make_practitioner()
    known, new = open_folder_for(), open_folder_for(raised)
    joined(new, known)
    sealed(known, named)
    assert (may(named, known), may(named, new)) == ("rw", "rw")
    assert may(raised, new) == ""


# -- the right role, the wrong child, on each table of this room -------------------------------------------


def tables() -> list[type[Model]]:
    return [m for m in apps.get_app_config("access").get_models() if issubclass(m, FolderRow) or m is Folder]


def row_of(model: type[Model], folder_id: UUID, who) -> Model:
    """A row as somebody who knew the ids would plant it."""
    other = open_folder_for()
    fields = {
        Folder: {"id": folder_id, "number": "EA-00000001-7", "opened_at": now(), "agency": make_agency()},
        Responsibility: {"manager": who, "held_from": today()},
        Grant: {"practitioner": who, "level": "write", "origin": "given", "why": "x", "given_at": now()},
        Seal: {"why": "x", "sealed_at": now(), "sealed_by": who},
        SealName: {"seal": sealed(other, who), "practitioner": who, "named_at": now()},
        Joining: {"into_id": other, "reasons": "x", "decided_by": who, "decided_at": now()},
        EmergencyAccess: {
            "practitioner": make_practitioner(),
            "grant_id": uuid4(),
            "folder_number": "x",
            "reason": "x",
            "opened_at": now(),
            "ends_at": now(),
        },
    }[model]
    return model(**({} if model is Folder else {"folder_id": folder_id}), **fields)


@pytest.mark.obligation("REC-18")
@pytest.mark.parametrize("model", tables(), ids=lambda m: m.__name__)
def test_the_right_role_on_the_wrong_child_reads_and_writes_nothing(model: type[Model]) -> None:
    worker, manager = make_practitioner(), make_practitioner("team-manager")
    folder_id = open_folder_for(worker)
    key = "id" if model is Folder else "folder_id"
    planted = row_of(model, folder_id, manager)
    with as_practitioner(manager):
        assert not model.objects.filter(**{key: folder_id}).exists()
        if "update" in model.door.verbs:  # type: ignore[attr-defined]
            assert model.objects.filter(**{key: folder_id}).update(**{key: folder_id}) == 0
        else:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                model.objects.filter(**{key: folder_id}).update(**{key: folder_id})
        if model is not Folder:
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                planted.save(force_insert=True)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            model.objects.filter(**{key: folder_id})._raw_delete("default")  # type: ignore[attr-defined]


def test_whoever_opens_a_folder_fills_it_in_that_transaction_only() -> None:
    from sightline.access.actions import open_folder

    raiser = make_practitioner("practitioner")
    manager = make_practitioner("front-door-decision-manager")
    with as_practitioner(raiser):
        folder_id = open_folder(manager.postings.get().agency_id, manager.pk)
        assert not queries.opened_of([folder_id])
    other = make_practitioner("practitioner")
    with as_practitioner(other), pytest.raises(ProgrammingError), transaction.atomic():
        Grant(
            folder_id=folder_id, practitioner=other, level="write", origin="given", why="x", given_at=now()
        ).save(force_insert=True)


def test_a_grant_by_emergency_needs_the_role_an_end_within_a_day_and_oneself() -> None:
    helper, teacher = make_practitioner("social-worker"), make_practitioner("practitioner")
    folder_id = open_folder_for()
    common = {"folder_id": folder_id, "level": "read", "origin": GrantOrigin.EMERGENCY.value, "why": "x"}
    attempts = (
        (teacher, {"practitioner": teacher, "ends_at": now() + timedelta(hours=1)}),  # no such role
        (helper, {"practitioner": helper, "ends_at": now() + timedelta(hours=25)}),  # too long
        (helper, {"practitioner": teacher, "ends_at": now() + timedelta(hours=1)}),  # for somebody else
    )
    for who, fields in attempts:
        planted = Grant(**common, **fields, given_at=now())
        with as_practitioner(who), pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
            planted.save(force_insert=True)
    with as_practitioner(helper):
        Grant(**common, practitioner=helper, given_at=now(), ends_at=now() + timedelta(hours=4)).save(
            force_insert=True
        )
    assert may(helper, folder_id) == "r"


def test_a_posting_that_ends_closes_what_its_team_opened() -> None:
    team = make_team()
    member = make_practitioner(team=team)
    folder_id = open_folder_for(team)
    assert may(member, folder_id) == "rw"
    with setting_up():
        Posting.objects.filter(practitioner=member).update(held_until=today())
    assert may(member, folder_id) == ""
