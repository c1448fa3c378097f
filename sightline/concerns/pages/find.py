"""What the search shows of concerns: whoever may open one goes to it by its reference."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from sightline.agencies.queries import acting_now
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.govuk.words import moment
from sightline.matching.queries import Elsewhere

from .. import queries


def found(references: Sequence[str]) -> list[Elsewhere]:
    """The concerns of these references that the viewer may open, at the page where they may: the front door's, else
    the one of whoever raised it. No query where none can be a concern's, else one."""
    at_front_door = bool(permitted(acting_now(), Permission.SEE_BOARD))
    return [
        Elsewhere(
            one.id,
            f"Concern {one.reference}",
            reverse("concerns:concern" if opens else "concerns:own", args=[one.id]),
            f"raised {moment(one.raised_at)}",
        )
        for one in queries.of_references(references)
        if (opens := at_front_door and one.opens) or one.own
    ]
