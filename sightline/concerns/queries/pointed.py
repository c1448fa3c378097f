"""What was advised on a child, and what a family that was pointed to a service was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sightline.children.queries import names_of_folders
from sightline.kernel.verdicts import NotFound
from sightline.procedures.models import TO_DO, Duty

from ..models import Given, Screening

KIND = "signposting"


@dataclass(frozen=True)
class GivenView:
    """What a family was given, as a child's page shows it."""

    what: str
    how: str
    by_whom: str
    given_at: datetime
    said: str
    recorded: str


@dataclass(frozen=True)
class Advised:
    """The advice of one decision on a concern, and what the family was given by it since."""

    advice: str
    given: tuple[GivenView, ...]


@dataclass(frozen=True)
class Pointed:
    """A decision that pointed a family to a service."""

    screening: Screening
    name: str


@dataclass(frozen=True)
class PointedView(Pointed):
    """The same for its page: brothers and sisters whose family is still owed the same, what was given already."""

    raised_at: datetime
    siblings: tuple[Pointed, ...]
    given: tuple[Given, ...]


def advised(decision_ids: Iterable[UUID]) -> dict[UUID, Advised]:
    """Of these decisions those with advice, each with what was given since, by decision. Two queries."""
    found = list(
        Screening.objects.filter(decision_id__in=list(decision_ids))
        .exclude(advice="")
        .prefetch_related("given__written_by")
    )
    return {
        s.decision_id: Advised(
            s.advice,
            tuple(
                GivenView(row.what, row.how, row.by_whom, row.given_at, row.said, row.recorded)
                for row in sorted(s.given.all(), key=lambda row: row.given_at)
            ),
        )
        for s in found
    }


def pointed_on(decision_id: UUID) -> PointedView:
    """A decision that pointed a family to a service, for what they are given. Raises NotFound for any other."""
    screening = _screenings().filter(decision_id=decision_id).first()
    owed = Duty.objects.filter(kind=KIND, subject_id=decision_id)
    if screening is None or not owed.exists():
        raise NotFound
    of_concern = list(_screenings().filter(concern_id=screening.concern_id).exclude(id=screening.id))
    still = set(
        Duty.objects.filter(TO_DO, kind=KIND, subject_id__in=[s.decision_id for s in of_concern]).values_list(
            "subject_id", flat=True
        )
    )
    siblings = [s for s in of_concern if s.decision_id in still]
    names = names_of_folders([s.folder_id for s in [screening, *siblings]])

    def name(one: Screening) -> str:
        known = names.get(one.folder_id)
        return known.name if known is not None else "the child"

    return PointedView(
        screening,
        name(screening),
        screening.concern.raised_at,
        tuple(Pointed(s, name(s)) for s in siblings),
        tuple(Given.objects.filter(screening=screening).select_related("written_by").order_by("given_at")),
    )


def _screenings() -> QuerySet[Screening]:
    return Screening.objects.select_related("concern", "decision__maker", "decision__ruling")


def given_on(folder_ids: Sequence[UUID]) -> QuerySet[Given]:
    """What was given to the family of these folders' child, for the timeline."""
    return Given.objects.filter(folder_id__in=folder_ids).select_related("written_by", "screening")
