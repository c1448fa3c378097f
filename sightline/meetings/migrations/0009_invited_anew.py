from django.db import migrations, models

BEFORE_TODAY = """
UPDATE meetings_meeting m SET anew_at = (
    SELECT max(c.at) FROM meetings_meetingchange c
    WHERE c.meeting_id = m.id AND (c.what LIKE 'Moved from%' OR c.what = 'On again')
) WHERE m.state = 'called';
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_copy_rulings")]
    operations = [
        migrations.AddField(
            model_name="meeting",
            name="anew_at",
            field=models.DateTimeField(
                help_text="When its day or place last changed: what the family was told before is no invitation to it",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="not_held_at",
            field=models.DateTimeField(
                help_text="When it was taken back that it was held: who came, as written before, counts no more",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="given",
            name="by_whom",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Who gave it to them, where somebody else recorded it",
                max_length=200,
            ),
        ),
        migrations.RunSQL(BEFORE_TODAY, migrations.RunSQL.noop),
    ]
