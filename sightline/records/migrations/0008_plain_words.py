"""Words are found whatever quotation mark or dash stands beside them: first beside the words in use."""

from django.db import migrations

from sightline.kernel.words import fill_beside

ENTRY = ("title", "text", "present", "impact", "late_why", "was_wrong", "theirs_name", "beside")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("kernel", "0002_plain_words"), ("records", "0007_entries_of_a_draft")]
    operations = [
        *fill_beside("records_entry", ENTRY, "entry_found_by"),
    ]
