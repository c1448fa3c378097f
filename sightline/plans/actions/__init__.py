"""The only writers of plans, by subject."""

from sightline.records.actions import ConflictIn

from .back import reopen_action, reopen_plan, reopen_review
from .begin import (
    BeginIn,
    WishesIn,
    begin_plan,
    join_siblings,
    leave_siblings,
    sign_plan,
)
from .ending import EndIn, StepIn, close_plan, step_plan
from .incidents import (
    IncidentIn,
    count_incident_again,
    decide_on_incidents,
    incidents_upheld,
    record_incident,
    record_return,
    take_talk_back,
    talk_after_return,
    withdraw_incident,
)
from .leading import CategoryIn, change_category, end_core_member, name_core_member, name_lead
from .listening import child_moved, meeting_held, review_concluded
from .local import LocalIn, end_local, keep_local
from .looking import look_at_plans
from .moving import (
    TransferAnswer,
    answer_transfer,
    ask_transfer,
    receive_transfer,
    said_of,
    take_transfer_back,
)
from .review import (
    ReviewedIn,
    answer_offer,
    answer_outcome,
    close_review,
    core_group_met,
    start_review,
)
from .sending import not_written_since, sent_once
from .visiting import VisitIn, entries_signed, record_visit
from .waiting import upheld
from .withdrawing import meeting_not_held, withdraw_plan, withdraw_review
from .work import ActionIn, OfferIn, close_action, give_action, hand_over_action, move_offer, offer_service
from .writing import (
    NeedIn,
    OutcomeIn,
    ScaleIn,
    StatementIn,
    ViewIn,
    drop,
    place_on_scale,
    record_view,
    write_need,
    write_outcome,
    write_statement,
)

__all__ = [
    "ActionIn",
    "BeginIn",
    "CategoryIn",
    "ConflictIn",
    "EndIn",
    "IncidentIn",
    "LocalIn",
    "NeedIn",
    "OfferIn",
    "OutcomeIn",
    "ReviewedIn",
    "ScaleIn",
    "StatementIn",
    "StepIn",
    "TransferAnswer",
    "ViewIn",
    "VisitIn",
    "WishesIn",
    "answer_offer",
    "answer_outcome",
    "answer_transfer",
    "ask_transfer",
    "begin_plan",
    "change_category",
    "child_moved",
    "close_action",
    "close_plan",
    "close_review",
    "core_group_met",
    "count_incident_again",
    "decide_on_incidents",
    "drop",
    "end_core_member",
    "end_local",
    "entries_signed",
    "give_action",
    "hand_over_action",
    "incidents_upheld",
    "join_siblings",
    "keep_local",
    "leave_siblings",
    "look_at_plans",
    "meeting_held",
    "meeting_not_held",
    "move_offer",
    "name_core_member",
    "name_lead",
    "not_written_since",
    "offer_service",
    "place_on_scale",
    "receive_transfer",
    "record_incident",
    "record_return",
    "record_view",
    "record_visit",
    "reopen_action",
    "reopen_plan",
    "reopen_review",
    "review_concluded",
    "said_of",
    "sent_once",
    "sign_plan",
    "start_review",
    "step_plan",
    "take_talk_back",
    "take_transfer_back",
    "talk_after_return",
    "upheld",
    "withdraw_incident",
    "withdraw_plan",
    "withdraw_review",
    "write_need",
    "write_outcome",
    "write_statement",
]
