"""Supervision: whose work with which child was talked about, and where that is overdue."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.children.actions import involve
from sightline.children.rules import NewInvolvement
from sightline.kernel.time import now, today
from sightline.records.actions import EntryIn, sign
from sightline.voice.tests.factories import make_child

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("QUA-06")]


def test_a_manager_sees_whose_work_was_talked_about_and_what_is_overdue() -> None:
    make_partnership()
    manager = make_practitioner("team-manager", name="Priya Nair")
    team = manager.postings.get().team
    worker = make_practitioner("social-worker", name="Dana Okafor", team=team)
    talked, never, fresh = (open_folder_for(worker, manager, manager=manager) for _ in range(3))
    for folder, name, days in ((talked, "Maya", 200), (never, "Theo", 200), (fresh, "Bea", 2)):
        make_child(folder, worker, known_as=name)
        with as_practitioner(worker):
            involve(
                folder,
                NewInvolvement(
                    team.agency_id, "social worker", worker.pk, "Leads", held_from=today() - timedelta(days=days),
                    lead=True,
                ),
            )  # fmt: skip
    with as_practitioner(manager):
        sign(
            EntryIn(
                (talked,), "supervision", now() - timedelta(hours=1), "Talked about her.",
                answers={
                    "worker": str(worker.pk), "feelings": "Angry.", "values": "Tidy homes.", "wrong": "The drinking.",
                    "next_on": (today() + timedelta(days=28)).isoformat(),
                },
            )
        )  # fmt: skip
    client = Client()
    client.force_login(manager.user)
    page = client.get("/supervision/").content.decode()
    assert "Dana Okafor" in page
    rows = {
        name: page.split(f"{name} Ferreira-Lund")[1].split("</tr>")[0] for name in ("Maya", "Theo", "Bea")
    }
    assert ["Overdue" in rows[name] for name in ("Maya", "Theo", "Bea")] == [False, True, False]
    assert "Never" in rows["Theo"]
    assert "/record/" in rows["Maya"]
    with time_machine.travel(now() + timedelta(days=40)):
        client.force_login(manager.user)
        later = client.get("/supervision/").content.decode()
    assert "Overdue" in later.split("Maya Ferreira-Lund")[1].split("</tr>")[0]
    others = Client()
    others.force_login(make_practitioner("team-manager").user)
    assert "Ferreira-Lund" not in others.get("/supervision/").content.decode()
    others.force_login(worker.user)
    assert others.get("/supervision/").status_code == 403
