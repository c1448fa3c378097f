"""Pure rules of the front door: who may decide, what a decision must say, what may follow what."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.children.rules import check_ending
from sightline.kernel.verdicts import Verdict

from .terms import Agreed, ConcernAct, ConcernState, Place, Referral, Told

TRANSITIONS: dict[tuple[ConcernState, ConcernAct], ConcernState] = {
    (ConcernState.WAITING, ConcernAct.TAKE_UP): ConcernState.BEING_SCREENED,
    (ConcernState.BEING_SCREENED, ConcernAct.TAKE_UP): ConcernState.BEING_SCREENED,
    (ConcernState.BEING_SCREENED, ConcernAct.HAND_BACK): ConcernState.WAITING,
    (ConcernState.WAITING, ConcernAct.DECIDE): ConcernState.DECIDED,
    (ConcernState.BEING_SCREENED, ConcernAct.DECIDE): ConcernState.DECIDED,
    (ConcernState.DECIDED, ConcernAct.DECIDE): ConcernState.DECIDED,
    (ConcernState.DECIDED, ConcernAct.ANSWER): ConcernState.ANSWERED,
    (ConcernState.ANSWERED, ConcernAct.ANSWER): ConcernState.ANSWERED,
    **{
        (state, ConcernAct.TAKE_BACK): ConcernState.TAKEN_BACK
        for state in (ConcernState.WAITING, ConcernState.BEING_SCREENED)
    },
    **{
        (state, ConcernAct.REOPEN): ConcernState.WAITING
        for state in (ConcernState.DECIDED, ConcernState.ANSWERED, ConcernState.TAKEN_BACK)
    },
}
"""What may happen to a concern; what is not here is refused."""

_REFUSALS = {
    ConcernAct.TAKE_UP: "It has been decided already.",
    ConcernAct.HAND_BACK: "Nobody is dealing with it, so there is nothing to hand back.",
    ConcernAct.DECIDE: "It has been decided and answered. Reopen it first.",
    ConcernAct.ANSWER: "Decide on every child first, then tell the referrer.",
    ConcernAct.TAKE_BACK: "It has been decided already, so it cannot be taken back. Add what you now know instead.",
    ConcernAct.REOPEN: "It is still open.",
}


def after(state: ConcernState, act: ConcernAct) -> ConcernState:
    """The state that follows. Raises `kernel.verdicts.Refused` where the table has no such step."""
    follows = TRANSITIONS.get((state, act))
    (Verdict.yes() if follows else Verdict.no(_REFUSALS[act])).or_refuse()
    assert follows is not None
    return follows


def can_reopen(state: ConcernState) -> bool:
    """Whether a concern in this state is closed, so that it may be opened again."""
    return (state, ConcernAct.REOPEN) in TRANSITIONS


def diagram() -> str:
    """The transition table as a Mermaid state diagram, the same every time."""
    name = {state: "".join(word.capitalize() for word in state.value.split("_")) for state in ConcernState}
    lines = ["stateDiagram-v2", f"    [*] --> {name[ConcernState.WAITING]}"]
    lines += [f"    {name[state]}: {state.value.replace('_', ' ')}" for state in ConcernState]
    order = {member: n for n, member in enumerate([*ConcernState, *ConcernAct])}
    for (state, act), then in sorted(
        TRANSITIONS.items(), key=lambda row: (order[row[0][0]], order[row[0][1]])
    ):
        lines.append(f"    {name[state]} --> {name[then]}: {act.value}")
    return "\n".join(lines) + "\n"


#: The duty whose clock begins when a concern comes in, and again when it is reopened.
DECISION = "decision_on_concern"

#: No 0, O, 1, I, L, U: read over the telephone, none is taken for another, and no word comes about.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


#: How many children, and how many people around them, one concern names at most; more of them are another concern.
MOST_NAMED = 30
#: How many characters a draft holds at most, over all its steps.
LONGEST_DRAFT = 2_000_000


def may_raise(children: int, people: int) -> Verdict:
    """One concern is read as one piece, so it names no more than somebody can (Sightline baseline)."""
    for count, whom in ((children, "children"), (people, "people")):
        if count > MOST_NAMED:
            return Verdict.no(
                f"One concern names at most {MOST_NAMED} {whom}, and this one names {count}. Take some out here, "
                "send this concern, and raise a second one for the others.",
                whom,
            )
    return Verdict.yes()


def unanswered(
    *,
    danger: bool | None,
    danger_words: str,
    harm_where: Sequence[str],
    source_code: str,
    public: bool,
    anonymous: bool,
    name: str,
) -> dict[str, str]:
    """What whoever raises a concern has still to answer beside its story: message by question, empty where it is
    complete. Nothing said is never a no (PAR-01, NTC-01)."""
    found: dict[str, str] = {}
    if danger is None:
        found["danger"] = "Say whether any child is in danger now."
    elif danger and not danger_words.strip():
        found["danger_words"] = "Say what the danger is and where the child is now."
    if not harm_where or set(harm_where) - {place.value for place in Place}:
        found["harm_where"] = "Say where the harm is. 'I do not know' is an answer."
    if not source_code.strip():
        found["source_code"] = (
            "Say who you are to the child." if public else "Say which service you raise this for."
        )
    if public and not anonymous and not name.strip():
        found["name"] = "Give your name, or say that you stay anonymous."
    return found


def can_be_found(*, names: str, born: bool) -> Verdict:
    """Whether a concern says enough of a child to look for: a name, or about how old they are (Sightline baseline)."""
    if names.strip() or born:
        return Verdict.yes()
    return Verdict.no(
        "Give at least a first or last name of each child, or about how old the child is, so that we can find them.",
        "children",
    )


def family_side(
    told: Told, told_words: str, agreed: Agreed, agreed_words: str, *, public: bool
) -> dict[str, str]:
    """What is still owed on the family's side of a concern: message by question, empty where it is complete.

    What the family knows and agreed to, or why not: a no is never without its why (the question "family_knows" of the
    packs). A family that was not told could not be asked, so one reason stands for both. Somebody without an account
    need not say what the family knows, and not knowing is an answer of theirs.
    """
    found: dict[str, str] = {}
    told_why = told_words.strip()
    if told is Told.NOT_ASKED or (told is Told.NOT_KNOWN and not public):
        found["told"] = "Say whether the family knows."
    elif told is Told.NO and not told_why:
        found["told_why_not"] = "Say why the family does not know. A few words are enough."
    elif told in (Told.YES, Told.PARTLY) and not told_why and not public:
        found["told_words"] = "Say what the family was told, and by whom."
    if agreed is Agreed.NOT_KNOWN and not public:
        found["agreed"] = "Say whether the family agreed."
    elif agreed is Agreed.NO and not agreed_words.strip():
        found["agreed_words"] = "Say why they did not agree. If they gave no reason, say that."
    elif agreed is Agreed.NOT_ASKED and told in (Told.YES, Told.PARTLY) and not agreed_words.strip():
        found["agreed_words"] = "Say why they were not asked. A few words are enough."
    return found


def childs_side(said: str, why_not: str, *, name: str) -> Verdict:
    """What a child says, or why it is not known: a practitioner leaves one of the two (Sightline baseline, with the
    guidance "child_views" of the packs). A neighbour may know neither."""
    if said.strip() or why_not.strip():
        return Verdict.yes()
    return Verdict.no(f"Write what {name} said or showed, or why that is not known.", "said")


def may_keep(content: str) -> Verdict:
    """Whether a draft, as it would be stored, is no longer than one may be (Sightline baseline)."""
    if len(content) > LONGEST_DRAFT:
        return Verdict.no(
            "What you wrote is too long to be saved. Shorten it: say what matters most, and give the rest to whoever "
            "rings you back."
        )
    return Verdict.yes()


def new_reference() -> str:
    """A concern's reference, such as C-7KQ4-M2XD: random, so that it says nothing of how many there are."""
    letters = [secrets.choice(ALPHABET) for _ in range(8)]
    return f"C-{''.join(letters[:4])}-{''.join(letters[4:])}"


