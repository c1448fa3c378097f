"""Forms as they are declared: what no page's own test would see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.urls import get_resolver

from sightline.govuk.forms import Choice, Option, PageForm, Words


def declared(form: type[PageForm] = PageForm) -> Iterator[type[PageForm]]:
    """Every form of a page, and every form made of it."""
    for made in form.__subclasses__():
        yield made
        yield from declared(made)


def revealed_twice(form: type[PageForm]) -> list[str]:
    """The fields that stand inside more than one answer."""
    inside = Counter(
        name
        for field in form.base_fields.values()
        for option in getattr(field, "options", ())
        for name in option.reveals
    )
    return [name for name, times in inside.items() if times > 1]


def test_a_field_stands_inside_one_answer_alone():
    """A browser sends a field once for each place where it stands, and the empty one puts out what was typed."""
    get_resolver().url_patterns  # noqa: B018 - reads every page's module
    ours = {
        each
        for each in declared()
        if each.__module__.startswith("sightline.") and ".tests." not in each.__module__
    }
    assert len(ours) > 100
    assert {
        f"{each.__module__}.{each.__name__}": twice for each in ours if (twice := revealed_twice(each))
    } == {}


def test_what_is_looked_for_is_found():
    class TwiceForm(PageForm):
        told = Choice(
            "Told?", [Option("yes", "Yes", reveals=("words",)), Option("some", "Some", reveals=("words",))]
        )
        words = Words("What?")

    assert revealed_twice(TwiceForm) == ["words"]
