"""A concern that somebody who leaves had begun and not sent."""

from __future__ import annotations

import pytest

from sightline.agencies import leaving
from sightline.agencies.actions import end_posting
from sightline.agencies.models import Notice
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns import actions, queries
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused

from .factories import make_front_door

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("NTC-04")
def test_it_goes_to_somebody_of_the_same_agency_and_is_not_lost() -> None:
    door = make_front_door()
    posting = door.teacher.postings.get()
    colleague = make_practitioner("designated-safeguarding-lead", team=posting.team, name="Ruth Amis")
    with as_practitioner(door.teacher):
        draft = actions.start_draft("concern")
        actions.save_draft(draft.id, "what", {"what_happened": ["She came without her coat."]})
    with as_practitioner(door.stranger):
        assert queries.left_part(posting.pk) is None
        with pytest.raises(Refused):
            actions.hand_over_drafts(posting.pk, colleague.pk)
    with as_practitioner(make_practitioner("administrator")):
        part = leaving.parts(posting.pk)["concerns"]
        assert (part.title, part.lines) == ("They have begun a concern and not sent", ())
        with pytest.raises(Refused, match="same agency") as refused:
            end_posting(posting.pk, today(), {"concerns": door.worker.pk})
        assert refused.value.verdict.field == "concerns"
    # Whoever ends posts, and is of that agency, does not give to themself what they could not read otherwise.
    clerk = make_practitioner("administrator", team=posting.team)
    with as_practitioner(clerk), pytest.raises(Refused):
        actions.hand_over_drafts(posting.pk, clerk.pk)
    with as_practitioner(door.worker), pytest.raises(NotFound):
        queries.draft(draft.id)
    with as_practitioner(make_practitioner("administrator")):
        end_posting(posting.pk, today(), {"concerns": colleague.pk})
    with as_practitioner(colleague):
        assert queries.draft(draft.id).content == {"what": {"what_happened": ["She came without her coat."]}}
        (notice,) = Notice.objects.filter(practitioner=colleague)
        assert notice.path == f"/concerns/raise/{draft.id}/resume/"
