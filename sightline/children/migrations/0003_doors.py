from django.db import migrations

PERSON_TABLES = ("particulars", "personname", "identity", "identifier", "residence")
CHILD_TABLES = ("tie", "status", "provider", "authority", "involvement")

# Every row about a child lies in that child's own folder. An adult's rows have no folder, and pass.
SAME_FOLDER = "\n".join(
    [
        "ALTER TABLE children_person ADD CONSTRAINT person_with_folder UNIQUE (id, folder_id);",
        *(
            f"ALTER TABLE children_{table} ADD CONSTRAINT {table}_in_own_folder FOREIGN KEY ({column}, folder_id) "
            "REFERENCES children_person (id, folder_id) DEFERRABLE INITIALLY DEFERRED;"
            for tables, column in ((PERSON_TABLES, "person_id"), (CHILD_TABLES, "child_id"))
            for table in tables
        ),
    ]
)
NOT_SAME_FOLDER = "\n".join(
    [
        *(
            f"ALTER TABLE children_{table} DROP CONSTRAINT {table}_in_own_folder;"
            for table in (*PERSON_TABLES, *CHILD_TABLES)
        ),
        "ALTER TABLE children_person DROP CONSTRAINT person_with_folder;",
    ]
)

FUNCTIONS = """
-- As with folders: the database alone says when a person was recorded. In that transaction whoever records
-- an adult may fill in their rows and tie them; now() is the start of the transaction.
ALTER TABLE children_person ADD COLUMN written_at timestamptz NOT NULL DEFAULT now();

CREATE FUNCTION children_may_change_adult(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    through record;
BEGIN
    IF kernel_viewer() = '' THEN RETURN false; END IF;
    IF EXISTS (SELECT 1 FROM children_person
               WHERE id = wanted AND kind = 'adult' AND written_at = now()) THEN RETURN true; END IF;
    FOR through IN SELECT DISTINCT t.folder_id FROM children_tie t JOIN children_person p ON p.id = t.other_id
                   WHERE t.other_id = wanted AND p.kind = 'adult' LOOP
        IF access_opens(through.folder_id, true) THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;

-- Whether somebody may be named in a child's life: an adult whom the viewer may see or has just recorded, a child
-- whose folder they may add to, read or find by search.
CREATE FUNCTION children_may_tie(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who record;
BEGIN
    SELECT kind, folder_id, written_at = now() AS is_new INTO who FROM children_person WHERE id = wanted;
    IF NOT FOUND OR kernel_viewer() = '' THEN RETURN false; END IF;
    IF who.kind = 'adult' THEN RETURN who.is_new OR children_may_see_adult(wanted); END IF;
    RETURN access_may_add(who.folder_id) OR access_opens(who.folder_id, false)
        OR (agencies_may('child.search') AND NOT access_is_sealed_to(who.folder_id));
END $$;

CREATE FUNCTION children_is_sealed(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM children_person p
                   WHERE p.id = wanted AND p.folder_id IS NOT NULL AND access_is_sealed_to(p.folder_id))
$$;

-- What the viewer may do with a folder, who its child is, and whether `whose` is an adult in that child's life (or
-- one just recorded). Says nothing of people to whoever may do nothing.
CREATE FUNCTION children_standing(in_folder uuid, whose uuid,
    OUT is_new boolean, OUT may_read boolean, OUT may_write boolean, OUT child_id uuid, OUT is_adult boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    is_new := kernel_viewer() <> '' AND access_is_new(in_folder);
    may_read := access_opens(in_folder, false);
    may_write := access_opens(in_folder, true);
    is_adult := false;
    IF is_new OR may_read OR kernel_job() <> '' THEN
        SELECT p.id INTO child_id FROM children_person p WHERE p.folder_id = in_folder;
        is_adult := EXISTS (SELECT 1 FROM children_person p WHERE p.id = whose AND p.kind = 'adult'
            AND (p.written_at = now()
                 OR EXISTS (SELECT 1 FROM children_tie t WHERE t.other_id = whose AND t.folder_id = in_folder)));
    END IF;
END $$;

-- The kind of a person who may be tied, and their folder where the viewer may add to it: the other child's side of
-- a tie between two children is then written as well.
CREATE FUNCTION children_other_side(wanted uuid, OUT kind text, OUT folder uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.kind, CASE WHEN access_may_add(p.folder_id) OR kernel_job() IN ('import', 'demo') THEN p.folder_id END
    FROM children_person p WHERE p.id = wanted AND (children_may_tie(wanted) OR kernel_job() IN ('import', 'demo'))
$$;

-- Ends where somebody lives, also where the address is hidden from the writer; false where somewhere else is
-- recorded for later days. Runs with the owner's sight, so it first asks what the table's own door would.
CREATE FUNCTION children_end_residence(wanted uuid, day date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    home uuid;
BEGIN
    SELECT folder_id INTO home FROM children_person WHERE id = wanted;
    IF NOT (kernel_job() IN ('import', 'demo')
            OR (home IS NOT NULL AND access_may_add(home)) OR (home IS NULL AND children_may_change_adult(wanted))) THEN
        RAISE insufficient_privilege USING MESSAGE = 'This record is not open to you.';
    END IF;
    IF EXISTS (SELECT 1 FROM children_residence
               WHERE person_id = wanted AND held_until > day AND held_until > held_from) THEN
        RETURN false;
    END IF;
    UPDATE children_residence SET held_until = greatest(day, held_from)
    WHERE person_id = wanted AND held_until IS NULL;
    RETURN true;
END $$;

-- That an address is confidential may be known to all who open the folder; the address itself may not.
CREATE FUNCTION children_address_is_confidential(wanted uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM children_residence r
        WHERE r.person_id = wanted AND r.confidential
          AND r.held_from <= day AND (r.held_until IS NULL OR r.held_until > day)
          AND ((r.folder_id IS NOT NULL AND access_opens(r.folder_id, false))
               OR (r.folder_id IS NULL AND children_may_see_adult(wanted))))
$$;

-- Writes the pointers of some folders as of a day. It reads past the doors, since the pointer must be right
-- whatever the writer may see: a hidden address must not leave an old area standing. Keys are random here, not
-- UUIDv7: nothing sorts these rows by key.
CREATE FUNCTION children_refresh_pointers(wanted uuid[], day date) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    front_door text;
BEGIN
    IF kernel_job() NOT IN ('import', 'demo')
       AND EXISTS (SELECT 1 FROM unnest(wanted) AS f(id) WHERE NOT access_may_add(f.id)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'This record is not open to you.';
    END IF;

    INSERT INTO children_pointer AS p (id, folder_id, name, known_as, born_on, expected_on, area, refreshed_at)
    SELECT gen_random_uuid(), c.folder_id,
           coalesce(nullif(btrim(full_name.given || ' ' || full_name.family), ''),
                    CASE WHEN facts.born_on IS NULL AND facts.expected_on IS NOT NULL
                         THEN 'Unborn child' ELSE 'Name not known' END),
           coalesce(btrim(used.given || ' ' || used.family), ''),
           facts.born_on, facts.expected_on,
           CASE WHEN home.confidential THEN '' ELSE coalesce(home.area, '') END,
           now()
    FROM children_person c
    LEFT JOIN LATERAL (
        SELECT n.given, n.family FROM children_personname n
        WHERE n.person_id = c.id AND n.use = 'full' AND n.held_from <= day
          AND (n.held_until IS NULL OR n.held_until > day)) full_name ON true
    LEFT JOIN LATERAL (
        SELECT n.given, n.family FROM children_personname n
        WHERE n.person_id = c.id AND n.use = 'known_as' AND n.held_from <= day
          AND (n.held_until IS NULL OR n.held_until > day)) used ON true
    LEFT JOIN LATERAL (
        SELECT a.born_on, a.expected_on FROM children_particulars a
        WHERE a.person_id = c.id ORDER BY a.recorded_at DESC, a.id DESC LIMIT 1) facts ON true
    LEFT JOIN LATERAL (
        SELECT r.area, r.confidential FROM children_residence r
        WHERE r.person_id = c.id AND r.held_from <= day
          AND (r.held_until IS NULL OR r.held_until > day)) home ON true
    WHERE c.folder_id = ANY (wanted)
    ON CONFLICT (folder_id) DO UPDATE SET
        name = excluded.name, known_as = excluded.known_as, born_on = excluded.born_on,
        expected_on = excluded.expected_on, area = excluded.area, refreshed_at = excluded.refreshed_at;

    SELECT a.name || CASE WHEN a.telephone <> '' THEN ', ' || a.telephone ELSE '' END INTO front_door
    FROM agencies_team t JOIN agencies_agency a ON a.id = t.agency_id
    WHERE t.front_door ORDER BY t.id LIMIT 1;

    DELETE FROM children_pointeragency WHERE folder_id = ANY (wanted);
    -- The agencies of whoever works with the child that day, and the one that keeps the record, so that there is
    -- always somebody to ask.
    INSERT INTO children_pointeragency (id, folder_id, agency_id, shown_as, reach)
    SELECT gen_random_uuid(), shown.* FROM (
        SELECT DISTINCT w.folder_id,
               CASE WHEN NOT a.sensitive THEN a.id END,
               CASE WHEN a.sensitive THEN 'another service' ELSE a.name END,
               CASE WHEN NOT a.sensitive THEN coalesce(nullif(a.telephone, ''), 'no telephone number recorded')
                    WHEN a.ask <> '' THEN a.ask
                    ELSE 'Ask ' || coalesce(front_door, 'the front door') END
        FROM (SELECT i.folder_id, i.agency_id FROM children_involvement i
              WHERE i.folder_id = ANY (wanted) AND i.held_from <= day AND (i.held_until IS NULL OR i.held_until > day)
              UNION SELECT f.id, f.agency_id FROM access_folder f WHERE f.id = ANY (wanted)) w
        JOIN agencies_agency a ON a.id = w.agency_id) shown;
END $$;
"""
BACK = """
DROP FUNCTION children_refresh_pointers(uuid[], date); DROP FUNCTION children_address_is_confidential(uuid, date);
DROP FUNCTION children_end_residence(uuid, date); DROP FUNCTION children_standing(uuid, uuid); DROP FUNCTION children_other_side(uuid);
DROP FUNCTION children_is_sealed(uuid); DROP FUNCTION children_may_tie(uuid);
DROP FUNCTION children_may_change_adult(uuid); ALTER TABLE children_person DROP COLUMN written_at;
"""


class Migration(migrations.Migration):
    dependencies = [("children", "0002_may_see_adult"), ("agencies", "0002_may")]
    operations = [migrations.RunSQL(SAME_FOLDER, NOT_SAME_FOLDER), migrations.RunSQL(FUNCTIONS, BACK)]
