"""The words of the front door."""

from enum import StrEnum


class Place(StrEnum):
    """Where the harm is (Working Together 2023: inside or outside the home, including online)."""

    HOME = "home"
    OUTSIDE = "outside"
    ONLINE = "online"
    NOT_KNOWN = "not_known"


class Told(StrEnum):
    """Whether the family was told of the concern. Not known is an answer of whoever sends one without an account; not
    asked is none: it was imported, or sent before everybody was asked."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"
    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"


class Agreed(StrEnum):
    """Whether the family agreed to the concern being shared; not asked means that nobody asked the family."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"


class Channel(StrEnum):
    SIGNED_IN = "signed_in"
    PUBLIC = "public"


class ConcernState(StrEnum):
    """Where a concern stands; `rules.TRANSITIONS` says what leads from one to another."""

    WAITING = "waiting"
    BEING_SCREENED = "being_screened"
    DECIDED = "decided"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"


class ConcernAct(StrEnum):
    TAKE_UP = "take up"
    HAND_BACK = "hand back"
    DECIDE = "decide"
    ANSWER = "answer"
    TAKE_BACK = "take back"
    REOPEN = "reopen"


class AdditionKind(StrEnum):
    MORE = "more"
    CORRECTION = "correction"
    TAKEN_BACK = "taken_back"
    REOPENED = "reopened"


class AnswerKind(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


class Referral(StrEnum):
    """Whether a screening outcome makes the contact a referral; the values are the pack's words."""

    ALWAYS = "always"
    IF_RECORDED = "if recorded so"
    NEVER = "never"
