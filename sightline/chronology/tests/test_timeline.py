from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sightline.access.tests.factories import sealed
from sightline.agencies.queries import acting_as, remembering
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import set_status
from sightline.children.rules import NewStatus
from sightline.children.terms import StatusKind
from sightline.chronology import queries
from sightline.chronology.queries import one_timeline
from sightline.chronology.queries.keys import entry_keys
from sightline.chronology.rules import Asked
from sightline.chronology.terms import Order
from sightline.documents import actions as documents
from sightline.documents.actions import NewBodyMap
from sightline.documents.tests.files import incoming, letter
from sightline.kernel.time import LONDON, now, today
from sightline.records import chronology
from sightline.records.actions import Deciding, correct_entry, decide, sign_entry
from sightline.records.models import Entry, EntryCounter
from sightline.records.terms import DecisionKind

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, 30, tzinfo=LONDON)


def texts(found):
    return [s.moment.text for s in found.shown if s.moment.number]


@pytest.mark.obligation("SHR-05")
def test_one_timeline_holds_what_each_agency_recorded_with_its_source(worker, visitor, folder, wrote):
    wrote(worker, "Home visit.")
    wrote(visitor, "Weighed at the clinic.", happened=AT + timedelta(days=1), kind="health")
    with as_practitioner(worker):
        found = queries.timeline([folder], Asked())
    agencies = {s.moment.text: (s.moment.agency, s.moment.author) for s in found.shown}
    assert agencies["Home visit."] == (worker.postings.get().agency.name, "Dana Okafor")
    assert agencies["Weighed at the clinic."] == (visitor.postings.get().agency.name, "Ines Farrow")
    assert texts(found) == ["Weighed at the clinic.", "Home visit."]


@pytest.mark.obligation("SHR-05")
def test_nobody_else_reads_any_of_it(worker, stranger, folder, wrote):
    wrote(worker, "Home visit.")
    with as_practitioner(stranger):
        found = queries.timeline([folder], Asked())
        assert (found.shown, found.total, found.choices.total) == ([], 0, 0)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (Asked(words="weighing"), ["Weighed at the clinic."]),
        (Asked(words='"home visit"'), ["Home visit."]),
        (Asked(kind="Health contact"), ["Weighed at the clinic."]),
        (Asked(author="Dana Okafor"), ["Home visit."]),
        (Asked(since=date(2026, 3, 3)), ["Weighed at the clinic."]),
        (Asked(until=date(2026, 3, 2)), ["Home visit."]),
        (Asked(words="nothing like it"), []),
        (Asked(oldest_first=True), ["Home visit.", "Weighed at the clinic."]),
    ],
)
def test_filters(worker, visitor, folder, wrote, asked, wanted):
    wrote(worker, "Home visit.")
    wrote(visitor, "Weighed at the clinic.", happened=AT + timedelta(days=1), kind="health")
    with as_practitioner(worker):
        assert texts(queries.timeline([folder], asked)) == wanted


@pytest.mark.obligation("REC-05")
@pytest.mark.obligation("REC-06")
def test_a_reader_filters_by_statement_and_sees_who_told_it(worker, folder, wrote):
    wrote(worker, "He was hungry.\n\no He is neglected.\n@Sam Reyes, teacher: He slept in class.")
    wrote(worker, "Only facts.", happened=AT + timedelta(days=1))
    with as_practitioner(worker):
        found = queries.timeline([folder], Asked(statement="opinion"))
    (shown,) = [s for s in found.shown if s.moment.number]
    assert [(p.kind, p.told_by) for p in shown.paragraphs] == [
        ("Fact", ""), ("Opinion", ""), ("Fact", "Sam Reyes, teacher"),
    ]  # fmt: skip
    assert "Third-party information" in shown.moment.tags


def test_the_record_as_it_stood_on_a_day(worker, folder, wrote):
    wrote(worker, "Told at once.")
    wrote(worker, "Told a month later.", after=timedelta(days=30))
    with as_practitioner(worker):
        entry = Entry.objects.get(folder_id=folder, text="Told at once.")
        correct_entry(entry.id, "The day was wrong.", "It was on Tuesday.")
        then = queries.timeline([folder], Asked(as_of=date(2026, 3, 10)))
        today = queries.timeline([folder], Asked())
    assert texts(then) == ["Told at once."]
    assert then.choices.total == 1
    tags = {s.moment.text: s.moment.tags for s in today.shown}
    assert any("Corrected" in tag for tag in tags["Told at once."])
    assert not any("Corrected" in tag for tag in then.shown[0].moment.tags)


