"""What is done under a plan: actions given to people, services offered to the family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from sightline.access.actions import let_worker_in
from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.concerns.queries import is_about
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, day_of, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force

from .. import queries, rules
from ..models import Action, ActionStep, LocalHelp, Offer, OfferStep
from ..terms import ActionAct, ActionState, OfferState, PlanAct, When
from .base import answered, changed, end_of, enter, enter_all, enter_folder, path_of, signed, works_in


@dataclass(frozen=True)
class ActionIn:
    """An action for a named person by a day. `timing`: why that day suits the child's age and stage."""

    words: str
    practitioner_id: UUID
    due_on: date
    timing: str
    needed: When
    outcome: UUID | None = None


def latest_day() -> date:
    """The last day that an action may be given today: the pack's longest time between two reviews."""
    pack = pack_in_force()
    return day_of(duties.clock_of(pack, "plan_action", now()).due_at) - timedelta(days=1)


@transaction.atomic
def give_action(plan_ids: Sequence[UUID], sent: ActionIn) -> list[UUID]:
    """Give an action in each of these plans to somebody who holds a post today; they come to open the record,
    and owe it in My work. Returns the actions."""
    rules.check_action(sent.words, sent.timing, sent.due_on, today(), latest_day()).or_refuse()
    posting = works_in(sent.practitioner_id)
    if posting is None:
        raise Refused("Choose somebody who holds a post today", "practitioner")
    plans, acting = enter_all(plan_ids)
    together = uuid7() if len(plans) > 1 else None
    at, pack = now(), pack_in_force()
    made = []
    for plan in plans:
        action = Action.objects.create(
            folder_id=plan.folder_id, plan=plan, outcome=sent.outcome if len(plans) == 1 else None,
            words=sent.words.strip(), needed=sent.needed.value, agency_id=posting.agency_id,
            practitioner_id=sent.practitioner_id, due_on=sent.due_on, timing=sent.timing.strip(),
            written_together=together, **signed(acting, at),
        )  # fmt: skip
        ActionStep.objects.create(
            folder_id=plan.folder_id, action=action, act=ActionAct.GIVEN.value,
            practitioner_id=sent.practitioner_id, **signed(acting, at),
        )  # fmt: skip
        if sent.practitioner_id != acting.practitioner_id:
            let_worker_in(plan.folder_id, sent.practitioner_id, why="Has an action in the child’s plan")
        duties.open_duties(
            [
                duties.Opening(
                    folder_id=plan.folder_id, kind="plan_action", started_at=at, subject_id=action.id,
                    path=path_of(plan), owner_id=sent.practitioner_id, team_id=posting.team_id,
                    sooner_at=end_of(sent.due_on), sooner_why=f"The plan sets this day: {sent.timing.strip()}",
                )
            ],
            pack=pack,
        )  # fmt: skip
        changed(plan, acting, "action given")
        record(
            Verb.WROTE, "plans.give_action", folder_id=plan.folder_id, subject=action, to=sent.practitioner_id
        )
        made.append(action.id)
    return made


def _action(action_id: UUID) -> Action:
    action = Action.objects.select_related("plan").filter(id=action_id).first()
    if action is None:
        raise NotFound
    return action


def _closed_words(action: Action) -> str:
    """Who closed an action, how and when."""
    last = action.steps.select_related("written_by").order_by("-written_at", "-id").first()
    how = ActionState(action.state).label.lower()
    if last is None or last.written_by is None:
        return f"This action stands as {how} already"
    at = last.written_at.astimezone(LONDON)
    return (
        f"{last.written_by.name} recorded this action as {how} at {at:%H:%M} on {at.day} {at:%B}. What you typed is "
        "kept below"
    )


@transaction.atomic
def close_action(action_id: UUID, *, done: bool, words: str, on: date | None = None) -> None:
    """An action was done, or is given up with a reason; today, or on the day `on`, which is when it counts as met."""
    action = _action(action_id)
    plan, acting = enter(action.plan_id, PlanAct.RECORD)
    if action.state != ActionState.OPEN.value:
        raise Refused(_closed_words(action))
    if not words.strip():
        raise Refused("Say what was done, and what it led to" if done else "Say why it is given up", "words")
    day = on or today()
    if not day_of(action.written_at) <= day <= today():
        raise Refused("Give a day between the one on which the action was given and today", "on")
    action.state = (ActionState.DONE if done else ActionState.NOT_DONE).value
    action.closed_on = day
    action.save(update_fields=["state", "closed_on"])
    change = changed(plan, acting, "action done" if done else "action given up", words.strip())
    ActionStep.objects.create(
        folder_id=plan.folder_id, action=action, act=(ActionAct.DONE if done else ActionAct.GIVEN_UP).value,
        practitioner_id=action.practitioner_id, words=words.strip(), change=change, **signed(acting),
    )  # fmt: skip
    duties.happened("action_closed", [plan.folder_id], subject_id=action.id, at=now(), done=on or now())
    record(Verb.WROTE, "plans.close_action", folder_id=plan.folder_id, subject=action)


