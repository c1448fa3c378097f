from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enquiries", "0007_closing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signoff",
            name="act",
            field=models.CharField(
                choices=[
                    ("write", "write"),
                    ("send to the manager", "send to the manager"),
                    ("return", "return"),
                    ("take back", "take back"),
                    ("sign", "sign"),
                    ("set aside", "set aside"),
                    ("take up again", "take up again"),
                    ("hand over", "hand over"),
                ],
                max_length=30,
            ),
        ),
    ]
