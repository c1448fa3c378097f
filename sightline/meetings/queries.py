"""Reads of meetings, always for whoever is looking: row security decides which children's parts are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject

from sightline.access.queries import folders_of_viewer
from sightline.agencies.models import Posting
from sightline.agencies.terms import AgencyKind
from sightline.children.models import Person, Tie
from sightline.children.queries import NameAndAge, name_and_age
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.kernel.viewer import current
from sightline.procedures import clocks
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import MeetingRule
from sightline.records.chronology import Moment

from . import rules
from .models import (
    ActionDone,
    AgreedAction,
    Attendance,
    ChildTold,
    Dissent,
    Given,
    Interpreter,
    Invitation,
    KeepApart,
    Meeting,
    MeetingChange,
    MeetingChild,
    MeetingDecision,
    MinutesDraft,
    Report,
    Said,
    Supporter,
)
from .rules import Prepared, Present, Quorum
from .terms import Came, ChildStage, Format, GivenKind, InviteeKind, MeetingState, Purpose

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
_OF_FAMILY = (InviteeKind.FAMILY.value, InviteeKind.CHILD.value)


def _me() -> UUID:
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


# -- what a page is given ---------------------------------------------------------------------------


@dataclass(frozen=True)
class GivenView:
    """What reached somebody: see `models.Given`. `by` is who recorded it."""

    id: UUID
    by: str
    kind: str
    at: datetime
    how: str
    form: str
    covers: Sequence[str]
    understood: str
    reply: str
    late_why: str


@dataclass(frozen=True)
class SupporterView:
    """Whether a supporter was offered, and the answer: see `models.Supporter`."""

    id: UUID
    by: str
    offered: bool
    why_not: str
    answer: str
    name: str
    relation: str


@dataclass(frozen=True)
class InterpreterView:
    """Who interprets: see `models.Interpreter`."""

    id: UUID
    by: str
    language: str
    name: str
    booked_with: str
    relative: bool
    relative_why: str


@dataclass(frozen=True)
class AttendanceView:
    """How somebody took part: see `models.Attendance`."""

    id: UUID
    by: str
    came: str
    words: str
    report: bool
    supporter_came: bool | None
    interpreter_used: bool | None
    no_interpreter_why: str


V = TypeVar("V", SupporterView, InterpreterView, AttendanceView)


@dataclass(frozen=True)
class InvitedView:
    """Somebody invited, what they need, what reached them before, and how they took part."""

    row: Invitation
    name: str
    given: tuple[GivenView, ...] = ()
    supporter: SupporterView | None = None
    interpreter: InterpreterView | None = None
    attendance: AttendanceView | None = None
    apart: tuple[str, ...] = ()
    left_agency: bool = False

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def kind(self) -> InviteeKind:
        return InviteeKind(self.row.kind)

    @property
    def of_family(self) -> bool:
        return self.row.kind in _OF_FAMILY

    @property
    def said_as(self) -> str:
        """'Ngozi Adeyemi, Health visitor, Eastmarch Health'."""
        return ", ".join(part for part in (self.name, self.row.role, self.row.agency_name) if part)

    def latest(self, kind: GivenKind) -> GivenView | None:
        return max((g for g in self.given if g.kind == kind.value), key=lambda g: g.at, default=None)

    @property
    def invitation_given(self) -> GivenView | None:
        return self.latest(GivenKind.INVITATION)

    @property
    def papers_given(self) -> GivenView | None:
        return self.latest(GivenKind.PAPERS)

    @property
    def explained(self) -> list[GivenView]:
        return [g for g in self.given if g.kind == GivenKind.EXPLAINED.value]

    @property
    def minutes_given(self) -> GivenView | None:
        return self.latest(GivenKind.MINUTES)

    @property
    def came(self) -> Came | None:
        return Came(self.attendance.came) if self.attendance else None


@dataclass(frozen=True)
class SaidView:
    """A passage of the minutes for one child."""

    id: UUID
    number: int
    folder_id: UUID
    speaker: str
    invitation_id: UUID | None
    words: str
    about_adult: bool
    no_account: bool
    not_for_family_why: str
    was_wrong: str
    corrects_number: int | None
    corrected_by: tuple[int, ...]
    written_at: datetime
    written_by: str
    together: UUID | None


@dataclass(frozen=True)
class DecisionSaid:
    """A decision of the meeting on one child, and who dissents: (name, words)."""

    decision_id: UUID
    outcome: str
    reasons: str
    maker: str
    maker_post: str
    made_at: datetime
    in_effect: bool
    dissents: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ActionView:
    id: UUID
    folder_id: UUID
    meeting_id: UUID
    words: str
    by_whom: str
    due_on: date
    timing_why: str
    outcome: str
    done: ActionDone | None
    late: bool
    child: str = ""


@dataclass(frozen=True)
class ChildPart:
    """What stands in one child's folder about a meeting."""

    row: MeetingChild
    name: str
    called: str
    age: str
    told: tuple[ChildTold, ...] = ()
    said: tuple[SaidView, ...] = ()
    decisions: tuple[DecisionSaid, ...] = ()
    actions: tuple[ActionView, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def folder_id(self) -> UUID:
        return self.row.folder_id

    @property
    def left(self) -> bool:
        return self.row.left_at is not None

    def told_at(self, stage: ChildStage) -> ChildTold | None:
        """The latest of a stage."""
        return next((t for t in reversed(self.told) if t.stage == stage.value), None)

    @property
    def about_child(self) -> list[SaidView]:
        return [s for s in self.said if not s.about_adult]

    @property
    def about_adults(self) -> list[SaidView]:
        """An adult's own needs, apart from the child's (CHD-09)."""
        return [s for s in self.said if s.about_adult]


@dataclass(frozen=True)
class MeetingView:
    """A meeting as far as the viewer may see it."""

    row: Meeting
    rule: MeetingRule
    pack: Pack
    papers_by: datetime | None
    may_work: bool
    children: tuple[ChildPart, ...]
    invited: tuple[InvitedView, ...]
    withdrawn: tuple[InvitedView, ...]
    lacks: tuple[str, ...]
    unready: tuple[str, ...]

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.row.purpose)

    @property
    def title(self) -> str:
        return self.rule.title

    @property
    def state(self) -> MeetingState:
        return MeetingState(self.row.state)

    @property
    def format(self) -> Format:
        return Format(self.row.format)

    @property
    def starts_at(self) -> datetime:
        return self.row.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.row.starts_at + timedelta(minutes=self.row.minutes_long)

    @property
    def folder_ids(self) -> tuple[UUID, ...]:
        """The children that it is about now."""
        return tuple(c.folder_id for c in self.children if not c.left)

    @cached_property
    def present_children(self) -> list[ChildPart]:
        return [c for c in self.children if not c.left]

    @cached_property
    def family(self) -> list[InvitedView]:
        return [i for i in self.invited if i.of_family]

    @cached_property
    def agencies(self) -> list[InvitedView]:
        return [i for i in self.invited if not i.of_family]

    @cached_property
    def not_told(self) -> list[ChildPart]:
        """Children of whom it is not recorded that they were told before the meeting (CHD-12)."""
        return [
            c for c in self.present_children if not ((told := c.told_at(ChildStage.BEFORE)) and told.done)
        ]

    @cached_property
    def changes(self) -> list[MeetingChange]:
        """When it was moved, cancelled, reopened or given another chair, the latest first."""
        return list(MeetingChange.objects.filter(meeting=self.row).select_related("by").order_by("-at"))

    def person(self, invitation_id: UUID) -> InvitedView:
        """One of the invited. Raises NotFound."""
        found = next((i for i in (*self.invited, *self.withdrawn) if i.id == invitation_id), None)
        if found is None:
            raise NotFound
        return found


