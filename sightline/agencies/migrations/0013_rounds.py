from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# How far the notices that lead to these pages have gone: the viewer's own and those of teams in which the viewer holds a
# post. A notice is read by its own practitioner alone, and says nothing about a child; whom it went to before, and
# whether anybody has it, is the business of all whom it waits for.
ROUNDS = """
CREATE FUNCTION agencies_rounds(paths text[])
RETURNS TABLE (thread uuid, path text, urgent boolean, since timestamptz, until timestamptz, asked bigint, last text,
               last_at timestamptz, last_until timestamptz, acknowledged boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH theirs AS MATERIALIZED (
        SELECT DISTINCT n.thread FROM agencies_notice n
        WHERE n.path = ANY (paths) AND n.acknowledge_by IS NOT NULL
          AND (n.practitioner_id = kernel_practitioner() OR n.team_id IN (SELECT agencies_my_teams()))
    )
    SELECT n.thread, min(n.path), bool_or(n.urgent), min(n.created_at), min(n.acknowledge_by),
           count(DISTINCT n.practitioner_id), (array_agg(p.name ORDER BY n.created_at DESC, n.id DESC))[1],
           max(n.created_at), (array_agg(n.acknowledge_by ORDER BY n.created_at DESC, n.id DESC))[1],
           bool_or(n.acknowledged_at IS NOT NULL)
    FROM agencies_notice n JOIN agencies_practitioner p ON p.id = n.practitioner_id
    WHERE n.thread IN (SELECT theirs.thread FROM theirs)
    GROUP BY n.thread
$$;
REVOKE ALL ON FUNCTION agencies_rounds(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agencies_rounds(text[]) TO sightline_app;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("agencies", "0012_sent_forms")]
    operations = [
        AddIndexConcurrently(
            model_name="notice",
            index=models.Index(
                fields=["path"],
                name="notice_of_a_page",
                condition=models.Q(acknowledge_by__isnull=False),
            ),
        ),
        migrations.RunSQL(ROUNDS, "DROP FUNCTION agencies_rounds(text[])"),
    ]
