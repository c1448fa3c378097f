"""The tables of plans, by subject."""

from .back import TakenBack
from .incidents import Incident, IncidentTakenBack, ReturnConversation
from .local import LocalHelp
from .plan import Category, CoreMember, Ending, Lead, Plan, PlanChange, PlanVersion, Transfer
from .review import GOES_ON, Review, ReviewedOffer, ReviewedOutcome, Scale
from .sent import SentForm
from .work import Action, ActionStep, Need, Offer, OfferStep, PlannedOutcome, Statement, View, Visit

__all__ = [
    "GOES_ON",
    "Action",
    "ActionStep",
    "Category",
    "CoreMember",
    "Ending",
    "Incident",
    "IncidentTakenBack",
    "Lead",
    "LocalHelp",
    "Need",
    "Offer",
    "OfferStep",
    "Plan",
    "PlanChange",
    "PlanVersion",
    "PlannedOutcome",
    "ReturnConversation",
    "Review",
    "ReviewedOffer",
    "ReviewedOutcome",
    "Scale",
    "SentForm",
    "Statement",
    "TakenBack",
    "Transfer",
    "View",
    "Visit",
]
