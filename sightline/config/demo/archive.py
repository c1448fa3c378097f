"""Maya's paper file, and her father's request to see her record."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.access import actions as access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.archive import actions
from sightline.archive.actions import Asking, Checked, Deciding, Identity, Keeping, RemovalMove, TellingOf
from sightline.archive.models import Volume
from sightline.archive.queries import bundle
from sightline.archive.terms import Asker, Choice, Ground, PaperPoint, RemovalAct
from sightline.kernel.time import today

from . import people
from .making import _as, _setting_up
from .people import DANA, OWEN, PRIYA, Cast
from .telling import at, day
from .voice import folder_of


def load() -> None:
    """Bring in what is missing."""
    cast = people.cast()
    with transaction.atomic():
        folder_id = folder_of("Maya", "Ferreira-Lund")
        if folder_id is None:
            return
        with _setting_up():
            there = Volume.objects.filter(folder_id=folder_id).exists()
        if not there:
            _paper(cast, folder_id)
            _request(cast, folder_id)


def _paper(cast: Cast, folder_id: UUID) -> None:
    """Two volumes, one of them out for a hearing."""
    with _as(cast, PRIYA):
        access.give_access(
            folder_id, why="Keeps the paper file and answers requests to see the record",
            practitioner_id=cast[OWEN], level=GrantLevel.WRITE, origin=GrantOrigin.GIVEN,
        )  # fmt: skip
    with _as(cast, OWEN):
        first = actions.add_volume(
            folder_id, "1", Keeping("Records room, cabinet 4, shelf 2", day(900), day(200))
        )
        second = actions.add_volume(folder_id, "2", Keeping("East team, locked cabinet", day(199)))
        actions.check_volume(first.id, Checked(True, tuple(PaperPoint)))
        actions.check_volume(
            second.id,
            Checked(
                False, tuple(PaperPoint)[:-2], "Two letters from audiology stand in the paper and not in the record.",
                "Found in an open tray on the team's table.",
            ),
        )  # fmt: skip
        actions.tell_of_record(
            folder_id,
            TellingOf("Ana Ferreira", at(110, 14), "Read the leaflet together; a copy in Portuguese."),
        )
    with _as(cast, DANA):
        removal = actions.ask_removal(
            first.id, "The legal planning meeting.", "County Hall, with Dana Okafor"
        )
    with _as(cast, PRIYA):
        actions.move_removal(
            removal.id,
            RemovalMove(
                RemovalAct.APPROVE, "", today() + timedelta(days=3), "In the locked transport bag.",
                "The court's legal adviser, by telephone.", [cast[OWEN]],
            ),
        )  # fmt: skip
    with _as(cast, DANA):
        actions.move_removal(removal.id, RemovalMove(RemovalAct.TAKE, "Collected by Dana Okafor."))


def _request(cast: Cast, folder_id: UUID) -> None:
    """Her father asked; the bundle is gathered, and some of it decided."""
    with _as(cast, OWEN):
        request = actions.receive(
            folder_id,
            Asking(
                Asker.PARENT, "Jon Lund", "By letter to his own address", at(9, 11), "By letter",
                "Everything since the spring about my daughter.",
            ),
        )  # fmt: skip
        actions.check_identity(
            request.id,
            Identity(
                "Passport, seen by Owen Pritchard.", "Birth certificate: he holds parental responsibility.",
                "Maya was asked by Joy Mensah: he may read what happened, but not what she said.",
                at(6, 10),
            ),
        )  # fmt: skip
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in bundle(request.id)})
        for item in bundle(request.id):
            if item.decision is None and item.row.source == "voice":
                actions.decide_item(
                    item.id,
                    Deciding(
                        Choice.HOLD, Ground.EXPECTATION, (), "Maya asked that he does not read what she said."
                    ),
                )
