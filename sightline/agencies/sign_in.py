"""How the sign-in library behaves here: nobody signs up, secrets are encrypted, e-mail goes by a job.

Named in settings (ACCOUNT_ADAPTER, MFA_ADAPTER, SOCIALACCOUNT_ADAPTER, ACCOUNT_FORMS, MFA_FORMS).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import unstash_login
from allauth.core import context as in_request
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as second_factors
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from procrastinate.contrib.django import app

from sightline.audit.actions import record_failed_sign_in
from sightline.audit.middleware import address_of

#: Messages of the library that only say what the page shows anyway.
SAID_BY_THE_PAGE = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


class ClosedAccounts(DefaultAccountAdapter):
    """Accounts are made by appointing somebody, never by signing up."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or the password is not right. Check both and try again",
        "too_many_login_attempts": "Too many attempts to sign in have failed. Wait five minutes, or reset "
        "your password",
        "account_inactive": "This sign-in has been closed. Ask whoever looks after Sightline in your agency",
        "incorrect_password": "The password is not right. Check it and try again",
        "enter_current_password": "The current password is not right. Check it and try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # Behind a socket there is no address; all such requests are then throttled as one.
        return address_of(request) or "0.0.0.0"  # noqa: S104 not an address to listen on

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the attempt. One that is throttled reaches no password check, and is audited here."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            record_failed_sign_in(str(credentials.get("email") or ""), "sign-in.throttled")
            raise

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written now, sent by a job: a mail server that is down neither fails the page nor loses the
        e-mail.
        """
        request = in_request.request
        said = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message = self.render_mail(template_prefix, email, said)
        app.configure_task("agencies.send_email").defer(
            to=message.to, subject=message.subject, body=message.body
        )

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in SAID_BY_THE_PAGE:
            super().add_message(request, level, message_template, *args, **kwargs)


class DirectoryAccounts(DefaultSocialAccountAdapter):
    """Sign-in by the agency's own directory, for people who have been appointed already.

    Whoever the directory knows and nobody appointed is a sign-in that failed, and audited, as is one whose sign-in
    has been closed; the library tells nobody of either.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        _refused_from_directory(sociallogin)
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing and not sociallogin.user.is_active:
            _refused_from_directory(sociallogin)


def _refused_from_directory(sociallogin: Any) -> None:
    # By the address, so that attempts by password are found together with it; else by the directory's own number.
    record_failed_sign_in(sociallogin.user.email or str(sociallogin.account.uid), "sign-in.directory")


class SecondFactors(DefaultMFAAdapter):
    """Passkeys, codes of an app and recovery codes; their secrets are encrypted with a key from
    SECRET_KEY.
    """

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "The code is not right. Codes change every 30 seconds: enter the one shown now",
    }

    def encrypt(self, text: str) -> str:
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return box().decrypt(encrypted_text.encode()).decode()

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """What a form of the library raises; a wrong code or passkey is a failed sign-in, and audited."""
        if code == "incorrect_code":
            record_failed_sign_in(_asked_for_second_factor(in_request.request), "sign-in.second-factor")
        return super().validation_error(code, *args)

    def _get_site_name(self) -> str:
        return "Sightline"

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        return f"Passkey {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"


def _asked_for_second_factor(request: HttpRequest) -> str:
    """The address of whoever is signing in, or is signed in already; empty for a passkey that is nobody's."""
    if request.user.is_authenticated:
        return request.user.email
    login = unstash_login(request, peek=True)
    return login.user.email if login is not None and login.user is not None else ""


def box() -> MultiFernet:
    """What encrypts for a while what only the program reads again."""
    # The first key encrypts; keys that were replaced still decrypt (SECRET_KEY_FALLBACKS).
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(secret: str | bytes) -> bytes:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"sightline second factors")
    return base64.urlsafe_b64encode(made.derive(secret.encode() if isinstance(secret, str) else secret))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether somebody signed in must still set up a passkey or a code before going on (REQUIRE_MFA).

    Whoever has one was asked for it when signing in; a directory asks in its own way.
    """
    if not settings.REQUIRE_MFA or not request.user.is_authenticated:
        return False
    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    if methods & {"mfa", "socialaccount"}:
        return False
    own = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return not second_factors().is_mfa_enabled(request.user, own)


# -- the library's forms, in plain words ------------------------------------------------------------


class Plain:
    """Labels, hints and messages of a form of the library. `says`: field to (label, message when empty,
    hint).
    """

    says: ClassVar[Mapping[str, tuple[str, str, str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, (label, ask, hint) in self.says.items():
            if name in fields:
                fields[name].label, fields[name].help_text = label, hint
                fields[name].error_messages["required"] = ask
                fields[name].widget.attrs.pop("placeholder", None)


NEW_PASSWORD = ("New password", "Enter a new password", "At least 12 characters. Three random words do well.")
AGAIN = ("New password again", "Enter the new password again", "")
CODE = ("Code", "Enter the code", "Six digits from your app, or one of your recovery codes.")


class SignInForm(Plain, account_forms.LoginForm):
    says: ClassVar = {
        "login": ("Email address", "Enter your email address", ""),
        "password": ("Password", "Enter your password", ""),
    }


class ResetPasswordForm(Plain, account_forms.ResetPasswordForm):
    says: ClassVar = {"email": ("Email address", "Enter the email address that you sign in with", "")}


class ResetPasswordKeyForm(Plain, account_forms.ResetPasswordKeyForm):
    says: ClassVar = {"password1": NEW_PASSWORD, "password2": AGAIN}


class ChangePasswordForm(Plain, account_forms.ChangePasswordForm):
    says: ClassVar = {
        "oldpassword": ("Current password", "Enter your current password", ""),
        "password1": NEW_PASSWORD,
        "password2": AGAIN,
    }


class SetPasswordForm(Plain, account_forms.SetPasswordForm):
    says: ClassVar = {"password1": NEW_PASSWORD, "password2": AGAIN}


class ReauthenticateForm(Plain, account_forms.ReauthenticateForm):
    says: ClassVar = {"password": ("Password", "Enter your password", "")}


class CodeForm(Plain, mfa_forms.AuthenticateForm):
    says: ClassVar = {"code": CODE}


class CodeAgainForm(Plain, mfa_forms.ReauthenticateForm):
    says: ClassVar = {"code": CODE}


class ActivateAppForm(Plain, totp_forms.ActivateTOTPForm):
    says: ClassVar = {
        "code": ("Code", "Enter the code that the app shows", "Six digits. They change every 30 seconds.")
    }


class AddPasskeyForm(Plain, webauthn_forms.AddWebAuthnForm):
    says: ClassVar = {
        "name": ("Name of this passkey", "", "For example the device it is kept on."),
        "passwordless": ("Sign in with it alone, without a password", "", ""),
    }


class NamePasskeyForm(Plain, webauthn_forms.EditWebAuthnForm):
    says: ClassVar = {"name": ("Name of this passkey", "Enter a name", "")}
