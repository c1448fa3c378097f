"""No form of meetings, enquiries and plans loses what was typed: whatever is refused comes back as it was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.terms import LivesAt
from sightline.enquiries.actions import emergency, looked_after, medical, safe
from sightline.enquiries.actions.protection import StrategyIn, decide_strategy
from sightline.enquiries.models import Enquiry, Strategy
from sightline.enquiries.terms import EmergencyKind, LegalBasis, MadeSafeBy
from sightline.enquiries.tests import factories as enquiries
from sightline.kernel.time import now, today
from sightline.meetings.models import Meeting
from sightline.plans.pages.parts import PARTS
from sightline.voice.actions import WishesIn

from .test_every_page import ROUTES, address, own_routes
from .world import World

pytestmark = pytest.mark.django_db

ROOMS = ("meetings", "enquiries", "plans")
#: Pages whose address names one of several forms.
FORMS = {
    "meetings:change": [
        {"change_kind": kind} for kind in ("move", "chair", "add", "cancel", "reopen", "not-held", "take-out")
    ],
    "meetings:record": [
        {"record_kind": kind} for kind in ("given", "supporter", "interpreter", "needs", "withdraw")
    ],
    "plans:write": [{"part": part} for part in PARTS],
}  # fmt: skip


class Typed(HTMLParser):
    """The fields of a page's forms: what is typed, what is chosen (its first answer), what travels hidden."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.typed: list[str] = []
        self.chosen: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self._select = ""
        self._looks_up = False
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, kind, value = given.get("name") or "", given.get("type") or "text", given.get("value") or ""
        if tag == "form":
            self._looks_up = given.get("method") != "post"
        elif self._looks_up:
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and value:
            self.chosen.setdefault(self._select, value)
        elif not name or name == "csrfmiddlewaretoken":
            return
        elif tag == "textarea" or (tag == "input" and kind == "text"):
            self.typed.append(name)
        elif tag == "input" and kind == "hidden":
            self.hidden[name] = value
        elif tag == "input" and kind in ("radio", "checkbox"):
            self.chosen.setdefault(name, value)


