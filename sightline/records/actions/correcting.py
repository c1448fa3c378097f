"""Putting an entry right by adding, and other people's own words beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.access.queries import number_of
from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening
from sightline.procedures.kept import as_it_was
from sightline.procedures.pack import Pack
from sightline.procedures.queries import DutyView, on_folders, pack_in_force
from sightline.procedures.schema import EntryForm

from .. import rules
from ..marks import Paragraph, paragraphs
from ..models import (
    Entry,
    EntryAnswer,
    EntryDraft,
)
from ..queries import late_since
from ..terms import ContributionKind, EntryKind, StatementKind, StatementSource
from .asking import Asked, ask_anew
from .deciding import tell_of_decisions
from .numbers import _lock_counters
from .settling import Maker, _settle, check_correction, told_to_the_trail
from .signing import _called, _page_of, _review_day
from .writing import Answered, EntryIn, _may_write_in, _Page, _signed_from, _together, _write


def correct_entry(
    entry_id: UUID,
    was_wrong: str,
    text: str,
    *,
    own: Mapping[UUID, str] | None = None,
    also: Collection[UUID] = (),
    happened_at: datetime | None = None,
    answers: Mapping[str, str] | None = None,
    child_answers: Mapping[UUID, Mapping[str, str]] | None = None,
    impact: Mapping[UUID, str] | None = None,
    present: str | None = None,
    late_why: str = "",
    seen: int | None = None,
    seen_beside: Mapping[UUID, int] | None = None,
    draft_id: UUID | None = None,
) -> Entry:
    """Put an entry right by adding: what was wrong, who says so, the right text. The original stays (REC-12).

    `also` are entries written together with it that have the same mistake; `own` the lines of one child's record
    and `impact` what the event means for each child for whom it is significant, by folder; `present` is who was there,
    empty where nobody was. What is not given, such as `happened_at` or `impact`, stays as the last correction has it.
    A right time that makes the entry late says why (REC-07). With `seen`, how many corrections the page knew of, one
    more since is a refusal that names who and when; `seen_beside` says the same of entries in `also`, which somebody
    may have put right from that child's record.
    Decisions stay their makers' (see `settling`); who was asked to confirm the entry is asked about the right
    words.
    """
    with attempt("records.correct_entry"):
        acting = permit(Permission.WRITE_FOLDER)
        rules.may_correct(was_wrong, text).or_refuse()
        if draft_id is not None and (signed := _signed_from(draft_id, acting)):
            return next(iter(signed.values()))
        wrong = Entry.objects.select_related("author").filter(id=entry_id).first()
        if wrong is None:
            raise NotFound
        if wrong.corrects_id is not None:
            raise Refused("Correct the entry itself: its corrections stand beside it.")
        # The numbers after # in the text are those of the record from which the correction is written: it stands first.
        rows = [wrong, *(row for row in _together(wrong) if row.id != wrong.id and row.id in set(also))]
        if set(also) - {row.id for row in rows}:
            raise NotFound
        _may_write_in([row.folder_id for row in rows])
        _lock_counters([row.folder_id for row in rows])
        _nobody_since(rows, ({} if seen is None else {wrong.id: seen}) | dict(seen_beside or {}))
        form = _pinned_form(wrong)
        called = _called(form, [row.folder_id for row in rows]) if form else {}
        pages = []
        for row in rows:
            line = (own or {}).get(row.folder_id, "")
            rules.may_write_text(f"{text}\n\n{line}").or_refuse()
            page = _Page(row.folder_id, [*paragraphs(text), *paragraphs(line, only=True)])
            if wrong.kind == EntryKind.CONTRIBUTION:
                page.paragraphs = [replace(p, as_given=True) for p in page.paragraphs]
            if answers is not None and form is not None:
                given = EntryIn(
                    (row.folder_id,), wrong.kind, wrong.happened_at, text,
                    answers=answers, child_answers=child_answers or {},
                )  # fmt: skip
                page.answers = _page_of(given, form, row.folder_id, called).answers
            page.fields = {"corrects_id": row.id, "was_wrong": was_wrong.strip()}
            pages.append(page)
        moved = _reviews_moved(rows, form, (answers or {}).get(form.review, ""), acting) if form else []
        asked = {row.folder_id: Asked.about(row, acting) for row in rows}
        if wrong.kind != EntryKind.CONTRIBUTION:
            for row, page in zip(rows, pages, strict=True):
                mine = asked[row.folder_id].mine(row, acting)
                check_correction(row, page.paragraphs, was_wrong, mine=mine)
        stood = {row.folder_id: _standing_now(row) for row in rows}
        now_ = stood[wrong.folder_id]
        significant_before = {folder for folder, entry in stood.items() if entry.significant}
        means = significant_before if impact is None else impact.keys() & stood.keys()
        meant = {f: (impact or {}).get(f, "").strip() or stood[f].impact for f in means}
        entries = _write(
            acting, pages, kind=EntryKind.CORRECTION.value, happened_at=happened_at or now_.happened_at,
            subject_id=wrong.subject_id, present=now_.present if present is None else present, form=form,
            draft_id=draft_id,
            late=late_since(wrong, happened_at or now_.happened_at),
            late_why=late_why.strip() or now_.late_why or wrong.late_why,
            impact=meant, significant_before=significant_before, decides=False, what="records.correct_entry",
        )  # fmt: skip
        _come_back_on(moved, form, pack_in_force())
        ask_anew([(asked[row.folder_id], entries[row.folder_id]) for row in rows], acting)
        if wrong.kind != EntryKind.CONTRIBUTION:
            _settle_corrected([(asked[row.folder_id], entries[row.folder_id]) for row in rows], acting)
        if draft_id is not None:
            EntryDraft.objects.filter(id=draft_id).delete()
        return entries[wrong.folder_id]


#: A duty that brings an entry back, the entry, and the instant that is right.
Moved = tuple[DutyView, Entry, datetime]


def _reviews_moved(rows: Sequence[Entry], form: EntryForm, day: str, acting: Acting) -> list[Moved]:
    """What is still to come back, and comes back on another day by the correction (REC-09). Raises Refused where the
    procedures do not allow that day, or where whoever corrects may not sign such an entry."""
    if not form.review or not day:
        return []
    by_id = {row.id: row for row in rows}
    owed = [
        duty
        for duty in on_folders([row.folder_id for row in rows])
        if duty.kind == form.review_duty and duty.to_do and duty.subject_id in by_id
    ]
    found: list[Moved] = []
    for duty in owed:
        assert duty.subject_id is not None
        row = by_id[duty.subject_id]
        of = Q(entry_id=row.id) | Q(entry__corrects_id=row.id)
        stood = EntryAnswer.objects.filter(of, question_id=form.review).order_by("-entry__number")
        if day == stood.values_list("value", flat=True).first():
            continue
        rules.may_sign_form(form, acting.permissions).or_refuse()
        until = _review_day(form, {form.review: day}, pack_in_force(), row.written_at)
        assert until is not None
        found.append((duty, row, until))
    return found


def _come_back_on(moved: Sequence[Moved], form: EntryForm | None, pack: Pack) -> None:
    """Withdraws what brought entries back on the wrong day, and owes it on the right one, of whoever owed it."""
    if form is None:
        return
    for duty, row, until in moved:
        why = "The day was put right by a correction of the entry."
        duties.withdraw_all(row.id, why, folder_ids=[row.folder_id], kind=form.review_duty)
        duties.open_duties(
            [
                Opening(
                    folder_id=row.folder_id,
                    kind=form.review_duty,
                    started_at=row.written_at,
                    subject_id=row.id,
                    path=f"/child/{row.folder_id}/write/{row.kind}/?reviews={row.id}",
                    owner_id=duty.owner_id,
                    team_id=duty.team_id,
                    sooner_at=until,
                    sooner_why=why,
                )
            ],
            pack=pack,
        )


def _nobody_since(rows: Sequence[Entry], known: Mapping[UUID, int]) -> None:
    """Refuses where any of these entries, whose counters are locked, has more corrections than are known of. The first
    of them is the one that is being read."""
    before: dict[UUID, list[tuple[str, datetime]]] = {}
    for of, who, when in (
        Entry.objects.filter(corrects__in=[row.id for row in rows if row.id in known])
        .order_by("number")
        .values_list("corrects_id", "author__name", "written_at")
    ):
        before.setdefault(of, []).append((who, when))
    for n, row in enumerate(rows):
        if row.id in known:
            record = number_of(row.folder_id) if n else ""
            rules.may_correct_now(known[row.id], before.get(row.id, []), record=record).or_refuse()


def _settle_corrected(corrected: Sequence[tuple[Asked, Entry]], acting: Acting) -> None:
    """The decisions of corrected entries, save where somebody is first to confirm the right words."""
    for asked, entry in corrected:
        if not asked.anew:
            done = _settle([entry], Maker.of(acting), entry.written_at, adds=not asked.cannot)
            told_to_the_trail(done)
            tell_of_decisions(done.decisions)


def _standing_now(wrong: Entry) -> Entry:
    """The entry as its last correction has it."""
    return Entry.objects.filter(corrects=wrong).order_by("-number").first() or wrong


def _pinned_form(entry: Entry) -> EntryForm | None:
    """The form as it was when the entry was signed."""
    if entry.form_from is None or not entry.pack:
        return None
    versions = as_it_was(entry.pack_version or entry.pack).pack.history(EntryForm, entry.kind)
    return next((form for form in versions if form.from_ == entry.form_from), None)


@dataclass(frozen=True)
class ContributionIn:
    """What somebody says of an entry in their own words. `how` is how they gave it: in writing, spoken, signed."""

    entry_id: UUID
    kind: ContributionKind
    name: str
    relation: str
    words: str
    how: str
    happened_at: datetime
    also: tuple[UUID, ...] = ()
    late_why: str = ""


def contribute(given: ContributionIn, *, draft_id: UUID | None = None) -> Entry:
    """A child's, a parent's or somebody else's own words, beside the entry that they are about, as theirs.

    `also` are entries written together with it beside which the same words are to stand.
    """
    with attempt("records.contribute"):
        acting = permit(Permission.WRITE_FOLDER)
        if draft_id is not None and (signed := _signed_from(draft_id, acting)):
            return next(iter(signed.values()))
        rules.may_contribute(given.name, given.words).or_refuse()
        rules.may_write_text(given.words, "words").or_refuse()
        about = Entry.objects.filter(id=given.entry_id).first()
        if about is None:
            raise NotFound
        rows = [row for row in _together(about) if row.id == about.id or row.id in given.also]
        if set(given.also) - {row.id for row in rows}:
            raise NotFound
        name = given.name.strip()
        # Their own words are kept as they are: what looks like a mark or an entry's number in them is not one.
        theirs = [
            Paragraph(part.strip(), StatementKind.FACT, StatementSource.TOLD, name, as_given=True)
            for part in re.split(r"\n[ \t]*\n", given.words.replace("\r\n", "\n"))
            if part.strip()
        ]
        pages = [
            _Page(
                row.folder_id,
                list(theirs),
                [Answered("how", "How did they give it?", given.how.strip())] if given.how.strip() else [],
                {
                    "follows_id": row.id,
                    "theirs": given.kind.value,
                    "theirs_name": name,
                    "theirs_relation": given.relation.strip(),
                },
            )
            for row in rows
        ]
        entries = _write(
            acting, pages, kind=EntryKind.CONTRIBUTION.value, title=given.kind.value.capitalize(),
            happened_at=given.happened_at, late_why=given.late_why, draft_id=draft_id, decides=False,
            what="records.contribute",
        )  # fmt: skip
        if draft_id is not None:
            EntryDraft.objects.filter(id=draft_id).delete()
        return entries[about.folder_id]
