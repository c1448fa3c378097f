"""The papers of a meeting in one pack: what each reader's holds, who may fetch it, how it is made."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from sightline.access.models import Grant
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.documents.tests.files import photograph
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import actions, jobs, queries
from sightline.meetings.actions import Invitee
from sightline.meetings.models import KeepApart, MeetingPack, Report
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

from .factories import (
    HIDDEN,
    HIDDEN_POSTCODE,
    Family,
    call,
    invite_all,
    invited,
    make_family,
    read_through,
    send_report,
)
from .test_pages import printed, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def ahead(family: Family) -> UUID:
    """A conference with reports and entries, one of which lets the address slip."""
    meeting_id = call(family)
    invite_all(family, meeting_id)
    with as_practitioner(family.worker):
        sign_entry(
            {family.maya: f"Maya showed me her room at {HIDDEN}, {HIDDEN_POSTCODE}. She sleeps well."},
            kind=EntryKind.VISIT, happened_at=now() - timedelta(hours=1),
        )  # fmt: skip
        send_report(
            meeting_id,
            {family.maya: "Maya is safe at home now.", family.theo: "Theo speaks more."},
            for_family=True,
        )
    with as_practitioner(family.visitor):
        assert invited(meeting_id)
    with as_practitioner(family.chair):
        send_report(
            meeting_id, {family.maya: f"Kept from the family: the refuge at {HIDDEN}."}, for_family=False,
            not_for_family_why="It names the place.",
        )  # fmt: skip
    return meeting_id


def made(who: Practitioner, meeting_id: UUID, name: str) -> UUID:
    """A pack for whoever is invited under that first name, asked for and made."""
    with as_practitioner(who):
        pack = actions.ask_pack(meeting_id, invited(meeting_id)[name])
    jobs.make_pack(str(pack.id), str(who.pk))
    return pack.id


def pdf(client: Client, meeting_id: UUID, pack_id: UUID) -> bytes:
    answer = client.post(f"/meetings/{meeting_id}/pack/{pack_id}/pdf/", {"purpose": "The meeting"})
    assert answer["Content-Type"] == "application/pdf"
    return answer.content


def plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]", "", words.lower())


@pytest.mark.obligation("FAM-08")
def test_each_reader_gets_their_own_papers_and_no_address(family: Family, ahead: UUID) -> None:
    client = signed_in(family.chair)
    content = pdf(client, ahead, made(family.chair, ahead, "Ngozi"))
    reader = PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in reader.xmp_metadata.rdf_root.toxml()
    visitors = printed(content)
    for words in ("Maya Ferreira", "Theo Ferreira", "Maya is safe at home now.", "She sleeps well.", "Chronology",
                  "Kept from the family", "Owen Blake", "Contents"):  # fmt: skip
        assert words in visitors, words
    fathers = printed(pdf(client, ahead, made(family.chair, ahead, "Jon")))
    assert "Maya is safe at home now." in fathers
    for words in ("She sleeps well.", "Chronology", "Kept from the family"):
        assert words not in fathers, words
    for copy in (visitors, fathers):
        assert "lanternrow" not in plain(copy)
        assert plain(HIDDEN_POSTCODE) not in plain(copy)
    page = text(client.get(f"/meetings/{ahead}/pack/{pack_for(family.chair, 'Jon')}/"))
    assert "Not in this pack: the chronology" in page
    assert "1 of the reports, which are not for the family" in page


def pack_for(who: Practitioner, name: str) -> UUID:
    with as_practitioner(who):
        return MeetingPack.objects.get(invitation__name__startswith=name).id


@pytest.mark.obligation("FAM-08")
def test_those_kept_apart_are_not_named_to_one_another(family: Family) -> None:
    with as_practitioner(family.worker):
        actions.keep_apart(
            family.maya, family.mother, family.father, in_room=True, address=True, why="He follows her."
        )
    meeting_id = call(family, folders=[family.maya])
    with as_practitioner(family.worker):
        actions.invite(meeting_id, Invitee.family(family.mother, "Mother"))
        actions.invite(
            meeting_id, Invitee.family(family.father, "Father", kept_apart="He comes an hour before.")
        )
        actions.invite(meeting_id, Invitee.practitioner(family.worker.pk))
        send_report(
            meeting_id,
            {
                family.maya: "He lives at 4 Tern Street now. Ana Ferreira and Jon Lund read to her; Jon more, Ana less."
            },
            for_family=True,
        )
        ids = invited(meeting_id)
    client = signed_in(family.chair)
    unread = printed(pdf(client, meeting_id, made(family.chair, meeting_id, "Jon")))
    assert "read to her" not in unread
    assert "Held back" in unread
    for name in ("Jon", "Ana"):
        assert read_through(family, meeting_id, ids[name]) == 1
    fathers = printed(pdf(client, meeting_id, made(family.chair, meeting_id, "Jon")))
    mothers = printed(pdf(client, meeting_id, made(family.chair, meeting_id, "Ana")))
    assert not re.search(r"\bAna\b", fathers)
    assert not re.search(r"\bJon\b", mothers)
    for copy in (fathers, mothers):
        assert "read to her" in copy
        assert "somebody else who was invited" in re.sub(r"\s+", " ", copy)
    assert "ternstreet" not in plain(mothers)
    assert "lanternrow" not in plain(fathers)


@pytest.mark.obligation("FAM-08")
def test_no_heading_of_a_pack_names_the_place_or_the_other_parent(family: Family) -> None:
    """An agency may be called as the house is in which somebody is safe."""
    for in_room in (True, False):
        with as_practitioner(family.worker):
            actions.keep_apart(
                family.maya,
                family.mother,
                family.father,
                in_room=in_room,
                address=True,
                why="He follows her.",
            )
        meeting_id = call(family, folders=[family.maya])
        with as_practitioner(family.worker):
            actions.invite(meeting_id, Invitee.family(family.mother, "Mother"))
            actions.invite(meeting_id, Invitee.family(family.father, "Father", kept_apart="He comes before."))
            refuge = actions.invite(
                meeting_id, Invitee.outsider("Oda Quill", "Worker", f"Refuge at {HIDDEN}", professional=True)
            )
            send_report(meeting_id, {family.maya: "Maya is safe."}, for_family=True, invitation_id=refuge)
        fathers = printed(pdf(signed_in(family.chair), meeting_id, made(family.chair, meeting_id, "Jon")))
        assert "Report of Refuge at" in fathers
        assert "Maya is safe." in fathers
        assert "lanternrow" not in plain(fathers)
        break_off(family)


def break_off(family: Family) -> None:
    with as_practitioner(family.worker):
        for row in KeepApart.objects.filter(folder_id=family.maya, held_until__isnull=True):
            actions.end_keep_apart(row.id, "Judged anew.")


@pytest.mark.obligation("FAM-08")
def test_a_file_beside_a_pack_is_read_before_it_is_given(family: Family, ahead: UUID) -> None:
    client = signed_in(family.worker)
    file = io.BytesIO(photograph())
    file.name = "report.jpg"
    sent = client.post(
        f"/meetings/{ahead}/report/", {"for_family": "yes", "file_0": file, "no_family_why_0": "Not asked."}
    )
    assert sent.status_code == 302, text(sent)
    chair = signed_in(family.chair)
    pack_id = made(family.chair, ahead, "Jon")
    page = text(chair.get(f"/meetings/{ahead}/pack/{pack_id}/"))
    assert "Read this file before it is given: report.jpg" in page
    assert "handed over beside this pack" in printed(pdf(chair, ahead, pack_id))


def test_a_practitioner_gets_only_the_children_whose_record_is_open_to_them(family: Family) -> None:
    meeting_id = call(family)
    with as_practitioner(family.worker):
        actions.invite(meeting_id, Invitee.practitioner(family.officer.pk))
        actions.invite(meeting_id, Invitee.outsider("Oda Quill", "Worker", "Northmoor", professional=True))
        send_report(
            meeting_id, {family.maya: "Maya is safe."}, for_family=True,
            invitation_id=actions.invite(meeting_id, Invitee.practitioner(family.worker.pk)),
        )  # fmt: skip
    client = signed_in(family.chair)
    officers = printed(pdf(client, meeting_id, made(family.chair, meeting_id, "Owen")))
    assert "Maya" not in officers
    outsiders = printed(pdf(client, meeting_id, made(family.chair, meeting_id, "Oda")))
    assert "Maya is safe." in outsiders
    assert "Chronology" not in outsiders


def test_it_is_made_in_the_background_and_says_how_far_it_is(family: Family, ahead: UUID) -> None:
    client = signed_in(family.chair)
    path = f"/meetings/{ahead}/pack/"
    assert "Choose whose pack it is" in text(client.post(path, {}))
    with as_practitioner(family.chair):
        ids = invited(ahead)
    asked = client.post(path, {"reader": str(ids["Ngozi"])})
    assert asked.status_code == 302
    waiting = client.get(asked["Location"])
    assert "It begins in a moment" in text(waiting)
    assert "See how far it is" in text(waiting)
    assert "0 of 4" in text(waiting)
    assert client.get(f"{asked['Location']}pdf/").status_code == 404
    with as_practitioner(family.chair):
        row = MeetingPack.objects.get()
        assert actions.make_pack(row.id)
        assert actions.make_pack(row.id)
    part = client.get(asked["Location"], headers={"X-Fragment": "1"})
    assert "2 of 4" in text(part)
    assert "<html" not in part.content.decode()
    assert jobs.make_pack(str(row.id), str(family.chair.pk)) == 2
    assert jobs.make_pack(str(row.id), str(family.chair.pk)) == 1, "made already: nothing is made twice"
    assert "Ready." in text(client.get(asked["Location"]))
    assert "Ready until" in text(client.get(path))


def test_only_whoever_asked_fetches_it_and_only_while_the_records_are_open(
    family: Family, ahead: UUID, owning: Callable[[], Any]
) -> None:
    pack_id = made(family.chair, ahead, "Ngozi")
    path = f"/meetings/{ahead}/pack/{pack_id}/"
    for who, status in ((family.worker, 404), (family.stranger, 404)):
        assert signed_in(who).get(path).status_code == status
        assert signed_in(who).get(f"{path}pdf/").status_code == 404
    with as_practitioner(family.worker):
        actions.invite(ahead, Invitee.practitioner(family.stranger.pk))
    assert signed_in(family.stranger).get(path).status_code == 302
    assert signed_in(family.stranger).get(f"{path}pdf/").status_code == 404
    with owning():
        Grant.objects.filter(folder_id=family.theo, practitioner=family.chair).update(
            given_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1)
        )
    assert signed_in(family.chair).get(f"{path}pdf/").status_code == 404


def test_access_that_ends_meanwhile_ends_the_pack_and_what_expires_is_gone(
    family: Family, ahead: UUID, owning: Callable[[], Any]
) -> None:
    with as_practitioner(family.chair):
        pack = actions.ask_pack(ahead, invited(ahead)["Ngozi"])
        assert actions.make_pack(pack.id)
    with owning():
        Grant.objects.filter(folder_id=family.maya, practitioner=family.visitor).update(
            given_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1)
        )
    jobs.make_pack(str(pack.id), str(family.chair.pk))
    visitors = printed(pdf(signed_in(family.chair), ahead, pack.id))
    assert "She sleeps well." not in visitors
    assert "Theo speaks more." in visitors
    with time_machine.travel(now() + timedelta(days=2)):
        assert jobs.clear_packs(0) == 1
        with as_practitioner(family.chair), pytest.raises(NotFound):
            queries.pack_of(ahead, pack.id)


# -- reports as files ---------------------------------------------------------------------------------


def test_a_report_is_sent_as_a_file_and_seen_by_those_who_may(family: Family) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    client = signed_in(family.worker)
    path = f"/meetings/{meeting_id}/report/"
    page = client.get(path).content.decode()
    assert 'name="file_0"' in page
    assert 'enctype="multipart/form-data"' in page
    file = io.BytesIO(photograph())
    file.name = "report.jpg"
    sent = client.post(
        path,
        {
            "text_1": "Theo is well.",
            "family_said_1": "'I run fast.'",
            "no_family_why_0": "Away.",
            "for_family": "yes",
            "file_0": file,
        },
    )
    assert sent.status_code == 302, text(sent)
    with as_practitioner(family.worker):
        maya = Report.objects.get(folder_id=family.maya)
        assert maya.document_id is not None
        assert Report.objects.get(folder_id=family.theo).document_id is None
    shown = text(client.get(f"/meetings/{meeting_id}/"))
    assert "report.jpg" in shown
    listed = text(client.get(f"/child/{family.maya}/documents/"))
    assert "report.jpg" in listed
    assert "for a meeting" in listed
    assert "report.jpg" not in text(client.get(f"/child/{family.theo}/documents/"))
    with as_practitioner(family.worker):
        actions.invite(meeting_id, Invitee.practitioner(family.stranger.pk))
    assert "report.jpg" not in text(signed_in(family.stranger).get(f"/meetings/{meeting_id}/"))
    closed = signed_in(family.stranger).get(f"/child/{family.maya}/documents/{maya.document_id}/")
    assert (closed.status_code, closed["Location"]) == (302, f"/child/{family.maya}/pointer/")


def test_a_file_that_cannot_be_kept_sends_nothing_and_keeps_what_was_typed(family: Family) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    client = signed_in(family.worker)
    file = io.BytesIO(b"MZ\x90\x00 no document at all")
    file.name = "report.exe"
    refused = client.post(
        f"/meetings/{meeting_id}/report/",
        {
            "text_1": "Theo is well.",
            "family_said_1": "'I run fast.'",
            "no_family_why_0": "Away.",
            "for_family": "yes",
            "file_0": file,
        },
    )
    assert "is of a type that is not taken" in text(refused)
    assert "Theo is well." in refused.content.decode()
    with as_practitioner(family.worker):
        assert not Report.objects.filter(meeting_id=meeting_id).exists()


# -- what the child and the family said ---------------------------------------------------------------


@pytest.mark.obligation("REC-14")
def test_a_report_holds_what_the_family_said_as_theirs_or_why_there_is_nothing(family: Family) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    client = signed_in(family.worker)
    path = f"/meetings/{meeting_id}/report/"
    typed = {"text_0": "Maya misses school.", "text_1": "Theo is well.", "for_family": "yes"}
    half = typed | {"no_family_why_1": "Theo slept both times."}
    refused = client.post(path, half)
    assert refused.status_code == 200
    assert "Write what Maya and the family said about what you report, or say below why" in text(refused)
    assert "Write what Theo" not in text(refused)
    for words in (*typed.values(), *half.values()):
        assert words in refused.content.decode()
    alone = client.post(path, {"for_family": "yes", "no_family_why_0": "Not asked."})
    assert "Write your report on Maya, or attach it." in text(alone)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="Write what the child and the family said"):
            actions.send_report(meeting_id, {family.maya: "Maya misses school."}, for_family=True)
        assert not Report.objects.filter(meeting_id=meeting_id).exists()

    theirs = f"Her mother: 'That is not true. We were at {HIDDEN} then.'"
    assert client.post(path, half | {"family_said_0": theirs}).status_code == 302
    page = text(client.get(f"/meetings/{meeting_id}/"))
    assert "What Maya and the family said, in their words" in page
    assert "That is not true." in page
    assert "Why nothing from Theo and the family is here" in page
    assert "Theo slept both times." in page
    mothers = printed(pdf(signed_in(family.chair), meeting_id, made(family.chair, meeting_id, "Ana")))
    assert "What Maya and the family said, in their words, to" in re.sub(r"\s+", " ", mothers)
    assert "That is not true." in mothers
    assert "Theo slept both times." in mothers
    fathers = printed(pdf(signed_in(family.chair), meeting_id, made(family.chair, meeting_id, "Jon")))
    assert "That is not true." in fathers
    assert "lanternrow" not in plain(fathers)


@pytest.mark.obligation("REC-14")
def test_of_a_report_that_is_not_for_them_the_family_are_given_their_own_words(family: Family) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    client, path = signed_in(family.worker), f"/meetings/{meeting_id}/report/"
    typed = {
        "text_0": "The neighbour told us of the nights.", "text_1": "Theo is well.", "for_family": "no",
        "not_for_family_why": "It names who told us.", "no_family_why_1": "Theo slept.",
        "family_said_0": "Her mother: 'I sit with her till she sleeps.'",
    }  # fmt: skip
    asked = client.post(path, typed)
    assert "Say whether they are given what they said themselves" in text(asked)
    assert "I sit with her till she sleeps." in asked.content.decode()
    with as_practitioner(family.worker), pytest.raises(Refused, match="given what they said themselves"):
        actions.send_report(
            meeting_id, {family.maya: "Told."}, for_family=False, not_for_family_why="It names somebody.",
            family_said={family.maya: "'I sleep.'"},
        )  # fmt: skip
    assert client.post(path, typed | {"words_for_family": "yes"}).status_code == 302
    kept = {"text_0": "The police came.", "family_said_0": "'He must not know.'", "words_for_family": "no"}
    assert client.post(path, typed | kept).status_code == 302
    assert "They are given what they said themselves." in text(client.get(f"/meetings/{meeting_id}/"))
    for name in ("Ana", "Jon"):
        theirs = printed(pdf(signed_in(family.chair), meeting_id, made(family.chair, meeting_id, name)))
        assert "I sit with her till she sleeps." in theirs
        for words in ("The neighbour told us", "The police came", "He must not know"):
            assert words not in theirs
