"""An emergency measure, its extension or its end that was recorded by mistake is taken back: nothing is lost, and it
counts nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.models import Status
from sightline.enquiries.actions import emergency, safe
from sightline.enquiries.actions.emergency_back import take_emergency_back
from sightline.enquiries.models import EmergencyBack
from sightline.enquiries.terms import EmergencyKind, EmergencyPart, MadeSafeBy
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.procedures.models import TO_DO, Duty
from sightline.records.chronology import told

from .factories import make_case

pytestmark = pytest.mark.django_db

WRONG = "It was the girl of the same name in the next street."
HOME = "She went to her grandmother with both parents' agreement."


def begins(folder_id, kind=EmergencyKind.POLICE, hours=2):
    return emergency.begin_emergency(
        folder_id,
        emergency.EmergencyIn(
            kind=kind, began_at=now() - timedelta(hours=hours), authority="PC 1182", reasons="Found alone at night.",
            why_nothing_less="Nobody could be reached.", where="With foster carers.", told="Told at the door.",
        ),
    )  # fmt: skip


def owed(folder_id, kind):
    return Duty.objects.filter(TO_DO, folder_id=folder_id, kind=kind).first()


def stands_under(folder_id, kind):
    return Status.objects.filter(folder_id=folder_id, kind=kind, held_until=None).exists()


@pytest.mark.obligation("REC-12")
def test_a_measure_recorded_on_the_wrong_child_counts_nowhere_and_stays_to_be_read():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        due = owed(case.maya, "immediate_protection").due_at
        row = begins(case.maya)
        assert owed(case.maya, "immediate_protection") is None
        with pytest.raises(Refused, match="what was wrong"):
            take_emergency_back(row.id, EmergencyPart.MEASURE, " ")
        take_emergency_back(row.id, EmergencyPart.MEASURE, WRONG)
        assert owed(case.maya, "immediate_protection").due_at == due, "she is as unsafe as she was"
        assert owed(case.maya, "police_protection_ends") is None
        assert owed(case.maya, "hear_the_child") is None
        assert not stands_under(case.maya, "police_protection")
        [moment] = [m for m in told([case.maya]) if m.id == row.id]
        assert [words for _at, words in moment.later] == ["Taken back"]
        assert WRONG in moment.turns[-1][1]["text"]
        for act in (
            lambda: emergency.end_emergency(row.id, now(), HOME),
            lambda: take_emergency_back(row.id, EmergencyPart.MEASURE, WRONG),
        ):
            with pytest.raises(Refused, match="by mistake"):
                act()
        again = begins(case.maya, hours=1)
        assert again.wrong_at is None, "the right one may be recorded"
        assert owed(case.maya, "immediate_protection") is None


def test_what_else_made_the_child_safe_still_meets_what_a_wrong_measure_had_met():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = begins(case.maya)
        safe.make_safe(
            case.maya,
            safe.MadeSafeIn(
                way=MadeSafeBy.RELATIVES, what="Her grandmother took her home.", done_by="Dana Worker",
                under="Their mother agreed at the door, and signed.", told="Both were told by Dana.",
                done_at=now() - timedelta(minutes=5),
            ),
        )  # fmt: skip
        take_emergency_back(row.id, EmergencyPart.MEASURE, WRONG)
        assert owed(case.maya, "immediate_protection") is None


def test_an_end_recorded_by_mistake_lets_the_measure_go_on_with_its_hours():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = begins(case.maya)
        with pytest.raises(Refused, match="has not ended"):
            take_emergency_back(row.id, EmergencyPart.END, WRONG)
        due = owed(case.maya, "police_protection_ends").due_at
        emergency.end_emergency(row.id, now(), HOME)
        assert not stands_under(case.maya, "police_protection")
        take_emergency_back(row.id, EmergencyPart.END, WRONG)
        assert owed(case.maya, "police_protection_ends").due_at == due
        assert stands_under(case.maya, "police_protection")
        back = EmergencyBack.objects.get(emergency=row)
        assert (back.stood_words, back.why) == (HOME, WRONG)
        with pytest.raises(Refused, match="recorded already"):
            begins(case.maya)
        emergency.end_emergency(row.id, now(), "He came home with his mother, and the police went.")
        assert owed(case.maya, "police_protection_ends") is None
        take_emergency_back(row.id, EmergencyPart.MEASURE, WRONG)
        wrong = Status.objects.filter(folder_id=case.maya, kind="police_protection")
        assert all(status.wrong_at is not None for status in wrong), "also what had ended held on no day"


@pytest.mark.obligation("TIM-02")
def test_an_extension_recorded_by_mistake_is_due_by_the_first_end_again_and_the_latest_is_taken_back_first():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = begins(case.maya, EmergencyKind.ORDER)
        first = owed(case.maya, "emergency_protection_order_ends").due_at
        emergency.extend_emergency(row.id, row.ends_at + timedelta(days=3), "The court said so on Monday.")
        emergency.end_emergency(row.id, now(), HOME)
        with pytest.raises(Refused, match="Take that back first"):
            take_emergency_back(row.id, EmergencyPart.EXTENSION, WRONG)
        take_emergency_back(row.id, EmergencyPart.END, WRONG)
        assert owed(case.maya, "emergency_protection_order_ends").due_at == first + timedelta(days=3)
        take_emergency_back(row.id, EmergencyPart.EXTENSION, WRONG)
        assert owed(case.maya, "emergency_protection_order_ends").due_at == first
        emergency.extend_emergency(row.id, row.ends_at + timedelta(days=2), "The court said so on Tuesday.")
        ends = Duty.objects.filter(TO_DO, folder_id=case.maya, kind="emergency_protection_order_ends")
        assert [d.due_at for d in ends] == [first + timedelta(days=2)]


def test_only_whoever_recorded_it_or_a_manager_takes_it_back_and_its_page_says_so():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        let_in(case.maya, case.worker, case.door.teacher)
        row = begins(case.maya)
    with as_practitioner(case.worker), pytest.raises(NotPermitted):
        take_emergency_back(row.id, EmergencyPart.MEASURE, WRONG)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(case.other_manager.user)
    page = reverse("enquiries:emergency", args=[case.maya, row.id])
    there = reverse("enquiries:measure_measure_back", args=[case.maya, row.id])
    assert there in client.get(page).content.decode()
    refused = client.post(there, {"words": ""}, follow=True)
    assert "Say what was wrong" in refused.content.decode()
    assert client.post(there, {"words": WRONG}).status_code == 302
    shown = client.get(page).content.decode()
    assert WRONG in shown
    assert '<s dir="auto">Found alone at night.</s>' in shown
    assert there not in shown
    assert "What happened since" not in shown
    tab = client.get(reverse("enquiries:child", args=[case.maya])).content.decode()
    assert "Taken back: recorded by mistake" in tab


@pytest.mark.obligation("REC-12")
def test_the_end_of_a_measure_stands_on_the_timeline_and_one_that_was_taken_back_stays_there():
    case = make_case("immediate_protection")

    def ends():
        found = [m for m in told([case.maya]) if m.kind.endswith("ended")]
        return {m.text: [words for _at, words in m.later] for m in found}

    with as_practitioner(case.manager):
        row = begins(case.maya)
        assert ends() == {}
        emergency.end_emergency(row.id, now(), HOME)
        assert ends() == {HOME: []}
        take_emergency_back(row.id, EmergencyPart.END, WRONG)
        assert ends() == {HOME: ["Taken back"]}
        [taken] = [m for m in told([case.maya]) if m.text == HOME]
        assert WRONG in taken.turns[-1][1]["text"]
        emergency.end_emergency(row.id, now(), "Her aunt took her in.")
        assert ends() == {HOME: ["Taken back"], "Her aunt took her in.": []}
        [again] = [m for m in told([case.maya]) if m.text == "Her aunt took her in."]
        assert again.author == case.manager.name
        take_emergency_back(row.id, EmergencyPart.MEASURE, WRONG)
        assert ends() == {HOME: ["Taken back"], "Her aunt took her in.": ["Taken back"]}
