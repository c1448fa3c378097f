"""A record whose time is over: proposed, approved by somebody else, gone but for its tombstone; and what keeps it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from sightline.access.tests.factories import let_in, open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.terms import AgencyKind
from sightline.agencies.tests.beside import both
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_agency,
    make_partnership,
    make_practitioner,
)
from sightline.archive import actions, models, queries, rules
from sightline.archive.actions import Asking
from sightline.archive.rules import KeptUntil, Life, Period
from sightline.archive.terms import Asker, DisposalState, HoldWhy
from sightline.audit import actions as audit
from sightline.audit.models import AuditEvent
from sightline.audit.terms import VERIFYING
from sightline.audit.verify import verify
from sightline.children.actions import record_child
from sightline.children.models import Particulars
from sightline.children.queries import child_page
from sightline.children.rules import Birth, Names, NewChild
from sightline.enquiries.actions import looked_after, no_longer_looked_after
from sightline.enquiries.tests import factories as enquired
from sightline.enquiries.tests.test_rulings import a_placement
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings import actions as meetings
from sightline.meetings.tests import factories as met
from sightline.plans.tests import factories as planned
from sightline.procedures.loader import load_pack
from sightline.records.actions import sign_entry
from sightline.records.models import Entry
from sightline.records.terms import EntryKind
from tests.house.plan import folder_models

pytestmark = [pytest.mark.obligation("FIL-03")]

LOOKED_AFTER = Period(
    "l", "Looked after", "looked_after", "birth", 75, 15, "Regulation 50", "secondary source"
)
PROTECTED = Period(
    "p", "Protected", "child_protection", "closing", 35, None, "A schedule", "secondary source"
)
OTHER = Period("o", "Other", "other", "birth", 30, 6, "A schedule", "secondary source")
PERIODS = (LOOKED_AFTER, PROTECTED, OTHER)
LIFE = Life(date(1950, 2, 1), None, date(1968, 5, 1), frozenset())


@pytest.mark.parametrize(
    ("life", "day", "counted"),
    [
        (LIFE, date(1980, 2, 1), "30 years from the birth"),
        (replace(LIFE, holds=frozenset({"looked_after"})), date(2025, 2, 1), "75 years from the birth"),
        (replace(LIFE, holds=frozenset({"child_protection"})), date(2003, 5, 1), "35 years from the closing"),
        (
            replace(LIFE, holds=frozenset({"looked_after", "child_protection"})),
            date(2025, 2, 1),
            "75 years from the birth",
        ),
        (replace(LIFE, died_on=date(1960, 3, 4)), date(1966, 3, 4), "6 years from the death"),
        (
            replace(LIFE, died_on=date(1960, 3, 4), holds=frozenset({"looked_after"})),
            date(1975, 3, 4),
            "15 years from the death",
        ),
        (replace(LIFE, born_on=date(1952, 2, 29)), date(1982, 3, 1), "30 years from the birth"),
    ],
)
def test_a_record_is_kept_by_the_longest_period_that_holds_for_it(
    life: Life, day: date, counted: str
) -> None:
    until = rules.kept_until(life, PERIODS)
    assert (until.day, until.counted) == (day, counted)


@pytest.mark.obligation("FIL-03")
@pytest.mark.django_db
def test_what_was_recorded_by_mistake_lengthens_no_record() -> None:
    case = enquired.make_case()
    enquired.begun(case, case.maya)
    with as_practitioner(case.manager):
        made = looked_after.become_looked_after(case.maya, a_placement())
        assert "looked_after" in queries.keeping(child_page([case.maya])).life.holds
        no_longer_looked_after.take_looked_after_back(made.id, "It was her cousin Maya.", knows_family=False)
        assert "looked_after" not in queries.keeping(child_page([case.maya])).life.holds


@pytest.mark.obligation("FIL-03")
def test_each_type_of_agency_has_a_schedule_of_its_own_and_the_longest_of_those_that_wrote_holds() -> None:
    pack = load_pack("england")

    def kept(*types: str) -> dict[str, int]:
        return {p.id: p.years for p in pack.retentions(today(), types) if p.record == "other"}

    assert kept("health") == {"health_child": 26}
    assert kept("school") == {"school_child": 25}
    assert kept("police") == kept("any") == {"child_in_need": 30}
    assert kept("health", "local_authority") == {"health_child": 26, "child_in_need": 30}
    graver = {p.id for p in pack.retentions(today(), ("health",)) if p.record != "other"}
    assert graver == {"looked_after", "child_protection"}


@pytest.mark.obligation("FIL-03")
def test_a_record_that_only_a_school_wrote_goes_by_the_schools_schedule(office: Office) -> None:
    school = make_agency(AgencyKind.SCHOOL)
    teacher = make_practitioner("designated-safeguarding-lead", agency=school)
    folder = open_folder_for(teacher, manager=make_practitioner("team-manager", agency=school))
    with as_practitioner(teacher):
        record_child(NewChild(folder, Names("Ottilie", "Fairweather"), Birth(born_on=date(2001, 3, 1))))
        sign_entry({folder: "She came."}, kind=EntryKind.NOTE, happened_at=now() - timedelta(minutes=9))
        kept = queries.keeping(child_page([folder]))
    assert kept.until.period is not None
    assert (kept.until.period.id, kept.until.day) == ("school_child", date(2026, 3, 1))
    let_in(folder, office.worker)
    with as_practitioner(office.worker):
        sign_entry({folder: "I came."}, kind=EntryKind.NOTE, happened_at=now() - timedelta(minutes=9))
        kept = queries.keeping(child_page([folder]))
    assert kept.until.day == date(2031, 3, 1)


@pytest.mark.obligation("FIL-03")
def test_the_page_says_how_sure_each_period_is_that_counts(office: Office) -> None:
    school = make_agency(AgencyKind.SCHOOL)
    teacher = make_practitioner("designated-safeguarding-lead", agency=school)
    folder = open_folder_for(
        teacher, office.officer, manager=make_practitioner("team-manager", agency=school)
    )
    with as_practitioner(teacher):
        record_child(NewChild(folder, Names("Ottilie", "Fairweather"), Birth(born_on=date(2001, 3, 1))))
        sign_entry({folder: "She came."}, kind=EntryKind.NOTE, happened_at=now() - timedelta(minutes=9))
    client = Client()
    client.force_login(office.officer.user)
    page = client.get(f"/child/{folder}/keeping/").content.decode()
    assert "25 years from the birth" in page
    assert page.count("Taken from a secondary source, not from the document itself.") == 1
    let_in(folder, office.worker)
    with as_practitioner(office.worker):
        sign_entry({folder: "I came."}, kind=EntryKind.NOTE, happened_at=now() - timedelta(minutes=9))
    page = client.get(f"/child/{folder}/keeping/").content.decode()
    assert "30 years from the birth" in page
    assert "A school’s record of concerns about a child" in page.replace("&#39;", "’").replace("&#x27;", "’")
    assert page.count("Taken from a secondary source, not from the document itself.") == 3
    assert "A partnership sets its own." in page


def test_what_is_not_known_keeps_the_record() -> None:
    assert "birth" in rules.kept_until(replace(LIFE, born_on=None), PERIODS).missing
    closed = replace(LIFE, holds=frozenset({"child_protection"}), closed_on=None)
    assert "closing" in rules.kept_until(closed, PERIODS).missing
    assert rules.kept_until(LIFE, ()).missing


@given(
    some.dates(date(1930, 1, 1), date(2025, 1, 1)),
    some.frozensets(some.sampled_from(["looked_after", "child_protection"])),
    some.lists(some.sampled_from(["a plan"]), max_size=1),
    some.lists(some.just("a court"), max_size=1),
    some.integers(0, 2),
)
def test_nothing_goes_before_its_day_or_while_anything_keeps_it(
    born: date, holds: frozenset[str], still: list[str], held: list[str], requests: int
) -> None:
    life = Life(born, None, born + timedelta(days=6000), holds, tuple(still))
    until = rules.kept_until(life, PERIODS)
    assert until.day is not None
    before = until.day - timedelta(days=1)
    assert not rules.may_be_disposed_of(until, life, before, holds=held, requests=requests).allowed
    free = not still and not held and not requests
    assert rules.may_be_disposed_of(until, life, until.day, holds=held, requests=requests).allowed is free
    unknown = KeptUntil(None, None, "", "Not known.")
    assert not rules.may_be_disposed_of(unknown, life, until.day, holds=[], requests=0).allowed


class Office:
    """A record of somebody born long ago, and a child of today beside it."""

    def __init__(self) -> None:
        make_partnership()
        self.officer = make_practitioner("records-officer", name="Owen Pritchard")
        self.manager = make_practitioner("team-manager", name="Priya Nair")
        self.worker = make_practitioner("social-worker", name="Dana Okafor")
        self.old = self._record(today() - timedelta(days=3000), "Ottoline")
        with as_practitioner(self.worker):
            row = Particulars.objects.get(folder_id=self.old)
            row.pk, row.born_on, row.recorded_at, row.why = uuid7(), date(1970, 3, 1), now(), "Read anew"
            row.save(force_insert=True)
        self.young = self._record(today() - timedelta(days=3000), "Maya")

    def _record(self, born: date, given: str) -> UUID:
        folder = open_folder_for(self.worker, self.officer, self.manager)
        with as_practitioner(self.worker):
            record_child(NewChild(folder, Names(given, "Fairweather"), Birth(born_on=born)))
            for n in range(3):
                sign_entry(
                    {folder: f"{given} came {n}."},
                    kind=EntryKind.VISIT,
                    happened_at=now() - timedelta(minutes=9),
                )
        return folder


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def left(folder_id: UUID) -> dict[str, int]:
    """The rows that hang on a folder, past every door."""
    found = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE postgres")
        for model in folder_models():
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}" WHERE folder_id = %s', [folder_id])
            if (count := cursor.fetchone()[0]) and model._meta.label != "audit.AuditEvent":
                found[model._meta.label] = count
        cursor.execute("SET LOCAL ROLE sightline_app")
    return found


def proposed(office: Office) -> models.Disposal:
    with as_practitioner(office.officer):
        return actions.propose_disposal(office.old, "Its time is over and nobody asks for it.")


def test_a_record_is_proposed_approved_by_another_and_leaves_its_tombstone(office: Office) -> None:
    beside = left(office.young)
    row = proposed(office)
    assert (row.counted, row.state) == ("30 years from the birth", DisposalState.PROPOSED)
    number = child_number(office)
    with as_practitioner(office.manager):
        stone = actions.dispose(office.old, "Nobody has asked for it in thirty years.")
        assert not Entry.objects.filter(folder_id=office.old).exists()
    assert left(office.old) == {"children.Person": 1}
    assert left(office.young) == beside
    assert (stone.record_id, stone.record_number) == (office.old, number)
    assert (stone.proposed_by, stone.approved_by) == (office.officer, office.manager)
    assert (stone.first_entry, stone.last_entry, stone.counts["records_entry"]) == (1, 3, 3)
    assert stone.rule == "Any other record of a child"
    assert "North Somerset" in stone.citation
    assert stone.due_on == date(2000, 3, 1)
    assert "Ottoline" not in repr(vars(stone))
    with as_practitioner(office.officer):
        assert queries.tombstones(1) == ([stone], 1)
        with pytest.raises(NotFound):
            child_page([office.old])
    with as_practitioner(office.worker):
        assert queries.tombstones(1) == ([], 0)


def child_number(office: Office) -> str:
    with as_practitioner(office.officer):
        return child_page([office.old]).number


@pytest.mark.django_db(transaction=True)
def test_the_trail_stays_whole_and_tells_of_the_disposal(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.AUDIT_ANCHOR = str(tmp_path / "anchor.txt")
    office = Office()
    proposed(office)
    assert audit.seal()
    with as_practitioner(office.manager):
        actions.dispose(office.old, "Nobody has asked for it in thirty years.")
    assert audit.seal()
    report = verify()
    assert report.ok, report.lines()
    with transaction.atomic(), looking_as(Viewer.for_job(VERIFYING)):
        told = set(AuditEvent.objects.filter(folder_id=office.old).values_list("what", flat=True))
    assert {"archive.propose_disposal", "archive.dispose", "records.sign_entry"} <= told


def test_whoever_proposed_it_does_not_approve_it_and_a_record_that_is_kept_stays(office: Office) -> None:
    with as_practitioner(office.manager):
        actions.propose_disposal(office.old, "Its time is over and nobody asks for it.")
        with pytest.raises(Refused, match="Another manager"):
            actions.dispose(office.old, "Nobody has asked for it in thirty years.")
    with as_practitioner(office.officer), pytest.raises(NotPermitted):
        actions.dispose(office.old, "Nobody has asked for it in thirty years.")
    other = make_practitioner("team-manager", name="Helen Abara")
    with as_practitioner(other), pytest.raises(NotFound):
        actions.dispose(office.old, "Nobody has asked for it in thirty years.")
    with as_practitioner(office.manager):
        kept = actions.keep_after_all(office.old, "Her family may still ask.", refused=True)
        assert kept.state == DisposalState.REFUSED
        with pytest.raises(NotFound):
            actions.dispose(office.old, "Nobody has asked for it in thirty years.")
    assert left(office.old)["records.Entry"] == 3


def test_a_hold_a_request_and_time_that_is_not_over_keep_the_record(office: Office) -> None:
    with as_practitioner(office.officer):
        with pytest.raises(Refused, match="not over"):
            actions.propose_disposal(office.young, "It takes room.")
        actions.hold(office.old, HoldWhy.INQUIRY, "The inquiry asked for all records of the home.")
        with pytest.raises(Refused, match="inquiry"):
            actions.propose_disposal(office.old, "Its time is over.")
        assert actions.end_hold(office.old, "The inquiry has reported.") == 1
        actions.propose_disposal(office.old, "Its time is over and nobody asks for it.")
        actions.receive(
            office.old, Asking(Asker.SELF, "Ottoline", "By post", now(), "By letter", "All that you have.")
        )
    with as_practitioner(office.manager):
        with pytest.raises(Refused, match="asked to see"):
            actions.dispose(office.old, "Nobody has asked for it in thirty years.")
        row = models.Disposal.objects.get(state=DisposalState.PROPOSED)
        # What the program forgets, the database refuses as well.
        with (
            pytest.raises(ProgrammingError, match="may not be disposed of"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute("SELECT archive_dispose(%s, 'x', 'x')", [row.pk])
    assert left(office.old)["records.Entry"] == 3


@pytest.mark.obligation("FIL-03")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("why", ["hold", "request"])
def test_what_keeps_a_record_is_not_passed_over_by_a_disposal_at_the_same_moment(
    transactional_db: None, why: str, as_owner
) -> None:  # type: ignore[no-untyped-def]
    """The officer has written why it is kept, and not finished yet, when the manager disposes of it."""
    office = Office()
    proposed(office)

    def keep() -> None:
        if why == "hold":
            actions.hold(office.old, HoldWhy.INQUIRY, "The inquiry asked for all records of the home.")
        else:
            asked = Asking(Asker.SELF, "Ottoline", "By post", now(), "By letter", "All that you have.")
            actions.receive(office.old, asked)

    said, waited = both(
        as_owner,
        (office.officer, keep),
        (office.manager, lambda: actions.dispose(office.old, "Nobody has asked for it in thirty years.")),
    )
    assert waited
    assert ("inquiry" if why == "hold" else "asked to see") in said
    rows = as_owner.execute("SELECT count(*) FROM records_entry WHERE folder_id = %s", [office.old])
    assert rows.fetchone() == (3,)


def test_everything_else_still_refuses_to_be_changed_or_removed(office: Office) -> None:
    proposed(office)
    with as_practitioner(office.manager):
        stone = actions.dispose(office.old, "Nobody has asked for it in thirty years.")
        for statement in (
            "DELETE FROM records_entry", "UPDATE records_entry SET text = ''", "DELETE FROM archive_tombstone",
            "UPDATE archive_tombstone SET approved_words = ''", "DELETE FROM audit_event",
        ):  # fmt: skip
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as c,
            ):
                c.execute(statement)
    # The second bolt is shut again, for the owner of the tables too.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sightline_owner")
        for statement in ("DELETE FROM records_entry", "DELETE FROM archive_tombstone"):
            with (
                pytest.raises(Exception, match=r"rows from (records_entry|archive_tombstone)"),
                transaction.atomic(),
            ):
                cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE sightline_app")
    assert stone.pk


def test_the_role_of_disposal_signs_in_nowhere_changes_nothing_and_leaves_the_trail(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'sightline_disposal'")
        assert cursor.fetchall() == [(False, False)]
        cursor.execute(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND (has_table_privilege('sightline_disposal', oid, 'UPDATE, TRUNCATE')
                   OR has_table_privilege('sightline_disposal', oid, 'DELETE') AND relname = ANY (%s))
            """,
            [
                [
                    "audit_event",
                    "audit_seal",
                    "archive_tombstone",
                    "agencies_practitioner",
                    "access_folder",
                ]
            ],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT has_function_privilege('public', 'archive_dispose(uuid, text, text)', 'EXECUTE')"
        )
        assert cursor.fetchone() == (False,)


