"""Pure decisions of the agencies room: who may do what, and who is asked next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Verdict

from .terms import AgencyKind, Permission, Scope

#: From the narrowest reach to the widest.
REACH = (Scope.OWN, Scope.TEAM, Scope.AGENCY, Scope.PARTNERSHIP)

#: What each permission lets somebody do, as said in a refusal ("Your role does not let you ...") and in docs.
ALLOWS: Mapping[Permission, str] = {
    Permission.RAISE_CONCERN: "raise a concern about a child",
    Permission.SEE_BOARD: "see the front-door board",
    Permission.SCREEN_CONCERN: "decide on a concern",
    Permission.DECIDE_MATCH: "decide which known child a concern is about",
    Permission.APPROVE_CONFLICT: "approve a decision made with a conflict of interests",
    Permission.SEARCH: "search for a child",
    Permission.READ_FOLDER: "read a child's record",
    Permission.WRITE_FOLDER: "write in a child's record",
    Permission.SEE_CONFIDENTIAL_ADDRESS: "see a confidential address",
    Permission.GIVE_ACCESS: "give or end access to a child's record",
    Permission.ALLOCATE: "allocate a child to a practitioner of your team",
    Permission.SEAL: "seal a child's record or lift a seal",
    Permission.TAKE_OVER_SEAL: "name a manager on a sealed record that nobody can unseal any more",
    Permission.EMERGENCY: "open a child's record in an emergency",
    Permission.REVIEW_EMERGENCY: "review what was opened in an emergency",
    Permission.WHO_LOOKED: "see who has looked at a child's record",
    Permission.READ_AUDIT: "read the whole audit trail",
    Permission.ANSWER_DUTY: "answer for a missed duty",
    Permission.CHANGE_DUTY: "shorten or withdraw a duty",
    Permission.EXTEND_DUTY: "extend a duty where the procedures allow it",
    Permission.TEAM_WORK: "see the work of a whole team",
    Permission.STATUTORY: "assess a child in need or carry out a section 47 enquiry",
    Permission.SIGN_OFF: "sign off an assessment or decide on an enquiry",
    Permission.PARTNERSHIP_WORK: "see the work of the whole partnership",
    Permission.MANAGE_ROTA: "change the duty rota",
    Permission.MANAGE_PEOPLE: "appoint people and end their postings",
    Permission.DECIDE_PLAN: "begin or end a child protection plan, or end a child in need plan",
    Permission.KEEP_SERVICES: "keep the directory of local services",
    Permission.IMPORT_RETURN: "import a statutory return",
    Permission.KEEP_VOLUMES: "keep a child's paper volumes",
    Permission.APPROVE_REMOVAL: "approve that a paper volume leaves its place",
    Permission.SUBJECT_ACCESS: "deal with a request to see a record",
    Permission.DISCLOSE: "approve what a person is given of a record",
    Permission.PROPOSE_DISPOSAL: "see how long a record is kept, and propose its disposal",
    Permission.DISPOSE: "approve that a record is disposed of",
}


@dataclass(frozen=True)
class Acting:
    """A practitioner as they act today: name, posts and what the roles of those posts allow.

    With several posts today the one held longest names `post_title`, `agency` and `team`; permissions
    are those of all posts together, each with its widest scope.
    """

    practitioner_id: UUID
    name: str
    post_title: str
    agency_id: UUID
    agency_name: str
    agency_kind: AgencyKind
    team_id: UUID | None
    team_name: str
    line_manager_id: UUID | None
    role_titles: tuple[str, ...]
    role_slugs: tuple[str, ...]
    team_ids: tuple[UUID, ...]
    agency_ids: tuple[UUID, ...]
    permissions: Mapping[Permission, Scope] = field(default_factory=dict)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def scope(self, permission: Permission) -> Scope | None:
        """How far the permission reaches, or None where it is not held."""
        return self.permissions.get(permission)

    @property
    def post(self) -> str:
        """'Social worker, Northmoor Council': the post as what is written on the day keeps it."""
        return f"{self.post_title}, {self.agency_name}"

    @property
    def said_as(self) -> str:
        """'Nadia Okafor, social worker, Northmoor Council': who this is, as pages say it."""
        return f"{self.name}, {self.post}"


def wider(one: Scope | None, other: Scope) -> Scope:
    """Of two reaches the wider."""
    return other if one is None else max(one, other, key=REACH.index)


def permitted(acting: Acting | None, permission: Permission) -> Verdict:
    """Whether somebody's roles of today hold a permission.

    Nobody signed in, or without a post today, is told what to do about it.
    """
    what = ALLOWS[permission]
    if acting is None:
        return Verdict.no(
            f"To {what} you must be signed in and hold a post in the partnership today. "
            "If your post has ended by mistake, ask whoever looks after Sightline in your agency."
        )
    if not acting.may(permission):
        roles = " and ".join(acting.role_titles).lower()
        return Verdict.no(
            f"Your role ({roles}) does not let you {what}. "
            "If it should, ask your manager to have your role changed."
        )
    return Verdict.yes()


def reaches(
    acting: Acting, permission: Permission, *, agency_id: UUID | None = None, team_id: UUID | None = None
) -> Verdict:
    """Whether a permission that is held reaches a given agency or team.

    PARTNERSHIP reaches everywhere, AGENCY one's own agencies, TEAM and OWN one's own teams.
    """
    scope = acting.scope(permission)
    near = {
        Scope.PARTNERSHIP: True,
        Scope.AGENCY: agency_id in acting.agency_ids,
        Scope.TEAM: team_id is not None and team_id in acting.team_ids,
        Scope.OWN: team_id is not None and team_id in acting.team_ids,
    }
    if scope is not None and near[scope]:
        return Verdict.yes()
    return Verdict.no(
        f"You may {ALLOWS[permission]} for your own {'agency' if scope is Scope.AGENCY else 'team'} only. "
        "Ask somebody who works there."
    )


def may_be_appointed(
    *,
    name: str,
    role: RoleFacts,
    has_line_manager: bool,
    manages_self: bool,
    held_from: date,
    held_until: date | None,
    today: date,
    team_is_of_agency: bool,
) -> Verdict:
    """Whether a posting may be made as asked.

    Every worker has a manager (obligation WRK-04: Milton Keynes and North East Lincolnshire ask that staff
    are managed and supervised); only a role that itself manages may stand at the top of its line.
    """
    if not name.strip():
        return Verdict.no("Enter the person's name", "name")
    if manages_self:
        return Verdict.no("Choose somebody else as manager: nobody is their own", "line_manager")
    if not has_line_manager and not role.manages:
        return Verdict.no("Choose the person's manager: every practitioner has one", "line_manager")
    if not team_is_of_agency:
        return Verdict.no("Choose a team of the agency that you chose", "team")
    if held_until is not None and held_until <= held_from:
        return Verdict.no("The last day must come after the first", "held_until")
    if held_until is not None and held_until <= today:
        return Verdict.no(
            "The posting would have ended already. Enter a last day that is still to come", "held_until"
        )
    return Verdict.yes()


@dataclass(frozen=True)
class RoleFacts:
    """What the rules need to know of a role. `manages`: it sees the work of a team or appoints people."""

    slug: str
    manages: bool

    @classmethod
    def of(cls, slug: str, permissions: Iterable[str]) -> RoleFacts:
        managing = {Permission.TEAM_WORK, Permission.PARTNERSHIP_WORK, Permission.MANAGE_PEOPLE}
        return cls(slug, bool(managing & set(permissions)))


# -- the rota --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shift:
    """Somebody's place on a rota from one instant until another. Place 1 is asked first, then 2."""

    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime
    place: int = 1

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


