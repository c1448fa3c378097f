"""A child's plan: its tab, beginning one, versions and history, the outcomes over time."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.enquiries.queries.protection import waiting_for_ruling
from sightline.procedures.queries import on_subject

from .. import actions, queries
from ..picture import chart
from ..terms import PlanKind, StatementKind
from . import forms
from .common import bound, form_page, guide_sooner, offer_conference, opened, people


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def child(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The tab: the plan that the child has now, or the last one, or how to begin one."""
    view, shown = open_child(request, folder_id, "plans.child", tab="plan")
    plans = queries.plans_of(view.folder_ids)
    if not plans:
        transfers = queries.transfers_of(view.folder_ids)
        return render(
            request,
            "plans/none.html",
            shown
            | {
                "transfers": transfers,
                "said_of": actions.said_of,
                "may_decide": _may_decide(request),
                "waiting": waiting_for_ruling(view.folder_ids),
            },
        )
    current = next((p for p in plans if p.open), plans[0])
    return _shown(request, view, shown, current.id, plans)


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def plan(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """One plan, as well one that is closed."""
    view, shown = open_child(request, folder_id, "plans.plan", tab="plan")
    return _shown(request, view, shown, plan_id, queries.plans_of(view.folder_ids))


def _may_decide(request: HttpRequest) -> bool:
    return bool(request.practitioner.may(Permission.DECIDE_PLAN))  # type: ignore[attr-defined]


def _shown(
    request: HttpRequest,
    view: ChildView,
    shown: dict[str, object],
    plan_id: UUID,
    plans: list[queries.PlanView],
) -> HttpResponse:
    found = queries.plan_of(plan_id, view.folder_ids)
    reviews = queries.reviews_of([p.id for p in plans])
    may_write = bool(shown["may_write"])
    return render(
        request,
        "plans/plan.html",
        shown
        | {
            "plan": found,
            "plans": plans,
            "open_review": queries.open_review(found.id) if found.open else None,
            "reviews": reviews,
            "siblings": queries.siblings_of(found),
            "answers": queries.answers(found),
            "duties": on_subject(found.id) if found.open else [],
            "writable": may_write and found.open,
            "may_decide": _may_decide(request),
            "visits": queries.visits_of(view.folder_ids, 3),
            "waiting": waiting_for_ruling(view.folder_ids),
            "transfers": queries.transfers_of(view.folder_ids),
            "said_of": actions.said_of,
            "may_begin": may_write and not any(p.open for p in plans),
            "may_withdraw": may_write and found.may_be_withdrawn(reviews),
            "stepped_from": queries.stepped_from(found.id) if may_write and found.open else None,
            "kinds": StatementKind,
            "plan_kinds": PlanKind,
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def begin(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "plans.begin", tab="plan")
    form: forms.BeginForm = bound(request, forms.BeginForm)
    guide_sooner(form, "visit_by")
    offer_conference(form, view)
    form.fields["lead"].set_options(people())  # type: ignore[attr-defined]
    form.offer_heard(view.folder_ids)
    found = queries.plans_in_family(view.folder_ids[0])
    form.choose("with_plan", [(str(theirs), f"{name}, {kind.label.lower()}") for theirs, name, kind in found])
    return form_page(
        request,
        shown,
        form,
        lambda: actions.begin_plan(
            view.folder_ids[0],
            form.sent(),
            knows_family=form.cleaned_data["knows_family"],
            with_plan=form.uuid("with_plan") if "with_plan" in form.fields else None,
        ),
        title="Begin a plan",
        done="The plan has begun, and its clocks with it. Write what it is to change.",
        back=reverse("plans:child", args=[view.folder_ids[0]]),
        button="Begin the plan",
    )


@page(permission=Permission.WRITE_FOLDER)
def sign(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """What the plan still lacks, and fixing it as the next version."""
    _view, shown, found = opened(request, folder_id, plan_id, "sign", whole=True)
    form: forms.SignForm = bound(request, forms.SignForm, as_of=found.version)
    if not any(m.may_sign_without for m in found.lacks):
        del form.fields["without"]
    return form_page(
        request,
        shown,
        form,
        lambda: actions.sign_plan(
            found.id, without=form.cleaned_data.get("without", ""), seen=form.seen_version()
        ),
        title="Sign the plan",
        done="The plan is signed. This version stays as it is now, whatever changes later.",
        back=reverse("plans:plan", args=[found.folder_id, found.id]),
        button="Sign this version",
        beside={"lacks": found.lacks},
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def version(request: HttpRequest, folder_id: UUID, plan_id: UUID, number: int) -> HttpResponse:
    """A version as it was signed."""
    _view, shown = open_child(request, folder_id, "plans.version", tab="plan")
    head = queries.plan_head(plan_id, _view.folder_ids)
    return render(
        request,
        "plans/version.html",
        shown
        | {
            "plan": head,
            "signed": queries.version_of(head.id, number),
            "back_href": reverse("plans:history", args=[head.folder_id, head.id]),
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def history(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """Everything that happened to a plan, and its signed versions."""
    view, shown = open_child(request, folder_id, "plans.history", tab="plan")
    head = queries.plan_head(plan_id, view.folder_ids)
    return render(
        request,
        "plans/history.html",
        shown
        | {
            "plan": head,
            "changes": queries.history_of(head.id),
            "back": queries.back_words,
            "versions": queries.versions_of(head.id),
            "back_href": reverse("plans:plan", args=[head.folder_id, head.id]),
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def outcomes(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Planned beside actual over all plans of a child, as pictures with their tables."""
    view, shown = open_child(request, folder_id, "plans.outcomes", tab="plan")
    plans = queries.plans_of(view.folder_ids)
    lines = queries.progress_of([p.id for p in plans])
    return render(
        request,
        "plans/outcomes.html",
        shown
        | {
            "lines": [(line, chart(line)) for line in lines],
            "frameworks": list(dict.fromkeys(p.framework for p in plans)),
            "back_href": reverse("plans:child", args=[view.folder_ids[0]]),
        },
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def visits(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Every visit under a plan: seen, seen alone, where, what the child was like and said."""
    view, shown = open_child(request, folder_id, "plans.visits", tab="plan")
    return render(
        request,
        "plans/visits.html",
        shown
        | {
            "visits": queries.visits_of(view.folder_ids, 200),
            "back_href": reverse("plans:child", args=[view.folder_ids[0]]),
        },
    )
