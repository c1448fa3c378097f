"""Signing in, by password, code, passkey, directory and, in the demonstration, by one click."""

import re
from datetime import timedelta
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.template import engines
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sightline.agencies import jobs
from sightline.agencies.sign_in import SecondFactors
from sightline.audit.actions import digest_of_name
from sightline.audit.models import AuditEvent
from sightline.kernel.time import now

from .factories import make_practitioner

pytestmark = pytest.mark.django_db

PASSWORD = "three random words"


@pytest.fixture
def client() -> Client:
    return Client(headers={"user-agent": "Tests"})


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str):
    return client.post("/sign-in/login/", {"login": email, "password": password, **extra})


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


# -- every page of the library is ours ---------------------------------------------------------------

#: Templates of the library that no page of ours can reach, and why.
NOT_REACHED = {
    "account/confirm_email_verification_code.html": "addresses are vouched for by an administrator",
    "account/confirm_login_code.html": "no sign-in by a code sent in an email",
    "account/confirm_password_reset_code.html": "passwords are reset by a link",
    "account/confirm_phone_verification_code.html": "no telephone numbers",
    "account/email.html": "an administrator changes the address",
    "account/email_change.html": "an administrator changes the address",
    "account/email_confirm.html": "addresses are vouched for by an administrator",
    "account/phone_change.html": "no telephone numbers",
    "account/request_login_code.html": "no sign-in by a code sent in an email",
    "account/signup.html": "nobody signs up",
    "account/signup_by_passkey.html": "nobody signs up",
    "account/verification_sent.html": "addresses are vouched for by an administrator",
    "account/verified_email_required.html": "addresses are vouched for by an administrator",
    "mfa/trust.html": "no browser is trusted for longer than its session",
    "mfa/webauthn/signup_form.html": "nobody signs up",
    "socialaccount/signup.html": "nobody signs up",
}


def views(resolver: URLResolver, before: str = ""):
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def library_templates() -> list[str]:
    folder = Path(allauth.__file__).parent / "templates"
    return sorted(
        str(path.relative_to(folder))
        for room in ("account", "mfa", "socialaccount", "usersessions")
        for path in (folder / room).rglob("*.html")
        if not path.name.startswith("base") and "snippets" not in path.parts
    )


def is_ours(name: str) -> bool:
    template = get_template(name)
    return template.backend is engines["jinja2"] and "sightline" in str(template.template.filename)


@pytest.mark.parametrize("name", [*library_templates(), "429.html"])
def test_every_template_of_the_library_that_is_reached_is_ours(name: str) -> None:
    assert is_ours(name) is (name not in NOT_REACHED)


def test_no_address_of_the_library_shows_a_template_that_is_not_ours() -> None:
    seen = set()
    shown = []
    for address, view in views(get_resolver()):
        if not address.startswith("sign-in/") or address in seen:
            continue
        seen.add(address)  # the first match of an address is the one that answers
        template = getattr(getattr(view, "view_class", None), "template_name", None)
        if template and template.endswith(".html"):
            shown.append(template)
            assert is_ours(template), f"{address} shows the library's {template}"
    assert len(shown) >= 18


#: E-mails of the library that nothing here sends, and why.
NOT_SENT = {
    "account_already_exists": "nobody signs up",
    "email_changed": "an administrator changes the address",
    "email_confirm": "addresses are vouched for by an administrator",
    "email_confirmation": "addresses are vouched for by an administrator",
    "email_confirmation_signup": "nobody signs up",
    "email_deleted": "an administrator changes the address",
    "login_code": "no sign-in by a code sent in an email",
    "password_reset_code": "passwords are reset by a link",
    "unknown_account": "an unknown address is sent nothing",
}


def library_emails() -> list[str]:
    folder = Path(allauth.__file__).parent / "templates"
    return sorted(
        str(path.relative_to(folder)).removesuffix("_message.txt")
        for path in folder.rglob("email/*_message.txt")
        if path.name != "base_message.txt"
    )


@pytest.mark.parametrize("name", library_emails())
def test_every_email_of_the_library_that_is_sent_is_ours(name: str) -> None:
    ours = Path(name).name not in NOT_SENT
    assert [is_ours(f"{name}_{part}.txt") for part in ("subject", "message")] == [ours, ours]


