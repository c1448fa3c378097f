"""The only writer of the agencies room, and `permit`, the one gate that every action asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from procrastinate.contrib.django import app

from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.govuk.words import short_moment
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current

from . import leaving, queries
from .models import (
    SET_UP,
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
from .roles import read_roles
from .rules import (
    Acting,
    RoleFacts,
    Shift,
    may_be_appointed,
    next_to_ask,
    permitted,
    reaches,
    rota_verdict,
)
from .terms import AgencyKind, Permission

#: How long an unacknowledged notice goes on from one person to the next before it rests with all of them.
PASS_ON_FOR = timedelta(hours=24)


def _one_at_a_time(about: str) -> None:
    """Waits until nobody else is writing about the same: what two people see before they write is then true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"agencies {about}"])


# -- the gate --------------------------------------------------------------------------------------


def permit(permission: Permission, *, acting: Acting | None = None) -> Acting:
    """The gate that every action asks first: who is acting, or NotPermitted with a plain reason.

    Without `acting` it is whoever is looking now. Only a practitioner is ever permitted: what the public
    may do (raise a concern) and what a named job may do is decided by the doors of the tables.
    """
    found = acting if acting is not None else queries.acting_now()
    verdict = permitted(found, permission)
    if not verdict or found is None:
        raise NotPermitted(verdict)
    return found


def _permit_for(
    permission: Permission, *, agency_id: UUID | None = None, team_id: UUID | None = None
) -> None:
    """The gate, and whether the permission reaches this agency or team. The jobs that set up pass."""
    viewer = current()
    if viewer.kind is ViewerKind.JOB and viewer.job in SET_UP:
        return
    acting = permit(permission)
    verdict = reaches(acting, permission, agency_id=agency_id, team_id=team_id)
    if not verdict:
        raise NotPermitted(verdict)


# -- the partnership, its agencies and roles -------------------------------------------------------


def set_up_partnership(
    *, name: str, authority_code: str, pack: str, letters: str, colour: str = ""
) -> Partnership:
    """Write or change the one row of the partnership. `letters` (1 to 4 capitals) begin every record's
    number.
    """
    with attempt("agencies.set_up_partnership"):
        _permit_for(Permission.MANAGE_PEOPLE)
        if not (letters.isascii() and letters.isalpha() and letters.isupper() and 1 <= len(letters) <= 4):
            raise Refused("The letters of the partnership are one to four capitals", "letters")
        partnership = Partnership.objects.first() or Partnership()
        partnership.name, partnership.authority_code, partnership.pack = name, authority_code, pack
        partnership.letters = letters
        if colour:
            partnership.colour = colour
        partnership.save()
        record(Verb.WROTE, "agencies.set_up_partnership", subject=partnership)
        return partnership


def add_agency(
    name: str, kind: AgencyKind, *, telephone: str = "", sensitive: bool = False, ask: str = ""
) -> Agency:
    """A new agency of the partnership. A sensitive one must say whom others `ask` instead."""
    with attempt("agencies.add_agency"):
        _permit_for(Permission.MANAGE_PEOPLE)
        _one_at_a_time("names")
        if sensitive and not ask.strip():
            raise Refused(
                "Say whom others ask about a child: a sensitive agency is shown as another service", "ask"
            )
        if Agency.objects.filter(name__iexact=name.strip()).exists():
            raise Refused(f"There is already an agency called {name.strip()}", "name")
        agency = Agency(
            name=name.strip(), kind=kind, telephone=telephone, sensitive=sensitive, ask=ask.strip()
        )
        agency.save(force_insert=True)
        record(Verb.WROTE, "agencies.add_agency", subject=agency)
        return agency


#: What else shows an agency and must follow when it changes: rooms above add their own when they load.
following_agencies: list[Callable[[UUID], None]] = []


