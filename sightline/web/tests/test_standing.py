"""What needs to happen on a child's page, and where enquiries found harm: as the child's way goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.queries import on_child, standing
from sightline.enquiries.actions import conference as conferences
from sightline.enquiries.actions import protection
from sightline.enquiries.actions.protection import Calling, call_strategy
from sightline.enquiries.figures import found_by_place
from sightline.enquiries.tests.factories import an_ending, close_case, discussed, everybody_heard, make_case
from sightline.enquiries.tests.test_protection import deciding, enquired, found
from sightline.kernel.time import LONDON, now
from sightline.plans import actions as plans
from sightline.plans.tests.factories import an_action, begun, make_family
from sightline.records.standing import Column, in_column
from sightline.web.queries import child_folders, child_overview
from sightline.web.summary import summary_of

from .test_work import signed_in, text

pytestmark = pytest.mark.django_db
Strategy = apps.get_model("enquiries", "Strategy")
Seal = apps.get_model("access", "Seal")

BECAUSE = "What was seen at home shows it."


def needs(folder_id: Any) -> list[str]:
    """What the child's page says needs to happen; the printed page says the same."""
    lead, folders = child_folders(folder_id)
    shown = [line.text for line in child_overview(lead, folders).needs]
    [section] = [s for s in summary_of(folders).sections if s.title == "What needs to happen"]
    assert [line.text for line in section.lines] == shown
    return shown


@pytest.mark.obligation("CHD-01")
@pytest.mark.obligation("REC-15")
def test_what_needs_to_happen_goes_on_with_the_childs_way() -> None:
    case = make_case("strategy_discussion")
    with as_practitioner(case.manager):
        before = needs(case.maya)
    assert any("Strategy discussion" in line for line in before), (
        "the front door's outcome, until it is acted on"
    )
    meeting_id = discussed(case)
    with as_practitioner(case.manager):
        [called] = needs(case.maya)
        assert called.startswith("Hold a strategy discussion by ")
        parts = [Strategy.objects.get(folder_id=f) for f in (case.maya, case.theo)]
        protection.decide_strategy(
            meeting_id, [deciding(p, "section_47_joint") for p in parts], knows_family=False,
            worker_id=case.worker.pk,
        )  # fmt: skip
        [asked] = needs(case.maya)
        assert asked.startswith(
            "Section 47 enquiry under way. Hold the initial child protection conference by "
        )
        enquiry = apps.get_model("enquiries", "Enquiry").objects.get(folder_id=case.maya)
    with as_practitioner(case.worker):
        protection.write_enquiry(enquiry.id, found())
        everybody_heard(enquiry)
    with as_practitioner(case.manager):
        protection.end_enquiry(enquiry.id, an_ending("continuing_risk", True))
        [due] = needs(case.maya)
        assert due.startswith("Hold the initial child protection conference by ")
        conferences.conference_decided(
            case.maya, plan_made=True, reasons=BECAUSE, decision_id=enquiry.ends.get().decision_id
        )
        assert all("conference" not in line and "trategy" not in line for line in needs(case.maya))
        close_case(case.maya, reason="RC1")
        assert needs(case.maya) == []


@pytest.mark.obligation("CHD-01")
def test_under_a_plan_its_open_actions_are_what_needs_to_happen() -> None:
    family = make_family()
    plan_id = begun(family)
    with as_practitioner(family.worker):
        assert any(line.startswith("Write down the plan and sign it by ") for line in needs(family.maya))
        plans.give_action([plan_id], an_action(family.worker))
        assert any(
            line.startswith("Go with Maya to the hearing clinic: Dana Okafor, by ")
            for line in needs(family.maya)
        )


@pytest.mark.obligation("CHD-01")
def test_a_meeting_that_is_called_stands_first_with_its_day() -> None:
    case = make_case("strategy_discussion")
    with as_practitioner(case.manager):
        starts = (now() + timedelta(days=2)).astimezone(LONDON)
        call_strategy(
            Calling(
                (case.maya,), starts, cause="Two bruises without an explanation.",
                safety_now="She sleeps at her grandmother's.", chair_id=case.manager.pk, link="01632 960100",
            )
        )  # fmt: skip
        assert f"Strategy discussion on {starts.day} {starts:%B %Y} at {starts:%H:%M}" in needs(case.maya)[:2]


@pytest.mark.obligation("NTC-04")
def test_where_enquiries_found_the_harm_is_counted(owning: Any) -> None:
    case = make_case("strategy_discussion")
    since = now() - timedelta(days=1)
    for enquiry, where, finding in zip(
        enquired(case),
        (["outside", "online"], ["home"]),
        ("continuing_risk", "not_substantiated"),
        strict=True,
    ):
        conference = finding == "continuing_risk"
        with as_practitioner(case.worker):
            protection.write_enquiry(
                enquiry.id,
                found(
                    harm_where=where, finding=finding, conference=conference,
                    conference_why="" if conference else "He is safe at his father's home.",
                ),
            )  # fmt: skip
            everybody_heard(enquiry)
        with as_practitioner(case.manager):
            protection.end_enquiry(enquiry.id, an_ending(finding, conference))
    with as_practitioner(case.manager):
        until = now() + timedelta(minutes=1)
        mine = found_by_place(since, until)
        assert [(f.place, f.children, f.conferences) for f in mine] == [
            ("At home", 1, 0), ("Outside the home", 1, 1), ("Online", 1, 1),
        ]  # fmt: skip
        assert dict(mine[0].findings) == {"Not substantiated": 1}
        assert found_by_place(until, until + timedelta(days=1)) == []
        assert found_by_place(since, until, everywhere=True) == [], "who does not answer for the partnership"
    page = text(signed_in(case.manager).get("/figures/"))
    assert "Where enquiries found the harm" in page
    with as_practitioner(case.door.stranger):
        assert found_by_place(since, until) == []
    lead = make_practitioner("quality-lead")
    with as_practitioner(lead):
        assert found_by_place(since, until) == []
        assert found_by_place(since, until, everywhere=True) == mine
    with owning():
        Seal.objects.create(folder_id=case.maya, why="Adopted", sealed_by=case.manager, sealed_at=now())
    with as_practitioner(lead):
        assert [f.place for f in found_by_place(since, until, everywhere=True)] == ["At home"]


@pytest.mark.obligation("CHD-01")
def test_a_later_concern_that_leads_nowhere_does_not_hide_what_is_under_way() -> None:
    case = make_case("strategy_discussion")
    discussed(case)
    with as_practitioner(case.manager):
        parts = on_child([case.maya])
        [screening] = parts[0].screenings.all()
        before, at = screening.decision.made_at, now()
        screening.decision.made_at, screening.outcome_id = at, "already_open"
        assert before < at
        found = [line.text for line in in_column(standing(parts, before), Column.NEED)]
        assert found == [], "the way that is under way says what comes next"
        screening.outcome_id = "section_17_assessment"
        assert len(in_column(standing(parts, before), Column.NEED)) == 1, "until somebody has acted on it"
        assert in_column(standing(parts, at), Column.NEED) == []
