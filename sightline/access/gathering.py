"""Which records a page is made from, and what on it its reader had begun to write themselves.

Told by the rows as they are read, so that no page has to say it. Only where somebody gathers, which is where
something must be kept out of what the page says (`children.middleware`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models

from sightline.kernel.viewer import current


@dataclass
class Gathered:
    """The folders of the rows that were read, and the texts of the reader's own drafts."""

    folders: set[UUID] = field(default_factory=set)
    own: set[str] = field(default_factory=set)


_gathered: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


def gathered() -> Gathered | None:
    """What has been gathered so far; None where nobody gathers."""
    return _gathered.get()


@contextmanager
def gathering() -> Iterator[Gathered]:
    """For the length of the block, a request, the rows that are read say whose they are."""
    found = Gathered()
    token = _gathered.set(found)
    try:
        yield found
    finally:
        _gathered.reset(token)


def note_folders(folder_ids: Iterable[UUID]) -> None:
    """For rows that are read without making objects of them, which cannot say it themselves."""
    if (found := _gathered.get()) is not None:
        found.folders.update(folder_ids)


def note_own(content: Any) -> None:
    """Something that whoever is looking typed themselves: a text, or any pile of texts."""
    found = _gathered.get()
    if found is None:
        return
    left = [content]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found.own.add(each)
        elif isinstance(each, Mapping):
            left += each.values()
        elif isinstance(each, (list, tuple)):
            left += each


class Told(models.Model):
    """A row that says whose record it stands in when it is read."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *given: Any, **named: Any) -> Any:
        row = super().from_db(*given, **named)
        found = _gathered.get()
        if found is not None and (folder := row.__dict__.get("folder_id")):
            found.folders.add(folder)
        return row


class Begun(models.Model):
    """What a practitioner has begun to write, kept as `content`; read by its writer, it says that it is theirs."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *given: Any, **named: Any) -> Any:
        row = super().from_db(*given, **named)
        if _gathered.get() is not None:
            kept = row.__dict__
            if kept.get("practitioner_id") == current().practitioner_id:
                note_own(kept.get("content"))
        return row
