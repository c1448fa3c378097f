"""The families that show what Sightline does, each at another point of the way from a concern to an answer.

What people do now goes through the actions, looking as them; what lies in the past is written in bulk, dated
back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access import actions as access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.children import actions as children
from sightline.children.models import PersonName
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
    AbuseCategory,
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    NameUse,
    ProviderKind,
    Scheme,
    Sex,
    StatusKind,
)
from sightline.concerns import actions as concerns
from sightline.concerns.actions import (
    ChildIn,
    ConcernIn,
    PastAnswer,
    PastConcern,
    PastDecisions,
    PersonIn,
    Raised,
)
from sightline.concerns.models import ConcernPart
from sightline.concerns.rules import ChildDecision
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.ids import uuid7
from sightline.kernel.time import day_of, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import PastEntry
from sightline.records.terms import EntryKind

from . import names, people
from .people import (
    COUNCIL,
    DANA,
    EAST,
    HASAN,
    HEALTH,
    HELEN,
    INES,
    JOANNA,
    LEILA,
    MAREK,
    NGOZI,
    POLICE,
    PRIYA,
    REFUGE,
    RHONA,
    SAM,
    SCHOOL,
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


# -- the families -------------------------------------------------------------------------------------


def ferreira_lund(cast: Cast) -> None:
    """Maya, on a protection plan and open to Dana. Her brother Theo is not known yet."""
    maya = _known(
        cast,
        "Maya",
        "Ferreira-Lund",
        Birth(born_on=born(9, 3, 14), sex=Sex.FEMALE, pronouns="she"),
        since=190,
        known_as="Maya",
        answers=_who(
            "English and Portuguese",
            "WOTH",
            "Christian (Catholic)",
            _given(IdentityQuestion.DISABILITY, "", "HEAR", own=False),
            _given(IdentityQuestion.COMMUNICATION, "Wears hearing aids: face her when you speak."),
            Answer(IdentityQuestion.INTERPRETER, Answered.GIVEN, words="Portuguese for her grandmother"),
        ),
        statuses=[
            (StatusKind.CHILD_IN_NEED, 170, ""),
            (StatusKind.PROTECTION_PLAN, 82, AbuseCategory.NEGLECT.value),
        ],
        school=SCHOOL,
        with_them=[
            (SCHOOL, SAM, "Designated safeguarding lead", "Sees her every school day; breakfast club"),
            (HEALTH, None, "School nurse, not yet named", "Hearing and weight"),
            (COUNCIL, HELEN, "Conference chair", "Chairs the conferences"),
        ],
        lead_since=120,
        let_in=(SAM, HELEN),
    )
    _people(
        cast,
        maya,
        ("Ana", "Ferreira", 31, Kinship.MOTHER, Known.YES, Known.YES, "Mum"),
        ("Jon", "Lund", 34, Kinship.FATHER, Known.YES, Known.NO, "Dad"),
        ("Lucia", "Ferreira", 58, Kinship.GRANDPARENT, Known.NO, Known.NO, "Vovó"),
        ("Kyle", "Dunmore", None, Kinship.PARENTS_PARTNER, Known.NO, Known.NOT_KNOWN, ""),
        since=180,
    )
    concern = _past(
        cast,
        ConcernIn(
            children=[
                ChildIn(
                    given="Maya", family="Ferreira-Lund", school=SCHOOL,
                    about="Her weight has fallen and she hides food in her bag.",
                    said="I want mum to pick me up herself. I don't like it when he shouts, "
                    "I put my hearing aids in the drawer.",
                )
            ],
            what_happened="Maya came to breakfast club in yesterday's clothes and took food for later. "
            "Her mother's partner collected her and smelt of alcohol.",
            indicators=("hungry", "dirty", "unsupervised"),
            harm_where=("home",),
            family_told=Told.PARTLY,
            family_told_words="Mother knows that I am worried about Maya's weight.",
            family_agreed=Agreed.YES,
            source_code="2A",
        ),
        [maya],
        "strategy_discussion",
        "Neglect has gone on although help was given, and the adult who collects her drinks.",
        raised=at(96, 9, 40),
        by=SAM,
        done={"strategy_discussion": at(95, 10), "assessment": at(60, 16)},
    )  # fmt: skip
    _owed(
        cast,
        maya,
        concern,
        ("initial_conference", at(95, 10), at(82, 10)),
    )
    _entries(
        cast,
        maya,
        (
            120,
            15,
            EntryKind.CONTACT,
            DANA,
            "Ana rang for help herself: she cannot manage mornings before work.",
        ),
    )
    with _as(cast, DANA):
        children.move_to(
            maya.folder_id,
            Address(
                LivesAt.HOME, "14 Lantern Court\nHarbourside", "ZZ99 1AA", "Harbourside",
                "Her mother", confidential=True, held_from=day(110),
            ),
        )  # fmt: skip


def qureshi(cast: Cast) -> None:
    """Idris, on a plan, its core group long overdue; a health visitor's new concern is found to be his."""
    idris = _known(
        cast,
        "Idris",
        "Qureshi",
        Birth(born_on=born(6, 9, 2), sex=Sex.MALE, pronouns="he"),
        since=140,
        answers=_who("Urdu and English", "APKN", "Muslim"),
        address=Address(
            LivesAt.HOME, "81 Foundry Road", "ZZ99 2BD", "Old Foundry", "His mother", held_from=day(140)
        ),
        statuses=[(StatusKind.PROTECTION_PLAN, 30, AbuseCategory.PHYSICAL.value)],
        school="Beacon Hill Primary School",
        with_them=[
            (HEALTH, INES, "Health visitor of his sister", ""),
            (COUNCIL, HELEN, "Conference chair", "Chairs the conferences"),
        ],
        let_in=(HELEN,),
    )
    _people(
        cast,
        idris,
        ("Nazia", "Qureshi", 29, Kinship.MOTHER, Known.YES, Known.YES, "Ammi"),
        ("Tariq", "Qureshi", 33, Kinship.FATHER, Known.YES, Known.NO, "Abbu"),
        since=130,
    )
    concern = _past(
        cast,
        ConcernIn(
            children=[ChildIn(given="Idris", family="Qureshi", said="Abbu gets very cross with me.")],
            what_happened="Idris has a mark like a belt on his leg. He flinched when I lifted my arm.",
            indicators=("injury_pattern", "flinches"),
            harm_where=("home",),
            source_code="6",
        ),
        [idris],
        "strategy_discussion",
        "An injury in the shape of a belt, and a child who is afraid of his father.",
        raised=at(50, 10, 5),
        by=RHONA,
        done={"strategy_discussion": at(49, 10), "assessment": at(31, 12)},
    )
    _owed(
        cast,
        idris,
        concern,
        ("initial_conference", at(49, 10), at(30, 10)),
    )
    _entries(
        cast,
        idris,
        (
            30,
            12,
            EntryKind.NOTE,
            HELEN,
            "Conference: plan made, category physical abuse. Father left the home.",
        ),
        (
            24,
            16,
            EntryKind.VISIT,
            DANA,
            "Home visit. Idris seen with his mother; not alone. He showed his drawings.",
        ),
    )
    raised = _raise(
        cast,
        INES,
        ConcernIn(
            children=[
                ChildIn(
                    given="Idrees", family="Qureshi", born_on=born(6, 9, 2), sex="M", lines="81 Foundry Rd",
                    postcode="ZZ99 2BD", school="Beacon Hill Primary School",
                    said_why_not="He was asleep when I visited his sister.",
                )
            ],
            people=[PersonIn("Nazia", "Qureshi", Kinship.MOTHER, Known.YES)],
            what_happened="On my visit to the baby the father was in the house, although he is not to be "
                          "there. "
            "Mother asked me not to tell anybody.",
            indicators=("parent_frightened",),
            harm_where=("home",),
            family_told=Told.NO,
            family_told_words="Telling them might put mother at risk.",
            source_code="3B",
        ),
    )  # fmt: skip
    with _as(cast, JOANNA):
        part = ConcernPart.objects.get(concern_id=raised.concern_id)
        concerns.decide_match(
            part.id,
            idris.folder_id,
            "Same date of birth, address and mother; the given name is spelt another way.",
        )
    _decide(
        cast,
        JOANNA,
        raised,
        decision(
            pack_in_force(),
            today(),
            "already_open",
            "Idris is on a plan with Dana Okafor. His father's return changes what we know of his safety.",
            descriptors=(0, 5),
            child_told="Not told yet: Dana sees him at school tomorrow and will.",
            parents_told="Not told: mother may be at risk if father learns who spoke to us.",
        ),
    )


