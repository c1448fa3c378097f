from django.db import migrations

FUNCTION = r"""
-- As before, with what gives an address away, and how it is found, as the room of the children says.
CREATE OR REPLACE FUNCTION meetings_withhold(wanted uuid, reader uuid, texts text[], areas boolean) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found text[] := texts;
    secret text;
    n integer;
BEGIN
    IF NOT meetings_may_see(wanted) AND kernel_job() NOT IN ('import', 'demo') THEN
        RAISE insufficient_privilege USING MESSAGE = 'This meeting is not open to you.';
    END IF;
    FOR secret IN
        WITH folders AS (
            SELECT folder_id FROM meetings_meetingchild WHERE meeting_id = wanted
        ), around AS (
            SELECT p.id AS person_id FROM children_person p WHERE p.folder_id IN (SELECT folder_id FROM folders)
            UNION SELECT t.other_id FROM children_tie t WHERE t.folder_id IN (SELECT folder_id FROM folders)
            UNION SELECT i.person_id FROM meetings_invitation i WHERE i.meeting_id = wanted AND i.person_id IS NOT NULL
        ), hidden_from_reader AS (
            SELECT CASE WHEN k.one_id = reader THEN k.other_id ELSE k.one_id END AS person_id
            FROM meetings_keepapart k
            WHERE k.address AND reader IN (k.one_id, k.other_id)
              AND k.held_from <= agencies_today() AND (k.held_until IS NULL OR k.held_until > agencies_today())
        ), hidden AS (
            SELECT person_id FROM hidden_from_reader
            UNION SELECT t.child_id FROM children_tie t JOIN hidden_from_reader h ON h.person_id = t.other_id
            WHERE t.lives_with_child = 'yes' AND t.held_until IS NULL
        ), addresses AS (
            SELECT r.lines, r.postcode, r.area, r.confidential
            FROM children_residence r
            WHERE r.person_id IS DISTINCT FROM reader
              AND ((r.confidential AND r.person_id IN (SELECT person_id FROM around))
                   OR r.person_id IN (SELECT person_id FROM hidden))
              AND NOT EXISTS (SELECT 1 FROM children_residence own
                              WHERE own.person_id = reader AND own.lines = r.lines AND own.postcode = r.postcode)
        ), parts AS (
            SELECT DISTINCT part
            FROM addresses a, children_telling(a.lines, a.postcode, CASE WHEN areas AND a.confidential THEN a.area END) AS part
        )
        SELECT part FROM parts ORDER BY length(part) DESC, part
    LOOP
        FOR n IN 1 .. coalesce(array_length(found, 1), 0) LOOP
            found[n] := regexp_replace(found[n], children_finding(secret), '[address withheld]', 'gi');
        END LOOP;
    END LOOP;
    RETURN found;
END $$;
DROP FUNCTION meetings_finding(text);
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_packs"), ("children", "0008_addresses_first")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
