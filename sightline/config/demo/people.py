"""The invented partnership: its agencies, teams, people and rota, by the actions of room `agencies`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from hmac import digest
from itertools import pairwise
from random import Random
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sightline.agencies import actions, queries
from sightline.agencies.models import Agency, Partnership, Posting, Practitioner, RotaShift, Team
from sightline.agencies.rules import Shift
from sightline.agencies.terms import AgencyKind
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.viewer import Viewer, looking_as

from . import DOMAIN, SignIn, names

PARTNERSHIP = "Eastmere Safeguarding Children Partnership"
#: Of no authority: the census gives none this code.
AUTHORITY_CODE = "999"
LETTERS = "EA"
ROTA_DAYS = 90
#: With fewer days left than this the rota is planned anew.
ROTA_LEAST_DAYS = 30


@dataclass(frozen=True)
class _Agency:
    name: str
    kind: AgencyKind
    telephone: str
    teams: tuple[str, ...] = ()
    ask: str = ""


COUNCIL = "Eastmere Council"
POLICE = "Eastmere Police"
HEALTH = "Eastmere Health Trust"
SCHOOL = "Quayside Primary School"
HARBOUR = "Harbour Families"
HOUSING = "Saltings Homes"
PROBATION = "Eastmere Probation"
NURSERY = "Little Anchors Nursery"
REFUGE = "Windlass House"

FRONT_DOOR = "Front Door"
EAST = "Safeguarding Team East"
EARLY_HELP = "Early Help"
CHAIRS = "Chairs and Quality"
RECORDS = "Records"

AGENCIES = (
    _Agency(
        COUNCIL, AgencyKind.LOCAL_AUTHORITY, "01632 960100", (FRONT_DOOR, EAST, EARLY_HELP, CHAIRS, RECORDS)
    ),
    _Agency(POLICE, AgencyKind.POLICE, "01632 960110", ("Protecting Vulnerable People",)),
    _Agency(HEALTH, AgencyKind.HEALTH, "01632 960120", ("Health Visiting",)),
    _Agency(SCHOOL, AgencyKind.SCHOOL, "01632 960130", ("Safeguarding",)),
    _Agency(HARBOUR, AgencyKind.VOLUNTARY, "01632 960140", ("Family Support",)),
    _Agency(HOUSING, AgencyKind.HOUSING, "01632 960150"),
    _Agency(PROBATION, AgencyKind.PROBATION, "01632 960160"),
    _Agency(NURSERY, AgencyKind.EARLY_YEARS, "01632 960170"),
    _Agency(REFUGE, AgencyKind.VOLUNTARY, "", ask="Ask the front door of Eastmere Council, 01632 960100"),
)


@dataclass(frozen=True)
class _Post:
    """Somebody in a post. `signs_in`: a sign-in of the demonstration. `also`: the team of a second post."""

    name: str
    role: str
    title: str
    agency: str
    team: str = ""
    manager: str = ""
    years: int = 2
    signs_in: bool = True
    also: str = ""


SAM, INES, RHONA = "Sam Reyes", "Ines Farrow", "Rhona Lindqvist"
MAREK, JOANNA = "Marek Holub", "Joanna Adeyemi"
DANA, PRIYA, HELEN, LEILA = "Dana Okafor", "Priya Nair", "Helen Abara", "Leila Haddad"
OWEN, GRACE, FEMI = "Owen Pritchard", "Grace Tan", "Femi Oduya"
RUTH, NGOZI = "Ruth Castellan", "Ngozi Brandt"
IMELDA, PETRA, TOM, HASAN = "Imelda Marchetti", "Petra Lowther", "Tom Askew", "Hasan Demir"

#: Managers before those whom they manage. Those at the top of an agency's line have no manager here.
POSTS = (
    _Post(RUTH, "service-manager", "Head of service, safeguarding", COUNCIL, years=6, signs_in=False),
    _Post(
        IMELDA, "designated-safeguarding-lead", "Headteacher", SCHOOL, "Safeguarding", years=7, signs_in=False
    ),
    _Post(
        PETRA, "team-manager", "Health visiting team lead", HEALTH, "Health Visiting", years=5, signs_in=False
    ),
    _Post(
        TOM,
        "police-front-door-officer",
        "Detective sergeant",
        POLICE,
        "Protecting Vulnerable People",
        years=4,
        signs_in=False,
    ),
    _Post(
        HASAN, "team-manager", "Family support manager", HARBOUR, "Family Support", years=4, signs_in=False
    ),
    _Post(
        NGOZI,
        "front-door-decision-manager",
        "Front door manager",
        COUNCIL,
        FRONT_DOOR,
        RUTH,
        5,
        signs_in=False,
    ),
    _Post(
        SAM, "designated-safeguarding-lead", "Designated safeguarding lead", SCHOOL, "Safeguarding", IMELDA, 4
    ),
    _Post(INES, "health-visitor", "Health visitor", HEALTH, "Health Visiting", PETRA, 3),
    _Post(
        RHONA,
        "police-front-door-officer",
        "Police officer in the front door",
        POLICE,
        "Protecting Vulnerable People",
        TOM,
        3,
        also=FRONT_DOOR,
    ),
    _Post(MAREK, "front-door-decision-manager", "Decision manager", COUNCIL, FRONT_DOOR, NGOZI, 3),
    _Post(JOANNA, "front-door-decision-manager", "Decision manager", COUNCIL, FRONT_DOOR, NGOZI, 2),
    _Post(PRIYA, "team-manager", "Team manager", COUNCIL, EAST, RUTH, 4),
    _Post(DANA, "social-worker", "Social worker", COUNCIL, EAST, PRIYA, 2),
    _Post(HELEN, "independent-conference-chair", "Independent conference chair", COUNCIL, CHAIRS, RUTH, 5),
    _Post(
        LEILA, "early-help-lead-professional", "Family support worker", HARBOUR, "Family Support", HASAN, 2
    ),
    _Post(OWEN, "records-officer", "Records officer", COUNCIL, RECORDS, RUTH, 6),
    _Post(GRACE, "quality-lead", "Quality lead of the partnership", COUNCIL, CHAIRS, RUTH, 2),
    _Post(FEMI, "administrator", "Administrator", COUNCIL, "", RUTH, 1),
)

#: Who carries the duty telephone of the front door, in turn.
ON_ROTA = (MAREK, JOANNA, NGOZI)


def email_of(name: str) -> str:
    """The address that one of the demonstration's people signs in with."""
    return f"{'.'.join(name.lower().split())}@{DOMAIN}"