def new_secret() -> str:
    """What somebody without an account keeps to come back: 16 letters (78 bits) in fours."""
    letters = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, 16, 4))


def secret_from(digest: bytes) -> str:
    """The secret code that 32 bytes nobody can guess stand for, in the shape of `new_secret`."""
    number, letters = int.from_bytes(digest), []
    for _ in range(16):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "-".join("".join(letters[n : n + 4]) for n in range(0, 16, 4))


def new_seed() -> str:
    """What a browser holds instead of a secret code that its owner has not seen yet; the server alone can make the
    code of it."""
    return secrets.token_hex(16)


def tidy_code(typed: str) -> str:
    """A reference or secret as somebody typed it back: spaces, case and dashes do not matter."""
    kept = [letter for letter in typed.upper() if letter.isalnum()]
    return "".join(kept)


def tidy_reference(typed: str) -> str:
    """A typed reference in the shape in which it is stored; empty where it cannot be one."""
    code = tidy_code(typed)
    if len(code) != 9 or not code.startswith("C"):
        return ""
    return f"C-{code[1:5]}-{code[5:]}"


def is_reference(text: str) -> bool:
    """Whether these letters can be a reference that `new_reference` gave."""
    return len(text) == 11 and text.startswith("C-") and set(text[2:]) <= {*ALPHABET, "-"}


