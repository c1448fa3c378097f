"""The texts of procedure packs, kept."""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction

from sightline.kernel.time import now

from ..kept import packs_not_kept
from ..loader import texts_there
from ..models import PackText, PackVersion


@transaction.atomic
def keep_packs() -> int:
    """Keep the texts of all procedure packs that come along, as far as they can be used and are not kept yet, so that
    what was decided under them can be read in their words for good. Run as the owner of the tables, wherever a place is
    made ready. Returns how many versions were new."""
    there, at, new = texts_there(), now(), 0
    for version in packs_not_kept():
        named = {
            f"{folder}/{file}": (sha256(raw).hexdigest(), raw.decode())
            for folder, files in there[version].items()
            for file, raw in files.items()
        }
        PackText.objects.bulk_create(
            (PackText(digest=digest, text=text) for digest, text in named.values()), ignore_conflicts=True
        )
        PackVersion.objects.bulk_create(
            [
                PackVersion(
                    version=version,
                    files={where: digest for where, (digest, _) in named.items()},
                    first_seen_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        new += 1
    return new
