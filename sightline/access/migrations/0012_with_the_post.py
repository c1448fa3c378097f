from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

# Somebody is let in as the holder of a post, and named on a seal as one: when that post ends, so does what they could
# open through it, whatever other post they hold or take up. Which post it was the database writes itself: of those held
# on the day one of the record's own agency before any other, the one held longest first; where none is held yet, the
# one that begins next. It is never changed afterwards.
BINDING = """
CREATE FUNCTION access_posting_for(who uuid, wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id FROM agencies_posting p
    WHERE p.practitioner_id = who AND (p.held_until IS NULL OR p.held_until > agencies_today())
    ORDER BY p.held_from > agencies_today(),
             p.agency_id IS DISTINCT FROM (SELECT f.agency_id FROM access_folder f WHERE f.id = wanted),
             p.held_from, p.id
    LIMIT 1
$$;
REVOKE ALL ON FUNCTION access_posting_for(uuid, uuid) FROM PUBLIC;

CREATE FUNCTION access_bind() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.posting_id := access_posting_for(NEW.practitioner_id, NEW.folder_id);
    ELSIF NEW.practitioner_id IS DISTINCT FROM OLD.practitioner_id OR NEW.posting_id IS DISTINCT FROM OLD.posting_id
            OR NEW.folder_id <> OLD.folder_id THEN
        RAISE EXCEPTION 'who was let in, and in which post, is not changed: end it, and let somebody in anew';
    END IF;
    RETURN NEW;
END $$;

-- The posts that the viewer holds today.
CREATE FUNCTION access_my_postings() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id FROM agencies_posting p
    WHERE p.practitioner_id = kernel_practitioner() AND p.held_from <= agencies_today()
      AND (p.held_until IS NULL OR p.held_until > agencies_today())
$$;

CREATE OR REPLACE FUNCTION access_is_sealed_to(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM access_seal s
        WHERE s.lifted_at IS NULL
          AND (s.folder_id = wanted OR s.folder_id IN (
                SELECT j.into_id FROM access_joining j WHERE j.folder_id = wanted AND j.undone_at IS NULL))
          AND NOT EXISTS (SELECT 1 FROM access_sealname n
                          WHERE n.seal_id = s.id AND n.posting_id IN (SELECT access_my_postings())))
$$;
"""

# What was given before is bound as it would be bound today. Whoever has no post any more had nothing to lose but what
# a new post elsewhere would have opened again.
BEFORE_TODAY = """
UPDATE access_grant SET posting_id = access_posting_for(practitioner_id, folder_id) WHERE practitioner_id IS NOT NULL;
UPDATE access_sealname SET posting_id = access_posting_for(practitioner_id, folder_id);
SET CONSTRAINTS ALL IMMEDIATE;
"""
TRIGGERS = """
CREATE TRIGGER bound_to_a_post BEFORE INSERT OR UPDATE ON access_grant FOR EACH ROW EXECUTE FUNCTION access_bind();
CREATE TRIGGER bound_to_a_post BEFORE INSERT OR UPDATE ON access_sealname FOR EACH ROW EXECUTE FUNCTION access_bind();
"""

OPENS = """
-- As before, but a grant of somebody's own is looked up among their posts of today, as those of teams and agencies are.
CREATE OR REPLACE FUNCTION access_opens(wanted uuid, writing boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me uuid := kernel_practitioner();
    joined uuid;
    sealed boolean := false;
    s record;
BEGIN
    IF me IS NULL OR wanted IS NULL THEN RETURN false; END IF;
    SELECT j.into_id INTO joined FROM access_joining j WHERE j.folder_id = wanted AND j.undone_at IS NULL;
    FOR s IN SELECT id FROM access_seal
             WHERE folder_id IN (wanted, joined) AND lifted_at IS NULL LOOP
        IF NOT EXISTS (SELECT 1 FROM access_sealname n JOIN agencies_posting p ON p.id = n.posting_id
                       WHERE n.seal_id = s.id AND n.practitioner_id = me AND p.practitioner_id = me
                         AND p.held_from <= agencies_today()
                         AND (p.held_until IS NULL OR p.held_until > agencies_today())) THEN
            RETURN false;
        END IF;
        sealed := true;
    END LOOP;
    IF sealed THEN RETURN true; END IF;
    RETURN EXISTS (
        SELECT 1 FROM access_grant g
        WHERE g.folder_id IN (wanted, joined)
          AND (g.ends_at IS NULL OR g.ends_at > now())
          AND (NOT writing OR g.level = 'write')
          AND (g.practitioner_id IS NULL OR g.practitioner_id = me)
          AND EXISTS (SELECT 1 FROM agencies_posting p
                      WHERE p.practitioner_id = me AND p.held_from <= agencies_today()
                        AND (p.held_until IS NULL OR p.held_until > agencies_today())
                        AND (p.id = g.posting_id OR p.team_id = g.team_id OR p.agency_id = g.agency_id)));
END $$;
"""


