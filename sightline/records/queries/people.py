"""Who may be written about, who may confirm, and the words that a family has for itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from sightline.agencies.models import Agency, Posting
from sightline.children.models import Involvement, Particulars, Person, PersonName, Tie
from sightline.children.queries import NameAndAge, names_of_folders
from sightline.children.terms import Kinship, NameUse
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, today
from sightline.procedures import clocks
from sightline.procedures.pack import ANY_AGENCY, Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import spoken

from .. import rules
from ..models import Entry
from ..wording import Aid, Beside, Lists, Pronouns, TheirWords, aids
from .shown import EARLIEST, EntryView


def ways_into(folder_ids: Iterable[UUID]) -> list[tuple[UUID, bool, bool]]:
    """Each folder, whether the viewer may write in it, and whether they may read it. One query."""
    wanted = list(dict.fromkeys(folder_ids))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f, access_may_add(f), access_may_read(f) FROM unnest(%s::uuid[]) AS f", [wanted]
        )
        return list(cursor.fetchall())


def children_beside(folder_ids: Sequence[UUID]) -> list[UUID]:
    """The folders of other children in a child's life in which the viewer may write: brothers and sisters, and whoever
    else is tied to the child. Three queries."""
    others = Tie.objects.filter(held_on(today()), folder_id__in=list(folder_ids)).values("other_id")
    folders = list(
        Person.objects.filter(id__in=others, folder_id__isnull=False).values_list("folder_id", flat=True)
    )
    return [folder for folder, writes, _ in ways_into(folders) if writes and folder not in folder_ids]


def colleagues_of(folder_ids: Sequence[UUID], beside: Collection[UUID] = ()) -> list[tuple[UUID, str]]:
    """Those who work with the child or share a team with one of `beside`: (practitioner, name and post), by name."""
    working = Involvement.objects.filter(
        held_on(today()), folder_id__in=list(folder_ids), practitioner__isnull=False
    ).values("practitioner_id")
    rows = (
        Posting.objects.filter(held_on(today()))
        .filter(Q(practitioner_id__in=working) | Q(team_id__in=list(beside)))
        .select_related("practitioner", "agency")
        .order_by("practitioner__name", "held_from")
    )
    found: dict[UUID, str] = {}
    for row in rows:
        found.setdefault(row.practitioner_id, f"{row.practitioner.name}, {row.post_title}, {row.agency.name}")
    return list(found.items())


def lateness(pack: Pack, agency_kind: str, happened_at: datetime, at: datetime) -> tuple[bool, str]:
    """Whether an entry written then is late by the limit of its writer's type of agency, and that limit in words."""
    limit = pack.late_entry(agency_kind, max(happened_at.astimezone(LONDON).date(), EARLIEST))
    until = clocks.after(happened_at, limit, pack.calendar(today()).forgiven())
    return rules.is_late(at, until), spoken(limit.amount, limit.unit)


def late_since(wrong: Entry | EntryView, happened_at: datetime) -> tuple[bool, str]:
    """Whether an entry was written late if it happened then, by the limit of its author's agency (REC-07), and that
    limit in words. Where the time is the one that was signed, what was said of it at signing stands."""
    kind = None
    if wrong.agency_id is not None:
        kind = Agency.objects.filter(id=wrong.agency_id).values_list("kind", flat=True).first()
    late, span = lateness(pack_in_force(), kind or ANY_AGENCY, happened_at, wrong.written_at)
    if happened_at == wrong.happened_at:
        # Where nobody was asked why, as of what was imported, nobody is asked now.
        late = wrong.late and bool(wrong.late_why)
    return late, span


#: What is written for somebody by what they are to the child, where they ask to be called by a name.
_INSTEAD = {
    Kinship.MOTHER: ("mum", "mummy", "mom", "mam", "mother"),
    Kinship.FATHER: ("dad", "daddy", "father"),
    Kinship.STEP_PARENT: ("stepmother", "stepfather", "stepmum", "stepdad"),
    Kinship.GRANDPARENT: ("nan", "gran", "granny", "grandma", "grandad", "grandmother", "grandfather"),
}
#: What the family calls its own people is shown where it is not what everybody says.
_USUAL = {"mum", "mother", "mummy", "dad", "father", "daddy", "brother", "sister"}


