"""The words of the plans room."""

from enum import StrEnum


class PlanKind(StrEnum):
    EARLY_HELP = "early_help"
    CHILD_IN_NEED = "child_in_need"
    CHILD_PROTECTION = "child_protection"

    @property
    def label(self) -> str:
        return _PLAN_KINDS[self]

    @property
    def definition(self) -> str:
        """The definition of the pack under which such a plan is decided on."""
        return "safeguarding" if self is PlanKind.EARLY_HELP else self.value

    @property
    def height(self) -> int:
        """How far up the plan stands: stepping up goes to a greater height, stepping down to a lesser."""
        return list(PlanKind).index(self)


_PLAN_KINDS = {
    PlanKind.EARLY_HELP: "Early help plan",
    PlanKind.CHILD_IN_NEED: "Child in need plan",
    PlanKind.CHILD_PROTECTION: "Child protection plan",
}


class PlanState(StrEnum):
    """Where a plan stands. `rules.TRANSITIONS` says what may lead from one to another."""

    BEING_MADE = "being made"
    SIGNED = "signed"
    CHANGED = "changed since it was signed"
    MOVING = "asked of another authority"
    CLOSED = "closed"


class PlanAct(StrEnum):
    WRITE = "write in it"
    RECORD = "record what is done under it"
    SIGN = "sign a version"
    ASK_TRANSFER = "ask another authority to take it"
    TAKE_BACK = "keep it after all"
    CLOSE = "close"
    REOPEN = "reopen"


class StatementKind(StrEnum):
    """What is written in a plan besides outcomes and actions."""

    DANGER = "danger"
    SAFETY = "safety"
    STRENGTH = "strength"
    CONTINGENCY = "contingency"
    FAMILY_PLAN = "family_plan"
    STANDS_ON = "stands_on"
    HARM_AVOIDED = "harm_avoided"
    TIE = "tie"
    CULTURE = "culture"

    @property
    def label(self) -> str:
        return _STATEMENTS[self]


_STATEMENTS = {
    StatementKind.DANGER: "What we are worried may happen",
    StatementKind.SAFETY: "What safe will look like",
    StatementKind.STRENGTH: "A strength that the plan builds on",
    StatementKind.CONTINGENCY: "What we do if it does not work",
    StatementKind.FAMILY_PLAN: "The family’s own plan",
    StatementKind.STANDS_ON: "What the plan stands on",
    StatementKind.HARM_AVOIDED: "Why we act without agreement",
    StatementKind.TIE: "Somebody who matters to the child",
    StatementKind.CULTURE: "Identity, faith and culture",
}


class StandsOn(StrEnum):
    AGREEMENT = "agreement"
    SECTION_17 = "section_17"
    SECTION_20 = "section_20"
    SECTION_47 = "section_47"
    COURT_ORDER = "court_order"

    @property
    def label(self) -> str:
        return _STANDS_ON[self]

    @property
    def compulsory(self) -> bool:
        """Whether it stands without the family's agreement, so that the plan says why nothing less would do."""
        return self in (StandsOn.SECTION_47, StandsOn.COURT_ORDER)


_STANDS_ON = {
    StandsOn.AGREEMENT: "The family’s agreement alone",
    StandsOn.SECTION_17: "Section 17 of the Children Act 1989, with the family’s agreement",
    StandsOn.SECTION_20: "Section 20 of the Children Act 1989, with the parents’ agreement",
    StandsOn.SECTION_47: "Section 47 of the Children Act 1989, without agreement where there is none",
    StandsOn.COURT_ORDER: "An order of the court",
}


class FamilyPlan(StrEnum):
    ACCEPTED = "accepted"
    CHANGED = "changed"
    NOT_MADE = "not_made"

    @property
    def label(self) -> str:
        return _FAMILY_PLANS[self]


