"""As many invented children as are asked for, at many points of their way, written in bulk and dated back.

Each batch of families is one transaction, drawn from how many children there are: stopped at any moment, the
next load goes on with the batch that was not committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from sightline.access import actions as access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.models import RotaShift
from sightline.agencies.queries import duty_manager
from sightline.children import actions as children
from sightline.children.models import Involvement, Person
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
    years_old,
)
from sightline.children.terms import (
    AbuseCategory,
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    PersonKind,
    ProviderKind,
    Scheme,
    Sex,
    StatusKind,
)
from sightline.concerns import actions as concerns
from sightline.concerns.actions import (
    ChildIn,
    ConcernIn,
    GivenIn,
    PastAnswer,
    PastConcern,
    PastDecisions,
    PersonIn,
)
from sightline.concerns.rules import new_reference
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.ids import uuid7
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyStatus
from sightline.records import actions as records
from sightline.records.actions import PastEntry
from sightline.records.terms import EntryKind

from . import Progress, names, people, stories
from .people import COUNCIL, FRONT_DOOR, JOANNA, MAREK, NGOZI, Cast, Worker
from .telling import at, decision

#: Children in one transaction, about.
BATCH = 200
#: Out of a hundred families, how many stand where.
_STANDS = {
    "closed": 40,
    "early help": 18,
    "in need": 25,
    "protection": 8,
    "looked after": 3,
    "waiting": 4,
    "told": 2,
}
#: With more children than this, further ones have nothing waiting: the board stays that of one town.
BOARD_FROM_FIRST = 1000
#: Of all children, about so many have a social worker, or an early help worker.
WITH_SOCIAL_WORKER = 0.4
WITH_EARLY_HELP = 0.2
#: Of a hundred open duties, how many stand how against their clock.
_AGAINST_CLOCK = {
    DutyStatus.CRITICAL: 4,
    DutyStatus.OVERDUE: 7,
    DutyStatus.DUE_SOON: 16,
    DutyStatus.NOT_DUE: 73,
}
#: How far back a duty of each kind is begun that is still owed, in days.
_BACK = {
    "decision_on_concern": 5,
    "answer_to_referrer": 5,
    "early_help_contact": 16,
    "assessment": 80,
    "first_core_group": 24,
    "first_review_conference": 110,
    "later_review_conference": 205,
}


def load(wanted: int, progress: Progress) -> None:
    """Bring the demonstration to so many children, the families of `families` counted among them."""
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        there = Person.objects.filter(kind=PersonKind.CHILD.value).count()
    progress(min(there, wanted), wanted)
    if there >= wanted:
        return
    town = Town.of(wanted)
    while there < wanted:
        with transaction.atomic(), looking_as(Viewer.for_job("demo")):
            there += town.settle(Random(f"{people.LETTERS} {there}"), min(BATCH, wanted - there), there)
        progress(min(there, wanted), wanted)


# -- who works with whom ------------------------------------------------------------------------------


class Caseloads:
    """Gives each family to whoever has the fewest children."""

    def __init__(self, workers: Sequence[Worker], held: Counter[UUID]) -> None:
        self.workers = workers
        self.held = held

    def next(self, children: int) -> Worker:
        worker = min(self.workers, key=lambda w: self.held[w.id])
        self.held[worker.id] += children
        return worker


class Clocks:
    """When a duty of a kind must have begun to stand in a certain way against its clock now."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.found: dict[str, dict[DutyStatus, list[datetime]]] = {}

    def begun(self, kind: str, rng: Random) -> datetime:
        """An instant of the past, spread as `_AGAINST_CLOCK` says where the calendar allows it."""
        by_status = self.found.get(kind) or self._look(kind)
        weights = [_AGAINST_CLOCK[status] for status in by_status]
        return rng.choice(rng.choices(list(by_status.values()), weights)[0])

    def _look(self, kind: str) -> dict[DutyStatus, list[datetime]]:
        found: dict[DutyStatus, list[datetime]] = {}
        moment = now()
        for days in range(1, _BACK[kind] + 1):
            for hour in (10, 12, 14) if _BACK[kind] < 30 else (11,):
                begun = at(days, hour, 15)
                clock = duties.clock_of(self.pack, kind, begun, imported=True)
                if moment > clock.critical_at:
                    status = DutyStatus.CRITICAL
                elif moment > clock.due_at:
                    status = DutyStatus.OVERDUE
                else:
                    status = DutyStatus.DUE_SOON if moment >= clock.soon_at else DutyStatus.NOT_DUE
                found.setdefault(status, []).append(begun)
        self.found[kind] = found
        return found


