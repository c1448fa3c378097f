"""Plans of the demonstration's children, at every stage, agreed and disputed, told through the actions.

What lies in the past is done as on its day (`kernel.time.as_on`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.access.queries import lead_of
from sightline.children.models import PersonName
from sightline.children.queries import child_page
from sightline.children.rules import Birth
from sightline.children.terms import Kinship, Known, NameUse, Sex
from sightline.enquiries.actions.past import PastStep, record_past_way
from sightline.enquiries.terms import Act, Stage
from sightline.kernel.time import as_on, now, today
from sightline.plans import actions, queries
from sightline.plans.actions import (
    ActionIn,
    BeginIn,
    EndIn,
    IncidentIn,
    LocalIn,
    NeedIn,
    OfferIn,
    OutcomeIn,
    ReviewedIn,
    ScaleIn,
    StatementIn,
    StepIn,
    ViewIn,
    VisitIn,
    WishesIn,
)
from sightline.plans.models import LocalHelp, Plan
from sightline.plans.terms import (
    Achieved,
    Agrees,
    ChildWas,
    DidChange,
    IncidentKind,
    Next,
    OfferState,
    PlanKind,
    ReviewResult,
    ServiceNeed,
    StatementKind,
    When,
    Whose,
)
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyState
from sightline.records.actions import Deciding, decide, sign_entry
from sightline.records.terms import DecisionKind, EntryKind

from .families import _as, _family, _known, _people, _setting_up
from .past_meetings import conference
from .people import DANA, GRACE, HEALTH, HELEN, INES, LEILA, PRIYA, SAM, SCHOOL, Cast, cast
from .telling import at, born


@contextmanager
def _then(days_ago: int, hour: int = 11) -> Iterator[datetime]:
    """As on a day of the past: what is written carries that day."""
    with as_on(at(days_ago, hour)) as then:
        yield then


def _framework(place: int) -> str:
    """One of the partnership's own outcomes; empty where its manual states none."""
    items = pack_in_force().outcomes(today()).item
    return items[place % len(items)].id if items else ""


def _folder(given: str, family: str) -> UUID | None:
    with _setting_up():
        found = (
            PersonName.objects.filter(
                use=NameUse.FULL.value, given=given, family=family, folder__isnull=False
            )
            .values_list("folder_id", flat=True)
            .first()
        )
        return lead_of(found) if found else None


def _adult(folder_id: UUID, given: str) -> UUID | None:
    return next((t.person.id for t in child_page([folder_id]).ties if t.name.startswith(given)), None)


def _enquired(people: Cast, days_ago: int, reasons: str, *folders: UUID) -> None:
    """How a child came to a conference: discussed sixteen days before it, the enquiry ended after twelve."""
    for folder_id in folders:
        with _setting_up():
            record_past_way(
                folder_id, Stage.STRATEGY, at(days_ago + 16, 14), people[PRIYA],
                [
                    PastStep(act, at(days_ago + days, 15), people[PRIYA], people.post_of(PRIYA), reasons)
                    for act, days in ((Act.START_ENQUIRY, 16), (Act.CALL_CONFERENCE, 4))
                ],
            )  # fmt: skip


def _conference(folder_id: UUID, reasons: str) -> UUID:
    pack = pack_in_force()
    [made] = decide(
        [
            Deciding(
                folder_id, DecisionKind.PLAN, "Conference: the child needs a child protection plan", reasons,
                pack.name, pack.version,
            )
        ]
    )  # fmt: skip
    return made.id


def _ties(plan: UUID, but: str = "", why: str = "") -> None:
    """Every tie that the plan does not yet answer for is kept, except one."""
    shown = queries.plan_shown(plan)
    for name in queries.statements_to_choose(shown, StatementKind.TIE):
        kept = not (but and name.startswith(but))
        sent = StatementIn(
            StatementKind.TIE, "They see each other as before." if kept else "", "kept" if kept else "not_kept", name,
            "" if kept else why,
        )  # fmt: skip
        actions.write_statement([plan], sent)


