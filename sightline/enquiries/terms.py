"""The words of assessments, strategy discussions and enquiries."""

from enum import StrEnum


class Stage(StrEnum):
    """Where one child stands on their way through; `rules.stages.TRANSITIONS` says what leads where."""

    EARLY_HELP = "early_help"
    ASSESSMENT = "assessment"
    STRATEGY = "strategy"
    ENQUIRY = "enquiry"
    CONFERENCE = "conference"
    HELP = "help"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STAGES[self]


_STAGES = {
    Stage.EARLY_HELP: "Early help",
    Stage.ASSESSMENT: "Assessment of a child in need",
    Stage.STRATEGY: "Strategy discussion",
    Stage.ENQUIRY: "Section 47 enquiry",
    Stage.CONFERENCE: "Child protection conference",
    Stage.HELP: "Help under a plan",
    Stage.CLOSED: "Closed",
}


class Act(StrEnum):
    """What moves a child on."""

    AGREE_HELP = "agree help"
    STEP_UP = "step up"
    STEP_DOWN = "step down"
    ASSESS_AGAIN = "assess again"
    CALL_STRATEGY = "call a strategy discussion"
    DISCUSS_AGAIN = "discuss again"
    START_ENQUIRY = "start an enquiry"
    CONTINUE_ASSESSMENT = "go on with the assessment"
    CALL_CONFERENCE = "call a conference"
    MAKE_PLAN = "make a plan"
    HELP_GOES_ON = "go on with the help"
    EARLY_HELP_GOES_ON = "go on with early help"
    CLOSE = "close"
    TAKE_BACK = "take back"


class AssessmentState(StrEnum):
    """The life of one assessment."""

    WRITING = "writing"
    SENT = "sent"
    SIGNED = "signed"
    SET_ASIDE = "set_aside"

    @property
    def label(self) -> str:
        return _ASSESSMENT_STATES[self]


_ASSESSMENT_STATES = {
    AssessmentState.WRITING: "Being written",
    AssessmentState.SENT: "With the manager",
    AssessmentState.SIGNED: "Signed",
    AssessmentState.SET_ASIDE: "Set aside",
}


class AssessmentAct(StrEnum):
    WRITE = "write"
    SEND = "send to the manager"
    RETURN = "return"
    TAKE_BACK = "take back"
    SIGN = "sign"
    SET_ASIDE = "set aside"
    TAKE_UP_AGAIN = "take up again"
    HAND_OVER = "hand over"


class StandsOn(StrEnum):
    """What an intervention stands on: agreement is the rule, power the exception that says why."""

    AGREEMENT = "agreement"
    POWER = "power"


