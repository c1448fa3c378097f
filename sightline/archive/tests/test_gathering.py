"""What a bundle brings together: every row that the house keeps on a child, each text to be decided on by itself."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.db import models
from pypdf import PdfReader

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.archive import actions, queries
from sightline.archive.actions import Asking, Deciding, Identity
from sightline.archive.models import AccessRequest
from sightline.archive.queries import columns, kept, rows
from sightline.archive.queries.pieces import pieces
from sightline.archive.terms import Asker, Choice, Ground
from sightline.enquiries.terms import Factor
from sightline.enquiries.tests.factories import begun, complete, make_case
from sightline.kernel.time import now
from sightline.meetings import actions as meetings
from sightline.meetings.actions import DecisionIn, SaidIn
from sightline.meetings.tests import factories as met
from sightline.plans.tests import factories as planned
from sightline.records.actions import Answered, sign_entry
from sightline.records.models import Entry
from sightline.records.terms import EntryKind
from sightline.voice.actions import take_back
from sightline.voice.tests.factories import heard, make_child
from tests.house.plan import folder_models
from tests.house.test_wrong_child import a_row, drop_checks, past_everything

from .test_actions import pdf_strings

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-13")]


def test_every_table_with_a_folder_is_gathered_or_says_why_not() -> None:
    tables = {model._meta.label for model in folder_models()}
    named = [*kept.KEPT, *kept.BY_HAND, *kept.NOT_GIVEN]
    assert sorted(tables - set(named)) == [], (
        "say in archive/queries/kept.py how these are gathered, or why not"
    )
    assert sorted(set(named) - tables - {"concerns.PartName"}) == []
    assert len(named) == len(set(named))


def test_whoever_asks_is_given_what_was_taken_back_and_that_it_was() -> None:
    worker = make_practitioner("social-worker")
    folder_id = open_folder_for(worker)
    make_child(folder_id, worker)
    wrong = heard(folder_id, worker, said="I want Dad back.")
    with as_practitioner(worker):
        take_back("said", wrong.id, "His brother said it.")
        given = [piece.text for piece in pieces([folder_id])]
    assert sum("I want Dad back." in text for text in given) == 1
    assert "Why: His brother said it." in given


@pytest.mark.parametrize("label", kept.KEPT)
def test_every_text_of_a_row_stands_in_a_piece_of_its_own(label: str) -> None:
    officer = make_practitioner("records-officer")
    folder_id = open_folder_for(officer)
    model = columns.model_of(label)
    row = a_row(model, folder_id)
    texts = {}
    for column in columns.columns(label):
        if columns.is_text(column) and not isinstance(column, models.JSONField):
            words = f"Zq{column.name}q"[: column.max_length]
            setattr(row, column.attname, words)
            texts[column.name] = words
    if label == "enquiries.SectionText":
        row.content = {"what_was_seen": "Zqcontent"}  # type: ignore[attr-defined]
        texts["content"] = "Zqcontent"
    with past_everything():
        drop_checks(model)
        model._base_manager.bulk_create([row])
    with as_practitioner(officer):
        found = [piece.text for piece in rows.gathered([folder_id]) if piece.source_id == row.pk]
    for words in texts.values():
        if words != getattr(row, kept.KEPT[label].told_by, None):
            assert sum(words in text for text in found) == 1, (words, found)
    assert all(sum(words in text for words in texts.values()) <= 1 for text in found)


def texts(folder_id, reader: Practitioner) -> dict[str, queries.Piece]:  # type: ignore[no-untyped-def]
    with as_practitioner(reader):
        return {piece.text: piece for piece in queries.pieces([folder_id])}


def test_an_assessment_is_gathered_text_by_text() -> None:
    case = make_case()
    row = begun(case)[0]
    complete(case, row)
    found = texts(row.folder_id, case.worker)
    of_assessment = {piece.title for piece in found.values() if piece.source == "enquiry"}
    assert {
        "Written in an assessment",
        "An assessment",
        "How somebody took part in an assessment",
        "An attempt to reach the family",
    } <= of_assessment
    with as_practitioner(case.worker):
        for text in row.texts.all():
            for words in text.content.values():
                if isinstance(words, str) and words.strip():
                    assert any(words.strip() in said for said in found), words
    assert any(Factor("3B").label in said for said in found)


def test_a_meeting_is_gathered_with_who_was_there_and_who_said_what() -> None:
    family = met.make_family()
    meeting_id = met.call(family)
    ids = met.invite_all(family, meeting_id)
    met.prepare(family, meeting_id)
    with time_machine.travel(met.in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        meetings.hold(meeting_id, people=met.everybody_came(meeting_id))
        meetings.write_minutes(
            meeting_id,
            [
                SaidIn(ids["Ana"], "I want help, but not a plan."),
                SaidIn(ids["Jon"], words_by_folder={family.theo: "He sings at nursery."}),
                SaidIn(
                    None, "The police know the house.", not_for_family_why="An investigation is under way."
                ),
            ],
        )
        meetings.decide(
            meeting_id,
            [
                DecisionIn(
                    family.maya, "Child protection plan: neglect", "Early help was not enough.",
                    dissents={ids["Ana"]: "A plan is not fair on us."}, wishes=met.NOT_LEARNT,
                )
            ],
            knows_family=False,
        )  # fmt: skip
        with time_machine.travel(met.in_days(10) + timedelta(minutes=6)):
            found = texts(family.maya, family.chair)
            theirs = texts(family.theo, family.chair)
    ana = next(piece for text, piece in found.items() if text.endswith("I want help, but not a plan."))
    assert ana.text.startswith("Ana")
    assert ana.told_by.startswith("Ana")
    assert any(text.startswith("Invited: Jon") for text in found)
    assert any(text.startswith("Ana") and "Came." in text for text in found)
    apart = next(piece for text, piece in found.items() if text.endswith("The police know the house."))
    assert apart.family_left_out == "An investigation is under way."
    assert (ana.family_left_out, apart.child_said) == ("", False)
    assert "A plan is not fair on us." in found
    assert not any("sings at nursery" in text for text in found)
    assert any("sings at nursery" in text for text in theirs)


def test_a_plan_is_gathered_with_outcomes_actions_reviews_and_views() -> None:
    family = planned.make_family()
    planned.filled(family.maya, family.worker)
    found = {piece.title for piece in texts(family.maya, family.worker).values() if piece.source == "plan"}
    assert {
        "A plan", "What was to be different", "Said in a plan", "Something to be done under a plan",
        "What somebody thought of a plan", "A visit under a plan", "What happened to a plan",
    } <= found  # fmt: skip


def asked(officer: Practitioner, folder_id) -> AccessRequest:  # type: ignore[no-untyped-def]
    with as_practitioner(officer):
        request = actions.receive(
            folder_id,
            Asking(Asker.SELF, "Maya", "Through her advocate", now(), "Told her worker", "Everything."),
        )
        actions.check_identity(request.id, Identity("A card, seen by Owen.", "", "She knows what it is."))
    return request


def test_an_entry_is_gathered_with_its_answers_why_it_was_late_and_what_it_put_right() -> None:
    worker, officer, manager = (
        make_practitioner(role) for role in ("social-worker", "records-officer", "team-manager")
    )
    folder_id = open_folder_for(worker, officer, manager)
    make_child(folder_id, worker, years=14)
    with as_practitioner(worker):
        first = sign_entry(
            {folder_id: "Maya drew her house."}, kind=EntryKind.VISIT, happened_at=now() - timedelta(days=40),
            late_why="Her worker was ill in Zanderby.",
            answers=[Answered("seen_alone", "Was she seen alone?", "", "No: Zebedee stayed.")],
        )[folder_id]  # fmt: skip
        row = Entry.objects.get(id=first.pk)
        Entry.objects.create(
            folder_id=folder_id, number=row.number + 1, kind=row.kind, title=row.title, author=worker,
            happened_at=row.happened_at, written_at=now(), author_post=row.author_post, text="It was her school.",
            present="Maya and Zora", corrects=row, was_wrong="It was not the house of Zuleika.",
        )  # fmt: skip
    request = asked(officer, folder_id)
    held = {"Zanderby", "Zora", "Zebedee", "Zuleika"}
    with as_practitioner(officer):
        actions.gather(request.id)
        for item in queries.bundle(request.id):
            if item.decision is not None:
                continue
            hold = any(word in item.row.text for word in held)
            choice = (
                Deciding(Choice.HOLD, Ground.THIRD_PARTY, [], "Somebody else.")
                if hold
                else Deciding(Choice.GIVE)
            )
            actions.decide_item(item.id, choice)
        texts_of = [item.row.text for item in queries.bundle(request.id)]
        for word in held:
            assert sum(word in text for text in texts_of) == 1
    with as_practitioner(manager):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(officer):
        pdf = actions.copy_as_pdf(request.id)
    read = PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    assert "It was her school." in text
    everything = text + repr(read.metadata) + repr(read.outline)
    everything += repr(read.xmp_metadata and read.xmp_metadata.rdf_root.toxml()) + "".join(pdf_strings(read))
    for word in held:
        assert word not in everything
        assert word.encode() not in pdf
        assert word.encode("utf-16-be") not in pdf


def test_what_changed_since_it_was_gathered_comes_beside_it_and_what_was_decided_stays() -> None:
    officer, worker = make_practitioner("records-officer"), make_practitioner("social-worker")
    folder_id = open_folder_for(officer, worker)
    family = planned.make_family()
    del folder_id
    planned.filled(family.maya, family.worker)
    with as_practitioner(family.worker):
        before = queries.pieces([family.maya])
    first = before[0]
    there = {first.source_id: {first.part: "As it read then."}}
    [came] = [p for p in actions.bundles._not_there(before, there) if p.source_id == first.source_id][:1]
    assert came.text == first.text
    assert came.part != first.part
    assert first not in actions.bundles._not_there(before, {first.source_id: {first.part: first.text}})
