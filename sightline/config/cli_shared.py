"""What the verbs of the `sightline` command share: the data folder, a failure in one sentence, the trail sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer


class Failure(Exception):
    """A command could not do what was asked; its text is the one sentence that says why."""


def _folder(given: str) -> Path:
    if not given.strip():
        # A variable that is not set, most likely; the folder that we happen to stand in was not meant.
        raise typer.BadParameter("the folder has no name")
    return Path(given)


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        parser=_folder,
        help="The data folder; else SIGHTLINE_DATA, else the usual place.",
    ),
]


@contextmanager
def sealed_after() -> Iterator[None]:
    """What the block tells the trail is sealed at its end, however it ends: no worker need be there to do it."""
    from .serving import seal

    try:
        yield
    finally:
        seal()


def refuse_unready() -> None:
    """Raises PlaceError before the database is this version's."""
    from .serving import refuse_pending

    refuse_pending()
