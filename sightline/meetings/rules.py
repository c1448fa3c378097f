"""Pure rules of meetings: what may follow what, who may chair, what makes a quorum, what the family is owed before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sightline.kernel.verdicts import Verdict

from .terms import Came, InviteeKind, MeetingAct, MeetingState, Purpose

TRANSITIONS: dict[tuple[MeetingState, MeetingAct], MeetingState] = {
    (MeetingState.CALLED, MeetingAct.MOVE): MeetingState.CALLED,
    (MeetingState.CALLED, MeetingAct.HOLD): MeetingState.HELD,
    (MeetingState.CALLED, MeetingAct.CANCEL): MeetingState.CANCELLED,
    (MeetingState.HELD, MeetingAct.CONCLUDE): MeetingState.CONCLUDED,
    (MeetingState.HELD, MeetingAct.NOT_HELD): MeetingState.CALLED,
    (MeetingState.CANCELLED, MeetingAct.REOPEN): MeetingState.CALLED,
    (MeetingState.CONCLUDED, MeetingAct.REOPEN): MeetingState.HELD,
}
"""What may happen to a meeting; what is not here is refused."""

_REFUSALS: dict[tuple[MeetingState, MeetingAct], str] = {
    (
        MeetingState.HELD,
        MeetingAct.MOVE,
    ): "It has been held already, so it cannot be moved. Call another meeting.",
    (MeetingState.HELD, MeetingAct.HOLD): "It has been recorded as held already. Go on with the minutes.",
    (MeetingState.HELD, MeetingAct.CANCEL): "It has been held already, so it cannot be cancelled.",
    (MeetingState.CALLED, MeetingAct.CONCLUDE): "Record who came before you conclude the meeting.",
    (
        MeetingState.CANCELLED,
        MeetingAct.HOLD,
    ): "It was cancelled. Reopen it, with the reason, before you hold it.",
    (
        MeetingState.CANCELLED,
        MeetingAct.MOVE,
    ): "It was cancelled. Reopen it, with the reason, before you move it.",
    (MeetingState.CALLED, MeetingAct.NOT_HELD): "It has not been recorded as held.",
    (MeetingState.CANCELLED, MeetingAct.NOT_HELD): "It was cancelled, so nobody recorded that it was held.",
    (MeetingState.CANCELLED, MeetingAct.CONCLUDE): "It was cancelled, so there is nothing to conclude.",
    (MeetingState.CANCELLED, MeetingAct.CANCEL): "It has been cancelled already.",
    (MeetingState.CALLED, MeetingAct.REOPEN): "It has not been held yet, so there is nothing to reopen.",
    (MeetingState.HELD, MeetingAct.REOPEN): "Its minutes are still open.",
}
_CONCLUDED = "It is concluded. Correct the minutes by adding to them, or reopen the meeting with the reason."


def after(state: MeetingState, act: MeetingAct) -> MeetingState:
    """The state that follows. Raises `kernel.verdicts.Refused` where the table has no such step."""
    follows = TRANSITIONS.get((state, act))
    (Verdict.yes() if follows else Verdict.no(_REFUSALS.get((state, act), _CONCLUDED))).or_refuse()
    assert follows is not None
    return follows


def family_heard(said: str, why_none: str, who: str = "the child and the family") -> Verdict:
    """A report on a child holds what the child and the family said of it, as theirs, or why nothing of theirs is there
    (North East Lincolnshire: recording; REC-14)."""
    if said.strip() or why_none.strip():
        return Verdict.yes()
    return Verdict.no(
        f"Write what {who} said about what you report, or say below why there is nothing from them.",
        "family_said",
    )


def diagram() -> str:
    """The transition table as a Mermaid state diagram, the same every time."""
    lines = ["stateDiagram-v2", f"    [*] --> {MeetingState.CALLED.value.capitalize()}"]
    order = {member: n for n, member in enumerate([*MeetingState, *MeetingAct])}
    for (state, act), then in sorted(
        TRANSITIONS.items(), key=lambda row: (order[row[0][0]], order[row[0][1]])
    ):
        lines.append(f"    {state.value.capitalize()} --> {then.value.capitalize()}: {act.value}")
    return "\n".join(lines) + "\n"


def may_call(
    *, children: int, when: datetime, now: datetime, family: bool, place: str, link: str, by_link: bool
) -> Verdict:
    """A meeting is about somebody, at a place or by a link; one that the family comes to lies ahead (FAM-01).

    A discussion between agencies may be written down afterwards, since it is often held on the telephone at once.
    """
    if not children:
        return Verdict.no("Choose the child or children whom the meeting is about", "children")
    if family and when < now:
        return Verdict.no(
            "Give a time that is still to come: the family is invited before the meeting", "when"
        )
    if not place.strip() and not by_link:
        return Verdict.no("Say where the meeting is", "place")
    if by_link and not link.strip():
        return Verdict.no("Give the link or the number for those who take part by video or telephone", "link")
    return Verdict.yes()


def comes_after(missing: Sequence[str], why: str) -> Verdict:
    """A meeting that rests on something earlier comes after it, or says where that stands (Working Together, chapter
    1: the conference follows the enquiry, the review the plan)."""
    if missing and not why.strip():
        return Verdict.no(
            f"{' '.join(missing)} If it was done and is not recorded here, say when it was, by whom, and what was "
            "decided",
            "earlier_why",
        )
    return Verdict.yes()


#: Meetings that the law and the guidance have for somebody who is under 18 (Children Act 1989, section 105).
FOR_CHILDREN = frozenset(
    {
        Purpose.STRATEGY_DISCUSSION,
        Purpose.INITIAL_CONFERENCE,
        Purpose.REVIEW_CONFERENCE,
        Purpose.RECEIVING_IN_CONFERENCE,
        Purpose.CORE_GROUP,
        Purpose.CHILD_IN_NEED_REVIEW,
        Purpose.LOOKED_AFTER_REVIEW,
    }
)
#: What agencies talk over after a child has died.
AFTER_A_DEATH = frozenset({Purpose.STRATEGY_DISCUSSION, Purpose.PROFESSIONALS})


@dataclass(frozen=True)
class About:
    """A child whom a meeting is about. `adult_on` is the eighteenth birthday, where the date of birth is known."""

    called: str
    died_on: date | None = None
    adult_on: date | None = None


def may_be_about(purpose: Purpose, children: Iterable[About], day: date) -> Verdict:
    """A meeting of this kind on that day can be about these children (Children Act 1989, section 105)."""
    for child in children:
        if child.died_on is not None and child.died_on <= day and purpose not in AFTER_A_DEATH:
            return Verdict.no(
                f"{child.called} has died. Leave {child.called} out, or cancel the meeting. To look at what happened, "
                "call a professionals' meeting",
                "children",
            )
        if purpose in FOR_CHILDREN and child.adult_on is not None and child.adult_on <= day:
            return Verdict.no(
                f"{child.called} is 18 by then, and this meeting is for children. Choose an earlier day, or leave "
                f"{child.called} out and plan with those who help adults",
                "children",
            )
    return Verdict.yes()


def may_chair(
    *, independent: bool, works_with_child: bool, answers_for_record: bool, manages_worker: bool, name: str
) -> Verdict:
    """Where the procedures ask for an independent chair, they neither work with the child nor answer for the work."""
    if not independent:
        return Verdict.yes()
    if works_with_child:
        return Verdict.no(f"{name} works with one of these children. Choose a chair who does not", "chair")
    if answers_for_record:
        return Verdict.no(f"{name} answers for one of these records. Choose a chair who does not", "chair")
    if manages_worker:
        return Verdict.no(
            f"{name} manages somebody who works with these children. Choose another chair", "chair"
        )
    return Verdict.yes()


def leads(*, chair: object, viewer: object, chair_name: str) -> Verdict:
    """One person records what a meeting decides: whoever chairs it."""
    if chair != viewer:
        return Verdict.no(
            f"{chair_name} chairs this meeting, and the chair records its decisions. "
            "If you chair it now, change the chair first."
        )
    return Verdict.yes()


def knows_nobody(knows_family: bool | None) -> Verdict:
    """Nobody decides for a family that they know (Sightline baseline)."""
    if knows_family is None:
        return Verdict.no("Say whether you know anybody in this family outside your work", "knows_family")
    if knows_family:
        return Verdict.no("You know this family, so somebody else must chair and decide", "knows_family")
    return Verdict.yes()


@dataclass(frozen=True)
class Needed:
    """An agency without which one meeting is not quorate. `why` goes on from its name: "which referred". `agency` is
    what tells it apart where it is one of the partnership; any other is known by its name."""

    name: str
    why: str
    agency: str = ""

    def came_as(self, one: Present) -> bool:
        """Whether somebody is of it. A name may be given in short: Northmoor, or Northmoor Council."""
        if self.agency and one.agency == self.agency:
            return True
        ours, theirs = self.name.strip().casefold(), one.agency_name.strip().casefold()
        return bool(ours and theirs) and (ours in theirs or theirs in ours)


@dataclass(frozen=True)
class Quorum:
    """What a kind of meeting asks for, by the pack; `needed`: of this one meeting."""

    must: tuple[str, ...] = ()
    least_agencies: int = 0
    least_family: int = 0
    needed: tuple[Needed, ...] = ()


@dataclass(frozen=True)
class Present:
    """Somebody invited and how they took part. `agency` is what tells agencies apart, `agency_name` what it is
    called, `agency_kind` its type."""

    name: str
    kind: InviteeKind
    came: Came | None
    agency: str = ""
    agency_kind: str = ""
    essential: bool = False
    agency_name: str = ""


def lacking(quorum: Quorum, people: Iterable[Present], kinds: dict[str, str]) -> list[str]:
    """What the quorum lacks, each as words for the page; empty where it is met. `kinds` names types of agency.

    A report does not make a quorum: somebody of the agency takes part, or somebody in their place.
    """
    people = list(people)
    there = [p for p in people if p.came is not None and p.came.took_part]
    agencies = {
        p.agency or p.name for p in there if p.kind in (InviteeKind.PRACTITIONER, InviteeKind.OUTSIDER)
    }
    types = {p.agency_kind for p in there}
    family = sum(1 for p in there if p.kind is InviteeKind.FAMILY)
    lacks = [
        f"nobody from {kinds.get(kind, kind.replace('_', ' '))}" for kind in quorum.must if kind not in types
    ]
    lacks += [
        f"nobody from {one.name}, {one.why}"
        for one in quorum.needed
        if not any(one.came_as(p) for p in there)
    ]
    if len(agencies) < quorum.least_agencies:
        lacks.append(f"{len(agencies)} of at least {quorum.least_agencies} agencies")
    if family < quorum.least_family:
        lacks.append(f"{family} of at least {quorum.least_family} of the family")
    lacks += [f"{p.name}, who is needed" for p in people if p.essential and not (p.came and p.came.took_part)]
    return lacks


def may_hold(
    *,
    unanswered: Sequence[str],
    lacks: Sequence[str],
    without_quorum_why: str,
    unready: Sequence[str],
    unready_why: str,
) -> Verdict:
    """Everybody's attendance is said; without quorum, or with a family not prepared, only with a reason (FAM-03)."""
    if unanswered:
        return Verdict.no(f"Say for everybody whether they took part. Not yet said: {', '.join(unanswered)}")
    if lacks and not without_quorum_why.strip():
        return Verdict.no(
            f"The quorum is not met: {'; '.join(lacks)}. Say why you go on without it, or move the meeting",
            "without_quorum_why",
        )
    if unready and not unready_why.strip():
        return Verdict.no(
            f"The family was not prepared as the procedures ask: {'; '.join(unready)}. Say why", "unready_why"
        )
    return Verdict.yes()


