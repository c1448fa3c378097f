"""Figures: limits kept by the limit and by the agreed date, harm by where it is, decisions by group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import answer_identity
from sightline.children.rules import Answer
from sightline.children.terms import Answered, IdentityQuestion
from sightline.concerns.actions import ChildIn, decide_match, screen
from sightline.concerns.figures import FEW, IN_OWN_WORDS, Figures, figures
from sightline.concerns.tests.factories import a_decision, make_front_door, raised_by
from sightline.kernel.time import now
from sightline.procedures.actions import answer_for, discharge
from sightline.procedures.queries import kept_limits, standing

from .test_work import signed_in, text

pytestmark = pytest.mark.django_db
Seal = apps.get_model("access", "Seal")
Duty = apps.get_model("procedures", "Duty")
ConcernPart = apps.get_model("concerns", "ConcernPart")


@pytest.fixture
def door() -> Any:
    return make_front_door()


def _of(splits: list[Any], group: str) -> Any:
    return next(split for split in splits if split.group == group)


def _last_month() -> tuple[Any, Any]:
    return now() - timedelta(days=30), now() + timedelta(minutes=1)


@pytest.mark.obligation("NTC-04")
@pytest.mark.obligation("ASM-03")
def test_what_was_decided_is_counted_by_where_the_harm_is_and_by_group(door: Any) -> None:
    first = raised_by(door.teacher, harm_where=("home", "online"))
    raised_by(door.teacher, harm_where=("outside",))
    with as_practitioner(door.decider):
        parts = list(ConcernPart.objects.filter(concern_id=first.concern_id))
        screen(first.concern_id, [a_decision(p.id) for p in parts], knows_family=False, version=None)
        answer_identity(
            parts[0].folder_id,
            Answer(IdentityQuestion.ETHNICITY, Answered.GIVEN, codes=("WBRI",)),
        )
        found = figures(*_last_month())
    children = len(parts)
    home, online, outside = (_of(found.by_place, g) for g in ("At home", "Online", "Outside the home"))
    assert home.children == online.children == children
    assert sum(home.outcomes.values()) == children
    assert "Not decided yet" not in home.outcomes
    assert set(outside.outcomes) == {"Not decided yet"}
    assert found.children == children + outside.children
    ethnicity = found.by_answer[IdentityQuestion.ETHNICITY]
    assert _of(ethnicity, "White British").children == 1
    assert _of(ethnicity, "Not asked yet").children == found.children - 1
    page = text(signed_in(door.decider).get("/figures/?period=month"))
    assert "Where the harm is" in page
    assert "White British" in page


def _answer(folder_id: UUID, question: IdentityQuestion, **said: Any) -> None:
    answer_identity(folder_id, Answer(question, Answered.GIVEN, **said))


def _groups(found: Figures, question: IdentityQuestion) -> dict[str, int]:
    return {split.group: split.children for split in found.by_answer[question]}


@pytest.mark.obligation("ASM-03")
def test_a_child_who_was_known_is_counted_by_the_answers_of_their_own_record(door: Any) -> None:
    """The concern's own papers know nothing of who the child is: the record that it is read with does."""
    ana = [ChildIn(given="Ana", family="Reyes", sex="F")]
    known, raised = (raised_by(door.teacher, children=ana).folder_ids[0] for _ in range(2))
    before, after = now() - timedelta(days=30), now() + timedelta(minutes=1)
    with as_practitioner(door.decider):
        _answer(known, IdentityQuestion.ETHNICITY, codes=("WBRI",))
        _answer(known, IdentityQuestion.DISABILITY, codes=("HEAR", "AUT"))
        # Asked again with the concern: the record's own answer stands; what it did not know is added.
        _answer(raised, IdentityQuestion.ETHNICITY, codes=("BCRB",))
        _answer(raised, IdentityQuestion.SEXUALITY, words="Not sure yet")
        apart = figures(before, after)
        part = ConcernPart.objects.get(folder_id=raised)
        decide_match(part.id, known, "Same name, same school.")
        together = figures(before, after)
    ethnicity, disability = IdentityQuestion.ETHNICITY, IdentityQuestion.DISABILITY
    assert _groups(apart, ethnicity) == {"White British": 1, "Black Caribbean": 1}
    assert _groups(apart, disability) == {"Disabled": 1, "Not asked yet": 1}
    assert together.children == 2
    assert _groups(together, ethnicity) == {"White British": 2}
    assert _groups(together, disability) == {"Disabled": 2}
    assert _groups(together, IdentityQuestion.SEXUALITY) == {IN_OWN_WORDS: 2}
    with as_practitioner(make_practitioner("quality-lead")):
        assert figures(before, after, everywhere=True) == together


@pytest.mark.obligation("ASM-03")
def test_an_answer_in_words_is_a_group_where_several_gave_it_and_no_rare_one_is_told(door: Any) -> None:
    families = [
        raised_by(door.teacher, children=[ChildIn(given=f"Ana{n}", family="Reyes", sex="F")])
        for n in range(FEW)
    ]
    folders = [family.folder_ids[0] for family in families]
    with as_practitioner(door.decider):
        for n, folder in enumerate(folders):
            _answer(folder, IdentityQuestion.LANGUAGE, words="Polish and English" if n else "english, Romani")
            _answer(folder, IdentityQuestion.RELIGION, words="Roman Catholic")
        answer_identity(folders[0], Answer(IdentityQuestion.RELIGION, Answered.DECLINED))
        found = figures(*_last_month())
    assert _groups(found, IdentityQuestion.LANGUAGE) == {"English": FEW, IN_OWN_WORDS: FEW}
    assert _groups(found, IdentityQuestion.RELIGION) == {IN_OWN_WORDS: FEW - 1, "Preferred not to say": 1}
    page = text(signed_in(door.decider).get("/figures/?period=month"))
    assert "By languages" in page
    assert "Romani" not in page


