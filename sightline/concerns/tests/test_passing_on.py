"""A child of another authority: passed on, received there, accepted there. Until accepted the child is ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import queries, rules
from sightline.concerns.models import Transfer
from sightline.concerns.terms import Referral
from sightline.kernel.time import LONDON, now
from sightline.procedures.models import Duty

from .factories import SENT, FrontDoor, a_decision, make_front_door, raised_by
from .test_front_door_pages import page_of, text
from .test_pages import signed_in, typed

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 20, 9, 0, 30, tzinfo=LONDON)


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


class PassedOn:
    """A brother and a sister passed to Westmarch through the front door's own pages."""

    def __init__(self, client: Client, door: FrontDoor) -> None:
        self.client, self.door, self.raised = client, door, raised_by(door.teacher)
        signed_in(client, door.decider)
        theirs = {
            "authority_other_authority": "Westmarch Council",
            "summary_other_authority": SENT,
            "sooner_other_authority": "no",
        }
        sent = client.post(
            reverse("concerns:decide", args=[self.raised.concern_id]),
            {"knows_family": "no", **typed(door, 0, "other_authority", **theirs),
             **typed(door, 1, "other_authority", **theirs)},
        )  # fmt: skip
        assert sent.status_code == 302, text(sent)
        with as_practitioner(door.decider):
            first = queries.concern(self.raised.concern_id).parts[0].screening
        assert first is not None
        self.screening_id = first.id

    @property
    def folder_id(self) -> UUID:
        return self.raised.folder_ids[0]

    def page(self) -> str:
        return text(self.client.get(page_of(self.raised.concern_id)))

    def form(self, name: str) -> str:
        return reverse(f"concerns:{name}", args=[self.raised.concern_id, self.screening_id])

    def sends(self, name: str, **fields: Any) -> str:
        return text(self.client.post(self.form(name), fields, follow=True))

    def received(self, by: str = "Al Moss, duty worker", *, ago: int = 0) -> str:
        at = (now() - timedelta(minutes=ago)).astimezone(LONDON)
        return self.sends(
            "received", received_by=by, **{"received_at-day": at.day, "received_at-month": at.month,
            "received_at-year": at.year, "received_at-time": f"{at:%H:%M}"},
        )  # fmt: skip

    def owed(self) -> list[str]:
        """What the first child's record owes the transfer."""
        with as_practitioner(self.door.decider):
            kinds = Duty.objects.filter(
                folder_id=self.folder_id, kind__startswith="transfer_", closed_at__isnull=True
            )
            return sorted(kinds.values_list("kind", flat=True))

    def row(self) -> Transfer:
        with as_practitioner(self.door.decider):
            return Transfer.objects.select_related("receipt_recorded_by", "recorded_by").get(
                screening_id=self.screening_id
            )


def test_what_is_owed_leads_to_where_it_is_done(client: Client, door: FrontDoor) -> None:
    passed = PassedOn(client, door)

    def led_to(kind: str) -> str:
        with as_practitioner(door.decider):
            owed = Duty.objects.get(folder_id=passed.folder_id, kind=kind, closed_at__isnull=True)
        return client.get(owed.path).content.decode()

    assert passed.form("received") in led_to("transfer_receipt")
    passed.received()
    assert passed.form("accepted") in led_to("transfer_acceptance")