@dataclass(frozen=True)
class Cast:
    """Who and what is there, by name."""

    practitioners: dict[str, UUID]
    agencies: dict[str, UUID]
    teams: dict[str, UUID]
    posts: dict[UUID, str]

    def __getitem__(self, name: str) -> UUID:
        return self.practitioners[name]

    def post_of(self, name: str) -> str:
        """The post as entries and decisions keep it: 'Social worker, Eastmere Council'."""
        return self.posts[self.practitioners[name]]


def cast() -> Cast:
    """The demonstration's people as they stand in the database."""
    posts: dict[UUID, str] = {}
    for practitioner, title, agency in (
        Posting.objects.held_today()
        .order_by("held_from", "id")
        .values_list("practitioner_id", "post_title", "agency__name")
    ):
        posts.setdefault(practitioner, f"{title}, {agency}")
    known = [email_of(post.name) for post in POSTS]
    return Cast(
        dict(Practitioner.objects.filter(user__email__in=known).values_list("name", "id")),
        dict(Agency.objects.values_list("name", "id")),
        dict(Team.objects.values_list("name", "id")),
        posts,
    )


def load() -> list[SignIn]:
    """Put the partnership there as far as it is missing; who can sign in."""
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        partnership = Partnership.objects.first()
        if partnership is None or partnership.pack != settings.PACK:
            actions.set_up_partnership(
                name=PARTNERSHIP,
                authority_code=AUTHORITY_CODE,
                pack=settings.PACK,
                letters=LETTERS,
                colour=settings.PARTNERSHIP_COLOUR,
            )
        _agencies()
        _appointments()
        _plan_rota()
        passphrase = _passphrase()
        actions.give_passphrase([email_of(post.name) for post in POSTS if post.signs_in], passphrase)
    return [
        SignIn(post.name, f"{post.title}, {post.agency}", email_of(post.name), passphrase)
        for post in POSTS
        if post.signs_in
    ]


def _agencies() -> None:
    there = dict(Agency.objects.values_list("name", "id"))
    teams = set(Team.objects.values_list("agency_id", "name"))
    for agency in AGENCIES:
        id = (
            there.get(agency.name)
            or actions.add_agency(
                agency.name,
                agency.kind,
                telephone=agency.telephone,
                sensitive=bool(agency.ask),
                ask=agency.ask,
            ).pk
        )
        for team in agency.teams:
            if (id, team) not in teams:
                actions.add_team(id, team, front_door=team == FRONT_DOOR)


