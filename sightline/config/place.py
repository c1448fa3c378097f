"""The place that a command works in: its data folder, its keys and its database, embedded or given.

`opened()` makes all of it ready and puts it into the environment, where `settings.py` finds it. Several
commands may use one data folder at once: each holds a shared lock on it while it runs, and whoever
started PostgreSQL stops it, unless somebody is still attached; then the last to leave does. A PostgreSQL that
was started by hand in the folder is used and left as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .cluster import DATABASE, Cluster, ClusterError
from .paths import data_folder, documents_folder

OLDEST_POSTGRESQL = 16
#: Made in `keys/` where missing, as text of 64 hexadecimal digits.
SECRETS = ("secret_key", "audit_key")
#: Made likewise, for documents alone: without it everything else still works, so it stops nobody.
DOCUMENTS_KEY = "documents_key"
#: What a place keeps in its data folder, and nothing else there is ours to remove.
CONTENTS = ("postgres", "keys", "run", "static", "documents", "mail", "anchors", "place.json")


class PlaceError(Exception):
    """Something about this place that the person at the keyboard can put right; one sentence."""


@dataclass(frozen=True)
class Place:
    """A data folder and the database that goes with it.

    `cluster` is None where `DATABASE_URL` names another PostgreSQL. `kept` is what the place remembers of
    how it was set up (`pack`, `demo`).
    """

    data: Path
    cluster: Cluster | None

    @classmethod
    def of(cls, given: str | Path | None = None) -> Place:
        data = data_folder(given)
        return cls(data, None if os.environ.get("DATABASE_URL") else Cluster(data))

    @property
    def kept(self) -> dict[str, Any]:
        return read_kept(self.data)

    @property
    def database(self) -> str:
        """Which database this is, without its passwords; `demo` holds for the one it was made in alone."""
        if self.cluster is not None:
            return "embedded"
        try:
            parts = conninfo_to_dict(os.environ["DATABASE_URL"])
        except psycopg.ProgrammingError:
            return "unknown"
        embedded = Cluster(self.data)
        if (parts.get("host"), parts.get("dbname")) == (embedded.listens()[0], DATABASE):
            # Its own, started by hand and named as any other.
            return "embedded"
        return f"{parts.get('host', '')}:{parts.get('port', '')}/{parts.get('dbname', '')}"

    @property
    def is_demo(self) -> bool:
        """Whether a demonstration was made here, in the very database that is in use now."""
        kept = self.kept
        return bool(kept.get("demo")) and kept.get("demo_in", "embedded") == self.database

    def keep(self, **values: Any) -> None:
        """Remember `values` for the next command in this place."""
        write_whole(self.data / "place.json", json.dumps({**self.kept, **values}, indent=1) + "\n", 0o600)

    def is_empty(self) -> bool:
        """Whether nothing has been set up in the data folder yet."""
        return not any(
            (self.data / name).exists() for name in ("postgres", "keys", "documents", "place.json")
        )

    def clear(self) -> None:
        """Remove what a demonstration left. Raises PlaceError for a place that is not one."""
        if self.is_empty():
            return
        if not self.kept.get("demo"):
            raise PlaceError(
                f"{self.data} does not hold a demonstration, so --fresh does not empty it. "
                "Choose another folder with --data."
            )
        if self.cluster is None:
            raise PlaceError("--fresh empties only the embedded database, and DATABASE_URL names another.")
        if self.cluster.is_running() and not self.cluster.is_ours():
            raise PlaceError(
                f"A PostgreSQL that was started by hand runs in {self.data}. Stop it, then run --fresh again."
            )
        self.cluster.stop("immediate")
        shutil.rmtree(self.cluster.socket_dir, ignore_errors=True)
        for name in CONTENTS:
            path = self.data / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def missing_keys(self) -> list[str]:
        """Which keys are neither in the environment nor in the data folder."""
        return [
            name
            for name in SECRETS
            if not os.environ.get(f"SIGHTLINE_{name.upper()}") and not (self.data / "keys" / name).exists()
        ]

    def lacks_documents_key(self) -> bool:
        """Whether nothing is there that opens documents."""
        given = os.environ.get(f"SIGHTLINE_{DOCUMENTS_KEY.upper()}")
        return not given and not (self.data / "keys" / DOCUMENTS_KEY).exists()

    def holds_documents(self) -> bool:
        """Whether documents lie on the disk, which a new key could not open."""
        folder = documents_folder(self.data)
        return folder.is_dir() and any(
            path.is_file() for part in folder.iterdir() if len(part.name) == 2 for path in part.rglob("*")
        )

    def make_keys(self) -> None:
        """Make the keys that are missing, readable by nobody else, for a database that holds nothing yet.

        The database must be running. Raises PlaceError for one that has been in use: a new audit key would
        make its trail look false, and a new secret key end every session.
        """
        missing = self.missing_keys()
        if missing and self._in_use():
            raise PlaceError(
                f"The {' and the '.join(missing)} of this database {'are' if missing[1:] else 'is'} missing. "
                f"Put what its backup calls FILE.keys back into {self.data / 'keys'}."
            )
        if self.lacks_documents_key() and not self.holds_documents():
            missing = [*missing, DOCUMENTS_KEY]
        if not missing:
            return
        keys = self.data / "keys"
        try:
            keys.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in missing:
                write_whole(keys / name, secrets.token_hex(32) + "\n", 0o600)
        except OSError as error:
            raise PlaceError(_unwritable(self.data, error)) from error

    def _in_use(self) -> bool:
        with psycopg.connect(self.program_url) as connection:
            found = connection.execute(
                "SELECT to_regclass('public.django_migrations') IS NOT NULL"
            ).fetchone()
        return found == (True,)

    @property
    def program_url(self) -> str:
        """The program's own connection string."""
        return os.environ["DATABASE_URL"] if self.cluster is None else self.cluster.url("sightline_app")

    def environment(self) -> dict[str, str]:
        """What `settings.py` reads, the owner's and the backup's connection included: not for children."""
        values = {"SIGHTLINE_DATA": str(self.data), **self.program_environment()}
        if self.cluster is not None:
            values["SIGHTLINE_OWNER_URL"] = self.cluster.url("sightline_owner")
            values["SIGHTLINE_BACKUP_URL"] = self.cluster.url("sightline_backup")
        return values

    def program_environment(self) -> dict[str, str]:
        """What the web server and the worker may know: the program's own connection and no other."""
        values = self.unconnected_environment()
        if self.cluster is not None:
            values["DATABASE_URL"] = self.cluster.url("sightline_app")
        return values

    def unconnected_environment(self) -> dict[str, str]:
        """The same without any connection."""
        values = {"SIGHTLINE_DATA": str(self.data)}
        if self.is_demo:
            values["SIGHTLINE_DEMO"] = "1"
            if not os.environ.get("SIGHTLINE_EMAIL_BACKEND"):
                values["SIGHTLINE_EMAIL_BACKEND"] = "django.core.mail.backends.filebased.EmailBackend"
        if (pack := self.kept.get("pack")) and not os.environ.get("SIGHTLINE_PACK"):
            values["SIGHTLINE_PACK"] = pack
        return values


