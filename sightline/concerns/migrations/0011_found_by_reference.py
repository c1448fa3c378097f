from importlib import import_module

from django.db import migrations

# A concern's reference finds its children: as the concern names them, and once it is decided who they are, the records
# that these were joined to, since the search follows a joining. Concerns sent before are made findable here.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION matching_elsewhere(folders uuid[]) RETURNS TABLE (folder_id uuid, value text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT p.folder_id, c.reference FROM concerns_concernpart p JOIN concerns_concern c ON c.id = p.concern_id
    WHERE p.folder_id = ANY (folders)
$$;
SELECT matching_refer(ARRAY(SELECT DISTINCT folder_id FROM concerns_concernpart));
"""
BACK: str = import_module("sightline.matching.migrations.0005_references").NOTHING


class Migration(migrations.Migration):
    dependencies = [("concerns", "0010_possible_concern"), ("matching", "0005_references")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
