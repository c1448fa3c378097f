"""Missing, domestic abuse, violence outside the home: recorded as such, counted, and decided on where they repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from sightline.access.queries import responsible_manager
from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.enquiries.actions import changes as enquiries
from sightline.enquiries.actions.waiting import keep_waiting, none_waits, ruling_owed
from sightline.enquiries.models import Waiting
from sightline.enquiries.rules.protection import knows_nobody
from sightline.enquiries.terms import Waits
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force, withdrawn_since
from sightline.procedures.terms import DutyAct, DutyState
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice.actions import Said, acted, hear, never_heard
from sightline.voice.terms import Heard

from .. import queries, rules
from ..models import Incident, IncidentTakenBack, ReturnConversation
from ..terms import ChildWas, IncidentKind
from .back import has_why
from .base import READ_ONLY, enter_folder, signed


@dataclass(frozen=True)
class IncidentIn:
    """`ended_at` is when a missing child came back, or when it was over; None while it goes on. `child_was`: in
    violence outside the home, and there alone."""

    kind: IncidentKind
    began_at: datetime
    words: str
    told_by: str
    ended_at: datetime | None = None
    child_there: str = ""
    child_was: ChildWas | None = None


@transaction.atomic
def record_incident(folder_ids: Sequence[UUID], sent: IncidentIn) -> list[UUID]:
    """Record an incident in each of these children's records, and count it. Where the pack's number is reached a
    decision is due; where a missing child is back a return conversation is. Returns the incidents."""
    rules.check_incident(sent.kind, sent.began_at, sent.ended_at, now()).or_refuse()
    if not sent.words.strip():
        raise Refused("Say what happened", "words")
    if not sent.told_by.strip():
        raise Refused("Say who told you, or that you saw it yourself", "told_by")
    rules.check_child_was(sent.kind, sent.child_was).or_refuse()
    if not folder_ids:
        raise Refused("Choose the child", "also")
    together = uuid7() if len(folder_ids) > 1 else None
    made = []
    for folder_id in dict.fromkeys(folder_ids):
        _child, acting = enter_folder(folder_id)
        row = Incident.objects.create(
            folder_id=folder_id, kind=sent.kind.value, began_at=sent.began_at, ended_at=sent.ended_at,
            words=sent.words.strip(), told_by=sent.told_by.strip()[:200], child_there=sent.child_there.strip()[:300],
            child_was=sent.child_was.value if sent.child_was else "", written_together=together, **signed(acting),
        )  # fmt: skip
        record(Verb.WROTE, "plans.record_incident", folder_id=folder_id, subject=row)
        if sent.kind is IncidentKind.MISSING and sent.ended_at is not None:
            _back(row, acting, sent.ended_at)
        _count(folder_id, sent.kind, acting, row.id)
        enquiries.learnt(folder_id, row.id)
        made.append(row.id)
    return made


def _path(folder_id: UUID) -> str:
    return f"/child/{folder_id}/incidents/"


def _owner(folder_id: UUID, acting: Acting) -> tuple[UUID, UUID | None]:
    """Who owes the conversation after a return: whoever leads the child's plan, else whoever recorded it."""
    plan = queries.open_plan(folder_id)
    if plan is not None and plan.lead_id is not None:
        return plan.lead_id, plan.team_id
    return acting.practitioner_id, acting.team_id


def _back(row: Incident, acting: Acting, at: datetime) -> None:
    owner, team = _owner(row.folder_id, acting)
    duties.happened(
        "child_returned", [row.folder_id], subject_id=row.id, at=at, path=_path(row.folder_id), owner_id=owner,
        team_id=team,
    )  # fmt: skip


def _over(folder_id: UUID, kind: IncidentKind, pack: Pack) -> int:
    """How many incidents of a kind without a decision lie within one span of the pack's, whenever it was; 0 where they
    are fewer than its number."""
    limit = pack.repeat(f"{kind.value}_repeated", today())
    rows = Incident.objects.filter(id__in=queries.undecided(folder_id, kind))
    most = rules.most_within(list(rows.values_list("began_at", flat=True)), limit.days)
    return most if most >= limit.count else 0


