"""Which page of a list is asked for."""

from __future__ import annotations

from django.http import HttpRequest

from .numbers import whole_number

#: A page beyond any list, and short enough to count its rows in the database.
MOST = 9_999_999


def page_number(request: HttpRequest, name: str = "page") -> int:
    """The page of a list that an address asks for; the first where it names none, or what is no number."""
    return whole_number(request.GET.get(name, ""), most=MOST) or 1
