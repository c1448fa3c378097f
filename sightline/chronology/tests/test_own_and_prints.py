import html
import io
import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from procrastinate.jobs import Job
from pypdf import PdfReader

from sightline.access.queries import draft_lines
from sightline.access.tests.factories import sealed
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.audit.models import AuditEvent
from sightline.chronology import actions, queries
from sightline.chronology.jobs import clear_prints, print_chronology
from sightline.chronology.models import OwnMoment, Print, PrintVolume
from sightline.chronology.queries import one_timeline
from sightline.chronology.rules import Asked
from sightline.chronology.terms import PrintState
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.records.actions import correct_entry, sign_entry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, 30, tzinfo=LONDON)
MEANS = "He is safer since his aunt collects him."


@pytest.fixture
def moment(worker, folder, wrote):
    wrote(worker, "Home visit.\n\n@Sam Reyes, teacher: He slept in class.", after=timedelta(days=20))
    with as_practitioner(worker):
        return next(s.moment for s in queries.timeline([folder], Asked()).shown if s.moment.number)


# -- a worker's own chronology ------------------------------------------------------------------------


def test_a_worker_chooses_a_moment_and_says_what_it_means(worker, visitor, folder, moment):
    with as_practitioner(worker):
        actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
    with as_practitioner(visitor):
        (line,) = queries.own([folder])
    assert (line.what, line.analysis, line.practitioner) == ("Seen at home", MEANS, "Dana Okafor")
    assert (line.moment_id, line.happened_at) == (moment.id, moment.happened_at)


def test_a_change_is_another_version_and_the_first_stays(worker, folder, moment):
    with as_practitioner(worker):
        row = actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
        actions.revise_own(row.line, 1, what="Seen at home", analysis="He is not safer after all.")
        (line,) = queries.own([folder])
        assert [line.analysis, *(old.analysis for old in line.earlier)] == [
            "He is not safer after all.",
            MEANS,
        ]
        actions.take_out_own(row.line, 2)
        assert queries.own([folder]) == []
        assert OwnMoment.objects.filter(line=row.line).count() == 3


def test_two_tabs_do_not_overwrite_each_other(worker, folder, moment):
    with as_practitioner(worker):
        row = actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
        actions.revise_own(row.line, 1, what="One tab", analysis=MEANS)
        with pytest.raises(Refused, match="in another place"):
            actions.revise_own(row.line, 1, what="The other tab", analysis=MEANS)


def test_nobody_changes_somebody_elses_line(worker, visitor, folder, moment):
    with as_practitioner(worker):
        row = actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
    with as_practitioner(visitor), pytest.raises(Refused, match="somebody else's"):
        actions.revise_own(row.line, 1, what="Mine now", analysis=MEANS)


def test_a_line_needs_its_analysis_and_a_time_that_is_past(worker, folder):
    with as_practitioner(worker):
        with pytest.raises(Refused, match="what it means"):
            actions.note_own(folder, what="Seen", analysis="", happened_at=AT)
        with pytest.raises(Refused, match="past"):
            actions.note_own(folder, what="Seen", analysis=MEANS, happened_at=now() + timedelta(days=1))


def test_who_may_not_write_may_not_note(folder):
    reader = make_practitioner("quality-lead")
    with as_practitioner(reader), pytest.raises(NotPermitted):
        actions.note_own(folder, what="Seen", analysis=MEANS, happened_at=AT)


def test_the_database_refuses_to_change_a_line(worker, folder, moment, owning):
    with as_practitioner(worker):
        row = actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
        with pytest.raises(ProgrammingError), transaction.atomic():
            OwnMoment.objects.filter(id=row.id).update(what="Other")
    with owning(), pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        OwnMoment.objects.filter(id=row.id).update(what="Other")


def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing(worker, stranger, folder, moment):
    with as_practitioner(worker):
        actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
        wanted = actions.ask_print(folder, Asked())
    with as_practitioner(stranger):
        assert queries.own([folder]) == []
        assert not Print.objects.exists()
        assert not PrintVolume.objects.exists()
        with pytest.raises(ProgrammingError), transaction.atomic():
            actions.note_own(folder, what="Seen", analysis=MEANS, happened_at=AT)
        with pytest.raises(NotFound):
            actions.ask_print(folder, Asked())
        with pytest.raises(NotFound):
            actions.make_volume(wanted.id)


# -- prints ---------------------------------------------------------------------------------------


def printed(who, folder_id, asked=Asked()):
    with as_practitioner(who):
        wanted = actions.ask_print(folder_id, asked)
    made = print_chronology(str(wanted.id), str(who.pk))
    return wanted, made


