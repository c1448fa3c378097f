"""The words of listening to a child."""

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


class Heard(_Said):
    """How a child was heard. A baby, or a child without words, is heard by being watched."""

    TALKING = "talking", "Talking with them"
    DIRECT_WORK = "direct_work", "Direct work"
    THREE_HOUSES = "three_houses", "Three Houses"
    DRAWING = "drawing", "A drawing"
    PLAY = "play", "Through play"
    SIGNING = "signing", "Signing"
    WRITING = "writing", "Something they wrote"
    ADVOCATE = "advocate", "Through their advocate"
    OBSERVATION = "observation", "Watching a baby, or a child who does not use words"


class Answer(_Said):
    """What a child was answered on what they want."""

    YES = "yes", "Yes"
    PARTLY = "partly", "Partly"
    NO = "no", "No"
    HEARD = "heard", "They asked for nothing: we told them that we heard it, and what we make of it"


class Explained(_Said):
    """How something was explained to a child."""

    TALKING = "talking", "Talking with them"
    PICTURES = "pictures", "With pictures, symbols or play"
    SIGNING = "signing", "Signing"
    LETTER = "letter", "A letter or message in words for their age"
    ADVOCATE = "advocate", "Through their advocate"


class AdvocacyAct(_Said):
    """What became of the offer of an advocate."""

    OFFERED = "offered", "Offered; the child is thinking about it"
    ACCEPTED = "accepted", "The child would like one"
    DECLINED = "declined", "The child does not want one now"
    NAMED = "named", "An advocate is found"
    ENDED = "ended", "The advocate no longer works with the child"


class RightsForm(_Said):
    """The forms in which a child's rights are told, by age."""

    YOUNG = "young", "For children under 7"
    MIDDLE = "middle", "For children from 7 to 12"
    OLDER = "older", "For young people of 13 and over"


class Near(_Said):
    """How near somebody stands to a child, on the child's own map of who matters."""

    NEAREST = "nearest", "Nearest to me"
    NEAR = "near", "Near to me"
    FURTHER = "further", "Further away"


class TookPart(_Said):
    """How a child took part in what was decided or done."""

    THERE = "there", "They were there"
    WORDS_SENT = (
        "words_sent",
        "Their words were brought: by an advocate, a worker, in writing or as a recording",
    )
    CHOSE_NOT = "chose_not", "They were asked and chose not to take part"
    NOT_YET = "not_yet", "It is still to come"
    NOT_ASKED = "not_asked", "They were not asked"


class Power(_Said):
    """The sections of the Children Act 1989 before whose decisions due regard is had to a child's wishes."""

    SECTION_17 = "17", "Section 17: services for a child in need"
    SECTION_20 = "20", "Section 20: a child is accommodated"
    SECTION_22 = "22", "Section 22: a decision on a child looked after"
    SECTION_46 = "46", "Section 46: police protection"
    SECTION_47 = "47", "Section 47: enquiries"


class NeedName(_Said):
    """The eight things that children say they need (Rotherham and Milton Keynes, after Working Together)."""

    VIGILANCE = "vigilance", "Vigilance"
    UNDERSTANDING = "understanding", "Understanding and action"
    STABILITY = "stability", "Stability"
    RESPECT = "respect", "Respect"
    INFORMATION = "information", "Information and taking part"
    EXPLANATION = "explanation", "Explanation"
    SUPPORT = "support", "Support in their own right"
    ADVOCACY = "advocacy", "Advocacy"
