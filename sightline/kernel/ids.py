"""Keys made in Python, so that an insert never needs to read its own row back through row security."""

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562): unique, and later ones sort after earlier ones."""
    return uuid_utils.compat.uuid7()
