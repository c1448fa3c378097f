from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_answers_for")]
    operations = [
        migrations.AddField(
            model_name="seal",
            name="lifted_why",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="folder_number",
            field=models.CharField(
                default="", help_text="For the reviewer, who may not open the folder", max_length=20
            ),
            preserve_default=False,
        ),
    ]
