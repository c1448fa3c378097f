"""Minutes that somebody who leaves had begun."""

from __future__ import annotations

import pytest
from django.db import connection

from sightline.access.drafts import all_drafts
from sightline.access.tests.factories import let_in
from sightline.agencies import leaving
from sightline.agencies.actions import end_posting
from sightline.agencies.models import Notice
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused
from sightline.meetings import actions, queries

from .factories import call, make_family

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("REC-04")
@pytest.mark.obligation("REC-18")
def test_they_go_on_with_somebody_who_may_write_of_every_child_of_the_meeting() -> None:
    family = make_family()
    meeting_id, posting = call(family), family.worker.postings.get()
    follower = make_practitioner("social-worker", name="Iris Boyle")
    let_in(family.maya, follower)
    with as_practitioner(family.worker):
        actions.save_draft(meeting_id, {"words": ["Maya was"]})
        assert "You were writing minutes" in [line.words for line in all_drafts(5).lines]
    with as_practitioner(family.stranger), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM meetings_left_minutes(%s)", [posting.pk])
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM meetings_hand_over_minutes(%s, %s)", [posting.pk, family.stranger.pk])
        assert cursor.fetchall() == []
    with as_practitioner(make_practitioner("administrator")):
        assert leaving.parts(posting.pk)["minutes"].title == "They have begun the minutes of a meeting"
        with pytest.raises(Refused, match="1 of these"):
            actions.hand_over_minutes(posting.pk, follower.pk)
    let_in(family.theo, follower)
    with as_practitioner(make_practitioner("administrator")):
        to = {key: follower.pk for key, part in leaving.parts(posting.pk).items() if part.ask}
        end_posting(posting.pk, today(), to)
    with as_practitioner(follower):
        row = queries.draft(meeting_id)
        assert row is not None
        assert row.content == {"words": ["Maya was"]}
        assert Notice.objects.filter(practitioner=follower, path="/meetings/").exists()
