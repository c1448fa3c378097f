"""The folder of documents on disk: each file whole or not there at all, under a name that says nothing.

What stays is encrypted. What is being received has no name on the disk: whatever ends the process, nothing of it is
left. Only what a program of its own must read or write by its name lies in `incoming/` in clear, readable by nobody
else and locked by whoever works on it, so that what a killed process left is told apart and removed (`clear_left`).
"""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

from . import cipher

INCOMING = "incoming"
#: How the name of what lies in clear begins.
CLEAR = "clear-"


class NoRoom(Exception):
    """The disk is full, or the folder cannot be written to; a sentence for whoever is at the page."""


def root() -> Path:
    """The folder of documents."""
    return Path(settings.DOCUMENTS_FOLDER)


def incoming() -> Path:
    """The folder of what is not yet stored, made if it is not there. Raises NoRoom."""
    path = root() / INCOMING
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise no_room(error) from error
    return path


def no_room(error: OSError) -> NoRoom:
    """What a page says about a disk that does not take a file."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom(
            "There is no room left for documents. Nothing of this file was kept. "
            "Tell whoever looks after Sightline, and send it again later."
        )
    return NoRoom("The file could not be stored. Nothing of it was kept. Tell whoever looks after Sightline.")


def path_of(stored: UUID) -> Path:
    """Where a file lies; two levels of folders, since one of a million files is slow on some systems."""
    name = stored.hex
    return root() / name[-2:] / name[-4:-2] / name


def write(source: IO[bytes], stored: UUID, key: bytes) -> int:
    """Store what `source` holds, encrypted; returns its size. All of it is on the disk, or nothing. Raises NoRoom."""
    target = path_of(stored)
    part = incoming() / f"{stored.hex}.part"
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            size = cipher.encrypt(source, file, key, stored)
            file.flush()
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise no_room(error) from error
    finally:
        part.unlink(missing_ok=True)
    return size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def opened(stored: UUID, key: bytes, size: int) -> cipher.Decrypted:
    """A stored file, to be read from any place; close it. Raises Damaged, also where it is gone."""
    try:
        file = path_of(stored).open("rb")
    except OSError as error:
        raise cipher.Damaged(f"The stored file cannot be read ({error.strerror}).") from error
    try:
        return cipher.Decrypted(file, key, stored, size)
    except BaseException:
        file.close()
        raise


@contextmanager
def named(suffix: str = "") -> Iterator[tuple[Path, IO[bytes]]]:
    """An empty file under a name, for a program that reads or writes files by their names; gone after the block.

    It is locked until then: a file in clear that nobody holds was left by a process that was killed. Raises NoRoom.
    """
    path, file = _locked(suffix)
    try:
        with file:
            yield path, file
    finally:
        path.unlink(missing_ok=True)


def _locked(suffix: str) -> tuple[Path, IO[bytes]]:
    while True:
        try:
            descriptor, name = tempfile.mkstemp(prefix=CLEAR, suffix=suffix, dir=incoming())
        except OSError as error:
            raise no_room(error) from error
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Whoever clears may have come between the two: then there is no such name any more.
        if os.fstat(descriptor).st_nlink:
            return Path(name), os.fdopen(descriptor, "w+b")
        os.close(descriptor)


@contextmanager
def in_the_clear(content: IO[bytes], suffix: str = "") -> Iterator[Path]:
    """A copy of `content` as a file, for a program that reads only files; gone after the block. Raises NoRoom."""
    with named(suffix) as (path, file):
        try:
            while chunk := content.read(cipher.CHUNK):
                file.write(chunk)
            file.flush()
        except OSError as error:
            raise no_room(error) from error
        yield path


def temporary() -> IO[bytes]:
    """An empty file beside the documents, without a name, gone when it is closed or its process ends. Raises NoRoom."""
    try:
        return tempfile.TemporaryFile(dir=incoming())
    except OSError as error:
        raise no_room(error) from error


def left_in_clear() -> Iterator[Path]:
    """What lies in clear and nobody works on, since whoever did was killed."""
    for path in sorted((root() / INCOMING).glob(f"{CLEAR}*")):
        try:
            descriptor = os.open(path, os.O_RDWR)
        except OSError:
            continue  # done with meanwhile, or somebody else's
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def clear_left() -> int:
    """Remove what lies in clear and nobody works on; returns how many files that were."""
    removed = 0
    for path in left_in_clear():
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def older_than(moment: datetime) -> Iterator[tuple[UUID | None, Path]]:
    """Files that were last written before `moment`: what is stored with its name, what is not with None."""
    if not root().is_dir():
        return
    for path in sorted(root().rglob("*")):
        try:
            if not path.is_file() or path.stat().st_mtime >= moment.timestamp():
                continue
        except FileNotFoundError:
            continue
        if path.parent == root() / INCOMING:
            yield None, path
            continue
        try:
            stored = UUID(path.name)
        except ValueError:
            continue  # not ours: left alone
        if path == path_of(stored):
            yield stored, path
