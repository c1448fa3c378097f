"""Rules of the record."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher

from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Verdict
from sightline.procedures.schema import EntryForm, FormQuestion

from .marks import Paragraph
from .terms import Confirming, Interpreting, StatementKind

#: A reason shorter than this says nothing that a court, or the grown-up child, could follow.
LEAST_WORDS = 3


def has_reasons(text: str, field: str = "reasons") -> Verdict:
    """A decision shows who made it and why (North East Lincolnshire, case recording; REC-08)."""
    if len(set(re.findall(r"[^\W\d_]{2,}", text.casefold()))) < LEAST_WORDS:
        return Verdict.no("Give your reasons in a sentence or two.", field)
    return Verdict.yes()


def conflict_is_answered(conflict: str, how: str, for_the_child: bool | None) -> Verdict:
    """A conflict with adults' interests is recorded and its resolution said (North East Lincolnshire 1; CHD-06)."""
    if not conflict.strip():
        return Verdict.yes()
    if for_the_child is None:
        return Verdict.no("Say whether the conflict was resolved in the child's favour.", "for_the_child")
    if for_the_child and not how.strip():
        return Verdict.no("Say how the conflict was resolved.", "conflict_resolved")
    return Verdict.yes()


def awaits_ruling(conflict: str, for_the_child: bool | None) -> bool:
    """Unless resolved for the child, the decision has no effect until a manager decides (CHD-06)."""
    return bool(conflict.strip()) and for_the_child is not True


def may_rule(maker_id: object, ruler_id: object) -> Verdict:
    """A manager rules on somebody else's decision, never on their own."""
    if maker_id == ruler_id:
        return Verdict.no("You made this decision yourself. Another manager must rule on it.")
    return Verdict.yes()


def may_correct(was_wrong: str, right: str) -> Verdict:
    """A correction adds: what was wrong and the right text; the original stays (REC-12)."""
    if not was_wrong.strip():
        return Verdict.no("Say what was wrong.", "was_wrong")
    if not right.strip():
        return Verdict.no("Write what is right.", "text")
    return Verdict.yes()


# -- entries -----------------------------------------------------------------------------------------

#: The longest text of one entry in one record, in characters: some forty printed pages.
LONGEST = 100_000
#: A clock that goes back by less than this was only put right.
CLOCK_MAY_GO_BACK = timedelta(minutes=2)


def may_write_text(text: str, field: str = "text") -> Verdict:
    """An entry says something, and no more than can be read (Sightline baseline)."""
    if not text.strip():
        return Verdict.no("Write what happened.", field)
    if len(text) > LONGEST:
        return Verdict.no(
            f"This text has {len(text):,} characters, and an entry may have {LONGEST:,}. Nothing is lost: your "
            "draft keeps all of it. Divide it into several entries, or attach the long part as a document.",
            field,
        )
    return Verdict.yes()


def has_happened(happened_at: datetime, at: datetime) -> Verdict:
    """An entry is about something that has happened (Sightline baseline)."""
    if happened_at > at:
        return Verdict.no(
            "An entry is about something that has happened. Give a time that is past.", "happened_at"
        )
    return Verdict.yes()


def follows_in_time(at: datetime, last_at: datetime | None) -> Verdict:
    """The order of the numbers is the order of writing: a clock that was set back is told of, not believed
    (the sequence of recording; North East Lincolnshire, REC-03)."""
    if last_at is not None and at + CLOCK_MAY_GO_BACK < last_at:
        return Verdict.no(
            f"By the clock of this computer it is {at.astimezone(LONDON):%d/%m/%Y %H:%M}, but this record has an "
            f"entry written at {last_at.astimezone(LONDON):%d/%m/%Y %H:%M}. The clock seems to have been set back, or "
            "to have been ahead then. Your draft is kept: ask whoever looks after Sightline to put the clock right, or "
            "where it is right to run `sightline clock-was-ahead`. Then sign."
        )
    return Verdict.yes()


def is_late(written_at: datetime, in_time_until: datetime) -> bool:
    """Whether an entry was written after its agency's limit; the last instant of the limit is in time (REC-07)."""
    return written_at > in_time_until


def says_why_late(late: bool, why: str, span: str) -> Verdict:
    """A late entry says so, and why (North East Lincolnshire, case recording; REC-07)."""
    if late and not why.strip():
        return Verdict.no(
            f"This is written more than {span} after it happened, so it is marked as late. Say why it was not written "
            "before.",
            "late_why",
        )
    return Verdict.yes()


#: Something was decided where there is a letter or a number, and not where the reason begins at once.
_DECIDED = re.compile(r"[^\W_]")
_REASON_FIRST = re.compile(r"reasons?[ \t]*:", re.IGNORECASE)


