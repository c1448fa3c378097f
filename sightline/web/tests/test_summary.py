"""The summary of a child, and the bundles for when the system is down."""

import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from sightline.access.actions import seal
from sightline.access.queries import joined_set
from sightline.access.tests.factories import joined, let_in, open_folder_for, sealed
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_agency,
    make_partnership,
    make_practitioner,
    make_team,
)
from sightline.children.actions import move_to, record_adult, record_child, set_status, tie
from sightline.children.queries import child_page
from sightline.children.rules import Address, Birth, Names, NewAdult, NewChild, NewStatus, NewTie
from sightline.children.terms import Kinship, Known, LivesAt, Sex, StatusKind
from sightline.chronology.paper import when
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.concerns.queries import concern
from sightline.concerns.tests.factories import make_front_door, raised_by
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.plans.actions import IncidentIn, record_incident, record_return, withdraw_incident
from sightline.plans.terms import IncidentKind
from sightline.print.pdf import About, make
from sightline.procedures.actions import Opening, open_duties
from sightline.records.actions import EntryIn, confirm, correct_entry, sign, sign_entry
from sightline.records.queries import entry as read
from sightline.records.queries import last_seen
from sightline.records.terms import Confirming
from sightline.voice.actions import hear
from sightline.voice.queries import needs
from sightline.voice.terms import Heard
from sightline.voice.tests.factories import some_words
from sightline.web import bundles, jobs
from sightline.web.queries import child_overview
from sightline.web.summary import summary_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    make_partnership()
    return make_team(name="Locality team")


@pytest.fixture
def worker(team):
    return make_practitioner("social-worker", team=team, name="Dana Okafor")


def a_child(worker, name):
    folder_id = open_folder_for(worker)
    with as_practitioner(worker):
        record_child(NewChild(folder_id, Names(name, "Quill"), Birth(born_on=date(2017, 3, 14))))
    return folder_id


@pytest.fixture
def folder(worker):
    return a_child(worker, "Robin")


