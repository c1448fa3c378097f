"""What `demo`, `serve` and `worker` do: make the database ready, start the processes, and stay with them."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import psycopg
import typer

from .demo import SignIn
from .numbers import PROCESSES
from .place import Place, PlaceError, as_owner, attached, opened, refuse_nothing_there, set_up
from .place import serving as holding
from .processes import Child, ProcessError, Processes

#: Seconds that the web server has to give its first answer.
FIRST_ANSWER = 60.0


def demo(data: Path | None, *, port: int, fresh: bool, serve: bool, pack: str, children: int) -> None:
    """Prepare a demonstration in its data folder and, unless told otherwise, serve it until Ctrl-C."""
    place = Place.of(data)
    if pack:
        check_pack(pack)
    with _ended_in_order(), holding(place, "demo"):
        if serve:
            check_port("127.0.0.1", port)
        if fresh:
            place.clear()
        if not place.is_empty() and not place.is_demo:
            holds = (
                "a demonstration in another database"
                if place.kept.get("demo")
                else "a real partnership's data"
            )
            raise PlaceError(
                f"{place.data} holds {holds}, not a demonstration of this one. "
                "Choose another folder with --data, or use `sightline serve`."
            )
        chosen = {"demo": True, "demo_in": place.database, **({"pack": pack} if pack else {})}
        if place.cluster is not None:
            place.keep(**chosen)
        with _processes(place) as processes:
            # A place that was prepared before has its keys: the program loads while we look at the rest.
            known = place.cluster is not None and "ready" in place.kept
            web = start_web(processes, place, "127.0.0.1", port, PROCESSES) if serve and known else None
            # What this very program has prepared before need not be looked at again.
            ready = known and place.kept["ready"] == fingerprint()
            with attached(place, stop_anyway=True), processes.stopped_after():
                if place.cluster is None:
                    refuse_real(place)
                    place.keep(**chosen)
                place.make_keys()
                if serve and web is None:
                    web = start_web(processes, place, "127.0.0.1", port, PROCESSES)
                if not (serve and ready):
                    set_up(place)
                    prepare(place, migrate=True)
                sign_ins = load_people(place)
                if not ready:
                    place.keep(ready=fingerprint())
                if web is None:
                    load_children(place, children, show=Line("children"))
                    seal()
                    _print_sign_ins(sign_ins)
                    typer.echo(f"Ready in {place.data}.")
                    return
                await_answer(processes, web, port)
                start_worker(processes, place)
                _print_sign_ins(sign_ins)
                typer.echo(f"\n  http://localhost:{port}\n\nPress Ctrl-C to stop.")
                if place.kept.get("children", 0) < children:
                    processes.add(
                        "loading of the demonstration",
                        "sightline.config.loading",
                        str(children),
                        environment=_environment(place.environment()),
                        once=True,
                    )
                processes.tend()
    typer.echo("Stopped.")


def serve(data: Path | None, *, port: int, host: str, processes: int, worker: bool) -> None:
    """Serve the partnership of the data folder until told to stop."""
    place = Place.of(data)
    refuse_nothing_there(place)
    with _ended_in_order(), holding(place, "serve"):
        check_port(host, port)
        with _processes(place) as running, opened(data, stop_anyway=True), running.stopped_after():
            prepare(place, migrate=False)
            web = start_web(running, place, host, port, processes)
            await_answer(running, web, port, host)
            if worker:
                start_worker(running, place)
            typer.echo(f"Serving on http://{'localhost' if host == '127.0.0.1' else host}:{port}")
            running.tend()
    typer.echo("Stopped.")


def work(data: Path | None) -> None:
    """Run one worker until told to stop, beside whatever else runs in the place."""
    place = Place.of(data)
    with (
        _ended_in_order(),
        _processes(place, look_after_database=False) as processes,
        opened(data, there=True),
        processes.stopped_after(),
    ):
        refuse_pending()
        start_worker(processes, place)
        typer.echo("The worker is at work. Press Ctrl-C to stop.")
        processes.tend()
    typer.echo("Stopped.")


# -- making ready -----------------------------------------------------------------------------------


def fingerprint() -> str:
    """Differs for any other program: our own files and the packs by their times, installed packages by name and
    time."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    own = [path for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file()]
    # In a checkout the packs stand beside the package, in a wheel within it.
    own += (package.parent / "packs").rglob("*.toml")
    installed = [path for folder in sys.path for path in Path(folder).glob("*.dist-info")]
    for path in sorted([*own, *installed]):
        digest.update(f"{path} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def check_port(host: str, port: int) -> None:
    """Whether the port is free for us. Raises PlaceError."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EACCES:
            raise PlaceError(f"Port {port} may not be used by an ordinary user. Choose another.") from error
        if error.errno == errno.EADDRINUSE:
            raise PlaceError(
                f"Port {port} is in use by another program. Choose another with --port."
            ) from error
        raise PlaceError(f"The address {host} cannot be listened on ({error.strerror}).") from error
    # A browser tries the newer kind of address first, and would find the other program there.
    try:
        with socket.create_connection(("::1", port), timeout=0.5):
            raise PlaceError(f"Port {port} is in use by another program. Choose another with --port.")
    except OSError:
        return


def check_pack(name: str) -> None:
    """Whether there is a procedure pack of that name. Raises PlaceError."""
    from sightline.procedures.loader import PackFaults, UnknownPack, load_pack

    try:
        load_pack(name)
    except (UnknownPack, PackFaults) as error:
        raise PlaceError(str(error)) from error


def refuse_real(place: Place) -> None:
    """Raises PlaceError where the database holds a partnership that no demonstration made."""
    from .demo import DOMAIN

    with psycopg.connect(place.program_url) as connection:
        made = connection.execute("SELECT to_regclass('public.agencies_partnership') IS NOT NULL").fetchone()
        if made != (True,):
            return
        real = connection.execute(
            "SELECT exists(SELECT FROM agencies_partnership)"
            " AND NOT exists(SELECT FROM account_emailaddress WHERE email LIKE %s)",
            (f"%@{DOMAIN}",),
        ).fetchone()
    if real == (True,):
        raise PlaceError(
            "DATABASE_URL names a real partnership's database, and a demonstration would add people to it who can "
            "sign in. Unset DATABASE_URL, or use `sightline serve`."
        )


def refuse_pending() -> None:
    """Raises PlaceError while the database is not as this program's version wants it."""
    from .doctor import doors_amiss
    from .health import pending_migrations

    if pending := pending_migrations():
        what = f"{len(pending)} migrations are" if len(pending) > 1 else f"The migration {pending[0]} is"
        raise PlaceError(f"{what} still to be run. Take a backup, then run `sightline manage migrate`.")
    if amiss := doors_amiss():
        raise PlaceError(
            f"The access rules of {', '.join(amiss[:3])} are not this version's. "
            "Run `sightline manage migrate`."
        )


def prepare(place: Place, *, migrate: bool) -> None:
    """Bring database and static files to this version.

    An empty database is always migrated; one that holds something only with `migrate`, since whoever
    runs a real partnership's system takes a backup first. Raises PlaceError.
    """
    from django.core.management import call_command

    from .doctor import doors_amiss
    from .health import pending_migrations

    pending = pending_migrations()
    if pending or doors_amiss():
        if not migrate and "kernel.0001_viewer" not in pending:
            refuse_pending()
        typer.echo("Preparing the database ...")
        with as_owner():
            # First the cache table: when the migrations have run, every table gets its privileges.
            call_command("createcachetable", verbosity=0)
            call_command("migrate", verbosity=0, interactive=False)
    keep_procedures()
    collect_static(place)


def keep_procedures() -> None:
    """Keep the texts of procedure packs that were changed since the last start. Raises PlaceError where only the
    owner of the tables could, and is not known here."""
    from sightline.procedures.actions import keep_packs
    from sightline.procedures.kept import packs_not_kept

    if not packs_not_kept():
        return
    if not os.environ.get("SIGHTLINE_OWNER_URL"):
        raise PlaceError(
            "The procedures were changed, and their text is not kept in the database yet. "
            "Run `sightline manage migrate`."
        )
    with as_owner():
        keep_packs()


def collect_static(place: Place) -> None:
    """Collect the static files if they are not those that were collected last."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    if place.kept.get("static") != digest.hexdigest() or not (place.data / "static").is_dir():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        place.keep(static=digest.hexdigest())


def load_people(place: Place) -> list[SignIn]:
    """The demonstration's partnership and people. Who they are is remembered, so that it is done once: and again
    for another pack, or when the rota planned then comes to its end."""
    pack = os.environ.get("SIGHTLINE_PACK") or place.kept.get("pack", "")
    told = {"people_work_by": pack, "people_loaded_in": f"{datetime.now(UTC):%Y-%m}"}
    if "sign_ins" not in place.kept or any(place.kept.get(name) != value for name, value in told.items()):
        # A place that was ready has not needed Django in this process until now.
        set_up(place)
        from .demo import load

        typer.echo(
            "Inventing a partnership ..." if "sign_ins" not in place.kept else "Bringing it up to date ..."
        )
        sign_ins = load(children=0, progress=lambda done, of: None)
        place.keep(sign_ins=[asdict(sign_in) for sign_in in sign_ins], **told)
    return [SignIn(**sign_in) for sign_in in place.kept["sign_ins"]]


def load_children(place: Place, children: int, show: Line) -> None:
    """Bring the demonstration to so many children, if it has fewer."""
    from .demo import load

    if place.kept.get("children", 0) < children:
        load(children=children, progress=show)
        show.end()
        place.keep(children=children)


def seal() -> None:
    """Seal what the audit trail has so far, as the worker would within ten seconds. Raises PlaceError."""
    from sightline.audit.anchor import seal_and_anchor

    try:
        seal_and_anchor()
    except OSError as error:
        raise PlaceError(
            f"What was done stands, and the anchor of the audit trail cannot be written ({error.strerror}: "
            f"{error.filename})."
        ) from error


# -- processes --------------------------------------------------------------------------------------


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """An end asked for by the system while we prepare unwinds as Ctrl-C does: PostgreSQL is stopped."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    yield


@contextmanager
def _processes(place: Place, *, look_after_database: bool = True) -> Iterator[Processes]:
    processes = Processes(say=typer.echo)
    cluster = place.cluster
    if cluster is not None and look_after_database:

        def keep_database_up() -> None:
            if not cluster.is_running() and not processes.asked_to_stop.is_set():
                typer.echo("PostgreSQL ended and is started again.")
                cluster.start_ours()

        processes.also.append(keep_database_up)
    try:
        yield processes
    finally:
        processes.stop()


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """A child's environment: what it may know, and not our other connections."""
    kept = {k: v for k, v in os.environ.items() if k not in ("SIGHTLINE_OWNER_URL", "SIGHTLINE_BACKUP_URL")}
    return {**kept, **ours}


def start_web(processes: Processes, place: Place, host: str, port: int, count: int) -> Child:
    return processes.add(
        "web server",
        "sightline.config.web_server",
        host,
        str(port),
        str(count),
        environment=_environment(place.program_environment()),
    )


def start_worker(processes: Processes, place: Place) -> Child:
    return processes.add(
        "worker", "sightline.config.worker", environment=_environment(place.program_environment())
    )


def await_answer(processes: Processes, web: Child, port: int, host: str = "127.0.0.1") -> None:
    """Let the web server go on, and wait until it answers. Raises ProcessError."""
    where = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 asked, not listened on
    web.go_on()
    deadline = time.monotonic() + FIRST_ANSWER
    while time.monotonic() < deadline and not processes.asked_to_stop.is_set():
        if web.ended() is not None:
            raise ProcessError("The web server did not start; see its messages above.")
        try:
            with urllib.request.urlopen(f"http://{where}:{port}/health/live", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    if not processes.asked_to_stop.is_set():
        raise ProcessError(f"The web server gave no answer within {FIRST_ANSWER:.0f} seconds.")


# -- what is printed --------------------------------------------------------------------------------


class Line:
    """Progress as a line that is written over on a terminal, and as one line a tenth elsewhere."""

    def __init__(self, of_what: str) -> None:
        self.of_what = of_what
        self.tenths = -1

    def __call__(self, done: int, of: int) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(f"\r  {done:,} of {of:,} {self.of_what}")
        elif of and done * 10 // of > self.tenths:
            self.tenths = done * 10 // of
            sys.stdout.write(f"  {done:,} of {of:,} {self.of_what}\n")
        sys.stdout.flush()

    def end(self) -> None:
        if sys.stdout.isatty():
            sys.stdout.write("\n")


def _print_sign_ins(sign_ins: list[SignIn]) -> None:
    if not sign_ins:
        return
    typer.echo("\nSign in as any of these invented people:\n")
    widths = [max(len(getattr(s, name)) for s in sign_ins) for name in ("name", "role", "email")]
    for s in sign_ins:
        typer.echo(f"  {s.name:<{widths[0]}}  {s.role:<{widths[1]}}  {s.email:<{widths[2]}}  {s.password}")
