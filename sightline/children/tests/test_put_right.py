"""What was recorded before stays readable on the pages, with who recorded it and what was wrong with it."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from sightline.children import actions, queries
from sightline.children.rules import Birth, Names, NewAdult, NewInvolvement, NewTie
from sightline.children.terms import Kinship, Known, Sex

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
