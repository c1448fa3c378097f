"""What goes wrong from assessment to review, each through its page: it has a way, or a refusal that says what to do,
keeps what was typed, and leaves every table as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import set_authority, tie
from sightline.children.models import Authority
from sightline.children.rules import NewAuthority, NewTie
from sightline.children.terms import Kinship, Known
from sightline.enquiries.actions.protection import StrategyIn, decide_strategy
from sightline.enquiries.models import Strategy
from sightline.enquiries.tests import factories as enquiries
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.meetings import actions as meetings
from sightline.meetings import queries as met
from sightline.meetings.models import Meeting
from sightline.meetings.terms import Came, ChildStage, Purpose
from sightline.meetings.tests import factories as around
from sightline.plans import queries as plans
from sightline.plans.actions import ask_transfer, receive_transfer
from sightline.plans.models import Plan, Transfer
from sightline.plans.terms import PlanKind
from sightline.plans.tests import factories as planning
from sightline.procedures.models import Duty
from sightline.voice.actions import WishesIn

from .garbage import WRITTEN_ANYWAY, rows

pytestmark = pytest.mark.django_db


def signed_in(who: Practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(who.user)
    client.get("/")
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def on(name: str, day: date) -> dict[str, Any]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def at(name: str, moment: datetime) -> dict[str, Any]:
    local = moment.astimezone(LONDON)
    return {**on(name, local.date()), f"{name}-time": f"{local:%H:%M}"}


@pytest.fixture
def unchanged(owning: Callable[[], Any]) -> Callable[[], Any]:
    """`with unchanged():` nothing is written in the block but drafts, the session and the trail."""

    @contextmanager
    def watching() -> Iterator[None]:
        every = set(connection.introspection.django_table_names(only_existing=False)) - WRITTEN_ANYWAY
        before = rows(owning, every)
        yield
        after = rows(owning, every)
        assert {t: after[t] - before[t] for t in after if after[t] != before[t]} == {}

    return watching


def calling(
    purpose: Purpose, chair: Practitioner, *folders: UUID, days: int = 10, **more: Any
) -> dict[str, Any]:
    return {
        "purpose": purpose.value, "children": [str(f) for f in folders], "format": "in_person", "minutes_long": "60",
        "place": "Civic Centre, room 2", "chair": str(chair.pk), "agenda": "What is to be decided?",
        **at("when", around.in_days(days)), **more,
    }  # fmt: skip


def called(response: Any) -> UUID:
    assert response.status_code == 302, text(response)
    return UUID(response["Location"].strip("/").split("/")[-1])


def brother_and_sister(family: planning.Family) -> None:
    with as_practitioner(family.worker):
        tie(family.maya, NewTie(family.children[family.theo], Kinship.SIBLING, Known.NO, Known.YES))
        tie(family.theo, NewTie(family.children[family.maya], Kinship.SIBLING, Known.NO, Known.YES))


# -- too early --------------------------------------------------------------------------------------------


def test_a_conference_comes_after_its_strategy_discussion(unchanged: Callable[[], Any]) -> None:
    case = enquiries.make_case("strategy_discussion")
    chair = make_practitioner("independent-conference-chair", name="Helen Abara")
    client, path = signed_in(case.manager), f"/child/{case.maya}/meetings/call/"
    sent = calling(Purpose.INITIAL_CONFERENCE, chair, case.maya, case.theo)
    with unchanged():
        refused = client.post(path, sent)
        assert refused.status_code == 200
        assert "No strategy discussion has begun an enquiry about" in text(refused)
        assert "Hold the discussion first, on the tab Enquiries" in text(refused)
        assert "What is to be decided?" in refused.content.decode()
        assert 'name="earlier_why"' in refused.content.decode()
    enquiries.discussed(case)
    with as_practitioner(case.manager):
        decide_strategy(
            Meeting.objects.get(purpose="strategy_discussion").pk,
            [
                StrategyIn(
                    row.id, "section_47_single", "Two injuries without an explanation.",
                    "They sleep at their grandmother's for now.",
                    "The injuries do not fit what was said.", wishes=WishesIn(why_not="Both of them were asleep."),
                )
                for row in Strategy.objects.all()
            ],
            knows_family=False, worker_id=case.worker.pk,
        )  # fmt: skip
    assert called(client.post(path, sent))


def test_a_discussion_that_is_not_recorded_here_is_told_and_stands_on_the_meeting() -> None:
    family = around.make_family()
    client = signed_in(family.worker)
    sent = calling(
        Purpose.INITIAL_CONFERENCE, family.chair, family.maya,
        earlier_why="Discussed on the telephone on Sunday night with the police and the night nurse: enquiry agreed.",
    )  # fmt: skip
    meeting_id = called(client.post(f"/child/{family.maya}/meetings/call/", sent))
    page = text(client.get(f"/meetings/{meeting_id}/"))
    assert "Called before what should come first: Discussed on the telephone on Sunday night" in page


@pytest.mark.parametrize("purpose", [Purpose.REVIEW_CONFERENCE, Purpose.CORE_GROUP])
def test_a_review_comes_after_its_plan(unchanged: Callable[[], Any], purpose: Purpose) -> None:
    family = planning.make_family()
    client, path = signed_in(family.worker), f"/child/{family.maya}/meetings/call/"
    sent = calling(purpose, family.chair, family.maya)
    with unchanged():
        refused = text(client.post(path, sent))
        assert "There is no child protection plan for Maya. Begin the plan first, on the tab Plan" in refused
    plan = planning.begun(family)
    with unchanged():
        early = client.post(
            f"/child/{family.maya}/plan/{plan}/write/review/",
            {**on("held_on", today()), "who_came": "All of us"},
        )
        assert early.status_code == 409
        assert "All of us" in early.content.decode()
        assert "sign" in text(early).lower()
    assert called(client.post(path, sent))


# -- moved between sibling groups -------------------------------------------------------------------------


def test_a_child_moves_from_one_meeting_of_siblings_into_another_half_way(
    unchanged: Callable[[], Any],
) -> None:
    family = around.make_family()
    both = around.call(family)
    around.invite_all(family, both)
    around.prepare(family, both)
    apart = around.call(family, folders=[family.theo])
    client = signed_in(family.chair)
    with time_machine.travel(around.in_days(10) + timedelta(hours=1)):
        with as_practitioner(family.chair):
            meetings.hold(both, people=around.everybody_came(both))
            meetings.write_minutes(both, [meetings.SaidIn(None, "They slept well.")])
        client = signed_in(family.chair)
        change = f"/meetings/{both}/change/"
        with unchanged():
            no_reason = client.post(f"{change}take-out/", {"child": str(family.theo), "why": ""})
            assert "Say why this child leaves the meeting" in text(no_reason)
        client.post(
            f"{change}take-out/",
            {"child": str(family.theo), "why": "Looked at apart: his father is another."},
        )
        page = text(client.get(f"/meetings/{both}/"))
        assert "Left this meeting" in page
        assert "They slept well." in text(client.get(f"/meetings/{both}/minutes/"))
        with unchanged():
            alone = client.post(f"{change}take-out/", {"child": str(family.maya), "why": "She too."})
            assert "It is the only child in the meeting. Cancel the meeting instead" in text(alone)
        # Back again, since the two belong together after all: what was written of him is still there.
        back = client.post(f"{change}add/", {"child": str(family.theo), "agenda": ""})
        assert back.status_code == 302
        with as_practitioner(family.chair):
            assert [c.left for c in met.meeting(both).children] == [False, False]
            assert [len(c.said) for c in met.meeting(both).children] == [1, 1]
    with as_practitioner(family.worker), time_machine.travel(around.in_days(1)):
        assert [c.called for c in met.meeting(apart).children] == ["Theo"]


def test_a_plan_leaves_the_plans_of_siblings_and_joins_them_again(unchanged: Callable[[], Any]) -> None:
    family = planning.make_family()
    brother_and_sister(family)
    plan = planning.begun(family)
    other = planning.begun(family, family.theo, with_plan=plan)
    client = signed_in(family.worker)
    path = f"/child/{family.theo}/plan/{other}/write/"
    with unchanged():
        assert "Say why" in text(client.post(f"{path}leave/", {"why": ""}))
    assert client.post(f"{path}leave/", {"why": "He lives with his father now."}).status_code == 302
    with unchanged():
        again = client.post(f"{path}leave/", {"why": "Once more, typed."})
        assert "not made together with another" in text(again)
        assert "Once more, typed." in again.content.decode()
    assert client.post(f"{path}join/", {"with_plan": str(plan), "why": "Home again."}).status_code == 302
    with as_practitioner(family.worker):
        assert Plan.objects.get(id=other).together == Plan.objects.get(id=plan).together is not None


# -- two at once ------------------------------------------------------------------------------------------


def test_two_who_record_one_meeting_at_once_are_told_who_was_first(unchanged: Callable[[], Any]) -> None:
    family = around.make_family()
    meeting_id = around.call(family)
    around.invite_all(family, meeting_id)
    around.prepare(family, meeting_id)
    with time_machine.travel(around.in_days(10) + timedelta(hours=1)):
        chair, worker = signed_in(family.chair), signed_in(family.worker)
        base = f"/meetings/{meeting_id}/"

        def version(client: Client, path: str) -> str:
            found = re.search(r'name="version" value="(\d+)"', client.get(base + path).content.decode())
            assert found
            return found[1]

        attended = {
            **at("began_at", now()),
            **{f"p{n}": "came" for n in range(6)},
            "unready_why": "He asked for it.",
        }
        two = version(chair, "hold/"), version(worker, "hold/")
        assert chair.post(f"{base}hold/", attended | {"version": two[0]}).status_code == 302
        first = f"Ruth Lindqvist recorded who came at {now().astimezone(LONDON):%H:}"
        with unchanged():
            late = worker.post(
                f"{base}hold/", attended | {"version": two[1], "without_quorum_why": "My own words"}
            )
            assert late.status_code == 409
            assert first in text(late)
            assert "My own words" in late.content.decode()
        for path, sent, typed in (
            ("minutes/", {"words": "What I heard"}, "What I heard"),
            (
                "minutes/decide/",
                {"c0-knows_family": "no", "c0-outcome": "A plan", "c0-reasons": "What I decided", "c0-agreed": "yes",
                 "c0-has_conflict": "no", "c1-has_conflict": "no", "c0-wishes_why_not": "She slept.",
                 "c1-wishes_why_not": "He is two.",
                 "c1-outcome": "None", "c1-reasons": "He is well.", "c1-agreed": "yes"},
                "What I decided",
            ),
            (
                "minutes/action/",
                {"child": str(family.maya), "words": "What I will do", "by_whom": "Nan", "timing_why": "Before term.",
                 **on("due_on", today() + timedelta(days=9))},
                "What I will do",
            ),
            ("change/chair/", {"chair": str(family.chair.pk), "why": "Why I change it"}, "Why I change it"),
            (
                "invite/",
                {"kind": "outsider", "name": "Whom I ask", "agency_name": "Firm", "comes_for": "professional"},
                "Whom I ask",
            ),
        ):  # fmt: skip
            stale = version(chair, path)
            with as_practitioner(family.worker):
                meetings.write_minutes(meeting_id, [meetings.SaidIn(None, "Meanwhile.")])
            with unchanged():
                refused = chair.post(base + path, sent | {"version": stale})
                assert "Dana Okafor wrote in the minutes at" in text(refused), path
                assert "What you typed is kept below" in text(refused), path
                assert typed in refused.content.decode(), path


# -- somebody who left ------------------------------------------------------------------------------------


def test_somebody_who_left_is_replaced_and_the_chair_as_well(
    owning: Callable[[], Any], unchanged: Callable[[], Any]
) -> None:
    family = around.make_family()
    meeting_id = around.call(family)
    ids = around.invite_all(family, meeting_id)
    other = make_practitioner("police-front-door-officer", name="Rhona Officer")
    second = make_practitioner("independent-conference-chair", name="Helen Abara")
    with owning():
        family.officer.postings.update(held_until=today())
        family.chair.postings.update(held_until=today())
    client = signed_in(family.worker)
    base = f"/meetings/{meeting_id}/"
    assert text(client.get(base)).count("No post any more") == 2
    with unchanged():
        again = client.post(f"{base}invite/", {"kind": "practitioner", "practitioner": str(family.officer.pk),
                                               "opens": "no", "role": "As before"})  # fmt: skip
        assert again.status_code in (200, 409)
        assert "As before" in again.content.decode()
    assert (
        client.post(f"{base}invited/{ids['Owen']}/withdraw/", {"why": "He has left the police."}).status_code
        == 302
    )
    client.post(f"{base}invite/", {"kind": "practitioner", "practitioner": str(other.pk), "opens": "no"})
    with unchanged():
        leading = client.post(f"{base}invited/{ids['Ruth']}/withdraw/", {"why": "She has left."})
        assert "They chair this meeting. Change the chair first" in text(leading)
    assert (
        client.post(f"{base}change/chair/", {"chair": str(second.pk), "why": "Ruth has left."}).status_code
        == 302
    )
    client.post(f"{base}invited/{ids['Ruth']}/withdraw/", {"why": "She has left."})
    page = text(client.get(base))
    assert "Rhona Officer" in page
    assert "Helen Abara chairs instead of Ruth Lindqvist" in page
    assert "No post any more" not in page


def test_what_somebody_who_left_did_in_a_plan_is_handed_on(owning: Callable[[], Any]) -> None:
    family = planning.make_family()
    plan = planning.begun(family)
    planning.signed(family, plan)
    with owning():
        family.nurse.postings.update(held_until=today())
        family.worker.postings.update(held_until=today())
    client = signed_in(family.manager)
    page = text(client.get(f"/child/{family.maya}/plan/"))
    assert "Dana Okafor leads this plan and works here no more. Name somebody else" in page
    assert "Ines Farrow has actions in this plan and works there no more. Hand them over" in page
    named = client.post(
        f"/child/{family.maya}/plan/{plan}/write/lead/",
        {"practitioner": str(family.manager.pk), "why": "Dana has left.", **on("from_day", today())},
    )
    assert named.status_code == 302, text(named)
    assert "Dana Okafor leads this plan and works here no more" not in text(
        client.get(f"/child/{family.maya}/plan/")
    )


# -- born, 18, died ---------------------------------------------------------------------------------------


def test_an_unborn_child_is_conferred_on_and_born_and_the_plan_follows() -> None:
    family = planning.make_family(expected=today() + timedelta(days=30))
    client = signed_in(family.worker)
    meeting_id = called(
        client.post(
            f"/child/{family.maya}/meetings/call/",
            calling(
                Purpose.INITIAL_CONFERENCE, family.chair, family.maya, earlier_why="Discussed on Monday."
            ),
        )
    )
    with as_practitioner(family.worker):
        mother = meetings.invite(meeting_id, meetings.Invitee.family(family.mother, "Mother"))
        assert met.meeting(meeting_id).not_told == []
    letter = text(client.get(f"/meetings/{meeting_id}/letter/{mother}/invitation/"))
    assert "about Maya." in letter
    assert "beforehand what they want to say" not in letter
    assert "has not been told of it" not in text(client.get(f"/meetings/{meeting_id}/"))
    plan = planning.begun(family)
    planning.signed(family, plan)
    born = client.post(
        f"/child/{family.maya}/people/born/",
        {**on("born_on", today()), "sex": "F", "given": "Iris", "family": "Ferreira-Lund", "known_as": ""},
    )
    assert born.status_code == 302, text(born)
    page = text(client.get(f"/child/{family.maya}/plan/"))
    assert "The child has been born since this plan was signed" in page
    assert "Iris" in text(client.get(f"/meetings/{meeting_id}/"))
    assert "born today" in text(client.get(f"/child/{family.maya}/"))
    with as_practitioner(family.worker):
        assert [c.called for c in met.meeting(meeting_id).not_told] == ["Iris"]


def birth_is(client: Client, folder_id: UUID, person_id: UUID, **sent: Any) -> None:
    """Puts down somebody's birth or death through the page, beside what it shows."""
    path = f"/child/{folder_id}/people/{person_id}/birth/"
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(path).content.decode())
    assert seen
    answer = client.post(path, {"sex": "F", "seen": seen[1], "why": "", **sent})
    assert answer.status_code == 302, text(answer)


