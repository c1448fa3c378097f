from django.db import migrations

# How a word is reduced to what is compared. Letters of other scripts become Latin ones, accents and
# apostrophes go, everything else that is not a letter or a digit parts two words.
WORDS = r"""
CREATE FUNCTION matching_latin(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    pair text[];
BEGIN
    IF said !~ '[\u0370-\u06FF]' THEN RETURN said; END IF;
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        -- Cyrillic: Russian, Ukrainian, Bulgarian
        ['щ','shch'],['ж','zh'],['х','kh'],['ц','ts'],['ч','ch'],['ш','sh'],['ю','yu'],['я','ya'],['є','ye'],
        ['ї','yi'],['ё','yo'],['ъ',''],['ь',''],
        -- Greek
        ['ου','ou'],['μπ','b'],['ντ','d'],['γγ','ng'],['θ','th'],['χ','ch'],['ψ','ps'],
        -- Arabic, Persian and Urdu; the short vowels are not written, so sounds and consonants do the rest
        ['ث','th'],['خ','kh'],['ذ','dh'],['ش','sh'],['غ','gh'],['چ','ch'],['ژ','zh'],['ع',''],['ء',''],['ـ',''],
        -- Hebrew
        ['ח','ch'],['צ','ts'],['ץ','ts'],['ש','sh']
    ] LOOP
        said := replace(said, pair[1], pair[2]);
    END LOOP;
    said := translate(said,
        'абвгґдезиійклмнопрстуфыэўј' || 'αάβγδεέζηήιίϊΐκλμνξοόπρσςτυύϋφωώ'
        || 'اأإآبتجحدرزسصضطظفقكلمنهويىةؤئپگکیےہٹڈڑں' || 'אבגדהוזטיכךלמםנןסעפףקרת',
        'abvggdeziiyklmnoprstufyeuj' || 'aavgdeeziiiiiiklmnxooprsstyyyfoo'
        || 'aaaabtjhdrzssdtzfqklmnhwyaawypgkyehtdrn' || 'abgdhvztikklmmnnsappkrt');
    -- The marks for short vowels, where somebody did write them.
    RETURN regexp_replace(said, '[\u064B-\u0652\u0670\u0591-\u05C7]', '', 'g');
END $$;

CREATE FUNCTION matching_plain(said text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(
        lower(unaccent(matching_latin(regexp_replace(
            lower(normalize(coalesce(said, ''), NFKC)),
            '[''`´‘’ʼʻʿʾ′\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]', '', 'g')))),
        '[^[:alnum:]]+', ' ', 'g'))
$$;

CREATE FUNCTION matching_words(said text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT array_remove(string_to_array(matching_plain(said), ' '), '')
$$;

-- The words of one part of a name or of one line, and its neighbours run together: Mary Ann is also Maryann.
CREATE FUNCTION matching_run(words text[]) RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT left(x.w, 80) FROM (
        SELECT unnest(words) AS w
        UNION ALL SELECT words[i] || words[i + 1] FROM generate_series(1, cardinality(words) - 1) i
        UNION ALL SELECT array_to_string(words, '') WHERE cardinality(words) = 3) x
$$;

-- What a word sounds like: Daitch-Mokotoff codes of the word and of its Irish reading (bh and mh are v, dh and gh
-- silent: Siobhan, Niamh, Tadhg), its consonants (k...), and its letters in order (a...: two of them swapped).
CREATE FUNCTION matching_sounds(word text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT code), '{}') FROM (
        SELECT unnest(daitch_mokotoff(w)) AS code
        FROM (VALUES (word),
                     (regexp_replace(regexp_replace(word, '[bm]h', 'v', 'g'), '(?<!n)[dg]h', '', 'g'))) AS r(w)
        WHERE word ~ '^[a-z]{2,}$'
        UNION ALL
        SELECT 'k' || bones FROM (
            SELECT regexp_replace(
                regexp_replace(
                    regexp_replace(replace(replace(word, 'ph', 'f'), 'ck', 'k'), '([bcdgkt])h', '\1', 'g'),
                    '[aeiouyw]', '', 'g'),
                '(.)\1+', '\1', 'g') AS bones) b
        WHERE length(bones) >= 2 AND word ~ '^[a-z]+$'
        UNION ALL
        SELECT 'a' || string_agg(letter, '' ORDER BY letter COLLATE "C")
        FROM unnest(string_to_array(word, NULL)) AS letter HAVING length(word) BETWEEN 4 AND 40
    ) codes
$$;

-- Words for the kind of street are in every address: they count only together with the word before them.
CREATE FUNCTION matching_address_words(said text) RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT left(x.w, 80)
    FROM regexp_split_to_table(said, '[\n\r,;]+') AS l(line),
    LATERAL (SELECT array_agg(coalesce('{"street": "st", "road": "rd", "avenue": "ave", "av": "ave", "close": "cl",
                 "drive": "dr", "lane": "ln", "court": "ct", "crescent": "cres", "gardens": "gdns", "terrace": "ter",
                 "terr": "ter", "place": "pl", "square": "sq", "grove": "gr", "mount": "mt", "saint": "st",
                 "apartment": "flat", "apt": "flat"}'::jsonb ->> u.w, u.w) ORDER BY u.i) AS words
             FROM unnest(matching_words(l.line)) WITH ORDINALITY AS u(w, i)) a,
    LATERAL (SELECT unnest(a.words) AS w
             UNION ALL SELECT a.words[i] || a.words[i + 1] FROM generate_series(1, cardinality(a.words) - 1) i
             WHERE a.words[i] !~ '^[0-9]') x
    WHERE x.w NOT IN ('st','rd','ave','cl','dr','ln','ct','cres','gdns','ter','pl','sq','gr','mt','way','walk',
                      'flat','the','hill','park','view','row','mews','rise','green','no')
$$;
"""

