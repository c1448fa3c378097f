"""The families that show what Sightline does, each at another point of the way from a concern to an answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from sightline.children.models import PersonName
from sightline.children.terms import (
    NameUse,
)

from . import people
from .at_the_door import balan, neighbour, thackray, whitlock
from .decided import anwar, carvalho, dhillon, nowak
from .making import _setting_up
from .people import (
    Cast,
)
from .worked_with import fashola, ferreira_lund, hebblewaite, okoro, qureshi, reid

#: Each family with its first child's full name, by which it is found again.
FAMILIES: tuple[tuple[tuple[str, str], Callable[[Cast], None]], ...] = (
    (("Maya", "Ferreira-Lund"), ferreira_lund),
    (("Idris", "Qureshi"), qureshi),
    (("Baby", "Okoro"), okoro),
    (("Callum", "Reid"), reid),
    (("Zofia", "Nowak"), nowak),
    (("Hira", "Anwar"), anwar),
    (("Arthur", "Whitlock"), whitlock),
    (("Andrei", "Bălan"), balan),
    (("Skye", "Thackray-Obi"), thackray),
    (("Tiago", "Carvalho-Brito"), carvalho),
    (("Simran", "Dhillon"), dhillon),
    (("Rosie", "Hebblewaite-Marsh"), hebblewaite),
    (("Temi", "Fashola-Grant"), fashola),
    (("Kai", ""), neighbour),
)


def load() -> None:
    """Bring in the families that are missing, each in a transaction of its own."""
    cast = people.cast()
    for (given, family), bring_in in FAMILIES:
        with transaction.atomic():
            with _setting_up():
                there = PersonName.objects.filter(
                    folder__isnull=False, use=NameUse.FULL.value, given=given, family=family
                ).exists()
            if not there:
                bring_in(cast)
