from django.db import migrations, models


class Migration(migrations.Migration):
    """The transfer summary is written with the decision that passes a child on. The default stays in the database: the
    version before this one writes decisions while it is being replaced, and what it passed on is asked for a summary
    when it is accepted."""

    dependencies = [("concerns", "0018_passed_on_stays")]
    operations = [
        migrations.AddField(
            model_name="screening",
            name="summary",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="What goes with a child who is passed to another authority",
            ),
        ),
    ]
