"""What a record holds, piece by piece: what a request to see it gathers, and what is decided on one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sightline.children.queries import names_of_folders
from sightline.concerns.models import ConcernPart
from sightline.concerns.queries import Signs, signs_of
from sightline.concerns.queries import on_child as concerns_on_child
from sightline.documents.examiner import TEXT, UNREAD_PAGES
from sightline.documents.queries import DocumentView, added_later, documents, stands_at, words_of
from sightline.documents.terms import MediaKind
from sightline.govuk.words import day
from sightline.records import chronology
from sightline.records.queries import EntryView, decisions, entries
from sightline.records.terms import StatementSource
from sightline.voice.queries import Before, ExplanationView, explanations, voices

from . import met, rows
from .piece import Piece, paragraphs

#: The part of a document that is the file itself; its name is part 0, what was read out of it the parts between.
FILE = 1_000_000

#: No record is longer; it is asked for whole.
ALL = 100_000


def pieces(folder_ids: Sequence[UUID], *, whole_files: bool = False) -> list[Piece]:
    """Everything in a record that somebody who asks may be given: entries by paragraph, what the child said, decisions,
    concerns, documents with their text and pictures, meetings, every row that the rooms keep on the child, and
    whatever else they put on the timeline. With `whole_files` each file stands as itself beside its text."""
    found: list[Piece] = []
    names = {each.called.casefold() for each in names_of_folders(folder_ids).values()}
    for entry in entries(folder_ids, limit=ALL):
        found += _of_entry(entry, names)
    answered: set[UUID] = set()
    for heard in voices(folder_ids, limit=None):
        found += _of_voice(heard)
        answered |= {explained.id for explained in heard.explained} | {done.id for done in heard.done}
    for explained in explanations(folder_ids, limit=None):
        if explained.id not in answered:
            found += _of_explanation(explained)
    for made in decisions(folder_ids):
        texts = [f"{made.outcome.rstrip('.')}.", *paragraphs(made.reasons), made.ruling]
        if made.conflict:
            texts.append(
                f"In conflict with the interests of: {made.conflict}. {made.conflict_resolved}".strip()
            )
        author = f"{made.maker}, {made.maker_post}"
        found += [
            Piece("decision", made.id, part, "A decision", made.made_at, author, text)
            for part, text in enumerate(texts)
            if text.strip()
        ]
    concerns = list(concerns_on_child(folder_ids, limit=ALL))
    signs = signs_of(concerns)
    for raised in concerns:
        found += _of_concern(raised, signs[raised.id])
    stored = documents(folder_ids, limit=ALL)[0]
    texts_of = words_of(folder_ids, [each.id for each in stored if each.opens])
    for each in stored:
        found += _of_document(each, texts_of.get(each.id, ""), whole_files=whole_files)
    found += met.gathered(folder_ids)
    found += rows.gathered(folder_ids, {piece.source_id for piece in found})
    # What answers something that the child said stands with it: it is not decided on a second time.
    covered = answered | {piece.source_id for piece in found}
    for moment in chronology.told(folder_ids):
        if moment.id not in covered and moment.text.strip():
            author = ", ".join(words for words in (moment.author, moment.agency) if words)
            found.append(Piece("other", moment.id, 0, moment.kind, moment.happened_at, author, moment.text))
    return sorted(found, key=lambda p: (p.happened_at, p.source, str(p.source_id), p.part))


def _is_the_child(name: str, relation: str, called: Collection[str]) -> bool:
    """Whether whoever's own words an entry holds is the child, as whoever took them down wrote it."""
    own = relation.strip().casefold() in ("child", "the child")
    return own or not set(name.casefold().split()).isdisjoint(called)


def _of_entry(entry: EntryView, called: Collection[str]) -> list[Piece]:
    """An entry by paragraph, with what its form asked, who was there, why it is late, what it corrects, whose it is.

    `called` are the names that the children of these records go by.
    """
    childs = bool(entry.theirs) and _is_the_child(entry.theirs_name, entry.theirs_relation, called)
    title = f"Entry {entry.number}: {entry.title}"
    author = f"{entry.author}, {entry.author_post}"
    parts = [
        (s.text, s.told_by if s.source is StatementSource.TOLD else "", s.source is StatementSource.CHILD)
        for s in entry.statements
    ]
    parts = parts or [(text, "", False) for text in paragraphs(entry.text)]
    parts = [(text, told_by, said or childs) for text, told_by, said in parts]
    parts += [(f"{a.question} {a.words or a.value}", "", False) for a in entry.answers if a.words or a.value]
    theirs = ", ".join(words for words in (entry.theirs_name, entry.theirs_relation) if words)
    for lead, words in (
        ("What it meant for the child", entry.impact),
        ("Who was there", entry.present),
        ("Why it was written late", entry.late_why),
        (f"What was wrong in entry {entry.corrects_number}", entry.was_wrong),
        ("These are the words of", theirs),
    ):
        if words.strip():
            parts.append((f"{lead}: {words}", "", False))
    for asked in entry.requests:
        parts.append((" ".join(words for words in (asked.told, asked.words) if words), "", False))
    return [
        Piece("entry", entry.id, part, title, entry.happened_at, author,
              f"Told by {told_by}: {text}" if told_by else text, told_by, said)
        for part, (text, told_by, said) in enumerate(parts)
    ]  # fmt: skip


def _term(value: str) -> str:
    return value.replace("_", " ").capitalize()