@dataclass(frozen=True)
class Prepared:
    """One of the family and what reached them before a meeting. Instants are None where nothing did."""

    name: str
    invited_at: datetime | None
    papers_at: datetime | None
    supporter_said: bool
    language_said: bool


def not_ready(
    people: Iterable[Prepared],
    *,
    starts_at: datetime,
    papers_by: datetime | None,
    not_invited: Sequence[str] = (),
) -> list[str]:
    """What the family still lacks before a meeting, in words (FAM-01 to FAM-04).

    The invitation reaches them before the meeting, the papers as long before as the pack says; a supporter and,
    where needed, an interpreter are offered. `not_invited`: parents and carers of the children whom nobody invited.
    """
    lacks = [f"{name} is not invited" for name in not_invited]
    for one in people:
        if one.invited_at is None or one.invited_at >= starts_at:
            lacks.append(f"{one.name} was not given the invitation")
        if papers_by is not None and (one.papers_at is None or one.papers_at > papers_by):
            late = (
                "had the papers late"
                if one.papers_at and one.papers_at < starts_at
                else "was not given the papers"
            )
            lacks.append(f"{one.name} {late}")
        if not one.supporter_said:
            lacks.append(f"it is not recorded that {one.name} may bring a supporter")
        if not one.language_said:
            lacks.append(f"{one.name} needs an interpreter and none is booked")
    return lacks


