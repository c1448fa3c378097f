"""Reads of what children said and were told, for folders that the viewer may open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from sightline.children.queries import ChildView
from sightline.children.terms import Answered, IdentityQuestion
from sightline.documents.subjects import Named
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.procedures.clocks import BeyondCalendar, due
from sightline.procedures.queries import DutyView, on_folders, pack_in_force
from sightline.records import chronology
from sightline.records.chronology import Moment
from sightline.records.queries import DecisionView, decisions

from . import rules
from .models import (
    Advocacy,
    Done,
    Draft,
    ExplainedView,
    Explanation,
    MattersTo,
    Regard,
    RightsTold,
    ToldBefore,
    View,
)
from .terms import AdvocacyAct, Answer, Explained, Heard, Near, Power, RightsForm, TookPart


@dataclass(frozen=True)
class DoneView:
    words: str
    done_on: date
    author: str
    author_post: str


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


@dataclass(frozen=True)
class Voice:
    """Something that a child said, as it stands now: corrections folded in, the first writing kept beside it."""

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
    earlier: tuple[View, ...]
    done: tuple[DoneView, ...]
    explained: tuple[ExplanationView, ...]

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


def voices(folder_ids: Iterable[UUID], *, limit: int = 50, offset: int = 0) -> list[Voice]:
    """What a child said, the latest first. Three queries, one more where something was put right."""
    rows = list(
        View.objects.filter(folder_id__in=list(folder_ids), corrected_by__isnull=True)
        .select_related("author")
        .order_by("-heard_at", "-id")[offset : offset + limit]
    )
    return _whole(rows)


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
    for d in (
        Done.objects.filter(view__first__in=firsts).select_related("author", "view").order_by("done_on", "id")
    ):
        done.setdefault(d.view.first, []).append(DoneView(d.words, d.done_on, d.author.name, d.author_post))
    told: dict[UUID, list[ExplanationView]] = {}
    for e in (
        ExplainedView.objects.filter(view__first__in=firsts)
        .select_related("explanation__decision", "view")
        .order_by("explanation__explained_at", "id")
    ):
        told.setdefault(e.view.first, []).append(_explanation(e.explanation))
    return [
        Voice(
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
            earlier=tuple(earlier.get(row.first, ())),
            done=tuple(done.get(row.first, ())),
            explained=tuple(told.get(row.first, ())),
        )
        for row in rows
    ]


def _explanation(row: Explanation) -> ExplanationView:
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


_ANSWERED = ExplainedView.objects.filter(view__first=OuterRef("first"))


def last_said(folder_ids: Iterable[UUID]) -> LastSaid | None:
    """What the child last said in their own words, what was done and explained; None where nothing is written
    down. Of a child without words, what was last seen of them. One query."""
    done = Done.objects.filter(view__first=OuterRef("first")).order_by("-done_on", "-id")
    told = _ANSWERED.order_by("-explanation__explained_at", "-id")
    found = list(
        View.objects.filter(folder_id__in=list(folder_ids), corrected_by__isnull=True)
        .annotate(
            was_done=Subquery(done.values("words")[:1]),
            told_at=Subquery(told.values("explanation__explained_at")[:1]),
            told_by=Subquery(told.values("explanation__explained_by")[:1]),
        )
        .order_by("-heard_at", "-id")
    )
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
        View.objects.filter(~Exists(_ANSWERED), folder_id__in=list(folder_ids), corrected_by__isnull=True)
        .exclude(heard=Heard.OBSERVATION.value, wants="")
        .order_by("heard_at", "id")
    )
    return [Waiting(r.id, r.first, r.said or r.worries or r.good or r.dreams, r.heard_at) for r in rows]


def to_explain(folder_ids: Sequence[UUID], due: Sequence[DutyView] | None = None) -> list[DecisionView]:
    """Decisions that are owed to be explained to the child; `due` is what is due on the child, where already read."""
    owed = {
        d.subject_id for d in (on_folders(folder_ids) if due is None else due) if d.kind == "explain_decision"
    }
    return [d for d in decisions(folder_ids) if d.id in owed] if owed else []


def explanations(folder_ids: Iterable[UUID]) -> list[ExplanationView]:
    """Everything that was explained to the child, the latest first."""
    rows = (
        Explanation.objects.filter(folder_id__in=list(folder_ids))
        .select_related("decision")
        .order_by("-explained_at", "-id")
    )
    return [_explanation(row) for row in rows[:200]]


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


# -- advocate, rights, told beforehand, who matters ------------------------------------------------------------


@dataclass(frozen=True)
class AdvocacyView:
    act: AdvocacyAct
    on: date
    words: str
    name: str
    organisation: str
    telephone: str
    author: str
    author_post: str


def advocacy(folder_ids: Iterable[UUID]) -> list[AdvocacyView]:
    """The steps of the offer of an advocate, the latest first."""
    rows = (
        Advocacy.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author")
        .order_by("-on", "-id")
    )
    return [
        AdvocacyView(
            AdvocacyAct(r.act),
            r.on,
            r.words,
            r.name,
            r.organisation,
            r.telephone,
            r.author.name,
            r.author_post,
        )
        for r in rows
    ]


def advocate_now(folder_ids: Iterable[UUID]) -> AdvocacyView | None:
    """The child's advocate; None while there is none."""
    for step in advocacy(folder_ids):
        if step.act is AdvocacyAct.ENDED:
            return None
        if step.act is AdvocacyAct.NAMED:
            return step
    return None


