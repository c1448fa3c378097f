"""The words of the agencies room."""

from enum import StrEnum


class AgencyKind(StrEnum):
    LOCAL_AUTHORITY = "local_authority"
    POLICE = "police"
    HEALTH = "health"
    SCHOOL = "school"
    EARLY_YEARS = "early_years"
    VOLUNTARY = "voluntary"
    HOUSING = "housing"
    PROBATION = "probation"
    OTHER = "other"


class Permission(StrEnum):
    """What a role may allow. The gate (`actions.permit`) asks for one of these before every action."""

    RAISE_CONCERN = "concern.raise"
    SEE_BOARD = "concern.board"
    SCREEN_CONCERN = "concern.screen"
    DECIDE_MATCH = "match.decide"
    APPROVE_CONFLICT = "decision.approve_conflict"
    SEARCH = "child.search"
    READ_FOLDER = "folder.read"
    WRITE_FOLDER = "folder.write"
    SEE_CONFIDENTIAL_ADDRESS = "address.confidential"
    GIVE_ACCESS = "folder.grant"
    ALLOCATE = "child.allocate"
    SEAL = "folder.seal"
    TAKE_OVER_SEAL = "folder.seal_takeover"
    EMERGENCY = "folder.emergency"
    REVIEW_EMERGENCY = "folder.emergency_review"
    WHO_LOOKED = "audit.folder"
    READ_AUDIT = "audit.all"
    ANSWER_DUTY = "duty.answer"
    CHANGE_DUTY = "duty.change"
    EXTEND_DUTY = "duty.extend"
    STATUTORY = "enquiry.statutory"
    SIGN_OFF = "enquiry.sign_off"
    TEAM_WORK = "work.team"
    PARTNERSHIP_WORK = "work.partnership"
    MANAGE_ROTA = "rota.manage"
    MANAGE_PEOPLE = "people.manage"
    DECIDE_PLAN = "plan.decide"
    KEEP_SERVICES = "services.keep"
    IMPORT_RETURN = "return.import"
    KEEP_VOLUMES = "archive.volume"
    APPROVE_REMOVAL = "archive.approve_removal"
    SUBJECT_ACCESS = "record.subject_access"
    DISCLOSE = "archive.disclose"
    PROPOSE_DISPOSAL = "archive.propose_disposal"
    DISPOSE = "archive.dispose"


class Scope(StrEnum):
    """How far a permission reaches: in every case only over folders that the viewer may open."""

    OWN = "own"
    TEAM = "team"
    AGENCY = "agency"
    PARTNERSHIP = "partnership"