def secret_digest(reference: str, secret: str) -> str:
    """SHA-256 over reference and secret, in hex: what the database keeps and compares."""
    return hashlib.sha256(f"{tidy_code(reference)}:{tidy_code(secret)}".encode()).hexdigest()


def may_screen(
    *, raised_by: UUID | None, maker: UUID, knows_family: bool | None, already_working_with: bool = False
) -> Verdict:
    """Nobody decides on a concern that they raised, or for a family that they know (Sightline baseline): not on what
    becomes of it, not on another's decision, and not that nothing is owed."""
    if raised_by is not None and raised_by == maker:
        return Verdict.no("You raised this concern yourself. Another decision maker must decide on it.")
    if knows_family is None:
        return Verdict.no("Say whether you know anybody in this family outside your work.", "knows_family")
    if knows_family:
        return Verdict.no(
            "You know this family, so another decision maker must decide. Hand the concern back now.",
            "knows_family",
        )
    if already_working_with:
        return Verdict.no("You work with one of these children. Another decision maker must decide.")
    return Verdict.yes()


def conflict_stands(*, same_maker: bool, conflict: str, for_the_child: bool | None) -> bool:
    """Whether the conflict of a decision that awaits a ruling goes over to the one that takes its place (CHD-06).

    Whoever made it never ends it by deciding again; another maker does by resolving it in the child's favour.
    """
    return same_maker or not (conflict.strip() and for_the_child)


@dataclass(frozen=True)
class OutcomeRule:
    """What the pack says of a screening outcome, as far as the rule needs it."""

    id: str
    referral: Referral
    compulsory: bool
    starts_clocks: bool = True


@dataclass(frozen=True)
class ChildDecision:
    """What a decision maker answered for one child. Empty text and None are questions not answered."""

    part_id: UUID
    outcome_id: str = ""
    level_id: str = ""
    descriptors: tuple[str, ...] = ()
    reasons: str = ""
    stands_on: str = ""
    why_nothing_less: str = ""
    child_told: str = ""
    parents_told: str = ""
    working_well: str = ""
    advice: str = ""
    records_referral: bool | None = None
    need_code: str = ""
    authority: str = ""
    summary: str = ""
    """What goes with a child who is passed to another authority."""
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None
    sooner: bool | None = None
    sooner_by: datetime | None = None
    sooner_why: str = ""
    none_of_these: bool = False
    """The maker has looked at the known children who are suggested: this is none of them."""


