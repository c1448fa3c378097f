"""One concern, as those who decide on it read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.access.models import Joining
from sightline.access.queries import opened_of
from sightline.children.models import Tie
from sightline.children.queries import name_and_age
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound
from sightline.kernel.viewer import current
from sightline.procedures.models import Duty
from sightline.procedures.queries import DutyView, pack_in_force, view_of
from sightline.records.models import Decision

from .. import rules
from ..models import Addition, Answer, Concern, ConcernPart, Screening
from ..terms import AnswerKind, ConcernState
from .known import last_said
from .signs import Signs, signs_of


def referrer_words(concern: Concern) -> str:
    """Who raised it, in words for the front door."""
    return referrer_in_words(
        concern.raised_by.name if concern.raised_by else None, concern.raised_post, concern.anonymous,
        concern.referrer_name, concern.referrer_relation,
    )  # fmt: skip


def referrer_in_words(raiser: str | None, post: str, anonymous: bool, name: str, relation: str) -> str:
    """As `referrer_words`, of what a list reads: the practitioner who raised it, or what somebody else gave."""
    if raiser is not None:
        return f"{raiser}, {post}"
    if anonymous:
        return "Somebody who did not give their name"
    return f"{name or 'A member of the public'}{f' ({relation})' if relation else ''}"


@dataclass(frozen=True)
class PartView:
    """One child's part, with what is known of the child and what was decided."""

    id: UUID
    folder_id: UUID
    lead_folder_id: UUID
    child_id: UUID
    name: str
    age: str
    part: ConcernPart
    matched: bool
    match_reasons: str
    not_known: Decision | None
    screening: Screening | None

    @property
    def said_whether_known(self) -> bool:
        """Whether somebody has said that it is a known child, or none."""
        return self.matched or self.not_known is not None


@dataclass(frozen=True)
class ConcernView:
    """A concern as the front door sees it."""

    concern: Concern
    referrer: str
    parts: list[PartView]
    additions: list[Addition]
    answers: list[Answer]
    duties: list[DutyView]
    signs: Signs
    people: list[str]
    history: list[Screening] = field(default_factory=list)

    @property
    def awaits_ruling(self) -> bool:
        """Whether what was decided on a child has no effect until a manager has ruled."""
        return any(part.screening is not None and part.screening.awaits_ruling for part in self.parts)

    @property
    def acknowledged(self) -> bool:
        return any(a.kind == AnswerKind.ACKNOWLEDGED.value for a in self.answers)


def concern(concern_id: UUID) -> ConcernView:
    """One concern and all on it that the viewer may open. Raises NotFound where they may open none of it."""
    row = Concern.objects.select_related("raised_by", "taken_by", "team").filter(id=concern_id).first()
    if row is None:
        raise NotFound
    parts = list(
        ConcernPart.objects.filter(concern_id=concern_id).select_related("child").order_by("place_in_list")
    )
    if not parts or not _opens(parts):
        raise NotFound
    folders = [p.folder_id for p in parts]
    joined = {j.folder_id: j for j in Joining.objects.filter(folder_id__in=folders, undone_at__isnull=True)}
    screenings = list(
        Screening.objects.filter(concern_id=concern_id)
        .select_related(
            "decision__maker",
            "decision__ruling__maker",
            "transfer__recorded_by",
            "transfer__receipt_recorded_by",
        )
        .prefetch_related("given__written_by")
        .order_by("decision__made_at", "decision_id")
    )
    latest = {s.part_id: s for s in screenings}
    said = last_said(folders)
    additions: dict[tuple[Any, ...], Addition] = {}
    for addition in (
        Addition.objects.filter(concern_id=concern_id).select_related("added_by").order_by("added_at")
    ):
        additions.setdefault((addition.kind, addition.words, addition.added_at), addition)
    children = [p.child_id for p in parts]
    ties = list(
        Tie.objects.filter(folder_id=parts[0].folder_id, wrong_at__isnull=True)
        .exclude(other_id__in=children)
        .order_by("recorded_at", "id")
    )
    names = name_and_age([*children, *(tie.other_id for tie in ties)])
    pack = pack_in_force()
    duties = (
        Duty.objects.filter(
            Q(subject_id=concern_id) | Q(subject_id__in=[s.decision_id for s in screenings]),
            closed_at__isnull=True,
        )
        .select_related("owner", "team")
        .order_by("due_at")
    )
    at = now()
    seen: dict[tuple[Any, ...], DutyView] = {}
    for duty in duties:
        # One line for siblings that owe the same by the same instant.
        seen.setdefault((duty.kind, duty.due_at, duty.subject_id), view_of(duty, at, pack))
    return ConcernView(
        concern=row,
        referrer=referrer_words(row),
        parts=[
            PartView(
                id=p.id,
                folder_id=p.folder_id,
                lead_folder_id=joined[p.folder_id].into_id if p.folder_id in joined else p.folder_id,
                child_id=p.child_id,
                name=names[p.child_id].name,
                age=names[p.child_id].age,
                part=p,
                matched=p.folder_id in joined,
                match_reasons=joined[p.folder_id].reasons if p.folder_id in joined else "",
                not_known=said[p.folder_id]
                if p.folder_id in said and said[p.folder_id].outcome == rules.NOT_KNOWN
                else None,
                screening=latest.get(p.id),
            )
            for p in parts
        ],
        additions=list(additions.values()),
        answers=list(
            Answer.objects.filter(concern_id=concern_id).select_related("sent_by").order_by("sent_at")
        ),
        duties=list(seen.values()),
        signs=signs_of(parts[:1])[parts[0].id],
        people=[_tied(names[tie.other_id].name, tie) for tie in ties if tie.other_id in names],
        history=screenings,
    )


def _tied(name: str, tie: Tie) -> str:
    """'Ana Ferreira, mother, lives with the child'."""
    said = [name, tie.words or Kinship(tie.kinship).label.lower()]
    lives = {Known.YES.value: "lives with the child", Known.NO.value: "lives elsewhere"}
    return ", ".join([*said, *filter(None, [lives.get(tie.lives_with_child, "")])])


def is_mine_since(concern_id: UUID, version: int | None) -> bool:
    """Whether all that was done about a concern since it stood at `version` is one decision of the viewer's own: the
    same form, sent again."""
    row = Concern.objects.filter(id=concern_id, state=ConcernState.DECIDED.value).first()
    if row is None or version is None or row.version != version + 1:
        return False
    latest = Screening.objects.filter(concern_id=concern_id).order_by("-decision__made_at").first()
    return latest is not None and latest.decision.maker_id == current().practitioner_id


def _opens(parts: Sequence[ConcernPart]) -> bool:
    """Whether the viewer opens these folders, and is not only the referrer reading their own words."""
    return bool(opened_of([p.folder_id for p in parts]))


def is_about(concern_id: UUID, folder_ids: Collection[UUID]) -> bool:
    """Whether a concern that the viewer may read is about a child of these folders."""
    return ConcernPart.objects.filter(concern_id=concern_id, folder_id__in=folder_ids).exists()
