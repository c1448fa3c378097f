"""What stands in the records of the bench's children: entries, open duties, concerns on the board, ties. Set-based.

The columns are as the models name them; keys are made by the database, since nobody reads them back here.
"""

from __future__ import annotations

#: The first open record is a long one, and the first three are of brothers and sisters; the four from the fifth on have
#: a conference. Written by the twelve of the front door in turn. Each text begins alike and goes on differently.
ENTRIES = """
INSERT INTO records_entry (id, folder_id, number, kind, title, happened_at, written_at, author_id, author_post, text,
                           present, late, late_why, significant, impact, third_party, pack, pack_version, was_wrong,
                           theirs, theirs_name, theirs_relation)
SELECT uuidv7(), f.id, n, 'note', 'Note', d.at, d.at, w.all_of_them[1 + (f.place + n) %% cardinality(w.all_of_them)],
       'Social worker, Northmoor Council',
       'Seen at school. The child talked about the week and what had been good and bad in it. '
       || said.lines[1 + (n * 7 + f.place) %% 24] || said.lines[1 + (n * 5 + f.place) %% 24]
       || said.lines[1 + (n * 11 + f.place * 3) %% 24] || said.lines[1 + (n + f.place * 5) %% 24],
       '', false, '', n %% 50 = 0, '', n %% 5 = 0, 'rotherham', 'bench', '', '', '', ''
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM access_folder
      WHERE id IN (SELECT folder_id FROM access_grant)) f
CROSS JOIN LATERAL (SELECT CASE WHEN f.place = 1 THEN %(long)s WHEN f.place BETWEEN 5 AND 8 THEN %(conference)s
                                ELSE %(each)s END AS many) e
CROSS JOIN LATERAL generate_series(1, e.many) n
CROSS JOIN LATERAL (SELECT now() - (e.many - n + 1) * interval '1 day' AS at) d
CROSS JOIN (SELECT array_agg(id ORDER BY id) AS all_of_them FROM agencies_practitioner) w
CROSS JOIN (SELECT ARRAY[
    'The kitchen was warm and there was food in the cupboards. ', 'A grandmother has come to stay until the summer. ',
    'The bruise on the left arm had faded, and the child says it came from football. ', 'Nobody answered the door. ',
    'The health visitor weighed the baby, who is gaining as expected. ', 'The curtains were closed at noon. ',
    'There was a new lock on the bedroom door, on the inside. ', 'The teacher has seen a change since the holidays. ',
    'Both parents were there and listened to one another. ', 'The appointment at the hospital was kept. ',
    'The older brother had not slept at home for three nights. ', 'The police were called by a neighbour. ',
    'A place at the breakfast club has been found. ', 'The child would like to see more of their father. ',
    'The landlord has promised to mend the boiler. ', 'The mother said that she feels less alone than in spring. ',
    'The dog was tied up outside. ', 'The family support worker was not let in. ', 'Homework was done at the table. ',
    'The child was not brought to the dentist. ', 'There was shouting in the street late on Friday. ',
    'An interpreter was there for all of it. ', 'The sisters drew what a safe house looks like to them. ',
    'Money is short, and the food bank has been told. '] AS lines) said
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
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM access_folder ORDER BY id LIMIT %(folders)s) f
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
    SELECT uuidv7(), overlay('C-' || translate(lpad(n::text, 8, '0'), '01', 'BC') PLACING '-' FROM 7 FOR 0), '',
           'imported', now() - (n || ' minutes')::interval, '', '10', 'A neighbour', '',
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
SIBLINGS = """
WITH three AS (SELECT p.folder_id, p.id FROM children_person p JOIN access_grant g USING (folder_id)
               ORDER BY p.folder_id LIMIT 3),
four AS (SELECT p.folder_id, p.id FROM children_person p JOIN access_grant g USING (folder_id)
         ORDER BY p.folder_id OFFSET 4 LIMIT 4)
INSERT INTO children_tie (id, folder_id, child_id, other_id, kinship, held_from, recorded_at, parental_responsibility,
                          lives_with_child, words)
SELECT uuidv7(), pair.folder_id, pair.id, pair.other, 'sibling', current_date - 100, now(), 'not_known', 'yes', ''
FROM (SELECT a.folder_id, a.id, b.id AS other FROM three a JOIN three b ON a.id <> b.id
      UNION ALL SELECT a.folder_id, a.id, b.id FROM four a JOIN four b ON a.id <> b.id) pair
"""
