"""Reads of concerns: the front-door board, one concern as the front door sees it, and as its referrer does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse

from sightline.access.drafts import latest
from sightline.access.gathering import note_folders
from sightline.access.models import Joining
from sightline.access.queries import leads_of, opened_of
from sightline.agencies.queries import acting_now, agency_on
from sightline.agencies.terms import Permission
from sightline.children.models import Tie
from sightline.children.queries import NameAndAge, brothers_and_sisters, name_and_age, names_of_folders
from sightline.children.terms import Kinship, Known
from sightline.govuk.addresses import address
from sightline.govuk.words import listed
from sightline.kernel.time import LONDON, now
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.kernel.viewer import current
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.queries import (
    DutyView,
    owed,
    pack_in_force,
    pack_named,
    view_of,
    views_of,
)
from sightline.procedures.terms import DutyStatus
from sightline.records.chronology import Moment
from sightline.records.standing import Column, Line

from . import links, rules
from .models import Addition, Answer, Concern, ConcernPart, Draft, PartName, PossibleConcern, Screening
from .terms import AnswerKind, ConcernState


@dataclass(frozen=True)
class BoardRow:
    """A concern on the front-door board. `due` is the most pressing duty on it."""

    id: UUID
    reference: str
    raised_at: datetime
    raised_by: str
    immediate_danger: bool
    danger_waiting: bool
    state: ConcernState
    taken_by: str
    children: tuple[str, ...]
    due: DutyView | None
    folder_ids: tuple[UUID, ...] = ()

    @property
    def status(self) -> DutyStatus:
        return self.due.status if self.due else DutyStatus.NOT_DUE


@dataclass(frozen=True)
class AskedRow:
    """A child on whom the front door is asked to decide without a concern: what it is, and who asked when."""

    name: str
    what: str
    asked_by: str
    asked_at: datetime
    due: DutyView
    folder_id: UUID

    @property
    def status(self) -> DutyStatus:
        return self.due.status


@dataclass(frozen=True)
class Board:
    """The board: rows in order of urgency, what else is asked of these teams, and how many there are in each state."""

    rows: list[BoardRow]
    asked: list[AskedRow]
    counts: dict[ConcernState, int]
    danger: int
    late: int
    total: int
    page_size: int

    @property
    def shown(self) -> list[UUID]:
        """The records of the children on the board."""
        return [
            *(folder for row in self.rows for folder in row.folder_ids),
            *(row.folder_id for row in self.asked),
        ]


def board(
    team_ids: Sequence[UUID], *, state: ConcernState | None = None, page: int = 1, size: int = 50
) -> Board:
    """The concerns of these teams that still need something, most urgent first.

    A fixed number of queries, whatever the number of rows: immediate danger that nobody has acted on, then by
    the instant at which the most pressing duty becomes late. What was taken back stands here until somebody at the
    front door has agreed that nothing more is owed. The database puts the list together (`concerns_board`), and asks
    whether the records open once for all of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, danger_waiting, duty, due_at FROM concerns_board(%s)", [list(team_ids)]
        )
        waiting = [_Waits(*row) for row in cursor.fetchall()]
    at = now()
    far = datetime.max.replace(tzinfo=LONDON)
    ordered = sorted(
        (one for one in waiting if state is None or one.state == state.value),
        key=lambda one: (not one.danger, one.due_at or far),
    )
    shown = ordered[(page - 1) * size : page * size]
    asked = _asked_of(team_ids) if state is None else []
    return Board(
        rows=_board_rows(shown),
        asked=asked if page == 1 else [],
        counts=dict(Counter(ConcernState(one.state) for one in waiting)),
        danger=sum(one.danger for one in waiting),
        late=sum(one.due_at < at for one in waiting if one.due_at) + sum(row.due.late for row in asked),
        total=len(ordered),
        page_size=size,
    )


class _Waits(NamedTuple):
    """A concern on the board before it is read: its state, whether danger waits, its most pressing duty."""

    id: UUID
    state: str
    danger: bool
    duty: UUID | None
    due_at: datetime | None


