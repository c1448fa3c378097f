"""The only writer of entries and decisions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access.queries import number_of
from sightline.agencies import queries as agencies
from sightline.agencies.actions import notify, permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, event, record, record_many
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
from sightline.govuk.words import date_only
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, current, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import pack_in_force, pack_named
from sightline.procedures.schema import EntryForm, FormQuestion

from . import rules
from .marks import Paragraph, in_whose_words, paragraphs, renumbered, whole
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
from .queries import lateness, ways_into
from .terms import Confirming, ContributionKind, DecisionKind, EntryKind, StatementKind, StatementSource


def _post(acting: Acting) -> str:
    return f"{acting.post_title}, {acting.agency_name}"


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
    those of the whole entry by question, `child_answers` those of each child. `written_for`, or a name and a post
    where they have no sign-in, is whoever saw or heard it and will confirm it. `reviews` is the entry that this one
    looks at again.
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
    significant: bool = False
    impact: str = ""
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


def sign_entry(
    texts: Mapping[UUID, str],
    *,
    kind: str,
    happened_at: datetime,
    subject_id: UUID | None = None,
    late_why: str = "",
    answers: Sequence[Answered] = (),
    significant: bool = False,
    impact: str = "",
) -> dict[UUID, Entry]:
    """Write one entry in each of several folders: `texts` is the text by folder, with marks where there are any.

    For a room that has asked its own questions: no form is asked for, `answers` are kept as they are given. Author,
    post title and agency are set here; each entry gets the next number of its folder, without gaps. Raises
    NotPermitted, NotFound, or Refused where a text is empty, the event lies ahead, or a late entry does not say why.
    """
    with attempt("records.sign_entry"):
        acting = permit(Permission.WRITE_FOLDER)
        pages = [_Page(f, paragraphs(text), list(answers)) for f, text in texts.items()]
        if not pages:
            raise Refused("Write what happened.", "text")
        for text in texts.values():
            rules.may_write_text(text).or_refuse()
        return _write(
            acting, pages, kind=kind, happened_at=happened_at, late_why=late_why, subject_id=subject_id,
            significant=significant, impact=impact,
        )  # fmt: skip


def sign(entry: EntryIn, *, draft_id: UUID | None = None, version: int | None = None) -> dict[UUID, Entry]:
    """Sign an entry on its form: the entries by folder, and the draft is gone. Signing a draft twice gives the same.

    Raises Refused, with the field, for anything that the form, the text or the time lacks, and where the draft was
    saved from another page since `version`; NotPermitted; NotFound for a folder that the viewer may not open.
    """
    with attempt("records.sign", folder_id=entry.folder_ids[0] if entry.folder_ids else None):
        acting = permit(Permission.WRITE_FOLDER)
        if draft_id is not None:
            signed = _signed_from(draft_id)
            if signed:
                return signed
            _free_to_sign(draft_id, version)
        pack = pack_in_force()
        form = _form_of(pack, entry.kind)
        called = _called(form, entry.folder_ids)
        pages = [_page_of(entry, form, folder_id, called) for folder_id in entry.folder_ids]
        if not pages:
            raise Refused("Choose the children that this is about.", "children")
        review = _review_day(form, entry.answers, pack)
        followed = _followed(entry)
        for page in pages:
            page.fields["follows_id"] = followed.get(page.folder_id)
        entries = _write(
            acting, pages, kind=entry.kind, title=form.title, happened_at=entry.happened_at, pack=pack,
            late_why=entry.late_why, subject_id=entry.subject_id, significant=entry.significant,
            impact=entry.impact, present=entry.present, form=form, draft_id=draft_id,
            decides=not (entry.written_for or entry.written_for_name),
        )  # fmt: skip
        if review is not None:
            _open_reviews(form, entries, review, acting, pack)
        for entry_id in followed.values():
            if form.review_duty:
                duties.discharge(form.review_duty, entry_id)
        if entry.written_for or entry.written_for_name.strip():
            _ask_to_confirm(entry, entries, acting)
        if draft_id is not None:
            EntryDraft.objects.filter(id=draft_id).delete()
        return entries


def _signed_from(draft_id: UUID) -> dict[UUID, Entry]:
    return {row.folder_id: row for row in Entry.objects.filter(written_from=draft_id)}


def _free_to_sign(draft_id: UUID, version: int | None) -> None:
    draft = EntryDraft.objects.select_for_update().filter(id=draft_id).first()
    if draft is not None and version is not None and draft.version != version:
        raise Refused(rules.changed_elsewhere(draft.saved_at))


def _form_of(pack: Pack, kind: str) -> EntryForm:
    try:
        return pack.entry_form(kind, today())
    except NotInForce as none:
        raise NotFound from none


def _called(form: EntryForm, folder_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What the children are called, where the form's questions name them."""
    if not any("{child}" in question.title for question in form.question):
        return {}
    return {folder_id: who.called for folder_id, who in names_of_folders(folder_ids).items()}


