import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import sightline.kernel.ids

_KEY = models.UUIDField(default=sightline.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)
_NEVER = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"


class Migration(migrations.Migration):
    dependencies = [("procedures", "0012_never_owed")]
    operations = [
        migrations.CreateModel(
            name="PackText",
            fields=[
                ("id", _KEY.clone()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="PackVersion",
            fields=[
                ("id", _KEY.clone()),
                ("version", models.CharField(max_length=80, unique=True)),
                ("files", models.JSONField()),
                ("first_seen_at", models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packtext",
            trigger=pgtrigger.compiler.Trigger(
                name="pack_text_never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func=_NEVER,
                    hash="b43b23f2548c0f5394bbbcfcf4bdcb90d0268b26",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_pack_text_never_changed_81e95",
                    table="procedures_packtext",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packversion",
            trigger=pgtrigger.compiler.Trigger(
                name="pack_version_never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func=_NEVER,
                    hash="4236bccf10f19d98bf52d80394c02d4be3bea2d9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_pack_version_never_changed_e5886",
                    table="procedures_packversion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
