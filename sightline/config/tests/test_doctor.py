"""Doctor finds each unsafe setting: one condition made at a time, read as text and as JSON."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from sightline.agencies.tests.factories import make_partnership
from sightline.config import doctor, mail
from sightline.config.cluster import Cluster
from sightline.config.demo import DOMAIN
from sightline.config.doctor import Finding, Report
from sightline.config.place import Place
from sightline.documents import store
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

from .conftest import Command


def bad(findings: list[Finding]) -> list[Finding]:
    """What is to be put right, once both forms of the report were seen to say so."""
    report = Report("/somewhere", findings)
    found = [finding for finding in findings if finding.level == "bad"]
    assert report.healthy is not bool(found)
    told = json.loads(report.as_json())
    assert told["healthy"] is not bool(found)
    assert [f["says"] for f in told["findings"] if f["level"] == "bad"] == [f.says for f in found]
    lines = [line for line in report.as_text().splitlines() if line.startswith(" BAD ")]
    assert len(lines) == len(found)
    assert all(finding.says in line for finding, line in zip(found, lines, strict=True))
    return found


@pytest.fixture
def real(tmp_path: Path, settings: Any) -> Place:
    """A real partnership's place as it should be."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name in ("secret_key", "audit_key"):
        (keys / name).write_text("k" * 64)
        (keys / name).chmod(0o600)
    settings.DEBUG = settings.DEMO = False
    settings.REQUIRE_MFA = True
    settings.ALLOWED_HOSTS = ["sightline.example.org"]
    settings.SESSION_COOKIE_SECURE = True
    settings.PROXIES = 1
    settings.SECRET_KEY = settings.AUDIT_KEY = "k" * 64
    return Place(tmp_path, Cluster(tmp_path))


def _settings(**values: Any) -> Callable[[Any, Place], None]:
    def make(settings: Any, _place: Place) -> None:
        for name, value in values.items():
            setattr(settings, name, value)

    return make


def _readable(_settings: Any, place: Place) -> None:
    (place.data / "keys" / "audit_key").chmod(0o644)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "about", "says"),
    [
        (_settings(DEBUG=True), "settings", "SIGHTLINE_DEBUG is on"),
        (_settings(ALLOWED_HOSTS=["*"]), "settings", "SIGHTLINE_HOSTS allows every name"),
        (_settings(SESSION_COOKIE_SECURE=False), "settings", "cookies go in clear"),
        (_settings(SECRET_KEY="k" * 49), "keys", "secret_key is shorter than 50"),
        (_settings(AUDIT_KEY="k" * 31), "keys", "audit_key is shorter than 32"),
        (_readable, "keys", "may be read by others than its owner"),
    ],
)
def test_an_unsafe_setting_is_a_fault(
    real: Place, settings: Any, make: Callable[[Any, Place], None], about: str, says: str
) -> None:
    assert not bad(list(doctor._of_settings(real, [])))
    make(settings, real)
    found = bad(list(doctor._of_settings(real, [])))
    assert found
    assert (found[0].about, says in found[0].says) == (about, True), found
    # A name for all is also one that is served without HTTPS, and nothing else goes with another.
    assert len(found) == 1, found


@pytest.mark.django_db
def test_sign_ins_of_the_demonstration_in_a_real_partnership_are_a_fault(
    real: Place, owning: Callable[[], Any], django_user_model: Any
) -> None:
    with owning():
        user = django_user_model.objects.create(email=f"sam@{DOMAIN}")
        user.emailaddress_set.create(email=f"sam@{DOMAIN}", verified=True, primary=True)
    (found,) = bad(list(doctor._of_signing_in(real)))
    assert found.about == "demonstration"


@pytest.mark.django_db
def test_a_real_partnership_that_asks_for_a_password_alone_is_a_fault(real: Place, settings: Any) -> None:
    make_partnership()
    assert not bad(list(doctor._of_signing_in(real)))
    # Also where nobody but this machine is to reach it.
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = ["localhost"], False
    settings.REQUIRE_MFA = False
    (found,) = bad(list(doctor._of_signing_in(real)))
    assert found.about == "signing in"
    assert "SIGHTLINE_REQUIRE_MFA" in found.says


