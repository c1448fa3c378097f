from django.db import migrations

# A concern is seen by whoever may open the folder of any child in it; its raiser, or the holder of its
# reference and secret, sees what they sent and what they were told.
FUNCTIONS = """
CREATE FUNCTION concerns_may_see(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part record;
BEGIN
    IF kernel_practitioner() IS NULL THEN RETURN false; END IF;
    FOR part IN SELECT folder_id FROM concerns_concernpart WHERE concern_id = wanted LOOP
        IF access_opens(part.folder_id, false) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
CREATE FUNCTION concerns_is_theirs(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM concerns_concern c WHERE c.id = wanted AND (
            c.raised_by_id = kernel_practitioner()
            OR (c.secret_digest <> '' AND c.reference = kernel_public_reference()
                AND c.secret_digest = kernel_public_secret())))
$$;
"""
BACK = "DROP FUNCTION concerns_is_theirs(uuid); DROP FUNCTION concerns_may_see(uuid)"


class Migration(migrations.Migration):
    dependencies = [("concerns", "0002_initial"), ("access", "0002_may")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
