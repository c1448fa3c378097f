"""The only writer of entries and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused

from . import rules
from .models import Decision, Entry, EntryCounter
from .terms import DecisionKind, EntryKind


def _post(acting: Acting) -> str:
    return f"{acting.post_title}, {acting.agency_name}"


@transaction.atomic
def sign_entry(
    texts: Mapping[UUID, str],
    *,
    kind: EntryKind,
    happened_at: datetime,
    subject_id: UUID | None = None,
    late_why: str = "",
) -> dict[UUID, Entry]:
    """Write one entry in each of several folders: `texts` is the text by folder.

    Author, post title and agency are set here; each entry gets the next number of its folder, without
    gaps. Raises NotPermitted, or Refused where a text is empty or the event lies ahead.
    """
    acting = permit(Permission.WRITE_FOLDER)
    at = now()
    if happened_at > at:
        raise Refused(
            "An entry is about something that has happened. Give a time that is past.", "happened_at"
        )
    if not texts or not all(text.strip() for text in texts.values()):
        raise Refused("Write what happened.", "text")
    together = uuid7() if len(texts) > 1 else None
    numbers = _next_numbers(list(texts))
    entries = {
        folder_id: _entry(
            folder_id, numbers[folder_id], text, kind, happened_at, at, acting.practitioner_id, _post(acting),
            together, subject_id, late_why,
        )
        for folder_id, text in texts.items()
    }  # fmt: skip
    Entry.objects.bulk_create(entries.values())
    for folder_id, entry in entries.items():
        record(Verb.WROTE, "records.sign_entry", folder_id=folder_id, subject=entry)
    return entries


def _entry(
    folder_id: UUID,
    number: int,
    text: str,
    kind: EntryKind,
    happened_at: datetime,
    written_at: datetime,
    author_id: UUID,
    author_post: str,
    together: UUID | None,
    subject_id: UUID | None,
    late_why: str,
) -> Entry:
    return Entry(
        folder_id=folder_id,
        number=number,
        kind=kind.value,
        happened_at=happened_at,
        written_at=written_at,
        author_id=author_id,
        author_post=author_post,
        text=text.strip(),
        late_why=late_why,
        written_together=together,
        subject_id=subject_id,
    )


@transaction.atomic
def correct_entry(entry_id: UUID, was_wrong: str, text: str) -> Entry:
    """Put an entry right by adding: what was wrong, who says so, the right text. The original stays."""
    acting = permit(Permission.WRITE_FOLDER)
    rules.may_correct(was_wrong, text).or_refuse()
    wrong = Entry.objects.filter(id=entry_id).first()
    if wrong is None:
        raise NotFound
    at = now()
    entry = Entry.objects.create(
        folder_id=wrong.folder_id,
        number=_next_numbers([wrong.folder_id])[wrong.folder_id],
        kind=EntryKind.CORRECTION.value,
        happened_at=wrong.happened_at,
        written_at=at,
        author_id=acting.practitioner_id,
        author_post=_post(acting),
        text=text.strip(),
        corrects=wrong,
        was_wrong=was_wrong.strip(),
        subject_id=wrong.subject_id,
    )
    record(Verb.WROTE, "records.correct_entry", folder_id=entry.folder_id, subject=entry)
    return entry


def _next_numbers(folder_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The next number of each folder, its counter locked in folder order until the transaction ends.

    A folder named several times advances by as many, and the last of its numbers is given.
    """
    wanted = Counter(folder_ids)
    EntryCounter.objects.bulk_create(
        (EntryCounter(folder_id=folder_id) for folder_id in sorted(wanted)), ignore_conflicts=True
    )
    counters = list(
        EntryCounter.objects.select_for_update().filter(folder_id__in=list(wanted)).order_by("folder_id")
    )
    if len(counters) != len(wanted):
        raise NotFound
    for counter in counters:
        counter.last += wanted[counter.folder_id]
    EntryCounter.objects.bulk_update(counters, ["last"], batch_size=1000)
    return {counter.folder_id: counter.last for counter in counters}


@dataclass(frozen=True)
class Deciding:
    """A decision to be made on one child. `outcome` is what was decided, in words."""

    folder_id: UUID
    kind: DecisionKind
    outcome: str
    reasons: str
    pack: str
    pack_version: str
    definition_id: str = ""
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None
    subject_id: UUID | None = None
    replaces_id: UUID | None = None


@transaction.atomic
def decide(decisions: Sequence[Deciding]) -> list[Decision]:
    """Record decisions made in one sitting. The maker is who is looking; the caller asked its permission.

    Raises Refused without reasons, or with a conflict of interests whose resolution is not said.
    """
    acting = permit(Permission.WRITE_FOLDER)
    together = uuid7() if len(decisions) > 1 else None
    at = now()
    rows = []
    for deciding in decisions:
        rules.has_reasons(deciding.reasons).or_refuse()
        rules.conflict_is_answered(
            deciding.conflict, deciding.conflict_resolved, deciding.for_the_child
        ).or_refuse()
        rows.append(_decision(deciding, acting.practitioner_id, _post(acting), at, together))
    Decision.objects.bulk_create(rows)
    for row in rows:
        record(Verb.WROTE, "records.decide", folder_id=row.folder_id, subject=row)
    return rows


