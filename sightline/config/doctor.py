"""`sightline doctor`: what is running, and what is wrong with how it is set up."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import Error
from psycopg.conninfo import conninfo_to_dict

from .cluster import ClusterError
from .paths import documents_folder
from .place import OLDEST_POSTGRESQL, Place, PlaceError, attached, set_up, set_up_without_database, who_serves


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `level` is "good", "note" (to know) or "bad" (to put right)."""

    about: str
    level: str
    says: str


@dataclass
class Report:
    """All that was looked at in one place."""

    data: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        return all(finding.level != "bad" for finding in self.findings)

    def as_json(self) -> str:
        """One object: `healthy`, `data`, and `findings`, each with `about`, `level` and `says`."""
        return json.dumps({"healthy": self.healthy, **asdict(self)}, indent=2)

    def as_text(self) -> str:
        width = max(len(finding.about) for finding in self.findings)
        signs = {"good": "  ok  ", "note": " note ", "bad": " BAD  "}
        lines = [f"{signs[f.level]} {f.about:<{width}}  {f.says}" for f in self.findings]
        bad = sum(finding.level == "bad" for finding in self.findings)
        things = "thing" if bad == 1 else "things"
        return "\n".join([*lines, "", f"{bad} {things} to put right." if bad else "All is well."])


def doors_amiss() -> list[str]:
    """Tables whose access rules in the database are not this version's."""
    from django.db import connection

    from sightline.kernel.doors import doors_amiss

    return doors_amiss(connection)


def examine(place: Place) -> Report:
    """Look at everything and change nothing, save that a stopped database runs for as long as we look."""
    report = Report(str(place.data))
    report.findings += [
        Finding("program", "good", f"Sightline {version('sightline')}, Python {platform.python_version()}"),
        Finding("data folder", "good", str(place.data)),
    ]
    served = who_serves(place.data)
    says = (
        f"`sightline {served[0]}` (process {served[1]}) serves this place"
        if served
        else "nobody serves it now"
    )
    report.findings.append(Finding("serving", "note", says))
    begun = place.cluster is None or place.cluster.exists()
    missing = place.missing_keys()
    for name in missing:
        if begun:
            says = f"{name} is missing: set SIGHTLINE_{name.upper()} or put keys/{name} back"
            report.findings.append(Finding("keys", "bad", says))
        # So that the rest can be looked at; nothing is signed with it.
        os.environ[f"SIGHTLINE_{name.upper()}"] = "missing" * 10
    said = ""
    if not begun:
        said = "nothing is set up here yet; run `sightline demo` or `sightline set-up`"
    else:
        try:
            was_running = place.cluster is None or place.cluster.is_running()
            with attached(place):
                set_up(place)
                report.findings += _of_database(place, was_running)
                report.findings += _of_roles()
                report.findings += _of_program()
                report.findings += _of_jobs()
                report.findings += _of_front_door()
                report.findings += list(_of_place(place, missing))
        except (ClusterError, PlaceError) as error:
            said = str(error)
        except Error as error:
            said = f"it does not answer: {str(error).strip().splitlines()[-1].strip()}"
    if said:
        report.findings.append(Finding("database", "bad", said))
        # What needs no database is looked at all the same.
        set_up_without_database(place)
        report.findings += _of_place(place, missing, answers=False)
    return report


def _of_place(place: Place, missing: list[str], *, answers: bool = True) -> Iterator[Finding]:
    """What is looked at in the settings and the folders; `answers`: the database can be asked beside them."""
    yield from _of_settings(place, missing, answers=answers)
    yield from _of_signing_in(place, answers=answers)
    yield from _of_mail(place, answers=answers)
    yield from _of_documents(place, answers=answers)
    yield from _of_summaries(place, answers=answers)


