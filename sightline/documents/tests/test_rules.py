"""Names, bounds, ranges and places on the body, as plain decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.documents import drawing, rules
from sightline.documents.rules import BY_ENDING, Mark, Range, Unsatisfiable, asked_range, kept_name, tidy_name
from sightline.documents.terms import BodyView, MarkKind, Region, ScanResult

JPEG, PDF = BY_ENDING["jpg"], BY_ENDING["pdf"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("C:\\Users\\Someone\\letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\nc\t d.pdf", "ab c d.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("   ", "document"),
        ("", "document"),
        ("...", "document"),
        ("حفل.jpg", "حفل.jpg"),
    ],
)
def test_a_name_is_kept_tidy(sent, kept):
    assert tidy_name(sent) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_one_short_line(name):
    kept = tidy_name(name)
    assert 0 < len(kept) <= rules.NAME_LENGTH
    assert "/" not in kept
    assert "\n" not in kept


@pytest.mark.parametrize(
    ("sent", "found", "kept"),
    [
        ("a.jpg", JPEG, ("a.jpg", "")),
        ("a.JPEG", JPEG, ("a.JPEG", "")),
        ("a.pdf", JPEG, ("a.jpg", "pdf")),
        ("a", JPEG, ("a.jpg", "")),
        ("a.letter", PDF, ("a.letter.pdf", "letter")),
        (".pdf", JPEG, ("pdf.jpg", "")),
    ],
)
def test_a_file_is_kept_under_its_true_type(sent, found, kept):
    assert kept_name(sent, found) == kept


@pytest.mark.parametrize(
    ("parts", "allowed"),
    [
        ([(100, 1000)], True),
        ([(100, 15_000_000)], True),
        ([(1_000, 17_000_000)], False),
        ([(5_000_000, 600_000_000)], False),
        ([(1, 1)] * 10_001, False),
        ([], True),
    ],
)
def test_an_archive_is_bounded(parts, allowed):
    assert bool(rules.archive_is_bounded("a.docx", parts)) is allowed


@pytest.mark.parametrize(
    ("size", "allowed"),
    [((4000, 3000), True), ((20_000, 20_000), False), ((0, 10), False), ((1, 100_000_001), False)],
)
def test_a_picture_is_bounded(size, allowed):
    assert bool(rules.picture_is_bounded("a.jpg", *size)) is allowed


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("bytes=0-99", Range(0, 100)),
        ("bytes=100-", Range(100, 1000)),
        ("bytes=-10", Range(990, 1000)),
        ("bytes=-5000", Range(0, 1000)),
        ("bytes=999-999", Range(999, 1000)),
        ("bytes=0-5000", Range(0, 1000)),
        # What may be answered with the whole.
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-3", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_a_part_is_asked_for(header, asked):
    assert asked_range(header, 1000) == asked


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_that_is_not_there(header):
    with pytest.raises(Unsatisfiable):
        asked_range(header, 1000)


@given(st.text(max_size=30), st.integers(0, 10_000))
def test_whatever_is_asked_lies_inside(header, size):
    try:
        asked = asked_range(f"bytes={header}", size)
    except Unsatisfiable:
        return
    assert asked is None or 0 <= asked.start < asked.end <= size


@pytest.mark.parametrize("result", [*ScanResult, None])
def test_only_what_is_clean_or_our_own_opens(result):
    opens = result in (ScanResult.CLEAN, ScanResult.OWN)
    assert (rules.quarantine_reason(result) == "") is opens


# -- the body -----------------------------------------------------------------------------------------------


def test_every_part_of_the_body_is_drawn_somewhere_and_found_at_its_middle():
    for region in Region:
        places = [(view, rules.place_of(view, region)) for view in BodyView]
        assert any(place for _, place in places), region
        for view, place in places:
            if place is not None and region is not Region.HEAD:
                assert rules.region_at(view, *place) is region


@given(st.sampled_from(list(BodyView)), st.floats(0, rules.WIDTH), st.floats(0, rules.HEIGHT))
def test_each_point_of_the_drawing_means_a_part_seen_from_there(view, x, y):
    assert rules.place_of(view, rules.region_at(view, x, y)) is not None


def test_left_is_the_childs_own_left():
    assert rules.place_of(BodyView.FRONT, Region.LEFT_HAND)[0] > rules.WIDTH / 2
    assert rules.place_of(BodyView.BACK, Region.LEFT_HAND)[0] < rules.WIDTH / 2


def a_mark(**changes) -> Mark:
    fields = {
        "view": BodyView.FRONT, "region": Region.LEFT_KNEE, "kind": MarkKind.BRUISE, "description": "Yellow, round",
    }  # fmt: skip
    return Mark(**{**fields, **changes})


@pytest.mark.parametrize(
    ("marks", "none_seen", "allowed"),
    [
        ([], True, True),
        ([], False, False),
        ([a_mark()], False, True),
        ([a_mark()], True, False),
        ([a_mark(description=" ")], False, False),
        ([a_mark(region=Region.BUTTOCKS)], False, False),
        ([a_mark()] * rules.MOST_MARKS, False, True),
        ([a_mark()] * (rules.MOST_MARKS + 1), False, False),
    ],
)
def test_marks_are_told_or_none_is_said_to_be_seen(marks, none_seen, allowed):
    assert bool(rules.marks_are_told(marks, none_seen)) is allowed


@pytest.mark.parametrize("view", list(BodyView))
def test_the_pictures_to_point_at_are_the_drawing(view):
    from pathlib import Path

    kept = Path(drawing.__file__).parent / "static" / "sightline" / f"body-{view.value}.svg"
    assert kept.read_text() == drawing.picture(view)


def test_a_title_of_a_drawing_is_no_markup():
    assert "<b>" not in drawing.marked(BodyView.FRONT, [(1, 2.0, 3.0)], "<b>")
