"""What became of a child's words is put right by adding; what stood there before is one click away."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.queries import child_page
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.actions import happened
from sightline.procedures.models import Duty
from sightline.procedures.queries import on_folders
from sightline.voice import actions, queries
from sightline.voice.actions import AdvocacyStep, Explaining, RightsExplained, Telling, Wrong
from sightline.voice.terms import AdvocacyAct, Answer, Explained, Heard, RightsForm, TookPart

from .factories import heard, some_words

pytestmark = pytest.mark.django_db


def client_of(who: Practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(who.user)  # type: ignore[arg-type]
    return client


def typed_day(name: str) -> dict[str, str]:
    day = today()
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def typed_moment(name: str) -> dict[str, str]:
    at = (now() - timedelta(minutes=5)).astimezone(LONDON)
    return {
        f"{name}-day": str(at.day), f"{name}-month": str(at.month), f"{name}-year": str(at.year),
        f"{name}-time": f"{at:%H:%M}",
    }  # fmt: skip


def puts_right(client: Client, folder_id: UUID, what: str, row_id: UUID, **sent: str) -> str:
    """Opens the page from a row, sees what is written, sends what is right, and reads the page it stands on."""
    path = reverse("voice:put_right", args=[folder_id, what, row_id])
    assert client.get(path).status_code == 200
    assert "Say what was wrong" in client.post(path, sent).content.decode()
    answer = client.post(path, {**sent, "was_wrong": "It was another day."})
    assert answer.status_code == 302, answer.content.decode()
    twice = client.post(path, {**sent, "was_wrong": "Again."})
    assert "has put this right already" in twice.content.decode()
    return client.get(answer.headers["Location"]).content.decode()


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("CHD-04")
def test_what_was_done_and_explained_is_put_right_and_what_stood_there_stays(
    worker: Practitioner, folder_id: UUID
) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        act = actions.acted(view.id, "Rang the scool.", today())
        told = actions.explain(
            folder_id, Explaining("She can.", now(), Explained.TALKING, [view.id], answer=Answer.YES)
        )
    client = client_of(worker)
    page = puts_right(client, folder_id, "done", act.id, words="Rang the school.", **typed_day("done_on"))
    assert page.index("Rang the school.") < page.index("Rang the scool.")
    page = puts_right(
        client, folder_id, "explained", told.id, words="She cannot.", answer="no", why_no="Mum works then.",
        how="talking", **typed_moment("explained_at"),
    )  # fmt: skip
    assert page.index("She cannot.") < page.rindex("What was wrong:") < page.index("She can.")
    with as_practitioner(worker):
        [voice] = queries.voices([folder_id])
        assert [(e.answer, e.words) for e in voice.explained] == [(Answer.NO, "She cannot.")]
        assert [d.words for d in voice.done] == ["Rang the school."]
        [mine] = queries.yours(child_page([folder_id])).told
        assert (mine.did, [a.words for a in mine.answers]) == (("Rang the school.",), ["She cannot."])
        last = queries.last_said([folder_id])
        assert last is not None
        assert last.done == "Rang the school."


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("CHD-04")
def test_an_answer_is_owed_as_the_right_words_ask_for_it_and_from_when_they_were_said(
    worker: Practitioner, folder_id: UUID
) -> None:
    def owed() -> list[Any]:
        counts = Duty.objects.filter(folder_id=folder_id, kind="answer_to_child").exclude(state="withdrawn")
        return [(each.started_at, each.closed_at is None) for each in counts]

    at, earlier = now() - timedelta(hours=2), now() - timedelta(days=3)
    seen = {"heard": Heard.OBSERVATION, "wants": ""}
    view = heard(folder_id, worker, **seen, heard_at=at)
    with as_practitioner(worker):
        assert owed() == []
        view = actions.correct(view.id, some_words(heard_at=at), "She said it.")
        assert owed() == [(at, True)]
        view = actions.correct(view.id, some_words(heard_at=earlier), "It was on Monday.")
        assert owed() == [(earlier, True)], "the child has waited since then"
        view = actions.correct(view.id, some_words(**seen, heard_at=earlier), "She only pointed.")
        assert owed() == []
        view = actions.correct(view.id, some_words(heard_at=earlier), "She did say it.")
        actions.explain(folder_id, Explaining("Yes.", now(), Explained.TALKING, [view.id], answer=Answer.YES))
        assert owed() == [(earlier, False)]
        actions.correct(view.id, some_words(heard_at=at), "It was today.")
        assert owed() == [(at, False)], "it was answered"


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("CHD-13")
def test_the_hearing_that_is_owed_is_met_by_when_the_child_was_heard_in_truth(
    worker: Practitioner, folder_id: UUID
) -> None:
    def owed() -> bool:
        return "hear_the_child" in {d.kind for d in on_folders([folder_id]) if d.to_do}

    with as_practitioner(worker):
        happened("acted_before_hearing", [folder_id], subject_id=folder_id, at=now(), owner_id=worker.pk)
    view = heard(folder_id, worker, heard_at=now())
    with as_practitioner(worker):
        assert not owed()
        view = actions.correct(view.id, some_words(heard_at=now() - timedelta(days=9)), "It was before.")
        assert owed()
        actions.correct(view.id, some_words(heard_at=now()), "It was today after all.")
        assert not owed()


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("CHD-10")
def test_an_advocate_that_the_child_had_not_asked_for_is_no_longer_owed(
    worker: Practitioner, folder_id: UUID
) -> None:
    with as_practitioner(worker):
        step = actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.ACCEPTED, today(), "Yes"))
        assert [d.kind for d in on_folders([folder_id]) if d.to_do] == ["find_advocate"]
    page = puts_right(
        client_of(worker), folder_id, "advocate", step.id, act="declined", words="No", **typed_day("on")
    )
    assert page.index("“No”") < page.index("“Yes”")
    with as_practitioner(worker):
        assert [s.act for s in queries.advocacy([folder_id])] == [AdvocacyAct.DECLINED]
        assert [d.kind for d in on_folders([folder_id]) if d.to_do] == []


@pytest.mark.obligation("REC-12")
def test_rights_and_what_was_told_beforehand_are_put_right(worker: Practitioner, folder_id: UUID) -> None:
    with as_practitioner(worker):
        rights = actions.tell_rights(
            folder_id, RightsExplained(RightsForm.OLDER, Explained.LETTER, now(), child_said="Boring.")
        )
        told = actions.tell_before(
            folder_id, Telling("Core group", today(), TookPart.NOT_YET, why_not_told="She was away.")
        )
    client = client_of(worker)
    page = puts_right(
        client, folder_id, "rights", rights.id, form="middle", how="talking", child_said="Boring!",
        **typed_moment("told_at"),
    )  # fmt: skip
    assert page.index("“Boring!”") < page.index("“Boring.”")
    page = puts_right(
        client, folder_id, "told", told.id, about="Core group", was_told="yes", told="That it is on Friday.",
        took_part="there", **typed_day("happens_on"), **typed_moment("told_at"),
    )  # fmt: skip
    assert page.index("That it is on Friday.") < page.index("Not told: She was away.")
    with as_practitioner(worker):
        assert [r.form for r in queries.rights_told([folder_id])] == [RightsForm.MIDDLE]
        assert queries.not_told(child_page([folder_id])) == []


@pytest.mark.obligation("REC-18")
def test_nobody_puts_right_what_is_not_open_to_them(worker: Practitioner, folder_id: UUID) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        act = actions.acted(view.id, "Rang the school.", today())
        with pytest.raises(Refused, match="what was wrong"):
            actions.correct_done(Wrong(act.id, " "), "Rang.", today())
    with as_practitioner(make_practitioner("social-worker")), pytest.raises(NotFound):
        actions.correct_done(Wrong(act.id, "All."), "Nothing.", today())


# -- two pages at once ---------------------------------------------------------------------------------


def page_of(client: Client, folder_id: UUID, query: str = "") -> dict[str, Any]:
    """What a page of hearing a child sends besides what is typed."""
    page = client.get(reverse("voice:hear", args=[folder_id]) + query).content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    keys = re.findall(r'<input[^>]*name="once_key"[^>]*value="([^"]*)"', page)
    return {"once_key": keys[0], **{name: found[name] for name in ("draft", "version") if name in found}}


@pytest.mark.obligation("REC-04")
def test_two_pages_never_write_over_each_others_words(worker: Practitioner, folder_id: UUID) -> None:
    client = client_of(worker)
    keep = reverse("voice:keep", args=[folder_id])
    first, second = page_of(client, folder_id), page_of(client, folder_id)
    assert client.post(keep, {**first, "said": "I want"}).json()["note"] == ""
    assert client.post(keep, {**first, "said": "I want mum"}).json()["note"] == ""
    assert "both are kept" in client.post(keep, {**second, "said": "I hate Sundays"}).json()["note"]
    client.post(keep, {**first, "said": "I want mum to come"})
    # A page that goes on with what another has kept takes it over; that other then writes beside it.
    third = page_of(client, folder_id)
    client.post(keep, {**third, "said": "I want mum to come. Now"})
    client.post(keep, {**first, "said": "I want mum to come soon"})
    with as_practitioner(worker):
        texts = {d.content["said"][0]: d for d in queries.drafts(folder_id)}
    assert set(texts) == {"I hate Sundays", "I want mum to come. Now", "I want mum to come soon"}
    page = client.get(reverse("voice:hear", args=[folder_id])).content.decode()
    assert page.count("Go on with that one") == 2
    # What is sent empties its own draft and no other.
    sent = {
        **third, "said": "I want mum to come. Now.", "heard": "talking", "place": "School", "alone": "yes",
        **typed_moment("heard_at"),
    }  # fmt: skip
    assert client.post(reverse("voice:hear", args=[folder_id]), sent).status_code == 302
    with as_practitioner(worker):
        assert {d.content["said"][0] for d in queries.drafts(folder_id)} == {
            "I hate Sundays", "I want mum to come soon",
        }  # fmt: skip
    chosen = page_of(client, folder_id, f"?draft={texts['I hate Sundays'].id}")
    assert chosen["draft"] == str(texts["I hate Sundays"].id)


@pytest.mark.obligation("REC-12")
def test_every_earlier_writing_of_a_childs_words_stays_whole(worker: Practitioner, folder_id: UUID) -> None:
    first = heard(
        folder_id, worker, heard=Heard.THREE_HOUSES, said="", worries="The shouting.", good="Nan.",
        dreams="A dog.", wants="To stay at Nan.", alone=False, others="Ana", why_not_alone="She held on to her.",
        place="The kitchen",
    )  # fmt: skip
    with as_practitioner(worker):
        seen = actions.correct(
            first.id,
            some_words(heard=Heard.OBSERVATION, said="She hid.", wants=""),
            "They were not her words.",
        )
        actions.correct(seen.id, some_words(said="I hid.", place="The hall"), "She said it herself.")
    shown = client_of(worker).get(reverse("voice:child", args=[folder_id])).text
    now, _, before = shown.partition("Put right: what stood before (2)")
    assert "I hid." in now
    for words in (
        "They were not her words.", "She said it herself.", "The shouting.", "Nan.", "A dog.", "To stay at Nan.",
        "The kitchen", "Ana was there, because she held on to her.", "She hid.",
    ):  # fmt: skip
        assert words in before, words
    # What was seen of a child without words is nobody's words.
    assert "“She hid" not in before
    assert before.index("She hid.") < before.index("The shouting.")
