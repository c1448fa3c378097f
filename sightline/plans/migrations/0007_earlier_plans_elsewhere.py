from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0006_known_when"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="earlier_elsewhere",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="Those of them that were made elsewhere, as far as was told",
            ),
        ),
    ]
