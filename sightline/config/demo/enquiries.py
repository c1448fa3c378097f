"""What is found out about the demonstration's children: assessments, a discussion, an enquiry, late and early.

Told by the actions, looking as the people who did it; only Maya's way of the past is dated back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.models import Practitioner
from sightline.children.actions import answer_identity
from sightline.children.models import PersonName
from sightline.children.queries import child_page
from sightline.children.rules import Answer
from sightline.children.terms import Answered, Disability, IdentityQuestion, Kinship, NameUse
from sightline.enquiries.actions import assessment as assess
from sightline.enquiries.actions import contribution, medical, past, protection
from sightline.enquiries.actions.contact import AttemptIn, record_attempt
from sightline.enquiries.models import Enquiry, Episode, Strategy
from sightline.enquiries.rules.assessment import DIFFICULTY, STRENGTH
from sightline.enquiries.terms import (
    Act,
    ActsForChild,
    AgainstAge,
    ContactWay,
    Development,
    Reached,
    Stage,
    TookPart,
)
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings.actions import AttendanceIn, hold
from sightline.meetings.models import Invitation
from sightline.meetings.terms import Came
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Entry
from sightline.records.terms import Interpreting
from sightline.voice.actions import WishesIn

from . import people
from .people import DANA, INES, LEILA, PRIYA, RHONA, SAM, Cast
from .telling import at

ORIGIN = "demonstration"


@contextmanager
def _as(cast: Cast, name: str) -> Iterator[None]:
    with looking_as(Viewer.practitioner(cast[name], origin=ORIGIN)):
        yield


def _folder(given: str, family: str) -> UUID | None:
    """The record of one of the demonstration's children, unless their way through is told already."""
    with looking_as(Viewer.for_job("demo")):
        folder_id = (
            PersonName.objects.filter(
                folder__isnull=False, use=NameUse.FULL.value, given=given, family=family
            )
            .values_list("folder_id", flat=True)
            .first()
        )
        if folder_id is None or Episode.objects.filter(folder_id=folder_id).exists():
            return None
    return folder_id


def load() -> None:
    """Tell what is missing, each child in a transaction of its own."""
    cast = people.cast()
    for given, family, tell in (
        ("Maya", "Ferreira-Lund", _maya),
        ("Callum", "Reid", _callum),
        ("Zofia", "Nowak", _zofia),
        ("Temi", "Fashola-Grant", _temi),
    ):
        with transaction.atomic():
            folder_id = _folder(given, family)
            if folder_id is not None:
                tell(cast, folder_id)


def _maya(cast: Cast, folder_id: UUID) -> None:
    """On a plan since the conference: how she came there."""
    steps = (
        (
            Act.START_ENQUIRY,
            95,
            PRIYA,
            "Neglect went on although help was given; the adult who collects her drinks.",
        ),
        (Act.CALL_CONFERENCE, 84, PRIYA, "Neglect is substantiated, and Maya is at continuing risk."),
    )
    with looking_as(Viewer.for_job("demo")):
        past.record_past_way(
            folder_id,
            Stage.STRATEGY,
            at(96, 14),
            cast[PRIYA],
            [
                past.PastStep(act, at(days, 15), cast[who], cast.post_of(who), why)
                for act, days, who, why in steps
            ],
        )


