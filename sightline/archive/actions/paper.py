"""Paper volumes: where they stand, whether they are right, and that one leaves its place and comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import notify, permit
from sightline.agencies.authors import authored, sent_before
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.words import moment
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening, clock_of
from sightline.procedures.queries import pack_in_force

from .. import queries, rules
from ..models import (
    Removal,
    RemovalStep,
    RemovalTold,
    Volume,
    VolumeCheck,
    VolumePlace,
)
from ..terms import (
    PaperPoint,
    RemovalAct,
    RemovalState,
)
from .rows import _need


@dataclass(frozen=True)
class Keeping:
    """Where a volume is kept, and which dates it covers."""

    place: str
    covers_from: date
    covers_until: date | None = None
    why: str = ""


def _place(acting: Acting, volume: Volume, kept: Keeping) -> VolumePlace:
    if kept.covers_until is not None and kept.covers_until < kept.covers_from:
        raise Refused("The last day that it covers lies before the first.", "covers_until")
    return VolumePlace.objects.create(
        **authored(acting, volume.folder_id),
        volume=volume,
        place=_need(kept.place, "Say where the volume is kept.", "place"),
        covers_from=kept.covers_from,
        covers_until=kept.covers_until,
        why=kept.why.strip(),
    )


@transaction.atomic
def add_volume(folder_id: UUID, number: str, kept: Keeping, *, once: UUID | None = None) -> Volume:
    """A paper volume with its number, the dates that it covers and where it is; holding it against the record for the
    first time becomes a duty (FIL-01)."""
    acting = permit(Permission.KEEP_VOLUMES)
    if (sent := sent_before(Volume.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    number = _need(number, "Give the number of the volume.", "number")
    if Volume.objects.filter(folder_id=folder_id, number=number).exists():
        raise Refused(f"Volume {number} of this record is there already.", "number")
    volume = Volume.objects.create(**authored(acting, folder_id, once), number=number)
    _place(acting, volume, kept)
    _owe(acting, volume, "check_paper", volume.written_at)
    record(Verb.WROTE, "archive.add_volume", folder_id=folder_id, subject=volume)
    return volume


def _owe(acting: Acting, volume: Volume, kind: str, since: datetime) -> None:
    """A duty about a volume, done on its page by whoever acted."""
    path = f"/child/{volume.folder_id}/paper/{volume.id}/"
    duties.open_duties(
        [Opening(volume.folder_id, kind, since, volume.id, path, acting.practitioner_id, acting.team_id)]
    )


def _volume(volume_id: UUID) -> Volume:
    volume = Volume.objects.filter(id=volume_id).first()
    if volume is None:
        raise NotFound
    return volume


@transaction.atomic
def place_volume(volume_id: UUID, kept: Keeping) -> VolumePlace:
    """A volume is kept elsewhere from now on, or covers other dates; where it was stays readable."""
    acting = permit(Permission.KEEP_VOLUMES)
    volume = _volume(volume_id)
    _need(kept.why, "Say why the place or the dates change.", "why")
    place = _place(acting, volume, kept)
    record(Verb.WROTE, "archive.place_volume", folder_id=volume.folder_id, subject=place)
    return place


@dataclass(frozen=True)
class Checked:
    """What a check of a volume found."""

    agrees: bool
    met: Sequence[PaperPoint]
    differs: str = ""
    failed_words: str = ""


@transaction.atomic
def check_volume(volume_id: UUID, found: Checked, *, once: UUID | None = None) -> VolumeCheck:
    """Paper held against the record (FIL-01) and against what paper must be (FIL-05); a failure becomes a duty."""
    acting = permit(Permission.KEEP_VOLUMES)
    volume = _volume(volume_id)
    if (sent := sent_before(VolumeCheck.objects.filter(volume=volume), once)) is not None:
        return sent
    if not found.agrees:
        _need(found.differs, "Say where paper and record differ.", "differs")
    missing = [point for point in PaperPoint if point not in found.met]
    if missing:
        _need(found.failed_words, "Say what is amiss with the paper.", "failed_words")
    check = VolumeCheck.objects.create(
        **authored(acting, volume.folder_id, once),
        volume=volume,
        agrees=found.agrees,
        differs="" if found.agrees else found.differs.strip(),
        met=[point.value for point in found.met],
        failed_words=found.failed_words.strip() if missing else "",
    )
    for kind in ("check_paper", "put_paper_right"):
        duties.discharge(kind, volume.id, folder_ids=[volume.folder_id])
    if missing or not found.agrees:
        _owe(acting, volume, "put_paper_right", check.written_at)
    record(Verb.WROTE, "archive.check_volume", folder_id=volume.folder_id, subject=check)
    return check


@transaction.atomic
def ask_removal(volume_id: UUID, purpose: str, going_to: str) -> Removal:
    """Ask that a volume leaves its place: why, and where it goes."""
    acting = permit(Permission.WRITE_FOLDER)
    volume = _volume(volume_id)
    live = (
        Removal.objects.filter(
            volume=volume, state__in=[RemovalState.ASKED, RemovalState.APPROVED, RemovalState.OUT]
        )
        .select_related("asked_by")
        .first()
    )
    if live is not None:
        raise Refused(
            f"{live.asked_by.name} asked for this volume already. It is: {RemovalState(live.state).label.lower()}."
        )
    removal = Removal.objects.create(
        folder_id=volume.folder_id,
        volume=volume,
        asked_by_id=acting.practitioner_id,
        asked_post=acting.post,
        asked_at=now(),
        purpose=_need(purpose, "Say what the volume is needed for.", "purpose"),
        going_to=_need(going_to, "Say where it goes, and who keeps it there.", "going_to"),
        state=RemovalState.ASKED.value,
    )
    _removal_step(acting, removal, RemovalAct.ASK, words=removal.purpose)
    record(Verb.WROTE, "archive.ask_removal", folder_id=volume.folder_id, subject=removal)
    return removal


def _removal_step(acting: Acting, removal: Removal, act: RemovalAct, **said: Any) -> RemovalStep:
    return RemovalStep.objects.create(
        **authored(acting, removal.folder_id), removal=removal, act=act.value, **said
    )


@dataclass(frozen=True)
class RemovalMove:
    """A step of a removal. For an approval: `due_back` (the last day out), `safeguards`, and who may need it: `people`
    and `teams` are told here, `told` names others who were told, in words."""

    act: RemovalAct
    words: str = ""
    due_back: date | None = None
    safeguards: str = ""
    told: str = ""
    people: Sequence[UUID] = ()
    teams: Sequence[UUID] = ()


#: By the end of this hour a volume is back on its day.
_BACK_BY = time(17, 0)


@transaction.atomic
def move_removal(removal_id: UUID, move: RemovalMove) -> Removal:
    """Approve, refuse, take out, chase, bring back, or take back what was asked (FIL-02)."""
    approving = move.act in (RemovalAct.APPROVE, RemovalAct.REFUSE)
    acting = permit(Permission.APPROVE_REMOVAL if approving else Permission.WRITE_FOLDER)
    removal = Removal.objects.select_for_update().filter(id=removal_id).first()
    if removal is None:
        raise NotFound
    state = rules.after_removal(RemovalState(removal.state), move.act)
    at = now()
    due_back = None
    if move.act is RemovalAct.TAKE and removal.due_back is not None and at > removal.due_back:
        raise Refused(
            f"The time for which it may be out ended {moment(removal.due_back)}. Take the request back and ask again.",
            "words",
        )
    if move.act is RemovalAct.APPROVE:
        if move.due_back is None:
            raise Refused("Give the day on which it comes back.", "due_back")
        due_back = datetime.combine(move.due_back, _BACK_BY, LONDON)
        rules.may_approve_removal(
            asked_by=removal.asked_by_id, approver=acting.practitioner_id, due_back=due_back, at=at,
            longest=clock_of(pack_in_force(), "volume_return", at).due_at,
            safeguards=move.safeguards, told=move.told, named=len(move.people) + len(move.teams),
        ).or_refuse()  # fmt: skip
        removal.due_back = due_back
    elif move.act in (RemovalAct.REFUSE, RemovalAct.CHASE, RemovalAct.RETURN):
        _need(move.words, "Say what happened, in a sentence.", "words")
    removal.state = state.value
    removal.save(update_fields=["state", "due_back"])
    step = _removal_step(
        acting, removal, move.act, words=move.words.strip(), due_back=due_back,
        safeguards=move.safeguards.strip() if due_back else "", told=move.told.strip() if due_back else "",
    )  # fmt: skip
    path = f"/child/{removal.folder_id}/paper/{removal.volume_id}/"
    if move.act is RemovalAct.APPROVE:
        _tell(acting, removal, step, move, path)
    if move.act is RemovalAct.RETURN:
        _tell_it_is_back(acting, removal, path)
    if move.act is RemovalAct.TAKE_BACK:
        _tell_it_stays(acting, removal, path)
    if move.act is RemovalAct.TAKE and removal.due_back is not None:
        duties.open_duties(
            [
                Opening(
                    removal.folder_id, "volume_return", at, removal.id, path, removal.asked_by_id,
                    sooner_at=removal.due_back, sooner_why="The day that the manager approved",
                )
            ]
        )  # fmt: skip
    if move.act is RemovalAct.RETURN:
        duties.discharge("volume_return", removal.id, folder_ids=[removal.folder_id])
    if move.act in (RemovalAct.APPROVE, RemovalAct.REFUSE, RemovalAct.CHASE) and (
        removal.asked_by_id != acting.practitioner_id
    ):
        notify(
            removal.asked_by_id,
            text=f"A paper volume that you asked for: {move.act.label.lower()}",
            path=path,
        )
    record(Verb.WROTE, f"archive.removal_{move.act.value}", folder_id=removal.folder_id, subject=removal)
    return removal


def _tell(acting: Acting, removal: Removal, step: RemovalStep, move: RemovalMove, path: str) -> None:
    """A notice to each person and each of a team whom the manager named; refuses whom the record is not open to."""
    may_need = queries.who_may_need(removal.folder_id)
    people = {one.practitioner_id: one.name for one in may_need if one.practitioner_id}
    teams = {one.team_id: one.name for one in may_need if one.team_id}
    if set(move.people) - set(people) or set(move.teams) - set(teams):
        raise Refused("Choose only people and teams to whom this record is open.", "chosen")
    rows = [
        RemovalTold(**authored(acting, removal.folder_id), step=step, practitioner_id=one, name=people[one])
        for one in dict.fromkeys(move.people)
    ] + [
        RemovalTold(**authored(acting, removal.folder_id), step=step, team_id=one, name=teams[one])
        for one in dict.fromkeys(move.teams)
    ]
    RemovalTold.objects.bulk_create(rows)
    _notify(acting, rows, "A paper volume that you may need is to be out of its place", path)


def _tell_it_is_back(acting: Acting, removal: Removal, path: str) -> None:
    told = list(RemovalTold.objects.filter(step__removal=removal))
    _notify(acting, told, "A paper volume that you may need is back in its place", path)


def _tell_it_stays(acting: Acting, removal: Removal, path: str) -> None:
    """Whoever was told that it is to be out is told that it stays."""
    told = list(RemovalTold.objects.filter(step__removal=removal))
    _notify(acting, told, "A paper volume that you may need stays in its place", path)


def _notify(acting: Acting, told: Sequence[RemovalTold], text: str, path: str) -> None:
    """One notice to each, however they are reached; none to whoever acts."""
    wanted = {row.practitioner_id for row in told if row.practitioner_id}
    wanted |= set(queries.posted_in({row.team_id for row in told if row.team_id}))
    for one in sorted(wanted - {acting.practitioner_id}):
        notify(one, text=text, path=path)
