"""What is known of a copy that was given: what it holds, its fingerprint, and the paper with its codes."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.models import Posting
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.archive import actions, queries
from sightline.archive.models import AccessRequest
from sightline.archive.terms import Asker, GivenAs, LeftAs
from sightline.archive.tests.test_actions import Office, given, hold_kyle_back, office, ready
from sightline.children.actions import involve, recorded_wrongly, rename
from sightline.children.queries import child_page
from sightline.children.rules import Names, NewInvolvement
from sightline.children.terms import Fact
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


@pytest.mark.obligation("REC-14")
def test_a_name_or_a_worker_recorded_wrongly_is_not_the_records_own(office: Office) -> None:
    stranger = make_practitioner("social-worker", name="Tamsin Vane")
    with as_practitioner(office.worker):
        request = AccessRequest(folder_id=office.folder_id, name="Maya Ferreira-Lund", asker=Asker.SELF.value)
        rename(office.folder_id, Names("Maya", "Ferreira-Lund", also=("Zebedee Quill",)))
        agency_id = Posting.objects.get(practitioner=stranger).agency_id
        new = NewInvolvement(agency_id, "Social worker", practitioner_id=stranger.pk)
        involved = involve(office.folder_id, new)
        view = child_page([office.folder_id])
        assert "Zebedee Quill" in queries.own_names(request, view)
        assert "Tamsin Vane" in queries.workers(view)
        [name] = [each for each in view.child.names if each.words == "Zebedee Quill"]
        recorded_wrongly(office.folder_id, Fact.NAME, name.id, "That is another child of her class.")
        recorded_wrongly(office.folder_id, Fact.INVOLVEMENT, involved, "She works with another child.")
        view = child_page([office.folder_id])
        assert not queries.spared(request, view) & {"Zebedee Quill", "Quill", "Tamsin Vane"}
        assert "Maya Ferreira-Lund" in queries.own_names(request, view)
        [other] = [each for each in queries.somebody_else(view, None) if "Zebedee" in each.who]
        assert "Zebedee Quill" in other.names
