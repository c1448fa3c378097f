"""Missing, domestic abuse, violence outside the home: each recorded as such and
counted; over the procedures' number a decision falls due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import answer
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.plans import actions, queries, rules
from sightline.plans.actions import IncidentIn
from sightline.plans.models import Incident
from sightline.plans.terms import ChildWas, IncidentKind
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.voice.queries import last_said

from .factories import begun, make_family

pytestmark = pytest.mark.django_db


def owed(folder_id, kind):
    return list(Duty.objects.filter(folder_id=folder_id, kind=kind, closed_at__isnull=True))


def an_incident(days_ago, *, kind=IncidentKind.MISSING, back=True):
    began = now() - timedelta(days=days_ago, hours=5)
    return IncidentIn(
        kind,
        began,
        "Not home from school.",
        "Her mother",
        ended_at=began + timedelta(hours=3) if back else None,
        child_was=ChildWas.BOTH if kind is IncidentKind.COMMUNITY_VIOLENCE else None,
    )


@pytest.mark.obligation("NTC-03")
@pytest.mark.parametrize("kind", list(IncidentKind))
def test_at_the_number_that_the_procedures_set_a_decision_falls_due_once(kind):
    family = make_family()
    begun(family)
    with as_practitioner(family.manager):
        limit = pack_in_force().repeat(f"{kind.value}_repeated", today())
        for n in range(limit.count):
            assert owed(family.maya, "incident_decision") == []
            actions.record_incident([family.maya], an_incident(n, kind=kind))
        [duty] = owed(family.maya, "incident_decision")
        assert duty.owner_id == family.manager.pk, "whoever answers for the record"
        [often] = answer(queries.tally([family.maya]))
        assert (often.kind, often.found, often.due) == (kind, limit.count, True), (
            "it counts up on the child's page"
        )
        actions.record_incident([family.maya], an_incident(0, kind=kind))
        assert [d.id for d in owed(family.maya, "incident_decision")] == [duty.id]
        actions.decide_on_incidents(
            family.maya,
            kind,
            "A strategy discussion is called",
            "Each time he was waiting at the station.",
            knows_family=False,
        )
        assert owed(family.maya, "incident_decision") == []
        actions.record_incident([family.maya], an_incident(0, kind=kind))
        assert owed(family.maya, "incident_decision") == [], "those before the decision are not counted again"


@pytest.mark.obligation("NTC-03")
def test_violence_outside_the_home_says_whether_the_child_was_harmed_harmed_somebody_or_both():
    family = make_family()
    with as_practitioner(family.worker):
        sent = an_incident(0, kind=IncidentKind.COMMUNITY_VIOLENCE)
        with pytest.raises(Refused, match="harmed somebody, or both"):
            actions.record_incident([family.maya], replace(sent, child_was=None))
        with pytest.raises(Refused, match="Only violence outside the home"):
            actions.record_incident([family.maya], replace(an_incident(0), child_was=ChildWas.VICTIM))
        actions.record_incident([family.maya], sent)
        [shown] = queries.incidents_of([family.maya])
        assert shown.child_was is ChildWas.BOTH


def test_what_was_withdrawn_does_not_count_and_stays_readable():
    family = make_family()
    with as_practitioner(family.worker):
        limit = pack_in_force().repeat("missing_repeated", today())
        made = [actions.record_incident([family.maya], an_incident(n))[0] for n in range(limit.count - 1)]
        actions.withdraw_incident(made[0], "She was at her grandmother's, who had rung.")
        actions.record_incident([family.maya], an_incident(0))
        assert owed(family.maya, "incident_decision") == []
        assert len(queries.incidents_of([family.maya])) == limit.count
        with pytest.raises(Refused, match="withdrawn"):
            actions.withdraw_incident(made[0], "Again.")


@pytest.mark.obligation("NTC-03")
def test_what_was_withdrawn_by_mistake_counts_again_and_is_owed_again():
    family = make_family()
    with as_practitioner(family.worker):
        limit = pack_in_force().repeat("missing_repeated", today())
        made = [actions.record_incident([family.maya], an_incident(n))[0] for n in range(limit.count)]
        [decision] = owed(family.maya, "incident_decision")
        talks = {(d.subject_id, d.due_at) for d in owed(family.maya, "return_interview")}
        actions.withdraw_incident(made[0], "She was at her grandmother's.")
        assert owed(family.maya, "incident_decision") == []
        with pytest.raises(Refused, match="Say in a sentence why"):
            actions.count_incident_again(made[0], "")
        actions.count_incident_again(made[0], "Her grandmother had not seen her after all.")
        [again] = owed(family.maya, "incident_decision")
        assert (again.subject_id, again.due_at) == (decision.subject_id, decision.due_at), "by the same clock"
        assert {(d.subject_id, d.due_at) for d in owed(family.maya, "return_interview")} == talks
        with pytest.raises(Refused, match="counts already"):
            actions.count_incident_again(made[0], "Her grandmother had not seen her after all.")
        shown = next(i for i in queries.incidents_of([family.maya]) if i.id == made[0])
        [said] = shown.counts_again
        assert "She was at her grandmother's." in said
        assert "had not seen her after all" in said


@pytest.mark.obligation("TIM-03")
def test_what_was_due_on_an_incident_that_was_none_is_not_missed_and_is_owed_where_it_counts_again():
    family = make_family()
    with as_practitioner(family.worker):
        [made] = actions.record_incident([family.maya], an_incident(0))
        [talk] = owed(family.maya, "return_interview")
    with time_machine.travel(talk.due_at + timedelta(days=1)), as_practitioner(family.worker):
        actions.withdraw_incident(made, "It was her cousin Maya.")
        assert Duty.objects.get(id=talk.id).state == "withdrawn", "late, and never owed"
        actions.count_incident_again(made, "It was she after all.")
        assert [d.due_at for d in owed(family.maya, "return_interview")] == [talk.due_at]


@pytest.mark.obligation("TIM-03")
def test_what_was_done_late_on_an_incident_that_was_none_counts_only_where_the_incident_does():
    family = make_family()
    with as_practitioner(family.worker):
        [made] = actions.record_incident([family.maya], an_incident(0))
        [talk] = owed(family.maya, "return_interview")
    with time_machine.travel(talk.due_at + timedelta(days=1)), as_practitioner(family.worker):
        duties.discharge("return_interview", made)
        duties.answer_for(talk.id, "She would not speak to us before; her aunt was there today.")
        done = Duty.objects.get(id=talk.id)
        assert done.state == "discharged"
        actions.withdraw_incident(made, "It was her cousin Maya.")
        assert Duty.objects.get(id=talk.id).state == "withdrawn"
        actions.count_incident_again(made, "It was she after all.")
        [again] = Duty.objects.filter(subject_id=made).exclude(id=talk.id)
        assert (again.state, again.due_at, again.closed_at) == ("discharged", talk.due_at, done.closed_at)
        assert [e.act for e in again.events.order_by("at", "id")][-3:] == [
            "discharge",
            "answer for",
            "owe again",
        ]


@pytest.mark.obligation("NTC-03")
def test_of_two_withdrawn_in_turn_one_that_counts_again_brings_back_one_decision():
    family = make_family()
    with as_practitioner(family.worker):
        limit = pack_in_force().repeat("missing_repeated", today()).count
        made = [actions.record_incident([family.maya], an_incident(n))[0] for n in range(limit)]
        actions.withdraw_incident(made[-1], "She was at her grandmother's.")
        [last] = actions.record_incident([family.maya], an_incident(limit))
        [decision] = owed(family.maya, "incident_decision")
        actions.withdraw_incident(last, "Recorded twice by two of us.")
        assert owed(family.maya, "incident_decision") == []
        actions.count_incident_again(made[-1], "Her grandmother had not seen her after all.")
        assert [d.due_at for d in owed(family.maya, "incident_decision")] == [decision.due_at]


@pytest.mark.obligation("NTC-03")
def test_a_return_conversation_recorded_on_the_wrong_child_is_taken_back_and_owed_again():
    family = make_family()
    with as_practitioner(family.worker):
        [made] = actions.record_incident([family.maya], an_incident(0))
        [duty] = owed(family.maya, "return_interview")
        actions.talk_after_return(made, held_at=None, declined="“I don't want to.”")
        [talk] = queries.incidents_of([family.maya])[0].talks
    client = Client()
    client.force_login(family.worker.user)
    page = reverse("plans:incidents", args=[family.maya])
    back = reverse("plans:take_talk_back", args=[family.maya, made, talk.id])
    assert back in client.get(page).content.decode()
    assert client.post(back, {"why": "It was her brother who said this."}).status_code == 302
    with as_practitioner(family.worker):
        assert [d.due_at for d in owed(family.maya, "return_interview")] == [duty.due_at]
        [shown] = queries.incidents_of([family.maya])
        assert shown.talk_owed
        with pytest.raises(Refused, match="taken back already"):
            actions.take_talk_back(made, talk.id, "It was her brother who said this.")
        actions.talk_after_return(made, held_at=None, declined="“Not today.”")
        assert owed(family.maya, "return_interview") == []
    read = client.get(page).content.decode()
    assert "It was her brother who said this." in read
    assert back not in read


@pytest.mark.obligation("NTC-03")
def test_each_kind_has_its_own_decision_and_one_withdrawn_ends_it_only_below_the_number():
    family = make_family()
    missing, at_home = IncidentKind.MISSING, IncidentKind.DOMESTIC_ABUSE
    with as_practitioner(family.worker):
        most = {k: pack_in_force().repeat(f"{k.value}_repeated", today()).count for k in (missing, at_home)}
        made = {
            k: [actions.record_incident([family.maya], an_incident(n, kind=k))[0] for n in range(most[k])]
            for k in most
        }
        assert len(owed(family.maya, "incident_decision")) == 2, "one for each kind"
        actions.record_incident([family.maya], an_incident(0))
        actions.withdraw_incident(made[missing][-1], "Recorded twice by two of us.")
        assert len(owed(family.maya, "incident_decision")) == 2, "as many are left as the procedures ask"
        a_decision = (family.maya, missing, "A discussion is called", "He is met at the station.")
        with pytest.raises(NotPermitted):
            actions.decide_on_incidents(*a_decision, knows_family=False)
    with as_practitioner(family.manager):
        actions.decide_on_incidents(*a_decision, knows_family=False)
    with as_practitioner(family.worker):
        [left] = owed(family.maya, "incident_decision")
        assert left.subject_id in made[at_home]
        actions.withdraw_incident(made[at_home][0], "It was the flat next door.")
        assert owed(family.maya, "incident_decision") == [], "fewer are left than the procedures ask"


@pytest.mark.obligation("NTC-03")
@pytest.mark.parametrize("late", [False, True])
def test_a_decision_whose_incidents_were_withdrawn_counts_no_more_until_they_count_again(late):
    family = make_family()
    at_home = IncidentKind.DOMESTIC_ABUSE
    with as_practitioner(family.manager):
        count = pack_in_force().repeat("domestic_abuse_repeated", today()).count
        made = [actions.record_incident([family.maya], an_incident(n, kind=at_home))[0] for n in range(count)]
        [due] = owed(family.maya, "incident_decision")
    counts = Duty.objects.filter(folder_id=family.maya, kind="incident_decision").exclude(state="withdrawn")
    with (
        time_machine.travel(due.due_at + timedelta(days=1) if late else now()),
        as_practitioner(family.manager),
    ):
        decision = actions.decide_on_incidents(
            family.maya, at_home, "A discussion is called", "Each is worse than the last.", knows_family=False
        )
        [met] = counts.all()
        stood = (met.state, met.due_at)
        for gone in made[:2]:
            actions.withdraw_incident(gone, "It was the flat next door.")
            assert not counts.exists(), "it was never due"
            shown = {i.id: i for i in queries.incidents_of([family.maya])}
            assert all("counts no more" in shown[one].rests_on_none for one in made)
            assert decision in answer(queries.undone([family.maya]))
            [often] = answer(queries.tally([family.maya]))
            assert often.undecided == often.found, "those that are left are counted anew"
        new = [actions.record_incident([family.maya], an_incident(0, kind=at_home))[0] for _ in range(2)]
        [anew] = owed(family.maya, "incident_decision")
        for gone in made[:2]:
            assert [d.id for d in owed(family.maya, "incident_decision")] == [anew.id]
            actions.count_incident_again(gone, "It was her flat after all.")
        [stands] = counts.all()
        assert (stands.state, stands.due_at) == stood, "it is decided, as it was"
        assert answer(queries.undone([family.maya])) == {}
        [often] = answer(queries.tally([family.maya]))
        assert often.undecided == len(new)


@pytest.mark.obligation("NTC-03")
def test_after_each_time_missing_a_return_conversation_has_its_clock_from_the_return():
    family = make_family()
    with as_practitioner(family.worker):
        [first] = actions.record_incident([family.maya], an_incident(0, back=False))
        assert owed(family.maya, "return_interview") == []
        with pytest.raises(Refused, match="when the child came back"):
            actions.talk_after_return(first, held_at=now(), by_whom="Street Line", said="I walked.")
        back = now() - timedelta(hours=1)
        actions.record_return(first, back)
        [duty] = owed(family.maya, "return_interview")
        assert duty.started_at == back
        [second] = actions.record_incident([family.maya], an_incident(1))
        assert len(owed(family.maya, "return_interview")) == 2
        actions.talk_after_return(
            first, held_at=now(), by_whom="Street Line", independent=True, place="The pier", alone=True,
            said="I walked to the sea.",
        )  # fmt: skip
        assert [d.subject_id for d in owed(family.maya, "return_interview")] == [second]
        actions.talk_after_return(second, held_at=None, declined="Asked twice: “I don't want to.”")
        assert owed(family.maya, "return_interview") == []


@pytest.mark.obligation("NTC-03")
@pytest.mark.obligation("CHD-03")
def test_all_that_a_return_conversation_said_is_read_and_stands_among_the_childs_words():
    family = make_family()
    with as_practitioner(family.worker):
        [made] = actions.record_incident([family.maya], an_incident(0))
    client = Client()
    client.force_login(family.worker.user)
    form = reverse("plans:talk", args=[family.maya, made])
    local = now().astimezone(LONDON)
    sent = {
        "held": "yes", "held_at-day": local.day, "held_at-month": local.month, "held_at-year": local.year,
        "held_at-time": f"{local:%H:%M}", "by_whom": "Street Line", "independent": "no", "place": "The pier",
        "alone": "no", "said": "I walked to the sea.", "pushes": "Shouting at home.",
        "then": "Street Line sees her on Mondays.",
    }  # fmt: skip
    refused = client.post(form, sent)
    assert refused.status_code == 200
    assert "Say who else was there" in refused.content.decode()
    sent |= {"others": "Her aunt", "why_not_alone": "Maya asked for her."}
    assert client.post(form, sent).status_code == 302
    read = client.get(reverse("plans:incidents", args=[family.maya])).content.decode()
    for words in ("not independent of who cares", "Shouting at home.", "Street Line sees her on Mondays."):
        assert words in read
    page = reverse("voice:child", args=[family.maya])
    voice = client.get(page).content.decode()
    for words in ("I walked to the sea.", "Street Line", "Her aunt", "Street Line sees her on Mondays."):
        assert words in voice
    with as_practitioner(family.worker):
        [talk] = queries.incidents_of([family.maya])[0].talks
        actions.take_talk_back(made, talk.id, "It was her sister.")
        assert last_said([family.maya]) is None


@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    later=st.integers(0, 400),
    span=st.integers(1, 120),
)
def test_incidents_repeat_by_their_own_days_however_late_they_are_written(days, later, span):
    at = now()
    times = [at - timedelta(days=day) for day in days]
    most = rules.most_within(times, span)
    assert most == max(sum(start <= day <= start + span for day in days) for start in range(401))
    assert most == rules.most_within([time - timedelta(days=later) for time in times], span)


@pytest.mark.obligation("NTC-03")
def test_one_that_is_written_down_late_asks_for_a_decision_with_those_before_it():
    family = make_family()
    with as_practitioner(family.worker):
        limit = pack_in_force().repeat("missing_repeated", today())
        oldest = limit.days + 3
        for days in (oldest, *([oldest - 5] * (limit.count - 2))):
            actions.record_incident([family.maya], an_incident(days))
        assert owed(family.maya, "incident_decision") == []
        actions.record_incident([family.maya], an_incident(oldest - limit.days + 1))
        assert len(owed(family.maya, "incident_decision")) == 1
        [missing] = answer(queries.tally([family.maya]))
        assert missing.due


def test_domestic_abuse_is_recorded_for_each_child_who_was_there_and_asks_for_no_return():
    family = make_family()
    with as_practitioner(family.worker):
        made = actions.record_incident(
            [family.maya, family.theo], an_incident(0, kind=IncidentKind.DOMESTIC_ABUSE)
        )
        rows = Incident.objects.filter(id__in=made)
        assert {r.folder_id for r in rows} == {family.maya, family.theo}
        assert len({r.written_together for r in rows}) == 1
        assert owed(family.maya, "return_interview") == []


def test_the_right_role_and_the_wrong_child_records_nothing():
    family = make_family()
    with as_practitioner(family.worker):
        [made] = actions.record_incident([family.maya], an_incident(0))
    with as_practitioner(family.stranger):
        assert Incident.objects.count() == 0
        with pytest.raises(NotFound):
            actions.withdraw_incident(made, "It was not so.")
        with pytest.raises(NotFound):
            actions.record_incident([family.maya], an_incident(0))
