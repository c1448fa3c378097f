"""A court or an inquiry asks for the whole record: complete, in its order, numbered, and what is held back is said."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from sightline.agencies.tests.factories import as_practitioner
from sightline.archive import actions, jobs, printed, queries, rules
from sightline.archive.actions import Asking, Deciding, Giving, Identity
from sightline.archive.models import AccessRequest, CopyPrint
from sightline.archive.terms import Asker, Choice, GivenAs, Ground, PauseWhy, RequestAct
from sightline.children.queries import child_page
from sightline.documents.tests.files import incoming, letter
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.models import DutyEvent
from sightline.procedures.queries import on_folders
from sightline.records.actions import correct_entry, sign_entry
from sightline.records.terms import EntryKind
from sightline.voice.tests.factories import heard

from .test_actions import Office, added, make_office, owed, pdf_strings

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-15")]

ADVICE = "Zq-secret: we have legal advice on the order."


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def asked(office: Office) -> AccessRequest:
    """A record of three months, asked for by a court, gathered, and decided but for what is privileged."""
    with as_practitioner(office.worker):
        for month, text in (
            (7, "Three: Kyle Dunmore shouted."),
            (5, "One: Maya was at school."),
            (6, ADVICE),
        ):
            at = datetime(2026, month, 3, 9, tzinfo=LONDON)
            entry = sign_entry(
                {office.folder_id: text}, kind=EntryKind.NOTE, happened_at=at, late_why="Typed from paper."
            )[office.folder_id]
            if month == 5:
                correct_entry(entry.id, "The school.", "One, put right: Maya was at nursery.")
        heard(office.folder_id, office.worker, said="He shouts at me.")
    with as_practitioner(office.officer):
        request = actions.receive(
            office.folder_id,
            Asking(
                Asker.COURT, "Family Court at Grimsby", "By its office", now(), "Order", "All of it by 1 May."
            ),
        )
        with pytest.raises(Refused, match="Say which order or power"):
            actions.check_identity(request.id, Identity("The court's seal"))
        actions.check_identity(request.id, Identity("The court's seal", "Order of 2 April"))
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
    return request


def approved(office: Office, request: AccessRequest) -> queries.RequestView:
    with as_practitioner(office.officer):
        for item in queries.bundle(request.id):
            if item.decision is None:
                actions.decide_item(
                    item.id, Deciding(Choice.HOLD, Ground.PRIVILEGE, [], "Advice of our solicitor.")
                )
    with as_practitioner(office.manager):
        actions.approve(request.id, "Every item and its ground.")
        return queries.request(request.id, [office.folder_id])


def made(office: Office, request: AccessRequest) -> int:
    """The volumes, asked for by the records officer and made by the job; how many it made."""
    with as_practitioner(office.officer):
        actions.ask_volumes(request.id)
        wanted = CopyPrint.objects.latest("asked_at")
    return jobs.make_volumes(str(wanted.id), str(office.officer.pk))


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_court_gets_all_of_it_in_its_order_numbered_with_contents_and_what_is_held_back(
    office: Office,
    asked: AccessRequest,
) -> None:
    with as_practitioner(office.officer):
        items = queries.bundle(asked.id)
        # To a court others are named and a child is heard: only what is privileged waits for somebody to decide.
        assert [item.row.text for item in items if item.decision is None] == [ADVICE]
        assert [item.grounds for item in items if item.decision is None] == [[Ground.PRIVILEGE]]
        things = len({item.row.source_id for item in items})
    view = approved(office, asked)
    made(office, asked)
    with as_practitioner(office.officer):
        pdf = actions.copy_as_pdf(asked.id)
        assert printed.volume(queries.whole(view, child_page([office.folder_id])), view) == pdf, (
            "the same copy is the same file, whenever it is made"
        )
        with pytest.raises(NotFound):
            actions.copy_as_pdf(asked.id, 2)
        whole = queries.whole(view, child_page([office.folder_id]))
        given = actions.give(asked.id, Giving(GivenAs.POST, "Family Court at Grimsby", now(), "By courier."))
        listed = [row.row for row in queries.copies_out([office.folder_id])]
    assert view.volumes == 1
    assert len(given.copy.sha256) == 64
    assert {row.to_whom for row in listed} == {"Family Court at Grimsby"}
    text = " ".join(pages(pdf))
    at = text.index("About this copy")
    rows = [row for part in whole.parts for row in part["rows"]]
    assert [row["number"] for row in rows] == list(range(1, things + 1))
    for row in rows:
        at = text.index(f"{row['title']}, {row['when']}", at) + 1
    places = [
        text.index(words)
        for words in ("One: Maya", "One, put right", "between us and our lawyers", "Three: Kyle")
    ]
    assert places == sorted(places)
    assert "He shouts at me." in text
    assert f"{things} things, numbered from 1 to {things}" in text
    [held] = [row["number"] for row in rows if row["note"]]
    assert f"Held back in whole or in part, where each says so with the ground: numbers {held}." in text
    contents = text.split("Contents")[1].split("About this copy")[0] + text.split("About this copy")[1]
    assert all(f"{month} 2026" in contents for month in ("May", "June", "July"))
    for number, page in enumerate(pages(pdf), start=1):
        assert f"Page {number} of {len(pages(pdf))}" in page
    assert b"Zq-secret" not in pdf
    assert not any("Zq-secret" in each for each in pdf_strings(PdfReader(io.BytesIO(pdf))))


def test_a_long_copy_comes_in_volumes_whose_pages_and_numbers_go_on(
    office: Office,
    asked: AccessRequest,
    monkeypatch,
) -> None:  # type: ignore[no-untyped-def]
    view = approved(office, asked)
    monkeypatch.setattr(rules, "VOLUME", 2)
    assert view.volumes == -(-view.groups // 2) > 2
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    address = f"/child/{office.folder_id}/access/{asked.id}/"
    made(office, asked)
    assert f"Download volume {view.volumes} of {view.volumes} as PDF" in client.get(address).content.decode()
    page = 0
    for number in range(1, view.volumes + 1):
        sent = client.post(f"{address}copy/", {"volume": number})
        assert sent.headers["Content-Disposition"] == f'attachment; filename="record-{number}.pdf"'
        texts = pages(sent.content)
        first, last = 2 * number - 1, min(2 * number, view.groups)
        assert f"It holds the numbers {first} to {last}." in " ".join(texts)
        for text in texts:
            page += 1
            assert f"Page {page}, volume {number} of {view.volumes}" in text
    for wrong in ("0", "99", "x", "-1"):
        assert client.post(f"{address}copy/", {"volume": wrong}).status_code == 404
    with as_practitioner(office.officer):
        what = {row.row.what for row in queries.copies_out([office.folder_id])}
    assert f"Copy of the record, as a PDF, volume 2 of {view.volumes}" in what


def test_volumes_are_made_in_the_background_with_progress_and_what_fails_is_tried_again_and_said(
    office: Office, asked: AccessRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = approved(office, asked)
    monkeypatch.setattr(rules, "VOLUME", 2)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    page = f"/child/{office.folder_id}/access/{asked.id}/"
    at = Giving(GivenAs.POST, "The court", now(), "By courier.")
    with as_practitioner(office.officer), pytest.raises(Refused, match="not made yet"):
        actions.give(asked.id, at)
    typeset, tried = printed.make, []

    def broken(*_: object, **__: object) -> bytes:
        tried.append(1)
        raise RuntimeError("no memory")

    # Asking typesets nothing: the page answers at once, and a job does the rest.
    monkeypatch.setattr(printed, "make", broken)
    assert "Make the volumes" in client.get(page).text
    assert client.post(f"{page}volumes/").status_code == 302
    assert client.post(f"{page}volumes/").status_code == 302
    assert tried == []
    with as_practitioner(office.officer):
        [wanted] = CopyPrint.objects.all()
    assert "It begins in a moment" in client.get(f"{page}volumes/", headers={"X-Fragment": "1"}).text
    with pytest.raises(RuntimeError):
        jobs.make_volumes(str(wanted.id), str(office.officer.pk))
    assert len(tried) == jobs.TRIES
    assert "The volumes could not be made" in client.get(page).text

    # Asked for again, the first volume is made, the second fails once and is tried again.
    def twice(*given: object, **named: object) -> bytes:
        tried.append(1)
        if len(tried) == 2:
            raise RuntimeError("killed")
        return typeset(*given, **named)  # type: ignore[arg-type]

    tried.clear()
    monkeypatch.setattr(printed, "make", twice)
    assert made(office, asked) == view.volumes
    assert len(tried) == view.volumes + 1
    assert "Ready." in client.get(f"{page}volumes/", headers={"X-Fragment": "1"}).text
    # Somebody who may open the record and answers no requests has none of it.
    other = Client(headers={"user-agent": "Tests"})
    other.force_login(office.worker.user)  # type: ignore[arg-type]
    assert other.get(f"{page}volumes/", headers={"X-Fragment": "1"}).status_code == 403
    with as_practitioner(office.officer):
        volumes = [actions.copy_as_pdf(asked.id, number) for number in range(1, view.volumes + 1)]
        given = actions.give(asked.id, at).copy
        assert given.volumes_sha256 == [sha256(each).hexdigest() for each in volumes]
        assert given.sha256 == sha256(b"".join(volumes)).hexdigest()
        # Opened again and approved anew, they are made anew.
        actions.close(asked.id, RequestAct.REOPEN, "Two letters were missing.")
    with as_practitioner(office.manager):
        actions.approve(asked.id, "Every item and its ground.")
    with as_practitioner(office.officer), pytest.raises(Refused, match="not made yet"):
        actions.copy_as_pdf(asked.id)
    with time_machine.travel(now() + timedelta(days=8)):
        assert jobs.clear_volumes(0) > 0


def test_the_laws_month_is_for_people_and_a_court_names_its_own_day(
    office: Office, asked: AccessRequest
) -> None:
    assert owed(office.folder_id) == []
    with as_practitioner(office.officer):
        with pytest.raises(Refused, match="names its own day"):
            actions.pause(asked.id, PauseWhy.CLARIFY, "Which part?")
        with pytest.raises(Refused, match="names its own day"):
            actions.extend(asked.id, "It is a long record.", "By letter today.")
        someone: UUID = asked.id
        with pytest.raises(Refused, match="nobody of this record"):
            rules.asks_as(Asker.COURT, named=bool(someone), is_the_child=False).or_refuse()
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    page = client.get(f"/child/{office.folder_id}/access/{asked.id}/").content.decode()
    assert "No day was named" in page
    assert "Stop the clock" not in page
    assert "Extend by two months" not in page


def test_a_court_is_given_the_papers_themselves(office: Office, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    files = [
        incoming(letter("Maya sat her test."), "school.pdf"),
        incoming(letter("Of legal advice."), "law.pdf"),
    ]
    with added(office, settings, tmp_path, *files) as kept, as_practitioner(office.officer):
        court = Asking(Asker.COURT, "Family Court at Grimsby", "By its office", now(), "Order", "All of it.")
        request = actions.receive(office.folder_id, court)
        actions.check_identity(request.id, Identity("The court's seal", "Order of 2 April"))
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
        file = {i.row.source_id: i for i in queries.bundle(request.id) if i.row.part == queries.FILE}
        assert file[kept["school.pdf"].id].given == "The file itself."
        assert file[kept["law.pdf"].id].decision is None
        assert file[kept["law.pdf"].id].grounds == [Ground.PRIVILEGE]
        beside = queries.files_beside(queries.request(request.id, [office.folder_id]))
        assert [each.document.name for each in beside] == ["school.pdf"]


def test_the_day_that_a_court_names_is_owed_by_the_records_officer_and_met_by_giving(office: Office) -> None:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    day, at = today() + timedelta(days=20), now().astimezone(LONDON) - timedelta(minutes=5)
    sent = {
        "asker": "court", "name": "Family Court at Grimsby", "contact": "By its office", "how": "Order",
        "scope": "All of it", "received_at-day": at.day, "received_at-month": at.month, "received_at-year": at.year,
        "received_at-time": f"{at:%H:%M}",
    }  # fmt: skip
    path = f"/child/{office.folder_id}/access/new/"
    ago = today() - timedelta(days=1)
    behind = {"due_on-day": ago.day, "due_on-month": ago.month, "due_on-year": ago.year}
    assert client.post(path, sent | behind).status_code == 200
    named = {"due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year}
    assert client.post(path, sent | named).status_code == 302
    with as_practitioner(office.officer):
        request = AccessRequest.objects.get()
        (due,) = [d for d in on_folders([office.folder_id]) if d.to_do and d.kind == "give_to_court"]
        assert due.due_at.astimezone(LONDON).date() == day
        assert due.owner_id == office.officer.pk
        actions.check_identity(request.id, Identity("The court's seal", "Order of 2 April"))
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
    view = approved(office, request)
    made(office, request)
    assert (
        "Family Court at Grimsby"
        in client.get(f"/child/{office.folder_id}/access/{request.id}/").content.decode()
    )
    with as_practitioner(office.officer):
        actions.give(
            request.id,
            Giving(GivenAs.POST, "The court's office", now(), "By courier"),
            version=view.row.version,
        )
        assert [d for d in on_folders([office.folder_id]) if d.to_do and d.kind == "give_to_court"] == []


def owed_to_court(office: Office) -> list[date]:
    return [
        d.due_at.astimezone(LONDON).date()
        for d in on_folders([office.folder_id])
        if d.kind == "give_to_court"
    ]


def on_day(day: date, words: str, version: int) -> dict[str, object]:
    return {"due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year, "words": words,
            "version": version}  # fmt: skip


def test_a_court_names_another_day_and_the_copy_is_owed_by_that_one_with_the_old_in_the_history(
    office: Office, asked: AccessRequest
) -> None:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(office.officer.user)  # type: ignore[arg-type]
    page = f"/child/{office.folder_id}/access/{asked.id}/"
    form = f"{page}step/name_day/"
    first, later = today() + timedelta(days=20), today() + timedelta(days=50)
    assert "No day was named" in client.get(page).text
    assert form in client.get(page).text
    for day, why in ((first, "The listing office rang."), (later, "Adjourned, by letter.")):
        assert client.post(form, on_day(day, why, _version(office, asked))).status_code == 302
        with as_practitioner(office.officer):
            assert owed_to_court(office) == [day]
    behind = on_day(today() - timedelta(days=1), "By letter.", _version(office, asked))
    assert client.post(form, behind).status_code in (200, 409)
    assert client.post(form, on_day(later, "By letter.", _version(office, asked))).status_code == 409
    text = " ".join(client.get(page).text.split())
    assert f"due by {later.day} {later:%B %Y}; before, by {first.day} {first:%B %Y}." in text
    assert "Adjourned, by letter." in text
    with as_practitioner(office.officer):
        told = DutyEvent.objects.filter(duty__subject_id=asked.id).values_list("act", flat=True)
        assert sorted(told) == ["open", "open", "withdraw"]
        asked_by_a_person = actions.receive(
            office.folder_id,
            Asking(Asker.SELF, "Maya", "At school", now(), "In person", "All of it."),
        )
        with pytest.raises(Refused, match="The law sets the day"):
            actions.name_day(asked_by_a_person.id, later, "She would like it sooner.")
    theirs = client.get(f"/child/{office.folder_id}/access/{asked_by_a_person.id}/").text
    assert "step/name_day/" not in theirs


def test_what_a_court_was_given_and_is_opened_again_is_owed_by_its_day_again(
    office: Office, asked: AccessRequest
) -> None:
    day, later = today() + timedelta(days=2), today() + timedelta(days=30)
    with as_practitioner(office.officer):
        actions.name_day(asked.id, day, "By letter.")
    approved(office, asked)
    made(office, asked)
    with as_practitioner(office.officer):
        actions.give(asked.id, Giving(GivenAs.POST, "The court", now(), "By courier."))
        assert owed_to_court(office) == []
        actions.close(asked.id, RequestAct.REOPEN, "Two letters were missing.")
        assert owed_to_court(office) == [day], "the day that it named holds while it lies ahead"
    with as_practitioner(office.manager):
        actions.approve(asked.id, "Every item and its ground.")
    made(office, asked)
    with as_practitioner(office.officer):
        actions.give(asked.id, Giving(GivenAs.POST, "The court", now(), "By courier."))
    with time_machine.travel(now() + timedelta(days=5), tick=True):
        client = Client(headers={"user-agent": "Tests"})
        client.force_login(office.officer.user)  # type: ignore[arg-type]
        form = f"/child/{office.folder_id}/access/{asked.id}/step/reopen/"
        sent = {"words": "It asks for more.", "version": _version(office, asked)}
        refused = client.post(form, sent)
        assert refused.status_code == 409
        assert "has gone by" in refused.text
        sent = on_day(later, "It asks for more.", _version(office, asked))
        assert client.post(form, sent).status_code == 302
        with as_practitioner(office.officer):
            assert owed_to_court(office) == [later]


def _version(office: Office, request: AccessRequest) -> int:
    with as_practitioner(office.officer):
        return queries.request(request.id, [office.folder_id]).row.version
