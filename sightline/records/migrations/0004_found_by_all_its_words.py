import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

import sightline.records.models

# What was written before is found by its answers as well. Only the owner may do this, and the bolt against change is
# opened for this one column alone: nothing that was signed is touched.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE records_entry DISABLE TRIGGER USER;
UPDATE records_entry e SET beside = f.words FROM (
    SELECT id, string_agg(words, chr(10) ORDER BY sort, place) AS words FROM (
        SELECT entry_id AS id, 1 AS sort, place, question || ' ' || words AS words FROM records_entryanswer
        UNION ALL
        SELECT entry_id, 2, min(place), told_by FROM records_statement WHERE told_by <> '' GROUP BY entry_id, told_by
    ) found GROUP BY id
) f WHERE f.id = e.id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE records_entry ENABLE TRIGGER USER;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_written_in_paragraphs")]
    operations = [
        migrations.RemoveIndex(model_name="entry", name="entry_words"),
        migrations.RemoveField(model_name="entry", name="words"),
        migrations.AddField(
            model_name="entry",
            name="beside",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="For finding it: what was answered on its form, and who told it. What is read stands in rows",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
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
