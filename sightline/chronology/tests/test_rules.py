from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.chronology import rules
from sightline.chronology.rules import Asked
from sightline.chronology.terms import Order
from sightline.records.chronology import Moment

AT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
VISIT = Moment(
    id=UUID(int=1), folder_id=UUID(int=2), happened_at=AT, known_at=AT + timedelta(days=3), kind="Visit",
    text="Seen.", agency="Health", author="Ines", tags=("Missed",),
    later=((AT + timedelta(days=9), "Corrected by entry 7"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (Asked(), True),
        (Asked(kind="Visit"), True),
        (Asked(kind="Call"), False),
        (Asked(agency="Health"), True),
        (Asked(agency="School"), False),
        (Asked(author="Ines"), True),
        (Asked(author="Dana"), False),
        (Asked(significant=True), False),
        (Asked(statement="fact"), False),
        (Asked(since=date(2026, 3, 2)), True),
        (Asked(since=date(2026, 3, 3)), False),
        (Asked(until=date(2026, 3, 2)), True),
        (Asked(until=date(2026, 3, 1)), False),
        (Asked(as_of=date(2026, 3, 5)), True),
        (Asked(as_of=date(2026, 3, 4)), False),
        (Asked(words="ignored here: the database matches them"), True),
    ],
)
def test_what_was_asked_for_is_what_stands(asked, shown):
    assert rules.stands(VISIT, asked) is shown


def test_a_decision_is_the_one_statement_that_is_no_entry():
    decision = replace(VISIT, kind=rules.DECISION)
    assert rules.stands(decision, Asked(statement="decision"))
    assert not rules.stands(decision, Asked(statement="fact"))


def test_what_came_later_is_not_known_on_the_day():
    assert rules.as_known(VISIT, Asked()).tags == ("Missed", "Corrected by entry 7")
    assert rules.as_known(VISIT, Asked(as_of=date(2026, 3, 6))).tags == ("Missed",)
    assert rules.as_known(VISIT, Asked(as_of=date(2026, 3, 11))).tags == ("Missed", "Corrected by entry 7")


def test_the_end_of_a_day_is_londons():
    assert Asked(as_of=date(2026, 7, 1)).known_before == datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert Asked(until=date(2026, 1, 31)).before_instant == datetime(2026, 2, 1, tzinfo=UTC)


days = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(
    st.builds(
        Asked, kind=st.text(max_size=20), words=st.text(max_size=20), significant=st.booleans(), since=days,
        until=days, as_of=days, order=st.sampled_from(Order), oldest_first=st.booleans(),
    )
)  # fmt: skip
def test_what_was_asked_is_read_back_as_it_was_kept(asked):
    import json

    assert Asked.from_data(json.loads(json.dumps(asked.as_data()))) == asked


@pytest.mark.parametrize(("total", "many"), [(0, 1), (1, 1), (1000, 1), (1001, 2), (5000, 5), (5001, 6)])
def test_a_volume_holds_at_most_a_thousand(total, many):
    assert rules.volumes(total) == many


@pytest.mark.parametrize(
    ("what", "analysis", "field"),
    [
        ("", "It means a great deal.", "what"),
        ("Seen", "", "analysis"),
        ("Seen", "Bad.", "analysis"),
        ("Seen", "She is safer now.", ""),
    ],
)
def test_a_line_says_what_happened_and_what_it_means(what, analysis, field):
    verdict = rules.may_note(what, analysis)
    assert (bool(verdict), verdict.field) == (not field, field)
