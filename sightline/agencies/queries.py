"""Reads of the agencies room."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.together import Wanted, prepared, together
from sightline.kernel.viewer import ViewerKind, current

from .leaving import Part
from .models import (
    Agency,
    AgencyChange,
    Notice,
    Partnership,
    Posting,
    Practitioner,
    Role,
    RolePermission,
    RotaShift,
    Team,
    User,
)
from .rules import Acting, Shift, order_of_asking, wider
from .terms import AgencyKind, Permission, Scope

_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
#: Within a request the partnership, once read (None where there is none); outside of one nothing is kept.
_partnership: ContextVar[list[Partnership | None] | None] = ContextVar("partnership", default=None)


def agency_on(practitioner: str, at: str) -> Subquery:
    """For rows that name a practitioner and an instant by these columns: the name of the agency in which they worked
    on that day (London's), in the post held longest where there are several."""
    of = Posting.objects.filter(
        Q(held_until__isnull=True) | Q(held_until__gt=OuterRef(f"{at}__date")),
        practitioner_id=OuterRef(f"{practitioner}_id"),
        held_from__lte=OuterRef(f"{at}__date"),
    )
    return Subquery(of.order_by("held_from", "id").values("agency__name")[:1])


def asking(user: AbstractBaseUser | AnonymousUser) -> tuple[Acting | None, Sequence[Partnership]]:
    """Who a signed-in user is and may do today (None without a posting today), and the partnership (none before it was
    set up) where somebody is signed in: what a request remembers (`remembering`). One query."""
    if not user.is_authenticated:
        return None, ()
    posts, found = (*_posts_of_user(user.pk, today()), *_the_partnership())
    together(posts, found)
    return _acting_of(posts), found


def acting_as(practitioner_id: UUID) -> Acting | None:
    """Who a practitioner is and may do today, signed in or not; None without a posting today. One query."""
    return _acting_of(_posts_of(practitioner_id, today())[0])


def worked_for(practitioner_id: UUID, day: date) -> UUID | None:
    """The agency in which somebody held a post on a day, also one that ended with it, whether or not they hold it
    still; of several posts the one held longest. None without a post on that day. One query."""
    not_over = Q(held_until__isnull=True) | Q(held_until__gte=day)
    held = Posting.objects.filter(not_over, practitioner_id=practitioner_id, held_from__lte=day)
    return held.order_by("held_from", "id").values_list("agency_id", flat=True).first()


def acting_now() -> Acting | None:
    """Who is looking now, as a practitioner; None for nobody, the public and jobs.

    The request has loaded it already; elsewhere (a test, a job on behalf of somebody) one query does.
    """
    viewer = current()
    if viewer.kind is not ViewerKind.PRACTITIONER or viewer.practitioner_id is None:
        return None
    loaded = _acting.get()
    if loaded is not None and loaded.practitioner_id == viewer.practitioner_id:
        return loaded
    return acting_as(viewer.practitioner_id)


@contextmanager
def remembering(acting: Acting | None, partnerships: Sequence[Partnership] = ()) -> Iterator[None]:
    """For the length of the block, a request, `acting_now` needs no query, nor does `partnership` where it is given,
    and else one."""
    token, ours = _acting.set(acting), _partnership.set([*partnerships])
    try:
        yield
    finally:
        _acting.reset(token)
        _partnership.reset(ours)


@prepared
def _the_partnership() -> Wanted:
    return (Partnership.objects.order_by("pk")[:1],)


@prepared
def _posts_of_user(user_id: UUID, day: date) -> Wanted:
    return (_posts(day).filter(practitioner__user_id=user_id),)


@prepared
def _posts_of(practitioner_id: UUID, day: date) -> Wanted:
    return (_posts(day).filter(practitioner_id=practitioner_id),)


def _posts(day: date) -> QuerySet[Posting, Any]:
    # One row per posting and permission: a few dozen short rows, in one journey to the database.
    return (
        Posting.objects.filter(held_on(day))
        .order_by("held_from", "id")
        .values(
            "practitioner_id",
            "post_title",
            "agency_id",
            "team_id",
            "line_manager_id",
            name=F("practitioner__name"),
            agency_name=F("agency__name"),
            agency_kind=F("agency__kind"),
            team_name=F("team__name"),
            role_title=F("role__title"),
            role_slug=F("role__slug"),
            permission=F("role__permissions__permission"),
            scope=F("role__permissions__scope"),
        )
    )


def _acting_of(rows: Sequence[dict[str, Any]]) -> Acting | None:
    if not rows:
        return None
    first = rows[0]
    permissions: dict[Permission, Scope] = {}
    for row in rows:
        if row["permission"]:
            permission = Permission(row["permission"])
            permissions[permission] = wider(permissions.get(permission), Scope(row["scope"]))
    return Acting(
        practitioner_id=first["practitioner_id"],
        name=first["name"],
        post_title=first["post_title"],
        agency_id=first["agency_id"],
        agency_name=first["agency_name"],
        agency_kind=AgencyKind(first["agency_kind"]),
        team_id=first["team_id"],
        team_name=first["team_name"] or "",
        line_manager_id=first["line_manager_id"],
        role_titles=tuple(dict.fromkeys(row["role_title"] for row in rows)),
        role_slugs=tuple(dict.fromkeys(row["role_slug"] for row in rows)),
        team_ids=tuple(dict.fromkeys(row["team_id"] for row in rows if row["team_id"])),
        agency_ids=tuple(dict.fromkeys(row["agency_id"] for row in rows)),
        permissions=permissions,
    )


# -- the partnership -------------------------------------------------------------------------------


def partnership() -> Partnership | None:
    """The partnership that this Sightline serves; None before it was set up. One query a request."""
    kept = _partnership.get()
    if kept is None:
        return Partnership.objects.first()
    if not kept:
        kept.append(Partnership.objects.first())
    return kept[0]


def agencies() -> QuerySet[Agency]:
    """Every agency, by name."""
    return Agency.objects.order_by("name")


def teams(agency: UUID | None = None) -> QuerySet[Team]:
    """Every team with its agency, by agency and name; or those of one agency."""
    found = Team.objects.select_related("agency").order_by("agency__name", "name")
    return found if agency is None else found.filter(agency_id=agency)


def roles() -> QuerySet[Role]:
    """Every role, by title."""
    return Role.objects.order_by("title")


def team(team_id: UUID) -> Team | None:
    """One team with its agency."""
    return Team.objects.select_related("agency").filter(pk=team_id).first()


def front_door_team() -> Team | None:
    """The team that concerns arrive at; None before it was set up."""
    return Team.objects.select_related("agency").filter(front_door=True).order_by("id").first()


@dataclass(frozen=True)
class PostLine:
    """One posting as lists show it. `held_until` is the first day on which it no longer holds."""

    posting_id: UUID
    practitioner_id: UUID
    name: str
    post_title: str
    role_title: str
    agency_id: UUID
    agency_name: str
    team_id: UUID | None
    team_name: str
    line_manager: str
    line_manager_id: UUID | None
    telephone: str
    email: str
    held_from: date
    held_until: date | None

    @property
    def said_as(self) -> str:
        return f"{self.name}, {self.post_title}, {self.agency_name}"


def practitioners(
    *,
    agency: UUID | None = None,
    team: UUID | None = None,
    practitioner: UUID | None = None,
    words: str = "",
    on: date | None = None,
    ended_too: bool = False,
    limit: int | None = None,
) -> list[PostLine]:
    """Postings held on a day (today), by name; narrowed to an agency, a team, one person, or words of a name
    or post. `ended_too` gives past and coming ones as well. One query."""
    found = Posting.objects.all() if ended_too else Posting.objects.filter(held_on(on or today()))
    if agency is not None:
        found = found.filter(agency_id=agency)
    if team is not None:
        found = found.filter(team_id=team)
    if practitioner is not None:
        found = found.filter(practitioner_id=practitioner)
    for word in words.split():
        found = found.filter(Q(practitioner__name__icontains=word) | Q(post_title__icontains=word))
    return _lines(found, limit)


def _lines(found: QuerySet[Posting], limit: int | None = None) -> list[PostLine]:
    rows = found.select_related("practitioner__user", "role", "agency", "team", "line_manager").order_by(
        "practitioner__name", "held_from", "id"
    )
    return [
        PostLine(
            posting_id=row.pk,
            practitioner_id=row.practitioner_id,
            name=row.practitioner.name,
            post_title=row.post_title,
            role_title=row.role.title,
            agency_id=row.agency_id,
            agency_name=row.agency.name,
            team_id=row.team_id,
            team_name=row.team.name if row.team else "",
            line_manager=row.line_manager.name if row.line_manager else "",
            line_manager_id=row.line_manager_id,
            telephone=row.practitioner.telephone,
            email=row.practitioner.user.email if row.practitioner.user else "",
            held_from=row.held_from,
            held_until=row.held_until,
        )
        for row in rows[:limit]
    ]


def posting(posting_id: UUID) -> PostLine | None:
    """One posting, past, present or to come."""
    lines = _lines(Posting.objects.filter(pk=posting_id))
    return lines[0] if lines else None


#: So long before its last day a post is listed as ending, and so long after as ended by itself.
ENDS_WITHIN, ENDED_WITHIN = timedelta(days=28), timedelta(days=92)
#: So many days before a post has ended its end is told; and each day of the week after.
TOLD_BEFORE = {28, 7, 1, *range(0, -8, -1)}


def running_out(*, manager: UUID | None = None) -> list[PostLine]:
    """Posts whose last day is near or was lately, those that end first at the top: of everybody, or of those whom
    somebody manages. Who holds another post in the same agency goes on in it, and is not among them. One query."""
    day = today()
    goes_on = Posting.objects.filter(
        Q(held_until__isnull=True) | Q(held_until__gt=OuterRef("held_until")),
        practitioner_id=OuterRef("practitioner_id"),
        agency_id=OuterRef("agency_id"),
    )
    found = Posting.objects.filter(
        ~Exists(goes_on), held_until__gt=day - ENDED_WITHIN, held_until__lte=day + ENDS_WITHIN
    )
    if manager is not None:
        found = found.filter(line_manager_id=manager)
    return sorted(_lines(found), key=lambda line: (line.held_until or day, line.name))


def told_of_endings() -> set[UUID]:
    """Whom the posts that end soon, or have just ended, are told to today: the managers of those who hold them, and
    whoever ends posts. Three queries."""
    day = today()
    lines = [
        line for line in running_out() if line.held_until and (line.held_until - day).days in TOLD_BEFORE
    ]
    if not lines:
        return set()
    concerned = {line.line_manager_id for line in lines if line.line_manager_id is not None}
    concerned |= {line.practitioner_id for line in holders(Permission.MANAGE_PEOPLE)}
    return concerned - have_left(concerned)


def agency_changes(agency_id: UUID) -> list[AgencyChange]:
    """What an agency was before each change, the latest first; for those who keep the agencies."""
    return list(AgencyChange.objects.filter(agency_id=agency_id).select_related("by").order_by("-at", "-id"))


def may_in_post(posting_id: UUID) -> set[str]:
    """What the role of a post allows."""
    return set(
        RolePermission.objects.filter(role__postings=posting_id)
        .values_list("permission", flat=True)
        .distinct()
    )


def managed_through(posting_id: UUID) -> QuerySet[Posting]:
    """The posts of today and to come of those whom the holder of a post manages, as far as that goes with it: those of
    its agency, or all where they hold no other post to go on with."""
    post = Posting.objects.get(pk=posting_id)
    still = Q(held_until__isnull=True) | Q(held_until__gt=today())
    found = Posting.objects.filter(still, line_manager_id=post.practitioner_id)
    others = Posting.objects.filter(still, practitioner_id=post.practitioner_id).exclude(pk=posting_id)
    return found.filter(agency_id=post.agency_id) if others.exists() else found


def managed_part(posting_id: UUID) -> Part | None:
    """Whom the holder of a post manages, as the page that ends the post lists them (WRK-04)."""
    lines = _lines(managed_through(posting_id))
    if not lines:
        return None
    many = "1 person" if len(lines) == 1 else f"{len(lines)} people"
    return Part(
        f"They manage {many}", tuple(line.said_as for line in lines), ask="Who manages them from today?"
    )


def managers() -> list[PostLine]:
    """Those who may be somebody's manager: today's holders of a role that sees a team's or all work."""
    managing = (Permission.TEAM_WORK, Permission.PARTNERSHIP_WORK, Permission.MANAGE_PEOPLE)
    return _lines(
        Posting.objects.held_today().filter(
            role__in=Role.objects.filter(permissions__permission__in=[p.value for p in managing])
        )
    )


def holders(
    permission: Permission, *, agencies: Sequence[UUID] = (), teams: Sequence[UUID] = ()
) -> list[PostLine]:
    """Today's holders of a role with that permission, in one of these agencies or teams, by name. One query."""
    found = Posting.objects.held_today().filter(
        role__in=Role.objects.filter(permissions__permission=permission.value)
    )
    if agencies or teams:
        found = found.filter(Q(agency_id__in=list(agencies)) | Q(team_id__in=list(teams)))
    return _lines(found)


def have_left(practitioners: Collection[UUID]) -> set[UUID]:
    """Which of these people hold no post today, and so cannot answer for themselves. One query, none for nobody."""
    if not practitioners:
        return set()
    held = Posting.objects.held_today().filter(practitioner_id__in=set(practitioners))
    return set(practitioners) - set(held.values_list("practitioner_id", flat=True))


@dataclass(frozen=True)
class RoleLine:
    """A role and its permissions, each with its scope, in the order of the terms."""

    slug: str
    title: str
    explained: str
    permissions: Mapping[str, str]


def roles_with_permissions() -> list[RoleLine]:
    """Every role with what it may do. Two queries."""
    order = [p.value for p in Permission]
    return [
        RoleLine(
            role.slug,
            role.title,
            role.explained,
            {
                row.permission: row.scope
                for row in sorted(role.permissions.all(), key=lambda row: order.index(row.permission))
            },
        )
        for role in Role.objects.order_by("title").prefetch_related("permissions")
    ]


def name_of(practitioner: UUID) -> str:
    """A practitioner's name; "" when there is no such practitioner."""
    return Practitioner.objects.filter(pk=practitioner).values_list("name", flat=True).first() or ""


def names_of(people: Collection[UUID]) -> dict[UUID, str]:
    """The names of these practitioners, whether or not they still hold a post; one query."""
    return dict(Practitioner.objects.filter(pk__in=set(people)).values_list("pk", "name"))


def names_of_users(users: Collection[str]) -> dict[str, str]:
    """The names of those who sign in with these accounts, by the account's id as the trail keeps it; one query."""
    found = Practitioner.objects.filter(user_id__in=set(users)).values_list("user_id", "name")
    return {str(user): name for user, name in found}


# -- the rota --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShiftLine:
    """A shift as the rota shows it."""

    shift_id: UUID
    name: str
    shift: Shift


def rota(team: UUID, since: datetime, until: datetime) -> list[ShiftLine]:
    """The shifts of a team that touch the time between two instants, in order. One query."""
    rows = (
        RotaShift.objects.filter(team_id=team, starts_at__lt=until, ends_at__gt=since)
        .select_related("practitioner")
        .order_by("starts_at", "place")
    )
    return [
        ShiftLine(r.pk, r.practitioner.name, Shift(r.practitioner_id, r.starts_at, r.ends_at, r.place))
        for r in rows
    ]


@dataclass(frozen=True)
class OnDuty:
    team_id: UUID
    team: str
    names: tuple[str, ...]


def on_duty_now(at: datetime) -> list[OnDuty]:
    """Every team that has or had a rota, and who is on duty at an instant, by place. Two queries."""
    on: dict[UUID, list[str]] = {}
    for row in (
        RotaShift.objects.filter(starts_at__lte=at, ends_at__gt=at)
        .select_related("practitioner")
        .order_by("place", "starts_at")
    ):
        on.setdefault(row.team_id, []).append(row.practitioner.name)
    kept = Team.objects.filter(Q(front_door=True) | Q(pk__in=RotaShift.objects.values("team_id")))
    return [
        OnDuty(t.pk, f"{t.name}, {t.agency.name}", tuple(on.get(t.pk, ())))
        for t in kept.select_related("agency").order_by("-front_door", "agency__name", "name")
    ]


def for_rota(team: Team) -> list[tuple[UUID, str]]:
    """Who may be put on a team's rota: everybody posted in its agency today, and their post."""
    return [
        (line.practitioner_id, f"{line.name}, {line.post_title}")
        for line in practitioners(agency=team.agency_id)
    ]


def managers_of(team: UUID) -> list[UUID]:
    """Who answers for a team today: whoever's role there sees the work of the team, then its people's
    managers.
    """
    rows = (
        Posting.objects.held_today()
        .filter(team_id=team)
        .order_by("held_from", "id")
        .values("practitioner_id", "line_manager_id", leads=F("role__permissions__permission"))
    )
    found = list(rows)
    leading = [r["practitioner_id"] for r in found if r["leads"] == Permission.TEAM_WORK]
    above = [r["line_manager_id"] for r in found if r["line_manager_id"]]
    return list(dict.fromkeys([*leading, *above]))


def order_of_asking_now(team: UUID, at: datetime) -> list[UUID]:
    """Who of a team is asked at an instant, first to last: the rota by place, then the team's managers."""
    shifts = [line.shift for line in rota(team, at, at + timedelta(microseconds=1))]
    return order_of_asking(shifts, managers_of(team), at)


def preferring(order: Sequence[UUID], only: Sequence[UUID]) -> list[UUID]:
    """Those of `only`, in this order as far as it names them."""
    return [*(one for one in order if one in only), *(one for one in only if one not in order)]


def duty_manager(team: UUID, at: datetime) -> Practitioner | None:
    """Who is duty manager of a team at an instant, nights and holidays included.

    The first place on the rota, else the next place, else the manager of the team; None where it has neither.
    """
    order = order_of_asking_now(team, at)
    return Practitioner.objects.filter(pk=order[0]).first() if order else None


# -- notices ---------------------------------------------------------------------------------------


def order_after(notice: Notice, at: datetime) -> Sequence[UUID]:
    """Who may be asked about a notice: its team's order, or for a notice to one person they and their
    manager. Where the notice names whom alone it is for, of those only they, then the others whom it names.
    """
    if notice.team_id is not None:
        order = order_of_asking_now(notice.team_id, at)
        return preferring(order, notice.only_to) if notice.only_to else order
    above = (
        Posting.objects.held_today()
        .filter(practitioner_id=notice.practitioner_id, line_manager__isnull=False)
        .order_by("held_from", "id")
        .values_list("line_manager_id", flat=True)
    )
    return list(dict.fromkeys([notice.practitioner_id, *above]))


def notices_waiting(practitioner: UUID) -> QuerySet[Notice]:
    """A practitioner's notices that nobody has acknowledged, urgent ones first, then the latest.

    Row security shows them to that practitioner only.
    """
    return Notice.objects.filter(
        practitioner_id=practitioner, acknowledged_at__isnull=True, settled_at__isnull=True
    ).order_by("-urgent", "-created_at")


#: So many at most are counted at the top of a page.
MOST_NOTICES = 99


@prepared
def _first_notices(practitioner: UUID) -> Wanted:
    return (notices_waiting(practitioner)[:MOST_NOTICES],)


def first_notices(practitioner: UUID) -> Sequence[Notice]:
    """The same for the top of every page, `MOST_NOTICES` of them at most. One query."""
    (waiting,) = _first_notices(practitioner)
    return waiting


def notice(notice_id: UUID) -> Notice | None:
    """One notice of the viewer's own; row security shows no other."""
    return Notice.objects.filter(pk=notice_id).first()


# -- the demonstration ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DemonstrationPerson:
    practitioner_id: UUID
    name: str
    role_title: str
    agency_name: str


def demonstration_people() -> list[DemonstrationPerson]:
    """Whoever can sign in with a password, by role, each by the post held longest; for demo mode alone, where that is
    its named people."""
    rows = (
        Posting.objects.held_today()
        .filter(practitioner__user__is_active=True)
        .exclude(practitioner__user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .order_by("held_from", "id")
        .values_list("practitioner_id", "practitioner__name", "role__title", "agency__name")
    )
    people: dict[UUID, DemonstrationPerson] = {}
    for row in rows:
        people.setdefault(row[0], DemonstrationPerson(*row))
    return sorted(people.values(), key=lambda person: (person.role_title, person.name))


def user_of(practitioner_id: UUID) -> User | None:
    """The active sign-in of a practitioner."""
    return User.objects.filter(practitioner__pk=practitioner_id, is_active=True).first()
