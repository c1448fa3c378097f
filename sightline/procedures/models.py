"""The duty ledger: what is owed to a child or a referrer, by when, and which paragraph asks for it.

Work lists, overdue flags and performance figures all read this one ledger. A duty's history is
append-only; the row itself holds where it stands now, so that a work list is one index scan.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sightline.access.models import FolderRow, folder_door
from sightline.agencies.models import Agency, Practitioner, Team
from sightline.kernel.door import Door
from sightline.kernel.models import AppendOnly, never_changed

from .terms import DutyAct, DutyState

#: The states in which somebody still owes it, or has not yet answered for having missed it.
RUNNING = (DutyState.OPEN.value, DutyState.SHORTENED.value, DutyState.EXTENDED.value, DutyState.MISSED.value)
#: Missed and answered for: still to be done, and still late.
STILL_OWED = (*RUNNING, DutyState.ANSWERED.value)
#: What is still to be done. What was done late, or is not owed any more, is open too until somebody answers for it.
TO_DO = Q(closed_at__isnull=True, state__in=STILL_OWED)
#: How it stands once it was withdrawn: in time; late; late and answered for.
NOT_OWED = (DutyState.WITHDRAWN.value, DutyState.LAPSED.value, DutyState.NEVER_DONE.value)


class Duty(FolderRow):
    """One thing owed in one folder. `subject_id` is what it is about (a concern, a decision).

    `due_at` is the instant at which it becomes late. Where an extension was agreed beside a statutory
    limit, `due_at` stays and `agreed_at` holds the agreed date: figures count both.
    """

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    why = models.TextField()
    discharged_by = models.TextField(help_text="What discharges it, in words for the page")
    subject_id = models.UUIDField(null=True)
    path = models.CharField(max_length=200, blank=True, help_text="The page where it is done")
    owner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="duties")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="duties")
    started_at = models.DateTimeField(help_text="The instant that the clock runs from")
    opened_at = models.DateTimeField()
    soon_at = models.DateTimeField(help_text="From here on it is due soon")
    due_at = models.DateTimeField()
    critical_at = models.DateTimeField(help_text="From here on it is critically overdue")
    agreed_at = models.DateTimeField(null=True)
    sooner_why = models.TextField(blank=True, help_text="Why this child needed it sooner than the limit")
    state = models.CharField(max_length=30, choices=[(s.value, s.value) for s in DutyState])
    closed_at = models.DateTimeField(null=True)
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    limit_id = models.CharField(max_length=60)
    limit_words = models.CharField(max_length=120)
    statutory = models.BooleanField(default=False)
    citation = models.TextField()
    caveat = models.TextField(blank=True)

    door = folder_door(jobs={"duties": ("select", "insert", "update")})

    class Meta:
        indexes = [
            models.Index(
                fields=["owner", "due_at"], name="duty_of_owner", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["team", "due_at"], name="duty_of_team", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["team", "due_at", "id"],
                name="duty_without_owner",
                condition=Q(closed_at__isnull=True, owner__isnull=True),
            ),
            models.Index(
                fields=["kind", "team"], name="duty_of_kind_open", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["folder", "due_at"], name="duty_in_folder"),
            models.Index(fields=["subject_id"], name="duty_on_subject"),
            models.Index(fields=["due_at"], name="duty_running", condition=Q(state__in=RUNNING[:3])),
        ]


class DutyEvent(FolderRow):
    """Something that happened to a duty: by whom, when, why, and the due instant before and after."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="events")
    act = models.CharField(max_length=20, choices=[("open", "open"), *((a.value, a.value) for a in DutyAct)])
    at = models.DateTimeField()
    done_at = models.DateTimeField(
        null=True, help_text="When it was done, where that was before it was written down"
    )
    by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    met_by = models.UUIDField(
        null=True, help_text="The row that met it, where that can be taken back and it is owed again then"
    )
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    door = folder_door(append_only=True, jobs={"duties": ("select", "insert")})

    class Meta:
        indexes = [
            models.Index(fields=["duty", "at"], name="duty_history"),
            models.Index(fields=["met_by"], name="duty_met_by", condition=Q(met_by__isnull=False)),
        ]
        triggers = [never_changed("duty_event_never_changed")]


class ManagerView(FolderRow):
    """What another agency's manager said when an extension was proposed."""

    event = models.ForeignKey(DutyEvent, on_delete=models.PROTECT, related_name="views")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    manager = models.CharField(max_length=200)
    view = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("manager_view_never_changed")]


class PackText(AppendOnly):
    """The text of one file of a procedure pack, word for word: once, in however many versions it stands. Written by the
    owner of the tables alone; `digest` is its SHA-256, in hex."""

    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    door = Door(read="true")

    class Meta:
        triggers = [never_changed("pack_text_never_changed")]


class PackVersion(AppendOnly):
    """A text of a procedure pack that this place has had: of which files it is made, the base's among them.

    `version` is what decisions and duties keep (`Pack.version`); `files` has the digest of each file's text by folder
    and name, "england/limits.toml". Written by the owner of the tables alone.
    """

    version = models.CharField(max_length=80, unique=True)
    files = models.JSONField()
    first_seen_at = models.DateTimeField()
    door = Door(read="true")

    class Meta:
        triggers = [never_changed("pack_version_never_changed")]