@pytest.mark.django_db
def test_a_real_partnership_behind_a_proxy_that_it_is_not_told_of_is_a_fault(
    real: Place, settings: Any
) -> None:
    settings.PROXIES = 0
    assert not bad(list(doctor._of_settings(real, []))), "nobody signs in yet"
    make_partnership()
    (found,) = bad(list(doctor._of_settings(real, [])))
    assert "SIGHTLINE_PROXIES" in found.says
    settings.PROXIES = 2
    assert not bad(list(doctor._of_settings(real, [])))


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["client_id", "secret"])
def test_a_directory_that_would_let_nobody_in_is_a_fault(real: Place, settings: Any, missing: str) -> None:
    directory = {"provider_id": "directory", "client_id": "sightline", "secret": "kept apart"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [directory]}}
    assert not bad(list(doctor._of_signing_in(real)))
    directory[missing] = ""
    (found,) = bad(list(doctor._of_signing_in(real)))
    assert "SIGHTLINE_OIDC_CLIENT" in found.says


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hosts", "https", "told"),
    [
        (["localhost", "127.0.0.1", "[::1]"], False, []),
        (["localhost", "try.example.org"], False, ["demonstration", "settings", "signing in"]),
        (["*"], True, ["demonstration", "settings", "signing in"]),
        (["localhost"], True, ["demonstration", "signing in"]),
    ],
)
def test_a_demonstration_that_others_reach_is_a_fault_and_hides_no_other(
    real: Place, settings: Any, owning: Callable[[], Any], django_user_model: Any, hosts: list[str], https: bool,
    told: list[str],
) -> None:  # fmt: skip
    make_partnership()
    with owning():
        user = django_user_model.objects.create(email=f"sam@{DOMAIN}")
        user.emailaddress_set.create(email=f"sam@{DOMAIN}", verified=True, primary=True)
    settings.DEMO, settings.REQUIRE_MFA = True, False
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = hosts, https
    found = bad([*doctor._of_settings(real, []), *doctor._of_signing_in(real)])
    assert sorted(each.about for each in found) == told


@pytest.mark.obligation("REC-17")
def test_what_a_killed_process_left_of_a_document_in_clear_is_a_fault(real: Place, settings: Any) -> None:
    settings.DOCUMENTS_KEY = "ab" * 32
    settings.DOCUMENTS_FOLDER = str(real.data / "documents")
    with store.named():
        assert not bad(list(doctor._of_documents(real))), "somebody works on it"
    (store.incoming() / f"{store.CLEAR}left.pdf").write_bytes(b"of a child")
    (found,) = bad(list(doctor._of_documents(real)))
    assert "1 file that a killed process left in clear" in found.says


@pytest.mark.django_db
def test_a_real_partnership_whose_notices_reach_nobody_is_a_fault(real: Place, settings: Any) -> None:
    def says() -> list[str]:
        return [found.says for found in bad(list(doctor._of_mail(real)))]

    settings.EMAIL_BACKEND = mail.PRINTED
    assert not says(), "nobody waits for a notice yet"
    make_partnership()
    assert "SIGHTLINE_EMAIL_HOST" in says()[0]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = mail.SMTP, "127.0.0.1"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = mail.NOBODY
    assert "SIGHTLINE_EMAIL_FROM" in says()[0]
    settings.DEFAULT_FROM_EMAIL = "sightline@council.example"
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
        threading.Thread(target=_greets_once, args=[server], daemon=True).start()
        assert not says()
    (nobody,) = says()
    assert f"127.0.0.1:{settings.EMAIL_PORT} does not let Sightline in" in nobody


def _greets_once(server: socket.socket) -> None:
    """As much of a mail server as is asked of it before an e-mail is sent."""
    client, _ = server.accept()
    with client, client.makefile("rwb", buffering=0) as line:
        line.write(b"220 mail.example\r\n")
        while said := line.readline():
            line.write(b"221 Bye\r\n" if said.startswith(b"QUIT") else b"250 mail.example\r\n")


@pytest.mark.django_db
def test_a_migration_that_was_not_run_is_a_fault(owning: Callable[[], Any]) -> None:
    assert not bad(list(doctor._of_program()))
    with owning(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id IN (SELECT max(id) FROM django_migrations WHERE app = 'matching') "
            "RETURNING name"
        )
        (name,) = cursor.fetchone()
    (found,) = bad(list(doctor._of_program()))
    assert found.about == "migrations"
    assert f"1 still to be run (matching.{name})" in found.says


