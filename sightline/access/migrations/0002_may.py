from django.db import migrations

# The one rule of who opens a folder. SECURITY DEFINER, so that it reads grants and seals past their own
# policies; the search path is fixed, so that nobody puts a table of their own in the way.
FUNCTIONS = """
-- Not a field of the model: the database alone says when a row was written. In the transaction that opens
-- a folder whoever opens it may fill it; now() is the start of the transaction.
ALTER TABLE access_folder ADD COLUMN written_at timestamptz NOT NULL DEFAULT now();
CREATE FUNCTION access_is_sealed_to(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM access_seal s
        WHERE s.lifted_at IS NULL
          AND (s.folder_id = wanted OR s.folder_id IN (
                SELECT j.into_id FROM access_joining j WHERE j.folder_id = wanted AND j.undone_at IS NULL))
          AND NOT EXISTS (SELECT 1 FROM access_sealname n
                          WHERE n.seal_id = s.id AND n.practitioner_id = kernel_practitioner()))
$$;

CREATE FUNCTION access_opens(wanted uuid, writing boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me uuid := kernel_practitioner();
    joined uuid;
    sealed boolean := false;
    s record;
BEGIN
    IF me IS NULL OR wanted IS NULL THEN RETURN false; END IF;
    SELECT j.into_id INTO joined FROM access_joining j WHERE j.folder_id = wanted AND j.undone_at IS NULL;
    FOR s IN SELECT id FROM access_seal
             WHERE folder_id IN (wanted, joined) AND lifted_at IS NULL LOOP
        IF NOT EXISTS (SELECT 1 FROM access_sealname
                       WHERE seal_id = s.id AND practitioner_id = me) THEN
            RETURN false;
        END IF;
        sealed := true;
    END LOOP;
    IF sealed THEN RETURN true; END IF;
    RETURN EXISTS (
        SELECT 1 FROM access_grant g
        WHERE g.folder_id IN (wanted, joined)
          AND (g.ends_at IS NULL OR g.ends_at > now())
          AND (NOT writing OR g.level = 'write')
          AND (g.practitioner_id = me
               OR g.team_id IN (SELECT p.team_id FROM agencies_posting p
                                WHERE p.practitioner_id = me AND p.held_from <= current_date
                                  AND (p.held_until IS NULL OR p.held_until > current_date))
               OR g.agency_id IN (SELECT p.agency_id FROM agencies_posting p
                                  WHERE p.practitioner_id = me AND p.held_from <= current_date
                                    AND (p.held_until IS NULL OR p.held_until > current_date))));
END $$;

CREATE FUNCTION access_may_read(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT public.access_opens(wanted, false) $$;
CREATE FUNCTION access_may_write(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT public.access_opens(wanted, true) $$;

CREATE FUNCTION access_is_new(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM access_folder f
                   WHERE f.id = wanted AND f.written_at = now()
                     AND f.opened_by_id IS NOT DISTINCT FROM kernel_practitioner())
$$;
CREATE FUNCTION access_may_add(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT public.kernel_viewer() <> '' AND (public.access_may_write(wanted) OR public.access_is_new(wanted))
$$;

CREATE FUNCTION access_may_grant(wanted uuid, to_practitioner uuid, to_team uuid, origin text,
                                 ends timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT kernel_viewer() <> '' AND (
        access_may_write(wanted)
        OR access_is_new(wanted)
        OR (origin = 'emergency' AND to_practitioner = kernel_practitioner() AND ends IS NOT NULL
            AND ends <= now() + interval '24 hours'
            AND agencies_may('folder.emergency') AND NOT access_is_sealed_to(wanted))
        OR (origin = 'concern' AND to_team IN (SELECT agencies_my_teams())
            AND agencies_may('match.decide') AND NOT access_is_sealed_to(wanted)))
$$;
"""
BACK = """
ALTER TABLE access_folder DROP COLUMN written_at;
DROP FUNCTION access_may_grant(uuid, uuid, uuid, text, timestamptz); DROP FUNCTION access_may_add(uuid);
DROP FUNCTION access_is_new(uuid); DROP FUNCTION access_may_write(uuid); DROP FUNCTION access_may_read(uuid);
DROP FUNCTION access_opens(uuid, boolean); DROP FUNCTION access_is_sealed_to(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("agencies", "0002_may")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