def change_agency(agency: UUID, *, name: str, telephone: str, sensitive: bool, ask: str, seen: int) -> Agency:
    """Another name or number for an agency, or that it is sensitive or no longer so: from this moment, on every pointer
    that shows it. What it was before is kept. `seen` is how many changes there were when the form was opened.

    Raises Refused with who and when where somebody changed it since, NotFound for an agency that is none.
    """
    with attempt("agencies.change_agency"):
        _permit_for(Permission.MANAGE_PEOPLE, agency_id=agency)
        _one_at_a_time("names")
        row = Agency.objects.select_for_update().filter(pk=agency).first()
        if row is None:
            raise NotFound
        name, telephone, ask = name.strip(), telephone.strip(), ask.strip()
        changes = AgencyChange.objects.filter(agency=row).select_related("by").order_by("-at", "-id")
        if changes.count() != seen:
            last = changes[0]
            raise Refused(
                f"{last.by.name} changed this agency at {short_moment(last.at)}, after you opened this page. Look at "
                "what it says now, and send yours again if it should still be changed"
            )
        if not name:
            raise Refused("Enter the name of the agency", "name")
        if sensitive and not ask:
            raise Refused(
                "Say whom others ask about a child: a sensitive agency is shown as another service", "ask"
            )
        if Agency.objects.filter(name__iexact=name).exclude(pk=agency).exists():
            raise Refused(f"There is already an agency called {name}", "name")
        if (row.name, row.telephone, row.sensitive, row.ask) == (name, telephone, sensitive, ask):
            raise Refused("Nothing has been changed")
        by = current().practitioner_id
        if by is None:
            raise NotPermitted("An agency is changed by somebody who is signed in.")
        AgencyChange(
            agency=row, at=now(), by_id=by, name=row.name, telephone=row.telephone, sensitive=row.sensitive,
            ask=row.ask,
        ).save(force_insert=True)  # fmt: skip
        row.name, row.telephone, row.sensitive, row.ask = name, telephone, sensitive, ask
        row.save(update_fields=["name", "telephone", "sensitive", "ask"])
        for follow in following_agencies:
            follow(row.pk)
        record(Verb.WROTE, "agencies.change_agency", subject=row)
        return row


def add_team(agency: UUID, name: str, *, front_door: bool = False) -> Team:
    """A new team of an agency. Only one team of the partnership is the front door."""
    with attempt("agencies.add_team"):
        _permit_for(Permission.MANAGE_PEOPLE, agency_id=agency)
        _one_at_a_time("names")
        if Team.objects.filter(agency_id=agency, name__iexact=name.strip()).exists():
            raise Refused(f"The agency already has a team called {name.strip()}", "name")
        if front_door and Team.objects.filter(front_door=True).exists():
            raise Refused("Another team is the front door already", "front_door")
        team = Team(agency_id=agency, name=name.strip(), front_door=front_door)
        team.save(force_insert=True)
        record(Verb.WROTE, "agencies.add_team", subject=team)
        return team


def sync_roles(own: Path | None = None) -> int:
    """Bring the roles of the files into the database; returns how many there are in the files.

    Runs after every migration as the owner of the tables, before anybody can sign in, and so is not asked
    for a permission and tells no audit trail. Roles that are in no file (a partnership's former own) stay
    as they are, since postings name them.
    """
    if own is None and settings.ROLES_FILE:
        own = Path(settings.ROLES_FILE)
    wanted = read_roles(own)
    there = {role.slug: role for role in Role.objects.all()}
    held: dict[UUID, dict[str, RolePermission]] = {}
    for row in RolePermission.objects.all():
        held.setdefault(row.role_id, {})[row.permission] = row
    for slug, said in wanted.items():
        role = there.get(slug) or Role(slug=slug)
        if (role.title, role.explained) != (said.title, said.explained):
            role.title, role.explained = said.title, said.explained
            role.save()
        now_held = held.get(role.pk, {})
        for permission, scope in said.permissions.items():
            kept = now_held.pop(permission.value, None)
            if kept is not None and kept.scope == scope:
                continue
            if kept is not None:
                kept.delete()
            RolePermission.objects.create(role=role, permission=permission, scope=scope)
        for gone in now_held.values():
            gone.delete()
    return len(wanted)


