"""What was known on a day, by facts that came later; and what a page and a print say of an entry beside its text."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, TextField
from django.db.models.functions import Cast
from pypdf import PdfReader

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import (
    end_involvement,
    end_status,
    involve,
    move_to,
    recorded_wrongly,
    set_status,
)
from sightline.children.models import Involvement, Residence, Status
from sightline.children.rules import Address, NewInvolvement, NewStatus
from sightline.children.terms import Fact, StatusKind
from sightline.chronology import actions, queries
from sightline.chronology.models import PrintVolume
from sightline.chronology.rules import Asked
from sightline.kernel.time import now, today
from sightline.records.actions import EntryIn, confirm, contribute, correct_entry, sign
from sightline.records.actions.correcting import ContributionIn
from sightline.records.models import Confirmation, ConfirmationRequest, Entry, EntryCounter
from sightline.records.terms import Confirming, ContributionKind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def texts(folder, **asked):
    return [s.moment.text for s in queries.timeline([folder], Asked(**asked)).shown]


@pytest.mark.obligation("SHR-05")
def test_that_a_status_ended_is_known_from_when_it_was_written_and_by_whom(worker, visitor, folder, owning):
    with as_practitioner(worker):
        row = set_status(folder, NewStatus(StatusKind.CHILD_IN_NEED, today() - 20 * DAY))
    with as_practitioner(visitor):
        end_status(folder, row, today() - 10 * DAY)
    with owning():
        Status.objects.filter(id=row).update(recorded_at=now() - 19 * DAY)
    with as_practitioner(worker):
        kind = "Legal status or plan"
        assert texts(folder, kind=kind) == ["Child in need: ended.", "Child in need: began."]
        assert texts(folder, kind=kind, as_of=today() - DAY) == ["Child in need: began."], (
            "nobody had written it"
        )
        assert texts(folder, kind=kind, as_of=today() - 20 * DAY) == []
        ended = queries.timeline([folder], Asked(kind=kind)).shown[0]
    assert (ended.moment.author, ended.moment.agency) == ("Ines Farrow", visitor.postings.get().agency.name)
    assert ended.known_days == 10


def test_what_was_recorded_in_error_stood_until_that_was_written(worker, folder, owning):
    with as_practitioner(worker):
        row = set_status(folder, NewStatus(StatusKind.CARE_ORDER, today() - 5 * DAY))
        end_status(folder, row, today() - 5 * DAY)
    with owning():
        Status.objects.filter(id=row).update(recorded_at=now() - 4 * DAY)
    with as_practitioner(worker):
        assert texts(folder, kind="Legal status or plan") == []
        assert texts(folder, as_of=today() - DAY, kind="Legal status or plan") == ["Care order: began."]


@pytest.mark.obligation("REC-12")
def test_an_address_recorded_wrongly_is_no_move_since_that_was_said(worker, folder, owning):
    with as_practitioner(worker):
        wrong = move_to(folder, Address(lines="1 Wrong Street", held_from=today() - 9 * DAY))
        recorded_wrongly(folder, Fact.ADDRESS, wrong, "The street of another child of that name")
        right = move_to(folder, Address(lines="4 Quay Row", held_from=today() - 9 * DAY))
        kind = "Move of address"
        assert texts(folder, kind=kind) == ["Lives at: Family home, 4 Quay Row."]
    with owning():
        Residence.objects.filter(id__in=[wrong, right]).update(recorded_at=now() - 8 * DAY)
    with as_practitioner(worker):
        then = texts(folder, kind=kind, as_of=today() - DAY)
    assert any("1 Wrong Street" in line for line in then)


def test_that_a_worker_left_is_known_from_when_it_was_written(worker, visitor, folder, owning):
    with as_practitioner(worker):
        agency = visitor.postings.get().agency_id
        work = involve(
            folder, NewInvolvement(agency, "health visitor", visitor.pk, held_from=today() - 9 * DAY)
        )
        end_involvement(folder, work, today() - 6 * DAY)
    with owning():
        Involvement.objects.filter(id=work).update(recorded_at=now() - 8 * DAY)
    with as_practitioner(worker):
        assert [t.split(" ")[0] for t in texts(folder, kind="Change of worker")] == ["Ceased", "Began"]
        assert [t.split(" ")[0] for t in texts(folder, kind="Change of worker", as_of=today() - DAY)] == [
            "Began"
        ]


@pytest.fixture
def visited(worker, visitor, folder):
    """A visit on its form, significant, written for the health visitor, who has not confirmed it."""
    given = EntryIn(
        (folder,), "visit", now() - timedelta(hours=2), "He drew a house.\n\n@Sam Reyes: He slept in class.",
        answers={"where": "The breakfast club", "interpreting": "none_needed"},
        child_answers={folder: {"seen": "yes", "seen_alone": "no", "alone_why_not": "He asked for his puppet"}},
        impact={folder: "He trusts nobody with tractors."},
        written_for=visitor.pk, present="Uncle Pim",
    )  # fmt: skip
    with as_practitioner(worker):
        return sign(given)[folder]


@pytest.mark.obligation("SHR-05")
@pytest.mark.parametrize("words", [
    "drew", "tractors", "puppet", "breakfast", "Reyes", "Pim", "visit", '"seen alone"', "drew tractors puppet",
])  # fmt: skip
def test_all_words_of_an_entry_are_searched(worker, folder, visited, words):
    with as_practitioner(worker):
        assert [s.moment.id for s in queries.timeline([folder], Asked(words=words)).shown] == [visited.id]


def test_words_find_corrections_contributions_and_other_rooms_rows_as_they_were_known(
    worker, folder, visited
):
    with as_practitioner(worker):
        correct_entry(visited.id, "It was no helicopter.", "He drew a boat.")
        contribute(
            ContributionIn(
                visited.id, ContributionKind.DISAGREEMENT, "Ana Quill", "Mother", "I was upstairs.", "By giraffe", now()
            )
        )  # fmt: skip
        set_status(folder, NewStatus(StatusKind.CHILD_IN_NEED, today()))
        found = {
            w: len(queries.timeline([folder], Asked(words=w)).shown)
            for w in ("helicopter", "giraffe", "Quill")
        }
        assert found == {"helicopter": 1, "giraffe": 1, "Quill": 1}
        assert texts(folder, words="need") == ["Child in need: began."]
        assert texts(folder, words="helicopter", as_of=today() - DAY) == []


def test_words_are_found_whatever_stands_beside_them_in_print(worker, folder, visited):
    with as_practitioner(worker):
        contribute(
            ContributionIn(
                visited.id, ContributionKind.DISAGREEMENT, "Ana Quill", "Mother", "He said “hungry—weary”.",
                "By\u00a0giraffe… she didn’t know", now(),
            )
        )  # fmt: skip
        set_status(folder, NewStatus(StatusKind.CHILD_IN_NEED, today()))
        for words in ("hungry", "weary", "giraffe", "didn't", "“hungry”", "“hungry weary”"):
            assert len(queries.timeline([folder], Asked(words=words)).shown) == 1, words
        assert texts(folder, words="“need”") == ["Child in need: began."]


def test_what_the_trigger_makes_of_an_entry_is_what_the_model_says(worker, folder, visited, owning):
    with owning():
        said = Cast(Entry._meta.get_field("words").expression, TextField())
        rows = Entry.objects.annotate(said=said, kept=Cast("words", TextField()))
        assert rows.filter(said=F("kept")).count() == rows.count() > 0


def test_words_can_be_looked_up_in_their_index(db, owning):
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM records_entry e WHERE e.words @@ "
            "websearch_to_tsquery('english', kernel_plain('school'))"
        )
        assert "entry_found_by" in "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_indexscan")


@pytest.mark.obligation("REC-03")
@pytest.mark.obligation("REC-04")
@pytest.mark.obligation("REC-11")
def test_page_side_by_side_and_print_say_what_was_answered_and_who_has_not_confirmed(
    worker, visitor, folder, visited, signed_in, owning
):
    with owning():
        EntryCounter.objects.filter(folder_id=folder).update(last=2)
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked())
        actions.make_volume(wanted.id)
        pdf = PdfReader(io.BytesIO(bytes(PrintVolume.objects.get(of=wanted).content)))
    printed = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    client = signed_in(worker)
    pages = [client.get(f"/child/{folder}/chronology/{part}").content.decode() for part in ("", "family/")]
    for said in (
        "Was Robin seen alone?", "He asked for his puppet", "The breakfast club", "Not yet confirmed by Ines Farrow",
        "is not open to you",
    ):  # fmt: skip
        assert said in printed, said
        for page in pages:
            assert said in page, said
    assert "Entry 2 of Robin Quill’s record is not open to you." in pages[1]


def test_who_had_not_confirmed_on_an_earlier_day_is_said_as_of_that_day(
    worker, visitor, folder, visited, owning
):
    asked = ConfirmationRequest.objects
    with as_practitioner(visitor):
        confirm(asked.get(entry=visited).id, Confirming.CONFIRMED)
    moved = [("records_entry", "written_at"), ("records_confirmationrequest", "asked_at")]
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, column in moved:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                f"UPDATE {table} SET {column} = {column} - interval '3 days' WHERE folder_id = %s", [folder]
            )
    with as_practitioner(worker):
        assert Confirmation.objects.count() == 1
        then = queries.timeline([folder], Asked(as_of=today() - DAY, entries=True)).shown[0]
        since = queries.timeline([folder], Asked(entries=True)).shown[0]
    assert any(tag.startswith("Not yet confirmed by Ines Farrow") for tag in then.moment.tags)
    assert any(tag.startswith("Confirmed by Ines Farrow") for tag in since.moment.tags)
    assert not any(tag.startswith("Not yet") for tag in since.moment.tags)


@pytest.mark.obligation("REC-10")
def test_abbreviations_are_explained_on_the_page_and_at_the_end_of_the_print(
    worker, folder, wrote, signed_in
):
    wrote(worker, "The IRO rang the GP about CAMHS.")
    page = signed_in(worker).get(f"/child/{folder}/chronology/").content.decode()
    assert '<abbr title="' in page
    assert ">CAMHS</abbr>" in page
    assert "<dt>CAMHS</dt>" in page
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked())
        actions.make_volume(wanted.id)
        pdf = PdfReader(io.BytesIO(bytes(PrintVolume.objects.get(of=wanted).content)))
    printed = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert "Abbreviations" in printed
    assert "mental health" in printed.lower()


def test_pages_count_all_that_match_and_none_is_empty(worker, folder, wrote):
    for n in range(23):
        wrote(
            worker, f"Seen at {'school' if n % 2 else 'home'}, time {n}.", kind="visit" if n % 3 else "health"
        )
    with as_practitioner(worker):
        for asked in (
            Asked(words="school"), Asked(kind="Visit"), Asked(author="Dana Okafor"), Asked(statement="fact"),
            Asked(agency=worker.postings.get().agency.name), Asked(until=today()), Asked(significant=True),
        ):  # fmt: skip
            whole = queries.timeline([folder], asked, size=1000)
            seen, page = [], 1
            while True:
                found = queries.timeline([folder], asked, page=page, size=5)
                assert found.total == len(whole.shown)
                assert found.shown or found.total == 0
                seen += [s.moment.id for s in found.shown]
                if not found.more:
                    break
                page += 1
            assert seen == [s.moment.id for s in whole.shown]
            beyond = queries.timeline([folder], asked, page=99, size=5)
            assert beyond.shown or not whole.shown
