"""Reads of the record: entries and decisions of folders that the viewer may open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from sightline.access.drafts import latest
from sightline.agencies.models import Posting
from sightline.children.models import Involvement, Person, Tie
from sightline.children.queries import NameAndAge
from sightline.children.terms import Kinship
from sightline.documents.subjects import Named
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, today
from sightline.kernel.together import Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.procedures import clocks
from sightline.procedures.pack import Pack
from sightline.procedures.schema import spoken

from . import rules
from .models import (
    Confirmation,
    ConfirmationRequest,
    Decision,
    Entry,
    EntryAnswer,
    EntryCounter,
    EntryDraft,
    Statement,
    StatementRest,
)
from .terms import Confirming, DecisionKind, StatementKind, StatementSource
from .wording import TheirWords

#: The first day for which packs say when an entry is late; what happened before counts by that.
EARLIEST = date(1989, 11, 16)


@dataclass(frozen=True)
class RestsOn:
    """An entry that a statement rests on."""

    entry_id: UUID
    number: int


@dataclass(frozen=True)
class RequestView:
    """Somebody was asked to confirm an entry, or one paragraph of it, and what became of that."""

    id: UUID
    entry_id: UUID
    statement_id: UUID | None
    name: str
    post: str
    practitioner_id: UUID | None
    asked_at: datetime
    said: Confirming
    words: str = ""
    answered_by: str = ""
    answered_post: str = ""
    answered_at: datetime | None = None

    @property
    def told(self) -> str:
        """'Not yet confirmed by Ines Farrow, Health visitor, Eastmere Health Trust.'"""
        whom = f"{self.name}, {self.post}" if self.post else self.name
        if self.said is Confirming.WAITING:
            return f"Not yet confirmed by {whom}."
        if self.said is Confirming.CONFIRMED:
            return f"Confirmed by {whom}."
        if self.said is Confirming.DISPUTED:
            return f"{whom}, does not confirm it as it is written."
        return f"Cannot be confirmed by {whom}."


@dataclass(frozen=True)
class StatementView:
    """One paragraph: what it is, and where it comes from."""

    id: UUID
    kind: StatementKind
    source: StatementSource
    told_by: str
    only: bool
    text: str
    rests: tuple[RestsOn, ...] = ()

    @property
    def by(self) -> str:
        """'I saw or heard it', 'Maya said', 'Told by Sam Reyes, teacher', 'mine'."""
        if self.source is StatementSource.CHILD:
            return f"{self.told_by} said"
        if self.source is StatementSource.TOLD:
            return f"Told by {self.told_by}"
        return "Seen or heard by the author" if self.kind is StatementKind.FACT else "The author’s own"


@dataclass(frozen=True)
class AnswerView:
    question_id: str
    question: str
    value: str
    words: str


@dataclass(frozen=True)
class EntryView:
    """An entry as it was signed, and what has been added to it since."""

    id: UUID
    folder_id: UUID
    number: int
    kind: str
    happened_at: datetime
    written_at: datetime
    author: str
    author_post: str
    text: str
    late_why: str
    corrects_number: int | None
    was_wrong: str
    corrected_by: tuple[int, ...]
    title: str = ""
    author_id: UUID | None = None
    agency_id: UUID | None = None
    present: str = ""
    late: bool = False
    significant: bool = False
    impact: str = ""
    third_party: bool = False
    corrects_id: UUID | None = None
    follows_id: UUID | None = None
    follows_number: int | None = None
    followed_by: tuple[tuple[UUID, int, str], ...] = ()
    """Entries that stand on this one: its reviews and what others add to it, as (id, number, title)."""
    theirs: str = ""
    theirs_name: str = ""
    theirs_relation: str = ""
    subject_id: UUID | None = None
    written_together: UUID | None = None
    form_from: date | None = None
    pack: str = ""
    pack_version: str = ""
    statements: tuple[StatementView, ...] = ()
    answers: tuple[AnswerView, ...] = ()
    requests: tuple[RequestView, ...] = field(default=())

    @property
    def confirming(self) -> Confirming | None:
        """How the entry stands that was written for somebody else; None where it was not."""
        whole = [r.said for r in self.requests if r.statement_id is None]
        return whole[0] if whole else None

    @property
    def confirmed(self) -> bool:
        """Nobody is still to confirm it, or some of it."""
        return all(r.said is Confirming.CONFIRMED for r in self.requests)


def entries(
    folder_ids: Iterable[UUID],
    *,
    limit: int = 50,
    offset: int = 0,
    where: Q | None = None,
) -> list[EntryView]:
    """The latest entries first, narrowed by `where` over columns of the entry. Three queries."""
    found = Entry.objects.filter(folder_id__in=list(folder_ids))
    if where is not None:
        found = found.filter(where)
    return views(_with_people(found).order_by("-happened_at", "-number")[offset : offset + limit])


#: So many of each the child's page takes from the record.
LATEST = 20


@prepared
def _latest_entries(folder_ids: Sequence[UUID]) -> Wanted:
    corrections = Entry.objects.filter(corrects=OuterRef("pk")).order_by("number")
    found = _with_people(Entry.objects.filter(folder_id__in=folder_ids), whole=False)
    found = found.annotate(corrected_by=ArraySubquery(corrections.values("number")))
    return (found.order_by("-happened_at", "-number")[:LATEST],)


def latest_entries(folder_ids: Sequence[UUID]) -> list[EntryView]:
    """The latest entries, as many as the child's page shows, without their parts. One query."""
    (rows,) = _latest_entries(folder_ids)
    return [_entry_view(row, row.corrected_by) for row in rows]


