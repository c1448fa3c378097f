"""What the browser of somebody without an account holds of their concern, and how often it may ask.

They hold the draft by a cookie that ends with the browser, and with inactivity as a session does; the secret code
stands in no cookie. "Exit this page" clears cookie and draft. Once reference and secret were shown (it was sent, or is
to be finished later) the browser lets go of it, and only who kept them comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac

from sightline.kernel import cookies
from sightline.kernel.viewer import Viewer, current, looking_as

from .. import rules

COOKIE = "sightline_concern"


@dataclass(frozen=True)
class Held:
    """What this browser holds of a concern without an account. `seed` only until its owner has seen the secret code.

    The code is made of the seed with the key of the server: whoever reads the cookie cannot tell it.
    """

    reference: str = ""
    digest: str = ""
    seed: str = ""

    @classmethod
    def anew(cls) -> Held:
        held = cls(rules.new_reference(), seed=rules.new_seed())
        return replace(held, digest=rules.secret_digest(held.reference, held.secret))

    @property
    def secret(self) -> str:
        """What its owner is shown once; empty where they have seen it."""
        if not self.seed:
            return ""
        made = salted_hmac(COOKIE, f"{self.reference}:{self.seed}", algorithm="sha256")
        return rules.secret_from(made.digest())


def held_by(request: HttpRequest) -> Held:
    """What this browser holds; nothing where it holds none, has held it unused for too long, or holds what is no word
    of ours."""
    held = cookies.held(request, COOKIE)
    if not {"reference", "digest"} <= held.keys():
        return Held()
    return Held(str(held["reference"]), str(held["digest"]), str(held.get("seed", "")))


def hold(response: HttpResponse, held: Held) -> HttpResponse:
    """Let this browser hold a concern, from now on for as long as a session lasts unused. Without a seed no page can
    show the secret code again."""
    values = {name: value for name, value in asdict(held).items() if value}
    return cookies.hold(response, COOKIE, values, reverse("concerns:worried"))


def let_go(response: HttpResponse) -> HttpResponse:
    """This browser holds nothing any more: the device may be the abuser's."""
    response.delete_cookie(COOKIE, path=reverse("concerns:worried"))
    return response


@contextmanager
def as_public(held: Held) -> Iterator[None]:
    """Looking as whoever holds this reference and secret."""
    with looking_as(Viewer.public(held.reference, held.digest, origin=current().origin)):
        yield


def too_often(request: HttpRequest, action: str, reference: str = "") -> HttpResponse | None:
    """A page that says to wait, where this address, or whoever holds this reference, has done it too often; counted in
    the shared database. The rates stand in the settings, under ACCOUNT_RATE_LIMITS.
    """
    # What the library offers openly leaves pages that are only read out of the count.
    if ratelimit.consume(
        request, app="allauth.account", action=f"concern_{action}", key=reference, limit_get=True
    ):
        return None
    return render(request, "concerns/too_often.html", {"public": True, "action": action}, status=429)
