from django.db import migrations

# The work of teams (or, without, of all records that the viewer may open): the soonest open duties, and how all of
# them stand. Past the doors, so that the door is asked once for the list and not for each of its duties, and with the
# same answer: only what hangs on a folder that the viewer may open.
FUNCTIONS = """
CREATE FUNCTION procedures_work(of_teams uuid[], most integer, as_of timestamptz)
RETURNS TABLE (id uuid, folder_id uuid, kind text, title text, path text, soon_at timestamptz, due_at timestamptz,
               critical_at timestamptz, owner_id uuid, owner text, team_id uuid, state text,
               critical bigint, overdue bigint, soon bigint, calm bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH open AS MATERIALIZED (
        SELECT d.id, d.soon_at, d.due_at, d.critical_at
        FROM access_my_folders() AS m(folder_id) JOIN procedures_duty d ON d.folder_id = m.folder_id
        WHERE d.closed_at IS NULL AND (of_teams IS NULL OR d.team_id = ANY (of_teams))
    ), counted AS (
        SELECT count(*) FILTER (WHERE o.critical_at < as_of) AS critical,
               count(*) FILTER (WHERE o.critical_at >= as_of AND o.due_at < as_of) AS overdue,
               count(*) FILTER (WHERE o.due_at >= as_of AND o.soon_at <= as_of) AS soon,
               count(*) FILTER (WHERE o.due_at >= as_of AND o.soon_at > as_of) AS calm
        FROM open o
    )
    SELECT d.id, d.folder_id, d.kind, d.title, d.path, d.soon_at, d.due_at, d.critical_at, d.owner_id,
           coalesce(p.name, ''), d.team_id, d.state, c.critical, c.overdue, c.soon, c.calm
    FROM (SELECT o.id FROM open o ORDER BY o.due_at, o.id LIMIT most) s
    JOIN procedures_duty d ON d.id = s.id
    LEFT JOIN agencies_practitioner p ON p.id = d.owner_id
    CROSS JOIN counted c
    ORDER BY d.due_at, d.id
$$;
REVOKE ALL ON FUNCTION procedures_work(uuid[], integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procedures_work(uuid[], integer, timestamptz) TO sightline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_news"), ("access", "0009_my_folders")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION procedures_work(uuid[], integer, timestamptz);")
    ]
