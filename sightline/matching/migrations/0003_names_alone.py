from django.db import migrations

# The search is mostly asked for a name and nothing else, and a common name means some thousands of children, all of
# whom are counted. `matching_candidates` of 0002 took every hit through the steps that put name, address, birth and
# numbers together, with room for eight words. Where nothing but a name is asked, it now goes three shorter ways:
#
# - one word: each hit is a whole answer;
# - two words: the best grade of each in one name, of two columns instead of eight;
# - more words: as before, without the steps that follow for other facts.
#
# All three grade with the same text as the general way (GRADED), and a test compares the two ways' answers.
# Groups are made by hashing: sorting some ten thousand names by folder took longest of all.

WORDS_ALIKE = """
        FROM alike l JOIN matching_searchword w ON w.kind = l.kind AND w.word = l.word
        WHERE (NOT w.confidential OR confidential_too) AND w.folder_id NOT IN (SELECT unnest(hidden))"""


def _best(columns: int) -> str:
    """The best grade of each place in one name or address."""
    return ", ".join(f"max(l.grade) FILTER (WHERE l.at = {at}) AS g{at}" for at in range(columns))


def _score(columns: int) -> str:
    """The thousandths of all places together."""
    return "(" + " + ".join(f"coalesce(h.g{at}, 0) / 32" for at in range(columns)) + ")"


def _how(columns: int) -> str:
    """The reasons of all places together."""
    return "(" + " | ".join(f"coalesce(h.g{at} % 32, 0)" for at in range(columns)) + ")"


def _count(columns: int) -> str:
    return "num_nonnulls(" + ", ".join(f"h.g{at}" for at in range(columns)) + ")"


#: What a name is worth, in hundredths of a point, and its reasons; from `score`, `how`, `partly` and `use`.
NAME_POINTS = "p.score::int * 6 * CASE p.use WHEN 'now' THEN 100 WHEN 'known_as' THEN 99 ELSE 96 END / 100"
NAME_REASONS = """(CASE WHEN p.how = 1 AND NOT p.partly THEN 1 ELSE p.how & ~1 END
               | CASE WHEN p.partly THEN 32 ELSE 0 END
               | CASE p.use WHEN 'known_as' THEN 64 WHEN 'former' THEN 128 WHEN 'also' THEN 256 ELSE 0 END)"""


def _named(columns: int, condition: str) -> str:
    """The way of a name alone, of as many words as there are columns, or fewer."""
    return f"""
            SELECT h.folder_id, h.adult, h.use, {_score(columns)} / m.names AS score, {_how(columns)} AS how,
                   {_count(columns)} < m.names AS partly
            FROM (SELECT w.folder_id, w.adult, min(w.use) AS use, {_best(columns)} {WORDS_ALIKE}
                  GROUP BY w.folder_id, w.adult, w.part) h, many m
            WHERE {condition}"""


