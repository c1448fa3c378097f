"""What a child is looked after under changes: decided, with the child's wishes, and the statuses follow."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.models import Status
from sightline.enquiries.actions import legal_basis, looked_after, no_longer_looked_after
from sightline.enquiries.actions.ruling import rule_on
from sightline.enquiries.models import LookedAfter, Waiting
from sightline.enquiries.terms import LegalBasis
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused
from sightline.records.models import Decision
from sightline.voice.models import Regard

from .factories import begun, make_case
from .test_pages import browser
from .test_protection import BECAUSE, owed
from .test_rulings import UNRESOLVED, a_placement, no_longer

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("HLP-03")]


def standing(folder_id):
    held = Status.objects.filter(folder_id=folder_id, held_until=None)
    return set(held.values_list("kind", flat=True)) & {"looked_after", "interim_care_order", "care_order"}


@pytest.mark.obligation("CHD-13")
def test_a_court_takes_over_what_was_agreed_and_the_childs_wishes_and_the_reason_are_kept():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        made = looked_after.become_looked_after(case.maya, a_placement(nothing_less=""))
        visit = owed(case.maya, "first_placement_visit")
    client = browser(case.manager)
    form = reverse("enquiries:change_basis", args=[case.maya, made.id])
    assert form in client.get(reverse("enquiries:looked_after", args=[case.maya, made.id])).text
    day = {"since-day": today().day, "since-month": today().month, "since-year": today().year}
    sent = {"knows_family": "no", **day, "basis": "section_20", "basis_words": "The family court, case 12.",
            "reasons": BECAUSE, "has_conflict": "no", "wishes_why_not": "She was asleep."}  # fmt: skip
    assert "It stands on that already" in client.post(form, sent).text
    sent |= {"basis": "interim_care_order"}
    assert "why nothing less would do" in client.post(form, sent).text
    sent |= {"nothing_less": "Her mother took her agreement back."}
    assert "wishes" in client.post(form, {**sent, "wishes_why_not": ""}).text
    assert client.post(form, sent).status_code == 302
    with as_practitioner(case.manager):
        row = LookedAfter.objects.get(id=made.id)
        assert (row.basis, row.nothing_less) == ("interim_care_order", "Her mother took her agreement back.")
        assert standing(case.maya) == {"looked_after", "interim_care_order"}
        decision = Decision.objects.filter(subject_id=made.id).latest("made_at")
        assert "Before: Agreement of those with parental responsibility" in decision.reasons
        assert Regard.objects.get(decision=decision).power == "22"
        assert owed(case.maya, "first_placement_visit").due_at == visit.due_at, "clocks go on"
        with pytest.raises(Refused, match="legal basis was changed since"):
            no_longer_looked_after.take_looked_after_back(made.id, "By mistake.", knows_family=False)
        no_longer(made, "Home to her mother, by the order.")
        assert standing(case.maya) == set(), "the order ends with it"


@pytest.mark.obligation("CHD-06")
def test_over_a_conflict_the_legal_basis_stays_until_another_manager_upholds_the_change():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        made = looked_after.become_looked_after(case.maya, a_placement(basis=LegalBasis.INTERIM))
        new = legal_basis.BasisIn(
            today(), LegalBasis.CARE, "The family court, case 12.", BECAUSE, False, "Nobody can care for her.",
            a_placement().wishes, UNRESOLVED,
        )  # fmt: skip
        legal_basis.change_basis(made.id, new)
        assert standing(case.maya) == {"looked_after", "interim_care_order"}
        with pytest.raises(Refused, match="still to rule"):
            legal_basis.change_basis(made.id, new)
    with as_practitioner(case.other_manager):
        rule_on(Waiting.objects.get(what="legal_basis").decision_id, upholds=True, reasons=BECAUSE)
        assert standing(case.maya) == {"looked_after", "care_order"}
        assert LookedAfter.objects.get(id=made.id).basis == "care_order"