@pytest.mark.obligation("REC-07")
def test_what_was_known_when(worker, folder, wrote):
    wrote(worker, "Happened first, known last.", after=timedelta(days=30))
    wrote(worker, "Happened last, known first.", happened=AT + timedelta(days=1))
    with as_practitioner(worker):
        found = queries.timeline([folder], Asked(order=Order.KNOWN, oldest_first=True))
    assert texts(found) == ["Happened last, known first.", "Happened first, known last."]
    late = next(s for s in found.shown if s.moment.text == "Happened first, known last.")
    assert late.known_days == 30
    assert late.moment.late


def test_statuses_and_workers_stand_on_it_too(worker, folder):
    with as_practitioner(worker):
        set_status(folder, NewStatus(StatusKind.CHILD_IN_NEED, date(2026, 1, 5)))
        found = queries.timeline([folder], Asked(kind="Legal status or plan"))
    assert [s.moment.text for s in found.shown] == ["Child in need: began."]
    assert found.shown[0].known_days > 0


def test_pages_hold_all_of_it_once_and_cost_the_same(worker, folder, wrote, monkeypatch):
    for n in range(130):
        wrote(worker, f"Entry {n}.", happened=AT + timedelta(hours=n))
    # As in a request, where who is looking is read once.
    with as_practitioner(worker), remembering(acting_as(worker.pk)):
        chronology.told_of_few([folder])
        with CaptureQueriesContext(connection) as small:
            chronology.told_of_few([folder])
        seen, costs = [], []
        for page in (1, 2, 3):
            with CaptureQueriesContext(connection) as captured:
                found = queries.timeline([folder], Asked(), page=page)
            costs.append(len(captured))
            seen += texts(found)
    assert seen == [f"Entry {n}." for n in reversed(range(130))]
    assert not found.more
    assert len(set(costs)) == 1
    # Beside what each room asks for its own: counting, keys, entries and all that hangs on them; keys of what is paged.
    assert costs[0] - len(small) <= 4
    # A page in the middle reads no key of what stands before it, beyond what else may stand between.
    with as_practitioner(worker):
        read = []
        monkeypatch.setattr(
            one_timeline, "entry_keys", lambda *a, **k: read.append(entry_keys(*a, **k)) or read[-1]
        )
        asked = Asked(entries=True)
        assert len(queries.timeline([folder], asked, page=3, size=20).shown) == 20
    assert [len(keys) for keys, _ in read] == [20]


@pytest.mark.obligation("REC-18")
@pytest.mark.parametrize("asks", [
    "chronology_keys(%s, '', '', '', false, '', '', null, null, null, false, false, null, true, 0)",
    "chronology_counts(%s, null)",
])  # fmt: skip
def test_the_database_gives_keys_and_counts_of_opened_folders_alone(worker, stranger, folder, wrote, asks):
    wrote(worker, "Home visit.")

    def rows():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {asks}", [[folder]])
            return cursor.fetchone()[0]

    with as_practitioner(worker):
        assert rows() > 0
    with as_practitioner(stranger):
        assert rows() == 0
    assert rows() == 0
    sealed(folder, stranger)
    with as_practitioner(worker):
        assert rows() == 0


def test_no_more_keys_come_back_than_are_shown_and_all_that_match_are_counted(worker, folder, wrote):
    for n in range(12):
        wrote(worker, f"Seen at {'school' if n % 3 else 'home'}.")
    with as_practitioner(worker):
        for order in Order:
            for oldest_first in (False, True):
                asked = Asked(words="school", order=order, oldest_first=oldest_first)
                keys, counted = entry_keys([folder], asked, first=3, counted=True)
                every, _ = entry_keys([folder], asked)
                assert (len(keys), counted, len(every)) == (3, 8, 8)
                assert keys == sorted(every, reverse=not oldest_first)[:3]
                rest, counted = entry_keys([folder], asked, first=3, counted=True, skipped=6)
                assert (rest, counted) == (sorted(every, reverse=not oldest_first)[6:], 8)
                assert entry_keys([folder], asked, first=3, counted=True, skipped=8) == ([], 8)
        narrowed = queries.timeline([folder], Asked(words="school"), size=5)
        assert (len(narrowed.shown), narrowed.total, narrowed.more) == (5, 8, True)
        whole = queries.timeline([folder], Asked(entries=True), size=5)
        assert (len(whole.shown), whole.total, whole.more) == (5, 12, True)