def pages_of(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.obligation("SHR-05")
def test_a_print_names_its_reader_and_shows_what_is_late_and_told_by_others(worker, folder, moment):
    wanted, _ = printed(worker, folder)
    with as_practitioner(worker):
        (volume,) = queries.print_(wanted.id).volumes
        name, content = actions.fetch_volume(volume.id)
    pages = pages_of(content)
    whole = "\n".join(pages)
    assert name.endswith(".pdf")
    assert all("Printed for Dana Okafor" in page and "of" in page for page in pages)
    for words in ("Contents", "March 2026", "Home visit.", "told by Sam Reyes, teacher", "Third-party information",
                  "Late entry", "known 20 days later"):  # fmt: skip
        assert words in whole, words


@pytest.mark.obligation("REC-12")
def test_on_paper_the_right_words_stand_under_the_wrong_ones(worker, visitor, folder):
    with as_practitioner(visitor):
        wrong = sign_entry({folder: "Seen on Monday."}, kind="note", happened_at=AT, late_why="I was ill.")[
            folder
        ]
    with as_practitioner(worker):
        correct_entry(wrong.id, "It was Tuesday.", "Seen on Tuesday.", late_why="I asked her.")
    wanted, _ = printed(worker, folder, Asked(kind=wrong.title))
    with as_practitioner(worker):
        (volume,) = queries.print_(wanted.id).volumes
        whole = "\n".join(pages_of(actions.fetch_volume(volume.id)[1]))
    assert (
        whole.index("Seen on Monday.")
        < whole.index("What is right, by entry 2")
        < whole.index("Seen on Tuesday.")
    )


def test_a_print_comes_in_volumes_and_goes_on_where_it_stopped(worker, folder, wrote, monkeypatch):
    monkeypatch.setattr(actions, "VOLUME", 2)
    monkeypatch.setattr("sightline.chronology.rules.volumes.__defaults__", (2,))
    for n in range(3):
        wrote(worker, f"Entry {n}.", happened=AT + timedelta(days=n))
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked(kind="Visit", oldest_first=True))
        assert actions.make_volume(wanted.id)
        assert queries.print_(wanted.id).done == 2
    assert print_chronology(str(wanted.id), str(worker.pk)) == 1
    with as_practitioner(worker):
        done = queries.print_(wanted.id)
        assert (done.state, done.done, done.total) == ("done", 3, 3)
        assert [v.moments for v in done.volumes] == [2, 1]
        assert not actions.make_volume(wanted.id)


def test_a_print_holds_what_was_known_when_it_was_asked_for(worker, folder, wrote):
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked(kind="Visit"))
    wrote(worker, "Written after.", happened=now() - timedelta(minutes=1), after=timedelta(minutes=5))
    print_chronology(str(wanted.id), str(worker.pk))
    with as_practitioner(worker):
        assert queries.print_(wanted.id).total == 0


@pytest.mark.obligation("REC-18")
def test_only_the_asker_fetches_it_and_it_is_audited(worker, visitor, folder, moment, signed_in, owning):
    wanted, _ = printed(worker, folder)
    with as_practitioner(worker):
        (volume,) = queries.print_(wanted.id).volumes
    path = reverse("chronology:volume", args=[folder, volume.id])
    assert signed_in(visitor).get(path).status_code == 404
    assert "What is it needed for?" in signed_in(worker).get(path).content.decode()
    assert "Say what it is needed for" in signed_in(worker).post(path, {"purpose": " "}).content.decode()
    answer = signed_in(worker).post(path, {"purpose": "The conference"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    with owning():
        told = AuditEvent.objects.filter(verb="printed", folder_id=folder)
        assert [row.practitioner_id for row in told] == [worker.pk]


def test_a_print_expires(worker, folder, moment, signed_in):
    wanted, _ = printed(worker, folder)
    with as_practitioner(worker):
        (volume,) = queries.print_(wanted.id).volumes
    with time_machine.travel(now() + timedelta(hours=25)):
        with as_practitioner(worker), pytest.raises(NotFound):
            queries.volume(volume.id)
        assert clear_prints(0) > 0
    with as_practitioner(worker):
        assert not PrintVolume.objects.exists()


def test_whose_access_ended_gets_no_print(worker, folder, moment):
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked())
    sealed(folder, make_practitioner("team-manager"))
    assert print_chronology(str(wanted.id), str(worker.pk)) == 0


def test_a_print_that_cannot_be_made_says_so(worker, folder, moment, monkeypatch, signed_in):
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked())

    def broken(*_, **__):
        raise RuntimeError("no fonts")

    monkeypatch.setattr(actions, "make", broken)
    with pytest.raises(RuntimeError):
        print_chronology(str(wanted.id), str(worker.pk))
    page = signed_in(worker).get(reverse("chronology:print", args=[folder, wanted.id])).content.decode()
    assert "could not be made" in page