@pytest.mark.parametrize(
    "address",
    ["signup/", "email/", "confirm-email/", "confirm-email/abc/", "3rdparty/signup/", "social/signup/"],
)
def test_nobody_signs_up_or_changes_their_address(client: Client, address: str) -> None:
    for answer in (
        client.get(f"/sign-in/{address}"),
        client.post(f"/sign-in/{address}", {"email": "a@b.org"}),
    ):
        assert answer.status_code == 404


# -- password --------------------------------------------------------------------------------------


def test_signing_in_and_out_by_password_is_on_the_trail(client: Client, owning) -> None:
    worker = make_practitioner(email="ana@example.org", password=PASSWORD)
    page = client.get("/sign-in/login/")
    assert page.status_code == 200
    assert "Use a passkey" in text(page)
    assert "demonstration" not in text(page)
    answer = sign_in(client, "Ana@example.org", next="/notices/")
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert client.session.get_expiry_age() == 30 * 60
    assert client.cookies["sessionid"]["max-age"] == ""
    client.get("/notices/")
    assert client.post("/sign-in/logout/").status_code == 302
    assert client.get("/notices/").status_code == 302
    with owning():
        verbs = list(AuditEvent.objects.filter(subject_id=str(worker.user_id)).values_list("verb", flat=True))
    assert verbs == ["signed in", "signed out"]


def test_a_wrong_password_says_what_to_do_keeps_the_address_and_is_audited(client: Client, owning) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    answer = sign_in(client, "ana@example.org", "wrong wrong wrong")
    assert "The email address or the password is not right" in text(answer)
    assert 'value="ana@example.org"' in text(answer)
    assert "wrong wrong wrong" not in text(answer)
    empty = sign_in(client, "", "")
    assert "Enter your email address" in text(empty)
    assert "Enter your password" in text(empty)
    with owning():
        assert AuditEvent.objects.filter(verb="failed sign-in").count() == 1


def test_a_wrong_code_and_a_throttled_attempt_are_failed_sign_ins(client: Client, owning) -> None:
    worker = make_practitioner(email="ana@example.org", password=PASSWORD)
    give_app(worker.user)
    sign_in(client, "ana@example.org")
    client.post("/sign-in/2fa/authenticate/", {"code": "000000"})
    for _ in range(6):
        sign_in(Client(), "bo@example.org", "wrong wrong wrong")
    with owning():
        failed = AuditEvent.objects.filter(verb="failed sign-in").order_by("pk")
        assert list(failed.values_list("what", flat=True)) == [
            "sign-in.second-factor",
            *["sign-in"] * 5,
            "sign-in.throttled",
        ]
        # The same person's failures are found together, and nobody's name is kept.
        digests = [event.detail["name_digest"] for event in failed]
        assert len(set(digests)) == 2
        assert digests[0] == digest_of_name("ana@example.org")


def test_guessing_is_throttled_in_the_shared_database(client: Client) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    for _ in range(5):
        sign_in(client, "ana@example.org", "wrong wrong wrong")
    elsewhere = Client(headers={"user-agent": "Another"}, REMOTE_ADDR="192.0.2.77")
    answer = sign_in(elsewhere, "ana@example.org")
    assert "Too many attempts" in text(answer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM throttle_cache")
        assert cursor.fetchone()[0] > 0


def test_many_other_counts_free_nobody_who_is_throttled(client: Client) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    for _ in range(5):
        sign_in(client, "ana@example.org", "wrong wrong wrong")
    with connection.cursor() as cursor:
        # As many other people's as a morning brings: some before ana's by the alphabet, most of them after.
        cursor.execute(
            "INSERT INTO throttle_cache (cache_key, value, expires) "
            "SELECT key, value, now() + interval '1 hour' "
            "FROM (SELECT value FROM throttle_cache LIMIT 1) AS one, "
            "(SELECT CASE WHEN n % 10 = 0 THEN '' ELSE 'z' END || ':1:others:' || n AS key "
            "FROM generate_series(1, 1000) AS n) AS many"
        )
    # Somebody else's attempt is counted, which is when Django looks whether there are too many.
    sign_in(Client(headers={"user-agent": "Another"}, REMOTE_ADDR="192.0.2.76"), "bo@example.org", "wrong")
    elsewhere = Client(headers={"user-agent": "Another"}, REMOTE_ADDR="192.0.2.77")
    assert "Too many attempts" in text(sign_in(elsewhere, "ana@example.org"))


def test_counts_that_limit_nobody_any_more_go_at_night(client: Client) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    for _ in range(5):
        sign_in(client, "ana@example.org", "wrong wrong wrong")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO throttle_cache (cache_key, value, expires) "
            "SELECT 'long ago', value, now() - interval '1 minute' FROM throttle_cache LIMIT 1"
        )
        jobs.clear_ended_sessions(timestamp=0)
        cursor.execute("SELECT count(*) FROM throttle_cache WHERE cache_key = 'long ago'")
        assert cursor.fetchone() == (0,)
    assert "Too many attempts" in text(sign_in(client, "ana@example.org"))


