"""The conference is counted from the discussion that the pack names, where there were several."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import protection
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Enquiry, Strategy
from sightline.enquiries.queries.shown import conference_clock
from sightline.enquiries.terms import Stage
from sightline.govuk.words import moment
from sightline.kernel.time import today
from sightline.meetings import actions as meetings
from sightline.meetings.actions import AttendanceIn
from sightline.meetings.models import Invitation
from sightline.meetings.terms import Came
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.terms import WhichStart

from .factories import discussed, make_case
from .test_pages import browser, words_of
from .test_protection import deciding, discussed_again, stage_of

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("ENQ-01")]


COUNTS_FROM = {
    WhichStart.BEGAN: "the discussion that began the enquiry",
    WhichStart.FIRST: "the first discussion",
    WhichStart.LATEST: "the latest discussion that decided on an enquiry",
}


def counts_from(monkeypatch, which):
    """The pack names another of several discussions as the one that the conference is counted from."""
    as_shipped = Pack.limit

    def limit(pack, id, on, **more):
        found = as_shipped(pack, id, on, **more)
        return found.model_copy(update={"of_several": which}) if id == "initial_conference" else found

    monkeypatch.setattr(Pack, "limit", limit)


def clock_of_conference(folder_id):
    """The one clock that runs to the child's conference."""
    [duty] = Duty.objects.filter(TO_DO, folder_id=folder_id, kind="initial_conference")
    return duty


@pytest.mark.parametrize(
    ("first_decides", "which", "named"),
    [
        # The first began the enquiry, the second is another discussion of it.
        ("section_47_joint", WhichStart.BEGAN, "first"),
        ("section_47_joint", WhichStart.FIRST, "first"),
        ("section_47_joint", WhichStart.LATEST, "second"),
        # The first was held and went on to the second, which began the enquiry.
        (None, WhichStart.BEGAN, "second"),
        (None, WhichStart.FIRST, "first"),
        (None, WhichStart.LATEST, "second"),
        # The first ended without an enquiry: the second is the first of another process.
        ("assessment", WhichStart.BEGAN, "second"),
        ("assessment", WhichStart.FIRST, "second"),
        ("assessment", WhichStart.LATEST, "second"),
    ],
)
def test_of_several_discussions_the_conference_is_counted_from_the_one_that_the_pack_names(
    monkeypatch, first_decides, which, named
):
    counts_from(monkeypatch, which)
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    how = {"knows_family": False, "worker_id": case.worker.pk}
    with as_practitioner(case.manager):
        first = Strategy.objects.get(folder_id=case.maya)
        if first_decides is not None:
            protection.decide_strategy(meeting_id, [deciding(first, first_decides)], **how)
    again_id, second = discussed_again(case, 20)
    with as_practitioner(case.manager):
        protection.decide_strategy(again_id, [deciding(second, "section_47_joint")], **how)
        [enquiry] = Enquiry.objects.filter(folder_id=case.maya)
        began_it = first if first_decides == "section_47_joint" else second
        assert (enquiry.strategy_id, enquiry.began_at) == (began_it.id, began_it.meeting.began_at)
        counted = first if named == "first" else second
        duty = clock_of_conference(case.maya)
        assert duty.started_at == counted.meeting.began_at
        assert stage_of(case.maya) is Stage.ENQUIRY
    reader, named_there = browser(case.manager), reverse("enquiries:strategy", args=[case.maya, counted.id])
    for page in (
        reverse("enquiries:enquiry", args=[case.maya, enquiry.id]),
        reverse("web:duty", args=[duty.id]),
        *(reverse("enquiries:strategy", args=[case.maya, s.id]) for s in (first, second)),
    ):
        answer = reader.get(page)
        assert f"the procedures count from {COUNTS_FROM[which]}" in words_of(answer), page
        assert moment(duty.started_at) in words_of(answer), page
        if page == named_there:
            assert "The conference is counted from this discussion" in words_of(answer)
        else:
            assert f'href="{named_there}"' in answer.content.decode(), page


def test_a_clock_that_began_anew_with_another_discussion_is_as_before_once_that_is_taken_back(monkeypatch):
    counts_from(monkeypatch, WhichStart.LATEST)
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    how = {"knows_family": False, "worker_id": case.worker.pk}
    soon = today() + timedelta(days=2)
    with as_practitioner(case.manager):
        first = Strategy.objects.get(folder_id=case.maya)
        sooner = deciding(first, "section_47_joint", conference_by=soon, sooner_why="He is out on Friday.")
        protection.decide_strategy(meeting_id, [sooner], **how)
        before = clock_of_conference(case.maya)
    again_id, second = discussed_again(case, 20)
    with as_practitioner(case.manager):
        protection.decide_strategy(again_id, [deciding(second, "section_47_joint")], **how)
        anew = clock_of_conference(case.maya)
        assert anew.started_at == second.meeting.began_at > before.started_at
        assert (anew.due_at, anew.sooner_why) == (before.due_at, "He is out on Friday."), "it stays sooner"
        assert (anew.owner_id, anew.path) == (before.owner_id, before.path)
        take_back(second.episode_id, "It was another child's.", knows_family=False)
        back = clock_of_conference(case.maya)
        assert (back.started_at, back.due_at) == (before.started_at, before.due_at)
        assert conference_clock(Enquiry.objects.get(folder_id=case.maya)).startswith("By "), "it runs again"
        assert not Duty.objects.filter(kind="initial_conference", state="lapsed").exists()


def test_a_discussion_counts_from_when_it_is_recorded_as_held_and_no_more_where_it_was_not(monkeypatch):
    counts_from(monkeypatch, WhichStart.FIRST)
    case = make_case("strategy_discussion")
    how = {"knows_family": False, "worker_id": case.worker.pk}
    meeting_id = discussed(case, case.maya)
    again_id, second = discussed_again(case, 20)
    with as_practitioner(case.manager):
        first = Strategy.objects.get(folder_id=case.maya, meeting_id=meeting_id)
        began = first.meeting.began_at
        protection.decide_strategy(again_id, [deciding(second, "section_47_joint")], **how)
        assert clock_of_conference(case.maya).started_at == began
        meetings.not_held(meeting_id, "It was her brother's.")
        assert clock_of_conference(case.maya).started_at == second.meeting.began_at
        came = [AttendanceIn(row.id, Came.CAME) for row in Invitation.objects.filter(meeting_id=meeting_id)]
        meetings.hold(meeting_id, began_at=began, people=came)
        assert clock_of_conference(case.maya).started_at == began
