"""How entries come into records: their paragraphs, answers, decisions and numbers, in one go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.access.queries import number_of
from sightline.agencies.rules import Acting
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import EntryForm

from .. import rules
from ..marks import Paragraph, in_whose_words, renumbered, whole
from ..models import (
    Entry,
    EntryAnswer,
    Statement,
    StatementRest,
)
from ..queries import lateness, ways_into
from ..terms import DecisionKind, EntryKind, StatementKind, StatementSource
from .deciding import Deciding, decide
from .numbers import _next_numbers, one_at_a_time


@dataclass(frozen=True)
class Answered:
    """An answer to a question of the form, with the question as it was put. `words` is the answer as it is read."""

    question_id: str
    question: str
    words: str
    value: str = ""


@dataclass(frozen=True)
class EntryIn:
    """One entry about one or several children, as its writer leaves it.

    `text` stands in the record of each folder, `own` in that of one alone; both with marks (see `marks`). `answers` are
    those of the whole entry by question, `child_answers` those of each child, `impact` what the event means for each
    child for whom it is significant, by folder. `written_for`, or a name and a post where they have no sign-in, is
    whoever saw or heard it and will confirm it. `reviews` is the entry that this one looks at again.
    """

    folder_ids: tuple[UUID, ...]
    kind: str
    happened_at: datetime
    text: str
    own: Mapping[UUID, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    child_answers: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    present: str = ""
    late_why: str = ""
    impact: Mapping[UUID, str] = field(default_factory=dict)
    written_for: UUID | None = None
    written_for_name: str = ""
    written_for_post: str = ""
    reviews: UUID | None = None
    subject_id: UUID | None = None


@dataclass
class _Page:
    """What is about to be written in one folder."""

    folder_id: UUID
    paragraphs: list[Paragraph]
    answers: list[Answered] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


def _signed_from(draft_id: UUID, acting: Acting) -> dict[UUID, Entry]:
    """What the writer has signed from that draft. Whoever signs it at the same time waits here until it is known."""
    one_at_a_time(draft_id)
    return {
        row.folder_id: row
        for row in Entry.objects.filter(written_from=draft_id, author_id=acting.practitioner_id)
    }


def _together(entry: Entry) -> list[Entry]:
    """The entry and those written together with it, as far as the viewer may read them."""
    if entry.written_together is None:
        return [entry]
    return list(
        Entry.objects.filter(written_together=entry.written_together, kind=entry.kind).order_by("folder_id")
    )


def _may_write_in(folder_ids: Sequence[UUID]) -> None:
    """Raises NotFound for a folder that the viewer may not open, NotPermitted where they may only read."""
    for folder_id, writes, reads in ways_into(folder_ids):
        if not writes and not reads:
            raise NotFound
        if not writes:
            raise NotPermitted(
                f"You may read the record {number_of(folder_id)}, but not write in it. "
                "Ask the manager who answers for it to let you write."
            )


def _write(
    acting: Acting,
    pages: Sequence[_Page],
    *,
    kind: str,
    happened_at: datetime,
    title: str = "",
    pack: Pack | None = None,
    late_why: str = "",
    subject_id: UUID | None = None,
    impact: Mapping[UUID, str] | None = None,
    present: str = "",
    form: EntryForm | None = None,
    draft_id: UUID | None = None,
    late: tuple[bool, str] | None = None,
    significant_before: Collection[UUID] = (),
    decides: bool = True,
    what: str = "records.sign_entry",
) -> dict[UUID, Entry]:
    """The rows of entries written in one go, numbered; decisions among their paragraphs are decided.

    `impact` is what the event means for each child for whom it is significant, by folder: each stands in that record
    alone, and for a brother or sister who is not among them the event is not significant.
    `late`: whether it counts as written late, and the limit in words, where that is not a matter of now.
    `significant_before`: the folders in which it stood as a significant event already, of which nobody is told again.
    """
    at = now()
    folders = [page.folder_id for page in pages]
    _may_write_in(folders)
    rules.has_happened(happened_at, at).or_refuse()
    meant = {folder: words.strip() for folder, words in (impact or {}).items() if folder in folders}
    _says_each_impact(meant)
    for page in pages:
        if not page.paragraphs:
            raise Refused("Write what happened.", "text")
        for paragraph in page.paragraphs:
            rules.may_sign_paragraph(paragraph).or_refuse()
    pack = pack or pack_in_force()
    is_late, span = late or lateness(pack, acting.agency_kind.value, happened_at, at)
    rules.says_why_late(is_late, late_why, span).or_refuse()
    _recognise_children(pages)
    rests = _references(pages)
    together = uuid7() if len(pages) > 1 else None
    numbers = _next_numbers(folders, at)
    entries = {}
    for page in pages:
        entries[page.folder_id] = Entry(
            folder_id=page.folder_id,
            number=numbers[page.folder_id],
            kind=str(kind),
            title=title or _title(pack, str(kind)),
            happened_at=happened_at,
            written_at=at,
            author_id=acting.practitioner_id,
            author_post=acting.post,
            agency_id=acting.agency_id,
            text=whole(page.paragraphs),
            present=present.strip(),
            late=is_late,
            late_why=late_why.strip() if is_late else "",
            significant=page.folder_id in meant,
            impact=meant.get(page.folder_id, ""),
            third_party=any(p.source is StatementSource.TOLD for p in page.paragraphs),
            form_from=form.from_ if form else None,
            pack=pack.name,
            pack_version=pack.version,
            written_together=together,
            written_from=draft_id,
            subject_id=subject_id,
            beside=beside(page.paragraphs, page.answers),
            **page.fields,
        )
    Entry.objects.bulk_create(entries.values())
    if new := [entry for f, entry in entries.items() if f in meant and f not in significant_before]:
        for tell in told_of_significant:
            tell(new)
    _write_parts(pages, entries, rests)
    for hear in told_of_entries:
        hear([SignedEntry(entries[page.folder_id], tuple(page.answers)) for page in pages])
    record_many(
        event(Verb.WROTE, what, folder_id=folder_id, subject=entry) for folder_id, entry in entries.items()
    )
    if decides:
        _decide_in(pages, entries, pack)
    return entries


def _says_each_impact(meant: Mapping[UUID, str]) -> None:
    """Raises Refused, naming the child, where it is not said what a significant event means for one of them."""
    lacking = [folder for folder, words in meant.items() if not rules.says_impact(words)]
    if lacking:
        who = names_of_folders(lacking[:1]).get(lacking[0])
        rules.says_impact("", who.called if who else "the child").or_refuse()


def beside(paragraphs: Iterable[Paragraph], answers: Iterable[Answered]) -> str:
    """What an entry is found by besides its text: the answers on its form, and who told it."""
    told = dict.fromkeys(p.told_by for p in paragraphs if p.told_by)
    return "\n".join([*(f"{a.question} {a.words}" for a in answers), *told])


def _title(pack: Pack, kind: str) -> str:
    """What a kind is called today."""
    if kind == EntryKind.CORRECTION:
        return "Correction"
    try:
        return pack.entry_form(kind, today()).title
    except NotInForce:
        return kind.replace("_", " ").capitalize()


def _recognise_children(pages: Sequence[_Page]) -> None:
    """What was told by the child of the record is the child's own words, in that record."""
    if not any(p.told_by for page in pages for p in page.paragraphs):
        return
    names = names_of_folders([page.folder_id for page in pages])
    for page in pages:
        who = names.get(page.folder_id)
        if who is not None:
            called = [who.name, who.called, who.name.split(" ")[0]]
            page.paragraphs = in_whose_words(page.paragraphs, called)


