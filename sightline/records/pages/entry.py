"""One entry: as it was signed, what puts it right, and what others say of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from markupsafe import Markup

from sightline.agencies.gate import page
from sightline.agencies.queries import have_left
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import as_viewer_may_read, names_of_folders
from sightline.documents import queries as documents
from sightline.govuk.numbers import whole_number
from sightline.govuk.words import clock, moment
from sightline.kernel.ids import uuid7
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.kept import Then, as_it_was
from sightline.procedures.pack import NotInForce
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import Abbreviation, EntryForm

from .. import actions, queries, wording
from ..actions import ContributionIn, Kept
from ..marks import Paragraph, marked
from ..queries import EntryView, StatementView, Story
from ..rules import NOT_ANSWERED
from ..terms import Confirming, ContributionKind, EntryKind, StatementSource
from .forms import (
    About,
    AskForm,
    ContributionForm,
    WritingForm,
    impact_of,
    significant_of,
    which_records,
    writing_form,
)
from .write import Scene, asked_draft, besides, draft_href, happened_then, look_again, scene, sent


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def entry(request: HttpRequest, folder_id: UUID, entry_id: UUID) -> HttpResponse:
    """The entry with each paragraph for what it is; its corrections and what others say of it below."""
    view, shown = open_child(request, folder_id, "records.entry", tab="chronology")
    told = as_viewer_may_read(view.folder_ids, queries.story(entry_id, view.folder_ids))
    found, corrections, after = told.entry, list(told.corrections), list(told.after)
    glossary = pack_in_force().glossary(today())
    ids = [e.id for e in told.all]
    texts, came_up = explained_texts(told.all, glossary)
    acting = request.practitioner  # type: ignore[attr-defined]
    return render(
        request,
        "records/entry.html",
        shown
        | {
            "e": found,
            "corrections": corrections,
            "after": after,
            "story": told,
            "texts": texts,
            "files": documents.attached(view.folder_ids, ids),
            "body_maps": documents.body_maps_of(view.folder_ids, ids),
            "abbreviations": came_up,
            "left": _left(told.all),
            "asked_statements": {r.statement_id for r in found.requests},
            "mine": found.author_id == acting.practitioner_id,
            "back_href": reverse("chronology:child", args=[view.folder_ids[0]]),
        },
    )


def _left(views: list[EntryView]) -> set[UUID]:
    """Who was asked to confirm some of it, has not answered and holds no post any more."""
    open_ = {r.practitioner_id for v in views for r in v.requests if r.said is Confirming.WAITING}
    return have_left([who for who in open_ if who])


def explained_texts(
    views: list[EntryView], glossary: tuple[Abbreviation, ...]
) -> tuple[dict[UUID, Markup], list[Abbreviation]]:
    """Each paragraph with its abbreviations explained, by statement (by entry where it has none), and which came up."""
    texts: dict[UUID, Markup] = {}
    came_up: dict[str, Abbreviation] = {}
    for view in views:
        parts: list[tuple[UUID, str]] = [(s.id, s.text) for s in view.statements] or [(view.id, view.text)]
        for ident, text in parts:
            texts[ident], used = wording.explained(text, glossary)
            came_up |= {a.abbreviation: a for a in used}
    return texts, [came_up[short] for short in sorted(came_up)]


# -- correcting --------------------------------------------------------------------------------------


def _to_correct(request: HttpRequest, folder_id: UUID, entry_id: UUID, what: str) -> tuple[Scene, Story]:
    """The entry itself, also where a correction of it was named, with all that stands on it."""
    at = scene(request, folder_id, what, with_others=False)
    told = queries.story(entry_id, at.folders)
    if told.entry.corrects_id is not None:
        told = queries.story(told.entry.corrects_id, at.folders)
    return at, told


def _correction_about(at: Scene, found: EntryView) -> tuple[Scene, About, dict[UUID, UUID]]:
    """What a correction is made of: the form as it was signed, the child, and the others in whose records it stands."""
    also = queries.written_together(found)
    at = Scene(
        at.lead, at.folders, at.pack, at.acting,
        names_of_folders([found.folder_id, *(a.folder_id for a in also)]), [a.folder_id for a in also],
    )  # fmt: skip
    form, as_signed = _pinned(found)
    about = About(
        form=form,
        as_signed=as_signed,
        child=at.child(found.folder_id),
        beside=tuple(at.child(a.folder_id) for a in also),
    )
    return at, about, {a.folder_id: a.entry_id for a in also}


def _pinned(found: EntryView) -> tuple[EntryForm, bool]:
    """The form that the entry was signed on, or the plain note's for what was signed on none; and whether its questions
    are worded as they were then."""
    then = as_it_was(found.pack_version or found.pack) if found.pack else Then(pack_in_force(), kept=True)
    versions = then.pack.history(EntryForm, found.kind)
    for form in versions:
        if form.from_ == found.form_from:
            return form, then.kept
    try:
        note = then.pack.entry_form(EntryKind.NOTE.value, today())
    except NotInForce as none:
        raise NotFound from none
    return note, found.form_from is None


def _as_it_stands(latest: EntryView, also: dict[UUID, UUID], form: EntryForm) -> dict[str, Any]:
    """What a correction starts from: the entry as its last correction has it, ready to be changed."""
    beside = {v.folder_id: v for v in queries.standing(list(also.values()))} if also else {}
    initial: dict[str, Any] = {
        "happened_at": latest.happened_at,
        "text": marked(_typed_again(s) for s in latest.statements if not s.only) or latest.text,
        "present": latest.present,
        "late_why": latest.late_why,
    }
    for n, view in enumerate([latest, *(beside[f] for f in also if f in beside)]):
        initial[significant_of(n)], initial[impact_of(n)] = view.significant, view.impact
        initial[f"own{n}"] = marked(_typed_again(s) for s in view.statements if s.only)
        for answer in view.answers:
            each = next((q.each_child for q in form.question if q.id == answer.question_id), False)
            if each or n == 0:
                name = f"c{n}_{answer.question_id}" if each else f"q_{answer.question_id}"
                initial[name] = answer.value or ("" if answer.words == NOT_ANSWERED else answer.words)
    return initial


def _typed_again(statement: StatementView) -> Paragraph:
    return Paragraph(statement.text, statement.kind, statement.source, statement.told_by)


def _correction_form(about: About, *args: Any, **kwargs: Any) -> WritingForm:
    form = writing_form(about, *args, entry=False, **kwargs)
    if about.beside:
        form.fields["others"] = which_records(about.beside, about.child.called)
        form.order_fields(["was_wrong", "happened_at"])
    return form


def _seen_beside(request: HttpRequest, also: dict[UUID, UUID]) -> dict[UUID, int]:
    """How many corrections the page knew of the same entry in each sibling's record, by entry, as `also` has them."""
    there = queries.times_corrected(also.values())
    known = [whole_number(each) for each in request.POST.get("seen_beside", "").split()]
    if len(known) != len(also):
        return there
    return {
        ident: there[ident] if each is None else each
        for ident, each in zip(also.values(), known, strict=True)
    }


