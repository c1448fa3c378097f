from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("children", "0010_agency_changed")]
    operations = [
        migrations.AddField(
            model_name="authority",
            name="put_right_why",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Where the one before was recorded wrongly: what was wrong with it",
            ),
        ),
    ]
