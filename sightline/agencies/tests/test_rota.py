"""The rota and its notices: who is asked, and who is asked next."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sightline.agencies import actions, jobs, queries
from sightline.agencies.models import Notice, RotaShift
from sightline.agencies.rules import Shift, next_to_ask, order_of_asking, rota_gaps, rota_verdict
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as

from .factories import as_practitioner, as_public, make_practitioner, make_team, setting_up

A, B, C = uuid4(), uuid4(), uuid4()
NIGHT = datetime(2026, 12, 25, 2, 30, tzinfo=LONDON)  # the small hours of a bank holiday


def shift(who: UUID, start: int, end: int, place: int = 1) -> Shift:
    """Hours counted from midnight at the beginning of Christmas Day."""
    midnight = datetime(2026, 12, 25, tzinfo=LONDON)
    return Shift(who, midnight + timedelta(hours=start), midnight + timedelta(hours=end), place)


@pytest.mark.parametrize(
    ("shifts", "managers", "order"),
    [
        ([shift(A, 0, 8)], [], [A]),
        ([shift(A, 0, 8), shift(B, 0, 8, 2)], [C], [A, B, C]),
        ([shift(B, 0, 8, 2), shift(A, 0, 8, 1)], [C], [A, B, C]),
        ([shift(A, 8, 16), shift(B, 0, 8, 2)], [C], [B, C]),
        ([shift(A, 8, 16)], [C], [C]),
        ([shift(A, 0, 8), shift(A, 0, 8, 2)], [A, B], [A, B]),
        ([], [], []),
    ],
)
def test_the_rota_by_place_then_the_manager(shifts, managers, order) -> None:
    assert order_of_asking(shifts, managers, NIGHT) == order


@pytest.mark.parametrize(
    ("order", "asked", "following"),
    [
        ([A, B, C], [A], B),
        ([A, B, C], [A, B], C),
        ([A, B, C], [A, B, C], A),
        ([A, B, C], [A, B, C, A], B),
        ([A], [A], A),
        ([B, C], [A], B),
        ([], [A], None),
    ],
)
def test_who_is_asked_next(order, asked, following) -> None:
    assert next_to_ask(order, asked) == following


@given(st.lists(st.uuids(), min_size=1, max_size=6, unique=True), st.integers(1, 20))
def test_everybody_is_asked_before_anybody_is_asked_again(order, rounds) -> None:
    asked = [order[0]]
    for _ in range(rounds):
        asked.append(next_to_ask(order, asked))
    assert set(asked[: len(order)]) == set(order[: len(asked)])


@pytest.mark.parametrize(
    ("shifts", "reason"),
    [
        ([shift(A, 0, 8), shift(B, 8, 16)], ""),
        ([shift(A, 0, 8), shift(B, 0, 8, 2)], ""),
        ([shift(A, 0, 8), shift(B, 7, 16)], "Two people are in place 1"),
        ([shift(A, 8, 8)], "end after it starts"),
        ([shift(A, 0, 200)], "seven days"),
        ([shift(A, 0, 8, 0)], "from 1 (asked first) to 9"),
    ],
)
def test_shifts_that_may_stand_together(shifts, reason) -> None:
    verdict = rota_verdict(shifts)
    assert verdict.allowed is not bool(reason)
    assert reason in verdict.reason


def test_gaps_are_found_at_night_and_over_the_change_of_the_clocks() -> None:
    since, until = shift(A, 0, 1).starts_at, shift(A, 23, 24).ends_at
    gaps = rota_gaps([shift(A, 2, 8), shift(B, 6, 20, 2)], since, until)
    assert [(g[0].hour, g[1].hour) for g in gaps] == [(0, 2), (20, 0)]
    assert rota_gaps([shift(A, -10, 40)], since, until) == []


@pytest.mark.django_db
def test_who_is_duty_manager_at_night_on_a_holiday() -> None:
    team = make_team()
    manager = make_practitioner("team-manager", team=team)
    first, second = make_practitioner(), make_practitioner()
    at = NIGHT.astimezone(UTC)
    assert queries.duty_manager(team.pk, at) == manager
    with as_practitioner(manager):
        actions.set_rota(
            team.pk,
            [
                Shift(first.pk, at - timedelta(hours=2), at + timedelta(hours=2), 1),
                Shift(second.pk, at - timedelta(hours=2), at + timedelta(hours=6), 2),
            ],
            since=at - timedelta(days=1),
            until=at + timedelta(days=1),
        )
    assert queries.duty_manager(team.pk, at) == first
    assert queries.duty_manager(team.pk, at + timedelta(hours=3)) == second
    assert queries.duty_manager(team.pk, at + timedelta(hours=6)) == manager
    assert queries.duty_manager(make_team().pk, at) is None


@pytest.mark.django_db
def test_a_rota_is_set_by_those_who_may_for_their_own_team() -> None:
    team, other = make_team(), make_team()
    manager = make_practitioner("team-manager", team=team)
    at = now()
    one = Shift(manager.pk, at, at + timedelta(hours=8))
    window = {"since": at - timedelta(days=1), "until": at + timedelta(days=1)}
    with as_practitioner(manager):
        assert actions.set_rota(team.pk, [one], **window) == 1
        assert actions.set_rota(team.pk, [one], **window) == 1
        with pytest.raises(NotPermitted, match="your own team"):
            actions.set_rota(other.pk, [one], **window)
        with pytest.raises(NotFound):
            actions.set_rota(uuid4(), [one], **window)
        with pytest.raises(Refused, match="holds a post"):
            actions.set_rota(team.pk, [Shift(uuid4(), at, at + timedelta(hours=1))], **window)
        with pytest.raises(Refused, match="Two people"):
            actions.set_rota(
                team.pk,
                [Shift(manager.pk, at + timedelta(hours=2), at + timedelta(hours=4))],
                since=at + timedelta(hours=1),
                until=at + timedelta(days=1),
            )
    with as_practitioner(make_practitioner()), pytest.raises(NotPermitted):
        actions.set_rota(team.pk, [], **window)
    assert RotaShift.objects.filter(team=team).count() == 1


def pass_on() -> int:
    with looking_as(Viewer.for_job("notices")):
        return actions.settle_and_pass_on()


def waiting(practitioner) -> list[Notice]:
    with as_practitioner(practitioner):
        return list(queries.notices_waiting(practitioner.pk))


@pytest.mark.django_db
def test_a_notice_that_nobody_acknowledges_goes_round_the_rota() -> None:
    team = make_team()
    manager = make_practitioner("team-manager", team=team)
    first, second = make_practitioner(), make_practitioner()
    start = now()
    with setting_up():
        for place, who in enumerate((first, second), 1):
            RotaShift.objects.create(
                team=team, practitioner=who, place=place, starts_at=start - timedelta(hours=1),
                ends_at=start + timedelta(hours=8),
            )  # fmt: skip
    with as_public():
        notice = actions.notify_duty_manager(
            team.pk, text="A child may be in immediate danger", path="/front-door/", urgent=True,
            acknowledge_within_minutes=15,
        )  # fmt: skip
    assert notice is not None
    assert notice.practitioner_id == first.pk
    assert pass_on() == 0
    with time_machine.travel(start + timedelta(minutes=16), tick=False):
        assert pass_on() == 1
        assert pass_on() == 0
        assert [n.text for n in waiting(second)] == ["A child may be in immediate danger"]
        assert [n.passed_on_at is not None for n in waiting(first)] == [True]
        assert waiting(manager) == []
    with time_machine.travel(start + timedelta(minutes=32), tick=False):
        assert pass_on() == 1
        (last,) = waiting(manager)
    with time_machine.travel(start + timedelta(minutes=33), tick=False):
        with as_practitioner(manager):
            actions.acknowledge(last.pk)
        with as_practitioner(first), pytest.raises(NotFound):
            actions.acknowledge(last.pk)
    with time_machine.travel(start + timedelta(minutes=60), tick=False):
        assert pass_on() == 0
        assert waiting(first) == waiting(second) == waiting(manager) == []


@pytest.mark.django_db
def test_a_notice_to_a_person_goes_to_their_manager_and_rests_with_both(client: Client) -> None:
    manager = make_practitioner("team-manager")
    worker = make_practitioner(line_manager=manager)
    start = now()
    with as_practitioner(manager):
        actions.notify(worker.pk, text="Something waits", path="/x/", acknowledge_within_minutes=60)
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        assert pass_on() == 1
        assert len(waiting(manager)) == 1
    with time_machine.travel(start + timedelta(hours=3), tick=False):
        assert pass_on() == 0
        (last,) = waiting(manager)
        assert len(waiting(worker)) == 1
        client.force_login(manager.user)
        for page in ("/notices/", f"/notices/{last.pk}/"):
            assert "All 2 who could be asked were asked" in client.get(page).content.decode()


@pytest.mark.django_db
@pytest.mark.obligation("HLP-06")
@pytest.mark.parametrize("urgent", [True, False])
def test_days_later_it_still_goes_to_whoever_comes_on_duty_and_if_urgent_round_and_round(
    urgent: bool,
) -> None:
    team = make_team()
    first, later = make_practitioner(), make_practitioner()
    start = now()
    with setting_up():
        for who, days in ((first, 0), (later, 3)):
            RotaShift.objects.create(
                team=team, practitioner=who, place=1, starts_at=start + timedelta(days=days, hours=-1),
                ends_at=start + timedelta(days=days, hours=8),
            )  # fmt: skip
    with as_public():
        actions.notify_duty_manager(
            team.pk, text="Look at this", path="/front-door/", urgent=urgent, acknowledge_within_minutes=15
        )
    for minutes in (16, 32, 48):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert pass_on() == int(urgent)
    with time_machine.travel(start + timedelta(days=3), tick=False):
        assert pass_on() == 1
        assert [n.text for n in waiting(later)] == ["Look at this"]
    for minutes in (16, 32):
        with time_machine.travel(start + timedelta(days=3, minutes=minutes), tick=False):
            assert pass_on() == int(urgent)


@pytest.mark.django_db
def test_a_team_with_nobody_is_told_nothing() -> None:
    with as_public():
        assert actions.notify_duty_manager(make_team().pk, text="x", path="/x/") is None


@pytest.mark.django_db
def test_nobody_reads_or_answers_the_notice_of_another() -> None:
    worker, other = make_practitioner(), make_practitioner("administrator")
    with as_practitioner(other):
        notice = actions.notify(worker.pk, text="Something waits", path="/x/")
        assert not Notice.objects.filter(pk=notice.pk).exists()
        assert Notice.objects.filter(pk=notice.pk).update(acknowledged_at=now()) == 0
        with pytest.raises(NotFound):
            actions.acknowledge(notice.pk)
    with as_practitioner(worker):
        assert actions.acknowledge(notice.pk).acknowledged_at is not None
        assert list(queries.notices_waiting(worker.pk)) == []


@pytest.mark.django_db
def test_an_email_without_content_goes_with_each_notice_once() -> None:
    worker = make_practitioner(email="worker@example.org")
    with as_practitioner(make_practitioner()):
        notice = actions.notify(worker.pk, text="Maya Okafor was hurt", path="/child/1/", urgent=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args->>'notice_id' FROM procrastinate_jobs")
        assert cursor.fetchall() == [("agencies.email_notice", str(notice.pk))]
    jobs.email_notice(notice_id=str(notice.pk))
    jobs.email_notice(notice_id=str(notice.pk))
    (sent,) = mail.outbox
    assert sent.to == ["worker@example.org"]
    assert "urgent" in sent.subject
    for word in ("Maya", "Okafor", "hurt", "/child/1/"):
        assert word not in sent.body + sent.subject
    assert "http://localhost:8000/notices/" in sent.body


@pytest.mark.django_db
def test_an_email_that_fails_is_tried_again(monkeypatch) -> None:
    worker = make_practitioner()
    with as_practitioner(worker):
        notice = actions.notify(worker.pk, text="x", path="/x/")

    def refuse(*_a, **_k):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.message.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            jobs.email_notice(notice_id=str(notice.pk))
    jobs.email_notice(notice_id=str(notice.pk))
    assert len(mail.outbox) == 1
    assert jobs.email_notice.retry_strategy.max_attempts == 15
