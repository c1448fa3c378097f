"""Where a child is to live once a ruling upholds it: hidden by policy where it is confidential."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import sightline.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0017_left_forms"),
        ("enquiries", "0012_waiting_by_subject"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingHome",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=sightline.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "lives_at",
                    models.CharField(
                        choices=[
                            ("home", "home"),
                            ("relatives", "relatives"),
                            ("foster_care", "foster_care"),
                            ("residential", "residential"),
                            ("hospital", "hospital"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("lines", models.TextField(blank=True)),
                ("postcode", models.CharField(blank=True, max_length=10)),
                ("area", models.CharField(blank=True, max_length=80)),
                ("with_whom", models.CharField(blank=True, max_length=300)),
                ("confidential", models.BooleanField(default=False)),
                (
                    "folder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.folder"
                    ),
                ),
                (
                    "waiting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enquiries.waiting"
                    ),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitinghome",
            trigger=pgtrigger.compiler.Trigger(
                name="waiting_home_never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3c64ec309a6deb5229cd99d645dba3cf7e775c95",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_waiting_home_never_changed_e8dd6",
                    table="enquiries_waitinghome",
                    when="BEFORE",
                ),
            ),
        ),
    ]
