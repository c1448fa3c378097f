"""The web server as a process of its own: granian over WSGI, a few threads a process.

python -m sightline.config.web_server ADDRESS PORT PROCESSES
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from .numbers import number
from .processes import end_with_parent, stop_with_parent


def application() -> Callable[..., Any]:
    """What each process of the server calls once for its application."""
    end_with_parent()
    from .wsgi import application

    collect_less()
    return application


#: By then templates, procedures and questions to the database have been loaded.
FREEZES = 6


def collect_less() -> None:
    """Has the collector of circles leave alone what stays for as long as the process.

    It goes through everything that there is, and every view waits for that: a quarter of a second for the whole
    program, every few seconds under load. What the first few collections leave is kept out of the next.
    """
    gc.freeze()
    left = [FREEZES]

    def freeze(phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2 and left[0]:
            left[0] -= 1
            gc.freeze()

    gc.callbacks.append(freeze)


def load() -> None:
    """Load the program before the server's workers are forked: they share it, and start at once."""
    # Loading makes next to nothing that is not kept.
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django
    from django.conf import settings

    django.setup()
    import_module(settings.ROOT_URLCONF)
    gc.freeze()
    gc.enable()


def main(address: str, port: int, processes: int) -> None:
    """Serve until told to stop. `SIGHTLINE_THREADS` is the number of threads of each process."""
    Granian(
        "sightline.config.web_server:application",
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=processes,
        blocking_threads=number("SIGHTLINE_THREADS"),
        workers_kill_timeout=15,
        # Its warnings are about our number of threads, which is what the measurements say.
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    may_go_on = stop_with_parent()
    # Loaded while the database is still being prepared.
    load()
    may_go_on.wait()
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
