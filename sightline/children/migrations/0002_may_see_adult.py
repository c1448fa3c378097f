from django.db import migrations

# An adult shows through a tie in a folder that the viewer may open, and through no other.
FUNCTIONS = """
CREATE FUNCTION children_may_see_adult(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT DISTINCT folder_id FROM children_tie WHERE other_id = wanted LOOP
        IF access_opens(t.folder_id, false) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("children", "0001_initial"), ("access", "0002_may")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP FUNCTION children_may_see_adult(uuid)")]
