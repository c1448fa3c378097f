"""Runs `examiner` on a document: the parsers of strangers' files stand in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sightline.kernel.verdicts import Refused

from . import store
from .cleaning import CLEANERS
from .rules import BY_ENDING, FileType

#: Seconds on the clock, whatever the process does with them.
PATIENCE = 120


@dataclass(frozen=True)
class Examined:
    """What was read out of a file. `preview` is a JPEG, empty where there is none."""

    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    place: str = ""
    problem: str = ""
    preview: bytes = b""


def _run(what: str, path: Path, ending: str, out: Path) -> subprocess.CompletedProcess[str] | None:
    """None where it took too long. It is told nothing of the database or the keys."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
    }
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENCV_FFMPEG_THREADS": "1"}
    try:
        return subprocess.run(  # noqa: S603 the program is our own
            [sys.executable, "-m", f"sightline.documents.{what}", str(path), ending, str(out)],
            env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None


def examine(content: IO[bytes], found: FileType) -> Examined:
    """Read a document. What cannot be read is said in `problem`. Raises NoRoom."""
    with store.in_the_clear(content, f".{found.ending}") as path, store.named() as (out, _):
        done = _run("examiner", path, found.ending, out)
        if done is None:
            return Examined(problem="It took too long to read, so there is no preview.")
        try:
            said = json.loads(done.stdout)
        except ValueError:
            return Examined(problem="It could not be read, so there is no preview. It may be damaged.")
        preview = out.read_bytes()
    facts = tuple((str(name), str(value)) for name, value in said["facts"])
    return Examined(said["text"], facts, said["place"], said["problem"], preview)


def can_be_cleaned(found: FileType) -> bool:
    """Whether a copy without what a file says about itself can be made of this type."""
    return found.ending in CLEANERS


def cleaned_type(found: FileType) -> FileType:
    """The type of such a copy: a photograph becomes a JPEG, which everybody can open."""
    return BY_ENDING["jpg"] if found.ending in ("heic", "webp", "tif") else found


@contextmanager
def cleaned(content: IO[bytes], found: FileType) -> Iterator[IO[bytes]]:
    """A copy of a document without what it says about itself; gone after the block. Raises Refused, NoRoom."""
    with store.in_the_clear(content, f".{found.ending}") as path, store.named() as (out, _):
        done = _run("cleaning", path, found.ending, out)
        if done is None or done.returncode != 0:
            raise Refused(
                "A copy without its metadata could not be made: the file may be damaged or locked. "
                "Download the file as it is, and do not pass it on."
            )
        with out.open("rb") as copy:
            yield copy
