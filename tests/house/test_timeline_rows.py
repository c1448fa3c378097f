"""Every kind of row on the one timeline: once, with its agency and author, known from when it was written, found by
every filter that agrees with it, and hidden by one that does not. A source without a case here fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.urls import resolve

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.archive.actions import ask_removal
from sightline.archive.queries.pieces import pieces
from sightline.children import actions as children
from sightline.children.rules import Address, NewInvolvement, NewStatus
from sightline.children.terms import LivesAt, StatusKind
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.concerns.actions import add_more
from sightline.concerns.jobs import put_behind_seal
from sightline.concerns.models import ConcernPart
from sightline.concerns.terms import AdditionKind
from sightline.enquiries.actions import assessment as assessing
from sightline.enquiries.actions import contact, contribution, emergency, looked_after, medical, protection
from sightline.enquiries.terms import ContactWay, EmergencyKind, LegalBasis, Reached
from sightline.enquiries.tests import factories as enquiries
from sightline.enquiries.tests import test_protection as protecting
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import answer
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings import actions as meetings
from sightline.meetings.terms import Purpose
from sightline.plans import actions as plans
from sightline.plans.actions import IncidentIn
from sightline.plans.terms import IncidentKind, PlanKind, ReviewResult
from sightline.plans.tests import factories as planning
from sightline.procedures.actions import mark_missed
from sightline.procedures.models import Duty
from sightline.records import actions as records
from sightline.records.actions import ContributionIn
from sightline.records.chronology import Moment, paged, sources
from sightline.records.queries import entries
from sightline.records.terms import ContributionKind
from sightline.returns.models import ImportedChild, ImportRun, PastReferral, PastStep
from sightline.voice import actions as voice
from sightline.voice.actions import AdvocacyStep, Explaining, RightsExplained, Telling, WishesIn
from sightline.voice.terms import AdvocacyAct, Answer, Explained, RightsForm, TookPart
from tests.pages.world import make_world

#: What each source says, by its room and name. Kinds of meetings, plans and entries are called as the pack has them.
CASES: dict[str, set[str]] = {
    "chronology.decisions": {"Decision"},
    "chronology.statuses": {"Legal status or plan"},
    "chronology.moves": {"Move of address"},
    "chronology.workers": {"Change of worker"},
    "chronology.managers": {"Change of responsible manager"},
    "chronology.documents": {"Document added", "Body map"},
    "chronology.missed_duties": {"Duty missed"},
    "concerns.moments": {"Concern raised", "Added to a concern", "A concern that may be about this child"},
    "meetings.moments": {"Core group"},
    "voice.moments": {"Advocate"},
    "voice.heard": {
        "The child said", "Explained to the child", "Done about what the child said", "Rights explained",
        "Told beforehand",
    },
    "archive.moments": {"Paper file", "Said to their own record", "Record given"},
    "plans.moments": {
        "Child in need plan begun", "Child in need plan ended", "Review 1 of the child in need plan",
        "Missing",
    },
    "enquiries.moments": {
        "Assessment begun", "Assessment signed", "Given to an assessment", "Strategy discussion called",
        "Strategy discussion", "Section 47 enquiry begun", "Section 47 enquiry ended", "Police protection (section 46)",
        "Child protection medical asked for", "Child protection medical", "Became looked after",
    },
    "enquiries.attempts": {"Contact with the family"},
    "returns.moments": {
        "Referral", "Case closed", "Assessment begun", "Assessment signed", "Child protection plan begun",
        "Child protection plan ended", "Initial child protection conference", "Review of the child protection plan",
    },
}  # fmt: skip
#: Entries are read by themselves, a page at a time.
ENTRIES = {"Note", "Correction", "Disagreement", "Visit"}
#: Whose own words they are has no agency.
OF_NO_AGENCY = {"Said to their own record"}
#: What was written to have been so before it was written: known later than it happened.
BACKDATED = {
    "Legal status or plan", "Move of address", "Change of worker", "Child protection medical",
    "Police protection (section 46)", "Became looked after", "Contact with the family", "Explained to the child",
    "Done about what the child said", "Rights explained", "Told beforehand",
    "Missing", "Advocate", "Referral", "Case closed", "Assessment begun", "Assessment signed",
    "Child protection plan begun", "Child protection plan ended", "Initial child protection conference",
    "Review of the child protection plan",
}  # fmt: skip
AGO = timedelta(days=3)


@dataclass
class Told:
    """What a record's timeline said, whole, as of days, and narrowed."""

    whole: list[Moment]
    as_of: dict[date, Counter[UUID]]
    narrowed: dict[tuple[str, str], set[UUID]]
    first_words: dict[UUID, set[UUID]]
    of_source: dict[str, list[Moment]]
    keys: dict[str, set[tuple[Any, ...]]]
    given: set[str]


