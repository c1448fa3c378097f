from django.db import migrations

# A seal that nobody can lift: all who are named there and whose role may lift it have left the post in which they were
# named. Whoever may take over such seals learns the number of the record and when it was sealed, opens nothing, and names
# a manager, who answers for the record from that day. Of any other seal they learn nothing.
FUNCTIONS = """
CREATE FUNCTION access_left_seals() RETURNS TABLE (seal uuid, folder_id uuid, number text, sealed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.folder_id, f.number, s.sealed_at
    FROM access_seal s JOIN access_folder f ON f.id = s.folder_id
    WHERE s.lifted_at IS NULL AND agencies_may('folder.seal_takeover')
      AND NOT EXISTS (
          SELECT 1 FROM access_sealname n JOIN agencies_posting p ON p.id = n.posting_id
          JOIN agencies_rolepermission r ON r.role_id = p.role_id AND r.permission = 'folder.seal'
          WHERE n.seal_id = s.id AND p.held_from <= agencies_today()
            AND (p.held_until IS NULL OR p.held_until > agencies_today()))
    ORDER BY f.number
$$;
REVOKE ALL ON FUNCTION access_left_seals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_left_seals() TO sightline_app;

-- Returns the record, or nothing where this seal may not be taken over, or not by that person.
CREATE FUNCTION access_take_over_seal(wanted uuid, who uuid, reason text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found uuid;
BEGIN
    SELECT l.folder_id INTO found FROM access_left_seals() l WHERE l.seal = wanted;
    IF found IS NULL OR who = kernel_practitioner() OR btrim(reason) = '' OR NOT EXISTS (
        SELECT 1 FROM agencies_posting p
        JOIN agencies_rolepermission r ON r.role_id = p.role_id AND r.permission = 'folder.seal'
        WHERE p.practitioner_id = who AND p.held_from <= agencies_today()
          AND (p.held_until IS NULL OR p.held_until > agencies_today())
          -- The post that they are named in must be the one that may lift it.
          AND p.id = access_posting_for(who, found)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO access_sealname (id, folder_id, seal_id, practitioner_id, named_by_id, named_at)
    VALUES (gen_random_uuid(), found, wanted, who, kernel_practitioner(), now());
    INSERT INTO access_grant (id, folder_id, practitioner_id, level, origin, why, given_by_id, given_at)
    VALUES (gen_random_uuid(), found, who, 'write', 'given', reason, kernel_practitioner(), now());
    UPDATE access_responsibility SET held_until = greatest(held_from, agencies_today())
    WHERE folder_id = found AND (held_until IS NULL OR held_until > agencies_today());
    INSERT INTO access_responsibility (id, folder_id, manager_id, held_from)
    VALUES (gen_random_uuid(), found, who, agencies_today());
    RETURN found;
END $$;
REVOKE ALL ON FUNCTION access_take_over_seal(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_take_over_seal(uuid, uuid, text) TO sightline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0014_leaving")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
