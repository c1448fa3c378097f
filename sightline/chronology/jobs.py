"""Jobs of the chronology: making prints, and removing those that have expired."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.again import WHEN_IT_IS_BACK, database_went_away
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, looking_as

from . import actions


@app.task(name="chronology.print", retry=WHEN_IT_IS_BACK)
def print_chronology(print_id: str, practitioner_id: str) -> int:
    """Make every volume of a print, each in a transaction of its own, looking as whoever asked for it.

    Killed, or left by its database, and begun again, it goes on with the next volume.
    """
    asker, wanted, made = Viewer.practitioner(UUID(practitioner_id), origin="job"), UUID(print_id), 0
    try:
        more = True
        while more:
            with transaction.atomic(), looking_as(asker):
                more = actions.make_volume(wanted)
            made += 1
    except (NotFound, Refused):
        # Their access has ended meanwhile: nothing more is printed for them.
        return made
    except Exception as error:
        if database_went_away(error):
            raise
        with transaction.atomic(), looking_as(asker):
            actions.fail_print(wanted)
        raise
    return made


@app.periodic(cron="23 * * * *")
@app.task(name="chronology.clear_prints", queueing_lock="chronology.clear_prints")
def clear_prints(timestamp: int) -> int:
    """Every hour: a print that has expired is gone."""
    with transaction.atomic(), looking_as(Viewer.for_job("prints")):
        return actions.clear_prints()
