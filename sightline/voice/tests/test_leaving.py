"""What somebody who leaves had begun to write of what a child said."""

from __future__ import annotations

import pytest
from django.db import connection

from sightline.access.tests.factories import let_in, open_folder_for
from sightline.agencies import leaving
from sightline.agencies.actions import end_posting
from sightline.agencies.models import Notice
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused
from sightline.voice import actions, queries

from .factories import make_child

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("REC-04")
@pytest.mark.obligation("REC-18")
def test_it_goes_on_with_somebody_who_may_write_there_as_heard_by_who_began_it() -> None:
    make_partnership()
    leaver = make_practitioner("social-worker", name="Dana Okafor", post_title="Social worker")
    follower, stranger = make_practitioner("social-worker"), make_practitioner("social-worker")
    folder_id = open_folder_for(leaver)
    make_child(folder_id, leaver)
    let_in(folder_id, follower)
    posting = leaver.postings.get()
    with as_practitioner(leaver):
        actions.save_draft(folder_id, {"said": ["I want mum"], "heard_by": [""]})
    with as_practitioner(stranger), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM voice_left_drafts(%s)", [posting.pk])
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM voice_hand_over_drafts(%s, %s)", [posting.pk, stranger.pk])
        assert cursor.fetchall() == []
    with as_practitioner(follower):
        actions.save_draft(folder_id, {"said": ["Mine"]})
    with as_practitioner(make_practitioner("administrator")):
        assert leaving.parts(posting.pk)["voice"].title == "They have begun to write what a child said"
        for nobody in (stranger, follower):
            with pytest.raises(Refused, match="Choose somebody else") as refused:
                end_posting(posting.pk, today(), {"voice": nobody.pk})
            assert refused.value.verdict.field == "voice"
    with as_practitioner(follower):
        assert [d.content for d in queries.drafts(folder_id)] == [{"said": ["Mine"]}]
        actions.save_draft(folder_id, {})
    with as_practitioner(make_practitioner("administrator")):
        end_posting(posting.pk, today(), {"voice": follower.pk})
    with as_practitioner(follower):
        content = queries.drafts(folder_id)[0].content
        assert content["said"] == ["I want mum"]
        assert content["heard_by"][0].startswith("Dana Okafor, Social worker, ")
        assert Notice.objects.filter(practitioner=follower, path=f"/child/{folder_id}/voice/hear/").exists()
