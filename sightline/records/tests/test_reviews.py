"""Who signs management oversight and supervision, and the day on which they come back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused
from sightline.procedures.queries import on_folders
from sightline.records.actions import EntryIn, correct_entry, keep_draft, sign

from .conftest import Family, an_hour_ago
from .test_pages import client_of

pytestmark = pytest.mark.django_db


def an_oversight(family: Family, days: int = 10) -> EntryIn:
    day = today() + timedelta(days=days)
    answers = {"to_do": "Dana sees Maya at school.", "review_on": day.isoformat()}
    return EntryIn((family.maya,), "oversight", an_hour_ago(), "Talked with Dana.", answers=answers)


@pytest.mark.obligation("REC-09")
def test_a_worker_does_not_sign_management_oversight_nor_answer_it(family: Family) -> None:
    with as_practitioner(family.manager):
        sign(an_oversight(family))
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="signed by a manager"):
            sign(an_oversight(family))
        assert [d.kind for d in on_folders([family.maya])] == ["review_of_oversight"]


@pytest.mark.obligation("REC-09")
def test_a_worker_is_told_at_the_door_whose_oversight_is_and_keeps_what_they_had_begun(
    family: Family,
) -> None:
    path = reverse("records:write", args=[family.maya, "oversight"])
    with as_practitioner(family.worker):
        draft = keep_draft(
            uuid4(), child=family.maya, kind="oversight", content={"text": ["Priya said so."]}, version=0
        ).draft
    worker = client_of(family.worker)
    refused = worker.get(path)
    assert refused.status_code == 403
    assert "ask your manager to record the oversight" in refused.content.decode()
    assert "Priya said so." in worker.get(path, {"draft": draft.id}).content.decode()
    assert client_of(family.manager).get(path).status_code == 200


@pytest.mark.obligation("REC-09")
def test_a_corrected_day_of_oversight_is_the_day_on_which_it_comes_back(family: Family) -> None:
    right = {"to_do": "Dana sees Maya.", "review_on": (today() + timedelta(days=4)).isoformat()}
    with as_practitioner(family.manager):
        entry = sign(an_oversight(family))[family.maya]
    with as_practitioner(family.worker), pytest.raises(Refused, match="signed by a manager"):
        correct_entry(entry.id, "The day.", "Talked with Dana.", answers=right)
    with as_practitioner(family.manager):
        for wrong in (today(), today() + timedelta(days=400)):
            with pytest.raises(Refused) as refused:
                far = right | {"review_on": wrong.isoformat()}
                correct_entry(entry.id, "The day.", "Talked with Dana.", answers=far)
            assert refused.value.verdict.field == "review_on"
        correct_entry(entry.id, "The day.", "Talked with Dana.", answers=right)
        (duty,) = [d for d in on_folders([family.maya]) if d.to_do]
        assert (duty.subject_id, duty.owner_id) == (entry.id, family.manager.pk)
        assert duty.due_at.date() == today() + timedelta(days=4)


@pytest.mark.obligation("QUA-06")
def test_nobody_supervises_themselves_or_answers_for_another_workers_supervision(family: Family) -> None:
    answers = {
        "worker": str(family.worker.pk), "feelings": "Angry.", "values": "Tidy homes.", "wrong": "The drinking.",
        "next_on": (today() + timedelta(days=28)).isoformat(),
    }  # fmt: skip
    given = EntryIn((family.maya,), "supervision", an_hour_ago(), "Talked about Maya.", answers=answers)
    with as_practitioner(family.worker), pytest.raises(Refused, match="Nobody supervises themselves"):
        sign(given)
    with as_practitioner(family.manager):
        first = sign(given)[family.maya]
        other = answers | {"worker": str(family.visitor.pk)}
        with pytest.raises(Refused, match="about the work of Dana Okafor"):
            sign(EntryIn(
                (family.maya,), "supervision", an_hour_ago(), "Ines.", answers=other, reviews=first.id
            ))  # fmt: skip
