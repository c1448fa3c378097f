"""What is read to be handed to a whole team is closed where a seal is, whoever of them is named on it.

The nightly summaries of a team are read as one of its members. That member may be named on the seal of another child,
such as a brother, or of a record joined to this one; their colleagues are not.
"""

from importlib import import_module

from django.db import migrations

ASKED = """
CREATE OR REPLACE FUNCTION access_for_others() RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT coalesce(current_setting('sightline.for_others', true), '') = 'yes' $$;
GRANT EXECUTE ON FUNCTION access_for_others() TO sightline_app;
"""

_POSTS = import_module("sightline.access.migrations.0012_with_the_post")


def _but_not_for_others(sql: str, named: str) -> str:
    """The same function, in which a name on a seal opens nothing that is read for others."""
    if sql.count(named) != 1:
        raise ValueError(f"the function no longer says once: {named}")
    return sql.replace(named, f"{named} AND NOT access_for_others()")


_SEALED_TO = (
    "CREATE OR REPLACE FUNCTION access_is_sealed_to"
    + _POSTS.BINDING.split("CREATE OR REPLACE FUNCTION access_is_sealed_to")[1]
)
FUNCTIONS = "".join(
    (
        _but_not_for_others(_SEALED_TO, "n.posting_id IN (SELECT access_my_postings())"),
        _but_not_for_others(_POSTS.OPENS, "n.practitioner_id = me AND p.practitioner_id = me"),
        _but_not_for_others(
            _POSTS._of_today(_POSTS._MY_FOLDERS),
            "WHERE n.seal_id = s.id AND n.posting_id = ANY (ARRAY(SELECT id FROM mine))",
        ),
        _but_not_for_others(
            _POSTS._of_today(_POSTS._WHICH_OPEN),
            "WHERE n.seal_id = s.id AND n.posting_id = ANY (ARRAY(SELECT id FROM mine))",
        ),
    )
)


class Migration(migrations.Migration):
    dependencies = [("access", "0019_words_in_use")]
    operations = [migrations.RunSQL(ASKED + FUNCTIONS, migrations.RunSQL.noop)]
