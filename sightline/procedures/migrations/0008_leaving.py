from django.db import migrations

# What somebody who leaves still owes, for whoever ends their post: past the doors, counted by what is owed and never by
# child, and nothing of what is sealed.
FUNCTIONS = """
CREATE FUNCTION procedures_owed_through(post uuid) RETURNS TABLE (duty uuid, folder_id uuid, title text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.folder_id, d.title
    FROM agencies_posting p JOIN procedures_duty d ON d.owner_id = p.practitioner_id JOIN access_folder f ON f.id = d.folder_id
    WHERE p.id = post AND d.closed_at IS NULL
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND access_goes_with(post, f.agency_id)
      AND d.folder_id NOT IN (SELECT access_all_sealed())
    ORDER BY d.title, d.due_at
$$;
REVOKE ALL ON FUNCTION procedures_owed_through(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procedures_owed_through(uuid) TO sightline_app;

-- Gives them to somebody who may write in the records that they stand in; returns each with whether that was so.
CREATE FUNCTION procedures_hand_over_all(post uuid, successor uuid)
RETURNS TABLE (duty uuid, folder_id uuid, handed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT agencies_may('people.manage') THEN RETURN; END IF;
    RETURN QUERY
    WITH owed AS MATERIALIZED (
        SELECT o.duty, o.folder_id, EXISTS (
            SELECT 1 FROM access_grant g JOIN agencies_posting p
              ON p.practitioner_id = successor AND p.id <> post AND p.held_from <= agencies_today()
             AND (p.held_until IS NULL OR p.held_until > agencies_today())
             AND (p.id = g.posting_id OR p.team_id = g.team_id OR p.agency_id = g.agency_id)
            WHERE g.level = 'write' AND (g.ends_at IS NULL OR g.ends_at > now())
              AND g.folder_id IN (o.folder_id, (SELECT j.into_id FROM access_joining j
                                                WHERE j.folder_id = o.folder_id AND j.undone_at IS NULL))) AS may
        FROM procedures_owed_through(post) o
    ), given AS (
        UPDATE procedures_duty d SET owner_id = successor FROM owed o WHERE d.id = o.duty AND o.may RETURNING d.id
    )
    SELECT o.duty, o.folder_id, o.may FROM owed o LEFT JOIN given n ON n.id = o.duty;
END $$;
REVOKE ALL ON FUNCTION procedures_hand_over_all(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procedures_hand_over_all(uuid, uuid) TO sightline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0007_news_as_it_stands"), ("access", "0014_leaving")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