def told(verb, what, folder_id):
    """The subjects of what the trail says was done with a folder."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM audit_event WHERE verb = %s AND what = %s AND folder_id = %s",
            [verb, what, folder_id],
        )
        return [subject for (subject,) in cursor.fetchall()]


def lines(summary):
    every = [summary.safety, *summary.sections]
    return {section.title: [line.text for line in section.lines] for section in every}


@pytest.mark.obligation("REC-15")
def test_the_summary_is_drawn_from_the_record_as_it_stands_now(worker, folder):
    with as_practitioner(worker):
        before = lines(summary_of([folder]))
        set_status(folder, NewStatus(StatusKind.POLICE_PROTECTION, today() - timedelta(days=1)))
        sign_entry(
            {folder: "He was found alone at home."}, kind="note", happened_at=now(), impact={folder: "Fear."},
        )  # fmt: skip
        after = summary_of([folder])
    assert before["Know this first"] == []
    assert any("Police protection" in text for text in lines(after)["Know this first"])
    assert any("found alone" in text for text in lines(after)["What happened lately"])
    assert any("Nobody has written down what they say" in line.text for line in after.gaps)


@pytest.mark.obligation("CHD-01")
@pytest.mark.obligation("CHD-02")
def test_every_page_says_the_same_of_when_a_child_was_last_seen(worker, folder):
    """Seen at a visit two days ago, heard in person an hour ago, and since then only by letter."""
    visited, heard_at = now() - timedelta(days=2), now() - timedelta(hours=1)
    with as_practitioner(worker):
        sign(
            EntryIn(
                (folder,), "visit", visited, "He drew.", late_why="Called out.",
                answers={"where": "At home", "interpreting": "none_needed"},
                child_answers={folder: {"seen": "yes", "seen_alone": "yes"}},
            )
        )  # fmt: skip
        assert last_seen([folder]).at == visited
        hear(
            folder,
            some_words(heard=Heard.PLAY, heard_at=heard_at, alone=False, others="Mum", why_not_alone="Shy."),
        )
        hear(folder, some_words(heard=Heard.ADVOCATE, heard_at=now() - timedelta(minutes=5)))
        seen, page = last_seen([folder]), child_page([folder])
        [vigilance] = [need for need in needs(page) if need.name.value == "vigilance"]
        [line] = next(s for s in summary_of([folder]).sections if s.title == "Seen").lines
        assert (seen.at, seen.alone) == (heard_at, False)
        assert child_overview(folder, [folder]).seen == seen
    assert (
        [each.href for each in vigilance.lines if each.text.startswith("Last seen")]
        == [seen.href]
        == [line.href]
    )
    assert line.text == f"Last seen {when(heard_at)}, not alone"


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("REC-15")
def test_what_was_put_right_stands_once_in_its_right_words_and_says_so(worker, folder):
    with as_practitioner(worker):
        wrong = sign_entry(
            {folder: "His uncle hit him."}, kind="note", happened_at=now() - timedelta(days=2),
            impact={folder: "Fear."}, late_why="Called out.",
        )[folder]  # fmt: skip
        correct_entry(wrong.id, "It was no uncle.", "His cousin hit him.")
        # The second says another day as well: the entry itself is not among the last ones any more.
        last = correct_entry(
            wrong.id, "It was a neighbour.", "A neighbour hit him.", seen=1, late_why="Told late.",
            happened_at=now() - timedelta(days=9),
        )  # fmt: skip
        for n in range(3):
            sign_entry(
                {folder: f"Came hungry {n}."}, kind="note", happened_at=now(), impact={folder: "Hunger."}
            )
        lately = next(s for s in summary_of([folder]).sections if s.title == "What happened lately").lines
    assert len(lately) == 4
    assert lately[-1].text.endswith(": Note (corrected). A neighbour hit him.")
    assert str(last.id) in lately[-1].href
    assert not any("uncle" in line.text or "cousin" in line.text for line in lately)


@pytest.mark.obligation("REC-04")
@pytest.mark.obligation("REC-15")
def test_what_nobody_confirmed_yet_says_so_on_the_page_the_summary_and_its_paper(worker, folder, team):
    visitor = make_practitioner("health-visitor", name="Ines Farrow", post_title="Health visitor")
    let_in(folder, visitor)

    def said():
        [line] = lines(summary_of([folder]))["What happened lately"]
        tags = [tag["text"] for each in child_overview(folder, [folder]).happened for tag in each.tags]
        return line, tags

    with as_practitioner(worker):
        entry = sign(
            EntryIn(
                (folder,), "note", now(), "He had a bruise.", written_for=visitor.pk, impact={folder: "Pain."}
            )
        )[folder]
        line, tags = said()
    assert "Note (not yet confirmed by Ines Farrow, Health visitor" in line
    assert any(tag.startswith("Not yet confirmed by Ines Farrow") for tag in tags)
    client = Client()
    client.force_login(worker.user)
    pdf = client.post(reverse("web:summary_pdf", args=[folder]), {"purpose": "Duty"})
    paper = " ".join(PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text().split())
    assert "not yet confirmed by Ines Farrow" in paper
    with as_practitioner(worker):
        [request] = read(entry.id, [folder]).requests
    with as_practitioner(visitor):
        confirm(request.id, Confirming.CONFIRMED)
    with as_practitioner(worker):
        line, tags = said()
    assert line.endswith(": Note. He had a bruise.")
    assert tags == []


@pytest.mark.obligation("REC-15")
def test_what_is_late_is_one_line_and_never_hides_what_is_dangerous(worker, folder):
    long_ago = now() - timedelta(days=200)
    with as_practitioner(worker):
        open_duties(
            [
                Opening(folder, kind, long_ago, uuid4(), "/", worker.pk)
                for kind in ("answer_access_request", "confirm_copy", "put_paper_right", "answer_reply")
            ]
        )
        set_status(folder, NewStatus(StatusKind.POLICE_PROTECTION, today() - timedelta(days=1)))
        found = lines(summary_of([folder]))
    assert len(found["Know this first"]) == 2
    assert found["Know this first"][1].startswith("4 things critically late: ")
    assert len(found["Due"]) == 4


@pytest.mark.obligation("NTC-03")
@pytest.mark.obligation("REC-15")
def test_a_child_who_is_missing_now_is_said_first_on_page_summary_paper_and_bundle(worker, folder, tmp_path):
    client = Client()
    client.force_login(worker.user)
    # Longer ago than the procedures count.
    began = now() - timedelta(days=120)

    def first():
        with as_practitioner(worker):
            return [(line.text, line.urgent) for line in summary_of([folder]).safety.lines[:1]]

    def read():
        keys = tmp_path / "keys.json"
        paper = client.post(reverse("web:summary_pdf", args=[folder]), {"purpose": "Duty"})
        bundle = next(
            b for b in bundles.export(tmp_path / "out", keys) if b.reader.startswith("Locality team")
        )
        return [
            client.get(reverse("web:child", args=[folder])).text,
            client.get(reverse("web:summary", args=[folder])).text,
            " ".join(PdfReader(io.BytesIO(paper.content)).pages[0].extract_text().split()),
            " ".join(opened(bundle, keys).split()),
        ]

    with as_practitioner(worker):
        set_status(folder, NewStatus(StatusKind.POLICE_PROTECTION, today() - timedelta(days=1)))
        [gone] = record_incident([folder], IncidentIn(IncidentKind.MISSING, began, "Gone.", "Her mother"))
        [mistaken] = record_incident([folder], IncidentIn(IncidentKind.MISSING, now(), "Gone.", "Her aunt"))
        withdraw_incident(mistaken, "It was her cousin.")
    line = f"Missing since {when(began)}, not back yet"
    assert first() == [(line, True)], "before an order, and not the withdrawn one"
    for text in read():
        assert text.count(line) == 1
        assert "s told by Her mother" in text.replace('<span dir="auto">', "")
    with as_practitioner(worker):
        record_return(gone, now())
    assert first() != [(line, True)]
    assert not any("not back yet" in text for text in read()[:2])


@pytest.mark.obligation("REC-15")
def test_every_line_says_where_it_comes_from(worker, folder):
    with as_practitioner(worker):
        set_status(folder, NewStatus(StatusKind.CHILD_IN_NEED, today()))
        found = summary_of([folder])
    for section in (found.safety, *found.sections):
        assert all(line.source for line in section.lines), section.title


def test_the_page_and_its_pdf(worker, folder, owning):
    client = Client()
    client.force_login(worker.user)
    page = client.get(reverse("web:summary", args=[folder])).content.decode()
    assert "Know this first" in page
    assert "Robin Quill" in page
    pdf = client.post(reverse("web:summary_pdf", args=[folder]), {"purpose": "Duty"})
    reader = PdfReader(io.BytesIO(pdf.content))
    assert len(reader.pages) == 1
    assert "Printed for Dana Okafor" in reader.pages[0].extract_text()
    with owning():
        assert told("printed", "web.summary_pdf", folder) == [""]


@pytest.mark.obligation("CHD-01")
def test_the_printed_page_shows_who_is_in_the_childs_life(worker, folder):
    with as_practitioner(worker):
        for names, kinship, lives in (
            (Names("Ana", "Ferreira"), Kinship.MOTHER, Known.YES),
            (Names("Jon", "Lund"), Kinship.FATHER, Known.NO),
        ):
            adult = record_adult(folder, NewAdult(names, Birth(sex=Sex.NOT_KNOWN)))
            tie(folder, NewTie(adult, kinship, Known.YES, lives))
    client = Client()
    client.force_login(worker.user)
    pdf = client.post(reverse("web:summary_pdf", args=[folder]), {"purpose": "Duty"})
    reader = PdfReader(io.BytesIO(pdf.content))
    assert len(reader.pages) == 1, "it still fits one page"
    said = [str(part["/Alt"]) for part in tagged(reader) if "/Alt" in part]
    assert any("Ana Ferreira" in words and "Jon Lund" in words for words in said)


@pytest.mark.obligation("CHD-01")
@pytest.mark.parametrize(("lines", "letters"), [(2, 60), (5, 120), (5, 260), (12, 180), (30, 700)])
def test_a_child_with_much_to_say_still_fits_one_page(team, lines, letters):
    said = ("Maya is left with Mr Dunmore on school nights. " * 20)[:letters]
    part = [
        {"text": f"{n}. {said}", "source": "Recorded 4 May 2026 by Dana", "urgent": False}
        for n in range(lines)
    ]
    first = [{"text": f"Known first {n}", "source": "People", "urgent": True} for n in range(8)]
    child = {
        "name": "Maya Quill", "heading": "9 years", "number": "EA-1", "drawn": "Drawn today.", "genogram": None,
        "safety": {"title": "Know this first", "lines": first, "nothing": ""}, "gaps": part[:4],
        "sections": [{"title": f"Part {n}", "lines": part, "nothing": ""} for n in range(10)],
    }  # fmt: skip
    with looking_as(Viewer.for_job("summaries")):
        reader = PdfReader(
            io.BytesIO(make("web/summary", {"children": [child]}, about=About("Summary", "Dana")))
        )
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert all(f"Known first {n}" in text for n in range(8))
    assert all(f"Part {n}" in text for n in range(10))
    if lines > 5:
        assert "more in the record" in text
    assert tagged(reader)


def tagged(reader):
    """Every part of the PDF's structure, as a screen reader goes through it."""
    left, found = [reader.trailer["/Root"]["/StructTreeRoot"]], []
    while left:
        part = left.pop().get_object()
        if not isinstance(part, dict):
            continue
        found.append(part)
        below = part.get("/K", [])
        left += below if isinstance(below, list) else [below]
    return found