def day_of(at: Any) -> date:
    return at.astimezone(LONDON).date()


def _ids(folders: list[UUID], **asked: Any) -> list[UUID]:
    return [each.moment.id for each in timeline(folders, Asked(**asked), size=1000).shown]


def _name(source: Callable[..., Any]) -> str:
    return f"{source.__module__.split('.')[1]}.{source.__name__}"


def told(viewer: Practitioner, *folders: UUID) -> Told:
    every = list(folders)
    with as_practitioner(viewer):
        whole = [each.moment for each in timeline(every, Asked(), size=1000).shown]
        days = {day_of(m.known_at) for m in whole}
        days |= {day - timedelta(days=1) for day in days}
        narrowed = {
            (name, value): set(_ids(every, **{name: value}))
            for name in ("kind", "agency", "author")
            for value in {getattr(m, name) for m in whole} - {""}
        }
        narrowed["significant", "yes"] = set(_ids(every, significant=True))
        for day in {day_of(m.happened_at) for m in whole}:
            narrowed["day", day.isoformat()] = set(_ids(every, since=day, until=day))
        return Told(
            whole=whole,
            as_of={day: Counter(_ids(every, as_of=day)) for day in days},
            narrowed=narrowed,
            first_words={
                m.id: set(
                    _ids(every, words=" ".join(f'"{m.text}"'.replace("\n", " ").split()[:6]).strip('"'))
                )
                for m in {m.kind: m for m in whole}.values()
                if m.text
            },
            of_source={_name(source): answer(source(every)) for source in sources}
            | {_name(each.told): answer(each.told(every, ())) for each in paged},
            keys={_name(each.told): _keys(each.keys, every) for each in paged},
            given={piece.text for piece in pieces(every)},
        )


def _keys(keys: str, folders: list[UUID]) -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(keys, {"folders": folders, "known_before": None})
        return set(cursor.fetchall())


def of_the_front_door(owning: Callable[[], Any]) -> Told:
    """A concern, the record's own rows, what the child said, files, paper, a core group held and another called off."""
    world = make_world(owning)
    door, folder = world.door, world.known.folder_id
    with owning():
        Duty.objects.filter(id=world.known.duty_id).update(due_at=now() - timedelta(hours=1), state="running")
    with looking_as(Viewer.for_job("duties")):
        mark_missed()
    with looking_as(Viewer.for_job("matching")):
        put_behind_seal(folder, ConcernPart.objects.filter(concern_id=world.known.concern_id)[0])
    with as_practitioner(door.teacher):
        add_more(world.known.concern_id, AdditionKind.MORE, "She came without her coat again.")
    with as_practitioner(door.decider):
        entry = entries([folder])[-1]
        records.correct_entry(entry.id, "It was the other gate.", "He came to the back gate.")
        records.contribute(
            ContributionIn(
                entry.id, ContributionKind.DISAGREEMENT, "Ana Ferreira", "His mother", "I was at the gate myself.",
                "On the telephone", now(),
            )
        )  # fmt: skip
        records.sign_entry(
            {folder: "Seen at school, drawing."}, kind="visit", happened_at=now() - timedelta(hours=3)
        )
        started, ended = today() - 2 * AGO, today() - AGO
        status = children.set_status(folder, NewStatus(StatusKind.CHILD_ARRANGEMENTS, started))
        children.end_status(folder, status, ended)
        children.move_to(
            folder,
            Address(lives_at=LivesAt.RELATIVES, lines="9 Kelp Lane", postcode="ZZ99 2BB", held_from=ended),
        )
        agency = door.team.agency_id
        work = children.involve(
            folder, NewInvolvement(agency, "duty worker", door.manager.pk, "Covers", held_from=started)
        )
        children.end_involvement(folder, work, ended)
        voice.explain(
            folder,
            Explaining(
                words="Mum comes on Fridays.", explained_at=now() - AGO, how=Explained.TALKING,
                view_ids=[world.known.view_id], answer=Answer.YES,
            ),
        )  # fmt: skip
        voice.acted(world.known.view_id, "Mum was asked.", today() - AGO)
        voice.tell_rights(folder, RightsExplained(RightsForm.MIDDLE, Explained.TALKING, now() - AGO))
        voice.tell_before(
            folder,
            Telling("Core group", today(), TookPart.THERE, told="That it is today.", told_at=now() - AGO),
        )
        voice.advocacy(folder, AdvocacyStep(AdvocacyAct.OFFERED, today() - AGO, "She will think about it."))
        off = meetings.call(
            Purpose.CORE_GROUP, [folder], now() + timedelta(days=2), place="School", agenda="What was done?",
            earlier_why="The plan is kept on paper until the children's records are here.",
        )  # fmt: skip
        meetings.cancel(off, "The school is closed by snow.")
    with as_practitioner(make_practitioner("records-officer", team=door.team)):
        ask_removal(world.known.paper_id, "A hearing", "The court")
    return told(door.decider, folder)


