"""One PostgreSQL for the whole test run, and a database of its own for whoever needs one.

The first test that wants the database makes an embedded PostgreSQL with a template database, migrated as
`sightline_owner`, and keeps its folder for later runs until a migration, a model or the set-up itself changes.
Every xdist worker runs a copy of that folder as a cluster of its own (what waits for every transaction of a
server, as sealing the audit trail does, waits for no other worker's); the process that began the run stops them
at the end. `db` tests share one clone per worker and are rolled back. Tests that commit (`fresh_database`,
`transactional_db`, `live_server`, `django_db(transaction=True)`) get a clone each, dropped afterwards: nothing
is ever truncated, which the program's role could not do anyway. What many `db` tests begin with and takes long to make
is committed once for each worker, into a `standing` database in which those tests are rolled back.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from sightline.config.cluster import Cluster

TEMPLATE = "sightline_template"
FOLDER_VARIABLE = "SIGHTLINE_TEST_CLUSTER"
FOLDER_PREFIX = "sightline-tests-"
TEMPLATE_PREFIX = "sightline-template-"
#: Bytes that must be free in memory before a run puts its clusters there.
ROOM_IN_MEMORY = 6 * 2**30
#: What the template database is made from: a change in any of these makes a new one.
MADE_FROM = (
    "conftest.py", "uv.lock", "sightline/*/migrations/*.py", "sightline/*/models.py",
    "sightline/*/models/*.py", "sightline/*/apps.py",
    "sightline/kernel/*.py", "sightline/config/*.py", "sightline/agencies/roles.*",
)  # fmt: skip
#: What a test run loses in a power cut is of no worth; the kill tests run on a durable cluster of their own.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}

#: What steps aside, for a block, to the role that owns the tables.
Owning = Callable[[], AbstractContextManager[None]]

#: Where the tests stand that take longest: in a browser, over every page, or by the command itself.
LONGEST = ("tests/", "sightline/config/tests/")

# How long an example takes is the machine's affair: no test is about time.
settings.register_profile("sightline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sightline")

# -- the order -------------------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each of several workers begins with its share of the long tests, whole files, and ends with short ones.

    `--dist worksteal` gives each worker a stretch of the list; where a long test came last, the others would wait.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    long = [each for each in items if each.nodeid.startswith(LONGEST)]
    short = iter([each for each in items if not each.nodeid.startswith(LONGEST)])
    files = list(dict.fromkeys(each.path for each in long))
    ordered: list[pytest.Item] = []
    for nth in range(workers):
        own = [each for each in long if each.path in files[nth::workers]]
        ordered += own + list(itertools.islice(short, max(0, len(items) // workers - len(own))))
    items[:] = [*ordered, *short]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays until the end: it is not looked through for what may be thrown away."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


# -- the cluster of this run ----------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    # The browser's loop lives on in the thread of the tests once one of them has used it; what Django guards
    # against is a server's.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if not hasattr(config, "workerinput"):
        _sweep()
        folder = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=_quickest())
        os.environ[FOLDER_VARIABLE] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(FOLDER_VARIABLE, None)):
        _remove(Path(folder))


def _quickest() -> Path:
    """Where the clusters of a run stand: in memory where there is plenty, since a clone is 1,300 small files."""
    memory = Path("/dev/shm")  # noqa: S108 each run makes a folder that nobody else can read
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY:
        return memory
    return Path(tempfile.gettempdir())


def _sweep() -> None:
    """Stop and remove what a killed test run left behind (its number stands in the folder's name), and
    templates that no run has used for a week."""
    everywhere = {Path(tempfile.gettempdir()), _quickest()}
    for folder in (each for where in everywhere for each in where.glob(f"{FOLDER_PREFIX}*")):
        pid = folder.name.removeprefix(FOLDER_PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            _remove(folder)
    for folder in Path(tempfile.gettempdir()).glob(f"{TEMPLATE_PREFIX}*"):
        if folder.is_dir() and folder.stat().st_mtime < time.time() - 7 * 24 * 3600:
            shutil.rmtree(folder, ignore_errors=True)


def _remove(folder: Path) -> None:
    # Another run may be sweeping as well, and be done first.
    with contextlib.suppress(FileNotFoundError):
        for data in folder.iterdir():
            cluster = Cluster(data)
            if cluster.is_running():
                cluster.stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


@cache
def _cluster() -> Cluster:
    """The running cluster of this worker: a copy of the folder that holds the migrated template."""
    cluster = Cluster(Path(os.environ[FOLDER_VARIABLE]) / _worker())
    subprocess.run(["cp", "-a", str(_template_folder()), str(cluster.data)], check=True)  # noqa: S603, S607
    cluster.start(QUICK)
    return cluster


def _template_folder() -> Path:
    """A stopped cluster whose template database is migrated; made by whichever worker comes first."""
    root = Path(__file__).parent
    digest = hashlib.sha256(str(os.getuid()).encode())
    for path in sorted(path for pattern in MADE_FROM for path in root.glob(pattern)):
        digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"{TEMPLATE_PREFIX}{digest.hexdigest()[:16]}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            cluster = Cluster(folder)
            cluster.create()
            cluster.start(QUICK)
            try:
                cluster.prepare()
                _make_template(cluster)
            finally:
                cluster.stop()
            (folder / "ready").touch()
        os.utime(folder)
    return folder


def _administrator(cluster: Cluster) -> psycopg.Connection[Any]:
    return psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True)


def _make_template(cluster: Cluster) -> None:
    from django.core.management import call_command
    from django.db import connection

    with _administrator(cluster) as administrator:
        administrator.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier("sightline"), sql.Identifier(TEMPLATE)
            )
        )
    _point_at(cluster, TEMPLATE, "sightline_owner")
    # First the cache table: when the migrations have run, every table gets its privileges.
    call_command("createcachetable", verbosity=0)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def _clone(cluster: Cluster, name: str) -> None:
    with _administrator(cluster) as administrator:
        administrator.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER sightline_owner STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )


def _drop(cluster: Cluster, name: str) -> None:
    with _administrator(cluster) as administrator:
        administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _point_at(cluster: Cluster, database: str, role: str, *, assume: str = "") -> None:
    """From now on every thread of this process that opens Django's connection opens this one."""
    from django.db import connections

    connections["default"].close()
    connections.settings["default"].update(
        NAME=database,
        USER=role,
        PASSWORD=cluster.passwords()[role],
        HOST=str(cluster.socket_dir),
        PORT="5432",
        OPTIONS={"assume_role": assume} if assume else {},
    )


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@cache
def _shared_database() -> str:
    """The clone that all rolled-back tests of this worker use."""
    cluster, name = _cluster(), f"shared_{_worker()}"
    _clone(cluster, name)
    return name


def _point_at_shared() -> None:
    # The superuser takes the program's role, so that `owning` can step aside within one transaction.
    _point_at(_cluster(), _shared_database(), "postgres", assume="sightline_app")


@cache
def _standing_database() -> str:
    """The clone that holds what was made once for all tests of this worker that begin with it."""
    cluster, name = _cluster(), f"standing_{_worker()}"
    _clone(cluster, name)
    return name


def _point_at_standing() -> None:
    _point_at(_cluster(), _standing_database(), "postgres", assume="sightline_app")


# -- pytest-django ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> None:
    """Instead of pytest-django's test database ours, migrated as the owner, used as the program's role."""
    from django.test import TransactionTestCase

    # What Django does after a committing test is TRUNCATE; our clone is dropped instead.
    setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)  # noqa: B010 not in the stubs
    with django_db_blocker.unblock():
        _point_at_shared()


