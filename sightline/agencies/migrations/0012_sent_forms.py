"""Where a form led that somebody sent, so that sending it twice does it once."""

import django.db.models.deletion
from django.db import migrations, models

import sightline.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0011_only_to"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=sightline.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("answer", models.TextField()),
                ("sent_at", models.DateTimeField()),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agencies.practitioner",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["digest"], name="form_sent"),
                    models.Index(fields=["sent_at"], name="form_sent_at"),
                ],
            },
        ),
    ]
