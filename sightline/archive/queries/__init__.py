"""Reads of paper volumes, of copies that left, and of requests to see a record."""

from .asked import Item, RequestView, bundle, clock, decided, files_that_tell, item, pauses, request, requests
from .giving import FileBeside, Whole, files_beside, gathered_at, who_reads, whole, words_to_decide
from .keeping import Keeping, keeping, live_holds, tombstones
from .own import LONGEST_SHARED, Shared, replies, shared
from .paper import (
    CopyOutView,
    MayNeed,
    VolumeView,
    copies_out,
    copy_out,
    not_told_of_record,
    on_paper,
    posted_in,
    told_of_record,
    volume,
    volumes,
    who_may_need,
)
from .people import own_names, somebody_else, spared, standing_of, workers
from .piece import Piece
from .pieces import FILE, pieces
from .told import moments

__all__ = [
    "FILE",
    "LONGEST_SHARED",
    "CopyOutView",
    "FileBeside",
    "Item",
    "Keeping",
    "MayNeed",
    "Piece",
    "RequestView",
    "Shared",
    "VolumeView",
    "Whole",
    "bundle",
    "clock",
    "copies_out",
    "copy_out",
    "decided",
    "files_beside",
    "files_that_tell",
    "gathered_at",
    "item",
    "keeping",
    "live_holds",
    "moments",
    "not_told_of_record",
    "on_paper",
    "own_names",
    "pauses",
    "pieces",
    "posted_in",
    "replies",
    "request",
    "requests",
    "shared",
    "somebody_else",
    "spared",
    "standing_of",
    "told_of_record",
    "tombstones",
    "volume",
    "volumes",
    "who_may_need",
    "who_reads",
    "whole",
    "words_to_decide",
    "workers",
]
