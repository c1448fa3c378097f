"""What hangs on a document, a stored file or a body map lies in the same folder: the database sees to it."""

from django.db import migrations

TIES = (
    ("document", "file_id", "storedfile"),
    ("scan", "document_id", "document"),
    ("examination", "document_id", "document"),
    ("examination", "preview_id", "storedfile"),
    ("withdrawal", "document_id", "document"),
    ("bodymap", "replaces_id", "bodymap"),
    ("bodymark", "body_map_id", "bodymap"),
)
PARENTS = ("storedfile", "document", "bodymap")

FORWARDS = "\n".join(
    [
        *(
            f"ALTER TABLE documents_{table} ADD CONSTRAINT {table}_with_folder UNIQUE (id, folder_id);"
            for table in PARENTS
        ),
        *(
            f"ALTER TABLE documents_{table} ADD CONSTRAINT {table}_{column}_same_folder "
            f"FOREIGN KEY ({column}, folder_id) REFERENCES documents_{parent} (id, folder_id) "
            "DEFERRABLE INITIALLY DEFERRED;"
            for table, column, parent in TIES
        ),
    ]
)
BACKWARDS = "\n".join(
    [
        *(
            f"ALTER TABLE documents_{table} DROP CONSTRAINT {table}_{column}_same_folder;"
            for table, column, _ in TIES
        ),
        *(f"ALTER TABLE documents_{table} DROP CONSTRAINT {table}_with_folder;" for table in PARENTS),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