def _callum(cast: Cast, folder_id: UUID) -> None:
    """Drawn into carrying drugs: discussed today with police, health and school; a joint enquiry has begun."""
    with _as(cast, PRIYA):
        meeting_id = protection.call_strategy(
            protection.Calling(
                [folder_id],
                now() - timedelta(minutes=90),
                cause="A debt, threats to come to the house, and two times missing this month.",
                safety_now="He is at home with his mother, who keeps his phone; the police pass by tonight.",
                chair_id=cast[PRIYA],
                link="01632 960100",
                asked=(cast[INES], cast[RHONA]),
            )
        )
        hold(
            meeting_id,
            began_at=now() - timedelta(minutes=85),
            people=[
                AttendanceIn(row.id, Came.BY_LINK)
                for row in Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
            ],
        )
        part = Strategy.objects.get(meeting_id=meeting_id, folder_id=folder_id)
        protection.decide_strategy(
            meeting_id,
            [
                protection.StrategyIn(
                    part.id,
                    "section_47_joint",
                    "Met: he is used for crime by adults who threaten him, and the debt keeps him there.",
                    "His mother and the police between them; PC Lindqvist rings at nine and at midnight.",
                    "Police and social care must find out together who holds the debt and how he gets free of it.",
                    wishes=WishesIn(
                        why_not="He was awake all night and asked to sleep first; Dana hears him this afternoon."
                    ),
                )
            ],
            knows_family=False,
            worker_id=cast[DANA],
        )
    with _as(cast, DANA):
        enquiry = Enquiry.objects.get(folder_id=folder_id)
        known = child_page(joined_set(folder_id))
        protection.write_enquiry(
            enquiry.id,
            protection.EnquiryIn(
                harm_where=("outside", "online"),
                child_seen_on=today(),
                seen_alone=True,
                seen_words="At home, in his room, for half an hour. He looked at the window at every car.",
                powers_told="Kelly Reid and Callum, at home, by Dana Okafor: section 47 and what may follow.",
                not_heard_why="Callum's father: nobody knows where he lives. His sister was asked to pass on a letter.",
                checks="Police: three phones, two numbers known. School: absent eleven days since September.",
            ),
        )
        protection.spoke_to(
            enquiry.id,
            person_id=next(t.person.id for t in known.ties if t.kinship is Kinship.MOTHER),
            spoken_on=today(),
            alone=True,
            interpreting=Interpreting.NONE_NEEDED,
            told="That this is an enquiry under section 47, with the police, and that she will hear every day.",
            said="I knew something was wrong when the trainers came.",
        )
        protection.spoke_to(
            enquiry.id,
            person_id=known.child.id,
            spoken_on=today(),
            alone=True,
            interpreting=Interpreting.NONE_NEEDED,
            told="What section 47 is, that the police are asked too, and that nobody takes him from his mother today.",
            said="I can't talk about it. You don't know them.",
        )
        medical.ask_for_medical(
            folder_id,
            reasons="A burn on his hand that he does not explain.",
            asked_of="The paediatric clinic",
        )


def _zofia(cast: Cast, folder_id: UUID) -> None:
    """Early help by a voluntary agency: the assessment is half written, and the school has been asked."""
    with _as(cast, LEILA):
        [row] = assess.begin(
            assess.Beginning(
                [folder_id],
                "early_help",
                cast[LEILA],
                "agreement",
                "Renata and Zofia both agreed at home that we look together at what would help.",
            )
        )
        assess.write(
            row.id,
            "voice",
            {
                "daily_life": "Up at six to make breakfast and take her cousin to school; homework after ten.",
                "said": "I like helping, but I'm tired all the time.",
            },
        )
        assess.write(
            row.id,
            "parenting",
            {
                f"warmth.{STRENGTH}": "Renata tells Zofia every day that she is proud of her.",
                f"basic_care.{DIFFICULTY}": "Some days Renata cannot get up, and Zofia does it all.",
            },
        )
        school = Practitioner.objects.get(id=cast[SAM]).postings.get().agency_id
        contribution.ask(
            row.id,
            school,
            "How is Zofia at school, and who of you has seen her change?",
            practitioner_id=cast[SAM],
        )
        record_attempt(
            folder_id,
            AttemptIn(
                at(0, 8),
                ContactWay.VISIT,
                "Zofia and Renata",
                Reached.SEEN,
                "Zofia showed me her timetable.",
                seen_alone=True,
            ),
        )