# -- one meeting ------------------------------------------------------------------------------------


#: What stands in a child's part, each read by one query: a page asks for what it shows.
PARTS = ("told", "decisions", "said", "actions", "reports")


def meeting(meeting_id: UUID, parts: Collection[str] = PARTS) -> MeetingView:
    """One meeting with the children's parts that the viewer may open. Raises NotFound.

    Six queries, and one for each of `parts`, whatever there is.
    """
    row = (
        Meeting.objects.select_related("chair", "minute_taker", "called_by", "changed_by", "concluded_by")
        .annotate(worked=Func(F("id"), function="meetings_may_work", output_field=BooleanField()))
        .filter(id=meeting_id)
        .first()
    )
    if row is None:
        raise NotFound
    pack = pack_in_force()
    rule = pack.meeting(row.purpose, row.called_at.astimezone(LONDON).date())
    invitations = list(
        Invitation.objects.filter(meeting=row)
        .select_related("agency")
        .annotate(
            in_post=Exists(Posting.objects.held_today().filter(practitioner_id=OuterRef("practitioner_id"))),
            given_rows=_about(
                Given, "kind", "at", "how", "form", "covers", "understood", "reply", "late_why"
            ),
            supporter_rows=_about(Supporter, "offered", "why_not", "answer", "name", "relation"),
            interpreter_rows=_about(
                Interpreter, "language", "name", "booked_with", "relative", "relative_why"
            ),
            attendance_rows=_about(
                Attendance,
                "came",
                "words",
                "report",
                "supporter_came",
                "interpreter_used",
                "no_interpreter_why",
            ),
        )
        .order_by("invited_at", "id")
    )
    part_rows = list(MeetingChild.objects.filter(meeting=row).order_by("place_in_list"))
    people = {r.child_id for r in part_rows} | _children_of(invitations)
    names = name_and_age(people)
    everybody = _invited(row, invitations, part_rows, names)
    invited = tuple(i for i in everybody if i.row.withdrawn_at is None)
    by = papers_by(rule, pack, row.starts_at)
    return MeetingView(
        row=row,
        rule=rule,
        pack=pack,
        papers_by=by,
        may_work=row.worked,
        children=_parts(row, part_rows, names, {i.id: i for i in everybody}, pack, parts),
        invited=invited,
        withdrawn=tuple(i for i in everybody if i.row.withdrawn_at is not None),
        lacks=tuple(quorum_lacks(rule, pack, [_present(i, row.state) for i in invited])),
        unready=tuple(_unready([i for i in invited if i.of_family], rule, row.starts_at, by)),
    )


