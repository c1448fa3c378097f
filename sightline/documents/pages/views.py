"""The Documents tab of a child's page: the list, adding, one document, its content. Thin."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.pages import leaving
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView, addresses_in, knows_addresses, names_of_folders
from sightline.govuk.paging import page_number
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, examining, queries, rules, scanner, store, subjects
from ..actions import Incoming
from ..cipher import readable
from ..queries import Content
from ..receiving import takes_files
from ..subjects import Named
from . import forms
from .serving import send

PER_PAGE = 25


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def documents(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """All the documents and body maps of a record, filtered by words and type."""
    view, shown = open_child(request, folder_id, "documents.list", tab="documents")
    form = forms.FindForm(request.GET if ("words" in request.GET or "kind" in request.GET) else None)
    wanted = dict.fromkeys(("words", "kind"), "")
    if form.is_bound and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in wanted}
    number = page_number(request)
    found, total = queries.documents(
        view.folder_ids,
        kind=wanted["kind"],
        words=wanted["words"],
        limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
    )
    if number > 1 and not found:
        return HttpResponseRedirect(reverse("documents:list", args=[folder_id]))
    paginator = Paginator(range(total), PER_PAGE)
    named = subjects.named(view.folder_ids, [(d.subject_kind, d.subject_id) for d in found if d.subject_id])
    return render(
        request,
        "documents/list.html",
        shown
        | {
            "find": form,
            "filtered": any(wanted.values()),
            "documents": found,
            "total": total,
            "page": paginator.get_page(number),
            "named": named,
            "maps": queries.body_maps(view.folder_ids) if number == 1 else [],
            "keys": queries.unusable_keys(),
        },
    )


def _subject(request: HttpRequest, view: ChildView) -> tuple[str, Named | None, UUID | None]:
    """What the page's address says that something is to be attached to. Raises NotFound for what is not there."""
    kind = request.GET.get("to", "")
    if not kind:
        return "", None, None
    try:
        subject_id = UUID(request.GET.get("id", ""))
    except ValueError:
        raise NotFound from None
    return kind, subjects.one(view.folder_ids, kind, subject_id), subject_id


def _siblings(view: ChildView) -> list[tuple[str, str]]:
    """The children in this child's life in whose own record the viewer may write."""
    return [
        (str(t.their_folder), f"{t.name} ({t.said})")
        for t in view.ties
        if t.is_child and t.their_folder and may_write(t.their_folder)
    ]


def _beside(view: ChildView, kind: str, subject_id: UUID) -> dict[UUID, UUID]:
    """Where else what files are attached to stands, in the records of other children than this one."""
    return {
        folder: other
        for folder, other in subjects.beside(kind, subject_id).items()
        if folder not in view.folder_ids
    }