@dataclass(frozen=True)
class Database:
    """A database that one test has to itself. `url(role)` and `connect(role)` for any of the roles."""

    cluster: Cluster
    name: str

    def url(self, role: str = "sightline_app") -> str:
        return self.cluster.url(role, self.name)

    def connect(self, role: str = "sightline_app") -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(role), autocommit=True)


_numbers = itertools.count(1)


@pytest.fixture
def _own_database(
    django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[Database | None]:
    """A clone for a test that commits; None for one that is rolled back."""
    marker = request.node.get_closest_marker("django_db")
    committing = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not committing and not (marker and marker.kwargs.get("transaction")):
        if "standing" not in request.fixturenames:
            yield None
            return
        with django_db_blocker.unblock():
            _point_at_standing()
        yield None
        with django_db_blocker.unblock():
            _point_at_shared()
        return
    database = Database(_cluster(), f"own_{_worker()}_{next(_numbers)}")
    _clone(database.cluster, database.name)
    with django_db_blocker.unblock():
        _point_at(database.cluster, database.name, "sightline_app")
    yield database
    with django_db_blocker.unblock():
        _point_at_shared()
    _drop(database.cluster, database.name)


@pytest.fixture
def _django_db_helper(_own_database: Database | None, _django_db_helper: None) -> None:
    """pytest-django's own, with the clone made before it and dropped after it."""


@pytest.fixture
def fresh_database(_own_database: Database, transactional_db: None) -> Database:
    """A database of the test's own, as after migration: what is committed stays until the test ends."""
    return _own_database


@pytest.fixture
def as_owner(fresh_database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection as `sightline_owner` that commits at once: set-up past the doors, planted tampering."""
    with fresh_database.connect("sightline_owner") as connection:
        yield connection


@contextmanager
def _stepping_aside() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sightline_owner")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SET LOCAL ROLE sightline_app")


@pytest.fixture
def owning(db: None) -> Owning:
    """`with owning():` inside a rolled-back test: for the block the transaction acts as `sightline_owner`.

    For set-up past the doors that the test's own transaction must see.
    """
    return _stepping_aside


@pytest.fixture(scope="session")
def standing(django_db_setup: None, django_db_blocker: Any) -> Callable[[Callable[[Owning], Any]], Any]:
    """`standing(make)` commits what `make(owning)` makes, and gives what it returns: for a fixture of the session.

    Each test that begins with such a fixture is rolled back to what was committed. What the fixture returns is the
    same for all of them, so each takes a copy.
    """
    from django.db import transaction

    def made(make: Callable[[Owning], Any]) -> Any:
        with django_db_blocker.unblock():
            _point_at_standing()
            try:
                with transaction.atomic():
                    return make(_stepping_aside)
            finally:
                _point_at_shared()

    return made


# -- the browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright uses the machine's own Chromium; where there is none, browser tests are skipped."""
    from scripts.chromium import chromium, launch_options

    program = chromium()
    if program is None:
        pytest.skip("No Chromium here: install Debian's `chromium`, or set SIGHTLINE_CHROMIUM.")
    return {**browser_type_launch_args, **launch_options(program)}
