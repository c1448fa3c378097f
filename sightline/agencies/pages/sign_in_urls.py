"""The library's addresses, without a namespace since it asks for them by name. The first match counts."""

from django.urls import include, path, re_path

from .sign_in import SecondFactors, SignIn, closed

#: What the library offers and Sightline does not have: accounts and addresses are an administrator's matter.
CLOSED = [
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", closed, name="account_confirm_email"),
    path("login/code/confirm/", closed, name="account_confirm_login_code"),
    path("2fa/recovery-codes/download/", closed, name="mfa_download_recovery_codes"),
    path("3rdparty/signup/", closed, name="socialaccount_signup"),
    re_path(r"^social/", closed),
]

urlpatterns = [
    *CLOSED,
    path("login/", SignIn.as_view(), name="account_login"),
    path("2fa/", SecondFactors.as_view(), name="mfa_index"),
    path("", include("allauth.urls")),
]
