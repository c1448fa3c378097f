"""Steps that acts on a concern share: lock it, move its state, add to it, tell the trail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.models import Practitioner
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import works_with
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import rules
from ..models import Addition, Answer, Concern, ConcernPart, PartName, Screening
from ..terms import AdditionKind, AnswerKind, ConcernAct, ConcernState


def _locked(concern_id: UUID, *, version: int | None = None) -> Concern:
    """The concern, locked. Raises NotFound, or Refused where somebody else acted since `version`."""
    concern = (
        Concern.objects.select_for_update(of=("self",))
        .select_related("taken_by")
        .filter(id=concern_id)
        .first()
    )
    if concern is None:
        raise NotFound
    _not_stale(concern, version)
    return concern


def _stands_apart(concern: Concern, maker_id: UUID, knows_family: bool | None) -> None:
    """Raises Refused where whoever decides raised the concern, knows the family or works with one of its children."""
    folders = ConcernPart.objects.filter(concern=concern).values_list("folder_id", flat=True)
    known_too = [each for folder_id in folders for each in joined_set(lead_of(folder_id))]
    rules.may_screen(
        raised_by=concern.raised_by_id,
        maker=maker_id,
        knows_family=knows_family,
        already_working_with=works_with(maker_id, known_too),
    ).or_refuse()


def _not_stale(concern: Concern, version: int | None) -> None:
    """Raises Refused where somebody acted on a concern since a form was opened on `version`."""
    if version is not None and concern.version != version:
        raise Refused(stale_words(concern))


def stale_words(concern: Concern) -> str:
    """Who did what since a form was opened, and when; whoever typed meanwhile reads it, and sends again."""
    return f"{latest_words(concern)} What you typed is kept below. Read that before you go on."


_DECIDED = {
    DecisionKind.SCREENING.value: "decided on this concern",
    DecisionKind.RULING.value: "ruled on a decision of this concern",
    DecisionKind.MATCH.value: "said whether a child of this concern is known already",
}
_ADDED = {
    AdditionKind.MORE.value: "added to this concern",
    AdditionKind.CORRECTION.value: "put something right in this concern",
    AdditionKind.TAKEN_BACK.value: "took this concern back",
    AdditionKind.REOPENED.value: "reopened this concern",
}
_ANSWERED = {
    AnswerKind.ACKNOWLEDGED.value: "told the referrer that it arrived",
    AnswerKind.ANSWERED.value: "told the referrer what was decided",
}


def latest_words(concern: Concern) -> str:
    """The latest that was done about a concern, as a sentence: 'Gwen Ashby decided on it at 10:40 on 3 May.'"""
    found: list[tuple[datetime, Practitioner | None, str]] = []
    decision = (
        Decision.objects.filter(subject_id=concern.id).select_related("maker").order_by("-made_at").first()
    )
    if decision is not None:
        found.append(
            (decision.made_at, decision.maker, _DECIDED.get(decision.kind, "decided on this concern"))
        )
    answer = Answer.objects.filter(concern=concern).select_related("sent_by").order_by("-sent_at").first()
    if answer is not None:
        found.append((answer.sent_at, answer.sent_by, _ANSWERED[answer.kind]))
    addition = (
        Addition.objects.filter(concern=concern).select_related("added_by").order_by("-added_at").first()
    )
    if addition is not None:
        found.append((addition.added_at, addition.added_by, _ADDED[addition.kind]))
    if concern.taken_by is not None and concern.taken_at is not None:
        found.append((concern.taken_at, concern.taken_by, "took this concern up"))
    if not found:
        return "Somebody else has changed this concern since you opened it."
    # Where two were written in one act, as words added with a reopening, the first named says more.
    at, who, did = max(found, key=lambda each: each[0])
    return f"{named(who)} {did} at {at_words(at)}."


def named(who: Practitioner | None) -> str:
    """Who did something, as whoever reads it knows them."""
    if who is None:
        return "Whoever raised it"
    return "You" if who.pk == current().practitioner_id else who.name


def at_words(at: datetime) -> str:
    """'10:40 on 3 May'."""
    when = at.astimezone(LONDON)
    return f"{when:%H:%M} on {when.day} {when:%B}"


def _advance(concern: Concern, act: ConcernAct) -> None:
    concern.state = rules.after(ConcernState(concern.state), act).value
    concern.version += 1


def _folders(concern_id: UUID) -> list[UUID]:
    return list(
        ConcernPart.objects.filter(concern_id=concern_id)
        .order_by("place_in_list")
        .values_list("folder_id", flat=True)
    )


def _standing(concern_id: UUID) -> dict[UUID, Screening]:
    """The latest decision on each part of a concern."""
    return {
        s.part_id: s
        for s in Screening.objects.filter(concern_id=concern_id)
        .select_related("decision__maker", "decision__ruling")
        .order_by("decision__made_at", "decision_id")
    }


def _awaiting_ruling(concern_id: UUID) -> list[Screening]:
    """The decisions that stand on a concern's children and have no effect until a manager has ruled."""
    return [s for s in _standing(concern_id).values() if s.awaits_ruling]


def _audit(concern: Concern, what: str) -> None:
    for folder_id in _folders(concern.id):
        record(Verb.WROTE, what, folder_id=folder_id, subject=concern)


def _added_before(concern: Concern, once: UUID | None) -> bool:
    """Whether a form that carries this key was sent already: its words stand there once."""
    return once is not None and Addition.objects.filter(concern=concern, id=once).exists()


def _add(concern: Concern, kind: AdditionKind, words: str, *, once: UUID | None = None) -> None:
    """The same words in each child's folder: what was sent stays as it was. The first row takes the form's key."""
    at, by = now(), current().practitioner_id
    parts = PartName.objects.filter(concern=concern).order_by("place_in_list")
    Addition.objects.bulk_create(
        Addition(
            id=once if once is not None and place == 0 else uuid7(),
            folder_id=folder_id,
            concern=concern,
            kind=kind.value,
            words=words.strip(),
            added_at=at,
            added_by_id=by,
        )
        for place, folder_id in enumerate(parts.values_list("folder_id", flat=True))
    )
