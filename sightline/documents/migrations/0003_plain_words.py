"""Words are found whatever quotation mark or dash stands beside them: first beside the words in use."""

from django.db import migrations

from sightline.kernel.words import fill_beside

DOCUMENT = ("name", "about")
EXAMINATION = ("text",)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("kernel", "0002_plain_words"), ("documents", "0002_same_folder")]
    operations = [
        *fill_beside("documents_document", DOCUMENT, "document_found_by"),
        *fill_beside("documents_examination", EXAMINATION, "examination_found_by"),
    ]
