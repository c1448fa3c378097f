from importlib import import_module

from django.db import migrations

# As before, but a name on a seal counts as long as its holder has the post in which they were named: afterwards the child
# is hidden from them as from anybody, and they are told of no concern.
NAMED = """
-- Who is named on a seal and still holds the post in which they were named; for the role that searches alone.
CREATE FUNCTION matching_named(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT n.practitioner_id FROM access_sealname n JOIN agencies_posting p ON p.id = n.posting_id
                 WHERE n.seal_id = wanted AND p.held_from <= agencies_today()
                   AND (p.held_until IS NULL OR p.held_until > agencies_today()))
$$;
REVOKE ALL ON FUNCTION matching_named(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching_named(uuid) TO sightline_search;
"""


def _changed(sql: str, before: str, after: str) -> str:
    if before not in sql:
        raise ValueError(f"the function no longer says: {before}")
    return sql.replace(before, after)


_FIRST: str = import_module("sightline.matching.migrations.0002_search").SEARCH
_BEGINS, _ENDS = "CREATE FUNCTION matching_sealed(", "REVOKE ALL ON FUNCTION matching_sealed("
_SEALED = _FIRST[_FIRST.index(_BEGINS) : _FIRST.index(_ENDS)]
SEALED = _changed(
    _changed(_SEALED, "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    "ARRAY(SELECT n.practitioner_id FROM access_sealname n WHERE n.seal_id = s.id)",
    "matching_named(s.id)",
)
SEARCH = _changed(
    import_module("sightline.matching.migrations.0003_names_alone").SEARCH,
    "WHERE n.seal_id = s.id AND n.practitioner_id = me",
    "WHERE n.seal_id = s.id AND n.posting_id IN (SELECT access_my_postings())",
)


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_names_alone"), ("access", "0012_with_the_post")]
    operations = [migrations.RunSQL(NAMED + SEALED + SEARCH, migrations.RunSQL.noop)]
