"""Pure decisions on plans: what a plan must hold, who may begin and end it, what a review must answer.

Sources are the five manuals by the obligation that they ask for; where none speaks, the Sightline baseline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sightline.children.rules import eighteenth
from sightline.enquiries.rules.closing import Closing, check_reason, check_words
from sightline.enquiries.terms import AFTER_ASSESSMENT, Closure
from sightline.kernel.verdicts import Verdict

from .terms import (
    RESULTS,
    Achieved,
    Agrees,
    Cause,
    ChildWas,
    Direction,
    FamilyPlan,
    IncidentKind,
    Next,
    OfferState,
    PlanAct,
    PlanKind,
    PlanState,
    ReviewResult,
    StandsOn,
    StatementKind,
    TieKept,
    Whose,
)

#: What may lead from one state of a plan to another. Anything else is refused.
TRANSITIONS: Mapping[tuple[PlanState, PlanAct], PlanState] = {
    (PlanState.BEING_MADE, PlanAct.WRITE): PlanState.BEING_MADE,
    (PlanState.SIGNED, PlanAct.WRITE): PlanState.CHANGED,
    (PlanState.CHANGED, PlanAct.WRITE): PlanState.CHANGED,
    (PlanState.MOVING, PlanAct.WRITE): PlanState.MOVING,
    (PlanState.BEING_MADE, PlanAct.RECORD): PlanState.BEING_MADE,
    (PlanState.SIGNED, PlanAct.RECORD): PlanState.SIGNED,
    (PlanState.CHANGED, PlanAct.RECORD): PlanState.CHANGED,
    (PlanState.MOVING, PlanAct.RECORD): PlanState.MOVING,
    (PlanState.BEING_MADE, PlanAct.SIGN): PlanState.SIGNED,
    (PlanState.CHANGED, PlanAct.SIGN): PlanState.SIGNED,
    (PlanState.MOVING, PlanAct.SIGN): PlanState.MOVING,
    (PlanState.BEING_MADE, PlanAct.ASK_TRANSFER): PlanState.MOVING,
    (PlanState.SIGNED, PlanAct.ASK_TRANSFER): PlanState.MOVING,
    (PlanState.CHANGED, PlanAct.ASK_TRANSFER): PlanState.MOVING,
    (PlanState.MOVING, PlanAct.TAKE_BACK): PlanState.CHANGED,
    (PlanState.BEING_MADE, PlanAct.CLOSE): PlanState.CLOSED,
    (PlanState.SIGNED, PlanAct.CLOSE): PlanState.CLOSED,
    (PlanState.CHANGED, PlanAct.CLOSE): PlanState.CLOSED,
    (PlanState.MOVING, PlanAct.CLOSE): PlanState.CLOSED,
    (PlanState.CLOSED, PlanAct.REOPEN): PlanState.CHANGED,
}

_REFUSED = {
    (
        PlanState.CLOSED,
        PlanAct.WRITE,
    ): "This plan is closed. Reopen it, or begin another one, before you write in it",
    (
        PlanState.CLOSED,
        PlanAct.RECORD,
    ): "This plan is closed. Reopen it, or write an entry in the record instead",
    (PlanState.SIGNED, PlanAct.SIGN): "Nothing has changed since this plan was signed",
    (PlanState.CLOSED, PlanAct.CLOSE): "This plan is closed already",
    (
        PlanState.MOVING,
        PlanAct.ASK_TRANSFER,
    ): "Another authority has been asked already. Record its answer first",
    (PlanState.CLOSED, PlanAct.SIGN): "This plan is closed. Reopen it before you sign it",
}


def after(state: PlanState, act: PlanAct) -> Verdict | PlanState:
    """The state that an act leads to, or why it may not be done."""
    found = TRANSITIONS.get((state, act))
    if found is not None:
        return found
    return Verdict.no(_REFUSED.get((state, act), f"A plan that is {state.value} cannot be changed so"))


# -- beginning and ending ----------------------------------------------------------------------------


def may_begin(
    kind: PlanKind,
    *,
    may_decide: bool,
    conference_decision: bool,
    open_kind: PlanKind | None,
    moved_here: bool = False,
) -> Verdict:
    """Who may begin a plan. A child protection plan is made by a conference (Working Together, chapter 1), so it
    begins with the conference's decision, or with the receiving conference of a child who moved here.

    `may_decide`: the role may decide on protection plans. `open_kind`: the plan that the child has now.
    """
    if open_kind is not None:
        return Verdict.no(
            f"This child has a {open_kind.label.lower()} already. Step it up or down from its own page, so that "
            "the record goes along"
        )
    if kind is not PlanKind.CHILD_PROTECTION:
        return Verdict.yes()
    if not may_decide:
        return Verdict.no(
            "A child protection plan is begun by whoever chairs the conference, or by a manager. Ask one of them",
            "kind",
        )
    if not (conference_decision or moved_here):
        return Verdict.no(
            "A child protection plan is made by a conference. Choose what the conference on this child decided. Where "
            "nothing is offered, record on its meeting’s page that it was held and what it decided",
            "decision",
        )
    return Verdict.yes()


def may_lead(kind: PlanKind, *, social_worker: bool, field: str) -> Verdict:
    """Who may lead a plan: of a child protection plan a social worker (Working Together, chapter 1, the lead social
    worker); of any other whoever holds a post. `field`: where the form asks for it."""
    if kind is PlanKind.CHILD_PROTECTION and not social_worker:
        return Verdict.no("A child protection plan is led by a social worker. Choose one", field)
    return Verdict.yes()


def may_move(
    direction: Direction, *, died: date | None, born: date | None, taken_on: date, protection: bool
) -> Verdict:
    """An authority takes over the plan of a child who was alive and under eighteen on that day, which for a plan of
    `protection` is that of its conference."""
    by = "by the day of that conference" if protection else "when the plan was to be taken on"
    field = "conference_on" if protection else ""
    close = (
        "Close the plan instead, with its reason; the request ends with it"
        if direction is Direction.OUT
        else "Take the request back, with the reason; nothing begins here"
    )
    if died is not None and died <= taken_on:
        return Verdict.no(f"The child had died {by}. {close}", field)
    if born is not None and eighteenth(born) <= taken_on:
        return Verdict.no(f"The young person was 18 {by}. {close}", field)
    return Verdict.yes()


def may_end(kind: PlanKind, *, may_decide: bool) -> Verdict:
    """A child protection plan, or the case of a child in need, is ended by somebody who answers for it."""
    if kind is PlanKind.EARLY_HELP or may_decide:
        return Verdict.yes()
    return Verdict.no(
        f"A {kind.label.lower()} is ended by a manager, or by whoever chairs its review. Ask one of them"
    )


def may_reopen(
    standing: PlanKind | None,
    *,
    follows: bool,
    followed_by: PlanKind | None,
    reviewed: bool,
    may_decide: bool,
) -> Verdict:
    """Whether a plan that ended may be taken up again (every step can be taken back; Sightline baseline).

    `standing`: the plan that the child has now; `follows`: it is the one that this was stepped to (`followed_by`).
    """
    if standing is not None and not follows:
        return Verdict.no("This child has another plan now. Go on with that one")
    if followed_by is None:
        return Verdict.yes()
    if not follows:
        return Verdict.no(
            f"What followed it, the {followed_by.label.lower()}, has ended since. Reopen that one first, then take "
            "the step back"
        )
    if reviewed:
        return Verdict.no(
            f"The {followed_by.label.lower()} that followed it has been reviewed. Take its reviews back first, the "
            "latest first, or step that one up or down: the record goes along"
        )
    return may_end(followed_by, may_decide=may_decide)


def may_reopen_review(*, closed: bool, later: bool) -> Verdict:
    """Whether the closing of a review may be taken back: of the plan's latest alone."""
    if not closed:
        return Verdict.no("This review is open. There is no closing to take back")
    if later:
        return Verdict.no(
            "There has been another review since. Say in that one what has to be put right, or take that one back first"
        )
    return Verdict.yes()


