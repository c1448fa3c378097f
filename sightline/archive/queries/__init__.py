"""Reads of paper volumes, of copies that left, and of requests to see a record."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from sightline.access.queries import grants_on, joined_set, lead_of
from sightline.agencies.models import Posting
from sightline.children.queries import (
    ChildView,
    HeldElsewhere,
    addresses_in,
    knows_addresses,
    without_addresses,
)
from sightline.children.terms import Known
from sightline.documents.queries import DocumentView, content, document, documents
from sightline.documents.terms import MediaKind
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import DutyView, on_folders, pack_in_force
from sightline.records.chronology import Moment
from sightline.voice.queries import who_matters

from .. import rules
from ..models import (
    AccessRequest,
    BundleItem,
    CopyBack,
    CopyGiven,
    CopyOut,
    ItemDecision,
    Removal,
    RemovalStep,
    Reply,
    RequestStep,
    SharedCopy,
    SharedEnd,
    ToldOfRecord,
    Volume,
    VolumeCheck,
    VolumePlace,
)
from ..terms import (
    Asker,
    Choice,
    GivenAs,
    Ground,
    PaperPoint,
    RemovalAct,
    RemovalState,
    RequestAct,
    RequestState,
)
from .keeping import Keeping, keeping, live_holds, tombstones
from .piece import Piece
from .pieces import ALL, FILE, pieces

__all__ = ["FILE", "Keeping", "Piece", "keeping", "live_holds", "pieces", "tombstones"]

# -- paper ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VolumeView:
    """A volume as it stands: the latest place and dates, the latest check, and whether it is out."""

    id: UUID
    folder_id: UUID
    number: str
    place: str
    covers_from: date
    covers_until: date | None
    places: tuple[VolumePlace, ...]
    checks: tuple[VolumeCheck, ...]
    removals: tuple[Removal, ...]

    @property
    def now_removed(self) -> Removal | None:
        """The removal that is asked for, approved or out."""
        live = (RemovalState.ASKED, RemovalState.APPROVED, RemovalState.OUT)
        return next((r for r in self.removals if r.state in live), None)

    @property
    def out(self) -> Removal | None:
        removed = self.now_removed
        return removed if removed is not None and removed.state == RemovalState.OUT else None

    @property
    def sound(self) -> bool | None:
        """Whether the latest check found it right; None where nobody has checked it."""
        if not self.checks:
            return None
        latest = self.checks[0]
        return latest.agrees and set(latest.met) == {p.value for p in PaperPoint}


def volumes(folder_ids: Iterable[UUID]) -> list[VolumeView]:
    """The paper volumes of a child, by number. Six queries at most."""
    rows = (
        Volume.objects.filter(folder_id__in=list(folder_ids))
        .prefetch_related(
            Prefetch("places", VolumePlace.objects.select_related("author").order_by("-written_at", "-id")),
            Prefetch("checks", VolumeCheck.objects.select_related("author").order_by("-written_at", "-id")),
            Prefetch(
                "removals",
                Removal.objects.select_related("asked_by")
                .prefetch_related(
                    Prefetch(
                        "steps",
                        RemovalStep.objects.select_related("author")
                        .prefetch_related("notified")
                        .order_by("written_at", "id"),
                    )
                )
                .order_by("-asked_at", "-id"),
            ),
        )
        .order_by("number")
    )
    return [
        VolumeView(
            id=row.id,
            folder_id=row.folder_id,
            number=row.number,
            place=row.places.all()[0].place,
            covers_from=row.places.all()[0].covers_from,
            covers_until=row.places.all()[0].covers_until,
            places=tuple(row.places.all()),
            checks=tuple(row.checks.all()),
            removals=tuple(row.removals.all()),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class MayNeed:
    """Somebody, or a team, to whom a record is open, and who may need its paper."""

    name: str
    practitioner_id: UUID | None = None
    team_id: UUID | None = None

    @property
    def key(self) -> str:
        return f"p{self.practitioner_id}" if self.practitioner_id else f"t{self.team_id}"


def who_may_need(folder_id: UUID) -> list[MayNeed]:
    """The people and teams to whom a record is open today, each once, by name."""
    found: dict[str, MayNeed] = {}
    for grant in grants_on(folder_id):
        one = None
        if grant.practitioner is not None:
            one = MayNeed(grant.practitioner.name, practitioner_id=grant.practitioner_id)
        elif grant.team is not None:
            one = MayNeed(f"{grant.team.name}, {grant.team.agency.name}", team_id=grant.team_id)
        if one is not None:
            found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: (one.team_id is None, one.name))


def posted_in(team_ids: Iterable[UUID]) -> list[UUID]:
    """Who is posted in these teams today."""
    rows = Posting.objects.held_today().filter(team_id__in=list(team_ids))
    return list(rows.order_by("practitioner_id").values_list("practitioner_id", flat=True).distinct())


def volume(volume_id: UUID, folder_ids: Iterable[UUID]) -> VolumeView:
    """One volume of these folders. Raises NotFound."""
    found = next((v for v in volumes(folder_ids) if v.id == volume_id), None)
    if found is None:
        raise NotFound
    return found


def on_paper(folder_ids: Sequence[UUID]) -> HeldElsewhere:
    """What this room holds of the things that every record must have: the volume numbers (REC-02)."""
    numbers = (
        Volume.objects.filter(folder_id__in=list(folder_ids))
        .order_by("number")
        .values_list("number", flat=True)
    )
    found = tuple(numbers)
    return HeldElsewhere(on_paper=bool(found), volumes=found)


@dataclass(frozen=True)
class CopyOutView:
    id: UUID
    row: CopyOut
    back: CopyBack | None


def copies_out(folder_ids: Iterable[UUID]) -> list[CopyOutView]:
    """What of a record left on paper or a device, the latest two hundred, those first."""
    rows = _copies_out(folder_ids).order_by("-left_at", "-id")
    return [CopyOutView(r.id, r, getattr(r, "back", None)) for r in rows[:200]]


def copy_out(copy_id: UUID, folder_ids: Iterable[UUID]) -> CopyOutView:
    """One of them. Raises NotFound."""
    row = _copies_out(folder_ids).filter(id=copy_id).first()
    if row is None:
        raise NotFound
    return CopyOutView(row.id, row, getattr(row, "back", None))


def _copies_out(folder_ids: Iterable[UUID]) -> QuerySet[CopyOut]:
    return CopyOut.objects.filter(folder_id__in=list(folder_ids)).select_related("author", "back__author")


def told_of_record(folder_ids: Iterable[UUID]) -> list[ToldOfRecord]:
    """Who was told of the record, the latest first (REC-13)."""
    return list(
        ToldOfRecord.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author")
        .order_by("-told_at", "-id")
    )


def not_told_of_record(view: ChildView) -> list[str]:
    """The child and those with parental responsibility whom nobody has told of the record."""
    told = {row.name.casefold() for row in told_of_record(view.folder_ids)}
    people = [view.child, *(t.person for t in view.responsible_parents)]
    return [p.name for p in people if told.isdisjoint({p.name.casefold(), p.full_name.casefold()} - {""})]


# -- requests -------------------------------------------------------------------------------------------


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

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def state(self) -> RequestState:
        return RequestState(self.row.state)

    @property
    def asker(self) -> Asker:
        return Asker(self.row.asker)


_DUTIES = ("answer_access_request", "answer_extended_request", "ask_again")


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
    given = bundle(request_id)
    return RequestView(
        found.row, found.steps, found.copies, found.duty,
        total=len(given),
        undecided=sum(item.decision is None for item in given),
        held=sum(item.decision is not None and item.decision.choice != Choice.GIVE for item in given),
    )  # fmt: skip


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
    rows = (
        BundleItem.objects.filter(request_id=request_id)
        .prefetch_related(
            Prefetch(
                "decisions", ItemDecision.objects.select_related("author").order_by("-written_at", "-id")
            )
        )
        .order_by("happened_at", "source", "source_id", "part")
    )
    found = []
    for row in rows:
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


# -- who stands in a record ----------------------------------------------------------------------


def somebody_else(view: ChildView, asked_by: UUID | None) -> list[rules.SomebodyElse]:
    """Who stands in this record and is neither the child nor whoever asks: by their ties, and from the child's map."""
    own = {view.child.given.casefold(), view.child.family.casefold(), view.child.called.casefold()}
    found: dict[str, rules.SomebodyElse] = {}
    for tie in view.every_tie:
        if asked_by is not None and tie.person.id == asked_by:
            continue
        names = {tie.name, tie.words}
        for name in tie.person.names:
            names |= {name.words, name.given, name.family}
        if not tie.person.names:
            names |= set(tie.name.split())
        kept = tuple(sorted(n for n in names if len(n) > 2 and n.casefold() not in own))
        found.setdefault(tie.name, rules.SomebodyElse(f"{tie.name} ({tie.said})", kept))
    for matter in who_matters(view.folder_ids):
        if matter.person_id is None and len(matter.name) > 2 and matter.name.casefold() not in own:
            found.setdefault(matter.name, rules.SomebodyElse(matter.name, (matter.name,)))
    return list(found.values())


