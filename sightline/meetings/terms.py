"""The words of meetings."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a meeting is for. The values name the `meeting` values of a pack."""

    STRATEGY_DISCUSSION = "strategy_discussion"
    INITIAL_CONFERENCE = "initial_conference"
    REVIEW_CONFERENCE = "review_conference"
    CORE_GROUP = "core_group"
    CHILD_IN_NEED_REVIEW = "child_in_need_review"
    EARLY_HELP_REVIEW = "early_help_review"
    FAMILY_GROUP = "family_group"
    RECEIVING_IN_CONFERENCE = "receiving_in_conference"
    LOOKED_AFTER_REVIEW = "looked_after_review"
    PROFESSIONALS = "professionals"


class Format(StrEnum):
    IN_PERSON = "in_person"
    BOTH = "both"
    VIDEO = "video"
    TELEPHONE = "telephone"

    @property
    def label(self) -> str:
        return _FORMATS[self]


_FORMATS = {
    Format.IN_PERSON: "In one room",
    Format.BOTH: "In one room, with some by video or telephone",
    Format.VIDEO: "By video",
    Format.TELEPHONE: "By telephone",
}


class MeetingState(StrEnum):
    CALLED = "called"
    HELD = "held"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class MeetingAct(StrEnum):
    MOVE = "move"
    HOLD = "hold"
    NOT_HELD = "not held after all"
    CONCLUDE = "conclude"
    CANCEL = "cancel"
    REOPEN = "reopen"


#: What a change of a meeting is called where it will not be held.
CALLED_OFF = "Cancelled"


class InviteeKind(StrEnum):
    PRACTITIONER = "practitioner"
    FAMILY = "family"
    CHILD = "child"
    OUTSIDER = "outsider"


class GivenKind(StrEnum):
    """What was given or explained to somebody who is invited, and recorded as such."""

    INVITATION = "invitation"
    PAPERS = "papers"
    EXPLAINED = "explained"
    MINUTES = "minutes"


class How(StrEnum):
    """How something reached somebody."""

    BY_HAND = "by_hand"
    READ_ALOUD = "read_aloud"
    POST = "post"
    EMAIL = "email"
    TEXT = "text"
    TELEPHONE = "telephone"
    THROUGH_INTERPRETER = "through_interpreter"
    IN_SIGHTLINE = "in_sightline"

    @property
    def label(self) -> str:
        return _HOW[self]


_HOW = {
    How.BY_HAND: "By hand",
    How.READ_ALOUD: "Read aloud to them",
    How.POST: "By post",
    How.EMAIL: "By secure email",
    How.TEXT: "By text message",
    How.TELEPHONE: "By telephone",
    How.THROUGH_INTERPRETER: "Through an interpreter",
    How.IN_SIGHTLINE: "They read it in Sightline",
}


class Topic(StrEnum):
    """What a family is told before a meeting (Working Together; North East Lincolnshire; FAM-09)."""

    CONCERN = "concern"
    POWER = "power"
    SAFETY_FIRST = "safety_first"
    EFFECTS = "effects"
    CHANGES = "changes"
    TIMESCALES = "timescales"
    OUTCOMES = "outcomes"
    EXPECTATIONS = "expectations"
    RIGHTS = "rights"
    REFUSING = "refusing"

    @property
    def label(self) -> str:
        return _TOPICS[self]


_TOPICS = {
    Topic.CONCERN: "What we are worried about",
    Topic.POWER: "The power that we use, or the agreement that we ask for",
    Topic.SAFETY_FIRST: "That the child's safety comes first",
    Topic.EFFECTS: "What this may mean for the family",
    Topic.CHANGES: "What needs to change",
    Topic.TIMESCALES: "By when",
    Topic.OUTCOMES: "What may be decided",
    Topic.EXPECTATIONS: "What they can expect of us, and we of them",
    Topic.RIGHTS: "Their rights and responsibilities when they are offered help",
    Topic.REFUSING: "What may follow if they refuse it",
}


class SupporterAnswer(StrEnum):
    BRINGS = "brings"
    DECLINES = "declines"
    NOT_YET = "not_yet"

    @property
    def label(self) -> str:
        return _ANSWERS[self]


_ANSWERS = {
    SupporterAnswer.BRINGS: "They will bring somebody",
    SupporterAnswer.DECLINES: "They do not want to",
    SupporterAnswer.NOT_YET: "They have not answered yet",
}


class Came(StrEnum):
    """How somebody who was invited took part."""

    CAME = "came"
    BY_LINK = "by_link"
    APART = "apart"
    SENT_SOMEBODY = "sent_somebody"
    APOLOGISED = "apologised"
    NOT_THERE = "not_there"

    @property
    def label(self) -> str:
        return _CAME[self]

    @property
    def took_part(self) -> bool:
        """Whether they, or somebody for them, were part of the meeting."""
        return self in (Came.CAME, Came.BY_LINK, Came.APART, Came.SENT_SOMEBODY)


_CAME = {
    Came.CAME: "Came",
    Came.BY_LINK: "Took part by video or telephone",
    Came.APART: "Was seen separately",
    Came.SENT_SOMEBODY: "Sent somebody in their place",
    Came.APOLOGISED: "Apologised",
    Came.NOT_THERE: "Was not there",
}


class ChildStage(StrEnum):
    """When a child was told of a meeting, or had their part in it (CHD-12)."""

    BEFORE = "before"
    PART = "part"
    AFTER = "after"

    @property
    def label(self) -> str:
        return _STAGES[self]


_STAGES = {
    ChildStage.BEFORE: "Told before the meeting",
    ChildStage.PART: "Took part",
    ChildStage.AFTER: "Told what was decided",
}


class Agreement(StrEnum):
    ALL = "all"
    SOME = "some"


class LetterForm(StrEnum):
    """In which form the family is written to. Other values are language codes of the pack's letters."""

    PLAIN = "en"
    EASY = "easy"