def _about(model: Any, *columns: str) -> ArraySubquery:
    """The rows of one table about an invitation, as a list of objects, the earliest first."""
    by = Coalesce(F("recorded_by__name"), Value(""))
    fields: dict[str, Any] = {column: column for column in columns}
    return ArraySubquery(
        model.objects.filter(invitation_id=OuterRef("pk"))
        .order_by("recorded_at", "id")
        .values(row=JSONObject(id="id", by=by, **fields))
    )


def _children_of(invitations: Iterable[Invitation]) -> set[UUID]:
    return {r.person_id for r in invitations if r.kind == InviteeKind.CHILD.value and r.person_id}


def _present(one: InvitedView, state: str) -> Present:
    """How they took part; before the meeting, as if everybody who is invited came."""
    return Present(
        name=one.name,
        kind=one.kind,
        came=Came.CAME if state == MeetingState.CALLED.value else one.came,
        agency=str(one.row.agency_id or one.row.agency_name),
        agency_kind=one.row.agency.kind if one.row.agency else "",
        essential=one.row.essential,
    )


def _invited(
    row: Meeting,
    invitations: Sequence[Invitation],
    parts: Sequence[MeetingChild],
    names: dict[UUID, NameAndAge],
) -> list[InvitedView]:
    here = {i.person_id: _name(i, names) for i in invitations if i.person_id and i.withdrawn_at is None}
    pairs = _pairs([p.folder_id for p in parts], in_room=True) if len(here) > 1 else []
    return [
        InvitedView(
            row=i,
            name=_name(i, names),
            given=tuple(
                GivenView(**{**g, "id": UUID(g["id"]), "at": datetime.fromisoformat(g["at"])})
                for g in getattr(i, "given_rows", ())
            ),
            supporter=_latest(SupporterView, getattr(i, "supporter_rows", ())),
            interpreter=_latest(InterpreterView, getattr(i, "interpreter_rows", ())),
            attendance=_latest(AttendanceView, getattr(i, "attendance_rows", ())),
            apart=tuple(
                rules.named_apart(pairs, i.person_id, {k: v for k, v in here.items() if k != i.person_id})
            )
            if i.person_id
            else (),
            left_agency=i.practitioner_id is not None and not getattr(i, "in_post", True),
        )
        for i in invitations
    ]


def _latest(view: type[V], rows: Sequence[Mapping[str, Any]]) -> V | None:
    """The latest of what is recorded, which is what holds."""
    return view(**{**rows[-1], "id": UUID(rows[-1]["id"])}) if rows else None


