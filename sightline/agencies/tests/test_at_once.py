"""Two people who write at the same moment: the second is told so in words, and nothing stands twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import transaction

from sightline.agencies import actions
from sightline.agencies.models import Agency, Practitioner, RotaShift, Team
from sightline.agencies.rules import Shift
from sightline.agencies.terms import AgencyKind
from sightline.audit.actions import MET_ANOTHER, attempt
from sightline.audit.models import AuditEvent
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused

from . import beside
from .factories import as_practitioner, make_partnership, make_practitioner, make_team


def both(
    who: Practitioner, other: psycopg.Connection, first: Callable[[], object], second: Callable[[], object]
) -> str:
    """What the second of two forms of one person is told; empty where it may."""
    return beside.both(other, (who, first), (who, second))[0]


@pytest.mark.django_db(transaction=True)
def test_what_two_create_at_once_stands_once(transactional_db: None, as_owner: Any) -> None:
    make_partnership()
    team = make_team()
    admin = make_practitioner("administrator", team=team)
    told = both(
        admin, as_owner,
        lambda: actions.add_agency("Lantern House", AgencyKind.VOLUNTARY),
        lambda: actions.add_agency("lantern house", AgencyKind.VOLUNTARY),
    )  # fmt: skip
    assert told == "There is already an agency called lantern house"
    told = both(
        admin, as_owner, lambda: actions.add_team(team.agency_id, "Night team"),
        lambda: actions.add_team(team.agency_id, "night team"),
    )  # fmt: skip
    assert told == "The agency already has a team called night team"

    def appoint(title: str) -> Practitioner:
        return actions.appoint(
            name="Ola Brandt", email="ola@example.org", agency=team.agency_id, role="administrator",
            post_title=title, line_manager=admin.pk,
        )  # fmt: skip

    assert both(admin, as_owner, lambda: appoint("By day"), lambda: appoint("By night")) == ""
    at = now() + timedelta(days=1)
    shift = Shift(admin.pk, at, at + timedelta(hours=8), 1)
    told = both(
        admin,
        as_owner,
        lambda: actions.add_shifts(team.pk, [shift]),
        lambda: actions.add_shifts(team.pk, [shift]),
    )
    assert told
    assert "Error" not in told
    with as_practitioner(admin):
        assert Agency.objects.filter(name__iexact="Lantern House").count() == 1
        assert Team.objects.filter(name__iexact="night team").count() == 1
        assert Practitioner.objects.get(user__email="ola@example.org").postings.count() == 2
        assert RotaShift.objects.filter(team=team).count() == 1


@pytest.mark.django_db
def test_whatever_may_stand_only_once_is_refused_in_words_and_the_trail_is_told(
    owning: Callable[[], Any],
) -> None:
    team = make_team()
    admin = make_practitioner("administrator", team=team)
    with as_practitioner(admin):
        with transaction.atomic(), pytest.raises(Refused) as refused, attempt("agencies.add_team"):
            Team(agency_id=team.agency_id, name=team.name).save(force_insert=True)
        assert refused.value.verdict.reason == MET_ANOTHER
        assert Team.objects.filter(name=team.name).count() == 1, "the transaction goes on"
    with owning():
        assert AuditEvent.objects.filter(what="agencies.add_team", verb="refused").exists()
