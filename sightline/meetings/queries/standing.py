"""What a meeting still lacks before, at and after it: quorum, preparation of the family, accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from sightline.agencies.terms import AgencyKind
from sightline.children.queries import NameAndAge, carers, name_and_age, names_of_folders
from sightline.children.rules import eighteenth
from sightline.kernel.time import LONDON
from sightline.kernel.viewer import current
from sightline.procedures import clocks
from sightline.procedures.pack import Pack
from sightline.procedures.schema import MeetingRule

from .. import rules
from ..models import (
    ATTENDED,
    Attendance,
    Given,
    Interpreter,
    Invitation,
    Meeting,
    MeetingChild,
    Supporter,
)
from ..needed import needed
from ..rules import Prepared, Present, Quorum
from ..terms import Came, ChildStage, GivenKind, InviteeKind, MeetingState, Purpose
from .views import OF_FAMILY, InvitedView, MeetingView

#: How agencies are called where the quorum lacks one.
KINDS = {
    AgencyKind.LOCAL_AUTHORITY.value: "children's social care",
    AgencyKind.POLICE.value: "the police",
    AgencyKind.HEALTH.value: "health",
    AgencyKind.SCHOOL.value: "a school",
    AgencyKind.EARLY_YEARS.value: "early years",
    AgencyKind.VOLUNTARY.value: "a voluntary agency",
    AgencyKind.HOUSING.value: "housing",
    AgencyKind.PROBATION.value: "probation",
    AgencyKind.OTHER.value: "another agency",
}


def viewer() -> UUID:
    """Who is looking; nobody's id, which finds nothing, for whoever is no practitioner."""
    return current().practitioner_id or UUID(int=0)


def may_work(meeting_id: UUID) -> bool:
    """Whether the viewer arranges and records a meeting; row security says the same of each row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT meetings_may_work(%s)", [meeting_id])
        return bool(cursor.fetchone()[0])


def withheld(
    meeting_id: UUID, reader_id: UUID | None, texts: Sequence[str], labels: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """Texts as the copy of `reader_id` (a person; None for a professional) may hold them: confidential addresses are
    taken out, and where somebody is kept apart from the reader, theirs. In `labels`, which name people, agencies and
    places, a town stays. Works whatever the viewer may see. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT meetings_withhold(%(m)s, %(r)s, %(t)s::text[], true), "
            "meetings_withhold(%(m)s, %(r)s, %(l)s::text[], false)",
            {"m": meeting_id, "r": reader_id, "t": list(texts), "l": list(labels)},
        )
        found: tuple[list[str], list[str]] = cursor.fetchone()
    return found


def papers_by(rule: MeetingRule, pack: Pack, starts_at: datetime) -> datetime | None:
    """The latest instant at which the family may have invitation and papers; None where the family takes no part."""
    if rule.papers_ahead is None:
        return None
    return clocks.before(starts_at, rule.papers_ahead, pack.calendar(starts_at.astimezone(LONDON).date()))


def children_among(invitations: Iterable[Invitation]) -> set[UUID]:
    """The children among those invited."""
    return {r.person_id for r in invitations if r.kind == InviteeKind.CHILD.value and r.person_id}


def as_if_there(one: InvitedView, state: str) -> Present:
    """How they took part; before the meeting, as if everybody who is invited came."""
    return Present(
        name=one.name,
        kind=one.kind,
        came=Came.CAME if state == MeetingState.CALLED.value else one.came,
        agency=str(one.row.agency_id or one.row.agency_name),
        agency_kind=one.row.agency.kind if one.row.agency else "",
        essential=one.row.essential,
        agency_name=one.row.agency_name,
    )


def name_of(row: Invitation, names: dict[UUID, NameAndAge]) -> str:
    """The name of somebody invited; a child's stands in the child's own record."""
    if row.kind == InviteeKind.CHILD.value and row.person_id:
        return names[row.person_id].called if row.person_id in names else "A child"
    return row.name


def present(meeting_id: UUID) -> list[Present]:
    """Everybody invited and how they took part."""
    rows = list(
        Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
        .select_related("agency")
        .order_by("invited_at")
    )
    names = name_and_age([r.person_id for r in rows if r.kind == "child" and r.person_id])
    came = {
        a.invitation_id: Came(a.came)
        for a in Attendance.objects.filter(ATTENDED, meeting_id=meeting_id).order_by("recorded_at", "id")
    }
    return [
        Present(
            name=name_of(r, names),
            kind=InviteeKind(r.kind),
            came=came.get(r.id),
            agency=str(r.agency_id or r.agency_name),
            agency_kind=r.agency.kind if r.agency else "",
            essential=r.essential,
            agency_name=r.agency_name,
        )
        for r in rows
    ]


def quorum_lacks(
    rule: MeetingRule, pack: Pack, people: Sequence[Present], *, meeting_id: UUID | None = None
) -> list[str]:
    """What the quorum of the pack lacks, in words; empty where it is met. `meeting_id`: of a meeting recorded here, of
    which it is known who referred, or whose plan it is."""
    agencies: Sequence[rules.Needed] = ()
    if meeting_id is not None and (rule.referrer or rule.former_authority):
        ask = needed.get(Purpose(rule.id))
        agencies = ask(meeting_id) if ask else ()
    quorum = Quorum(rule.must, rule.least_agencies, rule.least_family, tuple(agencies))
    return rules.lacking(quorum, people, KINDS)


def not_invited(folder_ids: Iterable[UUID], invited: Iterable[UUID | None]) -> list[str]:
    """The parents and carers of these children who are not among those invited, as "Jon Lund (father)" (FAM-01)."""
    there = set(invited)
    found = {
        one.person_id: f"{one.name} ({one.said})" for one in carers(folder_ids) if one.person_id not in there
    }
    return list(found.values())


