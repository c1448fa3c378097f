"""The addresses of pages. A page of fifty rows asks for more than a hundred, all of a few routes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route; NoReverseMatch when there is none.

    Of a route that takes ids it is worked out once, and then has the ids put in.
    """
    if args and not kwargs and all(isinstance(arg, UUID) for arg in args):
        parts = _parts(name, len(args), get_urlconf(), get_script_prefix())
        if parts is not None:
            first, *rest = parts
            return first + "".join(f"{args[place]}{after}" for place, after in rest)
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=1_000)
def _parts(name: str, ids: int, *_: Any) -> tuple[Any, ...] | None:
    """What stands before the first id, then of each id which of them it is and what stands after it."""
    stand_ins = [uuid4() for _ in range(ids)]
    found = reverse(name, args=stand_ins)
    at = sorted((found.find(str(each)), place) for place, each in enumerate(stand_ins))
    if any(start < 0 for start, _ in at):
        return None
    ends = [start for start, _ in at[1:]] + [len(found)]
    return (
        found[: at[0][0]],
        *((place, found[start + 36 : end]) for (start, place), end in zip(at, ends, strict=True)),
    )
