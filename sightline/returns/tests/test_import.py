"""Importing a census return: what it creates, and that nothing is doubled, half-written or lost."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, transaction
from django.test import Client

from sightline.access import actions as access
from sightline.access.models import Folder, Grant, Responsibility
from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner, Team
from sightline.agencies.tests.factories import as_practitioner, make_partnership, make_practitioner
from sightline.audit.models import AuditEvent
from sightline.children import actions as children
from sightline.children.models import (
    Authority,
    Identifier,
    Identity,
    Particulars,
    Person,
    PersonName,
    Pointer,
    Status,
)
from sightline.children.rules import Answer, Birth, NewAuthority, NewChild, NewStatus, Number
from sightline.children.terms import Answered, IdentityQuestion, Scheme, Sex, StatusKind
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.matching import queries as matching
from sightline.matching.rules import parse
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.returns.actions import Report, import_census, importing
from sightline.returns.models import ImportedChild, ImportFinding, ImportRun, PastReferral, PastStep
from sightline.returns.queries import findings_on, past_referrals
from sightline.returns.shapes import Finding
from sightline.returns.terms import Fate, Grade, StepKind

from .test_reading import DATA, bench_module

pytestmark = pytest.mark.django_db(transaction=True)

IMPORT = Viewer.for_job("import")


@contextmanager
def looking(viewer: Viewer = IMPORT) -> Iterator[None]:
    with transaction.atomic(), looking_as(viewer):
        yield


@dataclass(frozen=True)
class Partners:
    """A front door and its manager, a records officer who may import, and a teacher outside it."""

    team: Team
    manager: Practitioner
    officer: Practitioner
    teacher: Practitioner


def make_partners(**changes: Any) -> Partners:
    make_partnership(**changes)
    team = Team.objects.get(front_door=True)
    return Partners(
        team,
        make_practitioner("front-door-decision-manager", team=team),
        make_practitioner("records-officer", agency=team.agency),
        make_practitioner("designated-safeguarding-lead"),
    )


@pytest.fixture
def partners(fresh_database: Any) -> Partners:
    return make_partners()


def whole(path: Path, **options: Any) -> tuple[Report, list[Finding]]:
    told: list[Finding] = []
    report = import_census(path, commit=options.pop("commit", True), tell=told.append, **options)
    return report, told


def _said_by_people() -> tuple[object, ...]:
    """What holds of the one child's identity, birth and sex."""
    with looking():
        answers = Identity.objects.filter(held_until=None).order_by("question", "code")
        latest = Particulars.objects.order_by("-recorded_at", "-id")[0]
        return (*answers.values_list("question", "code", "words"), latest.born_on, latest.sex)


def count_rows() -> dict[str, int]:
    models = (
        Folder,
        Person,
        Identifier,
        Status,
        Duty,
        PastReferral,
        PastStep,
        ImportedChild,
        Grant,
        Identity,
    )
    with looking():
        return {model.__name__: model.objects.count() for model in models}


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    """Thirty invented children, some of them with a fault."""
    path = tmp_path / "return.xml"
    with path.open("w", encoding="utf-8") as out:
        bench_module("make_census").write(out, children=30, year=2026, seed=7)
    return path


def put(path: Path, *changes: tuple[str, str]) -> Path:
    """The same return with words changed, under another name."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    other = path.with_name("changed.xml")
    other.write_text(text, encoding="utf-8")
    return other


CASE = """<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><LEA>999</LEA></Source></Header>
<Children>
<Child><ChildIdentifiers><LAchildID>A1</LAchildID><UPN>X801200005001</UPN>
<PersonBirthDate>2018-05-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>REFU</Ethnicity><Disabilities><Disability>HEAR</Disability>
<Disability>LD</Disability></Disabilities></ChildCharacteristics>
<CINdetails><CINreferralDate>2026-01-12</CINreferralDate><ReferralSource>2A</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode>
<Assessments><AssessmentActualStartDate>2026-01-14</AssessmentActualStartDate></Assessments>
<Section47><S47ActualStartDate>2026-02-02</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47>
<ReferralNFA>0</ReferralNFA></CINdetails></Child>
</Children></Message>
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """One child: referred on 12 January 2026, an assessment and an enquiry still open."""
    path = tmp_path / "case.xml"
    path.write_text(CASE.replace("X801200005001", upn()), encoding="utf-8")
    return path


