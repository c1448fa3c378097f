from django.db import migrations, models

# The drafts of somebody who leaves, for whoever ends their post and for their manager: which records they belong to and
# when they were saved, never what stands in them, and nothing of what is sealed to whoever asks.
FUNCTIONS = """
CREATE FUNCTION records_left_drafts(post uuid)
RETURNS TABLE (draft uuid, folder_id uuid, kind text, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, f.id, d.kind, d.saved_at
    FROM agencies_posting p JOIN records_entrydraft d ON d.practitioner_id = p.practitioner_id
    JOIN access_folder f ON f.id = d.child
    WHERE p.id = post
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND access_goes_with(post, f.agency_id)
      AND NOT access_is_sealed_to(f.id)
    ORDER BY d.saved_at, d.id
$$;
REVOKE ALL ON FUNCTION records_left_drafts(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_left_drafts(uuid) TO sightline_app;

-- Gives them to somebody who may write in the records that they belong to, as written for whoever began them; returns
-- each with whether that was so.
CREATE FUNCTION records_hand_over_drafts(post uuid, successor uuid)
RETURNS TABLE (draft uuid, folder_id uuid, handed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.draft, o.folder_id, o.kind, EXISTS (
            SELECT 1 FROM access_grant g JOIN agencies_posting p
              ON p.practitioner_id = successor AND p.id <> post AND p.held_from <= agencies_today()
             AND (p.held_until IS NULL OR p.held_until > agencies_today())
             AND (p.id = g.posting_id OR p.team_id = g.team_id OR p.agency_id = g.agency_id)
            WHERE g.level = 'write' AND (g.ends_at IS NULL OR g.ends_at > now())
              AND NOT EXISTS (SELECT 1 FROM access_seal s WHERE s.lifted_at IS NULL AND s.folder_id = g.folder_id
                              AND NOT EXISTS (SELECT 1 FROM access_sealname n
                                              WHERE n.seal_id = s.id AND n.practitioner_id = successor))
              AND g.folder_id IN (o.folder_id, (SELECT j.into_id FROM access_joining j
                                                WHERE j.folder_id = o.folder_id AND j.undone_at IS NULL))) AS may
        FROM records_left_drafts(post) o
    ), given AS (
        UPDATE records_entrydraft d SET practitioner_id = successor, version = d.version + 1, saved_at = now(),
               told_at = NULL, beside = NULL,
               content = CASE
                   WHEN b.kind IN ('correction', 'contribution')
                     OR coalesce(d.content->'written_for'->>0, '') <> ''
                     OR coalesce(d.content->'written_for_name'->>0, '') <> '' THEN d.content
                   ELSE d.content || jsonb_build_object(
                       'written_for_name', jsonb_build_array(w.name),
                       'written_for_post', jsonb_build_array(p.post_title || ', ' || a.name)) END
        FROM begun b, agencies_posting p JOIN agencies_practitioner w ON w.id = p.practitioner_id
        JOIN agencies_agency a ON a.id = p.agency_id
        WHERE d.id = b.draft AND b.may AND p.id = post RETURNING d.id
    )
    SELECT b.draft, b.folder_id, b.may FROM begun b LEFT JOIN given n ON n.id = b.draft;
END $$;
REVOKE ALL ON FUNCTION records_hand_over_drafts(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_hand_over_drafts(uuid, uuid) TO sightline_app;

-- Throws them away once the post has ended and its holder has none other; returns what is gone.
CREATE FUNCTION records_drop_left_drafts(post uuid) RETURNS TABLE (draft uuid, folder_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.draft, o.folder_id FROM records_left_drafts(post) o
        WHERE NOT EXISTS (
            SELECT 1 FROM agencies_posting p JOIN agencies_posting h ON h.practitioner_id = p.practitioner_id
            WHERE p.id = post AND (h.held_until IS NULL OR h.held_until > agencies_today()))
    ), gone AS (DELETE FROM records_entrydraft d USING begun b WHERE d.id = b.draft RETURNING d.id)
    SELECT b.draft, b.folder_id FROM begun b JOIN gone n ON n.id = b.draft;
END $$;
REVOKE ALL ON FUNCTION records_drop_left_drafts(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_drop_left_drafts(uuid) TO sightline_app;
"""
BACK = """
DROP FUNCTION records_drop_left_drafts(uuid); DROP FUNCTION records_hand_over_drafts(uuid, uuid);
DROP FUNCTION records_left_drafts(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0005_decisions_once"), ("access", "0015_left_seals")]
    operations = [
        migrations.AddField(
            model_name="entrydraft",
            name="told_at",
            field=models.DateTimeField(
                null=True,
                help_text="When somebody was last told that its writer has left or is about to lose it",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
