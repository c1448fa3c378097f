"""Words taken out of a page as it leaves."""

from __future__ import annotations

import re

import pytest

from sightline.children.blotting import blotted, blotted_text, to_look_through

WORDS = "17 Lantern Row"


def shown(page: str, *, typed: frozenset[str] = frozenset()) -> str:
    found = [
        word
        for text in to_look_through(page)
        for word in re.findall("17[^a-z0-9]{1,3}lantern[^a-z0-9]{1,3}row", text, re.IGNORECASE)
    ]
    return blotted(page, found, instead="[gone]", typed=typed)


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("<p>At 17 Lantern Row.</p>", "<p>At [gone].</p>"),
        ("<p>At 17 LANTERN&nbsp;Row.</p>", "<p>At [gone].</p>"),
        ("<p>At 17&#32;Lantern &amp;&#x20;Row &amp; more</p>", "<p>At [gone] &amp; more</p>"),
        ("<p>17 <mark>Lantern</mark> Row</p>", "<p>[gone]<mark></mark></p>"),
        ("<p>17 Lantern<br>Row</p>", "<p>[gone]<br></p>"),
        ("<p>17 Lantern Row, 17 lantern row; no</p>", "<p>[gone]; no</p>"),
        ('<a href="/x">17 Lantern Row</a>, <a>17 Lantern Row</a>', '<a href="/x">[gone]</a>, <a>[gone]</a>'),
        (
            '<img alt="At 17 Lantern Row" src="/17-lantern-row">',
            '<img alt="At [gone]" src="/17-lantern-row">',
        ),
        ("<b title='17 Lantern Row'>x</b>", '<b title="[gone]">x</b>'),
        ('<input name="a" value="At 17 Lantern Row">', '<input name="a" value="At [gone]">'),
        ("<textarea>\nAt 17 Lantern Row &lt;b&gt;</textarea>", "<textarea>\nAt [gone] &lt;b&gt;</textarea>"),
        ("<option>17 Lantern Row</option>", "<option>[gone]</option>"),
        (
            '<script type="application/json">{"a": "17 Lantern Row"}</script>',
            '<script type="application/json">{"a": "[gone]"}</script>',
        ),
        ("<title>17 Lantern Row</title>", "<title>[gone]</title>"),
        ("<p>17</p><p>Lantern Row</p>", "<p>17</p><p>Lantern Row</p>"),
        ("<p>if 1 < 2 at 17 Lantern Row</p>", "<p>if 1 < 2 at [gone]</p>"),
    ],
)
def test_words_go_wherever_they_stand(page: str, left: str) -> None:
    assert shown(page) == left


def test_what_somebody_typed_stays_in_its_field_and_nowhere_else() -> None:
    own = "Moved.\r\nNow 17 Lantern Row"
    page = (
        "<p>17 Lantern Row</p><textarea>\nMoved.\nNow 17 Lantern Row</textarea><input value='17 Lantern Row'>"
    )
    assert shown(page, typed=frozenset([own])) == (
        '<p>[gone]</p><textarea>\nMoved.\nNow 17 Lantern Row</textarea><input value="[gone]">'
    )


def test_a_page_without_them_is_given_back_as_it_is() -> None:
    page = "<p class='a'>It&rsquo;s &amp; <b>fine</b><!-- 17 Lantern Row --></p>"
    assert shown(page) == page


def test_a_text_that_is_no_page() -> None:
    assert blotted_text("17 lantern row, 17 Lantern Row. x", [WORDS], instead="[gone]") == "[gone]. x"
