"""Django's settings. What differs from place to place comes from the environment or the data folder."""

from __future__ import annotations

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from sightline.govuk.assets import frontend_dir

from .mail import PATIENCE, mail
from .numbers import number
from .paths import data_folder, documents_folder

#: Threads of each web process. Two cores serve no more at once; what is over waits in the queue.
WEB_THREADS = number("SIGHTLINE_THREADS")


def _secret(name: str) -> str:
    """A key from the environment, else from the data folder's keys (made by `sightline` when missing)."""
    if value := os.environ.get(f"SIGHTLINE_{name.upper()}"):
        return value
    path = data_folder() / "keys" / name
    return path.read_text().strip() if path.exists() else ""


def _database() -> dict[str, Any]:
    """The program's database. Migrations run as its owner: see `place.as_owner`."""
    parts = conninfo_to_dict(os.environ.get("DATABASE_URL", "dbname=sightline user=sightline_app"))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "sightline"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        # As many as the web server has threads: a thread never waits for another's connection.
        "OPTIONS": {**parts, "pool": {"min_size": 1, "max_size": WEB_THREADS, "timeout": 15}},
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DEMO = os.environ.get("SIGHTLINE_DEMO") == "1"
DEBUG = os.environ.get("SIGHTLINE_DEBUG") == "1"
SECRET_KEY = _secret("secret_key")
AUDIT_KEY = _secret("audit_key")
# The last seal of the audit trail is also written here, outside the database; copy it off the machine.
AUDIT_ANCHOR = os.environ.get("SIGHTLINE_AUDIT_ANCHOR") or str(data_folder() / "anchors" / "audit-anchor.txt")
# How many reverse proxies stand in front, each adding to X-Forwarded-For.
PROXIES = number("SIGHTLINE_PROXIES")
# Where the nightly summaries for when the system is down are written; empty for none. Their passphrases lie apart.
SUMMARIES_FOLDER = os.environ.get("SIGHTLINE_SUMMARIES", "")
SUMMARIES_KEYS = os.environ.get("SIGHTLINE_SUMMARIES_KEYS") or str(data_folder() / "keys" / "summaries.json")
PACK = os.environ.get("SIGHTLINE_PACK", "rotherham")
PARTNERSHIP_COLOUR = os.environ.get("SIGHTLINE_COLOUR", "#12343b")

ALLOWED_HOSTS = [h for h in os.environ.get("SIGHTLINE_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("SIGHTLINE_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "pgtrigger",
    "django_linear_migrations",
    "localflavor",
    "sightline.config",
    "sightline.web",
    "sightline.returns",
    "sightline.archive",
    "sightline.plans",
    "sightline.enquiries",
    "sightline.concerns",
    "sightline.meetings",
    "sightline.voice",
    "sightline.chronology",
    "sightline.records",
    "sightline.documents",
    "sightline.matching",
    "sightline.procedures",
    "sightline.children",
    "sightline.access",
    "sightline.agencies",
    "sightline.audit",
    "sightline.print",
    "sightline.govuk",
    # Last: when its migrations have run, every table is there and gets its door.
    "sightline.kernel",
]

MIDDLEWARE = [
    # First: whoever runs the system asks without a session, and also when the database is down.
    "sightline.config.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sightline.web.middleware.SecurityHeaders",
    "sightline.audit.middleware.OneTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sightline.web.middleware.NotTooMuch",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "sightline.agencies.middleware.WhoIsLooking",
    "sightline.children.middleware.AddressesWithheld",
]

ROOT_URLCONF = "sightline.config.urls"
WSGI_APPLICATION = "sightline.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "sightline.govuk.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "sightline.web.context.page",
            ],
        },
    },
    # For the library's own e-mails and anything of it that we have not taken over (a house test says none).
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/sign-in/login/"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = str(data_folder() / "static")
STATICFILES_DIRS = [frontend_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Throttling counts in the shared database, so that several web processes count together. Over its most entries Django
# drops a third of all counts by the alphabet, whoever's they are: nobody is to come there before the nightly clearing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "throttle_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# -- signing in (room agencies) ----------------------------------------------------------------------
# A file of roles that adds to or changes those that Sightline ships.
ROLES_FILE = os.environ.get("SIGHTLINE_ROLES", "")
# The address that e-mails lead to, without a slash at the end.
BASE_URL = os.environ.get("SIGHTLINE_BASE_URL", "http://localhost:8000").rstrip("/")
# Whether everybody needs a passkey or a code beside the password. Those who sign in by their agency's own
# directory have it there.
REQUIRE_MFA = os.environ.get("SIGHTLINE_REQUIRE_MFA", "0" if DEMO else "1") == "1"
_HTTPS = os.environ.get("SIGHTLINE_HTTPS") == "1"

ACCOUNT_ADAPTER = "sightline.agencies.sign_in.ClosedAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An administrator vouches for each address when appointing its holder.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Sightline: "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_CHANGE_EMAIL = False
# The cookie ends with the browser, the session with inactivity.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
ACCOUNT_RATE_LIMITS = {
    # Without an account: beginning a concern, sending it, and coming back with reference and secret.
    "concern_start": "20/h/ip",
    "concern_send": "10/h/ip",
    "concern_return": "12/h/ip",
    # A draft is saved every four seconds and at each answer: for one draft, and for all of one network.
    "concern_keep": "60/m/key,600/m/ip",
    # Reading one's own concern, and adding to it or taking it back.
    "concern_read": "30/m/key,120/m/ip",
    "concern_add": "20/h/key,60/h/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "10/m/ip,3/h/key",
    "reset_password_from_key": "10/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {
    "login": "sightline.agencies.sign_in.SignInForm",
    "reset_password": "sightline.agencies.sign_in.ResetPasswordForm",
    "reset_password_from_key": "sightline.agencies.sign_in.ResetPasswordKeyForm",
    "change_password": "sightline.agencies.sign_in.ChangePasswordForm",
    "set_password": "sightline.agencies.sign_in.SetPasswordForm",
    "reauthenticate": "sightline.agencies.sign_in.ReauthenticateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
PASSWORD_RESET_TIMEOUT = 24 * 3600

MFA_ADAPTER = "sightline.agencies.sign_in.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS
MFA_TOTP_ISSUER = "Sightline"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "sightline.agencies.sign_in.CodeForm",
    "reauthenticate": "sightline.agencies.sign_in.CodeAgainForm",
    "activate_totp": "sightline.agencies.sign_in.ActivateAppForm",
    "add_webauthn": "sightline.agencies.sign_in.AddPasskeyForm",
    "edit_webauthn": "sightline.agencies.sign_in.NamePasskeyForm",
}

SOCIALACCOUNT_ADAPTER = "sightline.agencies.sign_in.DirectoryAccounts"
SOCIALACCOUNT_ONLY = False
# The agency's own directory: its word that an address is somebody's is taken, and no account is made by it.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A link, since the strict policy lets no form lead to another site.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": [], "OAUTH_PKCE_ENABLED": True}}
if os.environ.get("SIGHTLINE_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": os.environ.get("SIGHTLINE_OIDC_ID", "directory"),
            "name": os.environ.get("SIGHTLINE_OIDC_NAME", "your agency's sign-in"),
            "client_id": os.environ.get("SIGHTLINE_OIDC_CLIENT", ""),
            "secret": os.environ.get("SIGHTLINE_OIDC_SECRET", ""),
            "settings": {"server_url": os.environ["SIGHTLINE_OIDC_URL"]},
        }
    )

