"""What hangs on a plan, row by row: outcomes, statements, actions, offers, views, the core group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sightline.agencies.models import Posting
from sightline.children.models import Tie
from sightline.children.queries import name_and_age
from sightline.children.terms import Kinship
from sightline.kernel.models import held_on
from sightline.kernel.time import day_of, today
from sightline.kernel.verdicts import NotFound
from sightline.voice.queries import who_matters

from ..models import (
    Action,
    CoreMember,
    Offer,
    PlannedOutcome,
    ReviewedOutcome,
    TakenBack,
    View,
)
from ..models.base import Written
from ..rules import Account
from ..terms import (
    ActionState,
    Agrees,
    Next,
    OfferState,
    StatementKind,
    When,
    Whose,
)
from .shown import ActionView, MemberView, OfferView, OutcomeView, StatementView, ViewView


def _by(row: Any) -> str:
    return f"{row.written_by.name}, {row.written_post}" if row.written_by else row.written_post


def revisions(model: type[Written], plan_ids: Sequence[UUID]) -> QuerySet[Any]:
    """The latest revision of each item of these plans, also of one that has been taken out."""
    rows: QuerySet[Any] = (
        model.objects.filter(plan_id__in=plan_ids)  # type: ignore[attr-defined]
        .select_related("written_by")
        .order_by("plan_id", "item", "-revision")
        .distinct("plan_id", "item")
    )
    return rows


def _hold(rows: Iterable[Any]) -> list[Any]:
    """Those of these revisions that have not been taken out, in the order of writing."""
    # Items are made in order of time, so that a changed text stays in its place.
    return sorted((row for row in rows if not row.dropped_why), key=lambda row: row.item)


def latest_outcomes(plan_ids: Sequence[UUID], also: Collection[UUID]) -> list[OutcomeView]:
    """The planned outcomes that hold now, those needed now first; after them those of `also` that were taken out."""
    rows = list(revisions(PlannedOutcome, plan_ids))
    held = outcome_views(rows)
    kept = {o.item for o in held}
    return held + [_outcome(row) for row in rows if row.item in also and row.item not in kept]


def answers_closed(plan_id: UUID) -> QuerySet[ReviewedOutcome]:
    """What closed reviews of a plan said of its outcomes, the latest last."""
    return (
        ReviewedOutcome.objects.filter(review__plan_id=plan_id, review__closed_at__isnull=False)
        .select_related("review")
        .order_by("written_at", "id")
    )


def outcome_views(rows: Iterable[Any], answered: Iterable[ReviewedOutcome] = ()) -> list[OutcomeView]:
    """The same of revisions that have been read. `answered`: what closed reviews said, of which the latest counts: an
    outcome that it ended has ended, unless it was written again since."""
    last = {answer.outcome: answer for answer in answered}
    found = [_outcome(row, last.get(row.item)) for row in _hold(rows)]
    return sorted(found, key=lambda o: (o.ended_at is not None, o.needed is When.LATER))


def _outcome(row: PlannedOutcome, last: ReviewedOutcome | None = None) -> OutcomeView:
    ended = (
        last is not None
        and last.next == Next.ENDS.value
        and last.review.closed_at is not None
        and row.written_at <= last.review.closed_at
    )
    changes = last is not None and last.next == Next.CHANGES.value and row.written_at <= last.written_at
    return OutcomeView(
        ended_at=last.review.number if ended and last is not None else None,
        to_rewrite=f"Review {last.review.number}: {last.next_words}" if changes and last is not None else "",
        item=row.item,
        revision=row.revision,
        of_framework=row.of_framework,
        framework_title=row.of_framework_title,
        words=row.words,
        measure=row.measure,
        baseline=row.baseline,
        baseline_scale=row.baseline_scale,
        hoped_scale=row.hoped_scale,
        by=row.by,
        whose=Whose(row.whose),
        whose_words=row.whose_words,
        needed=When(row.needed),
        together=row.written_together is not None,
        written_by=_by(row),
        written_at=row.written_at,
    )


def standing_outcomes(plan_id: UUID) -> tuple[list[OutcomeView], set[UUID]]:
    """The outcomes that a plan is still to reach, and those of which a closed review ever said what came of them."""
    said = list(answers_closed(plan_id))
    views = outcome_views(revisions(PlannedOutcome, [plan_id]), said)
    return [o for o in views if o.ended_at is None], {answer.outcome for answer in said}


def outcomes_unanswered(plan_id: UUID) -> list[str]:
    """The outcomes that a plan is still to reach and of which no closed review said what came of them, in words."""
    standing, answered = standing_outcomes(plan_id)
    return [o.words for o in standing if o.item not in answered]


def outcomes_to_rewrite(plan_id: UUID) -> list[str]:
    """The outcomes that the last review said change, and that stand as they were then, in words."""
    return [o.words for o in standing_outcomes(plan_id)[0] if o.to_rewrite]


def statement_views(rows: Iterable[Any]) -> list[StatementView]:
    """The statements that hold now, of revisions that have been read."""
    return [
        StatementView(
            item=row.item,
            kind=StatementKind(row.kind),
            about=row.about,
            answer=row.answer,
            words=row.words,
            why=row.why,
            together=row.written_together is not None,
            written_by=_by(row),
            written_at=row.written_at,
        )
        for row in _hold(rows)
    ]


def offer_views(rows: Iterable[Offer]) -> list[OfferView]:
    """Offers with what came of them last, as pages show them."""
    return [
        OfferView(
            id=row.id,
            name=row.name,
            meant_to_change=row.meant_to_change,
            need=row.need,
            outcome=row.outcome,
            adult_id=row.adult_id,
            state=OfferState(row.state),
            offered_on=row.offered_on,
            began_on=row.began_on,
            ended_on=row.ended_on,
            last_words=getattr(row, "last_words", "") or "",
            plan_id=row.plan_id,
            concern_id=row.concern_id,
        )
        for row in rows
    ]


def offers_with_words() -> QuerySet[Offer]:
    """Offers, each with what was last said of it."""
    from ..models import OfferStep

    last = (
        OfferStep.objects.filter(offer_id=OuterRef("id")).order_by("-written_at", "-id").values("words")[:1]
    )
    return Offer.objects.annotate(last_words=Subquery(last)).order_by("offered_on", "id")


def _holds_post(practitioner: str, agency: str) -> Exists:
    """Whether whoever stands in a column holds a post today in the agency that stands in another."""
    return Exists(
        Posting.objects.filter(
            held_on(today()), practitioner_id=OuterRef(practitioner), agency_id=OuterRef(agency)
        )
    )


def _accounts(
    child_name: str, child_id: UUID, ties: Sequence[Tie], names: Any, views: Sequence[ViewView], unborn: bool
) -> list[Account]:
    """The child, and everybody who holds parental responsibility or is a parent, with what they last said."""
    latest: dict[UUID | None, ViewView] = {}
    for view in views:
        key = child_id if view.whose is Whose.CHILD else view.person_id
        latest[key] = view
    found = []
    if not unborn:
        said = latest.get(child_id)
        found.append(Account(child_name, Whose.CHILD, child_id, said.agrees if said else None))
    for tie in ties:
        if tie.other_id in {a.person_id for a in found}:
            continue
        parent = tie.kinship in (Kinship.MOTHER.value, Kinship.FATHER.value, Kinship.PARENT.value)
        if tie.parental_responsibility == "yes" or (parent and tie.parental_responsibility != "no"):
            said = latest.get(tie.other_id)
            found.append(
                Account(names[tie.other_id].name, Whose.PARENT, tie.other_id, said.agrees if said else None)
            )
    return found


def ties_of(folder_id: UUID) -> QuerySet[Tie]:
    """Who is in the child's life today."""
    return Tie.objects.filter(held_on(today()), folder_id=folder_id).order_by("held_from", "id")