def may_sign_paragraph(paragraph: Paragraph) -> Verdict:
    """A paragraph whose marks can be read; a decision with its reasons, and fit to be listed (REC-05, REC-08)."""
    if paragraph.unfinished:
        return Verdict.no(paragraph.unfinished, "own" if paragraph.only else "text")
    if paragraph.kind is not StatementKind.DECISION:
        return Verdict.yes()
    outcome, reasons = paragraph.decided
    if not _DECIDED.search(outcome) or _REASON_FIRST.match(outcome):
        return Verdict.no(
            "Say first what was decided, then “Reason:” and why, as in: d: She stays at her aunt’s. Reason: she asked "
            "for it.",
            "own" if paragraph.only else "text",
        )
    if not reasons:
        return Verdict.no(
            f"Give the reason of your decision “{shortened(outcome)}”: write “Reason:” after it and say why.",
            "own" if paragraph.only else "text",
        )
    if len(outcome) > LONGEST_DECISION:
        return Verdict.no(
            f"Say the decision “{shortened(outcome)}” in at most {LONGEST_DECISION} characters, then “Reason:” "
            "and why.",
            "own" if paragraph.only else "text",
        )
    return has_reasons(reasons, "own" if paragraph.only else "text")


#: What a list of decisions shows of one.
LONGEST_DECISION = 200

#: A decision in words: what was decided, and why.
Worded = tuple[str, str]


@dataclass(frozen=True)
class Settled:
    """What a correction makes of the decisions in an entry: places among those that stand, and the words.

    `reworded` are decisions with their right words; `added` was not in the entry before; `withdrawn` is no more.
    """

    reworded: tuple[tuple[int, Worded], ...] = ()
    added: tuple[Worded, ...] = ()
    withdrawn: tuple[int, ...] = ()


def settled(standing: Sequence[Worded], now: Sequence[Worded]) -> Settled:
    """What becomes of the decisions that stand, where the entry now has those (REC-08, REC-12).

    What is the same stays as it is. Of the rest each takes the words that are most like its own: a correction says how
    the decision ought to have been written down, and never makes it again. Sightline baseline.
    """
    left, words = list(range(len(standing))), list(now)
    for place in list(left):
        if standing[place] in words:
            left.remove(place)
            words.remove(standing[place])
    reworded = []
    pairs = sorted(
        (-_likeness(standing[place], word), place, n) for place in left for n, word in enumerate(words)
    )
    used: set[int] = set()
    for _, place, n in pairs:
        if place in left and n not in used:
            left.remove(place)
            used.add(n)
            reworded.append((place, words[n]))
    added = tuple(word for n, word in enumerate(words) if n not in used)
    return Settled(tuple(sorted(reworded)), added, tuple(left))


def _likeness(one: Worded, other: Worded) -> float:
    return SequenceMatcher(None, " ".join(one)[:2000], " ".join(other)[:2000], autojunk=False).quick_ratio()


def may_add_decision(mine: bool, author: str, outcome: str) -> Verdict:
    """A decision has one maker, who says so: nobody else's correction adds it to their entry (REC-08)."""
    if mine:
        return Verdict.yes()
    return Verdict.no(
        f"The entry of {author} has no decision “{shortened(outcome)}”. A decision of your own goes into an entry of "
        f"your own. For one that {author} made, write “d @{author}:” before it; it is on the list of decisions once "
        f"{author} has written it.",
        "text",
    )


def shortened(text: str, to: int = 60) -> str:
    """The beginning of a text, for a message."""
    plain = " ".join(text.split())
    return plain if len(plain) <= to else plain[: to - 1].rstrip() + "…"


def says_impact(impact: str, called: str = "the child") -> Verdict:
    """A significant event says what it means for each child in whose record it stands (Sightline baseline)."""
    if not impact.strip():
        return Verdict.no(f"Say what this event means for {called}.", "impact")
    return Verdict.yes()


def may_correct_now(seen: int, corrections: Sequence[tuple[str, datetime]], *, record: str = "") -> Verdict:
    """A correction is made knowing of those before it: `seen` of them were there when the page was opened. `record` is
    the number of a sibling's record, where it is the same entry there that was corrected meanwhile."""
    if len(corrections) > seen:
        who, when = corrections[-1]
        at = f"{when.astimezone(LONDON):%d/%m/%Y at %H:%M}"
        if record:
            return Verdict.no(
                f"{who} corrected this entry in the record {record} on {at}, while you were writing. Read their "
                "correction there. Your text is kept: add it there as well if it is still needed."
            )
        return Verdict.no(
            f"{who} corrected this entry on {at}, while you were writing. Read "
            "their correction below. Your text is kept: add it as a further correction if it is still needed."
        )
    return Verdict.yes()


def may_confirm(
    asked_of: object,
    me: object,
    said: Confirming,
    *,
    left: bool = False,
    answered_by: str = "",
    corrected: bool = False,
) -> Verdict:
    """Only whoever saw or heard it says whether what was written for them is right (REC-04); for somebody without a
    sign-in (`asked_of` None), whoever holds their signature. That somebody cannot confirm it any more others say once
    they have `left`: a colleague in post answers for themselves."""
    if corrected:
        return Verdict.no(
            f"{answered_by} corrected this entry meanwhile, so nothing is confirmed. You are asked anew about the "
            "right words."
        )
    if answered_by:
        return Verdict.no(f"{answered_by} has answered this already.")
    if asked_of is None or asked_of == me:
        return Verdict.yes()
    if said is Confirming.CANNOT:
        if left:
            return Verdict.yes()
        return Verdict.no(
            "The person for whom this was written still has a post here and answers for themselves. Once their post "
            "has ended, you can say that it cannot be confirmed."
        )
    return Verdict.no("Only the person for whom this was written can confirm it.")


