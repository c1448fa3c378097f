"""The demonstration's children: who is there, and that bulk loading writes what the actions would have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from io import BytesIO
from random import Random
from uuid import UUID

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import F, Model
from django.test import Client
from pypdf import PdfReader

from sightline.access import actions as access
from sightline.access.models import Folder, Grant, Responsibility
from sightline.access.queries import opened_of
from sightline.access.terms import GrantOrigin
from sightline.agencies.models import Agency, Practitioner, Team
from sightline.children import actions as children
from sightline.children import genogram
from sightline.children.models import (
    Authority,
    Identifier,
    Identity,
    Involvement,
    Particulars,
    Person,
    PersonName,
    Pointer,
    PointerAgency,
    Provider,
    Residence,
    Status,
    Tie,
)
from sightline.children.queries import ChildView
from sightline.children.terms import Sex
from sightline.concerns import actions as concerns
from sightline.concerns.actions import PastConcern
from sightline.concerns.models import Answer as ConcernAnswer
from sightline.concerns.models import Concern, ConcernPart, Given, PartName, Screening
from sightline.concerns.terms import ConcernState
from sightline.config.demo import bulk, load, plans, turns, waiting
from sightline.config.demo.families import FAMILIES
from sightline.enquiries.models import Episode
from sightline.enquiries.rules import stages
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings import rules as meeting_rules
from sightline.meetings.models import Dissent, Meeting
from sightline.plans import rules as plan_rules
from sightline.plans.models import Plan, Review, TakenBack
from sightline.plans.models import View as PlanView
from sightline.plans.terms import Agrees, PlanKind, PlanState, ReviewResult
from sightline.print.pdf import About, make
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.terms import DutyAct, DutyState
from sightline.records import actions as records
from sightline.records.actions import PastEntry
from sightline.records.models import Decision, Entry, EntryCounter, Statement
from sightline.records.queries import decisions
from sightline.records.terms import DecisionKind
from sightline.web.summary import as_paper, summary_of

pytestmark = pytest.mark.django_db


def _nothing(_done: int, _of: int) -> None: ...


def _children() -> int:
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        return Person.objects.filter(kind="child").count()


def test_as_many_children_as_asked_for_and_no_more_when_asked_again() -> None:
    told: list[tuple[int, int]] = []
    load(40, lambda done, of: told.append((done, of)))
    assert _children() == 40
    assert told[-1] == (40, 40)
    load(40, _nothing)
    assert _children() == 40
    load(45, _nothing)
    assert _children() == 45
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        states = set(Concern.objects.values_list("state", flat=True))
    assert states == {state.value for state in ConcernState} - {ConcernState.TAKEN_BACK.value}
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        _children_stand_at_every_stage()
    _every_named_child_fits_one_printed_page()


def _every_named_child_fits_one_printed_page() -> None:
    """Each child of whom a story is told, as whoever works with them prints the page: one page, tagged, with whoever is
    in the child's life drawn and said in words."""
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        told = set(Plan.objects.values_list("folder_id", flat=True))
        named = [
            name
            for stories in (FAMILIES, plans._STORIES, turns._STORIES, waiting._STORIES)
            for name, _ in stories
        ]
        for given, family in named:
            told |= set(
                PersonName.objects.filter(given=given, family=family, folder__isnull=False).values_list(
                    "folder_id", flat=True
                )
            )
        grants = Grant.objects.filter(folder_id__in=told, practitioner__isnull=False).order_by("-given_at")
        readers = dict(grants.values_list("folder_id", "practitioner_id"))
    assert len(readers) > 15
    with_plan = 0
    for folder_id, reader in readers.items():
        with transaction.atomic(), looking_as(Viewer.practitioner(reader)):
            found = summary_of(opened_of([folder_id]))
            paper = as_paper(found)
            made = PdfReader(
                BytesIO(make("web/summary", {"children": [paper]}, about=About("Summary", "Dana")))
            )
            assert len(made.pages) == 1, found.name
            assert made.trailer["/Root"]["/MarkInfo"]["/Marked"], f"{found.name}: not tagged"
            text = " ".join(made.pages[0].extract_text().split())
            assert found.name in text
            sections = {section.title for section in found.sections if section.lines}
            assert all(title in text for title in sections), (found.name, sections)
            with_plan += "The plan, and what came of it so far" in sections
            _drawn_as_it_is_said(found.view)
    assert with_plan > 5


