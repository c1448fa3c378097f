from django.db import migrations

# What goes with a record, in a function of its own: approved disposal calls it, and the repeating of a disposal on a
# database that was put back from before it. Only whoever owns the tables repeats, by a command.
REMOVE = r"""
CREATE FUNCTION archive_remove(folders uuid[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    meetings uuid[];
    adults uuid[];
    concerns uuid[];
    shared record;
    hangs record;
    gone bigint;
    counts jsonb := '{}';
BEGIN
    -- The second bolt, for the length of this function.
    PERFORM set_config('pgtrigger.ignore', (
        SELECT '{' || string_agg(g.tgname, ',') || '}' FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        WHERE g.tgname LIKE 'pgtrigger%' AND c.relname NOT IN ('audit_event', 'audit_seal', 'archive_tombstone')), true);

    -- What children share stays with those who are left; where nobody is, it goes after their parts.
    SELECT array_agg(DISTINCT m.meeting_id) INTO meetings FROM meetings_meetingchild m
    WHERE m.folder_id = ANY (folders)
      AND NOT EXISTS (SELECT 1 FROM meetings_meetingchild o WHERE o.meeting_id = m.meeting_id
                      AND NOT o.folder_id = ANY (folders));
    SELECT array_agg(DISTINCT p.concern_id) INTO concerns FROM concerns_concernpart p
    WHERE p.folder_id = ANY (folders)
      AND NOT EXISTS (SELECT 1 FROM concerns_concernpart o WHERE o.concern_id = p.concern_id
                      AND NOT o.folder_id = ANY (folders));

    -- Adults who stand in no other child's life: what is known of them goes as well.
    SELECT array_agg(DISTINCT t.other_id) INTO adults FROM children_tie t JOIN children_person p ON p.id = t.other_id
    WHERE t.folder_id = ANY (folders) AND p.folder_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM children_tie o WHERE o.other_id = t.other_id AND NOT o.folder_id = ANY (folders));

    FOR hangs IN
        SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attname = 'folder_id' AND NOT a.attisdropped AND c.relkind = 'r'
          AND c.relnamespace = 'public'::regnamespace
          AND c.relname NOT IN ('audit_event', 'archive_tombstone', 'children_person')
        ORDER BY c.relname
    LOOP
        EXECUTE format('DELETE FROM %I WHERE folder_id = ANY ($1)', hangs.name) USING folders;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN counts := counts || jsonb_build_object(hangs.name, gone); END IF;
    END LOOP;
    FOR hangs IN
        SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attname = 'person_id' AND NOT a.attisdropped AND c.relkind = 'r'
          AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'children\_%'
    LOOP
        EXECUTE format('DELETE FROM %I WHERE person_id = ANY ($1) AND folder_id IS NULL', hangs.name) USING adults;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN
            counts := counts || jsonb_build_object(hangs.name, gone + coalesce((counts ->> hangs.name)::bigint, 0));
        END IF;
    END LOOP;
    FOR shared IN SELECT * FROM (VALUES ('meetings_meeting', meetings), ('concerns_concern', concerns)) AS v (parent, ids)
                  WHERE ids IS NOT NULL LOOP
        FOR hangs IN
            SELECT c.conrelid::regclass::text AS name, a.attname AS col FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.confrelid = shared.parent::regclass
        LOOP
            EXECUTE format('DELETE FROM %s WHERE %I = ANY ($1)', hangs.name, hangs.col) USING shared.ids;
            GET DIAGNOSTICS gone = ROW_COUNT;
            IF gone > 0 THEN
                counts := counts || jsonb_build_object(hangs.name, gone + coalesce((counts ->> hangs.name)::bigint, 0));
            END IF;
        END LOOP;
        EXECUTE format('DELETE FROM %I WHERE id = ANY ($1)', shared.parent) USING shared.ids;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN counts := counts || jsonb_build_object(shared.parent, gone); END IF;
    END LOOP;
    DELETE FROM access_formdraft WHERE about_id = ANY (folders);
    DELETE FROM records_entrydraft WHERE child = ANY (folders);
    -- Whatever still points to what went is said now, not when the request ends.
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM set_config('pgtrigger.ignore', '{}', true);
    RETURN counts;
END $$;
ALTER FUNCTION archive_remove(uuid[]) OWNER TO sightline_disposal;
REVOKE ALL ON FUNCTION archive_remove(uuid[]) FROM PUBLIC;
"""
DISPOSE = r"""
CREATE OR REPLACE FUNCTION archive_dispose(proposal uuid, post text, words text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked archive_disposal;
    folders uuid[];
    counts jsonb;
    stone uuid := gen_random_uuid();
    numbers text[];
    first_number int;
    last_number int;
BEGIN
    SELECT * INTO asked FROM archive_disposal WHERE id = proposal AND state = 'proposed';
    IF NOT FOUND OR kernel_practitioner() IS NULL OR asked.author_id = kernel_practitioner()
       OR NOT agencies_may('archive.dispose') OR NOT access_may_write(asked.folder_id) THEN
        RISE_DENIED
    END IF;
    WITH RECURSIVE together AS (
        SELECT asked.folder_id AS id
        UNION SELECT j.folder_id FROM access_joining j JOIN together t ON j.into_id = t.id WHERE j.undone_at IS NULL)
    SELECT array_agg(id) INTO folders FROM together;
    IF asked.due_on > agencies_today()
       OR EXISTS (SELECT 1 FROM archive_hold h WHERE h.folder_id = ANY (folders)
                  AND NOT EXISTS (SELECT 1 FROM archive_holdend e WHERE e.hold_id = h.id))
       OR EXISTS (SELECT 1 FROM archive_accessrequest r WHERE r.folder_id = ANY (folders)
                  AND r.state NOT IN ('answered', 'refused', 'taken_back')) THEN
        RISE_DENIED
    END IF;
    SELECT array_agg(number ORDER BY number) INTO numbers FROM access_folder
    WHERE id = ANY (folders) AND id <> asked.folder_id;
    SELECT min(number), max(number) INTO first_number, last_number FROM records_entry WHERE folder_id = ANY (folders);

    counts := archive_remove(folders);

    INSERT INTO archive_tombstone (
        id, record_id, record_number, joined_numbers, counts, first_entry, last_entry, rule, citation, certainty, counted,
        due_on, proposed_by_id, proposed_post, proposed_at, proposed_words, approved_by_id, approved_post, approved_words,
        disposed_at)
    SELECT stone, asked.folder_id, f.number, coalesce(numbers, '{}'), counts, first_number, last_number, asked.rule,
           asked.citation, asked.certainty, asked.counted, asked.due_on, asked.author_id, asked.author_post,
           asked.written_at, asked.reasons, kernel_practitioner(), post, words, now()
    FROM access_folder f WHERE f.id = asked.folder_id;
    RETURN stone;
END $$;
""".replace(
    "RISE_DENIED",
    "RAISE EXCEPTION 'this record may not be disposed of by you, or not now' USING ERRCODE = 'insufficient_privilege';",
)
REPEAT = r"""
GRANT INSERT ON agencies_practitioner TO sightline_disposal;

-- `said` is a line of the list of disposals: a tombstone, and the names of the two who decided on it, who may have come
-- after the backup. True where there was something to remove; false where the tombstone stands here already.
CREATE FUNCTION archive_repeat(said jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stone archive_tombstone := jsonb_populate_record(NULL::archive_tombstone, said);
    folders uuid[];
BEGIN
    IF EXISTS (SELECT 1 FROM archive_tombstone t WHERE t.record_id = stone.record_id) THEN
        RETURN false;
    END IF;
    WITH RECURSIVE together AS (
        (SELECT stone.record_id AS id
         UNION SELECT f.id FROM access_folder f WHERE f.number = ANY (stone.joined_numbers))
        UNION SELECT j.folder_id FROM access_joining j JOIN together t ON j.into_id = t.id WHERE j.undone_at IS NULL)
    SELECT array_agg(id) INTO folders FROM together;
    PERFORM archive_remove(folders);
    INSERT INTO agencies_practitioner (id, name, telephone)
    SELECT who, name, '' FROM (VALUES (stone.proposed_by_id, said ->> 'proposed_name'),
                                      (stone.approved_by_id, said ->> 'approved_name')) AS v (who, name)
    ON CONFLICT (id) DO NOTHING;
    INSERT INTO archive_tombstone SELECT (stone).*;
    RETURN true;
END $$;
ALTER FUNCTION archive_repeat(jsonb) OWNER TO sightline_disposal;
REVOKE ALL ON FUNCTION archive_repeat(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_repeat(jsonb) TO sightline_owner;
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0004_removal_told")]
    operations = [
        migrations.RunSQL(
            REMOVE + DISPOSE + REPEAT,
            "DROP FUNCTION archive_repeat(jsonb); DROP FUNCTION archive_remove(uuid[]);",
        )
    ]