def may_withdraw_review(*, closed: bool, withdrawn: bool) -> Verdict:
    """Whether the opening of a review may be taken back (every step can be taken back; Sightline baseline)."""
    if closed:
        return Verdict.no("This review is closed. Take its closing back first, then its opening")
    if withdrawn:
        return Verdict.no("The opening of this review was taken back already")
    return Verdict.yes()


def may_withdraw_plan(
    kind: PlanKind,
    *,
    stepped: bool,
    moved_here: str,
    asked: bool,
    reviewed: bool,
    own: bool,
    may_decide: bool,
) -> Verdict:
    """Whether the beginning of a plan may be taken back (every step can be taken back; Sightline baseline): by whoever
    began it, or by somebody who may end it.

    `stepped`: a step from another plan began it. `moved_here`: the authority that it came from. `asked`: another
    authority has been asked to take it. `own`: whoever asks began it.
    """
    if stepped:
        return Verdict.no("A step from another plan began this one. Take that step back")
    if moved_here:
        return Verdict.no(
            f"This plan came with the child from {moved_here}. Take back that our conference took it, on its page"
        )
    if asked:
        return Verdict.no("Another authority has been asked to take this plan. Record its answer first")
    if reviewed:
        return Verdict.no("This plan has been reviewed. Take its reviews back first, the latest first")
    if own or may_decide:
        return Verdict.yes()
    return Verdict.no(
        f"The beginning of a {kind.label.lower()} is taken back by whoever began it, or by a manager. Ask one of them"
    )