def accounts_of(
    folder_id: UUID, child_id: UUID, views: Sequence[ViewView], ties: QuerySet[Tie]
) -> tuple[list[Account], list[str], str, str]:
    """Whose accounts a plan needs, the names of everybody in the child's life, and the child's own name and age."""
    names = name_and_age([child_id, *(t.other_id for t in ties)])
    me = names[child_id]
    unborn = "unborn" in me.age.casefold() or "expected" in me.age.casefold() or me.name.startswith("Unborn")
    accounts = _accounts(me.called, child_id, list(ties), names, views, unborn)
    # Whom the child's own map calls by the family's word ("Mum") is in their life already, and is asked of once.
    known, called = {t.other_id for t in ties}, {t.words.casefold() for t in ties}
    mattering = [
        m.name
        for m in who_matters([folder_id])
        if m.person_id not in known and m.name.casefold() not in called
    ]
    return (
        accounts,
        list(dict.fromkeys([*(names[t.other_id].name for t in ties), *mattering])),
        me.name,
        me.age,
    )


def views_on(plan_id: UUID, *, review_id: UUID | None = None) -> QuerySet[View]:
    """Views of the plan itself, or of one review, in the order in which they were recorded."""
    return (
        View.objects.filter(Q(review_id=review_id) if review_id else Q(review__isnull=True), plan_id=plan_id)
        .select_related("written_by")
        .order_by("written_at")
    )


