"""The demonstration: an invented partnership, its people and their children.

`people` invents the partnership and who works in it, `families` the dozen children who show what Sightline
does, `bulk` as many others as are asked for. Nothing here is imported before Django is set up, except this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Every demonstration e-mail address ends in this, which can be nobody's (RFC 2606).
DOMAIN = "demonstration.example"
#: Told how many of how many children are there.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SignIn:
    """One of the demonstration's people, as printed when it starts."""

    name: str
    role: str
    email: str
    password: str


def load(children: int, progress: Progress) -> list[SignIn]:
    """Bring the demonstration up to `children` invented children, and say who can sign in.

    Loads only what is missing: with 0 just the partnership and its people, which takes a second or two. The
    first dozen are the families that show what Sightline does; they come together. Stopped at any moment, the
    next call goes on where it was. Runs as `sightline_app`.
    """
    from . import (
        answers,
        archive,
        bulk,
        documents,
        enquiries,
        entries,
        families,
        meetings,
        people,
        plans,
        turns,
        voice,
        waiting,
    )

    sign_ins = people.load()
    if children > 0:
        families.load()
        voice.load()
        enquiries.load()
        plans.load()
        turns.load()
        entries.load()
        meetings.load()
        waiting.load()
        answers.load()
        archive.load()
        documents.load()
        bulk.load(children, progress)
    else:
        progress(0, 0)
    return sign_ins
