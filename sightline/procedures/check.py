"""Checking packs: every fault with its file and line, the worked examples included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .clocks import LONDON, BeyondCalendar, before, due, start_of
from .loader import NAME, pack_names, packs_root, read_with_base
from .pack import NotInForce, Pack
from .reading import Fault, Folder, Table
from .schema import Example
from .terms import WhichStart


@dataclass(frozen=True)
class Checked:
    """What checking found. `faults` in the order of file and line; `not_run`: the packs, by name, whose worked examples
    were left alone because of the faults: an example shows nothing of a pack that does not hold together."""

    faults: tuple[Fault, ...]
    not_run: tuple[str, ...] = ()


def check_packs(root: Path | None = None) -> list[Fault]:
    """Every fault of every pack under the root, by file and line; empty where all is well. Never raises."""
    return list(checked_packs(root).faults)


def checked_packs(root: Path | None = None) -> Checked:
    """The same, and whose worked examples could not be run. Never raises."""
    root = root or packs_root()
    names = pack_names(root)
    if not names:
        return Checked((Fault(str(root), 1, "there are no procedure packs here"),))
    faults: set[Fault] = set()
    not_run: list[str] = []
    for name in names:
        if not NAME.match(name):
            faults.add(Fault(name, 1, "a pack's folder is named in small letters, digits and hyphens"))
            continue
        found = _checked(root, name)
        faults |= set(found.faults)
        not_run += found.not_run
    return Checked(tuple(sorted(faults)), tuple(not_run))


def _checked(root: Path, name: str) -> Checked:
    """One pack by itself; where its base is faulty too, that is for the base's own check to say."""
    folder, base, pack, faults = read_with_base(root, name)
    if pack is None or faults or (base and base.faults):
        return Checked(tuple(faults), (name,) if folder.examples else ())
    return Checked((*_faults_of_circles(pack, folder), *_failing_examples(pack, folder)))


def _faults_of_circles(pack: Pack, folder: Folder) -> Iterator[Fault]:
    """An outcome that brings itself along, by whatever way round."""
    for value, table in folder.of("screening_outcome"):
        try:
            reached = pack.outcome_with_included(value.id, value.from_)
            circle = any(value.id in pack.screening_outcome(id, value.from_).includes for id in reached)
        except NotInForce as error:
            yield table.fault(f"on the day that it begins: {error}", "includes")
            continue
        if circle:
            yield table.fault(f'"{value.id}" includes itself', "includes")


def _failing_examples(pack: Pack, folder: Folder) -> Iterator[Fault]:
    for example, table in folder.examples:
        yield from (_fault_of_example(pack, example, table))


def _fault_of_example(pack: Pack, example: Example, table: Table) -> Iterator[Fault]:
    try:
        if message := run_example(pack, example):
            yield table.fault(f"the worked example fails: {message}")
    except (NotInForce, BeyondCalendar) as error:
        yield table.fault(f"the worked example fails: {error}")


def run_example(pack: Pack, example: Example) -> str:
    """What is wrong with a worked example; empty where it holds. Raises NotInForce and BeyondCalendar."""
    counted = example.start or example.began
    if counted is not None and example.due is not None:
        began, expected = _in_london(counted), _in_london(example.due)
        on = example.on or began.date()
        limit = pack.limit(example.limit, on)
        which = limit.of_several or WhichStart.BEGAN
        start = start_of(which, began, [_in_london(one) for one in example.starts])
        found = due(start, limit, pack.calendar(on))
        return (
            "" if found == expected else f"due is {found:%Y-%m-%dT%H:%M:%S}, not {expected:%Y-%m-%dT%H:%M:%S}"
        )
    if example.meeting and example.start is not None:
        return _run_meeting(pack, example, _in_london(example.start))
    assert example.on is not None  # the schema sees to it
    if example.outcome:
        opened = tuple(kind.id for kind in pack.duties_opened_by(example.outcome, example.on))
        return "" if set(opened) == set(example.opens) else f"it opens {', '.join(opened) or 'nothing'}"
    pack.limit(example.limit, example.on)
    allowed = pack.extension(example.limit, example.on).allowed
    words = {True: "extension is allowed", False: "extension is not allowed"}
    return "" if allowed is example.extension else words[allowed]


def _run_meeting(pack: Pack, example: Example, start: datetime) -> str:
    """What is wrong with a worked example of a meeting: its quorum, or by when the family has the papers."""
    rule = pack.meeting(example.meeting, example.on or start.date())
    if set(rule.must) != set(example.must):
        return f"it needs {', '.join(rule.must) or 'nobody in particular'}"
    if rule.least_agencies != example.least_agencies:
        return f"it needs at least {rule.least_agencies} agencies"
    by = before(start, rule.papers_ahead, pack.calendar(start.date())) if rule.papers_ahead else None
    expected = _in_london(example.papers_by) if example.papers_by else None
    if by == expected:
        return ""
    return f"the papers are due {by:%Y-%m-%dT%H:%M:%S}" if by else "it asks for no papers beforehand"


def _in_london(moment: datetime) -> datetime:
    """A moment without an offset is London time."""
    return moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment.astimezone(LONDON)
