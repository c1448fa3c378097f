"""A confidential address that stands in every free text there is reaches no page of somebody who must not know it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.http import HttpResponse
from pypdf import PdfReader

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import move_to
from sightline.children.queries import WITHHELD
from sightline.documents.models import Document, Examination
from sightline.kernel.time import now

from ..house.plan import our_models
from .test_addresses import HOME, gives_away
from .test_every_page import address, own_routes
from .world import World

pytestmark = pytest.mark.django_db

PLANTED = " At 17 Lantern Row, Saltwick, zz994hd."
#: Rooms whose rows are about a child; the others' texts are the partnership's own.
ABOUT_CHILDREN = {
    "access", "archive", "children", "chronology", "concerns", "documents", "enquiries", "matching", "meetings",
    "plans", "procedures", "records", "returns", "voice",
}  # fmt: skip
#: The address itself, and a directory that says nothing of a child.
NOT_WORDS = {"children.Residence", "plans.LocalHelp"}


def texts_of(model: type[models.Model]) -> list[str]:
    """The columns of a table in which people write freely."""
    return [
        f.column
        for f in model._meta.local_concrete_fields
        if isinstance(f, models.TextField) and not f.choices and not f.primary_key
    ]


def plant() -> int:
    """Writes the address into every free text of every row about a child; how many texts there were."""
    planted = 0
    with pgtrigger.ignore(), connection.cursor() as cursor:
        for model in our_models():
            if model._meta.app_label not in ABOUT_CHILDREN or model._meta.label in NOT_WORDS:
                continue
            for column in texts_of(model):
                cursor.execute(
                    f'UPDATE {model._meta.db_table} SET "{column}" = "{column}" || %s WHERE "{column}" <> %s',
                    [PLANTED, ""],
                )
                planted += cursor.rowcount
            for field in model._meta.local_concrete_fields:
                if isinstance(field, ArrayField) and isinstance(field.base_field, models.TextField):
                    cursor.execute(
                        f'UPDATE {model._meta.db_table} SET "{field.column}" = array_append("{field.column}", %s)',
                        [PLANTED],
                    )
    return planted


def said(response: HttpResponse) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("application/pdf"):
        read = PdfReader(io.BytesIO(body))
        return " ".join(page.extract_text() for page in read.pages) + repr(read.metadata)
    return body.decode() if kind.startswith(("text/", "application/json")) else ""


def walked(world: World, who: Practitioner) -> dict[str, str]:
    """What every page and download that opens says to somebody."""
    client = world.client(who)
    client.get("/")
    found = {}
    for name in own_routes():
        with transaction.atomic():
            response = client.get(address(name, world, world.known))
            if response.status_code == 200:
                found[name] = said(response)
            assert response.status_code < 500, name
            transaction.set_rollback(True)
    return found


@pytest.fixture
def planted(world: World, owning: Callable[[], Any]) -> World:
    with as_practitioner(world.door.decider):
        move_to(world.known.folder_id, HOME)
    with owning():
        Examination.objects.get_or_create(
            document=Document.objects.get(id=world.known.document_id),
            defaults={"folder_id": world.known.folder_id, "text": "A letter.", "at": now()},
        )
        assert plant() > 100
    return world


@pytest.mark.obligation("REC-15")
@pytest.mark.parametrize("role", ["health-visitor", "records-officer", "designated-safeguarding-lead"])
def test_on_no_page_and_in_no_download(planted: World, role: str) -> None:
    who = planted.people[role]
    let_in(planted.known.folder_id, who)
    pages = walked(planted, who)
    told = sorted(name for name, text in pages.items() if gives_away(text))
    assert told == []
    assert sum(WITHHELD in text for text in pages.values()) > 30


def test_whoever_may_know_it_reads_it_there(planted: World) -> None:
    pages = walked(planted, planted.door.decider)
    assert sum(gives_away(text) for text in pages.values()) > 30
