from django.db import migrations

# As before, but the corrections of an entry are found by their index. Behind a door PostgreSQL does not use one for a
# comparison with coalesce, which it does not know to be leakproof: each significant entry read the whole table.
FUNCTION = """
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
        '     SELECT c.significant FROM records_entry c'
        '     WHERE c.corrects_id = CASE WHEN e.corrects_id IS NULL THEN e.id ELSE e.corrects_id END'
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
"""
BACK = FUNCTION.replace(
    "CASE WHEN e.corrects_id IS NULL THEN e.id ELSE e.corrects_id END", "coalesce(e.corrects_id, e.id)"
)


class Migration(migrations.Migration):
    dependencies = [("chronology", "0004_significance_taken_back")]
    operations = [migrations.RunSQL(FUNCTION, BACK)]
