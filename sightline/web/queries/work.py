"""The work list: what is due, on which children, in the order that somebody chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sightline.access.queries import leads_of
from sightline.children.queries import NameAndAge, brothers_and_sisters, names_of_folders
from sightline.govuk.words import listed
from sightline.kernel.time import now
from sightline.procedures.queries import DutyView, Outline, owed, status_at, views_of, waiting_in
from sightline.procedures.terms import DutyStatus

#: Rows on a page.
SIZE = 25
#: So many of the duties that wait for somebody stand on My work, and so far they are counted.
WAITING, COUNTED = 5, 20


@dataclass(frozen=True)
class WorkRow:
    """One line of a work list: brothers and sisters who owe the same by the same time stand together."""

    duties: tuple[DutyView, ...]
    children: tuple[tuple[UUID, NameAndAge], ...]

    @property
    def duty(self) -> DutyView:
        return self.duties[0]

    @property
    def to_answer(self) -> list[tuple[UUID, str]]:
        """The duties that somebody must answer for, with the child's name where there are several."""
        several = len(self.duties) > 1
        return [
            (duty.id, name.called if several else "")
            for duty, name in zip(self.duties, self._named(), strict=True)
            if duty.needs_answer
        ]

    def _named(self) -> list[NameAndAge]:
        names = [name for _lead, name in self.children]
        return names if len(names) == len(self.duties) else [NameAndAge()] * len(self.duties)


@dataclass(frozen=True)
class WorkGroup:
    """Lines under one heading. `kind` is the colour of the bar; `page` where the first of its lines stands."""

    title: str
    kind: str
    rows: list[WorkRow]
    count: int
    page: int


@dataclass(frozen=True)
class Work:
    """One page of a work list. `counts` and `total` count duties, `pages` pages of lines; only the
    `listed` soonest are put in order where it is `cut`."""

    groups: list[WorkGroup]
    counts: dict[DutyStatus, int]
    children: int
    page: int
    pages: int
    cut: bool
    listed: int
    #: The soonest duties of one's teams that nobody owns, and how many there are, up to `COUNTED`.
    waiting: list[WorkRow] = field(default_factory=list)
    waiting_count: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting_words(self) -> str:
        return f"more than {COUNTED}" if self.waiting_count > COUNTED else str(self.waiting_count)

    @property
    def shown(self) -> set[UUID]:
        """The records of the children on this page."""
        rows = [*(row for group in self.groups for row in group.rows), *self.waiting]
        return {lead for row in rows for lead, _name in row.children}


KINDS = {
    DutyStatus.CRITICAL: "critical",
    DutyStatus.OVERDUE: "overdue",
    DutyStatus.DUE_SOON: "soon",
    DutyStatus.NOT_DUE: "calm",
}
ORDER = list(DutyStatus)
WAYS = (("due", "when due"), ("child", "child"), ("family", "family"), ("kind", "kind"), ("owner", "worker"))


@dataclass(frozen=True)
class _Line:
    """A row before its duties and names are read in full."""

    outlines: tuple[Outline, ...]
    leads: tuple[UUID, ...]
    family: UUID
    status: DutyStatus

    @property
    def urgency(self) -> tuple[int, datetime, UUID]:
        first = self.outlines[0]
        return ORDER.index(self.status), first.due_at, first.id