def _drawn_as_it_is_said(view: ChildView) -> None:
    """The genogram has a symbol for everybody whom its words name, of the usual shape."""
    drawn = genogram.picture(view)
    if drawn is None:
        assert not view.ties
        return
    everybody = [view.child, *(tie.person for tie in view.ties)]
    squares = sum(genogram._sex(tie) is Sex.MALE for tie in view.ties) + (view.child.birth.sex is Sex.MALE)
    circles = sum(genogram._sex(tie) is Sex.FEMALE for tie in view.ties) + (
        view.child.birth.sex is Sex.FEMALE
    )
    assert (drawn.count("<rect"), drawn.count("<circle")) == (squares, circles), view.child.name
    assert drawn.count("<path") == len(everybody) - squares - circles, view.child.name
    said = " ".join(genogram.words(view))
    assert all(tie.person.called in said or tie.name in said for tie in view.ties), said


def _children_stand_at_every_stage() -> None:
    """At every stage of the three tables, with every kind of plan; late and early, agreed and disputed."""
    _every(stages.TRANSITIONS, Episode, "stage")
    _every(plan_rules.TRANSITIONS, Plan, "state")
    _every(meeting_rules.TRANSITIONS, Meeting, "state")
    assert set(Plan.objects.values_list("kind", flat=True)) == {kind.value for kind in PlanKind}
    assert set(Review.objects.values_list("result", flat=True)) >= {
        ReviewResult.CONTINUES,
        ReviewResult.STEP_DOWN,
        ReviewResult.CLOSE,
    }
    standing = Plan.objects.exclude(state__in=(PlanState.BEING_MADE.value, PlanState.CLOSED.value))
    heard = PlanView.objects.filter(plan__in=standing).values_list("plan_id", "agrees")
    views: dict[UUID, set[str]] = {}
    for plan_id, agrees in heard:
        views.setdefault(plan_id, set()).add(agrees)
    assert {Agrees.YES.value} in views.values(), "a plan with which everybody agrees"
    assert any(Agrees.NO.value in said for said in views.values()), "a plan that somebody disputes"
    assert Dissent.objects.exists(), "a decision of a meeting is disputed by name"
    assert TakenBack.objects.filter(ending__isnull=False).exists(), "a step that was taken back"
    at = now()
    owed = Duty.objects.filter(closed_at__isnull=True)
    assert owed.filter(critical_at__lt=at).exists(), "critically late"
    assert owed.filter(due_at__lt=at, critical_at__gte=at).exists(), "late"
    assert owed.filter(due_at__gte=at, soon_at__lte=at).exists(), "due soon"
    assert owed.filter(soon_at__gt=at).exists(), "early"
    assert Duty.objects.filter(state=DutyState.DISCHARGED, closed_at__lt=F("due_at")).exists(), "done in time"
    planned = set(Plan.objects.exclude(state=PlanState.CLOSED.value).values_list("folder_id", flat=True))
    late = set(owed.filter(due_at__lt=at, folder_id__in=planned).values_list("folder_id", flat=True))
    assert late, "a child with a plan for whom something is late"
    assert planned - late, "a child with a plan for whom everything is in time"


def _every(transitions: Mapping[tuple[StrEnum, StrEnum], StrEnum], model: type[Model], field: str) -> None:
    """There is a child at each state that a transition table names."""
    named = {state.value for state, _act in transitions} | {state.value for state in transitions.values()}
    there = set(model._default_manager.values_list(field, flat=True))
    assert there == named, f"{model.__name__}: nobody stands at {named - there}"


# -- bulk loading against the actions -----------------------------------------------------------------

#: Ids of who and what is in the partnership are the same either way; all other ids are not.
SHARED = {Practitioner, Agency, Team}
#: What only a later act or the database itself writes.
APART = {"id", "written_at", "refreshed_at"}


def _said(row: Model) -> tuple[object, ...]:
    """A row's columns, instants too: ids of other rows only by whether they are there."""
    values: list[object] = [row._meta.db_table]
    for column in row._meta.concrete_fields:
        if column.attname in APART or (column.name == "number" and isinstance(row, Folder)):
            continue
        value = getattr(row, column.attname)
        if isinstance(value, UUID) and column.related_model not in SHARED:
            value = "an id"
        elif column.attname == "at" and isinstance(row, DutyEvent) and row.act == DutyAct.MISS.value:
            # Bulk writes when it was missed, the sweep when it came by.
            value = "then or later"
        elif isinstance(value, list):
            value = tuple(value)
        elif isinstance(value, str):
            value = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", value)
            value = re.sub(r"C-\w{4}-\w{4}", "REFERENCE", value)
        values.append((column.attname, value))
    return tuple(values)


