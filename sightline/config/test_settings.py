"""Settings of the tests: keys of no worth, mail kept in memory, and a database named by the root conftest."""

import os
import tempfile
from pathlib import Path

from .settings import *  # noqa: F403

SECRET_KEY = "tests-only-" + "0" * 40
AUDIT_KEY = "1" * 64
AUDIT_ANCHOR = ""
DOCUMENTS_KEY = "2" * 64
DOCUMENTS_FOLDER = str(Path(tempfile.gettempdir()) / f"sightline-documents-{os.getpid()}")
CLAMD = ""
DEMO = False
REQUIRE_MFA = False
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "not-yet-made"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Scrypt is slow on purpose; a test that is about hashing sets the real list back.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