@pytest.mark.obligation("REC-03")
def test_the_page_says_which_numbers_are_not_open_to_the_reader(worker, folder, wrote, signed_in, owning):
    for text in ("Home visit.", "Seen at school.", "Rang her grandmother."):
        wrote(worker, text)
    with owning():
        EntryCounter.objects.filter(folder_id=folder).update(last=5)
    page = signed_in(worker).get(f"/child/{folder}/chronology/").content.decode()
    assert "Entries 4 and 5 are not open to you." in page


@pytest.mark.obligation("REC-12")
def test_why_it_is_late_and_what_was_wrong_stand_with_the_entry(worker, folder, wrote, signed_in):
    with as_practitioner(worker):
        wrong = sign_entry(
            {folder: "Seen on Monday."},
            kind="note",
            happened_at=now() - timedelta(days=9),
            late_why="I was ill.",
        )[folder]
        correct_entry(wrong.id, "It was Tuesday.", "Seen on Tuesday.")
    page = signed_in(worker).get(f"/child/{folder}/chronology/?entries=yes").content.decode()
    assert "<strong>Why it is late:</strong> I was ill." in page
    assert "<strong>What was wrong:</strong> It was Tuesday." in page


@pytest.mark.obligation("REC-12")
@pytest.mark.parametrize("by", ["kind", "author", "agency"])
def test_a_filter_never_leaves_the_wrong_words_without_the_right_ones(worker, visitor, folder, signed_in, by):
    with as_practitioner(visitor):
        wrong = sign_entry({folder: "Seen on Monday."}, kind="note", happened_at=now())[folder]
    with as_practitioner(worker):
        correct_entry(wrong.id, "It was Tuesday.", "Seen on Wednesday.")
        last = correct_entry(wrong.id, "It was not Wednesday either.", "Seen on Tuesday.", seen=1)
        said = {"kind": wrong.title, "author": "Ines Farrow", "agency": visitor.postings.get().agency.name}
        asked = Asked(**{by: said[by]})
        (shown,) = queries.timeline([folder], asked).shown
        assert shown.moment.id == wrong.id
        assert shown.right is not None
        assert (shown.right.moment.id, shown.right.moment.author) == (last.id, "Dana Okafor")
        everything = queries.timeline([folder], Asked(entries=True)).shown
        assert [each.right for each in everything] == [None, None, None]
        then = queries.timeline([folder], replace(asked, as_of=today() - timedelta(days=1))).shown
        assert then == []
    page = signed_in(worker).get(f"/child/{folder}/chronology/", asked.as_data()).content.decode()
    assert "What is right, by entry 3" in page
    assert "Seen on Tuesday." in page
    assert "Seen on Wednesday." not in page


def test_only_entries_leaves_everything_else_out(worker, folder, wrote):
    wrote(worker, "Home visit.")
    with as_practitioner(worker):
        set_status(folder, NewStatus(StatusKind.CHILD_IN_NEED, date(2026, 3, 3)))
        found = queries.timeline([folder], Asked(entries=True))
    assert [(s.moment.number, s.moment.text) for s in found.shown] == [(1, "Home visit.")]
    assert found.total == 1 < found.choices.total


def test_the_address_of_the_record_leads_to_its_entries(worker, stranger, folder, wrote, signed_in):
    wrote(worker, "Home visit.")
    page = signed_in(worker).get(f"/child/{folder}/record/", follow=True)
    assert "Home visit." in page.content.decode()
    assert (
        signed_in(stranger).get(f"/child/{folder}/record/").headers["Location"] == f"/child/{folder}/pointer/"
    )


@pytest.mark.obligation("REC-17")
def test_files_and_body_maps_stand_on_it_and_lead_to_their_pages(worker, folder, settings, tmp_path):
    settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = str(tmp_path), "ab" * 32
    seen = now() - timedelta(days=2)
    with as_practitioner(worker):
        kept = documents.attach(
            [incoming(letter(), "hospital.pdf")], {folder: None}, about="The hospital’s letter"
        )
        drawn = documents.draw_body_map(folder, NewBodyMap(seen, "Both arms", [], none_seen=True))
        found = queries.timeline([folder], Asked())
    (file,) = kept.documents[folder]
    shown = {s.moment.kind: s.moment for s in found.shown}
    assert (shown["Document added"].text, shown["Document added"].href) == (
        "The hospital’s letter", f"/child/{folder}/documents/{file.id}/",
    )  # fmt: skip
    assert (shown["Body map"].happened_at, shown["Body map"].href) == (
        seen, f"/child/{folder}/documents/body-map/{drawn.id}/",
    )  # fmt: skip


