"""The trail and its seals: written once, no foreign keys, ids only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Func
from django.db.models.functions import Cast

from sightline.kernel.door import Door
from sightline.kernel.models import AppendOnly

from .terms import SEALING, VERIFYING

#: Anyone tells the trail, in their own name and no other's.
OWN_NAME = (
    "kernel_viewer() <> '' AND actor_kind = kernel_viewer() AND job = kernel_job() "
    "AND practitioner_id IS NOT DISTINCT FROM kernel_practitioner()"
)


class AuditEvent(AppendOnly):
    """Who, as what, from where, did or read what, on which folder, why."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    practitioner_id = models.UUIDField(null=True)
    job = models.CharField(max_length=100)
    post = models.CharField(max_length=200, help_text="The post in which the practitioner acted")
    origin = models.CharField(max_length=64, help_text="Network address")
    verb = models.CharField(max_length=40)
    what = models.CharField(max_length=200, help_text="Dotted name of the action or page")
    subject_table = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=100)
    folder_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=500)
    detail = models.JSONField(help_text="Ids and counts only")
    key_id = models.CharField(max_length=12)
    hmac = models.CharField(max_length=64)
    # The database says which transaction wrote the row: sealing takes only what is below every open one.
    txid = models.BigIntegerField(
        db_default=Cast(
            Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
        )
    )

    door = Door(
        read="audit_may_read(folder_id, practitioner_id)",
        insert=OWN_NAME,
        jobs={SEALING: ("select",), VERIFYING: ("select",)},
        stays=True,
    )

    class Meta(AppendOnly.Meta):
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["folder_id", "at"], name="audit_by_folder"),
            models.Index(fields=["practitioner_id", "at"], name="audit_by_practitioner"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["txid"], name="audit_by_transaction"),
        ]


class AuditSeal(AppendOnly):
    """One link of the chain: an explicit, ordered set of events with their HMACs as found at sealing.

    `event_ids` ascend. In `event_hmacs` zeros stand for an event whose HMAC was false already then.
    """

    number = models.BigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    horizon = models.BigIntegerField(help_text="Every event of a lower transaction is sealed")
    count = models.IntegerField()
    first_event = models.UUIDField()
    last_event = models.UUIDField(db_index=True)
    event_ids = ArrayField(models.UUIDField())
    event_hmacs = ArrayField(models.CharField(max_length=64))
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=12)
    hmac = models.CharField(max_length=64)

    door = Door(jobs={SEALING: ("select", "insert"), VERIFYING: ("select",)})

    class Meta(AppendOnly.Meta):
        db_table = "audit_seal"
