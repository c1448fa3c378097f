"""That a child was made safe was recorded by mistake: protecting the child is owed again, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import safe
from sightline.enquiries.actions.safe_back import take_made_safe_back
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.records.chronology import told

from .factories import make_case
from .test_emergency_back import WRONG, begins, owed
from .test_pages import browser, words_of
from .test_protection import SAFE

pytestmark = pytest.mark.django_db


def made_safe(case, minutes=5):
    return safe.make_safe(case.maya, safe.MadeSafeIn(**SAFE, done_at=now() - timedelta(minutes=minutes)))


@pytest.mark.obligation("REC-12")
def test_protecting_the_child_is_owed_again_as_it_was_and_what_was_written_stays():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        due = owed(case.maya, "immediate_protection").due_at
        row = made_safe(case)
        assert owed(case.maya, "immediate_protection") is None
        with pytest.raises(Refused, match="what was wrong"):
            take_made_safe_back(row.id, " ")
        take_made_safe_back(row.id, WRONG)
        assert owed(case.maya, "immediate_protection").due_at == due, "she is as unsafe as she was"
        [moment] = [m for m in told([case.maya]) if m.id == row.id]
        assert [words for _at, words in moment.later] == ["Taken back"]
        assert WRONG in moment.turns[-1][1]["text"]
        with pytest.raises(Refused, match="taken back already"):
            take_made_safe_back(row.id, WRONG)
        made_safe(case)
        assert owed(case.maya, "immediate_protection") is None, "recorded anew, it is met anew"


@pytest.mark.obligation("REC-12")
def test_a_child_whom_the_police_made_safe_as_well_owes_nothing():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = made_safe(case)
        begins(case.maya, hours=0)
        take_made_safe_back(row.id, WRONG)
        assert owed(case.maya, "immediate_protection") is None


def test_whoever_did_not_record_it_is_no_manager_or_may_not_open_the_child_does_not_take_it_back():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = made_safe(case)
    let_in(case.maya, case.worker)
    with as_practitioner(case.worker), pytest.raises(NotPermitted):
        take_made_safe_back(row.id, WRONG)
    with as_practitioner(case.door.teacher), pytest.raises((NotPermitted, NotFound)):
        take_made_safe_back(row.id, WRONG)


def test_the_page_takes_it_back_and_says_so_on_the_tab():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = made_safe(case)
    client = browser(case.manager)
    tab = reverse("enquiries:child", args=[case.maya])
    back = reverse("enquiries:made_safe_back", args=[case.maya, row.id])
    assert back in client.get(tab).content.decode()
    assert "Her grandmother took both children home." in words_of(client.get(back))
    assert "Say what was wrong" in words_of(client.post(back, {"words": ""}))
    assert client.post(back, {"words": WRONG}).status_code == 302
    shown = client.get(tab)
    assert f"Taken back: {WRONG}" in words_of(shown)
    assert back not in shown.content.decode()
    assert client.get(reverse("enquiries:made_safe_back", args=[case.theo, row.id])).status_code == 404
