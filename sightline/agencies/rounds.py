"""Whom a notice that must be acknowledged has gone to, and whether anybody has it: for the pages that must say so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from sightline.govuk.words import clock, plural, short_moment
from sightline.kernel.time import now

from .models import Notice


@dataclass(frozen=True)
class Round:
    """A notice on its way from one person to the next: `until` is the time of the first, `last_until` of the last."""

    thread: UUID
    path: str
    urgent: bool
    since: datetime
    until: datetime
    asked: int
    last: str
    last_at: datetime
    last_until: datetime
    acknowledged: bool

    def unheard(self, at: datetime) -> bool:
        """Whether whoever was asked first let their time pass, and nobody has acknowledged it since."""
        return not self.acknowledged and self.until < at

    def words(self, at: datetime) -> str:
        """How far it has gone, of one that is unheard."""
        said = f"Nobody has acknowledged the notice of {short_moment(self.since)}. "
        if self.last_until >= at:
            return (
                f"{said}{plural(self.asked, 'person', 'people')} asked so far. It is with {self.last} until "
                f"{clock(self.last_until)}, then it goes on."
            )
        whom = (
            f"all {self.asked} who could be asked were asked"
            if self.asked > 1
            else f"{self.last} alone was asked"
        )
        last = f", {self.last} last, at {clock(self.last_at)}" if self.asked > 1 else ""
        goes = "It goes round again." if self.urgent else "It waits for whoever comes on duty next."
        return f"{said}{whom[0].upper()}{whom[1:]}{last}. {goes}"


def rounds(paths: Collection[str]) -> list[Round]:
    """The notices that lead to these pages and must be acknowledged, the longest unanswered first: the viewer's own,
    and those of the viewer's teams. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT thread, path, urgent, since, until, asked, last, last_at, last_until, acknowledged "
            "FROM agencies_rounds(%s) ORDER BY acknowledged, since, thread",
            [list(paths)],
        )
        return [Round(*row) for row in cursor.fetchall()]


def how_far(notices: Sequence[Notice]) -> dict[UUID, str]:
    """Of the viewer's own notices, by thread, what is to be said of those that somebody let pass or somebody has."""
    at = now()
    paths = {notice.path for notice in notices if notice.acknowledge_by}
    found = rounds(paths) if paths else []
    said = {one.thread: one.words(at) for one in found if one.unheard(at)}
    return said | {one.thread: "Somebody else has acknowledged it." for one in found if one.acknowledged}


def let_pass(notice: Notice, at: datetime) -> datetime | None:
    """When the time of somebody who was asked about it ran out, of a notice that waits; None where it runs still."""
    if notice.passed_on_from_id is not None:
        return notice.created_at
    late = notice.acknowledge_by is not None and notice.acknowledge_by < at
    return notice.acknowledge_by if late else None