def answers_confirmation(said: Confirming, words: str) -> Verdict:
    """Whoever does not confirm says what is not so (Sightline baseline)."""
    if said is Confirming.WAITING:
        return Verdict.no("Say whether it is as you told it.", "said")
    if said is not Confirming.CONFIRMED and not words.strip():
        return Verdict.no("Say what is not as you told it, or why it cannot be confirmed.", "words")
    return Verdict.yes()


#: How a question that may be left open stands in what was signed, so that it is seen to have been asked (REC-11).
NOT_ANSWERED = "Not answered"


def is_answered(question: FormQuestion, answer: str, title: str = "") -> Verdict:
    """A form cannot be signed with a field unanswered (North East Lincolnshire, case recording; REC-11)."""
    if not answer.strip() and not question.optional:
        return Verdict.no(f"Answer the question “{title or question.title}”", question.id)
    return Verdict.yes()


def questions_asked(form: EntryForm, answers: Mapping[str, str], *, each_child: bool) -> list[FormQuestion]:
    """The questions of a form that are asked with these answers: of the entry, or of each child."""
    asked: list[FormQuestion] = []
    for question in form.question:
        if question.each_child is not each_child:
            continue
        after, wanted = question.condition
        if not after or (after in {q.id for q in asked} and answers.get(after) == wanted):
            asked.append(question)
    return asked


def changed_elsewhere(saved_at: datetime) -> Verdict:
    """A page that has fallen behind its draft does not sign it."""
    return Verdict.no(
        f"This draft was saved from another page or device on {saved_at.astimezone(LONDON):%d/%m/%Y at %H:%M}. "
        "Both texts are kept. Read the other one, then sign the one that is right."
    )


def may_review_on(day: date, today: date, latest: date, field: str) -> Verdict:
    """An oversight comes back on a day ahead, within what the procedures allow (REC-09)."""
    if day <= today:
        return Verdict.no("Choose a day that is still to come.", field)
    if day > latest:
        return Verdict.no(
            f"Choose a day no later than {latest.day} {latest:%B %Y}: the procedures allow no longer.", field
        )
    return Verdict.yes()


def may_sign_form(form: EntryForm, permissions: Collection[str]) -> Verdict:
    """Some kinds of entry are signed only by whoever holds a permission that the procedures name (REC-09)."""
    if form.signed_by and form.signed_by not in permissions:
        return Verdict.no(
            f"“{form.title}” is signed by a manager. Write what was said as a note or a meeting, and ask your manager "
            "to record the oversight."
            if form.signed_by == "work.team"
            else f"Your role does not sign “{form.title}”. Ask somebody whose role does."
        )
    return Verdict.yes()


def may_supervise(worker: str, supervisor: str) -> Verdict:
    """Supervision is somebody else's: a worker who writes down their own writes it for their supervisor, who confirms
    it (QUA-06). Both are ids as texts."""
    if worker and worker == supervisor:
        return Verdict.no(
            "Nobody supervises themselves. If you write down supervision of your own work, say under “Who saw or heard "
            "it?” who your supervisor is: they are asked to confirm it.",
            "worker",
        )
    return Verdict.yes()


def goes_on_with(worker: str, before: str, called: str) -> Verdict:
    """Supervision looks again at an earlier one of the same worker, not of another's work on the child (QUA-06)."""
    if worker != before:
        return Verdict.no(
            f"The earlier supervision was about the work of {called}. Choose one about the same worker, "
            "or none of these.",
            "reviews",
        )
    return Verdict.yes()


def may_contribute(name: str, words: str) -> Verdict:
    """What somebody adds stands as theirs: with their name and in their words (REC-14)."""
    if not name.strip():
        return Verdict.no("Write whose words these are.", "name")
    if not words.strip():
        return Verdict.no("Write what they say, in their own words.", "words")
    return Verdict.yes()


def may_use_relative(relative: bool, why: str) -> Verdict:
    """Families' own members do not interpret for them, children least of all (FAM-04)."""
    if relative and not why.strip():
        return Verdict.no(
            "A relative should not interpret: they may leave out, add, or be in danger themselves. "
            "Book a professional, or say why there is no other way today",
            "relative_why",
        )
    return Verdict.yes()


def may_interpret(interpreting: Interpreting | None, interpreter: str, relative_why: str) -> Verdict:
    """Wherever somebody is spoken to it is said who interpreted, for which language or sign language; a relative is
    challenged (FAM-04)."""
    if interpreting is None:
        return Verdict.no("Say who interpreted, or that nobody had to", "interpreting")
    if interpreting is Interpreting.BOOKED and not interpreter.strip():
        return Verdict.no("Say for which language, and which interpreter or service", "interpreter")
    return may_use_relative(interpreting is Interpreting.RELATIVE, relative_why)
