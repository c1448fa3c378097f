"""How e-mail leaves: by the server that the environment names, else nowhere."""

from __future__ import annotations

import os
import smtplib
from dataclasses import dataclass

from sightline.govuk.numbers import whole_number

SMTP = "django.core.mail.backends.smtp.EmailBackend"
PRINTED = "django.core.mail.backends.console.EmailBackend"
#: Django's own that reach nobody's mailbox.
NOWHERE = tuple(f"django.core.mail.backends.{kind}." for kind in ("console", "filebased", "dummy", "locmem"))
#: How the connection to the server is kept private, and the port that goes with it.
PORTS = {"starttls": 587, "tls": 465, "none": 25}
#: From whom, where nobody said: no mail server takes it.
NOBODY = "sightline@localhost"
#: Seconds until a server that does not answer is given up.
PATIENCE = 20


class WrongMail(Exception):
    """What the environment says of e-mail cannot be meant; one sentence."""


@dataclass(frozen=True)
class Mail:
    """What Django is told of e-mail. `private` is one of `PORTS`."""

    backend: str
    host: str
    port: int
    user: str
    password: str
    private: str
    sender: str


def mail() -> Mail:
    """As the environment says. Raises WrongMail."""
    said = {
        name: os.environ.get(f"SIGHTLINE_EMAIL_{name}", "").strip()
        for name in ("BACKEND", "HOST", "PORT", "USER", "TLS", "FROM")
    }
    private = said["TLS"].lower() or "starttls"
    if private not in PORTS:
        raise WrongMail(
            f"SIGHTLINE_EMAIL_TLS is to be one of {', '.join(PORTS)}, and says {said['TLS'][:40]!r}."
        )
    port = whole_number(said["PORT"], most=65535) if said["PORT"] else PORTS[private]
    if not port:
        raise WrongMail(
            f"SIGHTLINE_EMAIL_PORT is to be the number of a port, and says {said['PORT'][:40]!r}."
        )
    return Mail(
        backend=said["BACKEND"] or (SMTP if said["HOST"] else PRINTED),
        host=said["HOST"],
        port=port,
        user=said["USER"],
        password=os.environ.get("SIGHTLINE_EMAIL_PASSWORD", ""),
        private=private,
        sender=said["FROM"] or NOBODY,
    )


def amiss() -> str:
    """Why nothing that is sent now would reach anybody; empty where a server takes it. Asks the server."""
    from django.conf import settings
    from django.core.mail import get_connection

    if settings.EMAIL_BACKEND.startswith(NOWHERE):
        return "not sent anywhere, so nobody hears of a notice or sets a password: set SIGHTLINE_EMAIL_HOST"
    if settings.DEFAULT_FROM_EMAIL == NOBODY:
        return f"sent as {NOBODY}, which mail servers refuse: set SIGHTLINE_EMAIL_FROM"
    if settings.EMAIL_BACKEND != SMTP:
        return ""
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        # Never its message: a server may repeat what it was told, the password included.
        return (
            f"the mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not let Sightline in "
            f"({type(error).__name__}), so nobody hears of a notice: see to SIGHTLINE_EMAIL_HOST and what goes with it"
        )
    server.close()
    return ""
