"""Procedure packs from their folders: a partnership's pack laid over its base.

An entry that says `overlays = "england"` takes the place of the base's entry with the same id from its own
date on, whole, so that what stands in one block of one file is what holds. Several blocks with one id are the
dated versions of one value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from .pack import ANY_AGENCY, NotInForce, Pack
from .reading import Fault, Folder, Table, digest_of, files_of, read_files, read_folder, version_of
from .schema import (
    DutyKind,
    EntryForm,
    Event,
    Extension,
    LateEntry,
    Limit,
    MeetingRule,
    Recording,
    ScreeningOutcome,
    Value,
)
from .terms import WhichStart

NAME = re.compile(r"^[a-z0-9][a-z0-9-]*$")

NEEDED: dict[str, tuple[str, ...]] = {
    "definition": ("safeguarding", "child_protection"),
    "thresholds": ("levels_of_need",),
    "outcomes": ("outcomes",),
    "extension": ("extension",),
    "office": ("office",),
    "setting": ("emergency_access", "duty_manager_acknowledgement"),
    "recording": ("recording",),
    "late_entry": ("late_entry",),
    "event": (
        "concern_received",
        "immediate_danger_reported",
        "immediate_danger_acted_on",
        "referrer_acknowledged",
        "decision_made",
        "conflict_unresolved",
        "conflict_decided",
        "referrer_answered",
        "concern_reopened",
        "transfer_received",
        "transfer_accepted",
        "allocated_worker_told",
        "family_prepared",
        "family_stayed_away",
        "missed_meetings_decided",
    ),
    "limit": ("meeting_access",),
    "letter": ("invitation", "invitation_easy"),
    "meeting": (
        "strategy_discussion",
        "initial_conference",
        "review_conference",
        "receiving_in_conference",
        "core_group",
        "child_in_need_review",
        "early_help_review",
        "family_group",
        "looked_after_review",
        "professionals",
    ),
    "screening_outcome": ("already_open", "other_authority", "strategy_discussion", "immediate_protection"),
    "duty_kind": (
        "decision_on_concern",
        "immediate_danger_response",
        "assessment",
        "invitation_to_family",
        "review_of_oversight",
        "confirm_entry",
    ),
    "entry_form": ("note", "visit", "oversight"),
}
"""Values that the program asks for by name, so that no pack may lack them."""

OF_SEVERAL = frozenset({"initial_conference"})
"""The time limits of which a pack says which of several beginnings counts; the program asks it of no other."""


class PackFaults(Exception):
    """A pack cannot be used as it stands. `faults` lists everything that is wrong with it."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__(f'The pack "{name}" cannot be used:\n' + "\n".join(str(fault) for fault in faults))


class UnknownPack(LookupError):
    """No pack of that name. The text names those that there are."""


def packs_root() -> Path:
    """Where the packs are: `packs/` of a checkout, else inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent / "packs"
    if (package.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return package / "_packs"


def pack_names(root: Path | None = None) -> list[str]:
    """The names of the packs under the root, sorted."""
    root = root or packs_root()
    if not root.is_dir():
        return []
    return sorted(folder.name for folder in root.iterdir() if _is_pack_folder(folder))


def _is_pack_folder(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith((".", "_"))


def lay_over(folder: Folder, base: Folder | None) -> tuple[Pack | None, list[Fault]]:
    """One pack from its folder and its base's, with the faults of laying over (not those of reading)."""
    faults: list[Fault] = []
    origin: dict[tuple[str, str, date], Table] = {}
    merged: dict[str, dict[str, tuple[Value, ...]]] = {}
    for layer in (base, folder):
        if layer is None:
            continue
        own: dict[str, dict[str, list[Value]]] = {}
        for value, table in layer.values:
            own.setdefault(value.kind, {}).setdefault(value.id, []).append(value)
            if layer is folder:
                origin[(value.kind, value.id, value.from_)] = table
        for kind, by_id in own.items():
            standing = merged.setdefault(kind, {})
            for id, values in by_id.items():
                versions = sorted(values, key=lambda value: value.from_)
                under = standing.get(id, ()) if layer is folder else ()
                if layer is folder:
                    faults += _faults_of_overlay(folder, base, versions, under, origin)
                standing[id] = (*(value for value in under if value.from_ < versions[0].from_), *versions)
    manual = folder.manual
    if manual is None:
        return None, faults
    pack = Pack(
        name=manual.name,
        title=manual.title,
        summary=manual.summary,
        version=version_of(manual.name, folder.digest, base.digest if base else ""),
        base=manual.overlays,
        manual=folder.sources.get(manual.manual),
        incomplete=manual.incomplete,
        values=merged,
        examples=tuple(example for example, _ in folder.examples),
    )
    faults += _faults_of_references(pack, folder, origin)
    return pack, faults


