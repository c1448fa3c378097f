"""The words of the access room."""

from enum import StrEnum


class GrantOrigin(StrEnum):
    """What a grant came from."""

    ALLOCATION = "allocation"
    CONCERN = "concern"
    MEETING = "meeting"
    INVOLVEMENT = "involvement"
    EMERGENCY = "emergency"
    IMPORT = "import"
    GIVEN = "given"


class GrantLevel(StrEnum):
    READ = "read"
    WRITE = "write"
