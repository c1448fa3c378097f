"""What the stories of plans are told with: days of the past, who said what, visits; and the local services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sightline.access.queries import lead_of
from sightline.agencies.queries import agencies
from sightline.children.models import PersonName
from sightline.children.queries import child_page
from sightline.children.terms import NameUse
from sightline.enquiries.actions.past import PastStep, record_past_way
from sightline.enquiries.terms import Act, Stage
from sightline.kernel.time import as_on, now, today
from sightline.meetings import actions as meetings
from sightline.meetings import queries as met_by
from sightline.meetings.actions import AttendanceIn, DecisionIn, Invitee, SaidIn
from sightline.meetings.terms import Came, ChildStage, GivenKind, How, Purpose, SupporterAnswer
from sightline.plans import actions, queries
from sightline.plans.actions import (
    LocalIn,
    StatementIn,
    ViewIn,
    VisitIn,
)
from sightline.plans.models import LocalHelp
from sightline.plans.terms import (
    Agrees,
    ServiceNeed,
    StatementKind,
)
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyState
from sightline.records.terms import Interpreting
from sightline.voice.actions import WishesIn

from .making import _as, _setting_up
from .people import DANA, GRACE, HELEN, PRIYA, SAM, Cast
from .telling import at


@contextmanager
def on_day(days_ago: int, hour: int = 11) -> Iterator[datetime]:
    """As on a day of the past: what is written carries that day."""
    with as_on(at(days_ago, hour)) as then:
        yield then


def framework_item(place: int) -> str:
    """One of the partnership's own outcomes; empty where its manual states none."""
    items = pack_in_force().outcomes(today()).item
    return items[place % len(items)].id if items else ""


def folder_of(given: str, family: str) -> UUID | None:
    with _setting_up():
        found = (
            PersonName.objects.filter(
                use=NameUse.FULL.value, given=given, family=family, folder__isnull=False
            )
            .values_list("folder_id", flat=True)
            .first()
        )
        return lead_of(found) if found else None


def adult_of(folder_id: UUID, given: str) -> UUID | None:
    return next((t.person.id for t in child_page([folder_id]).ties if t.name.startswith(given)), None)


def enquired_before(people: Cast, days_ago: int, reasons: str, *folders: UUID) -> None:
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


def conference_decides(people: Cast, days_ago: int, folder_id: UUID, parent: str, reasons: str) -> UUID:
    """The initial conference on a child, called a week before and held so many days ago, with one parent (the start of
    their name) and the school: what it decided."""
    held = at(days_ago, 10)
    with on_day(days_ago + 7, 10), _as(people, DANA):
        met = meetings.call(
            Purpose.INITIAL_CONFERENCE, [folder_id], held, chair_id=people[HELEN], place="Civic Centre, room 4",
            minutes_long=90, agenda="Is the child safe at home, and is a child protection plan needed?",
        )  # fmt: skip
        for name in (DANA, SAM):
            meetings.invite(met, Invitee.practitioner(people[name], opens=name != DANA))
        adult = adult_of(folder_id, parent)
        assert adult is not None
        theirs = meetings.invite(met, Invitee.family(adult, "Parent"))
        meetings.give(theirs, GivenKind.INVITATION, how=How.BY_HAND, form="invitation")
        meetings.give(theirs, GivenKind.PAPERS, how=How.BY_HAND)
        meetings.offer_supporter(theirs, offered=True, answer=SupporterAnswer.DECLINES)
        meetings.tell_child(
            met,
            folder_id,
            ChildStage.BEFORE,
            done=True,
            words="Dana told them who would meet, and what about.",
        )
    with on_day(days_ago, 13), _as(people, HELEN):
        meetings.hold(
            met, began_at=held,
            people=[AttendanceIn(one.id, Came.CAME) for one in met_by.meeting(met, ()).invited],
            without_quorum_why="The police and the health visitor sent reports, and the child could not wait.",
            unready_why="What the family had not been given was gone through before the meeting began.",
        )  # fmt: skip
        meetings.write_minutes(met, [SaidIn(theirs, "I know that it cannot go on like this.")])
        made = meetings.decide(
            met,
            [
                DecisionIn(
                    folder_id, "The child needs a child protection plan", reasons,
                    wishes=WishesIn(why_not="Heard by Dana on the day before; kept under Voice."),
                )
            ],
            knows_family=False,
        )  # fmt: skip
        meetings.tell_child(
            met, folder_id, ChildStage.PART, done=True, words="By what Dana had written down for them."
        )
        meetings.conclude(met)
        meetings.give(theirs, GivenKind.MINUTES, how=How.BY_HAND)
    return made[folder_id]


def core_group(plan: UUID, *names: str, family_came: int = 1) -> None:
    """A core group an hour ago at no recorded meeting, with these agencies and so many of the family."""
    came = agencies().filter(name__in=names).values_list("id", flat=True)
    actions.core_group_met(plan, now() - timedelta(hours=1), agency_ids=list(came), family_came=family_came)


def keep_ties(plan: UUID, but: str = "", why: str = "") -> None:
    """Every tie that the plan does not yet answer for is kept, except one."""
    shown = queries.plan_shown(plan)
    for name in queries.statements_to_choose(shown, StatementKind.TIE):
        kept = not (but and name.startswith(but))
        sent = StatementIn(
            StatementKind.TIE, "They see each other as before." if kept else "", "kept" if kept else "not_kept", name,
            "" if kept else why,
        )  # fmt: skip
        actions.write_statement([plan], sent)


def each_said(plan: UUID, *those: tuple[str, Agrees, str], review: UUID | None = None) -> None:
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


def visited(
    plan: UUID, days_ago: int, hour: int, where: str, like: str, said: str, *, why_not: str = ""
) -> None:
    visited_at = at(days_ago, hour)
    with on_day(days_ago, hour + 1):
        actions.record_visit(
            plan,
            VisitIn(
                visited_at, True, where, like, "Talked with the child, and with whoever was at home.",
                alone=not why_not, why_not=why_not, said=said, others="Mother" if why_not else "",
                interpreting=Interpreting.NONE_NEEDED,
            ),
        )  # fmt: skip


def answered_for(people: Cast, *plans: UUID) -> None:
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


def let_chair_in(people: Cast, *folders: UUID) -> None:
    from sightline.access.actions import give_access
    from sightline.access.terms import GrantLevel, GrantOrigin

    with _as(people, PRIYA):
        for folder_id in folders:
            give_access(
                folder_id, why="Chairs the child's conferences", practitioner_id=people[HELEN], level=GrantLevel.WRITE,
                origin=GrantOrigin.MEETING,
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


def service_named(name: str) -> UUID | None:
    return LocalHelp.objects.filter(name=name).values_list("id", flat=True).first()