def _count(folder_id: UUID, kind: IncidentKind, acting: Acting, incident_id: UUID) -> None:
    pack = pack_in_force()
    if _over(folder_id, kind, pack) and not queries.decision_owed(folder_id, kind):
        manager = responsible_manager(folder_id)
        _lead, team = _owner(folder_id, acting)
        duties.happened(
            "incidents_repeated", [folder_id], subject_id=incident_id, at=now(), path=f"{_path(folder_id)}decide/",
            owner_id=manager, team_id=None if manager else team, pack=pack,
        )  # fmt: skip


def _incident(incident_id: UUID, *, withdrawn: bool = False) -> tuple[Incident, Acting]:
    row = Incident.objects.filter(id=incident_id).first()
    if row is None:
        raise NotFound
    _child, acting = enter_folder(row.folder_id)
    locked = Incident.objects.select_for_update(of=("self",)).filter(id=incident_id).first()
    if locked is None:
        raise NotPermitted(READ_ONLY)
    if locked.withdrawn_why and not withdrawn:
        raise Refused("This was withdrawn: it was no such incident")
    if withdrawn and not locked.withdrawn_why:
        raise Refused("This incident counts already")
    return locked, acting


@transaction.atomic
def record_return(incident_id: UUID, ended_at: datetime) -> None:
    """A child who was missing is back: the return conversation's clock starts with the return."""
    row, acting = _incident(incident_id)
    if row.kind != IncidentKind.MISSING.value:
        raise Refused("Only a missing child comes back")
    if row.ended_at is not None:
        raise Refused("The return is recorded already")
    rules.check_incident(IncidentKind.MISSING, row.began_at, ended_at, now()).or_refuse()
    row.ended_at = ended_at
    row.save(update_fields=["ended_at"])
    _back(row, acting, ended_at)
    record(Verb.WROTE, "plans.record_return", folder_id=row.folder_id, subject=row)


@transaction.atomic
def withdraw_incident(incident_id: UUID, why: str) -> None:
    """It was no such incident, or was recorded twice: it counts no more, and stays readable."""
    row, acting = _incident(incident_id)
    if not why.strip():
        raise Refused("Say why it does not count", "why")
    row.withdrawn_why, row.withdrawn_at = why.strip(), now()
    row.save(update_fields=["withdrawn_why", "withdrawn_at"])
    duties.never_were(
        Duty.objects.filter(subject_id=row.id, kind="return_interview"),
        f"The incident was withdrawn: {why.strip()}",
    )
    kind, reason = IncidentKind(row.kind), f"An incident was withdrawn: {why.strip()}"
    if row.decision_id is not None and queries.rests_on_none(row.decision_id):
        # It was never due, and what is left of it counts anew.
        duties.never_were(_decisions_on(row), reason)
    _as_counted(row.folder_id, kind, acting, row.id, reason)
    record(Verb.WROTE, "plans.withdraw_incident", folder_id=row.folder_id, subject=row)


def _decisions_on(row: Incident) -> QuerySet[Duty]:
    """The duty that was met by what was decided on this incident, and on others with it."""
    same = Incident.objects.filter(folder_id=row.folder_id, decision=row.decision)
    met = DutyEvent.objects.filter(act__in=(DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value))
    owed = Duty.objects.filter(kind="incident_decision", subject_id__in=same.values("id"))
    return owed.filter(Exists(met.filter(duty=OuterRef("pk"))))


def _as_counted(folder_id: UUID, kind: IncidentKind, acting: Acting, incident_id: UUID, reason: str) -> None:
    """A decision is due where what counts of a kind reaches the procedures' number, and not where it does not."""
    if _over(folder_id, kind, pack_in_force()):
        _count(folder_id, kind, acting, incident_id)
        return
    for subject in queries.decision_owed(folder_id, kind):
        duties.withdraw_all(subject, reason, kind="incident_decision", never_owed=True)