def upn(digits: str = "801200005001") -> str:
    from stdnum.gb import upn as stdnum_upn

    return stdnum_upn.calc_check_digit(digits) + digits


class TestDryRun:
    def test_it_writes_nothing_and_says_what_would_be(self, partners: Partners, invented: Path) -> None:
        before = count_rows()
        dry, _ = whole(invented, commit=False)
        assert count_rows() == before == dict.fromkeys(before, 0)
        with looking():
            assert not ImportRun.objects.exists()
        wet, _ = whole(invented)
        assert dry.children == wet.children == Counter({Fate.CREATED: 30})
        assert dry.duties == wet.duties > 0
        assert dry.findings == wet.findings


class TestCommit:
    def test_one_child_with_all_that_the_return_says(self, partners: Partners, case: Path) -> None:
        report, told = whole(case)
        assert report.refusal is None
        assert told == []
        with looking():
            child = Person.objects.get()
            folder = Folder.objects.get(id=child.folder_id)
            birth = Particulars.objects.get()
            assert (birth.born_on, birth.sex, birth.died_on) == (date(2018, 5, 1), "F", None)
            assert {(n.scheme, n.value) for n in Identifier.objects.all()} == {
                ("la_child", "A1"),
                ("upn", upn()),
            }
            assert {(a.question, a.answered, a.code) for a in Identity.objects.all()} == {
                ("ethnicity", "declined", ""),
                ("disability", "given", "HEAR"),
                ("disability", "given", "LD"),
            }
            status = Status.objects.get()
            assert (status.kind, status.held_from, status.held_until) == (
                "child_in_need",
                date(2026, 1, 12),
                None,
            )
            assert Authority.objects.get().responsible == "Eastmarch Council"
            assert Responsibility.objects.get().manager_id == partners.manager.id
            grant = Grant.objects.get()
            assert (grant.team_id, grant.origin, grant.level) == (partners.team.id, "import", "write")
            referral = PastReferral.objects.get()
            assert (referral.referred_on, referral.source_code, referral.need_code) == (
                date(2026, 1, 12),
                "2A",
                "N1",
            )
            assert [(s.kind, s.began_on) for s in referral.steps.order_by("began_on")] == [
                ("assessment", date(2026, 1, 14)),
                ("section_47", date(2026, 2, 2)),
            ]
            kept = ImportedChild.objects.get()
            assert kept.raw in case.read_text()
            assert kept.folder_id == folder.id
            assert Pointer.objects.get().born_on == date(2018, 5, 1)
            run = ImportRun.objects.get()
            assert (run.state, run.created, run.duties, run.la_code, run.year) == ("done", 1, 2, "999", 2026)

    def test_open_duties_have_the_clocks_of_the_pack(self, partners: Partners, case: Path) -> None:
        whole(case)
        with looking():
            due = {duty.kind: duty for duty in Duty.objects.all()}
            assert set(due) == {"assessment", "initial_conference"}
            # 45 working days from Monday 12 January, 15 from Monday 2 February: no bank holiday between
            assert due["assessment"].due_at.date() == date(2026, 3, 16)
            assert due["initial_conference"].due_at.date() == date(2026, 2, 23)
            assert {duty.team_id for duty in due.values()} == {partners.team.id}
            assert all(duty.citation for duty in due.values())

    def test_they_stand_in_the_work_of_the_team_and_of_nobody_else(
        self, partners: Partners, case: Path
    ) -> None:
        whole(case)
        with as_practitioner(partners.manager):
            assert Duty.objects.count() == 2
            assert PastReferral.objects.count() == 1
            assert ImportedChild.objects.count() == 1
        with as_practitioner(partners.teacher):
            for model in (
                Folder,
                Person,
                Duty,
                PastReferral,
                PastStep,
                ImportedChild,
                ImportFinding,
                ImportRun,
            ):
                assert not model.objects.exists(), model.__name__

    def test_the_samples_of_2022_and_2026_are_imported(self, partners: Partners) -> None:
        for name, new in (("cin-2022.xml", 1), ("cin-2026.xml", 1)):
            report, told = whole(DATA / name)
            assert report.refusal is None
            assert report.children[Fate.CREATED] == new, name
            with looking():
                run = ImportRun.objects.order_by("-started_at").first()
                assert run is not None
                assert run.findings.count() == len(told) == report.not_taken + report.doubtful
        with looking():
            assert {n.value for n in Identifier.objects.filter(scheme="la_child")} == {
                "DFEX0000001",
                "CHILD_FAILS_ASSESSMENTS",
            }

    def test_the_samples_children_are_found_by_search(self, partners: Partners) -> None:
        whole(DATA / "cin-2022.xml")
        whole(DATA / "cin-2026.xml")
        with looking():
            holders = dict(Identifier.objects.values_list("value", "folder_id"))
        with as_practitioner(partners.manager):
            for asked, holder in (
                ("A123456789123", "DFEX0000001"),
                ("24/03/1966", "DFEX0000001"),
                ("DfEX0000001", "DFEX0000001"),
                ("25/09/2023", "CHILD_FAILS_ASSESSMENTS"),
                ("Child_Fails_Assessments", "CHILD_FAILS_ASSESSMENTS"),
            ):
                found = matching.search(parse(asked, today())).found
                assert [child.folder_id for child in found] == [holders[holder]], asked

    def test_the_open_duties_stand_on_my_work_of_whoever_leads_the_team(
        self, partners: Partners, case: Path
    ) -> None:
        """The page itself: nobody owns them yet, so they wait for somebody in the team."""
        whole(case)
        with looking():
            folder = Folder.objects.get()
            owed = list(Duty.objects.order_by("due_at"))
            assert [(duty.kind, duty.owner_id) for duty in owed] == [
                ("initial_conference", None),
                ("assessment", None),
            ]

        def my_work(who: Practitioner) -> str:
            client = Client(headers={"user-agent": "Tests"})
            assert who.user is not None
            client.force_login(who.user)
            return client.get("/").content.decode()

        shown = my_work(partners.manager)
        waiting = shown.partition('id="waiting-title"')[2].partition("</section>")[0]
        assert "Waiting for somebody in your team" in waiting
        assert '<span class="sl-note">2</span>' in waiting
        for duty in owed:
            assert duty.title in waiting
            assert f"/duty/{duty.id}/" in waiting
        assert f"/child/{folder.id}/" in waiting
        officer = make_practitioner("social-worker", team=partners.team)
        for who in (partners.teacher, officer):
            assert "Waiting for somebody" not in my_work(who)
        with as_practitioner(partners.manager):
            duties.hand_to([duty.id for duty in owed], officer.pk)
        assert "Waiting for somebody" not in my_work(partners.manager)
        assert owed[0].title in my_work(officer)

    def test_of_many_that_wait_the_soonest_stand_on_my_work(self, partners: Partners, case: Path) -> None:
        text = case.read_text(encoding="utf-8")
        child = text[text.index("<Child>") : text.index("</Child>") + len("</Child>")]
        more = [child.replace(">A1<", f">B{n}<").replace(upn(), upn(f"80120000600{n}")) for n in range(4)]
        report, _ = whole(put(case, ("</Children>", "".join(more) + "</Children>")))
        assert report.duties == 10
        client = Client(headers={"user-agent": "Tests"})
        assert partners.manager.user is not None
        client.force_login(partners.manager.user)
        shown = client.get("/").content.decode()
        waiting = shown.partition('id="waiting-title"')[2].partition("</section>")[0]
        assert '<span class="sl-note">10</span>' in waiting
        assert len(set(re.findall(r"/duty/([0-9a-f-]+)/", waiting))) == 5
        assert "All that waits, in my team’s work" in waiting

    def test_a_return_of_another_authority_is_said_to_be_so(self, partners: Partners, case: Path) -> None:
        _, told = whole(put(case, ("<LEA>999<", "<LEA>201<")))
        assert [(f.element, f.value, f.child) for f in told] == [("LEA", "201", None)]

    def test_past_referrals_are_told_in_the_words_of_the_census(self, partners: Partners) -> None:
        whole(DATA / "cin-2022.xml")
        with as_practitioner(partners.manager):
            (told,) = past_referrals([Folder.objects.get().id])
            assert told.source == "Family member, relative or carer"
            assert told.primary_need == "Family in acute stress"
            assert told.closure == "Adopted"
            plan = next(step for step in told.steps if step.kind is StepKind.PROTECTION_PLAN)
            assert plan.found == ("Physical abuse",)
            assert plan.kind.label == "Child protection plan"
            assert {f.element for f in findings_on([told.folder_id])} >= {"UPN", "ExpectedPersonBirthDate"}
        with as_practitioner(partners.teacher):
            assert past_referrals([told.folder_id]) == []
            assert findings_on([told.folder_id]) == []

    def test_the_past_stands_on_a_page_of_the_child_and_the_nameless_are_told_apart(
        self, partners: Partners, case: Path
    ) -> None:
        whole(DATA / "cin-2022.xml")
        whole(case)
        with as_practitioner(partners.manager):
            told = {f.id: f.number for f in Folder.objects.all()}
            past = next(
                r.folder_id for folder in told for r in past_referrals([folder]) if r.closure == "Adopted"
            )
        client = Client(headers={"user-agent": "Tests"})
        client.force_login(partners.manager.user)
        page = client.get(f"/child/{past}/past/").content.decode()
        assert "Family in acute stress" in page
        assert "Adopted" in page
        work = client.get("/team/?by=child").content.decode()
        assert "Name not known" in work
        assert any(f"record {number}" in work for number in told.values())

    def test_what_was_imported_stands_in_the_audit_trail(self, partners: Partners, case: Path) -> None:
        whole(case)
        whole(put(case, ("REFU", "WBRI")))
        with looking(Viewer.for_job("audit-verify")):
            told = set(AuditEvent.objects.values_list("what", flat=True))
        assert {
            "returns.import_census",
            "returns.change_child",
            "access.open_folder",
            "children.record_child",
        } <= told

    def test_findings_stand_with_child_and_line(self, partners: Partners, case: Path) -> None:
        whole(put(case, ("<PrimaryNeedCode>N1<", "<PrimaryNeedCode>N77<")))
        with looking():
            finding = ImportFinding.objects.get()
            assert (finding.child, finding.element, finding.value) == ("A1", "PrimaryNeedCode", "N77")
            assert finding.line == 9
            assert finding.folder_id == Folder.objects.get().id


