"""A decision made with a conflict of interests: who is asked to rule on it, and what the ruling does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.access import actions as access
from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import holders, managers_of, order_of_asking_now, preferring
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import acknowledged_within, pack_in_force
from sightline.records import actions as records
from sightline.records.models import Decision

from .. import rules
from ..models import Concern, Screening
from ..terms import AdditionKind, ConcernState
from .answering import _reopen
from .effect import _decided, _take_effect, outcome_is_protection
from .steps import _add, _locked, _stands_apart, at_words, named


def _ruling_path(screening: Screening) -> str:
    return f"/front-door/{screening.concern_id}/ruling/{screening.decision_id}/"


def _ask_for_rulings(concern: Concern, waiting: Sequence[Screening], pack: Pack, at: datetime) -> None:
    """Tells whoever is on duty and may rule, other than the maker, that decisions have no effect until a manager rules.

    Urgent where a child is said to be in danger or to need protection.
    """
    if not waiting:
        return
    day = at.astimezone(LONDON).date()
    makers = set(
        Screening.objects.filter(
            concern_id=concern.id, decision__awaits_ruling=True, decision__ruling__isnull=True
        ).values_list("decision__maker_id", flat=True)
    )
    if concern.raised_by_id is not None:
        makers.add(concern.raised_by_id)
    urgent = concern.immediate_danger or any(outcome_is_protection(pack, s.outcome_id, day) for s in waiting)
    able = _may_rule(concern, waiting, makers)
    if not able:
        return
    agencies.notify(
        preferring(order_of_asking_now(concern.team_id, at), able)[0],
        text="A decision with a conflict of interests has no effect until you rule on it",
        path=_ruling_path(waiting[0]) if len(waiting) == 1 else f"/front-door/{concern.id}/",
        urgent=urgent,
        acknowledge_within_minutes=acknowledged_within(),
        team=concern.team_id,
        only_to=able,
    )


def _may_rule(concern: Concern, waiting: Sequence[Screening], makers: Collection[UUID]) -> list[UUID]:
    """Who may rule and opens the records: of the front door, else those who manage it, who are let in for that."""
    team = dict.fromkeys(
        line.practitioner_id
        for line in holders(Permission.APPROVE_CONFLICT, teams=[concern.team_id])
        if line.practitioner_id not in makers
    )
    if team:
        return list(team)
    everybody = {line.practitioner_id for line in holders(Permission.APPROVE_CONFLICT)}
    above = [one for one in managers_of(concern.team_id) if one in everybody - set(makers)]
    for screening in waiting:
        for manager_id in above:
            access.let_worker_in(
                screening.folder_id,
                manager_id,
                why="To rule on a decision that was made with a conflict of interests",
            )
    return above


@transaction.atomic
def rule_on(
    decision_id: UUID, *, upholds: bool, reasons: str, knows_family: bool | None, once: UUID | None = None
) -> None:
    """A manager decides on a decision made with an unresolved conflict; only now does it take effect, or not.

    Whoever raised the concern, knows the family or works with one of its children does not rule either. Where somebody
    has, says who and when. `once`: the key of the form.
    """
    acting = permit(Permission.APPROVE_CONFLICT)
    screening = Screening.objects.select_related("decision").filter(decision_id=decision_id).first()
    if screening is None:
        raise NotFound
    # One at a time: the concern is what two managers would both change.
    concern = _locked(screening.concern_id)
    earlier = Decision.objects.filter(rules_on_id=decision_id).select_related("maker").first()
    if earlier is not None and earlier.id == once:
        return
    if earlier is not None:
        raise Refused(
            f"{named(earlier.maker)} ruled on this decision at {at_words(earlier.made_at)}: "
            f"{'it takes effect' if earlier.upholds else 'it does not take effect'}. Yours was not recorded; what you "
            "typed is kept below.",
        )
    replacing = (
        Screening.objects.filter(decision__replaces_id=decision_id).select_related("decision__maker").first()
    )
    if replacing is not None:
        raise Refused(
            f"{named(replacing.decision.maker)} decided anew on this child at "
            f"{at_words(replacing.decision.made_at)}, so this decision stands no longer and nobody rules on it. Yours "
            "was not recorded; what you typed is kept below.",
        )
    made_before = Screening.objects.filter(
        part_id=screening.part_id, decision__awaits_ruling=True, decision__ruling__isnull=True,
        decision__maker_id=current().practitioner_id,
    )  # fmt: skip
    if made_before.exclude(id=screening.id).exists():
        raise Refused(
            "You made the decision yourself that this one replaced with its conflict. Another manager must rule on it."
        )
    _stands_apart(concern, acting.practitioner_id, knows_family)
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons, once=once)
    pack = pack_in_force()
    duties.happened(
        "conflict_decided", [screening.folder_id], subject_id=decision_id, at=ruling.made_at, pack=pack
    )
    if upholds:
        if concern.state == ConcernState.DECIDED.value:
            # Reopened meanwhile, it waits for another decision, whose clock runs on.
            maker_id = screening.decision.maker_id
            _decided(concern, [screening], at=ruling.made_at, owner_id=maker_id, pack=pack)
        _take_effect(concern, screening, pack, ruling.made_at)
        concern.version += 1
        concern.save(update_fields=["version"])
    else:
        _not_upheld(concern, f"The decision was not upheld: {reasons}", pack)
    record(Verb.WROTE, "concerns.rule_on", folder_id=screening.folder_id, subject=screening)


def _not_upheld(concern: Concern, why: str, pack: Pack) -> None:
    """The concern is open again. Where the ruling on a sibling has opened it already, the reasons are added."""
    if rules.can_reopen(ConcernState(concern.state)):
        _reopen(concern, why, pack)
    else:
        _add(concern, AdditionKind.REOPENED, why)
