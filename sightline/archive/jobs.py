"""Jobs of the archive: making the volumes of a court's copy, and removing those that have expired."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.again import WHEN_IT_IS_BACK, database_went_away
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, looking_as

from . import actions

#: So often a volume is tried before it is said that it could not be made.
TRIES = 3


@app.task(name="archive.make_volumes", retry=WHEN_IT_IS_BACK)
def make_volumes(print_id: str, practitioner_id: str) -> int:
    """Make every volume of a copy, each in a transaction of its own, looking as whoever asked for them.

    Killed, or left by its database, and begun again, it goes on with the next volume. Returns how many were made.
    """
    asker, wanted = Viewer.practitioner(UUID(practitioner_id), origin="job"), UUID(print_id)
    made = failures = 0
    more = True
    while more:
        try:
            with transaction.atomic(), looking_as(asker):
                more = actions.make_volume(wanted)
        except NotFound:
            # Their access has ended meanwhile: nothing more is made for them.
            return made
        except Refused as refused:
            with transaction.atomic(), looking_as(asker):
                actions.fail_volumes(wanted, refused.verdict.reason)
            return made
        except Exception as error:
            if database_went_away(error):
                raise
            failures += 1
            if failures < TRIES:
                continue
            with transaction.atomic(), looking_as(asker):
                actions.fail_volumes(wanted)
            raise
        made, failures = made + 1, 0
    return made


@app.periodic(cron="29 * * * *")
@app.task(name="archive.clear_volumes", queueing_lock="archive.clear_volumes")
def clear_volumes(timestamp: int) -> int:
    """Every hour: volumes that have expired are gone."""
    with transaction.atomic(), looking_as(Viewer.for_job("prints")):
        return actions.clear_volumes()
