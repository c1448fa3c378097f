"""A child is called what they use: no page shows the name in full without it (REC-16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.utils.html import strip_tags

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import rename
from sightline.children.rules import Names
from sightline.concerns.models import PartName

from .test_addresses_everywhere import walked
from .world import World

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-16")]

#: Names that nobody is given by chance.
IN_FULL, USED = "Aleksandrina", "Roksana"
#: Where the full name is what the page is about: it is changed there.
ABOUT_NAMES = {"children:name"}
#: Lists, and what is written to the child and the family.
LISTS = (
    "web:home", "web:team", "web:news", "concerns:board", "concerns:board_rows", "meetings:mine", "meetings:invite",
    "meetings:letter", "meetings:letter_pdf", "plans:actions",
)  # fmt: skip


def test_no_page_shows_the_name_in_full_without_the_name_they_use(
    world: World, owning: Callable[[], Any]
) -> None:
    with as_practitioner(world.door.decider):
        rename(world.known.folder_id, Names(IN_FULL, "Ferreira-Lund", USED))
    with owning(), pgtrigger.ignore():
        told = PartName.objects.filter(folder_id=world.known.folder_id)
        assert told.update(name=f"{IN_FULL} Ferreira-Lund"), "the referrer wrote the name in full"
    pages = {name: strip_tags(page) for name, page in walked(world, world.door.decider).items()}
    wrong = sorted(
        name
        for name, page in pages.items()
        if IN_FULL in page and USED not in page and name not in ABOUT_NAMES
    )
    assert wrong == []
    assert sum(USED in page for page in pages.values()) > 60
    for name in LISTS:
        assert USED in pages[name], name
        assert IN_FULL not in pages[name], f"{name}: a list says what they are called, and no more"


def test_the_childs_page_leads_with_the_name_they_use_and_says_the_full_one(world: World) -> None:
    with as_practitioner(world.door.decider):
        rename(world.known.folder_id, Names(IN_FULL, "Ferreira-Lund", USED))
    client = world.client(world.door.decider)
    page = client.get(f"/child/{world.known.folder_id}/", follow=True).content.decode()
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert strip_tags(heading).strip() == f"{USED} Ferreira-Lund"
    assert f"Full name {IN_FULL} Ferreira-Lund" in strip_tags(page)