def _name(row: Invitation, names: dict[UUID, NameAndAge]) -> str:
    if row.kind == InviteeKind.CHILD.value and row.person_id:
        return names[row.person_id].called if row.person_id in names else "A child"
    return row.name


def _parts(
    row: Meeting,
    part_rows: Sequence[MeetingChild],
    names: dict[UUID, NameAndAge],
    invited: dict[UUID, InvitedView],
    pack: Pack,
    parts: Collection[str],
) -> tuple[ChildPart, ...]:
    by_folder: dict[str, dict[UUID, list[Any]]] = {
        key: defaultdict(list) for key in ("told", "said", "decisions", "actions", "reports")
    }
    if "told" in parts:
        for told in (
            ChildTold.objects.filter(meeting=row).select_related("recorded_by").order_by("recorded_at", "id")
        ):
            by_folder["told"][told.folder_id].append(told)
    if "decisions" in parts:
        who = JSONObject(invitation="invitation_id", words="words")
        against = Dissent.objects.filter(decision_id=OuterRef("pk")).order_by("recorded_at", "id")
        for m in (
            MeetingDecision.objects.filter(meeting=row)
            .select_related("decision__maker", "decision__ruling")
            .annotate(against=ArraySubquery(against.values(row=who)))
            .order_by("decision__made_at", "id")
        ):
            by_folder["decisions"][m.folder_id].append(_decision(m, invited))
    if "said" in parts:
        said = list(
            Said.objects.filter(meeting=row).select_related("written_by", "corrects").order_by("number", "id")
        )
        corrected: dict[UUID, list[int]] = defaultdict(list)
        for s in said:
            if s.corrects_id:
                corrected[s.corrects_id].append(s.number)
        for s in said:
            by_folder["said"][s.folder_id].append(_said(s, invited, tuple(corrected.get(s.id, ()))))
    if "actions" in parts:
        for a in _action_views(AgreedAction.objects.filter(meeting=row), pack):
            by_folder["actions"][a.folder_id].append(a)
    if "reports" in parts:
        for r in (
            Report.objects.filter(meeting=row)
            .select_related("invitation", "recorded_by")
            .order_by("recorded_at")
        ):
            by_folder["reports"][r.folder_id].append(r)
    return tuple(
        ChildPart(
            row=p,
            name=names[p.child_id].name,
            called=names[p.child_id].called,
            age=names[p.child_id].age,
            **{key: tuple(found.get(p.folder_id, ())) for key, found in by_folder.items()},
        )
        for p in part_rows
    )


def _said(row: Said, invited: dict[UUID, InvitedView], corrected_by: tuple[int, ...]) -> SaidView:
    who = invited.get(row.invitation_id) if row.invitation_id else None
    return SaidView(
        id=row.id,
        number=row.number,
        folder_id=row.folder_id,
        speaker=who.name if who else ("Somebody invited" if row.invitation_id else ""),
        invitation_id=row.invitation_id,
        words=row.words,
        about_adult=row.about_adult,
        no_account=row.no_account_why,
        not_for_family_why=row.not_for_family_why,
        was_wrong=row.was_wrong,
        corrects_number=row.corrects.number if row.corrects else None,
        corrected_by=corrected_by,
        written_at=row.written_at,
        written_by=row.written_by.name,
        together=row.written_together,
    )


def _decision(row: Any, invited: dict[UUID, InvitedView]) -> DecisionSaid:
    d = row.decision
    against = [(invited.get(UUID(str(a["invitation"]))), a["words"]) for a in row.against]
    ruling = getattr(d, "ruling", None)
    return DecisionSaid(
        decision_id=d.id,
        outcome=d.outcome,
        reasons=d.reasons,
        maker=d.maker.name,
        maker_post=d.maker_post,
        made_at=d.made_at,
        in_effect=not d.awaits_ruling or bool(ruling and ruling.upholds),
        dissents=tuple((who.name if who else "Somebody invited", words) for who, words in against),
    )


