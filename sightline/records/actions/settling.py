"""The decisions in an entry: each stands once among the decisions on the child, as its maker's.

Written by its author, it is theirs. Written for somebody else, it is that person's once they have confirmed it. A
correction of its words is added to it; where a correction leaves it out it is withdrawn by who says that it was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies.rules import Acting
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import Refused

from .. import rules
from ..marks import Paragraph
from ..models import (
    Decision,
    DecisionWording,
    Entry,
    Statement,
)
from ..rules import Worded
from ..terms import DecisionKind, StatementKind, StatementSource
from .deciding import Deciding, _decision


@dataclass(frozen=True)
class Maker:
    """Whose decisions they are: who signs or confirms, and for somebody without a sign-in their own name and post."""

    practitioner_id: UUID
    post: str
    name: str = ""

    @classmethod
    def of(cls, acting: Acting) -> Maker:
        return cls(acting.practitioner_id, acting.post)


@dataclass
class Settling:
    """What was written, so that it can be told of once it stands."""

    decisions: list[Decision]
    wordings: list[DecisionWording]


def decided_in(paragraphs: Iterable[Paragraph]) -> list[Worded]:
    """The decisions that a writer sets down as their own; one that somebody told them of is not theirs to make."""
    return [
        p.decided
        for p in paragraphs
        if p.kind is StatementKind.DECISION and p.source is StatementSource.FIRST_HAND
    ]


def _decided_in_signed(entry_ids: Sequence[UUID]) -> dict[UUID, list[Worded]]:
    found: dict[UUID, list[Worded]] = {entry_id: [] for entry_id in entry_ids}
    rows = Statement.objects.filter(
        entry_id__in=entry_ids, kind=StatementKind.DECISION.value, source=StatementSource.FIRST_HAND.value
    ).order_by("entry_id", "place")
    for row in rows:
        found[row.entry_id].append(Paragraph(row.text).decided)
    return found


def _standing(root_id: UUID) -> list[tuple[Decision, Worded]]:
    """The decisions of an entry and its corrections that nobody withdrew, as they are worded now."""
    of = Entry.objects.filter(Q(id=root_id) | Q(corrects_id=root_id)).values("id")
    rows = (
        Decision.objects.filter(
            kind=DecisionKind.IN_ENTRY.value,
            subject_id__in=of,
            replaces__isnull=True,
            replaced_by__isnull=True,
        )
        .prefetch_related("wordings")
        .order_by("id")
    )
    return [(row, _worded(row)) for row in rows]


def _worded(row: Decision) -> Worded:
    latest = max(row.wordings.all(), key=lambda each: (each.at, each.id), default=None)
    return (latest.outcome, latest.reasons) if latest else (row.outcome, row.reasons)


def check_correction(root: Entry, paragraphs: Iterable[Paragraph], was_wrong: str, *, mine: bool) -> None:
    """Raises Refused where a correction would make a decision for somebody, or withdraws one without saying why.

    `mine`: whoever corrects is the maker of what the entry decides.
    """
    standing = _standing(root.id)
    found = rules.settled([worded for _, worded in standing], decided_in(paragraphs))
    for outcome, _ in found.added:
        rules.may_add_decision(mine, root.author.name, outcome).or_refuse()
    if found.withdrawn and not rules.has_reasons(was_wrong):
        outcome = rules.shortened(standing[found.withdrawn[0]][1][0])
        raise Refused(
            f"Your correction withdraws the decision “{outcome}”. Say in a sentence why.", "was_wrong"
        )


def _settle(entries: Sequence[Entry], maker: Maker, at: datetime, *, adds: bool = True) -> Settling:
    """The decisions of signed entries, or of corrections, brought onto the list. Nobody is told yet: see `tell`.

    `adds` false: what the entry did not decide before is not decided by this.
    """
    words = _decided_in_signed([entry.id for entry in entries])
    decisions, wordings = [], []
    for entry in entries:
        standing = _standing(entry.corrects_id or entry.id)
        found = rules.settled([worded for _, worded in standing], words[entry.id])
        for outcome, reasons in found.added if adds else ():
            decisions.append(_made(entry, maker, at, outcome, reasons))
        for place, (outcome, reasons) in found.reworded:
            wordings.append(
                DecisionWording(
                    folder_id=entry.folder_id, decision=standing[place][0], entry=entry, outcome=outcome,
                    reasons=reasons, by_id=maker.practitioner_id, by_post=maker.post, at=at,
                )
            )  # fmt: skip
        for place in found.withdrawn:
            row, (outcome, _) = standing[place]
            least = rules.LONGEST_DECISION - len("Withdrawn: ")
            words_of = f"Withdrawn: {rules.shortened(outcome, least)}"
            decisions.append(_made(entry, maker, at, words_of, entry.was_wrong, replaces_id=row.id))
    Decision.objects.bulk_create(decisions)
    DecisionWording.objects.bulk_create(wordings)
    return Settling(decisions, wordings)


def _made(
    entry: Entry, maker: Maker, at: datetime, outcome: str, reasons: str, replaces_id: UUID | None = None
) -> Decision:
    deciding = Deciding(
        folder_id=entry.folder_id, kind=DecisionKind.IN_ENTRY, outcome=outcome, reasons=reasons, pack=entry.pack,
        pack_version=entry.pack_version, subject_id=entry.id, replaces_id=replaces_id,
    )  # fmt: skip
    row = _decision(deciding, maker.practitioner_id, maker.post, at, entry.written_together)
    row.maker_name = maker.name
    return row


def told_to_the_trail(done: Settling) -> None:
    """Writes into the trail what was decided, and which decision got its right words."""
    record_many(
        event(Verb.WROTE, "records.decide", folder_id=row.folder_id, subject=row) for row in done.decisions
    )
    record_many(
        event(Verb.WROTE, "records.reword_decision", folder_id=row.folder_id, subject=row)
        for row in done.wordings
    )
