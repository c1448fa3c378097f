from typing import Any

import msgspec
from django.apps import AppConfig
from django.db.models.signals import post_migrate
from psycopg.types.json import set_json_loads


def _put_in_doors(sender: Any, using: str, **_: Any) -> None:
    from django.db import connections

    from .doors import put_in_doors

    put_in_doors(connections[using])


class KernelConfig(AppConfig):
    name = "sightline.kernel"
    label = "kernel"

    def ready(self) -> None:
        # Most of what a page reads comes as JSON (see `together`): a sixteenth of its time went into reading that.
        set_json_loads(msgspec.json.decode)
        # The kernel stands last in INSTALLED_APPS, so the doors are put in when every table is there.
        post_migrate.connect(_put_in_doors, sender=self)