def test_a_child_who_turns_18_is_no_longer_conferred_on(unchanged: Callable[[], Any]) -> None:
    birthday = today() + timedelta(days=6)
    family = planning.make_family(born=birthday.replace(year=birthday.year - 18))
    client = signed_in(family.worker)
    path = f"/child/{family.maya}/meetings/call/"
    planning.begun(family)
    with unchanged():
        refused = client.post(path, calling(Purpose.CORE_GROUP, family.chair, family.maya, days=9))
        assert "Maya is 18 by then, and this meeting is for children" in text(refused)
        assert "What is to be decided?" in refused.content.decode()
    assert called(client.post(path, calling(Purpose.CORE_GROUP, family.chair, family.maya, days=3)))
    assert "turns 18 on" in text(client.get(f"/child/{family.maya}/plan/"))


def test_a_wrong_date_of_birth_is_followed_by_ages_the_plan_and_the_meeting(
    unchanged: Callable[[], Any],
) -> None:
    family = planning.make_family()
    plan = planning.begun(family)
    planning.signed(family, plan)
    client = signed_in(family.worker)
    meeting_id = called(
        client.post(
            f"/child/{family.maya}/meetings/call/",
            calling(Purpose.CORE_GROUP, family.chair, family.maya, days=5),
        )
    )
    with as_practitioner(family.worker):
        due = {d.id: d.due_at for d in Duty.objects.filter(folder_id=family.maya)}
    right = today() - timedelta(days=17 * 365 + 200)
    with unchanged():
        unexplained = client.post(
            f"/child/{family.maya}/people/{family.children[family.maya]}/birth/",
            {"sex": "F", **on("born_on", right), "why": ""},
        )
        assert unexplained.status_code != 302
    birth_is(
        client,
        family.maya,
        family.children[family.maya],
        **on("born_on", right),
        why="Read wrongly from the form.",
    )
    page = text(client.get(f"/child/{family.maya}/plan/"))
    assert "The date of birth was put right after this plan was signed" in page
    assert "turns 18 on" in page
    assert "17 years old" in text(client.get(f"/meetings/{meeting_id}/"))
    with as_practitioner(family.worker):
        kept = {d.id: d.due_at for d in Duty.objects.filter(id__in=due)}
        assert kept == due, "no clock of a plan counts from the birth, so none of them moves"