def _page_of(entry: EntryIn, form: EntryForm, folder_id: UUID, called: Mapping[UUID, str]) -> _Page:
    """What stands in one folder: the shared paragraphs, that child's own, and the answers, or a refusal."""
    own = entry.own.get(folder_id, "")
    rules.may_write_text(f"{entry.text}\n\n{own}" if own.strip() else entry.text).or_refuse()
    page = _Page(folder_id, [*paragraphs(entry.text), *paragraphs(own, only=True)])
    for each_child, given in ((False, entry.answers), (True, entry.child_answers.get(folder_id, {}))):
        for question in rules.questions_asked(form, given, each_child=each_child):
            value = given.get(question.id, "").strip()
            title = question.title.replace("{child}", called.get(folder_id, "the child"))
            rules.is_answered(question, value, title).or_refuse()
            if value:
                page.answers.append(Answered(question.id, title, _said(question, value), value))
    return page


def _said(question: FormQuestion, value: str) -> str:
    """An answer as it is read: 'Yes', 'Three Houses', '19 November 2026', 'Dana Okafor, social worker'."""
    match question.type:
        case "yes_no":
            return {"yes": "Yes", "no": "No"}[value]
        case "choice":
            return next(answer.title for answer in question.answer if answer.id == value)
        case "day":
            return date_only(date.fromisoformat(value))
        case "worker":
            lines = agencies.practitioners(practitioner=UUID(value), ended_too=True)
            return lines[-1].said_as if lines else "Somebody who is not known here"
        case _:
            return value


def _review_day(form: EntryForm, answers: Mapping[str, str], pack: Pack) -> datetime | None:
    """When the entry comes back, within what the procedures allow; None where its form has no such day."""
    if not form.review or not answers.get(form.review):
        return None
    day = date.fromisoformat(answers[form.review])
    latest = duties.clock_of(pack, form.review_duty, now()).due_at
    rules.may_review_on(day, today(), latest.astimezone(LONDON).date(), form.review).or_refuse()
    return min(datetime.combine(day, pack.calendar(day).office.closes, tzinfo=LONDON), latest)


def _open_reviews(
    form: EntryForm, entries: Mapping[UUID, Entry], review: datetime, acting: Acting, pack: Pack
) -> None:
    duties.open_duties(
        [
            Opening(
                folder_id=folder_id,
                kind=form.review_duty,
                started_at=entry.written_at,
                subject_id=entry.id,
                path=f"/child/{folder_id}/write/{entry.kind}/?reviews={entry.id}",
                owner_id=acting.practitioner_id,
                team_id=acting.team_id,
                sooner_at=review,
                sooner_why="The day was set when the entry was signed.",
            )
            for folder_id, entry in entries.items()
        ],
        pack=pack,
    )


