"""What a correction does to the decisions, the time and the weight of an entry, and to whoever was to confirm it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.beside import both
from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.queries import on_folders
from sightline.records import actions, queries
from sightline.records.actions import EntryIn, confirm, correct_entry, sign, sign_entry
from sightline.records.models import DecisionWording, Entry
from sightline.records.rules import Settled, settled
from sightline.records.terms import Confirming

from .conftest import Family, an_hour_ago

pytestmark = pytest.mark.django_db

RING = "d School rings Ana by noon. Reason: Maya asked for it herself."
RUNG = ("School rings Ana by noon.", "Maya asked for it herself.")


def the_decisions(folder: UUID) -> list[tuple[str, str, bool]]:
    """What stands, by whom, and whether it was withdrawn; the latest first."""
    return [(d.outcome, d.maker, d.replaced) for d in queries.decisions([folder])]


def noted(family: Family, text: str = RING, *folders: UUID, **changes: object) -> Entry:
    given = EntryIn(folders or (family.maya,), "note", an_hour_ago(), text, **changes)  # type: ignore[arg-type]
    return sign(given)[family.maya]


def typed_time(at: datetime) -> dict[str, str]:
    """A time as a page sends it."""
    at = at.astimezone(LONDON)
    return {
        "happened_at-day": str(at.day), "happened_at-month": str(at.month), "happened_at-year": str(at.year),
        "happened_at-time": f"{at:%H:%M}",
    }  # fmt: skip


# -- decisions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "now_", "expected"),
    [
        ([], [], Settled()),
        ([("A.", "b")], [("A.", "b")], Settled()),
        ([("School rings Ana.", "b")], [("School rings Anna.", "b")], Settled(((0, ("School rings Anna.", "b")),))),
        ([], [("A.", "b")], Settled(added=(("A.", "b"),))),
        ([("A.", "b")], [], Settled(withdrawn=(0,))),
        (
            [("School rings Ana.", "b"), ("Theo sees a doctor.", "c")],
            [("Theo sees a nurse.", "c")],
            Settled(((1, ("Theo sees a nurse.", "c")),), withdrawn=(0,)),
        ),
        ([("A.", "b"), ("A.", "b")], [("A.", "b")], Settled(withdrawn=(1,))),
    ],
)  # fmt: skip
def test_what_a_correction_makes_of_decisions(standing: list, now_: list, expected: Settled) -> None:  # type: ignore[type-arg]
    assert settled(standing, now_) == expected


@pytest.mark.obligation("REC-08")
def test_a_corrected_entry_does_not_decide_again_what_it_decided(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, f"She was hungry.\n\n{RING}")
    with as_practitioner(family.manager):
        correct_entry(entry.id, "She had eaten.", f"She had eaten.\n\n{RING}")
        assert the_decisions(family.maya) == [("School rings Ana by noon.", "Dana Okafor", False)]
        assert not DecisionWording.objects.exists()


@pytest.mark.obligation("REC-08")
@pytest.mark.obligation("REC-12")
def test_right_words_are_added_to_a_decision_which_stays_its_makers(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family)
    with as_practitioner(family.manager):
        made = correct_entry(entry.id, "The hour.", RING.replace("noon", "ten"))
        (shown,) = queries.decisions([family.maya])
    assert (shown.outcome, shown.maker) == ("School rings Ana by ten.", "Dana Okafor")
    (before,) = shown.earlier
    assert (before.outcome, before.reasons) == RUNG
    assert (before.by, before.entry_id) == ("Priya Nair", made.id)
    with as_practitioner(family.worker):
        again = correct_entry(entry.id, "The hour again.", RING.replace("noon", "nine"))
        (shown,) = queries.decisions([family.maya])
    assert [each.outcome for each in shown.earlier] == [
        "School rings Ana by noon.",
        "School rings Ana by ten.",
    ]
    assert (shown.outcome, shown.earlier[1].entry_id) == ("School rings Ana by nine.", again.id)


@pytest.mark.obligation("REC-08")
def test_a_decision_that_a_correction_leaves_out_is_withdrawn_with_reasons(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match="withdraws the decision") as refused:
            correct_entry(entry.id, "Wrong.", "School was told.")
        assert refused.value.verdict.field == "was_wrong"
        correct_entry(entry.id, "Nothing was decided at that talk.", "School was told.")
        assert the_decisions(family.maya) == [
            ("Withdrawn: School rings Ana by noon.", "Priya Nair", False),
            ("School rings Ana by noon.", "Dana Okafor", True),
        ]
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    assert "Withdrawn or decided again" in client.get(f"/child/{family.maya}/").content.decode()


@pytest.mark.obligation("REC-08")
def test_nobody_adds_a_decision_to_somebody_elses_entry(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, "She was hungry.")
    with (
        as_practitioner(family.manager),
        pytest.raises(Refused, match="no decision “School rings") as refused,
    ):
        correct_entry(entry.id, "A decision was left out.", f"She was hungry.\n\n{RING}")
    assert refused.value.verdict.field == "text"
    with as_practitioner(family.worker):
        correct_entry(entry.id, "A decision was left out.", f"She was hungry.\n\n{RING}")
        assert the_decisions(family.maya) == [("School rings Ana by noon.", "Dana Okafor", False)]


@pytest.mark.obligation("REC-04")
@pytest.mark.obligation("REC-08")
def test_a_decision_written_for_somebody_is_theirs_once_they_confirm_it(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, RING, family.maya, family.theo, written_for=family.visitor.pk)
        assert the_decisions(family.maya) == []
        request = queries.entry(entry.id, [family.maya]).requests[0]
    with as_practitioner(family.visitor):
        with pytest.raises(NotFound):
            sign_entry({family.maya: "x"}, kind="note", happened_at=an_hour_ago())
        confirm(request.id, Confirming.CONFIRMED)
        assert queries.decisions([family.maya]) == []  # the record stays closed to them
    with as_practitioner(family.worker):
        for folder in (family.maya, family.theo):
            (made,) = queries.decisions([folder])
            assert (made.outcome, made.reasons, made.maker) == (*RUNG, "Ines Farrow")
            assert made.maker_post.startswith("Health visitor, ")


@pytest.mark.parametrize("said", [Confirming.DISPUTED, Confirming.CANNOT])
def test_what_is_not_confirmed_decides_nothing(family: Family, said: Confirming) -> None:
    let_in(family.maya, family.visitor)
    with as_practitioner(family.worker):
        entry = noted(family, written_for=family.visitor.pk)
        request = queries.entry(entry.id, [family.maya]).requests[0]
    with as_practitioner(family.visitor):
        confirm(request.id, said, "I never said so.")
        assert the_decisions(family.maya) == []


def test_a_decision_of_somebody_without_a_sign_in_is_theirs_and_says_who_holds_the_signature(
    family: Family,
) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, written_for_name="Jo Lee", written_for_post="Head, Quayside Primary")
        request = queries.entry(entry.id, [family.maya]).requests[0]
        confirm(request.id, Confirming.CONFIRMED, "Signed on paper.")
        (made,) = queries.decisions([family.maya])
    assert (made.maker, made.maker_post, made.signature_with) == (
        "Jo Lee", "Head, Quayside Primary", "Dana Okafor",
    )  # fmt: skip


# -- who is to confirm it --------------------------------------------------------------------------------


@pytest.mark.obligation("REC-04")
def test_who_was_asked_about_the_old_words_is_asked_about_the_new_ones(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, RING, family.maya, family.theo, written_for=family.visitor.pk)
        old = {w.folder_id: w for w in queries.asked(queries.entry(entry.id, [family.maya]).requests[0].id)}
        made = correct_entry(entry.id, "The hour.", RING.replace("noon", "ten"))
        first, second = (queries.entry(e.id, [family.maya]).confirming for e in (entry, made))
        assert (first, second) == (Confirming.REPLACED, Confirming.WAITING)
        owed = [d.subject_id for d in on_folders([family.maya]) if d.kind == "confirm_entry"]
        assert owed == [queries.entry(made.id, [family.maya]).requests[0].id]
    with as_practitioner(family.visitor):
        with pytest.raises(Refused, match="Dana Okafor corrected this entry"):
            confirm(old[family.maya].id, Confirming.CONFIRMED)
        waiting = {w.folder_id: w for w in queries.asked_of(family.visitor.pk)}
        assert "by ten" in waiting[family.maya].text
        assert waiting[family.theo].id == old[family.theo].id
        assert [w.folder_id for w in queries.asked(waiting[family.theo].id)] == [family.theo]
        confirm(waiting[family.theo].id, Confirming.CONFIRMED)
        confirm(waiting[family.maya].id, Confirming.CONFIRMED)
    with as_practitioner(family.worker):
        assert the_decisions(family.maya) == [("School rings Ana by ten.", "Ines Farrow", False)]
        assert the_decisions(family.theo) == [("School rings Ana by noon.", "Ines Farrow", False)]


def test_what_they_confirmed_and_somebody_else_corrected_waits_for_them_again(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, written_for=family.visitor.pk)
        request = queries.entry(entry.id, [family.maya]).requests[0]
    with as_practitioner(family.visitor):
        confirm(request.id, Confirming.CONFIRMED)
    with as_practitioner(family.worker):
        correct_entry(entry.id, "The hour.", RING.replace("noon", "ten"))
        assert the_decisions(family.maya) == [("School rings Ana by noon.", "Ines Farrow", False)]
    with as_practitioner(family.visitor):
        (again,) = queries.asked_of(family.visitor.pk)
        confirm(again.id, Confirming.CONFIRMED)
    with as_practitioner(family.worker):
        (made,) = queries.decisions([family.maya])
    assert (made.outcome, made.earlier[0].by) == ("School rings Ana by ten.", "Ines Farrow")


def test_who_was_asked_and_puts_it_right_themselves_has_said_what_is_right(family: Family) -> None:
    let_in(family.maya, family.visitor)
    with as_practitioner(family.worker):
        entry = noted(family, written_for=family.visitor.pk)
    with as_practitioner(family.visitor):
        correct_entry(entry.id, "The hour.", RING.replace("noon", "ten"))
        assert queries.asked_of(family.visitor.pk) == []
        assert the_decisions(family.maya) == [("School rings Ana by ten.", "Ines Farrow", False)]


def test_who_told_a_paragraph_is_asked_about_its_right_words_only(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, "@Ines Farrow: He was hungry.\n\n@Sam Reyes: He was cold.")
        view = queries.entry(entry.id, [family.maya])
        ines, sam = view.statements
        actions.ask_to_confirm(ines.id, family.visitor.pk)
        actions.ask_to_confirm(sam.id, family.stranger.pk)
        correct_entry(
            entry.id, "He was thirsty.", "@Ines Farrow: He was thirsty.\n\n@Sam Reyes: He was cold."
        )
    with as_practitioner(family.visitor):
        assert [w.text for w in queries.asked_of(family.visitor.pk)] == ["He was thirsty."]
    with as_practitioner(family.stranger):
        assert [w.text for w in queries.asked_of(family.stranger.pk)] == ["He was cold."]
    with as_practitioner(family.worker):
        correct_entry(entry.id, "Sam was not there.", "@Ines Farrow: He was thirsty.")
    with as_practitioner(family.stranger):
        assert queries.asked_of(family.stranger.pk) == []


# -- when it happened, and what it meant -------------------------------------------------------------------


@pytest.mark.obligation("REC-07")
def test_a_right_time_that_makes_an_entry_late_is_marked_and_says_why(family: Family) -> None:
    long_ago = now() - timedelta(days=9)
    with as_practitioner(family.worker):
        entry = noted(family, "Seen.")
        with pytest.raises(Refused, match="marked as late") as refused:
            correct_entry(entry.id, "The day.", "Seen.", happened_at=long_ago)
        assert refused.value.verdict.field == "late_why"
        made = correct_entry(entry.id, "The day.", "Seen.", happened_at=long_ago, late_why="I was ill.")
        assert (made.late, made.late_why) == (True, "I was ill.")
        again = correct_entry(entry.id, "A word.", "She was seen.")
        assert (again.happened_at, again.late, again.late_why) == (long_ago, True, "I was ill.")
        back = correct_entry(entry.id, "The day was right.", "She was seen.", happened_at=entry.happened_at)
        assert not back.late


def test_an_entry_is_not_late_because_its_correction_is(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, "Seen.")
    with as_practitioner(family.manager):
        made = correct_entry(entry.id, "A word.", "She was seen.", happened_at=entry.happened_at)
    assert not made.late


def test_what_an_event_meant_for_the_child_is_put_right_too(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, "They were put out.", impact={family.maya: "She has lost her home."})
        kept = correct_entry(entry.id, "A word.", "They were evicted.")
        assert (kept.significant, kept.impact) == (True, "She has lost her home.")
        other = correct_entry(
            entry.id,
            "She has not.",
            "They were evicted.",
            impact={family.maya: "She moved."},
        )
        assert other.impact == "She moved."
        no = correct_entry(entry.id, "It was the neighbours.", "Others were evicted.", impact={})
        assert (no.significant, no.impact) == (False, "")
        with pytest.raises(Refused) as refused:
            correct_entry(no.corrects_id, "It was them.", "Evicted.", impact={family.maya: ""})  # type: ignore[arg-type]
        assert refused.value.verdict.field == "impact"
        shown = queries.story(entry.id, [family.maya])
    assert not shown.latest.significant
    assert shown.entry.significant


@pytest.mark.obligation("REC-01")
def test_a_correction_in_siblings_records_leaves_each_what_it_meant_for_that_child(family: Family) -> None:
    """Through the page: it starts from each child's own, and what is put right of one is in that record alone."""
    both = {family.maya: "Maya hides.", family.theo: "Theo cannot sleep."}
    with as_practitioner(family.worker):
        entry = noted(family, "They were put out.", *both, impact=both)
        theo = Entry.objects.get(folder_id=family.theo)
        kept = correct_entry(entry.id, "A word.", "They were evicted.", also=[theo.id])
        rows = Entry.objects.filter(written_together=kept.written_together)
        assert {row.folder_id: row.impact for row in rows} == both
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    url = reverse("records:correct", args=[family.maya, entry.id])
    page = client.get(url).content.decode()
    assert re.findall(r'name="(impact\d*)"[^>]*>\s*([^<]*)<', page) == [
        ("impact", "Maya hides."), ("impact1", "Theo cannot sleep.")
    ]  # fmt: skip
    sent = {
        "draft": str(uuid4()), "version": "0", "seen": "1", "act": "sign", "was_wrong": "What it meant.",
        "text": "They were evicted.", **typed_time(entry.happened_at), "others": [str(family.theo)],
        "significant": "yes", "impact": "Maya hides.", "significant1": "yes", "impact1": "Theo sleeps.",
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    with as_practitioner(family.worker):
        (last,) = Entry.objects.filter(corrects=theo).order_by("-number")[:1]
        (mine,) = Entry.objects.filter(corrects=entry).order_by("-number")[:1]
    assert (mine.impact, last.impact) == ("Maya hides.", "Theo sleeps.")


def test_the_page_of_a_correction_asks_for_time_and_weight(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, "They were put out.", impact={family.maya: "She has lost her home."})
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    url = reverse("records:correct", args=[family.maya, entry.id])
    page = client.get(url).content.decode()
    assert "She has lost her home." in page
    sent = {
        "draft": str(uuid4()), "version": "0", "seen": "0", "act": "sign", "was_wrong": "The day.", "text": "Put out.",
        **typed_time(now() - timedelta(days=9)), "significant": "yes", "impact": "She has lost her bed.",
    }  # fmt: skip
    refused = client.post(url, sent).content.decode()
    assert "Say why this was not written sooner" in refused
    client.post(url, sent | {"late_why": "I was told late.", "version": "1"})
    made = Entry.objects.filter(corrects=entry)
    with as_practitioner(family.worker):
        (row,) = made
    assert (row.late, row.impact) == (True, "She has lost her bed.")
    shown = client.get(reverse("records:entry", args=[family.maya, entry.id])).content.decode()
    assert "so that the entry was written late: I was told late." in shown
    assert "She has lost her bed." in shown


# -- signed once -------------------------------------------------------------------------------------------


def test_what_somebody_else_signed_from_a_draft_of_that_id_is_theirs(family: Family) -> None:
    draft = uuid4()
    with as_practitioner(family.worker):
        hers = noted(family, "Seen by Dana.")
        first = sign(EntryIn((family.maya,), "note", an_hour_ago(), "Seen."), draft_id=draft)
    with as_practitioner(family.manager):
        assert queries.signed_from(draft) == []
        second = sign(EntryIn((family.maya,), "note", an_hour_ago(), "Heard."), draft_id=draft)
    assert second[family.maya].id not in {first[family.maya].id, hers.id}
    assert second[family.maya].author_id == family.manager.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("version", ["0", "1"])
def test_pressed_twice_at_once_one_draft_is_signed_once(
    transactional_db: None, make_family: Callable[[], Family], version: str, as_owner
) -> None:  # type: ignore[no-untyped-def]
    family = make_family()
    draft = uuid4()
    if version == "1":
        with as_practitioner(family.worker):
            actions.keep_draft(draft, child=family.maya, kind="note", content={}, version=0)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    sent = {
        "draft": str(draft), "version": version, "act": "sign", "text": "Seen at school.", **typed_time(an_hour_ago()),
    }  # fmt: skip
    answers: list[object] = []
    together = threading.Barrier(4)

    def press() -> None:
        mine = Client()
        mine.cookies = client.cookies
        try:
            together.wait()
            answers.append(
                mine.post(reverse("records:write", args=[family.maya, "note"]), sent).headers["Location"]
            )
        except BaseException as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1, answers
    assert as_owner.execute("SELECT count(*) FROM records_entry").fetchone()[0] == 1
    assert as_owner.execute("SELECT count(*) FROM records_entrydraft").fetchone()[0] == 0


@pytest.mark.obligation("REC-12")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "elsewhere", [False, True], ids=["one entry", "a sibling's, written together with it"]
)
def test_of_two_who_correct_at_the_same_moment_the_second_is_told_and_nothing_of_theirs_stands(
    transactional_db: None, make_family: Callable[[], Family], elsewhere: bool, as_owner
) -> None:  # type: ignore[no-untyped-def]
    """Both have opened the page before either sent it; the first has written and not finished when the second comes."""
    family = make_family()
    with as_practitioner(family.worker):
        maya = noted(family, "They were put out.", family.maya, family.theo)
        theo = Entry.objects.get(folder_id=family.theo)
    first, record = (theo, "in the record ") if elsewhere else (maya, "")

    def second() -> None:
        correct_entry(
            maya.id, "A word.", "They were evicted.", also=[theo.id], seen=0, seen_beside={theo.id: 0}
        )

    said, waited = both(
        as_owner,
        (family.manager, lambda: correct_entry(first.id, "The day.", "They left on their own.", seen=0)),
        (family.worker, second),
    )
    assert waited
    assert said.startswith(f"Priya Nair corrected this entry {record}")
    rows = as_owner.execute(
        "SELECT folder_id, count(*) FROM records_entry WHERE corrects_id IS NOT NULL GROUP BY 1"
    )
    assert rows.fetchall() == [(first.folder_id, 1)]


def test_the_page_of_a_correction_knows_what_stands_in_the_siblings_records(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = noted(family, "They were put out.", family.maya, family.theo)
        theo = Entry.objects.get(folder_id=family.theo)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    url = reverse("records:correct", args=[family.maya, entry.id])
    assert 'name="seen_beside" value="0"' in client.get(url).content.decode()
    with as_practitioner(family.manager):
        correct_entry(theo.id, "The day.", "They left on their own.", seen=0)
    sent = {
        "draft": str(uuid4()), "version": "0", "seen": "0", "seen_beside": "0", "act": "sign",
        "was_wrong": "A word.", "text": "They were evicted.", **typed_time(entry.happened_at),
        "others": [str(family.theo)],
    }  # fmt: skip
    page = client.post(url, sent).content.decode()
    assert "Priya Nair corrected this entry in the record" in page
    assert "They were evicted." in page
    assert 'name="seen_beside" value="1"' in page
