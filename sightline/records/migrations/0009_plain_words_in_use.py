"""Words are found whatever quotation mark or dash stands beside them: the column that was filled takes its place."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations

from sightline.kernel.words import Words, generated_of, take_its_place, words_of

ENTRY = ("title", "text", "present", "impact", "late_why", "was_wrong", "theirs_name", "beside")


class Migration(migrations.Migration):
    dependencies = [("records", "0008_plain_words")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                take_its_place("records_entry", ENTRY, before=generated_of(ENTRY), was="entry_words"),
            ],
            state_operations=[
                migrations.RemoveIndex("entry", "entry_words"),
                migrations.RemoveField("entry", "words"),
                migrations.AddField(
                    "entry",
                    "words",
                    Words(expression=words_of(*ENTRY), output_field=SearchVectorField(), db_persist=True),
                ),
                migrations.AddIndex("entry", GinIndex(fields=["words"], name="entry_found_by")),
            ],
        )
    ]
