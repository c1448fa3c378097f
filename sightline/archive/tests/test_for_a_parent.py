"""A parent asks for a child's record: what the child said is proposed, and what is held back stands nowhere else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.archive import actions, queries
from sightline.archive.actions import Asking, Deciding, Identity
from sightline.archive.models import AccessRequest
from sightline.archive.terms import Asker, Choice, Ground
from sightline.children.actions import record_adult, tie
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known
from sightline.concerns.actions import ChildIn
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.records.actions import ContributionIn, contribute, correct_entry, sign_entry
from sightline.records.terms import ContributionKind, EntryKind
from sightline.voice import actions as voice
from sightline.voice.terms import AdvocacyAct, Answer, Explained, Near, RightsForm
from sightline.voice.tests.factories import heard, some_words

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-13")]


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


@pytest.fixture
def folder_id(door: FrontDoor) -> UUID:
    maya = ChildIn(
        given="Maya", family="Ferreira-Lund", age_years=12, sex="F", said="Zq-concern scares me a lot."
    )
    return raised_by(door.teacher, children=[maya]).folder_ids[0]


@pytest.fixture
def officer(folder_id: UUID) -> Practitioner:
    officer = make_practitioner("records-officer", name="Owen Pritchard")
    let_in(folder_id, officer)
    return officer


def asked_by_her_father(door: FrontDoor, officer: Practitioner, folder_id: UUID) -> AccessRequest:
    with as_practitioner(door.decider):
        jon = record_adult(folder_id, NewAdult(Names("Jon", "Lund"), Birth()))
        tie(folder_id, NewTie(jon, Kinship.FATHER, Known.YES, Known.NO))
    with as_practitioner(officer):
        request = actions.receive(
            folder_id, Asking(Asker.PARENT, "Jon Lund", "By post", now(), "By letter", "All of it.", jon)
        )
        proof = Identity("Passport, seen by Owen.", "Birth certificate", "He may know what happened.")
        actions.check_identity(request.id, proof)
        actions.gather(request.id)
    return request


def test_nothing_that_the_child_said_is_given_to_a_parent_unread(
    door: FrontDoor, officer: Practitioner, folder_id: UUID
) -> None:
    with as_practitioner(door.decider):
        first = voice.hear(
            folder_id, some_words(said="Zq-first about the gate.", wants="Zq-wanted that.", keep_from="Mum")
        )
        kept = voice.hear(folder_id, some_words(said="Zq-kept with Nan.", place="Zq-place", keep_from="Dad"))
        voice.acted(kept.id, "Zq-done: school will not tell.", today())
        now_stands = voice.correct(first.id, some_words(said="Zq-second about the gate."), "It was not so.")
        voice.matters(
            folder_id,
            voice.Mattering("Zq-Pip", Near.NEAREST, "Zq-who: the dog", "Zq-words: he never shouts."),
        )
        voice.advocacy(folder_id, voice.AdvocacyStep(AdvocacyAct.OFFERED, today(), "Zq-advocate, not yet."))
        at = now() - timedelta(minutes=5)
        voice.tell_rights(
            folder_id,
            voice.RightsExplained(RightsForm.MIDDLE, Explained.TALKING, at, child_said="Zq-rights."),
        )
        voice.explain(
            folder_id,
            voice.Explaining(
                "Zq-told: we asked the school.",
                at,
                Explained.TALKING,
                [now_stands.id],
                answer=Answer.YES,
                child_said="Zq-answer to it.",
            ),
        )
        entry = sign_entry({folder_id: "Maya was at school."}, kind=EntryKind.NOTE, happened_at=at)[folder_id]
        contribute(
            ContributionIn(
                entry.id, ContributionKind.DISAGREEMENT, "Maya", "The child", "Zq-own words.", "In writing", at
            )
        )  # fmt: skip
    request = asked_by_her_father(door, officer, folder_id)
    with as_practitioner(officer):
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
        items = queries.bundle(request.id)
    for words in (
        "concern",
        "first",
        "wanted",
        "second",
        "Pip",
        "who",
        "words",
        "advocate",
        "rights",
        "answer",
        "own",
        "kept",
        "place",
        "done",
        "told",
    ):
        holds = [item for item in items if f"Zq-{words}" in item.row.text]
        assert holds, words
        for item in holds:
            assert item.decision is None, item.row.text
            assert Ground.EXPECTATION in item.grounds, item.row.text
    kept_from = next(item for item in items if "Zq-first" in item.row.text)
    assert "Mum" in kept_from.row.proposed
    assert any(item.row.text == "Maya was at school." and item.decision is not None for item in items)


def decided(officer: Practitioner, request: AccessRequest, held: str) -> dict[str, queries.Item]:
    """All that holds these words held back where it stands first, everything else given."""
    with as_practitioner(officer):
        holding = True
        for item in queries.bundle(request.id):
            hold = holding and held in item.row.text
            holding = holding and not hold
            choice = (
                Deciding(Choice.HOLD, Ground.THIRD_PARTY, [], "About somebody else.")
                if hold
                else Deciding(Choice.GIVE)
            )
            actions.decide_item(item.id, choice)
        return {str(item.id): item for item in queries.bundle(request.id)}


def test_a_paragraph_held_back_of_an_entry_may_not_stand_in_its_correction(
    door: FrontDoor, officer: Practitioner, folder_id: UUID
) -> None:
    text = "The lodger slept in her room again."
    with as_practitioner(door.decider):
        at = now() - timedelta(minutes=5)
        first = sign_entry({folder_id: f"On Tuesday.\n\n{text}"}, kind=EntryKind.NOTE, happened_at=at)[
            folder_id
        ]
        correct_entry(first.id, "It was a Monday.", f"On Monday.\n\n{text}")
    request = asked_by_her_father(door, officer, folder_id)
    items = decided(officer, request, "lodger")
    [there] = [i for i in items.values() if text in i.row.text and i.given]
    with as_practitioner(door.manager), pytest.raises(Refused, match="The lodger slept in her room again"):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(officer):
        actions.decide_item(there.id, Deciding(Choice.HOLD, Ground.THIRD_PARTY, [], "About somebody else."))
    with as_practitioner(door.manager):
        actions.approve(request.id, "Every item and its ground.")


def test_what_was_explained_is_decided_on_once(
    door: FrontDoor, officer: Practitioner, folder_id: UUID
) -> None:
    view = heard(folder_id, door.decider)
    with as_practitioner(door.decider):
        voice.explain(
            folder_id,
            voice.Explaining(
                "The court said that Zq may not come.", now(), Explained.TALKING, [view.id], answer=Answer.YES
            ),
        )
    with as_practitioner(officer):
        holds = [piece for piece in queries.pieces([folder_id]) if "Zq may not come" in piece.text]
    assert [piece.source for piece in holds] == ["voice"]
