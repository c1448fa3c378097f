"""The words that procedures had when something was decided under them are kept, whatever they say now."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.db import Error, ProgrammingError, transaction
from django.test import Client
from django.utils.html import strip_tags

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.archive.queries.pieces import pieces
from sightline.concerns.queries import concern
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.config import doctor, serving
from sightline.config.place import PlaceError
from sightline.enquiries.actions.assessment import sign
from sightline.enquiries.tests import factories as assessed
from sightline.kernel.time import now, today
from sightline.meetings import actions as meetings
from sightline.meetings import papers, queries
from sightline.meetings.tests import factories as met
from sightline.plans.tests import factories as planned
from sightline.procedures import kept, loader, reading
from sightline.procedures.actions import keep_packs
from sightline.procedures.kept import packs_not_kept
from sightline.procedures.loader import load_pack, packs_root
from sightline.procedures.queries import on_folders, pack_in_force
from sightline.procedures.schema import Definition
from sightline.records.actions import Answered, sign_entry
from sightline.records.queries import DecisionView, decisions
from sightline.records.terms import EntryKind
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
        there = tmp_path / f"packs{len(list(tmp_path.iterdir()))}"
        shutil.copytree(loader.packs_root(), there)
        found = 0
        for path in there.glob(where):
            text = path.read_text("utf-8")
            found += text.count(old)
            path.write_text(text.replace(old, new), "utf-8")
        assert found
        monkeypatch.setattr(loader, "packs_root", lambda: there)

    return changing


@pytest.fixture
def made(owning: Owning) -> tuple[DecisionView, Client, str]:
    """A decision on a child, somebody who reads it, and the address that it leads to."""
    door = make_front_door()
    with owning():
        keep_packs()
    return decided_on(door)


def decided_on(door: FrontDoor) -> tuple[DecisionView, Client, str]:
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


def _led_to(client: Client, page: str) -> str:
    """The address of the procedures that a page names as those of its day: all that it names are the same."""
    answer = client.get(page)
    assert answer.status_code == 200, page
    (link,) = set(re.findall(r'href="(/procedures/\?under=[^"]*)"', answer.content.decode()))
    return unescape(link)


def _plan() -> tuple[Practitioner, list[str]]:
    """A child's plan, and a version of it that was signed."""
    family = planned.make_family()
    plan_id = planned.begun(family)
    planned.signed(family, plan_id)
    plan = f"/child/{family.maya}/plan/"
    return family.worker, [plan, f"{plan}{plan_id}/version/1/"]


def _assessment() -> tuple[Practitioner, list[str]]:
    case = assessed.make_case()
    row = next(row for row in assessed.begun(case) if row.folder_id == case.maya)
    assessed.sent(case, row)
    with as_practitioner(case.manager):
        sign(row.id, assessed.a_signing())
    return case.manager, [f"/child/{case.maya}/enquiries/assessments/{row.id}/"]


def _minutes() -> tuple[Practitioner, list[str]]:
    family = met.make_family()
    meeting_id = met.call(family)
    return family.chair, [f"/meetings/{meeting_id}/minutes/"]


def _concern() -> tuple[Practitioner, list[str]]:
    door = make_front_door()
    return door.decider, [f"/front-door/{raised_by(door.teacher).concern_id}/"]


@pytest.mark.parametrize("made_then", [_plan, _assessment, _minutes, _concern])
def test_whatever_names_the_procedures_of_its_day_leads_to_their_words(
    made_then: Callable[[], tuple[Practitioner, list[str]]], changed: Callable[..., None], owning: Owning
) -> None:
    reader, pages = made_then()
    client = signed_in(reader)
    with owning():
        keep_packs()
    with as_practitioner(reader):
        then = pack_in_force().definitions(today())[0].text
    changed(then, NOW_THEY_SAY)
    with owning():
        keep_packs()
    for page in pages:
        link = _led_to(client, page)
        shown = text_of(client, f"{link}&part=definitions")
        assert then in shown, page
        assert NOW_THEY_SAY not in shown, page
        assert "in the words that they had then" in shown, page


A_SIGN = "Losing weight or not growing as expected"


def noticed() -> tuple[Client, str, UUID]:
    """A concern at which a sign of harm was ticked: who reads it, its page, and the folder of the child."""
    door = make_front_door()
    raised = raised_by(door.teacher, indicators=("neglect.not_growing",))
    with as_practitioner(door.decider):
        folder = concern(raised.concern_id).parts[0].folder_id
    return signed_in(door.decider), f"/front-door/{raised.concern_id}/", folder