def _faults_of_overlay(
    folder: Folder,
    base: Folder | None,
    versions: Sequence[Value],
    under: tuple[Value, ...],
    origin: dict[tuple[str, str, date], Table],
) -> Iterator[Fault]:
    for value in versions:
        table = origin[(value.kind, value.id, value.from_)]
        if value.overlays and (base is None or value.overlays != base.name):
            stands = f'this pack overlays "{base.name}"' if base else "this pack overlays no other"
            yield table.fault(f'overlays "{value.overlays}", but {stands}', "overlays")
        elif value.overlays and not under:
            yield table.fault(
                f'overlays "{value.id}", which "{value.overlays}" does not have among its {value.plural}',
                "overlays",
            )
        elif under and not value.overlays and base:
            yield table.fault(
                f'"{value.id}" stands in "{base.name}" already: '
                f'write overlays = "{base.name}" to take its place',
                "id",
            )
    looked_at = max(versions[-1].checked or date.min, versions[-1].from_)
    if under and under[-1].from_ > looked_at and base:
        table = origin[(versions[-1].kind, versions[-1].id, versions[-1].from_)]
        yield table.fault(
            f'"{base.name}" changed "{versions[-1].id}" on {under[-1].from_}, after this version: '
            f"add a version from that day on, or write checked = {under[-1].from_} to keep this one",
            "from",
        )


def _faults_of_references(
    pack: Pack, folder: Folder, origin: dict[tuple[str, str, date], Table]
) -> Iterator[Fault]:
    ids = {kind: set(by_id) for kind, by_id in pack.values.items()}
    references: dict[type[Value], tuple[tuple[str, str, str], ...]] = {
        Extension: (("by_roles", "role", "role"), ("limits", "limit", "limit")),
        DutyKind: (("limit", "limit", "limit"), ("owner_role", "role", "role")),
        Event: (("discharges", "duty_kind", "duty_kind"), ("opens", "duty_kind", "duty_kind")),
        ScreeningOutcome: (
            ("opens", "duty_kind", "duty_kind"),
            ("includes", "screening_outcome", "screening_outcome"),
        ),
        Recording: (
            ("agency", "agency", "agency"),
            ("responsible_role", "role", "role"),
            ("delegate_roles", "role", "role"),
        ),
        LateEntry: (("agency", "agency", "agency"),),
        MeetingRule: (
            ("must", "agency", "agency"),
            ("on_held", "event", "event"),
            ("on_concluded", "event", "event"),
        ),
        EntryForm: (("agencies", "agency", "agency"), ("review_duty", "duty_kind", "duty_kind")),
    }
    named_twice: dict[str, str] = {}
    wild = {
        ("extension", "limits"): "all",
        ("recording", "agency"): ANY_AGENCY,
        ("late_entry", "agency"): ANY_AGENCY,
    }
    for (kind, id, day), table in origin.items():
        value = next(v for v in pack.values[kind][id] if v.from_ == day)
        if isinstance(value, Extension):
            if (id == "extension") is not ("all" in value.limits):
                yield table.fault(
                    'the value "extension" speaks of limits = ["all"], and every other one of limits by name',
                    "limits",
                )
            for limit in value.limits:
                if named_twice.setdefault(limit, id) != id:
                    yield table.fault(
                        f'"{named_twice[limit]}" speaks of the limit "{limit}" already', "limits"
                    )
        if isinstance(value, Limit) and (id in OF_SEVERAL) is (value.of_several is None):
            words = ", ".join(f'"{which}"' for which in WhichStart)
            yield (
                table.fault(
                    f"what starts it may happen more than once: `of_several` must say which counts, one of {words}",
                    "id",
                )
                if id in OF_SEVERAL
                else table.fault(f'leave it out: nothing asks which of several starts "{id}"', "of_several")
            )
        for key, target, word in references.get(type(value), ()):
            named = getattr(value, key)
            for name in (named,) if isinstance(named, str) else named:
                if name and name not in ids.get(target, set()) and name != wild.get((kind, key)):
                    yield table.fault(f'`{key}` names "{name}", but there is no [[{word}]] with that id', key)
    for kind, needed in NEEDED.items():
        for id in needed:
            if id not in ids.get(kind, set()):
                at = folder.head.file if folder.head else f"{folder.name}/pack.toml"
                yield Fault(at, 1, f'the pack lacks [[{kind}]] "{id}", which Sightline cannot do without')


