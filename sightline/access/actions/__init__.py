"""The only writer of folders, grants, seals, joinings and emergency access."""

from .emergency import open_in_emergency, review_emergency
from .folders import (
    FolderOpening,
    NewGrant,
    hand_over,
    hand_over_all,
    open_folder,
    open_folder_for_concern,
    open_folders_bulk,
    open_folders_for_import,
)
from .forms import Page, drafts_went, drop_form, drop_forms_before, hand_over_forms, keep_form
from .grants import (
    change_for_meeting,
    end_access,
    give_access,
    let_in_for_meeting,
    let_team_in,
    let_worker_in,
)
from .joining import join, undo_join
from .seals import following_seals, lift_seal, name_on_seal, seal, take_over_seal

__all__ = [
    "FolderOpening",
    "NewGrant",
    "Page",
    "change_for_meeting",
    "drafts_went",
    "drop_form",
    "drop_forms_before",
    "end_access",
    "following_seals",
    "give_access",
    "hand_over",
    "hand_over_all",
    "hand_over_forms",
    "join",
    "keep_form",
    "let_in_for_meeting",
    "let_team_in",
    "let_worker_in",
    "lift_seal",
    "name_on_seal",
    "open_folder",
    "open_folder_for_concern",
    "open_folders_bulk",
    "open_folders_for_import",
    "open_in_emergency",
    "review_emergency",
    "seal",
    "take_over_seal",
    "undo_join",
]
