"""Families whom the council works with already: on a plan, expected, drawn into harm outside, sealed, in a refuge."""

from __future__ import annotations

from datetime import timedelta

from sightline.access import actions as access
from sightline.children import actions as children
from sightline.children.rules import (
    Address,
    Birth,
)
from sightline.children.terms import (
    AbuseCategory,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    Sex,
    StatusKind,
)
from sightline.concerns import actions as concerns
from sightline.concerns.actions import (
    ChildIn,
    ConcernIn,
    PersonIn,
)
from sightline.concerns.models import ConcernPart
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force
from sightline.records.terms import EntryKind

from .making import _allocate, _as, _decide, _entries, _given, _known, _owed, _past, _people, _raise, _who
from .people import (
    COUNCIL,
    DANA,
    EAST,
    HEALTH,
    HELEN,
    INES,
    JOANNA,
    MAREK,
    POLICE,
    PRIYA,
    REFUGE,
    RHONA,
    SAM,
    SCHOOL,
    Cast,
)
from .telling import at, born, day, decision


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
            indicators=("neglect.hungry", "neglect.dirty", "neglect.unsupervised"),
            immediate_danger=False, harm_where=("home",),
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
            indicators=("physical_harm.injury_pattern", "physical_harm.flinches"),
            immediate_danger=False,
            harm_where=("home",),
            family_told=Told.NO,
            family_told_words="His father might hurt him again before he is seen.",
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
            what_happened="On my visit to the baby the father was in the house, although he is not to be "
                          "there. "
            "Mother asked me not to tell anybody.",
            indicators=("domestic_abuse.parent_frightened",),
            immediate_danger=False, harm_where=("home",),
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
            "Same date of birth, address and school; the given name is spelt another way.",
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
                    lines="3 Ropewalk Terrace", postcode="ZZ99 4QR", said_why_not="Not born yet.",
                )
            ],
            people=[PersonIn("Blessing", "Okoro", Kinship.MOTHER, Known.YES, "01632 960771")],
            what_happened="Care for this pregnancy began at 30 weeks. Blessing is nineteen, lives alone "
                          "and has "
            "been threatened by the baby's father.",
            indicators=("unborn.hidden_pregnancy", "unborn.violence_pregnancy"),
            immediate_danger=False, harm_where=("home",),
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
            indicators=("exploitation.goes_missing", "exploitation.new_things", "exploitation.in_debt"),
            immediate_danger=False, harm_where=("outside", "online"),
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
            indicators=("emotional_harm.sees_ill_treatment", "domestic_abuse.police_called"),
            immediate_danger=False,
            harm_where=("home",),
            family_told=Told.PARTLY,
            family_told_words="Folasade knows. Clive was not told: it would put both of them at risk.",
            family_agreed=Agreed.YES,
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