def _action_views(found: Any, pack: Pack) -> list[ActionView]:
    titles = {o.id: o.title for o in pack.outcomes(today()).item}
    return [
        ActionView(
            id=a.id,
            folder_id=a.folder_id,
            meeting_id=a.meeting_id,
            words=a.words,
            by_whom=a.by_whom,
            due_on=a.due_on,
            timing_why=a.timing_why,
            outcome=titles.get(a.outcome_id, a.outcome_id),
            done=getattr(a, "done", None),
            late=getattr(a, "done", None) is None and a.due_on < today(),
        )
        for a in found.select_related("done__by").order_by("due_on", "id")
    ]


# -- before, at and after a meeting -----------------------------------------------------------------


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
        for a in Attendance.objects.filter(meeting_id=meeting_id).order_by("recorded_at", "id")
    }
    return [
        Present(
            name=_name(r, names),
            kind=InviteeKind(r.kind),
            came=came.get(r.id),
            agency=str(r.agency_id or r.agency_name),
            agency_kind=r.agency.kind if r.agency else "",
            essential=r.essential,
        )
        for r in rows
    ]


def quorum_lacks(rule: MeetingRule, pack: Pack, people: Sequence[Present]) -> list[str]:
    """What the quorum of the pack lacks, in words; empty where it is met."""
    return rules.lacking(Quorum(rule.must, rule.least_agencies, rule.least_family), people, KINDS)


def preparation(meeting_id: UUID) -> list[Prepared]:
    """What reached each of the family before a meeting."""
    rows = list(
        Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True, kind__in=_OF_FAMILY)
    )
    names = name_and_age([r.person_id for r in rows if r.kind == "child" and r.person_id])
    given: dict[tuple[UUID, str], datetime] = {}
    for g in Given.objects.filter(meeting_id=meeting_id).order_by("-at"):
        given[(g.invitation_id, g.kind)] = g.at
    asked = set(Supporter.objects.filter(meeting_id=meeting_id).values_list("invitation_id", flat=True))
    booked = set(Interpreter.objects.filter(meeting_id=meeting_id).values_list("invitation_id", flat=True))
    return [
        Prepared(
            name=_name(r, names),
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
    return rules.not_ready(
        preparation(meeting_id), starts_at=began_at, papers_by=papers_by(rule, pack, began_at)
    )


def _unready(
    family: Sequence[InvitedView], rule: MeetingRule, starts_at: datetime, by: datetime | None
) -> list[str]:
    if not rule.family:
        return []
    first = {
        (i.id, kind): min((g.at for g in i.given if g.kind == kind), default=None)
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
            and not all(c.told_at(stage) for stage in (ChildStage.BEFORE, ChildStage.PART))
        ],
    )


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
        Attendance.objects.filter(meeting_id__in=meetings, invitation__person_id__in=people)
        .select_related("invitation")
        .order_by("recorded_at", "id")
    ):
        if a.invitation.person_id:
            came[(a.invitation.person_id, a.meeting_id)] = Came(a.came)
    return {
        person: [came[(person, m)] for m in meetings if (person, m) in came] for person in people if person
    }


# -- who is kept apart ------------------------------------------------------------------------------


def _pairs(folder_ids: Iterable[UUID], *, in_room: bool = False) -> list[tuple[UUID, UUID]]:
    found = KeepApart.objects.filter(held_on(today()), folder_id__in=list(folder_ids))
    if in_room:
        found = found.filter(in_room=True)
    return list(found.values_list("one_id", "other_id"))


def apart_from(meeting_id: UUID, person_id: UUID, folder_ids: Iterable[UUID]) -> list[str]:
    """The names of those invited to a meeting with whom somebody must not be in one room."""
    pairs = _pairs(folder_ids, in_room=True)
    if not any(person_id in pair for pair in pairs):
        return []
    rows = list(
        Invitation.objects.filter(meeting_id=meeting_id, person__isnull=False, withdrawn_at__isnull=True)
    )
    names = name_and_age([r.person_id for r in rows if r.kind == "child" and r.person_id])
    others: dict[object, str] = {r.person_id: _name(r, names) for r in rows if r.person_id != person_id}
    return rules.named_apart(pairs, person_id, others)


def people_around(folder_id: UUID) -> dict[UUID, str]:
    """The child of a folder and who is in their life today: name by person, as far as the viewer may see."""
    return people_around_all([folder_id])


