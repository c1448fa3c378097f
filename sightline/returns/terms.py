"""The code sets of the children in need census, with plain labels and the years in which they hold.

Sources: the children in need census as described by the community schema for 2026 and by the rule numbers
4220, 8540, 8640, 8650, 8866, 8905 of the published validation rules. A *collection year* is named by the
year in which it ends: 2022 is the year to 31 March 2022.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, cast


class Coded(StrEnum):
    """A code as the return carries it, its label, and the first and last collection year in which it may
    be used.

    ``since`` and ``until`` are collection years, both included; None where no bound is known.
    """

    label: str
    since: int | None
    until: int | None

    def __new__(cls, code: str, label: str, since: int | None = None, until: int | None = None) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.since = since
        member.until = until
        return member

    @classmethod
    def by_code(cls) -> Mapping[str, Self]:
        """The set's members by the code that the return carries."""
        return cast("Mapping[str, Self]", cls._value2member_map_)

    def holds_in(self, year: int) -> bool:
        """Whether the code belongs to the census of this collection year."""
        return (self.since is None or year >= self.since) and (self.until is None or year <= self.until)


def label_of(codes: type[Coded], code: str) -> str:
    """The label of a code; empty for none, and the code itself where the set does not hold it."""
    known = codes.by_code().get(code)
    return code if known is None else known.label


class ReferralSource(Coded):
    """Who referred the child (rule 8640 and its neighbours)."""

    FAMILY = "1A", "Family member, relative or carer"
    ACQUAINTANCE = "1B", "Acquaintance, neighbour or child minder"
    SELF = "1C", "The child"
    OTHER_INDIVIDUAL = "1D", "Another individual"
    SCHOOL = "2A", "School"
    EDUCATION_SERVICE = "2B", "Education service"
    GP = "3A", "General practitioner"
    HEALTH_VISITOR = "3B", "Health visitor"
    SCHOOL_NURSE = "3C", "School nurse"
    OTHER_PRIMARY_HEALTH = "3D", "Other primary health service"
    EMERGENCY_DEPARTMENT = "3E", "Accident and emergency"
    OTHER_HEALTH = "3F", "Other health service"
    HOUSING = "4", "Housing"
    SOCIAL_CARE = "5A", "Local authority: social care"
    OTHER_INTERNAL = "5B", "Local authority: another department"
    OTHER_AUTHORITY = "5C", "Another local authority"
    EARLY_HELP = "5D", "Local authority: early help", 2023
    POLICE = "6", "Police"
    OTHER_LEGAL = "7", "Court, probation or another legal agency"
    OTHER = "8", "Other, voluntary organisations included"
    ANONYMOUS = "9", "Anonymous"
    UNKNOWN = "10", "Not known"


class PrimaryNeed(Coded):
    """Why the child first came to be in need."""

    ABUSE_OR_NEGLECT = "N1", "Abuse, neglect or exploitation"
    CHILD_DISABILITY = "N2", "The child's disability"
    PARENTAL_DISABILITY = "N3", "A parent's disability or illness"
    ACUTE_STRESS = "N4", "Family in acute stress"
    DYSFUNCTION = "N5", "Family dysfunction"
    BEHAVIOUR = "N6", "Socially unacceptable behaviour"
    LOW_INCOME = "N7", "Low income"
    ABSENT_PARENTING = "N8", "Absent parenting"
    NOT_IN_NEED = "N9", "Not a child in need"
    NOT_STATED = "N0", "Not stated"


class ClosureReason(Coded):
    """Why the case was closed."""

    ADOPTED = "RC1", "Adopted"
    DIED = "RC2", "Died"
    CHILD_ARRANGEMENTS = "RC3", "Child arrangements order"
    SPECIAL_GUARDIANSHIP = "RC4", "Special guardianship order"
    OTHER_AUTHORITY = "RC5", "Moved to another local authority's services"
    ADULT_SERVICES = "RC6", "Moved to adult services"
    OTHER = "RC7", "Any other reason, no longer in need included"
    NO_FURTHER_ACTION = "RC8", "Closed after assessment, no further action"
    EARLY_HELP = "RC9", "Closed after assessment, early help", 2023


