"""What this room says to the one timeline: assessments and what agencies gave to them, discussions, enquiries,
emergency measures, medicals, becoming looked after, and attempts to reach a family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid5

from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment, Paged, Undone, of_these, office
from sightline.records.terms import DecisionKind

from ..models import (
    Assessment,
    Attempt,
    Closing,
    Contribution,
    Emergency,
    EmergencyBack,
    Enquiry,
    EnquiryEnd,
    LookedAfter,
    LookedAfterTakenBack,
    MadeSafe,
    MadeSafeBack,
    Medical,
    MedicalNote,
    SignOff,
    Step,
    Strategy,
    StrategyDecision,
)
from ..terms import (
    Act,
    Closure,
    EmergencyKind,
    EmergencyPart,
    LedBy,
    MadeSafeBy,
    Reached,
    StrategyOutcome,
)
from .episode import step_back


def _agency(post: str) -> str:
    """The agency of 'Social worker, Northmoor Council'."""
    return post.rpartition(", ")[2]


def _written(row: Any, at: datetime, kind: str, text: str, page: str, **more: Any) -> Moment:
    """A moment of a row that says who wrote it, in which post, and when."""
    return Moment(
        row.id, row.folder_id, at, row.written_at, kind, text, _agency(row.written_post), row.written_by.name,
        href=f"/child/{row.folder_id}/enquiries/{page}/", **more,
    )  # fmt: skip


@prepared
def _of_assessments(folder_ids: Sequence[UUID]) -> Wanted:
    assessments = Assessment.objects.filter(folder_id__in=folder_ids).select_related("author")
    signed = SignOff.objects.filter(folder_id__in=folder_ids, act="sign").select_related("by", "decision")
    given = Contribution.objects.filter(folder_id__in=folder_ids, answered_at__isnull=False)
    return assessments, signed, given.select_related("agency", "answered_by")


@prepared
def _of_protection(folder_ids: Sequence[UUID]) -> Wanted:
    strategies = Strategy.objects.filter(folder_id__in=folder_ids).select_related("written_by")
    decided = StrategyDecision.objects.filter(folder_id__in=folder_ids).select_related(
        "strategy__meeting", "written_by"
    )
    begun = Enquiry.objects.filter(folder_id__in=folder_ids).select_related("written_by")
    ends = EnquiryEnd.objects.filter(folder_id__in=folder_ids).select_related("decision", "written_by")
    emergencies = Emergency.objects.filter(folder_id__in=folder_ids).select_related("written_by", "ended_by")
    not_ended = EmergencyBack.objects.filter(folder_id__in=folder_ids, part=EmergencyPart.END.value)
    medicals = Medical.objects.filter(folder_id__in=folder_ids).select_related(
        "written_by", "done_written_by"
    )
    looked_after = LookedAfter.objects.filter(folder_id__in=folder_ids).select_related(
        "written_by", "decision"
    )
    made_safe = MadeSafe.objects.filter(folder_id__in=folder_ids).select_related("written_by")
    notes = MedicalNote.objects.filter(folder_id__in=folder_ids).order_by("written_at", "id")
    return (
        strategies, decided, begun, ends, emergencies, not_ended.order_by("written_at", "id"), medicals, looked_after,
        made_safe, notes,
    )  # fmt: skip


@prepared
def _of_closings(folder_ids: Sequence[UUID]) -> Wanted:
    """Closings with the step that each led to; one that closed a plan is told with the plan."""
    steps = Step.objects.filter(folder_id__in=folder_ids, act=Act.CLOSE.value, decision__isnull=False)
    closings = Closing.objects.filter(folder_id__in=folder_ids).select_related("written_by", "decision")
    return steps.order_by("id"), closings.exclude(decision__kind=DecisionKind.PLAN.value)


@prepared
def _taken_back(folder_ids: Sequence[UUID]) -> Wanted:
    steps = Step.objects.filter(folder_id__in=folder_ids, takes_back__decision__isnull=False)
    periods = LookedAfterTakenBack.objects.filter(folder_id__in=folder_ids).select_related(
        "written_by", "looked_after", "decision"
    )
    measures = EmergencyBack.objects.filter(folder_id__in=folder_ids).exclude(
        part=EmergencyPart.EXTENSION.value
    )
    return (
        steps.select_related("by", "takes_back").order_by("id"),
        periods,
        measures.select_related("written_by").order_by("written_at", "id"),
        MadeSafeBack.objects.filter(folder_id__in=folder_ids).select_related("written_by"),
    )


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds to a child's timeline, each known from when it was written."""
    assessing, protecting, closing = (
        _of_assessments(folder_ids),
        _of_protection(folder_ids),
        _of_closings(folder_ids),
    )
    yield [*assessing, *protecting, *closing]
    return [*_assessments(*assessing), *_protection(*protecting), *_closings(*closing)]


