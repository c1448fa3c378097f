"""The keys that open the files' own keys. They lie apart from the database: in the environment or in `keys/`.

The newest stands first and wraps; older ones still open what they wrapped, until `rotate_keys` has wrapped it anew.
The file is read each time, so that a rotation needs no restart.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from .cipher import Damaged

_NONCE = 12


class KeyMissing(Exception):
    """No key is there that opens a document; its text is for whoever looks after the system."""


@dataclass(frozen=True)
class MasterKey:
    """One key that wraps the keys of files. `id` says which, and nothing of what it is."""

    secret: bytes

    @cached_property
    def id(self) -> str:
        return sha256(b"sightline documents key\n" + self.secret).hexdigest()[:12]

    def wrap(self, key: bytes, stored: UUID) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, key, b"sightline document\n" + stored.bytes)

    def unwrap(self, wrapped: bytes, stored: UUID) -> bytes:
        """Raises Damaged where it was wrapped for another file, or changed."""
        try:
            return AESGCM(self.secret).decrypt(
                wrapped[:_NONCE], wrapped[_NONCE:], b"sightline document\n" + stored.bytes
            )
        except (InvalidTag, ValueError) as error:
            raise Damaged("The key of this document was changed.") from error


@dataclass(frozen=True)
class Keyring:
    """All the keys of this place, the newest first."""

    keys: tuple[MasterKey, ...]

    @classmethod
    def of(cls, text: str) -> Keyring:
        """From what the key file holds: keys of 64 hexadecimal digits, the newest first. Raises KeyMissing."""
        words = text.split()
        if not words:
            raise KeyMissing(
                "The key of the documents is missing: set SIGHTLINE_DOCUMENTS_KEY or put keys/documents_key back."
            )
        if not all(re.fullmatch(r"[0-9a-fA-F]{64}", word) for word in words):
            raise KeyMissing("The key of the documents is not 64 hexadecimal digits: put the true one back.")
        return cls(tuple(MasterKey(bytes.fromhex(word)) for word in words))

    @property
    def current(self) -> MasterKey:
        return self.keys[0]

    def named(self, key_id: str) -> MasterKey:
        """The key of that id. Raises KeyMissing."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise KeyMissing(
            f"The key {key_id}, which opens some of the documents, is missing: put it back into keys/documents_key."
        )


def key_file() -> Path | None:
    """Where the keys lie as a file; None where the environment gives them."""
    return None if settings.DOCUMENTS_KEY else Path(settings.DOCUMENTS_KEY_FILE)


def keyring() -> Keyring:
    """The keys as they are now. Raises KeyMissing."""
    path = key_file()
    if path is None:
        return Keyring.of(settings.DOCUMENTS_KEY)
    try:
        return Keyring.of(path.read_text())
    except FileNotFoundError:
        return Keyring.of("")
    except OSError as error:
        raise KeyMissing(f"The key of the documents cannot be read ({error.strerror}).") from error
