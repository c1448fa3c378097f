"""A front door with its people, and concerns to send to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sightline.agencies.actions import set_rota
from sightline.agencies.models import Practitioner, Team
from sightline.agencies.queries import front_door_team
from sightline.agencies.rules import Shift
from sightline.agencies.terms import AgencyKind
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_agency,
    make_partnership,
    make_practitioner,
    make_team,
    setting_up,
)
from sightline.children.terms import Kinship, Known
from sightline.concerns.actions import ChildIn, ConcernIn, PersonIn, Raised, raise_concern
from sightline.concerns.rules import ChildDecision
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.time import now, today

NOT_HEARD = "Nobody was with them who could ask."


@dataclass
class FrontDoor:
    """The people of a small partnership."""

    team: Team
    decider: Practitioner
    second: Practitioner
    manager: Practitioner
    teacher: Practitioner
    worker: Practitioner
    stranger: Practitioner


def make_front_door(pack: str = "rotherham") -> FrontDoor:
    """A front door on duty, a teacher who raises concerns, a social worker, and one who has no part in it."""
    make_partnership(pack=pack)
    with setting_up():
        team = front_door_team()
        assert team is not None
    manager = make_practitioner("team-manager", team=team, name="Priya Nair")
    decider = make_practitioner(
        "front-door-decision-manager", team=team, name="Gwen Ashby", line_manager=manager
    )
    second = make_practitioner(
        "front-door-decision-manager", team=team, name="Ola Brandt", line_manager=manager
    )
    school = make_team(make_agency(AgencyKind.SCHOOL))
    teacher = make_practitioner("designated-safeguarding-lead", team=school, name="Sam Reyes")
    worker = make_practitioner("social-worker", name="Dana Okafor", line_manager=manager)
    stranger = make_practitioner("front-door-decision-manager", name="Nobody Here")
    start = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    with setting_up():
        set_rota(
            team.pk,
            [
                Shift(manager.pk, start, start + timedelta(days=6), 1),
                Shift(second.pk, start, start + timedelta(days=6), 2),
            ],
            # What an hour ago was planned for a front door of the same test makes room.
            since=start - timedelta(days=1),
            until=start + timedelta(days=7),
        )
    return FrontDoor(team, decider, second, manager, teacher, worker, stranger)


def a_concern(**changes: Any) -> ConcernIn:
    """A concern about two siblings as a teacher sends it; of a child with no words it says why there are none."""
    fields: dict[str, Any] = {
        "children": [
            ChildIn(
                given="Maya",
                family="Ferreira-Lund",
                born_on=date(2017, 3, 14),
                sex="F",
                lines="4 Tern Street",
                postcode="ZZ99 1AA",
                school="Quayside Primary",
                said="I don't like it when he shouts.",
            ),  # fmt: skip
            ChildIn(
                given="Theo",
                family="Ferreira-Lund",
                age_years=4,
                sex="M",
                lines="4 Tern Street",
                postcode="ZZ99 1AA",
            ),
        ],
        "what_happened": "Maya came to school without her hearing aids and said that there was shouting every night.",
        "people": [PersonIn(given="Ana", family="Ferreira", kinship=Kinship.MOTHER, lives_with=Known.YES)],
        "immediate_danger": False,
        "danger_words": "He is on his way to them." if changes.get("immediate_danger") else "",
        "harm_where": ["home"],
        "family_told": Told.YES,
        "family_told_words": "I told her mother at the gate.",
        "family_agreed": Agreed.YES,
        "source_code": "2A",
        "referrer_contact": "01632 960123",
    }
    sent = ConcernIn(**{**fields, **changes})
    heard = [c if c.said or c.said_why_not else replace(c, said_why_not=NOT_HEARD) for c in sent.children]
    return replace(sent, children=heard)


def raised_by(practitioner: Practitioner, **changes: Any) -> Raised:
    with as_practitioner(practitioner):
        return raise_concern(a_concern(**changes))


SENT = "He hits her at weekends. She lives with her aunt for now. Her mother must not know the address."


def a_decision(part_id: UUID, outcome: str = "early_help", **changes: Any) -> ChildDecision:
    """A complete decision; change what a test is about."""
    from sightline.procedures.queries import pack_in_force

    levels = pack_in_force().levels(today())
    level = levels.level[1]
    fields: dict[str, Any] = {
        "part_id": part_id,
        "outcome_id": outcome,
        "level_id": level.id,
        "descriptors": (level.descriptor[0].id,),
        "reasons": "Maya is safe today, and her mother asked for help herself.",
        "stands_on": "The mother agreed on the telephone.",
        "why_nothing_less": "Lesser help was offered twice and did not keep her safe.",
        "child_told": "Her teacher told her after lunch.",
        "parents_told": "The mother was told on the telephone by Gwen Ashby.",
        "advice": "The school talks with the mother every week.",
        "records_referral": False,
        "need_code": "N1",
        "authority": "",
        "summary": SENT,
        "sooner": False,
        "none_of_these": True,
    }
    return ChildDecision(**{**fields, **changes})
