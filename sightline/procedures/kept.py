"""The texts of procedure packs as they were: what was done under a version is read in the words of its day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from .loader import PackFaults, UnknownPack, load_pack, pack_of_files, texts_there
from .models import PackText, PackVersion
from .pack import NotInForce, Pack
from .queries import pack_in_force
from .reading import digest_of, version_of
from .schema import AssessmentForm, AssessmentOutcome, MeetingRule

#: Beside words that are not those of then.
NOT_KEPT = "The words of that day are not kept here: these are what the procedures say of that day now."

#: What a child's record calls by a title that the procedures give it.
Titled = AssessmentForm | AssessmentOutcome | MeetingRule


@dataclass(frozen=True)
class KeptPack:
    """The procedures in the words that they had. `unread`: how many of their values this version of Sightline cannot
    lay out; `files`: every text, by folder and file."""

    pack: Pack | None
    unread: int
    files: dict[str, str]
    first_seen_at: datetime


@dataclass(frozen=True)
class Then:
    """The procedures that something was done under. `kept`: whether they are in the words of then; where they are not,
    `pack` is what they say now, or the pack in force where they come along no longer, and a page says so."""

    pack: Pack
    kept: bool

    @property
    def note(self) -> str:
        """What is to be said beside its words; empty where they are those of then."""
        return "" if self.kept else NOT_KEPT

    def title(self, kind: type[Titled], id: str, on: date) -> str:
        """What the procedures of then called a meeting, a form or an outcome on that day; where they say it of another
        day alone, in those words, and where they say nothing, what can be read in its id."""
        try:
            return self.pack.get(kind, id, on, or_earliest=True).title
        except NotInForce:
            known = self.pack.history(kind, id)
            return known[-1].title if known else _named(id)

    def outcome(self, id: str, on: date) -> str:
        """The same of one of the outcomes that the partnership plans for; empty where none is named."""
        return next((o.title for o in self.pack.outcomes(on).item if o.id == id), _named(id))


def _named(id: str) -> str:
    return id.replace("_", " ").capitalize()


def kept_pack(version: str) -> KeptPack | None:
    """The procedures as a decision or a duty of that version was made under them; None where that text is not kept,
    or is not what the version says it is."""
    return _kept([version]).get(version)


def _kept(versions: Iterable[str]) -> dict[str, KeptPack]:
    found = {}
    for row in PackVersion.objects.filter(version__in=list(versions)):
        files, pack, unread = _read_kept(row.version, tuple(row.files.items()))
        if files:
            found[row.version] = KeptPack(pack, unread, files, row.first_seen_at)
    return found


# As many as one long record was written under, so that no list reads a version twice.
@lru_cache(maxsize=32)
def _read_kept(version: str, named: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], Pack | None, int]:
    """A version's texts, and the pack that they make; empty where they do not make that version."""
    texts = dict(PackText.objects.filter(digest__in=[d for _, d in named]).values_list("digest", "text"))
    files = {where: texts.get(digest, "") for where, digest in named}
    own: dict[str, dict[str, bytes]] = {}
    for where, text in sorted(files.items()):
        folder, _, file = where.partition("/")
        own.setdefault(folder, {})[file] = text.encode()
    name = version.partition("@")[0]
    base = next((digest_of(texts) for folder, texts in own.items() if folder != name), "")
    if name not in own or version_of(name, digest_of(own[name]), base) != version:
        return {}, None, 0
    pack, faults = pack_of_files(name, own)
    return files, pack, len(faults)


def packs_not_kept() -> list[str]:
    """Versions of the procedure packs there are now whose texts are not kept in the database, as far as they can be
    used."""
    there = texts_there()
    kept = set(PackVersion.objects.filter(version__in=list(there)).values_list("version", flat=True))
    return sorted(version for version in set(there) - kept if _can_be_used(version))


def _can_be_used(version: str) -> bool:
    try:
        return load_pack(version.partition("@")[0]).version == version
    except PackFaults:
        return False


def as_they_were(versions: Iterable[str]) -> dict[str, Then]:
    """The procedures of these versions in the words of their day, as far as they are kept. At most one short query,
    and none for what still reads as it did."""
    asked = set(versions)
    there = {version: _there(version) for version in asked}
    kept = _kept(v for v, pack in there.items() if pack is None or pack.version != v)
    found = {}
    for version, pack in there.items():
        then = kept[version].pack if version in kept else None
        if pack is not None and pack.version == version:
            found[version] = Then(pack, kept=True)
        elif then is not None:
            found[version] = Then(then, kept=True)
        else:
            found[version] = Then(pack or pack_in_force(), kept=False)
    return found


def as_it_was(version: str) -> Then:
    """The same of one version."""
    return as_they_were([version])[version]


def _there(version: str) -> Pack | None:
    """The pack of that version's name as it comes along now; None where none does."""
    try:
        return load_pack(version.partition("@")[0])
    except UnknownPack:
        return None