def _references(pages: Sequence[_Page]) -> dict[tuple[UUID, int], UUID]:
    """The entries that the paragraphs name by number, by folder and number as they then stand in the text.

    A number in a shared paragraph is one of the first folder's record: in each other record the same entry has a number
    of its own, which takes its place. Raises Refused where there is no such entry.
    """
    first = pages[0].folder_id
    wanted = {
        (page.folder_id if p.only else first, n)
        for page in pages
        for p in page.paragraphs
        for n in p.references
    }
    if not wanted:
        return {}
    found: dict[tuple[UUID, int], Entry] = {
        (row.folder_id, row.number): row
        for row in Entry.objects.filter(
            folder_id__in={folder for folder, _ in wanted}, number__in={number for _, number in wanted}
        )
    }
    for folder_id, number in sorted(wanted, key=lambda pair: pair[1]):
        if (folder_id, number) not in found:
            raise Refused(
                f"There is no entry {number} in this record that you may read. Write the number of an entry "
                "after #, or leave out the # if you do not mean an entry.",
                "text",
            )
    shared = {
        n: found[first, n] for page in pages for p in page.paragraphs if not p.only for n in p.references
    }
    elsewhere = {
        (row.folder_id, row.written_together): row
        for row in Entry.objects.filter(
            folder_id__in=[page.folder_id for page in pages[1:]],
            written_together__in=[e.written_together for e in shared.values() if e.written_together],
            corrects__isnull=True,
        )
    } if shared and len(pages) > 1 else {}  # fmt: skip
    rests: dict[tuple[UUID, int], UUID] = {}
    for page in pages:
        numbers: dict[int, int] = {}
        for number, entry in shared.items():
            here = (
                entry if page.folder_id == first else elsewhere.get((page.folder_id, entry.written_together))
            )
            if here is None:
                raise Refused(
                    f"Entry {number} does not stand in every record that you write in. Put the paragraph that "
                    "names it under “Only for one child”.",
                    "text",
                )
            numbers[number] = here.number
            rests[page.folder_id, here.number] = here.id
        for paragraph in page.paragraphs:
            if paragraph.only:
                for number in paragraph.references:
                    rests[page.folder_id, number] = found[page.folder_id, number].id
        page.paragraphs = [
            p if p.only or p.as_given else replace(p, text=renumbered(p.text, numbers))
            for p in page.paragraphs
        ]
    return rests


