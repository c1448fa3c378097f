"""Words are found whatever quotation mark or dash stands beside them: the column that was filled takes its place."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations

from sightline.kernel.words import Words, generated_of, take_its_place, words_of

DOCUMENT = ("name", "about")
EXAMINATION = ("text",)


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_plain_words")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                take_its_place(
                    "documents_document", DOCUMENT, before=generated_of(DOCUMENT), was="document_words"
                ),
                take_its_place(
                    "documents_examination",
                    EXAMINATION,
                    before=generated_of(EXAMINATION),
                    was="examination_words",
                ),
            ],
            state_operations=[
                migrations.RemoveIndex("document", "document_words"),
                migrations.RemoveField("document", "words"),
                migrations.AddField(
                    "document",
                    "words",
                    Words(expression=words_of(*DOCUMENT), output_field=SearchVectorField(), db_persist=True),
                ),
                migrations.AddIndex("document", GinIndex(fields=["words"], name="document_found_by")),
                migrations.RemoveIndex("examination", "examination_words"),
                migrations.RemoveField("examination", "words"),
                migrations.AddField(
                    "examination",
                    "words",
                    Words(
                        expression=words_of(*EXAMINATION), output_field=SearchVectorField(), db_persist=True
                    ),
                ),
                migrations.AddIndex("examination", GinIndex(fields=["words"], name="examination_found_by")),
            ],
        )
    ]