# -- people ----------------------------------------------------------------------------------------


def appoint(
    *,
    name: str,
    email: str,
    agency: UUID,
    role: str,
    post_title: str,
    team: UUID | None = None,
    line_manager: UUID | None = None,
    held_from: date | None = None,
    held_until: date | None = None,
    telephone: str = "",
) -> Practitioner:
    """Post somebody, and give them a sign-in if they have none; returns the practitioner.

    `role` is a role's slug; `held_until` is the first day on which the posting no longer holds. The address
    is known case-insensitively: somebody with a sign-in already gets a further posting under it. They set
    their own password through the link that the sign-in page sends. Raises Refused with the field at fault.
    """
    with attempt("agencies.appoint"):
        _permit_for(Permission.MANAGE_PEOPLE, agency_id=agency, team_id=team)
        held_from = held_from or today()
        email = email.strip().lower()
        if "@" not in email:
            raise Refused("Enter the person's email address: they sign in with it", "email")
        if not Agency.objects.filter(pk=agency).exists():
            raise Refused("Choose an agency", "agency")
        row = Role.objects.filter(slug=role).prefetch_related("permissions").first()
        if row is None:
            raise Refused("Choose a role", "role")
        if not post_title.strip():
            raise Refused("Enter the title of the post", "post_title")
        if line_manager is not None and not Practitioner.objects.filter(pk=line_manager).exists():
            raise Refused("Choose the person's manager", "line_manager")
        _one_at_a_time(f"sign-in {email}")
        user = User.objects.filter(email=email).select_related("practitioner").first()
        practitioner = getattr(user, "practitioner", None)
        may_be_appointed(
            name=name,
            role=RoleFacts.of(row.slug, [p.permission for p in row.permissions.all()]),
            has_line_manager=line_manager is not None,
            manages_self=practitioner is not None and practitioner.pk == line_manager,
            held_from=held_from,
            held_until=held_until,
            today=today(),
            team_is_of_agency=team is None or Team.objects.filter(pk=team, agency_id=agency).exists(),
        ).or_refuse()
        if user is None:
            user = User(email=email)
            user.set_unusable_password()
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if practitioner is None:
            practitioner = Practitioner(user=user, name=name.strip(), telephone=telephone.strip())
            practitioner.save(force_insert=True)
        posting = Posting(
            practitioner=practitioner,
            agency_id=agency,
            team_id=team,
            role=row,
            post_title=post_title.strip(),
            line_manager_id=line_manager,
            held_from=held_from,
            held_until=held_until,
        )
        posting.save(force_insert=True)
        record(
            Verb.WROTE,
            "agencies.appoint",
            subject=posting,
            practitioner=practitioner.pk,
            role=row.slug,
            agency=agency,
            team=team,
        )
        return practitioner


def give_passphrase(emails: Iterable[str], passphrase: str) -> int:
    """One passphrase for several sign-ins that have none, or another: for the demonstration's people alone.

    Returns how many were changed. Everybody else sets a password of their own by the link sent to them.
    Raises NotPermitted to anybody but the job `demo`.
    """
    with attempt("agencies.give_passphrase"):
        viewer = current()
        if viewer.kind is not ViewerKind.JOB or viewer.job != "demo":
            raise NotPermitted("Only the demonstration gives its people a passphrase.")
        users = list(User.objects.filter(email__in=list(emails)))
        # One hash, which they all share: hashing is slow on purpose.
        hashes = {user.password for user in users}
        if len(hashes) == 1 and users[0].check_password(passphrase):
            return 0
        shared = make_password(passphrase)
        for user in users:
            user.password = shared
        User.objects.bulk_update(users, ["password"])
        record(Verb.WROTE, "agencies.give_passphrase", count=len(users))
        return len(users)


