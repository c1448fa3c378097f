"""The words of the paper file and of seeing one's own record."""

from enum import StrEnum
from typing import Self


class _Said(StrEnum):
    """A term with the words that a page says for it."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        return term


class PaperPoint(_Said):
    """What paper must be (North East Lincolnshire, case recording; FIL-05)."""

    LEGIBLE = "legible", "Legible"
    SIGNED = "signed", "Every paper is signed"
    DATED = "dated", "Every paper is dated"
    POST_TITLED = "post_titled", "Post titles stand beside the signatures"
    AFFIXED = "affixed", "Loose papers are affixed"
    LOCKED_AWAY = "locked_away", "Locked away when not in use"
    ATTENDED = "attended", "Never left unattended when in use"


#: What a scan of paper must be as well; the other points are about how the paper itself is kept.
SCAN_POINTS = (PaperPoint.LEGIBLE, PaperPoint.SIGNED, PaperPoint.DATED, PaperPoint.POST_TITLED)


class RemovalState(_Said):
    """Where a removal of a volume from its place stands."""

    ASKED = "asked", "Asked for"
    APPROVED = "approved", "Approved, still in its place"
    REFUSED = "refused", "Refused"
    OUT = "out", "Out"
    RETURNED = "returned", "Back in its place"
    TAKEN_BACK = "taken_back", "No longer asked for"


class RemovalAct(_Said):
    ASK = "ask", "Asked for"
    APPROVE = "approve", "Approved"
    REFUSE = "refuse", "Refused"
    TAKE = "take", "Taken out"
    CHASE = "chase", "Chased"
    RETURN = "return", "Came back"
    TAKE_BACK = "take_back", "No longer asked for"


class LeftAs(_Said):
    """How something of a record left the program."""

    PRINT = "print", "Printed"
    DOWNLOAD = "download", "Downloaded"
    DEVICE = "device", "On a device"
    EXPORT = "export", "Sent as a file"
    SHOWN = "shown", "To be read here by somebody outside"


class Asker(_Said):
    """Who asks to see a record."""

    SELF = "self", "The person whose record it is"
    PARENT = "parent", "Somebody with parental responsibility, for the child"
    AUTHORISED = "authorised", "Somebody whom the person has authorised, such as a solicitor or an advocate"
    COURT = "court", "A court or an inquiry, for the whole record in its order"


class RequestState(_Said):
    CHECKING = "checking", "Identity and authority being checked"
    PREPARING = "preparing", "Being prepared"
    PAUSED = "paused", "Clock paused"
    APPROVED = "approved", "Approved, to be given"
    ANSWERED = "answered", "Given"
    REFUSED = "refused", "Refused"
    TAKEN_BACK = "taken_back", "Taken back by whoever asked"


class RequestAct(_Said):
    RECEIVE = "receive", "Received"
    CHECK = "check", "Identity and authority checked"
    PAUSE = "pause", "Clock paused"
    RESUME = "resume", "Clock runs again"
    EXTEND = "extend", "Time extended"
    NAME_DAY = "name_day", "Another day named by the court or inquiry"
    GATHER = "gather", "Gathered from the record"
    APPROVE = "approve", "Approved to be given"
    REOPEN = "reopen", "Opened again for deciding"
    GIVE = "give", "Given"
    REFUSE = "refuse", "Refused"
    TAKE_BACK = "take_back", "Taken back"


class PauseWhy(_Said):
    """What the law lets the clock wait for, once the request is in and identity is known."""

    CLARIFY = "clarify", "What they ask for is not clear, and there is a great deal about them"
    FEE = (
        "fee",
        "A fee has been asked for, as the law lets us only for further copies or an excessive request",
    )


class Choice(_Said):
    """What is decided on one item of a bundle."""

    GIVE = "give", "Give it"
    PARTLY = "partly", "Give it without some words"
    HOLD = "hold", "Hold it all back"


class Ground(_Said):
    """On what ground something is held back; the pack says the law and what whoever asked is told."""

    THIRD_PARTY = "third_party", "About somebody else"
    SERIOUS_HARM = "serious_harm", "Giving it would be likely to cause serious harm"
    PRIVILEGE = "privilege", "Legal privilege"
    COURT_ADOPTION = "court_adoption", "A court's papers, or adoption"
    EXPECTATION = "expectation", "The child expected that it would not be told to whoever asks"


class GivenAs(_Said):
    """How a copy was given."""

    IN_PERSON = "in_person", "In person, read together with somebody"
    POST = "post", "By recorded post"
    EMAIL = "email", "By secure e-mail"
    ONLINE = "online", "To read here, with a reference and a secret code"


class ReplyKind(_Said):
    """What a person says to their own record."""

    WRONG = "wrong", "Something is wrong"
    AGAIN = "again", "Please look again at what is left out"
    DISAGREE = "disagree", "I do not agree with something"
    ADD = "add", "I want to add something"
    QUESTION = "question", "I want to ask something"


class HoldWhy(_Said):
    """Why a record is kept longer than its time."""

    INQUIRY = "inquiry", "A public or independent inquiry"
    COURT = "court", "A court case, or one that may come"
    COMPLAINT = "complaint", "A complaint"
    REVIEW = "review", "A practice review"
    OTHER = "other", "Something else"


class DisposalState(_Said):
    """Where a proposal to dispose of a record stands. Once it is approved, only the tombstone is left."""

    PROPOSED = "proposed", "Proposed, not decided"
    REFUSED = "refused", "Refused: the record is kept"
    TAKEN_BACK = "taken_back", "Taken back"


class KeepingAct(_Said):
    """What may be done about how long a record is kept."""

    HOLD = "hold", "Keep it longer"
    LIFT = "lift", "End the hold"
    PROPOSE = "propose", "Propose its disposal"
    REFUSE = "refuse", "Refuse"
    TAKE_BACK = "take_back", "Take the proposal back"
    APPROVE = "approve", "Dispose of the record"