@dataclass(frozen=True)
class RightsView:
    form: RightsForm
    how: Explained
    told_at: datetime
    told_by: str
    child_said: str


def rights_told(folder_ids: Iterable[UUID]) -> list[RightsView]:
    """When the child's rights were explained, the latest first."""
    rows = RightsTold.objects.filter(folder_id__in=list(folder_ids)).order_by("-told_at", "-id")
    return [
        RightsView(RightsForm(r.form), Explained(r.how), r.told_at, r.told_by, r.child_said) for r in rows
    ]


@dataclass(frozen=True)
class Happening:
    """A meeting, a move or a change of plan, and what the child was told before it."""

    id: UUID
    about: str
    on: date
    told: ToldBefore | None = None

    @property
    def was_told(self) -> bool:
        return self.told is not None and bool(self.told.told)


#: The kinds of moments on the timeline that a child is to be told of beforehand, as the rooms above call them.
TOLD_OF = ("conference", "meeting", "review", "core group", "strategy discussion", "move", "plan")

#: Rooms that know of a happening that the timeline does not show yet (a meeting still to come) say so here.
happenings: list[Callable[[Sequence[UUID]], list[Happening]]] = []


def told_of(view: ChildView, timeline: Sequence[Moment] | None = None) -> list[Happening]:
    """Each meeting, move and change of plan of the last year, and those to come, with what the child was told."""
    since = view.today - timedelta(days=365)
    found: dict[UUID, Happening] = {}
    homes = sorted((r for r in view.child.residences if not r.never_held), key=lambda r: r.held_from)
    for home in homes[1:]:
        found[home.id] = Happening(home.id, f"Move: {home.lives_at.label.lower()}", home.held_from)
    for moment in chronology.told(view.folder_ids) if timeline is None else timeline:
        kind = moment.kind.lower()
        if any(word in kind for word in TOLD_OF) and moment.id not in found:
            day = moment.happened_at.astimezone(LONDON).date()
            found[moment.id] = Happening(moment.id, moment.kind, day)
    for ask in happenings:
        found |= {each.id: each for each in ask(view.folder_ids)}
    told: dict[UUID, ToldBefore] = {}
    others = []
    for row in ToldBefore.objects.filter(folder_id__in=view.folder_ids).order_by("written_at", "id"):
        if row.subject_id is None:
            others.append(Happening(row.id, row.about, row.happens_on, row))
        else:
            told[row.subject_id] = row
            found.setdefault(row.subject_id, Happening(row.subject_id, row.about, row.happens_on))
    rows = [Happening(h.id, h.about, h.on, told.get(h.id)) for h in found.values() if h.on >= since]
    rows += [h for h in others if h.on >= since]
    return sorted(rows, key=lambda h: h.on, reverse=True)


def not_told(view: ChildView) -> list[Happening]:
    """What the child was not told of beforehand, or nobody wrote down (CHD-12)."""
    return [h for h in told_of(view) if not h.was_told]


@dataclass(frozen=True)
class Mattering:
    """Somebody on the child's own map."""

    id: UUID
    name: str
    who: str
    near: Near
    words: str
    contact: str
    person_id: UUID | None
    since: date
    ended: date | None
    ended_why: str


def who_matters(folder_ids: Iterable[UUID], *, on: date | None = None) -> list[Mattering]:
    """The child's own map of who matters, the nearest first, as it stood on a day (CHD-14)."""
    rows = MattersTo.objects.filter(held_on(on or today()), folder_id__in=list(folder_ids))
    order = list(Near)
    return sorted((_mattering(r) for r in rows), key=lambda m: (order.index(m.near), m.since, m.name))


def mattered(folder_ids: Iterable[UUID]) -> list[Mattering]:
    """Who stood on the map before."""
    rows = MattersTo.objects.filter(folder_id__in=list(folder_ids), held_until__isnull=False)
    return [_mattering(r) for r in rows.order_by("-held_until", "name")]