def test_nobody_counts_what_they_may_not_open(door: Any) -> None:
    raised_by(door.teacher)
    with as_practitioner(door.stranger):
        assert figures(*_last_month()).children == 0
        assert kept_limits(now() - timedelta(days=30), now() + timedelta(days=30)) == []
    assert "None about a child whose record you may open" in text(signed_in(door.stranger).get("/figures/"))


@pytest.mark.obligation("NTC-04")
@pytest.mark.obligation("ASM-03")
@pytest.mark.obligation("TIM-02")
def test_whoever_answers_for_the_partnership_counts_all_but_the_sealed(door: Any, owning: Any) -> None:
    hidden = raised_by(door.teacher, harm_where=("home",))
    raised_by(door.teacher, harm_where=("outside",))
    due = now() - timedelta(days=30), now() + timedelta(days=30)
    with as_practitioner(door.decider):
        mine, owed = figures(*_last_month()), sum(line.owed for line in kept_limits(*due))
        assert figures(*_last_month(), everywhere=True).children == 0
        assert kept_limits(*due, everywhere=True) == []
    lead = make_practitioner("quality-lead")
    with as_practitioner(lead):
        assert figures(*_last_month()).children == 0
        assert figures(*_last_month(), everywhere=True) == mine
        assert sum(line.owed for line in kept_limits(*due, everywhere=True)) == owed > 0
    page = text(signed_in(lead).get("/figures/?period=month"))
    assert "in the whole partnership but for sealed records" in page
    assert "Outside the home" in page
    assert "Maya" not in page
    with owning():
        for folder_id in hidden.folder_ids:
            Seal.objects.create(folder_id=folder_id, why="Adopted", sealed_by=door.manager, sealed_at=now())
    with as_practitioner(lead):
        found = figures(*_last_month(), everywhere=True)
        left = sum(line.owed for line in kept_limits(*due, everywhere=True))
    assert found.children == mine.children - len(hidden.folder_ids)
    assert [split.group for split in found.by_place] == ["Outside the home"]
    assert 0 < left < owed


@pytest.mark.obligation("TIM-02")
def test_a_date_agreed_beside_a_statutory_limit_is_counted_beside_it(door: Any, owning: Any) -> None:
    raised_by(door.teacher)
    at = now()
    with owning():
        kept, agreed, *rest = Duty.objects.order_by("id")
        same = {"title": "Decide", "statutory": True, "state": "discharged", "due_at": at - timedelta(days=3)}
        Duty.objects.filter(pk=kept.pk).update(**same, closed_at=at - timedelta(days=4))
        Duty.objects.filter(pk=agreed.pk).update(
            **same, agreed_at=at - timedelta(days=1), closed_at=at - timedelta(days=2)
        )
        Duty.objects.filter(pk__in=[d.pk for d in rest]).update(**{**same, "state": "missed"}, closed_at=None)
    with as_practitioner(door.decider):
        (line,) = kept_limits(at - timedelta(days=5), at)
    assert (line.owed, line.in_time, line.by_agreement, line.late, line.waiting) == (
        2 + len(rest), 1, 2, len(rest), 0,
    )  # fmt: skip


@pytest.mark.obligation("TIM-02")
def test_what_was_done_by_the_agreed_date_counts_so_whenever_its_lateness_is_answered_for(
    door: Any, owning: Any
) -> None:
    raised_by(door.teacher)
    at = now()
    with owning():
        duty = Duty.objects.order_by("id")[0]
        Duty.objects.filter(pk=duty.pk).update(
            title="Decide", due_at=at - timedelta(days=3), agreed_at=at - timedelta(days=1), state="missed"
        )
    with as_practitioner(door.decider):
        discharge(duty.kind, duty.subject_id, folder_ids=[duty.folder_id], done=at - timedelta(days=2))
        for _ in range(2):
            (line,) = kept_limits(at - timedelta(days=5), at)
            assert (line.in_time, line.by_agreement, line.late, line.waiting) == (0, 1, 0, 0)
            if Duty.objects.get(pk=duty.pk).state == "done late":
                answer_for(duty.pk, "The hospital's letter came late.")
        assert Duty.objects.get(pk=duty.pk).state == "discharged"


@pytest.mark.obligation("TIM-03")
def test_the_partnership_sees_how_every_team_stands_without_a_name_and_without_the_sealed(
    door: Any, owning: Any
) -> None:
    raised = raised_by(door.teacher)
    lead = make_practitioner("quality-lead")
    for nobody in (door.teacher, door.decider, door.stranger):
        with as_practitioner(nobody):
            assert standing() == []
    with owning():
        owed = Duty.objects.filter(closed_at=None)
        assert owed.filter(team=door.team).count() == owed.count() > 0
        Duty.objects.update(soon_at=now() - timedelta(days=3), due_at=now() - timedelta(days=2))
        Duty.objects.update(critical_at=now() - timedelta(days=1))
        there = owed.count()
        hidden = owed.filter(folder_id=raised.folder_ids[0]).count()
    with as_practitioner(lead):
        (line,) = standing()
    assert (line.team, line.critical, line.overdue, line.soon, line.calm) == (door.team.name, there, 0, 0, 0)
    page = text(signed_in(lead).get("/partnership/"))
    assert page.index("How every team stands") < page.index("In the records that you may open")
    assert door.team.name in page
    assert "Maya" not in page
    with owning():
        Seal.objects.create(
            folder_id=raised.folder_ids[0], why="Adopted", sealed_by=door.manager, sealed_at=now()
        )
    with as_practitioner(lead):
        assert sum(one.critical for one in standing()) == there - hidden
    assert hidden