LONGEST_SHIFT = timedelta(days=7)


def rota_verdict(shifts: Sequence[Shift]) -> Verdict:
    """Whether shifts of one team may stand together: in order, no longer than a week, one person in a
    place.
    """
    for shift in shifts:
        if shift.ends_at <= shift.starts_at:
            return Verdict.no("A shift must end after it starts", "ends_at")
        if shift.ends_at - shift.starts_at > LONGEST_SHIFT:
            return Verdict.no("A shift may last seven days at most. Enter it as several", "ends_at")
        if not 1 <= shift.place <= 9:
            return Verdict.no("The place on the rota is a number from 1 (asked first) to 9", "place")
    for place in {shift.place for shift in shifts}:
        of_place = sorted((s for s in shifts if s.place == place), key=lambda s: s.starts_at)
        for one, other in pairwise(of_place):
            if other.starts_at < one.ends_at:
                return Verdict.no(
                    f"Two people are in place {place} at the same time. Put one of them in another place, "
                    "or change the times",
                    "starts_at",
                )
    return Verdict.yes()


def repeated_weekly(shift: Shift, weeks: int) -> list[Shift]:
    """The same shift on the same day and at the same London time for so many weeks, the first included."""
    starts, ends = shift.starts_at.astimezone(LONDON), shift.ends_at.astimezone(LONDON)
    # Local times are moved, not instants: a shift from 17:00 stays at 17:00 when the clocks change.
    return [
        replace(shift, starts_at=starts + timedelta(weeks=n), ends_at=ends + timedelta(weeks=n))
        for n in range(weeks)
    ]


