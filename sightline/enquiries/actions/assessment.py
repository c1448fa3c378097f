"""Assessments: begun, written section by section, sent, signed, updated, shared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Agency
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import ChildView, child_page
from sightline.children.terms import StatusKind
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import AssessmentForm
from sightline.records import actions as records
from sightline.records.models import Decision, Entry
from sightline.records.terms import DecisionKind

from ..models import (
    Assessment,
    Draft,
    EnquiryEnd,
    Evidence,
    Need,
    Participation,
    Progress,
    SectionText,
    Shared,
    SignOff,
)
from ..queries import assessment as queries
from ..rules import assessment as rules
from ..rules import stages
from ..terms import (
    Act,
    ActsForChild,
    AgainstAge,
    AssessmentAct,
    AssessmentState,
    Development,
    Stage,
    StandsOn,
    TookPart,
)
from . import changes
from . import episode as way
from .protection import end_takes_effect

#: The duty that an assessment of each kind of form answers.
DUTY = {True: "assessment", False: "early_help_assessment"}


@dataclass(frozen=True)
class Beginning:
    """An assessment to begin: of which children, in which form, by whom, on what it stands."""

    folder_ids: Sequence[UUID]
    form: str
    author_id: UUID
    stands_on: str
    stands_on_words: str
    why_nothing_less: str = ""
    sooner_on: date | None = None
    sooner_why: str = ""
    updates_id: UUID | None = None


@transaction.atomic
def begin(new: Beginning) -> list[Assessment]:
    """Begin an assessment of each child, brothers and sisters together; the duty that waits for it is the author's.

    Raises NotPermitted, NotFound or Refused: an open one of the kind, no agreement nor power, an author who cannot
    open the record.
    """
    acting = permit(Permission.WRITE_FOLDER)
    pack = pack_in_force()
    form = pack.assessment_form(new.form, today())
    rules.may_begin(
        statutory=form.statutory,
        stands_on=new.stands_on,
        words=new.stands_on_words,
        why_nothing_less=new.why_nothing_less,
        may_do_statutory=acting.may(Permission.STATUTORY),
    ).or_refuse()
    author = acting_as(new.author_id)
    if author is None:
        raise Refused("Choose somebody who holds a post today.", "author")
    if form.statutory and not author.may(Permission.STATUTORY):
        raise Refused(
            "Choose a social worker: an assessment of a child in need is the local authority's.", "author"
        )
    folders = [way.writable_lead(folder_id) for folder_id in dict.fromkeys(new.folder_ids)]
    if not folders:
        raise Refused("Choose at least one child.", "children")
    together = uuid7() if len(folders) > 1 else None
    return [_begin_one(folder_id, new, form, together) for folder_id in folders]


def _begin_one(folder_id: UUID, new: Beginning, form: AssessmentForm, together: UUID | None) -> Assessment:
    stage = Stage.ASSESSMENT if form.statutory else Stage.EARLY_HELP
    waiting = _waiting_duty(folder_id, "assessment" if form.statutory else "early_help_contact")
    decision = (
        Decision.objects.filter(id=waiting.subject_id).first() if waiting and waiting.subject_id else None
    )
    episode = way.begin(
        folder_id,
        stage,
        reasons=new.stands_on_words,
        decision_id=decision.id if decision else None,
        written_together=together,
    )
    open_one = (
        Assessment.objects.filter(
            episode=episode,
            form=new.form,
            state__in=[AssessmentState.WRITING.value, AssessmentState.SENT.value],
        )
        .select_related("author")
        .first()
    )
    if open_one is not None:
        raise Refused(
            f"{open_one.author.name} began this assessment on {_day(open_one.started_at)}. Open it and go on with it."
        )
    author = way.allocate(folder_id, new.author_id, why=f"{form.title}: allocated")
    at = now()
    row = Assessment(
        folder_id=folder_id,
        episode=episode,
        child_id=episode.child_id,
        form=new.form,
        state=AssessmentState.WRITING.value,
        started_at=at,
        author_id=new.author_id,
        author_post=way.post_of(author),
        stands_on=StandsOn(new.stands_on).value,
        stands_on_words=new.stands_on_words.strip(),
        why_nothing_less=new.why_nothing_less.strip(),
        written_together=together,
        updates_id=new.updates_id,
    )
    row.duty_subject = waiting.subject_id if waiting and waiting.subject_id else row.id
    row.save(force_insert=True)
    path = f"/child/{folder_id}/enquiries/assessments/{row.id}/"
    if waiting is None or not form.statutory:
        # The clock of early help runs from the family's agreement; without a concern, that of an assessment from today.
        way.happened(
            "assessment_begun" if form.statutory else "early_help_begun",
            folder_id, row.duty_subject, path=path, owner_id=new.author_id, team_id=author.team_id,
        )  # fmt: skip
    mine = list(
        Duty.objects.filter(kind=DUTY[form.statutory], subject_id=row.duty_subject, closed_at__isnull=True)
    )
    duties.hand_to([duty.id for duty in mine], new.author_id, team_id=author.team_id, path=path)
    if new.sooner_on is not None:
        by = datetime.combine(new.sooner_on, datetime.max.time().replace(microsecond=0), LONDON)
        for duty in mine:
            if by < duty.due_at:
                duties.shorten(duty.id, by, new.sooner_why)
    if form.statutory:
        way.put_under(folder_id, StatusKind.CHILD_IN_NEED)
    else:
        way.put_under(folder_id, StatusKind.EARLY_HELP)
    if new.author_id != way.me():
        notify(new.author_id, text="An assessment has been allocated to you", path=path)
    record(Verb.WROTE, "enquiries.begin_assessment", folder_id=folder_id, subject=row)
    return row


def _waiting_duty(folder_id: UUID, kind: str) -> Duty | None:
    """The duty of a concern's decision that nobody has begun to answer yet."""
    return (
        Duty.objects.filter(folder_id__in=joined_set(folder_id), kind=kind, closed_at__isnull=True)
        .exclude(subject_id__in=Assessment.objects.filter(folder_id=folder_id).values("duty_subject"))
        .order_by("due_at")
        .first()
    )


