"""Whole numbers as they are sent."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sightline.govuk.numbers import whole_number
from sightline.govuk.paging import page_number


@given(st.integers(0, 10**12), st.integers(-1, 10**12))
def test_a_number_is_read_up_to_the_most_that_is_asked_for(number: int, most: int) -> None:
    assert whole_number(str(number), most=most) == (number if number <= most else None)


@given(st.text() | st.text("0123456789²३٣ -+._e"))
def test_any_other_text_is_no_number(text: str) -> None:
    found = whole_number(text)
    assert found is None or (text.isascii() and set(text) <= set("0123456789"))


@pytest.mark.parametrize(
    "text", ["", "²", "٣", "-1", "+1", " 1", "1_0", "1.0", "x", "9" * 5000, "9999999999"]
)
def test_what_is_no_number(text: str) -> None:
    assert whole_number(text) is None
    assert page_number(RequestFactory().get("/", {"page": text})) == 1


def test_the_page_of_a_list() -> None:
    ask = RequestFactory()
    assert [page_number(ask.get("/", {"page": n})) for n in ("3", "0")] == [3, 1]
    assert page_number(ask.get("/")) == 1
    assert page_number(ask.get("/", {"agreed": "2"}), "agreed") == 2
