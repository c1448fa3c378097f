"""Signing entries: what stands in whose record, by whom, when, and what never changes."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.records.actions import sign_entry
from sightline.records.queries import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    make_partnership()
    return make_practitioner("social-worker", name="Dana Okafor")


@pytest.fixture
def folder(worker) -> UUID:
    return open_folder_for(worker)


def test_an_entry_has_its_paragraphs(worker, folder):
    with as_practitioner(worker):
        sign_entry(
            {folder: "She was hungry.\n\no She is afraid.\n@Sam Reyes, teacher: He smelt of alcohol."},
            kind="note",
            happened_at=now(),
        )
        view = entries([folder])[0]
    assert [(s.kind, s.source, s.told_by) for s in view.statements] == [
        ("fact", "first_hand", ""),
        ("opinion", "first_hand", ""),
        ("fact", "told", "Sam Reyes, teacher"),
    ]
    assert view.third_party


@pytest.mark.obligation("REC-07")
def test_a_late_entry_says_why(worker, folder):
    with as_practitioner(worker), pytest.raises(Refused, match="marked as late"):
        sign_entry({folder: "Seen."}, kind="note", happened_at=now() - timedelta(days=9))