def okoro(cast: Cast) -> None:
    """A child not yet born: assessment agreed, the health visitor told."""
    raised = _raise(
        cast,
        INES,
        ConcernIn(
            children=[
                ChildIn(
                    given="Baby", family="Okoro", expected_on=today() + timedelta(days=48),
                    lines="3 Ropewalk Terrace", postcode="ZZ99 4QR",
                )
            ],
            people=[PersonIn("Blessing", "Okoro", Kinship.MOTHER, Known.YES, "01632 960771")],
            what_happened="Care for this pregnancy began at 30 weeks. Blessing is nineteen, lives alone "
                          "and has "
            "been threatened by the baby's father.",
            indicators=("hidden_pregnancy", "violence_pregnancy"),
            harm_where=("home",),
            family_told=Told.YES,
            family_told_words="Blessing asked me to ring.",
            family_agreed=Agreed.YES,
            source_code="3B",
        ),
    )  # fmt: skip
    _decide(
        cast,
        MAREK,
        raised,
        decision(
            pack_in_force(),
            today(),
            "section_17_assessment",
            "A young mother alone, threatened by the father; an assessment before the birth gives time "
            "to plan.",
            child_told="Not yet born.",
            parents_told="Blessing, by Ines Farrow: a social worker will come with her next week.",
        ),
    )
    with _as(cast, MAREK):
        concerns.answer(
            raised.concern_id, "An assessment begins. Dana Okafor will ring you to visit together."
        )
    _allocate(cast, MAREK, raised.folder_ids[0], DANA, EAST, PRIYA, "Social worker")


