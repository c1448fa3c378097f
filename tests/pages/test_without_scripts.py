"""What would need a script is seen where every page is walked (test_every_page)."""

from __future__ import annotations

import pytest

from .scripts import WithoutScripts, is_not_there


@pytest.mark.parametrize(
    "page",
    [
        '<button type="button">Show</button>',
        '<button type="submit">Send</button>',
        '<form action="/x/"><input name="q"></form>',
        '<input name="q">',
        '<a href="#">Show</a>',
        "<a>Show</a>",
        '<button form="other">Send</button>',
        '<div hx-get="/x/">Open</div>',
    ],
)
def test_what_needs_a_script_is_seen(page: str) -> None:
    assert WithoutScripts(page).wrong


def test_a_link_to_nowhere_is_seen() -> None:
    assert is_not_there("/no/such/page/", "/find/", set())
    assert is_not_there("#found", "/find/", {"other"})
    assert not is_not_there("#found", "/find/", {"found"})
    assert not is_not_there("?sort=name", "/find/", set())