class TestAgain:
    def test_the_same_file_again_doubles_nothing(self, partners: Partners, invented: Path) -> None:
        whole(invented)
        before = count_rows()
        report, _ = whole(invented)
        assert report.children == Counter({Fate.UNCHANGED: 30})
        assert count_rows() == before
        with looking():
            assert ImportRun.objects.count() == 2

    @pytest.mark.obligation("TIM-03")
    def test_what_was_missed_and_is_not_owed_by_a_later_file_stays_to_be_answered_for(
        self, partners: Partners, case: Path
    ) -> None:
        """And is owed as the one that it is, where a still later file says so."""
        whole(case)
        not_required = put(case, ("<ICPCnotRequired>0<", "<ICPCnotRequired>1<"))
        for file, state in ((not_required, "missed and no longer owed"), (case, "missed")):
            whole(file)
            with looking():
                (conference,) = Duty.objects.filter(kind="initial_conference")
                assert (conference.state, conference.closed_at) == (state, None)

    def test_a_correction_changes_what_it_corrects(self, partners: Partners, case: Path) -> None:
        whole(case)
        corrected = put(
            case,
            ("2018-05-01", "2018-05-02"),
            ("REFU", "WBRI"),
            ("<CINreferralDate>2026-01-12", "<CINreferralDate>2026-01-13"),
            (
                "<AssessmentActualStartDate>2026-01-14</AssessmentActualStartDate>",
                "<AssessmentActualStartDate>2026-01-14</AssessmentActualStartDate>"
                "<AssessmentAuthorisationDate>2026-03-02</AssessmentAuthorisationDate>"
                "<FactorsIdentifiedAtAssessment><AssessmentFactors>3B</AssessmentFactors>"
                "</FactorsIdentifiedAtAssessment>",
            ),
        )
        dry, _ = whole(corrected, commit=False)
        report, told = whole(corrected)
        assert report.children == Counter({Fate.CHANGED: 1})
        assert dry.duties == report.duties
        assert [f for f in told if f.grade is Grade.NOT_TAKEN] == []
        with looking():
            assert Person.objects.count() == Folder.objects.count() == 1
            latest = Particulars.objects.order_by("-recorded_at", "-id").first()
            assert latest is not None
            assert latest.born_on == date(2018, 5, 2)
            current = Identity.objects.get(question="ethnicity", held_until=None)
            assert current.code == "WBRI"
            referral = PastReferral.objects.get(replaced_at=None)
            assert referral.referred_on == date(2026, 1, 13)
            assert PastReferral.objects.count() == 2
            assert referral.steps.get(kind="assessment").codes == "3B"
            held = [s for s in Status.objects.all() if s.held_until is None or s.held_until > s.held_from]
            assert [(s.kind, s.held_from) for s in held] == [("child_in_need", date(2026, 1, 13))]
            states = {duty.kind: duty.state for duty in Duty.objects.all()}
            assert states["assessment"] == "discharged", "done in time, whenever we hear of it"
            assert states["initial_conference"] in ("open", "missed")
        before = count_rows()
        report, _ = whole(corrected)
        assert report.children == Counter({Fate.UNCHANGED: 1})
        assert count_rows() == before

    @pytest.mark.obligation("ASM-03")
    @pytest.mark.obligation("REC-12")
    @pytest.mark.parametrize("later_return", [True, False], ids=["a later return", "a corrected one"])
    def test_what_a_practitioner_recorded_since_stands_and_the_return_is_reported(
        self, partners: Partners, case: Path, later_return: bool
    ) -> None:
        whole(case)
        with looking():
            folder = Folder.objects.get()
        let_in(folder.id, partners.manager)
        with as_practitioner(partners.manager):
            children.answer_identity(
                folder.id, Answer(IdentityQuestion.ETHNICITY, Answered.GIVEN, ("MWBC",), "Jamaican and Welsh")
            )
            children.answer_identity(
                folder.id, Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, ("HEAR",))
            )
            before, _ = children.birth_of(Person.objects.get().id)
            children.correct_particulars(
                folder.id,
                replace(before, born_on=date(2018, 5, 11), sex=Sex.MALE),
                "The birth certificate was seen.",
            )
        ours = _said_by_people()
        report, told = whole(case)
        assert report.children == Counter({Fate.UNCHANGED: 1})
        assert _said_by_people() == ours
        changes = [("REFU", "WBRI"), ("<PrimaryNeedCode>N1", "<PrimaryNeedCode>N2")]
        if later_return:
            changes.append(("<ReferenceDate>2026-03-31", "<ReferenceDate>2027-03-31"))
        other = put(case, *changes)
        dry, foretold = whole(other, commit=False)
        wet, told = whole(other)
        assert told == foretold
        assert dry.children == wet.children == Counter({Fate.CHANGED: 1})
        assert _said_by_people() == ours
        left = {f.element: f for f in told if "left as it is" in f.message}
        assert set(left) == {"Ethnicity", "Disability", "PersonBirthDate", "Sex"}
        assert {f.grade for f in left.values()} == {Grade.DOUBTFUL}
        assert {f.child for f in left.values()} == {"A1"}
        assert all(f.line > 0 for f in left.values())
        assert "White British" in left["Ethnicity"].message
        assert "Jamaican and Welsh" in left["Ethnicity"].message
        assert "the return says 1 May 2018" in left["PersonBirthDate"].message
        assert "a practitioner recorded 11 May 2018 on" in left["PersonBirthDate"].message
        with as_practitioner(partners.manager):
            assert {f.element for f in findings_on([folder.id])} >= set(left)
            assert PastReferral.objects.get(replaced_at=None).need_code == "N2", "the rest is taken in"
        again, _ = whole(other)
        assert again.children == Counter({Fate.UNCHANGED: 1})
        assert _said_by_people() == ours

    def test_what_a_practitioner_left_open_a_return_fills(self, partners: Partners, case: Path) -> None:
        whole(put(case, ("<Sex>F</Sex>", "<Sex>U</Sex>")))
        with looking():
            folder = Folder.objects.get()
        let_in(folder.id, partners.manager)
        with as_practitioner(partners.manager):
            before, _ = children.birth_of(Person.objects.get().id)
            children.correct_particulars(folder.id, replace(before, pronouns="she/her"))
        _, told = whole(put(case, ("2018-05-01", "2018-05-03")))
        assert not [f for f in told if "left as it is" in f.message]
        with looking():
            latest = Particulars.objects.order_by("-recorded_at", "-id")[0]
        assert (latest.born_on, latest.sex, latest.pronouns) == (date(2018, 5, 3), "F", "she/her")

    def test_a_later_return_closes_and_an_earlier_one_does_not_reopen(
        self, partners: Partners, case: Path
    ) -> None:
        later = put(
            case,
            ("<ReferenceDate>2026-03-31", "<ReferenceDate>2027-03-31"),
            (
                "<PrimaryNeedCode>N1</PrimaryNeedCode>",
                "<PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>2026-06-01</CINclosureDate>"
                "<ReasonForClosure>RC7</ReasonForClosure>",
            ),
        )
        whole(later)
        with looking():
            assert not Duty.objects.exists()
        report, _ = whole(case)
        assert report.children == Counter({Fate.CHANGED: 1})
        with looking():
            assert not Duty.objects.exists()
            assert PastReferral.objects.get(replaced_at=None).closed_on == date(2026, 6, 1)

    def test_a_dry_run_tells_the_duties_that_a_changed_child_will_owe(
        self, partners: Partners, case: Path
    ) -> None:
        authorised = (
            "<AssessmentActualStartDate>2026-01-14</AssessmentActualStartDate>",
            "<AssessmentActualStartDate>2026-01-14</AssessmentActualStartDate>"
            "<AssessmentAuthorisationDate>2026-03-02</AssessmentAuthorisationDate>",
        )
        first, _ = whole(put(case, authorised))
        assert first.duties == 1
        dry, _ = whole(case, commit=False)
        with looking():
            assert Duty.objects.count() == 1
        wet, _ = whole(case)
        assert dry.children == wet.children == Counter({Fate.CHANGED: 1})
        assert dry.duties == wet.duties == 1
        with looking():
            assert Duty.objects.filter(kind="assessment").count() == 1

    def test_a_child_known_by_upn_alone_is_found(self, partners: Partners, case: Path) -> None:
        whole(case)
        with looking():
            number = Identifier.objects.get(scheme="la_child")
        with looking(Viewer.for_job("import")):
            Identifier.objects.filter(id=number.id).update(
                withdrawn_at="2026-01-01T00:00Z", withdrawn_why="wrong"
            )
        report, _ = whole(put(case, (">A1<", ">B7<")))
        assert report.children == Counter({Fate.CHANGED: 1})
        with looking():
            assert Identifier.objects.get(scheme="la_child", withdrawn_at=None).value == "B7"

    def test_another_child_with_the_same_id_is_not_mixed_in(self, partners: Partners, case: Path) -> None:
        whole(case)
        other = put(case, ("2018-05-01", "2009-01-30"), (upn(), upn("801200005002")))
        report, told = whole(other)
        assert report.children == Counter({Fate.LEFT_OUT: 1})
        assert any("another date of birth and another UPN" in f.message for f in told)
        with looking():
            assert Particulars.objects.get().born_on == date(2018, 5, 1)
            assert ImportedChild.objects.filter(folder=None).count() == 1


