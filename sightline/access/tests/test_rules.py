"""Pure rules of who may open a folder and why."""

from uuid import uuid4

import pytest

from sightline.access.rules import (
    check_digit,
    may_end,
    may_review,
    may_seal,
    new_number,
    reason_is_real,
)
from sightline.access.terms import GrantLevel

A, B = uuid4(), uuid4()


@pytest.mark.parametrize(
    "reason",
    [
        "Mother rang in distress, the child is alone tonight",
        "Child found wandering by the police, no adult at home",
        "Дитину знайшли саму на вулиці вночі",
        "طفل وحده في الشارع ليلا",
        "孩子夜里独自在街上没有大人",
    ],
)
def test_a_reason_of_real_words(reason: str) -> None:
    assert reason_is_real(reason)


@pytest.mark.parametrize(
    "reason",
    ["", "   ", "asdf", "asdf asdfg qwerty zxcvb", "urgent emergency need access", "x x x x x",
     "aaaa bbbb cccc dddd", "test test test test", "child", "12345 67890 11111 22222", "need it", "w" * 50,
     "child at risk " * 400],
)  # fmt: skip
def test_what_is_no_reason(reason: str) -> None:
    verdict = reason_is_real(reason)
    assert not verdict
    assert verdict.field == "reason"


@pytest.mark.parametrize(
    ("named", "able", "allowed"), [([], [], False), ([A], [], False), ([A], [A], True), ([A, B], [B], True)]
)
def test_a_seal_can_always_be_lifted_by_somebody(named, able, allowed) -> None:
    assert may_seal(named, able).allowed is allowed


@pytest.mark.parametrize(
    ("level", "writing", "allowed"),
    [
        (GrantLevel.WRITE, [A], False),
        (GrantLevel.WRITE, [A, B], True),
        (GrantLevel.READ, [B], True),
        (GrantLevel.READ, [], True),
    ],
)
def test_somebody_can_always_write(level, writing, allowed) -> None:
    assert may_end(A, level, writing).allowed is allowed


def test_nobody_reviews_their_own() -> None:
    assert not may_review(A, A)
    assert may_review(A, B)


def test_a_number_is_checked_by_its_last_digit() -> None:
    assert check_digit("400638133393") == "1"  # the worked example of the bar code standard (EAN-13)
    for _ in range(50):
        number = new_number("EA")
        letters, digits, last = number.split("-")
        assert (letters, len(digits), last) == ("EA", 8, check_digit(digits))
        for place in range(8):
            wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
            assert check_digit(wrong) != last
