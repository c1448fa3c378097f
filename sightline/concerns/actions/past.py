"""Concerns of the past, many at once, written as the acts themselves would have left them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import front_door_team
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON
from sightline.matching.actions import refer
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records

from .. import rules
from ..models import Answer, Concern, ConcernPart, Given, PartName, Screening
from ..rules import ChildDecision
from ..terms import AnswerKind, Channel, ConcernAct, ConcernState
from .deciding import _deciding, _screening
from .effect import _where_done
from .giving import GivenIn
from .raising import ConcernIn, _part
from .steps import _advance


@dataclass(frozen=True)
class PastAnswer:
    """What a referrer was told in the past: that it arrived, or what was decided."""

    words: str
    sent_at: datetime
    sent_by_id: UUID


@dataclass(frozen=True)
class PastDecisions:
    """The sitting in which every child of a past concern was decided on, in the order of its children.

    `part_id` of each is set here. No conflict of interests, no shorter time and no other authority: those are
    for the actions themselves.
    """

    decisions: Sequence[ChildDecision]
    made_at: datetime
    maker_id: UUID
    maker_post: str


@dataclass(frozen=True)
class PastConcern:
    """A concern of the past about children whose folders and persons are there already.

    `about` gives folder and person of each child of `sent`, in its order.
    """

    sent: ConcernIn
    about: Sequence[tuple[UUID, UUID]]
    raised_at: datetime
    raised_by_id: UUID
    raised_by: str
    raised_post: str
    taken_at: datetime | None = None
    taken_by_id: UUID | None = None
    acknowledged: PastAnswer | None = None
    decided: PastDecisions | None = None
    answered: PastAnswer | None = None
    #: Who owes what the decision opened, where somebody works with the child.
    owner_id: UUID | None = None
    owner_team_id: UUID | None = None
    #: When each kind of duty that the decision opened was done; those not named are still owed.
    done: Mapping[str, datetime] = field(default_factory=dict)
    #: What a family that was pointed to a service was given, where it was: that is what was owed of it.
    given: GivenIn | None = None
    reference: str = field(default_factory=rules.new_reference)


def record_past_concerns_bulk(past: Sequence[PastConcern]) -> list[UUID]:
    """What `raise_concern`, `acknowledge`, `take_up`, `screen` and `answer` write, for many concerns of the past.

    Nobody is notified of what is long over. For the named jobs that load data. Returns the concerns' ids.
    """
    pack, team = pack_in_force(), front_door_team()
    assert team is not None
    concerns: list[Concern] = []
    parts: list[list[ConcernPart]] = []
    names: list[PartName] = []
    answers: list[Answer] = []
    owed: list[duties.PastDuty] = []
    sittings: list[records.PastSitting] = []
    for each in past:
        concern = Concern(
            reference=each.reference,
            channel=Channel.SIGNED_IN.value,
            raised_at=each.raised_at,
            raised_by_id=each.raised_by_id,
            raised_post=each.raised_post,
            source_code=each.sent.source_code,
            referrer_name="" if each.sent.anonymous else each.raised_by,
            referrer_contact="" if each.sent.anonymous else each.sent.referrer_contact.strip(),
            referrer_relation=each.sent.referrer_relation.strip(),
            anonymous=each.sent.anonymous,
            immediate_danger=bool(each.sent.immediate_danger),
            team_id=team.id,
            state=ConcernState.WAITING.value,
        )
        if each.taken_by_id is not None:
            concern.taken_by_id, concern.taken_at = each.taken_by_id, each.taken_at
            _advance(concern, ConcernAct.TAKE_UP)
        made = [
            _part(concern, each.sent, place, folder_id, child_id, pack, each.raised_at)
            for place, (folder_id, child_id) in enumerate(each.about)
        ]
        parts.append([part for part, _name in made])
        names += [name for _part, name in made]
        folder_ids = [folder_id for folder_id, _child_id in each.about]
        path = f"/front-door/{concern.id}/"
        answers += _past_answers(concern, each)
        concern.version += each.acknowledged is not None
        owed += _past_event(
            pack, "concern_received", folder_ids, concern.id, path, each.raised_at, each.raised_by_id, team.id,
            done={
                "decision_on_concern": (each.decided.made_at, each.decided.maker_id) if each.decided else None,
                "acknowledgement_to_referrer": (each.acknowledged.sent_at, each.acknowledged.sent_by_id)
                if each.acknowledged
                else None,
            },
        )  # fmt: skip
        if each.decided is not None:
            _advance(concern, ConcernAct.DECIDE)
            concern.decided_at = each.decided.made_at
            day = each.decided.made_at.astimezone(LONDON).date()
            if concern.taken_by_id is None:
                concern.taken_by_id, concern.taken_at = each.decided.maker_id, each.decided.made_at
            sittings.append(
                records.PastSitting(
                    decisions=[
                        _deciding(decision, folder_id, concern.id, pack, day)
                        for decision, folder_id in zip(each.decided.decisions, folder_ids, strict=True)
                    ],
                    maker_id=each.decided.maker_id,
                    maker_post=each.decided.maker_post,
                    made_at=each.decided.made_at,
                )
            )
            owed += _past_event(
                pack, "decision_made", folder_ids, concern.id, f"{path}answer/", each.decided.made_at,
                each.decided.maker_id, team.id, owner_id=each.decided.maker_id,
                done={
                    "answer_to_referrer": (each.answered.sent_at, each.answered.sent_by_id) if each.answered else None
                },
            )  # fmt: skip
        if each.answered is not None:
            _advance(concern, ConcernAct.ANSWER)
        concerns.append(concern)
    Concern.objects.bulk_create(concerns)
    ConcernPart.objects.bulk_create(part for of_concern in parts for part in of_concern)
    PartName.objects.bulk_create(names)
    refer([part.folder_id for of_concern in parts for part in of_concern])
    Answer.objects.bulk_create(answers)
    sat = iter(records.record_decisions_bulk(sittings))
    screenings: list[Screening] = []
    given: list[Given] = []
    for each, concern, of_concern in zip(past, concerns, parts, strict=True):
        if each.decided is None:
            continue
        day = each.decided.made_at.astimezone(LONDON).date()
        for decision, part, row in zip(each.decided.decisions, of_concern, next(sat), strict=True):
            screening = _screening(concern, replace(decision, part_id=part.id), row, pack, day)
            screenings.append(screening)
            if each.given is not None:
                given.append(_past_given(each.given, screening, each.decided))
            owed += _past_effect(pack, each, each.decided, screening, team.id)
    Screening.objects.bulk_create(screenings)
    Given.objects.bulk_create(given)
    duties.record_duties_bulk(owed, pack=pack)
    record_many(
        event(Verb.WROTE, what, folder_id=folder_id, subject=concern)
        for each, concern in zip(past, concerns, strict=True)
        for what in _acts_on(each)
        for folder_id, _child_id in each.about
    )
    record_many(event(Verb.WROTE, "concerns.screen", folder_id=s.folder_id, subject=s) for s in screenings)
    record_many(event(Verb.WROTE, "concerns.give_service", folder_id=g.folder_id, subject=g) for g in given)
    return [concern.id for concern in concerns]


def _acts_on(past: PastConcern) -> list[str]:
    """The acts on a concern that its own actions would have told the trail of, in their order."""
    acts = (
        ("concerns.raise", True),
        ("concerns.acknowledged", past.acknowledged is not None),
        ("concerns.take_up", past.taken_by_id is not None),
        ("concerns.answered", past.answered is not None),
    )
    return [what for what, happened in acts if happened]


def _past_answers(concern: Concern, past: PastConcern) -> list[Answer]:
    told = ((AnswerKind.ACKNOWLEDGED, past.acknowledged), (AnswerKind.ANSWERED, past.answered))
    return [
        Answer(
            concern=concern,
            kind=kind.value,
            words=said.words.strip(),
            sent_at=said.sent_at,
            sent_by_id=said.sent_by_id,
        )
        for kind, said in told
        if said is not None
    ]


def _past_given(given: GivenIn, screening: Screening, decided: PastDecisions) -> Given:
    """What `give_service` writes: by whoever decided, on the day."""
    return given.row(screening, by=decided.maker_id, post=decided.maker_post, at=given.given_at)


def _past_event(
    pack: Pack,
    event_id: str,
    folder_ids: Sequence[UUID],
    subject_id: UUID,
    path: str,
    at: datetime,
    by: UUID,
    team_id: UUID,
    *,
    owner_id: UUID | None = None,
    done: Mapping[str, tuple[datetime, UUID] | None],
) -> list[duties.PastDuty]:
    """The duties that something of the pack's events opened then, done or still owed."""
    owed = []
    for folder_id in folder_ids:
        for kind in pack.event(event_id, at.astimezone(LONDON).date()).opens:
            when, who = done.get(kind) or (None, None)
            owed.append(
                duties.PastDuty(
                    duties.Opening(
                        folder_id=folder_id, kind=kind, started_at=at, subject_id=subject_id, path=path,
                        owner_id=owner_id, team_id=team_id,
                    ),
                    opened_at=at, opened_by_id=by, done_at=when, done_by_id=who,
                )
            )  # fmt: skip
    return owed


def _past_effect(
    pack: Pack, past: PastConcern, decided: PastDecisions, screening: Screening, team_id: UUID
) -> list[duties.PastDuty]:
    """The duties that a decision opened then: `_take_effect` of the past."""
    day = decided.made_at.astimezone(LONDON).date()
    owed = []
    for kind in pack.duties_opened_by(screening.outcome_id, day):
        done_at = past.done.get(kind.id)
        if kind.id == "signposting":
            done_at = past.given.given_at if past.given is not None else None
        owed.append(
            duties.PastDuty(
                duties.Opening(
                    folder_id=screening.folder_id,
                    kind=kind.id,
                    started_at=past.raised_at if kind.id == "assessment" else decided.made_at,
                    subject_id=screening.decision_id,
                    path=_where_done(
                        kind.id, screening.folder_id, screening.decision_id, screening.concern_id
                    ),
                    owner_id=past.owner_id if kind.owner_role != "decision_manager" else None,
                    team_id=past.owner_team_id or team_id,
                ),
                opened_at=decided.made_at,
                opened_by_id=decided.maker_id,
                done_at=done_at,
                done_by_id=(past.owner_id or decided.maker_id) if done_at else None,
            )
        )
    return owed
