"""The copy that is given, as a PDF or to be read here, made of decisions alone."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.concerns.rules import new_reference, new_secret, secret_digest
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.print.pdf import About, make, picture

from .. import queries, rules
from ..models import (
    AccessRequest,
    CopyGiven,
    CopyOut,
    SharedCopy,
    SharedEnd,
)
from ..queries import Whole
from ..terms import (
    GivenAs,
    LeftAs,
    RequestAct,
    RequestState,
)
from .requests import _again, _answered, _locked, _step
from .rows import _by, _need, _not_ahead


def _whole(request: AccessRequest) -> Whole:
    view = _again(request)
    if view.state not in (RequestState.APPROVED, RequestState.ANSWERED):
        raise Refused("A manager has not approved yet what may be given.")
    child = child_page(joined_set(lead_of(request.folder_id)) or [request.folder_id])
    return queries.whole(view, child)


def _pdf(whole: Whole, request: AccessRequest) -> bytes:
    """The copy as a PDF. Nothing but what was decided to be given goes to the printer."""
    own = whole.own
    parts: list[dict[str, Any]] = [
        {
            "heading": "About this copy",
            "text": (
                f"{'This is what is written about you' if own else f'This is what is written about {whole.name}'} "
                f"in the record, as it stood on {whole.made_on}. What is about somebody else, or may not be given, "
                "is held back and says so.\n\n"
                "If something is wrong, say so: what you say is written beside it. If you think that too much is "
                "held back, ask us to look again. You may also complain to the Information Commissioner."
            ),
        }
    ]
    for part in whole.parts:
        parts.append({"heading": part["heading"]})
        for row in part["rows"]:
            said = [*row["texts"], *row["beside"]]
            if row["note"]:
                said.append(f"[{row['note']}]")
            if row["by"]:
                said.append(f"Written by {row['by']}.")
            parts.append(
                {
                    "heading": f"{row['title']}, {row['when']}",
                    "level": 2,
                    "text": "\n\n".join(said),
                    "pictures": [picture(b64decode(p["jpeg"]), p["alt"]) for p in row["pictures"]],
                }
            )
    if whole.words:
        parts.append({"heading": "What the short words mean", "facts": [list(pair) for pair in whole.words]})
    about = About(
        title="Your record" if own else f"The record of {whole.name}",
        reader=request.name,
        subject=whole.name if own else "",
        marking="Private: for the person named below",
    )
    # For whoever it is given to: their own address is no secret from them, whatever its maker may see.
    return make("print/letter", {"parts": parts}, about=about, fitted=True)


@transaction.atomic
def copy_as_pdf(request_id: UUID) -> bytes:
    """The approved copy as a PDF, to be printed or sent; making it is audited."""
    permit(Permission.SUBJECT_ACCESS)
    request = AccessRequest.objects.filter(id=request_id).first()
    if request is None or not may_write(request.folder_id):
        raise NotFound
    pdf = _pdf(_whole(request), request)
    record(Verb.EXPORTED, "archive.copy_as_pdf", folder_id=request.folder_id, subject=request)
    return pdf


@dataclass(frozen=True)
class Giving:
    """How a copy is given: to whom, when; for how many days it can be read here."""

    given_as: GivenAs
    to_whom: str
    given_at: datetime
    words: str = ""
    days: int = 14


@dataclass(frozen=True)
class Given:
    """`reference` and `secret` are given once, for a copy that is read here; only their digest is kept."""

    copy: CopyGiven
    reference: str = ""
    secret: str = ""


@transaction.atomic
def give(request_id: UUID, giving: Giving, *, version: int | None = None) -> Given:
    """The copy is given: the request is answered. To be read here, a reference and a secret open it for some days."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.GIVE, version)
    _not_ahead(giving.given_at, "given_at")
    longest = queries.LONGEST_SHARED.days
    if giving.given_as is GivenAs.ONLINE and not 1 <= giving.days <= longest:
        raise Refused(f"Choose from 1 to {longest} days.", "days")
    if giving.given_as is not GivenAs.ONLINE:
        _need(giving.words, "Say how it was given, and who was there to explain it.", "words")
    request.save()
    whole = _whole(request)
    copy = CopyGiven.objects.create(
        **_by(acting, request.folder_id),
        request=request,
        given_as=giving.given_as.value,
        to_whom=_need(giving.to_whom, "Say to whom it was given.", "to_whom"),
        given_at=giving.given_at,
        words=giving.words.strip(),
        sha256="" if giving.given_as is GivenAs.ONLINE else sha256(_pdf(whole, request)).hexdigest(),
        items_given=whole.given,
        items_held=whole.held,
    )
    _step(
        acting,
        request,
        RequestAct.GIVE,
        at=giving.given_at,
        words=f"{giving.given_as.label}, to {copy.to_whom}.",
    )
    _answered(request)
    given = Given(copy)
    if giving.given_as is GivenAs.ONLINE:
        reference = rules.reference_for(new_reference())
        secret = new_secret()
        SharedCopy.objects.create(
            **_by(acting, request.folder_id),
            copy=copy,
            reference=reference,
            secret_digest=secret_digest(reference, secret),
            content=whole.content(),
            ends_at=now() + timedelta(days=giving.days),
        )
        given = Given(copy, reference, secret)
    else:
        CopyOut.objects.create(
            **_by(acting, request.folder_id), what=f"Copy of the record, {whole.given} items", stays=True,
            left_as=(LeftAs.EXPORT if giving.given_as is GivenAs.EMAIL else LeftAs.PRINT).value,
            purpose="Answer to a request to see the record", to_whom=copy.to_whom, left_at=giving.given_at,
        )  # fmt: skip
    record(Verb.EXPORTED, "archive.give", folder_id=request.folder_id, subject=copy)
    return given


@transaction.atomic
def end_sharing(shared_id: UUID, why: str) -> SharedEnd:
    """End a copy that could be read here, before its day: the secret was lost, or somebody else may have it."""
    acting = permit(Permission.SUBJECT_ACCESS)
    shared = SharedCopy.objects.filter(id=shared_id).first()
    if shared is None or not may_write(shared.folder_id):
        raise NotFound
    if SharedEnd.objects.filter(shared=shared).exists():
        raise Refused("It can be read no longer already.")
    ended = SharedEnd.objects.create(
        **_by(acting, shared.folder_id), shared=shared, why=_need(why, "Say why it ends.", "words")
    )
    record(Verb.WROTE, "archive.end_sharing", folder_id=shared.folder_id, subject=ended)
    return ended