def their_words(folder_ids: Sequence[UUID], names: Mapping[UUID, NameAndAge]) -> list[TheirWords]:
    """What the children and their family call themselves, for the writing aids (REC-16): the family's own word for a
    relative, and the name by which an adult or a brother or sister asks to be called. One query."""
    found = []

    def named(use: NameUse) -> Subquery:
        held = PersonName.objects.filter(held_on(today()), person=OuterRef("other_id"), use=use.value)
        return Subquery(held.values("given")[:1])

    for folder_id, words, kin, full, called in (
        Tie.objects.filter(held_on(today()), folder_id__in=list(folder_ids))
        .annotate(full=named(NameUse.FULL), called=named(NameUse.KNOWN_AS))
        .values_list("folder_id", "words", "kinship", "full", "called")
    ):
        if folder_id not in names:
            continue
        kinship = Kinship(kin)
        label = kinship.label.lower()
        whose = f"{names[folder_id].called}’s {label}"
        if words and words.casefold() not in _USUAL:
            found.append(TheirWords(words, whose, (label,)))
        if called:
            given = (full or "").split(" ")[0]
            instead = [*_INSTEAD.get(kinship, ()), *([given] if given else [])]
            # What the family itself calls them is theirs as well.
            own = {words.casefold(), *(part.casefold() for part in called.split())}
            not_these = tuple(word for word in instead if word.casefold() not in own)
            found.append(TheirWords(called, whose, not_these, asks=True))
    return found


def themselves(names: Mapping[UUID, NameAndAge]) -> tuple[list[TheirWords], list[Pronouns]]:
    """How the children of these folders wish to be called, against the names that they had or that stand on paper, and
    their pronouns (REC-16). One query."""
    latest = Particulars.objects.filter(person=OuterRef("pk")).order_by("-recorded_at", "-id")
    every = PersonName.objects.filter(person=OuterRef("pk"), wrong_at=None).exclude(given="")
    words: list[TheirWords] = []
    pronouns: list[Pronouns] = []
    for folder_id, said, given in (
        Person.objects.filter(folder_id__in=list(names))
        .annotate(said=Subquery(latest.values("pronouns")[:1]), given=ArraySubquery(every.values("given")))
        .values_list("folder_id", "said", "given")
    ):
        who = names[folder_id]
        if who.nameless:
            continue
        in_use = {part.casefold() for part in (*who.called.split(), *who.name.split())}
        not_these = tuple(
            dict.fromkeys(
                part for each in given for part in each.split()[:1] if part.casefold() not in in_use
            )
        )
        if not_these:
            words.append(TheirWords(who.called, "This child", not_these, asks=True))
        if said and said.strip():
            called = tuple(dict.fromkeys((who.called, who.name.split(" ")[0], *not_these)))
            pronouns.append(Pronouns(said.strip(), called))
    return words, pronouns


def word_lists(pack: Pack, folder_ids: Sequence[UUID], names: Mapping[UUID, NameAndAge]) -> Lists:
    """What the writing aids look for in what is written of these children: the procedures' words and the family's own.
    Two queries."""
    own, pronouns = themselves(names)
    day = today()
    family = their_words(folder_ids, names)
    return Lists(pack.wordings(day), pack.glossary(day), (*own, *family), pronouns=tuple(pronouns))


def second_look(folder_ids: Sequence[UUID], written: Sequence[Beside]) -> list[Aid]:
    """What is worth a second look in what somebody writes of a child outside an entry. None of it blocks (REC-10)."""
    if not any(each.paragraphs for each in written):
        return []
    return aids((), word_lists(pack_in_force(), folder_ids, names_of_folders(folder_ids)), written)
