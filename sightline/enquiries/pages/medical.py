"""A child protection medical: asked for, and what is written to it since."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.documents.queries import documents
from sightline.govuk.words import moment
from sightline.kernel.time import today
from sightline.procedures.beside import beneath
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField

from ..actions import medical as act
from ..queries import protection as queries
from . import forms_of_protection as forms
from .around import address, form_page, keep_url, opened, posted, version_of


@page(permission=Permission.STATUTORY)
def ask_medical(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Ask for a child protection medical."""
    child, shown = opened(request, folder_id, "ask_medical")
    form = forms.AskMedicalForm(posted(request))
    beneath(form, "needed_by", pack_in_force(), today(), GuidedField.SOONER)
    return form_page(
        request,
        shown,
        form,
        lambda: act.ask_for_medical(child.folder_ids[0], **form.cleaned_data),
        title="Ask for a child protection medical",
        done="Recorded. It stands in My work until its result has been told.",
        back=address("child", child),
    )


def _report(row: Any) -> str:
    """The result as a document of the record, to be opened from here."""
    if row.document is None:
        return ""
    href = reverse("documents:document", args=[row.document.folder_id, row.document.id])
    return format_html('<a class="govuk-link" href="{}" dir="auto">{}</a>', href, row.document.name)


def _said(row: Any) -> list[tuple[str, object]]:
    """What a medical, or one note to it, says: each question with its answer."""
    said = (
        ("Consent", row.consent), ("Refused", row.refused),
        ("Done", moment(row.done_at) if row.done_at else ""), ("Done by", row.done_by), ("Result", row.result),
        ("The report", _report(row)), ("Told", row.told), ("Not done", row.closed_why),
    )  # fmt: skip
    return [(label, words) for label, words in said if words]


@page(permission=Permission.WRITE_FOLDER)
def medical(request: HttpRequest, folder_id: UUID, medical_id: UUID) -> HttpResponse:
    """A medical: consent, done, result, who was told. What was written before stays readable below."""
    child, shown = opened(request, folder_id, "medical")
    row = queries.medical(medical_id, child.folder_ids)
    form = forms.MedicalForm(posted(request))
    fields: dict[str, Any] = form.fields
    fields["document"].set_options([(str(d.id), d.name) for d in documents(child.folder_ids)[0]])

    def send() -> None:
        got = dict(form.cleaned_data)
        document = got.pop("document")
        act.write_medical(
            row.id,
            act.MedicalIn(document_id=UUID(document) if document else None, **got),
            version=version_of(request),
        )

    return form_page(
        request,
        shown,
        form,
        send,
        template="enquiries/medical.html",
        title="Child protection medical",
        lines=[("To find out", row.reasons), ("Asked of", row.asked_of), *_said(row)],
        notes=[(note, _said(note)) for note in reversed(row.notes.all())],
        keep_url=keep_url(request, shown, "Child protection medical"),
        version=row.version,
        done="Recorded.",
        back=address("child", child),
    )