CANDIDATES = f"""
-- Every folder that a query may mean, past all seals: only the two functions below call it, and they say what to hide.
-- A row with an adult says that the folder's child has somebody of that name in their life.
--   words     [{{"at": 0, "word": "Zofia", "as": "typed"}}, ...]  `at` counts what was typed; "form" is another form
--             of the name at that place, "run" two words run together
--   address   house and street as text
--   keys      [{{"kind": "nhs", "value": "999..."}}, ...]
--   born, swapped   days as YYYY-MM-DD;  age  {{"from": day, "until": day}} of birth
--   together  true: the general way, even for a name alone
-- Folders in `hidden` are as if they were not there; `enough` is the part of the best that is close enough.
CREATE OR REPLACE FUNCTION matching_candidates(query jsonb, confidential_too boolean, hidden uuid[], enough real)
RETURNS TABLE (folder_id uuid, adult uuid, points real, reasons int) LANGUAGE sql STABLE
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
SET enable_sort = off SET plan_cache_mode = force_generic_plan AS $$
    WITH asked AS MATERIALIZED (
        SELECT 'name' AS kind, (e ->> 'at')::int AS at, matching_plain(e ->> 'word') AS word, e ->> 'as' AS mode
        FROM jsonb_array_elements(coalesce(query -> 'words', '[]')) AS e
        UNION ALL
        SELECT 'address', a.at::int - 1, a.word, 'typed'
        FROM matching_address_words(query ->> 'address') WITH ORDINALITY AS a(word, at)
        WHERE a.at <= 8 AND coalesce(query ->> 'address', '') <> ''
    ), many AS MATERIALIZED (
        SELECT count(DISTINCT at) FILTER (WHERE kind = 'name') AS names,
               count(DISTINCT at) FILTER (WHERE kind = 'address') AS addresses,
               coalesce(query ->> 'address', '') = '' AND query ->> 'district' IS NULL
               AND query ->> 'together' IS NULL
               -- One word may also be a reference; it is a name alone where there is no such reference.
               AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(coalesce(query -> 'keys', '[]')) AS e
                               JOIN matching_searchkey k ON k.kind = e ->> 'kind' AND k.value = e ->> 'value')
               AND jsonb_array_length(coalesce(query -> 'born', '[]')) = 0
               AND jsonb_array_length(coalesce(query -> 'swapped', '[]')) = 0
               AND count(*) > 0 AS alone
        FROM asked
    ), alike AS MATERIALIZED (
        -- How well in thousandths and why, in one number, so that the greatest carries its reason along.
        SELECT kind, at, word, max((score * 1000)::int * 32 + reason) AS grade FROM (
            SELECT a.kind, a.at, l.word, l.score, l.reason
            FROM asked a, LATERAL matching_alike(a.kind, a.word) l WHERE a.mode = 'typed' AND a.word <> ''
            UNION ALL
            SELECT a.kind, a.at, a.word, 0.88, 8 FROM asked a WHERE a.mode = 'form' AND a.word <> ''
            UNION ALL
            SELECT a.kind, a.at, a.word, 0.97, 1 FROM asked a WHERE a.mode = 'run' AND a.word <> '') x
        GROUP BY kind, at, word
    ), part AS (
        -- One name, or one address: the best grade for each word that was typed.
        SELECT h.folder_id, h.adult, h.kind, h.use,
               {_score(8)} / CASE h.kind WHEN 'name' THEN m.names ELSE m.addresses END AS score,
               {_how(8)} AS how,
               {_count(8)} < CASE h.kind WHEN 'name' THEN m.names ELSE m.addresses END AS partly
        FROM (SELECT w.folder_id, w.adult, l.kind, w.part, min(w.use) AS use, {_best(8)} {WORDS_ALIKE}
              GROUP BY w.folder_id, w.adult, l.kind, w.part) h, many m
        WHERE NOT (SELECT alone FROM many)
    ), fact AS (
        -- Points in hundredths; `about` keeps apart what adds up from what is the same said twice.
        SELECT p.folder_id, p.adult, 1 AS about, {NAME_POINTS} AS points, {NAME_REASONS} AS reasons
        FROM part p WHERE p.kind = 'name' AND p.score >= 420
        UNION ALL
        SELECT p.folder_id, NULL, 2, p.score::int * 4 * CASE p.use WHEN 'now' THEN 100 ELSE 80 END / 100,
               CASE WHEN p.how = 1 AND NOT p.partly THEN 32768 ELSE 65536 END
               | CASE p.use WHEN 'former' THEN 131072 ELSE 0 END
        FROM part p WHERE p.kind = 'address' AND p.score >= 600
        UNION ALL
        SELECT k.folder_id, NULL,
               CASE k.kind WHEN 'postcode' THEN 3 WHEN 'nhs' THEN 5 WHEN 'upn' THEN 6 ELSE 7 END,
               CASE WHEN k.kind = 'postcode' THEN 25 ELSE 100 END * CASE k.use WHEN 'now' THEN 100 ELSE 80 END,
               CASE k.kind WHEN 'nhs' THEN 262144 WHEN 'upn' THEN 524288 WHEN 'reference' THEN 1048576
                           ELSE 8192 | CASE k.use WHEN 'former' THEN 131072 ELSE 0 END END
        FROM (SELECT DISTINCT e ->> 'kind' AS kind, e ->> 'value' AS value
              FROM jsonb_array_elements(coalesce(query -> 'keys', '[]')) AS e) a
        JOIN matching_searchkey k ON k.kind = a.kind AND k.value = a.value
        WHERE (NOT k.confidential OR confidential_too) AND k.folder_id NOT IN (SELECT unnest(hidden))
        UNION ALL
        SELECT k.folder_id, NULL, 3, 1000, 16384 | CASE k.use WHEN 'former' THEN 131072 ELSE 0 END
        FROM (SELECT query ->> 'district' AS value) a
        JOIN matching_searchkey k ON k.kind = 'postcode' AND k.value > a.value AND k.value < a.value || 'a'
             AND length(k.value) = length(a.value) + 3
        WHERE (NOT k.confidential OR confidential_too) AND k.folder_id NOT IN (SELECT unnest(hidden))
        UNION ALL
        SELECT k.folder_id, NULL, 4, CASE a.field WHEN 'born' THEN 4000 ELSE 3200 END,
               CASE a.field WHEN 'born' THEN 512 ELSE 1024 END
        FROM (SELECT f.field, d.value FROM (VALUES ('born'), ('swapped')) AS f(field),
                     LATERAL jsonb_array_elements_text(coalesce(query -> f.field, '[]')) AS d(value)) a
        JOIN matching_searchkey k ON k.kind = 'born' AND k.value = a.value
        WHERE k.folder_id NOT IN (SELECT unnest(hidden))
        UNION ALL
        SELECT k.folder_id, NULL, 4, 2000, 4096
        FROM (SELECT query -> 'age' ->> 'from' AS lower, query -> 'age' ->> 'until' AS upper
              WHERE jsonb_array_length(coalesce(query -> 'words', '[]')) = 0
                AND coalesce(query ->> 'address', '') = ''
                AND jsonb_array_length(coalesce(query -> 'keys', '[]')) = 0
                AND query ->> 'district' IS NULL) a
        JOIN matching_searchkey k ON k.kind = 'born' AND k.value >= a.lower AND k.value <= a.upper
        WHERE k.folder_id NOT IN (SELECT unnest(hidden))
    ), named AS (
        SELECT w.folder_id, w.adult, w.use, l.grade / 32 AS score, l.grade % 32 AS how, false AS partly
        {WORDS_ALIKE} AND (SELECT alone AND names = 1 FROM many)
        UNION ALL {_named(2, "(SELECT alone AND names = 2 FROM many)")}
        UNION ALL {_named(8, "(SELECT alone AND names > 2 FROM many)")}
    ), total AS (
        -- Of several names, or several addresses, the one that fits best, with its reasons alone (22 bits).
        SELECT t.folder_id, t.adult, t.n / 4194304 AS points, t.n & 4194303 AS reasons
        FROM (SELECT p.folder_id, p.adult, max(({NAME_POINTS}) * 4194304::bigint + {NAME_REASONS}) AS n
              FROM named p WHERE p.score >= 420 GROUP BY p.folder_id, p.adult) t
        UNION ALL
        SELECT t.folder_id, t.adult, t.n / 4194304 + t.a / 4194304 + t.p / 4194304 + t.b / 4194304
                                     + t.x / 4194304 + t.y / 4194304 + t.z / 4194304 AS points,
               (t.n | t.a | t.p | t.b | t.x | t.y | t.z) & 4194303 AS reasons
        FROM (SELECT f.folder_id, f.adult,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 1), 0) AS n,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 2), 0) AS a,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 3), 0) AS p,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 4), 0) AS b,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 5), 0) AS x,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 6), 0) AS y,
                     coalesce(max(f.points * 4194304::bigint + f.reasons) FILTER (WHERE f.about = 7), 0) AS z
              FROM fact f WHERE NOT (SELECT alone FROM many) GROUP BY f.folder_id, f.adult) t
    )
    -- A date of birth or an age adds at most 20 points later: whoever cannot come close is left out here.
    SELECT t.folder_id, t.adult, t.points::real / 100, t.reasons::int
    FROM (SELECT t.*, max(t.points) FILTER (WHERE t.adult IS NULL) OVER () AS best FROM total t) t
    WHERE CASE WHEN t.adult IS NULL THEN t.points + 2000 >= t.best * enough ELSE t.points >= 3600 END
$$;
"""

