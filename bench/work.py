"""What stands in the records of the bench's children: entries, open duties, and concerns on the board. Set-based."""

from __future__ import annotations

import psycopg

#: Columns as the models name them; identifiers are made by the database, since nobody reads them back here.
ENTRIES = """
INSERT INTO records_entry (id, folder_id, number, kind, title, happened_at, written_at, author_id, author_post, text,
                           present, late, late_why, significant, impact, third_party, pack, pack_version, was_wrong,
                           theirs, theirs_name, theirs_relation)
SELECT uuidv7(), f.id, n, 'note', 'Note', now() - (n || ' days')::interval, now() - (n || ' days')::interval, p.id,
       'Social worker, Eastmarch Council',
       'Seen at school. ' || repeat('The child talked about the week and what had been good and bad in it. ', 6),
       '', false, '', n %% 50 = 0, '', n %% 5 = 0, 'rotherham', 'bench', '', '', '', ''
FROM (SELECT id FROM access_folder ORDER BY id LIMIT %(folders)s) f
CROSS JOIN generate_series(1, %(each)s) n
CROSS JOIN (SELECT id FROM agencies_practitioner ORDER BY id LIMIT 1) p
"""
STATEMENTS = """
INSERT INTO records_statement (id, folder_id, entry_id, place, kind, source, told_by, "only", text)
SELECT uuidv7(), folder_id, id, 0, 'fact', CASE WHEN third_party THEN 'told' ELSE 'first_hand' END,
       CASE WHEN third_party THEN 'A teacher' ELSE '' END, false, text
FROM records_entry
"""
COUNTERS = """
INSERT INTO records_entrycounter (id, folder_id, last)
SELECT uuidv7(), folder_id, max(number) FROM records_entry GROUP BY folder_id
"""
DUTIES = """
INSERT INTO procedures_duty (id, folder_id, kind, title, why, discharged_by, path, owner_id, team_id, started_at,
                             opened_at, soon_at, due_at, critical_at, sooner_why, state, pack, pack_version, limit_id,
                             limit_words, statutory, citation, caveat)
SELECT uuidv7(), f.id, 'assessment', 'Finish the assessment', 'The child waits for help.', 'a signed assessment',
       '/child/' || f.id || '/', CASE WHEN f.place <= 40 THEN u.practitioner_id END, t.id, now() - interval '20 days',
       now() - interval '20 days', d.at - interval '5 days', d.at, d.at + interval '5 days', '', 'open',
       'rotherham', 'bench', 'assessment', 'Assessment: 45 working days', true, 'Working Together', ''
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM access_folder ORDER BY id LIMIT %(duties)s) f
CROSS JOIN (SELECT id FROM agencies_team WHERE front_door LIMIT 1) t
CROSS JOIN (SELECT p.id AS practitioner_id FROM agencies_practitioner p
            WHERE p.user_id = (SELECT id FROM agencies_user ORDER BY id LIMIT 1)) u
CROSS JOIN LATERAL (SELECT now() + ((f.place %% 60) - 15 || ' days')::interval AS at) d
"""
CONCERNS = """
WITH raised AS (
    INSERT INTO concerns_concern (id, reference, secret_digest, channel, raised_at, raised_post, source_code,
                                  referrer_name, referrer_contact, referrer_relation, anonymous, immediate_danger,
                                  team_id, state, version)
    SELECT uuidv7(), 'C-BENCH-' || n, '', 'imported', now() - (n || ' minutes')::interval, '', '10', 'A neighbour', '',
           '', false, n %% 40 = 0, t.id, 'waiting', 1
    FROM generate_series(1, %(concerns)s) n CROSS JOIN (SELECT id FROM agencies_team WHERE front_door LIMIT 1) t
    RETURNING id, reference, raised_at, team_id),
placed AS (SELECT r.*, row_number() OVER (ORDER BY reference) AS place FROM raised r),
part AS (
    INSERT INTO concerns_concernpart (id, folder_id, concern_id, child_id, place_in_list, what_happened, about_child,
        child_said, child_said_why_not, indicators, harm_where, danger_words, family_told, family_told_words,
        family_agreed, family_agreed_words, known_agencies, interpreter, written_at, pack, pack_version)
    SELECT uuidv7(), f.folder_id, p.id, f.id, 0, 'Shouting every night, and the child was seen outside late.', '',
           'I do not like it when they shout.', '', '{}', '{home}', '', 'no', '', 'not_asked', '', '', '', p.raised_at,
           'rotherham', 'bench'
    FROM placed p JOIN (SELECT id, folder_id, row_number() OVER (ORDER BY folder_id) AS place
                        FROM children_person WHERE folder_id IS NOT NULL) f USING (place)
    RETURNING folder_id, concern_id),
named AS (
    INSERT INTO concerns_partname (id, folder_id, concern_id, place_in_list, name)
    SELECT uuidv7(), part.folder_id, part.concern_id, 0, q.name
    FROM part JOIN children_pointer q USING (folder_id))
INSERT INTO procedures_duty (id, folder_id, kind, title, why, discharged_by, subject_id, path, team_id, started_at,
                             opened_at, soon_at, due_at, critical_at, sooner_why, state, pack, pack_version, limit_id,
                             limit_words, statutory, citation, caveat)
SELECT uuidv7(), part.folder_id, 'decision_on_concern', 'Decide what to do about this concern', 'A child waits.',
       'a decision', p.id, '/front-door/' || p.id || '/', p.team_id, p.raised_at, p.raised_at,
       p.raised_at + interval '20 hours', p.raised_at + interval '24 hours', p.raised_at + interval '48 hours',
       '', 'open',
       'rotherham', 'bench', 'decision_on_concern', 'Decision: 1 working day', true, 'Working Together', ''
FROM part JOIN placed p ON p.id = part.concern_id
"""


def load_work(owner: psycopg.Connection, *, entries: int, duties: int, concerns: int, folders: int) -> None:
    """Fill the first `folders` records; nothing where it has been done already."""
    if owner.execute("SELECT 1 FROM records_entry LIMIT 1").fetchone():
        return
    with owner.transaction():
        owner.execute(ENTRIES, {"folders": folders, "each": max(entries // folders, 1)})
        owner.execute(STATEMENTS)
        owner.execute(COUNTERS)
        owner.execute(DUTIES, {"duties": duties})
        owner.execute(CONCERNS, {"concerns": concerns})
    owner.execute("VACUUM (ANALYZE)")
