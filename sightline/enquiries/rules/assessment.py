"""Pure rules of an assessment: its life, what it still lacks, who may sign it.

Sources: Working Together, chapter 1; North East Lincolnshire and Rotherham, policy and principles, for strengths
beside difficulties, participation, barriers and review; Nottinghamshire, values, for stereotypes; Sightline baseline
where they set no rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.kernel.verdicts import Verdict

from ..terms import ActsForChild, AssessmentAct, AssessmentState, Factor, TookPart
from .stages import has_words

TRANSITIONS: dict[tuple[AssessmentState, AssessmentAct], AssessmentState] = {
    (AssessmentState.WRITING, AssessmentAct.WRITE): AssessmentState.WRITING,
    (AssessmentState.WRITING, AssessmentAct.SEND): AssessmentState.SENT,
    (AssessmentState.WRITING, AssessmentAct.SET_ASIDE): AssessmentState.SET_ASIDE,
    (AssessmentState.WRITING, AssessmentAct.HAND_OVER): AssessmentState.WRITING,
    (AssessmentState.SENT, AssessmentAct.HAND_OVER): AssessmentState.SENT,
    (AssessmentState.SENT, AssessmentAct.RETURN): AssessmentState.WRITING,
    (AssessmentState.SENT, AssessmentAct.TAKE_BACK): AssessmentState.WRITING,
    (AssessmentState.SENT, AssessmentAct.SIGN): AssessmentState.SIGNED,
    (AssessmentState.SET_ASIDE, AssessmentAct.TAKE_UP_AGAIN): AssessmentState.WRITING,
}
"""What may happen to an assessment. A signed one is fixed: what changes after it is another one that updates it."""

_REFUSALS = {
    AssessmentAct.WRITE: {
        AssessmentState.SENT: "It is with the manager. Take it back first, or ask for it to be returned.",
        AssessmentState.SIGNED: "It is signed, so it stays as it is. Begin an update to write more.",
        AssessmentState.SET_ASIDE: "It was set aside. Take it up again first.",
    },
    AssessmentAct.SEND: {AssessmentState.SENT: "It is with the manager already."},
    AssessmentAct.SIGN: {
        AssessmentState.WRITING: "It has not been sent to a manager, or it was taken back meanwhile.",
        AssessmentState.SIGNED: "It is signed already.",
    },
    AssessmentAct.RETURN: {AssessmentState.WRITING: "It is with its author already."},
}


def after(state: AssessmentState, act: AssessmentAct) -> AssessmentState:
    """The state that follows. Raises `kernel.verdicts.Refused` where the table has no such step."""
    follows = TRANSITIONS.get((state, act))
    if follows is None:
        reason = _REFUSALS.get(act, {}).get(state) or f"This assessment is {state.label.lower()}."
        Verdict.no(reason).or_refuse()
    assert follows is not None
    return follows


def diagram() -> str:
    """The life of an assessment as a Mermaid state diagram."""
    name = {state: "".join(word.capitalize() for word in state.value.split("_")) for state in AssessmentState}
    lines = ["stateDiagram-v2", f"    [*] --> {name[AssessmentState.WRITING]}"]
    lines += [f"    {name[state]}: {state.label}" for state in AssessmentState]
    order = {member: n for n, member in enumerate([*AssessmentState, *AssessmentAct])}
    for (state, act), then in sorted(
        TRANSITIONS.items(), key=lambda row: (order[row[0][0]], order[row[0][1]])
    ):
        lines.append(f"    {name[state]} --> {name[then]}: {act.value}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Asked:
    """One prompt of a form, as far as the rules need it."""

    id: str
    title: str
    needed: bool


@dataclass(frozen=True)
class Section:
    """One section of a form, as far as the rules need it."""

    id: str
    title: str
    kind: str
    evidence: bool
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Member:
    """A member of the family, and what was recorded of their part."""

    person_id: UUID
    name: str
    said: str
    """Who they are to the child, in words."""
    carer: bool
    """Holds parental responsibility or lives with the child as an adult, so that it matters whether they act for it."""
    took_part: TookPart | None = None
    how: str = ""
    why_not: str = ""
    barrier: str = ""
    adjustment: str = ""
    acts_for_child: ActsForChild | None = None
    acts_evidence: str = ""


@dataclass(frozen=True)
class Held:
    """All that an assessment holds when somebody asks whether it is complete."""

    sections: tuple[Section, ...]
    texts: Mapping[str, Mapping[str, str]]
    evidence: Mapping[str, int]
    members: tuple[Member, ...]
    father_recorded: bool
    progress: int
    """How often the child's development was recorded since the assessment began."""
    unborn: bool
    contributions_open: tuple[str, ...]
    factors: tuple[str, ...]
    needs_unanswered: tuple[str, ...]
    identity_not_asked: tuple[str, ...] = ()
    statutory: bool = False
    not_looked_at: tuple[str, ...] = ()
    """The addresses at which new information waits to be looked at."""


