"""Who matters to a child, and the regard had to their wishes before a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.records.models import Decision

from .. import rules
from ..models import MattersTo, Regard, View
from ..terms import Near, Power
from .writing import _owner, _page


@dataclass(frozen=True)
class Mattering:
    """Somebody who matters, as the child draws them."""

    name: str
    near: Near
    who: str = ""
    words: str = ""
    contact: str = ""
    person_id: UUID | None = None


@transaction.atomic
def matters(folder_id: UUID, who: Mattering) -> MattersTo:
    """Put somebody on the child's own map; who stood there under the same name stands where they are put now."""
    acting = permit(Permission.WRITE_FOLDER)
    if not who.name.strip():
        raise Refused("Write what the child calls them.", "name")
    day = today()
    for row in MattersTo.objects.filter(folder_id=folder_id, name__iexact=who.name.strip(), held_until=None):
        row.held_until, row.ended_why = day, "Put elsewhere on the map"
        row.save(update_fields=["held_until", "ended_why"])
    row = MattersTo.objects.create(
        folder_id=folder_id,
        held_from=day,
        name=who.name.strip(),
        who=who.who.strip(),
        near=who.near.value,
        words=who.words.strip(),
        contact=who.contact.strip(),
        person_id=who.person_id,
        author_id=acting.practitioner_id,
        recorded_at=now(),
    )
    record(Verb.WROTE, "voice.matters", folder_id=folder_id, subject=row)
    return row


@transaction.atomic
def matters_no_more(row_id: UUID, why: str) -> MattersTo:
    """The child takes somebody off the map, or they are gone; that they stood there stays."""
    permit(Permission.WRITE_FOLDER)
    row = MattersTo.objects.select_for_update().filter(id=row_id).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise Refused("Say why, in the child's words where you have them.", "words")
    if row.held_until is not None:
        raise Refused("They are no longer on the map already.")
    row.held_until, row.ended_why = today(), why.strip()
    row.save(update_fields=["held_until", "ended_why"])
    record(Verb.WROTE, "voice.matters_no_more", folder_id=row.folder_id, subject=row)
    return row


@dataclass(frozen=True)
class Wishes:
    """The child's wishes before a decision under one of the powers of the Children Act 1989."""

    power: Power
    view_ids: Sequence[UUID] = ()
    weight: str = ""
    why_not: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class WishesIn:
    """What the child said that bears on a decision and its weight, or why their wishes could not be learnt."""

    view_ids: Sequence[UUID] = ()
    weight: str = ""
    why_not: str = ""


def weigh(decision: Decision, power: Power, wishes: WishesIn) -> None:
    """Keep the regard had to the child's wishes with a decision (CHD-13), as a form of `WishesForm` sent it.

    Raises Refused, at the form's field, where nothing is said.
    """
    try:
        have_regard(
            decision.folder_id,
            Wishes(power, wishes.view_ids, wishes.weight, wishes.why_not),
            decision_id=decision.id,
        )
    except Refused as refused:
        if refused.verdict.field != "why_not":
            raise
        raise Refused(refused.verdict.reason, "wishes_why_not") from refused


@transaction.atomic
def have_regard(
    folder_id: UUID, wishes: Wishes, *, decision_id: UUID | None = None, subject_id: UUID | None = None
) -> Regard:
    """The regard had to a child's wishes, kept with the decision or before it (CHD-13).

    Rooms above call this in the transaction of a decision under section 17, 20, 22, 46 or 47: it refuses where
    neither current wishes and their weight nor why they could not be learnt are said. Where it was urgent it
    refuses nothing, and hearing the child becomes due instead.
    """
    acting = permit(Permission.WRITE_FOLDER)
    folders = joined_set(lead_of(folder_id))
    view_ids = list(
        View.objects.filter(
            id__in=list(wishes.view_ids), folder_id__in=folders, taken_back__isnull=True
        ).values_list("id", flat=True)
    )
    if len(view_ids) != len(set(wishes.view_ids)):
        raise NotFound
    rules.regard_is_whole(
        wishes.power, len(view_ids), wishes.weight, wishes.why_not, wishes.urgent
    ).or_refuse()
    if (
        decision_id is not None
        and not Decision.objects.filter(id=decision_id, folder_id__in=folders).exists()
    ):
        raise NotFound
    row = Regard.objects.create(
        **authored(acting, folder_id),
        power=wishes.power.value,
        decision_id=decision_id,
        subject_id=subject_id,
        views=view_ids,
        weight=wishes.weight.strip(),
        why_not=wishes.why_not.strip(),
        urgent=wishes.urgent,
    )
    if wishes.urgent and not view_ids:
        duties.happened(
            "acted_before_hearing", [folder_id], subject_id=row.id, at=row.written_at, path=_page(folder_id),
            owner_id=_owner(folder_id) or acting.practitioner_id,
        )  # fmt: skip
    record(Verb.WROTE, "voice.have_regard", folder_id=folder_id, subject=row)
    return row