def read_kept(data: Path) -> dict[str, Any]:
    """What the place in folder `data` remembers; empty where there is none. Raises PlaceError where it is damaged."""
    path = data / "place.json"
    try:
        kept = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise PlaceError(f"{path} cannot be read: put it back from a backup.") from error
    if not isinstance(kept, dict):
        raise PlaceError(f"{path} is not what Sightline wrote there: put it back from a backup.")
    return kept


def write_whole(path: Path, text: str, mode: int) -> None:
    """Write a file so that it is there whole or not at all, even if we are killed in the middle."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(mode)
    fresh.replace(path)


def _unwritable(data: Path, error: OSError) -> str:
    return f"The data folder {data} cannot be written to ({error.strerror}). Choose another one with --data."


# -- locks ------------------------------------------------------------------------------------------


def _lock_file(data: Path, name: str) -> IO[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / name).open("a+")
    except OSError as error:
        raise PlaceError(_unwritable(data, error)) from error


@contextlib.contextmanager
def serving(place: Place, verb: str) -> Iterator[None]:
    """Hold the place for one `demo` or `serve`. Raises PlaceError if another holds it.

    The system lets go of the lock when its holder dies, however it dies: there is no stale lock.
    """
    with _lock_file(place.data, "serving.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            who, _, pid = lock.read().strip().partition(" ")
            by = f"`sightline {who}` (process {pid})" if pid else "another `sightline`"
            raise PlaceError(
                f"The data folder {place.data} is in use by {by}. "
                "Stop that one, or choose another folder with --data."
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{verb} {os.getpid()}\n")
        lock.flush()
        yield


def who_serves(data: Path) -> tuple[str, int] | None:
    """The verb and process that hold the place now, or None."""
    try:
        with (data / "serving.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                verb, _, pid = lock.read().strip().partition(" ")
                return verb, int(pid or 0)
    except OSError:
        pass
    return None


# -- the database -----------------------------------------------------------------------------------


@contextlib.contextmanager
def attached(place: Place, *, stop_anyway: bool = False) -> Iterator[None]:
    """The place's PostgreSQL for the length of the block, started if need be and stopped after.

    `stop_anyway` is for `demo` and `serve`, which end what they began even if another command is attached.
    Raises PlaceError or ClusterError.
    """
    if place.cluster is None:
        _check_given_database()
        with _using_own(place):
            yield
        return
    cluster = place.cluster
    with _lock_file(place.data, "attached.lock") as users:
        with _lock_file(place.data, "starting.lock") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            # Started by a command, but nobody attached: its starter was killed. Then it is ours to look after.
            orphan = cluster.is_ours() and _alone(users)
            started = orphan or not cluster.is_running()
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                cluster.create()
                cluster.start_ours()
                try:
                    cluster.prepare()
                except psycopg.OperationalError as error:
                    raise ClusterError(
                        f"The PostgreSQL that runs in {cluster.pgdata} does not let us in: "
                        f"{str(error).strip().splitlines()[-1].strip().rstrip('.')}."
                    ) from error
            except BaseException:
                if started:
                    cluster.stop()
                raise
        try:
            yield
        finally:
            with _lock_file(place.data, "starting.lock") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                if cluster.is_ours() and ((started and stop_anyway) or _alone(users)):
                    cluster.stop()


def _alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _using_own(place: Place) -> Iterator[None]:
    """Where DATABASE_URL names the folder's own PostgreSQL, whoever started that does not stop it under us."""
    if place.database != "embedded":
        yield
        return
    with _lock_file(place.data, "attached.lock") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield


