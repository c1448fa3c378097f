"""What stands around a page on one record: this room does not know whose record it is.

A room above that does tells it, when it loads:

    frame.around.append(lambda request, folder_id, tab: {"mast": {...}, "tabs": [...]})
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest

#: The child's masthead and tabs. The first answer is taken.
around: list[Callable[[HttpRequest, UUID, str], dict[str, Any]]] = []


def frame(request: HttpRequest, folder_id: UUID, tab: str) -> dict[str, Any]:
    """Masthead and tabs of the record's page; nothing where no room above says whose it is."""
    return next((say(request, folder_id, tab) for say in around), {})
