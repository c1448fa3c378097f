"""The copy that is given, as a PDF or to be read here, made of decisions alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid5

from django.db import transaction

from sightline.access.leaving import Leaving, leaves
from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.concerns.rules import new_reference, new_secret, secret_digest
from sightline.govuk.words import plural
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused

from .. import printed, queries, rules
from ..models import (
    AccessRequest,
    CopyGiven,
    CopyOut,
    SharedCopy,
    SharedEnd,
)
from ..queries import FileBeside, RequestView, Whole
from ..queries.court_volumes import VolumesView, content_of, contents_of, copy_volumes
from ..terms import (
    Asker,
    GivenAs,
    LeftAs,
    RequestAct,
    RequestState,
)
from .requests import _again, _answered, _locked, _step
from .rows import _need, _not_ahead

#: What a copy for whoever asked is needed for, as the list of copies says it.
ANSWER = "Answer to a request to see the record"


def _whole(view: RequestView, *, volume: int | None = None) -> Whole:
    if view.state not in (RequestState.APPROVED, RequestState.ANSWERED):
        raise Refused("A manager has not approved yet what may be given.")
    child = child_page(joined_set(lead_of(view.row.folder_id)) or [view.row.folder_id])
    return queries.whole(view, child, volume=volume)


def _answerable(request_id: UUID) -> AccessRequest:
    """A request of which something may be taken out. Raises NotFound."""
    request = AccessRequest.objects.filter(id=request_id).first()
    if request is None or not may_write(request.folder_id):
        raise NotFound
    return request


def _taken(acting: Acting, request: AccessRequest, folder_id: UUID, what: str) -> None:
    """Put what is taken out for whoever asked on the list of copies (FIL-06): by one person on one day, once.

    What it is for and who gets it is said by the request, so nobody is asked.
    """
    key = uuid5(request.id, f"{what} {today()} {acting.practitioner_id}")
    leaves([folder_id], Leaving(what, ANSWER, request.name, key, stays=True))


@transaction.atomic
def copy_as_pdf(request_id: UUID, volume: int = 1) -> bytes:
    """The approved copy as a PDF, or one volume of it, to be printed or sent; it is audited, and on the list of copies.

    Raises NotFound where there is no such volume, Refused where those of a court's copy are not made yet.
    """
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _answerable(request_id)
    view = _again(request)
    if not 1 <= volume <= view.volumes:
        raise NotFound
    pdf = (
        content_of(_volumes(view), volume)
        if view.asker is Asker.COURT
        else printed.volume(_whole(view), view)
    )
    which = f", volume {volume} of {view.volumes}" if view.volumes > 1 else ""
    _taken(acting, request, request.folder_id, f"Copy of the record, as a PDF{which}")
    record(Verb.EXPORTED, "archive.copy_as_pdf", folder_id=request.folder_id, subject=request)
    return pdf


def _volumes(view: RequestView) -> VolumesView:
    """The volumes of a court's copy. Raises Refused where they are not all made."""
    found = copy_volumes(view)
    if found is None or not found.ready:
        raise Refused("The volumes are not made yet. Have them made on the page of the request first.")
    return found


@transaction.atomic
def take_file_beside(request_id: UUID, number: int) -> FileBeside:
    """A file given beside the approved copy is taken out; it is audited, and on the list of copies.

    Raises NotFound where none of that number is given, or nothing is approved yet.
    """
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _answerable(request_id)
    if request.state not in (RequestState.APPROVED, RequestState.ANSWERED):
        raise NotFound
    given = next((each for each in queries.files_beside(_again(request)) if each.number == number), None)
    if given is None:
        raise NotFound
    folder_id = given.document.folder_id
    _taken(acting, request, folder_id, f"{given.name}, beside a copy of the record")
    record(
        Verb.EXPORTED, "archive.file_beside", folder_id=folder_id,
        subject=("documents_document", given.document.id),
    )  # fmt: skip
    return given


def _fingerprints(view: RequestView, whole: Whole) -> tuple[str, list[str]]:
    """The fingerprint of a copy, and those of its volumes where there are several."""
    if view.asker is not Asker.COURT:
        return sha256(printed.volume(whole, view)).hexdigest(), []
    found, every = _volumes(view), sha256()
    for content in contents_of(found):
        every.update(content)
    return every.hexdigest(), [each.sha256 for each in found.made] if len(found.made) > 1 else []


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
    view = _again(request)
    online, court = giving.given_as is GivenAs.ONLINE, view.asker is Asker.COURT
    # Read here, or made by a job before: either way nothing is typeset while somebody waits.
    whole = _whole(view, volume=0 if court and not online else None)
    made = _fingerprints(view, whole) if not online else ("", [])
    copy = CopyGiven.objects.create(
        **authored(acting, request.folder_id),
        request=request,
        given_as=giving.given_as.value,
        to_whom=_need(giving.to_whom, "Say to whom it was given.", "to_whom"),
        given_at=giving.given_at,
        words=giving.words.strip(),
        sha256=made[0],
        volumes_sha256=made[1],
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
            **authored(acting, request.folder_id),
            copy=copy,
            reference=reference,
            secret_digest=secret_digest(reference, secret),
            content=whole.content(),
            ends_at=now() + timedelta(days=giving.days),
        )
        given = Given(copy, reference, secret)
    left_as = {GivenAs.ONLINE: LeftAs.SHOWN, GivenAs.EMAIL: LeftAs.EXPORT}.get(giving.given_as, LeftAs.PRINT)
    CopyOut.objects.create(
        **authored(acting, request.folder_id), what=f"Copy of the record, {plural(whole.given, 'item')}", stays=True,
        left_as=left_as.value, purpose=ANSWER, to_whom=copy.to_whom, left_at=giving.given_at,
    )  # fmt: skip
    record(Verb.EXPORTED, "archive.give", folder_id=request.folder_id, subject=copy)
    return given


@transaction.atomic
def codes_printed(request_id: UUID, copy: CopyGiven, purpose: str) -> None:
    """Reference and secret code of a copy that is read here go on paper, for whoever it was given to: on the list of
    copies once, with what the paper is needed for. Raises NotFound."""
    permit(Permission.SUBJECT_ACCESS)
    request = _answerable(request_id)
    what = "Paper with the reference and the secret code of a copy that is read here"
    key = uuid5(copy.id, "codes")
    leaves([request.folder_id], Leaving(what, purpose, copy.to_whom, key, stays=True, on_paper=True))


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
        **authored(acting, shared.folder_id), shared=shared, why=_need(why, "Say why it ends.", "words")
    )
    record(Verb.WROTE, "archive.end_sharing", folder_id=shared.folder_id, subject=ended)
    return ended
