from django.db import migrations, models

# Rows with arrays or JSON are inserted far more slowly, and nobody asked for a part of them.


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="paststep", name="said"),
        migrations.RemoveField(model_name="paststep", name="codes"),
        migrations.AddField(
            model_name="paststep",
            name="codes",
            field=models.CharField(blank=True, max_length=255, default=""),
        ),
        migrations.AlterField(
            model_name="paststep", name="codes", field=models.CharField(blank=True, max_length=255)
        ),
        migrations.AddField(
            model_name="paststep", name="words", field=models.TextField(blank=True, default="")
        ),
        migrations.AlterField(model_name="paststep", name="words", field=models.TextField(blank=True)),
    ]
