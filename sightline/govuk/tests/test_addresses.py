"""Addresses of pages, and fields that nobody has answered, are worked out once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django import forms as django_forms
from django.template import engines
from django.urls import NoReverseMatch, reverse

from sightline.govuk.addresses import address
from sightline.govuk.forms import PageForm, Text


def test_an_address_is_what_django_makes_of_it() -> None:
    for _ in range(3):
        one, other = uuid4(), uuid4()
        for name, args in {
            "chronology:child": [one],
            "chronology:change_own": [one, other],
            "records:entry": [other, one],
            "records:entry ": [],
        }.items():
            if name.endswith(" "):
                with pytest.raises(NoReverseMatch):
                    address(name, *args)
            else:
                assert address(name, *args) == reverse(name, args=args)
    assert address("agencies:people") == reverse("agencies:people")
    with pytest.raises(NoReverseMatch):
        address("chronology:child")


class Asking(PageForm):
    name = Text("Name")
    other = Text("Name", hint="<b>As you say it</b>")


def shown(form: django_forms.BaseForm) -> str:
    text: str = engines["jinja2"].from_string("{{ form_render(form) }}").render({"form": form})
    return text


def test_an_empty_field_is_the_same_again_and_an_answer_is_never_kept() -> None:
    empty = shown(Asking())
    assert "&lt;b&gt;As you say it" in empty
    assert shown(Asking({"name": "Robin <Quill>", "other": "x"})).count("Robin &lt;Quill&gt;") == 1
    assert shown(Asking({"name": "Somebody else", "other": "x"})).count("Robin") == 0
    assert shown(Asking()) == empty
    refused = shown(Asking({"name": "", "other": "x"}))
    assert "govuk-error-message" in refused
    assert shown(Asking()) == empty
