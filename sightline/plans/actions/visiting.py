"""Visits: an entry of the record, and what the plan must know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import day_of, today
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import Answered, SignedEntry, sign_entry
from sightline.records.rules import may_interpret
from sightline.records.terms import EntryKind, Interpreting
from sightline.voice.actions import Said, hear
from sightline.voice.terms import Heard

from .. import queries, rules
from ..models import Plan, Visit
from ..terms import PlanAct, PlanKind
from .base import enter, nothing_owed_since, path_of, signed

#: Where an entry was written without its form, so that nothing says why the child was not seen, or not alone.
NOT_SAID = "Not said in the entry."


@dataclass(frozen=True)
class VisitIn:
    visited_at: datetime
    seen: bool
    where: str
    like: str
    text: str
    alone: bool | None = None
    why_not: str = ""
    said: str = ""
    others: str = ""
    interpreting: Interpreting | None = None
    interpreter: str = ""
    relative_why: str = ""
    adults_apart: str = ""
    late_why: str = ""


def visit_words(sent: VisitIn) -> str:
    """The visit as the record keeps it, in sentences."""
    how = "seen alone" if sent.seen and sent.alone else "seen, not alone" if sent.seen else "not seen"
    lines = [f"Visit: {how}. Where: {sent.where.strip()}."]
    if sent.why_not.strip():
        lines.append(f"Why not {'alone' if sent.seen else 'seen'}: {sent.why_not.strip()}")
    if sent.like.strip():
        lines.append(f"What the child was like: {sent.like.strip()}")
    if sent.said.strip():
        lines.append(f"What the child said: “{sent.said.strip()}”")
    if sent.others.strip():
        lines.append(f"Who else was there: {sent.others.strip()}")
    if sent.interpreting is Interpreting.RELATIVE:
        who = f": {sent.interpreter.strip()}" if sent.interpreter.strip() else ""
        lines.append(f"A relative interpreted{who}. Why no professional: {sent.relative_why.strip()}")
    elif sent.interpreter.strip():
        lines.append(f"Interpreter: {sent.interpreter.strip()}")
    if sent.adults_apart.strip():
        lines.append(f"Adults spoken to on their own: {sent.adults_apart.strip()}")
    lines.append(sent.text.strip())
    return "\n\n".join(line for line in lines if line)


def _answers(sent: VisitIn) -> list[Answered]:
    """What the record's own form of a visit asks, so that the record knows when the child was last seen."""
    said = {True: ("Yes", "yes"), False: ("No", "no")}
    where, why_not = sent.where.strip(), sent.why_not.strip()
    answers = [
        Answered("where", "Where was the visit?", where, where),
        Answered("seen", "Was the child seen?", *said[sent.seen]),
    ]
    if sent.seen:
        answers.append(Answered("seen_alone", "Was the child seen alone?", *said[bool(sent.alone)]))
        if not sent.alone:
            answers.append(Answered("alone_why_not", "Why was the child not seen alone?", why_not, why_not))
    else:
        answers.append(Answered("seen_why_not", "Why was the child not seen?", why_not, why_not))
    assert sent.interpreting is not None
    answers.append(
        Answered("interpreting", "Who interpreted?", sent.interpreting.label, sent.interpreting.value)
    )
    relative = sent.interpreting is Interpreting.RELATIVE
    for question_id, question, words in (
        (
            "relative_who" if relative else "interpreter",
            "Which interpreter, for which language?",
            sent.interpreter,
        ),
        ("relative_why", "Why was there no professional?", sent.relative_why),
    ):
        if words.strip():
            answers.append(Answered(question_id, question, words.strip(), words.strip()))
    return answers