_FAMILY_PLANS = {
    FamilyPlan.ACCEPTED: "Accepted as the family made it",
    FamilyPlan.CHANGED: "Accepted, with what the child’s safety changes in it",
    FamilyPlan.NOT_MADE: "The family has made none",
}


class TieKept(StrEnum):
    KEPT = "kept"
    NOT_KEPT = "not_kept"

    @property
    def label(self) -> str:
        return "The plan keeps this tie" if self is TieKept.KEPT else "The plan cannot keep this tie"


class Whose(StrEnum):
    """Whose view something is."""

    CHILD = "child"
    PARENT = "parent"
    FAMILY = "family"
    PROFESSIONAL = "professional"

    @property
    def label(self) -> str:
        return _WHOSE[self]


_WHOSE = {
    Whose.CHILD: "The child’s",
    Whose.PARENT: "A parent’s or carer’s",
    Whose.FAMILY: "Somebody else’s in the family",
    Whose.PROFESSIONAL: "A professional’s",
}


class Agrees(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_HEARD = "not_heard"

    @property
    def label(self) -> str:
        return _AGREES[self]


_AGREES = {
    Agrees.YES: "Agrees",
    Agrees.PARTLY: "Agrees with part of it",
    Agrees.NO: "Does not agree",
    Agrees.NOT_HEARD: "Could not be asked, or did not want to say",
}


class When(StrEnum):
    """What is needed now stands apart from what is for later."""

    NOW = "now"
    LATER = "later"

    @property
    def label(self) -> str:
        return "Needed now" if self is When.NOW else "For later"


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not done"

    @property
    def label(self) -> str:
        return {"open": "To do", "done": "Done", "not done": "Given up"}[self.value]


class ActionAct(StrEnum):
    GIVEN = "given"
    HANDED_OVER = "handed over"
    DONE = "done"
    GIVEN_UP = "given up"
    TAKEN_BACK = "taken back"


class OfferState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    RECEIVING = "receiving"
    ENDED = "ended"
    DECLINED = "declined"
    NOT_AVAILABLE = "not_available"

    @property
    def label(self) -> str:
        return _OFFERS[self]

    @property
    def colour(self) -> str:
        return {"receiving": "green", "ended": "grey", "declined": "orange", "not_available": "red"}.get(
            self.value, "blue"
        )


_OFFERS = {
    OfferState.OFFERED: "Offered, no answer yet",
    OfferState.ACCEPTED: "Accepted, not yet begun",
    OfferState.WAITING: "On a waiting list",
    OfferState.RECEIVING: "Being received",
    OfferState.ENDED: "Ended",
    OfferState.DECLINED: "Declined by the family",
    OfferState.NOT_AVAILABLE: "Not to be had here",
}


class DidChange(StrEnum):
    """Whether a service changed what it was meant to change."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    TOO_EARLY = "too_early"

    @property
    def label(self) -> str:
        return {"yes": "Yes", "partly": "In part", "no": "No", "too_early": "Too early to say"}[self.value]


class Achieved(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    WORSE = "worse"

    @property
    def label(self) -> str:
        return _ACHIEVED[self]

    @property
    def colour(self) -> str:
        return {"yes": "green", "partly": "blue", "no": "orange", "worse": "red"}[self.value]


_ACHIEVED = {
    Achieved.YES: "Reached",
    Achieved.PARTLY: "Part of the way",
    Achieved.NO: "No change",
    Achieved.WORSE: "Worse than at the start",
}


class Next(StrEnum):
    """What becomes of an outcome after a review."""

    GOES_ON = "goes_on"
    CHANGES = "changes"
    ENDS = "ends"

    @property
    def label(self) -> str:
        return {"goes_on": "It goes on", "changes": "It changes", "ends": "It ends"}[self.value]


class ReviewResult(StrEnum):
    CONTINUES = "continues"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    CLOSE = "close"

    @property
    def label(self) -> str:
        return _RESULTS[self]


_RESULTS = {
    ReviewResult.CONTINUES: "The plan goes on",
    ReviewResult.STEP_UP: "The child needs a plan higher up",
    ReviewResult.STEP_DOWN: "The child needs a plan lower down",
    ReviewResult.CLOSE: "The child needs no plan any more",
}


#: What a review of a plan may decide: nothing stands above a child protection plan, and none below early help.
RESULTS = {
    PlanKind.EARLY_HELP: (ReviewResult.CONTINUES, ReviewResult.STEP_UP, ReviewResult.CLOSE),
    PlanKind.CHILD_IN_NEED: tuple(ReviewResult),
    PlanKind.CHILD_PROTECTION: (ReviewResult.CONTINUES, ReviewResult.STEP_DOWN, ReviewResult.CLOSE),
}


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


class IncidentKind(StrEnum):
    MISSING = "missing"
    DOMESTIC_ABUSE = "domestic_abuse"
    COMMUNITY_VIOLENCE = "community_violence"

    @property
    def label(self) -> str:
        return _INCIDENTS[self]


_INCIDENTS = {
    IncidentKind.MISSING: "Missing",
    IncidentKind.DOMESTIC_ABUSE: "Domestic abuse",
    IncidentKind.COMMUNITY_VIOLENCE: "Violence outside the home",
}


class ChildWas(StrEnum):
    """What a child was in violence outside the home: one who does harm there is often harmed as well."""

    VICTIM = "victim"
    PERPETRATOR = "perpetrator"
    BOTH = "both"

    @property
    def label(self) -> str:
        return _CHILD_WAS[self]


_CHILD_WAS = {
    ChildWas.VICTIM: "Hurt or threatened by somebody (victim)",
    ChildWas.PERPETRATOR: "Hurt or threatened somebody (perpetrator)",
    ChildWas.BOTH: "Both: hurt or threatened, and hurt or threatened somebody",
}


class ServiceNeed(StrEnum):
    """What a local service helps with, as somebody looking for help would say it."""

    PARENTING = "parenting"
    MENTAL_HEALTH = "mental_health"
    ALCOHOL_DRUGS = "alcohol_drugs"
    DOMESTIC_ABUSE = "domestic_abuse"
    MONEY_HOUSING = "money_housing"
    FOOD = "food"
    DISABILITY = "disability"
    LEARNING = "learning"
    YOUNG_CARERS = "young_carers"
    RECOVERY = "recovery"
    EXPLOITATION = "exploitation"
    FAMILY_GROUP = "family_group"

    @property
    def label(self) -> str:
        return _SERVICE_NEEDS[self]


_SERVICE_NEEDS = {
    ServiceNeed.PARENTING: "Bringing up children",
    ServiceNeed.MENTAL_HEALTH: "Feelings and mental health",
    ServiceNeed.ALCOHOL_DRUGS: "Alcohol and drugs",
    ServiceNeed.DOMESTIC_ABUSE: "Domestic abuse",
    ServiceNeed.MONEY_HOUSING: "Money and housing",
    ServiceNeed.FOOD: "Food and daily needs",
    ServiceNeed.DISABILITY: "Disability and special needs",
    ServiceNeed.LEARNING: "School and learning",
    ServiceNeed.YOUNG_CARERS: "Young carers",
    ServiceNeed.RECOVERY: "Getting over abuse",
    ServiceNeed.EXPLOITATION: "Exploitation and going missing",
    ServiceNeed.FAMILY_GROUP: "Bringing a family together to plan",
}


class Cause(StrEnum):
    """What happened to a child or a plan's people that the plan must answer."""

    BORN = "born"
    ADULT = "adult"
    DIED = "died"
    BIRTH_PUT_RIGHT = "birth put right"
    LEAD_LEFT = "lead left"
    MEMBER_LEFT = "member left"
    ACTION_LEFT = "action left"
    MOVED = "moved"
    OUTCOME_CHANGES = "outcome changes"