def _followed(entry: EntryIn) -> dict[UUID, UUID]:
    """The entry that this one looks at again, in each record in which it stands."""
    if entry.reviews is None:
        return {}
    first = Entry.objects.filter(id=entry.reviews, folder_id__in=entry.folder_ids).first()
    if first is None:
        raise NotFound
    return {row.folder_id: row.id for row in _together(first) if row.folder_id in entry.folder_ids}


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
    significant: bool = False,
    impact: str = "",
    present: str = "",
    form: EntryForm | None = None,
    draft_id: UUID | None = None,
    may_be_late: bool = True,
    decides: bool = True,
    what: str = "records.sign_entry",
) -> dict[UUID, Entry]:
    """The rows of entries written in one go, numbered; decisions among their paragraphs are decided."""
    at = now()
    folders = [page.folder_id for page in pages]
    _may_write_in(folders)
    rules.has_happened(happened_at, at).or_refuse()
    rules.says_impact(significant, impact).or_refuse()
    for page in pages:
        if not page.paragraphs:
            raise Refused("Write what happened.", "text")
        for paragraph in page.paragraphs:
            rules.may_sign_paragraph(paragraph).or_refuse()
    pack = pack or pack_in_force()
    late, span = lateness(pack, acting.agency_kind.value, happened_at, at) if may_be_late else (False, "")
    rules.says_why_late(late, late_why, span).or_refuse()
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
            author_post=_post(acting),
            agency_id=acting.agency_id,
            text=whole(page.paragraphs),
            present=present.strip(),
            late=late,
            late_why=late_why.strip() if late else "",
            significant=significant,
            impact=impact.strip() if significant else "",
            third_party=any(p.source is StatementSource.TOLD for p in page.paragraphs),
            form_from=form.from_ if form else None,
            pack=pack.name,
            pack_version=pack.version,
            written_together=together,
            written_from=draft_id,
            subject_id=subject_id,
            **page.fields,
        )
    Entry.objects.bulk_create(entries.values())
    if significant:
        for tell in told_of_significant:
            tell(list(entries.values()))
    _write_parts(pages, entries, rests)
    for hear in told_of_entries:
        hear([SignedEntry(entries[page.folder_id], tuple(page.answers)) for page in pages])
    record_many(
        event(Verb.WROTE, what, folder_id=folder_id, subject=entry) for folder_id, entry in entries.items()
    )
    if decides:
        _decide_in(pages, entries, pack)
    return entries


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
            p if p.only else replace(p, text=renumbered(p.text, numbers)) for p in page.paragraphs
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


# -- written for somebody else ------------------------------------------------------------------------


def _ask_to_confirm(entry: EntryIn, entries: Mapping[UUID, Entry], acting: Acting) -> None:
    """Asks whoever saw or heard it to read it; they are told, and owe it by the limit of the procedures (REC-04)."""
    name, post = entry.written_for_name.strip(), entry.written_for_post.strip()
    if entry.written_for is not None:
        lines = agencies.practitioners(practitioner=entry.written_for)
        if not lines:
            raise Refused(
                "Choose somebody who works here today, or write their name and post.", "written_for"
            )
        if entry.written_for == acting.practitioner_id:
            raise Refused("You are writing this yourself. Choose whoever saw or heard it.", "written_for")
        name, post = lines[0].name, f"{lines[0].post_title}, {lines[0].agency_name}"
    elif not post:
        raise Refused("Write the post title of the person for whom you are writing.", "written_for_post")
    _request([(row, None, row.text) for row in entries.values()], entry.written_for, name, post, acting)


def _request(
    rows: Sequence[tuple[Entry, Statement | None, str]],
    practitioner_id: UUID | None,
    name: str,
    post: str,
    acting: Acting,
) -> list[ConfirmationRequest]:
    names = names_of_folders([row.folder_id for row, _, _ in rows])
    at = now()
    together = uuid7() if len(rows) > 1 else None
    requests = [
        ConfirmationRequest(
            folder_id=row.folder_id,
            entry=row,
            statement=statement,
            practitioner_id=practitioner_id,
            name=name,
            post=post,
            about=names[row.folder_id].name if row.folder_id in names else "",
            happened_at=row.happened_at,
            text=text,
            asked_by_id=acting.practitioner_id,
            asked_at=at,
            written_together=together,
        )
        for row, statement, text in rows
    ]
    ConfirmationRequest.objects.bulk_create(requests)
    duties.open_duties(
        [
            Opening(
                folder_id=request.folder_id,
                kind="confirm_entry",
                started_at=at,
                subject_id=request.id,
                path=f"/confirm/{request.id}/",
                owner_id=practitioner_id or acting.practitioner_id,
                team_id=None if practitioner_id else acting.team_id,
            )
            for request in requests
        ]
    )
    if practitioner_id is not None:
        notify(
            practitioner_id,
            text="A colleague wrote down what you saw or heard. Read it, and say whether it is right.",
            path=f"/confirm/{requests[0].id}/",
        )
    record_many(
        event(Verb.WROTE, "records.ask_to_confirm", folder_id=r.folder_id, subject=r) for r in requests
    )
    return requests