@pytest.mark.obligation("REC-09")
def test_a_print_ends_with_the_workers_own_lines_and_what_they_make_of_them(worker, folder, moment):
    with as_practitioner(worker):
        actions.note_own(folder, what="Seen at home", analysis=MEANS, moment=moment)
        whole = actions.ask_print(folder, Asked())
        calls = actions.ask_print(folder, Asked(kind="Call"))
        actions.note_own(folder, what="Written after", analysis="Too late for it.", moment=moment)
    for wanted in (whole, calls):
        print_chronology(str(wanted.id), str(worker.pk))
    with as_practitioner(worker):
        texts = [
            " ".join(pages_of(queries.volume(queries.print_(w.id).volumes[0].id)[2])) for w in (whole, calls)
        ]
    assert [MEANS in text for text in texts] == [True, False]
    assert "own chronologies" in texts[0]
    assert "Too late for it." not in texts[0]


@pytest.mark.django_db(transaction=True)
def test_a_print_under_which_the_database_goes_away_is_made_when_it_is_back(
    worker, folder, moment, monkeypatch
):
    with as_practitioner(worker):
        wanted = actions.ask_print(folder, Asked())

    def left(*_, **__):
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patched:
        patched.setattr(actions, "make", left)
        with pytest.raises(OperationalError) as lost:
            print_chronology(str(wanted.id), str(worker.pk))
    again = print_chronology.retry_strategy.get_retry_decision(
        exception=lost.value, job=Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="")
    )
    assert again is not None
    assert print_chronology(str(wanted.id), str(worker.pk)) == 1
    with as_practitioner(worker):
        assert Print.objects.get().state == PrintState.DONE.value


# -- pages ----------------------------------------------------------------------------------------


def test_a_team_manager_reads_filters_and_prints(worker, folder, moment, wrote, signed_in):
    wrote(worker, "A call about school.", happened=AT + timedelta(days=1), kind="call")
    client, path = signed_in(worker), reverse("chronology:child", args=[folder])
    page = client.get(path).content.decode()
    assert "Home visit." in page
    assert "told by Sam Reyes, teacher" in page
    assert "Third-party information" in page
    assert "Late entry" in page
    assert "Known here 20 days later" in page
    narrowed = client.get(path, {"words": "school"}).content.decode()
    assert "A call about school." in narrowed
    assert "Home visit." not in narrowed
    assert "Only with the words school" in narrowed
    asked = client.post(reverse("chronology:ask_print", args=[folder]) + "?words=school")
    with as_practitioner(worker):
        wanted = Print.objects.get()
        assert wanted.asked["words"] == "school"
    assert "It begins in a moment" in client.get(asked.headers["Location"]).content.decode()
    fragment = client.get(asked.headers["Location"], headers={"X-Fragment": "1"}).content.decode()
    assert "<html" not in fragment
    print_chronology(str(wanted.id), str(worker.pk))
    ready = client.get(asked.headers["Location"]).content.decode()
    volume = re.search(r'href="([^"]*/volume/[^"]*)"', ready)
    assert volume
    assert (
        "A call about school." in pages_of(client.post(volume[1], {"purpose": "The conference"}).content)[0]
    )


def test_siblings_stand_side_by_side(worker, folder, new_child, wrote, signed_in, monkeypatch):
    from sightline.children.actions import tie
    from sightline.children.queries import child_page
    from sightline.children.rules import NewTie
    from sightline.children.terms import Kinship

    other = new_child("Wren")
    with as_practitioner(worker):
        tie(folder, NewTie(child_page([other]).child.id, Kinship.SIBLING))
    wrote(worker, "Robin was seen.")
    long = f"{'She was there. ' * 40}The end of it."
    wrote(worker, f"Wren was not brought.\n\no She is afraid.\n\n{long}", into=other)
    page = signed_in(worker).get(reverse("chronology:family", args=[folder])).content.decode()
    assert "Robin was seen." in page
    assert re.search(r"<strong>Opinion</strong></p>\s*<p[^>]*>She is afraid", page)
    assert "The end of it." in page
    assert "Wren was not brought." in page
    assert "not open to you" not in page
    alone = signed_in(worker).get(reverse("chronology:child", args=[folder])).content.decode()
    assert "Wren was not brought." not in alone
    # Who finds no place beside the others is named, with the way to their own chronology.
    monkeypatch.setattr(one_timeline, "MOST_CHILDREN", 1)
    page = signed_in(worker).get(reverse("chronology:family", args=[folder])).content.decode()
    assert "Wren was not brought." not in page
    assert "not open to you" not in page
    assert reverse("chronology:child", args=[other]) in page


def test_what_cannot_be_read_in_a_filter_says_so_and_shows_the_rest(worker, folder, moment, signed_in):
    page = signed_in(worker).get(
        reverse("chronology:child", args=[folder]),
        {"since-day": "40", "since-month": "1", "since-year": "2026"},
    )
    assert page.status_code == 200
    assert "There is a problem" in page.content.decode()
    assert "Home visit." in page.content.decode()