def test_a_child_who_has_died_leaves_the_meeting_and_the_plan_is_closed(unchanged: Callable[[], Any]) -> None:
    family = planning.make_family()
    plan = planning.begun(family)
    planning.signed(family, plan)
    planning.begun(family, family.theo)
    brother_and_sister(family)
    client = signed_in(family.manager)
    call = f"/child/{family.maya}/meetings/call/"
    meeting_id = called(
        client.post(call, calling(Purpose.CORE_GROUP, family.chair, family.maya, family.theo, days=1))
    )
    with as_practitioner(family.manager):
        mother = meetings.invite(meeting_id, meetings.Invitee.family(family.mother, "Mother"))
    birth_is(
        client,
        family.maya,
        family.children[family.maya],
        **on("born_on", date(2017, 3, 14)),
        **on("died_on", today()),
    )
    warned = text(client.get(f"/meetings/{meeting_id}/"))
    assert "Maya has died. Leave Maya out, or cancel the meeting" in warned
    letter = text(client.get(f"/meetings/{meeting_id}/letter/{mother}/invitation/"))
    assert "Do not hand this over. Maya has died" in letter
    assert "a meeting about Theo." in letter
    with time_machine.travel(around.in_days(1) + timedelta(hours=1)):
        client = signed_in(family.manager)
        with unchanged():
            held = client.post(
                f"/meetings/{meeting_id}/hold/",
                {**at("began_at", now()), "p0": "came", "p1": "came", "p2": "came", "unready_why": "Kept text",
                 "without_quorum_why": "As agreed"},
            )  # fmt: skip
            assert "Maya has died" in text(held)
            assert "Kept text" in held.content.decode()
        out = client.post(
            f"/meetings/{meeting_id}/change/take-out/", {"child": str(family.maya), "why": "She has died."}
        )
        assert out.status_code == 302
        assert "Maya has died" not in text(client.get(f"/meetings/{meeting_id}/"))
        with unchanged():
            again = client.post(call, calling(Purpose.CORE_GROUP, family.chair, family.maya, days=9))
            assert "To look at what happened, call a professionals" in text(again)
            wrong = client.post(f"/child/{family.maya}/plan/{plan}/close/", _ending(family, reason="RC7"))
            assert "The child has died. Select that as the reason" in text(wrong)
            assert "Mornings are calm now." in wrong.content.decode()
        closed = client.post(f"/child/{family.maya}/plan/{plan}/close/", _ending(family, reason="RC2"))
        assert closed.status_code == 302, text(closed)


