from django.db import migrations

# As before, but an event whose significance a correction took back is significant no more, from when that was written:
# neither asked for nor counted as such.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION chronology_keys(
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
        ' AND (NOT $5 OR (e.significant AND coalesce(('
        '     SELECT c.significant FROM records_entry c WHERE c.corrects_id = coalesce(e.corrects_id, e.id)'
        '     AND ($10 IS NULL OR c.written_at < $10) ORDER BY c.number DESC LIMIT 1), true)))'
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
                   count(*) AS many, count(*) FILTER (WHERE e.significant AND coalesce(l.significant, true)) AS marked
            FROM records_entry e
            LEFT JOIN (
                SELECT DISTINCT ON (c.corrects_id) c.corrects_id, c.significant FROM records_entry c
                WHERE c.folder_id = ANY(opened) AND c.corrects_id IS NOT NULL
                  AND (known_before IS NULL OR c.written_at < known_before)
                ORDER BY c.corrects_id, c.number DESC
            ) l ON l.corrects_id = coalesce(e.corrects_id, e.id)
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
CREATE OR REPLACE FUNCTION chronology_keys(
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


class Migration(migrations.Migration):
    dependencies = [("chronology", "0003_only_what_is_shown"), ("records", "0006_left_drafts")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
