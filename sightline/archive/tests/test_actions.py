"""Paper that leaves and comes back; a record that is asked for, decided on item by item, and given."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from sightline.access.actions import join, undo_join
from sightline.access.terms import GrantLevel
from sightline.access.tests.factories import let_in, open_folder_for
from sightline.agencies.models import Notice, Posting, Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.archive import actions, models, queries
from sightline.archive.actions import (
    Asking,
    Checked,
    Deciding,
    Giving,
    Identity,
    Keeping,
    Leaving,
    RemovalMove,
    TellingOf,
)
from sightline.archive.models import AccessRequest
from sightline.archive.pages.own import COOKIE
from sightline.archive.terms import (
    Asker,
    Choice,
    GivenAs,
    Ground,
    LeftAs,
    PaperPoint,
    PauseWhy,
    RemovalAct,
    ReplyKind,
    RequestAct,
    RequestState,
)
from sightline.children.actions import record_adult, tie
from sightline.children.queries import child_page
from sightline.children.queries import held as held_of
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known
from sightline.concerns.rules import secret_digest
from sightline.documents import actions as documents
from sightline.documents.actions import Incoming
from sightline.documents.models import Document
from sightline.documents.tests.conftest import Scanner
from sightline.documents.tests.files import incoming, letter, photograph, sound
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures.models import Duty
from sightline.procedures.queries import on_folders
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind
from sightline.voice.tests.factories import heard, make_child

pytestmark = pytest.mark.django_db

EVERY_POINT = tuple(PaperPoint)


@dataclass
class Office:
    worker: Practitioner
    officer: Practitioner
    manager: Practitioner
    folder_id: UUID


def make_office() -> Office:
    make_partnership()
    worker = make_practitioner("social-worker", name="Dana Okafor")
    officer = make_practitioner("records-officer", name="Owen Pritchard")
    manager = make_practitioner("team-manager", name="Priya Nair")
    folder_id = open_folder_for(worker, officer, manager, manager=manager)
    make_child(folder_id, worker, years=14)
    with as_practitioner(worker):
        kyle = record_adult(folder_id, NewAdult(Names("Kyle", "Dunmore"), Birth()))
        tie(folder_id, NewTie(kyle, Kinship.OTHER, Known.NO, Known.NO, "Mum's friend"))
    return Office(worker, officer, manager, folder_id)


@pytest.fixture
def office() -> Office:
    return make_office()


def owed(folder_id: UUID) -> list[str]:
    return sorted(d.kind for d in on_folders([folder_id]))


# -- paper ---------------------------------------------------------------------------------------------


def a_volume(office: Office) -> models.Volume:
    with as_practitioner(office.officer):
        return actions.add_volume(
            office.folder_id, "1", Keeping("Records room, cabinet 4", today() - timedelta(days=900))
        )


@pytest.mark.obligation("FIL-01")
def test_volumes_stand_on_the_record_with_dates_and_place(office: Office) -> None:
    volume = a_volume(office)
    with as_practitioner(office.officer):
        with pytest.raises(Refused, match="there already"):
            actions.add_volume(office.folder_id, "1", Keeping("Elsewhere", today()))
        actions.place_volume(
            volume.id,
            Keeping(
                "Deep store, bay 9", today() - timedelta(days=900), today(), "Closed with its last paper."
            ),
        )
        [found] = queries.volumes([office.folder_id])
        assert (found.place, found.covers_until) == ("Deep store, bay 9", today())
        assert [p.place for p in found.places] == ["Deep store, bay 9", "Records room, cabinet 4"]
        assert held_of(child_page([office.folder_id])).volumes == ("1",)
        with pytest.raises(ProgrammingError), transaction.atomic():
            models.VolumePlace.objects.update(place="Nowhere")


@pytest.mark.obligation("FIL-05")
@pytest.mark.obligation("FIL-01")
def test_a_check_that_fails_becomes_a_duty_until_another_finds_it_right(office: Office) -> None:
    volume = a_volume(office)
    with as_practitioner(office.officer):
        [first] = on_folders([office.folder_id])
        assert (first.kind, first.subject_id, first.owner_id) == ("check_paper", volume.id, office.officer.pk)
        assert first.path == f"/child/{office.folder_id}/paper/{volume.id}/"
        with pytest.raises(Refused, match="differ"):
            actions.check_volume(volume.id, Checked(False, EVERY_POINT))
        with pytest.raises(Refused, match="amiss"):
            actions.check_volume(volume.id, Checked(True, EVERY_POINT[1:]))
        actions.check_volume(volume.id, Checked(True, EVERY_POINT[1:], failed_words="Two faxes are faded."))
        assert owed(office.folder_id) == ["put_paper_right"]
        assert queries.volumes([office.folder_id])[0].sound is False
        actions.check_volume(volume.id, Checked(True, EVERY_POINT))
        assert owed(office.folder_id) == []
        assert queries.volumes([office.folder_id])[0].sound is True


@pytest.mark.obligation("FIL-05")
def test_a_scan_that_fails_becomes_a_duty_until_another_check_finds_it_right(
    office: Office, papers: dict[str, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)
    path = f"/child/{office.folder_id}/paper/scan/{papers['school.pdf'].id}/"
    page = client.get(f"/child/{office.folder_id}/paper/").content.decode()
    assert path in page
    assert str(papers["talk.wav"].id) not in page
    three = ["legible", "dated", "post_titled"]
    assert "Say what is amiss" in client.post(path, {"met": three}).content.decode()
    assert client.post(path, {"met": three, "failed_words": "Nobody signed it."}).status_code == 302
    with as_practitioner(office.officer):
        assert owed(office.folder_id) == ["put_scan_right"]
    page = client.get(f"/child/{office.folder_id}/paper/").content.decode()
    assert "Nobody signed it." in page
    assert "To be put right" in page
    # A long paper file is read page by page, and says how long it is; what was taken out of the record is no scan.
    for module in ("pages.views", "queries.scans"):
        monkeypatch.setattr(f"sightline.archive.{module}.SHOWN", 1)
    whole = f"/child/{office.folder_id}/paper/"
    many = len(papers) - 1
    each = [client.get(whole, {"page": number}).text for number in range(1, many + 1)]
    named = [re.findall(r"/paper/scan/([0-9a-f-]+)/", page) for page in each]
    assert sorted(found for [found] in named) == sorted(
        str(row.id) for name, row in papers.items() if name != "talk.wav"
    )
    assert f"{many} scans in all" in each[0]
    assert client.get(whole, {"page": many + 1}).status_code == 302
    with as_practitioner(office.worker):
        documents.withdraw(papers["school.pdf"].id, "It is of another child.")
    assert f"{many - 1} scan" in client.get(whole).text


@pytest.mark.obligation("FIL-02")
def test_a_volume_leaves_by_a_managers_leave_for_a_time_and_comes_back(office: Office) -> None:
    volume = a_volume(office)
    with as_practitioner(office.worker):
        removal = actions.ask_removal(volume.id, "The court hearing.", "County court, with Dana Okafor")
        with pytest.raises(Refused, match="already"):
            actions.ask_removal(volume.id, "Me too.", "My desk")
        with pytest.raises(NotPermitted):
            actions.move_removal(removal.id, RemovalMove(RemovalAct.APPROVE))
        with pytest.raises(Refused):
            actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE))
    with as_practitioner(office.manager):
        late = RemovalMove(
            RemovalAct.APPROVE, "", today() + timedelta(days=60), "Locked bag.", "The duty desk."
        )
        with pytest.raises(Refused, match="longest"):
            actions.move_removal(removal.id, late)
        actions.move_removal(
            removal.id,
            RemovalMove(RemovalAct.APPROVE, "", today() + timedelta(days=2), "Locked bag.", "The duty desk."),
        )
    with as_practitioner(office.worker):
        actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE))
        [duty] = Duty.objects.filter(kind="volume_return", closed_at__isnull=True)
        assert duty.due_at == queries.volumes([office.folder_id])[0].out.due_back
        assert duty.owner_id == office.worker.pk
    with as_practitioner(office.officer):
        actions.move_removal(removal.id, RemovalMove(RemovalAct.CHASE, "Rang: it comes on Friday."))
        actions.move_removal(removal.id, RemovalMove(RemovalAct.RETURN, "Complete, by Dana herself."))
        assert owed(office.folder_id) == ["check_paper"], "only the first check is still owed"
        [found] = queries.volumes([office.folder_id])
        assert found.out is None
        assert [s.act for s in found.removals[0].steps.all()] == ["ask", "approve", "take", "chase", "return"]
        with pytest.raises(ProgrammingError), transaction.atomic():
            models.RemovalStep.objects.update(words="")


@pytest.mark.obligation("FIL-02")
def test_who_may_need_it_is_told_here_that_it_is_out_and_that_it_is_back(office: Office) -> None:
    volume = a_volume(office)
    nurse, stranger = make_practitioner("health-visitor"), make_practitioner("social-worker")
    team = make_practitioner("team-manager", name="Helen Abara").postings.get().team
    assert team is not None
    let_in(office.folder_id, nurse, team)
    with as_practitioner(office.worker):
        removal = actions.ask_removal(volume.id, "The court hearing.", "County court")
    tomorrow = today() + timedelta(days=2)
    with as_practitioner(office.manager):
        assert {nurse.name, f"{team.name}, {team.agency.name}"} <= {
            one.name for one in queries.who_may_need(office.folder_id)
        }
        with pytest.raises(Refused, match="to whom this record is open"):
            actions.move_removal(
                removal.id, RemovalMove(RemovalAct.APPROVE, "", tomorrow, "Bag.", "", [stranger.pk])
            )
        with pytest.raises(Refused, match="who is told"):
            actions.move_removal(removal.id, RemovalMove(RemovalAct.APPROVE, "", tomorrow, "Bag."))
        actions.move_removal(
            removal.id,
            RemovalMove(
                RemovalAct.APPROVE, "", tomorrow, "Bag.", "The court's usher.", [nurse.pk], [team.pk]
            ),
        )
        step = models.RemovalStep.objects.get(act="approve")
        assert sorted(told.name for told in step.notified.all()) == sorted(
            [nurse.name, f"{team.name}, {team.agency.name}"]
        )
        with pytest.raises(ProgrammingError), transaction.atomic():
            models.RemovalTold.objects.update(name="Nobody")
    assert notices(nurse) == ["A paper volume that you may need is to be out of its place"]
    in_team = Posting.objects.filter(team=team).exclude(practitioner=office.manager).first()
    assert in_team is not None
    assert notices(in_team.practitioner) == ["A paper volume that you may need is to be out of its place"]
    with as_practitioner(office.worker):
        actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE))
        actions.move_removal(removal.id, RemovalMove(RemovalAct.RETURN, "Complete."))
    assert notices(nurse)[-1] == "A paper volume that you may need is back in its place"
    assert notices(stranger) == []


@pytest.mark.obligation("FIL-02")
def test_a_leave_ends_with_its_day_and_who_was_told_hears_that_the_volume_stays(office: Office) -> None:
    volume, nurse = a_volume(office), make_practitioner("health-visitor")
    let_in(office.folder_id, nurse)
    with as_practitioner(office.worker):
        removal = actions.ask_removal(volume.id, "The court hearing.", "County court")
    with as_practitioner(office.manager):
        actions.move_removal(
            removal.id,
            RemovalMove(
                RemovalAct.APPROVE, "", today() + timedelta(days=2), "Locked bag.", people=(nurse.pk,)
            ),
        )
    with time_machine.travel(now() + timedelta(days=4)), as_practitioner(office.worker):
        with pytest.raises(Refused, match="Take the request back and ask again"):
            actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE))
        actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE_BACK, "The hearing is over."))
        assert actions.ask_removal(volume.id, "The next hearing.", "County court").id != removal.id
    assert notices(nurse)[-1] == "A paper volume that you may need stays in its place"


def notices(who: Practitioner) -> list[str]:
    with as_practitioner(who):
        rows = Notice.objects.filter(practitioner=who, text__startswith="A paper volume that you may")
        return list(rows.order_by("created_at", "id").values_list("text", flat=True))


@pytest.mark.obligation("FIL-02")
def test_the_page_of_approval_offers_whom_to_tell(office: Office) -> None:
    volume = a_volume(office)
    with as_practitioner(office.worker):
        actions.ask_removal(volume.id, "The court hearing.", "County court")
    client = Client()
    client.force_login(office.manager.user)
    path = f"/child/{office.folder_id}/paper/{volume.id}/removal/approve/"
    assert b"Dana Okafor" in client.get(path).content
    day = today() + timedelta(days=2)
    sent = {
        "due_back-day": day.day, "due_back-month": day.month, "due_back-year": day.year, "safeguards": "Bag.",
        "chosen": [f"p{office.officer.pk}"],
    }  # fmt: skip
    assert client.post(path, {**sent, "chosen": ["pnobody"]}).status_code == 200
    answer = client.post(path, sent)
    assert answer.status_code == 302, answer.content.decode()
    assert b"Told: Owen Pritchard" in client.get(f"/child/{office.folder_id}/paper/{volume.id}/").content


@pytest.mark.obligation("FIL-06")
def test_what_leaves_is_logged_with_its_purpose_and_its_return_confirmed(office: Office) -> None:
    with as_practitioner(office.worker):
        with pytest.raises(Refused, match="needed for"):
            actions.copy_left(office.folder_id, Leaving("The plan", LeftAs.PRINT, " ", "Dana", now()))
        copy = actions.copy_left(
            office.folder_id, Leaving("The plan, 3 pages", LeftAs.PRINT, "Core group", "Dana Okafor", now())
        )
        assert owed(office.folder_id) == ["confirm_copy"]
        actions.copy_back(copy.id, "Shredded by Owen.", today())
        assert owed(office.folder_id) == []
        with pytest.raises(Refused, match="already"):
            actions.copy_back(copy.id, "Again.", today())


@pytest.mark.obligation("FIL-06")
def test_a_file_that_is_taken_stands_on_the_list_with_its_purpose_also_of_who_may_only_read(
    office: Office,
) -> None:
    chair = make_practitioner("independent-conference-chair", name="Helen Abara")
    let_in(office.folder_id, chair, level=GrantLevel.READ)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(chair.user)
    path = f"/child/{office.folder_id}/summary/pdf/"
    assert "What is it needed for?" in client.get(path).content.decode()
    assert "Say what it is needed for" in client.post(path, {"purpose": ""}).content.decode()
    with as_practitioner(chair):
        assert queries.copies_out([office.folder_id]) == []
    form = client.get(path).content.decode()
    key = form.split('name="once_key" value="')[1].split('"')[0]
    for _ in range(2):
        sent = client.post(path, {"purpose": "Reading before the conference", "once_key": key})
        assert sent.headers["Content-Type"] == "application/pdf"
    with as_practitioner(chair):
        [copy] = queries.copies_out([office.folder_id])
        assert (copy.row.what, copy.row.purpose) == ("the summary", "Reading before the conference")
        assert (copy.row.to_whom, copy.row.left_as) == ("Helen Abara", LeftAs.DOWNLOAD)
        [duty] = Duty.objects.filter(kind="confirm_copy", closed_at__isnull=True)
        assert duty.owner_id == chair.pk
    back = f"/child/{office.folder_id}/copies/{copy.id}/back/"
    assert back in client.get(f"/child/{office.folder_id}/copies/").content.decode()
    day = today()
    gone = {
        "words": "Deleted from the laptop.",
        "on-day": day.day,
        "on-month": day.month,
        "on-year": day.year,
    }
    assert client.post(back, gone).status_code == 302
    with as_practitioner(chair):
        assert queries.copies_out([office.folder_id])[0].back is not None
        assert owed(office.folder_id) == []
        printed = actions.copy_left(
            office.folder_id, Leaving("A page", LeftAs.PRINT, "Group", "Helen", now())
        )
        actions.copy_back(printed.id, "Shredded.", today())
    with as_practitioner(office.worker):
        theirs = actions.copy_left(office.folder_id, Leaving("Plan", LeftAs.PRINT, "Group", "Dana", now()))
    with as_practitioner(chair), pytest.raises((NotFound, NotPermitted)), transaction.atomic():
        actions.copy_back(theirs.id, "Shredded.", today())


# -- told --------------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-13")
def test_that_each_person_was_told_of_the_record_is_recorded_and_who_was_not_is_named(office: Office) -> None:
    with as_practitioner(office.worker):
        view = child_page([office.folder_id])
        assert queries.not_told_of_record(view) == ["Maya Ferreira-Lund"]
        actions.tell_of_record(
            office.folder_id,
            TellingOf("Maya Ferreira-Lund", now(), "Read the leaflet together.", view.child.id),
        )
        assert queries.not_told_of_record(view) == []


@pytest.mark.obligation("REC-13")
def test_whoever_bears_the_childs_name_was_not_the_child(office: Office) -> None:
    """A grandmother of the same name was told, then somebody of whom only a name is known."""
    with as_practitioner(office.worker):
        maya = record_adult(office.folder_id, NewAdult(Names("Maya", "Ferreira-Lund"), Birth()))
        tie(office.folder_id, NewTie(maya, Kinship.OTHER, Known.NO, Known.NO, "Her grandmother"))
        telling = TellingOf("Maya Ferreira-Lund", now(), "By telephone.", maya)
        actions.tell_of_record(office.folder_id, telling)
        view = child_page([office.folder_id])
        assert queries.not_told_of_record(view) == ["Maya Ferreira-Lund"]
        actions.tell_of_record(office.folder_id, replace(telling, person_id=None))
        assert queries.not_told_of_record(view) == []


# -- a request ------------------------------------------------------------------------------------------------


def asks(office: Office, **changes: object) -> AccessRequest:
    fields: dict = {
        "asker": Asker.SELF, "name": "Maya Ferreira-Lund", "contact": "Through her advocate",
        "received_at": now() - timedelta(days=3), "how": "Told her social worker", "scope": "Everything about me.",
    }  # fmt: skip
    with as_practitioner(office.officer):
        return actions.receive(office.folder_id, Asking(**{**fields, **changes}))


def checked(office: Office, request: AccessRequest, **changes: object) -> None:
    with as_practitioner(office.officer):
        actions.check_identity(
            request.id,
            Identity("School photograph card, seen by Owen.", "", "She knows what it is.", **changes),  # type: ignore[arg-type]
        )


def a_record(office: Office) -> None:
    with as_practitioner(office.worker):
        for n, text in enumerate(
            ("Maya drew her house.", "Kyle Dunmore shouted at the gate.", "The plan holds.")
        ):
            sign_entry(
                {office.folder_id: text}, kind=EntryKind.VISIT, happened_at=now() - timedelta(minutes=n + 1)
            )
    heard(office.folder_id, office.worker, said="I hate it when Kyle is there.", keep_from="Mum")


def due(request: AccessRequest):  # type: ignore[no-untyped-def]
    [duty] = Duty.objects.filter(subject_id=request.id, closed_at__isnull=True)
    return duty


@pytest.mark.obligation("REC-13")
def test_a_request_has_its_legal_month_which_waits_only_where_the_law_lets_it(office: Office) -> None:
    request = asks(office)
    with as_practitioner(office.officer):
        first = due(request)
        assert (first.kind, first.statutory) == ("answer_access_request", True)
        assert first.started_at == request.received_at
    checked(office, request, proof_came_at=request.received_at + timedelta(days=2))
    with as_practitioner(office.officer):
        second = due(request)
        assert second.started_at == request.received_at + timedelta(days=2)
        actions.pause(request.id, PauseWhy.CLARIFY, "Asked which years she means.")
        assert due(request).kind == "ask_again"
        with pytest.raises(Refused, match="lock paused"):
            actions.pause(request.id, PauseWhy.CLARIFY, "Again.")
        with pytest.raises(Refused, match="before it was asked for"):
            actions.resume(request.id, "The last two years.", now() - timedelta(minutes=2))
        with pytest.raises(Refused, match="time that is past"):
            actions.resume(request.id, "The last two years.", now() + timedelta(hours=1))
        actions.resume(request.id, "The last two years.", now())
        third = due(request)
        assert third.kind == "answer_access_request"
        assert third.started_at >= second.started_at
        actions.extend(request.id, "Nine volumes over eleven years.", "Letter of today, with the reasons.")
        assert due(request).kind == "answer_extended_request"
        with pytest.raises(Refused, match="allows it once"):
            actions.extend(request.id, "Nine volumes over eleven years.", "Letter of today.")


@pytest.mark.obligation("REC-13")
def test_the_clock_runs_again_from_when_the_answer_came_however_late_that_is_written_down(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asks(office)
    checked(office, request)
    asked, came = now() - timedelta(days=2), now() - timedelta(days=1)
    with as_practitioner(office.officer):
        first = due(request).started_at
        with monkeypatch.context() as then:
            then.setattr("sightline.archive.actions.requests.now", lambda: asked)
            actions.pause(request.id, PauseWhy.CLARIFY, "Asked which years she means.")
        actions.resume(request.id, "The last two years.", came)
        assert due(request).started_at == first + timedelta(days=1)


@contextmanager
def added(office: Office, settings, tmp_path, *files: Incoming) -> Iterator[dict[str, Document]]:  # type: ignore[no-untyped-def]
    """Files in the record, read by the worker process, by their names."""
    settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = str(tmp_path), "ab" * 32
    with Scanner() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.CLAMD = server.where
        with as_practitioner(office.worker):
            kept = documents.attach(files, {office.folder_id: None}).documents[office.folder_id]
        with looking_as(Viewer.for_job("documents")):
            for row in kept:
                documents.examine(row.id)
        yield {row.name: row for row in kept}
        server.shutdown()


@pytest.fixture
def papers(office: Office, settings, tmp_path) -> Iterator[dict[str, Document]]:  # type: ignore[no-untyped-def]
    """A letter, two photographs and a recording."""
    with added(
        office, settings, tmp_path,
        incoming(letter("Maya sat her test. Kyle Dunmore brought her."), "school.pdf"),
        incoming(photograph("blue", place=True), "garden with Zora.jpg"),
        incoming(photograph("red"), "beach.jpg"),
        incoming(sound(), "talk.wav"),
    ) as kept:  # fmt: skip
        yield kept


@pytest.mark.obligation("REC-13")
def test_a_paper_of_which_not_all_was_read_is_decided_on_as_itself_and_never_gives_what_is_held_of_its_text(
    office: Office, settings, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    """A letter with a scan behind it: its text alone would leave the scan out without a word."""
    both = PdfWriter(io.BytesIO(letter("Maya sat her test. Kyle Dunmore brought her.")))
    both.add_blank_page()
    content = io.BytesIO()
    both.write(content)
    with added(office, settings, tmp_path, incoming(content.getvalue(), "school.pdf")) as kept:
        request = asks(office)
        checked(office, request)
        with as_practitioner(office.officer):
            actions.gather(request.id)
            actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
            items = {
                i.row.part: i for i in queries.bundle(request.id) if i.row.source_id == kept["school.pdf"].id
            }
            [text] = [i for part, i in items.items() if 0 < part < queries.FILE]
            assert items[queries.FILE].row.text == "The file itself, of which not all could be read."
            assert (text.decision, items[queries.FILE].decision) == (None, None)
            assert "Kyle Dunmore" in items[queries.FILE].row.proposed
            actions.decide_item(items[queries.FILE].id, Deciding(Choice.GIVE, reasons="Only she is on it."))
        hold_kyle_back(office, request)
        refused = pytest.raises(Refused, match="the file itself, which holds it, is given")
        with as_practitioner(office.manager), refused:
            actions.approve(request.id, "Every item and its ground.")
        with as_practitioner(office.officer):
            actions.decide_item(
                items[queries.FILE].id, Deciding(Choice.HOLD, Ground.THIRD_PARTY, [], "He is named on it.")
            )
        with as_practitioner(office.manager):
            actions.approve(request.id, "Every item and its ground.")
            assert queries.files_beside(queries.request(request.id, [office.folder_id])) == []


@pytest.mark.obligation("REC-13")
def test_one_press_gives_only_what_stood_on_the_page(office: Office) -> None:
    a_record(office)
    request = asks(office)
    checked(office, request)
    with as_practitioner(office.officer):
        actions.gather(request.id)
        free = {i.id for i in queries.bundle(request.id) if not i.row.grounds}
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)
    path = f"/child/{office.folder_id}/access/{request.id}/items/"
    page = client.get(path).text
    assert set(re.findall(r'name="read" value="([^"]+)"', page)) == {str(one) for one in free}
    first, *others = sorted(free, key=str)
    assert others
    assert client.post(path, {"act": "rest", "read": [str(first), "nothing"]}).status_code == 302
    with as_practitioner(office.officer):
        assert {i.id for i in queries.bundle(request.id) if i.decision is not None} == {first}
    assert client.post(path, {"act": "rest"}).status_code == 302
    with as_practitioner(office.officer):
        assert sum(i.decision is not None for i in queries.bundle(request.id)) == 1


@pytest.mark.obligation("FIL-06")
@pytest.mark.obligation("REC-13")
def test_what_stands_in_documents_is_decided_item_by_item_and_what_is_held_is_in_no_file(
    office: Office, papers: dict[str, Document]
) -> None:
    request = asks(office)
    checked(office, request)
    with as_practitioner(office.officer):
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
        open_ = {(i.row.source_id, i.row.part): i for i in queries.bundle(request.id) if i.decision is None}
        file_of = {name: open_[row.id, queries.FILE] for name, row in papers.items() if name != "school.pdf"}
        for item in file_of.values():
            assert Ground.THIRD_PARTY in item.grounds
        with pytest.raises(Refused, match="out of a picture or a recording"):
            actions.decide_item(
                file_of["beach.jpg"].id, Deciding(Choice.PARTLY, Ground.THIRD_PARTY, ["picture"], "Zora.")
            )
        actions.decide_item(file_of["beach.jpg"].id, Deciding(Choice.GIVE, reasons="She is alone on it."))
        actions.decide_item(file_of["talk.wav"].id, Deciding(Choice.GIVE, reasons="Only she speaks."))
        actions.decide_item(
            file_of["garden with Zora.jpg"].id,
            Deciding(Choice.HOLD, Ground.THIRD_PARTY, [], "Zora is on it."),
        )
        for item in queries.bundle(request.id):
            if item.row.source_id == papers["garden with Zora.jpg"].id and item.row.part == 0:
                actions.decide_item(
                    item.id, Deciding(Choice.PARTLY, Ground.THIRD_PARTY, ["Zora"], "She is a friend.")
                )
            elif item.decision is None:
                assert item.row.words
                actions.decide_item(
                    item.id,
                    Deciding(Choice.PARTLY, Ground.THIRD_PARTY, item.row.words[:1], "He has not agreed."),
                )
    with as_practitioner(office.manager):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(office.officer):
        view = queries.request(request.id, [office.folder_id])
        # A file is given by kind and number: its own name may hold what is held back.
        assert [(d.name, d.document.name) for d in queries.files_beside(view)] == [
            ("Recording 1", "talk.wav")
        ]
        pdf = actions.copy_as_pdf(request.id)
        given = actions.give(
            request.id, Giving(GivenAs.ONLINE, "Maya", now(), days=7), version=view.row.version
        )
    read = PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    assert "Maya sat her test. [held back] brought her." in text
    assert "Given to you as a file beside this: Recording 1" in text
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    # To look at an address takes nothing out: it is sent for, and then it is on the list.
    assert client.get(f"/child/{office.folder_id}/access/{request.id}/file/1/").status_code == 405
    sent = client.post(f"/child/{office.folder_id}/access/{request.id}/file/1/")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="Recording 1.wav"'
    assert client.post(f"/child/{office.folder_id}/access/{request.id}/file/1/").status_code == 200
    assert client.post(f"/child/{office.folder_id}/access/{request.id}/file/2/").status_code == 404
    # The worker who may not answer requests takes none, and nothing of it is listed.
    client.force_login(office.worker.user)  # type: ignore[arg-type]
    assert client.post(f"/child/{office.folder_id}/access/{request.id}/file/1/").status_code in (403, 404)
    with as_practitioner(office.officer):
        listed = [one.row for one in queries.copies_out([office.folder_id])]
    assert {(row.author.name, row.purpose, row.stays) for row in listed} == {
        ("Owen Pritchard", "Answer to a request to see the record", True)
    }
    assert sorted((row.what, row.to_whom, row.left_as) for row in listed) == [
        (f"Copy of the record, {given.copy.items_given} items", "Maya", LeftAs.SHOWN),
        ("Copy of the record, as a PDF", "Maya Ferreira-Lund", LeftAs.DOWNLOAD),
        ("Recording 1, beside a copy of the record", "Maya Ferreira-Lund", LeftAs.DOWNLOAD),
    ]
    pictures = [image for page in read.pages for image in page.images]
    assert [colour(image.image) for image in pictures] == ["red"]
    shared = repr(given.copy.shared.content)
    for word in ("Kyle", "Dunmore", "Zora", "Invented Camera"):
        assert word not in text
        assert word not in shared
        assert word.encode() not in pdf
        assert all(word not in each for each in pdf_strings(read))
    assert shared.count("'jpeg':") == 1


def colour(image) -> str:  # type: ignore[no-untyped-def]
    red, _green, blue = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    return "red" if red > blue else "blue"


@pytest.mark.obligation("REC-13")
def test_what_somebody_says_to_their_record_is_owed_an_answer(office: Office, ready: AccessRequest) -> None:
    done = given(office, ready)
    with transaction.atomic(), looking_as(as_holder(done)):
        said = actions.reply(ReplyKind.WRONG, "I sang at the end.")
        assert not Duty.objects.exists()
    with as_practitioner(office.officer):
        [duty] = Duty.objects.filter(kind="answer_reply", closed_at__isnull=True)
        assert (duty.owner_id, duty.started_at, duty.statutory) == (office.officer.pk, said.said_at, True)
        assert duty.path == f"/child/{office.folder_id}/access/reply/{said.id}/"
        actions.answer_reply(said.id, "Put right.")
        assert not Duty.objects.filter(kind="answer_reply", closed_at__isnull=True).exists()


@pytest.mark.obligation("REC-14")
def test_who_thinks_too_much_is_left_out_has_it_looked_at_again_in_a_time_of_its_own(
    office: Office, ready: AccessRequest
) -> None:
    done = given(office, ready)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)
    page = f"/child/{office.folder_id}/access/"
    again = reverse("archive:step", args=[office.folder_id, ready.id, "reopen"])
    assert again not in client.get(page).text
    with transaction.atomic(), looking_as(as_holder(done)):
        said = actions.reply(ReplyKind.AGAIN, "You left out who took me to the seaside.")
    shown = client.get(page).text
    assert "Please look again at what is left out" in shown
    assert again in shown
    version = re.findall(r'name="version" value="(\d+)"', client.get(again).text)[0]
    sent = {"version": version, "words": "She asks who took her to the seaside."}
    assert client.post(again, sent).status_code == 302
    with as_practitioner(office.officer):
        assert queries.request(ready.id, [office.folder_id]).state is RequestState.PREPARING
        assert due(ready).started_at == said.said_at
    done = given(office, ready)
    with as_practitioner(office.officer):
        assert "answer_access_request" not in owed(office.folder_id)
        # Asked by letter, it runs from the day on which that is written down.
        actions.close(ready.id, RequestAct.REOPEN, "By letter: she asks once more.")
        assert due(ready).started_at > said.said_at


def test_two_people_on_one_request_are_told_of_each_other(office: Office) -> None:
    request = asks(office)
    version = request.version
    checked(office, request)
    with (
        as_practitioner(office.officer),
        pytest.raises(Refused, match="Owen Pritchard acted on this request"),
    ):
        actions.pause(request.id, PauseWhy.FEE, "Asked for the fee.", version=version)


@pytest.mark.obligation("REC-13")
def test_what_was_gathered_of_a_record_that_turned_out_to_be_another_childs_is_in_no_copy(
    office: Office,
) -> None:
    decider = make_practitioner("front-door-decision-manager", name="Ola Brandt")
    other = open_folder_for(decider, office.worker, office.officer)
    let_in(office.folder_id, decider)
    make_child(other, office.worker, years=14)
    a_record(office)
    with as_practitioner(office.worker):
        sign_entry({other: "Zq-twin was at the baths."}, kind=EntryKind.NOTE, happened_at=now())
    with as_practitioner(decider):
        join(other, office.folder_id, "Same name and birthday")
    request = asks(office)
    checked(office, request)
    with as_practitioner(office.officer):
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
        assert any("Zq-twin" in item.given for item in queries.bundle(request.id))
    hold_kyle_back(office, request)
    with as_practitioner(office.manager):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(decider):
        undo_join(other, "Twins with like names")
    with as_practitioner(office.officer):
        view = queries.request(request.id, [office.folder_id])
        items = queries.bundle(request.id)
        assert view.total == len(items) > 0
        assert not any("Zq-twin" in item.row.text for item in items)
        pdf = PdfReader(io.BytesIO(actions.copy_as_pdf(request.id)))
        given = actions.give(request.id, Giving(GivenAs.ONLINE, "Maya", now(), days=7))
        text = " ".join(page.extract_text() for page in pdf.pages)
        assert "Zq-twin" not in text
        assert "Something is held back here" in text
        assert "Zq-twin" not in repr(given.copy.shared.content)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    page = client.get(f"/child/{office.folder_id}/access/{request.id}/").content.decode()
    assert "the match was wrong" in page
    assert "Copies given before may hold it" in page


@pytest.fixture
def ready(office: Office) -> AccessRequest:
    """Gathered, and decided but for what names Kyle."""
    a_record(office)
    request = asks(office)
    checked(office, request)
    with as_practitioner(office.officer):
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
    return request


def hold_kyle_back(office: Office, request: AccessRequest) -> None:
    with as_practitioner(office.officer):
        for item in queries.bundle(request.id):
            if item.decision is None:
                hold = "Kyle Dunmore" not in item.row.text
                actions.decide_item(
                    item.id,
                    Deciding(
                        Choice.HOLD if hold else Choice.PARTLY,
                        Ground.SERIOUS_HARM if hold else Ground.THIRD_PARTY,
                        [] if hold else ["Kyle Dunmore"],
                        "He has not agreed and it is not reasonable without him.",
                    ),
                )


@pytest.mark.obligation("REC-13")
def test_a_bundle_holds_the_record_and_proposes_what_is_about_others(
    office: Office, ready: AccessRequest
) -> None:
    with as_practitioner(office.officer):
        items = {i.row.text: i for i in queries.bundle(ready.id)}
        assert items["Maya drew her house."].decision.choice == Choice.GIVE
        kyle = items["Kyle Dunmore shouted at the gate."]
        assert kyle.decision is None
        assert Ground.THIRD_PARTY in kyle.grounds
        assert "Kyle Dunmore" in kyle.row.words
        assert items["“I hate it when Kyle is there.”"].decision is None
        assert actions.gather(ready.id) == 0
        with pytest.raises(Refused, match="not decided"), transaction.atomic():
            actions.decide_item(kyle.id, Deciding(Choice.HOLD, Ground.THIRD_PARTY, [], "No."))
            with as_practitioner(office.manager):
                actions.approve(ready.id, "All of it.")
        with pytest.raises(Refused, match="ground"):
            actions.decide_item(kyle.id, Deciding(Choice.HOLD))


@pytest.mark.obligation("REC-13")
def test_what_is_held_back_is_not_in_the_file_at_all(office: Office, ready: AccessRequest) -> None:
    hold_kyle_back(office, ready)
    with as_practitioner(office.officer), pytest.raises(Refused, match="not approved"):
        actions.copy_as_pdf(ready.id)
    with as_practitioner(office.officer), pytest.raises(NotPermitted):
        actions.approve(ready.id, "All of it.")
    with as_practitioner(office.manager):
        actions.approve(ready.id, "Every item and its ground.")
    with as_practitioner(office.officer):
        pdf = actions.copy_as_pdf(ready.id)
    read = PdfReader(io.BytesIO(pdf))
    text = " ".join(page.extract_text() for page in read.pages)
    assert "Maya drew her house." in " ".join(text.split())
    assert "held back" in text
    everything = text + repr(read.metadata) + repr(read.xmp_metadata and read.xmp_metadata.rdf_root.toxml())
    everything += repr(read.outline)
    for stream in pdf_strings(read):
        everything += stream
    for word in ("Kyle", "Dunmore", "hate it"):
        assert word not in everything
        assert word.encode() not in pdf
        assert word.encode("utf-16-be") not in pdf


@pytest.mark.obligation("REC-13")
def test_her_own_name_stays_whole_and_a_name_held_back_stands_over_no_text_either(office: Office) -> None:
    with as_practitioner(office.worker):
        jon = record_adult(office.folder_id, NewAdult(Names("Jon", "Lund"), Birth()))
        tie(office.folder_id, NewTie(jon, Kinship.FATHER, Known.YES, Known.NO))
        for text in ("Maya Ferreira-Lund drew her house.", "Lund came for Maya Ferreira-Lund."):
            sign_entry({office.folder_id: text}, kind=EntryKind.NOTE, happened_at=now())
    heard(office.folder_id, office.worker, said="I like it here.", heard_by="Kyle Dunmore, mum's friend")
    request = asks(office)
    checked(office, request)
    with as_practitioner(office.officer):
        actions.gather(request.id)
        items = {item.row.text: item for item in queries.bundle(request.id)}
        assert items["Maya Ferreira-Lund drew her house."].row.grounds == []
        assert items["Lund came for Maya Ferreira-Lund."].row.words == ["Lund"]
        assert "Kyle Dunmore" in items["“I like it here.”"].row.words
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
        for item in queries.bundle(request.id):
            if item.decision is None:
                words = [word for word in ("Kyle Dunmore", "Lund") if word in item.row.words]
                choice = Choice.PARTLY if words else Choice.HOLD
                actions.decide_item(item.id, Deciding(choice, Ground.THIRD_PARTY, words, "Not agreed."))
    with as_practitioner(office.manager):
        actions.approve(request.id, "Every item and its ground.")
    gathered = now()
    with time_machine.travel(gathered + timedelta(days=9)), as_practitioner(office.officer):
        text = " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(actions.copy_as_pdf(request.id))).pages
        )
    text = " ".join(text.split())
    assert "[held back] came for Maya Ferreira-Lund." in text
    assert "I like it here." in text
    assert "Kyle" not in text
    assert f"as it stood on {gathered.astimezone(LONDON).day} {gathered.astimezone(LONDON):%B %Y}" in text


@pytest.mark.obligation("REC-13")
def test_who_asks_is_held_against_what_the_record_says_of_them(office: Office) -> None:
    with as_practitioner(office.worker):
        jon = record_adult(office.folder_id, NewAdult(Names("Jon", "Lund"), Birth()))
        tie(office.folder_id, NewTie(jon, Kinship.FATHER, Known.NO, Known.NO))
    with pytest.raises(Refused, match="person whose record it is"):
        asks(office, person_id=jon)
    request = asks(office, person_id=jon, asker=Asker.PARENT, name="Jon Lund")
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)
    page = client.get(f"/child/{office.folder_id}/access/{request.id}/step/check/").content.decode()
    assert "Jon Lund, father, does not hold parental responsibility." in page


def pdf_strings(read: PdfReader) -> Iterator[str]:
    """Every object of the file as text, streams unpacked."""
    for number in range(1, len(read.xref.get(0, {})) + len(read.xref_objStm) + 2):
        try:
            found = read.get_object(number)
        except Exception:
            continue
        if found is None:
            continue
        yield repr(found)
        if hasattr(found, "get_data"):
            yield found.get_data().decode("latin-1")


def given(office: Office, request: AccessRequest, **changes: object) -> actions.Given:
    hold_kyle_back(office, request)
    with as_practitioner(office.manager):
        actions.approve(request.id, "Every item and its ground.")
    fields: dict = {"given_as": GivenAs.ONLINE, "to_whom": "Maya Ferreira-Lund", "given_at": now(), "days": 7}
    with as_practitioner(office.officer):
        return actions.give(request.id, Giving(**{**fields, **changes}))


@pytest.mark.obligation("REC-13")
def test_giving_answers_the_request(office: Office, ready: AccessRequest) -> None:
    done = given(office, ready, given_as=GivenAs.IN_PERSON, words="Read together with her advocate.")
    with as_practitioner(office.officer):
        assert [k for k in owed(office.folder_id) if "request" in k] == []
        assert len(done.copy.sha256) == 64
        assert queries.request(ready.id, [office.folder_id]).state is RequestState.ANSWERED
        assert queries.copies_out([office.folder_id])[0].row.stays


def as_holder(done: actions.Given, secret: str = "") -> Viewer:
    return Viewer.public(done.reference, secret_digest(done.reference, secret or done.secret))


@pytest.mark.obligation("REC-14")
def test_she_reads_her_own_with_reference_and_secret_and_says_what_is_wrong(
    office: Office, ready: AccessRequest
) -> None:
    done = given(office, ready)
    with transaction.atomic(), looking_as(as_holder(done)):
        shared = actions.read_own()
        whole = repr(shared.content)
        assert "Maya drew her house." in whole
        assert "Kyle" not in whole
        assert "hate it" not in whole
        actions.reply(ReplyKind.WRONG, "I drew Nan's house, not ours.")
        actions.reply(ReplyKind.WRONG, "I drew Nan's house, not ours.")
        assert [r.words for r in actions.read_own().replies] == ["I drew Nan's house, not ours."]
        assert not models.BundleItem.objects.exists()
        assert not models.AccessRequest.objects.exists()
    with as_practitioner(office.officer):
        [said] = queries.replies([office.folder_id])
        words = [p for p in queries.pieces([office.folder_id]) if p.text == said.words]
        assert [piece.child_said for piece in words] == [True]
        actions.answer_reply(said.id, "Put right beside the entry on the same day.")
        with pytest.raises(Refused, match="already"):
            actions.answer_reply(said.id, "Again.")
    with transaction.atomic(), looking_as(as_holder(done)):
        assert actions.read_own().replies[0].answer.words.startswith("Put right")


@pytest.mark.obligation("REC-18")
def test_the_device_keeps_no_code_and_asks_for_it_again_after_a_while_without_use(
    office: Office, ready: AccessRequest, client: Client
) -> None:
    done = given(office, ready)
    typed = {"reference": done.reference, "secret": done.secret}
    idle = settings.SESSION_COOKIE_AGE
    with time_machine.travel(now(), tick=False) as clock:
        opened = client.post(reverse("archive:own_start"), typed, follow=True)
        assert "Maya drew her house." in opened.content.decode()
        kept = repr(signing.loads(client.cookies[COOKIE].value, salt=COOKIE))
        assert done.reference in kept
        assert done.secret not in kept
        for _ in range(3):
            clock.shift(idle - 60)
            assert client.get(reverse("archive:own")).status_code == 200
        clock.shift(idle + 2)
        assert client.get(reverse("archive:own")).headers["location"] == reverse("archive:own_start")


@pytest.mark.obligation("REC-18")
def test_the_wrong_secret_an_ended_copy_and_a_day_too_late_open_nothing(
    office: Office, ready: AccessRequest
) -> None:
    done = given(office, ready)
    for viewer in (as_holder(done, "AAAA-AAAA-AAAA-AAAA"), Viewer.public("R-AAAA-AAAA", "")):
        with transaction.atomic(), looking_as(viewer), pytest.raises(NotFound):
            actions.read_own()
    with transaction.atomic(), looking_as(as_holder(done, "AAAA-AAAA-AAAA-AAAA")), pytest.raises(NotFound):
        actions.reply(ReplyKind.ADD, "Let me in.")
    with as_practitioner(office.officer):
        shared = models.SharedCopy.objects.get(copy=done.copy)
        actions.end_sharing(shared.id, "She lost the paper with the code.")
    with transaction.atomic(), looking_as(as_holder(done)), pytest.raises(NotFound):
        actions.read_own()


def test_a_refusal_has_reasons_and_answers_and_taking_back_stops_the_clock(office: Office) -> None:
    refused, back = asks(office), asks(office, name="Ana Ferreira", asker=Asker.PARENT)
    with as_practitioner(office.officer):
        with pytest.raises(NotPermitted):
            actions.close(refused.id, RequestAct.REFUSE, "No.")
        actions.close(back.id, RequestAct.TAKE_BACK, "She rang: she has what she needs.")
    with as_practitioner(office.manager):
        actions.close(
            refused.id, RequestAct.REFUSE, "The same was given last week; she was told so by letter."
        )
        assert [k for k in owed(office.folder_id) if "request" in k] == []


# -- the door ---------------------------------------------------------------------------------------------------

TABLES = [
    models.Volume, models.VolumePlace, models.VolumeCheck, models.Removal, models.RemovalStep, models.CopyOut,
    models.CopyBack, models.ToldOfRecord, models.AccessRequest, models.RequestStep, models.BundleItem,
    models.ItemDecision, models.CopyGiven, models.SharedCopy, models.Reply,
]  # fmt: skip


@pytest.mark.obligation("REC-18")
def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing(
    office: Office, ready: AccessRequest
) -> None:
    volume = a_volume(office)
    done = given(office, ready)
    with transaction.atomic(), looking_as(as_holder(done)):
        said = actions.reply(ReplyKind.ADD, "I like art.")
    with as_practitioner(office.officer):
        actions.check_volume(volume.id, Checked(True, EVERY_POINT))
        removal = actions.ask_removal(volume.id, "A hearing.", "Court")
        copy = actions.copy_left(office.folder_id, Leaving("Plan", LeftAs.PRINT, "Group", "Dana", now()))
        actions.copy_back(copy.id, "Shredded.", today())
        actions.tell_of_record(office.folder_id, TellingOf("Ana", now(), "Leaflet."))
        assert [t.__name__ for t in TABLES if not t.objects.exists()] == []
    stranger, manager = make_practitioner("records-officer"), make_practitioner("team-manager")
    with as_practitioner(stranger):
        assert [t.__name__ for t in TABLES if t.objects.exists()] == []
        for act in (
            lambda: actions.check_volume(volume.id, Checked(True, EVERY_POINT)),
            lambda: actions.ask_removal(volume.id, "Mine.", "Home"),
            lambda: actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE_BACK)),
            lambda: actions.gather(ready.id),
            lambda: actions.copy_as_pdf(ready.id),
            lambda: actions.answer_reply(said.id, "Yes."),
        ):
            with pytest.raises(NotFound), transaction.atomic():
                act()
        for writes in (
            lambda: actions.add_volume(office.folder_id, "9", Keeping("Here", today())),
            lambda: actions.tell_of_record(office.folder_id, TellingOf("A", now(), "B.")),
            lambda: actions.copy_left(office.folder_id, Leaving("P", LeftAs.PRINT, "G", "D", now())),
            lambda: actions.receive(office.folder_id, Asking(Asker.SELF, "A", "B", now(), "C", "D")),
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                writes()
    with as_practitioner(manager), pytest.raises(NotFound):
        actions.approve(ready.id, "All.")


def test_a_form_that_is_sent_twice_is_kept_once(office: Office) -> None:
    once = uuid7()
    with as_practitioner(office.officer):
        for _ in range(2):
            actions.receive(office.folder_id, Asking(Asker.SELF, "A", "B", now(), "C", "D"), once=once)
            actions.add_volume(office.folder_id, "2", Keeping("Here", today()), once=once)
        assert AccessRequest.objects.count() == 1
        assert models.Volume.objects.count() == 1
