"""One timeline of a child over all agencies and all kinds of rows: what each room adds to it.

A room that holds something that happened to a child tells the timeline how to read it, when it loads:

    chronology.sources.append(queries.moments)

A source is asked for the folders that the viewer may open. It yields what it wants to read, which is read together
with what all the others want (see `kernel.together`), and answers with what stands there. Room `chronology` shows it,
entries included.

Of what a record comes to hold hundreds of, the whole is not read to show a page of it. Such a kind of row is `Paged`:
the database puts it in order, counts it and narrows it, and only what stands on a page is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.kernel.together import Asking, answer, at_once


@dataclass(frozen=True)
class Moment:
    """One fact of something that happened. `happened_at` is when it did, `known_at` when it came to be written here.

    What begins and ends is two facts, each known from when it was written: a view of an earlier day shows what was
    known then, and no more.
    """

    id: UUID
    folder_id: UUID
    happened_at: datetime
    known_at: datetime
    kind: str
    """The field's word for it in plain English, such as "Visit" or "Child protection conference"."""
    text: str
    agency: str = ""
    author: str = ""
    _: KW_ONLY
    whose: str = ""
    """Whose own words they are, where the author only wrote them down."""
    href: str = ""
    """The page on which it stands in full."""
    significant: bool = False
    late: bool = False
    tags: tuple[str, ...] = field(default=())
    """Short notes beside it: third-party information, missed."""
    later: tuple[tuple[datetime, str], ...] = field(default=())
    """Notes that came later, each with when: corrected, decided again. A view of an earlier day leaves them out."""
    turns: tuple[tuple[datetime, Mapping[str, Any]], ...] = field(default=())
    """What it says instead since more came to be known of it, in order: from when on, and those fields."""
    gone: bool = False
    """It stands no more, such as what was recorded in error; a view of a day on which it stood still has it."""
    number: int = 0
    """Its number in the record, for an entry."""
    impact: str = ""
    """What a significant event means for the child."""
    decision_id: UUID | None = None
    """The decision that it rests on, where it is not one itself: taken back, it is marked as that decision is."""


#: What the rooms above add, each given the folders to read.
sources: list[Callable[[Sequence[UUID]], Asking[list[Moment]]]] = []


@dataclass(frozen=True)
class Paged:
    """Rows of which a record comes to hold hundreds: what happened whenever, of a kind, by somebody.

    `keys` is the SQL of their id, folder_id, at, known, kind, agency, author and marked (significant), in the folders
    %(folders)s, without what had been taken back by %(known_before)s (NULL: by now): the same as `told` says of them.
    `told` reads these of them, all where none is named; `of_these` narrows its questions.
    """

    keys: str
    told: Callable[[Sequence[UUID], Sequence[UUID]], Asking[list[Moment]]]


#: What the rooms above add of such rows.
paged: list[Paged] = []


def of_these(folder_ids: Sequence[UUID], ids: Sequence[UUID], by: str = "id") -> Q:
    """Rows of these folders, and where ids are given of those alone; `by` names what the ids are of."""
    found = Q(folder_id__in=folder_ids)
    return found & Q(**{f"{by}__in": ids}) if ids else found


def office(column: str) -> str:
    """As SQL, the agency at the end of a column that holds 'post title, agency'."""
    return f"regexp_replace({column}, '^.*, ', '')"


@dataclass(frozen=True)
class Undone:
    """What a decision had led to was taken back: from when on, and by whom and why in words."""

    at: datetime
    words: str


#: What the rooms above say was taken back, by the decision that it rested on.
undone: list[Callable[[Sequence[UUID]], Asking[Mapping[UUID, Undone]]]] = []


def told(folder_ids: Sequence[UUID]) -> list[Moment]:
    """What all of them say of these folders, what was taken back marked so from then on: as many queries as the source
    that asks most often, at most two."""
    return _told(folder_ids, [*_few(folder_ids), *(each.told(folder_ids, ()) for each in paged)])


def told_of_few(folder_ids: Sequence[UUID]) -> list[Moment]:
    """The same of what is not paged."""
    return _told(folder_ids, _few(folder_ids))


def told_of_these(folder_ids: Sequence[UUID], wanted: Mapping[int, Sequence[UUID]]) -> list[Moment]:
    """The same of these rows of what is paged, by its place among them."""
    return _told(folder_ids, [paged[n].told(folder_ids, _evenly(ids)) for n, ids in wanted.items()])


def _few(folder_ids: Sequence[UUID]) -> list[Asking[list[Moment]]]:
    return [source(folder_ids) for source in sources]


def _evenly(ids: Sequence[UUID]) -> list[UUID]:
    """The same ids, the last as often as makes one of few lengths: a question is put together for each length once."""
    length = 1 << (len(ids) - 1).bit_length()
    return [*ids, *[ids[-1]] * (length - len(ids))]


def _told(folder_ids: Sequence[UUID], askings: Sequence[Asking[list[Moment]]]) -> list[Moment]:
    moments, backs = answer(at_once([_all(askings), _all(each(folder_ids) for each in undone)]))
    back = {decision_id: what for found in backs for decision_id, what in found.items()}
    return [_marked(moment, back) for found in moments for moment in found]


def _all(askings: Iterable[Asking[Any]]) -> Asking[Any]:
    return at_once(askings)


def _marked(moment: Moment, back: Mapping[UUID, Undone]) -> Moment:
    what = back.get(moment.decision_id or moment.id)
    if what is None:
        return moment
    return replace(
        moment,
        later=(*moment.later, (what.at, "Taken back")),
        turns=(*moment.turns, (what.at, {"text": f"{moment.text}\n{what.words}"})),
    )