def own_names(request: AccessRequest, view: ChildView) -> set[str]:
    """The names of whose record it is and of who asks for it, each as it may stand in a text."""
    people = [view.child, *(t.person for t in view.every_tie if t.person.id == request.person_id)]
    found = {request.name, *view.joined_names}
    for person in people:
        found |= {person.name, person.full_name, person.called}
        for name in person.names:
            found |= {
                name.words,
                name.family,
                f"{person.called} {name.family}",
                f"{name.given} {name.family}",
            }
    return {" ".join(name.split()) for name in found} - {""}


def standing_of(request: AccessRequest, view: ChildView) -> str:
    """What the record says of whoever asks for a child: how they are tied to them and whether they hold parental
    responsibility. Empty where a person asks for their own."""
    if request.asker == Asker.SELF:
        return ""
    tie = next((t for t in view.ties if request.person_id and t.person.id == request.person_id), None)
    if tie is None:
        return f"The record says nothing of how {request.name} stands to {view.child.called} today."
    holds = {
        Known.YES: "holds parental responsibility",
        Known.NO: "does not hold parental responsibility",
    }.get(tie.parental_responsibility, "may or may not hold parental responsibility: nobody has recorded it")
    return f"The record says: {tie.name}, {tie.said}, {holds}."


def spared(request: AccessRequest, view: ChildView) -> set[str]:
    """Names that stay whole where a part of them is held back as somebody else's: the family's own, and workers'."""
    return own_names(request, view) | workers(view)


