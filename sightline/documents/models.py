"""Documents, what was found out about them, and body maps. All of it hangs on a folder and is written once."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from sightline.access.models import MAY_ADD, MAY_READ, FolderRow, folder_door
from sightline.agencies.models import Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import never_changed
from sightline.kernel.words import Words, words_of

from .terms import EXAMINING, ROTATING, BodyView, MarkKind, MediaKind, Region, ScanResult

_BY_JOB: dict[str, tuple[str, ...]] = {EXAMINING: ("select", "insert")}


class StoredFile(FolderRow):
    """A file on disk as one folder holds it: its name there, and the file's own key, wrapped by a master key.

    What was written once for siblings lies on disk once; each folder has its own row. Only wrapping the key anew
    changes a row, and only the job that does so may.
    """

    stored = models.UUIDField()
    size = models.BigIntegerField(help_text="Bytes, before encryption")
    sha256 = models.CharField(max_length=64)
    key_id = models.CharField(max_length=12)
    wrapped_key = models.BinaryField()
    door = Door(
        read=MAY_READ,
        insert=MAY_ADD,
        jobs={
            EXAMINING: ("select", "insert"),
            ROTATING: ("select", "update"),
            "import": ("select", "insert"),
            "demo": ("select", "insert"),
        },
    )

    class Meta:
        indexes = [
            models.Index(fields=["stored"], name="stored_file_on_disk"),
            models.Index(fields=["key_id"], name="stored_file_by_key"),
            models.Index(fields=["folder", "sha256"], name="stored_file_once"),
        ]


class Document(FolderRow):
    """A file in one child's record: who added it, when, to what. `subject_id` is what it is attached to."""

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="document")
    name = models.CharField(max_length=200)
    claimed = models.CharField(
        max_length=20, blank=True, help_text="How its name ended, where that was not true"
    )
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in MediaKind])
    media_type = models.CharField(max_length=100)
    about = models.TextField(blank=True, help_text="What it is, in the words of who added it")
    dated = models.DateField(null=True, help_text="The day that the letter or photograph itself is from")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    added_by_post = models.CharField(max_length=300)
    written_together = models.UUIDField(null=True, help_text="Shared by what was added once for siblings")
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.UUIDField(null=True)
    words = Words(expression=words_of("name", "about"), output_field=SearchVectorField(), db_persist=True)
    door = folder_door(append_only=True, jobs=_BY_JOB)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attached_to_something_of_a_kind",
                condition=Q(subject_id__isnull=True, subject_kind="")
                | (Q(subject_id__isnull=False) & ~Q(subject_kind="")),
            )
        ]
        indexes = [
            models.Index(fields=["folder", "-added_at"], name="document_latest"),
            models.Index(fields=["subject_id"], name="document_of_subject"),
            GinIndex(fields=["words"], name="document_found_by"),
        ]
        triggers = [never_changed("document_never_changed")]


class Scan(FolderRow):
    """What the malware scanner said of a document, and when. The latest counts."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="scans")
    at = models.DateTimeField()
    result = models.CharField(max_length=20, choices=[(r.value, r.value) for r in ScanResult])
    signature = models.CharField(max_length=200, blank=True)
    engine = models.CharField(max_length=100, blank=True)
    why = models.CharField(max_length=300, blank=True)
    door = folder_door(append_only=True, jobs=_BY_JOB)

    class Meta:
        indexes = [models.Index(fields=["document", "-at"], name="scan_latest")]
        triggers = [never_changed("scan_never_changed")]


class Examination(FolderRow):
    """What was read out of a document in the background: a preview, its text, what it says about itself."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="examination")
    at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    preview = models.OneToOneField(StoredFile, null=True, on_delete=models.PROTECT, related_name="preview_of")
    text = models.TextField(blank=True)
    facts = models.JSONField(
        default=list, help_text="Pairs of a name and a value that the file itself carries"
    )
    place = models.CharField(max_length=100, blank=True, help_text="Latitude and longitude that it carries")
    words = Words(expression=words_of("text"), output_field=SearchVectorField(), db_persist=True)
    door = folder_door(append_only=True, jobs=_BY_JOB)

    class Meta:
        indexes = [GinIndex(fields=["words"], name="examination_found_by")]
        triggers = [never_changed("examination_never_changed")]


class BodyMap(FolderRow):
    """What was seen on a child's body, when and by whom. A map with `replaces` puts an earlier one right."""

    seen_at = models.DateTimeField()
    none_seen = models.BooleanField(default=False, help_text="Looked, and saw no mark")
    seen_parts = models.TextField(help_text="How much of the body was seen, and how")
    said = models.TextField(blank=True, help_text="What the child said, in their own words")
    written_at = models.DateTimeField()
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    author_post = models.CharField(max_length=300)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    was_wrong = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.UUIDField(null=True)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_replaced_body_map_says_why",
                condition=Q(replaces__isnull=True) | ~Q(was_wrong=""),
            )
        ]
        indexes = [
            models.Index(fields=["folder", "-seen_at"], name="body_map_latest"),
            models.Index(fields=["subject_id"], name="body_map_of_subject"),
        ]
        triggers = [never_changed("body_map_never_changed")]


class BodyMark(FolderRow):
    """One mark on a body map, numbered as on the drawing."""

    body_map = models.ForeignKey(BodyMap, on_delete=models.PROTECT, related_name="marks")
    number = models.PositiveSmallIntegerField()
    view = models.CharField(max_length=10, choices=[(v.value, v.value) for v in BodyView])
    region = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Region])
    x = models.FloatField()
    y = models.FloatField()
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in MarkKind])
    description = models.TextField()
    size = models.CharField(max_length=100, blank=True)
    said = models.TextField(blank=True, help_text="How it was explained, and by whom")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body_map", "number"], name="mark_number_once")]
        triggers = [never_changed("body_mark_never_changed")]


class Withdrawal(FolderRow):
    """A document or a body map that should not be in this record: who says so and why. It stays listed; a document no
    longer opens, and a body map is not put right by another."""

    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="withdrawal")
    body_map = models.OneToOneField(BodyMap, null=True, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    by_post = models.CharField(max_length=300)
    why = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="withdrawn_with_reasons", condition=~Q(why="")),
            models.CheckConstraint(
                name="a_document_or_a_body_map_is_withdrawn",
                condition=Q(document__isnull=True) ^ Q(body_map__isnull=True),
            ),
        ]
        triggers = [never_changed("withdrawal_never_changed")]