@pytest.mark.obligation("REC-17")
def test_a_letter_stands_at_the_day_that_it_bears_and_says_that_it_was_added_later(
    worker, folder, settings, tmp_path
):
    settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = str(tmp_path), "ab" * 32
    with as_practitioner(worker):
        documents.attach(
            [incoming(letter(), "old.pdf")], {folder: None}, about="Of 2019", dated=date(2019, 7, 3)
        )
        documents.attach([incoming(letter("Today"), "new.pdf")], {folder: None}, about="Today", dated=today())
        shown = {s.moment.text: s.moment for s in queries.timeline([folder], Asked()).shown}
        then = queries.timeline([folder], Asked(until=date(2019, 12, 31)))
    assert shown["Of 2019"].happened_at == datetime(2019, 7, 3, 12, tzinfo=LONDON)
    assert shown["Of 2019"].known_at > now() - timedelta(minutes=5)
    assert shown["Of 2019"].tags == ("Added later",)
    assert shown["Today"].happened_at == shown["Today"].known_at
    assert shown["Today"].tags == ()
    assert [s.moment.text for s in then.shown] == ["Of 2019"]


@pytest.mark.obligation("REC-12")
def test_what_a_correction_took_back_is_significant_no_more_from_when_it_was_written(worker, folder, owning):
    with as_practitioner(worker):
        entry = sign_entry(
            {folder: "He was bitten."}, kind="note", happened_at=now() - timedelta(hours=1),
            impact={folder: "He fears dogs."},
        )[folder]  # fmt: skip
        correct_entry(entry.id, "It was the puppet.", "He was bitten by a puppet.", impact={})
        correct_entry(
            entry.id,
            "It was a dog.",
            "He was bitten.",
            impact={folder: "He fears dogs."},
            seen=1,
        )
        last = correct_entry(entry.id, "It was a cat.", "He was scratched.", impact={}, seen=2)
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE records_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE records_entry SET written_at = written_at - interval '5 days', "
                       "happened_at = happened_at - interval '5 days' WHERE folder_id = %s AND id <> %s",
                       [folder, last.id])  # fmt: skip
    with as_practitioner(worker):
        now_ = queries.timeline([folder], Asked(significant=True))
        then = queries.timeline([folder], Asked(significant=True, as_of=today() - timedelta(days=1)))
        whole = queries.timeline([folder], Asked(entries=True))
    assert (texts(now_), now_.total, now_.choices.significant) == ([], 0, {})
    assert [s.moment.number for s in then.shown] == [3, 1]
    assert sum(then.choices.significant.values()) == 2
    assert [(s.moment.number, s.moment.significant) for s in whole.shown] == [
        (4, False), (3, False), (2, False), (1, False),
    ]  # fmt: skip
    assert any("not a significant event" in tag for tag in whole.shown[-1].moment.tags)


def test_of_many_decisions_only_those_on_the_page_are_read(worker, folder, wrote, monkeypatch):
    for n in range(4):
        wrote(worker, f"Entry {n}.", happened=now() - timedelta(minutes=10 * n + 65), after=timedelta(0))
    with as_practitioner(worker):
        for n in range(9):
            decide(
                [
                    Deciding(
                        folder_id=folder, kind=DecisionKind.IN_ENTRY, outcome=f"Decided {n}", reasons="It is needed.",
                        pack="p", pack_version="1",
                    )
                ]
            )  # fmt: skip
        read = []
        told_of_these = chronology.told_of_these
        monkeypatch.setattr(
            chronology,
            "told_of_these",
            lambda folders, wanted: (read.append(wanted), told_of_these(folders, wanted))[1],
        )
        seen = [
            [s.moment for s in queries.timeline([folder], Asked(), page=page, size=5).shown]
            for page in (1, 2, 3)
        ]
        whole = [s.moment for s in queries.timeline([folder], Asked(), size=100).shown]
        assert [m.id for page in seen for m in page] == [m.id for m in whole]
        assert [sum(map(len, wanted.values())) for wanted in read[:2]] == [5, 4]
        assert queries.timeline([folder], Asked(kind="Decision"), size=5).total == 9
        assert dict(queries.timeline([folder], Asked(), size=5).choices.kinds)["Decision"] == 9
        assert [s.moment.text for s in queries.timeline([folder], Asked(words='"decided 3"')).shown] == [
            "Decided 3.\nIt is needed."
        ]
