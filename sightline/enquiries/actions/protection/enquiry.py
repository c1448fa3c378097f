"""Section 47 enquiries: carried out, written once for brothers and sisters, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import ChildView, child_page
from sightline.concerns.terms import Place
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.rules import may_interpret
from sightline.records.terms import DecisionKind, Interpreting
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ...models import (
    Enquiry,
    EnquiryEnd,
    EnquiryText,
    SpokenTo,
)
from ...queries import clocks, heard
from ...queries.assessment import father_recorded
from ...rules import protection as rules
from ...rules import stages
from ...rules.assessment import culture_as_explanation
from ...terms import Act, Finding
from .. import episode as way
from ..waiting import ruling_owed
from .base import stamp


def _enquiry(enquiry_id: UUID, *, version: int | None = None) -> Enquiry:
    row = (
        Enquiry.objects.select_for_update(of=("self",))
        .select_related("episode", "strategy")
        .filter(id=enquiry_id)
        .first()
    )
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if version is not None and row.version != version:
        last = EnquiryText.objects.filter(enquiry=row).select_related("written_by").order_by("-id").first()
        who = f"{last.written_by.name} saved it meanwhile. " if last else ""
        raise Refused(f"{who}Look at what stands there now. What you typed is kept below.")
    return row


def _goes_on(row: Enquiry) -> None:
    if row.ended_at is not None:
        raise Refused("This enquiry has ended. Take the step back first, or hold another discussion.")


@dataclass(frozen=True)
class EnquiryIn:
    """What an enquiry has found so far; anything may still be empty. `harm_where`: `concerns.terms.Place`."""

    harm_where: Sequence[str] = ()
    child_seen_on: date | None = None
    seen_alone: bool | None = None
    not_seen_why: str = ""
    seen_words: str = ""
    powers_told: str = ""
    not_heard_why: str = ""
    """Whose account is missing who is not recorded here, such as a father whose name is not known, and why."""
    other_children: str = ""
    checks: str = ""
    finding: str = ""
    analysis: str = ""
    conference: bool | None = None
    conference_why: str = ""


#: What an enquiry finds of a family, and may so be written once for brothers and sisters; the rest is each child's own.
SHARED = ("powers_told", "not_heard_why", "checks", "other_children")


@transaction.atomic
def write_enquiry(
    enquiry_id: UUID, found: EnquiryIn, *, version: int | None = None, also: Sequence[UUID] = ()
) -> EnquiryText:
    """Save what the enquiry has found so far; what stood before stays readable.

    `also`: enquiries about brothers and sisters from the same discussion, in which what is about the family (`SHARED`)
    stands from now on as well, written once; what is each child's own stays as it was there.
    """
    permit(Permission.STATUTORY)
    row = _enquiry(enquiry_id, version=version)
    _goes_on(row)
    together = uuid7() if also else None
    for other in _together_with(row, also):
        last = EnquiryText.objects.filter(enquiry=other).order_by("-id").first() or EnquiryText()
        own = {f: getattr(last, f) for f in EnquiryIn.__dataclass_fields__ if f not in SHARED}
        _write_text(other, EnquiryIn(**own, **{f: getattr(found, f) for f in SHARED}), together)
    return _write_text(row, found, together)


def _together_with(row: Enquiry, also: Sequence[UUID]) -> list[Enquiry]:
    """The enquiries named, in a fixed order so that two writers never wait for each other. Raises NotFound."""
    meeting_id = row.strategy.meeting_id
    found = [_enquiry(other) for other in sorted(set(also) - {row.id})]
    for other in found:
        if other.strategy.meeting_id != meeting_id:
            raise NotFound
        _goes_on(other)
    return found


def _write_text(row: Enquiry, found: EnquiryIn, together: UUID | None) -> EnquiryText:
    if found.child_seen_on is not None and found.child_seen_on > today():
        raise Refused("The child cannot have been seen on a day that is still to come.", "child_seen_on")
    text = EnquiryText(
        folder_id=row.folder_id,
        enquiry=row,
        harm_where=[Place(where).value for where in found.harm_where],
        child_seen_on=found.child_seen_on,
        seen_alone=found.seen_alone,
        not_seen_why=found.not_seen_why.strip(),
        seen_words=found.seen_words.strip(),
        powers_told=found.powers_told.strip(),
        not_heard_why=found.not_heard_why.strip(),
        other_children=found.other_children.strip(),
        checks=found.checks.strip(),
        finding=Finding(found.finding).value if found.finding else "",
        analysis=found.analysis.strip(),
        conference=found.conference,
        conference_why=found.conference_why.strip(),
        **stamp(together),
    )
    text.save(force_insert=True)
    row.version += 1
    row.save(update_fields=["version"])
    record(Verb.WROTE, "enquiries.write_enquiry", folder_id=row.folder_id, subject=text)
    return text


@transaction.atomic
def spoke_to(
    enquiry_id: UUID,
    *,
    person_id: UUID | None = None,
    whom: str = "",
    spoken_on: date | None = None,
    told: str = "",
    said: str = "",
    alone: bool | None = None,
    not_alone_why: str = "",
    not_heard_why: str = "",
    interpreting: Interpreting | None = None,
    interpreter: str = "",
    relative_why: str = "",
    also: Sequence[UUID] = (),
) -> SpokenTo:
    """Record who was spoken to, and what they were told of the powers used; without `spoken_on`, why they were not.

    `person_id`: the child, or one of those in the child's life; `whom` names anybody else. Whoever was heard was
    heard through somebody or nobody (`interpreting`, see `may_interpret`). `also` as in `write_enquiry`: a person
    stands there as one of those in that child's life where they are one.
    """
    permit(Permission.STATUTORY)
    row = _enquiry(enquiry_id)
    _goes_on(row)
    child = child_page(joined_set(row.folder_id))
    known = heard.may_be_heard(child)
    if person_id is not None and person_id not in known:
        raise Refused("Choose somebody who is in this child’s life, or say who it was.", "person")
    name = known[person_id] if person_id is not None else whom.strip()
    if not name:
        raise Refused("Say who was spoken to.", "whom")
    rules.may_have_heard(
        spoken_on=spoken_on,
        today=today(),
        told=told,
        child=person_id in heard.are_children(child),
        alone=alone,
        not_alone_why=not_alone_why,
        not_heard_why=not_heard_why,
    ).or_refuse()
    was_heard = spoken_on is not None
    if was_heard:
        may_interpret(interpreting, interpreter, relative_why).or_refuse()
    by = interpreting if was_heard else None
    together = uuid7() if also else None
    rows = [
        SpokenTo(
            folder_id=each.folder_id,
            enquiry=each,
            person_id=person_id if each is row or _in_life(person_id, each) else None,
            whom=name[:300],
            spoken_on=spoken_on,
            alone=alone if was_heard else None,
            not_alone_why=not_alone_why.strip() if was_heard and alone is False else "",
            told=told.strip() if was_heard else "",
            said=said.strip() if was_heard else "",
            not_heard_why="" if was_heard else not_heard_why.strip(),
            interpreting=by.value if by else "",
            interpreter=interpreter.strip()[:200]
            if by in (Interpreting.BOOKED, Interpreting.RELATIVE)
            else "",
            relative_why=relative_why.strip() if by is Interpreting.RELATIVE else "",
            **stamp(together),
        )
        for each in (row, *_together_with(row, also))
    ]
    for made in rows:
        made.save(force_insert=True)
        record(Verb.WROTE, "enquiries.spoke_to", folder_id=made.folder_id, subject=made)
    return rows[0]


def _in_life(person_id: UUID | None, row: Enquiry) -> bool:
    return person_id is not None and person_id in heard.may_be_heard(child_page(joined_set(row.folder_id)))


def lacks_of(text: EnquiryText | None, child: ChildView, spoken: Sequence[SpokenTo]) -> list[str]:
    """What an enquiry still lacks before a manager may decide on it."""
    text = text or EnquiryText()
    return rules.enquiry_lacks(
        harm_where=text.harm_where,
        child_seen_on=text.child_seen_on,
        seen_alone=text.seen_alone,
        not_seen_why=text.not_seen_why,
        powers_told=text.powers_told,
        spoken_to=sum(row.spoken_on is not None for row in spoken),
        unanswered=[a.who for a in heard.accounts(child, spoken) if a.awaited and not a.answered],
        father_recorded=father_recorded(child),
        not_heard_why=text.not_heard_why,
        finding=text.finding,
        analysis=text.analysis,
        conference=text.conference,
        conference_why=text.conference_why,
        unborn=child.child.birth.unborn,
    )


@dataclass(frozen=True)
class EndingIn:
    """A manager's decision at the end of an enquiry."""

    finding: str
    conference: bool | None
    reasons: str
    knows_family: bool | None
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None
    wishes: WishesIn = field(default_factory=WishesIn)
    culture_answer: str = ""
    """Where what was found may read as if culture explained the harm: what it means for the child's safety."""


