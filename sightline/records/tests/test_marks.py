"""Marks: what a paragraph is, read from its start; and the rules that are pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.records.marks import in_whose_words, marked, paragraphs, renumbered
from sightline.records.rules import CLOCK_MAY_GO_BACK, follows_in_time, is_late, may_sign_paragraph
from sightline.records.terms import StatementKind, StatementSource

FACT, OPINION = StatementKind.FACT, StatementKind.OPINION
WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40
)


@pytest.mark.obligation("REC-05")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She was hungry.", [(FACT, "", "She was hungry.")]),
        ("o She is afraid.", [(OPINION, "", "She is afraid.")]),
        ("Opinion: she is afraid.", [(OPINION, "", "she is afraid.")]),
        ("a: Her needs are met.", [(StatementKind.ASSESSMENT, "", "Her needs are met.")]),
        ("o: She is shy.", [(StatementKind.OPINION, "", "She is shy.")]),
        ("a man rang the bell.", [(StatementKind.FACT, "", "a man rang the bell.")]),
        ("a Polish man rang.", [(StatementKind.FACT, "", "a Polish man rang.")]),
        ("j This is neglect.", [(StatementKind.JUDGEMENT, "", "This is neglect.")]),
        ("d We ring. Reason: she asked.", [(StatementKind.DECISION, "", "We ring. Reason: she asked.")]),
        ("f A fact.", [(FACT, "", "A fact.")]),
        ("A man came.", [(FACT, "", "A man came.")]),
        ("I saw it.", [(FACT, "", "I saw it.")]),
        ("@Sam Reyes, teacher: He ran.", [(FACT, "Sam Reyes, teacher", "He ran.")]),
        ("o @Sam: He ran.", [(OPINION, "Sam", "He ran.")]),
        ("@me: I saw it.", [(FACT, "", "I saw it.")]),
        ("One.\nStill one.", [(FACT, "", "One.\nStill one.")]),
        ("One.\n\nTwo.", [(FACT, "", "One."), (FACT, "", "Two.")]),
        ("One.\no Two.", [(FACT, "", "One."), (OPINION, "", "Two.")]),
        ("He went to\na shop and\no dear.", [(FACT, "", "He went to\na shop and\no dear.")]),
        ("One.\n@Sam: Two.", [(FACT, "", "One."), (FACT, "Sam", "Two.")]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_what_a_paragraph_is(text, expected):
    assert [(p.kind, p.told_by, p.text) for p in paragraphs(text)] == expected


@given(WORDS)
def test_any_text_can_be_read_and_typed_again(text):
    found = paragraphs(text)
    again = paragraphs(marked(found))
    if not any(p.unfinished for p in found):
        assert [(p.kind, p.told_by, p.text) for p in again] == [(p.kind, p.told_by, p.text) for p in found]


@pytest.mark.parametrize("text", ["@Sam", "@ : He ran.", "o @Sam no colon", "o   "])
def test_a_mark_that_cannot_be_read_is_said(text):
    (found,) = paragraphs(text)
    assert found.unfinished or found.text == text.strip()
    if found.unfinished:
        assert not may_sign_paragraph(found)


@pytest.mark.obligation("REC-06")
def test_the_childs_own_words_are_no_third_party_information():
    found = in_whose_words(paragraphs("@Maya: Hello.\n\n@Sam: Hello."), ["Maya Ferreira-Lund", "Maya"])
    assert [p.source for p in found] == [StatementSource.CHILD, StatementSource.TOLD]


@pytest.mark.obligation("REC-08")
@pytest.mark.parametrize(
    ("text", "outcome", "reasons"),
    [
        ("d School rings. Reason: she asked for it.", "School rings.", "she asked for it."),
        ("d School rings because she asked for it.", "School rings.", "she asked for it."),
        ("d School rings (reasons: she asked for it).", "School rings.", "she asked for it)."),
        ("d School rings.", "School rings.", ""),
        ("d Because mum was ill, Maya stays.", "Because mum was ill, Maya stays.", ""),
        ("d Reason: she asked for it.", "Reason: she asked for it.", ""),
        (
            "d He is not told just because he asks. Reason: it is unsafe.",
            "He is not told just because he asks.",
            "it is unsafe.",
        ),
        (
            "d Because mum was ill, Maya stays. Reason: nan is well.",
            "Because mum was ill, Maya stays.",
            "nan is well.",
        ),
    ],
)
def test_what_was_decided_and_why(text, outcome, reasons):
    (found,) = paragraphs(text)
    assert found.decided[0] == outcome
    assert found.decided[1].rstrip(").") == reasons.rstrip(").")
    assert bool(may_sign_paragraph(found)) is (len(reasons.split()) > 1)


def test_numbers_of_entries_are_found_and_changed():
    (found,) = paragraphs("j Neglect (#3, #12). Flat A#4 and &#39; are none.")
    assert found.references == (3, 12)
    assert renumbered("See #3 and #12.", {3: 7}) == "See #7 and #12."


@pytest.mark.obligation("REC-07")
@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)))  # noqa: DTZ001
def test_the_last_instant_of_the_limit_is_in_time_and_the_next_is_late(until):
    assert not is_late(until, until)
    assert is_late(until + timedelta(microseconds=1), until)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)))  # noqa: DTZ001
def test_a_clock_is_only_put_right_by_so_much(last):
    assert follows_in_time(last, None)
    assert follows_in_time(last - CLOCK_MAY_GO_BACK, last)
    assert not follows_in_time(last - CLOCK_MAY_GO_BACK - timedelta(seconds=1), last)


@pytest.mark.obligation("REC-08")
@pytest.mark.parametrize(
    "text", ["d Reason: she asked for it.", "d - Reason: she asked.", "Decision: … because he ran."]
)
def test_a_decision_says_first_what_was_decided(text):
    (found,) = paragraphs(text)
    verdict = may_sign_paragraph(found)
    assert not verdict
    assert "Say first what was decided" in verdict.reason
