from django.db import migrations

# Like the functions that they replace, these ask the door once for each folder, and then read the entries of the
# opened folders alone with the owner's eyes; they give keys and counts, never what is written. What is new is that
# no more keys come back than a page shows, counted only where that is asked, and that names are looked up for each
# group of entries and not for each entry.
FUNCTIONS = """
CREATE FUNCTION chronology_keys(
    wanted uuid[], of_kind text, of_agency text, by_author text, marked boolean, stated text, words_asked text,
    since timestamptz, until timestamptz, known_before timestamptz,
    as_known boolean, oldest_first boolean, most integer, counted boolean
) RETURNS TABLE (at timestamptz, number integer, id uuid, many bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    opened uuid[] := chronology_opened(wanted);
    moment text := CASE WHEN as_known THEN 'e.written_at' ELSE 'e.happened_at' END;
    way text := CASE WHEN oldest_first THEN 'ASC' ELSE 'DESC' END;
BEGIN
    -- Put together from the words above and below alone; what was asked for goes in as values. Each asking is planned
    -- for itself: a condition that was not asked for costs nothing, and one folder is read in the order of its index.
    RETURN QUERY EXECUTE format(
        'SELECT %1$s, e.number, e.id, %2$s FROM records_entry e WHERE %3$s'
        ' AND ($2 = '''' OR e.title = $2)'
        ' AND ($3 = '''' OR EXISTS (SELECT FROM agencies_agency a WHERE a.id = e.agency_id AND a.name = $3)'
        '      OR (e.agency_id IS NULL AND right(e.author_post, length($3) + 2) = '', '' || $3))'
        ' AND ($4 = '''' OR EXISTS (SELECT FROM agencies_practitioner p WHERE p.id = e.author_id AND p.name = $4))'
        ' AND (NOT $5 OR e.significant)'
        ' AND ($6 = '''' OR EXISTS (SELECT FROM records_statement s WHERE s.entry_id = e.id AND s.kind = $6))'
        ' AND ($7 = '''' OR e.words @@ websearch_to_tsquery(''english'', $7))'
        ' AND ($8 IS NULL OR e.happened_at >= $8)'
        ' AND ($9 IS NULL OR e.happened_at < $9)'
        ' AND ($10 IS NULL OR e.written_at < $10)'
        ' ORDER BY %1$s %4$s, e.number %4$s, e.id %4$s LIMIT $11',
        moment,
        CASE WHEN counted THEN 'count(*) OVER ()' ELSE 'NULL::bigint' END,
        CASE WHEN cardinality(opened) = 1 THEN 'e.folder_id = $1[1]' ELSE 'e.folder_id = ANY($1)' END,
        way
    ) USING opened, of_kind, of_agency, by_author, marked, stated, words_asked, since, until, known_before, most;
END $$;

DROP FUNCTION chronology_entry_keys(uuid[], text, text, text, boolean, text, text, timestamptz, timestamptz, timestamptz);

CREATE OR REPLACE FUNCTION chronology_counts(wanted uuid[], known_before timestamptz)
RETURNS TABLE (which integer, title text, agency text, author text, month date, many bigint, marked bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened uuid[] := chronology_opened(wanted);
BEGIN
    RETURN QUERY
    SELECT grouping(f.title, f.agency, f.author, f.month), f.title, f.agency, f.author, f.month,
           sum(f.many)::bigint, sum(f.marked)::bigint
    FROM (
        SELECT g.title::text, coalesce(a.name, ltrim(split_part(g.post, ',', -1)))::text AS agency,
               p.name::text AS author, g.month, g.many, g.marked
        FROM (
            SELECT e.title, e.agency_id, CASE WHEN e.agency_id IS NULL THEN e.author_post END AS post, e.author_id,
                   date_trunc('month', e.happened_at AT TIME ZONE 'Europe/London')::date AS month,
                   count(*) AS many, count(*) FILTER (WHERE e.significant) AS marked
            FROM records_entry e
            WHERE e.folder_id = ANY(opened) AND (known_before IS NULL OR e.written_at < known_before)
            GROUP BY 1, 2, 3, 4, 5
        ) g
        JOIN agencies_practitioner p ON p.id = g.author_id
        LEFT JOIN agencies_agency a ON a.id = g.agency_id
    ) f
    GROUP BY GROUPING SETS ((f.agency), (f.author), (f.title, f.month));
END $$;
"""
BACK = """
DROP FUNCTION chronology_keys(uuid[], text, text, text, boolean, text, text, timestamptz, timestamptz, timestamptz,
                              boolean, boolean, integer, boolean);
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
"""


class Migration(migrations.Migration):
    dependencies = [("chronology", "0002_reading_by_folder")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
