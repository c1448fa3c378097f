"""The entries that a draft was signed as, and those written together: asked each time that something is written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("records", "0006_left_drafts")]
    operations = [
        AddIndexConcurrently(
            "entry",
            models.Index(
                fields=["written_from"], name="entry_of_draft", condition=Q(written_from__isnull=False)
            ),
        ),
        AddIndexConcurrently(
            "entry",
            models.Index(
                fields=["written_together"],
                name="entry_written_together",
                condition=Q(written_together__isnull=False),
            ),
        ),
    ]
