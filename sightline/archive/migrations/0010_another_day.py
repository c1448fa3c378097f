from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0009_look_again")]
    operations = [
        migrations.AlterField(
            "requeststep",
            "act",
            models.CharField(
                max_length=10,
                choices=[
                    ("receive", "receive"),
                    ("check", "check"),
                    ("pause", "pause"),
                    ("resume", "resume"),
                    ("extend", "extend"),
                    ("name_day", "name_day"),
                    ("gather", "gather"),
                    ("approve", "approve"),
                    ("reopen", "reopen"),
                    ("give", "give"),
                    ("refuse", "refuse"),
                    ("take_back", "take_back"),
                ],
            ),
        ),
    ]