def _said(plan: UUID, *those: tuple[str, Agrees, str], review: UUID | None = None) -> None:
    """Whose view (the start of their name), whether they agree, their words; no words: why it was not learnt."""
    accounts = queries.plan_shown(plan).accounts
    for name, agrees, words in those:
        account = next((a for a in accounts if a.name.startswith(name)), None)
        if account is None:
            continue
        heard = agrees is not Agrees.NOT_HEARD
        actions.record_view(
            plan,
            ViewIn(
                account.whose, account.name, agrees, words if heard else "", "" if heard else words,
                heard_how="At home" if heard else "", person_id=account.person_id,
            ),
            review_id=review,
        )  # fmt: skip


def _visit(
    plan: UUID, days_ago: int, hour: int, where: str, like: str, said: str, *, why_not: str = ""
) -> None:
    visited_at = at(days_ago, hour)
    with _then(days_ago, hour + 1):
        actions.record_visit(
            plan,
            VisitIn(
                visited_at, True, where, like, "Talked with the child, and with whoever was at home.",
                alone=not why_not, why_not=why_not, said=said, others="Mother" if why_not else "",
            ),
        )  # fmt: skip


# -- the directory ----------------------------------------------------------------------------------------


_LOCAL = (
    LocalIn("Early Birds breakfast club", "Breakfast and a calm start at school.",
            [ServiceNeed.FOOD, ServiceNeed.LEARNING],
            "Ask the school office", 4, 11, places=["Harbourside", "Beacon Hill"]),
    LocalIn("Time to Talk", "Talking and drawing after violence at home.",
            [ServiceNeed.RECOVERY, ServiceNeed.MENTAL_HEALTH],
            "01632 960510", 5, 18, waits="About eleven weeks"),
    LocalIn("Parents' evening course", "Eight evenings on calm ways to set limits.", [ServiceNeed.PARENTING],
            "01632 960511", 0, 18, for_adults=True, places=["Old Foundry"]),
    LocalIn("Turning Tide", "Help to drink less, with somebody for the family.", [ServiceNeed.ALCOHOL_DRUGS],
            "01632 960512", 18, 25, for_adults=True),
    LocalIn("Saltings advice centre", "Debts, benefits and tenancy.", [ServiceNeed.MONEY_HOUSING],
            "Walk in on Tuesdays", 16, 25, for_adults=True),
    LocalIn("Young carers' group", "A free afternoon and somebody to talk to.", [ServiceNeed.YOUNG_CARERS],
            "01632 960513", 8, 18, places=["Harbourside"]),
    LocalIn("Street Line", "Workers for young people who go missing or are exploited.", [ServiceNeed.EXPLOITATION],
            "01632 960514", 11, 18),
    LocalIn("Family group meetings", "Helps a family and its friends make a plan of their own.",
            [ServiceNeed.FAMILY_GROUP],
            "01632 960515", 0, 18),
)  # fmt: skip


def directory(people: Cast) -> None:
    """Local services, kept by the quality lead."""
    with _as(people, GRACE):
        for each in _LOCAL:
            if not LocalHelp.objects.filter(name=each.name).exists():
                actions.keep_local(each)


def _local(name: str) -> UUID | None:
    return LocalHelp.objects.filter(name=name).values_list("id", flat=True).first()


