"""What in a text names somebody, or may name them: pure, and careful rather than clever."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sightline.children.terms import Kinship

#: How people speak of somebody by what they are to a child.
_ROLES = {
    Kinship.MOTHER: "mother mum mummy mam mom mama",
    Kinship.FATHER: "father dad daddy papa",
    Kinship.PARENT: "parent mother mum mummy mam mom father dad daddy",
    Kinship.STEP_PARENT: "step-parent stepmother step-mother stepmum step-mum stepfather step-father stepdad step-dad",
    Kinship.PARENTS_PARTNER: "partner boyfriend girlfriend husband wife ex",
    Kinship.GRANDPARENT: "grandparent grandmother grandma granny gran nan nana grandfather grandad granddad grandpa",
    Kinship.SIBLING: "brother sister sibling half-brother half-sister",
    Kinship.AUNT_OR_UNCLE: "aunt auntie aunty uncle",
    Kinship.CARER: "carer",
}


@dataclass(frozen=True)
class Naming:
    """What to look for. `sure` names them and nobody else here; `unsure` may be somebody else as well: a surname that
    is shared, a first name that two bear, what they are to the child."""

    sure: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    def names(self, text: str) -> bool:
        """Whether the text names them, or may."""
        return bool(_finding((*self.sure, *self.unsure), text))

    def unnamed(self, text: str, instead: str) -> str:
        """The text with `instead` wherever they are named for sure."""
        if not self.sure:
            return text
        return re.sub(_pattern(self.sure), instead, text, flags=re.IGNORECASE)


def naming(names: Iterable[tuple[str, str]], ties: Iterable[Kinship], others: Collection[str]) -> Naming:
    """By every given and family name that is recorded of somebody, known-as names among them.
    `others`: the words of the names of everybody else here, in small letters."""
    sure: set[str] = set()
    unsure = {word for tie in ties for word in _ROLES.get(tie, "").split()}
    for given, family in names:
        if given and family:
            sure |= {f"{given} {family}", f"{family}, {given}"}
        for word in (given, family, *given.split()[:1]):
            if len(word) > 1:
                (unsure if any(w.casefold() in others for w in word.split()) else sure).add(word)
    return Naming(
        tuple(sorted(sure, key=len, reverse=True)), tuple(sorted(unsure - sure, key=len, reverse=True))
    )


def _pattern(words: Iterable[str]) -> str:
    named = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    return rf"(?<!\w)(?:{named})(?!\w)"


def _finding(words: tuple[str, ...], text: str) -> re.Match[str] | None:
    return re.search(_pattern(words), text, re.IGNORECASE) if words else None