def _appointments() -> None:
    posted = set(Posting.objects.values_list("practitioner__user__email", "team__name"))
    agencies = dict(Agency.objects.values_list("name", "id"))
    teams = {
        (agency, name): id for id, agency, name in Team.objects.values_list("id", "agency__name", "name")
    }
    people = dict(Practitioner.objects.values_list("user__email", "id"))
    for n, post in enumerate(POSTS):
        wanted = [(post.agency, post.team, post.years)]
        if post.also:
            wanted.append((COUNCIL, post.also, post.years - 1))
        for agency, team, years in wanted:
            email = email_of(post.name)
            if (email, team or None) in posted:
                continue
            people[email] = actions.appoint(
                name=post.name,
                email=email,
                agency=agencies[agency],
                role=post.role,
                post_title=post.title,
                team=teams[agency, team] if team else None,
                line_manager=people[email_of(post.manager)] if post.manager else None,
                held_from=today() - timedelta(days=365 * years),
                telephone=f"01632 960{200 + n}",
            ).pk


def _plan_rota() -> None:
    """Twelve hours each, from eight to eight, day and night; place 2 is whoever comes next."""
    team = queries.front_door_team()
    assert team is not None
    last = RotaShift.objects.filter(team=team).order_by("-ends_at").values_list("ends_at", flat=True).first()
    if last is not None and last > now() + timedelta(days=ROTA_LEAST_DAYS):
        return
    by_name = dict(
        Practitioner.objects.filter(user__email__in=[email_of(n) for n in ON_ROTA]).values_list("name", "id")
    )
    turns = [by_name[name] for name in ON_ROTA]
    first = max(last.astimezone(LONDON).date() if last else today(), today()) - timedelta(days=1)
    # By the clock on the wall, so that a shift is an hour longer or shorter when the clocks change.
    starts = [
        datetime.combine(first + timedelta(days=day), time(hour), LONDON)
        for day in range(ROTA_DAYS + 3)
        for hour in (8, 20)
    ]
    since = last or starts[0]
    shifts = [
        Shift(turns[(n + place) % len(turns)], start, end, place + 1)
        for n, (start, end) in enumerate(pairwise(starts))
        for place in (0, 1)
        if start >= since
    ]
    actions.set_rota(team.pk, shifts, since=since, until=starts[-1])


# Short, unlike one another, easily typed.
_WORDS = (
    "anchor apple april autumn badger bamboo barley basket beacon bottle branch bridge bucket "
    "butter button cactus candle canvas carpet castle cellar cherry circle clover cobalt "
    "coffee copper cotton cradle cricket crystal dancer desert dinner dolphin dragon drawer "
    "engine falcon feather fiddle forest fossil galaxy garden garlic ginger glacier goblet "
    "gravel hammer harbor hazel helmet herring hollow insect island ivory jacket jigsaw "
    "jungle kettle kitten ladder lantern lemon lizard magnet maple marble meadow melon mirror "
    "mitten monkey muffin napkin needle nickel nutmeg oyster paddle parrot pebble pencil "
    "pepper pigeon pillow planet plover pocket pollen pony potato puzzle quartz rabbit radish "
    "ribbon rocket saddle salmon sandal saturn scarf shovel silver singer spider spoon spruce "
    "summer tablet teapot temple thistle ticket timber tomato tulip tunnel turtle umbrella "
    "velvet violet walnut wander wheel willow window winter yellow"
).split()


def _passphrase() -> str:
    """Five words drawn by the place's own secret: random from place to place, the same when asked again."""
    drawn = int.from_bytes(digest(settings.SECRET_KEY.encode(), b"demonstration passphrase", sha256), "big")
    words = []
    for _ in range(5):
        drawn, place = divmod(drawn, len(_WORDS))
        words.append(_WORDS[place])
    return "-".join(words)


# -- for many children --------------------------------------------------------------------------------

#: About so many children stay with one worker.
CASELOAD = 14
WORKERS_IN_TEAM = 8
#: However many children: a town has no more workers than this, and each has more children.
MOST_WORKERS = 1500


@dataclass(frozen=True)
class Worker:
    """Somebody who works with the many children. `source_code`: the census's word for their referrals."""

    id: UUID
    name: str
    title: str
    agency_id: UUID
    agency: str
    team_id: UUID | None
    source_code: str

    @property
    def post(self) -> str:
        """The post as entries and decisions keep it."""
        return f"{self.title}, {self.agency}"


#: What the census calls a referral by an agency's people.
_SOURCES = {
    AgencyKind.LOCAL_AUTHORITY: "5A",
    AgencyKind.POLICE: "6",
    AgencyKind.HEALTH: "3B",
    AgencyKind.SCHOOL: "2A",
    AgencyKind.EARLY_YEARS: "2B",
    AgencyKind.VOLUNTARY: "8",
    AgencyKind.HOUSING: "4",
    AgencyKind.PROBATION: "7",
}


