"""The pages of this room as the people of the case use them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import contribution
from sightline.enquiries.models import (
    AnswerDraft,
    Assessment,
    Contribution,
    Enquiry,
    Episode,
    SectionText,
    Strategy,
    StrategyDecision,
)
from sightline.enquiries.terms import AssessmentState, Stage
from sightline.kernel.time import LONDON, today
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from .factories import a_family, begun, complete, discussed, make_case, sent

pytestmark = pytest.mark.django_db


def browser(who):
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(who.user)
    return client


def page(client, name, *args, **query):
    return client.get(reverse(f"enquiries:{name}", args=args), query)


def words_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_tab_shows_what_a_concern_opened_and_begins_it():
    case = make_case()
    client = browser(case.manager)
    shown = page(client, "child", case.maya)
    assert shown.status_code == 200
    assert "Complete the assessment" in words_of(shown)
    assert 'aria-current="page"' in shown.content.decode()
    sent_ = client.post(
        reverse("enquiries:begin", args=[case.maya]),
        {
            "form": "section_17",
            "children": [str(case.maya)],
            "author": str(case.worker.pk),
            "stands_on": "agreement",
            "agreed": "Her mother agreed at home on Tuesday.",
            "sooner": "no",
        },
    )
    assert sent_.status_code == 302, words_of(sent_)
    with as_practitioner(case.worker):
        row = Assessment.objects.get(folder_id=case.maya)
        assert row.author_id == case.worker.pk
    task_list = page(browser(case.worker), "assessment", case.maya, row.id)
    assert task_list.status_code == 200
    assert "Not yet started" in words_of(task_list)


@pytest.mark.obligation("TIM-01")
def test_a_day_that_brings_nothing_forward_is_refused_with_what_was_typed():
    case = make_case()
    client = browser(case.manager)
    late = today() + timedelta(days=300)
    typed = {
        "form": "section_17", "children": [str(case.maya), str(case.theo)], "author": str(case.worker.pk),
        "stands_on": "agreement", "agreed": "Her mother agreed at home on Tuesday.", "sooner": "yes",
        "sooner_on-day": late.day, "sooner_on-month": late.month, "sooner_on-year": late.year,
        "sooner_why": "Her father comes out of prison.",
    }  # fmt: skip
    here = reverse("enquiries:begin", args=[case.maya])
    refused = client.post(here, typed)
    assert refused.status_code == 409
    assert "The time limit ends no later than that by itself" in words_of(refused)
    assert "Her father comes out of prison." in refused.content.decode()
    soon = today() + timedelta(days=3)
    days = {"sooner_on-day": soon.day, "sooner_on-month": soon.month, "sooner_on-year": soon.year}
    assert client.post(here, typed | days).status_code == 302
    with as_practitioner(case.worker):
        for row in Assessment.objects.all():
            duty = Duty.objects.get(kind="assessment", subject_id=row.duty_subject, closed_at=None)
            assert duty.due_at.astimezone(LONDON).date() == soon
            assert duty.sooner_why == "Her father comes out of prison."


def test_every_section_opens_saves_what_is_there_and_reads():
    case = make_case()
    maya, _theo = begun(case)
    client = browser(case.worker)
    with as_practitioner(case.worker):
        form = pack_in_force().assessment_form("section_17", today())
    for section in form.section:
        shown = page(client, "section", case.maya, maya.id, section.id)
        assert shown.status_code == 200, section.id
        assert page(client, "earlier", case.maya, maya.id, section.id).status_code == 200
    answer = client.post(
        reverse("enquiries:section", args=[case.maya, maya.id, "parenting"]),
        {"basic_care.strengths": "Meals are regular.", "basic_care.difficulties": "", "then": "stay"},
    )
    assert answer.status_code == 302
    with as_practitioner(case.worker):
        assert SectionText.objects.get(assessment=maya).content == {
            "basic_care.strengths": "Meals are regular."
        }
    assert "Meals are regular." in words_of(page(client, "read", case.maya, maya.id))


def test_what_is_typed_in_a_section_is_its_writers_own_until_it_is_saved():
    """Kept as it is typed, it stands under My work, and goes to somebody else with the record."""
    case = make_case()
    maya, _theo = begun(case)
    client, here = browser(case.worker), reverse("enquiries:section", args=[case.maya, maya.id, "network"])
    keep = unescape(re.search(r'data-autosave-url="([^"]*)"', client.get(here).content.decode())[1])
    assert client.post(keep, {"explored": "Half a sen"}).json()["saved"]
    assert "Half a sen" in client.get(here).content.decode()
    assert "You were filling in" in words_of(client.get("/"))
    assert "Half a sen" not in browser(case.manager).get(here).content.decode()
    assert client.post(here, {"explored": "A whole sentence.", "then": "stay"}).status_code == 302
    assert "You were filling in" not in words_of(client.get("/")), "saving it empties the draft"


def test_what_an_agency_is_typing_is_theirs_until_it_is_filed():
    case = make_case()
    [maya] = begun(case, case.maya)
    nurse = make_practitioner("health-visitor", name="Ngozi Bell")
    with as_practitioner(case.worker):
        asked = contribution.ask(
            maya.id, nurse.postings.get().agency_id, "How is she growing?", practitioner_id=nurse.pk
        )
    client, here = browser(nurse), reverse("enquiries:contribution", args=[asked.id])
    keep = unescape(re.search(r'data-autosave-url="([^"]*)"', client.get(here).content.decode())[1])
    assert client.post(keep, {"gives": "answer", "answer": "She is on the"}).json()["saved"]
    assert "She is on the" in client.get(here).content.decode()
    assert "She is on the" not in browser(case.worker).get(here).content.decode()
    assert client.post(here, {"gives": "answer", "answer": "She is on the ninth centile."}).status_code == 302
    with as_practitioner(nurse):
        assert AnswerDraft.objects.get().content == {}, "filing it empties the draft"


def test_a_stale_section_keeps_what_was_typed_and_shows_theirs():
    case = make_case()
    maya, _theo = begun(case)
    with as_practitioner(case.worker):
        act.write(maya.id, "network", {"explored": "Both grandmothers."})
        act.write(maya.id, "network", {"explored": "An uncle too."}, number=1)
    client = browser(case.worker)
    answer = client.post(
        reverse("enquiries:section", args=[case.maya, maya.id, "network"]),
        {"explored": "A neighbour.", "number": "1"},
    )
    assert answer.status_code == 409
    assert "A neighbour." in answer.content.decode()
    assert "An uncle too." in words_of(answer)


def test_it_is_sent_read_and_signed_in_the_browser():
    case = make_case()
    maya, _theo = begun(case)
    complete(case, maya)
    worker, manager = browser(case.worker), browser(case.manager)
    shown = page(worker, "send", case.maya, maya.id)
    version = re.search(r'name="version" value="(\d+)"', shown.content.decode()).group(1)
    answer = worker.post(
        reverse("enquiries:send", args=[case.maya, maya.id]),
        {
            "outcome_id": "child_in_need_plan", "words": "Both parents want the help.", "manager": str(case.manager.pk),
            "version": version,
        },
    )  # fmt: skip
    assert answer.status_code == 302, words_of(answer)
    shown = page(manager, "sign", case.maya, maya.id)
    assert "The author recommends" in words_of(shown)
    assert "checked" not in shown.content.decode()
    version = re.search(r'name="version" value="(\d+)"', shown.content.decode()).group(1)
    signing = {
        "knows_family": "no", "outcome_id": "child_in_need_plan", "has_conflict": "no", "version": version,
        "reasons": "The help named in it fits what both children need.",
        "wishes_why_not": "She was asked twice and did not want to say.",
    }  # fmt: skip
    answer = manager.post(reverse("enquiries:sign", args=[case.maya, maya.id]), signing)
    assert answer.status_code == 302, words_of(answer)
    with as_practitioner(case.manager):
        assert Assessment.objects.get(id=maya.id).state == AssessmentState.SIGNED.value
        assert Episode.objects.get(folder_id=case.maya).stage == Stage.HELP.value
    twice = manager.post(reverse("enquiries:sign", args=[case.maya, maya.id]), signing)
    assert twice.status_code == 409
    assert page(worker, "shared", case.maya, maya.id).status_code == 200
    assert page(worker, "assessment", case.maya, maya.id).status_code == 200


def test_an_agency_is_asked_chased_and_answers_under_its_own_name():
    case = make_case()
    maya, _theo = begun(case)
    worker, teacher = browser(case.worker), browser(case.door.teacher)
    with as_practitioner(case.worker):
        school = case.door.teacher.postings.get().agency_id
    address = reverse("enquiries:ask", args=[case.maya, maya.id])
    assert "Which agency" in words_of(worker.get(address))
    answer = worker.post(
        address,
        {"agency": str(school), "practitioner": str(case.door.teacher.pk), "words": "How is she at school?"},
    )
    assert answer.status_code == 302, words_of(answer)
    with as_practitioner(case.worker):
        row = Contribution.objects.get()
    own = reverse("enquiries:contribution", args=[row.id])
    assert worker.post(own, {"act": "chase"}).status_code == 302
    shown = teacher.get(own)
    assert "How is she at school?" in words_of(shown)
    assert "Chased" in words_of(shown)
    closed = teacher.get(reverse("enquiries:assessment", args=[case.maya, maya.id]))
    assert closed.headers["Location"] == reverse("matching:pointer", args=[case.maya])
    keep = reverse("enquiries:contribution_keep", args=[row.id])
    assert teacher.post(keep, {"gives": "answer", "answer": "She comes in every"}).status_code == 200
    assert "She comes in every" in words_of(teacher.get(own)), "kept while it is typed"
    assert browser(case.door.stranger).post(keep, {"answer": "x"}).status_code == 404
    answer = teacher.post(own, {"gives": "answer", "answer": "She comes in every day and is often tired."})
    assert answer.status_code == 302, words_of(answer)
    section = words_of(page(worker, "section", case.maya, maya.id, "agencies"))
    assert "often tired" in section
    assert case.door.teacher.name in section


def test_the_whole_is_shown_to_a_manager_before_signing():
    case = make_case()
    maya, _theo = begun(case)
    sent(case, maya)
    for name in ("sign", "return", "read", "assessment"):
        assert page(browser(case.manager), name, case.maya, maya.id).status_code == 200, name


@pytest.mark.obligation("FAM-04")
def test_protection_in_the_browser_from_the_call_to_the_end_of_an_enquiry():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case)
    manager, worker = browser(case.manager), browser(case.worker)
    with as_practitioner(case.manager):
        maya = Strategy.objects.get(folder_id=case.maya)
    assert page(manager, "call", case.maya).status_code == 200
    shown = page(manager, "strategy", case.maya, maya.id)
    assert shown.status_code == 200
    assert "Theo" in words_of(shown)
    each = {
        "safety": "She sleeps at her grandmother's.", "wishes_why_not": "She was asleep.", "has_conflict": "no",
    }  # fmt: skip
    sitting = {
        "knows_family": "no", "worker": str(case.worker.pk), "threshold_all": "Two injuries without an explanation.",
    }  # fmt: skip
    for n, outcome in enumerate(("section_47_joint", "assessment")):
        sitting |= {f"c{n}-{k}": v for k, v in {**each, "outcome": outcome}.items()}
    sitting["c0-reasons"] = "Hers do not fit what was said."
    here = reverse("enquiries:strategy", args=[case.maya, maya.id])
    keep = unescape(shown.content.decode().partition('data-autosave-url="')[2].partition('"')[0])
    assert manager.post(keep, sitting).status_code == 200
    assert "Hers do not fit what was said." in words_of(manager.get(here)), "kept while it is typed"
    refused = manager.post(here, sitting)
    assert "Give the reasons" in words_of(refused), "neither written for both nor for Theo"
    sitting["reasons_all"] = "Three agencies say the same."
    soon = today() + timedelta(days=3)
    for child in ("c0", "c1"):
        sitting |= {
            f"{child}-conference_by-{part}": str(getattr(soon, part)) for part in ("day", "month", "year")
        }
    refused = words_of(manager.post(here, sitting))
    assert "Say why this child needs it sooner" in refused
    assert "Leave this empty: no enquiry begins" in refused, "for Theo, who is assessed only"
    sitting |= {f"c1-conference_by-{part}": "" for part in ("day", "month", "year")}
    answer = manager.post(here, sitting | {"c0-sooner_why": "Her father comes home this week."})
    assert answer.status_code == 302, words_of(answer)
    with as_practitioner(case.manager):
        decided = {d.folder_id: d for d in StrategyDecision.objects.select_related("decision")}
    assert {d.threshold for d in decided.values()} == {"Two injuries without an explanation."}
    assert decided[case.maya].decision.reasons == (
        "Three agencies say the same.\n\nHers do not fit what was said."
    )
    assert decided[case.theo].decision.reasons == "Three agencies say the same."
    assert decided[case.maya].written_together == decided[case.theo].written_together is not None
    with as_practitioner(case.worker):
        enquiry = Enquiry.objects.get(folder_id=case.maya)
        conference = Duty.objects.get(subject_id=enquiry.id, kind="initial_conference")
    assert conference.due_at.astimezone(LONDON).date() == soon
    own = reverse("enquiries:enquiry", args=[case.maya, enquiry.id])
    assert worker.get(own).status_code == 200
    assert "We do not know when this child was last seen" in words_of(worker.get(f"/child/{case.maya}/"))
    with as_practitioner(case.worker):
        mother, father = a_family(case.maya)
    spoken = reverse("enquiries:spoken", args=[case.maya, enquiry.id])
    heard = {
        "person": mother, "was_heard": "yes", "alone": "no", "told": "Section 47, and what may follow.",
        "spoken_on-day": "1", "spoken_on-month": "9", "spoken_on-year": "2026",
    }  # fmt: skip
    refused = words_of(worker.post(spoken, heard))
    assert "Say who else was there, and why" in refused
    assert "Say who interpreted, or that nobody had to" in refused
    heard |= {"not_alone_why": "Her sister was, as she wished.", "interpreting": "relative"}
    refused = words_of(worker.post(spoken, heard))
    assert "A relative should not interpret" in refused
    heard |= {
        "relative_who": "Her sister, Polish",
        "relative_why": "The telephone service had nobody before six.",
    }
    answer = worker.post(spoken, heard)
    assert answer.status_code == 302, words_of(answer)
    answer = worker.post(
        own,
        {
            "child_seen_on-day": "1", "child_seen_on-month": "9", "child_seen_on-year": "2026", "seen_alone": "yes",
            "harm_where": ["home", "online"],
            "powers_told": "Both parents, at home, of section 47.",
            "analysis": "The injuries do not fit.",
            "finding": "continuing_risk", "conference": "yes", "version": "1",
        },
    )  # fmt: skip
    assert answer.status_code == 302, words_of(answer)
    assert "1 September 2026, alone, by" in words_of(worker.get(f"/child/{case.maya}/")), (
        "the enquiry saw her"
    )
    shown = words_of(worker.get(own))
    assert "1 September 2026, not alone: Her sister was, as she wished; a relative interpreted" in shown
    assert "(Her sister, Polish): The telephone service had nobody before six." in shown
    said = shown.partition("Lars Lund, father")[2]
    assert "Holds parental responsibility" in said[:60]
    assert "Not said yet" in said[:90]
    assert "Record how Lars Lund, father was heard, or why not" in shown
    assert "Decide on the enquiry" not in words_of(manager.get(own)), "a father is not left out silently"
    answer = worker.post(spoken, {"person": father, "was_heard": "no"})
    assert "Say why they were not heard, and what was tried" in words_of(answer)
    answer = worker.post(
        spoken,
        {"person": father, "was_heard": "no", "not_heard_why": "At sea until May; two messages to his ship."},
    )
    assert answer.status_code == 302, words_of(answer)
    shown = words_of(manager.get(own))
    assert "Not heard: At sea until May; two messages to his ship." in shown
    assert "Decide on the enquiry" in shown
    answer = manager.post(
        reverse("enquiries:end", args=[case.maya, enquiry.id]),
        {
            "knows_family": "no", "finding": "continuing_risk", "conference": "yes", "has_conflict": "no",
            "version": "2",
            "reasons": "She is not safe without a plan that all agree on.",
            "wishes_why_not": "She was asked twice and did not want to say.",
        },
    )  # fmt: skip
    assert answer.status_code == 302, words_of(answer)
    assert "Child protection conference" in words_of(page(manager, "child", case.maya))
    assert meeting_id


@pytest.mark.parametrize(
    "name", ["begin_emergency", "ask_medical", "become_looked_after", "contact", "progress", "begin"]
)
def test_every_form_opens_and_says_what_is_missing(name):
    case = make_case()
    begun(case, case.maya)
    client = browser(case.manager)
    assert page(client, name, case.maya).status_code == 200
    answer = client.post(reverse(f"enquiries:{name}", args=[case.maya]), {})
    assert "There is a problem" in words_of(answer)
