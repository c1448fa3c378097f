"""What may be known of concerns, by subject."""

from .allocating import ToAllocate, Unallocated, family_of, unallocated
from .front_door import AskedRow, Board, BoardRow, board, unheard
from .known import last_said, suggested, unanswered
from .on_a_child import LATEST, moments, on_child, standing
from .own import OwnConcern, OwnLine, own_concern, own_concerns, sent_already
from .pointed import Advised, Pointed, PointedView, advised, pointed_on
from .reading import ConcernView, PartView, concern, is_about, is_mine_since, referrer_words
from .referred import Referred, of_references
from .signs import Signs, signs_of
from .unsent import draft, drafts, latest_drafts, left_part, screening_draft

__all__ = [
    "LATEST",
    "Advised",
    "AskedRow",
    "Board",
    "BoardRow",
    "ConcernView",
    "OwnConcern",
    "OwnLine",
    "PartView",
    "Pointed",
    "PointedView",
    "Referred",
    "Signs",
    "ToAllocate",
    "Unallocated",
    "advised",
    "board",
    "concern",
    "draft",
    "drafts",
    "family_of",
    "is_about",
    "is_mine_since",
    "last_said",
    "latest_drafts",
    "left_part",
    "moments",
    "of_references",
    "on_child",
    "own_concern",
    "own_concerns",
    "pointed_on",
    "referrer_words",
    "screening_draft",
    "sent_already",
    "signs_of",
    "standing",
    "suggested",
    "unallocated",
    "unanswered",
    "unheard",
]
