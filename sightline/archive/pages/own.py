"""Reading one's own record, with a reference and a secret code, on any device and without an account.

The address never holds either of them: they are typed, and kept by the browser until it is closed.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, page
from sightline.concerns.rules import secret_digest
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as

from .. import actions, queries, rules
from ..terms import ReplyKind
from . import forms

COOKIE = "own_record"


def _viewer(reference: str, secret: str) -> Viewer:
    return Viewer.public(reference, secret_digest(reference, secret), origin=current().origin)


@page(permission=PUBLIC)
def start(request: HttpRequest) -> HttpResponse:
    """Reference and secret, typed."""
    form = forms.OpenForm(request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="concern_return"):
            return render(request, "concerns/too_often.html", {"public": True}, status=429)
        if form.is_valid():
            reference = rules.tidy_reference(form.cleaned_data["reference"])
            secret = form.cleaned_data["secret"]
            with looking_as(_viewer(reference, secret)):
                found = queries.shared(reference) if reference else None
            if found is not None:
                response = HttpResponseRedirect(reverse("archive:own"))
                response.set_cookie(
                    COOKIE,
                    signing.dumps({"reference": reference, "secret": secret}, salt=COOKIE),
                    httponly=True,
                    samesite="Lax",
                    secure=request.is_secure(),
                    path=reverse("archive:own_start"),
                )
                return response
            form.add_error(
                "reference",
                "We cannot find anything under this reference and secret code. Check both. "
                "If they are right, it can be read no longer: ask whoever gave them to you.",
            )
    return render(request, "archive/own_start.html", {"form": form})


def _held(request: HttpRequest) -> tuple[str, str]:
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
        return str(held["reference"]), str(held["secret"])
    except (signing.BadSignature, KeyError, TypeError):
        return "", ""


@page(permission=PUBLIC)
def own(request: HttpRequest) -> HttpResponse:
    """One's own record in plain words, and saying what is wrong or missing in it."""
    reference, secret = _held(request)
    if not reference:
        return HttpResponseRedirect(reverse("archive:own_start"))
    form = forms.ReplyForm(request.POST or None)
    with looking_as(_viewer(reference, secret)):
        try:
            if request.method == "POST" and form.is_valid():
                try:
                    actions.reply(ReplyKind(form.cleaned_data["kind"]), form.cleaned_data["words"])
                except Refused as refused:
                    form.refuse(refused.verdict)
                else:
                    messages.success(request, "Thank you. We have it, in your words, and will answer you.")
                    return HttpResponseRedirect(reverse("archive:own"))
            shared = actions.read_own()
        except NotFound:
            return leave_it(request)
        return render(
            request,
            "archive/own.html",
            {"shared": shared, "content": shared.content, "form": form, "kinds": ReplyKind},
        )


def leave_it(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(reverse("archive:own_start"))
    response.delete_cookie(COOKIE, path=reverse("archive:own_start"))
    return response


@page(permission=PUBLIC)
def leave(request: HttpRequest) -> HttpResponse:
    """Forget reference and secret, and go to a harmless page."""
    response = HttpResponseRedirect("https://www.bbc.co.uk/weather")
    response.delete_cookie(COOKIE, path=reverse("archive:own_start"))
    return response
