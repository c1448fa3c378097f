from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.signals import got_request_exception


def _signed_in(sender: Any, user: Any, **_: Any) -> None:
    from . import actions, terms

    # Only within a request: a test's client also signs people in without one.
    if actions.outer():
        actions.record(terms.Verb.SIGNED_IN, "sign-in", subject=user)


def _signed_out(sender: Any, user: Any, **_: Any) -> None:
    from . import actions, terms

    if actions.outer() and user is not None:
        actions.record(terms.Verb.SIGNED_OUT, "sign-in", subject=user)


def _failed(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    from . import actions

    typed = (credentials.get(name) for name in ("email", "username", "login"))
    name = next((str(value) for value in typed if value), "")
    if actions.outer():
        actions.record_failed_sign_in(name)


class AuditConfig(AppConfig):
    name = "sightline.audit"
    label = "audit"

    def ready(self) -> None:
        from . import middleware

        user_logged_in.connect(_signed_in, dispatch_uid="audit")
        user_logged_out.connect(_signed_out, dispatch_uid="audit")
        user_login_failed.connect(_failed, dispatch_uid="audit")
        got_request_exception.connect(middleware.unexpected, dispatch_uid="audit")