def entry(entry_id: UUID, folder_ids: Iterable[UUID]) -> EntryView:
    """One entry of these folders. Raises NotFound."""
    found = views(_with_people(Entry.objects.filter(id=entry_id, folder_id__in=list(folder_ids))))
    if not found:
        raise NotFound
    return found[0]


def entries_named(entry_ids: Iterable[UUID], folder_ids: Iterable[UUID]) -> list[EntryView]:
    """These entries, of these folders, the latest first, without their parts. Two queries."""
    found = Entry.objects.filter(id__in=list(entry_ids), folder_id__in=list(folder_ids))
    return views(_with_people(found, whole=False).order_by("-happened_at", "-number"), whole=False)


def entries_to_attach_to(folder_ids: Sequence[UUID], entry_ids: Sequence[UUID]) -> dict[UUID, Named]:
    """How documents name the entries that they hang on: 'Entry 12, visit'."""
    return {
        ident: Named(folder, f"Entry {number}, {title.lower()}", f"/child/{folder}/record/{ident}/")
        for ident, folder, number, title in Entry.objects.filter(
            id__in=list(entry_ids), folder_id__in=list(folder_ids)
        ).values_list("id", "folder_id", "number", "title")
    }


def _with_people(found: QuerySet[Entry], *, whole: bool = True) -> QuerySet[Entry]:
    """Entries with their authors and (`whole`) with their answers and what became of confirmations, in one query."""
    found = found.select_related("author", "corrects", "follows").defer("words")
    if not whole:
        return found
    answers = EntryAnswer.objects.filter(entry=OuterRef("pk")).order_by("place")
    requests = ConfirmationRequest.objects.filter(entry=OuterRef("pk")).order_by("asked_at", "id")
    return found.annotate(
        answered=ArraySubquery(
            answers.values(
                json=JSONObject(question_id="question_id", question="question", value="value", words="words")
            )
        ),
        asked=ArraySubquery(
            requests.values(
                json=JSONObject(
                    id="id", statement="statement_id", name="name", post="post", practitioner="practitioner_id",
                    asked_at="asked_at", said="answer__said", words="answer__words",
                    by="answer__practitioner__name", by_post="answer__post", at="answer__at",
                )
            )
        ),
    )  # fmt: skip


