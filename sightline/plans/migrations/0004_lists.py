from django.db import migrations, models

# Lists over all records that the viewer may open: which rows stand in them. Past the doors, so that the door is asked
# once for the list and not for each row, and with the same answer; the rows themselves are then read through the doors.
FUNCTIONS = """
CREATE FUNCTION plans_open_actions(of_agencies uuid[], most integer) RETURNS TABLE (id uuid, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH open AS MATERIALIZED (
        SELECT a.id, a.due_on
        FROM access_my_folders() AS m(folder_id) JOIN plans_action a ON a.folder_id = m.folder_id
        WHERE a.state = 'open' AND a.agency_id = ANY (of_agencies)
    )
    SELECT o.id, (SELECT count(*) FROM open) FROM open o ORDER BY o.due_on, o.id LIMIT most
$$;

-- The latest word on a need that nothing meets, unless it was dropped or its plan has ended; the longest known first.
CREATE FUNCTION plans_unmet_needs(most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.id
    FROM access_my_folders() AS m(folder_id) JOIN plans_need n ON n.folder_id = m.folder_id
    JOIN plans_plan p ON p.id = n.plan_id
    WHERE n.unmet_why <> '' AND n.dropped_why = '' AND p.state <> 'closed'
      AND NOT EXISTS (SELECT 1 FROM plans_need l
                      WHERE l.plan_id = n.plan_id AND l.item = n.item AND l.revision > n.revision)
    ORDER BY n.written_at, n.id LIMIT most
$$;

CREATE FUNCTION plans_waiting_offers(most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id FROM access_my_folders() AS m(folder_id) JOIN plans_offer o ON o.folder_id = m.folder_id
    WHERE o.state IN ('waiting', 'not_available')
    ORDER BY o.offered_on, o.id LIMIT most
$$;
REVOKE ALL ON FUNCTION plans_open_actions(uuid[], integer), plans_unmet_needs(integer), plans_waiting_offers(integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plans_open_actions(uuid[], integer), plans_unmet_needs(integer), plans_waiting_offers(integer)
    TO sightline_app;
"""
BACK = """
DROP FUNCTION plans_waiting_offers(integer); DROP FUNCTION plans_unmet_needs(integer);
DROP FUNCTION plans_open_actions(uuid[], integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0003_violence_outside_the_home_and_visits_put_right"),
        ("access", "0009_my_folders"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.AddIndex(
            "need",
            models.Index(
                fields=["folder"],
                name="need_unmet",
                condition=~models.Q(unmet_why="") & models.Q(dropped_why=""),
            ),
        ),
        migrations.AddIndex(
            "offer",
            models.Index(
                fields=["folder"],
                name="offer_waiting",
                condition=models.Q(state__in=["waiting", "not_available"]),
            ),
        ),
    ]
