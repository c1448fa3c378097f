from django.db import migrations

# Minutes that somebody who leaves had begun, for whoever ends their post and for their manager: of which meeting about
# whom and since when, never what was typed, and nothing of a child whose record is sealed to whoever asks.
FUNCTIONS = """
CREATE FUNCTION meetings_left_minutes(post uuid) RETURNS TABLE (draft uuid, folder_id uuid, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, f.id, d.saved_at
    FROM agencies_posting p JOIN meetings_minutesdraft d ON d.practitioner_id = p.practitioner_id
    JOIN meetings_meetingchild c ON c.meeting_id = d.meeting_id
    JOIN access_folder f ON f.id = c.folder_id
    WHERE p.id = post
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND access_goes_with(post, f.agency_id)
      AND NOT EXISTS (SELECT 1 FROM meetings_meetingchild o
                      WHERE o.meeting_id = d.meeting_id AND access_is_sealed_to(o.folder_id))
    ORDER BY d.saved_at, d.id, f.id
$$;
REVOKE ALL ON FUNCTION meetings_left_minutes(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meetings_left_minutes(uuid) TO sightline_app;

-- Gives them to somebody who may write in the record of every child whom the meeting was about and has not begun them
-- too; returns each with whether that was so.
CREATE FUNCTION meetings_hand_over_minutes(post uuid, successor uuid)
RETURNS TABLE (draft uuid, folder_id uuid, handed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH begun AS MATERIALIZED (
        SELECT o.draft, o.folder_id,
               NOT EXISTS (SELECT 1 FROM meetings_minutesdraft d JOIN meetings_meetingchild c
                           ON c.meeting_id = d.meeting_id
                           WHERE d.id = o.draft AND NOT access_writes_without(post, successor, c.folder_id))
               AND NOT EXISTS (SELECT 1 FROM meetings_minutesdraft own JOIN meetings_minutesdraft d
                               ON d.meeting_id = own.meeting_id
                               WHERE own.practitioner_id = successor AND d.id = o.draft) AS may
        FROM meetings_left_minutes(post) o
    ), given AS (
        UPDATE meetings_minutesdraft d SET practitioner_id = successor, saved_at = now()
        FROM begun b WHERE d.id = b.draft AND b.may RETURNING d.id
    )
    SELECT b.draft, b.folder_id, b.may FROM begun b LEFT JOIN given n ON n.id = b.draft;
END $$;
REVOKE ALL ON FUNCTION meetings_hand_over_minutes(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meetings_hand_over_minutes(uuid, uuid) TO sightline_app;
"""
BACK = "DROP FUNCTION meetings_hand_over_minutes(uuid, uuid); DROP FUNCTION meetings_left_minutes(uuid);"


class Migration(migrations.Migration):
    dependencies = [("meetings", "0012_what_the_family_said"), ("access", "0017_left_forms")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