@transaction.atomic
def count_incident_again(incident_id: UUID, why: str) -> None:
    """It was withdrawn by mistake: it counts again, and what withdrawing it had taken away is owed again. Why it had
    been withdrawn stays."""
    row, acting = _incident(incident_id, withdrawn=True)
    has_why(why)
    assert row.withdrawn_at is not None
    since = row.withdrawn_at
    back = IncidentTakenBack.objects.create(
        folder_id=row.folder_id, incident=row, withdrawn_why=row.withdrawn_why, withdrawn_at=row.withdrawn_at,
        why=why.strip(), **signed(acting),
    )  # fmt: skip
    row.withdrawn_why, row.withdrawn_at = "", None
    row.save(update_fields=["withdrawn_why", "withdrawn_at"])
    talks = Duty.objects.filter(subject_id=row.id, kind="return_interview")
    duties.owe_again(withdrawn_since(talks, since), why.strip())
    kind = IncidentKind(row.kind)
    if row.decision_id is not None and not queries.rests_on_none(row.decision_id):
        _decided_after_all(row, why)
        _as_counted(row.folder_id, kind, acting, row.id, f"An incident counts again: {why.strip()}")
    elif _over(row.folder_id, kind, pack_in_force()):
        if not queries.decision_owed(row.folder_id, kind):
            of_kind = Incident.objects.filter(folder_id=row.folder_id, kind=row.kind).values("id")
            decisions = Duty.objects.filter(
                kind="incident_decision", folder_id=row.folder_id, subject_id__in=of_kind
            )
            # Two withdrawn in turn may each have taken one away: one decision is due on a kind, the latest.
            latest = withdrawn_since(decisions, since).order_by("-opened_at", "-id")[:1]
            duties.owe_again(latest, why.strip())
        _count(row.folder_id, kind, acting, row.id)
    record(Verb.WROTE, "plans.count_incident_again", folder_id=row.folder_id, subject=back)


def _decided_after_all(row: Incident, why: str) -> None:
    """What was decided counts again: that it was due, and how it was met, stands as it stood."""
    assert row.decision is not None
    on = _decisions_on(row)
    if not on.exclude(state=DutyState.WITHDRAWN.value).exists():
        latest = on.order_by("-opened_at", "-id").values("id")[:1]
        duties.after_all(Duty.objects.filter(id__in=latest), row.decision.made_at, why.strip())


@transaction.atomic
def take_talk_back(incident_id: UUID, talk_id: UUID, why: str) -> None:
    """A return conversation was recorded by mistake, such as on another child: it stays readable, and is owed again
    where none other stands."""
    row, acting = _incident(incident_id)
    talk = ReturnConversation.objects.filter(incident=row, id=talk_id).select_related("heard").first()
    if talk is None:
        raise NotFound
    if IncidentTakenBack.objects.filter(talk=talk).exists():
        raise Refused("This conversation was taken back already")
    has_why(why)
    back = IncidentTakenBack.objects.create(
        folder_id=row.folder_id, incident=row, talk=talk, why=why.strip(), **signed(acting)
    )
    if talk.heard is not None:
        never_heard(talk.heard.first, why)
    others = ReturnConversation.objects.filter(incident=row, taken_back__isnull=True)
    duties.met_anew(
        Duty.objects.filter(subject_id=row.id, kind="return_interview"),
        done=[other.held_at or other.written_at for other in others],
        reason=why.strip(),
    )
    record(Verb.WROTE, "plans.take_talk_back", folder_id=row.folder_id, subject=back)


