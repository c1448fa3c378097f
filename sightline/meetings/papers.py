"""What leaves a meeting on paper: the family's invitation, and each reader's copy of the minutes.

Both are put together first and then passed through `queries.withheld`, every text of them, so that no address gets out
by a place, a report, a passage of the minutes or a name of a town. What a reader may not be given is never put in: a
copy for the family holds only the children in whose life that reader is, and nobody from whom the reader is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sightline.children.models import Tie
from sightline.govuk.words import day as words_of_day
from sightline.govuk.words import in_a_row, moment, plural
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.schema import Letter
from sightline.procedures.schema import Span as Ahead
from sightline.procedures.terms import Unit

from . import queries
from .models import Report
from .naming import naming
from .queries import ChildPart, InvitedView, MeetingView
from .terms import Came, Format, InviteeKind

#: Where one sentence ends and the next begins: easy read gives each a line.
_SENTENCE = re.compile(r"(?<=[.?!]) +")

#: Who stands in a copy in place of anybody from whom its reader is kept.
SOMEBODY = "somebody else who was invited"


@dataclass(frozen=True)
class Part:
    """A titled part of a paper. `facts` are pairs. `labels`: names stand there, in which no town is taken out."""

    heading: str = ""
    text: str = ""
    bullets: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    level: int = 1
    labels: bool = False


@dataclass(frozen=True)
class Paper:
    """A letter or a copy, fit to be given away. `withheld`: an address was taken out of it."""

    title: str
    reader: str
    parts: tuple[Part, ...]
    lang: str = "en"
    easy: bool = False
    checked_by: str = ""
    withheld: bool = False
    left_out: tuple[str, ...] = field(default=())
    """What this reader's copy does not hold, and why: for whoever sends it, never on the paper."""
    held: tuple[Held, ...] = field(default=())
    """The texts of it that name, or may name, somebody from whom the reader is kept."""

    @property
    def as_data(self) -> dict[str, Any]:
        """As the template of `print` takes it."""
        found = []
        for part in self.parts:
            one: dict[str, Any] = {"heading": part.heading, "level": part.level}
            if part.text:
                one |= {"text": part.text, "lang": self.lang}
            if part.bullets:
                one["bullets"] = list(part.bullets)
            if part.facts:
                one["facts"] = [list(pair) for pair in part.facts]
            found.append(one)
        return {"parts": found}


def through(shown: MeetingView, reader: InvitedView, paper: Paper) -> Paper:
    """The paper without every address that this reader may not learn, and without the name of anybody from whom they
    are kept. A heading names somebody, as in 'Report of ...', and is a label whatever stands below it."""
    person = reader.reader_id if reader.reads_as_family else None
    free = [t for p in paper.parts if not p.labels for t in (p.text, *p.bullets, *(v for _, v in p.facts))]
    labels = [t for p in paper.parts if p.labels for t in (p.text, *p.bullets, *(v for _, v in p.facts))]
    headings = [p.heading for p in paper.parts]
    texts_after, labels_after = queries.withheld(shown.id, person, free, [*labels, *headings])
    after = {False: iter(texts_after), True: iter(labels_after)}
    headings_after = labels_after[len(labels) :]
    parts = []
    for p, heading in zip(paper.parts, headings_after, strict=True):
        texts = after[p.labels]
        parts.append(
            replace(
                p,
                heading=heading,
                text=next(texts),
                bullets=tuple(next(texts) for _ in p.bullets),
                facts=tuple((name, next(texts)) for name, _ in p.facts),
            )
        )
    read, held = _read(shown, reader, parts)
    waiting = sum(one.ruling is None for one in held)
    left_out = (f"{plural(waiting, 'text')} that somebody must read first",) if waiting else ()
    return replace(
        paper,
        parts=read,
        withheld=tuple(parts) != paper.parts,
        held=held,
        left_out=(*paper.left_out, *left_out),
    )


def apart_from(shown: MeetingView, reader: InvitedView) -> list[InvitedView]:
    """Those invited, today or before, from whom a reader is kept."""
    return [one for one in (*shown.invited, *shown.withdrawn) if one.id in reader.apart_ids]


