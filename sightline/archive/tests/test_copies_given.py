"""What is known of a copy that was given: what it holds, its fingerprint, and the paper with its codes."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.archive import actions, queries
from sightline.archive.models import AccessRequest
from sightline.archive.terms import GivenAs, LeftAs
from sightline.archive.tests.test_actions import Office, given, hold_kyle_back, office, ready
from sightline.govuk.words import plural
from sightline.kernel.time import LONDON, now

__all__ = ["office", "ready"]

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("FIL-06")
def test_a_file_in_hand_is_compared_with_the_copy_that_was_given(
    office: Office, ready: AccessRequest, client: Client
) -> None:
    done = given(office, ready, given_as=GivenAs.IN_PERSON, words="Read together with her advocate.")
    with as_practitioner(office.officer):
        pdf = actions.copy_as_pdf(ready.id)
    client.force_login(office.worker.user)  # type: ignore[arg-type]
    there = reverse("archive:copies", args=[office.folder_id])
    in_hand = sha256(pdf).hexdigest()
    shown = " ".join(re.sub(r"<[^>]+>", " ", client.get(there).content.decode()).split())
    assert in_hand in shown
    assert done.copy.items_held
    assert f"{plural(done.copy.items_given, 'item')} in whole or in part." in shown
    assert f"{plural(done.copy.items_held, 'item')} w" in shown
    # As other programs print it: in capitals and in groups.
    grouped = " ".join(in_hand.upper()[at : at + 2] for at in range(0, 64, 2))
    assert (
        "It is the copy given to Maya Ferreira-Lund on"
        in client.get(there, {"fingerprint": grouped}).content.decode()
    )
    other = sha256(pdf + b" ").hexdigest()
    assert "No copy given of this record" in client.get(there, {"fingerprint": other}).content.decode()
    wrong = client.get(there, {"fingerprint": "abc"}).content.decode()
    assert "A fingerprint is 64 numbers and letters from a to f" in wrong
    assert "No copy given of this record" not in wrong


@pytest.mark.obligation("FIL-06")
def test_reference_and_secret_go_on_paper_once_it_is_said_what_for(
    office: Office, ready: AccessRequest, client: Client
) -> None:
    hold_kyle_back(office, ready)
    with as_practitioner(office.manager):
        actions.approve(ready.id, "Every item and its ground.")
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    at = (now() - timedelta(minutes=1)).astimezone(LONDON)
    once = client.post(
        reverse("archive:give", args=[office.folder_id, ready.id]),
        {"given_as": "online", "days": "7", "to_whom": "Maya", "given_at-day": at.day, "given_at-month": at.month,
         "given_at-year": at.year, "given_at-time": f"{at:%H:%M}"},
    ).content.decode()  # fmt: skip
    codes = dict(re.findall(r'type="hidden" id="id_\w+" name="(reference|secret)" value="([^"]+)"', once))
    assert "This page was not printed." in once
    there = reverse("archive:codes", args=[office.folder_id, ready.id])
    unsaid = client.post(there, codes).content.decode()
    assert "Say what the paper is needed for" in unsaid
    assert codes["secret"] in unsaid
    assert "This page was not printed." in unsaid
    said = client.post(there, codes | {"purpose": "Handed to her at school"}).content.decode()
    assert codes["secret"] in said
    assert "This page was not printed." not in said
    wrong = codes | {"secret": "AAAA-AAAA-AAAA-AAAA", "purpose": "Handed to her"}
    assert client.post(there, wrong).status_code == 404
    with as_practitioner(office.officer):
        listed = [one.row for one in queries.copies_out([office.folder_id])]
        [paper] = [row for row in listed if row.what.startswith("Paper with the reference")]
        assert (paper.left_as, paper.purpose, paper.to_whom) == (
            LeftAs.PRINT,
            "Handed to her at school",
            "Maya",
        )
