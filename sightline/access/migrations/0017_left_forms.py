from django.db import migrations

# The unsent forms of somebody who leaves, for whoever ends their post and for their manager: about which record and
# since when, never what was typed, and nothing of what is sealed to whoever asks.
FUNCTIONS = """
CREATE FUNCTION access_left_forms(post uuid) RETURNS TABLE (draft uuid, folder_id uuid, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, f.id, d.saved_at
    FROM agencies_posting p JOIN access_formdraft d ON d.practitioner_id = p.practitioner_id
    JOIN access_folder f ON f.id = d.about_id
    WHERE p.id = post
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND access_goes_with(post, f.agency_id)
      AND NOT access_is_sealed_to(f.id)
    ORDER BY d.saved_at, d.id
$$;
REVOKE ALL ON FUNCTION access_left_forms(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_left_forms(uuid) TO sightline_app;

-- Whether somebody may write in a record through another post than the one that ends.
CREATE FUNCTION access_writes_without(post uuid, successor uuid, folder uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM access_grant g JOIN agencies_posting p
          ON p.practitioner_id = successor AND p.id <> post AND p.held_from <= agencies_today()
         AND (p.held_until IS NULL OR p.held_until > agencies_today())
         AND (p.id = g.posting_id OR p.team_id = g.team_id OR p.agency_id = g.agency_id)
        WHERE g.level = 'write' AND (g.ends_at IS NULL OR g.ends_at > now())
          AND NOT EXISTS (SELECT 1 FROM access_seal s WHERE s.lifted_at IS NULL AND s.folder_id = g.folder_id
                          AND NOT EXISTS (SELECT 1 FROM access_sealname n
                                          WHERE n.seal_id = s.id AND n.practitioner_id = successor))
          AND g.folder_id IN (folder, (SELECT j.into_id FROM access_joining j
                                       WHERE j.folder_id = folder AND j.undone_at IS NULL)))
$$;
REVOKE ALL ON FUNCTION access_writes_without(uuid, uuid, uuid) FROM PUBLIC;

-- Gives them to somebody who may write in those records and has not begun the same form; returns each with whether that
-- was so. It says who began it.
CREATE FUNCTION access_hand_over_forms(post uuid, successor uuid)
RETURNS TABLE (draft uuid, folder_id uuid, handed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.draft, o.folder_id,
               access_writes_without(post, successor, o.folder_id)
               AND NOT EXISTS (SELECT 1 FROM access_formdraft own JOIN access_formdraft d ON d.path = own.path
                               WHERE own.practitioner_id = successor AND d.id = o.draft) AS may
        FROM access_left_forms(post) o
    ), given AS (
        UPDATE access_formdraft d SET practitioner_id = successor, saved_at = now(),
               title = left(d.title, 110) || ' (begun by ' || left(w.name, 75) || ')'
        FROM begun b, agencies_posting p JOIN agencies_practitioner w ON w.id = p.practitioner_id
        WHERE d.id = b.draft AND b.may AND p.id = post RETURNING d.id
    )
    SELECT b.draft, b.folder_id, b.may FROM begun b LEFT JOIN given n ON n.id = b.draft;
END $$;
REVOKE ALL ON FUNCTION access_hand_over_forms(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_hand_over_forms(uuid, uuid) TO sightline_app;
"""
BACK = """
DROP FUNCTION access_hand_over_forms(uuid, uuid); DROP FUNCTION access_writes_without(uuid, uuid, uuid);
DROP FUNCTION access_left_forms(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0016_given_for_a_match")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