def _rows(folders: Collection[UUID], *models: type[Model]) -> Counter[tuple[object, ...]]:
    with looking_as(Viewer.for_job("demo")):
        found: Counter[tuple[object, ...]] = Counter()
        for model in models:
            where = {
                Folder: {"id__in": folders},
                Concern: {"parts__folder_id__in": folders},
                ConcernAnswer: {"concern__parts__folder_id__in": folders},
            }.get(model, {"folder_id__in": folders})
            found.update(_said(row) for row in model._default_manager.filter(**where).distinct())
        return found


#: What a search finds by, without what differs in any two folders: their own numbers, and ids.
KEYS = """
    SELECT 'key', kind, value, use, confidential::text, '' FROM matching_searchkey
    WHERE folder_id = ANY(%(folders)s) AND kind <> 'reference'
    UNION ALL
    SELECT 'key', kind, CASE WHEN EXISTS (SELECT FROM concerns_concern c WHERE replace(c.reference, '-', '') = value)
                             THEN 'of a concern' ELSE '' END, use, confidential::text, ''
    FROM matching_searchkey WHERE folder_id = ANY(%(folders)s) AND kind = 'reference'
    UNION ALL
    SELECT 'word', kind, word, use, confidential::text, (adult IS NOT NULL)::text FROM matching_searchword
    WHERE folder_id = ANY(%(folders)s)
"""
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'folder_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
"""


def _past_the_doors(query: str, folders: Collection[UUID]) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sightline_owner")
        cursor.execute("SET LOCAL row_security = on")
        cursor.execute(query, {"folders": list(folders)})
        found = cursor.fetchall()
        cursor.execute("SET LOCAL ROLE sightline_app")
    return found


def _filled(folders: Collection[UUID]) -> set[str]:
    """The tables that hold something of these folders."""
    tables = [table for (table,) in _past_the_doors(TABLES, folders)]
    held = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table} WHERE folder_id = ANY(%(folders)s))"
        for table in tables
    )
    return {table for (table,) in _past_the_doors(held, folders)}


def _keys(folders: Collection[UUID]) -> Counter[tuple[str, ...]]:
    found = Counter(_past_the_doors(KEYS, folders))
    assert found
    return found


def _trail(folders: Collection[UUID]) -> Counter[tuple[object, ...]]:
    """What the trail was told of these folders, past its door, which shows a job nothing.

    Who and when differ on purpose: the trail says of bulk loading that the job did it, and when it did.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sightline_owner")
        cursor.execute(
            "SELECT verb, what, subject_table FROM audit_event WHERE folder_id = ANY(%s)", [list(folders)]
        )
        found = Counter(cursor.fetchall())
        cursor.execute("SET LOCAL ROLE sightline_app")
    return found


@dataclass
class _Drawn:
    town: bulk.Town
    written: bulk.Written


@pytest.fixture(params=list(bulk._STANDS))
def drawn(request: pytest.FixtureRequest, db: None) -> _Drawn:
    """Two families that have come so far, written in bulk."""
    load(0, _nothing)
    town = bulk.Town.of(40)
    written = bulk.Written()
    with looking_as(Viewer.for_job("demo")):
        for seed in (1, 2):
            town.family(Random(f"{request.param} {seed}"), written, 3, request.param)
        town.write(written)
    return _Drawn(town, written)


CHILDREN = (
    Person, Particulars, PersonName, Identity, Identifier, Residence, Tie, Status, Provider, Authority,
    Involvement, Pointer, PointerAgency,
)  # fmt: skip


