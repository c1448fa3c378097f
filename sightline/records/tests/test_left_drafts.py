"""What somebody who leaves had begun to write: nothing of it is lost without somebody who decides so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from sightline.access.tests.factories import let_in, sealed
from sightline.agencies import leaving
from sightline.agencies.actions import end_posting
from sightline.agencies.models import Notice
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, setting_up
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.records import actions, queries

from .conftest import Family

pytestmark = pytest.mark.django_db


def begun(family: Family, kind: str = "note", folder: UUID | None = None) -> UUID:
    with as_practitioner(family.worker):
        return actions.keep_draft(
            uuid4(),
            child=folder or family.maya,
            kind=kind,
            content={"text": ["She told me a secret."]},
            version=0,
        ).draft.id


def has_left(family: Family) -> None:
    with setting_up():
        family.worker.postings.update(held_until=today())


def clear(after: timedelta) -> int:
    with (
        time_machine.travel(now() + after, tick=False),
        transaction.atomic(),
        looking_as(Viewer.for_job("drafts")),
    ):
        return actions.clear_drafts()


def told(who: object) -> list[str]:
    with as_practitioner(who):  # type: ignore[arg-type]
        return list(Notice.objects.values_list("path", flat=True))


@pytest.mark.obligation("REC-15")
def test_the_drafts_of_somebody_who_left_stay_and_their_manager_is_told(family: Family) -> None:
    begun(family)
    has_left(family)
    posting = family.worker.postings.get()
    assert clear(timedelta(days=1)) == 0
    assert told(family.manager) == [f"/people/posting/{posting.pk}/drafts/"]
    assert clear(timedelta(days=2)) == 0
    assert len(told(family.manager)) == 1
    assert clear(timedelta(weeks=30)) == 0
    assert len(told(family.manager)) == 2
    with as_practitioner(family.manager):
        assert len(queries.left_drafts(posting.pk)) == 1


def test_who_is_still_there_is_told_a_week_before_a_draft_goes(family: Family) -> None:
    begun(family)
    assert clear(timedelta(weeks=6)) == 0
    assert told(family.worker) == []
    assert clear(actions.DRAFTS_KEPT + timedelta(days=30)) == 0  # nobody had told them
    assert told(family.worker) == ["/"]
    assert clear(actions.DRAFTS_KEPT + timedelta(days=36)) == 0
    assert clear(actions.DRAFTS_KEPT + timedelta(days=37)) == 1
    assert len(told(family.worker)) == 1


@pytest.mark.obligation("REC-04")
def test_a_post_ends_when_its_drafts_have_gone_to_somebody_who_may_write_there(family: Family) -> None:
    draft = begun(family)
    posting, follower = family.worker.postings.get(), family.visitor
    let_in(family.maya, follower)
    with as_practitioner(make_practitioner("administrator")):
        part = leaving.parts(posting.pk)["drafts"]
        assert (part.title, part.lines) == ("They have 1 draft that is not signed", ("Note",))
        with pytest.raises(Refused, match="may not write") as refused:
            others = dict.fromkeys(
                (k for k, p in leaving.parts(posting.pk).items() if p.ask), family.stranger.pk
            )
            end_posting(posting.pk, today(), others)
        assert refused.value.verdict.field == "drafts"
        end_posting(posting.pk, today(), dict.fromkeys(others, follower.pk))
    with as_practitioner(follower):
        (theirs,) = queries.drafts()
        assert theirs.id == draft
        assert theirs.content["text"] == ["She told me a secret."]
        # They did not see or hear it: what they sign from it says who did.
        assert theirs.content["written_for_name"] == ["Dana Okafor"]
        assert theirs.content["written_for_post"][0].startswith("Social worker, ")
    with as_practitioner(family.worker):
        assert queries.drafts() == []


def test_a_manager_gives_them_or_throws_them_away_without_reading_them(family: Family) -> None:
    begun(family)
    begun(family, "visit", family.theo)
    has_left(family)
    posting = family.worker.postings.get()
    let_in(family.maya, family.visitor)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.manager.user)  # type: ignore[arg-type]
    address = f"/people/posting/{posting.pk}/drafts/"
    page = client.get(address).content.decode()
    assert "Maya Ferreira-Lund" in page
    assert "secret" not in page
    assert "Select what becomes of them" in client.post(address, {}).content.decode()
    none = client.post(address, {"what": "give", "practitioner": str(family.stranger.pk)}).content.decode()
    assert "in none of these records" in none
    client.post(address, {"what": "give", "practitioner": str(family.visitor.pk)})
    with as_practitioner(family.visitor):
        assert [d.child for d in queries.drafts()] == [family.maya]
    assert "Say why they are not needed" in client.post(address, {"what": "drop"}).content.decode()
    client.post(address, {"what": "drop", "why": "Theo was seen again the next day."})
    assert "Nothing that they had begun" in client.get(address).content.decode()


def test_nothing_is_thrown_away_while_they_hold_a_post(family: Family) -> None:
    begun(family)
    with as_practitioner(family.manager), pytest.raises(Refused, match="while they hold a post"):
        actions.drop_left_drafts(family.worker.postings.get().pk, "It is not needed any more.")
    with as_practitioner(family.worker):
        assert len(queries.drafts()) == 1


@pytest.mark.obligation("REC-18")
def test_nobody_else_learns_of_them_and_of_a_sealed_child_only_the_named(
    family: Family, make_family: Callable[[], Family]
) -> None:
    begun(family)
    has_left(family)
    posting = family.worker.postings.get()
    with as_practitioner(family.stranger), connection.cursor() as cursor:
        for sql, args in (
            ("SELECT * FROM records_left_drafts(%s)", [posting.pk]),
            ("SELECT * FROM records_hand_over_drafts(%s, %s)", [posting.pk, family.stranger.pk]),
            ("SELECT * FROM records_drop_left_drafts(%s)", [posting.pk]),
        ):
            cursor.execute(sql, args)
            assert cursor.fetchall() == []
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.stranger.user)  # type: ignore[arg-type]
    assert client.get(f"/people/posting/{posting.pk}/drafts/").status_code == 404
    sealed(family.maya, family.visitor)
    with as_practitioner(family.manager):
        assert queries.left_drafts(posting.pk) == []
