"""Before a meeting: what reached the family, supporters, interpreters, what the child is told, reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.documents.actions import Incoming, attach
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.records.rules import may_use_relative

from .. import queries, rules
from ..models import (
    ChildTold,
    Given,
    Interpreter,
    Invitation,
    Meeting,
    Report,
    Supporter,
)
from ..terms import (
    ChildStage,
    GivenKind,
    How,
    InviteeKind,
    MeetingState,
    SupporterAnswer,
    Topic,
)
from .base import children_of, invitation, locked, me, open_to_write, rule_of, said_when, stamp, tell_trail


@transaction.atomic
def give(
    invitation_id: UUID,
    kind: GivenKind,
    *,
    how: How,
    at: datetime | None = None,
    by_whom: str = "",
    form: str = "",
    covers: Sequence[Topic] = (),
    understood: str = "",
    reply: str = "",
    late_why: str = "",
) -> UUID:
    """Record that the invitation, the papers, an explanation or the minutes reached somebody: when, by whom, how, in
    which form.

    `by_whom`: who gave it, where that was somebody else than whoever records it. Papers that come later than the pack
    asks say why. Raises Refused for a time that lies ahead.
    """
    permit(Permission.WRITE_FOLDER)
    row, meeting = invitation(invitation_id)
    moment = at or now()
    if moment > now():
        raise Refused("Give the time at which it reached them. It cannot be still to come.", "at")
    rule, pack = rule_of(meeting)
    of_family = row.kind in (InviteeKind.FAMILY.value, InviteeKind.CHILD.value)
    papers_by = queries.papers_by(rule, pack, meeting.starts_at)
    if kind is GivenKind.PAPERS and of_family and papers_by and moment > papers_by and not late_why.strip():
        raise Refused(
            f"The family should have had the papers by {said_when(papers_by)}. Say why they came later",
            "late_why",
        )
    if kind is GivenKind.INVITATION and moment >= meeting.starts_at:
        raise Refused("The meeting had begun by then. Record the time at which they really had it.", "at")
    if kind is GivenKind.EXPLAINED and not covers:
        raise Refused("Choose what was explained.", "covers")
    if kind is GivenKind.EXPLAINED and not understood.strip():
        raise Refused("Say what they understood of it, or that they would not say.", "understood")
    given = Given(
        **stamp(row),
        kind=kind.value,
        at=moment,
        how=how.value,
        by_whom=by_whom.strip()[:200],
        form=form[:20],
        covers=[topic.value for topic in covers],
        understood=understood.strip(),
        reply=reply.strip(),
        late_why=late_why.strip(),
    )
    given.save(force_insert=True)
    if kind in (GivenKind.INVITATION, GivenKind.PAPERS) and meeting.state == MeetingState.CALLED.value:
        _discharge_when_prepared(meeting, pack)
    tell_trail(meeting, "meetings.give")
    return given.id


def _discharge_when_prepared(meeting: Meeting, pack: Pack) -> None:
    """Once each of the family has invitation and papers, nothing more is owed before the meeting."""
    people = queries.preparation(meeting.id)
    if people and all(one.invited_at and one.papers_at for one in people):
        last = max(moment for one in people for moment in (one.invited_at, one.papers_at) if moment)
        duties.happened(
            "family_prepared", children_of(meeting.id), subject_id=meeting.id, at=now(), done=last, pack=pack
        )


@transaction.atomic
def offer_supporter(
    invitation_id: UUID,
    *,
    offered: bool,
    why_not: str = "",
    answer: SupporterAnswer | None = None,
    name: str = "",
    relation: str = "",
) -> None:
    """They may bring somebody: the offer and the answer, or why it was not offered (FAM-02)."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = invitation(invitation_id)
    if not offered and not why_not.strip():
        raise Refused("Say why no supporter was offered.", "why_not")
    if offered and answer is None:
        raise Refused("Say what they answered.", "answer")
    if offered and answer is SupporterAnswer.BRINGS and not name.strip():
        raise Refused("Give the name of whoever they bring.", "name")
    Supporter(
        **stamp(row),
        offered=offered,
        why_not=why_not.strip(),
        answer=answer.value if answer and offered else "",
        name=name.strip(),
        relation=relation.strip(),
    ).save(force_insert=True)
    tell_trail(meeting, "meetings.offer_supporter")


@transaction.atomic
def book_interpreter(
    invitation_id: UUID,
    *,
    language: str,
    name: str = "",
    booked_with: str = "",
    relative: bool = False,
    relative_why: str = "",
) -> None:
    """Who interprets for somebody, sign language included. A relative is challenged and needs a reason (FAM-04)."""
    permit(Permission.WRITE_FOLDER)
    row, meeting = invitation(invitation_id)
    if not language.strip():
        raise Refused("Say for which language, or which way of signing.", "language")
    if not relative and not (name.strip() or booked_with.strip()):
        raise Refused("Give the interpreter's name, or the service and its booking number.", "booked_with")
    may_use_relative(relative, relative_why).or_refuse()
    Interpreter(
        **stamp(row),
        language=language.strip(),
        name=name.strip(),
        booked_with=booked_with.strip(),
        relative=relative,
        relative_why=relative_why.strip(),
    ).save(force_insert=True)
    if not row.needs_interpreter:
        row.needs_interpreter = True
        row.save(update_fields=["needs_interpreter"])
    tell_trail(meeting, "meetings.book_interpreter")


