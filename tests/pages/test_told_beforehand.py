"""What a child is to be told of before it happens, from all rooms."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sightline.meetings.tests.factories import call, make_family


@pytest.mark.django_db
@pytest.mark.obligation("CHD-12")
def test_a_meeting_to_come_is_listed_until_the_child_was_told_of_it(client: Client) -> None:
    family = make_family()
    assert family.worker.user is not None
    client.force_login(family.worker.user)
    page = f"/child/{family.maya}/voice/told/"
    assert "still to come" not in client.get(page).content.decode()
    call(family)
    shown = client.get(page).content.decode()
    (row,) = [each for each in shown.split("<li>") if "still to come" in each]
    (subject,) = re.findall(r"\?subject=([0-9a-f-]{36})", row)
    form = client.get(f"{page}write/", {"subject": subject}).content.decode()
    assert "onference" in form