@pytest.mark.django_db
def test_jobs_that_failed_for_good_are_faults_by_kind_with_how_many_and_since_when() -> None:
    assert [f.level for f in doctor._of_jobs()] == ["good"]
    for _ in range(2):
        app.configure_task("agencies.email_notice").defer(notice_id="1")
    app.configure_task("procedures.mark_missed").defer(timestamp=1)
    with connection.cursor() as cursor:
        for state in ("doing", "failed"):
            cursor.execute("UPDATE procrastinate_jobs SET status = %s", [state])
        cursor.execute(
            "UPDATE procrastinate_events SET at = '2026-03-04 10:40+00' WHERE type = 'failed' AND job_id IN "
            "(SELECT max(id) FROM procrastinate_jobs GROUP BY task_name)"
        )
    found = list(doctor._of_jobs())
    (once,) = bad(found)
    assert once.says.startswith(
        "2 jobs agencies.email_notice failed and will not be tried again, the oldest on Wednesday 4 March 2026 at 10:40"
    )
    # It comes again by the clock, and has since: to know, and nothing to put right.
    (again,) = [f for f in found if f.level == "note"]
    assert again.says.startswith("1 job procedures.mark_missed failed")


@pytest.mark.django_db
def test_program_and_owner_as_one_role_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_OWNER_URL", "postgresql://sightline_owner@localhost/x")
    assert not bad(list(doctor._of_roles()))
    monkeypatch.setenv("SIGHTLINE_OWNER_URL", "postgresql://sightline_app@localhost/x")
    (found,) = bad(list(doctor._of_roles()))
    assert "the same role" in found.says


@pytest.mark.django_db
def test_a_database_that_confirms_before_it_has_written_is_a_fault(real: Place) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        names = {f.says for f in bad(list(doctor._of_database(real, was_running=True)))}
        cursor.execute("SET LOCAL synchronous_commit = off")
    found = {f.says for f in bad(list(doctor._of_database(real, was_running=True)))} - names
    assert [says for says in found if "synchronous_commit is off" in says]


def test_the_command_itself_tells_them_all_and_fails(demonstration: Command) -> None:
    unsafe = {
        "SIGHTLINE_DEBUG": "1", "SIGHTLINE_HOSTS": "*,sightline.example.org", "SIGHTLINE_SECRET_KEY": "short",
        "SIGHTLINE_AUDIT_KEY": "short", "SIGHTLINE_REQUIRE_MFA": "0",
    }  # fmt: skip
    kept = demonstration.data / "place.json"
    before = kept.read_text()
    key = demonstration.data / "keys" / "secret_key"
    ran = []
    try:
        kept.write_text(json.dumps({**json.loads(before), "demo": False}))
        key.chmod(0o640)
        demonstration.cluster.start({"fsync": "off"})
        for form in (("--json",), ()):
            ran.append(demonstration("doctor", *form, **unsafe))
        read, text = ran
    finally:
        kept.write_text(before)
        key.chmod(0o600)
        demonstration.cluster.stop()
    assert read.returncode == text.returncode == 1
    told = json.loads(read.stdout)
    assert told["healthy"] is False
    says = [f["says"] for f in told["findings"] if f["level"] == "bad"]
    for part in (
        "its setting fsync is off", "SIGHTLINE_DEBUG is on", "secret_key is shorter", "audit_key is shorter",
        "may be read by others", "demonstration sign-ins are in the database", "allows every name",
        "cookies go in clear", "SIGHTLINE_REQUIRE_MFA is off", "not sent anywhere",
    ):  # fmt: skip
        assert any(part in each for each in says), part
    lines = [line for line in text.stdout.splitlines() if line.startswith(" BAD ")]
    assert len(lines) == len(says)
    assert f"{len(says)} things to put right." in text.stdout


@pytest.mark.django_db
@pytest.mark.obligation("TIM-01")
@pytest.mark.parametrize(("ahead", "level"), [(500, "good"), (300, "note"), (99, "bad"), (-10, "bad")])
def test_that_the_calendar_runs_out_is_told_long_before(
    monkeypatch: pytest.MonkeyPatch, ahead: int, level: str
) -> None:
    make_partnership()
    known_until = pack_in_force().calendar(today()).known_until
    monkeypatch.setattr("sightline.kernel.time.today", lambda: known_until - timedelta(days=ahead))
    [found] = doctor._of_calendar()
    assert (found.level, f"{known_until:%d %B %Y}" in found.says) == (level, True)
