"""The words of the children room."""

from enum import StrEnum


class PersonKind(StrEnum):
    CHILD = "child"
    ADULT = "adult"


class Sex(StrEnum):
    """The census's codes; an unborn child is U until born."""

    FEMALE = "F"
    MALE = "M"
    NOT_KNOWN = "U"

    @property
    def label(self) -> str:
        return _SEXES[self]


_SEXES = {
    Sex.FEMALE: "Female",
    Sex.MALE: "Male",
    Sex.NOT_KNOWN: "Not known or not yet born",
}


class Fact(StrEnum):
    """What is recorded of people in dated rows, and may have been recorded wrongly."""

    NAME = "name"
    IDENTITY = "identity"
    ADDRESS = "address"
    TIE = "tie"
    STATUS = "status"
    PROVIDER = "provider"
    INVOLVEMENT = "involvement"


class NameUse(StrEnum):
    FULL = "full"
    KNOWN_AS = "known_as"
    FORMER = "former"
    ALSO = "also"

    @property
    def label(self) -> str:
        return _NAME_USES[self]


_NAME_USES = {
    NameUse.FULL: "Full name",
    NameUse.KNOWN_AS: "Known as",
    NameUse.FORMER: "Former name",
    NameUse.ALSO: "Also called",
}


class IdentityQuestion(StrEnum):
    """What is asked about who somebody is; the lists of the five manuals differ, this is all of them."""

    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    LANGUAGE = "language"
    SEXUALITY = "sexuality"
    DISABILITY = "disability"
    COMMUNICATION = "communication"
    INTERPRETER = "interpreter"

    @property
    def label(self) -> str:
        return _QUESTIONS[self]


_QUESTIONS = {
    IdentityQuestion.ETHNICITY: "Ethnicity",
    IdentityQuestion.RELIGION: "Religion or belief",
    IdentityQuestion.LANGUAGE: "Languages",
    IdentityQuestion.SEXUALITY: "Sexuality",
    IdentityQuestion.DISABILITY: "Disability",
    IdentityQuestion.COMMUNICATION: "How they communicate",
    IdentityQuestion.INTERPRETER: "Interpreter",
}


class Answered(StrEnum):
    """Not known and declined are answers; no row at all is a question not yet asked."""

    GIVEN = "given"
    NOT_KNOWN = "not_known"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        return _ANSWERS[self]


_ANSWERS = {
    Answered.GIVEN: "Answered",
    Answered.NOT_KNOWN: "Not known",
    Answered.DECLINED: "Preferred not to say",
}


class Scheme(StrEnum):
    NHS = "nhs"
    UPN = "upn"
    FORMER_UPN = "former_upn"
    LA_CHILD = "la_child"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _SCHEMES[self]


_SCHEMES = {
    Scheme.NHS: "NHS number",
    Scheme.UPN: "Unique pupil number",
    Scheme.FORMER_UPN: "Former unique pupil number",
    Scheme.LA_CHILD: "Local authority's number",
    Scheme.OTHER: "Other number",
}


class Kinship(StrEnum):
    MOTHER = "mother"
    FATHER = "father"
    PARENT = "parent"
    STEP_PARENT = "step_parent"
    PARENTS_PARTNER = "parents_partner"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    AUNT_OR_UNCLE = "aunt_or_uncle"
    CARER = "carer"
    OTHER_RELATIVE = "other_relative"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _KINSHIPS[self]


_KINSHIPS = {
    Kinship.MOTHER: "Mother",
    Kinship.FATHER: "Father",
    Kinship.PARENT: "Parent",
    Kinship.STEP_PARENT: "Step-parent",
    Kinship.PARENTS_PARTNER: "Parent's partner",
    Kinship.GRANDPARENT: "Grandparent",
    Kinship.SIBLING: "Brother or sister",
    Kinship.AUNT_OR_UNCLE: "Aunt or uncle",
    Kinship.CARER: "Carer",
    Kinship.OTHER_RELATIVE: "Other relative",
    Kinship.OTHER: "Somebody else",
}


