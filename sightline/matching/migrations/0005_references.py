from importlib import import_module

from django.db import migrations

# A child is also found by references that rooms above gave, such as that of a concern: whoever rings has nothing else in
# hand. Which these are, a room above says by a `matching_elsewhere` of its own.
NOTHING = """
CREATE OR REPLACE FUNCTION matching_elsewhere(folders uuid[]) RETURNS TABLE (folder_id uuid, value text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT NULL::uuid, NULL::text WHERE false
$$;
"""
REFER = (
    NOTHING
    + r"""
REVOKE ALL ON FUNCTION matching_elsewhere(uuid[]) FROM PUBLIC;

-- Of these folders the keys that rooms above give, where they are not there yet: for a room that has just given one.
CREATE FUNCTION matching_refer(folders uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO matching_searchkey (id, folder_id, kind, value, use, confidential)
    SELECT gen_random_uuid(), n.folder_id, 'reference', n.value, 'now', false
    FROM (SELECT DISTINCT e.folder_id, left(regexp_replace(upper(e.value), '[^A-Z0-9]', '', 'g'), 60) AS value
          FROM matching_elsewhere(folders) e) n
    WHERE n.value <> ''
      AND NOT EXISTS (SELECT 1 FROM matching_searchkey k
                      WHERE k.folder_id = n.folder_id AND k.kind = 'reference' AND k.value = n.value)
$$;
REVOKE ALL ON FUNCTION matching_refer(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching_refer(uuid[]) TO sightline_app;
"""
)


def _changed(sql: str, before: str, after: str) -> str:
    if before not in sql:
        raise ValueError(f"the function no longer says: {before}")
    return sql.replace(before, after)


_FIRST: str = import_module("sightline.matching.migrations.0002_search").REFRESH
_AS_BEFORE = _changed(_FIRST, "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
REFRESH = _changed(
    _AS_BEFORE,
    "    INSERT INTO matching_lexeme",
    "    PERFORM matching_refer(folders);\n\n    INSERT INTO matching_lexeme",
)
BACK = "DROP FUNCTION matching_refer(uuid[]); DROP FUNCTION matching_elsewhere(uuid[]);"


class Migration(migrations.Migration):
    dependencies = [("matching", "0004_named_in_post")]
    operations = [migrations.RunSQL(REFER + REFRESH, _AS_BEFORE + BACK)]