def test_the_board_says_whose_answer_is_missing_whatever_the_state_of_the_concern(
    client: Client, door: FrontDoor
) -> None:
    passed = PassedOn(client, door)
    page, brother = page_of(passed.raised.concern_id), passed.raised.folder_ids[1]

    def board() -> str:
        return text(client.get("/front-door/"))

    def only(state: str) -> str:
        return text(client.get(f"/front-door/rows/?state={state}"))

    assert "Passed on, not yet received" in only("decided")
    assert "Received, not yet accepted" not in board()
    passed.received()
    for said in ("Received, not yet accepted", "Passed on, not yet received", "still ours until accepted by"):
        assert said in only("decided"), (said, "one of them was received, the other not")

    client.post(f"{page}act/", {"act": "acknowledge", "words": "It is here.", "once_key": ""})
    client.post(f"{page}answer/", {"words": "They were passed to Westmarch.", "once_key": ""})
    for said in ("Received, not yet accepted", "Get the other authority"):
        assert said in only("answered"), (said, "the referrer was told, and they are still ours")
    assert "Referrer told, not finished (1)" in board()

    client.post(
        f"{page}act/", {"act": "reopen", "words": "Their mother rang.", "sooner": "no", "once_key": ""}
    )
    assert "Received, not yet accepted" in only("waiting")
    client.post(f"{page}act/", {"act": "take_up", "once_key": ""})
    assert "Received, not yet accepted" in only("being_screened")

    passed.sends("accepted", accepted_by="Jo Penn, duty manager")
    with as_practitioner(door.decider):
        theirs = Transfer.objects.get(folder_id=brother)
    passed.screening_id = theirs.screening_id
    assert "Received, not yet accepted" not in board()
    assert "Passed on, not yet received" in board(), "the brother is"
    passed.sends("accepted", accepted_by="Jo Penn, duty manager")
    assert "Passed on, not yet received" not in board()
    assert "still ours" not in board()


def test_what_another_decision_took_the_place_of_is_no_longer_passed_on(
    client: Client, door: FrontDoor
) -> None:
    passed = PassedOn(client, door)
    passed.received()
    page = page_of(passed.raised.concern_id)
    client.post(f"{page}act/", {"act": "reopen", "words": "They live here.", "sooner": "no", "once_key": ""})
    sent = client.post(
        f"{page}decide/",
        {
            "knows_family": "no",
            **typed(door, 0, "early_help", sooner_early_help="no"),
            **typed(door, 1, "early_help", sooner_early_help="no"),
        },
    )
    assert sent.status_code == 302, text(sent)
    assert "Received, not yet accepted" not in text(client.get("/front-door/"))


