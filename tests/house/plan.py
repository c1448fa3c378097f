"""The plan of the house, read from where it is said: the import contracts and the program itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sightline"


@cache
def storeys() -> dict[str, int]:
    """Each room's storey as the first import contract says; 0 is the lowest."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers" and c.get("exhaustive"))
    found = {}
    for height, layer in enumerate(reversed(layers)):
        for room in layer.split("|"):
            found[room.strip().strip("()")] = height
    return found


def rooms() -> list[Path]:
    """The folder of every room that is there."""
    return sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


def room_of(model: type[models.Model]) -> str | None:
    """The room that a model stands in; None for a library's."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "sightline" else None


def our_models() -> Iterator[type[models.Model]]:
    """Every table of ours, those made of a many-to-many field included."""
    for model in apps.get_models(include_auto_created=True):
        if room_of(model) and model._meta.managed and not model._meta.proxy:
            yield model


def folder_models() -> list[type[models.Model]]:
    """Every table of ours that carries `folder_id`."""
    return [m for m in our_models() if any(f.column == "folder_id" for f in m._meta.local_concrete_fields)]
