"""The words of documents and body maps."""

from __future__ import annotations

from enum import StrEnum


class MediaKind(StrEnum):
    """What sort of thing a document is, as people ask for it."""

    PHOTOGRAPH = "photograph"
    PDF = "pdf"
    OFFICE = "office"
    AUDIO = "audio"
    VIDEO = "video"

    @property
    def label(self) -> str:
        return _MEDIA[self]


_MEDIA = {
    MediaKind.PHOTOGRAPH: "Photograph or picture",
    MediaKind.PDF: "PDF",
    MediaKind.OFFICE: "Office file",
    MediaKind.AUDIO: "Sound recording",
    MediaKind.VIDEO: "Video",
}


class ScanResult(StrEnum):
    """What looking for malware came to. Only what is clean, or was made by the program itself, may be opened."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"
    OWN = "own"

    @property
    def opens(self) -> bool:
        return self in (ScanResult.CLEAN, ScanResult.OWN)


class BodyView(StrEnum):
    """From which side a body is seen. Left and right are the child's own."""

    FRONT = "front"
    BACK = "back"

    @property
    def label(self) -> str:
        return "Front" if self is BodyView.FRONT else "Back"


class Region(StrEnum):
    """Where on the body, from the child's own point of view."""

    HEAD = "head"
    FACE = "face"
    NECK = "neck"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    PELVIS = "pelvis"
    UPPER_BACK = "upper_back"
    LOWER_BACK = "lower_back"
    BUTTOCKS = "buttocks"
    LEFT_EAR = "left_ear"
    RIGHT_EAR = "right_ear"
    LEFT_SHOULDER = "left_shoulder"
    RIGHT_SHOULDER = "right_shoulder"
    LEFT_UPPER_ARM = "left_upper_arm"
    RIGHT_UPPER_ARM = "right_upper_arm"
    LEFT_FOREARM = "left_forearm"
    RIGHT_FOREARM = "right_forearm"
    LEFT_HAND = "left_hand"
    RIGHT_HAND = "right_hand"
    LEFT_THIGH = "left_thigh"
    RIGHT_THIGH = "right_thigh"
    LEFT_KNEE = "left_knee"
    RIGHT_KNEE = "right_knee"
    LEFT_LOWER_LEG = "left_lower_leg"
    RIGHT_LOWER_LEG = "right_lower_leg"
    LEFT_FOOT = "left_foot"
    RIGHT_FOOT = "right_foot"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class MarkKind(StrEnum):
    """What was seen on the body, described and not explained."""

    BRUISE = "bruise"
    CUT = "cut"
    GRAZE = "graze"
    BURN = "burn"
    BITE = "bite"
    SWELLING = "swelling"
    REDNESS = "redness"
    RASH = "rash"
    SCAR = "scar"
    BIRTHMARK = "birthmark"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _MARKS.get(self, self.value.capitalize())


_MARKS = {
    MarkKind.BURN: "Burn or scald",
    MarkKind.BITE: "Bite mark",
    MarkKind.BIRTHMARK: "Birthmark or blue spot",
    MarkKind.OTHER: "Something else",
}


#: The named jobs of this room, as `Viewer.for_job` and the doors know them.
EXAMINING = "documents"
ROTATING = "documents-keys"
