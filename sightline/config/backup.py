"""Backup and restore: database and documents in one archive with checksums, the keys in a file apart.

The archive is a tar of `manifest.json`, `manifest.hmac`, `database.dump` (PostgreSQL's custom format) and
`documents/...`. The manifest gives each member's size and SHA-256; its own HMAC-SHA256, by the audit key,
shows that nobody without that key has changed it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .cluster import POSTGRES_BIN_PATH
from .paths import documents_folder
from .place import CONTENTS, DOCUMENTS_KEY, SECRETS, Place, PlaceError, attached, set_up, write_whole

FORMAT = 1
MANIFEST, SEAL, DATABASE = "manifest.json", "manifest.hmac", "database.dump"
#: Folders of the place that go along. The anchor of the audit trail is read before the database: it may then
#: lack the last seals, and cannot name one that the database has not.
ANCHORS, DOCUMENTS = "anchors", "documents"
ANCHOR = "audit-anchor.txt"
#: What is being received lies there in clear; see room documents.
INCOMING = "incoming"


class BackupError(Exception):
    """A backup cannot be written or put back; one sentence."""


@dataclass(frozen=True)
class Written:
    """Where a backup was written, and how large its archive is in bytes."""

    archive: Path
    keys: Path
    size: int


# -- writing ----------------------------------------------------------------------------------------


def back_up(place: Place, archive: Path) -> Written:
    """Write database and documents of a running place into `archive`, its keys into `archive`.keys.

    The database is read as `sightline_backup`, as of one instant; documents follow it, and since none is ever
    removed, each that the database knows is there. Raises BackupError.
    """
    archive = archive.expanduser().absolute()
    keys_file = archive.with_name(archive.name + ".keys")
    for path in (archive, keys_file):
        if path.exists():
            raise BackupError(f"{path} is already there. Name another file; a backup is never written over.")
    part = archive.with_name(archive.name + ".part")
    try:
        with tempfile.TemporaryDirectory(prefix=".sightline-", dir=archive.parent) as folder:
            dump, anchors = Path(folder) / DATABASE, Path(folder) / ANCHORS
            _copy_anchors(place, anchors)
            # Keys may be exchanged meanwhile: those before and those after together open everything.
            documents_keys = _documents_keys()
            _dump(dump)
            members = [(DATABASE, dump), *_files(anchors), *_documents(place)]
            manifest = _manifest(place, members)
            with part.open("xb") as file:
                part.chmod(0o600)
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    _add_bytes(tar, MANIFEST, manifest)
                    _add_bytes(tar, SEAL, _hmac(_secrets_in_use()["audit_key"], manifest).encode())
                    for name, path in members:
                        tar.add(path, name, recursive=False)
                file.flush()
                os.fsync(file.fileno())
        documents_keys = list(dict.fromkeys([*_documents_keys(), *documents_keys]))
        keys = _secrets_in_use()
        if documents_keys:
            keys[DOCUMENTS_KEY] = "\n".join(documents_keys)
        write_whole(keys_file, json.dumps(keys, indent=1) + "\n", 0o600)
        part.replace(archive)
    except OSError as error:
        raise BackupError(f"{archive} could not be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)
    return Written(archive, keys_file, archive.stat().st_size)


def _copy_anchors(place: Place, to: Path) -> None:
    """What lies beside the anchor of the audit trail, and the anchor wherever it lies."""
    from django.conf import settings

    if (place.data / ANCHORS).is_dir():
        shutil.copytree(place.data / ANCHORS, to)
    anchor = Path(settings.AUDIT_ANCHOR)
    if anchor.is_file():
        to.mkdir(exist_ok=True)
        shutil.copyfile(anchor, to / ANCHOR)


def _secrets_in_use() -> dict[str, str]:
    from django.conf import settings

    return {name: getattr(settings, name.upper()) for name in SECRETS}


def _documents_keys() -> list[str]:
    """The keys that open documents, newest first; none where they are missing, which `doctor` says."""
    from sightline.documents.keyring import KeyMissing, keyring

    try:
        return [key.secret.hex() for key in keyring().keys]
    except KeyMissing:
        return []


def _documents(place: Place) -> list[tuple[str, Path]]:
    """Every stored document, wherever they lie; what is only being received is none yet."""
    folder = documents_folder(place.data)
    return [
        (f"{DOCUMENTS}/{path.relative_to(folder).as_posix()}", path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).parts[0] != INCOMING
    ]


def _hmac(key: str, manifest: bytes) -> str:
    return hmac.new(b"sightline backup " + key.encode(), manifest, "sha256").hexdigest()


def _dump(target: Path) -> None:
    url = os.environ.get("SIGHTLINE_BACKUP_URL")
    if not url:
        raise BackupError(
            "A backup is read as the role sightline_backup: set SIGHTLINE_BACKUP_URL beside DATABASE_URL."
        )
    _run("pg_dump", url, "--format=custom", f"--file={target}")


def _run(program: str, url: str, *arguments: str) -> None:
    """One of PostgreSQL's programs on the database of `url`."""
    command, environment = _on(program, url, *arguments)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    _refuse_failed(program, done.returncode, done.stderr)