#: Those of whom a child was born.
PARENTS = (Kinship.MOTHER, Kinship.FATHER, Kinship.PARENT)
#: Those who bring a child up, by who they are to the child; parental responsibility may lie with others too.
CARERS = (*PARENTS, Kinship.STEP_PARENT, Kinship.PARENTS_PARTNER, Kinship.CARER)


class Known(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"

    @property
    def label(self) -> str:
        return _KNOWN_AS_SAID[self]


_KNOWN_AS_SAID = {
    Known.YES: "Yes",
    Known.NO: "No",
    Known.NOT_KNOWN: "Not known",
}


class LivesAt(StrEnum):
    HOME = "home"
    RELATIVES = "relatives"
    FOSTER_CARE = "foster_care"
    RESIDENTIAL = "residential"
    HOSPITAL = "hospital"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _PLACES[self]


_PLACES = {
    LivesAt.HOME: "Family home",
    LivesAt.RELATIVES: "With relatives or friends",
    LivesAt.FOSTER_CARE: "Foster care",
    LivesAt.RESIDENTIAL: "Children's home or residential school",
    LivesAt.HOSPITAL: "Hospital",
    LivesAt.OTHER: "Somewhere else",
}


class ProviderKind(StrEnum):
    SCHOOL = "school"
    NURSERY = "nursery"
    GP = "gp"

    @property
    def label(self) -> str:
        return _PROVIDERS[self]


_PROVIDERS = {
    ProviderKind.SCHOOL: "School",
    ProviderKind.NURSERY: "Nursery or childminder",
    ProviderKind.GP: "GP",
}


class StatusKind(StrEnum):
    """What a child stands under, as dated rows."""

    CHILD_IN_NEED = "child_in_need"
    PROTECTION_PLAN = "protection_plan"
    LOOKED_AFTER = "looked_after"
    EARLY_HELP = "early_help"
    INTERIM_CARE_ORDER = "interim_care_order"
    CARE_ORDER = "care_order"
    SUPERVISION_ORDER = "supervision_order"
    SPECIAL_GUARDIANSHIP = "special_guardianship"
    CHILD_ARRANGEMENTS = "child_arrangements"
    POLICE_PROTECTION = "police_protection"
    EMERGENCY_PROTECTION = "emergency_protection"
    WARD_OF_COURT = "ward_of_court"

    @property
    def label(self) -> str:
        return _STATUSES[self]


_STATUSES = {
    StatusKind.CHILD_IN_NEED: "Child in need",
    StatusKind.PROTECTION_PLAN: "Child protection plan",
    StatusKind.LOOKED_AFTER: "Looked after",
    StatusKind.EARLY_HELP: "Early help",
    StatusKind.INTERIM_CARE_ORDER: "Interim care order",
    StatusKind.CARE_ORDER: "Care order",
    StatusKind.SUPERVISION_ORDER: "Supervision order",
    StatusKind.SPECIAL_GUARDIANSHIP: "Special guardianship order",
    StatusKind.CHILD_ARRANGEMENTS: "Child arrangements order",
    StatusKind.POLICE_PROTECTION: "Police protection",
    StatusKind.EMERGENCY_PROTECTION: "Emergency protection order",
    StatusKind.WARD_OF_COURT: "Ward of court",
}


class Ethnicity(StrEnum):
    """The children in need census's codes (standards.md B). Declined and not known are not among them."""

    WBRI = "WBRI"
    WIRI = "WIRI"
    WIRT = "WIRT"
    WROM = "WROM"
    WOTH = "WOTH"
    MWBC = "MWBC"
    MWBA = "MWBA"
    MWAS = "MWAS"
    MOTH = "MOTH"
    AIND = "AIND"
    APKN = "APKN"
    ABAN = "ABAN"
    AOTH = "AOTH"
    BCRB = "BCRB"
    BAFR = "BAFR"
    BOTH = "BOTH"
    CHNE = "CHNE"
    OOTH = "OOTH"

    @property
    def label(self) -> str:
        return _ETHNICITIES[self]


_ETHNICITIES = {
    Ethnicity.WBRI: "White British",
    Ethnicity.WIRI: "White Irish",
    Ethnicity.WIRT: "Traveller of Irish heritage",
    Ethnicity.WROM: "Gypsy or Roma",
    Ethnicity.WOTH: "Any other White background",
    Ethnicity.MWBC: "White and Black Caribbean",
    Ethnicity.MWBA: "White and Black African",
    Ethnicity.MWAS: "White and Asian",
    Ethnicity.MOTH: "Any other mixed background",
    Ethnicity.AIND: "Indian",
    Ethnicity.APKN: "Pakistani",
    Ethnicity.ABAN: "Bangladeshi",
    Ethnicity.AOTH: "Any other Asian background",
    Ethnicity.BCRB: "Black Caribbean",
    Ethnicity.BAFR: "Black African",
    Ethnicity.BOTH: "Any other Black background",
    Ethnicity.CHNE: "Chinese",
    Ethnicity.OOTH: "Any other ethnic group",
}

#: What the census writes in the ethnicity field for a question declined or not yet answered.
ETHNICITY_DECLINED = "REFU"
ETHNICITY_NOT_KNOWN = "NOBT"


class Disability(StrEnum):
    """The children in need census's codes; more than one may hold. NONE is an answer, not a missing one."""

    NONE = "NONE"
    MOB = "MOB"
    HAND = "HAND"
    PC = "PC"
    INC = "INC"
    COMM = "COMM"
    LD = "LD"
    HEAR = "HEAR"
    VIS = "VIS"
    BEH = "BEH"
    CON = "CON"
    AUT = "AUT"
    DDA = "DDA"

    @property
    def label(self) -> str:
        return _DISABILITIES[self]


_DISABILITIES = {
    Disability.NONE: "No disability",
    Disability.MOB: "Getting about (mobility)",
    Disability.HAND: "Use of the hands",
    Disability.PC: "Washing, dressing, eating (personal care)",
    Disability.INC: "Continence",
    Disability.COMM: "Speaking and being understood (communication)",
    Disability.LD: "Learning",
    Disability.HEAR: "Hearing",
    Disability.VIS: "Sight",
    Disability.BEH: "Behaviour",
    Disability.CON: "Consciousness",
    Disability.AUT: "Autism",
    Disability.DDA: "Another disability in the meaning of the Equality Act",
}


class Requirement(StrEnum):
    """What a record must hold (obligation REC-02)."""

    FULL_NAME = "full_name"
    ADDRESS = "address"
    DATE_OF_BIRTH = "date_of_birth"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    REFERENCE_NUMBER = "reference_number"
    RISK_ASSESSMENT = "risk_assessment"
    SUMMARY = "summary"
    VOLUME_NUMBERS = "volume_numbers"

    @property
    def label(self) -> str:
        return _REQUIREMENTS[self]


_REQUIREMENTS = {
    Requirement.FULL_NAME: "Full name",
    Requirement.ADDRESS: "Address",
    Requirement.DATE_OF_BIRTH: "Date of birth",
    Requirement.ETHNICITY: "Ethnicity",
    Requirement.RELIGION: "Religion or belief",
    Requirement.REFERENCE_NUMBER: "Reference numbers",
    Requirement.RISK_ASSESSMENT: "Risk assessment",
    Requirement.SUMMARY: "Closing or transfer summary",
    Requirement.VOLUME_NUMBERS: "Volume numbers of the paper file",
}


class AbuseCategory(StrEnum):
    """The census's categories of a child protection plan."""

    NEGLECT = "NEG"
    PHYSICAL = "PHY"
    SEXUAL = "SAB"
    EMOTIONAL = "EMO"
    MULTIPLE = "MUL"

    @property
    def label(self) -> str:
        return _ABUSE_CATEGORIES[self]


_ABUSE_CATEGORIES = {
    AbuseCategory.NEGLECT: "neglect",
    AbuseCategory.PHYSICAL: "physical abuse",
    AbuseCategory.SEXUAL: "sexual abuse",
    AbuseCategory.EMOTIONAL: "emotional abuse",
    AbuseCategory.MULTIPLE: "more than one category",
}
