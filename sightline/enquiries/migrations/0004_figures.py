from django.db import migrations

# Where enquiries that ended found the harm, with what they found: each enquiry once, as it was last ended. The first
# counts what the viewer may open; the second, for those who answer for the partnership, all but what hangs on a sealed
# folder, in numbers alone.
FUNCTIONS = """
CREATE FUNCTION enquiries_found(since timestamptz, until timestamptz, leave_out uuid[])
RETURNS TABLE (harm_where text[], finding text, conference boolean, children bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT t.harm_where::text[], e.finding::text, e.conference, count(*)
    FROM (
        SELECT DISTINCT ON (n.enquiry_id) n.* FROM enquiries_enquiryend n
        WHERE NOT n.folder_id = ANY (leave_out)
        ORDER BY n.enquiry_id, n.written_at DESC, n.id DESC
    ) e
    JOIN enquiries_enquiry q ON q.id = e.enquiry_id AND q.ended_at IS NOT NULL
    JOIN enquiries_enquirytext t ON t.id = e.text_id
    WHERE e.written_at >= since AND e.written_at < until
    GROUP BY 1, 2, 3
$$;

CREATE FUNCTION enquiries_found_everywhere(since timestamptz, until timestamptz)
RETURNS TABLE (harm_where text[], finding text, conference boolean, children bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM enquiries_found(since, until, ARRAY(SELECT access_all_sealed()))
    WHERE agencies_may('work.partnership')
$$;
REVOKE ALL ON FUNCTION enquiries_found_everywhere(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enquiries_found_everywhere(timestamptz, timestamptz) TO sightline_app;
"""
BACK = """
DROP FUNCTION enquiries_found_everywhere(timestamptz, timestamptz);
DROP FUNCTION enquiries_found(timestamptz, timestamptz, uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enquiries", "0003_where_the_harm_is"),
        ("access", "0011_all_sealed"),
        ("agencies", "0002_may"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
