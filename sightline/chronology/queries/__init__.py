"""Reads of the timeline, of workers' own chronologies and of prints, by subject."""

from .entries import Paragraph, Shown, as_it_stands, entry_moment
from .one_timeline import (
    SIZE,
    Choices,
    OneOfFamily,
    Timeline,
    all_ids,
    count_entries,
    moment_of,
    shown_of,
    side_by_side,
    timeline,
)
from .own import OwnView, own, own_in_print, own_line
from .prints import PrintView, VolumeView, print_, prints, volume

__all__ = [
    "SIZE",
    "Choices",
    "OneOfFamily",
    "OwnView",
    "Paragraph",
    "PrintView",
    "Shown",
    "Timeline",
    "VolumeView",
    "all_ids",
    "as_it_stands",
    "count_entries",
    "entry_moment",
    "moment_of",
    "own",
    "own_in_print",
    "own_line",
    "print_",
    "prints",
    "shown_of",
    "side_by_side",
    "timeline",
    "volume",
]