def _write_parts(
    pages: Sequence[_Page], entries: Mapping[UUID, Entry], rests: Mapping[tuple[UUID, int], UUID]
) -> None:
    """The paragraphs and answers of entries, and what the paragraphs rest on."""
    statements, links, answers = [], [], []
    for page in pages:
        entry = entries[page.folder_id]
        for place, p in enumerate(page.paragraphs):
            statement = Statement(
                folder_id=page.folder_id,
                entry=entry,
                place=place,
                kind=p.kind.value,
                source=p.source.value,
                told_by=p.told_by,
                only=p.only,
                text=p.text,
            )
            statements.append(statement)
            links += [
                StatementRest(
                    folder_id=page.folder_id, statement=statement, entry_id=rests[page.folder_id, n]
                )
                for n in p.references
            ]
        answers += [
            EntryAnswer(
                folder_id=page.folder_id,
                entry=entry,
                place=place,
                question_id=answer.question_id,
                question=answer.question,
                value=answer.value if len(answer.value) <= 60 else "",
                words=answer.words,
            )
            for place, answer in enumerate(page.answers)
        ]
    Statement.objects.bulk_create(statements, batch_size=1000)
    if links:
        StatementRest.objects.bulk_create(links, batch_size=1000)
    if answers:
        EntryAnswer.objects.bulk_create(answers, batch_size=1000)


def _decide_in(pages: Sequence[_Page], entries: Mapping[UUID, Entry], pack: Pack) -> None:
    """A decision that its author writes down in an entry stands among the decisions on the child (REC-08)."""
    made = [
        Deciding(
            folder_id=page.folder_id,
            kind=DecisionKind.IN_ENTRY,
            outcome=p.decided[0],
            reasons=p.decided[1],
            pack=pack.name,
            pack_version=pack.version,
            subject_id=entries[page.folder_id].id,
        )
        for page in pages
        for p in page.paragraphs
        if p.kind is StatementKind.DECISION and p.source is StatementSource.FIRST_HAND
    ]
    if made:
        decide(made)


@dataclass(frozen=True)
class SignedEntry:
    """An entry as rooms above are told of it: the row, and what its form asked of this child."""

    entry: Entry
    answers: tuple[Answered, ...]

    def answer(self, question_id: str) -> str:
        """The value given to that question, or an empty text."""
        return next((a.value for a in self.answers if a.question_id == question_id), "")


#: Rooms above that go on from what the record holds are told of every signed entry, in the same transaction.
told_of_entries: list[Callable[[Sequence[SignedEntry]], None]] = []


#: Rooms above that owe something once significant events were written are told of them here, in the same transaction.
told_of_significant: list[Callable[[Sequence[Entry]], None]] = []
