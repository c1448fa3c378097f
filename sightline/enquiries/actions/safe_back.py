"""That a child was made safe was recorded by mistake: it stays readable with the reason and counts nowhere."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty

from ..models import MadeSafe, MadeSafeBack, Relook
from ..rules import stages
from . import changes
from . import episode as way
from .protection import stamp
from .safe import protected_anew


@transaction.atomic
def take_made_safe_back(made_safe_id: UUID, why: str) -> MadeSafeBack:
    """It was recorded by mistake that a child was made safe: "Protect this child now" is owed as it was, unless the
    child was safe in truth by something else. By whoever recorded it, or a manager.

    Raises NotPermitted, NotFound, or Refused without a reason and where it is taken back already.
    """
    acting = permit(Permission.WRITE_FOLDER)
    row = MadeSafe.objects.filter(id=made_safe_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if not stages.has_words(why):
        raise Refused("Say what was wrong.", "words")
    if acting.practitioner_id != row.written_by_id:
        permit(Permission.SIGN_OFF)
    made = MadeSafeBack(folder_id=row.folder_id, made_safe=row, why=why.strip(), **stamp())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:  # the table holds one of each
        raise Refused("It was recorded by mistake and taken back already.") from error
    reason = f"That the child was made safe was recorded by mistake: {made.why}"
    duties.never_were(Duty.objects.filter(subject_id=row.id), reason)
    protected_anew(row.folder_id, row.done_at, reason)
    if Relook.objects.filter(subject_id=row.id).exists():
        changes.learnt(row.folder_id, made.id)
    record(Verb.WROTE, "enquiries.take_made_safe_back", folder_id=row.folder_id, subject=made)
    return made
