"""A duty keeps the row that met it, where that row can be taken back."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("procedures", "0014_met_after_all")]
    operations = [
        migrations.AddField(
            "dutyevent",
            "met_by",
            models.UUIDField(
                null=True,
                help_text="The row that met it, where that can be taken back and it is owed again then",
            ),
        ),
        AddIndexConcurrently(
            "dutyevent",
            models.Index(fields=["met_by"], name="duty_met_by", condition=Q(met_by__isnull=False)),
        ),
    ]