@pytest.mark.parametrize("kept_then", [True, False], ids=["kept", "not kept"])
def test_the_signs_of_an_earlier_concern_stand_in_the_words_that_were_ticked_or_it_is_said_that_they_do_not(
    changed: Callable[..., None], owning: Owning, kept_then: bool
) -> None:
    changed(*A_NOTE)
    client, page, folder = noticed()

    def of_the_record() -> str:
        with owning():
            found = [piece.text for piece in pieces([folder]) if piece.title == "A concern was raised"]
        return " ".join(found)

    for shown in (text_of(client, page), of_the_record()):
        assert A_SIGN in shown
        assert "are not kept here" not in shown
    if kept_then:
        with owning():
            keep_packs()
    changed(A_SIGN, NOW_THEY_SAY)
    for shown in (text_of(client, page), of_the_record()):
        assert (A_SIGN in shown) is kept_then
        assert (NOW_THEY_SAY in shown) is not kept_then
        assert ("The words of that day are not kept here" in shown) is not kept_then


def test_a_sign_that_no_text_words_any_more_is_still_said_to_have_been_ticked(
    changed: Callable[..., None],
) -> None:
    changed(*A_NOTE)
    client, page, _folder = noticed()
    changed('id = "not_growing"', 'id = "grows_well"')
    shown = text_of(client, page)
    assert "“neglect, not growing” (its words cannot be read here)" in shown
    assert "None ticked" not in shown


@pytest.mark.parametrize("kept_then", [True, False], ids=["kept", "not kept"])
def test_an_entry_is_corrected_on_the_questions_that_it_answered_or_it_is_said_that_they_are_others(
    changed: Callable[..., None], owning: Owning, kept_then: bool
) -> None:
    changed(*A_NOTE)
    family = planned.make_family()
    asked = "Where was the visit?"
    with as_practitioner(family.worker):
        form = pack_in_force().entry_form("visit", today())
        assert asked in {question.title for question in form.question}
        answers = [Answered(name, name, "Yes", "yes") for name in ("seen", "seen_alone")]
        entry = sign_entry(
            {family.maya: "She drew for me."}, kind=EntryKind.VISIT, happened_at=now(), answers=answers, on_form=True,
        )[family.maya]  # fmt: skip
    client, page = signed_in(family.worker), f"/child/{family.maya}/record/{entry.id}/correct/"
    if kept_then:
        with owning():
            keep_packs()
    changed(asked, NOW_THEY_SAY)
    shown = text_of(client, page)
    assert (asked in shown) is kept_then
    assert (NOW_THEY_SAY in shown) is not kept_then
    assert ("that this entry was signed under are not kept here" in shown) is not kept_then


@pytest.mark.obligation("REC-02")
def test_a_signed_assessment_stands_in_the_copy_of_a_record_under_the_questions_that_it_answered(
    changed: Callable[..., None], owning: Owning
) -> None:
    case = assessed.make_case()
    rows = assessed.begun(case)
    maya, theo = (next(row for row in rows if row.folder_id == f) for f in (case.maya, case.theo))
    assessed.complete(case, theo)
    assessed.sent(case, maya)
    with as_practitioner(case.manager):
        sign(maya.id, assessed.a_signing())
        form = pack_in_force().assessment_form("section_17", today())
    asked = next(s for s in form.section if s.prompt).prompt[0].title
    changed(asked, NOW_THEY_SAY)

    def leads(folder: UUID) -> str:
        with owning():
            return " ".join(piece.text for piece in pieces([folder]))

    assert asked in leads(case.maya)
    assert NOW_THEY_SAY not in leads(case.maya)
    assert NOW_THEY_SAY in leads(case.theo), "what is still being written is asked as the form asks today"


@pytest.mark.obligation("REC-02")
def test_a_signed_assessment_keeps_its_title_sections_dimensions_and_outcome(
    changed: Callable[..., None], owning: Owning
) -> None:
    case = assessed.make_case()
    rows = assessed.begun(case)
    maya, theo = (next(row for row in rows if row.folder_id == f) for f in (case.maya, case.theo))
    assessed.sent(case, maya)
    with as_practitioner(case.manager):
        sign(maya.id, assessed.a_signing())
        pack = pack_in_force()
    with owning():
        keep_packs()
    form = pack.assessment_form("section_17", today())
    section = next(s for s in form.section if s.kind == "side")
    words = (form.title, section.title, section.prompt[0].title)
    outcome = pack.assessment_outcome("child_in_need_plan", today()).title
    for number, said in enumerate((*words, outcome)):
        changed(f'title = "{said}"', f'title = "Called {number} now"')
    client, there = signed_in(case.manager), f"/child/{case.maya}/enquiries/assessments/{maya.id}/"
    pages = [there, f"{there}sections/{section.id}/", f"{there}read/"]
    shown = " ".join(text_of(client, page) for page in pages)
    for said in (*words, outcome):
        assert said in shown, said
    assert not re.search(r"Called \d now", shown)
    # The sister's is still being written, and is asked as the form asks today.
    listed = text_of(client, f"/child/{case.maya}/enquiries/")
    assert form.title in listed
    assert "Called 0 now" in text_of(client, f"/child/{case.theo}/enquiries/assessments/{theo.id}/")