def of_protection(owning: Callable[[], Any]) -> Told:
    """A discussion, an enquiry and its end, police protection, a medical, becoming looked after, a call."""
    case = enquiries.make_case("strategy_discussion")
    maya, _theo = protecting.enquired(case)
    with as_practitioner(case.worker):
        protection.write_enquiry(maya.id, protecting.found())
        enquiries.everybody_heard(maya)
        asked = medical.ask_for_medical(case.maya, reasons="How old the bruises are.", asked_of="Dr Hale")
        medical.write_medical(
            asked.id,
            medical.MedicalIn(consent="Her mother, in writing.", done_at=now() - AGO, done_by="Dr Hale"),
        )
        medical.write_medical(asked.id, medical.MedicalIn(result="Two bruises.", told="Both parents."))
        contact.record_attempt(
            case.maya,
            contact.AttemptIn(
                now() - AGO, ContactWay.VISIT, "Ana", Reached.NO_ANSWER, "Nobody came to the door."
            ),
        )
    with as_practitioner(case.manager):
        protection.end_enquiry(maya.id, enquiries.an_ending())
        emergency.begin_emergency(
            case.maya,
            emergency.EmergencyIn(
                kind=EmergencyKind.POLICE, began_at=now() - timedelta(days=1), authority="PC 1182",
                reasons="Found alone at night.", why_nothing_less="Nobody could be reached.",
                where="With foster carers.", told="Told at the door.",
            ),
        )  # fmt: skip
        looked_after.become_looked_after(
            case.maya,
            looked_after.LookedAfterIn(
                began_on=today() - timedelta(days=1), basis=LegalBasis.AGREED, basis_words="Both parents agreed.",
                network="Both grandmothers were asked.", reasons=protecting.BECAUSE, lives_at=LivesAt.FOSTER_CARE,
                placed_with="Foster carers", area="Saltwick", wishes=WishesIn(why_not="She was too frightened to say."),
                knows_family=False,
            ),
        )  # fmt: skip
    return told(case.manager, case.maya)


def of_assessment(owning: Callable[[], Any]) -> Told:
    """An assessment begun, given to by the school, and signed."""
    case = enquiries.make_case()
    [row] = enquiries.begun(case, case.maya)
    with as_practitioner(case.worker):
        school = case.door.teacher.postings.get().agency_id
        asked = contribution.ask(row.id, school, "How is she at school?")
        contribution.file(asked.id, answer="She is tired on Mondays.", given_by="Sam Reyes, Lead")
    enquiries.sent(case, row)
    with as_practitioner(case.manager):
        assessing.sign(row.id, enquiries.a_signing())
    return told(case.manager, case.maya)


def of_a_plan(owning: Callable[[], Any]) -> Told:
    """A plan begun, reviewed and ended, and an incident that was withdrawn."""
    family = planning.make_family()
    plan = planning.begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = planning.signed(family, plan)
    with as_practitioner(family.worker):
        plans.record_incident(
            [family.maya],
            IncidentIn(IncidentKind.MISSING, now() - AGO, "Not home from school.", "Her mother"),
        )
        review = plans.start_review(plan, today(), without_quorum_why="It was held by telephone.")
        plans.answer_outcome(review, item, planning.reviewed())
        planning.hear(family, plan, review_id=review)
        plans.close_review(
            review,
            ReviewResult.CONTINUES,
            "It works, and is not done yet.",
            planning.WISHED,
            knows_family=False,
        )
    with as_practitioner(family.manager):
        plans.close_plan(plan, planning.an_end(family))
    return told(family.manager, family.maya)


def of_a_return(owning: Callable[[], Any]) -> Told:
    """What a census return told of a child before there was a record here."""
    family = planning.make_family()
    day = today() - 100 * AGO
    with looking_as(Viewer.for_job("import")):
        run = ImportRun.objects.create(
            file_name="return.xml",
            file_bytes=1,
            file_digest="0",
            operator="tests",
            state="done",
            started_at=now(),
        )
        read = ImportedChild.objects.create(
            folder_id=family.maya,
            run=run,
            line=9,
            digest="0",
            fate="changed",
            raw="<Child/>",
            imported_at=now(),
        )
        referral = PastReferral.objects.create(
            folder_id=family.maya, child_id=family.children[family.maya], thread=read.id, imported=read, as_of=today(),
            referred_on=day, source_code="2A", need_code="N1", closed_on=day + 90 * AGO, closure_code="RC7", line=9,
            digest="0", recorded_at=now(),
        )  # fmt: skip
        for n, (kind, codes) in enumerate(
            (("assessment", "3B"), ("conference", ""), ("protection_plan", "NEG"), ("review", ""))
        ):
            PastStep.objects.create(
                folder_id=family.maya, referral=referral, kind=kind, codes=codes, began_on=day + n * AGO,
                ended_on=day + (n + 20) * AGO,
            )  # fmt: skip
    return told(family.manager, family.maya)


