from django.db import migrations

# What somebody who leaves had begun to write of what children said, for whoever ends their post and for their manager:
# in which record and since when, never what was typed, and nothing of what is sealed to whoever asks.
FUNCTIONS = """
CREATE FUNCTION voice_left_drafts(post uuid) RETURNS TABLE (draft uuid, folder_id uuid, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, f.id, d.saved_at
    FROM agencies_posting p JOIN voice_draft d ON d.practitioner_id = p.practitioner_id
    JOIN access_folder f ON f.id = d.folder_id
    WHERE p.id = post AND d.content <> '{}'::jsonb
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND access_goes_with(post, f.agency_id)
      AND NOT access_is_sealed_to(f.id)
    ORDER BY d.saved_at, d.id
$$;
REVOKE ALL ON FUNCTION voice_left_drafts(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION voice_left_drafts(uuid) TO sightline_app;

-- Gives them to somebody who may write in those records and has not begun to write there themselves, as heard by whoever
-- began them; returns each with whether that was so.
CREATE FUNCTION voice_hand_over_drafts(post uuid, successor uuid)
RETURNS TABLE (draft uuid, folder_id uuid, handed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM voice_draft d USING voice_left_drafts(post) o
    WHERE d.folder_id = o.folder_id AND d.practitioner_id = successor AND d.content = '{}'::jsonb;
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.draft, o.folder_id,
               access_writes_without(post, successor, o.folder_id)
               AND NOT EXISTS (SELECT 1 FROM voice_draft own
                               WHERE own.practitioner_id = successor AND own.folder_id = o.folder_id) AS may
        FROM voice_left_drafts(post) o
    ), given AS (
        UPDATE voice_draft d SET practitioner_id = successor, saved_at = now(),
               content = CASE WHEN coalesce(d.content->'heard_by'->>0, '') <> '' THEN d.content
                   ELSE d.content || jsonb_build_object(
                       'heard_by', jsonb_build_array(w.name || ', ' || p.post_title || ', ' || a.name)) END
        FROM begun b, agencies_posting p JOIN agencies_practitioner w ON w.id = p.practitioner_id
        JOIN agencies_agency a ON a.id = p.agency_id
        WHERE d.id = b.draft AND b.may AND p.id = post RETURNING d.id
    )
    SELECT b.draft, b.folder_id, b.may FROM begun b LEFT JOIN given n ON n.id = b.draft;
END $$;
REVOKE ALL ON FUNCTION voice_hand_over_drafts(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION voice_hand_over_drafts(uuid, uuid) TO sightline_app;
"""
BACK = "DROP FUNCTION voice_hand_over_drafts(uuid, uuid); DROP FUNCTION voice_left_drafts(uuid);"


class Migration(migrations.Migration):
    dependencies = [("voice", "0001_initial"), ("access", "0017_left_forms")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
