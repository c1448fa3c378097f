"""Which page of a list is asked for."""

from __future__ import annotations

from django.http import HttpRequest


def page_number(request: HttpRequest, name: str = "page") -> int:
    """The page of a list that an address asks for; the first where it names none, or what is no number."""
    typed = request.GET.get(name, "1")
    return max(int(typed), 1) if typed.isdecimal() and len(typed) < 8 else 1