def read_with_base(root: Path, name: str) -> tuple[Folder, Folder | None, Pack | None, list[Fault]]:
    """A pack's folder, its base's, the pack that they make, and the faults of the first alone."""
    folder = read_folder(root / name)
    base: Folder | None = None
    if folder.manual is None:
        return folder, None, None, folder.faults
    if folder.manual.overlays:
        under = folder.manual.overlays
        assert folder.head is not None
        if under == name:
            fault = folder.head.fault(
                f'overlays "{under}", which is this pack itself: name the pack that it lies over, or leave it out',
                "overlays",
            )
            return folder, None, None, [*folder.faults, fault]
        if not NAME.match(under) or not (root / under).is_dir():
            fault = folder.head.fault(f'overlays "{under}", but there is no such pack', "overlays")
            return folder, None, None, [*folder.faults, fault]
        base = read_folder(root / under)
        if base.manual and base.manual.overlays:
            fault = folder.head.fault(f'overlays "{under}", which itself overlays another pack', "overlays")
            return folder, None, None, [*folder.faults, fault]
        folder = read_folder(root / name, base.sources)
    pack, faults = lay_over(folder, base)
    return folder, base, pack, [*folder.faults, *faults]


def pack_of_files(name: str, files: Mapping[str, Mapping[str, bytes]]) -> tuple[Pack | None, list[Fault]]:
    """A pack of texts that were kept, by folder and file, and what of them this version of Sightline cannot read.

    It is as it was: what a pack must have by now, it need not have had then.
    """
    folder, base = read_files(name, files[name]), None
    under = folder.manual.overlays if folder.manual else ""
    if under in files and under != name:
        base = read_files(under, files[under])
        folder = read_files(name, files[name], base.sources)
    pack, _faults = lay_over(folder, base)
    return pack, [*(base.faults if base else ()), *folder.faults]


def texts_there(root: Path | None = None) -> dict[str, dict[str, dict[str, bytes]]]:
    """By version, the files of each pack under the root and of its base, by folder and file. Reads no more of what
    stands in them than which base a pack lies over; what cannot be read is left out."""
    root = root or packs_root()
    folders = {name: files_of(root / name)[0] for name in pack_names(root)}
    found = {}
    for name, files in folders.items():
        try:
            heads = [tomllib.loads(raw.decode("utf-8-sig")) for raw in files.values() if b"[pack]" in raw]
            under = next(head["pack"] for head in heads if "pack" in head).get("overlays", "")
            base = folders.get(under)
        except (StopIteration, ValueError, AttributeError, TypeError, RecursionError):
            continue
        version = version_of(name, digest_of(files), digest_of(base) if base is not None else "")
        found[version] = {name: files} | ({under: base} if base is not None else {})
    return found


def load_pack(name: str, root: Path | None = None) -> Pack:
    """The pack of that name, read once for the life of the process.

    Raises UnknownPack, or PackFaults with everything that is wrong with the pack or its base.
    """
    return _load(name, (root or packs_root()).resolve())


@lru_cache(maxsize=64)
def _load(name: str, root: Path) -> Pack:
    if name not in pack_names(root):
        there = ", ".join(pack_names(root)) or "none"
        raise UnknownPack(f'There is no procedure pack "{name}". There are: {there}.')
    _, base, pack, faults = read_with_base(root, name)
    if base:
        faults = [*base.faults, *faults]
    if faults or pack is None:
        raise PackFaults(name, sorted(set(faults)))
    return pack


__all__ = [
    "Fault",
    "NotInForce",
    "Pack",
    "PackFaults",
    "UnknownPack",
    "load_pack",
    "pack_names",
    "pack_of_files",
    "packs_root",
    "read_with_base",
    "texts_there",
]
