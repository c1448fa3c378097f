"""What a child's record comes to: duties still owed, statuses, and how a return goes with what is known."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.returns import intake
from sightline.returns.intake import Known, Owed
from sightline.returns.shapes import (
    Assessment,
    Child,
    ChildProtectionPlan,
    Episode,
    PreProceedings,
    Review,
    Section47,
)
from sightline.returns.terms import AbuseCategory, DutyOwed, Sex, Standing, StepKind

TODAY = date(2026, 5, 20)
REFERRED = date(2026, 1, 12)


def assessment(started: date | None, authorised: date | None = None) -> Assessment:
    return Assessment(1, started, None, authorised, (), {})


def enquiry(started: date | None, held: date | None = None, not_required: bool | None = False) -> Section47:
    return Section47(1, started, None, held, not_required, {})


def plan(
    started: date | None,
    ended: date | None = None,
    *reviews: date,
    category: AbuseCategory | None = AbuseCategory.NEGLECT,
) -> ChildProtectionPlan:
    return ChildProtectionPlan(
        2, started, ended, category, category, 0, tuple(Review(3, day) for day in reviews), {}
    )


def episode(**values: Any) -> Episode:
    given: dict[str, Any] = {
        "line": 1,
        "referred_on": REFERRED,
        "source": None,
        "primary_need": None,
        "closed_on": None,
        "closure_reason": None,
        "conference_on": None,
        "no_further_action": False,
        "assessments": (),
        "plans": (),
        "enquiries": (),
        "protection_plans": (),
        "pre_proceedings": (),
        "lines": {},
    }
    return Episode(**{**given, **values})


def child(*episodes: Episode, **values: Any) -> Child:
    given: dict[str, Any] = {
        "line": 1,
        "la_child_id": "A1",
        "upn": None,
        "former_upn": None,
        "upn_unknown": None,
        "birth_date": date(2018, 3, 4),
        "expected_birth_date": None,
        "sex": Sex.FEMALE,
        "death_date": None,
        "ethnicity": None,
        "disabilities": (),
        "episodes": episodes,
        "raw": "<Child/>",
        "lines": {},
    }
    return Child(**{**given, **values})


S47 = date(2026, 2, 2)
ICPC = date(2026, 2, 20)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"assessments": (assessment(date(2026, 1, 14)),)}, [Owed(DutyOwed.ASSESSMENT, REFERRED)]),
        ({"assessments": (assessment(None),)}, [Owed(DutyOwed.ASSESSMENT, REFERRED)]),
        ({"assessments": (assessment(date(2026, 1, 14), date(2026, 3, 1)),)}, []),
        (
            {
                "assessments": (
                    assessment(date(2026, 1, 14), date(2026, 3, 1)),
                    assessment(date(2026, 3, 20)),
                )
            },
            [Owed(DutyOwed.ASSESSMENT, date(2026, 3, 20))],
        ),
        ({"referred_on": None, "assessments": (assessment(None),)}, []),
        ({"enquiries": (enquiry(S47),)}, [Owed(DutyOwed.CONFERENCE, S47)]),
        ({"enquiries": (enquiry(S47, None, None),)}, [Owed(DutyOwed.CONFERENCE, S47)]),
        ({"enquiries": (enquiry(S47, None, True),)}, []),
        ({"enquiries": (enquiry(S47, ICPC),)}, []),
        ({"enquiries": (enquiry(S47),), "conference_on": ICPC}, []),
        ({"enquiries": (enquiry(ICPC),), "conference_on": S47}, [Owed(DutyOwed.CONFERENCE, ICPC)]),
        ({"enquiries": (enquiry(None),)}, []),
        (
            {"enquiries": (enquiry(S47),), "protection_plans": (plan(ICPC),)},
            [Owed(DutyOwed.FIRST_REVIEW, ICPC)],
        ),
        ({"protection_plans": (plan(ICPC, date(2026, 5, 1)),)}, []),
        (
            {"protection_plans": (plan(ICPC, None, date(2026, 5, 8)),)},
            [Owed(DutyOwed.LATER_REVIEW, date(2026, 5, 8))],
        ),
        (
            {"protection_plans": (plan(ICPC, None, date(2026, 1, 8)),)},
            [Owed(DutyOwed.FIRST_REVIEW, ICPC)],
        ),
        ({"closed_on": date(2026, 3, 3), "assessments": (assessment(date(2026, 1, 14)),)}, []),
    ],
)
def test_what_is_still_owed(given: dict[str, Any], expected: list[Owed]) -> None:
    assert intake.owed(episode(**given)) == expected


def test_nothing_is_owed_to_a_child_who_has_died() -> None:
    open_one = episode(assessments=(assessment(REFERRED),), protection_plans=(plan(ICPC),))
    assert intake.owed(open_one)
    assert intake.owed(open_one, died=True) == []


class TestPeriods:
    def test_a_case_and_its_plan(self) -> None:
        kept, findings = intake.periods(child(episode(protection_plans=(plan(ICPC),))), TODAY)
        assert [(p.kind, p.category, p.held_from, p.held_until) for p in kept] == [
            (Standing.CHILD_IN_NEED, "", REFERRED, None),
            (Standing.PROTECTION_PLAN, "NEG", ICPC, None),
        ]
        assert findings == []

    def test_a_referral_with_no_further_action_makes_no_child_in_need(self) -> None:
        assert intake.periods(child(episode(no_further_action=True)), TODAY) == ([], [])

    def test_a_death_ends_them(self) -> None:
        died = date(2026, 4, 1)
        kept, _ = intake.periods(child(episode(protection_plans=(plan(ICPC),)), death_date=died), TODAY)
        assert {p.held_until for p in kept} == {died}

    def test_a_plan_left_open_ends_with_its_case(self) -> None:
        closed = date(2026, 4, 1)
        kept, _ = intake.periods(child(episode(closed_on=closed, protection_plans=(plan(ICPC),))), TODAY)
        assert {p.held_until for p in kept} == {closed}

    @pytest.mark.parametrize(
        "unfit",
        [
            plan(ICPC, date(2026, 1, 1)),
            plan(ICPC, category=None),
            plan(TODAY + timedelta(days=1)),
        ],
    )
    def test_what_cannot_be_a_status_is_said(self, unfit: ChildProtectionPlan) -> None:
        kept, findings = intake.periods(child(episode(protection_plans=(unfit,))), TODAY)
        assert [p.kind for p in kept] == [Standing.CHILD_IN_NEED]
        assert [(f.line, f.element) for f in findings] == [(2, "ChildProtectionPlans")]

    @given(
        st.lists(
            st.tuples(st.integers(-800, 20), st.one_of(st.none(), st.integers(-800, 100)), st.booleans()),
            max_size=8,
        )
    )
    def test_never_two_of_a_kind_on_one_day(self, cases: list[tuple[int, int | None, bool]]) -> None:
        def day(offset: int | None) -> date | None:
            return None if offset is None else TODAY + timedelta(days=offset)

        read = child(
            *(
                episode(
                    line=n,
                    referred_on=day(a),
                    closed_on=day(b),
                    protection_plans=(plan(day(a), day(b)),) if on_plan else (),
                )
                for n, (a, b, on_plan) in enumerate(cases)
            )
        )
        kept, findings = intake.periods(read, TODAY)
        assert len(kept) + len(findings) == len(cases) + sum(on_plan for _, _, on_plan in cases)
        for kind in Standing:
            mine = [p for p in kept if p.kind is kind]
            for before, after in pairwise(mine):
                assert before.held_until is not None
                assert before.held_from <= before.held_until <= after.held_from
            assert all(p.held_until is None or p.held_until >= p.held_from for p in mine)
            assert all(p.held_from <= TODAY for p in mine)


def test_each_step_has_its_days_and_codes() -> None:
    told = episode(
        assessments=(assessment(REFERRED, ICPC),),
        enquiries=(enquiry(S47, ICPC),),
        protection_plans=(plan(ICPC, None, date(2026, 5, 8)),),
    )
    steps = list(intake.steps(told))
    assert [(s.kind, s.began_on, s.ended_on) for s in steps] == [
        (StepKind.ASSESSMENT, REFERRED, ICPC),
        (StepKind.SECTION_47, S47, None),
        (StepKind.CONFERENCE, ICPC, ICPC),
        (StepKind.PROTECTION_PLAN, ICPC, None),
        (StepKind.REVIEW, date(2026, 5, 8), date(2026, 5, 8)),
    ]
    assert steps[3].codes == ("NEG",)


def test_what_has_no_column_is_told_in_words() -> None:
    told = episode(
        enquiries=(replace(enquiry(S47, None, True), conference_target=ICPC),),
        protection_plans=(replace(plan(ICPC), previous_plans=2),),
        pre_proceedings=(
            PreProceedings(1, REFERRED, ICPC, True, False, None, 3, None, "A", TODAY, None, {}),
        ),
    )
    assert [step.words for step in intake.steps(told)] == [
        "No conference was required. Conference due by 20 February 2026.",
        "Earlier plans: 2.",
        "Letter before proceedings sent on 20 February 2026. "
        "A family group decision-making meeting was offered. Review meetings: 3. "
        "Outcome, as coded: A. Application to court on 20 May 2026.",
    ]


def test_the_digest_is_of_what_is_said_and_not_of_where() -> None:
    one = episode(enquiries=(enquiry(S47),))
    assert intake.digest(one) == intake.digest(replace(one, line=99, lines={"CINreferralDate": 100}))
    assert intake.digest(one) != intake.digest(replace(one, closed_on=TODAY))


class TestPairing:
    AS_OF = date(2026, 3, 31)

    def known(self, told: Episode, as_of: date | None = AS_OF) -> Known:
        return Known(uuid4(), uuid4(), told.referred_on, intake.digest(told), as_of)

    def test_the_same_return_again_changes_nothing(self) -> None:
        told = [episode(), episode(referred_on=date(2025, 5, 5))]
        pairing = intake.pair([self.known(each) for each in told], told, self.AS_OF)
        assert not pairing.changes
        assert len(pairing.same) == 2

    def test_a_corrected_closure_replaces(self) -> None:
        known = self.known(episode())
        pairing = intake.pair([known], [episode(closed_on=TODAY)], self.AS_OF)
        assert [k for k, _ in pairing.replaced] == [known]
        assert not pairing.new

    def test_a_corrected_referral_date_replaces_and_does_not_double(self) -> None:
        known = self.known(episode())
        pairing = intake.pair([known], [episode(referred_on=date(2026, 1, 13))], self.AS_OF)
        assert [k for k, _ in pairing.replaced] == [known]
        assert not pairing.new
        assert not pairing.withdrawn

    def test_one_taken_out_of_the_return_is_withdrawn(self) -> None:
        kept, gone = self.known(episode()), self.known(episode(referred_on=date(2025, 5, 5)))
        pairing = intake.pair([kept, gone], [episode()], self.AS_OF)
        assert pairing.withdrawn == (gone,)

    def test_a_return_of_another_year_leaves_what_it_does_not_tell_of(self) -> None:
        last_year = self.known(episode(referred_on=date(2024, 5, 5)), date(2025, 3, 31))
        pairing = intake.pair([last_year], [episode()], self.AS_OF)
        assert not pairing.withdrawn
        assert len(pairing.new) == 1

    def test_an_earlier_return_does_not_undo_a_later_one(self) -> None:
        known = self.known(episode(closed_on=TODAY))
        pairing = intake.pair([known], [episode()], date(2025, 3, 31))
        assert [k for k, _ in pairing.older] == [known]
        assert not pairing.changes

    def test_without_a_reference_date_nothing_is_withdrawn(self) -> None:
        known = self.known(episode(), None)
        pairing = intake.pair([known], [], None)
        assert not pairing.changes

    @given(st.lists(st.integers(0, 5), max_size=6), st.lists(st.integers(0, 5), max_size=6))
    def test_each_one_is_paired_once(self, before: list[int], after: list[int]) -> None:
        day = date(2026, 1, 1)
        known = [self.known(episode(referred_on=day + timedelta(days=n))) for n in before]
        told = [episode(line=line, referred_on=day + timedelta(days=n)) for line, n in enumerate(after)]
        pairing = intake.pair(known, told, self.AS_OF)
        paired = [*pairing.same, *pairing.older, *pairing.replaced]
        assert sorted([e.line for _, e in paired] + [e.line for e in pairing.new]) == list(range(len(after)))
        ids = [k.id for k, _ in paired] + [k.id for k in pairing.withdrawn]
        assert len(ids) == len(set(ids)) == len(known)


class TestOneId:
    def test_records_with_one_id_are_put_together(self) -> None:
        first = child(episode())
        second = child(episode(), episode(referred_on=date(2025, 5, 5)), line=50)
        whole, findings = intake.together(first, [second])
        assert [e.referred_on for e in whole.episodes] == [REFERRED, date(2025, 5, 5)]
        assert [f.line for f in findings] == [50]

    def test_another_child_with_the_id_is_not_mixed_in(self) -> None:
        first = child(episode(), upn="B801200005001")
        other = child(episode(), upn="F801200005002", birth_date=date(2012, 1, 1), line=50)
        whole, findings = intake.together(first, [other])
        assert whole == first
        assert "another birth date and UPN" in findings[0].message

    @pytest.mark.parametrize(
        ("born_on", "upns", "contradicts"),
        [
            (date(2018, 3, 4), ["B801200005001"], False),
            (date(2018, 3, 5), ["B801200005001"], False),
            (date(2018, 3, 4), ["F801200005002"], False),
            (date(2018, 3, 5), ["F801200005002"], True),
            (date(2018, 3, 5), [], False),
            (None, ["F801200005002"], False),
        ],
    )
    def test_who_may_be_another_child(self, born_on: date | None, upns: list[str], contradicts: bool) -> None:
        found = intake.contradictions(
            child(upn="B801200005001"), born_on=born_on, expected_on=None, upns=upns
        )
        assert bool(found) is contradicts