# Makes the keys of folders from what is recorded about the child. It asks nobody's leave: whoever calls it,
# the keys come to say what the record says, nothing else.
REFRESH = r"""
CREATE FUNCTION matching_refresh(folders uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- The records of other children that the same adults are tied to: an adult's new name finds there too.
    kin uuid[] := ARRAY(SELECT DISTINCT theirs.folder_id
                        FROM children_tie ours JOIN children_tie theirs ON theirs.other_id = ours.other_id
                        WHERE ours.folder_id = ANY (folders) AND NOT theirs.folder_id = ANY (folders));
BEGIN
    -- Two at once on one folder: the second waits, then reads what the first has committed.
    PERFORM 1 FROM access_folder WHERE id = ANY (folders) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM matching_searchkey WHERE folder_id = ANY (folders);
    DELETE FROM matching_searchword WHERE folder_id = ANY (folders);
    DELETE FROM matching_searchword WHERE folder_id = ANY (kin) AND adult IS NOT NULL;

    WITH held AS (
        SELECT n.folder_id, n.given, n.family, NULL::uuid AS adult,
               row_number() OVER (PARTITION BY n.folder_id ORDER BY n.held_from, n.id) AS part,
               CASE WHEN n.use = 'former' OR n.held_until <= current_date THEN 'former'
                    WHEN n.use = 'full' THEN 'now' ELSE n.use END AS use
        FROM children_personname n JOIN children_person p ON p.id = n.person_id
        WHERE p.folder_id = ANY (folders) AND n.folder_id = p.folder_id
          -- Ended on the day it began: entered in error, never held.
          AND (n.held_until IS NULL OR n.held_until > n.held_from)
        UNION ALL
        SELECT t.folder_id, n.given, n.family, n.person_id,
               row_number() OVER (PARTITION BY t.folder_id ORDER BY n.held_from, n.id),
               CASE WHEN n.use = 'former' OR n.held_until <= current_date THEN 'former'
                    WHEN n.use = 'full' THEN 'now' ELSE n.use END
        FROM (SELECT DISTINCT t.folder_id, t.other_id FROM children_tie t
              WHERE t.folder_id = ANY (folders || kin) AND (t.held_until IS NULL OR t.held_until > t.held_from)) t
        JOIN children_personname n ON n.person_id = t.other_id AND n.folder_id IS NULL
        WHERE n.held_until IS NULL OR n.held_until > n.held_from
    )
    INSERT INTO matching_searchword (id, folder_id, kind, word, part, use, confidential, adult)
    SELECT gen_random_uuid(), h.folder_id, 'name', w.word, least(h.part, 32000), h.use, false, h.adult
    FROM held h,
         LATERAL (SELECT matching_words(h.given) AS given, matching_words(h.family) AS family OFFSET 0) a,
         LATERAL (SELECT r.word FROM matching_run(a.given) AS r(word)
                  UNION SELECT r.word FROM matching_run(a.family) AS r(word)) w
    WHERE w.word <> '';

    WITH lived AS (
        SELECT r.folder_id, r.lines, r.postcode, r.confidential,
               row_number() OVER (PARTITION BY r.folder_id ORDER BY r.held_from, r.id) AS part,
               CASE WHEN r.held_until <= current_date THEN 'former' ELSE 'now' END AS use
        FROM children_residence r JOIN children_person p ON p.id = r.person_id
        WHERE p.folder_id = ANY (folders) AND r.folder_id = p.folder_id
          AND (r.held_until IS NULL OR r.held_until > r.held_from)
    ), words AS (
        INSERT INTO matching_searchword (id, folder_id, kind, word, part, use, confidential)
        SELECT gen_random_uuid(), l.folder_id, 'address', w.word, least(l.part, 32000), l.use, l.confidential
        FROM lived l, LATERAL matching_address_words(l.lines) AS w(word)
        WHERE w.word <> ''
    )
    INSERT INTO matching_searchkey (id, folder_id, kind, value, use, confidential)
    SELECT gen_random_uuid(), l.folder_id, 'postcode', left(v.value, 60), l.use, l.confidential
    FROM lived l, LATERAL (SELECT regexp_replace(upper(l.postcode), '[^A-Z0-9]', '', 'g') AS value) v
    WHERE v.value <> '';

    INSERT INTO matching_searchkey (id, folder_id, kind, value, use, confidential)
    SELECT gen_random_uuid(), b.folder_id, 'born', to_char(b.born_on, 'YYYY-MM-DD'), 'now', false
    FROM (SELECT DISTINCT ON (q.person_id) p.folder_id, q.born_on
          FROM children_particulars q JOIN children_person p ON p.id = q.person_id
          WHERE p.folder_id = ANY (folders)
          ORDER BY q.person_id, q.recorded_at DESC, q.id DESC) b
    WHERE b.born_on IS NOT NULL;

    INSERT INTO matching_searchkey (id, folder_id, kind, value, use, confidential)
    SELECT gen_random_uuid(), n.folder_id, n.kind, left(v.value, 60), n.use, false
    FROM (SELECT p.folder_id, i.value,
                 CASE i.scheme WHEN 'nhs' THEN 'nhs' WHEN 'upn' THEN 'upn' WHEN 'former_upn' THEN 'upn'
                               ELSE 'reference' END AS kind,
                 CASE WHEN i.scheme = 'former_upn' OR i.withdrawn_at IS NOT NULL THEN 'former' ELSE 'now' END AS use
          FROM children_identifier i JOIN children_person p ON p.id = i.person_id
          WHERE p.folder_id = ANY (folders)
          UNION ALL
          SELECT f.id, f.number, 'reference', 'now' FROM access_folder f WHERE f.id = ANY (folders)) n,
         LATERAL (SELECT regexp_replace(upper(n.value), '[^A-Z0-9]', '', 'g') AS value) v
    WHERE v.value <> '';

    INSERT INTO matching_lexeme (id, kind, word, sounds)
    SELECT gen_random_uuid(), w.kind, w.word,
           CASE WHEN w.word ~ '[0-9]' THEN '{}' ELSE matching_sounds(w.word) END
    FROM (SELECT DISTINCT kind, word FROM matching_searchword WHERE folder_id = ANY (folders || kin)) w
    WHERE NOT EXISTS (SELECT 1 FROM matching_lexeme l WHERE l.kind = w.kind AND l.word = w.word);
END $$;
REVOKE ALL ON FUNCTION matching_refresh(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching_refresh(uuid[]) TO sightline_app;
"""

