"""What a record lacks, with what other rooms hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.kernel.together import Asking, answer, at_once

from .. import rules
from ..rules import Held, Lack
from ..terms import IdentityQuestion
from .views import ChildView


@dataclass(frozen=True)
class HeldElsewhere:
    """What rooms above hold of the things that every record must have (REC-02)."""

    risk_assessed: bool = False
    ended: bool = False
    summary: bool = False
    on_paper: bool = False
    volumes: tuple[str, ...] = ()


#: Asked with the folders of one child; rooms above add to it when they load.
held_elsewhere: list[Callable[[Sequence[UUID]], Asking[HeldElsewhere]]] = []


def held(view: ChildView) -> Held:
    """What the record holds, for the check against REC-02. One query for all rooms above."""
    more = answer(at_once(ask(view.folder_ids) for ask in held_elsewhere))
    child = view.child
    ethnicity = child.answers.get(IdentityQuestion.ETHNICITY)
    religion = child.answers.get(IdentityQuestion.RELIGION)
    return Held(
        name=rules.whole_name(child.given, child.family),
        address=child.lives is not None or child.address_confidential,
        born_on=child.birth.born_on,
        expected_on=child.birth.expected_on,
        ethnicity=ethnicity.answered if ethnicity else None,
        religion=religion.answered if religion else None,
        numbers=sum(1 for n in child.numbers if n.withdrawn_at is None),
        risk_assessed=any(m.risk_assessed for m in more),
        ended=any(m.ended for m in more),
        summary=any(m.summary for m in more),
        on_paper=any(m.on_paper for m in more),
        volumes=tuple(v for m in more for v in m.volumes),
    )


def completeness(view: ChildView) -> list[Lack]:
    """What the record lacks of the things that every record must hold (obligation REC-02)."""
    return rules.lacks(held(view))
