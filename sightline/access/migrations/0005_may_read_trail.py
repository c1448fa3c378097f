from django.db import migrations

FUNCTIONS = """
-- Days are London's.
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
               OR g.team_id IN (SELECT p.team_id FROM agencies_posting p
                                WHERE p.practitioner_id = me AND p.held_from <= agencies_today()
                                  AND (p.held_until IS NULL OR p.held_until > agencies_today()))
               OR g.agency_id IN (SELECT p.agency_id FROM agencies_posting p
                                  WHERE p.practitioner_id = me AND p.held_from <= agencies_today()
                                    AND (p.held_until IS NULL OR p.held_until > agencies_today()))));
END $$;

-- A day counts from when somebody asked, a moment after the transaction began.
CREATE OR REPLACE FUNCTION access_may_grant(wanted uuid, to_practitioner uuid, to_team uuid, origin text,
                                 ends timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT kernel_viewer() <> '' AND (
        access_may_write(wanted)
        OR access_is_new(wanted)
        OR (origin = 'emergency' AND to_practitioner = kernel_practitioner() AND ends IS NOT NULL
            AND ends <= now() + interval '24 hours 1 minute'
            AND agencies_may('folder.emergency') AND NOT access_is_sealed_to(wanted))
        OR (origin = 'concern' AND to_team IN (SELECT agencies_my_teams())
            AND agencies_may('match.decide') AND NOT access_is_sealed_to(wanted)))
$$;

-- Whoever opens a record in an emergency may not read who answers for it or works with the child; they are told
-- all the same. Nothing comes back for a sealed folder, as for one that never was.
CREATE OR REPLACE FUNCTION access_answers_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM access_folder f WHERE f.id = wanted)
                     AND NOT access_is_sealed_to(wanted) AND agencies_may('folder.emergency')
    THEN coalesce((SELECT array_agg(who) FROM (
        SELECT r.manager_id AS who FROM access_responsibility r
        WHERE r.folder_id = wanted AND r.held_from <= agencies_today()
          AND (r.held_until IS NULL OR r.held_until > agencies_today())
        UNION
        SELECT g.practitioner_id FROM access_grant g
        WHERE g.folder_id = wanted AND g.origin = 'allocation' AND g.practitioner_id IS NOT NULL
          AND (g.ends_at IS NULL OR g.ends_at > now())) AS answering), '{}') END
$$;

-- All that the viewer may open, in one go: row by row the policies would ask for each row anew.
CREATE FUNCTION access_my_folders() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT team_id, agency_id FROM agencies_posting
        WHERE practitioner_id = kernel_practitioner()
          AND held_from <= agencies_today() AND (held_until IS NULL OR held_until > agencies_today())
    ), granted AS (
        SELECT folder_id FROM access_grant g
        WHERE (g.ends_at IS NULL OR g.ends_at > now())
          AND (g.practitioner_id = kernel_practitioner()
               OR g.team_id IN (SELECT team_id FROM mine)
               OR g.agency_id IN (SELECT agency_id FROM mine))
        UNION
        SELECT n.folder_id FROM access_sealname n JOIN access_seal s ON s.id = n.seal_id
        WHERE n.practitioner_id = kernel_practitioner() AND s.lifted_at IS NULL
    ), opened AS (
        SELECT folder_id FROM granted
        UNION
        SELECT j.folder_id FROM access_joining j JOIN granted g ON g.folder_id = j.into_id
        WHERE j.undone_at IS NULL
    ), closed AS (
        SELECT s.folder_id FROM access_seal s
        WHERE s.lifted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM access_sealname n
                          WHERE n.seal_id = s.id AND n.practitioner_id = kernel_practitioner())
    )
    SELECT o.folder_id FROM opened o
    WHERE kernel_practitioner() IS NOT NULL
      AND o.folder_id NOT IN (SELECT folder_id FROM closed)
      AND o.folder_id NOT IN (SELECT j.folder_id FROM access_joining j JOIN closed c ON c.folder_id = j.into_id
                              WHERE j.undone_at IS NULL)
$$;

-- For whoever decides whether a concern is about a known child: the record that a folder is read as part of.
CREATE FUNCTION access_lead_for_decider(wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT j.into_id FROM access_joining j WHERE j.folder_id = f.id AND j.undone_at IS NULL), f.id)
    FROM access_folder f
    WHERE f.id = wanted AND agencies_may('match.decide') AND NOT access_is_sealed_to(wanted)
$$;

-- Who reads a row of the trail: whoever did it; who may read the whole trail, except about what is sealed to
-- them; and who may see who looked at a folder that they may open.
CREATE OR REPLACE FUNCTION audit_may_read(folder uuid, actor uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(actor = kernel_practitioner(), false)
        OR (agencies_may('audit.all') AND (folder IS NULL OR NOT access_is_sealed_to(folder)))
        OR (folder IS NOT NULL AND agencies_may('audit.folder') AND access_opens(folder, false))
$$;
"""
BACK = """
CREATE OR REPLACE FUNCTION audit_may_read(folder uuid, actor uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(actor = kernel_practitioner(), false)
$$;
DROP FUNCTION access_lead_for_decider(uuid); DROP FUNCTION access_my_folders();
CREATE OR REPLACE FUNCTION access_answers_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM access_folder f WHERE f.id = wanted)
                     AND NOT access_is_sealed_to(wanted) AND agencies_may('folder.emergency')
    THEN coalesce((SELECT array_agg(r.manager_id) FROM access_responsibility r
                   WHERE r.folder_id = wanted AND r.held_from <= current_date
                     AND (r.held_until IS NULL OR r.held_until > current_date)), '{}') END
$$;
CREATE OR REPLACE FUNCTION access_may_grant(wanted uuid, to_practitioner uuid, to_team uuid, origin text,
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
               OR g.team_id IN (SELECT p.team_id FROM agencies_posting p
                                WHERE p.practitioner_id = me AND p.held_from <= current_date
                                  AND (p.held_until IS NULL OR p.held_until > current_date))
               OR g.agency_id IN (SELECT p.agency_id FROM agencies_posting p
                                  WHERE p.practitioner_id = me AND p.held_from <= current_date
                                    AND (p.held_until IS NULL OR p.held_until > current_date))));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_reasons_and_reviews"),
        ("agencies", "0004_london_days"),
        ("audit", "0002_may_read"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