class TookPart(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"

    @property
    def label(self) -> str:
        return _TOOK_PART[self]


_TOOK_PART = {TookPart.YES: "Yes", TookPart.PARTLY: "In part", TookPart.NO: "No"}


class ActsForChild(StrEnum):
    """Whether a carer acts in the child's interest."""

    YES = "yes"
    SOMETIMES = "sometimes"
    NO = "no"
    NOT_CLEAR = "not_clear"

    @property
    def label(self) -> str:
        return _ACTS[self]


_ACTS = {
    ActsForChild.YES: "Yes",
    ActsForChild.SOMETIMES: "Sometimes",
    ActsForChild.NO: "No",
    ActsForChild.NOT_CLEAR: "Not clear yet",
}


class Reached(StrEnum):
    """What came of an attempt to reach a family."""

    SEEN = "seen"
    SPOKEN = "spoken"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    NOT_BROUGHT = "not_brought"
    NOT_AT_HOME = "not_at_home"

    @property
    def label(self) -> str:
        return _REACHED[self]

    @property
    def failed(self) -> bool:
        """The child was not seen and nobody spoken to about the child's safety."""
        return self not in (Reached.SEEN, Reached.SPOKEN)


_REACHED = {
    Reached.SEEN: "The child was seen",
    Reached.SPOKEN: "A parent or carer was spoken to, the child not seen",
    Reached.NO_ANSWER: "No answer",
    Reached.REFUSED: "They refused",
    Reached.NOT_BROUGHT: "The child was not brought",
    Reached.NOT_AT_HOME: "Nobody was at home",
}


class ContactWay(StrEnum):
    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    LETTER = "letter"
    APPOINTMENT = "appointment"

    @property
    def label(self) -> str:
        return _WAYS[self]


_WAYS = {
    ContactWay.VISIT: "Visit",
    ContactWay.CALL: "Telephone call",
    ContactWay.MESSAGE: "Message or e-mail",
    ContactWay.LETTER: "Letter",
    ContactWay.APPOINTMENT: "Appointment",
}


class Development(StrEnum):
    """Areas in which a child's progress is set beside age."""

    MOVING = "moving"
    TALKING = "talking"
    LEARNING = "learning"
    FEELINGS = "feelings"
    SELF_CARE = "self_care"
    GROWTH = "growth"

    @property
    def label(self) -> str:
        return _DEVELOPMENT[self]


_DEVELOPMENT = {
    Development.MOVING: "Moving and handling things",
    Development.TALKING: "Talking and understanding",
    Development.LEARNING: "Learning and playing",
    Development.FEELINGS: "Feelings and getting on with others",
    Development.SELF_CARE: "Doing things for themselves",
    Development.GROWTH: "Growth: weight and height",
}


class AgainstAge(StrEnum):
    BEHIND = "behind"
    A_LITTLE_BEHIND = "a_little_behind"
    AS_EXPECTED = "as_expected"
    AHEAD = "ahead"
    NOT_KNOWN = "not_known"

    @property
    def label(self) -> str:
        return _AGAINST_AGE[self]


_AGAINST_AGE = {
    AgainstAge.BEHIND: "Well behind what is usual at that age",
    AgainstAge.A_LITTLE_BEHIND: "A little behind",
    AgainstAge.AS_EXPECTED: "As is usual at that age",
    AgainstAge.AHEAD: "Ahead",
    AgainstAge.NOT_KNOWN: "Not known: nobody has looked",
}


class Factor(StrEnum):
    """The children in need census's codes of factors found at the end of an assessment."""

    A1, B1, C1 = "1A", "1B", "1C"
    A2, B2, C2 = "2A", "2B", "2C"
    A3, B3, C3 = "3A", "3B", "3C"
    A4, B4, C4 = "4A", "4B", "4C"
    A5, B5, C5 = "5A", "5B", "5C"
    A6, B6, C6 = "6A", "6B", "6C"
    A7 = "7A"
    B8, C8, D8, E8, F8 = "8B", "8C", "8D", "8E", "8F"
    A9 = "9A"
    A10 = "10A"
    A11 = "11A"
    A12 = "12A"
    A13 = "13A"
    A14 = "14A"
    A15 = "15A"
    A16 = "16A"
    A17 = "17A"
    B18, C18 = "18B", "18C"
    B19, C19 = "19B", "19C"
    A22 = "22A"
    A23 = "23A"
    A24 = "24A"
    OTHER = "20"
    NONE = "21"

    @property
    def label(self) -> str:
        return _FACTORS[self]


_OF = {"A": "of the child", "B": "of a parent or carer", "C": "of somebody else in the household"}
_BY_PERSON = {
    "1": "Alcohol misuse",
    "2": "Drug misuse",
    "3": "Domestic abuse: harm",
    "4": "Mental health",
    "5": "Learning disability",
    "6": "Physical disability or illness",
}
_FACTORS = {
    **{
        f: f"{_BY_PERSON[f[0]]} {_OF[f[1]]}"
        for f in Factor
        if len(f) == 2 and f[1] in _OF and f[0] in _BY_PERSON
    },
    Factor.A7: "Young carer",
    Factor.B8: "Private fostering: from overseas, to be adopted",
    Factor.C8: "Private fostering: from overseas, with extended family or for study",
    Factor.D8: "Private fostering: teenager living away from home",
    Factor.E8: "Private fostering: parents work or study away",
    Factor.F8: "Private fostering: other",
    Factor.A9: "Unaccompanied child seeking asylum",
    Factor.A10: "Going missing",
    Factor.A11: "Child sexual exploitation",
    Factor.A12: "Trafficking",
    Factor.A13: "Gangs",
    Factor.A14: "Socially unacceptable behaviour",
    Factor.A15: "Self-harm",
    Factor.A16: "Neglect",
    Factor.A17: "Emotional abuse",
    Factor.B18: "Physical abuse by a child",
    Factor.C18: "Physical abuse by an adult",
    Factor.B19: "Sexual abuse by a child",
    Factor.C19: "Sexual abuse by an adult",
    Factor.A22: "Female genital mutilation",
    Factor.A23: "Abuse linked to faith or belief",
    Factor.A24: "Child criminal exploitation",
    Factor.OTHER: "Another factor",
    Factor.NONE: "No factors found",
}


class StrategyOutcome(StrEnum):
    SINGLE = "section_47_single"
    JOINT = "section_47_joint"
    ASSESSMENT = "assessment"
    NOTHING = "no_further_action"

    @property
    def label(self) -> str:
        return _STRATEGY_OUTCOMES[self]

    @property
    def enquires(self) -> bool:
        return self in (StrategyOutcome.SINGLE, StrategyOutcome.JOINT)


_STRATEGY_OUTCOMES = {
    StrategyOutcome.SINGLE: "Section 47 enquiry by social care alone",
    StrategyOutcome.JOINT: "Section 47 enquiry by social care and police together",
    StrategyOutcome.ASSESSMENT: "The assessment goes on without a section 47 enquiry",
    StrategyOutcome.NOTHING: "No further action from this discussion",
}


class Waits(StrEnum):
    """What a decision does that waits for a manager's ruling."""

    STRATEGY = "strategy"
    LOOKED_AFTER = "looked_after"
    STEP_UP = "step_up"
    CLOSE_CASE = "close_case"
    NON_CONTACT = "non_contact"
    LOOKED_AFTER_END = "looked_after_end"
    LOOKED_AFTER_BACK = "looked_after_back"
    LEGAL_BASIS = "legal_basis"
    NO_PLAN = "no_plan"
    ASSESSMENT = "assessment"
    STEP_BACK = "step_back"
    INCIDENTS = "incidents"
    PLAN = "plan"


class LedBy(StrEnum):
    SINGLE = "single"
    JOINT = "joint"

    @property
    def label(self) -> str:
        return {"single": "Social care alone", "joint": "Social care and police together"}[self.value]


class Finding(StrEnum):
    CONTINUING = "continuing_risk"
    SUBSTANTIATED = "substantiated"
    NOT = "not_substantiated"

    @property
    def label(self) -> str:
        return _FINDINGS[self]


_FINDINGS = {
    Finding.CONTINUING: "Substantiated, and the child is at continuing risk of significant harm",
    Finding.SUBSTANTIATED: "Substantiated, and the child is not at continuing risk",
    Finding.NOT: "Not substantiated",
}


class MadeSafeBy(StrEnum):
    """How a child who is in danger now is made safe."""

    DANGER_GONE = "danger_gone"
    RELATIVES = "relatives"
    AGREEMENT = "agreement"
    SECTION_20 = "section_20"
    MEASURE = "measure"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "danger_gone": "Whoever or whatever was the danger has gone from the child",
            "relatives": "The child is with relatives or friends",
            "agreement": "The child is at home, with an agreement that keeps them safe",
            "section_20": "The child is accommodated (section 20)",
            "measure": "Police protection, an emergency protection order or another order of a court runs already",
            "other": "In another way",
        }[self.value]