def undone(folder_ids: Sequence[UUID]) -> Asking[dict[UUID, Undone]]:
    """The decisions whose step was taken back, or the period that they began, and measures that never were, each with
    by whom and why."""
    steps, periods, measures, unsafe = asked = _taken_back(folder_ids)
    yield asked
    return (
        {s.takes_back.decision_id: Undone(s.at, step_back(s).words) for s in steps}
        | {
            p.looked_after.decision_id: Undone(
                p.written_at, f"Taken back by {p.written_by.name}, {p.written_post}: {p.decision.reasons}"
            )
            for p in periods
        }
        | {
            of: Undone(b.written_at, f"Taken back by {b.written_by.name}, {b.written_post}: {b.why}")
            for of, b in (*_of_measures(measures), *((b.made_safe_id, b) for b in unsafe))
        }
    )


def _of_measures(backs: Iterable[EmergencyBack]) -> Iterator[tuple[UUID, EmergencyBack]]:
    """What each of these takes back: an end, or a measure with the end that stood then. The earliest first."""
    ends: Counter[UUID] = Counter()
    for back in backs:
        yield _end_id(back.emergency_id, ends[back.emergency_id]), back
        if back.part == EmergencyPart.MEASURE.value:
            yield back.emergency_id, back
        else:
            ends[back.emergency_id] += 1


def _closings(steps: Any, closings: Any) -> Iterator[Moment]:
    """A closing that waits for a manager's ruling has no step, and is none yet."""
    at = {step.decision_id: step.at for step in steps}
    for c in closings:
        closed = at.get(c.decision_id)
        if closed is not None:
            yield Moment(
                c.id, c.folder_id, closed, closed, "Case closed", f"{Closure(c.reason).label}. {c.summary}",
                _agency(c.written_post), c.written_by.name, href=f"/child/{c.folder_id}/enquiries/", significant=True,
                decision_id=c.decision_id,
            )  # fmt: skip


def _assessments(assessments: Any, signed: Any, given: Any) -> Iterator[Moment]:
    for a in assessments:
        yield Moment(
            a.id, a.folder_id, a.started_at, a.started_at, "Assessment begun", a.stands_on_words,
            _agency(a.author_post), a.author.name, href=f"/child/{a.folder_id}/enquiries/assessments/{a.id}/",
        )  # fmt: skip
    for s in signed:
        yield Moment(
            s.id, s.folder_id, s.at, s.at, "Assessment signed", s.decision.outcome if s.decision else "",
            _agency(s.by_post), s.by.name, href=f"/child/{s.folder_id}/enquiries/assessments/{s.assessment_id}/",
            significant=True, decision_id=s.decision_id,
        )  # fmt: skip
    for c in given:
        yield Moment(
            c.id, c.folder_id, c.answered_at, c.answered_at, "Given to an assessment",
            c.answer or f"Nothing was given: {c.declined}", c.agency.name,
            c.answered_as.split(", ")[0] or c.answered_by.name,
            href=f"/child/{c.folder_id}/enquiries/assessments/{c.assessment_id}/",
        )  # fmt: skip


def _protection(
    strategies: Any, decided: Any, begun: Any, ends: Any, emergencies: Any, not_ended: Any, medicals: Any,
    looked_after: Any, made_safe: Any, notes: Any,
) -> Iterator[Moment]:  # fmt: skip
    for each in strategies:
        yield _written(
            each,
            each.written_at,
            "Strategy discussion called",
            each.cause,
            f"strategy/{each.id}",
            significant=True,
        )
    for d in decided:
        held = d.strategy.meeting.began_at or d.written_at
        yield _written(
            d, held, "Strategy discussion", StrategyOutcome(d.outcome).label, f"strategy/{d.strategy_id}",
            significant=True, decision_id=d.decision_id,
        )  # fmt: skip
    for q in begun:
        yield _written(
            q, q.began_at, "Section 47 enquiry begun", f"{LedBy(q.led_by).label}.",
            f"section-47/{q.id}", significant=True,
        )  # fmt: skip
    for e in ends:
        yield _written(
            e, e.written_at, "Section 47 enquiry ended", e.decision.outcome, f"section-47/{e.enquiry_id}",
            significant=True, decision_id=e.decision_id,
        )  # fmt: skip
    for m in emergencies:
        yield _written(
            m, m.began_at, EmergencyKind(m.kind).label, f"{m.authority}. {m.reasons}", f"emergency/{m.id}",
            significant=True,
        )  # fmt: skip
    yield from _ends_of_measures(emergencies, not_ended)
    for row in made_safe:
        said = f"{MadeSafeBy(row.way).label}. {row.what} {row.under} By {row.done_by}."
        yield replace(
            _written(row, row.done_at, "Made safe", said, "", significant=True),
            href=f"/child/{row.folder_id}/enquiries/#protection",
        )
    yield from _medicals(medicals, notes)
    for row in looked_after:
        began = datetime.combine(row.began_on, time.min, LONDON)
        yield _written(
            row, min(began, row.written_at), "Became looked after",
            row.decision.outcome.removeprefix("Looked after: "),  # its legal basis may have changed since
            f"looked-after/{row.id}", significant=True, decision_id=row.decision_id,
        )  # fmt: skip


