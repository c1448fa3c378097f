"""Who is posted where, and who follows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current

from .. import leaving, queries
from ..models import Agency, Posting, Practitioner, Role, Team, User
from ..rules import RoleFacts, may_be_appointed, may_sign_in_with
from ..terms import AgencyKind, Permission
from .gate import _one_at_a_time, _permit_for
from .notices import notify
from .partnership import add_agency


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
        may_sign_in_with(email).or_refuse()
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
    to those named in `to` by the source's key, from today. Raises Refused with that key while one is missing.

    A post that has ended by itself, on its last day, stays ended on that day: what it left behind goes on."""
    with attempt("agencies.end_posting"):
        row = Posting.objects.filter(pk=posting).first()
        if row is None:
            raise NotFound
        _permit_for(Permission.MANAGE_PEOPLE, agency_id=row.agency_id, team_id=row.team_id)
        ended = row.held_until is not None and row.held_until <= today()
        left = [source for source in leaving.sources if source.hand_over is not None]
        behind = {source.key: part for source in left if (part := source.part(posting)) is not None}
        if ended and not behind:
            raise Refused(
                f"The posting ended on {row.held_until:%d/%m/%Y} already, and nothing is left to hand over"
            )
        if not ended and until < row.held_from:
            raise Refused("The posting cannot end before it began", "until")
        if not ended and until < today() and row.held_from < today():
            raise Refused("A posting ends today or later: what was done under it stands", "until")
        for source in left:
            part = behind.get(source.key)
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
        if not ended:
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
