from django.db import migrations, models

# Where a core group met stood among the words, as the key of the meeting, and a page showed it. What happened stays as it
# was written: the trigger that keeps it is out of the way for this one statement alone.
MOVED = """
ALTER TABLE plans_planchange DISABLE TRIGGER USER;
UPDATE plans_planchange SET meeting_id = words::uuid, words = ''
WHERE act = 'core group held' AND words ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
ALTER TABLE plans_planchange ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0012_quorum_of_a_review")]
    operations = [
        migrations.AddField(
            model_name="planchange",
            name="meeting_id",
            field=models.UUIDField(help_text="Of a core group: the meeting that it met at", null=True),
        ),
        migrations.RunSQL(MOVED, migrations.RunSQL.noop),
    ]