def _ending(family: planning.Family, **more: Any) -> dict[str, Any]:
    return {
        "knows_family": "no", "reasons": "As the page says.", "summary": "Mornings are calm now.",
        "helps_now": "Her grandmother.",
        "feedback_asked": "Asked on the last visit.", "record_in_order_by": str(family.manager.pk),
        "wishes_why_not": "She was asked twice.", "has_conflict": "no", **more,
    }  # fmt: skip


# -- between two areas ------------------------------------------------------------------------------------


@pytest.mark.obligation("PAR-12")
def test_a_child_with_a_plan_moves_here_and_the_receiving_conference_takes_it(
    unchanged: Callable[[], Any],
) -> None:
    family = planning.make_family()
    client, chair = signed_in(family.worker), signed_in(family.chair)
    call = f"/child/{family.maya}/meetings/call/"
    sent = calling(Purpose.RECEIVING_IN_CONFERENCE, family.chair, family.maya)
    with unchanged():
        early = text(client.post(call, sent))
        assert (
            "No request of another authority for Maya is recorded. Record it first, on the tab Plan" in early
        )
    request = {
        "authority": "Northmoor Council",
        "kind": "child_protection",
        "category": "EMO",
        "earlier_plans": "2",
        **on("asked_on", today()),
    }
    with unchanged():
        assert "Say what they sent" in text(client.post(f"/child/{family.maya}/plan/receive/", request))
    got = client.post(
        f"/child/{family.maya}/plan/receive/",
        {**request, "words": "Their plan; their worker visits until then."},
    )
    assert got.status_code == 302
    with as_practitioner(family.worker):
        row = Transfer.objects.get(folder_id=family.maya)
        assert Duty.objects.get(subject_id=row.id, closed_at__isnull=True).kind == "transfer_in_conference"
    meeting_id = called(client.post(call, sent))
    with as_practitioner(family.worker):
        meetings.invite(
            meeting_id,
            meetings.Invitee.outsider("Oda Quill", "Social worker", "Northmoor", professional=True),
        )
        meetings.invite(meeting_id, meetings.Invitee.family(family.mother, "Mother"))
        meetings.invite(meeting_id, meetings.Invitee.practitioner(family.worker.pk))
        meetings.tell_child(meeting_id, family.maya, ChildStage.BEFORE, done=False, words="Told on the way.")
    with time_machine.travel(around.in_days(10) + timedelta(hours=1)):
        chair = signed_in(family.chair)
        answer = f"/child/{family.maya}/plan/transfer/{row.id}/"
        decided = {"knows_family": "no", "accepted": "yes", "answered_by": "Helen Abara, chair",
                   "words": "The risk came along.", "wishes_why_not": "She slept.", "has_conflict": "no"}  # fmt: skip
        with unchanged():
            undated = chair.post(answer, decided)
            assert "Enter the day of the receiving conference" in text(undated)
            assert "The risk came along." in undated.content.decode()
        with as_practitioner(family.chair):
            everybody = [meetings.AttendanceIn(i.id, Came.CAME) for i in met.meeting(meeting_id).invited]
            without = [
                meetings.AttendanceIn(i.id, Came.APOLOGISED if i.name == "Oda Quill" else Came.CAME)
                for i in met.meeting(meeting_id).invited
            ]
            with pytest.raises(Refused, match="nobody from Northmoor Council, whose plan it is until then"):
                meetings.hold(meeting_id, people=without, unready_why="They moved on Friday.")
            meetings.hold(meeting_id, people=everybody, unready_why="They moved on Friday.")
            ids = {i.name: i.id for i in met.meeting(meeting_id).invited}
            meetings.write_minutes(meeting_id, [meetings.SaidIn(ids["Ana Ferreira"], "It is better here.")])
            meetings.decide(
                meeting_id,
                [
                    meetings.DecisionIn(
                        family.maya,
                        "A plan here",
                        "The risk came along with them.",
                        wishes=WishesIn(why_not="She slept."),
                    )
                ],
                knows_family=False,
            )
            meetings.tell_child(meeting_id, family.maya, ChildStage.PART, done=False, words="She slept.")
            meetings.conclude(meeting_id)
        with unchanged():
            unpermitted = signed_in(family.worker).post(answer, decided | on("conference_on", today()))
            assert unpermitted.status_code == 403
        taken = chair.post(answer, decided | on("conference_on", today()) | {"lead": str(family.worker.pk)})
        assert taken.status_code == 302, text(taken)
        with as_practitioner(family.chair):
            plan = plans.open_plan(family.maya)
            assert plan is not None
            assert (plan.from_authority, plan.earlier_plans) == ("Northmoor Council", 2)
            owed = set(
                Duty.objects.filter(folder_id=family.maya, closed_at__isnull=True).values_list(
                    "kind", flat=True
                )
            )
            assert "transfer_in_conference" not in owed
            assert "child_protection_visit" in owed
        with unchanged():
            twice = chair.post(answer, decided | on("conference_on", today()))
            assert "answered already" in text(twice)