def workers(view: ChildView) -> set[str]:
    """Those who work or worked with the child in their post, or answer for the record: their names are given."""
    found = {i.practitioner for i in view.every_involvement if i.practitioner}
    return found | ({view.responsible_manager} if view.responsible_manager else set())


# -- what is given --------------------------------------------------------------------------------------

#: The order of the parts of a copy, and what stands over each for whoever reads their own and for somebody else.
PARTS = (
    ("voice", "What you said, and what we did", "What the child said, and what was done"),
    ("decision", "What was decided about you", "What was decided"),
    ("concern", "When somebody was worried about you", "When somebody was worried"),
    ("entry", "What was written in your record", "What was written in the record"),
    ("enquiry", "Assessments and enquiries about you", "Assessments and enquiries"),
    ("meeting", "Meetings about you", "Meetings"),
    ("plan", "The plans for you", "Plans"),
    ("about", "Who you are, and who is in your life", "Who the child is, and who is in their life"),
    ("other", "Other things that happened", "Other things that happened"),
    ("document", "Papers and files in your record", "Papers and files in the record"),
)


@dataclass(frozen=True)
class Whole:
    """What is given: made of decisions alone, so that nothing held back is in it in any form."""

    name: str
    own: bool
    made_on: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    given: int = 0
    held: int = 0

    def content(self) -> dict[str, Any]:
        """As a shared copy keeps it."""
        return {
            "name": self.name, "own": self.own, "made_on": self.made_on, "parts": self.parts,
            "words": [list(pair) for pair in self.words],
        }  # fmt: skip


@dataclass(frozen=True)
class FileBeside:
    """A file that is given beside the copy. Its own name may hold words that are held back: it is called by kind and
    number alone, in the copy as well."""

    document: DocumentView
    number: int

    @property
    def name(self) -> str:
        """'Recording 2'."""
        what = {MediaKind.AUDIO: "Recording", MediaKind.VIDEO: "Video", MediaKind.PHOTOGRAPH: "Picture"}
        return (
            f"{what.get(self.document.kind, 'Document') if self.document.kind else 'Document'} {self.number}"
        )


def _files(
    folder_id: UUID, items: Sequence[Item], besides: Mapping[UUID, FileBeside]
) -> tuple[list[dict[str, str]], list[str]]:
    """The pictures of a document that are given, each with words for it, and the names of what is given beside the
    copy because it cannot stand in it. Raises Refused where a file that is to be given cannot be opened."""
    if not any(item.row.part == FILE and item.given for item in items):
        return [], []
    if (beside := besides.get(items[0].row.source_id)) is not None:
        return [], [beside.name]
    folders = joined_set(lead_of(folder_id)) or [folder_id]
    view = document(items[0].row.source_id, folders)
    name = next((item.given for item in items if item.row.part == 0 and item.given), "")
    with content(view.id, folders, preview=True).opened as opened:
        drawn = b64encode(opened.read()).decode()
    return [{"jpeg": drawn, "alt": name or "A picture whose name is held back"}], []