def end_posting(posting: UUID, until: date, to: Mapping[str, UUID] | None = None) -> None:
    """End a posting: `until` is the first day on which it no longer holds, today at the earliest for one that
    has begun. What the person could open through it closes that day: the database binds what somebody was let into
    to the post in which they were (`access`). Their manager is told, and sees there what closes.

    What must go to somebody else (`leaving.sources`: people they manage, records they answer for, what they owe) goes
    to those named in `to` by the source's key, from today. Raises Refused with that key while one is missing."""
    with attempt("agencies.end_posting"):
        row = Posting.objects.filter(pk=posting).first()
        if row is None:
            raise NotFound
        _permit_for(Permission.MANAGE_PEOPLE, agency_id=row.agency_id, team_id=row.team_id)
        if row.held_until is not None and row.held_until <= today():
            raise Refused(f"The posting ended on {row.held_until:%d/%m/%Y} already")
        if until < row.held_from:
            raise Refused("The posting cannot end before it began", "until")
        if until < today() and row.held_from < today():
            raise Refused("A posting ends today or later: what was done under it stands", "until")
        for source in leaving.sources:
            part = source.part(posting)
            if part is None or source.hand_over is None:
                continue
            following = (to or {}).get(source.key)
            if following is None:
                raise Refused(f"{part.title}. Choose who takes over", source.key)
            if following == row.practitioner_id:
                raise Refused("Choose somebody other than the person who leaves", source.key)
            try:
                source.hand_over(posting, following)
            except Refused as refusal:
                raise Refused(refusal.verdict.reason, source.key) from refusal
        row.held_until = until
        row.save(update_fields=["held_until"])
        record(Verb.WROTE, "agencies.end_posting", subject=row, practitioner=row.practitioner_id)
        if row.line_manager_id is not None and row.line_manager_id != current().practitioner_id:
            notify(
                row.line_manager_id,
                text="Somebody you manage leaves a post. See what closes to them",
                path=f"/people/posting/{row.pk}/leaves/",
            )


def hand_over_people(posting: UUID, manager: UUID) -> None:
    """Those whom the holder of a post manages get another manager: part of ending the post, which asks the permission
    (WRK-04)."""
    if not Posting.objects.held_today().exclude(pk=posting).filter(practitioner_id=manager).exists():
        raise Refused("Choose somebody who holds a post today")
    managed = list(queries.managed_through(posting))
    if any(post.practitioner_id == manager for post in managed):
        raise Refused("Choose somebody whom they do not manage: nobody is their own manager")
    for post in managed:
        post.line_manager_id = manager
        post.save(update_fields=["line_manager"])
        record(
            Verb.WROTE,
            "agencies.change_manager",
            subject=post,
            practitioner=post.practitioner_id,
            manager=manager,
        )
    notify(manager, text="You manage people of somebody who leaves, from today", path="/people/")


def first_administrator(*, name: str, email: str, agency_name: str, agency_kind: AgencyKind) -> Practitioner:
    """The one who appoints everybody else, for a new partnership. Asked for by the job `setup` only.

    Raises Refused where somebody may appoint people already.
    """
    with attempt("agencies.first_administrator"):
        if current().kind is not ViewerKind.JOB:
            raise NotPermitted("The first administrator is appointed from the command line.")
        able = Posting.objects.held_today().filter(role__permissions__permission=Permission.MANAGE_PEOPLE)
        if able.exists():
            raise Refused("Somebody can appoint people already: ask them")
        agency = Agency.objects.filter(name__iexact=agency_name).first() or add_agency(
            agency_name, agency_kind
        )
        return appoint(
            name=name, email=email, agency=agency.pk, role="administrator", post_title="Administrator"
        )


# -- the rota
# -------------------------------------------------------------------------------------------------