def rota_gaps(shifts: Sequence[Shift], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches between two instants in which nobody at all is on the rota, nights and holidays
    included.
    """
    gaps: list[tuple[datetime, datetime]] = []
    reached = since
    for shift in sorted(shifts, key=lambda s: s.starts_at):
        if shift.ends_at <= reached or shift.starts_at >= until:
            continue
        if shift.starts_at > reached:
            gaps.append((reached, shift.starts_at))
        reached = max(reached, shift.ends_at)
    if reached < until:
        gaps.append((reached, until))
    return gaps


def order_of_asking(shifts: Sequence[Shift], managers: Sequence[UUID], at: datetime) -> list[UUID]:
    """Who of a team is asked, first to last: those on duty by place, then the team's managers; each once."""
    on_duty = sorted((s for s in shifts if s.covers(at)), key=lambda s: (s.place, s.starts_at))
    return list(dict.fromkeys([s.practitioner_id for s in on_duty] + list(managers)))


def next_to_ask(order: Sequence[UUID], asked: Sequence[UUID], *, urgent: bool = True) -> UUID | None:
    """Who is asked after those in `asked` (latest last) did not answer; None where there is nobody to ask.

    Everybody is asked once before anybody is asked again, and whoever comes on duty later is asked too, however long
    nobody has answered. Then what is urgent goes round without end, beginning after the one asked last, so that with a
    single person on the rota that person is asked again. What is not urgent rests with all who were asked, at the top
    of every page of theirs, and what is owed has its duty and clock besides: asked each quarter of an hour for days,
    people stop reading what they are asked.
    """
    for candidate in order:
        if candidate not in asked:
            return candidate
    if not (order and urgent):
        return None
    last = asked[-1] if asked else None
    place = order.index(last) + 1 if last in order else 0
    return order[place % len(order)]


def may_be_letters(letters: str) -> Verdict:
    """Whether every record's number of a partnership may begin with these."""
    if not (letters.isascii() and letters.isalpha() and letters.isupper() and 1 <= len(letters) <= 4):
        return Verdict.no("The letters of the partnership are one to four capitals", "letters")
    return Verdict.yes()


def may_sign_in_with(email: str) -> Verdict:
    """Whether this may be an e-mail address; the library that sends to it decides the rest."""
    if "@" not in email:
        return Verdict.no("Enter the person's email address: they sign in with it", "email")
    return Verdict.yes()