def test_an_unknown_address_answers_like_a_known_one(client: Client) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    known = client.post("/sign-in/password/reset/", {"email": "ana@example.org"}, follow=True)
    unknown = client.post("/sign-in/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert text(known) == text(unknown)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->'to'->>0 FROM procrastinate_jobs")
        assert cursor.fetchall() == [("ana@example.org",)]


def test_somebody_appointed_sets_a_password_by_the_link(client: Client) -> None:
    worker = make_practitioner(email="ana@example.org")
    assert sign_in(client, "ana@example.org").status_code == 200
    client.post("/sign-in/password/reset/", {"email": "ana@example.org"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs")
        import json

        (args,) = (json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall())
    jobs.send_email(**args)
    (sent,) = mail.outbox
    assert sent.subject == "Sightline: Set your password"
    link = re.search(r"http://testserver(/\S+)", sent.body).group(1)
    page = client.get(link, follow=True)
    form = page.redirect_chain[-1][0]
    short = client.post(form, {"password1": "short", "password2": "short"})
    assert "at least 12 characters" in text(short)
    assert client.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert "no longer works" in text(client.get(link, follow=True))
    answer = sign_in(client, "ana@example.org")
    assert answer.status_code == 302
    worker.refresh_from_db()


# -- the second step -------------------------------------------------------------------------------------


def give_app(user) -> str:
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": SecondFactors().encrypt(secret)}
    )
    return secret


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_secret_is_encrypted_and_read_with_an_older_key(settings) -> None:
    box = SecondFactors()
    kept = box.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSW" not in kept
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "1" * 40
    assert box.decrypt(kept) == "JBSWY3DPEHPK3PXP"


def test_whoever_has_an_app_is_asked_for_its_code(client: Client) -> None:
    worker = make_practitioner(email="ana@example.org", password=PASSWORD)
    secret = give_app(worker.user)
    answer = sign_in(client, "ana@example.org")
    assert answer["Location"].startswith("/sign-in/2fa/authenticate/")
    assert client.get("/notices/").status_code == 302
    assert "Enter your code" in text(client.get("/sign-in/2fa/authenticate/"))
    wrong = client.post("/sign-in/2fa/authenticate/", {"code": "000000"})
    assert "The code is not right" in text(wrong)
    assert client.post("/sign-in/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/notices/").status_code == 200


def test_where_a_second_factor_is_required_nobody_goes_on_without_one(client: Client, settings) -> None:
    settings.REQUIRE_MFA = True
    worker = make_practitioner(email="ana@example.org", password=PASSWORD)
    sign_in(client, "ana@example.org")
    # My work is the page for everybody as well, and shows somebody's children.
    for page in ("/notices/", "/"):
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/2fa/")
    assert "Set up a passkey or an app" in text(client.get("/sign-in/2fa/"))
    again = client.get("/sign-in/2fa/totp/activate/", follow=True)
    assert "Show that it is you" in text(again)
    client.post(again.redirect_chain[-1][0], {"password": PASSWORD})
    setting_up = client.get("/sign-in/2fa/totp/activate/")
    secret = re.search(r'<code class="sl-key">(\w+)</code>', text(setting_up)).group(1)
    done = client.post("/sign-in/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    assert "Each signs you in once" in text(done)
    assert client.get("/notices/").status_code == 200
    assert secret not in str(Authenticator.objects.get(user=worker.user, type="totp").data)


def test_own_pages_show_for_somebody_signed_in(client: Client) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    sign_in(client, "ana@example.org")
    client.post("/sign-in/reauthenticate/", {"password": PASSWORD})
    for address, heading in {
        "2fa/": "Passkeys and codes",
        "2fa/webauthn/": "Your passkeys",
        "2fa/webauthn/add/": "Add a passkey",
        "password/change/": "Change your password",
        "sessions/": "Where you are signed in",
        "3rdparty/": "Directories that sign you in",
        "logout/": "Sign out?",
    }.items():
        answer = client.get(f"/sign-in/{address}")
        assert (address, answer.status_code) == (address, 200)
        assert heading in text(answer)
    changed = client.post(
        "/sign-in/password/change/",
        {"oldpassword": PASSWORD, "password1": "other random words", "password2": "other random words"},
    )
    assert changed.status_code == 302
    assert client.get("/notices/").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'subject', args->>'body' FROM procrastinate_jobs")
        ((subject, body),) = cursor.fetchall()
    assert subject == "Sightline: Your password was changed"
    assert "From: the address 127.0.0.1, with Tests" in body
    assert "tell whoever looks after Sightline in your agency" in body


def test_an_agencys_directory_is_offered_when_configured(client: Client, settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "directory",
                    "name": "Eastmarch Council",
                    "client_id": "x",
                    "secret": "y",
                    "settings": {"server_url": "https://directory.example.org"},
                }
            ]
        }
    }
    page = text(client.get("/sign-in/login/?next=/notices/"))
    assert "Sign in through your agency" in page
    assert "/sign-in/oidc/directory/login/" in page