SEARCH = r"""
-- The search for people. Seals are applied before anything is counted or measured against the best, so
-- that a sealed child changes neither the number found nor which others are shown. Children come first, `found`
-- of them in all; then up to ten adults by the same name, from records that the viewer may open: the row's
-- folder is their child's, and names of adults are for the caller to read behind the doors.
CREATE OR REPLACE FUNCTION matching_search(query jsonb, wanted int, skipped int)
RETURNS TABLE (folder_id uuid, name text, known_as text, born_on date, expected_on date, area text,
               agencies jsonb, opens boolean, points real, reasons int, found bigint, adult uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    me uuid := kernel_practitioner();
    my_teams uuid[] := ARRAY(SELECT agencies_my_teams());
    confidential boolean;
    hidden uuid[];
    loosely boolean := coalesce((query ->> 'loosely')::boolean, false);
    sorting text := coalesce(query ->> 'sort', 'closest');
    enough real := CASE WHEN loosely THEN 0.3 ELSE 0.6 END;
    said date := (query -> 'born' ->> 0)::date;
    aged_from date := (query -> 'age' ->> 'from')::date;
    aged_until date := (query -> 'age' ->> 'until')::date;
    -- Nothing of the pointer counts: then only as many are read as may stand on the page.
    settled boolean := said IS NULL AND aged_from IS NULL;
BEGIN
    IF me IS NULL OR NOT agencies_may('child.search') THEN RETURN; END IF;
    confidential := agencies_may('address.confidential');
    SELECT coalesce(array_agg(s.folder_id), '{}') INTO hidden FROM access_seal s
    WHERE s.lifted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM access_sealname n WHERE n.seal_id = s.id AND n.practitioner_id = me);
    hidden := hidden || ARRAY(SELECT j.folder_id FROM access_joining j
                              WHERE j.undone_at IS NULL AND j.into_id = ANY (hidden))
              || ARRAY(SELECT jsonb_array_elements_text(coalesce(query -> 'leave_out', '[]'))::uuid);
    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT c.folder_id, c.adult, c.points, c.reasons
        FROM matching_candidates(query, confidential, hidden, enough) c
    ), child AS (
        SELECT coalesce(j.into_id, s.folder_id) AS folder_id, max(s.points) AS points,
               bit_or(s.reasons | CASE WHEN j.id IS NULL THEN 0 ELSE 2097152 END) AS reasons
        FROM seen s LEFT JOIN access_joining j ON j.folder_id = s.folder_id AND j.undone_at IS NULL
        WHERE s.adult IS NULL AND (j.id IS NULL OR j.into_id NOT IN (SELECT unnest(hidden)))
        GROUP BY 1
    ), near AS MATERIALIZED (
        -- A date of birth or an age adds at most 20 points: whoever cannot come close needs no pointer read.
        SELECT n.*, rank() OVER (ORDER BY round(n.points::float8) DESC) AS behind
        FROM (SELECT c.*, max(c.points) OVER () AS best FROM child c) n
        WHERE n.points + CASE WHEN settled THEN 0 ELSE 20 END >= n.best::float8 * enough
    ), scored AS (
        SELECT p.folder_id, p.name, p.known_as, p.born_on, p.expected_on, p.area,
               n.points + CASE b.reason WHEN 2048 THEN 14 WHEN 4096 THEN 20 ELSE 0 END AS points,
               n.reasons | b.reason AS reasons
        FROM near n JOIN children_pointer p ON p.folder_id = n.folder_id,
             LATERAL (SELECT CASE WHEN n.reasons & 5632 <> 0 THEN 0 WHEN matching_near(p.born_on, said) THEN 2048
                                  WHEN p.born_on BETWEEN aged_from AND aged_until THEN 4096 ELSE 0 END AS reason) b
        WHERE NOT settled OR sorting <> 'closest' OR n.behind <= skipped + wanted
    ), close AS (
        SELECT x.*, CASE WHEN settled THEN (SELECT count(*) FROM near) ELSE count(*) OVER () END AS found FROM (
            SELECT s.*, max(s.points) OVER () AS best FROM scored s) x
        WHERE x.points >= x.best * enough OR settled
    ), shown AS (
        SELECT c.*, row_number() OVER (
                   ORDER BY CASE WHEN sorting = 'closest' THEN -round(c.points) END,
                            CASE WHEN sorting = 'youngest' THEN coalesce(c.born_on, c.expected_on) END DESC NULLS LAST,
                            CASE WHEN sorting = 'oldest' THEN coalesce(c.born_on, c.expected_on) END NULLS LAST,
                            CASE WHEN sorting = 'closest' THEN length(c.name) END,
                            CASE WHEN sorting = 'name' THEN lower(unaccent(c.name)) ELSE c.name END,
                            c.born_on, c.folder_id) AS place
        FROM close c
    )
    (SELECT s.folder_id, s.name::text, s.known_as::text, s.born_on, s.expected_on, s.area::text,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(a.shown_as, a.reach) ORDER BY lower(a.shown_as)), '[]')
            FROM children_pointeragency a WHERE a.folder_id = s.folder_id),
           access_opens(s.folder_id, false), s.points::real, s.reasons, s.found,
           NULL::uuid
    FROM shown s WHERE s.place > skipped AND s.place <= skipped + wanted ORDER BY s.place)
    UNION ALL
    (SELECT o.folder_id, NULL, NULL, NULL, NULL, NULL, NULL, true, o.points, o.reasons, NULL, o.adult
     -- In their order, until ten are found. Whoever has no grant and is not named on a seal is passed over quickly;
     -- access_opens has the last word.
     FROM (SELECT b.* FROM (
               SELECT s.*, j.into_id FROM seen s
               LEFT JOIN access_joining j ON j.folder_id = s.folder_id AND j.undone_at IS NULL
               WHERE s.adult IS NOT NULL AND s.points >= 36 AND skipped = 0
               ORDER BY s.points DESC, s.folder_id, s.adult OFFSET 0) b
           WHERE EXISTS (SELECT 1 FROM access_grant g
                         WHERE g.folder_id IN (b.folder_id, b.into_id)
                           AND (g.practitioner_id = me OR g.team_id = ANY (my_teams) OR g.agency_id IS NOT NULL))
              OR EXISTS (SELECT 1 FROM access_sealname n
                         WHERE n.folder_id IN (b.folder_id, b.into_id) AND n.practitioner_id = me)
           OFFSET 0) o
     WHERE access_opens(o.folder_id, false) LIMIT 10);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0002_search")]
    # The way back is to go back to 0001: 0002 makes both anew.
    operations = [migrations.RunSQL(CANDIDATES + SEARCH, migrations.RunSQL.noop)]
