"""What a document may be attached to: each room above says so for its own rows, when it loads.

    subjects.kinds["entry"] = subjects.Kind("Entry", queries.entry_named, queries.entry_beside)

The first function is given folders that the viewer may open and ids, and answers for those ids that stand in one of
them. The second, where rows of that kind are written once for several children, says where else one of them stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.kernel.verdicts import NotFound


@dataclass(frozen=True)
class Named:
    """A row that documents are attached to, as a page names it: "Entry 12", in which folder, where it is read."""

    folder_id: UUID
    text: str
    href: str


@dataclass(frozen=True)
class Kind:
    """A kind of row that documents are attached to."""

    title: str
    named: Callable[[Sequence[UUID], Sequence[UUID]], dict[UUID, Named]]
    beside: Callable[[UUID], Sequence[tuple[UUID, UUID]]] | None = None
    """The folder and id of the same row in each other child's record in which the viewer may write."""


#: By the word that stands in `Document.subject_kind`.
kinds: dict[str, Kind] = {}


def named(folder_ids: Sequence[UUID], wanted: Iterable[tuple[str, UUID]]) -> dict[UUID, Named]:
    """What each of these rows is called, of (kind, id) pairs; those that cannot be seen are left out."""
    by_kind: dict[str, list[UUID]] = {}
    for kind, subject_id in wanted:
        by_kind.setdefault(kind, []).append(subject_id)
    found: dict[UUID, Named] = {}
    for kind, ids in by_kind.items():
        if kind in kinds:
            found |= kinds[kind].named(folder_ids, ids)
    return found


def one(folder_ids: Sequence[UUID], kind: str, subject_id: UUID) -> Named:
    """One row that something is to be attached to. Raises NotFound unless it stands in one of these folders."""
    answer = named(folder_ids, [(kind, subject_id)]).get(subject_id)
    if answer is None:
        raise NotFound
    return answer


def beside(kind: str, subject_id: UUID) -> dict[UUID, UUID]:
    """Where else a row stands that was written once for several children, by folder: what is attached to it may
    concern them as well. Empty where it stands in one record."""
    elsewhere = kinds[kind].beside
    return dict(elsewhere(subject_id)) if elsewhere else {}