# -- sessions ------------------------------------------------------------------------------------------------


def test_a_page_that_asks_for_itself_keeps_nobody_signed_in(client: Client) -> None:
    import time_machine

    make_practitioner(email="ana@example.org", password=PASSWORD)
    with time_machine.travel("2026-11-02T09:00:00Z", tick=False) as clock:
        sign_in(client, "ana@example.org")
        assert client.get("/notices/").status_code == 200
        clock.shift(60 * 29)
        assert client.get("/notices/").status_code == 200
        clock.shift(60 * 29)
        asks = client.get("/notices/", headers={"X-Fragment": "1"})
        assert asks.status_code == 200
        clock.shift(60 * 2)
        assert client.get("/notices/").status_code == 302


def test_what_a_session_held_goes_some_days_after_it_ended(client: Client) -> None:
    make_practitioner(email="ana@example.org", password=PASSWORD)
    sign_in(client, "ana@example.org")
    held = Session.objects.filter(pk=client.cookies["sessionid"].value)
    for days, there in ((0, True), (2, True), (4, False)):
        held.update(expire_date=now() - timedelta(days=days))
        jobs.clear_ended_sessions(timestamp=0)
        assert held.exists() is there, days
    assert not UserSession.objects.exists()


# -- the demonstration -------------------------------------------------------------------------------------


def test_one_click_signs_in_in_the_demonstration_alone(client: Client, settings) -> None:
    worker = make_practitioner(
        "health-visitor", name="Ines Farrow", email="ines@example.org", password="a long sentence to try"
    )
    asked = {"practitioner": str(worker.pk)}
    assert client.post("/sign-in/demonstration/", asked).status_code == 404
    settings.DEMO = True
    page = text(client.get("/sign-in/login/"))
    assert "Ines Farrow, health visitor" in page
    assert client.get("/sign-in/demonstration/").status_code == 405
    for wrong in ("", "x", "00000000-0000-0000-0000-000000000000"):
        assert client.post("/sign-in/demonstration/", {"practitioner": wrong}).status_code == 404
    answer = client.post("/sign-in/demonstration/", {**asked, "next": "/notices/"})
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert "Ines Farrow" in text(client.get("/notices/"))