WORLDS = (of_the_front_door, of_protection, of_assessment, of_a_plan, of_a_return)


@contextmanager
def _owning() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sightline_owner")
        yield
        cursor.execute("SET LOCAL ROLE sightline_app")


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> list[Told]:
    """Each world's timeline, asked once for all the tests; what was written is rolled back."""
    from django.conf import settings

    folder, key = settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY
    settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = str(tmp_path_factory.mktemp("files")), "ab" * 32
    found = []
    try:
        with django_db_blocker.unblock():
            for make in WORLDS:
                with transaction.atomic():
                    found.append(make(_owning))
                    transaction.set_rollback(True)
    finally:
        settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = folder, key
    return found


KINDS = sorted({kind for kinds in CASES.values() for kind in kinds} | ENTRIES)


def of_kind(worlds: list[Told], kind: str) -> list[tuple[Told, Moment]]:
    found = [(world, moment) for world in worlds for moment in world.whole if moment.kind == kind]
    assert found, f"No {kind} on any timeline"
    return found


def test_every_source_has_its_cases_here_and_yields_them(worlds):
    assert {_name(each) for each in (*sources, *(row.told for row in paged))} == set(CASES)
    for name, kinds in CASES.items():
        yielded = {m.kind for world in worlds for m in world.of_source[name]}
        assert kinds <= yielded, name


def test_the_database_orders_what_is_paged_by_what_its_rows_say(worlds):
    for world in worlds:
        for name, keys in world.keys.items():
            assert keys == {
                (m.id, m.folder_id, m.happened_at, m.known_at, m.kind, m.agency, m.author, m.significant)
                for m in world.of_source[name]
            }, name


@pytest.mark.obligation("SHR-05")
@pytest.mark.parametrize("kind", KINDS)
def test_a_row_stands_once_with_its_agency_and_author(worlds, kind):
    for world, moment in of_kind(worlds, kind):
        assert Counter(m.id for m in world.whole)[moment.id] == 1
        assert moment.author
        assert bool(moment.agency) is (kind not in OF_NO_AGENCY)
        assert moment.text, "a row says something"
        assert "/" not in moment.whose, "whose words they are, and no address"
        if moment.href:
            resolve(moment.href.partition("?")[0].partition("#")[0])
    if kind.startswith(("Assessment", "Medical", "Review", "Attempt")):
        assert all(moment.href for _, moment in of_kind(worlds, kind)), "it leads to its own page"


@pytest.mark.obligation("REC-07")
@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_known_from_when_it_was_written_and_no_sooner(worlds, kind):
    for world, moment in of_kind(worlds, kind):
        known = day_of(moment.known_at)
        # All of it was written today: a day that it says of itself makes nothing known sooner. The managers of the
        # invented records answered for them before.
        assert known == today() or kind == "Change of responsible manager"
        assert world.as_of[known][moment.id] == 1
        assert moment.id not in world.as_of[known - timedelta(days=1)]
    if kind in BACKDATED:
        assert any(day_of(m.happened_at) < day_of(m.known_at) for _, m in of_kind(worlds, kind))


@pytest.mark.obligation("SHR-05")
@pytest.mark.parametrize("kind", KINDS)
def test_every_filter_agrees_with_the_row(worlds, kind):
    for world, moment in of_kind(worlds, kind):
        agrees = {
            ("kind", moment.kind), ("agency", moment.agency), ("author", moment.author),
            ("day", day_of(moment.happened_at).isoformat()),
        }  # fmt: skip
        if moment.significant:
            agrees.add(("significant", "yes"))
        for (name, value), ids in world.narrowed.items():
            assert (moment.id in ids) is ((name, value) in agrees), (name, value)
        if moment.id in world.first_words:
            assert moment.id in world.first_words[moment.id], moment.text


@pytest.mark.obligation("REC-13")
def test_who_asks_for_their_own_record_is_given_what_a_return_told(worlds):
    """Its tables are in no bundle because what they say stands on the timeline."""
    told_of = [(world, m) for world in worlds for m in world.of_source["returns.moments"]]
    assert told_of
    for world, moment in told_of:
        assert moment.text in world.given