def _of_today(sql: str) -> str:
    """The same functions, with the viewer's own grants and names on seals asked of the posts that they hold today."""
    changes = (
        ("SELECT p.team_id, p.agency_id FROM agencies_posting p, me", "SELECT p.id, p.team_id, p.agency_id FROM agencies_posting p, me"),
        ("g.practitioner_id = (SELECT id FROM me)\n", "(g.practitioner_id = (SELECT id FROM me) AND g.posting_id = ANY (ARRAY(SELECT id FROM mine)))\n"),
        ("n.practitioner_id = (SELECT id FROM me)", "n.posting_id = ANY (ARRAY(SELECT id FROM mine))"),
    )  # fmt: skip
    for before, after in changes:
        if before not in sql:
            raise ValueError(f"the function no longer says: {before}")
        sql = sql.replace(before, after)
    return sql


_MY_FOLDERS = import_module("sightline.access.migrations.0009_my_folders").FUNCTIONS
_WHICH_OPEN = import_module("sightline.access.migrations.0010_which_open").FUNCTIONS.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)

# Who is told of an emergency: whoever the record is allocated to, as long as they hold the post that it was in.
ANSWERS_FOR = """
CREATE OR REPLACE FUNCTION access_answers_for(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM access_folder f WHERE f.id = wanted)
                     AND NOT access_is_sealed_to(wanted) AND agencies_may('folder.emergency')
    THEN coalesce((SELECT array_agg(who) FROM (
        SELECT r.manager_id AS who FROM access_responsibility r
        WHERE r.folder_id = wanted AND r.held_from <= agencies_today()
          AND (r.held_until IS NULL OR r.held_until > agencies_today())
        UNION
        SELECT g.practitioner_id FROM access_grant g JOIN agencies_posting p ON p.id = g.posting_id
        WHERE g.folder_id = wanted AND g.origin = 'allocation'
          AND (g.ends_at IS NULL OR g.ends_at > now())
          AND p.held_from <= agencies_today() AND (p.held_until IS NULL OR p.held_until > agencies_today())
    ) AS answering), '{}') END
$$;
"""

# What opens through one post and through nothing else that its holder has: for whoever ends posts, and for the
# holder's manager. The number of the record alone, and none that is sealed to whoever asks.
CLOSES = """
CREATE FUNCTION access_closes_with(post uuid)
RETURNS TABLE (folder_id uuid, number text, level text, origin text, given_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.folder_id, f.number, g.level, g.origin, g.given_at
    FROM agencies_posting p JOIN access_grant g ON g.posting_id = p.id JOIN access_folder f ON f.id = g.folder_id
    WHERE p.id = post AND (g.ends_at IS NULL OR g.ends_at > now())
      AND (agencies_may('people.manage')
           OR (p.line_manager_id = kernel_practitioner() AND EXISTS (SELECT access_my_postings())))
      AND NOT access_is_sealed_to(g.folder_id)
    ORDER BY f.number, g.given_at
$$;
REVOKE ALL ON FUNCTION access_closes_with(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_closes_with(uuid) TO sightline_app;
"""

FUNCTIONS = OPENS + _of_today(_MY_FOLDERS) + _of_today(_WHICH_OPEN) + ANSWERS_FOR + CLOSES


class Migration(migrations.Migration):
    dependencies = [("access", "0011_all_sealed"), ("agencies", "0007_alter_rolepermission_permission")]
    operations = [
        *(
            migrations.AddField(
                model_name=model,
                name="posting",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="agencies.posting",
                ),
            )
            for model in ("grant", "sealname")
        ),
        # Whoever comes back in another post is named anew.
        migrations.RemoveConstraint(model_name="sealname", name="named_once_on_a_seal"),
        migrations.AddConstraint(
            model_name="sealname",
            constraint=models.UniqueConstraint(fields=("seal", "posting"), name="named_once_on_a_seal"),
        ),
        migrations.RunSQL(f"{BINDING} {BEFORE_TODAY} {TRIGGERS} {FUNCTIONS}", migrations.RunSQL.noop),
    ]
