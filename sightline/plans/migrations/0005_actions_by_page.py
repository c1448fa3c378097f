from django.db import migrations, models

# A page of the open actions of agencies over all records that the viewer may open: what is late first, then what was
# given to somebody who has left, then the rest; and how many there are of each in all. Past the doors, as before. The
# index holds all that counting takes, so that no row of the table is read for it.
FUNCTIONS = """
CREATE FUNCTION plans_actions_of(of_agencies uuid[], as_of date, most integer, beyond integer)
RETURNS TABLE (id uuid, part integer, late bigint, gone bigint, coming bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT m.folder_id FROM access_my_folders() AS m(folder_id)
    ), holders AS MATERIALIZED (
        SELECT p.practitioner_id, p.agency_id FROM agencies_posting p
        WHERE p.agency_id = ANY (of_agencies) AND p.held_from <= as_of
          AND (p.held_until IS NULL OR p.held_until > as_of)
    ), by_whom AS MATERIALIZED (
        SELECT a.practitioner_id, a.agency_id, count(*) FILTER (WHERE a.due_on < as_of) AS late,
               count(*) FILTER (WHERE a.due_on >= as_of) AS not_due
        FROM plans_action a
        WHERE a.state = 'open' AND a.agency_id = ANY (of_agencies)
          AND (a.folder_id IN (SELECT m.folder_id FROM mine m)) IS TRUE
        GROUP BY a.practitioner_id, a.agency_id
    ), counted AS MATERIALIZED (
        SELECT coalesce(sum(w.late), 0)::bigint AS late,
               coalesce(sum(w.not_due) FILTER (WHERE NOT w.held), 0)::bigint AS gone,
               coalesce(sum(w.not_due) FILTER (WHERE w.held), 0)::bigint AS coming
        FROM (SELECT b.*, EXISTS (SELECT 1 FROM holders h WHERE h.practitioner_id = b.practitioner_id
                                  AND h.agency_id = b.agency_id) AS held FROM by_whom b) w
    )
    (SELECT a.id, 1, c.late, c.gone, c.coming
     FROM counted c CROSS JOIN unnest(of_agencies) AS g(agency) CROSS JOIN LATERAL (
         SELECT o.id, o.due_on FROM plans_action o
         WHERE o.state = 'open' AND o.agency_id = g.agency AND o.due_on < as_of
           AND (o.folder_id IN (SELECT m.folder_id FROM mine m)) IS TRUE
         ORDER BY o.due_on, o.id LIMIT most + beyond) a
     WHERE c.late > beyond
     ORDER BY a.due_on, a.id
     LIMIT most
     OFFSET beyond)
    UNION ALL
    (SELECT a.id, 2, c.late, c.gone, c.coming
     FROM counted c CROSS JOIN unnest(of_agencies) AS g(agency) CROSS JOIN LATERAL (
         SELECT o.id, o.due_on FROM plans_action o
         WHERE o.state = 'open' AND o.agency_id = g.agency AND o.due_on >= as_of
           AND ((o.practitioner_id, o.agency_id) IN (SELECT h.practitioner_id, h.agency_id FROM holders h)) IS NOT TRUE
           AND (o.folder_id IN (SELECT m.folder_id FROM mine m)) IS TRUE
         ORDER BY o.due_on, o.id LIMIT most + beyond) a
     WHERE c.gone > 0 AND c.late + c.gone > beyond AND c.late < beyond + most
     ORDER BY a.due_on, a.id
     LIMIT (SELECT greatest(least(most, beyond + most - n.late), 0) FROM counted n)
     OFFSET (SELECT greatest(beyond - n.late, 0) FROM counted n))
    UNION ALL
    (SELECT a.id, 3, c.late, c.gone, c.coming
     FROM counted c CROSS JOIN unnest(of_agencies) AS g(agency) CROSS JOIN LATERAL (
         SELECT o.id, o.due_on FROM plans_action o
         WHERE o.state = 'open' AND o.agency_id = g.agency AND o.due_on >= as_of
           AND ((o.practitioner_id, o.agency_id) IN (SELECT h.practitioner_id, h.agency_id FROM holders h)) IS TRUE
           AND (o.folder_id IN (SELECT m.folder_id FROM mine m)) IS TRUE
         ORDER BY o.due_on, o.id LIMIT most + beyond) a
     WHERE c.coming > 0 AND c.late + c.gone < beyond + most
     ORDER BY a.due_on, a.id
     LIMIT (SELECT greatest(least(most, beyond + most - n.late - n.gone), 0) FROM counted n)
     OFFSET (SELECT greatest(beyond - n.late - n.gone, 0) FROM counted n))
$$;
REVOKE ALL ON FUNCTION plans_actions_of(uuid[], date, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plans_actions_of(uuid[], date, integer, integer) TO sightline_app;
DROP FUNCTION plans_open_actions(uuid[], integer);
"""
BACK = """
CREATE FUNCTION plans_open_actions(of_agencies uuid[], most integer) RETURNS TABLE (id uuid, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH open AS MATERIALIZED (
        SELECT a.id, a.due_on
        FROM access_my_folders() AS m(folder_id) JOIN plans_action a ON a.folder_id = m.folder_id
        WHERE a.state = 'open' AND a.agency_id = ANY (of_agencies)
    )
    SELECT o.id, (SELECT count(*) FROM open) FROM open o ORDER BY o.due_on, o.id LIMIT most
$$;
REVOKE ALL ON FUNCTION plans_open_actions(uuid[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plans_open_actions(uuid[], integer) TO sightline_app;
DROP FUNCTION plans_actions_of(uuid[], date, integer, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0004_lists")]
    operations = [
        migrations.AddIndex(
            "action",
            models.Index(
                fields=["agency", "due_on", "id"],
                include=["folder", "practitioner"],
                name="action_open",
                condition=models.Q(state="open"),
            ),
        ),
        migrations.RemoveIndex("action", "action_of_agency"),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
