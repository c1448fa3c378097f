"""Invented people and agencies for the tests of every room.

They write as the job `setup`, through the doors; `as_practitioner` then looks as one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from faker import Faker

from sightline.agencies.models import Agency, Partnership, Posting, Practitioner, Role, Team, User
from sightline.agencies.queries import acting_as, remembering
from sightline.agencies.terms import AgencyKind
from sightline.kernel.time import today
from sightline.kernel.viewer import Viewer, looking_as

faker = Faker("en_GB")
_numbers = itertools.count(1)

#: Where somebody in each role works, unless a test says otherwise.
WORKS_IN = {
    "designated-safeguarding-lead": AgencyKind.SCHOOL,
    "health-visitor": AgencyKind.HEALTH,
    "police-front-door-officer": AgencyKind.POLICE,
    "early-help-lead-professional": AgencyKind.VOLUNTARY,
    "practitioner": AgencyKind.SCHOOL,
}


@contextmanager
def setting_up() -> Iterator[None]:
    """The job that puts people and agencies there."""
    with transaction.atomic(), looking_as(Viewer.for_job("setup")):
        yield


def make_partnership(**changes: Any) -> Partnership:
    """The partnership, its front door in the local authority: made once, found again after."""
    with setting_up():
        partnership = Partnership.objects.first()
        if partnership is None:
            partnership = Partnership.objects.create(
                name="Eastmarch Safeguarding Children Partnership",
                authority_code="999",
                pack="rotherham",
                letters="EA",
            )
            authority = make_agency(AgencyKind.LOCAL_AUTHORITY, name="Eastmarch Council")
            make_team(authority, name="Front door", front_door=True)
        for name, value in changes.items():
            setattr(partnership, name, value)
        if changes:
            partnership.save()
    return partnership


def make_agency(kind: AgencyKind = AgencyKind.SCHOOL, **fields: Any) -> Agency:
    with setting_up():
        fields.setdefault("name", f"{faker.last_name()} {kind.value.replace('_', ' ')} {next(_numbers)}")
        fields.setdefault("telephone", "01632 960123")
        return Agency.objects.create(kind=kind, **fields)


def make_team(agency: Agency | None = None, **fields: Any) -> Team:
    with setting_up():
        fields.setdefault("name", f"{faker.last_name()} team {next(_numbers)}")
        return Team.objects.create(agency=agency or make_agency(), **fields)


def make_practitioner(
    role: str = "social-worker",
    *,
    team: Team | None = None,
    agency: Agency | None = None,
    name: str = "",
    email: str = "",
    password: str = "",
    post_title: str = "",
    line_manager: Practitioner | None = None,
    held_from: date | None = None,
    held_until: date | None = None,
    sign_in: bool = True,
) -> Practitioner:
    """Somebody in a role (its slug), posted since a year ago; with a team of their own unless given one.

    `sign_in` gives them a user; a `password` lets them use it on the sign-in page.
    """
    with setting_up():
        if team is None and agency is None:
            team = make_team(make_agency(WORKS_IN.get(role, AgencyKind.LOCAL_AUTHORITY)))
        # A page writes O'Neill as O&#39;Neill: tests that look for a name by chance would not find it there.
        name = name or faker.name().replace("'", "")
        user = None
        if sign_in:
            user = User(email=(email or f"p{next(_numbers)}@example.org").lower())
            user.set_password(password) if password else user.set_unusable_password()
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        practitioner = Practitioner.objects.create(user=user, name=name, telephone="01632 960456")
        row = Role.objects.get(slug=role)
        Posting.objects.create(
            practitioner=practitioner,
            agency=agency or team.agency,  # type: ignore[union-attr]
            team=team,
            role=row,
            post_title=post_title or row.title,
            line_manager=line_manager,
            held_from=held_from or today() - timedelta(days=365),
            held_until=held_until,
        )
    return practitioner


@contextmanager
def as_practitioner(practitioner: Practitioner, purpose: str = "") -> Iterator[Viewer]:
    """A transaction in which `practitioner` is who is looking, remembered as in a request."""
    with (
        transaction.atomic(),
        looking_as(Viewer.practitioner(practitioner.pk, origin="192.0.2.1", purpose=purpose)) as v,
        remembering(acting_as(practitioner.pk)),
    ):
        yield v


@contextmanager
def as_public() -> Iterator[Viewer]:
    """A transaction in which somebody without an account is looking."""
    with transaction.atomic(), looking_as(Viewer.public(origin="192.0.2.9")) as viewer:
        yield viewer