def is_referral(outcome: OutcomeRule | None, recorded: bool | None) -> bool:
    """A concern is a contact; it becomes a referral when it is accepted for assessment or more, or where
    the decision maker records it as a referral with no further action (children in need census)."""
    if outcome is None:
        return False
    if outcome.referral is Referral.IF_RECORDED:
        return recorded is True
    return outcome.referral is Referral.ALWAYS


#: Whose duties, by the pack's roles, stay with the front door when a child goes on to a team.
FRONT_DOOR_ROLES = frozenset({"decision_manager", "front_door_worker", "duty_manager"})


def goes_with_the_child(owner_role: str, path: str) -> bool:
    """Whether a duty is the business of whoever takes the child on: what the front door owes the referrer, or has
    to rule on, stays with it (Sightline baseline)."""
    return owner_role not in FRONT_DOOR_ROLES and not path.startswith("/front-door/")


def may_be_allocated(*, name: str, is_lead: bool, lead: bool, is_allocated: bool, since: str = "") -> Verdict:
    """Nobody is allocated twice: the second time says that it stands already, and `since`: who did it and when."""
    if is_lead and lead:
        return Verdict.no(f"{name} is this child's lead professional already.{since}", "practitioner")
    if is_allocated and not lead:
        return Verdict.no(f"This child is allocated to {name} already.{since}", "practitioner")
    return Verdict.yes()


def makes_sooner(by: datetime, at: datetime, limits: Sequence[datetime]) -> Verdict:
    """Whether an instant by which a child needs what a decision opens is still to come, and brings any of the limits
    (when each falls due by itself) forward; said on the page where it does not (TIM-01)."""
    if by <= at:
        return Verdict.no(
            "That has passed already. Say by when this child needs it from now on.", "sooner_by"
        )
    if not any(by < due for due in limits):
        return Verdict.no(
            "Every time limit that this decision starts ends before that already. "
            "Give an earlier day, or a time of day.",
            "sooner_by",
        )
    return Verdict.yes()


NOT_KNOWN = "This is none of the known children who were looked at"
"""What is decided where it is none of the children who were suggested or found."""


def may_be_known(*, said_none: bool, may_say: bool) -> Verdict:
    """Whether a child for whom known children are suggested may be decided on: a person says first which of them it is,
    or that it is none (ASM-03)."""
    if not may_say:
        return Verdict.no(
            "This child may be known already. Somebody who may say so must look at the known children first: your role "
            "does not let you.",
            "none_of_these",
        )
    if not said_none:
        return Verdict.no(
            "This child may be known already. Say which known child it is, or that it is none of those shown.",
            "none_of_these",
        )
    return Verdict.yes()


NOBODY_WORKS_WITH = (
    "Nobody works with this child on the record: no lead worker, and no team that has taken the child on. Say which "
    "known child this is first, or choose another outcome."
)
"""Why a child cannot be called already open: there would be nobody to tell."""

NEEDS_AUTHORITY = "other_authority"
ADVICE_OUTCOMES = ("no_further_action", "signposting")


def questions(outcome: OutcomeRule) -> frozenset[str]:
    """What an outcome asks beyond what every decision must say: fields of `ChildDecision`.

    Why nothing less would do where agreement is not needed (HLP-03); a referral's primary need (children in
    need census); the summary that goes with a child who is passed on (REC-02); whether this child needs it sooner where
    a clock starts (TIM-01).
    """
    asked = {
        "why_nothing_less": outcome.compulsory,
        "advice": outcome.id in ADVICE_OUTCOMES,
        "authority": outcome.id == NEEDS_AUTHORITY,
        "summary": outcome.id == NEEDS_AUTHORITY,
        "records_referral": outcome.referral is Referral.IF_RECORDED,
        "need_code": outcome.referral is Referral.ALWAYS,
        "sooner": outcome.starts_clocks,
    }
    return frozenset(name for name, so in asked.items() if so)


