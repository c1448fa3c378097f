from importlib import import_module

from django.db import migrations

# As before, but a page in the middle of a long record has no keys come back that stand before it (`skipped`), and all
# that match are counted in the same pass. A statement is looked for among those of the folders, together, and no more in
# each entry by itself. Where nothing is left after what is skipped, one row without a key says how many there are.
#
# It is counted by months without asking the calendar about each entry: the first instants of London's months are worked
# out once, and an entry falls between two of them. Names are looked up for each group. `marked` counts what a correction
# written by then has not taken back.
FORWARD = """
CREATE FUNCTION chronology_keys(
    wanted uuid[], of_kind text, of_agency text, by_author text, marked boolean, stated text, words_asked text,
    since timestamptz, until timestamptz, known_before timestamptz,
    as_known boolean, oldest_first boolean, most integer, counted boolean, skipped integer
) RETURNS TABLE (at timestamptz, number integer, id uuid, many bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    opened uuid[] := chronology_opened(wanted);
    moment text := CASE WHEN as_known THEN 'e.written_at' ELSE 'e.happened_at' END;
    way text := CASE WHEN oldest_first THEN 'ASC' ELSE 'DESC' END;
    rows text := format(
        'SELECT %1$s AS at, e.number, e.id FROM records_entry e WHERE %2$s'
        ' AND ($2 = '''' OR e.title = $2)'
        ' AND ($3 = '''' OR EXISTS (SELECT FROM agencies_agency a WHERE a.id = e.agency_id AND a.name = $3)'
        '      OR (e.agency_id IS NULL AND right(e.author_post, length($3) + 2) = '', '' || $3))'
        ' AND ($4 = '''' OR EXISTS (SELECT FROM agencies_practitioner p WHERE p.id = e.author_id AND p.name = $4))'
        ' AND (NOT $5 OR (e.significant AND coalesce(('
        '     SELECT c.significant FROM records_entry c'
        '     WHERE c.corrects_id = CASE WHEN e.corrects_id IS NULL THEN e.id ELSE e.corrects_id END'
        '     AND ($10 IS NULL OR c.written_at < $10) ORDER BY c.number DESC LIMIT 1), true)))'
        ' AND ($6 = '''' OR e.id IN (SELECT s.entry_id FROM records_statement s'
        '                            WHERE s.folder_id = ANY($1) AND s.kind = $6))'
        ' AND ($7 = '''' OR e.words @@ websearch_to_tsquery(''english'', kernel_plain($7)))'
        ' AND ($8 IS NULL OR e.happened_at >= $8)'
        ' AND ($9 IS NULL OR e.happened_at < $9)'
        ' AND ($10 IS NULL OR e.written_at < $10)',
        moment,
        CASE WHEN cardinality(opened) = 1 THEN 'e.folder_id = $1[1]' ELSE 'e.folder_id = ANY($1)' END
    );
    page text := format('ORDER BY at %1$s, number %1$s, id %1$s LIMIT $11 OFFSET $12', way);
BEGIN
    -- Put together from the words above and below alone; what was asked for goes in as values. Each asking is planned
    -- for itself: a condition that was not asked for costs nothing, and one folder is read in the order of its index.
    RETURN QUERY EXECUTE CASE WHEN counted THEN format(
        'WITH f AS MATERIALIZED (%s) SELECT p.at, p.number, p.id, n.many'
        ' FROM (SELECT count(*) AS many FROM f) n LEFT JOIN (SELECT * FROM f %s) p ON true'
        ' WHERE p.id IS NOT NULL OR ($12 > 0 AND n.many > 0)', rows, page
    ) ELSE format('SELECT *, NULL::bigint FROM (%s) f %s', rows, page) END
    USING opened, of_kind, of_agency, by_author, marked, stated, words_asked, since, until, known_before, most, skipped;
END $$;

CREATE OR REPLACE FUNCTION chronology_counts(wanted uuid[], known_before timestamptz)
RETURNS TABLE (which integer, title text, agency text, author text, month date, many bigint, marked bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
-- Planned once a connection: no folder wants another plan.
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    opened uuid[] := chronology_opened(wanted);
    months timestamptz[];
    taken_back uuid[];
BEGIN
    SELECT array_agg(m ORDER BY m) INTO months
    FROM (SELECT min(e.first) AS first, max(e.last) AS last FROM unnest(opened) f
          -- Of one folder: the ends of its index.
          CROSS JOIN LATERAL (SELECT min(e.happened_at) AS first, max(e.happened_at) AS last FROM records_entry e
                              WHERE e.folder_id = f) e) h
    CROSS JOIN LATERAL generate_series(
        date_trunc('month', h.first, 'Europe/London'), h.last, interval '1 month', 'Europe/London') m;
    SELECT coalesce(array_agg(l.corrects_id) FILTER (WHERE NOT l.significant), '{}') INTO taken_back
    FROM (
        SELECT DISTINCT ON (c.corrects_id) c.corrects_id, c.significant FROM records_entry c
        WHERE c.folder_id = ANY(opened) AND c.corrects_id IS NOT NULL
          AND (known_before IS NULL OR c.written_at < known_before)
        ORDER BY c.corrects_id, c.number DESC
    ) l;
    RETURN QUERY
    WITH k AS (
        SELECT e.title, e.author_id, e.agency_id, CASE WHEN e.agency_id IS NULL THEN e.author_post END AS post,
               width_bucket(e.happened_at, months) AS month,
               e.significant AND coalesce(e.corrects_id, e.id) <> ALL(taken_back) AS marked
        FROM records_entry e
        WHERE e.folder_id = ANY(opened) AND (known_before IS NULL OR e.written_at < known_before)
    ), g AS (
        SELECT grouping(k.title) AS no_title, grouping(k.author_id) AS no_author, k.title, k.author_id, k.agency_id,
               k.post, k.month, count(*) AS many, count(*) FILTER (WHERE k.marked) AS marked
        FROM k GROUP BY GROUPING SETS ((k.agency_id, k.post), (k.author_id), (k.title, k.month))
    )
    -- As grouping(title, agency, author, month) says it.
    SELECT CASE WHEN g.no_title = 0 THEN 6 WHEN g.no_author = 0 THEN 13 ELSE 11 END, g.title::text,
           CASE WHEN g.no_title = 1 AND g.no_author = 1
                THEN coalesce(a.name, ltrim(split_part(g.post, ',', -1))) END::text,
           p.name::text, (months[g.month] AT TIME ZONE 'Europe/London')::date, g.many, g.marked
    FROM g LEFT JOIN agencies_practitioner p ON p.id = g.author_id LEFT JOIN agencies_agency a ON a.id = g.agency_id;
END $$;
"""
COUNTS = import_module("sightline.chronology.migrations.0004_significance_taken_back").FUNCTIONS
BACK = (
    "DROP FUNCTION chronology_keys(uuid[], text, text, text, boolean, text, text, timestamptz, timestamptz,"
    " timestamptz, boolean, boolean, integer, boolean, integer);"
    + COUNTS[COUNTS.index("CREATE OR REPLACE FUNCTION chronology_counts") :]
)


class Migration(migrations.Migration):
    dependencies = [("chronology", "0006_plain_words")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
