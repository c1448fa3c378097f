"""Whoever is asked to confirm an entry is shown all of it, also where the record is closed to them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0009_plain_words_in_use")]
    operations = [
        migrations.AddField(
            model_name="confirmationrequest",
            name="shown",
            field=models.JSONField(
                help_text="title, present, impact, answers (question, answer) and paragraphs (kind, source, told_by, "
                "text); nothing where it was asked before these were kept",
                null=True,
            ),
        ),
    ]