@takes_files
@page(permission=Permission.WRITE_FOLDER)
def add(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Send files to the record of a child, and of siblings, or to one thing in it."""
    view, shown = open_child(request, folder_id, "documents.add", tab="documents")
    kind, subject, subject_id = _subject(request, view)
    lead = subject.folder_id if subject else view.folder_ids[0]
    back = subject.href if subject else reverse("documents:list", args=[folder_id])
    beside = _beside(view, kind, subject_id) if subject_id else {}
    names = names_of_folders(beside) if beside else {}
    form = forms.AddForm(
        request.POST if request.method == "POST" else None,
        others=[] if subject else _siblings(view),
        beside=[(str(key), names[key].name) for key in beside if key in names],
        called=view.child.called,
    )
    refused: list[str] = []
    if request.method == "POST":
        refused = list(getattr(request, "files_refused", []))
        files = [
            Incoming(sent.name or "", cast(IO[bytes], sent.file)) for sent in request.FILES.getlist("files")
        ]
        if form.is_valid() and (files or not refused):
            got = form.cleaned_data
            to: dict[UUID, UUID | None] = {lead: subject_id}
            to |= {other: beside.get(other) for other in form.also_in()}
            try:
                answer = actions.attach(files, to, subject_kind=kind, about=got["about"], dated=got["dated"])
            except NotPermitted:
                raise
            except Refused as why:
                form.refuse(why.verdict) if why.verdict.field in form.fields else refused.append(
                    why.verdict.reason
                )
            else:
                refused += answer.refused
                for words in answer.notes:
                    messages.warning(request, words)
                if answer.kept:
                    done = "1 file was added." if answer.kept == 1 else f"{answer.kept} files were added."
                    messages.success(request, done)
                    for words in refused:
                        messages.error(request, words)
                    return HttpResponseRedirect(back)
    return render(
        request,
        "documents/add.html",
        shown
        | {
            "form": form,
            "refused": refused,
            "subject": subject,
            "back_href": back,
            "most": rules.AT_ONCE,
            "megabytes": queries.most_megabytes(),
            "taken": rules.TAKEN,
            "scanned": scanner.configured(),
            "keys": queries.unusable_keys(),
        },
        status=409 if refused else 200,
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def document(request: HttpRequest, folder_id: UUID, document_id: UUID) -> HttpResponse:
    """One document: what it is, who added it, its preview and text, what it says about itself."""
    view, shown = open_child(request, folder_id, "documents.document", tab="documents")
    found = queries.document(document_id, view.folder_ids)
    record(
        Verb.READ, "documents.document", folder_id=found.folder_id, subject=("documents_document", found.id)
    )
    named = {}
    if found.subject_id:
        named = subjects.named(view.folder_ids, [(found.subject_kind, found.subject_id)])
    return render(
        request,
        "documents/document.html",
        shown
        | {
            "document": found,
            "shows_place": knows_addresses(),
            "opens": found.opens or bool(found.withdrawn and found.scanned_clean and _answers_for(request)),
            "subject": named.get(found.subject_id) if found.subject_id else None,
            "cleanable": examining.can_be_cleaned(found.type),
            "cleaned": examining.cleaned_type(found.type),
            "keys": queries.unusable_keys(),
            "back_href": reverse("documents:list", args=[folder_id]),
        },
    )


def _answers_for(request: HttpRequest) -> bool:
    """Whether the reader keeps records in order, and may open what was taken out of one."""
    return bool(request.practitioner.may(Permission.GIVE_ACCESS))  # type: ignore[attr-defined]


def _content(
    request: HttpRequest, folder_id: UUID, document_id: UUID, what: str, *, preview: bool = False
) -> Content:
    """A document of a folder or of those read with it, opened. Raises NotFound, Refused.

    A file cannot be given without some of its words, so whoever must not know an address that it says does not
    get it; its page has the rest of its text."""
    folder_ids = joined_set(lead_of(folder_id)) or joined_set(folder_id)
    if not folder_ids:
        raise NotFound
    if not knows_addresses():
        view = queries.document(document_id, folder_ids)
        said = [view.text, view.name, view.about, *(value for _, value in view.facts)]
        if any(addresses_in(folder_ids, said)):
            raise Refused(
                "This file says an address that is kept from you, so it does not open for you. The page of the "
                "document shows the rest of what it says. If you need the file itself, ask the child’s social worker."
            )
        if view.place and what == "documents.file":
            raise Refused(
                "This file says where it was taken, which is kept from you where an address may be confidential. "
                "The page of the document has a copy without it."
            )
    return queries.content(document_id, folder_ids, preview=preview, though_withdrawn=_answers_for(request))


def _read(found: Content, what: str) -> None:
    """Tells the trail that a document's content goes out."""
    of = found.document
    record(Verb.READ, what, folder_id=of.folder_id, subject=("documents_document", of.id))


@page(permission=Permission.READ_FOLDER)
def file(request: HttpRequest, folder_id: UUID, document_id: UUID) -> HttpResponse:
    """The document as it was added; sound and video that a browser plays are played where they stand, everything else
    is downloaded, once it is said what for. A player that asks names itself (Fetch Metadata, `Sec-Fetch-Dest`); the
    address typed by hand is a download."""
    found = _content(request, folder_id, document_id, "documents.file")
    by_player = request.headers.get("Sec-Fetch-Dest", "video") in ("audio", "video")
    runs = found.document.kind.value in ("audio", "video") and found.document.type.plays
    played = runs and by_player and "download" not in request.GET
    if not played and (ask := _asked(request, folder_id, found, "a document")) is not None:
        return ask
    _read(found, "documents.file")
    return send(request, found.opened, name=found.name, media_type=found.media_type, as_attachment=not played)


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def preview(request: HttpRequest, folder_id: UUID, document_id: UUID) -> HttpResponse:
    """The picture of a document: the photograph made smaller, a PDF's first page, a video's first frame."""
    found = _content(request, folder_id, document_id, "documents.preview", preview=True)
    _read(found, "documents.preview")
    return send(request, found.opened, name=found.name, media_type=found.media_type, as_attachment=False)


def _asked(request: HttpRequest, folder_id: UUID, found: Content, what: str) -> HttpResponse | None:
    """The page that asks what a file is needed for; None once that is said."""
    back = reverse("documents:document", args=[folder_id, found.document.id])
    named = f"{what} ({found.document.title})"
    ask = leaving.asked(request, [found.document.folder_id], named, back)
    if ask is not None:
        found.opened.close()
    return ask


@page(permission=Permission.READ_FOLDER)
def copy(request: HttpRequest, folder_id: UUID, document_id: UUID) -> HttpResponse:
    """A copy without what the file says of itself, such as where a photograph was taken, once it is said what for."""
    found = _content(request, folder_id, document_id, "documents.copy")
    if not examining.can_be_cleaned(found.document.type):
        found.opened.close()
        raise Refused("What this type of file says about itself cannot be taken out here.")
    if (ask := _asked(request, folder_id, found, "a document without its metadata")) is not None:
        return ask
    _read(found, "documents.copy")
    return send_copy(request, found)


def send_copy(
    request: HttpRequest, found: Content, named: str = "", *, or_as_it_is: bool = False
) -> HttpResponse:
    """A copy without metadata, `named` by whoever gives it away: its own name may say what they may not. Of a type out
    of which it cannot be taken the file as it is, where `or_as_it_is`: somebody has read it and decided to give it."""
    if not examining.can_be_cleaned(found.document.type):
        if or_as_it_is:
            kind = found.document.type
            name, _ = rules.kept_name(named or found.name, kind)
            return send(
                request, found.opened, name=name, media_type=kind.media_type, as_attachment=True, ranges=False
            )
        found.opened.close()
        raise Refused("What this type of file says about itself cannot be taken out here.")
    try:
        return _clean(request, found, named)
    except store.NoRoom as error:
        raise Refused(str(error)) from error


def _clean(request: HttpRequest, found: Content, named: str) -> HttpResponse:
    kind = examining.cleaned_type(found.document.type)
    copied: Any = store.temporary()
    with found.opened as opened, examining.cleaned(readable(opened), found.document.type) as cleaned:
        while part := cleaned.read(256 * 1024):
            copied.write(part)
    copied.size = copied.tell()
    name, _ = rules.kept_name(named or found.name, kind)
    return send(request, copied, name=name, media_type=kind.media_type, as_attachment=True, ranges=False)


@page(permission=Permission.WRITE_FOLDER)
def withdraw(request: HttpRequest, folder_id: UUID, document_id: UUID) -> HttpResponse:
    """Say that a document should not be in this record."""
    view, shown = open_child(request, folder_id, "documents.withdraw", tab="documents")
    found = queries.document(document_id, view.folder_ids)
    return taking_out(
        request,
        shown,
        lambda why: actions.withdraw(document_id, why),
        what=f"“{found.name}”",
        after="It stays in the list with your name and reason, and nobody can open it any more. It is not destroyed: "
        "that is decided with the record.",
        back=reverse("documents:document", args=[folder_id, document_id]),
    )


def taking_out(
    request: HttpRequest, shown: dict[str, Any], act: Callable[[str], None], *, what: str, after: str, back: str
) -> HttpResponse:  # fmt: skip
    """The page that takes a document or a body map out of a record: what, and what stays afterwards."""
    form = forms.WithdrawForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["why"])
        except NotPermitted:
            raise
        except Refused as why:
            form.refuse(why.verdict)
            status = 409
        else:
            messages.success(
                request, "It was taken out. That it was here, and why it went, stays on the record."
            )
            return HttpResponseRedirect(back)
    return render(
        request,
        "documents/withdraw.html",
        shown | {"form": form, "what": what, "after": after, "back_href": back},
        status=status,
    )