def ask_to_confirm(statement_id: UUID, practitioner_id: UUID) -> ConfirmationRequest:
    """Ask a colleague to confirm one paragraph that says what they told. Raises Refused where they were asked."""
    with attempt("records.ask_to_confirm"):
        acting = permit(Permission.WRITE_FOLDER)
        statement = Statement.objects.select_related("entry").filter(id=statement_id).first()
        if statement is None:
            raise NotFound
        _may_write_in([statement.folder_id])
        if statement.source != StatementSource.TOLD.value:
            raise Refused("Only what somebody told can be confirmed by them.")
        if ConfirmationRequest.objects.filter(statement=statement).exists():
            raise Refused("They have been asked to confirm this already.")
        lines = agencies.practitioners(practitioner=practitioner_id)
        if not lines:
            raise Refused("Choose somebody who works here today.", "practitioner")
        who = lines[0]
        return _request(
            [(statement.entry, statement, statement.text)],
            practitioner_id,
            who.name,
            f"{who.post_title}, {who.agency_name}",
            acting,
        )[0]


def confirm(request_id: UUID, said: Confirming, words: str = "") -> list[Confirmation]:
    """Whoever saw or heard it has read what was written for them: it is right, or what is not (REC-04).

    Answers all that was written together in one go. Where they have no sign-in, whoever holds their signature records
    it, and says how in `words`; where they have left, anybody who may write says that it cannot be confirmed.
    """
    with attempt("records.confirm"):
        first = ConfirmationRequest.objects.filter(id=request_id).first()
        if first is None:
            raise NotFound
        me = current().practitioner_id
        asked = list(
            ConfirmationRequest.objects.filter(written_together=first.written_together)
            if first.written_together
            else [first]
        )
        answered = (
            Confirmation.objects.filter(request_id__in=[r.id for r in asked])
            .select_related("practitioner")
            .first()
        )
        for_others = first.practitioner_id is None or said is Confirming.CANNOT
        rules.may_confirm(
            None if for_others else first.practitioner_id,
            me,
            answered_by=answered.practitioner.name if answered else "",
        ).or_refuse()
        acting = permit(Permission.WRITE_FOLDER if for_others else Permission.READ_FOLDER)
        if for_others:
            _may_write_in([r.folder_id for r in asked])
        rules.answers_confirmation(said, words).or_refuse()
        if first.practitioner_id is None and said is Confirming.CONFIRMED and not words.strip():
            raise Refused("Say how they confirmed it, such as: read and signed on paper.", "words")
        at = now()
        rows = [
            Confirmation(
                folder_id=r.folder_id,
                request=r,
                practitioner_id=acting.practitioner_id,
                post=_post(acting),
                at=at,
                said=said.value,
                words=words.strip(),
            )
            for r in asked
        ]
        Confirmation.objects.bulk_create(rows)
        # Whoever was asked may not open the record, and so not close its duties: the ledger's own job does.
        with looking_as(Viewer.for_job("duties")):
            for r in asked:
                duties.discharge("confirm_entry", r.id)
        record_many(event(Verb.WROTE, "records.confirm", folder_id=r.folder_id, subject=r) for r in rows)
        if said is Confirming.DISPUTED:
            notify(
                first.asked_by_id,
                text="Somebody says that what you wrote for them is not as they told it.",
                path=f"/child/{first.folder_id}/record/{first.entry_id}/",
            )
        return rows


# -- putting right, and other people's own words --------------------------------------------------------


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
    seen: int | None = None,
    draft_id: UUID | None = None,
) -> Entry:
    """Put an entry right by adding: what was wrong, who says so, the right text. The original stays (REC-12).

    `also` are entries written together with it that have the same mistake; `own` the lines of one child's record, by
    folder. With `seen`, how many corrections the page knew of, one more since is a refusal that names who and when.
    """
    with attempt("records.correct_entry"):
        acting = permit(Permission.WRITE_FOLDER)
        rules.may_correct(was_wrong, text).or_refuse()
        if draft_id is not None and (signed := _signed_from(draft_id)):
            return next(iter(signed.values()))
        wrong = Entry.objects.filter(id=entry_id).first()
        if wrong is None:
            raise NotFound
        if wrong.corrects_id is not None:
            raise Refused("Correct the entry itself: its corrections stand beside it.")
        rows = [row for row in _together(wrong) if row.id == wrong.id or row.id in set(also)]
        if set(also) - {row.id for row in rows}:
            raise NotFound
        _may_write_in([row.folder_id for row in rows])
        _lock_counters([row.folder_id for row in rows])
        if seen is not None:
            before = (
                Entry.objects.filter(corrects=wrong)
                .order_by("number")
                .values_list("author__name", "written_at")
            )
            rules.may_correct_now(seen, list(before)).or_refuse()
        form = _pinned_form(wrong)
        called = _called(form, [row.folder_id for row in rows]) if form else {}
        pages = []
        for row in rows:
            line = (own or {}).get(row.folder_id, "")
            rules.may_write_text(f"{text}\n\n{line}").or_refuse()
            page = _Page(row.folder_id, [*paragraphs(text), *paragraphs(line, only=True)])
            if answers is not None and form is not None:
                given = EntryIn(
                    (row.folder_id,), wrong.kind, wrong.happened_at, text,
                    answers=answers, child_answers=child_answers or {},
                )  # fmt: skip
                page.answers = _page_of(given, form, row.folder_id, called).answers
            page.fields = {"corrects_id": row.id, "was_wrong": was_wrong.strip()}
            pages.append(page)
        entries = _write(
            acting, pages, kind=EntryKind.CORRECTION.value, happened_at=happened_at or wrong.happened_at,
            subject_id=wrong.subject_id, present=wrong.present, form=form, draft_id=draft_id, may_be_late=False,
            what="records.correct_entry",
        )  # fmt: skip
        if draft_id is not None:
            EntryDraft.objects.filter(id=draft_id).delete()
        return entries[wrong.folder_id]