def _day(at: datetime) -> str:
    day = at.astimezone(LONDON)
    return f"{day.day} {day:%B %Y}"


# -- writing -----------------------------------------------------------------------------------------


def _locked(assessment_id: UUID, *, version: int | None = None) -> Assessment:
    row = (
        Assessment.objects.select_for_update(of=("self",))
        .select_related("author", "episode")
        .filter(id=assessment_id)
        .first()
    )
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if version is not None and row.version != version:
        last = SignOff.objects.filter(assessment_id=row.id).select_related("by").order_by("-at").first()
        who = f"{last.by.name} was faster ({last.act}, {last.at.astimezone(LONDON):%H:%M}). " if last else ""
        raise Refused(
            f"{who}This assessment has changed since you opened the page. What you typed is kept below."
        )
    return row


def _to_write(assessment_id: UUID) -> tuple[Assessment, AssessmentForm]:
    """An assessment that may be written in, locked, and its form."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id)
    rules.after(AssessmentState(row.state), AssessmentAct.WRITE)
    form = pack_in_force().assessment_form(row.form, today())
    if form.statutory and not acting.may(Permission.STATUTORY):
        permit(Permission.STATUTORY)
    return row, form


def _tidy(section: Any, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the section asks, as typed; anything else in a form is not of it."""
    allowed = {rules.WHY_ONE_SIDED, rules.CULTURE_ANSWER, rules.FATHER_WORDS, rules.AGENCIES_WHY}
    match section.kind:
        case "words":
            allowed |= {p.id for p in section.prompt}
        case "side":
            allowed |= {
                f"{p.id}.{kind}" for p in section.prompt for kind in (rules.STRENGTH, rules.DIFFICULTY)
            }
        case "factors":
            return {"factors": sorted({str(code) for code in content.get("factors", ())})}
    return {
        key: str(value).strip() for key, value in content.items() if key in allowed and str(value).strip()
    }


@transaction.atomic
def write(
    assessment_id: UUID,
    section_id: str,
    content: Mapping[str, Any],
    *,
    number: int | None = None,
    also: Sequence[UUID] = (),
) -> SectionText | None:
    """Save a section as it stands, complete or not; `also` are assessments of siblings that get the same text.

    `number` is the text that the form showed: where somebody saved another since, it is refused, and nothing typed is
    lost. None where nothing changed. Raises NotFound, NotPermitted or Refused.
    """
    row, form = _to_write(assessment_id)
    section = next((s for s in form.section if s.id == section_id), None)
    if section is None:
        raise NotFound
    kept = _tidy(section, content)
    now_there = _latest(row.id, section_id)
    if number is not None and now_there is not None and now_there.number != number:
        raise Refused(
            f"{now_there.written_by.name} saved this section at {now_there.written_at.astimezone(LONDON):%H:%M on} "
            f"{_day(now_there.written_at)}, after you opened it. Their text is shown too. Put the two together, "
            "then save again."
        )
    wanted = [row]
    for other_id in dict.fromkeys(also):
        other, _form = _to_write(other_id)
        if row.written_together is None or other.written_together != row.written_together:
            raise NotFound
        wanted.append(other)
    if section.kind == "factors":
        rules.factors_are_right(kept["factors"]).or_refuse()
    if len(wanted) == 1 and now_there is not None and now_there.content == kept:
        drop_draft(section_key(row.id, section_id))
        return None
    together = uuid7() if len(wanted) > 1 else None
    written = [_write_one(each, section_id, kept, together) for each in wanted]
    drop_draft(section_key(row.id, section_id))
    return written[0]


