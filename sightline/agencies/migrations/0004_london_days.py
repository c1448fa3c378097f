from django.db import migrations

# A posting begins and ends with the day in London, not with the server's day: in summer these differ for an hour.
FUNCTIONS = """
CREATE FUNCTION agencies_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (now() AT TIME ZONE 'Europe/London')::date $$;
CREATE OR REPLACE FUNCTION agencies_my_teams() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT team_id FROM agencies_posting
    WHERE practitioner_id = kernel_practitioner() AND team_id IS NOT NULL
      AND held_from <= agencies_today() AND (held_until IS NULL OR held_until > agencies_today())
$$;
CREATE OR REPLACE FUNCTION agencies_may(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM agencies_posting p
        JOIN agencies_rolepermission r ON r.role_id = p.role_id
        WHERE p.practitioner_id = kernel_practitioner() AND r.permission = wanted
          AND p.held_from <= agencies_today() AND (p.held_until IS NULL OR p.held_until > agencies_today()))
$$;
"""
BACK = """
CREATE OR REPLACE FUNCTION agencies_my_teams() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT team_id FROM agencies_posting
    WHERE practitioner_id = kernel_practitioner() AND team_id IS NOT NULL
      AND held_from <= current_date AND (held_until IS NULL OR held_until > current_date)
$$;
CREATE OR REPLACE FUNCTION agencies_may(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM agencies_posting p
        JOIN agencies_rolepermission r ON r.role_id = p.role_id
        WHERE p.practitioner_id = kernel_practitioner() AND r.permission = wanted
          AND p.held_from <= current_date AND (p.held_until IS NULL OR p.held_until > current_date))
$$;
DROP FUNCTION agencies_today();
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_notices_in_chains")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
