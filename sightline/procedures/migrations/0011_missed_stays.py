from importlib import import_module

from django.db import migrations, models

# How duties were met: what was missed counts as late also where it was withdrawn afterwards. Beside an agreed date it
# counts when it was done, which somebody's answering for it later does not move.
KEPT = """
CREATE OR REPLACE FUNCTION procedures_kept(since timestamptz, until timestamptz, as_of timestamptz, leave_out uuid[])
RETURNS TABLE (title text, statutory boolean, owed bigint, in_time bigint, by_agreement bigint, late bigint,
               waiting bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT d.title, d.statutory, count(*),
           count(*) FILTER (WHERE d.done AND d.at <= d.due_at),
           count(*) FILTER (WHERE d.done AND d.at <= d.agreed),
           count(*) FILTER (WHERE d.done AND d.at > d.agreed OR d.never
                            OR NOT d.done AND d.agreed < least(until, as_of)),
           count(*) FILTER (WHERE NOT d.done AND NOT d.never AND d.agreed >= least(until, as_of))
    FROM (
        SELECT title, statutory, due_at, coalesce(agreed_at, due_at) AS agreed,
               state IN ('missed and no longer owed', 'missed and never done') AS never,
               state IN ('discharged', 'done late') AS done,
               CASE WHEN agreed_at IS NULL THEN coalesce(closed_at, 'infinity')
                    ELSE coalesce((SELECT min(coalesce(e.done_at, e.at)) FROM procedures_dutyevent e
                                   WHERE e.duty_id = y.id AND e.act IN ('discharge', 'write up')), closed_at) END AS at
        FROM procedures_duty y
        WHERE due_at >= since AND due_at < until AND state <> 'withdrawn' AND NOT folder_id = ANY (leave_out)
    ) d
    GROUP BY d.title, d.statutory
    ORDER BY 6 DESC, 3 DESC, 1
$$;
"""

# What was withdrawn although it was late had left the lists unanswered, and the figures: it is put where it belongs.
# One that was owed again since goes on as the duty that took its place, which tells the same.
BACK_IN_SIGHT = """
UPDATE procedures_duty d
SET state = CASE WHEN a.answered THEN 'missed and never done' ELSE 'missed and no longer owed' END,
    closed_at = CASE WHEN a.answered THEN d.closed_at END
FROM (SELECT w.id, EXISTS (SELECT FROM procedures_dutyevent e WHERE e.duty_id = w.id AND e.act = 'answer for') AS answered
      FROM procedures_duty w
      WHERE w.state = 'withdrawn' AND w.closed_at > w.due_at
        AND NOT EXISTS (SELECT FROM procedures_duty n WHERE n.subject_id = w.subject_id AND n.kind = w.kind
                          AND n.folder_id = w.folder_id AND n.due_at = w.due_at AND n.opened_at >= w.closed_at)) a
WHERE d.id = a.id;
"""

_NEWS = import_module("sightline.procedures.migrations.0007_news_as_it_stands").FUNCTIONS
NEWS = _NEWS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "('missed', 'done late')", "('missed', 'done late', 'missed and no longer owed')"
)

STATES = [
    "open", "shortened", "extended", "missed", "missed and answered for", "done late", "missed and no longer owed",
    "discharged", "withdrawn", "missed and never done",
]  # fmt: skip
ACTS = [
    "open", "shorten", "extend", "miss", "answer for", "discharge", "withdraw", "write up", "owe again",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("procedures", "0010_open_by_kind")]
    operations = [
        migrations.AlterField(
            model_name="duty",
            name="state",
            field=models.CharField(choices=[(s, s) for s in STATES], max_length=30),
        ),
        migrations.AlterField(
            model_name="dutyevent",
            name="act",
            field=models.CharField(choices=[(a, a) for a in ACTS], max_length=20),
        ),
        migrations.RunSQL(BACK_IN_SIGHT, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RunSQL(NEWS, migrations.RunSQL.noop),
    ]
