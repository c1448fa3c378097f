"""What an adult writes of what a child was told has the hints that an entry has; the child's own words have none."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.models import Practitioner
from sightline.voice.models import Done, Explanation, ToldBefore

from .factories import heard

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-10"), pytest.mark.obligation("FAM-13")]
ADVICE = "Worth a second look"
GUESS = "I suspect she is fine."


def client_of(who: Practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(who.user)  # type: ignore[arg-type]
    return client


def test_what_a_child_was_told_is_looked_at_without_being_sent(worker: Practitioner, folder_id: UUID) -> None:
    said = heard(folder_id, worker)
    path, client = reverse("voice:explain", args=[folder_id]), client_of(worker)
    empty = client.get(path).content.decode()
    assert "Check the wording" in empty
    assert ADVICE not in empty, "nothing is found in no words"
    typed = {"act": "check", "views": [str(said.id)], "words": GUESS, "child_said": "I suspect you lie."}
    page = client.post(path, typed).content.decode()
    assert ADVICE in page
    assert "“I suspect”" in page
    assert page.count("(under “What was the child told?”)") == 1
    assert "(under “What did the child say to it?”)" not in page
    # Nothing is sent, nothing that was typed is lost, and nothing is called wrong yet.
    assert GUESS in page
    assert "There is a problem" not in page
    assert not Explanation.objects.exists()


@pytest.mark.parametrize("name", ["done", "tell"])
def test_so_is_what_was_done_and_what_was_told_beforehand(
    worker: Practitioner, folder_id: UUID, name: str
) -> None:
    said = heard(folder_id, worker)
    key = [folder_id, said.id] if name == "done" else [folder_id]
    path, field = reverse(f"voice:{name}", args=key), "words" if name == "done" else "told"
    page = client_of(worker).post(path, {"act": "check", "was_told": "yes", field: GUESS}).content.decode()
    assert "“I suspect”" in page
    assert GUESS in page
    assert not Done.objects.exists()
    assert not ToldBefore.objects.exists()
