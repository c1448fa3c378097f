"""What is given of a record: made of decisions alone."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.access.queries import joined_set, lead_of, number_of
from sightline.children.queries import (
    ChildView,
    addresses_in,
    knows_addresses,
    without_addresses,
)
from sightline.documents import examining
from sightline.documents.queries import DocumentView, content, document, documents
from sightline.documents.terms import MediaKind
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import pack_in_force
from sightline.records.queries import hidden_numbers

from .. import rules
from ..models import (
    AccessRequest,
)
from ..terms import (
    Asker,
    Choice,
    RequestAct,
)
from .asked import Item, RequestView, bundle
from .people import spared
from .pieces import ALL, FILE

#: The order of the parts of a copy, and what stands over each for whoever reads their own and for somebody else.
PARTS = (
    ("voice", "What you said, and what we did", "What the child said, and what was done"),
    ("decision", "What was decided about you", "What was decided"),
    ("concern", "When somebody was worried about you", "When somebody was worried"),
    ("entry", "What was written in your record", "What was written in the record"),
    ("enquiry", "Assessments and enquiries about you", "Assessments and enquiries"),
    ("meeting", "Meetings about you", "Meetings"),
    ("plan", "The plans for you", "Plans"),
    ("about", "Who you are, and who is in your life", "Who the child is, and who is in their life"),
    ("other", "Other things that happened", "Other things that happened"),
    ("document", "Papers and files in your record", "Papers and files in the record"),
)


@dataclass(frozen=True)
class Whole:
    """What is given: made of decisions alone, so that nothing held back is in it in any form."""

    name: str
    own: bool
    made_on: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    given: int = 0
    held: int = 0
    in_order: bool = False
    """Whether everything stands in the order in which it happened, numbered: for a court or an inquiry."""
    beside: list[str] = field(default_factory=list)
    not_seen: list[str] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        """As a shared copy keeps it."""
        return {
            "name": self.name, "own": self.own, "made_on": self.made_on, "parts": self.parts,
            "words": [list(pair) for pair in self.words],
        }  # fmt: skip


@dataclass(frozen=True)
class FileBeside:
    """A file that is given beside the copy. Its own name may hold words that are held back: it is called by kind and
    number alone, in the copy as well."""

    document: DocumentView
    number: int

    @property
    def as_it_is(self) -> bool:
        """Whether it is given as it is: an older form of Office file, whose words nobody can search here and out of
        which what it says about itself cannot be taken."""
        return not examining.can_be_cleaned(self.document.type)

    @property
    def said(self) -> str:
        """What the copy calls it."""
        return (
            f"{self.name} (an older form of file: its words were not searched)"
            if self.as_it_is
            else self.name
        )

    @property
    def name(self) -> str:
        """'Recording 2'."""
        what = {MediaKind.AUDIO: "Recording", MediaKind.VIDEO: "Video", MediaKind.PHOTOGRAPH: "Picture"}
        return (
            f"{what.get(self.document.kind, 'Document') if self.document.kind else 'Document'} {self.number}"
        )


def _files(
    folder_id: UUID, items: Sequence[Item], besides: Mapping[UUID, FileBeside]
) -> tuple[list[dict[str, str]], list[str]]:
    """The pictures of a document that are given, each with words for it, and the names of what is given beside the
    copy because it cannot stand in it. Raises Refused where a file that is to be given cannot be opened."""
    if not any(item.row.part == FILE and item.given for item in items):
        return [], []
    if (beside := besides.get(items[0].row.source_id)) is not None:
        return [], [beside.said]
    folders = joined_set(lead_of(folder_id)) or [folder_id]
    view = document(items[0].row.source_id, folders)
    name = next((item.given for item in items if item.row.part == 0 and item.given), "")
    with content(view.id, folders, preview=True).opened as opened:
        drawn = b64encode(opened.read()).decode()
    return [{"jpeg": drawn, "alt": name or "A picture whose name is held back"}], []


def files_beside(view: RequestView) -> list[FileBeside]:
    """The documents that are given whole and cannot stand in the copy: recordings, videos, files without text."""
    wanted = {
        item.row.source_id
        for item in bundle(view.id)
        if item.row.source == "document" and item.row.part == FILE and item.given
    }
    if not wanted:
        return []
    folders = joined_set(lead_of(view.row.folder_id)) or [view.row.folder_id]
    found = [
        each
        for each in documents(folders, limit=ALL)[0]
        if each.id in wanted and not (each.kind is MediaKind.PHOTOGRAPH and each.has_preview)
    ]
    found.sort(key=lambda each: (each.added_at, each.id))
    return [FileBeside(each, number) for number, each in enumerate(found, start=1)]


def gathered_at(view: RequestView) -> datetime:
    """When the record was last gathered for a request: the copy shows it as it stood then, whenever it is made."""
    return max((step.at for step in view.steps if step.act == RequestAct.GATHER), default=now())


def who_reads(request: AccessRequest, child: ChildView) -> UUID | None:
    """Who of the family is to read the copy of a request; None for somebody whom the record does not know."""
    return child.child.id if request.asker == Asker.SELF else request.person_id


def whole(view: RequestView, child: ChildView, *, volume: int | None = None) -> Whole:
    """The copy as it was decided, for print and for reading here. A confidential address that is not the reader's own
    is in no copy, whatever was decided on the item that it stands in. `volume`: the one whose pictures are wanted,
    since those of all of a long record would be more than a process may hold; none of them with 0.

    Raises NotFound where an item is not decided, Refused where a file that is to be given cannot be opened.
    """
    grounds = {g.id: g for g in pack_in_force().disclosure_grounds(today())}
    own = view.asker is Asker.SELF
    items = bundle(view.id)
    groups: dict[UUID, list[Item]] = {}
    held_words: set[str] = set()
    for item in items:
        if item.decision is None:
            raise NotFound
        held_words |= set(item.decision.words)
        groups.setdefault(item.row.source_id, []).append(item)
    besides = {each.document.id: each for each in files_beside(view)}
    fit = rules.taking_out(held_words, spared(view.row, child))
    places = list(groups)
    pictured = set(
        places if volume is None else places[max(volume - 1, 0) * rules.VOLUME : volume * rules.VOLUME]
    )

    def row_of(group: Sequence[Item]) -> dict[str, Any]:
        first, source = group[0].row, group[0].row.source
        texts = [i.given for i in group if i.given and (source, i.row.part) != ("document", FILE)]
        title = _second_person(first.title) if own else first.title
        files = source == "document" and first.source_id in pictured
        pictures, beside = _files(view.row.folder_id, group, besides) if files else ([], [])
        return {
            # Where all of it is held back, not even its title may say what it was.
            "title": (fit(title) if texts or pictures or beside else "Something in the record"),
            "when": _day(first.happened_at),
            "by": fit(first.author) if texts else "",
            "texts": texts,
            "note": _withheld(group, grounds),
            "pictures": pictures,
            "beside": [f"Given to you as a file beside this: {name}" for name in beside],
        }

    parts = (
        _in_order(groups.values(), row_of)
        if view.asker is Asker.COURT
        else _by_kind(groups.values(), row_of, own=own)
    )
    parts = _without_addresses_of_others(parts, view.row, child)
    every = " ".join(text for part in parts for row in part["rows"] for text in row["texts"])
    glossary = [
        (a.abbreviation, a.stands_for)
        for a in pack_in_force().glossary(today())
        if re.search(rf"(?<!\w){re.escape(a.abbreviation)}(?!\w)", every)
    ]
    return Whole(
        name=f"{child.child.name} ({child.child.full_name})" if child.child.full_name else child.child.name,
        own=own,
        made_on=_day(gathered_at(view)),
        parts=parts,
        words=glossary,
        given=sum(bool(i.given) for i in items),
        held=sum(i.decision is not None and i.decision.choice != Choice.GIVE for i in items),
        in_order=view.asker is Asker.COURT,
        beside=[each.name for each in besides.values()],
        not_seen=_not_seen(child) if view.asker is Asker.COURT else [],
    )


def _withheld(group: Sequence[Item], grounds: Mapping[str, Any]) -> str:
    """What a copy says where something of it is held back, with the law; empty where nothing is."""
    told = []
    for item in group:
        assert item.decision is not None
        ground = grounds.get(item.decision.ground)
        if item.decision.choice != Choice.GIVE:
            told.append(ground.told if ground and ground.told else "")
    if not told:
        return ""
    some = any(item.given for item in group)
    lead = "Something is held back here." if some else "This is held back."
    return " ".join([lead, *dict.fromkeys(words for words in told if words)])


RowOf = Callable[[Sequence[Item]], dict[str, Any]]


def _by_kind(groups: Iterable[Sequence[Item]], row_of: RowOf, *, own: bool) -> list[dict[str, Any]]:
    """The parts of a copy for a person: what is of one kind stands together."""
    by_source: dict[str, list[Sequence[Item]]] = {}
    for group in groups:
        by_source.setdefault(group[0].row.source, []).append(group)
    return [
        {"heading": for_own if own else for_other, "rows": [row_of(group) for group in by_source[source]]}
        for source, for_own, for_other in PARTS
        if source in by_source
    ]


def _in_order(groups: Iterable[Sequence[Item]], row_of: RowOf) -> list[dict[str, Any]]:
    """The parts of a copy for a court or an inquiry: everything as it happened, numbered throughout, month by month."""
    parts: list[dict[str, Any]] = []
    for number, group in enumerate(groups, start=1):
        month = f"{group[0].row.happened_at.astimezone(LONDON):%B %Y}"
        if not parts or parts[-1]["heading"] != month:
            parts.append({"heading": month, "rows": []})
        row = row_of(group)
        parts[-1]["rows"].append(row | {"number": number, "title": f"{number}. {row['title']}"})
    return parts


def _not_seen(child: ChildView) -> list[str]:
    """The entries of the record that whoever makes a copy may not see, and which can therefore not be in it."""
    return [
        f"Entries that are in the record {number_of(folder)} and not in this copy, since whoever made it may not see "
        f"them: {', '.join(str(number) for number in numbers)}."
        for folder, numbers in hidden_numbers(child.folder_ids).items()
    ]


def _without_addresses_of_others(
    parts: list[dict[str, Any]], request: AccessRequest, child: ChildView
) -> list[dict[str, Any]]:
    """The parts of a copy without confidential addresses, each row saying so. One query."""
    fit = without_addresses(child.folder_ids, parts, who_reads(request, child))
    for after, before in zip(fit, parts, strict=True):
        for row, as_decided in zip(after["rows"], before["rows"], strict=True):
            if row != as_decided:
                row["note"] = f"{row['note']} An address is held back.".strip()
    return fit


def words_to_decide(item: Item, child: ChildView) -> list[str]:
    """The words that are proposed for holding back, those left out that whoever decides must not know: an address
    is held back whatever is decided. At most one query."""
    words = item.row.words
    if knows_addresses():
        return list(words)
    kept = addresses_in(child.folder_ids, words)
    return [word for word, found in zip(words, kept, strict=True) if not found]


def _second_person(title: str) -> str:
    return {
        "What the child said": "What you said",
        "What was seen of the child": "What we saw of you",
        "A concern was raised": "Somebody was worried about you",
    }.get(title, title)


def _day(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"
