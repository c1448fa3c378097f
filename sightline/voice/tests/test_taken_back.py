"""What was written of a child by mistake is taken back: readable, marked so, and counting in nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.db import connection
from django.urls import reverse

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.queries import child_page
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.actions import happened
from sightline.procedures.models import DutyEvent
from sightline.procedures.queries import on_folders
from sightline.voice import actions, queries
from sightline.voice.actions import AdvocacyStep, Explaining, RightsExplained, Telling, Wrong, take_back
from sightline.voice.terms import AdvocacyAct, Answer, Explained, Heard, RightsForm, TookPart

from .factories import heard, some_words
from .test_put_right import client_of

pytestmark = pytest.mark.django_db
WHY = "His brother said it, not he."


def owed(folder_id: UUID) -> list[str]:
    return sorted(d.kind for d in on_folders([folder_id]) if d.to_do)


def takes_back(who: Practitioner, folder_id: UUID, became: str, row_id: UUID) -> str:
    """Opens the page from a row, is asked why, takes it back, and reads the page it stood on."""
    client, path = client_of(who), reverse("voice:take_back", args=[folder_id, became, row_id])
    assert "Take it back" in client.get(path).content.decode()
    assert "Say why it does not belong here" in client.post(path, {"why": " "}).content.decode()
    answer = client.post(path, {"why": WHY})
    assert answer.status_code == 302, answer.content.decode()
    assert "taken this back already" in client.post(path, {"why": "Again."}).content.decode()
    return client.get(answer.headers["Location"]).content.decode()


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("CHD-03")
def test_what_a_child_never_said_counts_in_nothing_and_stays_readable(
    worker: Practitioner, folder_id: UUID, owning
) -> None:
    stays = heard(folder_id, worker, said="I like school.", wants="", heard_at=now() - timedelta(days=9))
    wrong = heard(folder_id, worker, said="I want Dad back.")
    with as_practitioner(worker):
        actions.acted(wrong.id, "Dad was rung.", today())
        assert "answer_to_child" in owed(folder_id)
    page = takes_back(worker, folder_id, "said", wrong.id)
    assert '<s dir="auto">“I want Dad back.”</s>' in page
    assert re.search(rf"Taken back</strong> by {worker.name}, [^<]*: {WHY}", page)
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE voice_view DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE voice_view SET written_at = written_at - interval '5 days' WHERE id = %s", [wrong.id]
        )
    with as_practitioner(worker):
        assert [v.id for v in queries.voices([folder_id])] == [stays.id]
        last = queries.last_said([folder_id])
        assert last is not None
        assert (last.words, last.total, last.unanswered) == ("I like school.", 1, 1)
        assert [v.id for v in queries.unanswered([folder_id])] == [stays.id]
        assert [d.subject_id for d in on_folders([folder_id]) if d.to_do] == [stays.id]
        whole = timeline([folder_id], Asked())
        assert wrong.id not in {s.moment.id for s in whole.shown}
        assert whole.total == len(whole.shown) == sum(many for _, many in whole.choices.kinds)
        found = timeline([folder_id], Asked(words="Dad")).shown
        assert wrong.id not in {s.moment.id for s in found}
        # A view of the days on which it stood has it.
        assert wrong.id in {
            s.moment.id for s in timeline([folder_id], Asked(as_of=today() - timedelta(days=1))).shown
        }
        assert "I want Dad back." not in str(queries.yours(child_page([folder_id])))


@pytest.mark.obligation("CHD-04")
def test_what_hearing_and_telling_had_met_is_owed_again(worker: Practitioner, folder_id: UUID) -> None:
    with as_practitioner(worker):
        happened("acted_before_hearing", [folder_id], subject_id=folder_id, at=now(), owner_id=worker.pk)
        assert owed(folder_id) == ["hear_the_child"]
    view = heard(folder_id, worker, heard_at=now())
    with as_practitioner(worker):
        told = actions.explain(
            folder_id, Explaining("She can.", now(), Explained.TALKING, [view.id], answer=Answer.YES)
        )
        assert owed(folder_id) == []
    takes_back(worker, folder_id, "explained", told.id)
    with as_practitioner(worker):
        assert owed(folder_id) == ["answer_to_child"]
        assert [v.owed for v in queries.voices([folder_id])] == [True]
    takes_back(worker, folder_id, "said", view.id)
    with as_practitioner(worker):
        assert owed(folder_id) == ["hear_the_child"]
        with pytest.raises(Refused, match="taken back"):
            actions.correct(view.id, some_words(), "Wrong.")
        with pytest.raises(Refused, match="taken back"):
            actions.acted(view.id, "Something.", today())


@pytest.mark.obligation("CHD-13")
def test_an_old_talk_is_not_the_hearing_that_is_owed_since_an_urgent_action(
    worker: Practitioner, folder_id: UUID
) -> None:
    before = now() - timedelta(days=30)
    with as_practitioner(worker):
        happened("acted_before_hearing", [folder_id], subject_id=folder_id, at=now(), owner_id=worker.pk)
    heard(folder_id, worker, heard=Heard.OBSERVATION, wants="", heard_at=before)
    with as_practitioner(worker):
        assert owed(folder_id) == ["hear_the_child"]
    view = heard(folder_id, worker, heard=Heard.OBSERVATION, wants="", heard_at=now())
    heard(folder_id, worker, heard=Heard.OBSERVATION, wants="", heard_at=before)
    with as_practitioner(worker):
        assert owed(folder_id) == []
        take_back("said", view.id, WHY)
        assert owed(folder_id) == ["hear_the_child"], "what was written since is of a talk of before"


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("CHD-11")
def test_advocate_rights_deeds_and_tellings_are_taken_back(worker: Practitioner, folder_id: UUID) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        step = actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.ACCEPTED, today(), "Yes"))
        rights = actions.tell_rights(folder_id, RightsExplained(RightsForm.OLDER, Explained.LETTER, now()))
        act = actions.acted(view.id, "Rang the school.", today())
        told = actions.tell_before(
            folder_id, Telling("Core group", today(), TookPart.NOT_YET, why_not_told="Away.")
        )
        assert "find_advocate" in owed(folder_id)
    for became, row in (("advocate", step), ("rights", rights), ("done", act), ("told", told)):
        assert "Taken back" in takes_back(worker, folder_id, became, row.id)
    with as_practitioner(worker):
        assert queries.advocacy([folder_id]) == []
        assert queries.rights_told([folder_id]) == []
        assert [v.done for v in queries.voices([folder_id])] == [()]
        assert queries.told_of(child_page([folder_id])) == []
        assert "find_advocate" not in owed(folder_id)
        kinds = {s.moment.kind for s in timeline([folder_id], Asked()).shown}
        assert not kinds & {
            "Advocate",
            "Rights explained",
            "Told beforehand",
            "Done about what the child said",
        }


def test_only_the_latest_writing_is_taken_back_and_by_nobody_who_may_not_write(
    worker: Practitioner, folder_id: UUID
) -> None:
    first = heard(folder_id, worker)
    with as_practitioner(worker):
        right = actions.correct(first.id, some_words(said="I want Nan."), "She said Nan.")
        with pytest.raises(Refused, match="put right since"):
            take_back("said", first.id, WHY)
        with pytest.raises(NotFound):
            take_back("heard", right.id, WHY)
    with as_practitioner(make_practitioner("social-worker")), pytest.raises(NotFound):
        take_back("said", right.id, WHY)
    with as_practitioner(worker):
        take_back("said", right.id, WHY)
        assert queries.voices([folder_id]) == []


@pytest.mark.obligation("CHD-11")
def test_rights_deeds_and_tellings_stand_on_the_timeline(worker: Practitioner, folder_id: UUID) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        actions.acted(view.id, "Rang the school about the puppet.", today())
        actions.tell_rights(
            folder_id, RightsExplained(RightsForm.OLDER, Explained.LETTER, now(), child_said="Boring.")
        )
        actions.tell_before(
            folder_id,
            Telling("Core group", today(), TookPart.THERE, told="That it is Friday.", told_at=now()),
        )
        found = {s.moment.kind: s.moment for s in timeline([folder_id], Asked()).shown}
        assert found["Done about what the child said"].text == "Rang the school about the puppet."
        assert "“Boring.”" in found["Rights explained"].text
        assert "Core group" in found["Told beforehand"].text
        assert "That it is Friday." in found["Told beforehand"].text
        for words, kind in (("puppet", "Done about what the child said"), ("boring", "Rights explained")):
            assert [s.moment.kind for s in timeline([folder_id], Asked(words=words)).shown] == [kind]
        narrowed = timeline([folder_id], Asked(kind="Rights explained"))
        assert (narrowed.total, [s.moment.kind for s in narrowed.shown]) == (1, ["Rights explained"])


@pytest.mark.obligation("CHD-11")
def test_what_met_a_duty_is_known_by_itself_whatever_was_written_around_it(
    worker: Practitioner, folder_id: UUID, owning
) -> None:
    """Put right, followed by another, or of before the program kept it: what is taken back leaves nothing met."""

    def step(act: AdvocacyAct) -> UUID:
        return actions.advocacy(folder_id, AdvocacyStep(act, today(), "Yes")).pk

    with as_practitioner(worker):
        happened("advocate_ended", [folder_id], subject_id=uuid7(), at=now(), owner_id=worker.pk)
        assert owed(folder_id) == ["offer_advocate"]
        wrong = Wrong(step(AdvocacyAct.OFFERED), "She said something else.")
        right = actions.correct_advocacy(wrong, AdvocacyStep(AdvocacyAct.OFFERED, today(), "I do not know"))
        assert owed(folder_id) == []
        take_back("advocate", right.id, WHY)
        assert owed(folder_id) == ["offer_advocate"]
        offered, accepted = step(AdvocacyAct.OFFERED), step(AdvocacyAct.ACCEPTED)
        take_back("advocate", offered, WHY)
        assert owed(folder_id) == ["find_advocate"], "that she accepted says that it was offered"
    events = DutyEvent.objects.filter(folder_id=folder_id, duty__kind="offer_advocate", met_by__isnull=False)
    with as_practitioner(worker):
        kept = set(events.values_list("id", "met_by"))
        assert len(kept) == 2
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE procedures_dutyevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE procedures_dutyevent SET met_by = NULL")
        cursor.execute(import_module("sightline.voice.migrations.0005_met_by").MET)
    with as_practitioner(worker):
        assert set(events.values_list("id", "met_by")) == kept
        take_back("advocate", accepted, WHY)
        assert owed(folder_id) == ["offer_advocate"]