def check_step(
    kind: PlanKind, to: PlanKind, result: ReviewResult | None, *, reviewed: bool, taken_on: bool = True
) -> Verdict:
    """Stepping up may be done at once; stepping a protection plan down follows a review (HLP-01, HLP-04).

    `taken_on`: the front door took a child in early help on. Without its decision early help steps up to nothing.
    """
    if to is kind:
        return Verdict.no("Choose a plan of another kind", "to")
    if kind is PlanKind.EARLY_HELP and not taken_on:
        return Verdict.no(
            "The front door decides whether early help steps up. Ask for a step up on the Enquiries tab, and make "
            "the other plan once it is accepted",
            "to",
        )
    if to is PlanKind.CHILD_PROTECTION:
        return Verdict.yes()
    lets_go = reviewed and result in (ReviewResult.STEP_DOWN, ReviewResult.CLOSE)
    if kind is PlanKind.CHILD_PROTECTION and not lets_go:
        return Verdict.no(
            "A review must first decide that the child no longer needs a child protection plan. "
            "Hold and close the review, then step down",
            "to",
        )
    return Verdict.yes()


def check_end(
    end: Closing,
    kind: PlanKind,
    *,
    case_closes: bool,
    died: bool,
    open_review: bool,
    reviewed: bool,
    last_result: ReviewResult | None,
    grown: bool = False,
    unanswered: Sequence[str] = (),
) -> Verdict:
    """What a child's record needs at the end of a plan (issue: step up, step down, close; FAM-10; REC-20).

    `grown`: eighteen by now, so that no review can be held any more.
    `unanswered`: the outcomes of a signed plan of which no review has said what came of them (PLN-01; PLN-03).
    What the case itself needs is the same however it closes: `enquiries.rules.closing`.
    """
    if open_review:
        return Verdict.no("A review of this plan is open. Close it, or say in it why it was not held, first")
    if case_closes:
        reason = check_reason(end.reason, died=died)
        if not reason:
            return reason
        if end.reason in AFTER_ASSESSMENT:
            return Verdict.no(
                "The child had a plan, so the case does not end with the assessment. Select another reason",
                "reason",
            )
    if (
        case_closes
        and not grown
        and kind is PlanKind.CHILD_PROTECTION
        and end.reason not in (Closure.RC1, Closure.RC2, Closure.RC3, Closure.RC4, Closure.RC5, Closure.RC6)
        and (not reviewed or last_result not in (ReviewResult.CLOSE, ReviewResult.STEP_DOWN))
    ):
        return Verdict.no(
            "A review must first decide that the child no longer needs a child protection plan. "
            "Hold and close the review, then close the plan",
            "reason",
        )
    gone = died or grown or (case_closes and end.reason in (Closure.RC2, Closure.RC5, Closure.RC6))
    if unanswered and not gone and kind is not PlanKind.CHILD_PROTECTION:
        return Verdict.no(
            "Say in a review what came of each planned outcome first, or take it out of the plan with the reason. "
            "Still without an answer: " + "; ".join(unanswered)
        )
    return check_words(end)


