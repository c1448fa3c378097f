"""Whether the children of a concern are known already, where nobody has said so yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sightline.access.models import Joining
from sightline.matching.queries import Suggestion, suggest_for_children
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import rules
from ..models import ConcernPart


def unanswered(parts: Collection[ConcernPart]) -> dict[UUID, tuple[Suggestion, ...]]:
    """By part, the known children whom this child may be, where there are any and nobody has said which or none.

    `parts` are all of one concern: brothers and sisters are not suggested for one another. Four queries.
    """
    folders = [part.folder_id for part in parts]
    joined = Joining.objects.filter(folder_id__in=folders, undone_at__isnull=True)
    answered = set(joined.values_list("folder_id", flat=True))
    said = last_said(folders)
    answered |= {folder_id for folder_id, decision in said.items() if decision.outcome == rules.NOT_KNOWN}
    return suggested((part for part in parts if part.folder_id not in answered), leave_out=folders)


def suggested(
    parts: Iterable[ConcernPart], *, leave_out: Collection[UUID]
) -> dict[UUID, tuple[Suggestion, ...]]:
    """By part, whom the child may be; only those for whom somebody is suggested. Two queries, none for no part."""
    asked = {part.folder_id: part.id for part in parts}
    if not asked:
        return {}
    found = suggest_for_children(list(asked), leave_out=leave_out)
    return {asked[folder_id]: several for folder_id, several in found.items() if several}


def last_said(folders: Collection[UUID]) -> dict[UUID, Decision]:
    """What was decided last of whether the child of each folder is a known one. One query."""
    return {
        decision.folder_id: decision
        for decision in Decision.objects.filter(folder_id__in=folders, kind=DecisionKind.MATCH.value)
        .select_related("maker")
        .order_by("made_at")
    }