def section_key(assessment_id: UUID, section_id: str) -> str:
    """The draft's key of a section's page."""
    return f"section {assessment_id} {section_id}"


def _latest(assessment_id: UUID, section_id: str) -> SectionText | None:
    return (
        SectionText.objects.filter(assessment_id=assessment_id, section=section_id)
        .select_related("written_by")
        .order_by("-number")
        .first()
    )


def _write_one(
    row: Assessment, section_id: str, content: Mapping[str, Any], together: UUID | None
) -> SectionText:
    before = _latest(row.id, section_id)
    text = SectionText(
        folder_id=row.folder_id,
        assessment=row,
        section=section_id,
        number=(before.number if before else 0) + 1,
        content=dict(content),
        written_at=now(),
        written_by_id=way.me(),
        written_together=together,
    )
    text.save(force_insert=True)
    _touch(row)
    record(Verb.WROTE, "enquiries.write", folder_id=row.folder_id, subject=text)
    return text


def _touch(row: Assessment) -> None:
    row.version += 1
    row.save(update_fields=["version"])


@transaction.atomic
def link(assessment_id: UUID, section_id: str, entry_ids: Sequence[UUID], note: str = "") -> int:
    """Link entries of the child's own record as what a section rests on. Returns how many were new."""
    row, form = _to_write(assessment_id)
    if section_id not in {s.id for s in form.section if s.evidence}:
        raise NotFound
    entries = {
        e.id: e for e in Entry.objects.filter(id__in=list(entry_ids), folder_id__in=joined_set(row.folder_id))
    }
    if len(entries) != len(set(entry_ids)):
        raise Refused("Choose entries of this child's own record.", "entries")
    linked = set(
        Evidence.objects.filter(
            assessment=row, section=section_id, unlinked_at__isnull=True, entry_id__in=list(entries)
        ).values_list("entry_id", flat=True)
    )
    new = [
        Evidence(
            folder_id=row.folder_id,
            assessment=row,
            section=section_id,
            entry=entry,
            note=note.strip(),
            linked_at=now(),
            linked_by_id=way.me(),
        )
        for entry in entries.values()
        if entry.id not in linked
    ]
    Evidence.objects.bulk_create(new)
    _touch(row)
    record(Verb.WROTE, "enquiries.link", folder_id=row.folder_id, subject=row, count=len(new))
    return len(new)


@transaction.atomic
def unlink(assessment_id: UUID, evidence_id: UUID) -> None:
    """A section no longer rests on an entry; that it did stays on the record."""
    row, _form = _to_write(assessment_id)
    evidence = Evidence.objects.filter(id=evidence_id, assessment=row, unlinked_at__isnull=True).first()
    if evidence is None:
        raise NotFound
    evidence.unlinked_at, evidence.unlinked_by_id = now(), way.me()
    evidence.save(update_fields=["unlinked_at", "unlinked_by"])
    _touch(row)
    record(Verb.WROTE, "enquiries.unlink", folder_id=row.folder_id, subject=evidence)


@dataclass(frozen=True)
class PartTaken:
    """Whether and how a member of the family took part."""

    took_part: TookPart
    how: str = ""
    why_not: str = ""
    barrier: str = ""
    adjustment: str = ""
    acts_for_child: ActsForChild | None = None
    acts_evidence: str = ""


