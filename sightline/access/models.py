"""The folder, who may open it, who may not, and who opened it in an emergency."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sightline.agencies.models import Agency, Posting, Practitioner, Team
from sightline.kernel.door import PRACTITIONER, Door
from sightline.kernel.models import DatedRow, Row, in_order, no_overlap

from .gathering import Begun, Told
from .terms import GrantLevel, GrantOrigin

MAY_READ = "access_may_read(folder_id)"
MAY_WRITE = "access_may_write(folder_id)"

#: Who may add a row to a folder: somebody with a writing grant, whoever opened the folder (a concern
#: raised without an account included) while nobody has been given it yet, or a named job.
MAY_ADD = "access_may_add(folder_id)"


#: A seal is put on and lifted as far as the permission reaches: see `access_reaches`.
_SEALS = "access_reaches('folder.seal', folder_id)"
_REVIEWS = "access_reaches('folder.emergency_review', folder_id) AND NOT access_is_sealed_to(folder_id)"

_OWN_FORM = "practitioner_id = kernel_practitioner() AND access_may_read(about_id)"


def folder_door(
    *,
    read: str = MAY_READ,
    append_only: bool = False,
    insert: str = MAY_ADD,
    jobs: dict[str, tuple[str, ...]] | None = None,
) -> Door:
    """The usual door of a table that hangs on a folder."""
    all_jobs: dict[str, tuple[str, ...]] = {
        "import": ("select", "insert", "update"),
        "demo": ("select", "insert", "update"),
    }
    all_jobs.update(jobs or {})
    if append_only:
        all_jobs = {
            name: tuple(v for v in verbs if v in ("select", "insert")) for name, verbs in all_jobs.items()
        }
    return Door(read=read, insert=insert, update=None if append_only else MAY_WRITE, jobs=all_jobs)


class Folder(Row):
    """Everything about one child hangs on their folder. `number` is the record's reference number."""

    number = models.CharField(max_length=20, unique=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="folders")

    door = Door(
        read="access_may_read(id)",
        insert="kernel_viewer() <> ''",
        update="access_may_write(id)",
        jobs={name: ("select", "insert", "update") for name in ("import", "demo")}
        | {name: ("select",) for name in ("duties", "matching", "notices")},
    )

    def __str__(self) -> str:
        return self.number


class FolderRow(Told, Row):
    """A row that belongs to one folder: access rule, audit key and retention come with it."""

    folder = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    #: The usual door; a model that wants another says its own.
    door = folder_door()


class Responsibility(DatedRow, FolderRow):
    """The manager who answers for the record, by day. No record is without one."""

    manager = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="answers_for")

    class Meta:
        constraints = [in_order("responsibility_in_order"), no_overlap("one_manager_answers", "folder")]


class Grant(FolderRow):
    """Lets one practitioner, team or agency open a folder: why, by whom, from, until."""

    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="grants")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="grants")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="grants")
    #: Written by the database alone: the post in which somebody was let in. What they may open ends with it.
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=[(x.value, x.value) for x in GrantLevel])
    origin = models.CharField(max_length=20, choices=[(x.value, x.value) for x in GrantOrigin])
    why = models.TextField()
    given_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    for_joining = models.ForeignKey(
        "Joining", null=True, on_delete=models.PROTECT, related_name="grants",
        help_text="Given for a match alone, with which it ends",
    )  # fmt: skip

    door = Door(
        read="access_may_read(folder_id) OR practitioner_id = kernel_practitioner()",
        insert="access_may_grant(folder_id, practitioner_id, team_id, origin, ends_at)",
        update=MAY_WRITE,
        jobs={name: ("select", "insert", "update") for name in ("import", "demo", "duties")}
        | {"summaries": ("select",)},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_to_exactly_one",
                condition=(
                    Q(practitioner__isnull=False, team__isnull=True, agency__isnull=True)
                    | Q(practitioner__isnull=True, team__isnull=False, agency__isnull=True)
                    | Q(practitioner__isnull=True, team__isnull=True, agency__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="grant_in_order", condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("given_at"))
            ),
            models.CheckConstraint(
                name="emergency_ends", condition=~Q(origin="emergency") | Q(ends_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["practitioner"], name="grant_by_practitioner"),
            models.Index(fields=["team"], name="grant_by_team"),
        ]


class Seal(FolderRow):
    """Closes a folder to all but the named; that it exists is hidden from everybody else."""

    why = models.TextField()
    sealed_at = models.DateTimeField()
    sealed_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_why = models.TextField(blank=True)
    door = Door(
        read=MAY_READ,
        insert=f"{MAY_ADD} AND {_SEALS}",
        update=f"{MAY_WRITE} AND {_SEALS}",
        jobs={name: ("select", "insert", "update") for name in ("import", "demo")}
        | {name: ("select",) for name in ("matching", "summaries")},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=Q(lifted_at__isnull=True), name="one_seal_at_a_time"
            )
        ]


