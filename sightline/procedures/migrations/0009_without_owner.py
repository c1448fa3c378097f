"""What waits for somebody in a team, soonest first: My work reads the first of them and no more."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("procedures", "0008_leaving")]
    operations = [
        AddIndexConcurrently(
            "duty",
            models.Index(
                fields=["team", "due_at", "id"],
                name="duty_without_owner",
                condition=Q(closed_at__isnull=True, owner__isnull=True),
            ),
        )
    ]