def test_children_in_bulk_are_what_single_actions_write(drawn: _Drawn) -> None:
    """Who they are, where and with whom they live, who works with them, and what a search shows."""
    written = drawn.written
    before = [opening.id for opening in written.folders]
    folder_of: dict[UUID, UUID] = {}
    person_of: dict[UUID, UUID] = {}
    with looking_as(Viewer.for_job("demo")):
        for opening, new in zip(written.folders, written.children, strict=True):
            assert new.id is not None
            with time_machine.travel(written.recorded[opening.id][0], tick=False):
                folder_of[opening.id] = access.open_folder(opening.agency_id, opening.manager_id)
                single = replace(new, folder_id=folder_of[opening.id], id=None)
                person_of[new.id] = children.record_child(single)
        for adult in written.adults:
            assert adult.id is not None
            first = next(folder for folder, _child, tie in written.ties if tie.other_id == adult.id)
            with time_machine.travel(written.recorded[first][0], tick=False):
                person_of[adult.id] = children.record_adult(folder_of[first], replace(adult, id=None))
        siblings: set[frozenset[UUID]] = set()
        for folder_id, child_id, tie in written.ties:
            # The action writes the other side of a tie between children itself.
            if frozenset((child_id, tie.other_id)) not in siblings:
                with time_machine.travel(written.recorded[folder_id][0], tick=False):
                    children.tie(folder_of[folder_id], replace(tie, other_id=person_of[tie.other_id]))
            if tie.other_id in {new.id for new in written.children}:
                siblings.add(frozenset((child_id, tie.other_id)))
    in_bulk, single = _rows(before, *CHILDREN), _rows(list(folder_of.values()), *CHILDREN)
    assert _without_writer(in_bulk) == _without_writer(single)
    keys = _keys(before)
    assert keys - _of_concerns(keys) == _keys(list(folder_of.values()))
    assert all(written.recorded[folder_id][1] for folder_id in before)
    acts = ("children.record_child", "children.record_adult", "children.tie")
    assert _only(_trail(before), acts) == _only(_trail(list(folder_of.values())), acts)


