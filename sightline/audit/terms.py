"""The words of the audit trail."""

from enum import StrEnum


class Verb(StrEnum):
    """What somebody did; stored as it stands, so a word once used is never renamed."""

    READ = "read"
    WROTE = "wrote"
    SEARCHED = "searched"
    PRINTED = "printed"
    EXPORTED = "exported"
    EMERGENCY = "opened in an emergency"
    REFUSED = "refused"
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    FAILED_SIGN_IN = "failed sign-in"
    ERROR = "error"


class Fault(StrEnum):
    """What `verify` can find wrong."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    UNSEALED = "unsealed"
    SEAL_CHANGED = "seal changed"
    SEAL_REMOVED = "seal removed"
    ANCHOR = "differs from anchor"
    ANCHOR_MISSING = "anchor missing"


#: The named jobs of this room, as `Viewer.for_job` and the doors know them.
SEALING = "audit-seal"
VERIFYING = "audit-verify"
