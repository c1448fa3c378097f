"""Reading one's own record, with a reference and a secret code, on any device and without an account.

The address never holds either of them: they are typed. The browser then keeps a digest that opens the copy, and no
code, for as long as a session lasts unused.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, page
from sightline.concerns.rules import secret_digest
from sightline.kernel import cookies
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as

from .. import actions, queries, rules
from ..terms import ReplyKind
from . import forms

COOKIE = "own_record"


def _viewer(reference: str, digest: str) -> Viewer:
    return Viewer.public(reference, digest, origin=current().origin)


@page(permission=PUBLIC)
def start(request: HttpRequest) -> HttpResponse:
    """Reference and secret, typed."""
    form = forms.OpenForm(request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="concern_return"):
            return render(request, "concerns/too_often.html", {"public": True}, status=429)
        if form.is_valid():
            reference = rules.tidy_reference(form.cleaned_data["reference"])
            digest = secret_digest(reference, form.cleaned_data["secret"])
            with looking_as(_viewer(reference, digest)):
                found = queries.shared(reference) if reference else None
            if found is not None:
                return _hold(HttpResponseRedirect(reverse("archive:own")), reference, digest)
            form.add_error(
                "reference",
                "We cannot find anything under this reference and secret code. Check both. "
                "If they are right, it can be read no longer: ask whoever gave them to you.",
            )
    return render(request, "archive/own_start.html", {"form": form})


def _hold(response: HttpResponse, reference: str, digest: str) -> HttpResponse:
    values = {"reference": reference, "digest": digest}
    return cookies.hold(response, COOKIE, values, reverse("archive:own_start"))


@page(permission=PUBLIC)
def own(request: HttpRequest) -> HttpResponse:
    """One's own record in plain words, and saying what is wrong or missing in it."""
    held = cookies.held(request, COOKIE)
    if not {"reference", "digest"} <= held.keys():
        return HttpResponseRedirect(reverse("archive:own_start"))
    reference, digest = str(held["reference"]), str(held["digest"])
    form = forms.ReplyForm(request.POST or None)
    with looking_as(_viewer(reference, digest)):
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
        response = render(
            request,
            "archive/own.html",
            {"shared": shared, "content": shared.content, "form": form, "kinds": ReplyKind},
        )
        return _hold(response, reference, digest)


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
