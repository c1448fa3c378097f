from django.db import migrations

# How duties that fell due in a time were met, by kind; what was withdrawn is not counted. The first counts what the
# viewer may open, the second the whole partnership, as `procedures_standing` does: numbers alone, without the sealed.
FUNCTIONS = """
CREATE FUNCTION procedures_kept(since timestamptz, until timestamptz, as_of timestamptz, leave_out uuid[])
RETURNS TABLE (title text, statutory boolean, owed bigint, in_time bigint, by_agreement bigint, late bigint,
               waiting bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT d.title, d.statutory, count(*),
           count(*) FILTER (WHERE d.done AND d.closed_at <= d.due_at),
           count(*) FILTER (WHERE d.done AND d.closed_at <= d.agreed),
           count(*) FILTER (WHERE d.done AND d.closed_at > d.agreed OR NOT d.done AND d.agreed < least(until, as_of)),
           count(*) FILTER (WHERE NOT d.done AND d.agreed >= least(until, as_of))
    FROM (
        SELECT title, statutory, due_at, closed_at, coalesce(agreed_at, due_at) AS agreed,
               state IN ('discharged', 'done_late') AS done
        FROM procedures_duty
        WHERE due_at >= since AND due_at < until AND state <> 'withdrawn' AND NOT folder_id = ANY (leave_out)
    ) d
    GROUP BY d.title, d.statutory
    ORDER BY 6 DESC, 3 DESC, 1
$$;

CREATE FUNCTION procedures_kept_everywhere(since timestamptz, until timestamptz, as_of timestamptz)
RETURNS TABLE (title text, statutory boolean, owed bigint, in_time bigint, by_agreement bigint, late bigint,
               waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM procedures_kept(since, until, as_of, ARRAY(SELECT access_all_sealed()))
    WHERE agencies_may('work.partnership')
$$;
REVOKE ALL ON FUNCTION procedures_kept_everywhere(timestamptz, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procedures_kept_everywhere(timestamptz, timestamptz, timestamptz) TO sightline_app;
"""
BACK = """
DROP FUNCTION procedures_kept_everywhere(timestamptz, timestamptz, timestamptz);
DROP FUNCTION procedures_kept(timestamptz, timestamptz, timestamptz, uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0005_standing")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
