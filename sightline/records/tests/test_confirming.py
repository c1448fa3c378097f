"""What whoever is to confirm an entry is shown of it, where the record is closed to them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.records import queries
from sightline.records.actions import EntryIn, ask_to_confirm, correct_entry, sign

from .conftest import Family, an_hour_ago
from .test_pages import client_of

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("REC-04")
def test_who_is_to_confirm_a_visit_reads_all_that_they_sign_also_once_it_was_corrected(
    family: Family,
) -> None:
    answers = {"where": "On the stairs", "interpreting": "none_needed"}
    seen = {family.maya: {"seen": "yes", "seen_alone": "no", "alone_why_not": "Ana would not go."}}
    with as_practitioner(family.worker):
        entry = sign(EntryIn(
            (family.maya,), "visit", an_hour_ago(), "Maya hid.\n\no @Ana: She is shy.\n\na: She is afraid.",
            answers=answers, child_answers=seen, present="Ana and a neighbour",
            impact={family.maya: "She does not come home."}, written_for=family.visitor.pk,
        ))[family.maya]  # fmt: skip

    def asked() -> str:
        (one,) = (w.id for w in asked_of_visitor())
        return client_of(family.visitor).get(reverse("records:confirm", args=[one])).content.decode()

    def asked_of_visitor() -> list[queries.AskedView]:
        with as_practitioner(family.visitor):
            return queries.asked_of(family.visitor.pk)

    page = asked()
    for shown in (
        "Was Maya seen alone?", "Ana would not go.", "On the stairs", "Ana and a neighbour",
        "She does not come home.", "<strong>Opinion</strong><span>Told by Ana</span>",
        "<strong>Assessment</strong><span>Ines Farrow’s own</span>",
        "<strong>Fact</strong><span>Seen or heard by Ines Farrow</span>",
    ):  # fmt: skip
        assert shown in page, shown
    assert "Open the entry" not in page
    with as_practitioner(family.worker):
        # The answers were right, and are left as they stand.
        correct_entry(
            entry.id, "It was fear.", "j Maya hid from fear.", impact={family.maya: "She sleeps out."}
        )
    again = asked()
    assert "<strong>Judgement</strong>" in again
    assert "She sleeps out." in again
    assert "She does not come home." not in again
    assert "Ana would not go." in again
    assert "Ana and a neighbour" in again


@pytest.mark.obligation("REC-04")
def test_who_told_one_paragraph_is_shown_that_one_and_what_it_is(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = sign(EntryIn(
            (family.maya,), "visit", an_hour_ago(), "Maya hid.\n\no @Ines Farrow: She is shy.",
            answers={"where": "On the stairs", "interpreting": "none_needed"},
            child_answers={family.maya: {"seen": "yes", "seen_alone": "yes"}}, present="A neighbour",
        ))[family.maya]  # fmt: skip
        told = queries.entry(entry.id, [family.maya]).statements[1]
        request = ask_to_confirm(told.id, family.visitor.pk)
    page = client_of(family.visitor).get(reverse("records:confirm", args=[request.id])).content.decode()
    assert "<strong>Opinion</strong><span>Told by Ines Farrow</span>" in page
    for closed in ("Maya hid.", "On the stairs", "A neighbour", "Was Maya seen"):
        assert closed not in page