@pytest.mark.obligation("PAR-12")
@pytest.mark.obligation("REC-02")
def test_a_plan_moves_out_only_when_the_other_authoritys_conference_has_taken_it(
    unchanged: Callable[[], Any],
) -> None:
    family = planning.make_family()
    plan = planning.begun(family)
    planning.signed(family, plan)
    with as_practitioner(family.worker):
        set_authority(family.maya, NewAuthority("Eastmarch Council"))
    client = signed_in(family.manager)
    ask = f"/child/{family.maya}/plan/{plan}/write/transfer/"
    with unchanged():
        unsaid = client.post(ask, {"authority": "Northmoor Council", "words": ""})
        assert "Write a transfer summary" in text(unsaid)
        assert "Northmoor Council" in unsaid.content.decode()
    assert (
        client.post(ask, {"authority": "Northmoor Council", "words": "All of it; Dana visits."}).status_code
        == 302
    )
    with as_practitioner(family.manager):
        row = Transfer.objects.get(folder_id=family.maya)
    with unchanged():
        still_ours = client.post(f"/child/{family.maya}/plan/{plan}/close/", _ending(family, reason="RC5"))
        assert "Record its answer first" in text(still_ours)
        answer = f"/child/{family.maya}/plan/transfer/{row.id}/"
        said = _ending(family, accepted="yes", answered_by="Chair, Northmoor", words="They take it.")
        undated = client.post(answer, said)
        assert "Enter the day of the receiving conference" in text(undated)
        ahead = client.post(answer, said | on("conference_on", today() + timedelta(days=3)))
        assert ahead.status_code in (200, 409)
        assert "They take it." in ahead.content.decode()
        unsummed = client.post(answer, said | on("conference_on", today()) | {"summary": " "})
        assert "Write a closing summary" in text(unsummed)
    with as_practitioner(family.manager):
        assert Duty.objects.filter(subject_id=plan, closed_at__isnull=True).exists(), (
            "visits and reviews go on"
        )
    assert client.post(answer, said | on("conference_on", today())).status_code == 302
    with as_practitioner(family.manager):
        assert plans.open_plan(family.maya) is None
        held = Authority.objects.filter(folder_id=family.maya, held_until__isnull=True).get()
        assert held.responsible == "Northmoor Council"


