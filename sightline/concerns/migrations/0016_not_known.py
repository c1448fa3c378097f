from django.db import migrations, models


class Migration(migrations.Migration):
    """Words only: the columns stay as they are."""

    dependencies = [
        ("concerns", "0015_danger_stays"),
    ]

    operations = [
        migrations.AlterField(
            model_name="concernpart",
            name="family_told",
            field=models.CharField(
                choices=[
                    ("yes", "yes"),
                    ("no", "no"),
                    ("partly", "partly"),
                    ("not_asked", "not_asked"),
                    ("not_known", "not_known"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="concernpart",
            name="family_agreed",
            field=models.CharField(
                choices=[
                    ("yes", "yes"),
                    ("no", "no"),
                    ("not_asked", "not_asked"),
                    ("not_known", "not_known"),
                ],
                max_length=10,
            ),
        ),
    ]
