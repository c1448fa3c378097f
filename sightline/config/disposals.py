"""Disposals, repeated on a database that was put back from before them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

JOB = "disposals"


class ListError(Exception):
    """A list of disposals cannot be read or repeated; its text is the one sentence that says why."""


def read(path: Path) -> list[dict[str, Any]]:
    """The disposals that a list holds, the first first. Raises ListError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ListError(f"The list of disposals {path} cannot be read ({error.strerror}).") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            UUID(said["record_id"])
        except (ValueError, KeyError, TypeError) as error:
            raise ListError(f"Line {number} of {path} is no disposal.") from error
        found.append(said)
    return found


def repeat(path: Path, owner_url: str) -> Iterator[str]:
    """Dispose again of every record on the list that is here, as its owner; yields what was done, line by line."""
    from django.db import transaction

    from sightline.archive.actions import told_of_repeated
    from sightline.kernel.viewer import Viewer, looking_as

    done: list[UUID] = []
    with psycopg.connect(owner_url) as connection:
        for said in read(path):
            try:
                row = connection.execute("SELECT archive_repeat(%s::jsonb)", [json.dumps(said)]).fetchone()
            except psycopg.Error as error:
                raise ListError(
                    f"Record {said.get('record_number', '?')} could not be disposed of again, and nothing was: {error}"
                ) from error
            if row and row[0]:
                done.append(UUID(said["record_id"]))
                yield f"Disposed of again: record {said['record_number']}, first on {said['disposed_at'][:10]}."
    with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
        told_of_repeated(done)
    yield f"{len(done)} disposed of again. The nightly job removes their files from the disk."