def reid(cast: Cast) -> None:
    """Callum, fifteen, drawn into carrying drugs: a strategy discussion is due within a day."""
    raised = _raise(
        cast,
        RHONA,
        ConcernIn(
            children=[
                ChildIn(
                    given="Callum", family="Reid", known_as="Cal", born_on=born(15, 6, 21), sex="M",
                    lines="22 Anchor Street", postcode="ZZ99 7TY", school="Eastmere High School",
                    said="I owe them. If I don't go they'll come to the house.",
                )
            ],
            people=[PersonIn("Kelly", "Reid", Kinship.MOTHER, Known.YES, "01632 960345")],
            what_happened="Found at 02:10 forty miles from home with three phones and cash. Missing for "
                          "the second "
            "time this month.",
            indicators=("goes_missing", "new_things", "in_debt"),
            harm_where=("outside", "online"),
            family_told=Told.YES,
            family_told_words="Mother was rung and fetched him.",
            family_agreed=Agreed.YES,
            source_code="6",
        ),
    )  # fmt: skip
    _decide(
        cast,
        JOANNA,
        raised,
        decision(
            pack_in_force(),
            today(),
            "strategy_discussion",
            "Reasonable cause to suspect that Callum is exploited for crime: a debt, threats, and two "
            "times missing.",
            descriptors=(6,),
            child_told="By PC Lindqvist on the way home: that people will meet about how to keep him safe.",
            parents_told="Kelly Reid by telephone at once; she agrees.",
        ),
    )
    with _as(cast, JOANNA):
        concerns.answer(
            raised.concern_id, "A strategy discussion is being called; you will be asked to join it."
        )
    _allocate(cast, JOANNA, raised.folder_ids[0], DANA, EAST, PRIYA, "Social worker")