# -- two siblings, from the conference to two different outcomes ----------------------------------------------


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
    _let_chair_in(people, amara.folder_id, kofi.folder_id)
    _enquired(
        people, 270, "Police came three times in the spring, and both children saw what happened.",
        amara.folder_id, kofi.folder_id,
    )  # fmt: skip
    conference(people, amara.folder_id, kofi.folder_id)
    plans: dict[str, UUID] = {}
    with _then(270, 14), _as(people, HELEN):
        for name, child, category in (("Amara", amara, "EMO"), ("Kofi", kofi, "NEG")):
            plans[name] = actions.begin_plan(
                child.folder_id,
                BeginIn(
                    PlanKind.CHILD_PROTECTION, today(), "They see their father hurt their mother, and Kofi is not fed.",
                    category=category,
                    decision_id=_conference(child.folder_id, "What was seen and heard since the spring."),
                    lead_id=people[DANA],
                    wishes=WishesIn(why_not="Asked by Dana at school; each drew and did not want to speak."),
                ),
            )  # fmt: skip
    both = [plans["Amara"], plans["Kofi"]]
    outcomes: dict[str, UUID] = {}
    with _then(268, 10), _as(people, DANA):
        together = actions.write_outcome(
            both,
            OutcomeIn(
                "Nobody is hurt or shouted at in the evenings.", "What the children say, and no call to the police.",
                "Police came three times in the spring.", today() + timedelta(days=240), Whose.CHILD, When.NOW,
                _framework(0), baseline_scale=2, hoped_scale=9,
            ),
        )  # fmt: skip
        outcomes["calm_a"], outcomes["calm_k"] = together
        [outcomes["sleep"]] = actions.write_outcome(
            [plans["Amara"]],
            OutcomeIn(
                "Amara sleeps in her own bed and stops keeping watch.", "She says so, and is awake in lessons.",
                "She sleeps on the stairs on most nights.", today() + timedelta(days=180), Whose.CHILD, When.NOW,
                _framework(1), baseline_scale=3, hoped_scale=8,
            ),
        )  # fmt: skip
        [outcomes["speech"]] = actions.write_outcome(
            [plans["Kofi"]],
            OutcomeIn(
                "Kofi speaks in sentences that others understand.",
                "The speech therapist's check at four and eight months.",
                "Single words; others do not understand him.", today() + timedelta(days=240), Whose.PROFESSIONAL,
                When.LATER, _framework(2), baseline_scale=2, hoped_scale=7,
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
            _said(
                plan, (name, Agrees.PARTLY, words),
                ("Esther", Agrees.YES, "I asked for this. I want to be asked before anybody rings my mother."),
                ("Liam", Agrees.NO, "Nobody has listened to my side. They are my children too."),
            )  # fmt: skip
            _ties(plan)
            actions.name_core_member(plan, "Mother", person_id=_adult(queries.child_of_plan(plan), "Esther"))
        [need] = actions.write_need([plans["Amara"]], NeedIn("Somebody to talk to about what she saw"))
        offer = actions.offer_service(
            amara.folder_id,
            OfferIn("She sleeps, and speaks of the nights", _local("Time to Talk"), need=need,
                    outcome=outcomes["sleep"]),
            plan_id=plans["Amara"],
        )  # fmt: skip
        for plan in both:
            actions.sign_plan(plan)
    with _then(262, 15), _as(people, DANA):
        for plan in both:
            actions.core_group_met(plan, now() - timedelta(hours=1))
        actions.move_offer(offer, OfferState.WAITING, "Eleven weeks; Amara knows.")
    with _then(259, 16), _as(people, DANA):
        for action in given:
            actions.close_action(action, done=True, words="Done as agreed; it goes on each week.")
    for days_ago in _CORE_GROUPS:
        with _then(days_ago, 15), _as(people, DANA):
            for plan in both:
                actions.core_group_met(plan, now() - timedelta(hours=1))
    _visits_of(people, plans, _SPRING)
    with _then(190, 11), _as(people, DANA):
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
    with _then(11, 9), _as(people, PRIYA):
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
                lead_id=people[DANA],
            ),
        )  # fmt: skip
    _goes_on_with_kofi(people, plans["Kofi"])
    _answered_for(people, *plans.values())