def _check_given_database() -> None:
    """Whether the PostgreSQL that DATABASE_URL names answers and is new enough. Raises PlaceError."""
    try:
        parts = conninfo_to_dict(os.environ["DATABASE_URL"])
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
    except psycopg.ProgrammingError as error:
        raise PlaceError("DATABASE_URL is not a connection string that PostgreSQL knows.") from error
    except psycopg.OperationalError as error:
        where = f"{parts.get('user', '')}@{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
        said = str(error).strip().splitlines()[-1]
        raise PlaceError(f"The database of DATABASE_URL ({where}) does not answer: {said}") from error
    if version < OLDEST_POSTGRESQL:
        raise PlaceError(
            f"The database of DATABASE_URL is PostgreSQL {version}; "
            f"Sightline needs {OLDEST_POSTGRESQL} or newer."
        )


@contextlib.contextmanager
def opened(
    given: str | Path | None = None, *, stop_anyway: bool = False, there: bool = False
) -> Iterator[Place]:
    """A place made ready: keys made, PostgreSQL running, the environment filled, Django set up.

    With `there`, only one that was begun before: a mistyped folder gets no database. Raises PlaceError or
    ClusterError.
    """
    place = Place.of(given)
    if there:
        refuse_nothing_there(place)
    with attached(place, stop_anyway=stop_anyway):
        place.make_keys()
        set_up(place)
        yield place


def refuse_nothing_there(place: Place) -> None:
    """Raises PlaceError where no database was begun in the data folder, or what the folder remembers is damaged."""
    read_kept(place.data)
    if place.cluster is not None and not place.cluster.exists():
        raise PlaceError(
            f"Nothing is set up in {place.data} yet. Run `sightline demo` or `sightline set-up`, "
            "or name another folder with --data."
        )


def set_up(place: Place) -> None:
    """Point this process at the place, and set Django up."""
    os.environ.update(place.environment())
    _set_django_up()


def set_up_without_database(place: Place) -> None:
    """The same where no database can be asked: the settings are read, and nothing connects."""
    os.environ.update(place.unconnected_environment())
    try:
        conninfo_to_dict(os.environ.get("DATABASE_URL", ""))
    except psycopg.ProgrammingError:
        # The settings want one that could be; it was said already that this is none.
        os.environ["DATABASE_URL"] = "dbname=nowhere"
    _set_django_up()


def _set_django_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """For the block, Django's connection of this process is the owner's. Raises PlaceError without one."""
    from django.db import connections

    url = os.environ.get("SIGHTLINE_OWNER_URL")
    if not url:
        raise PlaceError(
            "Migrations run as the owner of the tables: set SIGHTLINE_OWNER_URL beside DATABASE_URL."
        )
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise PlaceError("SIGHTLINE_OWNER_URL is not a connection string that PostgreSQL knows.") from error
    wanted = {
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
    }
    settings = connections.settings["default"]
    before = {name: settings[name] for name in wanted}
    connections["default"].close()
    settings.update(wanted)
    try:
        yield
    finally:
        connections["default"].close()
        settings.update(before)
