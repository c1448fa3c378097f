"""The only writer of this room: paper volumes and their removal; requests to see a record, and what was given."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.concerns.rules import new_reference, new_secret, secret_digest
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as
from sightline.print.pdf import About, make, picture
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening, clock_of
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from . import queries, rules
from .models import (
    AccessRequest,
    BundleItem,
    CopyBack,
    CopyGiven,
    CopyOut,
    ItemDecision,
    Removal,
    RemovalStep,
    Reply,
    ReplyRead,
    RequestStep,
    SharedCopy,
    SharedEnd,
    ToldOfRecord,
    Volume,
    VolumeCheck,
    VolumePlace,
)
from .queries import RequestView, Whole
from .terms import (
    Asker,
    Choice,
    GivenAs,
    Ground,
    LeftAs,
    PaperPoint,
    PauseWhy,
    RemovalAct,
    RemovalState,
    ReplyKind,
    RequestAct,
    RequestState,
)

Kept = TypeVar("Kept", bound=models.Model)


def _post(acting: Acting) -> str:
    return f"{acting.post_title}, {acting.agency_name}"


def _by(acting: Acting, folder_id: UUID, once: UUID | None = None) -> dict[str, Any]:
    """What every row says of its writer. `once` is the key of the form that was sent: sent twice, it is kept once."""
    return {
        "id": once or uuid7(),
        "folder_id": folder_id,
        "author_id": acting.practitioner_id,
        "author_post": _post(acting),
        "written_at": now(),
    }


def _sent(rows: models.QuerySet[Kept], once: UUID | None) -> Kept | None:
    """The row that a form sent before has made, where it was sent before."""
    return rows.filter(pk=once).first() if once is not None else None


def _not_ahead(at: datetime | date, field: str) -> None:
    if (at > now()) if isinstance(at, datetime) else (at > today()):
        raise Refused("Give a time that is past.", field)


def _need(words: str, what: str, field: str) -> str:
    if not words.strip():
        raise Refused(what, field)
    return words.strip()


# -- paper ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keeping:
    """Where a volume is kept, and which dates it covers."""

    place: str
    covers_from: date
    covers_until: date | None = None
    why: str = ""


def _place(acting: Acting, volume: Volume, kept: Keeping) -> VolumePlace:
    if kept.covers_until is not None and kept.covers_until < kept.covers_from:
        raise Refused("The last day that it covers lies before the first.", "covers_until")
    return VolumePlace.objects.create(
        **_by(acting, volume.folder_id),
        volume=volume,
        place=_need(kept.place, "Say where the volume is kept.", "place"),
        covers_from=kept.covers_from,
        covers_until=kept.covers_until,
        why=kept.why.strip(),
    )


@transaction.atomic
def add_volume(folder_id: UUID, number: str, kept: Keeping, *, once: UUID | None = None) -> Volume:
    """A paper volume with its number, the dates that it covers and where it is (FIL-01)."""
    acting = permit(Permission.KEEP_VOLUMES)
    if (sent := _sent(Volume.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    number = _need(number, "Give the number of the volume.", "number")
    if Volume.objects.filter(folder_id=folder_id, number=number).exists():
        raise Refused(f"Volume {number} of this record is there already.", "number")
    volume = Volume.objects.create(**_by(acting, folder_id, once), number=number)
    _place(acting, volume, kept)
    record(Verb.WROTE, "archive.add_volume", folder_id=folder_id, subject=volume)
    return volume


def _volume(volume_id: UUID) -> Volume:
    volume = Volume.objects.filter(id=volume_id).first()
    if volume is None:
        raise NotFound
    return volume


@transaction.atomic
def place_volume(volume_id: UUID, kept: Keeping) -> VolumePlace:
    """A volume is kept elsewhere from now on, or covers other dates; where it was stays readable."""
    acting = permit(Permission.KEEP_VOLUMES)
    volume = _volume(volume_id)
    _need(kept.why, "Say why the place or the dates change.", "why")
    place = _place(acting, volume, kept)
    record(Verb.WROTE, "archive.place_volume", folder_id=volume.folder_id, subject=place)
    return place


@dataclass(frozen=True)
class Checked:
    """What a check of a volume found."""

    agrees: bool
    met: Sequence[PaperPoint]
    differs: str = ""
    failed_words: str = ""


@transaction.atomic
def check_volume(volume_id: UUID, found: Checked, *, once: UUID | None = None) -> VolumeCheck:
    """Paper held against the record (FIL-01) and against what paper must be (FIL-05); a failure becomes a duty."""
    acting = permit(Permission.KEEP_VOLUMES)
    volume = _volume(volume_id)
    if (sent := _sent(VolumeCheck.objects.filter(volume=volume), once)) is not None:
        return sent
    if not found.agrees:
        _need(found.differs, "Say where paper and record differ.", "differs")
    missing = [point for point in PaperPoint if point not in found.met]
    if missing:
        _need(found.failed_words, "Say what is amiss with the paper.", "failed_words")
    check = VolumeCheck.objects.create(
        **_by(acting, volume.folder_id, once),
        volume=volume,
        agrees=found.agrees,
        differs="" if found.agrees else found.differs.strip(),
        met=[point.value for point in found.met],
        failed_words=found.failed_words.strip() if missing else "",
    )
    duties.discharge("put_paper_right", volume.id, folder_ids=[volume.folder_id])
    if missing or not found.agrees:
        duties.open_duties(
            [
                Opening(
                    volume.folder_id, "put_paper_right", check.written_at, volume.id,
                    f"/child/{volume.folder_id}/paper/{volume.id}/", acting.practitioner_id, acting.team_id,
                )
            ]
        )  # fmt: skip
    record(Verb.WROTE, "archive.check_volume", folder_id=volume.folder_id, subject=check)
    return check


@transaction.atomic
def ask_removal(volume_id: UUID, purpose: str, going_to: str) -> Removal:
    """Ask that a volume leaves its place: why, and where it goes."""
    acting = permit(Permission.WRITE_FOLDER)
    volume = _volume(volume_id)
    live = (
        Removal.objects.filter(
            volume=volume, state__in=[RemovalState.ASKED, RemovalState.APPROVED, RemovalState.OUT]
        )
        .select_related("asked_by")
        .first()
    )
    if live is not None:
        raise Refused(
            f"{live.asked_by.name} asked for this volume already. It is: {RemovalState(live.state).label.lower()}."
        )
    removal = Removal.objects.create(
        folder_id=volume.folder_id,
        volume=volume,
        asked_by_id=acting.practitioner_id,
        asked_post=_post(acting),
        asked_at=now(),
        purpose=_need(purpose, "Say what the volume is needed for.", "purpose"),
        going_to=_need(going_to, "Say where it goes, and who keeps it there.", "going_to"),
        state=RemovalState.ASKED.value,
    )
    _removal_step(acting, removal, RemovalAct.ASK, words=removal.purpose)
    record(Verb.WROTE, "archive.ask_removal", folder_id=volume.folder_id, subject=removal)
    return removal


def _removal_step(acting: Acting, removal: Removal, act: RemovalAct, **said: Any) -> RemovalStep:
    return RemovalStep.objects.create(
        **_by(acting, removal.folder_id), removal=removal, act=act.value, **said
    )


@dataclass(frozen=True)
class RemovalMove:
    """A step of a removal. `due_back` (the last day out), `safeguards` and `told` for an approval."""

    act: RemovalAct
    words: str = ""
    due_back: date | None = None
    safeguards: str = ""
    told: str = ""


#: By the end of this hour a volume is back on its day.
_BACK_BY = time(17, 0)


@transaction.atomic
def move_removal(removal_id: UUID, move: RemovalMove) -> Removal:
    """Approve, refuse, take out, chase, bring back, or take back what was asked (FIL-02)."""
    approving = move.act in (RemovalAct.APPROVE, RemovalAct.REFUSE)
    acting = permit(Permission.APPROVE_REMOVAL if approving else Permission.WRITE_FOLDER)
    removal = Removal.objects.select_for_update().filter(id=removal_id).first()
    if removal is None:
        raise NotFound
    state = rules.after_removal(RemovalState(removal.state), move.act)
    at = now()
    due_back = None
    if move.act is RemovalAct.APPROVE:
        if move.due_back is None:
            raise Refused("Give the day on which it comes back.", "due_back")
        due_back = datetime.combine(move.due_back, _BACK_BY, LONDON)
        rules.may_approve_removal(
            asked_by=removal.asked_by_id, approver=acting.practitioner_id, due_back=due_back, at=at,
            longest=clock_of(pack_in_force(), "volume_return", at).due_at,
            safeguards=move.safeguards, told=move.told,
        ).or_refuse()  # fmt: skip
        removal.due_back = due_back
    elif move.act in (RemovalAct.REFUSE, RemovalAct.CHASE, RemovalAct.RETURN):
        _need(move.words, "Say what happened, in a sentence.", "words")
    removal.state = state.value
    removal.save(update_fields=["state", "due_back"])
    _removal_step(
        acting, removal, move.act, words=move.words.strip(), due_back=due_back,
        safeguards=move.safeguards.strip() if due_back else "", told=move.told.strip() if due_back else "",
    )  # fmt: skip
    path = f"/child/{removal.folder_id}/paper/{removal.volume_id}/"
    if move.act is RemovalAct.TAKE and removal.due_back is not None:
        duties.open_duties(
            [
                Opening(
                    removal.folder_id, "volume_return", at, removal.id, path, removal.asked_by_id,
                    sooner_at=removal.due_back, sooner_why="The day that the manager approved",
                )
            ]
        )  # fmt: skip
    if move.act is RemovalAct.RETURN:
        duties.discharge("volume_return", removal.id, folder_ids=[removal.folder_id])
    if move.act in (RemovalAct.APPROVE, RemovalAct.REFUSE, RemovalAct.CHASE) and (
        removal.asked_by_id != acting.practitioner_id
    ):
        notify(
            removal.asked_by_id,
            text=f"A paper volume that you asked for: {move.act.label.lower()}",
            path=path,
        )
    record(Verb.WROTE, f"archive.removal_{move.act.value}", folder_id=removal.folder_id, subject=removal)
    return removal


@dataclass(frozen=True)
class Leaving:
    """Something of a record that leaves: what, as what, for which purpose, to whom, when."""

    what: str
    left_as: LeftAs
    purpose: str
    to_whom: str
    left_at: datetime
    stays: bool = False


@transaction.atomic
def copy_left(folder_id: UUID, leaving: Leaving, *, once: UUID | None = None) -> CopyOut:
    """Something of a record left on paper or a device; its return or destruction becomes due (FIL-06)."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := _sent(CopyOut.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    _not_ahead(leaving.left_at, "left_at")
    copy = CopyOut.objects.create(
        **_by(acting, folder_id, once),
        what=_need(leaving.what, "Say what left.", "what"),
        left_as=leaving.left_as.value,
        purpose=_need(leaving.purpose, "Say what it is needed for.", "purpose"),
        to_whom=_need(leaving.to_whom, "Say who has it.", "to_whom"),
        left_at=leaving.left_at,
        stays=leaving.stays,
    )
    if not leaving.stays:
        duties.open_duties(
            [
                Opening(
                    folder_id, "confirm_copy", copy.left_at, copy.id, f"/child/{folder_id}/copies/",
                    acting.practitioner_id,
                )
            ]
        )  # fmt: skip
    record(Verb.EXPORTED, "archive.copy_left", folder_id=folder_id, subject=copy, purpose=leaving.purpose)
    return copy


