"""A place of its own for the tests of the command, prepared once for each worker."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sightline.config.cluster import Cluster

HIDDEN = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST")


@dataclass(frozen=True)
class Command:
    """The `sightline` command as somebody types it, in a data folder of the tests."""

    data: Path

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in HIDDEN and not name.startswith("SIGHTLINE_")
        }
        return {**kept, "SIGHTLINE_DATA": str(self.data), **more}

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.program, *arguments],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=600,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *arguments: str, said: Path | None = None, **more: str) -> subprocess.Popen[str]:
        """Starts the command; what it says goes into the file `said`, else into a pipe that the test reads.

        What says much goes into a file: once a pipe that nobody reads is full, whoever writes into it stands still.
        """
        with said.open("a") if said else contextlib.nullcontext(subprocess.PIPE) as out:
            return subprocess.Popen(
                [*self.program, *arguments],
                env=self.environment(**more),
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def program(self) -> list[str]:
        return [sys.executable, "-c", "from sightline.config.cli import main; main()"]

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.data)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may reach, unlike pytest's when we are root."""
    path = Path(tempfile.mkdtemp(prefix="sightline-place-"))
    yield path
    _remove(path)


@pytest.fixture
def command(folder: Path) -> Command:
    """The command in an empty place."""
    return Command(folder)


@pytest.fixture(scope="session")
def _prepared() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="sightline-place-"))
    done = Command(path)("demo", "--no-serve", "--children", "3")
    assert done.returncode == 0, done.stderr + done.stdout
    yield path
    _remove(path)


@pytest.fixture
def demonstration(_prepared: Path) -> Command:
    """The command in a place with a small demonstration, whose database is stopped."""
    return Command(_prepared)


def _remove(path: Path) -> None:
    cluster = Cluster(path)
    if cluster.is_running():
        cluster.stop("immediate")
    shutil.rmtree(path, ignore_errors=True)
