"""Forms are data: a partnership adds a kind, its wording changes, and what was signed keeps what it answered."""

import io
import shutil
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from django.test import Client
from pypdf import PdfReader

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.children.actions import record_child
from sightline.children.rules import Birth, Names, NewChild
from sightline.chronology import actions as prints
from sightline.chronology.models import PrintVolume
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.kernel.time import now, today
from sightline.procedures import loader
from sightline.records.actions import EntryIn, correct_entry, sign
from sightline.records.queries import entry

pytestmark = pytest.mark.django_db

HEAD = """
[pack]
name = "ours"
title = "Ours"
summary = "A pack of our own."
overlays = "england"

[[source]]
id = "our_manual"
title = "Manual"
publisher = "Ours"
"""


def _form(question: str, since: date) -> str:
    return dedent(f"""
        [[entry_form]]
        id = "family_time"
        title = "Family time"
        heading = "Family time of {{children}}"
        says = "A child spent time with somebody of the family."
        from = {since.isoformat()}
        source = "our_manual"
        place = "Section 3"
        certainty = "confirmed"

        [[entry_form.question]]
        id = "mood"
        title = "{question}"
        type = "text"
        """)


@pytest.fixture
def packs(tmp_path, monkeypatch):
    """Two states of the same packs: before and after the wording of our own kind was changed."""

    def made(name: str, *forms: str) -> Path:
        root = tmp_path / name
        shutil.copytree(loader.packs_root() / "england", root / "england")
        (root / "ours").mkdir()
        (root / "ours" / "pack.toml").write_text(HEAD, encoding="utf-8")
        (root / "ours" / "entry_forms.toml").write_text("\n".join(forms), encoding="utf-8")
        return root

    first = _form("How was {child} before it?", date(2020, 1, 1))
    before, after = (
        made("before", first),
        made("after", first, _form("What did {child} do when it ended?", today())),
    )
    monkeypatch.setattr(loader, "packs_root", lambda: before)
    return lambda: monkeypatch.setattr(loader, "packs_root", lambda: after)


@pytest.fixture
def worker(packs):
    make_partnership(pack="ours")
    return make_practitioner("social-worker", name="Dana Okafor")


@pytest.fixture
def folder(worker):
    folder_id = open_folder_for(worker)
    with as_practitioner(worker):
        record_child(NewChild(folder_id, Names("Maya", "Quill"), Birth(born_on=date(2017, 3, 14))))
    return folder_id


def _signed(worker, folder, mood):
    given = EntryIn(
        (folder,), "family_time", now() - timedelta(hours=1), "At her aunt’s.", answers={"mood": mood}
    )
    with as_practitioner(worker):
        return sign(given)[folder]


@pytest.mark.obligation("REC-11")
def test_a_signed_entry_reads_with_the_wording_that_it_answered_and_is_corrected_on_it(packs, worker, folder):
    old = _signed(worker, folder, "Quiet.")
    packs()
    new = _signed(worker, folder, "She waved.")
    with as_practitioner(worker):
        put_right = correct_entry(
            old.id, "It was another mood.", "At her aunt’s house.", answers={"mood": "Loud."}
        )
        asked = {
            each: [(a.question, a.words) for a in entry(each, [folder]).answers]
            for each in (old.id, new.id, put_right.id)
        }
    assert asked == {
        old.id: [("How was Maya before it?", "Quiet.")],
        new.id: [("What did Maya do when it ended?", "She waved.")],
        put_right.id: [("How was Maya before it?", "Loud.")],
    }
    assert (old.form_from, new.form_from) == (date(2020, 1, 1), today())
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(worker.user)
    page = client.get(f"/child/{folder}/record/{old.id}/").content.decode()
    assert "How was Maya before it?" in page
    assert "when it ended" not in page


@pytest.mark.obligation("REC-11")
def test_a_partnerships_own_kind_is_offered_written_signed_filtered_and_printed(worker, folder):
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(worker.user)
    assert "Family time" in client.get(f"/child/{folder}/write/").content.decode()
    page = client.get(f"/child/{folder}/write/family_time/", follow=True).content.decode()
    assert "Family time of Maya" in page
    assert "How was Maya before it?" in page
    made = _signed(worker, folder, "Quiet.")
    with as_practitioner(worker):
        [shown] = timeline([folder], Asked(kind="Family time")).shown
        assert shown.moment.id == made.id
        wanted = prints.ask_print(folder, Asked(kind="Family time"))
        prints.make_volume(wanted.id)
        pdf = PdfReader(io.BytesIO(bytes(PrintVolume.objects.get(of=wanted).content)))
    printed = " ".join(" ".join(each.extract_text() for each in pdf.pages).split())
    assert "Family time" in printed
    assert "How was Maya before it? Quiet." in printed
    story = client.get(f"/child/{folder}/chronology/?kind=Family+time").content.decode()
    assert '<option value="Family time"' in story
