"""Who stands in a record and who asks for it: whose names are somebody else's, and whose are given."""

from __future__ import annotations

from uuid import UUID

from sightline.children.queries import (
    ChildView,
)
from sightline.children.terms import Known
from sightline.voice.queries import who_matters

from .. import rules
from ..models import (
    AccessRequest,
)
from ..terms import (
    Asker,
)


def somebody_else(view: ChildView, asked_by: UUID | None) -> list[rules.SomebodyElse]:
    """Who stands in this record and is neither the child nor whoever asks: by their ties, those recorded wrongly among
    them, from the child's map, and whose name was recorded as the child's by mistake."""
    own = {view.child.given.casefold(), view.child.family.casefold(), view.child.called.casefold()}
    found: dict[str, rules.SomebodyElse] = {}
    for tie in view.every_tie:
        if asked_by is not None and tie.person.id == asked_by:
            continue
        names = {tie.name, tie.words}
        for name in tie.person.names:
            names |= {name.words, name.given, name.family}
        if not tie.person.names:
            names |= set(tie.name.split())
        kept = tuple(sorted(n for n in names if len(n) > 2 and n.casefold() not in own))
        found.setdefault(tie.name, rules.SomebodyElse(f"{tie.name} ({tie.said})", kept))
    for wrong in view.child.wrong_names:
        names = {wrong.words, wrong.given, wrong.family}
        kept = tuple(sorted(n for n in names if len(n) > 2 and n.casefold() not in own))
        who = f"{wrong.words} (recorded wrongly as a name of {view.child.called})"
        found.setdefault(wrong.words, rules.SomebodyElse(who, kept))
    for matter in who_matters(view.folder_ids):
        if matter.person_id is None and len(matter.name) > 2 and matter.name.casefold() not in own:
            found.setdefault(matter.name, rules.SomebodyElse(matter.name, (matter.name,)))
    return list(found.values())


def own_names(request: AccessRequest, view: ChildView) -> set[str]:
    """The names of whose record it is and of who asks for it, each as it may stand in a text. One that was recorded
    wrongly is not theirs."""
    people = [view.child, *(t.person for t in view.every_tie if t.person.id == request.person_id)]
    found = {request.name, *view.joined_names}
    for person in people:
        found |= {person.name, person.full_name, person.called}
        for name in person.names:
            if name.wrong:
                continue
            found |= {
                name.words,
                name.family,
                f"{person.called} {name.family}",
                f"{name.given} {name.family}",
            }
    return {" ".join(name.split()) for name in found} - {""}


def standing_of(request: AccessRequest, view: ChildView) -> str:
    """What the record says of whoever asks for a child: how they are tied to them and whether they hold parental
    responsibility. Empty where a person asks for their own."""
    if request.asker == Asker.SELF:
        return ""
    tie = next((t for t in view.ties if request.person_id and t.person.id == request.person_id), None)
    if tie is None:
        return f"The record says nothing of how {request.name} stands to {view.child.called} today."
    holds = {
        Known.YES: "holds parental responsibility",
        Known.NO: "does not hold parental responsibility",
    }.get(tie.parental_responsibility, "may or may not hold parental responsibility: nobody has recorded it")
    return f"The record says: {tie.name}, {tie.said}, {holds}."


def spared(request: AccessRequest, view: ChildView) -> set[str]:
    """Names that stay whole where a part of them is held back as somebody else's: the family's own, and workers'."""
    return own_names(request, view) | workers(view)


def workers(view: ChildView) -> set[str]:
    """Those who work or worked with the child in their post, or answer for the record: their names are given. Who was
    recorded wrongly never worked with the child."""
    found = {i.practitioner for i in view.every_involvement if i.practitioner and not i.wrong}
    return found | ({view.responsible_manager} if view.responsible_manager else set())