def _goes_on_with_kofi(people: Cast, plan: UUID) -> None:
    """His plan goes on: seen since, and by the day that the plan sets."""
    with _as(people, DANA):
        _visit(plan, 27, 15, "At home", "Lined up his cars and let me have one.", "Blue.",
               why_not="He would not leave his mother.")  # fmt: skip
        _visit(plan, 14, 10, "At school, with his key worker", "Laughed at the picture of a dog.", "Dog big.",
               why_not="His key worker knows his signs.")  # fmt: skip
        _visit(plan, 3, 15, "At home", "Ate two bowls of soup and asked for his coat.", "Out.",
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
            _visit(plans["Amara"], days, 10, "At school, in the library", hers, she_said)
            _visit(plans["Kofi"], days, 15, "At home", his, he_said, why_not="He would not leave his mother.")


def _answered_for(people: Cast, *plans: UUID) -> None:
    """What was done late on plans of long ago was answered for at the time; what is late now is not."""
    with _as(people, PRIYA):
        late = Duty.objects.filter(
            subject_id__in=plans,
            state=DutyState.DONE_LATE.value,
            due_at__lt=at(45, 0),
            closed_at__isnull=True,
        )
        for duty_id in late.values_list("id", flat=True):
            duties.answer_for(duty_id, "Dana was off sick; the team visited in her place and rang each week.")


def _let_chair_in(people: Cast, *folders: UUID) -> None:
    from sightline.access.actions import give_access
    from sightline.access.terms import GrantLevel, GrantOrigin

    with _as(people, PRIYA):
        for folder_id in folders:
            give_access(
                folder_id, why="Chairs the child's conferences", practitioner_id=people[HELEN], level=GrantLevel.WRITE,
                origin=GrantOrigin.MEETING,
            )  # fmt: skip


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
    with _then(days_ago, 15), _as(people, HELEN):
        review = actions.start_review(
            plan, today(), who_came="Esther, Dana Okafor, Sam Reyes; Liam sent a letter."
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
        _said(
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
        )  # fmt: skip


# -- plans of families that are known already ------------------------------------------------------------------


def maya(people: Cast) -> None:
    """Maya's plan stands signed although her father does not agree; her grandmother's Saturdays are kept."""
    folder_id = _folder("Maya", "Ferreira-Lund")
    if folder_id is None:
        return
    _let_chair_in(people, folder_id)
    with _then(82, 16), _as(people, HELEN):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), "Neglect has gone on although help was given.",
                category="NEG",
                decision_id=_conference(folder_id, "Her weight, the missed clinics, and who collects her."),
                lead_id=people[DANA], wishes=WishesIn(why_not="Heard by Dana on the day before; kept under Voice."),
            ),
        )  # fmt: skip
    with _then(76, 11), _as(people, DANA):
        [eats] = actions.write_outcome(
            [plan],
            OutcomeIn(
                "Maya eats enough at home, every day.", "Her weight is back on its own line by the spring.",
                "From the 40th to the 15th centile since May.", today() + timedelta(days=196), Whose.PROFESSIONAL,
                When.NOW, _framework(1), baseline_scale=3, hoped_scale=8,
            ),
        )  # fmt: skip
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Mum picks Maya up herself.", "Maya tells Sam each Friday how often.", "Twice a week at most.",
                today() + timedelta(days=136), Whose.CHILD, When.NOW, _framework(0), whose_words="Maya",
                baseline_scale=2,
                hoped_scale=10,
            ),
        )  # fmt: skip
        for who, what, days, timing, when in (
            (
                SAM,
                "Tell Ana by noon who collects Maya.",
                81,
                "Nine-year-olds go with whoever comes.",
                When.NOW,
            ),
            (INES, "Weigh Maya at school.", 88, "A month without weighing is long at nine.", When.NOW),
            (
                DANA,
                "Meet Ana and her manager about working days.",
                116,
                "Before the winter timetable is made.",
                When.LATER,
            ),
        ):
            actions.give_action(
                [plan], ActionIn(what, people[who], today() + timedelta(days=days), timing, when)
            )
        for kind, answer, words, why in (
            (
                StatementKind.STANDS_ON,
                "section_47",
                "The conference; Ana agrees with most of it.",
                "Early help was tried for a year.",
            ),
            (
                StatementKind.DANGER,
                "",
                "Left with Mr Dunmore on school nights, Maya may be hurt or go hungry.",
                "",
            ),
            (StatementKind.STRENGTH, "", "Attendance 97% since the breakfast club began.", ""),
            (
                StatementKind.STRENGTH,
                "",
                "Grandmother has Maya every weekend and asked to be in the plan.",
                "",
            ),
            (StatementKind.SAFETY, "", "Maya is with Mum or Vovó on every school night.", ""),
            (
                StatementKind.CONTINGENCY,
                "",
                "If Mr Dunmore stays overnight Maya goes to Vovó, and Ana rings Dana.",
                "",
            ),
            (
                StatementKind.FAMILY_PLAN,
                "accepted",
                "Vovó on Fridays and weekends, Mum on the other days.",
                "",
            ),
            (
                StatementKind.HARM_AVOIDED,
                "",
                "Jon does not agree; without the plan Maya would lose another half year.",
                "",
            ),
            (StatementKind.CULTURE, "", "Portuguese at home and Mass with Vovó on Sundays.", ""),
        ):
            actions.write_statement([plan], StatementIn(kind, words, answer, "", why))
        _ties(plan, "Kyle", "He drinks when he cares for her; looked at again at the review.")
        _said(
            plan, ("Maya", Agrees.PARTLY, "I want mum to pick me up herself."),
            ("Ana", Agrees.PARTLY, "I need help with mornings. I don't need somebody looking in my fridge."),
            ("Jon", Agrees.NO, "It should not be called neglect. Nobody asked me until it was decided."),
        )  # fmt: skip
        actions.write_need(
            [plan], NeedIn("Help with working hours and rent", _adult(folder_id, "Ana"),
                            "Maya is with others at night.",
                           "The advice centre is closed until the spring.", None, "Harbourside"),
        )  # fmt: skip
        actions.offer_service(
            folder_id,
            OfferIn("Maya eats before lessons", _local("Early Birds breakfast club"), outcome=eats,
                    state=OfferState.RECEIVING),
            plan_id=plan,
        )  # fmt: skip
        actions.name_core_member(plan, "Mother", person_id=_adult(folder_id, "Ana"))
        actions.name_core_member(plan, "Grandmother", person_id=_adult(folder_id, "Lucia"), brings="Weekends")
        actions.name_core_member(
            plan, "Designated safeguarding lead", practitioner_id=people[SAM], brings="Sees her daily"
        )
        actions.place_on_scale(plan, ScaleIn(Whose.CHILD, "Maya", 4, "It's better when Vovó is there."))
        actions.place_on_scale(plan, ScaleIn(Whose.PARENT, "Ana", 7))
        actions.sign_plan(plan)
    for days_ago in (74, 47, 21):
        with _then(days_ago, 15), _as(people, DANA):
            actions.core_group_met(plan, now() - timedelta(hours=1))
    for days_ago, where, like, said, why_not in _TO_MAYA:
        with _as(people, DANA):
            _visit(plan, days_ago, 15, where, like, said, why_not=why_not)
        for written, entry_kind, who, words in _OF_MAYA.get(days_ago, ()):
            happened_at = at(written, 11)
            with _then(written, 17), _as(people, who):
                sign_entry({folder_id: words}, kind=entry_kind, happened_at=happened_at)