@transaction.atomic
def take_part(
    assessment_id: UUID, person_id: UUID, part: PartTaken, *, also: Sequence[UUID] = ()
) -> Participation:
    """Record whether and how a member of the family took part; `also`: in siblings' assessments too."""
    row, _form = _to_write(assessment_id)
    wanted = [row]
    for other_id in dict.fromkeys(also):
        other, _other_form = _to_write(other_id)
        if row.written_together is None or other.written_together != row.written_together:
            raise NotFound
        wanted.append(other)
    if part.took_part is not TookPart.NO and not part.how.strip():
        raise Refused("Say how they took part.", "how")
    if part.took_part is not TookPart.YES and not part.why_not.strip():
        raise Refused("Say why they did not take part, or not fully.", "why_not")
    if part.barrier.strip() and not part.adjustment.strip():
        raise Refused("Say what was done about what stood in the way.", "adjustment")
    together = uuid7() if len(wanted) > 1 else None
    rows = []
    for each in wanted:
        child = child_page(joined_set(each.folder_id))
        if person_id not in {tie.person.id for tie in child.ties}:
            if each is row:
                raise NotFound
            continue
        made = Participation(
            folder_id=each.folder_id,
            assessment=each,
            person_id=person_id,
            took_part=part.took_part.value,
            how=part.how.strip(),
            why_not=part.why_not.strip(),
            barrier=part.barrier.strip(),
            adjustment=part.adjustment.strip(),
            acts_for_child=part.acts_for_child.value if part.acts_for_child else "",
            acts_evidence=part.acts_evidence.strip(),
            written_at=now(),
            written_by_id=way.me(),
            written_together=together,
        )
        made.save(force_insert=True)
        _touch(each)
        record(Verb.WROTE, "enquiries.take_part", folder_id=each.folder_id, subject=made)
        rows.append(made)
    return rows[0]


@dataclass(frozen=True)
class Seen:
    """What a child could do on a day, beside what is usual at that age."""

    area: Development
    seen_on: date
    against_age: AgainstAge
    words: str
    source: str


@transaction.atomic
def record_progress(folder_id: UUID, seen: Seen, *, corrects_id: UUID | None = None) -> Progress:
    """Add what a child could do at an age; what was wrong is put right by another row."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    if not seen.words.strip():
        raise Refused("Say what the child does or can do.", "words")
    if not seen.source.strip():
        raise Refused("Say who saw it, and their agency.", "source")
    if seen.seen_on > today():
        raise Refused("Give a day that is not still to come.", "seen_on")
    folders = joined_set(lead)
    child = child_page(folders)
    born = child.child.birth.born_on
    if born is not None and seen.seen_on < born:
        raise Refused("This day is before the child was born.", "seen_on")
    if (
        corrects_id is not None
        and not Progress.objects.filter(
            id=corrects_id, folder_id__in=folders, corrected_by__isnull=True
        ).exists()
    ):
        raise NotFound
    row = Progress(
        folder_id=lead,
        child=way.child_of(lead),
        area=seen.area.value,
        seen_on=seen.seen_on,
        age_months=queries.age_in_months(child, seen.seen_on),
        against_age=seen.against_age.value,
        words=seen.words.strip(),
        source=seen.source.strip(),
        recorded_at=now(),
        recorded_by_id=way.me(),
        corrects_id=corrects_id,
    )
    row.save(force_insert=True)
    record(Verb.WROTE, "enquiries.record_progress", folder_id=lead, subject=row)
    return row


@dataclass(frozen=True)
class NeedIn:
    """A need and what meets it: a service, waited for or not, or the reason why there is none."""

    words: str
    whose: str
    service: str = ""
    agency_id: UUID | None = None
    waiting_since: date | None = None
    unmet_why: str = ""


@transaction.atomic
def name_need(assessment_id: UUID, need: NeedIn, *, replaces_id: UUID | None = None) -> Need:
    """Name a need, or say anew what meets it; what was said before stays readable."""
    row, _form = _to_write(assessment_id)
    if not need.words.strip():
        raise Refused("Say what is needed.", "words")
    if need.service.strip() and need.unmet_why.strip():
        raise Refused("Either a service meets it, or it is said why nothing does.", "unmet_why")
    if need.agency_id is not None and not Agency.objects.filter(id=need.agency_id).exists():
        raise Refused("Choose an agency of the partnership.", "agency")
    if replaces_id is not None:
        _need_standing(row, replaces_id)
    child = child_page(joined_set(row.folder_id)).child
    made = Need(
        folder_id=row.folder_id,
        assessment=row,
        words=need.words.strip(),
        whose=need.whose.strip() or child.called,
        service=need.service.strip(),
        agency_id=need.agency_id,
        waiting_since=need.waiting_since,
        unmet_why=need.unmet_why.strip(),
        area=child.lives.area if child.lives and not child.address_confidential else "",
        written_at=now(),
        written_by_id=way.me(),
        replaces_id=replaces_id,
    )
    made.save(force_insert=True)
    _touch(row)
    record(Verb.WROTE, "enquiries.name_need", folder_id=row.folder_id, subject=made)
    return made


def _need_standing(row: Assessment, need_id: UUID) -> Need:
    found = Need.objects.filter(
        id=need_id, assessment=row, replaced_by__isnull=True, withdrawn_why=""
    ).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def withdraw_need(assessment_id: UUID, need_id: UUID, why: str) -> Need:
    """A need was named in error, or is no more; that it was named stays on the record."""
    row, _form = _to_write(assessment_id)
    before = _need_standing(row, need_id)
    if not stages.has_words(why):
        raise Refused("Say why it is no longer a need.", "why")
    made = Need(
        folder_id=row.folder_id,
        assessment=row,
        words=before.words,
        whose=before.whose,
        area=before.area,
        written_at=now(),
        written_by_id=way.me(),
        replaces=before,
        withdrawn_why=why.strip(),
    )
    made.save(force_insert=True)
    _touch(row)
    record(Verb.WROTE, "enquiries.withdraw_need", folder_id=row.folder_id, subject=made)
    return made


# -- signing -----------------------------------------------------------------------------------------


def _signing(row: Assessment, act: AssessmentAct, words: str, **fields: Any) -> SignOff:
    """One step in the life of an assessment, by the table, with who and why."""
    acting = acting_as(way.me())
    row.state = rules.after(AssessmentState(row.state), act).value
    row.version += 1
    if row.state in (AssessmentState.SIGNED.value, AssessmentState.SET_ASIDE.value):
        row.ended_at = now()
    else:
        row.ended_at = None
    row.save(update_fields=["state", "version", "ended_at", "manager"])
    made = SignOff(
        folder_id=row.folder_id,
        assessment=row,
        act=act.value,
        at=now(),
        by_id=way.me(),
        by_post=way.post_of(acting) if acting else "",
        words=words.strip(),
        **fields,
    )
    made.save(force_insert=True)
    return made


def _view_of(row: Assessment) -> tuple[queries.AssessmentView, ChildView]:
    child = child_page(joined_set(row.folder_id))
    return queries.assessment(row.id, child), child


def _complete(view: queries.AssessmentView) -> None:
    if view.lacks:
        more = f", and {len(view.lacks) - 1} more" if len(view.lacks) > 1 else ""
        raise Refused(f"It is not complete yet. {view.lacks[0].words}{more}.")


@transaction.atomic
def send(
    assessment_id: UUID, manager_id: UUID, *, outcome_id: str, words: str, version: int | None = None
) -> SignOff:
    """The author sends a complete assessment to a manager, with the outcome that they recommend and why."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id, version=version)
    rules.after(AssessmentState(row.state), AssessmentAct.SEND)
    manager = acting_as(manager_id)
    if manager is None or not manager.may(Permission.SIGN_OFF):
        raise Refused("Choose a manager who may sign assessments.", "manager")
    if manager_id in (row.author_id, acting.practitioner_id):
        raise Refused("Nobody signs their own assessment. Choose another manager.", "manager")
    view, _child = _view_of(row)
    _complete(view)
    pack = pack_in_force()
    if outcome_id not in {o.id for o in pack.assessment_outcomes(row.form, today())}:
        raise Refused("Choose the outcome that you recommend.", "outcome_id")
    if not stages.has_words(words):
        raise Refused("Say why you recommend it.", "words")
    row.manager_id = manager_id
    made = _signing(row, AssessmentAct.SEND, words, outcome_id=outcome_id)
    path = f"/child/{row.folder_id}/enquiries/assessments/{row.id}/sign/"
    way.happened(
        "assessment_sent",
        row.folder_id,
        row.duty_subject,
        path=path,
        owner_id=manager_id,
        team_id=manager.team_id,
    )
    notify(manager_id, text="An assessment waits for your signature", path=path)
    record(Verb.WROTE, "enquiries.send", folder_id=row.folder_id, subject=made)
    return made


