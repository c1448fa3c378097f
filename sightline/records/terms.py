"""The words of the record."""

from enum import StrEnum


class EntryKind(StrEnum):
    NOTE = "note"
    CONTACT = "contact"
    VISIT = "visit"
    OBSERVATION = "observation"
    OVERSIGHT = "oversight"
    CORRECTION = "correction"


class DecisionKind(StrEnum):
    SCREENING = "screening"
    MATCH = "match"
    TRANSFER = "transfer"
    RULING = "ruling"
    MEETING = "meeting"
