from django.db import migrations

FUNCTIONS = """
-- Whether the viewer, who may write in a record, has more there than what an invitation to a meeting opened: a sealed
-- record is open only to those it names, and any other by a grant that came of work with the child.
CREATE FUNCTION meetings_works_there(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me uuid := kernel_practitioner();
    joined uuid;
BEGIN
    SELECT j.into_id INTO joined FROM access_joining j WHERE j.folder_id = wanted AND j.undone_at IS NULL;
    IF EXISTS (SELECT 1 FROM access_seal WHERE folder_id IN (wanted, joined) AND lifted_at IS NULL) THEN RETURN true; END IF;
    RETURN EXISTS (
        SELECT 1 FROM access_grant g
        WHERE g.folder_id IN (wanted, joined) AND g.level = 'write' AND g.origin <> 'meeting'
          AND (g.ends_at IS NULL OR g.ends_at > now())
          AND (g.practitioner_id IS NULL OR g.practitioner_id = me)
          AND EXISTS (SELECT 1 FROM agencies_posting p
                      WHERE p.practitioner_id = me AND p.held_from <= agencies_today()
                        AND (p.held_until IS NULL OR p.held_until > agencies_today())
                        AND (p.id = g.posting_id OR p.team_id = g.team_id OR p.agency_id = g.agency_id)));
END $$;
REVOKE ALL ON FUNCTION meetings_works_there(uuid) FROM PUBLIC;

-- Who arranges a meeting and records it: whoever leads it or takes its minutes, and whoever may write in the record of
-- any child in it, if they called it or work with that child. Whoever was let into the record by an invitation alone
-- sends what their agency knows, and arranges nothing.
CREATE OR REPLACE FUNCTION meetings_may_work(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me uuid := kernel_practitioner();
    meeting record;
    part record;
BEGIN
    IF me IS NULL THEN RETURN false; END IF;
    SELECT m.chair_id, m.minute_taker_id, m.called_by_id INTO meeting FROM meetings_meeting m WHERE m.id = wanted;
    IF me IN (meeting.chair_id, meeting.minute_taker_id) THEN RETURN true; END IF;
    FOR part IN SELECT folder_id FROM meetings_meetingchild WHERE meeting_id = wanted LOOP
        IF access_opens(part.folder_id, true)
           AND (me = meeting.called_by_id OR meetings_works_there(part.folder_id)) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_invited_anew"), ("access", "0016_given_for_a_match")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