def set_rota(team: UUID, shifts: Iterable[Shift], *, since: datetime, until: datetime) -> int:
    """Replace the shifts of a team that start from `since` up to `until`; returns how many there are now.

    Shifts that start outside are left alone, and count when two people would be in one place at one time.
    """
    with attempt("agencies.set_rota"):
        _permit_for(Permission.MANAGE_ROTA, team_id=team, agency_id=_agency_of(team))
        new = list(shifts)
        if any(not since <= shift.starts_at < until for shift in new):
            raise Refused("Every shift must start within the days that you are planning", "starts_at")
        planned = Q(starts_at__gte=since, starts_at__lt=until)
        _may_stand(team, new, beside=~planned)
        RotaShift.objects.filter(planned, team_id=team).delete()
        _write_shifts(team, new)
        return len(new)


def add_shifts(team: UUID, shifts: Iterable[Shift]) -> int:
    """Put further shifts on the rota of a team; returns how many."""
    with attempt("agencies.add_shifts"):
        _permit_for(Permission.MANAGE_ROTA, team_id=team, agency_id=_agency_of(team))
        new = list(shifts)
        _may_stand(team, new, beside=Q())
        _write_shifts(team, new)
        return len(new)


def remove_shift(shift: UUID) -> UUID:
    """Take one shift off its rota; returns the team."""
    with attempt("agencies.remove_shift"):
        row = RotaShift.objects.filter(pk=shift).first()
        if row is None:
            raise NotFound
        _permit_for(Permission.MANAGE_ROTA, team_id=row.team_id, agency_id=_agency_of(row.team_id))
        record(Verb.WROTE, "agencies.remove_shift", subject=row, practitioner=row.practitioner_id)
        row.delete()
        return row.team_id


def _may_stand(team: UUID, new: list[Shift], beside: Q) -> None:
    """Refuses shifts that cannot stand together, and beside those of the team that match `beside`."""
    if not new:
        return
    _one_at_a_time(f"rota {team}")
    touching = RotaShift.objects.filter(
        beside,
        team_id=team,
        starts_at__lt=max(shift.ends_at for shift in new),
        ends_at__gt=min(shift.starts_at for shift in new),
    )
    kept = [Shift(s.practitioner_id, s.starts_at, s.ends_at, s.place) for s in touching]
    rota_verdict([*kept, *new]).or_refuse()
    named = {shift.practitioner_id for shift in new}
    posted = Posting.objects.held_today().filter(practitioner_id__in=named)
    if named - set(posted.values_list("practitioner_id", flat=True)):
        raise Refused("Choose somebody who holds a post in the partnership", "practitioner")


def _write_shifts(team: UUID, new: list[Shift]) -> None:
    RotaShift.objects.bulk_create(
        RotaShift(
            team_id=team,
            practitioner_id=shift.practitioner_id,
            place=shift.place,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
        )
        for shift in new
    )
    record(Verb.WROTE, "agencies.set_rota", subject=("agencies_team", team), shifts=len(new))