def people_around_all(folder_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The same over several children, each person once."""
    wanted = list(folder_ids)
    children = list(Person.objects.filter(folder_id__in=wanted).values_list("id", flat=True))
    others = list(
        Tie.objects.filter(held_on(today()), folder_id__in=wanted).values_list("other_id", flat=True)
    )
    names = name_and_age([*children, *others])
    return {person: found.name for person, found in names.items()}


def others_around(folder_ids: Iterable[UUID], leave_out: Collection[UUID]) -> dict[UUID, str]:
    """Who is in these children's lives today but for those left out: name by person."""
    ties = Tie.objects.filter(held_on(today()), folder_id__in=list(folder_ids)).exclude(
        other_id__in=leave_out
    )
    return {
        person: found.name for person, found in name_and_age(ties.values_list("other_id", flat=True)).items()
    }


@dataclass(frozen=True)
class ApartView:
    id: UUID
    folder_id: UUID
    one: str
    other: str
    in_room: bool
    address: bool
    why: str
    since: date
    until: date | None
    recorded_by: str
    ended_why: str

    @property
    def words(self) -> str:
        what = [
            w
            for w, yes in (("be in one room", self.in_room), ("learn each other's address", self.address))
            if yes
        ]
        return f"{self.one} and {self.other} must not {' or '.join(what)}"


def kept_apart(folder_ids: Iterable[UUID], names: Mapping[UUID, str] | None = None) -> list[ApartView]:
    """Who around these children is kept apart from whom (FAM-08). `names`: those that the page knows already."""
    found = KeepApart.objects.filter(held_on(today()), folder_id__in=list(folder_ids))
    rows = list(found.select_related("recorded_by").order_by("held_from", "id"))
    known = dict(names or {})
    missing = {p for r in rows for p in (r.one_id, r.other_id)} - set(known)
    if missing:
        known |= {person: one.name for person, one in name_and_age(missing).items()}
    return [
        ApartView(
            id=r.id,
            folder_id=r.folder_id,
            one=known[r.one_id],
            other=known[r.other_id],
            in_room=r.in_room,
            address=r.address,
            why=r.why,
            since=r.held_from,
            until=r.held_until,
            recorded_by=r.recorded_by.name if r.recorded_by else "",
            ended_why=r.ended_why,
        )
        for r in rows
    ]


# -- lists ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in a list. `children` are those whom the viewer may open."""

    id: UUID
    title: str
    purpose: Purpose
    state: MeetingState
    starts_at: datetime
    place: str
    chair: str
    children: tuple[str, ...]
    role: str = ""
    outcome: str = ""


def _lines(rows: Sequence[Any], roles: dict[UUID, str] | None = None) -> list[MeetingLine]:
    pack, day = pack_in_force(), today()
    names = name_and_age({child for r in rows for child in r.about})
    return [
        MeetingLine(
            id=r.id,
            title=pack.meeting(r.purpose, day).title,
            purpose=Purpose(r.purpose),
            state=MeetingState(r.state),
            starts_at=r.starts_at,
            place=r.place or Format(r.format).label,
            chair=r.chair.name,
            children=tuple(names[child].name for child in r.about),
            role=(roles or {}).get(r.id, ""),
            outcome="; ".join(dict.fromkeys(r.outcomes)),
        )
        for r in rows
    ]


def _listed() -> QuerySet[Any]:
    """Meetings with the children that they are about and what was decided, as far as the viewer may open them."""
    about = MeetingChild.objects.filter(meeting_id=OuterRef("pk"), left_at__isnull=True)
    outcomes = MeetingDecision.objects.filter(meeting_id=OuterRef("pk"))
    return Meeting.objects.select_related("chair").annotate(
        about=ArraySubquery(about.order_by("place_in_list").values("child_id")),
        outcomes=ArraySubquery(outcomes.order_by("decision__made_at").values("decision__outcome")),
    )


def for_folders(folder_ids: Iterable[UUID], *, limit: int = 100) -> list[MeetingLine]:
    """The meetings about these children, the latest first."""
    ids = MeetingChild.objects.filter(folder_id__in=list(folder_ids)).values("meeting_id")
    return _lines(list(_listed().filter(id__in=ids).order_by("-starts_at")[:limit]))


def for_process(process_id: UUID) -> list[MeetingLine]:
    """The meetings of one process (an enquiry, a plan), the earliest first."""
    return _lines(list(_listed().filter(process_id=process_id).order_by("starts_at")))


def mine(*, past: bool = False, limit: int = 50) -> list[MeetingLine]:
    """The meetings that the viewer is invited to and that lie ahead, the next first; or those of the past.

    One that was not yet recorded as held stays ahead until it is.
    """
    me = _me()
    own = Invitation.objects.filter(practitioner_id=me, withdrawn_at__isnull=True)
    roles = dict(own.values_list("meeting_id", "role"))
    found = _listed().filter(id__in=own.values("meeting_id"))
    ahead = Q(state=MeetingState.CALLED.value) | Q(state=MeetingState.HELD.value)
    rows = found.exclude(ahead).order_by("-starts_at") if past else found.filter(ahead).order_by("starts_at")
    return _lines(list(rows[:limit]), roles)


def actions_of_agency(agency_ids: Iterable[UUID], *, limit: int = 200) -> list[ActionView]:
    """What an agency has still to do over all the children whose records the viewer may open, late ones first."""
    pack = pack_in_force()
    found = _action_views(
        AgreedAction.objects.filter(
            agency_id__in=list(agency_ids), done__isnull=True, folder_id__in=folders_of_viewer()
        ),
        pack,
    )[:limit]
    owners = dict(
        Person.objects.filter(folder_id__in={a.folder_id for a in found}).values_list("folder_id", "id")
    )
    names = name_and_age(owners.values())
    return [
        ActionView(
            **{**a.__dict__, "child": names[owners[a.folder_id]].name if a.folder_id in owners else ""}
        )
        for a in found
    ]


def action(action_id: UUID) -> ActionView:
    """One agreed action. Raises NotFound."""
    found = _action_views(AgreedAction.objects.filter(id=action_id), pack_in_force())
    if not found:
        raise NotFound
    return found[0]


def said(said_id: UUID) -> tuple[UUID, SaidView]:
    """One passage of the minutes, with its meeting's id. Raises NotFound."""
    row = Said.objects.select_related("written_by", "corrects", "invitation").filter(id=said_id).first()
    if row is None:
        raise NotFound
    shown = meeting(row.meeting_id)
    found = next((s for c in shown.children for s in c.said if s.id == said_id), None)
    if found is None:
        raise NotFound
    return row.meeting_id, found


def draft(meeting_id: UUID) -> MinutesDraft | None:
    """What the viewer has typed so far in the minutes of a meeting."""
    return MinutesDraft.objects.filter(meeting_id=meeting_id, practitioner_id=_me()).first()


def drafts() -> list[MinutesDraft]:
    """Every unfinished form of the viewer's, the latest first."""
    return list(MinutesDraft.objects.filter(practitioner_id=_me()).order_by("-saved_at")[:20])


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    parts = MeetingChild.objects.filter(folder_id__in=folder_ids).select_related("meeting__chair")
    outcomes_of = (
        MeetingDecision.objects.filter(folder_id__in=folder_ids)
        .order_by("decision__made_at")
        .values_list("meeting_id", "folder_id", "decision__outcome")
    )
    return parts, outcomes_of


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """The meetings of these children on their timeline: held, called, cancelled, with what was decided."""
    parts, outcomes_of = asked = _moments(folder_ids)
    yield asked
    decided: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for meeting_id, folder_id, outcome in outcomes_of:
        decided[(meeting_id, folder_id)].append(outcome)
    pack, day, at = pack_in_force(), today(), now()
    found = []
    for part in parts:
        m = part.meeting
        state = MeetingState(m.state)
        if state is MeetingState.CALLED and m.starts_at > at:
            continue  # not happened yet
        outcomes = decided.get((m.id, part.folder_id), [])
        text = {
            MeetingState.CALLED: "Was to be held; who came is not recorded yet.",
            MeetingState.CANCELLED: "Cancelled.",
        }.get(state, f"Decided: {'; '.join(outcomes)}." if outcomes else "Held.")
        tags = tuple(
            t for t, yes in (("Without quorum", m.quorate is False), ("Left half way", part.left_at)) if yes
        )
        found.append(
            Moment(
                id=part.id,
                folder_id=part.folder_id,
                happened_at=m.began_at or m.starts_at,
                known_at=m.called_at,
                kind=pack.meeting(m.purpose, day).title,
                text=text,
                author=m.chair.name,
                href=f"/meetings/{m.id}/",
                significant=bool(outcomes),
                tags=tags,
            )
        )
    return found