@dataclass(frozen=True)
class Lack:
    """Something that is still missing, and the section in which it is put right, or the address of another page."""

    section: str
    words: str
    href: str = ""


STRENGTH, DIFFICULTY = "strengths", "difficulties"
WHY_ONE_SIDED = "why_one_sided"
CULTURE_ANSWER = "culture_answer"
FATHER_WORDS = "father"
NO_FATHER = (
    "No father is recorded. Add him, and any other man who cares for the child, on the People tab, or say who he is "
    "and why he is left out"
)
AGENCIES_WHY = "why_not_waited"
WHY_NOTHING_LINKED = "why_nothing_linked"


def lacks(held: Held) -> list[Lack]:
    """What an assessment still lacks before a manager may sign it: new information that nobody has looked at (ASM-04),
    then in the order of its sections."""
    found = [Lack("", LOOK_FIRST, href) for href in held.not_looked_at]
    for section in held.sections:
        text = held.texts.get(section.id, {})
        found += [Lack(section.id, words) for words in _lacks_of(section, text, held)]
        if not stands_on_evidence(section, text, held.evidence.get(section.id, 0)):
            found.append(Lack(section.id, LINK_OR_SAY_WHY))
    found += one_sided(held)
    found += culture_not_answered(held)
    return found


LOOK_FIRST = "There is new information on the child. Say what it changes here, or why it changes nothing"
LINK_OR_SAY_WHY = "Link the entries that this stands on, or say why there are none"


def stands_on_evidence(section: Section, text: Mapping[str, str], linked: int) -> bool:
    """Where the pack marks a section so, it stands on entries of the record, or it is said why on none (ASM-01)."""
    return not section.evidence or linked > 0 or has_words(text.get(WHY_NOTHING_LINKED, ""))


def _lacks_of(section: Section, text: Mapping[str, str], held: Held) -> list[str]:
    match section.kind:
        case "words":
            missing = [
                f"Answer: {a.title}" for a in section.asked if a.needed and not text.get(a.id, "").strip()
            ]
            if section.id == "who_they_are" and held.identity_not_asked:
                missing.append(
                    f"Ask, and record the answer or that they declined: {', '.join(held.identity_not_asked)}"
                )
            return missing
        case "side":
            return [
                f"Say what works or what worries: {a.title}"
                for a in section.asked
                if a.needed
                and not (
                    text.get(f"{a.id}.{STRENGTH}", "").strip() or text.get(f"{a.id}.{DIFFICULTY}", "").strip()
                )
            ]
        case "people":
            return family_lacks(held.members, held.father_recorded, text.get(FATHER_WORDS, ""))
        case "progress":
            return (
                []
                if held.progress or held.unborn
                else ["Record how the child is developing against their age"]
            )
        case "agencies":
            if held.contributions_open and not has_words(text.get(AGENCIES_WHY, "")):
                waiting = ", ".join(held.contributions_open)
                return [f"Still to come: {waiting}. File it, or say why the assessment does not wait for it"]
            return []
        case "factors":
            verdict = factors_are_right(held.factors)
            return [] if verdict else [verdict.reason]
        case "needs":
            return [
                f"Name what meets this need, or why nothing does: {need}" for need in held.needs_unanswered
            ]
    return []


