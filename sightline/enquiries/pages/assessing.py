"""One assessment: its task list, each section, who took part, evidence, needs and development."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sightline.access.actions import keep_form
from sightline.access.pages.keeping import form_sent, held, left_in, page_of
from sightline.agencies.gate import page
from sightline.agencies.queries import acting_as, agencies
from sightline.agencies.terms import Permission
from sightline.govuk.fields import Text
from sightline.govuk.numbers import whole_number
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.schema import FormSection

from ..actions import assessment as act
from ..queries import assessment as queries
from ..queries.assessment import AssessmentView
from ..queries.episode import taken_back
from ..queries.needs_and_progress import progress_of
from ..rules import assessment as rules
from ..terms import ActsForChild, AgainstAge, AssessmentState, Development, TookPart
from . import forms
from .around import address, form_page, keep_url, opened, opened_assessment, posted, sent
from .child import acting_of
from .forms_of_decisions import WhyForm

#: Characters of what linked entries show.
NOTE_LENGTH = 400


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def assessment(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """The task list: each section with how it stands, and what is still missing before it is sent."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "assessment")
    tasks = []
    for section in view.form.section:
        missing = view.lacks_in(section.id)
        if view.state is not AssessmentState.WRITING or not missing:
            status = {"text": "Complete"}
        elif view.is_begun(section):
            status = {"text": "In progress", "colour": "light-blue"}
        else:
            status = {"text": "Not yet started", "colour": "blue"}
        tasks.append(
            {
                "text": section.title,
                "href": address("section", child, view.id, section.id),
                "hint": section.hint,
                "status": status,
            }
        )
    acting = acting_of(request)
    return render(
        request,
        "enquiries/assessment.html",
        shown
        | {
            "left": view.state in (AssessmentState.WRITING, AssessmentState.SENT)
            and acting_as(view.row.author_id) is None,
            "back": taken_back([view.decision.id]).get(view.decision.id) if view.decision else None,
            "tasks": tasks,
            "back_href": address("child", child),
            "mine": view.row.author_id == acting.practitioner_id,
            "may_sign": acting.may(Permission.SIGN_OFF) and view.row.author_id != acting.practitioner_id,
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def read(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """The whole assessment on one page; a signed one in the wording and with the content that was signed."""
    _child, view, shown = opened_assessment(request, folder_id, assessment_id, "read")
    return render(request, "enquiries/read.html", shown | reading(view))


def reading(view: AssessmentView) -> dict[str, Any]:
    """An assessment as it is read: as signed, or as it stands."""
    content = view.signed.content if view.signed and view.signed.content else act.snapshot(view)
    wording = (
        view.signed.form
        if view.signed and view.signed.form
        else view.form.model_dump(mode="json", by_alias=True)
    )
    return {
        "content": content,
        "wording": wording,
        "took_part": {t.value: t.label for t in TookPart},
        "acts": {a.value: a.label for a in ActsForChild},
        "areas": {d.value: d.label for d in Development},
        "against": {a.value: a.label for a in AgainstAge},
        "factor_labels": {f.value: f.label for f in forms.Factor},
    }


def _section_form(
    request: HttpRequest, view: AssessmentView, section: FormSection, fields: dict[str, list[str]] | None
) -> forms.SectionForm:
    stands = view.texts.get(section.id)
    content = dict(stands.content) if stands else {}
    lacks = " ".join(view.lacks_in(section.id))
    return forms.SectionForm(
        posted(request),
        draft=fields,
        initial=content,
        section=section,
        siblings=view.siblings,
        queried=[
            words
            for _s, words in rules.culture_passages({section.id: {k: str(v) for k, v in content.items()}})
        ],
        nothing_linked=section.evidence
        and (
            not any(e.section == section.id for e in view.evidence)
            or bool(content.get(rules.WHY_NOTHING_LINKED))
        ),
        one_sided="Not one " in lacks or bool(content.get(rules.WHY_ONE_SIDED)),
        waiting=section.kind == "agencies" and any(c.is_open for c in view.contributions),
        father_missing=section.kind == "people"
        and (rules.NO_FATHER in lacks or bool(content.get(rules.FATHER_WORDS))),
    )


@page(permission=Permission.READ_FOLDER)
def section(request: HttpRequest, folder_id: UUID, assessment_id: UUID, section: str) -> HttpResponse:
    """One section: read, or written where the assessment is open. Whatever is there can be saved."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "section")
    part = view.section(section)
    kept = left_in(request)
    form = _section_form(request, view, part, kept.content if kept else None)
    stands = view.texts.get(part.id)
    open_now = view.state is AssessmentState.WRITING and shown["may_write"]
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act.write(
                view.id,
                part.id,
                form.content(),
                number=whole_number(request.POST.get("number", "")),
                also=form.also(),
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            title = f"{view.title}: {part.title}"
            keep_form(shown["folder_id"], request.path, title, held(request), page_of(request))
            form.refuse(refused.verdict)
            status = 409
        else:
            form_sent(request)
            messages.success(request, f"Saved: {part.title}.")
            onwards = "section" if request.POST.get("then") == "stay" else "assessment"
            args = (view.id, part.id) if onwards == "section" else (view.id,)
            return HttpResponseRedirect(address(onwards, child, *args))
    return render(
        request,
        "enquiries/section.html",
        shown
        | {
            "section": part,
            "form": form,
            "stands": stands,
            "open_now": open_now,
            "lacks": view.lacks_in(part.id) if view.state is AssessmentState.WRITING else [],
            "linked": [e for e in view.evidence if e.section == part.id],
            "queried": rules.culture_passages(
                {part.id: {k: str(v) for k, v in stands.content.items()}} if stands else {}
            ),
            "keep_url": keep_url(request, shown, f"{view.title}: {part.title}"),
            "saved_at": kept.saved_at if kept else None,
            "stale": status == 409,
            **reading(view),
        },
        status=status,
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def earlier(request: HttpRequest, folder_id: UUID, assessment_id: UUID, section: str) -> HttpResponse:
    """Every text that a section has had: nothing that was saved is lost."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "earlier")
    part = view.section(section)
    return render(
        request,
        "enquiries/earlier.html",
        shown
        | {
            "section": part,
            "texts": queries.section_history(view.id, part.id),
            "back_href": address("section", child, view.id, part.id),
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def evidence(request: HttpRequest, folder_id: UUID, assessment_id: UUID, section: str) -> HttpResponse:
    """Choose the entries of the record that a section rests on, or take one off again."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "evidence")
    part = view.section(section)
    if not part.evidence:
        raise NotFound
    back = address("section", child, view.id, part.id)
    linked = {e.entry_id for e in view.evidence if e.section == part.id}
    words = request.GET.get("words", "")
    refusal = ""
    if request.method == "POST":
        try:
            if request.POST.get("unlink"):
                act.unlink(view.id, _id(request.POST["unlink"]))
                messages.success(request, "Taken off. That it was linked stays on the record.")
            else:
                chosen = [_id(value) for value in request.POST.getlist("entries")]
                if not chosen:
                    raise Refused("Choose at least one entry.")
                many = act.link(view.id, part.id, chosen, _note(request.POST.get("note", "")))
                messages.success(request, f"Linked: {many}.")
            return HttpResponseRedirect(back)
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            refusal = refused.verdict.reason
    return render(
        request,
        "enquiries/evidence.html",
        shown
        | {
            "section": part,
            "entries": [
                e for e in queries.entries_to_link(child.folder_ids, words=words) if e.id not in linked
            ],
            "linked": [e for e in view.evidence if e.section == part.id],
            "words": words,
            "refusal": refusal,
            "chosen": request.POST.getlist("entries"),
            "note": request.POST.get("note", ""),
            "back_href": back,
        },
        status=409 if refusal else 200,
    )


def _note(typed: str) -> str:
    """What linked entries show, in a line. Raises Refused for more than that, and for what no keyboard types."""
    try:
        return str(Text("What do they show?", max_length=NOTE_LENGTH, required=False).clean(typed))
    except ValidationError as error:
        raise Refused(error.messages[0]) from error


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


@page(permission=Permission.WRITE_FOLDER)
def part(request: HttpRequest, folder_id: UUID, assessment_id: UUID, person_id: UUID) -> HttpResponse:
    """Whether and how one member of the family took part."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "part")
    member = next((m for m in view.members if m.person_id == person_id), None)
    if member is None:
        raise NotFound
    how = "how_partly" if member.took_part is TookPart.PARTLY else "how"
    why = "why_partly" if member.took_part is TookPart.PARTLY else "why_not"
    form = forms.PartForm(
        posted(request),
        carer=member.carer,
        siblings=view.siblings,
        initial={
            how: member.how,
            why: member.why_not,
            "barrier": member.barrier,
            "adjustment": member.adjustment,
            "acts_evidence": member.acts_evidence,
        },
    )
    section = next(s.id for s in view.form.section if s.kind == "people")

    def send() -> None:
        got = form.cleaned_data
        acts = got.get("acts_for_child")
        act.take_part(
            view.id,
            person_id,
            act.PartTaken(
                TookPart(got["took_part"]),
                how=got["how"] or got["how_partly"],
                why_not=got["why_not"] or got["why_partly"],
                barrier=got["barrier"],
                adjustment=got["adjustment"],
                acts_for_child=ActsForChild(acts) if acts else None,
                acts_evidence=got.get("acts_evidence") or "",
            ),
            also=[UUID(value) for value in got.get("also") or ()],
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title=f"Did {member.name} take part?",
        lines=[f"{member.name}, {member.said}"]
        + ([f"Recorded before: {member.took_part.label}"] if member.took_part else []),
        done=f"Recorded for {member.name}.",
        back=address("section", child, view.id, section),
    )


@page(permission=Permission.WRITE_FOLDER)
def need(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Name a need, say anew what meets one, or take one off with a reason."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "need")
    section = next(s.id for s in view.form.section if s.kind == "needs")
    back = address("section", child, view.id, section)
    which = request.POST.get("which") or request.GET.get("which", "")
    before = next((n for n in view.needs if str(n.id) == which), None)
    if which and before is None:
        raise NotFound
    if before is not None and (request.GET.get("off") or request.POST.get("off")):
        why = WhyForm(
            posted(request), label="Why is it no longer a need?", ask="Say why it is no longer a need"
        )
        return form_page(
            request,
            shown,
            why,
            lambda: act.withdraw_need(view.id, before.id, why.cleaned_data["words"]),
            title="Take a need off",
            lines=[before.words],
            hidden={"which": before.id, "off": "yes"},
            button="Take it off",
            done="Taken off. That it was named stays on the record.",
            back=back,
        )
    form = forms.NeedForm(
        posted(request),
        initial={
            "words": before.words,
            "whose": before.whose,
            "service": before.service,
            "unmet_why": before.unmet_why,
            "waiting_since": before.waiting_since,
        }
        if before
        else {},
    )
    fields: dict[str, Any] = form.fields
    fields["agency"].set_options([(str(a.pk), a.name) for a in agencies()])

    def send() -> None:
        got = form.cleaned_data
        act.name_need(
            view.id,
            act.NeedIn(
                words=got["words"],
                whose=got["whose"],
                service=got["service"] or "",
                agency_id=UUID(got["agency"]) if got["agency"] else None,
                waiting_since=got["waiting_since"],
                unmet_why=got["unmet_why"] or "",
            ),
            replaces_id=before.id if before else None,
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title="Change a need" if before else "Name a need",
        hidden={"which": before.id} if before else {},
        done="Recorded.",
        back=back,
    )


@page(permission=Permission.READ_FOLDER)
def progress(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The child's development against age over time, and adding to it."""
    child, shown = opened(request, folder_id, "progress")
    form = forms.ProgressForm(posted(request))

    def send() -> None:
        got = form.cleaned_data
        act.record_progress(
            child.folder_ids[0],
            act.Seen(
                Development(got["area"]),
                got["seen_on"],
                AgainstAge(got["against_age"]),
                got["words"],
                got["source"],
            ),
        )

    answer, status = sent(request, form, send, done="Recorded.", back=address("progress", child))
    if answer is not None:
        return answer
    return render(
        request,
        "enquiries/progress.html",
        shown
        | {
            "form": form,
            "progress": progress_of(child),
            "back_href": address("child", child),
        },
        status=status,
    )