_ROWS = """
    SELECT c.id, c.reference, c.raised_at, c.immediate_danger, c.state, p.name, c.raised_post, c.anonymous,
           c.referrer_name, c.referrer_relation, t.name,
           ARRAY(SELECT n.name FROM concerns_partname n WHERE n.concern_id = c.id ORDER BY n.place_in_list),
           ARRAY(SELECT n.folder_id FROM concerns_partname n WHERE n.concern_id = c.id ORDER BY n.place_in_list)
    FROM concerns_concern c
    LEFT JOIN agencies_practitioner p ON p.id = c.raised_by_id
    LEFT JOIN agencies_practitioner t ON t.id = c.taken_by_id
    WHERE c.id = ANY (%s)
"""


def _board_rows(waiting: Sequence[_Waits]) -> list[BoardRow]:
    """Their rows in their order. Four queries."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [[one.id for one in waiting]])
        found = {row[0]: row for row in cursor.fetchall()}
    duties = views_of(one.duty for one in waiting if one.duty)
    leads = leads_of(folder for row in found.values() for folder in row[12])
    names = names_of_folders(set(leads.values()))
    rows = []
    for one in waiting:
        if one.id not in found:
            continue
        _id, reference, raised_at, danger, state, raiser, *referrer, taken_by, children, folders = found[
            one.id
        ]
        note_folders(folders)
        rows.append(
            BoardRow(
                id=one.id,
                reference=reference,
                raised_at=raised_at,
                raised_by=_referrer_words(raiser, *referrer),
                immediate_danger=danger,
                danger_waiting=one.danger,
                state=ConcernState(state),
                taken_by=taken_by or "",
                children=tuple(
                    # The referrer's word for the child, unless the record says what name they use.
                    names[lead].name if (lead := leads[folder]) in names and names[lead].full_name else said
                    for folder, said in zip(folders, children, strict=True)
                ),
                due=duties.get(one.duty) if one.duty else None,
                folder_ids=tuple(folders),
            )
        )
    return rows


def _asked_of(team_ids: Sequence[UUID]) -> list[AskedRow]:
    """What these teams are to decide without a concern, soonest first. Two queries."""
    rows = list(
        Duty.objects.filter(kind__in=links.on_board, team_id__in=list(team_ids), closed_at__isnull=True)
        .annotate(
            asked_by=Subquery(
                DutyEvent.objects.filter(duty=OuterRef("pk"), act="open").values("by__name")[:1]
            )
        )
        .select_related("owner", "team")
        .order_by("due_at", "id")[:200]
    )
    names = names_of_folders(d.folder_id for d in rows)
    at, pack = now(), pack_in_force()
    return [
        AskedRow(
            names[d.folder_id].name,
            links.on_board[d.kind],
            d.asked_by or "",
            d.opened_at,
            view_of(d, at, pack),
            d.folder_id,
        )
        for d in rows
        if d.folder_id in names
    ]


def referrer_words(concern: Concern) -> str:
    """Who raised it, in words for the front door."""
    return _referrer_words(
        concern.raised_by.name if concern.raised_by else None, concern.raised_post, concern.anonymous,
        concern.referrer_name, concern.referrer_relation,
    )  # fmt: skip


def _referrer_words(raiser: str | None, post: str, anonymous: bool, name: str, relation: str) -> str:
    if raiser is not None:
        return f"{raiser}, {post}"
    if anonymous:
        return "Somebody who did not give their name"
    return f"{name or 'A member of the public'}{f' ({relation})' if relation else ''}"


@dataclass(frozen=True)
class PartView:
    """One child's part, with what is known of the child and what was decided."""

    id: UUID
    folder_id: UUID
    lead_folder_id: UUID
    child_id: UUID
    name: str
    age: str
    part: ConcernPart
    matched: bool
    match_reasons: str
    screening: Screening | None


@dataclass(frozen=True)
class ConcernView:
    """A concern as the front door sees it."""

    concern: Concern
    referrer: str
    parts: list[PartView]
    additions: list[Addition]
    answers: list[Answer]
    duties: list[DutyView]
    indicators: list[str]
    people: list[str]
    history: list[Screening] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return any(a.kind == AnswerKind.ACKNOWLEDGED.value for a in self.answers)


