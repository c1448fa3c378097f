from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _sync_roles(sender: Any, using: str, plan: Any = (), **_: Any) -> None:
    from django.db import connections

    from .actions import sync_roles
    from .models import RolePermission

    # A migration back past this room leaves no table to write to.
    if RolePermission._meta.db_table in connections[using].introspection.table_names():
        sync_roles()


class AgenciesConfig(AppConfig):
    name = "sightline.agencies"
    label = "agencies"

    def ready(self) -> None:
        from . import actions, leaving, queries

        leaving.sources.append(leaving.Source("people", queries.managed_part, actions.hand_over_people))
        post_migrate.connect(_sync_roles, sender=self, dispatch_uid="agencies.roles")