def nowak(cast: Cast) -> None:
    """Zofia: decided as early help and answered; Leila of the voluntary agency leads."""
    raised = _raise(
        cast,
        SAM,
        ConcernIn(
            children=[
                ChildIn(
                    given="Zofia", family="Nowak", born_on=born(11, 1, 30), sex="F",
                    lines="9 Tidewater Close",
                    postcode="ZZ99 5GH", school=SCHOOL,
                    about="She brings her little cousin to school before lessons and is often late herself.",
                    said="I like helping, but I'm tired all the time.",
                )
            ],
            people=[PersonIn("Renata", "Nowak", Kinship.MOTHER, Known.YES, "01632 960512")],
            what_happened="Mother has been ill since the summer. Zofia cooks, cleans and takes her "
                          "cousin to school.",
            indicators=("too_much_expected",),
            harm_where=("home",),
            family_told=Told.YES,
            family_told_words="Renata cried and said that help would be welcome.",
            family_agreed=Agreed.YES,
            source_code="2A",
        ),
    )  # fmt: skip
    _decide(
        cast,
        MAREK,
        raised,
        decision(
            pack_in_force(),
            today(),
            "early_help",
            "A child who looks after her ill mother; both want help, and one family worker can bring it "
            "together.",
            descriptors=(4, 1),
            child_told="By Sam Reyes: somebody called Leila will come, and it is not her fault.",
        ),
    )
    with _as(cast, MAREK):
        concerns.answer(
            raised.concern_id, "Early help is agreed. Leila Haddad of Harbour Families takes the lead."
        )
    _allocate(cast, MAREK, raised.folder_ids[0], LEILA, "Family Support", HASAN, "Family support worker")
    with _as(cast, LEILA):
        children.set_status(raised.folder_ids[0], NewStatus(StatusKind.EARLY_HELP, today()))


def anwar(cast: Cast) -> None:
    """Three brothers and sisters in one concern, each decided on; Ines waits for the answer."""
    home: dict[str, Any] = {"lines": "57 Saltern Avenue", "postcode": "ZZ99 3KL"}
    raised = _raise(
        cast,
        INES,
        ConcernIn(
            children=[
                ChildIn(given="Hira", family="Anwar", born_on=born(12, 11, 3), sex="F", **home,
                        school="Eastmere High School", said_why_not="She was at school."),
                ChildIn(given="Bilal", family="Anwar", born_on=born(8, 4, 19), sex="M", **home,
                        school=SCHOOL, said_why_not="He was at school."),
                ChildIn(given="Mina", family="Anwar", born_on=born(3, 8, 8), sex="F", **home,
                        about="Has not gained weight since the spring.", said="Cold."),
            ],
            people=[
                PersonIn("Asma", "Anwar", Kinship.MOTHER, Known.YES, "01632 960633"),
                PersonIn("Khalid", "Anwar", Kinship.FATHER, Known.YES),
            ],
            what_happened="No heating and no food in the kitchen. Father lost his work in August. Mother "
                          "does not "
            "open letters any more.",
            indicators=("unsafe_home", "not_growing"),
            harm_where=("home",),
            family_told=Told.YES,
            family_told_words="Asma agreed that I ring today.",
            family_agreed=Agreed.YES,
            interpreter="Urdu, for Asma",
            source_code="3B",
        ),
    )  # fmt: skip
    pack = pack_in_force()
    shared: dict[str, Any] = {
        "child_told": "By Ines Farrow, that somebody will come to help with heating and food.",
        "parents_told": "Asma and Khalid by telephone with an interpreter: who will come, and when.",
        "need_code": "N4",
    }
    _decide(
        cast,
        MAREK,
        raised,
        decision(pack, today(), "early_help", "Hira does well at school; money and heating are what she "
                                              "lacks.",
                 **shared),
        decision(pack, today(), "early_help", "Bilal does well at school; money and heating are what he "
                                              "lacks.",
                 **shared),
        decision(pack, today(), "section_17_assessment",
                 "Mina is three and not growing in a cold house: her health may suffer without "
                 "services.", **shared),
    )  # fmt: skip