def files_beside(view: RequestView) -> list[FileBeside]:
    """The documents that are given whole and cannot stand in the copy: recordings, videos, files without text."""
    wanted = {
        item.row.source_id
        for item in bundle(view.id)
        if item.row.source == "document" and item.row.part == FILE and item.given
    }
    if not wanted:
        return []
    folders = joined_set(lead_of(view.row.folder_id)) or [view.row.folder_id]
    found = [
        each
        for each in documents(folders, limit=ALL)[0]
        if each.id in wanted and not (each.kind is MediaKind.PHOTOGRAPH and each.has_preview)
    ]
    found.sort(key=lambda each: (each.added_at, each.id))
    return [FileBeside(each, number) for number, each in enumerate(found, start=1)]


def gathered_at(view: RequestView) -> datetime:
    """When the record was last gathered for a request: the copy shows it as it stood then, whenever it is made."""
    return max((step.at for step in view.steps if step.act == RequestAct.GATHER), default=now())


def who_reads(request: AccessRequest, child: ChildView) -> UUID | None:
    """Who of the family is to read the copy of a request; None for somebody whom the record does not know."""
    return child.child.id if request.asker == Asker.SELF else request.person_id


def whole(view: RequestView, child: ChildView) -> Whole:
    """The copy as it was decided, for print and for reading here. A confidential address that is not the reader's own
    is in no copy, whatever was decided on the item that it stands in.

    Raises NotFound where an item is not decided, Refused where a file that is to be given cannot be opened.
    """
    grounds = {g.id: g for g in pack_in_force().disclosure_grounds(today())}
    own = view.asker is Asker.SELF
    items = bundle(view.id)
    by_source: dict[str, dict[UUID, list[Item]]] = {}
    held_words: set[str] = set()
    for item in items:
        if item.decision is None:
            raise NotFound
        held_words |= set(item.decision.words)
        by_source.setdefault(item.row.source, {}).setdefault(item.row.source_id, []).append(item)
    besides = {each.document.id: each for each in files_beside(view)} if "document" in by_source else {}
    whole_names = spared(view.row, child)
    parts: list[dict[str, Any]] = []
    for source, for_own, for_other in PARTS:
        if not by_source.get(source):
            continue
        rows = []
        for group in by_source[source].values():
            first = group[0].row
            texts = [i.given for i in group if i.given and (source, i.row.part) != ("document", FILE)]
            told = []
            for item in group:
                assert item.decision is not None
                ground = grounds.get(item.decision.ground)
                if item.decision.choice != Choice.GIVE:
                    told.append(ground.told if ground and ground.told else "")
            note = ""
            if told:
                why = " ".join(dict.fromkeys(words for words in told if words))
                note = " ".join(
                    words
                    for words in (
                        "Something is held back here."
                        if any(i.given for i in group)
                        else "This is held back.",
                        why,
                    )
                    if words
                )
            title = _second_person(first.title) if own else first.title
            pictures, beside = (
                _files(view.row.folder_id, group, besides) if source == "document" else ([], [])
            )
            rows.append(
                {
                    # Where all of it is held back, not even its title may say what it was.
                    "title": (
                        rules.without(title, held_words, whole_names)
                        if texts or pictures or beside
                        else "Something in the record"
                    ),
                    "when": _day(first.happened_at),
                    "by": rules.without(first.author, held_words, whole_names) if texts else "",
                    "texts": texts,
                    "note": note,
                    "pictures": pictures,
                    "beside": [f"Given to you as a file beside this: {name}" for name in beside],
                }
            )
        parts.append({"heading": for_own if own else for_other, "rows": rows})
    parts = _without_addresses_of_others(parts, view.row, child)
    every = " ".join(text for part in parts for row in part["rows"] for text in row["texts"])
    glossary = [
        (a.abbreviation, a.stands_for)
        for a in pack_in_force().glossary(today())
        if re.search(rf"(?<!\w){re.escape(a.abbreviation)}(?!\w)", every)
    ]
    return Whole(
        name=f"{child.child.name} ({child.child.full_name})" if child.child.full_name else child.child.name,
        own=own,
        made_on=_day(gathered_at(view)),
        parts=parts,
        words=glossary,
        given=sum(bool(i.given) for i in items),
        held=sum(i.decision is not None and i.decision.choice != Choice.GIVE for i in items),
    )