def _of_concern(raised: ConcernPart, signs: Signs) -> list[Piece]:
    """A child's part of a concern, each answer by itself."""
    public = raised.concern.raised_by is None
    author = "Somebody from the public" if public else raised.concern.raised_post
    told = [f"{_term(raised.family_told)}." if raised.family_told else "", raised.family_told_words]
    agreed = [f"{_term(raised.family_agreed)}." if raised.family_agreed else "", raised.family_agreed_words]
    texts = [*paragraphs(raised.what_happened), *paragraphs(raised.about_child)]
    for lead, words in (
        ("The child said", f"“{raised.child_said}”" if raised.child_said else ""),
        ("Why the child was not heard", raised.child_said_why_not),
        ("What was seen", "; ".join(signs.words) + (f". {signs.note}" if signs.note else "")),
        ("Danger now", raised.danger_words),
        ("Whether the family was told", " ".join(words for words in told if words)),
        ("Whether the family agreed", " ".join(words for words in agreed if words)),
        ("Who else knows the child", raised.known_agencies),
        ("Interpreter", raised.interpreter),
    ):
        if words.strip():
            texts.append(f"{lead}: {words}")
    said = f"The child said: “{raised.child_said}”"
    return [
        Piece("concern", raised.id, part, "A concern was raised", raised.written_at, author, text,
              child_said=text == said, raised_by_public=public)
        for part, text in enumerate(texts)
    ]  # fmt: skip


def _of_document(stored: DocumentView, text: str, *, whole_files: bool) -> list[Piece]:
    """A document by its name, what stands in it paragraph by paragraph, and itself where it is more than text or all
    files are wanted whole. It stands at the day that it bears, and says so where it was added later."""
    at = stands_at(stored.dated, stored.added_at)
    title = "A document"
    if added_later(stored.dated, stored.added_at):
        title += f", added later, on {day(stored.added_at)}"
    if stored.withdrawn:
        title += ", taken out of the record"
    by = ", ".join(words for words in (stored.added_by, stored.added_by_post) if words)
    named = ". ".join(words for words in (stored.name, stored.about) if words)
    words = [named, *paragraphs(text)]
    found = [Piece("document", stored.id, part, title, at, by, each) for part, each in enumerate(words)]
    some = bool(text.strip())
    # Of a long file, and of one that holds scans beside its text, not all was read: it stands as itself as well.
    # So it does where it was read before its pages were counted.
    partly = some and (
        len(text) >= TEXT or any(name == UNREAD_PAGES for name, _ in stored.facts) or stored.pages_unknown
    )
    if stored.opens and (not some or partly or whole_files):
        what = {
            MediaKind.PHOTOGRAPH: "The picture itself",
            MediaKind.AUDIO: "The recording itself",
            MediaKind.VIDEO: "The video itself",
        }.get(
            stored.kind,
            "The file itself, of which not all could be read"
            if partly
            else "The file itself"
            if some
            else "The file itself, out of which no text could be read",
        )
        found.append(
            Piece(
                "document",
                stored.id,
                FILE,
                title,
                at,
                by,
                f"{what}.",
                unread=partly or not some,
                holds=text,
            )
        )
    return found


def _explained(explained: ExplanationView) -> list[tuple[str, bool]]:
    """What a child was told, and what they said to it, each with whether it is the child's own words."""
    reason = f" The reason: {explained.why_no}" if explained.why_no else ""
    texts = [(f"What was explained: {explained.words}{reason}", False)]
    if explained.child_said:
        texts.append((f"What the child said to it: “{explained.child_said}”", True))
    return [*texts, *_before(explained.before)]


def _before(earlier: Sequence[Before]) -> list[tuple[str, bool]]:
    """What stood there until it was put right, each with what was wrong."""
    return [
        (f"Before it was put right ({each.was_wrong}): {' '.join(each.lines)}", False) for each in earlier
    ]


def _of_explanation(explained: ExplanationView) -> list[Piece]:
    """What explains a decision, and answers nothing that the child said."""
    return [
        Piece("voice", explained.id, part, "What was explained to the child", explained.explained_at,
              explained.explained_by, text, child_said=said)
        for part, (text, said) in enumerate(_explained(explained))
    ]  # fmt: skip


def _of_voice(heard: Any) -> list[Piece]:
    """What the child said, then what was done and explained, which tells of it: whom the child asked not to be told
    holds for every part. What was only seen of a child is theirs where they want something or somebody is not told."""
    author = heard.heard_by
    texts = []
    if heard.said:
        texts.append(f"“{heard.said}”" if heard.quoted else heard.said)
    for house, words in (("worries", heard.worries), ("good things", heard.good), ("dreams", heard.dreams)):
        if words:
            texts.append(f"In the house of {house}: “{words}”")
    if heard.wants:
        texts.append(f"Wanted: {heard.wants}")
    for d in heard.done:
        texts += [f"What was done: {d.words}", *(words for words, _said in _before(d.before))]
    for explained in heard.explained:
        texts += [words for words, _said in _explained(explained)]
    for lead, words in (
        ("Asked that somebody is not told", heard.keep_from),
        ("Where", heard.place),
        ("Who else was there", heard.others),
        ("Why not alone", heard.why_not_alone),
        ("Language", heard.language),
        ("What was put right", heard.was_wrong),
    ):
        if words.strip():
            texts.append(f"{lead}: {words}")
    theirs = heard.quoted or bool(heard.wants or heard.keep_from)
    title = "What the child said" if heard.quoted else "What was seen of the child"
    return [
        Piece("voice", heard.id, part, title, heard.heard_at, author, text, child_said=theirs,
              keep_from=heard.keep_from)
        for part, text in enumerate(texts)
    ]  # fmt: skip