# -- what a plan must hold before it is signed ----------------------------------------------------------


@dataclass(frozen=True)
class Account:
    """Somebody whose account a plan needs: the child, and each who holds parental responsibility."""

    name: str
    whose: Whose
    person_id: UUID | None = None
    agrees: Agrees | None = None
    """None: nothing has been recorded of what they think."""


@dataclass(frozen=True)
class Content:
    """A plan as the checks before signing see it."""

    kind: PlanKind
    accounts: Sequence[Account] = ()
    outcomes: int = 0
    actions: int = 0
    statements: Mapping[StatementKind, Sequence[tuple[str, str, str]]] = field(default_factory=dict)
    """By kind: (answer, words, why) of each."""
    ties: Sequence[str] = ()
    """Names of those who are in the child's life."""
    ties_answered: Collection[str] = ()
    needs_unanswered: Sequence[str] = ()
    actions_untimed: int = 0
    lead: bool = False


@dataclass(frozen=True)
class Missing:
    """Something that a plan lacks, and what to do about it. `part` is the form that puts it right."""

    text: str
    part: str
    hint: str = ""
    may_sign_without: bool = False


def lacks(content: Content) -> list[Missing]:
    """What a plan lacks before it can be signed.

    PLN-01 outcomes; FAM-14 and PLN-05 each account, and the harm avoided where somebody does not agree; HLP-03
    what it stands on; PLN-07 the family's own plan; CHD-14 each tie; HLP-09 a service or a reason for each need.
    """
    found: list[Missing] = []
    if not content.lead:
        found.append(Missing("Nobody leads this plan", "lead", "Name the lead professional"))
    if not content.outcomes:
        found.append(Missing("No planned outcome", "outcome", "Say what is to be different for this child"))
    if not content.actions:
        found.append(Missing("No action", "action", "Say who does what, by when"))
    if not content.statements.get(StatementKind.STANDS_ON):
        found.append(Missing("What the plan stands on", "stands_on", "The agreement or the legal power"))
    for account in content.accounts:
        if account.agrees is None:
            found.append(
                Missing(
                    f"What {account.name} thinks of the plan",
                    "view",
                    "In their own words, or why it could not be learnt",
                    may_sign_without=True,
                )
            )
    disagreeing = any(
        a.agrees in (Agrees.NO, Agrees.PARTLY) for a in content.accounts if a.whose is not Whose.CHILD
    )
    if disagreeing and not content.statements.get(StatementKind.HARM_AVOIDED):
        found.append(
            Missing(
                "Why we act without agreement",
                "harm_avoided",
                "Somebody does not agree: say what harm is avoided by acting all the same",
            )
        )
    if not content.statements.get(StatementKind.FAMILY_PLAN):
        found.append(Missing("The family’s own plan", "family_plan", "In their words, and what became of it"))
    if not content.statements.get(StatementKind.CONTINGENCY):
        found.append(Missing("What we do if it does not work", "contingency"))
    if content.kind is PlanKind.CHILD_PROTECTION and not content.statements.get(StatementKind.DANGER):
        found.append(Missing("What we are worried may happen", "danger"))
    found += [
        Missing(f"Whether the plan keeps the tie with {name}", "tie", "Or why it cannot")
        for name in content.ties
        if name not in content.ties_answered
    ]
    found += [
        Missing(
            f"A service, or the reason for none: {words}", "need", "Offer a service, or say why there is none"
        )
        for words in content.needs_unanswered
    ]
    return found