SESSION_COOKIE_AGE = number("SIGHTLINE_IDLE_MINUTES") * 60
# Put off by agencies.middleware, once a minute at most, and not by pages that ask for themselves again.
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Whoever used a device next would see for a year that somebody had been here.
CSRF_COOKIE_AGE = None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None

_MAIL = mail()
EMAIL_BACKEND = _MAIL.backend
EMAIL_FILE_PATH = str(data_folder() / "mail")
EMAIL_HOST = _MAIL.host
EMAIL_PORT = _MAIL.port
EMAIL_HOST_USER = _MAIL.user
EMAIL_HOST_PASSWORD = _MAIL.password
EMAIL_USE_TLS = _MAIL.private == "starttls"
EMAIL_USE_SSL = _MAIL.private == "tls"
EMAIL_TIMEOUT = PATIENCE
DEFAULT_FROM_EMAIL = _MAIL.sender

# To standard error, for whoever runs it to keep. What went wrong, never whose row it was: see logs.py.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "sightline.config.logs.NobodysRows"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # A refusal is on the audit trail; here it would tell who asked for which child.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # The pool repeats itself all the while that the database is away.
        "psycopg.pool": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}

# How many seconds one statement, and the whole request, may take where nobody is signed in: sealing the audit trail
# waits for every open transaction.
PUBLIC_STATEMENT_SECONDS = 20
PUBLIC_REQUEST_SECONDS = 60

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# -- documents (room documents) ----------------------------------------------------------------------
# Where they lie, encrypted, and how large one may be.
DOCUMENTS_FOLDER = str(documents_folder())
DOCUMENT_BYTES = number("SIGHTLINE_DOCUMENT_MB") * 1_000_000
# The keys that open them, newest first: from the environment, else from the file, which is read each time.
DOCUMENTS_KEY = os.environ.get("SIGHTLINE_DOCUMENTS_KEY", "")
DOCUMENTS_KEY_FILE = str(data_folder() / "keys" / "documents_key")
# ClamAV's daemon, as unix:/run/clamav/clamd.ctl or host:port. Without one, what is added stays in quarantine.
CLAMD = os.environ.get("SIGHTLINE_CLAMD", "")
FILE_UPLOAD_HANDLERS = ["sightline.documents.receiving.Receiving"]
# Pages say how many files they take; beyond this a request is refused outright.
DATA_UPLOAD_MAX_NUMBER_FILES = 500
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# What a job did is on the audit trail, so finished rows are not kept.
PROCRASTINATE_WORKER_DEFAULTS = {
    "delete_jobs": "successful",
    "concurrency": 2,
    "shutdown_graceful_timeout": 20,
}

# Jobs live in the jobs.py of each room.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
