"""Reviews: each planned outcome's actual beside it; a review cannot be closed with one unanswered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.enquiries.queries.needs_and_progress import progress_of
from sightline.kernel.verdicts import NotFound, Verdict

from .. import actions, queries, rules
from ..queries import ReviewView
from ..terms import RESULTS, Agrees, DidChange, ReviewResult
from . import forms, forms_of_parts, forms_of_reviews
from .common import bound, form_page, guide_sooner
from .forms_of_ending import CloseReviewForm
from .parts import everybody, whom


def _opened(
    request: HttpRequest, folder_id: UUID, review_id: UUID, what: str
) -> tuple[ChildView, dict[str, Any], ReviewView]:
    view, shown = open_child(request, folder_id, f"plans.{what}", tab="plan")
    found = queries.review_shown(review_id, view.folder_ids)
    return view, shown | {"review": found}, found


def _page(review: ReviewView) -> str:
    return reverse("plans:review", args=[review.folder_id, review.id])


def _may_close(request: HttpRequest, review: ReviewView) -> Verdict:
    """Whether this review is for whoever is looking to close."""
    acting = request.practitioner  # type: ignore[attr-defined]
    return rules.may_decide_review(
        review.plan_kind,
        may_decide=acting.may(Permission.DECIDE_PLAN),
        chairs=review.at_meeting is not None and review.at_meeting.chair_id == acting.practitioner_id,
        leads=review.led_by == acting.practitioner_id,
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def review(request: HttpRequest, folder_id: UUID, review_id: UUID) -> HttpResponse:
    """A review: what is answered, what is still to be answered, and what was decided."""
    view, shown, found = _opened(request, folder_id, review_id, "review")
    return render(
        request,
        "plans/review.html",
        shown
        | {
            "writable": shown["may_write"] and found.closed_at is None and not found.withdrawn,
            "not_mine_to_close": _may_close(request, found).reason,
            "may_take_back": shown["may_write"] and found.closed_at is not None,
            "progress": progress_of(view),
            "back_href": reverse("plans:plan", args=[found.folder_id, found.plan_id]),
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def outcome(request: HttpRequest, folder_id: UUID, review_id: UUID, text_id: UUID) -> HttpResponse:
    """Set the actual beside one planned outcome."""
    _view, shown, found = _opened(request, folder_id, review_id, "review_outcome")
    planned = next((o for o in found.outcomes if o.outcome.item == text_id), None)
    if planned is None:
        raise NotFound
    initial: dict[str, Any] = {}
    if planned.answer is not None:
        a = planned.answer
        initial = {"actual": a.actual, "evidence": a.evidence, "scale": a.scale, "next_words": a.next_words}
    form = bound(request, forms_of_reviews.ReviewedForm, **initial)
    return form_page(
        request, shown, form, lambda: actions.answer_outcome(found.id, text_id, form.sent()),
        title="Planned and actual", done="Answered.", back=_page(found), beside={"planned": planned.outcome},
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def offer(request: HttpRequest, folder_id: UUID, review_id: UUID, offer_id: UUID) -> HttpResponse:
    """Say whether a service changed what it was meant to change."""
    _view, shown, found = _opened(request, folder_id, review_id, "review_offer")
    about = next((o.offer for o in found.offers if o.offer.id == offer_id), None)
    if about is None:
        raise NotFound
    form = bound(request, forms_of_reviews.OfferReviewedForm)
    return form_page(
        request,
        shown,
        form,
        lambda: actions.answer_offer(
            found.id, offer_id, DidChange(form.cleaned_data["changed"]), form.cleaned_data["words"]
        ),
        title=about.name,
        done="Answered.",
        back=_page(found),
        hint=f"It was meant to change: {about.meant_to_change}",
    )


@page(permission=Permission.WRITE_FOLDER)
def view_(request: HttpRequest, folder_id: UUID, review_id: UUID) -> HttpResponse:
    """What somebody thinks of how it goes."""
    child, shown, found = _opened(request, folder_id, review_id, "review_view")
    form = bound(request, forms_of_parts.ViewForm)
    form.fields["agrees"].label = "Do they agree with how it goes on?"
    plan = queries.plan_head(found.plan_id, child.folder_ids)
    form.fields["whom"].set_options(everybody(plan, child))

    def send() -> None:
        got = form.cleaned_data
        whose, name, person = whom(form, plan)
        actions.record_view(
            found.plan_id,
            actions.ViewIn(
                whose, name, Agrees(got["agrees"]), got["words"], got["why_not"] or "", got["heard_on"],
                got["heard_how"], person,
            ),
            review_id=found.id,
        )  # fmt: skip

    return form_page(
        request,
        shown,
        form,
        send,
        title="What somebody thinks of how it goes",
        done="Recorded.",
        back=_page(found),
    )


@page(permission=Permission.WRITE_FOLDER)
def close(request: HttpRequest, folder_id: UUID, review_id: UUID) -> HttpResponse:
    """What the review decided."""
    view, shown, found = _opened(request, folder_id, review_id, "review_close")
    form = bound(request, CloseReviewForm, as_of=found.plan_version)
    form.fields["result"].set_options([(result.value, result.label) for result in RESULTS[found.plan_kind]])
    guide_sooner(form, "next_by")
    form.offer_heard(view.folder_ids)

    def send() -> None:
        got = form.cleaned_data
        actions.close_review(
            found.id, ReviewResult(got["result"]), got["reasons"], form.weighed(), knows_family=got["knows_family"],
            conflict=form.conflicting(), next_by=got["next_by"], sooner_why=got["sooner_why"], seen=form.seen_version(),
        )  # fmt: skip

    return form_page(
        request, shown, form, send, title="Close the review", done="The review is closed.", back=_page(found),
        then=reverse("plans:plan", args=[found.folder_id, found.plan_id]), button="Close the review",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def take_back(request: HttpRequest, folder_id: UUID, review_id: UUID) -> HttpResponse:
    """Take the closing of a review back, with the reason."""
    _view, shown, found = _opened(request, folder_id, review_id, "review_back")
    form = bound(request, forms.ReopenForm, as_of=found.plan_version)
    decided = f"It was closed by {found.closed_by}: {found.result.label}." if found.result else ""
    return form_page(
        request,
        shown,
        form,
        lambda: actions.reopen_review(
            found.id,
            form.cleaned_data["why"],
            knows_family=form.cleaned_data["knows_family"],
            conflict=form.conflicting(),
            seen=form.seen_version(),
        ),
        title=f"Take the closing of review {found.number} back",
        done="Taken back. The review is open again, with all its answers; what it had decided stays on the record.",
        back=_page(found),
        hint=f"{decided} What the review was held for is owed again, and the next one’s clock stops.".strip(),
        button="Take it back",
    )


@page(permission=Permission.WRITE_FOLDER)
def withdraw(request: HttpRequest, folder_id: UUID, review_id: UUID) -> HttpResponse:
    """Take the opening of a review back, with the reason."""
    _view, shown, found = _opened(request, folder_id, review_id, "review_withdraw")
    form = bound(request, forms.WhyForm, as_of=found.plan_version)
    return form_page(
        request, shown, form,
        lambda: actions.withdraw_review(found.id, form.cleaned_data["why"], seen=form.seen_version()),
        title=f"Take the opening of review {found.number} back",
        done="Taken back. What was answered in it stays readable; the review is still to be held.",
        back=_page(found), button="Take it back",
        hint="For a review that was opened by mistake, such as on the wrong child. What it was to be held for is owed "
        "as before, and another may be opened.",
    )  # fmt: skip
