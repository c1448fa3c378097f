from django.db import migrations

FUNCTIONS = r"""
-- A town that the partnership or its council is named for: it stands at the head of every page and tells nothing.
CREATE FUNCTION children_is_everybodys(part text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM (
            SELECT name FROM agencies_partnership
            UNION ALL SELECT name FROM agencies_agency WHERE kind = 'local_authority' AND NOT sensitive
        ) AS named WHERE strpos(lower(named.name), lower(part)) > 0
    )
$$;

-- Whether there is a confidential address around any of these children at all, whoever asks. Few have one: with this
-- a page is neither taken apart nor sent here to be looked through where there is nothing to be found.
CREATE FUNCTION children_secrets_around(wanted uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH leads AS (
        SELECT coalesce(j.into_id, w.id) AS id
        FROM unnest(wanted) AS w(id)
        LEFT JOIN access_joining j ON j.folder_id = w.id AND j.undone_at IS NULL
    ), together AS (
        SELECT id FROM leads
        UNION SELECT j.folder_id FROM access_joining j
        WHERE j.into_id IN (SELECT id FROM leads) AND j.undone_at IS NULL
    ), around AS (
        SELECT p.id FROM children_person p WHERE p.folder_id IN (SELECT id FROM together)
        UNION SELECT t.other_id FROM children_tie t WHERE t.folder_id IN (SELECT id FROM together)
    )
    SELECT EXISTS (
        SELECT 1 FROM children_residence r WHERE r.confidential AND r.person_id IN (SELECT id FROM around)
    )
$$;

CREATE OR REPLACE FUNCTION children_addresses_in(wanted uuid[], reader uuid, texts text[])
RETURNS TABLE (place bigint, words text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    finding text;
BEGIN
    SELECT string_agg(children_finding(part), '|' ORDER BY length(part) DESC, part) INTO finding
    FROM (
        WITH leads AS (
            SELECT coalesce(j.into_id, f.id) AS id
            FROM access_folder f
            LEFT JOIN access_joining j ON j.folder_id = f.id AND j.undone_at IS NULL
            WHERE f.id = ANY (wanted)
        ), together AS (
            SELECT id FROM leads
            UNION SELECT j.folder_id FROM access_joining j
            WHERE j.into_id IN (SELECT id FROM leads) AND j.undone_at IS NULL
        ), around AS (
            SELECT p.id AS person_id, p.folder_id FROM children_person p
            WHERE p.folder_id IN (SELECT id FROM together)
            UNION SELECT t.other_id, t.folder_id FROM children_tie t
            WHERE t.folder_id IN (SELECT id FROM together)
        ), secret AS MATERIALIZED (
            SELECT a.folder_id, r.lines, r.postcode, r.area
            FROM around a JOIN children_residence r ON r.person_id = a.person_id
            WHERE r.confidential AND r.person_id IS DISTINCT FROM reader
              AND NOT EXISTS (SELECT 1 FROM children_residence own
                              WHERE own.person_id = reader AND own.lines = r.lines AND own.postcode = r.postcode)
        ), folders AS MATERIALIZED (
            SELECT f.id FROM (SELECT DISTINCT folder_id AS id FROM secret) f
            WHERE kernel_job() IN ('import', 'demo') OR access_opens(f.id, false)
               OR ((agencies_may('address.confidential') OR agencies_may('concern.board'))
                   AND NOT access_is_sealed_to(f.id))
        ), addresses AS (
            SELECT lines, postcode, area FROM secret WHERE folder_id IN (SELECT id FROM folders)
        )
        SELECT DISTINCT part FROM addresses a, children_telling(a.lines, a.postcode, a.area) AS part
        WHERE NOT children_is_everybodys(part)
    ) AS parts;
    IF finding IS NULL THEN RETURN; END IF;
    RETURN QUERY
        SELECT given.at, found.hit[1]
        FROM unnest(texts) WITH ORDINALITY AS given(text, at),
             regexp_matches(given.text, '(' || finding || ')', 'gi') AS found(hit);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("children", "0008_addresses_first")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
