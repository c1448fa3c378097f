"""Somebody else goes on with what a worker had begun: an assessment, or a section 47 enquiry."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sightline.agencies.actions import notify, permit
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from ..models import Assessment, Enquiry
from ..queries import clocks
from ..rules import stages
from ..terms import AssessmentAct
from . import episode as way
from .assessment.signing import _signing
from .assessment.writing import _locked


def _taking_on(to: UUID, before: UUID, why: str, *, statutory: bool) -> Acting:
    acting = acting_as(to)
    if acting is None:
        raise Refused("Choose somebody who holds a post today.", "to")
    if to == before:
        raise Refused(f"{acting.name} has it already.", "to")
    if statutory and not acting.may(Permission.STATUTORY):
        raise Refused("Choose a social worker: this is the local authority's.", "to")
    if not stages.has_words(why):
        raise Refused("Say why somebody else goes on with it.", "why")
    return acting


def _go_along(owed: QuerySet[Duty], before: UUID, to: Acting) -> None:
    """What the one before owed on it goes to whoever goes on with it."""
    mine = owed.filter(owner_id=before, closed_at__isnull=True)
    duties.hand_to(list(mine.values_list("id", flat=True)), to.practitioner_id, team_id=to.team_id)


@transaction.atomic
def hand_over_assessment(
    assessment_id: UUID, to: UUID, why: str, *, version: int | None = None
) -> Assessment:
    """Somebody else writes an assessment from now on and becomes lead professional; what was written stays under the
    names of its writers. By a manager. Raises NotPermitted, NotFound or Refused."""
    permit(Permission.SIGN_OFF)
    row = _locked(assessment_id, version=version)
    form = pack_in_force().assessment_form(row.form, today())
    acting = _taking_on(to, row.author_id, why, statutory=form.statutory)
    before = row.author_id
    way.allocate(row.folder_id, to, why=f"{form.title}: {why.strip()}")
    made = _signing(row, AssessmentAct.HAND_OVER, f"To {acting.said_as}. {why.strip()}")
    row.author_id, row.author_post = to, acting.post
    row.save(update_fields=["author", "author_post"])
    _go_along(Duty.objects.filter(subject_id=row.duty_subject), before, acting)
    notify(
        to,
        text="An assessment has been handed to you",
        path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/",
    )
    record(Verb.WROTE, "enquiries.hand_over_assessment", folder_id=row.folder_id, subject=made, to=to)
    return row


@transaction.atomic
def hand_over_enquiry(enquiry_id: UUID, to: UUID, why: str, *, version: int | None = None) -> Enquiry:
    """Somebody else carries out a section 47 enquiry from now on and becomes lead professional. By a manager. Raises
    NotPermitted, NotFound or Refused."""
    permit(Permission.SIGN_OFF)
    row = Enquiry.objects.select_for_update().filter(id=enquiry_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if row.ended_at is not None:
        raise Refused("This enquiry has ended. Take the step back first, or hold another discussion.")
    if version is not None and row.version != version:
        raise Refused("Somebody has saved this enquiry since you opened it. Look at what stands there now.")
    acting = _taking_on(to, row.worker_id, why, statutory=True)
    before = row.worker_id
    way.allocate(row.folder_id, to, why=f"Section 47 enquiry: {why.strip()}")
    row.worker_id, row.version = to, row.version + 1
    row.save(update_fields=["worker", "version"])
    _go_along(Duty.objects.filter(subject_id=row.id) | clocks.to_conference(row), before, acting)
    notify(
        to,
        text="A section 47 enquiry has been handed to you",
        path=f"/child/{row.folder_id}/enquiries/section-47/{row.id}/",
    )
    record(Verb.WROTE, "enquiries.hand_over_enquiry", folder_id=row.folder_id, subject=row, to=to)
    return row
