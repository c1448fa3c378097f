"""Signing in: the library's pages where ours say more, and the demonstration's one click."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.account.views import LoginView
from allauth.mfa.base.views import IndexView
from allauth.socialaccount.adapter import get_adapter as directories
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sightline.kernel.verdicts import NotFound

from .. import queries, signed_out
from ..gate import PUBLIC, SIGNED_IN, not_found, page
from ..sign_in import lacks_second_factor


class SignIn(LoginView):
    """The sign-in page, with the agencies' directories and, in demo mode alone, the people to try it as."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["directories"] = [
            {"name": one.name, "href": one.get_login_url(self.request, next=self.request.GET.get("next"))}
            for one in directories().list_providers(self.request)
        ]
        context["sent_signed_out"] = signed_out.KEPT in self.request.session
        context["demonstration"] = queries.demonstration_people() if settings.DEMO else []
        return context


class SecondFactors(IndexView):
    """What somebody signs in with beside the password; says so where they must set something up first."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["second_factor_wanted"] = lacks_second_factor(self.request)
        return context


@page(permission=PUBLIC, methods=("POST",))
def demonstration(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demonstration's people. Anywhere else there is no such page."""
    if not settings.DEMO:
        raise NotFound
    try:
        user = queries.user_of(UUID(request.POST.get("practitioner", "")))
    except ValueError:
        raise NotFound from None
    if user is None:
        raise NotFound
    user.backend = settings.AUTHENTICATION_BACKENDS[0]
    login = Login(user=user, redirect_url=request.POST.get("next") or None, email_verification="none")
    return flows.login.perform_login(request, login)


@page(permission=PUBLIC)
def closed(request: HttpRequest, **_: Any) -> HttpResponse:
    """Pages of the library that this Sightline does not have, such as signing up or changing one's
    address.
    """
    return not_found(request)


@page(permission=SIGNED_IN)
def not_sent(request: HttpRequest) -> HttpResponse:
    """What somebody sent after their session had ended: to be sent again, or thrown away."""
    if request.method == "POST":
        signed_out.forget(request)
        return HttpResponseRedirect("/")
    sent = signed_out.kept(request)
    if sent is None:
        return HttpResponseRedirect("/")
    return render(request, "agencies/not_sent.html", {"sent": sent})