class Factor(Coded):
    """What an assessment found. A is the child, B a parent or carer, C another person in the household."""

    ALCOHOL_CHILD = "1A", "Alcohol: the child"
    ALCOHOL_PARENT = "1B", "Alcohol: a parent or carer"
    ALCOHOL_OTHER = "1C", "Alcohol: another in the household"
    DRUGS_CHILD = "2A", "Drugs: the child"
    DRUGS_PARENT = "2B", "Drugs: a parent or carer"
    DRUGS_OTHER = "2C", "Drugs: another in the household"
    DOMESTIC_ABUSE_CHILD = "3A", "Domestic abuse: of the child"
    DOMESTIC_ABUSE_PARENT = "3B", "Domestic abuse: of a parent or carer"
    DOMESTIC_ABUSE_OTHER = "3C", "Domestic abuse: of another in the household"
    MENTAL_HEALTH_CHILD = "4A", "Mental health: the child"
    MENTAL_HEALTH_PARENT = "4B", "Mental health: a parent or carer"
    MENTAL_HEALTH_OTHER = "4C", "Mental health: another in the household"
    LEARNING_CHILD = "5A", "Learning disability: the child"
    LEARNING_PARENT = "5B", "Learning disability: a parent or carer"
    LEARNING_OTHER = "5C", "Learning disability: another in the household"
    PHYSICAL_CHILD = "6A", "Physical disability or illness: the child"
    PHYSICAL_PARENT = "6B", "Physical disability or illness: a parent or carer"
    PHYSICAL_OTHER = "6C", "Physical disability or illness: another in the household"
    YOUNG_CARER = "7A", "Young carer"
    FOSTERED_RETURNING = "8B", "Private fostering: from overseas, meaning to return"
    FOSTERED_STAYING = "8C", "Private fostering: from overseas, meaning to stay"
    FOSTERED_EDUCATION = "8D", "Private fostering: for education in the United Kingdom"
    FOSTERED_ALTERNATIVE = "8E", "Private fostering: the family's own arrangement"
    FOSTERED_OTHER = "8F", "Private fostering: other"
    UNACCOMPANIED = "9A", "Unaccompanied asylum-seeking child"
    MISSING = "10A", "Going or being missing"
    SEXUAL_EXPLOITATION = "11A", "Child sexual exploitation"
    TRAFFICKING = "12A", "Trafficking"
    GANGS = "13A", "Gangs"
    BEHAVIOUR = "14A", "Socially unacceptable behaviour"
    SELF_HARM = "15A", "Self-harm"
    NEGLECT = "16A", "Neglect"
    EMOTIONAL_ABUSE = "17A", "Emotional abuse"
    PHYSICAL_ABUSE = "18A", "Physical abuse", None, 2024
    PHYSICAL_ABUSE_BY_CHILD = "18B", "Physical abuse by a child"
    PHYSICAL_ABUSE_BY_ADULT = "18C", "Physical abuse by an adult"
    SEXUAL_ABUSE = "19A", "Sexual abuse", None, 2024
    SEXUAL_ABUSE_BY_CHILD = "19B", "Sexual abuse by a child"
    SEXUAL_ABUSE_BY_ADULT = "19C", "Sexual abuse by an adult"
    OTHER = "20", "Other"
    NONE = "21", "No factor found"
    FGM = "22A", "Female genital mutilation"
    FAITH_OR_BELIEF = "23A", "Abuse linked to faith or belief"
    CRIMINAL_EXPLOITATION = "24A", "Child criminal exploitation"


class AbuseCategory(Coded):
    """The category under which a child protection plan is made."""

    NEGLECT = "NEG", "Neglect"
    PHYSICAL = "PHY", "Physical abuse"
    SEXUAL = "SAB", "Sexual abuse"
    EMOTIONAL = "EMO", "Emotional abuse"
    MULTIPLE = "MUL", "More than one (not recommended)"


class Sex(Coded):
    """The child's sex; an unborn child's is not known."""

    MALE = "M", "Male"
    FEMALE = "F", "Female"
    UNKNOWN = "U", "Not known"


