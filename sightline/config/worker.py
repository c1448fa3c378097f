"""The worker as a process of its own: does the jobs of every room, by the clock and as asked.

python -m sightline.config.worker
"""

from __future__ import annotations

import asyncio
import os

from .processes import stop_with_parent


def main() -> None:
    """Work until told to stop. A job under way is finished first, for at most 20 seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app

    from sightline.documents import store

    # What whoever was killed left in clear: at once, before any job and also where the database does not answer yet.
    store.clear_left()

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
            async with worker_app.open_async():
                await worker_app.run_worker_async(name=f"sightline-{os.getpid()}")

    asyncio.run(work())


if __name__ == "__main__":
    stop_with_parent()
    main()
