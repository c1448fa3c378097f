"""A form pressed twice, loaded anew or sent again over a bad line is done once, also where no script runs.

Each showing of a form carries a token of its own (the one against forged requests, masked anew each time). The same
token with the same content at the same address is the same form: it is answered as it was the first time, with the
page to which that led. A form whose page was shown again is another, whatever is typed into it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CSRF_TOKEN_LENGTH

from .actions import keep_answer, led_to

_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 the name of the field


def sent_once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The page's answer; where the same form of somebody signed in led somewhere just now, that again.

    For inside the request's transaction. Two queries for a form that is sent, and one more once it is taken.
    """
    acting = getattr(request, "practitioner", None)
    # A program that sends the bare secret of its cookie as a token has no showing of a form.
    if request.method != "POST" or acting is None or len(request.POST.get(_TOKEN, "")) != CSRF_TOKEN_LENGTH:
        return answer()
    digest = _digest(request)
    if before := led_to(acting.practitioner_id, digest):
        return HttpResponseRedirect(before)
    response = answer()
    if response.status_code == 302:
        keep_answer(acting.practitioner_id, digest, response.headers["Location"])
    return response


def _digest(request: HttpRequest) -> str:
    sent = [
        request.get_full_path(),
        sorted(request.POST.lists()),
        sorted((name, file.name, file.size) for name, files in request.FILES.lists() for file in files),
    ]
    return sha256(json.dumps(sent).encode()).hexdigest()
