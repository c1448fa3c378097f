from django.db import migrations

FUNCTIONS = r"""
-- A meeting is seen by those invited to it and by those who may open the record of any child in it.
CREATE FUNCTION meetings_may_see(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me uuid := kernel_practitioner();
    part record;
BEGIN
    IF me IS NULL THEN RETURN false; END IF;
    IF EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = wanted AND me IN (m.chair_id, m.minute_taker_id))
       OR EXISTS (SELECT 1 FROM meetings_invitation i
                  WHERE i.meeting_id = wanted AND i.practitioner_id = me AND i.withdrawn_at IS NULL) THEN
        RETURN true;
    END IF;
    FOR part IN SELECT folder_id FROM meetings_meetingchild WHERE meeting_id = wanted LOOP
        IF access_opens(part.folder_id, false) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;

-- Who arranges a meeting and records it: whoever leads it or takes its minutes, whoever may write in the record of any
-- child in it, and whoever is calling it in this very transaction.
CREATE FUNCTION meetings_may_work(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me uuid := kernel_practitioner();
    part record;
BEGIN
    IF me IS NULL THEN RETURN false; END IF;
    IF EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = wanted AND me IN (m.chair_id, m.minute_taker_id)) THEN
        RETURN true;
    END IF;
    FOR part IN SELECT folder_id FROM meetings_meetingchild WHERE meeting_id = wanted LOOP
        IF access_opens(part.folder_id, true) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;

-- An expression that finds a text however it is spaced, punctuated or abbreviated.
CREATE FUNCTION meetings_finding(secret text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT '\m' || regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
             regexp_replace(regexp_replace(trim(lower(secret)), '[^[:alnum:]]+', ' ', 'g'), '^ | $', '', 'g'),
             '\m(street|st)\M', '(street|st)', 'g'), '\m(road|rd)\M', '(road|rd)', 'g'),
             '\m(avenue|ave)\M', '(avenue|ave)', 'g'), '\m(lane|ln)\M', '(lane|ln)', 'g'),
             '\m(close|cl)\M', '(close|cl)', 'g'), ' ', '[^[:alnum:]]{0,3}', 'g') || '\M'
$$;

-- Texts of a meeting as somebody's own copy may hold them: every confidential address around its children is taken out,
-- and where two people are kept apart, each other's, with the children's who live there. It runs with the owner's
-- sight, so that it works whatever the writer may see, and gives no address away: only texts come back.
CREATE FUNCTION meetings_withhold(wanted uuid, reader uuid, texts text[], areas boolean) RETURNS text[]
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
            SELECT trim(part) AS part FROM addresses a, regexp_split_to_table(a.lines, E'[\n,]+') AS part
            UNION SELECT regexp_replace(trim(part), '^[0-9]+[a-zA-Z]?[[:space:]]+', '')
            FROM addresses a, regexp_split_to_table(a.lines, E'[\n,]+') AS part
            WHERE trim(part) ~ '^[0-9]+[a-zA-Z]?[[:space:]]+[^[:space:]]+[[:space:]]'
            UNION SELECT substr(postcode, 1, length(postcode) - 3) || ' ' || right(postcode, 3)
            FROM (SELECT replace(postcode, ' ', '') AS postcode FROM addresses WHERE postcode <> '') AS coded
            UNION SELECT area FROM addresses WHERE areas AND confidential
        )
        SELECT part FROM parts WHERE length(part) >= 4 ORDER BY length(part) DESC, part
    LOOP
        FOR n IN 1 .. coalesce(array_length(found, 1), 0) LOOP
            found[n] := regexp_replace(found[n], meetings_finding(secret), '[address withheld]', 'gi');
        END LOOP;
    END LOOP;
    RETURN found;
END $$;
"""
BACK = """
DROP FUNCTION meetings_withhold(uuid, uuid, text[], boolean); DROP FUNCTION IF EXISTS meetings_finding(text);
DROP FUNCTION meetings_may_work(uuid); DROP FUNCTION meetings_may_see(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0001_initial"),
        ("access", "0005_may_read_trail"),
        ("children", "0003_doors"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