def _temi(cast: Cast, folder_id: UUID) -> None:
    """The whole assessment, signed: help under a child in need plan."""
    with _as(cast, DANA):
        answer_identity(
            folder_id, Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, codes=(Disability.NONE.value,))
        )
        [row] = assess.begin(
            assess.Beginning(
                [folder_id],
                "section_17",
                cast[DANA],
                "agreement",
                "Folasade agreed at the refuge to an assessment of what Temi needs.",
            )
        )
        _write_all(row.id)
        record_attempt(
            folder_id,
            AttemptIn(
                at(0, 8), ContactWay.VISIT, "Temi", Reached.SEEN, "At school. She drew a house without a door.",
                seen_alone=True,
            ),
        )  # fmt: skip
        assess.record_progress(
            folder_id,
            assess.Seen(
                Development.LEARNING, today() - timedelta(days=20), AgainstAge.AS_EXPECTED,
                "Reads to the class and does sums with carrying.", "Her teacher, Marsh End Primary Academy",
            ),
        )  # fmt: skip
        assess.record_progress(
            folder_id,
            assess.Seen(
                Development.FEELINGS, today() - timedelta(days=6), AgainstAge.A_LITTLE_BEHIND,
                "Holds on to her teacher at the end of the day.", "Her teacher, Marsh End Primary Academy",
            ),
        )  # fmt: skip
        for tie in child_page(joined_set(folder_id)).ties:
            father = tie.kinship is Kinship.FATHER
            assess.take_part(
                row.id,
                tie.person.id,
                assess.PartTaken(
                    TookPart.NO if father else TookPart.YES,
                    how="" if father else "Three times at the refuge, once with Temi.",
                    why_not="He was written to through his solicitor and did not answer; not told where they live."
                    if father
                    else "",
                    barrier="" if father else "She was afraid that what she said would be used against her.",
                    adjustment="" if father else "Met where she chose, with the refuge worker beside her.",
                    acts_for_child=ActsForChild.NO if father else ActsForChild.YES,
                    acts_evidence="The police record of that night."
                    if father
                    else "She left at night with one bag to keep Temi safe.",
                ),
            )
        assess.name_need(
            row.id, assess.NeedIn("A school place that lasts", "", service="Marsh End Primary Academy")
        )
        assess.name_need(
            row.id,
            assess.NeedIn(
                "Somebody to talk to about what she saw", "", service="Children's wellbeing service",
                waiting_since=today() - timedelta(days=14),
            ),
        )  # fmt: skip
        entry = Entry.objects.filter(folder_id__in=joined_set(folder_id)).order_by("-happened_at").first()
        if entry is not None:
            for section in pack_in_force().assessment_form(row.form, today()).section:
                if section.evidence:
                    assess.link(row.id, section.id, [entry.id], "She sleeps well since they left.")
        assess.send(
            row.id,
            cast[PRIYA],
            outcome_id="child_in_need_plan",
            words="Folasade wants the help, and Temi needs people who stay.",
        )
    with _as(cast, PRIYA):
        assess.sign(
            row.id,
            assess.Signing(
                "child_in_need_plan",
                "Temi is safe where she is; what she has lived through needs help that lasts, and her mother wants it.",
                knows_family=False,
                wishes=WishesIn(
                    why_not="Her own bed and her friends, as she told Dana; it stands in the assessment."
                ),
            ),
        )


#: What stands in each text of Temi's assessment, by section and prompt; what is not named here says `_QUIET`.
_TEXTS = {
    "daily_life": "She wakes in a room shared with her mother, walks to school with her, and plays until tea.",
    "said": "We left at night with one bag. I miss my friends but I like that it is quiet.",
    "wants": "Her own bed, her friends, and that nobody shouts.",
    "seen": "Twice at school, alone; once at the refuge with her mother.",
    "matters": "Church on Sundays and her grandmother's Yoruba stories, as Folasade and Temi tell it themselves.",
    "discrimination": "Folasade was asked: a landlord hung up on hearing her name, and a nurse would not say it.",
    "adversity": "Years of fear at home. Help comes with the same two people, at the same hour, never by surprise.",
    "explored": "Her grandmother and an aunt were asked by Folasade and by Dana Okafor.",
    "can_help": "The aunt has room for both in the holidays; the grandmother rings every evening.",
    "meeting": "Offered; Folasade wants it when the court has decided.",
    "together": "The fear at home touched everything; since they left, sleep and school mend one another.",
    "worried": "That they must move again, or that he finds them, and Temi stops trusting that it is over.",
    "working": "A mother who acted, a school that noticed, a family that rings.",
    "change": "A home that lasts by the summer; Temi would notice by unpacking the bag under her bed.",
    "considered": "That she is quiet by nature: her old teacher remembers another child.",
    "change_mind": "If she were as frightened now as before, something else would be the cause.",
    "assumptions": "That a mother in a refuge cannot cope: Folasade has coped for both of them for years.",
}
_WORRIES = {
    "housing": "One room for two, and no date for another.",
    "income": "Benefits are not yet paid here.",
    "emotions": "Clings to her teacher at the end of the day.",
    "history": "Years of her father's violence.",
}
_QUIET = "Asked and looked at; nothing stands out."


def _write_all(assessment_id: UUID) -> None:
    form = pack_in_force().assessment_form("section_17", today())
    for section in form.section:
        if section.kind == "words":
            assess.write(assessment_id, section.id, {p.id: _TEXTS.get(p.id, _QUIET) for p in section.prompt})
        elif section.kind == "side":
            texts = {f"{p.id}.{STRENGTH}": _QUIET for p in section.prompt}
            worries = {f"{key}.{DIFFICULTY}": words for key, words in _WORRIES.items()}
            asked = {f"{p.id}.{DIFFICULTY}" for p in section.prompt}
            texts |= {key: words for key, words in worries.items() if key in asked}
            assess.write(assessment_id, section.id, texts)
        elif section.kind == "factors":
            assess.write(assessment_id, section.id, {"factors": ["3B", "4B", "17A"]})