def family_lacks(members: Sequence[Member], father_recorded: bool, father_words: str) -> list[str]:
    """Every member of the family took part or it is said why not; fathers are never left out silently (ASM-09)."""
    found = []
    for member in members:
        if member.took_part is None:
            found.append(f"Say whether {member.name} ({member.said}) took part")
            continue
        if member.took_part is not TookPart.NO and not member.how.strip():
            found.append(f"Say how {member.name} ({member.said}) took part")
        if member.took_part is not TookPart.YES and not member.why_not.strip():
            found.append(f"Say why {member.name} ({member.said}) did not take part, or not fully")
        if member.barrier.strip() and not member.adjustment.strip():
            found.append(f"Say what was done about what stood in the way for {member.name}")
        if member.carer and member.acts_for_child is None:
            found.append(f"Say whether {member.name} ({member.said}) acts in the child's interest")
        elif member.carer and not member.acts_evidence.strip():
            found.append(f"Say what shows whether {member.name} ({member.said}) acts in the child's interest")
    if not members:
        found.append("Nobody is recorded in this child's life. Add the family on the People tab first")
    if not father_recorded and not has_words(father_words):
        found.append(NO_FATHER)
    return found


def one_sided(held: Held) -> list[Lack]:
    """An assessment with no strength, or no difficulty, says why (ASM-02)."""
    sides = [s for s in held.sections if s.kind == "side"]
    if not sides:
        return []
    kinds = {
        kind: any(held.texts.get(s.id, {}).get(f"{a.id}.{kind}", "").strip() for s in sides for a in s.asked)
        for kind in (STRENGTH, DIFFICULTY)
    }
    explained = any(has_words(held.texts.get(s.id, {}).get(WHY_ONE_SIDED, "")) for s in held.sections)
    if all(kinds.values()) or explained or not any(kinds.values()):
        return []
    missing = "strength" if not kinds[STRENGTH] else "difficulty"
    return [Lack(sides[-1].id, f"Not one {missing} is named. Name one, or say why there is none")]


def factors_are_right(factors: Collection[str]) -> Verdict:
    """At least one code, each of the list; none found (21) stands alone (children in need census)."""
    if not factors:
        return Verdict.no("Choose the factors found, or that none were found", "factors")
    unknown = sorted(set(factors) - {f.value for f in Factor})
    if unknown:
        return Verdict.no(f"Choose only factors of the list: {', '.join(unknown)} is none of them", "factors")
    if Factor.NONE.value in factors and len(set(factors)) > 1:
        return Verdict.no("Choose either no factors found or the factors, not both", "factors")
    return Verdict.yes()


