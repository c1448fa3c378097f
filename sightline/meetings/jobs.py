"""Jobs of meetings: making packs of papers, and removing those that have expired."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.again import WHEN_IT_IS_BACK, database_went_away
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, looking_as

from . import actions


@app.task(name="meetings.pack", retry=WHEN_IT_IS_BACK)
def make_pack(pack_id: str, practitioner_id: str) -> int:
    """Make a pack, each step in a transaction of its own, looking as whoever asked for it; returns the steps.

    Killed, or left by its database, and begun again, it goes on with the next step.
    """
    asker, wanted, made = Viewer.practitioner(UUID(practitioner_id), origin="job"), UUID(pack_id), 0
    try:
        more = True
        while more:
            with transaction.atomic(), looking_as(asker):
                more = actions.make_pack(wanted)
            made += 1
    except (NotFound, Refused):
        # Their access has ended meanwhile: nothing more is made for them.
        return made
    except Exception as error:
        if database_went_away(error):
            raise
        with transaction.atomic(), looking_as(asker):
            actions.fail_pack(wanted)
        raise
    return made


@app.periodic(cron="37 * * * *")
@app.task(name="meetings.clear_packs", queueing_lock="meetings.clear_packs")
def clear_packs(timestamp: int) -> int:
    """Every hour: a pack that has expired is gone."""
    with transaction.atomic(), looking_as(Viewer.for_job("prints")):
        return actions.clear_packs()
