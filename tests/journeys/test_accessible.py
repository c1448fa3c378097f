"""What is looked over once is looked over again as soon as something on it is new."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .accessible import violations

PAGE = "<html lang='en'><title>A page</title><main><h1>A page</h1>{}</main></html>"


@pytest.mark.parametrize(
    "wrong",
    [
        "<img src='x.png'>",
        "<input name='q'>",
        "<label for='nobody'>Name</label><input id='somebody'>",
        "<h1>A page</h1><h4>Too deep</h4>",
        "<button></button>",
        "<p role='nonsense'>Text</p>",
        "<p style='color: #ccc'>Pale</p>",
        "<div style='background: #333'><p>Text</p></div>",
    ],
)
def test_a_fault_is_found_on_a_page_whose_like_was_faultless(page: Page, wrong: str) -> None:
    right = "<h2>Part</h2><p>Text</p><label for='q'>Name</label><input id='q' name='q'><button>Go</button>"
    page.set_content(PAGE.format(right))
    assert violations(page) == []
    page.set_content(PAGE.format(right + "<p>Another text</p>"))
    assert violations(page) == []
    page.set_content(PAGE.format(right + wrong))
    assert violations(page) != []
    page.set_content(PAGE.format(right))
    assert violations(page) == []
