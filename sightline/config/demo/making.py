"""What the demonstration's families are made of: children, adults, entries, duties and concerns of the past.

What people do now goes through the actions, looking as them; what lies in the past is written in bulk, dated
back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sightline.access import actions as access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.children import actions as children
from sightline.children.rules import (
    Address,
    Answer,
    Birth,
    Names,
    NewAdult,
    NewAuthority,
    NewChild,
    NewInvolvement,
    NewProvider,
    NewStatus,
    NewTie,
    Number,
)
from sightline.children.terms import (
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    ProviderKind,
    Scheme,
    StatusKind,
)
from sightline.concerns import actions as concerns
from sightline.concerns.actions import (
    ConcernIn,
    PastAnswer,
    PastConcern,
    PastDecisions,
    Raised,
)
from sightline.concerns.models import ConcernPart
from sightline.concerns.rules import ChildDecision
from sightline.kernel.ids import uuid7
from sightline.kernel.time import day_of
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import PastEntry
from sightline.records.terms import EntryKind

from . import names
from .people import (
    COUNCIL,
    DANA,
    EAST,
    HELEN,
    MAREK,
    PRIYA,
    Cast,
)
from .telling import at, born, day, decision

#: Where the demonstration's people look from, as the audit trail keeps it.
ORIGIN = "demonstration"


@contextmanager
def _as(cast: Cast, name: str) -> Iterator[None]:
    with looking_as(Viewer.practitioner(cast[name], origin=ORIGIN)):
        yield


@contextmanager
def _setting_up() -> Iterator[None]:
    with looking_as(Viewer.for_job("demo")):
        yield


# -- what the families are made of --------------------------------------------------------------------


@dataclass(frozen=True)
class _Child:
    folder_id: UUID
    child_id: UUID


def _given(question: IdentityQuestion, words: str = "", *codes: str, own: bool = True) -> Answer:
    return Answer(question, Answered.GIVEN, codes=codes, words=words, self_described=own)


def _who(language: str, ethnicity: str, religion: str, *more: Answer) -> tuple[Answer, ...]:
    return (
        _given(IdentityQuestion.ETHNICITY, "", ethnicity, own=False),
        _given(IdentityQuestion.LANGUAGE, language),
        Answer(IdentityQuestion.RELIGION, Answered.DECLINED)
        if not religion
        else _given(IdentityQuestion.RELIGION, religion),
        *more,
    )


def _known(
    cast: Cast,
    given: str,
    family: str,
    birth: Birth,
    *,
    since: int,
    known_as: str = "",
    answers: tuple[Answer, ...] = (),
    address: Address | None = None,
    statuses: Sequence[tuple[StatusKind, int, str]] = (),
    school: str = "",
    nursery: str = "",
    with_them: Sequence[tuple[str, str | None, str, str]] = (),
    lead: str = DANA,
    lead_since: int | None = None,
    upn: str = "",
    let_in: Sequence[str] = (),
) -> _Child:
    """A child whom the council has worked with for `since` days, their record open to Dana's team.

    `with_them`: agency, worker or nobody named, role, contribution. `let_in`: who else reads the record.
    """
    opened = at(since, 11, 20)
    rng = Random(f"{given} {family}")
    grants = [
        access.NewGrant(
            GrantOrigin.ALLOCATION, f"Works with {given}", practitioner_id=cast[lead],
            level=GrantLevel.WRITE, given_by_id=cast[PRIYA],
        ),
        access.NewGrant(
            GrantOrigin.ALLOCATION, "The team that works with the child", team_id=cast.teams[EAST],
            level=GrantLevel.WRITE, given_by_id=cast[PRIYA],
        ),
        *(
            access.NewGrant(
                GrantOrigin.INVOLVEMENT, f"Works with {given}", practitioner_id=cast[name],
                given_by_id=cast[PRIYA],
            )
            for name in let_in
        ),
    ]  # fmt: skip
    providers = [NewProvider(ProviderKind.GP, rng.choice(names.SURGERIES), names.telephone(rng), day(since))]
    if school:
        providers.append(NewProvider(ProviderKind.SCHOOL, school, "01632 960130", day(since)))
    if nursery:
        providers.append(NewProvider(ProviderKind.NURSERY, nursery, "01632 960170", day(since)))
    numbers = [Number(Scheme.NHS, names.nhs_number(rng))]
    if upn:
        numbers.append(Number(Scheme.UPN, upn))
    from_day = day(since if lead_since is None else lead_since)
    with _setting_up():
        [folder_id] = access.open_folders_bulk(
            [
                access.FolderOpening(
                    cast.agencies[COUNCIL], cast[PRIYA], opened, opened_by_id=cast[MAREK], grants=grants
                )
            ]
        )
        [child_id] = children.record_children_bulk(
            [
                NewChild(
                    folder_id,
                    names=Names(given, family, known_as),
                    birth=birth,
                    answers=answers,
                    numbers=tuple(numbers),
                    address=address,
                    statuses=tuple(NewStatus(kind, day(days), category=c) for kind, days, c in statuses),
                    providers=tuple(providers),
                    authority=NewAuthority(COUNCIL, held_from=day(since)),
                    involvements=(
                        NewInvolvement(
                            cast.agencies[COUNCIL], "Social worker", cast[lead], lead=True, held_from=from_day
                        ),
                        *(
                            NewInvolvement(
                                cast.agencies[agency],
                                role,
                                cast[who] if who else None,
                                words,
                                held_from=from_day,
                            )
                            for agency, who, role, words in with_them
                        ),
                    ),
                )
            ],
            recorded={folder_id: (opened, cast[lead])},
        )
    return _Child(folder_id, child_id)


#: An adult in a child's life: given, family, age, kinship, parental responsibility, lives with, the child's word.
_Adult = tuple[str, str, int | None, Kinship, Known, Known, str]


def _people(cast: Cast, child: _Child, *those: _Adult, since: int = 100) -> None:
    """Adults in a child's life."""
    _family(cast, [child], *those, since=since)


