"""A plan with its parts for each of the bench's open folders: three outcomes, four actions, two services, four views,
ten changes and two reviews. Set-based; the columns are as the models name them."""

from __future__ import annotations

PLANS = """
INSERT INTO plans_plan (id, folder_id, child_id, kind, state, began_on, from_authority, earlier_plans, lead_id, pack,
                        pack_version, framework, version, written_at, written_by_id, written_post, began_statuses,
                        ended_statuses)
SELECT uuidv7(), p.folder_id, p.id, 'child_protection', 'signed', current_date - 60, '', 0, w.id, 'rotherham', 'bench',
       'Best outcomes', 1, now() - interval '60 days', w.id, 'Social worker, Northmoor Council', '{}', '{}'
FROM (SELECT f.id FROM access_folder f ORDER BY f.id LIMIT %(folders)s) f JOIN children_person p ON p.folder_id = f.id
CROSS JOIN (SELECT id FROM agencies_practitioner ORDER BY id LIMIT 1) w
"""
PARTS = (
    """
INSERT INTO plans_category (id, folder_id, plan_id, code, why, held_from, written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, id, 'NEG', '', began_on, written_at, written_by_id, written_post FROM plans_plan
""",
    """
INSERT INTO plans_plannedoutcome (id, folder_id, plan_id, item, revision, dropped_why, of_framework, of_framework_title,
    words, measure, baseline, baseline_scale, hoped_scale, by, whose, whose_words, needed, written_at, written_by_id,
    written_post)
SELECT uuidv7(), folder_id, p.id, uuidv7(), 1, '', 'best_outcomes', 'The best outcomes',
    'Something is different for this child, number ' || n, 'The child says so.', 'Not yet.', 3, 8, current_date + 90,
    'child', '', 'now', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 3) n
""",
    """
INSERT INTO plans_statement (id, folder_id, plan_id, item, revision, dropped_why, kind, about, answer, words, why,
    written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, uuidv7(), 1, '', k.kind, '', k.answer, 'What the plan says of it, in a sentence.', '',
    written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN (VALUES ('danger', ''), ('strength', ''), ('safety', ''), ('contingency', ''),
                              ('family_plan', 'accepted'), ('stands_on', 'section_17')) k(kind, answer)
""",
    """
INSERT INTO plans_action (id, folder_id, plan_id, words, needed, agency_id, practitioner_id, due_on, timing, state,
    written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, 'An action of the plan, number ' || n, 'now', o.agency_id, p.lead_id,
    current_date + n * 5 - 8, 'The child starts school soon.', 'open', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 4) n
CROSS JOIN LATERAL (SELECT agency_id FROM agencies_posting WHERE practitioner_id = p.lead_id LIMIT 1) o
""",
    """
INSERT INTO plans_offer (id, folder_id, plan_id, name, meant_to_change, offered_on, state, written_at, written_by_id,
    written_post)
SELECT uuidv7(), folder_id, p.id, 'A local service', 'The mornings', current_date - 30, 'receiving', written_at,
    written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 2) n
""",
    """
INSERT INTO plans_view (id, folder_id, plan_id, whose, name, agrees, words, why_not, heard_on, heard_how, written_at,
    written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, 'parent', 'Somebody in the family', 'yes', 'It is good that somebody asks.', '',
    current_date - 50, '', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 4) n
""",
    """
INSERT INTO plans_planchange (id, folder_id, plan_id, act, words, written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, 'outcome added', '', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 10) n
""",
    """
WITH wrote AS (
    INSERT INTO plans_review (id, folder_id, plan_id, number, held_on, who_came, result, closed_at, written_at,
        written_by_id, written_post)
    SELECT uuidv7(), folder_id, p.id, n, current_date - 40 + n * 10, 'Mother, school', 'continues',
        now() - interval '20 days', written_at, written_by_id, written_post
    FROM plans_plan p CROSS JOIN generate_series(1, 2) n
    RETURNING id, folder_id, plan_id, written_at, written_by_id, written_post)
INSERT INTO plans_reviewedoutcome (id, folder_id, review_id, outcome, actual, evidence, achieved, scale, next,
    next_words, written_at, written_by_id, written_post)
SELECT uuidv7(), r.folder_id, r.id, o.item, 'Better on most days.', 'The child says so.', 'partly', 5, 'goes_on', '',
    r.written_at, r.written_by_id, r.written_post
FROM wrote r JOIN plans_plannedoutcome o ON o.plan_id = r.plan_id
""",
)
