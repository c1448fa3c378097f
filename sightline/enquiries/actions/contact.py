"""Contact with the family: attempts, what was adapted, and the decision when a child is not being seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of, responsible_manager
from sightline.agencies.actions import notify, permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind, EntryKind

from ..models import Attempt, Waiting
from ..queries.contact import awaits_decision, failed_in_a_row, tried
from ..queries.episode import open_episode
from ..rules import contact as rules
from ..rules import stages
from ..rules.protection import knows_nobody
from ..terms import ContactWay, Reached, Waits
from . import episode as way
from .waiting import keep_waiting, none_waits, ruling_owed
from .while_looked_after import visited, visits_in_truth


@dataclass(frozen=True)
class AttemptIn:
    """An attempt to reach the family."""

    happened_at: datetime
    way: ContactWay
    whom: str
    reached: Reached
    words: str
    adapted: str = ""
    seen_alone: bool | None = None


@transaction.atomic
def record_attempt(folder_id: UUID, attempt: AttemptIn) -> Attempt:
    """Add an attempt. Where the pack's number has failed in a row, a manager must decide on the child's safety."""
    acting = permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    episode = open_episode([lead])
    if episode is None:
        raise Refused(
            "No work is open with this child. Begin an assessment first, or write an entry in the record."
        )
    rules.may_record(
        reached=attempt.reached,
        happened_at=attempt.happened_at,
        now=now(),
        words=attempt.words,
        whom=attempt.whom,
        seen_alone=attempt.seen_alone,
    ).or_refuse()
    row = Attempt(
        folder_id=lead,
        episode=episode,
        happened_at=attempt.happened_at,
        way=attempt.way.value,
        whom=attempt.whom.strip(),
        reached=attempt.reached.value,
        seen_alone=attempt.seen_alone if attempt.reached is Reached.SEEN else None,
        words=attempt.words.strip(),
        adapted=attempt.adapted.strip(),
        recorded_at=now(),
        recorded_by_id=acting.practitioner_id,
        recorded_post=acting.post,
    )
    row.save(force_insert=True)
    if attempt.reached.failed:
        _ask_for_a_decision(lead, episode.id)
    elif attempt.reached is Reached.SEEN and attempt.way is ContactWay.VISIT:
        visited(lead, attempt.happened_at)
    record(Verb.WROTE, "enquiries.record_attempt", folder_id=lead, subject=row)
    return row


def entries_signed(signed_now: Sequence[records.SignedEntry]) -> None:
    """A visit written in the record or under the plan is the visit in the placement too where the child was seen; where
    not, or where a correction now says so, it counts among the attempts that failed (FAM-15). Where one is put right,
    the first in the placement is the first at which the child was in truth seen."""
    for one in signed_now:
        seen = one.answer("seen")
        if seen not in ("yes", "no"):
            continue
        lead = lead_of(one.entry.folder_id)
        if one.entry.corrects_id is not None:
            visits_in_truth(lead)
        if one.entry.kind == EntryKind.VISIT.value and seen == "yes":
            visited(lead, one.entry.happened_at)
        elif seen == "no" and (episode := open_episode([lead])) is not None:
            _ask_for_a_decision(lead, episode.id)


def _ask_for_a_decision(folder_id: UUID, episode_id: UUID) -> None:
    pack = pack_in_force()
    if not failed_in_a_row(tried(joined_set(folder_id)), pack).asks_for_decision:
        return
    if awaits_decision(episode_id):
        return
    path = f"/child/{folder_id}/enquiries/contact/decide/"
    manager = responsible_manager(folder_id)
    way.happened("contacts_failed", folder_id, episode_id, path=path, owner_id=manager)
    if manager is not None:
        notify(
            manager, text="A child is not being seen: decide how they are kept safe", path=path, urgent=True
        )


@transaction.atomic
def decide_on_non_contact(
    folder_id: UUID,
    *,
    what: str,
    safe_words: str,
    reasons: str,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
) -> Decision:
    """A manager decides how a child whom nobody reaches is kept safe. It closes nothing by itself. With a conflict of
    interests not resolved for the child a decision stays owed until another manager upholds it."""
    permit(Permission.SIGN_OFF)
    lead = way.writable_lead(folder_id)
    episode = open_episode([lead])
    if episode is None:
        raise NotFound
    knows_nobody(knows_family).or_refuse()
    rules.may_decide(what=what, safe_words=safe_words).or_refuse()
    if not stages.has_words(reasons):
        raise Refused("Give your reasons in a sentence or two.", "reasons")
    none_waits(Waits.NON_CONTACT, episode.id)
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=lead,
                kind=DecisionKind.NON_CONTACT,
                outcome=rules.WHAT_NEXT[what],
                reasons=f"{reasons.strip()}\nHow the child is kept safe meanwhile: {safe_words.strip()}",
                pack=pack.name,
                pack_version=pack.version,
                subject_id=episode.id,
                **asdict(conflict),
            )
        ]
    )
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.NON_CONTACT, episode.id)
        ruling_owed(decision, pack)
    else:
        way.happened("non_contact_decided", lead, episode.id)
    record(
        Verb.WROTE,
        "enquiries.decide_on_non_contact",
        folder_id=lead,
        subject=decision,
        by=current().practitioner_id,
    )
    return decision


def non_contact_upheld(waiting: Waiting) -> None:
    """A manager upheld how a child whom nobody reaches is kept safe: only now it is decided. A step of the ruling."""
    way.happened("non_contact_decided", waiting.folder_id, waiting.subject_id)
    record(
        Verb.WROTE, "enquiries.decide_on_non_contact", folder_id=waiting.folder_id, subject=waiting.decision
    )
