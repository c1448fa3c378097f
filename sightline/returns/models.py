"""What was imported from a return: the run, each child as read, what could not be used, and the history it
told.

The history of a child stands here until rooms for enquiries and plans of their own hold it. A later return
or a correction never overwrites it: it puts another row in place of the one before, which stays.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from sightline.access.models import MAY_READ, Folder, FolderRow
from sightline.agencies.models import Practitioner
from sightline.agencies.terms import Permission
from sightline.children.models import Person
from sightline.kernel.door import Door
from sightline.kernel.models import Row, never_changed

from .terms import Fate, Grade, ImportState, StepKind

_MAY_IMPORT = f"agencies_may('{Permission.IMPORT_RETURN.value}')"
_WRITES = {"import": ("select", "insert", "update")}
_ADDS = {"import": ("select", "insert")}

#: A child that was taken in is seen by whoever may open the folder; what belongs to nobody by whoever may
#: import.
_FOLDER_OR_IMPORTER = f"(folder_id IS NOT NULL AND {MAY_READ}) OR (folder_id IS NULL AND {_MAY_IMPORT})"


class ImportRun(Row):
    """One return imported: which file, when, by whom, and what became of it."""

    file_name = models.CharField(max_length=255)
    file_bytes = models.BigIntegerField()
    file_digest = models.CharField(max_length=64, help_text="SHA-256 of the file, in hex")
    la_code = models.CharField(max_length=3, blank=True)
    year = models.PositiveSmallIntegerField(null=True, help_text="The year in which the collection year ends")
    reference_date = models.DateField(null=True)
    software = models.CharField(max_length=255, blank=True)
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    operator = models.CharField(
        max_length=200, help_text="Who started it at the command line, by account name"
    )
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in ImportState])
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    stopped_why = models.TextField(blank=True)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    not_taken = models.PositiveIntegerField(default=0, help_text="Elements that could not be used")
    doubtful = models.PositiveIntegerField(default=0, help_text="Elements used in doubt")
    duties = models.PositiveIntegerField(default=0, help_text="Duties opened")

    door = Door(read=_MAY_IMPORT, jobs=_WRITES)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="import_run_latest")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.started_at:%Y-%m-%d})"


class ImportedChild(Row):
    """A child of a return as it stood in the file. Its folder is None where the child could not be taken in.

    Only a record that differs from the one imported before is kept again.
    """

    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="children")
    la_child_id = models.CharField(max_length=64, blank=True)
    line = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over what the record says, in hex")
    fate = models.CharField(max_length=10, choices=[(f.value, f.value) for f in Fate])
    raw = models.TextField(help_text="The child's XML, and that of records put together with it")
    imported_at = models.DateTimeField()

    door = Door(read=_FOLDER_OR_IMPORTER, jobs=_ADDS)

    class Meta:
        indexes = [models.Index(fields=["folder", "-imported_at"], name="imported_child_latest")]
        triggers = [never_changed("imported_child_never_changed")]


class ImportFinding(Row):
    """An element of a return that could not be used, or was used in doubt: child, line, why, and what it
    said."""

    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="findings")
    child = models.CharField(max_length=64, blank=True, help_text="The authority's id of the child, as read")
    line = models.PositiveIntegerField()
    element = models.CharField(max_length=100)
    message = models.TextField()
    value = models.TextField(blank=True)
    grade = models.CharField(max_length=20, choices=[(g.value, g.value) for g in Grade])

    door = Door(read=_FOLDER_OR_IMPORTER, jobs=_ADDS)

    class Meta:
        indexes = [
            models.Index(fields=["run", "line"], name="finding_by_line"),
            models.Index(fields=["folder"], name="finding_in_folder", condition=Q(folder__isnull=False)),
        ]
        triggers = [never_changed("import_finding_never_changed")]


class PastReferral(FolderRow):
    """A referral that a return tells of. The row that holds now has no `replaced_at`.

    `thread` stays the same while corrections replace the row; duties on the referral have it as their
    subject.
    """

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="past_referrals")
    thread = models.UUIDField()
    imported = models.ForeignKey(ImportedChild, on_delete=models.PROTECT, related_name="referrals")
    as_of = models.DateField(null=True, help_text="The reference date of the return")
    referred_on = models.DateField(null=True)
    source_code = models.CharField(max_length=4, blank=True)
    need_code = models.CharField(max_length=4, blank=True)
    no_further_action = models.BooleanField(null=True)
    closed_on = models.DateField(null=True)
    closure_code = models.CharField(max_length=4, blank=True)
    line = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    replaced_in = models.ForeignKey(ImportRun, null=True, on_delete=models.PROTECT, related_name="+")

    door = Door(read=MAY_READ, jobs=_WRITES)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread"], condition=Q(replaced_at__isnull=True), name="one_row_of_a_referral_holds"
            )
        ]
        indexes = [models.Index(fields=["folder", "-referred_on"], name="past_referral_by_day")]
        triggers = [
            pgtrigger.ReadOnly(name="past_referral_stays", exclude=["replaced_at", "replaced_in"]),
            pgtrigger.Protect(name="past_referral_not_deleted", operation=pgtrigger.Delete),
        ]


class PastStep(FolderRow):
    """Work after a past referral: an assessment, enquiry, conference, plan or review, as the return told it.

    `codes` are the factors of an assessment or the categories of a plan, with spaces between; `words` say
    what else the return told of it. Plain columns: rows with arrays or JSON are inserted far more slowly.
    """

    referral = models.ForeignKey(PastReferral, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in StepKind])
    began_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    codes = models.CharField(max_length=255, blank=True)
    words = models.TextField(blank=True)

    door = Door(read=MAY_READ, jobs=_ADDS)

    class Meta:
        indexes = [models.Index(fields=["referral", "began_on"], name="past_step_by_day")]
        triggers = [never_changed("past_step_never_changed")]
