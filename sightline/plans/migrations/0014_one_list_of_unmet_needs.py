from django.db import migrations

# The list of needs that nothing meets and of waits, of plans and of assessments, over all records that the viewer may
# open: which rows stand on a page of it, by place and agency, and how many there are in all. Past the doors, as the
# lists of 0004; the rows themselves are then read through the doors. The two functions of 0004 that this takes the place
# of are used by the program of before, and go a release later.
FUNCTION = """
CREATE FUNCTION plans_unmet(most integer, skipped integer) RETURNS TABLE (kind text, id uuid, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS MATERIALIZED (SELECT folder_id FROM access_my_folders() AS m(folder_id)),
    found AS MATERIALIZED (
        SELECT 'plan' AS kind, n.id, n.area, coalesce(a.name, '') AS agency, n.written_at AS since
        FROM mine m JOIN plans_need n ON n.folder_id = m.folder_id
        JOIN plans_plan p ON p.id = n.plan_id LEFT JOIN agencies_agency a ON a.id = n.agency_id
        WHERE n.unmet_why <> '' AND n.dropped_why = '' AND p.state <> 'closed'
          AND NOT EXISTS (SELECT 1 FROM plans_need l
                          WHERE l.plan_id = n.plan_id AND l.item = n.item AND l.revision > n.revision)
        UNION ALL
        SELECT 'wait', o.id, coalesce(array_to_string(l.places, ', '), ''), coalesce(a.name, ''),
               o.offered_on::timestamptz
        FROM mine m JOIN plans_offer o ON o.folder_id = m.folder_id
        LEFT JOIN plans_localhelp l ON l.id = o.local_id LEFT JOIN agencies_agency a ON a.id = l.agency_id
        WHERE o.state IN ('waiting', 'not_available')
        UNION ALL
        SELECT 'assessment', n.id, n.area, coalesce(a.name, ''), n.written_at
        FROM mine m JOIN enquiries_need n ON n.folder_id = m.folder_id
        LEFT JOIN agencies_agency a ON a.id = n.agency_id
        WHERE n.withdrawn_why = '' AND (n.unmet_why <> '' OR n.waiting_since IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM enquiries_need r WHERE r.replaces_id = n.id)
    )
    SELECT f.kind, f.id, (SELECT count(*) FROM found)
    FROM found f ORDER BY f.area, f.agency, f.since, f.id LIMIT most OFFSET skipped
$$;
REVOKE ALL ON FUNCTION plans_unmet(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plans_unmet(integer, integer) TO sightline_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0013_at_which_meeting"),
        ("enquiries", "0016_why_nothing_less"),
        ("access", "0009_my_folders"),
    ]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION plans_unmet(integer, integer);")]