#: Visits under Maya's plan: days ago, where, what she was like, what she said, why not alone.
_TO_MAYA = (
    (72, "At home", "Sat on the stairs with her cat.", "Are you here because of Kyle?", "Her mother stayed."),
    (60, "At school, in the library", "Tired, and hungry before eleven.", "I had toast at breakfast club.", ""),
    (51, "At home", "Food in the house, beds made. She stayed in the doorway.", "It's tidy today.",
     "Mr Dunmore was there and did not leave."),
    (38, "At her grandmother's", "Baked with Vovó and sang.", "Here nobody shouts.", ""),
    (25, "At home", "Showed her room and the list on her door.", "Mum was at the gate twice.", "Ana cooked beside us."),
    (11, "At school, in the music room", "Played the piano with one hand.", "Can you hear it too?", ""),
)  # fmt: skip
#: What was written after a visit, by the visit's days: days ago, kind, by whom, words.
_OF_MAYA = {
    25: [
        (24, EntryKind.CONTACT, DANA, "Audiology: Maya was not brought to three of four appointments."),
        (12, EntryKind.OVERSIGHT, PRIYA, "Discussed with Dana: see Maya at school, alone, within the week."),
    ]
}


def idris(people: Cast) -> None:
    """Idris's plan is thirty days old, not signed, and its core group has not met."""
    folder_id = _folder("Idris", "Qureshi")
    if folder_id is None:
        return
    _let_chair_in(people, folder_id)
    _enquired(people, 30, "An injury in the shape of a belt, and a child who is afraid.", folder_id)
    with _then(30, 16), _as(people, HELEN):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), "An injury in the shape of a belt.",
                category="PHY", decision_id=_conference(folder_id, "The injury, and a child who is afraid."),
                lead_id=people[DANA], wishes=WishesIn(why_not="He hid under the table; play therapy is asked for."),
                earlier_plans=1,
            ),
        )  # fmt: skip
    with _as(people, DANA):
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Idris is not hit.", "He says so, alone, and has no marks.", "Hit with a belt in the autumn.",
                today() + timedelta(days=60), Whose.CHILD, When.NOW, _framework(0), baseline_scale=1, hoped_scale=10,
            ),
        )  # fmt: skip
        actions.write_statement(
            [plan], StatementIn(StatementKind.DANGER, "His father comes back and hits him again.")
        )
        _visit(plan, 19, 15, "At school", "Hid his drawing, then gave it to me.", "That is the lock.")
        _visit(plan, 9, 15, "At home", "Checked the door four times.", "I know how it goes.",
               why_not="He wanted his mother to see the lock too.")  # fmt: skip


