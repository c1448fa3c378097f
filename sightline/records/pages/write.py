"""Writing an entry: choosing its kind, writing, keeping the draft, looking at the wording, signing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from sightline.access.drafts import DraftLine, Drafts
from sightline.access.queries import grants_on, joined_set, lead_of
from sightline.agencies.gate import page
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import NameAndAge, names_of_folders
from sightline.govuk.forms import Text, Words, typed
from sightline.govuk.numbers import whole_number
from sightline.govuk.words import clock, day, listed, moment
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import on_folders, pack_in_force
from sightline.procedures.schema import EntryForm

from .. import actions, queries, wording
from ..actions import EntryIn
from ..marks import Paragraph, in_whose_words, paragraphs
from ..rules import may_sign_form
from ..terms import OWN_WAY, StatementKind, StatementSource
from .forms import About, Child, WritingForm, impact_of, significant_of, starting_values, writing_form

#: What a page sends besides the entry itself.
CONTROLS = ("draft", "version", "act", "seen", "seen_beside")
#: What is put with an entry hangs on the signed one: these sign it first.
GOES_ON = {"sign_draw": "documents:draw", "sign_attach": "documents:add"}
SIGNS = ("sign", *GOES_ON)
#: So many characters of a draft say which one it is that is thrown away.
BEGINS = 300


@dataclass(frozen=True)
class Scene:
    """Whose record is written in, by whom, under which procedures."""

    lead: UUID
    folders: list[UUID]
    pack: Pack
    acting: Acting
    names: dict[UUID, NameAndAge]
    beside: list[UUID] = field(default_factory=list)

    def child(self, folder_id: UUID) -> Child:
        who = self.names.get(folder_id, NameAndAge())
        return Child(folder_id, who.name, who.called)


def scene(request: HttpRequest, folder_id: UUID, what: str, *, with_others: bool = True) -> Scene:
    """The child in whose record somebody is about to write, the reading audited.

    Raises NotFound alike for what is sealed, foreign or invented, NotPermitted for who may only read.
    """
    lead = lead_of(folder_id)
    folders = joined_set(lead)
    if not folders:
        lead, folders = folder_id, joined_set(folder_id)
    if not folders:
        raise NotFound
    beside = queries.children_beside(folders) if with_others else []
    record(Verb.READ, what, folder_id=lead, beside=beside)
    if not any(writes for _, writes, _ in queries.ways_into([lead])):
        raise NotPermitted(
            "You may read this record, but not write in it. Ask the manager who answers for it to let you write."
        )
    names = names_of_folders([lead, *beside])
    acting: Acting = request.practitioner  # type: ignore[attr-defined]
    return Scene(lead, folders, pack_in_force(), acting, names, beside)


def form_named(pack: Pack, kind: str) -> EntryForm:
    """The form of a kind that can be written by choosing it. Raises NotFound."""
    if kind in OWN_WAY:
        raise NotFound
    try:
        return pack.entry_form(kind, today())
    except NotInForce as none:
        raise NotFound from none


@page(permission=Permission.WRITE_FOLDER, methods=("GET",))
def choose(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Which kind of entry: those meant for the writer's own agency first."""
    at = scene(request, folder_id, "records.choose", with_others=False)
    mine = at.acting.agency_kind.value
    forms = [
        f
        for f in at.pack.entry_forms(today())
        if f.id not in OWN_WAY and may_sign_form(f, at.acting.permissions).allowed
    ]
    own = [f for f in forms if mine in f.agencies]
    rest = [f for f in forms if f not in own]
    return render(
        request,
        "records/choose.html",
        {
            "child": at.child(at.lead),
            "folder_id": at.lead,
            "kinds": own + rest,
            "drafts": [d for d in queries.drafts() if d.child == at.lead and d.about is None],
            "titles": titles(at.pack),
            "recording": at.pack.recording(mine, today()),
            "back_href": reverse("chronology:child", args=[at.lead]),
        },
    )


def titles(pack: Pack) -> dict[str, str]:
    """What each kind is called today."""
    return {f.id: f.title for f in pack.entry_forms(today())} | {
        "correction": "Correction",
        "contribution": "Somebody’s own words",
    }


