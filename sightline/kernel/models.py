"""The base rows of every room."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from .ids import uuid7


class Row(models.Model):
    """A row with a UUIDv7 key made in Python. Every concrete model also says its `door`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


def never_changed(name: str) -> pgtrigger.Protect:
    """The second bolt on an append-only table; the first is that `sightline_app` lacks the privilege."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class AppendOnly(Row):
    """A row that is written once. The program's role may not change or delete it."""

    class Meta:
        abstract = True
        triggers = [never_changed("append_only")]


class DateRangeOf(Func):
    """`daterange(from, until)`, the last day not included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class DatedRow(Row):
    """Something that holds from a day until, but not on, another day (None: still holds)."""

    held_from = models.DateField()
    held_until = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def in_order(name: str) -> models.CheckConstraint:
    """The end of a dated row is not before its start (the same day: entered in error, it never held)."""
    return models.CheckConstraint(
        name=name, condition=Q(held_until__isnull=True) | Q(held_until__gte=F("held_from"))
    )


def no_overlap(name: str, *by: str, condition: Q | None = None) -> ExclusionConstraint:
    """At most one row for the same `by` on any day. Needs the extension btree_gist.

    The index is sorted by `by`: most rows hold until today, so that sorted by days it would be read whole each time.
    """
    expressions: list[Any] = [(column, RangeOperators.EQUAL) for column in by]
    expressions += [(DateRangeOf("held_from", "held_until", RangeBoundary()), RangeOperators.OVERLAPS)]
    return ExclusionConstraint(name=name, expressions=expressions, condition=condition)


def held_on(day: Any) -> Q:
    """The condition that a dated row holds on `day`."""
    return Q(held_from__lte=day) & (Q(held_until__isnull=True) | Q(held_until__gt=day))