@transaction.atomic
def send_back(assessment_id: UUID, words: str, *, version: int | None = None) -> SignOff:
    """The manager returns it with what is still needed, or the author takes it back. Nothing in it is lost."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id, version=version)
    mine = row.author_id == acting.practitioner_id
    if not mine:
        permit(Permission.SIGN_OFF)
    if not stages.has_words(words):
        raise Refused("Say what is still needed." if not mine else "Say why you take it back.", "words")
    made = _signing(row, AssessmentAct.TAKE_BACK if mine else AssessmentAct.RETURN, words)
    way.happened("assessment_returned", row.folder_id, row.duty_subject)
    if not mine:
        notify(
            row.author_id,
            text="An assessment has come back to you",
            path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/",
        )
    record(Verb.WROTE, "enquiries.send_back", folder_id=row.folder_id, subject=made)
    return made


@transaction.atomic
def set_aside(assessment_id: UUID, words: str) -> SignOff:
    """An assessment that should not have been begun: it stays readable, and a concern's duty is owed as before."""
    permit(Permission.SIGN_OFF)
    row = _locked(assessment_id)
    if not stages.has_words(words):
        raise Refused("Say why it is set aside.", "words")
    made = _signing(row, AssessmentAct.SET_ASIDE, words)
    if row.duty_subject == row.id:
        duties.withdraw_all(row.id, words)
    record(Verb.WROTE, "enquiries.set_aside", folder_id=row.folder_id, subject=made)
    return made


