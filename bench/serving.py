"""A data folder loaded with invented children, and Sightline serving it, its worker beside the web server as in
`sightline serve`: for measurements over HTTP."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg

from bench.loading import Size, loaded
from sightline.config.numbers import PROCESSES, number
from sightline.config.place import as_owner, opened
from sightline.config.processes import Processes
from sightline.config.serving import await_answer, prepare, start_web, start_worker


@dataclass
class Served:
    """A running web server and its worker, and a client signed in as a practitioner of the front door."""

    client: httpx.Client
    process: psutil.Process
    worker: psutil.Process
    owner: psycopg.Connection

    def memory(self) -> tuple[float, float]:
        """Megabytes: the largest process of the web server, with all that it shares with the others; and all of them
        together, shared pages counted once."""
        held = [one.memory_full_info() for one in (self.process, *self.process.children(recursive=True))]
        return max(one.rss for one in held) / 1e6, sum(one.pss for one in held) / 1e6

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        """A form sent as a browser sends it: with the token of the page that it stands on."""
        token = self.client.cookies.get("csrftoken") or ""
        return self.client.post(path, data={**fields, "csrfmiddlewaretoken": token})


@contextmanager
def served(data: Path | None, size: Size) -> Iterator[Served]:
    """Loads the folder where it is empty, serves it as `sightline serve` does, and stops what it started. Without a
    folder it loads one of its own, and removes it."""
    if data is None:
        with (
            tempfile.TemporaryDirectory(prefix="sightline-bench-", ignore_cleanup_errors=True) as folder,
            served(Path(folder), size) as bench,
        ):
            yield bench
        return
    loaded(data, size)
    with opened(data) as place:
        prepare(place, migrate=True)
        assert place.cluster is not None, "Measurements use the embedded PostgreSQL"
        with psycopg.connect(place.cluster.url("sightline_owner"), autocommit=True) as owner:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            processes = Processes()
            try:
                web = start_web(processes, place, "127.0.0.1", port, PROCESSES)
                await_answer(processes, web, port)
                worker = start_worker(processes, place)
                assert web.process is not None
                assert worker.process is not None
                with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                    for name, value in _session().items():
                        client.cookies.set(name, value, domain="127.0.0.1")
                    client.get("/find/")
                    yield Served(
                        client, psutil.Process(web.process.pid), psutil.Process(worker.process.pid), owner
                    )
            finally:
                processes.stop()


def _session() -> dict[str, str]:
    """The cookies of the first practitioner, signed in, with the second factor that everybody needs."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth import get_user_model
    from django.test import Client

    with as_owner():
        user = get_user_model().objects.order_by("id").first()
        if not Authenticator.objects.filter(user=user).exists():
            TOTP.activate(user, generate_totp_secret())
        browser = Client()
        browser.force_login(user)
        return {name: morsel.value for name, morsel in browser.cookies.items()}


def timed(act: Callable[[], httpx.Response]) -> float:
    """Milliseconds until the whole answer is there. Ends the bench where that is not the page: a refusal is fast."""
    start = time.perf_counter()
    answer = act()
    taken = (time.perf_counter() - start) * 1000
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"{answer.url} is no page: it answers {answer.status_code}.")
    return taken


def warmed(bench: Served, paths: Iterable[str], views: int = 24) -> None:
    """As after the first hour of a day: each page was asked for by several people at once, so that every connection
    has planned what it is asked. Ends the bench where one is not the page."""
    with ThreadPoolExecutor(PROCESSES * number("SIGHTLINE_THREADS")) as people:
        for path in paths:
            list(people.map(lambda _view, path=path: timed(lambda: bench.client.get(path)), range(views)))  # type: ignore[misc]


def percentile(values: Sequence[float], part: float) -> float:
    """The value below or at which that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def verdict(over: Sequence[str], *, small: bool = False) -> None:
    """Says what was over what it is to stay under, and ends with status 1 if anything was; on the small data, which
    says nothing about speed, always with 0."""
    print(f"\nOver what they are to stay under: {', '.join(over) or 'none'}.")
    if over and not small:
        raise SystemExit(1)


def over_limit(rows: Iterable[tuple[str, Sequence[float]]], limit: float) -> list[str]:
    """The names of those whose 95th of a hundred is over the limit, in milliseconds."""
    return [name for name, taken in rows if percentile(taken, 0.95) > limit]


def table(title: str, rows: Sequence[tuple[str, Sequence[float]]], limit: float | None = None) -> None:
    """One line per kind: how many, the median, the 95th of a hundred and the slowest, in milliseconds."""
    print(f"\n{title}{f' (the 95th of a hundred within {limit:.0f} ms)' if limit else ''}")
    print(f"{'':40}{'count':>8}{'p50':>9}{'p95':>9}{'max':>9}")
    for name, values in rows:
        middle, late, most = percentile(values, 0.5), percentile(values, 0.95), max(values)
        print(f"{name:40}{len(values):8}{middle:9.1f}{late:9.1f}{most:9.1f}")