GENDER_CODES: dict[str, Sex] = {"0": Sex.UNKNOWN, "1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNKNOWN}
"""What GenderCurrent said, up to the 2024 collection, in the words that Sex has used since."""

LAST_YEAR_OF_GENDER = 2024


class Disability(Coded):
    """What the child's disability touches."""

    NONE = "NONE", "No disability"
    MOBILITY = "MOB", "Mobility"
    HAND = "HAND", "Hand function"
    PERSONAL_CARE = "PC", "Personal care"
    INCONTINENCE = "INC", "Incontinence"
    COMMUNICATION = "COMM", "Communication"
    LEARNING = "LD", "Learning"
    HEARING = "HEAR", "Hearing"
    VISION = "VIS", "Vision"
    BEHAVIOUR = "BEH", "Behaviour"
    CONSCIOUSNESS = "CON", "Consciousness"
    AUTISM = "AUT", "Autism"
    OTHER = "DDA", "Other"


class Ethnicity(Coded):
    """Ethnicity as the census codes it; 'declined' and 'not yet asked' are answers."""

    WHITE_BRITISH = "WBRI", "White British"
    WHITE_IRISH = "WIRI", "White Irish"
    IRISH_TRAVELLER = "WIRT", "Traveller of Irish heritage"
    WHITE_OTHER = "WOTH", "Any other White background"
    GYPSY_ROMA = "WROM", "Gypsy or Roma"
    WHITE_BLACK_CARIBBEAN = "MWBC", "White and Black Caribbean"
    WHITE_BLACK_AFRICAN = "MWBA", "White and Black African"
    WHITE_ASIAN = "MWAS", "White and Asian"
    MIXED_OTHER = "MOTH", "Any other mixed background"
    INDIAN = "AIND", "Indian"
    PAKISTANI = "APKN", "Pakistani"
    BANGLADESHI = "ABAN", "Bangladeshi"
    ASIAN_OTHER = "AOTH", "Any other Asian background"
    CARIBBEAN = "BCRB", "Black Caribbean"
    AFRICAN = "BAFR", "Black African"
    BLACK_OTHER = "BOTH", "Any other Black background"
    CHINESE = "CHNE", "Chinese"
    OTHER = "OOTH", "Any other ethnic group"
    DECLINED = "REFU", "Declined to say"
    NOT_OBTAINED = "NOBT", "Not yet asked"


class UPNUnknown(Coded):
    """Why a child has no unique pupil number.

    The meaning of UN6 could not be confirmed in any document; it is read and shown as just that.
    """

    NOT_SCHOOL_AGE = "UN1", "Not of an age for school"
    NEVER_MAINTAINED = "UN2", "Never in a maintained school"
    OUTSIDE_ENGLAND = "UN3", "Educated outside England"
    NEWLY_KNOWN = "UN4", "Newly in need or looked after"
    DISCREPANT = "UN5", "Sources disagree"
    UNCONFIRMED = "UN6", "Reason UN6 (meaning not confirmed)"
    REFERRAL_ONLY = "UN7", "Referral with no further action"


class Grade(StrEnum):
    """What became of an element that a finding is about."""

    NOT_TAKEN = "not taken in"
    DOUBTFUL = "taken in, in doubt"


class ImportState(StrEnum):
    """Where an import stands. One that was cut off stays at writing, and the same file again goes on from
    there."""

    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"


class StepKind(StrEnum):
    """What the census tells of the work after a referral."""

    ASSESSMENT = "assessment"
    CHILD_IN_NEED_PLAN = "child_in_need_plan"
    SECTION_47 = "section_47"
    CONFERENCE = "conference"
    PROTECTION_PLAN = "protection_plan"
    REVIEW = "review"
    PRE_PROCEEDINGS = "pre_proceedings"

    @property
    def label(self) -> str:
        return _STEPS[self]


_STEPS = {
    StepKind.ASSESSMENT: "Assessment",
    StepKind.CHILD_IN_NEED_PLAN: "Child in need plan",
    StepKind.SECTION_47: "Section 47 enquiry",
    StepKind.CONFERENCE: "Initial child protection conference",
    StepKind.PROTECTION_PLAN: "Child protection plan",
    StepKind.REVIEW: "Review of the child protection plan",
    StepKind.PRE_PROCEEDINGS: "Pre-proceedings",
}


class DutyOwed(StrEnum):
    """Duties that a return shows to be still open, by the names that every procedure pack gives them."""

    ASSESSMENT = "assessment"
    CONFERENCE = "initial_conference"
    FIRST_REVIEW = "first_review_conference"
    LATER_REVIEW = "later_review_conference"


class Standing(StrEnum):
    """What a child stands under by the return, in the words of the room `children`."""

    CHILD_IN_NEED = "child_in_need"
    PROTECTION_PLAN = "protection_plan"


class Fate(StrEnum):
    """What became of a child of the return."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"