def work(
    *,
    practitioner_id: UUID | None = None,
    team_ids: Sequence[UUID] = (),
    unowned_in: Sequence[UUID] = (),
    by: str = "due",
    page: int = 1,
) -> Work:
    """One page of a work list in groups. A fixed number of queries, whatever the number of rows.

    `unowned_in` are the teams for whose duties without an owner the viewer is to find somebody.
    """
    due = owed(practitioner_id=practitioner_id, team_ids=team_ids)
    unowned = waiting_in(unowned_in, COUNTED + 1) if unowned_in else []
    outlines, counts, first = due.outlines, due.counts, unowned[:WAITING]
    all_leads = leads_of({o.folder_id for o in (*outlines, *first)})
    leads = {o.folder_id: all_leads[o.folder_id] for o in outlines}
    families = _families(leads)
    lines = _lines(outlines, leads, families, apart=by == "child")
    groups = _grouped(lines, by)
    ordered = [(n, line) for n, (_key, members) in enumerate(groups) for line in members]
    pages = max(-(-len(ordered) // SIZE), 1)
    page = min(page, pages)
    shown = ordered[(page - 1) * SIZE : page * SIZE]
    views = views_of(o.id for o in (*(o for _n, line in shown for o in line.outlines), *first))
    names = names_of_folders(
        {lead for _n, line in shown for lead in line.leads} | {all_leads[o.folder_id] for o in first}
    )
    return Work(
        groups=_titled(groups, ordered, shown, by, views, names, counts),
        counts=counts,
        children=len(set(leads.values())),
        page=page,
        pages=pages,
        cut=due.cut,
        listed=len(outlines),
        waiting=[
            WorkRow((views[o.id],), ((lead, names[lead]),))
            for o in first
            if o.id in views and (lead := all_leads[o.folder_id]) in names
        ],
        waiting_count=len(unowned),
    )


def _families(leads: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """One folder that stands for the family of each lead folder: brothers and sisters share it."""
    pairs = brothers_and_sisters({*leads, *leads.values()})
    others = leads_of({other for _one, other in pairs})
    head: dict[UUID, UUID] = {}

    def top(folder: UUID) -> UUID:
        while head.get(folder, folder) != folder:
            folder = head[folder]
        return folder

    for one, other in pairs:
        ends = sorted((top(leads.get(one, one)), top(others[other])))
        head[ends[1]] = ends[0]
    return {lead: top(lead) for lead in leads.values()}


def _lines(
    outlines: Iterable[Outline], leads: Mapping[UUID, UUID], families: Mapping[UUID, UUID], *, apart: bool
) -> list[_Line]:
    """Duties of brothers and sisters that are the same but for the child, together; `apart` keeps each child's."""
    at = now()
    together: dict[tuple[object, ...], list[Outline]] = {}
    for o in outlines:
        lead = leads[o.folder_id]
        whose = lead if apart else families[lead]
        minute = o.due_at.replace(second=0, microsecond=0)
        key = (whose, o.kind, o.title, minute, o.owner_id, o.team_id, o.state, status_at(o, at))
        together.setdefault(key, []).append(o)
    return [
        _Line(
            outlines=tuple(members),
            leads=tuple(dict.fromkeys(leads[o.folder_id] for o in members)),
            family=families[leads[members[0].folder_id]],
            status=status_at(members[0], at),
        )
        for members in together.values()
    ]


def _grouped(lines: list[_Line], by: str) -> list[tuple[object, list[_Line]]]:
    """Lines by the key of their group, in the order of the page: the most urgent first, kinds and workers by name."""
    keys: dict[str, Callable[[_Line], object]] = {
        "due": lambda line: line.status,
        "child": lambda line: line.leads[0],
        "family": lambda line: line.family,
        "kind": lambda line: line.outlines[0].title,
        "owner": lambda line: line.outlines[0].owner,
    }
    found: dict[object, list[_Line]] = {}
    for line in sorted(lines, key=lambda line: line.urgency):
        found.setdefault(keys[by](line), []).append(line)
    groups = list(found.items())
    return sorted(groups, key=lambda group: str(group[0])) if by in ("kind", "owner") else groups


def _titled(
    groups: list[tuple[object, list[_Line]]],
    ordered: list[tuple[int, _Line]],
    shown: list[tuple[int, _Line]],
    by: str,
    views: Mapping[UUID, DutyView],
    names: Mapping[UUID, NameAndAge],
    counts: Mapping[DutyStatus, int],
) -> list[WorkGroup]:
    """The groups of this page; by when it is due, the others too, with the page on which they begin."""
    rows: dict[int, list[WorkRow]] = {}
    for n, line in shown:
        duties = tuple(views[o.id] for o in line.outlines if o.id in views)
        children = tuple((lead, names[lead]) for lead in line.leads if lead in names)
        if duties and children:
            rows.setdefault(n, []).append(WorkRow(duties, children))
    first: dict[int, int] = {}
    for place, (n, _line) in enumerate(ordered):
        first.setdefault(n, place // SIZE + 1)
    found = []
    for n, (key, members) in enumerate(groups):
        if n not in rows and by != "due":
            continue
        if isinstance(key, DutyStatus):
            title, count = key.value, counts[key]
        else:
            count = sum(len(line.outlines) for line in members)
            title = _title(by, key, [names[lead] for line in members for lead in line.leads if lead in names])
        kind = KINDS[min((line.status for line in members), key=ORDER.index)]
        found.append(WorkGroup(title, kind, rows.get(n, []), count, first[n]))
    return found


def _title(by: str, key: object, children: list[NameAndAge]) -> str:
    if by in ("child", "family"):
        return listed(dict.fromkeys(_said(child) for child in children)) or "A child"
    return str(key) or "Nobody yet"


def _said(child: NameAndAge) -> str:
    """A child in a heading: name and age, and what tells those without a name apart."""
    return ", ".join(words for words in (child.name, child.told_apart or child.age) if words)
