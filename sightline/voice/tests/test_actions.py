"""What is kept of a child's words, what is owed by them, and who may read and write them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from sightline.access.terms import GrantLevel
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.queries import child_page
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.together import answer
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.models import Duty
from sightline.procedures.queries import on_folders, pack_in_force
from sightline.records.actions import Deciding, EntryIn, decide, sign
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice import actions, models, queries
from sightline.voice.actions import AdvocacyStep, Explaining, Mattering, RightsExplained, Telling, Wishes
from sightline.voice.models import View
from sightline.voice.terms import AdvocacyAct, Answer, Explained, Heard, Near, Power, RightsForm, TookPart

from .factories import heard, some_words

pytestmark = pytest.mark.django_db


def owed(folder_id: UUID) -> list[str]:
    return sorted(d.kind for d in on_folders([folder_id]))


def told(**changes: object) -> Explaining:
    fields = {
        "words": "We said that mum will come on Fridays.",
        "explained_at": now(),
        "how": Explained.TALKING,
    }
    return Explaining(**{**fields, **changes})  # type: ignore[arg-type]


def a_decision(folder_id: UUID, kind: DecisionKind = DecisionKind.SCREENING) -> Decision:
    pack = pack_in_force()
    return decide(
        [Deciding(folder_id, kind, "Early help", "Several small needs that one person can bring together.",
                  pack.name, pack.version)]
    )[0]  # fmt: skip


@pytest.mark.obligation("CHD-03")
def test_the_childs_own_words_are_kept_as_they_were_said(worker, folder_id) -> None:
    words = "i dont like it when he shouts,, I put my hearing aids in the drawer"
    view = heard(folder_id, worker, said=words, heard=Heard.DIRECT_WORK)
    with as_practitioner(worker):
        found = queries.voices([folder_id])[0]
        assert (found.said, found.heard, found.wants) == (words, Heard.DIRECT_WORK, "That mum collects me.")
        assert found.heard_by.startswith("Dana Okafor, ")
        with pytest.raises(ProgrammingError), transaction.atomic():
            View.objects.filter(id=view.id).update(said="tidied")


@pytest.mark.obligation("CHD-03")
def test_three_houses_keep_their_three_parts_and_nothing_else_does(worker, folder_id) -> None:
    heard(
        folder_id,
        worker,
        heard=Heard.THREE_HOUSES,
        said="",
        worries="The shouting",
        good="Nan",
        dreams="A dog",
    )
    heard(folder_id, worker, heard=Heard.PLAY, worries="not asked", heard_at=now() - timedelta(days=3))
    with as_practitioner(worker):
        houses, play = queries.voices([folder_id])
    assert (houses.worries, houses.good, houses.dreams, houses.words) == (
        "The shouting",
        "Nan",
        "A dog",
        "The shouting",
    )
    assert play.worries == ""


@pytest.mark.obligation("CHD-02")
def test_not_alone_without_a_reason_is_refused_also_by_the_database(worker, folder_id) -> None:
    with as_practitioner(worker), pytest.raises(Refused, match="not heard alone"):
        actions.hear(folder_id, some_words(alone=False, others="Her mother"))
    with as_practitioner(worker), pytest.raises(Refused, match="past"):
        actions.hear(folder_id, some_words(heard_at=now() + timedelta(hours=1)))


@pytest.mark.obligation("CHD-04")
def test_a_view_becomes_due_by_the_pack_and_is_done_when_it_is_explained(worker, folder_id) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        assert owed(folder_id) == ["answer_to_child"]
        duty = Duty.objects.get(subject_id=view.id)
        assert duty.owner_id == worker.pk
        assert duty.caveat
        assert [v.id for v in queries.unanswered([folder_id])] == [view.id]
        with pytest.raises(Refused, match="reason"):
            actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.NO))
        actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.NO, why_no="Mum works then."))
        assert owed(folder_id) == []
        assert queries.unanswered([folder_id]) == []
        answer = queries.voices([folder_id])[0].explained[0]
        assert (answer.answer, answer.why_no) == (Answer.NO, "Mum works then.")


@pytest.mark.obligation("CHD-04")
def test_the_answer_is_due_from_when_the_child_spoke_however_late_it_is_written(worker, folder_id) -> None:
    spoke = now() - timedelta(days=40)
    view = heard(folder_id, worker, heard_at=spoke)
    with as_practitioner(worker):
        duty = Duty.objects.get(subject_id=view.id)
        assert duty.started_at == spoke
        assert duty.due_at < now()


def test_what_was_only_seen_of_a_baby_waits_for_no_answer(worker, folder_id) -> None:
    heard(folder_id, worker, heard=Heard.OBSERVATION, said="Turned to her mother's voice.", wants="")
    with as_practitioner(worker):
        assert owed(folder_id) == []
        assert queries.last_said([folder_id]).quoted is False


@pytest.mark.obligation("CHD-04")
def test_a_decision_that_touches_a_recorded_view_is_to_be_explained(worker, folder_id) -> None:
    with as_practitioner(worker):
        a_decision(folder_id)
        assert owed(folder_id) == []
    heard(folder_id, worker)
    with as_practitioner(worker):
        a_decision(folder_id, DecisionKind.MATCH)
        decision = a_decision(folder_id)
        assert owed(folder_id) == ["answer_to_child", "explain_decision"]
        assert [d.id for d in queries.to_explain([folder_id])] == [decision.id]
        for _ in range(101):
            a_decision(folder_id, DecisionKind.MATCH)
        assert [d.id for d in queries.to_explain([folder_id])] == [decision.id]
        with pytest.raises(Refused, match="what the child wants"):
            actions.explain(folder_id, told(decision_id=decision.id))
        with pytest.raises(Refused, match="reason"):
            actions.explain(folder_id, told(decision_id=decision.id, answer=Answer.NO))
        actions.explain(
            folder_id, told(decision_id=decision.id, answer=Answer.NO, why_no="It is not safe yet.")
        )
        assert owed(folder_id) == ["answer_to_child"]
        assert queries.to_explain([folder_id]) == []
        [said] = queries.explanations([folder_id])
        assert (said.answer, said.why_no) == (Answer.NO, "It is not safe yet.")


@pytest.mark.obligation("REC-12")
def test_putting_right_adds_and_the_first_writing_stays(worker, folder_id) -> None:
    view = heard(folder_id, worker, said="I want dad to pick me up.")
    with as_practitioner(worker):
        right = actions.correct(view.id, some_words(), "It was mum that she named.")
        found = queries.voices([folder_id])
        assert [v.id for v in found] == [right.id]
        assert [b.said for b in found[0].earlier] == ["I want dad to pick me up."]
        with pytest.raises(Refused, match="Dana Okafor has put this right already"):
            actions.correct(view.id, some_words(), "Again.")
        again = actions.correct(right.id, some_words(said="I want mummy."), "She says mummy.")
        earlier = queries.voices([folder_id])[0].earlier
        assert [(b.said, b.wrong) for b in earlier] == [
            (some_words().said, "She says mummy."),
            ("I want dad to pick me up.", "It was mum that she named."),
        ]
        actions.explain(folder_id, told(view_ids=[again.id], answer=Answer.YES))
        assert owed(folder_id) == []
        assert queries.voices([folder_id])[0].explained


def test_a_form_that_is_sent_twice_is_kept_once(worker, folder_id) -> None:
    once = uuid7()
    with as_practitioner(worker):
        first = actions.hear(folder_id, some_words(), once=once)
        assert actions.hear(folder_id, some_words(), once=once).id == first.id == once
        assert len(queries.voices([folder_id])) == 1
        assert owed(folder_id) == ["answer_to_child"]


@pytest.mark.obligation("CHD-10")
def test_an_advocate_is_offered_accepted_and_found_and_each_is_due(worker, folder_id) -> None:
    from sightline.procedures.actions import happened

    with as_practitioner(worker):
        happened("enquiry_started", [folder_id], subject_id=uuid7(), at=now())
        assert "offer_advocate" in owed(folder_id)
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.OFFERED, today()))
        assert "offer_advocate" not in owed(folder_id)
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.ACCEPTED, today(), "Yes please"))
        assert "find_advocate" in owed(folder_id)
        with pytest.raises(Refused, match="name"):
            actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.NAMED, today()))
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.NAMED, today(), name="Ada Quill"))
        assert not {"offer_advocate", "find_advocate"} & set(owed(folder_id))
        assert queries.advocate_now([folder_id]).name == "Ada Quill"
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.ENDED, today()))
        assert queries.advocate_now([folder_id]) is None
        assert "offer_advocate" in owed(folder_id)


@pytest.mark.obligation("CHD-11")
def test_that_rights_were_explained_is_on_the_record(worker, folder_id) -> None:
    from sightline.procedures.actions import happened

    with as_practitioner(worker):
        happened("enquiry_started", [folder_id], subject_id=uuid7(), at=now())
        assert "explain_rights" in owed(folder_id)
        actions.tell_rights(
            folder_id,
            RightsExplained(RightsForm.MIDDLE, Explained.PICTURES, now(), child_said="Even at home?"),
        )
        assert "explain_rights" not in owed(folder_id)
        assert queries.rights_told([folder_id])[0].child_said == "Even at home?"


@pytest.mark.obligation("CHD-12")
def test_what_the_child_was_not_told_beforehand_is_listed(worker, folder_id) -> None:
    from sightline.children.actions import move_to
    from sightline.children.rules import Address

    with as_practitioner(worker):
        move_to(
            folder_id, Address(lines="1 Old Street", area="Eastmere", held_from=today() - timedelta(days=90))
        )
        move_to(
            folder_id, Address(lines="4 Quay Row", area="Northmoor", held_from=today() - timedelta(days=3))
        )
        view = child_page([folder_id])
        # The first home of all is listed as well: whether she was told of it is not known either.
        move = max(queries.not_told(view), key=lambda h: h.on)
        assert move.about.startswith("Move")
        others = [h for h in queries.not_told(view) if h.id != move.id]
        with pytest.raises(Refused):
            actions.tell_before(folder_id, Telling(move.about, move.on, TookPart.THERE, subject_id=move.id))
        actions.tell_before(
            folder_id,
            Telling(
                move.about,
                move.on,
                TookPart.THERE,
                subject_id=move.id,
                told="Where the new flat is.",
                told_at=now(),
            ),
        )
        assert queries.not_told(view) == others
        actions.tell_before(
            folder_id,
            Telling("Core group", today(), TookPart.NOT_YET, why_not_told="She is away until Monday."),
        )
        assert "Core group" in [h.about for h in queries.not_told(view)]


@pytest.mark.obligation("CHD-14")
def test_the_childs_own_map_of_who_matters_changes_by_day_and_forgets_nothing(worker, folder_id) -> None:
    with as_practitioner(worker):
        actions.matters(folder_id, Mattering("Nan", Near.NEAR, "grandmother"))
        actions.matters(folder_id, Mattering("nan", Near.NEAREST, "grandmother", "She listens."))
        dog = actions.matters(folder_id, Mattering("Biscuit", Near.NEAREST, "dog"))
        assert [(m.name, m.near) for m in queries.who_matters([folder_id])] == [
            ("Biscuit", Near.NEAREST), ("nan", Near.NEAREST),
        ]  # fmt: skip
        actions.matters_no_more(dog.id, "He died.")
        assert [m.name for m in queries.who_matters([folder_id])] == ["nan"]
        assert {m.name for m in queries.mattered([folder_id])} == {"Biscuit", "Nan"}
        with pytest.raises(Refused, match="already"):
            actions.matters_no_more(dog.id, "He died.")


@pytest.mark.obligation("CHD-13")
def test_urgent_action_is_not_delayed_and_hearing_the_child_becomes_due(worker, folder_id) -> None:
    with as_practitioner(worker):
        with pytest.raises(Refused, match="section 47"):
            actions.have_regard(folder_id, Wishes(Power.SECTION_47))
        actions.have_regard(folder_id, Wishes(Power.SECTION_46, urgent=True))
        assert owed(folder_id) == ["hear_the_child"]
    view = heard(folder_id, worker, heard_at=now())
    with as_practitioner(worker):
        assert owed(folder_id) == ["answer_to_child"]
        actions.have_regard(
            folder_id, Wishes(Power.SECTION_47, [view.id], "She is clear, and it decides who asks her.")
        )
        assert queries.regards([folder_id])[0].power is Power.SECTION_47


def test_what_the_child_last_said_stands_with_what_became_of_it(worker, folder_id) -> None:
    heard(folder_id, worker, said="Nobody asked me.", heard_at=now() - timedelta(days=9))
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        actions.acted(view.id, "School tells mum by noon who collects.", today())
        actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.YES))
        last = queries.last_said([folder_id])
    assert last.words == "I want mum to pick me up herself."
    assert (last.total, last.unanswered) == (2, 1)
    assert last.done.startswith("School tells mum")
    assert "Dana Okafor" in last.explained


def test_the_timeline_shows_what_was_said_and_what_was_told(worker, folder_id) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.YES))
        found = {m.kind: m for m in answer(queries.paged.told([folder_id], ()))}
    assert found["The child said"].text == (
        "“I want mum to pick me up herself.”\n\nWhat they want: That mum collects me.\n\n"
        f"Heard by {view.heard_by}, The music room at school, alone."
    )
    assert found["Explained to the child"].author == "Dana Okafor"


@pytest.mark.obligation("CHD-03")
def test_what_a_child_reads_holds_their_words_and_the_reasons_given(worker, folder_id) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.NO, why_no="Mum works then."))
        mine = queries.yours(child_page([folder_id]))
    assert mine.told[0].words == "I want mum to pick me up herself."
    assert mine.told[0].answers[0].why_no == "Mum works then."
    assert mine.rights[0][0] == "Your rights"


@pytest.mark.obligation("CHD-03")
def test_a_child_reads_everything_that_they_said_however_much_it_is(worker, folder_id) -> None:
    first = heard(folder_id, worker, said="The very first thing.")
    with as_practitioner(worker):
        for n in range(202):
            actions.hear(folder_id, some_words(said=f"And then number {n}.", heard_at=now()))
        mine = queries.yours(child_page([folder_id]))
        assert queries.voices([folder_id], limit=1)[0].first != first.id
    assert len(mine.told) == 203
    assert "The very first thing." in {one.words for one in mine.told}


@pytest.mark.obligation("CHD-05")
def test_the_eight_are_answered_from_the_record(worker, folder_id) -> None:
    heard(folder_id, worker)
    with as_practitioner(worker):
        found = {n.name.value: n for n in queries.needs(child_page([folder_id]))}
    assert "Heard 1 time, 1 time alone." in [line.text for line in found["understanding"].lines]
    assert any("not answered yet" in gap for gap in found["explanation"].gaps)
    assert found["advocacy"].gaps == ("An advocate has not been offered.",)
    assert len(found) == 8
    assert all(line.href.startswith("/child/") for need in found.values() for line in need.lines)


@pytest.mark.obligation("CHD-05")
def test_that_a_child_was_seen_is_read_from_the_entries_and_from_who_heard_them_in_person(
    worker, folder_id
) -> None:
    def vigilance():
        with as_practitioner(worker):
            [need] = [n for n in queries.needs(child_page([folder_id])) if n.name.value == "vigilance"]
        return [line.text for line in need.lines], need.gaps

    heard(folder_id, worker, heard=Heard.ADVOCATE)
    assert any("says that Maya was seen" in gap for gap in vigilance()[1])
    with as_practitioner(worker):
        sign(
            EntryIn(
                (folder_id,), "visit", now() - timedelta(hours=6), "Maya drew and was calm.",
                answers={"where": "At home", "interpreting": "none_needed"},
                child_answers={folder_id: {"seen": "yes", "seen_alone": "yes"}},
                late_why="Out of reach until today.",
            )
        )  # fmt: skip
    lines, gaps = vigilance()
    assert [line for line in lines if line.startswith("Last seen by Dana Okafor")]
    assert gaps == ()
    heard(folder_id, worker, heard=Heard.OBSERVATION)
    assert [line for line in vigilance()[0] if line.startswith("Last seen: watching a baby")]


def test_a_draft_is_the_writers_own_and_is_emptied_when_it_is_kept(worker, folder_id) -> None:
    colleague = make_practitioner("social-worker")
    from sightline.access.tests.factories import let_in

    let_in(folder_id, colleague)
    with as_practitioner(worker):
        actions.save_draft(folder_id, {"said": ["I wan"]})
        actions.save_draft(folder_id, {"said": ["I want mum"]})
        assert [d.content for d in queries.drafts(folder_id)] == [{"said": ["I want mum"]}]
    with as_practitioner(colleague):
        assert queries.drafts(folder_id) == []
    with as_practitioner(worker):
        actions.hear(folder_id, some_words())
        assert queries.drafts(folder_id) == []


# -- the door --------------------------------------------------------------------------------------------


TABLES = [
    models.View, models.Done, models.Explanation, models.ExplainedView, models.Advocacy, models.RightsTold,
    models.ToldBefore, models.MattersTo, models.Regard, models.Draft,
]  # fmt: skip


@pytest.mark.obligation("REC-18")
def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing(worker, folder_id, owning) -> None:
    view = heard(folder_id, worker)
    with as_practitioner(worker):
        actions.acted(view.id, "Rang the school.", today())
        actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.YES))
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.OFFERED, today()))
        actions.tell_rights(folder_id, RightsExplained(RightsForm.OLDER, Explained.TALKING, now()))
        actions.tell_before(folder_id, Telling("Review", today(), TookPart.NOT_YET, why_not_told="Tomorrow."))
        who = actions.matters(folder_id, Mattering("Nan", Near.NEAREST))
        actions.have_regard(folder_id, Wishes(Power.SECTION_17, why_not="He is three days old."))
        actions.save_draft(folder_id, {"said": ["x"]})
        assert all(table.objects.filter(folder_id=folder_id).exists() for table in TABLES)
    stranger = make_practitioner("social-worker")
    with as_practitioner(stranger):
        assert [table.__name__ for table in TABLES if table.objects.exists()] == []
        for act in (
            lambda: actions.acted(view.id, "Anything.", today()),
            lambda: actions.correct(view.id, some_words(), "Everything."),
            lambda: actions.matters_no_more(who.id, "No."),
            lambda: actions.explain(folder_id, told(view_ids=[view.id], answer=Answer.YES)),
        ):
            with pytest.raises(NotFound), transaction.atomic():
                act()
        for writes in (
            lambda: actions.hear(folder_id, some_words()),
            lambda: actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.OFFERED, today())),
            lambda: actions.matters(folder_id, Mattering("Me", Near.NEAREST)),
            lambda: actions.save_draft(folder_id, {}),
            lambda: actions.tell_rights(
                folder_id, RightsExplained(RightsForm.OLDER, Explained.TALKING, now())
            ),
            lambda: actions.tell_before(
                folder_id, Telling("R", today(), TookPart.NOT_YET, why_not_told="No.")
            ),
            lambda: actions.have_regard(folder_id, Wishes(Power.SECTION_17, why_not="No.")),
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                writes()


def test_a_reader_and_a_role_without_the_permission_write_nothing(folder_id) -> None:
    from sightline.access.tests.factories import let_in

    reader, quality = make_practitioner("social-worker"), make_practitioner("quality-lead")
    let_in(folder_id, reader, level=GrantLevel.READ)
    let_in(folder_id, quality)
    with as_practitioner(reader), pytest.raises(ProgrammingError), transaction.atomic():
        actions.hear(folder_id, some_words())
    with as_practitioner(quality), pytest.raises(NotPermitted):
        actions.hear(folder_id, some_words())


def test_forgotten_drafts_are_emptied(worker, folder_id, owning) -> None:
    from sightline.kernel.viewer import Viewer, looking_as

    with as_practitioner(worker):
        actions.save_draft(folder_id, {"said": ["I w"]})
    with owning(), connection.cursor() as cursor:
        cursor.execute("UPDATE voice_draft SET saved_at = now() - interval '29 days'")
    with transaction.atomic(), looking_as(Viewer.for_job("drafts")):
        assert actions.clear_drafts() == 1
        assert actions.clear_drafts() == 0