def may_sign(missing: Iterable[Missing], without: str) -> Verdict:
    """A plan is signed after each account is recorded, or with the reason why not (FAM-14)."""
    blocking = [m.text for m in missing if not m.may_sign_without]
    if blocking:
        return Verdict.no("This plan still lacks: " + "; ".join(blocking))
    if any(m.may_sign_without for m in missing) and not without.strip():
        return Verdict.no("Say why the plan is signed before every account is recorded", "without")
    return Verdict.yes()


def check_statement(kind: StatementKind, answer: str, words: str, why: str, about: str) -> Verdict:
    """What each kind of statement asks for."""
    if kind is StatementKind.STANDS_ON:
        if not answer:
            return Verdict.no("Select what the plan stands on", "answer")
        if StandsOn(answer).compulsory and not why.strip():
            return Verdict.no("Say why nothing less would do", "why")
        if not words.strip():
            return Verdict.no("Say who agreed, or which order or power it is, and when", "words")
        return Verdict.yes()
    if kind is StatementKind.FAMILY_PLAN:
        if not answer:
            return Verdict.no("Select what became of the family’s plan", "answer")
        if answer == FamilyPlan.CHANGED and not why.strip():
            return Verdict.no("Say what safety changes in the family’s plan, and why", "why")
        if answer == FamilyPlan.NOT_MADE and not why.strip():
            return Verdict.no("Say how the family was helped to make a plan of its own", "why")
        if answer != FamilyPlan.NOT_MADE and not words.strip():
            return Verdict.no("Write the family’s plan in their words", "words")
        return Verdict.yes()
    if kind is StatementKind.TIE:
        if not about.strip():
            return Verdict.no("Say who it is", "about")
        if not answer:
            return Verdict.no("Select whether the plan keeps this tie", "answer")
        if answer == TieKept.NOT_KEPT and not why.strip():
            return Verdict.no("Say why the plan cannot keep this tie", "why")
        if answer == TieKept.KEPT and not words.strip():
            return Verdict.no("Say how the plan keeps this tie", "words")
        return Verdict.yes()
    if not words.strip():
        return Verdict.no(f"Write something under “{kind.label}”", "words")
    return Verdict.yes()


def check_outcome(
    words: str,
    measure: str,
    baseline: str,
    by: date,
    began: date,
    framework: Collection[str],
    of_framework: str,
) -> Verdict:
    """An outcome has a measure, a baseline and a date, under the partnership's own framework (PLN-01, CHD-08)."""
    for text, name, ask in (
        (words, "words", "Say what is to be different for this child"),
        (measure, "measure", "Say how we shall know that it is reached"),
        (baseline, "baseline", "Say how it is now"),
    ):
        if not text.strip():
            return Verdict.no(ask, name)
    if framework and of_framework not in framework:
        return Verdict.no("Select one of the outcomes that this partnership plans for", "of_framework")
    if by < began:
        return Verdict.no("The outcome’s date lies before the plan began", "by")
    return Verdict.yes()


def check_action(words: str, timing: str, due_on: date, today: date, latest: date) -> Verdict:
    """An action says by when, and why that suits the child's age and stage (CHD-07; PAR-05)."""
    if not words.strip():
        return Verdict.no("Say what is to be done", "words")
    if due_on < today:
        return Verdict.no(
            "Give a day that is still to come. What has been done already is an entry", "due_on"
        )
    if due_on > latest:
        return Verdict.no(
            f"Give a day on or before {latest.day} {latest:%B %Y}: the longest time between two reviews. "
            "What lies further off is an outcome",
            "due_on",
        )
    if not timing.strip():
        return Verdict.no("Say why this day suits the child’s age and stage", "timing")
    return Verdict.yes()


