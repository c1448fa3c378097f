from django.db import migrations

FUNCTIONS = r"""
-- An expression that finds a text however it is spaced, punctuated or abbreviated.
CREATE FUNCTION children_finding(secret text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT '\m' || regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
             regexp_replace(regexp_replace(trim(lower(secret)), '[^[:alnum:]]+', ' ', 'g'), '^ | $', '', 'g'),
             '\m(street|st)\M', '(?:street|st)', 'g'), '\m(road|rd)\M', '(?:road|rd)', 'g'),
             '\m(avenue|ave)\M', '(?:avenue|ave)', 'g'), '\m(lane|ln)\M', '(?:lane|ln)', 'g'),
             '\m(close|cl)\M', '(?:close|cl)', 'g'), ' ', '[^[:alnum:]]{0,3}', 'g') || '\M'
$$;

-- The words of some texts that give a confidential address away: of the children of these folders, and of whoever is
-- in their lives, on any day; what was joined to a folder counts as it. `reader` is a person (none for a stranger), whose own address is no secret from them. It
-- runs with the owner's sight, so that it works whatever the viewer may see, and gives nothing away that does not
-- stand in the texts. A folder that the viewer may not open counts for those who may see such
-- addresses, and for those who answer whoever raised a concern about its child.
CREATE FUNCTION children_addresses_in(wanted uuid[], reader uuid, texts text[])
RETURNS TABLE (place bigint, words text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    finding text;
BEGIN
    SELECT string_agg(children_finding(part), '|' ORDER BY length(part) DESC, part) INTO finding
    FROM (
        WITH leads AS (
            SELECT coalesce((SELECT j.into_id FROM access_joining j WHERE j.folder_id = w.id AND j.undone_at IS NULL),
                            w.id) AS id
            FROM unnest(wanted) AS w(id)
        ), together AS (
            SELECT id FROM leads
            UNION SELECT j.folder_id FROM access_joining j
            WHERE j.into_id IN (SELECT id FROM leads) AND j.undone_at IS NULL
        ), folders AS (
            SELECT f.id FROM together f
            WHERE kernel_job() IN ('import', 'demo') OR access_opens(f.id, false)
               OR ((agencies_may('address.confidential') OR agencies_may('concern.board'))
                   AND NOT access_is_sealed_to(f.id))
        ), around AS (
            SELECT p.id AS person_id FROM children_person p WHERE p.folder_id IN (SELECT id FROM folders)
            UNION SELECT t.other_id FROM children_tie t WHERE t.folder_id IN (SELECT id FROM folders)
        ), addresses AS (
            SELECT r.lines, r.postcode, r.area FROM children_residence r
            WHERE r.confidential AND r.person_id IN (SELECT person_id FROM around)
              AND r.person_id IS DISTINCT FROM reader
              AND NOT EXISTS (SELECT 1 FROM children_residence own
                              WHERE own.person_id = reader AND own.lines = r.lines AND own.postcode = r.postcode)
        )
        SELECT DISTINCT trim(part) AS part FROM addresses a, regexp_split_to_table(a.lines, E'[\n,]+') AS part
        UNION SELECT regexp_replace(trim(part), '^[0-9]+[a-zA-Z]?[[:space:]]+', '')
        FROM addresses a, regexp_split_to_table(a.lines, E'[\n,]+') AS part
        WHERE trim(part) ~ '^[0-9]+[a-zA-Z]?[[:space:]]+[^[:space:]]+[[:space:]]'
        UNION SELECT substr(postcode, 1, length(postcode) - 3) || ' ' || right(postcode, 3)
        FROM (SELECT replace(postcode, ' ', '') AS postcode FROM addresses WHERE postcode <> '') AS coded
        UNION SELECT area FROM addresses
    ) AS parts
    WHERE length(part) >= 4;
    IF finding IS NULL THEN RETURN; END IF;
    RETURN QUERY
        SELECT given.at, found.hit[1]
        FROM unnest(texts) WITH ORDINALITY AS given(text, at),
             regexp_matches(given.text, '(' || finding || ')', 'gi') AS found(hit);
END $$;
"""
BACK = "DROP FUNCTION children_addresses_in(uuid[], uuid, text[]); DROP FUNCTION children_finding(text);"


class Migration(migrations.Migration):
    dependencies = [("children", "0005_folder_shown"), ("access", "0005_may_read_trail")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