def concern(concern_id: UUID) -> ConcernView:
    """One concern and all on it that the viewer may open. Raises NotFound where they may open none of it."""
    row = Concern.objects.select_related("raised_by", "taken_by", "team").filter(id=concern_id).first()
    if row is None:
        raise NotFound
    parts = list(
        ConcernPart.objects.filter(concern_id=concern_id).select_related("child").order_by("place_in_list")
    )
    if not parts or not _opens(parts):
        raise NotFound
    folders = [p.folder_id for p in parts]
    joined = {j.folder_id: j for j in Joining.objects.filter(folder_id__in=folders, undone_at__isnull=True)}
    screenings = list(
        Screening.objects.filter(concern_id=concern_id)
        .select_related("decision__maker", "decision__ruling__maker", "transfer")
        .order_by("decision__made_at")
    )
    latest = {s.part_id: s for s in screenings}
    additions: dict[tuple[Any, ...], Addition] = {}
    for addition in (
        Addition.objects.filter(concern_id=concern_id).select_related("added_by").order_by("added_at")
    ):
        additions.setdefault((addition.kind, addition.words, addition.added_at), addition)
    children = [p.child_id for p in parts]
    ties = list(
        Tie.objects.filter(folder_id=parts[0].folder_id)
        .exclude(other_id__in=children)
        .order_by("recorded_at", "id")
    )
    names = name_and_age([*children, *(tie.other_id for tie in ties)])
    pack = pack_in_force()
    duties = (
        Duty.objects.filter(
            Q(subject_id=concern_id) | Q(subject_id__in=[s.decision_id for s in screenings]),
            closed_at__isnull=True,
        )
        .select_related("owner", "team")
        .order_by("due_at")
    )
    at = now()
    seen: dict[tuple[Any, ...], DutyView] = {}
    for duty in duties:
        # One line for siblings that owe the same by the same instant.
        seen.setdefault((duty.kind, duty.due_at, duty.subject_id), view_of(duty, at, pack))
    return ConcernView(
        concern=row,
        referrer=referrer_words(row),
        parts=[
            PartView(
                id=p.id,
                folder_id=p.folder_id,
                lead_folder_id=joined[p.folder_id].into_id if p.folder_id in joined else p.folder_id,
                child_id=p.child_id,
                name=names[p.child_id].name,
                age=names[p.child_id].age,
                part=p,
                matched=p.folder_id in joined,
                match_reasons=joined[p.folder_id].reasons if p.folder_id in joined else "",
                screening=latest.get(p.id),
            )
            for p in parts
        ],
        additions=list(additions.values()),
        answers=list(
            Answer.objects.filter(concern_id=concern_id).select_related("sent_by").order_by("sent_at")
        ),
        duties=list(seen.values()),
        indicators=indicator_words(parts[0]),
        people=[_tied(names[tie.other_id].name, tie) for tie in ties if tie.other_id in names],
        history=screenings,
    )


def _tied(name: str, tie: Tie) -> str:
    """'Ana Ferreira, mother, lives with the child'."""
    said = [name, tie.words or Kinship(tie.kinship).label.lower()]
    lives = {Known.YES.value: "lives with the child", Known.NO.value: "lives elsewhere"}
    return ", ".join([*said, *filter(None, [lives.get(tie.lives_with_child, "")])])


def is_mine_since(concern_id: UUID, version: int | None) -> bool:
    """Whether all that was done about a concern since it stood at `version` is one decision of the viewer's own: the
    same form, sent again."""
    row = Concern.objects.filter(id=concern_id, state=ConcernState.DECIDED.value).first()
    if row is None or version is None or row.version != version + 1:
        return False
    latest = Screening.objects.filter(concern_id=concern_id).order_by("-decision__made_at").first()
    return latest is not None and latest.decision.maker_id == current().practitioner_id


def _opens(parts: Sequence[ConcernPart]) -> bool:
    """Whether the viewer opens these folders, and is not only the referrer reading their own words."""
    return bool(opened_of([p.folder_id for p in parts]))


