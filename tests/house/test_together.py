"""What is read together is what would have been read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import JSONObject
from django.test.utils import CaptureQueriesContext

from sightline.agencies.models import Agency, Posting, Practitioner, RotaShift, Team
from sightline.agencies.tests.factories import make_practitioner, make_team, setting_up
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.together import Asking, Wanted, answer, at_once, both, prepared, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    team = make_team()
    for _ in range(3):
        make_practitioner(team=team)
    return team


def asked() -> list[Any]:
    """One of every kind of queryset that rooms ask."""
    of_person = Posting.objects.filter(practitioner=OuterRef("pk")).order_by("id")
    return [
        Posting.objects.select_related("practitioner", "agency", "team").order_by("-id"),
        Practitioner.objects.order_by("name").values("id", "name", "postings__held_from"),
        Team.objects.order_by("id").values_list("id", "name"),
        Practitioner.objects.order_by("id").annotate(
            posted=Exists(of_person), since=Subquery(of_person.values("held_from")[:1])
        ),
        Agency.objects.order_by("id").annotate(
            ids=ArraySubquery(Team.objects.filter(agency=OuterRef("pk")).values("id")),
            seen=ArraySubquery(
                Team.objects.filter(agency=OuterRef("pk")).values(json=JSONObject(name="name"))
            ),
            of=Value("agency"),
        ),
        Posting.objects.order_by("practitioner_id", "-held_from").distinct("practitioner_id"),
        Practitioner.objects.filter(pk__in=[]),
        Team.objects.prefetch_related("postings").order_by("id")[:2],
    ]


def shown(rows: list[Any]) -> list[Any]:
    return [
        {k: v for k, v in vars(row).items() if k != "_state"} if hasattr(row, "_meta") else row
        for row in rows
    ]


def test_the_rows_are_the_same(team: Team) -> None:
    with setting_up():
        alone, at_one_time = asked(), asked()
        together(*at_one_time)
        for one, other in zip(alone, at_one_time, strict=True):
            assert [repr(v) for v in shown(list(one))] == [repr(v) for v in shown(list(other))]


def test_one_query_for_all(team: Team) -> None:
    with setting_up(), CaptureQueriesContext(connection) as captured:
        teams, people = Team.objects.all(), Posting.objects.select_related("practitioner")
        together(teams, people)
        assert [each.name for each in teams]
        assert [each.practitioner.name for each in people]
    assert sum(each["sql"].startswith("SELECT (SELECT") for each in captured.captured_queries) == 1
    assert not [each for each in captured.captured_queries if '"agencies_team"' in each["sql"]][1:]


def test_what_is_made_of_one_asks_for_itself(team: Team) -> None:
    with setting_up():
        teams, people = Team.objects.all(), Practitioner.objects.all()
        together(teams, people)
        assert not teams.filter(name="nobody's").exists()
        assert people.count() == len(people)


def test_instants_and_days_are_read_as_such(team: Team) -> None:
    with setting_up():
        who = Practitioner.objects.order_by("id").first()
        assert who is not None
        at = datetime(2026, 5, 4, 9, 30, 15, 123000, tzinfo=UTC)
        RotaShift.objects.create(
            team=team, practitioner=who, starts_at=at, ends_at=at.replace(hour=17), place=1
        )
        shifts, posts = RotaShift.objects.filter(practitioner=who), Posting.objects.all()
        together(shifts, posts)
        assert shifts[0].starts_at == at
        assert isinstance(posts[0].held_from, date)


def test_those_that_ask_twice_wait_for_each_other(team: Team) -> None:
    def names_of_team() -> Asking[list[str]]:
        teams = Team.objects.order_by("id")[:1]
        yield (teams,)
        people = Posting.objects.filter(team__in=[each.id for each in teams]).select_related("practitioner")
        yield (people,)
        return [each.practitioner.name for each in people]

    def count() -> Asking[int]:
        people = Practitioner.objects.all()
        yield (people,)
        return len(people)

    def nothing() -> Asking[int]:
        return 7
        yield ()

    with setting_up(), CaptureQueriesContext(connection) as captured:
        names, counted = answer(both(names_of_team(), count()))
        assert answer(at_once([count(), nothing(), count()])) == [counted, 7, counted]
    assert names
    assert sum(each["sql"].startswith("SELECT (SELECT") for each in captured.captured_queries) == 2


@prepared
def _of_teams(team_ids: Sequence[UUID], day: date) -> Wanted:
    return (
        Posting.objects.filter(held_on(day), team_id__in=team_ids)
        .select_related("practitioner")
        .order_by("id"),
        Team.objects.filter(id__in=team_ids).order_by("name").values_list("name", flat=True),
    )


def test_a_prepared_question_takes_other_values_each_time(team: Team) -> None:
    other = make_team()
    make_practitioner(team=other)
    with setting_up():
        for teams in ([team.pk], [other.pk], [team.pk, other.pk], [], [other.pk]):
            posts, names = _of_teams(teams, today())
            assert {post.team_id for post in posts} == set(teams)
            assert bool(teams) == any(post.practitioner.name for post in posts)
            assert len(names) == len(teams)
        assert len(_of_teams([team.pk], date(1999, 1, 1))[0]) == 0


def test_what_is_prepared_is_read_together(team: Team) -> None:
    with setting_up(), CaptureQueriesContext(connection) as captured:
        first, second = _of_teams([team.pk], today()), _of_teams([team.pk], date(1999, 1, 1))
        together(*first, *second)
        assert [len(each) > 0 for each in (*first, *second)] == [True, True, False, True]
    assert sum(each["sql"].startswith("SELECT (SELECT") for each in captured.captured_queries) == 1


@prepared
def _named(team_ids: Sequence[UUID]) -> Wanted:
    return (
        Team.objects.filter(id__in=team_ids)
        .exclude(name__contains="100%")
        .annotate(of=Value("'100%' of %s")),
        Posting.objects.filter(team_id__in=team_ids, practitioner__name__contains="%"),
    )


def test_what_is_always_the_same_may_hold_any_sign(team: Team) -> None:
    full = make_team(name="100% attendance")
    make_practitioner(team=full, name="Per % Cent")
    with setting_up():
        teams, posts = asked = _named([team.pk, full.pk])
        together(*asked)
        assert [(each.pk, each.of) for each in teams] == [(team.pk, "'100%' of %s")]
        assert [each.team_id for each in posts] == [full.pk]


def test_it_is_asked_again_after_a_savepoint_was_rolled_back(team: Team) -> None:
    with setting_up():
        for _ in range(7):
            with suppress(ZeroDivisionError), transaction.atomic():
                assert _of_teams([team.pk], today())[0]
                raise ZeroDivisionError
            assert _of_teams([team.pk], today())[1][0] == team.name


def test_it_finds_what_was_written_since(team: Team) -> None:
    with setting_up():
        for more in range(8):
            assert len(_of_teams([team.pk], today())[0]) == 3 + more
            make_practitioner(team=team)


def test_a_prepared_question_takes_no_words(team: Team) -> None:
    with pytest.raises(TypeError), setting_up():
        _of_teams("nobody", today())  # type: ignore[arg-type]