def test_it_costs_the_same_with_many_entries(worker, folder):
    def cost():
        with as_practitioner(worker), CaptureQueriesContext(connection) as captured:
            summary_of([folder])
        return len(captured)

    with as_practitioner(worker):
        sign_entry({folder: "One."}, kind="note", happened_at=now(), impact={folder: "Much."})
    few = cost()
    with as_practitioner(worker):
        for n in range(20):
            sign_entry(
                {folder: f"Entry {n}."},
                kind="note",
                happened_at=now(),
                impact={folder: "Much."},
            )
    assert cost() == few


@pytest.mark.obligation("REC-15")
def test_whoever_holds_parental_responsibility_is_among_whom_to_ring(worker, folder):
    with as_practitioner(worker):
        for n in range(15):
            friend = record_adult(folder, NewAdult(Names(f"Friend{n}", "Tull"), Birth(sex=Sex.NOT_KNOWN)))
            tie(folder, NewTie(friend, Kinship.OTHER, Known.NO))
        mother = record_adult(folder, NewAdult(Names("Ana", "Quill"), Birth(sex=Sex.FEMALE)))
        tie(folder, NewTie(mother, Kinship.MOTHER, Known.YES))
        ring = lines(summary_of([folder]))["Who to ring"]
    assert len([line for line in ring if "Tull" in line]) == 15
    names = [line for line in ring if "Tull" in line or "Ana Quill" in line]
    assert names[0].startswith("Ana Quill")


