"""Forms sent anything at all: no error, and what is refused leaves nothing behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from django.db import connection, transaction

from sightline.agencies.models import Practitioner

from .longest import forms_made, longest
from .test_every_page import address, wrong_with
from .world import World

#: What is sent, by kind. Of several in round brackets one is sent at a time, another in the next field.
GARBAGE: dict[str, Any] = {
    "nothing": "",
    "spaces": " \t\r\n\u00a0\u200b",
    "too long": "x" * 100_000,
    "control characters": "a\x00b\x01\x1b[31m\x7f"
    + "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
    "right to left and emoji": "\u202e\u0645\u0631\u064a\u0645\u202c"
    + "\U0001f9d2\U0001f3fd\u200d\U0001f9b0" * 30,
    "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "statements": "'; DROP TABLE access_folder; --",
    "no such day": "31",
    "a negative number": "-1",
    "a great number": ("99999999999999999999", "9" * 5000),
    "not a number": ("NaN", "²"),
    "a list": ["a", "b", "c"],
    "an id": "00000000-0000-7000-8000-000000000000",
}
#: Days in every date of a form, beside words and answers.
DAYS = {
    "no day": {"day": "31", "month": "02", "year": "2026"},
    "a day to come": {"day": "1", "month": "1", "year": "2999"},
    "a day before the calendar": {"day": "1", "month": "1", "year": "0001"},
}
#: What a refused form may write all the same: the draft, the session, throttling and the trail itself.
WRITTEN_ANYWAY = {
    "concerns_draft", "django_session", "throttle_cache", "audit_event", "audit_seal",
    "usersessions_usersession", "agencies_user", "voice_draft", "records_entrydraft", "access_formdraft",
    "enquiries_answerdraft", "meetings_minutesdraft",
}  # fmt: skip
#: Pages that take a post and show no form of their own: what they are sent.
FIELDS = {
    "concerns:act": ["act", "words"],
    "concerns:decide_keep": ["c0-reasons"],
    "concerns:keep": ["given"],
    "concerns:keep_item": ["given"],
    "concerns:worried_keep": ["given"],
    "concerns:worried_keep_item": ["given"],
    "voice:keep": ["said", "heard"],
    "archive:copy": ["act"],
    "archive:volumes": ["act"],
}


class Fields(HTMLParser):
    """The names that the forms of a page send, and for a choice its first answer."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag not in ("input", "textarea", "select", "button") or not name or name == "csrfmiddlewaretoken":
            return
        choice = tag == "button" or given.get("type") in ("radio", "checkbox", "hidden")
        self.names.setdefault(name, (given.get("value") or "on") if choice else None)


#: Rounds in which each field that is typed is sent another garbage beside real answers to choices.
ROUNDS = 3


def is_file(response: Any) -> bool:
    """Whether the answer is something to keep, such as a PDF, and no page."""
    return response.status_code == 200 and not response["Content-Type"].startswith("text/html")


def found_wrong(world: World, owning: Callable[[], Any], routes: Collection[str]) -> list[str]:
    """What goes wrong where garbage is sent to every form of these routes: by whoever is shown it first of a decider, a
    manager, an administrator and somebody without a sign-in, and again by another who is asked more there."""
    people: dict[str, Practitioner | None] = {
        "decider": world.door.decider, "manager": world.door.manager,
        "administrator": world.people["administrator"], "nobody": None,
    }  # fmt: skip
    clients = {role: world.client(who) for role, who in people.items()}
    for client in clients.values():
        client.get("/")
    clients["nobody"].post("/worried/")
    wrong = []
    for name in routes:
        path = address(name, world, world.known)
        sent: set[str] = set()
        for role, client in clients.items():
            # The sign-in's pages are for who is not signed in; a concern is raised otherwise by them.
            if (
                name.startswith("account_")
                if role != "nobody"
                else not name.startswith(("concerns:", "account_"))
            ):
                continue
            with forms_made() as forms:
                shown = client.get(path)
            names = asked_for(name, shown)
            # A page that only takes what is sent does not say beforehand who may send it.
            known = role != "nobody" and shown.status_code == 200 and sent
            if names is None or (known and set(names) <= sent):
                continue
            sent |= {*names, ""}
            wrong += _sent(name, path, client, role, payloads(names), owning)
            wrong += _sent(name, path, client, role, longest(forms, shown.content.decode()))
    return wrong


