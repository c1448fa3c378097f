"""The open duties of one kind in a team: the front-door board asks for those that wait on it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("procedures", "0009_without_owner")]
    operations = [
        AddIndexConcurrently(
            "duty",
            models.Index(
                fields=["kind", "team"], name="duty_of_kind_open", condition=Q(closed_at__isnull=True)
            ),
        )
    ]
