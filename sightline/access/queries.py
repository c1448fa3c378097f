"""Reads of folders: which are read together, who has been let in, what was opened in an emergency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from sightline.agencies.leaving import Part
from sightline.agencies.models import Posting
from sightline.agencies.rules import ALLOWS
from sightline.agencies.terms import Permission
from sightline.kernel.models import held_on
from sightline.kernel.time import now, today
from sightline.kernel.together import preparing_cursor
from sightline.kernel.verdicts import Verdict

from .drafts import DraftLine, Drafts, latest
from .models import EmergencyAccess, Folder, FormDraft, Grant, Joining, Responsibility, Seal, SealName
from .terms import GrantLevel, GrantOrigin


def lead_of(folder_id: UUID) -> UUID:
    """The folder that this one is read as part of: itself, unless somebody joined it to a known child's."""
    found = (
        Joining.objects.filter(folder_id=folder_id, undone_at__isnull=True)
        .values_list("into_id", flat=True)
        .first()
    )
    return found or folder_id


def folder_numbered(number: str) -> UUID | None:
    """The record with this number, where it is open to the viewer."""
    return Folder.objects.filter(number=number.upper()).values_list("id", flat=True).first()


def leads_of(folder_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """`lead_of` for many, in one query."""
    wanted = list(folder_ids)
    joined = dict(
        Joining.objects.filter(folder_id__in=wanted, undone_at__isnull=True).values_list(
            "folder_id", "into_id"
        )
    )
    return {folder_id: joined.get(folder_id, folder_id) for folder_id in wanted}


def joined_set(lead_id: UUID) -> list[UUID]:
    """The folder and those joined to it, as far as the viewer may open them; empty where they may not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_JOINED}", {"lead": lead_id})
        return cursor.fetchone()[0] or []


# An array, so that folders are found by their keys: with OR the door would be asked about every folder there is.
_JOINED = """
    (SELECT array_agg(f.id ORDER BY f.opened_at) FROM access_folder f
     WHERE f.id = ANY (ARRAY(SELECT %(lead)s UNION ALL
                             SELECT j.folder_id FROM access_joining j
                             WHERE j.into_id = %(lead)s AND j.undone_at IS NULL)))
"""
_LEAD = "(SELECT j.into_id FROM access_joining j WHERE j.folder_id = %(folder)s AND j.undone_at IS NULL)"
_READ_TOGETHER = (
    f"SELECT lead.id, {_JOINED.replace('%(lead)s', 'lead.id')} "  # noqa: S608 - our own SQL
    f"FROM (SELECT coalesce({_LEAD}, %(folder)s) AS id) lead"
)


def read_together(folder_id: UUID) -> tuple[UUID, list[UUID]]:
    """`lead_of` a folder, and the `joined_set` of that: what is read where somebody asks for this one. One query."""
    with preparing_cursor() as cursor:
        cursor.execute(_READ_TOGETHER, {"folder": folder_id})
        lead, folders = cursor.fetchone()
    return lead, folders or []


def joined_sets(lead_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """`joined_set` for many, in two queries; those that the viewer may not open are left out."""
    wanted = list(lead_ids)
    joined = dict(
        Joining.objects.filter(into_id__in=wanted, undone_at__isnull=True).values_list("folder_id", "into_id")
    )
    found: dict[UUID, list[UUID]] = {}
    for folder_id in (
        Folder.objects.filter(id__in=[*wanted, *joined]).order_by("opened_at").values_list("id", flat=True)
    ):
        found.setdefault(joined.get(folder_id, folder_id), []).append(folder_id)
    return {lead: folders for lead, folders in found.items() if lead in folders}


def opened_of(folder_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these folders that the viewer may open."""
    return set(Folder.objects.filter(id__in=list(folder_ids)).values_list("id", flat=True))


def folders_of_viewer() -> RawSQL:
    """All folders that the viewer may open, as a subquery:
    `Entry.objects.filter(folder_id__in=folders_of_viewer())`.

    For reads over many folders: the policy would ask row by row, this asks once.
    """
    return RawSQL("SELECT access_my_folders()", ())


def lead_for_decider(folder_id: UUID) -> UUID | None:
    """`lead_of`, asked past the policies by somebody who decides matches; None for whoever may not, and
    alike for a
    folder that is sealed to them or never was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_lead_for_decider(%s)", [folder_id])
        found: UUID | None = cursor.fetchone()[0]
    return found


def may_write(folder_id: UUID) -> bool:
    """Whether the viewer may write in a folder; row security says the same of each row."""
    return _asked("access_may_write", folder_id)


def is_sealed_to_viewer(folder_id: UUID) -> bool:
    """Whether a seal keeps the viewer out. For actions only: no page may tell anybody."""
    return _asked("access_is_sealed_to", folder_id)


def _asked(function: str, folder_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [folder_id])
        return bool(cursor.fetchone()[0])


def reaches(permission: Permission, folder_id: UUID) -> Verdict:
    """Whether a permission that the viewer holds reaches this record: their own work, their team's, their agency's or
    everybody's, as each role says. The database decides (`access_reaches`), for row security too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_reaches(%s, %s)", [permission.value, folder_id])
        if cursor.fetchone()[0]:
            return Verdict.yes()
    return Verdict.no(
        f"You may {ALLOWS[permission]} only as far as your role reaches, and this record is the work of others. "
        "Ask the manager who answers for it."
    )


def number_of(folder_id: UUID) -> str:
    """The record's reference number; empty for a folder that the viewer may not open."""
    return Folder.objects.filter(id=folder_id).values_list("number", flat=True).first() or ""


def numbers_of(folder_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The reference numbers of those of these records that the viewer may open. One query."""
    return dict(Folder.objects.filter(id__in=list(folder_ids)).values_list("id", "number"))


def responsible_manager(folder_id: UUID) -> UUID | None:
    """The manager who answers for the record today (REC-20)."""
    return (
        Responsibility.objects.filter(held_on(today()), folder_id=folder_id)
        .values_list("manager_id", flat=True)
        .first()
    )


def _standing() -> Q:
    """The condition that a grant opens something now: it has not ended, nor has the post that it was given in."""
    held = Posting.objects.held_today().values("pk")
    return (Q(ends_at__isnull=True) | Q(ends_at__gt=now())) & (
        Q(practitioner__isnull=True) | Q(posting__in=held)
    )


def grants_on(folder_id: UUID) -> QuerySet[Grant]:
    """Who may open a folder now: why, by whom, until when."""
    return (
        Grant.objects.filter(_standing(), folder_id=folder_id)
        .select_related("practitioner", "team__agency", "agency", "given_by")
        .order_by("given_at")
    )


@dataclass(frozen=True)
class Closing:
    """A record that closes to somebody with their post. `number` is all that is said of it."""

    folder_id: UUID
    number: str
    level: str


def closing_with(posting_id: UUID) -> list[Closing]:
    """The records that somebody opens through this post, as far as nothing is sealed to the viewer; nothing at all
    for anybody but whoever ends posts and the holder's manager."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folder_id, number, max(level) FROM access_closes_with(%s) GROUP BY 1, 2 ORDER BY 2",
            [posting_id],
        )
        return [Closing(*row) for row in cursor.fetchall()]


def closing_part(posting_id: UUID) -> Part | None:
    """The same as the page that ends a post lists it."""
    found = closing_with(posting_id)
    if not found:
        return None
    many = "1 record closes" if len(found) == 1 else f"{len(found)} records close"
    return Part(f"{many} to them", tuple(line.number for line in found))


def answering_part(posting_id: UUID) -> Part | None:
    """The records that the holder of a post answers for, as the page that ends it lists them (REC-20)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM access_answered_for(%s)", [posting_id])
        numbers = tuple(row[0] for row in cursor.fetchall())
    if not numbers:
        return None
    many = "1 record" if len(numbers) == 1 else f"{len(numbers)} records"
    return Part(f"They answer for {many}", numbers, ask="Who answers for these records from today?")


def left_forms_part(posting_id: UUID) -> Part | None:
    """The forms about records that the holder of a post has begun and not sent, as the page that ends it lists them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_left_forms(%s)", [posting_id])
        (many,) = cursor.fetchone()
    if not many:
        return None
    forms = "1 form" if many == 1 else f"{many} forms"
    return Part(f"They have begun {forms} and not sent", (), ask="Who goes on with these forms from today?")


@dataclass(frozen=True)
class LeftSeal:
    """A seal that nobody can lift any more: the number of the record is all that is said of it."""

    id: UUID
    number: str
    sealed_at: datetime


def left_seals() -> list[LeftSeal]:
    """The seals whose named have all left, for whoever may take them over; nothing for anybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seal, number, sealed_at FROM access_left_seals()")
        return [LeftSeal(*row) for row in cursor.fetchall()]


def seal_on(folder_id: UUID) -> Seal | None:
    """The seal on a folder, for the named alone; its names are those who still hold the post they were named in."""
    in_post = SealName.objects.filter(posting__in=Posting.objects.held_today().values("pk"))
    return (
        Seal.objects.filter(folder_id=folder_id, lifted_at__isnull=True)
        .select_related("sealed_by")
        .prefetch_related(Prefetch("names", in_post.select_related("practitioner")))
        .first()
    )


def allocated_to(folder_id: UUID) -> list[UUID]:
    """The practitioners that a folder is allocated to now."""
    return list(
        grants_on(folder_id)
        .filter(origin=GrantOrigin.ALLOCATION.value, practitioner__isnull=False)
        .values_list("practitioner_id", flat=True)
    )


def allocated_team(folder_id: UUID) -> UUID | None:
    """The team that has taken the child of a folder on here or before the import, the latest; None where none has."""
    return (
        grants_on(folder_id)
        .filter(origin__in=(GrantOrigin.ALLOCATION.value, GrantOrigin.IMPORT.value), team__isnull=False)
        .values_list("team_id", flat=True)
        .last()
    )


def team_may_write(folder_id: UUID, team_id: UUID) -> bool:
    """Whether a whole team may write in a folder until somebody ends it."""
    return (
        grants_on(folder_id)
        .filter(team_id=team_id, level=GrantLevel.WRITE.value, ends_at__isnull=True)
        .exists()
    )


def emergencies_to_review() -> QuerySet[EmergencyAccess]:
    """What was opened in an emergency and nobody has looked at since, the oldest first.

    Row security shows those who may review everything that is not sealed to them, others what is in the
    folders that they may open, and everybody their own.
    """
    return (
        EmergencyAccess.objects.filter(reviewed_at__isnull=True)
        .select_related("practitioner")
        .order_by("opened_at")
    )


def emergencies_reviewed(limit: int = 50) -> list[EmergencyAccess]:
    """What was reviewed lately, the latest first."""
    return list(
        EmergencyAccess.objects.filter(reviewed_at__isnull=False)
        .select_related("practitioner", "reviewed_by")
        .order_by("-reviewed_at")[:limit]
    )


def emergency(emergency_id: UUID) -> EmergencyAccess | None:
    """One emergency access that the viewer may see."""
    return (
        EmergencyAccess.objects.filter(id=emergency_id).select_related("practitioner", "reviewed_by").first()
    )


@dataclass(frozen=True)
class Reader:
    """A team, an agency or one person, with the folders that are theirs: each with whoever opens it."""

    id: UUID
    name: str
    table: str
    folders: tuple[tuple[UUID, UUID], ...]


def readers_of_all() -> list[Reader]:
    """Every team with the folders let to it or allocated to somebody in it, and every agency with those let to all of
    it, sealed ones left out; then everybody named on a seal with the sealed ones, and who works in no team with what is
    allocated to them. For the job `summaries` alone; nothing that was let in an emergency."""
    sealed = set(Seal.objects.filter(lifted_at__isnull=True).values_list("folder_id", flat=True))
    in_post = Posting.objects.held_today().order_by("held_from", "id")
    named: dict[UUID, tuple[str, set[UUID]]] = {}
    for name in SealName.objects.filter(
        seal__lifted_at__isnull=True, posting__in=Posting.objects.held_today().values("pk")
    ).select_related("practitioner"):
        named.setdefault(name.practitioner_id, (name.practitioner.name, set()))[1].add(name.folder_id)
    called: dict[UUID, str] = {}
    tables: dict[UUID, str] = {}
    members: dict[UUID, list[UUID]] = {}
    teams_of: dict[UUID, list[UUID]] = {}
    for posting in in_post.select_related("practitioner", "agency", "team__agency"):
        called[posting.agency_id] = f"{posting.agency.name}, the whole agency"
        tables[posting.agency_id] = "agencies_agency"
        members.setdefault(posting.agency_id, []).append(posting.practitioner_id)
        teams = teams_of.setdefault(posting.practitioner_id, [])
        if posting.team is not None:
            called[posting.team.pk] = f"{posting.team.name}, {posting.team.agency.name}"
            tables[posting.team.pk] = "agencies_team"
            members.setdefault(posting.team.pk, []).append(posting.practitioner_id)
            teams.append(posting.team.pk)
    theirs: dict[UUID, dict[UUID, UUID]] = {}
    holding = Q(practitioner__isnull=True) | Q(origin=GrantOrigin.ALLOCATION.value)
    for grant in (
        Grant.objects.filter(holding, _standing())
        .exclude(origin=GrantOrigin.EMERGENCY.value)
        .select_related("practitioner")
    ):
        if grant.folder_id in sealed:
            continue
        who, group = grant.practitioner, grant.team_id or grant.agency_id
        if who is not None:
            for team_id in teams_of.get(who.pk, ()):
                theirs.setdefault(team_id, {})[grant.folder_id] = who.pk
            if teams_of.get(who.pk) == []:
                named.setdefault(who.pk, (who.name, set()))[1].add(grant.folder_id)
        elif group in members:
            theirs.setdefault(group, {}).setdefault(grant.folder_id, members[group][0])
    return [
        *(
            Reader(group, called[group], tables[group], tuple(sorted(folders.items())))
            for group, folders in sorted(theirs.items(), key=lambda item: called[item[0]])
        ),
        *(
            Reader(who, words, "agencies_practitioner", tuple((folder, who) for folder in sorted(folders)))
            for who, (words, folders) in sorted(named.items(), key=lambda item: item[1][0])
        ),
    ]


@dataclass(frozen=True)
class FormKept:
    """A form that the viewer has begun and not sent, as one opened page holds it."""

    id: UUID
    content: dict[str, list[str]]
    saved_at: datetime
    version: int
    page: UUID | None
    href: str


def forms_kept(path: str) -> list[FormKept]:
    """The form of that page as the viewer has begun it, the latest first: one for each page that holds its own. One
    query."""
    return [
        FormKept(row.id, row.content, row.saved_at, row.version, row.page, _address(row))
        for row in FormDraft.objects.filter(path=path).order_by("-saved_at")
    ]


def _address(draft: FormDraft) -> str:
    """Where one goes on with a form that was begun, with this draft of it."""
    return f"{draft.path}{'&' if '?' in draft.path else '?'}{urlencode({'draft': draft.id})}"


def draft_lines(most: int) -> Drafts:
    """The viewer's unsent forms about records, for My work."""
    rows, total = latest(FormDraft.objects.all(), most)
    begun: set[str] = set()
    lines = []
    for draft in rows:
        href = _address(draft) if draft.path in begun else draft.path
        begun.add(draft.path)
        lines.append(DraftLine(f"You were filling in: {draft.title}", draft.saved_at, href))
    return Drafts(lines, total)
