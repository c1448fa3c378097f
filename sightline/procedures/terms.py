"""The words of procedures: units of time, certainty of a figure, and the life of a duty."""

from enum import StrEnum


class Unit(StrEnum):
    """What a time limit counts. The values are the words used in a pack."""

    WORKING_DAYS = "working days"
    WORKING_HOURS = "working hours"
    CALENDAR_DAYS = "calendar days"
    WEEKS = "weeks"
    MONTHS = "months"
    HOURS = "hours"
    MINUTES = "minutes"

    @property
    def counts_working_time(self) -> bool:
        """Whether the unit leaves out weekends and holidays, so that the calendar must know them."""
        return self in (Unit.WORKING_DAYS, Unit.WORKING_HOURS)

    @property
    def is_shorter_than_a_day(self) -> bool:
        return self in (Unit.WORKING_HOURS, Unit.HOURS, Unit.MINUTES)


class Basis(StrEnum):
    """Who set a limit: statute, regulations and statutory guidance, or the partnership itself."""

    STATUTORY = "statutory"
    LOCAL = "local"


class WhichStart(StrEnum):
    """Which of several beginnings a time limit counts from, where what starts it may happen more than once. The values
    are the words used in a pack."""

    BEGAN = "the one that began it"
    FIRST = "the first"
    LATEST = "the latest"


class Certainty(StrEnum):
    """How sure Sightline is that a value says what its source says."""

    CONFIRMED = "confirmed"
    SECONDARY = "secondary source"
    UNCONFIRMED = "not confirmed against the text"
    BASELINE = "Sightline baseline"


class PrincipleGroup(StrEnum):
    """The part that a principle plays in its manual."""

    PRINCIPLE = "principle"
    FAMILIES = "working with families"
    CHILDREN_SAY = "what children say they need"
    SYSTEM = "what a safeguarding system does"
    TIMELINESS = "time"
    RECORDING = "recording"
    LAW = "what the law asks"
    POLICY = "agreed policy"
    INTENTION = "organisational intention"
    COMMITMENT = "commitment"
    EXPECTATION = "practice expectation"


class GuidedField(StrEnum):
    """The fields beside which guidance may stand, named as `step.field`. Each is shown on a page: a text under another
    name would be read by nobody, so checking a pack refuses it."""

    WHAT_HAPPENED = "concern.what_happened"
    INDICATORS = "concern.indicators"
    IMMEDIATE_DANGER = "concern.immediate_danger"
    CHILD_VIEWS = "concern.child_views"
    FAMILY_KNOWS = "concern.family_knows"
    INTERPRETER = "concern.interpreter"
    LEVEL_OF_NEED = "screening.level_of_need"
    OUTCOME = "screening.outcome"
    AGREEMENT_OR_POWER = "screening.agreement_or_power"
    CHILD_TOLD = "screening.child_told"
    CONFLICT_OF_INTERESTS = "screening.conflict_of_interests"
    SOONER = "duty.sooner"
    EXTENSION = "duty.extension"
    REFERRER_ANSWER = "referrer.answer"
    IDENTITY = "child.identity"
    RIGHTS_YOUNG = "rights.young"
    RIGHTS_MIDDLE = "rights.middle"
    RIGHTS_OLDER = "rights.older"


class HolidayKind(StrEnum):
    """A bank holiday lengthens every clock; a closure of the office lengthens local clocks only."""

    BANK_HOLIDAY = "bank holiday"
    CLOSURE = "closure"


class DutyState(StrEnum):
    """Where a duty stands. `rules.TRANSITIONS` says what may lead from one to another."""

    OPEN = "open"
    SHORTENED = "shortened"
    EXTENDED = "extended"
    MISSED = "missed"
    ANSWERED = "missed and answered for"
    DONE_LATE = "done late"
    LAPSED = "missed and no longer owed"
    DISCHARGED = "discharged"
    WITHDRAWN = "withdrawn"
    NEVER_DONE = "missed and never done"


class DutyAct(StrEnum):
    """What may happen to a duty."""

    SHORTEN = "shorten"
    EXTEND = "extend"
    MISS = "miss"
    ANSWER = "answer for"
    DISCHARGE = "discharge"
    WITHDRAW = "withdraw"
    WRITE_UP = "write up"
    OWE_AGAIN = "owe again"
    NEVER_OWE = "never owe"


class DutyStatus(StrEnum):
    """How a running duty stands against the clock, most urgent first."""

    CRITICAL = "Critically overdue"
    OVERDUE = "Overdue"
    DUE_SOON = "Due soon"
    NOT_DUE = "Not due"
