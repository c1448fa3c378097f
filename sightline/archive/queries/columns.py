"""Which columns of a row are gathered, and how what stands in one is said in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from sightline.agencies.models import Agency, Practitioner, Team
from sightline.children.models import Person
from sightline.children.queries import name_and_age
from sightline.kernel.time import LONDON

from .kept import KEPT, Kept

#: To whom a row may point by name.
_NAMED: tuple[Any, ...] = (Practitioner, Agency, Team, Person)

#: Columns that say nothing of a child wherever they stand.
_NEVER = {"id", "pack", "pack_version", "digest", "version", "revision", "number"}

#: Who wrote it and when, which stands with every piece.
_SIGNED = {"written_at", "recorded_at", "written_post", "recorded_post"}

#: How a column is said where its own name would read badly.
_LEADS = {
    "words": "", "text": "", "answer": "Answer", "said": "Said", "by_whom": "By whom", "due_on": "By",
    "held_from": "From", "held_until": "Until", "alone": "Seen alone", "seen": "Seen", "why": "Why",
    "reasons": "Reasons", "why_not": "Why not", "lines": "Address", "content": "", "name": "Name", "by": "By",
    "wrong_why": "Recorded wrongly", "wrong_at": "Said to be wrong on", "wrong_by": "Said to be wrong by",
    "wrong_until": "Recorded as until",
}  # fmt: skip


def model_of(label: str) -> type[models.Model]:
    """The table of a name of `KEPT`."""
    return apps.get_model(label)


def columns(label: str) -> list[models.Field[Any, Any]]:
    """The columns of a table that are gathered: none that ties it to another row, says who wrote it, or is left out."""
    spec = KEPT[label]
    left = _NEVER | {*spec.without, spec.at, spec.by, spec.post, "folder", "child"}
    found = []
    for column in model_of(label)._meta.local_concrete_fields:
        ties = column.remote_field is not None and column.related_model not in _NAMED
        holds = column.base_field if isinstance(column, ArrayField) else column
        if column.name in left or ties or isinstance(holds, (models.UUIDField, models.BinaryField)):
            continue
        if column.name in _SIGNED or getattr(column, "generated", False):
            continue
        found.append(column)
    return found


def is_text(column: models.Field[Any, Any]) -> bool:
    """Whether it holds somebody's words, and stands alone."""
    if isinstance(column, models.JSONField):
        return True
    return isinstance(column, (models.TextField, models.CharField)) and not column.choices


@cache
def _terms(app: str) -> list[type[StrEnum]]:
    module = import_module(f"sightline.{app}.terms")
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum and len(each)
    ]


def _term(column: models.Field[Any, Any], value: str) -> str:
    """A coded value as the pages of its room say it."""
    values = {chosen for chosen, _ in column.flatchoices}
    app = column.model._meta.app_label
    for each in [*_terms(app), *(_terms("children") if app != "children" else [])]:
        if values <= {term.value for term in each} and value in values:
            said = getattr(each(value), "label", "")
            if said:
                return str(said)
    return value.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Names:
    """Who the rows speak of, read together."""

    practitioners: Mapping[UUID, str]
    others: Mapping[UUID, str]


def names_of(rows: Mapping[str, Sequence[models.Model]]) -> Names:
    """The names of all to whom these rows point. Four queries at most."""
    wanted: dict[Any, set[UUID]] = {kind: set() for kind in _NAMED}
    for label, found in rows.items():
        for column in model_of(label)._meta.local_concrete_fields:
            if column.remote_field is not None and column.related_model in wanted:
                wanted[column.related_model] |= {
                    key for row in found if (key := getattr(row, column.attname)) is not None
                }
    by_id = Practitioner.objects.filter(id__in=wanted[Practitioner]).values_list("id", "name")
    others = dict(Agency.objects.filter(id__in=wanted[Agency]).values_list("id", "name"))
    others |= dict(Team.objects.filter(id__in=wanted[Team]).values_list("id", "name"))
    others |= {key: found.name for key, found in name_and_age(wanted[Person]).items()}
    return Names(dict(by_id), others)


def in_words(column: models.Field[Any, Any], row: models.Model, names: Names) -> str:
    """What stands in a column of a row; empty where nothing does."""
    value = getattr(row, column.attname)
    if value is None or value == "" or value == []:
        return ""
    if column.remote_field is not None:
        return names.practitioners.get(value) or names.others.get(value, "")
    if column.choices:
        return _term(column, str(value))
    if isinstance(column, ArrayField):
        base = column.base_field
        said = [_when(each) if isinstance(each, date) else _code(column, base, str(each)) for each in value]
        return ", ".join(said)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _when(value)
    return str(value).strip()


def _code(column: models.Field[Any, Any], base: models.Field[Any, Any], value: str) -> str:
    if base.choices:
        return _term(base, value)
    for each in _terms(column.model._meta.app_label):
        if value in {term.value for term in each}:
            return str(getattr(each(value), "label", "") or value)
    return value.replace("_", " ")


def _when(value: date) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(LONDON)
        return f"{local.day} {local:%B %Y}, {local:%H:%M}"
    return f"{value.day} {value:%B %Y}"


def lead_of(spec: Kept, column: models.Field[Any, Any]) -> str:
    """What stands before the words of a column, to say what they are; empty where they say it themselves."""
    return spec.leads.get(column.name, _LEADS.get(column.name, column.name.replace("_", " ").capitalize()))


def led(lead: str, words: str) -> str:
    """Words with what stands before them."""
    return f"{lead}: {words}" if lead else words
