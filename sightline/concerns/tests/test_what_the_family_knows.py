"""What the family knows and agreed to, or why not, and what the child says, or why not: asked of everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import rules
from sightline.concerns.actions import ChildIn, raise_concern
from sightline.concerns.models import Concern
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.verdicts import Refused

from .factories import FrontDoor, a_concern, make_front_door, raised_by
from .test_pages import signed_in
from .without_account import begins, sends, tells

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-01")]
AFRAID = "I am afraid of what he might do."
#: What a browser without scripts sends of the reasons inside the answers that were not given.
EMPTY = {"told_words": "", "told_some": "", "told_why_not": "", "agreed_words": "", "not_asked_words": ""}


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def row(page: str, key: str) -> str:
    """What stands beside a key of a summary list."""
    return page.split(key, 1)[1].split("</div>", 1)[0]


def read_at_the_front_door(client: Client, door: FrontDoor) -> str:
    signed_in(client, door.decider)
    with as_practitioner(door.decider):
        [concern] = Concern.objects.all()
    return client.get(f"/front-door/{concern.id}/").content.decode()


def drafted(client: Client, door: FrontDoor) -> str:
    """The address of a draft of the teacher's with one child."""
    signed_in(client, door.teacher)
    draft = client.post("/concerns/raise/")["Location"].removesuffix("danger/")
    child = {"given": "Maya", "when": "age", "age_years": "9", "sex": "F"}
    assert client.post(f"{draft}children/0/", child).status_code == 302
    return draft


def test_a_neighbour_who_does_not_know_says_so_and_it_is_shown(client: Client, door: FrontDoor) -> None:
    tells(client)
    page = read_at_the_front_door(client, door)
    assert "does not know" in row(page, "Family knows")
    assert "does not know" in row(page, "Family agreed")


def test_a_neighbour_is_asked_and_a_no_says_why(client: Client, door: FrontDoor) -> None:
    begins(client, steps=4)
    assert client.get("/worried/resume/")["Location"] == "/worried/family/"
    missing = client.post("/worried/family/", EMPTY).content.decode()
    assert "Select whether the family knows, or that you do not know" in missing
    no = {**EMPTY, "told": "no", "agreed": "not_asked"}
    silent = client.post("/worried/family/", no)
    assert silent.status_code == 200
    assert "Say why they do not know. A few words are enough" in silent.content.decode()
    assert client.post("/worried/family/", {**no, "told_why_not": AFRAID}).status_code == 302
    client.post("/worried/help/")
    client.post("/worried/you/", {"source_code": "1B", "who": "anonymous"})
    assert f"No. {AFRAID}" in row(client.get("/worried/check/").content.decode(), "Family knows")
    sends(client)
    page = read_at_the_front_door(client, door)
    assert "No. I am afraid of what he might do." in row(page, "Family knows")
    assert "They were not asked" in row(page, "Family agreed")


def test_nothing_is_sent_without_an_account_while_the_family_was_not_asked_about(
    client: Client, door: FrontDoor
) -> None:
    begins(client, steps=4)
    client.post("/worried/help/")
    client.post("/worried/you/", {"source_code": "1B", "who": "anonymous"})
    last = client.post("/worried/check/")
    assert "What the family knows: not answered yet" in last.content.decode()
    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"told": "no", "agreed": "not_asked"}, "Say why the family does not know. A few words are enough"),
        ({"told": "yes", "agreed": "yes"}, "Say what the family was told, and by whom"),
        ({"told": "partly", "agreed": "yes"}, "Say who was told what, and why the others do not know"),
        ({"told": "yes", "told_words": "By me.", "agreed": "no"}, "Say why they did not agree."),
        ({"told": "yes", "told_words": "By me.", "agreed": "not_asked"}, "Say why they were not asked."),
        ({"told": "", "agreed": "yes"}, "Select whether the family knows"),
    ],
)
def test_a_practitioner_who_leaves_a_reason_out_is_told_which_and_keeps_the_draft(
    client: Client, door: FrontDoor, sent: dict[str, str], said: str
) -> None:
    draft = drafted(client, door)
    answer = client.post(f"{draft}family/", EMPTY | sent)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    kept = client.get(f"{draft}family/").content.decode()
    for name, value in sent.items():
        assert value in kept, name


