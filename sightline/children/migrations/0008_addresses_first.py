from django.db import migrations

FUNCTIONS = r"""
-- The words of an address that give it away, each long enough to be looked for.
CREATE OR REPLACE FUNCTION children_telling(lines text, postcode text, area text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT part FROM (
        SELECT trim(line) AS part FROM regexp_split_to_table(lines, E'[\n,]+') AS line
        UNION SELECT regexp_replace(trim(line), '^[0-9]+[a-zA-Z]?[[:space:]]+', '')
        FROM regexp_split_to_table(lines, E'[\n,]+') AS line
        WHERE trim(line) ~ '^[0-9]+[a-zA-Z]?[[:space:]]+[^[:space:]]+[[:space:]]'
        UNION SELECT substr(whole, 1, length(whole) - 3) || ' ' || right(whole, 3)
        FROM (SELECT replace(postcode, ' ', '') AS whole) AS coded WHERE length(whole) > 3
        UNION SELECT area
    ) AS parts WHERE length(part) >= 4
$$;

-- A town that the partnership or its council is named for: it stands at the head of every page and tells nothing.
CREATE OR REPLACE FUNCTION children_is_everybodys(part text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM (
            SELECT name FROM agencies_partnership
            UNION ALL SELECT name FROM agencies_agency WHERE kind = 'local_authority' AND NOT sensitive
        ) AS named WHERE strpos(lower(named.name), lower(part)) > 0
    )
$$;

-- The children of these folders and whoever is in their lives, on any day; what was joined to a folder counts as it.
-- What is wanted may name other rows too.
CREATE OR REPLACE FUNCTION children_around(wanted uuid[]) RETURNS TABLE (person_id uuid, folder_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH leads AS (
        SELECT coalesce(j.into_id, f.id) AS id
        FROM access_folder f
        LEFT JOIN access_joining j ON j.folder_id = f.id AND j.undone_at IS NULL
        WHERE f.id = ANY (wanted)
    ), together AS (
        SELECT id FROM leads
        UNION SELECT j.folder_id FROM access_joining j
        WHERE j.into_id IN (SELECT id FROM leads) AND j.undone_at IS NULL
    )
    SELECT p.id, p.folder_id FROM children_person p WHERE p.folder_id IN (SELECT id FROM together)
    UNION SELECT t.other_id, t.folder_id FROM children_tie t WHERE t.folder_id IN (SELECT id FROM together)
$$;
REVOKE ALL ON FUNCTION children_around(uuid[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION children_is_everybodys(text) FROM PUBLIC;

-- Whether there is a confidential address around any of these children at all, whoever asks. Few have one: with this
-- a page is neither taken apart nor sent here to be looked through where there is nothing to be found.
CREATE OR REPLACE FUNCTION children_secrets_around(wanted uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM children_around(wanted) a JOIN children_residence r ON r.person_id = a.person_id
        WHERE r.confidential
    )
$$;
REVOKE ALL ON FUNCTION children_secrets_around(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION children_secrets_around(uuid[]) TO sightline_app;

-- As before, but whether a record is open is asked only of those around which there is a confidential address, which
-- few have: every page of somebody who must not know of one asks this.
CREATE OR REPLACE FUNCTION children_addresses_in(wanted uuid[], reader uuid, texts text[])
RETURNS TABLE (place bigint, words text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    finding text;
BEGIN
    SELECT string_agg(children_finding(part), '|' ORDER BY length(part) DESC, part) INTO finding
    FROM (
        WITH secret AS MATERIALIZED (
            SELECT a.folder_id, r.lines, r.postcode, r.area
            FROM children_around(wanted) a JOIN children_residence r ON r.person_id = a.person_id
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
    dependencies = [("children", "0007_overlap_by_whose")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
