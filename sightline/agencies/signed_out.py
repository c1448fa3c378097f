"""What somebody sends after their session has ended is kept until they have signed in again: without a script there is
no draft of it.

It is kept for whoever the ended session was of, and shown to nobody else; encrypted, in the session that their browser
begins with the sign-in page, and gone with that, when it is sent or thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from sightline.govuk.forms import typed

from .sign_in import box

KEPT = "sent_signed_out"
#: More than anybody types into one form; what is longer is not kept.
LONGEST = 1_000_000


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: to which address, the values of each field, and whether files came along (not kept)."""

    path: str
    fields: Mapping[str, Sequence[str]]
    files: bool

    @property
    def words(self) -> list[str]:
        """What was written, as against chosen or carried along."""
        return [value for values in self.fields.values() for value in values if " " in value.strip()]


def keep(request: HttpRequest) -> bool:
    """Keeps the form that came without a session, where the session that ended says whose it is. Gives whether it did.

    A page that saves its draft by itself has that draft, and is not kept again.
    """
    if request.method != "POST" or "text/html" not in request.headers.get("Accept", "text/html"):
        return False
    ended = Session.objects.filter(pk=request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")).first()
    user_id = ended.get_decoded().get("_auth_user_id") if ended is not None else None
    if user_id is None:
        return False
    sent = {"path": request.get_full_path(), "fields": typed(request.POST), "files": bool(request.FILES)}
    text = json.dumps(sent)
    if len(text) > LONGEST:
        return False
    request.session[KEPT] = [user_id, box().encrypt(text.encode()).decode()]
    return True


def kept(request: HttpRequest) -> Sent | None:
    """What was kept for whoever is signed in now. What another left in this browser goes unread."""
    found = request.session.get(KEPT)
    if found is None:
        return None
    user_id, sealed = found
    if user_id != str(request.user.pk):
        forget(request)
        return None
    try:
        return Sent(**json.loads(box().decrypt(sealed.encode())))
    except InvalidToken:
        forget(request)
        return None


def forget(request: HttpRequest) -> None:
    """It was sent again, or is not wanted any more."""
    request.session.pop(KEPT, None)


def sent_again(request: HttpRequest) -> None:
    """The page that it was for is sent a form now: its answer shows what becomes of that."""
    if request.method == "POST" and KEPT in request.session:
        sent = kept(request)
        if sent is not None and sent.path == request.get_full_path():
            forget(request)