def _mattering(r: MattersTo) -> Mattering:
    return Mattering(
        r.id,
        r.name,
        r.who,
        Near(r.near),
        r.words,
        r.contact,
        r.person_id,
        r.held_from,
        r.held_until,
        r.ended_why,
    )


@dataclass(frozen=True)
class RegardView:
    power: Power
    weight: str
    why_not: str
    urgent: bool
    written_at: datetime
    author: str
    author_post: str
    decision_id: UUID | None


def regards(folder_ids: Iterable[UUID]) -> list[RegardView]:
    """The regard had to the child's wishes before decisions, the latest first."""
    rows = (
        Regard.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author")
        .order_by("-written_at", "-id")
    )
    return [
        RegardView(
            Power(r.power), r.weight, r.why_not, r.urgent, r.written_at, r.author.name, r.author_post,
            r.decision_id,
        )
        for r in rows
    ]  # fmt: skip


def draft(folder_id: UUID) -> tuple[dict[str, list[str]], datetime] | None:
    """What the viewer has typed so far, and when it was saved; row security shows nobody another's."""
    row = Draft.objects.filter(folder_id=folder_id).first()
    return (row.content, row.saved_at) if row is not None and row.content else None


# -- the timeline -------------------------------------------------------------------------------------------------


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    views = View.objects.filter(folder_id__in=folder_ids).select_related("author")
    explanations = Explanation.objects.filter(folder_id__in=folder_ids).select_related("author")
    steps = Advocacy.objects.filter(folder_id__in=folder_ids).select_related("author")
    return views, explanations, steps


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds to the one timeline: what was said, and what the child was told."""
    views, explanations, steps = asked = _moments(folder_ids)
    yield asked
    found = []
    for row in views:
        heard = Heard(row.heard)
        words = row.said or row.worries or row.good or row.dreams
        found.append(
            Moment(
                id=row.id,
                folder_id=row.folder_id,
                happened_at=row.heard_at,
                known_at=row.written_at,
                kind="Seen of the child" if heard is Heard.OBSERVATION else "The child said",
                text=words if heard is Heard.OBSERVATION else f"“{words}”",
                agency=_agency(row.author_post),
                author=row.author.name,
                href=f"/child/{row.folder_id}/voice/#voice-{row.id}",
                tags=tuple(
                    words
                    for words in (
                        heard.label,
                        "Alone" if row.alone else "Not alone",
                        "Puts right an earlier writing" if row.corrects_id else "",
                    )
                    if words
                ),
            )
        )
    for told in explanations:
        found.append(
            Moment(
                id=told.id,
                folder_id=told.folder_id,
                happened_at=told.explained_at,
                known_at=told.written_at,
                kind="Explained to the child",
                text=told.words + (f" The reason given: {told.why_no}" if told.why_no else ""),
                agency=_agency(told.author_post),
                author=told.author.name,
                href=f"/child/{told.folder_id}/voice/",
                tags=(Answer(told.answer).label,) if told.answer in ("yes", "partly", "no") else (),
            )
        )
    for step in steps:
        at = datetime.combine(step.on, datetime.min.time(), LONDON)
        found.append(
            Moment(
                id=step.id,
                folder_id=step.folder_id,
                happened_at=at,
                known_at=step.written_at,
                kind="Advocate",
                text=". ".join(w for w in (AdvocacyAct(step.act).label, step.name, step.words) if w),
                agency=_agency(step.author_post),
                author=step.author.name,
                href=f"/child/{step.folder_id}/voice/advocate/",
            )
        )
    return found


def _agency(post: str) -> str:
    """The agency of 'Social worker, Northmoor Council'."""
    return post.rpartition(", ")[2]


# -- the eight needs --------------------------------------------------------------------------------------------------

#: Kinds of moments on the timeline at which a child is seen.
SEEN = ("visit", "observation", "direct work", "the child said", "seen of the child")


def needs(view: ChildView) -> list[rules.Need]:
    """The eight things that children say they need, answered for this child from the record (CHD-05)."""
    folders = view.folder_ids
    said = voices(folders, limit=500)
    steps = advocacy(folders)
    timeline = chronology.told(folders)
    told = told_of(view, timeline)
    rights = rights_told(folders)
    seen = _last_seen(timeline)
    late, within = _late("child_seen", seen.happened_at if seen else None)
    heard_late, heard_within = _late("child_heard", said[0].heard_at if said else None)
    since = view.today - timedelta(days=365)
    homes = [r for r in view.child.residences if not r.never_held]
    began = Counter(r.held_from >= since for r in sorted(homes, key=lambda r: r.held_from)[1:])
    called = view.child.called
    latest = steps[0] if steps else None
    return rules.needs(
        rules.Known(
            called=called,
            seen=rules.Line(
                f"Last seen: {seen.kind.lower()}, by {seen.author or 'somebody not named'}.",
                seen.href,
                seen.happened_at.astimezone(LONDON).date(),
            )
            if seen
            else None,
            seen_late=late,
            seen_within=within,
            worries_noticed=_noticed(timeline),
            heard=len(said),
            heard_alone=sum(v.alone for v in said),
            last_heard=rules.Line(
                f"Last heard: {said[0].heard.label.lower()}, by {said[0].heard_by}.",
                f"/child/{folders[0]}/voice/",
                said[0].heard_at.astimezone(LONDON).date(),
            )
            if said
            else None,
            heard_late=heard_late,
            heard_within=heard_within,
            acted_on=sum(bool(v.done) for v in said),
            not_acted_on=sum(bool(v.wants) and not v.done for v in said),
            worker=view.lead.practitioner if view.lead else "",
            worker_since=view.lead.held_from if view.lead else None,
            changes_of_worker=view.changes_of_worker,
            moves=began[True],
            own_words=_own_words(view),
            told_before=sum(h.was_told for h in told),
            not_told=tuple(f"{h.about}, {_day(h.on)}" for h in told if not h.was_told),
            took_part=sum(
                h.told is not None and h.told.took_part in (TookPart.THERE, TookPart.WORDS_SENT) for h in told
            ),
            explained=len({e.id for v in said for e in v.explained}),
            unanswered=sum(v.owed for v in said),
            decisions_unexplained=len(to_explain(folders)),
            supports=tuple(
                rules.Line(
                    f"{i.practitioner or 'Somebody not yet named'}, {i.role}, {i.agency}.", on=i.held_from
                )
                for i in view.involvements
            ),
            matters=tuple(m.name for m in who_matters(folders)),
            advocacy=latest.act if latest else None,
            advocate=latest.name if latest else "",
            advocacy_on=latest.on if latest else None,
            rights_on=rights[0].told_at.astimezone(LONDON).date() if rights else None,
        )
    )


def _late(limit_id: str, last: datetime | None) -> tuple[bool, str]:
    """Whether it is longer ago than the pack says, and the pack's span in words."""
    pack = pack_in_force()
    limit = pack.limit(limit_id, today())
    if last is None:
        return False, limit.span
    try:
        return due(last, limit, pack.calendar(today())) < now(), limit.span
    except BeyondCalendar:
        return False, limit.span


