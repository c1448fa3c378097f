"""The partnership, its agencies and teams, and the roles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings

from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.govuk.words import short_moment
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import current

from ..models import Agency, AgencyChange, Partnership, Role, RolePermission, Team
from ..roles import read_roles
from ..rules import may_be_letters
from ..terms import AgencyKind, Permission
from .gate import _one_at_a_time, _permit_for


def set_up_partnership(
    *, name: str, authority_code: str, pack: str, letters: str, colour: str = ""
) -> Partnership:
    """Write or change the one row of the partnership. `letters` (1 to 4 capitals) begin every record's
    number.
    """
    with attempt("agencies.set_up_partnership"):
        _permit_for(Permission.MANAGE_PEOPLE)
        may_be_letters(letters).or_refuse()
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