def views(
    found: Iterable[Entry], *, whole: bool = True, linked: Iterable[Entry] | None = None
) -> list[EntryView]:
    """Rows of entries as pages show them, in their order; `linked` are those that stand on them, where known."""
    rows = list(found)
    ids = [row.id for row in rows]
    corrections: dict[UUID, list[int]] = defaultdict(list)
    following: dict[UUID, list[tuple[UUID, int, str]]] = defaultdict(list)
    after = (
        ((e.id, e.corrects_id, e.follows_id, e.number, e.title) for e in linked)
        if linked is not None
        else Entry.objects.filter(Q(corrects_id__in=ids) | Q(follows_id__in=ids))
        .order_by("number")
        .values_list("id", "corrects_id", "follows_id", "number", "title")
    )
    for ident, corrected, followed, number, title in after:
        if corrected is not None:
            corrections[corrected].append(number)
        elif followed is not None:
            following[followed].append((ident, number, title))
    if not whole:
        return [_entry_view(row, corrections[row.id]) for row in rows]
    statements = _statements(ids)
    return [
        _entry_view(
            row, corrections[row.id], statements[row.id], _answered(row), _asked(row), following[row.id]
        )
        for row in rows
    ]


def _statements(entry_ids: Sequence[UUID]) -> dict[UUID, list[StatementView]]:
    rests = StatementRest.objects.filter(statement=OuterRef("pk")).order_by("entry__number")
    found: dict[UUID, list[StatementView]] = defaultdict(list)
    for row in (
        Statement.objects.filter(entry_id__in=entry_ids)
        .annotate(rest=ArraySubquery(rests.values(json=JSONObject(id="entry_id", number="entry__number"))))
        .order_by("entry_id", "place")
    ):
        found[row.entry_id].append(
            StatementView(
                id=row.id,
                kind=StatementKind(row.kind),
                source=StatementSource(row.source),
                told_by=row.told_by,
                only=row.only,
                text=row.text,
                rests=tuple(RestsOn(UUID(r["id"]), r["number"]) for r in row.rest),
            )
        )
    return found


def _answered(row: Any) -> tuple[AnswerView, ...]:
    return tuple(AnswerView(a["question_id"], a["question"], a["value"], a["words"]) for a in row.answered)


def _asked(row: Any) -> tuple[RequestView, ...]:
    return tuple(
        RequestView(
            id=UUID(r["id"]),
            entry_id=row.id,
            statement_id=UUID(r["statement"]) if r["statement"] else None,
            name=r["name"],
            post=r["post"],
            practitioner_id=UUID(r["practitioner"]) if r["practitioner"] else None,
            asked_at=datetime.fromisoformat(r["asked_at"]),
            said=Confirming(r["said"] or Confirming.WAITING),
            words=r["words"] or "",
            answered_by=r["by"] or "",
            answered_post=r["by_post"] or "",
            answered_at=datetime.fromisoformat(r["at"]) if r["at"] else None,
        )
        for r in row.asked
    )


def _request_view(row: ConfirmationRequest) -> RequestView:
    answer: Confirmation | None = getattr(row, "answer", None)
    return RequestView(
        id=row.id,
        entry_id=row.entry_id,
        statement_id=row.statement_id,
        name=row.name,
        post=row.post,
        practitioner_id=row.practitioner_id,
        asked_at=row.asked_at,
        said=Confirming(answer.said) if answer else Confirming.WAITING,
        words=answer.words if answer else "",
        answered_by=answer.practitioner.name if answer else "",
        answered_post=answer.post if answer else "",
        answered_at=answer.at if answer else None,
    )