class SealName(FolderRow):
    """Somebody who may open a sealed folder."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="names")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    #: Written by the database alone, as in `Grant`.
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    door = folder_door(
        append_only=True,
        insert=f"{MAY_ADD} AND {_SEALS}",
        jobs={"matching": ("select",), "summaries": ("select",)},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seal", "posting"], name="named_once_on_a_seal")]


class Joining(FolderRow):
    """A person decided that two folders are about one child: `folder` is read as part of `into`.

    Undoing adds when, by whom and why; both histories stay. A grant on `into` opens `folder` as well,
    never the other way about: whoever raised a concern does not thereby see the known child's record.
    """

    into = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="joined")
    reasons = models.TextField()
    decided_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    undone_why = models.TextField(blank=True)

    # That a folder is part of another's record is known to those who may open the other: whoever opens only
    # this one does not learn that the child was known before.
    door = Door(
        read="access_may_read(into_id)",
        insert=f"{MAY_ADD} AND access_may_read(into_id)",
        update=f"{MAY_WRITE} AND access_may_read(into_id)",
        jobs={name: ("select", "insert", "update") for name in ("import", "demo")}
        | {name: ("select",) for name in ("matching", "duties")},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=Q(undone_at__isnull=True), name="joined_to_one_at_a_time"
            ),
            models.CheckConstraint(name="not_joined_to_itself", condition=~Q(folder=F("into"))),
        ]


class EmergencyAccess(FolderRow):
    """A folder opened in an emergency: why in real words, until when, and who looked at it afterwards."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="emergencies")
    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="emergency")
    folder_number = models.CharField(max_length=20, help_text="For the reviewer, who may not open the folder")
    reason = models.TextField()
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    justified = models.BooleanField(null=True)
    review_words = models.TextField(blank=True)
    door = Door(
        read=(
            f"{MAY_READ} OR practitioner_id = kernel_practitioner() "
            "OR (access_manages(practitioner_id) AND NOT access_is_sealed_to(folder_id)) "
            f"OR ({_REVIEWS})"
        ),
        insert=f"{PRACTITIONER} AND practitioner_id = kernel_practitioner()",
        update=_REVIEWS,
        jobs={"demo": ("select", "insert")},
    )


class FormDraft(Begun, Row):
    """What somebody has typed into a form about a record and not sent yet: theirs alone, and only while the record
    is open to them. `path` is the page of the form.

    `version` counts the savings, `page` is the opened page (a tab) that saved it last: another that was opened on an
    older one does not overwrite it, and what it holds is a draft of its own.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    about = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=300)
    title = models.CharField(max_length=200)
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, db_default=1)
    page = models.UUIDField(null=True)
    door = Door(
        read=_OWN_FORM,
        insert=_OWN_FORM,
        update=_OWN_FORM,
        delete=_OWN_FORM,
        jobs={"drafts": ("select", "delete")},
    )

    class Meta:
        indexes = [models.Index(fields=["practitioner", "path"], name="form_draft_of_writer")]