# -- bundles --------------------------------------------------------------------------------------


def opened(bundle, keys):
    known = bundles.passphrases(keys)
    passphrase = next(k["passphrase"] for k in known.values() if k["for"] == bundle.reader)
    reader = PdfReader(bundle.path)
    assert reader.is_encrypted
    assert reader.decrypt("wrong") == 0
    assert reader.decrypt(passphrase)
    return "\n".join(page.extract_text() for page in reader.pages)


def theirs(out, keys):
    """Each file with whose passphrase opens it."""
    return {
        path: known["for"]
        for path in out.glob("*.pdf")
        for known in bundles.passphrases(keys).values()
        if PdfReader(path).decrypt(known["passphrase"])
    }


@pytest.mark.obligation("REC-15")
def test_a_team_has_its_children_in_an_encrypted_pdf(worker, folder, team, tmp_path, owning):
    keys = tmp_path / "keys.json"
    written = bundles.export(tmp_path / "out", keys)
    bundle = next(b for b in written if b.reader.startswith("Locality team"))
    assert b"Quill" not in bundle.path.read_bytes()
    text = opened(bundle, keys)
    assert "Robin Quill" in text
    assert "Good until" in text
    assert b"/AESV3" in bundle.path.read_bytes()
    assert (bundle.path.stat().st_mode & 0o777, keys.stat().st_mode & 0o777) == (0o600, 0o600)
    with owning():
        assert str(team.pk) in told("exported", "web.export_summaries", folder)


def test_a_confidential_address_never_leaves_the_system(worker, folder, tmp_path):
    with as_practitioner(worker):
        move_to(
            folder, Address(LivesAt.RELATIVES, "12 Hidden Lane", "ZZ99 3CZ", "Westmere", confidential=True)
        )
        assert any("Hidden Lane" in text for text in lines(summary_of([folder]))["Where they are"])
    keys = tmp_path / "keys.json"
    bundle = next(b for b in bundles.export(tmp_path / "out", keys) if b.reader.startswith("Locality team"))
    text = opened(bundle, keys)
    assert "Hidden Lane" not in text
    assert "confidential" in text


