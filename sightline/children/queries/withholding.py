"""Confidential addresses kept out of what somebody reads or takes away who must not know them.

The rows of an address are hidden by their door; here the words that people wrote are looked through."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from sightline.access.gathering import gathered
from sightline.agencies.queries import acting_now
from sightline.agencies.terms import Permission
from sightline.kernel.together import preparing_cursor

T = TypeVar("T")

WITHHELD = "[address withheld]"
_TWICE = re.compile(rf"{re.escape(WITHHELD)}(?:[\s,;.]*{re.escape(WITHHELD)})+")


def knows_addresses() -> bool:
    """Whether the viewer's role shows them confidential addresses."""
    acting = acting_now()
    return acting is not None and acting.may(Permission.SEE_CONFIDENTIAL_ADDRESS)


def secrets_around(folder_ids: Sequence[UUID]) -> bool:
    """Whether there is a confidential address around any of these children that could stand somewhere. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT children_secrets_around(%s)", [list(folder_ids)])
        [found] = cursor.fetchone()
    return bool(found)


def addresses_in(
    folder_ids: Sequence[UUID], texts: Sequence[str], reader_id: UUID | None = None
) -> list[list[str]]:
    """For each text the words in it that give away a confidential address around these children, the longest first.

    `reader_id` is the person of the family who is to read it; their own address is no secret from them. One query.
    """
    found: list[list[str]] = [[] for _ in texts]
    if not folder_ids or not any(texts):
        return found
    with preparing_cursor() as cursor:
        cursor.execute(
            "SELECT place, words FROM children_addresses_in(%s, %s, %s)",
            [list(folder_ids), reader_id, list(texts)],
        )
        for place, words in cursor.fetchall():
            if words not in found[place - 1]:
                found[place - 1].append(words)
    return [sorted(words, key=len, reverse=True) for words in found]


def without_addresses(folder_ids: Sequence[UUID], thing: T, reader_id: UUID | None = None) -> T:
    """The same dataclass, list, tuple, dict or text, every text in it without those words. One query."""
    texts = list(_texts(thing))
    found = addresses_in(folder_ids, texts, reader_id)
    fit = {text: _without(text, words) for text, words in zip(texts, found, strict=True) if words}
    fitting: T = _with(thing, fit) if fit else thing
    return fitting


def as_viewer_may_read(folder_ids: Sequence[UUID], thing: T) -> T:
    """The same for whoever is looking: as it is for those who may see confidential addresses, without a query."""
    return thing if knows_addresses() else without_addresses(folder_ids, thing)


def as_page_may_say(thing: T) -> T:
    """The same for whatever a page of somebody who must not know such addresses hands out beside itself, such as a
    print: without those around every child whose rows were read for it. Elsewhere, such as in a job, as it is."""
    found = gathered()
    return thing if found is None or not found.folders else without_addresses(list(found.folders), thing)


def _without(text: str, words: Sequence[str]) -> str:
    for each in words:
        text = text.replace(each, WITHHELD)
    return _TWICE.sub(WITHHELD, text)


#: Most of what a page holds, and nothing that is written in words.
_WORDLESS = (NoneType, bool, int, float, date, datetime, UUID)


def _texts(thing: Any) -> dict[str, None]:
    """Every text in it once, in no order that matters. By a list of what is still to be looked through: a page has
    thousands of things, and a function called for each of them took a tenth of its time."""
    found: dict[str, None] = {}
    left = [thing]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found[each] = None
        elif type(each) in _WORDLESS:
            continue
        elif is_dataclass(each):
            kind: Any = type(each)
            left += [getattr(each, name) for name in _names(kind)]
        elif isinstance(each, Mapping):
            left += each.values()
        elif isinstance(each, (list, tuple)):
            left += each
    return found


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a dataclass, looked up once."""
    return tuple(field.name for field in fields(kind))


def _with(thing: Any, fit: Mapping[str, str]) -> Any:
    if isinstance(thing, str):
        return fit.get(thing, thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        changed = {
            field.name: _with(getattr(thing, field.name), fit) for field in fields(thing) if field.init
        }
        return replace(thing, **changed)
    if isinstance(thing, Mapping):
        return type(thing)({key: _with(value, fit) for key, value in thing.items()})  # type: ignore[call-arg]
    if isinstance(thing, (list, tuple)):
        return type(thing)(_with(value, fit) for value in thing)
    return thing
