"""The pages of this room as the people of the case use them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.models import Assessment, Contribution, Episode, SectionText
from sightline.enquiries.terms import AssessmentState, Stage
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

from .factories import begun, complete, make_case, sent

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
    assert teacher.get(reverse("enquiries:assessment", args=[case.maya, maya.id])).status_code == 404
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