def whitlock(cast: Cast) -> None:
    """A baby in danger now: at the top of the board, the shortest clock running."""
    _raise(
        cast,
        RHONA,
        ConcernIn(
            children=[
                ChildIn(
                    given="Arthur", family="Whitlock", born_on=today() - timedelta(days=150), sex="M",
                    lines="6 Capstan Court, flat 2", postcode="ZZ99 8WE",
                    said_why_not="He is five months old.",
                )
            ],
            people=[PersonIn("Gemma", "Whitlock", Kinship.MOTHER, Known.YES)],
            what_happened="Officers are at the flat after a call from a neighbour. Arthur has a bruise "
                          "on his cheek. "
            "His mother's partner has left and says that he will be back.",
            indicators=("injury_baby", "police_called"),
            harm_where=("home",),
            immediate_danger=True,
            danger_words="Two officers stay until somebody comes. The partner has a key.",
            family_told=Told.YES,
            family_told_words="Mother knows that we are ringing.",
            source_code="6",
        ),
    )  # fmt: skip


def balan(cast: Cast) -> None:
    """Andrei: raised by his school six days ago, and still nobody has decided."""
    with _setting_up():
        raised_at = at(6, 9, 25)
        [folder_id] = access.open_folders_bulk(
            [
                access.FolderOpening(
                    cast.agencies[COUNCIL], cast[NGOZI], raised_at, opened_by_id=cast[SAM],
                    grants=[
                        access.NewGrant(
                            GrantOrigin.CONCERN, "A concern is being decided",
                            team_id=cast.teams[people.FRONT_DOOR], level=GrantLevel.WRITE,
                            given_by_id=cast[SAM],
                        )
                    ],
                )
            ]
        )  # fmt: skip
        [child_id] = children.record_children_bulk(
            [
                NewChild(
                    folder_id,
                    names=Names("Andrei", "Bălan"),
                    birth=Birth(born_on=born(10, 12, 5), sex=Sex.MALE),
                    address=Address(lines="40 Jetty Road", postcode="ZZ99 6PA", held_from=day(6)),
                    providers=(NewProvider(ProviderKind.SCHOOL, SCHOOL, held_from=day(6)),),
                )
            ],
            recorded={folder_id: (raised_at, cast[SAM])},
        )
        concerns.record_past_concerns_bulk(
            [
                PastConcern(
                    sent=ConcernIn(
                        children=[
                            ChildIn(
                                given="Andrei", family="Bălan", school=SCHOOL,
                                said="I'd rather stay at school. Nobody is there anyway.",
                            )
                        ],
                        what_happened="Andrei has not been collected three times since half term. Last night "
                        "he let himself in and was alone until ten.",
                        indicators=("unsupervised",),
                        harm_where=("home",),
                        family_told=Told.NO,
                        family_told_words="I could not reach them.",
                        interpreter="Romanian",
                        source_code="2A",
                    ),
                    about=[(folder_id, child_id)],
                    raised_at=raised_at,
                    raised_by_id=cast[SAM],
                    raised_by=SAM,
                    raised_post=cast.post_of(SAM),
                )
            ]
        )  # fmt: skip


def thackray(cast: Cast) -> None:
    """Skye: taken up by a decision manager, who is finding out more."""
    raised = _raise(
        cast,
        SAM,
        ConcernIn(
            children=[
                ChildIn(
                    given="Skye", family="Thackray-Obi", born_on=born(7, 2, 11), sex="F", school=SCHOOL,
                    lines="118 Beacon Road", postcode="ZZ99 9DD", said="It's a secret.",
                )
            ],
            what_happened="Skye draws pictures of her uncle that worried her teacher, and will not go "
                          "home with him.",
            indicators=("avoids_person",),
            harm_where=("home", "not_known"),
            family_told=Told.NO,
            family_told_words="It might warn the person.",
            source_code="2A",
        ),
    )  # fmt: skip
    with _as(cast, JOANNA):
        concerns.acknowledge(raised.concern_id, ARRIVED)
        concerns.take_up(raised.concern_id)


