"""Families who wait at the front door: in danger now, forgotten, being looked into, told of without an account."""

from __future__ import annotations

from datetime import timedelta

from sightline.access import actions as access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.children import actions as children
from sightline.children.rules import (
    Address,
    Birth,
    Names,
    NewChild,
    NewProvider,
)
from sightline.children.terms import (
    Kinship,
    Known,
    ProviderKind,
    Sex,
)
from sightline.concerns import actions as concerns
from sightline.concerns.actions import (
    ChildIn,
    ConcernIn,
    PastConcern,
    PersonIn,
)
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.time import today
from sightline.kernel.viewer import Viewer, looking_as

from . import people
from .making import ARRIVED, ORIGIN, _as, _raise, _setting_up
from .people import (
    COUNCIL,
    JOANNA,
    NGOZI,
    RHONA,
    SAM,
    SCHOOL,
    Cast,
)
from .telling import at, born, day


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
            indicators=("physical_harm.injury_baby", "domestic_abuse.police_called"),
            harm_where=("home",),
            immediate_danger=True,
            danger_words="Two officers stay until somebody comes. The partner has a key.",
            family_told=Told.YES,
            family_told_words="Mother knows that we are ringing.",
            family_agreed_words="She was told and not asked: Arthur must be safe first.",
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
                        indicators=("neglect.unsupervised",),
                        immediate_danger=False, harm_where=("home",),
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
            indicators=("sexual_harm.avoids_person",),
            immediate_danger=False, harm_where=("home", "not_known"),
            family_told=Told.NO,
            family_told_words="It might warn the person.",
            source_code="2A",
        ),
    )  # fmt: skip
    with _as(cast, JOANNA):
        concerns.acknowledge(raised.concern_id, ARRIVED)
        concerns.take_up(raised.concern_id)


def neighbour(_cast: Cast) -> None:
    """Somebody without an account rings the bell: a boy whose name they hardly know."""
    with looking_as(Viewer.public(origin=ORIGIN)):
        concerns.raise_concern(
            ConcernIn(
                children=[ChildIn(given="Kai", age_years=4, sex="M", lines="Upper flat, 12 Kelp Street")],
                what_happened="He cries for hours in the evenings and I have not seen his mum since Tuesday.",
                immediate_danger=False,
                harm_where=("home",),
                referrer_relation="Neighbour",
                family_told=Told.NOT_KNOWN,
                family_agreed=Agreed.NOT_KNOWN,
                anonymous=True,
                source_code="1B",
            )
        )
