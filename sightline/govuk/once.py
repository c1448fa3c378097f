"""A form that is kept once, however often it is sent: it carries a key that its row takes as its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core import signing

from sightline.kernel.ids import uuid7

from .forms import PageForm

_SALT = "sightline.once"


def new_key() -> str:
    """A key for a form that a template writes by hand: `<input type="hidden" name="once_key">`."""
    return signing.dumps(str(uuid7()), salt=_SALT)


def read_key(value: Any) -> UUID:
    """The key that such a form sent; a new one where it sent none of ours."""
    try:
        return UUID(signing.loads(str(value or ""), salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return uuid7()


class OnceField(forms.CharField):
    """The key, signed so that nobody can name another row's. Anything else is answered with a new one."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> UUID:
        return read_key(value)


class OnceForm(PageForm):
    """A form whose `once()` is the id of the row that it makes: sent twice, there is one row."""

    once_key = OnceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once_key", new_key())

    def once(self) -> UUID:
        key: UUID = self.cleaned_data["once_key"]
        return key
