from django.db import migrations, models

ACTS = [
    "open", "shorten", "extend", "miss", "answer for", "discharge", "withdraw", "write up", "owe again", "never owe",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("procedures", "0011_missed_stays")]
    operations = [
        migrations.AlterField(
            model_name="dutyevent",
            name="act",
            field=models.CharField(choices=[(a, a) for a in ACTS], max_length=20),
        ),
    ]