def check_view(agrees: Agrees, words: str, why_not: str) -> Verdict:
    """Agreement and disagreement stand in the person's own words (PLN-05)."""
    if agrees is Agrees.NOT_HEARD:
        if not why_not.strip():
            return Verdict.no("Say why it could not be learnt, and what was tried", "why_not")
        return Verdict.yes()
    if not words.strip():
        return Verdict.no("Write what they said, in their own words", "words")
    return Verdict.yes()


def check_visit(seen: bool, alone: bool | None, why_not: str, like: str, where: str) -> Verdict:
    """A visit says whether the child was seen, and seen alone, and asks why where not (CHD-02)."""
    if not (seen and alone) and not why_not.strip():
        return Verdict.no(
            "Say why the child was not seen" if not seen else "Say why the child was not seen alone",
            "why_not",
        )
    if not where.strip():
        return Verdict.no("Say where the visit was", "where")
    if seen and not like.strip():
        return Verdict.no("Say what the child was like", "like")
    return Verdict.yes()


# -- reviews --------------------------------------------------------------------------------------------


def may_review(kind: PlanKind, state: PlanState, began: date, held_on: date, *, open_review: bool) -> Verdict:
    """A review follows its plan: there is something signed to review, and the day is not before it began."""
    if state is PlanState.CLOSED:
        return Verdict.no("This plan is closed. Reopen it before you review it")
    if state is PlanState.BEING_MADE:
        return Verdict.no("This plan has not been signed yet, so there is nothing to review. Sign it first")
    if open_review:
        return Verdict.no("A review of this plan is open already. Go on with that one")
    if held_on < began:
        return Verdict.no(
            f"The plan began on {began.day} {began:%B %Y}: a review cannot have been held before it",
            "held_on",
        )
    return Verdict.yes()


def check_reviewed(
    actual: str, evidence: str, achieved: Achieved | None, next_: Next | None, words: str
) -> Verdict:
    """The actual beside the planned, with its evidence (PLN-01)."""
    if not actual.strip():
        return Verdict.no("Say how it actually is", "actual")
    if not evidence.strip():
        return Verdict.no("Say what shows it", "evidence")
    if achieved is None:
        return Verdict.no("Select how far it was reached", "achieved")
    if next_ is None:
        return Verdict.no("Select what becomes of this outcome", "next")
    if next_ is Next.CHANGES and not words.strip():
        return Verdict.no("Say how the outcome changes", "next_words")
    return Verdict.yes()


def may_close_review(
    unanswered: Sequence[str], unsaid: Sequence[str], silent: Sequence[str], result: ReviewResult | None
) -> Verdict:
    """A review cannot be closed with an outcome unanswered (PLN-01), a service unasked (PLN-03) or an account
    missing (PLN-05). Each names what is still to be answered."""
    if unanswered:
        return Verdict.no(
            "Say what actually came of each planned outcome first. Still without an answer: "
            + "; ".join(unanswered)
        )
    if unsaid:
        return Verdict.no(
            "Say what each service changed first. Still without an answer: " + "; ".join(unsaid)
        )
    if silent:
        return Verdict.no(
            "Record what each thinks of how it goes, or why it could not be learnt: " + "; ".join(silent)
        )
    if result is None:
        return Verdict.no("Select what the review decided", "result")
    return Verdict.yes()


def check_result(kind: PlanKind, result: ReviewResult) -> Verdict:
    """A review decides what its kind of plan has: nothing is higher than protection, nothing lower than early help."""
    if result in RESULTS[kind]:
        return Verdict.yes()
    where = "higher up" if result is ReviewResult.STEP_UP else "lower down"
    return Verdict.no(
        f"There is no plan {where} than a {kind.label.lower()}. Select something else", "result"
    )