def indicator_words(part: ConcernPart) -> list[str]:
    """The indicators that were ticked, as the pack of that day words them."""
    day = part.written_at.astimezone(LONDON).date()
    found = []
    for category in pack_named(part.pack).indicators(day):
        for item in category.item:
            if f"{category.id}.{item.id}" in part.indicators:
                found.append(f"{category.title}: {item.text}")
    return found


@dataclass(frozen=True)
class OwnConcern:
    """A concern as whoever raised it sees it: what they sent, how it stands in words, what they were told."""

    id: UUID
    reference: str
    raised_at: datetime
    immediate_danger: bool
    version: int
    state: ConcernState
    stands: str
    names: list[str]
    parts: list[ConcernPart]
    additions: list[Addition]
    answers: list[Answer]
    can_take_back: bool


STANDS = {
    ConcernState.WAITING: "It has arrived. Nobody has taken it up yet.",
    ConcernState.BEING_SCREENED: "Somebody at the front door is dealing with it.",
    ConcernState.DECIDED: "A decision has been made. You will be told what you may know of it.",
    ConcernState.ANSWERED: "A decision has been made, and you have been told what you may know of it.",
    ConcernState.TAKEN_BACK: "You took it back. The front door still reads what you sent.",
}


def is_about(concern_id: UUID, folder_ids: Collection[UUID]) -> bool:
    """Whether a concern that the viewer may read is about a child of these folders."""
    return ConcernPart.objects.filter(concern_id=concern_id, folder_id__in=folder_ids).exists()


def own_concern(concern_id: UUID | None = None) -> OwnConcern:
    """The viewer's own concern; for the public, the one of their reference and secret. Raises NotFound."""
    row = Concern.objects.filter(_own(), *([Q(id=concern_id)] if concern_id else [])).first()
    if row is None:
        raise NotFound
    names = list(
        PartName.objects.filter(concern=row).order_by("place_in_list").values_list("name", flat=True)
    )
    additions: dict[tuple[Any, ...], Addition] = {}
    for addition in Addition.objects.filter(concern=row, added_by=row.raised_by_id).order_by("added_at"):
        additions.setdefault((addition.kind, addition.words), addition)
    state = ConcernState(row.state)
    return OwnConcern(
        id=row.id,
        reference=row.reference,
        raised_at=row.raised_at,
        immediate_danger=row.immediate_danger,
        version=row.version,
        state=state,
        stands=STANDS[state],
        names=names,
        parts=list(ConcernPart.objects.filter(concern=row).order_by("place_in_list")),
        additions=list(additions.values()),
        answers=list(Answer.objects.filter(concern=row).order_by("sent_at")),
        can_take_back=state in (ConcernState.WAITING, ConcernState.BEING_SCREENED),
    )


def _own() -> Q:
    viewer = current()
    if viewer.practitioner_id is not None:
        return Q(raised_by_id=viewer.practitioner_id)
    return Q(reference=viewer.reference, secret_digest=viewer.secret_digest) & ~Q(secret_digest="")


def sent_already(draft_id: UUID) -> bool:
    """Whether the viewer has sent the concern that was written under this key."""
    return Concern.objects.filter(_own(), id=draft_id).exists()


@dataclass(frozen=True)
class OwnLine:
    """A concern in the list of those that the viewer raised: the children's names, and how it stands."""

    concern: Concern
    names: str
    stands: str
    folder_ids: tuple[UUID, ...]


def own_concerns(limit: int = 50) -> list[OwnLine]:
    """The concerns that the viewer raised, latest first."""
    rows = list(Concern.objects.filter(_own()).order_by("-raised_at")[:limit])
    named: dict[UUID, list[PartName]] = {}
    for name in PartName.objects.filter(concern__in=rows).order_by("place_in_list"):
        named.setdefault(name.concern_id, []).append(name)
    return [
        OwnLine(
            concern=c,
            names=listed([n.name for n in named.get(c.id, ())]),
            stands=STANDS[ConcernState(c.state)],
            folder_ids=tuple(n.folder_id for n in named.get(c.id, ())),
        )
        for c in rows
    ]


