from django.db import migrations

# A policy asks for every row whether its folder is open, and most rows of a statement are of a few folders. Whether
# a folder is open cannot change while one statement runs: these functions read by its snapshot. So a yes is
# remembered for the rest of the statement, and for nothing longer: what is remembered names the folder, whether it
# is about writing, who looks and the instant at which the statement began. The next statement asks anew, and so does
# anybody else. A no is not remembered: it is what a mistake here would cost.
#
# The memory is a setting of the transaction, like the name of who is looking: nobody can put a yes there who could
# not as well have said that they are somebody else.
#
# `access_may_read` and `access_may_write` are put into each policy by the planner as they stand (neither holds a
# subquery, runs as another role nor sets anything), so that for a row of a folder that was asked about before no
# function is called. None of these may run in parallel: a worker may change no setting.
FUNCTIONS = """
CREATE FUNCTION access_asked_as(wanted uuid, writing boolean) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT wanted::text || writing::text || current_setting('sightline.viewer', true)
        || current_setting('sightline.practitioner', true) || statement_timestamp()::text
$$;

CREATE FUNCTION access_asks(wanted uuid, writing boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE remembered text;
BEGIN
    IF NOT public.access_opens(wanted, writing) THEN RETURN false; END IF;
    remembered := coalesce(current_setting('sightline.opened', true), '');
    -- What an earlier statement left is of no use, and as little is kept as is worth looking through.
    IF strpos(remembered, statement_timestamp()::text) = 0 OR length(remembered) > 4000 THEN remembered := ''; END IF;
    PERFORM set_config('sightline.opened', public.access_asked_as(wanted, writing) || ' ' || remembered, true);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION access_may_read(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(strpos(current_setting('sightline.opened', true), public.access_asked_as(wanted, false)) > 0, false)
        OR public.access_asks(wanted, false)
$$;
CREATE OR REPLACE FUNCTION access_may_write(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(strpos(current_setting('sightline.opened', true), public.access_asked_as(wanted, true)) > 0, false)
        OR public.access_asks(wanted, true)
$$;

-- As before, in half the time: one look at the postings, and none where the grant is somebody's own.
CREATE OR REPLACE FUNCTION access_opens(wanted uuid, writing boolean) RETURNS boolean
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
               OR EXISTS (SELECT 1 FROM agencies_posting p
                          WHERE p.practitioner_id = me AND p.held_from <= agencies_today()
                            AND (p.held_until IS NULL OR p.held_until > agencies_today())
                            AND (p.team_id = g.team_id OR p.agency_id = g.agency_id))));
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION access_may_read(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT public.access_opens(wanted, false) $$;
CREATE OR REPLACE FUNCTION access_may_write(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT public.access_opens(wanted, true) $$;
DROP FUNCTION access_asks(uuid, boolean); DROP FUNCTION access_asked_as(uuid, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0006_form_draft")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
