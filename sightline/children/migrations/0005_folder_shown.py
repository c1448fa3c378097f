from django.db import migrations

# The folder of a child named in another's life, for those to whom that child's pointer shows: the person row
# itself stays behind the door of its own folder.
FUNCTIONS = """
CREATE FUNCTION children_folder_shown(wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.folder_id FROM children_person p
    WHERE p.id = wanted AND p.folder_id IS NOT NULL
      AND (access_opens(p.folder_id, false)
           OR (agencies_may('child.search') AND NOT access_is_sealed_to(p.folder_id)))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("children", "0004_pointer_widths")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP FUNCTION children_folder_shown(uuid)")]