def drafts() -> list[Draft]:
    """The viewer's own drafts, the latest first."""
    return list(Draft.objects.select_related("concern").order_by("-saved_at")[:50])


def latest_drafts(most: int) -> tuple[list[Draft], int]:
    """So many of the latest of them, and how many there are in all."""
    return latest(Draft.objects.select_related("concern"), most)


def draft(draft_id: UUID) -> Draft:
    """One draft of the viewer's own. Raises NotFound."""
    row = Draft.objects.select_related("concern").filter(id=draft_id).first()
    if row is None:
        raise NotFound
    return row


def screening_draft(concern_id: UUID) -> Draft | None:
    """What the viewer has typed so far on deciding this concern."""
    return Draft.objects.filter(kind="screening", concern_id=concern_id).order_by("-saved_at").first()


LATEST = 20


def on_child(folder_ids: Iterable[UUID], limit: int = LATEST) -> list[ConcernPart]:
    """The concerns raised about a child, latest first, with what was decided."""
    if limit == LATEST:
        (latest,) = _latest_on_child(list(folder_ids))
        return list(latest)
    return list(_on_child(list(folder_ids))[:limit])


@prepared
def _latest_on_child(folder_ids: Sequence[UUID]) -> Wanted:
    return (_on_child(folder_ids)[:LATEST],)


def _on_child(folder_ids: Sequence[UUID]) -> QuerySet[ConcernPart]:
    return (
        ConcernPart.objects.filter(folder_id__in=folder_ids)
        .select_related("concern__raised_by")
        .prefetch_related(Prefetch("screenings", Screening.objects.select_related("decision__maker")))
        .order_by("-written_at")
    )


#: Decisions after which what is under way already goes on.
_LEADS_NOWHERE = frozenset({"already_open", "no_further_action"})


def standing(parts: Sequence[ConcernPart], moved_at: datetime | None = None) -> list[Line]:
    """What the concerns of a child (as `on_child` reads them) say stands: the worries of those not decided yet
    and of the latest decision, what it found to be working well, and what it says happens next.

    `moved_at`: the last step on the child's way, where there was one. What a decision before it said happens next has
    happened by then, and stands no longer.
    """
    lines = []
    for part in parts:
        if part.concern.state in (ConcernState.WAITING.value, ConcernState.BEING_SCREENED.value):
            story = reverse("chronology:child", args=[part.folder_id])
            lines.append(
                Line(Column.WORRY, _shortened(part.what_happened), part.written_at, f"{story}#m-{part.id}")
            )
    latest = max(
        (s for p in parts for s in p.screenings.all()), key=lambda s: s.decision.made_at, default=None
    )
    if latest is None:
        return lines
    at = latest.decision.made_at
    overtaken = moved_at is not None and (moved_at >= at or latest.outcome_id in _LEADS_NOWHERE)
    href = f"{reverse('web:decisions', args=[latest.folder_id])}#decision-{latest.decision_id}"
    for column, text in (
        (Column.WORRY, latest.descriptors_words),
        (Column.WELL, latest.working_well),
        (Column.NEED, "" if overtaken else latest.decision.outcome),
    ):
        lines += [Line(column, words.strip(), at, href) for words in text.splitlines() if words.strip()]
    return lines


def _shortened(text: str, longest: int = 220) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]}…"


@dataclass(frozen=True)
class Unallocated:
    """A child to whom something is owed that nobody has been named for: the first of it, and how much."""

    folder_id: UUID
    child: NameAndAge
    first: DutyView
    count: int


@dataclass(frozen=True)
class ToAllocate:
    """The children to be allocated, the most urgent first, each with the duties that wait for somebody; `cut` where
    the teams owe more than was looked through."""

    duties: Mapping[UUID, Sequence[UUID]]
    cut: bool

    def rows(self, folder_ids: Sequence[UUID]) -> list[Unallocated]:
        """These of them as a page shows them, those that the viewer may see. A fixed number of queries."""
        views = views_of(self.duties[one][0] for one in folder_ids)
        names = names_of_folders(folder_ids)
        return [
            Unallocated(one, names[one], views[first], len(self.duties[one]))
            for one in folder_ids
            if one in names and (first := self.duties[one][0]) in views
        ]