@transaction.atomic
def take_up_again(assessment_id: UUID, words: str) -> SignOff:
    """An assessment that was set aside goes on where it was."""
    permit(Permission.SIGN_OFF)
    row = _locked(assessment_id)
    if not stages.has_words(words):
        raise Refused("Say why it is taken up again.", "words")
    if row.episode.closed_at is not None:
        raise Refused(
            "The work with this child was closed since. Take the closing back first, or begin anew."
        )
    made = _signing(row, AssessmentAct.TAKE_UP_AGAIN, words)
    if row.duty_subject == row.id:
        form = pack_in_force().assessment_form(row.form, today())
        way.happened(
            "assessment_begun" if form.statutory else "early_help_begun",
            row.folder_id,
            row.id,
            owner_id=row.author_id,
            path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/",
        )
    record(Verb.WROTE, "enquiries.take_up_again", folder_id=row.folder_id, subject=made)
    return made


@dataclass(frozen=True)
class Signing:
    """A manager's decision on an assessment."""

    outcome_id: str
    reasons: str
    knows_family: bool | None
    safe_words: str = ""
    family_view: str = ""
    """Where early help is to be stepped up: what the family was told, and says to it."""
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None


@transaction.atomic
def sign(assessment_id: UUID, signing: Signing, *, version: int | None = None) -> SignOff:
    """A manager signs: the content is fixed with the wording and the pack that it answered; the outcome takes effect.

    Raises NotPermitted, NotFound, or Refused: own assessment, known family, something still missing, an outcome that
    does not fit, a stale page. With a conflict of interests not resolved for the child it waits for another manager.
    """
    acting = permit(Permission.SIGN_OFF)
    row = _locked(assessment_id, version=version)
    rules.may_sign(
        author=row.author_id, signer=acting.practitioner_id, knows_family=signing.knows_family
    ).or_refuse()
    rules.after(AssessmentState(row.state), AssessmentAct.SIGN)
    view, child = _view_of(row)
    _complete(view)
    pack = pack_in_force()
    outcome = next(
        (o for o in pack.assessment_outcomes(row.form, today()) if o.id == signing.outcome_id), None
    )
    if outcome is None:
        raise Refused("Choose the outcome.", "outcome_id")
    stage = Stage(row.episode.stage)
    rules.may_end(
        rules.Ending(
            closes=outcome.closes,
            step=outcome.step,
            protecting=stage in stages.PROTECTING,
            child_seen=view.child_seen,
            non_contact_open=view.non_contact_open,
            safe_words=signing.safe_words,
            unborn=child.child.birth.unborn,
        )
    ).or_refuse()
    if outcome.step:
        stages.step(stage, Act(outcome.step)).or_refuse()
    if outcome.step == Act.STEP_UP and not stages.has_words(signing.family_view):
        raise Refused(
            "Say what the family was told and what they say to it, or why they were not told.", "family_view"
        )
    reasons = signing.reasons.strip()
    if outcome.closes:
        reasons = f"{reasons}\nHow the child is known to be safe: {signing.safe_words.strip()}"
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.ASSESSMENT,
                outcome=outcome.title,
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                conflict=signing.conflict,
                conflict_resolved=signing.conflict_resolved,
                for_the_child=signing.for_the_child,
                subject_id=row.id,
            )
        ]
    )
    content, wording = (
        snapshot(view) | {"family_view": signing.family_view.strip()},
        view.form.model_dump(mode="json", by_alias=True),
    )
    factors = view.texts["factors"].content.get("factors", []) if "factors" in view.texts else []
    made = _signing(
        row,
        AssessmentAct.SIGN,
        "",
        content=content,
        form=wording,
        factors=factors,
        outcome_id=outcome.id,
        digest=digest_of(content, wording),
        pack=pack.name,
        pack_version=pack.version,
        decision=decision,
    )
    _signed_duties(row)
    if decision.awaits_ruling:
        duties.happened(
            "conflict_unresolved",
            [row.folder_id], subject_id=decision.id, at=now(),
            path=f"/child/{row.folder_id}/enquiries/ruling/{decision.id}/", team_id=acting.team_id, pack=pack,
        )  # fmt: skip
    else:
        take_effect(made)
    notify(
        row.author_id,
        text="An assessment of yours has been signed",
        path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/",
    )
    record(Verb.WROTE, "enquiries.sign", folder_id=row.folder_id, subject=made)
    return made