def may_decide_review(kind: PlanKind, *, may_decide: bool, chairs: bool, leads: bool) -> Verdict:
    """Who decides at the end of a review of a child protection plan: whoever chaired the conference, or may decide on
    such plans; never the lead social worker alone (Working Together, chapter 1, the review conference).

    `chairs`: chaired the recorded meeting at which the review was held. `leads`: leads the plan.
    """
    if kind is not PlanKind.CHILD_PROTECTION or (not leads and (may_decide or chairs)):
        return Verdict.yes()
    return Verdict.no(
        "Whoever leads a child protection plan does not decide alone whether it goes on. Whoever chaired the review "
        "conference closes this review, or a manager"
        if leads
        else "The review of a child protection plan is closed by whoever chaired the review conference, or by a "
        "manager. Ask one of them"
    )


def check_offer_step(before: OfferState, to: OfferState, words: str) -> Verdict:
    """What may come of an offer of a service, and what must be said of it (HLP-05)."""
    if (
        before in (OfferState.ENDED, OfferState.DECLINED, OfferState.NOT_AVAILABLE)
        and to is not OfferState.OFFERED
    ):
        return Verdict.no("This offer has come to its end. Offer the service again", "state")
    if before is to:
        return Verdict.no("It stands so already", "state")
    if (
        to in (OfferState.DECLINED, OfferState.NOT_AVAILABLE, OfferState.ENDED, OfferState.WAITING)
        and not words.strip()
    ):
        asks = {
            OfferState.DECLINED: "Say why, in the family’s words",
            OfferState.NOT_AVAILABLE: "Say why it is not to be had, and who was told",
            OfferState.ENDED: "Say how it ended, and what it changed",
            OfferState.WAITING: "Say since when and how long the wait is",
        }
        return Verdict.no(asks[to], "words")
    return Verdict.yes()


# -- incidents --------------------------------------------------------------------------------------------


def within(times: Sequence[datetime], at: datetime, days: int) -> int:
    """How many incidents lie within so many days up to `at`."""
    since = at - timedelta(days=days)
    return sum(since <= time <= at for time in times)


def most_within(times: Sequence[datetime], days: int) -> int:
    """The most incidents that lie within so many days of each other, however long ago: one that is written down late
    repeats those before it as it would have on its day."""
    return max((within(times, last, days) for last in times), default=0)


def check_return(held: bool, said: str, declined: str, by_whom: str) -> Verdict:
    """A return conversation was held, or offered and declined: either is said."""
    if held:
        if not by_whom.strip():
            return Verdict.no("Say who spoke with the child", "by_whom")
        if not said.strip():
            return Verdict.no("Write what the child said, in their own words", "said")
        return Verdict.yes()
    if not declined.strip():
        return Verdict.no("Say how it was offered and what the child answered", "declined")
    return Verdict.yes()


def check_incident(kind: IncidentKind, began: datetime, ended: datetime | None, at: datetime) -> Verdict:
    """An incident has happened, and ends after it began."""
    if began > at:
        return Verdict.no("Give a time that is past", "began_at")
    if ended is not None and ended < began:
        what = "The child came back" if kind is IncidentKind.MISSING else "It ended"
        return Verdict.no(f"{what} before it began. Check both times", "ended_at")
    if ended is not None and ended > at:
        return Verdict.no("Give a time that is past", "ended_at")
    return Verdict.yes()


def check_child_was(kind: IncidentKind, child_was: ChildWas | None) -> Verdict:
    """Violence outside the home says what the child was in it, nothing else does (notice of harm in the community)."""
    if kind is IncidentKind.COMMUNITY_VIOLENCE and child_was is None:
        return Verdict.no("Say whether the child was harmed, harmed somebody, or both", "child_was")
    if kind is not IncidentKind.COMMUNITY_VIOLENCE and child_was is not None:
        return Verdict.no("Only violence outside the home says what the child was in it", "child_was")
    return Verdict.yes()