@pytest.mark.obligation("PAR-12")
@pytest.mark.parametrize("ended", ["died", "18"])
def test_a_child_who_dies_or_turns_18_while_a_plan_moves_out_has_the_plan_closed_here(
    unchanged: Callable[[], Any], ended: str
) -> None:
    birthday = today() if ended == "18" else date(2017, 3, 14)
    family = planning.make_family(born=birthday.replace(year=today().year - 18 if ended == "18" else 2017))
    plan = planning.begun(family)
    planning.signed(family, plan)
    with as_practitioner(family.worker):
        ask_transfer(plan, "Northmoor Council", "All of it was sent; Dana visits until then.")
        row = Transfer.objects.get(folder_id=family.maya)
    client = signed_in(family.manager)
    if ended == "died":
        birth_is(
            client,
            family.maya,
            family.children[family.maya],
            **on("born_on", birthday),
            **on("died_on", today()),
        )
    answer = f"/child/{family.maya}/plan/transfer/{row.id}/"
    taken = _ending(family, accepted="yes", answered_by="Chair, Northmoor", words="They take it.",
                    **on("conference_on", today()))  # fmt: skip
    with unchanged():
        refused = client.post(answer, taken)
        assert "Close the plan instead, with its reason; the request ends with it" in text(refused)
        assert "They take it." in refused.content.decode()
    reason = "RC2" if ended == "died" else "RC7"
    closed = client.post(f"/child/{family.maya}/plan/{plan}/close/", _ending(family, reason=reason))
    assert closed.status_code == 302, text(closed)
    with as_practitioner(family.manager):
        row.refresh_from_db()
        assert (row.answered_at is not None, row.accepted) == (True, None)
        assert plans.transfers_by_authority()[0].waiting == 0
        assert plans.open_plan(family.maya) is None
    assert "Ended without an answer" in text(client.get("/transfers/"))


