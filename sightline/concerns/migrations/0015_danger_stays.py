from importlib import import_module

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# A concern that told of immediate danger stays on the board until somebody has acted on that, also when the referrer
# was answered before.
BEFORE = import_module("sightline.concerns.migrations.0014_danger_done").BOARD
BOARD = BEFORE.replace(
    "WHERE c.team_id = ANY (of_teams) AND c.state IN ('waiting', 'being_screened', 'decided', 'taken_back')\n",
    """WHERE c.team_id = ANY (of_teams) AND c.state IN ('waiting', 'being_screened', 'decided', 'taken_back')
        UNION ALL
        SELECT c.id, c.state, c.raised_by_id, c.raised_at FROM concerns_concern c
        WHERE c.team_id = ANY (of_teams) AND c.state = 'answered' AND c.immediate_danger AND c.id IN (
            SELECT d.subject_id FROM procedures_duty d
            WHERE d.closed_at IS NULL AND d.kind = 'immediate_danger_response'
              AND d.state NOT IN ('done late', 'missed and no longer owed'))
""",
).replace(
    # What only wants an answer does not hide what is still to be done.
    "ORDER BY d.subject_id, d.due_at, d.id",
    "ORDER BY d.subject_id, d.to_do DESC, d.due_at, d.id",
)

# Whoever ends posts does not give to themself what they could not read otherwise.
GIVEN_BEFORE = import_module("sightline.concerns.migrations.0013_left_concerns").FUNCTIONS
GIVEN_BEFORE = (
    "CREATE OR REPLACE FUNCTION concerns_hand_over"
    + GIVEN_BEFORE.split("CREATE FUNCTION concerns_hand_over")[1]
)
GIVEN = GIVEN_BEFORE.replace(
    "WHERE p.id = post AND s.id <> p.id AND s.practitioner_id = successor\n",
    """WHERE p.id = post AND s.id <> p.id AND s.practitioner_id = successor
              AND (successor <> kernel_practitioner() OR p.line_manager_id = successor)
""",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("concerns", "0014_danger_done")]
    operations = [
        AddIndexConcurrently(
            model_name="concern",
            index=models.Index(
                fields=["team"],
                name="concern_of_danger",
                condition=models.Q(state="answered", immediate_danger=True),
            ),
        ),
        migrations.RunSQL(BOARD, BEFORE),
        migrations.RunSQL(GIVEN, GIVEN_BEFORE),
    ]