#: What stands in a copy in place of a text that nobody has read for it yet, and of one that is left out.
HELD = "[Held back: somebody must read this for you first. It will be sent to you when they have.]"
LEFT_OUT = "[Left out of this copy.]"


@dataclass(frozen=True)
class Held:
    """A text that names, or may name, somebody from whom a reader is kept, as it would go; what was decided."""

    digest: str
    heading: str
    words: str
    ruling: queries.RulingView | None


def _read(
    shown: MeetingView, reader: InvitedView, parts: Sequence[Part]
) -> tuple[tuple[Part, ...], tuple[Held, ...]]:
    """The parts without the names of those from whom the reader is kept. In headings and lists of names that is all; a
    free text that names them, or may, is held back until somebody has read it for this reader: what they are called in
    the family, and where they are, no program knows."""
    kept = queries.kept_from(shown, reader)
    invited = [one for one in apart_from(shown, reader) if one.kind is not InviteeKind.CHILD]
    if not kept and not invited:
        return tuple(parts), ()
    apart_ids, gone = {one.id for one in invited}, {k.person_id for k in kept}
    others = {
        word.casefold()
        for name in (
            *(
                i.name
                for i in (*shown.invited, *shown.withdrawn)
                if i.id not in apart_ids and i.row.person_id not in gone
            ),
            *(word for c in shown.children for word in (c.name, c.called)),
        )
        for word in name.split()
    }
    spoken = [(" ".join(i.name.split()[:-1]), i.name.split()[-1]) for i in invited if len(i.name.split()) > 1]
    hidden = naming(
        [*spoken, *(name for k in kept if k.unnamed for name in k.names)],
        {tie for k in kept if k.unnamed for tie in k.ties},
        others,
    )
    told = naming([name for k in kept for name in k.names], {tie for k in kept for tie in k.ties}, others)

    def said(text: str) -> str:
        return hidden.unnamed(text, SOMEBODY)

    def may_name(text: str) -> bool:
        return SOMEBODY in text or hidden.names(text) or told.names(text)

    units = [
        (p.heading, unit)
        for p in parts
        if not p.labels
        for unit in (*p.text.split("\n\n"), *p.bullets, *(value for _, value in p.facts))
        if may_name(unit)
    ]
    ruled = queries.rulings(reader.id, [_digest(unit) for _, unit in units])
    held = {_digest(u): Held(_digest(u), said(h), said(u), ruled.get(_digest(u))) for h, u in units}

    def free(text: str) -> str:
        one = held.get(_digest(text))
        if one is None:
            return said(text)
        if one.ruling is None:
            return HELD
        return one.words if one.ruling.let_through else LEFT_OUT

    return (
        tuple(
            replace(
                p,
                heading=said(p.heading),
                text=said(p.text) if p.labels else "\n\n".join(map(free, p.text.split("\n\n"))),
                bullets=tuple(map(said if p.labels else free, p.bullets)),
                facts=tuple((name, (said if p.labels else free)(value)) for name, value in p.facts),
            )
            for p in parts
        ),
        tuple(held.values()),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def held_for(shown: MeetingView, reader: InvitedView) -> list[Held]:
    """Every text of a reader's letter, copy and pack that names, or may name, somebody from whom they are kept: what
    nobody has read yet comes first."""
    if not reader.reads_as_family:
        return []
    found: dict[str, Held] = {}
    own = children_for(shown, reader)
    reports = tuple(part for c in own for part in reports_for(c, reader))
    papers = [copy_of_minutes(shown, reader), through(shown, reader, Paper("", reader.said_as, reports))]
    if reader.of_family and forms_of(shown):
        papers.append(invitation(shown, reader, forms_of(shown)[0].id))
    for paper in papers:
        found |= {one.digest: one for one in paper.held}
    return sorted(found.values(), key=lambda one: one.ruling is not None)


def reports_for(child: ChildPart, reader: InvitedView, *, level: int = 1) -> list[Part]:
    """The reports on a child as one reader's papers hold them. Of one that the family may not read they are given their
    own words, where whoever wrote it said so (REC-14)."""
    return [
        part
        for report in child.reports
        for part in (
            report_parts(child, report, level=level)
            if report.for_family or not reader.reads_as_family
            else _their_words(child, report, level=level)
            if report.words_for_family
            else ()
        )
    ]


def report_parts(child: ChildPart, report: Report, *, level: int = 1) -> list[Part]:
    """A report on a child as papers hold it: the text, then what the child and the family said, as theirs (REC-14)."""
    sender = report.invitation.agency_name or report.invitation.name
    found = [
        Part(
            f"Report of {sender}",
            report.text or "Sent as a file, which is handed over beside this pack.",
            level=level,
        )
    ]
    found += _their_words(child, report, level=level + 1)
    if report.no_family_why:
        heading = (
            f"Who is not heard in the report of {sender}, and why"
            if report.family_said
            else f"Why nothing from {child.with_family} is in the report of {sender}"
        )
        found.append(Part(heading, report.no_family_why, level=level + 1))
    return found


def _their_words(child: ChildPart, report: Report, *, level: int) -> list[Part]:
    if not report.family_said:
        return []
    sender = report.invitation.agency_name or report.invitation.name
    return [
        Part(f"What {child.with_family} said, in their words, to {sender}", report.family_said, level=level)
    ]


def children_for(shown: MeetingView, reader: InvitedView) -> list[ChildPart]:
    """The children whose part a reader's copy holds: a practitioner's all; one of the family those in whose life
    they are, a child their own alone, and so whoever comes for them; nobody's, where it is not said for whom."""
    present = shown.present_children
    if not reader.reads_as_family:
        return present
    me = reader.reader_id
    if me is None:
        return []
    tied = set(
        Tie.objects.filter(
            held_on(today()), other_id=me, folder_id__in=[c.folder_id for c in present]
        ).values_list("folder_id", flat=True)
    )
    own = [c for c in present if c.row.child_id == me]
    return own or [c for c in present if c.folder_id in tied]


# -- the invitation ---------------------------------------------------------------------------------


def forms_of(shown: MeetingView) -> list[Letter]:
    """In which forms and languages this kind of meeting's invitation is there, as the partnership put them in."""
    return [letter for letter in shown.pack.letters(today()) if shown.row.purpose in letter.meetings]


def invitation(shown: MeetingView, reader: InvitedView, form: str = "invitation") -> Paper:
    """The invitation of one of the family: who will be there, whether the child is invited, how it runs (FAM-01).

    `form` is the id of a letter of the pack. Raises NotFound for a form that is not there.
    """
    letter = next((one for one in forms_of(shown) if one.id == form), None)
    if letter is None or not reader.of_family:
        raise NotFound
    say = letter.phrases
    own = [c for c in children_for(shown, reader) or shown.present_children if c.died_on is None]
    names = _listed([c.called for c in own], letter)
    row = shown.row
    parts = [
        Part(
            text=f"{say['dear'].format(name=reader.name)}\n\n{say['opening'].format(children=names)}",
            labels=True,
        ),
        Part(say["what"], letter.meetings[row.purpose]),
        Part(say["when"], _when(letter, shown.starts_at, row.minutes_long)),
        Part(say["where"], _where(letter, shown), labels=True),
        Part(
            say["who"],
            bullets=(
                *(_attending(letter, shown, one) for one in _may_be_named(shown, reader)),
                *(
                    say["child_invited" if _is_invited(shown, c) else "child_not_invited"].format(
                        child=c.called
                    )
                    for c in own
                    if c.row.child_id != reader.row.person_id
                    and c.can_be_told
                    and c.row.child_id not in {one.row.person_id for one in apart_from(shown, reader)}
                ),
            ),
            labels=True,
        ),
        Part(say["how"], "\n\n".join(text for text in (say["runs"], row.runs) if text)),
    ]
    if shown.rule.papers_ahead is not None:
        line = (
            say["papers_given"]
            if reader.papers_given
            else say["papers_line"].format(span=_span(letter, shown.rule.papers_ahead))
        )
        parts.append(Part(say["papers"], line))
    parts += [
        Part(say["supporter"], say["supporter_line"]),
        Part(say["interpreter"], _interpreter(letter, reader)),
        Part(say["access"], _needs(letter, shown, reader)),
    ]
    if reader.row.kept_apart:
        parts.append(Part(text=say["apart"].format(how=reader.row.kept_apart)))
    caller = row.called_by
    parts += [
        Part(say["rights"], say["rights_line"]),
        Part(text=say["after"]),
        Part(
            text="\n\n".join(
                [
                    *(
                        [say["contact"].format(name=caller.name, telephone=caller.telephone)]
                        if caller.telephone
                        else []
                    ),
                    say["signed"].format(name=caller.name, post=row.called_post),
                ]
            ),
            labels=True,
        ),
    ]
    if letter.easy:
        parts = [replace(part, text=_SENTENCE.sub("\n", part.text)) for part in parts]
    paper = Paper(
        title=say["heading"],
        reader=reader.name,
        parts=tuple(parts),
        lang=letter.language,
        easy=letter.easy,
        checked_by=letter.checked_by,
        left_out=tuple(f"{name} is not named: they are kept apart" for name in reader.apart),
    )
    return through(shown, reader, paper)


def _listed(names: Sequence[str], letter: Letter) -> str:
    return in_a_row(names) if letter.language == "en" else ", ".join(names)


def _when(letter: Letter, at: datetime, minutes: int) -> str:
    local = at.astimezone(LONDON)
    return letter.phrases["when_line"].format(
        weekday=letter.weekdays[local.weekday()],
        day=local.day,
        month=letter.months[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
        length=minutes,
    )


def _where(letter: Letter, shown: MeetingView) -> str:
    say, row, form = letter.phrases, shown.row, Format(shown.row.format)
    lines = [row.place or say["withheld"]] if form in (Format.IN_PERSON, Format.BOTH) else []
    if form in (Format.VIDEO, Format.BOTH) and row.link:
        lines.append(say["by_video"].format(link=row.link))
    if form is Format.TELEPHONE and row.link:
        lines.append(say["by_telephone"].format(link=row.link))
    return "\n".join(lines)


def _may_be_named(shown: MeetingView, reader: InvitedView) -> list[InvitedView]:
    """Who is named as coming: everybody but the reader, the children (said apart), and those kept apart from them."""
    return [
        one
        for one in shown.invited
        if one.id != reader.id and one.kind is not InviteeKind.CHILD and one.id not in reader.apart_ids
    ]


def _attending(letter: Letter, shown: MeetingView, one: InvitedView) -> str:
    if one.row.practitioner_id == shown.row.chair_id:
        return letter.phrases["chair"].format(name=f"{one.name} ({one.row.agency_name})")
    return one.said_as


def _is_invited(shown: MeetingView, child: ChildPart) -> bool:
    return any(i.row.person_id == child.row.child_id for i in shown.invited)


def _span(letter: Letter, ahead: Ahead) -> str:
    working = ahead.unit is Unit.WORKING_DAYS
    one, many = ("one_working_day", "working_days") if working else ("one_day", "days")
    return letter.phrases[one] if ahead.amount == 1 else letter.phrases[many].format(amount=ahead.amount)


def _interpreter(letter: Letter, reader: InvitedView) -> str:
    booked = reader.interpreter
    if booked is not None and not booked.relative:
        return letter.phrases["interpreter_booked"].format(language=booked.language)
    return letter.phrases["interpreter_ask"]


def _needs(letter: Letter, shown: MeetingView, reader: InvitedView) -> str:
    arranged = "; ".join(text for text in (shown.row.arrangements, reader.row.needs) if text)
    lines = [letter.phrases["arranged"].format(arrangements=arranged)] if arranged else []
    return "\n\n".join([*lines, letter.phrases["access_line"]])


# -- the minutes ------------------------------------------------------------------------------------


def copy_of_minutes(shown: MeetingView, reader: InvitedView) -> Paper:
    """One reader's own copy of the minutes: who was there, what was said by whom, decisions, dissent, actions."""
    family = reader.reads_as_family
    own = children_for(shown, reader)
    row = shown.row
    left_out: list[str] = [f"{c.called}'s part" for c in shown.present_children if c not in own]
    left_out += [f"{name}'s name, and whether they came: they are kept apart" for name in reader.apart]
    held = row.began_at or row.starts_at
    parts = [
        Part(
            facts=(
                ("Meeting", f"{shown.title}: {in_a_row(c.name for c in own)}"),
                ("Held", moment(held)),
                ("Where", row.place or Format(row.format).label),
                ("Chair", f"{row.chair.name}"),
                (
                    "Quorum",
                    "Met"
                    if row.quorate is not False
                    else f"Not met ({row.lacked}): {row.without_quorum_why}",
                ),
            ),
            labels=True,
        ),
        Part(
            "Who took part",
            bullets=tuple(_took_part(one) for one in named_to(shown, reader)),
            labels=True,
        ),
    ]
    for child in own:
        said, kept = [], 0
        for passage in child.said:
            if family and (
                passage.not_for_family_why or (passage.about_adult and passage.invitation_id != reader.id)
            ):
                kept += 1
                continue
            said.append(_passage(passage, reader))
        if kept:
            left_out.append(f"{kept} of the passages on {child.called}")
        parts += [
            Part(child.name, child.row.agenda),
            Part("What was said", "\n\n".join(said) or "Nothing was written down.", level=2),
            Part("What was decided", "\n\n".join(_decided(child, reader)) or "No formal decision.", level=2),
        ]
        if child.actions:
            parts.append(
                Part(
                    "Who does what by when",
                    bullets=tuple(
                        f"{a.words.rstrip('. ')}: {a.by_whom}, by {words_of_day(a.due_on)}. {a.timing_why}"
                        for a in child.actions
                    ),
                    level=2,
                )
            )
    parts.append(
        Part(
            "If something is wrong",
            "Tell us. We do not change what stands here; we add what is right beside it.",
        )
    )
    if row.state != "concluded":
        parts.insert(0, Part(text="These minutes are not finished yet."))
    paper = Paper(f"{shown.title}: minutes", reader.said_as, tuple(parts), left_out=tuple(left_out))
    return through(shown, reader, paper)


def named_to(shown: MeetingView, reader: InvitedView) -> list[InvitedView]:
    """Those invited whom a reader's copy names: nobody from whom they are kept apart."""
    return [one for one in shown.invited if one.id == reader.id or one.id not in reader.apart_ids]


def _took_part(one: InvitedView) -> str:
    came = one.came.label.lower() if one.came else "not recorded"
    more = []
    if one.attendance is not None:
        if one.came is Came.SENT_SOMEBODY:
            more.append(one.attendance.words)
        if one.attendance.report:
            more.append("sent a report")
        if one.attendance.supporter_came and one.supporter:
            more.append(f"with {one.supporter.name or 'a supporter'}")
        if one.attendance.interpreter_used and one.interpreter:
            more.append(f"through an interpreter ({one.interpreter.language})")
    return f"{one.said_as}: {'; '.join([came, *more])}"


def _passage(passage: queries.SaidView, reader: InvitedView) -> str:
    speaker = SOMEBODY if passage.invitation_id in reader.apart_ids else passage.speaker
    who = f"{speaker}: " if speaker else ""
    if passage.corrects_number is not None:
        return (
            f"{passage.number}. Puts {passage.corrects_number} right. Wrong was: {passage.was_wrong}. "
            f"Right is: {who}{passage.words}"
        )
    corrected = (
        f" (put right in {', '.join(str(n) for n in passage.corrected_by)})" if passage.corrected_by else ""
    )
    lead = "No account: " if passage.no_account else ""
    return f"{passage.number}. {who}{lead}{passage.words}{corrected}"


def _decided(child: ChildPart, reader: InvitedView) -> list[str]:
    found = []
    for d in child.decisions:
        lines = [
            d.outcome,
            f"Why: {d.reasons}",
            f"Decided by {d.maker}, {d.maker_post}, {moment(d.made_at)}.",
        ]
        if not d.in_effect:
            lines.append("Not in effect until a manager has decided.")
        for who, words, invitation_id in d.dissents:
            named = SOMEBODY if invitation_id in reader.apart_ids else who
            lines.append(f"{named} does not agree: {words}")
        found.append("\n".join(lines))
    return found
