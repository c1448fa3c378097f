"""The genogram: who is there, with the usual symbols, and the same in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from sightline.children import genogram
from sightline.children.actions import record_adult, record_child, tie
from sightline.children.queries import child_page
from sightline.children.rules import Birth, Names, NewAdult, NewChild, NewTie
from sightline.children.terms import Kinship, Known, Sex

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("CHD-01")
def test_parents_parted_a_grandmother_and_a_partner(world, worker, folder_id, child_id):
    with world.looking(worker):
        assert genogram.picture(child_page([folder_id])) is None
        for names, sex, kinship, lives in (
            (Names("Ana", "Ferreira"), Sex.FEMALE, Kinship.MOTHER, Known.YES),
            (Names("Jon", "Lund"), Sex.MALE, Kinship.FATHER, Known.NO),
            (Names("Lucia", "Ferreira"), Sex.FEMALE, Kinship.GRANDPARENT, Known.NO),
            (Names("Kyle", "<Dunmore>"), Sex.MALE, Kinship.PARENTS_PARTNER, Known.NO),
        ):
            adult = record_adult(folder_id, NewAdult(names, Birth(sex=sex)))
            tie(folder_id, NewTie(adult, kinship, Known.YES, lives))
        view = child_page([folder_id])
        drawn = str(genogram.picture(view))
    assert drawn.count("<circle") == 2
    assert drawn.count("<rect") == 2
    assert drawn.count("<path") == 1, "the child's sex is not known"
    assert "stroke-dasharray" in drawn
    assert "style=" not in drawn
    assert "<Dunmore>" not in drawn
    *each, apart = genogram.words(view)
    assert len(each) == 4
    assert apart == "Ana Ferreira and Jon Lund live apart."
    heights = {
        name: float(re.search(rf'y="([\d.]+)"[^>]*>{name}', drawn)[1])
        for name in ("Lucia", "Ana", "Jon", "Maya")
    }
    assert heights["Lucia"] < heights["Ana"] == heights["Jon"] < heights["Maya"]
    across = {
        name: float(re.search(rf'<text x="([\d.]+)"[^>]*>{name}', drawn)[1])
        for name in ("Ana", "Jon", "Kyle")
    }
    ana, jon, kyle = across.values()
    assert not min(ana, kyle) < jon < max(ana, kyle), "no line of hers passes behind the father"


@pytest.mark.obligation("CHD-01")
def test_a_half_brother_hangs_under_the_parent_whom_they_share_alone(world, worker, folder_id, child_id):
    with world.looking(worker):
        mother, father = (record_adult(folder_id, NewAdult(n, Birth())) for n in (Names("Ana"), Names("Jon")))
        tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES))
        tie(folder_id, NewTie(father, Kinship.FATHER, Known.YES, Known.YES))
        for name, whose in (("Full", (mother, father)), ("Half", (mother,)), ("Unknown", ())):
            other = world.folder(worker)
            other_id = record_child(NewChild(other, Names(name, "Lund"), Birth()))
            for parent in whose:
                tie(other, NewTie(parent, Kinship.PARENT, Known.YES, Known.YES))
            tie(folder_id, NewTie(other_id, Kinship.SIBLING, Known.NO, Known.YES))
        view = child_page([folder_id])
    drawn = str(genogram.picture(view))
    across = {
        name: re.search(rf'<text x="([\d.]+)"[^>]*>{name}', drawn)[1]
        for name in ("Ana", "Jon", "Maya", "Full", "Half", "Unknown")
    }
    lines = re.findall(r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"([^>]*)/>', drawn)
    upright = [(x1, float(y1), "dash" in rest) for x1, y1, x2, _y2, rest in lines if x1 == x2]
    bar = {name: next((y, d) for x, y, d in upright if x == across[name] and y > 60) for name in
           ("Maya", "Full", "Half", "Unknown")}  # fmt: skip
    assert bar["Maya"] == bar["Full"]
    assert bar["Half"][0] != bar["Maya"][0], "not from the line of both parents"
    assert any(x == across["Ana"] for x, _y, _d in upright), "but from her own"
    assert not any(x == across["Jon"] for x, _y, _d in upright)
    assert (bar["Maya"][1], bar["Half"][1], bar["Unknown"][1]) == (False, False, True)
    said = genogram.words(view)
    assert "Half Lund is Ana’s child, and is not recorded as Jon’s." in said
    assert "It is not recorded here whose child Unknown Lund is." in said
    assert not any(line.startswith("Full Lund is") for line in said)


@pytest.mark.obligation("CHD-01")
def test_a_child_not_born_yet_is_a_triangle_and_one_who_has_died_is_crossed_out(
    world, worker, folder_id, child_id
):
    with world.looking(worker):
        adult = record_adult(folder_id, NewAdult(Names("Ana", "Ferreira"), Birth(sex=Sex.FEMALE)))
        tie(folder_id, NewTie(adult, Kinship.MOTHER, Known.YES, Known.YES))
        view = child_page([folder_id])
        corners = {}
        for name, birth in (
            ("diamond", Birth(born_on=view.child.today)),
            ("triangle", Birth(expected_on=view.child.today)),
            ("crossed", Birth(born_on=view.child.today, died_on=view.child.today)),
        ):
            drawn = str(genogram.picture(replace(view, child=replace(view.child, birth=birth))))
            corners[name] = (
                len(re.findall(r"[ML]", re.search(r'<path d="([^"]*)"', drawn)[1])),
                drawn.count("<line"),
            )
    assert corners["diamond"][0] == 4
    assert corners["triangle"][0] == 3
    assert corners["crossed"] == (4, corners["diamond"][1] + 2)


@pytest.mark.obligation("CHD-01")
@pytest.mark.parametrize(
    ("mother", "father", "apart"),
    [
        (Known.YES, Known.NO, True),
        (Known.NO, Known.YES, True),
        (Known.YES, Known.YES, False),
        (Known.NO, Known.NO, False),
        (Known.YES, Known.NOT_KNOWN, False),
    ],
)
def test_parents_are_drawn_apart_only_where_it_is_known(
    world, worker, folder_id, child_id, mother, father, apart
):
    with world.looking(worker):
        for names, kinship, lives in (
            (Names("Ana", "Ferreira"), Kinship.MOTHER, mother),
            (Names("Jon", "Lund"), Kinship.FATHER, father),
        ):
            adult = record_adult(folder_id, NewAdult(names, Birth(born_on=date(1990, 5, 1))))
            tie(folder_id, NewTie(adult, kinship, Known.YES, lives))
        view = child_page([folder_id])
    said = genogram.words(view)
    assert any(line.endswith("live apart.") for line in said) is apart
    assert any(line.startswith("Ana Ferreira (3") for line in said), "her age, as the picture shows it"
    lines = str(genogram.picture(view)).count("<line")
    assert lines == 4 + apart


def test_of_two_joined_records_that_name_the_same_mother_she_is_drawn_once(
    world, worker, folder_id, child_id
):
    with world.looking(worker):
        for born_on in (None, date(1990, 5, 1)):
            adult = record_adult(folder_id, NewAdult(Names("Ana", "Ferreira"), Birth(born_on=born_on)))
            tie(folder_id, NewTie(adult, Kinship.MOTHER, Known.YES, Known.YES))
        view = child_page([folder_id])
    assert len(genogram.words(view)) == 2, "within one record they are two"
    first, second = view.every_tie
    apart = replace(view, every_tie=(replace(first, folder_id=uuid4()), second))
    (line,) = genogram.words(apart)
    assert line.startswith("Ana Ferreira")
    assert [t.person.birth.born_on for t in apart.ties_once] == [date(1990, 5, 1)]
    assert str(genogram.picture(apart)).count(">Ana") == 1


@pytest.mark.obligation("CHD-01")
def test_a_brother_whose_record_names_the_same_mother_as_a_joined_record_does_hangs_under_her(
    world, worker, folder_id, child_id
):
    with world.looking(worker):
        here, there = (record_adult(folder_id, NewAdult(Names("Ana", "Ferreira"), Birth())) for _ in range(2))
        for mother in (here, there):
            tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES))
        other = world.folder(worker)
        theo = record_child(NewChild(other, Names("Theo", "Lund"), Birth()))
        tie(other, NewTie(there, Kinship.MOTHER, Known.YES, Known.YES))
        tie(folder_id, NewTie(theo, Kinship.SIBLING, Known.NO, Known.YES))
        view = child_page([folder_id])
    joined = [replace(t, folder_id=uuid4()) if t.person.id == there else t for t in view.every_tie]
    drawn = replace(view, every_tie=tuple(joined))
    assert "stroke-dasharray" not in str(genogram.picture(drawn))
    assert not any("whose child" in line for line in genogram.words(drawn))
