"""What a case needs before it closes, kept with the decision that closes it. The one place for every way of closing."""

from __future__ import annotations

from uuid import UUID

from sightline.agencies.queries import acting_as
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused

from .. import models
from ..queries.episode import has_died
from ..rules.closing import Closing, may_close
from . import episode as way


def write_closing(
    episode: models.Episode, decision_id: UUID, closing: Closing, *, together: UUID | None = None
) -> models.Closing:
    """Keep what a decision says of the closing of a case: `episode.move` closes no case without it.

    A step of the action that decides, which asks the permission. Raises Refused, at its field, where something lacks.
    """
    may_close(closing, died=has_died(episode.child_id)).or_refuse()
    answerer = answers_for(closing.record_in_order_by)
    acting = acting_as(way.me())
    row = models.Closing(
        folder_id=episode.folder_id,
        episode=episode,
        decision_id=decision_id,
        reason=closing.reason,
        summary=closing.summary.strip(),
        helps_now=closing.helps_now.strip(),
        feedback_asked=closing.feedback_asked.strip(),
        record_in_order_by_id=answerer,
        written_at=now(),
        written_by_id=way.me(),
        written_post=acting.post if acting else "",
        written_together=together,
    )
    row.save(force_insert=True)
    record(Verb.WROTE, "enquiries.write_closing", folder_id=episode.folder_id, subject=row)
    return row


def answers_for(practitioner_id: UUID | None) -> UUID:
    """Somebody who holds a post today answers for the state of the record from now on. Raises Refused."""
    if practitioner_id is None or acting_as(practitioner_id) is None:
        raise Refused("Choose who answers for the state of the record", "record_in_order_by")
    return practitioner_id
