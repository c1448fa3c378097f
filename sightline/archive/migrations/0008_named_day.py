from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0007_court")]
    operations = [
        migrations.AddField(
            "accessrequest",
            "due_on",
            models.DateField(null=True, help_text="The day that a court or an inquiry has named"),
        ),
    ]