@page(permission=Permission.WRITE_FOLDER)
def correct(request: HttpRequest, folder_id: UUID, entry_id: UUID) -> HttpResponse:
    """Put an entry right by adding; the original stays one click away."""
    at, told = _to_correct(request, folder_id, entry_id, "records.correct")
    found = told.entry
    at, about, also = _correction_about(at, found)
    seen_beside = _seen_beside(request, also)
    draft_id, version, kept, elsewhere, other_href, late = uuid7(), 0, None, None, "", False
    seen = len(found.corrected_by)
    if request.method == "POST":
        draft_id, version = asked_draft(request)
        act = request.POST.get("act", "sign")
        actions.one_at_a_time(draft_id)
        if act == "sign" and (signed := _signed_already(at, draft_id)):
            return signed
        known = whole_number(request.POST.get("seen", ""))
        seen = seen if known is None else known
        saved = actions.keep_draft(
            draft_id, child=at.lead, kind="correction", content=sent(request), version=version, about=found.id
        )
        other_href = _draft_beside(request, saved, draft_id)
        draft_id, version, elsewhere = saved.draft.id, saved.draft.version, saved.elsewhere
        if act == "save" and elsewhere is None:
            messages.success(request, "Your draft is saved. It waits for you under My work, on any device.")
            return HttpResponseRedirect(draft_href(saved.draft))
        late = _late_then(request, about, found)
        form = _correction_form(about, request.POST, late=late)
        if act != "sign" or elsewhere is not None:
            form = _correction_form(about, draft=sent(request), late=late)
        elif form.is_valid():
            chosen = [v for v in form.cleaned_data.get("others", []) if v != "none"]
            try:
                made = actions.correct_entry(
                    found.id,
                    form.cleaned_data["was_wrong"],
                    form.cleaned_data["text"],
                    own=form.own(),
                    also=[also[UUID(v)] for v in chosen],
                    happened_at=form.cleaned_data["happened_at"],
                    answers=form.answers(),
                    child_answers=form.child_answers(),
                    impact=form.impact(),
                    # A page opened before this was asked does not send it: what stands then stays.
                    present=form.cleaned_data["present"] if "present" in request.POST else None,
                    late_why=form.cleaned_data["late_why"],
                    seen=seen,
                    seen_beside=seen_beside,
                    draft_id=draft_id,
                )
            except NotPermitted:
                raise
            except Refused as refused:
                form.refuse(refused.verdict)
                told = queries.story(found.id, at.folders)
                found, seen = told.entry, len(told.corrections)
                seen_beside = queries.times_corrected(also.values())
            else:
                messages.success(
                    request, f"The correction is entry {made.number}. The original stays as it was."
                )
                return HttpResponseRedirect(reverse("records:entry", args=[at.lead, found.id]))
    else:
        kept = _own_draft(request, "correction", found.id)
        if kept is not None:
            draft_id, version = kept.id, kept.version
            form = _correction_form(about, draft=kept.content, initial={"present": told.latest.present})
            late = bool(form["late_why"].value())
        else:
            form = _correction_form(about, initial=_as_it_stands(told.latest, also, about.form))
            late = told.latest.late
    return render(
        request,
        "records/correct.html",
        {
            "form": form,
            "written_late": late,
            "about": about,
            "impact_of": impact_of,
            "significant_of": significant_of,
            "e": found,
            "child": about.child,
            "folder_id": at.lead,
            "corrections": told.corrections,
            "seen": seen,
            "seen_beside": " ".join(str(seen_beside[ident]) for ident in also.values()),
            "draft_id": draft_id,
            "version": version,
            "saved_at": kept.saved_at if kept else None,
            "elsewhere": elsewhere,
            "other_href": other_href,
            "back_href": reverse("records:entry", args=[at.lead, found.id]),
            **look_again(at, about, str(form["text"].value() or ""), None, besides(form)),
        },
    )


