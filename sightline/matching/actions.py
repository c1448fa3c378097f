"""The only writer of the search keys, and the search as somebody does it: permitted, told to the trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from sightline.agencies.queries import acting_now
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.rules import tidy_number
from sightline.children.terms import Scheme
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotPermitted

from . import queries
from .rules import Question, parse
from .terms import Sort


@dataclass(frozen=True)
class Search:
    """What was asked, as understood, and one page of what was found."""

    question: Question
    results: queries.Results
    page: int
    elsewhere: tuple[queries.Elsewhere, ...] = ()


def search(text: str, *, sort: Sort = Sort.CLOSEST, loosely: bool = False, page: int = 1) -> Search:
    """Search for children by whatever was typed into the one box; `page` counts from 1.

    Told to the trail with the ids that were shown, never with the words typed: they are somebody's name.
    Raises NotPermitted where the viewer's role may not search.
    """
    verdict = permitted(acting_now(), Permission.SEARCH)
    if not verdict:
        raise NotPermitted(verdict)
    question = parse(text, today())
    results = queries.search(question, sort=sort, loosely=loosely, page=page)
    if page > 1 and not results.found:
        page, results = 1, queries.search(question, sort=sort, loosely=loosely)
    elsewhere = [
        found for ask in queries.found_elsewhere if page == 1 for found in ask(question.may_be_references)
    ]
    if question:
        record(
            Verb.SEARCHED,
            "matching.search",
            found=results.count,
            page=page,
            folders=[child.folder_id for child in results.found],
            adults=[adult.person_id for adult in results.adults],
            elsewhere=[found.id for found in elsewhere],
        )
    return Search(question, results, page, tuple(elsewhere))


def holding_number(scheme: Scheme, value: str, leave_out: Sequence[UUID]) -> list[str]:
    """The children whose records hold a number, beside these folders, as their pointers name them. Told to the trail.

    Nobody for a scheme that nobody is found by, and for a viewer whose role may not search.
    """
    number = tidy_number(scheme, value)
    question = Question(
        nhs=number if scheme is Scheme.NHS else "", upn=number if scheme is Scheme.UPN else ""
    )
    found = queries.search(question, leave_out=leave_out).found
    if found:
        record(
            Verb.SEARCHED,
            "matching.holding_number",
            found=len(found),
            folders=[child.folder_id for child in found],
        )
    return [f"{child.used_name}, {child.age}" if child.age else child.used_name for child in found]


def refresh_keys(folders: Iterable[UUID]) -> None:
    """Make what these folders are found by anew from what is recorded in them.

    In the transaction of whatever changed a name, an address, a number or a birth. Who is looking does not
    matter: the database reads past what the viewer may see, so that a confidential address keeps its key.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT matching_refresh(%s::uuid[])", [[str(folder) for folder in folders]])


def refer(folders: Iterable[UUID]) -> None:
    """These folders are found by the references that a room above has just given them too (`matching_elsewhere` in the
    database says which); in the same transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT matching_refer(%s::uuid[])", [[str(folder) for folder in folders]])
