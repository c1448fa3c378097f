from django.db import migrations

# How far a permission reaches, asked about a record. Each post that the viewer holds today is asked by itself: its role's
# reach, against the record's own agency and against whose work the record is. A record is the work of whoever answers for
# it, of those to whom it is allocated or who raised, decided or imported it, and of their teams; of somebody of the
# record's own agency also when they were let in otherwise. Whom another agency shares its record with does not thereby
# answer for it. A record that is part of another's is asked about as that one.
FUNCTIONS = """
CREATE FUNCTION access_reaches(wanted text, about uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH record AS (
        SELECT f.id, f.agency_id FROM access_folder f
        WHERE f.id = coalesce((SELECT j.into_id FROM access_joining j
                               WHERE j.folder_id = about AND j.undone_at IS NULL), about)
    ), held AS (
        SELECT p.id, p.agency_id, p.team_id, r.scope FROM agencies_posting p
        JOIN agencies_rolepermission r ON r.role_id = p.role_id AND r.permission = wanted
        WHERE p.practitioner_id = kernel_practitioner() AND p.held_from <= agencies_today()
          AND (p.held_until IS NULL OR p.held_until > agencies_today())
    )
    SELECT EXISTS (
        SELECT 1 FROM held h, record f
        WHERE h.scope = 'partnership'
           OR (h.scope = 'agency' AND h.agency_id = f.agency_id)
           -- One's own work: every reach but the agency's, which is of the agency alone, takes it in.
           OR (h.scope IN ('own', 'team') AND (
               EXISTS (SELECT 1 FROM access_responsibility a
                       WHERE a.folder_id = f.id AND a.manager_id = kernel_practitioner()
                         AND a.held_from <= agencies_today()
                         AND (a.held_until IS NULL OR a.held_until > agencies_today()))
               OR EXISTS (SELECT 1 FROM access_grant g
                          WHERE g.folder_id IN (f.id, about) AND (g.ends_at IS NULL OR g.ends_at > now())
                            AND g.level = 'write' AND g.posting_id = h.id
                            AND (g.origin IN ('raised', 'allocation', 'concern', 'import')
                                 OR (h.agency_id = f.agency_id AND g.origin NOT IN ('emergency', 'meeting'))))))
           OR (h.scope = 'team' AND h.team_id IS NOT NULL AND (
               EXISTS (SELECT 1 FROM access_responsibility a JOIN agencies_posting m ON m.practitioner_id = a.manager_id
                       WHERE a.folder_id = f.id AND m.team_id = h.team_id AND m.held_from <= agencies_today()
                         AND (m.held_until IS NULL OR m.held_until > agencies_today())
                         AND a.held_from <= agencies_today()
                         AND (a.held_until IS NULL OR a.held_until > agencies_today()))
               OR EXISTS (SELECT 1 FROM access_grant g LEFT JOIN agencies_posting m ON m.id = g.posting_id
                          WHERE g.folder_id IN (f.id, about) AND (g.ends_at IS NULL OR g.ends_at > now())
                            AND g.level = 'write'
                            AND (g.team_id = h.team_id
                                 OR (m.team_id = h.team_id AND m.held_from <= agencies_today()
                                     AND (m.held_until IS NULL OR m.held_until > agencies_today())))
                            AND (g.origin IN ('raised', 'allocation', 'concern', 'import')
                                 OR (h.agency_id = f.agency_id AND g.origin NOT IN ('emergency', 'meeting'))))))
    )
$$;

-- Whether the viewer manages somebody today: they see what one of theirs opened in an emergency, and review it no more
-- than anybody else whose reach it is not in.
CREATE FUNCTION access_manages(who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT access_my_postings()) AND EXISTS (
        SELECT 1 FROM agencies_posting p
        WHERE p.practitioner_id = who AND p.line_manager_id = kernel_practitioner()
          AND p.held_from <= agencies_today() AND (p.held_until IS NULL OR p.held_until > agencies_today()))
$$;

-- Who looked at a record is seen as far as the permission reaches, and no longer wherever the record is open.
CREATE OR REPLACE FUNCTION audit_may_read(folder uuid, actor uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(actor = kernel_practitioner(), false)
        OR (agencies_may('audit.all') AND (folder IS NULL OR NOT access_is_sealed_to(folder)))
        OR (folder IS NOT NULL AND agencies_may('audit.folder') AND access_opens(folder, false)
            AND access_reaches('audit.folder', folder))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0012_with_the_post")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
