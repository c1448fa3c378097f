"""How fast the pages of assessments, strategy discussions and meetings are, signed in, over HTTP. Prints a table.

    uv run python -m bench.enquiries [--small] [--data DIR]

In some of the open records an assessment is begun and every side of it written, and a strategy discussion is called;
there is a meeting on four brothers and sisters with a report on each. All of it by the actions, as the client.
"""

from __future__ import annotations

import argparse
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

from bench.__main__ import machine
from bench.conference import conference, four_siblings, protected
from bench.loading import FULL, SMALL
from bench.packs import practitioner
from bench.serving import Served, over_limit, served, table, timed, verdict

#: Milliseconds at the 95th of a hundred; in so many records something is written.
PAGE, RECORDS = 120, 6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a hundredth of the data, and few rounds")
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    given = parser.parse_args()
    size, rounds = (SMALL, 12) if given.small else (FULL, 60)
    with served(given.data, size) as bench:
        who = practitioner(bench)
        written = assessed(bench, who)
        safe = protected(who, [folder for folder, _row, _section in written])
        again = to_look_at(who, [folder for folder, _row, _section in written])
        meeting_id, invitation_id = conference(who, four_siblings(bench))
        meeting = f"/meetings/{meeting_id}/"
        asked = {
            "enquiries of a child": [f"/child/{folder}/enquiries/" for folder, _row, _section in written],
            "an assessment": [_one(folder, row) for folder, row, _section in written],
            "an assessment, read": [_one(folder, row) + "read/" for folder, row, _section in written],
            "a section of it": [
                f"{_one(folder, row)}sections/{section}/" for folder, row, section in written
            ],
            "before it is sent": [_one(folder, row) + "send/" for folder, row, _section in written],
            "calling a strategy discussion": [
                f"/child/{folder}/enquiries/strategy/" for folder, _row, _section in written
            ],
            "a strategy discussion": [f"/child/{f}/enquiries/strategy/{p['strategy']}/" for f, p in safe],
            "a section 47 enquiry": [f"/child/{f}/enquiries/section-47/{p['enquiry']}/" for f, p in safe],
            "who was spoken to": [f"/child/{f}/enquiries/section-47/{p['enquiry']}/spoken/" for f, p in safe],
            "deciding on it": [f"/child/{f}/enquiries/section-47/{p['enquiry']}/end/" for f, p in safe],
            "an emergency measure": [f"/child/{f}/enquiries/emergency/{p['measure']}/" for f, p in safe],
            "beginning one": [f"/child/{f}/enquiries/emergency/" for f, _p in safe],
            "a medical": [f"/child/{f}/enquiries/medical/{p['medical']}/" for f, p in safe],
            "becoming looked after": [
                f"/child/{f}/enquiries/looked-after/" for f, p in safe if "stays" not in p
            ],
            "looked after": [
                f"/child/{f}/enquiries/looked-after/{p['stays']}/" for f, p in safe if "stays" in p
            ],
            "new information to look at": [f"/child/{f}/enquiries/look-again/{s}/" for f, s in again],
            "taking a step back": [f"/child/{f}/enquiries/back/{p['way']}/" for f, p in safe],
            "contact with the family": [f"/child/{f}/enquiries/contact/" for f, _p in safe],
            **{
                name: [f"/child/{folder}/{page}" for folder, _row, _section in written]
                for name, page in {
                    "beginning an assessment": "enquiries/begin/",
                    "progress against age": "enquiries/progress/",
                    "deciding on no contact": "enquiries/contact/decide/",
                    "asking for a conference": "enquiries/conference/",
                    "making safe": "enquiries/safe/",
                    "asking for a medical": "enquiries/medical/",
                    "calling a meeting": "meetings/call/",
                    "who is kept apart": "apart/",
                }.items()
            },
            "meetings of a child": [f"/child/{folder}/meetings/" for folder in four_siblings(bench)],
            "my meetings": ["/meetings/"],
            "a meeting": [meeting],
            "inviting to it": [meeting + "invite/"],
            "an invitation": [f"{meeting}invited/{invitation_id}/"],
            "reporting to it": [meeting + "report/"],
            "holding it": [meeting + "hold/"],
            "its minutes": [meeting + "minutes/"],
            "its packs": [meeting + "pack/"],
        }
        print(f"{machine()}; {size}")
        rows = {}
        for name, paths in asked.items():
            for path in paths:
                timed(lambda path=path: bench.client.get(path))  # type: ignore[misc]
            rows[name] = [
                timed(lambda path=path: bench.client.get(path))  # type: ignore[misc]
                for path in islice(cycle(paths), rounds)
            ]
        table("One page at a time, milliseconds", list(rows.items()), PAGE)
        verdict(over_limit(rows.items(), PAGE), small=given.small)


def _one(folder: UUID, row: UUID) -> str:
    return f"/child/{folder}/enquiries/assessments/{row}/"


def assessed(bench: Served, who: UUID) -> list[tuple[UUID, UUID, str]]:
    """Records with an assessment under way, each with the assessment and one of its sections."""
    from django.db import transaction

    from sightline.enquiries.actions import assessment as act
    from sightline.enquiries.models import Assessment
    from sightline.enquiries.rules.assessment import DIFFICULTY, STRENGTH
    from sightline.kernel.time import today
    from sightline.kernel.viewer import Viewer, looking_as
    from sightline.procedures.queries import pack_in_force
    from sightline.procedures.schema import AssessmentForm

    records = bench.owner.execute(
        "SELECT folder_id FROM access_grant ORDER BY folder_id OFFSET 10 LIMIT %s", [RECORDS]
    ).fetchall()
    found: list[tuple[UUID, UUID, str]] = []
    for (folder,) in records:
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            form = next(one for one in pack_in_force().all(AssessmentForm, today()) if one.statutory)
            row = Assessment.objects.filter(folder_id=folder, form=form.id).first()
            if row is None:
                row, *_ = act.begin(
                    act.Beginning(
                        folder_ids=[folder], form=form.id, author_id=who, stands_on="agreement",
                        stands_on_words="The mother agreed to it at home.",
                    )
                )  # fmt: skip
                for section in form.section:
                    if section.kind == "words":
                        act.write(row.id, section.id, {p.id: f"{p.title} " * 40 for p in section.prompt})
                    elif section.kind == "side":
                        act.write(
                            row.id, section.id,
                            {
                                f"{p.id}.{kind}": "What was seen and who said so. " * 20
                                for p in section.prompt for kind in (STRENGTH, DIFFICULTY)
                            },
                        )  # fmt: skip
            side = next(section.id for section in form.section if section.kind == "side")
            found.append((folder, row.id, side))
    return found


def to_look_at(who: UUID, folders: list[UUID]) -> list[tuple[UUID, UUID]]:
    """In each of these records an event that stands there, told as significant and another's: since then the open
    assessment is to be looked at again. Folder and entry."""
    from django.db import transaction

    from sightline.enquiries.actions.changes import significant_entries
    from sightline.kernel.viewer import Viewer, looking_as
    from sightline.records.models import Entry

    found = []
    for folder in folders:
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            entry = Entry.objects.filter(folder_id=folder).latest("happened_at")
            significant_entries([Entry(id=entry.id, folder_id=folder)])
            found.append((folder, entry.id))
    return found


if __name__ == "__main__":
    main()