def preparation(meeting_id: UUID) -> list[Prepared]:
    """What reached each of the family before a meeting."""
    rows = list(
        Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True, kind__in=OF_FAMILY)
    )
    names = name_and_age([r.person_id for r in rows if r.kind == "child" and r.person_id])
    given: dict[tuple[UUID, str], datetime] = {}
    # An invitation to another day or place is none to this one.
    stands = (
        ~Q(kind=GivenKind.INVITATION.value)
        | Q(meeting__anew_at__isnull=True)
        | Q(recorded_at__gt=F("meeting__anew_at"))
    )
    for g in Given.objects.filter(stands, meeting_id=meeting_id).order_by("-at"):
        given[(g.invitation_id, g.kind)] = g.at
    asked = set(Supporter.objects.filter(meeting_id=meeting_id).values_list("invitation_id", flat=True))
    booked = set(Interpreter.objects.filter(meeting_id=meeting_id).values_list("invitation_id", flat=True))
    return [
        Prepared(
            name=name_of(r, names),
            invited_at=given.get((r.id, GivenKind.INVITATION.value)),
            papers_at=given.get((r.id, GivenKind.PAPERS.value)),
            supporter_said=r.id in asked,
            language_said=not r.needs_interpreter or r.id in booked,
        )
        for r in rows
    ]


def unready(meeting_id: UUID, rule: MeetingRule, pack: Pack, began_at: datetime) -> list[str]:
    """What the family lacked when a meeting began, in words."""
    if not rule.family:
        return []
    people = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True, kind__in=OF_FAMILY)
    folders = MeetingChild.objects.filter(meeting_id=meeting_id, left_at__isnull=True)
    return rules.not_ready(
        preparation(meeting_id),
        starts_at=began_at,
        papers_by=papers_by(rule, pack, began_at),
        not_invited=not_invited(
            folders.values_list("folder_id", flat=True), people.values_list("person_id", flat=True)
        ),
    )


def unready_of(
    family: Sequence[InvitedView],
    rule: MeetingRule,
    starts_at: datetime,
    by: datetime | None,
    folder_ids: Sequence[UUID],
) -> list[str]:
    """The same from rows that were read already; the parents and carers of these children cost two queries."""
    if not rule.family:
        return []
    first = {
        (i.id, kind): min((g.at for g in i.given if g.kind == kind and not i.is_stale(g)), default=None)
        for i in family
        for kind in (GivenKind.INVITATION.value, GivenKind.PAPERS.value)
    }
    return rules.not_ready(
        [
            Prepared(
                name=i.name,
                invited_at=first[(i.id, GivenKind.INVITATION.value)],
                papers_at=first[(i.id, GivenKind.PAPERS.value)],
                supporter_said=i.supporter is not None,
                language_said=not i.row.needs_interpreter or i.interpreter is not None,
            )
            for i in family
        ],
        starts_at=starts_at,
        papers_by=by,
        not_invited=not_invited(folder_ids, [i.row.person_id for i in family]),
    )


@dataclass(frozen=True)
class Lacks:
    """What is not there yet before a meeting can be concluded: names of children and of people."""

    without_decision: list[str] = field(default_factory=list)
    not_heard: list[str] = field(default_factory=list)
    children_not_told: list[str] = field(default_factory=list)


def before_concluding(shown: MeetingView) -> Lacks:
    """What the minutes lack (FAM-14, CHD-12). Needs what was told, decided and said."""
    children = shown.present_children
    heard = {s.invitation_id for c in children for s in c.said}
    return Lacks(
        without_decision=[c.called for c in children if shown.rule.decides and not c.decisions],
        not_heard=[i.name for i in shown.family if i.id not in heard],
        children_not_told=[
            c.called
            for c in children
            if shown.rule.family
            and c.can_be_told
            and not all(c.told_at(stage) for stage in (ChildStage.BEFORE, ChildStage.PART))
        ],
    )


def about(folder_ids: Iterable[UUID]) -> list[rules.About]:
    """What decides whether a meeting can be about these children: who has died, when each is 18."""
    return [
        rules.About(
            one.called,
            died_on=one.died_on,
            adult_on=eighteenth(one.born_on) if one.born_on else None,
        )
        for one in names_of_folders(folder_ids).values()
    ]


def attendance_of_family(meeting_id: UUID, folder_ids: Sequence[UUID]) -> dict[UUID, list[Came | None]]:
    """How each of the family who is invited to a meeting took part in the held meetings about these children: by
    person, the latest first, this one included."""
    people = list(
        Invitation.objects.filter(
            meeting_id=meeting_id, kind=InviteeKind.FAMILY.value, withdrawn_at__isnull=True
        ).values_list("person_id", flat=True)
    )
    meetings = list(
        Meeting.objects.filter(
            Q(state__in=[MeetingState.HELD.value, MeetingState.CONCLUDED.value]) | Q(id=meeting_id),
            Exists(MeetingChild.objects.filter(meeting_id=OuterRef("pk"), folder_id__in=list(folder_ids))),
        )
        .order_by("-starts_at")
        .values_list("id", flat=True)[:20]
    )
    came: dict[tuple[UUID, UUID], Came] = {}
    for a in (
        Attendance.objects.filter(ATTENDED, meeting_id__in=meetings, invitation__person_id__in=people)
        .select_related("invitation")
        .order_by("recorded_at", "id")
    ):
        if a.invitation.person_id:
            came[(a.invitation.person_id, a.meeting_id)] = Came(a.came)
    return {
        person: [came[(person, m)] for m in meetings if (person, m) in came] for person in people if person
    }