def culture_in(text: EnquiryText | None) -> list[str]:
    """Sentences of an enquiry that may give culture as an explanation of harm (EQU-01)."""
    written = (text.analysis, text.conference_why, text.seen_words, text.not_seen_why) if text else ()
    return [sentence for one in written for sentence in culture_as_explanation(one)]


@transaction.atomic
def end_enquiry(enquiry_id: UUID, ending: EndingIn, *, version: int | None = None) -> EnquiryEnd:
    """A manager decides on the finding and on a conference, or the reason for none; each child's is its own.

    Raises NotPermitted, NotFound or Refused: own enquiry, known family, something still missing, a stale page.
    """
    acting = permit(Permission.SIGN_OFF)
    row = _enquiry(enquiry_id, version=version)
    _goes_on(row)
    text = EnquiryText.objects.filter(enquiry=row).order_by("-id").first()
    child = child_page(joined_set(row.folder_id))
    spoken = list(SpokenTo.objects.filter(enquiry=row))
    lacks = lacks_of(text, child, spoken)
    if lacks or text is None:
        raise Refused(f"The enquiry is not complete yet. {lacks[0] if lacks else ''}")
    rules.may_end(
        worker=row.worker_id,
        authors=set(EnquiryText.objects.filter(enquiry=row).values_list("written_by_id", flat=True))
        | {one.written_by_id for one in spoken},
        manager=acting.practitioner_id,
        knows_family=ending.knows_family,
    ).or_refuse()
    if ending.finding not in {f.value for f in Finding}:
        raise Refused("Choose the finding.", "finding")
    if ending.conference is None:
        raise Refused("Say whether a conference is needed.", "conference")
    if not stages.has_words(ending.reasons):
        raise Refused("Give your reasons in a sentence or two.", "reasons")
    rules.continuing_risk_says_why(ending.finding, ending.conference, ending.reasons).or_refuse()
    reasons = ending.reasons.strip()
    if queried := culture_in(text):
        if not stages.has_words(ending.culture_answer):
            raise Refused(
                f"“{queried[0]}” may read as if culture explained the harm. Say what it means for this child’s safety.",
                "culture_answer",
            )
        reasons = f"{reasons}\nWhat it means for the child’s safety: {ending.culture_answer.strip()}"
    pack = pack_in_force()
    words = "Child protection conference" if ending.conference else "No conference"
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.ENQUIRY,
                outcome=f"{Finding(ending.finding).label}. {words}",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                definition_id="child_protection",
                conflict=ending.conflict,
                conflict_resolved=ending.conflict_resolved,
                for_the_child=ending.for_the_child,
                subject_id=row.id,
            )
        ]
    )
    weigh(decision, Power.SECTION_47, ending.wishes)
    made = EnquiryEnd(
        folder_id=row.folder_id,
        enquiry=row,
        text=text,
        finding=ending.finding,
        conference=ending.conference,
        decision=decision,
        **stamp(),
    )
    made.save(force_insert=True)
    row.ended_at, row.version = now(), row.version + 1
    row.save(update_fields=["ended_at", "version"])
    if decision.awaits_ruling:
        ruling_owed(decision, pack)
    else:
        end_takes_effect(made)
    record(Verb.WROTE, "enquiries.end_enquiry", folder_id=row.folder_id, subject=made)
    return made


def end_takes_effect(made: EnquiryEnd) -> None:
    """The end of an enquiry moves the child on. A step of the decision, or of a manager's ruling."""
    episode = way.locked(made.enquiry.episode_id)
    outcome = f"{made.finding}{', conference' if made.conference else ''}"
    if made.conference:
        way.move(
            episode,
            Act.CALL_CONFERENCE,
            reasons=made.decision.reasons,
            decision_id=made.decision_id,
            outcome_id=outcome,
        )
        duties.hand_to(
            clocks.running(clocks.to_conference(made.enquiry)).values_list("id", flat=True),
            made.enquiry.worker_id,
            path=f"/child/{made.folder_id}/meetings/",
        )
        return
    reason = f"No conference is needed: {made.decision.reasons}"
    duties.withdraw_all(made.enquiry_id, reason)
    duties.withdraw_these(clocks.to_conference(made.enquiry), reason)
    way.move(
        episode,
        Act.CONTINUE_ASSESSMENT,
        reasons=made.decision.reasons,
        decision_id=made.decision_id,
        outcome_id=outcome,
    )
