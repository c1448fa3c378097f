"""What somebody who leaves is asked to hand over, and who is told in their place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from sightline.access import actions, queries
from sightline.access.models import Grant, Responsibility
from sightline.agencies import leaving
from sightline.agencies.actions import end_posting
from sightline.agencies.models import Notice, Posting, RotaShift, Team
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_partnership,
    make_practitioner,
    make_team,
    setting_up,
)
from sightline.audit.models import AuditEvent
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as

from .factories import let_in, open_folder_for, sealed

pytestmark = pytest.mark.django_db
REASON = "The child is alone in the house tonight and her mother does not answer"


def now_answers(folder_id: object) -> list[object]:
    with setting_up(), looking_as(Viewer.for_job("demo")):
        found = Responsibility.objects.filter(folder_id=folder_id, held_until__isnull=True)
        return list(found.values_list("manager_id", flat=True))


@pytest.mark.obligation("REC-20")
@pytest.mark.obligation("WRK-04")
def test_a_post_ends_when_people_and_records_have_gone_to_somebody_else() -> None:
    leaver, follower = make_practitioner("team-manager"), make_practitioner("team-manager")
    worker = make_practitioner(line_manager=leaver)
    plain, hidden = open_folder_for(manager=leaver), open_folder_for(manager=leaver)
    sealed(hidden, leaver)
    posting = leaver.postings.get()
    with as_practitioner(make_practitioner("administrator")):
        assert {key: part.title for key, part in leaving.parts(posting.pk).items()} == {
            "people": "They manage 1 person",
            "records": "They answer for 1 record",
        }
        everything = {"people": follower.pk, "records": follower.pk}
        for key in everything:
            left_out = {k: v for k, v in everything.items() if k != key}
            with pytest.raises(Refused, match="Choose who takes over") as refused:
                end_posting(posting.pk, today(), left_out)
            assert refused.value.verdict.field == key
            with pytest.raises(Refused, match="other than the person who leaves"):
                end_posting(posting.pk, today(), everything | {key: leaver.pk})
        with pytest.raises(Refused, match="nobody is their own manager"):
            end_posting(posting.pk, today(), everything | {"people": worker.pk})
    assert Posting.objects.get(pk=posting.pk).held_until is None
    with as_practitioner(make_practitioner("administrator")):
        end_posting(posting.pk, today(), everything)
    assert worker.postings.get().line_manager_id == follower.pk
    assert now_answers(plain) == [follower.pk]
    # What is sealed is not handed to somebody who may not know of it.
    assert now_answers(hidden) == [leaver.pk]
    with as_practitioner(follower):
        assert Notice.objects.count() == 2


@pytest.mark.obligation("REC-20")
def test_somebody_with_another_post_keeps_what_belongs_to_it() -> None:
    leaver = make_practitioner("team-manager")
    team = make_team()
    with setting_up():
        Posting.objects.create(
            practitioner=leaver, agency=team.agency, team=team, role=leaver.postings.get().role, post_title="Head",
            held_from=today() - timedelta(days=2),
        )  # fmt: skip
    ends = leaver.postings.exclude(team=team).get()
    with setting_up(), looking_as(Viewer.for_job("demo")):
        stays = actions.open_folder(team.agency_id, leaver.pk)
    goes = open_folder_for(manager=make_practitioner("team-manager", agency=ends.agency))
    with setting_up(), looking_as(Viewer.for_job("demo")):
        Responsibility.objects.filter(folder_id=goes).update(manager=leaver)
    with as_practitioner(make_practitioner("administrator")):
        assert leaving.parts(ends.pk)["records"].title == "They answer for 1 record"
        end_posting(ends.pk, today(), {"records": make_practitioner("team-manager").pk})
    assert now_answers(stays) == [leaver.pk]
    assert now_answers(goes) != [leaver.pk]


@pytest.mark.obligation("REC-18")
def test_nobody_but_whoever_ends_posts_asks_or_hands_over_past_the_doors() -> None:
    leaver, stranger = make_practitioner("team-manager"), make_practitioner("team-manager")
    folder_id = open_folder_for(leaver, manager=leaver)
    posting = leaver.postings.get()
    with as_practitioner(leaver):
        actions.keep_form(folder_id, "/a/form/", "A form", {})
    with as_practitioner(stranger), connection.cursor() as cursor:
        for sql in (
            "SELECT * FROM access_answered_for(%s)",
            "SELECT * FROM procedures_owed_through(%s)",
            "SELECT * FROM access_closes_with(%s)",
            "SELECT * FROM access_left_forms(%s)",
        ):
            cursor.execute(sql, [posting.pk])
            assert cursor.fetchall() == []
        for sql in (
            "SELECT * FROM access_hand_over_all(%s, %s)",
            "SELECT * FROM procedures_hand_over_all(%s, %s)",
            "SELECT * FROM access_hand_over_forms(%s, %s)",
        ):
            cursor.execute(sql, [posting.pk, stranger.pk])
            assert cursor.fetchall() == []
    assert now_answers(folder_id) == [leaver.pk]


@pytest.mark.obligation("REC-20")
def test_the_page_lists_it_and_asks_to_whom_it_goes() -> None:
    leaver, follower = make_practitioner("team-manager"), make_practitioner("team-manager")
    folder_id = open_folder_for(manager=leaver)
    posting = leaver.postings.get()
    client = Client()
    administrator = make_practitioner("administrator")
    client.force_login(administrator.user)  # type: ignore[arg-type]
    address = f"/people/posting/{posting.pk}/end/"
    page = client.get(address).content.decode()
    assert "Who answers for these records from today?" in page
    assert "every record that only they can unseal" in page
    day = {
        f"last_day-{k}": v
        for k, v in zip(("day", "month", "year"), today().strftime("%d %m %Y").split(), strict=True)
    }
    page = client.post(address, day).content.decode()
    assert "Choose: who answers for these records" in page
    assert client.post(address, day | {"records": str(follower.pk)}).status_code == 302
    assert now_answers(folder_id) == [follower.pk]


@pytest.mark.obligation("REC-15")
def test_forms_begun_and_not_sent_go_to_somebody_who_may_write_there() -> None:
    make_partnership()
    leaver, follower, stranger = (make_practitioner("social-worker") for _ in range(3))
    folder_id = open_folder_for(leaver)
    path, typed = f"/child/{folder_id}/people/add/", {"given": ["Ana"]}
    with as_practitioner(leaver):
        actions.keep_form(folder_id, path, "Somebody in their life", typed)
    posting = leaver.postings.get()
    with as_practitioner(make_practitioner("administrator")):
        assert leaving.parts(posting.pk)["forms"].title == "They have begun 1 form and not sent"
        with pytest.raises(Refused, match="may not write") as refused:
            end_posting(posting.pk, today(), {"forms": stranger.pk})
        assert refused.value.verdict.field == "forms"
    let_in(folder_id, follower)
    with as_practitioner(follower):
        actions.keep_form(folder_id, path, "Somebody in their life", {"given": ["Own"]})
    with (
        as_practitioner(make_practitioner("administrator")),
        pytest.raises(Refused, match="begun to write the same"),
    ):
        end_posting(posting.pk, today(), {"forms": follower.pk})
    with as_practitioner(follower):
        assert [kept.content for kept in queries.forms_kept(path)] == [{"given": ["Own"]}]
        actions.drop_form(path)
    with as_practitioner(make_practitioner("administrator")):
        end_posting(posting.pk, today(), {"forms": follower.pk})
    with as_practitioner(follower):
        assert [kept.content for kept in queries.forms_kept(path)] == [typed]
        (line,) = queries.draft_lines(5).lines
        assert line.words == f"You were filling in: Somebody in their life (begun by {leaver.name})"
        assert Notice.objects.filter(practitioner=follower, path="/").exists()


@pytest.mark.obligation("REC-18")
@pytest.mark.obligation("REC-20")
@pytest.mark.parametrize("left", ["their manager", "the duty manager of the front door"])
def test_an_emergency_is_told_to_somebody_who_is_there(left: str) -> None:
    make_partnership()
    above, duty = make_practitioner("team-manager"), make_practitioner("front-door-decision-manager")
    gone = make_practitioner("team-manager", line_manager=above)
    folder_id = open_folder_for(manager=gone)
    with setting_up():
        RotaShift.objects.create(
            team=Team.objects.get(front_door=True), practitioner=duty,
            starts_at=now() - timedelta(hours=1), ends_at=now() + timedelta(hours=1),
        )  # fmt: skip
        gone.postings.update(held_until=today())
        if left != "their manager":
            above.postings.update(held_until=today())
    with as_practitioner(make_practitioner("social-worker")):
        actions.open_in_emergency(folder_id, REASON, minutes=60)
    told = above if left == "their manager" else duty
    with as_practitioner(told):
        assert Notice.objects.get().text == "A record that concerns you was opened in an emergency"
    with as_practitioner(duty if told is above else above):
        assert not Notice.objects.exists()


@pytest.mark.obligation("TIM-01")
def test_what_is_owed_goes_to_somebody_who_may_write_there() -> None:
    duty_model = apps.get_model("procedures", "Duty")
    leaver, follower, stranger = make_practitioner(), make_practitioner(), make_practitioner()
    folder_id = open_folder_for(leaver)
    at = now()
    with setting_up(), looking_as(Viewer.for_job("demo")):
        duty = duty_model(
            folder_id=folder_id, kind="visit", title="See the child", why="To be sure", discharged_by="A visit",
            owner=leaver, started_at=at, opened_at=at, soon_at=at, due_at=at, critical_at=at, state="open", pack="p",
            pack_version="1", limit_id="x", limit_words="x", citation="x",
        )  # fmt: skip
        duty.save(force_insert=True)
    let_in(folder_id, follower)
    posting = leaver.postings.get()
    with as_practitioner(make_practitioner("administrator")):
        assert leaving.parts(posting.pk)["duties"].lines == ("See the child",)
        with pytest.raises(Refused, match="may not write in") as refused:
            end_posting(posting.pk, today(), {"duties": stranger.pk})
        assert refused.value.verdict.field == "duties"
        end_posting(posting.pk, today(), {"duties": follower.pk})
    with as_practitioner(follower):
        assert duty_model.objects.get(pk=duty.pk).owner_id == follower.pk
    with as_practitioner(leaver):
        assert not duty_model.objects.exists()
        assert Grant.objects.filter(folder_id=folder_id).count() <= 1


@pytest.mark.obligation("REC-20")
@pytest.mark.obligation("REC-18")
def test_a_seal_whose_named_have_left_is_taken_over_and_by_nobody_is_it_seen_before() -> None:
    named, cannot, manager = (
        make_practitioner("team-manager"),
        make_practitioner(),
        make_practitioner("team-manager"),
    )
    quality = make_practitioner("quality-lead")
    folder_id = open_folder_for(manager=named)
    seal = sealed(folder_id, named, cannot)
    with as_practitioner(quality):
        assert queries.left_seals() == []
        with pytest.raises(NotFound):
            actions.take_over_seal(seal.pk, manager.pk, "Nobody is left")
    with setting_up():
        named.postings.update(held_until=today())
    with as_practitioner(manager), connection.cursor() as cursor:
        assert queries.left_seals() == []
        with pytest.raises(NotPermitted):
            actions.take_over_seal(seal.pk, manager.pk, "I want to see it")
        cursor.execute("SELECT access_take_over_seal(%s, %s, 'I want to see it')", [seal.pk, manager.pk])
        assert cursor.fetchone() == (None,)
        assert queries.opened_of([folder_id]) == set()
    client = Client()
    client.force_login(quality.user)  # type: ignore[arg-type]
    assert "sealed on" in client.get("/access/left/").content.decode()
    asked = {"seal": str(seal.pk), "practitioner": str(manager.pk), "why": ""}
    assert "Say why they take it over" in client.post("/access/left/", asked).content.decode()
    assert client.post("/access/left/", asked | {"why": "Everybody named has left"}).status_code == 302
    with as_practitioner(quality):
        assert queries.left_seals() == []
        assert queries.opened_of([folder_id]) == set()
        event = AuditEvent.objects.get(what="access.take_over_seal", verb="wrote")
        assert (event.purpose, event.practitioner_id) == ("Everybody named has left", quality.pk)
    assert now_answers(folder_id) == [manager.pk]
    with as_practitioner(manager):
        assert Notice.objects.get().path == f"/child/{folder_id}/"
        actions.lift_seal(folder_id, "No longer needed")
        assert queries.may_write(folder_id)


def test_a_seal_is_not_given_to_somebody_who_could_not_lift_it_or_to_oneself() -> None:
    named, quality = make_practitioner("team-manager"), make_practitioner("quality-lead")
    seal = sealed(open_folder_for(manager=named), named)
    with setting_up():
        named.postings.update(held_until=today())
    with as_practitioner(quality):
        for who in (make_practitioner(), quality, named):
            with pytest.raises(Refused, match="Choose somebody else"):
                actions.take_over_seal(seal.pk, who.pk, "Nobody is left")
        assert len(queries.left_seals()) == 1
