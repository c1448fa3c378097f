"""Amara and Kofi: two siblings from one conference to two different outcomes, with two reviews."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sightline.children.rules import Birth
from sightline.children.terms import Kinship, Known, Sex
from sightline.kernel.time import today
from sightline.plans import actions, queries
from sightline.plans.actions import (
    ActionIn,
    BeginIn,
    NeedIn,
    OfferIn,
    OutcomeIn,
    ReviewedIn,
    ScaleIn,
    StatementIn,
    StepIn,
    WishesIn,
)
from sightline.plans.terms import (
    Achieved,
    Agrees,
    DidChange,
    Next,
    OfferState,
    PlanKind,
    ReviewResult,
    StatementKind,
    When,
    Whose,
)

from .making import _as, _family, _known
from .past_meetings import conference
from .people import COUNCIL, DANA, HEALTH, HELEN, INES, PRIYA, SAM, SCHOOL, Cast
from .planning import (
    adult_of,
    answered_for,
    core_group,
    each_said,
    enquired_before,
    framework_item,
    keep_ties,
    let_chair_in,
    on_day,
    service_named,
    visited,
)
from .telling import at, born


def mensah(people: Cast) -> None:
    """Amara and Kofi: one protection plan each, made together; two reviews; Amara is stepped down, Kofi is not."""
    amara = _known(
        people, "Amara", "Mensah-Doyle", Birth(born_on=born(11, 4, 9), sex=Sex.FEMALE, pronouns="she"), since=300,
        school=SCHOOL, with_them=[(SCHOOL, SAM, "Designated safeguarding lead", "Sees her every school day")],
        let_in=(SAM,), lead_since=290,
    )  # fmt: skip
    kofi = _known(
        people, "Kofi", "Mensah-Doyle", Birth(born_on=born(6, 2, 20), sex=Sex.MALE, pronouns="he"), since=300,
        school=SCHOOL, with_them=[(HEALTH, INES, "Health visitor", "Speech and hearing")], let_in=(INES,),
        lead_since=290,
    )  # fmt: skip
    _family(
        people, [amara, kofi],
        ("Esther", "Mensah", 34, Kinship.MOTHER, Known.YES, Known.YES, "Mum"),
        ("Liam", "Doyle", 37, Kinship.FATHER, Known.YES, Known.NO, "Dad"),
        since=295,
    )  # fmt: skip
    let_chair_in(people, amara.folder_id, kofi.folder_id)
    enquired_before(
        people, 270, "Police came three times in the spring, and both children saw what happened.",
        amara.folder_id, kofi.folder_id,
    )  # fmt: skip
    decided = conference(people, amara.folder_id, kofi.folder_id)
    plans: dict[str, UUID] = {}
    with on_day(270, 15), _as(people, HELEN):
        for name, child, category in (("Amara", amara, "EMO"), ("Kofi", kofi, "NEG")):
            plans[name] = actions.begin_plan(
                child.folder_id,
                BeginIn(
                    PlanKind.CHILD_PROTECTION, today(), "They see their father hurt their mother, and Kofi is not fed.",
                    category=category,
                    decision_id=decided[child.folder_id],
                    lead_id=people[DANA],
                    wishes=WishesIn(why_not="Asked by Dana at school; each drew and did not want to speak."),
                ), knows_family=False,
            )  # fmt: skip
    both = [plans["Amara"], plans["Kofi"]]
    outcomes: dict[str, UUID] = {}
    with on_day(268, 10), _as(people, DANA):
        together = actions.write_outcome(
            both,
            OutcomeIn(
                "Nobody is hurt or shouted at in the evenings.", "What the children say, and no call to the police.",
                "Police came three times in the spring.", today() + timedelta(days=240), Whose.CHILD, When.NOW,
                framework_item(0), baseline_scale=2, hoped_scale=9,
            ),
        )  # fmt: skip
        outcomes["calm_a"], outcomes["calm_k"] = together
        [outcomes["sleep"]] = actions.write_outcome(
            [plans["Amara"]],
            OutcomeIn(
                "Amara sleeps in her own bed and stops keeping watch.", "She says so, and is awake in lessons.",
                "She sleeps on the stairs on most nights.", today() + timedelta(days=180), Whose.CHILD, When.NOW,
                framework_item(1), baseline_scale=3, hoped_scale=8,
            ),
        )  # fmt: skip
        [outcomes["speech"]] = actions.write_outcome(
            [plans["Kofi"]],
            OutcomeIn(
                "Kofi speaks in sentences that others understand.",
                "The speech therapist's check at four and eight months.",
                "Single words; others do not understand him.", today() + timedelta(days=240), Whose.PROFESSIONAL,
                When.LATER, framework_item(2), baseline_scale=2, hoped_scale=7,
            ),
        )  # fmt: skip
        given: list[UUID] = []
        for plan, who, what, days, timing in (
            (
                plans["Amara"],
                SAM,
                "A quiet breakfast with Amara every morning.",
                14,
                "She starts secondary school in a year.",
            ),
            (
                plans["Kofi"],
                INES,
                "Take Kofi to the speech therapist with his mother.",
                30,
                "At six he falls further behind each month.",
            ),
        ):
            given += actions.give_action(
                [plan], ActionIn(what, people[who], today() + timedelta(days=days), timing, When.NOW)
            )
        given += actions.give_action(
            both,
            ActionIn(
                "Agree with Liam where and with whom he sees the children.", people[DANA], today() + timedelta(days=10),
                "Both ask after him every day.", When.NOW,
            ),
        )  # fmt: skip
        for kind, answer, words, why in (
            (
                StatementKind.STANDS_ON,
                "section_47",
                "The conference; Esther agrees and Liam does not.",
                "He would not stay away by agreement.",
            ),
            (
                StatementKind.DANGER,
                "",
                "That Liam hurts Esther again while the children watch, and that Kofi goes hungry.",
                "",
            ),
            (StatementKind.SAFETY, "", "Liam sees the children at his sister's, sober, on Saturdays.", ""),
            (StatementKind.STRENGTH, "", "Esther rang for help herself and has stayed away since.", ""),
            (StatementKind.STRENGTH, "", "Aunt Joy has the children every Wednesday.", ""),
            (
                StatementKind.CONTINGENCY,
                "",
                "If he comes to the door: 999, then the duty team; the children go to Joy.",
                "",
            ),
            (
                StatementKind.FAMILY_PLAN,
                "changed",
                "Joy comes on the evenings when Liam is paid.",
                "Joy also keeps the key, so that he cannot come in.",
            ),
            (
                StatementKind.HARM_AVOIDED,
                "",
                "Liam does not agree; without the plan the children would see it again.",
                "",
            ),
        ):
            actions.write_statement(both, StatementIn(kind, words, answer, "", why))
        for plan, name, words in (
            (plans["Amara"], "Amara", "I don't want him to go away for ever. I want him to stop."),
            (plans["Kofi"], "Kofi", "Dad loud."),
        ):
            each_said(
                plan, (name, Agrees.PARTLY, words),
                ("Esther", Agrees.YES, "I asked for this. I want to be asked before anybody rings my mother."),
                ("Liam", Agrees.NO, "Nobody has listened to my side. They are my children too."),
            )  # fmt: skip
            keep_ties(plan)
            actions.name_core_member(
                plan, "Mother", person_id=adult_of(queries.child_of_plan(plan), "Esther")
            )
        [need] = actions.write_need([plans["Amara"]], NeedIn("Somebody to talk to about what she saw"))
        offer = actions.offer_service(
            amara.folder_id,
            OfferIn("She sleeps, and speaks of the nights", service_named("Time to Talk"), need=need,
                    outcome=outcomes["sleep"]),
            plan_id=plans["Amara"],
        )  # fmt: skip
        for plan in both:
            actions.sign_plan(plan)
    with on_day(262, 15), _as(people, DANA):
        for plan in both:
            core_group(plan, COUNCIL, SCHOOL, HEALTH)
        actions.move_offer(offer, OfferState.WAITING, "Eleven weeks; Amara knows.")
    with on_day(259, 16), _as(people, DANA):
        for action in given:
            actions.close_action(action, done=True, words="Done as agreed; it goes on each week.")
    for days_ago in _CORE_GROUPS:
        with on_day(days_ago, 15), _as(people, DANA):
            for plan in both:
                core_group(plan, COUNCIL, SCHOOL, HEALTH)
    _visits_of(people, plans, _SPRING)
    with on_day(190, 11), _as(people, DANA):
        actions.move_offer(offer, OfferState.RECEIVING, "Amara: “She has a dog.”")
    _review(
        people,
        plans["Amara"],
        182,
        ReviewResult.CONTINUES,
        outcomes,
        {"calm_a": (Achieved.PARTLY, 5), "sleep": (Achieved.PARTLY, 5)},
        offer,
    )
    _review(
        people,
        plans["Kofi"],
        182,
        ReviewResult.CONTINUES,
        outcomes,
        {"calm_k": (Achieved.PARTLY, 5), "speech": (Achieved.NO, 2)},
        None,
    )
    _visits_of(people, plans, _SUMMER)
    _review(
        people,
        plans["Amara"],
        12,
        ReviewResult.STEP_DOWN,
        outcomes,
        {"calm_a": (Achieved.YES, 9), "sleep": (Achieved.YES, 9)},
        offer,
    )
    _review(
        people,
        plans["Kofi"],
        12,
        ReviewResult.CONTINUES,
        outcomes,
        {"calm_k": (Achieved.YES, 8), "speech": (Achieved.WORSE, 1)},
        None,
    )
    with on_day(11, 9), _as(people, PRIYA):
        actions.step_plan(
            plans["Amara"],
            StepIn(
                PlanKind.CHILD_IN_NEED, "The evenings have been calm for half a year and Amara sleeps.",
                "Amara saw her father hurt her mother. He lives elsewhere and keeps to Saturdays; she sleeps, talks to "
                "Time to Talk and has friends. Look out for the days before he is paid.",
                "Dana Okafor, Time to Talk, and her aunt Joy.",
                "Dana asked Amara and Esther on 3 visits; Amara wrote a page.",
                people[PRIYA],
                wishes=WishesIn(why_not="Heard at the review the day before; nothing has changed since."),
                lead_id=people[DANA], knows_family=False,
            ),
        )  # fmt: skip
    _goes_on_with_kofi(people, plans["Kofi"])
    answered_for(people, *plans.values())


def _goes_on_with_kofi(people: Cast, plan: UUID) -> None:
    """His plan goes on: seen since, and by the day that the plan sets."""
    with _as(people, DANA):
        visited(plan, 27, 15, "At home", "Lined up his cars and let me have one.", "Blue.",
               why_not="He would not leave his mother.")  # fmt: skip
        visited(plan, 14, 10, "At school, with his key worker", "Laughed at the picture of a dog.", "Dog big.",
               why_not="His key worker knows his signs.")  # fmt: skip
        visited(plan, 3, 15, "At home", "Ate two bowls of soup and asked for his coat.", "Out.",
               why_not="His mother was cooking in the same room.")  # fmt: skip


#: Days ago on which the core group of both met, four weeks apart; the next is told in `past_meetings`.
_CORE_GROUPS = (236, 209, 182, 155, 128, 101, 76)

#: Days ago; what Amara was like and said; what Kofi was like and said.
_SPRING = (
    (258, "Tired; sat with her back to the wall.", "He rang Mum again last night.",
     "Busy and loud, ate two bananas.", "Car. Bye."),
    (246, "Asked twice when her mother would be home.", "I sleep on the stairs so that I hear the door.",
     "Threw his cars and laughed; hungry again.", "More."),
    (233, "Drew the kitchen with all the lights on.", "Kofi cries when the phone rings.",
     "Hid behind the sofa and came out for toast.", "Loud."),
    (220, "Came by herself and brought a friend to the door.", "We had chips with Aunt Joy.",
     "Sat on his aunt's knee and showed a sticker.", "Joy car."),
    (208, "Yawned all hour; talked about netball.", "I only got up once.",
     "Ran up and down the hall, a scratch on his knee from the slide.", "Fast!"),
    (196, "Laughed about the dog at Time to Talk's door.", "Is it my turn soon?",
     "Quiet with an ear infection; took his medicine.", "Ear."),
)  # fmt: skip
_SUMMER = (
    (150, "Laughed; showed me her new shoes.", "I sleep in my bed now.",
     "Pointed instead of speaking, and ate well.", "That."),
    (120, "Talked without looking at the clock.", "Saturdays with Dad were all right.",
     "Pale; the nursery says that he sits by himself.", "No."),
    (90, "Wanted to show her homework first.", "Can I stay at Lena's on Friday?",
     "Coughing, thinner than at the last visit.", "Hungry."),
    (60, "Calm; made tea for us both.", "Mum sings again.",
     "On his mother's lap, did not look up.", ""),
    (40, "Asked when the visits end, and grinned.", "You can come less.",
     "Followed the therapist's pictures with one finger.", "Dog."),
)  # fmt: skip


def _visits_of(
    people: Cast, plans: dict[str, UUID], those: tuple[tuple[int, str, str, str, str], ...]
) -> None:
    """Visits to both on the same working days: Amara alone at school, Kofi at home with his mother."""
    for days_ago, hers, she_said, his, he_said in those:
        days = days_ago + max(0, at(days_ago, 12).weekday() - 4)
        with _as(people, DANA):
            visited(plans["Amara"], days, 10, "At school, in the library", hers, she_said)
            visited(
                plans["Kofi"], days, 15, "At home", his, he_said, why_not="He would not leave his mother."
            )


def _review(
    people: Cast,
    plan: UUID,
    days_ago: int,
    result: ReviewResult,
    outcomes: dict[str, UUID],
    found: dict[str, tuple[Achieved, int]],
    offer: UUID | None,
) -> None:
    words = {
        Achieved.YES: ("It is so, and has been for months.", "The child, the mother, and no call to the police."),
        Achieved.PARTLY: ("Better on most days, not on the days on which Liam is paid.",
                           "The child's own account and two entries."),
        Achieved.NO: ("No change: the therapist has seen him once.", "The therapist's letter."),
        Achieved.WORSE: ("Worse than at the start: he has stopped trying to speak.",
                         "The therapist's check, and Sam at school."),
    }  # fmt: skip
    with on_day(days_ago, 15), _as(people, HELEN):
        review = actions.start_review(
            plan,
            today(),
            who_came="Esther, Dana Okafor, Sam Reyes; Liam sent a letter.",
            agency_ids=[people.agencies[COUNCIL], people.agencies[SCHOOL]],
            family_came=1,
            without_quorum_why="The therapist was ill and sent a letter; the date could not wait.",
        )
        for key, (achieved, scale) in found.items():
            actual, evidence = words[achieved]
            ends = achieved is Achieved.YES and result is ReviewResult.STEP_DOWN
            actions.answer_outcome(
                review,
                outcomes[key],
                ReviewedIn(actual, evidence, achieved, Next.ENDS if ends else Next.GOES_ON, scale=scale),
            )
        if offer is not None:
            actions.answer_offer(
                review, offer, DidChange.YES, "She sleeps, and says that the dog knows everything."
            )
        each_said(
            plan,
            ("Amara", Agrees.YES, "It's better. You can come less."),
            ("Kofi", Agrees.NOT_HEARD, "He was unwell; Ines watches him at nursery on Thursday."),
            ("Esther", Agrees.YES, "I want it to end one day, and not yet for Kofi."),
            ("Liam", Agrees.PARTLY, "Saturdays are good. I still think that they were told things about me."),
            review=review,
        )  # fmt: skip
        actions.place_on_scale(plan, ScaleIn(Whose.PARENT, "Esther", 6 if days_ago > 100 else 8))
        actions.place_on_scale(plan, ScaleIn(Whose.PROFESSIONAL, "Dana", 4 if days_ago > 100 else 7))
        actions.close_review(
            review, result,
            "What is planned beside what is: it has become better, and is not the same for both children.",
            WishesIn(why_not="Asked before the review by Dana; what each said stands on the plan."),
            knows_family=False,
        )  # fmt: skip
