"""What the front door reads, decides and puts right, through its pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from sightline.access.queries import number_of, responsible_manager
from sightline.agencies.models import Notice
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team
from sightline.audit.models import AuditEvent
from sightline.children.terms import Kinship, Known
from sightline.concerns import actions, queries
from sightline.concerns.actions import ChildIn, PersonIn
from sightline.concerns.models import Screening
from sightline.kernel.time import LONDON, now, today
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Decision

from .factories import FrontDoor, make_front_door, raised_by
from .test_pages import signed_in, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def page_of(concern_id: UUID) -> str:
    return reverse("concerns:concern", args=[concern_id])


def record_of(client: Client, folder_id: UUID) -> str:
    shown = client.get(f"/child/{folder_id}/chronology/")
    assert shown.status_code == 200
    page = text(shown)
    assert "Concern raised" in page
    return page


def match_page(concern_id: UUID, place: int = 0) -> str:
    part = queries.concern(concern_id).parts[place]
    return reverse("concerns:match", args=[concern_id, part.id])


# -- what was sent ----------------------------------------------------------------------------------------------------


@pytest.mark.obligation("PAR-02")
@pytest.mark.obligation("NTC-01")
def test_all_that_the_referrer_wrote_is_read_at_the_front_door(client: Client, door: FrontDoor) -> None:
    with as_practitioner(door.decider):
        category, other = pack_in_force().indicators(today())[:2]
    raised = raised_by(
        door.teacher,
        what_happened="She came with a burn on her arm and hid it.",
        children=[
            ChildIn(given="Maya", family="Lund", age_years=9, said="He did it.", about="She has asthma."),
            ChildIn(given="Theo", family="Lund", age_years=4, said_why_not="He was not at school."),
        ],
        people=[
            PersonIn("Ana", "Lund", Kinship.MOTHER, Known.YES),
            PersonIn("Piet", "Brandt", Kinship.PARENTS_PARTNER, Known.NO),
        ],
        indicators=[f"{category.id}.{category.item[0].id}", f"{other.id}.{other.item[0].id}"],
        harm_where=["home", "online"],
        immediate_danger=True,
        danger_words="He fetches her from school at three.",
        known_agencies="Harbour Family Centre and a health visitor.",
        interpreter="Portuguese, for her mother.",
        family_told_words="I told her mother at the gate.",
        referrer_contact="01632 960123",
    )
    page = text(signed_in(client, door.decider).get(page_of(raised.concern_id)))
    for words in (
        "She came with a burn on her arm and hid it.", "He did it.", "She has asthma.", "He was not at school.",
        "Ana Lund, mother, lives with the child", "Piet Brandt", "lives elsewhere",
        f"{category.title}: {category.item[0].text}", f"{other.title}: {other.item[0].text}",
        "At home", "Online", "He fetches her from school at three.", "Harbour Family Centre and a health visitor.",
        "Portuguese, for her mother.", "I told her mother at the gate.", "01632 960123", "Sam Reyes",
    ):  # fmt: skip
        assert words in page, words
    assert "Outside the home" not in page


# -- is the child known already? ---------------------------------------------------------------------------------------


@pytest.mark.obligation("ASM-03")
def test_a_suggested_match_is_decided_by_a_person_and_undone_with_both_histories_kept(
    client: Client, door: FrontDoor
) -> None:
    known = raised_by(door.teacher, what_happened="In spring she came without a coat.")
    raised = raised_by(door.teacher, what_happened="In autumn she came without her hearing aids.")
    old, new = known.folder_ids[0], raised.folder_ids[0]
    signed_in(client, door.decider)
    with as_practitioner(door.decider):
        address = match_page(raised.concern_id)
    assert "Is Maya Ferreira-Lund known already?" in text(client.get(page_of(raised.concern_id)))
    suggested = client.get(address)
    assert "Maya Ferreira-Lund" in text(suggested)
    offered = re.search(rf'value="{old}".*?hint">(.*?)</div>', suggested.content.decode(), re.S)
    assert offered, "the known child is suggested"
    assert re.search(r"name|birth|address|postcode", offered[1]), "with the reasons for it"
    assert "checked" not in suggested.content.decode(), "and nothing is chosen beforehand"

    # A person decides, with reasons; the machine alone joins nothing.
    assert "In spring" not in record_of(client, new)
    nothing_said = client.post(address, {"folder": str(old), "words": ""})
    assert "Say what makes you sure" in text(nothing_said)
    nobody = client.post(address, {"folder": "", "words": "It is her."})
    assert "Choose which known child it is" in text(nobody)
    invented = client.post(address, {"folder": "01890000-0000-7000-8000-000000000000", "words": "It is her."})
    assert invented.status_code == 404
    sent = {"folder": str(old), "words": "Same name, same birthday, same school."}
    for _ in range(2):  # pressed twice, it is decided once
        assert client.post(address, sent).status_code == 302
    shown = text(client.get(page_of(raised.concern_id)))
    assert "Known already" in shown
    assert "Same name, same birthday, same school." in shown
    together = record_of(client, old)
    assert "In spring she came without a coat." in together
    assert "In autumn she came without her hearing aids." in together

    # Somebody who still has the old page open is told who was there first.
    second = signed_in(Client(), door.second).post(address, sent | {"words": "I think that it is her."})
    assert second.status_code == 409
    assert re.search(r"Gwen Ashby said at \d\d:\d\d on .* that this is a known child", text(second))
    assert "I think that it is her." in text(second)

    # The match was wrong.
    undo = {"act": "undo", "words": "They are cousins who share a name."}
    for _ in range(2):
        assert client.post(address, undo).status_code == 302
    apart, other = record_of(client, old), record_of(client, new)
    assert "In spring she came without a coat." in apart
    assert "In autumn" not in apart
    assert "In autumn she came without her hearing aids." in other
    assert "In spring" not in other
    assert "Is Maya Ferreira-Lund known already?" in text(client.get(page_of(raised.concern_id)))
    with as_practitioner(door.decider):
        said = [(d.outcome, d.reasons) for d in Decision.objects.filter(folder_id=new).order_by("made_at")]
    assert said == [
        ("This is a child whom the partnership knows already", "Same name, same birthday, same school."),
        ("This is not the known child: the match was undone", "They are cousins who share a name."),
    ]
    # Both stand on the child's record, for whoever asks how it came about.
    assert "They are cousins who share a name." in other


@pytest.mark.obligation("ASM-03")
def test_it_is_none_of_them_is_recorded_with_who_and_when(client: Client, door: FrontDoor) -> None:
    raised_by(door.teacher)
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    with as_practitioner(door.decider):
        address = match_page(raised.concern_id)
    sent = {"act": "none", "why_none": "Her teacher says that the two only share a name."}
    for _ in range(2):  # pressed twice, it is said once
        assert client.post(address, sent).status_code == 302
    for page in (text(client.get(page_of(raised.concern_id))), text(client.get(address))):
        assert "Gwen Ashby" in page
        assert "Her teacher says that the two only share a name." in page
    with as_practitioner(door.decider):
        (said,) = Decision.objects.filter(folder_id=raised.folder_ids[0], kind="match")
    assert said.maker_id == door.decider.pk
    # Without a reason as well, by somebody else; and it stands in nobody's way later.
    assert signed_in(Client(), door.second).post(address, {"act": "none", "why_none": ""}).status_code == 302
    assert "Ola Brandt" in text(client.get(page_of(raised.concern_id)))


def deciding(client: Client, door: FrontDoor, concern_id: UUID, **answers: str) -> Any:
    """Send the decision form of a concern about two children, with an answer to every question and these beside."""
    fields = {"knows_family": "no"}
    for n in range(2):
        fields |= typed(door, n, "early_help", sooner_early_help="no")
    return client.post(reverse("concerns:decide", args=[concern_id]), fields | answers)


@pytest.mark.obligation("ASM-03")
def test_nobody_decides_before_it_is_said_whether_the_child_is_known(
    client: Client, door: FrontDoor, owning: Callable[[], Any]
) -> None:
    maya = ChildIn(
        given="Maya", family="Ferreira-Lund", born_on=date(2017, 3, 14), sex="F", postcode="ZZ99 1AA"
    )
    nobody_like = ChildIn(
        given="Zofia", family="Nowak", born_on=date(2015, 5, 3), sex="F", postcode="ZZ99 7AA"
    )
    known = raised_by(door.teacher, children=[maya]).folder_ids[0]
    raised = raised_by(door.teacher, children=[maya, nobody_like])
    signed_in(client, door.decider)
    path = reverse("concerns:decide", args=[raised.concern_id])
    page = client.get(path)
    assert "Is Maya Ferreira-Lund known already?" in text(page)
    assert re.search(r"Maya Ferreira-Lund, \d+ years old.*?name", text(page)), "whom it may be, and why"
    assert "Is Zofia Nowak known already?" not in text(page)
    assert not re.search(r'name="c0-none_of_these"[^>]*checked', page.content.decode())
    refused = deciding(client, door, raised.concern_id)
    assert refused.status_code == 200
    assert "Say which known child it is, or that it is none of those shown" in text(refused)
    assert "Their mother asked for help herself." in refused.content.decode()
    with as_practitioner(door.decider):
        assert not Screening.objects.exists()
    # To look at them, what was written is kept; and it leads back.
    looking = deciding(client, door, raised.concern_id, look="0")
    with as_practitioner(door.decider):
        assert looking["Location"] == match_page(raised.concern_id) + "?then=decide"
    assert client.post(looking["Location"], {"act": "none", "why_none": ""})["Location"] == path
    again = client.get(path)
    assert "known already?" not in text(again)
    assert "Their mother asked for help herself." in again.content.decode()
    assert deciding(client, door, raised.concern_id).status_code == 302
    with owning():
        told = list(AuditEvent.objects.filter(what="concerns.suggested", practitioner_id=door.decider.pk))
    named = [event for event in told if str(known) in event.detail.get("folders", ())]
    assert len(named) >= 2, "each page that named the known child"


@pytest.mark.obligation("ASM-03")
def test_that_it_is_none_of_them_is_said_with_the_decision(client: Client, door: FrontDoor) -> None:
    raised_by(door.teacher)
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    decided = deciding(
        client, door, raised.concern_id, **{"c0-none_of_these": "on", "c1-none_of_these": "on"}
    )
    assert decided.status_code == 302
    with as_practitioner(door.decider):
        for part in queries.concern(raised.concern_id).parts:
            assert part.not_known is not None
            assert part.not_known.maker_id == door.decider.pk
            assert part.screening is not None


@pytest.mark.obligation("ASM-03")
def test_a_known_child_who_is_not_suggested_is_looked_for_and_chosen(client: Client, door: FrontDoor) -> None:
    child = ChildIn(given="Zofia", family="Nowak", born_on=date(2015, 5, 3), sex="F", postcode="ZZ99 7AA")
    known = raised_by(door.teacher, children=[child], what_happened="In spring she came without a coat.")
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    with as_practitioner(door.decider):
        address = match_page(raised.concern_id)
        number = number_of(known.folder_ids[0])
    assert str(known.folder_ids[0]) not in client.get(address).content.decode()
    assert "Type a name, a date of birth or a number" in text(client.post(address, {"act": "look", "q": ""}))
    assert "Nobody else was found" in text(client.post(address, {"act": "look", "q": "Quillon Xu"}))
    for words in ("Zofia Nowak", number):
        found = client.post(address, {"act": "look", "q": words})
        assert f'value="{known.folder_ids[0]}"' in found.content.decode(), words
        assert "checked" not in found.content.decode()
    # What was found stays to be chosen where something is missing.
    choice = {"folder": str(known.folder_ids[0]), "q": "Zofia Nowak"}
    again = client.post(address, choice | {"words": ""})
    assert "Say what makes you sure" in text(again)
    assert f'value="{known.folder_ids[0]}"' in again.content.decode()
    assert client.post(address, choice | {"words": "She gave her second name at school."}).status_code == 302
    assert "Known already" in text(client.get(page_of(raised.concern_id)))


def test_nobody_alike_is_known_and_the_page_says_what_that_means(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        address = match_page(raised.concern_id)
    page = text(signed_in(client, door.decider).get(address))
    assert "Nobody like this is known to this partnership" in page


# -- a child whose case is open ----------------------------------------------------------------------------------------


@pytest.mark.obligation("PAR-02")
def test_a_concern_about_a_matched_child_who_is_open_reaches_worker_and_manager_that_day(
    client: Client, door: FrontDoor
) -> None:
    team = make_team(name="Safeguarding Team East")
    manager = make_practitioner("team-manager", team=team, name="Rosa Lind")
    worker = make_practitioner("social-worker", team=team, name="Dana Oke", line_manager=manager)
    known = raised_by(door.teacher).folder_ids[0]
    with as_practitioner(door.manager):
        actions.pass_to_team(known, team.pk, "The family lives in the east.")
    with as_practitioner(manager):
        actions.allocate(known, worker.pk, role="Social worker", why="She knows the school.")
        assert responsible_manager(known) == manager.pk
    again = raised_by(door.teacher)
    signed_in(client, door.decider)
    with as_practitioner(door.decider):
        address = match_page(again.concern_id)
    client.post(address, {"folder": str(known), "words": "Same name, same birthday, same school."})
    sent = client.post(
        reverse("concerns:decide", args=[again.concern_id]),
        {
            "knows_family": "no",
            **typed(door, 0, "already_open", sooner_already_open="no"),
            **typed(door, 1, "no_further_action", advice_no_further_action="Nursery keeps an eye on him.",
                    records_referral_no_further_action="no", none_of_these="on"),
        },
    )  # fmt: skip
    assert sent.status_code == 302, text(sent)
    for who in (worker, manager):
        with as_practitioner(who):
            told = Notice.objects.filter(text="A new concern about a child whom you work with")
            assert [n.path for n in told] == [f"/child/{known}/"], who.name
            assert told[0].created_at.astimezone(LONDON).date() == now().astimezone(LONDON).date()
    with as_practitioner(door.decider):
        first = Screening.objects.get(outcome_id="already_open")
        owed = {d.kind: d for d in Duty.objects.filter(subject_id=first.decision_id)}
    assert owed["tell_allocated_worker"].state == "discharged"
    review = owed["review_of_open_assessment"]
    assert (review.owner_id, review.team_id, review.closed_at) == (worker.pk, team.pk, None)
    assert review.path == f"/child/{known}/enquiries/look-again/{first.decision_id}/"
    mine = text(signed_in(Client(), worker).get("/"))
    assert "A new concern about a child whom you work with" in mine
    assert review.title in mine
    theirs = text(signed_in(Client(), manager).get("/team/?by=child"))
    assert "A new concern about a child whom you work with" in theirs
    assert review.title in theirs
    # They open it, and do what is owed.
    desk = signed_in(Client(), worker)
    assert desk.get(f"/child/{known}/").status_code == 200
    assert desk.get(review.path).status_code == 200


# -- handed back, taken back, passed on --------------------------------------------------------------------------------


def act(client: Client, concern_id: UUID, name: str, words: str = "", **more: str) -> Any:
    sent = {"act": name, "words": words, **more}
    return client.post(reverse("concerns:act", args=[concern_id]), sent, follow=True)


def test_taken_up_and_handed_back_it_waits_on_the_board_again(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    assert "You are dealing with this concern now." in text(act(client, raised.concern_id, "take_up"))
    assert "Gwen Ashby is dealing with it." in text(client.get(page_of(raised.concern_id)))
    assert "Gwen Ashby" in text(client.get("/front-door/rows/"))
    back = text(act(client, raised.concern_id, "hand_back"))
    assert "Handed back: it waits on the board again." in back
    assert "Nobody yet" in text(client.get("/front-door/rows/"))
    assert "Nobody is dealing with it" in text(act(client, raised.concern_id, "hand_back"))


def test_what_was_taken_back_is_closed_by_somebody_with_reasons_and_leaves_the_board(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    early = act(client, raised.concern_id, "close_taken_back", "Nothing to it.")
    assert "This concern has not been taken back." in text(early)
    teacher = signed_in(Client(), door.teacher)
    taken = teacher.post(
        reverse("concerns:own", args=[raised.concern_id]),
        {"act": "take_back", "words": "It was a misunderstanding."},
        follow=True,
    )
    assert "You have taken the concern back." in text(taken)
    assert raised.reference in text(client.get("/front-door/rows/"))
    shown = text(client.get(page_of(raised.concern_id)))
    assert "It was a misunderstanding." in shown
    assert "Agree that nothing more is owed" in shown
    unsaid = text(act(client, raised.concern_id, "close_taken_back", "The school says the same."))
    assert "Say whether you know anybody in this family" in unsaid
    known = act(
        client, raised.concern_id, "close_taken_back", "The school says the same.", knows_family="yes"
    )
    assert "You know this family" in text(known)
    closed = text(
        act(client, raised.concern_id, "close_taken_back", "The school says the same.", knows_family="no")
    )
    assert "Closed: nothing more is owed on it." in closed
    assert "Nothing more is done on it: The school says the same." in closed
    assert "Nothing more is owed on it." in closed
    assert raised.reference not in text(client.get("/front-door/rows/"))