@pytest.mark.parametrize(
    ("sent", "knows", "agreed"),
    [
        ({"told": "yes", "told_words": "At the gate, by me.", "agreed": "yes"}, "Yes. At the gate, by me.", "Yes."),
        (
            {"told": "partly", "told_some": "Mother, and he would hit her.", "agreed": "no", "agreed_words": "Shame."},
            "Some of them. Mother, and he would hit her.", "No. Shame.",
        ),
        ({"told": "no", "told_why_not": AFRAID, "agreed": "not_asked"}, f"No. {AFRAID}", "They were not asked."),
        (
            {"told": "yes", "told_words": "By me.", "agreed": "not_asked", "not_asked_words": "She left."},
            "Yes. By me.", "They were not asked. She left.",
        ),
    ],
)  # fmt: skip
def test_what_stands_in_the_answer_given_is_kept_though_the_other_fields_are_sent_empty(
    client: Client, door: FrontDoor, sent: dict[str, str], knows: str, agreed: str
) -> None:
    draft = drafted(client, door)
    for step, fields in (
        ("danger", {"danger": "no"}),
        ("happened", {"what_happened": "She came without a coat again.", "harm_where": "home"}),
        ("voice", {"said_0": "I am cold."}),
        ("family", EMPTY | sent),
        ("help", {}),
        ("you", {"source_code": "2A", "contact": "01632 960123"}),
    ):
        answer = client.post(f"{draft}{step}/", fields)
        assert answer.status_code == 302, answer.content.decode()
    page = client.get(f"{draft}check/").content.decode()
    assert knows in row(page, "Family knows")
    assert agreed in row(page, "Family agreed")
    assert client.post(f"{draft}check/").status_code == 302
    page = read_at_the_front_door(client, door)
    assert knows in row(page, "Family knows")
    assert agreed in row(page, "Family agreed")


@pytest.mark.obligation("CHD-03")
def test_a_practitioner_says_what_the_child_says_or_why_that_is_not_known(
    client: Client, door: FrontDoor
) -> None:
    draft = drafted(client, door)
    silent = client.post(f"{draft}voice/", {"said_0": "", "why_not_0": "", "about_0": "She limps."})
    assert silent.status_code == 200
    assert "Write what Maya said or showed, or why that is not known." in silent.content.decode()
    assert "She limps." in client.get(f"{draft}voice/").content.decode()
    assert client.post(f"{draft}voice/", {"why_not_0": "She was not at school."}).status_code == 302
    assert client.post(f"{draft}voice/", {"said_0": "I am cold."}).status_code == 302


def test_the_action_refuses_what_the_pages_ask_for(door: FrontDoor) -> None:
    for changes, field in (
        ({"family_told": Told.NOT_ASKED}, "told"),
        ({"family_told": Told.NO, "family_told_words": " "}, "told_why_not"),
        ({"family_agreed": Agreed.NO}, "agreed_words"),
    ):
        with pytest.raises(Refused) as refused:
            raised_by(door.teacher, **changes)
        assert refused.value.verdict.field == field
    unheard = replace(a_concern(), children=[ChildIn(given="Maya")])
    with as_practitioner(door.teacher), pytest.raises(Refused, match="Write what Maya said"):
        raise_concern(unheard)
    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    ("told", "told_words", "agreed", "agreed_words", "practitioner", "public"),
    [
        (Told.YES, "By me.", Agreed.YES, "", set(), set()),
        (Told.YES, "", Agreed.YES, "", {"told_words"}, set()),
        (Told.PARTLY, "", Agreed.YES, "", {"told_words"}, set()),
        (Told.NO, "", Agreed.NOT_ASKED, "", {"told_why_not"}, {"told_why_not"}),
        (Told.NO, "Danger.", Agreed.NOT_ASKED, "", set(), set()),
        (Told.NOT_KNOWN, "", Agreed.NOT_KNOWN, "", {"told", "agreed"}, set()),
        (Told.NOT_ASKED, "", Agreed.YES, "", {"told"}, {"told"}),
        (Told.YES, "By me.", Agreed.NO, "", {"agreed_words"}, {"agreed_words"}),
        (Told.YES, "By me.", Agreed.NOT_ASKED, "", {"agreed_words"}, {"agreed_words"}),
        (Told.NOT_KNOWN, "", Agreed.NOT_ASKED, "", {"told"}, set()),
    ],
)
def test_what_is_owed_on_the_familys_side(
    told: Told, told_words: str, agreed: Agreed, agreed_words: str, practitioner: set[str], public: set[str]
) -> None:
    for owed, is_public in ((practitioner, False), (public, True)):
        assert set(rules.family_side(told, told_words, agreed, agreed_words, public=is_public)) == owed