def view_views(rows: Iterable[View]) -> list[ViewView]:
    """What the child, each parent and others said of a plan, as pages show it."""
    return [
        ViewView(
            whose=Whose(v.whose),
            person_id=v.person_id,
            name=v.name,
            agrees=Agrees(v.agrees),
            words=v.words,
            why_not=v.why_not,
            heard_on=v.heard_on,
            heard_how=v.heard_how,
            written_by=_by(v),
        )
        for v in rows
    ]


def _actions(condition: Q) -> QuerySet[Action]:
    """Actions, the soonest first."""
    return (
        Action.objects.filter(condition)
        .select_related("practitioner", "agency")
        .annotate(there=_holds_post("practitioner_id", "agency_id"))
        .order_by("due_on", "id")
    )


def _action_views(rows: Iterable[Any]) -> list[ActionView]:
    return [
        ActionView(
            id=a.id,
            words=a.words,
            needed=When(a.needed),
            practitioner_id=a.practitioner_id,
            practitioner=a.practitioner.name,
            agency=a.agency.name,
            due_on=a.due_on,
            timing=a.timing,
            state=ActionState(a.state),
            closed_on=a.closed_on,
            outcome=a.outcome,
            together=a.written_together is not None,
            left=not a.there,
        )
        for a in rows
    ]


def _group(plan_id: UUID) -> QuerySet[CoreMember]:
    """Who is and was in the group around the child."""
    return (
        CoreMember.objects.filter(plan_id=plan_id)
        .select_related("practitioner", "agency")
        .annotate(there=_holds_post("practitioner_id", "agency_id"))
        .order_by("held_from", "id")
    )


def _members(found: Iterable[Any]) -> list[MemberView]:
    rows = list(found)
    family = name_and_age(m.person_id for m in rows if m.person_id) if any(m.person_id for m in rows) else {}
    return [
        MemberView(
            id=m.id,
            name=m.practitioner.name if m.practitioner else family[m.person_id].name if m.person_id else "",
            role=m.role,
            agency=m.agency.name if m.agency else "Family",
            brings=m.brings,
            held_from=m.held_from,
            held_until=m.held_until,
            why_ended=m.why_ended,
            left=m.practitioner_id is not None and not m.there,
            person_id=m.person_id,
        )
        for m in rows
    ]


def member_of(plan_id: UUID, member_id: UUID) -> MemberView:
    """One member of the group. Raises NotFound."""
    found = next((m for m in _members(_group(plan_id)) if m.id == member_id), None)
    if found is None:
        raise NotFound
    return found


def taken_back_words(back: TakenBack) -> str:
    """'Taken back by Priya Nair on 3 May 2026: it was the wrong child.'"""
    day = day_of(back.written_at)
    who = f" by {back.written_by.name}" if back.written_by else ""
    return f"Taken back{who} on {day.day} {day:%B %Y}: {back.why}"
