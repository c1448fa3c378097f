from django.db import migrations

# What happened on folders, and the lists and searches on which they stood, the latest first. Past the door, which
# asks for each row whether it may be read: here it is asked once for each folder. Whoever may see who looked at a
# record also sees on whose lists its child stood, though such an event stands in no folder; of others, and of a
# folder that is not open to them, only what they did themselves.
#
# `detail` of a list names its folders under "folders", an array of ids. `most` NULL: without end.
FORWARD = """
CREATE FUNCTION audit_looks(wanted uuid[], older_at timestamptz, older_id uuid, most integer)
RETURNS SETOF audit_event
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH may AS MATERIALIZED (
        SELECT coalesce(array_agg(w.id), '{}') AS ids FROM unnest(wanted) AS w(id)
        WHERE audit_may_read(w.id, NULL)
    ), about AS (
        SELECT e.* FROM audit_event e
        WHERE e.folder_id = ANY (wanted)
          AND (e.folder_id = ANY ((SELECT ids FROM may)::uuid[]) OR e.practitioner_id = kernel_practitioner())
          AND (older_at IS NULL OR (e.at, e.id) < (older_at, older_id))
        ORDER BY e.at DESC, e.id DESC LIMIT most
    ), shown AS (
        SELECT e.* FROM audit_event e
        WHERE e.detail ? 'folders' AND e.detail -> 'folders' ?| wanted::text[]
          AND e.folder_id IS NULL
          AND (e.detail -> 'folders' ?| (SELECT ids FROM may)::text[] OR e.practitioner_id = kernel_practitioner())
          AND (older_at IS NULL OR (e.at, e.id) < (older_at, older_id))
        ORDER BY e.at DESC, e.id DESC LIMIT most
    )
    SELECT * FROM (SELECT * FROM about UNION ALL SELECT * FROM shown) found
    ORDER BY at DESC, id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION audit_looks(uuid[], timestamptz, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_looks(uuid[], timestamptz, uuid, integer) TO sightline_app;
"""
BACK = "DROP FUNCTION audit_looks(uuid[], timestamptz, uuid, integer)"
# The trail of a running system is long, and everybody writes in it: they go on while the index is made.
INDEX = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_by_shown ON audit_event USING gin ((detail -> 'folders'))
WHERE detail ? 'folders'
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0002_may_read")]
    operations = [
        migrations.RunSQL(INDEX, "DROP INDEX CONCURRENTLY IF EXISTS audit_by_shown"),
        migrations.RunSQL(FORWARD, BACK),
    ]
