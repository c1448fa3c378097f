"""Pure rules of strategy discussions, section 47 enquiries and what protects a child at once.

Sources: Children Act 1989, sections 20, 31, 38, 44, 46 and 47; Working Together, chapter 1; Sightline baseline.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sightline.govuk.words import moment
from sightline.kernel.verdicts import Verdict

from ..terms import EmergencyKind, Finding, Stage, StrategyOutcome
from .stages import has_words


def may_call(*, cause: str, safety_now: str) -> Verdict:
    """A discussion says what gives reasonable cause, and how the child is safe until it is held."""
    if not has_words(cause):
        return Verdict.no("Say what gives reasonable cause to suspect significant harm.", "cause")
    if not has_words(safety_now):
        return Verdict.no("Say how the child is kept safe until the discussion.", "safety_now")
    return Verdict.yes()


def may_decide(
    *, held: bool, outcome: str, threshold: str, safety: str, knows_family: bool | None
) -> Verdict:
    """A discussion decides after it was held, for each child, by somebody who does not know the family."""
    if not held:
        return Verdict.no("Record on the meeting's page who took part first. Then record what was decided.")
    if knows_family is None:
        return Verdict.no("Say whether you know anybody in this family outside your work.", "knows_family")
    if knows_family:
        return Verdict.no("You know this family, so somebody else must chair and decide.", "knows_family")
    if outcome not in {o.value for o in StrategyOutcome}:
        return Verdict.no("Choose what was decided for each child.", "outcome")
    if not has_words(threshold):
        return Verdict.no("Say whether the threshold of section 47 is met, and why.", "threshold")
    if not has_words(safety):
        return Verdict.no("Say how this child is safe now, and who sees to it.", "safety")
    return Verdict.yes()


def may_take_effect(stage: Stage, outcome: StrategyOutcome, *, enquiry_goes_on: bool) -> Verdict:
    """What a discussion decided leads on from the discussion, or lets an enquiry go on; it never ends one silently."""
    if stage not in (Stage.STRATEGY, Stage.ENQUIRY):
        return Verdict.no(
            f"The child’s way has changed since this discussion was called: {stage.label.lower()}. Call another "
            "discussion; one that was held already is recorded there too."
        )
    if enquiry_goes_on and not outcome.enquires:
        return Verdict.no(
            "A section 47 enquiry is under way with this child. Record here that it goes on; a manager ends it on its "
            "own page.",
            "outcome",
        )
    if stage is Stage.ENQUIRY and not enquiry_goes_on:
        return Verdict.no(
            "The end of the enquiry waits for a manager’s ruling. Decide anew once that has been given."
        )
    return Verdict.yes()


def enquiry_lacks(
    *,
    harm_where: Collection[str],
    child_seen_on: date | None,
    seen_alone: bool | None,
    not_seen_why: str,
    powers_told: str,
    spoken_to: int,
    unanswered: Collection[str],
    father_recorded: bool,
    not_heard_why: str,
    finding: str,
    analysis: str,
    conference: bool | None,
    conference_why: str,
    unborn: bool = False,
) -> list[str]:
    """What an enquiry still lacks before a manager may decide on it.

    FAM-14: no analysis without each account, or the reason why it is missing; the child's own stands with how they
    were seen. `unanswered`: parents and carers of whom it is not said whether they were heard. A father of whom nothing
    is recorded is not left out silently (`not_heard_why`).
    """
    found = []
    if not harm_where:
        found.append("Say where the harm is: at home, outside the home, online")
    if child_seen_on is None and not has_words(not_seen_why) and not unborn:
        found.append("Say when the child was seen, or why not")
    if child_seen_on is not None and seen_alone is not True and not has_words(not_seen_why):
        found.append("Say that the child was seen alone, or why not")
    if not has_words(powers_told):
        found.append("Say what the parents and the child were told of the powers used")
    if not spoken_to:
        found.append("Record who was spoken to")
    found += [f"Record how {who} was heard, or why not" for who in unanswered]
    if not father_recorded and not has_words(not_heard_why):
        found.append(
            "No father is recorded: record him, or say what is known of him and why he was not heard"
        )
    if not finding:
        found.append("Choose the finding")
    if not has_words(analysis):
        found.append("Write the analysis that the finding rests on")
    if conference is None:
        found.append("Say whether a child protection conference is needed")
    if conference is False and not has_words(conference_why):
        found.append("Say why no conference is needed")
    if conference is False and not continuing_risk_says_why(finding, conference, conference_why):
        found.append(
            "The child is at continuing risk: say in full how they are kept safe without a conference"
        )
    return found


def may_have_heard(
    *,
    spoken_on: date | None,
    today: date,
    told: str,
    child: bool,
    alone: bool | None,
    not_alone_why: str,
    not_heard_why: str,
) -> Verdict:
    """Whoever was heard was told of the powers used, and a child was heard alone or it is said why not; of whoever was
    not heard it is said why (ENQ-01, FAM-14)."""
    if spoken_on is None:
        if has_words(not_heard_why):
            return Verdict.yes()
        return Verdict.no("Say why they were not heard, and what was tried.", "not_heard_why")
    if spoken_on > today:
        return Verdict.no("Give a day that is not still to come.", "spoken_on")
    if not told.strip():
        return Verdict.no("Say what they were told of the powers used, or why nothing.", "told")
    if child and alone is None:
        return Verdict.no("Say whether the child was spoken to alone.", "alone")
    if alone is False and not not_alone_why.strip():
        return Verdict.no("Say who else was there, and why.", "not_alone_why")
    return Verdict.yes()


def continuing_risk_says_why(finding: str, conference: bool | None, words: str) -> Verdict:
    """No conference for a child at continuing risk of significant harm is possible, and is said in full."""
    if conference is False and finding == Finding.CONTINUING.value and len(words.split()) < 8:
        return Verdict.no(
            "The child is at continuing risk: say in full how they are kept safe without a conference.",
            "reasons",
        )
    return Verdict.yes()


def knows_nobody(knows_family: bool | None) -> Verdict:
    """Nobody decides for a family that they know (Sightline baseline)."""
    if knows_family is None:
        return Verdict.no("Say whether you know anybody in this family outside your work.", "knows_family")
    if knows_family:
        return Verdict.no("You know this family, so another manager must decide.", "knows_family")
    return Verdict.yes()


def may_end(*, worker: UUID, authors: Collection[UUID], manager: UUID, knows_family: bool | None) -> Verdict:
    """Nobody decides on an enquiry that they carried out or wrote in, or for a family that they know."""
    if manager == worker or manager in authors:
        return Verdict.no(
            "You carried out this enquiry or wrote in it yourself. Another manager must decide on it."
        )
    return knows_nobody(knows_family)


def may_begin_emergency(
    *,
    began_at: datetime,
    now: datetime,
    reasons: str,
    why_nothing_less: str,
    authority: str,
    where: str,
    told: str,
) -> Verdict:
    """An emergency measure says who took it, why, why nothing less would do, where the child is, what was told."""
    if began_at > now:
        return Verdict.no("Give a time that is past.", "began_at")
    for text, field, ask in (
        (authority, "authority", "Name the officer, or the court."),
        (reasons, "reasons", "Give the reasons."),
        (why_nothing_less, "why_nothing_less", "Say why nothing less would keep this child safe."),
        (where, "where", "Say where the child is, and with whom."),
        (told, "told", "Say what child and parents were told, or why not."),
    ):
        if not text.strip():
            return Verdict.no(ask, field)
    return Verdict.yes()


def may_end_sooner(
    kind: EmergencyKind, began_at: datetime, ends_at: datetime | None, *, latest: datetime
) -> Verdict:
    """A court may make an emergency protection order for less than the pack's longest, `latest`; police protection ends
    when it is ended. Source: Children Act 1989, section 45 (not confirmed against the text)."""
    if ends_at is None:
        return Verdict.yes()
    if kind is EmergencyKind.POLICE:
        return Verdict.no(
            "Police protection has no end given beforehand. Record on its own page when it has ended.",
            "ends_at",
        )
    if not began_at < ends_at <= latest:
        return Verdict.no(
            f"Give a time after the order began, up to {moment(latest)}, which is the longest that the law allows.",
            "ends_at",
        )
    return Verdict.yes()


def may_make_safe(
    *, what: str, under: str, done_by: str, told: str, done_at: datetime, now: datetime
) -> Verdict:
    """What makes a child safe says what was done, under which power or agreement, by whom, when and what was told.

    Source: the record that discharges immediate protection (packs/england/duties.toml; Sightline baseline).
    """
    for words, field, ask in (
        (what, "what", "Say what was done, and how it keeps this child safe."),
        (under, "under", "Say under which power, or who agreed and what to."),
        (done_by, "done_by", "Name who did it, and their post."),
        (told, "told", "Say what child and parents were told, or why not."),
    ):
        if not words.strip():
            return Verdict.no(ask, field)
    if done_at > now:
        return Verdict.no("Give a time that is past.", "done_at")
    return Verdict.yes()


def may_extend_emergency(
    kind: EmergencyKind, ends_at: datetime, until: datetime, extended: bool, words: str, *, latest: datetime
) -> Verdict:
    """A court may extend an emergency protection order once, to `latest` by the pack; police protection never. Source:
    Children Act 1989, section 45 (not confirmed against the text)."""
    if kind is EmergencyKind.POLICE:
        return Verdict.no("Police protection cannot be extended. Apply for an order, or end it.")
    if extended:
        return Verdict.no("This order has been extended once. It cannot be extended again.")
    if not ends_at < until <= latest:
        return Verdict.no(
            f"Give a time after the order’s end, {moment(ends_at)}, up to {moment(latest)}.", "until"
        )
    if not has_words(words):
        return Verdict.no("Say which court extended it, when and why.", "words")
    return Verdict.yes()


def _stands_on(agreed: bool, basis_words: str, nothing_less: str) -> Verdict:
    """What a child is looked after under is said; where it is not agreement (`agreed`: section 20), with why nothing
    less would do (HLP-03)."""
    if not has_words(basis_words):
        return Verdict.no("Say whose agreement it is, or which court made the order.", "basis_words")
    if not agreed and not has_words(nothing_less):
        return Verdict.no(
            "Say why nothing less would do: only an agreement under section 20 needs no such reason.",
            "nothing_less",
        )
    return Verdict.yes()


def may_be_looked_after(
    *,
    began_on: date,
    today: date,
    agreed: bool,
    basis_words: str,
    nothing_less: str,
    network: str,
    reasons: str,
) -> Verdict:
    """A plan for care elsewhere follows the family network's being asked, or says why there was no time (HLP-07)."""
    if began_on > today:
        return Verdict.no("Give a day that is not still to come.", "began_on")
    if not (stands := _stands_on(agreed, basis_words, nothing_less)):
        return stands
    if not has_words(network):
        return Verdict.no(
            "Say who in the family network was asked to care for the child, or why not.", "network"
        )
    if not has_words(reasons):
        return Verdict.no("Give your reasons.", "reasons")
    return Verdict.yes()


def may_change_basis(
    *,
    since: date,
    began_on: date,
    ended: bool,
    today: date,
    same: bool,
    agreed: bool,
    basis_words: str,
    nothing_less: str,
    reasons: str,
) -> Verdict:
    """What a child is looked after under changes while they are."""
    if ended:
        return Verdict.no("This child is looked after no more, so nothing changes on what it stands.")
    if same:
        return Verdict.no("It stands on that already. Choose what it stands on from now on.", "basis")
    if not began_on <= since <= today:
        return Verdict.no("Give a day since the child is looked after that is not still to come.", "since")
    if not (stands := _stands_on(agreed, basis_words, nothing_less)):
        return stands
    if not has_words(reasons):
        return Verdict.no("Give your reasons.", "reasons")
    return Verdict.yes()