@pytest.mark.obligation("REC-10")
def test_what_is_worth_a_second_look_stands_beside_an_own_line_and_blocks_nothing(worker, folder, signed_in):
    client, add = signed_in(worker), reverse("chronology:add_own", args=[folder])
    page = client.post(add, {"what": "XYQ came", "analysis": "He is safe.", "act": "check"}).content.decode()
    assert "“XYQ”</strong> (under “What happened, in a line?”). Nobody outside may know" in page
    assert "There is a problem" not in page
    keep = html.unescape(re.search(r'data-autosave-url="([^"]+)"', page)[1])
    assert "ZZQ" in client.post(keep, {"what": "ZZQ rang", "analysis": ""}).json()["aids"]
    with as_practitioner(worker):
        assert queries.own([folder]) == []


def test_own_lines_are_written_from_the_page(worker, folder, moment, signed_in):
    client = signed_in(worker)
    add = reverse("chronology:add_own", args=[folder])
    kept = client.post(f"{add}?moment={moment.id}", {"what": "Seen at home", "analysis": ""}).content.decode()
    assert "There is a problem" in kept
    assert "Seen at home" in kept
    assert (
        client.post(f"{add}?moment={moment.id}", {"what": "Seen at home", "analysis": MEANS}).status_code
        == 302
    )
    beside = client.get(reverse("chronology:child", args=[folder])).content.decode()
    assert MEANS in beside
    assert "Dana Okafor’s own chronology" in beside
    with as_practitioner(worker):
        (line,) = queries.own([folder])
    change = reverse("chronology:change_own", args=[folder, line.line])
    client.post(change, {"version": "1", "what": "Seen", "analysis": "It means something else."})
    stale = client.post(change, {"version": "1", "what": "Again", "analysis": "It means a third thing."})
    assert "in another place" in stale.content.decode()
    own = client.get(reverse("chronology:own", args=[folder])).content.decode()
    assert "It means something else." in own
    assert MEANS in own
    client.post(change, {"version": "2", "act": "take_out"})
    assert "Nobody has begun one" in client.get(reverse("chronology:own", args=[folder])).content.decode()


def test_what_is_typed_into_ones_own_chronology_is_kept_until_it_is_sent(worker, folder, moment, signed_in):
    client = signed_in(worker)
    add = f"{reverse('chronology:add_own', args=[folder])}?moment={moment.id}"
    page = client.get(add).content.decode()
    keep = html.unescape(re.search(r'data-autosave-url="([^"]+)"', page)[1])
    told = client.post(keep, {"what": "Seen at home", "analysis": "He is sa"})
    assert re.fullmatch(r"\d\d:\d\d", told.json()["saved"])
    # On another device, from the list of what is unsent.
    with as_practitioner(worker):
        (line,) = draft_lines(5).lines
    assert line.href == add
    again = client.get(add).content.decode()
    assert "Seen at home" in again
    assert "He is sa" in again
    client.post(add, {"what": "Seen at home", "analysis": MEANS})
    with as_practitioner(worker):
        assert draft_lines(5).lines == []
    elsewhere = keep.replace("chronology%2Fown%2Fadd", "documents%2Fadd")
    assert client.post(elsewhere, {"what": "x"}).status_code == 404


def test_a_print_is_tagged_with_contents_page_numbers_and_its_reader_on_every_page(worker, folder, wrote):
    for n in range(30):
        wrote(worker, f"Visit {n}: " + "he was at home and well. " * 30, happened=AT - timedelta(days=20 * n))
    wanted, _ = printed(worker, folder)
    with as_practitioner(worker):
        (volume,) = queries.print_(wanted.id).volumes
        _, content = actions.fetch_volume(volume.id)
    read = PdfReader(io.BytesIO(content))
    catalogue = read.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-GB"
    kinds = tags(catalogue["/StructTreeRoot"])
    assert {"/Document", "/H1", "/H2", "/H3", "/P", "/TOC"} <= kinds
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    assert len(read.pages) > 3
    for number, page in enumerate(read.pages, 1):
        text = " ".join(page.extract_text().split())
        assert "Printed for Dana Okafor" in text
        assert f"{number} of {len(read.pages)}" in text
    # The contents lead to the pages: each year and month stands in the outline.
    assert "2026" in {entry.title for entry in read.outline if not isinstance(entry, list)}


def tags(element, found=None):
    """Every kind of tag in the structure of a PDF."""
    found = set() if found is None else found
    element = element.get_object()
    if isinstance(element, list):
        for each in element:
            tags(each, found)
    elif isinstance(element, dict):
        if "/S" in element:
            found.add(element["/S"])
        if "/K" in element:
            tags(element.raw_get("/K"), found)
    return found