class EmergencyKind(StrEnum):
    """The values name the pack's limits."""

    POLICE = "police_protection"
    ORDER = "emergency_protection_order"

    @property
    def label(self) -> str:
        return {"police_protection": "Police protection (section 46)"}.get(
            self.value, "Emergency protection order (section 44)"
        )


class EmergencyPart(StrEnum):
    """What of an emergency measure was recorded by mistake."""

    MEASURE = "measure"
    EXTENSION = "extension"
    END = "end"

    @property
    def label(self) -> str:
        return {"measure": "The measure", "extension": "The extension", "end": "The end"}[self.value]


class LegalBasis(StrEnum):
    """On what a child becomes looked after."""

    AGREED = "section_20"
    INTERIM = "interim_care_order"
    CARE = "care_order"
    POLICE = "police_protection"
    ORDER = "emergency_protection"

    @property
    def label(self) -> str:
        return _BASES[self]


_BASES = {
    LegalBasis.AGREED: "Agreement of those with parental responsibility (section 20)",
    LegalBasis.INTERIM: "Interim care order (section 38)",
    LegalBasis.CARE: "Care order (section 31)",
    LegalBasis.POLICE: "Police protection (section 46)",
    LegalBasis.ORDER: "Emergency protection order (section 44)",
}


class Closure(StrEnum):
    """Why a child's case ends: the children in need census's codes (standards B)."""

    RC1 = "RC1"
    RC2 = "RC2"
    RC3 = "RC3"
    RC4 = "RC4"
    RC5 = "RC5"
    RC6 = "RC6"
    RC7 = "RC7"
    RC8 = "RC8"
    RC9 = "RC9"

    @property
    def label(self) -> str:
        return _CLOSURES[self]


#: Of a case that ended with its assessment: the census refuses them beside any plan (its rule 2990).
AFTER_ASSESSMENT = frozenset({Closure.RC8, Closure.RC9})

_CLOSURES = {
    Closure.RC1: "The child was adopted",
    Closure.RC2: "The child died",
    Closure.RC3: "A child arrangements order was made",
    Closure.RC4: "A special guardianship order was made",
    Closure.RC5: "Another local authority has taken it on",
    Closure.RC6: "Adult services have taken it on",
    Closure.RC7: "Another reason, or help is no longer needed",
    Closure.RC8: "Closed after assessment, no further action",
    Closure.RC9: "Closed after assessment, early help goes on",
}