def _last_seen(timeline: Sequence[Moment]) -> Moment | None:
    seen = [moment for moment in timeline if moment.kind.lower().startswith(SEEN)]
    return max(seen, key=lambda m: m.happened_at, default=None)


def _noticed(timeline: Sequence[Moment]) -> tuple[rules.Line, ...]:
    worries = [moment for moment in timeline if moment.kind.lower().startswith("concern")]
    if not worries:
        return ()
    latest = max(worries, key=lambda m: m.happened_at)
    told = rules.times(len(worries), "time")
    return (
        rules.Line(
            f"Somebody noticed and said so {told}, the last time on this day.",
            latest.href,
            latest.happened_at.astimezone(LONDON).date(),
        ),
    )


def _own_words(view: ChildView) -> tuple[str, ...]:
    """What the record holds in the child's own terms: their name and pronouns, and how they describe themselves."""
    child = view.child
    found = []
    if child.known_as:
        found.append(f"Is called {child.known_as}, as they wish.")
    if child.birth.pronouns:
        found.append(f"Their pronouns: {child.birth.pronouns}.")
    for question in IdentityQuestion:
        answer = child.answers.get(question)
        if answer is not None and answer.answered is Answered.GIVEN and answer.self_described:
            found.append(f"In their own words, {question.label.lower()}: {answer.said}.")
    return tuple(found)


# -- for the child to read -------------------------------------------------------------------------------------------


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
    """What the child told us and what we did, in words for the child (CHD-03, CHD-04)."""
    folders = view.folder_ids
    said = voices(folders, limit=200)
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
            )
            for v in said
        ),
        decided=tuple(e for e in explanations(folders) if e.decision_id is not None),
        workers=tuple((i.practitioner or i.agency, i.role, i.telephone) for i in view.involvements),
        advocate=advocate_now(folders),
        matters=tuple(m.name for m in who_matters(folders)),
        rights=tuple((g.title, g.text) for g in pack_in_force().guidance(f"rights.{form.value}", day)),
        keep_from=tuple(v.keep_from for v in said if v.keep_from),
    )