def _entry_view(
    row: Entry,
    corrected_by: Sequence[int],
    statements: Sequence[StatementView] = (),
    answers: Sequence[AnswerView] = (),
    requests: Sequence[RequestView] = (),
    followed_by: Sequence[tuple[UUID, int, str]] = (),
) -> EntryView:
    return EntryView(
        id=row.id,
        folder_id=row.folder_id,
        number=row.number,
        kind=row.kind,
        title=row.title or row.kind.replace("_", " ").capitalize(),
        happened_at=row.happened_at,
        written_at=row.written_at,
        author=row.author.name,
        author_id=row.author_id,
        author_post=row.author_post,
        agency_id=row.agency_id,
        text=row.text,
        present=row.present,
        late=row.late,
        late_why=row.late_why,
        significant=row.significant,
        impact=row.impact,
        third_party=row.third_party,
        corrects_id=row.corrects_id,
        corrects_number=row.corrects.number if row.corrects else None,
        was_wrong=row.was_wrong,
        corrected_by=tuple(corrected_by),
        follows_id=row.follows_id,
        follows_number=row.follows.number if row.follows else None,
        followed_by=tuple(followed_by),
        theirs=row.theirs,
        theirs_name=row.theirs_name,
        theirs_relation=row.theirs_relation,
        subject_id=row.subject_id,
        written_together=row.written_together,
        form_from=row.form_from,
        pack=row.pack,
        pack_version=row.pack_version,
        statements=tuple(statements),
        answers=tuple(answers),
        requests=tuple(requests),
    )


@dataclass(frozen=True)
class Story:
    """An entry with all that stands on it: what puts it right, its reviews, and what others say of it, in order."""

    entry: EntryView
    corrections: tuple[EntryView, ...]
    after: tuple[EntryView, ...]

    @property
    def latest(self) -> EntryView:
        """The entry as its last correction has it."""
        return self.corrections[-1] if self.corrections else self.entry


def story(entry_id: UUID, folder_ids: Iterable[UUID]) -> Story:
    """One entry of these folders with all that stands on it. Two queries. Raises NotFound."""
    which = Q(id=entry_id) | Q(corrects_id=entry_id) | Q(follows_id=entry_id)
    rows = list(
        _with_people(Entry.objects.filter(which, folder_id__in=list(folder_ids))).order_by(
            "folder_id", "number"
        )
    )
    found = views(rows, linked=rows)
    entry = next((view for view in found if view.id == entry_id), None)
    if entry is None:
        raise NotFound
    return Story(
        entry,
        tuple(view for view in found if view.corrects_id == entry_id),
        tuple(view for view in found if view.follows_id == entry_id and view.corrects_id is None),
    )


def corrections_of(entry_id: UUID) -> list[EntryView]:
    """What put an entry right, in order."""
    return views(_with_people(Entry.objects.filter(corrects_id=entry_id)).order_by("number"))


def standing(entry_ids: Iterable[UUID]) -> list[EntryView]:
    """Entries as their last correction has them: the correction where there is one."""
    wanted = list(entry_ids)
    latest = {
        row.corrects_id: row
        for row in _with_people(Entry.objects.filter(corrects_id__in=wanted)).order_by("number")
    }
    rows = {row.id: row for row in _with_people(Entry.objects.filter(id__in=wanted))}
    return views(latest.get(ident, rows[ident]) for ident in wanted if ident in rows)


@dataclass(frozen=True)
class AlsoIn:
    """The same entry in the record of another child."""

    entry_id: UUID
    folder_id: UUID
    number: int


def written_together(view: EntryView) -> list[AlsoIn]:
    """Where else an entry stands, as far as the viewer may write there."""
    if view.written_together is None:
        return []
    rows = list(
        Entry.objects.filter(written_together=view.written_together, kind=view.kind)
        .exclude(id=view.id)
        .order_by("folder_id")
        .values_list("id", "folder_id", "number")
    )
    writes = {folder for folder, may, _ in ways_into([folder for _, folder, _ in rows]) if may}
    return [AlsoIn(ident, folder, number) for ident, folder, number in rows if folder in writes]


