from importlib import import_module

from django.db import migrations

# Danger waits while the response to it is still to be done, and what was taken back stands here while something is:
# what was done late, or is not owed any more, stays open until somebody answers for it, and asks for nothing here.
BEFORE = import_module("sightline.concerns.migrations.0006_board").FUNCTIONS.split("-- As before")[0]
BEFORE = BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
BOARD = (
    BEFORE.replace(
        "d.kind, d.due_at\n",
        "d.kind, d.due_at,\n               d.state NOT IN ('done late', 'missed and no longer owed') AS to_do\n",
    )
    .replace(
        "bool_or(d.kind = 'immediate_danger_response')",
        "bool_or(d.to_do AND d.kind = 'immediate_danger_response')",
    )
    .replace(
        "AS danger\n",
        "AS danger,\n               bool_or(d.to_do) OVER (PARTITION BY d.subject_id) AS to_do\n",
    )
    .replace("'taken_back' OR p.id IS NOT NULL", "'taken_back' OR p.to_do")
)


class Migration(migrations.Migration):
    dependencies = [("concerns", "0013_left_concerns"), ("procedures", "0011_missed_stays")]
    operations = [migrations.RunSQL(BOARD, BEFORE)]
