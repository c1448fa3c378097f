"""What a child is found by. Made by the database from the children room's rows; nobody reads it directly.

The program's role has no privilege on these tables at all: `matching_refresh` writes them from what is
recorded, whoever asks, and `matching_search` reads them past all seals and then applies the seals itself
(docs/decisions/0017-the-search-for-people.md).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F

from sightline.access.models import FolderRow
from sightline.kernel.door import Door
from sightline.kernel.models import Row

from .terms import KeyKind, KeyUse, WordKind


def _choices(terms: type) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


class SearchKey(FolderRow):
    """A whole value that a child is found by: a date of birth, a postcode, a number."""

    kind = models.CharField(max_length=12, choices=_choices(KeyKind))
    value = models.CharField(max_length=60, db_collation="C")
    use = models.CharField(max_length=10, choices=_choices(KeyUse))
    confidential = models.BooleanField(default=False)
    door = Door()

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "value"], include=["folder", "use", "confidential"], name="searchkey_by_value"
            ),
        ]


class SearchWord(FolderRow):
    """One word of a child's name or address, or of the name of an adult in the child's life.

    `part` counts the names, or the addresses, of one folder; `adult` is the adult's person. A hit on an adult
    is shown only to whoever may open the folder, since the tie itself is not on the pointer.
    """

    kind = models.CharField(max_length=12, choices=_choices(WordKind))
    word = models.CharField(max_length=80, db_collation="C")
    adult = models.UUIDField(null=True)
    part = models.PositiveSmallIntegerField()
    use = models.CharField(max_length=10, choices=_choices(KeyUse))
    confidential = models.BooleanField(default=False)
    door = Door()

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "word"],
                include=["folder", "part", "use", "confidential", "adult"],
                name="searchword_by_word",
            ),
        ]


class Lexeme(Row):
    """Every word there is among the names, or the addresses, once or (written at the same time) twice.

    A typed word is compared with these few thousand, and only then with the children. `sounds` holds
    Daitch-Mokotoff codes, the consonants (k...) and the letters in order (a...): see `matching_sounds`.
    No uniqueness: two concerns sent at once would wait for each other.
    """

    kind = models.CharField(max_length=12, choices=_choices(WordKind))
    word = models.CharField(max_length=80, db_collation="C")
    sounds = ArrayField(models.TextField(), default=list)
    door = Door()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "word"], name="lexeme_by_word"),
            GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="lexeme_by_trigram"),
            GinIndex(fields=["sounds"], name="lexeme_by_sound"),
        ]
