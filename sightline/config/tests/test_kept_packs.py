"""The words that procedures had when something was decided under them are kept, whatever they say now."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path

import pytest
from django.apps import apps
from django.db import Error, ProgrammingError, transaction
from django.test import Client
from django.utils.html import strip_tags

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns.tests.factories import make_front_door
from sightline.config import doctor, serving
from sightline.config.place import PlaceError
from sightline.procedures import loader, queries, reading
from sightline.procedures.actions import keep_packs
from sightline.procedures.loader import load_pack, packs_root
from sightline.procedures.queries import packs_not_kept
from sightline.procedures.schema import Definition
from sightline.records.queries import DecisionView, decisions
from sightline.web.tests.test_work import decided, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("STR-04")]
Owning = Callable[[], AbstractContextManager[None]]
#: A change that changes no value: in the base, so in every pack's text.
A_NOTE = ("[[glossary]]", "# A note.\n[[glossary]]", "england/glossary.toml")
NOW_THEY_SAY = "Words that nobody had written when it was decided."


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change a text in the files of all packs, as an upgrade of the program does, and start again."""

    def changing(old: str, new: str, where: str = "*/*.toml") -> None:
        shutil.copytree(packs_root(), tmp_path / "packs")
        found = 0
        for path in (tmp_path / "packs").glob(where):
            text = path.read_text("utf-8")
            found += text.count(old)
            path.write_text(text.replace(old, new), "utf-8")
        assert found
        monkeypatch.setattr(loader, "packs_root", lambda: tmp_path / "packs")

    return changing


@pytest.fixture
def made(owning: Owning) -> tuple[DecisionView, Client, str]:
    """A decision on a child, somebody who reads it, and the address that it leads to."""
    door = make_front_door()
    with owning():
        keep_packs()
    maya, _theo = decided(door)
    with as_practitioner(door.manager):
        decision = next(d for d in decisions([maya]) if d.definition_id)
    reader = signed_in(door.manager)
    page = reader.get(f"/child/{maya}/decisions/").content.decode()
    (link,) = set(re.findall(r'href="(/procedures/definition/[^"]*)"', page))
    return decision, reader, unescape(link)


def text_of(client: Client, address: str) -> str:
    return unescape(re.sub(r"\s+", " ", strip_tags(client.get(address).content.decode())))


def test_an_old_decision_leads_to_the_words_of_its_day_and_says_that_they_hold_no_longer(
    made: tuple[DecisionView, Client, str], changed: Callable[..., None], owning: Owning
) -> None:
    decision, reader, link = made
    then = load_pack(decision.pack).get(Definition, decision.definition_id, decision.made_on).text
    before = text_of(reader, link)
    assert then in before
    assert "have changed since" not in before
    changed(then, NOW_THEY_SAY)
    with owning():
        keep_packs()
    shown = text_of(reader, link)
    assert then in shown
    assert NOW_THEY_SAY not in shown
    assert "in the words that they had then" in shown
    assert "this text is no longer what holds" in shown
    whole = text_of(
        reader, f"/procedures/?under={decision.pack_version}&on={decision.made_on}&part=definitions"
    )
    assert then in whole
    assert NOW_THEY_SAY not in whole
    assert NOW_THEY_SAY in text_of(reader, "/procedures/?part=definitions")
    # Word for word, then and now.
    files = f"/procedures/?under={decision.pack_version}&on={decision.made_on}&part=text"
    names = set(re.findall(r"file=([^\"&]*)", reader.get(files).content.decode()))
    [name] = [n for n in sorted(names) if then in text_of(reader, f"{files}&file={n}")]
    assert NOW_THEY_SAY in text_of(reader, f"/procedures/?part=text&file={name}")
    assert then not in text_of(reader, f"/procedures/?part=text&file={name}")


def test_what_did_not_change_is_said_to_hold_still(
    made: tuple[DecisionView, Client, str], changed: Callable[..., None]
) -> None:
    decision, reader, link = made
    changed(*A_NOTE)
    assert load_pack(decision.pack).version != decision.pack_version
    shown = text_of(reader, link)
    assert "The procedures have changed since: what stands on this page still holds" in shown


def test_a_text_that_was_never_kept_is_not_pretended(made: tuple[DecisionView, Client, str]) -> None:
    decision, reader, link = made
    other = link.replace(decision.pack_version.partition("@")[2], "00ff")
    shown = text_of(reader, other)
    assert "that of then is not kept here: what is shown is what it says of that day now" in shown


def test_a_pack_that_comes_along_no_longer_is_still_read(
    made: tuple[DecisionView, Client, str], owning: Owning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision, _reader, link = made
    shutil.copytree(packs_root() / "england", tmp_path / "england")
    then = load_pack(decision.pack).get(Definition, decision.definition_id, decision.made_on).text
    with owning():
        apps.get_model("agencies", "Partnership").objects.update(pack="england")
    monkeypatch.setattr(loader, "packs_root", lambda: tmp_path)
    assert then in text_of(Client(), link)
    assert Client().get("/procedures/", {"under": "rotherham"}).status_code == 404


def test_what_this_version_cannot_lay_out_stands_word_for_word(
    changed: Callable[..., None], owning: Owning, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_front_door()
    with owning():
        keep_packs()
    version = load_pack("rotherham").version
    changed(*A_NOTE)
    load_pack("rotherham")
    monkeypatch.delitem(reading.KINDS, "principle")
    queries._read_kept.cache_clear()
    shown = text_of(Client(), f"/procedures/?under={version}&part=definitions")
    queries._read_kept.cache_clear()
    assert re.search(r"\b\d+ of its values cannot be laid out any more: they stand word for word", shown)


def test_identical_text_is_kept_once_and_by_nobody_changed(
    changed: Callable[..., None], owning: Owning
) -> None:
    texts, versions = (apps.get_model("procedures", name) for name in ("PackText", "PackVersion"))
    with owning():
        keep_packs()
        assert keep_packs() == 0
    assert packs_not_kept() == []
    before, kept = texts.objects.count(), versions.objects.count()
    changed(*A_NOTE)
    new = packs_not_kept()
    assert len(new) == len(loader.pack_names())  # the base's file stands in each of them
    assert doctor._of_packs().level == "bad"
    with owning():
        assert keep_packs() == len(new)
    assert doctor._of_packs().level == "good"
    assert versions.objects.count() == kept + len(new)
    assert texts.objects.count() == before + 1
    for model in (texts, versions):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            model.objects.update(id=model.objects.first().id)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            model.objects.all()._raw_delete(using="default")
        with owning(), pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            model.objects.all()._raw_delete(using="default")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        texts.objects.create(digest="0" * 64, text="Not so.")


def test_nothing_is_served_under_procedures_whose_text_cannot_be_kept(
    changed: Callable[..., None], owning: Owning, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owning():
        keep_packs()
    monkeypatch.delenv("SIGHTLINE_OWNER_URL", raising=False)
    serving.keep_procedures()
    changed(*A_NOTE)
    with pytest.raises(PlaceError, match="sightline manage migrate"):
        serving.keep_procedures()
