"""Signing entries: what stands in whose record, by whom, when, and what never changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pgtrigger
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client

from sightline.access.terms import GrantLevel
from sightline.access.tests.factories import let_in, sealed
from sightline.agencies.models import Notice, Posting
from sightline.agencies.tests.factories import as_practitioner, setting_up
from sightline.children.actions import correct_particulars, record_adult, rename, tie
from sightline.children.queries import names_of_folders
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures.queries import on_folders
from sightline.records import actions, queries
from sightline.records.actions import (
    ContributionIn,
    EntryIn,
    confirm,
    contribute,
    correct_entry,
    sign,
    sign_entry,
)
from sightline.records.models import Confirmation, Entry, Statement
from sightline.records.rules import LONGEST
from sightline.records.terms import Confirming, ContributionKind, StatementKind, StatementSource

from .conftest import Family, an_hour_ago
from .test_pages import client_of

pytestmark = pytest.mark.django_db
Owning = Callable[[], AbstractContextManager[None]]

SEEN = {"seen": "yes", "seen_alone": "yes"}


def a_visit(family: Family, **changes: object) -> EntryIn:
    fields: dict[str, object] = {
        "folder_ids": family.folders,
        "kind": "visit",
        "happened_at": an_hour_ago(),
        "text": "All three were at home.\n\no They are calmer than last week.",
        "own": {family.theo: "Theo has a graze on his left knee."},
        "answers": {"where": "At home", "interpreting": "none_needed"},
        "child_answers": dict.fromkeys(family.folders, SEEN),
    }
    return EntryIn(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.obligation("REC-01")
def test_written_once_it_stands_in_each_record_and_a_line_for_one_in_that_one_alone(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family))
        maya, theo, bea = (queries.entry(signed[f].id, [f]) for f in family.folders)
    assert "graze" in theo.text
    assert "graze" not in maya.text + bea.text
    assert [s.only for s in theo.statements] == [False, False, True]
    assert maya.written_together == theo.written_together == bea.written_together is not None
    with pytest.raises(NotFound), as_practitioner(family.worker):
        queries.entry(theo.id, [family.maya])


@pytest.mark.obligation("REC-03")
def test_author_post_times_and_number_are_set_by_the_program(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = [sign(a_visit(family))[family.maya] for _ in range(3)]
    assert [e.number for e in signed] == [1, 2, 3]
    first = signed[0]
    assert first.author_id == family.worker.pk
    assert first.author_post.startswith("Social worker, ")
    assert first.written_at > first.happened_at


@pytest.mark.obligation("REC-05")
@pytest.mark.obligation("REC-06")
def test_each_paragraph_is_what_its_mark_says(family: Family) -> None:
    text = (
        "She was hungry.\n\no She is afraid.\n\na @Sam Reyes, teacher: He drinks.\n\n@Maya: I put them in the drawer.\n"
        "\nd Dana rings Ana today. Reason: Maya asked for it, and it is safe."
    )
    with as_practitioner(family.worker):
        entry = sign_entry({family.maya: text}, kind="note", happened_at=an_hour_ago())[family.maya]
        view = queries.entry(entry.id, [family.maya])
    assert [(s.kind, s.source, s.told_by) for s in view.statements] == [
        (StatementKind.FACT, StatementSource.FIRST_HAND, ""),
        (StatementKind.OPINION, StatementSource.FIRST_HAND, ""),
        (StatementKind.ASSESSMENT, StatementSource.TOLD, "Sam Reyes, teacher"),
        (StatementKind.FACT, StatementSource.CHILD, "Maya"),
        (StatementKind.DECISION, StatementSource.FIRST_HAND, ""),
    ]
    assert view.third_party
    assert "o She" not in view.text


@pytest.mark.obligation("REC-08")
def test_a_decision_in_an_entry_stands_among_the_decisions_and_never_without_reasons(family: Family) -> None:
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="Give the reason"):
            sign_entry({family.maya: "d School rings Ana."}, kind="note", happened_at=an_hour_ago())
        text = "d School rings Ana. Reason: Maya asked for it herself."
        sign_entry({family.maya: text}, kind="note", happened_at=an_hour_ago())
        (made,) = queries.decisions([family.maya])
    assert (made.outcome, made.reasons) == ("School rings Ana.", "Maya asked for it herself.")
    assert made.maker == "Dana Okafor"


@pytest.mark.obligation("REC-07")
def test_a_late_entry_is_marked_and_says_why(family: Family) -> None:
    long_ago = now() - timedelta(days=9)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="marked as late") as refused:
            sign(a_visit(family, happened_at=long_ago))
        assert refused.value.verdict.field == "late_why"
        late = sign(a_visit(family, happened_at=long_ago, late_why="I was ill."))[family.maya]
        in_time = sign(a_visit(family, late_why="I was ill."))[family.maya]
    assert (late.late, late.late_why) == (True, "I was ill.")
    assert (in_time.late, in_time.late_why) == (False, "")


def test_a_hospital_counts_hours_and_a_council_working_days(family: Family) -> None:
    let_in(family.maya, family.visitor)
    friday, monday = "2026-03-06T15:00:00+00:00", "2026-03-09T10:00:00+00:00"
    with time_machine.travel(friday, tick=False):
        happened = now()
    with time_machine.travel(monday, tick=False):
        with as_practitioner(family.worker):
            entry = sign_entry({family.maya: "Seen."}, kind="note", happened_at=happened)[family.maya]
        assert not entry.late
        with as_practitioner(family.visitor), pytest.raises(Refused, match="24 hours"):
            sign_entry({family.maya: "Seen."}, kind="note", happened_at=happened)


@pytest.mark.obligation("REC-11")
def test_a_form_is_not_signed_with_a_question_unanswered(family: Family) -> None:
    with as_practitioner(family.worker):
        with pytest.raises(Refused) as refused:
            sign(a_visit(family, answers={}))
        assert refused.value.verdict.field == "where"
        answers = {**dict.fromkeys(family.folders, SEEN), family.theo: {"seen": "yes", "seen_alone": "no"}}
        with pytest.raises(Refused, match="not seen alone"):
            sign(a_visit(family, child_answers=answers))
        assert Entry.objects.count() == 0
        signed = sign(a_visit(family))
        view = queries.entry(signed[family.theo].id, [family.theo])
    assert [(a.question_id, a.words) for a in view.answers] == [
        ("where", "At home"), ("interpreting", "Nobody had to"), ("seen", "Yes"),
        ("seen_alone", "Yes"),
    ]  # fmt: skip
    assert view.form_from is not None
    assert view.pack_version


def test_when_a_child_was_last_seen_and_whether_alone_follows_the_last_correction(family: Family) -> None:
    with as_practitioner(family.worker):
        assert queries.last_seen([family.maya]) is None
        signed = sign(a_visit(family))
        seen = queries.last_seen([family.maya])
        assert seen is not None
        assert (seen.by, seen.alone) == ("Dana Okafor", True)
        correct_entry(
            signed[family.maya].id, "She was not alone.", "Seen with her mother.",
            answers={"where": "At home", "interpreting": "none_needed"},
            child_answers={family.maya: {"seen": "yes", "seen_alone": "no", "alone_why_not": "Her mother stayed."}},
        )  # fmt: skip
        after = queries.last_seen([family.maya])
    assert after is not None
    assert after.alone is False


@pytest.mark.obligation("CHD-02")
def test_of_two_corrections_the_second_says_whether_the_child_was_seen(family: Family) -> None:
    not_seen = {"seen": "no", "seen_why_not": "She was at the dentist."}
    with as_practitioner(family.worker):
        entry = sign(a_visit(family))[family.maya]
        for n, said in enumerate((SEEN, not_seen)):
            correct_entry(
                entry.id, "Who was there.", "Her mother was at home.",
                answers={"where": "At home", "interpreting": "none_needed"},
                child_answers={family.maya: said}, seen=n,
            )  # fmt: skip
        assert queries.last_seen([family.maya]) is None
        correct_entry(entry.id, "The spelling.", "Her mother was home.", seen=2)
        assert queries.last_seen([family.maya]) is None, "what is not given stays as it was put right"
        correct_entry(
            entry.id, "She was there.", "Both were at home.",
            answers={"where": "At home", "interpreting": "none_needed"},
            child_answers={family.maya: SEEN}, seen=3,
        )  # fmt: skip
        seen = queries.last_seen([family.maya])
    assert seen is not None
    assert seen.entry_id not in (None, entry.id)


@pytest.mark.obligation("REC-09")
def test_management_oversight_comes_back_on_its_day_until_somebody_looked_again(family: Family) -> None:
    day = today() + timedelta(days=10)
    oversight = EntryIn(
        (family.maya,), "oversight", an_hour_ago(), "Discussed with Dana.",
        answers={"to_do": "Dana sees Maya at school.", "review_on": day.isoformat()},
    )  # fmt: skip
    with as_practitioner(family.manager):
        entry = sign(oversight)[family.maya]
        (duty,) = on_folders([family.maya])
        assert duty.kind == "review_of_oversight"
        assert duty.due_at.date() == day
        assert duty.subject_id == entry.id
        again = EntryIn(
            (family.maya,), "oversight", an_hour_ago(), "Done: Maya was seen.", reviews=entry.id,
            answers={"to_do": "Nothing more.", "review_on": (day + timedelta(days=5)).isoformat()},
        )  # fmt: skip
        reviewed = sign(again)[family.maya]
        assert [d.subject_id for d in on_folders([family.maya])] == [reviewed.id]
        assert queries.entry(entry.id, [family.maya]).followed_by[0][1] == reviewed.number
        for wrong in (today(), today() + timedelta(days=400)):
            with pytest.raises(Refused) as refused:
                sign(EntryIn(
                    (family.maya,), "oversight", an_hour_ago(), "Again.",
                    answers={"to_do": "x", "review_on": wrong.isoformat()},
                ))  # fmt: skip
            assert refused.value.verdict.field == "review_on"


@pytest.mark.obligation("QUA-06")
def test_supervision_is_recorded_by_worker_and_child_with_what_was_thought_about_oneself(
    family: Family,
) -> None:
    answers = {
        "worker": str(family.worker.pk), "feelings": "Angry with the father.", "values": "Tidy homes.",
        "wrong": "The drinking.", "next_on": (today() + timedelta(days=28)).isoformat(),
    }  # fmt: skip
    with as_practitioner(family.manager):
        for missing in ("feelings", "values"):
            with pytest.raises(Refused):
                sign(
                    EntryIn(
                        (family.maya,),
                        "supervision",
                        an_hour_ago(),
                        "Talked.",
                        answers={**answers, missing: ""},
                    )
                )
        sign(EntryIn((family.maya,), "supervision", an_hour_ago(), "Talked about Maya.", answers=answers))
        [(key, last)] = queries.last_supervisions([family.maya, family.theo]).items()
        assert (*key, last.folder_id) == (family.maya, family.worker.pk, family.maya)
        assert [d.kind for d in on_folders([family.maya])] == ["next_supervision"]
        # It was about somebody else's work, and on another day.
        other = {**answers, "worker": str(family.visitor.pk)}
        before = last.at - timedelta(days=3)
        correct_entry(
            last.entry_id, "It was about Ines.", "About Maya.", answers=other, happened_at=before,
            late_why="The diary was read wrongly.",
        )  # fmt: skip
        [(key, right)] = queries.last_supervisions([family.maya, family.theo]).items()
        assert (key[1], right.at, right.entry_id) == (family.visitor.pk, before, last.entry_id)
        # A correction that says nothing of whose work it was leaves it as it stands.
        correct_entry(last.entry_id, "A word.", "About Maya and school.")
        assert queries.last_supervisions([family.maya]) == {key: right}


@pytest.mark.obligation("REC-04")
def test_what_is_written_for_somebody_waits_for_them_also_where_the_record_is_closed_to_them(
    family: Family,
) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family, written_for=family.visitor.pk))
        view = queries.entry(signed[family.maya].id, [family.maya])
        assert view.confirming is Confirming.WAITING
        assert view.requests[0].told.startswith("Not yet confirmed by Ines Farrow, Health visitor, ")
        with pytest.raises(Refused, match="Only the person"):
            confirm(view.requests[0].id, Confirming.CONFIRMED)
    with as_practitioner(family.visitor):
        assert queries.entries([family.maya]) == []
        waiting = queries.asked_of(family.visitor.pk)
        assert {w.about for w in waiting} == {"Maya Ferreira-Lund", "Theo Ferreira-Lund", "Bea Ferreira-Lund"}
        assert Notice.objects.count() == 1
        confirm(waiting[0].id, Confirming.CONFIRMED)
        with pytest.raises(Refused, match="answered this already"):
            confirm(waiting[0].id, Confirming.CONFIRMED)
        assert queries.asked_of(family.visitor.pk) == []
    with as_practitioner(family.worker):
        done = queries.entry(signed[family.theo].id, [family.theo])
        assert done.confirming is Confirming.CONFIRMED
        assert done.requests[0].answered_post.startswith("Health visitor, ")
        assert not [d for d in on_folders(family.folders) if d.kind == "confirm_entry"]


def test_who_is_asked_reads_nothing_of_a_sealed_record(family: Family) -> None:
    with as_practitioner(family.worker):
        sign(a_visit(family, written_for=family.visitor.pk))
    sealed(family.maya, family.worker)
    with as_practitioner(family.visitor):
        assert "Maya Ferreira-Lund" not in {w.about for w in queries.asked_of(family.visitor.pk)}


def test_nobody_answers_a_request_that_was_not_put_to_them(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family, written_for=family.visitor.pk))
        request = queries.entry(signed[family.maya].id, [family.maya]).requests[0]
    with as_practitioner(family.stranger), pytest.raises(NotFound):
        confirm(request.id, Confirming.CONFIRMED)
    row = Confirmation(
        folder_id=family.maya, request_id=request.id, practitioner_id=family.stranger.pk, post="x", at=now(),
        said="confirmed",
    )  # fmt: skip
    with as_practitioner(family.stranger), pytest.raises(DatabaseError), transaction.atomic():
        Confirmation.objects.bulk_create([row])


def test_for_somebody_without_a_sign_in_whoever_holds_their_signature_records_it(family: Family) -> None:
    with as_practitioner(family.worker):
        with pytest.raises(Refused) as refused:
            sign(a_visit(family, written_for_name="Jo Lee"))
        assert refused.value.verdict.field == "written_for_post"
        signed = sign(
            a_visit(family, written_for_name="Jo Lee", written_for_post="Caretaker, Quayside Primary")
        )
        request = queries.entry(signed[family.maya].id, [family.maya]).requests[0]
        with pytest.raises(Refused, match="how they confirmed"):
            confirm(request.id, Confirming.CONFIRMED)
        confirm(request.id, Confirming.CONFIRMED, "Read and signed on paper, 3 March.")
        assert queries.entry(signed[family.maya].id, [family.maya]).confirmed


@pytest.mark.obligation("REC-04")
def test_who_has_left_cannot_confirm_and_that_is_said(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family, written_for=family.visitor.pk))
        request = queries.entry(signed[family.maya].id, [family.maya]).requests[0]
        for said in (Confirming.CANNOT, Confirming.CONFIRMED, Confirming.DISPUTED):
            with pytest.raises(Refused, match="person for whom this was written"):
                confirm(request.id, said, "They are hard to reach.")
    href = f"/confirm/{request.id}/"
    worker = client_of(family.worker)
    entry_href = f"/child/{family.maya}/record/{signed[family.maya].id}/"
    assert href not in worker.get(entry_href).text
    waiting = worker.get(href).text
    assert "says themselves whether it is right" in waiting
    assert "Sign with my name" not in waiting
    assert worker.post(href, {"why": "Hard to reach"}).status_code == 200
    with as_practitioner(family.visitor):
        assert queries.asked_of(family.visitor.pk)
    with setting_up():
        Posting.objects.filter(practitioner=family.visitor).update(held_until=today())
    with as_practitioner(family.visitor), pytest.raises(NotPermitted, match="post has ended"):
        confirm(request.id, Confirming.CONFIRMED)
    assert href in worker.get(entry_href).text
    left = worker.get(href).text
    assert "Why can they not confirm it?" in left
    assert "They read it and say that it is right" not in left
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="why it cannot"):
            confirm(request.id, Confirming.CANNOT)
        confirm(request.id, Confirming.CANNOT, "Ines has left the trust.")
        view = queries.entry(signed[family.maya].id, [family.maya])
    assert view.requests[0].told.startswith("Cannot be confirmed by Ines Farrow")


def test_an_author_who_has_left_keeps_name_and_post_and_others_correct(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = sign_entry({family.maya: "Seen."}, kind="note", happened_at=an_hour_ago())[family.maya]
        actions.keep_draft(uuid4(), child=family.maya, kind="note", content={"text": ["Half"]}, version=0)
    with setting_up():
        Posting.objects.filter(practitioner=family.worker).update(held_until=today())
    with as_practitioner(family.worker), pytest.raises(NotPermitted, match="post has ended"):
        sign_entry({family.maya: "More."}, kind="note", happened_at=an_hour_ago())
    with as_practitioner(family.manager):
        correct_entry(entry.id, "Not seen.", "She was not seen.")
        view = queries.entry(entry.id, [family.maya])
    assert (view.author, view.author_post.split(",")[0]) == ("Dana Okafor", "Social worker")
    assert view.corrected_by == (2,)


@pytest.mark.obligation("REC-12")
def test_a_correction_adds_to_every_record_that_is_chosen_and_the_original_stays(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family))
        with pytest.raises(Refused) as refused:
            correct_entry(signed[family.maya].id, "", "All three were at school.")
        assert refused.value.verdict.field == "was_wrong"
    with as_practitioner(family.manager):
        made = correct_entry(
            signed[family.maya].id, "They were at school.", "All three were at school.",
            also=[signed[family.theo].id], own={family.theo: "Theo’s graze is on the right knee."},
        )  # fmt: skip
        maya, theo, bea = (queries.entry(signed[f].id, [f]) for f in family.folders)
        (theirs,) = queries.story(theo.id, [family.theo]).corrections
        (hers,) = queries.story(maya.id, [family.maya]).corrections
    assert maya.text.startswith("All three were at home.")
    assert (made.author_id, hers.was_wrong) == (family.manager.pk, "They were at school.")
    assert "right knee" in theirs.text
    assert "knee" not in hers.text
    assert (maya.corrected_by, theo.corrected_by, bea.corrected_by) == ((2,), (2,), ())


def test_two_who_correct_the_same_entry_are_told_of_each_other(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = sign_entry({family.maya: "Seen."}, kind="note", happened_at=an_hour_ago())[family.maya]
        correct_entry(entry.id, "Time.", "Seen at four.", seen=0)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match="Dana Okafor corrected this entry on"):
            correct_entry(entry.id, "Place.", "Seen at school.", seen=0)
        correct_entry(entry.id, "Place.", "Seen at school at four.", seen=1)


@pytest.mark.obligation("REC-12")
def test_the_database_refuses_change_and_removal(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = sign(a_visit(family))[family.maya]
    for table in (Entry, Statement):
        for act in (lambda t=table: t.objects.update(text="x"), lambda t=table: t.objects.all().delete()):
            with as_practitioner(family.worker), pytest.raises(DatabaseError), transaction.atomic():
                act()
    with as_practitioner(family.worker):
        assert queries.entry(entry.id, [family.maya]).text.startswith("All three")


def test_the_owner_of_the_tables_is_refused_as_well(family: Family, owning) -> None:  # type: ignore[no-untyped-def]
    with as_practitioner(family.worker):
        sign(a_visit(family))
    with owning(), pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Entry.objects.update(text="x")


def test_their_own_words_stand_as_theirs_and_no_mark_is_read_in_them(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family))
        row = contribute(ContributionIn(
            signed[family.maya].id, ContributionKind.DISAGREEMENT, "Ana Ferreira", "mother",
            "o I was there.\n\nIt was not like that.", "Spoken, and read back to her", an_hour_ago(),
            also=(signed[family.bea].id,),
        ))  # fmt: skip
        view = queries.entry(row.id, [family.maya])
        about = queries.entry(signed[family.maya].id, [family.maya])
        assert queries.entry(signed[family.theo].id, [family.theo]).followed_by == ()
    assert (view.title, view.theirs_name, view.theirs) == ("Disagreement", "Ana Ferreira", "disagreement")
    assert [s.text for s in view.statements] == ["o I was there.", "It was not like that."]
    assert about.followed_by == ((view.id, 2, "Disagreement"),)


@pytest.mark.obligation("REC-14")
def test_a_number_in_their_own_words_is_no_entrys_and_stands_as_they_gave_it(family: Family) -> None:
    words = "We live in flat #2, not in flat #12."
    with as_practitioner(family.worker):
        sign_entry({family.maya: "Maya alone."}, kind="note", happened_at=an_hour_ago())
        both = sign_entry(
            dict.fromkeys((family.maya, family.theo), "Seen."), kind="note", happened_at=an_hour_ago()
        )
        row = contribute(ContributionIn(
            both[family.maya].id, ContributionKind.DISAGREEMENT, "Ana", "mother", words, "Spoken", an_hour_ago(),
            also=(both[family.theo].id,),
        ))  # fmt: skip
        theirs = list(Entry.objects.filter(kind="contribution"))
        assert [e.text for e in theirs] == [f"Ana: {words}"] * 2
        corrected = correct_entry(row.id, "The second was misheard.", "@Ana: We live in flat #2, not in #14.")
    assert corrected.text == "Ana: We live in flat #2, not in #14."


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.obligation("REC-12")
def test_the_numbers_in_a_correction_are_those_of_the_record_it_is_written_from(
    family: Family, second: bool
) -> None:
    here, there = sorted((family.maya, family.theo), reverse=second)
    with as_practitioner(family.worker):
        sign_entry({here: "Only here."}, kind="note", happened_at=an_hour_ago())
        meant, _other, judged = (
            sign_entry(dict.fromkeys((here, there), text), kind="note", happened_at=an_hour_ago())
            for text in ("Hungry.", "Cold.", "j It is unsafe.")
        )
        made = correct_entry(judged[here].id, "The ground.", "j It is unsafe (#2).", also=[judged[there].id])
        assert made.text == "It is unsafe (#2)."
        beside = Entry.objects.get(corrects=judged[there].id)
        assert beside.text == "It is unsafe (#1)."
        for entry, rests_on in ((made, meant[here]), (beside, meant[there])):
            (statement,) = queries.entry(entry.id, [entry.folder_id]).statements
            assert [r.entry_id for r in statement.rests] == [rests_on.id]


@pytest.mark.obligation("ASM-05")
def test_a_judgement_names_the_entries_that_it_rests_on_in_each_record_by_its_own_number(
    family: Family,
) -> None:
    with as_practitioner(family.worker):
        sign_entry({family.theo: "Theo alone."}, kind="note", happened_at=an_hour_ago())
        both = sign_entry(
            dict.fromkeys((family.maya, family.theo), "Hungry."), kind="note", happened_at=an_hour_ago()
        )
        text = "j Both are neglected (#1)."
        judged = sign_entry(
            dict.fromkeys((family.maya, family.theo), text), kind="note", happened_at=an_hour_ago()
        )
        maya, theo = (queries.entry(judged[f].id, [f]) for f in (family.maya, family.theo))
        assert maya.statements[0].rests[0].entry_id == both[family.maya].id
        assert theo.statements[0].rests[0].entry_id == both[family.theo].id
        assert theo.text == "Both are neglected (#2)."
        with pytest.raises(Refused, match="no entry 40"):
            sign_entry({family.maya: "j Neglect (#40)."}, kind="note", happened_at=an_hour_ago())
        with pytest.raises(Refused, match="not stand in every record"):
            sign_entry(
                dict.fromkeys((family.theo, family.maya), "j See #1."), kind="note", happened_at=an_hour_ago()
            )


def test_a_million_characters_are_refused_with_the_draft_kept(family: Family) -> None:
    long = "word " * 200_000
    draft = uuid4()
    with as_practitioner(family.worker):
        kept = actions.keep_draft(draft, child=family.maya, kind="visit", content={"text": [long]}, version=0)
        with pytest.raises(Refused, match="1,000,000 characters"):
            sign(a_visit(family, text=long), draft_id=draft, version=kept.draft.version)
        assert queries.draft(draft).content["text"] == [long]  # type: ignore[union-attr]
        assert Entry.objects.count() == 0
        sign_entry({family.maya: "é" * LONGEST}, kind="note", happened_at=an_hour_ago())


def test_a_clock_that_was_set_back_is_told_of_and_nothing_is_lost(family: Family) -> None:
    with as_practitioner(family.worker):
        sign_entry({family.maya: "Seen."}, kind="note", happened_at=an_hour_ago())
    with (
        time_machine.travel(now() - timedelta(days=2), tick=False),
        as_practitioner(family.worker),
        pytest.raises(Refused, match="clock seems to have been set back"),
    ):
        sign_entry({family.maya: "Later."}, kind="note", happened_at=an_hour_ago())
    with time_machine.travel(now() - timedelta(seconds=30), tick=False), as_practitioner(family.worker):
        sign_entry({family.maya: "Corrected by half a minute."}, kind="note", happened_at=an_hour_ago())


@pytest.mark.obligation("REC-03")
def test_signing_goes_on_after_the_clock_was_ahead_and_the_numbers_keep_the_order(
    family: Family, owning: Owning
) -> None:
    with time_machine.travel(now() + timedelta(days=400), tick=False), as_practitioner(family.worker):
        sign_entry({family.maya: "By a clock that is ahead."}, kind="note", happened_at=an_hour_ago())
    with as_practitioner(family.worker), pytest.raises(Refused, match="sightline clock-was-ahead"):
        sign_entry({family.maya: "Kept."}, kind="note", happened_at=an_hour_ago())
    with transaction.atomic(), looking_as(Viewer.for_job("clock")):
        with pytest.raises(Refused):
            actions.clock_was_ahead(" ")
        assert actions.clock_was_ahead("The battery of the server's clock was empty.") == 1
        assert actions.clock_was_ahead("The battery of the server's clock was empty.") == 0
    with as_practitioner(family.worker):
        sign_entry({family.maya: "Kept."}, kind="note", happened_at=an_hour_ago())
        numbers = dict(Entry.objects.filter(folder_id=family.maya).values_list("number", "text"))
    assert numbers == {1: "By a clock that is ahead.", 2: "Kept."}
    with owning(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT purpose FROM audit_event WHERE what = 'records.clock_was_ahead'")
        assert cursor.fetchall() == [("The battery of the server's clock was empty.",)]


def test_a_significant_event_says_what_it_means_for_the_child(family: Family) -> None:
    with as_practitioner(family.worker):
        meant = {
            family.maya: "She has lost her home.", family.theo: "He changes school.", family.bea: "She is safe."
        }  # fmt: skip
        with pytest.raises(Refused, match="means for Theo") as refused:
            sign(a_visit(family, impact=meant | {family.theo: " "}))
        assert refused.value.verdict.field == "impact"
        entries = sign(a_visit(family, impact=meant))
    assert all(entry.significant for entry in entries.values())
    assert {folder: entry.impact for folder, entry in entries.items()} == meant


def test_a_draft_is_signed_once_and_the_same_answer_comes_back(family: Family) -> None:
    draft = uuid4()
    with as_practitioner(family.worker):
        actions.keep_draft(draft, child=family.maya, kind="visit", content={}, version=0)
        first = sign(a_visit(family), draft_id=draft, version=1)
        second = sign(a_visit(family), draft_id=draft, version=1)
        assert {e.id for e in first.values()} == {e.id for e in second.values()}
        assert queries.draft(draft) is None
        assert Entry.objects.count() == 3


def test_two_tabs_never_overwrite_each_other(family: Family) -> None:
    draft = uuid4()
    with as_practitioner(family.worker):
        actions.keep_draft(draft, child=family.maya, kind="visit", content={"text": ["one"]}, version=0)
        actions.keep_draft(draft, child=family.maya, kind="visit", content={"text": ["two"]}, version=1)
        behind = actions.keep_draft(
            draft, child=family.maya, kind="visit", content={"text": ["other"]}, version=1
        )
        assert behind.elsewhere is not None
        assert {d.content["text"][0] for d in queries.drafts()} == {"two", "other"}
        with pytest.raises(Refused, match="another page or device"):
            sign(a_visit(family), draft_id=draft, version=1)
    with as_practitioner(family.manager):
        assert queries.drafts() == []


def test_a_draft_whose_id_is_somebody_elses_is_kept_under_one_of_its_own(family: Family) -> None:
    draft = uuid4()
    with as_practitioner(family.worker):
        actions.keep_draft(draft, child=family.maya, kind="visit", content={"text": ["one"]}, version=0)
    with as_practitioner(family.manager):
        kept = actions.keep_draft(
            draft, child=family.maya, kind="visit", content={"text": ["two"]}, version=0
        )
        assert kept.draft.id != draft
        assert [d.content["text"] for d in queries.drafts()] == [["two"]]
    with as_practitioner(family.worker):
        assert [d.content["text"] for d in queries.drafts()] == [["one"]]


def test_a_draft_that_nobody_touched_for_long_is_cleared_and_a_fresh_one_stays(family: Family) -> None:
    with as_practitioner(family.worker):
        actions.keep_draft(uuid4(), child=family.maya, kind="note", content={"text": ["old"]}, version=0)
    with (
        time_machine.travel(now() + actions.DRAFTS_KEPT - timedelta(days=7) + timedelta(hours=1), tick=False),
        transaction.atomic(),
        looking_as(Viewer.for_job("drafts")),
    ):
        assert actions.clear_drafts() == 0  # its writer is told first
    with time_machine.travel(now() + actions.DRAFTS_KEPT + timedelta(hours=1), tick=False):
        with as_practitioner(family.worker):
            actions.keep_draft(uuid4(), child=family.maya, kind="note", content={"text": ["new"]}, version=0)
        with transaction.atomic(), looking_as(Viewer.for_job("drafts")):
            assert actions.clear_drafts() == 1
        with as_practitioner(family.worker):
            assert [d.content["text"][0] for d in queries.drafts()] == ["new"]


# -- the right role and the wrong child -------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(a_visit(family))
        view = queries.entry(signed[family.maya].id, [family.maya])
    with as_practitioner(family.stranger):
        assert queries.entries(family.folders) == []
        assert queries.hidden_numbers(family.folders) == {}
        assert queries.last_seen(family.folders) is None
        for act in (
            lambda: sign(a_visit(family)),
            lambda: sign_entry({family.maya: "x y z"}, kind="note", happened_at=an_hour_ago()),
            lambda: correct_entry(view.id, "Wrong.", "Right."),
            lambda: contribute(
                ContributionIn(view.id, ContributionKind.CONTRIBUTION, "A", "b", "c", "", an_hour_ago())
            ),
            lambda: actions.ask_to_confirm(view.statements[0].id, family.visitor.pk),
        ):
            with pytest.raises(NotFound):
                act()


def test_who_may_only_read_is_told_so(family: Family) -> None:
    let_in(family.maya, family.visitor, level=GrantLevel.READ)
    with as_practitioner(family.visitor), pytest.raises(NotPermitted, match="not write in it"):
        sign_entry({family.maya: "x y z"}, kind="note", happened_at=an_hour_ago())


def test_nothing_stands_anywhere_where_one_of_the_records_is_closed(family: Family) -> None:
    sealed(family.theo, family.manager)
    with as_practitioner(family.worker):
        with pytest.raises(NotFound):
            sign(a_visit(family))
        assert Entry.objects.count() == 0


@pytest.mark.obligation("REC-03")
def test_a_number_that_a_reader_may_not_see_is_named(family: Family, owning) -> None:  # type: ignore[no-untyped-def]
    with as_practitioner(family.worker):
        for n in range(4):
            sign_entry({family.maya: f"Entry {n}."}, kind="note", happened_at=an_hour_ago())
        assert queries.hidden_numbers([family.maya]) == {}
    # What is approved for disposal goes by a role of its own; here only its effect on a reader.
    bolts = ("records.Entry:entry_never_changed", "records.Statement:statement_never_changed")
    with owning(), pgtrigger.ignore(*bolts):
        for rows in (Statement.objects.filter(entry__number=3), Entry.objects.filter(number=3)):
            rows._raw_delete("default")
    with as_practitioner(family.worker):
        assert queries.hidden_numbers([family.maya]) == {family.maya: [3]}


@pytest.mark.obligation("REC-16")
def test_the_words_that_a_family_has_for_itself_come_from_its_record_and_stop_nothing(family: Family) -> None:
    with as_practitioner(family.worker):
        mother = record_adult(family.maya, NewAdult(Names("Aminata", "Ferreira", known_as="Amina"), Birth()))
        tie(family.maya, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
        nan = record_adult(family.maya, NewAdult(Names("Rosa", "Ferreira"), Birth()))
        tie(family.maya, NewTie(nan, Kinship.GRANDPARENT, Known.NO, Known.NO, "Vovó"))
        names = names_of_folders([family.maya])
        theirs = {each.theirs: each for each in queries.their_words([family.maya], names)}
        # The family itself says mum: that is theirs, and her given name in full is not.
        assert (theirs["Amina"].asks, theirs["Amina"].whose) == (True, "Maya’s mother")
        assert "mother" in theirs["Amina"].not_these
        assert "Aminata" in theirs["Amina"].not_these
        assert "mum" not in theirs["Amina"].not_these
        assert theirs["Vovó"].not_these == ("grandparent",)
        assert actions.sign_entry({family.maya: "Her mother came."}, kind="note", happened_at=an_hour_ago())
    with as_practitioner(family.stranger):
        assert queries.their_words([family.maya], names) == []
        assert queries.themselves(names) == ([], [])


@pytest.mark.obligation("REC-16")
def test_a_childs_own_name_and_pronouns_reach_whoever_writes(family: Family) -> None:
    with as_practitioner(family.worker):
        rename(family.theo, Names("Theo", "Ferreira-Lund", known_as="Tia"))
        correct_particulars(family.theo, Birth(pronouns="she/her"), "She asked for it")
        names = names_of_folders([family.theo, family.maya])
        (own,), (said,) = queries.themselves(names)
    assert (own.theirs, own.not_these, own.asks) == ("Tia", ("Theo",), True)
    assert (said.said, said.called) == ("she/her", ("Tia", "Theo"))
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    sent = {"act": "check", "draft": str(uuid4()), "version": "0", "text": "Theo said he is tired."}
    page = client.post(f"/child/{family.theo}/write/note/", sent).content.decode()
    assert "pronouns are she/her" in page
    assert "asks to be called Tia" in page


@pytest.mark.obligation("REC-11")
def test_a_question_that_may_be_left_open_is_seen_to_have_been_asked(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(
            EntryIn(
                (family.maya,), "meeting", an_hour_ago(), "We met.", answers={"what_meeting": "The plan."}
            )
        )[family.maya]
        view = queries.entry(signed.id, [family.maya])
    assert [(a.question_id, a.words, a.value) for a in view.answers][-1] == ("absent", "Not answered", "")
    client = client_of(family.worker)
    assert "Not answered" in client.get(f"/child/{family.maya}/record/{signed.id}/").text
    # To correct it starts from an empty field, not from words that nobody wrote.
    assert "Not answered" not in client.get(f"/child/{family.maya}/record/{signed.id}/correct/").text
