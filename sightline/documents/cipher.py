"""Files encrypted in authenticated chunks, so that a part can be read without the rest.

A file begins with `MAGIC` and seven random bytes; chunks of 64 KiB follow, each encrypted with AES-256-GCM under the
file's own key. The nonce is those bytes, the chunk's number and whether it is the last; the associated data are the
file's id, the number and the last mark once more. A chunk that was changed, moved, repeated, left out, or that comes
from another file, and an end that was cut off, are all found (Hoang and others, the STREAM construction, 2015).
"""

from __future__ import annotations

import io
import os
from typing import IO, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"SLDOC\x01"
PREFIX = 7
HEADER = len(MAGIC) + PREFIX
CHUNK = 64 * 1024
TAG = 16


class Damaged(Exception):
    """A stored file is not what was written: changed, cut short, or opened with a key that is not its own."""


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(256)


def stored_size(size: int) -> int:
    """How many bytes `size` bytes take up once encrypted."""
    return HEADER + size + TAG * chunks_of(size)


def chunks_of(size: int) -> int:
    """How many chunks `size` bytes make; an empty file has one, so that its end is vouched for too."""
    return max(1, -(-size // CHUNK))


def _nonce(prefix: bytes, index: int, last: bool) -> bytes:
    return prefix + index.to_bytes(4, "big") + bytes([last])


def _bound(file_id: UUID, index: int, last: bool) -> bytes:
    return MAGIC + file_id.bytes + index.to_bytes(8, "big") + bytes([last])


def encrypt(source: IO[bytes], target: IO[bytes], key: bytes, file_id: UUID) -> int:
    """Write all of `source` to `target`, encrypted; returns how many bytes it had. Raises OSError."""
    cipher, prefix = AESGCM(key), os.urandom(PREFIX)
    target.write(MAGIC + prefix)
    size, index = 0, 0
    chunk = _filled(source)
    while True:
        following = _filled(source) if len(chunk) == CHUNK else b""
        last = not following
        target.write(cipher.encrypt(_nonce(prefix, index, last), chunk, _bound(file_id, index, last)))
        size += len(chunk)
        if last:
            return size
        chunk, index = following, index + 1


def _filled(source: IO[bytes]) -> bytes:
    """A whole chunk, or what is left: a reader may give less than it was asked for."""
    parts, wanted = [], CHUNK
    while wanted and (part := source.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


class Decrypted(io.RawIOBase):
    """A stored file as it was, readable from any place; only the chunks that are asked for are opened.

    `size` is how many bytes it had. Raises Damaged where a chunk is not what was written.
    """

    def __init__(self, stored: IO[bytes], key: bytes, file_id: UUID, size: int) -> None:
        self._stored, self._cipher, self._id, self.size = stored, AESGCM(key), file_id, size
        self._chunks = chunks_of(size)
        self._at, self._held, self._chunk = 0, -1, b""
        header = stored.read(HEADER)
        if len(header) != HEADER or not header.startswith(MAGIC):
            raise Damaged("This is no file that Sightline stored.")
        self._prefix = header[len(MAGIC) :]
        # What was cut off or added behind the last chunk is found here, what is inside when it is read.
        if stored.seek(0, io.SEEK_END) != stored_size(size):
            raise Damaged("The stored file is not as long as it was.")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        given = self.read(len(buffer))
        buffer[: len(given)] = given
        return len(given)

    def read(self, size: int | None = -1) -> bytes:
        end = self.size if size is None or size < 0 else min(self.size, self._at + size)
        parts = []
        while self._at < end:
            chunk = self._open(self._at // CHUNK)
            start = self._at % CHUNK
            part = chunk[start : start + end - self._at]
            parts.append(part)
            self._at += len(part)
        return b"".join(parts)

    def check(self) -> None:
        """Open the chunk at the present place. Raises Damaged."""
        self._open(min(self._at, max(0, self.size - 1)) // CHUNK)

    def _open(self, index: int) -> bytes:
        if index != self._held:
            last = index == self._chunks - 1
            self._stored.seek(HEADER + index * (CHUNK + TAG))
            raw = self._stored.read(CHUNK + TAG if not last else self.size - index * CHUNK + TAG)
            try:
                self._chunk = self._cipher.decrypt(
                    _nonce(self._prefix, index, last), raw, _bound(self._id, index, last)
                )
            except InvalidTag as error:
                raise Damaged("The stored file was changed, or its key is another file's.") from error
            self._held = index
        return self._chunk

    def close(self) -> None:
        self._stored.close()
        super().close()


def readable(opened: Decrypted) -> IO[bytes]:
    """The same, for who asks for a file of bytes in general."""
    return cast(IO[bytes], opened)
