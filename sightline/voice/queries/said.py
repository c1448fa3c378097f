"""What the child said, what became of it, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber

from sightline.access.queries import joined_sets
from sightline.documents.subjects import Named
from sightline.kernel.time import LONDON
from sightline.kernel.together import Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import DutyView, on_folders
from sightline.records.queries import DecisionView, decisions

from .. import rules
from ..models import (
    Done,
    ExplainedView,
    Explanation,
    View,
)
from ..terms import Answer, Explained, Heard
from . import put_right
from .put_right import Before


@dataclass(frozen=True)
class DoneView:
    id: UUID
    words: str
    done_on: date
    author: str
    author_post: str
    before: tuple[Before, ...] = ()


@dataclass(frozen=True)
class ExplanationView:
    """What the child was told, of which answer, and the decision that it explains."""

    id: UUID
    answer: Answer | None
    words: str
    why_no: str
    explained_at: datetime
    explained_by: str
    how: Explained
    child_said: str
    decision_id: UUID | None
    decision: str
    before: tuple[Before, ...] = ()


@dataclass(frozen=True)
class Voice:
    """Something that a child said, as it stands now: corrections folded in, the earlier writings kept whole beside it,
    the latest first, each with what was wrong in it (`wrong`)."""

    id: UUID
    first: UUID
    folder_id: UUID
    said: str
    heard: Heard
    worries: str
    good: str
    dreams: str
    language: str
    heard_by: str
    heard_at: datetime
    written_at: datetime
    author: str
    author_post: str
    place: str
    alone: bool
    others: str
    why_not_alone: str
    wants: str
    keep_from: str
    was_wrong: str
    """What was wrong in the writing that this one puts right."""
    wrong: str = ""
    """Of an earlier writing: what was wrong in it, as the one that puts it right says."""
    earlier: tuple[Voice, ...] = ()
    done: tuple[DoneView, ...] = ()
    explained: tuple[ExplanationView, ...] = ()

    @property
    def words(self) -> str:
        """What the child said in short: their words, or what stands in the first house that holds something."""
        return self.said or self.worries or self.good or self.dreams

    @property
    def quoted(self) -> bool:
        """Whether the words are the child's own, and not what was seen of a child without words."""
        return self.heard is not Heard.OBSERVATION

    @property
    def owed(self) -> bool:
        return rules.awaits_answer(self.heard, self.wants) and not self.explained


def voices(folder_ids: Iterable[UUID], *, limit: int | None = 50, offset: int = 0) -> list[Voice]:
    """What a child said, the latest first, all of it without a `limit`. Three queries, one more where something was put
    right."""
    rows = list(
        View.objects.standing()
        .filter(folder_id__in=list(folder_ids))
        .select_related("author")
        .order_by("-heard_at", "-id")[offset : None if limit is None else offset + limit]
    )
    return _whole(rows)


@dataclass(frozen=True)
class SaidLately:
    """A thing that a child said, in short: to choose it as bearing on a decision."""

    id: UUID
    words: str
    heard_at: datetime


def said_lately(leads: Iterable[UUID], *, each: int = 8) -> dict[UUID, list[SaidLately]]:
    """The last things that each of several children said, by their own folder. Three queries for all of them."""
    sets = joined_sets(leads)
    lead_of = {folder: lead for lead, folders in sets.items() for folder in folders}
    found: dict[UUID, list[SaidLately]] = {lead: [] for lead in sets}
    rows = (
        View.objects.standing()
        .filter(folder_id__in=list(lead_of))
        .annotate(
            place_of=Window(
                RowNumber(), partition_by=F("folder_id"), order_by=[F("heard_at").desc(), F("id").desc()]
            )
        )
        .filter(place_of__lte=each)
        .order_by("-heard_at", "-id")
    )
    for row in rows:
        mine = found[lead_of[row.folder_id]]
        if len(mine) < each:
            mine.append(SaidLately(row.id, row.said or row.worries or row.good or row.dreams, row.heard_at))
    return found