def _of_concerns(keys: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return Counter({key: count for key, count in keys.items() if key[2] == "of a concern"})


def _without_writer(rows: Counter[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    """The single actions ran as the job, which is nobody; bulk rows name who recorded them then."""
    found: Counter[tuple[object, ...]] = Counter()
    for row, count in rows.items():
        found[
            tuple(value for value in row if not (isinstance(value, tuple) and value[0] == "recorded_by_id"))
        ] += count
    return found


def _only(trail: Counter[tuple[object, ...]], acts: Collection[str]) -> Counter[tuple[object, ...]]:
    return Counter({key: count for key, count in trail.items() if key[1] in acts})


WAY = (
    Folder, Responsibility, Grant, Concern, ConcernPart, PartName, Screening, Given, Decision, ConcernAnswer, Duty,
    DutyEvent, Entry, EntryCounter, Statement,
)  # fmt: skip


def test_the_way_of_a_concern_in_bulk_is_what_the_actions_write(drawn: _Drawn) -> None:
    """Raised, acknowledged, taken up, decided, answered, allocated, discharged, written about: each then."""
    written, town = drawn.written, drawn.town
    before = [opening.id for opening in written.folders]
    after: list[UUID] = []
    for past in written.concerns:
        plan = [owed for place, owed in written.plans if written.concerns[place] is past]
        entries = [e for e in written.entries if set(e.texts) <= {folder for folder, _child in past.about}]
        grants = {o.id: o.grants for o in written.folders}[past.about[0][0]]
        after += _replay(town, past, plan, entries, grants)
    with looking_as(Viewer.for_job("duties")):
        duties.mark_missed()
    in_bulk, single = _rows(before, *WAY), _rows(after, *WAY)
    # Done again, each child stands there twice, and whoever decides says that it is not the other.
    single = Counter({row: n for row, n in single.items() if ("kind", DecisionKind.MATCH.value) not in row})
    assert in_bulk == single
    assert _of_concerns(_keys(before)) == _of_concerns(_keys(after)) != Counter()
    compared = {model._meta.db_table for model in (*CHILDREN, *WAY)}
    for folders in (before, after):
        assert _filled(folders) - compared == {"audit_event", "matching_searchkey", "matching_searchword"}
    acts = {told[1] for told in _trail(before)} - {
        "children.record_child", "children.record_adult", "children.tie",
    }  # fmt: skip
    assert acts
    told = _trail(after)
    said_twice = sum(n for (_verb, what, *_), n in told.items() if what == "concerns.say_not_known")
    told["wrote", "records.decide", "records_decision"] -= said_twice
    assert _only(_trail(before), acts) == _only(told, acts)


def _replay(
    town: bulk.Town,
    past: PastConcern,
    plan: Sequence[duties.PastDuty],
    entries: Sequence[PastEntry],
    grants: Sequence[access.NewGrant],
) -> list[UUID]:
    """What happened in the past, done again through the actions by the same people at the same times."""
    with at_time(past.raised_at, past.raised_by_id):
        raised = concerns.raise_concern(past.sent)
    folders = dict(zip([folder for folder, _child in past.about], raised.folder_ids, strict=True))
    if past.acknowledged is not None and past.taken_by_id is not None:
        with at_time(past.acknowledged.sent_at, past.acknowledged.sent_by_id):
            concerns.acknowledge(raised.concern_id, past.acknowledged.words)
            concerns.take_up(raised.concern_id)
    screenings: list[Screening] = []
    if past.decided is not None:
        with at_time(past.decided.made_at, past.decided.maker_id):
            parts = ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list")
            screenings = concerns.screen(
                raised.concern_id,
                [replace(d, part_id=p.id) for d, p in zip(past.decided.decisions, parts, strict=True)],
                knows_family=False,
            )
            for folder_id in raised.folder_ids:
                for grant in grants:
                    if grant.origin is not GrantOrigin.CONCERN:
                        access.give_access(
                            folder_id, why=grant.why, practitioner_id=grant.practitioner_id,
                            team_id=grant.team_id, level=grant.level, origin=grant.origin,
                        )  # fmt: skip
            if past.owner_id is not None:
                owed = Duty.objects.filter(subject_id__in=[s.decision_id for s in screenings])
                duties.hand_to([duty.id for duty in owed], past.owner_id, team_id=past.owner_team_id)
    if past.answered is not None:
        with at_time(past.answered.sent_at, past.answered.sent_by_id):
            concerns.answer(raised.concern_id, past.answered.words)
    lead = past.owner_id or (past.decided.maker_id if past.decided else past.raised_by_id)
    # In the order of time: the sweep before each would find what comes later still to be done.
    steps: list[tuple[datetime, int, UUID, Callable[[], object]]] = [
        (done_at, 0, lead, partial(duties.discharge, kind, screening.decision_id))
        for kind, done_at in past.done.items()
        for screening in screenings
        if kind != "signposting"
    ]
    if past.given is not None:
        steps += [
            (past.given.given_at, 0, lead, partial(concerns.give_service, screening.decision_id, past.given))
            for screening in screenings
        ]
    for owed_then in plan:
        folder_id = folders[owed_then.opening.folder_id]
        opening = replace(
            owed_then.opening,
            folder_id=folder_id,
            path=f"/child/{folder_id}/",
            subject_id=raised.concern_id,
        )
        steps.append((owed_then.opened_at, 1, lead, partial(duties.open_duties, [opening])))
        if owed_then.done_at is not None:
            done = partial(duties.discharge, opening.kind, raised.concern_id, folder_ids=[folder_id])
            steps.append((owed_then.done_at, 0, lead, done))
    for entry in entries:
        texts = {folders[folder_id]: text for folder_id, text in entry.texts.items()}
        sign = partial(
            records.sign_entry, texts, kind=entry.kind, happened_at=entry.happened_at, late_why=entry.late_why
        )
        steps.append((entry.written_at, 2, entry.author_id, sign))
    for then, _order, who, act in sorted(steps, key=lambda step: step[:2]):
        with at_time(then, who):
            act()
    return list(raised.folder_ids)


@contextmanager
def at_time(then: datetime, practitioner_id: UUID) -> Iterator[None]:
    """At an instant of the past, looking as somebody, when the sweep for missed duties has just been by."""
    with time_machine.travel(then, tick=False):
        with looking_as(Viewer.for_job("duties")):
            duties.mark_missed()
        with looking_as(Viewer.practitioner(practitioner_id)):
            yield


@pytest.mark.obligation("REC-12")
@pytest.mark.obligation("REC-14")
def test_the_records_hold_what_real_ones_do_and_a_reader_sees_it() -> None:
    """A late entry with its reason, what somebody else told, a correction, a disagreement: on the pages themselves."""
    load(1, _nothing)
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        [folder] = Entry.objects.filter(theirs="disagreement").values_list("folder_id", flat=True)[:1]
        wrong = Entry.objects.filter(folder_id=folder, corrects__isnull=False).values_list(
            "corrects_id", flat=True
        )[0]
        dana = Practitioner.objects.select_related("user").get(name="Dana Okafor")
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(dana.user)
    story = client.get(f"/child/{folder}/chronology/?entries=yes").content.decode()
    for said in (
        "Late entry", "Why it is late", "Third-party information", "Corrected by entry", "Puts right entry",
        "What was wrong", "Disagreement", "Ana Ferreira, written down by Dana Okafor", "does not confirm it",
        "seen alone?",
    ):  # fmt: skip
        assert said in story, said
    with transaction.atomic(), looking_as(Viewer.practitioner(dana.pk)):
        told = [
            d for d in decisions([folder]) if d.outcome == "School will tell Ana by noon who is to collect."
        ]
    assert [d.replaced for d in told] == [False], "a correction that leaves it out would have withdrawn it"
    page = client.get(f"/child/{folder}/record/{wrong}/").content.decode()
    assert "Corrected by entry" in page
    assert "The original, as it was signed" in page
