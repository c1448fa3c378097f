"""What was recorded wrongly of somebody: it stays to be read, with what was wrong and who says so, and counts no
longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from sightline.audit.actions import attempt
from sightline.govuk.words import moment
from sightline.kernel.verdicts import NotFound, Refused

from .. import rules
from ..models import (
    Correctable,
    Identity,
    Involvement,
    PersonName,
    PersonRow,
    Provider,
    Residence,
    Status,
    Tie,
)
from ..terms import Fact, Kinship, NameUse
from .gate import _end_written, _enter_to_change, _stamp, _wrote

_KEPT_IN: dict[Fact, type[Correctable]] = {
    Fact.NAME: PersonName,
    Fact.IDENTITY: Identity,
    Fact.ADDRESS: Residence,
    Fact.TIE: Tie,
    Fact.STATUS: Status,
    Fact.PROVIDER: Provider,
    Fact.INVOLVEMENT: Involvement,
}

#: Rooms above are told of a home that was recorded wrongly, in the same transaction: the folder written in, whose, and
#: since when it was said to be one.
never_lived_there: list[Callable[[UUID, UUID, date], None]] = []


def recorded_wrongly(
    folder_id: UUID, fact: Fact, row_id: UUID, why: str, *, person_id: UUID | None = None
) -> None:
    """Say of something recorded of a folder's child, or of the adult `person_id`, that it was wrong, and what was
    (REC-12). It ends on the day on which it began, so that it held on no day; what came before it is not brought back.

    Raises NotFound where there is no such row about them, Refused without a reason or where it was said already.
    """
    with attempt("children.recorded_wrongly", folder_id=folder_id):
        who, _rows_in = _enter_to_change(folder_id, person_id)
        rules.check_wrong(why).or_refuse()
        model = _KEPT_IN[fact]
        about = {"person_id" if issubclass(model, PersonRow) else "child_id": who}
        found: QuerySet[Correctable] = model._default_manager.filter(**about)
        row = found.filter(pk=row_id).select_related("wrong_by").first()
        if row is None:
            raise NotFound
        if row.wrong_at is not None:
            by = row.wrong_by.name if row.wrong_by else "Somebody"
            raise Refused(f"{by} has already said so, on {moment(row.wrong_at)}: {row.wrong_why}")
        if isinstance(row, PersonName) and row.use == NameUse.FULL and row.held_until is None:
            raise Refused("Record the right full name first. Then say that this one was wrong.")
        same: dict[str, Any] = {"pk": row.pk}
        if isinstance(row, Identity):
            # One answer of several codes is several rows.
            same = {"question": row.question, "held_from": row.held_from, "recorded_at": row.recorded_at}
        _mark(found.filter(**same, wrong_at=None), why)
        _wrote("children.recorded_wrongly", folder_id, row)
        if isinstance(row, Residence):
            for told in never_lived_there:
                told(folder_id, who, row.held_from)
        if isinstance(row, Tie) and row.kinship == Kinship.SIBLING:
            _mark_other_side(row, why)


def _mark(rows: QuerySet[Correctable], why: str) -> int:
    stamp = _stamp()
    return rows.update(
        wrong_why=why.strip(),
        wrong_at=stamp["recorded_at"],
        wrong_by_id=stamp["recorded_by_id"],
        wrong_until=F("held_until"),
        held_until=F("held_from"),
        **_end_written(rows.model),
    )


def _mark_other_side(tie: Tie, why: str) -> None:
    """A brother or sister was recorded on both children's records: on theirs too, where the viewer may write in it."""
    for side in Tie.objects.filter(
        child_id=tie.other_id,
        other_id=tie.child_id,
        kinship=tie.kinship,
        held_from=tie.held_from,
        wrong_at=None,
    ):
        if _mark(Tie.objects.filter(pk=side.pk), why):
            _wrote("children.recorded_wrongly", side.folder_id, side)
