from importlib import import_module

from django.db import migrations

DROP = "DROP FUNCTION procedures_news(timestamptz, text[], text[]);"
FUNCTIONS = """
-- What others did, and what was missed, on the children whom the viewer works with, since they last opened one of
-- the pages `seen` of each child. The trail is read past its door, but only acts named in `wrote`, on records that
-- the viewer may open, and never who looked. What was missed is told as it stands now: what has been answered for,
-- withdrawn, or shown to have been done in time is no news any more.
CREATE FUNCTION procedures_news(since timestamptz, wrote text[], seen text[])
RETURNS TABLE (folder uuid, at timestamptz, what text, by_whom text, duty uuid, stands text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT i.folder_id FROM children_involvement i
        WHERE i.practitioner_id = kernel_practitioner() AND i.held_from <= agencies_today()
          AND (i.held_until IS NULL OR i.held_until > agencies_today())
        UNION
        SELECT g.folder_id FROM access_grant g
        WHERE g.practitioner_id = kernel_practitioner() AND g.origin IN ('allocation', 'involvement')
          AND (g.ends_at IS NULL OR g.ends_at > now())
    ), lead AS (
        SELECT DISTINCT coalesce(j.into_id, m.folder_id) AS id
        FROM mine m LEFT JOIN access_joining j ON j.folder_id = m.folder_id AND j.undone_at IS NULL
    ), part AS (
        SELECT l.id AS lead, l.id AS folder FROM lead l
        UNION
        SELECT l.id, j.folder_id FROM lead l JOIN access_joining j ON j.into_id = l.id AND j.undone_at IS NULL
    ), opened AS (
        SELECT p.lead, p.folder FROM part p WHERE access_opens(p.folder, false) AND access_opens(p.lead, false)
    ), looked AS (
        SELECT e.folder_id, max(e.at) AS at FROM audit_event e
        WHERE e.practitioner_id = kernel_practitioner() AND e.verb = 'read' AND e.what = ANY (seen)
          AND e.at > since AND e.folder_id IN (SELECT l.id FROM lead l)
        GROUP BY e.folder_id
    ), found AS (
        SELECT o.lead, e.at, e.what,
               CASE WHEN e.practitioner_id IS NULL THEN '' ELSE concat_ws(', ', p.name, nullif(e.post, '')) END AS by_whom,
               NULL::uuid AS duty, '' AS stands
        FROM opened o JOIN audit_event e ON e.folder_id = o.folder AND e.at > since
        LEFT JOIN agencies_practitioner p ON p.id = e.practitioner_id
        WHERE e.verb = 'wrote' AND e.what = ANY (wrote) AND e.actor_kind IN ('practitioner', 'public')
          AND e.practitioner_id IS DISTINCT FROM kernel_practitioner()
        UNION ALL
        SELECT o.lead, e.at, d.title, coalesce(p.name, ''), d.id, d.state::text
        FROM opened o JOIN procedures_dutyevent e ON e.folder_id = o.folder AND e.act = 'miss' AND e.at > since
        JOIN procedures_duty d ON d.id = e.duty_id AND d.state IN ('missed', 'done late')
        LEFT JOIN agencies_practitioner p ON p.id = d.owner_id
    )
    SELECT f.lead, f.at, f.what, f.by_whom, f.duty, f.stands
    FROM found f LEFT JOIN looked k ON k.folder_id = f.lead
    WHERE f.at > coalesce(k.at, since)
    ORDER BY f.at DESC LIMIT 500
$$;
"""
BEFORE = import_module("sightline.procedures.migrations.0002_news").FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("procedures", "0006_kept")]
    operations = [migrations.RunSQL(DROP + FUNCTIONS, DROP + BEFORE)]