def _on(program: str, url: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command and its environment, where the password is: it is not in the process list."""
    parts = conninfo_to_dict(url)
    environment = {**os.environ, "PGPASSWORD": str(parts.pop("password", ""))}
    return [
        str(POSTGRES_BIN_PATH / program),
        f"--dbname={make_conninfo('', **parts)}",
        *arguments,
    ], environment


def _refuse_failed(program: str, status: int, stderr: str) -> None:
    if status != 0:
        said = stderr.strip().splitlines()
        raise BackupError(f"PostgreSQL's {program} failed: {said[0] if said else 'it gave no reason'}.")


#: What a dump sets in its first lines and PostgreSQL 16 does not know.
SINCE_17 = b"SET transaction_timeout = 0;"


def load_dump(dump: Path, url: str) -> None:
    """Put a dump into the empty database of `url`, all or nothing. Raises BackupError.

    `pg_restore` writes it out as statements and `psql` does them: on the way is left out what a server older than
    those two does not know. The last of the statements ends the transaction, so what breaks off is undone.
    """
    with psycopg.connect(url) as connection:
        version = connection.info.server_version
    into, environment = _on("psql", url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
    # What they say goes into files: a pipe that nobody reads stands still once it is full.
    with tempfile.TemporaryFile("w+") as out_says, tempfile.TemporaryFile("w+") as into_says:
        with (
            written_out(dump, out_says) as out,
            subprocess.Popen(  # noqa: S603
                into, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=into_says
            ) as doing,
        ):
            refused = False
            try:
                with cast(IO[bytes], doing.stdin) as statements:
                    leave_out_unknown(cast(IO[bytes], out.stdout), statements, version)
            except BrokenPipeError:
                refused = True
        ended = [("pg_restore", out, out_says), ("psql", doing, into_says)]
        # Told of whichever failed first: the other only had nothing more to read, or nobody to write to.
        for program, process, says in reversed(ended) if refused else ended:
            says.seek(0)
            _refuse_failed(program, process.returncode, says.read())


def written_out(dump: Path, says: IO[str]) -> subprocess.Popen[bytes]:
    """`pg_restore` as it writes a dump out as statements of one transaction; its errors go into `says`."""
    return subprocess.Popen(  # noqa: S603 the program is our own wheel's
        [
            str(POSTGRES_BIN_PATH / "pg_restore"),
            "--single-transaction",
            "--exit-on-error",
            "--file=-",
            str(dump),
        ],
        stdout=subprocess.PIPE,
        stderr=says,
    )


def leave_out_unknown(statements: IO[bytes], into: IO[bytes], version: int) -> None:
    """Copy the statements of a dump without what a server of that version (such as 160014) does not know."""
    for line in statements:
        if line.rstrip() == SINCE_17:
            into.write(line if version >= 170_000 else b"")
            break
        into.write(line)
    shutil.copyfileobj(statements, into)


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [
        (f"{folder.name}/{path.relative_to(folder).as_posix()}", path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]


def _manifest(place: Place, members: list[tuple[str, Path]]) -> bytes:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    manifest = {
        "format": FORMAT,
        "program": version("sightline"),
        "postgresql": postgresql,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "place": {
            name: place.kept[name] for name in ("pack", "demo", "sign_ins", "children") if name in place.kept
        },
        "files": [
            {"name": name, "size": path.stat().st_size, "sha256": _sha256(path.open("rb"))}
            for name, path in members
        ],
    }
    return json.dumps(manifest, indent=1).encode()


def _sha256(file: IO[bytes]) -> str:
    with file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o600
    member.mtime = datetime.now(UTC).timestamp()
    tar.addfile(member, io.BytesIO(content))


# -- putting back -----------------------------------------------------------------------------------


def put_back(place: Place, archive: Path, keys_file: Path) -> Iterator[str]:
    """Put a backup into an empty place and prove its audit trail whole; yields what was done, line by line.

    Nothing is left behind by a restore that fails. Raises BackupError, PlaceError or ClusterError.
    """
    keys = _read_keys(keys_file)
    with _opened(archive) as tar:
        manifest = _checked(tar, keys["audit_key"])
        yield f"The archive is whole: {len(manifest['files'])} files of {manifest['made_at']}."
        _refuse_unless_empty(place)
        try:
            yield from _fill(place, tar, manifest, keys)
        except BaseException:
            _empty_again(place)
            raise


def _read_keys(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except OSError as error:
        raise BackupError(
            f"The file of keys {path} cannot be read ({error.strerror}); name it with --keys."
        ) from error
    except ValueError as error:
        raise BackupError(f"{path} is not a file of keys.") from error
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in SECRETS):
        raise BackupError(f"{path} is not a file of keys.")
    documents_key = found.get(DOCUMENTS_KEY)
    # A backup of a version before documents has none.
    with_documents = (
        {DOCUMENTS_KEY: documents_key} if isinstance(documents_key, str) and documents_key else {}
    )
    return {name: found[name] for name in SECRETS} | with_documents


@contextlib.contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:") as tar:
            yield tar
    except OSError as error:
        raise BackupError(f"{archive} cannot be read ({error.strerror or error}).") from error
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{archive} is not a whole backup: {error}.") from error


def _content(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        member = tar.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise BackupError(f"The archive is not a whole backup: {name} is missing.")
    return member


def _checked(tar: tarfile.TarFile, audit_key: str) -> dict[str, Any]:
    """The manifest, once it and every file that it names have been found unchanged."""
    raw = _content(tar, MANIFEST).read()
    if not hmac.compare_digest(_content(tar, SEAL).read().decode("ascii", "replace"), _hmac(audit_key, raw)):
        raise BackupError(
            "The manifest does not fit these keys: it was changed, or the keys are another backup's."
        )
    manifest: dict[str, Any] = json.loads(raw)
    if manifest["format"] != FORMAT:
        raise BackupError(f"The archive has format {manifest['format']}; this version reads format {FORMAT}.")
    for file in manifest["files"]:
        if ".." in PurePosixPath(file["name"]).parts or PurePosixPath(file["name"]).is_absolute():
            raise BackupError(f"The archive holds a file that would lie outside the place: {file['name']}.")
        if _sha256(_content(tar, file["name"])) != file["sha256"]:
            raise BackupError(f"{file['name']} in the archive is damaged.")
    return manifest


def _refuse_unless_empty(place: Place) -> None:
    filled = [name for name in CONTENTS if name in ("postgres", "keys", DOCUMENTS, "place.json")]
    for name in filled:
        if (place.data / name).exists():
            raise BackupError(
                f"{place.data} is not empty ({name} is there). A backup is put back only into an empty place."
            )
    if place.holds_documents():
        raise BackupError(f"{documents_folder(place.data)} holds documents already. Choose an empty folder.")
    if place.cluster is None:
        with psycopg.connect(_owner_url()) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
        if tables and tables[0]:
            raise BackupError(f"The database of DATABASE_URL is not empty: it has {tables[0]} tables.")


def _owner_url() -> str:
    if url := os.environ.get("SIGHTLINE_OWNER_URL"):
        return url
    raise PlaceError("A backup is put back as the owner: set SIGHTLINE_OWNER_URL beside DATABASE_URL.")


def _fill(
    place: Place, tar: tarfile.TarFile, manifest: dict[str, Any], keys: dict[str, str]
) -> Iterator[str]:
    try:
        folder = place.data / "keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, value in keys.items():
            write_whole(folder / name, value + "\n", 0o600)
        place.keep(
            **manifest["place"], **({"demo_in": place.database} if "demo" in manifest["place"] else {})
        )
    except OSError as error:
        raise PlaceError(f"The data folder {place.data} cannot be written to ({error.strerror}).") from error
    # What the environment says would win over the keys of the backup.
    for name in (*SECRETS, DOCUMENTS_KEY):
        os.environ.pop(f"SIGHTLINE_{name.upper()}", None)
    with attached(place):
        set_up(place)
        with tempfile.TemporaryDirectory(prefix=".sightline-", dir=place.data) as temporary:
            dump = Path(temporary) / DATABASE
            with _content(tar, DATABASE) as source, dump.open("wb") as target:
                shutil.copyfileobj(source, target)
            load_dump(dump, _owner_url())
        yield "The database is back."
        files = [file["name"] for file in manifest["files"] if file["name"] != DATABASE]
        for name in files:
            path = _target(place, name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _content(tar, name) as source, path.open("xb") as target:
                path.chmod(0o600)
                shutil.copyfileobj(source, target)
        yield f"{sum(name.startswith(DOCUMENTS) for name in files)} documents are back."
        yield from _proved(place)


def _target(place: Place, name: str) -> Path:
    """Where a file of the archive belongs: documents may lie elsewhere than in the data folder."""
    first, _, rest = name.partition("/")
    return documents_folder(place.data) / rest if first == DOCUMENTS else place.data / name


def _proved(place: Place) -> Iterator[str]:
    """What must be true of a place that was put back. Raises BackupError if it is not."""
    from sightline.audit.actions import seal
    from sightline.audit.terms import Fault
    from sightline.audit.verify import verify

    from .health import pending_migrations

    if pending := pending_migrations():
        yield f"The backup is {len(pending)} migrations behind: run `sightline manage migrate`."
    # The backup's own: that of the settings may be of the place that was lost, and know later seals.
    anchor = place.data / ANCHORS / ANCHOR
    against = anchor if anchor.is_file() else None
    report = verify(against)
    if report.unsealed and report.only(Fault.UNSEALED, Fault.ANCHOR_MISSING):
        # Rows are sealed every few seconds: a backup of a place at work holds some that were not yet. They match
        # their HMAC, and have waited since the backup was made, not because anybody stopped the sealing.
        yield f"{seal():,} rows of the trail were not sealed yet when the backup was made; they are now."
        report = verify(against)
    yield from report.lines()
    # A place whose anchor was lost is put back all the same; the lines above say that it was.
    if not report.only(Fault.ANCHOR_MISSING):
        raise BackupError("The audit trail of the backup is not whole, so it was not put back.")


def _empty_again(place: Place) -> None:
    if place.cluster is not None:
        place.cluster.stop("immediate")
        shutil.rmtree(place.cluster.socket_dir, ignore_errors=True)
    for name in CONTENTS:
        path = place.data / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if documents_folder(place.data) != place.data / DOCUMENTS:
        # Only folders that documents are put into: whatever else lies there is somebody's own.
        for path in documents_folder(place.data).glob("??"):
            if path.is_dir():
                shutil.rmtree(path)