def carvalho(cast: Cast) -> None:
    """Tiago lives in another authority: passed on, and ours until they accept."""
    raised = _raise(
        cast,
        RHONA,
        ConcernIn(
            children=[
                ChildIn(
                    given="Tiago", family="Carvalho-Brito", born_on=born(13, 10, 1), sex="M",
                    lines="2 Vellum Lane, Northmoor", postcode="ZZ98 1NM", said="I want to go home.",
                )
            ],
            what_happened="Found sleeping in the bus station after a quarrel at home. He lives in Northmoor.",
            indicators=("goes_missing",),
            harm_where=("home", "outside"),
            family_told=Told.YES,
            family_told_words="His aunt came for him.",
            family_agreed=Agreed.YES,
            source_code="6",
        ),
    )  # fmt: skip
    _decide(
        cast,
        MAREK,
        raised,
        decision(
            pack_in_force(),
            today(),
            "other_authority",
            "Tiago lives in Northmoor, whose council knows the family and must decide.",
            authority="Northmoor Council",
            child_told="By the officer who found him: the council where he lives will ring.",
            parents_told="His aunt and his mother, by telephone.",
        ),
    )


def dhillon(cast: Cast) -> None:
    """Simran: the child's interests and her grandfather's were in conflict; a manager must rule."""
    raised = _raise(
        cast,
        LEILA,
        ConcernIn(
            children=[
                ChildIn(
                    given="Simran", family="Dhillon", born_on=born(14, 7, 27), sex="F",
                    lines="33 Osier Avenue", postcode="ZZ99 2SS", school="Eastmere High School",
                    said="Please don't let them send me to my cousins.",
                )
            ],
            people=[PersonIn("Gurdeep", "Dhillon", Kinship.GRANDPARENT, Known.YES)],
            what_happened="Simran told our youth group that she is to leave school and live with "
                          "relatives abroad.",
            indicators=("withdrawn", "abuse_linked_to_belief"),
            harm_where=("home",),
            family_told=Told.NO,
            family_told_words="It might bring the journey forward.",
            source_code="8",
        ),
    )  # fmt: skip
    _decide(
        cast,
        JOANNA,
        raised,
        decision(
            pack_in_force(),
            today(),
            "section_17_assessment",
            "The family's account and Simran's differ. We begin by assessing with the grandfather's "
            "agreement.",
            conflict="Her grandfather, who cares for her, asks that nothing be done before the journey.",
            for_the_child=False,
            child_told="By Leila Haddad, that we have heard her.",
            parents_told="Her grandfather was not told what she said.",
        ),
    )


def hebblewaite(cast: Cast) -> None:
    """Rosie, whose mother works in the partnership: sealed, so that only Priya and Dana know of it."""
    rosie = _known(
        cast,
        "Rosie",
        "Hebblewaite-Marsh",
        Birth(born_on=born(5, 5, 25), sex=Sex.FEMALE, pronouns="she"),
        since=75,
        answers=_who("English", "WBRI", ""),
        address=Address(LivesAt.HOME, "4 Gannet Close", "ZZ99 1RM", "Beacon Hill", held_from=day(75)),
        statuses=[(StatusKind.CHILD_IN_NEED, 60, "")],
        school="Saltings Church School",
    )
    _people(
        cast,
        rosie,
        ("Laura", "Hebblewaite", 36, Kinship.MOTHER, Known.YES, Known.YES, "Mummy"),
        since=70,
    )
    _entries(
        cast, rosie, (20, 14, EntryKind.VISIT, DANA, "Rosie seen at school, alone. She spoke of her rabbit.")
    )
    with _as(cast, PRIYA):
        access.seal(
            rosie.folder_id,
            "Rosie's mother works in the council: colleagues must not learn of this record.",
            [cast[PRIYA], cast[DANA]],
        )


