"""A confidential address reaches no page and no copy of somebody who must not know it."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from pypdf import PdfReader

from sightline.access.tests.factories import joined, let_in, open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_agency, make_practitioner
from sightline.archive import actions as archive
from sightline.archive import queries as archived
from sightline.archive.models import SharedCopy
from sightline.archive.terms import Asker, Choice, GivenAs
from sightline.archive.tests.test_actions import pdf_strings
from sightline.children.actions import move_to, record_adult, tie
from sightline.children.queries import addresses_in, secrets_around
from sightline.children.rules import Address, Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known, LivesAt
from sightline.chronology import actions as chronology
from sightline.chronology import queries as chronicled
from sightline.chronology.jobs import print_chronology
from sightline.chronology.rules import Asked
from sightline.concerns import actions as concerns
from sightline.concerns.models import ConcernPart
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.documents.actions import Incoming, attach, examine
from sightline.documents.tests.files import letter, photograph
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.records.actions import sign_entry
from sightline.records.queries import drafts
from sightline.records.terms import EntryKind
from sightline.voice.tests.factories import heard, make_child
from sightline.web import bundles

pytestmark = pytest.mark.django_db

HOME = Address(LivesAt.OTHER, "17 Lantern Row", "ZZ99 4HD", "Saltwick", confidential=True)


@dataclass
class Home:
    door: FrontDoor
    folder: UUID
    child: UUID
    mother: UUID
    father: UUID
    visitor: Practitioner
    officer: Practitioner

    @property
    def knows(self) -> Practitioner:
        return self.door.worker


@pytest.fixture
def home() -> Home:
    door = make_front_door()
    folder = open_folder_for(door.worker)
    visitor = make_practitioner("health-visitor", name="Ines Blake")
    officer = make_practitioner("records-officer", name="Owen Pritchard")
    for who in (visitor, officer, door.manager):
        let_in(folder, who)
    child = make_child(folder, door.worker, years=14)
    with as_practitioner(door.worker):
        mother = record_adult(folder, NewAdult(Names("Ana", "Ferreira"), Birth()))
        father = record_adult(folder, NewAdult(Names("Jon", "Lund"), Birth()))
        tie(folder, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES))
        tie(folder, NewTie(father, Kinship.FATHER, Known.YES, Known.NO))
        move_to(folder, HOME)
        move_to(folder, HOME, person_id=mother)
        sign_entry(
            {folder: "They stay at 17, Lantern Row in Saltwick. All three rooms are warm."},
            kind=EntryKind.VISIT, happened_at=now() - timedelta(hours=3), impact={folder: "Safe at zz994hd."},
        )  # fmt: skip
    heard(folder, door.worker, said="I like Lantern row.")
    return Home(door, folder, child, mother, father, visitor, officer)


def gives_away(text: str) -> bool:
    """Whether any of it stands there, however it is spaced."""
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    return any(part in plain for part in ("lanternrow", "zz994hd", "saltwick"))


def all_of(pdf: bytes) -> str:
    """Text, metadata and every object of a PDF."""
    read = PdfReader(io.BytesIO(pdf))
    xmp = read.xmp_metadata.rdf_root.toxml() if read.xmp_metadata else ""
    pages = " ".join(page.extract_text() for page in read.pages)
    return " ".join([pages, repr(read.metadata), xmp, repr(read.outline), *pdf_strings(read)])


def signed_in(who: Practitioner) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


@pytest.mark.obligation("SHR-05")
def test_neither_the_chronology_nor_its_print(home: Home) -> None:
    said = {}
    for who in (home.knows, home.visitor):
        page = signed_in(who).get(f"/child/{home.folder}/chronology/").content.decode()
        with as_practitioner(who):
            wanted = chronology.ask_print(home.folder, Asked())
        print_chronology(str(wanted.id), str(who.pk))
        with as_practitioner(who):
            (volume,) = chronicled.print_(wanted.id).volumes
            said[who] = page, all_of(chronology.fetch_volume(volume.id)[1])
    assert all(gives_away(text) for text in said[home.knows])
    assert not any(gives_away(text) for text in said[home.visitor])
    assert all("address withheld" in text and "rooms are warm" in text for text in said[home.visitor])


@pytest.mark.obligation("REC-15")
def test_neither_the_child_s_page_nor_the_summary_nor_what_leaves_for_the_day_without_a_system(
    home: Home, tmp_path
) -> None:
    client = signed_in(home.visitor)
    for path in ("", "summary/", "voice/", "decisions/"):
        page = client.get(f"/child/{home.folder}/{path}")
        assert page.status_code == 200, path
        assert not gives_away(page.content.decode()), path
    purpose = {"purpose": "Duty"}
    path = f"/child/{home.folder}/summary/pdf/"
    assert not gives_away(all_of(client.post(path, purpose).content))
    assert gives_away(all_of(signed_in(home.knows).post(path, purpose).content))
    keys = tmp_path / "keys.json"
    for bundle in bundles.export(tmp_path / "out", keys):
        read = PdfReader(bundle.path)
        words = {k["for"]: k["passphrase"] for k in bundles.passphrases(keys).values()}
        assert read.decrypt(words[bundle.reader])
        assert not gives_away(" ".join(page.extract_text() for page in read.pages) + repr(read.metadata))


@pytest.mark.obligation("REC-13")
@pytest.mark.parametrize("asker", ["father", "mother", "child"])
def test_no_copy_of_the_record_but_of_those_whose_address_it_is(home: Home, asker: str) -> None:
    """Not even where somebody decided to give everything."""
    asking = {
        "father": (Asker.PARENT, "Jon Lund", home.father),
        "mother": (Asker.PARENT, "Ana Ferreira", home.mother),
        "child": (Asker.SELF, "Maya Ferreira-Lund", None),
    }[asker]
    with as_practitioner(home.officer):
        request = archive.receive(
            home.folder,
            archive.Asking(asking[0], asking[1], "By post", now(), "By letter", "All of it", asking[2]),
        )
        archive.check_identity(
            request.id, archive.Identity("Passport, seen", "Birth certificate", "She agrees")
        )
        archive.gather(request.id)
        items = archived.bundle(request.id)
        proposed = [i for i in items if any(gives_away(word) for word in i.row.words)]
        for item in items:
            archive.decide_item(item.id, archive.Deciding(Choice.GIVE, reasons="They know of it."))
    with as_practitioner(home.door.manager):
        archive.approve(request.id, "All of it.")
    with as_practitioner(home.officer):
        pdf = all_of(archive.copy_as_pdf(request.id))
        archive.give(request.id, archive.Giving(GivenAs.ONLINE, asking[1], now()))
        shared = repr(SharedCopy.objects.get().content)
    assert "rooms are warm" in shared
    knows = asker != "father"
    assert bool(proposed) is not knows
    assert (gives_away(pdf), gives_away(shared)) == (knows, knows)
    assert ("An address is held back." in shared) is not knows


@pytest.mark.obligation("PAR-02")
def test_no_answer_to_whoever_raised_a_concern(home: Home) -> None:
    raised = raised_by(home.door.teacher)
    with as_practitioner(home.door.decider):
        [part, _] = ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list")
    joined(part.folder_id, home.folder)
    with as_practitioner(home.door.decider):
        with pytest.raises(Refused, match="confidential"):
            concerns.acknowledge(raised.concern_id, "Thank you. Maya is at Lantern Row now.")
        concerns.acknowledge(raised.concern_id, "Thank you. Maya is safe.")
    page = signed_in(home.door.teacher).get(f"/concerns/{raised.concern_id}/").content.decode()
    assert "Maya is safe" in page
    assert not gives_away(page)


def test_nobody_learns_of_an_address_by_asking_about_it(home: Home) -> None:
    """The words are looked for only around children whose record is open to whoever asks."""
    with as_practitioner(home.visitor):
        assert addresses_in([home.folder], ["At 17 Lantern Row"]) == [["17 Lantern Row"]]
    with as_practitioner(make_practitioner("health-visitor", name="Nobody Here")):
        assert addresses_in([home.folder], ["At 17 Lantern Row"]) == [[]]


def test_the_town_that_the_council_is_named_for_gives_nothing_away(home: Home) -> None:
    """It stands at the head of every page; a street that a school is named for is looked for all the same."""
    make_agency(name="Quay Row School")
    with as_practitioner(home.door.worker):
        move_to(
            home.folder, Address(LivesAt.OTHER, "3 Quay Row\nEastmarch", "", "Eastmarch", confidential=True)
        )
        assert secrets_around([home.folder])
    with as_practitioner(home.visitor):
        assert addresses_in([home.folder], ["Eastmarch Council, of Quay Row"]) == [["Quay Row"]]


def test_what_somebody_wrote_of_it_themselves_stays_in_their_own_draft(home: Home) -> None:
    """They know it; without it their text would be kept maimed."""
    client = signed_in(home.visitor)
    path = f"/child/{home.folder}/write/note/"
    draft = uuid4()
    sent = {"text": "She told me that they stay at 17 Lantern Row.", "draft": str(draft), "version": "0"}
    assert client.post(path, {**sent, "act": "save"}).status_code == 302
    page = client.get(path, {"draft": str(draft)}).content.decode()
    assert page.count("17 Lantern Row") == 1
    assert "17 Lantern Row" in client.post(path, {**sent, "act": "check"}).content.decode()


def test_a_text_is_not_taken_back_with_its_address_gone(home: Home) -> None:
    path = f"/child/{home.folder}/write/note/"
    sent = {
        "text": "They stay at [address withheld] now.",
        "draft": str(uuid4()),
        "version": "0",
        "act": "save",
    }
    answer = signed_in(home.visitor).post(path, sent)
    assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (409, True)
    with as_practitioner(home.visitor):
        assert drafts() == []
    assert signed_in(home.knows).post(path, sent).status_code == 302


@pytest.mark.obligation("FIL-06")
@pytest.mark.parametrize(
    ("name", "content", "opens"),
    [
        ("letter.pdf", letter("They moved to 17 Lantern Row."), ()),
        ("17 Lantern Row.jpg", photograph(), ()),
        ("room.jpg", photograph(place=True), ("copy", "preview")),
        ("room.jpg", photograph(), ("file", "copy", "preview")),
    ],
)
def test_a_file_that_says_it_does_not_open(
    home: Home, name: str, content: bytes, opens: tuple[str, ...]
) -> None:
    """A photograph says it by where it was taken."""
    with as_practitioner(home.knows):
        incoming = [Incoming(name, io.BytesIO(content))]
        document = attach(incoming, {home.folder: None}, own=True).documents[home.folder][0]
    with transaction.atomic(), looking_as(Viewer.for_job("documents")):
        examine(document.id)
    base = f"/child/{home.folder}/documents/{document.id}/"
    for part in ("file", "preview", "copy"):
        wanted = 200 if part in opens else 409
        for sent in ({}, {"purpose": "The plan"}) if part != "preview" else ({},):
            taken = [
                client.post(f"{base}{part}/", sent) if sent else client.get(f"{base}{part}/")
                for client in (signed_in(home.knows), signed_in(home.visitor))
            ]
            assert [answer.status_code for answer in taken] == [200, wanted], part
    page = signed_in(home.visitor).get(base).content.decode()
    assert not gives_away(page)