# The bits are matching/terms.py's Reason.
SEARCH = r"""
-- Loads the library: only then may somebody other than the superuser set its threshold.
SELECT similarity('', '');

-- What the role that owns the search may read: keys, pointers, and the seals that it applies.
GRANT SELECT ON matching_searchkey, matching_searchword, matching_lexeme, children_pointer, children_pointeragency,
                access_seal, access_sealname, access_joining, access_grant TO sightline_search;
CREATE POLICY search ON matching_searchkey FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON matching_searchword FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON matching_lexeme FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON children_pointer FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON children_pointeragency FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON access_seal FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON access_sealname FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON access_joining FOR SELECT TO sightline_search USING (true);
CREATE POLICY search ON access_grant FOR SELECT TO sightline_search USING (true);

-- The words recorded anywhere that a typed word may stand for, how well (0 to 1) and why (a bit of Reason).
CREATE FUNCTION matching_alike(wanted_kind text, typed text)
RETURNS TABLE (word text, score real, reason int) LANGUAGE sql STABLE
SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.25 AS $$
    WITH sounds AS MATERIALIZED (SELECT matching_sounds(typed) AS codes),
    found AS (
        SELECT typed AS word, 1.0 AS score, 1 AS reason
        UNION ALL
        SELECT l.word, 0.95 - 0.12 * d.slips - 0.5 * d.slips / greatest(length(typed), length(l.word)), 2
        FROM matching_lexeme l,
             LATERAL (SELECT levenshtein_less_equal(l.word, typed, 3) AS slips) d
        WHERE l.kind = wanted_kind AND l.word % typed AND typed !~ '[0-9]' AND length(typed) > 2
          AND d.slips BETWEEN 1 AND CASE WHEN length(typed) <= 4 THEN 1 WHEN length(typed) <= 8 THEN 2 ELSE 3 END
        UNION ALL
        SELECT l.word, c.score, c.reason
        FROM sounds s, matching_lexeme l, LATERAL (
            SELECT CASE left(code, 1)
                       WHEN 'a' THEN 0.86
                       WHEN 'k' THEN CASE WHEN length(code) > 3 THEN 0.52 + 0.35 * close ELSE 0.35 + 0.5 * close END
                       ELSE CASE length(rtrim(code, '0')) WHEN 0 THEN 0 WHEN 1 THEN 0.40 + 0.5 * close
                                WHEN 2 THEN 0.55 + 0.35 * close ELSE 0.65 + 0.3 * close END
                   END AS score,
                   CASE left(code, 1) WHEN 'a' THEN 2 ELSE 4 END AS reason
            FROM unnest(l.sounds) AS code, (SELECT similarity(l.word, typed) AS close) sim
            WHERE code = ANY (s.codes)) c
        WHERE l.kind = wanted_kind AND wanted_kind = 'name' AND l.sounds && s.codes AND l.word <> typed
        UNION ALL
        SELECT l.word, 0.5 + 0.4 * length(typed) / length(l.word), 16
        FROM matching_lexeme l
        WHERE l.kind = wanted_kind AND length(typed) >= 3 AND typed !~ '[0-9]'
          AND l.word > typed AND l.word < typed || chr(1114111)
    )
    SELECT DISTINCT ON (word) word, score::real, reason FROM found WHERE score >= 0.5
    ORDER BY word, score DESC
$$;

-- Every folder that a query may mean, past all seals: only the two functions below call it, and they say what to hide.
-- A row with an adult says that the folder's child has somebody of that name in their life.
--   words     [{"at": 0, "word": "Zofia", "as": "typed"}, ...]  `at` counts what was typed; "form" is another form
--             of the name at that place, "run" two words run together
--   address   house and street as text
--   keys      [{"kind": "nhs", "value": "999..."}, ...]
--   born, swapped   days as YYYY-MM-DD;  age  {"from": day, "until": day} of birth
-- Folders in `hidden` are as if they were not there; `enough` is the part of the best that is close enough.
CREATE FUNCTION matching_candidates(query jsonb, confidential_too boolean, hidden uuid[], enough real)
RETURNS TABLE (folder_id uuid, adult uuid, points real, reasons int) LANGUAGE sql STABLE
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
    WITH asked AS MATERIALIZED (
        SELECT 'name' AS kind, (e ->> 'at')::int AS at, matching_plain(e ->> 'word') AS word, e ->> 'as' AS mode
        FROM jsonb_array_elements(coalesce(query -> 'words', '[]')) AS e
        UNION ALL
        SELECT 'address', a.at::int - 1, a.word, 'typed'
        FROM matching_address_words(query ->> 'address') WITH ORDINALITY AS a(word, at) WHERE a.at <= 8
    ), many AS MATERIALIZED (
        SELECT count(DISTINCT at) FILTER (WHERE kind = 'name') AS names,
               count(DISTINCT at) FILTER (WHERE kind = 'address') AS addresses FROM asked
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
               (coalesce(h.g0, 0) / 32 + coalesce(h.g1, 0) / 32 + coalesce(h.g2, 0) / 32 + coalesce(h.g3, 0) / 32
                + coalesce(h.g4, 0) / 32 + coalesce(h.g5, 0) / 32 + coalesce(h.g6, 0) / 32 + coalesce(h.g7, 0) / 32)
               / CASE h.kind WHEN 'name' THEN m.names ELSE m.addresses END AS score,
               coalesce(h.g0 % 32, 0) | coalesce(h.g1 % 32, 0) | coalesce(h.g2 % 32, 0) | coalesce(h.g3 % 32, 0)
               | coalesce(h.g4 % 32, 0) | coalesce(h.g5 % 32, 0) | coalesce(h.g6 % 32, 0) | coalesce(h.g7 % 32, 0) AS how,
               num_nonnulls(h.g0, h.g1, h.g2, h.g3, h.g4, h.g5, h.g6, h.g7)
               < CASE h.kind WHEN 'name' THEN m.names ELSE m.addresses END AS partly
        FROM (SELECT w.folder_id, w.adult, l.kind, w.part, min(w.use) AS use,
                     max(l.grade) FILTER (WHERE l.at = 0) AS g0, max(l.grade) FILTER (WHERE l.at = 1) AS g1,
                     max(l.grade) FILTER (WHERE l.at = 2) AS g2, max(l.grade) FILTER (WHERE l.at = 3) AS g3,
                     max(l.grade) FILTER (WHERE l.at = 4) AS g4, max(l.grade) FILTER (WHERE l.at = 5) AS g5,
                     max(l.grade) FILTER (WHERE l.at = 6) AS g6, max(l.grade) FILTER (WHERE l.at = 7) AS g7
              FROM alike l JOIN matching_searchword w ON w.kind = l.kind AND w.word = l.word
              WHERE (NOT w.confidential OR confidential_too) AND NOT w.folder_id = ANY (hidden)
              GROUP BY w.folder_id, w.adult, l.kind, w.part) h, many m
    ), fact AS (
        -- Points in hundredths; `about` keeps apart what adds up from what is the same said twice.
        SELECT p.folder_id, p.adult, 1 AS about,
               p.score::int * 6 * CASE p.use WHEN 'now' THEN 100 WHEN 'known_as' THEN 99 ELSE 96 END / 100 AS points,
               CASE WHEN p.how = 1 AND NOT p.partly THEN 1 ELSE p.how & ~1 END
               | CASE WHEN p.partly THEN 32 ELSE 0 END
               | CASE p.use WHEN 'known_as' THEN 64 WHEN 'former' THEN 128 WHEN 'also' THEN 256 ELSE 0 END AS reasons
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
        WHERE (NOT k.confidential OR confidential_too) AND NOT k.folder_id = ANY (hidden)
        UNION ALL
        SELECT k.folder_id, NULL, 3, 1000, 16384 | CASE k.use WHEN 'former' THEN 131072 ELSE 0 END
        FROM (SELECT query ->> 'district' AS value) a
        JOIN matching_searchkey k ON k.kind = 'postcode' AND k.value > a.value AND k.value < a.value || 'a'
             AND length(k.value) = length(a.value) + 3
        WHERE (NOT k.confidential OR confidential_too) AND NOT k.folder_id = ANY (hidden)
        UNION ALL
        SELECT k.folder_id, NULL, 4, CASE a.field WHEN 'born' THEN 4000 ELSE 3200 END,
               CASE a.field WHEN 'born' THEN 512 ELSE 1024 END
        FROM (SELECT f.field, d.value FROM (VALUES ('born'), ('swapped')) AS f(field),
                     LATERAL jsonb_array_elements_text(coalesce(query -> f.field, '[]')) AS d(value)) a
        JOIN matching_searchkey k ON k.kind = 'born' AND k.value = a.value
        WHERE NOT k.folder_id = ANY (hidden)
        UNION ALL
        SELECT k.folder_id, NULL, 4, 2000, 4096
        FROM (SELECT query -> 'age' ->> 'from' AS lower, query -> 'age' ->> 'until' AS upper
              WHERE jsonb_array_length(coalesce(query -> 'words', '[]')) = 0
                AND coalesce(query ->> 'address', '') = ''
                AND jsonb_array_length(coalesce(query -> 'keys', '[]')) = 0
                AND query ->> 'district' IS NULL) a
        JOIN matching_searchkey k ON k.kind = 'born' AND k.value >= a.lower AND k.value <= a.upper
        WHERE NOT k.folder_id = ANY (hidden)
    ), total AS (
        -- Of several names, or several addresses, the one that fits best, with its reasons alone (22 bits).
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
              FROM fact f GROUP BY f.folder_id, f.adult) t
    )
    -- A date of birth or an age adds at most 20 points later: whoever cannot come close is left out here.
    SELECT t.folder_id, t.adult, t.points::real / 100, t.reasons::int
    FROM (SELECT t.*, max(t.points) FILTER (WHERE t.adult IS NULL) OVER () AS best FROM total t) t
    WHERE CASE WHEN t.adult IS NULL THEN t.points + 2000 >= t.best * enough ELSE t.points >= 3600 END
$$;
REVOKE ALL ON FUNCTION matching_candidates(jsonb, boolean, uuid[], real) FROM PUBLIC;

-- A date of birth beside a name: a near miss (year, month or day differs) counts a little, the right age more.
CREATE FUNCTION matching_near(born date, said date) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (date_part('year', said) = date_part('year', born))::int
         + (date_part('month', said) = date_part('month', born))::int
         + (date_part('day', said) = date_part('day', born))::int = 2
$$;

-- The search for people. Seals are applied before anything is counted or measured against the best, so
-- that a sealed child changes neither the number found nor which others are shown. Children come first, `found`
-- of them in all; then up to ten adults by the same name, from records that the viewer may open: the row's
-- folder is their child's, and names of adults are for the caller to read behind the doors.
CREATE FUNCTION matching_search(query jsonb, wanted int, skipped int)
RETURNS TABLE (folder_id uuid, name text, known_as text, born_on date, expected_on date, area text,
               agencies jsonb, opens boolean, points real, reasons int, found bigint, adult uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me uuid := kernel_practitioner();
    my_teams uuid[] := ARRAY(SELECT agencies_my_teams());
    hidden uuid[];
    loosely boolean := coalesce((query ->> 'loosely')::boolean, false);
    sorting text := coalesce(query ->> 'sort', 'closest');
    enough real := CASE WHEN loosely THEN 0.3 ELSE 0.6 END;
    said date := (query -> 'born' ->> 0)::date;
    aged_from date := (query -> 'age' ->> 'from')::date;
    aged_until date := (query -> 'age' ->> 'until')::date;
BEGIN
    IF me IS NULL OR NOT agencies_may('child.search') THEN RETURN; END IF;
    SELECT coalesce(array_agg(s.folder_id), '{}') INTO hidden FROM access_seal s
    WHERE s.lifted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM access_sealname n WHERE n.seal_id = s.id AND n.practitioner_id = me);
    hidden := hidden || ARRAY(SELECT j.folder_id FROM access_joining j
                              WHERE j.undone_at IS NULL AND j.into_id = ANY (hidden))
              || ARRAY(SELECT jsonb_array_elements_text(coalesce(query -> 'leave_out', '[]'))::uuid);
    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT c.folder_id, c.adult, c.points, c.reasons
        FROM matching_candidates(query, agencies_may('address.confidential'), hidden, enough) c
    ), child AS (
        SELECT coalesce(j.into_id, s.folder_id) AS folder_id, max(s.points) AS points,
               bit_or(s.reasons | CASE WHEN j.id IS NULL THEN 0 ELSE 2097152 END) AS reasons
        FROM seen s LEFT JOIN access_joining j ON j.folder_id = s.folder_id AND j.undone_at IS NULL
        WHERE s.adult IS NULL AND (j.id IS NULL OR NOT j.into_id = ANY (hidden))
        GROUP BY 1
    ), near AS (
        -- A date of birth or an age adds at most 20 points: whoever cannot come close needs no pointer read.
        SELECT n.* FROM (SELECT c.*, max(c.points) OVER () AS best FROM child c) n
        WHERE n.points + CASE WHEN said IS NULL AND aged_from IS NULL THEN 0 ELSE 20 END >= n.best * enough
    ), scored AS (
        SELECT p.folder_id, p.name, p.known_as, p.born_on, p.expected_on, p.area,
               n.points + CASE b.reason WHEN 2048 THEN 14 WHEN 4096 THEN 20 ELSE 0 END AS points,
               n.reasons | b.reason AS reasons
        FROM near n JOIN children_pointer p ON p.folder_id = n.folder_id,
             LATERAL (SELECT CASE WHEN n.reasons & 5632 <> 0 THEN 0 WHEN matching_near(p.born_on, said) THEN 2048
                                  WHEN p.born_on BETWEEN aged_from AND aged_until THEN 4096 ELSE 0 END AS reason) b
    ), close AS (
        SELECT x.*, count(*) OVER () AS found FROM (
            SELECT s.*, max(s.points) OVER () AS best FROM scored s) x
        WHERE x.points >= x.best * enough
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
     -- Whoever has no grant and is not named on a seal is passed over quickly; access_opens has the last word.
     FROM (SELECT s.* FROM seen s LEFT JOIN access_joining j ON j.folder_id = s.folder_id AND j.undone_at IS NULL
           WHERE s.adult IS NOT NULL AND s.points >= 36 AND skipped = 0
             AND (EXISTS (SELECT 1 FROM access_grant g
                          WHERE g.folder_id IN (s.folder_id, j.into_id)
                            AND (g.practitioner_id = me OR g.team_id = ANY (my_teams) OR g.agency_id IS NOT NULL))
                  OR EXISTS (SELECT 1 FROM access_sealname n
                             WHERE n.folder_id IN (s.folder_id, j.into_id) AND n.practitioner_id = me))
           ORDER BY s.points DESC, s.folder_id, s.adult OFFSET 0) o
     WHERE access_opens(o.folder_id, false) LIMIT 10);
END $$;
REVOKE ALL ON FUNCTION matching_search(jsonb, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching_search(jsonb, int, int) TO sightline_app;

-- For the job "matching" alone: sealed folders that a query may mean, and who is named on the seal.
CREATE FUNCTION matching_sealed(query jsonb)
RETURNS TABLE (folder_id uuid, named uuid[], points real, reasons int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    leave_out uuid[] := ARRAY(SELECT jsonb_array_elements_text(coalesce(query -> 'leave_out', '[]'))::uuid);
BEGIN
    IF kernel_job() <> 'matching' THEN RETURN; END IF;
    RETURN QUERY
    WITH child AS MATERIALIZED (
        SELECT coalesce(j.into_id, c.folder_id) AS folder_id, max(c.points) AS points, bit_or(c.reasons) AS reasons
        FROM matching_candidates(query, true, leave_out, 0) c
        LEFT JOIN access_joining j ON j.folder_id = c.folder_id AND j.undone_at IS NULL
        WHERE c.adult IS NULL
        GROUP BY 1
    )
    SELECT c.folder_id, ARRAY(SELECT n.practitioner_id FROM access_sealname n WHERE n.seal_id = s.id),
           (c.points + CASE WHEN b.near THEN 14 ELSE 0 END)::real, c.reasons | CASE WHEN b.near THEN 2048 ELSE 0 END
    FROM child c
    JOIN access_seal s ON s.folder_id = c.folder_id AND s.lifted_at IS NULL
    JOIN children_pointer p ON p.folder_id = c.folder_id,
    LATERAL (SELECT c.reasons & 5632 = 0
                    AND coalesce(matching_near(p.born_on, (query -> 'born' ->> 0)::date), false) AS near) b
    WHERE NOT c.folder_id = ANY (leave_out);
END $$;
REVOKE ALL ON FUNCTION matching_sealed(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching_sealed(jsonb) TO sightline_app;

ALTER FUNCTION matching_candidates(jsonb, boolean, uuid[], real) OWNER TO sightline_search;
ALTER FUNCTION matching_search(jsonb, int, int) OWNER TO sightline_search;
ALTER FUNCTION matching_sealed(jsonb) OWNER TO sightline_search;
"""

BACK = """
DROP FUNCTION matching_sealed(jsonb); DROP FUNCTION matching_search(jsonb, int, int);
DROP FUNCTION matching_near(date, date); DROP FUNCTION matching_candidates(jsonb, boolean, uuid[], real);
DROP FUNCTION matching_alike(text, text); DROP FUNCTION matching_refresh(uuid[]);
DROP FUNCTION matching_address_words(text); DROP FUNCTION matching_sounds(text);
DROP FUNCTION matching_run(text[]); DROP FUNCTION matching_words(text); DROP FUNCTION matching_plain(text);
DROP FUNCTION matching_latin(text);
DROP POLICY search ON children_pointer; DROP POLICY search ON children_pointeragency;
DROP POLICY search ON access_seal; DROP POLICY search ON access_sealname; DROP POLICY search ON access_joining; DROP POLICY search ON access_grant;
DROP POLICY search ON matching_searchkey; DROP POLICY search ON matching_searchword;
DROP POLICY search ON matching_lexeme;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0001_initial"),
        ("children", "0002_may_see_adult"),
        ("access", "0002_may"),
    ]
    operations = [migrations.RunSQL(WORDS + REFRESH + SEARCH, BACK)]