def _family(cast: Cast, siblings: Sequence[_Child], *those: _Adult, since: int = 100) -> None:
    """Brothers and sisters with the same adults in their lives, each tied to the others."""
    adults, ties = [], []
    for given, family, age, kinship, responsible, lives, words in those:
        adult = uuid7()
        birth = Birth(born_on=born(age, 5, 17), estimated=True) if age else Birth()
        adults.append(NewAdult(Names(given, family), birth, id=adult))
        tie = NewTie(adult, kinship, responsible, lives, words, held_from=day(since))
        ties += [(child.folder_id, child.child_id, tie) for child in siblings]
    for child in siblings:
        for other in siblings:
            if other is not child:
                tie = NewTie(other.child_id, Kinship.SIBLING, Known.NO, Known.YES, held_from=day(since))
                ties.append((child.folder_id, child.child_id, tie))
    with _setting_up():
        by = (at(since, 12), cast[DANA])
        recorded = {child.folder_id: by for child in siblings} | {a.id: by for a in adults if a.id}
        children.record_family_bulk(adults, ties, recorded=recorded)


def _entries(cast: Cast, child: _Child, *those: tuple[int, int, EntryKind, str, str]) -> None:
    """Entries of the past: days ago, hour, kind, who wrote it, text; written the same evening."""
    with _setting_up():
        records.record_entries_bulk(
            [
                PastEntry(
                    {child.folder_id: text}, kind, at(days, hour, 10),
                    max(at(days, 17, 40), at(days, hour, 10)),
                    cast[author], cast.post_of(author),
                    agency_id=cast.agencies[cast.post_of(author).rpartition(", ")[2]],
                )
                for days, hour, kind, author, text in those
            ]
        )  # fmt: skip


def _owed(
    cast: Cast,
    child: _Child,
    subject_id: UUID,
    *those: tuple[str, datetime, datetime | None],
    owner: str = DANA,
) -> None:
    """Duties of the past: kind, since when, and when done (None: still owed)."""
    with _setting_up():
        duties.record_duties_bulk(
            [
                duties.PastDuty(
                    duties.Opening(
                        folder_id=child.folder_id, kind=kind, started_at=started, subject_id=subject_id,
                        path=f"/child/{child.folder_id}/", owner_id=cast[owner], team_id=cast.teams[EAST],
                    ),
                    opened_at=started, opened_by_id=cast[HELEN], done_at=done,
                    done_by_id=cast[owner] if done else None,
                )
                for kind, started, done in those
            ]
        )  # fmt: skip


def _past(
    cast: Cast,
    sent: ConcernIn,
    about: Sequence[_Child],
    outcome: str,
    reasons: str,
    *,
    raised: datetime,
    by: str,
    decider: str = MAREK,
    done: dict[str, datetime] | None = None,
) -> UUID:
    """A concern of the past that was decided some hours later and answered the same day."""
    pack = pack_in_force()
    decided_at = raised + timedelta(hours=3)
    with _setting_up():
        [concern_id] = concerns.record_past_concerns_bulk(
            [
                PastConcern(
                    sent=sent,
                    about=[(child.folder_id, child.child_id) for child in about],
                    raised_at=raised,
                    raised_by_id=cast[by],
                    raised_by=by,
                    raised_post=cast.post_of(by),
                    taken_at=raised + timedelta(hours=1),
                    taken_by_id=cast[decider],
                    acknowledged=PastAnswer(ARRIVED, raised + timedelta(hours=1), cast[decider]),
                    decided=PastDecisions(
                        [decision(pack, day_of(decided_at), outcome, reasons) for _child in about],
                        decided_at,
                        cast[decider],
                        cast.post_of(decider),
                    ),
                    answered=PastAnswer(
                        "Thank you. A social worker will see the child and speak with the family.",
                        decided_at + timedelta(hours=1),
                        cast[decider],
                    ),
                    owner_id=cast[DANA],
                    done=done or {},
                )
            ]
        )
    return concern_id


ARRIVED = "Thank you. We have your concern and will decide on it within one working day."


def _raise(cast: Cast, by: str, sent: ConcernIn) -> Raised:
    with _as(cast, by):
        return concerns.raise_concern(sent)


def _decide(cast: Cast, by: str, raised: Raised, *decisions: ChildDecision) -> None:
    """Acknowledge, take up, and decide on each child in the order of the concern."""
    with _as(cast, by):
        concerns.acknowledge(raised.concern_id, ARRIVED)
        concerns.take_up(raised.concern_id)
        parts = ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list")
        concerns.screen(
            raised.concern_id,
            [_of_part(each, part.id) for each, part in zip(decisions, parts, strict=True)],
            knows_family=False,
        )


def _of_part(each: ChildDecision, part_id: UUID) -> ChildDecision:
    return ChildDecision(**{**each.__dict__, "part_id": part_id})


def _allocate(cast: Cast, by: str, folder_id: UUID, name: str, team: str, manager: str, role: str) -> None:
    """The front door passes a child to a team, whose manager allocates the child to a worker."""
    with _as(cast, by):
        concerns.pass_to_team(folder_id, cast.teams[team], f"{team} works with families where this one lives")
    with _as(cast, manager):
        concerns.allocate(
            folder_id,
            cast[name],
            role=role,
            why="Takes the lead: visit the family together with the referrer.",
        )
