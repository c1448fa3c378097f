"""What still waits for a ruling on a subject: asked before each decision on it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("enquiries", "0011_looked_after_taken_back")]
    operations = [
        AddIndexConcurrently("waiting", models.Index(fields=["subject_id"], name="waiting_by_subject")),
    ]
