"""The pages of meetings, as whoever calls, chairs or comes to one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Notice, Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import record_adult, tie
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings import actions, papers, queries
from sightline.meetings.actions import DecisionIn, SaidIn
from sightline.meetings.naming import naming
from sightline.meetings.terms import ChildStage, GivenKind, How
from sightline.procedures.models import Duty

from .factories import (
    HIDDEN,
    HIDDEN_POSTCODE,
    NOT_LEARNT,
    Family,
    call,
    everybody_came,
    in_days,
    invite_all,
    invited,
    make_family,
    prepare,
    read_through,
    send_report,
)

pytestmark = pytest.mark.django_db


def signed_in(practitioner: Practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(practitioner.user)
    return client


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def printed(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def concluded(family: Family) -> Iterator[UUID]:
    """A conference that is over, in whose minutes an address was let slip; the clock stands on its day."""
    meeting_id = call(family, place=f"At home, {HIDDEN}, {HIDDEN_POSTCODE}")
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)):
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id), unready_why="They asked for it.")
            actions.write_minutes(
                meeting_id,
                [
                    SaidIn(
                        ids["Ana"], f"We feel safe at 17, lantern row ({HIDDEN_POSTCODE.replace(' ', '')})."
                    ),
                    SaidIn(ids["Jon"], "I have not seen them since they went to Saltwick."),
                    SaidIn(
                        ids["Ngozi"],
                        "Maya needs hearing aids.",
                        not_for_family_why="Said before they came in",
                    ),
                    SaidIn(ids["Ana"], "I want help with my sleep.", about_adult=True),
                ],
            )
            actions.decide(
                meeting_id,
                [
                    DecisionIn(folder, "Child protection plan: emotional abuse", "They saw and heard it every week.",
                               dissents={ids["Jon"]: "I never touched them."}, wishes=NOT_LEARNT)
                    for folder in (family.maya, family.theo)
                ],
                knows_family=False,
            )  # fmt: skip
            for folder in (family.maya, family.theo):
                actions.tell_child(meeting_id, folder, ChildStage.PART, done=True, words="By a drawing.")
            actions.conclude(meeting_id)
        yield meeting_id


def test_a_worker_calls_a_meeting_and_invites(family: Family) -> None:
    client = signed_in(family.worker)
    empty = client.get(f"/child/{family.maya}/meetings/")
    assert "Nobody has called a meeting about Maya" in text(empty)
    missing = client.post(f"/child/{family.maya}/meetings/call/", {"agenda": "Is a plan needed?"})
    assert "Choose the kind of meeting" in text(missing)
    assert "Is a plan needed?" in missing.content.decode()
    when = in_days(12).astimezone(LONDON)
    sent = {
        "purpose": "core_group", "children": [str(family.maya), str(family.theo)], "format": "in_person",
        "when-day": when.day, "when-month": when.month, "when-year": when.year, "when-time": f"{when:%H:%M}",
        "minutes_long": "60", "place": "School", "chair": str(family.worker.pk), "agenda": "What was done?",
        "earlier_why": "The plan of last week is still on paper.",
    }  # fmt: skip
    done = client.post(f"/child/{family.maya}/meetings/call/", sent, follow=True)
    assert "The meeting is called" in text(done)
    meeting_id = UUID(done.redirect_chain[-1][0].split("/")[-2])
    bad = client.post(f"/meetings/{meeting_id}/invite/", {"kind": "family", "role": "Mother"})
    assert "Choose the person" in text(bad)
    good = client.post(
        f"/meetings/{meeting_id}/invite/",
        {
            "kind": "family",
            "person": str(family.mother),
            "role": "Mother",
            "needs_interpreter": "yes",
            "language": "Polish",
        },
        follow=True,
    )
    assert "Ana Ferreira" in text(good)
    assert "interpreter needed" in text(good)
    again = client.post(
        f"/meetings/{meeting_id}/invite/",
        {"kind": "outsider", "name": "Lee Ward", "role": "Solicitor", "comes_for": "professional"},
    )
    assert again.status_code == 302
    assert "Core group" in text(client.get("/meetings/"))


@pytest.mark.obligation("FAM-01", "FIL-06")
def test_the_letter_says_who_comes_whether_the_child_is_invited_and_how_it_runs(family: Family) -> None:
    meeting_id = call(family, place="Civic Centre, room 2")
    ids = invite_all(family, meeting_id)
    client = signed_in(family.worker)
    page = text(client.get(f"/meetings/{meeting_id}/letter/{ids['Ana']}/invitation/"))
    assert "Ruth Lindqvist" in page
    assert "leads the meeting" in page
    assert "Owen Blake" in page
    assert "Maya is not invited to this meeting. We ask Maya beforehand what they want to say." in page
    assert "everybody speaks in turn" in page
    assert "You may bring a member of your family, a friend or another supporter" in page
    assert "Civic Centre, room 2" in page
    easy = text(client.get(f"/meetings/{meeting_id}/letter/{ids['Ana']}/invitation_easy/"))
    assert "Please come to a meeting" in easy
    for form in ("invitation", "invitation_easy", "invitation_pl"):
        answer = client.get(f"/meetings/{meeting_id}/letter/{ids['Ana']}/{form}/pdf/")
        assert answer["Content-Type"] == "application/pdf"
        reader = PdfReader(io.BytesIO(answer.content))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert "pdfuaid" in reader.xmp_metadata.rdf_root.toxml()
    assert reader.trailer["/Root"]["/Lang"] == "pl"
    for child in (family.maya, family.theo):
        left = text(client.get(f"/child/{child}/copies/"))
        assert left.count("a letter of a meeting") == 1
        assert "Given for good" in left
        # Beneath the masthead and the tabs, which name whom the child lives with.
        listed = left.rpartition("Who has looked")[2]
        assert not re.search(r"\bAna\b", listed), "many read that list who do not come to the meeting"
    assert "Zaproszenie na spotkanie" in printed(answer.content)
    assert client.get(f"/meetings/{meeting_id}/letter/{ids['Ana']}/invitation_xx/").status_code == 404
    assert client.get(f"/meetings/{meeting_id}/letter/{ids['Owen']}/invitation/").status_code == 404


@pytest.mark.obligation("FAM-08")
def test_a_confidential_address_reaches_no_copy(family: Family, concluded: UUID) -> None:
    """Not the father's, not a practitioner's, on no page and in no PDF; the mother, who lives there, reads it."""
    ids = _ids(family, concluded)
    client = signed_in(family.worker)
    for name, invitation in ids.items():
        said = [text(client.get(f"/meetings/{concluded}/copies/{invitation}/"))]
        if name in ("Ana", "Jon", "Ngozi"):
            said.append(printed(client.get(f"/meetings/{concluded}/copies/{invitation}/pdf/").content))
        for words in said:
            plain = re.sub(r"[^a-z0-9]", "", words.lower())
            if name == "Ana":
                assert "17lanternrow" in plain
            else:
                assert "lanternrow" not in plain, name
                assert "zz994hd" not in plain, name
                assert "saltwick" not in plain, name
                assert "addresswithheld" in plain
    letter = client.get(f"/meetings/{concluded}/letter/{ids['Jon']}/invitation/")
    assert "Lantern" not in text(letter)
    assert "taken out of this letter" in text(letter)
    assert "lantern" not in printed(client.get(letter.request["PATH_INFO"] + "pdf/").content).lower()


def _ids(family: Family, meeting_id: UUID) -> dict[str, UUID]:
    with as_practitioner(family.worker):
        return invited(meeting_id)


@pytest.mark.obligation("FAM-08")
def test_those_kept_apart_learn_no_address_and_are_warned_of_everywhere(family: Family) -> None:
    with as_practitioner(family.worker):
        for folder in (family.maya, family.theo):
            actions.keep_apart(
                folder,
                family.mother,
                family.father,
                in_room=True,
                address=True,
                why="She says that he follows her.",
            )
    meeting_id = call(family, place="4 Tern Street")
    client = signed_in(family.worker)
    warned = client.get(f"/meetings/{meeting_id}/invite/")
    assert "Ana Ferreira and Jon Lund must not be in one room" in text(warned)
    client.post(
        f"/meetings/{meeting_id}/invite/", {"kind": "family", "person": str(family.mother), "role": "Mother"}
    )
    refused = client.post(
        f"/meetings/{meeting_id}/invite/", {"kind": "family", "person": str(family.father), "role": "Father"}
    )
    assert "They must not be in one room with Ana Ferreira" in text(refused)
    ok = client.post(
        f"/meetings/{meeting_id}/invite/",
        {
            "kind": "family",
            "person": str(family.father),
            "role": "Father",
            "kept_apart": "He is seen an hour before.",
        },
    )
    assert ok.status_code == 302
    ids = _ids(family, meeting_id)
    mothers = text(client.get(f"/meetings/{meeting_id}/letter/{ids['Ana']}/invitation/"))
    paper_of_mother = mothers.split("You are invited to a meeting", 1)[1]
    assert "Tern Street" not in paper_of_mother, "his address is nothing for her either"
    assert "Jon Lund" not in paper_of_mother
    assert "They must not meet Jon Lund" in mothers
    fathers = text(client.get(f"/meetings/{meeting_id}/letter/{ids['Jon']}/invitation/"))
    assert "He is seen an hour before." in fathers
    assert "must not meet Ana Ferreira" in text(client.get(f"/meetings/{meeting_id}/copies/{ids['Jon']}/"))
    assert "Kept apart" in text(client.get(f"/meetings/{meeting_id}/copies/"))


def _kept_apart(family: Family, *, in_room: bool, address: bool) -> tuple[UUID, dict[str, UUID]]:
    """A conference that was held on Maya, whose mother and father are kept apart, and who is invited."""
    with as_practitioner(family.worker):
        actions.keep_apart(
            family.maya, family.mother, family.father, in_room=in_room, address=address, why="He follows her."
        )
    meeting_id = call(family, folders=[family.maya])
    with as_practitioner(family.worker):
        actions.invite(meeting_id, actions.Invitee.practitioner(family.worker.pk))
        actions.invite(meeting_id, actions.Invitee.practitioner(family.visitor.pk))
        actions.invite(meeting_id, actions.Invitee.family(family.mother, "Mother"))
        actions.invite(
            meeting_id,
            actions.Invitee.family(family.father, "Father", kept_apart="He is seen after Ana has gone."),
        )
        ids = invited(meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)), as_practitioner(family.chair):
        actions.hold(
            meeting_id, people=everybody_came(meeting_id), unready_why="Both asked for it.",
            without_quorum_why="It cannot wait.",
        )  # fmt: skip
        actions.write_minutes(
            meeting_id,
            [
                SaidIn(ids["Ana"], "I came by bus from 17 Lantern Row."),
                SaidIn(ids["Ngozi"], "Ana Ferreira and Jon  Lund both read to Maya. ANA reads daily."),
                SaidIn(ids["Jon"], "I live at 4 Tern Street."),
            ],
        )
        actions.decide(
            meeting_id,
            [DecisionIn(family.maya, "No plan", "Mrs Ana Ferreira keeps her safe.",
                        dissents={ids["Ana"]: "I wanted a plan.", ids["Jon"]: "She needs none."}, wishes=NOT_LEARNT)],
            knows_family=False,
        )  # fmt: skip
        day = in_days(20).date()
        actions.agree_actions(
            meeting_id,
            [
                actions.ActionIn(family.maya, "Ring the school", day, "Before Easter.", by_whom="Ana"),
                actions.ActionIn(family.maya, "Ring the clinic", day, "Before Easter.", by_whom="Jon Lund"),
            ],
        )
    return meeting_id, ids


@pytest.mark.obligation("FAM-08")
def test_a_copy_of_the_family_names_nobody_from_whom_its_reader_is_kept(family: Family) -> None:
    meeting_id, ids = _kept_apart(family, in_room=True, address=True)
    client = signed_in(family.chair)
    for mine, theirs, hidden in (
        ("Jon", ("Ana", "Ana Ferreira"), "lanternrow"),
        ("Ana", ("Jon", "Jon Lund"), "ternstreet"),
    ):
        unread = printed(client.get(f"/meetings/{meeting_id}/copies/{ids[mine]}/pdf/").content)
        assert "both read to Maya" not in re.sub(r"\s+", " ", unread)
        assert "Held back" in unread
        waits = text(client.get(f"/meetings/{meeting_id}/copies/{ids[mine]}/"))
        assert "that somebody must read first" in waits
        assert read_through(family, meeting_id, ids[mine]) > 2
        for path in (f"letter/{ids[mine]}/invitation", f"copies/{ids[mine]}"):
            words = printed(client.get(f"/meetings/{meeting_id}/{path}/pdf/").content)
            page = client.get(f"/meetings/{meeting_id}/{path}/").content.decode()
            paper = re.sub(
                r"<[^>]+>", " ", page.split('<article class="sl-paper"', 1)[1].split("</article>")[0]
            )
            for copy in (words, paper):
                for name in theirs:
                    assert not re.search(rf"\b{name}\b", copy, re.IGNORECASE), (mine, path, copy)
                assert hidden not in re.sub(r"[^a-z0-9]", "", copy.lower()), (mine, path)
        minutes = re.sub(r"\s+", " ", words)
        assert "somebody else who was invited does not agree" in minutes
        assert "somebody else who was invited, by" in minutes
        assert "both read to Maya" in minutes
        assert f"{mine} " in minutes
    fathers = re.sub(
        r"\s+", " ", printed(client.get(f"/meetings/{meeting_id}/copies/{ids['Jon']}/pdf/").content)
    )
    assert "1. somebody else who was invited: I came by bus" in fathers
    assert "Jon Lund does not agree: She needs none." in fathers
    assert "Ana Ferreira's name, and whether they came" in text(
        client.get(f"/meetings/{meeting_id}/copies/{ids['Jon']}/")
    ).replace("&#39;", "'")
    visitors = printed(client.get(f"/meetings/{meeting_id}/copies/{ids['Ngozi']}/pdf/").content)
    assert "Ana Ferreira" in visitors
    assert "somebody else" not in visitors


def plain(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", printed(pdf))


@pytest.mark.obligation("FAM-08")
def test_a_text_that_may_name_somebody_kept_apart_waits_until_it_is_read(family: Family) -> None:
    """Never invited, known by another name, with a surname that the child has too, and spoken of as what he is."""
    with as_practitioner(family.worker):
        uncle = record_adult(family.maya, NewAdult(Names("Alexander", "Ferreira", known_as="Sandy"), Birth()))
        tie(family.maya, NewTie(uncle, Kinship.AUNT_OR_UNCLE, Known.NO, Known.NO))
        actions.keep_apart(
            family.maya, family.father, uncle, in_room=True, address=True, why="They have fought twice."
        )
    meeting_id = call(family, folders=[family.maya])
    texts = {
        "sure": "Sandy drives a blue van.", "surname": "Mr Ferreira works at the bakery.",
        "role": "Her uncle meets her at six.", "nobody": "She likes swimming.",
    }  # fmt: skip
    with as_practitioner(family.worker):
        actions.invite(meeting_id, actions.Invitee.practitioner(family.visitor.pk))
        actions.invite(meeting_id, actions.Invitee.family(family.father, "Father"))
        ids = invited(meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)), as_practitioner(family.chair):
        actions.hold(
            meeting_id, people=everybody_came(meeting_id), unready_why="Asked for.",
            without_quorum_why="It cannot wait.",
        )  # fmt: skip
        actions.write_minutes(meeting_id, [SaidIn(ids["Ngozi"], words) for words in texts.values()])
    client, copies = signed_in(family.chair), f"/meetings/{meeting_id}/copies/"
    path = f"{copies}{ids['Jon']}/"
    fathers = plain(client.get(f"{path}pdf/").content)
    assert texts["nobody"] in fathers
    assert not any(words in fathers for words in ("blue van", "bakery", "meets her at six", "Sandy"))
    visitors = plain(client.get(f"{copies}{ids['Ngozi']}/pdf/").content)
    assert all(words in visitors for words in texts.values())
    page = client.get(f"{path}read/")
    assert "somebody else who was invited drives a blue van" in text(page)
    sent = {
        name: "through" if n == 0 else "out"
        for n, name in enumerate(
            dict.fromkeys(re.findall(r'name="(t[0-9a-f]{16}-what)"', page.content.decode()))
        )
    }
    assert len(sent) == 3
    assert "Say why" in text(client.post(f"{path}read/", sent))
    why = {
        name.replace("what", "why" if value == "through" else "why_out"): "Read with the mother."
        for name, value in sent.items()
    }
    assert client.post(f"{path}read/", {**sent, **why}).status_code == 302
    fathers = plain(client.get(f"{path}pdf/").content)
    assert "Held back" not in fathers
    assert fathers.count("[Left out of this copy.]") == 2
    assert "drives a blue van" in fathers
    assert not any(words in fathers for words in ("bakery", "meets her at six", "Sandy"))
    with as_practitioner(family.stranger), pytest.raises((NotFound, NotPermitted)):
        actions.rule_on_copy(meeting_id, ids["Jon"], [actions.RulingIn("0" * 64, True, "I want it.")])


@pytest.mark.obligation("FAM-08")
@pytest.mark.parametrize(
    ("words", "named", "without"),
    [
        ("Ana came by bus.", True, "X came by bus."),
        ("ANA  FERREIRA came.", True, "X came."),
        ("Nita came.", True, "X came."),
        ("Mrs Ferreira came.", True, "Mrs Ferreira came."),
        ("Her mum came.", True, "Her mum came."),
        ("Banana and analysis.", False, "Banana and analysis."),
        ("Maya came.", False, "Maya came."),
    ],
)
def test_what_names_somebody_and_what_may(words: str, named: bool, without: str) -> None:
    found = naming([("Ana", "Ferreira"), ("Nita", "")], [Kinship.MOTHER], {"maya", "ferreira"})
    assert found.names(words) is named
    assert found.unnamed(words, "X") == without


@pytest.mark.obligation("FAM-08")
def test_who_must_not_learn_an_address_is_named_and_the_address_is_not(family: Family) -> None:
    meeting_id, ids = _kept_apart(family, in_room=False, address=True)
    client = signed_in(family.chair)
    for mine, theirs, hidden in (("Jon", "Ana Ferreira", "lanternrow"), ("Ana", "Jon Lund", "ternstreet")):
        for path in (f"letter/{ids[mine]}/invitation", f"copies/{ids[mine]}"):
            copy = printed(client.get(f"/meetings/{meeting_id}/{path}/pdf/").content)
            assert theirs in re.sub(r"\s+", " ", copy), (mine, path)
            assert hidden not in re.sub(r"[^a-z0-9]", "", copy.lower()), (mine, path)


@pytest.mark.obligation("FAM-08")
def test_a_solicitor_is_given_what_the_parent_whom_they_act_for_may_read_and_no_more(family: Family) -> None:
    meeting_id, ids = _kept_apart(family, in_room=False, address=True)
    with as_practitioner(family.worker):
        solicitor, unsaid, nurse = (
            actions.invite(meeting_id, actions.Invitee.outsider(name, role, "Ward and Co", **whose))
            for name, role, whose in (
                ("Lee Ward", "Solicitor", {"comes_for_id": family.mother}),
                ("Kit Moss", "Friend", {}),
                ("Oda Quill", "School nurse of Northmoor", {"professional": True}),
            )
        )
        with pytest.raises(Refused, match="either for whom they come"):
            actions.invite(
                meeting_id,
                actions.Invitee.outsider("Al", "Both", comes_for_id=family.mother, professional=True),
            )
        send_report(
            meeting_id, {family.maya: "The informant lives next door."}, for_family=False,
            not_for_family_why="It would tell who rang.", invitation_id=ids["Ngozi"],
        )  # fmt: skip
        shown = queries.meeting(meeting_id)

        def given(invitation_id: UUID) -> str:
            reader = shown.person(invitation_id)
            own = papers.children_for(shown, reader)
            parts = [part for child in own for part in papers.reports_for(child, reader)]
            copy = papers.copy_of_minutes(shown, reader)
            return " ".join(f"{part.heading} {part.text}" for part in (*parts, *copy.parts))

        assert "informant" in given(nurse)
        for reader in (solicitor, unsaid, ids["Ana"]):
            assert "informant" not in given(reader)
        assert "Maya" in given(solicitor)
        assert "Maya" not in given(unsaid), "nobody said for whom they come"
    client = signed_in(family.chair)
    copy = printed(client.get(f"/meetings/{meeting_id}/copies/{solicitor}/pdf/").content)
    assert "ternstreet" not in re.sub(r"[^a-z0-9]", "", copy.lower()), "as little as her own copy"
    assert "Comes for Ana Ferreira" in text(client.get(f"/meetings/{meeting_id}/invited/{solicitor}/"))
    assert "not said who they come for" in text(client.get(f"/meetings/{meeting_id}/invited/{unsaid}/"))


def test_a_copy_holds_only_what_its_reader_may_have(family: Family, concluded: UUID) -> None:
    ids = _ids(family, concluded)
    with as_practitioner(family.worker):
        shown = queries.meeting(concluded)
        father = papers.copy_of_minutes(shown, shown.person(ids["Jon"]))
        mother = papers.copy_of_minutes(shown, shown.person(ids["Ana"]))
        visitor = papers.copy_of_minutes(shown, shown.person(ids["Ngozi"]))
    whole = {name: " ".join(p.text for p in paper.parts) for name, paper in
             (("father", father), ("mother", mother), ("visitor", visitor))}  # fmt: skip
    assert "hearing aids" in whole["visitor"]
    assert "hearing aids" not in whole["father"]
    assert "help with my sleep" in whole["mother"]
    assert "help with my sleep" not in whole["father"]
    assert "Jon Lund does not agree: I never touched them." in whole["father"]
    assert "2 of the passages on Maya" in father.left_out


def test_somebody_invited_reads_the_meeting_and_arranges_nothing(family: Family) -> None:
    meeting_id = call(family)
    with as_practitioner(family.worker):
        actions.invite(meeting_id, actions.Invitee.practitioner(family.officer.pk))
    ids = _ids(family, meeting_id)
    client = signed_in(family.officer)
    page = text(client.get(f"/meetings/{meeting_id}/"))
    assert "The children’s records are not open to you" in page
    assert "Maya" not in page
    assert client.get(f"/meetings/{meeting_id}/hold/").status_code == 302
    assert client.get(f"/meetings/{meeting_id}/copies/{ids['Owen']}/").status_code == 302
    refused = client.post(f"/meetings/{meeting_id}/minutes/", {"words": "x"}, follow=True)
    assert "You see this meeting, but do not arrange it" in text(refused)
    assert signed_in(family.stranger).get(f"/meetings/{meeting_id}/").status_code == 404


def test_recording_who_came_asks_for_everybody_and_keeps_what_was_typed(family: Family) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)):
        client = signed_in(family.chair)
        path = f"/meetings/{meeting_id}/hold/"
        page = client.get(path)
        assert page.content.decode().count("Was not there") == 6
        assert "checked" not in page.content.decode()
        when = now().astimezone(LONDON)
        sent = {
            "began_at-day": when.day, "began_at-month": when.month, "began_at-year": when.year,
            "began_at-time": f"{when:%H:%M}", "version": "999", "without_quorum_why": "Kept text",
            **{f"p{n}": "came" for n in range(6)},
        }  # fmt: skip
        stale = client.post(path, sent)
        assert stale.status_code == 409
        assert "Dana Okafor invited somebody at" in text(stale)
        assert "Kept text" in stale.content.decode()
        missing = client.post(path, {**sent, "p2": ""})
        assert "Say whether" in text(missing)
        version = re.search(r'name="version" value="(\d+)"', page.content.decode())
        assert version
        done = client.post(path, {**sent, "version": version[1]}, follow=True)
        assert "Now write what was said" in text(done)
        late = client.post(path, {**sent, "version": version[1]})
        assert "Ruth Lindqvist recorded who came at" in text(late)


def test_minutes_are_written_decided_concluded_and_corrected(family: Family) -> None:
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)):
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id))
        client = signed_in(family.chair)
        path = f"/meetings/{meeting_id}/minutes/"
        kept = client.post(f"{path}keep/", {"words": "Half a sent"})
        assert kept.json()["saved"]
        assert "Half a sent" in client.get(path).content.decode()
        client.post(path, {"who": str(ids["Ana"]), "words": "I want help.", "only_0": "Maya sleeps badly."})
        client.post(path, {"who": str(ids["Jon"]), "words": "I come every week."})
        page = text(client.get(path))
        assert "Maya sleeps badly." in page
        assert "Half a sent" not in page
        concluding = text(client.post(f"{path}conclude/", {}, follow=True))
        assert "Record what was decided for Maya and Theo" in concluding
        decided = {
            "c0-knows_family": "no",
            "c0-outcome": "Plan",
            "c0-reasons": "Because she is not safe.",
            "c0-has_conflict": "no",
            "c0-wishes_why_not": "Asked twice; she drew.",
            "c0-agreed": "no",
            "c1-outcome": "No plan",
            "c1-reasons": "He is well cared for.",
            "c1-has_conflict": "no",
            "c1-wishes_why_not": "He is two.",
            "c1-agreed": "yes",
        }
        for known, told in (("", "Say whether you know"), ("yes", "somebody else must chair and decide")):
            refused = client.post(f"{path}decide/", {**decided, "c0-agreed": "yes", "c0-knows_family": known})
            assert told in text(refused)
            assert "Because she is not safe." in refused.content.decode()
        no = client.post(f"{path}decide/", decided)
        assert "Write why they do not agree" in text(no)
        label = re.search(
            r'for="id_(c0-dissent_\d+)"[^>]*>\s*Ana Ferreira does not agree', no.content.decode()
        )
        assert label
        yes = client.post(f"{path}decide/", {**decided, label[1]: "It is not fair."}, follow=True)
        assert "Ana Ferreira does not agree: “It is not fair.”" in text(yes)
        with as_practitioner(family.chair):
            for folder in (family.maya, family.theo):
                actions.tell_child(
                    meeting_id, folder, ChildStage.PART, done=False, words="Too young to be there."
                )
            shown = queries.meeting(meeting_id)
            said = shown.children[0].said[0]
        assert "Send everybody their copy" in text(client.post(f"{path}conclude/", {}, follow=True))
        with as_practitioner(family.chair):
            actions.give(ids["Ana"], GivenKind.MINUTES, how=How.BY_HAND)
        assert "Changed since" not in text(client.get(f"/meetings/{meeting_id}/copies/"))
        fixed = client.post(
            f"{path}{said.id}/correct/",
            {"was_wrong": "She said more.", "words": "I want help, and soon."},
            follow=True,
        )
        assert "Put right by" in text(fixed)
        assert "Changed since" in text(client.get(f"/meetings/{meeting_id}/copies/")), (
            "who has a copy has an older one"
        )
        assert "I want help. Maya sleeps badly." in text(fixed)
        closed = client.post(path, {"words": "More."})
        assert "These minutes are closed" in text(closed)


@pytest.mark.obligation("CHD-06")
def test_a_decision_with_a_conflict_of_interests_waits_for_a_managers_ruling(family: Family) -> None:
    meeting_id = call(family)
    for folder_id in (family.maya, family.theo):
        let_in(folder_id, family.manager)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)):
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id))
        client, path = signed_in(family.chair), f"/meetings/{meeting_id}/minutes/"
        sent = {
            "c0-knows_family": "no", "c0-outcome": "No plan", "c0-reasons": "Her father wants no plan for her.",
            "c0-agreed": "yes", "c1-outcome": "No plan", "c1-reasons": "He is well cared for.", "c1-agreed": "yes",
            "c1-has_conflict": "yes", "c1-conflict": "His mother wants him home.", "c1-for_the_child": "yes",
            "c1-conflict_resolved": "He goes home once he has been seen alone.",
            "c0-wishes_why_not": "Asked twice; she drew.", "c1-wishes_why_not": "He is two.",
        }  # fmt: skip
        assert "Say whether there is a conflict" in text(client.post(f"{path}decide/", sent))
        sent |= {"c0-has_conflict": "yes", "c0-conflict": "Her father’s peace.", "c0-for_the_child": "no"}
        page = text(client.post(f"{path}decide/", sent, follow=True))
        assert "Conflict of interests: Her father’s peace. Not resolved for the child." in page
        assert "Resolved for the child: He goes home once he has been seen alone." in page
        assert page.count("Not in effect") == 1
        assert "Rule on it" not in page, "whoever decided does not rule"
        with as_practitioner(family.manager):
            [owed] = Duty.objects.filter(kind="decision_on_conflict", closed_at__isnull=True)
            assert owed.owner_id == family.manager.pk
        manager = signed_in(family.manager)
        asked = manager.get(owed.path)
        assert "Her father’s peace." in text(asked)
        assert "Give your reasons" in text(manager.post(owed.path, {"upholds": "no", "reasons": ""}))
        ruled = {"upholds": "no", "reasons": "It is her safety that counts, and nobody asked her."}
        assert "Your ruling is recorded." in text(manager.post(owed.path, ruled, follow=True))
        assert "It is her safety that counts" in text(client.get(path))
        assert "has ruled on this decision already" in text(manager.post(owed.path, ruled))
        with as_practitioner(family.manager):
            assert not Duty.objects.filter(kind="decision_on_conflict", closed_at__isnull=True).exists()
        with as_practitioner(family.chair):
            assert Notice.objects.filter(path=path, text__contains="has ruled").exists()


def test_what_reached_somebody_a_supporter_and_an_interpreter(family: Family) -> None:
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    client = signed_in(family.worker)
    base = f"/meetings/{meeting_id}/invited/{ids['Ana']}/"
    relative = client.post(f"{base}interpreter/", {"language": "Polish", "relative": "yes"})
    assert "A relative should not interpret" in text(relative)
    client.post(
        f"{base}interpreter/",
        {"language": "British Sign Language", "relative": "no", "booked_with": "Hands, 12"},
    )
    client.post(f"{base}supporter/", {"offered": "no", "why_not": ""})
    client.post(
        f"{base}supporter/", {"offered": "yes", "answer": "brings", "name": "Bo Lind", "relation": "friend"}
    )
    at = now().astimezone(LONDON)
    when = {"at-day": at.day, "at-month": at.month, "at-year": at.year, "at-time": f"{at:%H:%M}"}
    client.post(
        f"{base}given/", {"kind": "invitation", "form": "invitation_easy", "how": "read_aloud", **when}
    )
    none = client.post(f"{base}given/", {"kind": "explained", "how": "read_aloud", **when})
    assert "Choose what was explained" in text(none)
    client.post(
        f"{base}given/",
        {"kind": "explained", "covers": ["power", "rights", "refusing"], "understood": "That she may say no.",
         "reply": "I will think about it.", "how": "through_interpreter", **when},
    )  # fmt: skip
    page = text(client.get(base))
    for words in (
        "British Sign Language",
        "They bring Bo Lind, friend",
        "read aloud to them",
        "Understood: That she may say no.",
        "“I will think about it.”",
        "recorded by Dana Okafor",
    ):
        assert words in page


def test_agreed_actions_stand_with_the_agency_and_the_late_ones_stand_out(family: Family) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)) as clock:
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id))
            (action_id,) = actions.agree_actions(
                meeting_id,
                [
                    actions.ActionIn(
                        family.maya, "Get the hearing aids mended", (now() + timedelta(days=3)).date(),
                        "She starts a new term on Monday.", practitioner_id=family.visitor.pk,
                    )
                ],
            )  # fmt: skip
        client = signed_in(family.visitor)
        assert "Get the hearing aids mended" in text(client.get("/meetings/"))
        clock.shift(timedelta(days=6))
        client = signed_in(family.visitor)
        assert "Late" in text(client.get("/meetings/"))
        assert "Nothing is open" in text(signed_in(family.officer).get("/meetings/"))
        with as_practitioner(family.worker):
            actions.action_done(action_id, done=True, words="Mended on Tuesday.")
        assert "Get the hearing aids mended" not in text(client.get("/meetings/"))


@pytest.mark.obligation("PAR-05", "TIM-03")
def test_whoever_is_given_an_action_owes_it_and_comes_in_though_nobody_invited_them(family: Family) -> None:
    meeting_id = call(family, folders=[family.maya])
    with as_practitioner(family.worker):
        actions.invite(meeting_id, actions.Invitee.practitioner(family.worker.pk))
    day = in_days(13).date()
    with time_machine.travel(in_days(10) + timedelta(hours=1)) as clock:
        with as_practitioner(family.chair):
            actions.hold(
                meeting_id, people=everybody_came(meeting_id), without_quorum_why="It cannot wait.",
                unready_why="They were told on the telephone.",
            )  # fmt: skip
            late = in_days(400).date()
            with pytest.raises(Refused, match="Choose a day by"):
                actions.agree_actions(
                    meeting_id,
                    [actions.ActionIn(family.maya, "Weigh her", late, "She is small.", family.visitor.pk)],
                )
            (action_id,) = actions.agree_actions(
                meeting_id,
                [actions.ActionIn(family.maya, "Weigh her", day, "She is small.", family.visitor.pk)],
            )
        path = f"/meetings/action/{action_id}/"
        client = signed_in(family.visitor)
        with as_practitioner(family.visitor):
            duty = Duty.objects.get(subject_id=action_id)
            assert (duty.owner_id, duty.kind, duty.path) == (family.visitor.pk, "meeting_action", path)
            assert duty.due_at.astimezone(LONDON).date() == day
            assert Notice.objects.filter(practitioner=family.visitor, path=path).exists()
        assert client.get(f"/child/{family.maya}/").status_code == 200
        assert client.get(f"/child/{family.theo}/").status_code != 200
        listed = text(client.get(reverse("plans:actions")))
        assert "Weigh her" in listed
        assert "Maya Ferreira" in listed
        assert "Weigh her" not in text(signed_in(family.officer).get(reverse("plans:actions")))
        clock.shift(timedelta(days=5))
        client = signed_in(family.visitor)
        assert "Late" in text(client.get(reverse("plans:actions")))
        assert "Weigh her" in text(client.get(path))
        assert client.post(path, {"done": "yes", "words": "14 kilograms."}).status_code == 302
        assert "Weigh her" not in text(client.get(reverse("plans:actions")))
        with as_practitioner(family.visitor):
            duty.refresh_from_db()
            assert duty.state == "done late", "done after its day: in sight until somebody answers for it"


def agreed_by(family: Family, *words: str) -> list[UUID]:
    """A meeting about Maya that was held, at which the health visitor takes on so many actions."""
    meeting_id = call(family, folders=[family.maya])
    with as_practitioner(family.worker):
        actions.invite(meeting_id, actions.Invitee.practitioner(family.worker.pk))
    day = (now() + timedelta(days=14)).date()
    with time_machine.travel(in_days(10) + timedelta(hours=1)), as_practitioner(family.chair):
        actions.hold(
            meeting_id, people=everybody_came(meeting_id), without_quorum_why="It cannot wait.",
            unready_why="They were told on the telephone.",
        )  # fmt: skip
        return actions.agree_actions(
            meeting_id,
            [actions.ActionIn(family.maya, each, day, "She is small.", family.visitor.pk) for each in words],
        )


@pytest.mark.obligation("PAR-05")
def test_an_action_of_a_meeting_is_handed_to_somebody_else_who_then_owes_it(family: Family) -> None:
    (action_id,) = agreed_by(family, "Weigh her")
    path, client = f"/meetings/action/{action_id}/", signed_in(family.visitor)
    with as_practitioner(family.visitor):
        due = Duty.objects.get(subject_id=action_id).due_at
    sent = {"done": "hand_over", "practitioner": str(family.officer.pk)}
    assert "Say what came of it" in text(client.post(path, sent))
    same = client.post(path, {**sent, "practitioner": str(family.visitor.pk), "words": "On leave."})
    assert "They have this action already" in text(same)
    assert client.post(path, {**sent, "words": "Ngozi goes on leave."}).status_code == 302
    with as_practitioner(family.officer):
        duty = Duty.objects.get(subject_id=action_id)
        assert (duty.owner_id, duty.due_at) == (family.officer.pk, due)
        assert Notice.objects.filter(practitioner=family.officer, path=path).exists()
    listed = text(signed_in(family.officer).get(reverse("plans:actions")))
    assert "Weigh her" in listed
    assert "Owen Blake" in listed
    assert "Weigh her" not in text(signed_in(family.visitor).get(reverse("plans:actions")))
    assert "by Ngozi Adeyemi" in text(signed_in(family.officer).get(path))
    assert "Ngozi goes on leave." in text(signed_in(family.officer).get(path))
    assert signed_in(family.officer).post(path, {"done": "yes", "words": "14 kilograms."}).status_code == 302
    late = text(signed_in(family.visitor).post(path, {"done": "no", "words": "She was not brought."}))
    assert re.search(r"Owen Blake answered this already, at \d\d:\d\d on \d+ \w+ \d{4}: it was done", late)
    assert "She was not brought." in late, "what was typed is kept"
    with as_practitioner(family.officer), pytest.raises(Refused, match="Owen Blake answered this already"):
        actions.hand_over_action(action_id, family.visitor.pk, "Again hers.")


@pytest.mark.obligation("PAR-05")
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answered_action_is_to_be_done_after_all_and_its_answer_stays(family: Family, answer: str) -> None:
    meeting_id = call(family)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(hours=1)):
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id))
            [action_id] = actions.agree_actions(
                meeting_id,
                [
                    actions.ActionIn(
                        family.maya, "Ring the clinic", today() + timedelta(days=7), "Before term begins.",
                        practitioner_id=family.visitor.pk,
                    )
                ],
            )  # fmt: skip

        def owed() -> list[Any]:
            with as_practitioner(family.visitor):
                rows = Duty.objects.filter(subject_id=action_id, closed_at__isnull=True)
                return [(d.owner_id, d.due_at) for d in rows]

        due, client, path = owed(), signed_in(family.visitor), f"/meetings/action/{action_id}/"
        assert due
        for _turn in range(2):
            client.post(path, {"done": answer, "words": "She was seen on Monday."})
            assert owed() == []
            asked = text(client.get(path))
            assert "Why is it to be done after all?" in asked
            assert "She was seen on Monday." in asked
            assert "Say why it is to be done after all" in text(client.post(path, {"why": ""}))
            client.post(path, {"why": "It was her brother who was seen."})
            assert owed() == due, "by the same person and day"
            assert "It was her brother who was seen." in text(client.get(path)), (
                "the answer stays with its reason"
            )
        with as_practitioner(family.visitor), pytest.raises(Refused, match="not been answered yet"):
            actions.reopen_action(action_id, "Again.")


@pytest.mark.obligation("PAR-05")
def test_nobody_hands_over_an_action_in_a_record_that_is_not_open_to_them(family: Family) -> None:
    (action_id,) = agreed_by(family, "Weigh her")
    with as_practitioner(family.stranger), pytest.raises(NotFound):
        actions.hand_over_action(action_id, family.stranger.pk, "I would rather.")


@pytest.mark.obligation("PAR-05")
def test_what_somebody_had_agreed_to_do_who_has_left_stands_out_and_is_handed_over(
    family: Family, owning: Any
) -> None:
    (action_id,) = agreed_by(family, "Weigh her")
    colleague = make_practitioner("health-visitor", team=family.visitor.postings.get().team, name="Bea Sund")
    with owning():
        family.visitor.postings.update(held_until=today())
    with as_practitioner(family.worker):
        found = queries.action(action_id)
        assert found.left
        assert "Has left" in text(signed_in(family.worker).get(f"/meetings/{found.meeting_id}/minutes/"))
        actions.hand_over_action(action_id, colleague.pk, "Ngozi has left.")
        found = queries.action(action_id)
        assert (found.left, found.practitioner_id) == (False, colleague.pk)
        assert found.by_whom.startswith("Bea Sund, ")


@pytest.mark.obligation("PAR-05")
def test_more_agreed_actions_than_stand_on_a_page_have_another(family: Family) -> None:
    agreed_by(family, *(f"Step number {n}" for n in range(queries.ACTIONS + 3)))
    agencies = [family.visitor.postings.get().agency_id]
    with as_practitioner(family.visitor):
        first, second = (queries.actions_of_agency(agencies, n) for n in (1, 2))
        assert (len(first.rows), len(second.rows), first.total, first.pages) == (queries.ACTIONS, 3, 53, 2)
        assert not {a.id for a in first.rows} & {a.id for a in second.rows}
        assert queries.actions_of_agency(agencies, 9).page == 2
    client = signed_in(family.visitor)
    page = client.get("/meetings/")
    assert "53 actions" in text(page)
    assert "actions=2" in page.content.decode()
    assert "Page 2 of 2" in text(client.get("/meetings/?actions=2"))


@pytest.mark.obligation("FAM-01")
def test_an_invitation_to_another_day_is_none_to_this_one(family: Family) -> None:
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    client = signed_in(family.worker)
    page, hers = f"/meetings/{meeting_id}/", f"/meetings/{meeting_id}/invited/{ids['Ana']}/"
    assert "Everybody of the family is prepared." in text(client.get(page))
    for act in (
        lambda: actions.move(meeting_id, when=in_days(20), why="The school is shut."),
        lambda: (actions.cancel(meeting_id, "She was ill."), actions.reopen(meeting_id, "She is well.")),
    ):
        with as_practitioner(family.worker):
            act()
        shown = text(client.get(page))
        assert "Ana Ferreira was not given the invitation" in shown
        assert "Ana Ferreira was not given the papers" not in shown, "the reports are the same"
        assert "For another day or place" in text(client.get(hers))
        with as_practitioner(family.worker):
            for name in ("Ana", "Jon"):
                actions.give(ids[name], GivenKind.INVITATION, how=How.BY_HAND, by_whom="Ngozi Adeyemi")
        assert "Everybody of the family is prepared." in text(client.get(page))
        assert "given by Ngozi Adeyemi, recorded by Dana Okafor" in text(client.get(hers))
    with as_practitioner(family.worker):
        actions.move(meeting_id, when=in_days(25), why="The chair is ill.")
    with (
        time_machine.travel(in_days(25) + timedelta(minutes=5)),
        as_practitioner(family.chair),
        pytest.raises(Refused, match="Ana Ferreira was not given the invitation"),
    ):
        actions.hold(meeting_id, people=everybody_came(meeting_id))


def test_moving_cancelling_and_reopening_say_why(family: Family) -> None:
    meeting_id = call(family)
    client = signed_in(family.worker)
    when = in_days(20).astimezone(LONDON)
    sent = {
        "when-day": when.day,
        "when-month": when.month,
        "when-year": when.year,
        "when-time": "11:00",
        "place": "School",
    }
    assert "Say why it is moved" in text(client.post(f"/meetings/{meeting_id}/change/move/", sent))
    moved = client.post(
        f"/meetings/{meeting_id}/change/move/", {**sent, "why": "The school is shut."}, follow=True
    )
    assert "Moved from" in text(moved)
    client.post(f"/meetings/{meeting_id}/change/cancel/", {"why": "The family has moved away."})
    assert "Cancelled" in text(client.get(f"/meetings/{meeting_id}/"))
    client.post(f"/meetings/{meeting_id}/change/reopen/", {"why": "They came back."})
    assert "On again: They came back." in text(client.get(f"/meetings/{meeting_id}/"))
    client.post(
        f"/meetings/{meeting_id}/change/take-out/",
        {"child": str(family.theo), "why": "Looked at with his half-sister."},
    )
    assert "Left this meeting" in text(client.get(f"/meetings/{meeting_id}/"))
    assert client.get(f"/meetings/{meeting_id}/change/burn/").status_code == 404
