"""A pack as plain text, for `sightline packs show NAME`: what holds on a day, each with where it is from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date

from .pack import Pack
from .schema import (
    KINDS,
    Abbreviation,
    AgencyType,
    AssessmentForm,
    AssessmentOutcome,
    Count,
    Definition,
    DisclosureGround,
    DutyKind,
    EntryForm,
    Event,
    Extension,
    Guidance,
    HarmCategory,
    Holiday,
    LateEntry,
    Letter,
    Limit,
    MeetingRule,
    Name,
    Office,
    OutcomeFramework,
    Principle,
    Question,
    Recording,
    Repeat,
    Retention,
    Role,
    ScreeningOutcome,
    Setting,
    Thresholds,
    Value,
    Wording,
    spoken,
)

WIDTH = 100


def show(pack: Pack, on: date) -> str:
    """The whole pack as it holds on that day, 100 columns wide."""
    lines = [pack.title, "=" * len(pack.title), "", *_wrapped(pack.summary, "")]
    if pack.manual:
        lines += _wrapped(f"Manual: {pack.manual}", "")
    if pack.incomplete:
        lines += _wrapped(f"Incomplete: {pack.incomplete}", "")
    lines += [f"Version {pack.version}" + (f", over {pack.base}" if pack.base else "")]
    lines += [f"As it holds on {on.day} {on:%B %Y}"]
    for kind in KINDS.values():
        values = pack.all(kind, on)
        if values:
            heading = kind.plural[:1].upper() + kind.plural[1:]
            lines += ["", heading, "-" * len(heading)]
            for value in values:
                lines += ["", *_shown(value)]
    return "\n".join(lines) + "\n"


def _shown(value: Value) -> Iterator[str]:
    title, body = _of(value)
    yield f"{title}  [{value.id}]"
    for line in body:
        yield from _wrapped(line, "    ")
    yield from _wrapped(f"from {value.from_}: {value.citation} ({value.certainty})", "    ")
    if value.note:
        yield from _wrapped(f"Note: {value.note}", "    ")


def _of(value: Value) -> tuple[str, list[str]]:
    """The title and the lines of one value."""
    match value:
        case Definition():
            return value.title, [value.text, *(f"- {part}" for part in value.parts)]
        case Thresholds():
            lines = []
            for level in value.level:
                lines += [f"{level.number}. {level.name}: {level.summary}"]
                lines += [f"- {descriptor.text}" for descriptor in level.descriptor]
            return value.title, lines
        case OutcomeFramework():
            return value.title, [f"- {item.title}: {item.gist}" for item in value.item] or ["None stated."]
        case Principle():
            unfinished = [] if value.complete else ["The source breaks off here."]
            return f"{value.heading} ({value.group})", [value.gist, *unfinished]
        case Limit():
            several = [f"Of several: {value.of_several}"] if value.of_several else []
            return f"{value.title}: {value.span}", [
                f"Starts: {value.trigger}",
                *several,
                f"Set by: {value.basis}",
            ]
        case Extension():
            who = f"Yes, by {', '.join(value.by_roles)}. {value.consult}" if value.allowed else "No."
            return f"May a time limit be extended? ({', '.join(value.limits)})", [who]
        case Role():
            return value.title, [value.gist]
        case DutyKind():
            urgency = (
                f"Due soon from {value.due_soon} before; critically overdue {value.critical_after} after."
            )
            done = f"Done when: {value.discharged_by}"
            return value.title, [
                value.why,
                done,
                f"Limit: {value.limit}. Owner: {value.owner_role}. {urgency}",
            ]
        case Event():
            lines = [f"Discharges: {', '.join(value.discharges)}"] if value.discharges else []
            return value.title, lines + ([f"Opens: {', '.join(value.opens)}"] if value.opens else [])
        case ScreeningOutcome():
            lines = [value.meaning, f"Becomes a referral: {value.referral}"]
            lines += [f"Opens: {', '.join(value.opens)}"] if value.opens else []
            return value.title, lines + (
                [f"Brings along: {', '.join(value.includes)}"] if value.includes else []
            )
        case Question():
            lines = [line for line in (value.hint, f"Unless: {value.unless}" if value.unless else "") if line]
            return f"{value.step}: {value.title}", lines
        case HarmCategory():
            return value.title, [value.gist, *(f"- {item.text}" for item in value.item)]
        case Guidance():
            return f"{value.title} (beside {value.field})", [value.text]
        case AgencyType():
            return value.title, [value.role, *(f"- {part}" for part in value.contributes)]
        case Recording():
            roles = ", ".join((value.responsible_role, *value.delegate_roles))
            return value.title, [value.text, f"Answered for by {roles}."]
        case DisclosureGround():
            told = (
                f"Said to whoever asks: {value.told}"
                if value.told
                else "Whoever asks is not told the ground."
            )
            points = [f"Words that point to it: {', '.join(value.words)}"] if value.words else []
            return value.title, [value.gist, told, *points]
        case Retention():
            died = f"; where the child died, {value.from_death} years from then" if value.from_death else ""
            return f"{value.title}: {value.years} years from the {value.counts_from}{died}", []
        case LateEntry():
            return f"An entry is late after {spoken(value.amount, value.unit)} ({value.agency})", []
        case AssessmentForm():
            lines = [value.gist]
            for section in value.section:
                asks = "; ".join(prompt.title for prompt in section.prompt)
                lines += [f"- {section.title}" + (f": {asks}" if asks else "")]
            return value.title, lines
        case AssessmentOutcome():
            step = (
                f"Then: {value.step}"
                if value.step
                else "The child stays where they are on their way through."
            )
            return value.title, [value.meaning, f"Ends: {', '.join(value.forms)}", step]
        case Count():
            within = f" within {value.within}" if value.within else ""
            return f"{value.title}: {value.amount}{within}", []
        case Name():
            return f"{value.title}: {value.called}", []
        case Setting():
            return f"{value.title}: {spoken(value.amount, value.unit)}", []
        case MeetingRule():
            return value.title, list(_of_meeting(value))
        case Letter():
            lines = [
                f"In {value.language}{', easy read' if value.easy else ''}. Checked by: {value.checked_by}."
            ]
            return value.title, lines + [f"- {text}" for text in value.phrases.values()]
        case Repeat():
            return f"{value.title}: {value.count} within {value.days} days", []
        case Office():
            cut_off = f", cut-off {value.cut_off:%H:%M}" if value.cut_off else ", no cut-off"
            return f"{value.opens:%H:%M} to {value.closes:%H:%M}{cut_off}", []
        case Holiday():
            return f"{value.day}: {value.title} ({value.type})", []
        case Abbreviation():
            return f"{value.abbreviation}: {value.stands_for}", [value.explained] if value.explained else []
        case EntryForm():
            asked = [
                f"- {question.title} ({', '.join(answer.title for answer in question.answer) or question.type}"
                f"{', optional' if question.optional else ''}"
                f"{f', if {question.asked_if}' if question.asked_if else ''})"
                for question in value.question
            ]
            again = [f"Comes back: {value.review_duty}"] if value.review_duty else []
            return value.title, [value.says, *asked, *again]
        case Wording():
            phrases = (f"{p.words}: {p.instead}" if p.instead else p.words for p in value.phrase)
            return f"{value.title} ({value.type})", [value.advice, *(f"- {phrase}" for phrase in phrases)]
    raise TypeError(f"no way to show {type(value).__name__}")


def _of_meeting(rule: MeetingRule) -> Iterator[str]:
    quorum = [f"{', '.join(rule.must)}"] if rule.must else []
    quorum += [f"{rule.least_agencies} agencies"] if rule.least_agencies else []
    quorum += [f"{rule.least_family} of the family"] if rule.least_family else []
    quorum += ["the agency that referred"] if rule.referrer else []
    quorum += ["the authority whose plan it is"] if rule.former_authority else []
    yield f"Quorum: {'; '.join(quorum) or 'none'}."
    if rule.independent_chair:
        yield "The chair works with none of the children."
    if rule.papers_ahead:
        yield f"The family has invitation and papers {rule.papers_ahead} before."
    if rule.missed_in_a_row:
        yield f"A decision is due when somebody of the family missed {rule.missed_in_a_row} in a row."
    yield "Ends with a decision on each child." if rule.decides else "Ends without a formal decision."


def _wrapped(text: str, indent: str) -> list[str]:
    further = indent + "  " if text.startswith("- ") else indent
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=further) or [indent.rstrip()]
