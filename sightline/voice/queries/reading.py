"""What a child reads of all this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sightline.children.queries import ChildView
from sightline.documents.queries import DocumentView, attached
from sightline.kernel.time import LONDON, today
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField

from .. import rules
from .around import AdvocacyView, advocate_now, who_matters
from .said import ExplanationView, explanations, voices


@dataclass(frozen=True)
class Told:
    """Something that the child told us, as it is said back to them."""

    words: str
    quoted: bool
    wants: str
    on: date
    to: str
    did: tuple[str, ...]
    answers: tuple[ExplanationView, ...]
    pictures: tuple[DocumentView, ...] = ()
    """What was drawn or made with it, as far as there is a picture of it to show."""


@dataclass(frozen=True)
class Yours:
    """What a child reads of their own: what they told us, what we did, what was decided, who is there for them."""

    called: str
    made_on: date
    told: tuple[Told, ...]
    decided: tuple[ExplanationView, ...]
    workers: tuple[tuple[str, str, str], ...]
    advocate: AdvocacyView | None
    matters: tuple[str, ...]
    rights: tuple[tuple[str, str], ...]
    keep_from: tuple[str, ...]
    """For whoever gives it: what the child asked not to be told to somebody."""


def yours(view: ChildView) -> Yours:
    """What the child told us and what we did, all of it, in words for the child (CHD-03, CHD-04)."""
    folders = view.folder_ids
    said = voices(folders, limit=None)
    with_it = attached(folders, [v.first for v in said])
    day = today()
    form = rules.rights_form(rules.years_old(view.child.birth.born_on, day))
    return Yours(
        called=view.child.called,
        made_on=day,
        told=tuple(
            Told(
                words=v.words,
                quoted=v.quoted,
                wants=v.wants,
                on=v.heard_at.astimezone(LONDON).date(),
                to=v.heard_by.partition(",")[0],
                did=tuple(d.words for d in v.done),
                answers=v.explained,
                pictures=tuple(each for each in with_it.get(v.first, ()) if each.opens and each.has_preview),
            )
            for v in said
        ),
        decided=tuple(e for e in explanations(folders, limit=None) if e.decision_id is not None),
        workers=tuple((i.practitioner or i.agency, i.role, i.telephone) for i in view.involvements),
        advocate=advocate_now(folders),
        matters=tuple(m.name for m in who_matters(folders)),
        rights=tuple(
            (g.title, g.text) for g in pack_in_force().guidance(GuidedField(f"rights.{form.value}"), day)
        ),
        keep_from=tuple(v.keep_from for v in said if v.keep_from),
    )