def _late_then(request: HttpRequest, about: About, found: EntryView) -> bool:
    """Whether the entry was written late, if it happened when the correction says."""
    happened = happened_then(request, about, entry=False)
    return happened is not None and queries.late_since(found, happened)[0]


def _own_draft(request: HttpRequest, kind: str, about: UUID) -> Any:
    """The draft that the address names; none where it is of something else. NotFound where it is not there."""
    wanted = request.GET.get("draft", "")
    if not wanted:
        return None
    try:
        found = queries.draft(UUID(wanted))
    except ValueError:
        raise NotFound from None
    if found is None or found.kind != kind or found.about != about:
        raise NotFound
    return found


def _signed_already(at: Scene, draft_id: UUID) -> HttpResponse | None:
    """To the entry on which a correction or somebody's words stand, where they were signed from this draft before."""
    for view in queries.signed_from(draft_id):
        if view.folder_id in at.folders:
            return HttpResponseRedirect(
                reverse("records:entry", args=[at.lead, view.corrects_id or view.follows_id or view.id])
            )
    return None


def _draft_beside(request: HttpRequest, saved: Kept, draft_id: UUID) -> str:
    """Where the text is read that another page kept under this draft meanwhile; empty where none did."""
    return f"{request.path}?draft={draft_id}" if saved.elsewhere else ""


def _kept(
    request: HttpRequest, at: Scene, about: About | None, kind: str, of: EntryView, text: str
) -> HttpResponse:
    draft_id, version = asked_draft(request)
    actions.one_at_a_time(draft_id)
    if queries.signed_from(draft_id):
        return JsonResponse({"signed": True}, status=409)
    kept = actions.keep_draft(
        draft_id, child=at.lead, kind=kind, content=sent(request), version=version, about=of.id
    )
    other = f"{request.path.removesuffix('keep/')}?draft={draft_id}" if kept.elsewhere else ""
    return JsonResponse(
        {
            "saved": clock(kept.draft.saved_at),
            "draft": str(kept.draft.id),
            "version": kept.draft.version,
            "elsewhere": moment(kept.elsewhere) if kept.elsewhere else "",
            "other": other,
            "late": _late_then(request, about, of) if about else False,
            "aids": render_to_string(
                "records/_beside.html",
                look_again(at, about, text, None, besides(_correction_form(about, draft=sent(request)))),
                request=request,
            )
            if about
            else "",
        }
    )


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep_correction(request: HttpRequest, folder_id: UUID, entry_id: UUID) -> HttpResponse:
    """Keeps a correction that is being written."""
    at, told = _to_correct(request, folder_id, entry_id, "records.keep_correction")
    found = told.entry
    at, about, _also = _correction_about(at, found)
    return _kept(request, at, about, "correction", found, request.POST.get("text", ""))


