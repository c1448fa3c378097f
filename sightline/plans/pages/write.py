"""Writing in a plan: one form for each thing that can be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.queries import agencies
from sightline.agencies.terms import Permission
from sightline.children.queries import ChildView
from sightline.govuk.words import date_only
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import pack_in_force

from .. import actions, queries
from ..queries import PlanView
from ..terms import ActionState, Agrees, OfferState, StatementKind, Whose
from . import forms
from .common import bound, form_page, opened, people, plan_page
from .forms_of_ending import AskTransferForm
from .lists import directory_for


@dataclass(frozen=True)
class _Part:
    """One thing that can be written: its form, how the form is filled, and how it is sent.

    `shared`: the same may be written in the plans of brothers and sisters. `kept`: its revisions have an item.
    """

    title: str
    form: Any
    fill: Callable[[Any, PlanView, ChildView], None]
    send: Callable[[Any, list[UUID], UUID | None, PlanView], object]
    done: str
    shared: bool = False
    kept: str = ""
    hint: str = ""
    first: Callable[[PlanView, UUID], dict[str, Any]] | None = None


def _nothing(_form: Any, _plan: PlanView, _view: ChildView) -> None:
    return


def _outcomes(plan: PlanView) -> list[tuple[str, str]]:
    return [(str(o.item), o.words[:80]) for o in plan.outcomes]


def _adults(view: ChildView) -> list[tuple[str, str]]:
    return [(str(t.person.id), f"{t.name}, {t.said}") for t in view.ties if not t.is_child]


def _everybody(plan: PlanView, view: ChildView) -> list[tuple[str, str]]:
    return [
        (f"child:{plan.child_id}", f"{view.child.called} (the child)"),
        *((f"parent:{t.person.id}", f"{t.name}, {t.said}") for t in view.ties if not t.is_child),
        ("family:", "Somebody else in the family"),
        ("professional:", "A professional"),
    ]


def _whom(form: Any, view_or_plan: PlanView) -> tuple[Whose, str, UUID | None]:
    """Whose view, their name, and who they are where they are recorded."""
    kind, _, person = form.cleaned_data["whom"].partition(":")
    label = dict(form.fields["whom"].choices)[form.cleaned_data["whom"]]
    name = form.cleaned_data["name"] or ("" if not person else label.rpartition(" (the child)")[0] or label)
    return Whose(kind), name, UUID(person) if person else None


def _fill_outcome(form: Any, _plan: PlanView, _view: ChildView) -> None:
    form.choose("of_framework", [(o.id, o.title) for o in pack_in_force().outcomes(today()).item])


def _fill_need(form: Any, _plan: PlanView, view: ChildView) -> None:
    form.fields["adult"].set_options(_adults(view))
    form.fields["agency"].set_options([(str(a.id), a.name) for a in agencies()])


def _fill_action(form: Any, plan: PlanView, _view: ChildView) -> None:
    form.fields["practitioner"].set_options(people())
    form.choose("outcome", _outcomes(plan))


def _fill_offer(form: Any, plan: PlanView, view: ChildView) -> None:
    form.offer_services(queries.local_matching())
    form.choose("need", [(str(n.item), n.words[:80]) for n in plan.needs])
    form.choose("outcome", _outcomes(plan))
    form.choose("adult", _adults(view))


def _fill_view(form: Any, plan: PlanView, view: ChildView) -> None:
    form.fields["whom"].set_options(_everybody(plan, view))


def _fill_scale(form: Any, plan: PlanView, view: ChildView) -> None:
    form.fields["whom"].set_options(_everybody(plan, view))
    form.choose("outcome", _outcomes(plan))


def _fill_tie(form: Any, _plan: PlanView, view: ChildView) -> None:
    known = {t.name: f"{t.name}, {t.said}" for t in view.ties}
    form.choose("about", [(name, known.get(name, f"{name}, on the child’s own map")) for name in _plan.ties])


def _fill_core(form: Any, _plan: PlanView, view: ChildView) -> None:
    family = [(f"person:{i}", words) for i, words in _adults(view)]
    form.fields["who"].set_options([*family, *((f"worker:{i}", words) for i, words in people())])


def _fill_join(form: Any, plan: PlanView, _view: ChildView) -> None:
    found = queries.plans_in_family(plan.folder_id)
    form.fields["with_plan"].set_options([(str(theirs), name) for theirs, name, _kind in found])


def _fill_lead(form: Any, _plan: PlanView, _view: ChildView) -> None:
    form.fields["practitioner"].set_options(people())


def _send_view(form: Any, plans: list[UUID], _item: UUID | None, plan: PlanView) -> None:
    got = form.cleaned_data
    whose, name, person = _whom(form, plan)
    actions.record_view(
        plans[0],
        actions.ViewIn(
            whose, name, Agrees(got["agrees"]), got["words"], got["why_not"] or "", got["heard_on"], got["heard_how"],
            person,
        ),
    )  # fmt: skip


def _send_scale(form: Any, plans: list[UUID], _item: UUID | None, plan: PlanView) -> None:
    got = form.cleaned_data
    whose, name, _person = _whom(form, plan)
    outcome = form.uuid("outcome") if "outcome" in form.fields else None
    actions.place_on_scale(
        plans[0], actions.ScaleIn(whose, name, got["value"], got["words"], outcome, got["on"])
    )


def _statement(kind: StatementKind) -> Callable[[Any, list[UUID], UUID | None, PlanView], object]:
    def send(form: Any, plans: list[UUID], item: UUID | None, _plan: PlanView) -> object:
        got = form.cleaned_data
        return actions.write_statement(
            plans,
            actions.StatementIn(
                kind, got.get("words") or "", got.get("answer") or "", got.get("about") or got.get("name") or "",
                got.get("why") or "",
            ),
            item=item, alike=form.alike(),
        )  # fmt: skip

    return send


def _fill_review(form: Any, plan: PlanView, view: ChildView) -> None:
    found = queries.meetings_for(plan)
    form.choose(
        "agencies",
        sorted({str(i.agency_id): i.agency for i in view.involvements}.items(), key=lambda a: a[1]),
    )
    form.choose("meeting", [(str(i), f"The one on {date_only(began)}") for i, began in found.items()])


def _send_review(form: Any, plans: list[UUID], _item: UUID | None, _plan: PlanView) -> None:
    got = form.cleaned_data
    meeting = form.uuid("meeting") if "meeting" in form.fields else None
    actions.start_review(
        plans[0], got["held_on"], meeting_id=meeting, who_came="" if meeting else got["who_came"],
        agency_ids=[UUID(a) for a in got.get("agencies") or []], family_came=got["family_came"] or 0,
        without_quorum_why=got["without_quorum_why"],
    )  # fmt: skip


def _send_core(form: Any, plans: list[UUID], _item: UUID | None, _plan: PlanView) -> None:
    got = form.cleaned_data
    kind, _, who = got["who"].partition(":")
    actions.name_core_member(
        plans[0], got["role"], practitioner_id=UUID(who) if kind == "worker" else None,
        person_id=UUID(who) if kind == "person" else None, brings=got["brings"], from_day=got["from_day"],
    )  # fmt: skip


def _first_outcome(plan: PlanView, item: UUID) -> dict[str, Any]:
    o = next((o for o in plan.outcomes if o.item == item), None)
    if o is None:
        raise NotFound
    return {
        "words": o.words, "measure": o.measure, "baseline": o.baseline, "by": o.by, "whose": o.whose.value,
        "whose_words": o.whose_words, "needed": o.needed.value, "of_framework": o.of_framework,
        "baseline_scale": o.baseline_scale, "hoped_scale": o.hoped_scale,
    }  # fmt: skip


def _first_statement(plan: PlanView, item: UUID) -> dict[str, Any]:
    s = next((s for s in plan.statements if s.item == item), None)
    if s is None:
        raise NotFound
    return {"words": s.words, "why": s.why, "about": s.about, "name": s.about, "answer": s.answer}


def _first_need(plan: PlanView, item: UUID) -> dict[str, Any]:
    n = next((n for n in plan.needs if n.item == item), None)
    if n is None:
        raise NotFound
    return {
        "words": n.words, "adult": str(n.adult_id or ""), "for_child": n.for_child, "unmet_why": n.unmet_why,
    }  # fmt: skip


def _text(kind: StatementKind, title: str, hint: str = "") -> _Part:
    return _Part(
        title, forms.TextForm, _nothing, _statement(kind), "It stands in the plan.", shared=True, kept="statement",
        hint=hint, first=_first_statement,
    )  # fmt: skip


PARTS: dict[str, _Part] = {
    "outcome": _Part(
        "A planned outcome", forms.OutcomeForm, _fill_outcome,
        lambda form, plans, item, _plan: actions.write_outcome(plans, form.sent(), item=item, alike=form.alike()),
        "The outcome stands in the plan.", shared=True, kept="outcome", first=_first_outcome,
        hint="What is to be different for this child, in words that the family would use.",
    ),
    "danger": _text(
        StatementKind.DANGER, "What we are worried may happen",
        "Who is worried that what may happen to this child, when and because of what.",
    ),
    "safety": _text(
        StatementKind.SAFETY, "What safe will look like", "What people will be doing when this child is safe."
    ),
    "strength": _text(StatementKind.STRENGTH, "A strength that the plan builds on"),
    "contingency": _text(
        StatementKind.CONTINGENCY, "What we do if it does not work",
        "Who does what at once if the worry comes true, and whom the family can ring.",
    ),
    "culture": _text(
        StatementKind.CULTURE, "Identity, faith and culture",
        "What they mean to this child and how the plan keeps them. They never explain harm away.",
    ),
    "harm_avoided": _text(
        StatementKind.HARM_AVOIDED, "Why we act without agreement", "What harm is avoided by acting all the same."
    ),
    "stands_on": _Part(
        "What the plan stands on", forms.StandsOnForm, _nothing, _statement(StatementKind.STANDS_ON),
        "It stands in the plan.", shared=True, kept="statement", first=_first_statement,
    ),
    "family_plan": _Part(
        "The family’s own plan", forms.FamilyPlanForm, _nothing, _statement(StatementKind.FAMILY_PLAN),
        "It stands in the plan.", shared=True, kept="statement", first=_first_statement,
    ),
    "tie": _Part(
        "Somebody who matters to the child", forms.TieForm, _fill_tie, _statement(StatementKind.TIE),
        "It stands in the plan.", kept="statement", first=_first_statement,
        hint="Children need love and reliable relationships: the plan keeps each tie, or says why not.",
    ),
    "view": _Part(
        "What somebody thinks of the plan", forms.ViewForm, _fill_view, _send_view, "Their view is on the plan.",
    ),
    "scale": _Part(
        "On a scale from 0 to 10", forms.ScaleForm, _fill_scale, _send_scale, "The scale is recorded.",
        hint="Each person’s scale is their own; nobody’s is corrected.",
    ),
    "need": _Part(
        "A need", forms.NeedForm, _fill_need,
        lambda form, plans, item, _plan: actions.write_need(plans, form.sent(), item=item, alike=form.alike()),
        "The need stands in the plan.", shared=True, kept="need", first=_first_need,
    ),
    "action": _Part(
        "An action", forms.ActionForm, _fill_action,
        lambda form, plans, _item, _plan: actions.give_action(plans, form.sent()),
        "The action is given. It stands in their work.", shared=True,
    ),
    "offer": _Part(
        "Offer a service", forms.OfferForm, _fill_offer,
        lambda form, plans, _item, plan: actions.offer_service(plan.folder_id, form.sent(), plan_id=plans[0]),
        "The offer is recorded.",
    ),
    "lead": _Part(
        "Who leads the plan", forms.LeadForm, _fill_lead,
        lambda form, plans, _item, _plan: actions.name_lead(
            plans[0], UUID(form.cleaned_data["practitioner"]), form.cleaned_data["why"],
            from_day=form.cleaned_data["from_day"],
        ),
        "The plan is led by somebody else. What was owed on it is theirs now.",
    ),
    "category": _Part(
        "Change the category", forms.CategoryForm, _nothing,
        lambda form, plans, _item, _plan: actions.change_category(
            plans[0], form.sent(), knows_family=form.cleaned_data["knows_family"]
        ),
        "The category is changed. The one at the start stays on the record.",
    ),
    "core": _Part(
        "Somebody joins the group around the child", forms.CoreForm, _fill_core, _send_core,
        "They are in the group.",
    ),
    "met": _Part(
        "The core group met", forms.MetForm, _nothing,
        lambda form, plans, _item, _plan: actions.core_group_met(plans[0], form.cleaned_data["met_at"]),
        "Recorded. The next one’s clock has started.",
    ),
    "join": _Part(
        "Make this plan together with a brother’s or sister’s", forms.JoinForm, _fill_join,
        lambda form, plans, _item, _plan: actions.join_siblings(
            plans[0], UUID(form.cleaned_data["with_plan"]), form.cleaned_data["why"]
        ),
        "From now on the plans are made together. Each child’s plan stays their own.",
    ),
    "leave": _Part(
        "Make this plan apart from now on", forms.WhyForm, _nothing,
        lambda form, plans, _item, _plan: actions.leave_siblings(plans[0], form.cleaned_data["why"]),
        "From now on this plan is made apart. What was written once stays in it.",
    ),
    "visit": _Part(
        "Record a visit", forms.VisitForm, _nothing,
        lambda form, plans, _item, _plan: actions.record_visit(plans[0], form.sent()),
        "The visit is signed. It stands in the record under its own number.",
    ),
    "review": _Part(
        "Open a review", forms.StartReviewForm, _fill_review, _send_review,
        "The review is open. Answer for each planned outcome.",
    ),
    "transfer": _Part(
        "Ask another authority to take the plan", AskTransferForm, _nothing,
        lambda form, plans, _item, _plan: actions.ask_transfer(
            plans[0], form.cleaned_data["authority"], form.cleaned_data["words"],
            conference_on=form.cleaned_data["conference_on"],
        ),
        "Asked. Until their conference accepts it the plan stays ours, visits and clocks included.",
    ),
}  # fmt: skip


#: Parts whose form offers what the plan says already.
_WHOLE = ("action", "offer", "scale", "tie")


@page(permission=Permission.WRITE_FOLDER)
def write(request: HttpRequest, folder_id: UUID, plan_id: UUID, part: str) -> HttpResponse:
    """Write something new in a plan."""
    view, shown, plan = opened(request, folder_id, plan_id, "write", whole=part in _WHOLE)
    found = PARTS.get(part)
    if found is None:
        raise NotFound
    beside = None
    if part == "offer":
        beside = {"look_href": directory_for(plan.folder_id, view, plan=str(plan.id))}
        form = bound(request, found.form, as_of=plan.version, local=request.GET.get("service", ""))
    else:
        form = bound(request, found.form, as_of=plan.version)
    if isinstance(form, forms.TextForm):
        form.fields["words"].label = found.title
    found.fill(form, plan, view)
    siblings: Sequence[tuple[str, str]] = ()
    if found.shared:
        siblings = [(str(i), name) for i, _folder, name, _kind in queries.siblings_of(plan)]
        form.offer_siblings(siblings)

    def send() -> object:
        return found.send(form, [plan.id, *form.also()] if found.shared else [plan.id], None, plan)

    then = plan_page(plan)

    def to_review() -> str:
        review = queries.open_review(plan.id)
        return reverse("plans:review", args=[plan.folder_id, review]) if review else then

    return form_page(
        request,
        shown,
        form,
        send,
        title=found.title,
        done=found.done,
        back=then,
        then=to_review if part == "review" else None,
        hint=found.hint,
        beside=beside,
    )


@page(permission=Permission.WRITE_FOLDER)
def change(request: HttpRequest, folder_id: UUID, plan_id: UUID, part: str, text_id: UUID) -> HttpResponse:
    """Change something in a plan: it is written again, and what was before stays."""
    view, shown, plan = opened(request, folder_id, plan_id, "change", whole=True)
    found = PARTS.get(part)
    if found is None or not found.kept or found.first is None:
        raise NotFound
    initial = found.first(plan, text_id)
    form = bound(request, found.form, as_of=_revision(plan, found.kept, text_id), **initial)

    def send() -> object:
        actions.not_written_since(plan.id, found.kept, text_id, form.seen_version())
        return found.send(form, [plan.id], text_id, plan)

    if isinstance(form, forms.TextForm):
        form.fields["words"].label = found.title
    found.fill(form, plan, view)
    if found.shared:
        form.offer_alike(queries.same_elsewhere(plan.id, found.kept, text_id))
    return form_page(
        request,
        shown,
        form,
        send,
        title=f"Change: {found.title[0].lower()}{found.title[1:]}",
        done="Changed. What was before stays on the record.",
        back=plan_page(plan),
        beside={"drop_href": reverse("plans:drop", args=[plan.folder_id, plan.id, part, text_id])},
    )


def _revision(plan: PlanView, kept: str, item: UUID) -> int | None:
    last = queries.last_written(plan.id, kept, item)
    return last.revision if last else None


@page(permission=Permission.WRITE_FOLDER)
def drop(request: HttpRequest, folder_id: UUID, plan_id: UUID, part: str, text_id: UUID) -> HttpResponse:
    """Take something out of a plan, with the reason."""
    _view, shown, plan = opened(request, folder_id, plan_id, "drop", whole=True)
    found = PARTS.get(part)
    if found is None or not found.kept or found.first is None:
        raise NotFound
    words = found.first(plan, text_id)["words"]
    form = bound(request, forms.WhyForm, as_of=_revision(plan, found.kept, text_id))

    def send() -> None:
        actions.not_written_since(plan.id, found.kept, text_id, form.seen_version())
        actions.drop(plan.id, found.kept, text_id, form.cleaned_data["why"])

    return form_page(
        request,
        shown,
        form,
        send,
        title="Take this out of the plan?",
        done="Taken out of the plan. What was written stays on the record.",
        back=plan_page(plan),
        hint=words,
        button="Take it out",
    )


@page(permission=Permission.WRITE_FOLDER)
def end_member(request: HttpRequest, folder_id: UUID, plan_id: UUID, member_id: UUID) -> HttpResponse:
    """Somebody is in the group around the child no more."""
    _view, shown, plan = opened(request, folder_id, plan_id, "end_member")
    member = queries.member_of(plan.id, member_id)
    form = bound(request, forms.WhyForm)
    return form_page(
        request,
        shown,
        form,
        lambda: actions.end_core_member(plan.id, member_id, form.cleaned_data["why"]),
        title=f"{member.name} is in the group no more",
        done="Recorded. That they were in the group stays.",
        back=plan_page(plan),
    )


@page(permission=Permission.WRITE_FOLDER)
def action(request: HttpRequest, folder_id: UUID, plan_action_id: UUID) -> HttpResponse:
    """What has happened to an action: done, handed over, given up."""
    _view, shown, plan, found = _of_action(request, folder_id, plan_action_id)
    if found.state is not ActionState.OPEN:
        return _to_do_after_all(request, shown, plan, found)
    form = bound(request, forms.ActionStepForm)
    form.fields["practitioner"].set_options(people())

    def send() -> None:
        got = form.cleaned_data
        if got["act"] == "hand_over":
            actions.hand_over_action(plan_action_id, UUID(got["practitioner"]), got["words"])
        else:
            actions.close_action(plan_action_id, done=got["act"] == "done", words=got["words"])

    return form_page(
        request, shown, form, send, title=found.words, done="Recorded.", back=plan_page(plan),
        hint=f"{found.practitioner}, {found.agency}, by {found.due_on.day} {found.due_on:%B %Y}.",
    )  # fmt: skip


def _to_do_after_all(
    request: HttpRequest, shown: dict[str, Any], plan: PlanView, found: queries.ActionView
) -> HttpResponse:
    form = bound(request, forms.WhyForm, as_of=plan.version)
    form.fields["why"].label = "Why is it to be done after all?"
    return form_page(
        request, shown, form,
        lambda: actions.reopen_action(found.id, form.cleaned_data["why"], seen=form.seen_version()),
        title=found.words, done="It is to be done after all. That it was closed stays on the record.",
        back=plan_page(plan), button="Open it again",
        hint=f"It stands as {found.state.label.lower()}. {found.practitioner}, {found.agency}, owes it again, by "
        f"{found.due_on.day} {found.due_on:%B %Y}.",
    )  # fmt: skip


def _of_action(
    request: HttpRequest, folder_id: UUID, action_id: UUID
) -> tuple[ChildView, dict[str, Any], PlanView, queries.ActionView]:
    from sightline.children.pages.frame import open_child

    view, shown = open_child(request, folder_id, "plans.action", tab="plan")
    plan = queries.plan_of_action(action_id, view.folder_ids)
    found = next((a for a in plan.actions if a.id == action_id), None)
    if found is None:
        raise NotFound
    return view, shown, plan, found


@page(permission=Permission.WRITE_FOLDER)
def offer(request: HttpRequest, folder_id: UUID, offer_id: UUID) -> HttpResponse:
    """What came of an offer of a service."""
    from sightline.children.pages.frame import open_child

    view, shown = open_child(request, folder_id, "plans.offer", tab="plan")
    found = next((o for o in queries.offers_of_child(view.folder_ids) if o.id == offer_id), None)
    if found is None:
        raise NotFound
    form = bound(request, forms.OfferStepForm)
    back = (
        reverse("plans:plan", args=[view.folder_ids[0], found.plan_id])
        if found.plan_id
        else reverse("plans:offers", args=[view.folder_ids[0]])
    )
    return form_page(
        request,
        shown,
        form,
        lambda: actions.move_offer(
            offer_id,
            OfferState(form.cleaned_data["state"]),
            form.cleaned_data["words"],
            on=form.cleaned_data["on"],
        ),
        title=found.name,
        done="Recorded.",
        back=back,
        hint=f"Meant to change: {found.meant_to_change.rstrip('.')}. It stands as: {found.state.label.lower()}.",
    )
