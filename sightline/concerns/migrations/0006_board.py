from django.db import migrations

# What stands on the board of these teams: each concern that still needs something, whether danger waits, and its most
# pressing open duty. Past the doors, so that the door is asked once for the list and not for each concern and each of
# its duties, and with the same answer: a concern that the viewer raised, or with a child whose record they may open;
# the duties in records that they may open. The rows of a page are then read through the doors.
FUNCTIONS = """
CREATE FUNCTION concerns_board(of_teams uuid[])
RETURNS TABLE (id uuid, state text, danger_waiting boolean, duty uuid, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH waiting AS MATERIALIZED (
        SELECT c.id, c.state, c.raised_by_id, c.raised_at FROM concerns_concern c
        WHERE c.team_id = ANY (of_teams) AND c.state IN ('waiting', 'being_screened', 'decided', 'taken_back')
    ), parts AS MATERIALIZED (
        SELECT p.concern_id, p.folder_id FROM waiting w JOIN concerns_concernpart p ON p.concern_id = w.id
    ), owed AS MATERIALIZED (
        SELECT d.id, d.subject_id, d.folder_id, d.kind, d.due_at
        FROM waiting w JOIN procedures_duty d ON d.subject_id = w.id WHERE d.closed_at IS NULL
    ), opened AS MATERIALIZED (
        SELECT o.id FROM access_which_open(ARRAY(SELECT folder_id FROM parts UNION SELECT folder_id FROM owed)) AS o(id)
    ), pressing AS MATERIALIZED (
        SELECT DISTINCT ON (d.subject_id) d.subject_id, d.id, d.due_at,
               bool_or(d.kind = 'immediate_danger_response') OVER (PARTITION BY d.subject_id) AS danger
        FROM owed d WHERE d.folder_id IN (SELECT id FROM opened)
        ORDER BY d.subject_id, d.due_at, d.id
    )
    SELECT w.id, w.state, coalesce(p.danger, false), p.id, p.due_at
    FROM waiting w LEFT JOIN pressing p ON p.subject_id = w.id
    WHERE (w.state <> 'taken_back' OR p.id IS NOT NULL)
      AND (w.raised_by_id = kernel_practitioner()
           OR w.id IN (SELECT concern_id FROM parts WHERE folder_id IN (SELECT id FROM opened)))
    ORDER BY w.raised_at, w.id
$$;
REVOKE ALL ON FUNCTION concerns_board(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION concerns_board(uuid[]) TO sightline_app;

-- As before; whether a record opens is asked once in a statement, as everywhere else.
CREATE OR REPLACE FUNCTION concerns_may_see(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part record;
BEGIN
    IF kernel_practitioner() IS NULL THEN RETURN false; END IF;
    FOR part IN SELECT folder_id FROM concerns_concernpart WHERE concern_id = wanted LOOP
        IF access_may_read(part.folder_id) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION concerns_may_see(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part record;
BEGIN
    IF kernel_practitioner() IS NULL THEN RETURN false; END IF;
    FOR part IN SELECT folder_id FROM concerns_concernpart WHERE concern_id = wanted LOOP
        IF access_opens(part.folder_id, false) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
DROP FUNCTION concerns_board(uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("concerns", "0005_board_index"),
        ("access", "0010_which_open"),
        ("procedures", "0003_work_lists"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
