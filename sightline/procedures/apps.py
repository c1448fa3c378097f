from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _keep_packs(sender: Any, using: str, **_: Any) -> None:
    from django.db import connections

    from .actions import keep_packs
    from .models import PackVersion

    # A migration back past this table leaves nowhere to write to.
    if PackVersion._meta.db_table in connections[using].introspection.table_names():
        keep_packs()


class ProceduresConfig(AppConfig):
    name = "sightline.procedures"
    label = "procedures"

    def ready(self) -> None:
        from sightline.agencies import leaving

        from . import actions, queries

        leaving.sources.append(leaving.Source("duties", queries.owed_part, actions.hand_over_all))
        post_migrate.connect(_keep_packs, sender=self, dispatch_uid="procedures.packs")
