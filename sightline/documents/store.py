"""The folder of documents on disk: each file whole or not there at all, under a name that says nothing.

What is being received or worked on lies in `incoming/`, in clear, readable by nobody else; what stays is encrypted.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from . import cipher

INCOMING = "incoming"


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
def in_the_clear(content: IO[bytes], suffix: str = "") -> Iterator[Path]:
    """A copy of `content` as a file, for a program that reads only files; gone after the block. Raises NoRoom."""
    folder = incoming()
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=suffix)
    path = Path(name)
    try:
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := content.read(cipher.CHUNK):
                    file.write(chunk)
        except OSError as error:
            raise no_room(error) from error
        yield path
    finally:
        path.unlink(missing_ok=True)


def temporary() -> Any:
    """An empty file in `incoming/`, gone when it is closed. Raises NoRoom."""
    try:
        return tempfile.NamedTemporaryFile(dir=incoming(), suffix=".tmp")
    except OSError as error:
        raise no_room(error) from error


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