def may_invite_beside(apart_from: Sequence[str], kept_apart: str) -> Verdict:
    """Two people who must not be in one room are invited together only with how they are kept apart (FAM-08)."""
    if apart_from and not kept_apart.strip():
        return Verdict.no(
            f"They must not be in one room with {' or '.join(apart_from)}, who is invited too. "
            "Say how they are kept apart, for example that they are seen separately",
            "kept_apart",
        )
    return Verdict.yes()


def may_conclude(
    *,
    without_decision: Sequence[str],
    not_heard: Sequence[str],
    children_not_told: Sequence[str],
) -> Verdict:
    """It ends with each child's decision, each account or why not, and what each child was told (FAM-14, CHD-12)."""
    if without_decision:
        return Verdict.no(f"Record what was decided for {' and '.join(without_decision)}, with the reasons")
    if not_heard:
        return Verdict.no(
            f"Write down what {' and '.join(not_heard)} said, or why their account is not there, before you conclude"
        )
    if children_not_told:
        return Verdict.no(
            f"Record what {' and '.join(children_not_told)} was told before the meeting, and how they took part, "
            "or why not"
        )
    return Verdict.yes()


def stayed_away(latest_first: Sequence[Came | None], threshold: int) -> bool:
    """Whether somebody was not there at so many held meetings in a row, counted back from the last (FAM-15)."""
    if threshold <= 0 or len(latest_first) < threshold:
        return False
    return all(came is Came.NOT_THERE for came in latest_first[:threshold])


def named_apart(
    pairs: Collection[tuple[object, object]], somebody: object, others: dict[object, str]
) -> list[str]:
    """The names of those among `others` from whom somebody is to be kept, given pairs of people."""
    found = [b if a == somebody else a for a, b in pairs if somebody in (a, b)]
    return [others[who] for who in dict.fromkeys(found) if who in others]
