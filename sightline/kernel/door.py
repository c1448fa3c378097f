"""The door of a table: what `sightline_app` may read and write, said beside the model.

`doors.py` puts every door into the database after each migration. Until a table's door has been put
in, `sightline_app` has no privilege on it at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Door:
    """Privileges and row security policies of one table.

    read, insert, update, delete: SQL conditions over the row, or None where nobody may; "true" leaves the
    rows of that table to the page (reference data such as agencies).
    `jobs` maps a named job to the verbs that it may use on every row: "select", "insert", "update", "delete".
    """

    read: str | None = None
    insert: str | None = None
    update: str | None = None
    delete: str | None = None
    jobs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stays: bool = False
    """Approved disposal of a record leaves its rows: the audit trail, the tombstone."""

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that anybody at all may use, jobs included; these are granted as privileges."""
        own = [
            verb
            for verb, condition in (
                ("select", self.read),
                ("insert", self.insert),
                ("update", self.update),
                ("delete", self.delete),
            )
            if condition is not None
        ]
        for verbs in self.jobs.values():
            own += [verb for verb in verbs if verb not in own]
        return tuple(own)

    def condition(self, verb: str) -> str | None:
        """The whole SQL condition for a verb, the jobs' part included."""
        own = {"select": self.read, "insert": self.insert, "update": self.update, "delete": self.delete}[verb]
        names = sorted(name for name, verbs in self.jobs.items() if verb in verbs)
        parts = [f"({own})"] if own is not None else []
        if names:
            quoted = ", ".join(f"'{name}'" for name in names)
            # The comparison comes first: for a job the other condition is then not worked out at all.
            parts.insert(0, f"(SELECT kernel_job() IN ({quoted}))")
        return " OR ".join(parts) or None


SIGNED_IN = "kernel_viewer() <> ''"
PRACTITIONER = "kernel_viewer() = 'practitioner'"

#: Reference data: everybody reads it, also before signing in; actions guard who writes it.
REFERENCE = Door(read="true", insert=PRACTITIONER, update=PRACTITIONER)
