from django.db import migrations

# What children said, steps of an advocate and rights explained met duties in the request that wrote them, and until now
# that was the one thing that told which: the same author, within the minute. It is written down here once, and looked for
# so no more. What happened stays as it was written: the trigger that keeps it is out of the way for this alone.
MET = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE procedures_dutyevent DISABLE TRIGGER USER;
UPDATE procedures_dutyevent e SET met_by = found.id
FROM (
    SELECT DISTINCT ON (e.id) e.id AS event_id, w.id
    FROM (
        SELECT id, folder_id, author_id, written_at, ARRAY['hear_the_child'] AS meets FROM voice_view
        UNION ALL
        SELECT id, folder_id, author_id, written_at,
            CASE act WHEN 'offered' THEN ARRAY['offer_advocate'] WHEN 'accepted' THEN ARRAY['offer_advocate']
                ELSE ARRAY['offer_advocate', 'find_advocate'] END
        FROM voice_advocacy WHERE act <> 'ended'
        UNION ALL
        SELECT id, folder_id, author_id, written_at, ARRAY['explain_rights'] FROM voice_rightstold
    ) w
    JOIN procedures_dutyevent e ON e.folder_id = w.folder_id AND e.by_id = w.author_id
        AND e.at >= w.written_at AND e.at < w.written_at + interval '1 minute'
    JOIN procedures_duty d ON d.id = e.duty_id AND d.kind = ANY (w.meets)
    WHERE e.act IN ('discharge', 'write up')
    ORDER BY e.id, w.written_at DESC, w.id
) found
WHERE found.event_id = e.id AND e.met_by IS NULL;
ALTER TABLE procedures_dutyevent ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("voice", "0004_taken_back"), ("procedures", "0015_met_by")]
    operations = [migrations.RunSQL(MET, migrations.RunSQL.noop)]
