"""What stood before it was put right: each row's earlier writings, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.govuk.words import date_only, moment
from sightline.kernel.verdicts import NotFound

from ..models import Advocacy, Done, Explanation, PutRight, RightsTold, TakenBack, ToldBefore, View
from ..terms import AdvocacyAct, Answer, Explained, Heard, RightsForm, TookPart


@dataclass(frozen=True)
class Before:
    """What stood there until it was put right, in lines; who wrote it; and what was wrong in it."""

    lines: tuple[str, ...]
    author: str
    author_post: str
    written_at: datetime
    was_wrong: str


def before(rows: Sequence[PutRight]) -> dict[UUID, tuple[Before, ...]]:
    """The earlier writings of rows of one kind that stand, by their ids. One query; none where none was put right."""
    right = [row for row in rows if row.corrects_id]
    if not right:
        return {}
    kind: Any = type(right[0])
    wrong = {
        row.id: row
        for row in kind._default_manager.filter(
            folder_id__in={row.folder_id for row in right}, corrected_by__isnull=False
        ).select_related("author")
    }
    found = {}
    for row in right:
        earlier: list[Before] = []
        newer = row
        while newer.corrects_id and (older := wrong.get(newer.corrects_id)) is not None:
            earlier.append(
                Before(
                    lines_of(older), older.author.name, older.author_post, older.written_at, newer.was_wrong
                )
            )
            newer = older
        found[row.id] = tuple(earlier)
    return found


def _of_done(row: Done) -> list[str]:
    return [row.words, f"Done {date_only(row.done_on)}."]


def _of_explanation(row: Explanation) -> list[str]:
    return [
        f"{Answer(row.answer).label}." if row.answer else "",
        row.words,
        row.why_no and f"The reason given: {row.why_no}",
        row.child_said and f"The child said to it: “{row.child_said}”",
        f"{moment(row.explained_at)}, by {row.explained_by}. {Explained(row.how).label}.",
    ]


def _of_advocacy(row: Advocacy) -> list[str]:
    who = ", ".join(words for words in (row.name, row.organisation, row.telephone) if words)
    return [f"{AdvocacyAct(row.act).label}, {date_only(row.on)}", who, row.words and f"“{row.words}”"]


def _of_rights(row: RightsTold) -> list[str]:
    return [
        f"{moment(row.told_at)}, by {row.told_by}. {RightsForm(row.form).label}. {Explained(row.how).label}.",
        row.child_said and f"“{row.child_said}”",
    ]


def _of_telling(row: ToldBefore) -> list[str]:
    told = f"Told {moment(row.told_at)} by {row.told_by}." if row.told_at else ""
    return [
        f"{row.about}, {date_only(row.happens_on)}",
        row.told,
        told,
        row.why_not_told and f"Not told: {row.why_not_told}",
        f"{TookPart(row.took_part).label}. {row.part_words}".strip(),
    ]


def _of_view(row: View) -> list[str]:
    quoted = row.heard != Heard.OBSERVATION
    said = [words for words in (row.said, row.worries, row.good, row.dreams) if words]
    return [
        *(f"“{words}”" if quoted else words for words in said),
        row.wants and f"Wanted: {row.wants}",
        f"{Heard(row.heard).label}, {moment(row.heard_at)}, {row.place}. Heard by {row.heard_by}.",
    ]


_SAID: dict[type[PutRight | View], Callable[[Any], list[str]]] = {
    View: _of_view,
    Done: _of_done,
    Explanation: _of_explanation,
    Advocacy: _of_advocacy,
    RightsTold: _of_rights,
    ToldBefore: _of_telling,
}
#: What became of a child's words, as pages name it in their addresses.
_KINDS: dict[str, type[PutRight | View]] = {
    "said": View,
    "done": Done,
    "explained": Explanation,
    "advocate": Advocacy,
    "rights": RightsTold,
    "told": ToldBefore,
}


def lines_of(row: PutRight | View) -> tuple[str, ...]:
    """What a row says, in lines."""
    return tuple(words for words in _SAID[type(row)](row) if words)


@dataclass(frozen=True)
class Back:
    """Something that was taken back: what was written, in lines, and by whom; who took it back, when and why."""

    id: UUID
    lines: tuple[str, ...]
    author: str
    author_post: str
    written_at: datetime
    by: str
    by_post: str
    at: datetime
    why: str


#: The columns of what was taken back, by the kinds that pages name.
_COLUMNS = {
    "said": "view", "done": "done", "explained": "explanation", "advocate": "advocacy", "rights": "rights",
    "told": "telling",
}  # fmt: skip


def taken_back(folder_ids: Sequence[UUID], *kinds: str) -> list[Back]:
    """What was taken back of these kinds, the latest first. One query."""
    columns = [_COLUMNS[kind] for kind in kinds]
    rows = TakenBack.objects.filter(folder_id__in=list(folder_ids)).select_related(
        "author", *(f"{column}__author" for column in columns)
    )
    found = []
    for back in rows.order_by("-written_at", "-id"):
        row = next((each for column in columns if (each := getattr(back, column)) is not None), None)
        if row is not None:
            found.append(
                Back(
                    row.id, lines_of(row), row.author.name, row.author_post, row.written_at, back.author.name,
                    back.author_post, back.written_at, back.why,
                )
            )  # fmt: skip
    return found


def to_put_right(became: str, row_id: UUID, folder_ids: Sequence[UUID]) -> PutRight | View:
    """One row of these folders that is to be put right or taken back: `became` is said, done, explained, advocate,
    rights or told. Raises NotFound."""
    if (kind := _KINDS.get(became)) is None:
        raise NotFound
    rows = kind._default_manager.filter(id=row_id, folder_id__in=list(folder_ids))
    if (row := rows.select_related("author").first()) is None:
        raise NotFound
    return row