def zofia(people: Cast) -> None:
    """Zofia's early help plan is led by the voluntary agency."""
    folder_id = _folder("Zofia", "Nowak")
    if folder_id is None:
        return
    with _as(people, LEILA):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(PlanKind.EARLY_HELP, today(), "She cares for her cousin and is tired all the time."),
        )
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Zofia has two free afternoons a week.", "She says which, every Friday.", "None.",
                today() + timedelta(days=60), Whose.CHILD, When.NOW, _framework(0), baseline_scale=2, hoped_scale=8,
            ),
        )  # fmt: skip
        actions.give_action(
            [plan],
            ActionIn(
                "Go with Zofia to the young carers' group.", people[LEILA], today() + timedelta(days=7),
                "At eleven a friend beside her makes it easier to go.", When.NOW,
            ),
        )  # fmt: skip
        actions.write_statement(
            [plan], StatementIn(StatementKind.STANDS_ON, "Her mother agreed on the telephone.", "agreement")
        )
        actions.offer_service(
            folder_id,
            OfferIn("Free afternoons", _local("Young carers' group"), state=OfferState.ACCEPTED),
            plan_id=plan,
        )


def callum(people: Cast) -> None:
    """Callum has been missing three times; a decision is due, and a return conversation."""
    folder_id = _folder("Callum", "Reid")
    if folder_id is None:
        return
    for days, hours, words in (
        (24, 9, "Not home from school; found at the bus station."),
        (11, 20, "Left at night; came home by himself."),
        (2, 14, "Found forty miles away with three phones."),
    ):
        began, talked = at(days, 4), at(23, 16)
        with _then(days - 1, 17), _as(people, DANA):
            [incident] = actions.record_incident(
                [folder_id],
                IncidentIn(
                    IncidentKind.MISSING, began, words, "Kelly Reid and PC Lindqvist",
                    ended_at=began + timedelta(hours=hours),
                ),
            )  # fmt: skip
            if days == 24:
                actions.talk_after_return(
                    incident, held_at=talked, by_whom="Street Line", independent=True,
                    said="I went because they said so.", pushes="A debt of which he does not speak.",
                    then="Street Line sees him on Mondays.",
                )  # fmt: skip
    with _then(6, 12), _as(people, DANA):
        actions.record_incident(
            [folder_id],
            IncidentIn(
                IncidentKind.COMMUNITY_VIOLENCE, now() - timedelta(hours=18),
                "Chased through the park by two men; he threw a bottle at one of them.", "PC Lindqvist",
                child_was=ChildWas.BOTH,
            ),
        )  # fmt: skip


def temi(people: Cast) -> None:
    """Temi saw domestic abuse; it is recorded as such."""
    folder_id = _folder("Temi", "Fashola-Grant")
    if folder_id is None:
        return
    with _as(people, DANA):
        for days in (34, 90):
            actions.record_incident(
                [folder_id],
                IncidentIn(
                    IncidentKind.DOMESTIC_ABUSE, at(days, 6), "Folasade was hurt; police came.", "PC Lindqvist",
                    ended_at=at(days, 8), child_there="In the next room, and heard it",
                ),
            )  # fmt: skip


