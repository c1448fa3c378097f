"""Two people who write at the same moment, on two connections, without a pause: the second begins while the first has
written and not finished yet."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
from django.db import connection

from sightline.agencies.models import Practitioner
from sightline.kernel.verdicts import Refused

from .factories import as_practitioner

WAITING = """SELECT 1 FROM pg_locks WHERE NOT granted
    AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"""


def both(
    other: psycopg.Connection, one: tuple[Practitioner, Callable[[], object]],
    two: tuple[Practitioner, Callable[[], object]],
) -> tuple[str, bool]:  # fmt: skip
    """What the second is told, empty where they may; and whether they waited for the first to finish.

    `one` and `two` are who acts and what they do; `other` is a connection of the owner, to see who waits.
    """
    said: list[str] = []
    who, second = two

    def begin() -> None:
        try:
            with as_practitioner(who):
                second()
            said.append("")
        except Refused as refused:
            said.append(refused.verdict.reason)
        except BaseException as error:
            said.append(repr(error))
        finally:
            connection.close()

    thread, waited = threading.Thread(target=begin), False
    with as_practitioner(one[0]):
        one[1]()
        thread.start()
        while thread.is_alive() and not waited:
            waited = other.execute(WAITING).fetchone() is not None
            thread.join(0.01)
    thread.join()
    return said[0], waited