def faults(
    decision: ChildDecision, outcome: OutcomeRule | None, *, level_descriptors: Sequence[str]
) -> dict[str, str]:
    """What a decision on one child still lacks: message by field; empty when it is complete.

    Level of need with descriptors (HLP-02), agreement or power and why nothing less (HLP-03), reasons
    (REC-08), what child and parents were told (CHD-04 on decisions), conflict of interests (CHD-06),
    whether this child needs sooner (TIM-01).
    """
    found: dict[str, str] = {}
    asked = questions(outcome) if outcome is not None else frozenset()
    if outcome is None:
        found["outcome_id"] = "Choose what happens next for this child."
    if not decision.level_id:
        found["level_id"] = "Choose the level of need."
    elif not set(decision.descriptors) & set(level_descriptors):
        found["descriptors"] = "Choose at least one descriptor of that level that you rely on."
    if not decision.reasons.strip():
        found["reasons"] = "Give the reasons for this decision."
    if not decision.stands_on.strip():
        found["stands_on"] = "Say on whose agreement, or under which power, this stands."
    if "why_nothing_less" in asked and not decision.why_nothing_less.strip():
        found["why_nothing_less"] = "Say why nothing less would keep this child safe."
    if not decision.child_told.strip():
        found["child_told"] = "Say what the child was told and by whom, or why they were not told."
    if not decision.parents_told.strip():
        found["parents_told"] = "Say what the parents were told and by whom, or why they were not told."
    if "records_referral" in asked and decision.records_referral is None:
        found["records_referral"] = "Say whether this is recorded as a referral with no further action."
    if is_referral(outcome, decision.records_referral) and not decision.need_code:
        found["need_code"] = "Choose the child's primary need."
    if "advice" in asked and not decision.advice.strip():
        found["advice"] = "Write the advice given, or where the family was pointed to."
    if "authority" in asked and not decision.authority.strip():
        found["authority"] = "Name the authority that the child is passed to."
    if "summary" in asked and not (written := check_ending(decision.summary, transferred=True)):
        found["summary"] = written.reason
    if decision.conflict.strip() and decision.for_the_child is None:
        found["for_the_child"] = "Say whether the conflict was resolved in the child's favour."
    if decision.conflict.strip() and decision.for_the_child and not decision.conflict_resolved.strip():
        found["conflict_resolved"] = "Say how the conflict was resolved."
    if "sooner" in asked and decision.sooner is None:
        found["sooner"] = "Say whether this child needs anything sooner than the time limits."
    elif "sooner" in asked and decision.sooner:
        if decision.sooner_by is None:
            found["sooner_by"] = (
                "Say by when this child needs it, such as 27 3 2027, with a time where hours count."
            )
        if not decision.sooner_why.strip():
            found["sooner_why"] = "Say why this child needs it sooner."
    return found


def check_given(
    what: str, how: str, by_whom: str, said: str, given_at: datetime, *, raised_at: datetime, at: datetime
) -> Verdict:
    """Whether it is said what a family was given, how, by whom, when and what they said to it.

    Source: a family is given the service that it is pointed to, not only told of it (Sightline baseline).
    """
    for words, field, ask in (
        (what, "what", "Say what the family was given."),
        (how, "how", "Say how it was given to them."),
        (by_whom, "by_whom", "Name who gave it to them, and their post."),
        (said, "said", "Write down what the family said, or that they were not reached."),
    ):
        if not words.strip():
            return Verdict.no(ask, field)
    # A time is typed to the minute.
    if not raised_at.replace(second=0, microsecond=0) <= given_at <= at:
        return Verdict.no("Enter a time since the concern arrived that is past.", "given_at")
    return Verdict.yes()


def check_receipt(received_by: str, received_at: datetime, *, sent_at: datetime, at: datetime) -> Verdict:
    """Another authority's receipt names who there confirmed, and when: after it was sent, and not still to come. It is
    no acceptance. Sightline baseline."""
    if not received_by.strip():
        return Verdict.no("Name who confirmed, and their post.", "received_by")
    # A form gives no seconds.
    if received_at < sent_at.replace(second=0, microsecond=0):
        return Verdict.no("Enter a time after it was sent to them.", "received_at")
    if received_at > at:
        return Verdict.no("Enter a time that is not in the future.", "received_at")
    return Verdict.yes()