# -- other people's own words ---------------------------------------------------------------------------


@page(permission=Permission.WRITE_FOLDER)
def contribute(request: HttpRequest, folder_id: UUID, entry_id: UUID) -> HttpResponse:
    """What a child, a parent or somebody else says of an entry, in their own words and as theirs."""
    at, told = _to_correct(request, folder_id, entry_id, "records.contribute")
    found = told.entry
    at, about, also = _correction_about(at, found)
    draft_id, version, elsewhere, other_href = uuid7(), 0, None, ""

    def made(*args: Any, **kwargs: Any) -> ContributionForm:
        form = ContributionForm(*args, **kwargs)
        if about.beside:
            form.fields["others"] = which_records(about.beside, about.child.called)
        return form

    if request.method == "POST":
        draft_id, version = asked_draft(request)
        act = request.POST.get("act", "sign")
        actions.one_at_a_time(draft_id)
        if act == "sign" and (signed := _signed_already(at, draft_id)):
            return signed
        saved = actions.keep_draft(
            draft_id,
            child=at.lead,
            kind="contribution",
            content=sent(request),
            version=version,
            about=found.id,
        )
        other_href = _draft_beside(request, saved, draft_id)
        draft_id, version, elsewhere = saved.draft.id, saved.draft.version, saved.elsewhere
        if act == "save" and elsewhere is None:
            messages.success(request, "Your draft is saved. It waits for you under My work, on any device.")
            return HttpResponseRedirect(draft_href(saved.draft))
        form = made(request.POST) if elsewhere is None else made(draft=sent(request))
        if elsewhere is None and form.is_valid():
            got = form.cleaned_data
            chosen = [v for v in got.get("others", []) if v != "none"]
            try:
                row = actions.contribute(
                    ContributionIn(
                        entry_id=found.id,
                        kind=ContributionKind(got["kind"]),
                        name=got["name"],
                        relation=got["relation"],
                        words=got["words"],
                        how=got["how"],
                        happened_at=got["happened_at"],
                        also=tuple(also[UUID(v)] for v in chosen),
                        late_why=got["late_why"],
                    ),
                    draft_id=draft_id,
                )
            except NotPermitted:
                raise
            except Refused as refused:
                form.refuse(refused.verdict)
            else:
                messages.success(request, f"It stands as entry {row.number}, in their own words.")
                return HttpResponseRedirect(reverse("records:entry", args=[at.lead, found.id]))
    else:
        kept = _own_draft(request, "contribution", found.id)
        draft_id, version = (kept.id, kept.version) if kept else (draft_id, version)
        form = made(draft=kept.content if kept else None)
    return render(
        request,
        "records/contribute.html",
        {
            "form": form,
            "e": found,
            "child": about.child,
            "folder_id": at.lead,
            "draft_id": draft_id,
            "version": version,
            "elsewhere": elsewhere,
            "other_href": other_href,
            "back_href": reverse("records:entry", args=[at.lead, found.id]),
        },
    )


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep_contribution(request: HttpRequest, folder_id: UUID, entry_id: UUID) -> HttpResponse:
    """Keeps somebody's own words while they are being written down."""
    at, told = _to_correct(request, folder_id, entry_id, "records.keep_contribution")
    found = told.entry
    return _kept(request, at, None, "contribution", found, "")


@page(permission=Permission.WRITE_FOLDER)
def ask(request: HttpRequest, folder_id: UUID, entry_id: UUID, statement_id: UUID) -> HttpResponse:
    """Ask a colleague to confirm what a paragraph says that they told."""
    at, told = _to_correct(request, folder_id, entry_id, "records.ask")
    found = told.entry
    statement = next((s for s in found.statements if s.id == statement_id), None)
    if statement is None or statement.source is not StatementSource.TOLD:
        raise NotFound
    form = AskForm(request.POST if request.method == "POST" else None)
    form.fields["practitioner"].set_options(  # type: ignore[attr-defined]
        (str(ident), words) for ident, words in queries.colleagues_of(at.folders, at.acting.team_ids)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_to_confirm(statement.id, UUID(form.cleaned_data["practitioner"]))
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            messages.success(request, "They have been asked to read and confirm it.")
            return HttpResponseRedirect(reverse("records:entry", args=[at.lead, found.id]))
    return render(
        request,
        "records/ask.html",
        {
            "form": form,
            "e": found,
            "s": statement,
            "child": at.child(at.lead),
            "back_href": reverse("records:entry", args=[at.lead, found.id]),
        },
    )