def social_workers(wanted: int) -> list[Worker]:
    """At least so many social workers, appointing who is missing: teams of eight, each with its manager.

    Nobody appointed here is a sign-in of the demonstration.
    """
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        found = _workers(role="social-worker")
        for number in range(len(found), min(wanted, MOST_WORKERS)):
            rng = Random(f"{LETTERS} worker {number}")
            team, manager = _team_of(number // WORKERS_IN_TEAM)
            title = rng.choice(("Social worker", "Senior social worker"))
            _appoint(rng, f"worker{number:04}", COUNCIL, "social-worker", title, team, manager)
        return _workers(role="social-worker")


def early_help_workers(wanted: int) -> list[Worker]:
    """At least so many early help lead professionals, in the council and in the voluntary agency by turns."""
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        found = _workers(role="early-help-lead-professional")
        teams = {(t.agency.name, t.name): t.pk for t in Team.objects.select_related("agency")}
        for number in range(len(found), min(wanted, MOST_WORKERS)):
            rng = Random(f"{LETTERS} helper {number}")
            agency, team, manager = ((COUNCIL, EARLY_HELP, RUTH), (HARBOUR, "Family Support", HASAN))[
                number % 2
            ]
            _appoint(
                rng,
                f"helper{number:04}",
                agency,
                "early-help-lead-professional",
                "Early help worker" if agency == COUNCIL else "Family support worker",
                teams[agency, team],
                _id_of(email_of(manager)),
            )
        return _workers(role="early-help-lead-professional")


def referrers(wanted: int) -> list[Worker]:
    """At least so many who raise concerns: teachers, nurses, officers, housing officers, nursery workers."""
    posts = (
        (SCHOOL, "Teacher", IMELDA),
        (HEALTH, "School nurse", PETRA),
        (POLICE, "Police constable", TOM),
        (HOUSING, "Housing officer", RUTH),
        (NURSERY, "Nursery practitioner", IMELDA),
        (PROBATION, "Probation officer", TOM),
        (SCHOOL, "Pastoral lead", IMELDA),
        (HEALTH, "Midwife", PETRA),
    )
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        found = _workers(role="practitioner")
        for number in range(len(found), wanted):
            rng = Random(f"{LETTERS} referrer {number}")
            agency, title, manager = posts[number % len(posts)]
            _appoint(
                rng, f"referrer{number:04}", agency, "practitioner", title, None, _id_of(email_of(manager))
            )
        return _workers(role="practitioner")


def _workers(*, role: str) -> list[Worker]:
    rows = (
        Posting.objects.held_today()
        .filter(role__slug=role)
        .order_by("practitioner__user__email", "held_from")
        .values_list(
            "practitioner_id", "practitioner__name", "post_title", "agency_id", "agency__name", "team_id",
            "agency__kind",
        )
    )  # fmt: skip
    return [Worker(*row[:6], _SOURCES.get(AgencyKind(row[6]), "8")) for row in rows]


def _appoint(
    rng: Random, account: str, agency: str, role: str, title: str, team: UUID | None, manager: UUID | None
) -> UUID:
    return actions.appoint(
        name=names.person_name(rng),
        email=f"{account}@{DOMAIN}",
        agency=Agency.objects.get(name=agency).pk,
        role=role,
        post_title=title,
        team=team,
        line_manager=manager,
        held_from=today() - timedelta(days=rng.randint(600, 3000)),
        telephone=names.telephone(rng),
    ).pk


def _id_of(email: str) -> UUID:
    return Practitioner.objects.values_list("id", flat=True).get(user__email=email)


def _team_of(place: int) -> tuple[UUID, UUID]:
    """The social workers' team of that number and its manager; made when its first worker comes."""
    council = Agency.objects.get(name=COUNCIL).pk
    if place == 0:
        return Team.objects.get(agency_id=council, name=EAST).pk, _id_of(email_of(PRIYA))
    name, account = f"Safeguarding Team {place + 1}", f"manager{place:03}"
    team = Team.objects.filter(agency_id=council, name=name).first() or actions.add_team(council, name)
    if not Practitioner.objects.filter(user__email=f"{account}@{DOMAIN}").exists():
        rng = Random(f"{LETTERS} manager {place}")
        head = _id_of(email_of(RUTH))
        _appoint(rng, account, COUNCIL, "team-manager", "Team manager", team.pk, head)
    return team.pk, _id_of(f"{account}@{DOMAIN}")
