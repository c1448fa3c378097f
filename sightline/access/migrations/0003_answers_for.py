from django.db import migrations

# Whoever opens a record in an emergency may not read who answers for it; they are told all the same. Nothing
# comes back for a sealed folder, as for one that never was.
FUNCTIONS = """
CREATE FUNCTION access_answers_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM access_folder f WHERE f.id = wanted)
                     AND NOT access_is_sealed_to(wanted) AND agencies_may('folder.emergency')
    THEN coalesce((SELECT array_agg(r.manager_id) FROM access_responsibility r
                   WHERE r.folder_id = wanted AND r.held_from <= current_date
                     AND (r.held_until IS NULL OR r.held_until > current_date)), '{}') END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_may")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP FUNCTION access_answers_for(uuid)")]
