from django.db import migrations

# SECURITY DEFINER, so that a policy that asks them does not in turn ask the policies of these tables.
FUNCTIONS = """
CREATE FUNCTION agencies_my_teams() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT team_id FROM agencies_posting
    WHERE practitioner_id = kernel_practitioner() AND team_id IS NOT NULL
      AND held_from <= current_date AND (held_until IS NULL OR held_until > current_date)
$$;
CREATE FUNCTION agencies_may(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM agencies_posting p
        JOIN agencies_rolepermission r ON r.role_id = p.role_id
        WHERE p.practitioner_id = kernel_practitioner() AND r.permission = wanted
          AND p.held_from <= current_date AND (p.held_until IS NULL OR p.held_until > current_date))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("kernel", "0001_viewer")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION agencies_may(text); DROP FUNCTION agencies_my_teams();")
    ]
