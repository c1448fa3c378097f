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


class NameUse(StrEnum):
    FULL = "full"
    KNOWN_AS = "known_as"
    FORMER = "former"
    ALSO = "also"


class IdentityQuestion(StrEnum):
    """What is asked about who somebody is; the lists of the five manuals differ, this is all of them."""

    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    LANGUAGE = "language"
    SEXUALITY = "sexuality"
    DISABILITY = "disability"
    COMMUNICATION = "communication"
    INTERPRETER = "interpreter"


class Answered(StrEnum):
    """Not known and declined are answers; no row at all is a question not yet asked."""

    GIVEN = "given"
    NOT_KNOWN = "not_known"
    DECLINED = "declined"


class Scheme(StrEnum):
    NHS = "nhs"
    UPN = "upn"
    FORMER_UPN = "former_upn"
    LA_CHILD = "la_child"
    OTHER = "other"


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


class Known(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class LivesAt(StrEnum):
    HOME = "home"
    RELATIVES = "relatives"
    FOSTER_CARE = "foster_care"
    RESIDENTIAL = "residential"
    HOSPITAL = "hospital"
    OTHER = "other"


class ProviderKind(StrEnum):
    SCHOOL = "school"
    NURSERY = "nursery"
    GP = "gp"


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