class TestFaults:
    def test_a_broken_file_is_refused_and_nothing_is_written(
        self, partners: Partners, invented: Path
    ) -> None:
        text = invented.read_text()
        broken = invented.with_name("broken.xml")
        broken.write_text(text[: len(text) // 2])
        report, _ = whole(broken)
        assert report.refusal is not None
        assert report.run_id is None
        assert set(count_rows().values()) == {0}

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0\0",
            b"not xml",
            b"<Other/>",
            b"<!DOCTYPE Message [<!ENTITY a 'b'>]><Message>&a;</Message>",
        ],
    )
    def test_what_is_no_return_is_refused(self, partners: Partners, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "file"
        path.write_bytes(content)
        report, _ = whole(path)
        assert report.refusal is not None
        assert report.refusal.message

    def test_a_file_that_is_not_there(self, partners: Partners, tmp_path: Path) -> None:
        for path in (tmp_path / "nowhere.xml", tmp_path):
            report, _ = whole(path)
            assert report.refusal is not None
            assert "cannot be read" in report.refusal.message

    def test_without_a_partnership_it_says_so(self, fresh_database: Any, invented: Path) -> None:
        with pytest.raises(Refused, match="set the partnership up first"):
            whole(invented)

    def test_where_nobody_would_answer_for_the_records_it_says_so_and_writes_nothing(
        self, fresh_database: Any, invented: Path
    ) -> None:
        make_partnership()
        for commit in (False, True):
            with pytest.raises(Refused, match="nobody would answer"):
                whole(invented, commit=commit)
        with looking():
            assert not ImportRun.objects.exists()

    def test_one_import_at_a_time(self, partners: Partners, invented: Path, fresh_database: Any) -> None:
        with fresh_database.connect() as other:
            other.execute("SELECT pg_advisory_lock(%s)", [importing._LOCK])
            with pytest.raises(Refused, match="Another import is running"):
                whole(invented)

    def test_nobody_but_the_import_writes_what_was_imported(self, partners: Partners, case: Path) -> None:
        whole(case)
        for model, change in (
            (PastReferral, {"source_code": "6"}),
            (PastReferral, {"replaced_at": None}),
            (PastStep, {"kind": "review"}),
            (ImportedChild, {"raw": ""}),
            (ImportRun, {"state": "stopped"}),
        ):
            for who in (partners.manager, partners.teacher):
                with as_practitioner(who), contextlib.suppress(ProgrammingError), transaction.atomic():
                    assert model.objects.update(**change) == 0, model.__name__
        with looking(), pytest.raises(DatabaseError), transaction.atomic():
            PastReferral.objects.update(source_code="6")
        with looking(), pytest.raises(DatabaseError), transaction.atomic():
            ImportedChild.objects.update(raw="")

    def test_who_may_not_import_does_not(self, partners: Partners, invented: Path) -> None:
        with pytest.raises(NotPermitted):
            whole(invented, practitioner_id=partners.teacher.id)
        report, _ = whole(invented, practitioner_id=partners.officer.id)
        assert report.refusal is None

    def test_a_child_without_id_is_kept_and_not_taken_in(self, partners: Partners, case: Path) -> None:
        report, told = whole(put(case, ("<LAchildID>A1</LAchildID>", "")))
        assert report.children == Counter({Fate.LEFT_OUT: 1})
        assert {f.element for f in told} == {"LAchildID", "Child"}
        with looking():
            assert "<PrimaryNeedCode>N1" in ImportedChild.objects.get(folder=None).raw
            assert not Person.objects.exists()

    def test_records_with_one_id_become_one_child(self, partners: Partners, case: Path) -> None:
        text = case.read_text()
        start, end = text.index("<Child>"), text.index("</Child>") + len("</Child>")
        second = (
            text[start:end].replace("2026-01-12", "2025-06-02").replace("<ReferralNFA>0", "<ReferralNFA>1")
        )
        case.write_text(text[:end] + second + text[end:])
        report, told = whole(case)
        assert report.children == Counter({Fate.CREATED: 1})
        assert any("put together" in f.message for f in told)
        with looking():
            assert PastReferral.objects.count() == 2
            assert ImportedChild.objects.get().raw.count("<Child>") == 2
        before = count_rows()
        whole(case)
        assert count_rows() == before

    def test_one_child_that_the_database_refuses_does_not_stop_the_others(
        self, partners: Partners, invented: Path, as_owner: Any
    ) -> None:
        as_owner.execute(
            "ALTER TABLE children_identifier ADD CONSTRAINT not_this_one CHECK (value <> 'INV000000004')"
        )
        report, told = whole(invented)
        assert report.children == Counter({Fate.CREATED: 29, Fate.LEFT_OUT: 1})
        (left,) = [f for f in told if f.element == "Child"]
        assert left.child == "INV000000004"
        assert "not_this_one" in left.message
        with looking():
            assert Person.objects.count() == Folder.objects.count() == 29
            assert ImportedChild.objects.get(folder=None).la_child_id == "INV000000004"

    def test_stopped_half_way_it_goes_on_from_there(
        self, partners: Partners, invented: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "BATCH", 10)
        batches = iter(range(10))

        def stop_at_third(*args: Any) -> None:
            if next(batches) == 2:
                raise KeyboardInterrupt
            plan(*args)

        plan = importing.plan
        monkeypatch.setattr(importing, "plan", stop_at_third)
        with pytest.raises(KeyboardInterrupt):
            whole(invented)
        with looking():
            assert ImportRun.objects.get().state == "stopped"
            assert Person.objects.count() == PastReferral.objects.values("child").distinct().count() == 20
        monkeypatch.setattr(importing, "plan", plan)
        report, _ = whole(invented)
        assert report.children == Counter({Fate.UNCHANGED: 20, Fate.CREATED: 10})

    def test_dates_far_past_and_to_come_are_never_refused(self, partners: Partners, case: Path) -> None:
        report, _ = whole(put(case, ("2026-01-12", "1931-02-02"), ("2026-02-02", "2071-02-02")))
        assert report.children == Counter({Fate.CREATED: 1})
        with looking():
            assert {d.kind for d in Duty.objects.all()} == {"assessment", "initial_conference"}

    def test_an_unborn_child(self, partners: Partners, case: Path) -> None:
        soon = (today() + timedelta(days=40)).isoformat()
        report, _ = whole(
            put(
                case,
                (
                    "<PersonBirthDate>2018-05-01</PersonBirthDate><Sex>F",
                    f"<ExpectedPersonBirthDate>{soon}</ExpectedPersonBirthDate><Sex>U",
                ),
            )
        )
        assert report.children == Counter({Fate.CREATED: 1})
        with looking():
            assert Particulars.objects.get().expected_on is not None
            assert Pointer.objects.get().expected_on is not None


def test_a_child_of_the_import_is_written_as_by_the_single_actions(
    partners: Partners, case: Path, fresh_database: Any
) -> None:
    whole(case)
    imported = _dump()
    _empty(fresh_database)
    with looking():
        folder_id = access.open_folder(partners.team.agency_id, partners.manager.id)
        children.record_child(
            NewChild(
                folder_id,
                birth=Birth(born_on=date(2018, 5, 1), sex=Sex.FEMALE),
                answers=(
                    Answer(IdentityQuestion.ETHNICITY, Answered.DECLINED),
                    Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, codes=("HEAR", "LD")),
                ),
                numbers=(Number(Scheme.LA_CHILD, "A1"), Number(Scheme.UPN, upn())),
                statuses=(NewStatus(StatusKind.CHILD_IN_NEED, date(2026, 1, 12)),),
                authority=NewAuthority("Eastmarch Council", held_from=date(2026, 1, 12)),
            )
        )
        for kind, day in (("assessment", date(2026, 1, 12)), ("initial_conference", date(2026, 2, 2))):
            began = datetime.combine(day, time(0), tzinfo=LONDON)
            duties.open_duties([duties.Opening(folder_id, kind, began, team_id=partners.team.id)])
    single = _dump()
    for written in (
        Folder, Responsibility, Person, Particulars, PersonName, Identifier, Identity, Status, Authority,
        Pointer, Duty,
    ):  # fmt: skip
        assert imported[written.__name__] == single[written.__name__] != [], written.__name__


