"""What a request brings together, decided on item by item and looked over before it leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.authors import authored
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import ChildView, addresses_in, child_page
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.queries import pack_in_force

from .. import queries, rules
from ..models import (
    AccessRequest,
    BundleItem,
    ItemDecision,
)
from ..terms import (
    Asker,
    Choice,
    Ground,
    RequestAct,
    RequestState,
)
from .requests import _locked, _path, _step
from .rows import _need


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
    workers, own = queries.workers(child), queries.own_names(request, child)
    pack = pack_in_force()
    listed = {Ground(g.id): g.words for g in pack.disclosure_grounds(today()) if g.id in set(Ground)}
    there: dict[UUID, dict[int, str]] = defaultdict(dict)
    for source_id, part, text in BundleItem.objects.filter(request=request).values_list(
        "source_id", "part", "text"
    ):
        there[source_id][part] = text
    at = now()
    rows = []
    # A court is given the papers themselves, and not what a program reads out of them.
    court = request.asker == Asker.COURT
    pieces = _not_there(queries.pieces(folders, whole_files=court), there)
    addresses = addresses_in(folders, [p.holds or p.text for p in pieces], queries.who_reads(request, child))
    for piece, of_places in zip(pieces, addresses, strict=True):
        proposals = rules.propose(
            piece.holds or piece.text, told_by=piece.told_by, others=others, workers=workers, listed=listed,
            asker=Asker(request.asker), child_said=piece.child_said, keep_from=piece.keep_from,
            raised_by_public=piece.raised_by_public, unread=piece.unread,
            addresses=of_places, family_left_out=piece.family_left_out, own=own, author=piece.author,
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


def _not_there(
    pieces: Sequence[queries.Piece], there: Mapping[UUID, Mapping[int, str]]
) -> list[queries.Piece]:
    """The pieces that the bundle does not hold. What reads otherwise than when it was gathered comes beside it."""
    found = []
    taken = {source: set(parts) for source, parts in there.items()}
    for piece in pieces:
        parts = there.get(piece.source_id, {})
        if piece.part in parts:
            if piece.text in parts.values():
                continue
            free = max((part for part in taken[piece.source_id] if part < queries.FILE), default=0) + 1
            taken[piece.source_id].add(free)
            piece = replace(piece, part=free)
        elif piece.text in parts.values() and piece.part != queries.FILE:
            continue
        found.append(piece)
    return found


@dataclass(frozen=True)
class Deciding:
    """What is decided on one item. `words` are those taken out where it is given in part."""

    choice: Choice
    ground: Ground | None = None
    words: Sequence[str] = ()
    reasons: str = ""


def _deciding(
    acting: Acting, item: BundleItem, deciding: Deciding, spared: Collection[str] = ()
) -> ItemDecision:
    rules.decision_is_whole(
        deciding.choice, deciding.ground, deciding.words, deciding.reasons, f"{item.text}\n{item.author}",
        whole=item.source == "document" and item.part == queries.FILE,
    ).or_refuse()  # fmt: skip
    words = [w.strip() for w in deciding.words if w.strip()] if deciding.choice is Choice.PARTLY else []
    given = {
        Choice.GIVE: item.text,
        Choice.PARTLY: rules.without(item.text, words, spared),
        Choice.HOLD: "",
    }[deciding.choice]
    held = deciding.choice is not Choice.GIVE
    return ItemDecision(
        **authored(acting, item.folder_id), item=item, choice=deciding.choice.value,
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


def _child(request: AccessRequest) -> ChildView:
    return child_page(joined_set(lead_of(request.folder_id)) or [request.folder_id])


@transaction.atomic
def decide_item(item_id: UUID, deciding: Deciding) -> ItemDecision:
    """Give an item, hold it back, or give it without some words: by name, with the ground and reasons."""
    acting = permit(Permission.SUBJECT_ACCESS)
    item = BundleItem.objects.filter(id=item_id).first()
    if item is None:
        raise NotFound
    request = _open_for_deciding(item.request_id)
    decision = _deciding(acting, item, deciding, queries.spared(request, _child(request)))
    decision.save(force_insert=True)
    record(Verb.WROTE, "archive.decide_item", folder_id=item.folder_id, subject=decision)
    return decision


@transaction.atomic
def give_the_rest(request_id: UUID, read: Collection[UUID]) -> int:
    """Give those of `read`, the items whose text whoever decides has before them, that nobody has decided on and in
    which nothing was found to hold back; returns how many. What nobody has read is given by nobody's name."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _open_for_deciding(request_id)
    rows = [
        _deciding(acting, item.row, Deciding(Choice.GIVE))
        for item in queries.bundle(request_id)
        if item.id in read and item.decision is None and not item.row.grounds
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
        files=queries.files_that_tell(items),
        elsewhere=rules.shown_elsewhere(queries.decided(items), queries.spared(request, _child(request))),
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