@pytest.mark.obligation("PAR-12")
@pytest.mark.parametrize("ended", ["died", "18"])
def test_a_child_who_dies_or_turns_18_before_the_receiving_conference_begins_no_plan_here(
    unchanged: Callable[[], Any], ended: str
) -> None:
    birthday = today() if ended == "18" else date(2017, 3, 14)
    family = planning.make_family(born=birthday.replace(year=today().year - 18 if ended == "18" else 2017))
    with as_practitioner(family.worker):
        asked = receive_transfer(
            family.maya, "Northmoor Council", "Their plan.", category="EMO", earlier_plans=2
        )
    if ended == "died":
        birth_is(
            signed_in(family.manager), family.maya, family.children[family.maya], **on("born_on", birthday),
            **on("died_on", today()),
        )  # fmt: skip
    chair = signed_in(family.chair)
    path = f"/child/{family.maya}/plan/transfer/{asked}/"
    decided = {"knows_family": "no", "accepted": "yes", "answered_by": "Helen Abara, chair",
               "words": "The risk came along.", "wishes_why_not": "She slept.", "has_conflict": "no",
               **on("conference_on", today())}  # fmt: skip
    with unchanged():
        refused = chair.post(path, decided)
        assert "Take the request back, with the reason; nothing begins here" in text(refused)
        assert "The risk came along." in refused.content.decode()
    worker = signed_in(family.worker)
    assert "End the request" in text(worker.get(f"/child/{family.maya}/plan/"))
    gone = worker.post(f"{path}back/", {"knows_family": "no", "why": "The child will not move any more."})
    assert gone.status_code == 302, text(gone)
    with as_practitioner(family.worker):
        assert not Duty.objects.filter(subject_id=asked, closed_at__isnull=True).exists()
        assert plans.protection_plans_before(family.maya) == (0, 0), "a request that ended counts no plan"
    assert "ended without an answer" in text(worker.get(f"/child/{family.maya}/plan/"))


