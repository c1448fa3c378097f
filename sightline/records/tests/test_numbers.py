"""Numbers without gaps, however many write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.verdicts import Refused
from sightline.records.actions import sign_entry

from .conftest import Family, an_hour_ago


@pytest.mark.obligation("REC-03")
@pytest.mark.django_db(transaction=True)
def test_eight_who_write_at_once_leave_no_gap(
    transactional_db: None, make_family: Callable[[], Family], as_owner
) -> None:  # type: ignore[no-untyped-def]
    family = make_family()
    wrong: list[BaseException] = []

    def write(n: int) -> None:
        # In another order each time: the counters are locked in that of the folders.
        folders = (family.folders if n % 2 else tuple(reversed(family.folders)))[: 1 + n % 3]
        try:
            for turn in range(6):
                try:
                    with as_practitioner(family.worker):
                        text = "" if turn == 3 else f"Writer {n}, turn {turn}."
                        sign_entry(dict.fromkeys(folders, text), kind="note", happened_at=an_hour_ago())
                except Refused:
                    assert turn == 3  # what is refused takes no number
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    rows = as_owner.execute(
        "SELECT folder_id, array_agg(number ORDER BY number), max(c.last) FROM records_entry "
        "JOIN records_entrycounter c USING (folder_id) GROUP BY folder_id"
    ).fetchall()
    assert len(rows) == 3
    for _folder, numbers, last in rows:
        assert numbers == list(range(1, len(numbers) + 1))
        assert last == len(numbers)
    assert sum(len(numbers) for _, numbers, _ in rows) == 5 * sum(1 + n % 3 for n in range(8))