def fashola(cast: Cast) -> None:
    """Temi and her mother in a refuge: the address is confidential, the refuge shown as another service."""
    temi = _known(
        cast,
        "Temi",
        "Fashola-Grant",
        Birth(born_on=born(8, 10, 9), sex=Sex.FEMALE, pronouns="she"),
        since=33,
        answers=_who("English and Yoruba", "BAFR", "Christian (Pentecostal)"),
        address=Address(
            LivesAt.OTHER, "Windlass House", "ZZ99 0HH", "Marsh End", "Her mother", confidential=True,
            held_from=day(33),
        ),
        statuses=[(StatusKind.CHILD_IN_NEED, 30, "")],
        school="Marsh End Primary Academy",
        with_them=[
            (REFUGE, None, "Refuge worker", "Where they live now"),
            (POLICE, RHONA, "Officer in the case", ""),
        ],
    )  # fmt: skip
    _people(
        cast,
        temi,
        ("Folasade", "Fashola", 34, Kinship.MOTHER, Known.YES, Known.YES, "Mum"),
        ("Clive", "Grant", 39, Kinship.FATHER, Known.YES, Known.NO, ""),
        since=33,
    )
    _past(
        cast,
        ConcernIn(
            children=[ChildIn(given="Temi", family="Fashola-Grant", said="We left at night with one bag.")],
            what_happened="Called to the home; Folasade was hurt. She and Temi left with us for a safe "
            "address.",
            indicators=("sees_ill_treatment", "police_called"),
            harm_where=("home",),
            source_code="6",
        ),
        [temi],
        "section_17_assessment",
        "Temi saw her mother hurt and has lost her home; she needs help whatever the police do.",
        raised=at(34, 8, 30),
        by=RHONA,
    )
    _entries(
        cast,
        temi,
        (9, 15, EntryKind.VISIT, DANA, "Temi seen at school, alone. She misses her friends, sleeps well."),
    )


def neighbour(_cast: Cast) -> None:
    """Somebody without an account rings the bell: a boy whose name they hardly know."""
    with looking_as(Viewer.public(origin=ORIGIN)):
        concerns.raise_concern(
            ConcernIn(
                children=[ChildIn(given="Kai", age_years=4, sex="M", lines="Upper flat, 12 Kelp Street")],
                what_happened="He cries for hours in the evenings and I have not seen his mum since Tuesday.",
                harm_where=("home",),
                referrer_relation="Neighbour",
                anonymous=True,
                source_code="1B",
            )
        )


#: Each family with its first child's full name, by which it is found again.
FAMILIES: tuple[tuple[tuple[str, str], Callable[[Cast], None]], ...] = (
    (("Maya", "Ferreira-Lund"), ferreira_lund),
    (("Idris", "Qureshi"), qureshi),
    (("Baby", "Okoro"), okoro),
    (("Callum", "Reid"), reid),
    (("Zofia", "Nowak"), nowak),
    (("Hira", "Anwar"), anwar),
    (("Arthur", "Whitlock"), whitlock),
    (("Andrei", "Bălan"), balan),
    (("Skye", "Thackray-Obi"), thackray),
    (("Tiago", "Carvalho-Brito"), carvalho),
    (("Simran", "Dhillon"), dhillon),
    (("Rosie", "Hebblewaite-Marsh"), hebblewaite),
    (("Temi", "Fashola-Grant"), fashola),
    (("Kai", ""), neighbour),
)


def load() -> None:
    """Bring in the families that are missing, each in a transaction of its own."""
    cast = people.cast()
    for (given, family), bring_in in FAMILIES:
        with transaction.atomic():
            with _setting_up():
                there = PersonName.objects.filter(
                    folder__isnull=False, use=NameUse.FULL.value, given=given, family=family
                ).exists()
            if not there:
                bring_in(cast)
