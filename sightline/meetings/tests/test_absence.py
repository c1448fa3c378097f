"""Somebody of the family stays away again and again: a manager who knows nobody decides how each child is safe."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings import actions
from sightline.meetings.actions import MissedIn
from sightline.meetings.terms import Came, Purpose
from sightline.procedures.models import Duty
from sightline.records.actions import ConflictIn
from sightline.records.models import Decision

from .factories import call, everybody_came, invite_all, prepare
from .factories import make_family as a_family

pytestmark = pytest.mark.django_db

DECIDED = MissedIn("Seen at school every week", "He stays away; school and nursery see them.")
UNRESOLVED = replace(
    DECIDED, conflict=ConflictIn("The school's wish not to be asked again.", for_the_child=False)
)


def make_family():
    """Maya, Theo and their parents; the manager who answers for both records may open them."""
    family = a_family()
    for folder_id in (family.maya, family.theo):
        let_in(folder_id, family.manager)
    return family


def owed(kind="decision_on_missed_meetings"):
    return Duty.objects.filter(kind=kind, closed_at__isnull=True)


def missed_twice(family):
    """Jon stays away from two core groups; returns the second."""
    start = now()
    for n in (1, 2):
        with time_machine.travel(start + timedelta(days=20 * (n - 1))):
            meeting_id = call(family, Purpose.CORE_GROUP, when=now() + timedelta(days=10))
            invite_all(family, meeting_id)
            prepare(family, meeting_id)
        with (
            time_machine.travel(start + timedelta(days=20 * (n - 1) + 10, minutes=5)),
            as_practitioner(family.chair),
        ):
            people = everybody_came(meeting_id, Jon=Came.NOT_THERE)
            with pytest.raises(Refused, match="what was tried"):
                actions.hold(meeting_id, people=[replace(one, words="") for one in people])
            actions.hold(meeting_id, people=people)
            assert owed().count() == (2 if n == 2 else 0)
    return meeting_id


@contextmanager
def later(who):
    with time_machine.travel(now() + timedelta(days=31)), as_practitioner(who):
        yield


@pytest.mark.obligation("FAM-15")
def test_a_parent_who_stays_away_twice_asks_a_manager_who_knows_nobody_to_decide():
    family = make_family()
    meeting_id = missed_twice(family)
    both = {family.maya: DECIDED, family.theo: DECIDED}
    with later(family.worker), pytest.raises(NotPermitted):
        actions.decide_on_missed(meeting_id, both, knows_family=False)
    with later(make_practitioner("team-manager")), pytest.raises(NotFound):
        actions.decide_on_missed(meeting_id, both, knows_family=False)
    with later(family.manager):
        for knows, told in ((None, "Say whether you know"), (True, "You know this family")):
            with pytest.raises(Refused, match=told):
                actions.decide_on_missed(meeting_id, both, knows_family=knows)
        actions.decide_on_missed(meeting_id, {family.maya: DECIDED}, knows_family=False)
        assert owed().get().folder_id == family.theo
        with pytest.raises(Refused, match="is owed any more"):
            actions.decide_on_missed(meeting_id, both, knows_family=False)
        actions.decide_on_missed(meeting_id, {family.theo: DECIDED}, knows_family=False)
        assert not owed().exists()


@pytest.mark.obligation("CHD-06")
@pytest.mark.parametrize("upholds", [True, False])
def test_with_a_conflict_not_resolved_it_stays_owed_until_another_manager_upholds_it(upholds):
    family = make_family()
    meeting_id = missed_twice(family)
    head = make_practitioner("service-manager", name="Ruth Head")
    let_in(family.maya, head)
    with later(family.manager):
        actions.decide_on_missed(
            meeting_id, {family.maya: UNRESOLVED, family.theo: DECIDED}, knows_family=False
        )
        decision = Decision.objects.get(folder_id=family.maya, kind="missed_meetings")
        assert owed().get().folder_id == family.maya
        assert owed("decision_on_conflict").get().owner_id is None, "not whoever decided"
        with pytest.raises(Refused, match="A manager has still to rule on that"):
            actions.decide_on_missed(meeting_id, {family.maya: DECIDED}, knows_family=False)
        with pytest.raises(Refused):
            actions.rule_on(decision.id, upholds=True, reasons="It is right for her.")
    with later(head):
        actions.rule_on(decision.id, upholds=upholds, reasons="The school was asked again, and agreed.")
        assert owed().exists() is not upholds
        assert not owed("decision_on_conflict").exists()
    if not upholds:
        with later(family.manager):
            actions.decide_on_missed(meeting_id, {family.maya: DECIDED}, knows_family=False)
            assert not owed().exists()


@pytest.mark.obligation("CHD-06")
def test_nobody_rules_on_it_where_the_meeting_was_not_held_after_all():
    family = make_family()
    meeting_id = missed_twice(family)
    with later(family.manager):
        actions.decide_on_missed(meeting_id, {family.maya: UNRESOLVED}, knows_family=False)
    with later(family.chair):
        actions.not_held(meeting_id, "Nobody came at all.", knows_family=False)
        assert not owed().exists()
        assert not owed("decision_on_conflict").exists()


@pytest.mark.obligation("CHD-06")
def test_the_page_asks_it_of_each_child_and_another_manager_rules_on_theirs():
    family = make_family()
    meeting_id = missed_twice(family)
    path = reverse("meetings:stayed_away", args=[meeting_id])
    with time_machine.travel(now() + timedelta(days=31)):
        worker, manager = Client(headers={"user-agent": "Tests"}), Client(headers={"user-agent": "Tests"})
        worker.force_login(family.worker.user)
        manager.force_login(family.manager.user)
        assert worker.get(path).status_code == 403
        sent = {
            f"c{n}-{name}": value
            for n in (0, 1)
            for name, value in {
                "outcome": "Seen at school", "reasons": "School sees them.", "has_conflict": "no",
            }.items()
        }  # fmt: skip
        refused = manager.post(path, sent)
        assert "Say whether you know anybody" in refused.content.decode()
        assert "School sees them." in refused.content.decode(), "what was typed is kept"
        conflict = {"c0-has_conflict": "yes", "c0-conflict": "The school's.", "c0-for_the_child": "no"}
        told = manager.post(path, sent | conflict | {"c0-knows_family": "no"}, follow=True)
        assert "until another manager has ruled" in told.content.decode()
    with later(family.manager):
        decision = Decision.objects.get(folder_id=family.maya, kind="missed_meetings")
    head = make_practitioner("service-manager", name="Ruth Head")
    let_in(family.maya, head)
    with time_machine.travel(now() + timedelta(days=31)):
        ruler = Client(headers={"user-agent": "Tests"})
        ruler.force_login(head.user)
        rule = reverse("meetings:ruling", args=[meeting_id, decision.id])
        assert "The conflict: The school" in ruler.get(rule).content.decode()
        ruler.post(rule, {"upholds": "yes", "reasons": "The school was asked again."})
        with as_practitioner(family.manager):
            assert not owed().exists()
        assert "No decision is owed" in manager.get(path).content.decode()
