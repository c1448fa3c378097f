"""The words of the record."""

from enum import StrEnum


class EntryKind(StrEnum):
    """The kinds that the program itself knows. A partnership's packs may have others: a kind is a form's id."""

    NOTE = "note"
    CONTACT = "contact"
    CALL = "call"
    VISIT = "visit"
    MEETING = "meeting"
    OBSERVATION = "observation"
    DIRECT_WORK = "direct_work"
    INCIDENT = "incident"
    OVERSIGHT = "oversight"
    SUPERVISION = "supervision"
    HEALTH = "health"
    SCHOOL = "school"
    POLICE = "police"
    CORRECTION = "correction"
    CONTRIBUTION = "contribution"


#: Kinds that are not written by choosing a form: each stands on another entry.
OWN_WAY = (EntryKind.CORRECTION.value, EntryKind.CONTRIBUTION.value)


class StatementKind(StrEnum):
    """What a paragraph is (North East Lincolnshire, case recording; REC-05)."""

    FACT = "fact"
    OPINION = "opinion"
    ASSESSMENT = "assessment"
    JUDGEMENT = "judgement"
    DECISION = "decision"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class StatementSource(StrEnum):
    """Whether the author knows it themselves, or who told it (REC-06)."""

    FIRST_HAND = "first_hand"
    CHILD = "child"
    """In the words of the child whose record it is."""
    TOLD = "told"
    """Told by somebody else: third-party information."""


class Confirming(StrEnum):
    """What became of an entry that was written for somebody else."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    CANNOT = "cannot"
    """They cannot confirm it any more, as when they have left; who says so, and why, is recorded."""
    REPLACED = "replaced"
    """It was corrected before they answered: they are asked about the right words instead."""

    @property
    def label(self) -> str:
        return _CONFIRMING[self]

    @property
    def settled(self) -> bool:
        """Nothing is wanting: it was confirmed, or other words stand in its place."""
        return self in (Confirming.CONFIRMED, Confirming.REPLACED)


_CONFIRMING = {
    Confirming.WAITING: "Not yet confirmed",
    Confirming.CONFIRMED: "Confirmed",
    Confirming.DISPUTED: "Not confirmed as written",
    Confirming.CANNOT: "Cannot be confirmed",
    Confirming.REPLACED: "Corrected before it was confirmed",
}


class ContributionKind(StrEnum):
    """What a child, a parent or somebody else in the child's life adds in their own words."""

    CONTRIBUTION = "contribution"
    DISAGREEMENT = "disagreement"


class Interpreting(StrEnum):
    """Who interpreted when somebody was spoken to, British Sign Language included (FAM-04)."""

    NONE_NEEDED = "none_needed"
    BOOKED = "booked"
    RELATIVE = "relative"

    @property
    def label(self) -> str:
        return {
            "none_needed": "Nobody had to",
            "booked": "A booked interpreter, British Sign Language included",
            "relative": "A relative or friend, or a child",
        }[self.value]


class AidKind(StrEnum):
    """What the writing aids point out. None of them ever blocks."""

    MARK = "mark"
    ABBREVIATION = "abbreviation"
    SPECULATION = "speculation"
    JUDGEMENTAL = "judgemental"
    LONG_SENTENCE = "long_sentence"
    THEIR_WORDS = "their_words"
    RESTS_ON = "rests_on"


class DecisionKind(StrEnum):
    SCREENING = "screening"
    MATCH = "match"
    RULING = "ruling"
    MEETING = "meeting"
    MISSED_MEETINGS = "missed_meetings"
    IN_ENTRY = "in_entry"
    ASSESSMENT = "assessment"
    STRATEGY = "strategy_discussion"
    ENQUIRY = "section_47_enquiry"
    NON_CONTACT = "non_contact"
    STEP = "step"
    PLAN = "plan"
    INCIDENTS = "incidents"