def _end_id(measure_id: UUID, number: int) -> UUID:
    """Of the end of a measure that was recorded so many times after it had been taken back."""
    return uuid5(measure_id, f"ended {number}")


def _ends_of_measures(emergencies: Any, not_ended: Any) -> Iterator[Moment]:
    """How each measure ended. An end that was taken back stays; who had recorded it is not kept then."""
    backs: dict[UUID, list[EmergencyBack]] = {}
    for back in not_ended:
        backs.setdefault(back.emergency_id, []).append(back)
    for m in emergencies:
        kind, href = (
            f"{EmergencyKind(m.kind).label}: ended",
            f"/child/{m.folder_id}/enquiries/emergency/{m.id}/",
        )
        before = backs.get(m.id, [])
        for number, back in enumerate(before):
            assert back.stood_at is not None
            at = back.stood_at
            known = min(max(at, m.written_at), back.written_at)
            yield Moment(
                _end_id(m.id, number), m.folder_id, at, known, kind, back.stood_words, "", "", href=href,
                significant=True,
            )  # fmt: skip
        if m.ended_at is not None:
            by = m.ended_by
            yield Moment(
                _end_id(m.id, len(before)), m.folder_id, m.ended_at, m.ended_written_at or m.ended_at, kind,
                m.ended_words, "", by.name if by else "", href=href, significant=True,
            )  # fmt: skip


def _medicals(medicals: Any, notes: Any) -> Iterator[Moment]:
    """Asked for is one fact, done another; what it found may come later still, and what was wrong be put right."""
    written: dict[UUID, list[MedicalNote]] = {}
    for note in notes:
        written.setdefault(note.medical_id, []).append(note)
    for x in medicals:
        yield _written(
            x,
            x.written_at,
            "Child protection medical asked for",
            x.reasons,
            f"medical/{x.id}",
            significant=True,
        )
        if x.done_at is None:
            continue
        known = x.done_written_at or max(x.written_at, x.done_at)
        done = [note for note in written.get(x.id, ()) if note.done_at or note.done_by]
        right = [note for note in written.get(x.id, ()) if note.wrong]
        turns: list[tuple[datetime, dict[str, Any]]] = []
        for at in sorted(
            {*(n.written_at for n in right), *([x.result_written_at] if x.result_written_at else [])}
        ):
            by = _done_by(x, done, at)
            found = x.result_written_at is not None and at >= x.result_written_at
            turns.append(
                (
                    at,
                    {
                        "happened_at": _done_at(x, done, at),
                        "text": f"{by} {x.result}".strip() if found else by,
                    },
                )
            )
        yield Moment(
            uuid5(x.id, "done"), x.folder_id, _done_at(x, done, known), known, "Child protection medical",
            _done_by(x, done, known) if turns else f"{_done_by(x, done, known)} {x.result}".strip(),
            _agency(x.done_written_post or x.written_post), (x.done_written_by or x.written_by).name,
            href=f"/child/{x.folder_id}/enquiries/medical/{x.id}/", significant=True,
            later=tuple((note.written_at, "Corrected") for note in right), turns=tuple(turns),
        )  # fmt: skip


def _done_at(medical: Any, done: Sequence[MedicalNote], at: datetime) -> datetime:
    """When a medical was done, as it was written by then."""
    said: list[datetime] = [note.done_at for note in done if note.done_at and note.written_at <= at]
    return said[-1] if said else medical.done_at


def _done_by(medical: Any, done: Sequence[MedicalNote], at: datetime) -> str:
    """By whom, as it was written by then."""
    said = [note.done_by for note in done if note.done_by and note.written_at <= at]
    by = said[-1] if said else "" if done else medical.done_by
    return f"Done by {by}." if by else "Done."


@prepared
def _attempts(folder_ids: Sequence[UUID], ids: Sequence[UUID]) -> Wanted:
    return (Attempt.objects.filter(of_these(folder_ids, ids)).select_related("recorded_by"),)


_ATTEMPT = "Contact with the family"
_ATTEMPT_KEYS = f"""
    SELECT t.id, t.folder_id, t.happened_at AS at, t.recorded_at AS known, '{_ATTEMPT}'::text AS kind,
           {office("t.recorded_post")}::text AS agency, p.name::text AS author, false AS marked
    FROM enquiries_attempt t JOIN agencies_practitioner p ON p.id = t.recorded_by_id
    WHERE t.folder_id = ANY(%(folders)s)
"""  # noqa: S608 - its own words


def attempts(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Moment]]:
    """Attempts to reach the family."""
    (rows,) = asked = _attempts(folder_ids, ids)
    yield asked
    return [
        Moment(
            t.id, t.folder_id, t.happened_at, t.recorded_at, _ATTEMPT, f"{Reached(t.reached).label}. {t.words}",
            _agency(t.recorded_post), t.recorded_by.name, href=f"/child/{t.folder_id}/enquiries/contact/",
            tags=("Missed",) if Reached(t.reached).failed else (),
        )
        for t in rows
    ]  # fmt: skip


paged = Paged(_ATTEMPT_KEYS, attempts)
