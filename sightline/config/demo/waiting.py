"""Children whose next step somebody is to take: an assessment half written, a discussion that has not decided, a
conference ahead, a step up from early help asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.models import Practitioner
from sightline.children.queries import child_page
from sightline.children.rules import Address, Birth
from sightline.children.terms import Kinship, Known, LivesAt, Sex
from sightline.enquiries.actions import assessment as assess
from sightline.enquiries.actions import changes, contribution, protection
from sightline.enquiries.actions.contact import AttemptIn, record_attempt
from sightline.enquiries.models import Enquiry, Strategy
from sightline.enquiries.rules.assessment import DIFFICULTY, STRENGTH
from sightline.enquiries.terms import ActsForChild, ContactWay, Finding, Reached, StrategyOutcome, TookPart
from sightline.kernel.time import LONDON, as_on, now, today
from sightline.meetings import actions as meetings
from sightline.meetings.actions import AttendanceIn, Invitee
from sightline.meetings.models import Invitation
from sightline.meetings.terms import Came, ChildStage, GivenKind, How, Purpose, SupporterAnswer, Topic
from sightline.records.terms import Interpreting
from sightline.voice import actions as voice
from sightline.voice.actions import WishesIn
from sightline.voice.terms import AdvocacyAct, Heard

from .making import _as, _family, _known, _people
from .people import DANA, HEALTH, HELEN, INES, LEILA, NURSERY, PRIYA, RHONA, SAM, SCHOOL, Cast, cast
from .telling import at, born, day
from .voice import folder_of


@contextmanager
def _then(days_ago: int, hour: int, people: Cast, who: str) -> Iterator[None]:
    with as_on(at(days_ago, hour)), _as(people, who):
        yield


def _adult(folder_id: UUID, given: str) -> UUID:
    return next(t.person.id for t in child_page([folder_id]).ties if t.name.startswith(given))


def _everybody_came(meeting_id: UUID, way: Came = Came.BY_LINK) -> list[AttendanceIn]:
    rows = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
    return [AttendanceIn(row.id, way) for row in rows]


def _agency_of(people: Cast, name: str) -> UUID:
    return Practitioner.objects.get(id=people[name]).postings.get().agency_id


# -- an assessment of a child in need, half written ------------------------------------------------------


def _rattray(people: Cast) -> None:
    """Kiran and Anjali: three weeks into a section 17 assessment; the school has answered, health was chased."""
    kiran = _known(
        people, "Kiran", "Rattray", Birth(born_on=born(12, 2, 7), sex=Sex.MALE, pronouns="he"), since=24,
        school="Eastmere High School", let_in=(SAM,),
        address=Address(LivesAt.HOME, "17 Sailmaker Row", "ZZ99 4RT", "Harbourside", "His father", held_from=day(24)),
    )  # fmt: skip
    anjali = _known(
        people, "Anjali", "Rattray", Birth(born_on=born(8, 9, 23), sex=Sex.FEMALE, pronouns="she"), since=24,
        school=SCHOOL, with_them=[(SCHOOL, SAM, "Designated safeguarding lead", "Sees her every school day")],
        let_in=(SAM,),
    )  # fmt: skip
    both = [kiran.folder_id, anjali.folder_id]
    _family(
        people, [kiran, anjali],
        ("Sunita", "Rattray", 39, Kinship.MOTHER, Known.YES, Known.NO, "Mummy"),
        ("Neil", "Rattray", 41, Kinship.FATHER, Known.YES, Known.YES, "Dad"),
        since=23,
    )  # fmt: skip
    with _then(20, 10, people, DANA):
        rows = assess.begin(
            assess.Beginning(
                both, "section_17", people[DANA], "agreement",
                "Neil agreed at home; Sunita agreed on the telephone from her sister's.",
            )
        )  # fmt: skip
        hers = next(r for r in rows if r.folder_id == anjali.folder_id)
        his = next(r for r in rows if r.folder_id == kiran.folder_id)
        asked = contribution.ask(
            hers.id, _agency_of(people, SAM), "How has Anjali been at school since her mother left?",
            practitioner_id=people[SAM],
        )  # fmt: skip
        waits = contribution.ask(
            his.id, _agency_of(people, INES), "What does health know of Kiran's asthma and of his weight?",
            practitioner_id=people[INES],
        )  # fmt: skip
    visited = at(16, 14)
    with _then(16, 15, people, DANA):
        for folder_id, words in (
            (
                kiran.folder_id,
                "In his room. “I cook now. Dad forgets.” He has his inhaler in a drawer, empty.",
            ),
            (anjali.folder_id, "In the garden. She asked whether her mother knows the new teacher's name."),
        ):
            record_attempt(
                folder_id,
                AttemptIn(visited, ContactWay.VISIT, "Kiran, Anjali and Neil", Reached.SEEN, words, seen_alone=True),
            )  # fmt: skip
        assess.write(
            hers.id, "parenting",
            {
                f"warmth.{STRENGTH}": "Neil reads to them every night and knows what each is afraid of.",
                f"basic_care.{DIFFICULTY}": "Meals and medicine are forgotten on most days since August.",
            },
            also=[his.id],
        )  # fmt: skip
        assess.write(
            his.id, "voice",
            {
                "said": "I cook now. Dad forgets. It's fine, I know how.",
                "wants": "That somebody rings the clinic about his inhaler, and that nobody tells his mother off.",
            },
        )  # fmt: skip
        assess.write(hers.id, "voice", {"said": "Does Mummy know my teacher's name?"})
        assess.take_part(
            his.id, _adult(kiran.folder_id, "Neil"),
            assess.PartTaken(TookPart.YES, how="Twice at home.", barrier="He works at night.",
                             adjustment="Met at four in the afternoon, before his shift.",
                             acts_for_child=ActsForChild.SOMETIMES, acts_evidence="He reads to them each night."),
            also=[hers.id],
        )  # fmt: skip
    with _then(12, 9, people, SAM):
        contribution.file(
            asked.id,
            answer="Anjali is in school every day and on time. She has stopped putting her hand up and keeps food "
            "from lunch. She told her teacher that she is the mum now at weekends.",
        )
    with _then(8, 9, people, DANA):
        contribution.chase(waits.id)


# -- a discussion that was held and has not decided --------------------------------------------------------


def _ashworth(people: Cast) -> None:
    """Jude and Nell: discussed within this hour; what was decided for each is still to be recorded."""
    jude = _known(
        people, "Jude", "Ashworth-Bell", Birth(born_on=born(10, 6, 3), sex=Sex.MALE, pronouns="he"), since=3,
        school=SCHOOL, with_them=[(SCHOOL, SAM, "Designated safeguarding lead", "Jude told her")],
    )  # fmt: skip
    nell = _known(
        people, "Nell", "Ashworth-Bell", Birth(born_on=born(4, 12, 12), sex=Sex.FEMALE, pronouns="she"), since=3,
        nursery=NURSERY, with_them=[(HEALTH, INES, "Health visitor", "Sees her at nursery")],
    )  # fmt: skip
    _family(
        people, [jude, nell],
        ("Carys", "Bell", 32, Kinship.MOTHER, Known.YES, Known.YES, "Mam"),
        ("Dean", "Ashworth", 35, Kinship.PARENTS_PARTNER, Known.NO, Known.YES, "Dean"),
        since=3,
    )  # fmt: skip
    with _as(people, PRIYA):
        meeting_id = protection.call_strategy(
            protection.Calling(
                [jude.folder_id, nell.folder_id],
                now() - timedelta(minutes=70),
                cause="Jude told his teacher that Dean locks Nell in the cupboard under the stairs.",
                safety_now="Both are at nursery and school until four; Carys's mother waits there for them.",
                chair_id=people[PRIYA],
                link="01632 960100",
                asked=(people[INES], people[RHONA], people[SAM]),
            )
        )
        meetings.hold(meeting_id, began_at=now() - timedelta(minutes=60), people=_everybody_came(meeting_id))


# -- a conference ahead ------------------------------------------------------------------------------------


def _brannigan(people: Cast) -> None:
    """Leo: the enquiry found a continuing risk; his conference is in days, his mother disagrees with it and signs."""
    leo = _known(
        people, "Leo", "Brannigan", Birth(born_on=born(7, 1, 19), sex=Sex.MALE, pronouns="he"), since=16,
        school=SCHOOL, with_them=[(SCHOOL, SAM, "Designated safeguarding lead", "Keeps a note of each Monday")],
        let_in=(SAM,),
    )  # fmt: skip
    _people(
        people, leo,
        ("Orla", "Brannigan", 30, Kinship.MOTHER, Known.YES, Known.YES, "Mum"),
        ("Patrick", "Brannigan", 66, Kinship.GRANDPARENT, Known.NO, Known.NO, "Grandad"),
        since=16,
    )  # fmt: skip
    held, seen_on, spoken_on = at(9, 10), at(8, 10).date(), at(7, 10).date()
    with _then(9, 9, people, PRIYA):
        meeting_id = protection.call_strategy(
            protection.Calling(
                [leo.folder_id], held,
                cause="Three Mondays with new bruises, and three different explanations.",
                safety_now="He sleeps at his grandfather's until it is known what happens at weekends.",
                chair_id=people[PRIYA], link="01632 960100", asked=(people[INES], people[RHONA], people[SAM]),
            )
        )  # fmt: skip
    with _then(9, 11, people, PRIYA):
        meetings.hold(meeting_id, began_at=held, people=_everybody_came(meeting_id))
        protection.decide_strategy(
            meeting_id,
            [
                protection.StrategyIn(
                    Strategy.objects.get(meeting_id=meeting_id).id,
                    StrategyOutcome.SINGLE.value,
                    "Met: bruises three times, and nobody explains them in the same way twice.",
                    "At his grandfather's, who agrees and has been seen there.",
                    "Social care finds out what happens at weekends; the police have no record of anybody there.",
                    wishes=WishesIn(
                        why_not="He is deaf and signs; Dana sees him tomorrow with an interpreter."
                    ),
                )
            ],
            knows_family=False,
            worker_id=people[DANA],
        )
    with _then(8, 12, people, DANA):
        said = voice.hear(
            leo.folder_id,
            voice.Said(
                Heard.TALKING, now() - timedelta(hours=2), "School, with a sign language interpreter", True,
                said="Mum is angry when I look away. Grandad waits until I have finished.",
                language="British Sign Language", wants="That his grandad sits beside his mum.",
            ),
        )  # fmt: skip
        voice.advocacy(leo.folder_id, voice.AdvocacyStep(AdvocacyAct.OFFERED, today()))
    with _then(5, 14, people, DANA):
        enquiry = Enquiry.objects.get(folder_id=leo.folder_id)
        protection.write_enquiry(
            enquiry.id,
            protection.EnquiryIn(
                harm_where=("home",), child_seen_on=seen_on, seen_alone=True,
                seen_words="At school with a sign language interpreter. He signed “Mum is angry when I look away”.",
                powers_told="Orla, at home with an interpreter: section 47, and that a conference may follow.",
                not_heard_why="Leo’s father: Orla has not heard from him since before Leo was born and has no address.",
                checks="School: a note of each Monday since September. Health visitor: no injury before the summer.",
                other_children="None in the home.",
                finding=Finding.CONTINUING.value,
                analysis="Orla is alone, does not sleep, and hits him when he looks away. She says so herself.",
                conference=True,
                conference_why="He is hurt again and again, and his mother cannot stop by herself.",
            ),
        )  # fmt: skip
        protection.spoke_to(
            enquiry.id, person_id=_adult(leo.folder_id, "Orla"), spoken_on=spoken_on, alone=False,
            not_alone_why="Her sign language interpreter, whom she had chosen.",
            interpreting=Interpreting.BOOKED, interpreter="British Sign Language, Hands, booking 31",
            told="Section 47, with an interpreter, and what a conference is.",
            said="I asked for help in the spring and nobody came. Now you call it harm.",
        )  # fmt: skip
    with _then(4, 16, people, PRIYA):
        protection.end_enquiry(
            enquiry.id,
            protection.EndingIn(
                Finding.CONTINUING.value, True,
                "Three injuries in three weeks, his own account, and a mother who asks for help.", False,
                wishes=WishesIn(
                    view_ids=[said.id],
                    weight="Much: he names who waits for him, and his grandad comes to the conference.",
                ),
            ),
        )  # fmt: skip
    _conference_of(people, leo.folder_id)


def _conference_of(people: Cast, folder_id: UUID) -> None:
    on = today() + timedelta(days=5)
    on += timedelta(days={5: 2, 6: 1}.get(on.weekday(), 0))
    with _as(people, DANA):
        mother_id = _adult(folder_id, "Orla")
        met = meetings.call(
            Purpose.INITIAL_CONFERENCE, [folder_id], datetime.combine(on, time(13, 30), LONDON),
            chair_id=people[HELEN], place="Civic Centre, room 2", minutes_long=90,
            agenda="Is Leo safe with his mother, and does he need a child protection plan?",
            arrangements="A room with good light; breaks for the interpreters; Leo may come for the last part",
        )  # fmt: skip
        for name in (DANA, SAM, INES, RHONA):
            meetings.invite(met, Invitee.practitioner(people[name], opens=name != DANA))
        mother = meetings.invite(
            met,
            Invitee.family(
                mother_id, "Mother", needs_interpreter=True, language="British Sign Language",
                needs="Two interpreters by turns, and to sit where she sees everybody",
            ),
        )  # fmt: skip
        meetings.invite(met, Invitee.family(_adult(folder_id, "Patrick"), "Grandfather"))
        meetings.book_interpreter(
            mother, language="British Sign Language", booked_with="Eastmarch Interpreters, booking 20533"
        )
        meetings.give(mother, GivenKind.INVITATION, how=How.THROUGH_INTERPRETER, form="invitation_easy")
        meetings.give(
            mother, GivenKind.EXPLAINED, how=How.THROUGH_INTERPRETER, covers=list(Topic),
            understood="That a plan may be made without her agreement, and that she may say what is wrong in it.",
            reply="I do not agree that there is a conference. I asked for help, not for this.",
        )  # fmt: skip
        meetings.offer_supporter(
            mother,
            offered=True,
            answer=SupporterAnswer.BRINGS,
            name="Patrick Brannigan",
            relation="Her father",
        )
        meetings.tell_child(
            met, folder_id, ChildStage.BEFORE, done=True,
            words="Dana told him with an interpreter. He wants his grandad to sit beside his mum.",
        )  # fmt: skip


# -- a step up from early help -----------------------------------------------------------------------------


def _marchant(people: Cast) -> None:
    """Ellis: eight weeks of early help were not enough; the front door has until tomorrow to decide."""
    ellis = _known(
        people, "Ellis", "Marchant-Roe", Birth(born_on=born(14, 3, 28), sex=Sex.MALE, pronouns="they"), since=70,
        school="Eastmere High School", lead=LEILA,
    )  # fmt: skip
    _people(
        people, ellis,
        ("Tamsin", "Roe", 37, Kinship.MOTHER, Known.YES, Known.YES, "Mum"),
        ("Gareth", "Marchant", 40, Kinship.FATHER, Known.YES, Known.NO, "Gaz"),
        since=70,
    )  # fmt: skip
    with _then(56, 10, people, LEILA):
        [row] = assess.begin(
            assess.Beginning(
                [ellis.folder_id], "early_help", people[LEILA], "agreement",
                "Tamsin and Ellis agreed at school that Harbour Families comes every week.",
            )
        )  # fmt: skip
        assess.write(row.id, "voice", {"said": "I don't go in because nobody there would notice."})
    with _as(people, LEILA):
        changes.ask_step_up(
            ellis.folder_id,
            reasons="Ellis has cut their arms twice this month and has not left the room since Thursday.",
            family_view="Tamsin asked for it. Gareth was rung and said that we do what we like anyway.",
        )


_STORIES: tuple[tuple[tuple[str, str], Callable[[Cast], None]], ...] = (
    (("Kiran", "Rattray"), _rattray),
    (("Jude", "Ashworth-Bell"), _ashworth),
    (("Leo", "Brannigan"), _brannigan),
    (("Ellis", "Marchant-Roe"), _marchant),
)


def load() -> None:
    """Bring in what is missing, each story in a transaction of its own."""
    people = cast()
    for (given, family), tell in _STORIES:
        with transaction.atomic():
            if folder_of(given, family) is None:
                tell(people)