# -- what has happened around a plan ---------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """What is known today of the child and of the people of a plan."""

    born: date | None = None
    expected: date | None = None
    died: date | None = None
    signed_born: date | None = None
    signed_unborn: bool = False
    signed: bool = False
    lead: str = ""
    lead_left: bool = False
    members_left: Sequence[str] = ()
    actions_left: Sequence[str] = ()
    authority: str = ""
    own_authority: str = ""
    asked: bool = False
    """That authority has been asked to take the plan, and has not answered yet."""
    adult_help_from: date | None = None
    """From when the procedures ask who helps the young person as an adult; None where no birth is known."""
    adult_help_words: str = ""
    """What the procedures say of that day: how long before, and how certain it is."""
    outcomes_change: Sequence[str] = ()
    """The outcomes that the last review said change, and that stand as they were then."""


@dataclass(frozen=True)
class Answer:
    """Something that the plan must answer, what to do, and the page where it is done."""

    cause: Cause
    text: str
    part: str


def to_answer(around: Around, today: date) -> list[Answer]:
    """What has happened that the plan must answer: a birth, a death, an eighteenth birthday, a date of birth put
    right, somebody who left, an outcome that a review says changes, a move. Sightline baseline: the manuals
    ask that plans follow the child."""
    found: list[Answer] = []
    if around.died is not None:
        found.append(
            Answer(Cause.DIED, "The child has died. Close the plan, with that as its reason.", "close")
        )
        return found
    if around.born is not None and eighteenth(around.born) <= today:
        day = eighteenth(around.born)
        found.append(
            Answer(
                Cause.ADULT,
                f"The young person turned 18 on {day.day} {day:%B %Y}. Close the plan, and say who helps them as an "
                "adult.",
                "close",
            )
        )
    elif around.born is not None and around.adult_help_from is not None and around.adult_help_from <= today:
        day = eighteenth(around.born)
        found.append(
            Answer(
                Cause.ADULT,
                f"The young person turns 18 on {day.day} {day:%B %Y}. Plan who helps them then. "
                f"{around.adult_help_words}".strip(),
                "contingency",
            )
        )
    if around.signed and around.signed_unborn and around.born is not None:
        found.append(
            Answer(
                Cause.BORN,
                "The child has been born since this plan was signed. Look at each outcome and action, then sign it.",
                "sign",
            )
        )
    elif around.signed and not around.signed_unborn and around.signed_born != around.born:
        found.append(
            Answer(
                Cause.BIRTH_PUT_RIGHT,
                "The date of birth was put right after this plan was signed. Check that each day suits the child’s "
                "real age, and sign it again.",
                "sign",
            )
        )
    if around.lead_left:
        found.append(
            Answer(
                Cause.LEAD_LEFT,
                f"{around.lead} leads this plan and works here no more. Name somebody else.",
                "lead",
            )
        )
    found += [
        Answer(
            Cause.MEMBER_LEFT,
            f"{name} is in the core group and works there no more. Say who comes instead.",
            "core",
        )
        for name in around.members_left
    ]
    found += [
        Answer(
            Cause.ACTION_LEFT,
            f"{name} has actions in this plan and works there no more. Hand them over.",
            "actions",
        )
        for name in around.actions_left
    ]
    found += [
        Answer(
            Cause.OUTCOME_CHANGES,
            "An outcome stands as it was, though the last review said that it changes. Change it in the plan, or take "
            f"it out, and sign the plan again: {words}",
            "outcome",
        )
        for words in around.outcomes_change
    ]
    elsewhere = around.authority and around.own_authority and around.authority != around.own_authority
    if elsewhere and not around.asked:
        found.append(
            Answer(
                Cause.MOVED,
                f"The child is in the area of {around.authority}. Ask that authority to take the plan; until it has "
                "accepted, the plan stays ours.",
                "transfer",
            )
        )
    return found
