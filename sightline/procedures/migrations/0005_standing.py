from django.db import migrations

# How the open duties of every team stand: numbers alone, for those who answer for the whole partnership and may open few
# of its records. What hangs on a sealed folder is not counted for anybody: a number that moves would tell of the child.
FUNCTION = """
CREATE FUNCTION procedures_standing(as_of timestamptz)
RETURNS TABLE (agency text, team text, critical bigint, overdue bigint, soon bigint, calm bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH sealed AS MATERIALIZED (
        SELECT access_all_sealed() AS folder_id
    ), counted AS (
        SELECT d.team_id,
               count(*) FILTER (WHERE d.critical_at < as_of) AS critical,
               count(*) FILTER (WHERE d.critical_at >= as_of AND d.due_at < as_of) AS overdue,
               count(*) FILTER (WHERE d.due_at >= as_of AND d.soon_at <= as_of) AS soon,
               count(*) FILTER (WHERE d.due_at >= as_of AND d.soon_at > as_of) AS calm
        FROM procedures_duty d
        WHERE d.closed_at IS NULL AND NOT EXISTS (SELECT FROM sealed s WHERE s.folder_id = d.folder_id)
        GROUP BY d.team_id
    )
    SELECT coalesce(a.name, ''), coalesce(t.name, ''), c.critical, c.overdue, c.soon, c.calm
    FROM counted c LEFT JOIN agencies_team t ON t.id = c.team_id LEFT JOIN agencies_agency a ON a.id = t.agency_id
    WHERE agencies_may('work.partnership')
    ORDER BY c.critical DESC, c.overdue DESC, c.soon DESC, 1, 2
$$;
REVOKE ALL ON FUNCTION procedures_standing(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procedures_standing(timestamptz) TO sightline_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0004_written_up"),
        ("access", "0011_all_sealed"),
        ("agencies", "0002_may"),
    ]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION procedures_standing(timestamptz);")]