def _without_addresses_of_others(
    parts: list[dict[str, Any]], request: AccessRequest, child: ChildView
) -> list[dict[str, Any]]:
    """The parts of a copy without confidential addresses, each row saying so. One query."""
    fit = without_addresses(child.folder_ids, parts, who_reads(request, child))
    for after, before in zip(fit, parts, strict=True):
        for row, as_decided in zip(after["rows"], before["rows"], strict=True):
            if row != as_decided:
                row["note"] = f"{row['note']} An address is held back.".strip()
    return fit


def words_to_decide(item: Item, child: ChildView) -> list[str]:
    """The words that are proposed for holding back, those left out that whoever decides must not know: an address
    is held back whatever is decided. At most one query."""
    words = item.row.words
    if knows_addresses():
        return list(words)
    kept = addresses_in(child.folder_ids, words)
    return [word for word, found in zip(words, kept, strict=True) if not found]


def _second_person(title: str) -> str:
    return {
        "What the child said": "What you said",
        "What was seen of the child": "What we saw of you",
        "A concern was raised": "Somebody was worried about you",
    }.get(title, title)


def _day(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


# -- for whoever reads their own ------------------------------------------------------------------------


@dataclass(frozen=True)
class Shared:
    """A copy as whoever holds its reference and secret reads it."""

    id: UUID
    folder_id: UUID
    content: dict[str, Any]
    ends_at: datetime
    replies: tuple[Reply, ...]


def shared(reference: str) -> Shared | None:
    """The copy of the viewer's own reference and secret; None where there is none, or it has ended."""
    row = SharedCopy.objects.filter(reference=reference).prefetch_related("replies__answer").first()
    if row is None or SharedEnd.objects.filter(shared=row).exists() or row.ends_at <= now():
        return None
    return Shared(row.id, row.folder_id, row.content, row.ends_at, tuple(row.replies.all()))


def replies(folder_ids: Iterable[UUID]) -> list[Reply]:
    """What people said to their own record, the latest first."""
    return list(
        Reply.objects.filter(folder_id__in=list(folder_ids))
        .select_related("shared__copy__request", "answer__author")
        .order_by("-said_at", "-id")
    )


#: For how long a copy may be read here (Sightline baseline; the form offers no longer).
LONGEST_SHARED = timedelta(days=28)


# -- the timeline ---------------------------------------------------------------------------------------


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    steps = RemovalStep.objects.filter(folder_id__in=folder_ids).select_related("author", "removal__volume")
    replies = Reply.objects.filter(folder_id__in=folder_ids).select_related("shared__copy")
    copies = CopyGiven.objects.filter(folder_id__in=folder_ids).select_related("author")
    return steps, replies, copies


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds to the one timeline: paper out and back, and a record seen by whom it is about."""
    steps, replies, copies = asked = _moments(folder_ids)
    yield asked
    found = [
        Moment(
            id=step.id,
            folder_id=step.folder_id,
            happened_at=step.written_at,
            known_at=step.written_at,
            kind="Paper file",
            text=f"Volume {step.removal.volume.number}: {_act(step)}. {step.words}".strip(),
            agency=step.author_post.rpartition(", ")[2],
            author=step.author.name,
            href=f"/child/{step.folder_id}/paper/",
        )
        for step in steps
    ]
    found += [
        Moment(
            id=reply.id,
            folder_id=reply.folder_id,
            happened_at=reply.said_at,
            known_at=reply.said_at,
            kind="Said to their own record",
            text=f"“{reply.words}”",
            author=reply.shared.copy.to_whom,
            href=f"/child/{reply.folder_id}/access/",
        )
        for reply in replies
    ]
    found += [
        Moment(
            id=copy.id,
            folder_id=copy.folder_id,
            happened_at=copy.given_at,
            known_at=copy.written_at,
            kind="Record given",
            text=f"{GivenAs(copy.given_as).label}, to {copy.to_whom}.",
            agency=copy.author_post.rpartition(", ")[2],
            author=copy.author.name,
            href=f"/child/{copy.folder_id}/access/",
        )
        for copy in copies
    ]
    return found


def _act(step: RemovalStep) -> str:
    return RemovalAct(step.act).label.lower()
