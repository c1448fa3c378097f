"""A request to see a record: who asks, and the clock that the law counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min

from sightline.access.queries import joined_set, lead_of, may_write
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored, sent_before
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening
from sightline.procedures.models import TO_DO, Duty

from .. import queries, rules
from ..models import (
    AccessRequest,
    CopyGiven,
    Reply,
    RequestStep,
)
from ..queries import RequestView
from ..terms import (
    Asker,
    PauseWhy,
    ReplyKind,
    RequestAct,
    RequestState,
)
from .rows import _need, _nobody_disposes, _not_ahead


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
    due_on: date | None = None
    """The day that a court or an inquiry has named."""


@transaction.atomic
def receive(folder_id: UUID, asking: Asking, *, once: UUID | None = None) -> AccessRequest:
    """Log a request; the law's month runs from the instant at which it came in (REC-13)."""
    acting = permit(Permission.SUBJECT_ACCESS)
    if (sent := sent_before(AccessRequest.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    _nobody_disposes(folder_id)
    _not_ahead(asking.received_at, "received_at")
    if asking.person_id is not None:
        child = child_page(joined_set(lead_of(folder_id)) or [folder_id])
        rules.asks_as(asking.asker, named=True, is_the_child=asking.person_id == child.child.id).or_refuse()
    court = not rules.waits_for_the_law(asking.asker).allowed
    if court and asking.due_on is not None:
        rules.may_name_day(asking.due_on, today()).or_refuse()
    request = AccessRequest.objects.create(
        id=once or uuid7(),
        folder_id=folder_id,
        asker=asking.asker.value,
        person_id=asking.person_id,
        name=_need(asking.name, "Say who asks.", "name"),
        contact=_need(asking.contact, "Say how to reach them safely.", "contact"),
        received_at=asking.received_at,
        due_on=asking.due_on if court else None,
        how=_need(asking.how, "Say how the request came.", "how"),
        scope=_need(asking.scope, "Write what they ask for, in their words.", "scope"),
        state=RequestState.CHECKING.value,
        owner_id=acting.practitioner_id,
    )
    _step(acting, request, RequestAct.RECEIVE, at=asking.received_at, words=request.scope)
    if not court:
        _run_clock(request, asking.received_at)
    elif asking.due_on is not None:
        _owe_court(request)
    record(Verb.WROTE, "archive.receive", folder_id=folder_id, subject=request)
    return request


def _step(
    acting: Acting, request: AccessRequest, act: RequestAct, *, at: datetime, **said: str
) -> RequestStep:
    return RequestStep.objects.create(
        **authored(acting, request.folder_id), request=request, act=act.value, at=at, **said
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
        [Opening(request.folder_id, kind, start, request.id, _path(request), request.owner_id)],
        imported=True,  # also one that lay for years
    )


def _owe_court(request: AccessRequest) -> None:
    """By the day that the court or inquiry has named, its copy is due; nothing is due where it has named none."""
    if request.due_on is None:
        return
    duties.open_duties(
        [
            Opening(
                request.folder_id, "give_to_court", now(), request.id, _path(request), request.owner_id,
                sooner_at=datetime.combine(request.due_on, time(23, 59, 59), LONDON),
                sooner_why=f"The day that {request.name} has named",
            )
        ]
    )  # fmt: skip


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
    if found.proof_came_at is not None and rules.waits_for_the_law(Asker(request.asker)).allowed:
        _run_clock(request, found.proof_came_at)
    record(Verb.WROTE, "archive.check_identity", folder_id=request.folder_id, subject=request)
    return request


@transaction.atomic
def pause(request_id: UUID, why: PauseWhy, words: str, *, version: int | None = None) -> AccessRequest:
    """Stop the clock while something is asked that the law lets it wait for; asking again becomes due."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.PAUSE, version)
    rules.waits_for_the_law(Asker(request.asker)).or_refuse()
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
def resume(request_id: UUID, words: str, came_at: datetime, *, version: int | None = None) -> AccessRequest:
    """What was asked for has come: the clock runs again from when it came, however late that is written down."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.RESUME, version)
    _need(words, "Say what came.", "words")
    _not_ahead(came_at, "came_at")
    asked_at = queries.pauses(_again(request).steps)[-1].began
    if came_at < asked_at.replace(second=0, microsecond=0):
        raise Refused("It cannot have come before it was asked for.", "came_at")
    came_at = max(came_at, asked_at)  # in the same minute
    request.save()
    _step(acting, request, RequestAct.RESUME, at=came_at, words=words.strip())
    duties.discharge("ask_again", request.id, folder_ids=[request.folder_id], done=came_at)
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
    rules.waits_for_the_law(Asker(request.asker)).or_refuse()
    view = _again(request)
    start = queries.clock(view)
    due = (
        Duty.objects.filter(TO_DO, subject_id=request.id, kind="answer_access_request")
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
def name_day(request_id: UUID, day: date, words: str, *, version: int | None = None) -> AccessRequest:
    """A court or an inquiry names the day of its copy, or another than before: it is owed by then. What was owed by
    the day before stays in the history, and in sight where it was missed."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _locked(request_id, RequestAct.NAME_DAY, version)
    rules.names_its_own_day(Asker(request.asker)).or_refuse()
    rules.may_name_day(day, today()).or_refuse()
    _need(words, "Say why the day is another, and how they told us.", "words")
    before, request.due_on = request.due_on, day
    if day == before:
        raise Refused("That day is named already.", "due_on")
    request.save()
    moved = f"The copy is due by {_said(day)}; before, " + (
        f"by {_said(before)}." if before else "no day was named."
    )
    _step(acting, request, RequestAct.NAME_DAY, at=now(), words=f"{words.strip()}\n\n{moved}")
    _stop_clock(request, f"The court or inquiry has named another day, {_said(day)}")
    _owe_court(request)
    record(Verb.WROTE, "archive.name_day", folder_id=request.folder_id, subject=request)
    return request


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@transaction.atomic
def close(
    request_id: UUID, act: RequestAct, words: str, *, due_on: date | None = None, version: int | None = None
) -> AccessRequest:
    """Refuse with reasons, note that it was taken back, or open an approved one again for deciding. One that was given
    already has the law's time anew: from when they asked that it is looked at again, where they did so here. A court's
    has its own day again: `due_on`, or the one that it named before while that lies ahead."""
    if act not in (RequestAct.REFUSE, RequestAct.TAKE_BACK, RequestAct.REOPEN):
        raise Refused("Choose what happens to the request.", "act")
    acting = permit(Permission.DISCLOSE if act is RequestAct.REFUSE else Permission.SUBJECT_ACCESS)
    request = _locked(request_id, act, version)
    _need(words, "Give the reasons, and what whoever asked was told.", "words")
    given = AccessRequest.objects.filter(id=request.id, state=RequestState.ANSWERED.value).exists()
    by_law = rules.waits_for_the_law(Asker(request.asker)).allowed
    if given:
        request.extended = False
        if not by_law:
            request.due_on = rules.day_when_opened_again(request.due_on, due_on, today())
    request.save()
    _step(acting, request, act, at=now(), words=words.strip())
    if given and by_law:
        _run_clock(request, _asked_again(request))
    elif given:
        _owe_court(request)
    if act is RequestAct.REFUSE:
        _answered(request)
    elif act is RequestAct.TAKE_BACK:
        _stop_clock(request, "Whoever asked has taken the request back")
    record(Verb.WROTE, f"archive.{act.value}", folder_id=request.folder_id, subject=request)
    return request


def _asked_again(request: AccessRequest) -> datetime:
    """When whoever was given a copy asked to look again, since it was last given; now, where that came otherwise."""
    last = CopyGiven.objects.filter(request=request).aggregate(at=Max("written_at"))["at"]
    asked = Reply.objects.filter(shared__copy__request=request, kind=ReplyKind.AGAIN.value, said_at__gte=last)
    return asked.aggregate(at=Min("said_at"))["at"] or now()


def _answered(request: AccessRequest) -> None:
    for kind in ("answer_access_request", "answer_extended_request", "give_to_court", "ask_again"):
        duties.discharge(kind, request.id, folder_ids=[request.folder_id])
