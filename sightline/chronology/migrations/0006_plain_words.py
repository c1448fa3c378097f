"""What is looked for among the entries is made plain as they are."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("sightline.chronology.migrations.0005_corrections_by_their_index").FUNCTION
FUNCTION = BEFORE.replace(
    "websearch_to_tsquery(''english'', $7)", "websearch_to_tsquery(''english'', kernel_plain($7))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0009_plain_words_in_use"),
        ("chronology", "0005_corrections_by_their_index"),
    ]
    operations = [migrations.RunSQL(FUNCTION, BEFORE)]
