from django.db import migrations

# The door of a table is asked for every row that a reading looks at, and a long record has thousands. These functions
# ask it once for each folder and then read with the owner's eyes, entries of the opened folders alone. They give
# keys and counts, never what is written: that is read through the door, a page at a time.
FUNCTIONS = """
CREATE FUNCTION chronology_opened(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(f), '{}') FROM unnest(wanted) f WHERE kernel_viewer() <> '' AND access_may_read(f)
$$;

CREATE FUNCTION chronology_entry_keys(
    wanted uuid[], of_kind text, of_agency text, by_author text, marked boolean, stated text, words_asked text,
    since timestamptz, until timestamptz, known_before timestamptz
) RETURNS TABLE (id uuid, happened_at timestamptz, written_at timestamptz, number integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened uuid[] := chronology_opened(wanted);
BEGIN
    RETURN QUERY
    SELECT e.id, e.happened_at, e.written_at, e.number
    FROM records_entry e
    WHERE e.folder_id = ANY(opened)
      AND (of_kind = '' OR e.title = of_kind)
      AND (of_agency = '' OR EXISTS (SELECT FROM agencies_agency a WHERE a.id = e.agency_id AND a.name = of_agency)
           OR (e.agency_id IS NULL AND right(e.author_post, length(of_agency) + 2) = ', ' || of_agency))
      AND (by_author = '' OR EXISTS (
              SELECT FROM agencies_practitioner p WHERE p.id = e.author_id AND p.name = by_author))
      AND (NOT marked OR e.significant)
      AND (stated = '' OR EXISTS (SELECT FROM records_statement s WHERE s.entry_id = e.id AND s.kind = stated))
      AND (words_asked = '' OR e.words @@ websearch_to_tsquery('english', words_asked))
      AND (since IS NULL OR e.happened_at >= since)
      AND (until IS NULL OR e.happened_at < until)
      AND (known_before IS NULL OR e.written_at < known_before);
END $$;

CREATE FUNCTION chronology_counts(wanted uuid[], known_before timestamptz)
RETURNS TABLE (which integer, title text, agency text, author text, month date, many bigint, marked bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened uuid[] := chronology_opened(wanted);
BEGIN
    RETURN QUERY
    SELECT grouping(f.title, f.agency, f.author, f.month), f.title, f.agency, f.author, f.month,
           count(*), count(*) FILTER (WHERE f.significant)
    FROM (
        SELECT e.title::text, coalesce(a.name, ltrim(split_part(e.author_post, ',', -1)))::text AS agency,
               p.name::text AS author, date_trunc('month', e.happened_at AT TIME ZONE 'Europe/London')::date AS month,
               e.significant
        FROM records_entry e
        JOIN agencies_practitioner p ON p.id = e.author_id
        LEFT JOIN agencies_agency a ON a.id = e.agency_id
        WHERE e.folder_id = ANY(opened) AND (known_before IS NULL OR e.written_at < known_before)
    ) f
    GROUP BY GROUPING SETS ((f.agency), (f.author), (f.title, f.month));
END $$;
"""
BACK = """
DROP FUNCTION chronology_counts(uuid[], timestamptz);
DROP FUNCTION chronology_entry_keys(uuid[], text, text, text, boolean, text, text, timestamptz, timestamptz, timestamptz);
DROP FUNCTION chronology_opened(uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chronology", "0001_initial"),
        ("records", "0003_written_in_paragraphs"),
        ("access", "0005_may_read_trail"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