def asked_for(name: str, shown: Any) -> dict[str, str | None] | None:
    """What the form of an answer asks for; None where there is no form."""
    if shown.status_code == 405:
        return dict.fromkeys(FIELDS.get(name, []))
    # A picture or a PDF has no form.
    if shown.status_code != 200 or not shown["Content-Type"].startswith("text/html"):
        return None
    page = shown.content.decode()
    if "<form" not in page.partition("<main")[2]:
        return None
    return Fields(page).names | dict.fromkeys(FIELDS.get(name, []))


def _sent(
    name: str,
    path: str,
    client: Any,
    role: str,
    sending: Iterable[tuple[str, dict[str, Any]]],
    owning: Callable[[], Any] | None = None,
) -> list[str]:
    """What goes wrong where this is sent. Without `owning` it may be right, and may be taken."""
    wrong = []
    for what, data in sending:
        with transaction.atomic():
            touched = writes()
            response = client.post(path, data)
            # Sent on, or a file handed out: then what was written was fit to be taken.
            taken = owning is None or response.status_code in (302, 405) or is_file(response)
            wrote = set() if taken else set(writes() - touched) - WRITTEN_ANYWAY
            after = rows(owning, wrote) if owning else {}
            transaction.set_rollback(True)
        wrong += [f"{name} with {what} as {role}: {w}" for w in wrong_with(name, response)]
        # Rolled back, each table is again as it was before: what was tried and undone is no longer seen.
        before = rows(owning, wrote) if owning else {}
        changed = sorted(table for table in wrote if after[table] != before[table])
        if changed:
            wrong.append(f"{name} with {what} as {role}: {response.status_code}, wrote {changed}")
    return wrong


def one_of(kind: Any, turn: int) -> Any:
    return kind[turn % len(kind)] if isinstance(kind, tuple) else kind


def payloads(names: dict[str, str | None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every kind of garbage into every field, a different one into each field of a form at once; then every kind into
    some field that is typed, beside real answers to choices: a form of few fields takes more rounds for that."""
    yield "no field", {}
    kinds = list(GARBAGE)
    answers = {n: first for n, first in names.items() if first}
    parts = {name: name.rpartition("-")[2] for name in names if name.rpartition("-")[2] in DAYS["no day"]}
    if parts:
        for what, day in DAYS.items():
            yield what, dict.fromkeys(names, "Words") | answers | {n: day[part] for n, part in parts.items()}

    def garbage(fields: Iterable[str], first: int, turn: int = 0) -> dict[str, Any]:
        return {
            name: one_of(GARBAGE[kinds[(at + first) % len(kinds)]], at + turn)
            for at, name in enumerate(fields)
        }

    for nth in range(len(kinds)) if names else ():
        yield f"garbage {nth}", garbage(names, nth)
    typed = [name for name, first in names.items() if first is None]
    if answers and typed:
        rounds = max(ROUNDS, -(-len(kinds) // len(typed)))
        step = min(len(typed), len(kinds) // ROUNDS)
        for nth in range(rounds):
            yield f"garbage {nth} beside answers", garbage(typed, nth * step, 1) | answers
    elif answers:
        yield "the first answers", answers


def writes() -> Counter[str]:
    """How many rows this transaction has put into or taken out of each table, undone ones too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_del FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_del > 0"
        )
        return Counter(dict(cursor.fetchall()))


def rows(owning: Callable[[], Any], tables: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables has."""
    if not tables:
        return {}
    question = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM \"{t}\"" for t in sorted(tables))
    with owning(), connection.cursor() as cursor:
        cursor.execute(question)
        return dict(cursor.fetchall())
