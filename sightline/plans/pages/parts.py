"""What may be written in a plan, part by part: its form, what the form offers, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sightline.agencies.queries import agencies
from sightline.children.queries import ChildView
from sightline.govuk.words import date_only
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import pack_in_force

from .. import actions, queries
from ..queries import PlanView
from ..terms import Agrees, PlanKind, StatementKind, Whose
from . import forms, forms_of_reviews
from . import forms_of_parts as said
from . import forms_of_work as work
from .common import people, social_workers
from .forms_of_ending import AskTransferForm


@dataclass(frozen=True)
class Part:
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


def _of_kind(form: AskTransferForm, plan: PlanView, _view: ChildView) -> None:
    form.of_kind(plan.kind)


def _nothing(_form: Any, _plan: PlanView, _view: ChildView) -> None:
    return


def _outcomes(plan: PlanView) -> list[tuple[str, str]]:
    return [(str(o.item), o.words[:80]) for o in plan.outcomes]


def _adults(view: ChildView) -> list[tuple[str, str]]:
    return [(str(t.person.id), f"{t.name}, {t.said}") for t in view.ties if not t.is_child]


def everybody(plan: PlanView, view: ChildView) -> list[tuple[str, str]]:
    """The child and the adults in their life, as answers whose view something is."""
    return [
        (f"child:{plan.child_id}", f"{view.child.called} (the child)"),
        *((f"parent:{t.person.id}", f"{t.name}, {t.said}") for t in view.ties if not t.is_child),
        ("family:", "Somebody else in the family"),
        ("professional:", "A professional"),
    ]


def whom(form: Any, view_or_plan: PlanView) -> tuple[Whose, str, UUID | None]:
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
    form.fields["whom"].set_options(everybody(plan, view))


def _fill_scale(form: Any, plan: PlanView, view: ChildView) -> None:
    form.fields["whom"].set_options(everybody(plan, view))
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


def _fill_lead(form: Any, plan: PlanView, _view: ChildView) -> None:
    led_by = social_workers if plan.kind is PlanKind.CHILD_PROTECTION else people
    form.fields["practitioner"].set_options(led_by())


def _send_view(form: Any, plans: list[UUID], _item: UUID | None, plan: PlanView) -> None:
    got = form.cleaned_data
    whose, name, person = whom(form, plan)
    actions.record_view(
        plans[0],
        actions.ViewIn(
            whose, name, Agrees(got["agrees"]), got["words"], got["why_not"] or "", got["heard_on"], got["heard_how"],
            person,
        ),
    )  # fmt: skip


def _send_scale(form: Any, plans: list[UUID], _item: UUID | None, plan: PlanView) -> None:
    got = form.cleaned_data
    whose, name, _person = whom(form, plan)
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


def _agencies(view: ChildView) -> list[tuple[str, str]]:
    """The agencies that are involved with the child."""
    return sorted({str(i.agency_id): i.agency for i in view.involvements}.items(), key=lambda a: a[1])


def _fill_met(form: Any, plan: PlanView, view: ChildView) -> None:
    around = {i.agency for i in view.involvements} | {m.agency for m in plan.core_now}
    form.choose("agencies", [(str(a.id), a.name) for a in agencies() if not around or a.name in around])


def _send_met(form: Any, plans: list[UUID], _item: UUID | None, _plan: PlanView) -> None:
    got = form.cleaned_data
    actions.core_group_met(
        plans[0], got["met_at"], agency_ids=[UUID(a) for a in got["agencies"]], family_came=got["family_came"] or 0,
        without_quorum_why=got["without_quorum_why"],
    )  # fmt: skip


def _fill_review(form: Any, plan: PlanView, view: ChildView) -> None:
    found = queries.meetings_for(plan)
    form.choose("agencies", _agencies(view))
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


def _text(kind: StatementKind, title: str, hint: str = "") -> Part:
    return Part(
        title, said.TextForm, _nothing, _statement(kind), "It stands in the plan.", shared=True, kept="statement",
        hint=hint, first=_first_statement,
    )  # fmt: skip


PARTS: dict[str, Part] = {
    "outcome": Part(
        "A planned outcome", said.OutcomeForm, _fill_outcome,
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
    "stands_on": Part(
        "What the plan stands on", said.StandsOnForm, _nothing, _statement(StatementKind.STANDS_ON),
        "It stands in the plan.", shared=True, kept="statement", first=_first_statement,
    ),
    "family_plan": Part(
        "The family’s own plan", said.FamilyPlanForm, _nothing, _statement(StatementKind.FAMILY_PLAN),
        "It stands in the plan.", shared=True, kept="statement", first=_first_statement,
    ),
    "tie": Part(
        "Somebody who matters to the child", said.TieForm, _fill_tie, _statement(StatementKind.TIE),
        "It stands in the plan.", kept="statement", first=_first_statement,
        hint="Children need love and reliable relationships: the plan keeps each tie, or says why not.",
    ),
    "view": Part(
        "What somebody thinks of the plan", said.ViewForm, _fill_view, _send_view, "Their view is on the plan.",
    ),
    "scale": Part(
        "On a scale from 0 to 10", said.ScaleForm, _fill_scale, _send_scale, "The scale is recorded.",
        hint="Each person’s scale is their own; nobody’s is corrected.",
    ),
    "need": Part(
        "A need", said.NeedForm, _fill_need,
        lambda form, plans, item, _plan: actions.write_need(plans, form.sent(), item=item, alike=form.alike()),
        "The need stands in the plan.", shared=True, kept="need", first=_first_need,
    ),
    "action": Part(
        "An action", work.ActionForm, _fill_action,
        lambda form, plans, _item, _plan: actions.give_action(plans, form.sent()),
        "The action is given. It stands in their work.", shared=True,
    ),
    "offer": Part(
        "Offer a service", work.OfferForm, _fill_offer,
        lambda form, plans, _item, plan: actions.offer_service(plan.folder_id, form.sent(), plan_id=plans[0]),
        "The offer is recorded.",
    ),
    "lead": Part(
        "Who leads the plan", forms.LeadForm, _fill_lead,
        lambda form, plans, _item, _plan: actions.name_lead(
            plans[0], UUID(form.cleaned_data["practitioner"]), form.cleaned_data["why"],
            from_day=form.cleaned_data["from_day"],
        ),
        "The plan is led by somebody else. What was owed on it is theirs now.",
    ),
    "category": Part(
        "Change the category", forms.CategoryForm, _nothing,
        lambda form, plans, _item, _plan: actions.change_category(
            plans[0], form.sent(), knows_family=form.cleaned_data["knows_family"]
        ),
        "The category is changed. The one at the start stays on the record. Write on the Voice tab what the child was "
        "told of it.",
    ),
    "core": Part(
        "Somebody joins the group around the child", forms.CoreForm, _fill_core, _send_core,
        "They are in the group.",
    ),
    "met": Part(
        "The core group met", forms.MetForm, _fill_met, _send_met,
        "Recorded. The next one’s clock has started.",
    ),
    "join": Part(
        "Make this plan together with a brother’s or sister’s", forms.JoinForm, _fill_join,
        lambda form, plans, _item, _plan: actions.join_siblings(
            plans[0], UUID(form.cleaned_data["with_plan"]), form.cleaned_data["why"]
        ),
        "From now on the plans are made together. Each child’s plan stays their own.",
    ),
    "leave": Part(
        "Make this plan apart from now on", forms.WhyForm, _nothing,
        lambda form, plans, _item, _plan: actions.leave_siblings(plans[0], form.cleaned_data["why"]),
        "From now on this plan is made apart. What was written once stays in it.",
    ),
    "visit": Part(
        "Record a visit", forms.VisitForm, _nothing,
        lambda form, plans, _item, _plan: actions.record_visit(plans[0], form.sent()),
        "The visit is signed. It stands in the record under its own number.",
    ),
    "review": Part(
        "Open a review", forms_of_reviews.StartReviewForm, _fill_review, _send_review,
        "The review is open. Answer for each planned outcome.",
    ),
    "transfer": Part(
        "Ask another authority to take the plan", AskTransferForm, _of_kind,
        lambda form, plans, _item, _plan: actions.ask_transfer(
            plans[0], form.cleaned_data["authority"], form.cleaned_data["words"],
            conference_on=form.cleaned_data.get("conference_on"),
        ),
        "Asked. Until they have accepted it the plan stays ours, visits and clocks included.",
    ),
}  # fmt: skip
