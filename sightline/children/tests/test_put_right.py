"""What was recorded before stays readable on the pages, with who recorded it and what was wrong with it."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from sightline.children import actions, queries
from sightline.children.models import Tie
from sightline.children.rules import (
    Address,
    Answer,
    Birth,
    Names,
    NewAdult,
    NewInvolvement,
    NewProvider,
    NewStatus,
    NewTie,
    full_day,
)
from sightline.children.terms import (
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    NameUse,
    ProviderKind,
    Sex,
    StatusKind,
)
from sightline.kernel.time import now

from .conftest import days_ago
from .test_pages import post, signed_in


@pytest.fixture
def desk(world, worker):
    return signed_in(world, worker)


@pytest.fixture
def father(world, worker, folder_id, child_id):
    with world.looking(worker):
        adult = actions.record_adult(folder_id, NewAdult(Names("Rui", "Ferreira")))
        actions.tie(folder_id, NewTie(adult, Kinship.FATHER, Known.YES, held_from=days_ago(40)))
    return adult


def shown(client, name, *args):
    """What a page says, without its marks."""
    page = unescape(client.get(reverse(f"children:{name}", args=args)).content.decode())
    return " ".join(page.split())


@pytest.mark.obligation("REC-12")
def test_what_birth_sex_and_pronouns_were_recorded_as_is_read_on_the_page(
    world, worker, desk, folder_id, child_id
):
    with world.looking(worker):
        actions.correct_particulars(folder_id, Birth(born_on=date(2017, 3, 14), sex=Sex.MALE, pronouns="he"))
    assert "How this was recorded before" in shown(desk, "person", folder_id, child_id)
    form = {
        "born_on-day": "13", "born_on-month": "4", "born_on-year": "2017", "sex": "F", "pronouns": "they",
        "why": "Day and month were swapped",
    }  # fmt: skip
    opened = desk.get(reverse("children:birth", args=[folder_id, child_id])).content.decode()
    form["seen"] = opened.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert post(desk, "birth", [folder_id, child_id], form).status_code == 302
    before = shown(desk, "person", folder_id, child_id).split("How this was recorded before")[1]
    before = before.split("</details>")[0]
    assert "born 14 March 2017, male, he" in before
    assert "born 13 April 2017, female, they. What was wrong before: Day and month were swapped" in before
    assert before.count("Dana Okafor") == 2


@pytest.mark.obligation("REC-12")
def test_an_earlier_answer_on_parental_responsibility_stands_beside_the_present_one(
    world, worker, visitor, desk, folder_id, father
):
    world.grant(folder_id, visitor)
    with world.looking(visitor):
        actions.tie(folder_id, NewTie(father, Kinship.FATHER, Known.NO, held_from=days_ago(10)))
    page = shown(desk, "people", folder_id)
    before = page.split("What was recorded of them before (1)")[1].split("</details>")[0]
    assert "Rui Ferreira, father, holds parental responsibility" in before
    assert "recorded by Dana Okafor on" in before
    assert "No longer in their life" not in page
    with world.looking(visitor):
        tie = _tie_of(folder_id)
        actions.end_tie(folder_id, tie, days_ago(1))
    gone = shown(desk, "people", folder_id).split("No longer in their life (2)")[1].split("</details>")[0]
    assert "Rui Ferreira, father, no parental responsibility" in gone
    assert "recorded by Ines Farrow on" in gone


def _tie_of(folder_id):
    return queries.child_page([folder_id]).ties[0].id


@pytest.mark.obligation("REC-12")
def test_an_earlier_role_of_somebody_who_works_with_the_child_still_is_listed(
    world, worker, desk, folder_id, child_id
):
    with world.looking(worker):
        actions.involve(
            folder_id, NewInvolvement(world.council.pk, "social worker", worker.pk, held_from=days_ago(40))
        )
        actions.involve(
            folder_id,
            NewInvolvement(world.council.pk, "social worker", worker.pk, lead=True, held_from=days_ago(10)),
        )
    before = shown(desk, "people", folder_id).split("Their earlier roles (1)")[1].split("</details>")[0]
    assert "Dana Okafor, social worker, " in before
    assert "lead professional" not in before
    assert "recorded by Dana Okafor on" in before


WHY = "It was a child of the same name in another street"


def _mark(client, folder_id, what, row_id, why=WHY):
    return client.post(reverse("children:wrong", args=[folder_id, what, row_id]), {"why": why})


def _wrongly(page):
    """What a page lists as recorded wrongly, of each list of it."""
    return [part.split("</details>")[0] for part in page.split("Recorded wrongly (")[1:]]


def _everything(world, worker, folder_id):
    """One of each kind of fact about the child, by kind: its row, the page it stands on and what it says."""
    with world.looking(worker):
        actions.rename(folder_id, Names("Maya", "Lund", "Bee", ("Mayla",)))
        actions.answer_identity(
            folder_id, Answer(IdentityQuestion.RELIGION, Answered.GIVEN, words="Sunday school")
        )
        actions.move_to(folder_id, Address(lines="1 Wrong Street", held_from=days_ago(30)))
        actions.set_status(folder_id, NewStatus(StatusKind.LOOKED_AFTER, days_ago(20)))
        actions.set_provider(folder_id, NewProvider(ProviderKind.SCHOOL, "Quay Primary"))
        actions.involve(folder_id, NewInvolvement(world.council.pk, "social worker", worker.pk, lead=True))
        view = queries.child_page([folder_id])
    names = {n.use: n for n in view.child.names if n.held_until is None}
    return {
        "name": (names[NameUse.KNOWN_AS].id, "person", "Bee"),
        "identity": (view.child.answers[IdentityQuestion.RELIGION].id, "person", "Sunday school"),
        "address": (view.child.lives.id, "person", "1 Wrong Street"),
        "tie": (view.ties[0].id, "people", "Rui Ferreira, father, holds parental responsibility"),
        "status": (view.statuses[0].id, "people", "Looked after"),
        "provider": (view.providers[0].id, "people", "School: Quay Primary"),
        "involvement": (view.involvements[0].id, "people", "Dana Okafor, social worker"),
    }


@pytest.mark.obligation("REC-12")
@pytest.mark.parametrize("what", ["name", "identity", "address", "tie", "status", "provider", "involvement"])
def test_what_was_recorded_wrongly_is_struck_out_says_why_and_counts_nowhere(
    world, worker, desk, folder_id, child_id, father, what
):
    row_id, page_of, words = _everything(world, worker, folder_id)[what]
    args = (folder_id, child_id) if page_of == "person" else (folder_id,)
    address = reverse("children:wrong", args=[folder_id, what, row_id])
    assert address in shown(desk, page_of, *args)
    assert words.split(", ")[0] in unescape(desk.get(address).content.decode())

    refused = _mark(desk, folder_id, what, row_id, "wrong")
    assert refused.status_code == 409
    assert "Say what was wrong with what is recorded" in refused.content.decode()
    assert _wrongly(shown(desk, page_of, *args)) == []

    assert _mark(desk, folder_id, what, row_id).status_code == 302
    page = shown(desk, page_of, *args)
    (marked,) = _wrongly(page)
    assert words in marked.split("<s>")[1].split("</s>")[0]
    assert f"What was wrong: {WHY}" in marked
    assert "Said by Dana Okafor" in marked
    assert address not in page
    with world.looking(worker):
        view = queries.child_page([folder_id])
    child = view.child
    now_and_before = {
        "name": [n for n in (*child.other_names, child.known_as) if n and str(n) == "Bee"],
        "identity": [*child.answers, *child.past_answers],
        "address": [*([child.lives] if child.lives else []), *child.lived],
        "tie": [*view.ties, *view.past_ties, *view.earlier_ties],
        "status": [*view.statuses, *view.past_statuses],
        "provider": [*view.providers, *view.past_providers],
        "involvement": [*view.involvements, *view.past_involvements, *view.earlier_involvements],
    }
    assert now_and_before[what] == []
    assert "has already said so" in _mark(desk, folder_id, what, row_id).content.decode()


@pytest.mark.obligation("REC-12")
def test_what_had_ended_already_is_marked_with_the_days_it_was_said_to_hold(
    world, worker, desk, folder_id, father
):
    with world.looking(worker):
        tie = _tie_of(folder_id)
        actions.end_tie(folder_id, tie, days_ago(10))
    assert _mark(desk, folder_id, "tie", tie).status_code == 302
    page = shown(desk, "people", folder_id)
    assert "No longer in their life" not in page
    (marked,) = _wrongly(page)
    assert f"{full_day(days_ago(40))} to {full_day(days_ago(10))}" in marked


@pytest.mark.obligation("REC-12")
def test_a_name_recorded_wrongly_of_an_adult_is_no_longer_theirs_and_finds_nobody(
    world, worker, desk, folder_id, father
):
    with world.looking(worker):
        actions.rename(folder_id, Names("Rui", "Ferreira", "", ("Zebedee",)), person_id=father)
        also = next(n for n in queries.child_page([folder_id]).ties[0].person.names if n.given == "Zebedee")
        full = next(n for n in queries.child_page([folder_id]).ties[0].person.names if n.use is NameUse.FULL)
        assert queries.people_named(folder_id, "Zebedee")
    assert _mark(desk, folder_id, "name", also.id).status_code == 302
    assert "Also called: Zebedee" in _wrongly(shown(desk, "person", folder_id, father))[0]
    with world.looking(worker):
        assert queries.people_named(folder_id, "Zebedee") == []
    # Nobody is left without a name.
    kept = _mark(desk, folder_id, "name", full.id)
    assert "Record the right full name first" in kept.content.decode()


def test_nobody_marks_what_they_may_not_write_or_what_is_not_of_this_child(
    world, worker, visitor, stranger, desk, folder_id, child_id, father
):
    world.grant(folder_id, visitor, "read")
    with world.looking(worker):
        tie = _tie_of(folder_id)
        elsewhere = world.folder(worker)
        world.child(elsewhere)
    assert _mark(signed_in(world, visitor), folder_id, "tie", tie).status_code == 403
    assert _mark(signed_in(world, stranger), folder_id, "tie", tie).status_code == 404
    assert _mark(desk, elsewhere, "tie", tie).status_code == 404
    assert _mark(desk, folder_id, "status", tie).status_code == 404
    assert _mark(desk, folder_id, "nothing", tie).status_code == 404
    with world.looking(worker):
        assert [t.id for t in queries.child_page([folder_id]).ties] == [tie]


@pytest.mark.obligation("REC-12")
def test_a_brother_recorded_wrongly_is_marked_on_his_record_too_where_one_may_write(
    world, worker, desk, folder_id, child_id
):
    own, closed = world.folder(worker), world.folder()
    brother = world.child(own)
    sister = world.child(closed)
    with world.looking(worker):
        actions.tie(folder_id, NewTie(brother, Kinship.SIBLING))
        tie = _tie_of(folder_id)
    story, beside = (reverse(f"chronology:{name}", args=[folder_id]) for name in ("child", "family"))
    assert beside in desk.get(story).content.decode()
    assert _mark(desk, folder_id, "tie", tie).status_code == 302
    assert beside not in desk.get(story).content.decode(), "nobody is left to be read side by side with"
    with world.looking(worker):
        for folder in (folder_id, own):
            view = queries.child_page([folder])
            assert (view.ties, [t.wrong.why for t in view.wrong_ties]) == ([], [WHY])
    with world.owning():
        rows = [
            Tie.objects.create(
                folder_id=folder, child_id=one, other_id=other, kinship="sibling", held_from=days_ago(9),
                recorded_at=now(),
            )
            for folder, one, other in ((folder_id, child_id, sister), (closed, sister, child_id))
        ]  # fmt: skip
    assert _mark(desk, folder_id, "tie", rows[0].id).status_code == 302
    with world.owning():
        assert [Tie.objects.get(id=row.id).wrong_at is None for row in rows] == [False, True]