@transaction.atomic
def hand_over_action(action_id: UUID, practitioner_id: UUID, words: str) -> None:
    """Somebody else does it, as when the one who had it has left; the day stays."""
    action = _action(action_id)
    plan, acting = enter(action.plan_id, PlanAct.RECORD)
    posting = works_in(practitioner_id)
    if action.state != ActionState.OPEN.value:
        raise Refused(_closed_words(action))
    if posting is None:
        raise Refused("Choose somebody who holds a post today", "practitioner")
    if action.practitioner_id == practitioner_id:
        raise Refused("They have this action already", "practitioner")
    if not words.strip():
        raise Refused("Say why it is handed over", "words")
    action.practitioner_id, action.agency_id = practitioner_id, posting.agency_id
    action.save(update_fields=["practitioner", "agency"])
    ActionStep.objects.create(
        folder_id=plan.folder_id, action=action, act=ActionAct.HANDED_OVER.value,
        practitioner_id=practitioner_id, words=words.strip(), **signed(acting),
    )  # fmt: skip
    if practitioner_id != acting.practitioner_id:
        let_worker_in(plan.folder_id, practitioner_id, why="Has an action in the child’s plan")
    duties.hand_to(queries.duty_ids_on(action.id), practitioner_id, team_id=posting.team_id)
    changed(plan, acting, "action handed over", words.strip())
    answered(plan)
    record(Verb.WROTE, "plans.hand_over_action", folder_id=plan.folder_id, subject=action, to=practitioner_id)


# -- services ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfferIn:
    """A service offered: from the directory (`local_id`) or by its name, and what it is meant to change."""

    meant_to_change: str
    local_id: UUID | None = None
    name: str = ""
    need: UUID | None = None
    outcome: UUID | None = None
    adult_id: UUID | None = None
    state: OfferState = OfferState.OFFERED
    words: str = ""
    offered_on: date | None = None


@transaction.atomic
def offer_service(
    folder_id: UUID, sent: OfferIn, *, plan_id: UUID | None = None, concern_id: UUID | None = None
) -> UUID:
    """Offer a service to a child's family, from their plan, from a concern, or from neither.

    Raises NotFound where the concern is not about this child.
    """
    if plan_id is not None:
        plan, acting = enter(plan_id, PlanAct.RECORD)
        if plan.folder_id != folder_id:
            raise NotFound
        changed(plan, acting, "service offered")
    else:
        _child, acting = enter_folder(folder_id)
    if concern_id is not None and not is_about(concern_id, joined_set(lead_of(folder_id))):
        raise NotFound
    local = (
        LocalHelp.objects.filter(id=sent.local_id, ended_on__isnull=True).first() if sent.local_id else None
    )
    if sent.local_id and local is None:
        raise Refused("That service is not in the directory any more. Choose another", "local")
    name = local.name if local else sent.name.strip()
    if not name:
        raise Refused("Choose a service from the directory, or write its name", "name")
    if not sent.meant_to_change.strip():
        raise Refused("Say what the service is meant to change", "meant_to_change")
    on = sent.offered_on or today()
    if on > today():
        raise Refused("Give today or a day that is past", "offered_on")
    if sent.state is not OfferState.OFFERED:
        rules.check_offer_step(OfferState.OFFERED, sent.state, sent.words).or_refuse()
    offer = Offer.objects.create(
        folder_id=folder_id, plan_id=plan_id, concern_id=concern_id, need=sent.need, outcome=sent.outcome,
        adult_id=sent.adult_id, local=local, name=name[:200], meant_to_change=sent.meant_to_change.strip(),
        offered_on=on, state=sent.state.value, began_on=on if sent.state is OfferState.RECEIVING else None,
        **signed(acting),
    )  # fmt: skip
    OfferStep.objects.create(
        folder_id=folder_id,
        offer=offer,
        state=sent.state.value,
        words=sent.words.strip(),
        on=on,
        **signed(acting),
    )
    record(Verb.WROTE, "plans.offer_service", folder_id=folder_id, subject=offer)
    return offer.id


@transaction.atomic
def move_offer(offer_id: UUID, state: OfferState, words: str, *, on: date | None = None) -> None:
    """What came of an offer: accepted, on a waiting list, begun, ended, declined, not to be had."""
    permit(Permission.WRITE_FOLDER)
    offer = Offer.objects.filter(id=offer_id).first()
    if offer is None:
        raise NotFound
    if offer.plan_id is not None:
        _plan, acting = enter(offer.plan_id, PlanAct.RECORD)
    else:
        _child, acting = enter_folder(offer.folder_id)
    rules.check_offer_step(OfferState(offer.state), state, words).or_refuse()
    day = on or today()
    if not offer.offered_on <= day <= today():
        raise Refused("Give a day between the offer and today", "on")
    offer.state = state.value
    if state is OfferState.RECEIVING:
        offer.began_on = day
    if state is OfferState.ENDED:
        offer.ended_on = day
    offer.save(update_fields=["state", "began_on", "ended_on"])
    OfferStep.objects.create(
        folder_id=offer.folder_id,
        offer=offer,
        state=state.value,
        words=words.strip(),
        on=day,
        **signed(acting),
    )
    record(Verb.WROTE, "plans.move_offer", folder_id=offer.folder_id, subject=offer)