def voice(view_id: UUID, folder_ids: Iterable[UUID]) -> Voice:
    """One thing that a child said, as it stands now. Raises NotFound."""
    row = View.objects.filter(id=view_id, folder_id__in=list(folder_ids)).select_related("author").first()
    if row is None:
        raise NotFound
    return _whole([row])[0]


def _whole(rows: Sequence[View]) -> list[Voice]:
    firsts = [row.first for row in rows]
    earlier: dict[UUID, list[View]] = {}
    if corrected := [row.first for row in rows if row.corrects_id]:
        for before in (
            View.objects.filter(first__in=corrected, corrected_by__isnull=False)
            .select_related("author")
            .order_by("-written_at", "-id")
        ):
            earlier.setdefault(before.first, []).append(before)
    done: dict[UUID, list[DoneView]] = {}
    acts = list(
        Done.objects.standing()
        .filter(view__first__in=firsts)
        .select_related("author", "view")
        .order_by("done_on", "id")
    )
    acts_before = put_right.before(acts)
    for d in acts:
        done.setdefault(d.view.first, []).append(
            DoneView(d.id, d.words, d.done_on, d.author.name, d.author_post, acts_before.get(d.id, ()))
        )
    told: dict[UUID, list[ExplanationView]] = {}
    answers = list(
        ExplainedView.objects.filter(
            view__first__in=firsts,
            explanation__corrected_by__isnull=True,
            explanation__taken_back__isnull=True,
        )
        .select_related("explanation__decision", "view")
        .order_by("explanation__explained_at", "id")
    )
    answers_before = put_right.before([e.explanation for e in answers])
    for e in answers:
        told.setdefault(e.view.first, []).append(_explanation(e.explanation, answers_before))
    return [
        replace(
            _voice(row),
            earlier=_chain(row, earlier.get(row.first, ())),
            done=tuple(done.get(row.first, ())),
            explained=tuple(told.get(row.first, ())),
        )
        for row in rows
    ]


def _chain(row: View, older: Sequence[View]) -> tuple[Voice, ...]:
    by_id = {each.id: each for each in older}
    found = []
    while row.corrects_id and (wrong := by_id.get(row.corrects_id)) is not None:
        found.append(replace(_voice(wrong), wrong=row.was_wrong))
        row = wrong
    return tuple(found)


def _voice(row: View) -> Voice:
    return Voice(
        id=row.id,
        first=row.first,
        folder_id=row.folder_id,
        said=row.said,
        heard=Heard(row.heard),
        worries=row.worries,
        good=row.good,
        dreams=row.dreams,
        language=row.language,
        heard_by=row.heard_by,
        heard_at=row.heard_at,
        written_at=row.written_at,
        author=row.author.name,
        author_post=row.author_post,
        place=row.place,
        alone=row.alone,
        others=row.others,
        why_not_alone=row.why_not_alone,
        wants=row.wants,
        keep_from=row.keep_from,
        was_wrong=row.was_wrong,
    )


def _explanation(row: Explanation, before: Mapping[UUID, tuple[Before, ...]]) -> ExplanationView:
    return ExplanationView(
        id=row.id,
        answer=Answer(row.answer) if row.answer else None,
        words=row.words,
        why_no=row.why_no,
        explained_at=row.explained_at,
        explained_by=row.explained_by,
        how=Explained(row.how),
        child_said=row.child_said,
        decision_id=row.decision_id,
        decision=row.decision.outcome if row.decision else "",
        before=before.get(row.id, ()),
    )


@dataclass(frozen=True)
class LastSaid:
    """What a child last said, for the top of their page."""

    words: str
    heard_at: datetime
    heard: str
    heard_by: str
    quoted: bool
    done: str
    explained: str
    total: int
    unanswered: int
    keep_from: tuple[str, ...]
    """Whom the child asked not to be told, of all that they said and that stands; each once, the latest first."""


_ANSWERED = ExplainedView.objects.filter(
    view__first=OuterRef("first"),
    explanation__corrected_by__isnull=True,
    explanation__taken_back__isnull=True,
)