@pytest.mark.obligation("REC-02")
def test_no_child_is_passed_to_another_authority_without_a_transfer_summary(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    address = reverse("concerns:decide", args=[raised.concern_id])
    theirs = {"authority_other_authority": "Westmarch Council", "sooner_other_authority": "no"}
    for empty in ({}, {"summary_other_authority": "  "}):
        refused = client.post(
            address,
            {"knows_family": "no", **typed(door, 0, "other_authority", **theirs, **empty),
             **typed(door, 1, "other_authority", **theirs, summary_other_authority=SENT)},
        )  # fmt: skip
        assert text(refused).count("Write a transfer summary") == 2, "above, and at the child who has none"
    with as_practitioner(door.decider):
        assert not Transfer.objects.exists()
        part = queries.concern(raised.concern_id).parts[0].id
    unsaid = rules.faults(
        a_decision(part, "other_authority", authority="Westmarch Council", summary=" "),
        rules.OutcomeRule("other_authority", Referral.NEVER, compulsory=False),
        level_descriptors=[],
    )
    assert unsaid["summary"].startswith("Write a transfer summary"), "whoever asks, also past the form"


@pytest.mark.obligation("REC-02")
def test_the_summary_goes_with_the_child_and_is_not_asked_again(client: Client, door: FrontDoor) -> None:
    passed = PassedOn(client, door)
    record = f"/child/{passed.folder_id}/chronology/"
    assert SENT in passed.page(), "on the concern, as soon as it is sent"
    assert "Passed to another authority" in text(client.get(record))
    assert SENT in text(client.get(record))
    passed.received()
    assert "Transfer summary" not in text(client.get(passed.form("accepted")))
    done = passed.sends("accepted", accepted_by="Jo Penn, duty manager")
    assert "Recorded: the child is theirs now." in done
    assert SENT in done
    assert SENT in text(client.get(record))
    assert passed.row().summary == SENT


@pytest.mark.obligation("REC-02")
def test_what_was_passed_on_before_without_a_summary_is_asked_for_it_when_it_is_accepted(
    client: Client, door: FrontDoor
) -> None:
    passed = PassedOn(client, door)
    with as_practitioner(door.decider):
        Transfer.objects.filter(screening_id=passed.screening_id).update(summary="")
    for empty in ({}, {"summary": "  "}):
        refused = passed.sends("accepted", accepted_by="Jo Penn, duty manager", **empty)
        assert "Write a transfer summary" in refused
        assert passed.row().accepted_at is None
        assert "Still ours" in passed.page()
    assert "Westmarch" not in text(client.get(f"/child/{passed.folder_id}/"))
    later = "She is with her aunt. Her school is told."
    done = passed.sends("accepted", accepted_by="Jo Penn, duty manager", summary=later)
    assert "Recorded: the child is theirs now." in done
    assert passed.row().summary == later


@pytest.mark.parametrize(
    ("by", "after", "field"),
    [
        ("Al Moss, duty worker", timedelta(hours=1), None),
        ("Al Moss, duty worker", -timedelta(seconds=30), None),
        ("Al Moss, duty worker", -timedelta(minutes=1), "received_at"),
        ("Al Moss, duty worker", timedelta(hours=3), "received_at"),
        (" ", timedelta(hours=1), "received_by"),
    ],
)
def test_what_a_receipt_says(by: str, after: timedelta, field: str | None) -> None:
    verdict = rules.check_receipt(by, NINE + after, sent_at=NINE, at=NINE + timedelta(hours=2))
    assert (None if verdict else verdict.field) == field


@pytest.mark.parametrize(
    ("steps", "owed", "says", "ours"),
    [
        ((), ["transfer_receipt"], "passed to Westmarch Council, who have not yet confirmed", True),
        (("received",), ["transfer_acceptance"], "received, not yet accepted by Westmarch Council", True),
        (("received", "accepted"), [], "Westmarch Council accepted on", False),
        (("accepted",), [], "Westmarch Council accepted on", False),
        (("accepted", "received"), [], "Westmarch Council accepted on", False),
        (("received", "received"), ["transfer_acceptance"], "received, not yet accepted", True),
    ],
)
def test_a_receipt_is_no_acceptance_and_the_child_is_ours_until_that(
    client: Client, door: FrontDoor, steps: tuple[str, ...], owed: list[str], says: str, *, ours: bool
) -> None:
    passed = PassedOn(client, door)
    for step in steps:
        if step == "received":
            passed.received()
        else:
            passed.sends("accepted", accepted_by="Jo Penn, duty manager")
    assert passed.owed() == owed
    assert says in passed.page()
    child = text(client.get(f"/child/{passed.folder_id}/"))
    assert ("Westmarch Council" not in child) is ours
    assert ("Received, not yet accepted" in child) is (owed == ["transfer_acceptance"])
    row = passed.row()
    assert (row.received_at is not None) is bool(steps)
    assert (row.accepted_at is None) is ours
    if steps:
        assert row.receipt_recorded_by == door.decider
        first = "Al Moss, duty worker" if steps[0] == "received" else "Jo Penn, duty manager"
        assert row.received_by == first
        assert "Recorded already" in text(client.get(passed.form(steps[-1])))


def test_a_receipt_names_who_and_when_and_is_recorded_once(client: Client, door: FrontDoor) -> None:
    passed = PassedOn(client, door)
    assert "Name who confirmed, and their post" in passed.received(by="")
    assert "not in the future" in passed.received(ago=-60)
    assert "Enter a time after it was sent" in passed.received(ago=60)
    assert passed.owed() == ["transfer_receipt"]
    assert "The child stays ours until they accept." in passed.received()
    assert "Received, not yet accepted" in text(client.get(f"/child/{passed.folder_id}/chronology/"))
    signed_in(client, door.second)
    late = passed.received(by="Bo Hale, clerk")
    assert "Gwen Ashby recorded already that Al Moss, duty worker confirmed at" in late
    assert passed.row().received_by == "Al Moss, duty worker"
    accepted = text(client.get(passed.form("accepted")))
    assert "Al Moss, duty worker confirmed that they have it" in accepted
    done = passed.sends("accepted", accepted_by="Jo Penn, duty manager")
    assert "Still ours" in done, "the brother is"
