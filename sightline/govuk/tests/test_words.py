"""Days, spans and lists in plain English and London time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from markupsafe import Markup

from sightline.govuk import words

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_days_and_moments() -> None:
    seen = datetime(2026, 11, 19, 10, 40, tzinfo=UTC)
    assert words.day(seen) == "Thursday 19 November 2026"
    assert words.moment(seen) == "Thursday 19 November 2026 at 10:40"
    assert words.moment(date(2026, 11, 19)) == "Thursday 19 November 2026"
    assert words.date_only(date(2017, 3, 14)) == "14 March 2017"
    assert words.day(None) == words.moment(None) == words.clock(None) == words.short_day(None) == ""


def test_summer_time_is_london_time() -> None:
    assert words.moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "Thursday 2 July 2026 at 00:30"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        words.day(datetime(2026, 7, 1, 23, 30))  # noqa: DTZ001 - that is what is refused


@time_machine.travel(AT, tick=False)
def test_short_days_name_the_year_only_when_it_is_another() -> None:
    assert words.short_day(date(2026, 11, 6)) == "Fri 6 November"
    assert words.short_day(date(2027, 3, 1)) == "Mon 1 March 2027"
    assert words.short_moment(datetime(2026, 11, 23, 14, 10, tzinfo=UTC)) == "Mon 23 November, 14:10"


@time_machine.travel(AT, tick=False)
@pytest.mark.parametrize(
    ("when", "said"),
    [
        (AT - timedelta(seconds=20), "just now"),
        (AT - timedelta(minutes=1), "1 minute ago"),
        (AT - timedelta(minutes=20), "20 minutes ago"),
        (AT - timedelta(hours=5), "5 hours ago"),
        (AT - timedelta(hours=11), "today"),
        (AT - timedelta(hours=13), "yesterday"),
        (AT - timedelta(days=3), "3 days ago"),
        (date(2026, 11, 19), "3 days ago"),
        (date(2026, 11, 22), "today"),
        (date(2026, 11, 23), "tomorrow"),
        (date(2026, 12, 2), "in 10 days"),
        (date(2024, 11, 1), "2 years ago"),
        (AT + timedelta(minutes=90), "in 1 hour"),
    ],
)
def test_how_long_ago(when: date, said: str) -> None:
    assert words.ago(when) == said


@pytest.mark.parametrize(
    ("born", "said"),
    [
        (date(2017, 3, 14), "9 years old"),
        (date(2017, 11, 22), "9 years old"),
        (date(2017, 11, 23), "8 years old"),
        (date(2026, 2, 1), "9 months old"),
        (date(2026, 11, 1), "3 weeks old"),
        (date(2026, 11, 21), "1 day old"),
        (date(2027, 1, 9), "expected 9 January 2027"),
        (None, "age not known"),
    ],
)
def test_ages(born: date | None, said: str) -> None:
    assert words.age(born, date(2026, 11, 22)) == said


def test_plurals_and_lists() -> None:
    assert words.plural(1, "child", "children") == "1 child"
    assert words.plural(1204, "child", "children") == "1,204 children"
    assert words.plural(0, "duty", "duties") == "0 duties"
    assert words.listed([]) == ""
    assert words.listed(["Maya"]) == "Maya"
    assert words.listed(["Maya", "Theo", "<b>"]) == "Maya, Theo and &lt;b&gt;"
    assert words.listed([Markup("<b>Maya</b>"), "Theo"], "or") == "<b>Maya</b> or Theo"


def test_paragraphs_keep_line_ends_and_escape() -> None:
    assert words.paragraphs("One <i>\nstill one\r\n\r\nTwo") == (
        '<p class="govuk-body sl-words" dir="auto">One &lt;i&gt;<br>still one</p>'
        '<p class="govuk-body sl-words" dir="auto">Two</p>'
    )
    assert words.paragraphs("  \n ") == words.paragraphs(None) == ""


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
            "Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
            "Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "A browser that does not say which"),
        ("Something (Windows)", "A browser on Windows"),
        ("", "A browser that does not say which"),
        (None, "A browser that does not say which"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(said: str | None, called: str) -> None:
    assert words.browser(said) == called