@pytest.mark.obligation("REC-18")
def test_a_sealed_child_is_with_those_named_and_nobody_else(worker, folder, team, tmp_path):
    named = make_practitioner("team-manager", team=team, name="Priya Nair")
    let_in(folder, named)
    sealed(folder, named)
    other = a_child(worker, "Wren")
    keys = tmp_path / "keys.json"
    texts = {b.reader: opened(b, keys) for b in bundles.export(tmp_path / "out", keys)}
    holding = [reader for reader, text in texts.items() if "Robin Quill" in text]
    assert holding == ["Priya Nair"]
    assert "Wren Quill" in next(text for reader, text in texts.items() if reader.startswith("Locality team"))
    assert other


@pytest.mark.obligation("REC-18")
def test_nothing_of_a_sealed_child_stands_in_a_teams_summary_of_a_sister(worker, team, tmp_path):
    """Whoever it is read as is named on the seal of the brother; the team is not."""
    maya, theo, joined_to_maya = (a_child(worker, name) for name in ("Maya", "Theo", "Ines"))
    with as_practitioner(worker):
        tie(maya, NewTie(child_page([theo]).child.id, Kinship.SIBLING, Known.NO, Known.YES))
        sign_entry({joined_to_maya: "Zq-sealed words."}, kind="note", happened_at=now(),
                   impact={joined_to_maya: "Fear."})  # fmt: skip
    joined(joined_to_maya, maya)
    for folder_id in (theo, joined_to_maya):
        sealed(folder_id, worker)
    with as_practitioner(worker):
        page = lines(summary_of(joined_set(maya)))
    assert "Theo" in str(page)
    assert "Zq-sealed" in str(page)
    keys = tmp_path / "keys.json"
    texts = {b.reader: opened(b, keys) for b in bundles.export(tmp_path / "out", keys)}
    team_has = next(text for reader, text in texts.items() if reader.startswith("Locality team"))
    assert "Maya Quill" in team_has
    assert "Theo" not in team_has
    assert "Zq-sealed" not in team_has
    assert "Theo" in texts["Dana Okafor"]


@pytest.mark.obligation("CHD-03")
def test_whom_the_child_asked_not_to_be_told_is_read_first_everywhere(worker, folder, team, tmp_path):
    with as_practitioner(worker):
        hear(folder, some_words(said="He gets cross.", keep_from="Kyle, who would be angry."))
        hear(folder, some_words(said="I like drawing."))
        summary = summary_of([folder])
        [warning] = [line for line in summary.safety.lines if "Kyle" in line.text]
        shown = timeline([folder], Asked()).shown
    assert warning.urgent
    assert warning.text == "Robin asked that somebody is not told: Kyle, who would be angry."
    [moment] = [each.moment for each in shown if "He gets cross" in each.moment.text]
    assert "Asked that somebody is not told: Kyle, who would be angry." in moment.text
    assert "Asked that somebody is not told" in moment.tags
    keys = tmp_path / "keys.json"
    bundle = next(b for b in bundles.export(tmp_path / "out", keys) if b.reader.startswith("Locality team"))
    assert "Robin asked that somebody is not told: Kyle" in " ".join(opened(bundle, keys).split())
    client = Client()
    client.force_login(worker.user)
    page = client.get(reverse("web:child", args=[folder])).content.decode()
    assert "Robin asked that somebody is not told: Kyle, who would be angry." in page


@pytest.mark.obligation("REC-15")
@pytest.mark.obligation("REC-18")
def test_who_opens_a_record_by_their_whole_agency_or_works_in_no_team_has_it_too(
    worker, folder, team, tmp_path, owning
):
    school = make_agency(name="Harbour School")
    teacher = make_practitioner("designated-safeguarding-lead", agency=school, name="Femi Adeyemi")
    make_practitioner("designated-safeguarding-lead", agency=school, name="Ros Tull")
    wren, secret = a_child(worker, "Wren"), a_child(worker, "Finch")
    let_in(folder, school)
    let_in(secret, school)
    sealed(secret, teacher)
    let_in(wren, teacher)
    keys = tmp_path / "keys.json"
    texts = {b.reader: opened(b, keys) for b in bundles.export(tmp_path / "out", keys)}
    whole = "Harbour School, the whole agency"
    assert {reader: {name for name in ("Robin", "Wren", "Finch") if f"{name} Quill" in text}
            for reader, text in texts.items()} == {
        f"Locality team, {team.agency.name}": {"Robin", "Wren"},
        whole: {"Robin"},
        "Femi Adeyemi": {"Wren", "Finch"},
    }  # fmt: skip
    with owning():
        assert str(school.pk) in told("exported", "web.export_summaries", folder)