@transaction.atomic
def copy_back(copy_id: UUID, words: str, on: date) -> CopyBack:
    """A copy came back, or was destroyed: how it is known."""
    acting = permit(Permission.WRITE_FOLDER)
    copy = CopyOut.objects.filter(id=copy_id).first()
    if copy is None:
        raise NotFound
    _not_ahead(on, "on")
    earlier = CopyBack.objects.filter(copy=copy).select_related("author").first()
    if earlier is not None:
        raise Refused(f"{earlier.author.name} has confirmed this already.")
    back = CopyBack.objects.create(
        **_by(acting, copy.folder_id),
        copy=copy,
        words=_need(words, "Say how it came back or was destroyed, and who saw it.", "words"),
        on=on,
    )
    duties.discharge("confirm_copy", copy.id, folder_ids=[copy.folder_id])
    record(Verb.WROTE, "archive.copy_back", folder_id=copy.folder_id, subject=back)
    return back


# -- told of the record ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class TellingOf:
    name: str
    told_at: datetime
    how: str
    person_id: UUID | None = None
    told_by: str = ""
    said: str = ""


@transaction.atomic
def tell_of_record(folder_id: UUID, telling: TellingOf, *, once: UUID | None = None) -> ToldOfRecord:
    """A person was told that a record is kept, why, who sees it, and how to see it themselves (REC-13)."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := _sent(ToldOfRecord.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    _not_ahead(telling.told_at, "told_at")
    row = ToldOfRecord.objects.create(
        **_by(acting, folder_id, once),
        person_id=telling.person_id,
        name=_need(telling.name, "Say who was told.", "name"),
        told_at=telling.told_at,
        told_by=telling.told_by.strip() or f"{acting.name}, {_post(acting)}",
        how=_need(telling.how, "Say how they were told, and in which form.", "how"),
        said=telling.said.strip(),
    )
    record(Verb.WROTE, "archive.tell_of_record", folder_id=folder_id, subject=row)
    return row


# -- a request to see a record --------------------------------------------------------------------------


@dataclass(frozen=True)
class Asking:
    """A request as it came in."""

    asker: Asker
    name: str
    contact: str
    received_at: datetime
    how: str
    scope: str
    person_id: UUID | None = None


@transaction.atomic
def receive(folder_id: UUID, asking: Asking, *, once: UUID | None = None) -> AccessRequest:
    """Log a request; the law's month runs from the instant at which it came in (REC-13)."""
    acting = permit(Permission.SUBJECT_ACCESS)
    if (sent := _sent(AccessRequest.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    _not_ahead(asking.received_at, "received_at")
    request = AccessRequest.objects.create(
        id=once or uuid7(),
        folder_id=folder_id,
        asker=asking.asker.value,
        person_id=asking.person_id,
        name=_need(asking.name, "Say who asks.", "name"),
        contact=_need(asking.contact, "Say how to reach them safely.", "contact"),
        received_at=asking.received_at,
        how=_need(asking.how, "Say how the request came.", "how"),
        scope=_need(asking.scope, "Write what they ask for, in their words.", "scope"),
        state=RequestState.CHECKING.value,
        owner_id=acting.practitioner_id,
    )
    _step(acting, request, RequestAct.RECEIVE, at=asking.received_at, words=request.scope)
    _run_clock(request, asking.received_at)
    record(Verb.WROTE, "archive.receive", folder_id=folder_id, subject=request)
    return request


def _step(
    acting: Acting, request: AccessRequest, act: RequestAct, *, at: datetime, **said: str
) -> RequestStep:
    return RequestStep.objects.create(
        **_by(acting, request.folder_id), request=request, act=act.value, at=at, **said
    )


def _locked(request_id: UUID, act: RequestAct, version: int | None) -> AccessRequest:
    """The request, locked and moved on by the act. Raises NotFound, or Refused where somebody acted since."""
    request = AccessRequest.objects.select_for_update(of=("self",)).filter(id=request_id).first()
    if request is None or not may_write(request.folder_id):
        raise NotFound
    if version is not None and request.version != version:
        latest = (
            RequestStep.objects.filter(request=request)
            .select_related("author")
            .order_by("-written_at")
            .first()
        )
        assert latest is not None
        when = latest.written_at.astimezone(LONDON)
        raise Refused(
            f"{latest.author.name} acted on this request at {when:%H:%M} on {when.day} {when:%B} "
            f"({RequestAct(latest.act).label.lower()}). What you typed is kept below. Read that before you go on."
        )
    request.state = rules.after_request(RequestState(request.state), act).value
    request.version += 1
    return request


_PATH = "/child/{folder}/access/{request}/"


def _path(request: AccessRequest) -> str:
    return _PATH.format(folder=request.folder_id, request=request.id)


def _run_clock(request: AccessRequest, start: datetime) -> None:
    """The legal time runs from an instant: what ran before gives way to it."""
    _stop_clock(request, "The clock runs from another instant, as the law counts it")
    kind = "answer_extended_request" if request.extended else "answer_access_request"
    duties.open_duties(
        [Opening(request.folder_id, kind, start, request.id, _path(request), request.owner_id)]
    )


def _stop_clock(request: AccessRequest, why: str) -> None:
    duties.withdraw_all(request.id, why, folder_ids=[request.folder_id])


def _again(request: AccessRequest) -> RequestView:
    return queries.request(request.id, joined_set(lead_of(request.folder_id)) or [request.folder_id])


@dataclass(frozen=True)
class Identity:
    """What proves who asks and that they may. `proof_came_at`: only where proof had to be asked for."""

    identity: str
    authority: str = ""
    child_view: str = ""
    proof_came_at: datetime | None = None


@transaction.atomic
def check_identity(request_id: UUID, found: Identity, *, version: int | None = None) -> AccessRequest:
    """Who asks, and that they may. Where proof had to be asked for, the clock begins when it came."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.CHECK, version)
    child = child_page(joined_set(lead_of(request.folder_id)) or [request.folder_id])
    born = child.child.birth.born_on
    young = (
        born is None
        or (today().year - born.year - ((today().month, today().day) < (born.month, born.day))) < 18
    )
    rules.identity_is_checked(
        Asker(request.asker), found.identity, found.authority, found.child_view, child_asks=young
    ).or_refuse()
    if found.proof_came_at is not None:
        _not_ahead(found.proof_came_at, "proof_came_at")
        if found.proof_came_at < request.received_at:
            raise Refused("The proof cannot have come before the request.", "proof_came_at")
    request.identified_at = found.proof_came_at or request.received_at
    request.save()
    _step(
        acting, request, RequestAct.CHECK, at=now(), identity=found.identity.strip(),
        authority=found.authority.strip(), child_view=found.child_view.strip(),
    )  # fmt: skip
    if found.proof_came_at is not None:
        _run_clock(request, found.proof_came_at)
    record(Verb.WROTE, "archive.check_identity", folder_id=request.folder_id, subject=request)
    return request


@transaction.atomic
def pause(request_id: UUID, why: PauseWhy, words: str, *, version: int | None = None) -> AccessRequest:
    """Stop the clock while something is asked that the law lets it wait for; asking again becomes due."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.PAUSE, version)
    _need(words, "Say what was asked of them, and how.", "words")
    request.save()
    at = now()
    _step(acting, request, RequestAct.PAUSE, at=at, words=words.strip(), why=why.value)
    _stop_clock(request, f"The clock stands: {why.label.lower()}")
    duties.open_duties(
        [Opening(request.folder_id, "ask_again", at, request.id, _path(request), request.owner_id)]
    )
    record(Verb.WROTE, "archive.pause", folder_id=request.folder_id, subject=request)
    return request


@transaction.atomic
def resume(request_id: UUID, words: str, *, version: int | None = None) -> AccessRequest:
    """What was asked for has come: the clock runs again, as much later as it stood."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.RESUME, version)
    _need(words, "Say what came, and when.", "words")
    request.save()
    _step(acting, request, RequestAct.RESUME, at=now(), words=words.strip())
    duties.discharge("ask_again", request.id, folder_ids=[request.folder_id])
    start = queries.clock(_again(request))
    assert start is not None, "a clock that was resumed runs"
    _run_clock(request, start)
    record(Verb.WROTE, "archive.resume", folder_id=request.folder_id, subject=request)
    return request


@transaction.atomic
def extend(request_id: UUID, words: str, told: str, *, version: int | None = None) -> AccessRequest:
    """Two further months, once, with reasons that whoever asked is told within the first."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.EXTEND, version)
    view = _again(request)
    start = queries.clock(view)
    due = (
        Duty.objects.filter(subject_id=request.id, kind="answer_access_request", closed_at__isnull=True)
        .values_list("due_at", flat=True)
        .first()
    )
    at = now()
    rules.may_extend(
        extended=request.extended, reasons=words, told=told, first_due=due or at, at=at
    ).or_refuse()
    assert start is not None, "what is being prepared has its clock"
    request.extended = True
    request.save()
    _step(acting, request, RequestAct.EXTEND, at=at, words=words.strip(), told=told.strip())
    _run_clock(request, start)
    record(Verb.WROTE, "archive.extend", folder_id=request.folder_id, subject=request)
    return request


@transaction.atomic
def gather(request_id: UUID, *, version: int | None = None) -> int:
    """Bring into the bundle what the record holds and the bundle does not; returns how many items came.

    What was decided stays decided. Each item carries what might be held back, by its links to people in the record.
    """
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.GATHER, version)
    folders = joined_set(lead_of(request.folder_id)) or [request.folder_id]
    child = child_page(folders)
    others = queries.somebody_else(child, request.person_id)
    workers = queries.workers(child)
    pack = pack_in_force()
    listed = {Ground(g.id): g.words for g in pack.disclosure_grounds(today()) if g.id in set(Ground)}
    there = set(BundleItem.objects.filter(request=request).values_list("source_id", "part"))
    at = now()
    rows = []
    for piece in queries.pieces(folders):
        if (piece.source_id, piece.part) in there:
            continue
        proposals = rules.propose(
            piece.text, told_by=piece.told_by, others=others, workers=workers, listed=listed,
            asker=Asker(request.asker), child_said=piece.child_said, keep_from=piece.keep_from,
            raised_by_public=piece.raised_by_public, unread=piece.unread,
        )  # fmt: skip
        rows.append(
            BundleItem(
                folder_id=request.folder_id, request=request, source=piece.source, source_id=piece.source_id,
                part=piece.part, title=piece.title[:300], happened_at=piece.happened_at,
                author=piece.author[:400], text=piece.text,
                grounds=list(dict.fromkeys(p.ground.value for p in proposals)),
                proposed=" ".join(p.why for p in proposals),
                words=[w[:300] for p in proposals for w in p.words], gathered_at=at,
            )
        )  # fmt: skip
    BundleItem.objects.bulk_create(rows, batch_size=500)
    request.save()
    _step(acting, request, RequestAct.GATHER, at=at, words=f"{len(rows)} items came to the bundle.")
    record(Verb.READ, "archive.gather", folder_id=request.folder_id, subject=request, count=len(rows))
    return len(rows)


@dataclass(frozen=True)
class Deciding:
    """What is decided on one item. `words` are those taken out where it is given in part."""

    choice: Choice
    ground: Ground | None = None
    words: Sequence[str] = ()
    reasons: str = ""


def _deciding(acting: Acting, item: BundleItem, deciding: Deciding) -> ItemDecision:
    rules.decision_is_whole(
        deciding.choice, deciding.ground, deciding.words, deciding.reasons, item.text,
        whole=item.source == "document" and item.part == queries.FILE,
    ).or_refuse()  # fmt: skip
    words = [w.strip() for w in deciding.words if w.strip()] if deciding.choice is Choice.PARTLY else []
    given = {
        Choice.GIVE: item.text,
        Choice.PARTLY: rules.without(item.text, words),
        Choice.HOLD: "",
    }[deciding.choice]
    held = deciding.choice is not Choice.GIVE
    return ItemDecision(
        **_by(acting, item.folder_id), item=item, choice=deciding.choice.value,
        ground=deciding.ground.value if held and deciding.ground else "", words=words,
        reasons=deciding.reasons.strip(), given=given,
    )  # fmt: skip


def _open_for_deciding(request_id: UUID) -> AccessRequest:
    request = AccessRequest.objects.select_for_update(of=("self",)).filter(id=request_id).first()
    if request is None or not may_write(request.folder_id):
        raise NotFound
    if request.state not in (RequestState.PREPARING, RequestState.PAUSED, RequestState.CHECKING):
        raise Refused(
            f"This request is: {RequestState(request.state).label.lower()}. Open it again to decide on its items."
        )
    return request


@transaction.atomic
def decide_item(item_id: UUID, deciding: Deciding) -> ItemDecision:
    """Give an item, hold it back, or give it without some words: by name, with the ground and reasons."""
    acting = permit(Permission.SUBJECT_ACCESS)
    item = BundleItem.objects.filter(id=item_id).first()
    if item is None:
        raise NotFound
    _open_for_deciding(item.request_id)
    decision = _deciding(acting, item, deciding)
    decision.save(force_insert=True)
    record(Verb.WROTE, "archive.decide_item", folder_id=item.folder_id, subject=decision)
    return decision


@transaction.atomic
def give_the_rest(request_id: UUID) -> int:
    """Give every item that nobody has decided on and in which nothing was found to hold back; returns how many."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _open_for_deciding(request_id)
    rows = [
        _deciding(acting, item.row, Deciding(Choice.GIVE))
        for item in queries.bundle(request_id)
        if item.decision is None and not item.row.grounds
    ]
    ItemDecision.objects.bulk_create(rows, batch_size=500)
    record(Verb.WROTE, "archive.give_the_rest", folder_id=request.folder_id, subject=request, count=len(rows))
    return len(rows)


@transaction.atomic
def approve(request_id: UUID, words: str, *, version: int | None = None) -> AccessRequest:
    """A manager looks over what is given and what is held back, before anything leaves."""
    acting = permit(Permission.DISCLOSE)
    request = _locked(request_id, RequestAct.APPROVE, version)
    items = queries.bundle(request_id)
    rules.may_approve(
        undecided=sum(item.decision is None for item in items),
        total=len(items),
        elsewhere=rules.shown_elsewhere(queries.decided(items)),
        deciders={item.decision.author_id for item in items if item.decision is not None},
        approver=acting.practitioner_id,
    ).or_refuse()
    request.save()
    _step(
        acting, request, RequestAct.APPROVE, at=now(), words=_need(words, "Say what you looked at.", "words")
    )
    if request.owner_id != acting.practitioner_id:
        notify(request.owner_id, text="A copy of a record is approved to be given", path=_path(request))
    record(Verb.WROTE, "archive.approve", folder_id=request.folder_id, subject=request)
    return request


@transaction.atomic
def close(request_id: UUID, act: RequestAct, words: str, *, version: int | None = None) -> AccessRequest:
    """Refuse with reasons, note that it was taken back, or open an approved one again for deciding."""
    if act not in (RequestAct.REFUSE, RequestAct.TAKE_BACK, RequestAct.REOPEN):
        raise Refused("Choose what happens to the request.", "act")
    acting = permit(Permission.DISCLOSE if act is RequestAct.REFUSE else Permission.SUBJECT_ACCESS)
    request = _locked(request_id, act, version)
    _need(words, "Give the reasons, and what whoever asked was told.", "words")
    request.save()
    _step(acting, request, act, at=now(), words=words.strip())
    if act is RequestAct.REFUSE:
        _answered(request)
    elif act is RequestAct.TAKE_BACK:
        _stop_clock(request, "Whoever asked has taken the request back")
    record(Verb.WROTE, f"archive.{act.value}", folder_id=request.folder_id, subject=request)
    return request


def _answered(request: AccessRequest) -> None:
    for kind in ("answer_access_request", "answer_extended_request", "ask_again"):
        duties.discharge(kind, request.id, folder_ids=[request.folder_id])


def _whole(request: AccessRequest) -> Whole:
    view = _again(request)
    if view.state not in (RequestState.APPROVED, RequestState.ANSWERED):
        raise Refused("A manager has not approved yet what may be given.")
    child = child_page(joined_set(lead_of(request.folder_id)) or [request.folder_id])
    return queries.whole(view, child.child.name)


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
    return make("print/letter", {"parts": parts}, about=about)


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


# -- whoever reads their own ----------------------------------------------------------------------------


@transaction.atomic
def read_own() -> queries.Shared:
    """Read the copy of the viewer's reference and secret; the reading is on the trail. Raises NotFound."""
    shared = queries.shared(current().reference)
    if shared is None:
        raise NotFound
    record(
        Verb.READ, "archive.read_own", folder_id=shared.folder_id, subject=("archive_sharedcopy", shared.id)
    )
    return shared


_ANSWER = "/child/{row.folder_id}/access/reply/{row.id}/"


@transaction.atomic
def reply(kind: ReplyKind, words: str) -> Reply:
    """Say something to one's own record: it stands in one's own words, and whoever gave the copy is told."""
    shared = queries.shared(current().reference)
    if shared is None:
        raise NotFound
    words = _need(words, "Write what you want to say.", "words")
    sent = Reply.objects.filter(shared_id=shared.id, kind=kind.value, words=words).first()
    if sent is not None:
        return sent
    row = Reply.objects.create(
        folder_id=shared.folder_id, shared_id=shared.id, kind=kind.value, words=words, said_at=now()
    )
    giver = SharedCopy.objects.values_list("author_id", flat=True).get(id=shared.id)
    notify(
        giver, text="Somebody says something to their own record", path=f"/child/{shared.folder_id}/access/"
    )
    # They may write nothing in the record itself: that an answer is owed follows from their words.
    with looking_as(Viewer.for_job("duties")):
        duties.open_duties(
            [Opening(row.folder_id, "answer_reply", row.said_at, row.id, _ANSWER.format(row=row), giver)]
        )
    record(Verb.WROTE, "archive.reply", folder_id=shared.folder_id, subject=row)
    return row


@transaction.atomic
def answer_reply(reply_id: UUID, words: str) -> ReplyRead:
    """What was done about what a person says to their record."""
    acting = permit(Permission.WRITE_FOLDER)
    row = Reply.objects.filter(id=reply_id).first()
    if row is None or not may_write(row.folder_id):
        raise NotFound
    earlier = ReplyRead.objects.filter(reply=row).select_related("author").first()
    if earlier is not None:
        raise Refused(f"{earlier.author.name} has answered this already.")
    answer = ReplyRead.objects.create(
        **_by(acting, row.folder_id), reply=row, words=_need(words, "Say what was done about it.", "words")
    )
    duties.discharge("answer_reply", row.id, folder_ids=[row.folder_id])
    record(Verb.WROTE, "archive.answer_reply", folder_id=row.folder_id, subject=answer)
    return answer
