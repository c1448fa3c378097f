from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0017_left_forms")]
    operations = [
        migrations.AddField("formdraft", "version", models.PositiveIntegerField(default=1, db_default=1)),
        migrations.AddField("formdraft", "page", models.UUIDField(null=True)),
        migrations.AddIndex(
            "formdraft", models.Index(fields=["practitioner", "path"], name="form_draft_of_writer")
        ),
        migrations.RemoveConstraint("formdraft", "one_draft_of_a_form"),
    ]
