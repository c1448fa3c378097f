from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0006_scan_check")]

    operations = [
        migrations.AlterField(
            model_name="accessrequest",
            name="asker",
            field=models.CharField(
                choices=[
                    ("self", "self"),
                    ("parent", "parent"),
                    ("authorised", "authorised"),
                    ("court", "court"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="copyout",
            name="left_as",
            field=models.CharField(
                choices=[
                    ("print", "print"),
                    ("download", "download"),
                    ("device", "device"),
                    ("export", "export"),
                    ("shown", "shown"),
                ],
                max_length=10,
            ),
        ),
    ]
