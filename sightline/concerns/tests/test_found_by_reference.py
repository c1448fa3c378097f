"""Somebody rings with a reference and nothing else: the one search box finds whose concern it is."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sightline.access.tests.factories import sealed
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.audit.models import AuditEvent
from sightline.children.actions import rename
from sightline.children.rules import Names
from sightline.concerns import actions, queries
from sightline.concerns.rules import ALPHABET, is_reference, tidy_code, tidy_reference
from sightline.kernel.time import today
from sightline.matching.actions import refresh_keys
from sightline.matching.rules import parse

from .factories import FrontDoor, make_front_door, raised_by
from .test_pages import signed_in


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def one_child(given_name: str) -> list[actions.ChildIn]:
    return [actions.ChildIn(given=given_name, family="Reyes", sex="F")]


def searched(who: Practitioner, text: str) -> HttpResponse:
    client = signed_in(Client(), who)
    sent = client.post("/find/", {"q": text})
    assert sent.status_code == 302, sent.content.decode()
    return client.get(sent["Location"])


def matched(door: FrontDoor, concern_id: UUID, known: UUID) -> UUID:
    """It is decided that the first child of a concern is one already known; the part."""
    with as_practitioner(door.decider):
        part = queries.concern(concern_id).parts[0].id
        actions.decide_match(part, known, "Same name, same birthday, same school.")
    return part


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_every_reference_is_read_as_one(letters: str) -> None:
    reference = f"C-{letters[:4]}-{letters[4:]}"
    assert is_reference(tidy_reference(reference.lower()))
    for typed in (reference, reference.lower(), f"ref {reference}"):
        question = parse(f"Nowak {typed}", today())
        assert (question.references, question.words) == ((tidy_code(reference),), ("Nowak",)), typed
        assert tidy_code(reference) in parse(typed, today()).may_be_references


@given(st.text("ABCDEFGHJKMNPQRSTVWXYZ", min_size=8, max_size=8))
def test_one_of_letters_alone_is_read_without_its_dashes_beside_a_name(letters: str) -> None:
    for typed in (f"Nowak c{letters.lower()}", f"C{letters}, Nowak"):
        question = parse(typed, today())
        assert f"C{letters}" in question.may_be_references
        # It may be a name all the same.
        assert len(question.words) == 2


@pytest.mark.django_db
def test_a_reference_of_letters_alone_typed_without_its_dashes_beside_a_name_finds_the_child(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.concerns.rules.new_reference", lambda: "C-WXYZ-KMNP")
    raised = raised_by(door.teacher)
    monkeypatch.undo()
    shown = searched(door.decider, "cwxyzkmnp Ferreira").content.decode()
    assert str(raised.folder_ids[0]) in shown
    assert "Same reference" in shown
    assert "Concern C-WXYZ-KMNP</a>" in shown
    # A name of nine letters stays one where no reference is like it.
    with as_practitioner(door.decider):
        rename(raised.folder_ids[0], Names("Cassandra", "Ferreira"))
        refresh_keys(raised.folder_ids)
    assert "Cassandra Ferreira" in searched(door.decider, "Cassandra Ferreira").content.decode()


def test_a_name_is_not_taken_for_a_reference() -> None:
    assert not is_reference(tidy_reference("Christina"))
    assert parse("Mary-Anne Smith-Jones", today()).references == ()


@pytest.mark.django_db
def test_a_reference_finds_the_children_of_the_concern_and_the_concern(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    raised_by(door.teacher, children=one_child("Ana"))
    stranger = make_practitioner("practitioner")
    for who, concern in (
        (door.decider, f"/front-door/{raised.concern_id}/"),
        (door.teacher, f"/concerns/{raised.concern_id}/"),
        (stranger, ""),
    ):
        for typed in (raised.reference, raised.reference.lower().replace("-", "")):
            shown = searched(who, typed).content.decode()
            assert "2 children found" in shown, who.name
            assert "Same reference" in shown
            assert "Ana Reyes" not in shown
            for folder in raised.folder_ids:
                assert str(folder) in shown
            assert (f"Concern {raised.reference}</a>" in shown) == bool(concern), who.name
            assert concern in shown
            assert str(raised.concern_id) in shown or not concern


@pytest.mark.django_db
def test_once_it_is_decided_who_the_child_is_the_reference_finds_the_record_already_there(
    door: FrontDoor,
) -> None:
    known = raised_by(door.teacher, children=one_child("Ana")).folder_ids[0]
    raised = raised_by(door.teacher, children=one_child("Anna"))
    part = matched(door, raised.concern_id, known)
    stranger = make_practitioner("practitioner")
    shown = searched(stranger, raised.reference).content.decode()
    assert f"/child/{known}/" in shown
    assert "1 child found" in shown
    assert "on a record that was joined to this one" in shown
    # What is recorded later makes the keys anew, and the reference stays one of them.
    with as_practitioner(door.decider):
        rename(raised.folder_ids[0], Names("Anya", "Reyes"))
        refresh_keys(raised.folder_ids)
    assert f"/child/{known}/" in searched(stranger, raised.reference).content.decode()
    with as_practitioner(door.decider):
        actions.undo_match(part, "They are cousins.")
    apart = searched(stranger, raised.reference).content.decode()
    assert f"/child/{known}/" not in apart
    assert f"/child/{raised.folder_ids[0]}/" in apart


@pytest.mark.django_db
@pytest.mark.obligation("REC-18")
def test_a_reference_gives_nothing_away_of_a_sealed_child(door: FrontDoor) -> None:
    known = raised_by(door.teacher, children=one_child("Ana")).folder_ids[0]
    of_two, of_one = raised_by(door.teacher), raised_by(door.teacher, children=one_child("Anna"))
    matched(door, of_one.concern_id, known)
    sealed(of_two.folder_ids[0], door.manager)
    sealed(known, door.manager)
    stranger = make_practitioner("practitioner")
    nothing = searched(stranger, "C-2345-6789").content.decode()
    hidden = searched(stranger, of_one.reference).content.decode()
    assert "Nobody found" in hidden
    for shown, typed in ((hidden, of_one.reference), (nothing, "C-2345-6789")):
        for said in (typed, typed.replace("-", "")):
            assert said in shown
    assert without(hidden, of_one.reference) == without(nothing, "C-2345-6789")
    one = searched(stranger, of_two.reference).content.decode()
    assert "1 child found" in one
    assert str(of_two.folder_ids[0]) not in one
    assert str(known) in searched(door.manager, of_one.reference).content.decode()


def without(page: str, reference: str) -> str:
    """The page without what was typed, and without what differs on any two pages."""
    for said in (reference, reference.replace("-", "")):
        page = page.replace(said, "")
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=|once_key" value=|\?s=)"?[\w-]+', r"\1", page)


@pytest.mark.django_db
def test_whoever_finds_a_concern_by_its_reference_is_on_the_trail(door: FrontDoor, owning) -> None:
    raised = raised_by(door.teacher)
    searched(door.decider, raised.reference)
    with owning():
        told = AuditEvent.objects.filter(what="matching.search").latest("id").detail
    assert told["elsewhere"] == [str(raised.concern_id)]
    assert set(told["folders"]) == {str(folder) for folder in raised.folder_ids}


@pytest.mark.django_db
def test_a_reference_costs_one_question_and_a_name_none(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    client = signed_in(Client(), door.decider)
    client.get("/find/")

    def asked(text: str) -> int:
        address = client.post("/find/", {"q": text})["Location"]
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    name = asked("Christina")
    assert asked(raised.reference) == asked("C-2345-6789") == name + 1 <= 25
