"""Entering a meeting to work on it, and what follows from every act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.access.queries import may_write, opened_of, responsible_manager
from sightline.agencies.actions import notify
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Person
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import MeetingRule
from sightline.records import actions as records
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import hooks, queries, rules
from ..models import (
    Invitation,
    Meeting,
    MeetingChange,
    MeetingChild,
)
from ..terms import (
    MeetingAct,
    MeetingState,
    Purpose,
)


def me() -> UUID:
    """Who is looking: every action here is somebody's, and was permitted."""
    who = current().practitioner_id
    assert who is not None, "only a practitioner acts on a meeting"
    return who


def open_to_write(folder_ids: Iterable[UUID]) -> None:
    """Raises NotFound for a record that is not open to the viewer, Refused for one that they only read."""
    wanted = list(folder_ids)
    if opened_of(wanted) != set(wanted):
        raise NotFound
    for folder_id in wanted:
        if not may_write(folder_id):
            raise Refused(
                "You may read one of these records, but not write in it. Ask the manager who answers for it"
            )


def fitting(purpose: Purpose, folder_ids: Sequence[UUID], when: datetime, earlier_why: str) -> list[str]:
    """Refuses a meeting that cannot be about these children, or comes too early without saying why; what is missing."""
    rules.may_be_about(purpose, queries.about(folder_ids), when.astimezone(LONDON).date()).or_refuse()
    missing = [words for ask in hooks.earlier for words in ask(purpose, folder_ids)]
    rules.comes_after(missing, earlier_why).or_refuse()
    return missing


def in_post(practitioner_id: UUID, what: str) -> Acting:
    """Who holds a post today; somebody who has left cannot be asked to come."""
    found = acting_as(practitioner_id)
    if found is None:
        raise Refused("They hold no post in the partnership any more. Choose who has taken their place", what)
    return found


def child_row(meeting: Meeting, folder_id: UUID, place: int, agenda: str) -> MeetingChild:
    """A child becomes part of a meeting; raises NotFound for a record without a child."""
    child = Person.objects.filter(folder_id=folder_id).values_list("id", flat=True).first()
    if child is None:
        raise NotFound
    row = MeetingChild(
        folder_id=folder_id,
        meeting=meeting,
        child_id=child,
        place_in_list=place,
        agenda=agenda,
        added_at=now(),
        added_by_id=me(),
    )
    row.save(force_insert=True)
    return row


def open_invitation_duty(
    meeting: Meeting, rule: MeetingRule, pack: Pack, folder_ids: Sequence[UUID], acting: Acting
) -> None:
    """The family is owed its invitation and papers, by the day that the pack asks for."""
    papers_by = queries.papers_by(rule, pack, meeting.starts_at)
    at = now()
    duties.open_duties(
        [
            duties.Opening(
                folder_id=folder_id,
                kind="invitation_to_family",
                started_at=at,
                subject_id=meeting.id,
                path=f"/meetings/{meeting.id}/",
                owner_id=acting.practitioner_id,
                sooner_at=max(papers_by, at) if papers_by else None,
                sooner_why=f"The meeting is on {said_when(meeting.starts_at)}.",
            )
            for folder_id in folder_ids
        ],
        pack=pack,
    )


