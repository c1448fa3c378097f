from django.db import migrations

# Concerns that somebody who leaves for good had begun and not sent, for whoever ends their post and for their manager:
# since when, never about whom nor what was typed.
FUNCTIONS = """
CREATE FUNCTION concerns_left_drafts(post uuid) RETURNS TABLE (draft uuid, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.saved_at
    FROM agencies_posting p JOIN concerns_draft d ON d.practitioner_id = p.practitioner_id
    WHERE p.id = post AND d.kind = 'concern'
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND NOT EXISTS (SELECT 1 FROM agencies_posting o
                      WHERE o.practitioner_id = p.practitioner_id AND o.id <> p.id
                        AND (o.held_until IS NULL OR o.held_until > agencies_today()))
    ORDER BY d.saved_at, d.id
$$;
REVOKE ALL ON FUNCTION concerns_left_drafts(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION concerns_left_drafts(uuid) TO sightline_app;

-- Gives them to somebody of the same agency; returns each with whether that was so.
CREATE FUNCTION concerns_hand_over_drafts(post uuid, successor uuid) RETURNS TABLE (draft uuid, handed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.draft, EXISTS (
            SELECT 1 FROM agencies_posting p JOIN agencies_posting s ON s.agency_id = p.agency_id
            WHERE p.id = post AND s.id <> p.id AND s.practitioner_id = successor
              AND s.held_from <= agencies_today() AND (s.held_until IS NULL OR s.held_until > agencies_today())) AS may
        FROM concerns_left_drafts(post) o
    ), given AS (
        UPDATE concerns_draft d SET practitioner_id = successor, saved_at = now()
        FROM begun b WHERE d.id = b.draft AND b.may RETURNING d.id
    )
    SELECT b.draft, b.may FROM begun b LEFT JOIN given n ON n.id = b.draft;
END $$;
REVOKE ALL ON FUNCTION concerns_hand_over_drafts(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION concerns_hand_over_drafts(uuid, uuid) TO sightline_app;
"""
BACK = "DROP FUNCTION concerns_hand_over_drafts(uuid, uuid); DROP FUNCTION concerns_left_drafts(uuid);"


class Migration(migrations.Migration):
    dependencies = [("concerns", "0012_figures_by_answers"), ("access", "0017_left_forms")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
