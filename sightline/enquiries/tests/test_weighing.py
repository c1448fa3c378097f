"""A conference decides on a child with their wishes, or with why they could not be learnt (CHD-13)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import now
from sightline.meetings import actions as meetings
from sightline.meetings.terms import Purpose
from sightline.meetings.tests import factories as met
from sightline.voice.models import Regard
from sightline.voice.terms import Power

from .test_pages import browser, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-13")]


def decided(purpose, **more):
    """What the chair's page of decisions answers where it is sent with `more`."""
    family = met.make_family()
    meeting_id = met.call(family, purpose, when=now() + timedelta(hours=1), folders=[family.maya])
    met.invite_all(family, meeting_id)
    with time_machine.travel(now() + timedelta(hours=2)):
        with as_practitioner(family.chair):
            meetings.hold(
                meeting_id, people=met.everybody_came(meeting_id), without_quorum_why="It cannot wait.",
                unready_why="The court sits tomorrow.",
            )  # fmt: skip
        page = browser(family.chair).post(
            f"/meetings/{meeting_id}/minutes/decide/",
            {"c0-knows_family": "no", "c0-outcome": "A plan", "c0-reasons": "It goes on.", "c0-agreed": "yes",
             "c0-has_conflict": "no", **more},
        )  # fmt: skip
    with as_practitioner(family.worker):
        return page, Regard.objects.filter(folder_id=family.maya).first()


@pytest.mark.parametrize(
    ("purpose", "power"),
    [(Purpose.INITIAL_CONFERENCE, Power.SECTION_47), (Purpose.CHILD_IN_NEED_REVIEW, Power.SECTION_17)],
)
def test_a_decision_of_a_meeting_under_the_act_keeps_the_regard_had_to_the_childs_wishes(purpose, power):
    page, regard = decided(purpose, **{"c0-wishes_why_not": "She is two."})
    assert page.status_code == 302, words_of(page)
    assert (regard.power, regard.why_not) == (power.value, "She is two.")
    assert regard.decision_id is not None


def test_without_them_nothing_is_decided_and_what_was_typed_is_kept():
    page, regard = decided(Purpose.INITIAL_CONFERENCE)
    assert page.status_code == 409
    assert "say why their wishes could not be learnt" in words_of(page)
    assert "It goes on." in page.content.decode()
    assert 'href="#id_c0-wishes_why_not"' in page.content.decode()
    assert regard is None


def test_a_familys_own_meeting_is_asked_for_none():
    page, regard = decided(Purpose.FAMILY_GROUP)
    assert page.status_code == 302, words_of(page)
    assert regard is None