# -- a family -----------------------------------------------------------------------------------------


@dataclass
class Child:
    """One child of a family while it is being written."""

    folder_id: UUID
    id: UUID
    given: str
    family: str
    sex: Sex
    born_on: date | None
    expected_on: date | None = None

    @property
    def said(self) -> bool:
        """Whether the child is old enough to have said something."""
        return self.born_on is not None and years_old(self.born_on, today()) >= 4


@dataclass
class Written:
    """What a batch writes, room by room."""

    folders: list[access.FolderOpening] = field(default_factory=list)
    children: list[NewChild] = field(default_factory=list)
    adults: list[NewAdult] = field(default_factory=list)
    ties: list[tuple[UUID, UUID, NewTie]] = field(default_factory=list)
    concerns: list[PastConcern] = field(default_factory=list)
    #: Duties of a plan, by the place in `concerns` of what led to it.
    plans: list[tuple[int, duties.PastDuty]] = field(default_factory=list)
    entries: list[PastEntry] = field(default_factory=list)
    recorded: dict[UUID, tuple[datetime, UUID | None]] = field(default_factory=dict)


@dataclass
class Town:
    """Whoever works in the town, and how families come to them."""

    cast: Cast
    pack: Pack
    clocks: Clocks
    social_work: Caseloads
    early_help: Caseloads
    referrers: Sequence[Worker]
    #: Since when there is a rota: then its duty manager answers for a new record, before that Ngozi.
    rota_from: datetime

    @classmethod
    def of(cls, wanted: int) -> Town:
        """The town with people enough for so many children."""
        social_workers = people.social_workers(ceil(wanted * WITH_SOCIAL_WORKER / people.CASELOAD))
        helpers = people.early_help_workers(ceil(wanted * WITH_EARLY_HELP / people.CASELOAD))
        referrers = people.referrers(min(max(wanted // 10, 12), 300))
        with transaction.atomic(), looking_as(Viewer.for_job("demo")):
            rows = (
                Involvement.objects.filter(held_on(today()), lead_professional=True)
                .values_list("practitioner_id")
                .annotate(Count("id"))
            )
            held: Counter[UUID] = Counter({who: count for who, count in rows if who is not None})
            pack = pack_in_force()
            return cls(
                people.cast(),
                pack,
                Clocks(pack),
                Caseloads(social_workers, held),
                Caseloads(helpers, held),
                referrers,
                RotaShift.objects.order_by("starts_at").values_list("starts_at", flat=True)[0],
            )

    def settle(self, rng: Random, wanted: int, there: int) -> int:
        """Write families with so many children; returns how many. In the caller's transaction, as `demo`."""
        written = Written()
        while len(written.folders) < wanted:
            stands = rng.choices(list(_STANDS), list(_STANDS.values()))[0]
            if stands in ("waiting", "told") and there >= BOARD_FROM_FIRST:
                stands = "closed"
            self.family(rng, written, wanted - len(written.folders), stands)
        self.write(written)
        return len(written.folders)

    def write(self, written: Written) -> None:
        """Hand what was drawn to the rooms, in bulk. In the caller's transaction, as `demo`."""
        access.open_folders_bulk(written.folders)
        children.record_children_bulk(written.children, recorded=written.recorded)
        children.record_family_bulk(written.adults, written.ties, recorded=written.recorded)
        concern_ids = concerns.record_past_concerns_bulk(written.concerns)
        duties.record_duties_bulk(
            [_about(owed, concern_ids[place]) for place, owed in written.plans], pack=self.pack
        )
        records.record_entries_bulk(written.entries)

    def family(self, rng: Random, written: Written, most: int, stands: str) -> None:
        """Draw one family of at most so many children that has come so far (a key of `_STANDS`)."""
        community = names.community(rng)
        family = rng.choice(community.families)
        size = min(rng.choices((1, 2, 3, 4), (50, 30, 15, 5))[0], most)
        kin = _children(rng, community, family, size)
        way = _Way.of(self, rng, stands, size)
        referrer = rng.choice(self.referrers)
        decider = rng.choice((MAREK, JOANNA, NGOZI))
        opened_by = referrer.id
        reference = new_reference()
        manager = self._manager(way.raised)
        grants = [
            access.NewGrant(
                GrantOrigin.CONCERN,
                f"Concern {reference}",
                team_id=self.cast.teams[FRONT_DOOR],
                level=GrantLevel.WRITE,
                given_by_id=opened_by,
            )
        ]
        if way.lead is not None:
            allocated: dict[str, Any] = {
                "level": GrantLevel.WRITE,
                "given_by_id": self.cast[decider],
                "given_at": way.decided,
            }
            grants += [
                access.NewGrant(
                    GrantOrigin.ALLOCATION, "Works with this child", practitioner_id=way.lead.id, **allocated
                ),
                access.NewGrant(
                    GrantOrigin.ALLOCATION, "The team that works with the child", team_id=way.lead.team_id,
                    **allocated,
                ),
            ]  # fmt: skip
        home = names.street(rng), names.postcode(rng), rng.choice(names.AREAS)
        asked = _answers(rng, community)
        surgery = NewProvider(
            ProviderKind.GP, rng.choice(names.SURGERIES), names.telephone(rng), _day(way.raised)
        )
        for child in kin:
            written.folders.append(
                access.FolderOpening(
                    self.cast.agencies[COUNCIL],
                    manager,
                    way.raised,
                    opened_by,
                    grants,
                    id=child.folder_id,
                )
            )
            written.children.append(self._child(rng, child, way, home, asked, surgery, referrer))
            written.recorded[child.folder_id] = (way.raised, opened_by)
        adults = self._adults(rng, written, kin, community, family, way)
        self._concern(rng, written, kin, adults, home, way, referrer, decider, reference)
        if way.lead is not None:
            written.entries += _entries(rng, kin, way, way.lead)

    def _manager(self, raised: datetime) -> UUID:
        """Who answers for a record that a concern of that instant opened."""
        on_duty = None
        if raised >= self.rota_from:
            on_duty = duty_manager(self.cast.teams[FRONT_DOOR], raised)
        return on_duty.pk if on_duty is not None else self.cast[NGOZI]

    def _child(
        self,
        rng: Random,
        child: Child,
        way: _Way,
        home: tuple[str, str, str],
        asked: tuple[Answer, ...],
        surgery: NewProvider,
        referrer: Worker,
    ) -> NewChild:
        since = _day(way.raised)
        lines, postcode, area = home
        lives_at = LivesAt.FOSTER_CARE if way.stands == "looked after" else LivesAt.HOME
        age = years_old(child.born_on, today()) if child.born_on else 0
        providers = [surgery]
        if age >= 5:
            school = rng.choice(names.SCHOOLS[:4] if age < 11 else names.SCHOOLS[4:])
            providers.append(NewProvider(ProviderKind.SCHOOL, school, held_from=since))
        elif age >= 2:
            providers.append(NewProvider(ProviderKind.NURSERY, rng.choice(names.NURSERIES), held_from=since))
        involved = []
        if way.lead is not None:
            involved = [
                NewInvolvement(
                    way.lead.agency_id, way.lead.title, way.lead.id, lead=True, held_from=_day(way.decided)
                ),
                NewInvolvement(
                    referrer.agency_id, referrer.title, referrer.id, "Raised the concern", held_from=since
                ),
            ]
        return NewChild(
            child.folder_id,
            names=Names(child.given, child.family),
            birth=Birth(born_on=child.born_on, expected_on=child.expected_on, sex=child.sex),
            answers=asked,
            numbers=(Number(Scheme.NHS, names.nhs_number(rng)),) if child.born_on else (),
            address=Address(lives_at, lines, postcode, area, held_from=since),
            statuses=tuple(
                NewStatus(kind, _day(way.status_from), category=category) for kind, category in way.statuses
            ),
            providers=tuple(providers),
            authority=NewAuthority(COUNCIL, held_from=since),
            involvements=tuple(involved),
            id=child.id,
        )

    def _adults(
        self,
        rng: Random,
        written: Written,
        kin: Sequence[Child],
        community: names.Community,
        family: str,
        way: _Way,
    ) -> list[PersonIn]:
        """The parents and sometimes a grandmother, tied to every child; what a referrer says of them."""
        lives = Known.NO if way.stands == "looked after" else Known.YES
        those = [(rng.choice(community.mothers), True, Kinship.MOTHER, Known.YES, lives)]
        if rng.random() < 0.65:
            at_home = lives if rng.random() < 0.6 else Known.NO
            those.append((rng.choice(community.fathers), False, Kinship.FATHER, Known.YES, at_home))
        if rng.random() < 0.15:
            those.append((rng.choice(community.mothers), True, Kinship.GRANDPARENT, Known.NO, Known.NO))
        since = _day(way.raised)
        said: list[PersonIn] = []
        for given, female, kinship, responsible, with_child in those:
            surname = community.family_name_of(family, female)
            telephone = names.telephone(rng)
            adult = NewAdult(
                Names(given, surname),
                Birth(sex=Sex.FEMALE if female else Sex.MALE, telephone=telephone),
                id=uuid7(),
            )
            assert adult.id is not None
            written.adults.append(adult)
            written.recorded[adult.id] = written.recorded[kin[0].folder_id]
            said.append(PersonIn(given, surname, kinship, with_child, telephone))
            written.ties += [
                (
                    child.folder_id,
                    child.id,
                    NewTie(adult.id, kinship, responsible, with_child, held_from=since),
                )
                for child in kin
            ]
        written.ties += [
            (one.folder_id, one.id, NewTie(other.id, Kinship.SIBLING, held_from=since))
            for one in kin
            for other in kin
            if one is not other
        ]
        return said

    def _concern(
        self,
        rng: Random,
        written: Written,
        kin: Sequence[Child],
        adults: Sequence[PersonIn],
        home: tuple[str, str, str],
        way: _Way,
        referrer: Worker,
        decider: str,
        reference: str,
    ) -> None:
        story = rng.choice(stories.WORRIES)
        sent = ConcernIn(
            children=[
                ChildIn(
                    given=child.given,
                    family=child.family,
                    born_on=child.born_on,
                    expected_on=child.expected_on,
                    sex=child.sex.value,
                    lines=home[0],
                    postcode=home[1],
                    said=(said := rng.choice(stories.SAID) if child.said and rng.random() < 0.5 else ""),
                    said_why_not="" if said else "Not asked yet." if child.said else "Too young to be asked.",
                )
                for child in kin
            ],
            what_happened=story.text,
            people=adults,
            indicators=story.indicators,
            immediate_danger=False,
            harm_where=story.where,
            family_told=Told.YES,
            family_told_words="By telephone, before this was sent.",
            family_agreed=(agreed := Agreed.YES if rng.random() < 0.7 else Agreed.NO),
            family_agreed_words="" if agreed is Agreed.YES else "They see no need for it.",
            source_code=referrer.source_code,
        )
        by = self.cast[decider]
        decided = None
        if way.outcome:
            decided = PastDecisions(
                [
                    decision(
                        self.pack,
                        _day(way.decided),
                        way.outcome,
                        rng.choice(stories.REASONS[way.outcome]),
                        descriptors=(rng.randrange(5), rng.randrange(5)),
                        advice=rng.choice(stories.ADVICE) if way.outcome in stories.WITH_ADVICE else "",
                        need_code=rng.choice(("N1", "N1", "N1", "N4", "N5", "N2")),
                    )
                    for _child in kin
                ],
                way.decided,
                by,
                self.cast.posts[by],
            )
        taken = way.raised + timedelta(minutes=40)
        dealt_with = way.outcome or rng.random() < 0.5
        written.concerns.append(
            PastConcern(
                sent=sent,
                about=[(child.folder_id, child.id) for child in kin],
                raised_at=way.raised,
                raised_by_id=referrer.id,
                raised_by=referrer.name,
                raised_post=referrer.post,
                taken_at=taken if dealt_with else None,
                taken_by_id=by if dealt_with else None,
                acknowledged=PastAnswer(stories.ARRIVED, taken, by) if dealt_with else None,
                decided=decided,
                answered=PastAnswer(stories.ANSWERED[way.outcome], way.decided + timedelta(minutes=30), by)
                if way.answered
                else None,
                owner_id=way.lead.id if way.lead else None,
                owner_team_id=way.lead.team_id if way.lead else None,
                done=way.done,
                given=GivenIn(
                    what=stories.GIVEN[len(written.concerns) % len(stories.GIVEN)],
                    how="In a call to the family with the service on the line",
                    by_whom=decider,
                    given_at=way.done["signposting"],
                    said=stories.SAID_TO_IT[len(written.concerns) % len(stories.SAID_TO_IT)],
                )
                if way.outcome == "signposting" and "signposting" in way.done
                else None,
                reference=reference,
            )
        )
        place = len(written.concerns) - 1
        for child in kin:
            for kind, begun, done in way.plan:
                assert way.lead is not None
                written.plans.append(
                    (
                        place,
                        duties.PastDuty(
                            duties.Opening(
                                folder_id=child.folder_id,
                                kind=kind,
                                started_at=begun,
                                path=f"/child/{child.folder_id}/",
                                owner_id=way.lead.id,
                                team_id=way.lead.team_id,
                            ),
                            opened_at=begun,
                            opened_by_id=way.lead.id,
                            done_at=done,
                            done_by_id=way.lead.id if done else None,
                        ),
                    )
                )


def _about(owed: duties.PastDuty, concern_id: UUID) -> duties.PastDuty:
    opening = duties.Opening(**{**owed.opening.__dict__, "subject_id": concern_id})
    return duties.PastDuty(opening, owed.opened_at, owed.opened_by_id, owed.done_at, owed.done_by_id)


@dataclass
class _Way:
    """How far a family has come, and when: raised, decided, with whom, what is done and what is owed."""

    stands: str
    raised: datetime
    decided: datetime
    outcome: str = ""
    answered: bool = True
    lead: Worker | None = None
    statuses: tuple[tuple[StatusKind, str], ...] = ()
    status_from: datetime = field(default_factory=now)
    done: dict[str, datetime] = field(default_factory=dict)
    #: Duties of a plan: kind, since when, and when done.
    plan: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)

    @classmethod
    def of(cls, town: Town, rng: Random, stands: str, size: int) -> _Way:
        make = {
            "closed": cls._closed,
            "early help": cls._early_help,
            "in need": cls._in_need,
            "protection": cls._protection,
            "looked after": cls._looked_after,
            "waiting": cls._waiting,
            "told": cls._told,
        }[stands]
        return make(town, rng, size)

    @classmethod
    def _closed(cls, _town: Town, rng: Random, _size: int) -> _Way:
        raised = at(rng.randint(60, 560), rng.randint(9, 14), rng.randrange(60))
        decided = _later(raised, rng)
        outcome = rng.choice(("no_further_action", "signposting", "signposting", "section_17_assessment"))
        finished = decided + timedelta(days=1 if outcome == "signposting" else rng.randint(14, 50))
        return cls("closed", raised, decided, outcome, done={"signposting": finished, "assessment": finished})

    @classmethod
    def _early_help(cls, town: Town, rng: Random, size: int) -> _Way:
        lead = town.early_help.next(size)
        status = ((StatusKind.EARLY_HELP, ""),)
        if rng.random() < 0.4:
            decided = town.clocks.begun("early_help_contact", rng)
            return cls("early help", decided - timedelta(hours=2), decided, "early_help", lead=lead)
        raised = at(rng.randint(25, 330), rng.randint(9, 14), rng.randrange(60))
        decided = _later(raised, rng)
        begun = decided + timedelta(days=rng.choice((1, 2, 3, 4, 5, 6)))
        return cls(
            "early help", raised, decided, "early_help", lead=lead, statuses=status, status_from=begun,
            done={"early_help_contact": begun},
        )  # fmt: skip

    @classmethod
    def _in_need(cls, town: Town, rng: Random, size: int) -> _Way:
        lead = town.social_work.next(size)
        if rng.random() < 0.75:
            raised = town.clocks.begun("assessment", rng)
            return cls("in need", raised, _later(raised, rng), "section_17_assessment", lead=lead)
        raised = at(rng.randint(70, 420), rng.randint(9, 14), rng.randrange(60))
        assessed = raised + timedelta(days=rng.randint(25, 58))
        return cls(
            "in need", raised, _later(raised, rng), "section_17_assessment", lead=lead,
            statuses=((StatusKind.CHILD_IN_NEED, ""),), status_from=assessed, done={"assessment": assessed},
        )  # fmt: skip

    @classmethod
    def _protection(cls, town: Town, rng: Random, size: int) -> _Way:
        """A plan made at a conference, reviewed three months later and every six months after that."""
        owed = rng.choice(("first_core_group", "first_review_conference", "later_review_conference"))
        begun = town.clocks.begun(owed, rng)
        made = begun - timedelta(days=86) if owed == "later_review_conference" else begun
        met = made + timedelta(days=9)
        plan: list[tuple[str, datetime, datetime | None]] = [
            ("first_core_group", made, met if owed != "first_core_group" and met < now() else None)
        ]
        if owed == "later_review_conference":
            plan += [("first_review_conference", made, begun), (owed, begun, None)]
        else:
            plan.append(("first_review_conference", made, None))
        raised = made - timedelta(days=rng.randint(14, 19))
        decided = _later(raised, rng)
        discussed = decided + timedelta(hours=rng.randint(2, 22))
        plan.insert(0, ("initial_conference", discussed, made))
        category = rng.choice(list(AbuseCategory)).value
        return cls(
            "protection", raised, decided, "strategy_discussion", lead=town.social_work.next(size),
            statuses=((StatusKind.PROTECTION_PLAN, category),), status_from=made,
            done={"strategy_discussion": discussed, "assessment": made - timedelta(days=3)}, plan=plan,
        )  # fmt: skip

    @classmethod
    def _looked_after(cls, town: Town, rng: Random, size: int) -> _Way:
        raised = at(rng.randint(150, 560), rng.randint(9, 14), rng.randrange(60))
        decided = _later(raised, rng)
        discussed = decided + timedelta(hours=rng.randint(2, 22))
        assessed = raised + timedelta(days=rng.randint(30, 56))
        return cls(
            "looked after", raised, decided, "strategy_discussion", lead=town.social_work.next(size),
            statuses=((StatusKind.LOOKED_AFTER, ""), (StatusKind.CARE_ORDER, "")), status_from=assessed,
            done={"strategy_discussion": discussed, "assessment": assessed},
        )  # fmt: skip

    @classmethod
    def _waiting(cls, town: Town, rng: Random, _size: int) -> _Way:
        raised = town.clocks.begun("decision_on_concern", rng)
        return cls("waiting", raised, raised, answered=False)

    @classmethod
    def _told(cls, town: Town, rng: Random, _size: int) -> _Way:
        """Decided, and the referrer waits to be told."""
        decided = town.clocks.begun("answer_to_referrer", rng)
        return cls("told", decided - timedelta(hours=2), decided, "signposting", answered=False)


def _later(raised: datetime, rng: Random) -> datetime:
    """Some hours later the same day, or now and then the day after."""
    late = timedelta(days=1) if rng.random() < 0.15 else timedelta()
    return min(raised + timedelta(hours=2, minutes=rng.randrange(90)) + late, now() - timedelta(minutes=35))


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _children(rng: Random, community: names.Community, family: str, size: int) -> list[Child]:
    oldest = rng.randint(0, 17)
    girls, boys = list(community.girls), list(community.boys)
    found = []
    for place in range(size):
        female = rng.random() < 0.5
        pool = girls if female else boys
        given = pool.pop(rng.randrange(len(pool)))
        years = max(oldest - 2 * place, 0)
        birthday = today() - timedelta(days=365 * years + rng.randint(20, 340))
        unborn = place == size - 1 and years == 0 and rng.random() < 0.25
        surname = community.family_name_of(family, female)
        found.append(
            Child(
                uuid7(),
                uuid7(),
                "Baby" if unborn else given,
                surname,
                Sex.NOT_KNOWN if unborn else Sex.FEMALE if female else Sex.MALE,
                None if unborn else birthday,
                today() + timedelta(days=rng.randint(20, 150)) if unborn else None,
            )
        )
    return found


def _answers(rng: Random, community: names.Community) -> tuple[Answer, ...]:
    """What a family answered about itself; not every question has been asked."""
    asked = [
        Answer(IdentityQuestion.ETHNICITY, Answered.GIVEN, codes=(rng.choice(community.ethnicities).value,))
    ]
    religion = rng.choice(community.religions)
    if religion:
        asked.append(Answer(IdentityQuestion.RELIGION, Answered.GIVEN, words=religion, self_described=True))
    else:
        asked.append(Answer(IdentityQuestion.RELIGION, Answered.DECLINED))
    if rng.random() < 0.8:
        asked.append(
            Answer(
                IdentityQuestion.LANGUAGE, Answered.GIVEN, words=rng.choice(community.languages),
                self_described=True,
            )
        )  # fmt: skip
    if rng.random() < 0.5:
        code = rng.choice(("NONE", "NONE", "NONE", "NONE", "LD", "AUT", "HEAR", "COMM"))
        asked.append(Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, codes=(code,)))
    return tuple(asked)


def _entries(rng: Random, kin: Sequence[Child], way: _Way, lead: Worker) -> list[PastEntry]:
    """What the worker wrote since: about all children of the family, or about one."""
    days = (today() - _day(way.decided)).days
    if days < 1:
        return []
    found = []
    for _n in range(min(rng.randint(1, 5), days)):
        happened = at(rng.randint(0, days - 1), rng.randint(9, 16), rng.randrange(60))
        written = min(happened + timedelta(hours=rng.choice((1, 2, 3, 30))), now() - timedelta(minutes=1))
        kind, text = rng.choice(stories.ENTRIES)
        about = kin if rng.random() < 0.5 else [rng.choice(kin)]
        found.append(
            PastEntry(
                {child.folder_id: text.format(child=child.given) for child in about},
                EntryKind(kind), happened, max(written, happened), lead.id, lead.post,
                late_why="Written from my notes as soon as I was back at my desk.",
                agency_id=lead.agency_id,
            )
        )  # fmt: skip
    return found
