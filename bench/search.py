"""Measures the search over HTTP, signed in, on 100,000 invented children.

    python -m bench.search [--small] [--data DIR] [--each 30]

The folder is loaded where it is empty, and kept: a second run starts at once.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.loading import FULL, SMALL
from bench.serving import Served, over_limit, served, table, timed, verdict

LIMIT = 80.0


def slip(word: str, chance: random.Random) -> str:
    """The word with two letters swapped, one left out or one doubled."""
    if len(word) < 4:
        return word
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at - 1 :],
        ]
    )


def questions(owner: psycopg.Connection, each: int) -> dict[str, list[str]]:
    """What is typed, by kind, drawn from the children that are there."""
    chance = random.Random(3)  # noqa: S311
    rows = owner.execute(
        "SELECT n.given, n.family, q.born_on, r.lines, r.postcode, i.value, f.number "
        "FROM children_personname n JOIN children_particulars q ON q.person_id = n.person_id "
        "JOIN children_residence r ON r.person_id = n.person_id "
        "JOIN children_identifier i ON i.person_id = n.person_id AND i.scheme = 'nhs' "
        "JOIN access_folder f ON f.id = n.folder_id WHERE n.use = 'full' ORDER BY n.id"
    ).fetchall()
    drawn = [chance.choice(rows) for _ in range(each)]
    forms: dict[str, Callable[..., str]] = {
        "name": lambda given, family, *_: f"{given} {family}",
        "name reversed": lambda given, family, *_: f"{family}, {given}",
        "name with slips": lambda given, family, *_: f"{slip(given, chance)} {slip(family, chance)}",
        "one common word": lambda given, *_: given.split()[0],
        "beginning of a name": lambda _given, family, *_: family[:3],
        "name and date of birth": lambda given, family, born, *_: f"{given} {family} {born:%d/%m/%Y}",
        "name and date swapped": lambda given, family, born, *_: f"{given} {family} {born:%m/%d/%Y}",
        "name and age": lambda given, family, born, *_: f"{given} {family} {2026 - born.year} years",
        "date of birth": lambda _given, _family, born, *_: f"{born:%d %B %Y}",
        "age alone": lambda _given, _family, born, *_: f"{2026 - born.year} years",
        "address": lambda _g, _f, _b, lines, *_: lines,
        "postcode": lambda _g, _f, _b, _l, postcode, *_: postcode,
        "NHS number": lambda _g, _f, _b, _l, _p, nhs, *_: nhs,
        "reference": lambda _g, _f, _b, _l, _p, _n, number: number,
        "nobody": lambda *_: f"{chance.choice('QXZ')}{'wvxq' * 2} {chance.choice('QXZ')}yqvwo",
        "everything": lambda given, family, born, lines, postcode, *_: (
            f"{given} {family} {born:%d/%m/%Y} {postcode} {lines}"
        ),
        "most common name": lambda *_: "Mohammed",
    }
    asked = {name: [form(*row) for row in drawn] for name, form in forms.items()}
    references = owner.execute("SELECT reference FROM concerns_concern ORDER BY reference").fetchall()
    asked["reference of a concern"] = [chance.choice(references)[0] for _ in range(each)]
    return asked


def measure(site: Served, asked: dict[str, list[str]]) -> dict[str, list[float]]:
    """Milliseconds of each page of results, by kind of question."""
    took: dict[str, list[float]] = {}
    for kind, texts in asked.items():
        for text in texts:
            sent = site.post("/find/", {"q": text})
            assert sent.status_code == 302, (text, sent.status_code)
            address = sent.headers["location"]
            took.setdefault(kind, []).append(timed(lambda address=address: site.client.get(address)))
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the search over HTTP.")
    parser.add_argument("--small", action="store_true", help="a hundredth of the data")
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    parser.add_argument("--each", type=int, default=30, help="questions of each kind")
    arguments = parser.parse_args()
    with served(arguments.data, SMALL if arguments.small else FULL) as site:
        asked = questions(site.owner, arguments.each)
        measure(site, {kind: texts[:2] for kind, texts in asked.items()})  # warm
        took = measure(site, asked)
        every = [value for values in took.values() for value in values]
        rows = [*took.items(), ("all", every)]
        table("Search, one page of results", rows, LIMIT)
        print("\nThe largest web process holds {:.0f} MB, all of them {:.0f} MB.".format(*site.memory()))
        verdict(over_limit(rows, LIMIT), small=arguments.small)


if __name__ == "__main__":
    main()