def _signed_duties(row: Assessment) -> None:
    for kind in DUTY.values():
        duties.discharge(kind, row.duty_subject)
    author = acting_as(row.author_id)
    way.happened(
        "assessment_signed",
        row.folder_id,
        row.duty_subject,
        path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/shared/",
        owner_id=row.author_id,
        team_id=author.team_id if author else None,
    )


def take_effect(signed: SignOff) -> None:
    """The outcome of a signed assessment moves the child on. A step of signing, or of a manager's ruling."""
    row = Assessment.objects.select_related("episode").get(id=signed.assessment_id)
    pack = pack_in_force()
    outcome = pack.assessment_outcome(signed.outcome_id, today())
    assert signed.decision is not None
    episode = way.locked(row.episode_id)
    if outcome.step == Act.STEP_UP:
        # Early help never steps up by itself: the front door decides, and the child stays in early help till then.
        words = (signed.content or {}).get("family_view", "")
        changes.ask_step_up(row.folder_id, reasons=signed.decision.reasons, family_view=words)
    elif outcome.step:
        way.move(
            episode,
            Act(outcome.step),
            reasons=signed.decision.reasons,
            decision_id=signed.decision_id,
            outcome_id=outcome.id,
            closure=outcome.closure,
        )
    else:
        here = Stage(episode.stage)
        way.tell(
            way.Moved(
                row.folder_id,
                episode.id,
                Act.ASSESS_AGAIN,
                here,
                here,
                signed.decision_id,
                outcome.id,
                signed.decision.reasons,
            )  # fmt: skip
        )
    if outcome.closes:
        way.no_longer_under(row.folder_id, (StatusKind.CHILD_IN_NEED, StatusKind.EARLY_HELP))
    elif outcome.step == "step down":
        way.no_longer_under(row.folder_id, (StatusKind.CHILD_IN_NEED,))
        way.put_under(row.folder_id, StatusKind.EARLY_HELP)


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str) -> None:
    """A manager rules on an outcome signed with an unresolved conflict; only now does it take effect, or not."""
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons)
    signed = SignOff.objects.filter(decision_id=decision_id).select_related("assessment", "decision").first()
    ended = EnquiryEnd.objects.filter(decision_id=decision_id).select_related("enquiry", "decision").first()
    row = signed or ended
    if row is None:
        raise NotFound
    duties.happened("conflict_decided", [row.folder_id], subject_id=decision_id, at=ruling.made_at)
    if upholds and signed is not None:
        take_effect(signed)
    if upholds and ended is not None:
        end_takes_effect(ended)
    record(Verb.WROTE, "enquiries.rule_on", folder_id=row.folder_id, subject=row)


def snapshot(view: queries.AssessmentView) -> dict[str, Any]:
    """Everything that stands in an assessment, as plain data: what a signature keeps."""
    return {
        "author": f"{view.row.author.name}, {view.row.author_post}",
        "started_at": view.row.started_at.isoformat(),
        "stands_on": view.row.stands_on,
        "stands_on_words": view.row.stands_on_words,
        "why_nothing_less": view.row.why_nothing_less,
        "texts": {key: dict(text.content) for key, text in view.texts.items()},
        "evidence": [
            {"section": e.section, "entry": str(e.entry_id), "number": e.number, "note": e.note}
            for e in view.evidence
        ],
        "family": [
            {
                "person": str(m.person_id),
                "name": m.name,
                "said": m.said,
                "took_part": m.took_part.value if m.took_part else "",
                "how": m.how,
                "why_not": m.why_not,
                "barrier": m.barrier,
                "adjustment": m.adjustment,
                "acts_for_child": m.acts_for_child.value if m.acts_for_child else "",
                "acts_evidence": m.acts_evidence,
            }
            for m in view.members
        ],
        "contributions": [
            {
                "agency": c.agency,
                "asked_words": c.asked_words,
                "asked_at": c.asked_at.isoformat(),
                "answer": c.answer,
                "declined": c.declined,
                "answered_as": c.answered_as,
                "answered_at": c.answered_at.isoformat() if c.answered_at else "",
            }
            for c in view.contributions
        ],
        "progress": [
            {
                "area": p.area.value,
                "seen_on": p.seen_on.isoformat(),
                "age_months": p.age_months,
                "against_age": p.against_age.value,
                "words": p.words,
                "source": p.source,
            }
            for p in view.progress
        ],
        "needs": [
            {
                "words": n.words,
                "whose": n.whose,
                "service": n.service,
                "agency": n.agency,
                "waiting_since": n.waiting_since.isoformat() if n.waiting_since else "",
                "unmet_why": n.unmet_why,
            }
            for n in view.needs
        ],
    }


