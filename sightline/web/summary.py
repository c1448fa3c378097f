"""A child on one page, for a stranger on duty: drawn from the record as it stands now, each line with its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from sightline.children import genogram
from sightline.children.queries import (
    ChildView,
    as_viewer_may_read,
    child_page,
    completeness,
    without_addresses,
)
from sightline.children.rules import full_day
from sightline.children.terms import Known
from sightline.chronology.paper import when, writer
from sightline.chronology.queries import Shown, as_it_stands, timeline
from sightline.chronology.rules import Asked
from sightline.concerns.queries import on_child, referrer_words
from sightline.concerns.queries import standing as standing_of_concerns
from sightline.concerns.terms import ConcernState
from sightline.enquiries.queries.standing import moved_last
from sightline.govuk.words import listed, plural
from sightline.kernel.time import now
from sightline.kernel.together import answer, both
from sightline.plans.queries import Away, Counted, PlanMark, away, plan_mark, tally
from sightline.print.pdf import picture
from sightline.procedures.queries import DutyView, on_folders
from sightline.procedures.terms import DutyStatus
from sightline.records import standing
from sightline.records.queries import last_seen
from sightline.voice.queries import last_said

MOST = 5


@dataclass(frozen=True)
class Line:
    """One thing to know: what, where it comes from in words, and the page on which that stands."""

    text: str
    source: str = ""
    href: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[Line]
    nothing: str = ""
    """What an empty section means; without it an empty section is left out."""
    longer: bool = False
    """Where paper is short: keeps twice as many lines as the others."""


@dataclass(frozen=True)
class Summary:
    """The whole page. `safety` is read first; `gaps` is what nobody has told yet."""

    folder_id: UUID
    name: str
    heading: str
    number: str
    at: datetime
    view: ChildView
    safety: Section
    sections: list[Section] = field(default_factory=list)
    gaps: list[Line] = field(default_factory=list)


def summary_of(
    folder_ids: Sequence[UUID], view: ChildView | None = None, *, leaves_the_system: bool = False
) -> Summary:
    """The summary of a child whose folders the viewer may open. A fixed number of queries.

    Where it `leaves_the_system` a confidential address is not in it, in no words: nobody could tell who reads it.
    """
    view = view or child_page(folder_ids)
    lead = view.folder_ids[0]
    people = reverse("children:people", args=[lead])
    duties = on_folders(folder_ids)
    parts = on_child(folder_ids)
    (others, moved_at), ((often, missing), plan) = answer(
        both(
            both(standing.told(folder_ids), moved_last(folder_ids)),
            both(both(tally(folder_ids), away(folder_ids)), plan_mark(folder_ids)),
        )
    )
    lines = [*standing_of_concerns(parts, moved_at), *others]
    columns = {
        column: [
            Line(line.text, f"Since {when(line.since)}", line.href)
            for line in standing.in_column(lines, column)
        ]
        for column in standing.Column
    }
    said, heard, kept_from = _said(lead, folder_ids, view, parts)
    facts = view.masthead
    summary = Summary(
        folder_id=lead,
        name=view.child.name,
        heading=" · ".join(
            words
            for words in (
                f"Full name {facts['full_name']}" if facts["full_name"] else "",
                facts["pronouns"],
                facts["age"],
                f"born {full_day(facts['born_on'])}"
                if facts["born_on"] and not facts["born_estimated"]
                else "",
            )
            if words
        ),
        number=view.number,
        at=now(),
        view=view,
        safety=Section(
            "Know this first",
            [*_missing(lead, missing), *_safety(lead, view, duties, parts), *kept_from],
            "Nothing in the record asks for caution. That nothing is written does not mean that nothing is so.",
        ),
        sections=[
            # As somebody needs it who has never heard of the child: what, where, who, how; then how it came about.
            Section(
                "What we are worried about",
                [*_often(lead, often), *columns[standing.Column.WORRY]],
                "Nothing recorded.",
            ),
            Section(
                "Where they are", _where(view, people, leaves_the_system), "Where they live is not recorded."
            ),
            Section("Who to ring", _whom(view, people), "Nobody is recorded.", longer=True),
            Section("Talking with them", _talking(view, people)),
            Section("What they say", said),
            Section("Seen", _seen(folder_ids), "Nobody has recorded seeing them."),
            Section("What happened lately", _lately(lead, folder_ids), "Nothing significant is recorded."),
            Section("What needs to happen", columns[standing.Column.NEED], "Nothing agreed yet."),
            Section("The plan, and what came of it so far", _planned(lead, plan)),
            Section("What is working well", columns[standing.Column.WELL], "Nothing recorded."),
            Section("Due", _due(duties), "Nothing is due."),
        ],
        gaps=_gaps(view, people, heard),
    )
    fit = without_addresses if leaves_the_system else as_viewer_may_read
    safety, sections, gaps = fit(folder_ids, (summary.safety, summary.sections, summary.gaps))
    return replace(summary, safety=safety, sections=sections, gaps=gaps)


def _by(row: Any) -> str:
    """'Recorded 4 May 2026 by Dana Okafor'."""
    return f"Recorded {when(row.recorded_at)}" + (f" by {row.recorded_by}" if row.recorded_by else "")


def _missing(lead: UUID, missing: Sequence[Away]) -> list[Line]:
    """That the child is missing now stands before everything else."""
    page = reverse("plans:incidents", args=[lead])
    return [Line(each.words, f"Incidents, as told by {each.told_by}", page, urgent=True) for each in missing]


def _safety(lead: UUID, view: ChildView, duties: Sequence[DutyView], parts: Sequence[Any]) -> list[Line]:
    """Danger, orders and plans, an address to keep quiet about, what is critically late."""
    people = reverse("children:people", args=[lead])
    found = [
        Line(
            "A concern that says the child is in danger now has not been decided",
            f"Raised {when(part.concern.raised_at)}",
            reverse("chronology:child", args=[lead]),
            urgent=True,
        )
        for part in parts
        if part.concern.immediate_danger
        and part.concern.state in (ConcernState.WAITING.value, ConcernState.BEING_SCREENED.value)
    ]
    if view.child.address_confidential:
        found.append(Line("The address is confidential: tell it to nobody", "Address", people, urgent=True))
    found += [
        Line(
            f"{status.words}, since {full_day(status.held_from)}",
            _by(status),
            reverse("children:people", args=[lead]),
        )
        for status in view.statuses
    ]
    late = [duty for duty in duties if duty.status is DutyStatus.CRITICAL]
    if late:
        # One line, however much is late: what is owed must not hide what is dangerous. Each stands under Due.
        said = listed(list(dict.fromkeys(duty.title[:1].lower() + duty.title[1:] for duty in late)))
        found.append(
            Line(
                f"{plural(len(late), 'thing')} critically late: {said}",
                f"The first was due {when(min(duty.due_at for duty in late))}",
                reverse("web:duty", args=[late[0].id]),
                urgent=True,
            )
        )
    return found


def _often(lead: UUID, counted: Sequence[Counted]) -> list[Line]:
    """How often the child was missing, in domestic abuse, or in violence outside the home; urgent while a decision on
    what it means is due."""
    page = reverse("plans:incidents", args=[lead])
    return [
        Line(
            f"{each.kind.label}: {plural(each.found, 'time')} in the last {each.days} days"
            + (", and a decision is due" if each.due else ""),
            "Incidents",
            page,
            urgent=each.due,
        )
        for each in counted
    ]


def _talking(view: ChildView, people: str) -> list[Line]:
    facts = view.masthead
    labelled = (
        ("Languages", facts["languages"]),
        ("How they communicate", facts["communication"]),
        ("Interpreter", facts["interpreter"]),
    )
    return [Line(f"{name}: {words}", "People", people) for name, words in labelled if words]


def _said(
    lead: UUID, folder_ids: Sequence[UUID], view: ChildView, parts: Sequence[Any]
) -> tuple[list[Line], bool, list[Line]]:
    """What the child last said, whether anybody heard it, and whom they asked not to be told."""
    said = last_said(folder_ids)
    page = reverse("voice:child", args=[lead])
    if said is not None:
        words = f"“{said.words}”" if said.quoted else said.words
        line = Line(words, f"{said.heard}, {when(said.heard_at)}, heard by {said.heard_by}", page)
        kept_from = [
            Line(f"{view.child.called} asked that somebody is not told: {each}", "Voice", page, urgent=True)
            for each in said.keep_from
        ]
        return [line], True, kept_from
    told = next((part for part in parts if part.child_said), None)
    if told is None:
        return [], False, []
    source = f"As told by {referrer_words(told.concern)}, {when(told.written_at)}"
    return [Line(f"“{told.child_said}”", source, page)], True, []


def _where(view: ChildView, people: str, leaves_the_system: bool) -> list[Line]:
    facts, home = view.masthead, view.child.lives
    found = []
    if leaves_the_system and view.child.address_confidential:
        home = None
        found.append(Line("At a confidential address: ask the responsible manager", "People", people))
    if home is not None:
        place = ", ".join(part for part in (home.lives_at.label, facts["address"]) if part)
        found.append(Line(f"{place}, since {full_day(home.held_from)}", _by(home), people))
    if facts["lives_with"]:
        found.append(Line(f"Lives with {facts['lives_with']}", "People", people))
    found += [
        Line(f"{p.kind.label}: {p.name}" + (f", {p.telephone}" if p.telephone else ""), _by(p), people)
        for p in view.providers
    ]
    return found


def _planned(lead: UUID, plan: PlanMark | None) -> list[Line]:
    """The plan that the child has, since when, and how far the last review found each planned outcome reached."""
    if plan is None:
        return []
    page = reverse("plans:plan", args=[lead, plan.plan_id])
    found = [Line(f"{plan.kind.label} since {full_day(plan.began_on)}, {plan.state.value}", "Plan", page)]
    for words, achieved, by in plan.outcomes:
        how = achieved.label.lower() if achieved else "not reviewed yet"
        found.append(Line(f"{words.rstrip('.')}: {how}, by {full_day(by)}", "Plan", page))
    return found


def _seen(folder_ids: Sequence[UUID]) -> list[Line]:
    seen = last_seen(folder_ids)
    if seen is None:
        return []
    alone = {True: ", alone", False: ", not alone", None: ""}[seen.alone]
    return [
        Line(
            f"Last seen {when(seen.at)}{alone}",
            ", ".join(part for part in (seen.by, seen.by_post) if part),
            seen.href,
        )
    ]


def _whom(view: ChildView, people: str) -> list[Line]:
    """Who answers for the record, who leads, who holds parental responsibility, who else works with them, who else is
    near them: everybody, since paper that is short of room says how many it leaves out."""
    found = []
    if view.responsible_manager:
        found.append(
            Line(f"Responsible manager: {view.responsible_manager}, {view.agency}", "Record", people)
        )
    leads: list[Line] = []
    works: list[Line] = []
    holding: list[Line] = []
    others: list[Line] = []
    for work in view.involvements:
        who = f"{work.practitioner or 'Not yet named'}, {work.role}, {work.agency}"
        phone = work.telephone or work.agency_telephone or "no telephone number recorded"
        line = Line(f"{'Lead professional: ' if work.lead else ''}{who}: {phone}", _by(work), people)
        (leads if work.lead else works).append(line)
    for tie in view.ties_once:
        if tie.is_child:
            continue
        phone = tie.person.birth.telephone or "no telephone number recorded"
        line = Line(f"{tie.name}, {tie.said_as}: {phone}", _by(tie), people)
        (holding if tie.parental_responsibility is Known.YES else others).append(line)
    return [*found, *leads, *holding, *works, *others]


def _due(duties: Sequence[DutyView]) -> list[Line]:
    """The late first and all of them, then the next few; the page of each says which rule it comes from."""
    late = [duty for duty in duties if duty.status is DutyStatus.CRITICAL]
    rest = [duty for duty in duties if duty.status is not DutyStatus.CRITICAL]
    return [
        Line(
            f"{duty.title}: {duty.left}",
            f"Due {when(duty.due_at)}" + (f", {duty.owner or duty.team}" if duty.owner or duty.team else ""),
            reverse("web:duty", args=[duty.id]),
            urgent=duty.status is DutyStatus.CRITICAL,
        )
        for duty in [*late, *rest[:MOST]]
    ]


def _lately(lead: UUID, folder_ids: Sequence[UUID]) -> list[Line]:
    # An entry and its corrections are one line, in which the text stands that holds now: hence more than are shown.
    shown = as_it_stands(timeline(folder_ids, Asked(significant=True), size=3 * MOST).shown)
    shown.sort(key=lambda each: each.moment.happened_at, reverse=True)
    return [
        Line(
            f"{when(each.moment.happened_at)}: {_called(each)}. {_short(each.moment.text)}",
            ", ".join(part for part in (writer(each), each.moment.agency) if part) or "Chronology",
            each.moment.href or f"{reverse('chronology:child', args=[lead])}#m-{each.moment.id}",
        )
        for each in shown[:MOST]
    ]


def _called(each: Shown) -> str:
    """'Visit (corrected; not yet confirmed by Ines Farrow, Health visitor)': before the text, of which a crowded paper
    keeps only the beginning."""
    notes = ["corrected"] if each.puts_right else []
    notes += [
        note[:1].lower() + note[1:] if note.startswith("Not yet") else note for note in each.unconfirmed
    ]
    return (each.puts_right or each.moment.kind) + (f" ({'; '.join(notes)})" if notes else "")


def _short(text: str, longest: int = 180) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else words[:longest].rsplit(" ", 1)[0] + " …"


def _gaps(view: ChildView, people: str, heard: bool) -> list[Line]:
    """What the record does not say: a stranger must not read silence as safety."""
    found = []
    if not heard:
        voice = reverse("voice:child", args=[view.folder_ids[0]])
        found.append(Line("Nobody has written down what they say", "Voice", voice))
    if not view.responsible_parents:
        found.append(Line("Who holds parental responsibility is not recorded", "People", people))
    lacking = [lack.requirement.label.lower() for lack in completeness(view)]
    if lacking:
        found.append(Line(f"The record lacks: {listed(lacking)}", "People", people))
    if view.changes_of_worker:
        found.append(
            Line(
                f"{plural(view.changes_of_worker, 'change')} of lead professional in twelve months",
                "People",
                people,
            )
        )
    return found


def as_paper(summary: Summary, until: date | None = None) -> dict[str, Any]:
    """The summary as its template of print takes it."""
    drawn = genogram.picture(summary.view)

    def lines(given: Sequence[Line]) -> list[dict[str, Any]]:
        return [{"text": line.text, "source": line.source, "urgent": line.urgent} for line in given]

    return {
        "name": summary.name,
        "heading": summary.heading,
        "number": summary.number,
        "drawn": f"Drawn from the record on {when(summary.at)}."
        + (f" Destroy this after {full_day(until)}: by then it is out of date." if until else ""),
        "safety": {
            "title": summary.safety.title,
            "lines": lines(summary.safety.lines),
            "nothing": summary.safety.nothing,
        },
        "sections": [
            {
                "title": section.title,
                "lines": lines(section.lines),
                "nothing": section.nothing,
                "longer": section.longer,
            }
            for section in summary.sections
            if section.lines or section.nothing
        ],
        "gaps": lines(summary.gaps),
        "genogram": picture(drawn.encode(), " ".join(genogram.words(summary.view))) if drawn else None,
    }