def _agency_of(team: UUID) -> UUID:
    found = Team.objects.filter(pk=team).values_list("agency_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


# -- notices
# --------------------------------------------------------------------------------------------------


def notify(
    to: UUID,
    *,
    text: str,
    path: str,
    urgent: bool = False,
    acknowledge_within_minutes: int | None = None,
    team: UUID | None = None,
) -> Notice:
    """Tell one practitioner that something waits for them.

    `text` says what kind of thing, without anything about a child; `path` leads to it. With
    `acknowledge_within_minutes` (the pack's) it goes to the next person when nobody has acknowledged it by
    then: the next on the rota of `team`, without one the practitioner's manager. An e-mail without content
    follows. Part of another action, which asks the permission and tells the audit trail what happened.
    """
    at = now()
    notice = Notice(
        practitioner_id=to,
        team_id=team,
        text=text,
        path=path,
        urgent=urgent,
        created_at=at,
        acknowledge_by=at + timedelta(minutes=acknowledge_within_minutes)
        if acknowledge_within_minutes
        else None,
    )
    notice.thread = notice.pk
    _send(notice)
    return notice


def notify_duty_manager(
    team: UUID,
    *,
    text: str,
    path: str,
    urgent: bool = False,
    acknowledge_within_minutes: int | None = None,
) -> Notice | None:
    """`notify` whoever is duty manager of a team at this moment; None, and nothing told, where it has
    nobody.
    """
    order = queries.order_of_asking_now(team, now())
    if not order:
        return None
    return notify(
        order[0],
        text=text,
        path=path,
        urgent=urgent,
        acknowledge_within_minutes=acknowledge_within_minutes,
        team=team,
    )


def _send(notice: Notice) -> None:
    notice.save(force_insert=True)
    # By its name: jobs stand above actions. The job is written in this transaction and stands if it stands.
    app.configure_task("agencies.email_notice").defer(notice_id=str(notice.pk))
    record(Verb.WROTE, "agencies.notify", subject=notice, to=notice.practitioner_id, thread=notice.thread)


def acknowledge(notice: UUID) -> Notice:
    """Say "I have it": stops the notice from going on to the next person. Only its own practitioner can."""
    with attempt("agencies.acknowledge"):
        me = current().practitioner_id
        row = Notice.objects.filter(pk=notice, practitioner_id=me).first() if me else None
        if row is None:
            raise NotFound
        if row.acknowledged_at is None:
            row.acknowledged_at = now()
            row.save(update_fields=["acknowledged_at"])
            record(Verb.WROTE, "agencies.acknowledge", subject=row, thread=row.thread)
        return row


def settle_and_pass_on(at: datetime | None = None) -> int:
    """The work of the job `notices`, each minute: returns how many notices went to the next person.

    First settles what somebody in the same chain has acknowledged, then passes on what nobody acknowledged
    in time: to the next on the team's rota, or, for a notice to a person, to their manager.
    """
    at = at or now()
    acknowledged = Notice.objects.filter(thread=OuterRef("thread"), acknowledged_at__isnull=False)
    open_ones = Notice.objects.filter(acknowledged_at__isnull=True, settled_at__isnull=True)
    open_ones.filter(Exists(acknowledged)).update(settled_at=at)
    overdue = (
        open_ones.filter(acknowledge_by__lte=at, passed_on_at__isnull=True)
        .order_by("acknowledge_by", "id")
        .select_for_update(skip_locked=True)
    )
    passed = 0
    for notice in overdue:
        chain = list(Notice.objects.filter(thread=notice.thread).order_by("created_at", "id"))
        if at - chain[0].created_at > PASS_ON_FOR:
            continue
        following = next_to_ask(queries.order_after(notice, at), [link.practitioner_id for link in chain])
        if following is None:
            continue
        notice.passed_on_at = at
        notice.save(update_fields=["passed_on_at"])
        assert notice.acknowledge_by is not None
        _send(
            Notice(
                practitioner_id=following,
                team_id=notice.team_id,
                text=notice.text,
                path=notice.path,
                urgent=notice.urgent,
                created_at=at,
                acknowledge_by=at + (notice.acknowledge_by - notice.created_at),
                passed_on_from=notice,
                thread=notice.thread,
            )
        )
        passed += 1
    return passed


def notice_emailed(notice: UUID) -> Mapping[str, str] | None:
    """Marks that the e-mail about a notice is being sent; what it needs, or None when it need not be sent.

    It is not sent twice, nor after the notice was acknowledged or settled, nor to somebody who cannot sign
    in.
    """
    row = (
        Notice.objects.select_for_update(of=("self",))
        .filter(pk=notice)
        .select_related("practitioner__user")
        .first()
    )
    if row is None or row.emailed_at or row.acknowledged_at or row.settled_at:
        return None
    user = row.practitioner.user
    if user is None or not user.is_active:
        return None
    row.emailed_at = now()
    row.save(update_fields=["emailed_at"])
    return {"to": user.email, "urgent": "yes" if row.urgent else ""}