class Shown(HTMLParser):
    """What stands in the fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "textarea":
            self._area = name
            self.values[name] = ""
        elif tag == "input" and name:
            self.values.setdefault(name, given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def lost(
    client: Client, path: str, pressed: dict[str, str] | None = None, prefix: str = ""
) -> tuple[list[str], int]:
    """What a form at that address loses in each way of sending it wrongly, and how often it was refused.

    Where several forms stand on a page: what the button `pressed` sends, and how the fields of its form begin.
    """
    page = client.get(path)
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return [], 0
    fields = Typed(page.content.decode())
    if not fields.typed:
        return [], 0
    wrong, refused = [], 0
    typed = {name: f"Typed {n}" for n, name in enumerate(fields.typed) if name.startswith(prefix)}
    fields.hidden |= pressed or {}
    ways = {
        "no answer chosen": {**fields.hidden, **typed},
        "the first answers": {**fields.hidden, **fields.chosen, **typed},
        "a stale page": {**fields.hidden, **fields.chosen, **typed, "version": "1", "as_of": "1"},
    }
    for way, sent in ways.items():
        with transaction.atomic():
            answer = client.post(path, sent)
            transaction.set_rollback(True)
        if answer.status_code in (302, 405) or not answer["Content-Type"].startswith("text/html"):
            continue  # taken, so nothing has to come back; or a page that only looks things up
        refused += 1
        if answer.status_code not in (200, 409):
            wrong.append(f"{path}, {way}: answered {answer.status_code}")
            continue
        shown = Shown(answer.content.decode()).values
        there = {unescape(value).strip() for value in shown.values()}
        # A question that a changed answer no longer asks is no form of this page any more.
        gone = [name for name, words in typed.items() if words not in there and name in shown]
        absent = [name for name in typed if name not in shown]
        if gone or absent:
            wrong.append(f"{path}, {way}: lost {gone + absent}")
    return wrong, refused


def test_every_form_comes_back_with_what_was_typed(world: World) -> None:
    wrong: list[str] = []
    refused = 0
    client = world.client(world.door.decider)
    client.get("/")
    for name in own_routes():
        if name.partition(":")[0] not in ROOMS:
            continue
        for place in FORMS.get(name, [{}]):
            here = replace(world, places={**world.places, **place})
            found, times = lost(client, address(name, here, world.known))
            wrong += found
            refused += times
    assert not wrong, "\n".join(wrong)
    assert refused > 100, "most of them are refused and come back"


#: The rooms of a concern's way, and who fills in their forms.
TRUNK = ("web", "concerns", "children", "access", "agencies", "matching", "records")
WRITERS = ("decider", "manager", "administrator")
#: Pages of several forms: the button of each, and how the names of its fields begin.
SEVERAL = {
    "access:seal": [({"act": "seal"}, "")],
    "agencies:agencies": [({"add": "agency"}, "agency-"), ({"add": "team"}, "team-")],
    "concerns:allocate": [({"act": "allocate"}, "a-"), ({"act": "pass"}, "p-")],
}


@pytest.mark.timeout(600)
def test_every_form_of_the_trunk_comes_back_with_what_was_typed(world: World) -> None:
    wrong: set[str] = set()
    refused = 0
    people = {**world.people, "decider": world.door.decider, "manager": world.door.manager}
    for role in WRITERS:
        client = world.client(people[role])
        client.get("/")
        for name in own_routes():
            if name.partition(":")[0] in TRUNK:
                for pressed, prefix in SEVERAL.get(name, [({}, "")]):
                    found, times = lost(client, address(name, world, world.known), pressed, prefix)
                    wrong.update(found)
                    refused += times
    assert not wrong, "\n".join(sorted(wrong))
    assert refused > 60, "most of them are refused and come back"


def to_be_decided() -> tuple[enquiries.Case, dict[str, UUID]]:
    """A strategy discussion that was held and has not decided: the case, and what its pages ask for."""
    case = enquiries.make_case("strategy_discussion")
    enquiries.discussed(case)
    with as_practitioner(case.manager):
        return case, {"folder_id": case.maya, "strategy_id": Strategy.objects.get(folder_id=case.maya).id}


def decided(case: enquiries.Case, places: dict[str, UUID]) -> list[str]:
    """The discussion decides, and everything is done that protects a child: the addresses of its pages."""
    with as_practitioner(case.manager):
        decide_strategy(
            Meeting.objects.get().pk,
            [
                StrategyIn(
                    row.id, "section_47_joint", "Two injuries without an explanation.",
                    "She sleeps at her grandmother's.", "The injuries do not fit what was said.",
                    wishes=WishesIn(why_not="She was asleep."),
                )
                for row in Strategy.objects.all()
            ],
            knows_family=False, worker_id=case.manager.pk,
        )  # fmt: skip
        places["enquiry_id"] = Enquiry.objects.get(folder_id=case.maya).id
        places["measure_id"] = emergency.begin_emergency(
            case.maya,
            emergency.EmergencyIn(
                kind=EmergencyKind.POLICE, began_at=now() - timedelta(hours=2), authority="PC 1182",
                reasons="Found alone at night.", why_nothing_less="Nobody could be reached.", where="With carers.",
                told="Told at the door.",
            ),
        ).id  # fmt: skip
        places["made_safe_id"] = safe.make_safe(
            case.maya,
            safe.MadeSafeIn(
                way=MadeSafeBy.RELATIVES, what="Her grandmother took her home.", done_by="Dana Worker",
                under="Her mother agreed at the door.", told="Both were told.", done_at=now() - timedelta(hours=1),
            ),
        ).id  # fmt: skip
        places["medical_id"] = medical.ask_for_medical(
            case.maya, reasons="To see how old the bruises are.", asked_of="Dr Hale"
        ).id
        places["looked_after_id"] = looked_after.become_looked_after(
            case.maya,
            looked_after.LookedAfterIn(
                began_on=today(), basis=LegalBasis.AGREED, basis_words="Both parents agreed in writing.",
                network="Both grandmothers were asked.", reasons="Nobody at home can care for her now.",
                lives_at=LivesAt.FOSTER_CARE, placed_with="Foster carers", area="Saltwick", knows_family=False,
                wishes=WishesIn(why_not="She was too frightened to say."),
            ),
        ).id  # fmt: skip
    wanted = {"enquiry_id", "measure_id", "made_safe_id", "medical_id", "looked_after_id"}
    return [
        of_enquiries(name.partition(":")[2], places)
        for name, route in ROUTES.items()
        if name.startswith("enquiries:") and route.wanted <= set(places) and route.wanted & wanted
    ]


def test_every_form_of_protection_comes_back_with_what_was_typed() -> None:
    case, places = to_be_decided()
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(case.manager.user)
    client.get("/")
    wrong, refused = lost(client, of_enquiries("strategy", places))
    for path in decided(case, places):
        found, times = lost(client, path)
        wrong += found
        refused += times
    assert not wrong, "\n".join(wrong)
    assert refused > 10


def of_enquiries(name: str, places: dict[str, Any]) -> str:
    return reverse(
        f"enquiries:{name}", kwargs={key: places[key] for key in ROUTES[f"enquiries:{name}"].wanted}
    )


def test_what_is_typed_into_a_meetings_form_is_kept_while_it_is_typed(world: World) -> None:
    """A lost session or network: the page is opened again and holds what was there; My work leads back to it."""
    client = world.client(world.door.decider)
    told = address("meetings:told", world, world.known)
    page = client.get(told).content.decode()
    keep = page.partition('data-autosave-url="')[2].partition('"')[0]
    assert (
        client.post(unescape(keep), {"words": "Half a sentence about her dra", "stage": "after"}).status_code
        == 200
    )
    again = client.get(told).content.decode()
    assert "Half a sentence about her dra" in again
    assert "You were filling in" in client.get("/").content.decode()
    outside = unescape(keep).replace("%2Fmeetings%2F", "%2Fconcerns%2F")
    assert client.post(outside, {"words": "x"}).status_code == 404


def test_nothing_is_kept_of_somebody_elses_form(world: World, owning: Callable[[], Any]) -> None:
    with_draft = world.client(world.door.decider)
    keep = unescape(
        with_draft.get(address("meetings:told", world, world.known)).content.decode()
        .partition('data-autosave-url="')[2].partition('"')[0]
    )  # fmt: skip
    assert world.client(world.door.stranger).post(keep, {"words": "x"}).status_code == 404
