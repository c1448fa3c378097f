from django.db import migrations

# An agency has become sensitive, or has another name or number: every pointer that shows it follows in the same
# transaction. For whoever keeps the agencies, who opens no record and so asks past the doors; nothing comes back. What
# is shown is what `children_refresh_pointers` writes.
FUNCTION = """
CREATE FUNCTION children_refresh_agency(wanted uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    day date := agencies_today();
    front_door text;
    touched uuid[];
BEGIN
    IF NOT agencies_may('people.manage') AND coalesce(kernel_job() NOT IN ('setup', 'demo'), true) THEN
        RAISE insufficient_privilege USING MESSAGE = 'You do not keep the agencies.';
    END IF;
    SELECT a.name || CASE WHEN a.telephone <> '' THEN ', ' || a.telephone ELSE '' END INTO front_door
    FROM agencies_team t JOIN agencies_agency a ON a.id = t.agency_id
    WHERE t.front_door ORDER BY t.id LIMIT 1;

    touched := ARRAY(
        SELECT p.folder_id FROM children_pointer p WHERE p.folder_id IN (
            SELECT i.folder_id FROM children_involvement i
            WHERE i.agency_id = wanted AND i.held_from <= day AND (i.held_until IS NULL OR i.held_until > day)
            UNION SELECT f.id FROM access_folder f WHERE f.agency_id = wanted
            UNION SELECT s.folder_id FROM children_pointeragency s WHERE s.agency_id = wanted
            -- Whom to ask instead of a sensitive agency is the front door where it does not say.
            UNION SELECT s.folder_id FROM children_pointeragency s
            WHERE s.agency_id IS NULL
              AND EXISTS (SELECT 1 FROM agencies_team t WHERE t.front_door AND t.agency_id = wanted)));

    DELETE FROM children_pointeragency WHERE folder_id = ANY (touched);
    INSERT INTO children_pointeragency (id, folder_id, agency_id, shown_as, reach)
    SELECT gen_random_uuid(), shown.* FROM (
        SELECT DISTINCT w.folder_id,
               CASE WHEN NOT a.sensitive THEN a.id END,
               CASE WHEN a.sensitive THEN 'another service' ELSE a.name END,
               CASE WHEN NOT a.sensitive THEN coalesce(nullif(a.telephone, ''), 'no telephone number recorded')
                    WHEN a.ask <> '' THEN a.ask
                    ELSE 'Ask ' || coalesce(front_door, 'the front door') END
        FROM (SELECT i.folder_id, i.agency_id FROM children_involvement i
              WHERE i.folder_id = ANY (touched) AND i.held_from <= day AND (i.held_until IS NULL OR i.held_until > day)
              UNION SELECT f.id, f.agency_id FROM access_folder f WHERE f.id = ANY (touched)) w
        JOIN agencies_agency a ON a.id = w.agency_id) shown;
END $$;
REVOKE ALL ON FUNCTION children_refresh_agency(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION children_refresh_agency(uuid) TO sightline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("children", "0009_known_when"), ("agencies", "0004_london_days")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION children_refresh_agency(uuid);")]
