"""A past that a return told of stands on the child's one timeline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from sightline.access.models import Folder
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.govuk.words import date_only
from sightline.returns.models import PastReferral

from .test_import import Partners, case, looking, partners, put, whole  # noqa: F401 - fixtures
from .test_reading import DATA

pytestmark = pytest.mark.django_db(transaction=True)


def shown(who: Practitioner, folder: Folder, **asked: str) -> tuple[int, str]:
    """The chronology as somebody sees it in the browser, without its marks."""
    client = Client(headers={"user-agent": "Tests"})
    assert who.user is not None
    client.force_login(who.user)
    answer = client.get(reverse("chronology:child", args=[folder.id]), asked)
    main = answer.content.decode().partition("<main")[2]
    return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


@pytest.mark.obligation("SHR-05")
def test_the_sample_of_the_census_stands_on_the_childs_timeline(partners: Partners) -> None:  # noqa: F811
    whole(DATA / "cin-2022.xml")
    with looking():
        folder = Folder.objects.get()
    status, page = shown(partners.manager, folder)
    assert status == 200
    for words in (
        "Referral", "Who referred: Family member, relative or carer.", "Primary need: Family in acute stress.",
        "Case closed", "Adopted.", "Child protection plan begun", "Physical abuse.", "Child protection plan ended",
        "Section 47 enquiry begun", "Review of the child protection plan", "Assessment begun", "6 October 1970",
        "From an earlier return", "Eastmarch Council",
    ):  # fmt: skip
        assert words in page, words
    _, narrowed = shown(partners.manager, folder, kind="Referral")
    assert "Family in acute stress" in narrowed
    assert "Physical abuse." not in narrowed
    _, searched = shown(partners.manager, folder, words="physical abuse")
    assert "Physical abuse." in searched
    status, page = shown(partners.teacher, folder)
    assert "Family in acute stress" not in page


@pytest.mark.obligation("REC-12")
def test_a_correction_takes_the_place_of_what_it_corrects(partners: Partners, case: Path) -> None:  # noqa: F811
    def told() -> list[tuple[str, str]]:
        with as_practitioner(partners.manager):
            found = timeline([Folder.objects.get().id], Asked(oldest_first=True)).shown
            return [
                (date_only(each.moment.happened_at), each.moment.text)
                for each in found
                if each.moment.kind == "Referral"
            ]

    whole(case)
    assert told() == [
        ("12 January 2026", "Who referred: School. Primary need: Abuse, neglect or exploitation.")
    ]
    whole(put(case, ("<CINreferralDate>2026-01-12", "<CINreferralDate>2026-01-13"), (">2A<", ">6<")))
    assert told() == [
        ("13 January 2026", "Who referred: Police. Primary need: Abuse, neglect or exploitation.")
    ]
    with looking():
        assert PastReferral.objects.count() == 2, (
            "what stood before is kept, and shown for the day on which it stood"
        )
