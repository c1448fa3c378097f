"""Somebody without an account, at a browser without scripts."""

from __future__ import annotations

import re

from django.test import Client

REFERENCE = r"C(?:-[A-Z0-9]{4}){2}"
SECRET = r"(?<![A-Z0-9-])[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}(?![A-Z0-9-])"

STEPS = (
    ("danger", {"danger": "no"}),
    ("children/0", {"given": "Maya", "when": "age", "age_years": "9", "sex": "F"}),
    ("happened", {"what_happened": "I hear shouting through the wall every night.", "harm_where": "home"}),
    ("voice", {}),
    ("family", {"told": "not_known", "agreed": "not_known"}),
    ("help", {}),
    ("you", {"source_code": "1B", "who": "anonymous"}),
)


def begins(client: Client, *, steps: int = len(STEPS)) -> None:
    """Starts, and answers so many of the questions."""
    assert client.post("/worried/").status_code == 302
    for step, fields in STEPS[:steps]:
        answer = client.post(f"/worried/{step}/", fields)
        assert answer.status_code == 302, answer.content.decode()


def sends(client: Client) -> None:
    answer = client.post("/worried/check/")
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == "/worried/sent/"


def tells(client: Client) -> tuple[str, str]:
    """All of it; reference and secret as the page shows them once."""
    begins(client)
    sends(client)
    return read(client.get("/worried/sent/").content.decode())


def read(page: str) -> tuple[str, str]:
    """Reference and secret as they stand on a page."""
    found = [re.search(shape, page) for shape in (SECRET, REFERENCE)]
    assert all(found), page
    secret, reference = (one.group() for one in found if one)
    return reference, secret


def comes_back(client: Client, reference: str, secret: str) -> str:
    """Where reference and secret lead; the page's own text where they lead nowhere."""
    answer = client.post("/worried/return/", {"reference": reference, "secret": secret})
    return answer["Location"] if answer.status_code == 302 else answer.content.decode()
