"""Requests to see a record, their clock, and the bundle of each with what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery

from sightline.access.models import Joining
from sightline.access.queries import joined_set, lead_of
from sightline.concerns.rules import secret_digest
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import DutyView, on_folders

from .. import rules
from ..models import (
    AccessRequest,
    BundleItem,
    CopyGiven,
    ItemDecision,
    RequestStep,
)
from ..terms import (
    Asker,
    Choice,
    GivenAs,
    Ground,
    RequestAct,
    RequestState,
)
from .pieces import FILE, pieces


@dataclass(frozen=True)
class RequestView:
    """A request as a page shows it."""

    row: AccessRequest
    steps: tuple[RequestStep, ...]
    copies: tuple[CopyGiven, ...]
    duty: DutyView | None
    total: int = 0
    undecided: int = 0
    held: int = 0
    groups: int = 0
    """How many things of the record the items are of, each standing by itself in a copy."""
    taken_out_at: datetime | None = None
    """When a record that was read as part of this one was taken out of it, after it was gathered."""

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def state(self) -> RequestState:
        return RequestState(self.row.state)

    @property
    def asker(self) -> Asker:
        return Asker(self.row.asker)

    @property
    def approved_at(self) -> datetime | None:
        """When what is given was last approved; None before."""
        return max((step.at for step in self.steps if step.act == RequestAct.APPROVE), default=None)

    @property
    def volumes(self) -> int:
        """In how many volumes the copy comes as a PDF: a court's is long, and typeset a thousand things at a time."""
        return max(1, -(-self.groups // rules.VOLUME)) if self.asker is Asker.COURT else 1


_DUTIES = ("answer_access_request", "answer_extended_request", "give_to_court", "ask_again")


def requests(folder_ids: Sequence[UUID]) -> list[RequestView]:
    """The requests to see this record, the latest first."""
    rows = list(
        AccessRequest.objects.filter(folder_id__in=list(folder_ids))
        .select_related("owner")
        .prefetch_related(
            Prefetch("steps", RequestStep.objects.select_related("author").order_by("written_at", "id")),
            Prefetch(
                "copies", CopyGiven.objects.select_related("author", "shared__ended").order_by("given_at")
            ),
        )
        .order_by("-received_at", "-id")
    )
    due = {d.subject_id: d for d in on_folders(folder_ids) if d.kind in _DUTIES and d.to_do} if rows else {}
    return [RequestView(r, tuple(r.steps.all()), tuple(r.copies.all()), due.get(r.id)) for r in rows]


def request(request_id: UUID, folder_ids: Sequence[UUID]) -> RequestView:
    """One request with how far its bundle is decided. Raises NotFound."""
    found = next((r for r in requests(folder_ids) if r.id == request_id), None)
    if found is None:
        raise NotFound
    # Counted by the database: the bundle of a long record holds thousands of texts.
    latest = ItemDecision.objects.filter(item=OuterRef("pk")).order_by("-written_at", "-id").values("choice")
    taken_out_at = _taken_out_at(found.row)
    choices = _of_the_record(found.row, taken_out_at).annotate(choice=Subquery(latest[:1]))
    counted = choices.aggregate(
        total=Count("pk"),
        groups=Count("source_id", distinct=True),
        undecided=Count("pk", filter=Q(choice__isnull=True)),
        held=Count("pk", filter=Q(choice__isnull=False) & ~Q(choice=Choice.GIVE.value)),
    )
    return RequestView(found.row, found.steps, found.copies, found.duty, **counted, taken_out_at=taken_out_at)


def clock(view: RequestView) -> datetime | None:
    """The instant that the legal time is counted from; None while the clock stands."""
    return rules.clock_runs_from(view.row.received_at, view.row.identified_at, pauses(view.steps))


def pauses(steps: Sequence[RequestStep]) -> list[rules.Pause]:
    """When the clock stood, from the steps of a request."""
    found: list[rules.Pause] = []
    for step in steps:
        if step.act == RequestAct.PAUSE:
            found.append(rules.Pause(step.at, None))
        elif step.act == RequestAct.RESUME and found:
            found[-1] = rules.Pause(found[-1].began, step.at)
    return found


def opened_by(view: RequestView, reference: str, secret: str) -> CopyGiven:
    """The copy given on a request that this reference and secret code open. Raises NotFound."""
    digest = secret_digest(reference, secret)
    for copy in view.copies:
        shared = getattr(copy, "shared", None)
        if shared is not None and (shared.reference, shared.secret_digest) == (reference, digest):
            return copy
    raise NotFound


@dataclass(frozen=True)
class GivenView:
    """A copy that was given to whoever asked. `fingerprints` are of the PDF or of each of its volumes; none where it is
    read here."""

    row: CopyGiven
    fingerprints: tuple[str, ...]

    @property
    def how(self) -> str:
        return GivenAs(self.row.given_as).label


def copies_given(folder_ids: Iterable[UUID]) -> list[GivenView]:
    """The copies of a record that were given to whoever asked, the latest first."""
    rows = CopyGiven.objects.filter(folder_id__in=list(folder_ids)).select_related("author")
    return [
        GivenView(row, tuple(row.volumes_sha256) or ((row.sha256,) if row.sha256 else ()))
        for row in rows.order_by("-given_at", "-id")
    ]


@dataclass(frozen=True)
class Item:
    """An item of a bundle with the decision that holds; `decision` is None until somebody has decided."""

    row: BundleItem
    decision: ItemDecision | None
    history: tuple[ItemDecision, ...]

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def given(self) -> str:
        return self.decision.given if self.decision else ""

    @property
    def grounds(self) -> list[Ground]:
        return [Ground(g) for g in self.row.grounds]


def bundle(request_id: UUID) -> list[Item]:
    """The bundle of a request, in the order in which things happened. Two queries."""
    row = AccessRequest.objects.get(id=request_id)
    return _items(_of_the_record(row, _taken_out_at(row)))


def item(item_id: UUID, request_id: UUID) -> Item:
    """One item of a bundle. Raises NotFound."""
    row = AccessRequest.objects.get(id=request_id)
    found = _items(_of_the_record(row, _taken_out_at(row)).filter(id=item_id))
    if not found:
        raise NotFound
    return found[0]


def files_that_tell(items: Iterable[Item]) -> list[str]:
    """The names of the documents of which some text is held back and which are given whole all the same."""
    given, held, names = set(), set(), {}
    for item in items:
        row = item.row
        if row.source != "document" or item.decision is None:
            continue
        if row.part == 0:
            names[row.source_id] = row.text
        elif row.part == FILE and item.given:
            given.add(row.source_id)
        elif row.part != FILE and item.decision.choice != Choice.GIVE:
            held.add(row.source_id)
    return [names.get(each, "A document") for each in given & held]


def _taken_out_at(row: AccessRequest) -> datetime | None:
    """When a record was last taken out of the one that is asked for, since it was first gathered: the match was wrong,
    and what it holds is another child's. One query."""
    first = RequestStep.objects.filter(request=row, act=RequestAct.GATHER.value).order_by("at").values("at")
    lead = Joining.objects.filter(folder_id=row.folder_id, undone_at__isnull=True).values("into_id")
    undone = Joining.objects.filter(
        Q(into_id=row.folder_id) | Q(into_id__in=lead), undone_at__gt=Subquery(first[:1])
    )
    return undone.aggregate(last=Max("undone_at"))["last"]


def _of_the_record(row: AccessRequest, taken_out_at: datetime | None) -> QuerySet[BundleItem]:
    """The items of a request, without those of a record that was taken out of this one since: they are another child's,
    whatever was decided on them."""
    items = BundleItem.objects.filter(request=row)
    if taken_out_at is None:
        return items
    folders = joined_set(lead_of(row.folder_id)) or [row.folder_id]
    return items.filter(source_id__in={piece.source_id for piece in pieces(folders)})


def _items(rows: QuerySet[BundleItem]) -> list[Item]:
    decisions = ItemDecision.objects.select_related("author").order_by("-written_at", "-id")
    found = []
    for row in rows.prefetch_related(Prefetch("decisions", decisions)).order_by(
        "happened_at", "source", "source_id", "part"
    ):
        history = tuple(row.decisions.all())
        found.append(Item(row, history[0] if history else None, history))
    return found


def decided(items: Iterable[Item]) -> list[rules.Decided]:
    """The items as the rule on words shown elsewhere takes them."""
    return [
        rules.Decided(
            item.id,
            item.given,
            tuple(item.decision.words),
            item.decision.reasons,
            # What stands for a file is the program's own sentence, the same for each.
            item.row.text if item.decision.choice == Choice.HOLD and item.row.part != FILE else "",
        )
        for item in items
        if item.decision is not None
    ]
