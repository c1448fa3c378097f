"""Steps that acts on a concern share: lock it, move its state, add to it, tell the trail."""

from __future__ import annotations

from uuid import UUID

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.records.models import Decision

from .. import rules
from ..models import Addition, Concern, ConcernPart, PartName
from ..terms import AdditionKind, ConcernAct, ConcernState


def _locked(concern_id: UUID, *, version: int | None = None) -> Concern:
    """The concern, locked. Raises NotFound, or Refused where somebody else acted since `version`."""
    concern = (
        Concern.objects.select_for_update(of=("self",))
        .select_related("taken_by")
        .filter(id=concern_id)
        .first()
    )
    if concern is None:
        raise NotFound
    if version is not None and concern.version != version:
        raise Refused(stale_words(concern))
    return concern


def stale_words(concern: Concern) -> str:
    """Who did what since a form was opened, and when."""
    latest = (
        Decision.objects.filter(subject_id=concern.id).select_related("maker").order_by("-made_at").first()
    )
    if latest is not None:
        when = latest.made_at.astimezone(LONDON)
        return (
            f"{latest.maker.name} decided on this concern at {when:%H:%M} on {when.day} {when:%B}. "
            "What you typed is kept below. Read their decision before you go on."
        )
    if concern.taken_by and concern.taken_at:
        when = concern.taken_at.astimezone(LONDON)
        return (
            f"{concern.taken_by.name} took this concern up at {when:%H:%M} on {when.day} {when:%B}. "
            "What you typed is kept below. Speak to them before you go on."
        )
    return "Somebody else has changed this concern since you opened it. What you typed is kept below."


def _advance(concern: Concern, act: ConcernAct) -> None:
    concern.state = rules.after(ConcernState(concern.state), act).value
    concern.version += 1


def _folders(concern_id: UUID) -> list[UUID]:
    return list(
        ConcernPart.objects.filter(concern_id=concern_id)
        .order_by("place_in_list")
        .values_list("folder_id", flat=True)
    )


def _audit(concern: Concern, what: str) -> None:
    for folder_id in _folders(concern.id):
        record(Verb.WROTE, what, folder_id=folder_id, subject=concern)


def _add(concern: Concern, kind: AdditionKind, words: str) -> None:
    """The same words in each child's folder: what was sent stays as it was."""
    at, by = now(), current().practitioner_id
    parts = PartName.objects.filter(concern=concern).values_list("folder_id", flat=True)
    Addition.objects.bulk_create(
        Addition(
            folder_id=folder_id,
            concern=concern,
            kind=kind.value,
            words=words.strip(),
            added_at=at,
            added_by_id=by,
        )
        for folder_id in parts
    )
