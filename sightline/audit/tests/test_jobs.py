"""The sealing job: how often, and that it does what it says."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.jobs import app, seal_the_trail
from sightline.audit.terms import Verb
from sightline.audit.verify import verify
from sightline.kernel.viewer import Viewer, looking_as


@pytest.mark.obligation("REC-18")
def test_the_trail_is_sealed_every_ten_seconds():
    (periodic,) = [
        task
        for (name, _), task in app.periodic_registry.periodic_tasks.items()
        if name == seal_the_trail.name
    ]
    times = list(itertools.islice(periodic.croniter.all_next(float, start_time=1_700_000_000.0), 7))
    assert {after - before for before, after in itertools.pairwise(times)} == {10.0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.obligation("REC-18")
def test_a_worker_seals():
    with transaction.atomic(), looking_as(Viewer.for_job("import")):
        record(Verb.WROTE, "tests.act")
    seal_the_trail.defer(timestamp=0)

    def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):
            app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, queues=["audit"])

    # A thread of its own: a browser test before this one leaves an event loop running in the main thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
    assert verify().sealed == 1