def closing(people: Cast) -> None:
    """Owen's plan has ended: what it changed, who helps now, and who answers for the record."""
    owen = _known(
        people, "Owen", "Tarrant-Hill", Birth(born_on=born(8, 10, 2), sex=Sex.MALE, pronouns="he"),
        since=240, school=SCHOOL,
    )  # fmt: skip
    _people(people, owen, ("Megan", "Hill", 33, Kinship.MOTHER, Known.YES, Known.YES, "Mum"), since=239)
    with _then(230, 10), _as(people, DANA):
        plan = actions.begin_plan(
            owen.folder_id,
            BeginIn(
                PlanKind.CHILD_IN_NEED, today(), "His mother was in hospital and nobody else was there.",
                wishes=WishesIn(why_not="He was with his aunt in another county that week."),
            ),
        )  # fmt: skip
        [home] = actions.write_outcome(
            [plan],
            OutcomeIn(
                "Owen is at home with his mother and at school on time.", "Attendance, and what he says.",
                "Away from school for three weeks.", today() + timedelta(days=150), Whose.PARENT, When.NOW,
                _framework(0),
                baseline_scale=2, hoped_scale=9,
            ),
        )  # fmt: skip
        actions.give_action(
            [plan],
            ActionIn("Meet at the ward with Megan and Owen.", people[DANA], today() + timedelta(days=9),
                     "He had not seen her for a month.", When.NOW),
        )  # fmt: skip
        for kind, answer, words in (
            (StatementKind.STANDS_ON, "section_17", "Megan agreed from the ward."),
            (StatementKind.FAMILY_PLAN, "accepted", "Aunt Bryn until Megan is well."),
            (StatementKind.CONTINGENCY, "", "Aunt Bryn, then the duty team."),
        ):
            actions.write_statement([plan], StatementIn(kind, words, answer))
        _ties(plan)
        _said(plan, ("Owen", Agrees.YES, "I want to go home with Mum."), ("Megan", Agrees.YES, "So do I."))
        actions.sign_plan(plan)
    with _as(people, DANA):
        _visit(
            plan,
            200,
            15,
            "At home",
            "Sat close to his mother.",
            "We have our own key again.",
            why_not="He asked for her to stay.",
        )
    with _then(75, 14), _as(people, DANA):
        review = actions.start_review(plan, today(), who_came="Megan, Owen, Dana Okafor, Sam Reyes.")
        actions.answer_outcome(
            review,
            home,
            ReviewedIn(
                "He is at home and was late once.",
                "The school's list; Owen.",
                Achieved.YES,
                Next.ENDS,
                scale=9,
            ),
        )
        _said(
            plan,
            ("Owen", Agrees.YES, "You don't have to come any more."),
            ("Megan", Agrees.YES, "Thank you."),
            review=review,
        )
        actions.close_review(
            review, ReviewResult.CLOSE, "He is at home, safe and at school.",
            WishesIn(why_not="He said at the review what he wishes; it stands there."),
        )  # fmt: skip
    with _then(70, 10), _as(people, PRIYA):
        actions.close_plan(
            plan,
            EndIn(
                "RC7", "The plan has done what it was for.",
                "Owen's mother was ill and alone. She is well, her sister lives near, and he is at school every day. "
                "Look out for her being taken to hospital again.",
                "Aunt Bryn; the school; Megan has the ward's number.",
                "Both were asked at the last review and wrote a card.",
                people[PRIYA], WishesIn(why_not="Heard five days before at the review."),
            ),
        )  # fmt: skip
    _answered_for(people, plan)


#: Each part of the story, and the child whose plan shows that it has been told.
_STORIES: tuple[tuple[tuple[str, str], Callable[[Cast], None]], ...] = (
    (("Amara", "Mensah-Doyle"), mensah),
    (("Maya", "Ferreira-Lund"), maya),
    (("Idris", "Qureshi"), idris),
    (("Zofia", "Nowak"), zofia),
    (("Callum", "Reid"), callum),
    (("Temi", "Fashola-Grant"), temi),
    (("Owen", "Tarrant-Hill"), closing),
)


def _told(folder_id: UUID | None) -> bool:
    from sightline.plans.models import Incident

    if folder_id is None:
        return False
    with _setting_up():
        plans = Plan.objects.filter(folder_id=folder_id).exists()
        return plans or Incident.objects.filter(folder_id=folder_id).exists()


def load() -> None:
    """Bring in what is missing, each story in a transaction of its own."""
    people = cast()
    with transaction.atomic():
        directory(people)
    for (given, family), tell in _STORIES:
        with transaction.atomic():
            if not _told(_folder(given, family)):
                tell(people)