@transaction.atomic
def record_visit(plan_id: UUID, sent: VisitIn) -> UUID:
    """Record a visit under a plan; what the child said stands under Voice as well. Only one at which the child was
    seen discharges the duty to visit, as of the visit and not of its writing, and starts the next interval. Returns
    the visit."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    rules.check_visit(sent.seen, sent.alone, sent.why_not, sent.like, sent.where).or_refuse()
    may_interpret(sent.interpreting, sent.interpreter, sent.relative_why).or_refuse()
    assert sent.interpreting is not None
    if day_of(sent.visited_at) < plan.began_on:
        raise Refused("The plan had not begun then. Write an entry in the record instead", "visited_at")
    entries = sign_entry(
        {plan.folder_id: visit_words(sent)}, kind=EntryKind.VISIT, happened_at=sent.visited_at,
        subject_id=plan.id, late_why=sent.late_why, answers=_answers(sent), on_form=True,
    )  # fmt: skip
    visit = Visit.objects.create(
        folder_id=plan.folder_id, plan=plan, entry=entries[plan.folder_id], visited_at=sent.visited_at,
        seen=sent.seen, alone=sent.alone if sent.seen else None, why_not=sent.why_not.strip(),
        where=sent.where.strip()[:200], like=sent.like.strip(), said=sent.said.strip(),
        interpreting=sent.interpreting.value, interpreter=sent.interpreter.strip()[:200],
        relative_why=sent.relative_why.strip(), adults_apart=sent.adults_apart.strip()[:300], **signed(acting),
    )  # fmt: skip
    if sent.seen and sent.said.strip():
        hear(
            plan.folder_id,
            Said(
                Heard.TALKING, sent.visited_at, sent.where, bool(sent.alone), said=sent.said, others=sent.others,
                why_not_alone=sent.why_not,
            ),
        )  # fmt: skip
    if sent.seen:
        _seen(plan, sent.visited_at)
    record(Verb.WROTE, "plans.record_visit", folder_id=plan.folder_id, subject=visit)
    return visit.id


def entries_signed(signed_now: Sequence[SignedEntry]) -> None:
    """A visit written as an entry of the record is the visit of the child's plan as well (CHD-02): it stands there,
    and where the child was seen it answers the duty to visit. A child without a plan has none to answer."""
    for one in signed_now:
        entry = one.entry
        if entry.corrects_id is not None:
            _visit_corrected(one)
            continue
        if entry.kind != EntryKind.VISIT.value or one.answer("seen") not in ("yes", "no"):
            continue
        plan = queries.open_plan(entry.folder_id)
        if plan is None or entry.subject_id == plan.id or day_of(entry.happened_at) < plan.began_on:
            # One recorded under the plan is there already; one before the plan belongs to the record alone.
            continue
        visit = Visit.objects.create(
            folder_id=plan.folder_id, plan_id=plan.id, like=entry.text if one.answer("seen") == "yes" else "",
            **_as_told(one),
        )  # fmt: skip
        if visit.seen:
            _seen(plan, entry.happened_at)
        record(Verb.WROTE, "plans.entries_signed", folder_id=plan.folder_id, subject=visit)


def _as_told(one: SignedEntry) -> dict[str, Any]:
    """What an entry's form says of a visit."""
    entry, seen, alone = one.entry, one.answer("seen") == "yes", one.answer("seen_alone") == "yes"
    return {
        "entry": entry,
        "visited_at": entry.happened_at,
        "seen": seen,
        "alone": alone if seen else None,
        "why_not": "" if alone else one.answer("alone_why_not" if seen else "seen_why_not") or NOT_SAID,
        "where": one.answer("where")[:200],
        "interpreting": one.answer("interpreting"),
        "interpreter": (one.answer("interpreter") or one.answer("relative_who"))[:200],
        "relative_why": one.answer("relative_why"),
        "written_at": entry.written_at,
        "written_by_id": entry.author_id,
        "written_post": entry.author_post,
    }


def _visit_corrected(one: SignedEntry) -> None:
    """A visit's entry was put right: what it now says holds for the plan as well, added beside what held before, and
    the visits that were owed are met, and owed, as the child was in truth seen."""
    if one.answer("seen") not in ("yes", "no"):
        return
    before = (
        Visit.objects.filter(Q(entry_id=one.entry.corrects_id) | Q(entry__corrects_id=one.entry.corrects_id))
        .filter(corrected_by__isnull=True)
        .select_related("plan", "entry")
        .first()
    )
    if before is None:
        return
    plan, told = before.plan, _as_told(one)
    # Under the plan what the child was like and said was asked apart; in the record it is the entry's text.
    own = before.entry.subject_id == plan.id
    like = (before.like if own and before.seen else one.entry.text) if told["seen"] else ""
    told["where"] = told["where"] or before.where
    if not told["interpreting"] or told["interpreting"] == before.interpreting:
        # Under the plan who it was stands with the visit alone.
        told |= {
            name: told[name] or getattr(before, name)
            for name in ("interpreting", "interpreter", "relative_why")
        }
    visit = Visit.objects.create(
        folder_id=before.folder_id, plan=plan, corrects=before, like=like, said=before.said if told["seen"] else "",
        adults_apart=before.adults_apart, **told,
    )  # fmt: skip
    record(Verb.WROTE, "plans.visit_corrected", folder_id=plan.folder_id, subject=visit)
    if (before.seen, before.visited_at) != (visit.seen, visit.visited_at):
        _clocks_anew(plan, "A visit was corrected: the child was not seen then, or at another time.")


def _clocks_anew(plan: Plan, reason: str) -> None:
    """Every visit that was owed under the plan is met by the visit that in truth came next, and the next is owed from
    it: also where the visit that was wrong, or is written down only now, is not the last, and where the plan is closed.
    """
    if PlanKind(plan.kind) is PlanKind.EARLY_HELP or hasattr(plan, "undone"):
        return
    ended = nothing_owed_since(plan)
    event = pack_in_force().event(f"{plan.kind}_seen", today())
    times = Visit.objects.filter(plan=plan, seen=True)
    for kind in event.opens:
        duties.run_anew(
            Duty.objects.filter(
                subject_id=plan.id, folder_id=plan.folder_id, kind__in={*event.discharges, kind}
            ),
            lambda at, kind=kind: _next_visit(plan, kind, at),  # type: ignore[misc]
            done=times.filter(corrected_by__isnull=True).values_list("visited_at", flat=True),
            recorded=times.values_list("visited_at", flat=True),
            reason=reason,
            ended=ended,
        )


def _next_visit(plan: Plan, kind: str, at: datetime) -> duties.Opening:
    return duties.Opening(
        folder_id=plan.folder_id, kind=kind, started_at=at, subject_id=plan.id, path=path_of(plan),
        owner_id=plan.lead_id, team_id=plan.team_id,
    )  # fmt: skip


def _seen(plan: Plan, at: datetime) -> None:
    kind = PlanKind(plan.kind)
    if kind is PlanKind.EARLY_HELP:
        return
    if Visit.objects.filter(plan=plan, seen=True, visited_at__gt=at, corrected_by__isnull=True).exists():
        _clocks_anew(plan, "An earlier visit was written down after a later one.")
        return
    duties.happened(
        f"{kind.value}_seen",
        [plan.folder_id], subject_id=plan.id, at=at, path=path_of(plan), owner_id=plan.lead_id, team_id=plan.team_id,
    )  # fmt: skip
