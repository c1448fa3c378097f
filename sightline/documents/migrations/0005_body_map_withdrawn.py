"""A body map may be taken out of a record, as a document may."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_plain_words_in_use")]
    operations = [
        migrations.AlterField(
            model_name="withdrawal",
            name="document",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawal",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="body_map",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawal",
                to="documents.bodymap",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("document__isnull", True), ("body_map__isnull", True), _connector="XOR"),
                name="a_document_or_a_body_map_is_withdrawn",
            ),
        ),
    ]
