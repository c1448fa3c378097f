from django.db import migrations

# How many children of concerns of a time there are, by where the harm is, by their own answers on a day and by the
# decision that stands now. The first counts what the viewer may open. The second counts over the whole partnership, for
# those who answer for it and may open few of its records: numbers alone, and nothing that hangs on a sealed folder.
FUNCTIONS = """
CREATE FUNCTION concerns_decided(since timestamptz, until timestamptz, on_day date, leave_out uuid[])
RETURNS TABLE (harm_where text[], ethnicity text, ethnicity_code text, disability text, disability_code text,
               level text, outcome text, children bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT p.harm_where::text[], e.answered, e.code, d.answered, d.code, s.level_name, s.outcome_id, count(*)
    FROM concerns_concernpart p
    LEFT JOIN LATERAL (
        SELECT s.level_name, s.outcome_id FROM concerns_screening s JOIN records_decision m ON m.id = s.decision_id
        WHERE s.part_id = p.id ORDER BY m.made_at DESC LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT i.answered, i.code FROM children_identity i
        WHERE i.person_id = p.child_id AND i.question = 'ethnicity'
          AND i.held_from <= on_day AND (i.held_until IS NULL OR i.held_until > on_day) LIMIT 1
    ) e ON true
    LEFT JOIN LATERAL (
        SELECT i.answered, i.code FROM children_identity i
        WHERE i.person_id = p.child_id AND i.question = 'disability'
          AND i.held_from <= on_day AND (i.held_until IS NULL OR i.held_until > on_day) LIMIT 1
    ) d ON true
    WHERE p.written_at >= since AND p.written_at < until AND NOT p.folder_id = ANY (leave_out)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
$$;

CREATE FUNCTION concerns_decided_everywhere(since timestamptz, until timestamptz, on_day date)
RETURNS TABLE (harm_where text[], ethnicity text, ethnicity_code text, disability text, disability_code text,
               level text, outcome text, children bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM concerns_decided(since, until, on_day, ARRAY(SELECT access_all_sealed()))
    WHERE agencies_may('work.partnership')
$$;
REVOKE ALL ON FUNCTION concerns_decided_everywhere(timestamptz, timestamptz, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION concerns_decided_everywhere(timestamptz, timestamptz, date) TO sightline_app;
"""
BACK = """
DROP FUNCTION concerns_decided_everywhere(timestamptz, timestamptz, date);
DROP FUNCTION concerns_decided(timestamptz, timestamptz, date, uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("concerns", "0006_board"),
        ("access", "0011_all_sealed"),
        ("agencies", "0002_may"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