_CULTURE = re.compile(
    r"\b(cultur\w*|tradition\w*|custom(?:s|ary)?|religio\w*|faith|belief|(?:their|her|his|that) community|"
    r"back home|country of origin|upbringing|ethnic\w*|heritage)\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"\b(normal|usual|accept\w*|expect\w*|explain\w*|because|due to|common|part of|typical\w*|just how|"
    r"understandable|appropriate|allowed|way of)\b",
    re.IGNORECASE,
)
_HARM = re.compile(
    r"\b(hit\w*|beat\w*|smack\w*|slap\w*|punish\w*|disciplin\w*|chastis\w*|shout\w*|violen\w*|abus\w*|neglect\w*|"
    r"harm\w*|hurt\w*|injur\w*|bruis\w*|marri\w*|mutilat\w*|cut|locked|left alone|unsupervised|starv\w*|force[ds]?|"
    r"control\w*|threat\w*)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def culture_as_explanation(text: str) -> list[str]:
    """Sentences in which culture or belief may be given as an explanation of harm. A query, never a judgement.

    Culture neither explains nor condones abuse (North East Lincolnshire; Rotherham; EQU-01).
    """
    found = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        if _CULTURE.search(sentence) and _EXPLAINS.search(sentence) and _HARM.search(sentence):
            found.append(sentence)
    return found


def culture_passages(texts: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """Section and sentence of every passage that asks for a second look."""
    return [
        (section, sentence)
        for section, prompts in texts.items()
        for prompt, text in prompts.items()
        if prompt != CULTURE_ANSWER
        for sentence in culture_as_explanation(text)
    ]


def culture_not_answered(held: Held) -> list[Lack]:
    """Culture given as an explanation of harm is queried before signing, once for each section."""
    found = []
    for section in held.sections:
        texts = held.texts.get(section.id, {})
        passages = culture_passages({section.id: texts})
        if passages and not has_words(texts.get(CULTURE_ANSWER, "")):
            found.append(
                Lack(
                    section.id,
                    f"“{passages[0][1]}” may read as if culture explained the harm. Write it again, or say what it "
                    "means for this child's safety",
                )
            )
    return found


def may_begin(
    *, statutory: bool, stands_on: str, words: str, why_nothing_less: str, may_do_statutory: bool
) -> Verdict:
    """What an assessment stands on: agreement, or a power and why nothing less would do (HLP-03)."""
    if statutory and not may_do_statutory:
        return Verdict.no(
            "An assessment of a child in need is the local authority's. Ask for a step up, or raise a concern.",
            "form",
        )
    if not stands_on:
        return Verdict.no("Say whether it stands on agreement or on a power.", "stands_on")
    if not has_words(words):
        return Verdict.no("Say who agreed, when and to what, or which power it is.", "stands_on_words")
    if stands_on == "power" and not has_words(why_nothing_less):
        return Verdict.no("Say why nothing less would do.", "why_nothing_less")
    if stands_on == "power" and not statutory:
        return Verdict.no(
            "Early help stands on the family's agreement. Without it there is none.", "stands_on"
        )
    return Verdict.yes()


def may_sign(*, author: UUID, signer: UUID, knows_family: bool | None, wrote: Sequence[str] = ()) -> Verdict:
    """Nobody signs off their own assessment, or decides for a family that they know. `wrote`: the sections of it in
    which the signer wrote anything, also where somebody has written over it since."""
    if author == signer:
        return Verdict.no("You wrote this assessment yourself. Another manager must sign it.")
    if wrote:
        return Verdict.no(
            f"You wrote a part of this assessment yourself: {', '.join(wrote)}. Another manager must sign it."
        )
    if knows_family is None:
        return Verdict.no("Say whether you know anybody in this family outside your work.", "knows_family")
    if knows_family:
        return Verdict.no(
            "You know this family, so another manager must decide. Return it, and ask for one.",
            "knows_family",
        )
    return Verdict.yes()


@dataclass(frozen=True)
class Ending:
    """What is known when an assessment is to end in an outcome."""

    closes: bool
    step: str
    protecting: bool
    child_seen: bool
    non_contact_open: bool
    safe_words: str
    unborn: bool = False
    died: bool = False


def may_end(ending: Ending) -> Verdict:
    """Closing says how the child is known to be safe; not reaching a family is never alone a reason. Baseline."""
    if ending.protecting and ending.step:
        return Verdict.no(
            "A strategy discussion, enquiry or conference is under way. Choose the outcome that leaves the decision "
            "to it.",
            "outcome_id",
        )
    if not ending.protecting and not ending.step:
        return Verdict.no(
            "No strategy discussion, enquiry or conference is under way. Choose another outcome.",
            "outcome_id",
        )
    if not ending.closes or ending.died:
        return Verdict.yes()
    if ending.non_contact_open:
        return Verdict.no(
            "A manager must first decide how this child is kept safe while nobody is reached. Not reaching the "
            "family is never alone a reason to close.",
            "outcome_id",
        )
    if not has_words(ending.safe_words):
        return Verdict.no("Say how you know that this child is safe.", "safe_words")
    if not ending.child_seen and not ending.unborn:
        return Verdict.no(
            "Nobody has recorded seeing this child during the assessment. See the child before it is closed, and "
            "record it as a visit or under Contact with the family.",
            "outcome_id",
        )
    return Verdict.yes()
