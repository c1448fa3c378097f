"""The pointer: what may be seen of a child whose record is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound

from .. import rules
from ..models import Pointer, PointerAgency


@dataclass(frozen=True)
class PointerView:
    """What every practitioner who may search sees of a child."""

    folder_id: UUID
    name: str
    known_as: str
    age: str
    area: str
    agencies: tuple[tuple[str, str], ...]  # as shown, and how to reach them or whom to ask

    @property
    def used_name(self) -> str:
        return rules.leading_name(self.name, self.known_as)


def pointer(folder_id: UUID) -> PointerView:
    """The pointer of one child. Raises NotFound alike for a sealed, a foreign and an invented id."""
    found = pointers([folder_id])
    if folder_id not in found:
        raise NotFound
    return found[folder_id]


def pointers(folder_ids: Sequence[UUID]) -> dict[UUID, PointerView]:
    """The pointers that the viewer may see, by folder, in one query."""
    agencies = (
        PointerAgency.objects.filter(folder_id=OuterRef("folder_id"))
        .order_by("shown_as", "reach")
        .values(pair=JSONObject(shown_as="shown_as", reach="reach"))
    )
    day = today()
    return {
        p.folder_id: PointerView(
            folder_id=p.folder_id,
            name=p.name,
            known_as=p.known_as,
            age=rules.age_words(day, born=p.born_on, expected=p.expected_on),
            area=p.area,
            agencies=tuple((pair["shown_as"], pair["reach"]) for pair in p.agencies),
        )
        for p in Pointer.objects.filter(folder_id__in=folder_ids).annotate(agencies=ArraySubquery(agencies))
    }