def test_one_reader_whose_summaries_cannot_be_made_takes_nobody_elses(
    worker, folder, team, tmp_path, monkeypatch
):
    named = make_practitioner("team-manager", team=team, name="Priya Nair")
    let_in(folder, named)
    sealed(folder, named)
    assert a_child(worker, "Wren")
    of = bundles._summaries

    def fails_for_the_team(reader):
        if reader.name.startswith("Locality team"):
            raise ValueError("unreadable")
        return of(reader)

    monkeypatch.setattr(bundles, "_summaries", fails_for_the_team)
    with pytest.raises(bundles.NotWhole, match="none for Locality team"):
        bundles.export(tmp_path / "out", tmp_path / "keys.json")
    assert [path.name.split("-")[4] for path in (tmp_path / "out").glob("*.pdf")] == ["priya"]
    assert bundles.last_export(tmp_path / "out") is None


def test_another_export_keeps_the_passphrases_and_clears_what_has_expired(worker, folder, tmp_path):
    keys, out = tmp_path / "keys.json", tmp_path / "out"
    first = bundles.export(out, keys)
    before = bundles.passphrases(keys)
    old = out / f"summaries-{(today() - timedelta(days=9)).isoformat()}-locality-abc123.pdf"
    theirs = out / "holiday.pdf"
    old.write_bytes(b"old")
    theirs.write_bytes(b"not ours")
    assert [b.path for b in bundles.export(out, keys)] == [b.path for b in first]
    assert bundles.passphrases(keys) == before
    assert not old.exists()
    assert theirs.exists()


@pytest.mark.obligation("REC-18")
def test_a_child_who_is_sealed_goes_out_of_what_was_written_before(
    worker, folder, team, tmp_path, settings, owning
):
    out, keys = tmp_path / "out", tmp_path / "keys.json"
    settings.SUMMARIES_FOLDER, settings.SUMMARIES_KEYS = str(out), str(keys)
    assert a_child(worker, "Wren")
    (first,) = bundles.export(out, keys)
    # The day before's, which the same passphrase opens: one that a list knows, and one of a release without the list.
    yesterday = (today() - timedelta(days=1)).isoformat()
    older = first.path.with_name(first.path.name.replace(today().isoformat(), yesterday))
    older.write_bytes(first.path.read_bytes())
    named = make_practitioner("team-manager", team=team, name="Priya Nair")
    let_in(folder, named)
    with as_practitioner(named):
        seal(folder, "Somebody in the team is her uncle.", [named.pk])
    with owning():
        [job] = ProcrastinateJob.objects.filter(task_name="web.take_out_sealed")
    assert jobs.take_out_sealed(**job.args) == 2
    texts = {path.name: opened(bundles.Bundle(who, 1, path), keys) for path, who in theirs(out, keys).items()}
    assert not older.exists()
    assert len(texts) == 2
    assert ["Robin Quill" in text for name, text in texts.items() if "locality" in name] == [False]
    assert ["Wren Quill" in text for name, text in texts.items() if "locality" in name] == [True]
    assert ["Robin Quill" in text for name, text in texts.items() if "priya" in name] == [True]
    with owning():
        assert len(told("wrote", "web.take_out_sealed", folder)) == 2
    # Nothing more holds her but what is hers to read.
    assert jobs.take_out_sealed(**job.args) == 1


def test_a_reader_has_the_latest_file_alone_and_none_when_nothing_is_theirs(
    worker, folder, team, tmp_path, owning
):
    out, keys = tmp_path / "out", tmp_path / "keys.json"
    (first,) = bundles.export(out, keys)
    yesterday = first.path.with_name(
        first.path.name.replace(today().isoformat(), (today() - timedelta(days=1)).isoformat())
    )
    yesterday.write_bytes(b"old")
    bundles.export(out, keys)
    assert sorted(out.glob("*.pdf")) == [first.path]
    with owning(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_grant SET ends_at = given_at + interval '1 ms' WHERE folder_id = %s", [folder]
        )
    assert bundles.export(out, keys) == []
    assert list(out.glob("*.pdf")) == []


