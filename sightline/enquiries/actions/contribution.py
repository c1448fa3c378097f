"""What other agencies say: asked for, chased, filed under their own name."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Agency, Posting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import name_and_age
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as

from ..models import Assessment, Contribution
from ..rules import assessment as rules
from ..terms import AssessmentAct, AssessmentState
from . import episode as way


@transaction.atomic
def ask(
    assessment_id: UUID, agency_id: UUID, words: str, *, practitioner_id: UUID | None = None
) -> Contribution:
    """Ask an agency for its contribution. Somebody asked in Sightline sees the question and their answer alone."""
    acting = permit(Permission.WRITE_FOLDER)
    row = Assessment.objects.select_for_update().filter(id=assessment_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    rules.after(AssessmentState(row.state), AssessmentAct.WRITE)
    if not Agency.objects.filter(id=agency_id).exists():
        raise Refused("Choose an agency of the partnership.", "agency")
    if practitioner_id is not None:
        if practitioner_id == acting.practitioner_id:
            raise Refused("Choose somebody else: what you know you write yourself.", "practitioner")
        if (
            not Posting.objects.held_today()
            .filter(practitioner_id=practitioner_id, agency_id=agency_id)
            .exists()
        ):
            raise Refused("Choose somebody who works in that agency today.", "practitioner")
    if not words.strip():
        raise Refused("Say what you ask them.", "words")
    made = Contribution(
        folder_id=row.folder_id,
        assessment=row,
        child_name=name_and_age([row.child_id])[row.child_id].name,
        agency_id=agency_id,
        practitioner_id=practitioner_id,
        asked_words=words.strip(),
        asked_at=now(),
        asked_by_id=acting.practitioner_id,
    )
    made.save(force_insert=True)
    path = f"/contributions/{made.id}/"
    way.happened(
        "contribution_asked",
        row.folder_id,
        made.id,
        path=path,
        owner_id=acting.practitioner_id,
        team_id=acting.team_id,
    )
    if practitioner_id is not None:
        notify(practitioner_id, text="You are asked for a contribution about a child", path=path)
    record(Verb.WROTE, "enquiries.ask", folder_id=row.folder_id, subject=made)
    return made


def _open_one(contribution_id: UUID) -> Contribution:
    row = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("agency")
        .filter(id=contribution_id)
        .first()
    )
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise Refused(
            f"{row.answered_as} has answered already. What was filed stays as it is; ask again for more."
        )
    return row


@transaction.atomic
def chase(contribution_id: UUID) -> Contribution:
    """Ask again; that it was chased, and when, stays on the record."""
    permit(Permission.WRITE_FOLDER)
    row = _open_one(contribution_id)
    way.writable_lead(row.folder_id)
    row.chased_at = [*row.chased_at, now()]
    row.save(update_fields=["chased_at"])
    if row.practitioner_id is not None:
        notify(
            row.practitioner_id,
            text="Your contribution about a child is still waited for",
            path=f"/contributions/{row.id}/",
            urgent=True,
        )
    record(Verb.WROTE, "enquiries.chase", folder_id=row.folder_id, subject=row)
    return row


@transaction.atomic
def file(contribution_id: UUID, *, answer: str = "", declined: str = "", given_by: str = "") -> Contribution:
    """File an agency's contribution under its own name, or why it gives none.

    Whoever was asked answers for themselves; for an agency asked by telephone or letter the asker files it and says who
    gave it. A filed one is never changed.
    """
    acting = permit(Permission.WRITE_FOLDER)
    row = _open_one(contribution_id)
    theirs = row.practitioner_id == acting.practitioner_id
    if not theirs:
        way.writable_lead(row.folder_id)
        if acting.agency_id != row.agency_id and not given_by.strip():
            raise Refused("Say who gave it: name, post and agency.", "given_by")
    if not answer.strip() and not declined.strip():
        raise Refused("Write the contribution, or say why none is given.", "answer")
    row.answer, row.declined = answer.strip(), "" if answer.strip() else declined.strip()
    row.answered_at, row.answered_by_id = now(), acting.practitioner_id
    own = theirs or (acting.agency_id == row.agency_id and not given_by.strip())
    row.answered_as = acting.said_as if own else given_by.strip()
    row.save(update_fields=["answer", "declined", "answered_at", "answered_by", "answered_as"])
    # Whoever was asked may not open the record, in which the duty stands: it is closed by the job that keeps duties.
    with looking_as(Viewer.for_job("duties")):
        way.happened("contribution_filed", row.folder_id, row.id)
    if row.asked_by_id != current().practitioner_id:
        notify(
            row.asked_by_id,
            text="An agency has given its contribution",
            path=f"/child/{row.folder_id}/enquiries/assessments/{row.assessment_id}/sections/agencies/",
        )
    record(Verb.WROTE, "enquiries.file", folder_id=row.folder_id, subject=row, agency=row.agency_id)
    return row
