"""Two folders of one child joined, and parted again."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from .. import queries
from ..models import Joining
from .grants import end_given_for, given_for, let_team_in
from .reach import require_opened, require_written


def join(folder_id: UUID, into_id: UUID, reasons: str) -> UUID:
    """Two folders are about one child: `folder_id` is read as part of `into_id` from now on. Returns the
    joining.

    Where `into_id` is itself part of another record, that one is meant. The decider's team is let into the
    known child's folder, if it is not yet. Raises NotPermitted, NotFound (alike for a sealed and an
    invented folder), or Refused for a folder that is joined already or that others are joined to.
    """
    with attempt("access.join", folder_id=folder_id):
        acting = permit(Permission.DECIDE_MATCH)
        require_written(folder_id)
        lead = queries.lead_for_decider(into_id)
        if lead is None:
            raise NotFound
        if lead == folder_id:
            raise Refused("This is the same record.")
        if not reasons.strip():
            raise Refused("Say what makes you sure that this is the same child", "words")
        given = None
        if not queries.opened_of([lead]):
            if acting.team_id is None:
                raise NotFound
            given = let_team_in(lead, acting.team_id, why=reasons.strip())
        if Joining.objects.filter(folder_id=folder_id, undone_at__isnull=True).exists():
            raise Refused("This record is joined to a known child's already. Undo that first.")
        if Joining.objects.filter(into_id=folder_id, undone_at__isnull=True).exists():
            raise Refused("Other records are joined to this one. Undo that first.")
        joining = Joining(
            folder_id=folder_id,
            into_id=lead,
            reasons=reasons.strip(),
            decided_by_id=acting.practitioner_id,
            decided_at=now(),
        )
        try:
            with transaction.atomic():
                joining.save(force_insert=True)
        except IntegrityError as error:
            raise Refused("Somebody else joined this record a moment ago. Look at it again.") from error
        if given is not None:
            given_for(given, joining.id)
        record(Verb.WROTE, "access.join", folder_id=folder_id, subject=joining, into=lead)
        return joining.id


def undo_join(folder_id: UUID, why: str) -> None:
    """The joining was wrong: the folder is read by itself again. When, by whom and why is added, and what was
    given for it ends."""
    with attempt("access.undo_join", folder_id=folder_id):
        permit(Permission.DECIDE_MATCH)
        require_opened(folder_id)
        joining = Joining.objects.filter(folder_id=folder_id, undone_at__isnull=True).first()
        if joining is None:
            raise Refused("This record is not joined to another.")
        if not why.strip():
            raise Refused("Say why the match was wrong", "words")
        joining.undone_at, joining.undone_by_id = now(), current().practitioner_id
        joining.undone_why = why.strip()
        joining.save(update_fields=["undone_at", "undone_by_id", "undone_why"])
        record(Verb.WROTE, "access.undo_join", folder_id=folder_id, subject=joining)
        end_given_for(joining)