def said_when(at: datetime) -> str:
    """'4 May 2026 at 10:00', London time."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


def locked(meeting_id: UUID, *, version: int | None = None) -> Meeting:
    """The meeting, locked. NotFound, or Refused where the viewer only reads it or somebody acted since `version`."""
    if not queries.may_work(meeting_id):
        if Meeting.objects.filter(id=meeting_id).exists():
            raise Refused("You are invited to this meeting, but do not arrange it. Ask whoever chairs it.")
        raise NotFound
    meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("chair", "changed_by")
        .filter(id=meeting_id)
        .first()
    )
    if meeting is None:
        raise NotFound
    if version is not None and meeting.version != version:
        raise Refused(stale_words(meeting))
    return meeting


def stale_words(meeting: Meeting) -> str:
    """Who did what since a form was opened, and when."""
    who = meeting.changed_by.name if meeting.changed_by else "Somebody"
    when = meeting.changed_at.astimezone(LONDON)
    return (
        f"{who} {meeting.changed_what} at {when:%H:%M} on {when.day} {when:%B}, after you opened this page. "
        "What you typed is kept below. Read what they wrote before you go on."
    )


def changed(meeting: Meeting, what: str, act: MeetingAct | None = None) -> None:
    """Save it as changed by the viewer; the state follows where an act of the table was done."""
    if act is not None:
        meeting.state = rules.after(MeetingState(meeting.state), act).value
    meeting.version += 1
    meeting.changed_at, meeting.changed_by_id, meeting.changed_what = now(), me(), what
    meeting.save()


def children_of(meeting_id: UUID, *, all_of_them: bool = False) -> list[UUID]:
    """The children it is about and whose records the viewer may open."""
    rows = MeetingChild.objects.filter(meeting_id=meeting_id)
    if not all_of_them:
        rows = rows.filter(left_at__isnull=True)
    return list(rows.order_by("place_in_list").values_list("folder_id", flat=True))


def tell_trail(meeting: Meeting, what: str) -> None:
    """The act stands on the trail of each child whose record is open to the viewer, or of the meeting alone."""
    folders = children_of(meeting.id, all_of_them=True)
    for folder_id in folders:
        record(Verb.WROTE, what, folder_id=folder_id, subject=meeting)
    if not folders:
        record(Verb.WROTE, what, subject=meeting)


def note_change(meeting: Meeting, what: str, why: str) -> None:
    """What changed about a meeting, and why, for its page."""
    MeetingChange(meeting=meeting, what=what[:300], why=why.strip(), at=now(), by_id=me()).save(
        force_insert=True
    )


def rule_of(meeting: Meeting) -> tuple[MeetingRule, Pack]:
    """What the pack asks of this kind of meeting on the day on which it was called."""
    pack = pack_in_force()
    return pack.meeting(meeting.purpose, meeting.called_at.astimezone(LONDON).date()), pack


def still_open(meeting: Meeting) -> None:
    """Raises Refused for a meeting that is concluded or cancelled."""
    if meeting.state not in (MeetingState.CALLED.value, MeetingState.HELD.value):
        raise Refused("This meeting is closed. Reopen it, with the reason, before you change it.")


def notify_invited(meeting: Meeting, text: str) -> None:
    """Tells every practitioner who is invited, but for whoever acts."""
    for practitioner_id in Invitation.objects.filter(
        meeting=meeting, practitioner__isnull=False, withdrawn_at__isnull=True
    ).values_list("practitioner_id", flat=True):
        if practitioner_id != me():
            notify(practitioner_id, text=text, path=f"/meetings/{meeting.id}/")


def tell_rooms(
    listeners: Sequence[Any], meeting: Meeting, folder_ids: Sequence[UUID], *, why: str = ""
) -> None:
    """Tells the rooms above, within the same transaction."""
    at = meeting.began_at or now()
    happened = hooks.Happened(
        meeting.id, Purpose(meeting.purpose), tuple(folder_ids), meeting.process_id, at, why
    )
    for listener in listeners:
        listener(happened)


def happened(event: str, meeting: Meeting, folder_ids: Sequence[UUID], pack: Pack, at: datetime) -> None:
    """Discharge and open duties on the meeting, and discharge those that the process above has of the same kinds.

    What was owed until the meeting was done when it began, however late its minutes are; what is owed because it was
    held (the minutes) is done at `at`.
    """
    duties.happened(
        event,
        folder_ids,
        subject_id=meeting.id,
        at=at,
        path=f"/meetings/{meeting.id}/minutes/",
        owner_id=meeting.minute_taker_id or meeting.chair_id,
        pack=pack,
    )
    if meeting.process_id is not None:
        day = at.astimezone(LONDON).date()
        held = pack.meeting(meeting.purpose, meeting.called_at.astimezone(LONDON).date()).on_held
        follows = {kind for one in held for kind in pack.event(one, day).opens}
        for kind in pack.event(event, day).discharges:
            done = at if kind in follows else meeting.began_at
            duties.discharge(kind, meeting.process_id, folder_ids=folder_ids, done=done)


def invitation(invitation_id: UUID) -> tuple[Invitation, Meeting]:
    """An invitation that stands, and its meeting, locked. Raises NotFound."""
    row = Invitation.objects.filter(id=invitation_id, withdrawn_at__isnull=True).first()
    if row is None:
        raise NotFound
    return row, locked(row.meeting_id)


def stamp(row: Invitation) -> dict[str, Any]:
    """What every row about an invitation carries: whose, when, by whom."""
    return {
        "meeting_id": row.meeting_id,
        "folder_id": row.folder_id,
        "invitation": row,
        "recorded_at": now(),
        "recorded_by_id": me(),
    }


def ruling_owed(meeting_id: UUID, decision: Decision, pack: Pack) -> None:
    """Whoever answers for the child's record owes a ruling, within the pack's time; where they decided themselves,
    another manager of their team."""
    manager = responsible_manager(decision.folder_id)
    decided_themselves = manager == decision.maker_id
    acting = acting_as(decision.maker_id)
    duties.happened(
        "conflict_unresolved", [decision.folder_id], subject_id=decision.id, at=now(),
        path=f"/meetings/{meeting_id}/decision/{decision.id}/ruling/",
        owner_id=None if decided_themselves else manager,
        team_id=acting.team_id if decided_themselves and acting else None,
        pack=pack,
    )  # fmt: skip


def deciding(
    meeting: Meeting,
    pack: Pack,
    folder_id: UUID,
    outcome: str,
    reasons: str,
    *,
    kind: DecisionKind = DecisionKind.MEETING,
    **more: Any,
) -> records.Deciding:
    """A decision on one child at or about a meeting, as the record takes it."""
    return records.Deciding(
        folder_id=folder_id,
        kind=kind,
        outcome=outcome.strip()[:200],
        reasons=reasons,
        pack=pack.name,
        pack_version=pack.version,
        subject_id=meeting.id,
        **more,
    )