def digest_of(content: Mapping[str, Any], form: Mapping[str, Any]) -> str:
    """SHA-256 over content and wording in one fixed spelling."""
    spelled = json.dumps({"content": content, "form": form}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest()


@transaction.atomic
def update(assessment_id: UUID, reasons: str) -> Assessment:
    """Begin an update of a signed assessment: its texts, needs and links come along, to be written on."""
    acting = permit(Permission.WRITE_FOLDER)
    before = _locked(assessment_id)
    if before.state != AssessmentState.SIGNED.value:
        raise Refused("Only a signed assessment is updated. Go on writing in this one.")
    if Assessment.objects.filter(updates=before).exists():
        raise Refused("An update of this assessment has been begun already.")
    if not stages.has_words(reasons):
        raise Refused("Say what has changed.", "reasons")
    (row,) = begin(
        Beginning(
            [before.folder_id],
            before.form,
            acting.practitioner_id,
            before.stands_on,
            before.stands_on_words,
            before.why_nothing_less,
            updates_id=before.id,
        )
    )
    for section, text in queries.latest_texts([before.id]).get(before.id, {}).items():
        _write_one(row, section, text.content, None)
    Evidence.objects.bulk_create(
        Evidence(
            folder_id=row.folder_id, assessment=row, section=e.section, entry_id=e.entry_id, note=e.note,
            linked_at=now(), linked_by_id=acting.practitioner_id,
        )
        for e in Evidence.objects.filter(assessment=before, unlinked_at__isnull=True)
    )  # fmt: skip
    for need in queries.needs_of(before.id):
        name_need(
            row.id,
            NeedIn(need.words, need.whose, need.service, need.agency_id, need.waiting_since, need.unmet_why),
        )
    record(Verb.WROTE, "enquiries.update", folder_id=row.folder_id, subject=row, updates=before.id)
    return row


@dataclass(frozen=True)
class Sharing:
    """What one person was given of a signed assessment, or why not."""

    person_id: UUID
    was_shared: bool
    how: str
    shared_on: date | None = None
    said: str = ""


@transaction.atomic
def share(assessment_id: UUID, sharing: Sharing, *, done: bool = False) -> Shared:
    """Record that child or family were given it, when and how, and what they said. `done`: nobody is left."""
    permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id)
    if row.state != AssessmentState.SIGNED.value:
        raise Refused(
            "Share it once a manager has signed it. Until then record under Who took part that it was talked about."
        )
    child = child_page(joined_set(row.folder_id))
    if sharing.person_id not in {child.child.id, *(tie.person.id for tie in child.ties)}:
        raise NotFound
    if not sharing.how.strip():
        raise Refused("Say how it was shared and by whom, or why it was not.", "how")
    if sharing.was_shared and sharing.shared_on is None:
        raise Refused("Give the day on which it was shared.", "shared_on")
    made = Shared(
        folder_id=row.folder_id,
        assessment=row,
        person_id=sharing.person_id,
        was_shared=sharing.was_shared,
        shared_on=sharing.shared_on if sharing.was_shared else None,
        how=sharing.how.strip(),
        said=sharing.said.strip(),
        recorded_at=now(),
        recorded_by_id=way.me(),
    )
    made.save(force_insert=True)
    told = set(Shared.objects.filter(assessment=row).values_list("person_id", flat=True))
    parents = {tie.person.id for tie in child.responsible_parents}
    if done or {child.child.id, *parents} <= told:
        way.happened("assessment_shared", row.folder_id, row.duty_subject)
    record(Verb.WROTE, "enquiries.share", folder_id=row.folder_id, subject=made)
    return made


# -- drafts ------------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(key: str, fields: Mapping[str, object]) -> Draft:
    """Keep what somebody is typing on a page as it stands, valid or not."""
    draft, _new = Draft.objects.update_or_create(
        practitioner_id=way.me(),
        key=key,
        defaults={"content": dict(fields), "saved_at": now()},
    )
    return draft


@transaction.atomic
def drop_draft(key: str) -> None:
    """What was typed has been saved, or is thrown away."""
    Draft.objects.filter(practitioner_id=way.me(), key=key).delete()


#: A draft that nobody has touched for so long holds personal data for no purpose.
DRAFTS_KEPT = timedelta(days=28)


def clear_drafts() -> int:
    """Remove drafts that nobody has touched for four weeks; run by the job `drafts`. Returns how many."""
    removed, _ = Draft.objects.filter(saved_at__lt=now() - DRAFTS_KEPT).delete()
    if removed:
        record(Verb.WROTE, "enquiries.clear_drafts", count=removed)
    return removed