def _pinned_form(entry: Entry) -> EntryForm | None:
    """The form as it was when the entry was signed."""
    if entry.form_from is None or not entry.pack:
        return None
    versions = pack_named(entry.pack).history(EntryForm, entry.kind)
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
        if draft_id is not None and (signed := _signed_from(draft_id)):
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
        # Their own words are kept as they are: what looks like a mark in them is not one.
        theirs = [
            Paragraph(part.strip(), StatementKind.FACT, StatementSource.TOLD, name)
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


# -- drafts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What became of saving a draft. With `elsewhere` the draft was saved from another page at that instant, and what
    was sent now is kept beside it, in the draft that `draft` is."""

    draft: EntryDraft
    elsewhere: datetime | None = None


@transaction.atomic
def keep_draft(
    draft_id: UUID,
    *,
    child: UUID,
    kind: str,
    content: Mapping[str, object],
    version: int,
    about: UUID | None = None,
) -> Kept:
    """Keep what is being written, valid or not. `version` is the one that the page was opened on, 0 for a new one.

    A page that has fallen behind never overwrites: what it holds becomes a draft of its own.
    """
    acting = permit(Permission.WRITE_FOLDER)
    at = now()
    row = EntryDraft.objects.select_for_update().filter(id=draft_id).first()
    if row is not None and row.version == version:
        row.content, row.version, row.saved_at = dict(content), row.version + 1, at
        row.save(update_fields=["content", "version", "saved_at"])
        return Kept(row)
    if row is not None and row.content == dict(content):
        return Kept(row)
    fresh = EntryDraft(
        id=draft_id if row is None and version == 0 else uuid7(),
        practitioner_id=acting.practitioner_id,
        child=child,
        kind=kind,
        about=about,
        content=dict(content),
        beside=row.id if row is not None else None,
        started_at=at,
        saved_at=at,
    )
    EntryDraft.objects.bulk_create([fresh])
    return Kept(fresh, row.saved_at if row is not None else None)


@transaction.atomic
def drop_draft(draft_id: UUID) -> None:
    """Throw a draft away."""
    EntryDraft.objects.filter(id=draft_id).delete()


#: A draft that nobody has touched for so long holds personal data for no purpose; My work has shown it all the while.
DRAFTS_KEPT = timedelta(weeks=8)


def clear_drafts() -> int:
    """Remove drafts that nobody has touched for so long; run by the job `drafts`. Returns how many."""
    removed, _ = EntryDraft.objects.filter(saved_at__lt=now() - DRAFTS_KEPT).delete()
    if removed:
        record(Verb.WROTE, "records.clear_drafts", count=removed)
    return removed


# -- numbers --------------------------------------------------------------------------------------------


def _lock_counters(folder_ids: Iterable[UUID]) -> dict[UUID, EntryCounter]:
    """The counters of folders, made where there are none, locked in folder order until the transaction ends."""
    wanted = sorted(set(folder_ids))
    locked = EntryCounter.objects.select_for_update().filter(folder_id__in=wanted).order_by("folder_id")
    counters = {row.folder_id: row for row in locked}
    if len(counters) < len(wanted):
        EntryCounter.objects.bulk_create(
            (EntryCounter(folder_id=folder_id) for folder_id in wanted), ignore_conflicts=True
        )
        counters = {row.folder_id: row for row in locked.all()}
    if len(counters) != len(wanted):
        raise NotFound
    return counters


def _next_numbers(folder_ids: Sequence[UUID], at: datetime | None = None) -> dict[UUID, int]:
    """The next number of each folder, its counter locked in folder order until the transaction ends.

    A folder named several times advances by as many, and the last of its numbers is given. With `at`, the instant of
    writing, a clock that was set back is a refusal.
    """
    wanted = Counter(folder_ids)
    counters = _lock_counters(wanted)
    for counter in counters.values():
        if at is not None:
            rules.follows_in_time(at, counter.last_at).or_refuse()
            counter.last_at = max(at, counter.last_at or at)
        counter.last += wanted[counter.folder_id]
    EntryCounter.objects.bulk_update(counters.values(), ["last", "last_at"], batch_size=1000)
    return {counter.folder_id: counter.last for counter in counters.values()}


def _written_last(at: Mapping[UUID, datetime]) -> None:
    """Keeps when each folder was last written in, for history that came by itself."""
    counters = list(EntryCounter.objects.filter(folder_id__in=list(at)))
    for counter in counters:
        counter.last_at = max(at[counter.folder_id], counter.last_at or at[counter.folder_id])
    EntryCounter.objects.bulk_update(counters, ["last_at"], batch_size=1000)


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

#: Rooms above that owe something once decisions were made are told of them here, in the same transaction.
told_of_decisions: list[Callable[[Sequence[Decision]], None]] = []


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
    for tell in told_of_decisions:
        tell(rows)
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
    """One entry of the past, in each of several folders: `texts` is the text by folder, marks and all."""

    texts: Mapping[UUID, str]
    kind: str
    happened_at: datetime
    written_at: datetime
    author_id: UUID
    author_post: str
    subject_id: UUID | None = None
    late_why: str = ""
    answers: tuple[Answered, ...] = ()
    agency_id: UUID | None = None
    agency_kind: str = "any"


def record_entries_bulk(entries: Sequence[PastEntry]) -> int:
    """What `sign_entry` writes, for many entries of the past; numbered in the order in which they were written.

    For the named jobs alone. Returns how many rows were written. What was late is marked, also where nobody says why.
    """
    pack = pack_in_force()
    ordered = sorted(entries, key=lambda entry: entry.written_at)
    folders = [folder_id for entry in ordered for folder_id in entry.texts]
    last = _next_numbers(folders)
    many = Counter(folders)
    _written_last({folder_id: entry.written_at for entry in ordered for folder_id in entry.texts})
    given = {folder_id: number - many[folder_id] for folder_id, number in last.items()}
    rows, statements, answers = [], [], []
    for entry in ordered:
        together = uuid7() if len(entry.texts) > 1 else None
        late, _ = lateness(pack, entry.agency_kind, entry.happened_at, entry.written_at)
        for folder_id, text in entry.texts.items():
            given[folder_id] += 1
            found = paragraphs(text)
            row = Entry(
                folder_id=folder_id,
                number=given[folder_id],
                kind=str(entry.kind),
                title=_title(pack, str(entry.kind)),
                happened_at=entry.happened_at,
                written_at=entry.written_at,
                author_id=entry.author_id,
                author_post=entry.author_post,
                agency_id=entry.agency_id,
                text=whole(found),
                late=late,
                late_why=entry.late_why if late else "",
                third_party=any(p.source is StatementSource.TOLD for p in found),
                pack=pack.name,
                pack_version=pack.version,
                written_together=together,
                subject_id=entry.subject_id,
            )
            rows.append(row)
            statements += [
                Statement(
                    folder_id=folder_id, entry=row, place=n, kind=p.kind.value, source=p.source.value,
                    told_by=p.told_by, text=p.text,
                )
                for n, p in enumerate(found)
            ]  # fmt: skip
            answers += [
                EntryAnswer(
                    folder_id=folder_id, entry=row, place=n, question_id=a.question_id, question=a.question,
                    value=a.value, words=a.words,
                )
                for n, a in enumerate(entry.answers)
            ]  # fmt: skip
    Entry.objects.bulk_create(rows, batch_size=1000)
    Statement.objects.bulk_create(statements, batch_size=1000)
    EntryAnswer.objects.bulk_create(answers, batch_size=1000)
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