@transaction.atomic
def talk_after_return(
    incident_id: UUID,
    *,
    held_at: datetime | None,
    by_whom: str = "",
    independent: bool | None = None,
    place: str = "",
    alone: bool | None = None,
    others: str = "",
    why_not_alone: str = "",
    said: str = "",
    pushes: str = "",
    declined: str = "",
    then: str = "",
) -> None:
    """The return conversation after a time missing: held, or offered and declined. What the child said stands under
    Voice, with what is done about it (CHD-03)."""
    row, acting = _incident(incident_id)
    if row.kind != IncidentKind.MISSING.value:
        raise Refused("A return conversation follows a time missing")
    if row.ended_at is None:
        raise Refused("Record first when the child came back", "held_at")
    rules.check_return(held_at is not None, said, declined, by_whom).or_refuse()
    if held_at is not None and not row.ended_at <= held_at <= now():
        raise Refused("Give a time between the child’s return and now", "held_at")
    heard = None
    if held_at is not None:
        heard = hear(
            row.folder_id,
            Said(
                Heard.TALKING, held_at, place, alone, said=said, heard_by=by_whom, others=others,
                why_not_alone=why_not_alone,
            ),
        )  # fmt: skip
        if then.strip():
            acted(heard.id, then, today())
    talk = ReturnConversation.objects.create(
        folder_id=row.folder_id, incident=row, held_at=held_at, by_whom=by_whom.strip()[:200], independent=independent,
        heard=heard,
        said=said.strip(), pushes=pushes.strip(), declined=declined.strip(), then=then.strip(), **signed(acting),
    )  # fmt: skip
    duties.happened("return_talked", [row.folder_id], subject_id=row.id, at=now(), done=held_at)
    record(Verb.WROTE, "plans.talk_after_return", folder_id=row.folder_id, subject=talk)


@transaction.atomic
def decide_on_incidents(
    folder_id: UUID,
    kind: IncidentKind,
    outcome: str,
    reasons: str,
    *,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
) -> UUID:
    """A manager decides what repeated incidents mean for the child, once the procedures ask; those before it are not
    counted again. With a conflict of interests not resolved for the child they are counted, and the decision is owed,
    until another manager upholds it."""
    permit(Permission.SIGN_OFF)
    enter_folder(folder_id)
    knows_nobody(knows_family).or_refuse()
    if not outcome.strip():
        raise Refused("Say what was decided", "outcome")
    none_waits(Waits.INCIDENTS, folder_id, kind=kind.value)
    if not queries.decision_owed(folder_id, kind):
        raise Refused(
            "No decision on these is owed: they have not repeated as often as the procedures ask, or it was made",
            "kind",
        )
    rows = _undecided(folder_id, kind)
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                folder_id, DecisionKind.INCIDENTS, outcome.strip()[:200], reasons, pack.name, pack.version,
                **asdict(conflict),
            )
        ]
    )  # fmt: skip
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.INCIDENTS, folder_id, {"kind": kind.value})
        ruling_owed(decision, pack)
    else:
        _decided(rows, kind, decision)
    record(Verb.WROTE, "plans.decide_on_incidents", folder_id=folder_id, subject=decision, count=len(rows))
    return decision.id


def _undecided(folder_id: UUID, kind: IncidentKind) -> list[Incident]:
    rows = Incident.objects.select_for_update(of=("self",))
    return list(rows.filter(id__in=queries.undecided(folder_id, kind)))


def incidents_upheld(waiting: Waiting) -> None:
    """A manager upheld a decision on repeated incidents: it stands for those that were recorded before it was made. A
    step of the ruling."""
    decision, kind = waiting.decision, IncidentKind(waiting.sent["kind"])
    known = [r for r in _undecided(waiting.folder_id, kind) if r.written_at <= decision.made_at]
    _decided(known, kind, decision)
    record(
        Verb.WROTE,
        "plans.decide_on_incidents",
        folder_id=decision.folder_id,
        subject=decision,
        count=len(known),
    )
    _child, acting = enter_folder(waiting.folder_id)
    since = [r for r in _undecided(waiting.folder_id, kind) if r.written_at > decision.made_at]
    if since:
        # What was recorded while it was waited for may repeat often enough to ask for another decision.
        _count(waiting.folder_id, kind, acting, since[-1].id)


def _decided(rows: Sequence[Incident], kind: IncidentKind, decision: Decision) -> None:
    for row in rows:
        row.decision = decision
        row.save(update_fields=["decision"])
    folder_id = decision.folder_id
    for subject in queries.decision_owed(folder_id, kind):
        duties.happened("incidents_decided", [folder_id], subject_id=subject, at=now(), pack=pack_in_force())