#: So many of the soonest duties of teams are looked through for those that nobody has been named for.
LOOKED_THROUGH = 2000


def unallocated(team_ids: Sequence[UUID]) -> ToAllocate:
    """The children whom these teams have taken on, or the front door has decided on, and nobody works with yet. A fixed
    number of queries."""
    pack, day = pack_in_force(), now().astimezone(LONDON).date()
    if not team_ids:
        return ToAllocate({}, False)
    due = owed(team_ids=team_ids, most=LOOKED_THROUGH)
    outlines = [
        outline
        for outline in due.outlines
        if outline.owner_id is None
        and rules.goes_with_the_child(
            pack.duty_kind(outline.kind, day, or_earliest=True).owner_role, outline.path
        )
    ]
    leads = leads_of({o.folder_id for o in outlines})
    duties: dict[UUID, list[UUID]] = {}
    for outline in outlines:
        duties.setdefault(leads[outline.folder_id], []).append(outline.id)
    return ToAllocate(duties, due.cut)


def family_of(folder_id: UUID) -> list[tuple[UUID, NameAndAge]]:
    """The child's brothers and sisters whose records the viewer may open."""
    others = {other for _one, other in brothers_and_sisters([folder_id])}
    leads = leads_of(others)
    names = names_of_folders(set(leads.values()) - {folder_id})
    return sorted(names.items(), key=lambda one: one[1].name)


#: Who raised a concern without an account.
_PUBLIC = "A member of the public"


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    parts = ConcernPart.objects.filter(folder_id__in=folder_ids).select_related("concern__raised_by")
    added = Addition.objects.filter(folder_id__in=folder_ids).select_related("concern", "added_by")
    possible = PossibleConcern.objects.filter(folder_id__in=folder_ids)
    return parts, added.annotate(agency_then=agency_on("added_by", "added_at")), possible


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """Concerns and what was added to them, for the timeline of a child.

    Who raised one without an account is not named here.
    """
    acting = acting_now()
    opens = acting is not None and acting.may(Permission.SEE_BOARD)
    parts, added, possible = asked = _moments(folder_ids)
    yield asked
    found = [
        Moment(
            id=part.id,
            folder_id=part.folder_id,
            happened_at=part.concern.raised_at,
            known_at=max(part.written_at, part.concern.raised_at),
            kind="Concern raised",
            text="\n\n".join(words for words in (part.what_happened, part.about_child) if words),
            author=part.concern.raised_by.name if part.concern.raised_by else _PUBLIC,
            agency=part.concern.raised_post.rpartition(", ")[2],
            href=address("concerns:concern", part.concern_id) if opens else "",
            significant=True,
            tags=("Danger now",) if part.concern.immediate_danger else (),
        )
        for part in parts
    ]
    return (
        found
        + [
            Moment(
                id=addition.id,
                folder_id=addition.folder_id,
                happened_at=addition.added_at,
                known_at=addition.added_at,
                kind="Added to a concern",
                text=addition.words,
                author=addition.added_by.name if addition.added_by else _PUBLIC,
                agency=addition.agency_then or "",
                href=address("concerns:concern", addition.concern_id) if opens else "",
            )
            for addition in added
        ]
        + [_behind_seal(each) for each in possible]
    )


def _behind_seal(possible: PossibleConcern) -> Moment:
    said = [
        f"{possible.child_given}: concern {possible.reference}. The front door does not know of this record. If it is "
        "this child, tell the duty manager there what they need to know to keep the child safe.",
        possible.what_happened,
        possible.about_child,
        f"The child said: {possible.child_said}" if possible.child_said else "",
    ]
    return Moment(
        id=possible.id,
        folder_id=possible.folder_id,
        happened_at=possible.raised_at,
        known_at=possible.written_at,
        kind="A concern that may be about this child",
        text="\n\n".join(words for words in said if words),
        author=possible.raised_by,
        agency=possible.raised_post.rpartition(", ")[2],
        significant=True,
        tags=("Danger now",) if possible.immediate_danger else (),
    )