@pytest.mark.obligation("REC-15")
@pytest.mark.obligation("REC-18")
def test_the_nightly_task_writes_them_encrypted_audited_and_clears_the_old(
    worker, folder, team, tmp_path, settings, owning
):
    """What runs at night is this very task."""
    named = make_practitioner("team-manager", team=team, name="Priya Nair")
    closed = a_child(worker, "Wren")
    let_in(closed, named)
    sealed(closed, named)
    settings.SUMMARIES_FOLDER = ""
    assert jobs.export_summaries(0) == 0
    out, keys = tmp_path / "out", tmp_path / "keys.json"
    settings.SUMMARIES_FOLDER, settings.SUMMARIES_KEYS = str(out), str(keys)
    out.mkdir()
    old = out / f"summaries-{(today() - timedelta(days=9)).isoformat()}-locality-abc123.pdf"
    old.write_bytes(b"old")
    assert jobs.export_summaries(0) == len(list(out.glob("summaries-*.pdf"))) >= 2
    assert not old.exists()
    texts = {}
    for path in out.glob("summaries-*.pdf"):
        reader = PdfReader(path)
        assert (reader.trailer["/Encrypt"]["/V"], reader.trailer["/Encrypt"]["/Length"]) == (5, 256)
        who = [
            k["for"] for k in bundles.passphrases(keys).values() if PdfReader(path).decrypt(k["passphrase"])
        ]
        assert len(who) == 1
        reader.decrypt(
            next(k["passphrase"] for k in bundles.passphrases(keys).values() if k["for"] == who[0])
        )
        texts[who[0]] = "\n".join(page.extract_text() for page in reader.pages)
    assert [who for who, text in texts.items() if "Wren Quill" in text] == ["Priya Nair"]
    assert any("Robin Quill" in text for who, text in texts.items() if who != "Priya Nair")
    assert all("Good until" in text for text in texts.values())
    with owning():
        assert told("exported", "web.export_summaries", folder)
        assert told("exported", "web.export_summaries", closed)


def test_a_passphrase_can_be_typed_and_not_guessed():
    made = {bundles.new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 29 and not set(each) & set("il1o0") for each in made)


@pytest.mark.obligation("NTC-03")
def test_how_often_a_child_was_missing_stands_on_the_one_page_and_its_pdf(worker, folder):
    with as_practitioner(worker):
        for days, kind in ((2, IncidentKind.MISSING), (5, IncidentKind.MISSING), (9, IncidentKind.MISSING),
                           (3, IncidentKind.DOMESTIC_ABUSE)):  # fmt: skip
            began = now() - timedelta(days=days)
            record_incident(
                [folder], IncidentIn(kind, began, "As told.", "Her mother", began + timedelta(hours=2))
            )
        [worries] = [s for s in summary_of([folder]).sections if s.title == "What we are worried about"]
        assert [(line.text, line.urgent) for line in worries.lines] == [
            ("Missing: 3 times in the last 90 days, and a decision is due", True),
            ("Domestic abuse: 1 time in the last 365 days", False),
        ]
    client = Client()
    client.force_login(worker.user)
    page = client.get(reverse("web:summary", args=[folder])).text
    assert "3 times in the last 90 days" in page
    paper = client.post(reverse("web:summary_pdf", args=[folder]), {"purpose": "Duty"})
    text = " ".join(PdfReader(io.BytesIO(paper.content)).pages[0].extract_text().split())
    assert "3 times in the last 90 days" in text


@pytest.mark.obligation("REC-15")
def test_every_line_says_where_it_comes_from_and_leads_there(db):
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        part = concern(raised.concern_id).parts[0].folder_id
        mother = record_adult(part, NewAdult(Names("Ana", "Ferreira"), Birth()))
        tie(part, NewTie(mother, Kinship.MOTHER, Known.NO, Known.YES, "Mum"))
        set_status(part, NewStatus(StatusKind.CHILD_IN_NEED, today()))
        sign_entry({part: "Found alone."}, kind="note", happened_at=now(), impact={part: "Fear."})
        summary = summary_of([part])
        silent = summary_of([a_child(door.decider, "Wren")])
    for each in (summary, silent):
        for section in (each.safety, *each.sections):
            for line in section.lines:
                assert line.source, (section.title, line.text)
                assert line.href, (section.title, line.text)
        assert all(gap.source and gap.href for gap in each.gaps)
    assert "Nobody has written down what they say" in [gap.text for gap in silent.gaps]
    assert summary.sections[0].lines, "what the concern says stands there"