@transaction.atomic
def tell_child(
    meeting_id: UUID,
    folder_id: UUID,
    stage: ChildStage,
    *,
    done: bool,
    words: str,
    at: datetime | None = None,
) -> None:
    """What a child was told before or after, and how they took part; or why not (CHD-12)."""
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id)
    if folder_id not in children_of(meeting.id):
        raise NotFound
    if not words.strip():
        raise Refused("Say what the child was told and how they took part, or why not.", "words")
    moment = at or now()
    if moment > now():
        raise Refused("Give a time that is past.", "at")
    if stage is ChildStage.BEFORE and done and moment >= meeting.starts_at:
        raise Refused(
            "The meeting had begun by then. Say that the child was not told before it, and why.", "at"
        )
    ChildTold(
        folder_id=folder_id,
        meeting=meeting,
        stage=stage.value,
        done=done,
        words=words.strip(),
        at=moment,
        recorded_at=now(),
        recorded_by_id=me(),
    ).save(force_insert=True)
    record(Verb.WROTE, "meetings.tell_child", folder_id=folder_id, subject=meeting)


@transaction.atomic
def send_report(
    meeting_id: UUID,
    texts: Mapping[UUID, str],
    *,
    for_family: bool,
    family_said: Mapping[UUID, str] | None = None,
    no_family_why: Mapping[UUID, str] | None = None,
    not_for_family_why: str = "",
    words_for_family: bool | None = None,
    invitation_id: UUID | None = None,
    files: Mapping[UUID, Incoming] | None = None,
) -> None:
    """An agency's report for a meeting, one text or file by folder, in the name of whoever is invited from it.

    By folder too, `family_said`: what the child and the family said of what is reported, in their words; where there is
    nothing, `no_family_why`. Each report has one of both (REC-14).

    Without `invitation_id` it is the viewer's own. What the family may not read says why, and by `words_for_family`
    whether their own words reach them all the same. A file is kept as a document
    of that child's record. Raises Refused, also where a file cannot be kept.
    """
    permit(Permission.WRITE_FOLDER)
    meeting = Meeting.objects.filter(id=meeting_id).first()
    if meeting is None:
        raise NotFound
    own: dict[str, Any] = {"id": invitation_id} if invitation_id else {"practitioner_id": me()}
    row = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True, **own).first()
    if row is None:
        raise Refused(
            "Only somebody who is invited sends a report. Ask whoever called the meeting to invite you."
        )
    files = files or {}
    wanted = [f for f in dict.fromkeys([*texts, *files]) if texts.get(f, "").strip() or f in files]
    if not wanted:
        raise Refused("Write the report, or attach it.", "text")
    if not for_family and not not_for_family_why.strip():
        raise Refused("Say why the family may not read this report.", "not_for_family_why")
    if set(wanted) - set(children_of(meeting.id)):
        raise NotFound
    open_to_write(wanted)
    said, why_none = family_said or {}, no_family_why or {}
    if not for_family and words_for_family is None and any(said.get(f, "").strip() for f in wanted):
        raise Refused("Say whether they are given what they said themselves.", "words_for_family")
    for folder_id in wanted:
        rules.family_heard(said.get(folder_id, ""), why_none.get(folder_id, "")).or_refuse()
    for folder_id in wanted:
        report_id, document_id = uuid7(), None
        if folder_id in files:
            kept = attach(
                [files[folder_id]], {folder_id: report_id}, subject_kind="report", about=_named(meeting)
            )
            if not kept.documents.get(folder_id):
                raise Refused(" ".join(kept.refused) or "This file stands in the record already", "files")
            document_id = kept.documents[folder_id][0].id
        Report(
            id=report_id,
            folder_id=folder_id,
            meeting=meeting,
            invitation=row,
            text=texts.get(folder_id, "").strip(),
            document_id=document_id,
            family_said=said.get(folder_id, "").strip(),
            no_family_why=why_none.get(folder_id, "").strip(),
            for_family=for_family,
            words_for_family=not for_family and bool(words_for_family),
            not_for_family_why=not_for_family_why.strip(),
            recorded_at=now(),
            recorded_by_id=me(),
        ).save(force_insert=True)
        record(Verb.WROTE, "meetings.send_report", folder_id=folder_id, subject=meeting)


def _named(meeting: Meeting) -> str:
    """'Report for the core group on 4 May 2026'."""
    rule, _ = rule_of(meeting)
    local = meeting.starts_at.astimezone(LONDON)
    return f"Report for the {rule.title.lower()} on {local.day} {local:%B %Y}"