@prepared
def _all_said(folder_ids: Sequence[UUID]) -> Wanted:
    done = Done.objects.standing().filter(view__first=OuterRef("first")).order_by("-done_on", "-id")
    told = _ANSWERED.order_by("-explanation__explained_at", "-id")
    said = (
        View.objects.standing()
        .filter(folder_id__in=folder_ids)
        .annotate(
            was_done=Subquery(done.values("words")[:1]),
            told_at=Subquery(told.values("explanation__explained_at")[:1]),
            told_by=Subquery(told.values("explanation__explained_by")[:1]),
        )
        .order_by("-heard_at", "-id")
    )
    return (said,)


def last_said(folder_ids: Iterable[UUID]) -> LastSaid | None:
    """What the child last said in their own words, what was done and explained; None where nothing is written
    down. Of a child without words, what was last seen of them. One query."""
    (found,) = _all_said(list(folder_ids))
    if not found:
        return None
    latest = next((v for v in found if v.heard != Heard.OBSERVATION), found[0])
    return LastSaid(
        words=latest.said or latest.worries or latest.good or latest.dreams,
        heard_at=latest.heard_at,
        heard=Heard(latest.heard).label,
        heard_by=latest.heard_by,
        quoted=latest.heard != Heard.OBSERVATION,
        done=latest.was_done or "",
        explained=f"{_day(latest.told_at)}, by {latest.told_by}" if latest.told_at else "",
        total=len(found),
        unanswered=sum(v.told_at is None and rules.awaits_answer(Heard(v.heard), v.wants) for v in found),
        keep_from=tuple(dict.fromkeys(v.keep_from for v in found if v.keep_from)),
    )


def _day(at: datetime | date) -> str:
    local = at.astimezone(LONDON) if isinstance(at, datetime) else at
    return f"{local.day} {local:%B %Y}"


@dataclass(frozen=True)
class Waiting:
    """Something that the child said and nobody has answered."""

    id: UUID
    first: UUID
    words: str
    heard_at: datetime


def unanswered(folder_ids: Iterable[UUID]) -> list[Waiting]:
    """What the child said that nobody has answered, the longest waiting first (CHD-04). One query."""
    rows = (
        View.objects.standing()
        .filter(~Exists(_ANSWERED), folder_id__in=list(folder_ids))
        .exclude(heard=Heard.OBSERVATION.value, wants="")
        .order_by("heard_at", "id")
    )
    return [Waiting(r.id, r.first, r.said or r.worries or r.good or r.dreams, r.heard_at) for r in rows]


def to_explain(folder_ids: Sequence[UUID], due: Sequence[DutyView] | None = None) -> list[DecisionView]:
    """Decisions that are owed to be explained to the child; `due` is what is due on the child, where already read."""
    owed = {
        d.subject_id
        for d in (on_folders(folder_ids) if due is None else due)
        if d.kind == "explain_decision" and d.to_do
    }
    return decisions(folder_ids, only=owed) if owed else []


def explanations(folder_ids: Iterable[UUID], *, limit: int | None = 200) -> list[ExplanationView]:
    """What was explained to the child, the latest first, all of it without a `limit`."""
    rows = list(
        Explanation.objects.standing()
        .filter(folder_id__in=list(folder_ids))
        .select_related("decision")
        .order_by("-explained_at", "-id")[:limit]
    )
    before = put_right.before(rows)
    return [_explanation(row, before) for row in rows]


def named(folder_ids: Sequence[UUID], view_ids: Sequence[UUID]) -> dict[UUID, Named]:
    """What the child said, as a document that hangs on it names it: a drawing, a letter, a recording."""
    rows = View.objects.filter(id__in=list(view_ids), folder_id__in=list(folder_ids))
    return {
        row.id: Named(
            row.folder_id,
            f"What the child said on {_day(row.heard_at)}",
            f"/child/{row.folder_id}/voice/#voice-{row.id}",
        )
        for row in rows
    }