def _about(at: Scene, form: EntryForm) -> About:
    reviews: list[tuple[str, str]] = []
    if form.review_duty:
        owed = [d for d in on_folders(at.folders) if d.kind == form.review_duty and d.subject_id and d.to_do]
        found = queries.entries_named([d.subject_id for d in owed if d.subject_id], at.folders)
        reviews = [
            (str(e.id), f"{e.title} of {day(e.happened_at)}, entry {e.number}, by {e.author}") for e in found
        ]
    return About(
        form=form,
        child=at.child(at.lead),
        beside=tuple(at.child(f) for f in at.beside),
        colleagues=tuple(
            (str(ident), words)
            for ident, words in queries.colleagues_of(at.folders, at.acting.team_ids)
            if ident != at.acting.practitioner_id or form.id == "supervision"
        ),
        reviews=tuple(reviews),
    )


def asked_draft(request: HttpRequest) -> tuple[UUID, int]:
    """The draft that a page sent, and the version that it was opened on; a new one where it sent none."""
    try:
        ident = UUID(request.POST.get("draft", ""))
    except ValueError:
        ident = uuid7()
    return ident, whole_number(request.POST.get("version", "")) or 0


def sent(request: HttpRequest) -> dict[str, list[str]]:
    """What a draft keeps of what was sent."""
    return {name: values for name, values in typed(request.POST).items() if name not in CONTROLS}


@page(permission=Permission.WRITE_FOLDER)
def write(request: HttpRequest, folder_id: UUID, form_id: str) -> HttpResponse:
    """One page on which an entry is written, kept, looked at again and signed."""
    at = scene(request, folder_id, "records.write")
    spec = form_named(at.pack, form_id)
    about = _about(at, spec)
    if request.method == "POST":
        return _sent(request, at, about)
    draft_id, version, kept = uuid7(), 0, None
    wanted = request.GET.get("draft", "")
    if not wanted and not (may := may_sign_form(spec, at.acting.permissions)).allowed:
        # Nobody is asked to write what they cannot sign; what somebody has begun stays open to them.
        raise NotPermitted(may)
    if wanted:
        try:
            kept = queries.draft(UUID(wanted))
        except ValueError:
            raise NotFound from None
        if kept is None or kept.kind != spec.id or kept.child != at.lead:
            if signed := _signed(at, UUID(wanted)):
                return signed
            raise NotFound
        draft_id, version = kept.id, kept.version
    initial = dict(starting_values())
    if (again := request.GET.get("reviews", "")) and again in dict(about.reviews):
        initial["reviews"] = again
    form = writing_form(about, draft=kept.content if kept else None, initial=initial)
    return _show(request, at, about, form, draft_id, version, kept.saved_at if kept else None)


def _signed(at: Scene, draft_id: UUID, act: str = "sign") -> HttpResponse | None:
    """To the entry that was signed from a draft, if one was."""
    for view in queries.signed_from(draft_id):
        if view.folder_id in at.folders:
            return HttpResponseRedirect(_after(at, view.id, act))
    return None


def _after(at: Scene, entry_id: UUID, act: str) -> str:
    """Where a signed entry goes on: itself, or what its writer wants to put with it."""
    if act in GOES_ON:
        return f"{reverse(GOES_ON[act], args=[at.lead])}?to=entry&id={entry_id}"
    return reverse("records:entry", args=[at.lead, entry_id])


def _sent(request: HttpRequest, at: Scene, about: About) -> HttpResponse:
    act = request.POST.get("act", "sign")
    draft_id, version = asked_draft(request)
    # Pressed twice, or while the page was keeping the draft: the second waits and is shown what the first signed.
    actions.one_at_a_time(draft_id)
    if act in SIGNS and (signed := _signed(at, draft_id, act)):
        return signed
    kept = actions.keep_draft(
        draft_id, child=at.lead, kind=about.form.id, content=sent(request), version=version
    )
    if act == "drop":
        return HttpResponseRedirect(reverse("records:drop_draft", args=[kept.draft.id]))
    if act == "save" and kept.elsewhere is None:
        messages.success(request, "Your draft is saved. It waits for you under My work, on any device.")
        return HttpResponseRedirect(_draft_href(at, about, kept.draft.id))
    late = bool(_lateness_of(at, happened_then(request, about))[0])
    if act not in SIGNS or kept.elsewhere is not None:
        form = writing_form(about, draft=sent(request), late=late)
        return _show(
            request, at, about, form, kept.draft.id, kept.draft.version, kept.draft.saved_at,
            elsewhere=kept.elsewhere, other=draft_id, looked=act == "check",
        )  # fmt: skip
    form = writing_form(about, request.POST, late=late)
    if form.is_valid():
        try:
            entries = actions.sign(_entry(about, form), draft_id=kept.draft.id, version=kept.draft.version)
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            said = [f"entry {e.number} in {_whose(at.child(f).called)} record" for f, e in entries.items()]
            messages.success(request, f"Signed as {listed(said)}.")
            return HttpResponseRedirect(_after(at, entries[at.lead].id, act))
    return _show(request, at, about, form, kept.draft.id, kept.draft.version, kept.draft.saved_at)