def test_what_children_share_stays_until_the_last_of_them_goes(db: None) -> None:
    family = met.make_family()
    planned.filled(family.maya, family.worker)
    meeting_id = met.call(family)
    met.invite_all(family, meeting_id)
    met.prepare(family, meeting_id)
    with time_machine.travel(met.in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        meetings.hold(meeting_id, people=met.everybody_came(meeting_id))
    for folder in (family.maya, family.theo):
        let_in(folder, family.manager)
    with as_practitioner(family.manager):
        before = left(family.theo)
        # The day is past in this test alone; what the function itself asks is tested above.
        for folder, there, adults in ((family.maya, True, 2), (family.theo, False, 0)):
            proposal = a_proposal(folder, family.worker)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT archive_dispose(%s, 'Team manager', 'Long over.')", [proposal.pk])
            assert left(folder) == {"children.Person": 1}
            assert counted("meetings_meeting WHERE id = %s", meeting_id) == int(there)
            assert bool(counted("meetings_attendance WHERE meeting_id = %s", meeting_id)) is there
            assert counted("children_personname WHERE folder_id IS NULL AND %s <> ''", "x") == adults
            if there:
                assert left(family.theo) == before


def a_proposal(folder_id: UUID, by: Practitioner) -> models.Disposal:
    return models.Disposal.objects.create(
        folder_id=folder_id, author=by, author_post="Officer", written_at=now(), reasons="Over.", rule="r",
        citation="c", certainty="x", counted="30 years from the birth", due_on=date(2000, 1, 1), state="proposed",
    )  # fmt: skip


def counted(where: str, value: object) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE postgres")
        cursor.execute(f"SELECT count(*) FROM {where}", [value])
        found = int(cursor.fetchone()[0])
        cursor.execute("SET LOCAL ROLE sightline_app")
    return found


def test_the_pages_lead_from_the_proposal_to_the_tombstone(office: Office) -> None:
    client = signed_in(office.officer)
    shown = client.get(f"/child/{office.old}/keeping/")
    assert b"30 years from the birth" in shown.content
    assert b"North Somerset" in shown.content
    sent = client.post(f"/child/{office.old}/keeping/propose/", {"words": "Its time is over."})
    assert sent.status_code == 302
    assert client.get(f"/child/{office.old}/keeping/approve/").status_code == 404
    boss = signed_in(office.manager)
    bare = boss.post(f"/child/{office.old}/keeping/approve/", {"words": "Nobody asks for it any more."})
    assert bare.status_code == 200
    assert left(office.old)["records.Entry"] == 3
    gone = boss.post(
        f"/child/{office.old}/keeping/approve/", {"words": "Nobody asks for it any more.", "sure": "yes"}
    )
    assert gone.status_code == 302
    assert b"entries 1 to 3" in boss.get(gone["Location"]).content
    assert boss.get(f"/child/{office.old}/").status_code == 404


def signed_in(who: Practitioner) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


@pytest.mark.obligation("FIL-03")
@pytest.mark.django_db(transaction=True)
def test_every_disposal_is_on_a_list_outside_the_database_that_repeats_it_on_an_older_one(
    settings, tmp_path, as_owner
) -> None:  # type: ignore[no-untyped-def]
    settings.AUDIT_ANCHOR = str(tmp_path / "anchors" / "anchor.txt")
    office = Office()
    proposed(office)
    with as_practitioner(office.manager):
        stone = actions.dispose(office.old, "Nobody has asked for it in thirty years.")
    path = actions.list_of_disposals()
    (line,) = path.read_text().splitlines()
    assert path.stat().st_mode & 0o077 == 0
    with transaction.atomic(), looking_as(Viewer.for_job("disposals")):
        assert actions.disposals_so_far() == [line]
    assert "Ottoline" not in line
    # The other record stands for one that an older backup brought back; who approved it came after that backup.
    said = json.loads(line) | {
        "id": str(uuid7()), "record_id": str(office.young), "approved_by_id": str(uuid7()), "approved_name": "Ada New",
    }  # fmt: skip
    repeat = "SELECT archive_repeat(%s::jsonb)"
    assert as_owner.execute(repeat, [json.dumps(said)]).fetchone() == (True,)
    assert as_owner.execute(repeat, [json.dumps(said)]).fetchone() == (False,)
    assert as_owner.execute(repeat, [line]).fetchone() == (False,)
    as_owner.commit()
    counts = (
        "SELECT (SELECT count(*) FROM records_entry e WHERE e.folder_id = f), "
        "(SELECT count(*) FROM access_grant g WHERE g.folder_id = f) FROM (SELECT %s::uuid AS f) of"
    )
    assert as_owner.execute(counts, [office.young]).fetchone() == (0, 0)
    with transaction.atomic(), looking_as(Viewer.for_job("disposals")):
        again = models.Tombstone.objects.select_related("approved_by").get(record_id=office.young)
        assert (again.approved_by.name, again.disposed_at) == ("Ada New", stone.disposed_at)
        actions.told_of_repeated([office.young])


@pytest.mark.obligation("REC-12")
def test_the_programs_own_role_repeats_and_removes_nothing(office: Office) -> None:
    for sql in ("SELECT archive_repeat('{}'::jsonb)", "SELECT archive_remove('{}'::uuid[])"):
        with (
            as_practitioner(office.manager),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
