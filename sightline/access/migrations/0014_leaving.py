from django.db import migrations

# Somebody leaves. Who ends their post opens no record, and so asks and hands over past the doors: the number of a record
# is all that they learn, nothing of what is sealed, and nothing of those whose post they may not end.
FUNCTIONS = """
-- Whether a record lies in what a post answers for: it is its agency's, or its holder has no other post to go on with.
CREATE FUNCTION access_goes_with(post uuid, agency uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM agencies_posting p WHERE p.id = post
          AND (p.agency_id = agency OR NOT EXISTS (
                SELECT 1 FROM agencies_posting o
                WHERE o.practitioner_id = p.practitioner_id AND o.id <> p.id
                  AND (o.held_until IS NULL OR o.held_until > agencies_today()))))
$$;
REVOKE ALL ON FUNCTION access_goes_with(uuid, uuid) FROM PUBLIC;

CREATE FUNCTION access_answered_for(post uuid) RETURNS TABLE (responsibility uuid, folder_id uuid, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, f.id, f.number
    FROM agencies_posting p
    JOIN access_responsibility r ON r.manager_id = p.practitioner_id JOIN access_folder f ON f.id = r.folder_id
    WHERE p.id = post AND (r.held_until IS NULL OR r.held_until > agencies_today())
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND access_goes_with(post, f.agency_id)
      AND f.id NOT IN (SELECT access_all_sealed())
    ORDER BY f.number
$$;
REVOKE ALL ON FUNCTION access_answered_for(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_answered_for(uuid) TO sightline_app;

-- From today `successor` answers for them; who answered before stays on the record. Returns the records.
CREATE FUNCTION access_hand_over_all(post uuid, successor uuid) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
BEGIN
    IF NOT agencies_may('people.manage') OR NOT EXISTS (
        SELECT 1 FROM agencies_posting p WHERE p.practitioner_id = successor AND p.id <> post
          AND p.held_from <= agencies_today() AND (p.held_until IS NULL OR p.held_until > agencies_today())
    ) THEN
        RETURN;
    END IF;
    FOR one IN SELECT * FROM access_answered_for(post) LOOP
        UPDATE access_responsibility SET held_until = greatest(held_from, agencies_today()) WHERE id = one.responsibility;
        INSERT INTO access_responsibility (id, folder_id, manager_id, held_from)
        VALUES (gen_random_uuid(), one.folder_id, successor, agencies_today());
        RETURN NEXT one.folder_id;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION access_hand_over_all(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_hand_over_all(uuid, uuid) TO sightline_app;

CREATE FUNCTION access_in_post(who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM agencies_posting p WHERE p.practitioner_id = who AND p.held_from <= agencies_today()
                   AND (p.held_until IS NULL OR p.held_until > agencies_today()))
$$;

-- Who is told at once: whoever answers for the record; where they hold no post any more, the manager whom they had last;
-- where that one has left too, whoever is duty manager of the front door now. And those it is allocated to.
CREATE OR REPLACE FUNCTION access_answers_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM access_folder f WHERE f.id = wanted)
                     AND NOT access_is_sealed_to(wanted) AND agencies_may('folder.emergency')
    THEN coalesce((SELECT array_agg(who) FILTER (WHERE who IS NOT NULL) FROM (
        SELECT CASE WHEN access_in_post(r.manager_id) THEN r.manager_id ELSE coalesce(
            (SELECT p.line_manager_id FROM agencies_posting p
             WHERE p.practitioner_id = r.manager_id AND p.held_from <= agencies_today()
               AND access_in_post(p.line_manager_id)
             ORDER BY p.held_until DESC NULLS FIRST LIMIT 1),
            (SELECT s.practitioner_id FROM agencies_rotashift s JOIN agencies_team t ON t.id = s.team_id
             WHERE t.front_door AND s.starts_at <= now() AND s.ends_at > now() AND access_in_post(s.practitioner_id)
             ORDER BY s.place LIMIT 1),
            (SELECT p.practitioner_id FROM agencies_posting p JOIN agencies_team t ON t.id = p.team_id
             JOIN agencies_rolepermission m ON m.role_id = p.role_id AND m.permission = 'folder.grant'
             WHERE t.front_door AND p.held_from <= agencies_today()
               AND (p.held_until IS NULL OR p.held_until > agencies_today())
             ORDER BY p.held_from, p.id LIMIT 1)) END AS who
        FROM access_responsibility r
        WHERE r.folder_id = wanted AND r.held_from <= agencies_today()
          AND (r.held_until IS NULL OR r.held_until > agencies_today())
        UNION
        SELECT g.practitioner_id FROM access_grant g JOIN agencies_posting p ON p.id = g.posting_id
        WHERE g.folder_id = wanted AND g.origin = 'allocation'
          AND (g.ends_at IS NULL OR g.ends_at > now())
          AND p.held_from <= agencies_today() AND (p.held_until IS NULL OR p.held_until > agencies_today())
    ) AS answering), '{}') END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0013_how_far")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