def test_many_together_are_written_as_one_by_one(
    partners: Partners, invented: Path, fresh_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of any size write the same rows, and those that single actions write."""
    dumps = []
    for size in (250, 1):
        monkeypatch.setattr(importing, "BATCH", size)
        whole(invented)
        dumps.append(_dump())
        _empty(fresh_database)
    assert dumps[0] == dumps[1]


def _dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that an import writes, without keys and the instants of writing."""
    ids = [
        "id",
        "folder_id",
        "person_id",
        "child_id",
        "referral_id",
        "run_id",
        "imported_id",
        "thread",
        "subject_id",
        "number",
        "path",
    ]
    found: dict[str, list[tuple[Any, ...]]] = {}
    with looking():
        for model in (
            Folder, Responsibility, Grant, Person, Particulars, PersonName, Identifier, Identity, Status,
            Authority, Pointer, Duty, PastReferral, PastStep, ImportedChild, ImportFinding,
        ):  # fmt: skip
            names = [field.attname for field in model._meta.concrete_fields]
            # a duty's clock is what it is about; every other instant is when a row was written
            kept = {"started_at", "soon_at", "due_at", "critical_at"} if model is Duty else set()
            names = [n for n in names if n in kept or (n not in ids and not n.endswith("_at"))]
            rows = model.objects.values_list(*names)
            found[model.__name__] = sorted((tuple(map(str, row)) for row in rows), key=str)
    return found


def _empty(database: Any) -> None:
    with database.connect("postgres") as superuser:
        superuser.execute("SET session_replication_role = replica")
        tables = superuser.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND "
            "tablename ~ '^(access|children|procedures|returns|matching)_'"
        ).fetchall()
        superuser.execute(f"TRUNCATE {', '.join(name for (name,) in tables)} CASCADE")
