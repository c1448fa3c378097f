"""Signing an entry on its form, in each of several children's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies import queries as agencies
from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt
from sightline.children.queries import names_of_folders
from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import EntryForm, FormQuestion

from .. import rules
from ..marks import paragraphs
from ..models import (
    Entry,
    EntryAnswer,
    EntryDraft,
)
from ..terms import EntryKind
from .asking import _ask_to_confirm
from .writing import Answered, EntryIn, _Page, _signed_from, _together, _write


def sign_entry(
    texts: Mapping[UUID, str],
    *,
    kind: str,
    happened_at: datetime,
    subject_id: UUID | None = None,
    late_why: str = "",
    answers: Sequence[Answered] = (),
    impact: Mapping[UUID, str] | None = None,
    on_form: bool = False,
) -> dict[UUID, Entry]:
    """Write one entry in each of several folders: `texts` is the text by folder, with marks where there are any;
    `impact` is what the event means for each child for whom it is significant, by folder too.

    For a room that has asked its own questions: no form is asked for, `answers` are kept as they are given. `on_form`:
    they are those of the kind's own form, which a correction then asks anew. Author,
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
        pack = pack_in_force()
        return _write(
            acting, pages, kind=kind, happened_at=happened_at, late_why=late_why, subject_id=subject_id,
            impact=impact, pack=pack, form=_form_of(pack, kind) if on_form else None,
        )  # fmt: skip


def sign(entry: EntryIn, *, draft_id: UUID | None = None, version: int | None = None) -> dict[UUID, Entry]:
    """Sign an entry on its form: the entries by folder, and the draft is gone. Signing a draft twice gives the same.

    Raises Refused, with the field, for anything that the form, the text or the time lacks, and where the draft was
    saved from another page since `version`; NotPermitted; NotFound for a folder that the viewer may not open.
    """
    with attempt("records.sign", folder_id=entry.folder_ids[0] if entry.folder_ids else None):
        acting = permit(Permission.WRITE_FOLDER)
        if draft_id is not None:
            signed = _signed_from(draft_id, acting)
            if signed:
                return signed
            _free_to_sign(draft_id, version)
        pack = pack_in_force()
        form = _form_of(pack, entry.kind)
        rules.may_sign_form(form, acting.permissions).or_refuse()
        if entry.kind == EntryKind.SUPERVISION:
            supervisor = entry.written_for or (
                None if entry.written_for_name.strip() else acting.practitioner_id
            )
            rules.may_supervise(entry.answers.get("worker", ""), str(supervisor or "")).or_refuse()
        called = _called(form, entry.folder_ids)
        pages = [_page_of(entry, form, folder_id, called) for folder_id in entry.folder_ids]
        if not pages:
            raise Refused("Choose the children that this is about.", "children")
        review = _review_day(form, entry.answers, pack)
        followed = _followed(entry)
        _of_the_same_worker(entry, followed)
        for page in pages:
            page.fields["follows_id"] = followed.get(page.folder_id)
        entries = _write(
            acting, pages, kind=entry.kind, title=form.title, happened_at=entry.happened_at, pack=pack,
            late_why=entry.late_why, subject_id=entry.subject_id,
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
            said = _said(question, value) if value else rules.NOT_ANSWERED
            page.answers.append(Answered(question.id, title, said, value))
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


def _review_day(
    form: EntryForm, answers: Mapping[str, str], pack: Pack, since: datetime | None = None
) -> datetime | None:
    """When the entry comes back, within what the procedures allow `since` it was signed, now where that is not given;
    None where its form has no such day."""
    if not form.review or not answers.get(form.review):
        return None
    day = date.fromisoformat(answers[form.review])
    latest = duties.clock_of(pack, form.review_duty, since or now()).due_at
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


def _of_the_same_worker(entry: EntryIn, followed: Mapping[UUID, UUID]) -> None:
    """Refuses supervision of one worker that would stand for the next one of another on the same child (QUA-06)."""
    if entry.kind != EntryKind.SUPERVISION or not followed:
        return
    first = next(iter(followed.values()))
    before = (
        EntryAnswer.objects.filter(Q(entry_id=first) | Q(entry__corrects_id=first), question_id="worker")
        .order_by("-entry__number")
        .values_list("value", "words")
        .first()
    )
    if before is not None:
        rules.goes_on_with(entry.answers.get("worker", ""), *before).or_refuse()


def _followed(entry: EntryIn) -> dict[UUID, UUID]:
    """The entry that this one looks at again, in each record in which it stands."""
    if entry.reviews is None:
        return {}
    first = Entry.objects.filter(id=entry.reviews, folder_id__in=entry.folder_ids).first()
    if first is None:
        raise NotFound
    return {row.folder_id: row.id for row in _together(first) if row.folder_id in entry.folder_ids}
