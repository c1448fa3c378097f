import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

import sightline.records.models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_written_in_paragraphs")]
    operations = [
        migrations.AddField(
            model_name="entry",
            name="beside",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="For finding it: what was answered on its form, and who told it. What is read stands in rows",
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="words",
            field=sightline.records.models.Words(
                db_persist=True,
                expression=django.contrib.postgres.search.SearchVector(
                    "title",
                    "text",
                    "present",
                    "impact",
                    "late_why",
                    "was_wrong",
                    "theirs_name",
                    "beside",
                    config="english",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="entry_words"),
        ),
    ]
