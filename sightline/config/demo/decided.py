"""Families on whom the front door has decided: early help, child by child, another authority, interests in conflict."""

from __future__ import annotations

from typing import Any

from sightline.children import actions as children
from sightline.children.rules import (
    NewStatus,
)
from sightline.children.terms import (
    Kinship,
    Known,
    StatusKind,
)
from sightline.concerns import actions as concerns
from sightline.concerns.actions import (
    ChildIn,
    ConcernIn,
    PersonIn,
)
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

from .making import _allocate, _as, _decide, _raise
from .people import (
    HASAN,
    INES,
    JOANNA,
    LEILA,
    MAREK,
    RHONA,
    SAM,
    SCHOOL,
    Cast,
)
from .telling import born, decision


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
            indicators=("emotional_harm.too_much_expected",),
            immediate_danger=False, harm_where=("home",),
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
            indicators=("neglect.unsafe_home", "neglect.not_growing"),
            immediate_danger=False, harm_where=("home",),
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
            indicators=("exploitation.goes_missing",),
            immediate_danger=False, harm_where=("home", "outside"),
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
            summary="He slept in the bus station after a quarrel at home, and wants to go back. An officer found "
            "him; his aunt came for him and he is with her tonight. Your team knows the family. Nobody has asked his "
            "mother about the quarrel yet.",
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
            indicators=("emotional_harm.withdrawn", "harm_in_community.abuse_linked_to_belief"),
            immediate_danger=False, harm_where=("home",),
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
