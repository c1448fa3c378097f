from importlib import import_module

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# A child passed to another authority is ours until they accept, so the concern stays on the board until then, also when
# the referrer was answered; what is owed on the passing on is owed on the concern.
BEFORE = import_module("sightline.concerns.migrations.0015_danger_stays").BOARD
BOARD = """
CREATE OR REPLACE FUNCTION concerns_board(of_teams uuid[])
RETURNS TABLE (id uuid, state text, danger_waiting boolean, duty uuid, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH passed_on AS MATERIALIZED (
        SELECT s.concern_id, s.decision_id FROM concerns_transfer t JOIN concerns_screening s ON s.id = t.screening_id
        WHERE t.accepted_at IS NULL
          AND NOT EXISTS (
              -- What took its place, unless that still waits for a ruling.
              SELECT FROM records_decision n WHERE n.replaces_id = s.decision_id
              AND (NOT n.awaits_ruling OR EXISTS (SELECT FROM records_decision r WHERE r.rules_on_id = n.id)))
    ), waiting AS MATERIALIZED (
        SELECT c.id, c.state, c.raised_by_id, c.raised_at FROM concerns_concern c
        WHERE c.team_id = ANY (of_teams) AND c.state IN ('waiting', 'being_screened', 'decided', 'taken_back')
        UNION
        SELECT c.id, c.state, c.raised_by_id, c.raised_at FROM concerns_concern c
        WHERE c.team_id = ANY (of_teams) AND c.state = 'answered' AND c.immediate_danger AND c.id IN (
            SELECT d.subject_id FROM procedures_duty d
            WHERE d.closed_at IS NULL AND d.kind = 'immediate_danger_response'
              AND d.state NOT IN ('done late', 'missed and no longer owed'))
        UNION
        SELECT c.id, c.state, c.raised_by_id, c.raised_at
        FROM passed_on o JOIN concerns_concern c ON c.id = o.concern_id
        WHERE c.team_id = ANY (of_teams) AND c.state = 'answered'
    ), parts AS MATERIALIZED (
        SELECT p.concern_id, p.folder_id FROM waiting w JOIN concerns_concernpart p ON p.concern_id = w.id
    ), subjects AS (
        SELECT w.id, w.id AS concern_id FROM waiting w
        UNION ALL
        SELECT o.decision_id, o.concern_id FROM passed_on o JOIN waiting w ON w.id = o.concern_id
    ), owed AS MATERIALIZED (
        SELECT d.id, s.concern_id, d.folder_id, d.kind, d.due_at,
               d.state NOT IN ('done late', 'missed and no longer owed') AS to_do
        FROM subjects s JOIN procedures_duty d ON d.subject_id = s.id WHERE d.closed_at IS NULL
    ), opened AS MATERIALIZED (
        SELECT o.id FROM access_which_open(ARRAY(SELECT folder_id FROM parts UNION SELECT folder_id FROM owed)) AS o(id)
    ), pressing AS MATERIALIZED (
        SELECT DISTINCT ON (d.concern_id) d.concern_id, d.id, d.due_at,
               bool_or(d.to_do AND d.kind = 'immediate_danger_response') OVER (PARTITION BY d.concern_id) AS danger,
               bool_or(d.to_do) OVER (PARTITION BY d.concern_id) AS to_do
        FROM owed d WHERE d.folder_id IN (SELECT id FROM opened)
        ORDER BY d.concern_id, d.to_do DESC, d.due_at, d.id
    )
    SELECT w.id, w.state, coalesce(p.danger, false), p.id, p.due_at
    FROM waiting w LEFT JOIN pressing p ON p.concern_id = w.id
    WHERE (w.state <> 'taken_back' OR p.to_do)
      AND (w.raised_by_id = kernel_practitioner()
           OR w.id IN (SELECT concern_id FROM parts WHERE folder_id IN (SELECT id FROM opened)))
    ORDER BY w.raised_at, w.id
$$;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("concerns", "0017_receipt")]
    operations = [
        AddIndexConcurrently(
            model_name="transfer",
            index=models.Index(
                fields=["screening"],
                name="transfer_not_accepted",
                condition=models.Q(accepted_at__isnull=True),
            ),
        ),
        migrations.RunSQL(BOARD, BEFORE),
    ]