def _whose(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def happened_then(request: HttpRequest, about: About, *, entry: bool = True) -> datetime | None:
    """When it happened, as far as what was sent says so."""
    asked = writing_form(about, entry=entry).fields["happened_at"]
    try:
        found = asked.clean(asked.widget.value_from_datadict(request.POST, {}, "happened_at"))
    except ValidationError:
        return None  # what is wrong with the time is said when the entry is signed
    return found if isinstance(found, datetime) else None


def _entry(about: About, form: WritingForm) -> EntryIn:
    got = form.cleaned_data
    reviews = got.get("reviews") or ""
    return EntryIn(
        folder_ids=form.folder_ids(),
        kind=about.form.id,
        happened_at=got["happened_at"],
        text=got["text"],
        own=form.own(),
        answers=form.answers(),
        child_answers=form.child_answers(),
        present=got["present"],
        late_why=got["late_why"],
        impact=form.impact(),
        written_for=UUID(got["written_for"]) if got["written_for"] else None,
        written_for_name=got["written_for_name"],
        written_for_post=got["written_for_post"],
        reviews=UUID(reviews) if reviews and reviews != "none" else None,
    )


def _draft_href(at: Scene, about: About, draft_id: UUID) -> str:
    return f"{reverse('records:write', args=[at.lead, about.form.id])}?draft={draft_id}"


def _show(
    request: HttpRequest,
    at: Scene,
    about: About,
    form: WritingForm,
    draft_id: UUID,
    version: int,
    saved_at: datetime | None,
    *,
    elsewhere: datetime | None = None,
    other: UUID | None = None,
    looked: bool = False,
) -> HttpResponse:
    happened = None
    if form.is_bound and form.is_valid():
        happened = form.cleaned_data["happened_at"]
    drafts = [
        d for d in queries.drafts() if d.child == at.lead and d.kind == about.form.id and d.id != draft_id
    ]
    return render(
        request,
        "records/write.html",
        {
            "form": form,
            "about": about,
            "impact_of": impact_of,
            "significant_of": significant_of,
            "child": about.child,
            "folder_id": at.lead,
            "heading": heading(about, form),
            "names": "|".join(n for c in about.children for n in (c.name, c.called, c.name.split(" ")[0])),
            "draft_id": draft_id,
            "version": version,
            "saved_at": saved_at,
            "elsewhere": elsewhere,
            "other_href": _draft_href(at, about, other) if elsewhere and other else "",
            "drafts": drafts if not elsewhere else [],
            "looked": looked,
            "sees": who_sees(at.lead),
            "back_href": reverse("chronology:child", args=[at.lead]),
            **look_again(at, about, str(form["text"].value() or ""), happened, besides(form)),
        },
    )


def heading(about: About, form: WritingForm) -> str:
    """'Visit to Maya and Theo'."""
    chosen = listed(about.children[n].called for n in form.chosen)
    return about.form.heading.replace("{children}", unescape(chosen))


def who_sees(folder_id: UUID) -> list[str]:
    """Who may open the record, in few words: agencies, teams and people, each once."""
    found = []
    for grant in grants_on(folder_id):
        if grant.practitioner is not None:
            found.append(grant.practitioner.name)
        elif grant.team is not None:
            found.append(f"{grant.team.name} ({grant.team.agency.name})")
        elif grant.agency is not None:
            found.append(grant.agency.name)
    return list(dict.fromkeys(found))


def besides(form: WritingForm) -> list[wording.Beside]:
    """What was written beside the text: the answers to the form's questions, each child's own lines, and what the event
    means for each child."""
    found = []
    for n in (None, *form.chosen):
        for name in form.names(n):
            if isinstance(form.fields[name], Text | Words):
                found.append(_answered(form, name, StatementKind.FACT))
        if n is None:
            continue
        if (own := f"own{n}") in form.fields:
            lines = tuple(paragraphs(str(form[own].value() or "")))
            found.append(wording.Beside(str(form.fields[own].label), lines))
        if form[significant_of(n)].value():
            found.append(_answered(form, impact_of(n), StatementKind.ASSESSMENT))
    return found


def _answered(form: WritingForm, name: str, kind: StatementKind) -> wording.Beside:
    return wording.answered(str(form.fields[name].label), str(form[name].value() or ""), kind)


def look_again(
    at: Scene,
    about: About | None,
    text: str,
    happened_at: datetime | None,
    beside: Sequence[wording.Beside] = (),
) -> dict[str, Any]:
    """What stands beside the text: each paragraph as it will be signed, what is worth a second look, whether late."""
    children = about.children if about else (at.child(at.lead),)
    called = [name for c in children for name in (c.name, c.called, c.name.split(" ")[0])]
    found = in_whose_words(paragraphs(text), called)
    known = {c.folder_id: at.names[c.folder_id] for c in children if c.folder_id in at.names}
    # Nothing is asked for a page on which nothing is written yet.
    written = bool(found) or any(each.paragraphs for each in beside)
    lists = queries.word_lists(at.pack, at.folders, known) if written else wording.Lists()
    late, span = _lateness_of(at, happened_at)
    return {
        "paragraphs": [(p, label(p)) for p in found],
        "aids": wording.aids(found, lists, beside),
        "late": late,
        "limit_words": span,
        "happened": happened_at,
    }


def _lateness_of(at: Scene, happened_at: datetime | None) -> tuple[bool, str]:
    if happened_at is None:
        return False, ""
    return queries.lateness(at.pack, at.acting.agency_kind.value, happened_at, now())


def label(paragraph: Paragraph) -> str:
    """Where a paragraph comes from, as it stands beside it: 'I saw or heard it', 'Maya said', 'Told by Sam'."""
    if paragraph.source is StatementSource.CHILD:
        return f"{paragraph.told_by} said"
    if paragraph.source is StatementSource.TOLD:
        return f"Told by {paragraph.told_by}"
    return "I saw or heard it" if paragraph.kind == "fact" else "mine"


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep(request: HttpRequest, folder_id: UUID, form_id: str) -> HttpResponse:
    """Keeps the draft as it stands, asked for by the page itself every few seconds, and looks over its wording."""
    at = scene(request, folder_id, "records.keep")
    about = _about(at, form_named(at.pack, form_id))
    draft_id, version = asked_draft(request)
    actions.one_at_a_time(draft_id)
    if queries.signed_from(draft_id):
        return JsonResponse({"signed": True}, status=409)
    kept = actions.keep_draft(draft_id, child=at.lead, kind=form_id, content=sent(request), version=version)
    form = writing_form(about, draft=sent(request))
    beside = look_again(at, about, request.POST.get("text", ""), happened_then(request, about), besides(form))
    return JsonResponse(
        {
            "saved": clock(kept.draft.saved_at),
            "draft": str(kept.draft.id),
            "version": kept.draft.version,
            "elsewhere": moment(kept.elsewhere) if kept.elsewhere else "",
            "other": _draft_href(at, about, draft_id) if kept.elsewhere else "",
            "late": beside["late"],
            "heading": heading(about, form),
            "aids": render_to_string("records/_beside.html", beside, request=request),
        }
    )


def draft_href(row: Any) -> str:
    """Where a draft is gone on with."""
    if row.kind == "correction":
        return f"{reverse('records:correct', args=[row.child, row.about])}?draft={row.id}"
    if row.kind == "contribution":
        return f"{reverse('records:contribute', args=[row.child, row.about])}?draft={row.id}"
    return f"{reverse('records:write', args=[row.child, row.kind])}?draft={row.id}"


def draft_lines(most: int) -> Drafts:
    """The viewer's drafts of entries, for My work: 'You were writing a visit about Maya'."""
    rows, total = queries.latest_drafts(most)
    if not rows:
        return Drafts([], 0)
    names, called = names_of_folders({row.child for row in rows}), titles(pack_in_force())
    found = []
    for row in rows:
        words = f"You were writing: {called.get(row.kind, row.kind).lower()}"
        who = names.get(row.child)
        found.append(
            DraftLine(f"{words} about {who.called}" if who else words, row.saved_at, draft_href(row))
        )
    return Drafts(found, total)


@page(permission=Permission.WRITE_FOLDER)
def drop(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throws a draft away, once its writer has said so on a page that leads back to it too."""
    found = queries.draft(draft_id)
    if found is None:
        raise NotFound
    if request.method == "POST":
        actions.drop_draft(found.id)
        messages.success(request, "The draft is thrown away.")
        return HttpResponseRedirect("/")
    return render(
        request,
        "records/drop.html",
        {
            "draft": found,
            "title": titles(pack_in_force()).get(found.kind, found.kind),
            "child": names_of_folders([found.child]).get(found.child),
            "begins": str((found.content.get("text") or [""])[0])[:BEGINS],
            "back_href": draft_href(found),
        },
    )