def hidden_numbers(
    folder_ids: Iterable[UUID], *, first: int = 1, last: int | None = None, seen: int | None = None
) -> dict[UUID, list[int]]:
    """The numbers of a record that were given and that the viewer does not see, by folder: a page says so of each
    (REC-03). From `first` to `last`, where the viewer looks at a part. `seen` is how many entries of these folders
    the viewer sees in all, where that has been counted already. At most three queries, often one."""
    given = dict(EntryCounter.objects.filter(folder_id__in=list(folder_ids)).values_list("folder_id", "last"))
    if seen == sum(given.values()):
        return {}
    open_to = dict(
        Entry.objects.filter(folder_id__in=given)
        .values_list("folder_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    # A record of thousands is read number by number only where some are missing.
    folders = [folder for folder, top in given.items() if open_to.get(folder, 0) < top]
    if not folders:
        return {}
    numbers: dict[UUID, set[int]] = defaultdict(set)
    for folder, number in Entry.objects.filter(folder_id__in=folders).values_list("folder_id", "number"):
        numbers[folder].add(number)
    return {
        folder: missing
        for folder in folders
        for top in (given[folder],)
        if (missing := [n for n in range(first, min(top, last or top) + 1) if n not in numbers[folder]])
    }


@dataclass(frozen=True)
class LastSeen:
    """When a child was last seen, by whom, and whether alone; None where nobody wrote whether."""

    at: datetime
    by: str
    by_post: str
    alone: bool | None
    entry_id: UUID | None
    """The entry that says so; None where another room's own page does."""


@prepared
def _said_seen(folder_ids: Sequence[UUID]) -> Wanted:
    alone = EntryAnswer.objects.filter(entry=OuterRef("entry"), question_id="seen_alone").values("value")[:1]
    said = (
        EntryAnswer.objects.filter(folder_id__in=folder_ids, question_id="seen")
        .select_related("entry__author")
        .defer("entry__words", "entry__text")
        .annotate(alone=Subquery(alone))
        .order_by("-entry__happened_at", "-entry__number")[:40]
    )
    return (said,)


def last_seen(folder_ids: Iterable[UUID]) -> LastSeen | None:
    """The latest entry that says the child was seen, as its last correction has it. One query."""
    (candidates,) = _said_seen(list(folder_ids))
    put_right = {answer.entry.corrects_id for answer in candidates if answer.entry.corrects_id}
    for answer in candidates:
        row = answer.entry
        if row.id in put_right or answer.value != "yes":
            continue
        return LastSeen(
            row.happened_at,
            row.author.name,
            row.author_post,
            None if answer.alone is None else answer.alone == "yes",
            row.id,
        )
    return None


# -- who may be written about ---------------------------------------------------------------------------


def ways_into(folder_ids: Iterable[UUID]) -> list[tuple[UUID, bool, bool]]:
    """Each folder, whether the viewer may write in it, and whether they may read it. One query."""
    wanted = list(dict.fromkeys(folder_ids))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f, access_may_add(f), access_may_read(f) FROM unnest(%s::uuid[]) AS f", [wanted]
        )
        return list(cursor.fetchall())


def children_beside(folder_ids: Sequence[UUID]) -> list[UUID]:
    """The folders of other children in a child's life in which the viewer may write: brothers and sisters, and whoever
    else is tied to the child. Three queries."""
    others = Tie.objects.filter(held_on(today()), folder_id__in=list(folder_ids)).values("other_id")
    folders = list(
        Person.objects.filter(id__in=others, folder_id__isnull=False).values_list("folder_id", flat=True)
    )
    return [folder for folder, writes, _ in ways_into(folders) if writes and folder not in folder_ids]


def colleagues_of(folder_ids: Sequence[UUID], beside: Collection[UUID] = ()) -> list[tuple[UUID, str]]:
    """Those who work with the child or share a team with one of `beside`: (practitioner, name and post), by name."""
    working = Involvement.objects.filter(
        held_on(today()), folder_id__in=list(folder_ids), practitioner__isnull=False
    ).values("practitioner_id")
    rows = (
        Posting.objects.filter(held_on(today()))
        .filter(Q(practitioner_id__in=working) | Q(team_id__in=list(beside)))
        .select_related("practitioner", "agency")
        .order_by("practitioner__name", "held_from")
    )
    found: dict[UUID, str] = {}
    for row in rows:
        found.setdefault(row.practitioner_id, f"{row.practitioner.name}, {row.post_title}, {row.agency.name}")
    return list(found.items())


def lateness(pack: Pack, agency_kind: str, happened_at: datetime, at: datetime) -> tuple[bool, str]:
    """Whether an entry written then is late by the limit of its writer's type of agency, and that limit in words."""
    limit = pack.late_entry(agency_kind, max(happened_at.astimezone(LONDON).date(), EARLIEST))
    until = clocks.after(happened_at, limit, pack.calendar(today()).forgiven())
    return rules.is_late(at, until), spoken(limit.amount, limit.unit)


#: What the family calls its own people is shown where it is not what everybody says.
_USUAL = {"mum", "mother", "mummy", "dad", "father", "daddy", "brother", "sister"}


def their_words(folder_ids: Sequence[UUID], names: Mapping[UUID, NameAndAge]) -> list[TheirWords]:
    """What the children and their family call themselves, for the writing aids (REC-16). One query."""
    found = []
    for folder_id, words, kinship in (
        Tie.objects.filter(held_on(today()), folder_id__in=list(folder_ids))
        .exclude(words="")
        .values_list("folder_id", "words", "kinship")
    ):
        label = Kinship(kinship).label.lower()
        if words.casefold() not in _USUAL and folder_id in names:
            found.append(TheirWords(words, f"{names[folder_id].called}’s {label}", (label,)))
    for who in names.values():
        given = who.name.split(" ")[0]
        if given.casefold() not in who.called.casefold():
            found.append(TheirWords(who.called, "The name in use", (given,)))
    return found


# -- what waits ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AskedView:
    """What somebody is asked to confirm: as much of it as they may read, also where the record is closed to them."""

    id: UUID
    folder_id: UUID
    entry_id: UUID
    about: str
    happened_at: datetime
    text: str
    asked_by: str
    asked_at: datetime
    request: RequestView
    whole: bool


def asked(request_id: UUID) -> list[AskedView]:
    """A request and those that go with it. Raises NotFound."""
    first = ConfirmationRequest.objects.filter(id=request_id).first()
    if first is None:
        raise NotFound
    which = Q(written_together=first.written_together) if first.written_together else Q(id=first.id)
    return _asked_views(which)


def asked_of(practitioner_id: UUID) -> list[AskedView]:
    """What waits for somebody's confirmation, the oldest first."""
    return _asked_views(Q(practitioner_id=practitioner_id, answer__isnull=True))


def count_asked_of(practitioner_id: UUID) -> int:
    """How much waits for somebody's confirmation, what was written together counted once."""
    found = ConfirmationRequest.objects.filter(practitioner_id=practitioner_id, answer__isnull=True)
    return len({together or ident for ident, together in found.values_list("id", "written_together")})


def _asked_views(which: Q) -> list[AskedView]:
    rows = (
        ConfirmationRequest.objects.filter(which)
        .select_related("asked_by", "answer__practitioner")
        .order_by("asked_at", "about", "id")
    )
    return [
        AskedView(
            id=row.id,
            folder_id=row.folder_id,
            entry_id=row.entry_id,
            about=row.about,
            happened_at=row.happened_at,
            text=row.text,
            asked_by=row.asked_by.name,
            asked_at=row.asked_at,
            request=_request_view(row),
            whole=row.statement_id is None,
        )
        for row in rows
    ]


def drafts() -> list[EntryDraft]:
    """The viewer's own drafts of entries, the latest first."""
    return list(EntryDraft.objects.order_by("-saved_at"))


def latest_drafts(most: int) -> tuple[list[EntryDraft], int]:
    """So many of the latest of them, and how many there are in all."""
    return latest(EntryDraft.objects.all(), most)


def draft(draft_id: UUID) -> EntryDraft | None:
    """One draft of the viewer's own; None where there is none."""
    return EntryDraft.objects.filter(id=draft_id).first()


def signed_from(draft_id: UUID) -> list[EntryView]:
    """The entries that were signed from a draft."""
    return views(_with_people(Entry.objects.filter(written_from=draft_id), whole=False), whole=False)


def supervisions_of(practitioner_id: UUID) -> list[EntryView]:
    """The supervision recorded of a worker, the latest first, in the records that the viewer may open (QUA-06)."""
    ids = EntryAnswer.objects.filter(question_id="worker", value=str(practitioner_id)).values("entry_id")
    return views(_with_people(Entry.objects.filter(id__in=ids)).order_by("-happened_at")[:100])


# -- decisions ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DecisionView:
    """A decision with its maker and reasons; `in_effect` is False while a manager must rule, or ruled against."""

    id: UUID
    folder_id: UUID
    kind: DecisionKind
    outcome: str
    reasons: str
    maker: str
    maker_post: str
    made_at: datetime
    pack: str
    pack_version: str
    definition_id: str
    conflict: str
    conflict_resolved: str
    for_the_child: bool | None
    in_effect: bool
    ruling: str
    replaced: bool


def decisions(folder_ids: Iterable[UUID], *, limit: int = 100) -> list[DecisionView]:
    """All decisions on a child, latest first (REC-08). One query."""
    rows = _decisions(Q(folder_id__in=list(folder_ids))).order_by("-made_at", "-id")[:limit]
    return [_view(row) for row in rows]


@prepared
def _latest_decisions(folder_ids: Sequence[UUID]) -> Wanted:
    return (_decisions(Q(folder_id__in=folder_ids)).order_by("-made_at", "-id")[:LATEST],)


def latest_decisions(folder_ids: Sequence[UUID]) -> list[DecisionView]:
    """The first of `decisions`, as many as the child's page shows. One query."""
    (rows,) = _latest_decisions(folder_ids)
    return [_view(row) for row in rows]


def _decisions(where: Q) -> QuerySet[Decision]:
    """Decisions with their maker, the ruling on them, and whether there is a later one in their place."""
    later = Decision.objects.filter(replaces=OuterRef("pk"))
    return (
        Decision.objects.filter(where)
        .select_related("maker", "ruling__maker")
        .annotate(was_replaced=Exists(later))
    )


def _view(row: Any) -> DecisionView:
    # A decision as `_decisions` reads it.
    ruling: Decision | None = getattr(row, "ruling", None)
    words = f"{ruling.outcome}: {ruling.maker.name}, {ruling.maker_post}. {ruling.reasons}" if ruling else ""
    return DecisionView(
        id=row.id,
        folder_id=row.folder_id,
        kind=DecisionKind(row.kind),
        outcome=row.outcome,
        reasons=row.reasons,
        maker=row.maker.name,
        maker_post=row.maker_post,
        made_at=row.made_at,
        pack=row.pack,
        pack_version=row.pack_version,
        definition_id=row.definition_id,
        conflict=row.conflict,
        conflict_resolved=row.conflict_resolved,
        for_the_child=row.for_the_child,
        in_effect=not row.awaits_ruling or bool(ruling and ruling.upholds),
        ruling=words,
        replaced=row.was_replaced,
    )


def awaiting_ruling(folder_ids: Iterable[UUID] | None = None) -> list[DecisionView]:
    """Decisions that have no effect until a manager rules on them."""
    waiting = Q(awaits_ruling=True, ruling__isnull=True)
    if folder_ids is not None:
        waiting &= Q(folder_id__in=list(folder_ids))
    return [_view(row) for row in _decisions(waiting).order_by("made_at")[:100]]