def _decision(
    deciding: Deciding, maker_id: UUID, maker_post: str, made_at: datetime, together: UUID | None
) -> Decision:
    return Decision(
        folder_id=deciding.folder_id,
        kind=deciding.kind.value,
        outcome=deciding.outcome,
        reasons=deciding.reasons.strip(),
        maker_id=maker_id,
        maker_post=maker_post,
        made_at=made_at,
        pack=deciding.pack,
        pack_version=deciding.pack_version,
        definition_id=deciding.definition_id,
        conflict=deciding.conflict.strip(),
        conflict_resolved=deciding.conflict_resolved.strip(),
        for_the_child=deciding.for_the_child if deciding.conflict.strip() else None,
        awaits_ruling=rules.awaits_ruling(deciding.conflict, deciding.for_the_child),
        written_together=together,
        subject_id=deciding.subject_id,
        replaces_id=deciding.replaces_id,
    )


@dataclass(frozen=True)
class PastSitting:
    """Decisions made in one sitting of the past: by whom, in which post, when."""

    decisions: Sequence[Deciding]
    maker_id: UUID
    maker_post: str
    made_at: datetime


def record_decisions_bulk(sittings: Sequence[PastSitting]) -> list[list[Decision]]:
    """What `decide` writes, for many sittings of the past in few statements. For the named jobs alone."""
    made = []
    for sitting in sittings:
        together = uuid7() if len(sitting.decisions) > 1 else None
        made.append(
            [
                _decision(deciding, sitting.maker_id, sitting.maker_post, sitting.made_at, together)
                for deciding in sitting.decisions
            ]
        )
    rows = [row for of_sitting in made for row in of_sitting]
    Decision.objects.bulk_create(rows)
    record_many(event(Verb.WROTE, "records.decide", folder_id=row.folder_id, subject=row) for row in rows)
    return made


@dataclass(frozen=True)
class PastEntry:
    """One entry of the past, in each of several folders: `texts` is the text by folder."""

    texts: Mapping[UUID, str]
    kind: EntryKind
    happened_at: datetime
    written_at: datetime
    author_id: UUID
    author_post: str
    subject_id: UUID | None = None
    late_why: str = ""


def record_entries_bulk(entries: Sequence[PastEntry]) -> int:
    """What `sign_entry` writes, for many entries of the past; numbered in the order in which they were written.

    For the named jobs alone. Returns how many rows were written.
    """
    ordered = sorted(entries, key=lambda entry: entry.written_at)
    folders = [folder_id for entry in ordered for folder_id in entry.texts]
    last = _next_numbers(folders)
    many = Counter(folders)
    given = {folder_id: number - many[folder_id] for folder_id, number in last.items()}
    rows = []
    for entry in ordered:
        together = uuid7() if len(entry.texts) > 1 else None
        for folder_id, text in entry.texts.items():
            given[folder_id] += 1
            rows.append(
                _entry(
                    folder_id, given[folder_id], text, entry.kind, entry.happened_at, entry.written_at,
                    entry.author_id, entry.author_post, together, entry.subject_id, entry.late_why,
                )
            )  # fmt: skip
    Entry.objects.bulk_create(rows, batch_size=1000)
    record_many(event(Verb.WROTE, "records.sign_entry", folder_id=row.folder_id, subject=row) for row in rows)
    return len(rows)


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str) -> Decision:
    """A manager decides whether a decision made with an unresolved conflict of interests takes effect."""
    acting = permit(Permission.APPROVE_CONFLICT)
    rules.has_reasons(reasons).or_refuse()
    decision = Decision.objects.filter(id=decision_id).first()
    if decision is None:
        raise NotFound
    rules.may_rule(decision.maker_id, acting.practitioner_id).or_refuse()
    if not decision.awaits_ruling:
        raise Refused("This decision is in effect already: nobody's ruling is needed.")
    earlier = Decision.objects.filter(rules_on=decision).select_related("maker").first()
    if earlier is not None:
        raise Refused(f"{earlier.maker.name} has ruled on this decision already.")
    ruling = Decision.objects.create(
        folder_id=decision.folder_id,
        kind=DecisionKind.RULING.value,
        outcome="The decision takes effect" if upholds else "The decision does not take effect",
        reasons=reasons.strip(),
        maker_id=acting.practitioner_id,
        maker_post=_post(acting),
        made_at=now(),
        pack=decision.pack,
        pack_version=decision.pack_version,
        rules_on=decision,
        upholds=upholds,
        subject_id=decision.subject_id,
    )
    record(Verb.WROTE, "records.rule_on", folder_id=ruling.folder_id, subject=ruling)
    return ruling