@pytest.fixture
def agreed(changed: Callable[..., None]) -> Iterator[tuple[met.Family, UUID, str, str]]:
    """A conference that was held, at which an action was agreed: its title, and that of the outcome it serves."""
    changed(*A_NOTE)
    family = met.make_family()
    meeting_id = met.call(family)
    met.invite_all(family, meeting_id)
    met.prepare(family, meeting_id)
    with time_machine.travel(met.in_days(10) + timedelta(hours=1)):
        with as_practitioner(family.chair):
            came = met.everybody_came(meeting_id)
            meetings.hold(meeting_id, people=came, unready_why="They asked for it.")
            pack = pack_in_force()
            goal, due = pack.outcomes(today()).item[0], today() + timedelta(days=14)
            action = meetings.ActionIn(
                family.maya,
                "A hearing test.",
                due,
                "Before school begins.",
                family.visitor.pk,
                outcome_id=goal.id,
            )
            meetings.agree_actions(meeting_id, [action])
        yield family, meeting_id, pack.meeting("initial_conference", today()).title, goal.title


@pytest.mark.parametrize("kept_then", [True, False], ids=["kept", "not kept"])
@pytest.mark.obligation("REC-02")
def test_a_meeting_and_what_was_agreed_at_it_keep_the_words_of_their_day(
    changed: Callable[..., None], owning: Owning, agreed: tuple[met.Family, UUID, str, str], kept_then: bool
) -> None:
    family, meeting_id, title, goal = agreed
    if kept_then:
        with owning():
            keep_packs()
    changed(f'title = "{title}"', 'title = "A gathering"', "england/meetings.toml")
    changed(f'title = "{goal}"', 'title = "A goal of another name"')
    client, minutes = signed_in(family.chair), f"/meetings/{meeting_id}/minutes/"
    child = f"/child/{family.maya}"
    for page in (
        f"/meetings/{meeting_id}/",
        minutes,
        f"{child}/meetings/",
        f"{child}/chronology/",
        "/meetings/",
    ):
        shown = text_of(client, page)
        assert (title in shown) is kept_then, page
        assert ("A gathering" in shown) is not kept_then, page
    with owning():
        titles = {piece.title for piece in pieces([family.maya])}
    assert (title in titles) is kept_then
    with as_practitioner(family.chair):
        shown = queries.meeting(meeting_id)
        copy = papers.copy_of_minutes(shown, next(i for i in shown.invited if i.name == "Ana Ferreira"))
    assert copy.title.startswith(title if kept_then else "A gathering")
    assert (goal in text_of(client, minutes)) is kept_then
    assert ("The words of that day are not kept here" in text_of(client, minutes)) is not kept_then


def test_procedures_that_were_never_kept_and_come_along_no_longer_say_so(
    changed: Callable[..., None], owning: Owning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(*A_NOTE)
    door = make_front_door()
    decision, reader, link = decided_on(door)
    maya = decision.folder_id
    with as_practitioner(door.manager):
        duty = on_folders([maya])[0].id
    shutil.copytree(packs_root() / "england", tmp_path / "alone" / "england")
    with owning():
        apps.get_model("agencies", "Partnership").objects.update(pack="england")
    monkeypatch.setattr(loader, "packs_root", lambda: tmp_path / "alone")
    england = load_pack("england")
    pages = {_led_to(reader, f"/child/{maya}/decisions/"), _led_to(reader, f"/duty/{duty}/"), link}
    assert len(pages) == 3
    for each in pages:
        shown = text_of(reader, each)
        assert "are not kept here: they were in use before their text was kept" in shown, each
        assert england.summary not in shown, each
        assert decision.pack_version in shown, each


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
    kept._read_kept.cache_clear()
    shown = text_of(Client(), f"/procedures/?under={version}&part=definitions")
    kept._read_kept.cache_clear()
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