def test_a_child_whose_plan_was_closed_may_have_another_and_may_move_here_with_one() -> None:
    family = planning.make_family()
    item = planning.signed(family, plan := planning.begun(family, kind=PlanKind.EARLY_HELP))
    planning.closed_review(family, plan, item)
    client = signed_in(family.manager)
    closed = client.post(f"/child/{family.maya}/plan/{plan}/close/", _ending(family, reason="RC7"))
    assert closed.status_code == 302, text(closed)
    shown = client.get(f"/child/{family.maya}/plan/").content.decode()
    assert f"/child/{family.maya}/plan/begin/" in shown
    assert f"/child/{family.maya}/plan/receive/" in shown


@pytest.mark.obligation("PAR-12")
def test_a_plan_that_was_accepted_in_error_is_taken_back_and_the_request_waits_again(
    unchanged: Callable[[], Any],
) -> None:
    family = planning.make_family()
    with as_practitioner(family.worker):
        asked = receive_transfer(
            family.maya, "Northmoor Council", "Their plan.", category="EMO", earlier_plans=2
        )
        clock = Duty.objects.get(subject_id=asked).due_at
    chair = signed_in(family.chair)
    path = f"/child/{family.maya}/plan/transfer/{asked}/"
    decided = {"knows_family": "no", "accepted": "yes", "answered_by": "Helen Abara, chair",
               "words": "The risk came along.", "wishes_why_not": "She slept.", "has_conflict": "no",
               "lead": str(family.worker.pk), **on("conference_on", today())}  # fmt: skip
    for _turn in range(2):
        assert chair.post(path, decided).status_code == 302
        with as_practitioner(family.chair):
            assert plans.open_plan(family.maya) is not None
        with unchanged():
            unsaid = chair.post(f"{path}back/", {"knows_family": "no", "has_conflict": "no", "why": ""})
            assert "Say why" in text(unsaid)
            other = signed_in(family.worker).post(
                f"{path}back/", {"knows_family": "no", "has_conflict": "no", "why": "It was wrong so."}
            )
            assert other.status_code == 403
        back = chair.post(
            f"{path}back/",
            {"knows_family": "no", "has_conflict": "no", "why": "It was recorded on the wrong child."},
        )
        assert back.status_code == 302, text(back)
        with as_practitioner(family.chair):
            assert plans.open_plan(family.maya) is None
            [owed] = Duty.objects.filter(
                subject_id=asked, kind="transfer_in_conference", closed_at__isnull=True
            )
            assert owed.due_at == clock
            kinds = Duty.objects.filter(folder_id=family.maya, closed_at__isnull=True).values_list(
                "kind", flat=True
            )
            assert "child_protection_visit" not in kinds
    said = text(chair.get(f"/child/{family.maya}/decisions/"))
    assert "The answer on the move, Northmoor Council, is taken back" in said
    assert "accepted, Helen Abara, chair" in said
