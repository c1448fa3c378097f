from django.db import migrations

# Who may read a row of the trail: here only whoever did what it tells. The room `access` stands above this one
# and replaces the function with one that also asks its grants and permissions (same name, same arguments).
FUNCTION = """
CREATE FUNCTION audit_may_read(folder uuid, actor uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(actor = kernel_practitioner(), false)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("kernel", "0001_viewer")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION audit_may_read(uuid, uuid)")]
