"""What a child's words need, and what the eight needs say."""

from __future__ import annotations

from datetime import date

import pytest

from sightline.voice import rules
from sightline.voice.terms import AdvocacyAct, Answer, Heard, NeedName, Power, RightsForm


@pytest.mark.obligation("CHD-02")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, ""),
        ({"said": " "}, "said"),
        ({"alone": None}, "alone"),
        ({"alone": False}, "others"),
        ({"alone": False, "others": "Her mother"}, "why_not_alone"),
        ({"alone": False, "others": "Her mother", "why_not_alone": "She wished it."}, ""),
        ({"place": ""}, "place"),
        ({"heard": Heard.THREE_HOUSES, "said": ""}, "worries"),
        ({"heard": Heard.THREE_HOUSES, "said": "", "houses": ("", "My cat", "")}, ""),
        ({"heard": Heard.OBSERVATION, "said": ""}, "said"),
    ],
)
def test_a_childs_words_say_how_they_were_heard_and_why_not_alone(changes: dict, field: str) -> None:
    given = {
        "said": "I like it here.", "heard": Heard.PLAY, "alone": True, "others": "", "why_not_alone": "",
        "place": "At home",
    }  # fmt: skip
    verdict = rules.view_is_whole(**{**given, **changes})
    assert (verdict.allowed, verdict.field) == (not field, field)


@pytest.mark.obligation("CHD-04")
@pytest.mark.parametrize(
    ("answer", "why", "views", "decision", "allowed"),
    [
        (Answer.YES, "", 1, False, True),
        (Answer.NO, "", 1, False, False),
        (Answer.NO, "It would not be safe yet.", 1, False, True),
        (Answer.PARTLY, "", 1, False, False),
        (Answer.HEARD, "", 1, False, True),
        (None, "", 1, False, False),
        (None, "", 0, True, False),
        (Answer.NO, "", 0, True, False),
        (Answer.NO, "It would not be safe yet.", 0, True, True),
        (Answer.YES, "", 0, False, False),
    ],
)
def test_a_no_has_its_reason(answer, why, views, decision, allowed) -> None:
    assert (
        bool(rules.explanation_is_whole(answer, "We told her.", why, views=views, decision=decision))
        is allowed
    )


@pytest.mark.obligation("CHD-13")
@pytest.mark.parametrize("power", list(Power))
@pytest.mark.parametrize(
    ("views", "weight", "why_not", "urgent", "allowed"),
    [
        (1, "She is eleven and clear; it decided the place.", "", False, True),
        (1, "", "", False, False),
        (0, "", "", False, False),
        (0, "", "She is in hospital and cannot speak yet.", False, True),
        (0, "", "", True, True),
    ],
)
def test_regard_is_had_to_wishes_and_urgent_action_never_waits(
    power, views, weight, why_not, urgent, allowed
):
    assert bool(rules.regard_is_whole(power, views, weight, why_not, urgent)) is allowed


@pytest.mark.obligation("CHD-10")
def test_an_advocate_who_is_found_has_a_name_and_ends_only_after_being_found() -> None:
    act = AdvocacyAct
    assert not rules.may_act_on_advocate(act.NAMED, " ", [])
    assert rules.may_act_on_advocate(act.NAMED, "Ada Quill", [act.OFFERED])
    assert not rules.may_act_on_advocate(act.ENDED, "", [act.OFFERED, act.ACCEPTED])
    assert rules.may_act_on_advocate(act.ENDED, "", [act.NAMED])


@pytest.mark.obligation("CHD-11")
@pytest.mark.parametrize(
    ("years", "form"),
    [(0, RightsForm.YOUNG), (6, RightsForm.YOUNG), (7, RightsForm.MIDDLE), (12, RightsForm.MIDDLE),
     (13, RightsForm.OLDER), (17, RightsForm.OLDER), (None, RightsForm.MIDDLE)],
)  # fmt: skip
def test_rights_come_in_a_form_for_the_age(years, form) -> None:
    assert rules.rights_form(years) is form


@pytest.mark.obligation("CHD-05")
def test_each_of_the_eight_names_its_gaps_where_the_record_is_empty() -> None:
    found = rules.needs(rules.Known(called="Maya"))
    assert [need.name for need in found] == list(NeedName)
    without = {need.name for need in found if not need.gaps}
    assert without == set()


@pytest.mark.obligation("CHD-05")
def test_each_of_the_eight_is_answered_where_the_record_holds_it() -> None:
    known = rules.Known(
        called="Maya",
        seen=rules.Line("Last seen: visit, by Dana.", on=date(2026, 11, 19)),
        heard=4, heard_alone=3, acted_on=2, worker="Dana Okafor", worker_since=date(2026, 1, 5),
        own_words=("Is called Maya, as they wish.",), told_before=2, took_part=1, explained=3,
        supports=(rules.Line("Dana Okafor, social worker."),), matters=("Nan",),
        advocacy=AdvocacyAct.NAMED, advocate="Ada Quill", rights_on=date(2026, 10, 1),
    )  # fmt: skip
    assert [(n.name, n.gaps) for n in rules.needs(known) if n.gaps] == []
    assert all(need.lines for need in rules.needs(known))


def test_changes_of_worker_are_counted_and_more_than_one_is_a_gap() -> None:
    of = {n.name: n for n in rules.needs(rules.Known(called="Maya", worker="Dana", changes_of_worker=3))}
    stability = of[NeedName.STABILITY]
    assert "changed 3 times" in " ".join(line.text for line in stability.lines)
    assert "4 lead professionals" in " ".join(stability.gaps)


def test_the_map_spreads_people_round_their_ring() -> None:
    dots = rules.placed([("Nan", 62), ("Theo", 62), ("A very long name indeed", 118)])
    assert len({(d.x, d.y) for d in dots}) == 3
    assert all(abs((d.x**2 + d.y**2) ** 0.5 - (118 if "…" in d.name else 62)) < 1 for d in dots)