def _one(query: str, *arguments: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        row = cursor.fetchone()
    return row[0] if row else None


def _of_database(place: Place, was_running: bool) -> Iterator[Finding]:
    kind = "embedded" if place.cluster is not None else "named by DATABASE_URL"
    state = "running" if was_running else "not running, started to look"
    number = int(_one("SHOW server_version_num")) // 10000
    old = number < OLDEST_POSTGRESQL
    yield Finding(
        "database",
        "bad" if old else "good",
        f"PostgreSQL {_one('SHOW server_version')}, {kind}, {state}"
        + (f"; Sightline needs {OLDEST_POSTGRESQL} or newer" if old else ""),
    )
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if _one(f"SHOW {name}") == "off":
            yield Finding(
                "database", "bad", f"its setting {name} is off: a crash may lose what was confirmed"
            )


def _of_roles() -> Iterator[Finding]:
    program = _one("SELECT current_user")
    url = os.environ.get("SIGHTLINE_OWNER_URL", "")
    owner = conninfo_to_dict(url).get("user", "") if url else ""
    if not owner:
        yield Finding("roles", "note", "SIGHTLINE_OWNER_URL is not set: migrations cannot be run from here")
    elif owner == program:
        yield Finding(
            "roles",
            "bad",
            f"program and owner are the same role, {program}: row security would not hold it back",
        )
    unfit = [
        word
        for word, query in (
            ("is a superuser", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
            ("may bypass row security", "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user"),
            (
                "owns tables",
                "SELECT exists(SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'p') AND pg_get_userbyid(relowner) = current_user)",
            ),
            (
                "may act as the owner",
                "SELECT exists(SELECT FROM pg_roles WHERE rolname = 'sightline_owner'"
                " AND pg_has_role(current_user, oid, 'MEMBER'))",
            ),
            (
                "may truncate tables",
                "SELECT exists(SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'TRUNCATE'))",
            ),
        )
        if _one(query)
    ]
    if unfit:
        yield Finding("roles", "bad", f"the program's role {program} {' and '.join(unfit)}")
    elif owner != program:
        yield Finding(
            "roles", "good", f"the program is {program}" + (f", the owner {owner}" if owner else "")
        )


def _of_program() -> Iterator[Finding]:
    from .health import HEARTBEAT, pending_migrations, worker_heartbeat_age

    pending = pending_migrations()
    if pending:
        shown = ", ".join(pending[:3]) + (" ..." if len(pending) > 3 else "")
        yield Finding(
            "migrations", "bad", f"{len(pending)} still to be run ({shown}): `sightline manage migrate`"
        )
    else:
        yield Finding("migrations", "good", "all have been run")
    amiss = doors_amiss()
    if amiss:
        shown = ", ".join(amiss[:3]) + (" ..." if len(amiss) > 3 else "")
        yield Finding("access rules", "bad", f"not this version's on {shown}: `sightline manage migrate`")
    else:
        yield Finding("access rules", "good", "every table has its own, forced")
    if not any(name.startswith("procedures.") for name in pending):
        yield _of_packs()
        yield from _of_calendar()
    if any(name.startswith("procrastinate.") for name in pending):
        return
    age = worker_heartbeat_age()
    if age is None or age > HEARTBEAT.total_seconds():
        yield Finding("worker", "note", "no worker is running: nothing is sealed, sent or reminded of")
    else:
        yield Finding("worker", "good", f"heard of {age:.0f} s ago")


def _of_packs() -> Finding:
    from sightline.procedures.kept import packs_not_kept

    if unkept := packs_not_kept():
        says = f"the text of {', '.join(unkept)} is not kept yet: `sightline manage migrate`"
        return Finding("procedures", "bad", says)
    return Finding("procedures", "good", "the text of every pack is kept in the database")


def _of_calendar() -> Iterator[Finding]:
    """How far ahead bank holidays are known: a due date after that is refused, with what would start its clock."""
    from sightline.kernel.time import today
    from sightline.procedures.queries import pack_in_force

    if not _partnership():
        return
    day = today()
    known_until = pack_in_force().calendar(day).known_until
    says = f"known until {known_until:%d %B %Y}"
    if known_until - day > timedelta(days=366):
        yield Finding("bank holidays", "good", says)
        return
    level = "bad" if known_until - day < timedelta(days=100) else "note"
    says += ", and no date after that can be worked out: update Sightline, or add the days to the procedures"
    yield Finding("bank holidays", level, says)


def _of_settings(place: Place, missing: list[str], *, answers: bool = True) -> Iterator[Finding]:
    from django.conf import settings

    if settings.DEBUG:
        yield Finding(
            "settings", "bad", "SIGHTLINE_DEBUG is on: errors show the program's insides to everybody"
        )
    for name, least in (("SECRET_KEY", 50), ("AUDIT_KEY", 32)):
        value = getattr(settings, name)
        lower = name.lower()
        if len(value) < least:
            yield Finding("keys", "bad", f"{lower} is shorter than {least} characters")
        elif lower not in missing:
            yield Finding("keys", "good", f"{lower} is there")
    for path in sorted((place.data / "keys").glob("*")):
        if path.stat().st_mode & 0o077:
            yield Finding("keys", "bad", f"{path} may be read by others than its owner: chmod 600")
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding("settings", "bad", "SIGHTLINE_HOSTS allows every name")
    if not settings.SESSION_COOKIE_SECURE:
        outside = _outside()
        if outside:
            yield Finding(
                "settings",
                "bad",
                f"SIGHTLINE_HTTPS is not set, yet {outside[0]} is served: cookies go in clear",
            )
        else:
            yield Finding("settings", "note", "served to this machine alone; set SIGHTLINE_HTTPS for others")
    elif not settings.PROXIES:
        # Sightline does not end HTTPS itself: without a proxy every request would be redirected for ever.
        yield Finding(
            "settings",
            "bad" if _real(place, answers) else "note",
            "SIGHTLINE_HTTPS is set and SIGHTLINE_PROXIES is not: the trail shows the proxy's address for everybody, "
            "and all share its allowance of attempts; set it to the number of proxies",
        )


def _outside() -> list[str]:
    """Names under which others than this machine reach it."""
    from django.conf import settings

    return [name for name in settings.ALLOWED_HOSTS if name not in ("localhost", "127.0.0.1", "[::1]")]


def _demo(place: Place) -> bool:
    from django.conf import settings

    return place.is_demo or settings.DEMO


def _real(place: Place, answers: bool = True) -> bool:
    """Whether a real partnership is here, also where it is served as a demonstration by mistake. Where the database
    cannot be asked, whatever was begun and is no demonstration counts as one."""
    if not answers:
        return (place.cluster is None or place.cluster.exists()) and not _demo(place)
    return _partnership() and not (_demo(place) and _demonstration_sign_ins())


def _of_signing_in(place: Place, *, answers: bool = True) -> Iterator[Finding]:
    """Whether somebody could come in without being who they say they are."""
    from django.conf import settings

    demo, real = _demo(place), _real(place, answers)
    # Behind a proxy that ends HTTPS, others reach it whatever it is called.
    public = bool(_outside()) or settings.SESSION_COOKIE_SECURE
    if demo and real:
        yield Finding(
            "demonstration",
            "bad",
            "SIGHTLINE_DEMO is on for a real partnership: anybody can sign in as anybody",
        )
    elif demo and public:
        yield Finding(
            "demonstration",
            "bad",
            f"a demonstration is open to others ({', '.join(_outside()) or 'SIGHTLINE_HTTPS is set'}): anybody can "
            "sign in as anybody",
        )
    elif demo:
        yield Finding("demonstration", "note", "this is a demonstration: anybody can sign in as anybody")
    elif answers and _demonstration_sign_ins():
        yield Finding(
            "demonstration", "bad", "demonstration sign-ins are in the database of a real partnership"
        )
    if not settings.REQUIRE_MFA and (real or public):
        yield Finding(
            "signing in",
            "bad",
            "SIGHTLINE_REQUIRE_MFA is off: whoever learns a password signs in with it alone",
        )
    elif not demo:
        yield Finding("signing in", "good", "asks for a passkey or a code beside the password")

    for directory in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        if not (directory["client_id"] and directory["secret"]):
            yield Finding(
                "signing in",
                "bad",
                "SIGHTLINE_OIDC_URL names a directory, and SIGHTLINE_OIDC_CLIENT or SIGHTLINE_OIDC_SECRET is missing: "
                "nobody can sign in through it",
            )


def _of_mail(place: Place, *, answers: bool = True) -> Iterator[Finding]:
    """Whether a notice reaches somebody who is not looking at Sightline."""
    from django.conf import settings

    from .mail import SMTP, amiss

    if says := amiss():
        yield Finding("e-mail", "bad" if _real(place, answers) else "note", says)
    elif settings.EMAIL_BACKEND == SMTP:
        where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        yield Finding("e-mail", "good", f"the mail server {where} lets Sightline in")
    else:
        yield Finding(
            "e-mail", "note", f"sent by {settings.EMAIL_BACKEND}, which was not asked whether it can"
        )


def _of_jobs() -> Iterator[Finding]:
    """What was to be done in the background and was given up: how many of each kind, and since when.

    What comes again by the clock is to be put right while its latest failure is of the last day; anything else until
    somebody has seen to it, since nothing will do it by itself.
    """
    from django.db import connection

    from sightline.govuk.words import moment, plural

    if not _one("SELECT to_regclass('procrastinate_jobs') IS NOT NULL"):
        return
    with connection.cursor() as cursor:
        cursor.execute(_FAILED)
        failed = cursor.fetchall()
    for kind, count, oldest, passing in failed:
        since = f", the oldest on {moment(oldest)}" if oldest else ""
        yield Finding(
            "jobs",
            "note" if passing else "bad",
            f"{plural(count, 'job')} {kind} failed and will not be tried again{since}: see the worker's log, then "
            "`sightline manage procrastinate shell` (list_jobs status=failed, retry)",
        )
    if not failed:
        yield Finding("jobs", "good", "none has failed for good")


_FAILED = """
    SELECT j.task_name, count(*), min(f.at),
           bool_and(j.queueing_lock IS NOT NULL AND coalesce(f.at < now() - interval '1 day', false))
    FROM procrastinate_jobs j
    LEFT JOIN LATERAL (
        SELECT max(e.at) AS at FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'failed'
    ) f ON true
    WHERE j.status = 'failed' GROUP BY j.task_name ORDER BY j.task_name
"""


def _of_front_door() -> Iterator[Finding]:
    """Whether a concern that is sent now has somebody to answer for it; without, none can be sent."""
    from django.db import transaction

    from sightline.agencies.queries import duty_manager, front_door_team
    from sightline.kernel.time import now
    from sightline.kernel.viewer import Viewer, looking_as

    from .health import pending_migrations

    if pending_migrations() or not _partnership():
        return
    with transaction.atomic(), looking_as(Viewer.for_job("doctor")):
        team = front_door_team()
        manager = duty_manager(team.pk, now()) if team else None
    if manager is None:
        yield Finding(
            "front door",
            "bad",
            "nobody answers: no duty manager and no team manager, so no concern can be sent; "
            "appoint one, and keep the rota",
        )
    else:
        yield Finding("front door", "good", "a duty manager answers now")


def _of_summaries(place: Place, *, answers: bool = True) -> Iterator[Finding]:
    """Whether there would be something to read if this system were down now."""
    from django.conf import settings

    from sightline.govuk.words import plural
    from sightline.kernel.time import LONDON, now
    from sightline.web.bundles import OVERDUE, last_export

    if not settings.SUMMARIES_FOLDER:
        # Before there is a partnership, and in a demonstration, nobody is left without anything.
        yield Finding(
            "offline summaries",
            "bad" if _real(place, answers) else "note",
            "none: while this system is down nobody could read a child's warnings; set SIGHTLINE_SUMMARIES to a "
            "folder that can be read then",
        )
        return
    folder = Path(settings.SUMMARIES_FOLDER)
    last = last_export(folder)
    if last is None:
        yield Finding("offline summaries", "bad", f"none in {folder} yet: run `sightline summaries export`")
        return
    at, bundles = last
    age = now() - at
    hours = plural(int(age.total_seconds() // 3600), "hour")
    says = f"{plural(bundles, 'file')} of {at.astimezone(LONDON):%d %B %Y, %H:%M}, {hours} old, in {folder}"
    if age > OVERDUE:
        yield Finding(
            "offline summaries",
            "bad",
            f"{says}: overdue, they are written every night; is the worker running?",
        )
    elif bundles and not Path(settings.SUMMARIES_KEYS).exists():
        yield Finding("offline summaries", "bad", f"{says}: their passphrases are missing; export anew")
    else:
        yield Finding("offline summaries", "good", says)


def _of_documents(place: Place, *, answers: bool = True) -> Iterator[Finding]:
    from sightline.documents import scanner, store
    from sightline.documents.keyring import KeyMissing, keyring
    from sightline.govuk.words import plural
    from sightline.kernel.time import now

    try:
        keys = len(keyring().keys)
        older = f"; {keys - 1} older beside it: `sightline documents rotate-keys`" if keys > 1 else ""
        yield Finding("documents", "note" if older else "good", f"their key is there{older}")
    except KeyMissing as error:
        if place.lacks_documents_key() and not place.holds_documents():
            yield Finding("documents", "note", "their key is made when Sightline next starts")
        else:
            yield Finding("documents", "bad", str(error))
    folder = documents_folder(place.data)
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("documents", "bad", f"{folder} cannot be written to: nothing can be added")
    elif left := len(list(store.left_in_clear())):
        yield Finding(
            "documents", "bad",
            f"{plural(left, 'file')} that a killed process left in clear in {folder / store.INCOMING}: a worker "
            "removes such when it starts, and every five minutes",
        )  # fmt: skip
    if not scanner.configured():
        yield Finding(
            "malware scanner",
            "note",
            "none: documents stay in quarantine, which nobody can open; set SIGHTLINE_CLAMD",
        )
        return
    try:
        daemon = scanner.daemon()
    except scanner.NoAnswer as error:
        yield Finding("malware scanner", "bad", f"{error}: documents stay in quarantine")
        return
    if daemon.signatures_of is None:
        yield Finding(
            "malware scanner",
            "bad",
            f"{daemon.version} does not say of when its signatures are: run freshclam",
        )
    elif daemon.stale(now()):
        yield Finding(
            "malware scanner",
            "bad",
            f"the signatures of {daemon.version} are of {daemon.signatures_of:%d %B %Y}, "
            "older than a day: see to freshclam",
        )
    else:
        yield Finding("malware scanner", "good", f"{daemon.version}, signatures of today or yesterday")
    if answers:
        yield from _of_old_scans()


def _of_old_scans() -> Iterator[Finding]:
    """Whether what was scanned long ago is scanned anew, as the worker does every hour."""
    from django.db import transaction

    from sightline.documents.actions import SCANNED_ANEW
    from sightline.documents.queries import scanned_before
    from sightline.documents.terms import EXAMINING
    from sightline.govuk.words import plural
    from sightline.kernel.time import now
    from sightline.kernel.viewer import Viewer, looking_as

    from .health import pending_migrations

    if pending_migrations() or not _partnership():
        return
    late = now() - 2 * SCANNED_ANEW
    with transaction.atomic(), looking_as(Viewer.for_job(EXAMINING)):
        count = scanned_before(late).count()
    if count:
        yield Finding(
            "malware scans",
            "bad",
            f"{plural(count, 'document')} last scanned more than {2 * SCANNED_ANEW.days} days ago: a worker scans them "
            "anew, 500 an hour; is it running, and does the scanner take files of their size?",
        )
    else:
        yield Finding(
            "malware scans",
            "good",
            f"every document that opens was scanned in the last {2 * SCANNED_ANEW.days} days",
        )


def _partnership() -> bool:
    return bool(
        _one("SELECT to_regclass('agencies_partnership') IS NOT NULL")
        and _one("SELECT exists(SELECT FROM agencies_partnership)")
    )


def _demonstration_sign_ins() -> bool:
    from .demo import DOMAIN

    return bool(
        _one("SELECT to_regclass('account_emailaddress') IS NOT NULL")
        and _one("SELECT exists(SELECT FROM account_emailaddress WHERE email LIKE %s)", f"%@{DOMAIN}")
    )
