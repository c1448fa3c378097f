"""What stood of a medical before each addition was kept apart is its first note: who last wrote it is all that is
known."""

from django.db import migrations

KEPT = """
    INSERT INTO enquiries_medicalnote
        (id, folder_id, medical_id, consent, refused, done_at, done_by, result, document_id, told, closed_why, wrong,
         written_at, written_by_id, written_post)
    SELECT gen_random_uuid(), folder_id, id, consent, refused, done_at, done_by, result, document_id, told, closed_why,
           '', coalesce(done_written_at, written_at), coalesce(done_written_by_id, written_by_id),
           coalesce(nullif(done_written_post, ''), written_post)
    FROM enquiries_medical
    WHERE done_at IS NOT NULL OR document_id IS NOT NULL OR consent || refused || result || told || closed_why <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0020_medical_notes")]

    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
