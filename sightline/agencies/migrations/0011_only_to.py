"""A notice that only some people can do anything about goes on to them alone."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0010_seal_takeover"),
    ]

    operations = [
        # The default stays in the database: the version before this one writes notices while it is being replaced.
        migrations.RunSQL(
            "ALTER TABLE agencies_notice ADD COLUMN only_to uuid[] NOT NULL DEFAULT '{}'",
            "ALTER TABLE agencies_notice DROP COLUMN only_to",
            state_operations=[
                migrations.AddField(
                    model_name="notice",
                    name="only_to",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
            ],
        ),
    ]
