from importlib import import_module

from django.db import migrations

# As 0007, but the answers are those of the child whom a concern is about: of the record that its part is read with, as the
# child's page puts them together (the known record's own answer first, else the one of the record opened first), and to
# every question about groups that ASM-03 names. Answers in words are put in small letters, so that the same one is counted
# once; the program leaves out the rare.
FUNCTIONS = """
DROP FUNCTION concerns_decided_everywhere(timestamptz, timestamptz, date);
DROP FUNCTION concerns_decided(timestamptz, timestamptz, date, uuid[]);

CREATE FUNCTION concerns_decided(since timestamptz, until timestamptz, on_day date, leave_out uuid[])
RETURNS TABLE (split text, groups text[], level text, outcome text, children bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH part AS MATERIALIZED (
        SELECT p.id, p.harm_where::text[] AS places, coalesce(j.into_id, p.folder_id) AS lead,
               s.level_name::text AS level, s.outcome_id::text AS outcome
        FROM concerns_concernpart p
        LEFT JOIN access_joining j ON j.folder_id = p.folder_id AND j.undone_at IS NULL
        LEFT JOIN LATERAL (
            SELECT s.level_name, s.outcome_id FROM concerns_screening s JOIN records_decision m ON m.id = s.decision_id
            WHERE s.part_id = p.id ORDER BY m.made_at DESC LIMIT 1
        ) s ON true
        WHERE p.written_at >= since AND p.written_at < until AND NOT p.folder_id = ANY (leave_out)
    ), answer AS (
        SELECT part.id, held.question, array_agg(DISTINCT held.said) AS groups
        FROM part, LATERAL (
            SELECT i.question,
                   CASE WHEN i.answered <> 'given' THEN i.answered WHEN i.code <> '' THEN 'code ' || i.code
                        ELSE 'words ' || lower(btrim(i.words)) END AS said,
                   rank() OVER (PARTITION BY i.question ORDER BY c.folder_id <> part.lead, f.opened_at, c.id) AS place
            FROM children_person c
            JOIN access_folder f ON f.id = c.folder_id
            JOIN children_identity i ON i.person_id = c.id
            WHERE c.folder_id = ANY (ARRAY(
                      SELECT part.lead UNION ALL
                      SELECT j.folder_id FROM access_joining j WHERE j.into_id = part.lead AND j.undone_at IS NULL))
              AND NOT c.folder_id = ANY (leave_out)
              AND i.question IN ('ethnicity', 'religion', 'language', 'sexuality', 'disability')
              AND i.held_from <= on_day AND (i.held_until IS NULL OR i.held_until > on_day)
        ) held
        WHERE held.place = 1
        GROUP BY part.id, held.question
    )
    SELECT 'place', places, level, outcome, count(*) FROM part GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT asked.question, coalesce(answer.groups, '{}'), part.level, part.outcome, count(*)
    FROM part
    CROSS JOIN unnest(ARRAY['ethnicity', 'religion', 'language', 'sexuality', 'disability']) AS asked (question)
    LEFT JOIN answer ON answer.id = part.id AND answer.question = asked.question
    GROUP BY 1, 2, 3, 4
$$;

CREATE FUNCTION concerns_decided_everywhere(since timestamptz, until timestamptz, on_day date)
RETURNS TABLE (split text, groups text[], level text, outcome text, children bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM concerns_decided(since, until, on_day, ARRAY(SELECT access_all_sealed()))
    WHERE agencies_may('work.partnership')
$$;
REVOKE ALL ON FUNCTION concerns_decided_everywhere(timestamptz, timestamptz, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION concerns_decided_everywhere(timestamptz, timestamptz, date) TO sightline_app;
"""
_BEFORE = import_module("sightline.concerns.migrations.0007_figures")


class Migration(migrations.Migration):
    dependencies = [("concerns", "0011_found_by_reference"), ("access", "0012_with_the_post")]
    operations = [migrations.RunSQL(FUNCTIONS, _BEFORE.BACK + _BEFORE.FUNCTIONS)]
